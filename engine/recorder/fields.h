// Field tables: which parts of a structure the recorder watches, and how to print them.
//
// A table is data (offset, type, names), so that the same description serves every object of a
// kind. fields_host.cpp has the tables of the NT structures; a test may register one for a
// structure of its own.
#pragma once

#include "traces/model/trace.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace rdrlab::recorder {

enum class FieldType : std::uint8_t
{
    Unsigned,
    Signed,
    Boolean,
    Hex, // an opaque number: access masks, ids
    Flags, // bits with names; what has no name is printed as a number
    Enumeration, // values with names
    Status, // NTSTATUS
    LargeInteger, // signed, 64 bits
    UnicodeString, // UNICODE_STRING; read when its three members changed
    Pointer, // printed as the canonical name of the object it points to
    Presence, // a pointer or link of which only null / not null means anything
};

struct NamedValue
{
    std::uint64_t value;
    const char* name;
};

struct Field
{
    const char* name;
    FieldType type;
    std::uint32_t offset;
    std::uint32_t size;
    std::span<const NamedValue> names = {};
    /// For what is behind a pointer inside the object: returns the address of the field's bytes
    /// (`size` of them), or nullptr when there is nothing to read. `bytes` is the size given at
    /// birth.
    const void* (*locate)(const void* object, std::uint32_t bytes) = nullptr;
};

/// Registers the table of one kind (the span must stay valid). An empty one removes it.
void setFieldTable(trace::ObjectKind kind, std::span<const Field> fields);
std::span<const Field> fieldTable(trace::ObjectKind kind);

/// Registers the tables of the NT structures.
void registerNtFieldTables();

/// What formatField needs from the recorder.
struct FieldNaming
{
    std::function<trace::StringId(std::string_view)> intern;
    /// The object that begins at (or was registered under) this address; id 0 when it is none.
    std::function<std::pair<trace::ObjectId, trace::StringId>(const void*)> objectAt;
};

/// The value of `field` from its `bytes` (field.size of them).
trace::Value formatField(const Field& field, const void* bytes, const FieldNaming& naming);

/// UTF-8 from UTF-16 code units; a lone surrogate becomes U+FFFD.
std::string utf8(const char16_t* text, std::size_t units);

} // namespace rdrlab::recorder
