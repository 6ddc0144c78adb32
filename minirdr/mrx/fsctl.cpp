// fsctl.cpp - FSCTLs on files: sent to the server as they are.
#include "minirdr/mrx/minirdr.h"

namespace {
constexpr ULONG MAX_CONTROL_BYTES = 1024 * 1024;
constexpr ULONG FSCTL_DFS_FIRST = CTL_CODE(FILE_DEVICE_DFS, 0, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr ULONG FSCTL_NETWORK_FIRST
    = CTL_CODE(FILE_DEVICE_NETWORK_FILE_SYSTEM, 0, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr ULONG DEVICE_TYPE_MASK = 0xffff0000;

// Codes by which redirector and server talk among themselves are not for callers.
BOOLEAN IsPrivate(ULONG Code)
{
    return (Code & DEVICE_TYPE_MASK) == FSCTL_DFS_FIRST
        || (Code & DEVICE_TYPE_MASK) == FSCTL_NETWORK_FIRST;
}

// METHOD_NEITHER hands over the caller's own addresses; everything else was copied or locked by the
// I/O manager.
KPROCESSOR_MODE ModeOf(PRX_CONTEXT RxContext, ULONG Code)
{
    return (Code & 3) == METHOD_NEITHER ? RxContext->CurrentIrp->RequestorMode
                                        : static_cast<KPROCESSOR_MODE>(KernelMode);
}
}

NTSTATUS NTAPI MinirdrFsctl(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    MINIRDR_SRVOPEN* Open;
    NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    const auto* Control = &RxContext->LowIoContext.ParamsFor.FsCtl;
    const ULONG Code = Control->FsControlCode;
    const KPROCESSOR_MODE Mode = ModeOf(RxContext, Code);
    if (IsPrivate(Code))
        return STATUS_INVALID_DEVICE_REQUEST;
    // In another process the caller's addresses mean something else.
    if (Mode != KernelMode && (RxContext->Flags & RX_CONTEXT_FLAG_IN_FSP))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (Control->InputBufferLength > MAX_CONTROL_BYTES)
        return STATUS_INVALID_PARAMETER;
    const ULONG OutputRoom = Control->OutputBufferLength < MAX_CONTROL_BYTES
        ? Control->OutputBufferLength
        : MAX_CONTROL_BYTES;
    auto* Input = static_cast<PUCHAR>(MinirdrAllocate(Control->InputBufferLength + 1u));
    auto* Output = static_cast<PUCHAR>(MinirdrAllocate(OutputRoom + 1u));
    ULONG OutputBytes = OutputRoom;
    Status = Input && Output ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(Status) && Control->InputBufferLength)
        Status
            = MinirdrCopyFromCaller(Input, Control->pInputBuffer, Control->InputBufferLength, Mode);
    if (NT_SUCCESS(Status)) {
        Status = Smb2ControlFile(
            Open->Tree, Open->FileId, Code, TRUE, Input, Control->InputBufferLength, Output,
            &OutputBytes);
        const BOOLEAN HasOutput = NT_SUCCESS(Status) || Status == STATUS_BUFFER_OVERFLOW;
        if (HasOutput && OutputBytes) {
            const NTSTATUS Copied
                = MinirdrCopyToCaller(Control->pOutputBuffer, Output, OutputBytes, Mode);
            if (!NT_SUCCESS(Copied))
                Status = Copied;
        }
        RxContext->InformationToReturn = HasOutput ? OutputBytes : 0;
    }
    MinirdrFree(Input);
    MinirdrFree(Output);
    Status = MinirdrMapIoStatus(Status);
    RxContext->StoredStatus = Status;
    return Status;
}
