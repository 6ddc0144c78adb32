#include "gui/models/comparelink.h"

#include <QScopedValueRollback>
#include <algorithm>
#include <utility>

namespace rdrlab::gui {

CompareLink::CompareLink(Comparison& comparison, Focus& a, Focus& b, QObject* parent)
    : QObject(parent)
    , m_comparison(comparison)
    , m_a(a)
    , m_b(b)
{
    connect(&comparison, &Comparison::moved, this, &CompareLink::rowMoved);
    for (const DiffSide side : kBothSides) {
        connect(
            &focus(side), &Focus::moved, this, [this, side](Seq seq) { focusMoved(side, seq); });
        // A jump in one of the traces is one here; it is told of behind the move.
        connect(&focus(side), &Focus::visitsChanged, this, [this] {
            if (!m_following && m_comparison.isReady()) {
                m_comparison.noteVisit(std::exchange(m_before, m_comparison.row()));
            }
        });
        connect(
            &focus(side), &Focus::chosen, this,
            [this, side](trace::ObjectId object, trace::StringId field) {
                objectChosen(side, object, field);
            });
        if (&a == &b) {
            break; // a trace beside itself
        }
    }
}

void CompareLink::setLinked(bool linked)
{
    m_linked = linked;
    if (linked && m_comparison.isReady()) {
        rowMoved(m_comparison.row());
    }
}

void CompareLink::rowMoved(std::size_t row)
{
    if (m_following || !m_comparison.isReady() || row >= m_comparison.diff().rowCount()) {
        return;
    }
    const QScopedValueRollback guard(m_following, true);
    const trace::DiffRow pair = m_comparison.pairAt(row);
    for (const DiffSide side : kBothSides) {
        const Seq own = side == DiffSide::A ? pair.a : pair.b;
        if (own != 0 || m_linked) {
            const Seq to = own != 0 ? own : m_comparison.lastAt(side, row);
            focus(side).goTo(std::max<Seq>(to, 1), Focus::How::Step);
        }
    }
}

void CompareLink::focusMoved(DiffSide side, Seq seq)
{
    if (m_following || !m_comparison.isReady()) {
        return;
    }
    m_active = side;
    m_before = m_comparison.row();
    const std::size_t row = m_comparison.diff().rowOf(side, seq);
    if (row >= m_comparison.diff().rowCount()) {
        return; // recorded after the comparison was made
    }
    if (!m_linked) {
        const QScopedValueRollback guard(m_following, true);
        m_comparison.goTo(row);
    } else {
        m_comparison.goTo(row);
    }
}

void CompareLink::objectChosen(DiffSide side, trace::ObjectId object, trace::StringId field)
{
    if (m_following || !m_comparison.isReady() || !m_linked) {
        return;
    }
    const QScopedValueRollback guard(m_following, true);
    const DiffSide other = otherSide(side);
    const trace::ObjectId partner = object != 0 ? m_comparison.diff().partnerOf(side, object) : 0;
    const trace::StringId name = field != 0 && partner != 0
        ? m_comparison.reader(other).findString(m_comparison.reader(side).string(field))
        : 0;
    focus(other).choose(partner, name);
}

} // namespace rdrlab::gui
