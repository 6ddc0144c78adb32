// crypto.h - what SMB2 asks of CNG, with providers opened once.
//
// No cryptography of our own: every routine here ends in BCryptXxx. Providers are opened for use up
// to DISPATCH_LEVEL, because responses are verified where they are received.
#pragma once

#include "minirdr/world.h"

constexpr ULONG SMB2_HASH512_BYTES = 64;
constexpr ULONG SMB2_KEY_BYTES = 16;

/// One stretch of memory to hash or sign; a message is one or two of them.
struct SMB2_SPAN
{
    const VOID* Data;
    ULONG Bytes;
};

/// A signing key made ready. Algorithm is SMB2_SIGNING_*.
struct SMB2_SIGNING_KEY
{
    USHORT Algorithm;
    BOOLEAN Valid;
    BCRYPT_HASH_HANDLE Template; // keyed HMAC or CMAC, duplicated per message
    BCRYPT_KEY_HANDLE Gcm;
};

/// Opens the providers. PASSIVE_LEVEL; undone by Smb2CryptoUninitialize.
NTSTATUS Smb2CryptoInitialize();
VOID Smb2CryptoUninitialize();

NTSTATUS Smb2Random(PVOID Buffer, ULONG Bytes);
NTSTATUS Smb2Md4(const SMB2_SPAN* Spans, ULONG Count, UCHAR Digest[16]);
NTSTATUS Smb2Md5(const SMB2_SPAN* Spans, ULONG Count, UCHAR Digest[16]);
NTSTATUS Smb2HmacMd5(
    const UCHAR* Key, ULONG KeyBytes, const SMB2_SPAN* Spans, ULONG Count, UCHAR Digest[16]);
NTSTATUS Smb2HmacSha256(
    const UCHAR* Key, ULONG KeyBytes, const SMB2_SPAN* Spans, ULONG Count, UCHAR Digest[32]);
/// Hash = SHA-512(Hash || Message): one step of the preauthentication chain.
NTSTATUS Smb2ExtendHash(UCHAR Hash[SMB2_HASH512_BYTES], const VOID* Message, ULONG Bytes);
/// SP800-108 in counter mode over HMAC-SHA256, 128 bits. Label and Context include their
/// terminators.
NTSTATUS Smb2DeriveKey(
    const UCHAR Key[16],
    const CHAR* Label,
    ULONG LabelBytes,
    const VOID* Context,
    ULONG ContextBytes,
    UCHAR Derived[16]);

NTSTATUS Smb2PrepareSigningKey(SMB2_SIGNING_KEY* Signing, USHORT Algorithm, const UCHAR Key[16]);
VOID Smb2DestroySigningKey(SMB2_SIGNING_KEY* Signing);
/// Signature of a message whose signature bytes are zero. Spans: header first, at most two.
/// Thread-safe for one key.
NTSTATUS Smb2ComputeSignature(
    const SMB2_SIGNING_KEY* Signing,
    const SMB2_SPAN* Spans,
    ULONG Count,
    ULONGLONG MessageId,
    BOOLEAN FromServer,
    BOOLEAN IsCancel,
    UCHAR Signature[16]);
