#include "gui/panels/statisticspanel.h"

#include "gui/models/texts.h"
#include "gui/panels/progressstrip.h"
#include "gui/timeline/lanepainter.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

namespace rdrlab::gui {

namespace {

// A bar behind the total: how much of the greatest one it is.
class ShareDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index)
        const override
    {
        const bool isSelected = (option.state & QStyle::State_Selected) != 0;
        const double share = index.data(StatisticsModel::ShareRole).toDouble();
        if (share > 0 && !isSelected) {
            const int layer = index.data(StatisticsModel::LayerRole).toInt();
            const QColor colour
                = layer >= 0 ? theme().ofLayer(trace::Layer(layer)) : theme().accent;
            QRect bar = option.rect.adjusted(2, 2, -2, -2);
            bar.setLeft(bar.right() - int(share * bar.width()));
            constexpr double kFaint = 0.28; // the number over it stays readable
            painter->fillRect(bar, mixed(colour, theme().base, kFaint));
        }
        QStyledItemDelegate::paint(painter, option, index);
    }
};

} // namespace

StatisticsPanel::StatisticsPanel(QWidget* parent)
    : WatchingPanel(parent)
    , m_by(new QComboBox(this))
    , m_between(new QCheckBox(tr("Only &between markers A and B"), this))
    , m_words(new QLabel(this))
    , m_empty(new QLabel(this))
    , m_view(new QTableView(this))
    , m_background(this)
    , m_progress(new ProgressStrip(m_background, this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(4, 2, 4, 2);
    auto* label = new QLabel(tr("Calls &by"), this);
    label->setBuddy(m_by);
    bar->addWidget(label);
    bar->addWidget(m_by);
    bar->addWidget(m_between);
    bar->addWidget(m_words, 1);
    layout->addLayout(bar);
    layout->addWidget(m_empty);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_progress);
    m_by->addItems({ tr("routine"), tr("layer"), tr("SMB2 command"), tr("status"), tr("process") });
    m_by->setAccessibleName(tr("Group the calls by"));
    m_between->setToolTip(tr("Calls that begin between the two markers of the timeline"));
    m_between->setEnabled(false);
    m_words->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_view->setModel(&m_model);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setAlternatingRowColors(true);
    m_view->setShowGrid(false);
    m_view->setWordWrap(false);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setTabKeyNavigation(false);
    m_view->setAccessibleName(tr("Statistics of the calls"));
    m_view->setItemDelegateForColumn(StatisticsModel::Total, new ShareDelegate(m_view));
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_view->verticalHeader()->setMinimumSectionSize(4);
    m_view->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 2);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(StatisticsModel::Total, Qt::DescendingOrder);
    const int letter = fontMetrics().averageCharWidth();
    const int widths[] = { 34, 8, 9, 9, 12, 10, 10, 10, 10, 10, 11 };
    for (int column = 0; column < int(std::size(widths)); ++column) {
        m_view->setColumnWidth(column, widths[column] * letter + 10);
    }
    giveTableManners(m_view, QStringLiteral("statistics.csv"), [this](const QString& line) {
        Q_EMIT said(line);
    });
    auto* events = new QAction(tr("Show the &events of these calls"), m_view);
    connect(events, &QAction::triggered, this, [this] { showEvents(true); });
    auto* slowest = new QAction(tr("&Go to the longest call"), m_view);
    connect(slowest, &QAction::triggered, this, [this] {
        const Seq seq = m_view->currentIndex().data(StatisticsModel::SlowestRole).toULongLong();
        if (seq != 0 && isReady()) {
            session()->focus.goTo(seq);
        }
    });
    m_view->addActions({ events, slowest });
    connect(m_view, &QTableView::clicked, this, [this] { showEvents(false); });
    connect(m_view, &QTableView::activated, this, [this] { showEvents(true); });
    connect(m_by, &QComboBox::currentIndexChanged, this, &StatisticsPanel::regroup);
    connect(m_between, &QCheckBox::toggled, this, &StatisticsPanel::count);
    connect(m_progress, &ProgressStrip::cancelled, this, [this] {
        m_wasCancelled = true;
        updateWords();
    });
    connect(
        &Themes::instance(), &Themes::changed, m_view, [this] { m_view->viewport()->update(); });
    setFocusProxy(m_by);
    updateWords();
}

void StatisticsPanel::traceChanged()
{
    m_background.cancel();
    m_model.setRows(nullptr, trace::StatisticsBy::Routine, {});
    m_counted = nullptr;
    m_wasCancelled = false;
    m_from = m_to = 0;
    updateWords();
}

