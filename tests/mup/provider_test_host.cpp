// Registration, order, and what MUP does when things go wrong.
#include <catch2/catch.hpp>

#include "lab_host.h"

using namespace rdrlab::test;

namespace {
const std::string kFile = R"(\\lab\public\readme.txt)";
}

TEST_CASE("providers are asked one after the other in ProviderOrder, until one claims", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    auto& b = lab.redirector("B").claims(R"(\lab\public)");
    lab.order("B,A");
    lab.open(kFile);
    CHECK(b.queries.size() == 1);
    CHECK(a.queries.empty());
    CHECK(b.count(IRP_MJ_CREATE) == 1);
}

TEST_CASE("a change of ProviderOrder counts from the next resolution on", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\one)").claims(R"(\lab\two)");
    auto& b = lab.redirector("B").claims(R"(\lab\one)").claims(R"(\lab\two)");
    lab.order("A,B");
    lab.open(R"(\\lab\one\x)");
    lab.order("B,A");
    lab.open(R"(\\lab\two\x)");
    CHECK(a.count(IRP_MJ_CREATE) == 1);
    CHECK(b.count(IRP_MJ_CREATE) == 1);
}

TEST_CASE("providers that the order does not name come last, in order of registration", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    auto& b = lab.redirector("B");
    lab.order("B");
    lab.open(kFile);
    CHECK(b.queries.size() == 1);
    CHECK(a.queries.size() == 1);
    CHECK(a.count(IRP_MJ_CREATE) == 1);
}

TEST_CASE("queries and creates may pend", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    a.pends = true;
    CHECK(lab.open(kFile) == STATUS_SUCCESS);
    CHECK(lab.last.ok());
    CHECK(lab.counters().OpenFiles == 0);
}

TEST_CASE("a create that the provider refuses leaves no file behind", "[mup]")
{
    const bool pends = GENERATE(false, true);
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    a.createAnswer = STATUS_OBJECT_NAME_NOT_FOUND;
    a.pends = pends;
    CHECK(lab.open(kFile) == STATUS_OBJECT_NAME_NOT_FOUND);
    CHECK(lab.counters().OpenFiles == 0);
    CHECK(a.count(IRP_MJ_CLOSE) == 0);
}

TEST_CASE("an open relative to a file goes to that file's provider", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    lab.openThen(R"(\\lab\public\dir)", [&](HANDLE handle) {
        Name name("inner.txt");
        OBJECT_ATTRIBUTES attributes;
        IO_STATUS_BLOCK io {};
        HANDLE inner = nullptr;
        InitializeObjectAttributes(&attributes, name.get(), OBJ_CASE_INSENSITIVE, handle, nullptr);
        status = ZwCreateFile(
            &inner, FILE_READ_DATA | SYNCHRONIZE, &attributes, &io, nullptr, 0, FILE_SHARE_READ,
            FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, nullptr, 0);
        if (NT_SUCCESS(status)) {
            ZwClose(inner);
        }
    });
    CHECK(status == STATUS_SUCCESS);
    CHECK(a.queries.size() == 1);
    CHECK(a.count(IRP_MJ_CREATE) == 2);
}

TEST_CASE("a deregistered provider is not asked, and its claims are forgotten", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    lab.open(kFile);
    CHECK(lab.prefixes().size() == 1);
    lab.remove(a);
    CHECK(lab.prefixes().empty());
    CHECK(lab.open(kFile) == STATUS_BAD_NETWORK_PATH);
    CHECK(lab.open(R"(\Device\A\lab\public)") == STATUS_OBJECT_PATH_NOT_FOUND);
}

TEST_CASE("a registration is checked", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A");
    NTSTATUS noName = STATUS_SUCCESS;
    NTSTATUS twice = STATUS_SUCCESS;
    NTSTATUS noDevice = STATUS_SUCCESS;
    lab.asSystem([&] {
        HANDLE handle = nullptr;
        Name empty("");
        Name name(R"(\Device\A)");
        Name other(R"(\Device\Other)");
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        noName = FsRtlRegisterUncProviderEx(&handle, empty.get(), a.device, 0);
        twice = FsRtlRegisterUncProviderEx(&handle, name.get(), a.device, 0);
        noDevice = FsRtlRegisterUncProviderEx(
            &handle, other.get(), reinterpret_cast<PDEVICE_OBJECT>(&event), 0);
    });
    CHECK(noName == STATUS_INVALID_PARAMETER);
    CHECK(twice == STATUS_INVALID_DEVICE_REQUEST);
    CHECK(noDevice == STATUS_OBJECT_TYPE_MISMATCH);
}

