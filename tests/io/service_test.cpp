// Services around the way of an IRP: sharing, file systems, shutdown, queues, and what system calls
// hand to a driver.
#include "localdriver.h"

using namespace iotest;

namespace {

// The last stack location a driver of these tests has seen.
struct Seen
{
    IO_STACK_LOCATION sp {};
    std::string text;
    LONGLONG length = 0;
};

void watch(
    LocalDriver& driver,
    int major,
    Seen& seen,
    NTSTATUS answer = STATUS_SUCCESS,
    ULONG_PTR information = 0)
{
    driver.on(major, [&seen, answer, information](PDEVICE_OBJECT, PIRP irp) {
        seen.sp = *IoGetCurrentIrpStackLocation(irp);
        if (seen.sp.MajorFunction == IRP_MJ_DIRECTORY_CONTROL
            && seen.sp.MinorFunction == IRP_MN_QUERY_DIRECTORY
            && seen.sp.Parameters.QueryDirectory.FileName)
            seen.text = narrow(seen.sp.Parameters.QueryDirectory.FileName);
        if (seen.sp.MajorFunction == IRP_MJ_LOCK_CONTROL && seen.sp.Parameters.LockControl.Length)
            seen.length = seen.sp.Parameters.LockControl.Length->QuadPart;
        return complete(irp, answer, information);
    });
}

struct ShareCase
{
    ACCESS_MASK firstAccess;
    ULONG firstShare;
    ACCESS_MASK secondAccess;
    ULONG secondShare;
    NTSTATUS expected;
};

} // namespace

TEST_CASE("share access lets opens in that allow each other", "[io]")
{
    Machine machine;
    constexpr ULONG all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    const ShareCase cases[] = {
        { FILE_READ_DATA, FILE_SHARE_READ, FILE_READ_DATA, FILE_SHARE_READ, STATUS_SUCCESS },
        { FILE_READ_DATA, FILE_SHARE_READ, FILE_WRITE_DATA, all, STATUS_SHARING_VIOLATION },
        { FILE_WRITE_DATA, all, FILE_READ_DATA, FILE_SHARE_READ, STATUS_SHARING_VIOLATION },
        { FILE_WRITE_DATA, all, FILE_READ_DATA, FILE_SHARE_WRITE, STATUS_SUCCESS },
        { FILE_READ_DATA, 0, FILE_READ_DATA, all, STATUS_SHARING_VIOLATION },
        { FILE_READ_DATA, 0, FILE_READ_ATTRIBUTES, 0, STATUS_SUCCESS },
        { FILE_READ_ATTRIBUTES, 0, FILE_WRITE_DATA, 0, STATUS_SUCCESS },
        { FILE_EXECUTE, FILE_SHARE_READ, DELETE, FILE_SHARE_READ, STATUS_SHARING_VIOLATION },
        { DELETE, all, FILE_APPEND_DATA, all, STATUS_SUCCESS },
    };
    machine.kernel([&] {
        for (const ShareCase& one : cases) {
            FILE_OBJECT first {};
            FILE_OBJECT second {};
            SHARE_ACCESS share {};
            IoSetShareAccess(one.firstAccess, one.firstShare, &first, &share);
            INFO(
                "first " << one.firstAccess << "/" << one.firstShare << ", second "
                         << one.secondAccess << "/" << one.secondShare);
            CHECK(
                IoCheckShareAccess(one.secondAccess, one.secondShare, &second, &share, FALSE)
                == one.expected);
            if (one.expected == STATUS_SUCCESS) {
                IoUpdateShareAccess(&second, &share);
                IoRemoveShareAccess(&second, &share);
            }
            IoRemoveShareAccess(&first, &share);
            CHECK(share.OpenCount == 0);
            CHECK(share.Readers + share.Writers + share.Deleters == 0);
        }
    });
}

