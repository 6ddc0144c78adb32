#include "tests/support/synthetic.h"
#include "traces/exporters/html.h"
#include "traces/store/writer.h"

#include <catch2/catch.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <vector>

using namespace rdrlab;

namespace {

std::string page(const trace::Reader& reader, const trace::HtmlOptions& options = {})
{
    std::ostringstream out;
    REQUIRE(trace::exportHtml(reader, options, out));
    return out.str();
}

// Every element that is opened is closed, in order.
void checkNesting(const std::string& html)
{
    static const std::set<std::string> alone = { "meta", "!DOCTYPE" };
    static const std::regex tag("<(/?)([A-Za-z!][A-Za-z0-9]*)([^<>]*?)(/?)>");
    std::vector<std::string> open;
    const std::size_t style = html.find("</style>"); // no elements in it
    const std::string text = html.substr(0, html.find("<style>")) + html.substr(style + 8);
    for (std::sregex_iterator at(text.begin(), text.end(), tag), none; at != none; ++at) {
        const std::string name = (*at)[2];
        if (alone.contains(name) || (*at)[4] == "/") {
            continue;
        }
        if ((*at)[1] == "") {
            open.push_back(name);
        } else {
            REQUIRE_FALSE(open.empty());
            REQUIRE(open.back() == name);
            open.pop_back();
        }
    }
    CHECK(open.empty());
}

} // namespace

TEST_CASE(
    "the page of a recording holds calls, pictures, changes and packets, and nothing outside it",
    "[traces][html]")
{
    const auto reader = test::openTrace(test::firstOpenTrace("page.rdrtrace"));
    const std::string html = page(*reader);
    checkNesting(html);
    CHECK(html == page(*test::openTrace(test::firstOpenTrace("page2.rdrtrace"))));
    for (const char* part :
         { "NtCreateFile", "MRxCreate", "NEGOTIATE request", "NEGOTIATE response STATUS_SUCCESS",
           "id=\"changes\"", "Condition_Good", "<svg", "At the end: after event", "#1 to #" }) {
        INFO(part);
        CHECK(html.find(part) != std::string::npos);
    }
    for (const char* outside : { "src=", "<script", "<link", "@import", "url(", "/tmp/" }) {
        INFO(outside);
        CHECK(html.find(outside) == std::string::npos);
    }
    CHECK(html.find("prefers-color-scheme:dark") != std::string::npos);
    CHECK(html.find("@media print") != std::string::npos);
}

TEST_CASE("a page of a range tells what is in it alone", "[traces][html]")
{
    const auto reader = test::openTrace(test::firstOpenTrace("range.rdrtrace"));
    std::string problem;
    const trace::SpanId close = trace::findRequest(*reader, "NtClose", problem);
    REQUIRE(close != 0);
    trace::HtmlOptions options;
    options.from = close;
    options.until = reader->lastSeq();
    options.title = "Homework <1>";
    const std::string html = page(*reader, options);
    checkNesting(html);
    CHECK(html.find("<h1>Homework &lt;1&gt;</h1>") != std::string::npos);
    CHECK(html.find("NtCreateFile") == std::string::npos);
    CHECK(html.find("Before: after event #" + std::to_string(close - 1)) != std::string::npos);
    options.from = 5; // the other way round is no crash
    options.until = 2;
    checkNesting(page(*reader, options));
}

TEST_CASE("calls nested without end and foreign names make a page all the same", "[traces][html]")
{
    const std::string path = test::temporaryPath("deep.rdrtrace");
    std::string error;
    auto writer = trace::Writer::create(path, error);
    REQUIRE(writer != nullptr);
    writer->meta("scenario", "</title><script>alert(1)</script>");
    writer->string(1, "<img src=x>\xff");
    for (trace::Seq seq = 1; seq <= 5000; ++seq) {
        trace::Event event;
        event.seq = event.span = seq;
        event.parent = seq - 1;
        event.kind = trace::EventKind::Begin;
        event.routine = 1;
        writer->event(event);
        trace::Span span;
        span.id = seq;
        span.parent = seq - 1;
        span.routine = 1;
        span.layer = trace::Layer(seq % 9); // one of them unknown
        writer->spanBegin(span);
    }
    REQUIRE(writer->finish());
    const std::string html = page(*test::openTrace(path));
    checkNesting(html);
    CHECK(html.find("<script>") == std::string::npos);
    CHECK(html.find("<img") == std::string::npos);
    CHECK(html.find('\xff') == std::string::npos);
}

TEST_CASE("SMB2 messages of a packet are named, also in compounds and cut ones", "[traces][html]")
{
    const auto message
        = [](unsigned command, bool isResponse, std::uint32_t status, unsigned next) {
              std::vector<std::byte> bytes(64, std::byte(0));
              const unsigned start[] = { 0xFE, 'S', 'M', 'B' };
              for (std::size_t i = 0; i < 4; ++i) {
                  bytes[i] = std::byte(start[i]);
                  bytes[8 + i] = std::byte(status >> (8 * i) & 255u);
              }
              bytes[12] = std::byte(command);
              bytes[16] = std::byte(isResponse);
              bytes[20] = std::byte(next);
              return bytes;
          };
    trace::Packet packet;
    const auto add = [&](std::vector<std::byte> bytes, bool isNew, std::size_t length) {
        if (isNew) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                packet.payload.push_back(std::byte(length >> shift & 255u));
            }
        }
        packet.payload.insert(packet.payload.end(), bytes.begin(), bytes.end());
    };
    CHECK(trace::smb2Line(packet) == "");
    add(message(5, false, 0, 64), true, 128);
    add(message(6, false, 0, 0), false, 0);
    add(message(8, true, 0xC0000011, 0), true, 64);
    CHECK(
        trace::smb2Line(packet)
        == "CREATE request · CLOSE request · READ response STATUS_END_OF_FILE");
    packet.payload.resize(100);
    CHECK(trace::smb2Line(packet) == "CREATE request");
    packet.payload.assign(200, std::byte(0x41));
    CHECK(trace::smb2Line(packet) == "");
    packet.payload.clear();
    add(message(99, false, 0, 0), true, 64);
    CHECK(trace::smb2Line(packet) == "? request");
}
