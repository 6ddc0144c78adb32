// session.h - SMB2 sessions and tree connects.
//
// A session belongs to one connection and one set of credentials, a tree to one session and one
// share. Both are reference counted and die with the connection: their ids mean nothing on the next
// one. server.h finds and makes them.
#pragma once

#include "minirdr/smb2/connection.h"
#include "minirdr/smb2/ntlm.h"

struct SMB2_SESSION
{
    volatile LONG References;
    // constant after Smb2LogOn
    SMB2_CONNECTION* Connection; // referenced
    ULONGLONG SessionId;
    USHORT SessionFlags;
    BOOLEAN SignAlways;
    SMB2_SIGNING_KEY Signing;
    SMB2_CREDENTIALS Credentials; // copies
    LUID LogonId;
    // guarded by the server's lock
    LIST_ENTRY Links;
    ULONG TreeCount;
    // set once by whoever sees the server say so
    volatile LONG Invalid;
};

struct SMB2_TREE
{
    volatile LONG References;
    // constant after Smb2ConnectTree
    SMB2_SESSION* Session; // referenced
    ULONG TreeId;
    UCHAR ShareType;
    ULONG ShareFlags;
    ULONG MaximalAccess;
    UNICODE_STRING Share; // own copy, "\\server\share"
    // guarded by the server's lock
    LIST_ENTRY Links;
    ULONG Users; // V_NET_ROOTs
    volatile LONG Invalid;
};

/// SESSION_SETUP until the server is satisfied.
///
/// IRQL     PASSIVE_LEVEL
/// Owns     on success the caller holds one reference
/// Errors   the server's status (STATUS_LOGON_FAILURE, ...); STATUS_ACCESS_DENIED guest refused by
/// configuration
NTSTATUS Smb2LogOn(
    SMB2_CONNECTION* Connection,
    const SMB2_CREDENTIALS* Credentials,
    const LUID* LogonId,
    SMB2_SESSION** Session);
VOID Smb2LogOff(SMB2_SESSION* Session);
VOID Smb2ReferenceSession(SMB2_SESSION* Session);
VOID Smb2DereferenceSession(SMB2_SESSION* Session);

/// TREE_CONNECT, and the check that nobody tampered with NEGOTIATE (dialects below 3.1.1).
NTSTATUS Smb2ConnectTree(SMB2_SESSION* Session, PCUNICODE_STRING Share, SMB2_TREE** Tree);
VOID Smb2DisconnectTree(SMB2_TREE* Tree);
VOID Smb2ReferenceTree(SMB2_TREE* Tree);
VOID Smb2DereferenceTree(SMB2_TREE* Tree);

/// False once the connection died or the server forgot the session or the tree.
BOOLEAN Smb2TreeIsAlive(SMB2_TREE* Tree);
/// Looks at a response's status and remembers what it says about the life of session and tree.
VOID Smb2NoteStatus(SMB2_TREE* Tree, NTSTATUS Status);

/// Copies a counted string into pool memory; an empty one has a null buffer.
NTSTATUS Smb2CopyString(UNICODE_STRING* To, PCUNICODE_STRING From);
VOID Smb2FreeString(UNICODE_STRING* String);
