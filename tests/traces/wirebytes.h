// A small language for SMB2 messages as bytes, for tests of what they mean.
#pragma once

#include "traces/query/smb2.h"

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace rdrlab::test {

class WireBytes
{
public:
    WireBytes& number(std::uint64_t value, std::size_t bytes)
    {
        for (std::size_t i = 0; i < bytes; ++i) {
            m_bytes.push_back(std::byte(value >> (8 * i)));
        }
        return *this;
    }
    WireBytes& u8(std::uint64_t value) { return number(value, 1); }
    WireBytes& u16(std::uint64_t value) { return number(value, 2); }
    WireBytes& u32(std::uint64_t value) { return number(value, 4); }
    WireBytes& u64(std::uint64_t value) { return number(value, 8); }
    WireBytes& zeros(std::size_t count)
    {
        m_bytes.resize(m_bytes.size() + count);
        return *this;
    }
    /// As many zeros as lead to a multiple of `unit`.
    WireBytes& align(std::size_t unit) { return zeros((unit - m_bytes.size() % unit) % unit); }
    WireBytes& wide(std::u16string_view text)
    {
        for (const char16_t letter : text) {
            u16(letter);
        }
        return *this;
    }
    WireBytes& narrow(std::string_view text)
    {
        for (const char letter : text) {
            u8(std::uint8_t(letter));
        }
        return *this;
    }
    WireBytes& bytes(const WireBytes& other)
    {
        m_bytes.insert(m_bytes.end(), other.m_bytes.begin(), other.m_bytes.end());
        return *this;
    }
    WireBytes& hex(std::string_view digits)
    {
        for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
            u8(std::stoul(std::string(digits.substr(i, 2)), nullptr, 16));
        }
        return *this;
    }
    std::size_t size() const { return m_bytes.size(); }
    const std::vector<std::byte>& all() const { return m_bytes; }
    void put(std::size_t at, std::uint64_t value, std::size_t bytes)
    {
        for (std::size_t i = 0; i < bytes; ++i) {
            m_bytes[at + i] = std::byte(value >> (8 * i));
        }
    }

private:
    std::vector<std::byte> m_bytes;
};

struct WireMessage
{
    std::uint16_t command = 0;
    bool isResponse = false;
    std::uint32_t status = 0;
    WireBytes body;
    std::uint64_t messageId = 1;
};

/// A header and the body, without what frames it.
inline WireBytes wireMessage(const WireMessage& message, std::uint32_t next = 0)
{
    WireBytes bytes;
    bytes.hex("fe534d42").u16(64).u16(1).u32(message.status).u16(message.command).u16(1);
    bytes.u32(message.isResponse ? 1 : 0).u32(next).u64(message.messageId);
    bytes.u32(0xFEFF).u32(5).u64(0x400).zeros(16);
    return bytes.bytes(message.body);
}

/// Messages of one unit, with the length in front; each but the last at a multiple of eight.
inline std::vector<std::byte> wireUnit(std::initializer_list<WireMessage> messages)
{
    WireBytes inner;
    std::size_t left = messages.size();
    for (const WireMessage& message : messages) {
        WireBytes one = wireMessage(message);
        if (--left != 0) {
            one.align(8);
            one.put(20, one.size(), 4);
        }
        inner.bytes(one);
    }
    WireBytes unit;
    unit.u8(0).u8(inner.size() >> 16).u8(inner.size() >> 8).u8(inner.size());
    return unit.bytes(inner).all();
}

/// The body of a QUERY_INFO or QUERY_DIRECTORY response around its buffer.
inline WireBytes wireAnswer(const WireBytes& buffer)
{
    WireBytes body;
    return body.u16(9).u16(72).u32(buffer.size()).bytes(buffer);
}

} // namespace rdrlab::test
