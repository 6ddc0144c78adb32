// The field tables of the NT structures, by offsetof over the kernel's own headers.
#include <ntifs.h>

#include "engine/recorder/fields.h"

#include <cstddef>

namespace rdrlab::recorder {

namespace {

using T = FieldType;

#define RDRLAB_FIELD(structure, member, type)                                                      \
    Field { #member, type, offsetof(structure, member), sizeof(static_cast<structure*>(nullptr)->member) }
#define RDRLAB_NAMED(structure, member, type, names)                                               \
    Field { #member, type, offsetof(structure, member), sizeof(static_cast<structure*>(nullptr)->member), names }

constexpr NamedValue kFileFlags[] = {
    { FO_FILE_OPEN, "FO_FILE_OPEN" },
    { FO_SYNCHRONOUS_IO, "FO_SYNCHRONOUS_IO" },
    { FO_ALERTABLE_IO, "FO_ALERTABLE_IO" },
    { FO_NO_INTERMEDIATE_BUFFERING, "FO_NO_INTERMEDIATE_BUFFERING" },
    { FO_WRITE_THROUGH, "FO_WRITE_THROUGH" },
    { FO_SEQUENTIAL_ONLY, "FO_SEQUENTIAL_ONLY" },
    { FO_CACHE_SUPPORTED, "FO_CACHE_SUPPORTED" },
    { FO_NAMED_PIPE, "FO_NAMED_PIPE" },
    { FO_STREAM_FILE, "FO_STREAM_FILE" },
    { FO_MAILSLOT, "FO_MAILSLOT" },
    { FO_FILE_MODIFIED, "FO_FILE_MODIFIED" },
    { FO_FILE_SIZE_CHANGED, "FO_FILE_SIZE_CHANGED" },
    { FO_CLEANUP_COMPLETE, "FO_CLEANUP_COMPLETE" },
    { FO_TEMPORARY_FILE, "FO_TEMPORARY_FILE" },
    { FO_DELETE_ON_CLOSE, "FO_DELETE_ON_CLOSE" },
    { FO_OPENED_CASE_SENSITIVE, "FO_OPENED_CASE_SENSITIVE" },
    { FO_HANDLE_CREATED, "FO_HANDLE_CREATED" },
    { FO_FILE_FAST_IO_READ, "FO_FILE_FAST_IO_READ" },
    { FO_RANDOM_ACCESS, "FO_RANDOM_ACCESS" },
    { FO_FILE_OPEN_CANCELLED, "FO_FILE_OPEN_CANCELLED" },
};

constexpr Field kFile[] = {
    RDRLAB_FIELD(FILE_OBJECT, DeviceObject, T::Pointer),
    RDRLAB_FIELD(FILE_OBJECT, FsContext, T::Pointer),
    RDRLAB_FIELD(FILE_OBJECT, FsContext2, T::Pointer),
    RDRLAB_FIELD(FILE_OBJECT, SectionObjectPointer, T::Presence),
    RDRLAB_FIELD(FILE_OBJECT, PrivateCacheMap, T::Presence),
    RDRLAB_FIELD(FILE_OBJECT, FinalStatus, T::Status),
    RDRLAB_FIELD(FILE_OBJECT, RelatedFileObject, T::Pointer),
    RDRLAB_FIELD(FILE_OBJECT, LockOperation, T::Boolean),
    RDRLAB_FIELD(FILE_OBJECT, DeletePending, T::Boolean),
    RDRLAB_FIELD(FILE_OBJECT, ReadAccess, T::Boolean),
    RDRLAB_FIELD(FILE_OBJECT, WriteAccess, T::Boolean),
    RDRLAB_FIELD(FILE_OBJECT, DeleteAccess, T::Boolean),
    RDRLAB_FIELD(FILE_OBJECT, SharedRead, T::Boolean),
    RDRLAB_FIELD(FILE_OBJECT, SharedWrite, T::Boolean),
    RDRLAB_FIELD(FILE_OBJECT, SharedDelete, T::Boolean),
    RDRLAB_NAMED(FILE_OBJECT, Flags, T::Flags, kFileFlags),
    RDRLAB_FIELD(FILE_OBJECT, FileName, T::UnicodeString),
    RDRLAB_FIELD(FILE_OBJECT, CurrentByteOffset, T::LargeInteger),
    RDRLAB_FIELD(FILE_OBJECT, Waiters, T::Unsigned),
    RDRLAB_FIELD(FILE_OBJECT, Busy, T::Unsigned),
};

} // namespace

void registerNtFieldTables()
{
    setFieldTable(trace::ObjectKind::File, kFile);
}

} // namespace rdrlab::recorder