TEST_CASE("a list of extended attributes is checked entry by entry", "[io]")
{
    Machine machine;
    machine.kernel([] {
        alignas(8) unsigned char buffer[64] {};
        auto* first = reinterpret_cast<PFILE_FULL_EA_INFORMATION>(buffer);
        first->NextEntryOffset = 16;
        first->EaNameLength = 1;
        first->EaName[0] = 'A';
        first->EaValueLength = 2;
        auto* second = reinterpret_cast<PFILE_FULL_EA_INFORMATION>(buffer + 16);
        second->EaNameLength = 3;
        RtlCopyMemory(second->EaName, "XYZ", 4);
        second->EaValueLength = 1;
        ULONG offset = 99;
        CHECK(IoCheckEaBufferValidity(first, 29, &offset) == STATUS_SUCCESS);
        CHECK(IoCheckEaBufferValidity(first, 28, &offset) == STATUS_EA_LIST_INCONSISTENT);
        CHECK(offset == 16);
        second->EaName[3] = '!';
        CHECK(IoCheckEaBufferValidity(first, 64, &offset) == STATUS_EA_LIST_INCONSISTENT);
        second->EaName[3] = 0;
        first->NextEntryOffset = 10; // not on a ULONG, and within the entry
        CHECK(IoCheckEaBufferValidity(first, 64, &offset) == STATUS_EA_LIST_INCONSISTENT);
        CHECK(offset == 0);
    });
}

TEST_CASE("watchers hear of file systems that come and go", "[io]")
{
    Machine machine;
    static std::vector<std::pair<PDEVICE_OBJECT, bool>> heard;
    heard.clear();
    machine.kernel([] {
        LocalDriver base(L"base");
        PDEVICE_OBJECT early
            = base.device(L"\\Device\\EarlyFs", 0, FILE_DEVICE_NETWORK_FILE_SYSTEM);
        PDEVICE_OBJECT late = base.device(L"\\Device\\LateFs", 0, FILE_DEVICE_DISK_FILE_SYSTEM);
        PDEVICE_OBJECT other = base.device(L"\\Device\\NoFs");
        auto watcher = +[](PDEVICE_OBJECT device, BOOLEAN active) {
            heard.push_back({ device, active != 0 });
        };
        IoRegisterFileSystem(early);
        CHECK(early->ReferenceCount == 1);
        REQUIRE(IoRegisterFsRegistrationChange(base.object(), watcher) == STATUS_SUCCESS);
        CHECK(
            IoRegisterFsRegistrationChange(base.object(), watcher)
            == STATUS_DEVICE_ALREADY_ATTACHED);
        IoRegisterFileSystem(late);
        IoRegisterFileSystem(other); // no file system type: ignored
        IoUnregisterFileSystem(early);
        CHECK(early->ReferenceCount == 0);
        IoUnregisterFsRegistrationChange(base.object(), watcher);
        IoUnregisterFileSystem(late);
        using Heard = std::pair<PDEVICE_OBJECT, bool>;
        CHECK(heard == std::vector<Heard> { { early, true }, { late, true }, { early, false } });
        base.remove();
    });
}

TEST_CASE("drivers that asked for it are told of the shutdown, the last first", "[io]")
{
    static std::string told;
    told.clear();
    {
        Machine machine;
        machine.kernel([] {
            static std::unique_ptr<LocalDriver> first;
            static std::unique_ptr<LocalDriver> second;
            first = std::make_unique<LocalDriver>(L"first");
            second = std::make_unique<LocalDriver>(L"second");
            for (auto [driver, label] :
                 { std::pair(first.get(), 'a'), std::pair(second.get(), 'b') }) {
                CHECK(IoRegisterShutdownNotification(driver->device(nullptr)) == STATUS_SUCCESS);
                driver->on(IRP_MJ_SHUTDOWN, [label = label](PDEVICE_OBJECT, PIRP irp) {
                    told += label;
                    return complete(irp, STATUS_SUCCESS);
                });
            }
        });
        machine.world().shutdown();
    }
    CHECK(told == "ba");
}

