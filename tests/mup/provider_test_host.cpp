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
