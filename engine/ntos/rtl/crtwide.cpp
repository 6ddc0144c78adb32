// The string routines of the kernel's C run-time library: 16-bit ones, and narrow ones without
// locale.
#include <ntifs.h>

extern "C" {

size_t rdr_wcslen(const WCHAR* String)
{
    size_t Length = 0;
    while (String[Length])
        Length++;
    return Length;
}

size_t rdr_wcsnlen(const WCHAR* String, size_t Maximum)
{
    size_t Length = 0;
    while (Length < Maximum && String[Length])
        Length++;
    return Length;
}

WCHAR* rdr_wcscpy(WCHAR* Destination, const WCHAR* Source)
{
    memcpy(Destination, Source, (rdr_wcslen(Source) + 1) * sizeof(WCHAR));
    return Destination;
}

WCHAR* rdr_wcsncpy(WCHAR* Destination, const WCHAR* Source, size_t Count)
{
    const size_t Length = rdr_wcsnlen(Source, Count);
    memcpy(Destination, Source, Length * sizeof(WCHAR));
    memset(Destination + Length, 0, (Count - Length) * sizeof(WCHAR));
    return Destination;
}

WCHAR* rdr_wcscat(WCHAR* Destination, const WCHAR* Source)
{
    rdr_wcscpy(Destination + rdr_wcslen(Destination), Source);
    return Destination;
}

WCHAR* rdr_wcsncat(WCHAR* Destination, const WCHAR* Source, size_t Count)
{
    WCHAR* At = Destination + rdr_wcslen(Destination);
    const size_t Length = rdr_wcsnlen(Source, Count);
    memcpy(At, Source, Length * sizeof(WCHAR));
    At[Length] = 0;
    return Destination;
}

int rdr_wcsncmp(const WCHAR* Left, const WCHAR* Right, size_t Count)
{
    for (size_t Index = 0; Index < Count; Index++)
        if (Left[Index] != Right[Index] || !Left[Index])
            return (int)Left[Index] - (int)Right[Index];
    return 0;
}

int rdr_wcscmp(const WCHAR* Left, const WCHAR* Right)
{
    return rdr_wcsncmp(Left, Right, (size_t)-1);
}

int rdr_wcsnicmp(const WCHAR* Left, const WCHAR* Right, size_t Count)
{
    for (size_t Index = 0; Index < Count; Index++) {
        const WCHAR A = rdr_towlower(Left[Index]);
        const WCHAR B = rdr_towlower(Right[Index]);
        if (A != B || !A)
            return (int)A - (int)B;
    }
    return 0;
}

int rdr_wcsicmp(const WCHAR* Left, const WCHAR* Right)
{
    return rdr_wcsnicmp(Left, Right, (size_t)-1);
}

WCHAR* rdr_wcschr(const WCHAR* String, WCHAR Character)
{
    for (;; String++) {
        if (*String == Character)
            return (WCHAR*)String;
        if (!*String)
            return nullptr;
    }
}

WCHAR* rdr_wcsrchr(const WCHAR* String, WCHAR Character)
{
    for (size_t Index = rdr_wcslen(String) + 1; Index-- > 0;)
        if (String[Index] == Character)
            return (WCHAR*)String + Index;
    return nullptr;
}

WCHAR* rdr_wcsstr(const WCHAR* String, const WCHAR* Find)
{
    const size_t Length = rdr_wcslen(Find);
    for (;; String++) {
        if (rdr_wcsncmp(String, Find, Length) == 0)
            return (WCHAR*)String;
        if (!*String)
            return nullptr;
    }
}

size_t rdr_wcsspn(const WCHAR* String, const WCHAR* Set)
{
    size_t Length = 0;
    while (String[Length] && rdr_wcschr(Set, String[Length]))
        Length++;
    return Length;
}

size_t rdr_wcscspn(const WCHAR* String, const WCHAR* Set)
{
    size_t Length = 0;
    while (String[Length] && !rdr_wcschr(Set, String[Length]))
        Length++;
    return Length;
}

WCHAR rdr_towupper(WCHAR Character)
{
    return RtlUpcaseUnicodeChar(Character);
}

WCHAR rdr_towlower(WCHAR Character)
{
    return RtlDowncaseUnicodeChar(Character);
}

WCHAR* rdr_wcslwr(WCHAR* String)
{
    for (WCHAR* At = String; *At; At++)
        *At = rdr_towlower(*At);
    return String;
}

WCHAR* rdr_wcsupr(WCHAR* String)
{
    for (WCHAR* At = String; *At; At++)
        *At = rdr_towupper(*At);
    return String;
}

/// ULONG_MAX on overflow, as strtoul does. Base 0 reads 0x and 0 prefixes.
ULONG rdr_wcstoul(const WCHAR* String, WCHAR** End, int Base)
{
    const WCHAR* At = String;
    while (*At == ' ' || (*At >= 9 && *At <= 13))
        At++;
    const BOOLEAN Negative = *At == '-';
    if (*At == '-' || *At == '+')
        At++;
    if ((Base == 0 || Base == 16) && At[0] == '0' && (At[1] == 'x' || At[1] == 'X')) {
        Base = 16;
        At += 2;
    } else if (Base == 0) {
        Base = *At == '0' ? 8 : 10;
    }
    ULONGLONG Value = 0;
    BOOLEAN Overflow = FALSE;
    const WCHAR* First = At;
    for (;; At++) {
        int Digit = 99;
        if (*At >= '0' && *At <= '9')
            Digit = *At - '0';
        else if ((*At | 0x20) >= 'a' && (*At | 0x20) <= 'z')
            Digit = (*At | 0x20) - 'a' + 10;
        if (Digit >= Base)
            break;
        Value = Value * (ULONG)Base + (ULONG)Digit;
        Overflow |= Value > MAXULONG;
        Value &= MAXULONG;
    }
    if (End)
        *End = (WCHAR*)(At == First ? String : At);
    return Overflow ? MAXULONG : Negative ? (ULONG)(0 - Value) : (ULONG)Value;
}

LONG rdr_wtoi(const WCHAR* String)
{
    return (LONG)rdr_wcstoul(String, nullptr, 10);
}

static int RtlpLower(int Character)
{
    return Character >= 'A' && Character <= 'Z' ? Character + 0x20 : Character;
}

int rdr_strnicmp(const char* Left, const char* Right, size_t Count)
{
    for (size_t Index = 0; Index < Count; Index++) {
        const int A = RtlpLower((UCHAR)Left[Index]);
        const int B = RtlpLower((UCHAR)Right[Index]);
        if (A != B || !A)
            return A - B;
    }
    return 0;
}

int rdr_stricmp(const char* Left, const char* Right)
{
    return rdr_strnicmp(Left, Right, (size_t)-1);
}

char* rdr_strlwr(char* String)
{
    for (char* At = String; *At; At++)
        *At = (char)RtlpLower((UCHAR)*At);
    return String;
}

char* rdr_strupr(char* String)
{
    for (char* At = String; *At; At++)
        *At = RtlUpperChar(*At);
    return String;
}

/// Heap sort: no recursion and no extra memory, as kernel stacks ask for.
void rdr_qsort(void* Base, size_t Count, size_t Width, int (*Compare)(const void*, const void*))
{
    UCHAR* Bytes = (UCHAR*)Base;
    auto Swap = [&](size_t Left, size_t Right) {
        for (size_t Index = 0; Index < Width; Index++) {
            const UCHAR Byte = Bytes[Left * Width + Index];
            Bytes[Left * Width + Index] = Bytes[Right * Width + Index];
            Bytes[Right * Width + Index] = Byte;
        }
    };
    auto Sink = [&](size_t Root, size_t End) {
        for (size_t Child; (Child = 2 * Root + 1) < End; Root = Child) {
            if (Child + 1 < End && Compare(Bytes + Child * Width, Bytes + (Child + 1) * Width) < 0)
                Child++;
            if (Compare(Bytes + Root * Width, Bytes + Child * Width) >= 0)
                return;
            Swap(Root, Child);
        }
    };
    for (size_t Root = Count / 2; Root-- > 0;)
        Sink(Root, Count);
    for (size_t End = Count; End-- > 1;) {
        Swap(0, End);
        Sink(0, End);
    }
}

} // extern "C"
