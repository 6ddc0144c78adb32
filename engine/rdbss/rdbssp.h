// What the files of rdbss share with each other and with nobody else.
//
// rdbss is linked into each mini-redirector, so every global below exists once per redirector. Lock
// ranks, outermost first:
//   1  RxData.Resource              start, stop and registration
//   2  the NetName table lock       SRV_CALL, NET_ROOT, V_NET_ROOT: lookup shared, insert and
//   finalize exclusive 3  NET_ROOT->FcbTable.TableLock FCB lookup shared, insert and finalize
//   exclusive 4  the FCB resource             SRV_OPEN, FOBX, sizes, share access 5  the FCB paging
//   resource      truncation against paging I/O 6  RxScavengerMutex             the lists of what
//   waits to be finalized 7  RxSerializationMutex         conditions and who waits for them 8
//   RxStrucSupSpinLock           the list of active contexts, cancel routines
// A lower rank is never taken while a higher one is held, except by a try that may fail.
#pragma once

#include <ntifs.h>
#include <rx.h>

#include <rdrtrace.h>

// ---- status codes the headers may lack
// -------------------------------------------------------------------------------

// Named by the RxStopMinirdr page alone; no public header gives it a value (facts.md section 8,
// A1). The customer bit is set, so it can never be mistaken for a code of the system.
// RDR_STOPPED_IS_NOT_STARTED folds it into the documented neighbour.
#ifndef STATUS_REDIRECTOR_STOPPED
#ifdef RDR_STOPPED_IS_NOT_STARTED
#define STATUS_REDIRECTOR_STOPPED STATUS_REDIRECTOR_NOT_STARTED
#else
#define STATUS_REDIRECTOR_STOPPED ((NTSTATUS)0xE0000001L)
#endif
#endif

// ---- small things
// ----------------------------------------------------------------------------------------------------

constexpr POOL_TYPE RxpNonPaged = NonPagedPoolNx;
constexpr POOL_TYPE RxpPaged = PagedPool;

constexpr LONGLONG RxpOneSecond = 10LL * 1000 * 1000; // in 100 ns units

/// Enters a critical region for a scope: ERESOURCEs may only be held while normal kernel APCs are
/// off.
class RxpFileSystemScope
{
public:
    RxpFileSystemScope() { FsRtlEnterFileSystem(); }
    ~RxpFileSystemScope() { FsRtlExitFileSystem(); }
    RxpFileSystemScope(const RxpFileSystemScope&) = delete;
    RxpFileSystemScope& operator=(const RxpFileSystemScope&) = delete;
};

// FlagsForLowIo: the notification ends because its directory handle is closed, so it completes with
// STATUS_NOTIFY_CLEANUP.
constexpr ULONG RXP_FLAG4LOWIO_NOTIFY_CLEANUP = 0x80000000;

inline PSRV_CALL RxpSrvCall(PMRX_SRV_CALL SrvCall)
{
    return (PSRV_CALL)SrvCall;
}
inline PNET_ROOT RxpNetRoot(PMRX_NET_ROOT NetRoot)
{
    return (PNET_ROOT)NetRoot;
}
inline PV_NET_ROOT RxpVNetRoot(PMRX_V_NET_ROOT VNetRoot)
{
    return (PV_NET_ROOT)VNetRoot;
}
inline PFCB RxpFcb(PMRX_FCB Fcb)
{
    return (PFCB)Fcb;
}
inline PSRV_OPEN RxpSrvOpen(PMRX_SRV_OPEN SrvOpen)
{
    return (PSRV_OPEN)SrvOpen;
}
inline PFOBX RxpFobx(PMRX_FOBX Fobx)
{
    return (PFOBX)Fobx;
}
inline PMRX_FCB RxpMrx(PFCB Fcb)
{
    return (PMRX_FCB)Fcb;
}
inline PMRX_SRV_OPEN RxpMrx(PSRV_OPEN SrvOpen)
{
    return (PMRX_SRV_OPEN)SrvOpen;
}
inline PMRX_FOBX RxpMrx(PFOBX Fobx)
{
    return (PMRX_FOBX)Fobx;
}
inline PMRX_V_NET_ROOT RxpMrx(PV_NET_ROOT VNetRoot)
{
    return (PMRX_V_NET_ROOT)VNetRoot;
}
inline PMRX_NET_ROOT RxpMrx(PNET_ROOT NetRoot)
{
    return (PMRX_NET_ROOT)NetRoot;
}
inline PMRX_SRV_CALL RxpMrx(PSRV_CALL SrvCall)
{
    return (PMRX_SRV_CALL)SrvCall;
}

