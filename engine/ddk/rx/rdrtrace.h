/* rdrtrace.h - how kernel-country code tells the recorder what happens.
 *
 * Not part of the WDK. In the emulator these routines are exported by the engine; in a real kernel build RDR_NO_TRACE turns
 * them into nothing. Recording never changes what runs: no routine here blocks, allocates pool or raises IRQL, all may be
 * called at any IRQL, and all of them return at once while nothing is being recorded.
 *
 * Spans nest per thread: RdrTraceBegin makes the new span a child of the thread's innermost one (or of Parent, when given)
 * and enters it. A call that pends leaves its span open:
 *
 *      Span = RdrTraceBegin(...);           caller's thread
 *      RdrTraceLeave(Span);                 STATUS_PENDING: off this thread, still open
 *          RdrTraceEnter(Span);             a worker continues it
 *          RdrTraceLeave(Span);
 *      RdrTraceFinish(Span, Status, Info);  completion, on whatever thread it happens
 *
 * Who hands work to another thread binds RdrTraceCurrent() to the work item and has the worker enter it, so that what the
 * worker does hangs below the call that asked for it, even when that call has returned (entering a finished span only makes
 * it the parent of what follows).
 *
 * RdrTraceEnd = RdrTraceLeave + RdrTraceFinish. Routine names and reasons are string literals (their address is kept).
 */
#ifndef RDRTRACE_H
#define RDRTRACE_H

typedef enum _RDR_LAYER {
    RdrLayerApp,       /* system calls of application threads */
    RdrLayerIo,        /* I/O manager: one span per IRP and driver it is sent to */
    RdrLayerMup,       /* multiple UNC provider */
    RdrLayerRdbss,     /* one span per RX_CONTEXT, and RDBSS' own steps */
    RdrLayerMrx,       /* one span per calldown into the mini-redirector */
    RdrLayerWire,      /* SMB2 exchanges and packets */
    RdrLayerServer,    /* the other side */
    RdrLayerKernel,    /* cache manager, memory manager, work queues, locks */
    RdrLayerMaximum
} RDR_LAYER;

typedef enum _RDR_OBJECT_KIND {
    RdrObjectNone,
    RdrObjectProcess,
    RdrObjectThread,
    RdrObjectDriver,
    RdrObjectDevice,
    RdrObjectFile,      /* FILE_OBJECT */
    RdrObjectIrp,
    RdrObjectHandle,    /* object pointer = (PVOID)handle value, name tells process and target */
    RdrObjectRxContext,
    RdrObjectSrvCall,
    RdrObjectNetRoot,
    RdrObjectVNetRoot,
    RdrObjectFcb,
    RdrObjectSrvOpen,
    RdrObjectFobx,
    RdrObjectMupPrefix,
    RdrObjectMupFile,
    RdrObjectCacheMap,  /* SHARED_CACHE_MAP */
    RdrObjectConnection,/* mini-redirector: transport connection */
    RdrObjectSession,   /* mini-redirector: SMB2 session */
    RdrObjectTree,      /* mini-redirector: SMB2 tree connect */
    RdrObjectExchange,  /* mini-redirector: one request/response */
    RdrObjectResource,  /* ERESOURCE; one that nobody declares is born when it is first taken */
    RdrObjectMaximum
} RDR_OBJECT_KIND;

typedef enum _RDR_EVENT_KIND {
    RdrEventNote,       /* something worth a line */
    RdrEventCallback,   /* mini-redirector calls back into RDBSS */
    RdrEventPost,       /* work handed to a worker thread */
    RdrEventWait,       /* the thread starts to wait on Object; from the kernel, Routine says what it is and Argument is the
                           number of the thread that owns it (0: nobody is known to), Status STATUS_TIMEOUT: not for ever */
    RdrEventWake,       /* it runs again; Argument is the number of the thread that ended the wait, 0: an interrupt */
    RdrEventLock,       /* ERESOURCE, fast mutex, spin lock taken (Argument = 1 exclusive) or released (Argument = 0) */
    RdrEventUnlock,
    RdrEventCancel,
    RdrEventState,      /* a state machine moved; Text tells from and to */
    RdrEventError,
    RdrEventMissing,    /* a declared but absent kernel routine was called */
    RdrEventMaximum,
    RdrEventSignal = 22 /* the running thread or interrupt ends the wait of the thread numbered Argument */
} RDR_EVENT_KIND;

typedef unsigned long long RDR_SPAN;

