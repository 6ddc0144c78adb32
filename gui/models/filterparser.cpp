// Text to a filter: tokens, recursive descent, and what the words of the language are.
#include "gui/models/filternode.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace rdrlab::gui {

namespace {

using filtering::Compare;
using filtering::Field;
using trace::EventKind;
using trace::Layer;

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
                error = Filter::tr("the quotation mark is not closed");
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
    Q_DECLARE_TR_FUNCTIONS(rdrlab::gui::Filter)
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

std::unique_ptr<Filter::Node>
parseFilter(const QString& expression, QString& error, qsizetype& errorAt)
{
    std::vector<Token> tokens = tokensOf(expression, error, errorAt);
    if (!error.isEmpty() || tokens.empty()) {
        return nullptr;
    }
    return FilterParser(std::move(tokens), expression.size(), error, errorAt).parse();
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

} // namespace rdrlab::gui
