/* ntddk.h - see wdm.h. */
#ifndef _NTDDK_
#define _NTDDK_
#include "wdm.h"
#endif
