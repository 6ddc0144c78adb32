// The name space: directories, links, what a name leads to.
#include "localdriver.h"

using namespace iotest;

namespace {

// Names of the calling thread's mode, as OBJECT_ATTRIBUTES want them (kernel callers only).
struct Named
{
    UNICODE_STRING text;
    OBJECT_ATTRIBUTES attributes;

    explicit Named(const wchar_t* path, ULONG flags = OBJ_CASE_INSENSITIVE, HANDLE root = nullptr)
        : text(name(path))
    {
        InitializeObjectAttributes(&attributes, &text, flags, root, nullptr);
    }
};

NTSTATUS makeLink(const wchar_t* path, const wchar_t* target)
{
    UNICODE_STRING from = name(path);
    UNICODE_STRING to = name(target);
    return IoCreateSymbolicLink(&from, &to);
}

NTSTATUS dropLink(const wchar_t* path)
{
    UNICODE_STRING from = name(path);
    return IoDeleteSymbolicLink(&from);
}

std::string nameOf(PVOID object)
{
    alignas(8) char buffer[512];
    ULONG needed = 0;
    auto* information = reinterpret_cast<POBJECT_NAME_INFORMATION>(buffer);
    REQUIRE(ObQueryNameString(object, information, sizeof(buffer), &needed) == STATUS_SUCCESS);
    return narrow(&information->Name);
}

} // namespace

TEST_CASE("\\DosDevices, \\GLOBAL?? and \\?? are one directory", "[ob]")
{
    Machine machine;
    machine.kernel([] {
        REQUIRE(makeLink(L"\\DosDevices\\Q:", L"\\Device\\Nothing") == STATUS_SUCCESS);
        CHECK(makeLink(L"\\??\\q:", L"\\Device\\Nothing") == STATUS_OBJECT_NAME_COLLISION);
        CHECK(dropLink(L"\\GLOBAL?\?\\Q:") == STATUS_SUCCESS);
        CHECK(dropLink(L"\\??\\Q:") == STATUS_OBJECT_NAME_NOT_FOUND);
    });
}

TEST_CASE("\\??\\UNC leads to the multiple UNC provider", "[ob]")
{
    Machine machine;
    machine.kernel([] {
        Named unc(L"\\??\\UNC");
        HANDLE link = nullptr;
        REQUIRE(
            ZwOpenSymbolicLinkObject(&link, SYMBOLIC_LINK_QUERY, &unc.attributes)
            == STATUS_SUCCESS);
        WCHAR buffer[40];
        UNICODE_STRING target { 0, sizeof(buffer), buffer };
        ULONG bytes = 0;
        CHECK(ZwQuerySymbolicLinkObject(link, &target, &bytes) == STATUS_SUCCESS);
        CHECK(narrow(&target) == "\\Device\\Mup");
        target.MaximumLength = 4;
        CHECK(ZwQuerySymbolicLinkObject(link, &target, &bytes) == STATUS_BUFFER_TOO_SMALL);
        CHECK(bytes == 22);
        ZwClose(link);
    });
}

TEST_CASE("links are followed with what is left of the name, and a circle ends", "[ob]")
{
    Machine machine;
    machine.kernel([] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local");
        std::string seen;
        base.on(IRP_MJ_CREATE, [&](PDEVICE_OBJECT, PIRP irp) {
            seen = narrow(&IoGetCurrentIrpStackLocation(irp)->FileObject->FileName);
            return complete(irp, STATUS_SUCCESS, FILE_OPENED);
        });
        REQUIRE(makeLink(L"\\??\\One", L"\\??\\Two\\sub") == STATUS_SUCCESS);
        REQUIRE(makeLink(L"\\??\\Two", L"\\Device\\Local") == STATUS_SUCCESS);
        HANDLE file = nullptr;
        CHECK(openFile(&file, L"\\??\\one\\x\\y") == STATUS_SUCCESS);
        CHECK(seen == "\\sub\\x\\y");
        CHECK(nameOf(base.object()->DeviceObject) == "\\Device\\Local");
        ZwClose(file);
        dropLink(L"\\??\\One");
        dropLink(L"\\??\\Two");
        REQUIRE(makeLink(L"\\??\\Round", L"\\??\\About") == STATUS_SUCCESS);
        REQUIRE(makeLink(L"\\??\\About", L"\\??\\Round") == STATUS_SUCCESS);
        CHECK(openFile(&file, L"\\??\\Round\\x") == STATUS_OBJECT_NAME_NOT_FOUND);
        dropLink(L"\\??\\Round");
        dropLink(L"\\??\\About");
        base.remove();
    });
}

TEST_CASE("a file's full name is its device's and its own", "[ob]")
{
    Machine machine;
    machine.kernel([] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local");
        HANDLE file = nullptr;
        PVOID object = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local\\dir\\a.txt") == STATUS_SUCCESS);
        REQUIRE(
            ObReferenceObjectByHandle(file, 0, *IoFileObjectType, KernelMode, &object, nullptr)
            == STATUS_SUCCESS);
        CHECK(nameOf(object) == "\\Device\\Local\\dir\\a.txt");
        OBJECT_NAME_INFORMATION tooSmall;
        ULONG needed = 0;
        CHECK(
            ObQueryNameString(object, &tooSmall, sizeof(tooSmall), &needed)
            == STATUS_INFO_LENGTH_MISMATCH);
        CHECK(needed == sizeof(OBJECT_NAME_INFORMATION) + 24 * 2);
        CHECK(nameOf(PsGetCurrentProcess()) == "");
        ObDereferenceObject(object);
        ZwClose(file);
        base.remove();
    });
}

