// The commands of the window that compares, its menus and its tool bar.
#include "gui/app/commandpalette.h"
#include "gui/app/keysheet.h"
#include "gui/compare/alignedtimelines.h"
#include "gui/compare/alignedview.h"
#include "gui/compare/comparewindow.h"
#include "gui/themes/icons.h"

#include <QActionGroup>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenuBar>
#include <QToolBar>

namespace rdrlab::gui {

namespace {

QKeySequence keys(const char* text)
{
    return QKeySequence(QString::fromLatin1(text));
}

} // namespace

QAction* CompareWindow::action(const char* id) const
{
    QAction* found = m_actions.find(QString::fromLatin1(id));
    Q_ASSERT(found != nullptr);
    return found;
}

void CompareWindow::addCommands()
{
    QString category = tr("Compare");
    const auto add = [&](const char* id, const QString& text, const QString& hint,
                         const QList<QKeySequence>& bound, std::function<void()> run) {
        return m_actions.add(QString::fromLatin1(id), category, text, hint, bound, std::move(run));
    };
    const auto place = [this](bool forward) {
        if (!m_comparison.goToPlace(forward)) {
            say(forward ? tr("No further difference ahead.") : tr("No further difference back."));
        }
    };
    const auto cause = [this](bool forward) {
        if (!m_comparison.goToCause(forward)) {
            say(forward ? tr("No further divergence ahead.") : tr("No further divergence back."));
        }
    };
    add("compare.next", tr("&Next difference"),
        tr("To the next place where the traces differ. Events that differ one after the other "
           "count as one."),
        { keys("N"), keys("F8") }, [place] { place(true); });
    add("compare.previous", tr("&Previous difference"),
        tr("To the place before where the traces differ."), { keys("Shift+N"), keys("Shift+F8") },
        [place] { place(false); });
    add("compare.first", tr("&First divergence"), tr("Where the scenario first went another way."),
        { keys("1") }, [this] {
            if (m_comparison.isReady() && !m_comparison.causes().empty()) {
                const trace::TraceDiff& diff = m_comparison.diff();
                m_comparison.visit(
                    diff.differences()[diff.causes()[m_comparison.causes().front()].first].row);
            }
        });
    add("compare.cause.next", tr("Next &divergence"),
        tr("To the next difference that follows from no earlier one."), { keys("]") },
        [cause] { cause(true); });
    add("compare.cause.previous", tr("Previous di&vergence"),
        tr("To the last difference before that follows from no earlier one."), { keys("[") },
        [cause] { cause(false); });
    add("compare.again", tr("Compare &again"), tr("With the same traces and the same mask."),
        { keys("F5") }, [this] { compareAgain(); });
    add("compare.swap", tr("&Swap A and B"), tr("Compares the other way round."), {},
        [this] { Q_EMIT compareWanted(m_b.document.path(), m_a.document.path()); });

    addReportCommands();

    category = tr("Step");
    add("row.next", tr("Next row"), tr("One event further in both traces."),
        { keys("."), keys("Right") }, [this] { m_comparison.goTo(m_comparison.row() + 1); });
    add("row.previous", tr("Previous row"), tr("One event back in both traces."),
        { keys(","), keys("Left") }, [this] {
            m_comparison.goTo(m_comparison.row() - std::min<std::size_t>(1, m_comparison.row()));
        });
    add("row.first", tr("Beginning of the scenario"),
        tr("Where the scenario's own processes begin."), { keys("Home") }, [this] {
            if (m_comparison.isReady()) {
                m_comparison.visit(m_comparison.firstOfScenario());
            }
        });
    add("row.last", tr("End"), tr("The end of the longer recording."), { keys("End") },
        [this] { m_comparison.visit(SIZE_MAX); });
    add("go.back", tr("Back"), tr("To the place visited before, in both traces."),
        { keys("Alt+Left") }, [this] { m_comparison.goBack(); });
    add("go.forward", tr("Forward"), tr("To the place visited next, in both traces."),
        { keys("Alt+Right") }, [this] { m_comparison.goForward(); });
    struct Step
    {
        const char* id;
        QString text;
        QString hint;
        const char* key;
        Seq (*where)(const TraceDocument&, Seq, Direction);
        Direction direction;
    };
    const Step steps[] = {
        { "call.over", tr("Step &over"),
          tr("In the trace clicked last: from a call's begin to its end. The other one follows."),
          "F10", &step::overCall, Direction::Forward },
        { "call.over.backward", tr("Step over, backwards"),
          tr("In the trace clicked last: from a call's end to its begin."), "Ctrl+F10",
          &step::overCall, Direction::Backward },
        { "call.into", tr("Step &into"),
          tr("In the trace clicked last: to the next begin or end of a call."), "F11",
          &step::byCall, Direction::Forward },
        { "call.into.backward", tr("Step into, backwards"),
          tr("In the trace clicked last: to the begin or end of a call before."), "Ctrl+F11",
          &step::byCall, Direction::Backward },
        { "call.out", tr("Step o&ut"),
          tr("In the trace clicked last: to the end of the call around."), "Shift+F11",
          &step::outOfCall, Direction::Forward },
        { "call.out.backward", tr("Step out, backwards"),
          tr("In the trace clicked last: to the begin of the call around."), "Ctrl+Shift+F11",
          &step::outOfCall, Direction::Backward },
        { "error.next", tr("Next &failure"),
          tr("In the trace clicked last: to the next event with a failure status."), "E",
          &step::toError, Direction::Forward },
        { "error.previous", tr("Previous failure"),
          tr("In the trace clicked last: to the last event before with a failure status."),
          "Shift+E", &step::toError, Direction::Backward },
    };
    for (const Step& one : steps) {
        add(one.id, one.text, one.hint, { keys(one.key) },
            [this, where = one.where, direction = one.direction] { stepCall(where, direction); });
    }
    add("go.to", tr("&Go to event…"), tr("Type an event: 42 or a42 in A, b42 in B."), { keys("G") },
        [this] {
            m_goTo->setFocus();
            m_goTo->selectAll();
        });

    category = tr("View");
    auto* rows = new QActionGroup(this);
    const std::tuple<const char*, QString, QString, CompareRows::Shown> choices[] = {
        { "view.rows.compared", tr("Rows: what is &compared"),
          tr("What the mask leaves out takes no rows."), CompareRows::Shown::WithoutLeftOut },
        { "view.rows.all", tr("Rows: &all"), tr("Also what the mask leaves out."),
          CompareRows::Shown::Everything },
        { "view.rows.differences", tr("Rows: &differences only"),
          tr("Differences with three rows around each."), CompareRows::Shown::Differences },
    };
    for (const auto& [id, text, hint, shown] : choices) {
        QAction* added
            = add(id, text, hint, {}, [this, shown = shown] { m_table->rows().show(shown); });
        added->setCheckable(true);
        added->setChecked(shown == m_table->rows().shown());
        rows->addAction(added);
    }
    const auto columns = [this] {
        m_table->setColumnsShown(
            action("view.times")->isChecked(), action("view.threads")->isChecked());
    };
    add("view.times", tr("Columns: &times"), tr("Virtual times of both traces."), {}, columns)
        ->setCheckable(true);
    add("view.threads", tr("Columns: t&hreads"), tr("Processes and threads of both traces."), {},
        columns)
        ->setCheckable(true);
    QAction* linked = add(
        "view.linked", tr("&Linked"), tr("Both traces move together."), { keys("L") }, [this] {
            m_link.setLinked(action("view.linked")->isChecked());
            m_timelines->setLinked(action("view.linked")->isChecked());
        });
    linked->setCheckable(true);
    linked->setChecked(true);
    auto* axes = new QActionGroup(this);
    const std::tuple<const char*, QString, QString, const char*, Axis::Kind> axisKinds[] = {
        { "axis.aligned", tr("Axis: ali&gned"),
          tr("Partners stand above each other; every event is as wide as the next."), "Ctrl+E",
          Axis::Kind::Events },
        { "axis.time", tr("Axis: virtual ti&me"),
          tr("Each trace in its own time: widths are durations, equal in both."), "Ctrl+T",
          Axis::Kind::Time },
    };
    for (const auto& [id, text, hint, key, kind] : axisKinds) {
        QAction* added = add(
            id, text, hint, { keys(key) }, [this, kind = kind] { m_timelines->setAxisKind(kind); });
        added->setCheckable(true);
        added->setChecked(kind == Axis::Kind::Events);
        axes->addAction(added);
    }
    action("axis.aligned")->setIconText(tr("Aligned"));
    action("axis.time")->setIconText(tr("Time"));
    auto* modes = new QActionGroup(this);
    const std::tuple<const char*, QString, QString, LaneMode> lanes[] = {
        { "lanes.layers", tr("Lanes: &layers"), tr("A lane per layer of the system."),
          LaneMode::Layers },
        { "lanes.threads", tr("Lanes: t&hreads"), tr("A lane per thread, with its waits."),
          LaneMode::Threads },
        { "lanes.objects", tr("Lanes: o&bjects"), tr("Lifetimes of objects, by kind."),
          LaneMode::Objects },
    };
    for (const auto& [id, text, hint, mode] : lanes) {
        QAction* added
            = add(id, text, hint, {}, [this, mode = mode] { m_timelines->setMode(mode); });
        added->setCheckable(true);
        added->setChecked(mode == LaneMode::Layers);
        modes->addAction(added);
    }
    const auto timeline = [this]() -> TimelineView& { return m_timelines->view(m_link.active()); };
    add("zoom.in", tr("Zoom &in"), tr("Both timelines closer."),
        { keys("W"), keys("Ctrl++"), keys("Ctrl+=") }, [timeline] { timeline().zoomIn(); });
    add("zoom.out", tr("Zoom &out"), tr("Both timelines further away."),
        { keys("S"), keys("Ctrl+-") }, [timeline] { timeline().zoomOut(); });
    add("zoom.all", tr("Show a&ll"), tr("The whole of both traces."), { keys("F"), keys("Ctrl+0") },
        [timeline] { timeline().showAll(); });
    add("zoom.place", tr("Show the difference"), tr("The current difference fills the timelines."),
        { keys("Shift+F") }, [this] {
            const std::size_t at = m_comparison.placeIndex();
            if (m_comparison.isReady() && at < m_comparison.places().size()) {
                const Comparison::Place& shown = m_comparison.places()[at];
                constexpr double kAround = 6;
                m_timelines->showRows(
                    m_link.active(), double(shown.first) - kAround, double(shown.last) + kAround);
            }
        });
    add("pan.left", tr("Scroll left"), tr("A part of the width to the left."), { keys("A") },
        [timeline] { timeline().panBy(-0.2); });
    add("pan.right", tr("Scroll right"), tr("A part of the width to the right."), { keys("D") },
        [timeline] { timeline().panBy(0.2); });
    for (QDockWidget* dock : findChildren<QDockWidget*>()) {
        m_actions.add(
            QStringLiteral("panel.") + dock->objectName(), tr("Panels"), dock->windowTitle(),
            tr("Shows this panel and goes there."), {}, [dock] {
                dock->show();
                dock->raise();
                dock->widget()->setFocus();
            });
    }

    category = tr("File");
    add("file.show.a", tr("Show &A in the main window"), tr("At the event where A stands."),
        { keys("Alt+A") }, [this] { Q_EMIT wanted(&m_a); });
    add("file.show.b", tr("Show &B in the main window"), tr("At the event where B stands."),
        { keys("Alt+B") }, [this] { Q_EMIT wanted(&m_b); });
    add("edit.copy", tr("&Copy rows"), tr("The selected rows, with tabs between the cells."),
        { QKeySequence::Copy }, [this] { m_table->copy(); });
    add("file.close", tr("&Close"), tr("Close the comparison; both traces stay open."),
        { QKeySequence::Close, keys("Escape") }, [this] { close(); });

    category = tr("Help");
    add("help.palette", tr("&Commands…"), tr("Type some letters of any command."),
        { keys("Ctrl+Shift+P") }, [this] {
            CommandPalette palette(m_actions, this);
            palette.exec();
        });
    add("help.keys", tr("&Keys…"), tr("All commands with their keys; other keys can be bound."),
        { keys("?"), keys("F1") }, [this] {
            KeySheet sheet(m_actions, this);
            sheet.exec();
        });
    action("compare.next")->setIcon(icon(Glyph::DifferenceNext));
    action("compare.previous")->setIcon(icon(Glyph::DifferenceNext, true));
    action("compare.first")->setIcon(icon(Glyph::First, true));
    action("go.back")->setIcon(icon(Glyph::Back, true));
    action("go.forward")->setIcon(icon(Glyph::Forward));
    action("row.next")->setIcon(icon(Glyph::StepForward));
    action("row.previous")->setIcon(icon(Glyph::StepForward, true));
    action("call.over")->setIcon(icon(Glyph::CallOver));
    action("call.over.backward")->setIcon(icon(Glyph::CallOver, true));
    for (const char* const id :
         { "compare.next", "compare.previous", "file.show.a", "file.show.b", "edit.copy" }) {
        m_table->addAction(action(id));
    }
}

void CompareWindow::buildMenus()
{
    QMenu* file = menuBar()->addMenu(tr("&File"));
    QMenu* compare = menuBar()->addMenu(tr("&Compare"));
    QMenu* stepping = menuBar()->addMenu(tr("&Step"));
    QMenu* view = menuBar()->addMenu(tr("&View"));
    QMenu* panels = menuBar()->addMenu(tr("&Panels"));
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    const std::pair<QString, QMenu*> menus[] = {
        { tr("File"), file }, { tr("Compare"), compare }, { tr("Step"), stepping },
        { tr("View"), view }, { tr("Panels"), panels },   { tr("Help"), help },
    };
    QString group;
    for (const Actions::Entry& entry : m_actions.all()) {
        for (const auto& [category, menu] : menus) {
            if (entry.category == category) {
                const QString now = entry.id.section(QLatin1Char('.'), 0, 0);
                if (!menu->isEmpty() && now != group) {
                    menu->addSeparator();
                }
                group = now;
                menu->addAction(entry.action);
            }
        }
    }
}

void CompareWindow::buildToolBar()
{
    QToolBar* bar = addToolBar(tr("Differences"));
    bar->setObjectName(QStringLiteral("differences"));
    bar->setMovable(false);
    const int letter = std::max(18, fontMetrics().height());
    bar->setIconSize(QSize(letter, letter));
    const auto actions = [&](std::initializer_list<const char*> ids) {
        for (const char* const id : ids) {
            bar->addAction(action(id));
        }
        bar->addSeparator();
    };
    actions({ "go.back", "go.forward" });
    bar->addAction(action("compare.first"));
    bar->addAction(action("compare.previous"));
    m_counter = new QLabel;
    m_counter->setAlignment(Qt::AlignCenter);
    m_counter->setMinimumWidth(fontMetrics().averageCharWidth() * 22);
    bar->addWidget(m_counter);
    actions({ "compare.next" });
    actions({ "row.previous", "row.next" });
    actions({ "call.over.backward", "call.over" });
    m_goTo = new QLineEdit;
    m_goTo->setPlaceholderText(tr("go to a42 or b42"));
    m_goTo->setAccessibleName(tr("Go to an event of A or B"));
    m_goTo->setMaximumWidth(fontMetrics().averageCharWidth() * 20);
    m_goTo->setClearButtonEnabled(true);
    connect(m_goTo, &QLineEdit::returnPressed, this, [this] {
        goToText(m_goTo->text());
        m_table->setFocus();
    });
    bar->addWidget(m_goTo);
    bar->addSeparator();
    actions({ "view.rows.compared", "view.rows.all", "view.rows.differences" });
    actions({ "axis.aligned", "axis.time" });
    actions({ "view.linked" });
    actions({ "compare.mask", "file.report" });
    action("compare.mask")->setIconText(tr("Mask…"));
    action("file.report")->setIconText(tr("Report…"));
    action("view.rows.compared")->setIconText(tr("Compared"));
    action("view.rows.all")->setIconText(tr("All rows"));
    action("view.rows.differences")->setIconText(tr("Differences"));
}

void CompareWindow::goToText(const QString& text)
{
    QString number = text.trimmed().toLower();
    const DiffSide side = number.startsWith(QLatin1Char('b')) ? DiffSide::B : DiffSide::A;
    if (number.startsWith(QLatin1Char('a')) || number.startsWith(QLatin1Char('b'))) {
        number = number.mid(1).trimmed();
    }
    number.remove(QLatin1Char('#'));
    bool good = false;
    const Seq seq = number.toULongLong(&good);
    const std::size_t row
        = good && m_comparison.isReady() ? m_comparison.diff().rowOf(side, seq) : 0;
    if (!good) {
        say(tr("“%1” is no event; type 42 or a42 for one of A, b42 for one of B.").arg(text));
    } else if (m_comparison.isReady() && row < m_comparison.diff().rowCount()) {
        m_comparison.visit(row);
    } else if (m_comparison.isReady()) {
        say(tr("There is no event %1 in that trace.").arg(seq));
    }
}

void CompareWindow::stepCall(
    Seq (*where)(const TraceDocument&, Seq, Direction), Direction direction)
{
    Session& active = session(m_link.active());
    if (!m_comparison.isReady() || !active.document.isReady()) {
        return;
    }
    const Seq to = where(active.document, active.focus.seq(), direction);
    if (to != 0) {
        active.focus.goTo(to, Focus::How::Step);
    } else {
        say(direction == Direction::Forward ? tr("Nothing further ahead.")
                                            : tr("Nothing further back."));
    }
}

void CompareWindow::updateCommands()
{
    const bool ready = m_comparison.isReady();
    for (const Actions::Entry& entry : m_actions.all()) {
        const bool isAlways = entry.id == QLatin1String("file.close")
            || entry.id.startsWith(QLatin1String("file.show"))
            || entry.id.startsWith(QLatin1String("help."))
            || entry.id.startsWith(QLatin1String("panel."));
        entry.action->setEnabled(ready || isAlways);
    }
    action("compare.again")->setEnabled(m_a.document.isReady() && m_b.document.isReady());
    if (!ready) {
        m_counter->clear();
        return;
    }
    const QLocale locale;
    const std::size_t count = m_comparison.places().size();
    const std::size_t at = m_comparison.placeIndex();
    m_counter->setText(
        count == 0 ? tr("no differences")
            : m_comparison.isInPlace()
            ? tr("%1 of %2")
                  .arg(locale.toString(qulonglong(at + 1)), locale.toString(qulonglong(count)))
            : tr("%n difference(s)", nullptr, int(count)));
    m_counter->setToolTip(tr("Places where the traces differ; events that differ one after the "
                             "other count as one."));
    action("compare.next")->setEnabled(count != 0 && (at == count || at + 1 < count));
    action("compare.previous")
        ->setEnabled(
            count != 0 && at != count
            && (at > 0 || m_comparison.row() > m_comparison.places().front().first));
    action("compare.first")->setEnabled(!m_comparison.causes().empty());
    action("row.previous")->setEnabled(m_comparison.row() > 0);
    action("row.next")->setEnabled(m_comparison.row() + 1 < m_comparison.diff().rowCount());
    action("go.back")->setEnabled(m_comparison.canGoBack());
    action("go.forward")->setEnabled(m_comparison.canGoForward());
}

} // namespace rdrlab::gui
