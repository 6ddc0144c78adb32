// The messages on the recorded wire, and what their bytes mean.
#include "traces/query/smb2.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace rdrlab;

namespace {

struct Wire
{
    std::unique_ptr<trace::Reader> reader;
    trace::Smb2Messages all;

    explicit Wire(const std::string& name)
    {
        std::string error;
        reader = trace::Reader::open(std::string(RDRLAB_SAMPLES) + "/" + name + ".rdrtrace", error);
        INFO(error);
        REQUIRE(reader != nullptr);
        REQUIRE(trace::smb2Messages(*reader, all));
    }
    trace::Smb2Unit unit(const trace::Smb2Message* message) const
    {
        return trace::smb2Unit(*reader, all, std::size_t(message - all.messages.data()));
    }
    const trace::Smb2Message* first(std::string_view command, bool isResponse) const
    {
        const auto found = std::find_if(
            all.messages.begin(), all.messages.end(), [&](const trace::Smb2Message& message) {
                return message.isResponse == isResponse
                    && trace::smb2CommandName(message.command) == command;
            });
        return found != all.messages.end() ? &*found : nullptr;
    }
};

const trace::WireField*
fieldNamed(const std::vector<trace::WireField>& fields, std::string_view name)
{
    const auto found
        = std::find_if(fields.begin(), fields.end(), [&](const trace::WireField& field) {
              return field.name == name;
          });
    return found != fields.end() ? &*found : nullptr;
}

std::string valueOf(const std::vector<trace::WireField>& fields, std::string_view name)
{
    const trace::WireField* field = fieldNamed(fields, name);
    return field != nullptr ? field->value : "(no such field)";
}

// What every decoding must keep, whatever the bytes.
void checkShape(const std::vector<trace::WireField>& fields, std::size_t size)
{
    REQUIRE(fields.size() <= trace::kMostWireFields);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const trace::WireField& field = fields[i];
        REQUIRE(field.parent < std::int32_t(i));
        REQUIRE(field.parent >= -1);
        REQUIRE(field.offset <= size);
        REQUIRE(field.length <= size - field.offset);
        REQUIRE_FALSE(field.name.empty());
    }
}

std::vector<std::byte> framed(std::vector<std::byte> message)
{
    std::vector<std::byte> unit = { std::byte(0), std::byte(message.size() >> 16),
                                    std::byte(message.size() >> 8), std::byte(message.size()) };
    unit.insert(unit.end(), message.begin(), message.end());
    return unit;
}

} // namespace

TEST_CASE("each exchange of a trace is a request and its response on the wire", "[traces][smb2]")
{
    for (const char* name : { "01-first-open", "03-read-write", "05-sharing", "busy-minute" }) {
        INFO(name);
        const Wire wire(name);
        CHECK(wire.all.skippedBytes == 0);
        std::size_t exchanges = 0;
        wire.reader->spans([&](const trace::Span& span) {
            exchanges += span.layer == trace::Layer::Wire;
            return true;
        });
        std::size_t requests = 0;
        bool isCut = false;
        for (const trace::Smb2Message& message : wire.all.messages) {
            CHECK(message.form == trace::Smb2Form::Message);
            isCut = isCut || message.isCut;
            requests += !message.isResponse && message.command != 12;
            if (message.messageId != trace::kUnsolicitedMessage && message.partner < 0xFFFFFFFF) {
                const trace::Smb2Message& partner = wire.all.messages[message.partner];
                CHECK(partner.messageId == message.messageId);
                CHECK(partner.connection == message.connection);
            }
            const auto span = wire.reader->span(message.call);
            if (span && !message.isResponse && message.command != 12) {
                CHECK(
                    std::string(wire.reader->string(span->routine))
                    == "SMB2 " + std::string(trace::smb2CommandName(message.command)));
            }
        }
        CHECK(requests == exchanges);
        // Some recordings keep less than was sent of a segment.
        bool isShortened = false;
        wire.reader->packets([&](const trace::Packet& packet) {
            isShortened = isShortened || packet.payload.size() < packet.length;
            return true;
        });
        CHECK(isCut == isShortened);
    }
}

