// The protocol against the embedded server, in memory: everything the wire can do wrong included.
#include "engine/cng/cng_host.h"
#include "tests/minirdr/kernelshim.h"
#include "tests/minirdr/lab.h"

#include <catch2/catch.hpp>

using namespace rdrlab;

namespace {
constexpr uint64_t kTicksPerSecond = 10'000'000;
}

TEST_CASE("every dialect signs, reads and writes against the embedded server", "[smb2]")
{
    const int64_t before = kernelshim::poolBlocks();
    {
        Lab lab;
        for (const USHORT dialect : { SMB2_DIALECT_202, SMB2_DIALECT_210, SMB2_DIALECT_300,
                                      SMB2_DIALECT_302, SMB2_DIALECT_311 }) {
            CAPTURE(dialect);
            Session session(lab, config(dialect));
            CHECK(session.client.connection()->Dialect == dialect);
            const auto file = session.open(u"big.bin", FILE_GENERIC_READ | FILE_GENERIC_WRITE);
            auto data = session.read(file.FileId, 3'000'100);
            REQUIRE(data.size() == 3'000'000);
            const auto stored = lab.host.readFile("public", "big.bin");
            CHECK(std::equal(
                data.begin(), data.end(), reinterpret_cast<const UCHAR*>(stored->data())));
            for (auto& byte : data)
                byte ^= 0x55;
            ULONG moved = 0;
            CHECK(
                Client::transfer(
                    session.tree, file.FileId, true, 0, data.data(),
                    static_cast<ULONG>(data.size()), &moved)
                == STATUS_SUCCESS);
            const auto changed = lab.host.readFile("public", "big.bin");
            CHECK(std::equal(
                data.begin(), data.end(), reinterpret_cast<const UCHAR*>(changed->data())));
            CHECK(Smb2CloseFile(session.tree, file.FileId) == STATUS_SUCCESS);
        }
        CHECK(lab.host.openCount() == 0);
    }
    CHECK(kernelshim::poolBlocks() == before);
    CHECK(cng::openObjects() == 0);
}

TEST_CASE("a stream in single bytes says the same as one in whole messages", "[smb2]")
{
    Lab lab;
    lab.network.pieceBytes = 1;
    Session session(lab);
    const auto file = session.open(u"readme.txt");
    const auto data = session.read(file.FileId, 100);
    CHECK(std::string(data.begin(), data.end()) == "Hello from the other side of the wire.\n");
}

TEST_CASE("a server with few credits is still asked for much", "[smb2]")
{
    Lab lab({ .maxCredits = 3 });
    Session session(lab);
    const auto file = session.open(u"big.bin");
    CHECK(session.read(file.FileId, 3'000'000).size() == 3'000'000);
}

TEST_CASE("refusals of user and share come back as the server's codes", "[smb2]")
{
    Lab lab;
    Client client(lab.network.transport(), config());
    SMB2_TREE* tree;
    CHECK(client.tree(u"public", u"alice", u"wrong", &tree) == STATUS_LOGON_FAILURE);
    CHECK(client.tree(u"nothere", u"alice", u"wonderland", &tree) == STATUS_BAD_NETWORK_NAME);
    CHECK(client.tree(u"secret", u"alice", u"wonderland", &tree) == STATUS_ACCESS_DENIED);
    lab.network.refuse = true;
    Client stranger(lab.network.transport(), config());
    CHECK(stranger.tree(u"public", u"alice", u"wonderland", &tree) == STATUS_CONNECTION_REFUSED);
}

TEST_CASE("a guest has no key, and configuration decides whether that is good enough", "[smb2]")
{
    Lab lab({ .guest = true });
    SMB2_TREE* tree;
    {
        Client client(lab.network.transport(), config());
        REQUIRE(client.tree(u"public", u"stranger", u"", &tree) == STATUS_SUCCESS);
        CHECK((tree->Session->SessionFlags & SMB2_SESSION_FLAG_IS_GUEST) != 0);
        CHECK(!tree->Session->Signing.Valid);
    }
    SMB2_CONFIG strict = config();
    strict.AllowGuest = FALSE;
    Client client(lab.network.transport(), strict);
    CHECK(client.tree(u"public", u"stranger", u"", &tree) == STATUS_ACCESS_DENIED);
}

TEST_CASE("a wrong signature is no answer, and the stream it came on is given up", "[smb2]")
{
    Lab lab;
    Session session(lab);
    const auto file = session.open(u"readme.txt");
    lab.host.faults().add(
        { .action = server::FaultRule::Action::WrongSignature, .command = server::Command::Read });
    CHECK(session.read(file.FileId, 10, STATUS_INVALID_NETWORK_RESPONSE).empty());
    CHECK_FALSE(Smb2ConnectionIsAlive(session.client.connection()));
}

TEST_CASE(
    "garbage, a giant frame and a lost connection end the connection, and the next tree makes a "
    "new one",
    "[smb2]")
{
    using Action = server::FaultRule::Action;
    for (const auto action : { Action::Garbage, Action::HugeFrame, Action::CloseConnection }) {
        CAPTURE(static_cast<int>(action));
        Lab lab;
        Session session(lab);
        const auto file = session.open(u"readme.txt");
        lab.host.faults().add({ .action = action, .command = server::Command::Read });
        std::vector<UCHAR> data(10);
        ULONG moved = 0;
        CHECK(!NT_SUCCESS(
            Client::transfer(session.tree, file.FileId, false, 0, data.data(), 10, &moved)));
        CHECK(!Smb2TreeIsAlive(session.tree));
        SMB2_TREE* again;
        CHECK(session.client.tree(u"public", u"alice", u"wonderland", &again) == STATUS_SUCCESS);
        CHECK(Smb2TreeIsAlive(again));
    }
}

