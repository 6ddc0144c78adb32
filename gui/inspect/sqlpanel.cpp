#include "gui/inspect/sqlpanel.h"

#include "gui/inspect/sqleditor.h"
#include "gui/inspect/tables.h"
#include "gui/themes/icons.h"

#include <QDockWidget>
#include <QFileDialog>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QMenu>
#include <QSaveFile>
#include <QSettings>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace rdrlab::gui {

namespace {

constexpr qsizetype kStatementsKept = 50;
constexpr int kWidestColumn = 50; // letters
constexpr int kRowsMeasured = 100; // for the width of columns

QString historyKey()
{
    return QStringLiteral("sql/history");
}

// A statement on one line of a menu.
QString shortened(const QString& statement)
{
    constexpr qsizetype kLongest = 70;
    QString line = statement.simplified();
    line.replace(QLatin1Char('&'), QLatin1String("&&"));
    return line.size() > kLongest ? line.left(kLongest) + QStringLiteral(" …") : line;
}

} // namespace

SqlPanel::SqlPanel(QWidget* parent)
    : Panel(parent)
    , m_sorted(new QSortFilterProxyModel(this))
    , m_editor(new SqlEditor(this))
    , m_table(new QTableView(this))
    , m_splitter(new QSplitter(Qt::Horizontal, this))
    , m_run(new QToolButton(this))
    , m_cancel(new QToolButton(this))
    , m_lane(new QToolButton(this))
    , m_csv(new QToolButton(this))
    , m_answer(new QLabel(this))
    , m_tables(new QMenu(this))
    , m_history(new QMenu(this))
    , m_lanes(new QMenu(this))
    , m_laneMaker(this)
    , m_background(this)
{
    buildViews();
    buildMenus();
    m_statements = QSettings().value(historyKey()).toStringList();
    m_place = m_statements.size();
    setStatement(
        m_statements.isEmpty() ? QString::fromStdString(trace::workedQueries().front().sql)
                               : m_statements.last());
    show(nullptr);
}

void SqlPanel::buildViews()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(4, 2, 4, 2);
    bar->setObjectName(QStringLiteral("bar"));
    layout->addLayout(bar);
    layout->addWidget(m_splitter, 1);
    // While the editor is still the panel's first child: the panel takes its place in the order of
    // Tab before that one, and behind the table Tab would come back to the editor for ever.
    setFocusProxy(m_editor);
    m_splitter->addWidget(m_editor);
    m_splitter->addWidget(m_table);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setStretchFactor(0, 2);
    m_splitter->setStretchFactor(1, 3);
    m_editor->setAccessibleName(tr("SQL statement"));
    m_editor->setPlaceholderText(tr("SELECT … – Ctrl+Enter runs it, Ctrl+Space completes"));
    m_editor->setFrameShape(QFrame::NoFrame);
    connect(m_editor, &SqlEditor::run, this, &SqlPanel::run);
    connect(m_editor, &SqlEditor::wantsOlder, this, [this] { walk(-1); });
    connect(m_editor, &SqlEditor::wantsNewer, this, [this] { walk(1); });
    m_sorted->setSourceModel(&m_model);
    m_sorted->setSortRole(SqlModel::SortRole);
    m_table->setModel(m_sorted);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(-1, Qt::AscendingOrder); // as the statement says
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setTabKeyNavigation(false);
    m_table->setAccessibleName(tr("Answer to the SQL statement"));
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setMinimumSectionSize(4);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 2);
    m_table->horizontalHeader()->setResizeContentsPrecision(kRowsMeasured);
    m_table->horizontalHeader()->setHighlightSections(false);
    tables::makeCopyable(m_table);
    connect(m_table, &QTableView::clicked, this, &SqlPanel::follow);
    connect(m_table, &QTableView::activated, this, &SqlPanel::follow);
}

