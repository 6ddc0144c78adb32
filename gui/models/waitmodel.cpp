#include "gui/models/waitmodel.h"

#include "gui/models/texts.h"

#include <algorithm>
#include <set>

namespace rdrlab::gui {

using Reason = trace::WaitReason;

// Puts the nodes together; everything on screen is made here.
class WaitModel::Builder
{
public:
    Builder(WaitModel& model, const TraceDocument& document, const trace::Waits& waits)
        : m_model(model)
        , m_document(document)
        , m_waits(waits)
    {
    }

    void build()
    {
        for (const std::vector<std::uint32_t>& ring : m_waits.rings) {
            addRing(ring);
        }
        for (const trace::LockState& lock : m_waits.locks) {
            addLock(lock);
        }
        for (std::size_t i = 0; i < m_waits.threads.size(); ++i) {
            if (!m_told.contains(i)) {
                addThread(m_waits.threads[i], -1);
            }
        }
    }

private:
    int add(int parent) { return m_model.add(parent, { {}, {}, {}, {}, {} }); }
    Node& node(int at) { return m_model.node(at); }

    QString who(std::uint32_t process, std::uint32_t thread) const
    {
        return texts::thread(m_document.reader(), process, thread);
    }
    QString callText(trace::SpanId span) const
    {
        const CallIndex call = m_document.index()->callAt(span);
        return call == kNoCall ? QString()
                               : texts::call(m_document.reader(), m_document.index()->calls[call]);
    }
    QString agoOf(Seq seq) const
    {
        const std::uint64_t then = m_document.events().event(seq).timeNs;
        return seq != 0 && then <= m_waits.atNs ? texts::duration(m_waits.atNs - then) : QString();
    }
    void since(Node& into, Seq seq)
    {
        into.seq = seq;
        into.texts[Since] = seq != 0 ? QString::number(seq) : QString();
        into.texts[For] = agoOf(seq);
    }
    QString lockName(const trace::LockState& lock) const
    {
        return lock.object != 0 ? texts::object(m_document.reader(), lock.object)
                                : texts::foreign(m_document.reader().string(lock.what));
    }
    // "ERESOURCE exclusive" of "ERESOURCE:RxData" is "exclusive".
    QString modeOf(const trace::BlockedThread& thread) const
    {
        return texts::foreign(m_document.reader().string(thread.what)).section(QLatin1Char(' '), 1);
    }
    QString thingOf(const trace::BlockedThread& thread) const
    {
        return thread.object != 0 ? texts::object(m_document.reader(), thread.object)
                                  : texts::foreign(m_document.reader().string(thread.what));
    }

    void addRing(const std::vector<std::uint32_t>& ring)
    {
        ++m_model.m_deadlocks;
        const int top = add(-1);
        node(top).isAlarm = true;
        node(top).texts[What] = ring.size() == 1
            ? WaitModel::tr("✖ Deadlock: a thread waits for itself")
            : WaitModel::tr(
                "✖ Deadlock: %n threads wait for each other", nullptr, int(ring.size()));
        node(top).tip
            = WaitModel::tr("None of them can go on: each waits for what the next one has.");
        for (std::size_t i = 0; i < ring.size(); ++i) {
            const trace::BlockedThread& thread = m_waits.threads[ring[i]];
            const trace::BlockedThread& next = m_waits.threads[ring[(i + 1) % ring.size()]];
            const int at = add(top);
            Node& one = node(at);
            one.isAlarm = true;
            one.texts[What] = who(thread.process, thread.thread);
            one.texts[How] = WaitModel::tr("waits for %1, which %2 has")
                                 .arg(thingOf(thread), who(next.process, next.thread));
            one.texts[Where] = callText(thread.span);
            one.object = thread.object;
            since(one, thread.since);
            node(top).seq = std::max(node(top).seq, thread.since);
        }
    }

