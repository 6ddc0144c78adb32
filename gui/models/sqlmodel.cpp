#include "gui/models/sqlmodel.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"

#include <QElapsedTimer>
#include <QLocale>
#include <algorithm>

namespace rdrlab::gui {

namespace {

using Type = trace::SqlValue::Type;

constexpr std::size_t kMostBytesShown = 32; // of a blob
constexpr const char* kKeywords[] = {
    "ALL",       "AND",       "AS",        "ASC",      "BETWEEN", "BY",     "CASE",   "CAST",
    "COLLATE",   "CROSS",     "DESC",      "DISTINCT", "ELSE",    "END",    "ESCAPE", "EXCEPT",
    "EXISTS",    "FILTER",    "FROM",      "GLOB",     "GROUP",   "HAVING", "IN",     "INNER",
    "INTERSECT", "IS",        "ISNULL",    "JOIN",     "LEFT",    "LIKE",   "LIMIT",  "NATURAL",
    "NOT",       "NOTNULL",   "NULL",      "OFFSET",   "ON",      "OR",     "ORDER",  "OUTER",
    "OVER",      "PARTITION", "RECURSIVE", "SELECT",   "THEN",    "UNION",  "USING",  "VALUES",
    "WHEN",      "WHERE",     "WINDOW",    "WITH",
};
constexpr const char* kFunctions[] = {
    "abs",        "avg",    "coalesce", "count",  "first_value", "group_concat", "hex",
    "ifnull",     "iif",    "instr",    "lag",    "lead",        "length",       "lower",
    "max",        "min",    "nullif",   "printf", "rank",        "replace",      "round",
    "row_number", "substr", "sum",      "total",  "trim",        "typeof",       "upper",
};

SqlAnswer::Cell cellOf(const trace::SqlValue& value)
{
    SqlAnswer::Cell cell;
    cell.type = value.type;
    const std::string_view text(
        value.text != nullptr ? value.text : "", value.text != nullptr ? value.bytes : 0);
    switch (value.type) {
    case Type::Null:
        break;
    case Type::Blob:
        cell.text = QString::fromLatin1(
            QByteArray(text.data(), qsizetype(std::min(text.size(), kMostBytesShown))).toHex(' '));
        cell.text += text.size() > kMostBytesShown ? QStringLiteral(" …") : QString();
        break;
    case Type::Integer:
        cell.text = QString::fromLatin1(text.data(), qsizetype(text.size()));
        cell.number = cell.text.toLongLong();
        cell.real = double(cell.number);
        break;
    case Type::Real:
        cell.text = QString::fromLatin1(text.data(), qsizetype(text.size()));
        cell.real = cell.text.toDouble();
        break;
    case Type::Text:
        cell.text = texts::foreign(text);
        break;
    }
    return cell;
}

} // namespace

int SqlAnswer::eventColumn() const
{
    const auto found = std::find(meanings.begin(), meanings.end(), Meaning::Event);
    return found != meanings.end() ? int(found - meanings.begin()) : -1;
}

std::vector<trace::Seq> SqlAnswer::eventsOf(int column) const
{
    std::vector<trace::Seq> events;
    for (const std::vector<Cell>& row : rows) {
        if (column >= 0 && std::size_t(column) < row.size()) {
            const Cell& cell = row[std::size_t(column)];
            if (cell.type == Type::Integer && cell.number > 0) {
                events.push_back(trace::Seq(cell.number));
            }
        }
    }
    std::sort(events.begin(), events.end());
    events.erase(std::unique(events.begin(), events.end()), events.end());
    return events;
}

std::shared_ptr<const SqlAnswer> runStatement(
    const trace::Reader& reader, const QString& statement, const std::atomic<bool>* isCancelled)
{
    auto answer = std::make_shared<SqlAnswer>();
    answer->statement = statement;
    QElapsedTimer timer;
    timer.start();
    trace::SqlLimits limits;
    limits.rows = SqlAnswer::kMostRows;
    limits.milliseconds = SqlAnswer::kLongestMs;
    limits.isCancelled = isCancelled;
    bool isHead = true;
    const std::string problem = reader.sqlValues(
        statement.toStdString(), limits, [&](const std::vector<trace::SqlValue>& cells) {
            if (isHead) {
                isHead = false;
                for (const trace::SqlValue& cell : cells) {
                    answer->headings += texts::foreign({ cell.text, cell.bytes });
                    answer->meanings.push_back(cell.meaning);
                }
                return true;
            }
            std::vector<SqlAnswer::Cell>& row = answer->rows.emplace_back();
            row.reserve(cells.size());
            for (const trace::SqlValue& cell : cells) {
                row.push_back(cellOf(cell));
            }
            return isCancelled == nullptr || !*isCancelled;
        });
    answer->problem = texts::foreign(problem);
    answer->milliseconds = timer.elapsed();
    return answer;
}

QStringList sqlKeywords()
{
    QStringList words;
    for (const char* word : kKeywords) {
        words += QString::fromLatin1(word);
    }
    return words;
}

SqlWords wordsOf(const trace::Reader& reader)
{
    SqlWords words;
    words.keywords = sqlKeywords();
    for (const char* function : kFunctions) {
        words.functions += QString::fromLatin1(function);
    }
    std::vector<std::string> names { "spine" }; // made by the reader, not in the file
    bool isHead = true;
    reader.sql(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE "
        "'sqlite_%' ORDER BY name",
        {}, [&](const std::vector<const char*>& cells) {
            if (!isHead && cells[0] != nullptr) {
                names.emplace_back(cells[0]);
            }
            isHead = false;
        });
    // The views stand first: they are what one usually asks.
    std::stable_sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
        return a.starts_with("v_") > b.starts_with("v_");
    });
    for (const std::string& name : names) {
        QStringList columns;
        std::string quoted;
        for (const char letter : name) {
            quoted += letter == '"' ? "\"\"" : std::string(1, letter);
        }
        reader.sqlValues(
            "SELECT * FROM \"" + quoted + "\" LIMIT 0", {},
            [&](const std::vector<trace::SqlValue>& cells) {
                for (const trace::SqlValue& cell : cells) {
                    columns += texts::foreign({ cell.text, cell.bytes });
                }
                return false;
            });
        if (!columns.isEmpty()) {
            words.tables.emplace_back(texts::foreign(name), columns);
        }
    }
    return words;
}

