#include "gui/live/startpage.h"

#include "gui/themes/icons.h"
#include "gui/themes/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QPainter>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTextLayout>
#include <QVBoxLayout>

namespace rdrlab::gui {

namespace {

constexpr int kWordLines = 2;
constexpr int kGap = 6;

// A title, and below it some words, on two lines at most.
class EntryDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const auto* view = qobject_cast<const QListView*>(option.widget);
        const int width = view != nullptr ? view->viewport()->width() - 2 * kGap : 0;
        const QString words = index.data(StartList::WordsRole).toString();
        const int lines = option.fontMetrics.horizontalAdvance(words) > width ? kWordLines : 1;
        return { option.fontMetrics.averageCharWidth() * 20,
                 option.fontMetrics.lineSpacing() * (1 + lines) + 2 * kGap };
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index)
        const override
    {
        QStyleOptionViewItem option(given);
        initStyleOption(&option, index);
        option.text.clear();
        const QWidget* widget = option.widget;
        widget->style()->drawControl(QStyle::CE_ItemViewItem, &option, painter, widget);
        const bool selected = option.state & QStyle::State_Selected;
        const QRect box = option.rect.adjusted(kGap, kGap, -kGap, -kGap);
        const int line = option.fontMetrics.lineSpacing();
        painter->save();
        painter->setPen(selected ? theme().accentText : theme().text);
        QFont bold = option.font;
        bold.setBold(true);
        painter->setFont(bold);
        painter->drawText(
            QRect(box.left(), box.top(), box.width(), line), Qt::AlignVCenter | Qt::AlignLeft,
            QFontMetrics(bold).elidedText(index.data().toString(), Qt::ElideRight, box.width()));
        painter->setPen(selected ? theme().accentText : theme().dim);
        painter->setFont(option.font);
        drawWords(
            *painter, option, index.data(StartList::WordsRole).toString(),
            box.adjusted(0, line, 0, 0));
        painter->restore();
    }

private:
    static void drawWords(
        QPainter& painter,
        const QStyleOptionViewItem& option,
        const QString& words,
        const QRect& box)
    {
        QTextLayout layout(words, option.font);
        layout.beginLayout();
        int y = box.top();
        for (int i = 0; i < kWordLines; ++i) {
            QTextLine line = layout.createLine();
            if (!line.isValid()) {
                break;
            }
            line.setLineWidth(box.width());
            const bool isLast = i == kWordLines - 1;
            const QString text = isLast ? option.fontMetrics.elidedText(
                                     words.mid(line.textStart()), Qt::ElideRight, box.width())
                                        : words.mid(line.textStart(), line.textLength());
            painter.drawText(
                QRect(box.left(), y, box.width(), option.fontMetrics.lineSpacing()),
                Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, text);
            y += option.fontMetrics.lineSpacing();
        }
        layout.endLayout();
    }
};

} // namespace

