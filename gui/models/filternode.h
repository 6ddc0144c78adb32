// A parsed filter: what the parser builds and the evaluation walks. Nothing else includes this.
#pragma once

#include "gui/models/filter.h"
#include "gui/models/texts.h"

#include <unordered_map>
#include <vector>

namespace rdrlab::gui {

namespace filtering {

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

} // namespace filtering

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

    using Field = filtering::Field;
    using Compare = filtering::Compare;
    Field field = Field::Any;
    Compare compare = Compare::Contains;
    QString word;
    std::uint64_t number = 0;
    std::uint32_t kinds = 0; // for Kind and Any: the enumerators whose names fit
    std::uint32_t layers = 0;

    const trace::Reader* reader = nullptr;
    mutable filtering::Answers strings, objects, processes;
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

/// Null and `error` with its place when the tokens are no expression.
std::unique_ptr<Filter::Node>
parseFilter(const QString& expression, QString& error, qsizetype& errorAt);

} // namespace rdrlab::gui
