/* intrin.h - compiler intrinsics; the ones drivers use are in inlines/interlocked.h and crt.h. */
#ifndef RDR_INTRIN_H
#define RDR_INTRIN_H

#define __debugbreak() __builtin_trap()
#define __nop() ((void)0)
#define _mm_pause() ((void)0)

#endif