#ifdef RDR_NO_TRACE

#define RdrTraceActive() (0)
#define RdrTraceBegin(Layer, Routine, Object, Parent) ((RDR_SPAN)0)
#define RdrTraceCurrent() ((RDR_SPAN)0)
#define RdrTraceEnter(Span) ((void)(Span))
#define RdrTraceLeave(Span) ((void)(Span))
#define RdrTraceFinish(Span, Status, Information) ((void)(Span))
#define RdrTraceEnd(Span, Status, Information) ((void)(Span))
#define RdrTraceBind(Object, Span) ((void)(Span))
#define RdrTraceSpanOf(Object) ((RDR_SPAN)0)
#define RdrTraceStackLocation(Span, Irp) ((void)(Span))
#define RdrTraceStackPended(Span) ((void)(Span))
#define RdrTraceEvent(Layer, Kind, Routine, Object, Status, Argument) ((void)0)
#define RdrTraceText(Layer, Kind, Routine, Object, Text) ((void)0)
#define RdrTraceBorn(Kind, Object, Bytes, Name, Owner) ((void)0)
#define RdrTraceDied(Object) ((void)0)
#define RdrTraceRename(Object, Name) ((void)0)
#define RdrTraceReference(Object, Delta, NewCount, Reason) ((void)0)
#define RdrTraceTouch(Object) ((void)0)

#else

#ifdef __cplusplus
extern "C" {
#endif

/* Non-zero while a recorder is attached. Read it through RdrTraceActive(). */
extern volatile unsigned int RdrTraceOn;
#define RdrTraceActive() (__builtin_expect(RdrTraceOn != 0, 0))

/* Opens a span under Parent (0: the thread's innermost span) and enters it on this thread. Returns 0 while not recording;
 * every routine accepts 0 as "no span". */
RDR_SPAN RdrTraceBegin(RDR_LAYER Layer, const char* Routine, const void* Object, RDR_SPAN Parent);
RDR_SPAN RdrTraceCurrent(void); /* the thread's innermost span */
void RdrTraceEnter(RDR_SPAN Span);
void RdrTraceLeave(RDR_SPAN Span);
void RdrTraceFinish(RDR_SPAN Span, NTSTATUS Status, unsigned long long Information);
void RdrTraceEnd(RDR_SPAN Span, NTSTATUS Status, unsigned long long Information);

/* Remembers the span an IRP, RX_CONTEXT or exchange belongs to, so that whoever completes it can find it. */
void RdrTraceBind(const void* Object, RDR_SPAN Span);
RDR_SPAN RdrTraceSpanOf(const void* Object);

/* For the I/O manager. The current stack location of the IRP, with which the call Span, begun just before, sends it to a
 * driver; nothing for an IRP that was not born. Pointers are not kept, but what the create, directory and lock requests say
 * behind one is read. And: SL_PENDING_RETURNED has been seen in that location; the first time counts. */
void RdrTraceStackLocation(RDR_SPAN Span, const void* Irp);
void RdrTraceStackPended(RDR_SPAN Span);

/* One event without duration. Argument is printed as a number; Text is copied (UTF-8, at most 400 bytes are kept). */
void RdrTraceEvent(RDR_LAYER Layer, RDR_EVENT_KIND Kind, const char* Routine, const void* Object, NTSTATUS Status,
    unsigned long long Argument);
void RdrTraceText(RDR_LAYER Layer, RDR_EVENT_KIND Kind, const char* Routine, const void* Object, const char* Text);

/* Life of an object. Bytes is the size of the structure that RdrTraceTouch may read (0: not read). Name (optional) becomes
 * part of the canonical name; Owner (optional) is the object it hangs from. An address that is born again is a new object. */
void RdrTraceBorn(RDR_OBJECT_KIND Kind, const void* Object, unsigned long Bytes, PCUNICODE_STRING Name, const void* Owner);
void RdrTraceDied(const void* Object);
void RdrTraceRename(const void* Object, PCUNICODE_STRING Name);

/* The reference ledger: Delta is +1 or -1 (or more), NewCount the count after it, Reason who took or gave it back. */
void RdrTraceReference(const void* Object, long Delta, long NewCount, const char* Reason);

/* Compares the object with its last snapshot and records each changed field with old and new value. */
void RdrTraceTouch(const void* Object);

#ifdef __cplusplus
}
#endif

#endif /* RDR_NO_TRACE */

#endif /* RDRTRACE_H */
