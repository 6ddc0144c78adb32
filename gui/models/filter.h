// The filter language: which events are meant.
//
//   layer == mrx && status != STATUS_SUCCESS      comparisons joined by && || ! and brackets
//   MRxCreate readme                              words: found in any text of the event
//   routine ~ "Lock" || argument > 4096           ~ contains, !~ does not
//   time >= 2.5ms && time < 3ms                   times have a unit: ns us ms s
//   failed  object ~ FCB  thread == 56            failed: a status 0xC…
//
// An expression is parsed once and evaluated on the columns of the spine, each text at most once.
#pragma once

#include "traces/store/spine.h"

#include <QCoreApplication>
#include <QString>
#include <QStringList>
#include <functional>
#include <memory>
#include <vector>

namespace rdrlab::gui {

class Filter
{
    Q_DECLARE_TR_FUNCTIONS(rdrlab::gui::Filter)
public:
    /// Nothing that can be evaluated when the expression is wrong: then error() says why and
    /// errorAt() where. The empty expression matches everything.
    static Filter parse(const QString& expression);

    Filter();
    ~Filter();
    Filter(Filter&&) noexcept;
    Filter& operator=(Filter&&) noexcept;

    bool isValid() const { return m_error.isEmpty(); }
    bool isEmpty() const { return m_root == nullptr; }
    const QString& error() const { return m_error; }
    qsizetype errorAt() const { return m_errorAt; }

    /// Binds the filter to a trace; to be done before matching, once per reader. Borrows it.
    void bind(const trace::Reader& reader);
    bool matches(const trace::SpineColumns& columns, std::size_t i) const;
    /// False when no event of the chunk can match.
    bool mayMatch(const trace::SpineChunkInfo& chunk) const;

    /// What may stand where the cursor is, for completion: the words of the language and of a
    /// trace.
    static QStringList words();

    struct Node;

private:
    std::unique_ptr<Node> m_root;
    QString m_error;
    qsizetype m_errorAt = 0;
};

/// The next event behind (before) `from` that matches, 0 when there is none or `isCancelled` says
/// so.
trace::Seq findMatch(
    const trace::Spine& spine,
    const Filter& filter,
    trace::Seq from,
    bool forward,
    const std::function<bool()>& isCancelled);

/// A filter bound to a reader of its own, for searching on another thread than the window's.
class TraceSearch
{
public:
    /// Null when the trace cannot be read or the expression is wrong.
    static std::unique_ptr<TraceSearch> open(const QString& path, const QString& expression);

    /// As findMatch().
    trace::Seq next(trace::Seq from, bool forward, const std::function<bool()>& isCancelled) const
    {
        return findMatch(m_spine, m_filter, from, forward, isCancelled);
    }
    /// All that match, ascending; what was found so far when `goOn(done, total)` says no.
    std::vector<trace::Seq>
    all(const std::function<bool(std::uint64_t done, std::uint64_t total)>& goOn) const;

private:
    TraceSearch(std::unique_ptr<trace::Reader> reader, Filter filter);

    std::unique_ptr<trace::Reader> m_reader;
    trace::Spine m_spine;
    Filter m_filter;
};

} // namespace rdrlab::gui
