// Where a live run pauses: the breakpoints that are sent to the running machine. Kept in the
// settings, so that the next run has them too.
#pragma once

#include <QAbstractTableModel>
#include <QJsonObject>
#include <vector>

namespace rdrlab::gui {

struct LiveBreak
{
    QString routine; // '*' stands for any letters; "": any
    QString layer; // as in the trace ("mrx"); "": any
    QString object; // part of its name; "": any
    bool onlyFailed = false; // where a call ends with an error status
    bool isEnabled = true;
    quint64 id = 0; // in the running machine, 0: not there

    QJsonObject command() const; // {"do":"break",...}
    QString words() const; // what a person reads
    bool operator==(const LiveBreak& other) const;
};

class LiveBreakModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    explicit LiveBreakModel(QObject* parent = nullptr);

    const std::vector<LiveBreak>& breaks() const { return m_breaks; }
    /// False when it is there already (it is enabled then) or says nothing.
    bool add(const LiveBreak& one);
    void remove(int row);
    void enable(int row, bool enabled);
    void setId(int row, quint64 id) { m_breaks[std::size_t(row)].id = id; }

    void load(); // from the settings
    void save() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    /// A running machine must hear of it; `gone` is the number of one that was taken away.
    void added(int row);
    void gone(quint64 id);

private:
    std::vector<LiveBreak> m_breaks;
};

} // namespace rdrlab::gui
