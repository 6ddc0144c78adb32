// cipher_host.cpp - AES keys: ECB and CBC on whole blocks, GCM (also in chained calls) and CCM.
//
// A chained GCM call leaves everything it needs in the caller's mode-info structure, as with CNG:
// the running GHASH value in pbMacContext, the byte counts in cbAAD and cbData. The key object
// therefore never changes and may serve several callers.
#include "engine/cng/objects_host.h"

#include <cstring>
#include <new>

namespace rdrlab::cng {
namespace {
constexpr size_t kBlockBytes = 16;

const void* cipherOf(const Key& key)
{
    return key.wide ? static_cast<const void*>(&key.aes256) : &key.aes128;
}

nettle_cipher_func* encryptOf(const Key& key)
{
    return key.wide ? reinterpret_cast<nettle_cipher_func*>(aes256_encrypt)
                    : reinterpret_cast<nettle_cipher_func*>(aes128_encrypt);
}

bool equalInConstantTime(const uint8_t* a, const uint8_t* b, size_t bytes)
{
    uint8_t difference = 0;
    for (size_t i = 0; i < bytes; ++i)
        difference |= static_cast<uint8_t>(a[i] ^ b[i]);
    return difference == 0;
}

using ModeInfo = BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO;

NTSTATUS checkModeInfo(const Key& key, const ModeInfo* info)
{
    if (!info || info->cbSize != sizeof *info
        || info->dwInfoVersion != BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO_VERSION)
        return STATUS_INVALID_PARAMETER;
    if (!info->pbNonce || (!info->pbAuthData && info->cbAuthData))
        return STATUS_INVALID_PARAMETER;
    if (key.chaining == Chaining::Gcm)
        return info->cbNonce == 12 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    return info->cbNonce >= 7 && info->cbNonce <= 13 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

NTSTATUS runGcm(
    const Key& key,
    ModeInfo& info,
    const uint8_t* input,
    size_t bytes,
    uint8_t* output,
    bool encrypting)
{
    const bool more = info.dwFlags & BCRYPT_AUTH_MODE_CHAIN_CALLS_FLAG;
    const bool continuing = info.dwFlags & BCRYPT_AUTH_MODE_IN_PROGRESS_FLAG;
    if ((more || continuing) && (!info.pbMacContext || info.cbMacContext < kBlockBytes))
        return STATUS_INVALID_PARAMETER;
    if (more && (bytes % kBlockBytes || info.cbAuthData % kBlockBytes))
        return STATUS_INVALID_BUFFER_SIZE;
    if (!more && (!info.pbTag || info.cbTag < 12 || info.cbTag > kBlockBytes))
        return STATUS_INVALID_PARAMETER;

    gcm_ctx context;
    gcm_set_iv(&context, &key.gcm, info.cbNonce, info.pbNonce);
    if (continuing) {
        std::memcpy(context.x.b, info.pbMacContext, kBlockBytes);
        context.auth_size = info.cbAAD;
        context.data_size = info.cbData;
        uint32_t counter = 0;
        for (size_t i = 12; i < kBlockBytes; ++i)
            counter = counter << 8 | context.ctr.b[i];
        counter += static_cast<uint32_t>(info.cbData / kBlockBytes);
        for (size_t i = kBlockBytes; i-- > 12; counter >>= 8)
            context.ctr.b[i] = static_cast<uint8_t>(counter);
    }
    if (info.cbAuthData)
        gcm_update(&context, &key.gcm, info.cbAuthData, info.pbAuthData);
    if (bytes) {
        if (encrypting)
            gcm_encrypt(&context, &key.gcm, cipherOf(key), encryptOf(key), bytes, output, input);
        else
            gcm_decrypt(&context, &key.gcm, cipherOf(key), encryptOf(key), bytes, output, input);
    }
    if (more) {
        std::memcpy(info.pbMacContext, context.x.b, kBlockBytes);
        info.cbAAD = static_cast<ULONG>(context.auth_size);
        info.cbData = context.data_size;
        info.dwFlags |= BCRYPT_AUTH_MODE_IN_PROGRESS_FLAG;
        return STATUS_SUCCESS;
    }
    info.dwFlags &= ~static_cast<ULONG>(BCRYPT_AUTH_MODE_IN_PROGRESS_FLAG);
    uint8_t tag[kBlockBytes];
    gcm_digest(&context, &key.gcm, cipherOf(key), encryptOf(key), info.cbTag, tag);
    if (encrypting) {
        std::memcpy(info.pbTag, tag, info.cbTag);
        return STATUS_SUCCESS;
    }
    return equalInConstantTime(tag, info.pbTag, info.cbTag) ? STATUS_SUCCESS
                                                            : STATUS_AUTH_TAG_MISMATCH;
}

NTSTATUS runCcm(
    const Key& key,
    ModeInfo& info,
    const uint8_t* input,
    size_t bytes,
    uint8_t* output,
    bool encrypting)
{
    if (info.dwFlags & (BCRYPT_AUTH_MODE_CHAIN_CALLS_FLAG | BCRYPT_AUTH_MODE_IN_PROGRESS_FLAG))
        return STATUS_NOT_SUPPORTED;
    if (!info.pbTag || info.cbTag < 4 || info.cbTag > kBlockBytes || info.cbTag % 2)
        return STATUS_INVALID_PARAMETER;
    ccm_ctx context;
    const void* cipher = cipherOf(key);
    nettle_cipher_func* encrypt = encryptOf(key);
    ccm_set_nonce(
        &context, cipher, encrypt, info.cbNonce, info.pbNonce, info.cbAuthData, bytes, info.cbTag);
    ccm_update(&context, cipher, encrypt, info.cbAuthData, info.pbAuthData);
    if (encrypting)
        ccm_encrypt(&context, cipher, encrypt, bytes, output, input);
    else
        ccm_decrypt(&context, cipher, encrypt, bytes, output, input);
    uint8_t tag[kBlockBytes];
    ccm_digest(&context, cipher, encrypt, info.cbTag, tag);
    if (encrypting) {
        std::memcpy(info.pbTag, tag, info.cbTag);
        return STATUS_SUCCESS;
    }
    return equalInConstantTime(tag, info.pbTag, info.cbTag) ? STATUS_SUCCESS
                                                            : STATUS_AUTH_TAG_MISMATCH;
}

void cryptBlock(const Key& key, bool encrypting, uint8_t* output, const uint8_t* input)
{
    if (key.wide)
        encrypting ? aes256_encrypt(&key.aes256, kBlockBytes, output, input)
                   : aes256_decrypt(&key.inverse256, kBlockBytes, output, input);
    else
        encrypting ? aes128_encrypt(&key.aes128, kBlockBytes, output, input)
                   : aes128_decrypt(&key.inverse128, kBlockBytes, output, input);
}

NTSTATUS runBlocks(
    const Key& key,
    const uint8_t* input,
    size_t bytes,
    uint8_t* iv,
    size_t ivBytes,
    uint8_t* output,
    bool encrypting)
{
    if (bytes % kBlockBytes)
        return STATUS_INVALID_BUFFER_SIZE;
    const bool cbc = key.chaining == Chaining::Cbc;
    if (cbc && (!iv || ivBytes != kBlockBytes))
        return STATUS_INVALID_PARAMETER;
    for (size_t offset = 0; offset < bytes; offset += kBlockBytes) {
        uint8_t block[kBlockBytes];
        std::memcpy(block, input + offset, kBlockBytes);
        if (!cbc) {
            cryptBlock(key, encrypting, output + offset, block);
        } else if (encrypting) {
            for (size_t i = 0; i < kBlockBytes; ++i)
                block[i] ^= iv[i];
            cryptBlock(key, true, output + offset, block);
            std::memcpy(iv, output + offset, kBlockBytes);
        } else {
            cryptBlock(key, false, output + offset, block);
            for (size_t i = 0; i < kBlockBytes; ++i)
                output[offset + i] ^= iv[i];
            std::memcpy(iv, block, kBlockBytes);
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS crypt(
    BCRYPT_KEY_HANDLE handle,
    PUCHAR input,
    ULONG bytes,
    void* paddingInfo,
    PUCHAR iv,
    ULONG ivBytes,
    PUCHAR output,
    ULONG outputBytes,
    ULONG* resultBytes,
    ULONG flags,
    bool encrypting)
{
    auto* key = objectFrom<Key>(handle, Kind::Key);
    if (!key)
        return STATUS_INVALID_HANDLE;
    if (!resultBytes || (!input && bytes) || flags)
        return STATUS_INVALID_PARAMETER;
    const bool authenticated = key->chaining == Chaining::Gcm || key->chaining == Chaining::Ccm;
    if (authenticated) {
        const NTSTATUS status = checkModeInfo(*key, static_cast<ModeInfo*>(paddingInfo));
        if (!NT_SUCCESS(status))
            return status;
    }
    *resultBytes = bytes;
    if (!output && bytes)
        return STATUS_SUCCESS; // the caller asks for the length
    if (outputBytes < bytes)
        return STATUS_BUFFER_TOO_SMALL;
    switch (key->chaining) {
    case Chaining::Gcm:
        return runGcm(*key, *static_cast<ModeInfo*>(paddingInfo), input, bytes, output, encrypting);
    case Chaining::Ccm:
        return runCcm(*key, *static_cast<ModeInfo*>(paddingInfo), input, bytes, output, encrypting);
    default:
        return runBlocks(*key, input, bytes, iv, ivBytes, output, encrypting);
    }
}
}
}

using namespace rdrlab::cng;

extern "C" {

NTSTATUS WINAPI BCryptGenerateSymmetricKey(
    BCRYPT_ALG_HANDLE AlgorithmHandle,
    BCRYPT_KEY_HANDLE* KeyHandle,
    PUCHAR KeyObject,
    ULONG KeyObjectBytes,
    PUCHAR Secret,
    ULONG SecretBytes,
    ULONG Flags)
{
    auto* provider = objectFrom<Provider>(AlgorithmHandle, Kind::Provider);
    if (!provider)
        return STATUS_INVALID_HANDLE;
    if (provider->algorithm != Algorithm::Aes)
        return STATUS_NOT_SUPPORTED;
    if (!KeyHandle || !Secret || Flags || (SecretBytes != 16 && SecretBytes != 32))
        return STATUS_INVALID_PARAMETER;
    if (KeyObject && KeyObjectBytes < sizeof(Key))
        return STATUS_BUFFER_TOO_SMALL;
    auto* key = new (std::nothrow) Key {};
    if (!key)
        return STATUS_NO_MEMORY;
    key->chaining = provider->chaining;
    key->wide = SecretBytes == 32;
    if (key->wide) {
        aes256_set_encrypt_key(&key->aes256, Secret);
        aes256_invert_key(&key->inverse256, &key->aes256);
    } else {
        aes128_set_encrypt_key(&key->aes128, Secret);
        aes128_invert_key(&key->inverse128, &key->aes128);
    }
    gcm_set_key(&key->gcm, cipherOf(*key), encryptOf(*key));
    countObject(1);
    *KeyHandle = key;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptDestroyKey(BCRYPT_KEY_HANDLE KeyHandle)
{
    auto* key = objectFrom<Key>(KeyHandle, Kind::Key);
    if (!key)
        return STATUS_INVALID_HANDLE;
    key->header.kind = Kind::Freed;
    countObject(-1);
    delete key;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptEncrypt(
    BCRYPT_KEY_HANDLE KeyHandle,
    PUCHAR Input,
    ULONG InputBytes,
    VOID* PaddingInfo,
    PUCHAR Iv,
    ULONG IvBytes,
    PUCHAR Output,
    ULONG OutputBytes,
    ULONG* ResultBytes,
    ULONG Flags)
{
    return crypt(
        KeyHandle, Input, InputBytes, PaddingInfo, Iv, IvBytes, Output, OutputBytes, ResultBytes,
        Flags, true);
}

NTSTATUS WINAPI BCryptDecrypt(
    BCRYPT_KEY_HANDLE KeyHandle,
    PUCHAR Input,
    ULONG InputBytes,
    VOID* PaddingInfo,
    PUCHAR Iv,
    ULONG IvBytes,
    PUCHAR Output,
    ULONG OutputBytes,
    ULONG* ResultBytes,
    ULONG Flags)
{
    return crypt(
        KeyHandle, Input, InputBytes, PaddingInfo, Iv, IvBytes, Output, OutputBytes, ResultBytes,
        Flags, false);
}
}
