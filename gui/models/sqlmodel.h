// The answer to one SQL statement as a table, with the columns that one can click on to go there.
#pragma once

#include "traces/store/reader.h"
#include "traces/store/workedqueries.h"

#include <QAbstractTableModel>
#include <QString>
#include <QStringList>
#include <memory>
#include <vector>

namespace rdrlab::gui {

struct SqlAnswer
{
    using Meaning = trace::SqlValue::Meaning;
    struct Cell
    {
        trace::SqlValue::Type type = trace::SqlValue::Type::Null;
        qint64 number = 0; // Integer
        double real = 0; // Integer and Real: for sorting
        QString text;
    };
    QString statement;
    QString problem; // "" when all went well; some rows may be there even so
    QStringList headings;
    std::vector<Meaning> meanings; // of the columns
    std::vector<std::vector<Cell>> rows;
    qint64 milliseconds = 0; // of the host, for the person who waited

    static constexpr std::uint64_t kMostRows = 100'000;
    static constexpr unsigned kLongestMs = 120'000;

    /// The first column that numbers events; -1: none.
    int eventColumn() const;
    /// The events of a column, ascending, each once.
    std::vector<trace::Seq> eventsOf(int column) const;
};

/// Runs a statement; cells longer than a screen are cut.
std::shared_ptr<const SqlAnswer> runStatement(
    const trace::Reader& reader, const QString& statement, const std::atomic<bool>* isCancelled);

/// What may stand in a statement about this trace: key words, functions, tables, columns; sorted.
/// Asks the reader, so on the thread it belongs to.
struct SqlWords
{
    QStringList keywords;
    QStringList functions;
    std::vector<std::pair<QString, QStringList>> tables; // each with its columns
    QStringList all() const;
};
SqlWords wordsOf(const trace::Reader& reader);
/// The key words alone, for colouring.
QStringList sqlKeywords();

/// The title of a worked query in the person's language.
QString titleOf(const trace::WorkedQuery& query);
/// The titles that translators see; a test holds them to those of the page.
QStringList titlesForTranslators();

class SqlModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Role
    {
        SortRole = Qt::UserRole, // a number or a text
        SeqRole, // the event a click goes to; 0: none
        ObjectRole // the object a click chooses; 0: none
    };

    explicit SqlModel(QObject* parent = nullptr);
    /// Borrows the reader until the next call; it names objects. Null answer: nothing.
    void show(const trace::Reader* reader, std::shared_ptr<const SqlAnswer> answer);
    const SqlAnswer* answer() const { return m_answer.get(); }
    /// A recording that grew has a new reader.
    void setReader(const trace::Reader* reader) { m_reader = reader; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    trace::ObjectId objectOf(const SqlAnswer::Cell& cell, int column) const;

    const trace::Reader* m_reader = nullptr;
    std::shared_ptr<const SqlAnswer> m_answer;
};

} // namespace rdrlab::gui
