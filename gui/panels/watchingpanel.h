// A panel that works only while it is seen.
//
// What happens to the session meanwhile is remembered and made up for when the panel is shown: a
// tab that nobody looks at costs nothing, however fast one steps.
#pragma once

#include "gui/app/panel.h"

class QAbstractItemView;

namespace rdrlab::gui {

class WatchingPanel : public Panel
{
    Q_OBJECT
public:
    using Panel::Panel;
    void setSession(Session* session) final;

protected:
    Session* session() const { return m_session; }
    bool isReady() const { return m_session != nullptr && m_session->document.isReady(); }

    /// Another trace or another state of loading. Keep nothing of the old one. Comes also while the
    /// panel is hidden when the session changes. placeChanged() follows when it is shown.
    virtual void traceChanged() = 0;
    /// The same trace has more events than before. placeChanged() follows.
    virtual void traceGrew() = 0;
    /// Another current event, chosen object, or markers.
    virtual void placeChanged() = 0;

    void seen() override;

private:
    void traceMoved();
    void traceIsLonger();
    void placeMoved();
    void catchUp();

    Session* m_session = nullptr;
    bool m_hasNewTrace = true;
    bool m_hasGrown = false;
    bool m_hasNewPlace = true;
};

/// What every table of the panels has: Ctrl+C copies the selected rows, the context menu offers
/// that and saving all rows as CSV. `said` hears how it went.
void giveTableManners(
    QAbstractItemView* view, const QString& fileName, std::function<void(const QString&)> said);

/// Copies the selected rows of a view to the clipboard.
void copyRows(const QAbstractItemView* view);

} // namespace rdrlab::gui
