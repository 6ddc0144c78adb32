// Thin wrappers over nettle; see [MS-SMB2] 3.1.4 for how they are put together.
#include "engine/server/crypto.h"

#include <nettle/arcfour.h>
#include <nettle/ccm.h>
#include <nettle/cmac.h>
#include <nettle/gcm.h>
#include <nettle/hmac.h>
#include <nettle/md4.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>

namespace rdrlab::server::crypto {

namespace {

const std::uint8_t* in(ByteSpan data)
{
    return reinterpret_cast<const std::uint8_t*>(data.data());
}

std::uint8_t* out(std::span<std::byte> data)
{
    return reinterpret_cast<std::uint8_t*>(data.data());
}

} // namespace

Key md4(ByteSpan data)
{
    md4_ctx context;
    md4_init(&context);
    md4_update(&context, data.size(), in(data));
    Key digest;
    md4_digest(&context, digest.size(), out(digest));
    return digest;
}

Key md5(ByteSpan one, ByteSpan two)
{
    md5_ctx context;
    md5_init(&context);
    md5_update(&context, one.size(), in(one));
    md5_update(&context, two.size(), in(two));
    Key digest;
    md5_digest(&context, digest.size(), out(digest));
    return digest;
}

Key hmacMd5(ByteSpan key, ByteSpan one, ByteSpan two, ByteSpan three)
{
    hmac_md5_ctx context;
    hmac_md5_set_key(&context, key.size(), in(key));
    hmac_md5_update(&context, one.size(), in(one));
    hmac_md5_update(&context, two.size(), in(two));
    hmac_md5_update(&context, three.size(), in(three));
    Key digest;
    hmac_md5_digest(&context, digest.size(), out(digest));
    return digest;
}

void rc4(ByteSpan key, std::span<std::byte> data)
{
    arcfour_ctx context;
    arcfour_set_key(&context, key.size(), in(key));
    arcfour_crypt(&context, data.size(), out(data), in(data));
}

std::array<std::byte, 32> hmacSha256(ByteSpan key, ByteSpan one, ByteSpan two)
{
    hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, key.size(), in(key));
    hmac_sha256_update(&context, one.size(), in(one));
    hmac_sha256_update(&context, two.size(), in(two));
    std::array<std::byte, 32> digest;
    hmac_sha256_digest(&context, digest.size(), out(digest));
    return digest;
}

Hash512 sha512(ByteSpan one, ByteSpan two)
{
    sha512_ctx context;
    sha512_init(&context);
    sha512_update(&context, one.size(), in(one));
    sha512_update(&context, two.size(), in(two));
    Hash512 digest;
    sha512_digest(&context, digest.size(), out(digest));
    return digest;
}

Key aesCmac(const Key& key, ByteSpan data)
{
    cmac_aes128_ctx context;
    cmac_aes128_set_key(&context, in(key));
    cmac_aes128_update(&context, data.size(), in(data));
    Key digest;
    cmac_aes128_digest(&context, digest.size(), out(digest));
    return digest;
}

Key aesGmac(const Key& key, ByteSpan nonce12, ByteSpan data)
{
    gcm_aes128_ctx context;
    gcm_aes128_set_key(&context, in(key));
    gcm_aes128_set_iv(&context, nonce12.size(), in(nonce12));
    gcm_aes128_update(&context, data.size(), in(data));
    Key digest;
    gcm_aes128_digest(&context, digest.size(), out(digest));
    return digest;
}

Key deriveKey(ByteSpan key, std::string_view label, ByteSpan context)
{
    Writer input;
    const std::uint8_t head[] = { 0, 0, 0, 1 };
    const std::uint8_t tail[] = { 0, 0, 0, 128 };
    input.bytes(std::as_bytes(std::span(head)));
    input.bytes(bytesOf(label));
    input.u8(0);
    input.bytes(context);
    input.bytes(std::as_bytes(std::span(tail)));
    const auto digest = hmacSha256(key, input.buffer);
    Key derived;
    std::memcpy(derived.data(), digest.data(), derived.size());
    return derived;
}

std::size_t nonceBytes(Cipher cipher)
{
    return cipher == Cipher::Aes128Ccm ? 11 : 12;
}

Key seal(Cipher cipher, const Key& key, ByteSpan nonce, ByteSpan aad, std::span<std::byte> data)
{
    Key tag;
    if (cipher == Cipher::Aes128Ccm) {
        ccm_aes128_ctx context;
        ccm_aes128_set_key(&context, in(key));
        ccm_aes128_set_nonce(
            &context, nonce.size(), in(nonce), aad.size(), data.size(), tag.size());
        ccm_aes128_update(&context, aad.size(), in(aad));
        ccm_aes128_encrypt(&context, data.size(), out(data), in(data));
        ccm_aes128_digest(&context, tag.size(), out(tag));
        return tag;
    }
    gcm_aes128_ctx context;
    gcm_aes128_set_key(&context, in(key));
    gcm_aes128_set_iv(&context, nonce.size(), in(nonce));
    gcm_aes128_update(&context, aad.size(), in(aad));
    gcm_aes128_encrypt(&context, data.size(), out(data), in(data));
    gcm_aes128_digest(&context, tag.size(), out(tag));
    return tag;
}

bool open(
    Cipher cipher,
    const Key& key,
    ByteSpan nonce,
    ByteSpan aad,
    std::span<std::byte> data,
    ByteSpan tag)
{
    Key actual;
    if (cipher == Cipher::Aes128Ccm) {
        ccm_aes128_ctx context;
        ccm_aes128_set_key(&context, in(key));
        ccm_aes128_set_nonce(
            &context, nonce.size(), in(nonce), aad.size(), data.size(), actual.size());
        ccm_aes128_update(&context, aad.size(), in(aad));
        ccm_aes128_decrypt(&context, data.size(), out(data), in(data));
        ccm_aes128_digest(&context, actual.size(), out(actual));
    } else {
        gcm_aes128_ctx context;
        gcm_aes128_set_key(&context, in(key));
        gcm_aes128_set_iv(&context, nonce.size(), in(nonce));
        gcm_aes128_update(&context, aad.size(), in(aad));
        gcm_aes128_decrypt(&context, data.size(), out(data), in(data));
        gcm_aes128_digest(&context, actual.size(), out(actual));
    }
    return equal(actual, tag);
}

bool equal(ByteSpan a, ByteSpan b)
{
    return a.size() == b.size() && memeql_sec(a.data(), b.data(), a.size());
}

} // namespace rdrlab::server::crypto
