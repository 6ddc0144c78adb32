// names.cpp - names, and the statuses that go by other names on the other side.
#include "minirdr/mrx/minirdr.h"

/// \server\share\rest, of which SrvCall is \server: NetRootName is \share, RestOfName is \rest or
/// empty.
VOID NTAPI MinirdrExtractNetRootName(
    PUNICODE_STRING FilePathName,
    PMRX_SRV_CALL SrvCall,
    PUNICODE_STRING NetRootName,
    PUNICODE_STRING RestOfName)
{
    const USHORT Skip = SrvCall->pSrvCallName->Length;
    const PWCHAR First = FilePathName->Buffer + Skip / sizeof(WCHAR);
    const USHORT Left = FilePathName->Length > Skip
        ? static_cast<USHORT>((FilePathName->Length - Skip) / sizeof(WCHAR))
        : 0;
    USHORT End = Left ? 1 : 0; // past the backslash the share begins with
    while (End < Left && First[End] != L'\\')
        ++End;
    NetRootName->Buffer = First;
    NetRootName->Length = NetRootName->MaximumLength = static_cast<USHORT>(End * sizeof(WCHAR));
    if (RestOfName) {
        RestOfName->Buffer = First + End;
        RestOfName->Length = RestOfName->MaximumLength
            = static_cast<USHORT>((Left - End) * sizeof(WCHAR));
    }
}

UNICODE_STRING MinirdrServerName(PCUNICODE_STRING Name)
{
    UNICODE_STRING Server = *Name;
    while (Server.Length && Server.Buffer[0] == L'\\') {
        ++Server.Buffer;
        Server.Length -= sizeof(WCHAR);
    }
    while (Server.Length && Server.Buffer[Server.Length / sizeof(WCHAR) - 1] == L'\\')
        Server.Length -= sizeof(WCHAR);
    Server.MaximumLength = Server.Length;
    return Server;
}

/// A server that cannot be reached or does not speak SMB2 is, to MUP, a name of somebody else.
NTSTATUS MinirdrMapConnectStatus(NTSTATUS Status)
{
    if (NT_SUCCESS(Status) || Status == STATUS_INSUFFICIENT_RESOURCES)
        return Status;
    return STATUS_BAD_NETWORK_PATH;
}

/// What the server said about user or share is passed on exactly: it decides whether the user is
/// asked for a password. What the network did is not: MUP knows no such codes
/// ([IOCTL_REDIR_QUERY_PATH_EX]).
NTSTATUS MinirdrMapTreeStatus(NTSTATUS Status)
{
    switch (Status) {
    case STATUS_IO_TIMEOUT:
    case STATUS_INVALID_NETWORK_RESPONSE:
    case STATUS_NOT_SUPPORTED:
    case STATUS_CONNECTION_DISCONNECTED:
    case STATUS_CONNECTION_RESET:
    case STATUS_CONNECTION_REFUSED:
    case STATUS_CONNECTION_ABORTED:
    case STATUS_CONNECTION_INVALID:
    case STATUS_REMOTE_DISCONNECT:
    case STATUS_LOCAL_DISCONNECT:
    case STATUS_NETWORK_UNREACHABLE:
    case STATUS_HOST_UNREACHABLE:
    case STATUS_PORT_UNREACHABLE:
    case STATUS_REMOTE_NOT_LISTENING:
    case STATUS_UNEXPECTED_NETWORK_ERROR:
    case STATUS_CANCELLED:
        return STATUS_BAD_NETWORK_PATH;
    case STATUS_OBJECT_NAME_NOT_FOUND:
    case STATUS_OBJECT_PATH_NOT_FOUND:
    case STATUS_BAD_DEVICE_TYPE:
        return STATUS_BAD_NETWORK_NAME;
    default:
        return Status;
    }
}

/// During I/O every way of losing the connection is one event to the file system above.
NTSTATUS MinirdrMapIoStatus(NTSTATUS Status)
{
    switch (Status) {
    case STATUS_CONNECTION_RESET:
    case STATUS_CONNECTION_ABORTED:
    case STATUS_CONNECTION_INVALID:
    case STATUS_REMOTE_DISCONNECT:
    case STATUS_LOCAL_DISCONNECT:
        return STATUS_CONNECTION_DISCONNECTED;
    case STATUS_PENDING:
    case STATUS_RETRY:
        // Both mean something to RDBSS that a server cannot know.
        return STATUS_INVALID_NETWORK_RESPONSE;
    default:
        return Status;
    }
}

BOOLEAN MinirdrTreeWasLost(NTSTATUS Status)
{
    return Status == STATUS_USER_SESSION_DELETED || Status == STATUS_NETWORK_SESSION_EXPIRED
        || Status == STATUS_NETWORK_NAME_DELETED;
}

NTSTATUS MinirdrGetHandle(PRX_CONTEXT RxContext, MINIRDR_SRVOPEN** Open)
{
    PMRX_SRV_OPEN SrvOpen = RelevantSrvOpen(RxContext);
    *Open = SrvOpen ? SrvOpenExtension(SrvOpen) : nullptr;
    return *Open && (*Open)->IsOpen ? STATUS_SUCCESS : STATUS_FILE_CLOSED;
}
