/* info.c - directories, file and volume information. */
#include "credir.h"

typedef struct _CREDIR_ENTRY
{
    UNICODE_STRING Name;
    PCREDIR_NODE Node;
} CREDIR_ENTRY;

static LONGLONG AllocationOf(PCREDIR_NODE Node)
{
    return ((LONGLONG)Node->Size + 4095) & ~(LONGLONG)4095;
}

/* The members that FILE_DIRECTORY_INFORMATION and all its relatives begin with. */
static VOID FillCommon(PFILE_DIRECTORY_INFORMATION Information, PCREDIR_NODE Node, ULONG Index)
{
    Information->FileIndex = Index;
    Information->CreationTime = Node->CreationTime;
    Information->LastAccessTime = Node->LastAccessTime;
    Information->LastWriteTime = Node->LastWriteTime;
    Information->ChangeTime = Node->ChangeTime;
    Information->EndOfFile.QuadPart = Node->Size;
    Information->AllocationSize.QuadPart = AllocationOf(Node);
    Information->FileAttributes = Node->Attributes;
}

/* Size of the fixed part of a class, 0 for a class that is no directory class. */
static ULONG FixedSize(FILE_INFORMATION_CLASS Class)
{
    switch (Class) {
    case FileDirectoryInformation:
        return FIELD_OFFSET(FILE_DIRECTORY_INFORMATION, FileName);
    case FileFullDirectoryInformation:
        return FIELD_OFFSET(FILE_FULL_DIR_INFORMATION, FileName);
    case FileBothDirectoryInformation:
        return FIELD_OFFSET(FILE_BOTH_DIR_INFORMATION, FileName);
    case FileIdBothDirectoryInformation:
        return FIELD_OFFSET(FILE_ID_BOTH_DIR_INFORMATION, FileName);
    case FileIdFullDirectoryInformation:
        return FIELD_OFFSET(FILE_ID_FULL_DIR_INFORMATION, FileName);
    case FileNamesInformation:
        return FIELD_OFFSET(FILE_NAMES_INFORMATION, FileName);
    default:
        return 0;
    }
}

static VOID
WriteEntry(FILE_INFORMATION_CLASS Class, PUCHAR At, const CREDIR_ENTRY* Entry, ULONG Index)
{
    ULONG Fixed = FixedSize(Class);

    RtlZeroMemory(At, Fixed);
    if (Class == FileNamesInformation) {
        ((PFILE_NAMES_INFORMATION)At)->FileIndex = Index;
        ((PFILE_NAMES_INFORMATION)At)->FileNameLength = Entry->Name.Length;
    } else {
        FillCommon((PFILE_DIRECTORY_INFORMATION)At, Entry->Node, Index);
        ((PFILE_DIRECTORY_INFORMATION)At)->FileNameLength = Entry->Name.Length;
        if (Class == FileIdBothDirectoryInformation) {
            ((PFILE_ID_BOTH_DIR_INFORMATION)At)->FileId.QuadPart = (LONGLONG)Entry->Node->Id;
        } else if (Class == FileIdFullDirectoryInformation) {
            ((PFILE_ID_FULL_DIR_INFORMATION)At)->FileId.QuadPart = (LONGLONG)Entry->Node->Id;
        }
    }
    RtlCopyMemory(At + Fixed, Entry->Name.Buffer, Entry->Name.Length);
}

/* Entry Index of a directory: ".", "..", then the children. */
static BOOLEAN EntryAt(PCREDIR_NODE Directory, ULONG Index, CREDIR_ENTRY* Result)
{
    UNICODE_STRING Dot = RTL_CONSTANT_STRING(L".");
    UNICODE_STRING DotDot = RTL_CONSTANT_STRING(L"..");
    PLIST_ENTRY Entry;

    if (Index < 2) {
        Result->Name = Index == 0 ? Dot : DotDot;
        Result->Node = Index == 1 && Directory->Parent != NULL ? Directory->Parent : Directory;
        return TRUE;
    }
    for (Entry = Directory->Children.Flink; Entry != &Directory->Children; Entry = Entry->Flink) {
        if (Index-- == 2) {
            Result->Node = CONTAINING_RECORD(Entry, CREDIR_NODE, Siblings);
            Result->Name = Result->Node->Name;
            return TRUE;
        }
    }
    return FALSE;
}