void StatisticsPanel::traceGrew()
{
    if (m_background.isRunning()) {
        m_isStale = true; // count again when this is done
    } else {
        count();
    }
}

void StatisticsPanel::placeChanged()
{
    if (m_words->text().isEmpty()) {
        updateWords();
    }
    if (!isReady()) {
        return;
    }
    const Focus& focus = session()->focus;
    const bool hasBoth = focus.markerA() != 0 && focus.markerB() != 0;
    m_between->setEnabled(hasBoth);
    if (!hasBoth && m_between->isChecked()) {
        m_between->setChecked(false); // counts
        return;
    }
    const bool isOther = m_between->isChecked()
        && (m_from != std::min(focus.markerA(), focus.markerB())
            || m_to != std::max(focus.markerA(), focus.markerB()));
    if ((m_counted == nullptr && !m_background.isRunning() && !m_wasCancelled) || isOther) {
        count();
    }
}

void StatisticsPanel::count()
{
    if (!isReady() || !isSeen()) {
        return;
    }
    const Focus& focus = session()->focus;
    const bool isPart = m_between->isChecked();
    m_from = isPart ? std::min(focus.markerA(), focus.markerB()) : 1;
    m_to = isPart ? std::max(focus.markerA(), focus.markerB()) : UINT64_MAX;
    m_isStale = false;
    m_wasCancelled = false;
    const auto counted = std::make_shared<Counted>();
    const auto problem = std::make_shared<std::string>();
    m_progress->begin(tr("Counting the calls"));
    m_background.start(
        [counted, problem, from = m_from, to = m_to,
         path = session()->document.path().toStdString()](Background::Control& control) {
            const auto reader = trace::Reader::open(path, *problem);
            if (reader == nullptr) {
                return;
            }
            trace::CallStatistics statistics;
            if (!statistics.read(*reader, from, to, [&](std::uint64_t done, std::uint64_t total) {
                    control.tell(done, total);
                    return !control.isCancelled();
                })) {
                *problem = reader->error();
            }
            // All groupings at once: sorting the durations of a long trace takes its time too.
            for (std::size_t by = 0; by < std::size(counted->rows) && !control.isCancelled();
                 ++by) {
                counted->rows[by] = statistics.rows(trace::StatisticsBy(by));
            }
            counted->calls = statistics.calls();
        },
        [this, counted, problem] {
            if (!problem->empty()) {
                Q_EMIT said(texts::foreign(*problem));
            }
            m_counted = counted;
            regroup();
            if (m_isStale) {
                count();
            }
        });
    updateWords();
}

void StatisticsPanel::regroup()
{
    if (m_counted != nullptr && isReady()) {
        const auto by = trace::StatisticsBy(m_by->currentIndex());
        m_model.setRows(&session()->document, by, m_counted->rows[std::size_t(by)]);
        m_view->setColumnHidden(
            StatisticsModel::LayerName,
            by == trace::StatisticsBy::Status || by == trace::StatisticsBy::Process
                || by == trace::StatisticsBy::Layer);
    }
    updateWords();
}

void StatisticsPanel::showEvents(bool isShown)
{
    QString filter = m_model.filterOf(m_view->currentIndex().row());
    if (filter.isEmpty() || !isReady()) {
        return;
    }
    if (m_between->isChecked()) {
        filter += QStringLiteral(" && seq >= %1 && seq <= %2").arg(m_from).arg(m_to);
    }
    Q_EMIT session()->eventsWanted(filter, isShown);
    if (!isShown) {
        Q_EMIT said(tr("The event table shows the events of this row; Enter goes there."));
    }
}

void StatisticsPanel::updateWords()
{
    const bool hasRows = m_model.rowCount() > 0;
    m_empty->setVisible(!hasRows);
    m_empty->setText(
        !isReady()                     ? tr("Open a trace to see its statistics.")
            : m_background.isRunning() ? tr("Counting the calls …")
            : m_wasCancelled       ? tr("Counting was cancelled. Choose a grouping to start again.")
            : m_counted == nullptr ? QString()
                                   : tr("No call of this sort begins here."));
    m_words->setText(
        m_counted != nullptr ? tr("%n calls", nullptr, int(m_counted->calls)) : QString());
    if (isSeen()) {
        layout()->activate(); // in the same moment as the texts
    } else {
        m_words->clear();
        m_empty->clear(); // until there is a size to lay it out in
    }
}

} // namespace rdrlab::gui
