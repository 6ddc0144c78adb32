// A sequence diagram as a drawing. Rows are in order, not to scale: virtual time stands at the
// left.
#include "traces/exporters/sequence.h"

#include "traces/exporters/svgstyle.h"
#include "traces/exporters/text.h"

#include <algorithm>
#include <map>

namespace rdrlab::trace {

namespace {

constexpr int kMargin = 24;
constexpr int kTimes = 92; // the column of events and times
constexpr int kHead = 62;
constexpr int kHeadBox = 26;
constexpr int kRow = 30; // an arrow with its text above
constexpr int kNoteLine = 14;
constexpr int kFewestSpacing = 150;
constexpr int kMostSpacing = 400;
constexpr int kBar = 10; // an activation
constexpr int kStep = 4; // of a bar on a bar
constexpr double kSize = 10.5;

int glyphs(std::size_t count, double size = kSize)
{
    return int(double(count) * size * kGlyphWidth + 0.999);
}

std::vector<std::string> linesOf(const std::string& text)
{
    std::vector<std::string> lines(1);
    for (const char letter : text) {
        if (letter == '\n') {
            lines.emplace_back();
        } else {
            lines.back() += letter;
        }
    }
    return lines;
}

class Drawing
{
public:
    Drawing(const Sequence& sequence, std::ostream& out, bool isInline)
        : m_sequence(sequence)
        , m_out(out)
        , m_isInline(isInline)
    {
    }

    void draw();

private:
    struct Bar
    {
        std::size_t participant;
        std::size_t depth;
        int top;
        int bottom;
    };

    void measure();
    void bars();
    void heads(int y);
    void row(std::size_t index);
    void note(const SequenceStep& step, int y);
    std::string labelOf(const SequenceStep& step) const
    {
        return step.kind == SequenceStep::Kind::CallAndReturn ? step.text + "  → " + step.result
                                                              : step.text;
    }
    int lineX(std::size_t participant) const
    {
        return m_lines[std::min(participant, m_lines.size() - 1)];
    }
    // The edge of the innermost bar at a row, on the side that faces `towards`.
    int edgeX(std::size_t participant, int y, bool isRight) const;

    void text(
        int x,
        int y,
        std::string_view style,
        std::string_view content,
        std::string_view anchor = {})
    {
        m_out << "<text x=\"" << x << "\" y=\"" << y << "\" class=\"" << style << '"';
        if (!anchor.empty()) {
            m_out << " text-anchor=\"" << anchor << '"';
        }
        m_out << '>' << xmlText(content) << "</text>\n";
    }

