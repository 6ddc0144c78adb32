/* rdrseh.h - structured exceptions in the emulator: __try, __except, __finally, __leave for gcc and clang, C and C++.
 *
 * A __try block links a frame with a jump buffer into the current thread's chain; raising an exception jumps to the innermost
 * frame. The frame is unlinked however the block is left: by its end, by __leave, return, break, continue or goto (cleanup
 * attribute), so none of them needs care.
 *
 * What differs from the Microsoft compiler:
 *   - The filter expression runs after the frames below have been left, not before (inferred to be invisible: filters of drivers
 *     look at the code and nothing else). EXCEPTION_CONTINUE_EXECUTION is not offered and bug checks.
 *   - A __finally block runs when its body ends, after __leave and after an exception. A body that is left by return, break,
 *     continue or goto skips it: use __leave there, as the WDK advises anyway. break and continue in the block itself end it.
 *   - Destructors of C++ objects in frames that are jumped over do not run.
 *   - As with setjmp, a local that the body changes and the handler reads should be volatile (gcc keeps it right, clang may not).
 *   - GetExceptionCode and GetExceptionInformation tell the thread's last exception, so use them before the handler calls
 *     anything that raises another.
 *
 * Contract with the kernel, which supplies two routines:
 *   RdrSehState      this thread's chain and last exception, zeroed when the thread is created; any IRQL
 *   RdrSehUnhandled  no frame took the exception; bug checks (KMODE_EXCEPTION_NOT_HANDLED) and does not return
 * ExRaiseStatus and its kin fill a record and call RdrSehRaise. A fault in a user buffer may do the same.
 *
 * In a real kernel build the compiler's own __try is used (clang, MSVC), and this header is empty.
 */
#ifndef RDRSEH_H
#define RDRSEH_H

#if !defined(_WIN32)

#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)


#ifdef __cplusplus
extern "C" {
#endif

typedef struct _EXCEPTION_RECORD {
    NTSTATUS ExceptionCode;
    ULONG ExceptionFlags;
    struct _EXCEPTION_RECORD* ExceptionRecord;
    PVOID ExceptionAddress;
    ULONG NumberParameters;
    ULONG_PTR ExceptionInformation[EXCEPTION_MAXIMUM_PARAMETERS];
} EXCEPTION_RECORD, *PEXCEPTION_RECORD;

typedef struct _EXCEPTION_POINTERS {
    PEXCEPTION_RECORD ExceptionRecord;
    PCONTEXT ContextRecord;
} EXCEPTION_POINTERS, *PEXCEPTION_POINTERS;

typedef struct _RDR_SEH_FRAME {
    struct _RDR_SEH_FRAME* Previous;
    void* Jump[5];      /* what __builtin_setjmp saves */
    ULONG Linked;       /* in the thread's chain */
} RDR_SEH_FRAME, *PRDR_SEH_FRAME;

typedef struct _RDR_SEH_STATE {
    PRDR_SEH_FRAME Top;             /* innermost frame of this thread */
    EXCEPTION_RECORD Record;        /* last exception of this thread */
    EXCEPTION_POINTERS Pointers;    /* what GetExceptionInformation answers */
    BOOLEAN Abnormal;               /* how the last body before a __finally ended */
} RDR_SEH_STATE, *PRDR_SEH_STATE;

NTKERNELAPI PRDR_SEH_STATE NTAPI RdrSehState(VOID);
NTKERNELAPI DECLSPEC_NORETURN VOID NTAPI RdrSehUnhandled(PEXCEPTION_RECORD Record);

FORCEINLINE VOID RdrSehPush(PRDR_SEH_FRAME Frame)
{
    PRDR_SEH_STATE State = RdrSehState();

    Frame->Previous = State->Top;
    Frame->Linked = TRUE;
    State->Top = Frame;
}

FORCEINLINE VOID RdrSehPop(PRDR_SEH_FRAME Frame)
{
    if (Frame->Linked) {
        Frame->Linked = FALSE;
        RdrSehState()->Top = Frame->Previous;
    }
}

/* Jumps to the innermost frame with the record that is in the thread's state. The frame is unlinked first, so that its filter
 * and handler belong to the frame outside. */
static __attribute__((unused, noinline, noreturn)) VOID RdrSehUnwind(VOID)
{
    PRDR_SEH_STATE State = RdrSehState();
    PRDR_SEH_FRAME Frame = State->Top;

    if (Frame == NULL) {
        RdrSehUnhandled(&State->Record);
    }
    State->Top = Frame->Previous;
    Frame->Linked = FALSE;
    __builtin_longjmp(Frame->Jump, 1);
}

/* Raises the exception that Record describes. */
static inline __attribute__((unused, noreturn)) VOID RdrSehRaise(PEXCEPTION_RECORD Record)
{
    PRDR_SEH_STATE State = RdrSehState();

    if (Record != &State->Record) {
        State->Record = *Record;
    }
    State->Pointers.ExceptionRecord = &State->Record;
    State->Pointers.ContextRecord = NULL;
    RdrSehUnwind();
}

/* What the filter answered: TRUE runs the handler, a search goes on outside. */
FORCEINLINE BOOLEAN RdrSehDecide(LONG Disposition)
{
    if (Disposition == EXCEPTION_CONTINUE_SEARCH) {
        RdrSehUnwind();
    }
    if (Disposition < 0) {
        RdrSehUnhandled(&RdrSehState()->Record);
    }
    return TRUE;
}

typedef struct _RDR_SEH_FINALLY {
    ULONG Step;
    BOOLEAN Abnormal;
    EXCEPTION_RECORD Record;
} RDR_SEH_FINALLY;

FORCEINLINE BOOLEAN RdrSehNote(BOOLEAN Abnormal)
{
    RdrSehState()->Abnormal = Abnormal;
    return TRUE;
}

/* Lets the __finally block run once; after it the exception, if there was one, goes on. */
FORCEINLINE BOOLEAN RdrSehFinallyStep(RDR_SEH_FINALLY* Finally)
{
    if (Finally->Step++ == 0) {
        PRDR_SEH_STATE State = RdrSehState();
        Finally->Abnormal = State->Abnormal;
        Finally->Record = State->Record;
        return TRUE;
    }
    if (Finally->Abnormal) {
        RdrSehRaise(&Finally->Record);
    }
    return FALSE;
}

#ifdef __cplusplus
}
#endif

