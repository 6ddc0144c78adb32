/* interlocked.h - Interlocked routines, as compiler atomics. All are full barriers. */
#ifndef RDR_NT_INLINES_INTERLOCKED_H
#define RDR_NT_INLINES_INTERLOCKED_H

#define RDR_INTERLOCKED(Suffix, Type)                                                                                      \
    FORCEINLINE Type InterlockedIncrement##Suffix(volatile Type* Addend)                                                   \
    {                                                                                                                      \
        return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);                                                            \
    }                                                                                                                      \
    FORCEINLINE Type InterlockedDecrement##Suffix(volatile Type* Addend)                                                   \
    {                                                                                                                      \
        return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);                                                            \
    }                                                                                                                      \
    FORCEINLINE Type InterlockedAdd##Suffix(volatile Type* Addend, Type Value)                                             \
    {                                                                                                                      \
        return __atomic_add_fetch(Addend, Value, __ATOMIC_SEQ_CST);                                                        \
    }                                                                                                                      \
    FORCEINLINE Type InterlockedExchangeAdd##Suffix(volatile Type* Addend, Type Value)                                     \
    {                                                                                                                      \
        return __atomic_fetch_add(Addend, Value, __ATOMIC_SEQ_CST);                                                        \
    }                                                                                                                      \
    FORCEINLINE Type InterlockedExchange##Suffix(volatile Type* Target, Type Value)                                        \
    {                                                                                                                      \
        return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);                                                       \
    }                                                                                                                      \
    FORCEINLINE Type InterlockedCompareExchange##Suffix(volatile Type* Destination, Type Exchange, Type Comperand)         \
    {                                                                                                                      \
        __atomic_compare_exchange_n(Destination, &Comperand, Exchange, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);             \
        return Comperand;                                                                                                  \
    }                                                                                                                      \
    FORCEINLINE Type InterlockedAnd##Suffix(volatile Type* Destination, Type Value)                                        \
    {                                                                                                                      \
        return __atomic_fetch_and(Destination, Value, __ATOMIC_SEQ_CST);                                                   \
    }                                                                                                                      \
    FORCEINLINE Type InterlockedOr##Suffix(volatile Type* Destination, Type Value)                                         \
    {                                                                                                                      \
        return __atomic_fetch_or(Destination, Value, __ATOMIC_SEQ_CST);                                                    \
    }                                                                                                                      \
    FORCEINLINE Type InterlockedXor##Suffix(volatile Type* Destination, Type Value)                                        \
    {                                                                                                                      \
        return __atomic_fetch_xor(Destination, Value, __ATOMIC_SEQ_CST);                                                   \
    }

RDR_INTERLOCKED(, LONG)
RDR_INTERLOCKED(64, LONG64)
RDR_INTERLOCKED(16, SHORT)

