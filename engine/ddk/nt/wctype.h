/* wctype.h - in a driver the kernel's C library (crt.h), everywhere else the host's own header. */
#if defined(_NTDEF_) && !defined(RDRLAB_NT_HOST)
#include "crt.h"
#else
#include_next <wctype.h>
#endif