StartPage::StartPage(QWidget* parent)
    : QScrollArea(parent)
    , m_page(new QWidget)
    , m_title(new QLabel(tr("rdrlab"), m_page))
    , m_words(new QLabel(
          tr("What a Windows network redirector does, call by call: run a lab on an emulated "
             "kernel, "
             "then step through the recording, forwards and backwards."),
          m_page))
    , m_labs {}
    , m_samples {}
    , m_recent {}
    , m_tour(new QPushButton(tr("&Take the tour (two minutes)"), m_page))
{
    setObjectName(QStringLiteral("start"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setFocusPolicy(Qt::NoFocus);
    setWidget(m_page);
    const int letter = fontMetrics().averageCharWidth();
    auto* outer = new QHBoxLayout(m_page);
    auto* column = new QVBoxLayout;
    auto* middle = new QWidget(m_page);
    middle->setLayout(column);
    middle->setMaximumWidth(letter * 190);
    outer->addStretch(1);
    outer->addWidget(middle, 100);
    outer->addStretch(1);
    column->setContentsMargins(letter * 3, letter * 2, letter * 3, letter * 2);
    column->setSpacing(letter);
    m_words->setWordWrap(true);
    column->addWidget(m_title);
    column->addWidget(m_words);
    auto* buttons = new QHBoxLayout;
    auto* open = new QPushButton(tr("&Open a trace…"), m_page);
    auto* run = new QPushButton(tr("&Run a lab or scenario…"), m_page);
    open->setIcon(icon(Glyph::Open));
    run->setIcon(icon(Glyph::Play));
    m_tour->setDefault(true);
    buttons->addWidget(m_tour);
    buttons->addWidget(run);
    buttons->addWidget(open);
    buttons->addStretch(1);
    column->addLayout(buttons);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(letter * 2);
    m_labs = addColumn(
        columns, tr("Labs to run"),
        tr("No labs lie beside the program. “Run a lab or scenario…” opens a scenario of your "
           "own."),
        true);
    m_samples = addColumn(
        columns, tr("Recordings to look at"),
        tr("No samples lie beside the program. “Open a trace…” opens one of your own."), false);
    m_recent = addColumn(
        columns, tr("Opened before"), tr("Nothing yet. Traces that you open are listed here."),
        false);
    column->addLayout(columns, 1);
    auto* drop = new QLabel(
        tr("Or drop a trace here.   Ctrl+Shift+P finds any command, ? lists the keys."), m_page);
    drop->setWordWrap(true);
    column->addWidget(drop);
    connect(open, &QPushButton::clicked, this, &StartPage::chooseWanted);
    connect(run, &QPushButton::clicked, this, [this] { Q_EMIT runWanted({}); });
    connect(m_tour, &QPushButton::clicked, this, &StartPage::tourWanted);
    connect(&Themes::instance(), &Themes::changed, this, &StartPage::restyle);
    restyle();
    setFocusProxy(m_tour);
}

StartPage::Column
StartPage::addColumn(QHBoxLayout* layout, const QString& title, const QString& empty, bool runs)
{
    auto* box = new QWidget(m_page);
    auto* inside = new QVBoxLayout(box);
    inside->setContentsMargins({});
    auto* heading = new QLabel(title, box);
    QFont font = heading->font();
    font.setBold(true);
    font.setPointSizeF(font.pointSizeF() * 1.15);
    heading->setFont(font);
    Column column { new StartList(this), new QListView(box), new QLabel(empty, box) };
    inside->addWidget(heading);
    inside->addWidget(column.view, 1);
    inside->addWidget(column.empty);
    inside->addStretch(0);
    layout->addWidget(box, 1);
    column.empty->setWordWrap(true);
    column.empty->setAlignment(Qt::AlignTop);
    column.view->setModel(column.list);
    column.view->setItemDelegate(new EntryDelegate(column.view));
    column.view->setResizeMode(QListView::Adjust); // words wrap by the width
    column.view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    column.view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column.view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    column.view->setTabKeyNavigation(false);
    column.view->setAccessibleName(title);
    column.view->setMouseTracking(true);
    column.view->viewport()->setCursor(Qt::PointingHandCursor);
    const auto chosen = [this, runs](const QModelIndex& index) {
        const QString path = index.data(StartList::PathRole).toString();
        // A double click chooses twice; the page is gone by then.
        if (!path.isEmpty() && isVisible()) {
            runs ? Q_EMIT runWanted(path) : Q_EMIT openWanted(path);
        }
    };
    connect(column.view, &QListView::clicked, this, chosen);
    connect(column.view, &QListView::activated, this, chosen);
    return column;
}

void StartPage::fill(const Column& column, std::vector<StartList::Entry> entries)
{
    column.view->setVisible(!entries.empty());
    column.empty->setVisible(entries.empty());
    column.list->setEntries(std::move(entries));
}

void StartPage::refresh()
{
    fill(m_labs, StartList::labs());
    fill(m_samples, StartList::samples());
    fill(m_recent, StartList::recent());
    m_tour->setEnabled(!tourSample().isEmpty());
}

QString StartPage::tourSample() const
{
    // The first one is the simplest; the folders sort them so.
    return m_samples.list->index(0, 0).data(StartList::PathRole).toString();
}

void StartPage::showEvent(QShowEvent* event)
{
    refresh();
    QScrollArea::showEvent(event);
}

void StartPage::restyle()
{
    QFont large = font();
    large.setBold(true);
    large.setPointSizeF(large.pointSizeF() * 2.2);
    m_title->setFont(large);
    QPalette colours = palette();
    colours.setColor(QPalette::Window, theme().window);
    setPalette(colours);
    viewport()->update();
}

} // namespace rdrlab::gui
