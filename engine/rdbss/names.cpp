// Names: from what a file object says to the canonical name that the tables are searched with, and
// back.
//
//      opened as                               canonical
//      \lab\public\a\..\b.txt                  \lab\public\b.txt
//      \\lab\public\dir\                       \lab\public\dir          (trailing backslash
//      remembered in Create.Flags)
//      \;Z:0\lab\public\f.txt::$DATA           \;Z:0\lab\public\f.txt
//      b.txt, relative to \lab\public\dir      \lab\public\dir\b.txt
#include "calldown.h"

namespace {

constexpr WCHAR RxpDefaultStream[] = { L':', L':', L'$', L'D', L'A', L'T', L'A' };
constexpr WCHAR RxpDataType[] = { L':', L'$', L'D', L'A', L'T', L'A' };

bool RxpEndsWith(PCUNICODE_STRING Name, const WCHAR* Tail, USHORT TailCharacters)
{
    USHORT Bytes = (USHORT)(TailCharacters * sizeof(WCHAR));
    if (Name->Length < Bytes) {
        return false;
    }
    UNICODE_STRING A = { Bytes, Bytes, (PWCH)((PUCHAR)Name->Buffer + Name->Length - Bytes) };
    UNICODE_STRING B = { Bytes, Bytes, (PWCH)Tail };
    return RtlEqualUnicodeString(&A, &B, TRUE);
}

void RxpAppend(PUNICODE_STRING To, const WCHAR* From, USHORT Bytes)
{
    RtlCopyMemory((PUCHAR)To->Buffer + To->Length, From, Bytes);
    To->Length = (USHORT)(To->Length + Bytes);
}

/// Removes "." and ".." from \server\share\..., refuses empty components and wildcards. Works in
/// place.
NTSTATUS RxpCollapseComponents(PUNICODE_STRING Name, USHORT FirstCharacter)
{
    USHORT Characters = Name->Length / sizeof(WCHAR);
    PWCH Buffer = Name->Buffer;
    USHORT Out = FirstCharacter;
    USHORT In = FirstCharacter;
    while (In < Characters) {
        USHORT End = (USHORT)(In + 1);
        while (End < Characters && Buffer[End] != L'\\') {
            if (Buffer[End] == L'*' || Buffer[End] == L'?' || Buffer[End] == L'"'
                || Buffer[End] == L'<' || Buffer[End] == L'>' || Buffer[End] == L'|') {
                return STATUS_OBJECT_NAME_INVALID;
            }
            End += 1;
        }
        USHORT Length = (USHORT)(End - In - 1);
        const WCHAR* Component = &Buffer[In + 1];
        if (Length == 0) {
            return STATUS_OBJECT_NAME_INVALID;
        }
        if (Length == 2 && Component[0] == L'.' && Component[1] == L'.') {
            if (Out == FirstCharacter) {
                return STATUS_OBJECT_PATH_SYNTAX_BAD;
            }
            do {
                Out -= 1;
            } while (Buffer[Out] != L'\\');
        } else if (!(Length == 1 && Component[0] == L'.')) {
            RtlMoveMemory(&Buffer[Out], &Buffer[In], (SIZE_T)(End - In) * sizeof(WCHAR));
            Out = (USHORT)(Out + (End - In));
        }
        In = End;
    }
    Name->Length = (USHORT)(Out * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

/// The canonical name of an open file or connection, to which a relative name is appended.
NTSTATUS RxpRelatedName(PFILE_OBJECT Related, UNICODE_STRING Parts[2])
{
    RtlZeroMemory(Parts, 2 * sizeof(UNICODE_STRING));
    PFCB Fcb = (PFCB)Related->FsContext;
    PVOID Second = Related->FsContext2;
    if (Fcb == nullptr) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Fcb == &RxDeviceFCB) {
        if (Second != nullptr) {
            Parts[0] = ((PV_NET_ROOT)Second)->PrefixEntry.Prefix;
        }
        return STATUS_SUCCESS;
    }
    if (Second == nullptr || RxpNodeType(Second) != RDBSS_NTC_FOBX) {
        return STATUS_INVALID_PARAMETER;
    }
    PV_NET_ROOT VNetRoot = RxpVNetRoot(((PFOBX)Second)->pSrvOpen->pVNetRoot);
    Parts[0] = VNetRoot->PrefixEntry.Prefix;
    Parts[0].Length = (USHORT)VNetRoot->PrefixOffsetInBytes;
    Parts[1] = Fcb->PrivateAlreadyPrefixedName;
    if (Parts[1].Length == sizeof(WCHAR)) {
        Parts[1].Length = 0; // the root
    }
    return STATUS_SUCCESS;
}

NTSTATUS RxpAllocateCanonicalName(PRX_CONTEXT RxContext, ULONG Bytes, PUNICODE_STRING CanonicalName)
{
    if (Bytes > UNICODE_STRING_MAX_BYTES) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    PWCH Buffer = (PWCH)ExAllocatePoolWithTag(RxpNonPaged, Bytes, RX_MISC_POOLTAG);
    if (Buffer == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RxContext->Create.CanonicalNameBuffer = Buffer;
    RxContext->AlsoCanonicalNameBuffer = Buffer;
    CanonicalName->Buffer = Buffer;
    CanonicalName->Length = 0;
    CanonicalName->MaximumLength = (USHORT)Bytes;
    return STATUS_SUCCESS;
}

} // namespace

bool RxpEndsWithBackslash(PCUNICODE_STRING Name)
{
    return Name->Length >= sizeof(WCHAR) && Name->Buffer[Name->Length / sizeof(WCHAR) - 1] == L'\\';
}

bool RxpHasDrivePart(PCUNICODE_STRING Name)
{
    return Name->Length >= 2 * sizeof(WCHAR) && Name->Buffer[0] == L'\\' && Name->Buffer[1] == L';';
}

/// Bytes of the drive part, \;Z:text, up to the backslash before the server.
USHORT RxpDrivePartLength(PCUNICODE_STRING Name)
{
    if (!RxpHasDrivePart(Name)) {
        return 0;
    }
    USHORT Characters = Name->Length / sizeof(WCHAR);
    USHORT Index = 2;
    while (Index < Characters && Name->Buffer[Index] != L'\\') {
        Index += 1;
    }
    return (USHORT)(Index * sizeof(WCHAR));
}

/// Builds the canonical name of a create request.
///
/// IRQL     PASSIVE_LEVEL
/// Owns     the name lies in Create.CanonicalNameBuffer, freed by RxpFreeCanonicalName (on
/// completion at the latest) Errors   STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_PATH_SYNTAX_BAD,
/// STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES
NTSTATUS RxpBuildCanonicalName(PRX_CONTEXT RxContext, PIRP Irp, PUNICODE_STRING CanonicalName)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(Irp);
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    UNICODE_STRING Name = FileObject->FileName;
    UNICODE_STRING Parts[2] = { { 0, 0, nullptr }, { 0, 0, nullptr } };
    if (FileObject->RelatedFileObject != nullptr) {
        NTSTATUS Status = RxpRelatedName(FileObject->RelatedFileObject, Parts);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
        if (Parts[0].Length != 0 && Name.Length != 0 && Name.Buffer[0] == L'\\') {
            return STATUS_OBJECT_NAME_INVALID;
        }
    }
    if (Parts[0].Length == 0 && (Name.Length == 0 || Name.Buffer[0] != L'\\')) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    if (Parts[0].Length == 0 && Name.Length >= 2 * sizeof(WCHAR) && Name.Buffer[1] == L'\\') {
        Name.Buffer += 1;
        Name.Length = (USHORT)(Name.Length - sizeof(WCHAR));
        SetFlag(RxContext->Create.Flags, RX_CONTEXT_CREATE_FLAG_UNC_NAME);
    }
    bool Trailing = Name.Length > sizeof(WCHAR) && RxpEndsWithBackslash(&Name);
    if (Trailing) {
        if (FlagOn(RxContext->Create.NtCreateParameters.CreateOptions, FILE_NON_DIRECTORY_FILE)) {
            return STATUS_OBJECT_NAME_INVALID;
        }
        Name.Length = (USHORT)(Name.Length - sizeof(WCHAR));
        SetFlag(RxContext->Create.Flags, RX_CONTEXT_CREATE_FLAG_STRIPPED_TRAILING_BACKSLASH);
    }
    static constinit const WCHAR Backslash = L'\\';
    ULONG Bytes = (ULONG)Parts[0].Length + Parts[1].Length + Name.Length + sizeof(WCHAR);
    NTSTATUS Status = RxpAllocateCanonicalName(RxContext, Bytes, CanonicalName);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RxpAppend(CanonicalName, Parts[0].Buffer, Parts[0].Length);
    RxpAppend(CanonicalName, Parts[1].Buffer, Parts[1].Length);
    if (Parts[0].Length != 0 && Name.Length != 0) {
        RxpAppend(CanonicalName, &Backslash, sizeof(WCHAR));
    }
    RxpAppend(CanonicalName, Name.Buffer, Name.Length);
    if (RxpEndsWith(CanonicalName, RxpDefaultStream, RTL_NUMBER_OF(RxpDefaultStream))) {
        CanonicalName->Length = (USHORT)(CanonicalName->Length - sizeof(RxpDefaultStream));
    } else if (RxpEndsWith(CanonicalName, RxpDataType, RTL_NUMBER_OF(RxpDataType))) {
        CanonicalName->Length
            = (USHORT)(CanonicalName->Length - sizeof(RxpDataType)); // file:stream:$DATA
    }
    return RxpCollapseComponents(
        CanonicalName, (USHORT)(RxpDrivePartLength(CanonicalName) / sizeof(WCHAR)));
}

/// The canonical name of a prefix claim: a private copy, because a claim may not be changed
/// (S-QP-31).
NTSTATUS RxpBuildClaimName(PRX_CONTEXT RxContext, PUNICODE_STRING CanonicalName)
{
    PAGED_CODE();
    UNICODE_STRING Name = RxContext->PrefixClaim.SuppliedPathName;
    if (Name.Length >= 2 * sizeof(WCHAR) && Name.Buffer[0] == L'\\' && Name.Buffer[1] == L'\\') {
        Name.Buffer += 1;
        Name.Length = (USHORT)(Name.Length - sizeof(WCHAR));
    }
    if (Name.Length == 0 || Name.Buffer[0] != L'\\') {
        return STATUS_BAD_NETWORK_PATH;
    }
    NTSTATUS Status = RxpAllocateCanonicalName(RxContext, Name.Length, CanonicalName);
    if (NT_SUCCESS(Status)) {
        RxpAppend(CanonicalName, Name.Buffer, Name.Length);
        if (CanonicalName->Length > sizeof(WCHAR) && RxpEndsWithBackslash(CanonicalName)) {
            CanonicalName->Length = (USHORT)(CanonicalName->Length - sizeof(WCHAR));
        }
    }
    return Status;
}

void RxpFreeCanonicalName(PRX_CONTEXT RxContext)
{
    if (RxContext->AlsoCanonicalNameBuffer != nullptr) {
        ExFreePoolWithTag(RxContext->AlsoCanonicalNameBuffer, RX_MISC_POOLTAG);
        RxContext->AlsoCanonicalNameBuffer = nullptr;
        if (RxContext->MajorFunction == IRP_MJ_CREATE) {
            RxContext->Create.CanonicalNameBuffer = nullptr;
        }
    }
}

namespace {

struct RxpNameWriter
{
    PUCHAR To;
    LONG Left;
    ULONG Total;

