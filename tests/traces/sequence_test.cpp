#include "tests/support/synthetic.h"
#include "traces/exporters/sequence.h"
#include "traces/store/writer.h"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

using namespace rdrlab;
using trace::SequenceStep;
using Kind = trace::SequenceStep::Kind;

namespace {

trace::SpanId request(const trace::Reader& reader, const std::string& wanted)
{
    std::string problem;
    const trace::SpanId call = trace::findRequest(reader, wanted, problem);
    INFO(problem);
    CHECK((call == 0) == !problem.empty());
    return call;
}

std::string mermaid(const trace::Reader& reader, trace::SpanId call)
{
    std::ostringstream out;
    REQUIRE(trace::exportMermaid(reader, call, out));
    return out.str();
}

std::string svg(const trace::Reader& reader, trace::SpanId call)
{
    std::ostringstream out;
    REQUIRE(trace::exportSequenceSvg(reader, call, out));
    return out.str();
}

// The grammar of what we write of Mermaid's sequence diagrams, line by line.
void checkMermaid(const std::string& text)
{
    static const std::regex line("    (participant p[0-9]+ as [^#;\n]*"
                                 "|p[0-9]+(->>|-->>|-\\))p[0-9]+: ([^#;%\n]|#[a-z0-9]+;)+"
                                 "|Note over p[0-9]+: ([^#;%\n]|#[a-z0-9]+;)+)");
    std::istringstream in(text);
    std::string each;
    for (const char* head : { "---", "", "---", "sequenceDiagram" }) {
        REQUIRE(std::getline(in, each));
        CHECK((*head == '\0' ? each.starts_with("title: \"") : each == head));
    }
    while (std::getline(in, each)) {
        INFO(each);
        CHECK(std::regex_match(each, line));
    }
}

// One call made by somebody unfriendly, with two exchanges that overlap.
std::string overlappingTrace(const std::string& name)
{
    const std::string path = test::temporaryPath(name);
    std::string error;
    auto writer = trace::Writer::create(path, error);
    REQUIRE(writer != nullptr);
    writer->string(1, "<b>;#%\n\"&\xff");
    writer->string(2, "SMB2 READ");
    trace::Seq seq = 0;
    const auto put = [&](trace::EventKind kind, trace::SpanId span, trace::SpanId parent) {
        trace::Event event;
        event.seq = ++seq;
        event.kind = kind;
        event.timeNs = seq * 1000;
        event.span = span;
        event.parent = parent;
        event.layer = parent == 0 ? trace::Layer::Mrx : trace::Layer::Wire;
        event.routine = parent == 0 ? 1 : 2;
        event.hasStatus = kind == trace::EventKind::End;
        event.status = span == 2 ? std::int32_t(0xC0000022) : 0;
        writer->event(event);
        if (kind == trace::EventKind::Begin) {
            trace::Span row;
            row.id = span;
            row.parent = parent;
            row.beginNs = event.timeNs;
            row.layer = event.layer;
            row.routine = event.routine;
            writer->spanBegin(row);
        } else {
            writer->spanEnd(span, event.seq, event.timeNs, event.status, 0);
        }
    };
    using trace::EventKind;
    put(EventKind::Begin, 1, 0);
    put(EventKind::Begin, 2, 1);
    put(EventKind::Begin, 3, 1);
    put(EventKind::End, 2, 1);
    put(EventKind::End, 3, 1);
    put(EventKind::End, 1, 0);
    REQUIRE(writer->finish());
    return path;
}

} // namespace

TEST_CASE("a request's story goes through the layers and back", "[traces][sequence]")
{
    const auto reader = test::openTrace(test::firstOpenTrace("story.rdrtrace"));
    const trace::SpanId call = request(*reader, "");
    REQUIRE(call != 0);
    const auto sequence = trace::makeSequence(*reader, call);
    REQUIRE(sequence);
    CHECK(sequence->participants.front() == "notepad");
    CHECK(sequence->participants.back() == "server");
    REQUIRE(sequence->families.size() == sequence->participants.size());
    std::size_t calls = 0;
    std::size_t answers = 0;
    std::uint64_t before = 0;
    for (const SequenceStep& step : sequence->steps) {
        REQUIRE(step.from < sequence->participants.size());
        REQUIRE(step.to < sequence->participants.size());
        CHECK(step.timeNs >= before);
        before = step.timeNs;
        calls += step.kind == Kind::Call;
        answers += step.kind == Kind::Return;
    }
    CHECK(calls == answers);
    CHECK(calls >= 4);
    const std::string text = mermaid(*reader, call);
    checkMermaid(text);
    CHECK(text.find("SMB2 NEGOTIATE") != std::string::npos);
    CHECK(text.find("+ FCB \\lab\\public\\readme.txt") != std::string::npos);
    CHECK(mermaid(*test::openTrace(test::firstOpenTrace("story2.rdrtrace")), call) == text);
    std::istringstream in(svg(*reader, call));
    boost::property_tree::ptree tree;
    boost::property_tree::read_xml(in, tree); // throws when it is no XML
    CHECK(svg(*reader, call).find(">mini-redirector<") != std::string::npos);
}

TEST_CASE("a request is found by its object, its routine and its number", "[traces][sequence]")
{
    const auto reader = test::openTrace(test::firstOpenTrace("requests.rdrtrace"));
    const trace::SpanId first = request(*reader, "NtCreateFile");
    REQUIRE(first != 0);
    CHECK(request(*reader, "#" + std::to_string(first)) == first);
    CHECK(request(*reader, std::to_string(first)) == first);
    const trace::SpanId irp = request(*reader, "IRP#1");
    CHECK(irp > first);
    CHECK(reader->string(reader->span(irp)->routine) == "IRP_MJ_CREATE");
    CHECK(request(*reader, "IRP#77") == 0);
    CHECK(request(*reader, "NtNothing") == 0);
    CHECK(request(*reader, "#99999999999999999999") == 0);
    CHECK(request(*reader, std::to_string(first + 1)) == 0);
    CHECK_FALSE(trace::makeSequence(*reader, first + 1));
}

TEST_CASE(
    "answers find their calls when they overlap, and foreign names stay text", "[traces][sequence]")
{
    const auto reader = test::openTrace(overlappingTrace("overlap.rdrtrace"));
    const auto sequence = trace::makeSequence(*reader, 1);
    REQUIRE(sequence);
    REQUIRE(sequence->steps.size() == 6);
    CHECK(sequence->steps[3].kind == Kind::Return);
    CHECK(sequence->steps[3].call == 2);
    CHECK(sequence->steps[3].isError);
    CHECK_FALSE(sequence->steps[4].isError);
    checkMermaid(mermaid(*reader, 1));
    const std::string drawing = svg(*reader, 1);
    CHECK(drawing.find("<b>") == std::string::npos);
    CHECK(drawing.find("✕ STATUS_ACCESS_DENIED") != std::string::npos);
    std::string problem;
    CHECK(trace::findRequest(*reader, "", problem) == 0);
    CHECK(problem.find("--request") != std::string::npos);
}
