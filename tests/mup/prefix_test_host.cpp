// Prefix resolution, statement by statement: S-QP-1 to S-QP-37 of the facts.
#include <catch2/catch.hpp>

#include "lab_host.h"

using namespace rdrlab::test;

namespace {
const std::string kFile = R"(\\lab\public\readme.txt)";
const std::string kOther = R"(\\lab\public\dir\other.txt)";
} // namespace

TEST_CASE(
    "S-QP-1 an open by UNC name makes MUP ask the redirector with IOCTL_REDIR_QUERY_PATH_EX",
    "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    REQUIRE(a.registration == STATUS_SUCCESS);
    CHECK(lab.open(kFile) == STATUS_SUCCESS);
    CHECK(lab.last.ok());
    REQUIRE(a.queries.size() == 1);
    CHECK(a.queries[0].code == IOCTL_REDIR_QUERY_PATH_EX);
    CHECK(a.queries[0].path == R"(\lab\public\readme.txt)");
    CHECK(a.queries[0].hasSecurityContext);
}

TEST_CASE("S-QP-2 every open by UNC name goes through MUP", "[mup]")
{
    Lab lab;
    lab.redirector("A").claims(R"(\lab\public)");
    const ULONG before = lab.counters().Creates;
    lab.open(kFile);
    lab.open(kOther);
    CHECK(lab.counters().Creates == before + 2);
}

TEST_CASE(
    "S-QP-3 S-QP-4 an open of the redirector's own device asks nobody and leaves the cache alone",
    "[mup]")
{
    // What a network provider does for "net use": it talks to the redirector's device. The
    // user-mode half (MPR) is not here.
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    CHECK(lab.open(R"(\Device\A)") == STATUS_SUCCESS);
    CHECK(lab.open(R"(\Device\A\lab\public)") == STATUS_SUCCESS);
    CHECK(a.queries.empty());
    CHECK(lab.prefixes().empty());
    REQUIRE(a.count(IRP_MJ_CREATE) == 2);
    CHECK(a.seen[0].name.empty());
}

TEST_CASE("S-QP-5 a name on a mapped drive is passed to its redirector without a query", "[mup]")
{
    // The drive letter is the symbolic link that the network provider would have made.
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    auto& b = lab.redirector("B").claims(R"(\lab\public)");
    lab.asSystem([] {
        Name link(R"(\??\X:)");
        Name target(R"(\Device\A\;X:00000000000003e7\lab\public)");
        IoCreateSymbolicLink(link.get(), target.get());
    });
    CHECK(lab.open(R"(\??\X:\readme.txt)") == STATUS_SUCCESS);
    CHECK(a.queries.empty());
    CHECK(b.queries.empty());
    CHECK(lab.prefixes().empty());
    REQUIRE(a.count(IRP_MJ_CREATE) == 1);
    CHECK(a.seen[0].name == R"(\;X:00000000000003e7\lab\public\readme.txt)");
    lab.asSystem([] {
        Name link(R"(\??\X:)");
        IoDeleteSymbolicLink(link.get());
    });
}

TEST_CASE(
    "S-QP-6 extended queries go to extended providers only, of which there may be several", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A");
    auto& b = lab.redirector("B");
    auto& old = lab.redirector("OldOne", Model::Legacy);
    REQUIRE(old.registration == STATUS_SUCCESS);
    lab.open(kFile);
    REQUIRE(a.queries.size() == 1);
    REQUIRE(b.queries.size() == 1);
    REQUIRE(old.queries.size() == 1);
    CHECK(a.queries[0].code == IOCTL_REDIR_QUERY_PATH_EX);
    CHECK(b.queries[0].code == IOCTL_REDIR_QUERY_PATH_EX);
    CHECK(old.queries[0].code == IOCTL_REDIR_QUERY_PATH);
}

TEST_CASE("S-QP-7 the open that caused the query goes to the provider that claimed it", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A");
    auto& b = lab.redirector("B").claims(R"(\lab\public)");
    CHECK(lab.open(kFile) == STATUS_SUCCESS);
    CHECK(a.count(IRP_MJ_CREATE) == 0);
    REQUIRE(b.count(IRP_MJ_CREATE) == 1);
    CHECK(b.seen[0].name == R"(\lab\public\readme.txt)");
}

