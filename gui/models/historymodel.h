// The past and future of one object: the values of a field, and its references as a double-entry
// book.
//
// Both are read beside the window, from a reader of their own, since an object may have been
// touched a million times; what was read never changes and is shared.
#pragma once

#include "gui/models/document.h"
#include "traces/query/ledger.h"

#include <QAbstractTableModel>

namespace rdrlab::gui {

/// All values of one field.
struct FieldHistory
{
    enum class Shape
    {
        Numbers, // a step chart
        Flags, // one row for each flag, drawn where it is set
        Words // names, pointers, texts: one stretch for each value
    };
    trace::ObjectId object = 0;
    trace::StringId field = 0;
    Seq birth = 0;
    Seq death = 0; // 0: alive at the end
    Shape shape = Shape::Numbers;
    std::vector<trace::FieldChange> changes; // by seq
    bool isCut = false; // there are more than kMostChanges

    static constexpr std::size_t kMostChanges = 200'000;

    /// The position of the last change at or before `at`; changes.size() when there is none.
    std::size_t changeAt(Seq at) const;
};

/// Reads a history; null when cancelled or the trace cannot be read.
std::shared_ptr<const FieldHistory> readHistory(
    const trace::Reader& reader,
    trace::ObjectId object,
    trace::StringId field,
    const std::function<bool()>& isCancelled);

/// The parts of a flag word, "A|B"; none of "0" and "".
QStringList flagsOf(const QString& value);

/// Where an object's references stood, from its first to its last line.
struct ReferenceBook
{
    trace::ObjectId object = 0;
    Seq birth = 0;
    Seq death = 0;
    trace::Ledger ledger;

    /// Nobody gave it back although the object's life, or the trace, is over.
    bool isOpen(const trace::LedgerPair& pair) const { return pair.returned.seq == 0; }
};

std::shared_ptr<const ReferenceBook> readReferences(
    const trace::Reader& reader,
    trace::ObjectId object,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& tell);

/// The values of a field, one row each.
class HistoryModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Number,
        Time,
        Value,
        Call, // in which it was changed
        Columns
    };
    enum Role
    {
        SeqRole = Qt::UserRole,
        TargetRole // the object that a pointer points to
    };

    explicit HistoryModel(QObject* parent = nullptr);
    /// Borrows the document until the next call; null history: no rows.
    void show(const TraceDocument* document, std::shared_ptr<const FieldHistory> history);
    /// The row in force at an event; -1 before the first.
    int rowAt(Seq seq) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const TraceDocument* m_document = nullptr;
    std::shared_ptr<const FieldHistory> m_history;
};

/// The book, one row for each reference taken.
class LedgerModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Taken,
        Reason,
        TakenBy,
        Returned,
        ReturnedBy,
        Columns
    };
    enum Role
    {
        SeqRole = Qt::UserRole, // of the taking; of the return in the columns about it
        OpenRole // bool: not given back
    };

    explicit LedgerModel(QObject* parent = nullptr);
    void show(const TraceDocument* document, std::shared_ptr<const ReferenceBook> book);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const TraceDocument* m_document = nullptr;
    std::shared_ptr<const ReferenceBook> m_book;
};

namespace texts {

/// The reason of a line as a person reads it; that of its creation has no text in the trace.
QString reason(const trace::Reader& reader, trace::StringId reason);
/// The call that an event happened in: "MRxCreate  SRV_OPEN#1"; "" outside of all.
QString callAround(const TraceDocument& document, Seq seq);

} // namespace texts

} // namespace rdrlab::gui
