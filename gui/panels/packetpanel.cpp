#include "gui/panels/packetpanel.h"

#include "gui/models/texts.h"
#include "gui/panels/progressstrip.h"
#include "gui/timeline/lanepainter.h"

#include <QAction>
#include <QFontDatabase>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

namespace rdrlab::gui {

namespace {

constexpr int kWideEnough = 1000; // for list, fields and bytes side by side

void setRowHeight(QTableView* view)
{
    view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view->verticalHeader()->setMinimumSectionSize(4);
    view->verticalHeader()->setDefaultSectionSize(view->fontMetrics().height() + 2);
}

} // namespace

PacketPanel::PacketPanel(QWidget* parent)
    : WatchingPanel(parent)
    , m_filter(new QLineEdit(this))
    , m_answer(new QLabel(this))
    , m_followButton(new QToolButton(this))
    , m_partnerButton(new QToolButton(this))
    , m_list(new QTableView(this))
    , m_tree(new QTreeView(this))
    , m_hex(new QTableView(this))
    , m_split(new QSplitter(Qt::Horizontal, this))
    , m_details(new QSplitter(Qt::Vertical, this))
    , m_empty(new QLabel(this))
    , m_background(this)
    , m_progress(new ProgressStrip(m_background, this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(4, 2, 4, 2);
    bar->addWidget(m_filter, 1);
    bar->addWidget(m_answer);
    bar->addWidget(m_followButton);
    bar->addWidget(m_partnerButton);
    layout->addLayout(bar);
    layout->addWidget(m_empty);
    layout->addWidget(m_split, 1);
    layout->addWidget(m_progress);
    m_details->addWidget(m_tree);
    m_details->addWidget(m_hex);
    m_split->addWidget(m_list);
    m_split->addWidget(m_details);
    m_details->setSizes({ 620, 380 }); // shares; the rest follows the size
    m_split->setSizes({ 580, 420 });
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setMargin(8);
    m_filter->setPlaceholderText(
        tr("filter: create readme, failed, unanswered, >1ms, id:5 connection:1"));
    m_filter->setAccessibleName(tr("Filter of the packets"));
    m_filter->setClearButtonEnabled(true);
    m_followButton->setText(tr("Follow"));
    m_followButton->setAccessibleName(tr("Follow this request"));
    m_followButton->setToolTip(
        tr("Shows only the messages with this message id: the request, interim and final response, "
           "a cancel"));
    m_partnerButton->setText(QStringLiteral("⇄"));
    m_partnerButton->setAccessibleName(tr("Go to the other half"));
    m_partnerButton->setToolTip(tr("From the request to its response, and back (Enter)"));
    connect(m_filter, &QLineEdit::textChanged, this, &PacketPanel::applyFilter);
    connect(m_followButton, &QToolButton::clicked, this, &PacketPanel::follow);
    connect(m_partnerButton, &QToolButton::clicked, this, &PacketPanel::goToPartner);
    connect(m_progress, &ProgressStrip::cancelled, this, &PacketPanel::updateAnswer);
    buildList();
    buildDetails();
    setFocusProxy(m_filter);
    updateAnswer();
}

void PacketPanel::buildList()
{
    m_list->setModel(&m_model);
    m_list->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_list->setAlternatingRowColors(true);
    m_list->setShowGrid(false);
    m_list->setWordWrap(false);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setTabKeyNavigation(false);
    m_list->setAccessibleName(tr("Packets"));
    m_list->verticalHeader()->hide();
    setRowHeight(m_list);
    m_list->horizontalHeader()->setHighlightSections(false);
    const int letter = fontMetrics().averageCharWidth();
    const int widths[] = { 5, 2, 23, 18, 22, 8, 11, 5, 6 };
    for (int column = 0; column < int(std::size(widths)); ++column) {
        m_list->setColumnWidth(column, widths[column] * letter + 10);
    }
    giveTableManners(
        m_list, QStringLiteral("packets.csv"), [this](const QString& line) { Q_EMIT said(line); });
    auto* follow = new QAction(tr("&Follow this request"), m_list);
    connect(follow, &QAction::triggered, this, &PacketPanel::follow);
    auto* partner = new QAction(tr("&Go to the other half"), m_list);
    connect(partner, &QAction::triggered, this, &PacketPanel::goToPartner);
    auto* ofFile = new QAction(tr("Only what is about the same &file"), m_list);
    connect(ofFile, &QAction::triggered, this, [this] {
        const trace::Smb2Message* message = m_model.messageOf(m_list->currentIndex().row());
        if (message != nullptr && message->name != 0) {
            setFilter(
                QLatin1Char('"') + texts::foreign(m_model.messages()->names[message->name])
                + QLatin1Char('"'));
        }
    });
    m_list->addActions({ follow, partner, ofFile });
    connect(
        m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &PacketPanel::chosen);
    connect(m_list, &QTableView::activated, this, &PacketPanel::goToPartner);
}

void PacketPanel::buildDetails()
{
    m_tree->setModel(&m_fields);
    m_tree->setUniformRowHeights(true);
    m_tree->setAlternatingRowColors(true);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setIndentation(fontMetrics().averageCharWidth() * 2);
    m_tree->setAccessibleName(tr("Fields of the packet"));
    m_tree->header()->resizeSection(WireModel::Name, fontMetrics().averageCharWidth() * 26);
    auto* copy = new QAction(tr("&Copy the field"), m_tree);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, m_tree, [this] { copyRows(m_tree); });
    m_tree->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_tree->addAction(copy);
    m_hex->setModel(&m_bytes);
    QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (font().pointSizeF() > 0) {
        fixed.setPointSizeF(font().pointSizeF()); // the desktop's own may be far smaller
    }
    m_hex->setFont(fixed);
    m_hex->setShowGrid(false);
    m_hex->setFrameShape(QFrame::NoFrame);
    m_hex->setTabKeyNavigation(false);
    m_hex->setAccessibleName(tr("Bytes of the packet"));
    m_hex->horizontalHeader()->setMinimumSectionSize(4);
    m_hex->horizontalHeader()->setHighlightSections(false);
    m_hex->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    setRowHeight(m_hex);
    connect(
        m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
        &PacketPanel::fieldChosen);
    connect(
        m_hex->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex& current) {
            const std::uint32_t offset = m_bytes.offsetOf(current);
            if (m_isLinking || offset == UINT32_MAX) {
                return;
            }
            const QModelIndex field = m_fields.fieldAt(offset);
            m_isLinking = true;
            m_tree->setCurrentIndex(field);
            m_tree->scrollTo(field);
            if (const trace::WireField* own = m_fields.field(field)) {
                m_bytes.mark(own->offset, own->length);
            }
            m_isLinking = false;
        });
    connect(&Themes::instance(), &Themes::changed, m_hex, [this] { m_hex->viewport()->update(); });
}

