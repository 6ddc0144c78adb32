#include "gui/models/filter.h"

#include "gui/models/texts.h"
#include "gui/themes/theme.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

namespace rdrlab::gui {

namespace {

using trace::EventKind;
using trace::Layer;

QString tr(const char* text)
{
    return QCoreApplication::translate("Filter", text);
}

enum class Field : std::uint8_t
{
    Seq,
    Time,
    Kind,
    Layer,
    Routine,
    Object,
    Text,
    Status,
    Argument,
    Thread,
    Process,
    Cpu,
    Irql,
    Span,
    Any, // a word alone
    Failed
};

enum class Compare : std::uint8_t
{
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Contains,
    Lacks
};

constexpr std::array<std::pair<const char*, Field>, 15> kFields = { {
    { "seq", Field::Seq },
    { "time", Field::Time },
    { "kind", Field::Kind },
    { "event", Field::Kind },
    { "layer", Field::Layer },
    { "routine", Field::Routine },
    { "object", Field::Object },
    { "text", Field::Text },
    { "status", Field::Status },
    { "argument", Field::Argument },
    { "thread", Field::Thread },
    { "process", Field::Process },
    { "cpu", Field::Cpu },
    { "irql", Field::Irql },
    { "span", Field::Span },
} };

constexpr std::array<std::pair<const char*, Compare>, 9> kCompares = { {
    { "==", Compare::Equal },
    { "!=", Compare::Unequal },
    { "!~", Compare::Lacks },
    { "<=", Compare::LessEqual },
    { ">=", Compare::GreaterEqual },
    { "=", Compare::Equal },
    { "<", Compare::Less },
    { ">", Compare::Greater },
    { "~", Compare::Contains },
} };

bool isText(Field field)
{
    return field == Field::Routine || field == Field::Object || field == Field::Text
        || field == Field::Any;
}

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

// Answers about texts, each looked up once: 0 not asked yet, 1 no, 2 yes.
class Answers
{
public:
    template <typename Ask> bool of(std::uint32_t id, Ask ask)
    {
        constexpr std::uint32_t kMost = 1U << 26; // ids beyond come from a damaged file
        if (id >= kMost) {
            return ask();
        }
        if (id >= m_answers.size()) {
            m_answers.resize(std::size_t(id) + 1 + id / 2, 0);
        }
        if (m_answers[id] == 0) {
            m_answers[id] = ask() ? 2 : 1;
        }
        return m_answers[id] == 2;
    }
    void clear() { m_answers.clear(); }

private:
    std::vector<std::uint8_t> m_answers;
};

} // namespace

struct Filter::Node
{
    enum class Type : std::uint8_t
    {
        And,
        Or,
        Not,
        Test
    };
    Type type = Type::Test;
    std::unique_ptr<Node> left;
    std::unique_ptr<Node> right;

    Field field = Field::Any;
    Compare compare = Compare::Contains;
    QString word;
    std::uint64_t number = 0;
    std::uint32_t kinds = 0; // for Kind and Any: the enumerators whose names fit
    std::uint32_t layers = 0;

    const trace::Reader* reader = nullptr;
    mutable Answers strings, objects, processes;
    mutable std::unordered_map<std::int32_t, bool> statuses; // looked up only

    bool fits(const QString& text) const
    {
        switch (compare) {
        case Compare::Equal:
        case Compare::Unequal:
            return text.compare(word, Qt::CaseInsensitive) == 0;
        default:
            return text.contains(word, Qt::CaseInsensitive);
        }
    }
    bool isNegated() const { return compare == Compare::Unequal || compare == Compare::Lacks; }

