#include "gui/app/eventpanel.h"

#include "gui/models/eventcsv.h"
#include "gui/models/texts.h"
#include "gui/themes/celldelegate.h"
#include "gui/timeline/lanepainter.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QStringListModel>
#include <QToolButton>
#include <QVBoxLayout>
#include <set>

namespace rdrlab::gui {

EventPanel::EventPanel(QWidget* parent)
    : Panel(parent)
    , m_view(new QTableView(this))
    , m_filter(new QLineEdit(this))
    , m_answer(new QLabel(this))
    , m_progress(new QProgressBar(this))
    , m_stop(new QToolButton(this))
    , m_completer(new QCompleter(this))
    , m_search(this)
    , m_writer(this)
    , m_background(this)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(4, 2, 4, 2);
    bar->addWidget(m_filter, 1);
    bar->addWidget(m_answer);
    bar->addWidget(m_progress);
    bar->addWidget(m_stop);
    m_progress->setRange(0, 1000);
    m_progress->setMaximumWidth(fontMetrics().averageCharWidth() * 20);
    m_progress->setAccessibleName(tr("Progress"));
    m_stop->setText(tr("Cancel"));
    m_stop->setToolTip(tr("Stops the filter or the writing."));
    connect(m_stop, &QToolButton::clicked, this, [this] {
        m_background.cancel();
        m_writer.cancel();
    });
    for (Background* work : { &m_background, &m_writer }) {
        connect(work, &Background::progressed, m_progress, &QProgressBar::setValue);
        connect(work, &Background::finished, this, &EventPanel::showWork);
    }
    showWork();
    layout->addLayout(bar);
    layout->addWidget(m_view);
    m_filter->setPlaceholderText(tr("filter: words, or layer == mrx && status != STATUS_SUCCESS, "
                                    "object ~ FCB, time > 2ms, failed"));
    m_filter->setAccessibleName(tr("Filter of the event table"));
    m_filter->setClearButtonEnabled(true);
    m_completer->setCaseSensitivity(Qt::CaseInsensitive);
    m_completer->setWidget(m_filter);
    connect(m_filter, &QLineEdit::textEdited, this, &EventPanel::typed);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        showValidity();
        if (text.isEmpty()) {
            applyFilter();
        }
    });
    connect(m_filter, &QLineEdit::returnPressed, this, &EventPanel::applyFilter);
    connect(
        m_completer, qOverload<const QString&>(&QCompleter::activated), this,
        &EventPanel::complete);
    connect(&Themes::instance(), &Themes::changed, this, &EventPanel::showValidity);
    setFocusProxy(m_view);
    m_view->setModel(&m_model);
    m_view->setItemDelegate(new CellDelegate(m_view));
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
    const int widths[] = { 6, 11, 14, 7, 9, 20, 24, 19 };
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
        disconnect(m_session, nullptr, this, nullptr);
        disconnect(&m_session->document, nullptr, this, nullptr);
        disconnect(&m_session->focus, nullptr, this, nullptr);
    }
    m_session = session;
    sessionReady();
    if (session != nullptr) {
        connect(&session->document, &TraceDocument::stateChanged, this, &EventPanel::sessionReady);
        connect(&session->focus, &Focus::moved, this, &EventPanel::follow);
        connect(session, &Session::eventsWanted, this, &EventPanel::setFilter);
        // Behind the model, which learns of new rows by the same signal.
        connect(
            &session->document, &TraceDocument::grew, this, &EventPanel::follow,
            Qt::QueuedConnection);
    }
}

void EventPanel::sessionReady()
{
    m_background.cancel();
    m_search.cancel();
    m_following = true;
    const bool ready = m_session != nullptr && m_session->document.isReady();
    m_model.setDocument(ready ? &m_session->document : nullptr);
    m_following = false;
    m_words = Filter::words();
    if (ready) {
        // What the calls of this trace are named and how they ended; a bounded number.
        constexpr std::size_t kNames = 2000;
        std::set<trace::StringId> routines;
        std::set<std::int32_t> statuses;
        for (const Call& call : m_session->document.index()->calls) {
            if (routines.size() < kNames) {
                routines.insert(call.routine);
            }
            if (statuses.size() < kNames) {
                statuses.insert(call.status);
            }
        }
        for (const trace::StringId routine : routines) {
            m_words += texts::foreign(m_session->document.reader().string(routine));
        }
        for (const std::int32_t status : statuses) {
            m_words += texts::status(status);
        }
        m_words.sort();
    }
    m_completer->setModel(new QStringListModel(m_words, m_completer));
    showValidity();
    if (ready && !m_filter->text().isEmpty()) {
        applyFilter();
    }
    follow();
}

namespace {

// The word that is being typed: from the last blank, bracket or sign on.
qsizetype beginOfLastWord(const QString& text)
{
    qsizetype at = text.size();
    while (at > 0 && (text[at - 1].isLetterOrNumber() || text[at - 1] == QLatin1Char('_'))) {
        --at;
    }
    return at;
}

} // namespace

void EventPanel::typed(const QString& expression)
{
    const QString word = expression.mid(beginOfLastWord(expression));
    constexpr qsizetype kLeast = 2;
    if (word.size() < kLeast || m_filter->cursorPosition() != expression.size()) {
        m_completer->popup()->hide();
        return;
    }
    m_completer->setCompletionPrefix(word);
    if (m_completer->completionCount() == 0
        || m_completer->currentCompletion().compare(word, Qt::CaseInsensitive) == 0) {
        m_completer->popup()->hide();
    } else {
        m_completer->complete();
    }
}