TEST_CASE("S-QP-8 reads and writes on the handle go through MUP to the same provider", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A");
    auto& b = lab.redirector("B").claims(R"(\lab\public)");
    NTSTATUS read = STATUS_SUCCESS;
    NTSTATUS write = STATUS_UNSUCCESSFUL;
    const ULONG before = lab.counters().Forwarded;
    lab.openThen(kFile, [&](HANDLE handle) {
        IO_STATUS_BLOCK io {};
        LARGE_INTEGER offset {};
        char buffer[8] = "hello";
        write = ZwWriteFile(handle, nullptr, nullptr, nullptr, &io, buffer, 5, &offset, nullptr);
        read = ZwReadFile(handle, nullptr, nullptr, nullptr, &io, buffer, 5, &offset, nullptr);
    });
    CHECK(write == STATUS_SUCCESS);
    CHECK(read == STATUS_END_OF_FILE);
    CHECK(b.count(IRP_MJ_WRITE) == 1);
    CHECK(b.count(IRP_MJ_READ) == 1);
    CHECK(b.count(IRP_MJ_CLEANUP) == 1);
    CHECK(b.count(IRP_MJ_CLOSE) == 1);
    CHECK(a.seen.empty());
    CHECK(lab.counters().Forwarded == before + 4);
    CHECK(lab.counters().OpenFiles == 0);
}

TEST_CASE("S-QP-9 a legacy provider gets the plain query, and its files bypass MUP", "[mup]")
{
    Lab lab;
    auto& old = lab.redirector("OldOne", Model::Legacy).claims(R"(\lab\public)");
    const ULONG before = lab.counters().Forwarded;
    NTSTATUS read = STATUS_SUCCESS;
    NTSTATUS status = lab.openThen(kFile, [&](HANDLE handle) {
        IO_STATUS_BLOCK io {};
        LARGE_INTEGER offset {};
        char buffer[8];
        read = ZwReadFile(handle, nullptr, nullptr, nullptr, &io, buffer, 5, &offset, nullptr);
    });
    CHECK(status == STATUS_SUCCESS);
    REQUIRE(old.queries.size() == 1);
    CHECK(old.queries[0].code == IOCTL_REDIR_QUERY_PATH);
    CHECK(old.queries[0].path == R"(\lab\public\readme.txt)");
    CHECK(read == STATUS_END_OF_FILE);
    CHECK(old.count(IRP_MJ_READ) == 1);
    CHECK(old.count(IRP_MJ_CLOSE) == 1);
    CHECK(lab.counters().Forwarded == before);
    CHECK(lab.counters().OpenFiles == 0);
}

TEST_CASE(
    "SC-42 a file of a legacy provider belongs to its device, and MUP sees no more of it", "[mup]")
{
    Lab lab;
    auto& old = lab.redirector("OldOne", Model::Legacy).claims(R"(\lab\public)");
    std::string device;
    NTSTATUS written = STATUS_UNSUCCESSFUL;
    const ULONG before = lab.counters().Forwarded;
    const NTSTATUS status = lab.openThen(kFile, [&](HANDLE handle) {
        PFILE_OBJECT file = nullptr;
        REQUIRE(
            ObReferenceObjectByHandle(
                handle, 0, *IoFileObjectType, KernelMode, reinterpret_cast<PVOID*>(&file), nullptr)
            == STATUS_SUCCESS);
        device = file->DeviceObject == old.device ? "the provider's" : "another";
        ObDereferenceObject(file);
        IO_STATUS_BLOCK io {};
        LARGE_INTEGER offset {};
        char buffer[] = "hello";
        written = ZwWriteFile(handle, nullptr, nullptr, nullptr, &io, buffer, 5, &offset, nullptr);
    });
    CHECK(status == STATUS_SUCCESS);
    CHECK(device == "the provider's");
    CHECK(written == STATUS_SUCCESS);
    REQUIRE(old.count(IRP_MJ_CREATE) == 1);
    CHECK(old.seen[0].name == R"(\lab\public\readme.txt)");
    CHECK(old.count(IRP_MJ_WRITE) == 1);
    CHECK(old.count(IRP_MJ_CLEANUP) == 1);
    CHECK(old.count(IRP_MJ_CLOSE) == 1);
    CHECK(lab.counters().Forwarded == before);
    CHECK(lab.counters().OpenFiles == 0);
}

TEST_CASE("S-QP-10 provider and claimed prefix enter the cache", "[mup]")
{
    Lab lab;
    lab.redirector("A").claims(R"(\lab\public)");
    lab.open(kFile);
    CHECK(lab.prefixes() == std::vector<std::string> { R"(\lab\public \Device\A)" });
}

TEST_CASE("S-QP-11 later opens consult the cache before anybody is asked", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    lab.open(kFile);
    lab.open(kFile);
    lab.open(R"(\\LAB\Public\README.TXT)");
    CHECK(a.queries.size() == 1);
    CHECK(a.count(IRP_MJ_CREATE) == 3);
    CHECK(lab.counters().CacheHits == 2);
}

