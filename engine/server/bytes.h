// Reading hostile bytes and writing answers. Reader never goes past its end: a read that would is
// zero and makes ok() false, so a decoder reads everything first and asks once. All integers are
// little-endian, all text UTF-16LE.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/vnet/buffer.h"

namespace rdrlab::server {

using vnet::Buffer;
using vnet::ByteSpan;

class Reader
{
public:
    explicit Reader(ByteSpan bytes)
        : m_bytes(bytes)
    {
    }
    std::uint8_t u8() { return number<std::uint8_t>(); }
    std::uint16_t u16() { return number<std::uint16_t>(); }
    std::uint32_t u32() { return number<std::uint32_t>(); }
    std::uint64_t u64() { return number<std::uint64_t>(); }
    ByteSpan bytes(std::size_t count)
    {
        if (count > left()) {
            m_ok = false;
            m_at = m_bytes.size();
            return {};
        }
        const ByteSpan part = m_bytes.subspan(m_at, count);
        m_at += count;
        return part;
    }
    void skip(std::size_t count) { bytes(count); }
    void seek(std::size_t offset)
    {
        if (offset > m_bytes.size()) {
            m_ok = false;
            offset = m_bytes.size();
        }
        m_at = offset;
    }
    /// A part by offset and length; empty parts may have any offset, as clients send them.
    ByteSpan part(std::size_t offset, std::size_t length)
    {
        if (length == 0) {
            return {};
        }
        if (offset > m_bytes.size() || length > m_bytes.size() - offset) {
            m_ok = false;
            return {};
        }
        return m_bytes.subspan(offset, length);
    }
    std::size_t at() const { return m_at; }
    std::size_t left() const { return m_bytes.size() - m_at; }
    bool ok() const { return m_ok; }
    ByteSpan all() const { return m_bytes; }

private:
    template <typename T> T number()
    {
        T value = 0;
        if (const ByteSpan part = bytes(sizeof(T)); !part.empty()) {
            std::memcpy(&value, part.data(), sizeof(T));
        }
        return value;
    }
    ByteSpan m_bytes;
    std::size_t m_at = 0;
    bool m_ok = true;
};

class Writer
{
public:
    Buffer buffer;

    void u8(std::uint8_t value) { number(value); }
    void u16(std::uint16_t value) { number(value); }
    void u32(std::uint32_t value) { number(value); }
    void u64(std::uint64_t value) { number(value); }
    void bytes(ByteSpan part) { buffer.insert(buffer.end(), part.begin(), part.end()); }
    void text(std::u16string_view part)
    {
        bytes(std::as_bytes(std::span(part.data(), part.size())));
    }
    void zeros(std::size_t count)
    {
        const std::size_t at = buffer.size();
        buffer.resize(at + count);
        if (count != 0) {
            std::memset(buffer.data() + at, 0, count);
        }
    }
    void align(std::size_t unit, std::size_t base = 0)
    {
        zeros((unit - (buffer.size() - base) % unit) % unit);
    }
    void put16(std::size_t at, std::uint16_t value)
    {
        std::memcpy(buffer.data() + at, &value, sizeof value);
    }
    void put32(std::size_t at, std::uint32_t value)
    {
        std::memcpy(buffer.data() + at, &value, sizeof value);
    }
    std::size_t size() const { return buffer.size(); }

private:
    template <typename T> void number(T value)
    {
        const std::size_t at = buffer.size();
        buffer.resize(at + sizeof value);
        std::memcpy(buffer.data() + at, &value, sizeof value);
    }
};

inline std::u16string textOf(ByteSpan bytes)
{
    std::u16string text(bytes.size() / 2, u'\0');
    std::memcpy(
        text.data(), bytes.data() ? bytes.data() : reinterpret_cast<const std::byte*>(""),
        text.size() * 2);
    return text;
}

inline ByteSpan bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::u16string wide(std::string_view utf8);
std::string narrow(std::u16string_view utf16);
/// Simple case mapping of the usual alphabets; independent of any locale.
char16_t upcase(char16_t c);
std::u16string upcase(std::u16string_view text);

} // namespace rdrlab::server
