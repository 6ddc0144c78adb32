// The lives of all objects: which kinds, in which order, and who was left behind.
#pragma once

#include "gui/app/panel.h"
#include "gui/models/lifetimemodel.h"
#include "gui/themes/textline.h"

class QComboBox;
class QLineEdit;
class QMenu;
class QToolButton;

namespace rdrlab::gui {

class LifetimeView;

class LifetimePanel : public Panel
{
    Q_OBJECT
public:
    explicit LifetimePanel(QWidget* parent = nullptr);
    void setSession(Session* session) override;

    const LifetimeModel& model() const { return m_model; }
    bool isArranging() const { return m_background.isRunning() || m_leakSearch.isRunning(); }

protected:
    void seen() override;

private:
    void buildBar();
    void fillKinds();
    void refresh(); // reads what is not yet read, and arranges
    void arrange();
    void take(std::shared_ptr<const LifeTable> table, std::shared_ptr<const LifeRows> rows);
    void lookForLeaks();
    void follow();
    void say(const QString& more = {});
    void setOrder(LifeOrder order);

    Session* m_session = nullptr;
    LifetimeModel m_model;
    LifetimeView* m_view;
    QComboBox* m_order;
    QComboBox* m_choice;
    QToolButton* m_kinds;
    QMenu* m_kindMenu;
    QToolButton* m_time;
    QLineEdit* m_words;
    TextLine* m_answer;
    QToolButton* m_cancel;
    LifeWish m_wish;
    std::shared_ptr<const LifeTable> m_table; // of the recording as it is now; null: not read yet
    bool m_isFollowing = false;
    bool m_isStale = true; // something changed while nobody looked
    Background m_background; // last: their ends are heard while the rest is there
    Background m_leakSearch;
};

} // namespace rdrlab::gui
