// What a parsed filter says about events. The parser is in filterparser.cpp.
#include "gui/models/filternode.h"
#include "gui/themes/theme.h"

#include <algorithm>

namespace rdrlab::gui {

namespace {

using filtering::Answers;
using filtering::Compare;
using trace::EventKind;

template <typename Number> bool holds(Compare compare, Number value, Number wanted)
{
    switch (compare) {
    case Compare::Equal:
        return value == wanted;
    case Compare::Unequal:
        return value != wanted;
    case Compare::Less:
        return value < wanted;
    case Compare::LessEqual:
        return value <= wanted;
    case Compare::Greater:
        return value > wanted;
    case Compare::GreaterEqual:
        return value >= wanted;
    default:
        return false;
    }
}

} // namespace

bool Filter::Node::test(const trace::SpineColumns& columns, std::size_t i) const
{
    switch (field) {
    case Field::Seq:
        return holds(compare, std::uint64_t(columns.first + i), number);
    case Field::Time:
        return holds(compare, columns.timeNs[i], number);
    case Field::Kind:
        return (kinds >> unsigned(columns.kind[i]) & 1U) != 0;
    case Field::Layer:
        return (layers >> unsigned(columns.layer[i]) & 1U) != 0;
    case Field::Routine:
        return stringFits(columns.routine[i]) != isNegated();
    case Field::Text:
        return stringFits(columns.text[i]) != isNegated();
    case Field::Object:
        return objectFits(columns.object[i]) != isNegated();
    case Field::Status:
        return columns.hasStatus[i] != 0 && statusFits(columns.status[i]) != isNegated();
    case Field::Argument:
        return holds(compare, columns.argument[i], number);
    case Field::Thread:
        return holds(compare, std::uint64_t(columns.thread[i]), number);
    case Field::Process: {
        const std::uint32_t id = columns.process[i];
        const bool found = processes.of(id, [&] {
            return fits(texts::foreign(reader->processName(id))) || fits(QString::number(id));
        });
        return found != isNegated();
    }
    case Field::Cpu:
        return holds(compare, std::uint64_t(columns.cpu[i]), number);
    case Field::Irql:
        return holds(compare, std::uint64_t(columns.irql[i]), number);
    case Field::Span:
        return holds(compare, columns.span[i], number);
    case Field::Any:
        return stringFits(columns.routine[i]) || objectFits(columns.object[i])
            || stringFits(columns.text[i])
            || (columns.hasStatus[i] != 0 && statusFits(columns.status[i]))
            || (kinds >> unsigned(columns.kind[i]) & 1U) != 0
            || (layers >> unsigned(columns.layer[i]) & 1U) != 0;
    case Field::Failed:
        return columns.kind[i] == EventKind::Error
            || (columns.hasStatus[i] != 0 && columns.kind[i] != EventKind::Lock
                && columns.kind[i] != EventKind::Wait && columns.kind[i] != EventKind::Wake
                && severityOf(columns.status[i]) == Severity::Failed);
    }
    return false;
}

bool Filter::Node::matches(const trace::SpineColumns& columns, std::size_t i) const
{
    switch (type) {
    case Type::And:
        return left->matches(columns, i) && right->matches(columns, i);
    case Type::Or:
        return left->matches(columns, i) || right->matches(columns, i);
    case Type::Not:
        return !left->matches(columns, i);
    case Type::Test:
        return test(columns, i);
    }
    return false;
}

bool Filter::Node::mayMatch(const trace::SpineChunkInfo& chunk) const
{
    switch (type) {
    case Type::And:
        return left->mayMatch(chunk) && right->mayMatch(chunk);
    case Type::Or:
        return left->mayMatch(chunk) || right->mayMatch(chunk);
    case Type::Not:
        return true;
    case Type::Test:
        break;
    }
    const std::uint64_t last = chunk.first + chunk.count - 1;
    switch (field) {
    case Field::Kind:
        return (chunk.kinds & kinds) != 0;
    case Field::Layer:
        return (chunk.layers & layers) != 0;
    case Field::Failed:
        return chunk.hasError || !chunk.isExact;
    case Field::Seq:
        return compare == Compare::Equal ? number >= chunk.first && number <= last
            : compare == Compare::Less || compare == Compare::LessEqual ? chunk.first <= number
            : compare == Compare::Greater || compare == Compare::GreaterEqual ? last >= number
                                                                              : true;
    case Field::Time:
        return compare == Compare::Less || compare == Compare::LessEqual ? chunk.beginNs <= number
            : compare == Compare::Greater || compare == Compare::GreaterEqual
            ? chunk.endNs >= number
            : true;
    default:
        return true;
    }
}

void Filter::Node::bind(const trace::Reader& to)
{
    if (left != nullptr) {
        left->bind(to);
    }
    if (right != nullptr) {
        right->bind(to);
    }
    reader = &to;
    for (Answers* answers : { &strings, &objects, &processes }) {
        answers->clear();
    }
}

Filter::Filter() = default;
Filter::~Filter() = default;
Filter::Filter(Filter&&) noexcept = default;
Filter& Filter::operator=(Filter&&) noexcept = default;

Filter Filter::parse(const QString& expression)
{
    Filter filter;
    constexpr qsizetype kLongest = 10'000;
    if (expression.size() > kLongest) {
        filter.m_error = tr("the expression is too long");
        return filter;
    }
    filter.m_root = parseFilter(expression, filter.m_error, filter.m_errorAt);
    return filter;
}

void Filter::bind(const trace::Reader& reader)
{
    if (m_root != nullptr) {
        m_root->bind(reader);
    }
}

bool Filter::matches(const trace::SpineColumns& columns, std::size_t i) const
{
    return !columns.isMissing(i) && (m_root == nullptr || m_root->matches(columns, i));
}

bool Filter::mayMatch(const trace::SpineChunkInfo& chunk) const
{
    return m_root == nullptr || m_root->mayMatch(chunk);
}

trace::Seq findMatch(
    const trace::Spine& spine,
    const Filter& filter,
    trace::Seq from,
    bool forward,
    const std::function<bool()>& isCancelled)
{
    const std::size_t chunks = spine.chunkCount();
    if (chunks == 0 || !filter.isValid()) {
        return 0;
    }
    trace::SpineColumns columns;
    std::size_t chunk = std::min(spine.chunkOf(forward ? from + 1 : from), chunks);
    if (!forward && chunk == chunks) {
        --chunk;
    }
    for (; chunk < chunks; chunk += forward ? 1 : std::size_t(-1)) {
        if (isCancelled && isCancelled()) {
            return 0;
        }
        if (!filter.mayMatch(spine.info(chunk)) || !spine.decode(chunk, columns)) {
            continue;
        }
        for (std::size_t k = 0; k < columns.count; ++k) {
            const std::size_t i = forward ? k : columns.count - 1 - k;
            const trace::Seq seq = columns.first + i;
            if ((forward ? seq > from : seq < from) && filter.matches(columns, i)) {
                return seq;
            }
        }
    }
    return 0;
}

TraceSearch::TraceSearch(std::unique_ptr<trace::Reader> reader, Filter filter)
    : m_reader(std::move(reader))
    , m_spine(*m_reader)
    , m_filter(std::move(filter))
{
    m_filter.bind(*m_reader);
}

std::unique_ptr<TraceSearch> TraceSearch::open(const QString& path, const QString& expression)
{
    Filter filter = Filter::parse(expression);
    std::string error;
    auto reader = filter.isValid() ? trace::Reader::open(path.toStdString(), error) : nullptr;
    return reader == nullptr
        ? nullptr
        : std::unique_ptr<TraceSearch>(new TraceSearch(std::move(reader), std::move(filter)));
}

std::vector<trace::Seq>
TraceSearch::all(const std::function<bool(std::uint64_t done, std::uint64_t total)>& goOn) const
{
    std::vector<trace::Seq> found;
    trace::SpineColumns columns;
    for (std::size_t chunk = 0; chunk < m_spine.chunkCount(); ++chunk) {
        if (!goOn(chunk, m_spine.chunkCount())) {
            break;
        }
        if (!m_filter.mayMatch(m_spine.info(chunk)) || !m_spine.decode(chunk, columns)) {
            continue;
        }
        for (std::size_t i = 0; i < columns.count; ++i) {
            if (m_filter.matches(columns, i)) {
                found.push_back(columns.first + i);
            }
        }
    }
    return found;
}

} // namespace rdrlab::gui
