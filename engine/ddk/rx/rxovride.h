/* rxovride.h - switches. */
#ifndef RDR_RXOVRIDE_H
#define RDR_RXOVRIDE_H

#include "rdrkit.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RX_POOL_WRAPPER 1
#define RDBSS_ASSERTS 1

#ifdef __cplusplus
}
#endif

#endif
