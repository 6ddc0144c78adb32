// vnetroot.cpp - NET_ROOT and V_NET_ROOT: a share, as one user sees it.
//
// The first V_NET_ROOT of a share settles what kind of NET_ROOT it is; each one has a tree connect
// of its own user. Same two-phase protocol as srvcall.cpp: STATUS_PENDING, then one callback with
// both statuses.
#include "minirdr/mrx/minirdr.h"

namespace {
constexpr WCHAR GuestName[] = L"guest";

// "share" out of "\server\share", the NET_ROOT's own name.
UNICODE_STRING ShareName(PMRX_NET_ROOT NetRoot)
{
    UNICODE_STRING Whole = *NetRoot->pNetRootName;
    const USHORT Skip = NetRoot->pSrvCall->pSrvCallName->Length;
    if (Whole.Length > Skip) {
        Whole.Buffer += Skip / sizeof(WCHAR);
        Whole.Length = static_cast<USHORT>(Whole.Length - Skip);
    }
    return MinirdrServerName(&Whole);
}

VOID DescribeNetRoot(PMRX_NET_ROOT NetRoot, const SMB2_TREE* Tree)
{
    switch (Tree->ShareType) {
    case SMB2_SHARE_TYPE_PIPE:
        NetRoot->Type = NET_ROOT_PIPE;
        NetRoot->DeviceType = FILE_DEVICE_NAMED_PIPE;
        break;
    case SMB2_SHARE_TYPE_PRINT:
        NetRoot->Type = NET_ROOT_PRINT;
        NetRoot->DeviceType = FILE_DEVICE_PRINTER;
        break;
    default:
        NetRoot->Type = NET_ROOT_DISK;
        NetRoot->DeviceType = FILE_DEVICE_DISK;
        break;
    }
    NetRoot->MRxNetRootState = MRX_NET_ROOT_STATE_GOOD;
    // Anything but NULL says that the NET_ROOT was described; the share type is the only thing
    // worth keeping.
    NetRoot->Context = reinterpret_cast<PVOID>(static_cast<ULONG_PTR>(Tree->ShareType));
}

NTSTATUS OpenTree(PMRX_V_NET_ROOT VNetRoot, SMB2_TREE** Tree)
{
    MINIRDR_SRVCALL* SrvCall = SrvCallExtension(VNetRoot->pNetRoot->pSrvCall);
    SMB2_CREDENTIALS Credentials;
    NTSTATUS Status = MinirdrCopyCredentials(VNetRoot, &Credentials);
    if (!NT_SUCCESS(Status))
        return Status;
    const UNICODE_STRING Share = ShareName(VNetRoot->pNetRoot);
    Status = Smb2OpenTree(SrvCall->Server, &Share, &Credentials, &VNetRoot->LogonId, Tree);
    MinirdrFreeCredentials(&Credentials);
    return Status;
}

VOID NTAPI CreateVNetRootWorker(PVOID Parameter)
{
    auto* Context = static_cast<PMRX_CREATENETROOT_CONTEXT>(Parameter);
    auto* VNetRoot = reinterpret_cast<PMRX_V_NET_ROOT>(Context->pVNetRoot);
    PMRX_NET_ROOT NetRoot = VNetRoot->pNetRoot;
    MINIRDR_VNETROOT* Extension = VNetRootExtension(VNetRoot);
    SleepLockInitialize(&Extension->Lock);
    const NTSTATUS Status = MinirdrMapTreeStatus(OpenTree(VNetRoot, &Extension->Tree));
    const BOOLEAN FirstOfShare = NetRoot->Context == nullptr;
    if (NT_SUCCESS(Status)) {
        if (FirstOfShare)
            DescribeNetRoot(NetRoot, Extension->Tree);
        Context->NetRootStatus = STATUS_SUCCESS;
    } else {
        // A share that others use well is not bad because this user may not use it.
        Extension->Tree = nullptr;
        Context->NetRootStatus = FirstOfShare ? Status : STATUS_SUCCESS;
    }
    Context->VirtualNetRootStatus = Status;
    Context->Callback(Context);
}

NTSTATUS CopyThree(
    SMB2_CREDENTIALS* To, PCUNICODE_STRING User, PCUNICODE_STRING Domain, PCUNICODE_STRING Password)
{
    static constexpr UNICODE_STRING Nothing = {};
    *To = {};
    NTSTATUS Status = Smb2CopyString(&To->User, User ? User : &Nothing);
    if (NT_SUCCESS(Status))
        Status = Smb2CopyString(&To->Domain, Domain ? Domain : &Nothing);
    if (NT_SUCCESS(Status))
        Status = Smb2CopyString(&To->Password, Password ? Password : &Nothing);
    if (!NT_SUCCESS(Status))
        MinirdrFreeCredentials(To);
    return Status;
}
}