TEST_CASE("a provider's id outlives its registration", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A");
    lab.redirector("B");
    ULONG32 first = 0;
    ULONG32 second = 0;
    NTSTATUS unknown = STATUS_SUCCESS;
    auto ask = [&](ULONG32* id) {
        lab.asSystem([&] {
            Name name(R"(\Device\A)");
            FsRtlMupGetProviderIdFromName(name.get(), id);
            Name nobody(R"(\Device\Nobody)");
            ULONG32 none = 0;
            unknown = FsRtlMupGetProviderIdFromName(nobody.get(), &none);
        });
    };
    ask(&first);
    lab.remove(a);
    lab.redirector("A");
    ask(&second);
    CHECK(first != 0);
    CHECK(first == second);
    CHECK(unknown == STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST_CASE("the cache is bounded; the oldest entry goes first", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A");
    for (int i = 0; i < 30; ++i) {
        a.claims(R"(\lab\share)" + std::to_string(i));
    }
    lab.parameter("PrefixCacheSizeInKB", 1);
    for (int i = 0; i < 30; ++i) {
        lab.open(R"(\\lab\share)" + std::to_string(i) + R"(\x)");
    }
    const auto prefixes = lab.prefixes();
    CHECK(prefixes.size() < 15);
    REQUIRE_FALSE(prefixes.empty());
    CHECK(prefixes.back() == R"(\lab\share29 \Device\A)");
    CHECK(lab.counters().Evicted == 30 - prefixes.size());
}

TEST_CASE("MUP itself can be opened, and answers little", "[mup]")
{
    Lab lab;
    NTSTATUS read = STATUS_SUCCESS;
    NTSTATUS status = lab.openThen(R"(\Device\Mup)", [&](HANDLE handle) {
        IO_STATUS_BLOCK io {};
        LARGE_INTEGER offset {};
        char buffer[4];
        read = ZwReadFile(handle, nullptr, nullptr, nullptr, &io, buffer, 4, &offset, nullptr);
    });
    CHECK(status == STATUS_SUCCESS);
    CHECK(read == STATUS_INVALID_DEVICE_REQUEST);
    CHECK(lab.counters().OpenFiles == 0);
}

TEST_CASE("two opens of a new share at once both succeed", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    a.pends = true;
    NTSTATUS status[2] = { STATUS_UNSUCCESSFUL, STATUS_UNSUCCESSFUL };
    auto* process = lab.world.createProcess("app", "alice");
    for (int i = 0; i < 2; ++i) {
        lab.world.createThread(process, "opener", [&, i] {
            Name name(R"(\??\UNC\lab\public\f)");
            OBJECT_ATTRIBUTES attributes;
            IO_STATUS_BLOCK io {};
            HANDLE handle = nullptr;
            InitializeObjectAttributes(
                &attributes, name.get(), OBJ_CASE_INSENSITIVE, nullptr, nullptr);
            status[i] = ZwCreateFile(
                &handle, FILE_READ_DATA | SYNCHRONIZE, &attributes, &io, nullptr, 0,
                FILE_SHARE_READ, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, nullptr, 0);
            if (NT_SUCCESS(status[i])) {
                ZwClose(handle);
            }
        });
    }
    CHECK(lab.world.run().ok());
    CHECK(status[0] == STATUS_SUCCESS);
    CHECK(status[1] == STATUS_SUCCESS);
    CHECK(lab.prefixes().size() == 1);
    CHECK(a.queries.size() <= 2);
}

TEST_CASE("the provider of an open file can be asked for", "[mup]")
{
    Lab lab;
    lab.redirector("A").claims(R"(\lab\public)");
    ULONG32 id = 0;
    NTSTATUS byId = STATUS_UNSUCCESSFUL;
    NTSTATUS small = STATUS_SUCCESS;
    NTSTATUS byName = STATUS_UNSUCCESSFUL;
    std::string name;
    lab.openThen(kFile, [&](HANDLE handle) {
        PFILE_OBJECT file = nullptr;
        ObReferenceObjectByHandle(
            handle, 0, *IoFileObjectType, KernelMode, reinterpret_cast<PVOID*>(&file), nullptr);
        ULONG size = sizeof id;
        byId = FsRtlMupGetProviderInfoFromFileObject(file, 1, &id, &size);
        alignas(8) unsigned char buffer[128];
        size = 4;
        small = FsRtlMupGetProviderInfoFromFileObject(file, 2, buffer, &size);
        size = sizeof buffer;
        byName = FsRtlMupGetProviderInfoFromFileObject(file, 2, buffer, &size);
        name = narrow(reinterpret_cast<PUNICODE_STRING>(buffer + sizeof(void*)));
        ObDereferenceObject(file);
    });
    CHECK(byId == STATUS_SUCCESS);
    CHECK(id == 1);
    CHECK(small == STATUS_BUFFER_TOO_SMALL);
    CHECK(byName == STATUS_SUCCESS);
    CHECK(name == R"(\Device\A)");
}

namespace {

PDEVICE_OBJECT fastDevice = nullptr;

BOOLEAN NTAPI fastQueryBasic(
    PFILE_OBJECT,
    BOOLEAN,
    PFILE_BASIC_INFORMATION information,
    PIO_STATUS_BLOCK io,
    PDEVICE_OBJECT device)
{
    fastDevice = device;
    information->FileAttributes = FILE_ATTRIBUTE_READONLY;
    io->Status = STATUS_SUCCESS;
    return TRUE;
}

} // namespace

TEST_CASE(
    "S-QP-8 fast I/O goes through MUP to the same provider, with the provider's device", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    FAST_IO_DISPATCH dispatch {};
    dispatch.SizeOfFastIoDispatch = sizeof dispatch;
    dispatch.FastIoQueryBasicInfo = fastQueryBasic;
    a.device->DriverObject->FastIoDispatch = &dispatch;
    BOOLEAN answered = FALSE;
    BOOLEAN absent = TRUE;
    FILE_BASIC_INFORMATION information {};
    fastDevice = nullptr;
    lab.openThen(kFile, [&](HANDLE handle) {
        PFILE_OBJECT file = nullptr;
        ObReferenceObjectByHandle(
            handle, 0, *IoFileObjectType, KernelMode, reinterpret_cast<PVOID*>(&file), nullptr);
        PDEVICE_OBJECT top = IoGetRelatedDeviceObject(file);
        PFAST_IO_DISPATCH fast = top->DriverObject->FastIoDispatch;
        IO_STATUS_BLOCK io {};
        LARGE_INTEGER offset {};
        char byte = 0;
        answered = fast->FastIoQueryBasicInfo(file, TRUE, &information, &io, top);
        absent = fast->FastIoRead(file, &offset, 1, TRUE, 0, &byte, &io, top);
        ObDereferenceObject(file);
    });
    a.device->DriverObject->FastIoDispatch = nullptr;
    CHECK(answered);
    CHECK(fastDevice == a.device);
    CHECK(information.FileAttributes == FILE_ATTRIBUTE_READONLY);
    CHECK_FALSE(absent);
}

TEST_CASE("a request for a file MUP never saw opened is a bug check", "[mup]")
{
    Lab lab;
    Name name(R"(\Device\Mup)"); // out here: a thread that bug checks never unwinds
    lab.asSystem([&] {
        PFILE_OBJECT own = nullptr;
        PDEVICE_OBJECT mup = nullptr;
        IoGetDeviceObjectPointer(name.get(), FILE_READ_ATTRIBUTES, &own, &mup);
        FILE_OBJECT stranger {};
        stranger.Type = IO_TYPE_FILE;
        stranger.Size = sizeof stranger;
        stranger.DeviceObject = mup;
        PIRP irp = IoAllocateIrp(mup->StackSize, FALSE);
        PIO_STACK_LOCATION irpSp = IoGetNextIrpStackLocation(irp);
        irpSp->MajorFunction = IRP_MJ_READ;
        irpSp->FileObject = &stranger;
        IoCallDriver(mup, irp);
    });
    CHECK(lab.world.bugchecked());
    CHECK(lab.world.bugcheckReport().find("00000103") != std::string::npos);
}
