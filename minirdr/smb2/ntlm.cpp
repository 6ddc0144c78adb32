// ntlm.cpp - see ntlm.h.
#include "minirdr/smb2/ntlm.h"
#include "minirdr/smb2/crypto.h"

namespace {
constexpr UCHAR Signature[8] = { 'N', 'T', 'L', 'M', 'S', 'S', 'P', 0 };

constexpr ULONG NEGOTIATE_UNICODE = 0x00000001;
constexpr ULONG REQUEST_TARGET = 0x00000004;
constexpr ULONG NEGOTIATE_SIGN = 0x00000010;
constexpr ULONG NEGOTIATE_NTLM = 0x00000200;
constexpr ULONG NEGOTIATE_ANONYMOUS = 0x00000800;
constexpr ULONG NEGOTIATE_ALWAYS_SIGN = 0x00008000;
constexpr ULONG NEGOTIATE_EXTENDED_SESSIONSECURITY = 0x00080000;
constexpr ULONG NEGOTIATE_TARGET_INFO = 0x00800000;
constexpr ULONG NEGOTIATE_128 = 0x20000000;
constexpr ULONG OUR_FLAGS = NEGOTIATE_UNICODE | REQUEST_TARGET | NEGOTIATE_SIGN | NEGOTIATE_NTLM
    | NEGOTIATE_ALWAYS_SIGN | NEGOTIATE_EXTENDED_SESSIONSECURITY | NEGOTIATE_TARGET_INFO
    | NEGOTIATE_128;

constexpr USHORT MsvAvEOL = 0;
constexpr USHORT MsvAvFlags = 6;
constexpr USHORT MsvAvTimestamp = 7;
constexpr ULONG MSV_AV_FLAG_MIC = 0x2;
constexpr ULONG MAX_TARGET_INFO = 4096; // what we accept of a server
constexpr ULONG MAX_NAME_BYTES = 512; // user or domain

#pragma pack(push, 1)
struct NTLM_FIELD
{
    USHORT Length;
    USHORT MaximumLength;
    ULONG Offset;
};

struct NTLM_NEGOTIATE_MESSAGE
{
    UCHAR Signature[8];
    ULONG MessageType; // 1
    ULONG Flags;
    NTLM_FIELD Domain;
    NTLM_FIELD Workstation;
};

struct NTLM_CHALLENGE_MESSAGE
{
    UCHAR Signature[8];
    ULONG MessageType; // 2
    NTLM_FIELD TargetName;
    ULONG Flags;
    UCHAR ServerChallenge[8];
    UCHAR Reserved[8];
    NTLM_FIELD TargetInfo;
};
static_assert(sizeof(NTLM_CHALLENGE_MESSAGE) == 48);

struct NTLM_AUTHENTICATE_MESSAGE
{
    UCHAR Signature[8];
    ULONG MessageType; // 3
    NTLM_FIELD LmResponse;
    NTLM_FIELD NtResponse;
    NTLM_FIELD Domain;
    NTLM_FIELD User;
    NTLM_FIELD Workstation;
    NTLM_FIELD SessionKey;
    ULONG Flags;
    UCHAR Version[8];
    UCHAR Mic[16];
};
static_assert(sizeof(NTLM_AUTHENTICATE_MESSAGE) == 88);

struct NTLMV2_BLOB // what the proof covers after the server's challenge; the target information
                   // follows
{
    UCHAR RespType;
    UCHAR HiRespType;
    USHORT Reserved1;
    ULONG Reserved2;
    LONGLONG TimeStamp;
    UCHAR ClientChallenge[8];
    ULONG Reserved3;
};
static_assert(sizeof(NTLMV2_BLOB) == 28);

struct AV_PAIR
{
    USHORT Id;
    USHORT Length;
};
#pragma pack(pop)

// DER lengths of up to 65535, which is more than any token has.
ULONG DerLengthBytes(ULONG Length)
{
    return Length < 0x80 ? 1 : Length < 0x100 ? 2 : 3;
}

PUCHAR DerHeader(PUCHAR At, UCHAR Tag, ULONG Length)
{
    *At++ = Tag;
    if (Length >= 0x100) {
        *At++ = 0x82;
        *At++ = static_cast<UCHAR>(Length >> 8);
    } else if (Length >= 0x80) {
        *At++ = 0x81;
    }
    *At++ = static_cast<UCHAR>(Length);
    return At;
}

ULONG DerBytes(ULONG Length)
{
    return 1 + DerLengthBytes(Length) + Length;
}

constexpr UCHAR SpnegoOid[] = { 0x06, 0x06, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02 };
constexpr UCHAR NtlmOid[]
    = { 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a };

// NegTokenInit { mechTypes [0] { NTLMSSP }, mechToken [2] OCTET STRING } in the GSS-API frame.
NTSTATUS WrapInit(const SMB2_BLOB* Inner, SMB2_BLOB* Token)
{
    const ULONG MechList = DerBytes(sizeof NtlmOid); // SEQUENCE OF OID
    const ULONG MechTypes = DerBytes(MechList); // [0]
    const ULONG Octets = DerBytes(Inner->Bytes); // OCTET STRING
    const ULONG MechToken = DerBytes(Octets); // [2]
    const ULONG Sequence = DerBytes(MechTypes + MechToken); // SEQUENCE
    const ULONG Choice = DerBytes(Sequence); // [0] NegTokenInit
    const ULONG Total = DerBytes(sizeof SpnegoOid + Choice); // [APPLICATION 0]
    Token->Data = static_cast<PUCHAR>(MinirdrAllocate(Total));
    if (!Token->Data)
        return STATUS_INSUFFICIENT_RESOURCES;
    Token->Bytes = Total;
    PUCHAR At = DerHeader(Token->Data, 0x60, sizeof SpnegoOid + Choice);
    RtlCopyMemory(At, SpnegoOid, sizeof SpnegoOid);
    At = DerHeader(At + sizeof SpnegoOid, 0xa0, Sequence);
    At = DerHeader(At, 0x30, MechTypes + MechToken);
    At = DerHeader(At, 0xa0, MechList);
    At = DerHeader(At, 0x30, sizeof NtlmOid);
    RtlCopyMemory(At, NtlmOid, sizeof NtlmOid);
    At = DerHeader(At + sizeof NtlmOid, 0xa2, Octets);
    At = DerHeader(At, 0x04, Inner->Bytes);
    RtlCopyMemory(At, Inner->Data, Inner->Bytes);
    return STATUS_SUCCESS;
}

// The signature of the mechanism list: it shows that nobody removed a better mechanism on the way,
// and a server that got a message with a MIC insists on it. Made with NTLM's own message signature,
// first in the client's sequence; without key exchange its checksum is not encrypted.
NTSTATUS SignMechList(const UCHAR SessionKey[16], UCHAR Mic[16])
{
    static constexpr CHAR Magic[] = "session key to client-to-server signing key magic constant";
    static constexpr UCHAR SequenceNumber[4] = {};
    static constexpr UCHAR MechListHeader[] = { 0x30, sizeof NtlmOid };
    const SMB2_SPAN KeySpans[] = { { SessionKey, 16 }, { Magic, sizeof Magic } };
    UCHAR Key[16];
    NTSTATUS Status = Smb2Md5(KeySpans, 2, Key);
    if (!NT_SUCCESS(Status))
        return Status;
    const SMB2_SPAN Spans[] = { { SequenceNumber, 4 },
                                { MechListHeader, sizeof MechListHeader },
                                { NtlmOid, sizeof NtlmOid } };
    UCHAR Checksum[16];
    Status = Smb2HmacMd5(Key, sizeof Key, Spans, 3, Checksum);
    RtlZeroMemory(Mic, 16);
    Mic[0] = 1; // version
    RtlCopyMemory(Mic + 4, Checksum, 8);
    RtlZeroMemory(Key, sizeof Key);
    return Status;
}

// NegTokenResp { responseToken [2] OCTET STRING, mechListMIC [3] OCTET STRING }; Mic may be null.
NTSTATUS WrapResponse(const SMB2_BLOB* Inner, const UCHAR* Mic, SMB2_BLOB* Token)
{
    constexpr ULONG MIC_BYTES = 16;
    const ULONG Octets = DerBytes(Inner->Bytes);
    const ULONG ResponseToken = DerBytes(Octets);
    const ULONG MicOctets = DerBytes(MIC_BYTES);
    const ULONG Sequence = DerBytes(ResponseToken + (Mic ? DerBytes(MicOctets) : 0));
    Token->Bytes = DerBytes(Sequence);
    Token->Data = static_cast<PUCHAR>(MinirdrAllocate(Token->Bytes));
    if (!Token->Data)
        return STATUS_INSUFFICIENT_RESOURCES;
    PUCHAR At = DerHeader(Token->Data, 0xa1, Sequence);
    At = DerHeader(At, 0x30, ResponseToken + (Mic ? DerBytes(MicOctets) : 0));
    At = DerHeader(At, 0xa2, Octets);
    At = DerHeader(At, 0x04, Inner->Bytes);
    RtlCopyMemory(At, Inner->Data, Inner->Bytes);
    if (Mic) {
        At = DerHeader(At + Inner->Bytes, 0xa3, MicOctets);
        At = DerHeader(At, 0x04, MIC_BYTES);
        RtlCopyMemory(At, Mic, MIC_BYTES);
    }
    return STATUS_SUCCESS;
}

VOID PutField(NTLM_FIELD* Field, ULONG* Offset, PUCHAR Message, const VOID* Data, ULONG Bytes)
{
    Field->Length = Field->MaximumLength = static_cast<USHORT>(Bytes);
    Field->Offset = *Offset;
    if (Bytes)
        RtlCopyMemory(Message + *Offset, Data, Bytes);
    *Offset += Bytes;
}

// ResponseKeyNT = HMAC_MD5(MD4(password), UPPER(user) || domain).
NTSTATUS ResponseKey(const SMB2_CREDENTIALS* Credentials, UCHAR Key[16])
{
    if (Credentials->User.Length > MAX_NAME_BYTES || Credentials->Domain.Length > MAX_NAME_BYTES)
        return STATUS_NAME_TOO_LONG;
    UCHAR NtHash[16];
    const SMB2_SPAN Password = { Credentials->Password.Buffer, Credentials->Password.Length };
    NTSTATUS Status = Smb2Md4(&Password, 1, NtHash);
    if (!NT_SUCCESS(Status))
        return Status;
    auto* Upper = static_cast<PWCHAR>(MinirdrAllocateRaw(MAX_NAME_BYTES));
    if (!Upper)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (USHORT i = 0; i < Credentials->User.Length / sizeof(WCHAR); ++i)
        Upper[i] = RtlUpcaseUnicodeChar(Credentials->User.Buffer[i]);
    const SMB2_SPAN Spans[] = { { Upper, Credentials->User.Length },
                                { Credentials->Domain.Buffer, Credentials->Domain.Length } };
    Status = Smb2HmacMd5(NtHash, sizeof NtHash, Spans, 2, Key);
    MinirdrFree(Upper);
    RtlZeroMemory(NtHash, sizeof NtHash);
    return Status;
}

// The server's target information with our flags pair added: it announces the MIC. Out has room for
// 8 bytes more than In.
ULONG CopyTargetInfo(const UCHAR* In, ULONG Bytes, PUCHAR Out, LONGLONG* TimeStamp)
{
    ULONG Written = 0;
    ULONG Offset = 0;
    while (Bytes - Offset >= sizeof(AV_PAIR)) {
        AV_PAIR Pair;
        RtlCopyMemory(&Pair, In + Offset, sizeof Pair);
        if (Pair.Id == MsvAvEOL || Pair.Length > Bytes - Offset - sizeof Pair)
            break;
        if (Pair.Id == MsvAvTimestamp && Pair.Length == sizeof *TimeStamp)
            RtlCopyMemory(TimeStamp, In + Offset + sizeof Pair, sizeof *TimeStamp);
        if (Pair.Id != MsvAvFlags) {
            RtlCopyMemory(Out + Written, In + Offset, sizeof Pair + Pair.Length);
            Written += static_cast<ULONG>(sizeof Pair) + Pair.Length;
        }
        Offset += static_cast<ULONG>(sizeof Pair) + Pair.Length;
    }
    const AV_PAIR Flags = { MsvAvFlags, sizeof(ULONG) };
    const AV_PAIR End = { MsvAvEOL, 0 };
    RtlCopyMemory(Out + Written, &Flags, sizeof Flags);
    RtlCopyMemory(Out + Written + sizeof Flags, &MSV_AV_FLAG_MIC, sizeof(ULONG));
    Written += static_cast<ULONG>(sizeof Flags + sizeof(ULONG));
    RtlCopyMemory(Out + Written, &End, sizeof End);
    return Written + static_cast<ULONG>(sizeof End);
}
}

