#include "gui/models/eventcsv.h"

#include "gui/models/eventstore.h"
#include "gui/models/texts.h"

#include <QCoreApplication>
#include <QSaveFile>

namespace rdrlab::gui {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(EventCsv)
};

void add(QByteArray& line, const QString& cell)
{
    QByteArray text = cell.toUtf8();
    if (text.contains(',') || text.contains('"') || text.contains('\n') || text.contains('\r')) {
        text.replace('"', "\"\"");
        text = '"' + text + '"';
    }
    line += text + ',';
}

QByteArray lineOf(const trace::Reader& reader, const trace::Event& event)
{
    QByteArray line;
    for (const std::uint64_t number :
         { event.seq, event.timeNs, std::uint64_t(event.cpu), std::uint64_t(event.irql) }) {
        line += QByteArray::number(qulonglong(number)) + ',';
    }
    add(line, texts::foreign(reader.processName(event.process)));
    line += QByteArray::number(event.thread) + ',';
    add(line, texts::layer(event.layer));
    add(line, texts::kind(event.kind));
    add(line, texts::foreign(reader.string(event.routine)));
    const trace::Object* object = reader.object(event.object);
    add(line, object != nullptr ? texts::foreign(reader.string(object->name)) : QString());
    add(line, event.hasStatus ? texts::status(event.status) : QString());
    line += QByteArray::number(qulonglong(event.argument)) + ',';
    add(line, texts::foreign(reader.string(event.text)));
    line.chop(1);
    return line + "\r\n";
}

} // namespace

QString writeEventsCsv(
    const QString& tracePath,
    const std::shared_ptr<const std::vector<trace::Seq>>& rows,
    const QString& path,
    Background::Control& control)
{
    std::string error;
    const auto reader = trace::Reader::open(tracePath.toStdString(), error);
    if (reader == nullptr) {
        return texts::foreign(error);
    }
    const trace::Spine spine(*reader);
    const EventStore events(*reader, spine);
    const std::uint64_t count = rows != nullptr ? rows->size() : reader->lastSeq();
    QSaveFile file(path);
    constexpr qsizetype kFlushAt = 1 << 16;
    QByteArray text = "seq,time_ns,cpu,irql,process,thread,layer,kind,routine,object,status,"
                      "argument,text\r\n";
    bool good = file.open(QIODevice::WriteOnly);
    for (std::uint64_t i = 0; i < count && good; ++i) {
        if (text.size() >= kFlushAt) {
            if (control.isCancelled()) {
                file.cancelWriting();
                return {};
            }
            control.tell(i, count);
            good = file.write(text) == text.size();
            text.clear();
        }
        text += lineOf(*reader, events.event(rows != nullptr ? (*rows)[i] : i + 1));
    }
    good = good && file.write(text) == text.size() && file.commit();
    return good ? QString() : Words::tr("%1 cannot be written: %2").arg(path, file.errorString());
}

} // namespace rdrlab::gui
