// ioshare.cpp - share access: who may open a file beside whom.
//
// Source   windows-driver-docs: wdm/iocheckshareaccess, ntifs/ioremoveshareaccess
#include "engine/ntos/io/iopriv.h"

namespace {

struct Wish
{
    BOOLEAN Read;
    BOOLEAN Write;
    BOOLEAN Delete;
    BOOLEAN Any;
};

// What an open wants, noted in the file object as the file systems expect it there.
Wish IopNoteAccess(ACCESS_MASK DesiredAccess, PFILE_OBJECT FileObject)
{
    Wish Wanted;

    Wanted.Read = (DesiredAccess & (FILE_EXECUTE | FILE_READ_DATA)) != 0;
    Wanted.Write = (DesiredAccess & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
    Wanted.Delete = (DesiredAccess & DELETE) != 0;
    Wanted.Any = Wanted.Read || Wanted.Write || Wanted.Delete;
    FileObject->ReadAccess = Wanted.Read;
    FileObject->WriteAccess = Wanted.Write;
    FileObject->DeleteAccess = Wanted.Delete;
    return Wanted;
}

void IopNoteSharing(ULONG DesiredShareAccess, PFILE_OBJECT FileObject)
{
    FileObject->SharedRead = (DesiredShareAccess & FILE_SHARE_READ) != 0;
    FileObject->SharedWrite = (DesiredShareAccess & FILE_SHARE_WRITE) != 0;
    FileObject->SharedDelete = (DesiredShareAccess & FILE_SHARE_DELETE) != 0;
}

void IopCount(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess, BOOLEAN Add)
{
    ULONG One = Add ? 1 : static_cast<ULONG>(-1);

    ShareAccess->OpenCount += One;
    ShareAccess->Readers += FileObject->ReadAccess ? One : 0;
    ShareAccess->Writers += FileObject->WriteAccess ? One : 0;
    ShareAccess->Deleters += FileObject->DeleteAccess ? One : 0;
    ShareAccess->SharedRead += FileObject->SharedRead ? One : 0;
    ShareAccess->SharedWrite += FileObject->SharedWrite ? One : 0;
    ShareAccess->SharedDelete += FileObject->SharedDelete ? One : 0;
}

BOOLEAN IopWantsAny(PFILE_OBJECT FileObject)
{
    return FileObject->ReadAccess || FileObject->WriteAccess || FileObject->DeleteAccess;
}

} // namespace

extern "C" {

VOID NTAPI IoSetShareAccess(
    ACCESS_MASK DesiredAccess,
    ULONG DesiredShareAccess,
    PFILE_OBJECT FileObject,
    PSHARE_ACCESS ShareAccess)
{
    PAGED_CODE();
    Wish Wanted = IopNoteAccess(DesiredAccess, FileObject);
    RtlZeroMemory(ShareAccess, sizeof(*ShareAccess));
    if (Wanted.Any) {
        IopNoteSharing(DesiredShareAccess, FileObject);
        IopCount(FileObject, ShareAccess, TRUE);
    }
}

VOID NTAPI IoSetShareAccessEx(
    ACCESS_MASK DesiredAccess,
    ULONG DesiredShareAccess,
    PFILE_OBJECT FileObject,
    PSHARE_ACCESS ShareAccess,
    PBOOLEAN WritePermission)
{
    UNREFERENCED_PARAMETER(WritePermission);
    IoSetShareAccess(DesiredAccess, DesiredShareAccess, FileObject, ShareAccess);
}

/// Errors   STATUS_SHARING_VIOLATION; the file object then still tells what was wanted
NTSTATUS NTAPI IoCheckShareAccess(
    ACCESS_MASK DesiredAccess,
    ULONG DesiredShareAccess,
    PFILE_OBJECT FileObject,
    PSHARE_ACCESS ShareAccess,
    BOOLEAN Update)
{
    PAGED_CODE();
    Wish Wanted = IopNoteAccess(DesiredAccess, FileObject);
    if (!Wanted.Any) {
        return STATUS_SUCCESS;
    }
    IopNoteSharing(DesiredShareAccess, FileObject);
    ULONG Opens = ShareAccess->OpenCount;
    if ((Wanted.Read && ShareAccess->SharedRead < Opens)
        || (Wanted.Write && ShareAccess->SharedWrite < Opens)
        || (Wanted.Delete && ShareAccess->SharedDelete < Opens)
        || (ShareAccess->Readers != 0 && !FileObject->SharedRead)
        || (ShareAccess->Writers != 0 && !FileObject->SharedWrite)
        || (ShareAccess->Deleters != 0 && !FileObject->SharedDelete)) {
        return STATUS_SHARING_VIOLATION;
    }
    if (Update) {
        IopCount(FileObject, ShareAccess, TRUE);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoCheckShareAccessEx(
    ACCESS_MASK DesiredAccess,
    ULONG DesiredShareAccess,
    PFILE_OBJECT FileObject,
    PSHARE_ACCESS ShareAccess,
    BOOLEAN Update,
    PBOOLEAN WritePermission)
{
    UNREFERENCED_PARAMETER(WritePermission);
    return IoCheckShareAccess(DesiredAccess, DesiredShareAccess, FileObject, ShareAccess, Update);
}

VOID NTAPI IoUpdateShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    PAGED_CODE();
    if (IopWantsAny(FileObject)) {
        IopCount(FileObject, ShareAccess, TRUE);
    }
}

VOID NTAPI IoRemoveShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    PAGED_CODE();
    if (IopWantsAny(FileObject)) {
        IopCount(FileObject, ShareAccess, FALSE);
    }
}

NTSTATUS NTAPI IoCheckDesiredAccess(PACCESS_MASK DesiredAccess, ACCESS_MASK GrantedAccess)
{
    RtlMapGenericMask(DesiredAccess, IoGetFileObjectGenericMapping());
    return (*DesiredAccess & ~GrantedAccess) != 0 ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

/// Source   windows-driver-docs: ntifs/iocheckeabuffervalidity
NTSTATUS NTAPI
IoCheckEaBufferValidity(PFILE_FULL_EA_INFORMATION EaBuffer, ULONG EaLength, PULONG ErrorOffset)
{
    ULONG Offset = 0;
    ULONG Entries = EaLength / 9 + 1; // an entry has at least eight bytes and a terminator

    while (Entries-- > 0) {
        auto* Ea = reinterpret_cast<PFILE_FULL_EA_INFORMATION>(
            reinterpret_cast<PUCHAR>(EaBuffer) + Offset);
        ULONG Left = EaLength - Offset;
        constexpr ULONG Header = FIELD_OFFSET(FILE_FULL_EA_INFORMATION, EaName);

        if (Left < Header + 1) {
            break;
        }
        ULONG Bytes = Header + Ea->EaNameLength + 1 + Ea->EaValueLength;
        if (Bytes > Left || Ea->EaName[Ea->EaNameLength] != '\0') {
            break;
        }
        if (Ea->NextEntryOffset == 0) {
            return STATUS_SUCCESS;
        }
        if (Ea->NextEntryOffset % sizeof(ULONG) != 0 || Ea->NextEntryOffset < Bytes
            || Ea->NextEntryOffset >= Left) {
            break;
        }
        Offset += Ea->NextEntryOffset;
    }
    if (ErrorOffset != nullptr) {
        *ErrorOffset = Offset;
    }
    return STATUS_EA_LIST_INCONSISTENT;
}

/// Source   windows-driver-docs: ntifs/iocheckquotabuffervalidity
NTSTATUS NTAPI IoCheckQuotaBufferValidity(
    PFILE_QUOTA_INFORMATION QuotaBuffer, ULONG QuotaLength, PULONG ErrorOffset)
{
    constexpr ULONG Header = FIELD_OFFSET(FILE_QUOTA_INFORMATION, Sid);
    ULONG Offset = 0;
    ULONG Entries = QuotaLength / Header + 1;

    while (Entries-- > 0) {
        auto* Quota = reinterpret_cast<PFILE_QUOTA_INFORMATION>(
            reinterpret_cast<PUCHAR>(QuotaBuffer) + Offset);
        ULONG Left = QuotaLength - Offset;

        if (Left < Header || Quota->SidLength > Left - Header) {
            break;
        }
        if (Quota->NextEntryOffset == 0) {
            return STATUS_SUCCESS;
        }
        if (Quota->NextEntryOffset % sizeof(LONGLONG) != 0
            || Quota->NextEntryOffset < Header + Quota->SidLength
            || Quota->NextEntryOffset >= Left) {
            break;
        }
        Offset += Quota->NextEntryOffset;
    }
    if (ErrorOffset != nullptr) {
        *ErrorOffset = Offset;
    }
    return STATUS_QUOTA_LIST_INCONSISTENT;
}

} // extern "C"
