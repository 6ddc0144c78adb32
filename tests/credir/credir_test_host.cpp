// A redirector that knows nothing of this project but the public headers, on the whole stack: I/O
// manager, MUP, RDBSS.
#include <catch2/catch.hpp>

#include <ntifs.h>

#include "credir/credirctl.h"
#include "engine/mup/mup.h"
#include "engine/ntos/world_host.h"

#include <functional>
#include <string>
#include <vector>

using namespace rdrlab;

namespace {

class Name
{
public:
    explicit Name(const std::string& text)
        : m_text(text.begin(), text.end())
    {
        m_string.Buffer = reinterpret_cast<PWSTR>(m_text.data());
        m_string.Length = m_string.MaximumLength
            = static_cast<USHORT>(m_text.size() * sizeof(WCHAR));
    }
    PUNICODE_STRING get() { return &m_string; }

private:
    std::u16string m_text;
    UNICODE_STRING m_string;
};

struct Opened
{
    NTSTATUS status;
    ULONG_PTR information;
};

class Machine
{
public:
    Machine()
    {
        loaded = world.loadDriver(RDR_CREDIR_MODULE, "credir");
        started = control(IOCTL_CREDIR_START);
    }

    ~Machine()
    {
        if (NT_SUCCESS(loaded) && !world.bugchecked()) {
            control(IOCTL_CREDIR_STOP);
            world.unloadDriver("credir");
        }
    }

    NTSTATUS control(
        uint32_t code,
        const void* input = nullptr,
        ULONG inputBytes = 0,
        void* output = nullptr,
        ULONG outputBytes = 0)
    {
        NTSTATUS status = STATUS_UNSUCCESSFUL;
        world.runAsSystem([&] {
            HANDLE handle = nullptr;
            IO_STATUS_BLOCK io {};
            status = create(&handle, "\\Device\\Credir", FILE_OPEN, 0, io);
            if (NT_SUCCESS(status)) {
                status = ZwDeviceIoControlFile(
                    handle, nullptr, nullptr, nullptr, &io, code, const_cast<void*>(input),
                    inputBytes, output, outputBytes);
                ZwClose(handle);
            }
        });
        return status;
    }

    void mode(unsigned mode) { control(IOCTL_CREDIR_SET_MODE, &mode, sizeof mode); }

    CREDIR_COUNTERS counters()
    {
        CREDIR_COUNTERS counters {};
        control(IOCTL_CREDIR_QUERY_COUNTERS, nullptr, 0, &counters, sizeof counters);
        return counters;
    }

    static NTSTATUS create(
        PHANDLE handle,
        const std::string& path,
        ULONG disposition,
        ULONG options,
        IO_STATUS_BLOCK& io)
    {
        Name name(path.rfind("\\\\", 0) == 0 ? "\\??\\UNC" + path.substr(1) : path);
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, name.get(), OBJ_CASE_INSENSITIVE, nullptr, nullptr);
        return ZwCreateFile(
            handle, FILE_READ_DATA | FILE_WRITE_DATA | FILE_READ_ATTRIBUTES | DELETE | SYNCHRONIZE,
            &attributes, &io, nullptr, FILE_ATTRIBUTE_NORMAL,
            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, disposition,
            options | FILE_SYNCHRONOUS_IO_NONALERT, nullptr, 0);
    }

    Opened open(
        const std::string& path,
        std::function<void(HANDLE)> body = {},
        ULONG disposition = FILE_OPEN,
        ULONG options = FILE_NON_DIRECTORY_FILE)
    {
        Opened result { STATUS_UNSUCCESSFUL, 0 };
        auto* process = world.createProcess("app", "alice");
        world.createThread(process, "main", [&] {
            HANDLE handle = nullptr;
            IO_STATUS_BLOCK io {};
            result.status = create(&handle, path, disposition, options, io);
            result.information = io.Information;
            if (NT_SUCCESS(result.status)) {
                if (body) {
                    body(handle);
                }
                ZwClose(handle);
            }
        });
        last = world.run();
        return result;
    }