NTSTATUS Smb2NtlmNegotiate(SMB2_NTLM* Logon, SMB2_BLOB* Token)
{
    auto* Message = MinirdrAllocateObject<NTLM_NEGOTIATE_MESSAGE>();
    if (!Message)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlCopyMemory(Message->Signature, Signature, sizeof Signature);
    Message->MessageType = 1;
    Message->Flags = OUR_FLAGS;
    Message->Domain.Offset = Message->Workstation.Offset = sizeof *Message;
    Logon->Negotiate = { reinterpret_cast<PUCHAR>(Message), sizeof *Message };
    if (Logon->Spnego)
        return WrapInit(&Logon->Negotiate, Token);
    Token->Data = static_cast<PUCHAR>(MinirdrAllocateRaw(sizeof *Message));
    if (!Token->Data)
        return STATUS_INSUFFICIENT_RESOURCES;
    Token->Bytes = sizeof *Message;
    RtlCopyMemory(Token->Data, Message, sizeof *Message);
    return STATUS_SUCCESS;
}

BOOLEAN Smb2FindNtlmToken(const UCHAR* Data, ULONG Bytes, const UCHAR** Token, ULONG* TokenBytes)
{
    // The message announces itself; what surrounds it is one OCTET STRING, whose length we take
    // from its own header. Looking for the signature instead of walking the DER keeps the decoder
    // free of recursion and accepts every encoder's choices.
    for (ULONG i = 0; Bytes >= sizeof Signature && i <= Bytes - sizeof Signature; ++i) {
        if (RtlCompareMemory(Data + i, Signature, sizeof Signature) != sizeof Signature)
            continue;
        ULONG Length = Bytes - i;
        if (i >= 2 && Data[i - 2] == 0x04 && Data[i - 1] < 0x80)
            Length = Data[i - 1];
        else if (i >= 3 && Data[i - 3] == 0x04 && Data[i - 2] == 0x81)
            Length = Data[i - 1];
        else if (i >= 4 && Data[i - 4] == 0x04 && Data[i - 3] == 0x82)
            Length = static_cast<ULONG>(Data[i - 2] << 8 | Data[i - 1]);
        if (Length > Bytes - i)
            return FALSE;
        *Token = Data + i;
        *TokenBytes = Length;
        return TRUE;
    }
    return FALSE;
}