TEST_CASE("a CREATE is decoded to the name, the access and the file that came of it", "[smb2]")
{
    const Wire wire("01-first-open");
    const trace::Smb2Message* request = wire.first("CREATE", false);
    const trace::Smb2Message* response = wire.first("CREATE", true);
    REQUIRE(request != nullptr);
    REQUIRE(response != nullptr);
    CHECK(wire.all.names[request->name] == "readme.txt");
    CHECK(wire.all.names[response->name] == "readme.txt");
    CHECK(trace::responseTimeNs(wire.all, *request) == trace::responseTimeNs(wire.all, *response));
    CHECK(trace::responseTimeNs(wire.all, *request) == response->timeNs - request->lastNs);
    const trace::Smb2Unit unit = wire.unit(request);
    REQUIRE(unit.bytes.size() == request->unitBytes);
    const auto fields = trace::decodeSmb2(unit);
    checkShape(fields, unit.bytes.size());
    CHECK(valueOf(fields, "Name") == "\"readme.txt\"");
    CHECK(valueOf(fields, "Command") == "CREATE (5)");
    CHECK(valueOf(fields, "CreateDisposition") == "FILE_OPEN (1)");
    CHECK(valueOf(fields, "DesiredAccess").find("FILE_READ_DATA") != std::string::npos);
    const auto answer = trace::decodeSmb2(wire.unit(response));
    CHECK(valueOf(answer, "CreateAction") == "FILE_OPENED (1)");
    CHECK(valueOf(answer, "Status") == "STATUS_SUCCESS (0x00000000)");
    // The file is known again by its FileId.
    const trace::Smb2Message* read = wire.first("READ", false);
    REQUIRE(read != nullptr);
    CHECK(wire.all.names[read->name] == "readme.txt");
    CHECK(read->fileOffset == 0);
}

TEST_CASE("every message of every sample is decoded without a wrong field", "[smb2]")
{
    for (const char* name : { "01-first-open", "02-second-open", "03-read-write", "04-directory",
                              "05-sharing", "06-failures", "network-cut", "busy-minute" }) {
        INFO(name);
        const Wire wire(name);
        REQUIRE_FALSE(wire.all.messages.empty());
        for (std::size_t i = 0; i < wire.all.messages.size(); ++i) {
            const trace::Smb2Message& message = wire.all.messages[i];
            const trace::Smb2Unit unit = trace::smb2Unit(*wire.reader, wire.all, i);
            const auto fields = trace::decodeSmb2(unit);
            checkShape(fields, unit.bytes.size());
            CHECK(unit.missing.empty() != message.isCut);
            for (const trace::WireField& field : fields) {
                INFO("#" << message.seq << " " << field.name << ": " << field.value);
                CHECK_FALSE(field.isWrong);
            }
            CHECK(fieldNamed(fields, "SMB2 header") != nullptr);
        }
    }
}

TEST_CASE("cut, changed and foreign bytes are told as such and never read past", "[smb2]")
{
    const Wire wire("busy-minute");
    std::uint32_t random = 7;
    const auto next = [&] { return random = random * 1664525 + 1013904223; };
    for (std::size_t i = 0; i < wire.all.messages.size(); i += 3) {
        const auto unit = trace::smb2Unit(*wire.reader, wire.all, i).bytes;
        for (std::size_t keep = 0; keep < unit.size(); keep += 1 + next() % 23) {
            // A copy of exactly these bytes: the sanitizer sees what is read behind them.
            const std::vector<std::byte> cut(unit.begin(), unit.begin() + std::ptrdiff_t(keep));
            checkShape(trace::decodeSmb2(cut), cut.size());
        }
        for (int round = 0; round < 8; ++round) {
            std::vector<std::byte> changed = unit;
            for (int hits = 0; hits < 6; ++hits) {
                changed[next() % changed.size()] = std::byte(next() >> 24);
            }
            checkShape(trace::decodeSmb2(changed), changed.size());
        }
    }
    const auto cut = trace::decodeSmb2(framed(std::vector<std::byte>(20, std::byte(0xFE))));
    CHECK_FALSE(cut.empty());
    std::vector<std::byte> encrypted(80);
    const unsigned char begin[] = { 0xFD, 'S', 'M', 'B' };
    for (std::size_t i = 0; i < 4; ++i) {
        encrypted[i] = std::byte(begin[i]);
    }
    const auto fields = trace::decodeSmb2(framed(encrypted));
    CHECK(
        valueOf(fields, "SMB2 TRANSFORM_HEADER")
        == "encrypted: the recording does not have the key");
    CHECK(trace::decodeSmb2(std::span<const std::byte>()).empty());
}

TEST_CASE("a chain of messages that leads back or on for ever ends", "[smb2]")
{
    // 100,000 bytes of headers whose NextCommand is as small as it may be.
    std::vector<std::byte> chain(100'000);
    for (std::size_t at = 0; at + 64 <= chain.size(); at += 64) {
        const unsigned char begin[] = { 0xFE, 'S', 'M', 'B', 64, 0 };
        for (std::size_t i = 0; i < std::size(begin); ++i) {
            chain[at + i] = std::byte(begin[i]);
        }
        chain[at + 20] = std::byte(64);
    }
    const auto fields = trace::decodeSmb2(framed(chain));
    checkShape(fields, chain.size() + 4);
    chain[20] = std::byte(1); // into its own header
    const auto wrong = trace::decodeSmb2(framed(chain));
    CHECK(std::any_of(wrong.begin(), wrong.end(), [](const trace::WireField& field) {
        return field.isWrong && field.name == "NextCommand";
    }));
}