    std::string read(const std::string& path)
    {
        std::string text;
        open(path, [&](HANDLE handle) { text = readAll(handle); });
        return text;
    }

    static std::string readAll(HANDLE handle)
    {
        char buffer[512];
        IO_STATUS_BLOCK io {};
        LARGE_INTEGER offset {};
        NTSTATUS status = ZwReadFile(
            handle, nullptr, nullptr, nullptr, &io, buffer, sizeof buffer, &offset, nullptr);
        return NT_SUCCESS(status) ? std::string(buffer, io.Information) : std::string();
    }

    static NTSTATUS write(HANDLE handle, const std::string& text)
    {
        IO_STATUS_BLOCK io {};
        LARGE_INTEGER offset {};
        return ZwWriteFile(
            handle, nullptr, nullptr, nullptr, &io, const_cast<char*>(text.data()),
            static_cast<ULONG>(text.size()), &offset, nullptr);
    }

    ntos::World world;
    ntos::RunResult last;
    NTSTATUS loaded = STATUS_UNSUCCESSFUL;
    NTSTATUS started = STATUS_UNSUCCESSFUL;
};

const std::string kReadme = R"(\\lab\public\readme.txt)";

} // namespace

TEST_CASE("a redirector in plain C loads, starts and serves a file", "[credir]")
{
    Machine machine;
    REQUIRE(machine.loaded == STATUS_SUCCESS);
    REQUIRE(machine.started == STATUS_SUCCESS);
    CHECK(machine.read(kReadme) == CREDIR_README_TEXT);
    INFO(machine.last.report);
    CHECK(machine.last.ok());
    const CREDIR_COUNTERS counters = machine.counters();
    CHECK(counters.CreateSrvCall == 1);
    CHECK(counters.WinnerNotify == 1);
    CHECK(counters.CreateVNetRoot == 1);
    CHECK(counters.Create == 1);
    CHECK(counters.Read == 1);
    CHECK(counters.CleanupFobx == 1);
}

TEST_CASE("the second open of a share makes no new connection", "[credir]")
{
    Machine machine;
    machine.read(kReadme);
    CHECK(machine.read(R"(\\LAB\PUBLIC\docs\guide.txt)") == CREDIR_GUIDE_TEXT);
    const CREDIR_COUNTERS counters = machine.counters();
    CHECK(counters.CreateSrvCall == 1);
    CHECK(counters.CreateVNetRoot == 1);
    CHECK(counters.Create == 2);
}

TEST_CASE("what was written can be read, at once and by the next opener", "[credir]")
{
    const unsigned mode = GENERATE(
        0u, CREDIR_MODE_PEND_IO, CREDIR_MODE_CACHE, CREDIR_MODE_CACHE | CREDIR_MODE_PEND_IO);
    Machine machine;
    machine.mode(mode);
    std::string seen;
    INFO("mode " << mode);
    const Opened made = machine.open(
        R"(\\lab\public\new.txt)",
        [&](HANDLE handle) {
            Machine::write(handle, "written");
            seen = Machine::readAll(handle);
        },
        FILE_CREATE);
    CHECK(made.status == STATUS_SUCCESS);
    CHECK(made.information == FILE_CREATED);
    CHECK(seen == "written");
    CHECK(machine.read(R"(\\lab\public\new.txt)") == "written");
    INFO(machine.last.report);
    CHECK(machine.last.ok());
}

TEST_CASE("names that are not there fail as they should", "[credir]")
{
    Machine machine;
    CHECK(machine.open(R"(\\lab\public\missing.txt)").status == STATUS_OBJECT_NAME_NOT_FOUND);
    CHECK(machine.open(R"(\\lab\public\missing\x.txt)").status == STATUS_OBJECT_PATH_NOT_FOUND);
    CHECK(machine.open(R"(\\lab\nowhere\x)").status == STATUS_BAD_NETWORK_NAME);
    CHECK(machine.open(R"(\\elsewhere\public\x)").status == STATUS_BAD_NETWORK_PATH);
    CHECK(machine.open(kReadme, {}, FILE_CREATE).status == STATUS_OBJECT_NAME_COLLISION);
}