TEST_CASE("StartIo gets one request at a time, in order of their keys", "[io]")
{
    Machine machine;
    static std::string started;
    started.clear();
    machine.kernel([] {
        LocalDriver base(L"base");
        PDEVICE_OBJECT device = base.device(nullptr);
        PIRP irps[3];
        int count = 0;
        base.object()->DriverStartIo = [](PDEVICE_OBJECT self, PIRP irp) {
            started += char('0' + IoGetCurrentIrpStackLocation(irp)->Parameters.Read.Key);
            CHECK(self->CurrentIrp == irp);
            CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL);
        };
        for (ULONG key : { 5u, 9u, 7u }) {
            PIRP irp = irps[count++] = IoAllocateIrp(2, FALSE);
            IoSetNextIrpStackLocation(irp);
            IoGetCurrentIrpStackLocation(irp)->Parameters.Read.Key = key;
            IoStartPacket(device, irp, &key, nullptr);
        }
        CHECK(started == "5");
        KIRQL irql;
        KeRaiseIrql(DISPATCH_LEVEL, &irql);
        IoStartNextPacket(device, FALSE);
        IoStartNextPacket(device, FALSE);
        IoStartNextPacket(device, FALSE);
        KeLowerIrql(irql);
        CHECK(started == "579");
        CHECK(device->CurrentIrp == nullptr);
        for (PIRP irp : irps)
            IoFreeIrp(irp);
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("a remove lock waits for those inside and refuses newcomers", "[io]")
{
    Machine machine;
    machine.kernel([&] {
        IO_REMOVE_LOCK lock;
        bool left = false;
        IoInitializeRemoveLock(&lock, 'kcoL', 0, 0);
        REQUIRE(IoAcquireRemoveLock(&lock, nullptr) == STATUS_SUCCESS);
        REQUIRE(IoAcquireRemoveLock(&lock, &left) == STATUS_SUCCESS);
        machine.world().createSystemThread("guest", [&] {
            sleepMs(20);
            CHECK(IoAcquireRemoveLock(&lock, &lock) == STATUS_DELETE_PENDING);
            left = true;
            IoReleaseRemoveLock(&lock, &left);
        });
        IoReleaseRemoveLockAndWait(&lock, nullptr);
        CHECK(left);
    });
}

TEST_CASE("an exclusive device opens once, a device being initialised not at all", "[io]")
{
    Machine machine;
    machine.kernel([] {
        LocalDriver base(L"base");
        UNICODE_STRING unicode = name(L"\\Device\\Single");
        PDEVICE_OBJECT device = nullptr;
        HANDLE first = nullptr;
        HANDLE second = nullptr;
        REQUIRE(
            IoCreateDevice(base.object(), 0, &unicode, FILE_DEVICE_UNKNOWN, 0, TRUE, &device)
            == STATUS_SUCCESS);
        CHECK(openFile(&first, L"\\Device\\Single") == STATUS_NO_SUCH_DEVICE);
        device->Flags &= ~DO_DEVICE_INITIALIZING;
        CHECK(openFile(&first, L"\\Device\\Single") == STATUS_SUCCESS);
        CHECK(openFile(&second, L"\\Device\\Single") == STATUS_ACCESS_DENIED);
        ZwClose(first);
        CHECK(openFile(&second, L"\\Device\\Single") == STATUS_SUCCESS);
        ZwClose(second);
        base.remove();
    });
}

TEST_CASE("IoGetDeviceObjectPointer returns the top of the stack and a file that holds it", "[io]")
{
    Machine machine;
    machine.kernel([] {
        LocalDriver base(L"base");
        PDEVICE_OBJECT device = base.device(L"\\Device\\Local");
        PDEVICE_OBJECT filter = base.device(nullptr);
        PDEVICE_OBJECT lower = nullptr;
        REQUIRE(IoAttachDeviceToDeviceStackSafe(filter, device, &lower) == STATUS_SUCCESS);
        base.on(IRP_MJ_CREATE, [=](PDEVICE_OBJECT self, PIRP irp) {
            if (self == filter) {
                IoSkipCurrentIrpStackLocation(irp);
                return IoCallDriver(lower, irp);
            }
            return complete(irp, STATUS_SUCCESS, FILE_OPENED);
        });
        UNICODE_STRING unicode = name(L"\\Device\\Local");
        PFILE_OBJECT file = nullptr;
        PDEVICE_OBJECT found = nullptr;
        REQUIRE(
            IoGetDeviceObjectPointer(&unicode, FILE_READ_DATA, &file, &found) == STATUS_SUCCESS);
        CHECK(found == filter);
        CHECK(device->ReferenceCount == 1);
        ObDereferenceObject(file);
        CHECK(device->ReferenceCount == 0);
        IoDetachDevice(lower);
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("system calls fill the stack location as documented", "[io]")
{
    Machine machine;
    machine.kernel([] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local", DO_BUFFERED_IO);
        Seen seen;
        HANDLE file = nullptr;
        IO_STATUS_BLOCK iosb {};
        char buffer[256] {};
        for (int major : { IRP_MJ_DIRECTORY_CONTROL, IRP_MJ_LOCK_CONTROL, IRP_MJ_FLUSH_BUFFERS,
                           IRP_MJ_QUERY_EA, IRP_MJ_QUERY_VOLUME_INFORMATION,
                           IRP_MJ_FILE_SYSTEM_CONTROL, IRP_MJ_SET_INFORMATION })
            watch(base, major, seen);
        REQUIRE(openFile(&file, L"\\Device\\Local\\dir") == STATUS_SUCCESS);

        UNICODE_STRING pattern = name(L"*.txt");
        CHECK(
            ZwQueryDirectoryFile(
                file, nullptr, nullptr, nullptr, &iosb, buffer, sizeof(buffer),
                FileBothDirectoryInformation, TRUE, &pattern, TRUE)
            == STATUS_SUCCESS);
        CHECK(seen.text == "*.txt");
        CHECK(seen.sp.MinorFunction == IRP_MN_QUERY_DIRECTORY);
        CHECK(seen.sp.Flags == (SL_RESTART_SCAN | SL_RETURN_SINGLE_ENTRY));
        CHECK(seen.sp.Parameters.QueryDirectory.Length == sizeof(buffer));
        CHECK(
            ZwQueryDirectoryFile(
                file, nullptr, nullptr, nullptr, &iosb, buffer, sizeof(buffer),
                FileBasicInformation, FALSE, nullptr, FALSE)
            == STATUS_INVALID_INFO_CLASS);

        CHECK(
            NtNotifyChangeDirectoryFile(
                file, nullptr, nullptr, nullptr, &iosb, buffer, 64, FILE_NOTIFY_CHANGE_SIZE, TRUE)
            == STATUS_SUCCESS);
        CHECK(seen.sp.MinorFunction == IRP_MN_NOTIFY_CHANGE_DIRECTORY);
        CHECK(seen.sp.Flags == SL_WATCH_TREE);
        CHECK(seen.sp.Parameters.NotifyDirectory.CompletionFilter == FILE_NOTIFY_CHANGE_SIZE);
        CHECK(
            NtNotifyChangeDirectoryFile(file, nullptr, nullptr, nullptr, &iosb, buffer, 64, 0, TRUE)
            == STATUS_INVALID_PARAMETER);

        LARGE_INTEGER offset;
        LARGE_INTEGER length;
        offset.QuadPart = 100;
        length.QuadPart = 50;
        CHECK(
            NtLockFile(file, nullptr, nullptr, nullptr, &iosb, &offset, &length, 7, TRUE, TRUE)
            == STATUS_SUCCESS);
        CHECK(seen.sp.MinorFunction == IRP_MN_LOCK);
        CHECK(seen.sp.Flags == (SL_FAIL_IMMEDIATELY | SL_EXCLUSIVE_LOCK));
        CHECK(seen.sp.Parameters.LockControl.ByteOffset.QuadPart == 100);
        CHECK(seen.sp.Parameters.LockControl.Key == 7);
        CHECK(seen.length == 50);
        CHECK(seen.sp.FileObject->LockOperation);
        CHECK(NtUnlockFile(file, &iosb, &offset, &length, 7) == STATUS_SUCCESS);
        CHECK(seen.sp.MinorFunction == IRP_MN_UNLOCK_SINGLE);

        CHECK(NtFlushBuffersFile(file, &iosb) == STATUS_SUCCESS);
        CHECK(seen.sp.MajorFunction == IRP_MJ_FLUSH_BUFFERS);

        ULONG index = 3;
        CHECK(
            NtQueryEaFile(file, &iosb, buffer, 64, FALSE, nullptr, 0, &index, FALSE)
            == STATUS_SUCCESS);
        CHECK(seen.sp.Parameters.QueryEa.EaIndex == 3);
        CHECK(seen.sp.Flags == SL_INDEX_SPECIFIED);

        CHECK(
            NtQueryVolumeInformationFile(file, &iosb, buffer, 64, FileFsSizeInformation)
            == STATUS_SUCCESS);
        CHECK(seen.sp.Parameters.QueryVolume.FsInformationClass == FileFsSizeInformation);
        auto* device = reinterpret_cast<PFILE_FS_DEVICE_INFORMATION>(buffer);
        seen.sp.MajorFunction = 0xFF;
        CHECK(
            NtQueryVolumeInformationFile(file, &iosb, buffer, 64, FileFsDeviceInformation)
            == STATUS_SUCCESS);
        CHECK(device->DeviceType == FILE_DEVICE_UNKNOWN);
        CHECK(seen.sp.MajorFunction == 0xFF); // answered without the driver

        CHECK(
            NtFsControlFile(
                file, nullptr, nullptr, nullptr, &iosb, FSCTL_GET_REPARSE_POINT, nullptr, 0, buffer,
                64)
            == STATUS_SUCCESS);
        CHECK(seen.sp.MinorFunction == IRP_MN_USER_FS_REQUEST);
        CHECK(seen.sp.Parameters.FileSystemControl.FsControlCode == FSCTL_GET_REPARSE_POINT);

        FILE_DISPOSITION_INFORMATION disposition { TRUE };
        CHECK(
            NtSetInformationFile(
                file, &iosb, &disposition, sizeof(disposition), FileDispositionInformation)
            == STATUS_SUCCESS);
        CHECK(seen.sp.Parameters.SetFile.FileInformationClass == FileDispositionInformation);
        ZwClose(file);
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("a security descriptor that does not fit is asked for again with its size", "[io]")
{
    Machine machine;
    machine.kernel([] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local");
        Seen seen;
        watch(base, IRP_MJ_QUERY_SECURITY, seen, STATUS_BUFFER_OVERFLOW, 120);
        watch(base, IRP_MJ_SET_SECURITY, seen);
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local\\a") == STATUS_SUCCESS);
        char buffer[40] {};
        ULONG needed = 0;
        CHECK(
            NtQuerySecurityObject(file, DACL_SECURITY_INFORMATION, buffer, sizeof(buffer), &needed)
            == STATUS_BUFFER_TOO_SMALL);
        CHECK(needed == 120);
        CHECK(seen.sp.Parameters.QuerySecurity.Length == 40);
        CHECK(NtSetSecurityObject(file, DACL_SECURITY_INFORMATION, buffer) == STATUS_SUCCESS);
        CHECK(seen.sp.Parameters.SetSecurity.SecurityDescriptor == buffer);
        ZwClose(file);
        base.remove();
    });
}

TEST_CASE("a missing kernel routine says so and fails", "[io]")
{
    Machine machine;
    std::string printed;
    machine.world().setPrintListener([&](std::string_view line) { printed += line; });
    machine.kernel([] {
        UNICODE_STRING dos {};
        CHECK(IoVolumeDeviceToDosName(nullptr, &dos) == STATUS_NOT_IMPLEMENTED);
        CHECK(IoGetConfigurationInformation() == nullptr);
    });
    CHECK(printed.find("IoVolumeDeviceToDosName is not implemented") != std::string::npos);
}
