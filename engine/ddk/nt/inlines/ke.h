/* ke.h - assertions, spin locks, dispatcher odds and ends, fast mutexes, lookaside lists. */
#ifndef RDR_NT_INLINES_KE_H
#define RDR_NT_INLINES_KE_H

#if !defined(DBG)
#define DBG 0
#endif

EXTERN_C_START
NTKERNELAPI VOID NTAPI RtlAssert(PVOID VoidFailedAssertion, PVOID VoidFileName, ULONG LineNumber, PSTR MutableMessage);
EXTERN_C_END

/* Assertions hold in every build of the emulator. */
#define RDR_ASSERT(Expression, Message)                                                                  \
    ((VOID)((__builtin_expect(!!(Expression), 1))                                                        \
            ? 0                                                                                          \
            : (RtlAssert((PVOID)(ULONG_PTR)#Expression, (PVOID)(ULONG_PTR)__FILE__, __LINE__,            \
                   (PSTR)(ULONG_PTR)(Message)),                                                          \
                0)))
#ifndef ASSERT
#define ASSERT(Expression) RDR_ASSERT(Expression, NULL)
#endif
#define ASSERTMSG(Message, Expression) RDR_ASSERT(Expression, Message)
#define NT_ASSERT(Expression) RDR_ASSERT(Expression, NULL)
#define NT_ASSERTMSG(Message, Expression) RDR_ASSERT(Expression, Message)
#define NT_ASSERTMSGW(Message, Expression) RDR_ASSERT(Expression, NULL)
#define NT_ASSERT_ASSUME NT_ASSERT
#define NT_VERIFY(Expression) ((Expression) ? TRUE : (RDR_ASSERT(0 && #Expression, NULL), FALSE))
#define NT_VERIFYMSG(Message, Expression) NT_VERIFY(Expression)
#define RTL_SOFT_ASSERT ASSERT
#define RTL_SOFT_ASSERTMSG ASSERTMSG
#define RTL_VERIFY NT_VERIFY
#define RTL_SOFT_VERIFY NT_VERIFY
#define NT_ANALYSIS_ASSUME(Expression) ((VOID)0)
#define __assume(Expression) ((VOID)0)
#define _Analysis_assume_x_(Expression)

#define PAGED_CODE() NT_ASSERT(KeGetCurrentIrql() <= APC_LEVEL)
#define PAGED_CODE_LOCKED() ((VOID)0)
#define PAGED_ASSERT(Expression) ASSERT(Expression)

/* The debugger text of checked builds. */
#if DBG
#define KdPrint(Arguments) DbgPrint Arguments
#define KdPrintEx(Arguments) DbgPrintEx Arguments
#define IF_DEBUG if (TRUE)
#else
#define KdPrint(Arguments) ((VOID)0)
#define KdPrintEx(Arguments) ((VOID)0)
#define IF_DEBUG if (FALSE)
#endif
#define KdBreakPoint() ((VOID)0)
#define KD_DEBUGGER_ENABLED KdDebuggerEnabled
#define KD_DEBUGGER_NOT_PRESENT KdDebuggerNotPresent

EXTERN_C_START
NTKERNELAPI VOID NTAPI KeQuerySystemTime(PLARGE_INTEGER CurrentTime);
NTKERNELAPI VOID NTAPI KeQueryTickCount(PLARGE_INTEGER CurrentCount);
NTKERNELAPI ULONGLONG NTAPI KeQueryInterruptTime(VOID);
NTKERNELAPI VOID NTAPI KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI BOOLEAN NTAPI KeAreApcsDisabled(VOID);
NTKERNELAPI VOID NTAPI KfLowerIrql(KIRQL NewIrql);
NTKERNELAPI VOID NTAPI ExAcquireFastMutex(PFAST_MUTEX FastMutex);
NTKERNELAPI VOID NTAPI ExReleaseFastMutex(PFAST_MUTEX FastMutex);
NTKERNELAPI BOOLEAN NTAPI ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex);
NTKERNELAPI VOID NTAPI ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex);
NTKERNELAPI VOID NTAPI ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex);
NTKERNELAPI PSLIST_ENTRY NTAPI ExpInterlockedPopEntrySList(PSLIST_HEADER ListHead);
NTKERNELAPI PSLIST_ENTRY NTAPI ExpInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry);
NTKERNELAPI PSLIST_ENTRY NTAPI ExpInterlockedFlushSList(PSLIST_HEADER ListHead);
NTKERNELAPI VOID NTAPI InitializeSListHead(PSLIST_HEADER SListHead);
NTKERNELAPI USHORT NTAPI ExQueryDepthSList(PSLIST_HEADER SListHead);
EXTERN_C_END

