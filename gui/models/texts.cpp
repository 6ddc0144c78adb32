#include "gui/models/texts.h"

#include <QCoreApplication>
#include <QLocale>

namespace rdrlab::gui::texts {

namespace {

// The words of this file belong to no class.
struct Words
{
    Q_DECLARE_TR_FUNCTIONS(texts)
};

QString latin(std::string_view text)
{
    return QString::fromLatin1(text.data(), qsizetype(text.size()));
}

} // namespace

QString foreign(std::string_view text)
{
    constexpr std::size_t kLongest = 4096;
    QString result = QString::fromUtf8(text.data(), qsizetype(std::min(text.size(), kLongest)));
    for (QChar& character : result) {
        // Also what could turn the direction of the text around it.
        const char16_t code = character.unicode();
        const bool turns = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
        if (character.category() == QChar::Other_Control || turns) {
            character = QChar(0xFFFD);
        }
    }
    return result;
}

QString layer(trace::Layer layer)
{
    return latin(trace::layerName(layer));
}

QString kind(trace::EventKind kind)
{
    return latin(trace::eventKindName(kind));
}

QString objectKind(trace::ObjectKind kind)
{
    return latin(trace::objectKindName(kind));
}

namespace {

// In the person's language: 1.25 or 1,25.
QString decimal(double value, int digits)
{
    return QLocale().toString(value, 'f', digits);
}

} // namespace

QString duration(std::uint64_t nanoseconds)
{
    const double value = double(nanoseconds);
    if (nanoseconds < 1'000) {
        return QStringLiteral("%1 ns").arg(nanoseconds);
    }
    if (nanoseconds < 1'000'000) {
        return decimal(value / 1e3, 1) + QStringLiteral(" µs");
    }
    if (nanoseconds < 1'000'000'000) {
        return decimal(value / 1e6, 2) + QStringLiteral(" ms");
    }
    return decimal(value / 1e9, 2) + QStringLiteral(" s");
}

QString moment(std::uint64_t nanoseconds)
{
    if (nanoseconds < 1'000'000'000) {
        return decimal(double(nanoseconds) / 1e6, 4) + QStringLiteral(" ms");
    }
    return decimal(double(nanoseconds) / 1e9, 6) + QStringLiteral(" s");
}

QString status(std::int32_t status)
{
    const std::string_view name = trace::statusName(status);
    return name.empty() ? QStringLiteral("0x%1").arg(std::uint32_t(status), 8, 16, QLatin1Char('0'))
                        : latin(name);
}

QString object(const trace::Reader& reader, trace::ObjectId id)
{
    const trace::Object* object = reader.object(id);
    if (object == nullptr) {
        return id == 0 ? QString() : QStringLiteral("?");
    }
    QString name = foreign(reader.string(object->name));
    const qsizetype colon = name.indexOf(QLatin1Char(':'));
    if (colon >= 0) {
        name[colon] = QLatin1Char(' ');
    }
    return name;
}

QString shortObject(const trace::Reader& reader, trace::ObjectId id)
{
    const QString name = object(reader, id);
    const qsizetype space = name.indexOf(QLatin1Char(' '));
    return space < 0 ? name : name.mid(space + 1);
}

QString routine(const trace::Reader& reader, trace::StringId id)
{
    const QString name = foreign(reader.string(id));
    return name.startsWith(QLatin1String("IRP_MJ_")) ? name.mid(7) : name;
}

QString call(const trace::Reader& reader, const Call& call)
{
    const QString name = routine(reader, call.routine);
    const trace::Object* about = reader.object(call.object);
    if (about == nullptr) {
        return name;
    }
    switch (about->kind) {
    case trace::ObjectKind::Device:
        return name + QStringLiteral(" → ") + shortObject(reader, call.object);
    case trace::ObjectKind::RxContext:
    case trace::ObjectKind::Irp:
    case trace::ObjectKind::File:
        return name + QStringLiteral("  ") + shortObject(reader, call.object);
    case trace::ObjectKind::Exchange:
        return name; // the request itself
    default:
        return name + QStringLiteral("  ") + object(reader, call.object);
    }
}

QString detail(const trace::Reader& reader, const trace::Event& event)
{
    QString text;
    switch (event.kind) {
    case trace::EventKind::End:
        text = event.argument != 0 ? Words::tr("information %1").arg(event.argument) : QString();
        break;
    case trace::EventKind::Born:
        text = event.argument != 0 ? Words::tr("%1 bytes").arg(event.argument) : QString();
        break;
    case trace::EventKind::Reference:
        text = Words::tr("count %1").arg(event.argument);
        break;
    case trace::EventKind::Packet:
    case trace::EventKind::Input:
        text = Words::tr("%1 bytes").arg(event.argument);
        break;
    default:
        break;
    }
    if (event.text != 0) {
        text += (text.isEmpty() ? QString() : QStringLiteral("  "))
            + foreign(reader.string(event.text));
    }
    return text;
}

QString thread(const trace::Reader& reader, std::uint32_t process, std::uint32_t thread)
{
    if (thread == 0) {
        return Words::tr("interrupt");
    }
    const QString name = foreign(reader.threadName(thread));
    const QString owner = foreign(reader.processName(process));
    if (!name.isEmpty() && name != owner) {
        return owner.isEmpty() ? name : owner + QLatin1Char('/') + name;
    }
    return (owner.isEmpty() ? Words::tr("thread") : owner) + QLatin1Char('/')
        + QString::number(thread);
}

QString threadTitle(const trace::Reader& reader, std::uint32_t process, std::uint32_t thread)
{
    if (thread == 0) {
        return Words::tr("interrupt");
    }
    const QString name = foreign(reader.threadName(thread));
    const QString owner = foreign(reader.processName(process));
    const QString number = QLatin1Char(' ') + QString::number(thread);
    return (name.isEmpty() || name == QLatin1String("main")
                ? (owner.isEmpty() ? Words::tr("thread") : owner)
                : name)
        + number;
}

} // namespace rdrlab::gui::texts