static BOOLEAN Matches(PMRX_FOBX Fobx, PUNICODE_STRING Name)
{
    UNICODE_STRING Upper;
    BOOLEAN Match;

    if (Fobx->UnicodeQueryTemplate.Buffer == NULL || Fobx->UnicodeQueryTemplate.Length == 0) {
        return TRUE;
    }
    if (!NT_SUCCESS(RtlUpcaseUnicodeString(&Upper, &Fobx->UnicodeQueryTemplate, TRUE))) {
        return FALSE;
    }
    Match = FsRtlIsNameInExpression(&Upper, Name, TRUE, NULL);
    RtlFreeUnicodeString(&Upper);
    return Match;
}

NTSTATUS NTAPI CredirQueryDirectory(PRX_CONTEXT RxContext)
{
    PMRX_FOBX Fobx = RxContext->pFobx;
    PCREDIR_NODE Directory = CredirNodeOf(RxContext);
    FILE_INFORMATION_CLASS Class = RxContext->Info.FileInformationClass;
    PUCHAR Buffer = (PUCHAR)RxContext->Info.Buffer;
    ULONG Room = (ULONG)RxContext->Info.LengthRemaining;
    ULONG Fixed = FixedSize(Class);
    ULONG Used = 0;
    PULONG Link = NULL;
    ULONG Index;
    CREDIR_ENTRY Entry;
    NTSTATUS Status = STATUS_SUCCESS;

    CredirCounters.QueryDirectory++;
    if (Fixed == 0) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Directory == NULL || !Directory->Directory) {
        return STATUS_INVALID_PARAMETER;
    }
    if (RxContext->QueryDirectory.RestartScan || RxContext->QueryDirectory.InitialQuery) {
        Fobx->Context2 = NULL;
    }
    ExAcquireFastMutex(&CredirMutex);
    for (Index = PtrToUlong(Fobx->Context2); EntryAt(Directory, Index, &Entry); Index++) {
        ULONG At = (Used + 7) & ~7u;

        if (!Matches(Fobx, &Entry.Name)) {
            continue;
        }
        if (At + Fixed + Entry.Name.Length > Room) {
            if (Link == NULL) {
                Status = STATUS_BUFFER_OVERFLOW;
            }
            break;
        }
        if (Link != NULL) {
            *Link = At - (ULONG)((PUCHAR)Link - Buffer);
        }
        WriteEntry(Class, Buffer + At, &Entry, Index);
        Link = (PULONG)(Buffer + At); /* NextEntryOffset is the first member of every class */
        Used = At + Fixed + Entry.Name.Length;
        if (RxContext->QueryDirectory.ReturnSingleEntry) {
            Index++;
            break;
        }
    }
    ExReleaseFastMutex(&CredirMutex);
    if (Link == NULL && NT_SUCCESS(Status)) {
        return Fobx->Context2 == NULL ? STATUS_NO_SUCH_FILE : STATUS_NO_MORE_FILES;
    }
    Fobx->Context2 = ULongToPtr(Index);
    RxContext->Info.LengthRemaining -= (LONG)Used;
    return Status;
}

NTSTATUS NTAPI CredirQueryFileInfo(PRX_CONTEXT RxContext)
{
    PCREDIR_NODE Node = CredirNodeOf(RxContext);
    PVOID Buffer = RxContext->Info.Buffer;
    LONG Needed = 0;

    CredirCounters.QueryFileInfo++;
    if (Node == NULL) {
        return STATUS_FILE_CLOSED;
    }
    switch (RxContext->Info.FileInformationClass) {
    case FileBasicInformation:
        Needed = sizeof(FILE_BASIC_INFORMATION);
        break;
    case FileStandardInformation:
        Needed = sizeof(FILE_STANDARD_INFORMATION);
        break;
    case FileInternalInformation:
        Needed = sizeof(FILE_INTERNAL_INFORMATION);
        break;
    case FileEaInformation:
        Needed = sizeof(FILE_EA_INFORMATION);
        break;
    case FileNetworkOpenInformation:
        Needed = sizeof(FILE_NETWORK_OPEN_INFORMATION);
        break;
    case FileAttributeTagInformation:
        Needed = sizeof(FILE_ATTRIBUTE_TAG_INFORMATION);
        break;
    default:
        return STATUS_INVALID_PARAMETER;
    }
    if (RxContext->Info.LengthRemaining < Needed) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlZeroMemory(Buffer, (SIZE_T)Needed);
    ExAcquireFastMutex(&CredirMutex);
    switch (RxContext->Info.FileInformationClass) {
    case FileBasicInformation: {
        PFILE_BASIC_INFORMATION Basic = (PFILE_BASIC_INFORMATION)Buffer;
        Basic->CreationTime = Node->CreationTime;
        Basic->LastAccessTime = Node->LastAccessTime;
        Basic->LastWriteTime = Node->LastWriteTime;
        Basic->ChangeTime = Node->ChangeTime;
        Basic->FileAttributes = Node->Attributes;
        break;
    }
    case FileStandardInformation: {
        PFILE_STANDARD_INFORMATION Standard = (PFILE_STANDARD_INFORMATION)Buffer;
        Standard->AllocationSize.QuadPart = AllocationOf(Node);
        Standard->EndOfFile.QuadPart = Node->Size;
        Standard->NumberOfLinks = 1;
        Standard->DeletePending = Node->DeletePending;
        Standard->Directory = Node->Directory;
        break;
    }
    case FileInternalInformation:
        ((PFILE_INTERNAL_INFORMATION)Buffer)->IndexNumber.QuadPart = (LONGLONG)Node->Id;
        break;
    case FileNetworkOpenInformation: {
        PFILE_NETWORK_OPEN_INFORMATION Open = (PFILE_NETWORK_OPEN_INFORMATION)Buffer;
        Open->CreationTime = Node->CreationTime;
        Open->LastAccessTime = Node->LastAccessTime;
        Open->LastWriteTime = Node->LastWriteTime;
        Open->ChangeTime = Node->ChangeTime;
        Open->AllocationSize.QuadPart = AllocationOf(Node);
        Open->EndOfFile.QuadPart = Node->Size;
        Open->FileAttributes = Node->Attributes;
        break;
    }
    case FileAttributeTagInformation:
        ((PFILE_ATTRIBUTE_TAG_INFORMATION)Buffer)->FileAttributes = Node->Attributes;
        break;
    default:
        break;
    }
    ExReleaseFastMutex(&CredirMutex);
    RxContext->Info.LengthRemaining -= Needed;
    return STATUS_SUCCESS;
}

