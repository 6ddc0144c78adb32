#include "gui/models/startlist.h"

#include "gui/models/labs.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>

namespace rdrlab::gui {

StartList::StartList(QObject* parent)
    : QAbstractListModel(parent)
{
}

void StartList::setEntries(std::vector<Entry> entries)
{
    beginResetModel();
    m_entries = std::move(entries);
    endResetModel();
}

int StartList::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_entries.size());
}

QVariant StartList::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Entry& entry = m_entries[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return entry.title;
    case WordsRole:
    case Qt::AccessibleDescriptionRole:
        return entry.words;
    case Qt::ToolTipRole:
        return QDir::toNativeSeparators(entry.path);
    case PathRole:
        return entry.path;
    default:
        return {};
    }
}

std::vector<StartList::Entry> StartList::labs()
{
    std::vector<Entry> entries;
    for (const Lab& lab : findLabs(labFolders())) {
        entries.push_back({ lab.title, lab.summary, lab.scenario });
    }
    return entries;
}

std::vector<StartList::Entry> StartList::samples()
{
    std::vector<Entry> entries;
    for (const Sample& sample : findSamples(sampleFolders(), findLabs(labFolders()))) {
        entries.push_back({ sample.title, sample.summary, sample.path });
    }
    return entries;
}

std::vector<StartList::Entry> StartList::recent()
{
    std::vector<Entry> entries;
    for (const QString& path : QSettings().value(QStringLiteral("recent")).toStringList()) {
        const QFileInfo info(path);
        if (info.isFile()) {
            entries.push_back(
                { info.completeBaseName(), QDir::toNativeSeparators(info.absolutePath()), path });
        }
    }
    return entries;
}

} // namespace rdrlab::gui
