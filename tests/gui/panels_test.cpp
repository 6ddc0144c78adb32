// The panels about the wire, IRPs, locks and statistics.
#include "gui/app/eventpanel.h"
#include "gui/models/packetmodel.h"
#include "gui/models/tabletext.h"
#include "gui/models/wiremodel.h"
#include "gui/panels/irppanel.h"
#include "gui/panels/irqlchart.h"
#include "gui/panels/lockpanel.h"
#include "gui/panels/packetpanel.h"
#include "gui/panels/statisticspanel.h"
#include "tests/gui/guisupport.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QBuffer>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <QTreeView>
#include <catch2/catch.hpp>

using namespace rdrlab;
using namespace rdrlab::gui;

namespace {

struct Window
{
    MainWindow window;
    Session* session = nullptr;

    explicit Window(const char* name, const char* panel)
    {
        window.resize(1366, 768);
        window.show();
        session = window.openTrace(testing::sample(name));
        REQUIRE(testing::waitUntilLoaded(*session));
        REQUIRE(session->document.isReady());
        QAction* show = window.actions().find(QStringLiteral("panel.%1").arg(QLatin1String(panel)));
        REQUIRE(show != nullptr);
        show->trigger();
    }
    template <typename Type> Type* panel(const char* id) const
    {
        auto* found = qobject_cast<Type*>(window.panel(QLatin1String(id)));
        REQUIRE(found != nullptr);
        return found;
    }
};

bool waitFor(const std::function<bool()>& condition)
{
    constexpr int kLongestMs = 30'000;
    return QTest::qWaitFor(condition, kLongestMs);
}

std::shared_ptr<const trace::Smb2Messages> messagesOf(const char* name)
{
    std::string error;
    const auto reader = trace::Reader::open(testing::sample(name).toStdString(), error);
    REQUIRE(reader != nullptr);
    const auto all = std::make_shared<trace::Smb2Messages>();
    REQUIRE(trace::smb2Messages(*reader, *all));
    return all;
}

} // namespace

TEST_CASE("the packet table has a row for each message and filters them", "[gui][packets]")
{
    PacketModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const auto all = messagesOf("06-failures");
    model.setMessages(all);
    REQUIRE(model.rowCount() == int(all->messages.size()));
    const auto rowsOf = [&](const QByteArray& expression) {
        const PacketFilter filter = PacketFilter::parse(QString::fromUtf8(expression));
        INFO(expression.toStdString());
        CHECK(filter.error().isEmpty());
        model.setFilter(filter);
        return model.rowCount();
    };
    CHECK(rowsOf("request") + rowsOf("response") == int(all->messages.size()));
    CHECK(rowsOf("request") == rowsOf("response"));
    const int failed = rowsOf("failed");
    CHECK(failed > 0);
    for (int row = 0; row < model.rowCount(); ++row) {
        const QString status = model.index(row, PacketModel::Status).data().toString();
        INFO(status.toStdString());
        CHECK(status.contains(QLatin1String("STATUS_")));
        CHECK(
            Severity(model.index(row, 0).data(PacketModel::SeverityRole).toInt())
            == Severity::Failed);
    }
    CHECK(rowsOf("create") > 0);
    CHECK(rowsOf("create response failed") <= failed);
    const trace::Smb2Message& one = all->messages[4];
    const QByteArray own = QByteArray::number(qulonglong(one.messageId)) + " connection:";
    CHECK(rowsOf("id:" + own + QByteArray::number(one.connection)) == 2);
    CHECK(rowsOf("id:" + own + "77") == 0);
    CHECK(rowsOf(">1ns response") > 0);
    CHECK(rowsOf(">999s") == 0);
    CHECK(rowsOf("") == int(all->messages.size()));
    for (const char* wrong : { "id:x", "connection:-", ">fast", ">" }) {
        CHECK_FALSE(PacketFilter::parse(QString::fromUtf8(wrong)).error().isEmpty());
    }
    CHECK(rowsOf("\"two words") == 0); // an open quote ends with the line
    model.setFilter({});
    for (int row = 0; row < model.rowCount(); ++row) {
        const trace::Smb2Message* message = model.messageOf(row);
        CHECK(model.messageOf(model.rowOfSeq(message->seq))->seq == message->seq);
    }
    CHECK(model.rowOfSeq(1) == -1);
    model.setMessages(nullptr);
    CHECK(model.rowCount() == 0);
}