    void addLock(const trace::LockState& lock)
    {
        const int top = add(-1);
        node(top).texts[What] = lockName(lock);
        node(top).object = lock.object;
        const bool isExclusive = !lock.holders.empty() && lock.holders.front().isExclusive;
        QString how = lock.holders.empty() ? WaitModel::tr("free")
            : isExclusive
            ? WaitModel::tr("held exclusive")
            : WaitModel::tr("held shared by %n threads", nullptr, int(lock.holders.size()));
        if (!lock.waiters.empty()) {
            how += QStringLiteral(", ")
                + WaitModel::tr("%n threads wait", nullptr, int(lock.waiters.size()));
        }
        node(top).texts[How] = how;
        for (const trace::LockHolder& holder : lock.holders) {
            const int at = add(top);
            Node& one = node(at);
            one.texts[What] = QStringLiteral("● ") + who(holder.process, holder.thread);
            one.texts[How] = holder.isExclusive ? WaitModel::tr("holds it exclusive")
                                                : WaitModel::tr("holds it shared");
            one.object = lock.object;
            since(one, holder.since);
            const trace::Event taken = m_document.events().event(holder.since);
            one.texts[Where] = callText(taken.span);
            if (node(top).seq == 0) {
                since(node(top), holder.since);
            }
        }
        for (const std::uint32_t waiter : lock.waiters) {
            const trace::BlockedThread& thread = m_waits.threads[waiter];
            const int at = add(top);
            Node& one = node(at);
            const QString mode = modeOf(thread);
            one.texts[What] = QStringLiteral("◌ ") + who(thread.process, thread.thread);
            one.texts[How] = mode.isEmpty() ? WaitModel::tr("waits for it")
                                            : WaitModel::tr("waits for it, %1").arg(mode);
            one.texts[Where] = callText(thread.span);
            one.object = lock.object;
            since(one, thread.since);
            m_told.insert(waiter);
        }
    }

    void addThread(const trace::BlockedThread& thread, int parent)
    {
        const int top = add(parent);
        node(top).texts[What] = who(thread.process, thread.thread);
        node(top).texts[How] = thread.hasTimeout
            ? WaitModel::tr("waits for %1, not for ever").arg(thingOf(thread))
            : WaitModel::tr("waits for %1").arg(thingOf(thread));
        node(top).texts[Where] = callText(thread.span);
        node(top).object = thread.object;
        since(node(top), thread.since);
        for (const Reason& reason : thread.reasons) {
            const int at = add(top);
            Node& one = node(at);
            one.texts[What] = QStringLiteral("└ ") + reasonText(reason);
            one.texts[Where] = callText(reason.span);
            one.object = reason.object;
            since(one, reason.seq);
        }
        if (thread.reasons.empty()) {
            node(add(top)).texts[What]
                = QStringLiteral("└ ") + WaitModel::tr("nothing recorded tells who would end it");
        }
    }

    QString reasonText(const Reason& reason) const
    {
        switch (reason.kind) {
        case Reason::Kind::Lock:
            return WaitModel::tr("%1 has it").arg(who(reason.process, reason.thread));
        case Reason::Kind::Thread:
            return WaitModel::tr("%1 works on it").arg(who(reason.process, reason.thread));
        case Reason::Kind::Server:
            return WaitModel::tr("the server holds it back");
        case Reason::Kind::Wire:
            return WaitModel::tr("it was sent; no answer yet");
        case Reason::Kind::Unsent:
            return WaitModel::tr("it is not sent yet: no credit or no connection");
        case Reason::Kind::Queue:
            return WaitModel::tr("it stands in a queue");
        }
        return {};
    }

    WaitModel& m_model;
    const TraceDocument& m_document;
    const trace::Waits& m_waits;
    std::set<std::size_t> m_told; // threads that stand at their lock
};

WaitModel::WaitModel(QObject* parent)
    : TextTreeModel(
        { tr("Lock or thread"), tr("State"), tr("Since #"), tr("For"), tr("In the call") },
        { Since, For },
        parent)
{
}

void WaitModel::show(const TraceDocument* document, const trace::Waits& waits)
{
    beginResetModel();
    clear();
    m_deadlocks = 0;
    if (document != nullptr && document->isReady()) {
        Builder(*this, *document, waits).build();
    }
    endResetModel();
}

} // namespace rdrlab::gui