QStringList SqlWords::all() const
{
    QStringList words = keywords + functions;
    for (const auto& [table, columns] : tables) {
        words += table;
        words += columns;
    }
    words.sort(Qt::CaseInsensitive);
    words.removeDuplicates();
    return words;
}

SqlModel::SqlModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void SqlModel::show(const trace::Reader* reader, std::shared_ptr<const SqlAnswer> answer)
{
    beginResetModel();
    m_reader = reader;
    m_answer = std::move(answer);
    endResetModel();
}

int SqlModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || m_answer == nullptr ? 0 : int(m_answer->rows.size());
}

int SqlModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() || m_answer == nullptr ? 0 : int(m_answer->headings.size());
}

trace::ObjectId SqlModel::objectOf(const SqlAnswer::Cell& cell, int column) const
{
    if (cell.type == Type::Integer
        && m_answer->meanings[std::size_t(column)] == SqlAnswer::Meaning::Object) {
        return cell.number > 0 && cell.number <= qint64(UINT32_MAX) ? trace::ObjectId(cell.number)
                                                                    : 0;
    }
    // A canonical name: "FCB:\lab\a.txt", "IRP#14".
    const bool mayBeName = cell.type == Type::Text
        && (cell.text.contains(QLatin1Char(':')) || cell.text.contains(QLatin1Char('#')));
    if (!mayBeName || m_reader == nullptr) {
        return 0;
    }
    const auto found = m_reader->objectsNamed(cell.text.toStdString());
    return found.size() == 1 ? found[0] : 0;
}

QVariant SqlModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || m_answer == nullptr) {
        return {};
    }
    const SqlAnswer::Cell& cell
        = m_answer->rows[std::size_t(index.row())][std::size_t(index.column())];
    const auto meaning = m_answer->meanings[std::size_t(index.column())];
    const bool isNumber = cell.type == Type::Integer || cell.type == Type::Real;
    const bool isEvent = cell.type == Type::Integer && meaning == SqlAnswer::Meaning::Event;
    switch (role) {
    case SortRole:
        return isNumber ? QVariant(cell.real) : QVariant(cell.text);
    case SeqRole:
        return isEvent && cell.number > 0 ? QVariant(qulonglong(cell.number))
                                          : QVariant(qulonglong(0));
    case ObjectRole:
        return objectOf(cell, index.column());
    case Qt::TextAlignmentRole:
        return isNumber ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    case Qt::ForegroundRole:
        return cell.type == Type::Null              ? QVariant(theme().dim)
            : isEvent                               ? QVariant(theme().accent)
            : meaning == SqlAnswer::Meaning::Object ? QVariant(theme().accent)
                                                    : QVariant();
    case Qt::DisplayRole:
        return cell.type == Type::Null ? tr("NULL") : cell.text;
    case Qt::ToolTipRole: {
        if (isEvent) {
            return tr("Click goes to event #%1.").arg(cell.number);
        }
        const trace::ObjectId object = objectOf(cell, index.column());
        if (object != 0 && m_reader != nullptr) {
            return tr("Click chooses %1.").arg(texts::object(*m_reader, object));
        }
        return explainTip(cell.text, cell.text);
    }
    default:
        return {};
    }
}

QVariant SqlModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (m_answer == nullptr || orientation != Qt::Horizontal || section < 0
        || section >= m_answer->headings.size()) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
        return m_answer->headings[section];
    case Qt::ToolTipRole:
        return m_answer->meanings[std::size_t(section)] == SqlAnswer::Meaning::Event
            ? tr("Events: a click goes there")
            : m_answer->meanings[std::size_t(section)] == SqlAnswer::Meaning::Object
            ? tr("Objects: a click chooses one")
            : tr("A click on the heading sorts");
    default:
        return {};
    }
}

} // namespace rdrlab::gui
