// The protocol against a real Samba: every dialect, signing on, data both ways. Skipped without
// smbd.
#include "tests/minirdr/client.h"
#include "tests/minirdr/kernelshim.h"
#include "tests/minirdr/sockettransport.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <unistd.h>

namespace {
std::string run(const std::string& command)
{
    std::string output;
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::array<char, 256> line;
    while (pipe && fgets(line.data(), line.size(), pipe.get()))
        output += line.data();
    return output;
}

struct Samba
{
    std::string folder;
    USHORT port = 0;

    explicit Samba(const std::string& options = "")
    {
        char name[] = "/tmp/rdrlab-samba-XXXXXX";
        folder = mkdtemp(name);
        // In a session of its own: a dying smbd takes its whole process group along.
        const std::string answer = run(
            "setsid " + std::string(SAMBA_SCRIPT) + " start " + folder + " " + options
            + " 2>/dev/null");
        port = static_cast<USHORT>(std::atoi(answer.c_str()));
    }
    ~Samba()
    {
        if (port)
            run(std::string(SAMBA_SCRIPT) + " stop " + folder + " 2>/dev/null");
        run("rm -rf " + folder);
    }
};

std::u16string userName()
{
    const std::string name = run("id -un");
    return std::u16string(name.begin(), name.end() - 1);
}
}

TEST_CASE("Samba is read, written, listed and logged off in every dialect", "[live]")
{
    Samba samba;
    if (!samba.port) {
        WARN("no Samba here: skipped");
        return;
    }
    const auto policy = GENERATE(SMB2_SIGNING_POLICY::Always, SMB2_SIGNING_POLICY::WhenRequired);
    const bool spnego = policy == SMB2_SIGNING_POLICY::Always;
    for (const USHORT dialect : { SMB2_DIALECT_202, SMB2_DIALECT_210, SMB2_DIALECT_300,
                                  SMB2_DIALECT_302, SMB2_DIALECT_311 }) {
        CAPTURE(dialect, spnego);
        SMB2_CONFIG config = Smb2DefaultConfig;
        config.Port = samba.port;
        config.MaximumDialect = dialect;
        config.Signing = policy;
        config.Spnego = spnego;
        config.MultiProtocolNegotiate = !spnego;
        Client client(socketTransport(), config);
        SMB2_TREE* tree;
        REQUIRE(client.tree(u"private", userName(), u"p1", &tree) == STATUS_SUCCESS);
        CHECK(client.connection()->Dialect == dialect);
        CHECK(tree->ShareType == SMB2_SHARE_TYPE_DISK);

        SMB2_CREATE_RESULT file;
        REQUIRE(
            client.open(
                tree, u"data.bin", FILE_GENERIC_READ | FILE_GENERIC_WRITE | DELETE,
                FILE_OVERWRITE_IF, 0, &file)
            == STATUS_SUCCESS);
        std::vector<UCHAR> data(5 * 1024 * 1024 + 77);
        for (size_t i = 0; i < data.size(); ++i)
            data[i] = static_cast<UCHAR>(i * 131 + i / 999);
        ULONG moved = 0;
        REQUIRE(
            client.transfer(
                tree, file.FileId, true, 0, data.data(), static_cast<ULONG>(data.size()), &moved)
            == STATUS_SUCCESS);
        CHECK(moved == data.size());
        CHECK(Smb2FlushFile(tree, file.FileId) == STATUS_SUCCESS);
        std::vector<UCHAR> back(data.size() + 100);
        REQUIRE(
            client.transfer(
                tree, file.FileId, false, 0, back.data(), static_cast<ULONG>(back.size()), &moved)
            == STATUS_SUCCESS);
        CHECK(moved == data.size());
        back.resize(data.size());
        CHECK((back == data));
        CHECK(
            client.transfer(tree, file.FileId, false, data.size(), back.data(), 10, &moved)
            == STATUS_END_OF_FILE);

        FILE_STANDARD_INFORMATION standard = {};
        ULONG bytes = sizeof standard;
        REQUIRE(
            Smb2QueryFileInfo(
                tree, file.FileId, SMB2_0_INFO_FILE, 5, 0, nullptr, 0, &standard, &bytes)
            == STATUS_SUCCESS);
        CHECK(standard.EndOfFile.QuadPart == static_cast<LONGLONG>(data.size()));
        FILE_DISPOSITION_INFORMATION gone = { TRUE };
        CHECK(
            Smb2SetFileInfo(tree, file.FileId, SMB2_0_INFO_FILE, 13, 0, &gone, 1)
            == STATUS_SUCCESS);
        CHECK(Smb2CloseFile(tree, file.FileId) == STATUS_SUCCESS);
        CHECK(Smb2CloseFile(tree, file.FileId) == STATUS_FILE_CLOSED);
        CHECK(
            client.open(tree, u"data.bin", FILE_READ_DATA, FILE_OPEN, 0, &file)
            == STATUS_OBJECT_NAME_NOT_FOUND);

        SMB2_CREATE_RESULT root;
        REQUIRE(
            client.open(tree, u"", FILE_READ_DATA, FILE_OPEN, FILE_DIRECTORY_FILE, &root)
            == STATUS_SUCCESS);
        SMB2_EXCHANGE* listing;
        const UCHAR* entries;
        ULONG entryBytes;
        UNICODE_STRING all = unicode(u"*");
        REQUIRE(
            Smb2QueryDirectoryEntries(
                tree, root.FileId, 37, 0, 0, &all, 65536, &listing, &entries, &entryBytes)
            == STATUS_SUCCESS);
        CHECK(entryBytes > 100);
        Smb2ReleaseExchange(listing);
        CHECK(
            Smb2QueryDirectoryEntries(
                tree, root.FileId, 37, 0, 0, &all, 65536, &listing, &entries, &entryBytes)
            == STATUS_NO_MORE_FILES);
        CHECK(Smb2CloseFile(tree, root.FileId) == STATUS_SUCCESS);
    }
}

