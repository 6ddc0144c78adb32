// crypto.cpp - see crypto.h.
#include "minirdr/smb2/crypto.h"
#include "minirdr/smb2/wire.h"

namespace {
constinit struct
{
    BCRYPT_ALG_HANDLE Md4;
    BCRYPT_ALG_HANDLE Md5;
    BCRYPT_ALG_HANDLE HmacMd5;
    BCRYPT_ALG_HANDLE HmacSha256;
    BCRYPT_ALG_HANDLE Sha512;
    BCRYPT_ALG_HANDLE Cmac;
    BCRYPT_ALG_HANDLE AesGcm;
} Providers = {};

NTSTATUS Open(BCRYPT_ALG_HANDLE* Handle, LPCWSTR Name, ULONG Flags)
{
    // Old systems know no MD4, MD5 or CMAC for use at DISPATCH_LEVEL; those that are only used
    // while logging on do without.
    NTSTATUS Status
        = BCryptOpenAlgorithmProvider(Handle, Name, nullptr, Flags | BCRYPT_PROV_DISPATCH);
    if (!NT_SUCCESS(Status))
        Status = BCryptOpenAlgorithmProvider(Handle, Name, nullptr, Flags);
    return Status;
}

VOID Close(BCRYPT_ALG_HANDLE* Handle)
{
    if (*Handle)
        BCryptCloseAlgorithmProvider(*Handle, 0);
    *Handle = nullptr;
}

NTSTATUS AddSpans(BCRYPT_HASH_HANDLE Hash, const SMB2_SPAN* Spans, ULONG Count)
{
    for (ULONG i = 0; i < Count; ++i) {
        if (Spans[i].Bytes == 0)
            continue;
        const NTSTATUS Status = BCryptHashData(
            Hash, static_cast<PUCHAR>(const_cast<PVOID>(Spans[i].Data)), Spans[i].Bytes, 0);
        if (!NT_SUCCESS(Status))
            return Status;
    }
    return STATUS_SUCCESS;
}

NTSTATUS HashOnce(
    BCRYPT_ALG_HANDLE Algorithm,
    const UCHAR* Key,
    ULONG KeyBytes,
    const SMB2_SPAN* Spans,
    ULONG Count,
    PUCHAR Digest,
    ULONG DigestBytes)
{
    BCRYPT_HASH_HANDLE Hash = nullptr;
    NTSTATUS Status
        = BCryptCreateHash(Algorithm, &Hash, nullptr, 0, const_cast<PUCHAR>(Key), KeyBytes, 0);
    if (!NT_SUCCESS(Status))
        return Status;
    Status = AddSpans(Hash, Spans, Count);
    if (NT_SUCCESS(Status))
        Status = BCryptFinishHash(Hash, Digest, DigestBytes, 0);
    BCryptDestroyHash(Hash);
    return Status;
}

// AES-GMAC is GCM that encrypts nothing. A WRITE request's header and fixed part are 112 bytes,
// seven blocks, so the two spans of a gathered message may be given in two chained calls.
NTSTATUS Gmac(
    BCRYPT_KEY_HANDLE Key,
    const SMB2_SPAN* Spans,
    ULONG Count,
    ULONGLONG MessageId,
    BOOLEAN FromServer,
    BOOLEAN IsCancel,
    UCHAR Tag[16])
{
    struct
    {
        ULONGLONG MessageId;
        ULONG Role;
    } Nonce = { MessageId, (FromServer ? 1u : 0u) | (IsCancel ? 2u : 0u) };
    UCHAR MacContext[16] = {};
    BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO Info;
    BCRYPT_INIT_AUTH_MODE_INFO(Info);
    Info.pbNonce = reinterpret_cast<PUCHAR>(&Nonce);
    Info.cbNonce = 12;
    ULONG Used = 0;
    if (Count == 2 && Spans[1].Bytes) {
        Info.pbMacContext = MacContext;
        Info.cbMacContext = sizeof MacContext;
        Info.pbAuthData = static_cast<PUCHAR>(const_cast<PVOID>(Spans[0].Data));
        Info.cbAuthData = Spans[0].Bytes;
        Info.dwFlags = BCRYPT_AUTH_MODE_CHAIN_CALLS_FLAG;
        const NTSTATUS Status
            = BCryptEncrypt(Key, nullptr, 0, &Info, nullptr, 0, nullptr, 0, &Used, 0);
        if (!NT_SUCCESS(Status))
            return Status;
        Info.dwFlags &= ~static_cast<ULONG>(BCRYPT_AUTH_MODE_CHAIN_CALLS_FLAG);
        ++Spans;
    }
    Info.pbAuthData = static_cast<PUCHAR>(const_cast<PVOID>(Spans[0].Data));
    Info.cbAuthData = Spans[0].Bytes;
    Info.pbTag = Tag;
    Info.cbTag = 16;
    return BCryptEncrypt(Key, nullptr, 0, &Info, nullptr, 0, nullptr, 0, &Used, 0);
}
}

