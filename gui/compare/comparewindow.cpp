#include "gui/compare/comparewindow.h"

#include "gui/compare/alignedtimelines.h"
#include "gui/compare/alignedview.h"
#include "gui/models/comparecauses.h"
#include "gui/models/comparedurations.h"
#include "gui/models/comparepair.h"
#include "gui/models/comparetexts.h"
#include "gui/models/texts.h"

#include <QCheckBox>
#include <QCloseEvent>
#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QProgressBar>
#include <QScopedValueRollback>
#include <QSettings>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace rdrlab::gui {

namespace {

constexpr int kSaidMs = 6000;

QTreeView* newTree(QAbstractItemModel* model, const QString& name)
{
    auto* view = new QTreeView;
    view->setModel(model);
    view->setUniformRowHeights(true);
    view->setAlternatingRowColors(true);
    view->setFrameShape(QFrame::NoFrame);
    view->setAccessibleName(name);
    return view;
}

} // namespace

CompareWindow::CompareWindow(Session& a, Session& b)
    : m_a(a)
    , m_b(b)
    , m_comparison(this)
    , m_link(m_comparison, a.focus, b.focus, this)
    , m_actions(this)
    , m_table(new AlignedView(m_comparison, m_link))
    , m_timelines(new AlignedTimelines(m_comparison, a, b))
    , m_middle(new QSplitter(Qt::Vertical))
    , m_causes(new CompareCauses(m_comparison, this))
    , m_pair(new CompareLines(m_comparison, this))
    , m_objects(new CompareLines(m_comparison, this))
    , m_pages(new QStackedWidget)
    , m_message(new QLabel)
    , m_titleA(new QLabel)
    , m_titleB(new QLabel)
    , m_summary(new QLabel)
    , m_report(this)
{
    setObjectName(QStringLiteral("compare"));
    setWindowTitle(tr("%1 and %2 compared – rdrlab").arg(a.document.title(), b.document.title()));
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    m_message->setAlignment(Qt::AlignCenter);
    m_message->setWordWrap(true);
    m_message->setMargin(30);
    m_pages->addWidget(m_message);
    m_pages->addWidget(buildMiddle());
    setCentralWidget(m_pages);
    buildDocks();
    addCommands();
    buildMenus();
    buildToolBar();
    buildStatusBar();
    restoreLayout();

    connect(&m_comparison, &Comparison::stateChanged, this, &CompareWindow::stateChanged);
    connect(&m_comparison, &Comparison::moved, this, &CompareWindow::moved);
    connect(&m_comparison, &Comparison::visitsChanged, this, &CompareWindow::updateCommands);
    connect(&m_comparison, &Comparison::progressed, this, [this](int permille) {
        m_progress->setValue(permille);
    });
    connect(m_table, &AlignedView::picked, this, [this](std::size_t row, DiffSide side) {
        m_link.setActive(side);
        // The arrow keys pass through rows; a click chooses one.
        if (QGuiApplication::mouseButtons() != Qt::NoButton) {
            m_comparison.visit(row);
        } else {
            m_comparison.goTo(row);
        }
    });
    for (Session* session : { &m_a, &m_b }) {
        connect(
            &session->document, &TraceDocument::stateChanged, this,
            &CompareWindow::documentChanged);
        connect(&session->document, &TraceDocument::grew, this, &CompareWindow::documentChanged);
        connect(&session->focus, &Focus::chosen, this, [this](trace::ObjectId object) {
            if (object != 0 && m_comparison.isReady()) {
                showChosen();
            }
        });
    }
    connect(&m_comparison, &Comparison::stateChanged, this, &CompareWindow::documentChanged);
    stateChanged();
    documentChanged();
}

CompareWindow::~CompareWindow()
{
    // Nothing of it may hear its parts end.
    disconnect(&m_comparison, nullptr, this, nullptr);
    disconnect(&m_report, nullptr, this, nullptr);
}