TEST_CASE("fields and bytes of a message know each other's place", "[gui][packets]")
{
    std::string error;
    const auto reader = trace::Reader::open(testing::sample("01-first-open").toStdString(), error);
    const auto all = messagesOf("01-first-open");
    WireModel fields;
    HexModel bytes;
    QAbstractItemModelTester one(&fields, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QAbstractItemModelTester two(&bytes, QAbstractItemModelTester::FailureReportingMode::Fatal);
    for (std::size_t index = 0; index < all->messages.size(); ++index) {
        const trace::Smb2Message& message = all->messages[index];
        auto unit = trace::smb2Unit(*reader, *all, index).bytes;
        fields.setFields(trace::decodeSmb2(unit));
        bytes.setBytes(unit);
        CHECK(fields.structureAt(message.offset).isValid());
        const QModelIndex command = fields.fieldAt(message.offset + 12);
        REQUIRE(command.isValid());
        CHECK(command.data().toString() == QStringLiteral("Command"));
        for (const int perRow : { 8, 16, 32 }) {
            bytes.setBytesPerRow(perRow);
            for (std::uint32_t at = 0; at < unit.size(); at += 7) {
                CHECK(bytes.offsetOf(bytes.indexOf(at)) == at);
            }
        }
    }
    bytes.mark(4, 4);
    CHECK(bytes.indexOf(4).data(Qt::BackgroundRole).isValid());
    CHECK_FALSE(bytes.indexOf(8).data(Qt::BackgroundRole).isValid());
    CHECK(bytes.index(0, bytes.bytesPerRow()).data().toString().contains(QLatin1String("SMB")));
    fields.setFields({});
    bytes.setBytes({});
    CHECK(bytes.rowCount() == 0);
    CHECK_FALSE(fields.fieldAt(0).isValid());
}

TEST_CASE("the packet panel shows a directory's answer as a list of names", "[gui][packets]")
{
    Window w("04-directory", "packets");
    auto* panel = w.panel<PacketPanel>("packets");
    REQUIRE(waitFor([&] { return panel->model().rowCount() > 0; }));
    panel->setFilter(QStringLiteral("query_directory response"));
    REQUIRE(panel->model().rowCount() > 0);
    panel->findChild<QTableView*>()->setCurrentIndex(panel->model().index(0, 0));
    const auto* tree = panel->findChild<QTreeView*>();
    const WireModel& fields = panel->fields();
    const QModelIndexList entries = fields.match(
        fields.index(0, WireModel::Name), Qt::DisplayRole, QStringLiteral("Entry"), -1,
        Qt::MatchExactly | Qt::MatchRecursive);
    REQUIRE(entries.size() > 100);
    CHECK(tree->isExpanded(entries[5].parent()));
    CHECK_FALSE(tree->isExpanded(entries[5]));
    const QModelIndexList names = fields.match(
        fields.index(0, WireModel::Name, entries[5]), Qt::DisplayRole, QStringLiteral("FileName"),
        1, Qt::MatchExactly);
    REQUIRE(names.size() == 1);
    CHECK(
        names[0].siblingAtColumn(WireModel::Value).data().toString()
        == QLatin1Char('"') + entries[5].siblingAtColumn(WireModel::Value).data().toString()
            + QLatin1Char('"'));
}

TEST_CASE("the packet panel follows the current event and leads to it", "[gui][packets]")
{
    Window w("01-first-open", "packets");
    auto* panel = w.panel<PacketPanel>("packets");
    REQUIRE(waitFor([&] { return panel->model().rowCount() > 0; }));
    auto* list = panel->findChild<QTableView*>();
    REQUIRE(list->model() == &panel->model());
    list->setCurrentIndex(panel->model().index(8, 0));
    const trace::Smb2Message* create = panel->model().messageOf(8);
    CHECK(w.session->focus.seq() == create->seq);
    CHECK(w.session->focus.object() != 0);
    CHECK(panel->fields().rowCount() > 0);
    CHECK(panel->bytes().rowCount() > 0);
    // A field marks its bytes, a byte its field.
    auto* tree = panel->findChild<QTreeView*>();
    const QModelIndex command = panel->fields().fieldAt(create->offset + 12);
    tree->setCurrentIndex(command);
    CHECK(panel->bytes().indexOf(create->offset + 12).data(Qt::BackgroundRole).isValid());
    QTableView* hex = nullptr;
    for (QTableView* view : panel->findChildren<QTableView*>()) {
        hex = view->model() == &panel->bytes() ? view : hex;
    }
    REQUIRE(hex != nullptr);
    hex->setCurrentIndex(panel->bytes().indexOf(create->offset + 24));
    CHECK(tree->currentIndex().data().toString() == QStringLiteral("MessageId"));

    w.session->focus.goTo(panel->model().messageOf(11)->seq + 1);
    CHECK(list->currentIndex().row() == 11);
    w.window.activateWindow();
    REQUIRE(waitFor([&] { return w.window.isActiveWindow(); }));
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Return);
    CHECK(list->currentIndex().row() == 10);
    CHECK(w.session->focus.seq() == panel->model().messageOf(10)->seq);
    for (QToolButton* button : panel->findChildren<QToolButton*>()) {
        if (button->text() == QStringLiteral("Follow")) {
            button->click();
        }
    }
    CHECK(panel->model().rowCount() == 2);
    panel->findChild<QLineEdit*>()->clear();
    CHECK(panel->model().rowCount() == 18);
    list->selectRow(0);
    QTest::keySequence(list, QKeySequence(QKeySequence::Copy));
    CHECK(QApplication::clipboard()->text().contains(QLatin1String("NEGOTIATE")));
    w.window.closeTrace(0);
    CHECK(panel->model().rowCount() == 0);
}