TEST_CASE(
    "a temporary object loses its name with its last handle, a permanent one keeps it", "[ob]")
{
    Machine machine;
    machine.kernel([] {
        HANDLE event = nullptr;
        HANDLE again = nullptr;
        Named passing(L"\\BaseNamedObjects\\Passing");
        REQUIRE(
            ZwCreateEvent(&event, EVENT_ALL_ACCESS, &passing.attributes, NotificationEvent, FALSE)
            == STATUS_SUCCESS);
        CHECK(
            ZwCreateEvent(&again, EVENT_ALL_ACCESS, &passing.attributes, NotificationEvent, FALSE)
            == STATUS_OBJECT_NAME_COLLISION);
        Named same(L"\\basenamedobjects\\PASSING", OBJ_OPENIF);
        CHECK(
            ZwCreateEvent(&again, EVENT_ALL_ACCESS, &same.attributes, NotificationEvent, FALSE)
            == STATUS_OBJECT_NAME_EXISTS);
        ZwClose(again);
        ZwClose(event);
        CHECK(
            ZwOpenEvent(&event, EVENT_ALL_ACCESS, &passing.attributes)
            == STATUS_OBJECT_NAME_NOT_FOUND);

        Named lasting(L"\\BaseNamedObjects\\Lasting", OBJ_PERMANENT);
        REQUIRE(
            ZwCreateEvent(&event, EVENT_ALL_ACCESS, &lasting.attributes, NotificationEvent, FALSE)
            == STATUS_SUCCESS);
        ZwClose(event);
        REQUIRE(ZwOpenEvent(&event, EVENT_ALL_ACCESS, &lasting.attributes) == STATUS_SUCCESS);
        CHECK(ZwMakeTemporaryObject(event) == STATUS_SUCCESS);
        ZwClose(event);
        CHECK(
            ZwOpenEvent(&event, EVENT_ALL_ACCESS, &lasting.attributes)
            == STATUS_OBJECT_NAME_NOT_FOUND);
    });
}

TEST_CASE("directories are listed in the order of their entries, in pieces that fit", "[ob]")
{
    Machine machine;
    machine.kernel([] {
        Named path(L"\\Lab");
        HANDLE directory = nullptr;
        HANDLE events[3] {};
        REQUIRE(
            ZwCreateDirectoryObject(&directory, DIRECTORY_ALL_ACCESS, &path.attributes)
            == STATUS_SUCCESS);
        const wchar_t* names[] = { L"zebra", L"ant", L"mole" };
        for (int i = 0; i < 3; i++) {
            Named relative(names[i], OBJ_CASE_INSENSITIVE, directory);
            REQUIRE(
                ZwCreateEvent(
                    &events[i], EVENT_ALL_ACCESS, &relative.attributes, NotificationEvent, FALSE)
                == STATUS_SUCCESS);
        }
        alignas(8) char buffer[160];
        ULONG context = 0;
        std::string seen;
        NTSTATUS status;
        int calls = 0;
        do {
            status = ZwQueryDirectoryObject(
                directory, buffer, sizeof(buffer), FALSE, calls == 0, &context, nullptr);
            if (!NT_SUCCESS(status))
                break;
            for (auto* entry = reinterpret_cast<POBJECT_DIRECTORY_INFORMATION>(buffer);
                 entry->Name.Length; entry++)
                seen += narrow(&entry->Name) + ":" + narrow(&entry->TypeName) + " ";
            calls++;
        } while (calls < 5);
        CHECK(status == STATUS_NO_MORE_ENTRIES);
        CHECK(calls > 1);
        CHECK(seen == "zebra:Event ant:Event mole:Event ");
        Named absolute(L"\\x", OBJ_CASE_INSENSITIVE, directory);
        HANDLE none = nullptr;
        CHECK(
            ZwOpenEvent(&none, EVENT_ALL_ACCESS, &absolute.attributes)
            == STATUS_OBJECT_PATH_SYNTAX_BAD);
        Named through(L"\\Lab\\ant\\deeper");
        CHECK(
            ZwOpenEvent(&none, EVENT_ALL_ACCESS, &through.attributes)
            == STATUS_OBJECT_TYPE_MISMATCH);
        Named wrong(L"\\Lab\\ant");
        CHECK(
            ZwOpenDirectoryObject(&none, DIRECTORY_QUERY, &wrong.attributes)
            == STATUS_OBJECT_TYPE_MISMATCH);
        Named empty(L"\\Lab\\\\ant");
        CHECK(
            ZwOpenEvent(&none, EVENT_ALL_ACCESS, &empty.attributes) == STATUS_OBJECT_NAME_INVALID);
        for (HANDLE event : events)
            ZwClose(event);
        ZwClose(directory);
    });
}

TEST_CASE(
    "a device that is deleted in use is out of the name space at once and dies with its last file",
    "[ob]")
{
    Machine machine;
    machine.kernel([] {
        LocalDriver base(L"base");
        PDEVICE_OBJECT device = base.device(L"\\Device\\Local");
        HANDLE file = nullptr;
        HANDLE second = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        ObReferenceObject(device);
        IoDeleteDevice(device);
        CHECK(openFile(&second, L"\\Device\\Local") == STATUS_OBJECT_NAME_NOT_FOUND);
        CHECK(device->ReferenceCount == 1);
        LONG before = ObpPointerCount(device);
        ZwClose(file);
        CHECK(device->ReferenceCount == 0);
        CHECK(ObpPointerCount(device) < before);
        CHECK(ObpPointerCount(device) == 1);
        ObDereferenceObject(device);
        base.remove();
    });
}
