/* realkernel_test.c - what rdbss and a mini-redirector include, compiled against the headers of a
 * real kernel's kit. */
#include <ntifs.h>

#include <rx.h>

#include <mrx.h>
#include <rdrseh.h>
#include <rdrtrace.h>
#include <wsk.h>

#ifdef _WIN64
C_ASSERT(sizeof(RX_CONNECTION_ID) == 8);
C_ASSERT(sizeof(MINIRDR_DISPATCH) == 0x218);
C_ASSERT(sizeof(LOWIO_CONTEXT) == 0x50);
C_ASSERT(sizeof(MRX_NET_ROOT) == 0x78);
C_ASSERT(sizeof(MRX_SRV_OPEN) == 0x78);
C_ASSERT(sizeof(MRX_FOBX) == 0x48);
C_ASSERT(sizeof(RX_CONTEXT) == 0x580);
#endif
