// A short list of things to begin with: a title, some words, and what it leads to.
#pragma once

#include <QAbstractListModel>
#include <vector>

namespace rdrlab::gui {

class StartList : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role
    {
        WordsRole = Qt::UserRole,
        PathRole
    };
    struct Entry
    {
        QString title;
        QString words;
        QString path;
    };

    explicit StartList(QObject* parent = nullptr);

    void setEntries(std::vector<Entry> entries);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

    static std::vector<Entry> labs();
    static std::vector<Entry> samples();
    static std::vector<Entry> recent(); // files that are still there

private:
    std::vector<Entry> m_entries;
};

} // namespace rdrlab::gui