    bool stringFits(trace::StringId id) const
    {
        return id != 0 && strings.of(id, [&] { return fits(texts::foreign(reader->string(id))); });
    }
    bool objectFits(trace::ObjectId id) const
    {
        return id != 0 && objects.of(id, [&] {
            const trace::Object* object = reader->object(id);
            if (object == nullptr) {
                return false;
            }
            const QString name = texts::foreign(reader->string(object->name));
            return fits(name) || fits(texts::object(*reader, id))
                || fits(texts::shortObject(*reader, id));
        });
    }
    bool statusFits(std::int32_t status) const
    {
        const auto [found, isNew] = statuses.try_emplace(status, false);
        if (isNew) {
            found->second = fits(texts::status(status));
        }
        return found->second;
    }
    bool test(const trace::SpineColumns& columns, std::size_t i) const;
    bool matches(const trace::SpineColumns& columns, std::size_t i) const;
    bool mayMatch(const trace::SpineChunkInfo& chunk) const;
    void bind(const trace::Reader& to);
};

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

namespace {

struct Token
{
    QString text;
    qsizetype at = 0;
    bool isQuoted = false;
    bool isSign = false;
};

std::vector<Token> tokensOf(const QString& text, QString& error, qsizetype& errorAt)
{
    static const QString signs[]
        = { QStringLiteral("&&"), QStringLiteral("||"), QStringLiteral("=="), QStringLiteral("!="),
            QStringLiteral("!~"), QStringLiteral("<="), QStringLiteral(">="), QStringLiteral("("),
            QStringLiteral(")"),  QStringLiteral("!"),  QStringLiteral("="),  QStringLiteral("<"),
            QStringLiteral(">"),  QStringLiteral("~") };
    const auto signAt = [&](qsizetype at) {
        for (const QString& sign : signs) {
            if (QStringView(text).mid(at).startsWith(sign)) {
                return sign;
            }
        }
        return QString();
    };
    std::vector<Token> tokens;
    for (qsizetype at = 0; at < text.size();) {
        if (text[at].isSpace()) {
            ++at;
            continue;
        }
        if (text[at] == QLatin1Char('"')) {
            const qsizetype end = text.indexOf(QLatin1Char('"'), at + 1);
            if (end < 0) {
                error = tr("the quotation mark is not closed");
                errorAt = at;
                return tokens;
            }
            tokens.push_back({ text.mid(at + 1, end - at - 1), at, true, false });
            at = end + 1;
            continue;
        }
        const QString sign = signAt(at);
        if (!sign.isEmpty()) {
            tokens.push_back({ sign, at, false, true });
            at += sign.size();
            continue;
        }
        const qsizetype begin = at;
        while (at < text.size() && !text[at].isSpace() && text[at] != QLatin1Char('"')
               && signAt(at).isEmpty()) {
            ++at;
        }
        tokens.push_back({ text.mid(begin, at - begin), begin, false, false });
    }
    return tokens;
}

} // namespace

// Recursive descent; the depth of brackets is bounded.
class FilterParser
{
public:
    FilterParser(std::vector<Token> tokens, qsizetype length, QString& error, qsizetype& errorAt)
        : m_tokens(std::move(tokens))
        , m_length(length)
        , m_error(error)
        , m_errorAt(errorAt)
    {
    }

    std::unique_ptr<Filter::Node> parse()
    {
        auto node = either();
        if (m_error.isEmpty() && m_at < m_tokens.size()) {
            fail(tr("“%1” was not expected here").arg(m_tokens[m_at].text));
        }
        return m_error.isEmpty() ? std::move(node) : nullptr;
    }

private:
    using Node = std::unique_ptr<Filter::Node>;
    static constexpr int kDeepest = 100;

    const Token* peek() const { return m_at < m_tokens.size() ? &m_tokens[m_at] : nullptr; }
    bool isWord(const char* sign, const char* word) const
    {
        const Token* token = peek();
        return token != nullptr && !token->isQuoted
            && (token->text == QLatin1String(sign)
                || token->text.compare(QLatin1String(word), Qt::CaseInsensitive) == 0);
    }
    Node fail(const QString& why)
    {
        if (m_error.isEmpty()) {
            m_error = why;
            m_errorAt = peek() != nullptr ? peek()->at : m_length;
        }
        return nullptr;
    }
    static Node join(Filter::Node::Type type, Node left, Node right)
    {
        auto node = std::make_unique<Filter::Node>();
        node->type = type;
        node->left = std::move(left);
        node->right = std::move(right);
        return node;
    }

    Node either()
    {
        Node left = both();
        while (m_error.isEmpty() && isWord("||", "or")) {
            ++m_at;
            left = join(Filter::Node::Type::Or, std::move(left), both());
        }
        return left;
    }
    Node both()
    {
        Node left = one();
        while (m_error.isEmpty() && peek() != nullptr && !isWord("||", "or") && !isWord(")", ")")) {
            if (isWord("&&", "and")) {
                ++m_at;
            }
            left = join(Filter::Node::Type::And, std::move(left), one());
        }
        return left;
    }
    Node one()
    {
        if (++m_depth > kDeepest) {
            return fail(tr("too many brackets"));
        }
        Node node = oneInside();
        --m_depth;
        return node;
    }
    Node oneInside()
    {
        const Token* token = peek();
        if (token == nullptr) {
            return fail(tr("something is missing at the end"));
        }
        if (isWord("!", "not")) {
            ++m_at;
            Node node = one();
            return node != nullptr ? join(Filter::Node::Type::Not, std::move(node), nullptr)
                                   : nullptr;
        }
        if (isWord("(", "(")) {
            ++m_at;
            Node node = either();
            if (!m_error.isEmpty()) {
                return nullptr;
            }
            if (!isWord(")", ")")) {
                return fail(tr("a closing bracket is missing"));
            }
            ++m_at;
            return node;
        }
        if (token->isSign) {
            return fail(tr("“%1” was not expected here").arg(token->text));
        }
        return test();
    }

    Node test();
    bool readNumber(const QString& text, Field field, std::uint64_t& number) const;

