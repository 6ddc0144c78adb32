#include "gui/models/irpmodel.h"

#include "gui/models/packetmodel.h"
#include "gui/models/texts.h"
#include "traces/query/irpparameters.h"
#include "traces/query/smb2.h"

#include <QLocale>

namespace rdrlab::gui {

class IrpModel::Builder
{
public:
    Builder(IrpModel& model, const TraceDocument& document, const trace::IrpStack& stack, Seq at)
        : m_model(model)
        , m_document(document)
        , m_reader(document.reader())
        , m_stack(stack)
        , m_at(at)
    {
    }

    void build()
    {
        const std::size_t current = m_stack.current(m_at);
        for (std::size_t i = 0; i < m_stack.locations.size(); ++i) {
            addLocation(i, i == current);
        }
        m_model.m_current = current < m_stack.locations.size() ? int(current) : -1;
        addIrp();
        m_model.m_summary = summary(current);
    }

private:
    int add(int parent, const QString& name, const QString& value, Seq seq = 0)
    {
        const int at = m_model.add(parent, { name, value });
        m_model.node(at).seq = seq;
        return at;
    }

    int addObject(int parent, const QString& name, trace::ObjectId object)
    {
        const int at = add(parent, name, texts::object(m_reader, object));
        m_model.node(at).object = object;
        return at;
    }

    QString at(Seq seq) const
    {
        return IrpModel::tr("#%1, %2").arg(seq).arg(
            texts::moment(m_document.events().event(seq).timeNs));
    }

    QString stateOf(const trace::IrpLocation& location, bool isCurrent) const
    {
        if (!location.isSent(m_at)) {
            return IrpModel::tr("not sent yet");
        }
        if (location.isBack(m_at)) {
            const QString glyph = severityGlyph(severityOf(location.status));
            return (glyph.isEmpty() ? QStringLiteral("✓") : glyph) + QLatin1Char(' ')
                + texts::status(location.status);
        }
        if (location.isPending(m_at)) {
            return IrpModel::tr("STATUS_PENDING");
        }
        return isCurrent ? IrpModel::tr("has it now") : IrpModel::tr("passed it down");
    }

    void addLocation(std::size_t index, bool isCurrent)
    {
        const trace::IrpLocation& location = m_stack.locations[index];
        const QString sign = isCurrent ? QStringLiteral("▶ ")
            : location.isBack(m_at)    ? QStringLiteral("✓ ")
            : location.isSent(m_at)    ? QStringLiteral("│ ")
                                       : QStringLiteral("○ ");
        const QString device = texts::shortObject(m_reader, location.device);
        const int top = add(
            -1,
            sign + (device.isEmpty() ? IrpModel::tr("unknown device") : device)
                + QStringLiteral(" – ") + stateOf(location, isCurrent),
            {}, location.call);
        m_model.node(top).object = location.device;
        m_model.node(top).isCurrent = isCurrent;
        m_model.node(top).isDim = !location.isSent(m_at);
        m_model.node(top).isAlarm
            = location.isBack(m_at) && severityOf(location.status) == Severity::Failed;
        add(top, QStringLiteral("MajorFunction"),
            texts::foreign(m_reader.string(location.function)));
        if (location.sent) {
            const int number = addMember(
                top, "CurrentLocation",
                m_stack.sharesLocation(index)
                    ? IrpModel::tr("%1, the same as above").arg(location.sent->number)
                    : QString::number(location.sent->number));
            if (m_stack.sharesLocation(index)) {
                m_model.node(number).tip = IrpModel::tr(
                    "The driver above did not fill in a location for this one: it passed its own "
                    "on (IoSkipCurrentIrpStackLocation), and so has no completion routine of its "
                    "own.");
            }
            addSent(top, *location.sent);
        } else {
            addMissing(top);
        }
        addObject(top, QStringLiteral("DeviceObject"), location.device);
        if (location.driver != 0) {
            addObject(top, QStringLiteral("DriverObject"), location.driver);
        }
        if (location.sent) {
            addCompletion(top, *location.sent);
        }
        add(top, IrpModel::tr("Sent"), at(location.call), location.call);
        add(top, IrpModel::tr("By"), texts::thread(m_reader, location.process, location.thread),
            location.call);
        if (location.pended != 0 && location.pended <= m_at) {
            add(top, IrpModel::tr("Left pending"), at(location.pended), location.pended);
        }
        if (location.isBack(m_at)) {
            add(top, IrpModel::tr("Came back"), at(location.end), location.end);
            add(top, IrpModel::tr("After"),
                texts::duration(location.endNs - std::min(location.beginNs, location.endNs)),
                location.end);
            add(top, QStringLiteral("IoStatus.Status"), texts::status(location.status),
                location.end);
            add(top, QStringLiteral("IoStatus.Information"),
                QLocale().toString(qulonglong(location.information)), location.end);
        } else if (location.isSent(m_at)) {
            const std::uint64_t now = m_document.events().event(m_at).timeNs;
            add(top, IrpModel::tr("Under way for"),
                texts::duration(now - std::min(now, location.beginNs)));
        }
        addWork(top, location);
    }

