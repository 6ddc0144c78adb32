// The panel's question who holds the chosen object, which is answered beside the window.
#include "gui/graph/graphpanel.h"

#include <QAction>
#include <QLabel>
#include <QTreeView>
#include <algorithm>

namespace rdrlab::gui {

using trace::ObjectId;

void GraphPanel::ask()
{
    const ObjectId object = m_session != nullptr ? m_session->focus.object() : 0;
    if (!m_whyOption->isChecked() || m_layout == nullptr || !isSeen()) {
        return;
    }
    if (object == 0) {
        m_why.clear();
        m_overlay = {};
        m_view->setWhy({});
        m_whyHead->setText(tr("Choose an object to see who holds it."));
        return;
    }
    if (m_asked == object && m_askedAt == m_at) {
        return;
    }
    if (m_asking.isRunning()) {
        m_askAgain = true;
        return;
    }
    m_askAgain = false;
    m_asked = object;
    m_askedAt = m_at;
    const auto answer = std::make_shared<trace::Why>();
    m_asking.start(
        [answer, object, at = m_at,
         path = m_session->document.path().toStdString()](Background::Control&) {
            std::string error;
            const auto reader = trace::Reader::open(path, error);
            if (reader != nullptr) {
                *answer = trace::Retention(*reader, at).why(object);
            }
        },
        [this, answer] { answered(*answer); });
}

void GraphPanel::answered(const trace::Why& why)
{
    const bool isWanted = m_whyOption->isChecked() && m_session != nullptr
        && m_session->document.isReady() && m_layout != nullptr && why.object == m_asked
        && why.object == m_session->focus.object() && why.at == m_at;
    if (isWanted) {
        m_why.show(m_session->document.reader(), why);
        m_overlay = overlayOf(m_session->document.reader(), why);
        m_whyHead->setText(m_why.headline());
        m_whyView->expandToDepth(0);
        const bool isHidden
            = std::any_of(m_overlay.nodes.begin(), m_overlay.nodes.end(), [this](ObjectId object) {
                  return m_layout->has(object) && m_scene.indexOf(object) == GraphScene::kNothing;
              });
        if (isHidden) {
            refresh(true);
        }
        m_view->setWhy(m_overlay);
        m_view->reveal(why.object);
    }
    if (m_askAgain || !isWanted) {
        m_asked = isWanted ? m_asked : 0;
        ask();
    }
}

void GraphPanel::stopAsking()
{
    m_asked = 0;
    m_overlay = {};
    m_why.clear();
    m_view->setWhy({});
}

} // namespace rdrlab::gui
