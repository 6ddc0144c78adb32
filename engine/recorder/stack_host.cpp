// The stack locations of IRPs on their way into the trace: the members that a function has are
// taken out of the union here, where its headers are known. SCHEMA.md has the order of the
// parameters.
//
// Entered from IofCallDriver at any IRQL up to DISPATCH_LEVEL; nothing here throws, blocks or
// changes the IRP.
#include <ntifs.h>

#include "engine/ddk/rx/rdrtrace.h"
#include "engine/recorder/fields.h"
#include "engine/recorder/recorder.h"

namespace recorder = rdrlab::recorder;
using rdrlab::recorder::Recorder;

namespace {

constexpr USHORT kLongestName = 512; // bytes kept of a search pattern

std::uint64_t isThere(const void* pointer)
{
    return pointer != nullptr;
}

ULONG accessOf(PIO_SECURITY_CONTEXT context)
{
    return context != nullptr ? context->DesiredAccess : 0;
}

std::string textOf(PCUNICODE_STRING text)
{
    return text == nullptr || text->Buffer == nullptr
        ? std::string()
        : recorder::utf8(
            reinterpret_cast<const char16_t*>(text->Buffer),
            (text->Length < kLongestName ? text->Length : kLongestName) / 2u);
}

void takeDirectory(const IO_STACK_LOCATION& stack, recorder::StackInfo& info, std::string& name)
{
    const auto& parameters = stack.Parameters;
    if (stack.MinorFunction == IRP_MN_QUERY_DIRECTORY) {
        info.parameters = { parameters.QueryDirectory.Length,
                            std::uint64_t(parameters.QueryDirectory.FileInformationClass),
                            parameters.QueryDirectory.FileIndex };
        name = textOf(parameters.QueryDirectory.FileName);
        info.name = name;
    } else if (stack.MinorFunction == IRP_MN_NOTIFY_CHANGE_DIRECTORY) {
        info.parameters
            = { parameters.NotifyDirectory.Length, parameters.NotifyDirectory.CompletionFilter };
    }
}

void takeLock(const IO_STACK_LOCATION& stack, recorder::StackInfo& info)
{
    const auto& lock = stack.Parameters.LockControl;
    const bool isOne
        = stack.MinorFunction == IRP_MN_LOCK || stack.MinorFunction == IRP_MN_UNLOCK_SINGLE;
    info.parameters = { isOne && lock.Length != nullptr ? std::uint64_t(lock.Length->QuadPart) : 0,
                        lock.Key, std::uint64_t(lock.ByteOffset.QuadPart) };
}

// Two drivers may agree on a use of the union of their own, with pointers in it; a length or a code
// never fills its word.
bool isPrivate(const IO_STACK_LOCATION& stack)
{
    const auto& words = stack.Parameters.Others;
    const auto isWide
        = [](const void* word) { return reinterpret_cast<std::uint64_t>(word) > UINT32_MAX; };
    return isWide(words.Argument1) || isWide(words.Argument2) || isWide(words.Argument3);
}

// `name` holds what `info.name` looks at.
void takeParameters(const IO_STACK_LOCATION& stack, recorder::StackInfo& info, std::string& name)
{
    const auto& parameters = stack.Parameters;
    switch (stack.MajorFunction) {
    case IRP_MJ_CREATE:
        info.parameters = { accessOf(parameters.Create.SecurityContext), parameters.Create.Options,
                            parameters.Create.FileAttributes, parameters.Create.ShareAccess,
                            parameters.Create.EaLength };
        break;
    case IRP_MJ_CREATE_NAMED_PIPE:
        info.parameters
            = { accessOf(parameters.CreatePipe.SecurityContext), parameters.CreatePipe.Options,
                isThere(parameters.CreatePipe.Parameters), parameters.CreatePipe.ShareAccess };
        break;
    case IRP_MJ_CREATE_MAILSLOT:
        info.parameters
            = { accessOf(parameters.CreateMailslot.SecurityContext),
                parameters.CreateMailslot.Options, isThere(parameters.CreateMailslot.Parameters),
                parameters.CreateMailslot.ShareAccess };
        break;
    case IRP_MJ_READ:
        info.parameters
            = { parameters.Read.Length, parameters.Read.Key,
                std::uint64_t(parameters.Read.ByteOffset.QuadPart), parameters.Read.Flags };
        break;
    case IRP_MJ_WRITE:
        info.parameters
            = { parameters.Write.Length, parameters.Write.Key,
                std::uint64_t(parameters.Write.ByteOffset.QuadPart), parameters.Write.Flags };
        break;
    case IRP_MJ_QUERY_INFORMATION:
        info.parameters = { parameters.QueryFile.Length,
                            std::uint64_t(parameters.QueryFile.FileInformationClass) };
        break;
    case IRP_MJ_SET_INFORMATION:
        info.parameters
            = { parameters.SetFile.Length, std::uint64_t(parameters.SetFile.FileInformationClass),
                0, parameters.SetFile.ClusterCount };
        info.target = parameters.SetFile.FileObject;
        break;
    case IRP_MJ_QUERY_EA:
        info.parameters = { parameters.QueryEa.Length, isThere(parameters.QueryEa.EaList),
                            parameters.QueryEa.EaListLength, parameters.QueryEa.EaIndex };
        break;
    case IRP_MJ_SET_EA:
        info.parameters = { parameters.SetEa.Length };
        break;
    case IRP_MJ_QUERY_VOLUME_INFORMATION:
        info.parameters = { parameters.QueryVolume.Length,
                            std::uint64_t(parameters.QueryVolume.FsInformationClass) };
        break;
    case IRP_MJ_SET_VOLUME_INFORMATION:
        info.parameters = { parameters.SetVolume.Length,
                            std::uint64_t(parameters.SetVolume.FsInformationClass) };
        break;
    case IRP_MJ_DIRECTORY_CONTROL:
        takeDirectory(stack, info, name);
        break;
    case IRP_MJ_FILE_SYSTEM_CONTROL:
        if (stack.MinorFunction == IRP_MN_USER_FS_REQUEST
            || stack.MinorFunction == IRP_MN_KERNEL_CALL) {
            info.parameters = { parameters.FileSystemControl.OutputBufferLength,
                                parameters.FileSystemControl.InputBufferLength,
                                parameters.FileSystemControl.FsControlCode,
                                isThere(parameters.FileSystemControl.Type3InputBuffer) };
        }
        break;
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        if (isPrivate(stack)) {
            break;
        }
        [[fallthrough]];
    case IRP_MJ_DEVICE_CONTROL:
        info.parameters = { parameters.DeviceIoControl.OutputBufferLength,
                            parameters.DeviceIoControl.InputBufferLength,
                            parameters.DeviceIoControl.IoControlCode,
                            isThere(parameters.DeviceIoControl.Type3InputBuffer) };
        break;
    case IRP_MJ_LOCK_CONTROL:
        takeLock(stack, info);
        break;
    case IRP_MJ_QUERY_SECURITY:
        info.parameters
            = { parameters.QuerySecurity.SecurityInformation, parameters.QuerySecurity.Length };
        break;
    case IRP_MJ_SET_SECURITY:
        info.parameters = { parameters.SetSecurity.SecurityInformation,
                            isThere(parameters.SetSecurity.SecurityDescriptor) };
        break;
    case IRP_MJ_QUERY_QUOTA:
        info.parameters
            = { parameters.QueryQuota.Length, isThere(parameters.QueryQuota.StartSid),
                isThere(parameters.QueryQuota.SidList), parameters.QueryQuota.SidListLength };
        break;
    case IRP_MJ_SET_QUOTA:
        info.parameters = { parameters.SetQuota.Length };
        break;
    default:
        break; // no parameters, or none that a redirector is asked for
    }
}

} // namespace

extern "C" {

void RdrTraceStackLocation(RDR_SPAN Span, const void* Irp)
{
    Recorder* active = Recorder::active();
    if (active == nullptr || Span == 0) {
        return;
    }
    const auto* irp = static_cast<const IRP*>(Irp);
    const IO_STACK_LOCATION& stack = *irp->Tail.Overlay.CurrentStackLocation;
    recorder::StackInfo info;
    info.number = std::uint8_t(irp->CurrentLocation);
    info.major = stack.MajorFunction;
    info.minor = stack.MinorFunction;
    info.flags = stack.Flags;
    info.control = stack.Control;
    info.hasContext = stack.Context != nullptr;
    info.file = stack.FileObject;
    info.completionRoutine = reinterpret_cast<const void*>(stack.CompletionRoutine);
    std::string name;
    takeParameters(stack, info, name);
    active->stackLocation(Span, Irp, info);
}

void RdrTraceStackPended(RDR_SPAN Span)
{
    if (Recorder* active = Recorder::active()) {
        active->stackPended(Span);
    }
}

} // extern "C"
