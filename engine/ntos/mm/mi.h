// mi.h - private to mm: the border to the host that user_host.cpp implements.
#pragma once

#include "../inc/mmp.h"

#ifdef __cplusplus
extern "C" {
#endif

BOOLEAN MiHostReserve(void);
void MiHostRelease(void);

/// Locks (+1) or unlocks (-1) the user pages that [Address, Address+Length) lies in.
void MiLockUser(const void* Address, SIZE_T Length, LONG Delta);

/// Memory of one view in the cache region, zeroed when ZeroFirst; slot numbers are dense and reused
/// lowest first.
BOOLEAN MiAllocateViewMemory(PULONG Slot);
void MiFreeViewMemory(ULONG Slot);

/// Address of an export of the engine by its narrow name, NULL when the engine has none.
PVOID MiFindExport(const char* Name);

ULONG MiUserAllocations(void);

/// Fills the frame array of a list from its addresses.
void MiFillFrames(PMDL Mdl);

extern LONG MiLockedMdls;

#ifdef __cplusplus
}
#endif
