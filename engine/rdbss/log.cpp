// The error log and the debug log.
#include "calldown.h"

namespace {

constexpr USHORT RxpMaximumAnnotation = 255;

void RxpWriteEntry(
    PDEVICE_OBJECT DeviceObject, ULONG EventId, NTSTATUS Status, PVOID Data, USHORT DataLength)
{
    ULONG Bytes = FIELD_OFFSET(IO_ERROR_LOG_PACKET, DumpData) + DataLength;
    if (Bytes > ERROR_LOG_MAXIMUM_SIZE) {
        Bytes = ERROR_LOG_MAXIMUM_SIZE;
        DataLength = (USHORT)(Bytes - FIELD_OFFSET(IO_ERROR_LOG_PACKET, DumpData));
    }
    PIO_ERROR_LOG_PACKET Packet
        = (PIO_ERROR_LOG_PACKET)IoAllocateErrorLogEntry(DeviceObject, (UCHAR)Bytes);
    if (Packet == nullptr) {
        return; // the log is not worth failing for
    }
    RtlZeroMemory(Packet, FIELD_OFFSET(IO_ERROR_LOG_PACKET, DumpData));
    Packet->ErrorCode = (NTSTATUS)EventId;
    Packet->FinalStatus = Status;
    Packet->DumpDataSize = DataLength;
    RtlCopyMemory(Packet->DumpData, Data, DataLength);
    IoWriteErrorLogEntry(Packet);
}

} // namespace

VOID NTAPI RxLogEventDirect(
    PRDBSS_DEVICE_OBJECT DeviceObject,
    PUNICODE_STRING OriginatorId,
    ULONG EventId,
    NTSTATUS Status,
    ULONG Line)
{
    UNREFERENCED_PARAMETER(OriginatorId);
    RdrTraceEvent(RdrLayerRdbss, RdrEventError, "RxLogEventDirect", DeviceObject, Status, EventId);
    RxpWriteEntry((PDEVICE_OBJECT)DeviceObject, EventId, Status, &Line, sizeof(Line));
}

VOID NTAPI RxLogEventWithBufferDirect(
    PVOID DeviceObject,
    PUNICODE_STRING OriginatorId,
    ULONG EventId,
    NTSTATUS Status,
    PVOID DataBuffer,
    USHORT DataBufferLength,
    ULONG LineNumber)
{
    UNREFERENCED_PARAMETER(OriginatorId);
    UNREFERENCED_PARAMETER(LineNumber);
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventError, "RxLogEventWithBufferDirect", DeviceObject, Status, EventId);
    RxpWriteEntry((PDEVICE_OBJECT)DeviceObject, EventId, Status, DataBuffer, DataBufferLength);
}

VOID NTAPI RxLogEventWithAnnotation(
    PRDBSS_DEVICE_OBJECT DeviceObject,
    ULONG EventId,
    NTSTATUS Status,
    PVOID DataBuffer,
    USHORT DataBufferLength,
    PUNICODE_STRING Annotation,
    ULONG AnnotationCount)
{
    UNREFERENCED_PARAMETER(AnnotationCount);
    USHORT Length = Annotation != nullptr && Annotation->Length < RxpMaximumAnnotation
        ? Annotation->Length
        : 0;
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventError, "RxLogEventWithAnnotation", DeviceObject, Status, EventId);
    if (DataBufferLength != 0) {
        RxpWriteEntry((PDEVICE_OBJECT)DeviceObject, EventId, Status, DataBuffer, DataBufferLength);
    } else if (Length != 0) {
        RxpWriteEntry((PDEVICE_OBJECT)DeviceObject, EventId, Status, Annotation->Buffer, Length);
    }
}

// The debug log has no store of its own: the recorder takes its place, and the RxLog macros are
// empty.
NTSTATUS NTAPI RxInitializeLog(VOID)
{
    return STATUS_SUCCESS;
}

VOID NTAPI RxDebugControlCommand(PSTR ControlString)
{
    UNREFERENCED_PARAMETER(ControlString);
}

VOID NTAPI _RxLog(char* Format)
{
    RdrTraceText(RdrLayerRdbss, RdrEventNote, "RxLog", nullptr, Format);
    UNREFERENCED_PARAMETER(Format);
}

VOID NTAPI RxCheckFcbStructuresForAlignment(VOID)
{
    static_assert(
        FIELD_OFFSET(MRX_SRV_CALL, NodeReferenceCount)
            == FIELD_OFFSET(MRX_FOBX, NodeReferenceCount),
        "every node counts its references at the same place");
    static_assert(
        FIELD_OFFSET(FCB, FcbState) == FIELD_OFFSET(MRX_FCB, FcbState),
        "the two views of an FCB are one");
}
