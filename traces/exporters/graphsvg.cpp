// The object graph as a drawing: boxes in columns by kind, each owner left of what it owns.
//
// Lines of ownership run in the gutters between the columns and straight to their boxes: by
// construction of the layout nothing stands in their way. Pointers leave a box at the field that
// holds them, run in the gap above it, and enter their target from the right. Boxes are painted
// last, so that where a line must pass one it passes behind.
#include "traces/exporters/picture.h"

#include "traces/exporters/svgstyle.h"
#include "traces/exporters/text.h"

#include <algorithm>
#include <array>
#include <map>

namespace rdrlab::trace {

namespace {

constexpr int kLine = 15; // one row
constexpr int kGutter = 42;
constexpr int kMargin = 24;
constexpr int kHead = 62; // title and event above the drawing
constexpr int kPadding = 9; // inside a box, right of its coloured edge
constexpr int kEdge = 5; // the coloured edge
constexpr int kFewestGlyphs = 13;
constexpr int kMostGlyphs = 31;
constexpr int kLegend = 58;
constexpr int kRadius = 5; // of a line's corners
constexpr double kSmall = 10;

int glyphs(std::size_t count, double size)
{
    return int(double(count) * size * kGlyphWidth + 0.999);
}

struct Box
{
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
    int right() const { return x + width; }
    int middle() const { return y + kLine / 2 + 2; } // of its first line
};

// As many whole flags as there is room for, and how many more there are.
std::string fitted(const std::string& value, std::size_t room)
{
    if (characters(value) <= room || value.find('|') == value.npos) {
        return cutEnd(value, room);
    }
    std::string out;
    std::size_t left = std::size_t(std::count(value.begin(), value.end(), '|')) + 1;
    for (std::size_t at = 0; at < value.size();) {
        const std::size_t end = std::min(value.find('|', at), value.size());
        const std::string next = (out.empty() ? "" : " ") + value.substr(at, end - at);
        if (characters(out) + characters(next) + 4 > room) {
            break;
        }
        out += next;
        --left;
        at = end + 1;
    }
    return out.empty() ? std::to_string(left) + " flags" : out + " +" + std::to_string(left);
}

bool hasNameLine(const PictureNode& node)
{
    return node.folded == 0 && !node.name.empty() && !node.name.starts_with("#");
}

std::string headOf(const PictureNode& node)
{
    const std::string kind(objectKindName(node.kind));
    if (node.folded != 0) {
        return "+ " + std::to_string(node.folded) + " more " + kind;
    }
    return node.name.starts_with("#") ? kind + " " + node.name : kind;
}

std::string countOf(const PictureNode& node)
{
    if (!node.references || node.folded != 0) {
        return {};
    }
    const std::string now = std::to_string(*node.references);
    return node.referencesDelta != 0
        ? "refs " + std::to_string(*node.references - node.referencesDelta) + "→" + now
        : "refs " + now;
}

std::string_view markOf(PictureNode::Mark mark)
{
    switch (mark) {
    case PictureNode::Mark::Born:
        return "+";
    case PictureNode::Mark::Died:
        return "−";
    case PictureNode::Mark::Changed:
        return "~";
    default:
        return {};
    }
}

std::string_view classOf(PictureNode::Mark mark)
{
    switch (mark) {
    case PictureNode::Mark::Born:
        return " born";
    case PictureNode::Mark::Died:
        return " died";
    case PictureNode::Mark::Changed:
        return " changed";
    default:
        return {};
    }
}

class Drawing
{
public:
    Drawing(const Picture& picture, std::ostream& out, bool isInline)
        : m_picture(picture)
        , m_out(out)
        , m_isInline(isInline)
    {
    }

    void draw()
    {
        measure();
        const std::string title
            = m_picture.title + " · objects after event #" + std::to_string(m_picture.at);
        svgBegin(m_out, unsigned(m_width), unsigned(m_height), title, description(), m_isInline);
        head(title);
        for (const PictureEdge& edge : m_picture.edges) {
            if (edge.isHome) {
                home(edge);
            }
        }
        for (const PictureEdge& edge : m_picture.edges) {
            if (!edge.isHome) {
                pointer(edge);
            }
        }
        for (std::size_t i = 0; i < m_picture.nodes.size(); ++i) {
            box(m_picture.nodes[i], m_boxes[i]);
        }
        legend();
        svgEnd(m_out);
    }

private:
    void measure();
    void head(std::string_view title);
    void home(const PictureEdge& edge);
    void pointer(const PictureEdge& edge);
    void box(const PictureNode& node, const Box& at);
    void legend();
    std::string description() const;

