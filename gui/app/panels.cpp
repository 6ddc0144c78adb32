#include "gui/app/panels.h"

#include "gui/app/callpanel.h"
#include "gui/app/eventpanel.h"
#include "gui/app/notepanel.h"
#include "gui/graph/graphpanel.h"
#include "gui/inspect/explainpanel.h"
#include "gui/inspect/lifetimepanel.h"
#include "gui/inspect/objectpanel.h"
#include "gui/inspect/sqlpanel.h"
#include "gui/live/livepanel.h"
#include "gui/panels/irppanel.h"
#include "gui/panels/lockpanel.h"
#include "gui/panels/packetpanel.h"
#include "gui/panels/statisticspanel.h"

namespace rdrlab::gui {

const std::vector<PanelType>& panelTypes()
{
    static const std::vector<PanelType> types = {
        { "calls", QT_TRANSLATE_NOOP("Panels", "Calls"), Qt::LeftDockWidgetArea, true,
          [](QWidget* parent) -> Panel* { return new CallPanel(parent); } },
        { "events", QT_TRANSLATE_NOOP("Panels", "Events"), Qt::BottomDockWidgetArea, true,
          [](QWidget* parent) -> Panel* { return new EventPanel(parent); } },
        { "object", QT_TRANSLATE_NOOP("Panels", "Object"), Qt::BottomDockWidgetArea, false,
          [](QWidget* parent) -> Panel* { return new ObjectPanel(parent); } },
        { "packets", QT_TRANSLATE_NOOP("Panels", "Packets"), Qt::BottomDockWidgetArea, false,
          [](QWidget* parent) -> Panel* { return new PacketPanel(parent); } },
        { "locks", QT_TRANSLATE_NOOP("Panels", "Locks and IRQL"), Qt::BottomDockWidgetArea, false,
          [](QWidget* parent) -> Panel* { return new LockPanel(parent); } },
        { "statistics", QT_TRANSLATE_NOOP("Panels", "Statistics"), Qt::BottomDockWidgetArea, false,
          [](QWidget* parent) -> Panel* { return new StatisticsPanel(parent); } },
        { "notes", QT_TRANSLATE_NOOP("Panels", "Notes"), Qt::BottomDockWidgetArea, false,
          [](QWidget* parent) -> Panel* { return new NotePanel(parent); } },
        { "lifetimes", QT_TRANSLATE_NOOP("Panels", "Lifetimes"), Qt::BottomDockWidgetArea, false,
          [](QWidget* parent) -> Panel* { return new LifetimePanel(parent); } },
        { "sql", QT_TRANSLATE_NOOP("Panels", "SQL"), Qt::BottomDockWidgetArea, false,
          [](QWidget* parent) -> Panel* { return new SqlPanel(parent); } },
        { "graph", QT_TRANSLATE_NOOP("Panels", "Objects"), Qt::RightDockWidgetArea, true,
          [](QWidget* parent) -> Panel* { return new GraphPanel(parent); } },
        { "irp", QT_TRANSLATE_NOOP("Panels", "IRP stack"), Qt::RightDockWidgetArea, false,
          [](QWidget* parent) -> Panel* { return new IrpPanel(parent); } },
        { "explain", QT_TRANSLATE_NOOP("Panels", "Explain"), Qt::RightDockWidgetArea, false,
          [](QWidget* parent) -> Panel* { return new ExplainPanel(parent); } },
        { "live", QT_TRANSLATE_NOOP("Panels", "Run"), Qt::LeftDockWidgetArea, false,
          [](QWidget* parent) -> Panel* { return new LivePanel(parent); } },
    };
    return types;
}

} // namespace rdrlab::gui
