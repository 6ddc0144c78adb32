// What application threads see: argument rules, statuses, positions, information the I/O manager
// answers itself.
#include "localdriver.h"

using namespace iotest;

namespace {

// A small in-memory file behind \Device\Disk: data, a position-aware read and write, information,
// rename.
struct Store
{
    LocalDriver driver { L"store" };
    PDEVICE_OBJECT device = nullptr;
    std::string data;
    std::string lastCreate;
    ULONG lastOptions = 0;
    UCHAR lastFlags = 0;
    std::string renamedTo;
    bool targetOpened = false;
    int fastReads = 0;
    int irpReads = 0;

    Store()
    {
        device = driver.device(L"\\Device\\Disk");
        device->Flags |= DO_BUFFERED_IO;
        driver.on(IRP_MJ_CREATE, [this](PDEVICE_OBJECT, PIRP irp) {
            PIO_STACK_LOCATION sp = IoGetCurrentIrpStackLocation(irp);
            lastCreate = narrow(&sp->FileObject->FileName);
            lastOptions = sp->Parameters.Create.Options;
            lastFlags = sp->Flags;
            if (lastCreate == "\\missing")
                return complete(irp, STATUS_OBJECT_NAME_NOT_FOUND);
            if (lastCreate == "\\loop")
                return reparse(irp, sp->FileObject, L"\\Device\\Disk\\loop");
            if (lastCreate == "\\elsewhere")
                return reparse(irp, sp->FileObject, L"\\Device\\Disk\\target");
            targetOpened |= (sp->Flags & SL_OPEN_TARGET_DIRECTORY) != 0;
            return complete(irp, STATUS_SUCCESS, FILE_OPENED);
        });
        driver.on(IRP_MJ_READ, [this](PDEVICE_OBJECT, PIRP irp) {
            PIO_STACK_LOCATION sp = IoGetCurrentIrpStackLocation(irp);
            irpReads++;
            auto offset = size_t(sp->Parameters.Read.ByteOffset.QuadPart);
            if (offset >= data.size())
                return complete(irp, STATUS_END_OF_FILE);
            size_t bytes = std::min<size_t>(sp->Parameters.Read.Length, data.size() - offset);
            RtlCopyMemory(irp->AssociatedIrp.SystemBuffer, data.data() + offset, bytes);
            if (sp->FileObject->Flags & FO_SYNCHRONOUS_IO)
                sp->FileObject->CurrentByteOffset.QuadPart = LONGLONG(offset + bytes);
            return complete(irp, STATUS_SUCCESS, bytes);
        });
        driver.on(IRP_MJ_WRITE, [this](PDEVICE_OBJECT, PIRP irp) {
            PIO_STACK_LOCATION sp = IoGetCurrentIrpStackLocation(irp);
            LARGE_INTEGER at = sp->Parameters.Write.ByteOffset;
            size_t offset = at.QuadPart == -1 ? data.size() : size_t(at.QuadPart);
            data.resize(std::max(data.size(), offset + sp->Parameters.Write.Length));
            RtlCopyMemory(
                data.data() + offset, irp->AssociatedIrp.SystemBuffer, sp->Parameters.Write.Length);
            if (sp->FileObject->Flags & FO_SYNCHRONOUS_IO)
                sp->FileObject->CurrentByteOffset.QuadPart
                    = LONGLONG(offset + sp->Parameters.Write.Length);
            return complete(irp, STATUS_SUCCESS, sp->Parameters.Write.Length);
        });
        driver.on(IRP_MJ_QUERY_INFORMATION, [this](PDEVICE_OBJECT, PIRP irp) {
            PIO_STACK_LOCATION sp = IoGetCurrentIrpStackLocation(irp);
            if (sp->Parameters.QueryFile.FileInformationClass == FileStandardInformation) {
                auto* standard
                    = static_cast<PFILE_STANDARD_INFORMATION>(irp->AssociatedIrp.SystemBuffer);
                standard->EndOfFile.QuadPart = LONGLONG(data.size());
                return complete(irp, STATUS_SUCCESS, sizeof(*standard));
            }
            if (sp->Parameters.QueryFile.FileInformationClass == FileNameInformation) {
                auto* text = static_cast<PFILE_NAME_INFORMATION>(irp->AssociatedIrp.SystemBuffer);
                text->FileNameLength = 20;
                RtlCopyMemory(text->FileName, L"ab", 4);
                return complete(irp, STATUS_BUFFER_OVERFLOW, 8);
            }
            if (sp->Parameters.QueryFile.FileInformationClass == FileNetworkOpenInformation) {
                auto* open
                    = static_cast<PFILE_NETWORK_OPEN_INFORMATION>(irp->AssociatedIrp.SystemBuffer);
                RtlZeroMemory(open, sizeof(*open));
                open->EndOfFile.QuadPart = LONGLONG(data.size());
                open->FileAttributes = FILE_ATTRIBUTE_ARCHIVE;
                return complete(irp, STATUS_SUCCESS, sizeof(*open));
            }
            return complete(irp, STATUS_INVALID_PARAMETER);
        });
        driver.on(IRP_MJ_SET_INFORMATION, [this](PDEVICE_OBJECT, PIRP irp) {
            PIO_STACK_LOCATION sp = IoGetCurrentIrpStackLocation(irp);
            if (sp->Parameters.SetFile.FileInformationClass == FileRenameInformation
                && sp->Parameters.SetFile.FileObject)
                renamedTo = narrow(&sp->Parameters.SetFile.FileObject->FileName);
            return complete(irp, STATUS_SUCCESS);
        });
    }

