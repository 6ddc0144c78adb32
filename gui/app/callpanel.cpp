#include "gui/app/callpanel.h"

#include "gui/models/stepper.h"
#include "gui/themes/celldelegate.h"

#include <QHeaderView>
#include <QPainter>
#include <QVBoxLayout>

namespace rdrlab::gui {

namespace {

// A stripe in the layer's colour before the words, as in the timeline.
class LayerDelegate : public CellDelegate
{
public:
    using CellDelegate::CellDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index)
        const override
    {
        QStyleOptionViewItem shifted = option;
        if (index.column() == CallTreeModel::Title) {
            const auto layer = trace::Layer(index.data(CallTreeModel::LayerRole).toInt());
            painter->fillRect(
                QRect(option.rect.left(), option.rect.top() + 2, 4, option.rect.height() - 4),
                theme().ofLayer(layer));
            shifted.rect.setLeft(option.rect.left() + 6);
        }
        CellDelegate::paint(painter, shifted, index);
    }
};

} // namespace

CallPanel::CallPanel(QWidget* parent)
    : Panel(parent)
    , m_view(new QTreeView(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(m_view);
    m_view->setModel(&m_model);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setIndentation(12);
    m_view->setItemDelegate(new LayerDelegate(m_view));
    m_view->setAccessibleName(tr("Call tree"));
    m_view->setFrameShape(QFrame::NoFrame);
    QHeaderView* header = m_view->header();
    header->setStretchLastSection(false);
    header->setSectionResizeMode(CallTreeModel::Title, QHeaderView::Stretch);
    const int digit = fontMetrics().horizontalAdvance(QLatin1Char('8'));
    header->resizeSection(CallTreeModel::Number, digit * 5 + 10);
    header->resizeSection(CallTreeModel::Duration, digit * 9 + 8);
    connect(
        m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex& current) {
            const Seq seq = current.data(CallTreeModel::SeqRole).toULongLong();
            if (m_session != nullptr && !m_following && seq != 0) {
                m_session->focus.goTo(seq);
                const CallIndex call = m_model.callOf(current);
                const trace::ObjectId object = m_session->document.index()->calls[call].object;
                if (object != 0) {
                    m_session->focus.choose(object);
                }
            }
        });
    connect(
        &Themes::instance(), &Themes::changed, m_view, [this] { m_view->viewport()->update(); });
}

void CallPanel::setSession(Session* session)
{
    if (m_session != nullptr) {
        disconnect(m_session, nullptr, this, nullptr);
        disconnect(&m_session->document, nullptr, this, nullptr);
        disconnect(&m_session->focus, nullptr, this, nullptr);
    }
    m_session = session;
    m_following = true;
    m_model.setDocument(
        session != nullptr && session->document.isReady() ? &session->document : nullptr);
    m_following = false;
    if (session == nullptr) {
        return;
    }
    connect(&session->document, &TraceDocument::stateChanged, this, &CallPanel::sessionReady);
    connect(&session->document, &TraceDocument::grew, this, &CallPanel::follow);
    connect(&session->focus, &Focus::moved, this, &CallPanel::follow);
    follow();
}

void CallPanel::sessionReady()
{
    m_following = true;
    m_model.setDocument(m_session->document.isReady() ? &m_session->document : nullptr);
    m_following = false;
    follow();
}

void CallPanel::follow()
{
    if (m_session == nullptr || !m_session->document.isReady() || m_session->focus.seq() == 0) {
        return;
    }
    const QModelIndex index
        = m_model.indexOf(step::callOf(m_session->document, m_session->focus.seq()));
    if (!index.isValid() || m_view->currentIndex().siblingAtColumn(0) == index) {
        return;
    }
    m_following = true;
    m_view->setCurrentIndex(index); // opens what is above it
    m_view->expand(index);
    m_view->scrollTo(index);
    m_following = false;
}

} // namespace rdrlab::gui