inline NODE_TYPE_CODE RxpFcbType(PFCB Fcb)
{
    return (NODE_TYPE_CODE)((PMRX_FCB)Fcb)->Header.NodeTypeCode;
}
inline NODE_TYPE_CODE RxpNodeType(const void* Node)
{
    return *(const NODE_TYPE_CODE*)Node;
}
inline bool RxpIsFile(PFCB Fcb)
{
    return RxpFcbType(Fcb) == RDBSS_NTC_STORAGE_TYPE_FILE;
}
inline bool RxpIsDirectory(PFCB Fcb)
{
    return RxpFcbType(Fcb) == RDBSS_NTC_STORAGE_TYPE_DIRECTORY;
}
inline bool RxpIsFcb(const void* Node)
{
    NODE_TYPE_CODE Type = RxpNodeType(Node);
    return (Type & 0xFF00) == 0xEC00 || Type == RDBSS_NTC_DEVICE_FCB;
}
inline PNET_ROOT RxpNetRootOf(PFCB Fcb)
{
    return (PNET_ROOT)((PMRX_FCB)Fcb)->pNetRoot;
}

inline LONG RxpIncrement(volatile ULONG* Value)
{
    return InterlockedIncrement((volatile LONG*)Value);
}
inline LONG RxpDecrement(volatile ULONG* Value)
{
    return InterlockedDecrement((volatile LONG*)Value);
}

inline bool RxpCanWait(PRX_CONTEXT RxContext)
{
    return RxContext == nullptr || FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_WAIT) != 0;
}
inline bool RxpIsAsync(PRX_CONTEXT RxContext)
{
    return FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_ASYNC_OPERATION) != 0;
}
inline bool RxpInFsp()
{
    return PsGetCurrentProcess() == RxGetRDBSSProcess();
}

// ---- dispatch (dispatch.cpp)
// -----------------------------------------------------------------------------------------

// A routine of the vector answers a status other than STATUS_PENDING while the request is still its
// caller's to complete, and STATUS_PENDING once somebody else owns it. Nobody but RxCompleteRequest
// completes an IRP.
struct _RX_FSD_DISPATCH_VECTOR
{
    PRX_DISPATCH CommonRoutine;
};
typedef struct _RX_FSD_DISPATCH_VECTOR RX_FSD_DISPATCH_VECTOR;

extern RX_FSD_DISPATCH_VECTOR RxDeviceFCBVector[IRP_MJ_MAXIMUM_FUNCTION + 1];
extern FCB RxDeviceFCB;

NTSTATUS RxpRunRequest(PRX_CONTEXT RxContext, PIRP Irp);
void RxpInitializeTopLevel();
void RxpMarkPending(PRX_CONTEXT RxContext);
const char* RxpMajorFunctionName(UCHAR MajorFunction);

// ---- fsp.cpp
// ---------------------------------------------------------------------------------------------------------
VOID NTAPI RxpFspDispatch(PVOID Context);

// ---- rxcontext.cpp
// ---------------------------------------------------------------------------------------------------
NTSTATUS RxpInitializeContexts();
void RxpReferenceContext(PRX_CONTEXT RxContext);
void RxpCancelContext(PRX_CONTEXT RxContext);
void RxpCancelAllFor(PRDBSS_DEVICE_OBJECT RxDeviceObject, PRX_CONTEXT Except);
void RxpSignalStopIfLast(PRDBSS_DEVICE_OBJECT RxDeviceObject);
void RxpMakeCancellable(PRX_CONTEXT RxContext, PIRP Irp);
void RxpCancelNotifies(
    PRDBSS_DEVICE_OBJECT RxDeviceObject, PV_NET_ROOT VNetRoot, PFOBX Fobx, NTSTATUS Status);

