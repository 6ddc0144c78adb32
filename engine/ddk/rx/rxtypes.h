/* rxtypes.h - base types. */
#ifndef RDR_RXTYPES_H
#define RDR_RXTYPES_H

#include "struchdr.h"
#include "nodetype.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RxMaximumWorkQueue 3

typedef KSPIN_LOCK RX_SPIN_LOCK;
typedef PKSPIN_LOCK PRX_SPIN_LOCK;

#ifdef __cplusplus
}
#endif

#endif