NTSTATUS Smb2CryptoInitialize()
{
    static constexpr WCHAR GcmMode[] = BCRYPT_CHAIN_MODE_GCM;
    NTSTATUS Status = Open(&Providers.Md4, BCRYPT_MD4_ALGORITHM, 0);
    if (NT_SUCCESS(Status))
        Status = Open(&Providers.Md5, BCRYPT_MD5_ALGORITHM, 0);
    if (NT_SUCCESS(Status))
        Status = Open(&Providers.HmacMd5, BCRYPT_MD5_ALGORITHM, BCRYPT_ALG_HANDLE_HMAC_FLAG);
    if (NT_SUCCESS(Status))
        Status = Open(&Providers.HmacSha256, BCRYPT_SHA256_ALGORITHM, BCRYPT_ALG_HANDLE_HMAC_FLAG);
    if (NT_SUCCESS(Status))
        Status = Open(&Providers.Sha512, BCRYPT_SHA512_ALGORITHM, 0);
    if (NT_SUCCESS(Status))
        Status = Open(&Providers.Cmac, BCRYPT_AES_CMAC_ALGORITHM, 0);
    if (NT_SUCCESS(Status))
        Status = Open(&Providers.AesGcm, BCRYPT_AES_ALGORITHM, 0);
    if (NT_SUCCESS(Status))
        Status = BCryptSetProperty(
            Providers.AesGcm, BCRYPT_CHAINING_MODE,
            reinterpret_cast<PUCHAR>(const_cast<PWCHAR>(GcmMode)), sizeof GcmMode, 0);
    if (!NT_SUCCESS(Status))
        Smb2CryptoUninitialize();
    return Status;
}

VOID Smb2CryptoUninitialize()
{
    Close(&Providers.Md4);
    Close(&Providers.Md5);
    Close(&Providers.HmacMd5);
    Close(&Providers.HmacSha256);
    Close(&Providers.Sha512);
    Close(&Providers.Cmac);
    Close(&Providers.AesGcm);
}

NTSTATUS Smb2Random(PVOID Buffer, ULONG Bytes)
{
    return BCryptGenRandom(
        nullptr, static_cast<PUCHAR>(Buffer), Bytes, BCRYPT_USE_SYSTEM_PREFERRED_RNG);
}

NTSTATUS Smb2Md4(const SMB2_SPAN* Spans, ULONG Count, UCHAR Digest[16])
{
    return HashOnce(Providers.Md4, nullptr, 0, Spans, Count, Digest, 16);
}

NTSTATUS Smb2Md5(const SMB2_SPAN* Spans, ULONG Count, UCHAR Digest[16])
{
    return HashOnce(Providers.Md5, nullptr, 0, Spans, Count, Digest, 16);
}

NTSTATUS
Smb2HmacMd5(const UCHAR* Key, ULONG KeyBytes, const SMB2_SPAN* Spans, ULONG Count, UCHAR Digest[16])
{
    return HashOnce(Providers.HmacMd5, Key, KeyBytes, Spans, Count, Digest, 16);
}

NTSTATUS Smb2HmacSha256(
    const UCHAR* Key, ULONG KeyBytes, const SMB2_SPAN* Spans, ULONG Count, UCHAR Digest[32])
{
    return HashOnce(Providers.HmacSha256, Key, KeyBytes, Spans, Count, Digest, 32);
}

