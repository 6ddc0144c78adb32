#include "gui/panels/irppanel.h"

#include "gui/models/stepper.h"

#include <QAction>
#include <QHeaderView>
#include <QLabel>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace rdrlab::gui {

IrpPanel::IrpPanel(QWidget* parent)
    : WatchingPanel(parent)
    , m_words(new QLabel(this))
    , m_view(new QTreeView(this))
    , m_first(new QToolButton(this))
    , m_last(new QToolButton(this))
    , m_pin(new QToolButton(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 2, 4, 2);
    auto* bar = new QHBoxLayout;
    bar->addWidget(m_first);
    bar->addWidget(m_last);
    bar->addWidget(m_pin);
    bar->addStretch(1);
    layout->addWidget(m_words);
    layout->addLayout(bar);
    layout->addWidget(m_view, 1);
    m_words->setWordWrap(true);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_first->setText(tr("⇤ Sent"));
    m_first->setToolTip(tr("Go to where the IRP was sent to the first driver"));
    m_last->setText(tr("Completed ⇥"));
    m_last->setToolTip(tr("Go to where the IRP was completed"));
    m_pin->setText(tr("Keep"));
    m_pin->setCheckable(true);
    m_pin->setToolTip(tr("Goes on showing this IRP while you step through others"));
    m_view->setModel(&m_model);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setIndentation(fontMetrics().averageCharWidth() * 2);
    m_view->setAccessibleName(tr("IRP stack"));
    m_view->header()->resizeSection(IrpModel::Name, fontMetrics().averageCharWidth() * 24);
    giveTableManners(
        m_view, QStringLiteral("irp.csv"), [this](const QString& line) { Q_EMIT said(line); });
    auto* go = new QAction(tr("&Go to this moment"), m_view);
    connect(go, &QAction::triggered, this, &IrpPanel::goToCurrent);
    m_view->addAction(go);
    connect(m_view, &QTreeView::activated, this, &IrpPanel::goToCurrent);
    connect(m_view, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        const trace::ObjectId object = index.data(IrpModel::ObjectRole).toUInt();
        if (isReady() && object != 0) {
            session()->focus.choose(object);
        }
    });
    connect(m_first, &QToolButton::clicked, this, [this] {
        goTo(m_stack.locations.empty() ? m_stack.birth : m_stack.locations.front().call);
    });
    connect(m_last, &QToolButton::clicked, this, [this] {
        goTo(m_stack.locations.empty() ? 0 : m_stack.locations.front().end);
    });
    connect(m_pin, &QToolButton::toggled, this, &IrpPanel::placeChanged);
    connect(
        &Themes::instance(), &Themes::changed, m_view, [this] { m_view->viewport()->update(); });
    setFocusProxy(m_view);
    traceChanged();
}

void IrpPanel::goTo(Seq seq)
{
    if (isReady() && seq != 0) {
        session()->focus.goTo(seq);
    }
}

void IrpPanel::goToCurrent()
{
    goTo(m_view->currentIndex().siblingAtColumn(0).data(IrpModel::SeqRole).toULongLong());
}

void IrpPanel::traceChanged()
{
    m_stack = {};
    m_pin->setChecked(false);
    m_model.show(nullptr, {}, 0);
    m_words->setText(tr("Open a trace to see its IRPs."));
    m_first->setEnabled(false);
    m_last->setEnabled(false);
    m_pin->setEnabled(false);
}

void IrpPanel::traceGrew()
{
    m_stack.birth = 0; // read again: it may have gone on
}

// The chosen IRP (or that of the chosen RX_CONTEXT) while it lives; else that of the current event.
trace::ObjectId IrpPanel::wanted() const
{
    if (m_pin->isChecked() && m_stack.irp != 0) {
        return m_stack.irp;
    }
    const TraceDocument& document = session()->document;
    const Focus& focus = session()->focus;
    const trace::ObjectId chosen = trace::irpOfObject(document.reader(), focus.object());
    const Lifetime* life = document.index()->lifetimeOf(chosen);
    if (chosen != 0 && life != nullptr && life->birth <= focus.seq()
        && (life->death == 0 || focus.seq() <= life->death)) {
        return chosen;
    }
    const CallIndex call = step::callOf(document, focus.seq());
    return call != kNoCall
        ? trace::irpOfCall(document.reader(), document.index()->calls[call].begin)
        : 0;
}

void IrpPanel::placeChanged()
{
    if (!isReady()) {
        return;
    }
    const trace::ObjectId irp = wanted();
    if (irp != m_stack.irp || m_stack.birth == 0) {
        m_stack = irp != 0 ? trace::irpStack(
                      session()->document.reader(), session()->document.events().spine(), irp)
                           : trace::IrpStack {};
    }
    const bool hasIrp = m_stack.irp != 0;
    m_model.show(hasIrp ? &session()->document : nullptr, m_stack, session()->focus.seq());
    m_words->setText(
        hasIrp ? m_model.summary()
               : tr("The current event belongs to no IRP. Step into a system call, or click an "
                    "IRP."));
    m_first->setEnabled(hasIrp);
    m_last->setEnabled(!m_stack.locations.empty() && m_stack.locations.front().end != 0);
    m_pin->setEnabled(hasIrp);
    // Every location open one level; the one that has the IRP and its work wholly.
    for (int row = 0; row < int(m_stack.locations.size()); ++row) {
        m_view->setFirstColumnSpanned(row, {}, true);
        const QModelIndex location = m_model.index(row, 0);
        m_view->expand(location);
        const QModelIndex parameters = m_model.parametersOf(location);
        if (parameters.isValid()) {
            m_view->expand(parameters);
            m_view->setFirstColumnSpanned(parameters.row(), location, true);
        }
    }
    if (m_model.current().isValid()) {
        m_view->expandRecursively(m_model.current());
        m_view->setCurrentIndex(m_model.current());
        m_view->scrollTo(m_model.current(), QAbstractItemView::PositionAtTop);
    }
}

} // namespace rdrlab::gui
