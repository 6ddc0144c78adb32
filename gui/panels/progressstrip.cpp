#include "gui/panels/progressstrip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace rdrlab::gui {

namespace {
constexpr int kNoticedMs = 250;
}

ProgressStrip::ProgressStrip(Background& background, QWidget* parent)
    : QWidget(parent)
    , m_what(new QLabel(this))
    , m_bar(new QProgressBar(this))
    , m_cancel(new QToolButton(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(4, 2, 4, 2);
    layout->addWidget(m_what);
    layout->addWidget(m_bar, 1);
    layout->addWidget(m_cancel);
    m_bar->setRange(0, 1000);
    m_bar->setMaximumHeight(fontMetrics().height());
    m_bar->setAccessibleName(tr("Progress"));
    m_cancel->setText(tr("Cancel"));
    m_late.setSingleShot(true);
    m_late.setInterval(kNoticedMs);
    hide();
    connect(&m_late, &QTimer::timeout, this, &QWidget::show);
    connect(&background, &Background::progressed, m_bar, &QProgressBar::setValue);
    connect(&background, &Background::finished, this, [this] {
        m_late.stop();
        hide();
    });
    connect(m_cancel, &QToolButton::clicked, this, [this, &background] {
        background.cancel();
        Q_EMIT cancelled();
    });
}

void ProgressStrip::begin(const QString& what)
{
    m_what->setText(what);
    m_bar->setValue(0);
    m_late.start();
}

} // namespace rdrlab::gui
