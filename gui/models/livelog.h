// What a live run said: lines of the scenario, pauses, problems, each with the event it belongs to.
#pragma once

#include <QAbstractTableModel>
#include <deque>

namespace rdrlab::gui {

class LiveLog : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Event,
        Words,
        Columns
    };
    enum Role
    {
        SeqRole = Qt::UserRole // 0: belongs nowhere
    };
    static constexpr int kMostLines = 10'000; // older ones go, so many at once:
    static constexpr int kGoneAtOnce = 1000;

    explicit LiveLog(QObject* parent = nullptr);

    void add(const QString& line, quint64 seq, bool isProblem);
    void clear();
    /// The lines of another log, which is empty then.
    void takeOver(LiveLog& other);
    /// All of it as text, a line each.
    QString text() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Line
    {
        QString words;
        quint64 seq;
        bool isProblem;
    };
    std::deque<Line> m_lines;
};

} // namespace rdrlab::gui
