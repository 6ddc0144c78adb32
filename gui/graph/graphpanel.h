// The object graph as a panel: the canvas or its list, what is shown of it, who holds the chosen
// object.
//
// Works only while it is visible; layout and the question who holds an object run beside the
// window. What is shown is kept in the settings.
#pragma once

#include "gui/app/panel.h"
#include "gui/graph/graphview.h"
#include "gui/models/graphmodel.h"
#include "gui/models/graphwhy.h"
#include "gui/themes/textline.h"

class QAction;
class QLabel;
class QLineEdit;
class QMenu;
class QSplitter;
class QStackedWidget;
class QToolButton;
class QTreeView;

namespace rdrlab::gui {

struct GraphWork;

class GraphPanel : public Panel
{
    Q_OBJECT
public:
    explicit GraphPanel(QWidget* parent = nullptr);
    ~GraphPanel() override;

    void setSession(Session* session) override;
    void addActions(Actions& actions) override;

    GraphView& view() { return *m_view; }
    const GraphScene& scene() const { return m_scene; }
    const WhyModel& why() const { return m_why; }
    /// A layout or an answer is being made, or will be.
    bool isBusy() const { return m_laying.isRunning() || m_asking.isRunning() || isLayoutWanted(); }

    void setKinds(const GraphKinds& kinds);
    void setFlow(int flow); // GraphFlow; -1: as the shape of the panel suggests
    void setCompact(bool compact);
    void setListShown(bool shown);
    /// Whether to show, and to keep showing, who holds the chosen object.
    void setWhyShown(bool shown);
    /// Writes what is shown: by the name's ending PNG, SVG or DOT. One line when it cannot, else
    /// "".
    QString save(const QString& path);

protected:
    void seen() override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void buildBar();
    void buildKinds();
    void buildMore();
    void buildWhy();
    QAction* addOption(QMenu* menu, const QString& key, const QString& text, const QString& tip);
    void readSettings();

    void documentChanged();
    void documentGrew();
    bool isLayoutWanted() const;
    void lay(); // reads and places all objects, beside the window
    void laid(GraphWork& work);
    GraphFlow wantedFlow() const;

    void moved(Seq seq);
    void chosen();
    void refresh(bool moves);
    void showScene(bool moves);
    void follow();
    void ask();
    void answered(const trace::Why& why);
    void stopAsking();

    void pick(trace::ObjectId object, trace::StringId field);
    void goToChange(trace::ObjectId object, trace::StringId field, bool forwards);
    void toggleFold(trace::ObjectId object);
    void openPill(trace::ObjectId home, trace::ObjectKind kind);
    void find(bool forwards, bool fromNext);
    void showMenu(trace::ObjectId object, trace::StringId field, const QPoint& place);
    void addObjectEntries(QMenu& menu, trace::ObjectId object);
    void addFieldEntries(QMenu& menu, trace::ObjectId object, trace::StringId field);
    void exportShown();
    QString saveDot(const QString& path);

    Session* m_session = nullptr;
    GraphKinds m_kinds;
    int m_flow = -1;
    Seq m_at = 0; // where the person is
    Seq m_since = 0; // and where they were before
    bool m_isStale = true; // moved while nobody looked
    bool m_isFitted = false; // the first look at this trace has been taken
    bool m_picking = false; // the choice comes from here: nothing scrolls

    std::shared_ptr<const GraphSource> m_source;
    std::unique_ptr<GraphLayout> m_layout;
    GraphScene m_scene;
    GraphModel m_model;
    WhyModel m_why;

    GraphView* m_view;
    QTreeView* m_list;
    QStackedWidget* m_stack;
    QSplitter* m_splitter;
    QLineEdit* m_find;
    QToolButton* m_kindsButton;
    QToolButton* m_more;
    TextLine* m_summary;
    QWidget* m_whyBox;
    QLabel* m_whyHead;
    QTreeView* m_whyView;
    QMenu* m_kindsMenu;
    QAction* m_followOption = nullptr;
    QAction* m_compactOption = nullptr;
    QAction* m_sinceOption = nullptr;
    QAction* m_animateOption = nullptr;
    QAction* m_listOption = nullptr;
    QAction* m_whyOption = nullptr;

    bool m_needsSource = true; // the trace has objects that have not been read
    bool m_needsLayout = true; // another flow or other kinds are wanted
    bool m_layAgain = false; // something came while a layout was being made
    bool m_askAgain = false;
    trace::ObjectId m_asked = 0; // about whom, and at which event
    Seq m_askedAt = 0;
    WhyOverlay m_overlay;
    Background m_laying; // last: their threads end before the rest goes
    Background m_asking;
};

} // namespace rdrlab::gui