// ---- registration.cpp
// ------------------------------------------------------------------------------------------------
BOOLEAN RxpIsRegistered(PRDBSS_DEVICE_OBJECT RxDeviceObject);
BOOLEAN RxpIsLegacySystem();
void RxpInstallFastIo(PDRIVER_OBJECT DriverObject);

// ---- workqueue.cpp, timers.cpp
// ---------------------------------------------------------------------------------------
VOID RxpTearDownDispatcher();
VOID RxpTearDownTimers();

// ---- prefixtable.cpp, fcbtable.cpp
// -----------------------------------------------------------------------------------
void RxpFinalizePrefixTable(PRX_PREFIX_TABLE Table);
PRX_PREFIX_TABLE RxpNetNameTable(PRDBSS_DEVICE_OBJECT RxDeviceObject);
ULONG RxpHashPath(PCUNICODE_STRING Path);

// ---- objects.cpp, reference.cpp
// --------------------------------------------------------------------------------------
void RxpReference(PVOID Instance, const char* Reason);
void RxpDereference(PVOID Instance, LOCK_HOLDING_STATE LockHoldingState, const char* Reason);
PNON_PAGED_FCB RxpAllocateNonPagedFcb(PFCB Fcb);
void RxpFreeNonPagedFcb(PNON_PAGED_FCB NonPaged);
void RxpReferenceFcb(PFCB Fcb, const char* Reason);
/// Gives back one reference on an FCB whose resource the caller holds exclusive. TRUE: the FCB and
/// its resource are gone.
BOOLEAN RxpReleaseAndDereferenceFcb(PRX_CONTEXT RxContext, PFCB Fcb, const char* Reason);

// ---- connections.cpp, querypath.cpp, disconnect.cpp
// ------------------------------------------------------------------
NTSTATUS RxpCaptureCaller(PRX_CONTEXT RxContext, PLUID LogonId, PULONG SessionId);
NTSTATUS
RxpGetConnectionId(PRX_CONTEXT RxContext, PRX_CONNECTION_ID ConnectionId, PRX_CONNECTION_ID* Use);

// ---- names.cpp
// -------------------------------------------------------------------------------------------------------
NTSTATUS RxpBuildCanonicalName(PRX_CONTEXT RxContext, PIRP Irp, PUNICODE_STRING CanonicalName);
NTSTATUS RxpBuildClaimName(PRX_CONTEXT RxContext, PUNICODE_STRING CanonicalName);
void RxpFreeCanonicalName(PRX_CONTEXT RxContext);
bool RxpHasDrivePart(PCUNICODE_STRING Name);
USHORT RxpDrivePartLength(PCUNICODE_STRING Name);
bool RxpEndsWithBackslash(PCUNICODE_STRING Name);

