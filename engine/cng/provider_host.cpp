// provider_host.cpp - algorithm providers, their properties, and the random generator.
//
// Source   bcrypt.h pages: BCryptOpenAlgorithmProvider, BCryptGetProperty, BCryptSetProperty,
// BCryptGenRandom; CNG algorithm and
//          property identifiers. NTSTATUS values are those the pages list.
#include "engine/cng/cng_host.h"
#include "engine/cng/objects_host.h"

#include <cstring>
#include <new>

namespace rdrlab::cng {
namespace {
struct AlgorithmName
{
    const char16_t* name;
    Algorithm algorithm;
};

constexpr AlgorithmName kAlgorithms[] = {
    { u"MD4", Algorithm::Md4 },       { u"MD5", Algorithm::Md5 },
    { u"SHA1", Algorithm::Sha1 },     { u"SHA256", Algorithm::Sha256 },
    { u"SHA512", Algorithm::Sha512 }, { u"AES-CMAC", Algorithm::AesCmac },
    { u"AES", Algorithm::Aes },       { u"RNG", Algorithm::Rng },
};

struct ChainingName
{
    const char16_t* name;
    Chaining chaining;
};

constexpr ChainingName kChainings[] = {
    { u"ChainingModeN/A", Chaining::NotApplicable }, { u"ChainingModeECB", Chaining::Ecb },
    { u"ChainingModeCBC", Chaining::Cbc },           { u"ChainingModeGCM", Chaining::Gcm },
    { u"ChainingModeCCM", Chaining::Ccm },
};

constexpr uint64_t kDefaultSeed = 1;

uint64_t s_randomState = kDefaultSeed;
int64_t s_openObjects = 0;

// SplitMix64: every seed gives a full-period sequence, also 0.
uint64_t nextRandom() noexcept
{
    s_randomState += 0x9e3779b97f4a7c15ull;
    uint64_t z = s_randomState;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

bool equalName(LPCWSTR given, const char16_t* name)
{
    size_t index = 0;
    for (; name[index]; ++index)
        if (static_cast<char16_t>(given[index]) != name[index])
            return false;
    return given[index] == 0;
}

size_t nameBytes(const char16_t* name)
{
    size_t count = 0;
    while (name[count])
        ++count;
    return (count + 1) * sizeof(char16_t);
}

NTSTATUS giveBytes(
    const void* value, size_t valueBytes, PUCHAR output, ULONG outputBytes, ULONG* resultBytes)
{
    *resultBytes = static_cast<ULONG>(valueBytes);
    if (!output)
        return STATUS_SUCCESS;
    if (outputBytes < valueBytes)
        return STATUS_BUFFER_TOO_SMALL;
    std::memcpy(output, value, valueBytes);
    return STATUS_SUCCESS;
}

NTSTATUS giveUlong(size_t value, PUCHAR output, ULONG outputBytes, ULONG* resultBytes)
{
    const auto narrowed = static_cast<ULONG>(value);
    return giveBytes(&narrowed, sizeof narrowed, output, outputBytes, resultBytes);
}

bool isHash(Algorithm algorithm)
{
    return digestBytes(algorithm) != 0;
}
}

void seed(uint64_t value) noexcept
{
    s_randomState = value;
}

uint64_t openObjects() noexcept
{
    return static_cast<uint64_t>(s_openObjects);
}

void countObject(int delta) noexcept
{
    s_openObjects += delta;
}

size_t digestBytes(Algorithm algorithm) noexcept
{
    switch (algorithm) {
    case Algorithm::Md4:
    case Algorithm::Md5:
    case Algorithm::AesCmac:
        return 16;
    case Algorithm::Sha1:
        return 20;
    case Algorithm::Sha256:
        return 32;
    case Algorithm::Sha512:
        return 64;
    case Algorithm::Aes:
    case Algorithm::Rng:
        break;
    }
    return 0;
}

size_t blockBytes(Algorithm algorithm) noexcept
{
    switch (algorithm) {
    case Algorithm::Md4:
    case Algorithm::Md5:
    case Algorithm::Sha1:
    case Algorithm::Sha256:
        return 64;
    case Algorithm::Sha512:
        return 128;
    case Algorithm::Aes:
    case Algorithm::AesCmac:
        return 16;
    case Algorithm::Rng:
        break;
    }
    return 0;
}
}

using namespace rdrlab::cng;

extern "C" {

NTSTATUS WINAPI BCryptOpenAlgorithmProvider(
    BCRYPT_ALG_HANDLE* AlgorithmHandle, LPCWSTR AlgorithmId, LPCWSTR Implementation, ULONG Flags)
{
    if (!AlgorithmHandle || !AlgorithmId)
        return STATUS_INVALID_PARAMETER;
    *AlgorithmHandle = nullptr;
    if (Flags
        & ~static_cast<ULONG>(
            BCRYPT_ALG_HANDLE_HMAC_FLAG | BCRYPT_HASH_REUSABLE_FLAG | BCRYPT_PROV_DISPATCH))
        return STATUS_INVALID_PARAMETER;
    if (Implementation && !equalName(Implementation, u"Microsoft Primitive Provider"))
        return STATUS_NOT_FOUND;
    for (const auto& row : kAlgorithms) {
        if (!equalName(AlgorithmId, row.name))
            continue;
        const bool hmac = Flags & BCRYPT_ALG_HANDLE_HMAC_FLAG;
        if (hmac
            && (!isHash(row.algorithm) || row.algorithm == Algorithm::AesCmac
                || row.algorithm == Algorithm::Md4))
            return STATUS_INVALID_PARAMETER;
        auto* provider = new (std::nothrow) Provider { .algorithm = row.algorithm, .hmac = hmac };
        if (!provider)
            return STATUS_NO_MEMORY;
        if (row.algorithm == Algorithm::Aes)
            provider->chaining = Chaining::Cbc;
        countObject(1);
        *AlgorithmHandle = provider;
        return STATUS_SUCCESS;
    }
    return STATUS_NOT_FOUND;
}

NTSTATUS WINAPI BCryptCloseAlgorithmProvider(BCRYPT_ALG_HANDLE AlgorithmHandle, ULONG Flags)
{
    auto* provider = objectFrom<Provider>(AlgorithmHandle, Kind::Provider);
    if (!provider)
        return STATUS_INVALID_HANDLE;
    if (Flags)
        return STATUS_INVALID_PARAMETER;
    provider->header.kind = Kind::Freed;
    countObject(-1);
    delete provider;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptGetProperty(
    BCRYPT_HANDLE Object,
    LPCWSTR Property,
    PUCHAR Output,
    ULONG OutputBytes,
    ULONG* ResultBytes,
    ULONG Flags)
{
    if (!Property || !ResultBytes || Flags)
        return STATUS_INVALID_PARAMETER;
    Algorithm algorithm;
    Chaining chaining = Chaining::NotApplicable;
    bool wide = false;
    if (auto* provider = objectFrom<Provider>(Object, Kind::Provider)) {
        algorithm = provider->algorithm;
        chaining = provider->chaining;
    } else if (auto* hash = objectFrom<Hash>(Object, Kind::Hash)) {
        algorithm = hash->algorithm;
    } else if (auto* key = objectFrom<Key>(Object, Kind::Key)) {
        algorithm = Algorithm::Aes;
        chaining = key->chaining;
        wide = key->wide;
        if (equalName(Property, u"KeyLength"))
            return giveUlong(wide ? 256 : 128, Output, OutputBytes, ResultBytes);
    } else {
        return STATUS_INVALID_HANDLE;
    }
    if (equalName(Property, u"ObjectLength"))
        return giveUlong(
            isHash(algorithm) ? sizeof(Hash) : sizeof(Key), Output, OutputBytes, ResultBytes);
    if (equalName(Property, u"HashDigestLength") && isHash(algorithm))
        return giveUlong(digestBytes(algorithm), Output, OutputBytes, ResultBytes);
    if ((equalName(Property, u"HashBlockLength") && isHash(algorithm))
        || (equalName(Property, u"BlockLength") && algorithm == Algorithm::Aes))
        return giveUlong(blockBytes(algorithm), Output, OutputBytes, ResultBytes);
    if (equalName(Property, u"AuthTagLength")
        && (chaining == Chaining::Gcm || chaining == Chaining::Ccm)) {
        const BCRYPT_AUTH_TAG_LENGTHS_STRUCT lengths = chaining == Chaining::Gcm
            ? BCRYPT_AUTH_TAG_LENGTHS_STRUCT { 12, 16, 1 }
            : BCRYPT_AUTH_TAG_LENGTHS_STRUCT { 4, 16, 2 };
        return giveBytes(&lengths, sizeof lengths, Output, OutputBytes, ResultBytes);
    }
    if (equalName(Property, u"ChainingMode") && algorithm == Algorithm::Aes)
        for (const auto& row : kChainings)
            if (row.chaining == chaining)
                return giveBytes(row.name, nameBytes(row.name), Output, OutputBytes, ResultBytes);
    if (equalName(Property, u"AlgorithmName"))
        for (const auto& row : kAlgorithms)
            if (row.algorithm == algorithm)
                return giveBytes(row.name, nameBytes(row.name), Output, OutputBytes, ResultBytes);
    return STATUS_NOT_SUPPORTED;
}

NTSTATUS WINAPI BCryptSetProperty(
    BCRYPT_HANDLE Object, LPCWSTR Property, PUCHAR Input, ULONG InputBytes, ULONG Flags)
{
    if (!Property || !Input || Flags)
        return STATUS_INVALID_PARAMETER;
    Chaining* chaining = nullptr;
    if (auto* provider = objectFrom<Provider>(Object, Kind::Provider)) {
        if (provider->algorithm == Algorithm::Aes)
            chaining = &provider->chaining;
    } else if (auto* key = objectFrom<Key>(Object, Kind::Key)) {
        chaining = &key->chaining;
    } else {
        return STATUS_INVALID_HANDLE;
    }
    if (!chaining || !equalName(Property, u"ChainingMode"))
        return STATUS_NOT_SUPPORTED;
    for (const auto& row : kChainings) {
        // The length may or may not count the terminator; callers do both.
        const size_t bytes = nameBytes(row.name);
        if ((InputBytes == bytes || InputBytes == bytes - sizeof(char16_t))
            && std::memcmp(Input, row.name, bytes - sizeof(char16_t)) == 0
            && row.chaining != Chaining::NotApplicable) {
            *chaining = row.chaining;
            return STATUS_SUCCESS;
        }
    }
    return STATUS_INVALID_PARAMETER;
}

NTSTATUS WINAPI
BCryptGenRandom(BCRYPT_ALG_HANDLE AlgorithmHandle, PUCHAR Buffer, ULONG Bytes, ULONG Flags)
{
    if (Flags & BCRYPT_USE_SYSTEM_PREFERRED_RNG) {
        if (AlgorithmHandle)
            return STATUS_INVALID_HANDLE;
    } else {
        auto* provider = objectFrom<Provider>(AlgorithmHandle, Kind::Provider);
        if (!provider || provider->algorithm != Algorithm::Rng)
            return STATUS_INVALID_HANDLE;
    }
    if (!Buffer && Bytes)
        return STATUS_INVALID_PARAMETER;
    for (ULONG done = 0; done < Bytes;) {
        const uint64_t random = nextRandom();
        const ULONG part
            = Bytes - done < sizeof random ? Bytes - done : static_cast<ULONG>(sizeof random);
        std::memcpy(Buffer + done, &random, part);
        done += part;
    }
    return STATUS_SUCCESS;
}
}
