// A tree of texts that is made at once and only read afterwards: what several panels show.
#pragma once

#include "gui/models/rowtree.h"
#include "gui/models/traceindex.h"

#include <QStringList>
#include <vector>

namespace rdrlab::gui {

class TextTreeModel : public RowTreeModel
{
    Q_OBJECT
public:
    enum Role
    {
        SeqRole = Qt::UserRole, // the event to go to; 0: none
        ObjectRole, // the object it is about; 0: none
        AlarmRole, // bool: shown as a failure
        CurrentRole // bool: shown in bold
    };

    /// `rightColumns` are aligned to the right.
    TextTreeModel(QStringList headings, QList<int> rightColumns, QObject* parent = nullptr);

    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

protected:
    struct Node
    {
        QStringList texts; // missing ones are empty
        QString tip; // "": the text of the cell, explained where it is a name
        QString meaning; // the name under which the first cell is explained; "": its text
        Seq seq = 0;
        trace::ObjectId object = 0;
        bool isAlarm = false;
        bool isCurrent = false;
        bool isDim = false;
    };

    /// Adds a node below another (-1: outermost). Only between begin and end of a reset.
    int add(int parent, QStringList texts);
    Node& node(int at) { return m_nodes[std::size_t(at)]; } // until the next add()
    void clear();

private:
    QStringList m_headings;
    QList<int> m_rightColumns;
    std::vector<Node> m_nodes;
};

} // namespace rdrlab::gui
