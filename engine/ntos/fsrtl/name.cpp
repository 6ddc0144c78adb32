// name.cpp - names of files: legal characters, dissection, comparison, wild cards.
//
// Wild cards (FsRtlIsNameInExpression documentation):
//   *   zero or more characters           ?   one character
//   <   DOS_STAR  zero or more characters up to and including the last dot it can reach (a lone
//   name without dot: all) >   DOS_QM    one character, or nothing when standing before a dot or at
//   the end of the name "   DOS_DOT   a dot, or nothing at the end of the name
#include <ntifs.h>

namespace {

constexpr UCHAR F = FSRTL_FAT_LEGAL;
constexpr UCHAR H = FSRTL_HPFS_LEGAL;
constexpr UCHAR N = FSRTL_NTFS_LEGAL;
constexpr UCHAR O = FSRTL_OLE_LEGAL;
constexpr UCHAR W = FSRTL_WILD_CHARACTER;
constexpr UCHAR A = F | H | N | O;

struct LegalTable
{
    UCHAR Entries[256];
};

constexpr LegalTable MakeLegalTable()
{
    LegalTable Table {};
    for (unsigned C = 0; C < 256; ++C) {
        // Control characters are legal only in stream names; everything else everywhere, unless
        // listed below.
        Table.Entries[C] = C < 0x20 ? O : A;
    }
    Table.Entries[0] = 0;
    struct Group
    {
        const char* Characters;
        UCHAR Flags;
    };
    constexpr Group Groups[]
        = { { "\"<>*?", W | O }, { "|", O }, { "+,;=[]", H | N | O }, { "/:\\", 0 } };
    for (const Group& Each : Groups) {
        for (const char* C = Each.Characters; *C != '\0'; ++C) {
            Table.Entries[static_cast<UCHAR>(*C)] = Each.Flags;
        }
    }
    return Table;
}

constexpr LegalTable kLegal = MakeLegalTable();

inline WCHAR Upcase(WCHAR C, PCWCH Table)
{
    return Table != nullptr ? Table[C] : RtlUpcaseUnicodeChar(C);
}

} // namespace

extern "C" {

extern const UCHAR* const FsRtlLegalAnsiCharacterArray;
constinit const UCHAR* const FsRtlLegalAnsiCharacterArray = kLegal.Entries;

/// Splits off the first component. A leading backslash belongs to neither part.
VOID NTAPI
FsRtlDissectName(UNICODE_STRING Name, PUNICODE_STRING FirstPart, PUNICODE_STRING RemainingPart)
{
    const ULONG Length = Name.Length / sizeof(WCHAR);
    RtlZeroMemory(FirstPart, sizeof(*FirstPart));
    RtlZeroMemory(RemainingPart, sizeof(*RemainingPart));
    if (Length == 0) {
        return;
    }
    const ULONG Start = Name.Buffer[0] == L'\\' ? 1 : 0;
    ULONG End = Start;
    while (End < Length && Name.Buffer[End] != L'\\') {
        ++End;
    }
    FirstPart->Buffer = Name.Buffer + Start;
    FirstPart->Length = FirstPart->MaximumLength
        = static_cast<USHORT>((End - Start) * sizeof(WCHAR));
    if (End < Length) {
        RemainingPart->Buffer = Name.Buffer + End + 1;
        RemainingPart->Length = RemainingPart->MaximumLength
            = static_cast<USHORT>((Length - End - 1) * sizeof(WCHAR));
    }
}

VOID NTAPI FsRtlDissectDbcs(ANSI_STRING Name, PANSI_STRING FirstPart, PANSI_STRING RemainingPart)
{
    RtlZeroMemory(FirstPart, sizeof(*FirstPart));
    RtlZeroMemory(RemainingPart, sizeof(*RemainingPart));
    if (Name.Length == 0) {
        return;
    }
    const USHORT Start = Name.Buffer[0] == '\\' ? 1 : 0;
    USHORT End = Start;
    while (End < Name.Length && Name.Buffer[End] != '\\') {
        ++End;
    }
    FirstPart->Buffer = Name.Buffer + Start;
    FirstPart->Length = FirstPart->MaximumLength = static_cast<USHORT>(End - Start);
    if (End < Name.Length) {
        RemainingPart->Buffer = Name.Buffer + End + 1;
        RemainingPart->Length = RemainingPart->MaximumLength
            = static_cast<USHORT>(Name.Length - End - 1);
    }
}

BOOLEAN NTAPI FsRtlDoesNameContainWildCards(PUNICODE_STRING Name)
{
    // Only the last component can hold wild cards: the search goes backwards and ends at its
    // backslash.
    for (ULONG Index = Name->Length / sizeof(WCHAR); Index > 0; --Index) {
        const WCHAR C = Name->Buffer[Index - 1];
        if (C == L'\\') {
            return FALSE;
        }
        if (FsRtlIsUnicodeCharacterWild(C)) {
            return TRUE;
        }
    }
    return FALSE;
}

BOOLEAN NTAPI FsRtlDoesDbcsContainWildCards(PANSI_STRING Name)
{
    for (USHORT Index = 0; Index < Name->Length; ++Index) {
        if (FsRtlIsAnsiCharacterWild(Name->Buffer[Index])) {
            return TRUE;
        }
    }
    return FALSE;
}

BOOLEAN NTAPI FsRtlAreNamesEqual(
    PCUNICODE_STRING Name1, PCUNICODE_STRING Name2, BOOLEAN IgnoreCase, PCWCH UpcaseTable)
{
    if (Name1->Length != Name2->Length) {
        return FALSE;
    }
    const ULONG Length = Name1->Length / sizeof(WCHAR);
    for (ULONG Index = 0; Index < Length; ++Index) {
        const WCHAR C1 = Name1->Buffer[Index];
        const WCHAR C2 = Name2->Buffer[Index];
        if (C1 != C2 && (!IgnoreCase || Upcase(C1, UpcaseTable) != Upcase(C2, UpcaseTable))) {
            return FALSE;
        }
    }
    return TRUE;
}

} // extern "C"

