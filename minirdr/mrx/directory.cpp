// directory.cpp - enumeration.
//
// One request to the server brings many entries, always as FileIdBothDirectoryInformation, which
// holds what every other class asks for; each MRxQueryDirectory takes as many as fit into the
// caller's buffer, in the caller's class. What is left waits behind the FOBX. The pattern is fixed
// by the first request, as the server does it ([MS-SMB2] 3.3.5.18).
#include "minirdr/mrx/minirdr.h"

namespace {
constexpr ULONG LISTING_BYTES = 256 * 1024;
constexpr ULONG MAX_ENTRY_NAME = 1024;

struct ENTRY // the fixed part of a wire entry, [MS-FSCC] 2.4.17
{
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    ULONG EaSize;
    CHAR ShortNameLength;
    CHAR Reserved1;
    WCHAR ShortName[12];
    USHORT Reserved2;
    LARGE_INTEGER FileId;
};
static_assert(sizeof(ENTRY) == 104);

struct CLASS_LAYOUT
{
    FILE_INFORMATION_CLASS Class;
    ULONG NameOffset;
};

constexpr CLASS_LAYOUT Layouts[] = {
    { FileDirectoryInformation, FIELD_OFFSET(FILE_DIRECTORY_INFORMATION, FileName) },
    { FileFullDirectoryInformation, FIELD_OFFSET(FILE_FULL_DIR_INFORMATION, FileName) },
    { FileBothDirectoryInformation, FIELD_OFFSET(FILE_BOTH_DIR_INFORMATION, FileName) },
    { FileNamesInformation, FIELD_OFFSET(FILE_NAMES_INFORMATION, FileName) },
    { FileIdBothDirectoryInformation, FIELD_OFFSET(FILE_ID_BOTH_DIR_INFORMATION, FileName) },
    { FileIdFullDirectoryInformation, FIELD_OFFSET(FILE_ID_FULL_DIR_INFORMATION, FileName) },
};

const CLASS_LAYOUT* LayoutOf(FILE_INFORMATION_CLASS Class)
{
    for (const CLASS_LAYOUT& Layout : Layouts)
        if (Layout.Class == Class)
            return &Layout;
    return nullptr;
}

// The fixed part of one entry in the caller's class. Room holds at least the layout's name offset.
VOID PutFixed(PUCHAR At, FILE_INFORMATION_CLASS Class, const ENTRY* Entry)
{
    if (Class == FileNamesInformation) {
        auto* Names = reinterpret_cast<FILE_NAMES_INFORMATION*>(At);
        Names->FileIndex = Entry->FileIndex;
        Names->FileNameLength = Entry->FileNameLength;
        return;
    }
    // All the others begin alike.
    auto* Common = reinterpret_cast<FILE_DIRECTORY_INFORMATION*>(At);
    Common->FileIndex = Entry->FileIndex;
    Common->CreationTime = Entry->CreationTime;
    Common->LastAccessTime = Entry->LastAccessTime;
    Common->LastWriteTime = Entry->LastWriteTime;
    Common->ChangeTime = Entry->ChangeTime;
    Common->EndOfFile = Entry->EndOfFile;
    Common->AllocationSize = Entry->AllocationSize;
    Common->FileAttributes = Entry->FileAttributes;
    Common->FileNameLength = Entry->FileNameLength;
    if (Class == FileFullDirectoryInformation)
        reinterpret_cast<FILE_FULL_DIR_INFORMATION*>(At)->EaSize = Entry->EaSize;
    if (Class == FileIdFullDirectoryInformation) {
        auto* Full = reinterpret_cast<FILE_ID_FULL_DIR_INFORMATION*>(At);
        Full->EaSize = Entry->EaSize;
        Full->FileId = Entry->FileId;
    }
    if (Class == FileBothDirectoryInformation || Class == FileIdBothDirectoryInformation) {
        auto* Both = reinterpret_cast<FILE_BOTH_DIR_INFORMATION*>(At);
        Both->EaSize = Entry->EaSize;
        Both->ShortNameLength = Entry->ShortNameLength;
        RtlCopyMemory(Both->ShortName, Entry->ShortName, sizeof Entry->ShortName);
    }
    if (Class == FileIdBothDirectoryInformation)
        reinterpret_cast<FILE_ID_BOTH_DIR_INFORMATION*>(At)->FileId = Entry->FileId;
}

// The entry at the FOBX's position; null when the rest is not one.
const UCHAR* CurrentEntry(const MINIRDR_FOBX* Fobx, ENTRY* Entry)
{
    const ULONG Left = Fobx->EntryBytes - Fobx->Position;
    if (Left < sizeof *Entry)
        return nullptr;
    const UCHAR* At = Fobx->Entries + Fobx->Position;
    RtlCopyMemory(Entry, At, sizeof *Entry);
    if (Entry->FileNameLength > MAX_ENTRY_NAME || Entry->FileNameLength > Left - sizeof *Entry
        || Entry->NextEntryOffset > Left
        || (Entry->NextEntryOffset && Entry->NextEntryOffset < sizeof *Entry)
        || Entry->ShortNameLength < 0
        || Entry->ShortNameLength > static_cast<CHAR>(sizeof Entry->ShortName))
        return nullptr;
    return At + sizeof *Entry;
}

VOID Advance(MINIRDR_FOBX* Fobx, const ENTRY* Entry)
{
    if (Entry->NextEntryOffset)
        Fobx->Position += Entry->NextEntryOffset;
    else
        MinirdrDropListing(Fobx);
}

UNICODE_STRING Pattern(PRX_CONTEXT RxContext)
{
    static constexpr WCHAR Everything[] = L"*";
    UNICODE_STRING Template = RxContext->pFobx->UnicodeQueryTemplate;
    if (Template.Length == 0) {
        Template.Buffer = const_cast<PWCHAR>(Everything);
        Template.Length = Template.MaximumLength = sizeof(WCHAR);
    }
    return Template;
}

NTSTATUS Fetch(PRX_CONTEXT RxContext, MINIRDR_SRVOPEN* Open, MINIRDR_FOBX* Fobx, BOOLEAN Restart)
{
    UCHAR Flags = Restart ? SMB2_RESTART_SCANS : 0;
    ULONG FileIndex = 0;
    if (RxContext->QueryDirectory.IndexSpecified) {
        Flags |= SMB2_INDEX_SPECIFIED;
        FileIndex = RxContext->QueryDirectory.FileIndex;
    }
    const UNICODE_STRING Template = Pattern(RxContext);
    const NTSTATUS Status = Smb2QueryDirectoryEntries(
        Open->Tree, Open->FileId, FileIdBothDirectoryInformation, Flags, FileIndex, &Template,
        LISTING_BYTES, &Fobx->Listing, &Fobx->Entries, &Fobx->EntryBytes);
    Fobx->Position = 0;
    if (Status == STATUS_NO_MORE_FILES)
        Fobx->Ended = TRUE;
    return Status;
}

// Moves entries from the FOBX to the caller until the buffer is full, the listing empty, or one was
// enough.
NTSTATUS GiveEntries(PRX_CONTEXT RxContext, MINIRDR_FOBX* Fobx, const CLASS_LAYOUT* Layout)
{
    auto* Buffer = static_cast<PUCHAR>(RxContext->Info.Buffer);
    const ULONG Room = static_cast<ULONG>(RxContext->Info.LengthRemaining);
    ULONG Used = 0;
    PUCHAR Last = nullptr;
    while (Fobx->Listing) {
        ENTRY Entry;
        const UCHAR* Name = CurrentEntry(Fobx, &Entry);
        if (!Name) {
            MinirdrDropListing(Fobx);
            if (!Last)
                return STATUS_INVALID_NETWORK_RESPONSE;
            break;
        }
        const ULONG Start = (Used + 7) & ~7u;
        const ULONG Whole = Layout->NameOffset + Entry.FileNameLength;
        if (Start > Room || Room - Start < Whole) {
            if (Last)
                break;
            // Not even one fits: the caller gets what there is room for, and the length of the name
            // it did not.
            if (Room < Layout->NameOffset)
                return STATUS_BUFFER_TOO_SMALL;
            RtlZeroMemory(Buffer, Layout->NameOffset);
            PutFixed(Buffer, Layout->Class, &Entry);
            RtlCopyMemory(Buffer + Layout->NameOffset, Name, Room - Layout->NameOffset);
            Advance(Fobx, &Entry);
            RxContext->Info.LengthRemaining = 0;
            return STATUS_BUFFER_OVERFLOW;
        }
        PUCHAR At = Buffer + Start;
        RtlZeroMemory(Buffer + Used, Start - Used + Layout->NameOffset);
        PutFixed(At, Layout->Class, &Entry);
        RtlCopyMemory(At + Layout->NameOffset, Name, Entry.FileNameLength);
        if (Last)
            *reinterpret_cast<ULONG*>(Last) = static_cast<ULONG>(At - Last);
        Last = At;
        Used = Start + Whole;
        Advance(Fobx, &Entry);
        if (RxContext->QueryDirectory.ReturnSingleEntry)
            break;
    }
    RxContext->Info.LengthRemaining -= static_cast<LONG>(Used);
    return STATUS_SUCCESS;
}
}

