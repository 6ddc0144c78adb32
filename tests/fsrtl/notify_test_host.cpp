// Change notification: what a watching IRP is told, what is kept for the next one, and how it ends.
#include "tests/support/ntworld.h"

#include <string>
#include <vector>

#include <ntifs.h>

using namespace rdrlab;
using test::inWorld;

namespace {

NTSTATUS NTAPI keep(PDEVICE_OBJECT, PIRP, PVOID context)
{
    *static_cast<bool*>(context) = true;
    return STATUS_MORE_PROCESSING_REQUIRED;
}

struct Name
{
    std::u16string text;
    STRING string;
    explicit Name(std::u16string value)
        : text(std::move(value))
    {
        string.Buffer = reinterpret_cast<PCHAR>(text.data());
        string.Length = string.MaximumLength = static_cast<USHORT>(text.size() * 2);
    }
};

struct Watch
{
    FILE_OBJECT file {};
    std::vector<UCHAR> buffer;
    PIRP irp;
    bool done = false;

    explicit Watch(ULONG length = 512)
        : buffer(length)
    {
        irp = IoAllocateIrp(2, FALSE);
        IoSetCompletionRoutine(irp, keep, &done, TRUE, TRUE, TRUE);
        IoSetNextIrpStackLocation(irp);
        PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
        stack->MajorFunction = IRP_MJ_DIRECTORY_CONTROL;
        stack->MinorFunction = IRP_MN_NOTIFY_CHANGE_DIRECTORY;
        stack->FileObject = &file;
        stack->Parameters.NotifyDirectory.Length = length;
        irp->UserBuffer = buffer.data();
    }
    ~Watch() { IoFreeIrp(irp); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    NTSTATUS status() const { return irp->IoStatus.Status; }
    /// "1 name; 3 name" for the records told.
    std::string told() const
    {
        std::string result;
        for (ULONG_PTR offset = 0; offset < irp->IoStatus.Information;) {
            auto record = reinterpret_cast<const FILE_NOTIFY_INFORMATION*>(buffer.data() + offset);
            result += (result.empty() ? "" : "; ") + std::to_string(record->Action) + " ";
            for (ULONG i = 0; i < record->FileNameLength / 2; ++i)
                result += static_cast<char>(record->FileName[i]);
            if (record->NextEntryOffset == 0)
                break;
            offset += record->NextEntryOffset;
        }
        return result;
    }
};

struct Directory
{
    PNOTIFY_SYNC sync = nullptr;
    LIST_ENTRY list;
    Name name { u"\\dir" };
    int handle = 0;

    Directory()
    {
        FsRtlNotifyInitializeSync(&sync);
        InitializeListHead(&list);
    }
    ~Directory()
    {
        FsRtlNotifyCleanup(sync, &list, &handle);
        CHECK(IsListEmpty(&list));
        FsRtlNotifyUninitializeSync(&sync);
    }
    void watch(Watch& watch, bool tree = false, ULONG filter = FILE_NOTIFY_CHANGE_FILE_NAME)
    {
        FsRtlNotifyFullChangeDirectory(
            sync, &list, &handle, &name.string, tree, FALSE, filter, watch.irp, nullptr, nullptr);
    }
    void report(const char16_t* path, ULONG action, ULONG filter = FILE_NOTIFY_CHANGE_FILE_NAME)
    {
        Name target(path);
        const USHORT offset = static_cast<USHORT>((target.text.rfind(u'\\') + 1) * 2);
        FsRtlNotifyFullReportChange(
            sync, &list, &target.string, offset, nullptr, nullptr, filter, action, nullptr);
    }
};

} // namespace

TEST_CASE("a waiting IRP is told the change in its directory", "[fsrtl]")
{
    inWorld([] {
        Directory directory;
        Watch watch;
        directory.watch(watch);
        CHECK_FALSE(watch.done);
        directory.report(u"\\other\\file", FILE_ACTION_ADDED);
        directory.report(u"\\dir\\sub\\file", FILE_ACTION_ADDED);
        directory.report(u"\\dir\\file", FILE_ACTION_MODIFIED, FILE_NOTIFY_CHANGE_SIZE);
        CHECK_FALSE(watch.done); // other place, too deep, other kind
        directory.report(u"\\DIR\\file", FILE_ACTION_ADDED);
        CHECK(watch.done);
        CHECK(watch.status() == STATUS_SUCCESS);
        CHECK(watch.told() == "1 file");
    });
}

TEST_CASE("changes between two IRPs are kept, and a tree is watched whole", "[fsrtl]")
{
    inWorld([] {
        Directory directory;
        Watch first;
        directory.watch(first, true);
        directory.report(u"\\dir\\a", FILE_ACTION_ADDED);
        CHECK(first.told() == "1 a");
        directory.report(u"\\dir\\sub\\b", FILE_ACTION_ADDED);
        directory.report(u"\\dir\\a", FILE_ACTION_REMOVED);
        Watch second;
        directory.watch(second, true);
        CHECK(second.done);
        CHECK(second.told() == "1 sub\\b; 2 a");
    });
}

TEST_CASE("what does not fit is answered with look for yourself", "[fsrtl]")
{
    inWorld([] {
        Directory directory;
        Watch first(40);
        directory.watch(first);
        directory.report(u"\\dir\\a", FILE_ACTION_ADDED);
        CHECK(first.status() == STATUS_SUCCESS);
        for (int i = 0; i < 5; ++i)
            directory.report(u"\\dir\\some name", FILE_ACTION_ADDED);
        Watch second;
        directory.watch(second);
        CHECK(second.status() == STATUS_NOTIFY_ENUM_DIR);
        CHECK(second.irp->IoStatus.Information == 0);
    });
}

TEST_CASE("a watching IRP ends by cancellation, cleanup or deletion of the directory", "[fsrtl]")
{
    inWorld([] {
        Directory directory;
        Watch cancelled;
        directory.watch(cancelled);
        CHECK(IoCancelIrp(cancelled.irp));
        CHECK(cancelled.status() == STATUS_CANCELLED);
        Watch deleted;
        directory.watch(deleted);
        FsRtlNotifyFullChangeDirectory(
            directory.sync, &directory.list, &directory.handle, nullptr, FALSE, FALSE, 0, nullptr,
            nullptr, nullptr);
        CHECK(deleted.status() == STATUS_DELETE_PENDING);
        Watch cleaned;
        directory.watch(cleaned);
        FsRtlNotifyCleanup(directory.sync, &directory.list, &directory.handle);
        CHECK(cleaned.status() == STATUS_NOTIFY_CLEANUP);
    });
}
