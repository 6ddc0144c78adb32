// ntlm.h - NTLMv2 and the SPNEGO wrapping around it.
//
// Three tokens: NEGOTIATE (ours), CHALLENGE (the server's, hostile), AUTHENTICATE (ours). No key
// exchange: the session key is the one derived from the password proof, so RC4 is never needed.
//
// Source   [MS-NLMP] 2.2, 3.3.2; [MS-SPNG]; RFC 4178
#pragma once

#include "minirdr/world.h"

/// Who logs on. An empty user name asks for an anonymous session.
struct SMB2_CREDENTIALS
{
    UNICODE_STRING User;
    UNICODE_STRING Domain;
    UNICODE_STRING Password;
};

struct SMB2_BLOB
{
    PUCHAR Data;
    ULONG Bytes;
};

/// One logon under way. Zero it first; Smb2NtlmReset frees what it holds.
struct SMB2_NTLM
{
    BOOLEAN Spnego; // wrap the tokens; raw NTLMSSP otherwise
    SMB2_BLOB Negotiate; // raw message 1, for the MIC
    UCHAR SessionKey[16]; // valid after Smb2NtlmAuthenticate
    BOOLEAN HasSessionKey;
};

/// IRQL     PASSIVE_LEVEL
/// Owns     on success the caller frees Token->Data with MinirdrFree
NTSTATUS Smb2NtlmNegotiate(SMB2_NTLM* Logon, SMB2_BLOB* Token);
/// Errors   STATUS_INVALID_NETWORK_RESPONSE when the challenge is malformed
NTSTATUS Smb2NtlmAuthenticate(
    SMB2_NTLM* Logon,
    const UCHAR* Challenge,
    ULONG ChallengeBytes,
    const SMB2_CREDENTIALS* Credentials,
    SMB2_BLOB* Token);
VOID Smb2NtlmReset(SMB2_NTLM* Logon);

/// The NTLM message inside a SPNEGO response (or the bytes themselves when they are raw NTLMSSP).
/// FALSE: neither.
BOOLEAN Smb2FindNtlmToken(const UCHAR* Data, ULONG Bytes, const UCHAR** Token, ULONG* TokenBytes);