void PacketPanel::resizeEvent(QResizeEvent* event)
{
    WatchingPanel::resizeEvent(event);
    // Tall: list above, details below. Wide: three side by side. Else the details share a column.
    const bool isTall = height() > width();
    m_split->setOrientation(isTall ? Qt::Vertical : Qt::Horizontal);
    m_details->setOrientation(
        isTall || width() >= fontMetrics().averageCharWidth() * kWideEnough / 6 ? Qt::Horizontal
                                                                                : Qt::Vertical);
    constexpr int kNameLetters = 26;
    m_tree->header()->resizeSection(
        WireModel::Name,
        std::min(
            fontMetrics().averageCharWidth() * kNameLetters, m_tree->viewport()->width() * 3 / 5));
    const int letter = QFontMetrics(m_hex->font()).averageCharWidth();
    constexpr int kRoomy = 20; // lines, for a heading above the bytes
    m_hex->horizontalHeader()->setVisible(height() > fontMetrics().height() * kRoomy);
    const int room = m_hex->viewport()->width();
    // Each byte takes two letters and a gap, and one more as text.
    const int perByte = 4 * letter + letter;
    m_bytes.setBytesPerRow(room >= 32 * perByte ? 32 : room >= 16 * perByte ? 16 : 8);
    for (int column = 0; column < m_bytes.bytesPerRow(); ++column) {
        m_hex->setColumnWidth(column, letter * 3);
    }
    m_hex->setColumnWidth(m_bytes.bytesPerRow(), letter * (m_bytes.bytesPerRow() + 2));
}

void PacketPanel::traceChanged()
{
    m_background.cancel();
    m_model.setMessages(nullptr);
    showDetails(nullptr);
    m_isStale = isReady(); // read when it is shown
    updateAnswer();
}