// ---- create.cpp, opens.cpp
// -------------------------------------------------------------------------------------------
void RxpCopyCreateParameters(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS RxpOpenOnFcb(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS RxpCheckFcbShareAccess(PRX_CONTEXT RxContext, PFCB Fcb);
void RxpLinkOpen(PRX_CONTEXT RxContext, PIRP Irp);
void RxpUndoOpen(PRX_CONTEXT RxContext);

// ---- close.cpp, scavenger.cpp
// ----------------------------------------------------------------------------------------
BOOLEAN RxpCloseDormantOpens(PRX_CONTEXT RxContext, PFCB Fcb);
void RxpRemoveFromScavenger(PFOBX Fobx);
void RxpTerminateScavenging(PRDBSS_DEVICE_OBJECT RxDeviceObject);
void RxpResumeScavenging(PRDBSS_DEVICE_OBJECT RxDeviceObject);
void RxpScavengeNow(PRDBSS_DEVICE_OBJECT RxDeviceObject);
void RxpFinalizeNetNameTable(PRDBSS_DEVICE_OBJECT RxDeviceObject);
void RxpReviveDormant(PSRV_OPEN SrvOpen);
BOOLEAN RxpDelayClose(PRX_CONTEXT RxContext, PFOBX Fobx);
NTSTATUS RxpFlushForCleanup(PRX_CONTEXT RxContext, PFCB Fcb);
void RxpReleaseAllLocks(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb);
void RxpForceClosed(PSRV_OPEN SrvOpen);

// ---- buffers.cpp, guard.cpp
// ------------------------------------------------------------------------------------------
NTSTATUS
RxpLockUserBuffer(PRX_CONTEXT RxContext, PIRP Irp, LOCK_OPERATION Operation, ULONG BufferLength);
PVOID RxpMapUserBuffer(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS RxpProbeAndLock(PMDL Mdl, KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation);

// ---- cachesup.cpp (raising routines of the cache manager are called from guard.cpp only)
// -------------------------------
NTSTATUS RxpCcInitialize(PFILE_OBJECT FileObject, PFCB Fcb);
NTSTATUS RxpCcCopyRead(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER Offset,
    ULONG Length,
    BOOLEAN Wait,
    PVOID Buffer,
    PIO_STATUS_BLOCK IoStatus,
    PBOOLEAN Done);
NTSTATUS RxpCcCopyWrite(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER Offset,
    ULONG Length,
    BOOLEAN Wait,
    PVOID Buffer,
    PBOOLEAN Done);
NTSTATUS RxpCcMdlRead(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER Offset,
    ULONG Length,
    PMDL* Mdl,
    PIO_STATUS_BLOCK IoStatus);
NTSTATUS RxpCcPrepareMdlWrite(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER Offset,
    ULONG Length,
    PMDL* Mdl,
    PIO_STATUS_BLOCK IoStatus);
NTSTATUS RxpCcZeroData(
    PFILE_OBJECT FileObject, PLARGE_INTEGER From, PLARGE_INTEGER To, BOOLEAN Wait, PBOOLEAN Done);
NTSTATUS RxpCcSetFileSizes(PFILE_OBJECT FileObject, PFCB Fcb);

NTSTATUS RxpStartCaching(PRX_CONTEXT RxContext, PFCB Fcb, PFILE_OBJECT FileObject);
bool RxpMayCacheReads(PFCB Fcb, PFOBX Fobx, PFILE_OBJECT FileObject);
bool RxpMayCacheWrites(PFCB Fcb, PFOBX Fobx, PFILE_OBJECT FileObject);
void RxpSetAllSizes(PFCB Fcb, LONGLONG FileSize, LONGLONG AllocationSize);
void RxpReportSizes(PFCB Fcb, PFILE_OBJECT FileObject);
void RxpInitializeCacheCallbacks();

// ---- lowio.cpp
// -------------------------------------------------------------------------------------------------------
NTSTATUS RxpReadNonCached(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb);
NTSTATUS RxpWriteNonCached(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb);
void RxpReleaseIoResources(PRX_CONTEXT RxContext, PFCB Fcb, ERESOURCE_THREAD Thread);
NTSTATUS RxpAcquireForIo(PRX_CONTEXT RxContext, PFCB Fcb, BOOLEAN Exclusive);

// ---- common routines, one per major function
// ---------------------------------------------------------------------------
NTSTATUS NTAPI RxCommonCreate(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonClose(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonCleanup(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonRead(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonWrite(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonQueryInformation(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonSetInformation(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonQueryEa(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonSetEa(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonQuerySecurity(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonSetSecurity(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonQueryQuotaInformation(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonSetQuotaInformation(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonFlushBuffers(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonQueryVolumeInformation(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonSetVolumeInformation(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonDirectoryControl(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonFileSystemControl(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonDeviceControl(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonLockControl(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonShutdown(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonUnimplemented(PRX_CONTEXT RxContext, PIRP Irp);

NTSTATUS NTAPI RxCommonDevFCBCleanup(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonDevFCBClose(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonDevFCBIoCtl(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonDevFCBFsCtl(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonDevFCBQueryVolInfo(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxCommonDevFCBQueryInfo(PRX_CONTEXT RxContext, PIRP Irp);

NTSTATUS RxpPrefixClaim(PRX_CONTEXT RxContext, PIRP Irp, BOOLEAN Extended);
bool RxpIsQueryPath(PIO_STACK_LOCATION IrpSp);