TEST_CASE("a server that never answers is given up after the request timeout", "[smb2]")
{
    Lab lab;
    SMB2_CONFIG settings = config();
    settings.RequestTimeoutMs = 5000;
    Session session(lab, settings);
    const auto file = session.open(u"readme.txt");
    lab.host.faults().add(
        { .action = server::FaultRule::Action::NeverAnswer, .command = server::Command::Read });
    lab.network.onIdle = [&] {
        kernelshim::advance(4 * kTicksPerSecond);
        CHECK(Smb2TreeIsAlive(session.tree));
        kernelshim::advance(2 * kTicksPerSecond);
    };
    session.read(file.FileId, 10, STATUS_IO_TIMEOUT);
    CHECK(!Smb2TreeIsAlive(session.tree));
}

TEST_CASE("a session the server forgot is made again for the next tree", "[smb2]")
{
    Lab lab;
    Session session(lab);
    lab.host.closeSessions();
    SMB2_CREATE_RESULT file;
    CHECK(
        Client::open(session.tree, u"readme.txt", FILE_GENERIC_READ, FILE_OPEN, 0, &file)
        == STATUS_USER_SESSION_DELETED);
    CHECK(!Smb2TreeIsAlive(session.tree));
    SMB2_TREE* again;
    REQUIRE(session.client.tree(u"public", u"alice", u"wonderland", &again) == STATUS_SUCCESS);
    CHECK(
        Client::open(again, u"readme.txt", FILE_GENERIC_READ, FILE_OPEN, 0, &file)
        == STATUS_SUCCESS);
}

TEST_CASE("a lock that has to wait can be cancelled", "[smb2]")
{
    Lab lab;
    Session first(lab);
    Session second(lab);
    const auto mine = first.open(u"readme.txt", FILE_GENERIC_READ | FILE_GENERIC_WRITE);
    const auto theirs = second.open(u"readme.txt", FILE_GENERIC_READ | FILE_GENERIC_WRITE);
    const SMB2_LOCK_ELEMENT range = { 0, 10, SMB2_LOCKFLAG_EXCLUSIVE, 0 };
    const SMB2_LOCK_ELEMENT impatient
        = { 0, 10, SMB2_LOCKFLAG_EXCLUSIVE | SMB2_LOCKFLAG_FAIL_IMMEDIATELY, 0 };
    auto* lock = Smb2BuildLock(first.tree, mine.FileId, &impatient, 1);
    CHECK(Smb2Transact(lock) == STATUS_SUCCESS);
    Smb2ReleaseExchange(lock);
    lock = Smb2BuildLock(second.tree, theirs.FileId, &impatient, 1);
    CHECK(Smb2Transact(lock) == STATUS_LOCK_NOT_GRANTED);
    Smb2ReleaseExchange(lock);
    auto* waiting = Smb2BuildLock(second.tree, theirs.FileId, &range, 1);
    lab.network.onIdle = [&] {
        CHECK(waiting->State == SMB2_EXCHANGE_STATE::Interim);
        Smb2CancelExchange(waiting);
    };
    CHECK(Smb2Transact(waiting) == STATUS_CANCELLED);
    Smb2ReleaseExchange(waiting);
}

TEST_CASE("a notification waits for a change and brings its name", "[smb2]")
{
    Lab lab;
    Session watcher(lab);
    Session writer(lab);
    SMB2_CREATE_RESULT root;
    REQUIRE(
        Client::open(watcher.tree, u"", FILE_LIST_DIRECTORY, FILE_OPEN, FILE_DIRECTORY_FILE, &root)
        == STATUS_SUCCESS);
    auto* notify = Smb2BuildChangeNotify(
        watcher.tree, root.FileId, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, 4096);
    Smb2Submit(notify);
    while (lab.network.pump()) { }
    CHECK(notify->State == SMB2_EXCHANGE_STATE::Interim);
    writer.open(u"fresh.txt", FILE_GENERIC_WRITE, FILE_CREATE);
    while (lab.network.pump()) { }
    REQUIRE(notify->State == SMB2_EXCHANGE_STATE::Done);
    CHECK(notify->Status == STATUS_SUCCESS);
    const auto* answer = Smb2ResponseBody<SMB2_OUTPUT_RESPONSE>(notify, 9);
    REQUIRE(answer);
    CHECK(answer->OutputBufferLength == 12 + 9 * sizeof(WCHAR));
    Smb2ReleaseExchange(notify);
}

TEST_CASE("out of memory at any allocation is survived without a leak", "[smb2][fault]")
{
    for (int fail = 0; fail < 60; ++fail) {
        const int64_t before = kernelshim::poolBlocks();
        {
            Lab lab;
            Client client(lab.network.transport(), config());
            SMB2_TREE* tree;
            kernelshim::failAllocationAfter(fail);
            const NTSTATUS status = client.tree(u"public", u"alice", u"wonderland", &tree);
            kernelshim::failAllocationAfter(-1);
            CAPTURE(fail, status);
            CHECK(
                (NT_SUCCESS(status) || status == STATUS_INSUFFICIENT_RESOURCES
                 || status == STATUS_INVALID_NETWORK_RESPONSE));
        }
        CAPTURE(fail);
        CHECK(kernelshim::poolBlocks() == before);
    }
}
