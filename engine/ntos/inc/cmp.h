// cmp.h - the registry as the other parts of the executive see it: a tree of keys in memory, fresh
// at each boot.
//
// Locks: none. Nothing here blocks between finding a key and using it (see obp.h for why that is
// enough).
#pragma once

#include <ntifs.h>

#ifdef __cplusplus
extern "C" {
#endif

void CmInitSystem(void);
void CmShutdownSystem(void);

typedef struct _CMP_VALUE
{
    LIST_ENTRY Links; // in CMP_KEY.Values, in order of creation
    UNICODE_STRING Name; // behind this structure
    ULONG Type; // REG_xxx
    ULONG DataLength; // bytes
    PUCHAR Data; // own allocation, NULL when empty
} CMP_VALUE, *PCMP_VALUE;

typedef struct _CMP_KEY
{
    LIST_ENTRY Links; // in the parent's Children, sorted by name
    struct _CMP_KEY* Parent; // NULL for \Registry and for a deleted key
    LIST_ENTRY Children;
    LIST_ENTRY Values;
    UNICODE_STRING Name; // behind this structure
    LARGE_INTEGER LastWriteTime;
    ULONG References; // one for the tree, one per key object
    BOOLEAN Deleted;
    BOOLEAN Volatile;
} CMP_KEY, *PCMP_KEY;

/// \Registry
extern PCMP_KEY CmpRootKey;

/// Finds a key below Parent by a path with '\' between names (NULL: none); with Create makes what
/// is missing.
PCMP_KEY CmpWalk(PCMP_KEY Parent, PCUNICODE_STRING Path, BOOLEAN Create, PBOOLEAN Created);

/// Drops a reference; the last one frees the key.
void CmpDereferenceKey(PCMP_KEY Key);
NTSTATUS CmpDeleteKey(PCMP_KEY Key);

PCMP_VALUE CmpFindValue(PCMP_KEY Key, PCUNICODE_STRING Name);
NTSTATUS
CmpSetValue(PCMP_KEY Key, PCUNICODE_STRING Name, ULONG Type, const VOID* Data, ULONG DataLength);
void CmpRemoveValue(PCMP_KEY Key, PCMP_VALUE Value);

/// Sets a value by the full path of its key (\Registry\Machine\...), which is made when missing.
NTSTATUS CmSetValueByPath(
    PCUNICODE_STRING Path, PCUNICODE_STRING Name, ULONG Type, const VOID* Data, ULONG DataLength);

#ifdef __cplusplus
}
#endif
