// The C hooks of rdrtrace.h: kernel country's door to the active recorder.
//
// Entered from NT frames, so nothing here throws or blocks; while no recorder is attached each
// returns at once.
#include <ntifs.h>

#include "engine/ddk/rx/rdrtrace.h"
#include "engine/recorder/fields.h"
#include "engine/recorder/recorder.h"

#include <cstring>

namespace recorder = rdrlab::recorder;
using rdrlab::recorder::Recorder;
namespace trace = rdrlab::trace;

// The C enumerations and the trace's vocabularies share their numbers.
static_assert(
    int(trace::Layer::App) == RdrLayerApp && int(trace::Layer::Io) == RdrLayerIo
    && int(trace::Layer::Mup) == RdrLayerMup && int(trace::Layer::Rdbss) == RdrLayerRdbss
    && int(trace::Layer::Mrx) == RdrLayerMrx && int(trace::Layer::Wire) == RdrLayerWire
    && int(trace::Layer::Server) == RdrLayerServer && int(trace::Layer::Kernel) == RdrLayerKernel
    && int(trace::Layer::Maximum) == RdrLayerMaximum);
static_assert(
    int(trace::ObjectKind::Process) == RdrObjectProcess
    && int(trace::ObjectKind::Irp) == RdrObjectIrp
    && int(trace::ObjectKind::Handle) == RdrObjectHandle
    && int(trace::ObjectKind::RxContext) == RdrObjectRxContext
    && int(trace::ObjectKind::Fcb) == RdrObjectFcb && int(trace::ObjectKind::Fobx) == RdrObjectFobx
    && int(trace::ObjectKind::CacheMap) == RdrObjectCacheMap
    && int(trace::ObjectKind::Exchange) == RdrObjectExchange
    && int(trace::ObjectKind::Maximum) == RdrObjectMaximum);
static_assert(
    int(trace::EventKind::Note) == RdrEventNote && int(trace::EventKind::Lock) == RdrEventLock
    && int(trace::EventKind::Missing) == RdrEventMissing
    && int(trace::EventKind::Begin) == RdrEventMaximum
    && int(trace::EventKind::Signal) == RdrEventSignal);

namespace {

std::string nameOf(PCUNICODE_STRING name)
{
    return name == nullptr || name->Buffer == nullptr
        ? std::string()
        : recorder::utf8(reinterpret_cast<const char16_t*>(name->Buffer), name->Length / 2u);
}

} // namespace

extern "C" {

RDR_SPAN RdrTraceBegin(RDR_LAYER Layer, const char* Routine, const void* Object, RDR_SPAN Parent)
{
    Recorder* active = Recorder::active();
    return active != nullptr ? active->begin(trace::Layer(Layer), Routine, Object, Parent) : 0;
}

RDR_SPAN RdrTraceCurrent(void)
{
    Recorder* active = Recorder::active();
    return active != nullptr ? active->currentSpan() : 0;
}

void RdrTraceEnter(RDR_SPAN Span)
{
    if (Recorder* active = Recorder::active()) {
        active->enter(Span);
    }
}

void RdrTraceLeave(RDR_SPAN Span)
{
    if (Recorder* active = Recorder::active()) {
        active->leave(Span);
    }
}

void RdrTraceFinish(RDR_SPAN Span, NTSTATUS Status, unsigned long long Information)
{
    if (Recorder* active = Recorder::active()) {
        active->finishSpan(Span, Status, Information);
    }
}

void RdrTraceEnd(RDR_SPAN Span, NTSTATUS Status, unsigned long long Information)
{
    if (Recorder* active = Recorder::active()) {
        active->end(Span, Status, Information);
    }
}

void RdrTraceBind(const void* Object, RDR_SPAN Span)
{
    if (Recorder* active = Recorder::active()) {
        active->bind(Object, Span);
    }
}

RDR_SPAN RdrTraceSpanOf(const void* Object)
{
    Recorder* active = Recorder::active();
    return active != nullptr ? active->spanOf(Object) : 0;
}

void RdrTraceEvent(
    RDR_LAYER Layer,
    RDR_EVENT_KIND Kind,
    const char* Routine,
    const void* Object,
    NTSTATUS Status,
    unsigned long long Argument)
{
    if (Recorder* active = Recorder::active()) {
        active->event(
            trace::Layer(Layer), trace::EventKind(Kind), Routine, Object, Status, Argument);
    }
}

void RdrTraceText(
    RDR_LAYER Layer, RDR_EVENT_KIND Kind, const char* Routine, const void* Object, const char* Text)
{
    if (Recorder* active = Recorder::active()) {
        active->text(
            trace::Layer(Layer), trace::EventKind(Kind), Routine, Object,
            { Text, strnlen(Text, Recorder::kMaximumTextBytes + 1) });
    }
}

void RdrTraceBorn(
    RDR_OBJECT_KIND Kind,
    const void* Object,
    unsigned long Bytes,
    PCUNICODE_STRING Name,
    const void* Owner)
{
    if (Recorder* active = Recorder::active()) {
        active->born(trace::ObjectKind(Kind), Object, std::uint32_t(Bytes), nameOf(Name), Owner);
    }
}

void RdrTraceDied(const void* Object)
{
    if (Recorder* active = Recorder::active()) {
        active->died(Object);
    }
}

void RdrTraceRename(const void* Object, PCUNICODE_STRING Name)
{
    if (Recorder* active = Recorder::active()) {
        active->rename(Object, nameOf(Name));
    }
}

void RdrTraceReference(const void* Object, long Delta, long NewCount, const char* Reason)
{
    if (Recorder* active = Recorder::active()) {
        active->reference(Object, std::int32_t(Delta), std::int32_t(NewCount), Reason);
    }
}

void RdrTraceTouch(const void* Object)
{
    if (Recorder* active = Recorder::active()) {
        active->touch(Object);
    }
}

} // extern "C"
