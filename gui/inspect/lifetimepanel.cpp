#include "gui/inspect/lifetimepanel.h"

#include "gui/inspect/lifetimeview.h"
#include "gui/models/explain.h"
#include "gui/models/objectkinds.h"
#include "gui/models/texts.h"

#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QToolButton>
#include <QVBoxLayout>

namespace rdrlab::gui {

namespace {
const QString kHiddenKey = QStringLiteral("lifetimes/hidden");
const QString kOrderKey = QStringLiteral("lifetimes/order");
}

LifetimePanel::LifetimePanel(QWidget* parent)
    : Panel(parent)
    , m_view(new LifetimeView(m_model, this))
    , m_order(new QComboBox(this))
    , m_choice(new QComboBox(this))
    , m_kinds(new QToolButton(this))
    , m_kindMenu(new QMenu(m_kinds))
    , m_time(new QToolButton(this))
    , m_words(new QLineEdit(this))
    , m_answer(new TextLine(this))
    , m_cancel(new QToolButton(this))
    , m_background(this)
    , m_leakSearch(this)
{
    buildBar();
    setFocusProxy(m_view);
    connect(m_view, &LifetimeView::chosen, this, [this](trace::ObjectId object) {
        if (m_session != nullptr && !m_isFollowing) {
            m_session->focus.choose(object);
        }
    });
    connect(m_view, &LifetimeView::wanted, this, [this](Seq seq) {
        if (m_session != nullptr) {
            m_session->focus.goTo(seq);
        }
    });
    connect(m_view->horizontalHeader(), &QHeaderView::sectionClicked, this, [this](int section) {
        switch (section) {
        case LifetimeModel::Name:
            setOrder(LifeOrder::Family);
            break;
        case LifetimeModel::Kind:
            setOrder(LifeOrder::Kind);
            break;
        case LifetimeModel::Born:
            setOrder(LifeOrder::Birth);
            break;
        case LifetimeModel::Lasted:
            setOrder(LifeOrder::Length);
            break;
        default:
            break;
        }
    });
}

void LifetimePanel::buildBar()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(4, 2, 4, 2);
    for (QWidget* widget : std::initializer_list<QWidget*> { m_order, m_kinds, m_choice }) {
        bar->addWidget(widget);
    }
    bar->addWidget(m_words, 1);
    bar->addWidget(m_time);
    bar->addWidget(m_answer);
    bar->addWidget(m_cancel);
    layout->addLayout(bar);
    layout->addWidget(m_view, 1);

    // In the order of LifeOrder and LifeChoice.
    m_order->addItems({ tr("by kind"), tr("by family"), tr("by birth"), tr("by length") });
    m_order->setAccessibleName(tr("Order of the objects"));
    m_order->setToolTip(tr("Order of the objects; the headings choose it, too"));
    m_choice->addItems({ tr("all"), tr("alive at the end"), tr("leaked") });
    m_choice->setAccessibleName(tr("Which objects"));
    m_choice->setToolTip(tr("Leaked: a reference on it was taken and never given back"));
    m_words->setPlaceholderText(tr("words of the name"));
    m_words->setAccessibleName(tr("Words of the name"));
    m_words->setClearButtonEnabled(true);
    m_kinds->setText(tr("Kinds"));
    m_kinds->setToolTip(tr("Which kinds of object are shown"));
    m_kinds->setPopupMode(QToolButton::InstantPopup);
    m_kinds->setMenu(m_kindMenu);
    m_time->setText(tr("Time"));
    m_time->setCheckable(true);
    m_time->setToolTip(tr("Virtual time instead of events along the axis"));
    m_answer->setTakesRoom(true);
    m_answer->setContentsMargins(6, 0, 6, 0);
    m_cancel->setText(tr("Cancel"));
    m_cancel->hide();
    connect(m_cancel, &QToolButton::clicked, this, [this] {
        m_leakSearch.cancel();
        say();
        m_cancel->hide();
    });
    connect(&m_leakSearch, &Background::progressed, this, [this](int permille) {
        say(tr("   looking for leaks, %1 %").arg(permille / 10));
        m_cancel->setVisible(m_leakSearch.isRunning());
    });
    connect(m_time, &QToolButton::toggled, this, [this](bool on) {
        m_view->setAxisKind(on ? Axis::Kind::Time : Axis::Kind::Events);
    });

