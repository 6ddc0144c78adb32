// psi.h - what the files of ps share.
#pragma once

#include "engine/ntos/inc/init.h"
#include "engine/ntos/inc/obp.h"
#include "engine/ntos/inc/psp.h"
#include "engine/ntos/inc/sep.h"

#include <rdrtrace.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The next process or thread id: 4, 8, 12 ...
HANDLE PspNextId(void);

extern LIST_ENTRY PspProcesses; // EPROCESS.ProcessLinks, in order of creation

/// Host side (ke/bridge_host.cpp): names for the ids of trace rows.
void KiNameProcess(ULONG ProcessId, const char* Name);
void KiNameThread(ULONG ThreadId, ULONG ProcessId, const char* Name);

void PspInitNotify(void);
void PspNotifyProcess(PEPROCESS Process, BOOLEAN Create);
void PspNotifyThread(PETHREAD Thread, BOOLEAN Create);

void PspDeleteProcess(PVOID Object);
void PspDeleteThread(PVOID Object);

// Of other parts; absent while they are not linked.
void IoCancelThreadIo(PETHREAD Thread) __attribute__((weak));
SIZE_T MmpDeleteProcess(PEPROCESS Process) __attribute__((weak));

#ifdef __cplusplus
}
#endif