/* The new name: below the share (\Device\Mup\lab\public\x, \??\UNC\lab\public\x) or in the same
 * directory (x). */
static NTSTATUS Rename(PRX_CONTEXT RxContext, PCREDIR_NODE Node)
{
    PFILE_RENAME_INFORMATION Information = (PFILE_RENAME_INFORMATION)RxContext->Info.Buffer;
    PMRX_NET_ROOT NetRoot = RxContext->pRelevantSrvOpen->pVNetRoot->pNetRoot;
    PCREDIR_NODE Root = (PCREDIR_NODE)NetRoot->Context;
    UNICODE_STRING Name;
    UNICODE_STRING Share = *NetRoot->pNetRootName;
    PCREDIR_NODE Base = Root;
    USHORT Start;

    Name.Buffer = Information->FileName;
    Name.Length = Name.MaximumLength = (USHORT)Information->FileNameLength;
    if (Name.Length == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Name.Buffer[0] != L'\\') {
        Base = Node->Parent;
    } else {
        for (Start = 0; Start + Share.Length < Name.Length; Start += sizeof(WCHAR)) {
            UNICODE_STRING Part;
            Part.Buffer = Name.Buffer + Start / sizeof(WCHAR);
            Part.Length = Part.MaximumLength = Share.Length;
            if (RtlEqualUnicodeString(&Part, &Share, TRUE)) {
                Name.Buffer = Part.Buffer + Share.Length / sizeof(WCHAR);
                Name.Length -= (USHORT)(Start + Share.Length);
                break;
            }
        }
    }
    if (Base == NULL) {
        return STATUS_ACCESS_DENIED;
    }
    return CredirRename(
        Base, Node, &Name, RxContext->Info.ReplaceIfExists || Information->ReplaceIfExists);
}