    const QSettings settings;
    m_wish.order = LifeOrder(std::clamp(settings.value(kOrderKey, 0).toInt(), 0, 3));
    m_order->setCurrentIndex(int(m_wish.order));
    const QStringList hidden = settings.value(kHiddenKey).toStringList();
    for (const trace::ObjectKind kind : objectKindOrder()) {
        m_wish.hidden[std::size_t(kind)] = hidden.contains(texts::objectKind(kind));
    }
    connect(m_order, &QComboBox::currentIndexChanged, this, [this](int at) {
        m_wish.order = LifeOrder(at);
        QSettings().setValue(kOrderKey, at);
        arrange();
    });
    connect(m_choice, &QComboBox::currentIndexChanged, this, [this](int at) {
        m_wish.choice = LifeChoice(at);
        arrange();
    });
    connect(m_words, &QLineEdit::textChanged, this, [this](const QString& words) {
        m_wish.words = words.trimmed();
        arrange();
    });
}

void LifetimePanel::setOrder(LifeOrder order)
{
    m_order->setCurrentIndex(int(order));
}

// The kinds this trace has, with how many there are of each.
void LifetimePanel::fillKinds()
{
    m_kindMenu->clear();
    m_kindMenu->setToolTipsVisible(true);
    const auto changed = [this] {
        QStringList hidden;
        for (const trace::ObjectKind kind : objectKindOrder()) {
            if (m_wish.hidden[std::size_t(kind)]) {
                hidden += texts::objectKind(kind);
            }
        }
        QSettings().setValue(kHiddenKey, hidden);
        m_kinds->setText(m_wish.hidden.any() ? tr("Kinds*") : tr("Kinds"));
        arrange();
    };
    const auto all = [this, changed](bool hide) {
        for (const trace::ObjectKind kind : objectKindOrder()) {
            m_wish.hidden[std::size_t(kind)] = hide;
        }
        for (QAction* action : m_kindMenu->actions()) {
            if (action->isCheckable()) {
                const QSignalBlocker quiet(action);
                action->setChecked(!hide);
            }
        }
        changed();
    };
    m_kindMenu->addAction(tr("All kinds"), this, [all] { all(false); });
    m_kindMenu->addAction(tr("No kind"), this, [all] { all(true); });
    m_kindMenu->addSeparator();
    for (const trace::ObjectKind kind : objectKindOrder()) {
        const std::size_t count = m_table->count(kind);
        if (count == 0) {
            continue;
        }
        QAction* action = m_kindMenu->addAction(
            tr("%1 (%2)").arg(texts::objectKind(kind), QLocale().toString(qulonglong(count))));
        action->setCheckable(true);
        action->setChecked(!m_wish.hidden[std::size_t(kind)]);
        action->setToolTip(explainTip(texts::objectKind(kind)));
        connect(action, &QAction::toggled, this, [this, kind, changed](bool on) {
            m_wish.hidden[std::size_t(kind)] = !on;
            changed();
        });
    }
    m_kinds->setText(m_wish.hidden.any() ? tr("Kinds*") : tr("Kinds"));
}

void LifetimePanel::setSession(Session* session)
{
    m_background.cancel();
    m_leakSearch.cancel();
    if (m_session != nullptr) {
        disconnect(&m_session->document, nullptr, this, nullptr);
        disconnect(&m_session->focus, nullptr, this, nullptr);
    }
    m_session = session;
    take(nullptr, nullptr);
    m_view->setPlace(
        session != nullptr ? &session->document : nullptr,
        session != nullptr ? &session->focus : nullptr);
    if (session != nullptr) {
        const auto readAgain = [this] {
            take(nullptr, nullptr);
            m_view->refresh();
            refresh();
        };
        connect(&session->document, &TraceDocument::stateChanged, this, readAgain);
        connect(&session->document, &TraceDocument::grew, this, readAgain);
        connect(&session->focus, &Focus::chosen, this, &LifetimePanel::follow);
    }
    refresh();
}