void PacketPanel::traceGrew()
{
    if (isReady()) {
        load();
    }
}

void PacketPanel::load()
{
    if (m_background.isRunning()) {
        m_isStale = true; // once more when this is done
        return;
    }
    m_isStale = false;
    const auto found = std::make_shared<trace::Smb2Messages>();
    const auto problem = std::make_shared<std::string>();
    m_progress->begin(tr("Reading the packets"));
    m_background.start(
        [found, problem,
         path = session()->document.path().toStdString()](Background::Control& control) {
            const auto reader = trace::Reader::open(path, *problem);
            if (reader != nullptr
                && !trace::smb2Messages(
                    *reader, *found, [&](std::uint64_t done, std::uint64_t total) {
                        control.tell(done, total);
                        return !control.isCancelled();
                    })) {
                *problem = reader->error();
            }
        },
        [this, found, problem] {
            m_following = true;
            m_model.setMessages(found);
            m_following = false;
            if (!problem->empty()) {
                Q_EMIT said(texts::foreign(*problem));
            }
            updateAnswer();
            placeChanged();
            if (m_isStale && isReady() && isSeen()) {
                load();
            }
        });
    updateAnswer();
}

void PacketPanel::placeChanged()
{
    if (m_answer->text().isEmpty()) {
        updateAnswer();
    }
    if (!isReady()) {
        return;
    }
    if (m_model.messages() == nullptr) {
        if (m_isStale && !m_background.isRunning()) {
            load();
        }
        return;
    }
    const int row = m_model.rowOfSeq(session()->focus.seq());
    const trace::Smb2Message* now = m_model.messageOf(m_list->currentIndex().row());
    const trace::Smb2Message* wanted = m_model.messageOf(row);
    // Messages of one unit share their event: whichever of them is chosen stays so.
    if (wanted == nullptr || (now != nullptr && now->seq == wanted->seq)) {
        return;
    }
    m_following = true;
    const QModelIndex index = m_model.index(row, 0);
    m_list->setCurrentIndex(index);
    m_list->scrollTo(index);
    m_following = false;
}

void PacketPanel::chosen(const QModelIndex& current)
{
    const trace::Smb2Message* message = m_model.messageOf(current.row());
    showDetails(message);
    if (message == nullptr || m_following || !isReady()) {
        return;
    }
    m_following = true;
    session()->focus.goTo(message->seq);
    const TraceIndex& index = *session()->document.index();
    const CallIndex call = index.callAt(message->call);
    if (call != kNoCall && index.calls[call].object != 0) {
        session()->focus.choose(index.calls[call].object);
    }
    m_following = false;
}

void PacketPanel::showDetails(const trace::Smb2Message* message)
{
    trace::Smb2Unit unit;
    if (message != nullptr && isReady()) {
        const trace::Smb2Messages& all = *m_model.messages();
        unit = trace::smb2Unit(
            session()->document.reader(), all, std::size_t(message - all.messages.data()));
    }
    m_isLinking = true;
    m_fields.setFields(trace::decodeSmb2(unit));
    m_bytes.setBytes(std::move(unit.bytes));
    m_isLinking = false;
    m_followButton->setEnabled(message != nullptr && message->form == trace::Smb2Form::Message);
    m_partnerButton->setEnabled(message != nullptr && message->partner != trace::kNoMessage);
    if (message == nullptr) {
        return;
    }
    // The message and its parts open, the header's fields closed: the command is what one reads.
    const QModelIndex own = m_fields.structureAt(message->offset);
    m_tree->expand(own);
    for (int row = 0; row < m_fields.rowCount(own); ++row) {
        const QModelIndex part = m_fields.index(row, 0, own);
        const trace::WireField* field = m_fields.field(part);
        if (field->offset != message->offset) {
            expandReadable(part);
        }
    }
    if (own.isValid()) {
        m_tree->setCurrentIndex(own);
        // What the command says comes last, and is what one looks for first.
        const QModelIndex body = m_fields.index(m_fields.rowCount(own) - 1, 0, own);
        m_tree->scrollTo(body.isValid() ? body : own, QAbstractItemView::PositionAtTop);
    }
}