TEST_CASE("a panel that is not seen reads nothing until it is", "[gui][packets]")
{
    Window w("01-first-open", "events");
    auto* panel = w.panel<PacketPanel>("packets");
    w.session->focus.goTo(500);
    QTest::qWait(20);
    CHECK(panel->model().messages() == nullptr);
    w.window.actions().find(QStringLiteral("panel.packets"))->trigger();
    CHECK(waitFor([&] { return panel->model().messages() != nullptr; }));
}

TEST_CASE("a table becomes CSV and lines for the clipboard, quotes and all", "[gui]")
{
    PacketModel model;
    model.setMessages(messagesOf("01-first-open"));
    QBuffer buffer;
    REQUIRE(buffer.open(QIODevice::ReadWrite));
    REQUIRE(writeCsv(model, buffer));
    const QList<QByteArray> lines = buffer.data().split('\n');
    CHECK(lines.size() == model.rowCount() + 2);
    CHECK(lines[0].startsWith("\"#\",\""));
    CHECK(lines[1].contains("\"NEGOTIATE\""));
    int asked = 0;
    CHECK_FALSE(writeCsv(model, buffer, [&](int) { return ++asked > 1; }));
    QBuffer closed;
    CHECK_FALSE(writeCsv(model, closed));
    const QString text
        = tabbedText(model, { model.index(3, 2), model.index(1, 0), model.index(3, 0) });
    CHECK(text.count(QLatin1Char('\n')) == 2); // headings and two rows
    CHECK(tabbedText(model, {}).isEmpty());
}

