/* layouttable.c - sizes, offsets and values of the kernel headers as numbers in a data section.
 *
 * Compiled twice: with our headers into the test program, and with mingw-w64's into assembler text,
 * which the test reads. Everything is one more than it is, so that the assembler text never
 * abbreviates a zero.
 */
#include <ntifs.h>

#define S(Type) sizeof(Type) + 1,
#define M(Type, Member) __builtin_offsetof(Type, Member) + 1,
const unsigned rdrLayoutNumbers[] = {
#include "layout.def"
};
#undef S
#undef M

#define V(Name) (unsigned)(unsigned long long)(Name) + 1,
const unsigned rdrValueNumbers[] = {
#include "values.def"
};