void SqlPanel::buildMenus()
{
    auto* bar = findChild<QHBoxLayout*>(QStringLiteral("bar"));
    const auto button = [&](QToolButton* made, const QString& text, const QString& tip) {
        made->setText(text);
        made->setToolTip(tip);
        made->setAccessibleDescription(tip);
        bar->addWidget(made);
        return made;
    };
    const auto menuButton = [&](const QString& text, const QString& tip, QMenu* menu) {
        QToolButton* made = button(new QToolButton(this), text, tip);
        made->setPopupMode(QToolButton::InstantPopup);
        made->setMenu(menu);
    };
    button(m_run, tr("Run"), tr("Runs the statement (Ctrl+Enter)"));
    m_run->setIcon(icon(Glyph::Play));
    m_run->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button(m_cancel, tr("Cancel"), tr("Stops the statement"));
    m_cancel->hide();
    auto* examples = new QMenu(this);
    examples->setToolTipsVisible(true);
    for (const trace::WorkedQuery& query : trace::workedQueries()) {
        const QString statement = QString::fromStdString(query.sql);
        QString title = titleOf(query);
        title.replace(QLatin1Char('&'), QLatin1String("&&"));
        QAction* action = examples->addAction(title, this, [this, statement] {
            setStatement(statement);
            run();
        });
        action->setToolTip(statement);
    }
    menuButton(tr("Examples"), tr("Worked queries, from the page about the trace file"), examples);
    menuButton(
        tr("Tables"), tr("Tables, views and their columns: a click writes the name"), m_tables);
    menuButton(tr("History"), tr("What was run before (Alt+Up, Alt+Down)"), m_history);
    bar->addWidget(m_answer, 1);
    m_answer->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_answer->setMinimumWidth(40);
    m_answer->setWordWrap(true);
    button(m_lane, tr("Lane"), tr("Marks the events of the answer in the timeline"));
    m_lane->setPopupMode(QToolButton::MenuButtonPopup);
    m_lane->setMenu(m_lanes);
    button(m_csv, tr("CSV"), tr("Writes the answer into a file"));
    connect(m_run, &QToolButton::clicked, this, &SqlPanel::run);
    connect(m_cancel, &QToolButton::clicked, this, [this] {
        m_background.cancel();
        m_cancel->hide();
        m_answer->setText(tr("cancelled"));
    });
    connect(m_tables, &QMenu::aboutToShow, this, &SqlPanel::fillTables);
    connect(m_history, &QMenu::aboutToShow, this, &SqlPanel::fillHistory);
    connect(m_lanes, &QMenu::aboutToShow, this, &SqlPanel::fillLanes);
    connect(m_lane, &QToolButton::clicked, this, [this] {
        bool isWanted = false;
        const QString title = QInputDialog::getText(
            this, tr("Mark in the timeline"), tr("Title of the lane:"), QLineEdit::Normal,
            tr("query %1").arg(m_session != nullptr ? m_session->lanes.all().size() + 1 : 1),
            &isWanted);
        if (isWanted && !saveAsLane(title)) {
            Q_EMIT said(
                tr("No column of the answer numbers events: select seq, or the id of calls."));
        }
    });
    connect(m_csv, &QToolButton::clicked, this, [this] {
        const QString path = QFileDialog::getSaveFileName(
            this, tr("Save the answer"), QStringLiteral("answer.csv"), tr("CSV (*.csv)"));
        if (!path.isEmpty()) {
            const QString problem = saveCsv(path);
            Q_EMIT said(problem.isEmpty() ? tr("Written: %1").arg(path) : problem);
        }
    });
}

void SqlPanel::setSession(Session* session)
{
    m_background.cancel();
    m_laneMaker.cancel();
    if (m_session != nullptr) {
        disconnect(&m_session->document, nullptr, this, nullptr);
    }
    m_session = session;
    m_knowsWords = false;
    show(nullptr);
    if (session != nullptr) {
        connect(&session->document, &TraceDocument::stateChanged, this, [this] {
            m_knowsWords = false;
            show(nullptr);
            learnWords();
        });
        connect(&session->document, &TraceDocument::grew, this, [this] {
            m_model.setReader(&m_session->document.reader()); // the answer stays as it was
        });
    }
    learnWords();
}

void SqlPanel::seen()
{
    learnWords();
}

void SqlPanel::resizeEvent(QResizeEvent* event)
{
    Panel::resizeEvent(event);
    m_splitter->setOrientation(width() > height() ? Qt::Horizontal : Qt::Vertical);
}

void SqlPanel::learnWords()
{
    if (m_knowsWords || !isSeen() || m_session == nullptr || !m_session->document.isReady()) {
        return;
    }
    m_knowsWords = true;
    m_editor->setWords(wordsOf(m_session->document.reader()).all());
}

