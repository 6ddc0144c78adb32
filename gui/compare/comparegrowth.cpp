// When the window compares: what is there as soon as both traces are loaded, and again when one of
// them has become complete. While one still grows, a line says how far the comparison goes and
// offers to make it anew, so that what a person reads does not move under them.
#include "gui/compare/comparewindow.h"
#include "gui/models/comparetexts.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>

namespace rdrlab::gui {

QWidget* CompareWindow::buildGrowth()
{
    auto* strip = new QFrame;
    strip->setObjectName(QStringLiteral("growth"));
    strip->setFrameShape(QFrame::StyledPanel);
    auto* layout = new QHBoxLayout(strip);
    layout->setContentsMargins(8, 3, 8, 3);
    m_growthText = new QLabel;
    m_growthText->setWordWrap(true);
    m_growthText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_growthButton = new QPushButton(tr("Compare again"));
    m_growthButton->setToolTip(
        tr("With what has been recorded by now; you stay at the same event."));
    connect(m_growthButton, &QPushButton::clicked, this, &CompareWindow::compareAgain);
    layout->addWidget(m_growthText, 1);
    layout->addWidget(m_growthButton);
    m_growth = strip;
    m_growth->hide();
    return strip;
}

void CompareWindow::compareAgain()
{
    m_isStarted = true;
    for (const DiffSide side : kBothSides) {
        m_startedWith[std::size_t(side)] = session(side).document.lastSeq();
    }
    std::optional<trace::DiffMask> mask;
    const QString kept = QSettings().value(QStringLiteral("compare/mask")).toString();
    if (!kept.isEmpty()) {
        std::string error;
        mask = trace::DiffMask::parse(kept.toStdString(), error);
        if (!mask) {
            say(tr("The kept mask cannot be used: %1").arg(QString::fromStdString(error)));
        }
    }
    m_comparison.start(m_a.document.path(), m_b.document.path(), mask);
}

// Neither trace will get longer, and one has since the comparison was started.
bool CompareWindow::isCompleteNow() const
{
    const auto grew = [this](DiffSide side) {
        return session(side).document.lastSeq() > m_startedWith[std::size_t(side)];
    };
    return !m_a.document.isGrowing() && !m_b.document.isGrowing()
        && (grew(DiffSide::A) || grew(DiffSide::B));
}

void CompareWindow::showProgress()
{
    const bool comparing = m_comparison.isRunning();
    const bool writing = m_report.isRunning();
    m_progress->setRange(0, comparing || !writing ? 1000 : 0); // how long a report takes is unknown
    m_progress->setVisible(comparing || writing);
    m_cancel->setVisible(comparing || writing);
}

void CompareWindow::documentChanged()
{
    for (Session* session : { &m_a, &m_b }) {
        if (session->document.state() == TraceDocument::State::Failed) {
            m_message->setText(session->document.error());
            updateCommands();
            return;
        }
    }
    if (!m_a.document.isReady() || !m_b.document.isReady()) {
        m_message->setText(tr("Loading both traces …"));
    } else if (!m_isStarted || (!m_comparison.isRunning() && isCompleteNow())) {
        compareAgain();
    }
    showGrowth();
    updateCommands();
}

void CompareWindow::showGrowth()
{
    if (!m_comparison.isReady()) {
        return;
    }
    const QLocale locale;
    QStringList lines;
    bool hasMore = false;
    for (const DiffSide side : kBothSides) {
        const TraceDocument& document = session(side).document;
        if (!document.isReady() || !document.isGrowing()) {
            continue;
        }
        const Seq compared = m_comparison.lastCompared(side);
        const Seq now = std::max(document.lastSeq(), compared);
        hasMore = hasMore || now > compared;
        lines += now > compared
            ? tr("%1 is not complete: compared up to event %2 of the %3 recorded by now.")
                  .arg(
                      comparetexts::letter(side), locale.toString(qulonglong(compared)),
                      locale.toString(qulonglong(now)))
            : tr("%1 is not complete: compared up to event %2, the last one recorded by now.")
                  .arg(comparetexts::letter(side), locale.toString(qulonglong(compared)));
    }
    m_growthText->setText(lines.join(QLatin1Char(' ')));
    m_growthButton->setEnabled(hasMore && !m_comparison.isRunning());
    m_growth->setVisible(!lines.isEmpty());
}

} // namespace rdrlab::gui
