#include "gui/panels/lockpanel.h"

#include "gui/models/texts.h"
#include "gui/panels/irqlchart.h"
#include "gui/panels/progressstrip.h"

#include <QAction>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QTreeView>
#include <QVBoxLayout>

namespace rdrlab::gui {

// Used by one thread at a time: the window's only makes it.
struct LockPanel::Worker
{
    std::string path;
    std::unique_ptr<trace::Reader> reader;
    std::unique_ptr<trace::WaitCursor> cursor;
    std::shared_ptr<const trace::IrqlHistory> irql;

    // The answers, read by the window's thread after the end.
    trace::Waits waits;
    bool good = false;
    std::string problem;

    void run(Seq at, Background::Control& control)
    {
        const auto goesOn = [&](std::uint64_t done, std::uint64_t total) {
            control.tell(done, total);
            return !control.isCancelled();
        };
        good = false;
        problem.clear();
        if (reader == nullptr) {
            reader = trace::Reader::open(path, problem);
            if (reader == nullptr) {
                return;
            }
            cursor = std::make_unique<trace::WaitCursor>(*reader);
        }
        if (irql == nullptr) {
            const auto history = std::make_shared<trace::IrqlHistory>();
            if (!trace::irqlHistory(*reader, *history, goesOn)) {
                problem = reader->error();
                return;
            }
            irql = history;
        }
        good = cursor->moveTo(at, waits, goesOn);
        problem = reader->error();
    }
};

LockPanel::LockPanel(QWidget* parent)
    : WatchingPanel(parent)
    , m_words(new QLabel(this))
    , m_empty(new QLabel(this))
    , m_view(new QTreeView(this))
    , m_chart(new IrqlChart(this))
    , m_split(new QSplitter(Qt::Horizontal, this))
    , m_background(this)
    , m_progress(new ProgressStrip(m_background, this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_words);
    layout->addWidget(m_split, 1);
    layout->addWidget(m_progress);
    auto* left = new QWidget(this);
    auto* stack = new QVBoxLayout(left);
    stack->setContentsMargins({});
    stack->addWidget(m_empty);
    stack->addWidget(m_view, 1);
    m_split->addWidget(left);
    m_split->addWidget(m_chart);
    m_split->setChildrenCollapsible(false);
    m_split->setSizes({ 640, 360 }); // shares; the rest follows the size
    m_words->setContentsMargins(4, 2, 4, 2);
    m_words->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setMargin(8);
    m_view->setModel(&m_model);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setAccessibleName(tr("Locks and waiting threads"));
    const int letter = fontMetrics().averageCharWidth();
    const int widths[] = { 30, 26, 7, 9, 20 };
    for (int column = 0; column < int(std::size(widths)); ++column) {
        m_view->header()->resizeSection(column, widths[column] * letter + 8);
    }
    giveTableManners(
        m_view, QStringLiteral("locks.csv"), [this](const QString& line) { Q_EMIT said(line); });
    auto* go = new QAction(tr("&Go to where it began"), m_view);
    connect(go, &QAction::triggered, this, &LockPanel::goToCurrent);
    m_view->addAction(go);
    connect(m_view, &QTreeView::activated, this, &LockPanel::goToCurrent);
    connect(m_view, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        const trace::ObjectId object = index.data(WaitModel::ObjectRole).toUInt();
        if (isReady() && object != 0) {
            session()->focus.choose(object);
        }
    });
    connect(m_chart, &IrqlChart::wanted, this, [this](Seq seq) {
        if (isReady()) {
            session()->focus.goTo(seq, Focus::How::Step);
        }
    });
    connect(m_progress, &ProgressStrip::cancelled, this, [this] {
        m_wasCancelled = true;
        updateWords();
    });
    connect(
        &Themes::instance(), &Themes::changed, m_view, [this] { m_view->viewport()->update(); });
    setFocusProxy(m_view);
    updateWords();
}

