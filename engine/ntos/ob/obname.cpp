// obname.cpp - the way back: from an object to its full name.
#include "engine/ntos/ob/obpriv.h"

namespace {

constexpr ULONG kMaximumDepth = 64; // directories above a name; deeper trees are not built

// Writes the path of a named object right-aligned below End; returns its length in bytes without
// writing when Start is NULL.
ULONG ObpPathBytes(OBP_HEADER* Header)
{
    ULONG Bytes = 0;

    for (ULONG Depth = 0; Header->Name != nullptr && Depth < kMaximumDepth; Depth++) {
        Bytes += sizeof(WCHAR) + Header->Name->Name.Length;
        Header = ObpHeader(Header->Name->Directory);
    }
    return Bytes;
}

void ObpWritePath(OBP_HEADER* Header, PWCH End)
{
    for (ULONG Depth = 0; Header->Name != nullptr && Depth < kMaximumDepth; Depth++) {
        End -= Header->Name->Name.Length / sizeof(WCHAR);
        RtlCopyMemory(End, Header->Name->Name.Buffer, Header->Name->Name.Length);
        *--End = L'\\';
        Header = ObpHeader(Header->Name->Directory);
    }
}

} // namespace

extern "C" {

/// Full name of an object: path in the name space, or what the type's query-name procedure says
/// (files: device name and file name). An object without a name has the empty name.
///
/// IRQL     PASSIVE_LEVEL
/// Errors   STATUS_INFO_LENGTH_MISMATCH; *ReturnLength then holds the bytes needed, header and
/// terminator included Source   windows-driver-docs: ntifs/obquerynamestring
NTSTATUS NTAPI ObQueryNameString(
    PVOID Object, POBJECT_NAME_INFORMATION ObjectNameInfo, ULONG Length, PULONG ReturnLength)
{
    OBP_HEADER* Header = ObpHeader(Object);

    PAGED_CODE();
    if (Header->Type->Procedures.QueryName != nullptr) {
        return Header->Type->Procedures.QueryName(
            Object, Header->Name != nullptr, ObjectNameInfo, Length, ReturnLength, KernelMode);
    }
    BOOLEAN Root = Object == ObpRootDirectory;
    ULONG Bytes = Root ? static_cast<ULONG>(sizeof(WCHAR)) : ObpPathBytes(Header);
    ULONG Needed = sizeof(OBJECT_NAME_INFORMATION);
    if (Bytes != 0) {
        Needed += Bytes + sizeof(WCHAR);
    }
    *ReturnLength = Needed;
    if (Length < Needed || Bytes > kObpMaximumNameBytes) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    ObjectNameInfo->Name = {};
    if (Bytes != 0) {
        PWCH Text = reinterpret_cast<PWCH>(ObjectNameInfo + 1);
        if (Root) {
            Text[0] = L'\\';
        } else {
            ObpWritePath(Header, Text + Bytes / sizeof(WCHAR));
        }
        Text[Bytes / sizeof(WCHAR)] = 0;
        ObjectNameInfo->Name.Buffer = Text;
        ObjectNameInfo->Name.Length = static_cast<USHORT>(Bytes);
        ObjectNameInfo->Name.MaximumLength = static_cast<USHORT>(Bytes + sizeof(WCHAR));
    }
    return STATUS_SUCCESS;
}

} // extern "C"
