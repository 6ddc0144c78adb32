// Drawings of the object graph: what they show, and that they are what their format demands.
#include "tests/support/synthetic.h"
#include "traces/exporters/exporters.h"
#include "traces/exporters/picture.h"
#include "traces/exporters/text.h"
#include "traces/store/writer.h"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

using namespace rdrlab;
using trace::ObjectKind;
using trace::PictureNode;

namespace {

std::unique_ptr<trace::Reader> opened(const std::string& path)
{
    std::string error;
    auto reader = trace::Reader::open(path, error);
    INFO(error);
    REQUIRE(reader != nullptr);
    return reader;
}

std::string svg(const trace::Reader& reader, const trace::PictureOptions& options)
{
    std::ostringstream out;
    REQUIRE(trace::exportSvg(reader, options, out));
    return out.str();
}

// Throws when it is no XML.
boost::property_tree::ptree parsed(const std::string& text)
{
    std::istringstream in(text);
    boost::property_tree::ptree tree;
    boost::property_tree::read_xml(in, tree);
    return tree;
}

trace::Seq lastBirth(const trace::Reader& reader, ObjectKind kind)
{
    trace::Seq seq = 0;
    for (const trace::Object& object : reader.objects()) {
        seq = object.kind == kind ? object.birth : seq;
    }
    REQUIRE(seq != 0);
    return seq;
}

const PictureNode* find(const trace::Picture& picture, ObjectKind kind)
{
    const auto found
        = std::find_if(picture.nodes.begin(), picture.nodes.end(), [&](const PictureNode& node) {
              return node.kind == kind;
          });
    return found != picture.nodes.end() ? &*found : nullptr;
}

// A share with many files, some of them named by somebody unfriendly.
std::string crowdedTrace(const std::string& name, trace::ObjectId files)
{
    const std::string path = test::temporaryPath(name);
    std::string error;
    auto writer = trace::Writer::create(path, error);
    REQUIRE(writer != nullptr);
    writer->meta("scenario", "</title><script>alert(1)</script>");
    writer->string(1, "SRV_CALL:\\lab");
    writer->string(2, "NET_ROOT:\\lab\\public");
    writer->string(3, "FCB:\\lab\\\"<a & b>\x01\xff");
    writer->string(4, "Condition");
    writer->string(5, "]]>&<\x02");
    trace::Seq seq = 0;
    const auto born = [&](ObjectKind kind, trace::StringId title, trace::ObjectId owner) {
        trace::Event event;
        event.seq = ++seq;
        event.kind = trace::EventKind::Born;
        writer->event(event);
        writer->objectBorn({ trace::ObjectId(seq), kind, title, owner, seq, 0 });
        return trace::ObjectId(seq);
    };
    const trace::ObjectId server = born(ObjectKind::SrvCall, 1, 0);
    const trace::ObjectId share = born(ObjectKind::NetRoot, 2, server);
    for (trace::ObjectId i = 0; i < files; ++i) {
        born(ObjectKind::Fcb, 3, share);
    }
    trace::Event event;
    event.seq = ++seq;
    event.kind = trace::EventKind::Change;
    writer->event(event);
    trace::Change change;
    change.seq = seq;
    change.object = share;
    change.field = 4;
    change.after = { trace::Value::Type::Text, 0, 5 };
    writer->change(change);
    REQUIRE(writer->finish());
    return path;
}

} // namespace

TEST_CASE(
    "the drawing of an event is XML and shows each object that lives, with its state",
    "[traces][picture]")
{
    const auto reader = opened(test::firstOpenTrace("picture.rdrtrace"));
    trace::PictureOptions options;
    options.at = trace::busiestEvent(*reader);
    const auto picture = trace::makePicture(*reader, options);
    REQUIRE(picture);
    const PictureNode* fcb = find(*picture, ObjectKind::Fcb);
    REQUIRE(fcb != nullptr);
    CHECK(find(*picture, ObjectKind::Device) == nullptr);
    CHECK(picture->leftOut > 0);
    const std::string text = svg(*reader, options);
    const auto root = parsed(text).get_child("svg");
    CHECK(root.get<std::string>("title").find("first-open") != std::string::npos);
    for (const PictureNode& node : picture->nodes) {
        CHECK(text.find("<title>" + trace::xmlText(node.canonical)) != std::string::npos);
    }
    options.everything = true;
    const auto whole = trace::makePicture(*reader, options);
    REQUIRE(whole);
    CHECK(whole->nodes.size() == picture->nodes.size() + picture->leftOut);
    parsed(svg(*reader, options));
}

