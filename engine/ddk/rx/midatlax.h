/* midatlax.h - tables of multiplex ids (layout private to RDBSS). */
#ifndef RDR_MIDATLAX_H
#define RDR_MIDATLAX_H

#include "rxprocs.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _RX_MID_ATLAS *PRX_MID_ATLAS;
typedef VOID (NTAPI *PCONTEXT_DESTRUCTOR)(PVOID Context);

NTSTATUS NTAPI RxAssociateContextWithMid(PRX_MID_ATLAS pMidAtlas, PVOID pContext, PUSHORT pNewMid);
PRX_MID_ATLAS NTAPI RxCreateMidAtlas(USHORT MaximumNumberOfMids, USHORT MidsAllocatedAtStart);
VOID NTAPI RxDestroyMidAtlas(PRX_MID_ATLAS pMidAtlas, PCONTEXT_DESTRUCTOR pContextDestructor);
NTSTATUS NTAPI RxMapAndDissociateMidFromContext(PRX_MID_ATLAS pMidAtlas, USHORT Mid, PVOID *pContextPointer);
PVOID NTAPI RxMapMidToContext(PRX_MID_ATLAS pMidAtlas, USHORT Mid);
NTSTATUS NTAPI RxReassociateMid(PRX_MID_ATLAS pMidAtlas, USHORT Mid, PVOID pNewContext);

#ifdef __cplusplus
}
#endif

#endif