void PacketPanel::expandReadable(const QModelIndex& structure)
{
    // The entries of a directory are a list of names: each opens by itself.
    constexpr int kMostOpen = 8;
    m_tree->expand(structure);
    std::vector<QModelIndex> inner;
    for (int row = 0; row < m_fields.rowCount(structure); ++row) {
        const QModelIndex part = m_fields.index(row, 0, structure);
        if (m_fields.rowCount(part) != 0) {
            inner.push_back(part);
        }
    }
    if (inner.size() <= kMostOpen) {
        for (const QModelIndex& part : inner) {
            expandReadable(part);
        }
    }
}

void PacketPanel::fieldChosen(const QModelIndex& field)
{
    const trace::WireField* own = m_fields.field(field);
    if (own == nullptr || m_isLinking) {
        return;
    }
    m_isLinking = true;
    m_bytes.mark(own->offset, own->length);
    const QModelIndex byte = m_bytes.indexOf(own->offset);
    m_hex->setCurrentIndex(byte);
    m_hex->clearSelection();
    m_hex->scrollTo(byte);
    m_isLinking = false;
}

void PacketPanel::setFilter(const QString& expression)
{
    m_filter->setText(expression);
}

void PacketPanel::applyFilter()
{
    const PacketFilter filter = PacketFilter::parse(m_filter->text());
    if (filter.error().isEmpty()) {
        const QVariant kept = m_list->currentIndex().isValid()
            ? m_list->currentIndex().data(PacketModel::MessageRole)
            : QVariant();
        m_following = true;
        m_model.setFilter(filter);
        const int row = kept.isValid() ? m_model.rowOfMessage(kept.toUInt()) : -1;
        if (row >= 0) {
            m_list->setCurrentIndex(m_model.index(row, 0));
            m_list->scrollTo(m_model.index(row, 0));
        }
        m_following = false;
    }
    updateAnswer();
}

void PacketPanel::updateAnswer()
{
    const PacketFilter filter = PacketFilter::parse(m_filter->text());
    const bool isGood = filter.error().isEmpty();
    QPalette colours = palette();
    if (!filter.isEmpty() || !isGood) {
        colours.setColor(
            QPalette::Base, mixed(isGood ? theme().added : theme().failed, theme().base, 0.16));
    }
    m_filter->setPalette(colours);
    m_filter->setToolTip(filter.error());
    const trace::Smb2Messages* all = m_model.messages();
    const bool hasAny = all != nullptr && !all->messages.empty();
    m_empty->setVisible(!hasAny);
    m_answer->setText(
        !isGood ? QStringLiteral("✖ ") + filter.error()
            : hasAny
            ? (filter.isEmpty()
                   ? tr("%n messages", nullptr, int(all->messages.size()))
                   : tr("✓ %1 of %2").arg(m_model.rowCount()).arg(all->messages.size()))
            : QString());
    if (hasAny && all->skippedBytes != 0) {
        m_answer->setText(
            m_answer->text() + QStringLiteral("  ▲ ")
            + tr("%n bytes belong to no message", nullptr, int(all->skippedBytes)));
    }
    m_empty->setText(
        !isReady()                     ? tr("Open a trace to see its packets.")
            : m_background.isRunning() ? tr("Reading the packets …")
            : all == nullptr           ? tr("Reading was cancelled. Show the panel again to go on.")
                                       : tr("Nothing was put on the wire in this recording."));
    if (isSeen()) {
        layout()->activate(); // in the same moment as the texts
    } else {
        m_answer->clear();
        m_empty->clear(); // until there is a size to lay it out in
    }
}

void PacketPanel::follow()
{
    const trace::Smb2Message* message = m_model.messageOf(m_list->currentIndex().row());
    if (message != nullptr) {
        setFilter(
            QStringLiteral("id:%1 connection:%2").arg(message->messageId).arg(message->connection));
    }
}

void PacketPanel::goToPartner()
{
    const trace::Smb2Message* message = m_model.messageOf(m_list->currentIndex().row());
    if (message == nullptr || message->partner == trace::kNoMessage) {
        Q_EMIT said(tr("This message has no other half in the recording."));
        return;
    }
    const std::uint32_t partner = message->partner;
    if (m_model.rowOfMessage(partner) < 0) {
        m_filter->clear();
    }
    const QModelIndex index = m_model.index(m_model.rowOfMessage(partner), 0);
    m_list->setCurrentIndex(index);
    m_list->scrollTo(index);
}

} // namespace rdrlab::gui