TEST_CASE("S-QP-12 an entry lives for its time to live from the moment it was added", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    lab.open(kFile);
    lab.passSeconds(890);
    lab.open(kFile); // a use does not make it younger
    CHECK(a.queries.size() == 1);
    lab.passSeconds(11);
    lab.open(kFile);
    CHECK(a.queries.size() == 2);
    CHECK(lab.counters().Expired == 1);
}

TEST_CASE("S-QP-12 the registry sets the time to live at once", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    lab.parameter("PrefixCacheTimeoutInSeconds", 10);
    lab.open(kFile);
    lab.passSeconds(11);
    lab.open(kFile);
    CHECK(a.queries.size() == 2);
}

TEST_CASE(
    "S-QP-13 S-QP-14 S-QP-15 S-QP-16 the request has the documented buffers and lengths", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    lab.open(kFile);
    REQUIRE(a.queries.size() == 1);
    CHECK(a.queries[0].path == R"(\lab\public\readme.txt)"); // read through Type3InputBuffer
    CHECK(a.queries[0].inputLength == sizeof(QUERY_PATH_REQUEST_EX));
    CHECK(a.queries[0].outputLength == sizeof(QUERY_PATH_RESPONSE));
    CHECK(a.queries[0].separateBuffers); // the response went into UserBuffer
}

TEST_CASE("S-QP-17 STATUS_SUCCESS says that the share is known, and the open succeeds", "[mup]")
{
    Lab lab;
    lab.redirector("A").claims(R"(\lab\public)");
    CHECK(lab.open(kFile) == STATUS_SUCCESS);
}

TEST_CASE(
    "S-QP-18 S-QP-19 S-QP-20 S-QP-22 S-QP-25 a refusal of the list is what the opener gets",
    "[mup]")
{
    const NTSTATUS status = GENERATE(
        STATUS_BAD_NETWORK_NAME, STATUS_BAD_NETWORK_PATH, STATUS_INSUFFICIENT_RESOURCES,
        STATUS_INVALID_PARAMETER);
    Lab lab;
    lab.redirector("A").refuses(R"(\lab)", status);
    CHECK(lab.open(kFile) == status);
    CHECK(lab.prefixes().empty());
}

TEST_CASE("S-QP-19 without any provider a UNC path is not found", "[mup]")
{
    Lab lab;
    CHECK(lab.open(kFile) == STATUS_BAD_NETWORK_PATH);
}

TEST_CASE("S-QP-21 S-QP-27 a query from user mode is refused", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    NTSTATUS status = STATUS_SUCCESS;
    lab.openThen(kFile, [&](HANDLE handle) {
        a.queries.clear();
        // A request as the I/O manager would send it for a program: previous mode user.
        PFILE_OBJECT file = nullptr;
        ObReferenceObjectByHandle(
            handle, 0, *IoFileObjectType, KernelMode, reinterpret_cast<PVOID*>(&file), nullptr);
        PDEVICE_OBJECT top = IoGetRelatedDeviceObject(file);
        PIRP irp = IoAllocateIrp(top->StackSize, FALSE);
        QUERY_PATH_REQUEST_EX request {};
        QUERY_PATH_RESPONSE response {};
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        irp->RequestorMode = UserMode;
        irp->UserBuffer = &response;
        irp->Tail.Overlay.Thread = PsGetCurrentThread();
        PIO_STACK_LOCATION irpSp = IoGetNextIrpStackLocation(irp);
        irpSp->MajorFunction = IRP_MJ_DEVICE_CONTROL;
        irpSp->FileObject = file;
        irpSp->Parameters.DeviceIoControl.IoControlCode = IOCTL_REDIR_QUERY_PATH_EX;
        irpSp->Parameters.DeviceIoControl.Type3InputBuffer = &request;
        irpSp->Parameters.DeviceIoControl.InputBufferLength = sizeof(request);
        irpSp->Parameters.DeviceIoControl.OutputBufferLength = sizeof(response);
        IoSetCompletionRoutine(
            irp,
            [](PDEVICE_OBJECT, PIRP, PVOID) -> NTSTATUS { return STATUS_MORE_PROCESSING_REQUIRED; },
            nullptr, TRUE, TRUE, TRUE);
        status = IoCallDriver(top, irp);
        IoFreeIrp(irp);
        ObDereferenceObject(file);
    });
    CHECK(status == STATUS_INVALID_DEVICE_REQUEST);
    CHECK(a.queries.empty());
}

TEST_CASE(
    "S-QP-23 S-QP-24 credential failures reach the opener unchanged, whoever else refused", "[mup]")
{
    const NTSTATUS status = GENERATE(STATUS_LOGON_FAILURE, STATUS_ACCESS_DENIED);
    Lab lab;
    lab.redirector("A").refuses(R"(\lab)", STATUS_BAD_NETWORK_NAME);
    lab.redirector("B").refuses(R"(\lab)", status);
    lab.redirector("C").refuses(R"(\lab)", STATUS_BAD_NETWORK_PATH);
    CHECK(lab.open(kFile) == status);
}