    // A member of IO_STACK_LOCATION; some names mean something else elsewhere.
    int addMember(int top, const char* name, const QString& value, Seq seq = 0)
    {
        const int at = add(top, QString::fromLatin1(name), value, seq);
        m_model.node(at).meaning = QStringLiteral("IO_STACK_LOCATION.") + QLatin1String(name);
        return at;
    }

    void addSent(int top, const trace::StackLocation& sent)
    {
        addMember(top, "MinorFunction", QString::fromStdString(trace::stackMinorFunction(sent)));
        const std::string_view member = trace::stackMember(sent);
        if (!member.empty()) {
            const QString name = QString::fromLatin1(member.data(), qsizetype(member.size()));
            const int group = add(top, QStringLiteral("Parameters.") + name, {});
            m_model.node(group).meaning = QStringLiteral("Parameters");
            for (const trace::StackValue& value : trace::stackParameters(m_reader, sent)) {
                addParameter(group, name, value);
            }
        }
        addMember(top, "Flags", QString::fromStdString(trace::stackFlags(sent)));
        const bool isMarked = sent.pended != 0 && sent.pended <= m_at;
        addMember(
            top, "Control", QString::fromStdString(trace::stackControl(sent, m_at)),
            isMarked ? sent.pended : sent.id);
    }

    void addParameter(int group, const QString& member, const trace::StackValue& value)
    {
        const QString text = value.object != 0 ? texts::object(m_reader, value.object)
            : value.isNumber                   ? QLocale().toString(qlonglong(value.number))
                                               : texts::foreign(value.text);
        const QString name = QString::fromLatin1(value.name.data(), qsizetype(value.name.size()));
        const int at = add(group, name, text);
        m_model.node(at).meaning
            = name.contains(QLatin1Char('.')) ? name : member + QLatin1Char('.') + name;
        m_model.node(at).object = value.object;
    }

    void addCompletion(int top, const trace::StackLocation& sent)
    {
        const int file = addMember(
            top, "FileObject",
            sent.file != 0 ? texts::object(m_reader, sent.file) : QStringLiteral("NULL"));
        m_model.node(file).object = sent.file;
        addMember(
            top, "CompletionRoutine",
            sent.routine != 0 ? texts::foreign(m_reader.string(sent.routine))
                              : QStringLiteral("NULL"));
        addMember(
            top, "Context", sent.hasContext ? QStringLiteral("present") : QStringLiteral("NULL"));
    }

    void addMissing(int top)
    {
        const QString why = IrpModel::tr(
            "This recording was made by an older rdrlab: it has which driver was called for what, "
            "with which device and result, but not what was in the stack location. Record it again "
            "to see the parameters. Of a request that went to the server the SMB2 message below "
            "says what was asked for.");
        for (const char* name : { "Parameters", "CompletionRoutine" }) {
            const int at
                = add(top, QString::fromLatin1(name), IrpModel::tr("not in this recording"));
            m_model.node(at).isDim = true;
            m_model.node(at).tip = why;
        }
    }

    void addWork(int top, const trace::IrpLocation& location)
    {
        int calls = -1;
        for (const trace::IrpWork& work : location.work) {
            if (work.call > m_at || work.layer == trace::Layer::Kernel) {
                continue;
            }
            if (calls < 0) {
                calls = add(top, IrpModel::tr("What it did"), {});
            }
            const CallIndex index = m_document.index()->callAt(work.call);
            QString result;
            if (index != kNoCall) {
                const Call& call = m_document.index()->calls[index];
                result = call.end == 0 || call.end > m_at ? IrpModel::tr("under way")
                                                          : texts::status(call.status);
            }
            const int one = add(
                calls, texts::layer(work.layer),
                texts::routine(m_reader, work.routine) + QStringLiteral(" → ") + result, work.call);
            if (index != kNoCall) {
                m_model.node(one).object = m_document.index()->calls[index].object;
            }
            if (work.packet != 0 && work.packet <= m_at) {
                addRequest(one, work.packet);
            }
        }
    }

