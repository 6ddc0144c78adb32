#include "gui/graph/graphpanel.h"

#include "gui/models/stepper.h"
#include "gui/models/texts.h"

#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QTreeView>

namespace rdrlab::gui {

using trace::ObjectId;

namespace {

// A panel so much wider than high lets the graph grow to the right.
constexpr double kWide = 1.4;

} // namespace

// What the thread is told, and what it brings.
struct GraphWork
{
    QString path;
    GraphKinds kinds;
    GraphFlow flow = GraphFlow::Down;
    GraphMetrics metrics;
    bool wantsLayout = true;
    std::shared_ptr<const GraphSource> source; // null: to be read
    std::unique_ptr<GraphLayout> layout;
    QString error;
};

GraphPanel::GraphPanel(QWidget* parent)
    : Panel(parent)
    , m_kinds(usualGraphKinds())
    , m_view(new GraphView(this))
    , m_list(new QTreeView(this))
    , m_stack(new QStackedWidget(this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
    , m_laying(this)
    , m_asking(this)
{
    buildBar();
    buildWhy();
    readSettings();
    m_list->setModel(&m_model);
    m_list->setUniformRowHeights(true);
    m_list->setAlternatingRowColors(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setAccessibleName(tr("Objects, as a list"));
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    setFocusProxy(m_stack);
    connect(m_view, &GraphView::picked, this, &GraphPanel::pick);
    connect(m_view, &GraphView::fieldActivated, this, &GraphPanel::goToChange);
    connect(m_view, &GraphView::toggled, this, &GraphPanel::toggleFold);
    connect(m_view, &GraphView::pillOpened, this, &GraphPanel::openPill);
    connect(m_view, &GraphView::menuWanted, this, &GraphPanel::showMenu);
    connect(m_view, &GraphView::typed, this, [this](const QString& text) {
        m_find->setFocus();
        m_find->setText(text);
        find(true, false);
    });
    connect(m_list, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        pick(index.data(GraphModel::ObjectRole).toUInt(), 0);
    });
    connect(m_list, &QTreeView::activated, this, [this](const QModelIndex& index) {
        const ObjectId object = index.data(GraphModel::ObjectRole).toUInt();
        if (object != 0) {
            pick(object, 0);
        } else {
            openPill(
                index.data(GraphModel::HomeRole).toUInt(),
                trace::ObjectKind(index.data(GraphModel::KindRole).toInt()));
        }
    });
    connect(m_list, &QTreeView::customContextMenuRequested, this, [this](const QPoint& place) {
        const QModelIndex index = m_list->indexAt(place);
        showMenu(
            index.data(GraphModel::ObjectRole).toUInt(), 0, m_list->viewport()->mapToGlobal(place));
    });
    connect(&m_laying, &Background::progressed, this, [this](int permille) {
        if (m_layout == nullptr) {
            m_summary->setText(
                tr("Placing the objects …") + QStringLiteral(" %1 %").arg(permille / 10));
        }
    });
    documentChanged();
}

GraphPanel::~GraphPanel() = default;

void GraphPanel::setSession(Session* session)
{
    if (m_session != nullptr) {
        disconnect(&m_session->document, nullptr, this, nullptr);
        disconnect(&m_session->focus, nullptr, this, nullptr);
    }
    m_session = session;
    if (session != nullptr) {
        connect(
            &session->document, &TraceDocument::stateChanged, this, &GraphPanel::documentChanged);
        connect(&session->document, &TraceDocument::grew, this, &GraphPanel::documentGrew);
        connect(&session->focus, &Focus::moved, this, &GraphPanel::moved);
        connect(&session->focus, &Focus::chosen, this, &GraphPanel::chosen);
    }
    documentChanged();
}

void GraphPanel::documentChanged()
{
    m_scene.setSource(nullptr, nullptr);
    m_model.show(nullptr);
    m_layout.reset();
    m_source.reset();
    m_needsSource = true;
    m_needsLayout = true;
    m_isFitted = false;
    stopAsking();
    const TraceDocument::State state
        = m_session != nullptr ? m_session->document.state() : TraceDocument::State::Empty;
    m_at = state == TraceDocument::State::Ready ? m_session->focus.seq() : 0;
    m_since = m_at != 0 ? m_at - 1 : 0;
    m_summary->clear();
    m_view->setScene(
        nullptr,
        state == TraceDocument::State::Loading      ? tr("Loading …")
            : state == TraceDocument::State::Failed ? tr("The trace cannot be read.")
            : state == TraceDocument::State::Ready
            ? tr("Placing the objects …")
            : tr("Open a trace: its objects appear here, as they are at the current event."));
    if (state == TraceDocument::State::Ready) {
        lay();
    }
}

void GraphPanel::documentGrew()
{
    // The reader is another one now: nothing of the old one is kept.
    m_needsSource = true;
    if (m_layout != nullptr) {
        m_scene.setSource(&m_session->document, m_layout.get());
        if (isSeen()) {
            refresh(false);
        } else {
            m_isStale = true;
        }
    }
    lay();
}

GraphFlow GraphPanel::wantedFlow() const
{
    if (m_flow >= 0) {
        return GraphFlow(m_flow);
    }
    const QSize room = m_stack->size();
    return room.width() > room.height() * kWide ? GraphFlow::Right : GraphFlow::Down;
}

bool GraphPanel::isLayoutWanted() const
{
    return m_session != nullptr && m_session->document.isReady() && isSeen()
        && (m_needsSource || m_needsLayout);
}

void GraphPanel::lay()
{
    if (!isLayoutWanted()) {
        return;
    }
    if (m_laying.isRunning()) {
        m_layAgain = true; // never wait for a thread here
        return;
    }
    auto work = std::make_shared<GraphWork>();
    work->path = m_session->document.path();
    work->kinds = m_kinds;
    work->flow = wantedFlow();
    work->metrics = m_view->metrics(work->flow);
    work->wantsLayout = m_needsLayout;
    work->source = m_needsSource ? nullptr : m_source;
    m_needsSource = false;
    m_needsLayout = false;
    m_layAgain = false;
    m_laying.startBeside(
        [work](Background::Control& control) {
            if (work->source == nullptr) {
                std::string error;
                const auto reader = trace::Reader::open(work->path.toStdString(), error);
                if (reader == nullptr) {
                    work->error = texts::foreign(error);
                    return;
                }
                work->source
                    = GraphSource::read(*reader, [&](std::uint64_t done, std::uint64_t total) {
                          control.tell(done, total);
                          return !control.isCancelled();
                      });
            }
            if (work->wantsLayout && !control.isCancelled()) {
                work->layout = std::make_unique<GraphLayout>(
                    work->source, work->kinds, work->flow, work->metrics);
            }
        },
        [this, work] { laid(*work); });
}

void GraphPanel::laid(GraphWork& work)
{
    const bool isOurs = m_session != nullptr && m_session->document.isReady()
        && m_session->document.path() == work.path;
    if (isOurs && work.source != nullptr) {
        m_source = work.source;
        const bool isNew = work.layout != nullptr;
        if (isNew) {
            m_layout = std::move(work.layout);
        } else if (m_layout != nullptr) {
            m_layout->extend(*m_source);
        }
        m_scene.setSource(&m_session->document, m_layout.get());
        m_view->setScene(&m_scene);
        refresh(isNew && m_isFitted);
        m_view->setWhy(m_overlay);
        if (!m_isFitted) {
            m_isFitted = true;
            m_view->fit();
            m_view->lookAround(m_session->focus.object());
        } else {
            follow(); // a growing trace brings objects after the event that made them
        }
    } else if (isOurs) {
        m_view->setScene(nullptr, work.error);
    } else {
        m_layAgain = true; // for another trace
    }
    if (m_layAgain) {
        lay();
    }
}

void GraphPanel::moved(Seq seq)
{
    // The first place in a trace is no step to it.
    m_since = m_sinceOption->isChecked() && m_isFitted ? m_at : seq - 1;
    m_at = seq;
    if (isSeen()) {
        refresh(m_compactOption->isChecked());
        follow();
    } else {
        m_isStale = true;
    }
}

void GraphPanel::chosen()
{
    if (m_layout == nullptr || !isSeen()) {
        m_isStale = true;
        return;
    }
    const ObjectId object = m_session->focus.object();
    m_view->setChosen(object, m_session->focus.field());
    if (object != 0 && m_scene.indexOf(object) == GraphScene::kNothing && m_layout->has(object)) {
        refresh(true); // inside a closed sub-tree
    } else {
        m_list->setCurrentIndex(m_model.indexOf(object));
    }
    if (!m_picking && m_followOption->isChecked()) {
        m_view->reveal(object);
    }
    ask();
}

void GraphPanel::refresh(bool moves)
{
    m_isStale = false;
    if (m_layout == nullptr || m_session == nullptr || !m_session->document.isReady()) {
        return;
    }
    std::set<ObjectId> kept = m_asked != 0 ? m_overlay.nodes : std::set<ObjectId>();
    kept.insert(m_session->focus.object());
    m_scene.setKept(std::move(kept));
    m_scene.setCompact(m_compactOption->isChecked());
    m_scene.show(m_at, m_since);
    showScene(moves);
    ask();
}

void GraphPanel::showScene(bool moves)
{
    m_view->sceneChanged(moves);
    m_view->setChosen(m_session->focus.object(), m_session->focus.field());
    m_summary->setText(m_scene.summary());
    m_summary->setToolTip(
        tr("What the step to this event did. + born, ~ changed, − died.\n"
           "%n object(s) alive, of all kinds.",
           nullptr, int(m_scene.alive())));
    if (m_stack->currentWidget() == m_list) {
        m_model.show(&m_scene);
        m_list->expandAll();
        m_list->setCurrentIndex(m_model.indexOf(m_session->focus.object()));
    }
}

// Scrolls, never lays out anew: something that lives is in sight, and something of what changed.
void GraphPanel::follow()
{
    if (m_followOption->isChecked() && m_layout != nullptr) {
        m_view->lookAround(m_session->focus.object());
    }
}

void GraphPanel::pick(ObjectId object, trace::StringId field)
{
    if (m_session != nullptr && object != 0) {
        m_picking = true;
        m_session->focus.choose(object, field);
        m_picking = false;
    }
}

void GraphPanel::goToChange(ObjectId object, trace::StringId field, bool forwards)
{
    if (m_session == nullptr || !m_session->document.isReady() || object == 0) {
        return;
    }
    pick(object, field);
    // Backwards from just behind: a change by the current event itself counts as the last one.
    const Seq from = m_session->focus.seq() + (forwards ? 0 : 1);
    const Seq to = step::toChange(
        m_session->document, from, object, field,
        forwards ? Direction::Forward : Direction::Backward);
    if (to != 0) {
        m_session->focus.goTo(to);
    } else {
        Q_EMIT said(
            forwards ? tr("No later change of it is recorded.")
                     : tr("No change of it is recorded before this event."));
    }
}

void GraphPanel::toggleFold(ObjectId object)
{
    if (m_layout == nullptr) {
        return;
    }
    if (m_scene.toggle(object)) {
        refresh(true);
    } else {
        Q_EMIT said(tr("Nothing that is shown belongs to %1.").arg(m_scene.titleOf(object)));
    }
}

void GraphPanel::openPill(ObjectId home, trace::ObjectKind kind)
{
    m_scene.setClosed(home, kind, false);
    refresh(true);
}

void GraphPanel::find(bool forwards, bool fromNext)
{
    const QString text = m_find->text().trimmed();
    if (m_layout == nullptr || text.isEmpty()) {
        return;
    }
    // All that is alive and placed, in closed sub-trees too.
    std::vector<ObjectId> all;
    for (const ObjectId object : m_session->document.stateAt(m_at).alive()) {
        if (m_layout->has(object)) {
            all.push_back(object);
        }
    }
    const std::size_t count = all.size();
    const auto here = std::size_t(
        std::lower_bound(all.begin(), all.end(), m_session->focus.object()) - all.begin());
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t by = i + (fromNext ? 1 : 0);
        const std::size_t at = (here + (forwards ? by : 2 * count - by)) % count;
        if (m_scene.titleOf(all[at]).contains(text, Qt::CaseInsensitive)) {
            m_session->focus.choose(all[at]);
            m_view->reveal(all[at]);
            return;
        }
    }
    Q_EMIT said(tr("No object that is alive and shown here is named “%1”.").arg(text));
}

void GraphPanel::setKinds(const GraphKinds& kinds)
{
    if (kinds == m_kinds) {
        return;
    }
    m_kinds = kinds;
    QStringList names;
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        if (kinds.test(kind)) {
            names += texts::objectKind(trace::ObjectKind(kind));
        }
    }
    QSettings().setValue(QStringLiteral("graph/kinds"), names);
    m_needsLayout = true;
    lay();
}

void GraphPanel::setFlow(int flow)
{
    m_flow = flow;
    QSettings().setValue(QStringLiteral("graph/flow"), flow);
    m_needsLayout = m_layout == nullptr || m_layout->flow() != wantedFlow();
    m_isFitted = m_isFitted && !m_needsLayout;
    lay();
}

void GraphPanel::setCompact(bool compact)
{
    m_compactOption->setChecked(compact);
}

void GraphPanel::setListShown(bool shown)
{
    m_listOption->setChecked(shown);
    m_stack->setCurrentWidget(shown ? static_cast<QWidget*>(m_list) : m_view);
    if (!shown) {
        m_model.show(nullptr);
    }
    if (m_layout != nullptr && isSeen()) {
        showScene(false);
    }
}

void GraphPanel::setWhyShown(bool shown)
{
    m_whyOption->setChecked(shown);
    m_whyBox->setVisible(shown);
    if (shown) {
        ask();
    } else {
        stopAsking();
    }
}

void GraphPanel::seen()
{
    lay();
    if (m_isStale) {
        refresh(false);
    }
}

void GraphPanel::resizeEvent(QResizeEvent* event)
{
    Panel::resizeEvent(event);
    if (m_layout != nullptr && m_layout->flow() != wantedFlow()) {
        m_needsLayout = true;
        m_isFitted = false;
        lay();
    }
}

} // namespace rdrlab::gui