/* The body is a statement expression inside the condition of an if: so return, goto, break and continue mean in it what they
 * mean around it. The frame's buffer must be filled in the function itself, hence the builtin in the macro. */
#define RDR_SEH_TRY RDR_SEH_TRY_AS(__COUNTER__)
#define RDR_SEH_TRY_AS(Number) RDR_SEH_TRY_PASTE(Number)
#define RDR_SEH_TRY_PASTE(Number) RDR_SEH_TRY_NAMED(RdrSehFrame##Number)
#define RDR_SEH_TRY_NAMED(Frame)                                                                \
    if (({                                                                                      \
            RDR_SEH_FRAME Frame __attribute__((cleanup(RdrSehPop)));                            \
            RdrSehPush(&Frame);                                                                 \
            __builtin_setjmp(Frame.Jump) == 0 ? ((void)({                                       \
                __label__ RdrSehLeaveBody;

#define RDR_SEH_EXCEPT(Filter)                                                                  \
            RdrSehLeaveBody: __attribute__((unused));                                           \
            }), 0) : (int)RdrSehDecide((LONG)(Filter));                                         \
        }))

#define RDR_SEH_FINALLY_BLOCK                                                                   \
            RdrSehLeaveBody: __attribute__((unused));                                           \
            }), 0) : 1;                                                                         \
        })                                                                                      \
            ? RdrSehNote(TRUE)                                                                  \
            : RdrSehNote(FALSE))                                                                \
        for (RDR_SEH_FINALLY RdrSehFinallyPass = { 0 }; RdrSehFinallyStep(&RdrSehFinallyPass);)

/* Only inside a __finally block. */
#define AbnormalTermination() (RdrSehFinallyPass.Abnormal)

#define RDR_SEH_LEAVE goto RdrSehLeaveBody

#define GetExceptionCode() (RdrSehState()->Record.ExceptionCode)
#define GetExceptionInformation() (&RdrSehState()->Pointers)

#ifndef RDRLAB_NT_HOST /* the standard library has a __try of its own */
#undef __try
#define __try RDR_SEH_TRY
#define __except(Filter) RDR_SEH_EXCEPT(Filter)
#define __finally RDR_SEH_FINALLY_BLOCK
#define __leave RDR_SEH_LEAVE
#endif

#endif /* !_WIN32 */

#endif /* RDRSEH_H */
