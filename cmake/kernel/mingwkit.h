/* mingwkit.h - included before every source of a mingw-w64 kernel build: evens out its kernel
 * headers.
 *
 * wdm.h of mingw-w64 10 defines two bit-test routines that its own intrin.h has defined already;
 * here they get other names. What it does not declare of the kernel (Windows 10 exports,
 * Microsoft's names) is declared at the end.
 */
#ifndef RDR_MINGWKIT_H
#define RDR_MINGWKIT_H

#define RDR_NO_TRACE 1
#define RDRLAB_REAL_KERNEL 1

#include <intrin.h>
#define InterlockedBitTestAndSet WdmInterlockedBitTestAndSet
#define InterlockedBitTestAndReset WdmInterlockedBitTestAndReset
#include <ntifs.h>
#undef InterlockedBitTestAndSet
#undef InterlockedBitTestAndReset

/* For 32 bits only the compare-and-exchange is there. */
#if defined(__i386__) && !defined(InterlockedExchangeAdd64)
static inline LONG64 RdrInterlockedExchangeAdd64(volatile LONG64* Addend, LONG64 Value)
{
    LONG64 Old = *Addend;
    for (;;) {
        const LONG64 Seen = __sync_val_compare_and_swap(Addend, Old, Old + Value);
        if (Seen == Old)
            return Old;
        Old = Seen;
    }
}
#define InterlockedExchangeAdd64 RdrInterlockedExchangeAdd64
#endif

#endif
