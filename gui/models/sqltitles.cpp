// The titles of the worked queries, for those who translate: the page they are on is English.
#include "gui/models/sqlmodel.h"

#include "traces/store/workedqueries.h"

#include <QCoreApplication>

namespace rdrlab::gui {

namespace {

constexpr const char* kTitles[] = {
    QT_TRANSLATE_NOOP(
        "WorkedQueries", "The calls into the mini-redirector, in order, with their results"),
    QT_TRANSLATE_NOOP("WorkedQueries", "The system calls of each process"),
    QT_TRANSLATE_NOOP("WorkedQueries", "The call tree, indented"),
    QT_TRANSLATE_NOOP("WorkedQueries", "Which calls failed, innermost first"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries",
        "What a single call gave birth to, at any depth below it (here the first system call)"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries", "The state of one object after an event (here its last known one)"),
    QT_TRANSLATE_NOOP("WorkedQueries", "Who last changed this field, and in which call"),
    QT_TRANSLATE_NOOP("WorkedQueries", "What was alive at an event (here the middle of the trace)"),
    QT_TRANSLATE_NOOP("WorkedQueries", "What was never released"),
    QT_TRANSLATE_NOOP("WorkedQueries", "The reference ledger of one object"),
    QT_TRANSLATE_NOOP("WorkedQueries", "Who took references and did not give them back, by reason"),
    QT_TRANSLATE_NOOP("WorkedQueries", "What points to an object now (its retainers)"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries",
        "Where the time went, by layer (time in a call minus time in the calls it made)"),
    QT_TRANSLATE_NOOP("WorkedQueries", "The slowest exchanges with the server"),
    QT_TRANSLATE_NOOP("WorkedQueries", "Bytes on the wire in each direction, per connection"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries",
        "The SMB2 commands in the first bytes of segments (4 bytes of length, then the header; the "
        "command is at offset 12)"),
    QT_TRANSLATE_NOOP("WorkedQueries", "Calls that pended, and how long they were away"),
    QT_TRANSLATE_NOOP("WorkedQueries", "Each IRP, from whom it came and where it went"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries", "What each read asked for, and whose completion routine waits for it"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries", "The calldowns that waited for the server, the longest first"),
    QT_TRANSLATE_NOOP("WorkedQueries", "How many round trips each kind of calldown cost"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries",
        "How often each routine of the mini-redirector was called, and how it ended"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries", "Reference counts: who was held most, and what is still held"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries",
        "The handles that were open at an event (here when the first FOBX was born)"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries",
        "The life of each SRV_OPEN: how long after its last handle it stayed, and how many opens "
        "shared it"),
    QT_TRANSLATE_NOOP("WorkedQueries", "Which call gives birth to which kinds of object"),
    QT_TRANSLATE_NOOP("WorkedQueries", "The last known state of every FCB"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries",
        "How busy each layer was, per millisecond of virtual time (a scan: the spine is made for "
        "it)"),
    QT_TRANSLATE_NOOP("WorkedQueries", "Every event with a failing status"),
    QT_TRANSLATE_NOOP(
        "WorkedQueries",
        "How long resources were waited for, by thread (each wait up to the wake of the same "
        "thread)"),
};

} // namespace

QString titleOf(const trace::WorkedQuery& query)
{
    return QCoreApplication::translate("WorkedQueries", query.title.c_str());
}

QStringList titlesForTranslators()
{
    QStringList titles;
    for (const char* title : kTitles) {
        titles += QString::fromUtf8(title);
    }
    return titles;
}

} // namespace rdrlab::gui