void SqlPanel::setStatement(const QString& statement)
{
    m_editor->setPlainText(statement);
    QTextCursor cursor = m_editor->textCursor();
    cursor.movePosition(QTextCursor::End);
    m_editor->setTextCursor(cursor);
}

void SqlPanel::run()
{
    const QString statement = m_editor->toPlainText().trimmed();
    if (m_session == nullptr || !m_session->document.isReady()) {
        m_answer->setText(tr("Open a trace first."));
        return;
    }
    if (statement.isEmpty()) {
        m_answer->setText(tr("Type a statement, or take one of the examples."));
        return;
    }
    remember(statement);
    m_answer->setText(tr("running …"));
    m_cancel->show();
    const auto answer = std::make_shared<std::shared_ptr<const SqlAnswer>>();
    m_background.start(
        [answer, statement,
         path = m_session->document.path().toStdString()](Background::Control& control) {
            std::string error;
            if (const auto reader = trace::Reader::open(path, error)) {
                *answer = runStatement(*reader, statement, &control.cancelled());
            } else {
                auto failed = std::make_shared<SqlAnswer>();
                failed->problem = QString::fromStdString(error);
                *answer = failed;
            }
        },
        [this, answer] { show(*answer); });
}

void SqlPanel::show(std::shared_ptr<const SqlAnswer> answer)
{
    const bool isReady = m_session != nullptr && m_session->document.isReady();
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    m_model.show(isReady ? &m_session->document.reader() : nullptr, answer);
    m_cancel->hide();
    m_run->setEnabled(isReady);
    m_csv->setEnabled(m_model.columnCount() != 0);
    m_lane->setEnabled(laneColumn() >= 0 || (isReady && !m_session->lanes.all().empty()));
    if (answer == nullptr) {
        m_answer->setText(
            isReady ? tr("Ctrl+Enter runs the statement.") : tr("Open a trace to ask it."));
        return;
    }
    m_table->resizeColumnsToContents();
    const int widest = fontMetrics().averageCharWidth() * kWidestColumn;
    for (int column = 0; column < m_model.columnCount(); ++column) {
        m_table->setColumnWidth(column, std::min(m_table->columnWidth(column), widest));
    }
    const QString rows = tr("%n row(s)", "", m_model.rowCount())
        + tr(", %1 ms").arg(QLocale().toString(answer->milliseconds));
    m_answer->setText(
        answer->problem.isEmpty()     ? rows
            : m_model.rowCount() == 0 ? QStringLiteral("✖ ") + answer->problem
                                      : QStringLiteral("▲ %1; %2").arg(rows, answer->problem));
    m_answer->setToolTip(answer->problem);
}

void SqlPanel::follow(const QModelIndex& index)
{
    if (m_session == nullptr || !index.isValid()) {
        return;
    }
    // The cell that was clicked, else the first one of its row that leads somewhere.
    const auto goBy = [this](const QModelIndex& cell) {
        const Seq seq = cell.data(SqlModel::SeqRole).toULongLong();
        const trace::ObjectId object = cell.data(SqlModel::ObjectRole).toUInt();
        if (seq != 0) {
            m_session->focus.goTo(seq);
        } else if (object != 0) {
            m_session->focus.choose(object);
        }
        return seq != 0 || object != 0;
    };
    if (goBy(index)) {
        return;
    }
    for (int column = 0; column < m_model.columnCount(); ++column) {
        if (goBy(index.siblingAtColumn(column))) {
            return;
        }
    }
}

void SqlPanel::remember(const QString& statement)
{
    m_statements.removeAll(statement);
    m_statements.append(statement);
    while (m_statements.size() > kStatementsKept) {
        m_statements.removeFirst();
    }
    m_place = m_statements.size();
    QSettings().setValue(historyKey(), m_statements);
}

void SqlPanel::walk(int by)
{
    const qsizetype to = m_place + by;
    if (to >= 0 && to < m_statements.size()) {
        m_place = to;
        setStatement(m_statements[to]);
    }
}

void SqlPanel::insertWord(const QString& word)
{
    m_editor->insertPlainText(word);
    m_editor->setFocus();
}