QWidget* CompareWindow::buildMiddle()
{
    auto* middle = new QWidget;
    auto* layout = new QVBoxLayout(middle);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(buildGrowth());
    auto* titles = new QHBoxLayout;
    titles->setContentsMargins(8, 4, 8, 2);
    for (QLabel* title : { m_titleA, m_titleB }) {
        title->setTextInteractionFlags(Qt::TextSelectableByMouse);
        title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
        titles->addWidget(title, 1);
    }
    layout->addLayout(titles);
    m_summary->setContentsMargins(8, 0, 8, 4);
    m_summary->setWordWrap(true);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(m_summary);
    layout->addWidget(m_middle, 1);
    m_middle->addWidget(m_timelines);
    m_middle->addWidget(m_table);
    m_middle->setStretchFactor(0, 1);
    m_middle->setStretchFactor(1, 1);
    m_middle->setChildrenCollapsible(false);
    return middle;
}

void CompareWindow::buildDocks()
{
    const auto add = [this](const char* id, const QString& title, QWidget* widget) {
        auto* dock = new QDockWidget(title, this);
        dock->setObjectName(QString::fromLatin1(id));
        dock->setWidget(widget);
        return dock;
    };
    m_causeView = newTree(m_causes, tr("First divergences, and what follows from each"));
    m_causeView->header()->setStretchLastSection(false);
    const int letter = fontMetrics().averageCharWidth();
    const int widths[] = { 34, 6, 40, 7, 7 };
    for (int column = 0; column < CompareCauses::Columns; ++column) {
        m_causeView->header()->resizeSection(column, widths[column] * letter + 12);
    }
    connect(
        m_causeView->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex& current) {
            if (current.isValid() && !m_isFollowing) {
                const QScopedValueRollback guard(m_isFollowing, true);
                m_comparison.visit(current.data(CompareCauses::RowRole).toULongLong());
            }
        });
    QDockWidget* causes = add("causes", tr("Causes"), m_causeView);

    QTreeView* pair = newTree(m_pair, tr("The pair of events, line by line"));
    pair->setRootIsDecorated(false);
    QDockWidget* pairDock = add("pair", tr("Pair"), pair);

    auto* objects = new QWidget;
    auto* layout = new QVBoxLayout(objects);
    layout->setContentsMargins(4, 2, 4, 2);
    layout->setSpacing(2);
    m_objectTitle = new QLabel;
    m_objectTitle->setWordWrap(true);
    auto* only = new QCheckBox(tr("Only what differs"));
    m_stay = new QCheckBox(tr("Stay with this object"));
    m_stay->setToolTip(tr("Shows the same object at every step, whatever the events are about."));
    connect(m_stay, &QCheckBox::toggled, this, &CompareWindow::showObjects);
    connect(only, &QCheckBox::toggled, m_objects, &CompareLines::setOnlyDifferent);
    QTreeView* objectView = newTree(m_objects, tr("The object in both traces, field by field"));
    objectView->setRootIsDecorated(false);
    layout->addWidget(m_objectTitle);
    auto* boxes = new QHBoxLayout;
    boxes->addWidget(only);
    boxes->addWidget(m_stay);
    boxes->addStretch(1);
    layout->addLayout(boxes);
    layout->addWidget(objectView, 1);
    objects->setFocusProxy(objectView);
    QDockWidget* objectDock = add("object", tr("Object"), objects);
    for (QTreeView* view : { pair, objectView }) {
        view->header()->resizeSection(CompareLines::What, letter * 16);
        view->header()->setSectionResizeMode(CompareLines::ValueA, QHeaderView::Stretch);
        view->header()->setSectionResizeMode(CompareLines::ValueB, QHeaderView::Stretch);
    }

    auto* durations = new CompareDurations(m_comparison, this);
    auto* sorted = new QSortFilterProxyModel(this);
    sorted->setSourceModel(durations);
    sorted->setSortRole(CompareDurations::SortRole);
    sorted->setSortCaseSensitivity(Qt::CaseInsensitive);
    QTreeView* durationView = newTree(sorted, tr("How long calls took in both traces"));
    durationView->setRootIsDecorated(false);
    durationView->setSortingEnabled(true);
    durationView->header()->setSortIndicator(-1, Qt::DescendingOrder); // as the comparison has it
    const int durationWidths[] = { 7, 22, 7, 10, 10, 8, 8, 8, 8 };
    for (int column = 0; column < CompareDurations::Columns; ++column) {
        durationView->header()->resizeSection(column, durationWidths[column] * letter + 8);
    }
    QDockWidget* durationDock = add("durations", tr("Durations"), durationView);

    addDockWidget(Qt::LeftDockWidgetArea, causes);
    addDockWidget(Qt::LeftDockWidgetArea, pairDock);
    tabifyDockWidget(pairDock, objectDock);
    tabifyDockWidget(objectDock, durationDock);
    pairDock->raise();
}

