/* wdm.h - kernel types, constants and routines.
 *
 * The emulator offers one surface to wdm.h, ntddk.h and ntifs.h; its parts lie in const/ (values), types/ (structures),
 * api/ (routines) and inlines/ (what the WDK gives as macros or inline routines).
 */
#ifndef _WDMDDK_
#define _WDMDDK_
#define _DDK_DRIVER_
#define NT_INCLUDED

#include "ntdef.h"
#include "ntstatus.h"
#include "crt.h"

#include "const/bugcheck.h"
#include "const/dpfilter.h"
#include "const/fsctl.h"
#include "const/irp.h"
#include "const/file.h"
#include "const/se.h"
#include "const/mm.h"
#include "const/cc.h"
#include "const/fsrtl.h"
#include "const/ps.h"
#include "const/ke.h"

EXTERN_C_START
#include "inlines/interlocked.h"
#include "inlines/lists.h"
#include "types/fwd.h"
#include "types/ke.h"
#include "types/ke2.h"
#include "types/ex.h"
#include "types/rtl.h"
#include "types/mm.h"
#include "types/se.h"
#include "types/se2.h"
#include "types/io.h"
#include "types/io2.h"
#include "types/io3.h"
#include "types/io4.h"
#include "types/fileinfo.h"
#include "types/fileinfo2.h"
#include "types/fsctl.h"
#include "types/ps.h"
#include "types/cc.h"
#include "types/fsrtl.h"
#include "types/misc.h"
#include "api/ke.h"
#include "api/ex.h"
#include "api/rtl.h"
#include "api/mm.h"
#include "api/se.h"
#include "api/io.h"
#include "api/ps.h"
#include "api/ob.h"
#include "api/cc.h"
#include "api/fsrtl.h"
#include "api/zw.h"
#include "api/nt.h"
EXTERN_C_END

EXTERN_C_START
#include "inlines/ke.h"
#include "inlines/rtl.h"
#include "inlines/io.h"
#include "inlines/fsrtl.h"
#include "inlines/later.h"
EXTERN_C_END

/* A module's only door. Modules are compiled with hidden symbols; this declaration, which theirs repeats, keeps it open. */
EXTERN_C_START
NTKERNELAPI DRIVER_INITIALIZE DriverEntry;
EXTERN_C_END

#include "rdrseh.h"

#endif /* _WDMDDK_ */
