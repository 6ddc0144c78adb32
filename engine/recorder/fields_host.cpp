// The field tables of the NT structures, by offsetof over the kernel's own headers, so that they
// are right for whatever those headers say. Credentials are never recorded: of a password only its
// presence is.
#include <ntifs.h>

#include <rx.h>

#include "engine/recorder/fieldnames.h"
#include "engine/recorder/fields.h"

#include <cstddef>

namespace rdrlab::recorder {

namespace {

using T = FieldType;

#define FIELD(structure, member, type)                                                             \
    Field                                                                                          \
    {                                                                                              \
#member, type, offsetof(structure, member),                                                \
            sizeof(static_cast <structure*>(nullptr)->member)                                      \
    }
#define NAMED(structure, member, type, names)                                                      \
    Field                                                                                          \
    {                                                                                              \
#member, type, offsetof(structure, member),                                                \
            sizeof(static_cast <structure*>(nullptr)->member), names                               \
    }
// A UNICODE_STRING that the structure points to.
#define STRING_AT(structure, member)                                                               \
    Field                                                                                          \
    {                                                                                              \
#member, T::UnicodeString, 0, sizeof(UNICODE_STRING), {},                                  \
            [](const void* object, std::uint32_t bytes) -> const void* {                           \
                return bytes < offsetof(structure, member) + sizeof(void*)                         \
                    ? nullptr                                                                      \
                    : static_cast<const structure*>(object)->member;                               \
            }       \
    }

constexpr Field kFileFields[] = {
    FIELD(FILE_OBJECT, FileName, T::UnicodeString),
    FIELD(FILE_OBJECT, DeviceObject, T::Pointer),
    FIELD(FILE_OBJECT, FsContext, T::Pointer),
    FIELD(FILE_OBJECT, FsContext2, T::Pointer),
    FIELD(FILE_OBJECT, RelatedFileObject, T::Pointer),
    FIELD(FILE_OBJECT, SectionObjectPointer, T::Presence),
    FIELD(FILE_OBJECT, PrivateCacheMap, T::Presence),
    FIELD(FILE_OBJECT, FinalStatus, T::Status),
    NAMED(FILE_OBJECT, Flags, T::Flags, kFileObjectFlags),
    FIELD(FILE_OBJECT, LockOperation, T::Boolean),
    FIELD(FILE_OBJECT, DeletePending, T::Boolean),
    FIELD(FILE_OBJECT, ReadAccess, T::Boolean),
    FIELD(FILE_OBJECT, WriteAccess, T::Boolean),
    FIELD(FILE_OBJECT, DeleteAccess, T::Boolean),
    FIELD(FILE_OBJECT, SharedRead, T::Boolean),
    FIELD(FILE_OBJECT, SharedWrite, T::Boolean),
    FIELD(FILE_OBJECT, SharedDelete, T::Boolean),
    FIELD(FILE_OBJECT, CurrentByteOffset, T::LargeInteger),
    FIELD(FILE_OBJECT, Waiters, T::Unsigned),
    FIELD(FILE_OBJECT, Busy, T::Unsigned),
};

// The stack location of the driver that has the request now; none before the first call and after
// the last completion.
const IO_STACK_LOCATION* currentStack(const void* object, std::uint32_t bytes)
{
    const auto* irp = static_cast<const IRP*>(object);
    if (bytes < sizeof(IRP) || irp->CurrentLocation > irp->StackCount || irp->CurrentLocation < 1) {
        return nullptr;
    }
    return irp->Tail.Overlay.CurrentStackLocation;
}

#define STACK_FIELD(member, type, ...)                                                             \
    Field                                                                                          \
    {                                                                                              \
        "CurrentStackLocation." #member, type, 0,                                                  \
            sizeof(static_cast<IO_STACK_LOCATION*>(nullptr)->member), { __VA_ARGS__ },             \
            [](const void* object, std::uint32_t bytes) -> const void* {                           \
                const IO_STACK_LOCATION* stack = currentStack(object, bytes);                      \
                return stack != nullptr ? &stack->member : nullptr;                                \
            }                                                                                      \
    }

constexpr Field kIrpFields[] = {
    STACK_FIELD(MajorFunction, T::Enumeration, kMajorFunctions),
    STACK_FIELD(MinorFunction, T::Unsigned),
    STACK_FIELD(Control, T::Flags, kStackControl),
    STACK_FIELD(DeviceObject, T::Pointer),
    STACK_FIELD(FileObject, T::Pointer),
    NAMED(IRP, Flags, T::Flags, kIrpFlags),
    FIELD(IRP, IoStatus.Status, T::Status),
    FIELD(IRP, IoStatus.Information, T::Unsigned),
    FIELD(IRP, StackCount, T::Signed),
    FIELD(IRP, CurrentLocation, T::Signed),
    FIELD(IRP, PendingReturned, T::Boolean),
    FIELD(IRP, Cancel, T::Boolean),
    FIELD(IRP, CancelRoutine, T::Presence),
    FIELD(IRP, RequestorMode, T::Unsigned),
    FIELD(IRP, MdlAddress, T::Presence),
    FIELD(IRP, AssociatedIrp.SystemBuffer, T::Presence),
    FIELD(IRP, Tail.Overlay.Thread, T::Pointer),
    FIELD(IRP, Tail.Overlay.OriginalFileObject, T::Pointer),
};

constexpr Field kDeviceFields[] = {
    FIELD(DEVICE_OBJECT, DriverObject, T::Pointer),
    FIELD(DEVICE_OBJECT, AttachedDevice, T::Pointer),
    FIELD(DEVICE_OBJECT, ReferenceCount, T::Signed),
    FIELD(DEVICE_OBJECT, DeviceType, T::Hex),
    FIELD(DEVICE_OBJECT, Characteristics, T::Hex),
    FIELD(DEVICE_OBJECT, StackSize, T::Signed),
    NAMED(DEVICE_OBJECT, Flags, T::Flags, kDeviceFlags),
    FIELD(DEVICE_OBJECT, Vpb, T::Presence),
};

constexpr Field kDriverFields[] = {
    FIELD(DRIVER_OBJECT, DriverName, T::UnicodeString),
    FIELD(DRIVER_OBJECT, DeviceObject, T::Pointer),
    FIELD(DRIVER_OBJECT, Flags, T::Hex),
    FIELD(DRIVER_OBJECT, FastIoDispatch, T::Presence),
    FIELD(DRIVER_OBJECT, DriverUnload, T::Presence),
};

constexpr Field kSrvCallFields[] = {
    STRING_AT(SRV_CALL, pSrvCallName),
    STRING_AT(SRV_CALL, pPrincipalName),
    STRING_AT(SRV_CALL, pDomainName),
    NAMED(SRV_CALL, Condition, T::Enumeration, kConditions),
    FIELD(SRV_CALL, NodeReferenceCount, T::Unsigned),
    FIELD(SRV_CALL, Status, T::Status),
    NAMED(SRV_CALL, Flags, T::Flags, kSrvCallFlags),
    FIELD(SRV_CALL, Context, T::Pointer),
    FIELD(SRV_CALL, Context2, T::Pointer),
    FIELD(SRV_CALL, RxDeviceObject, T::Pointer),
    FIELD(SRV_CALL, MaximumNumberOfCloseDelayedFiles, T::Signed),
    FIELD(SRV_CALL, NumberOfCloseDelayedFiles, T::Signed),
    FIELD(SRV_CALL, UpperFinalizationDone, T::Boolean),
};

constexpr Field kNetRootFields[] = {
    STRING_AT(NET_ROOT, pNetRootName),
    FIELD(NET_ROOT, InnerNamePrefix, T::UnicodeString),
    NAMED(NET_ROOT, Condition, T::Enumeration, kConditions),
    FIELD(NET_ROOT, NodeReferenceCount, T::Unsigned),
    FIELD(NET_ROOT, pSrvCall, T::Pointer),
    NAMED(NET_ROOT, Type, T::Enumeration, kNetRootTypes),
    NAMED(NET_ROOT, MRxNetRootState, T::Enumeration, kNetRootStates),
    NAMED(NET_ROOT, Flags, T::Flags, kNetRootFlags),
    FIELD(NET_ROOT, DeviceType, T::Hex),
    FIELD(NET_ROOT, NumberOfFcbs, T::Unsigned),
    FIELD(NET_ROOT, NumberOfSrvOpens, T::Unsigned),
    FIELD(NET_ROOT, NumberOfVirtualNetRoots, T::Unsigned),
    FIELD(NET_ROOT, DefaultVNetRoot, T::Pointer),
    FIELD(NET_ROOT, Context, T::Pointer),
    FIELD(NET_ROOT, Context2, T::Pointer),
    FIELD(NET_ROOT, UpperFinalizationDone, T::Boolean),
};

constexpr Field kVNetRootFields[] = {
    FIELD(V_NET_ROOT, NamePrefix, T::UnicodeString),
    NAMED(V_NET_ROOT, Condition, T::Enumeration, kConditions),
    FIELD(V_NET_ROOT, NodeReferenceCount, T::Unsigned),
    FIELD(V_NET_ROOT, pNetRoot, T::Pointer),
    FIELD(V_NET_ROOT, ConstructionStatus, T::Status),
    FIELD(V_NET_ROOT, Flags, T::Hex),
    FIELD(V_NET_ROOT, NumberOfOpens, T::Unsigned),
    FIELD(V_NET_ROOT, NumberOfFobxs, T::Unsigned),
    FIELD(V_NET_ROOT, SessionId, T::Unsigned),
    STRING_AT(V_NET_ROOT, pUserDomainName),
    STRING_AT(V_NET_ROOT, pUserName),
    FIELD(V_NET_ROOT, pPassword, T::Presence),
    FIELD(V_NET_ROOT, IsExplicitConnection, T::Boolean),
    FIELD(V_NET_ROOT, Context, T::Pointer),
    FIELD(V_NET_ROOT, Context2, T::Pointer),
    FIELD(V_NET_ROOT, AdditionalReferenceForDeleteFsctlTaken, T::Signed),
    FIELD(V_NET_ROOT, UpperFinalizationDone, T::Boolean),
    FIELD(V_NET_ROOT, ConnectionFinalizationDone, T::Boolean),
};

constexpr Field kFcbFields[] = {
    FIELD(FCB, PrivateAlreadyPrefixedName, T::UnicodeString),
    NAMED(FCB, Condition, T::Enumeration, kConditions),
    FIELD(FCB, NodeReferenceCount, T::Unsigned),
    FIELD(FCB, OpenCount, T::Unsigned),
    FIELD(FCB, UncleanCount, T::Unsigned),
    FIELD(FCB, UncachedUncleanCount, T::Unsigned),
    NAMED(FCB, FcbState, T::Flags, kFcbStates),
    NAMED(FCB, Attributes, T::Flags, kFileAttributes),
    FIELD(FCB, Header.FileSize, T::LargeInteger),
    FIELD(FCB, Header.ValidDataLength, T::LargeInteger),
    FIELD(FCB, Header.AllocationSize, T::LargeInteger),
    FIELD(FCB, ActualAllocationLength, T::Unsigned),
    FIELD(FCB, NumberOfLinks, T::Unsigned),
    FIELD(FCB, CreationTime, T::LargeInteger),
    FIELD(FCB, LastAccessTime, T::LargeInteger),
    FIELD(FCB, LastWriteTime, T::LargeInteger),
    FIELD(FCB, LastChangeTime, T::LargeInteger),
    FIELD(FCB, pNetRoot, T::Pointer),
    FIELD(FCB, VNetRoot, T::Pointer),
    FIELD(FCB, InternalSrvOpen, T::Pointer),
    FIELD(FCB, InternalFobx, T::Pointer),
    FIELD(FCB, Context, T::Pointer),
    FIELD(FCB, Context2, T::Pointer),
    FIELD(FCB, ShareAccess.OpenCount, T::Unsigned),
    FIELD(FCB, ShareAccess.Readers, T::Unsigned),
    FIELD(FCB, ShareAccess.Writers, T::Unsigned),
    FIELD(FCB, ShareAccess.Deleters, T::Unsigned),
    FIELD(FCB, ShareAccess.SharedRead, T::Unsigned),
    FIELD(FCB, ShareAccess.SharedWrite, T::Unsigned),
    FIELD(FCB, ShareAccess.SharedDelete, T::Unsigned),
    FIELD(FCB, OutstandingLockOperationsCount, T::Unsigned),
    FIELD(FCB, SrvOpenListVersion, T::Unsigned),
    FIELD(FCB, ulFileSizeVersion, T::Unsigned),
    FIELD(FCB, IsFileWritten, T::Boolean),
    FIELD(FCB, fShouldBeOrphaned, T::Boolean),
    FIELD(FCB, fMiniInited, T::Boolean),
    FIELD(FCB, UpperFinalizationDone, T::Boolean),
};

constexpr Field kSrvOpenFields[] = {
    STRING_AT(SRV_OPEN, pAlreadyPrefixedName),
    NAMED(SRV_OPEN, Condition, T::Enumeration, kConditions),
    FIELD(SRV_OPEN, NodeReferenceCount, T::Unsigned),
    FIELD(SRV_OPEN, OpenStatus, T::Status),
    FIELD(SRV_OPEN, pFcb, T::Pointer),
    FIELD(SRV_OPEN, pVNetRoot, T::Pointer),
    NAMED(SRV_OPEN, Flags, T::Flags, kSrvOpenFlags),
    FIELD(SRV_OPEN, OpenCount, T::Unsigned),
    FIELD(SRV_OPEN, UncleanFobxCount, T::Unsigned),
    FIELD(SRV_OPEN, DesiredAccess, T::Hex),
    NAMED(SRV_OPEN, ShareAccess, T::Flags, kShareAccess),
    FIELD(SRV_OPEN, CreateOptions, T::Hex),
    NAMED(SRV_OPEN, BufferingFlags, T::Flags, kFcbStates),
    FIELD(SRV_OPEN, BufferingToken, T::Signed),
    FIELD(SRV_OPEN, Context, T::Pointer),
    FIELD(SRV_OPEN, Context2, T::Pointer),
    FIELD(SRV_OPEN, InternalFobx, T::Pointer),
    FIELD(SRV_OPEN, UpperFinalizationDone, T::Boolean),
};

constexpr Field kFobxFields[] = {
    FIELD(FOBX, NodeReferenceCount, T::Unsigned),
    FIELD(FOBX, pSrvOpen, T::Pointer),
    FIELD(FOBX, AssociatedFileObject, T::Pointer),
    NAMED(FOBX, Flags, T::Flags, kFobxFlags),
    FIELD(FOBX, Context, T::Pointer),
    FIELD(FOBX, Context2, T::Pointer),
    FIELD(FOBX, OffsetOfNextEaToReturn, T::Unsigned),
    FIELD(FOBX, ContainsWildCards, T::Boolean),
    FIELD(FOBX, fOpenCountDecremented, T::Boolean),
    FIELD(FOBX, UpperFinalizationDone, T::Boolean),
};

constexpr Field kRxContextFields[] = {
    NAMED(RX_CONTEXT, MajorFunction, T::Enumeration, kMajorFunctions),
    FIELD(RX_CONTEXT, MinorFunction, T::Unsigned),
    FIELD(RX_CONTEXT, ReferenceCount, T::Unsigned),
    NAMED(RX_CONTEXT, Flags, T::Flags, kRxContextFlags),
    FIELD(RX_CONTEXT, StoredStatus, T::Status),
    FIELD(RX_CONTEXT, InformationToReturn, T::Unsigned),
    FIELD(RX_CONTEXT, CurrentIrp, T::Pointer),
    FIELD(RX_CONTEXT, pFcb, T::Pointer),
    FIELD(RX_CONTEXT, pFobx, T::Pointer),
    FIELD(RX_CONTEXT, pRelevantSrvOpen, T::Pointer),
    FIELD(RX_CONTEXT, RealDevice, T::Pointer),
    FIELD(RX_CONTEXT, OriginalThread, T::Pointer),
    FIELD(RX_CONTEXT, LastExecutionThread, T::Pointer),
    FIELD(RX_CONTEXT, PendingReturned, T::Boolean),
    FIELD(RX_CONTEXT, PostRequest, T::Boolean),
    FIELD(RX_CONTEXT, FcbResourceAcquired, T::Boolean),
    FIELD(RX_CONTEXT, FcbPagingIoResourceAcquired, T::Boolean),
    FIELD(RX_CONTEXT, MRxCancelRoutine, T::Presence),
    FIELD(RX_CONTEXT, ResumeRoutine, T::Presence),
    FIELD(RX_CONTEXT, SerialNumber, T::Unsigned),
};

} // namespace

void registerNtFieldTables()
{
    setFieldTable(trace::ObjectKind::File, kFileFields);
    setFieldTable(trace::ObjectKind::Irp, kIrpFields);
    setFieldTable(trace::ObjectKind::Device, kDeviceFields);
    setFieldTable(trace::ObjectKind::Driver, kDriverFields);
    setFieldTable(trace::ObjectKind::SrvCall, kSrvCallFields);
    setFieldTable(trace::ObjectKind::NetRoot, kNetRootFields);
    setFieldTable(trace::ObjectKind::VNetRoot, kVNetRootFields);
    setFieldTable(trace::ObjectKind::Fcb, kFcbFields);
    setFieldTable(trace::ObjectKind::SrvOpen, kSrvOpenFields);
    setFieldTable(trace::ObjectKind::Fobx, kFobxFields);
    setFieldTable(trace::ObjectKind::RxContext, kRxContextFields);
}

} // namespace rdrlab::recorder
