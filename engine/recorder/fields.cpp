#include "engine/recorder/fields.h"

#include <array>
#include <cstdio>
#include <cstring>

namespace rdrlab::recorder {

namespace {

std::array<std::span<const Field>, std::size_t(trace::ObjectKind::Maximum)> g_tables;

std::uint64_t readUnsigned(const void* bytes, std::uint32_t size)
{
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, size < 8 ? size : 8); // x64 only: little endian
    return value;
}

std::int64_t readSigned(const void* bytes, std::uint32_t size)
{
    const std::uint64_t raw = readUnsigned(bytes, size);
    const unsigned shift = size < 8 ? 64 - 8 * size : 0;
    return static_cast<std::int64_t>(raw << shift) >> shift;
}

std::string hexText(std::uint64_t value)
{
    char text[24];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
    return text;
}

std::string flagsText(std::uint64_t value, std::span<const NamedValue> names)
{
    std::string text;
    std::uint64_t rest = value;
    for (const NamedValue& entry : names) {
        if (entry.value != 0 && (rest & entry.value) == entry.value) {
            text += (text.empty() ? "" : "|") + std::string(entry.name);
            rest &= ~entry.value;
        }
    }
    if (rest != 0 || text.empty()) {
        text += (text.empty() ? "" : "|") + (rest == 0 ? std::string("0") : hexText(rest));
    }
    return text;
}

// The layout of UNICODE_STRING on x64.
struct CountedString
{
    std::uint16_t lengthBytes;
    std::uint16_t maximumBytes;
    const char16_t* buffer;
};
static_assert(sizeof(CountedString) == 16);

} // namespace

void setFieldTable(trace::ObjectKind kind, std::span<const Field> fields)
{
    g_tables[std::size_t(kind)] = fields;
}

std::span<const Field> fieldTable(trace::ObjectKind kind)
{
    return kind < trace::ObjectKind::Maximum ? g_tables[std::size_t(kind)]
                                             : std::span<const Field>();
}

std::string utf8(const char16_t* text, std::size_t units)
{
    std::string out;
    out.reserve(units);
    for (std::size_t i = 0; i < units; ++i) {
        std::uint32_t code = text[i];
        if (code >= 0xD800 && code < 0xE000) {
            const bool pair
                = code < 0xDC00 && i + 1 < units && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000;
            code = pair ? 0x10000 + ((code - 0xD800) << 10) + (text[i + 1] - 0xDC00u) : 0xFFFD;
            i += pair ? 1 : 0;
        }
        if (code < 0x80) {
            out += char(code);
        } else if (code < 0x800) {
            out += { char(0xC0 | (code >> 6)), char(0x80 | (code & 63)) };
        } else if (code < 0x10000) {
            out += { char(0xE0 | (code >> 12)), char(0x80 | ((code >> 6) & 63)),
                     char(0x80 | (code & 63)) };
        } else {
            out += { char(0xF0 | (code >> 18)), char(0x80 | ((code >> 12) & 63)),
                     char(0x80 | ((code >> 6) & 63)), char(0x80 | (code & 63)) };
        }
    }
    return out;
}

trace::Value formatField(const Field& field, const void* bytes, const FieldNaming& naming)
{
    using Type = trace::Value::Type;
    const auto text = [&](std::string_view value) {
        return trace::Value { Type::Text, 0, naming.intern(value) };
    };
    switch (field.type) {
    case FieldType::Unsigned:
        return { Type::Integer, static_cast<std::int64_t>(readUnsigned(bytes, field.size)), 0 };
    case FieldType::Signed:
    case FieldType::LargeInteger:
        return { Type::Integer, readSigned(bytes, field.size), 0 };
    case FieldType::Boolean:
        return text(readUnsigned(bytes, field.size) != 0 ? "TRUE" : "FALSE");
    case FieldType::Hex:
        return text(hexText(readUnsigned(bytes, field.size)));
    case FieldType::Flags:
        return text(flagsText(readUnsigned(bytes, field.size), field.names));
    case FieldType::Enumeration: {
        const std::uint64_t value = readUnsigned(bytes, field.size);
        for (const NamedValue& entry : field.names) {
            if (entry.value == value) {
                return text(entry.name);
            }
        }
        return { Type::Integer, static_cast<std::int64_t>(value), 0 };
    }
    case FieldType::Status: {
        const auto status = static_cast<std::int32_t>(readUnsigned(bytes, field.size));
        const std::string_view name = trace::statusName(status);
        return text(name.empty() ? hexText(static_cast<std::uint32_t>(status)) : std::string(name));
    }
    case FieldType::UnicodeString: {
        CountedString counted;
        std::memcpy(&counted, bytes, sizeof counted);
        return text(
            counted.buffer == nullptr ? "" : utf8(counted.buffer, counted.lengthBytes / 2u));
    }
    case FieldType::Pointer: {
        const void* pointer = nullptr;
        std::memcpy(&pointer, bytes, sizeof pointer);
        if (pointer == nullptr) {
            return text("NULL");
        }
        const auto [id, name] = naming.objectAt(pointer);
        return id != 0 ? trace::Value { Type::Object, id, name } : text("(present)");
    }
    case FieldType::Presence:
        return text(readUnsigned(bytes, field.size) != 0 ? "present" : "NULL");
    }
    return {};
}

} // namespace rdrlab::recorder
