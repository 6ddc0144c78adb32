#include "gui/app/objectpanel.h"

#include "gui/models/stepper.h"
#include "gui/models/texts.h"

#include <QHeaderView>
#include <QLabel>
#include <QTreeView>
#include <QVBoxLayout>

namespace rdrlab::gui {

ObjectPanel::ObjectPanel(QWidget* parent)
    : Panel(parent)
    , m_title(new QLabel(this))
    , m_view(new QTreeView(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 2, 4, 2);
    layout->addWidget(m_title);
    layout->addWidget(m_view);
    m_title->setWordWrap(true);
    m_view->setModel(&m_model);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setAccessibleName(tr("Fields of the selected object"));
    setFocusProxy(m_view);
    const int letter = fontMetrics().averageCharWidth();
    m_view->header()->resizeSection(FieldModel::Name, letter * 34);
    m_view->header()->resizeSection(FieldModel::Value, letter * 50);
    connect(m_view, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        if (m_session != nullptr) {
            m_session->focus.choose(
                m_session->focus.object(), index.data(FieldModel::FieldRole).toUInt());
        }
    });
    connect(m_view, &QTreeView::activated, this, &ObjectPanel::lastChange);
}

void ObjectPanel::setSession(Session* session)
{
    if (m_session != nullptr) {
        disconnect(&m_session->document, nullptr, this, nullptr);
        disconnect(&m_session->focus, nullptr, this, nullptr);
    }
    m_session = session;
    if (session != nullptr) {
        connect(&session->document, &TraceDocument::stateChanged, this, &ObjectPanel::refresh);
        connect(&session->document, &TraceDocument::grew, this, &ObjectPanel::refresh);
        connect(&session->focus, &Focus::moved, this, &ObjectPanel::refresh);
        connect(&session->focus, &Focus::chosen, this, &ObjectPanel::refresh);
    }
    refresh();
}

void ObjectPanel::refresh()
{
    const bool ready = m_session != nullptr && m_session->document.isReady();
    const trace::ObjectId object = ready ? m_session->focus.object() : 0;
    if (object == 0) {
        m_model.show(nullptr, 0, 0);
        m_title->setText(tr("Click a call or an event that is about an object."));
        return;
    }
    const Seq seq = m_session->focus.seq();
    const trace::StringId field = m_session->focus.field();
    m_model.show(&m_session->document, object, seq);
    const Lifetime* life = m_session->document.index()->lifetimeOf(object);
    QString text = texts::object(m_session->document.reader(), object);
    if (life != nullptr) {
        text += QStringLiteral("   ")
            + (seq < life->birth ? tr("not born yet: #%1").arg(life->birth)
                   : life->death != 0 && seq >= life->death ? tr("dead since #%1").arg(life->death)
                   : life->death != 0 ? tr("born #%1, dies #%2").arg(life->birth).arg(life->death)
                                      : tr("born #%1, alive at the end").arg(life->birth));
    }
    m_title->setText(text);
    for (int row = 0; field != 0 && row < m_model.rowCount(); ++row) {
        if (m_model.index(row, 0).data(FieldModel::FieldRole).toUInt() == field) {
            m_view->setCurrentIndex(m_model.index(row, 0)); // the selection survives the step
        }
    }
}

void ObjectPanel::lastChange()
{
    const QModelIndex index = m_view->currentIndex();
    if (m_session == nullptr || !index.isValid()) {
        return;
    }
    const trace::ObjectId target = index.data(FieldModel::ObjectRole).toUInt();
    if (target != 0 && index.column() == FieldModel::Value) {
        m_session->focus.choose(target);
        return;
    }
    const trace::StringId field = index.data(FieldModel::FieldRole).toUInt();
    // From just behind: a change by the current event itself counts as the last one.
    const Seq to = field == 0 ? 0
                              : step::toChange(
                                  m_session->document, m_session->focus.seq() + 1,
                                  m_session->focus.object(), field, Direction::Backward);
    if (to != 0) {
        m_session->focus.goTo(to);
    } else {
        Q_EMIT said(tr("No change of it is recorded before this event."));
    }
}

} // namespace rdrlab::gui