TEST_CASE("a drawing is the same bytes for the same recording", "[traces][picture]")
{
    const auto one = opened(test::firstOpenTrace("picture1.rdrtrace"));
    const auto two = opened(test::firstOpenTrace("picture2.rdrtrace"));
    for (trace::Seq seq = 0; seq <= one->lastSeq(); ++seq) {
        trace::PictureOptions options;
        options.at = seq;
        CHECK(svg(*one, options) == svg(*two, options));
    }
}

TEST_CASE("what an event bore, changed or ended is marked in its drawing", "[traces][picture]")
{
    const auto reader = opened(test::firstOpenTrace("marks.rdrtrace"));
    trace::PictureOptions options;
    options.at = lastBirth(*reader, ObjectKind::Fobx);
    auto picture = trace::makePicture(*reader, options);
    REQUIRE(picture);
    CHECK(find(*picture, ObjectKind::Fobx)->mark == PictureNode::Mark::Born);
    CHECK(svg(*reader, options).find(">+ FOBX") != std::string::npos);

    const trace::Object* fobx = nullptr;
    for (const trace::Object& object : reader->objects()) {
        fobx = object.kind == ObjectKind::Fobx ? &object : fobx;
    }
    REQUIRE(fobx->death != 0);
    options.at = fobx->death;
    picture = trace::makePicture(*reader, options);
    REQUIRE(picture);
    CHECK(find(*picture, ObjectKind::Fobx)->mark == PictureNode::Mark::Died);
    ++options.at;
    CHECK(find(*trace::makePicture(*reader, options), ObjectKind::Fobx) == nullptr);

    trace::FieldChange good;
    reader->changes(1, reader->lastSeq(), [&](const trace::FieldChange& change) {
        good = change;
        return change.after.text != "Condition_Good";
    });
    REQUIRE(good.after.text == "Condition_Good");
    options.at = good.seq;
    picture = trace::makePicture(*reader, options);
    bool found = false;
    for (const PictureNode& node : picture->nodes) {
        for (const trace::PictureLine& line : node.lines) {
            found = found
                || (node.object == good.object && line.isChanged
                    && line.value == "InTransition → Good");
        }
    }
    CHECK(found);
}

TEST_CASE(
    "no box of a pinned drawing moves from event to event, and none lies on another",
    "[traces][picture]")
{
    const auto reader = opened(test::firstOpenTrace("pinned.rdrtrace"));
    std::map<trace::ObjectId, std::pair<std::uint32_t, std::uint32_t>> places;
    for (const bool isPinned : { true, false }) {
        for (trace::Seq seq = 1; seq <= reader->lastSeq(); ++seq) {
            trace::PictureOptions options;
            options.at = seq;
            options.isPinned = isPinned;
            options.everything = true;
            const auto picture = trace::makePicture(*reader, options);
            REQUIRE(picture);
            std::map<std::pair<std::uint32_t, std::uint32_t>, trace::ObjectId> cells;
            for (const PictureNode& node : picture->nodes) {
                const std::pair place(node.place.column, node.place.row);
                if (isPinned) {
                    CHECK(places.try_emplace(node.object, place).first->second == place);
                }
                for (std::uint32_t row = 0; row <= node.place.height; ++row) { // and a gap
                    CHECK(
                        cells.try_emplace({ place.first, place.second + row }, node.object).second);
                }
                CHECK(node.place.row + node.place.height < picture->rows);
            }
        }
    }
}

