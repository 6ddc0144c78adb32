// The bar and the menus of the object graph.
#include "gui/graph/graphpanel.h"
#include "gui/models/explain.h"
#include "gui/models/texts.h"
#include "gui/timeline/lanes.h"

#include <QActionGroup>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <QWidgetAction>

namespace rdrlab::gui {

using trace::ObjectId;
using trace::ObjectKind;

void GraphPanel::buildBar()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(4, 2, 4, 2);
    bar->setSpacing(3);
    m_find = new QLineEdit(this);
    m_find->setPlaceholderText(tr("find an object"));
    m_find->setAccessibleName(tr("Find an object of the graph"));
    m_find->setClearButtonEnabled(true);
    m_find->installEventFilter(this);
    connect(m_find, &QLineEdit::textEdited, this, [this] { find(true, false); });
    bar->addWidget(m_find, 1);
    m_kindsButton = new QToolButton(this);
    m_kindsButton->setText(tr("Kinds"));
    m_kindsButton->setToolTip(tr("Which kinds of objects are shown"));
    m_kindsButton->setPopupMode(QToolButton::InstantPopup);
    m_kindsMenu = new QMenu(m_kindsButton);
    m_kindsButton->setMenu(m_kindsMenu);
    connect(m_kindsMenu, &QMenu::aboutToShow, this, &GraphPanel::buildKinds);
    bar->addWidget(m_kindsButton);
    const auto button = [&](QAction* action) {
        auto* made = new QToolButton(this);
        made->setDefaultAction(action);
        bar->addWidget(made);
    };
    m_more = new QToolButton(this);
    m_more->setText(tr("More"));
    m_more->setToolTip(tr("How the graph is shown, and saving it"));
    m_more->setPopupMode(QToolButton::InstantPopup);
    buildMore();
    m_compactOption->setIconText(tr("Compact"));
    button(m_compactOption);
    m_whyOption->setIconText(tr("Who holds"));
    button(m_whyOption);
    bar->addWidget(m_more);
    layout->addLayout(bar);
    m_summary = new TextLine(this);
    m_summary->setContentsMargins(6, 0, 6, 2);
    layout->addWidget(m_summary);
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_list);
    m_splitter->addWidget(m_stack);
    m_splitter->setChildrenCollapsible(false);
    layout->addWidget(m_splitter, 1);
}

QAction*
GraphPanel::addOption(QMenu* menu, const QString& key, const QString& text, const QString& tip)
{
    QAction* action = menu->addAction(text);
    action->setCheckable(true);
    action->setToolTip(tip);
    action->setStatusTip(tip);
    const QString name = QStringLiteral("graph/") + key;
    connect(action, &QAction::toggled, this, [name](bool on) { QSettings().setValue(name, on); });
    return action;
}

