/* cc.h - cache manager */
#ifndef RDR_NT_CONST_CC_H
#define RDR_NT_CONST_CC_H

#define CACHE_FULLY_ASSOCIATIVE      0xFF
#define VACB_MAPPING_GRANULARITY     (0x40000)
#define VACB_OFFSET_SHIFT            (18)
#define CC_FLUSH_AND_PURGE_NO_PURGE  (0x1)
#define PIN_WAIT                     (1)
#define PIN_EXCLUSIVE                (2)
#define PIN_NO_READ                  (4)
#define PIN_IF_BCB                   (8)
#define PIN_CALLER_TRACKS_DIRTY_DATA (32)
#define PIN_HIGH_PRIORITY            (64)

#endif