TEST_CASE("Samba's refusals come back as its own codes", "[live]")
{
    Samba samba;
    if (!samba.port) {
        WARN("no Samba here: skipped");
        return;
    }
    SMB2_CONFIG config = Smb2DefaultConfig;
    config.Port = samba.port;
    Client client(socketTransport(), config);
    SMB2_TREE* tree;
    CHECK(client.tree(u"private", userName(), u"wrong", &tree) == STATUS_LOGON_FAILURE);
    CHECK(client.tree(u"nothere", userName(), u"p1", &tree) == STATUS_BAD_NETWORK_NAME);
    CHECK(client.tree(u"public", u"somebody", u"", &tree) == STATUS_SUCCESS);
    CHECK((tree->Session->SessionFlags & SMB2_SESSION_FLAG_IS_GUEST) != 0);
    CHECK(client.tree(u"private", u"somebody", u"", &tree) == STATUS_ACCESS_DENIED);
}

TEST_CASE("a lease is granted, broken by another client, and acknowledged", "[live]")
{
    Samba samba;
    if (!samba.port) {
        WARN("no Samba here: skipped");
        return;
    }
    struct Seen
    {
        int breaks = 0;
        SMB2_LEASE_BREAK_NOTIFICATION last = {};
    } seen;
    const SMB2_CONNECTION_EVENTS events
        = { [](PVOID owner, SMB2_CONNECTION*, const SMB2_MESSAGE* message) {
               auto* all = static_cast<Seen*>(owner);
               const auto* body = Smb2BodyOf<SMB2_LEASE_BREAK_NOTIFICATION>(message, 44);
               if (body) {
                   ++all->breaks;
                   all->last = *body;
               }
           },
            nullptr };
    SMB2_CONFIG config = Smb2DefaultConfig;
    config.Port = samba.port;
    Client first(socketTransport(), config, &events, &seen);
    SMB2_TREE* tree;
    REQUIRE(first.tree(u"private", userName(), u"p1", &tree) == STATUS_SUCCESS);
    SMB2_CREATE_PARAMETERS parameters = {};
    parameters.Name = unicode(u"leased.txt");
    parameters.DesiredAccess = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    parameters.ShareAccess = 7;
    parameters.Disposition = FILE_OVERWRITE_IF;
    parameters.ImpersonationLevel = 2;
    parameters.OplockLevel = SMB2_OPLOCK_LEVEL_LEASE;
    parameters.LeaseKey = { 1, 2 };
    parameters.LeaseState = 7;
    SMB2_CREATE_RESULT file;
    REQUIRE(Smb2CreateFile(tree, &parameters, &file) == STATUS_SUCCESS);
    CHECK(file.LeaseState == 7);
    // Another client's open from a process of its own, so that this thread is free to acknowledge.
    const std::string user = run("id -un");
    std::unique_ptr<FILE, int (*)(FILE*)> other(
        popen(
            ("smbclient //127.0.0.1/private p1 -p " + std::to_string(samba.port) + " -U "
             + user.substr(0, user.size() - 1) + " -c 'get leased.txt /dev/null' 2>&1")
                .c_str(),
            "r"),
        pclose);
    while (seen.breaks == 0)
        REQUIRE(kernelshim::pump());
    CHECK(seen.last.NewLeaseState == 3);
    const SMB2_LEASE_KEY key = seen.last.LeaseKey;
    CHECK(Smb2AcknowledgeLeaseBreak(tree, &key, seen.last.NewLeaseState) == STATUS_SUCCESS);
    char line[200] = {};
    CHECK(fgets(line, sizeof line, other.get()) != nullptr);
    CHECK(Smb2CloseFile(tree, file.FileId) == STATUS_SUCCESS);
}