    const Sequence& m_sequence;
    std::ostream& m_out;
    bool m_isInline;
    std::vector<int> m_lines; // x of the life lines
    std::vector<int> m_rows; // y of each step's arrow, or a note's top
    std::vector<Bar> m_bars;
    int m_width = 0;
    int m_height = 0;
};

void Drawing::measure()
{
    const std::size_t count = std::max<std::size_t>(m_sequence.participants.size(), 1);
    // Between neighbours as much room as the texts between them want, within reason.
    std::vector<int> gaps(count, kFewestSpacing);
    for (const SequenceStep& step : m_sequence.steps) {
        const std::size_t left = std::min(step.from, step.to);
        const std::size_t steps = std::max<std::size_t>(std::max(step.from, step.to) - left, 1);
        int want = 0;
        for (const std::string& line : linesOf(labelOf(step))) {
            want = std::max(want, glyphs(characters(line)) + (step.from == step.to ? 68 : 44));
        }
        want = std::min(want / int(steps), kMostSpacing);
        const bool isNote = step.kind == SequenceStep::Kind::Note;
        for (std::size_t i = left; i < left + steps && i < count; ++i) {
            gaps[i] = std::max(gaps[i], isNote ? std::min(want, kMostSpacing - 60) : want);
        }
    }
    int x = kMargin + kTimes + 60;
    for (std::size_t i = 0; i < count; ++i) {
        m_lines.push_back(x);
        x += gaps[i];
    }
    m_width = std::max(x + kMargin - 40, 640);
    int y = kHead + kHeadBox + 14;
    for (const SequenceStep& step : m_sequence.steps) {
        if (step.kind == SequenceStep::Kind::Note) {
            m_rows.push_back(y + 6);
            y += int(linesOf(step.text).size()) * kNoteLine + 14;
        } else {
            m_rows.push_back(y + kRow - 8);
            y += step.from == step.to && step.kind != SequenceStep::Kind::Return ? kRow + 8 : kRow;
        }
    }
    m_height = y + 14 + kHeadBox + (m_sequence.leftOut != 0 ? 24 : 0) + kMargin;
}

// A bar from each call to its answer; those of one participant stand on one another.
void Drawing::bars()
{
    std::map<SpanId, std::size_t> open;
    std::vector<std::vector<bool>> taken(m_lines.size()); // depths in use
    for (std::size_t i = 0; i < m_sequence.steps.size(); ++i) {
        const SequenceStep& step = m_sequence.steps[i];
        const auto bar = open.find(step.call);
        if (step.kind == SequenceStep::Kind::Call) {
            std::vector<bool>& depths = taken[step.to];
            const auto depth = std::size_t(
                std::find(depths.rbegin(), depths.rend(), true).base() - depths.begin());
            depths.resize(std::max(depths.size(), depth + 1));
            depths[depth] = true;
            open[step.call] = m_bars.size();
            m_bars.push_back({ step.to, depth, m_rows[i], m_height - kMargin - kHeadBox - 8 });
        } else if (step.kind == SequenceStep::Kind::Return && bar != open.end()) {
            m_bars[bar->second].bottom = m_rows[i];
            taken[step.from][m_bars[bar->second].depth] = false;
            open.erase(bar);
        }
    }
}

int Drawing::edgeX(std::size_t participant, int y, bool isRight) const
{
    int edge = lineX(participant);
    for (const Bar& bar : m_bars) {
        if (bar.participant == participant && bar.top <= y && y <= bar.bottom) {
            const int left = lineX(participant) - kBar / 2 + int(bar.depth) * kStep;
            edge = isRight ? std::max(edge, left + kBar) : std::min(edge, left);
        }
    }
    return edge;
}

void Drawing::heads(int y)
{
    for (std::size_t i = 0; i < m_sequence.participants.size(); ++i) {
        const std::string name = cutEnd(m_sequence.participants[i], 20);
        const int width = std::max(glyphs(characters(name), 11) + 26, 90);
        const int x = lineX(i) - width / 2;
        m_out << "<rect class=\"card\" x=\"" << x << "\" y=\"" << y << "\" width=\"" << width
              << "\" height=\"" << kHeadBox << "\" rx=\"4\"/>\n<rect class=\""
              << m_sequence.families[i] << "\" x=\"" << x + 1 << "\" y=\"" << y + 1 << "\" width=\""
              << width - 2 << "\" height=\"4\" rx=\"2\"/>\n";
        text(lineX(i), y + 18, "name", name, "middle");
    }
}

void Drawing::note(const SequenceStep& step, int y)
{
    const auto lines = linesOf(step.text);
    std::size_t widest = 0;
    for (const std::string& line : lines) {
        widest = std::max(widest, characters(line));
    }
    const int x = edgeX(step.from, y, true) + 10;
    const int room = m_width - kMargin - x;
    const auto most = std::size_t(double(room - 16) / (10 * kGlyphWidth));
    const int width = glyphs(std::min(widest, most), 10) + 16;
    const int height = int(lines.size()) * kNoteLine + 6;
    m_out << "<rect class=\"note\" x=\"" << x << "\" y=\"" << y << "\" width=\"" << width
          << "\" height=\"" << height << "\" rx=\"2\"/>\n";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        text(x + 8, y + 14 + int(i) * kNoteLine, "value", cutEnd(lines[i], most));
    }
}

void Drawing::row(std::size_t index)
{
    const SequenceStep& step = m_sequence.steps[index];
    const int y = m_rows[index];
    const int textY = step.kind == SequenceStep::Kind::Note ? y + 14 : y + 4;
    text(kMargin, textY, "small", "#" + std::to_string(step.seq));
    text(kMargin + kTimes, textY, "small", durationText(step.timeNs), "end");
    if (step.kind == SequenceStep::Kind::Note) {
        note(step, y);
        return;
    }
    const bool isReturn = step.kind == SequenceStep::Kind::Return;
    const bool isBack = isReturn || step.kind == SequenceStep::Kind::Callback;
    const std::string_view line = isBack ? "back" : "call";
    const std::string_view tip = isBack ? "backtip" : "calltip";
    const std::string_view words = step.isError ? "value bad" : "value";
    const std::string label = (step.isError ? "✕ " : "") + labelOf(step);
    if (step.from == step.to) { // to itself
        const int x = edgeX(step.from, y, true);
        const auto most = std::size_t(double(m_width - kMargin - x - 44) / (kSize * kGlyphWidth));
        if (isReturn) { // its bar ends here
            m_out << "<path class=\"back\" d=\"M" << x + 26 << ' ' << y << " H" << x + 4 << "\"/>\n"
                  << "<path class=\"backtip\" d=\"M" << x + 11 << ' ' << y - 4 << " L" << x + 4
                  << ' ' << y << " l7 4\"/>\n";
        } else {
            m_out << "<path class=\"call\" d=\"M" << x << ' ' << y - 6 << " H" << x + 26 << " V"
                  << y + 6 << " H" << x + 5 << "\"/>\n<path class=\"calltip\" d=\"M" << x + 4 << ' '
                  << y + 6 << " l8 -4 v8 z\"/>\n";
        }
        text(x + 32, y + 4, words, cutEnd(label, most));
        return;
    }
    const bool isRight = step.to > step.from;
    // At a call the callee's bar begins, at a return the caller's is below the answer's.
    const int from = edgeX(step.from, y, isRight);
    const int to = edgeX(step.to, y, !isRight);
    const int sign = isRight ? 1 : -1;
    m_out << "<path class=\"" << line << "\" d=\"M" << from << ' ' << y << " H" << to - 2 * sign
          << "\"/>\n";
    if (isBack) {
        m_out << "<path class=\"" << tip << "\" d=\"M" << to - 8 * sign << ' ' << y - 4 << " L"
              << to << ' ' << y << " L" << to - 8 * sign << ' ' << y + 4 << "\"/>\n";
    } else {
        m_out << "<path class=\"" << tip << "\" d=\"M" << to << ' ' << y << " l" << -9 * sign
              << " -4 v8 z\"/>\n";
    }
    const int left = std::min(from, to);
    const int room = std::abs(to - from) - 14;
    text(left + 8, y - 5, words, cutEnd(label, std::size_t(double(room) / (10 * kGlyphWidth))));
}

void Drawing::draw()
{
    measure();
    bars();
    std::string description;
    for (const SequenceStep& step : m_sequence.steps) {
        description += "#" + std::to_string(step.seq) + " " + m_sequence.participants[step.from]
            + (step.from != step.to ? " to " + m_sequence.participants[step.to] : std::string())
            + ": " + labelOf(step) + ". ";
    }
    svgBegin(
        m_out, unsigned(m_width), unsigned(m_height), m_sequence.title, description, m_isInline);
    text(kMargin, 26, "h1", m_sequence.title);
    text(kMargin, 44, "h2", m_sequence.subtitle);
    const int foot = m_height - kMargin - kHeadBox;
    for (std::size_t i = 0; i < m_sequence.participants.size(); ++i) {
        m_out << "<path class=\"life\" d=\"M" << lineX(i) << ' ' << kHead + kHeadBox << " V" << foot
              << "\"/>\n";
    }
    for (const Bar& bar : m_bars) {
        m_out << "<rect class=\"bar\" x=\""
              << lineX(bar.participant) - kBar / 2 + int(bar.depth) * kStep << "\" y=\"" << bar.top
              << "\" width=\"" << kBar << "\" height=\"" << std::max(bar.bottom - bar.top, 4)
              << "\"/>\n";
    }
    heads(kHead);
    for (std::size_t i = 0; i < m_sequence.steps.size(); ++i) {
        row(i);
    }
    if (m_sequence.leftOut != 0) {
        text(kMargin, foot - 10, "small", "… " + counted(m_sequence.leftOut, "more step"));
    }
    heads(foot);
    svgEnd(m_out);
}

} // namespace

void drawSequence(const Sequence& sequence, std::ostream& out, bool isInline)
{
    Drawing(sequence, out, isInline).draw();
}

} // namespace rdrlab::trace