void GraphPanel::buildMore()
{
    auto* menu = new QMenu(m_more);
    menu->setToolTipsVisible(true);
    m_more->setMenu(menu);
    m_compactOption = addOption(
        menu, QStringLiteral("compact"), tr("&Compact: leave out empty places"),
        tr("Objects keep their order, but move together where others are not alive. Otherwise no "
           "object ever moves."));
    connect(m_compactOption, &QAction::toggled, this, [this] { refresh(true); });
    m_followOption = addOption(
        menu, QStringLiteral("follow"), tr("&Follow the selection and the changes"),
        tr("Scrolls to what is selected elsewhere, and to what a step changes out of sight."));
    m_sinceOption = addOption(
        menu, QStringLiteral("sinceLast"), tr("Mark all changes &since the place before"),
        tr("After a step over a call, all that it changed is marked; otherwise only what the "
           "current event changed."));
    connect(m_sinceOption, &QAction::toggled, this, [this](bool on) {
        if (!on && m_at != 0) {
            m_since = m_at - 1;
            refresh(false);
        }
    });
    m_animateOption = addOption(
        menu, QStringLiteral("animate"), tr("&Glide when objects move"),
        tr("Only in compact view and after another choice of kinds. Off: they jump."));
    connect(m_animateOption, &QAction::toggled, m_view, &GraphView::setAnimated);
    menu->addSeparator();
    auto* flows = new QActionGroup(menu);
    const std::pair<int, QString> choices[] = { { -1, tr("Grow as the panel's shape suggests") },
                                                { 0, tr("Grow &downwards") },
                                                { 1, tr("Grow to the &right") } };
    for (const auto& [flow, text] : choices) {
        QAction* action = menu->addAction(text, this, [this, flow = flow] { setFlow(flow); });
        action->setCheckable(true);
        action->setChecked(flow == QSettings().value(QStringLiteral("graph/flow"), -1).toInt());
        flows->addAction(action);
    }
    menu->addSeparator();
    m_listOption = addOption(
        menu, QStringLiteral("list"), tr("Show as a &list"),
        tr("The same objects as a tree of text."));
    connect(m_listOption, &QAction::toggled, this, &GraphPanel::setListShown);
    m_whyOption = new QAction(tr("&Who holds the chosen object"), this);
    m_whyOption->setCheckable(true);
    m_whyOption->setToolTip(
        tr("Draws the paths along which the chosen object is held, and lists its holders"));
    connect(m_whyOption, &QAction::toggled, this, &GraphPanel::setWhyShown);
    menu->addAction(m_whyOption);
    menu->addSeparator();
    menu->addAction(tr("Fi&t"), m_view, &GraphView::fit);
    menu->addAction(tr("Zoom &in"), m_view, [this] { m_view->zoomBy(1.25); });
    menu->addAction(tr("Zoom &out"), m_view, [this] { m_view->zoomBy(0.8); });
    menu->addAction(tr("&Open all that is closed"), this, [this] {
        m_scene.openAll();
        refresh(true);
    });
    menu->addAction(tr("&Place all anew"), this, [this] {
        m_needsSource = true;
        m_needsLayout = true;
        lay();
    });
    menu->addSeparator();
    menu->addAction(tr("Save what is shown…"), this, &GraphPanel::exportShown);
}

// A menu of check boxes stays open while several are clicked.
void GraphPanel::buildKinds()
{
    m_kindsMenu->clear();
    GraphKinds present;
    if (m_source != nullptr) {
        for (const ObjectKind kind : m_source->kinds) {
            present.set(std::size_t(kind));
        }
    }
    for (const ObjectKind kind : objectKindOrder()) {
        const QString name = texts::objectKind(kind);
        const bool isPresent = present.test(std::size_t(kind));
        auto* box = new QCheckBox(isPresent ? name : tr("%1 (none)").arg(name), m_kindsMenu);
        box->setChecked(m_kinds.test(std::size_t(kind)));
        box->setToolTip(explainTip(name));
        box->setContentsMargins(6, 1, 6, 1);
        connect(box, &QCheckBox::toggled, this, [this, kind](bool on) {
            GraphKinds kinds = m_kinds;
            kinds.set(std::size_t(kind), on);
            setKinds(kinds);
        });
        auto* action = new QWidgetAction(m_kindsMenu);
        action->setDefaultWidget(box);
        m_kindsMenu->addAction(action);
    }
    m_kindsMenu->addSeparator();
    m_kindsMenu->addAction(tr("The &usual kinds"), this, [this] { setKinds(usualGraphKinds()); });
    m_kindsMenu->addAction(tr("&All kinds"), this, [this] {
        GraphKinds all;
        all.set();
        all.reset(std::size_t(ObjectKind::None));
        setKinds(all);
    });
}