void LockPanel::resizeEvent(QResizeEvent* event)
{
    WatchingPanel::resizeEvent(event);
    m_split->setOrientation(height() > width() ? Qt::Vertical : Qt::Horizontal);
}

void LockPanel::traceChanged()
{
    m_background.cancel();
    m_worker = nullptr; // its reader saw the file as it was
    m_shown = 0;
    m_wasCancelled = false;
    m_isStale = false;
    m_model.show(nullptr, {});
    m_chart->setHistory(nullptr);
    updateWords();
}

void LockPanel::traceGrew()
{
    if (m_background.isRunning()) {
        m_isStale = true; // look again when this is done
    } else {
        m_worker = nullptr;
    }
}

void LockPanel::placeChanged()
{
    if (!isReady()) {
        updateWords();
        return;
    }
    const Seq now = session()->focus.seq();
    m_chart->setNow(now);
    if (m_shown != now || m_worker == nullptr) {
        look();
    }
}

void LockPanel::look()
{
    const Seq at = session()->focus.seq();
    if (m_background.isRunning()) {
        return; // its end looks where one is by then: the way there is not thrown away
    }
    if (m_worker == nullptr) {
        m_worker = std::make_shared<Worker>();
        m_worker->path = session()->document.path().toStdString();
    }
    m_shown = 0;
    m_wasCancelled = false;
    m_progress->begin(tr("Looking who waits at event %1").arg(at));
    m_background.start(
        [worker = m_worker, at](Background::Control& control) { worker->run(at, control); },
        [this, at] {
            if (!m_worker->problem.empty()) {
                Q_EMIT said(texts::foreign(m_worker->problem));
            }
            if (m_worker->irql != nullptr) {
                m_chart->setHistory(m_worker->irql);
            }
            m_shown = at;
            m_idle = m_worker->waits.idle;
            m_model.show(m_worker->good ? &session()->document : nullptr, m_worker->waits);
            m_view->expandAll();
            updateWords();
            if (m_isStale) {
                m_isStale = false;
                m_worker = nullptr;
            }
            if (isSeen()) {
                placeChanged(); // elsewhere by now?
            }
        });
}

void LockPanel::goToCurrent()
{
    const Seq seq
        = m_view->currentIndex().siblingAtColumn(0).data(WaitModel::SeqRole).toULongLong();
    if (isReady() && seq != 0) {
        session()->focus.goTo(seq);
    }
}

void LockPanel::updateWords()
{
    if (!isSeen()) {
        m_words->clear(); // until there is a size to lay it out in
        m_empty->clear();
        return;
    }
    const bool hasRows = m_model.rowCount() > 0;
    m_empty->setVisible(!hasRows);
    if (!isReady()) {
        m_words->setText(tr("Open a trace to see its locks."));
        return;
    }
    m_empty->setText(
        m_wasCancelled     ? tr("Looking was cancelled; the next step looks again.")
            : m_shown == 0 ? tr("Looking who waits …")
                           : tr("No lock is held and no request is blocked after this event."));
    QString words;
    if (m_shown != 0 && m_worker != nullptr) {
        const trace::Waits& waits = m_worker->waits;
        words = tr("After event %1: ").arg(m_shown)
            + tr("%n locks", nullptr, int(waits.locks.size())) + QStringLiteral(", ")
            + tr("%n blocked threads", nullptr, int(waits.threads.size()));
        if (m_model.deadlocks() > 0) {
            words = QStringLiteral("✖ ") + tr("%n deadlocks", nullptr, m_model.deadlocks())
                + QStringLiteral(".  ") + words;
        }
    }
    m_words->setText(words);
    m_words->setToolTip(
        tr("ERESOURCEs are recorded when they are taken and released. Fast mutexes show only while "
           "somebody waits for them, spin locks only by the IRQL they raise. Threads that wait for "
           "work are left out (%1).")
            .arg(m_idle));
    layout()->activate();
}

} // namespace rdrlab::gui