#define KeAcquireSpinLock(SpinLock, OldIrql) (*(OldIrql) = KeAcquireSpinLockRaiseToDpc(SpinLock))
#define KeRaiseIrql(NewIrql, OldIrql) (*(OldIrql) = KfRaiseIrql(NewIrql))
#define ExAcquireSpinLock(Lock, OldIrql) KeAcquireSpinLock((Lock), (OldIrql))
#define ExReleaseSpinLock(Lock, OldIrql) KeReleaseSpinLock((Lock), (OldIrql))
#define ExAcquireSpinLockAtDpcLevel(Lock) KeAcquireSpinLockAtDpcLevel(Lock)
#define ExReleaseSpinLockFromDpcLevel(Lock) KeReleaseSpinLockFromDpcLevel(Lock)
#define KeWaitForMutexObject KeWaitForSingleObject
#define KeInitializeCallbackRecord(CallbackRecord) (CallbackRecord)->State = BufferEmpty
#define KeFlushIoBuffers(Mdl, ReadOperation, DmaOperation) ((VOID)0)
#define ASSERT_EVENT(E) \
    NT_ASSERT(((E)->Header.Type == NotificationEvent) || ((E)->Header.Type == SynchronizationEvent))

#define ExInitializeSListHead InitializeSListHead
#define InterlockedPopEntrySList(Head) ExpInterlockedPopEntrySList(Head)
#define InterlockedPushEntrySList(Head, Entry) ExpInterlockedPushEntrySList(Head, Entry)
#define InterlockedFlushSList(Head) ExpInterlockedFlushSList(Head)
#define QueryDepthSList(Head) ExQueryDepthSList(Head)
#define ExInterlockedFlushSList(Head) ExpInterlockedFlushSList(Head)
#define ExInterlockedPopEntrySList(Head, Lock) ExpInterlockedPopEntrySList(Head)
#define ExInterlockedPushEntrySList(Head, Entry, Lock) ExpInterlockedPushEntrySList(Head, Entry)
#define ExInterlockedAddLargeStatistic(Addend, Increment) \
    ((VOID)InterlockedAdd64(&(Addend)->QuadPart, (LONG64)(Increment)))
#define ExInterlockedCompareExchange64(Destination, Exchange, Comperand, Lock) \
    InterlockedCompareExchange64(Destination, *(Exchange), *(Comperand))
#define ExInterlockedIncrementLong(Addend, Lock) InterlockedIncrement(Addend)
#define ExInterlockedDecrementLong(Addend, Lock) InterlockedDecrement(Addend)
#define ExInterlockedExchangeUlong(Target, Value, Lock) InterlockedExchange((volatile LONG*)(Target), (LONG)(Value))

FORCEINLINE VOID ExInitializeFastMutex(PFAST_MUTEX FastMutex)
{
    FastMutex->Count = FM_LOCK_BIT;
    FastMutex->Owner = NULL;
    FastMutex->Contention = 0;
    KeInitializeEvent(&FastMutex->Event, SynchronizationEvent, FALSE);
}

