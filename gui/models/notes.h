// What a person adds to a trace: bookmarks with words, breakpoints with conditions. Kept in a file
// of its own beside the trace (TRACE.notes.json), so that the recording itself never changes.
#pragma once

#include "gui/models/filter.h"

#include <QAbstractTableModel>
#include <vector>

namespace rdrlab::gui {

struct Bookmark
{
    trace::Seq seq = 0;
    QString words;
};

struct Breakpoint
{
    QString condition; // in the filter language
    bool isEnabled = true;
};

class Notes : public QObject
{
    Q_OBJECT
public:
    explicit Notes(QObject* parent = nullptr);

    /// Reads the notes of a trace; none when there is no file. One line when the file is damaged
    /// (it is then left alone until something is added), else "".
    QString load(const QString& tracePath);

    const std::vector<Bookmark>& bookmarks() const { return m_bookmarks; } // by seq
    const std::vector<Breakpoint>& breakpoints() const { return m_breakpoints; }

    /// Sets the bookmark of an event or takes it away.
    void toggleBookmark(trace::Seq seq);
    void setWords(trace::Seq seq, const QString& words);
    void removeBookmark(trace::Seq seq);
    trace::Seq nextBookmark(trace::Seq seq) const; // 0: none
    trace::Seq previousBookmark(trace::Seq seq) const;

    /// "" when it was added, else what is wrong with the condition.
    QString addBreakpoint(const QString& condition);
    QString changeBreakpoint(std::size_t at, const QString& condition);
    void enableBreakpoint(std::size_t at, bool enabled);
    void removeBreakpoint(std::size_t at);
    /// All enabled conditions as one filter expression; "" when there is none.
    QString condition() const;

Q_SIGNALS:
    void bookmarksChanged();
    void breakpointsChanged();
    /// The notes cannot be written; they are kept while the trace is open.
    void notWritten(const QString& line);

private:
    void save();
    QString fileName() const;

    QString m_tracePath;
    std::vector<Bookmark> m_bookmarks;
    std::vector<Breakpoint> m_breakpoints;
};

/// What the two tables of notes share: whose notes, and starting anew when they change.
class NotesModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    void setNotes(Notes* notes); // null: none; else it outlives the model or is replaced

protected:
    using Changed = void (Notes::*)();
    NotesModel(Changed changed, QObject* parent);
    Notes* notes() const { return m_notes; }

private:
    Changed m_changed;
    Notes* m_notes = nullptr;
};

/// The bookmarks as a table: event, words (editable).
class BookmarkModel : public NotesModel
{
    Q_OBJECT
public:
    explicit BookmarkModel(QObject* parent = nullptr);
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

/// The breakpoints as a table of one column: a check box and the condition (editable).
class BreakpointModel : public NotesModel
{
    Q_OBJECT
public:
    explicit BreakpointModel(QObject* parent = nullptr);
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

} // namespace rdrlab::gui
