#include "gui/app/notepanel.h"

#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QShortcut>
#include <QTreeView>
#include <QVBoxLayout>

namespace rdrlab::gui {

NotePanel::NotePanel(QWidget* parent)
    : Panel(parent)
    , m_bookmarkView(new QTreeView(this))
    , m_breakpointView(new QTreeView(this))
    , m_condition(new QLineEdit(this))
    , m_answer(new QLabel(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(4, 4, 4, 4);
    auto* left = new QVBoxLayout;
    auto* right = new QVBoxLayout;
    layout->addLayout(left, 1);
    layout->addLayout(right, 1);
    // Two texts side by side: without breaking lines they would make the window wider than a
    // projector.
    const auto heading = [this](const QString& text) {
        auto* label = new QLabel(text, this);
        label->setWordWrap(true);
        return label;
    };
    left->addWidget(heading(tr("Bookmarks (B sets one; double-click a note to write it)")));
    left->addWidget(m_bookmarkView);
    right->addWidget(heading(tr("Breakpoints (F5 runs to the next one, Shift+F5 back)")));
    right->addWidget(m_breakpointView);
    right->addWidget(m_condition);
    right->addWidget(m_answer);
    m_bookmarkView->setModel(&m_bookmarks);
    m_bookmarkView->setRootIsDecorated(false);
    m_bookmarkView->setAccessibleName(tr("Bookmarks"));
    m_bookmarkView->header()->resizeSection(0, fontMetrics().averageCharWidth() * 12);
    m_breakpointView->setModel(&m_breakpoints);
    m_breakpointView->setRootIsDecorated(false);
    m_breakpointView->setAccessibleName(tr("Breakpoints"));
    m_condition->setPlaceholderText(
        tr("new condition: routine == MRxCreate, object ~ FCB, failed …"));
    m_condition->setAccessibleName(tr("New breakpoint"));
    m_answer->setWordWrap(true);
    m_answer->hide();
    connect(m_condition, &QLineEdit::returnPressed, this, &NotePanel::addBreakpoint);
    connect(
        m_bookmarkView->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex& current) {
            if (m_session != nullptr && current.isValid()) {
                m_session->focus.goTo(current.siblingAtColumn(0).data().toULongLong());
            }
        });
    const auto onDelete = [](QTreeView* view, auto run) {
        auto* shortcut = new QShortcut(QKeySequence::Delete, view);
        shortcut->setContext(Qt::WidgetShortcut);
        QObject::connect(shortcut, &QShortcut::activated, view, run);
    };
    onDelete(m_bookmarkView, [this] {
        const QModelIndex current = m_bookmarkView->currentIndex();
        if (m_session != nullptr && current.isValid()) {
            m_session->notes.removeBookmark(current.siblingAtColumn(0).data().toULongLong());
        }
    });
    onDelete(m_breakpointView, [this] {
        if (m_session != nullptr && m_breakpointView->currentIndex().isValid()) {
            m_session->notes.removeBreakpoint(std::size_t(m_breakpointView->currentIndex().row()));
        }
    });
}

void NotePanel::setSession(Session* session)
{
    m_session = session;
    m_bookmarks.setNotes(session != nullptr ? &session->notes : nullptr);
    m_breakpoints.setNotes(session != nullptr ? &session->notes : nullptr);
    m_condition->setEnabled(session != nullptr);
}

void NotePanel::addBreakpoint()
{
    if (m_session == nullptr) {
        return;
    }
    const QString error = m_session->notes.addBreakpoint(m_condition->text());
    m_answer->setVisible(!error.isEmpty());
    m_answer->setText(error.isEmpty() ? QString() : QStringLiteral("✖ ") + error);
    if (error.isEmpty()) {
        m_condition->clear();
    }
}

} // namespace rdrlab::gui
