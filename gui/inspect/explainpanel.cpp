#include "gui/inspect/explainpanel.h"

#include "gui/models/explainpages.h"
#include "gui/themes/icons.h"

#include <QApplication>
#include <QDockWidget>
#include <QLineEdit>
#include <QScrollBar>
#include <QTextBrowser>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>

namespace rdrlab::gui {

ExplainPanel::ExplainPanel(QWidget* parent)
    : Panel(parent)
    , m_search(new QLineEdit(this))
    , m_page(new QTextBrowser(this))
    , m_back(new QToolButton(this))
    , m_forward(new QToolButton(this))
    , m_following(new QToolButton(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(4, 2, 4, 2);
    for (QWidget* widget : { static_cast<QWidget*>(m_back), static_cast<QWidget*>(m_forward) }) {
        bar->addWidget(widget);
    }
    bar->addWidget(m_search, 1);
    bar->addWidget(m_following);
    layout->addLayout(bar);
    layout->addWidget(m_page, 1);
    m_back->setToolTip(tr("The explanation before"));
    m_back->setAccessibleName(tr("The explanation before"));
    m_forward->setToolTip(tr("The next explanation"));
    m_forward->setAccessibleName(tr("The next explanation"));
    m_following->setText(tr("Follow"));
    m_following->setCheckable(true);
    m_following->setChecked(true);
    m_following->setToolTip(tr("Explains what the current event is about, at every step"));
    m_search->setPlaceholderText(tr("a name: FCB, STATUS_PENDING, MRxCreate …"));
    m_search->setAccessibleName(tr("Name to explain"));
    m_search->setClearButtonEnabled(true);
    m_page->setOpenLinks(false);
    m_page->setFrameShape(QFrame::NoFrame);
    m_page->setAccessibleName(tr("Explanation"));
    setFocusProxy(m_search);
    connect(m_back, &QToolButton::clicked, this, [this] { go(-1); });
    connect(m_forward, &QToolButton::clicked, this, [this] { go(1); });
    connect(m_following, &QToolButton::toggled, this, [this](bool on) {
        if (on) {
            refresh();
        }
    });
    connect(m_search, &QLineEdit::textChanged, this, &ExplainPanel::typed);
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        const auto found = explainpages::matches(m_search->text());
        if (!found.empty()) {
            explain(QString::fromUtf8(
                found.front()->name.data(), qsizetype(found.front()->name.size())));
        }
    });
    connect(m_page, &QTextBrowser::anchorClicked, this, &ExplainPanel::follow);
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &ExplainPanel::refresh);
    connect(&Themes::instance(), &Themes::changed, this, &ExplainPanel::restyle);
    restyle();
    show(explainpages::welcome());
    go(0);
}

void ExplainPanel::restyle()
{
    m_back->setIcon(icon(Glyph::Back, true));
    m_forward->setIcon(icon(Glyph::Forward));
    m_page->document()->setDefaultStyleSheet(
        QStringLiteral("a { color: %1; } i, small { color: %2; } p { margin: 4px 0 6px 0; } "
                       "h3, h4 { margin: 6px 0 2px 0; }")
            .arg(theme().accent.name(), theme().dim.name()));
    m_page->document()->setDocumentMargin(8);
    show(m_html);
}

void ExplainPanel::show(const QString& html)
{
    m_html = html;
    m_page->setHtml(html);
    m_page->verticalScrollBar()->setValue(0);
}

QString ExplainPanel::shownText() const
{
    return m_page->toPlainText();
}

void ExplainPanel::setSession(Session* session)
{
    if (m_session != nullptr) {
        disconnect(&m_session->document, nullptr, this, nullptr);
        disconnect(&m_session->focus, nullptr, this, nullptr);
    }
    m_session = session;
    if (session != nullptr) {
        connect(&session->document, &TraceDocument::stateChanged, this, &ExplainPanel::refreshSoon);
        connect(&session->focus, &Focus::moved, this, &ExplainPanel::refreshSoon);
        connect(&session->focus, &Focus::chosen, this, &ExplainPanel::refreshSoon);
    }
    refreshSoon();
}

void ExplainPanel::refreshSoon()
{
    if (isSeen() && m_following->isChecked()) {
        m_soon.start(0);
    }
}

void ExplainPanel::refresh()
{
    if (!m_search->text().isEmpty() && m_search->hasFocus()) {
        return; // somebody reads what they searched for
    }
    show(
        m_session != nullptr ? explainpages::here(m_session->document, m_session->focus)
                             : explainpages::welcome());
}

bool ExplainPanel::explain(const QString& name)
{
    if (explanationOf(name) == nullptr) {
        return false;
    }
    m_visited = m_visited.mid(0, m_place + 1);
    if (m_visited.isEmpty() || m_visited.last() != name) {
        m_visited += name;
    }
    m_place = int(m_visited.size()) - 1;
    showPlace();
    return true;
}

void ExplainPanel::showPlace()
{
    const trace::Explanation* entry = m_place >= 0 ? explanationOf(m_visited[m_place]) : nullptr;
    if (entry != nullptr) {
        m_soon.stop();
        show(explainpages::entry(
            *entry, m_session != nullptr ? &m_session->document : nullptr,
            m_session != nullptr ? m_session->focus.seq() : 0));
    }
    m_back->setEnabled(m_place > 0);
    m_forward->setEnabled(m_place + 1 < int(m_visited.size()));
}

void ExplainPanel::go(int by)
{
    m_place = std::clamp(m_place + by, -1, int(m_visited.size()) - 1);
    showPlace();
}

void ExplainPanel::follow(const QUrl& link)
{
    if (link.scheme() == QLatin1String("explain")) {
        explain(QUrl::fromPercentEncoding(link.path(QUrl::FullyDecoded).toUtf8()));
    } else if (link.scheme() == QLatin1String("seq") && m_session != nullptr) {
        m_session->focus.goTo(link.path().toULongLong());
    }
}

void ExplainPanel::typed(const QString& text)
{
    if (text.isEmpty()) {
        refresh();
    } else {
        m_soon.stop();
        show(explainpages::search(text));
    }
}

void ExplainPanel::addActions(Actions& actions)
{
    actions.add(
        QStringLiteral("explain.search"), tr("Help"), tr("E&xplain a name…"),
        tr("What a routine, structure, field, status or flag means."),
        { QKeySequence(QStringLiteral("Shift+F1")) }, [this] {
            if (auto* dock = qobject_cast<QDockWidget*>(parentWidget())) {
                dock->show();
                dock->raise();
            }
            m_search->setFocus();
            m_search->selectAll();
        });
}

// Every view explains its names in tool tips; what such a tip explains is shown here at length.
bool ExplainPanel::eventFilter(QObject* object, QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_following->isChecked()) {
        QTimer::singleShot(0, this, &ExplainPanel::hovered); // the view shows its tip first
    }
    return Panel::eventFilter(object, event);
}

void ExplainPanel::hovered()
{
    const QString html = explainpages::ofTip(QToolTip::text());
    if (!html.isEmpty() && m_search->text().isEmpty()) {
        show(html);
    }
}

void ExplainPanel::seen()
{
    qApp->installEventFilter(this);
    if (m_following->isChecked()) {
        refresh();
    }
}

void ExplainPanel::unseen()
{
    qApp->removeEventFilter(this);
}

} // namespace rdrlab::gui
