// Published test vectors, through the BCrypt routines a driver calls.
#include "engine/cng/cng_host.h"

#include <ntifs.h>

#include <bcrypt.h>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace rdrlab;

namespace {
using Bytes = std::vector<uint8_t>;

Bytes hex(std::string_view text)
{
    Bytes bytes;
    std::string digits;
    for (char c : text)
        if (c != ' ')
            digits += c;
    for (size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(static_cast<uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    return bytes;
}

Bytes ascii(std::string_view text)
{
    return Bytes(text.begin(), text.end());
}

template <size_t N> LPCWSTR wide(const char16_t (&text)[N])
{
    return reinterpret_cast<LPCWSTR>(text);
}

struct Algorithm
{
    BCRYPT_ALG_HANDLE handle = nullptr;

    template <size_t N> explicit Algorithm(const char16_t (&name)[N], ULONG flags = 0)
    {
        REQUIRE(BCryptOpenAlgorithmProvider(&handle, wide(name), nullptr, flags) == STATUS_SUCCESS);
    }
    ~Algorithm() { BCryptCloseAlgorithmProvider(handle, 0); }

    ULONG number(const char16_t* property) const
    {
        ULONG value = 0;
        ULONG used = 0;
        REQUIRE(
            BCryptGetProperty(
                handle, reinterpret_cast<LPCWSTR>(property), reinterpret_cast<PUCHAR>(&value),
                sizeof value, &used, 0)
            == STATUS_SUCCESS);
        REQUIRE(used == sizeof value);
        return value;
    }

    Bytes hash(Bytes data, Bytes key = {}) const
    {
        BCRYPT_HASH_HANDLE hash = nullptr;
        REQUIRE(
            BCryptCreateHash(
                handle, &hash, nullptr, 0, key.empty() ? nullptr : key.data(),
                static_cast<ULONG>(key.size()), 0)
            == STATUS_SUCCESS);
        // In two unequal pieces, so that buffering between calls is seen too.
        const auto first = static_cast<ULONG>(data.size() / 3);
        REQUIRE(BCryptHashData(hash, data.data(), first, 0) == STATUS_SUCCESS);
        REQUIRE(
            BCryptHashData(hash, data.data() + first, static_cast<ULONG>(data.size()) - first, 0)
            == STATUS_SUCCESS);
        Bytes digest(number(u"HashDigestLength"));
        REQUIRE(
            BCryptFinishHash(hash, digest.data(), static_cast<ULONG>(digest.size()), 0)
            == STATUS_SUCCESS);
        REQUIRE(BCryptDestroyHash(hash) == STATUS_SUCCESS);
        return digest;
    }
};

struct AesKey
{
    BCRYPT_KEY_HANDLE handle = nullptr;

    template <size_t N> AesKey(const char16_t (&mode)[N], Bytes secret)
    {
        Algorithm aes(u"AES");
        REQUIRE(
            BCryptSetProperty(
                aes.handle, wide(u"ChainingMode"),
                reinterpret_cast<PUCHAR>(const_cast<char16_t*>(mode)), sizeof mode, 0)
            == STATUS_SUCCESS);
        REQUIRE(
            BCryptGenerateSymmetricKey(
                aes.handle, &handle, nullptr, 0, secret.data(), static_cast<ULONG>(secret.size()),
                0)
            == STATUS_SUCCESS);
    }
    ~AesKey() { BCryptDestroyKey(handle); }
};

struct Sealed
{
    NTSTATUS status;
    Bytes data;
    Bytes tag;
};

Sealed crypt(AesKey& key, Bytes nonce, Bytes aad, Bytes input, Bytes tag, bool encrypt)
{
    BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO info;
    BCRYPT_INIT_AUTH_MODE_INFO(info);
    info.pbNonce = nonce.data();
    info.cbNonce = static_cast<ULONG>(nonce.size());
    info.pbAuthData = aad.data();
    info.cbAuthData = static_cast<ULONG>(aad.size());
    info.pbTag = tag.data();
    info.cbTag = static_cast<ULONG>(tag.size());
    Bytes output(input.size());
    ULONG used = 0;
    const auto bytes = static_cast<ULONG>(input.size());
    const NTSTATUS status = encrypt
        ? BCryptEncrypt(
            key.handle, input.data(), bytes, &info, nullptr, 0, output.data(), bytes, &used, 0)
        : BCryptDecrypt(
            key.handle, input.data(), bytes, &info, nullptr, 0, output.data(), bytes, &used, 0);
    return { status, output, tag };
}

const Bytes kRfc4493Key = hex("2b7e151628aed2a6abf7158809cf4f3c");
const Bytes kRfc4493Message
    = hex("6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51"
          "30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710");
}

TEST_CASE("plain hashes give the digests of their defining documents", "[cng]")
{
    CHECK(
        Algorithm(u"MD4").hash(ascii("abc"))
        == hex("a448017aaf21d8525fc10ae87aa6729d")); // RFC 1320
    CHECK(Algorithm(u"MD4").hash({}) == hex("31d6cfe0d16ae931b73c59d7e0c089c0"));
    CHECK(
        Algorithm(u"MD5").hash(ascii("message digest"))
        == hex("f96b697d7cb7938d525a2f31aaf161d0")); // RFC 1321
    CHECK(
        Algorithm(u"SHA1").hash(ascii("abc"))
        == hex("a9993e364706816aba3e25717850c26c9cd0d89d")); // FIPS 180-4
    CHECK(
        Algorithm(u"SHA256").hash(ascii("abc"))
        == hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    CHECK(
        Algorithm(u"SHA512").hash(ascii("abc"))
        == hex("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
               "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"));
}

TEST_CASE("HMAC gives the digests of RFC 2202 and RFC 4231", "[cng]")
{
    const ULONG hmac = BCRYPT_ALG_HANDLE_HMAC_FLAG;
    const Bytes text = ascii("what do ya want for nothing?");
    CHECK(
        Algorithm(u"MD5", hmac).hash(text, ascii("Jefe"))
        == hex("750c783e6ab0b503eaa86e310a5db738"));
    CHECK(
        Algorithm(u"SHA256", hmac).hash(text, ascii("Jefe"))
        == hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    CHECK(
        Algorithm(u"SHA256", hmac).hash(Bytes(50, 0xdd), Bytes(20, 0xaa))
        == hex("773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"));
    CHECK(
        Algorithm(u"SHA512", hmac).hash(text, ascii("Jefe"))
        == hex("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
               "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"));
}

TEST_CASE("AES-CMAC gives the codes of RFC 4493", "[cng]")
{
    Algorithm cmac(u"AES-CMAC");
    const auto prefix = [](size_t bytes) {
        return Bytes(kRfc4493Message.begin(), kRfc4493Message.begin() + bytes);
    };
    CHECK(cmac.hash({}, kRfc4493Key) == hex("bb1d6929e95937287fa37d129b756746"));
    CHECK(cmac.hash(prefix(16), kRfc4493Key) == hex("070a16b46b4d4144f79bdd9dd04a287c"));
    CHECK(cmac.hash(prefix(40), kRfc4493Key) == hex("dfa66747de9ae63030ca32611497c827"));
    CHECK(cmac.hash(prefix(64), kRfc4493Key) == hex("51f0bebf7e3b9d92fc49741779363cfe"));
}

TEST_CASE("a duplicated hash goes its own way from the state it copied", "[cng]")
{
    Algorithm sha(u"SHA256");
    BCRYPT_HASH_HANDLE first = nullptr;
    BCRYPT_HASH_HANDLE second = nullptr;
    REQUIRE(BCryptCreateHash(sha.handle, &first, nullptr, 0, nullptr, 0, 0) == STATUS_SUCCESS);
    Bytes ab = ascii("ab");
    Bytes c = ascii("c");
    Bytes x = ascii("x");
    REQUIRE(BCryptHashData(first, ab.data(), 2, 0) == STATUS_SUCCESS);
    REQUIRE(BCryptDuplicateHash(first, &second, nullptr, 0, 0) == STATUS_SUCCESS);
    REQUIRE(BCryptHashData(first, x.data(), 1, 0) == STATUS_SUCCESS);
    REQUIRE(BCryptHashData(second, c.data(), 1, 0) == STATUS_SUCCESS);
    Bytes digest(32);
    REQUIRE(BCryptFinishHash(second, digest.data(), 32, 0) == STATUS_SUCCESS);
    CHECK(digest == hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    CHECK(BCryptHashData(second, c.data(), 1, 0) == STATUS_INVALID_HANDLE);
    BCryptDestroyHash(first);
    BCryptDestroyHash(second);
}

TEST_CASE("a reusable HMAC starts again with its key after the digest was taken", "[cng]")
{
    Algorithm hmac(u"SHA256", BCRYPT_ALG_HANDLE_HMAC_FLAG);
    Bytes key = ascii("Jefe");
    Bytes text = ascii("what do ya want for nothing?");
    BCRYPT_HASH_HANDLE hash = nullptr;
    REQUIRE(
        BCryptCreateHash(hmac.handle, &hash, nullptr, 0, key.data(), 4, BCRYPT_HASH_REUSABLE_FLAG)
        == STATUS_SUCCESS);
    for (int round = 0; round < 2; ++round) {
        Bytes digest(32);
        REQUIRE(
            BCryptHashData(hash, text.data(), static_cast<ULONG>(text.size()), 0)
            == STATUS_SUCCESS);
        REQUIRE(BCryptFinishHash(hash, digest.data(), 32, 0) == STATUS_SUCCESS);
        CHECK(digest == hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    }
    BCryptDestroyHash(hash);
}

TEST_CASE("AES-GCM gives the results of the GCM specification", "[cng]")
{
    // Test cases 4 and 16 of "The Galois/Counter Mode of Operation".
    const Bytes plain = hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    const Bytes aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const Bytes nonce = hex("cafebabefacedbaddecaf888");
    AesKey narrow(u"ChainingModeGCM", hex("feffe9928665731c6d6a8f9467308308"));
    auto sealed = crypt(narrow, nonce, aad, plain, Bytes(16), true);
    REQUIRE(sealed.status == STATUS_SUCCESS);
    CHECK(
        sealed.data
        == hex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
               "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"));
    CHECK(sealed.tag == hex("5bc94fbc3221a5db94fae95ae7121a47"));

    AesKey wideKey(
        u"ChainingModeGCM",
        hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
    auto wideSealed = crypt(wideKey, nonce, aad, plain, Bytes(16), true);
    CHECK(wideSealed.tag == hex("76fc6ece0f4e1768cddf8853bb2d551b"));

    auto opened = crypt(narrow, nonce, aad, sealed.data, sealed.tag, false);
    CHECK(opened.status == STATUS_SUCCESS);
    CHECK(opened.data == plain);
    sealed.tag[3] ^= 1;
    CHECK(
        crypt(narrow, nonce, aad, sealed.data, sealed.tag, false).status
        == STATUS_AUTH_TAG_MISMATCH);
}

TEST_CASE("GCM in chained calls gives the tag of one call", "[cng]")
{
    AesKey key(u"ChainingModeGCM", hex("feffe9928665731c6d6a8f9467308308"));
    Bytes nonce = hex("cafebabefacedbaddecaf888");
    Bytes head(112, 0x5a);
    Bytes body(1000, 0xa5);
    Bytes plain(77, 0x11);
    Bytes whole = head;
    whole.insert(whole.end(), body.begin(), body.end());
    const auto expected = crypt(key, nonce, whole, plain, Bytes(16), true);

    Bytes tag(16);
    Bytes mac(16);
    BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO info;
    BCRYPT_INIT_AUTH_MODE_INFO(info);
    info.pbNonce = nonce.data();
    info.cbNonce = 12;
    info.pbMacContext = mac.data();
    info.cbMacContext = 16;
    info.pbAuthData = head.data();
    info.cbAuthData = static_cast<ULONG>(head.size());
    info.dwFlags = BCRYPT_AUTH_MODE_CHAIN_CALLS_FLAG;
    ULONG used = 0;
    REQUIRE(
        BCryptEncrypt(key.handle, nullptr, 0, &info, nullptr, 0, nullptr, 0, &used, 0)
        == STATUS_SUCCESS);
    CHECK((info.dwFlags & BCRYPT_AUTH_MODE_IN_PROGRESS_FLAG) != 0);
    info.pbAuthData = body.data();
    info.cbAuthData = static_cast<ULONG>(body.size());
    info.pbTag = tag.data();
    info.cbTag = 16;
    info.dwFlags &= ~static_cast<ULONG>(BCRYPT_AUTH_MODE_CHAIN_CALLS_FLAG);
    Bytes output(plain.size());
    REQUIRE(
        BCryptEncrypt(
            key.handle, plain.data(), static_cast<ULONG>(plain.size()), &info, nullptr, 0,
            output.data(), static_cast<ULONG>(output.size()), &used, 0)
        == STATUS_SUCCESS);
    CHECK(tag == expected.tag);
    CHECK(output == expected.data);
}

TEST_CASE("AES-CCM gives the result of RFC 3610 packet vector 1", "[cng]")
{
    AesKey key(u"ChainingModeCCM", hex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"));
    const Bytes plain = hex("08090a0b0c0d0e0f101112131415161718191a1b1c1d1e");
    auto sealed = crypt(
        key, hex("00000003020100a0a1a2a3a4a5"), hex("0001020304050607"), plain, Bytes(8), true);
    REQUIRE(sealed.status == STATUS_SUCCESS);
    CHECK(sealed.data == hex("588c979a61c663d2f066d0c2c0f989806d5f6b61dac384"));
    CHECK(sealed.tag == hex("17e8d12cfdf926e0"));
    CHECK(
        crypt(
            key, hex("00000003020100a0a1a2a3a4a5"), hex("0001020304050607"), sealed.data,
            sealed.tag, false)
            .data
        == plain);
}

TEST_CASE("AES-CBC and AES-ECB give the results of SP 800-38A", "[cng]")
{
    AesKey cbc(u"ChainingModeCBC", kRfc4493Key);
    Bytes iv = hex("000102030405060708090a0b0c0d0e0f");
    Bytes input = kRfc4493Message;
    Bytes output(64);
    ULONG used = 0;
    REQUIRE(
        BCryptEncrypt(
            cbc.handle, input.data(), 64, nullptr, iv.data(), 16, output.data(), 64, &used, 0)
        == STATUS_SUCCESS);
    CHECK(Bytes(output.begin(), output.begin() + 16) == hex("7649abac8119b246cee98e9b12e9197d"));
    CHECK(Bytes(output.end() - 16, output.end()) == hex("3ff1caa1681fac09120eca307586e1a7"));
    iv = hex("000102030405060708090a0b0c0d0e0f");
    REQUIRE(
        BCryptDecrypt(
            cbc.handle, output.data(), 64, nullptr, iv.data(), 16, output.data(), 64, &used, 0)
        == STATUS_SUCCESS);
    CHECK(output == kRfc4493Message);
    AesKey ecb(u"ChainingModeECB", kRfc4493Key);
    REQUIRE(
        BCryptEncrypt(
            ecb.handle, input.data(), 16, nullptr, nullptr, 0, output.data(), 64, &used, 0)
        == STATUS_SUCCESS);
    CHECK(Bytes(output.begin(), output.begin() + 16) == hex("3ad77bb40d7a3660a89ecaf32466ef97"));
}

TEST_CASE("wrong uses are answered with the documented statuses", "[cng]")
{
    BCRYPT_ALG_HANDLE handle = nullptr;
    CHECK(BCryptOpenAlgorithmProvider(&handle, wide(u"ROT13"), nullptr, 0) == STATUS_NOT_FOUND);
    CHECK(
        BCryptOpenAlgorithmProvider(nullptr, wide(u"AES"), nullptr, 0) == STATUS_INVALID_PARAMETER);
    CHECK(BCryptCloseAlgorithmProvider(nullptr, 0) == STATUS_INVALID_HANDLE);
    Algorithm sha(u"SHA256");
    BCRYPT_HASH_HANDLE hash = nullptr;
    Bytes secret(16);
    CHECK(
        BCryptCreateHash(sha.handle, &hash, nullptr, 0, secret.data(), 16, 0)
        == STATUS_INVALID_PARAMETER);
    REQUIRE(BCryptCreateHash(sha.handle, &hash, nullptr, 0, nullptr, 0, 0) == STATUS_SUCCESS);
    CHECK(BCryptFinishHash(hash, secret.data(), 16, 0) == STATUS_INVALID_PARAMETER);
    CHECK(BCryptDestroyKey(hash) == STATUS_INVALID_HANDLE);
    CHECK(BCryptDestroyHash(hash) == STATUS_SUCCESS);
    AesKey key(u"ChainingModeGCM", Bytes(16));
    CHECK(crypt(key, Bytes(11), {}, Bytes(3), Bytes(16), true).status == STATUS_INVALID_PARAMETER);
    AesKey ecb(u"ChainingModeECB", Bytes(16));
    ULONG used = 0;
    CHECK(
        BCryptEncrypt(
            ecb.handle, secret.data(), 15, nullptr, nullptr, 0, secret.data(), 16, &used, 0)
        == STATUS_INVALID_BUFFER_SIZE);
}

TEST_CASE("the same seed gives the same random bytes", "[cng]")
{
    const auto draw = [](ULONG bytes) {
        Bytes random(bytes);
        REQUIRE(
            BCryptGenRandom(nullptr, random.data(), bytes, BCRYPT_USE_SYSTEM_PREFERRED_RNG)
            == STATUS_SUCCESS);
        return random;
    };
    cng::seed(7);
    const Bytes first = draw(33);
    const Bytes second = draw(33);
    cng::seed(7);
    CHECK(draw(33) == first);
    CHECK(first != second);
    cng::seed(8);
    CHECK(draw(33) != first);
    CHECK(cng::openObjects() == 0);
}
