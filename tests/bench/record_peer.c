/* The peer of the record benchmark: the same loop through an LTTng-UST tracepoint. */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "record_peer.h"

void emitPeerEvents(unsigned long count);
int isPeerEnabled(void);

void emitPeerEvents(unsigned long count)
{
    for (unsigned long i = 0; i < count; ++i) {
        lttng_ust_tracepoint(rdrlab_bench, event, 4, 0, i & 1023, 0, i);
    }
}

int isPeerEnabled(void)
{
    return lttng_ust_tracepoint_enabled(rdrlab_bench, event) != 0;
}
