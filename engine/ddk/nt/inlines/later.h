/* later.h - what is newer than the other headers: names of Windows 8 to 11 that redirectors use. */
#ifndef RDR_NT_INLINES_LATER_H
#define RDR_NT_INLINES_LATER_H

#endif