NTSTATUS Smb2ExtendHash(UCHAR Hash[SMB2_HASH512_BYTES], const VOID* Message, ULONG Bytes)
{
    const SMB2_SPAN Spans[] = { { Hash, SMB2_HASH512_BYTES }, { Message, Bytes } };
    UCHAR Digest[SMB2_HASH512_BYTES];
    const NTSTATUS Status = HashOnce(Providers.Sha512, nullptr, 0, Spans, 2, Digest, sizeof Digest);
    if (NT_SUCCESS(Status))
        RtlCopyMemory(Hash, Digest, sizeof Digest);
    return Status;
}

NTSTATUS Smb2DeriveKey(
    const UCHAR Key[16],
    const CHAR* Label,
    ULONG LabelBytes,
    const VOID* Context,
    ULONG ContextBytes,
    UCHAR Derived[16])
{
    static constexpr UCHAR Counter[] = { 0, 0, 0, 1 };
    static constexpr UCHAR Separator[] = { 0 };
    static constexpr UCHAR OutputBits[] = { 0, 0, 0, 128 };
    const SMB2_SPAN Spans[] = { { Counter, 4 },
                                { Label, LabelBytes },
                                { Separator, 1 },
                                { Context, ContextBytes },
                                { OutputBits, 4 } };
    UCHAR Digest[32];
    const NTSTATUS Status = Smb2HmacSha256(Key, SMB2_KEY_BYTES, Spans, 5, Digest);
    if (NT_SUCCESS(Status))
        RtlCopyMemory(Derived, Digest, SMB2_KEY_BYTES);
    return Status;
}

NTSTATUS Smb2PrepareSigningKey(SMB2_SIGNING_KEY* Signing, USHORT Algorithm, const UCHAR Key[16])
{
    Smb2DestroySigningKey(Signing);
    NTSTATUS Status = STATUS_NOT_SUPPORTED;
    const PUCHAR Secret = const_cast<PUCHAR>(Key);
    if (Algorithm == SMB2_SIGNING_HMAC_SHA256)
        Status = BCryptCreateHash(
            Providers.HmacSha256, &Signing->Template, nullptr, 0, Secret, SMB2_KEY_BYTES, 0);
    else if (Algorithm == SMB2_SIGNING_AES_CMAC)
        Status = BCryptCreateHash(
            Providers.Cmac, &Signing->Template, nullptr, 0, Secret, SMB2_KEY_BYTES, 0);
    else if (Algorithm == SMB2_SIGNING_AES_GMAC)
        Status = BCryptGenerateSymmetricKey(
            Providers.AesGcm, &Signing->Gcm, nullptr, 0, Secret, SMB2_KEY_BYTES, 0);
    Signing->Algorithm = Algorithm;
    Signing->Valid = NT_SUCCESS(Status);
    return Status;
}

VOID Smb2DestroySigningKey(SMB2_SIGNING_KEY* Signing)
{
    if (Signing->Template)
        BCryptDestroyHash(Signing->Template);
    if (Signing->Gcm)
        BCryptDestroyKey(Signing->Gcm);
    Signing->Template = nullptr;
    Signing->Gcm = nullptr;
    Signing->Valid = FALSE;
}

NTSTATUS Smb2ComputeSignature(
    const SMB2_SIGNING_KEY* Signing,
    const SMB2_SPAN* Spans,
    ULONG Count,
    ULONGLONG MessageId,
    BOOLEAN FromServer,
    BOOLEAN IsCancel,
    UCHAR Signature[16])
{
    if (!Signing->Valid)
        return STATUS_INVALID_HANDLE;
    if (Signing->Algorithm == SMB2_SIGNING_AES_GMAC)
        return Gmac(Signing->Gcm, Spans, Count, MessageId, FromServer, IsCancel, Signature);
    BCRYPT_HASH_HANDLE Hash = nullptr;
    NTSTATUS Status = BCryptDuplicateHash(Signing->Template, &Hash, nullptr, 0, 0);
    if (!NT_SUCCESS(Status))
        return Status;
    UCHAR Digest[32];
    const ULONG DigestBytes = Signing->Algorithm == SMB2_SIGNING_HMAC_SHA256 ? 32 : 16;
    Status = AddSpans(Hash, Spans, Count);
    if (NT_SUCCESS(Status))
        Status = BCryptFinishHash(Hash, Digest, DigestBytes, 0);
    BCryptDestroyHash(Hash);
    if (NT_SUCCESS(Status))
        RtlCopyMemory(Signature, Digest, 16);
    return Status;
}