NTSTATUS MinirdrCopyCredentials(PMRX_V_NET_ROOT VNetRoot, SMB2_CREDENTIALS* Credentials)
{
    if (VNetRoot->pUserName && VNetRoot->pUserName->Length)
        return CopyThree(
            Credentials, VNetRoot->pUserName, VNetRoot->pUserDomainName, VNetRoot->pPassword);
    SLEEP_GUARD Guard(&Minirdr.Lock);
    const MINIRDR_STORED_CREDENTIALS* Found = nullptr;
    for (LIST_ENTRY* Entry = Minirdr.Credentials.Flink; Entry != &Minirdr.Credentials;
         Entry = Entry->Flink) {
        const auto* Stored = CONTAINING_RECORD(Entry, MINIRDR_STORED_CREDENTIALS, Links);
        const BOOLEAN Own = Stored->LogonId.LowPart == VNetRoot->LogonId.LowPart
            && Stored->LogonId.HighPart == VNetRoot->LogonId.HighPart;
        const BOOLEAN Default = Stored->LogonId.LowPart == 0 && Stored->LogonId.HighPart == 0;
        if (Own || (Default && !Found))
            Found = Stored;
        if (Own)
            break;
    }
    if (Found)
        return CopyThree(
            Credentials, &Found->Credentials.User, &Found->Credentials.Domain,
            &Found->Credentials.Password);
    UNICODE_STRING Guest;
    RtlInitUnicodeString(&Guest, GuestName);
    return CopyThree(Credentials, &Guest, nullptr, nullptr);
}

VOID MinirdrFreeCredentials(SMB2_CREDENTIALS* Credentials)
{
    if (Credentials->Password.Buffer)
        RtlZeroMemory(Credentials->Password.Buffer, Credentials->Password.Length);
    Smb2FreeString(&Credentials->User);
    Smb2FreeString(&Credentials->Domain);
    Smb2FreeString(&Credentials->Password);
}

NTSTATUS MinirdrGetTree(PMRX_V_NET_ROOT VNetRoot, SMB2_TREE** Tree)
{
    MINIRDR_VNETROOT* Extension = VNetRootExtension(VNetRoot);
    MINIRDR_SRVCALL* SrvCall = SrvCallExtension(VNetRoot->pNetRoot->pSrvCall);
    SLEEP_GUARD Guard(&Extension->Lock);
    if (Extension->Tree && !Smb2TreeIsAlive(Extension->Tree)) {
        Smb2CloseTree(SrvCall->Server, Extension->Tree);
        Extension->Tree = nullptr;
    }
    if (!Extension->Tree) {
        SMB2_TREE* Fresh;
        const NTSTATUS Status = OpenTree(VNetRoot, &Fresh);
        if (!NT_SUCCESS(Status))
            return Status;
        Extension->Tree = Fresh;
    }
    Smb2ReferenceTree(Extension->Tree);
    *Tree = Extension->Tree;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI MinirdrCreateVNetRoot(PMRX_CREATENETROOT_CONTEXT Context)
{
    PAGED_CODE();
    if (IoGetCurrentProcess() == RxGetRDBSSProcess()) {
        CreateVNetRootWorker(Context);
        return STATUS_PENDING;
    }
    const NTSTATUS Status
        = RxDispatchToWorkerThread(Minirdr.Device, DelayedWorkQueue, CreateVNetRootWorker, Context);
    if (!NT_SUCCESS(Status)) {
        Context->VirtualNetRootStatus = Context->NetRootStatus = Status;
        Context->Callback(Context);
    }
    return STATUS_PENDING;
}

NTSTATUS NTAPI MinirdrFinalizeVNetRoot(PMRX_V_NET_ROOT VirtualNetRoot, PBOOLEAN Force)
{
    UNREFERENCED_PARAMETER(Force);
    PAGED_CODE();
    MINIRDR_VNETROOT* Extension = VNetRootExtension(VirtualNetRoot);
    if (Extension && Extension->Tree) {
        Smb2CloseTree(
            SrvCallExtension(VirtualNetRoot->pNetRoot->pSrvCall)->Server, Extension->Tree);
        Extension->Tree = nullptr;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI MinirdrFinalizeNetRoot(PMRX_NET_ROOT NetRoot, PBOOLEAN Force)
{
    UNREFERENCED_PARAMETER(Force);
    // The trees went with their V_NET_ROOTs; only the mark is left.
    NetRoot->Context = nullptr;
    return STATUS_SUCCESS;
}