    static NTSTATUS reparse(PIRP irp, PFILE_OBJECT file, const wchar_t* target)
    {
        UNICODE_STRING text = name(target);
        IoReplaceFileObjectName(file, text.Buffer, text.Length);
        return complete(irp, STATUS_REPARSE, IO_REPARSE);
    }
};

// Runs body on an application thread beside an open Store.
void withStore(std::function<void(Store&)> body)
{
    Machine machine;
    std::unique_ptr<Store> store;
    machine.kernel([&] { store = std::make_unique<Store>(); });
    auto result = machine.app([&] { body(*store); });
    CHECK(result.report == "");
    machine.kernel([&] { store->driver.remove(); });
}

struct FileText
{
    User<char> buffer { 64 };
    User<IO_STATUS_BLOCK> iosb;

    NTSTATUS write(HANDLE file, const char* text, User<LARGE_INTEGER>* offset = nullptr)
    {
        ULONG length = ULONG(strlen(text));
        RtlCopyMemory(buffer.get(), text, length);
        return NtWriteFile(
            file, nullptr, nullptr, nullptr, iosb.get(), buffer.get(), length,
            offset ? offset->get() : nullptr, nullptr);
    }

    NTSTATUS read(HANDLE file, ULONG length, User<LARGE_INTEGER>* offset = nullptr)
    {
        RtlZeroMemory(buffer.get(), 64);
        return NtReadFile(
            file, nullptr, nullptr, nullptr, iosb.get(), buffer.get(), length,
            offset ? offset->get() : nullptr, nullptr);
    }

    std::string text() { return buffer.get(); }
};

} // namespace

