// The object graph as a tree of text: what a screen reader reads instead of the canvas, and a list
// for who prefers one. The same scene, so the same objects, marks and closed sub-trees.
#pragma once

#include "gui/models/graphscene.h"

#include <QAbstractItemModel>

namespace rdrlab::gui {

class GraphModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column
    {
        Title,
        References,
        Step, // what this step did to it
        Columns
    };
    enum Role
    {
        ObjectRole = Qt::UserRole, // 0: closed sub-trees
        HomeRole, // of closed sub-trees: what they belong to
        KindRole // int
    };

    explicit GraphModel(QObject* parent = nullptr);

    /// Copies what the scene shows; null: nothing. The scene must outlive what is on display.
    void show(const GraphScene* scene);
    QModelIndex indexOf(trace::ObjectId object) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row
    {
        trace::ObjectId object = 0;
        std::size_t pill = 0; // index + 1
        std::size_t parent = 0; // index + 1; 0: a root
        int place = 0;
        std::vector<std::size_t> children;
    };
    std::vector<std::size_t>& childrenOf(std::size_t parent);
    const std::vector<std::size_t>& childrenOf(const QModelIndex& parent) const;

    const GraphScene* m_scene = nullptr;
    std::vector<Row> m_rows; // as the scene's nodes, then its pills
    std::vector<std::size_t> m_roots;
};

} // namespace rdrlab::gui
