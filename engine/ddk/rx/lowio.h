/* lowio.h - reads, writes, locks and control requests on their way down. */
#ifndef RDR_LOWIO_H
#define RDR_LOWIO_H

#include "mrx.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LOWIO_PER_FCB_INFO_MEMBERS \
    LIST_ENTRY PagingIoReadsOutstanding; \
    LIST_ENTRY PagingIoWritesOutstanding;

typedef struct _LOWIO_PER_FCB_INFO {
    LOWIO_PER_FCB_INFO_MEMBERS
} LOWIO_PER_FCB_INFO, *PLOWIO_PER_FCB_INFO;

extern FAST_MUTEX RxLowIoPagingIoSyncMutex;

NTSTATUS NTAPI RxLowIoCompletion(PRX_CONTEXT RxContext);
NTSTATUS NTAPI RxLowIoPopulateFsctlInfo(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxLowIoSubmit(
    PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb, PLOWIO_COMPLETION_ROUTINE CompletionRoutine);
VOID NTAPI RxInitializeLowIoContext(PRX_CONTEXT RxContext, ULONG Operation, PLOWIO_CONTEXT LowIoContext);
VOID NTAPI RxInitializeLowIoPerFcbInfo(PLOWIO_PER_FCB_INFO LowIoPerFcbInfo);
PVOID NTAPI RxLowIoGetBufferAddress(PRX_CONTEXT RxContext);

#define RxLowIoIsMdlLocked(Mdl) (((Mdl)->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL)) != 0)
#define RxLowIoIsBufferLocked(LowIoContext)                                                   \
    (((LowIoContext)->Operation > LOWIO_OP_WRITE)                                             \
        || (((LowIoContext)->ParamsFor.ReadWrite.Buffer != NULL)                              \
            && RxLowIoIsMdlLocked((LowIoContext)->ParamsFor.ReadWrite.Buffer)))

#ifdef __cplusplus
}
#endif

#endif