TEST_CASE("a synchronous file keeps a current position", "[io]")
{
    withStore([](Store&) {
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Disk\\a.txt") == STATUS_SUCCESS);
        FileText t;
        CHECK(t.write(file, "hello ") == STATUS_SUCCESS);
        CHECK(t.write(file, "world") == STATUS_SUCCESS);
        User<FILE_POSITION_INFORMATION> position;
        CHECK(
            NtQueryInformationFile(
                file, t.iosb.get(), position.get(), sizeof(*position), FilePositionInformation)
            == STATUS_SUCCESS);
        CHECK(position->CurrentByteOffset.QuadPart == 11);
        position->CurrentByteOffset.QuadPart = 6;
        CHECK(
            NtSetInformationFile(
                file, t.iosb.get(), position.get(), sizeof(*position), FilePositionInformation)
            == STATUS_SUCCESS);
        CHECK(t.read(file, 5) == STATUS_SUCCESS);
        CHECK(t.text() == "world");
        CHECK(t.read(file, 5) == STATUS_END_OF_FILE);
        User<LARGE_INTEGER> offset;
        offset->QuadPart = 0;
        CHECK(t.read(file, 5, &offset) == STATUS_SUCCESS);
        CHECK(t.text() == "hello");
        offset->QuadPart = -2; // FILE_USE_FILE_POINTER_POSITION
        CHECK(t.read(file, 1, &offset) == STATUS_SUCCESS);
        CHECK(t.text() == " ");
        offset->QuadPart = -1; // FILE_WRITE_TO_END_OF_FILE
        CHECK(t.write(file, "!", &offset) == STATUS_SUCCESS);
        offset->QuadPart = -7;
        CHECK(t.read(file, 1, &offset) == STATUS_INVALID_PARAMETER);
        NtClose(file);
    });
}

TEST_CASE("append access alone writes at the end wherever the caller points", "[io]")
{
    withStore([](Store& store) {
        store.data = "12345";
        HANDLE file = nullptr;
        REQUIRE(
            openFile(
                &file, L"\\Device\\Disk\\a", FILE_SYNCHRONOUS_IO_NONALERT,
                FILE_APPEND_DATA | SYNCHRONIZE)
            == STATUS_SUCCESS);
        FileText t;
        User<LARGE_INTEGER> offset;
        CHECK(t.write(file, "678", &offset) == STATUS_SUCCESS);
        CHECK(store.data == "12345678");
        CHECK(t.read(file, 1) == STATUS_ACCESS_DENIED);
        NtClose(file);
    });
}

