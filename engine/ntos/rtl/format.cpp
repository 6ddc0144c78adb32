// printf as the kernel has it: 16-bit and counted strings, 32-bit long, no floating point.
//
//   %d %i %u %x %X %o %p %c %C %s %S %Z %%   with - 0 + space # width .precision
//   h (narrow for strings), l and w (wide for strings, 32 bits for numbers), ll, I64, I32, I
//
// In a narrow format %s is narrow and %S wide; in a wide format %s is wide and %S narrow. %Z is a
// STRING, %wZ a UNICODE_STRING. Wide to narrow conversion is UTF-8.
#include <ntifs.h>

namespace {

enum class Size
{
    Normal,
    Short,
    Long,
    Quad,
    Pointer,
};

struct Specification
{
    BOOLEAN Left = FALSE;
    BOOLEAN Zero = FALSE;
    BOOLEAN Sign = FALSE;
    BOOLEAN Space = FALSE;
    BOOLEAN Alternate = FALSE;
    LONG Width = 0;
    LONG Precision = -1;
    Size Length = Size::Normal;
};

/// Where the output goes: counts everything, keeps what fits.
template <typename Character> struct Output
{
    Character* Buffer;
    size_t Room;
    size_t Count = 0;

    void put(ULONG Unit)
    {
        if (Count < Room)
            Buffer[Count] = (Character)Unit;
        Count++;
    }

    void pad(LONG Times, ULONG Unit)
    {
        for (LONG Index = 0; Index < Times; Index++)
            put(Unit);
    }

    /// Text of the other width is converted, of the own width copied.
    void text(const char* Text, size_t Length)
    {
        for (size_t Index = 0; Index < Length; Index++)
            put((UCHAR)Text[Index]);
    }

    void text(const WCHAR* Text, size_t Length)
    {
        if constexpr (sizeof(Character) == sizeof(WCHAR)) {
            for (size_t Index = 0; Index < Length; Index++)
                put(Text[Index]);
        } else {
            for (size_t Index = 0; Index < Length; Index++) {
                char Bytes[4];
                ULONG Written = 0;
                const size_t Units
                    = Text[Index] >= 0xD800 && Text[Index] < 0xDC00 && Index + 1 < Length ? 2 : 1;
                RtlUnicodeToUTF8N(
                    Bytes, sizeof Bytes, &Written, Text + Index, (ULONG)(Units * sizeof(WCHAR)));
                text(Bytes, Written);
                Index += Units - 1;
            }
        }
    }

    template <typename Source>
    void field(const Specification& Spec, const Source* Text, size_t Length)
    {
        const LONG Fill = Spec.Width - (LONG)Length;
        if (!Spec.Left)
            pad(Fill, ' ');
        text(Text, Length);
        if (Spec.Left)
            pad(Fill, ' ');
    }

    void
    number(const Specification& Spec, ULONGLONG Value, BOOLEAN Negative, ULONG Base, BOOLEAN Upper)
    {
        const char* Alphabet = Upper ? "0123456789ABCDEF" : "0123456789abcdef";
        char Digits[24];
        LONG Length = 0;
        for (ULONGLONG Rest = Value; Rest || Length == 0; Rest /= Base)
            Digits[Length++] = Alphabet[Rest % Base];
        if (Value == 0 && Spec.Precision == 0)
            Length = 0;
        char Prefix[2];
        LONG PrefixLength = 0;
        if (Negative)
            Prefix[PrefixLength++] = '-';
        else if (Spec.Sign)
            Prefix[PrefixLength++] = '+';
        else if (Spec.Space)
            Prefix[PrefixLength++] = ' ';
        if (Spec.Alternate && Base == 16 && Value) {
            Prefix[0] = '0';
            Prefix[1] = Upper ? 'X' : 'x';
            PrefixLength = 2;
        }
        LONG Zeros = Spec.Precision > Length ? Spec.Precision - Length : 0;
        LONG Fill = Spec.Width - Length - Zeros - PrefixLength;
        if (Spec.Zero && !Spec.Left && Spec.Precision < 0 && Fill > 0) {
            Zeros += Fill;
            Fill = 0;
        }
        if (!Spec.Left)
            pad(Fill, ' ');
        text(Prefix, PrefixLength);
        pad(Zeros, '0');
        while (Length > 0)
            put((ULONG)Digits[--Length]);
        if (Spec.Left)
            pad(Fill, ' ');
    }
};

template <typename Character> size_t BoundedLength(const Character* Text, LONG Precision)
{
    size_t Length = 0;
    while ((Precision < 0 || Length < (size_t)Precision) && Text[Length])
        Length++;
    return Length;
}

template <typename Character> LONG ReadNumber(const Character** Format)
{
    LONG Value = 0;
    for (; **Format >= '0' && **Format <= '9'; ++*Format)
        Value = Value < 100000 ? Value * 10 + (**Format - '0') : Value;
    return Value;
}

template <typename Character> void ReadFlags(const Character** Format, Specification* Spec)
{
    for (;; ++*Format) {
        switch (**Format) {
        case '-':
            Spec->Left = TRUE;
            break;
        case '0':
            Spec->Zero = TRUE;
            break;
        case '+':
            Spec->Sign = TRUE;
            break;
        case ' ':
            Spec->Space = TRUE;
            break;
        case '#':
            Spec->Alternate = TRUE;
            break;
        default:
            return;
        }
    }
}

template <typename Character> void ReadSize(const Character** Format, Specification* Spec)
{
    const Character* At = *Format;
    if (At[0] == 'I' && At[1] == '6' && At[2] == '4') {
        Spec->Length = Size::Quad;
        *Format += 3;
    } else if (At[0] == 'I' && At[1] == '3' && At[2] == '2') {
        *Format += 3;
    } else if (At[0] == 'I' || At[0] == 'z') {
        Spec->Length = Size::Pointer;
        *Format += 1;
    } else if (At[0] == 'l' && At[1] == 'l') {
        Spec->Length = Size::Quad;
        *Format += 2;
    } else if (At[0] == 'l' || At[0] == 'w') {
        Spec->Length = Size::Long;
        *Format += 1;
    } else if (At[0] == 'h') {
        Spec->Length = Size::Short;
        *Format += At[1] == 'h' ? 2 : 1;
    }
}

template <typename Character>
size_t FormatAll(Character* Buffer, size_t Room, const Character* Format, va_list Arguments)
{
    Output<Character> Out { Buffer, Room };
    constexpr BOOLEAN WideFormat = sizeof(Character) == sizeof(WCHAR);
    for (; *Format; Format++) {
        if (*Format != '%') {
            Out.put((ULONG)*Format);
            continue;
        }
        Format++;
        Specification Spec;
        ReadFlags(&Format, &Spec);
        if (*Format == '*') {
            Spec.Width = va_arg(Arguments, int);
            Format++;
            if (Spec.Width < 0) {
                Spec.Left = TRUE;
                Spec.Width = -Spec.Width;
            }
        } else {
            Spec.Width = ReadNumber(&Format);
        }
        if (*Format == '.') {
            Format++;
            if (*Format == '*') {
                Spec.Precision = va_arg(Arguments, int);
                Format++;
            } else {
                Spec.Precision = ReadNumber(&Format);
            }
        }
        ReadSize(&Format, &Spec);
        const BOOLEAN Is64 = Spec.Length == Size::Quad || Spec.Length == Size::Pointer;
        switch (*Format) {
        case 0:
            return Out.Count;
        case '%':
            Out.put('%');
            break;
        case 'd':
        case 'i': {
            const LONGLONG Value = Is64 ? va_arg(Arguments, LONGLONG) : va_arg(Arguments, int);
            Out.number(
                Spec, Value < 0 ? 0 - (ULONGLONG)Value : (ULONGLONG)Value, Value < 0, 10, FALSE);
            break;
        }
        case 'u':
        case 'o':
        case 'x':
        case 'X': {
            const ULONGLONG Value
                = Is64 ? va_arg(Arguments, ULONGLONG) : va_arg(Arguments, unsigned int);
            Spec.Sign = Spec.Space = FALSE;
            Out.number(
                Spec, Value, FALSE,
                *Format == 'u'       ? 10
                    : *Format == 'o' ? 8
                                     : 16,
                *Format == 'X');
            break;
        }
        case 'p':
            Spec.Precision = 2 * sizeof(PVOID);
            Out.number(Spec, (ULONGLONG)(ULONG_PTR)va_arg(Arguments, PVOID), FALSE, 16, TRUE);
            break;
        case 'c':
        case 'C': {
            const WCHAR Unit = (WCHAR)va_arg(Arguments, int);
            Out.field(Spec, &Unit, 1);
            break;
        }
        case 's':
        case 'S': {
            BOOLEAN Wide = (*Format == 's') == WideFormat;
            if (Spec.Length == Size::Long)
                Wide = TRUE;
            else if (Spec.Length == Size::Short)
                Wide = FALSE;
            const VOID* Text = va_arg(Arguments, const VOID*);
            if (!Text)
                Out.field(Spec, "(null)", 6);
            else if (Wide)
                Out.field(
                    Spec, (const WCHAR*)Text, BoundedLength((const WCHAR*)Text, Spec.Precision));
            else
                Out.field(
                    Spec, (const char*)Text, BoundedLength((const char*)Text, Spec.Precision));
            break;
        }
        case 'Z': {
            const VOID* Text = va_arg(Arguments, const VOID*);
            const UNICODE_STRING* Wide = (const UNICODE_STRING*)Text;
            if (!Text || !Wide->Buffer)
                Out.field(Spec, "(null)", 6);
            else if (Spec.Length == Size::Long)
                Out.field(Spec, Wide->Buffer, Wide->Length / sizeof(WCHAR));
            else
                Out.field(Spec, ((const STRING*)Text)->Buffer, Wide->Length);
            break;
        }
        default:
            Out.put('%');
            Out.put((ULONG)*Format);
            break;
        }
    }
    return Out.Count;
}

/// The contract of _snprintf: -1 when the text does not fit, terminated only when there is room.
template <typename Character>
int FormatBounded(Character* Buffer, size_t Count, const Character* Format, va_list Arguments)
{
    const size_t Length = FormatAll(Buffer, Count, Format, Arguments);
    if (Length < Count)
        Buffer[Length] = 0;
    return Length <= Count ? (int)Length : -1;
}

constexpr size_t RtlpUnbounded = 0x7FFFFFFF;

} // namespace