    // The fields of the request that went out, from its first segment.
    void addRequest(int parent, Seq packet)
    {
        std::vector<std::byte> bytes;
        m_reader.packets(packet, packet, [&](const trace::Packet& segment) {
            bytes = segment.payload;
            return false;
        });
        const std::vector<trace::WireField> fields = trace::decodeSmb2(bytes);
        std::int32_t body = -1;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const QString name = texts::foreign(fields[i].name);
            if (body < 0 && name.endsWith(QLatin1String("request body"))) {
                body = std::int32_t(i);
            } else if (
                body >= 0 && fields[i].parent == body && !fields[i].value.empty()
                && !fields[i].isWrong && isTelling(name)) {
                add(parent, name, texts::foreign(fields[i].value), packet);
            }
        }
    }

    // Not where in the message something stands.
    static bool isTelling(const QString& name)
    {
        return name != QLatin1String("StructureSize")
            && (name == QLatin1String("Offset") || !name.endsWith(QLatin1String("Offset")));
    }

    void addIrp()
    {
        const int top = add(-1, texts::object(m_reader, m_stack.irp), {}, m_stack.birth);
        m_model.node(top).object = m_stack.irp;
        add(top, IrpModel::tr("Born"), at(m_stack.birth), m_stack.birth);
        if (m_stack.death != 0) {
            add(top, m_stack.death <= m_at ? IrpModel::tr("Freed") : IrpModel::tr("Will be freed"),
                at(m_stack.death), m_stack.death);
        }
        if (m_stack.file != 0) {
            addObject(top, QStringLiteral("OriginalFileObject"), m_stack.file);
        }
        for (const trace::ObjectId context : m_stack.contexts) {
            const trace::Object* object = m_reader.object(context);
            if (object == nullptr || object->birth > m_at) {
                continue;
            }
            const int one = addObject(top, QStringLiteral("RX_CONTEXT"), context);
            addFields(one, context);
        }
        addFields(top, m_stack.irp);
    }

    void addFields(int parent, trace::ObjectId object)
    {
        const auto& state = m_document.stateAt(m_at).of(object);
        for (const auto& [field, value] : state.fields) {
            const int one = add(
                parent, texts::foreign(m_reader.string(field)), texts::foreign(value.print()));
            m_model.node(one).object = value.object;
        }
    }

    QString summary(std::size_t current) const
    {
        const QString name = texts::object(m_reader, m_stack.irp);
        if (m_stack.locations.empty()) {
            return IrpModel::tr("%1 is not sent to any driver in this recording.").arg(name);
        }
        const trace::IrpLocation& first = m_stack.locations.front();
        QString text
            = name + QStringLiteral("  ") + texts::foreign(m_reader.string(first.function));
        const CallIndex sender = m_document.index()->callAt(m_stack.sender);
        if (sender != kNoCall) {
            text += IrpModel::tr(" from %1")
                        .arg(texts::call(m_reader, m_document.index()->calls[sender]));
        }
        text += QLatin1Char('\n');
        if (m_stack.isCompleted(m_at)) {
            return text
                + IrpModel::tr("completed: %1, Information %2")
                      .arg(texts::status(first.status))
                      .arg(QLocale().toString(qulonglong(first.information)));
        }
        if (current >= m_stack.locations.size()) {
            return text + IrpModel::tr("not sent yet");
        }
        return text
            + (m_stack.locations[current].isPending(m_at) ? IrpModel::tr("pending in %1")
                                                          : IrpModel::tr("in the hands of %1"))
                  .arg(texts::shortObject(m_reader, m_stack.locations[current].device));
    }

    IrpModel& m_model;
    const TraceDocument& m_document;
    const trace::Reader& m_reader;
    const trace::IrpStack& m_stack;
    Seq m_at;
};

IrpModel::IrpModel(QObject* parent)
    : TextTreeModel({ tr("Stack location"), tr("Value") }, {}, parent)
{
}

void IrpModel::show(const TraceDocument* document, const trace::IrpStack& stack, Seq at)
{
    beginResetModel();
    clear();
    m_summary.clear();
    m_current = -1;
    if (document != nullptr && document->isReady() && stack.irp != 0) {
        Builder(*this, *document, stack, at).build();
    }
    endResetModel();
}

QModelIndex IrpModel::current() const
{
    return m_current >= 0 ? index(m_current, 0) : QModelIndex();
}

QModelIndex IrpModel::parametersOf(const QModelIndex& location) const
{
    for (int row = 0; row < rowCount(location); ++row) {
        const QModelIndex child = index(row, Name, location);
        if (rowCount(child) > 0
            && child.data().toString().startsWith(QLatin1String("Parameters."))) {
            return child;
        }
    }
    return {};
}

} // namespace rdrlab::gui