TEST_CASE(
    "the statistics sort by any column and say where the slowest call is", "[gui][statistics]")
{
    Window w("06-failures", "statistics");
    auto* panel = w.panel<StatisticsPanel>("statistics");
    REQUIRE(waitFor([&] { return panel->model().rowCount() > 0; }));
    auto* view = panel->findChild<QTableView*>();
    auto* model = const_cast<StatisticsModel*>(&panel->model());
    QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    for (int column = 0; column < StatisticsModel::Columns; ++column) {
        model->sort(column, Qt::DescendingOrder);
        const QString top = model->index(0, StatisticsModel::Name).data().toString();
        model->sort(column, Qt::AscendingOrder);
        CHECK(model->index(0, StatisticsModel::Name).data().toString() != top);
    }
    view->sortByColumn(StatisticsModel::Count, Qt::DescendingOrder);
    for (int row = 1; row < model->rowCount(); ++row) {
        CHECK(model->rowAt(row - 1)->count >= model->rowAt(row)->count);
    }
    const Seq slowest = model->index(0, 0).data(StatisticsModel::SlowestRole).toULongLong();
    CHECK(w.session->document.index()->callAt(slowest) != kNoCall);
    auto* by = panel->findChild<QComboBox*>();
    for (int i = 0; i < by->count(); ++i) {
        by->setCurrentIndex(i);
        INFO(by->currentText().toStdString());
        REQUIRE(panel->model().rowCount() > 0);
        // Every row's filter is one, and finds something.
        for (int row = 0; row < std::min(panel->model().rowCount(), 12); ++row) {
            const QString expression = panel->model().filterOf(row);
            INFO(expression.toStdString());
            Filter filter = Filter::parse(expression);
            REQUIRE(filter.isValid());
            filter.bind(w.session->document.reader());
            CHECK(
                findMatch(
                    w.session->document.events().spine(), filter, 0, true, [] { return false; })
                != 0);
        }
    }
}

TEST_CASE(
    "a row of the statistics filters the event table, and Enter shows it", "[gui][statistics]")
{
    Window w("06-failures", "statistics");
    auto* panel = w.panel<StatisticsPanel>("statistics");
    auto* events = w.panel<EventPanel>("events");
    REQUIRE(waitFor([&] { return panel->model().rowCount() > 0; }));
    auto* view = panel->findChild<QTableView*>();
    view->setCurrentIndex(panel->model().index(0, 0));
    Q_EMIT view->clicked(view->currentIndex());
    REQUIRE(waitFor([&] { return events->model().isFiltered(); }));
    CHECK(events->model().rowCount() > 0);
    CHECK_FALSE(panel->visibleRegion().isEmpty());
    Q_EMIT view->activated(view->currentIndex());
    CHECK(waitFor(
        [&] { return !events->visibleRegion().isEmpty() && panel->visibleRegion().isEmpty(); }));
}

TEST_CASE("statistics between the markers count less than all", "[gui][statistics]")
{
    Window w("01-first-open", "statistics");
    auto* panel = w.panel<StatisticsPanel>("statistics");
    REQUIRE(waitFor([&] { return panel->model().rowCount() > 0; }));
    const auto count = [&] {
        std::uint64_t all = 0;
        for (int row = 0; row < panel->model().rowCount(); ++row) {
            all += panel->model().rowAt(row)->count;
        }
        return all;
    };
    const std::uint64_t all = count();
    auto* between = panel->findChild<QCheckBox*>();
    CHECK_FALSE(between->isEnabled());
    w.session->focus.setMarkerA(480);
    w.session->focus.setMarkerB(300); // in any order
    REQUIRE(between->isEnabled());
    between->setChecked(true);
    REQUIRE(waitFor([&] { return !panel->isCounting(); }));
    const std::uint64_t part = count();
    CHECK(part < all);
    CHECK(part > 0);
    w.session->focus.setMarkerB(470);
    REQUIRE(waitFor([&] { return !panel->isCounting(); }));
    CHECK(count() < part);
    w.session->focus.setMarkerA(0);
    REQUIRE(waitFor([&] { return !panel->isCounting(); }));
    CHECK(count() == all);
    w.window.closeTrace(0);
    CHECK(panel->model().rowCount() == 0);
}