void GraphPanel::buildWhy()
{
    m_whyBox = new QWidget(this);
    auto* layout = new QVBoxLayout(m_whyBox);
    layout->setContentsMargins(4, 2, 4, 0);
    layout->setSpacing(2);
    auto* head = new QHBoxLayout;
    m_whyHead = new QLabel(m_whyBox);
    m_whyHead->setTextFormat(Qt::PlainText);
    m_whyHead->setWordWrap(true);
    head->addWidget(m_whyHead, 1);
    auto* close = new QToolButton(m_whyBox);
    close->setText(tr("Close"));
    close->setAccessibleName(tr("Close the list of holders"));
    connect(close, &QToolButton::clicked, this, [this] { setWhyShown(false); });
    head->addWidget(close);
    layout->addLayout(head);
    m_whyView = new QTreeView(m_whyBox);
    m_whyView->setModel(&m_why);
    m_whyView->setUniformRowHeights(true);
    m_whyView->setAlternatingRowColors(true);
    m_whyView->setFrameShape(QFrame::NoFrame);
    m_whyView->setAccessibleName(tr("Who holds the chosen object"));
    m_whyView->header()->resizeSection(WhyModel::Who, fontMetrics().averageCharWidth() * 36);
    connect(m_whyView, &QTreeView::activated, this, [this](const QModelIndex& index) {
        const Seq taken = index.data(WhyModel::SeqRole).toULongLong();
        const ObjectId object = index.data(WhyModel::ObjectRole).toUInt();
        if (m_session != nullptr && taken != 0) {
            m_session->focus.goTo(taken);
        } else if (object != 0) {
            m_session->focus.choose(object);
        }
    });
    layout->addWidget(m_whyView, 1);
    m_splitter->addWidget(m_whyBox);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 1);
    m_whyBox->hide();
}

void GraphPanel::readSettings()
{
    const QSettings settings;
    const QStringList names = settings.value(QStringLiteral("graph/kinds")).toStringList();
    if (!names.isEmpty()) {
        m_kinds.reset();
        for (std::size_t kind = 1; kind < m_kinds.size(); ++kind) {
            m_kinds.set(kind, names.contains(texts::objectKind(ObjectKind(kind))));
        }
    }
    m_flow = std::clamp(settings.value(QStringLiteral("graph/flow"), -1).toInt(), -1, 1);
    const auto read = [&](QAction* action, const char* key, bool otherwise) {
        action->setChecked(
            settings.value(QStringLiteral("graph/") + QLatin1String(key), otherwise).toBool());
    };
    read(m_followOption, "follow", true);
    read(m_compactOption, "compact", false);
    read(m_sinceOption, "sinceLast", true);
    read(m_animateOption, "animate", true);
    read(m_listOption, "list", false);
}

bool GraphPanel::eventFilter(QObject* object, QEvent* event)
{
    if (object == m_find && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        switch (key->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
            find(!(key->modifiers() & Qt::ShiftModifier), true);
            return true;
        case Qt::Key_Escape:
        case Qt::Key_Down:
            m_stack->currentWidget()->setFocus();
            return true;
        default:
            break;
        }
    }
    return Panel::eventFilter(object, event);
}

void GraphPanel::addActions(Actions& actions)
{
    const QString category = tr("Objects");
    const auto add = [&](const char* id, const QString& text, const QString& hint, const char* keys,
                         std::function<void()> run) {
        const QString bound = QString::fromLatin1(keys);
        return actions.add(
            QString::fromLatin1(id), category, text, hint,
            bound.isEmpty() ? QList<QKeySequence>() : QList<QKeySequence> { QKeySequence(bound) },
            std::move(run));
    };
    add("graph.find", tr("&Find an object…"), tr("Type a part of its name; Enter finds the next."),
        "O", [this] {
            m_find->setFocus();
            m_find->selectAll();
        });
    add("graph.why", tr("&Who holds the chosen object"),
        tr("Draws the paths along which it is held, and lists its holders."), "K",
        [this] { setWhyShown(!m_whyOption->isChecked()); });
    add("graph.compact", tr("&Compact graph"),
        tr("Leaves out the places of objects that are not alive."), "Shift+K",
        [this] { setCompact(!m_compactOption->isChecked()); });
    add("graph.list", tr("Graph as a &list"), tr("The same objects as a tree of text."), "",
        [this] { setListShown(!m_listOption->isChecked()); });
    add("graph.fit", tr("Fi&t the graph"), tr("All objects in sight, as far as readable."), "",
        [this] { m_view->fit(); });
    add("graph.repack", tr("&Place all objects anew"),
        tr("After a live recording: gives each the place it has in the finished trace."),
        "Ctrl+Shift+O", [this] {
            m_needsSource = true;
            m_needsLayout = true;
            lay();
        });
    add("graph.export", tr("&Save the graph…"), tr("As PNG, SVG or Graphviz DOT."), "",
        [this] { exportShown(); });
}