namespace {

/// One name against one pattern, by remembering the last star and continuing one character later on
/// a mismatch. The two kinds of star nest: when the inner one (the latest) cannot help, the one
/// before it would not either for '*', but it can for DOS_STAR, whose reach is limited. Positions
/// reachable in the pattern are therefore kept as a set.
template <typename Char, typename Fold>
bool MatchExpression(
    const Char* Expression,
    ULONG ExpressionLength,
    const Char* Name,
    ULONG NameLength,
    Fold FoldCase)
{
    // Bit N of the set: the first N pattern characters have matched what was consumed so far. 64
    // characters a word.
    constexpr ULONG kInlineWords = 8;
    const ULONG Words = ExpressionLength / 64 + 1;
    ULONGLONG InlineSets[2][kInlineWords];
    ULONGLONG* Pool = nullptr;
    ULONGLONG* Now = InlineSets[0];
    ULONGLONG* Next = InlineSets[1];
    if (Words > kInlineWords) {
        Pool = static_cast<ULONGLONG*>(
            ExAllocatePoolWithTag(PagedPool, 2 * Words * sizeof(ULONGLONG), 'nrSF'));
        if (Pool == nullptr) {
            ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
        }
        Now = Pool;
        Next = Pool + Words;
    }
    RtlZeroMemory(Now, Words * sizeof(ULONGLONG));

    const auto Has
        = [](const ULONGLONG* Set, ULONG Bit) { return (Set[Bit / 64] >> (Bit % 64) & 1) != 0; };
    const auto Add = [](ULONGLONG* Set, ULONG Bit) { Set[Bit / 64] |= 1ULL << (Bit % 64); };

    ULONG LastDot = NameLength; // position of the last dot of the name, NameLength without one
    for (ULONG Index = NameLength; Index > 0; --Index) {
        if (Name[Index - 1] == '.') {
            LastDot = Index - 1;
            break;
        }
    }

    // What matches nothing may be passed over without consuming a character of the name at
    // Position.
    const auto CanBeEmpty = [&](Char Symbol, ULONG Position) {
        switch (static_cast<unsigned>(Symbol)) {
        case '*':
        case '<':
            return true;
        case '>':
            return Position == NameLength || Name[Position] == '.';
        case '"':
            return Position == NameLength;
        default:
            return false;
        }
    };
    const auto Close = [&](ULONGLONG* Set, ULONG Position) {
        for (ULONG Bit = 0; Bit < ExpressionLength; ++Bit) {
            if (Has(Set, Bit) && CanBeEmpty(Expression[Bit], Position)) {
                Add(Set, Bit + 1);
            }
        }
    };

    Add(Now, 0);
    Close(Now, 0);
    for (ULONG Position = 0; Position < NameLength; ++Position) {
        const Char C = Name[Position];
        const auto Folded = FoldCase(C);
        RtlZeroMemory(Next, Words * sizeof(ULONGLONG));
        bool Any = false;
        for (ULONG Bit = 0; Bit < ExpressionLength; ++Bit) {
            if (!Has(Now, Bit)) {
                continue;
            }
            const Char Symbol = Expression[Bit];
            switch (static_cast<unsigned>(Symbol)) {
            case '*':
                Add(Next, Bit);
                Any = true;
                break;
            case '<':
                // Consumes anything before the last dot, and the last dot; behind it only names
                // without a dot go on.
                if (LastDot == NameLength || Position <= LastDot) {
                    Add(Next, Bit);
                    Any = true;
                }
                break;
            case '?':
                Add(Next, Bit + 1);
                Any = true;
                break;
            case '>':
                if (C != '.') {
                    Add(Next, Bit + 1);
                    Any = true;
                }
                break;
            case '"':
                if (C == '.') {
                    Add(Next, Bit + 1);
                    Any = true;
                }
                break;
            default:
                if (FoldCase(Symbol) == Folded) {
                    Add(Next, Bit + 1);
                    Any = true;
                }
                break;
            }
        }
        if (!Any) {
            RtlZeroMemory(Now, Words * sizeof(ULONGLONG));
            break;
        }
        ULONGLONG* Swap = Now;
        Now = Next;
        Next = Swap;
        Close(Now, Position + 1);
    }
    const bool Matched = Has(Now, ExpressionLength);
    if (Pool != nullptr) {
        ExFreePoolWithTag(Pool, 'nrSF');
    }
    return Matched;
}

} // namespace

