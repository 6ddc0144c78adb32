#include "gui/access/canvas.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QPointer>

namespace rdrlab::gui {

namespace {

// One item of a canvas. It stands for a place in the list, not for a thing: the first one is always
// where the person is, so that its name changes at a step.
class ItemInterface : public QAccessibleInterface, public QAccessibleActionInterface
{
public:
    ItemInterface(QWidget* canvas, const CanvasItems* items, std::size_t place)
        : m_canvas(canvas)
        , m_items(items)
        , m_place(place)
    {
    }

    bool isValid() const override { return m_canvas != nullptr && m_place < items().size(); }
    QObject* object() const override { return nullptr; }
    QWindow* window() const override
    {
        return m_canvas != nullptr ? m_canvas->window()->windowHandle() : nullptr;
    }
    QAccessibleInterface* parent() const override
    {
        return QAccessible::queryAccessibleInterface(m_canvas);
    }
    QAccessibleInterface* child(int) const override { return nullptr; }
    QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface*) const override { return -1; }

    QString text(QAccessible::Text kind) const override
    {
        const CanvasItem one = item();
        return kind == QAccessible::Name       ? one.name
            : kind == QAccessible::Description ? one.description
                                               : QString();
    }
    void setText(QAccessible::Text, const QString&) override { }
    QRect rect() const override
    {
        const QRect inside = item().rect;
        return m_canvas == nullptr || inside.isEmpty()
            ? QRect()
            : QRect(m_canvas->mapToGlobal(inside.topLeft()), inside.size());
    }
    QAccessible::Role role() const override { return QAccessible::ListItem; }
    QAccessible::State state() const override
    {
        QAccessible::State state;
        state.focusable = true;
        state.selectable = true;
        state.selected = m_place == 0;
        state.focused = m_place == 0 && m_canvas != nullptr && m_canvas->hasFocus();
        state.offscreen = item().rect.isEmpty();
        return state;
    }
    void* interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::ActionInterface ? static_cast<QAccessibleActionInterface*>(this)
                                                    : nullptr;
    }

    QStringList actionNames() const override { return { pressAction(), setFocusAction() }; }
    void doAction(const QString& name) override
    {
        if (m_canvas == nullptr || m_place >= items().size()) {
            return;
        }
        if (name == setFocusAction()) {
            m_canvas->setFocus();
        } else if (name == pressAction()) {
            dynamic_cast<CanvasItems*>(m_canvas.data())->activateCanvasItem(m_place);
        }
    }
    QStringList keyBindingsForAction(const QString&) const override { return {}; }

private:
    std::vector<CanvasItem> items() const
    {
        return m_canvas != nullptr ? m_items->canvasItems() : std::vector<CanvasItem>();
    }
    CanvasItem item() const
    {
        std::vector<CanvasItem> all = items();
        return m_place < all.size() ? std::move(all[m_place]) : CanvasItem();
    }

    QPointer<QWidget> m_canvas; // null once the widget goes: then m_items is not touched
    const CanvasItems* m_items;
    std::size_t m_place;
};

// The canvas itself: its items come before its scroll bars.
class CanvasInterface : public QAccessibleWidget
{
public:
    CanvasInterface(QWidget* widget, CanvasItems* items)
        : QAccessibleWidget(widget, QAccessible::List)
        , m_items(items)
    {
    }
    ~CanvasInterface() override
    {
        for (const QAccessible::Id id : m_children) {
            QAccessible::deleteAccessibleInterface(id);
        }
    }

    int childCount() const override
    {
        return int(m_items->canvasItems().size()) + QAccessibleWidget::childCount();
    }
    QAccessibleInterface* child(int index) const override
    {
        const auto count = int(m_items->canvasItems().size());
        return index < 0    ? nullptr
            : index < count ? itemAt(std::size_t(index))
                            : QAccessibleWidget::child(index - count);
    }
    int indexOfChild(const QAccessibleInterface* child) const override
    {
        const auto count = int(m_items->canvasItems().size());
        for (std::size_t i = 0; i < m_children.size(); ++i) {
            if (QAccessible::accessibleInterface(m_children[i]) == child) {
                return int(i);
            }
        }
        const int own = QAccessibleWidget::indexOfChild(child);
        return own < 0 ? own : own + count;
    }
    QAccessibleInterface* childAt(int x, int y) const override
    {
        const std::vector<CanvasItem> items = m_items->canvasItems();
        const QPoint inside = widget()->mapFromGlobal(QPoint(x, y));
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (items[i].rect.contains(inside)) {
                return itemAt(i);
            }
        }
        return QAccessibleWidget::childAt(x, y);
    }
    QAccessibleInterface* focusChild() const override
    {
        return widget()->hasFocus() && !m_items->canvasItems().empty()
            ? itemAt(0)
            : QAccessibleWidget::focusChild();
    }

private:
    QAccessibleInterface* itemAt(std::size_t place) const
    {
        while (m_children.size() <= place) {
            m_children.push_back(QAccessible::registerAccessibleInterface(
                new ItemInterface(widget(), m_items, m_children.size())));
        }
        return QAccessible::accessibleInterface(m_children[place]);
    }

    CanvasItems* m_items; // the widget itself
    mutable std::vector<QAccessible::Id> m_children;
};

void (*hearer)(QAccessibleEvent& event) = nullptr;

void announce(QAccessibleInterface* item, QAccessible::Event type)
{
    QAccessibleEvent event(item, type);
    if (hearer != nullptr) {
        hearer(event);
    }
    QAccessible::updateAccessibility(&event);
}

QAccessibleInterface* canvasFactory(const QString&, QObject* object)
{
    auto* items = dynamic_cast<CanvasItems*>(object);
    return items != nullptr ? new CanvasInterface(static_cast<QWidget*>(object), items) : nullptr;
}

} // namespace

void installCanvasAccess()
{
    static const bool installed = [] {
        QAccessible::installFactory(&canvasFactory);
        return true;
    }();
    Q_UNUSED(installed);
}

void hearAnnouncements(void (*heard)(QAccessibleEvent& event))
{
    hearer = heard;
}

void announceCanvas(QWidget& canvas)
{
    if (!QAccessible::isActive() && hearer == nullptr) {
        return;
    }
    QAccessibleInterface* self = QAccessible::queryAccessibleInterface(&canvas);
    QAccessibleInterface* first
        = self != nullptr && self->childCount() > 0 ? self->child(0) : nullptr;
    if (first == nullptr || first->object() != nullptr) {
        return; // no items, only scroll bars
    }
    announce(first, QAccessible::NameChanged);
    if (canvas.hasFocus()) {
        announce(first, QAccessible::Focus); // this is what gets read out
    }
}

} // namespace rdrlab::gui