void LifetimePanel::seen()
{
    if (m_isStale) {
        refresh();
    }
    follow();
}

void LifetimePanel::refresh()
{
    m_isStale = true;
    if (isSeen()) {
        arrange();
    }
}

void LifetimePanel::arrange()
{
    if (!isSeen()) {
        m_isStale = true;
        return;
    }
    m_isStale = false;
    m_background.cancel();
    if (m_session == nullptr || !m_session->document.isReady()) {
        say();
        return;
    }
    struct Result
    {
        std::shared_ptr<const LifeTable> table;
        std::shared_ptr<const LifeRows> rows;
    };
    const auto result = std::make_shared<Result>();
    result->table = m_table;
    m_answer->setText(tr("reading …"));
    m_background.start(
        [result, wish = m_wish, index = m_session->document.index(),
         path = m_session->document.path().toStdString()](Background::Control& control) {
            std::string error;
            const auto reader = trace::Reader::open(path, error);
            if (reader == nullptr) {
                return;
            }
            if (result->table == nullptr) {
                result->table = readLives(*reader, index);
            }
            result->rows = arrangeLives(
                *result->table, *reader, wish, [&] { return control.isCancelled(); });
        },
        [this, result] { take(result->table, result->rows); });
}

void LifetimePanel::take(
    std::shared_ptr<const LifeTable> table, std::shared_ptr<const LifeRows> rows)
{
    const bool isNew = table != nullptr && (m_table == nullptr || m_table->index != table->index);
    if (isNew || table == nullptr) {
        m_table = std::move(table);
    } // else what is there may know the leaks already
    m_isFollowing = true;
    m_model.show(
        m_session != nullptr && m_table != nullptr ? &m_session->document : nullptr, m_table,
        std::move(rows));
    m_isFollowing = false;
    if (isNew) {
        fillKinds();
    }
    m_cancel->setVisible(m_leakSearch.isRunning());
    say();
    follow();
    if (isNew) {
        lookForLeaks();
    } else if (m_table == nullptr) {
        m_leakSearch.cancel();
    }
}

// The rows are there before it is known which of them leaked.
void LifetimePanel::lookForLeaks()
{
    const auto found = std::make_shared<std::shared_ptr<const LifeTable>>();
    m_leakSearch.startBeside(
        [found, table = m_table,
         path = m_session->document.path().toStdString()](Background::Control& control) {
            std::string error;
            if (const auto reader = trace::Reader::open(path, error)) {
                *found = findLeaks(*table, *reader, [&](std::uint64_t done, std::uint64_t total) {
                    control.tell(done, total);
                    return !control.isCancelled();
                });
            }
        },
        [this, found] {
            m_cancel->hide();
            if (*found != nullptr && m_table != nullptr) {
                m_table = *found;
                m_model.learn(m_table);
                if (m_wish.choice == LifeChoice::Leaked) {
                    arrange();
                }
            }
            say();
        });
}

void LifetimePanel::say(const QString& more)
{
    if (m_table == nullptr) {
        m_answer->setText(m_session == nullptr ? tr("no trace is open") : QString());
        return;
    }
    const QString leaks = m_table->leaks.empty()
        ? QString()
        : tr("   ✖ %n leak(s)", "", int(m_table->leaks.size()));
    m_answer->setText(
        tr("%1 of %2")
            .arg(
                QLocale().toString(m_model.rowCount()),
                QLocale().toString(qulonglong(m_table->kinds.size())))
        + leaks + more);
}

void LifetimePanel::follow()
{
    if (m_session == nullptr || !isSeen()) {
        return;
    }
    const int row = m_model.rowOf(m_session->focus.object());
    if (row >= 0 && m_view->currentIndex().row() != row) {
        m_isFollowing = true;
        const QModelIndex index = m_model.index(row, LifetimeModel::Name);
        m_view->setCurrentIndex(index);
        m_view->scrollTo(index);
        m_isFollowing = false;
    }
}

} // namespace rdrlab::gui