NTSTATUS Smb2NtlmAuthenticate(
    SMB2_NTLM* Logon,
    const UCHAR* Challenge,
    ULONG ChallengeBytes,
    const SMB2_CREDENTIALS* Credentials,
    SMB2_BLOB* Token)
{
    const UCHAR* Raw;
    ULONG RawBytes;
    if (!Smb2FindNtlmToken(Challenge, ChallengeBytes, &Raw, &RawBytes)
        || RawBytes < sizeof(NTLM_CHALLENGE_MESSAGE))
        return STATUS_INVALID_NETWORK_RESPONSE;
    NTLM_CHALLENGE_MESSAGE Server;
    RtlCopyMemory(&Server, Raw, sizeof Server);
    const ULONG InfoBytes = Server.TargetInfo.Length;
    if (Server.MessageType != 2 || InfoBytes > MAX_TARGET_INFO
        || Server.TargetInfo.Offset > RawBytes || InfoBytes > RawBytes - Server.TargetInfo.Offset)
        return STATUS_INVALID_NETWORK_RESPONSE;

    const BOOLEAN Anonymous = Credentials->User.Length == 0;
    UCHAR Key[16];
    NTSTATUS Status = ResponseKey(Credentials, Key);
    if (!NT_SUCCESS(Status))
        return Status;

    const ULONG MaximumBytes = static_cast<ULONG>(sizeof(NTLM_AUTHENTICATE_MESSAGE))
        + Credentials->User.Length + Credentials->Domain.Length + 24 + 16 + sizeof(NTLMV2_BLOB)
        + InfoBytes + 12 + 4;
    SMB2_BLOB Message = { static_cast<PUCHAR>(MinirdrAllocate(MaximumBytes)), 0 };
    const ULONG ProofBytes = 16 + sizeof(NTLMV2_BLOB) + InfoBytes + 12 + 4;
    auto* Proof = static_cast<PUCHAR>(MinirdrAllocate(ProofBytes));
    if (!Message.Data || !Proof) {
        MinirdrFree(Message.Data);
        MinirdrFree(Proof);
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    NTLMV2_BLOB Blob = {};
    Blob.RespType = Blob.HiRespType = 1;
    LARGE_INTEGER Now;
    KeQuerySystemTime(&Now);
    Blob.TimeStamp = Now.QuadPart;
    Status = Smb2Random(Blob.ClientChallenge, sizeof Blob.ClientChallenge);
    const ULONG CopiedInfo = CopyTargetInfo(
        Raw + Server.TargetInfo.Offset, InfoBytes, Proof + 16 + sizeof Blob, &Blob.TimeStamp);
    RtlCopyMemory(Proof + 16, &Blob, sizeof Blob);
    // After the blob come four zero bytes, which the allocation has put there.
    const ULONG ResponseBytes = 16 + static_cast<ULONG>(sizeof Blob) + CopiedInfo + 4;
    const SMB2_SPAN Proved[]
        = { { Server.ServerChallenge, 8 }, { Proof + 16, ResponseBytes - 16 } };
    if (NT_SUCCESS(Status))
        Status = Smb2HmacMd5(Key, sizeof Key, Proved, 2, Proof);
    const SMB2_SPAN ProofSpan = { Proof, 16 };
    if (NT_SUCCESS(Status))
        Status = Smb2HmacMd5(Key, sizeof Key, &ProofSpan, 1, Logon->SessionKey);
    RtlZeroMemory(Key, sizeof Key);

    auto* Header = reinterpret_cast<NTLM_AUTHENTICATE_MESSAGE*>(Message.Data);
    ULONG Offset = sizeof *Header;
    static constexpr UCHAR NoLmResponse[24] = {};
    RtlCopyMemory(Header->Signature, Signature, sizeof Signature);
    Header->MessageType = 3;
    Header->Flags = OUR_FLAGS & Server.Flags;
    Header->Flags |= NEGOTIATE_UNICODE | NEGOTIATE_NTLM;
    PutField(
        &Header->Domain, &Offset, Message.Data, Credentials->Domain.Buffer,
        Credentials->Domain.Length);
    PutField(
        &Header->User, &Offset, Message.Data, Credentials->User.Buffer, Credentials->User.Length);
    PutField(&Header->Workstation, &Offset, Message.Data, nullptr, 0);
    if (Anonymous) {
        // [MS-NLMP] 3.2.5.1.2: an anonymous logon has an LM response of one zero byte and no NT
        // response.
        Header->Flags |= NEGOTIATE_ANONYMOUS;
        PutField(&Header->LmResponse, &Offset, Message.Data, NoLmResponse, 1);
        PutField(&Header->NtResponse, &Offset, Message.Data, nullptr, 0);
    } else {
        PutField(&Header->LmResponse, &Offset, Message.Data, NoLmResponse, sizeof NoLmResponse);
        PutField(&Header->NtResponse, &Offset, Message.Data, Proof, ResponseBytes);
    }
    PutField(&Header->SessionKey, &Offset, Message.Data, nullptr, 0);
    Message.Bytes = Offset;

    if (NT_SUCCESS(Status) && !Anonymous) {
        const SMB2_SPAN Chain[] = { { Logon->Negotiate.Data, Logon->Negotiate.Bytes },
                                    { Raw, RawBytes },
                                    { Message.Data, Message.Bytes } };
        UCHAR Mic[16];
        Status = Smb2HmacMd5(Logon->SessionKey, sizeof Logon->SessionKey, Chain, 3, Mic);
        RtlCopyMemory(Header->Mic, Mic, sizeof Mic);
    }
    Logon->HasSessionKey = NT_SUCCESS(Status) && !Anonymous;
    MinirdrFree(Proof);
    if (!NT_SUCCESS(Status) || !Logon->Spnego) {
        if (!NT_SUCCESS(Status))
            MinirdrFree(Message.Data);
        else
            *Token = Message;
        return Status;
    }
    UCHAR MechListMic[16];
    if (!Anonymous)
        Status = SignMechList(Logon->SessionKey, MechListMic);
    if (NT_SUCCESS(Status))
        Status = WrapResponse(&Message, Anonymous ? nullptr : MechListMic, Token);
    MinirdrFree(Message.Data);
    return Status;
}

VOID Smb2NtlmReset(SMB2_NTLM* Logon)
{
    MinirdrFree(Logon->Negotiate.Data);
    RtlZeroMemory(Logon, sizeof *Logon);
}
