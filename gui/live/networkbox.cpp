#include "gui/live/networkbox.h"

#include "gui/themes/theme.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>

namespace rdrlab::gui {

namespace {
constexpr double kNsPerMs = 1e6;
constexpr double kLongestMs = 60'000;
constexpr int kMostServers = 32; // shown
}

NetworkBox::NetworkBox(LiveRun& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
    , m_grid(new QGridLayout(this))
    , m_empty(new QLabel(tr("The servers of the scenario appear here when it runs."), this))
{
    m_grid->setContentsMargins({});
    m_grid->setColumnStretch(0, 1);
    m_empty->setWordWrap(true);
    m_grid->addWidget(m_empty, 0, 0, 1, 5);
    connect(&run, &LiveRun::linksChanged, this, &NetworkBox::refresh);
    connect(&run, &LiveRun::stateChanged, this, &NetworkBox::refresh);
    connect(&Themes::instance(), &Themes::changed, this, &NetworkBox::refresh);
}

void NetworkBox::clear()
{
    for (const Row& row : m_rows) {
        delete row.name;
        delete row.state;
        delete row.cut;
        delete row.latency;
        delete row.loss;
    }
    m_rows.clear();
}

void NetworkBox::addRow(const QString& server)
{
    Row row { server,
              new QLabel(server, this),
              new QLabel(this),
              new QPushButton(this),
              new QDoubleSpinBox(this),
              new QSpinBox(this) };
    row.name->setToolTip(server);
    row.latency->setRange(0, kLongestMs);
    row.latency->setDecimals(3);
    row.latency->setSingleStep(1);
    row.latency->setSuffix(tr(" ms"));
    row.latency->setKeyboardTracking(false);
    row.latency->setToolTip(tr("Latency: how long a packet takes, one way"));
    row.latency->setAccessibleName(tr("Latency to %1").arg(server));
    row.loss->setRange(0, 1000);
    row.loss->setSuffix(tr(" ‰ lost"));
    row.loss->setKeyboardTracking(false);
    row.loss->setToolTip(tr("Of 1000 packets, how many must be sent again"));
    row.loss->setAccessibleName(tr("Loss on the way to %1").arg(server));
    connect(row.latency, &QDoubleSpinBox::valueChanged, this, [this, server](double ms) {
        m_run.setLatency(server, quint64(ms * kNsPerMs));
    });
    connect(row.loss, &QSpinBox::valueChanged, this, [this, server](int perMille) {
        m_run.setLoss(server, perMille);
    });
    connect(row.cut, &QPushButton::clicked, this, [this, server] {
        const auto link
            = std::find_if(m_run.links().begin(), m_run.links().end(), [&](const LiveLink& one) {
                  return one.server == server;
              });
        if (link != m_run.links().end()) {
            m_run.cut(server, !link->isCut);
        }
    });
    const int line = int(m_rows.size());
    m_grid->addWidget(row.name, line, 0);
    m_grid->addWidget(row.state, line, 1);
    m_grid->addWidget(row.latency, line, 2);
    m_grid->addWidget(row.loss, line, 3);
    m_grid->addWidget(row.cut, line, 4);
    m_rows.push_back(row);
}

void NetworkBox::refresh()
{
    const std::vector<LiveLink>& links = m_run.links();
    const std::size_t count = std::min<std::size_t>(links.size(), kMostServers);
    bool same = count == m_rows.size();
    for (std::size_t i = 0; same && i < count; ++i) {
        same = m_rows[i].server == links[i].server;
    }
    if (!same) {
        clear();
        for (std::size_t i = 0; i < count; ++i) {
            addRow(links[i].server);
        }
        m_empty->setVisible(count == 0);
    }
    const bool alive = m_run.isAlive();
    for (std::size_t i = 0; i < count; ++i) {
        const LiveLink& link = links[i];
        const Row& row = m_rows[i];
        const QColor ink = theme().ofSeverity(link.isCut ? Severity::Failed : Severity::Fine);
        row.state->setText(
            link.isCut ? severityGlyph(Severity::Failed) + QLatin1Char(' ') + tr("cut")
                       : tr("● connected"));
        QPalette colours = palette();
        if (link.isCut) {
            colours.setColor(QPalette::WindowText, ink);
        }
        row.state->setPalette(colours);
        row.cut->setText(link.isCut ? tr("Restore") : tr("Cut"));
        row.cut->setAccessibleName(
            link.isCut ? tr("Restore the link to %1").arg(link.server)
                       : tr("Cut the link to %1").arg(link.server));
        row.cut->setToolTip(
            link.isCut ? tr("Puts the cable back")
                       : tr("Pulls the cable: nothing arrives any more"));
        row.cut->setEnabled(alive);
        row.latency->setEnabled(alive);
        row.loss->setEnabled(alive);
        const QSignalBlocker quietLatency(row.latency);
        const QSignalBlocker quietLoss(row.loss);
        if (!row.latency->hasFocus()) {
            row.latency->setValue(double(link.latencyNs) / kNsPerMs);
        }
        if (!row.loss->hasFocus()) {
            row.loss->setValue(link.lossPerMille);
        }
    }
}

void NetworkBox::toggleAll()
{
    const std::vector<LiveLink> links = m_run.links();
    const bool cut
        = std::any_of(links.begin(), links.end(), [](const LiveLink& one) { return !one.isCut; });
    for (const LiveLink& link : links) {
        if (link.isCut != cut) {
            m_run.cut(link.server, cut);
        }
    }
}

} // namespace rdrlab::gui
