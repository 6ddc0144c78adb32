// Stack locations: what of each function reaches the trace, and that no pointer does.
#include <ntifs.h>

#include "engine/ddk/rx/rdrtrace.h"
#include "tests/recorder/playback.h"

#include <cstring>

using namespace rdrlab;
using Parameters = std::array<std::uint64_t, trace::StackLocation::kParameters>;

namespace {

// As drivers write theirs: private to its file.
NTSTATUS NTAPI requestDone(PDEVICE_OBJECT, PIRP, PVOID)
{
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI otherDone(PDEVICE_OBJECT, PIRP, PVOID)
{
    return STATUS_MORE_PROCESSING_REQUIRED;
}

// An IRP with two locations that is sent again and again with another request in it.
class Sender
{
public:
    explicit Sender(const std::string& name)
        : m_play(name)
    {
        std::memset(&m_request, 0, sizeof m_request);
        m_request.irp.StackCount = 2;
        RdrTraceBorn(RdrObjectIrp, &m_request.irp, 0, nullptr, nullptr);
        clear();
    }

    IO_STACK_LOCATION& stack() { return m_request.stack[1]; }

    RDR_SPAN send()
    {
        m_request.irp.CurrentLocation = 2;
        m_request.irp.Tail.Overlay.CurrentStackLocation = &stack();
        const RDR_SPAN span = RdrTraceBegin(RdrLayerIo, "IRP_MJ_X", nullptr, 0);
        RdrTraceBind(&m_request.irp, span);
        RdrTraceStackLocation(span, &m_request.irp);
        return span;
    }

    // Sends, ends the call and clears the location for the next one.
    trace::SpanId give()
    {
        const RDR_SPAN span = send();
        RdrTraceEnd(span, 0, 0);
        clear();
        return span;
    }

    void clear() { std::memset(&stack(), 0, sizeof stack()); }
    PIRP irp() { return &m_request.irp; }
    test::Playback& play() { return m_play; }

    trace::StackLocation of(trace::SpanId call)
    {
        const auto found = m_play.read().stackLocation(call);
        REQUIRE(found);
        return *found;
    }

private:
    test::Playback m_play;
    struct
    {
        IRP irp;
        IO_STACK_LOCATION stack[2];
    } m_request;
};

} // namespace

TEST_CASE(
    "a stack location keeps its bytes, its file and its completion routine", "[recorder][irp]")
{
    Sender sender("location");
    FILE_OBJECT file {};
    int context = 0;
    RdrTraceBorn(RdrObjectFile, &file, 0, nullptr, nullptr);
    IO_STACK_LOCATION& stack = sender.stack();
    stack.MajorFunction = IRP_MJ_READ;
    stack.MinorFunction = IRP_MN_MDL;
    stack.Flags = SL_KEY_SPECIFIED;
    stack.Control = SL_INVOKE_ON_SUCCESS | SL_INVOKE_ON_CANCEL;
    stack.FileObject = &file;
    stack.CompletionRoutine = requestDone;
    stack.Context = &context;
    stack.Parameters.Read.Length = 4096;
    stack.Parameters.Read.Key = 7;
    stack.Parameters.Read.ByteOffset.QuadPart = 0x123456789A;
    const trace::SpanId first = sender.give();
    stack.MajorFunction = IRP_MJ_FLUSH_BUFFERS;
    stack.CompletionRoutine = otherDone;
    const trace::SpanId second = sender.give();
    const trace::SpanId third = sender.give();

    const trace::StackLocation location = sender.of(first);
    const trace::Reader& reader = sender.play().read();
    CHECK(reader.string(reader.object(location.irp)->name) == "IRP#1");
    CHECK(location.number == 2);
    CHECK(location.major == IRP_MJ_READ);
    CHECK(location.minor == IRP_MN_MDL);
    CHECK(location.flags == SL_KEY_SPECIFIED);
    CHECK(location.control == (SL_INVOKE_ON_SUCCESS | SL_INVOKE_ON_CANCEL));
    CHECK(reader.object(location.file)->kind == trace::ObjectKind::File);
    CHECK(reader.string(location.routine) == "requestDone");
    CHECK(location.hasContext);
    CHECK(location.parameters == Parameters { 4096, 7, 0x123456789A });
    CHECK(location.pended == 0);
    CHECK(reader.string(sender.of(second).routine) == "otherDone");
    CHECK_FALSE(sender.of(second).hasContext);
    CHECK(sender.of(second).parameters == Parameters {});
    CHECK(sender.of(third).routine == 0);
    CHECK(sender.of(third).major == IRP_MJ_CREATE);
}

TEST_CASE(
    "what lies behind the pointers of a request is kept, the pointers are not", "[recorder][irp]")
{
    Sender sender("pointers");
    IO_STACK_LOCATION& stack = sender.stack();
    IO_SECURITY_CONTEXT security {};
    security.DesiredAccess = FILE_READ_DATA | SYNCHRONIZE;
    stack.MajorFunction = IRP_MJ_CREATE;
    stack.Parameters.Create.SecurityContext = &security;
    stack.Parameters.Create.Options = FILE_OPEN_IF << 24 | FILE_NON_DIRECTORY_FILE;
    stack.Parameters.Create.FileAttributes = FILE_ATTRIBUTE_NORMAL;
    stack.Parameters.Create.ShareAccess = FILE_SHARE_READ;
    stack.Parameters.Create.EaLength = 12;
    const trace::SpanId create = sender.give();

    char16_t letters[] = u"*.txt";
    UNICODE_STRING pattern { 10, 10, reinterpret_cast<PWCH>(letters) };
    stack.MajorFunction = IRP_MJ_DIRECTORY_CONTROL;
    stack.MinorFunction = IRP_MN_QUERY_DIRECTORY;
    stack.Parameters.QueryDirectory.Length = 8192;
    stack.Parameters.QueryDirectory.FileName = &pattern;
    stack.Parameters.QueryDirectory.FileInformationClass = FileBothDirectoryInformation;
    stack.Parameters.QueryDirectory.FileIndex = 3;
    const trace::SpanId list = sender.give();

    LARGE_INTEGER length {};
    length.QuadPart = 100;
    stack.MajorFunction = IRP_MJ_LOCK_CONTROL;
    stack.MinorFunction = IRP_MN_LOCK;
    stack.Parameters.LockControl.Length = &length;
    stack.Parameters.LockControl.Key = 9;
    stack.Parameters.LockControl.ByteOffset.QuadPart = 50;
    const trace::SpanId lock = sender.give();

    FILE_OBJECT target {};
    RdrTraceBorn(RdrObjectFile, &target, 0, nullptr, nullptr);
    stack.MajorFunction = IRP_MJ_SET_INFORMATION;
    stack.Parameters.SetFile.Length = 40;
    stack.Parameters.SetFile.FileInformationClass = FileRenameInformation;
    stack.Parameters.SetFile.FileObject = &target;
    stack.Parameters.SetFile.ReplaceIfExists = TRUE;
    const trace::SpanId rename = sender.give();

    stack.MajorFunction = IRP_MJ_DEVICE_CONTROL;
    stack.Parameters.DeviceIoControl.OutputBufferLength = 4;
    stack.Parameters.DeviceIoControl.InputBufferLength = 80;
    stack.Parameters.DeviceIoControl.IoControlCode = IOCTL_REDIR_QUERY_PATH_EX;
    stack.Parameters.DeviceIoControl.Type3InputBuffer = &length;
    const trace::SpanId control = sender.give();

    // A protocol between two drivers: the union as they please.
    stack.MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL;
    stack.Parameters.Others.Argument1 = &length;
    stack.Parameters.Others.Argument3 = &length;
    const trace::SpanId hidden = sender.give();
    stack.MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL;
    stack.Parameters.DeviceIoControl.IoControlCode = 0x1234;
    const trace::SpanId plain = sender.give();
    stack.MajorFunction = IRP_MJ_PNP;
    stack.Parameters.Others.Argument1 = &length;
    const trace::SpanId other = sender.give();

    CHECK(
        sender.of(create).parameters
        == Parameters { FILE_READ_DATA | SYNCHRONIZE, FILE_OPEN_IF << 24 | FILE_NON_DIRECTORY_FILE,
                        FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ, 12 });
    CHECK(sender.of(list).parameters == Parameters { 8192, FileBothDirectoryInformation, 3 });
    const trace::Reader& reader = sender.play().read();
    CHECK(reader.string(sender.of(list).name) == "*.txt");
    CHECK(sender.of(lock).parameters == Parameters { 100, 9, 50 });
    const trace::StackLocation renamed = sender.of(rename);
    CHECK(renamed.parameters == Parameters { 40, FileRenameInformation, renamed.parameters[2], 1 });
    CHECK(reader.object(trace::ObjectId(renamed.parameters[2]))->kind == trace::ObjectKind::File);
    CHECK(sender.of(control).parameters == Parameters { 4, 80, IOCTL_REDIR_QUERY_PATH_EX, 1 });
    CHECK(sender.of(hidden).parameters == Parameters {});
    CHECK(sender.of(plain).parameters == Parameters { 0, 0, 0x1234 });
    CHECK(sender.of(other).parameters == Parameters {});
}

TEST_CASE("a request without what its pointers should point to is kept as well", "[recorder][irp]")
{
    Sender sender("absent");
    IO_STACK_LOCATION& stack = sender.stack();
    stack.MajorFunction = IRP_MJ_CREATE;
    const trace::SpanId create = sender.give();
    stack.MajorFunction = IRP_MJ_DIRECTORY_CONTROL;
    stack.MinorFunction = IRP_MN_QUERY_DIRECTORY;
    const trace::SpanId list = sender.give();
    stack.MajorFunction = IRP_MJ_LOCK_CONTROL;
    stack.MinorFunction = IRP_MN_UNLOCK_ALL;
    const trace::SpanId lock = sender.give();
    // Whoever hears of the call may record before its location comes.
    sender.play().recorder().setObserver([&](const recorder::Recorder::Moment& moment) {
        if (moment.kind == trace::EventKind::Begin) {
            sender.play().recorder().note(recorder::Layer::Kernel, "the network is cut");
        }
    });
    stack.MajorFunction = IRP_MJ_CLEANUP;
    const trace::SpanId heard = sender.give();
    sender.play().recorder().setObserver({});
    // An IRP in a driver's own memory was never born: its calls have no location.
    RdrTraceDied(sender.irp());
    const trace::SpanId unborn = sender.give();
    CHECK(sender.of(create).parameters == Parameters {});
    CHECK(sender.of(list).name == 0);
    CHECK(sender.of(lock).parameters == Parameters {});
    CHECK(sender.of(heard).major == IRP_MJ_CLEANUP);
    CHECK_FALSE(sender.play().read().stackLocation(unborn));
}

TEST_CASE("the event after which a location was first seen pending is kept", "[recorder][irp]")
{
    Sender sender("pended");
    const RDR_SPAN early = sender.send();
    RdrTraceLeave(early);
    RdrTraceStackPended(early); // the dispatch routine came back
    const trace::Seq seen = sender.play().recorder().lastSeq();
    RdrTraceFinish(early, 0, 0);
    RdrTraceStackPended(early); // completion sees it again
    const RDR_SPAN late = sender.send();
    RdrTraceEnd(late, 0, 0);
    sender.play().recorder().flush(); // the row is in the file already
    RdrTraceStackPended(late);
    RdrTraceStackPended(0);
    CHECK(sender.of(early).pended == seen);
    CHECK(sender.of(late).pended == sender.play().read().lastSeq());
}