    void text(int x, int y, std::string_view style, std::string_view content, bool isRight = false)
    {
        m_out << "<text x=\"" << x << "\" y=\"" << y << "\" class=\"" << style << '"'
              << (isRight ? " text-anchor=\"end\"" : "") << '>' << xmlText(content) << "</text>\n";
    }
    void path(std::string_view style, const std::vector<std::pair<int, int>>& points);
    void tip(int x, int y, int direction, std::string_view style);

    const Picture& m_picture;
    std::ostream& m_out;
    bool m_isInline;
    std::vector<Box> m_boxes;
    std::map<std::uint32_t, std::pair<int, int>> m_columns; // x, width
    std::map<std::pair<std::uint32_t, bool>, int>
        m_lanes; // used in the gutter left or right of a column
    std::map<std::pair<std::size_t, bool>, int>
        m_trunks; // of what points to a box, from which side
    int m_width = 0;
    int m_height = 0;
};

void Drawing::measure()
{
    std::map<std::uint32_t, std::size_t> widest;
    for (const PictureNode& node : m_picture.nodes) {
        const std::size_t count = characters(countOf(node));
        const std::size_t mark = node.mark != PictureNode::Mark::None ? 2 : 0;
        std::size_t need = characters(headOf(node)) + mark + (count != 0 ? count + 2 : 0);
        need = std::max(need, hasNameLine(node) ? characters(node.name) + 1 : 0);
        for (const PictureLine& line : node.lines) {
            need = std::max(need, characters(line.key) + 2 + characters(line.value));
        }
        std::size_t& column = widest[node.place.column];
        column = std::max(column, std::clamp<std::size_t>(need, kFewestGlyphs, kMostGlyphs));
    }
    int x = kMargin;
    for (const auto& [column, count] : widest) {
        const int width = glyphs(count, 10.5) + kEdge + 2 * kPadding;
        m_columns[column] = { x, width };
        x += width + kGutter;
    }
    m_width = std::max(x - kGutter + kMargin, 760);
    m_height = kHead + int(m_picture.rows) * kLine + kLegend;
    for (const PictureNode& node : m_picture.nodes) {
        const auto [left, width] = m_columns[node.place.column];
        m_boxes.push_back({ left, kHead + int(node.place.row) * kLine, width,
                            int(node.place.height) * kLine + 5 });
    }
}

void Drawing::head(std::string_view title)
{
    text(kMargin, 26, "h1", title);
    std::string event = "#" + std::to_string(m_picture.at);
    if (!m_picture.event.empty()) {
        event += " · " + durationText(m_picture.timeNs) + " · " + m_picture.event;
    }
    text(
        kMargin, 44, "h2",
        cutEnd(event, std::size_t((m_width - 2 * kMargin) / (11 * kGlyphWidth))));
}

// Right-angled, with rounded corners.
void Drawing::path(std::string_view style, const std::vector<std::pair<int, int>>& points)
{
    m_out << "<path class=\"" << style << "\" d=\"M" << points[0].first << ' ' << points[0].second;
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        const auto [ax, ay] = points[i - 1];
        const auto [bx, by] = points[i];
        const auto [cx, cy] = points[i + 1];
        const auto reach
            = [](int from, int to) { return std::clamp(to - from, -kRadius, kRadius); };
        const int half = std::min({ kRadius, (std::abs(ax - bx) + std::abs(ay - by)) / 2,
                                    (std::abs(cx - bx) + std::abs(cy - by)) / 2 });
        const auto limited = [&](int step) { return std::clamp(step, -half, half); };
        m_out << " L" << bx + limited(reach(bx, ax)) << ' ' << by + limited(reach(by, ay)) << " Q"
              << bx << ' ' << by << ' ' << bx + limited(reach(bx, cx)) << ' '
              << by + limited(reach(by, cy));
    }
    m_out << " L" << points.back().first << ' ' << points.back().second << "\"/>\n";
}

// An arrow's head at a point: direction +1 points right, -1 left.
void Drawing::tip(int x, int y, int direction, std::string_view style)
{
    m_out << "<path class=\"" << style << "\" d=\"M" << x << ' ' << y << " l" << -7 * direction
          << " -4 v8 z\"/>\n";
}

// From the owner's right side to the owned one's left.
void Drawing::home(const PictureEdge& edge)
{
    const Box& owner = m_boxes[edge.to];
    const Box& owned = m_boxes[edge.from];
    const int middle = owner.right() + kGutter / 2;
    std::vector<std::pair<int, int>> points { { owner.right(), owner.middle() } };
    if (owner.middle() != owned.middle()) {
        points.emplace_back(middle, owner.middle());
        points.emplace_back(middle, owned.middle());
    }
    points.emplace_back(owned.x, owned.middle());
    path(edge.isChanged ? "pointer changed" : "home", points);
    if (edge.isPointer) { // a file object points to the FOBX it belongs to
        tip(owner.right(), owner.middle(), -1, edge.isChanged ? "tip changed" : "tip belongs");
    }
}

void Drawing::pointer(const PictureEdge& edge)
{
    const Box& from = m_boxes[edge.from];
    const Box& to = m_boxes[edge.to];
    const PictureNode& source = m_picture.nodes[edge.from];
    const std::uint32_t fromColumn = source.place.column;
    const std::uint32_t toColumn = m_picture.nodes[edge.to].place.column;
    const int row = edge.line != SIZE_MAX ? int(edge.line) + (hasNameLine(source) ? 2 : 1) : 0;
    const int y = from.y + row * kLine + kLine / 2 + 2;
    const std::string_view style = edge.isChanged ? "pointer changed" : "pointer";
    const std::string_view tipStyle = edge.isChanged ? "tip changed" : "tip";
    const int lane = 3 * (m_lanes[{ fromColumn, false }]++ % 5);
    const int out = from.x - 8 - lane;
    if (fromColumn == toColumn) {
        path(style, { { from.x, y }, { out, y }, { out, to.middle() }, { to.x, to.middle() } });
        tip(to.x, to.middle(), 1, tipStyle);
        return;
    }
    if (toColumn > fromColumn
        && std::next(m_columns.find(fromColumn)) == m_columns.find(toColumn)) {
        const int bend = from.right() + 8 + 3 * (m_lanes[{ fromColumn, true }]++ % 4);
        const int level = to.middle() + 5;
        path(style, { { from.right(), y }, { bend, y }, { bend, level }, { to.x, level } });
        tip(to.x, level, 1, tipStyle);
        return;
    }
    const bool isBackwards = toColumn < fromColumn;
    // All that point to one box share one line before it.
    const auto [trunk, isFirst] = m_trunks.try_emplace({ edge.to, isBackwards });
    if (isFirst) {
        trunk->second = 3 * (m_lanes[{ toColumn, isBackwards }]++ % 4);
    }
    const int in = isBackwards ? to.right() + 10 + trunk->second : to.x - 10 - trunk->second;
    const int end = isBackwards ? to.right() : to.x;
    const int level = to.middle() + (isBackwards ? 5 : -5);
    const bool isAdjacent
        = isBackwards && std::next(m_columns.find(toColumn)) == m_columns.find(fromColumn);
    if (isAdjacent) {
        path(style, { { from.x, y }, { in, y }, { in, level }, { end, level } });
    } else {
        const int gap = from.y - 3 - lane / 2;
        path(
            style,
            { { from.x, y },
              { out, y },
              { out, gap },
              { in, gap },
              { in, level },
              { end, level } });
    }
    tip(end, level, isBackwards ? -1 : 1, tipStyle);
}

void Drawing::box(const PictureNode& node, const Box& at)
{
    m_out << "<g>\n<title>" << xmlText(node.canonical);
    for (const PictureLine& line : node.all) {
        m_out << "\n" << xmlText(line.key) << ": " << xmlText(line.value);
    }
    m_out << "</title>\n";
    if (node.folded != 0) {
        m_out << "<rect class=\"pill\" x=\"" << at.x << "\" y=\"" << at.y << "\" width=\""
              << at.width << "\" height=\"" << at.height << "\" rx=\"10\"/>\n";
        text(at.x + kEdge + kPadding, at.y + 14, "small", headOf(node));
        m_out << "</g>\n";
        return;
    }
    m_out << "<rect class=\"card" << classOf(node.mark) << "\" x=\"" << at.x << "\" y=\"" << at.y
          << "\" width=\"" << at.width << "\" height=\"" << at.height << "\" rx=\"4\"/>\n";
    m_out << "<rect class=\"" << pictureFamily(node.kind) << "\" x=\"" << at.x + 1 << "\" y=\""
          << at.y + 1 << "\" width=\"" << kEdge << "\" height=\"" << at.height - 2
          << "\" rx=\"2\"/>\n";
    const int left = at.x + kEdge + kPadding;
    const int right = at.right() - kPadding;
    int y = at.y + 14;
    std::string head = headOf(node);
    if (!markOf(node.mark).empty()) {
        head = std::string(markOf(node.mark)) + " " + head;
    }
    text(left, y, "kind", head);
    const std::string count = countOf(node);
    if (!count.empty()) {
        text(right, y, node.referencesDelta != 0 ? "count hottext" : "count", count, true);
    }
    const auto room = std::size_t(right - left);
    if (hasNameLine(node)) {
        y += kLine;
        text(left, y, "name", cutMiddle(node.name, std::size_t(double(room) / (11 * kGlyphWidth))));
    }
    const auto wide = std::size_t(double(room) / (kSmall * kGlyphWidth));
    for (const PictureLine& line : node.lines) {
        y += kLine;
        if (line.isChanged) {
            m_out << "<rect class=\"hot\" x=\"" << at.x + kEdge + 2 << "\" y=\"" << y - 11
                  << "\" width=\"" << at.width - kEdge - 4 << "\" height=\"" << kLine - 1
                  << "\"/>\n";
        }
        const std::string key = cutEnd(line.key, wide * 3 / 4);
        text(left, y, "key", key);
        const std::size_t rest = wide - std::min(wide, characters(key) + 1);
        text(right, y, line.isChanged ? "value hottext" : "value", fitted(line.value, rest), true);
    }
    m_out << "</g>\n";
}

void Drawing::legend()
{
    const int y = m_height - kLegend + 26;
    m_out << "<path class=\"rule\" d=\"M" << kMargin << ' ' << y - 16 << " H" << m_width - kMargin
          << "\"/>\n";
    int x = kMargin;
    const auto label = [&](std::string_view words) {
        text(x, y + 4, "small", words);
        x += glyphs(characters(words), kSmall) + 18;
    };
    path("home", { { x, y }, { x + 26, y } });
    x += 32;
    label("belongs to");
    path("pointer", { { x, y }, { x + 26, y } });
    tip(x + 28, y, 1, "tip");
    x += 34;
    label("points to");
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kMarks
        = { { { " born", "+ born at this event" },
              { " changed", "~ changed" },
              { " died", "− dies here" } } };
    for (const auto& [style, words] : kMarks) {
        m_out << "<rect class=\"card" << style << "\" x=\"" << x << "\" y=\"" << y - 6
              << "\" width=\"18\" height=\"12\" rx=\"3\"/>\n";
        x += 24;
        label(words);
    }
    if (m_picture.leftOut != 0) {
        label(
            "not drawn: " + counted(m_picture.leftOut, "object")
            + " (drivers, devices, processes)");
    }
    int below = kMargin;
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kFamilies
        = { { { "server", "server, share" },
              { "file", "file and its opens" },
              { "handle", "file object, handle" },
              { "request", "request" },
              { "wire", "connection, exchange" },
              { "mup", "MUP" } } };
    for (const auto& [style, words] : kFamilies) {
        m_out << "<rect class=\"" << style << "\" x=\"" << below << "\" y=\"" << y + 13
              << "\" width=\"10\" height=\"10\" rx=\"2\"/>\n";
        text(below + 15, y + 22, "small", words);
        below += 15 + glyphs(characters(words), kSmall) + 18;
    }
    m_width = std::max(m_width, x);
}

std::string Drawing::description() const
{
    std::string words;
    for (const PictureEdge& edge : m_picture.edges) {
        const std::string& from = m_picture.nodes[edge.from].canonical;
        const std::string& to = m_picture.nodes[edge.to].canonical;
        words += edge.isPointer ? from + " " + edge.field + " points to " + to + ". "
                                : from + " belongs to " + to + ". ";
    }
    return words;
}

} // namespace

void drawPicture(const Picture& picture, std::ostream& out, bool isInline)
{
    Drawing(picture, out, isInline).draw();
}

bool exportSvg(const Reader& reader, const PictureOptions& options, std::ostream& out)
{
    const auto picture = makePicture(reader, options);
    if (picture) {
        drawPicture(*picture, out, false);
    }
    return picture && bool(out);
}

} // namespace rdrlab::trace