TEST_CASE("S-QP-25 of several refusals the one that tells most is returned", "[mup]")
{
    Lab lab;
    lab.redirector("A").refuses(R"(\lab)", STATUS_BAD_NETWORK_PATH);
    lab.redirector("B").refuses(R"(\lab)", STATUS_BAD_NETWORK_NAME);
    CHECK(lab.open(kFile) == STATUS_BAD_NETWORK_NAME);
}

TEST_CASE("S-QP-26 a status outside the list becomes the nearest of it", "[mup]")
{
    // The redirector must not answer so; its own test is rdbss's. Here: MUP does not hand it on.
    Lab lab;
    lab.redirector("A").refuses(R"(\lab)", STATUS_CONNECTION_REFUSED);
    CHECK(lab.open(kFile) == STATUS_BAD_NETWORK_PATH);
}

TEST_CASE("S-QP-28 the buffers are apart, and only the output buffer is written", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    lab.open(kFile);
    REQUIRE(a.queries.size() == 1);
    CHECK(a.queries[0].separateBuffers);
    CHECK(lab.prefixes().size() == 1); // LengthAccepted was read from the output buffer
}

TEST_CASE("S-QP-29 LengthAccepted is in bytes", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    a.claimBytes = 22; // \lab\public
    lab.open(kFile);
    CHECK(lab.prefixes() == std::vector<std::string> { R"(\lab\public \Device\A)" });
}

TEST_CASE(
    "S-QP-29 a claim of nothing, of more than the path or of half a character is no claim", "[mup]")
{
    const uint32_t bytes = GENERATE(1u, 23u, 2000u);
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\lab\public)");
    a.claimBytes = bytes;
    CHECK(lab.open(kFile) == STATUS_BAD_NETWORK_PATH);
    CHECK(lab.prefixes().empty());
}

TEST_CASE("S-QP-30 a refusal leaves no trace in the cache, and the next open asks again", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A");
    lab.open(kFile);
    lab.open(kFile);
    CHECK(a.queries.size() == 2);
    CHECK(lab.prefixes().empty());
}

TEST_CASE("S-QP-31 a provider that writes into the request spoils it for nobody", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A");
    a.scribbles = true;
    auto& b = lab.redirector("B").claims(R"(\lab\public)");
    CHECK(lab.open(kFile) == STATUS_SUCCESS);
    REQUIRE(a.queries.size() == 1);
    REQUIRE(b.queries.size() == 1);
    CHECK(b.queries[0].path == R"(\lab\public\readme.txt)");
    REQUIRE(b.count(IRP_MJ_CREATE) == 1);
    CHECK(b.seen[0].name == R"(\lab\public\readme.txt)");
}

TEST_CASE("S-QP-32 S-QP-33 a claimed share serves every name on it", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\server\public)");
    lab.open(R"(\\server\public\dir1\dir2)");
    lab.open(R"(\\server\public\file1)");
    CHECK(a.queries.size() == 1);
    CHECK(a.count(IRP_MJ_CREATE) == 2);
}

TEST_CASE("S-QP-34 another share of the server is asked for anew", "[mup]")
{
    Lab lab;
    auto& a = lab.redirector("A").claims(R"(\server\public)").claims(R"(\server\marketing)");
    lab.open(R"(\\server\public\dir1\dir2)");
    lab.open(R"(\\server\marketing\presentation)");
    lab.open(R"(\\server\publications\x)"); // not a name on \server\public either
    CHECK(a.queries.size() == 3);
    CHECK(lab.prefixes().size() == 2);
}

TEST_CASE("S-QP-35 S-QP-36 who claims the server takes every share on it from the others", "[mup]")
{
    Lab lab;
    lab.order("A,Web");
    auto& a = lab.redirector("A").claims(R"(\server)");
    auto& web = lab.redirector("Web").claims(R"(\server\web)");
    lab.open(R"(\\server\public\x)");
    CHECK(lab.open(R"(\\server\web\page)") == STATUS_SUCCESS);
    CHECK(web.queries.empty());
    CHECK(a.count(IRP_MJ_CREATE) == 2);
}

TEST_CASE("S-QP-37 before Vista there is no extended registration", "[mup]")
{
    Lab lab(true);
    auto& a = lab.redirector("A");
    CHECK(a.registration == STATUS_NOT_IMPLEMENTED);
    auto& old = lab.redirector("OldOne", Model::Legacy).claims(R"(\lab\public)");
    CHECK(lab.open(kFile) == STATUS_SUCCESS);
    REQUIRE(old.queries.size() == 1);
    CHECK(old.queries[0].code == IOCTL_REDIR_QUERY_PATH);
}
