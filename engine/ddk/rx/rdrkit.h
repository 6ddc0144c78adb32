/* rdrkit.h - evens out the kernel header sets that rx.h is compiled with (ours, mingw-w64's). Not part of the WDK. */
#ifndef RDRKIT_H
#define RDRKIT_H

#include <ntifs.h>

/* The surface of Windows Vista and later: FCBs carry a file size lock, requests the tracker of FCB
 * acquisitions. Every header of the family takes this one first, so their order does not matter. */
#ifndef RDBSS_TRACKER
#define RDBSS_TRACKER 1
#endif
#ifndef USE_FILESIZE_LOCK
#define USE_FILESIZE_LOCK 1
#endif

#ifndef BooleanFlagOn
#define BooleanFlagOn(Flags, SingleFlag) ((BOOLEAN)((((Flags) & (SingleFlag)) != 0)))
#endif
#ifndef SetFlag
#define SetFlag(Flags, SetOfFlags) ((Flags) |= (SetOfFlags))
#endif
#ifndef ClearFlag
#define ClearFlag(Flags, SetOfFlags) ((Flags) &= ~(SetOfFlags))
#endif
#ifndef Add2Ptr
#define Add2Ptr(Ptr, Inc) ((PVOID)((PUCHAR)(Ptr) + (Inc)))
#endif
#ifndef RDR_FILE_SYSTEM
#define RDR_FILE_SYSTEM 0x00000027
#endif

#endif
