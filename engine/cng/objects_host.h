// objects_host.h - what a BCRYPT_HANDLE points to.
//
// Every object starts with the same header, so that a routine given the wrong kind of handle
// answers STATUS_INVALID_HANDLE instead of reading something else's members.
#pragma once

#include <bcrypt.h>
#include <ntifs.h>

#include <cstddef>
#include <cstdint>
#include <nettle/aes.h>
#include <nettle/ccm.h>
#include <nettle/cmac.h>
#include <nettle/gcm.h>
#include <nettle/hmac.h>
#include <nettle/md4.h>
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

namespace rdrlab::cng {
enum class Kind : uint32_t
{
    Provider = 0x43474e50,
    Hash = 0x43474e48,
    Key = 0x43474e4b,
    Freed = 0
};

enum class Algorithm : uint8_t
{
    Md4,
    Md5,
    Sha1,
    Sha256,
    Sha512,
    AesCmac,
    Aes,
    Rng
};

enum class Chaining : uint8_t
{
    NotApplicable,
    Ecb,
    Cbc,
    Gcm,
    Ccm
};

struct Header
{
    Kind kind;
};

struct Provider
{
    Header header { Kind::Provider };
    Algorithm algorithm;
    Chaining chaining = Chaining::NotApplicable;
    bool hmac = false;
};

union HashState
{
    md4_ctx md4;
    md5_ctx md5;
    sha1_ctx sha1;
    sha256_ctx sha256;
    sha512_ctx sha512;
    hmac_md5_ctx hmacMd5;
    hmac_sha1_ctx hmacSha1;
    hmac_sha256_ctx hmacSha256;
    hmac_sha512_ctx hmacSha512;
    cmac_aes128_ctx cmac128;
    cmac_aes256_ctx cmac256;
};

struct Hash
{
    Header header { Kind::Hash };
    Algorithm algorithm;
    bool keyed = false;
    bool reusable = false;
    bool finished = false;
    uint8_t keyBytes = 0; // AES-CMAC only
    HashState state;
};

struct Key
{
    Header header { Kind::Key };
    Chaining chaining;
    bool wide; // 256 bits, else 128
    gcm_key gcm;
    union
    {
        aes128_ctx aes128;
        aes256_ctx aes256;
    };
    union
    {
        aes128_ctx inverse128;
        aes256_ctx inverse256;
    };
};

/// The object behind a handle, or null when the handle is not of that kind.
template <typename T> T* objectFrom(void* handle, Kind kind)
{
    auto* header = static_cast<Header*>(handle);
    return header && header->kind == kind ? reinterpret_cast<T*>(header) : nullptr;
}

void countObject(int delta) noexcept;
size_t digestBytes(Algorithm algorithm) noexcept;
size_t blockBytes(Algorithm algorithm) noexcept;
}
