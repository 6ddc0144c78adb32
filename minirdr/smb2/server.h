// server.h - one server as its users see it: a connection that is made again when it died, the
// sessions and trees on it.
//
//      SRV_CALL ── SMB2_SERVER ── SMB2_CONNECTION (current)        connections, sessions, trees of
//      the past live on as long as
//                      │               ├── SMB2_SESSION per user   somebody holds a reference, but
//                      are no longer found here │               │       └── SMB2_TREE per share
//
// Lock order: SMB2_SERVER.Lock (sleeping, held over round trips that set up connection, session or
// tree), then SMB2_CONNECTION.Lock. LeaseLock is taken alone.
#pragma once

#include "minirdr/smb2/session.h"

struct SMB2_SERVER
{
    // constant after Smb2CreateServer
    UNICODE_STRING Name; // own copy, without backslashes
    const TRANSPORT* Transport;
    SMB2_CONFIG Config;
    GUID ClientGuid;
    SMB2_CONNECTION_EVENTS Events;
    PVOID Owner; // given to Events

    SLEEP_LOCK Lock; // Guards the rest. Holder may talk to the server.
    SMB2_CONNECTION* Connection;
    LIST_ENTRY Sessions;
    LIST_ENTRY Trees;
    ULONG Generation;
};

/// IRQL     PASSIVE_LEVEL for everything here
NTSTATUS Smb2CreateServer(
    PCUNICODE_STRING Name,
    const TRANSPORT* Transport,
    const SMB2_CONFIG* Config,
    const GUID* ClientGuid,
    const SMB2_CONNECTION_EVENTS* Events,
    PVOID Owner,
    SMB2_SERVER** Server);
/// Logs off, closes, frees. Trees and sessions still referenced stay valid memory, without a
/// connection.
VOID Smb2DestroyServer(SMB2_SERVER* Server);
/// Makes sure there is a live connection.
NTSTATUS Smb2ConnectServer(SMB2_SERVER* Server);
/// Finds or makes the tree for a share and a user; counts one user of it.
///
/// Owns     on success the caller holds a reference and one use; give both back with Smb2CloseTree
/// Errors   those of Smb2OpenConnection, Smb2LogOn, Smb2ConnectTree, unmapped
NTSTATUS Smb2OpenTree(
    SMB2_SERVER* Server,
    PCUNICODE_STRING ShareName,
    const SMB2_CREDENTIALS* Credentials,
    const LUID* LogonId,
    SMB2_TREE** Tree);
/// The last use disconnects the tree; the last tree of a session logs off.
VOID Smb2CloseTree(SMB2_SERVER* Server, SMB2_TREE* Tree);