void GraphPanel::showMenu(ObjectId object, trace::StringId field, const QPoint& place)
{
    if (m_layout == nullptr) {
        return;
    }
    QMenu menu(this);
    if (object != 0) {
        pick(object, field);
        addFieldEntries(menu, object, field);
        addObjectEntries(menu, object);
    } else {
        menu.addActions(m_more->menu()->actions());
    }
    menu.exec(place);
}

void GraphPanel::addFieldEntries(QMenu& menu, ObjectId object, trace::StringId field)
{
    const std::vector<GraphLine>& lines = m_scene.linesOf(object);
    const auto line = std::find_if(
        lines.begin(), lines.end(), [field](const GraphLine& each) { return each.field == field; });
    if (field == 0 || line == lines.end()) {
        return;
    }
    menu.addAction(tr("Last change of %1").arg(line->key), this, [this, object, field] {
        goToChange(object, field, false);
    });
    menu.addAction(tr("Next change of %1").arg(line->key), this, [this, object, field] {
        goToChange(object, field, true);
    });
    if (line->target != 0) {
        const ObjectId target = line->target;
        menu.addAction(tr("Select %1").arg(m_scene.titleOf(target)), this, [this, target] {
            m_session->focus.choose(target);
        });
    }
    menu.addAction(tr("Copy value"), this, [value = line->full] {
        QApplication::clipboard()->setText(value);
    });
    menu.addSeparator();
}

void GraphPanel::addObjectEntries(QMenu& menu, ObjectId object)
{
    const trace::Object* known = m_session->document.reader().object(object);
    if (known == nullptr) {
        return;
    }
    const auto goTo = [&](const QString& text, Seq seq) {
        QAction* action
            = menu.addAction(text.arg(QLocale().toString(qulonglong(seq))), this, [this, seq] {
                  m_session->focus.goTo(seq);
              });
        action->setEnabled(seq != 0);
    };
    goTo(tr("Go to its birth (#%1)"), known->birth);
    if (known->death != 0) {
        goTo(tr("Go to its death (#%1)"), known->death);
    }
    menu.addAction(
        tr("Last event about it"), this, [this, object] { goToChange(object, 0, false); });
    menu.addAction(
        tr("Next event about it"), this, [this, object] { goToChange(object, 0, true); });
    menu.addSeparator();
    menu.addAction(tr("Who holds it"), this, [this] { setWhyShown(true); });
    menu.addAction(
        tr("Open or close what belongs to it"), this, [this, object] { toggleFold(object); });
    menu.addAction(tr("Show only events about it"), this, [this, object] {
        QString name = texts::object(m_session->document.reader(), object);
        name.replace(QLatin1Char('\\'), QStringLiteral("\\\\"));
        name.replace(QLatin1Char('"'), QStringLiteral("\\\""));
        Q_EMIT filterWanted(QStringLiteral("object == \"%1\"").arg(name));
    });
    menu.addSeparator();
    menu.addAction(tr("Copy name"), this, [title = m_scene.titleOf(object)] {
        QApplication::clipboard()->setText(title);
    });
    menu.addAction(tr("Copy all that is known"), this, [text = m_scene.describe(object)] {
        QApplication::clipboard()->setText(text);
    });
}

} // namespace rdrlab::gui
