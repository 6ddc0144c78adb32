// Ties the places in two traces together: who moves in one moves in the other to the partner, or,
// where there is none, to the last event before on the aligned axis.
#pragma once

#include "gui/models/comparison.h"
#include "gui/models/focus.h"

namespace rdrlab::gui {

class CompareLink : public QObject
{
    Q_OBJECT
public:
    /// Borrows all three, which outlive the link. `a` and `b` may be the same.
    CompareLink(Comparison& comparison, Focus& a, Focus& b, QObject* parent = nullptr);

    /// Unlinked, each side moves alone and the axis follows whoever moved last.
    void setLinked(bool linked);
    bool isLinked() const { return m_linked; }

    Focus& focus(DiffSide side) const { return side == DiffSide::A ? m_a : m_b; }
    /// Where a person moved last.
    DiffSide active() const { return m_active; }
    void setActive(DiffSide side) { m_active = side; }

private:
    void rowMoved(std::size_t row);
    void focusMoved(DiffSide side, Seq seq);
    void objectChosen(DiffSide side, trace::ObjectId object, trace::StringId field);

    Comparison& m_comparison;
    Focus& m_a;
    Focus& m_b;
    DiffSide m_active = DiffSide::A;
    bool m_linked = true;
    std::size_t m_before = 0; // the row from which a person's move in one trace led away
    bool m_following = false; // a move made here is nobody's wish
};

} // namespace rdrlab::gui
