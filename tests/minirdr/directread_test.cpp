// A large READ's payload is received into the reader's own memory: it arrives whole whatever the
// pieces, and the memory is the reader's again only when nobody writes to it any more.
#include "tests/minirdr/kernelshim.h"
#include "tests/minirdr/lab.h"

#include <algorithm>

using namespace rdrlab;

namespace {
constexpr uint64_t kTicksPerSecond = 10'000'000;
constexpr ULONG kLarge = 200'000;

// A read of the first kLarge bytes that is not waited for.
struct Reader
{
    Lab& lab;
    Session& session;
    std::vector<UCHAR> data = std::vector<UCHAR>(kLarge);
    SMB2_TRANSFER* transfer;
    bool done = false;
    NTSTATUS status = STATUS_PENDING;
    ULONG moved = 0;

    Reader(Lab& theLab, Session& theSession, SMB2_FILE_ID file)
        : lab(theLab)
        , session(theSession)
        , transfer(Smb2AllocateTransfer(session.tree, file, FALSE))
    {
        transfer->Buffer = data.data();
        transfer->Bytes = kLarge;
        transfer->Context = this;
        transfer->Done = [](SMB2_TRANSFER* ended, NTSTATUS result, ULONG bytes) {
            auto* self = static_cast<Reader*>(ended->Context);
            self->done = true;
            self->status = result;
            self->moved = bytes;
        };
        Smb2StartTransfer(transfer);
    }
    ~Reader() { Smb2ReleaseTransfer(transfer); }

    bool isMine(const unsigned char* place) const
    {
        return place >= data.data() && place < data.data() + data.size();
    }
    bool isRight() const
    {
        const auto stored = lab.host.readFile("public", "big.bin");
        return std::equal(data.begin(), data.end(), reinterpret_cast<const UCHAR*>(stored->data()));
    }
};
}

TEST_CASE("a large read arrives whole in pieces of any size, signed or not", "[smb2]")
{
    for (const auto policy : { SMB2_SIGNING_POLICY::WhenRequired, SMB2_SIGNING_POLICY::Always })
        for (const USHORT dialect : { SMB2_DIALECT_210, SMB2_DIALECT_300, SMB2_DIALECT_311 })
            for (const size_t piece : { 1u, 83u, 84u, 85u, 1000u, 65536u, 10'000'000u }) {
                CAPTURE(static_cast<int>(policy), dialect, piece);
                Lab lab;
                lab.network.pieceBytes = piece;
                SMB2_CONFIG settings = config(dialect);
                settings.Signing = policy;
                Session session(lab, settings);
                const auto file = session.open(u"big.bin");
                Reader reader(lab, session, file.FileId);
                size_t lent = 0;
                lab.network.onLoan
                    = [&](const unsigned char* place, size_t) { lent += reader.isMine(place); };
                while (lab.network.pump()) { }
                CHECK(reader.status == STATUS_SUCCESS);
                CHECK(reader.moved == kLarge);
                CHECK(reader.isRight());
                CHECK(lent != 0);
            }
}

TEST_CASE("several large reads in flight, small ones between them, end where they belong", "[smb2]")
{
    Lab lab;
    lab.network.pieceBytes = 5000;
    Session session(lab);
    const auto file = session.open(u"big.bin");
    Reader first(lab, session, file.FileId);
    Reader second(lab, session, file.FileId);
    CHECK(session.read(file.FileId, 100).size() == 100);
    Reader third(lab, session, file.FileId);
    CHECK(session.read(file.FileId, 20'000).size() == 20'000);
    while (lab.network.pump()) { }
    CHECK((first.isRight() && second.isRight() && third.isRight()));
}

TEST_CASE("a large read beyond the end of the file brings what there is", "[smb2]")
{
    Lab lab;
    Session session(lab);
    lab.host.putPattern("public", "odd.bin", 70'001, 3);
    const auto file = session.open(u"odd.bin");
    CHECK(session.read(file.FileId, kLarge).size() == 70'001);
}

TEST_CASE("a large read with a wrong signature fails", "[smb2]")
{
    Lab lab;
    Session session(lab);
    const auto file = session.open(u"big.bin");
    lab.host.faults().add(
        { .action = server::FaultRule::Action::WrongSignature, .command = server::Command::Read });
    CHECK(session.read(file.FileId, kLarge, STATUS_INVALID_NETWORK_RESPONSE).empty());
    CHECK_FALSE(Smb2ConnectionIsAlive(session.client.connection()));
}

TEST_CASE("a read whose connection dies ends when its memory has come back", "[smb2]")
{
    const int64_t before = kernelshim::poolBlocks();
    {
        Lab lab;
        lab.network.pieceBytes = 10'000;
        Session session(lab);
        const auto file = session.open(u"big.bin");
        Reader reader(lab, session, file.FileId);
        Reader other(lab, session, file.FileId);
        int loans = 0;
        lab.network.onLoan = [&](const unsigned char* place, size_t) {
            if (!reader.isMine(place) || ++loans != 3)
                return;
            lab.network.cut();
            CHECK(other.done);
            CHECK_FALSE(reader.done);
        };
        while (lab.network.pump()) { }
        CHECK(loans == 3);
        CHECK(reader.status == STATUS_CONNECTION_RESET);
        CHECK(reader.moved == 0);
    }
    CHECK(kernelshim::poolBlocks() == before);
}

TEST_CASE("a connection closed between two pieces of a large read fails it", "[smb2]")
{
    Lab lab;
    lab.network.pieceBytes = 10'000;
    Session session(lab);
    const auto file = session.open(u"big.bin");
    Reader reader(lab, session, file.FileId);
    for (int i = 0; i < 5; ++i)
        REQUIRE(lab.network.pump());
    CHECK_FALSE(reader.done);
    lab.network.cut();
    CHECK(reader.status == STATUS_CONNECTION_RESET);
}

TEST_CASE("a server that stops in the middle of an answer is given up", "[smb2]")
{
    Lab lab;
    lab.network.pieceBytes = 10'000;
    SMB2_CONFIG settings = config();
    settings.RequestTimeoutMs = 5000;
    Session session(lab, settings);
    const auto file = session.open(u"big.bin");
    Reader reader(lab, session, file.FileId);
    for (int i = 0; i < 5; ++i)
        REQUIRE(lab.network.pump());
    kernelshim::advance(4 * kTicksPerSecond);
    CHECK_FALSE(reader.done);
    kernelshim::advance(2 * kTicksPerSecond);
    CHECK(reader.status == STATUS_IO_TIMEOUT);
}
