// The cryptography of SMB2 in terms of nettle: hashes, message signatures, key derivation and the
// transform's ciphers.
#pragma once

#include <array>
#include <string_view>

#include "engine/server/bytes.h"

namespace rdrlab::server::crypto {

using Key = std::array<std::byte, 16>;
using Hash512 = std::array<std::byte, 64>;

Key md4(ByteSpan data);
Key md5(ByteSpan one, ByteSpan two = {});
Key hmacMd5(ByteSpan key, ByteSpan one, ByteSpan two = {}, ByteSpan three = {});
void rc4(ByteSpan key, std::span<std::byte> data);
std::array<std::byte, 32> hmacSha256(ByteSpan key, ByteSpan one, ByteSpan two = {});
Hash512 sha512(ByteSpan one, ByteSpan two);
Key aesCmac(const Key& key, ByteSpan data);
Key aesGmac(const Key& key, ByteSpan nonce12, ByteSpan data);
/// SP800-108 counter mode with HMAC-SHA256 and L = 128; `label` includes its terminating zero.
Key deriveKey(ByteSpan key, std::string_view label, ByteSpan context);

enum class Cipher : std::uint16_t
{
    None = 0,
    Aes128Ccm = 1,
    Aes128Gcm = 2
};
std::size_t nonceBytes(Cipher cipher);
/// In place; returns the tag.
Key seal(Cipher cipher, const Key& key, ByteSpan nonce, ByteSpan aad, std::span<std::byte> data);
/// In place; false when the tag is wrong (the data is garbage then).
bool open(
    Cipher cipher,
    const Key& key,
    ByteSpan nonce,
    ByteSpan aad,
    std::span<std::byte> data,
    ByteSpan tag);
bool equal(ByteSpan a, ByteSpan b);

} // namespace rdrlab::server::crypto
