#include "gui/models/notes.h"

#include "gui/models/listen.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <algorithm>

namespace rdrlab::gui {

namespace {
constexpr qint64 kLargestFile = 16LL << 20;
}

Notes::Notes(QObject* parent)
    : QObject(parent)
{
}

QString Notes::fileName() const
{
    return m_tracePath + QStringLiteral(".notes.json");
}

QString Notes::load(const QString& tracePath)
{
    m_tracePath = tracePath;
    m_bookmarks.clear();
    m_breakpoints.clear();
    QString error;
    QFile file(fileName());
    if (file.exists()) {
        QJsonParseError problem { 0, QJsonParseError::NoError };
        QJsonDocument document;
        if (!file.open(QIODevice::ReadOnly) || file.size() > kLargestFile) {
            error = tr("%1 cannot be read").arg(fileName());
        } else {
            document = QJsonDocument::fromJson(file.readAll(), &problem);
            if (problem.error != QJsonParseError::NoError || !document.isObject()) {
                error = tr("%1 is damaged: %2").arg(fileName(), problem.errorString());
            }
        }
        for (const QJsonValue& value :
             document.object().value(QStringLiteral("bookmarks")).toArray()) {
            const QJsonObject object = value.toObject();
            const double seq = object.value(QStringLiteral("seq")).toDouble();
            if (seq >= 1 && seq < 9e15) {
                m_bookmarks.push_back(
                    { trace::Seq(seq), object.value(QStringLiteral("words")).toString() });
            }
        }
        for (const QJsonValue& value :
             document.object().value(QStringLiteral("breakpoints")).toArray()) {
            const QJsonObject object = value.toObject();
            const QString condition = object.value(QStringLiteral("condition")).toString();
            if (!condition.isEmpty() && Filter::parse(condition).isValid()) {
                m_breakpoints.push_back(
                    { condition, object.value(QStringLiteral("enabled")).toBool(true) });
            }
        }
        std::stable_sort(
            m_bookmarks.begin(), m_bookmarks.end(),
            [](const Bookmark& a, const Bookmark& b) { return a.seq < b.seq; });
    }
    Q_EMIT bookmarksChanged();
    Q_EMIT breakpointsChanged();
    return error;
}

void Notes::save()
{
    if (m_tracePath.isEmpty()) {
        return;
    }
    QJsonArray bookmarks;
    for (const Bookmark& bookmark : m_bookmarks) {
        bookmarks.append(QJsonObject { { QStringLiteral("seq"), qint64(bookmark.seq) },
                                       { QStringLiteral("words"), bookmark.words } });
    }
    QJsonArray breakpoints;
    for (const Breakpoint& breakpoint : m_breakpoints) {
        breakpoints.append(QJsonObject { { QStringLiteral("condition"), breakpoint.condition },
                                         { QStringLiteral("enabled"), breakpoint.isEnabled } });
    }
    QSaveFile file(fileName());
    const QByteArray text
        = QJsonDocument(QJsonObject { { QStringLiteral("bookmarks"), bookmarks },
                                      { QStringLiteral("breakpoints"), breakpoints } })
              .toJson();
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit()) {
        Q_EMIT notWritten(tr("%1 cannot be written: %2").arg(fileName(), file.errorString()));
    }
}

void Notes::toggleBookmark(trace::Seq seq)
{
    const auto at = std::lower_bound(
        m_bookmarks.begin(), m_bookmarks.end(), seq,
        [](const Bookmark& bookmark, trace::Seq wanted) { return bookmark.seq < wanted; });
    if (at != m_bookmarks.end() && at->seq == seq) {
        m_bookmarks.erase(at);
    } else {
        m_bookmarks.insert(at, { seq, {} });
    }
    save();
    Q_EMIT bookmarksChanged();
}

void Notes::setWords(trace::Seq seq, const QString& words)
{
    for (Bookmark& bookmark : m_bookmarks) {
        if (bookmark.seq == seq) {
            bookmark.words = words;
            save();
            Q_EMIT bookmarksChanged();
            return;
        }
    }
}

void Notes::removeBookmark(trace::Seq seq)
{
    if (std::erase_if(m_bookmarks, [seq](const Bookmark& bookmark) { return bookmark.seq == seq; })
        != 0) {
        save();
        Q_EMIT bookmarksChanged();
    }
}

trace::Seq Notes::nextBookmark(trace::Seq seq) const
{
    for (const Bookmark& bookmark : m_bookmarks) {
        if (bookmark.seq > seq) {
            return bookmark.seq;
        }
    }
    return 0;
}

trace::Seq Notes::previousBookmark(trace::Seq seq) const
{
    trace::Seq found = 0;
    for (const Bookmark& bookmark : m_bookmarks) {
        found = bookmark.seq < seq ? bookmark.seq : found;
    }
    return found;
}