TEST_CASE(
    "S-QP-26 an unreachable server answers the query with STATUS_BAD_NETWORK_PATH", "[credir]")
{
    Machine machine;
    machine.mode(CREDIR_MODE_UNREACHABLE);
    CHECK(machine.open(kReadme).status == STATUS_BAD_NETWORK_PATH);
}

TEST_CASE("S-QP-23 a bad password reaches the opener as STATUS_LOGON_FAILURE", "[credir]")
{
    Machine machine;
    machine.mode(CREDIR_MODE_BAD_PASSWORD);
    CHECK(machine.open(kReadme).status == STATUS_LOGON_FAILURE);
}

TEST_CASE("S-QP-29 S-QP-32 RDBSS claims the share, in bytes", "[credir]")
{
    Machine machine;
    machine.read(kReadme);
    std::vector<std::string> prefixes;
    machine.world.runAsSystem([&] {
        MupReportPrefixes(
            [](void* context, PCUNICODE_STRING prefix, PCUNICODE_STRING, ULONG) {
                std::string text;
                for (USHORT i = 0; i < prefix->Length / sizeof(WCHAR); ++i) {
                    text += static_cast<char>(prefix->Buffer[i]);
                }
                static_cast<std::vector<std::string>*>(context)->push_back(text);
            },
            &prefixes);
    });
    CHECK(prefixes == std::vector<std::string> { R"(\lab\public)" });
}

TEST_CASE("a directory lists its entries once", "[credir]")
{
    Machine machine;
    std::vector<std::string> names;
    NTSTATUS end = STATUS_SUCCESS;
    const Opened opened = machine.open(
        R"(\\lab\public)",
        [&](HANDLE handle) {
            for (BOOLEAN restart = TRUE; names.size() < 10; restart = FALSE) {
                alignas(8) char buffer[1024];
                IO_STATUS_BLOCK io {};
                end = ZwQueryDirectoryFile(
                    handle, nullptr, nullptr, nullptr, &io, buffer, sizeof buffer,
                    FileBothDirectoryInformation, FALSE, nullptr, restart);
                if (!NT_SUCCESS(end)) {
                    break;
                }
                for (ULONG at = 0;;) {
                    auto* entry = reinterpret_cast<PFILE_BOTH_DIR_INFORMATION>(buffer + at);
                    std::string name;
                    for (ULONG i = 0; i < entry->FileNameLength / sizeof(WCHAR); ++i) {
                        name += static_cast<char>(entry->FileName[i]);
                    }
                    names.push_back(name);
                    if (entry->NextEntryOffset == 0) {
                        break;
                    }
                    at += entry->NextEntryOffset;
                }
            }
        },
        FILE_OPEN, FILE_DIRECTORY_FILE);
    CHECK(opened.status == STATUS_SUCCESS);
    CHECK(names == std::vector<std::string> { ".", "..", "readme.txt", "docs" });
    CHECK(end == STATUS_NO_MORE_FILES);
}

TEST_CASE("a file that is marked for deletion goes with its last handle", "[credir]")
{
    Machine machine;
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    machine.open(kReadme, [&](HANDLE handle) {
        FILE_DISPOSITION_INFORMATION disposition {};
        IO_STATUS_BLOCK io {};
        disposition.DeleteFile = TRUE;
        status = ZwSetInformationFile(
            handle, &io, &disposition, sizeof disposition, FileDispositionInformation);
    });
    CHECK(status == STATUS_SUCCESS);
    CHECK(machine.open(kReadme).status == STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST_CASE("stopping and unloading gives everything back", "[credir]")
{
    ntos::World world;
    {
        REQUIRE(world.loadDriver(RDR_CREDIR_MODULE, "credir") == STATUS_SUCCESS);
        CHECK(world.unloadDriver("credir") == STATUS_SUCCESS);
    }
    const auto leaks = world.shutdown();
    for (const std::string& line : leaks.lines) {
        UNSCOPED_INFO(line);
    }
    CHECK(leaks.poolBlocks == 0);
}