    void Add(PCUNICODE_STRING Part)
    {
        Total += Part->Length;
        LONG Bytes = Part->Length < Left ? Part->Length : Left;
        if (Bytes > 0) {
            RtlCopyMemory(To, Part->Buffer, (SIZE_T)Bytes);
            To += Bytes;
            Left -= Bytes;
        }
    }
};

} // namespace

/// Writes the name under which a file was opened: \server\share\path, or ;Z:\path for a drive, or
/// \path.
///
/// ActualNameLength gets the bytes the whole name takes; LengthRemaining is lowered by what was
/// written and goes below zero by what did not fit.
VOID NTAPI RxConjureOriginalName(
    PFCB Fcb,
    PFOBX Fobx,
    PULONG ActualNameLength,
    PWCHAR OriginalName,
    PLONG LengthRemaining,
    RX_NAME_CONJURING_METHODS NameConjuringMethod)
{
    PAGED_CODE();
    RxpNameWriter Writer = { (PUCHAR)OriginalName, *LengthRemaining, 0 };
    PV_NET_ROOT VNetRoot = Fobx != nullptr ? RxpVNetRoot(Fobx->pSrvOpen->pVNetRoot) : Fcb->VNetRoot;
    UNICODE_STRING Prefix = VNetRoot->PrefixEntry.Prefix;
    Prefix.Length = (USHORT)VNetRoot->PrefixOffsetInBytes;
    UNICODE_STRING Path = Fcb->PrivateAlreadyPrefixedName;
    if (NameConjuringMethod == VNetRoot_As_UNC_Name) {
        USHORT Drive = RxpDrivePartLength(&Prefix);
        Prefix.Buffer = (PWCH)((PUCHAR)Prefix.Buffer + Drive);
        Prefix.Length = (USHORT)(Prefix.Length - Drive);
    }
    if (NameConjuringMethod != VNetRoot_As_DriveLetter) {
        Writer.Add(&Prefix);
    } else if (VNetRoot->NamePrefix.Length != 0 && Path.Length >= VNetRoot->NamePrefix.Length) {
        Path.Buffer = (PWCH)((PUCHAR)Path.Buffer + VNetRoot->NamePrefix.Length);
        Path.Length = (USHORT)(Path.Length - VNetRoot->NamePrefix.Length);
    }
    Writer.Add(&Path); // the root of a share ends in a backslash
    *ActualNameLength = Writer.Total;
    *LengthRemaining -= (LONG)Writer.Total;
}
