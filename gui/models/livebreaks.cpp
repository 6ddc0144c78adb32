#include "gui/models/livebreaks.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSettings>
#include <algorithm>

namespace rdrlab::gui {

namespace {

constexpr std::size_t kMostBreaks = 200;
const char* const kSetting = "live/breakpoints";

QString layerTitle(const QString& name)
{
    for (int i = 0; i < int(trace::Layer::Maximum); ++i) {
        const std::string_view known = trace::layerName(trace::Layer(i));
        if (name == QLatin1String(known.data(), qsizetype(known.size()))) {
            return texts::layer(trace::Layer(i));
        }
    }
    return name;
}

} // namespace

QJsonObject LiveBreak::command() const
{
    QJsonObject command { { QStringLiteral("do"), QStringLiteral("break") } };
    const auto put = [&](const char* name, const QString& value) {
        if (!value.isEmpty()) {
            command.insert(QLatin1String(name), value);
        }
    };
    put("routine", routine);
    put("layer", layer);
    put("object", object);
    if (onlyFailed) {
        command.insert(QStringLiteral("failed"), true);
    }
    return command;
}

QString LiveBreak::words() const
{
    QString text = !routine.isEmpty() ? routine
        : !layer.isEmpty()            ? LiveBreakModel::tr("any call of: %1").arg(layerTitle(layer))
                                      : LiveBreakModel::tr("any call");
    if (onlyFailed) {
        text = LiveBreakModel::tr("%1 that fails").arg(text);
    }
    if (!object.isEmpty()) {
        text = LiveBreakModel::tr("%1, about “%2”").arg(text, object);
    }
    return text;
}

bool LiveBreak::operator==(const LiveBreak& other) const
{
    return routine == other.routine && layer == other.layer && object == other.object
        && onlyFailed == other.onlyFailed;
}

LiveBreakModel::LiveBreakModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

bool LiveBreakModel::add(const LiveBreak& one)
{
    if (one.routine.isEmpty() && one.layer.isEmpty() && one.object.isEmpty() && !one.onlyFailed) {
        return false;
    }
    const auto known = std::find(m_breaks.begin(), m_breaks.end(), one);
    if (known != m_breaks.end()) {
        enable(int(known - m_breaks.begin()), true);
        return false;
    }
    if (m_breaks.size() >= kMostBreaks) {
        return false;
    }
    const int row = rowCount();
    beginInsertRows({}, row, row);
    m_breaks.push_back(one);
    m_breaks.back().id = 0;
    endInsertRows();
    save();
    if (one.isEnabled) {
        Q_EMIT added(row);
    }
    return true;
}

void LiveBreakModel::remove(int row)
{
    if (row < 0 || row >= rowCount()) {
        return;
    }
    const quint64 id = m_breaks[std::size_t(row)].id;
    beginRemoveRows({}, row, row);
    m_breaks.erase(m_breaks.begin() + row);
    endRemoveRows();
    save();
    if (id != 0) {
        Q_EMIT gone(id);
    }
}

void LiveBreakModel::enable(int row, bool enabled)
{
    LiveBreak& one = m_breaks[std::size_t(row)];
    if (one.isEnabled == enabled) {
        return;
    }
    one.isEnabled = enabled;
    const quint64 id = std::exchange(one.id, 0);
    Q_EMIT dataChanged(index(row, 0), index(row, 0));
    save();
    if (enabled) {
        Q_EMIT added(row);
    } else if (id != 0) {
        Q_EMIT gone(id);
    }
}

void LiveBreakModel::load()
{
    const QJsonDocument document
        = QJsonDocument::fromJson(QSettings().value(QLatin1String(kSetting)).toByteArray());
    beginResetModel();
    m_breaks.clear();
    for (const QJsonValue& value : document.array()) {
        const QJsonObject object = value.toObject();
        LiveBreak one { object.value(QStringLiteral("routine")).toString(),
                        object.value(QStringLiteral("layer")).toString(),
                        object.value(QStringLiteral("object")).toString(),
                        object.value(QStringLiteral("failed")).toBool(),
                        object.value(QStringLiteral("enabled")).toBool(true),
                        0 };
        if (m_breaks.size() < kMostBreaks && !one.command().isEmpty()) {
            m_breaks.push_back(one);
        }
    }
    endResetModel();
}

void LiveBreakModel::save() const
{
    QJsonArray list;
    for (const LiveBreak& one : m_breaks) {
        QJsonObject object = one.command();
        object.remove(QStringLiteral("do"));
        object.insert(QStringLiteral("enabled"), one.isEnabled);
        list.append(object);
    }
    QSettings().setValue(
        QLatin1String(kSetting), QJsonDocument(list).toJson(QJsonDocument::Compact));
}

int LiveBreakModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_breaks.size());
}

int LiveBreakModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : 1;
}

QVariant LiveBreakModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const LiveBreak& one = m_breaks[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return one.words();
    case Qt::CheckStateRole:
        return one.isEnabled ? Qt::Checked : Qt::Unchecked;
    case Qt::ToolTipRole:
        return explainTip(one.routine, one.words());
    default:
        return {};
    }
}

bool LiveBreakModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!index.isValid() || role != Qt::CheckStateRole) {
        return false;
    }
    enable(index.row(), value.toInt() == Qt::Checked);
    return true;
}

Qt::ItemFlags LiveBreakModel::flags(const QModelIndex& index) const
{
    return index.isValid() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable
            | Qt::ItemNeverHasChildren
                           : Qt::NoItemFlags;
}

QVariant LiveBreakModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    return role == Qt::DisplayRole && orientation == Qt::Horizontal && section == 0
        ? QVariant(tr("Pause at"))
        : QVariant();
}

} // namespace rdrlab::gui
