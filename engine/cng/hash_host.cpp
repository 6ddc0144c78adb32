// hash_host.cpp - hashes, HMAC and AES-CMAC.
//
// A keyed hash keeps its prepared key in the object, so a caller that duplicates a keyed template
// pays for the key once.
#include "engine/cng/objects_host.h"

#include <cstring>
#include <new>

namespace rdrlab::cng {
namespace {
NTSTATUS startHash(Hash& hash, const uint8_t* secret, size_t secretBytes)
{
    auto& s = hash.state;
    if (hash.keyed) {
        switch (hash.algorithm) {
        case Algorithm::Md5:
            hmac_md5_set_key(&s.hmacMd5, secretBytes, secret);
            return STATUS_SUCCESS;
        case Algorithm::Sha1:
            hmac_sha1_set_key(&s.hmacSha1, secretBytes, secret);
            return STATUS_SUCCESS;
        case Algorithm::Sha256:
            hmac_sha256_set_key(&s.hmacSha256, secretBytes, secret);
            return STATUS_SUCCESS;
        case Algorithm::Sha512:
            hmac_sha512_set_key(&s.hmacSha512, secretBytes, secret);
            return STATUS_SUCCESS;
        case Algorithm::AesCmac:
            if (secretBytes == 16)
                cmac_aes128_set_key(&s.cmac128, secret);
            else if (secretBytes == 32)
                cmac_aes256_set_key(&s.cmac256, secret);
            else
                return STATUS_INVALID_PARAMETER;
            hash.keyBytes = static_cast<uint8_t>(secretBytes);
            return STATUS_SUCCESS;
        default:
            return STATUS_INVALID_PARAMETER;
        }
    }
    switch (hash.algorithm) {
    case Algorithm::Md4:
        md4_init(&s.md4);
        return STATUS_SUCCESS;
    case Algorithm::Md5:
        md5_init(&s.md5);
        return STATUS_SUCCESS;
    case Algorithm::Sha1:
        sha1_init(&s.sha1);
        return STATUS_SUCCESS;
    case Algorithm::Sha256:
        sha256_init(&s.sha256);
        return STATUS_SUCCESS;
    case Algorithm::Sha512:
        sha512_init(&s.sha512);
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

void addData(Hash& hash, const uint8_t* data, size_t bytes)
{
    auto& s = hash.state;
    switch (hash.algorithm) {
    case Algorithm::Md4:
        md4_update(&s.md4, bytes, data);
        break;
    case Algorithm::Md5:
        hash.keyed ? hmac_md5_update(&s.hmacMd5, bytes, data) : md5_update(&s.md5, bytes, data);
        break;
    case Algorithm::Sha1:
        hash.keyed ? hmac_sha1_update(&s.hmacSha1, bytes, data) : sha1_update(&s.sha1, bytes, data);
        break;
    case Algorithm::Sha256:
        hash.keyed ? hmac_sha256_update(&s.hmacSha256, bytes, data)
                   : sha256_update(&s.sha256, bytes, data);
        break;
    case Algorithm::Sha512:
        hash.keyed ? hmac_sha512_update(&s.hmacSha512, bytes, data)
                   : sha512_update(&s.sha512, bytes, data);
        break;
    case Algorithm::AesCmac:
        hash.keyBytes == 16 ? cmac_aes128_update(&s.cmac128, bytes, data)
                            : cmac_aes256_update(&s.cmac256, bytes, data);
        break;
    default:
        break;
    }
}

// nettle's digest routines also start the object afresh with the same key.
void giveDigest(Hash& hash, uint8_t* digest, size_t bytes)
{
    auto& s = hash.state;
    switch (hash.algorithm) {
    case Algorithm::Md4:
        md4_digest(&s.md4, bytes, digest);
        break;
    case Algorithm::Md5:
        hash.keyed ? hmac_md5_digest(&s.hmacMd5, bytes, digest) : md5_digest(&s.md5, bytes, digest);
        break;
    case Algorithm::Sha1:
        hash.keyed ? hmac_sha1_digest(&s.hmacSha1, bytes, digest)
                   : sha1_digest(&s.sha1, bytes, digest);
        break;
    case Algorithm::Sha256:
        hash.keyed ? hmac_sha256_digest(&s.hmacSha256, bytes, digest)
                   : sha256_digest(&s.sha256, bytes, digest);
        break;
    case Algorithm::Sha512:
        hash.keyed ? hmac_sha512_digest(&s.hmacSha512, bytes, digest)
                   : sha512_digest(&s.sha512, bytes, digest);
        break;
    case Algorithm::AesCmac:
        hash.keyBytes == 16 ? cmac_aes128_digest(&s.cmac128, bytes, digest)
                            : cmac_aes256_digest(&s.cmac256, bytes, digest);
        break;
    default:
        break;
    }
}
}
}

using namespace rdrlab::cng;

extern "C" {

/// The caller's hash-object buffer is accepted and left alone: the object lives in our own memory
/// either way.
NTSTATUS WINAPI BCryptCreateHash(
    BCRYPT_ALG_HANDLE AlgorithmHandle,
    BCRYPT_HASH_HANDLE* HashHandle,
    PUCHAR HashObject,
    ULONG HashObjectBytes,
    PUCHAR Secret,
    ULONG SecretBytes,
    ULONG Flags)
{
    auto* provider = objectFrom<Provider>(AlgorithmHandle, Kind::Provider);
    if (!provider)
        return STATUS_INVALID_HANDLE;
    if (!HashHandle || (Flags & ~static_cast<ULONG>(BCRYPT_HASH_REUSABLE_FLAG)))
        return STATUS_INVALID_PARAMETER;
    if (digestBytes(provider->algorithm) == 0)
        return STATUS_NOT_SUPPORTED;
    if (HashObject && HashObjectBytes < sizeof(Hash))
        return STATUS_BUFFER_TOO_SMALL;
    const bool keyed = provider->hmac || provider->algorithm == Algorithm::AesCmac;
    if (!keyed && SecretBytes)
        return STATUS_INVALID_PARAMETER;
    auto* hash = new (std::nothrow) Hash { .algorithm = provider->algorithm,
                                           .keyed = keyed,
                                           .reusable = (Flags & BCRYPT_HASH_REUSABLE_FLAG) != 0,
                                           .state = {} };
    if (!hash)
        return STATUS_NO_MEMORY;
    const NTSTATUS status = startHash(*hash, Secret, SecretBytes);
    if (!NT_SUCCESS(status)) {
        delete hash;
        return status;
    }
    countObject(1);
    *HashHandle = hash;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI
BCryptHashData(BCRYPT_HASH_HANDLE HashHandle, PUCHAR Input, ULONG InputBytes, ULONG Flags)
{
    auto* hash = objectFrom<Hash>(HashHandle, Kind::Hash);
    if (!hash || hash->finished)
        return STATUS_INVALID_HANDLE;
    if (Flags || (!Input && InputBytes))
        return STATUS_INVALID_PARAMETER;
    if (InputBytes)
        addData(*hash, Input, InputBytes);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI
BCryptFinishHash(BCRYPT_HASH_HANDLE HashHandle, PUCHAR Output, ULONG OutputBytes, ULONG Flags)
{
    auto* hash = objectFrom<Hash>(HashHandle, Kind::Hash);
    if (!hash || hash->finished)
        return STATUS_INVALID_HANDLE;
    if (Flags || !Output || OutputBytes != digestBytes(hash->algorithm))
        return STATUS_INVALID_PARAMETER;
    giveDigest(*hash, Output, OutputBytes);
    hash->finished = !hash->reusable;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptDuplicateHash(
    BCRYPT_HASH_HANDLE HashHandle,
    BCRYPT_HASH_HANDLE* NewHashHandle,
    PUCHAR HashObject,
    ULONG HashObjectBytes,
    ULONG Flags)
{
    auto* hash = objectFrom<Hash>(HashHandle, Kind::Hash);
    if (!hash)
        return STATUS_INVALID_HANDLE;
    if (!NewHashHandle || Flags)
        return STATUS_INVALID_PARAMETER;
    if (HashObject && HashObjectBytes < sizeof(Hash))
        return STATUS_BUFFER_TOO_SMALL;
    auto* copy = new (std::nothrow) Hash(*hash);
    if (!copy)
        return STATUS_NO_MEMORY;
    countObject(1);
    *NewHashHandle = copy;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptDestroyHash(BCRYPT_HASH_HANDLE HashHandle)
{
    auto* hash = objectFrom<Hash>(HashHandle, Kind::Hash);
    if (!hash)
        return STATUS_INVALID_HANDLE;
    hash->header.kind = Kind::Freed;
    countObject(-1);
    delete hash;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptHash(
    BCRYPT_ALG_HANDLE AlgorithmHandle,
    PUCHAR Secret,
    ULONG SecretBytes,
    PUCHAR Input,
    ULONG InputBytes,
    PUCHAR Output,
    ULONG OutputBytes)
{
    BCRYPT_HASH_HANDLE hash = nullptr;
    NTSTATUS status = BCryptCreateHash(AlgorithmHandle, &hash, nullptr, 0, Secret, SecretBytes, 0);
    if (!NT_SUCCESS(status))
        return status;
    status = BCryptHashData(hash, Input, InputBytes, 0);
    if (NT_SUCCESS(status))
        status = BCryptFinishHash(hash, Output, OutputBytes, 0);
    BCryptDestroyHash(hash);
    return status;
}
}