TEST_CASE("the lock panel shows who holds what at each event", "[gui][locks]")
{
    Window w("busy-minute", "locks");
    auto* panel = w.panel<LockPanel>("locks");
    const trace::Reader& reader = w.session->document.reader();
    const auto go = [&](Seq seq) {
        w.session->focus.goTo(seq);
        REQUIRE(waitFor([&] { return panel->shown() == seq; }));
    };
    // Each lock event of a stretch: the thread is there from it on, and gone after its unlock.
    std::vector<trace::Event> events;
    reader.events(1000, 4000, [&](const trace::Event& event) {
        if (event.kind == trace::EventKind::Lock && event.layer == trace::Layer::Kernel) {
            events.push_back(event);
        }
        return events.size() < 6;
    });
    REQUIRE_FALSE(events.empty());
    auto* model = const_cast<WaitModel*>(&panel->model());
    QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const auto holds = [&](const trace::Event& event) {
        for (int lock = 0; lock < model->rowCount(); ++lock) {
            const QModelIndex top = model->index(lock, WaitModel::What);
            if (top.data(WaitModel::ObjectRole).toUInt() != event.object) {
                continue;
            }
            for (int row = 0; row < model->rowCount(top); ++row) {
                if (model->index(row, 0, top).data(WaitModel::SeqRole).toULongLong() == event.seq) {
                    return true;
                }
            }
        }
        return false;
    };
    for (const trace::Event& event : events) {
        go(event.seq);
        CHECK(holds(event));
        go(event.seq - 1);
        CHECK_FALSE(holds(event));
    }
    auto* view = panel->findChild<QTreeView*>();
    go(events.front().seq + 1);
    REQUIRE(model->rowCount() > 0);
    const QModelIndex holder = model->index(0, 0, model->index(0, 0));
    view->setCurrentIndex(holder);
    Q_EMIT view->clicked(holder);
    CHECK(w.session->focus.object() == holder.data(WaitModel::ObjectRole).toUInt());
    const Seq taken = holder.data(WaitModel::SeqRole).toULongLong();
    Q_EMIT view->activated(holder);
    CHECK(w.session->focus.seq() == taken);
    w.window.closeTrace(0);
    CHECK(model->rowCount() == 0);
}

TEST_CASE("the IRQL chart shows the level that events ran at", "[gui][locks]")
{
    std::string error;
    const auto reader = trace::Reader::open(testing::sample("busy-minute").toStdString(), error);
    REQUIRE(reader != nullptr);
    const auto history = std::make_shared<trace::IrqlHistory>();
    REQUIRE(trace::irqlHistory(*reader, *history));
    IrqlChart chart;
    chart.resize(600, 200);
    chart.setHistory(history);
    Seq raised = 0;
    reader->events(1, reader->lastSeq(), [&](const trace::Event& event) {
        raised = event.irql >= 2 ? event.seq : 0;
        return raised == 0;
    });
    REQUIRE(raised != 0);
    chart.setNow(raised);
    CHECK(chart.left() <= raised);
    CHECK(raised < chart.left() + chart.span());
    const auto items = chart.canvasItems();
    REQUIRE(items.size() == history->processors.size());
    bool isNamed = false;
    for (const CanvasItem& item : items) {
        isNamed = isNamed || item.name.contains(QLatin1String("DISPATCH_LEVEL"));
    }
    CHECK(isNamed);
    const Seq span = chart.span();
    QTest::keyClick(&chart, Qt::Key_Plus);
    CHECK(chart.span() < span);
    QTest::keyClick(&chart, Qt::Key_F);
    CHECK(chart.left() == 1);
    CHECK(chart.span() == history->last);
    Seq wanted = 0;
    QObject::connect(&chart, &IrqlChart::wanted, [&](Seq seq) { wanted = seq; });
    QTest::mouseClick(&chart, Qt::LeftButton, {}, QPoint(400, 60));
    CHECK(wanted > 1);
    CHECK(wanted < history->last);
    CHECK(testing::coloursIn(chart.grab().toImage(), 6) >= 6);
    chart.setHistory(nullptr);
    CHECK(chart.canvasItems().empty());
    chart.grab();
}

