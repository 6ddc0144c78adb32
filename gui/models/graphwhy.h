// Who holds the chosen object: the answer of trace::Retention as a tree to read and as lines to
// draw.
#pragma once

#include "gui/models/document.h"
#include "traces/query/why.h"

#include <QAbstractItemModel>
#include <set>
#include <vector>

namespace rdrlab::gui {

/// What the canvas draws.
struct WhyOverlay
{
    struct Step
    {
        trace::ObjectId holder = 0; // 0: no object, `words` says what
        trace::ObjectId held = 0;
        QString words; // how it holds, or who
        bool isMain = false; // on the shortest path
    };
    trace::ObjectId object = 0; // 0: nobody asked
    std::vector<Step> steps;
    std::set<trace::ObjectId> nodes; // on any path
    std::set<trace::ObjectId> dominators; // every path leads through them
};

WhyOverlay overlayOf(const trace::Reader& reader, const trace::Why& why);

/// Three parts: who holds it, the paths to what stands by itself, and who alone could let go.
class WhyModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column
    {
        Who,
        How,
        Columns
    };
    enum Role
    {
        SeqRole = Qt::UserRole, // of the event that took the reference; 0: none
        ObjectRole // the holder; 0: it is no object
    };

    explicit WhyModel(QObject* parent = nullptr);

    /// Shows an answer about a trace; the texts are made at once, so that nothing is borrowed.
    void show(const trace::Reader& reader, const trace::Why& why);
    void clear();
    /// The answer in one sentence.
    const QString& headline() const { return m_headline; }

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row
    {
        QString who, how;
        Seq seq = 0;
        trace::ObjectId object = 0;
        std::size_t parent = 0; // index + 1 in m_rows; 0: a part
        std::vector<std::size_t> children;
        int place = 0; // among its siblings
    };
    std::size_t add(std::size_t parent, QString who, QString how, Seq seq, trace::ObjectId object);
    const std::vector<std::size_t>& childrenOf(const QModelIndex& parent) const;

    std::vector<Row> m_rows;
    std::vector<std::size_t> m_parts;
    QString m_headline;
};

} // namespace rdrlab::gui
