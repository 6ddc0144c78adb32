#include "gui/live/tour.h"

#include "gui/themes/theme.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QTextDocument>
#include <QVBoxLayout>
#include <algorithm>

namespace rdrlab::gui {

namespace {

constexpr int kRingWidth = 3;
constexpr int kGap = 10;

// Frames what the tour points to, and lets every click through.
class Ring : public QWidget
{
public:
    explicit Ring(QWidget* window)
        : QWidget(window)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setAttribute(Qt::WA_NoSystemBackground);
        setFocusPolicy(Qt::NoFocus);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(theme().accent, kRingWidth));
        const qreal half = kRingWidth / 2.0;
        painter.drawRoundedRect(QRectF(rect()).adjusted(half, half, -half, -half), 4, 4);
    }
};

} // namespace

Tour::Tour(QWidget* window, std::vector<TourStop> stops)
    : QFrame(window)
    , m_stops(std::move(stops))
    , m_ring(new Ring(window))
    , m_title(new QLabel(this))
    , m_text(new QLabel(this))
    , m_task(new QLabel(this))
    , m_count(new QLabel(this))
    , m_back(new QPushButton(tr("&Back"), this))
    , m_next(new QPushButton(tr("&Next"), this))
{
    setObjectName(QStringLiteral("tour"));
    setFrameShape(QFrame::Box);
    setLineWidth(2);
    setAutoFillBackground(true);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_title);
    layout->addWidget(m_text);
    layout->addWidget(m_task);
    auto* row = new QHBoxLayout;
    auto* close = new QPushButton(tr("&Leave the tour"), this);
    row->addWidget(m_count);
    row->addStretch(1);
    row->addWidget(close);
    row->addWidget(m_back);
    row->addWidget(m_next);
    layout->addLayout(row);
    QFont bold = m_title->font();
    bold.setBold(true);
    bold.setPointSizeF(bold.pointSizeF() * 1.2);
    m_title->setFont(bold);
    for (QLabel* const label : { m_text, m_task }) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::RichText);
    }
    setFixedWidth(fontMetrics().averageCharWidth() * 62);
    connect(close, &QPushButton::clicked, this, [this] { leave(false); });
    connect(m_back, &QPushButton::clicked, this, [this] { goTo(m_at - 1); });
    connect(m_next, &QPushButton::clicked, this, [this] {
        m_at + 1 < count() ? goTo(m_at + 1) : leave(true);
    });
    connect(&Themes::instance(), &Themes::changed, this, &Tour::restyle);
    window->installEventFilter(this);
    restyle();
    show();
    goTo(0);
}

Tour::~Tour()
{
    delete m_ring;
}

void Tour::goTo(int stop)
{
    if (stop < 0 || stop >= count()) {
        return;
    }
    m_at = stop;
    m_isDone = false;
    const TourStop& now = m_stops[std::size_t(stop)];
    if (now.prepare) {
        now.prepare();
    }
    if (m_target != nullptr) {
        m_target->removeEventFilter(this);
    }
    m_target = now.target ? now.target() : nullptr;
    if (m_target != nullptr) {
        m_target->installEventFilter(this);
    }
    m_title->setText(now.title);
    m_text->setText(now.text);
    m_task->setVisible(!now.task.isEmpty());
    m_task->setText(QStringLiteral("<b>➜</b> ") + now.task);
    m_count->setText(tr("%1 of %2").arg(stop + 1).arg(count()));
    m_back->setEnabled(stop > 0);
    m_next->setText(stop + 1 < count() ? tr("&Next") : tr("&Done"));
    // Read out as a whole, once.
    setAccessibleName(tr("Tour: %1").arg(now.title));
    QTextDocument plain;
    plain.setHtml(now.text + QLatin1Char(' ') + now.task);
    setAccessibleDescription(plain.toPlainText());
    m_next->setFocus();
    place();
    QAccessibleEvent told(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&told);
}

void Tour::progressed()
{
    const TourStop& now = m_stops[std::size_t(m_at)];
    if (!m_isDone && now.isDone && now.isDone()) {
        m_isDone = true;
        m_task->setText(QStringLiteral("<b>✓</b> ") + tr("Done: %1").arg(now.task));
        place();
    }
}

// Beside the target, where there is room: below, above, right, left, else in its lower right
// corner.
void Tour::place()
{
    QWidget* window = parentWidget();
    layout()->activate();
    const int height = std::max(layout()->totalHeightForWidth(width()), minimumSizeHint().height());
    const QSize size(width(), height);
    const QRect all = window->rect().adjusted(kGap, kGap, -kGap, -kGap);
    QRect around;
    if (m_target != nullptr && m_target->isVisible()) {
        around = QRect(m_target->mapTo(window, QPoint()), m_target->size())
                     .adjusted(-kRingWidth, -kRingWidth, kRingWidth, kRingWidth)
                     .intersected(window->rect());
    }
    if (m_ring != nullptr) {
        m_ring->setVisible(!around.isEmpty());
        m_ring->setGeometry(around);
        m_ring->raise();
    }
    const auto clamped = [&](QPoint at) {
        return QPoint(
            std::clamp(at.x(), all.left(), std::max(all.left(), all.right() - size.width())),
            std::clamp(at.y(), all.top(), std::max(all.top(), all.bottom() - size.height())));
    };
    QPoint at = all.center() - QPoint(size.width() / 2, size.height() / 2);
    if (!around.isEmpty()) {
        const QPoint candidates[] = {
            { around.left(), around.bottom() + kGap },
            { around.left(), around.top() - size.height() - kGap },
            { around.right() + kGap, around.top() },
            { around.left() - size.width() - kGap, around.top() },
        };
        at = around.bottomRight() - QPoint(size.width() + 2 * kGap, size.height() + 2 * kGap);
        for (const QPoint& candidate : candidates) {
            const QRect box(clamped(candidate), size);
            if (!box.intersects(around)) {
                at = candidate;
                break;
            }
        }
    }
    setGeometry(QRect(clamped(at), size));
    raise();
}

bool Tour::eventFilter(QObject* object, QEvent* event)
{
    const QEvent::Type type = event->type();
    if ((object == parentWidget() && type == QEvent::Resize)
        || (object == m_target
            && (type == QEvent::Resize || type == QEvent::Move || type == QEvent::Show
                || type == QEvent::Hide))) {
        place();
    }
    return QFrame::eventFilter(object, event);
}

// The window binds these keys too; here they belong to the tour.
bool Tour::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Escape || key == Qt::Key_Left || key == Qt::Key_Right) {
            event->accept();
            return true;
        }
    }
    return QFrame::event(event);
}

void Tour::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Escape:
        leave(false);
        return;
    case Qt::Key_Left:
        goTo(m_at - 1);
        return;
    case Qt::Key_Right:
        goTo(m_at + 1);
        return;
    default:
        QFrame::keyPressEvent(event);
    }
}

void Tour::leave(bool atEnd)
{
    hide();
    if (m_ring != nullptr) {
        m_ring->hide();
    }
    Q_EMIT left(atEnd);
    deleteLater();
}

void Tour::restyle()
{
    QPalette colours = palette();
    colours.setColor(QPalette::Window, theme().base);
    colours.setColor(QPalette::WindowText, theme().text);
    setPalette(colours);
    if (m_ring != nullptr) {
        m_ring->update();
    }
}

} // namespace rdrlab::gui