void EventPanel::complete(const QString& word)
{
    const QString text = m_filter->text();
    m_filter->setText(text.left(beginOfLastWord(text)) + word + QLatin1Char(' '));
}

void EventPanel::showValidity()
{
    const Filter filter = Filter::parse(m_filter->text());
    QPalette colours = palette();
    if (!filter.isEmpty() || !filter.isValid()) {
        colours.setColor(
            QPalette::Base,
            mixed(filter.isValid() ? theme().added : theme().failed, theme().base, 0.16));
    }
    m_filter->setPalette(colours);
    m_filter->setToolTip(filter.error());
    if (!filter.isValid()) {
        m_answer->setText(QStringLiteral("✖ ") + filter.error());
    } else if (m_background.isRunning()) {
        m_answer->setText(tr("searching …"));
    } else if (m_model.isFiltered()) {
        m_answer->setText(tr("✓ %1 of %2")
                              .arg(m_model.rowCount())
                              .arg(m_session != nullptr ? m_session->document.lastSeq() : 0));
    } else {
        m_answer->setText(filter.isEmpty() ? QString() : tr("✓ press Enter"));
    }
}

QString EventPanel::filter() const
{
    return m_filter->text();
}

void EventPanel::setFilter(const QString& expression)
{
    m_filter->setText(expression);
    applyFilter();
}

QJsonObject EventPanel::state() const
{
    return { { QStringLiteral("filter"), m_filter->text() } };
}

void EventPanel::restore(const QJsonObject& state)
{
    setFilter(state.value(QStringLiteral("filter")).toString());
}

void EventPanel::applyFilter()
{
    m_background.cancel();
    const QString expression = m_filter->text();
    const Filter parsed = Filter::parse(expression);
    if (m_session == nullptr || !m_session->document.isReady() || !parsed.isValid()) {
        return;
    }
    if (parsed.isEmpty()) {
        m_following = true;
        m_model.clearRows();
        m_following = false;
        Q_EMIT filterApplied();
        showValidity();
        follow();
        return;
    }
    const auto rows = std::make_shared<std::vector<Seq>>();
    m_background.start(
        [rows, expression, path = m_session->document.path()](Background::Control& control) {
            if (const auto search = TraceSearch::open(path, expression)) {
                *rows = search->all([&](std::uint64_t done, std::uint64_t total) {
                    control.tell(done, total);
                    return !control.isCancelled();
                });
            }
        },
        [this, rows] {
            m_following = true;
            m_model.setRows(std::move(*rows));
            m_following = false;
            Q_EMIT filterApplied();
            showValidity();
            follow();
        });
    showWork();
}

void EventPanel::find(bool forward)
{
    const QString expression = m_filter->text();
    if (m_session == nullptr || !m_session->document.isReady()
        || !Filter::parse(expression).isValid() || Filter::parse(expression).isEmpty()) {
        Q_EMIT said(tr("Type what to search for into the filter first."));
        return;
    }
    m_session->runTo(expression, forward, m_search, [this](Seq) {
        Q_EMIT said(tr("No further match in that direction."));
    });
}

void EventPanel::addActions(Actions& actions)
{
    const QString category = tr("Search");
    actions.add(
        QStringLiteral("find.focus"), category, tr("&Filter the event table…"),
        tr("Go to the filter; F1 lists its words."),
        { QKeySequence(QStringLiteral("/")), QKeySequence::Find }, [this] {
            m_filter->setFocus();
            m_filter->selectAll();
        });
    actions.add(
        QStringLiteral("find.next"), category, tr("&Next match"),
        tr("To the next event that the filter matches."),
        { QKeySequence(QStringLiteral("N")), QKeySequence(QStringLiteral("F3")) },
        [this] { find(true); });
    actions.add(
        QStringLiteral("find.previous"), category, tr("&Previous match"),
        tr("To the last event before that the filter matches."),
        { QKeySequence(QStringLiteral("Shift+N")), QKeySequence(QStringLiteral("Shift+F3")) },
        [this] { find(false); });
    actions.add(
        QStringLiteral("find.csv"), category, tr("Save the events shown as &CSV…"),
        tr("Writes the table, as filtered, into a file."), {}, [this] { saveCsv(); });
}

void EventPanel::saveCsv()
{
    const QString path
        = QFileDialog::getSaveFileName(this, tr("Save events"), {}, tr("CSV (*.csv)"));
    if (path.isEmpty()) {
        return;
    }
    writeCsv(path);
}

void EventPanel::writeCsv(const QString& path)
{
    if (m_session == nullptr || !m_session->document.isReady()) {
        return;
    }
    const auto rows
        = m_model.isFiltered() ? std::make_shared<const std::vector<Seq>>(m_model.rows()) : nullptr;
    const auto problem = std::make_shared<QString>();
    m_writer.start(
        [=, trace = m_session->document.path()](Background::Control& control) {
            *problem = writeEventsCsv(trace, rows, path, control);
        },
        [this, problem, path, count = m_model.rowCount()] {
            Q_EMIT said(
                problem->isEmpty() ? tr("%n event(s) written to %1", nullptr, count).arg(path)
                                   : *problem);
        });
    showWork();
}

void EventPanel::showWork()
{
    const bool isBusy = m_background.isRunning() || m_writer.isRunning();
    m_progress->setVisible(isBusy);
    m_stop->setVisible(isBusy);
    if (!isBusy) {
        m_progress->setValue(0);
    }
    showValidity();
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
