#include "gui/app/actions.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QWidget>

namespace rdrlab::gui {

Actions::Actions(QWidget* window)
    : QObject(window)
    , m_window(window)
{
}

QAction* Actions::add(
    const QString& id,
    const QString& category,
    const QString& text,
    const QString& hint,
    const QList<QKeySequence>& keys,
    std::function<void()> run)
{
    Q_ASSERT(find(id) == nullptr);
    auto* action = new QAction(text, m_window);
    action->setObjectName(id);
    action->setStatusTip(hint);
    action->setShortcuts(keys);
    action->setShortcutContext(Qt::WindowShortcut);
    connect(action, &QAction::triggered, this, [run = std::move(run)] { run(); });
    m_window->addAction(action);
    m_entries.push_back({ id, category, action, keys });
    return action;
}

QAction* Actions::find(const QString& id) const
{
    for (const Entry& entry : m_entries) {
        if (entry.id == id) {
            return entry.action;
        }
    }
    return nullptr;
}

QString Actions::setKeys(const QString& id, const QList<QKeySequence>& keys)
{
    QAction* action = find(id);
    if (action == nullptr) {
        return {};
    }
    for (const Entry& entry : m_entries) {
        for (const QKeySequence& key : keys) {
            if (entry.action != action && entry.action->shortcuts().contains(key)) {
                return entry.id;
            }
        }
    }
    action->setShortcuts(keys);
    Q_EMIT keysChanged();
    return {};
}

void Actions::resetKeys()
{
    for (const Entry& entry : m_entries) {
        entry.action->setShortcuts(entry.defaults);
    }
    Q_EMIT keysChanged();
}

QStringList Actions::collisions() const
{
    QHash<QString, QString> owners;
    QStringList found;
    for (const Entry& entry : m_entries) {
        for (const QKeySequence& key : entry.action->shortcuts()) {
            const QString text = key.toString();
            if (owners.contains(text)) {
                found += QStringLiteral("%1: %2, %3").arg(text, owners.value(text), entry.id);
            }
            owners.insert(text, entry.id);
        }
    }
    return found;
}

QByteArray Actions::toJson() const
{
    QJsonObject keys;
    for (const Entry& entry : m_entries) {
        if (entry.action->shortcuts() != entry.defaults) {
            QJsonArray list;
            for (const QKeySequence& key : entry.action->shortcuts()) {
                list.append(key.toString(QKeySequence::PortableText));
            }
            keys.insert(entry.id, list);
        }
    }
    return QJsonDocument(QJsonObject { { QStringLiteral("keys"), keys } }).toJson();
}

bool Actions::fromJson(const QByteArray& json, QString& error)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(json, &problem);
    const QJsonValue keys = document.object().value(QStringLiteral("keys"));
    if (problem.error != QJsonParseError::NoError || !keys.isObject()) {
        error = problem.error != QJsonParseError::NoError ? problem.errorString()
                                                          : tr("no object \"keys\" in it");
        return false;
    }
    resetKeys();
    const QJsonObject object = keys.toObject();
    QStringList refused;
    // First everything that gives keys up, then what takes them: the order in the file is no
    // matter.
    for (const QString& id : object.keys()) {
        if (QAction* action = find(id)) {
            action->setShortcuts(QList<QKeySequence>());
        }
    }
    for (const QString& id : object.keys()) {
        QList<QKeySequence> wanted;
        for (const QJsonValue& key : object.value(id).toArray()) {
            wanted.append(QKeySequence::fromString(key.toString(), QKeySequence::PortableText));
        }
        const QString owner = setKeys(id, wanted);
        if (!owner.isEmpty()) {
            refused += tr("%1 is taken by %2").arg(id, owner);
        }
    }
    error = refused.join(QStringLiteral(", "));
    Q_EMIT keysChanged();
    return refused.isEmpty();
}

ActionsModel::ActionsModel(Actions& actions, QObject* parent)
    : QAbstractTableModel(parent)
    , m_actions(actions)
{
    connect(&actions, &Actions::keysChanged, this, [this] {
        Q_EMIT dataChanged(index(0, Keys), index(rowCount() - 1, Keys));
    });
}

int ActionsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_actions.all().size());
}

int ActionsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QVariant ActionsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Actions::Entry& one = entry(index.row());
    if (role == Qt::ToolTipRole) {
        return one.action->statusTip();
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (index.column()) {
    case Command:
        return one.action->text().remove(QLatin1Char('&'));
    case Keys: {
        QStringList keys;
        for (const QKeySequence& key : one.action->shortcuts()) {
            keys += key.toString(QKeySequence::NativeText);
        }
        return keys.join(tr("  or  ", "between two keys"));
    }
    case Category:
        return one.category;
    default:
        return {};
    }
}

QVariant ActionsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    return section == Command ? tr("Command") : section == Keys ? tr("Keys") : tr("Category");
}

} // namespace rdrlab::gui
