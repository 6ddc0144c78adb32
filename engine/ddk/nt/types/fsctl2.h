/* fsctl2.h - file system control structures */
#ifndef RDR_NT_TYPES_FSCTL2_H
#define RDR_NT_TYPES_FSCTL2_H

#endif