NTSTATUS NTAPI MinirdrQueryDirectory(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    MINIRDR_SRVOPEN* Open;
    NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    const CLASS_LAYOUT* Layout = LayoutOf(RxContext->Info.FileInformationClass);
    if (!Layout)
        return STATUS_INVALID_INFO_CLASS;
    MINIRDR_FOBX* Fobx = FobxExtension(RxContext->pFobx);
    const BOOLEAN First = RxContext->QueryDirectory.InitialQuery;
    const BOOLEAN Restart = First || RxContext->QueryDirectory.RestartScan
        || RxContext->QueryDirectory.IndexSpecified;
    if (Restart) {
        MinirdrDropListing(Fobx);
        Fobx->Ended = FALSE;
    }
    if (!Fobx->Listing) {
        Status = Fobx->Ended ? STATUS_NO_MORE_FILES : Fetch(RxContext, Open, Fobx, Restart);
        // "Nothing" is told in two ways: the first time no such file exists, later there are no
        // more.
        if (Status == STATUS_NO_MORE_FILES && First)
            Status = STATUS_NO_SUCH_FILE;
        else if (Status == STATUS_NO_SUCH_FILE && !First)
            Status = STATUS_NO_MORE_FILES;
        if (!NT_SUCCESS(Status))
            return MinirdrMapIoStatus(Status);
    }
    return GiveEntries(RxContext, Fobx, Layout);
}
