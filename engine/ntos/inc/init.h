// init.h - the order in which the executive comes up and goes down.
//
// World (world_host.cpp) calls these on the boot thread, at PASSIVE_LEVEL, in the order below, and
// the shutdown routines in reverse. Each routine makes its part's globals fresh, so that a second
// world in one program starts from nothing. After a bug check nothing is shut down: pool is taken
// back as a whole, and the next init finds stale pointers that it must ignore.
//
// Those of other parts are weak: a part that is not linked is skipped. A failure status ends the
// boot with a bug check.
#pragma once

#include <ntifs.h>

#ifdef __cplusplus
extern "C" {
#endif

#define INIT_WEAK __attribute__((weak))

void KiInitSystem(void);
void ExInitSystem(void); // pool, lookaside lists; work queues come with ExpStartWorkers, after ps
void ObInitSystem(void) INIT_WEAK;
void SeInitSystem(void);
void PsInitSystem(void);
void ExpStartWorkers(void);
void CmInitSystem(void);
NTSTATUS MmInitSystem(void) INIT_WEAK;
void IoInitSystem(void) INIT_WEAK;
NTSTATUS CcInitSystem(void) INIT_WEAK;
NTSTATUS FsRtlInitSystem(void) INIT_WEAK;
NTSTATUS NetioInitSystem(void) INIT_WEAK;
NTSTATUS MupInitSystem(void) INIT_WEAK;

void MupShutdownSystem(void) INIT_WEAK;
void NetioShutdownSystem(void) INIT_WEAK;
void FsRtlShutdownSystem(void) INIT_WEAK;
void CcShutdownSystem(void) INIT_WEAK;
void IoShutdownSystem(void) INIT_WEAK;
void MmShutdownSystem(void) INIT_WEAK;
void CmShutdownSystem(void);
void ExpStopWorkers(void);
void PsShutdownSystem(void);
void SeShutdownSystem(void);
void ObShutdownSystem(void) INIT_WEAK;
void ExShutdownSystem(void);
void KiShutdownSystem(void);

#ifdef __cplusplus
}
#endif
