// Every command of the visualizer, once: menus, tool bar, palette and key sheet are views of it.
//
// A command has an id that never changes ("step.event.forward"), a category, words and default
// keys; a person may bind other keys, which are kept in the settings. Two commands never share a
// key.
#pragma once

#include <QAbstractTableModel>
#include <QAction>
#include <QKeySequence>
#include <QObject>
#include <functional>
#include <vector>

namespace rdrlab::gui {

class Actions : public QObject
{
    Q_OBJECT
public:
    struct Entry
    {
        QString id;
        QString category;
        QAction* action = nullptr;
        QList<QKeySequence> defaults;
    };

    /// The actions become children and actions of `window`, so that their keys work in all of it.
    explicit Actions(QWidget* window);

    /// `text` as in a menu, with its mnemonic; `hint` is the sentence of the status bar and sheet.
    QAction*
    add(const QString& id,
        const QString& category,
        const QString& text,
        const QString& hint,
        const QList<QKeySequence>& keys,
        std::function<void()> run);

    const std::vector<Entry>& all() const { return m_entries; }
    QAction* find(const QString& id) const; // null when there is none

    /// Binds keys; returns the id of the command that already has one of them, and then does
    /// nothing.
    QString setKeys(const QString& id, const QList<QKeySequence>& keys);
    void resetKeys();
    /// Pairs of commands that share a key; empty in any state this class can be brought into.
    QStringList collisions() const;

    QByteArray toJson() const; // only what differs from the defaults
    /// False and one line in `error` when it is not ours; unknown ids are ignored.
    bool fromJson(const QByteArray& json, QString& error);

Q_SIGNALS:
    void keysChanged();

private:
    QWidget* m_window;
    std::vector<Entry> m_entries;
};

/// Commands and keys as a table: what the key sheet and the palette show.
class ActionsModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Command,
        Keys,
        Category,
        Columns
    };
    explicit ActionsModel(Actions& actions, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    const Actions::Entry& entry(int row) const { return m_actions.all()[std::size_t(row)]; }

private:
    Actions& m_actions;
};

} // namespace rdrlab::gui
