/* ntrxdef.h - small definitions shared by RDBSS and mini-redirectors. */
#ifndef RDR_NTRXDEF_H
#define RDR_NTRXDEF_H

#include "rdrkit.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef INVALID_HANDLE_VALUE
#define INVALID_HANDLE_VALUE ((HANDLE)-1)
#endif
#define RxCaptureParamBlock PIO_STACK_LOCATION __C_IrpSp = RxContext->CurrentIrpSp
#define RxCaptureFileObject PFILE_OBJECT __C_FileObject = __C_IrpSp-> FileObject
#define capFcb __C_Fcb
#define capFobx __C_Fobx
#define capPARAMS __C_IrpSp
#define capFileObject __C_FileObject
#define RxAllocatePoolWithTag ExAllocatePoolWithTag
#define RxFreePool ExFreePool

/* A mini-redirector sees the MRX_ forms, RDBSS itself the full ones. */
#ifdef MINIRDR__NAME
#define RxCaptureFcb PMRX_FCB __C_Fcb = (RxContext->pFcb)
#define RxCaptureFobx PMRX_FOBX __C_Fobx = (RxContext->pFobx)
#else
#define RxCaptureFcb PFCB __C_Fcb = (PFCB)(RxContext->pFcb)
#define RxCaptureFobx PFOBX __C_Fobx = (PFOBX)(RxContext->pFobx)
#endif

#define RxIsResourceOwnershipStateExclusive(Resource) (((Resource)->Flag & ResourceOwnedExclusive) != 0)
#define RxMdlIsLocked(Mdl) (((Mdl)->MdlFlags & MDL_PAGES_LOCKED) != 0)
#define RxMdlSourceIsNonPaged(Mdl) (((Mdl)->MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL) != 0)
#define RxGetRequestorProcess(RxContext) IoGetRequestorProcess((RxContext)->CurrentIrp)
/* The cache manager wants an allocation size that is not smaller than the file size. */
#define RxAdjustAllocationSizeforCC(Fcb)                                                              \
    do {                                                                                              \
        if ((Fcb)->Header.FileSize.QuadPart > (Fcb)->Header.AllocationSize.QuadPart) {                \
            (Fcb)->Header.AllocationSize = (Fcb)->Header.FileSize;                                    \
        }                                                                                             \
    } while (0)

#ifdef __cplusplus
}
#endif

#endif