extern "C" {

/// Whether a name matches a pattern with wild cards. With IgnoreCase the pattern must be in upper
/// case already (the documentation demands it; a pattern in mixed case matches here all the same).
///
/// Errors   raises STATUS_INSUFFICIENT_RESOURCES for patterns of more than 500 characters without
/// pool Source   windows-driver-docs-ddi: ntifs/fsrtlisnameinexpression
BOOLEAN NTAPI FsRtlIsNameInExpression(
    PUNICODE_STRING Expression, PUNICODE_STRING Name, BOOLEAN IgnoreCase, PWCHAR UpcaseTable)
{
    const ULONG ExpressionLength = Expression->Length / sizeof(WCHAR);
    const ULONG NameLength = Name->Length / sizeof(WCHAR);
    if (ExpressionLength == 0 || NameLength == 0) {
        return ExpressionLength == NameLength;
    }
    if (ExpressionLength == 1 && Expression->Buffer[0] == L'*') {
        return TRUE;
    }
    return MatchExpression(
        Expression->Buffer, ExpressionLength, Name->Buffer, NameLength,
        [=](WCHAR C) { return IgnoreCase ? Upcase(C, UpcaseTable) : C; });
}

BOOLEAN NTAPI FsRtlIsDbcsInExpression(PANSI_STRING Expression, PANSI_STRING Name)
{
    if (Expression->Length == 0 || Name->Length == 0) {
        return Expression->Length == Name->Length;
    }
    return MatchExpression(
        Expression->Buffer, Expression->Length, Name->Buffer, Name->Length,
        [](CHAR C) { return C >= 'a' && C <= 'z' ? static_cast<CHAR>(C - 'a' + 'A') : C; });
}

namespace {

bool IsLegalPath(
    ANSI_STRING Name, UCHAR Legal, bool WildCards, bool Path, bool LeadingBackslash, bool ShortName)
{
    if (Name.Length == 0) {
        return false;
    }
    USHORT Index = 0;
    if (Name.Buffer[0] == '\\') {
        if (!LeadingBackslash) {
            return false;
        }
        Index = 1;
        if (Name.Length == 1) {
            return Path;
        }
    }
    const USHORT Start = Index;
    ULONG Base = 0;
    ULONG Extension = 0;
    ULONG Dots = 0;
    USHORT Begin = Start;
    for (; Index <= Name.Length; ++Index) {
        const bool End = Index == Name.Length || Name.Buffer[Index] == '\\';
        if (End) {
            const ULONG Length = Index - Begin;
            const char Last = Length != 0 ? Name.Buffer[Index - 1] : '\0';
            const bool Dotted = (Length == 1 && Last == '.')
                || (Length == 2 && Name.Buffer[Begin] == '.' && Last == '.');
            if (Length == 0 || Length > 255) {
                return false;
            }
            if (ShortName && !Dotted
                && (Dots > 1 || Base == 0
                    || (!WildCards && (Base > 8 || Extension > 3 || Last == '.' || Last == ' ')))) {
                return false;
            }
            if (!ShortName && !Dotted && !WildCards && (Last == '.' || Last == ' ')) {
                return false;
            }
            if (Index < Name.Length && (!Path || Index + 1 == Name.Length)) {
                return false;
            }
            Begin = static_cast<USHORT>(Index + 1);
            Base = Extension = Dots = 0;
            continue;
        }
        const UCHAR C = static_cast<UCHAR>(Name.Buffer[Index]);
        if ((kLegal.Entries[C] & (Legal | (WildCards ? W : 0))) == 0) {
            return false;
        }
        if (C == '.') {
            ++Dots;
        } else if (Dots == 0) {
            ++Base;
        } else {
            ++Extension;
        }
    }
    return true;
}

} // namespace

BOOLEAN NTAPI FsRtlIsFatDbcsLegal(
    ANSI_STRING DbcsName,
    BOOLEAN WildCardsPermissible,
    BOOLEAN PathNamePermissible,
    BOOLEAN LeadingBackslashPermissible)
{
    return IsLegalPath(
        DbcsName, FSRTL_FAT_LEGAL, WildCardsPermissible, PathNamePermissible,
        LeadingBackslashPermissible, true);
}

BOOLEAN NTAPI FsRtlIsHpfsDbcsLegal(
    ANSI_STRING DbcsName,
    BOOLEAN WildCardsPermissible,
    BOOLEAN PathNamePermissible,
    BOOLEAN LeadingBackslashPermissible)
{
    return IsLegalPath(
        DbcsName, FSRTL_HPFS_LEGAL, WildCardsPermissible, PathNamePermissible,
        LeadingBackslashPermissible, false);
}

/// Resolves "." and ".." in place.
///
/// Errors   STATUS_IO_REPARSE_DATA_INVALID when the path climbs above its root
NTSTATUS NTAPI FsRtlRemoveDotsFromPath(PWSTR OriginalString, USHORT PathLength, USHORT* NewLength)
{
    const ULONG Length = PathLength / sizeof(WCHAR);
    const ULONG Root = Length != 0 && OriginalString[0] == L'\\' ? 1 : 0;
    ULONG In = Root;
    ULONG Out = Root;
    while (In < Length) {
        ULONG End = In;
        while (End < Length && OriginalString[End] != L'\\') {
            ++End;
        }
        const ULONG Part = End - In;
        const bool Here = Part == 1 && OriginalString[In] == L'.';
        const bool Up = Part == 2 && OriginalString[In] == L'.' && OriginalString[In + 1] == L'.';
        if (Up) {
            if (Out == Root) {
                return STATUS_IO_REPARSE_DATA_INVALID;
            }
            --Out; // the separator behind the component that goes
            while (Out > Root && OriginalString[Out - 1] != L'\\') {
                --Out;
            }
        } else if (!Here) {
            for (ULONG Index = 0; Index < Part; ++Index) {
                OriginalString[Out++] = OriginalString[In + Index];
            }
            if (End < Length) {
                OriginalString[Out++] = L'\\';
            }
        }
        In = End + 1;
    }
    // "a\b\.." leaves a separator at the end that the original did not have.
    if (Out > Root && OriginalString[Out - 1] == L'\\' && Length != 0
        && OriginalString[Length - 1] != L'\\') {
        --Out;
    }
    *NewLength = static_cast<USHORT>(Out * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

} // extern "C"