QString Notes::addBreakpoint(const QString& condition)
{
    const Filter filter = Filter::parse(condition);
    if (!filter.isValid() || filter.isEmpty()) {
        return filter.isValid() ? tr("a condition is missing") : filter.error();
    }
    m_breakpoints.push_back({ condition, true });
    save();
    Q_EMIT breakpointsChanged();
    return {};
}

QString Notes::changeBreakpoint(std::size_t at, const QString& condition)
{
    const Filter filter = Filter::parse(condition);
    if (!filter.isValid() || filter.isEmpty() || at >= m_breakpoints.size()) {
        return filter.isValid() ? tr("a condition is missing") : filter.error();
    }
    m_breakpoints[at].condition = condition;
    save();
    Q_EMIT breakpointsChanged();
    return {};
}

void Notes::enableBreakpoint(std::size_t at, bool enabled)
{
    if (at < m_breakpoints.size()) {
        m_breakpoints[at].isEnabled = enabled;
        save();
        Q_EMIT breakpointsChanged();
    }
}

void Notes::removeBreakpoint(std::size_t at)
{
    if (at < m_breakpoints.size()) {
        m_breakpoints.erase(m_breakpoints.begin() + std::ptrdiff_t(at));
        save();
        Q_EMIT breakpointsChanged();
    }
}

QString Notes::condition() const
{
    QStringList conditions;
    for (const Breakpoint& breakpoint : m_breakpoints) {
        if (breakpoint.isEnabled) {
            conditions += QStringLiteral("(%1)").arg(breakpoint.condition);
        }
    }
    return conditions.join(QStringLiteral(" || "));
}

NotesModel::NotesModel(Changed changed, QObject* parent)
    : QAbstractTableModel(parent)
    , m_changed(changed)
{
}

void NotesModel::setNotes(Notes* notes)
{
    beginResetModel();
    listenTo(this, m_notes, notes);
    if (notes != nullptr) {
        connect(notes, m_changed, this, [this] {
            beginResetModel();
            endResetModel();
        });
    }
    endResetModel();
}

BookmarkModel::BookmarkModel(QObject* parent)
    : NotesModel(&Notes::bookmarksChanged, parent)
{
}

int BookmarkModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || notes() == nullptr ? 0 : int(notes()->bookmarks().size());
}

int BookmarkModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : 2;
}

QVariant BookmarkModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || (role != Qt::DisplayRole && role != Qt::EditRole)) {
        return {};
    }
    const Bookmark& bookmark = notes()->bookmarks()[std::size_t(index.row())];
    return index.column() == 0 ? QVariant::fromValue<qulonglong>(bookmark.seq)
                               : QVariant(bookmark.words);
}

bool BookmarkModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!index.isValid() || index.column() != 1 || role != Qt::EditRole) {
        return false;
    }
    notes()->setWords(notes()->bookmarks()[std::size_t(index.row())].seq, value.toString());
    return true;
}

Qt::ItemFlags BookmarkModel::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.isValid() && index.column() == 1 ? flags | Qt::ItemIsEditable : flags;
}

QVariant BookmarkModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    return section == 0 ? tr("#") : tr("Note");
}

BreakpointModel::BreakpointModel(QObject* parent)
    : NotesModel(&Notes::breakpointsChanged, parent)
{
}

int BreakpointModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || notes() == nullptr ? 0 : int(notes()->breakpoints().size());
}

int BreakpointModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : 1;
}

QVariant BreakpointModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Breakpoint& breakpoint = notes()->breakpoints()[std::size_t(index.row())];
    if (role == Qt::CheckStateRole) {
        return breakpoint.isEnabled ? Qt::Checked : Qt::Unchecked;
    }
    return role == Qt::DisplayRole || role == Qt::EditRole ? QVariant(breakpoint.condition)
                                                           : QVariant();
}

bool BreakpointModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!index.isValid()) {
        return false;
    }
    const auto at = std::size_t(index.row());
    if (role == Qt::CheckStateRole) {
        notes()->enableBreakpoint(at, value.toInt() == Qt::Checked);
        return true;
    }
    return role == Qt::EditRole && notes()->changeBreakpoint(at, value.toString()).isEmpty();
}

Qt::ItemFlags BreakpointModel::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.isValid() ? flags | Qt::ItemIsEditable | Qt::ItemIsUserCheckable : flags;
}

QVariant BreakpointModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    return role == Qt::DisplayRole && orientation == Qt::Horizontal && section == 0
        ? QVariant(tr("Stop where"))
        : QVariant();
}

} // namespace rdrlab::gui
