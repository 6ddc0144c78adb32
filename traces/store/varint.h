// Numbers in as few bytes as they need: seven bits to a byte, low ones first, the high bit set
// where more follow; a signed number as 0, -1, 1, -2, … so that small ones of either sign are
// short. Private to traces/store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rdrlab::trace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kLongestVarint = 10;

constexpr std::uint64_t zigzag(std::int64_t value)
{
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

constexpr std::int64_t unzigzag(std::uint64_t value)
{
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

/// The distance from `from` to `to` as one number; wraps, so that any two have one.
constexpr std::uint64_t distance(std::uint64_t from, std::uint64_t to)
{
    return zigzag(static_cast<std::int64_t>(to - from));
}

constexpr std::uint64_t walked(std::uint64_t from, std::uint64_t distance)
{
    return from + static_cast<std::uint64_t>(unzigzag(distance));
}

constexpr std::size_t varintBytes(std::uint64_t value)
{
    std::size_t bytes = 1;
    while (value >= 0x80) {
        value >>= 7;
        ++bytes;
    }
    return bytes;
}

inline void putVarint(Bytes& out, std::uint64_t value)
{
    while (value >= 0x80) {
        out.push_back(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<std::uint8_t>(value));
}

/// Reads what may come from anyone: past the end, or in a number that does not fit, it gives 0 and
/// is no longer good().
class ByteReader
{
public:
    ByteReader() = default;
    ByteReader(const std::uint8_t* data, std::size_t size)
        : m_at(data)
        , m_end(data + size)
    {
    }

    bool good() const { return m_good; }
    std::size_t left() const { return static_cast<std::size_t>(m_end - m_at); }

    std::uint64_t number()
    {
        if (m_at != m_end && *m_at < 0x80) {
            return *m_at++;
        }
        return longNumber();
    }

    /// A number that selects or counts something; at most `most`.
    std::uint64_t number(std::uint64_t most)
    {
        const std::uint64_t value = number();
        if (value > most) {
            fail();
            return 0;
        }
        return value;
    }

    std::uint8_t byte() { return m_at != m_end ? *m_at++ : static_cast<std::uint8_t>(fail()); }

    /// The next `bytes` bytes as a reader of their own.
    ByteReader part(std::size_t bytes)
    {
        if (bytes > left()) {
            fail();
            return {};
        }
        const ByteReader inner(m_at, bytes);
        m_at += bytes;
        return inner;
    }

private:
    std::uint64_t fail()
    {
        m_good = false;
        m_at = m_end;
        return 0;
    }

    std::uint64_t longNumber()
    {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && m_at != m_end; shift += 7) {
            const std::uint64_t byte = *m_at++;
            if (shift == 63 && byte > 1) {
                return fail();
            }
            value |= (byte & 0x7F) << shift;
            if (byte < 0x80) {
                return value;
            }
        }
        return fail();
    }

    const std::uint8_t* m_at = nullptr;
    const std::uint8_t* m_end = nullptr;
    bool m_good = true;
};

} // namespace rdrlab::trace
