#include "gui/inspect/objectpanel.h"

#include "gui/inspect/historychart.h"
#include "gui/inspect/ledgerchart.h"
#include "gui/inspect/tables.h"
#include "gui/models/stepper.h"
#include "gui/models/texts.h"

#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QSplitter>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace rdrlab::gui {

ObjectPanel::ObjectPanel(QWidget* parent)
    : Panel(parent)
    , m_title(new QLabel(this))
    , m_view(new QTreeView(this))
    , m_splitter(new QSplitter(Qt::Horizontal, this))
    , m_tabs(new QTabWidget(this))
    , m_history(new HistoryChart(m_tabs))
    , m_changes(new QTreeView(m_tabs))
    , m_references(new LedgerChart(m_tabs))
    , m_book(new QTreeView(m_tabs))
    , m_progress(new QProgressBar(this))
    , m_cancel(new QToolButton(this))
    , m_readHistory(this)
    , m_readBook(this)
{
    buildViews();
    connectViews();
}

void ObjectPanel::buildViews()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 2, 4, 2);
    auto* bar = new QHBoxLayout;
    bar->addWidget(m_title, 1);
    bar->addWidget(m_progress);
    bar->addWidget(m_cancel);
    layout->addLayout(bar);
    layout->addWidget(m_splitter, 1);
    m_splitter->addWidget(m_view);
    m_splitter->addWidget(m_tabs);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setStretchFactor(0, 4);
    m_splitter->setStretchFactor(1, 5);
    m_title->setWordWrap(true);
    m_progress->setRange(0, 1000);
    m_progress->setMaximumWidth(140);
    m_progress->setAccessibleName(tr("Reading the references"));
    m_cancel->setText(tr("Cancel"));
    m_progress->hide();
    m_cancel->hide();
    m_view->setModel(&m_model);
    tables::prepare(m_view, tr("Fields of the selected object"));
    setFocusProxy(m_view);
    const int letter = fontMetrics().averageCharWidth();
    m_view->header()->resizeSection(FieldModel::Name, letter * 26);
    m_view->header()->resizeSection(FieldModel::Value, letter * 30);
    m_changes->setModel(&m_historyModel);
    tables::prepare(m_changes, tr("Changes of the chosen field"));
    m_changes->header()->resizeSection(HistoryModel::Number, letter * 9);
    m_changes->header()->resizeSection(HistoryModel::Time, letter * 14);
    m_changes->header()->resizeSection(HistoryModel::Value, letter * 26);
    m_book->setModel(&m_ledgerModel);
    tables::prepare(m_book, tr("References taken and given back"));
    m_book->header()->resizeSection(LedgerModel::Taken, letter * 9);
    m_book->header()->resizeSection(LedgerModel::Reason, letter * 16);
    m_book->header()->resizeSection(LedgerModel::TakenBy, letter * 22);
    m_book->header()->resizeSection(LedgerModel::Returned, letter * 15);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_history, tr("History"));
    m_tabs->addTab(m_changes, tr("Changes"));
    m_tabs->addTab(m_references, tr("References"));
    m_tabs->addTab(m_book, tr("Ledger"));
    m_tabs->setTabToolTip(HistoryTab, tr("The values of the chosen field over events"));
    m_tabs->setTabToolTip(ChangesTab, tr("The same as a table"));
    m_tabs->setTabToolTip(ReferencesTab, tr("Who took references on the object, and until when"));
    m_tabs->setTabToolTip(BookTab, tr("The same as a table"));
    m_tabs->setAccessibleName(tr("Views of the selected object"));
    m_tabs->tabBar()->setAccessibleName(tr("Views of the selected object"));
    m_history->setHint(tr("Click a field to see its values over time."));
    m_references->setHint(tr("No references of this object are recorded."));
}