void CompareWindow::buildStatusBar()
{
    m_where = new QLabel;
    m_progress = new QProgressBar;
    m_progress->setRange(0, 1000);
    m_progress->setMaximumWidth(180);
    m_progress->setAccessibleName(tr("Progress"));
    auto* cancel = new QToolButton;
    cancel->setObjectName(QStringLiteral("cancel"));
    cancel->setText(tr("Cancel"));
    connect(cancel, &QToolButton::clicked, this, [this] {
        m_comparison.cancel();
        m_report.cancel();
    });
    connect(&m_report, &Background::finished, this, [this](bool cancelled) {
        showProgress();
        if (cancelled) {
            say(tr("Cancelled; no report was written."));
        }
    });
    m_cancel = cancel;
    statusBar()->addPermanentWidget(m_progress);
    statusBar()->addPermanentWidget(m_cancel);
    statusBar()->addPermanentWidget(m_where);
}

void CompareWindow::stateChanged()
{
    const bool running = m_comparison.isRunning();
    showProgress();
    if (running) {
        m_message->setText(tr("Comparing …"));
        m_progress->setValue(0);
    } else if (m_comparison.state() == Comparison::State::Failed) {
        m_message->setText(tr("The traces cannot be compared: %1").arg(m_comparison.error()));
    } else if (m_comparison.state() == Comparison::State::Empty && m_isStarted) {
        m_message->setText(tr("The comparison was cancelled. F5 starts it again."));
    }
    m_pages->setCurrentIndex(m_comparison.isReady() ? 1 : 0);
    if (m_comparison.isReady() && !running) {
        for (const DiffSide side : kBothSides) {
            QLabel* label = side == DiffSide::A ? m_titleA : m_titleB;
            const QString title = comparetexts::title(m_comparison.reader(side));
            label->setText(QStringLiteral("<b><span style=\"color:%1\">%2</span></b>&nbsp; %3")
                               .arg(
                                   comparetexts::colour(side).name(), comparetexts::letter(side),
                                   title.toHtmlEscaped()));
            label->setToolTip(session(side).document.path());
        }
        const bool isOwn = QSettings().contains(QStringLiteral("compare/mask"));
        m_summary->setText(
            comparetexts::summary(m_comparison)
            + (isOwn ? QStringLiteral("  ") + tr("(with a mask of your own)") : QString()));
        m_summary->setToolTip(comparetexts::leftOut(m_comparison));
        if (m_comparison.causes().size() <= 3) {
            m_causeView->expandToDepth(0);
        }
        m_link.setLinked(m_link.isLinked());
        moved();
    }
    showGrowth();
    updateCommands();
}

void CompareWindow::moved()
{
    if (!m_comparison.isReady()) {
        return;
    }
    const std::size_t row = m_comparison.row();
    if (!m_isFollowing) {
        const QScopedValueRollback guard(m_isFollowing, true);
        const QModelIndex index = m_causes->indexOf(row);
        if (index.isValid()) {
            m_causeView->setCurrentIndex(index);
            m_causeView->scrollTo(index);
        }
    }
    const trace::DiffRow pair
        = m_comparison.diff().rowCount() != 0 ? m_comparison.pairAt(row) : trace::DiffRow();
    const auto text
        = [](Seq seq) { return seq != 0 ? QStringLiteral("#%1").arg(seq) : QStringLiteral("–"); };
    m_where->setText(tr("row %1 of %2   A %3   B %4")
                         .arg(row + 1)
                         .arg(m_comparison.diff().rowCount())
                         .arg(text(pair.a), text(pair.b)));
    showPair();
    showObjects();
    updateCommands();
}

void CompareWindow::showPair()
{
    if (!m_comparison.isReady() || m_comparison.diff().rowCount() == 0) {
        m_pair->clear();
        return;
    }
    m_pair->showEvents(m_comparison.pairAt(m_comparison.row()));
}

// What was chosen in another view is shown until the person moves, or for as long as they want.
void CompareWindow::showChosen()
{
    m_objectA = m_a.focus.object();
    m_objectB = m_b.focus.object();
    const QSignalBlocker quiet(m_stay);
    const bool stays = m_stay->isChecked();
    m_stay->setChecked(true);
    showObjects();
    m_stay->setChecked(stays);
}