TEST_CASE("the IRP panel shows the stack of the current event's IRP", "[gui][irp]")
{
    Window w("01-first-open", "irp");
    auto* panel = w.panel<IrpPanel>("irp");
    auto* model = const_cast<IrpModel*>(&panel->model());
    QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const trace::Reader& reader = w.session->document.reader();
    trace::IrpStack two;
    for (const trace::Object& object : reader.objects()) {
        const auto stack = trace::irpStack(reader, w.session->document.events().spine(), object.id);
        const auto hasExchange = [](const trace::IrpLocation& location) {
            return std::any_of(location.work.begin(), location.work.end(), [](const auto& work) {
                return work.layer == trace::Layer::Wire;
            });
        };
        if (stack.locations.size() == 2 && hasExchange(stack.locations[1])) {
            two = stack;
        }
    }
    REQUIRE(two.irp != 0);
    w.session->focus.choose(0);
    w.session->focus.goTo(two.locations[1].call);
    REQUIRE(panel->irp() == two.irp);
    REQUIRE(model->rowCount() == 3); // two locations and the IRP itself
    CHECK(model->current().row() == 1);
    CHECK(model->index(1, 0).data(IrpModel::CurrentRole).toBool());
    w.session->focus.goTo(two.locations[0].call);
    CHECK(model->current().row() == 0);
    w.session->focus.goTo(two.locations[1].end);
    CHECK(model->current().row() == 0);
    CHECK(model->index(1, IrpModel::Name).data().toString().contains(QLatin1String("STATUS_")));
    w.session->focus.goTo(two.locations[0].end);
    CHECK_FALSE(model->current().isValid());
    CHECK(model->summary().contains(QLatin1String("completed")));
    // The request on the wire stands below the call that sent it.
    auto* view = panel->findChild<QTreeView*>();
    const auto found = [&](const char* text) {
        return !model
                    ->match(
                        model->index(0, 0), Qt::DisplayRole, QLatin1String(text), 1,
                        Qt::MatchContains | Qt::MatchRecursive)
                    .isEmpty();
    };
    CHECK(found("Parameters."));
    CHECK_FALSE(found("not in this recording"));
    const QModelIndexList sent = model->match(
        model->index(0, 0), Qt::DisplayRole, QStringLiteral("wire"), 1,
        Qt::MatchExactly | Qt::MatchRecursive);
    REQUIRE_FALSE(sent.isEmpty());
    CHECK(sent.front()
              .siblingAtColumn(IrpModel::Value)
              .data()
              .toString()
              .startsWith(QLatin1String("SMB2 ")));
    view->setCurrentIndex(sent.front());
    const Seq exchange = sent.front().data(IrpModel::SeqRole).toULongLong();
    Q_EMIT view->activated(view->currentIndex());
    CHECK(w.session->focus.seq() == exchange);
    // Kept while one steps elsewhere.
    for (QToolButton* button : panel->findChildren<QToolButton*>()) {
        if (button->isCheckable()) {
            button->setChecked(true);
        }
    }
    w.session->focus.goTo(1);
    CHECK(panel->irp() == two.irp);
    w.window.closeTrace(0);
    CHECK(model->rowCount() == 0);
    CHECK(panel->irp() == 0);
}