FORCEINLINE PVOID RdrInterlockedExchangePointer(void* volatile* Target, PVOID Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}
FORCEINLINE PVOID RdrInterlockedCompareExchangePointer(void* volatile* Destination, PVOID Exchange, PVOID Comperand)
{
    __atomic_compare_exchange_n(Destination, &Comperand, Exchange, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return Comperand;
}
#define InterlockedExchangePointer(Target, Value) \
    RdrInterlockedExchangePointer((void* volatile*)(Target), (PVOID)(ULONG_PTR)(Value))
#define InterlockedCompareExchangePointer(Destination, Exchange, Comperand)           \
    RdrInterlockedCompareExchangePointer((void* volatile*)(Destination),              \
        (PVOID)(ULONG_PTR)(Exchange), (PVOID)(ULONG_PTR)(Comperand))

FORCEINLINE UCHAR InterlockedBitTestAndSet(volatile LONG* Base, LONG Bit)
{
    return (UCHAR)((__atomic_fetch_or(Base, (LONG)(1u << (Bit & 31)), __ATOMIC_SEQ_CST) >> (Bit & 31)) & 1);
}
FORCEINLINE UCHAR InterlockedBitTestAndReset(volatile LONG* Base, LONG Bit)
{
    return (UCHAR)((__atomic_fetch_and(Base, (LONG) ~(1u << (Bit & 31)), __ATOMIC_SEQ_CST) >> (Bit & 31)) & 1);
}

#define InterlockedIncrementAcquire InterlockedIncrement
#define InterlockedIncrementRelease InterlockedIncrement
#define InterlockedDecrementAcquire InterlockedDecrement
#define InterlockedDecrementRelease InterlockedDecrement
#define InterlockedIncrementNoFence InterlockedIncrement
#define InterlockedDecrementNoFence InterlockedDecrement
#define InterlockedCompareExchangeAcquire InterlockedCompareExchange
#define InterlockedCompareExchangeRelease InterlockedCompareExchange
#define InterlockedCompareExchangeNoFence InterlockedCompareExchange
#define InterlockedAndAcquire InterlockedAnd
#define InterlockedAndRelease InterlockedAnd
#define InterlockedOrAcquire InterlockedOr
#define InterlockedOrRelease InterlockedOr
#define InterlockedIncrementUlong(Addend) ((ULONG)InterlockedIncrement((volatile LONG*)(Addend)))
#define InterlockedDecrementUlong(Addend) ((ULONG)InterlockedDecrement((volatile LONG*)(Addend)))
#define InterlockedExchangeAddSizeT(a, b) InterlockedExchangeAdd64((volatile LONG64*)(a), (LONG64)(b))
#define InterlockedIncrementSizeT(a) InterlockedIncrement64((volatile LONG64*)(a))
#define InterlockedDecrementSizeT(a) InterlockedDecrement64((volatile LONG64*)(a))
#define _InterlockedIncrement InterlockedIncrement
#define _InterlockedDecrement InterlockedDecrement
#define _InterlockedExchange InterlockedExchange
#define _InterlockedExchangeAdd InterlockedExchangeAdd
#define _InterlockedCompareExchange InterlockedCompareExchange
#define _InterlockedAnd InterlockedAnd
#define _InterlockedOr InterlockedOr
#define RtlInterlockedSetBits(Flags, Flag) InterlockedOr((volatile LONG*)(Flags), (LONG)(Flag))
#define RtlInterlockedAndBits(Flags, Flag) InterlockedAnd((volatile LONG*)(Flags), (LONG)(Flag))
#define RtlInterlockedClearBits(Flags, Flag) RtlInterlockedAndBits(Flags, ~(Flag))
#define RtlInterlockedXorBits(Flags, Flag) InterlockedXor((volatile LONG*)(Flags), (LONG)(Flag))
#define RtlInterlockedSetBitsDiscardReturn(Flags, Flag) ((VOID)RtlInterlockedSetBits(Flags, Flag))
#define RtlInterlockedAndBitsDiscardReturn(Flags, Flag) ((VOID)RtlInterlockedAndBits(Flags, Flag))
#define RtlInterlockedClearBitsDiscardReturn(Flags, Flag) ((VOID)RtlInterlockedClearBits(Flags, Flag))
#define KeMemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define KeMemoryBarrierWithoutFence() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#define MemoryBarrier() KeMemoryBarrier()
#define _ReadWriteBarrier() KeMemoryBarrierWithoutFence()
#define YieldProcessor() ((VOID)0)
#define ReadAcquire(Source) __atomic_load_n(Source, __ATOMIC_ACQUIRE)
#define ReadNoFence(Source) __atomic_load_n(Source, __ATOMIC_RELAXED)
#define ReadULongAcquire ReadAcquire
#define ReadULongNoFence ReadNoFence
#define ReadPointerAcquire(Source) __atomic_load_n(Source, __ATOMIC_ACQUIRE)
#define WriteRelease(Destination, Value) __atomic_store_n(Destination, Value, __ATOMIC_RELEASE)
#define WriteNoFence(Destination, Value) __atomic_store_n(Destination, Value, __ATOMIC_RELAXED)

#endif
