#include "gui/app/eventpanel.h"

#include <QHeaderView>
#include <QVBoxLayout>

namespace rdrlab::gui {

EventPanel::EventPanel(QWidget* parent)
    : Panel(parent)
    , m_view(new QTableView(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(m_view);
    m_view->setModel(&m_model);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAlternatingRowColors(true);
    m_view->setShowGrid(false);
    m_view->setWordWrap(false);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setAccessibleName(tr("Event table"));
    m_view->setTabKeyNavigation(false); // Tab leaves the table
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_view->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 2);
    m_view->verticalHeader()->setMinimumSectionSize(4);
    m_view->horizontalHeader()->setStretchLastSection(true);
    m_view->horizontalHeader()->setHighlightSections(false);
    const int letter = fontMetrics().averageCharWidth();
    const int widths[] = { 6, 11, 16, 7, 9, 21, 27, 22 };
    for (int column = 0; column < int(std::size(widths)); ++column) {
        m_view->setColumnWidth(column, widths[column] * letter + 10);
    }
    connect(
        m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex& current) {
            const Seq seq = m_model.seqOf(current.row());
            if (m_session != nullptr && !m_following && current.isValid() && seq != 0) {
                m_session->focus.goTo(seq, Focus::How::Step);
                const trace::Event event = m_session->document.events().event(seq);
                if (event.object != 0) {
                    m_session->focus.choose(event.object);
                }
            }
        });
    connect(
        &Themes::instance(), &Themes::changed, m_view, [this] { m_view->viewport()->update(); });
}

void EventPanel::setSession(Session* session)
{
    if (m_session != nullptr) {
        disconnect(&m_session->document, nullptr, this, nullptr);
        disconnect(&m_session->focus, nullptr, this, nullptr);
    }
    m_session = session;
    sessionReady();
    if (session != nullptr) {
        connect(&session->document, &TraceDocument::stateChanged, this, &EventPanel::sessionReady);
        connect(&session->focus, &Focus::moved, this, &EventPanel::follow);
    }
}

void EventPanel::sessionReady()
{
    m_following = true;
    const bool ready = m_session != nullptr && m_session->document.isReady();
    m_model.setDocument(ready ? &m_session->document : nullptr);
    m_following = false;
    follow();
}

void EventPanel::follow()
{
    if (m_session == nullptr || !m_session->document.isReady()) {
        return;
    }
    const int row = m_model.rowOf(m_session->focus.seq());
    if (row < 0 || m_view->currentIndex().row() == row) {
        return;
    }
    m_following = true;
    const QModelIndex index = m_model.index(row, 0);
    m_view->setCurrentIndex(index);
    m_view->scrollTo(index);
    m_following = false;
}

} // namespace rdrlab::gui
