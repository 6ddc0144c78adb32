/* rxlog.h - the RDBSS log: present by name, silent here (the recorder takes its place). */
#ifndef RDR_RXLOG_H
#define RDR_RXLOG_H

#include "rdrkit.h"

#ifdef __cplusplus
extern "C" {
#endif

VOID NTAPI RxDebugControlCommand(PSTR ControlString);
NTSTATUS NTAPI RxInitializeLog(VOID);
VOID NTAPI _RxLog(char *Format);

#define RxLog(Args) ((VOID)0)
#define RxLogRetail(Args) ((VOID)0)
#define RxPauseLog() ((VOID)0)
#define RxResumeLog() ((VOID)0)

#ifdef __cplusplus
}
#endif

#endif