    std::vector<Token> m_tokens;
    qsizetype m_length;
    QString& m_error;
    qsizetype& m_errorAt;
    std::size_t m_at = 0;
    int m_depth = 0;
};

bool FilterParser::readNumber(const QString& text, Field field, std::uint64_t& number) const
{
    bool good = false;
    if (field == Field::Time) {
        static const std::pair<const char*, double> units[]
            = { { "ns", 1 }, { "us", 1e3 }, { "µs", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
        for (const auto& [unit, scale] : units) {
            const QString suffix = QString::fromUtf8(unit);
            if (text.endsWith(suffix)) {
                const double value = text.chopped(suffix.size()).toDouble(&good) * scale;
                number = good && value >= 0 && value < 9e18 ? std::uint64_t(value) : 0;
                return good && value >= 0 && value < 9e18;
            }
        }
    }
    number = text.startsWith(QLatin1Char('#')) ? text.mid(1).toULongLong(&good)
                                               : text.toULongLong(&good, 0);
    return good;
}

FilterParser::Node FilterParser::test()
{
    const Token word = m_tokens[m_at];
    auto node = std::make_unique<Filter::Node>();
    const Token* sign = m_at + 1 < m_tokens.size() ? &m_tokens[m_at + 1] : nullptr;
    const auto compare = sign == nullptr || !sign->isSign
        ? kCompares.end()
        : std::find_if(kCompares.begin(), kCompares.end(), [&](const auto& entry) {
              return sign->text == QLatin1String(entry.first);
          });
    if (compare == kCompares.end()) {
        ++m_at;
        node->word = word.text;
        if (!word.isQuoted
            && word.text.compare(QLatin1String("failed"), Qt::CaseInsensitive) == 0) {
            node->field = Field::Failed;
        }
    } else {
        const auto field = std::find_if(kFields.begin(), kFields.end(), [&](const auto& entry) {
            return word.text.compare(QLatin1String(entry.first), Qt::CaseInsensitive) == 0;
        });
        if (field == kFields.end() || word.isQuoted) {
            return fail(
                tr("“%1” is no field; fields are seq, time, kind, layer, routine, object, text, "
                   "status, argument, thread, process, cpu, irql, span")
                    .arg(word.text));
        }
        m_at += 2;
        const Token* value = peek();
        if (value == nullptr || (value->isSign && !value->isQuoted)) {
            return fail(tr("a value is missing after “%1”").arg(sign->text));
        }
        node->field = field->second;
        node->compare = compare->second;
        node->word = value->text;
        const bool isName = isText(node->field) || node->field == Field::Kind
            || node->field == Field::Layer || node->field == Field::Status
            || node->field == Field::Process;
        const bool isOrder = node->compare != Compare::Equal && node->compare != Compare::Unequal
            && node->compare != Compare::Contains && node->compare != Compare::Lacks;
        if (isName && isOrder) {
            return fail(tr("%1 is a name: compare it with == != ~ !~").arg(word.text));
        }
        if (!isName && (node->compare == Compare::Contains || node->compare == Compare::Lacks)) {
            return fail(tr("%1 is a number: compare it with == != < <= > >=").arg(word.text));
        }
        if (!isName && !readNumber(value->text, node->field, node->number)) {
            return fail(
                node->field == Field::Time ? tr("“%1” is no time, such as 2.5ms").arg(value->text)
                                           : tr("“%1” is no number").arg(value->text));
        }
        ++m_at;
    }
    const auto take = [&](std::uint32_t& set, unsigned count, auto nameOf) {
        for (unsigned i = 0; i < count; ++i) {
            const bool fits = node->fits(nameOf(i));
            set |= (fits != (node->field != Field::Any && node->isNegated()) ? 1U : 0U) << i;
        }
    };
    if (node->field == Field::Kind || node->field == Field::Any) {
        if (node->field == Field::Any) {
            node->compare = Compare::Equal; // "end" means the kind, not every "Pend"
        }
        take(node->kinds, unsigned(EventKind::Maximum), [](unsigned i) {
            return texts::kind(EventKind(i));
        });
        take(node->layers, unsigned(Layer::Maximum), [](unsigned i) {
            return texts::layer(Layer(i));
        });
        if (node->field == Field::Any) {
            node->compare = Compare::Contains;
        } else if (node->kinds == 0) {
            return fail(tr("there is no kind of event “%1”").arg(node->word));
        }
    } else if (node->field == Field::Layer) {
        take(node->layers, unsigned(Layer::Maximum), [](unsigned i) {
            return texts::layer(Layer(i));
        });
        if (node->layers == 0) {
            return fail(tr("there is no layer “%1”").arg(node->word));
        }
    }
    return node;
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
    std::vector<Token> tokens = tokensOf(expression, filter.m_error, filter.m_errorAt);
    if (filter.m_error.isEmpty() && !tokens.empty()) {
        filter.m_root
            = FilterParser(std::move(tokens), expression.size(), filter.m_error, filter.m_errorAt)
                  .parse();
    }
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

QStringList Filter::words()
{
    QStringList words = { QStringLiteral("failed"), QStringLiteral("and"), QStringLiteral("or"),
                          QStringLiteral("not") };
    for (const auto& [name, field] : kFields) {
        words += QString::fromLatin1(name);
    }
    for (unsigned i = 0; i < unsigned(Layer::Maximum); ++i) {
        words += texts::layer(Layer(i));
    }
    for (unsigned i = 0; i < unsigned(EventKind::Maximum); ++i) {
        words += texts::kind(EventKind(i));
    }
    words.sort();
    words.removeDuplicates();
    return words;
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

} // namespace rdrlab::gui
