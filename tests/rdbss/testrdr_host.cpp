// The scriptable redirector: every routine of the table, each writing itself down.
#include "lab_host.h"

#include <algorithm>

namespace rdrlab::test {

namespace {

std::string path(PRX_CONTEXT rx)
{
    PMRX_FCB fcb = rx->pFcb;
    if (fcb == nullptr || (fcb->Header.NodeTypeCode & 0xFF00) != 0xEC00) {
        return {};
    }
    return narrow(GET_ALREADY_PREFIXED_NAME_FROM_CONTEXT(rx));
}

Call& record(const char* name, PRX_CONTEXT rx, std::string subject)
{
    Rdr& rdr = theLab().rdr;
    Call call;
    call.name = name;
    call.subject = std::move(subject);
    call.inFsp = PsGetCurrentProcess() == RxGetRDBSSProcess();
    call.thread = PsGetCurrentThread();
    call.rx = rx;
    if (rx != nullptr) {
        call.major = rx->MajorFunction;
        call.pendingReturned = rx->PendingReturned;
    }
    rdr.log.push_back(std::move(call));
    return rdr.log.back();
}

/// Runs the test's handler, or else the redirector's own behaviour. The deque keeps the reference
/// valid while others are added.
NTSTATUS answer(Call& call, const std::function<NTSTATUS(Call&)>& usual)
{
    Rdr& rdr = theLab().rdr;
    auto found = rdr.handlers.find(call.name);
    Handler handler = found != rdr.handlers.end() ? found->second : Handler(usual);
    NTSTATUS status = handler(call);
    call.status = status;
    return status;
}

NTSTATUS succeed(Call&)
{
    return STATUS_SUCCESS;
}

// ---- start, stop, control
// ------------------------------------------------------------------------------------------------

NTSTATUS NTAPI testStart(PRX_CONTEXT rx, PRDBSS_DEVICE_OBJECT)
{
    return answer(record("MRxStart", rx, {}), succeed);
}

NTSTATUS NTAPI testStop(PRX_CONTEXT rx, PRDBSS_DEVICE_OBJECT)
{
    return answer(record("MRxStop", rx, {}), succeed);
}

NTSTATUS controlFile(Call& call)
{
    Rdr& rdr = theLab().rdr;
    PRX_CONTEXT rx = call.rx;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    switch (rx->LowIoContext.ParamsFor.FsCtl.FsControlCode) {
    case kIoctlStart:
        status = RxStartMinirdr(rx, &rx->PostRequest);
        rdr.startStatuses.push_back(status);
        rdr.postToFsp.push_back(rx->PostRequest != FALSE);
        return status;
    case kIoctlStop:
        status = RxStopMinirdr(rx, &rx->PostRequest);
        rdr.stopStatuses.push_back(status);
        rdr.postToFsp.push_back(rx->PostRequest != FALSE);
        return status;
    case kIoctlPing:
    case kFsctlPing:
        return STATUS_SUCCESS;
    default:
        return status;
    }
}

NTSTATUS NTAPI testDevFcb(PRX_CONTEXT rx)
{
    theLab().rdr.fsdUids.push_back(rx->FsdUid);
    return answer(record("MRxDevFcbXXXControlFile", rx, {}), controlFile);
}

// ---- connections
// ----------------------------------------------------------------------------------------------------------

struct ConnectWork
{
    PMRX_SRVCALL_CALLBACK_CONTEXT srvCall;
    PMRX_CREATENETROOT_CONTEXT netRoot;
};

VOID NTAPI connectInWorker(PVOID context)
{
    std::unique_ptr<ConnectWork> work(static_cast<ConnectWork*>(context));
    Call& call
        = record(work->srvCall != nullptr ? "(connect server)" : "(connect share)", nullptr, {});
    (void)call;
    LARGE_INTEGER roundTrip;
    roundTrip.QuadPart = -10 * 1000; // 1 ms
    KeDelayExecutionThread(KernelMode, FALSE, &roundTrip);
    if (work->srvCall != nullptr) {
        work->srvCall->Status = STATUS_SUCCESS;
        work->srvCall->SrvCalldownStructure->CallBack(work->srvCall);
    } else {
        work->netRoot->Callback(work->netRoot);
    }
}

NTSTATUS connectServer(Call& call)
{
    if (theLab().rdr.postConnects && !call.inFsp) {
        auto* work = new ConnectWork { call.srvCallback, nullptr };
        call.srvCallback->RecommunicateContext = work;
        RxDispatchToWorkerThread(theLab().rdr.device, DelayedWorkQueue, connectInWorker, work);
        return STATUS_PENDING;
    }
    call.srvCallback->Status = STATUS_SUCCESS;
    call.srvCallback->RecommunicateContext = call.srvCall;
    call.srvCallback->SrvCalldownStructure->CallBack(call.srvCallback);
    return STATUS_PENDING;
}

NTSTATUS NTAPI testCreateSrvCall(PMRX_SRV_CALL srvCall, PMRX_SRVCALL_CALLBACK_CONTEXT context)
{
    Call& call = record(
        "MRxCreateSrvCall", context->SrvCalldownStructure->RxContext,
        narrow(srvCall->pSrvCallName));
    call.srvCall = srvCall;
    call.srvCallback = context;
    return answer(call, connectServer);
}

NTSTATUS NTAPI testWinner(PMRX_SRV_CALL srvCall, BOOLEAN winner, PVOID context)
{
    Call& call = record("MRxSrvCallWinnerNotify", nullptr, narrow(srvCall->pSrvCallName));
    call.srvCall = srvCall;
    call.flag = winner;
    call.context = context;
    return answer(call, [](Call& c) {
        c.srvCall->Flags
            |= SRVCALL_FLAG_CASE_INSENSITIVE_NETROOTS | SRVCALL_FLAG_CASE_INSENSITIVE_FILENAMES;
        c.srvCall->Context = c.srvCall;
        return STATUS_SUCCESS;
    });
}

VOID NTAPI testExtract(
    PUNICODE_STRING file, PMRX_SRV_CALL srvCall, PUNICODE_STRING netRoot, PUNICODE_STRING rest)
{
    record("MRxExtractNetRootName", nullptr, narrow(file));
    USHORT start = srvCall->pSrvCallName->Length / sizeof(WCHAR);
    USHORT end = start + 1;
    while (end < file->Length / sizeof(WCHAR) && file->Buffer[end] != L'\\') {
        end++;
    }
    netRoot->Buffer = file->Buffer + start;
    netRoot->Length = netRoot->MaximumLength
        = start < file->Length / sizeof(WCHAR) ? USHORT((end - start) * sizeof(WCHAR)) : 0;
    if (rest != nullptr) {
        rest->Buffer = file->Buffer + end;
        rest->Length = rest->MaximumLength = USHORT(file->Length - end * sizeof(WCHAR));
    }
}

NTSTATUS connectShare(Call& call)
{
    PMRX_V_NET_ROOT view = reinterpret_cast<PMRX_V_NET_ROOT>(call.netRootContext->pVNetRoot);
    if (view->pNetRoot->Context == nullptr) {
        view->pNetRoot->Context = view->pNetRoot;
        view->pNetRoot->Type = NET_ROOT_DISK;
    }
    view->Context = view;
    if (theLab().rdr.postConnects && !call.inFsp) {
        auto* work = new ConnectWork { nullptr, call.netRootContext };
        RxDispatchToWorkerThread(theLab().rdr.device, DelayedWorkQueue, connectInWorker, work);
        return STATUS_PENDING;
    }
    call.netRootContext->Callback(call.netRootContext);
    return STATUS_PENDING;
}

NTSTATUS NTAPI testCreateVNetRoot(PMRX_CREATENETROOT_CONTEXT context)
{
    PMRX_V_NET_ROOT view = reinterpret_cast<PMRX_V_NET_ROOT>(context->pVNetRoot);
    Call& call
        = record("MRxCreateVNetRoot", context->RxContext, narrow(view->pNetRoot->pNetRootName));
    call.netRootContext = context;
    call.flag = view->pNetRoot->Context == nullptr; // a new NET_ROOT
    return answer(call, connectShare);
}

NTSTATUS NTAPI testFinalizeSrvCall(PMRX_SRV_CALL srvCall, BOOLEAN force)
{
    Call& call = record("MRxFinalizeSrvCall", nullptr, narrow(srvCall->pSrvCallName));
    call.flag = force;
    return answer(call, succeed);
}

NTSTATUS NTAPI testFinalizeNetRoot(PMRX_NET_ROOT netRoot, PBOOLEAN force)
{
    Call& call = record("MRxFinalizeNetRoot", nullptr, narrow(netRoot->pNetRootName));
    call.flag = *force;
    return answer(call, succeed);
}

NTSTATUS NTAPI testFinalizeVNetRoot(PMRX_V_NET_ROOT view, PBOOLEAN force)
{
    Call& call = record("MRxFinalizeVNetRoot", nullptr, narrow(view->pNetRoot->pNetRootName));
    call.flag = *force;
    return answer(call, succeed);
}

NTSTATUS NTAPI testPreparse(PRX_CONTEXT rx, PUNICODE_STRING name)
{
    Call& call = record("MRxPreparseName", rx, narrow(name));
    call.string = name;
    return answer(call, succeed);
}

NTSTATUS NTAPI testIsValidDirectory(PRX_CONTEXT rx, PUNICODE_STRING name)
{
    Call& call = record("MRxIsValidDirectory", rx, narrow(name));
    call.string = name;
    return answer(call, [](Call& c) {
        return theLab().server.directories.count(c.subject) != 0 ? STATUS_SUCCESS
                                                                 : STATUS_BAD_NETWORK_PATH;
    });
}

// ---- files
// ------------------------------------------------------------------------------------------------------------------

NTSTATUS createFile(Call& call)
{
    Server& server = theLab().server;
    PRX_CONTEXT rx = call.rx;
    const NT_CREATE_PARAMETERS& wanted = rx->Create.NtCreateParameters;
    const std::string name = path(rx);
    bool isDirectory = server.directories.count(name) != 0;
    bool exists = isDirectory || server.files.count(name) != 0;
    ULONG_PTR information = FILE_OPENED;
    switch (wanted.Disposition) {
    case FILE_OPEN:
    case FILE_OVERWRITE:
        if (!exists) {
            return STATUS_OBJECT_NAME_NOT_FOUND;
        }
        break;
    case FILE_CREATE:
        if (exists) {
            return STATUS_OBJECT_NAME_COLLISION;
        }
        break;
    default:
        break;
    }
    if (!exists) {
        isDirectory = (wanted.CreateOptions & FILE_DIRECTORY_FILE) != 0;
        if (isDirectory) {
            server.directories[name] = 0;
        } else {
            server.files[name] = {};
        }
        information = FILE_CREATED;
    } else if (wanted.Disposition == FILE_OVERWRITE || wanted.Disposition == FILE_OVERWRITE_IF) {
        server.files[name].clear();
        information = FILE_OVERWRITTEN;
    }
    if (isDirectory && (wanted.CreateOptions & FILE_NON_DIRECTORY_FILE) != 0) {
        return STATUS_FILE_IS_A_DIRECTORY;
    }
    if (!isDirectory && (wanted.CreateOptions & FILE_DIRECTORY_FILE) != 0) {
        return STATUS_NOT_A_DIRECTORY;
    }
    rx->pRelevantSrvOpen->BufferingFlags = server.bufferingFlags;
    rx->pRelevantSrvOpen->Key = rx->pRelevantSrvOpen;
    PMRX_FOBX fobx = RxCreateNetFobx(rx, rx->pRelevantSrvOpen);
    if (fobx == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    FCB_INIT_PACKET packet;
    ULONG attributes = isDirectory ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_NORMAL;
    ULONG links = 1;
    LARGE_INTEGER time, size;
    time.QuadPart = 116444736000000000;
    size.QuadPart = isDirectory ? 0 : static_cast<LONGLONG>(server.files[name].size());
    RxFormInitPacket(packet, &attributes, &links, &time, &time, &time, &time, &size, &size, &size);
    RxFinishFcbInitialization(
        rx->pFcb,
        static_cast<RX_FILE_TYPE>(
            isDirectory ? RDBSS_NTC_STORAGE_TYPE_DIRECTORY : RDBSS_NTC_STORAGE_TYPE_FILE),
        &packet);
    rx->CurrentIrp->IoStatus.Information = information;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI testCreate(PRX_CONTEXT rx)
{
    Call& call = record("MRxCreate", rx, path(rx));
    call.srvOpen = rx->pRelevantSrvOpen;
    return answer(call, createFile);
}

NTSTATUS NTAPI testShouldCollapse(PRX_CONTEXT rx)
{
    Call& call = record("MRxShouldTryToCollapseThisOpen", rx, path(rx));
    call.srvOpen = rx->pRelevantSrvOpen;
    return answer(call, succeed);
}

NTSTATUS NTAPI testCollapse(PRX_CONTEXT rx)
{
    Call& call = record("MRxCollapseOpen", rx, path(rx));
    call.srvOpen = rx->pRelevantSrvOpen;
    return answer(call, [](Call& c) {
        return RxCreateNetFobx(c.rx, c.rx->pRelevantSrvOpen) != nullptr
            ? STATUS_SUCCESS
            : STATUS_INSUFFICIENT_RESOURCES;
    });
}

template <const char* const& Routine> NTSTATUS NTAPI plain(PRX_CONTEXT rx)
{
    Call& call = record(Routine, rx, path(rx));
    call.srvOpen = rx->pRelevantSrvOpen;
    call.fcb = rx->pFcb;
    call.infoClass = static_cast<ULONG>(rx->Info.FileInformationClass);
    return answer(call, succeed);
}

#define ROUTINE(Name) constexpr const char* k##Name = #Name;
ROUTINE(MRxCleanupFobx)
ROUTINE(MRxCloseSrvOpen)
ROUTINE(MRxFlush)
ROUTINE(MRxTruncate)
ROUTINE(MRxZeroExtend)
ROUTINE(MRxSetFileInfoAtCleanup)
ROUTINE(MRxQueryEaInfo)
ROUTINE(MRxSetEaInfo)
ROUTINE(MRxQuerySdInfo)
ROUTINE(MRxSetSdInfo)
ROUTINE(MRxQueryQuotaInfo)
ROUTINE(MRxSetQuotaInfo)
ROUTINE(MRxSetVolumeInfo)
ROUTINE(MRxCancel)
ROUTINE(MRxOpenPrintFile)
ROUTINE(MRxClosePrintFile)
ROUTINE(MRxWritePrintFile)
ROUTINE(MRxEnumeratePrintQueue)
ROUTINE(MRxClosedSrvOpenTimeOut)
ROUTINE(MRxClosedFcbTimeOut)

NTSTATUS NTAPI testDeallocateFcb(PMRX_FCB fcb)
{
    Call& call = record(
        "MRxDeallocateForFcb", nullptr,
        narrow(&reinterpret_cast<PFCB>(fcb)->PrivateAlreadyPrefixedName));
    call.fcb = fcb;
    return answer(call, succeed);
}

NTSTATUS NTAPI testDeallocateFobx(PMRX_FOBX fobx)
{
    return answer(
        record("MRxDeallocateForFobx", nullptr, narrow(fobx->pSrvOpen->pAlreadyPrefixedName)),
        succeed);
}

NTSTATUS NTAPI testForceClosed(PMRX_SRV_OPEN srvOpen)
{
    Call& call = record("MRxForceClosed", nullptr, narrow(srvOpen->pAlreadyPrefixedName));
    call.srvOpen = srvOpen;
    return answer(call, succeed);
}

NTSTATUS NTAPI testAliased(PFCB one, PFCB other)
{
    Call& call = record("MRxAreFilesAliased", nullptr, narrow(&one->PrivateAlreadyPrefixedName));
    call.fcb = reinterpret_cast<PMRX_FCB>(one);
    call.otherFcb = reinterpret_cast<PMRX_FCB>(other);
    return answer(call, succeed);
}

// ---- data
// --------------------------------------------------------------------------------------------------------------------

NTSTATUS lowIo(Call& call)
{
    Server& server = theLab().server;
    PRX_CONTEXT rx = call.rx;
    auto& io = rx->LowIoContext.ParamsFor.ReadWrite;
    switch (rx->LowIoContext.Operation) {
    case LOWIO_OP_READ: {
        const std::string& data = server.files[call.subject];
        const auto offset = static_cast<size_t>(io.ByteOffset);
        if (offset >= data.size()) {
            return STATUS_END_OF_FILE;
        }
        const size_t bytes = std::min<size_t>(io.ByteCount, data.size() - offset);
        memcpy(RxLowIoGetBufferAddress(rx), data.data() + offset, bytes);
        rx->InformationToReturn = bytes;
        return STATUS_SUCCESS;
    }
    case LOWIO_OP_WRITE: {
        std::string& data = server.files[call.subject];
        const auto offset = static_cast<size_t>(io.ByteOffset);
        if (data.size() < offset + io.ByteCount) {
            data.resize(offset + io.ByteCount);
        }
        memcpy(data.data() + offset, RxLowIoGetBufferAddress(rx), io.ByteCount);
        rx->InformationToReturn = io.ByteCount;
        return STATUS_SUCCESS;
    }
    case LOWIO_OP_NOTIFY_CHANGE_DIRECTORY: {
        NTSTATUS status = RxSetMinirdrCancelRoutine(rx, [](PRX_CONTEXT cancelled) -> NTSTATUS {
            record("(cancel notify)", cancelled, {});
            cancelled->StoredStatus = STATUS_CANCELLED;
            RxLowIoCompletion(cancelled);
            return STATUS_SUCCESS;
        });
        RxReleaseFcbResourceForThreadInMRx(rx, rx->pFcb, rx->LowIoContext.ResourceThreadId);
        return status == STATUS_SUCCESS ? STATUS_PENDING : status;
    }
    default:
        return STATUS_SUCCESS;
    }
}

constexpr const char* kLowIoNames[]
    = { "READ",  "WRITE", "SHAREDLOCK", "EXCLUSIVELOCK", "UNLOCK", "UNLOCK_MULTIPLE",
        "FSCTL", "IOCTL", "NOTIFY",     "CLEAROUT",      "MAXIMUM" };

NTSTATUS NTAPI testLowIo(PRX_CONTEXT rx)
{
    Call& call = record(kLowIoNames[rx->LowIoContext.Operation], rx, path(rx));
    call.srvOpen = rx->pRelevantSrvOpen;
    return answer(call, lowIo);
}

NTSTATUS NTAPI
testIsLockRealizable(PMRX_FCB fcb, PLARGE_INTEGER offset, PLARGE_INTEGER length, ULONG flags)
{
    Call& call = record("MRxIsLockRealizable", nullptr, {});
    call.fcb = fcb;
    call.sizes[0] = offset;
    call.sizes[1] = length;
    call.infoClass = flags;
    return answer(call, succeed);
}

template <bool Cached>
ULONG NTAPI testExtend(PRX_CONTEXT rx, PLARGE_INTEGER size, PLARGE_INTEGER allocation)
{
    Call& call = record(Cached ? "MRxExtendForCache" : "MRxExtendForNonCache", rx, path(rx));
    call.sizes[0] = size;
    call.sizes[1] = allocation;
    return static_cast<ULONG>(answer(call, [](Call& c) {
        c.sizes[1]->QuadPart = (c.sizes[0]->QuadPart + 4095) & ~4095LL;
        return STATUS_SUCCESS;
    }));
}

// ---- information
// ---------------------------------------------------------------------------------------------------------------

NTSTATUS queryFile(Call& call)
{
    PRX_CONTEXT rx = call.rx;
    Server& server = theLab().server;
    auto finish = [rx](const void* data, size_t bytes) {
        if (rx->Info.LengthRemaining < static_cast<LONG>(bytes)) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        memcpy(rx->Info.Buffer, data, bytes);
        rx->Info.LengthRemaining -= static_cast<LONG>(bytes);
        return STATUS_SUCCESS;
    };
    bool isDirectory = server.directories.count(call.subject) != 0;
    switch (rx->Info.FileInformationClass) {
    case FileBasicInformation: {
        FILE_BASIC_INFORMATION info {};
        info.FileAttributes = isDirectory ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_NORMAL;
        return finish(&info, sizeof info);
    }
    case FileStandardInformation: {
        FILE_STANDARD_INFORMATION info {};
        info.EndOfFile.QuadPart
            = isDirectory ? 0 : static_cast<LONGLONG>(server.files[call.subject].size());
        info.NumberOfLinks = 1;
        info.Directory = static_cast<BOOLEAN>(isDirectory);
        return finish(&info, sizeof info);
    }
    case FileInternalInformation: {
        FILE_INTERNAL_INFORMATION info {};
        info.IndexNumber.QuadPart = 77;
        return finish(&info, sizeof info);
    }
    case FileEaInformation: {
        FILE_EA_INFORMATION info {};
        return finish(&info, sizeof info);
    }
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS NTAPI testQueryFile(PRX_CONTEXT rx)
{
    Call& call = record("MRxQueryFileInfo", rx, path(rx));
    call.infoClass = static_cast<ULONG>(rx->Info.FileInformationClass);
    return answer(call, queryFile);
}

NTSTATUS setFile(Call& call)
{
    PRX_CONTEXT rx = call.rx;
    Server& server = theLab().server;
    switch (rx->Info.FileInformationClass) {
    case FileEndOfFileInformation:
        server.files[call.subject].resize(static_cast<size_t>(
            static_cast<PFILE_END_OF_FILE_INFORMATION>(rx->Info.Buffer)->EndOfFile.QuadPart));
        return STATUS_SUCCESS;
    case FileRenameInformation: {
        auto* rename = static_cast<PFILE_RENAME_INFORMATION>(rx->Info.Buffer);
        UNICODE_STRING name { static_cast<USHORT>(rename->FileNameLength),
                              static_cast<USHORT>(rename->FileNameLength), rename->FileName };
        std::string target = narrow(&name);
        if (target[0] != '\\') {
            target = call.subject.substr(0, call.subject.rfind('\\') + 1) + target;
        }
        if (server.files.count(target) != 0 && !rename->ReplaceIfExists) {
            return STATUS_OBJECT_NAME_COLLISION;
        }
        if (server.files.count(call.subject) != 0) {
            server.files[target] = server.files[call.subject];
            server.files.erase(call.subject);
        } else {
            server.directories.erase(call.subject);
            server.directories[target] = 0;
        }
        return STATUS_SUCCESS;
    }
    default:
        return STATUS_SUCCESS;
    }
}

NTSTATUS NTAPI testSetFile(PRX_CONTEXT rx)
{
    Call& call = record("MRxSetFileInfo", rx, path(rx));
    call.infoClass = static_cast<ULONG>(rx->Info.FileInformationClass);
    call.flag = rx->Info.ReplaceIfExists;
    return answer(call, setFile);
}

NTSTATUS NTAPI testQueryVolume(PRX_CONTEXT rx)
{
    Call& call = record("MRxQueryVolumeInfo", rx, {});
    call.infoClass = static_cast<ULONG>(rx->Info.FsInformationClass);
    return answer(call, [](Call& c) {
        if (c.infoClass == FileFsDeviceInformation) {
            FILE_FS_DEVICE_INFORMATION info { FILE_DEVICE_DISK, FILE_REMOTE_DEVICE };
            memcpy(c.rx->Info.Buffer, &info, sizeof info);
            c.rx->Info.LengthRemaining -= static_cast<LONG>(sizeof info);
            return STATUS_SUCCESS;
        }
        return STATUS_NOT_IMPLEMENTED;
    });
}

NTSTATUS queryDirectory(Call& call)
{
    PRX_CONTEXT rx = call.rx;
    Server& server = theLab().server;
    if (rx->Info.FileInformationClass != FileNamesInformation) {
        return STATUS_INVALID_PARAMETER;
    }
    // One entry a call: the position of the enumeration lies in OffsetOfNextEaToReturn, which
    // directories have no other use for.
    if (rx->QueryDirectory.InitialQuery || rx->QueryDirectory.RestartScan) {
        rx->pFobx->OffsetOfNextEaToReturn = 0;
    }
    std::vector<std::string> names;
    const std::string prefix = call.subject == "\\" ? "\\" : call.subject + "\\";
    for (const auto& [name, data] : server.files) {
        if (name.rfind(prefix, 0) == 0 && name.find('\\', prefix.size()) == std::string::npos) {
            names.push_back(name.substr(prefix.size()));
        }
    }
    const size_t index = rx->pFobx->OffsetOfNextEaToReturn;
    if (index >= names.size()) {
        return index == 0 ? STATUS_NO_SUCH_FILE : STATUS_NO_MORE_FILES;
    }
    rx->pFobx->OffsetOfNextEaToReturn++;
    Name name(names[index]);
    auto* entry = static_cast<PFILE_NAMES_INFORMATION>(rx->Info.Buffer);
    entry->NextEntryOffset = 0;
    entry->FileIndex = 0;
    entry->FileNameLength = name.get()->Length;
    memcpy(entry->FileName, name.get()->Buffer, name.get()->Length);
    rx->Info.LengthRemaining
        -= static_cast<LONG>(FIELD_OFFSET(FILE_NAMES_INFORMATION, FileName) + name.get()->Length);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI testQueryDirectory(PRX_CONTEXT rx)
{
    Call& call = record("MRxQueryDirectory", rx, path(rx));
    call.flag = rx->QueryDirectory.InitialQuery;
    return answer(call, queryDirectory);
}

// ---- buffering
// -------------------------------------------------------------------------------------------------------------------

NTSTATUS NTAPI testComputeState(PMRX_SRV_OPEN srvOpen, PVOID context, PULONG newState)
{
    Call& call
        = record("MRxComputeNewBufferingState", nullptr, narrow(srvOpen->pAlreadyPrefixedName));
    call.srvOpen = srvOpen;
    call.fcb = srvOpen->pFcb;
    call.context = context;
    call.newState = newState;
    return answer(call, [](Call& c) {
        *c.newState = 0;
        return STATUS_SUCCESS;
    });
}

NTSTATUS NTAPI testCompleteState(PRX_CONTEXT rx, PMRX_SRV_OPEN srvOpen, PVOID context)
{
    Call& call = record(
        "MRxCompleteBufferingStateChangeRequest", rx, narrow(srvOpen->pAlreadyPrefixedName));
    call.srvOpen = srvOpen;
    call.fcb = srvOpen->pFcb;
    call.context = context;
    return answer(call, succeed);
}

} // namespace

NTSTATUS NTAPI testGetConnectionId(PRX_CONTEXT rx, PRX_CONNECTION_ID id)
{
    Call& call = record("MRxGetConnectionId", rx, {});
    call.connectionId = id;
    return answer(call, [](Call&) { return STATUS_NOT_IMPLEMENTED; });
}

void fillDispatch(MINIRDR_DISPATCH& d)
{
    ZeroAndInitializeNodeType(&d, RDBSS_NTC_MINIRDR_DISPATCH, sizeof d);
    d.MRxStart = testStart;
    d.MRxStop = testStop;
    d.MRxDevFcbXXXControlFile = testDevFcb;
    d.MRxCreateSrvCall = testCreateSrvCall;
    d.MRxSrvCallWinnerNotify = testWinner;
    d.MRxExtractNetRootName = testExtract;
    d.MRxCreateVNetRoot = testCreateVNetRoot;
    d.MRxFinalizeSrvCall = testFinalizeSrvCall;
    d.MRxFinalizeNetRoot = testFinalizeNetRoot;
    d.MRxFinalizeVNetRoot = testFinalizeVNetRoot;
    d.MRxPreparseName = testPreparse;
    d.MRxIsValidDirectory = testIsValidDirectory;
    d.MRxCreate = testCreate;
    d.MRxShouldTryToCollapseThisOpen = testShouldCollapse;
    d.MRxCollapseOpen = testCollapse;
    d.MRxCleanupFobx = plain<kMRxCleanupFobx>;
    d.MRxCloseSrvOpen = plain<kMRxCloseSrvOpen>;
    d.MRxDeallocateForFcb = testDeallocateFcb;
    d.MRxDeallocateForFobx = testDeallocateFobx;
    d.MRxForceClosed = testForceClosed;
    d.MRxAreFilesAliased = testAliased;
    d.MRxFlush = plain<kMRxFlush>;
    d.MRxTruncate = plain<kMRxTruncate>;
    d.MRxZeroExtend = plain<kMRxZeroExtend>;
    d.MRxSetFileInfoAtCleanup = plain<kMRxSetFileInfoAtCleanup>;
    d.MRxQueryDirectory = testQueryDirectory;
    d.MRxQueryFileInfo = testQueryFile;
    d.MRxSetFileInfo = testSetFile;
    d.MRxQueryEaInfo = plain<kMRxQueryEaInfo>;
    d.MRxSetEaInfo = plain<kMRxSetEaInfo>;
    d.MRxQuerySdInfo = plain<kMRxQuerySdInfo>;
    d.MRxSetSdInfo = plain<kMRxSetSdInfo>;
    d.MRxQueryQuotaInfo = plain<kMRxQueryQuotaInfo>;
    d.MRxSetQuotaInfo = plain<kMRxSetQuotaInfo>;
    d.MRxQueryVolumeInfo = testQueryVolume;
    d.MRxSetVolumeInfo = plain<kMRxSetVolumeInfo>;
    for (auto& slot : d.MRxLowIOSubmit) {
        slot = testLowIo;
    }
    d.MRxIsLockRealizable = testIsLockRealizable;
    d.MRxExtendForCache = testExtend<true>;
    d.MRxExtendForNonCache = testExtend<false>;
    d.MRxComputeNewBufferingState = testComputeState;
    d.MRxCompleteBufferingStateChangeRequest = testCompleteState;
    // Never called (facts 2.0): a test that finds one of these in the record has found an error.
    d.MRxCancel = plain<kMRxCancel>;
    d.MRxOpenPrintFile = plain<kMRxOpenPrintFile>;
    d.MRxClosePrintFile = plain<kMRxClosePrintFile>;
    d.MRxWritePrintFile = plain<kMRxWritePrintFile>;
    d.MRxEnumeratePrintQueue = plain<kMRxEnumeratePrintQueue>;
    d.MRxClosedSrvOpenTimeOut = plain<kMRxClosedSrvOpenTimeOut>;
    d.MRxClosedFcbTimeOut = plain<kMRxClosedFcbTimeOut>;
}

} // namespace rdrlab::test
