// fileops.h - requests on files, one round trip each.
//
// All block at PASSIVE_LEVEL and return the server's status unless said otherwise. Numbers that
// come back were checked against the message that carried them.
#pragma once

#include "minirdr/smb2/session.h"

struct SMB2_CREATE_PARAMETERS
{
    UNICODE_STRING Name; // relative to the share, without a leading backslash; empty: the root
    ULONG DesiredAccess;
    ULONG FileAttributes;
    ULONG ShareAccess;
    ULONG Disposition;
    ULONG Options;
    ULONG ImpersonationLevel;
    UCHAR OplockLevel; // SMB2_OPLOCK_LEVEL_LEASE: ask for LeaseState under LeaseKey
    SMB2_LEASE_KEY LeaseKey;
    ULONG LeaseState;
    const VOID* EaBuffer;
    ULONG EaBytes;
    const VOID* SecurityDescriptor; // self-relative
    ULONG SecurityDescriptorBytes;
};

struct SMB2_CREATE_RESULT
{
    SMB2_FILE_ID FileId;
    ULONG CreateAction; // FILE_OPENED, ...
    SMB2_FILE_TIMES_SIZES Info;
    UCHAR OplockLevel;
    ULONG LeaseState; // granted; 0 without a lease
    USHORT LeaseEpoch;
};

NTSTATUS Smb2CreateFile(
    SMB2_TREE* Tree, const SMB2_CREATE_PARAMETERS* Parameters, SMB2_CREATE_RESULT* Result);
NTSTATUS Smb2CloseFile(SMB2_TREE* Tree, SMB2_FILE_ID FileId);
NTSTATUS Smb2FlushFile(SMB2_TREE* Tree, SMB2_FILE_ID FileId);

/// QUERY_INFO. *Bytes: room on entry, bytes copied on return (also with STATUS_BUFFER_OVERFLOW).
/// With STATUS_BUFFER_TOO_SMALL *Bytes is what the server says it needs, 0 if it does not say.
NTSTATUS Smb2QueryFileInfo(
    SMB2_TREE* Tree,
    SMB2_FILE_ID FileId,
    UCHAR InfoType,
    UCHAR InfoClass,
    ULONG AdditionalInformation,
    const VOID* Input,
    ULONG InputBytes,
    PVOID Buffer,
    ULONG* Bytes,
    ULONG Flags = 0);
NTSTATUS Smb2SetFileInfo(
    SMB2_TREE* Tree,
    SMB2_FILE_ID FileId,
    UCHAR InfoType,
    UCHAR InfoClass,
    ULONG AdditionalInformation,
    const VOID* Buffer,
    ULONG Bytes);

/// QUERY_DIRECTORY. On success the entries lie in the exchange's response at *Entries; release it
/// when done with them.
NTSTATUS Smb2QueryDirectoryEntries(
    SMB2_TREE* Tree,
    SMB2_FILE_ID FileId,
    UCHAR InfoClass,
    UCHAR Flags,
    ULONG FileIndex,
    PCUNICODE_STRING Pattern,
    ULONG RoomBytes,
    SMB2_EXCHANGE** Exchange,
    const UCHAR** Entries,
    ULONG* EntryBytes);

/// IOCTL. *OutputBytes as with Smb2QueryFileInfo.
NTSTATUS Smb2ControlFile(
    SMB2_TREE* Tree,
    SMB2_FILE_ID FileId,
    ULONG CtlCode,
    BOOLEAN IsFsctl,
    const VOID* Input,
    ULONG InputBytes,
    PVOID Output,
    ULONG* OutputBytes);

/// Acknowledges a break; the answer is waited for.
NTSTATUS
Smb2AcknowledgeLeaseBreak(SMB2_TREE* Tree, const SMB2_LEASE_KEY* LeaseKey, ULONG LeaseState);

/// Requests that may stay with the server for long: built here, submitted by the caller with a
/// Complete of its own.
SMB2_EXCHANGE* Smb2BuildLock(
    SMB2_TREE* Tree, SMB2_FILE_ID FileId, const SMB2_LOCK_ELEMENT* Elements, USHORT Count);
SMB2_EXCHANGE* Smb2BuildChangeNotify(
    SMB2_TREE* Tree,
    SMB2_FILE_ID FileId,
    BOOLEAN WatchTree,
    ULONG CompletionFilter,
    ULONG BufferBytes);

/// One READ or WRITE of any length: split at what the server allows, all parts in flight as credits
/// permit.
///
/// Buffer is a system address that stays valid until Done; Mdl describes it when it is not nonpaged
/// pool. Done is called once, at up to DISPATCH_LEVEL, perhaps before Smb2StartTransfer returns;
/// the transfer is freed after it.
struct SMB2_TRANSFER
{
    // the caller's
    SMB2_TREE* Tree;
    SMB2_FILE_ID FileId;
    BOOLEAN Writing;
    BOOLEAN WriteThrough;
    PUCHAR Buffer;
    PMDL Mdl;
    ULONGLONG Offset;
    ULONG Bytes;
    VOID (*Done)(SMB2_TRANSFER* Transfer, NTSTATUS Status, ULONG Bytes);
    PVOID Context;

    volatile LONG References;
    volatile LONG Outstanding;
    ULONG PartCount;
    SMB2_EXCHANGE** Parts; // referenced, for cancellation
    KSPIN_LOCK Lock; // Guards the two below.
    ULONG EndOfData; // first byte that was not transferred
    NTSTATUS Error; // why not, when a part failed there
};

SMB2_TRANSFER* Smb2AllocateTransfer(SMB2_TREE* Tree, SMB2_FILE_ID FileId, BOOLEAN Writing);
/// The caller holds one reference from Smb2AllocateTransfer and gives it back when it no longer
/// looks at the transfer.
VOID Smb2StartTransfer(SMB2_TRANSFER* Transfer);
VOID Smb2CancelTransfer(SMB2_TRANSFER* Transfer);
VOID Smb2ReferenceTransfer(SMB2_TRANSFER* Transfer);
VOID Smb2ReleaseTransfer(SMB2_TRANSFER* Transfer);
/// Start, wait, and give back the status and the bytes moved; releases the transfer. PASSIVE_LEVEL.
NTSTATUS Smb2RunTransfer(SMB2_TRANSFER* Transfer, ULONG* Bytes);