void CompareWindow::showObjects()
{
    if (!m_comparison.isReady() || m_comparison.diff().rowCount() == 0) {
        m_objects->clear();
        return;
    }
    const trace::TraceDiff& diff = m_comparison.diff();
    const std::size_t row = m_comparison.row();
    const trace::DiffRow pair = m_comparison.pairAt(row);
    // The chosen object, else what the events are about.
    trace::ObjectId a = m_stay->isChecked() ? m_objectA : 0;
    trace::ObjectId b = m_stay->isChecked() ? m_objectB : 0;
    if (a == 0 && b == 0) {
        a = pair.a != 0 ? m_comparison.events(DiffSide::A).event(pair.a).object : 0;
        b = pair.b != 0 ? m_comparison.events(DiffSide::B).event(pair.b).object : 0;
        a = a == 0 && b != 0 ? diff.partnerOf(DiffSide::B, b) : a;
        b = b == 0 && a != 0 ? diff.partnerOf(DiffSide::A, a) : b;
    }
    if (a == 0 && b == 0) {
        m_objects->clear();
        m_objectTitle->setText(tr("The event is about no object. Choose one that is about an "
                                  "object, or an object in the main window."));
        return;
    }
    const auto name = [&](DiffSide side, trace::ObjectId object) {
        return object != 0 ? texts::object(m_comparison.reader(side), object) : tr("nothing");
    };
    m_objectA = a;
    m_objectB = b;
    m_objects->showObjects(
        a, b,
        { pair.a != 0 ? pair.a : m_comparison.lastAt(DiffSide::A, row),
          pair.b != 0 ? pair.b : m_comparison.lastAt(DiffSide::B, row) });
    const int differing = int(m_objects->differing());
    const QString verdict = a == 0 ? tr("only in B")
        : b == 0                   ? tr("only in A")
        : differing == 0           ? tr("no compared field differs")
                                   : tr("%n field(s) differ", nullptr, differing);
    m_objectTitle->setText(
        tr("A: %1").arg(name(DiffSide::A, a)) + QLatin1Char('\n')
        + tr("B: %1").arg(name(DiffSide::B, b)) + QLatin1Char('\n')
        + (m_objects->isEmpty() ? tr("%1; no field of it is recorded here").arg(verdict)
                                : verdict));
}

void CompareWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    if (!m_isArranged) {
        // Only now is it known how much room there is.
        m_isArranged = true;
        auto* causes = findChild<QDockWidget*>(QStringLiteral("causes"));
        resizeDocks({ causes }, { fontMetrics().averageCharWidth() * 58 }, Qt::Horizontal);
    }
}

void CompareWindow::say(const QString& line)
{
    statusBar()->showMessage(line, kSaidMs);
}

void CompareWindow::restoreLayout()
{
    const QSettings settings;
    resize(1280, 720);
    m_isArranged = settings.contains(QStringLiteral("compare/docks"));
    restoreGeometry(settings.value(QStringLiteral("compare/geometry")).toByteArray());
    restoreState(settings.value(QStringLiteral("compare/docks")).toByteArray());
    m_middle->restoreState(settings.value(QStringLiteral("compare/middle")).toByteArray());
    const QByteArray keys = settings.value(QStringLiteral("compare/keys")).toByteArray();
    QString error;
    if (!keys.isEmpty() && !m_actions.fromJson(keys, error)) {
        say(tr("Keys: %1").arg(error));
    }
}

void CompareWindow::saveLayout()
{
    QSettings settings;
    settings.setValue(QStringLiteral("compare/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("compare/docks"), saveState());
    settings.setValue(QStringLiteral("compare/middle"), m_middle->saveState());
    settings.setValue(QStringLiteral("compare/keys"), m_actions.toJson());
}

void CompareWindow::dragEnterEvent(QDragEnterEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.front().isLocalFile()) {
        event->acceptProposedAction();
    }
}

void CompareWindow::dropEvent(QDropEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.front().isLocalFile()) {
        Q_EMIT compareWanted(m_a.document.path(), urls.front().toLocalFile());
    }
}

void CompareWindow::closeEvent(QCloseEvent* event)
{
    saveLayout();
    QMainWindow::closeEvent(event);
}

} // namespace rdrlab::gui
