/* The peer's tracepoint: five integers, as the event of ours carries. */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER rdrlab_bench

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "record_peer.h"

#if !defined(RECORD_PEER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define RECORD_PEER_H

#include <lttng/tracepoint.h>

LTTNG_UST_TRACEPOINT_EVENT(
    rdrlab_bench,
    event,
    LTTNG_UST_TP_ARGS(
        int, layer, int, kind, unsigned long, object, int, status, unsigned long, argument),
    LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, layer, layer)
                            lttng_ust_field_integer(int, kind, kind)
                                lttng_ust_field_integer(unsigned long, object, object)
                                    lttng_ust_field_integer(int, status, status)
                                        lttng_ust_field_integer(unsigned long, argument, argument)))

#endif

#include <lttng/tracepoint-event.h>