void SqlPanel::fillTables()
{
    m_tables->clear();
    if (m_session == nullptr || !m_session->document.isReady()) {
        m_tables->addAction(tr("Open a trace first."))->setEnabled(false);
        return;
    }
    for (const auto& [table, columns] : wordsOf(m_session->document.reader()).tables) {
        QMenu* menu = m_tables->addMenu(table);
        menu->addAction(tr("Show the first rows"), this, [this, name = table] {
            setStatement(QStringLiteral("SELECT * FROM %1 LIMIT 100;").arg(name));
            run();
        });
        menu->addAction(table, this, [this, name = table] { insertWord(name); });
        menu->addSeparator();
        for (const QString& column : columns) {
            menu->addAction(column, this, [this, column] { insertWord(column); });
        }
    }
}

void SqlPanel::fillHistory()
{
    m_history->clear();
    for (qsizetype i = m_statements.size(); i-- > 0;) {
        m_history->addAction(shortened(m_statements[i]), this, [this, i] {
            if (i < m_statements.size()) {
                setStatement(m_statements[i]);
            }
        });
    }
    if (m_history->isEmpty()) {
        m_history->addAction(tr("None yet"))->setEnabled(false);
    } else {
        m_history->addSeparator();
        m_history->addAction(tr("Forget all"), this, [this] {
            m_statements.clear();
            m_place = 0;
            QSettings().remove(historyKey());
        });
    }
}

void SqlPanel::fillLanes()
{
    m_lanes->clear();
    if (m_session == nullptr || m_session->lanes.all().empty()) {
        m_lanes->addAction(tr("No lane yet"))->setEnabled(false);
        return;
    }
    for (std::size_t i = 0; i < m_session->lanes.all().size(); ++i) {
        m_lanes->addAction(tr("Remove “%1”").arg(m_session->lanes.all()[i].title), this, [this, i] {
            m_session->lanes.remove(i);
        });
    }
}

// The column somebody stands in, if it numbers events, else the first that does.
int SqlPanel::laneColumn() const
{
    const SqlAnswer* answer = m_model.answer();
    if (answer == nullptr) {
        return -1;
    }
    const int current = m_table->currentIndex().column();
    const bool isEvents = current >= 0 && std::size_t(current) < answer->meanings.size()
        && answer->meanings[std::size_t(current)] == SqlAnswer::Meaning::Event;
    return isEvents ? current : answer->eventColumn();
}

bool SqlPanel::saveAsLane(const QString& title)
{
    const int column = laneColumn();
    const std::vector<Seq> events
        = column >= 0 ? m_model.answer()->eventsOf(column) : std::vector<Seq> {};
    if (events.empty() || m_session == nullptr || !m_session->document.isReady()) {
        return false;
    }
    SavedLane lane;
    lane.title = title.trimmed().isEmpty() ? tr("query") : title.trimmed();
    lane.explanation = m_model.answer()->statement;
    const auto marks = std::make_shared<std::shared_ptr<const std::vector<Mark>>>();
    m_laneMaker.start(
        [marks, events,
         path = m_session->document.path().toStdString()](Background::Control& control) {
            std::string error;
            if (const auto reader = trace::Reader::open(path, error)) {
                *marks = marksOf(*reader, events, [&] { return control.isCancelled(); });
            }
        },
        [this, marks, lane]() mutable {
            lane.marks = *marks;
            if (m_session != nullptr) {
                m_session->lanes.add(lane);
                m_lane->setEnabled(true);
                Q_EMIT said(tr("Lane “%1” stands on top of the timeline.").arg(lane.title));
            }
        });
    return true;
}

QString SqlPanel::saveCsv(const QString& path)
{
    QSaveFile file(path);
    const QByteArray csv = tables::toCsv(*m_sorted);
    const bool good
        = file.open(QIODevice::WriteOnly) && file.write(csv) == csv.size() && file.commit();
    return good ? QString() : tr("%1 cannot be written: %2").arg(path, file.errorString());
}

void SqlPanel::addActions(Actions& actions)
{
    actions.add(
        QStringLiteral("sql.focus"), tr("Search"), tr("Ask in &SQL…"),
        tr("A statement over the tables of the trace; its events can become a lane."),
        { QKeySequence(QStringLiteral("Ctrl+Shift+Q")) }, [this] {
            if (auto* dock = qobject_cast<QDockWidget*>(parentWidget())) {
                dock->show();
                dock->raise();
            }
            m_editor->setFocus();
        });
}

} // namespace rdrlab::gui
