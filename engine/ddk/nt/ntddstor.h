/* ntddstor.h - storage types; the offload token that redirectors handle is in inlines/later.h. */
#ifndef _NTDDSTOR_H_
#define _NTDDSTOR_H_
#include "ntddk.h"
#endif