void ObjectPanel::connectViews()
{
    connect(m_view, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        if (m_session == nullptr) {
            return;
        }
        const trace::StringId field = index.data(FieldModel::FieldRole).toUInt();
        m_session->focus.choose(m_session->focus.object(), field);
        if (m_tabs->currentIndex() >= ReferencesTab && field != 0) {
            m_tabs->setCurrentIndex(HistoryTab);
        } else if (field == 0 && m_tabs->currentIndex() < ReferencesTab) {
            m_tabs->setCurrentIndex(ReferencesTab); // the row of the reference count
        }
    });
    connect(m_view, &QTreeView::activated, this, &ObjectPanel::lastChange);
    connect(m_tabs, &QTabWidget::currentChanged, this, &ObjectPanel::refresh);
    connect(m_history, &Chart::wanted, this, &ObjectPanel::goTo);
    connect(m_references, &Chart::wanted, this, &ObjectPanel::goTo);
    for (QTreeView* view : { m_changes, m_book }) {
        connect(
            view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& current) {
                if (current.isValid() && !m_isFollowing) {
                    goTo(current.data(HistoryModel::SeqRole).toULongLong());
                }
            });
    }
    connect(m_cancel, &QToolButton::clicked, this, [this] {
        m_readBook.cancel();
        m_references->setHint(tr("Cancelled. Choose the object again to read its references."));
    });
    connect(&m_readBook, &Background::progressed, this, [this](int permille) {
        m_progress->setVisible(m_readBook.isRunning());
        m_cancel->setVisible(m_readBook.isRunning());
        m_progress->setValue(permille);
    });
    connect(&m_readBook, &Background::finished, this, [this] {
        m_progress->hide();
        m_cancel->hide();
    });
}

void ObjectPanel::setSession(Session* session)
{
    m_readHistory.cancel();
    m_readBook.cancel();
    if (m_session != nullptr) {
        disconnect(&m_session->document, nullptr, this, nullptr);
        disconnect(&m_session->focus, nullptr, this, nullptr);
    }
    m_session = session;
    forget();
    m_history->setPlace(
        session != nullptr ? &session->document : nullptr,
        session != nullptr ? &session->focus : nullptr);
    m_references->setPlace(
        session != nullptr ? &session->document : nullptr,
        session != nullptr ? &session->focus : nullptr);
    if (session != nullptr) {
        const auto readAgain = [this] {
            forget();
            refresh();
        };
        connect(&session->document, &TraceDocument::stateChanged, this, readAgain);
        connect(&session->document, &TraceDocument::grew, this, readAgain);
        connect(&session->focus, &Focus::moved, this, &ObjectPanel::refresh);
        connect(&session->focus, &Focus::chosen, this, &ObjectPanel::refresh);
    }
    refresh();
}

void ObjectPanel::forget()
{
    m_historyObject = m_bookObject = 0;
    m_historyField = 0;
    m_isFollowing = true;
    m_historyModel.show(nullptr, nullptr);
    m_ledgerModel.show(nullptr, nullptr);
    m_isFollowing = false;
    m_history->show(nullptr);
    m_references->show(nullptr);
}

void ObjectPanel::seen()
{
    refresh();
}

void ObjectPanel::resizeEvent(QResizeEvent* event)
{
    Panel::resizeEvent(event);
    m_splitter->setOrientation(width() > height() ? Qt::Horizontal : Qt::Vertical);
}