extern "C" {

int rdr_vsnprintf(char* Buffer, size_t Count, const char* Format, va_list Arguments)
{
    return FormatBounded(Buffer, Count, Format, Arguments);
}

int rdr_vsnwprintf(WCHAR* Buffer, size_t Count, const WCHAR* Format, va_list Arguments)
{
    return FormatBounded(Buffer, Count, Format, Arguments);
}

int rdr_vsprintf(char* Buffer, const char* Format, va_list Arguments)
{
    return FormatBounded(Buffer, RtlpUnbounded, Format, Arguments);
}

int rdr_vswprintf(WCHAR* Buffer, const WCHAR* Format, va_list Arguments)
{
    return FormatBounded(Buffer, RtlpUnbounded, Format, Arguments);
}

int rdr_snprintf(char* Buffer, size_t Count, const char* Format, ...)
{
    va_list Arguments;
    va_start(Arguments, Format);
    const int Length = rdr_vsnprintf(Buffer, Count, Format, Arguments);
    va_end(Arguments);
    return Length;
}

int rdr_sprintf(char* Buffer, const char* Format, ...)
{
    va_list Arguments;
    va_start(Arguments, Format);
    const int Length = rdr_vsprintf(Buffer, Format, Arguments);
    va_end(Arguments);
    return Length;
}

int rdr_snwprintf(WCHAR* Buffer, size_t Count, const WCHAR* Format, ...)
{
    va_list Arguments;
    va_start(Arguments, Format);
    const int Length = rdr_vsnwprintf(Buffer, Count, Format, Arguments);
    va_end(Arguments);
    return Length;
}

int rdr_swprintf(WCHAR* Buffer, const WCHAR* Format, ...)
{
    va_list Arguments;
    va_start(Arguments, Format);
    const int Length = rdr_vswprintf(Buffer, Format, Arguments);
    va_end(Arguments);
    return Length;
}

} // extern "C"