#define ExGetCurrentResourceThread() ((ERESOURCE_THREAD)(ULONG_PTR)PsGetCurrentThread())
#define ExReleaseResource(Resource) (ExReleaseResourceLite(Resource))
#define ExIsResourceAcquiredLite ExIsResourceAcquiredSharedLite
#define ExAcquireResourceExclusive ExAcquireResourceExclusiveLite
#define ExAcquireResourceShared ExAcquireResourceSharedLite
#define ExConvertExclusiveToShared ExConvertExclusiveToSharedLite
#define ExDeleteResource ExDeleteResourceLite
#define ExInitializeResource ExInitializeResourceLite
#define ExIsResourceAcquiredExclusive ExIsResourceAcquiredExclusiveLite
#define ExIsResourceAcquiredShared ExIsResourceAcquiredSharedLite
#define ExIsResourceAcquired ExIsResourceAcquiredSharedLite
#define ExReleaseResourceForThread ExReleaseResourceForThreadLite
#define ExDisableResourceBoost ExDisableResourceBoostLite

#define ExInitializeWorkItem(Item, Routine, Context)    \
    do {                                                \
        (Item)->WorkerRoutine = (Routine);              \
        (Item)->Parameter = (Context);                  \
        (Item)->List.Flink = NULL;                      \
    } while (0)

FORCEINLINE PVOID ExAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    PVOID Entry;

    Lookaside->L.TotalAllocates++;
    Entry = InterlockedPopEntrySList(&Lookaside->L.ListHead);
    if (Entry == NULL) {
        Lookaside->L.AllocateMisses++;
        Entry = (Lookaside->L.Allocate)(Lookaside->L.Type, Lookaside->L.Size, Lookaside->L.Tag);
    }
    return Entry;
}

FORCEINLINE VOID ExFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    Lookaside->L.TotalFrees++;
    if (ExQueryDepthSList(&Lookaside->L.ListHead) >= Lookaside->L.Depth) {
        Lookaside->L.FreeMisses++;
        (Lookaside->L.Free)(Entry);
    } else {
        InterlockedPushEntrySList(&Lookaside->L.ListHead, (PSLIST_ENTRY)Entry);
    }
}

FORCEINLINE PVOID ExAllocateFromPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
    PVOID Entry;

    Lookaside->L.TotalAllocates++;
    Entry = InterlockedPopEntrySList(&Lookaside->L.ListHead);
    if (Entry == NULL) {
        Lookaside->L.AllocateMisses++;
        Entry = (Lookaside->L.Allocate)(Lookaside->L.Type, Lookaside->L.Size, Lookaside->L.Tag);
    }
    return Entry;
}

FORCEINLINE VOID ExFreeToPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    Lookaside->L.TotalFrees++;
    if (ExQueryDepthSList(&Lookaside->L.ListHead) >= Lookaside->L.Depth) {
        Lookaside->L.FreeMisses++;
        (Lookaside->L.Free)(Entry);
    } else {
        InterlockedPushEntrySList(&Lookaside->L.ListHead, (PSLIST_ENTRY)Entry);
    }
}

FORCEINLINE PVOID ExAllocateFromLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
    PVOID Entry;

    Lookaside->L.TotalAllocates++;
    Entry = InterlockedPopEntrySList(&Lookaside->L.ListHead);
    if (Entry == NULL) {
        Lookaside->L.AllocateMisses++;
        Entry = (Lookaside->L.AllocateEx)(Lookaside->L.Type, Lookaside->L.Size, Lookaside->L.Tag, Lookaside);
    }
    return Entry;
}

FORCEINLINE VOID ExFreeToLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PVOID Entry)
{
    Lookaside->L.TotalFrees++;
    if (ExQueryDepthSList(&Lookaside->L.ListHead) >= Lookaside->L.Depth) {
        Lookaside->L.FreeMisses++;
        (Lookaside->L.FreeEx)(Entry, Lookaside);
    } else {
        InterlockedPushEntrySList(&Lookaside->L.ListHead, (PSLIST_ENTRY)Entry);
    }
}

#endif