TEST_CASE(
    "one object's drawing shows what it belongs to, what it holds and what points to it",
    "[traces][picture]")
{
    const auto reader = opened(test::firstOpenTrace("around.rdrtrace"));
    trace::PictureOptions options;
    options.at = trace::busiestEvent(*reader);
    const auto picture = trace::makePicture(*reader, options);
    options.around = find(*picture, ObjectKind::Fcb)->object;
    const auto around = trace::makePicture(*reader, options);
    REQUIRE(around);
    CHECK(around->nodes.size() <= picture->nodes.size());
    for (const ObjectKind kind : { ObjectKind::SrvCall, ObjectKind::NetRoot, ObjectKind::Fcb,
                                   ObjectKind::SrvOpen, ObjectKind::Fobx }) {
        CHECK(find(*around, kind) != nullptr);
    }
    CHECK(find(*around, ObjectKind::Connection) == nullptr);
}

TEST_CASE("many alike become one box, and foreign names stay text", "[traces][picture]")
{
    const auto reader = opened(crowdedTrace("crowd.rdrtrace", 1000));
    trace::PictureOptions options;
    options.at = reader->lastSeq();
    options.most = 50;
    const auto picture = trace::makePicture(*reader, options);
    REQUIRE(picture);
    CHECK(picture->nodes.size() <= 50);
    std::uint32_t shown = 0;
    for (const PictureNode& node : picture->nodes) {
        shown += node.kind == ObjectKind::Fcb ? std::max(node.folded, 1u) : 0;
    }
    CHECK(shown == 1000);
    const std::string text = svg(*reader, options);
    CHECK(text.find("<script>") == std::string::npos);
    CHECK(text.find('\x01') == std::string::npos);
    CHECK(text.find('\xff') == std::string::npos);
    parsed(text);
    std::ostringstream dot;
    REQUIRE(trace::exportDot(*reader, options, dot));
    CHECK(dot.str().find("more FCB") != std::string::npos);
}

TEST_CASE("Graphviz draws the exported description without a complaint", "[traces][picture]")
{
    if (std::system("command -v dot >/dev/null 2>&1") != 0) {
        WARN("skipped: Graphviz is not installed");
        return;
    }
    const auto check = [](const trace::Reader& reader, trace::Seq at) {
        const std::string path = test::temporaryPath("graph.dot");
        trace::PictureOptions options;
        options.at = at;
        options.everything = true;
        std::ofstream file(path, std::ios::binary);
        REQUIRE(trace::exportDot(reader, options, file));
        file.close();
        const std::string errors = test::temporaryPath("graph.err");
        INFO("event " << at);
        CHECK(std::system(("dot -Tsvg -o /dev/null " + path + " 2>" + errors).c_str()) == 0);
        std::ifstream said(errors);
        CHECK(std::string(std::istreambuf_iterator<char>(said), {}) == "");
    };
    const auto reader = opened(test::firstOpenTrace("dot.rdrtrace"));
    for (trace::Seq seq = 0; seq <= reader->lastSeq(); seq += 7) {
        check(*reader, seq);
    }
    const auto crowded = opened(crowdedTrace("crowd2.rdrtrace", 30));
    check(*crowded, crowded->lastSeq());
}

TEST_CASE("texts are cut between characters and escaped for XML", "[traces][picture]")
{
    CHECK(trace::cutEnd("äöü", 3) == "äöü");
    CHECK(trace::cutEnd("äöüß", 3) == "äö…");
    CHECK(trace::cutMiddle("\\lab\\public\\readme.txt", 11) == "\\la…dme.txt");
    CHECK(trace::cutEnd("abc", 0) == "");
    CHECK(trace::xmlText("<a b=\"c\">&\x02") == "&lt;a b=&quot;c&quot;&gt;&amp;\uFFFD");
    CHECK(trace::nameParts("IRP#14").name == "#14");
    CHECK(trace::nameParts("FCB:\\lab\\a#2").name == "\\lab\\a#2");
    CHECK(trace::durationText(999) == "999 ns");
    CHECK(trace::durationText(2'450'000) == "2.45 ms");
}
