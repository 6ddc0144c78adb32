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

#include <QString>
#include <QStringList>
#include <memory>

namespace rdrlab::gui {

class Filter
{
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

} // namespace rdrlab::gui