TEST_CASE("the IRP panel shows what each driver was given, and explains it", "[gui][irp]")
{
    Window w("01-first-open", "irp");
    auto* panel = w.panel<IrpPanel>("irp");
    const IrpModel& model = panel->model();
    const trace::Reader& reader = w.session->document.reader();
    trace::IrpStack create, read;
    for (const trace::Object& object : reader.objects()) {
        const auto stack = trace::irpStack(reader, w.session->document.events().spine(), object.id);
        if (stack.locations.size() == 2) {
            (stack.sharesLocation(1) ? read : create) = stack;
        }
    }
    REQUIRE(create.irp != 0);
    REQUIRE(read.irp != 0);
    const auto child = [&](const QModelIndex& parent, const QString& name) {
        for (int row = 0; row < model.rowCount(parent); ++row) {
            const QModelIndex one = model.index(row, IrpModel::Name, parent);
            if (one.data().toString() == name) {
                return one;
            }
        }
        return QModelIndex();
    };
    const auto value = [&](const QModelIndex& parent, const char* name) {
        return child(parent, QLatin1String(name)).siblingAtColumn(IrpModel::Value);
    };
    w.session->focus.choose(0);
    w.session->focus.goTo(create.locations[1].call);
    const QModelIndex lower = model.index(1, 0);
    CHECK(value(lower, "CurrentLocation").data().toString() == QLatin1String("1"));
    CHECK(
        value(lower, "CompletionRoutine").data().toString()
        == QLatin1String("MuppCreateCompleted"));
    CHECK(value(lower, "Context").data().toString() == QLatin1String("present"));
    CHECK(value(lower, "FileObject").data().toString().contains(QLatin1String("FILE_OBJECT")));
    const QModelIndex parameters = model.parametersOf(lower);
    REQUIRE(parameters.isValid());
    CHECK(parameters.data().toString() == QLatin1String("Parameters.Create"));
    CHECK(value(parameters, "Disposition").data().toString() == QLatin1String("FILE_OPEN"));
    CHECK(value(parameters, "EaLength").data().toString() == QLatin1String("0"));
    auto* view = panel->findChild<QTreeView*>();
    CHECK(view->isExpanded(parameters));
    CHECK(view->isExpanded(model.parametersOf(model.index(0, 0))));
    // Names and flags are explained, those of the location as such.
    const auto tip
        = [](const QModelIndex& index) { return index.data(Qt::ToolTipRole).toString(); };
    CHECK(
        tip(child(lower, QStringLiteral("Context"))).contains(QLatin1String("completion routine")));
    CHECK(tip(value(lower, "Control")).contains(QLatin1String("SL_INVOKE_ON_ERROR")));
    CHECK(tip(child(parameters, QStringLiteral("Disposition"))).contains(QLatin1String("<b>")));
    CHECK(tip(value(parameters, "ShareAccess")).contains(QLatin1String("FILE_SHARE_READ")));
    CHECK(tip(parameters).contains(QLatin1String("union")));
    // A driver that skips its location.
    w.session->focus.goTo(read.locations[0].end);
    CHECK(value(model.index(1, 0), "CurrentLocation")
              .data()
              .toString()
              .contains(QLatin1String("same")));
    // The mark shows from where it was seen.
    for (const trace::Object& object : reader.objects()) {
        const auto stack = trace::irpStack(reader, w.session->document.events().spine(), object.id);
        if (!stack.locations.empty() && stack.locations[0].sent->pended != 0) {
            w.session->focus.goTo(stack.locations[0].sent->pended - 1);
            const auto control
                = [&] { return value(model.index(0, 0), "Control").data().toString(); };
            REQUIRE(panel->irp() == stack.irp);
            CHECK_FALSE(control().contains(QLatin1String("SL_PENDING_RETURNED")));
            w.session->focus.choose(stack.irp);
            w.session->focus.goTo(stack.locations[0].sent->pended);
            REQUIRE(panel->irp() == stack.irp);
            CHECK(control().startsWith(QLatin1String("SL_PENDING_RETURNED")));
            break;
        }
    }
}

TEST_CASE("of an older recording the IRP's stack says why it has no parameters", "[gui][irp]")
{
    Window w("01-first-open", "irp");
    const TraceDocument& document = w.session->document;
    trace::IrpStack stack;
    for (const trace::Object& object : document.reader().objects()) {
        stack = trace::irpStack(document.reader(), document.events().spine(), object.id);
        if (stack.locations.size() == 2) {
            break;
        }
    }
    for (trace::IrpLocation& location : stack.locations) {
        location.sent.reset();
    }
    IrpModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.show(&document, stack, stack.locations[1].end);
    const QModelIndexList missing = model.match(
        model.index(0, 0), Qt::DisplayRole, QStringLiteral("Parameters"), -1,
        Qt::MatchExactly | Qt::MatchRecursive);
    REQUIRE(missing.size() == 2);
    for (const QModelIndex& index : missing) {
        CHECK(index.siblingAtColumn(IrpModel::Value)
                  .data()
                  .toString()
                  .contains(QLatin1String("not in this recording")));
        CHECK(index.data(Qt::ToolTipRole).toString().contains(QLatin1String("Record it again")));
        CHECK_FALSE(model.parametersOf(index.parent()).isValid());
    }
}

TEST_CASE("at an event outside of all IRPs the IRP panel says so", "[gui][irp]")
{
    Window w("01-first-open", "irp");
    auto* panel = w.panel<IrpPanel>("irp");
    w.session->focus.choose(0);
    w.session->focus.goTo(1);
    CHECK(panel->irp() == 0);
    CHECK(panel->model().rowCount() == 0);
    CHECK(panel->findChild<QLabel*>()->text().contains(QLatin1String("no IRP")));
}
