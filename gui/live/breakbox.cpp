#include "gui/live/breakbox.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"

#include <QComboBox>
#include <QCompleter>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QShortcut>
#include <QTreeView>
#include <QVBoxLayout>

namespace rdrlab::gui {

namespace {

constexpr int kRowsShown = 4;

// What the first entries of the list stand for.
struct Preset
{
    const char* words;
    const char* layer;
    bool onlyFailed;
};
const Preset kPresets[] = {
    { QT_TRANSLATE_NOOP("rdrlab::gui::BreakBox", "Any MRx call"), "mrx", false },
    { QT_TRANSLATE_NOOP("rdrlab::gui::BreakBox", "Any system call"), "app", false },
    { QT_TRANSLATE_NOOP("rdrlab::gui::BreakBox", "Any SMB2 exchange"), "wire", false },
    { QT_TRANSLATE_NOOP("rdrlab::gui::BreakBox", "Any call that fails"), "", true },
};

} // namespace

BreakBox::BreakBox(LiveBreakModel& breaks, QWidget* parent)
    : QWidget(parent)
    , m_breaks(breaks)
    , m_view(new QTreeView(this))
    , m_routine(new QComboBox(this))
    , m_object(new QLineEdit(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    auto* row = new QHBoxLayout;
    auto* button = new QPushButton(tr("A&dd"), this);
    row->addWidget(m_routine, 3);
    row->addWidget(m_object, 2);
    row->addWidget(button);
    layout->addLayout(row);
    layout->addWidget(m_view);
    for (const Preset& preset : kPresets) {
        m_routine->addItem(tr(preset.words));
    }
    m_routine->insertSeparator(m_routine->count());
    for (const trace::Explanation& entry : trace::explanations()) {
        if (entry.kind == "routine" && entry.name.starts_with("MRx")) {
            m_routine->addItem(texts::foreign(entry.name));
        }
    }
    m_routine->setEditable(true);
    m_routine->setInsertPolicy(QComboBox::NoInsert);
    m_routine->completer()->setFilterMode(Qt::MatchContains);
    m_routine->completer()->setCompletionMode(QCompleter::PopupCompletion);
    m_routine->setAccessibleName(tr("Routine to pause at"));
    m_routine->lineEdit()->setAccessibleName(m_routine->accessibleName());
    m_routine->setToolTip(
        tr("A routine, with * for any letters (MRxQuery*, NtCreateFile, IRP_MJ_CREATE), or one of "
           "the list"));
    m_routine->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_routine->setMinimumContentsLength(12);
    m_object->setPlaceholderText(tr("about (part of a name)"));
    m_object->setAccessibleName(tr("Only calls about an object with this in its name"));
    m_object->setToolTip(
        tr("Only calls about an object with this in its name, such as readme.txt"));
    m_view->setModel(&m_breaks);
    m_view->setRootIsDecorated(false);
    m_view->setHeaderHidden(true);
    m_view->setAccessibleName(tr("Where a live run pauses"));
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_view->setFixedHeight((fontMetrics().height() + 6) * kRowsShown);
    auto* removal = new QAction(tr("Remove"), m_view);
    removal->setShortcut(QKeySequence::Delete);
    removal->setShortcutContext(Qt::WidgetShortcut);
    m_view->addAction(removal);
    connect(removal, &QAction::triggered, this, &BreakBox::removeCurrent);
    connect(button, &QPushButton::clicked, this, &BreakBox::add);
    connect(m_object, &QLineEdit::returnPressed, this, &BreakBox::add);
    connect(m_routine->lineEdit(), &QLineEdit::returnPressed, this, &BreakBox::add);
}

void BreakBox::add()
{
    LiveBreak one;
    const QString text = m_routine->currentText().trimmed();
    const int known = m_routine->findText(text, Qt::MatchFixedString);
    if (known >= 0 && known < int(std::size(kPresets))) {
        one.layer = QLatin1String(kPresets[known].layer);
        one.onlyFailed = kPresets[known].onlyFailed;
    } else {
        one.routine = text;
    }
    one.object = m_object->text().trimmed();
    m_breaks.add(one);
}

void BreakBox::removeCurrent()
{
    m_breaks.remove(m_view->currentIndex().row());
}

} // namespace rdrlab::gui
