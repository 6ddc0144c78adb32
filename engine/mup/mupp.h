// mupp.h - the inside of the multiple UNC provider.
//
// MUP owns one device, \Device\Mup, below which every UNC name is opened. It asks the registered
// redirectors ("providers"), in the order the registry names them, whether they know a name's
// server and share; who says yes gets the open, and every later request on that file. The answer is
// remembered for a while, so that the next name on the same share asks nobody.
//
//      create ──► a name of its own (\;Redirector\...)? ──────────────────────────────► that
//      provider
//             ──► relative to an open file? ──────────────────────────────────────────► that file's
//             provider ──► prefix cache ── hit ─────────────────────────────────────────────────►
//             cached provider
//                        └ miss ─► query providers serially ─► claim ─► cache ─────────► claiming
//                        provider
//                                                          └─► nobody ─► the best of their refusals
//                                                          goes to the opener
//
// A file opened through MUP is MUP's by FILE_OBJECT.DeviceObject and the provider's by FsContext
// and FsContext2. So MUP keeps what it knows of a file beside it, in a table found by the file
// object (MUP_FILE).
//
// Source   facts: IOCTL_REDIR_QUERY_PATH_EX page; windows-driver-docs:
// ifs/support-for-unc-naming-and-mup.md,
//          ifs/mup-changes-in-microsoft-windows-vista.md; fsrtlregisteruncproviderex
#pragma once

#include <ntifs.h>
#include <rdrtrace.h>

#include "engine/mup/mup.h"

#define MUP_TAG_PROVIDER 'vpuM'
#define MUP_TAG_PREFIX 'xpuM'
#define MUP_TAG_FILE 'lfuM'
#define MUP_TAG_QUERY 'yquM'
#define MUP_TAG_ORDER 'rouM'

// Bug check of an I/O request that reaches MUP for a file it never saw opened (parameter 1 = 1).
#define MUP_FILE_SYSTEM 0x00000103

// Seconds that a claim is remembered unless PrefixCacheTimeoutInSeconds says otherwise. The
// documents give no default; 900 is what is commonly reported.
#define MUP_DEFAULT_PREFIX_SECONDS 900u

// Bound of the cache unless PrefixCacheSizeInKB says otherwise (no documented default).
#define MUP_DEFAULT_PREFIX_KILOBYTES 64u

// Bounds of what is read from the registry.
#define MUP_MAXIMUM_PROVIDERS 64
#define MUP_MAXIMUM_ORDER_BYTES 4096

// One registered redirector.
typedef struct _MUP_PROVIDER
{
    // constant after registration
    LIST_ENTRY Links; // in MupProviders, order of registration; guarded by MupLock
    ULONG Id; // the same after the redirector has gone and come again
    HANDLE Handle; // what the registration returned
    PDEVICE_OBJECT DeviceObject; // referenced
    UNICODE_STRING DeviceName; // \Device\MiniRdr
    UNICODE_STRING ShortName; // MiniRdr: its last component, within DeviceName
    ULONG Flags; // FSRTL_UNC_PROVIDER_FLAGS_XXX
    BOOLEAN Legacy; // registered with FsRtlRegisterUncProvider: plain queries, reparse
    BOOLEAN Linked; // DeviceName is a symbolic link of ours
    // guarded by MupLock
    BOOLEAN Registered; // still in MupProviders
    volatile LONG References; // registration, cache entries, files, running queries
} MUP_PROVIDER, *PMUP_PROVIDER;

// One remembered claim.
typedef struct _MUP_PREFIX
{
    LIST_ENTRY Links; // in MupPrefixes, oldest first
    PMUP_PROVIDER Provider; // referenced
    ULONGLONG ExpiresAt; // interrupt time, 100 ns
    UNICODE_STRING Name; // \server\share, no trailing backslash; lies behind this structure
} MUP_PREFIX, *PMUP_PREFIX;

// What MUP knows of an open file.
typedef struct _MUP_FILE
{
    LIST_ENTRY Links; // in a bucket of MupFiles
    PFILE_OBJECT FileObject;
    PMUP_PROVIDER Provider; // referenced; NULL: an open of \Device\Mup itself
} MUP_FILE, *PMUP_FILE;

#define MUP_FILE_BUCKETS 64

// Guards MupProviders, MupPrefixes and their counters. Holder may allocate pool and read the
// registry, must not call a provider. Rank 1; never taken while a spin lock is held.
extern ERESOURCE MupLock;
extern LIST_ENTRY MupProviders;
extern LIST_ENTRY MupPrefixes;

// Guards MupFiles. Taken at up to DISPATCH_LEVEL (completion of creates). Rank 2.
extern KSPIN_LOCK MupFileLock;

extern PDRIVER_OBJECT MupDriverObject;
extern PDEVICE_OBJECT MupDeviceObject;

// provider.cpp
BOOLEAN MuppIsLegacySystem(void);
PMUP_PROVIDER MuppFindProviderByShortName(PCUNICODE_STRING ShortName);
void MuppReferenceProvider(PMUP_PROVIDER Provider);
void MuppDereferenceProvider(PMUP_PROVIDER Provider);
ULONG MuppOrderProviders(PMUP_PROVIDER* Providers, ULONG Room);
void MuppForgetProviders(void);

// cache.cpp
PMUP_PROVIDER MuppLookupPrefix(PCUNICODE_STRING Path);
void MuppRememberPrefix(PCUNICODE_STRING Path, USHORT Length, PMUP_PROVIDER Provider);
void MuppForgetPrefixes(PMUP_PROVIDER Provider);
ULONG MuppParameter(PCWSTR Name, ULONG Default);
ULONG MuppReadNumber(PCUNICODE_STRING Key, PCWSTR Name, ULONG Default);
BOOLEAN
MuppReadString(PCUNICODE_STRING Key, PCWSTR Name, PWCH Buffer, USHORT Bytes, PUNICODE_STRING Value);

// query.cpp
NTSTATUS MuppResolvePrefix(PIRP Irp, PCUNICODE_STRING Path, PMUP_PROVIDER* Provider);

// create.cpp, forward.cpp
PMUP_FILE MuppFindFile(PFILE_OBJECT FileObject);
PMUP_FILE MuppRemoveFile(PFILE_OBJECT FileObject);
NTSTATUS MuppInsertFile(PFILE_OBJECT FileObject, PMUP_PROVIDER Provider);
void MuppFreeFile(PMUP_FILE File);
ULONG MuppOpenFiles(void);
DRIVER_DISPATCH MupCreate;
DRIVER_DISPATCH MupRefuse;
DRIVER_DISPATCH MupClose;
DRIVER_DISPATCH MupForward;
NTSTATUS MuppComplete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information);

// fastio.cpp
extern FAST_IO_DISPATCH MupFastIoDispatch;

// A line of text in the trace, only while one is recorded.
void MuppNote(
    RDR_EVENT_KIND Kind, const char* Routine, const void* Object, const char* Format, ...);
