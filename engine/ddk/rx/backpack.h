/* backpack.h - throttling of requests that poll. */
#ifndef RDR_BACKPACK_H
#define RDR_BACKPACK_H

#include "rdrkit.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _THROTTLING_STATE {
    LARGE_INTEGER NextTime;
    volatile ULONG CurrentIncrement;
    ULONG MaximumDelay;
    LARGE_INTEGER Increment;
    volatile ULONG NumberOfQueries;
} THROTTLING_STATE, *PTHROTTLING_STATE;

#define RxInitializeThrottlingState(BP, Inc, MaxDelay)                                      \
    do {                                                                                    \
        (BP)->Increment.QuadPart = (LONGLONG)(Inc)*10000; /* milliseconds to 100 ns */      \
        (BP)->MaximumDelay = ((Inc) == 0) ? 0 : (MaxDelay) / (Inc);                         \
        (BP)->CurrentIncrement = 0;                                                         \
    } while (0)

#ifdef __cplusplus
}
#endif

#endif