TEST_CASE("bad arguments get the documented statuses", "[io]")
{
    withStore([](Store&) {
        HANDLE file = nullptr;
        constexpr ULONG sync = FILE_SYNCHRONOUS_IO_NONALERT;
        CHECK(
            openFile(&file, L"\\Device\\Disk\\a", sync, GENERIC_READ & ~SYNCHRONIZE)
            == STATUS_INVALID_PARAMETER);
        CHECK(
            openFile(&file, L"\\Device\\Disk\\a", sync | FILE_SYNCHRONOUS_IO_ALERT)
            == STATUS_INVALID_PARAMETER);
        CHECK(
            openFile(&file, L"\\Device\\Disk\\a", sync | FILE_DELETE_ON_CLOSE)
            == STATUS_INVALID_PARAMETER);
        CHECK(
            openFile(
                &file, L"\\Device\\Disk\\a", sync | FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE)
            == STATUS_INVALID_PARAMETER);
        CHECK(openFile(&file, L"Device\\Disk\\a", sync) == STATUS_OBJECT_PATH_SYNTAX_BAD);
        CHECK(openFile(&file, L"\\Device\\Nothing\\a", sync) == STATUS_OBJECT_PATH_NOT_FOUND);
        CHECK(openFile(&file, L"\\Device\\Nothing", sync) == STATUS_OBJECT_NAME_NOT_FOUND);
        CHECK(openFile(&file, L"\\Nothing\\at\\all", sync) == STATUS_OBJECT_PATH_NOT_FOUND);
        CHECK(openFile(&file, L"\\Device", sync) == STATUS_OBJECT_TYPE_MISMATCH);
        CHECK(openFile(&file, L"\\Device\\Disk\\missing", sync) == STATUS_OBJECT_NAME_NOT_FOUND);
        REQUIRE(
            openFile(&file, L"\\Device\\Disk\\a", sync, FILE_READ_DATA | SYNCHRONIZE)
            == STATUS_SUCCESS);
        FileText t;
        CHECK(t.write(file, "x") == STATUS_ACCESS_DENIED);
        CHECK(t.read(nullptr, 1) == STATUS_INVALID_HANDLE);
        CHECK(t.read(reinterpret_cast<HANDLE>(0x7770), 1) == STATUS_INVALID_HANDLE);
        // Kernel handles are none of the application's business.
        CHECK(
            t.read(reinterpret_cast<HANDLE>(LONG_PTR(0xFFFFFFFF80000004ull)), 1)
            == STATUS_INVALID_HANDLE);
        User<HANDLE> event;
        REQUIRE(
            NtCreateEvent(event.get(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE)
            == STATUS_SUCCESS);
        CHECK(t.read(*event, 1) == STATUS_OBJECT_TYPE_MISMATCH);
        IO_STATUS_BLOCK onStack {};
        CHECK(
            NtReadFile(
                file, nullptr, nullptr, nullptr, &onStack, t.buffer.get(), 1, nullptr, nullptr)
            == STATUS_ACCESS_VIOLATION);
        char kernelBuffer[4];
        CHECK(
            NtReadFile(
                file, nullptr, nullptr, nullptr, t.iosb.get(), kernelBuffer, 4, nullptr, nullptr)
            == STATUS_ACCESS_VIOLATION);
        User<FILE_STANDARD_INFORMATION> standard { 2 };
        CHECK(
            NtQueryInformationFile(file, t.iosb.get(), standard.get(), 8, FileStandardInformation)
            == STATUS_INFO_LENGTH_MISMATCH);
        CHECK(
            NtQueryInformationFile(
                file, t.iosb.get(), standard.get(), 8, FILE_INFORMATION_CLASS(999))
            == STATUS_INVALID_INFO_CLASS);
        CHECK(
            NtQueryInformationFile(
                file, t.iosb.get(), reinterpret_cast<char*>(standard.get()) + 1, sizeof(*standard),
                FileStandardInformation)
            == STATUS_DATATYPE_MISALIGNMENT);
        User<FILE_BASIC_INFORMATION> basic;
        CHECK(
            NtSetInformationFile(
                file, t.iosb.get(), basic.get(), sizeof(*basic), FileBasicInformation)
            == STATUS_ACCESS_DENIED);
        CHECK(NtFlushBuffersFile(file, t.iosb.get()) == STATUS_ACCESS_DENIED);
        CHECK(NtClose(*event) == STATUS_SUCCESS);
        CHECK(NtClose(*event) == STATUS_INVALID_HANDLE);
        CHECK(NtClose(file) == STATUS_SUCCESS);
    });
}

TEST_CASE("a warning delivers what fits and says so", "[io]")
{
    withStore([](Store&) {
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Disk\\a") == STATUS_SUCCESS);
        User<char> buffer { 64 };
        User<IO_STATUS_BLOCK> iosb;
        CHECK(
            NtQueryInformationFile(file, iosb.get(), buffer.get(), 8, FileNameInformation)
            == STATUS_BUFFER_OVERFLOW);
        CHECK(iosb->Status == STATUS_BUFFER_OVERFLOW);
        CHECK(iosb->Information == 8);
        auto* text = reinterpret_cast<PFILE_NAME_INFORMATION>(buffer.get());
        CHECK(text->FileNameLength == 20);
        CHECK(text->FileName[1] == L'b');
        NtClose(file);
    });
}

TEST_CASE("the I/O manager itself answers access, mode and alignment", "[io]")
{
    withStore([](Store& store) {
        store.device->AlignmentRequirement = 3;
        HANDLE file = nullptr;
        REQUIRE(
            openFile(
                &file, L"\\Device\\Disk\\a", FILE_SYNCHRONOUS_IO_ALERT | FILE_WRITE_THROUGH,
                FILE_READ_DATA | SYNCHRONIZE)
            == STATUS_SUCCESS);
        User<ULONG> value;
        User<IO_STATUS_BLOCK> iosb;
        CHECK(
            NtQueryInformationFile(file, iosb.get(), value.get(), 4, FileAccessInformation)
            == STATUS_SUCCESS);
        CHECK(*value == (FILE_READ_DATA | SYNCHRONIZE));
        CHECK(
            NtQueryInformationFile(file, iosb.get(), value.get(), 4, FileModeInformation)
            == STATUS_SUCCESS);
        CHECK(*value == (FILE_SYNCHRONOUS_IO_ALERT | FILE_WRITE_THROUGH));
        CHECK(
            NtQueryInformationFile(file, iosb.get(), value.get(), 4, FileAlignmentInformation)
            == STATUS_SUCCESS);
        CHECK(*value == 3);
        *value = 0;
        CHECK(
            NtSetInformationFile(file, iosb.get(), value.get(), 4, FileModeInformation)
            == STATUS_INVALID_PARAMETER);
        *value = FILE_SYNCHRONOUS_IO_NONALERT;
        CHECK(
            NtSetInformationFile(file, iosb.get(), value.get(), 4, FileModeInformation)
            == STATUS_SUCCESS);
        CHECK(
            NtQueryInformationFile(file, iosb.get(), value.get(), 4, FileModeInformation)
            == STATUS_SUCCESS);
        CHECK(*value == FILE_SYNCHRONOUS_IO_NONALERT);
        NtClose(file);
    });
}

TEST_CASE("a relative name reaches the driver with its related file object", "[io]")
{
    withStore([](Store& store) {
        HANDLE directory = nullptr;
        HANDLE file = nullptr;
        bool related = false;
        REQUIRE(
            openFile(&directory, L"\\Device\\Disk\\dir", FILE_DIRECTORY_FILE) == STATUS_SUCCESS);
        store.driver.on(IRP_MJ_CREATE, [&](PDEVICE_OBJECT, PIRP irp) {
            PFILE_OBJECT opened = IoGetCurrentIrpStackLocation(irp)->FileObject;
            related = opened->RelatedFileObject
                && narrow(&opened->RelatedFileObject->FileName) == "\\dir";
            store.lastCreate = narrow(&opened->FileName);
            return complete(irp, STATUS_SUCCESS, FILE_CREATED);
        });
        IO_STATUS_BLOCK iosb {};
        REQUIRE(
            openFile(
                &file, L"sub\\b.txt", FILE_SYNCHRONOUS_IO_NONALERT, GENERIC_READ | SYNCHRONIZE,
                &iosb, directory)
            == STATUS_SUCCESS);
        CHECK(store.lastCreate == "sub\\b.txt");
        CHECK(related);
        CHECK(iosb.Information == FILE_CREATED);
        CHECK((store.lastOptions >> 24) == FILE_OPEN_IF);
        NtClose(directory); // the file keeps what it is relative to
        NtClose(file);
    });
}

TEST_CASE("a reparse opens the other name, and a loop ends", "[io]")
{
    withStore([](Store& store) {
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Disk\\elsewhere") == STATUS_SUCCESS);
        CHECK(store.lastCreate == "\\target");
        NtClose(file);
        CHECK(openFile(&file, L"\\Device\\Disk\\loop") == STATUS_OBJECT_NAME_NOT_FOUND);
        CHECK(store.device->ReferenceCount == 0);
    });
}

TEST_CASE("a rename to a full path opens its directory first", "[io]")
{
    withStore([](Store& store) {
        HANDLE file = nullptr;
        REQUIRE(
            openFile(
                &file, L"\\Device\\Disk\\a", FILE_SYNCHRONOUS_IO_NONALERT, DELETE | SYNCHRONIZE)
            == STATUS_SUCCESS);
        User<char> buffer { 200 };
        User<IO_STATUS_BLOCK> iosb;
        auto* rename = reinterpret_cast<PFILE_RENAME_INFORMATION>(buffer.get());
        const wchar_t* target = L"\\Device\\Disk\\dir\\b";
        rename->FileNameLength = 18 * 2;
        RtlCopyMemory(rename->FileName, target, rename->FileNameLength);
        CHECK(
            NtSetInformationFile(file, iosb.get(), rename, 100, FileRenameInformation)
            == STATUS_SUCCESS);
        CHECK(store.targetOpened);
        CHECK(store.renamedTo == "\\dir\\b");
        rename->FileNameLength = 999;
        CHECK(
            NtSetInformationFile(file, iosb.get(), rename, 100, FileRenameInformation)
            == STATUS_INVALID_PARAMETER);
        NtClose(file);
    });
}

TEST_CASE("attributes are asked by name alone", "[io]")
{
    withStore([](Store& store) {
        store.data = "1234567";
        struct Arguments
        {
            FILE_NETWORK_OPEN_INFORMATION information;
            OBJECT_ATTRIBUTES attributes;
            UNICODE_STRING name;
            WCHAR text[40];
        };
        User<Arguments> a;
        const wchar_t path[] = L"\\Device\\Disk\\a.txt";
        RtlCopyMemory(a->text, path, sizeof(path));
        a->name.Buffer = a->text;
        a->name.Length = a->name.MaximumLength = sizeof(path) - 2;
        InitializeObjectAttributes(
            &a->attributes, &a->name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
        CHECK(NtQueryFullAttributesFile(&a->attributes, &a->information) == STATUS_SUCCESS);
        CHECK(a->information.EndOfFile.QuadPart == 7);
        CHECK(a->information.FileAttributes == FILE_ATTRIBUTE_ARCHIVE);
        CHECK(store.device->ReferenceCount == 0);
    });
}

TEST_CASE("two threads on one synchronous file take turns", "[io]")
{
    Machine machine;
    machine.kernel([&] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local", DO_BUFFERED_IO);
        int inside = 0;
        int most = 0;
        base.on(IRP_MJ_READ, [&](PDEVICE_OBJECT self, PIRP irp) -> NTSTATUS {
            most = std::max(most, ++inside);
            IoMarkIrpPending(irp);
            post(self, [&, irp] {
                sleepMs(5);
                inside--;
                complete(irp, STATUS_SUCCESS, 4);
            });
            return STATUS_PENDING;
        });
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        int done = 0;
        for (int reader = 0; reader < 3; reader++)
            machine.world().createSystemThread("reader", [&] {
                IO_STATUS_BLOCK iosb {};
                ULONG value = 0;
                CHECK(
                    ZwReadFile(file, nullptr, nullptr, nullptr, &iosb, &value, 4, nullptr, nullptr)
                    == STATUS_SUCCESS);
                done++;
            });
        while (done < 3)
            sleepMs(10);
        CHECK(most == 1);
        ZwClose(file);
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("a cached synchronous file is read through fast I/O first", "[io]")
{
    static int fastReads;
    static bool refuse;
    fastReads = 0;
    refuse = false;
    withStore([](Store& store) {
        store.data = "from the IRP";
        static FAST_IO_DISPATCH fast;
        RtlZeroMemory(&fast, sizeof(fast));
        fast.SizeOfFastIoDispatch = sizeof(fast);
        fast.FastIoRead = [](PFILE_OBJECT, PLARGE_INTEGER, ULONG length, BOOLEAN wait, ULONG,
                             PVOID buffer, PIO_STATUS_BLOCK iosb, PDEVICE_OBJECT) -> BOOLEAN {
            fastReads++;
            CHECK(wait);
            if (refuse)
                return FALSE;
            RtlCopyMemory(buffer, "fast", length);
            iosb->Status = STATUS_SUCCESS;
            iosb->Information = length;
            return TRUE;
        };
        store.driver.object()->FastIoDispatch = &fast;
        store.driver.on(IRP_MJ_CREATE, [](PDEVICE_OBJECT, PIRP irp) {
            // Any value that is not NULL says "cached"; nobody of this test follows it.
            IoGetCurrentIrpStackLocation(irp)->FileObject->PrivateCacheMap
                = reinterpret_cast<PVOID>(1);
            return complete(irp, STATUS_SUCCESS, FILE_OPENED);
        });
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Disk\\a") == STATUS_SUCCESS);
        FileText t;
        CHECK(t.read(file, 4) == STATUS_SUCCESS);
        CHECK(t.text() == "fast");
        CHECK(store.irpReads == 0);
        refuse = true;
        CHECK(t.read(file, 4) == STATUS_SUCCESS);
        CHECK(t.text() == "from");
        CHECK(store.irpReads == 1);
        CHECK(fastReads == 2);
        NtClose(file);
        store.driver.object()->FastIoDispatch = nullptr;
    });
}