void ObjectPanel::refresh()
{
    if (!isSeen()) {
        return;
    }
    const bool ready = m_session != nullptr && m_session->document.isReady();
    const trace::ObjectId object = ready ? m_session->focus.object() : 0;
    if (object == 0) {
        m_model.show(nullptr, 0, 0);
        m_title->setText(tr("Click a call or an event that is about an object."));
        forget();
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
    // Only what is in front is read.
    m_tabs->currentIndex() < ReferencesTab ? refreshHistory() : refreshReferences();
    followInTables();
}

void ObjectPanel::refreshHistory()
{
    const trace::ObjectId object = m_session->focus.object();
    const trace::StringId field = m_session->focus.field();
    if (object == m_historyObject && field == m_historyField) {
        return;
    }
    m_historyObject = object;
    m_historyField = field;
    m_readHistory.cancel();
    const auto take = [this](std::shared_ptr<const FieldHistory> history) {
        m_isFollowing = true;
        m_historyModel.show(
            history != nullptr && m_session != nullptr ? &m_session->document : nullptr, history);
        m_isFollowing = false;
        m_history->show(history);
        if (history != nullptr && history->isCut) {
            Q_EMIT said(
                tr("Only the first %n change(s) are shown.", "", int(FieldHistory::kMostChanges)));
        }
        followInTables();
    };
    if (field == 0) {
        m_history->setHint(tr("Click a field to see its values over time."));
        take(nullptr);
        return;
    }
    m_history->setHint(tr("No change of this field is recorded."));
    const auto history = std::make_shared<std::shared_ptr<const FieldHistory>>();
    m_readHistory.start(
        [=, path = m_session->document.path().toStdString()](Background::Control& control) {
            std::string error;
            if (const auto reader = trace::Reader::open(path, error)) {
                *history
                    = readHistory(*reader, object, field, [&] { return control.isCancelled(); });
            }
        },
        [take, history] { take(*history); });
}

void ObjectPanel::refreshReferences()
{
    const trace::ObjectId object = m_session->focus.object();
    if (object == m_bookObject) {
        return;
    }
    m_bookObject = object;
    m_readBook.cancel();
    m_references->setHint(tr("Reading the references …"));
    m_references->show(nullptr);
    m_isFollowing = true;
    m_ledgerModel.show(nullptr, nullptr);
    m_isFollowing = false;
    const auto book = std::make_shared<std::shared_ptr<const ReferenceBook>>();
    m_readBook.start(
        [=, path = m_session->document.path().toStdString()](Background::Control& control) {
            std::string error;
            if (const auto reader = trace::Reader::open(path, error)) {
                *book
                    = readReferences(*reader, object, [&](std::uint64_t done, std::uint64_t total) {
                          control.tell(done, total);
                          return !control.isCancelled();
                      });
            }
        },
        [this, book] {
            m_references->setHint(tr("No references of this object are recorded."));
            m_isFollowing = true;
            m_ledgerModel.show(
                *book != nullptr && m_session != nullptr ? &m_session->document : nullptr, *book);
            m_isFollowing = false;
            m_references->show(*book);
            followInTables();
        });
}

void ObjectPanel::followInTables()
{
    const int row = m_session != nullptr ? m_historyModel.rowAt(m_session->focus.seq()) : -1;
    if (row >= 0 && m_changes->currentIndex().row() != row) {
        m_isFollowing = true;
        m_changes->setCurrentIndex(m_historyModel.index(row, 0));
        m_changes->scrollTo(m_historyModel.index(row, 0));
        m_isFollowing = false;
    }
}

void ObjectPanel::goTo(Seq seq)
{
    if (m_session != nullptr && seq != 0) {
        m_session->focus.goTo(seq);
    }
}

void ObjectPanel::showTab(Tab tab)
{
    if (auto* dock = qobject_cast<QDockWidget*>(parentWidget())) {
        dock->show();
        dock->raise();
    }
    m_tabs->setCurrentIndex(tab);
    m_tabs->currentWidget()->setFocus();
}

void ObjectPanel::addActions(Actions& actions)
{
    actions.add(
        QStringLiteral("object.history"), tr("View"), tr("&History of the chosen field"),
        tr("The values of the chosen field over events."), { QKeySequence(QStringLiteral("H")) },
        [this] { showTab(HistoryTab); });
    actions.add(
        QStringLiteral("object.references"), tr("View"), tr("&References of the object"),
        tr("Who took references on the selected object, and until when."),
        { QKeySequence(QStringLiteral("Shift+R")) }, [this] { showTab(ReferencesTab); });
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
