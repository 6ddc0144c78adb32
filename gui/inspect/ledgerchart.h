// The references of one object over events: the balance on top, and below it a bar for each
// reference from where it was taken to where it was given back.
//
// Bars stand in rows that do not overlap; one that nobody gave back runs on to the edge, hatched,
// with a cross.
#pragma once

#include "gui/inspect/chart.h"
#include "gui/models/historymodel.h"

namespace rdrlab::gui {

class LedgerChart : public Chart
{
    Q_OBJECT
public:
    explicit LedgerChart(QWidget* parent = nullptr);
    void show(std::shared_ptr<const ReferenceBook> book);

    std::vector<CanvasItem> canvasItems() const override;

    /// The pair under a point of the viewport; -1: none. For tests and the menu.
    int pairAt(QPoint point) const;
    /// Where a pair is drawn.
    QRectF barOf(std::size_t pair) const;

protected:
    bool isEmpty() const override { return m_book == nullptr || !m_book->ledger.hasLines; }
    int contentHeight() const override;
    void paintContent(QPainter& painter, const QRect& area) override;
    void paintTitles(QPainter& painter, const QRect& area) override;
    Seq seqAt(QPoint point, bool isDouble) const override;
    QString tipAt(QPoint point) const override;
    Seq neighbour(Seq seq, bool forward) const override;
    void addMenu(QMenu& menu, QPoint point) override;

private:
    void paintBalance(QPainter& painter, const QRect& area);
    void paintPairs(QPainter& painter, const QRect& area);
    void paintUnmatched(QPainter& painter);
    void placeRows();
    QRect balanceArea() const;
    QRect pairArea() const;
    int rowHeight() const;
    double finish(const trace::LedgerPair& pair) const;
    QColor colourOf(const trace::LedgerPair& pair) const;
    QString describe(const trace::LedgerPair& pair) const;
    std::size_t lineAt(Seq at) const; // the last line at or before; size() when none

    std::shared_ptr<const ReferenceBook> m_book;
    std::vector<std::vector<std::uint32_t>> m_rows; // pairs, by taking
    std::vector<std::uint32_t> m_rowOf; // of each pair
    std::vector<trace::StringId> m_reasons; // in order of first use: each has a colour
    std::int32_t m_most = 1;
};

} // namespace rdrlab::gui
