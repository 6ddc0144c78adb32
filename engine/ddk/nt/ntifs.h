/* ntifs.h - see wdm.h. */
#ifndef _NTIFS_INCLUDED_
#define _NTIFS_INCLUDED_
#define _NTIFS_
#include "ntddk.h"
#endif
