// The values of one field over events: a step chart of numbers, a row for each flag, stretches for
// names.
#pragma once

#include "gui/inspect/chart.h"
#include "gui/models/historymodel.h"

namespace rdrlab::gui {

class HistoryChart : public Chart
{
    Q_OBJECT
public:
    explicit HistoryChart(QWidget* parent = nullptr);
    /// Null: nothing.
    void show(std::shared_ptr<const FieldHistory> history);

    std::vector<CanvasItem> canvasItems() const override;

protected:
    bool isEmpty() const override { return m_history == nullptr || m_history->changes.empty(); }
    int titleLetters() const override;
    int contentHeight() const override;
    void paintContent(QPainter& painter, const QRect& area) override;
    void paintTitles(QPainter& painter, const QRect& area) override;
    Seq seqAt(QPoint point, bool isDouble) const override;
    QString tipAt(QPoint point) const override;
    Seq neighbour(Seq seq, bool forward) const override;
    void addMenu(QMenu& menu, QPoint point) override;

private:
    void paintNumbers(QPainter& painter, const QRect& area);
    void paintFlags(QPainter& painter, const QRect& area);
    void paintWords(QPainter& painter, const QRect& area);
    void shortenTitles();
    int rowHeight() const;
    QString valueAt(std::size_t change) const;
    double finish(std::size_t change) const; // where the value ends, in events
    double yOf(double value, const QRect& area) const;

    // One flag, and from which change to which it is set.
    struct Flag
    {
        QString name;
        QString title; // without what all of them begin with
        std::vector<std::pair<std::uint32_t, std::uint32_t>> set; // [first, last) changes
    };
    std::shared_ptr<const FieldHistory> m_history;
    std::vector<Flag> m_flags;
    double m_least = 0;
    double m_most = 0;
};

} // namespace rdrlab::gui