NTSTATUS NTAPI CredirSetFileInfo(PRX_CONTEXT RxContext)
{
    PCREDIR_NODE Node = CredirNodeOf(RxContext);
    PVOID Buffer = RxContext->Info.Buffer;
    NTSTATUS Status = STATUS_SUCCESS;

    CredirCounters.SetFileInfo++;
    if (Node == NULL) {
        return STATUS_FILE_CLOSED;
    }
    ExAcquireFastMutex(&CredirMutex);
    switch (RxContext->Info.FileInformationClass) {
    case FileBasicInformation: {
        PFILE_BASIC_INFORMATION Basic = (PFILE_BASIC_INFORMATION)Buffer;
        if (Basic->CreationTime.QuadPart > 0) {
            Node->CreationTime = Basic->CreationTime;
        }
        if (Basic->LastAccessTime.QuadPart > 0) {
            Node->LastAccessTime = Basic->LastAccessTime;
        }
        if (Basic->LastWriteTime.QuadPart > 0) {
            Node->LastWriteTime = Basic->LastWriteTime;
        }
        if (Basic->FileAttributes != 0) {
            Node->Attributes = (Node->Attributes & FILE_ATTRIBUTE_DIRECTORY)
                | (Basic->FileAttributes
                   & ~(ULONG)(FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_NORMAL));
        }
        break;
    }
    case FileEndOfFileInformation: {
        LARGE_INTEGER Size = ((PFILE_END_OF_FILE_INFORMATION)Buffer)->EndOfFile;
        Status = Size.QuadPart < 0 || Size.QuadPart > MAXLONG
            ? STATUS_INVALID_PARAMETER
            : CredirResize(Node, (ULONG)Size.QuadPart);
        break;
    }
    case FileAllocationInformation: {
        LARGE_INTEGER Size = ((PFILE_ALLOCATION_INFORMATION)Buffer)->AllocationSize;
        if (Size.QuadPart < Node->Size) {
            Status = CredirResize(Node, (ULONG)Size.QuadPart);
        }
        break;
    }
    case FileDispositionInformation:
        if (!((PFILE_DISPOSITION_INFORMATION)Buffer)->DeleteFile) {
            Node->DeletePending = FALSE;
        } else if (!IsListEmpty(&Node->Children)) {
            Status = STATUS_DIRECTORY_NOT_EMPTY;
        } else if (Node->Parent == NULL) {
            Status = STATUS_CANNOT_DELETE;
        } else {
            Node->DeletePending = TRUE;
        }
        break;
    case FileRenameInformation:
        Status = Rename(RxContext, Node);
        break;
    default:
        Status = STATUS_INVALID_PARAMETER;
        break;
    }
    ExReleaseFastMutex(&CredirMutex);
    return Status;
}

NTSTATUS NTAPI CredirQueryVolumeInfo(PRX_CONTEXT RxContext)
{
    PMRX_NET_ROOT NetRoot = RxContext->pRelevantSrvOpen->pVNetRoot->pNetRoot;
    static const WCHAR Label[] = L"credir";
    PVOID Buffer = RxContext->Info.Buffer;
    LONG Room = RxContext->Info.LengthRemaining;
    LONG Used = 0;

    CredirCounters.QueryVolumeInfo++;
    switch (RxContext->Info.FsInformationClass) {
    case FileFsVolumeInformation: {
        PFILE_FS_VOLUME_INFORMATION Volume = (PFILE_FS_VOLUME_INFORMATION)Buffer;
        Used = FIELD_OFFSET(FILE_FS_VOLUME_INFORMATION, VolumeLabel)
            + (LONG)(sizeof(Label) - sizeof(WCHAR));
        if (Room < Used) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        RtlZeroMemory(Volume, FIELD_OFFSET(FILE_FS_VOLUME_INFORMATION, VolumeLabel));
        Volume->VolumeSerialNumber = 0x1AB;
        Volume->VolumeLabelLength = sizeof(Label) - sizeof(WCHAR);
        RtlCopyMemory(Volume->VolumeLabel, Label, sizeof(Label) - sizeof(WCHAR));
        break;
    }
    case FileFsSizeInformation: {
        PFILE_FS_SIZE_INFORMATION Size = (PFILE_FS_SIZE_INFORMATION)Buffer;
        Used = sizeof(*Size);
        if (Room < Used) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        Size->TotalAllocationUnits.QuadPart = 1024;
        Size->AvailableAllocationUnits.QuadPart = 512;
        Size->SectorsPerAllocationUnit = 8;
        Size->BytesPerSector = 512;
        break;
    }
    case FileFsDeviceInformation: {
        PFILE_FS_DEVICE_INFORMATION Device = (PFILE_FS_DEVICE_INFORMATION)Buffer;
        Used = sizeof(*Device);
        if (Room < Used) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        Device->DeviceType = NetRoot->DeviceType;
        Device->Characteristics = FILE_REMOTE_DEVICE;
        break;
    }
    case FileFsAttributeInformation: {
        PFILE_FS_ATTRIBUTE_INFORMATION Attribute = (PFILE_FS_ATTRIBUTE_INFORMATION)Buffer;
        Used = FIELD_OFFSET(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName)
            + (LONG)(sizeof(Label) - sizeof(WCHAR));
        if (Room < Used) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        Attribute->FileSystemAttributes = FILE_CASE_PRESERVED_NAMES | FILE_UNICODE_ON_DISK;
        Attribute->MaximumComponentNameLength = CREDIR_NAME_CHARACTERS;
        Attribute->FileSystemNameLength = sizeof(Label) - sizeof(WCHAR);
        RtlCopyMemory(Attribute->FileSystemName, Label, sizeof(Label) - sizeof(WCHAR));
        break;
    }
    default:
        return STATUS_INVALID_PARAMETER;
    }
    RxContext->Info.LengthRemaining -= Used;
    return STATUS_SUCCESS;
}
