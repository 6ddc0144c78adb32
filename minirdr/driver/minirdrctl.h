/* minirdrctl.h - the control interface of minirdr's device, for services and tools.
 *
 * Open MINIRDR_DEVICE_NAME (user mode: \\.\MiniRdr) and send these requests. Include after
 * <ntifs.h> or <windows.h> with <winioctl.h>. All requests are METHOD_BUFFERED; lengths are bytes;
 * strings are UTF-16 without terminator. Each structure begins with its size; a driver takes
 * shorter ones of earlier versions and leaves what they lack as it is.
 */
#ifndef MINIRDRCTL_H
#define MINIRDRCTL_H

#define MINIRDR_DEVICE_NAME L"\\Device\\MiniRdr"
#define MINIRDR_USER_DEVICE_NAME L"\\??\\MiniRdr"

#define MINIRDR_CTL(Function)                                                                      \
    CTL_CODE(FILE_DEVICE_NETWORK_FILE_SYSTEM, 0x800 + (Function), METHOD_BUFFERED, FILE_ANY_ACCESS)

/* Starts and stops the redirector (RxStartMinirdr, RxStopMinirdr). No input, no output. */
#define IOCTL_MINIRDR_START MINIRDR_CTL(1)
#define IOCTL_MINIRDR_STOP MINIRDR_CTL(2)

/* Settings for connections made from now on. Input MINIRDR_CONFIGURATION. */
#define IOCTL_MINIRDR_SET_CONFIGURATION MINIRDR_CTL(3)

/* Credentials of the caller's logon session (of every session without its own, with
 * MINIRDR_CREDENTIALS_DEFAULT). They are used for sessions set up from now on. Input
 * MINIRDR_CREDENTIALS. */
#define IOCTL_MINIRDR_SET_CREDENTIALS MINIRDR_CTL(4)

/* Connects to, or forgets, a share. Input MINIRDR_CONNECTION. */
#define IOCTL_MINIRDR_ADD_CONNECTION MINIRDR_CTL(5)
#define IOCTL_MINIRDR_DELETE_CONNECTION MINIRDR_CTL(6)

#define MINIRDR_SIGNING_WHEN_REQUIRED 1 /* either side asks for it, or the dialect does */
#define MINIRDR_SIGNING_ALWAYS 2 /* whenever the session has a key (default) */

#define MINIRDR_OPTION_SET 0x80000000
#define MINIRDR_OPTION_MULTI_PROTOCOL 0x1 /* begin with the SMB1-shaped NEGOTIATE */
#define MINIRDR_OPTION_RAW_NTLMSSP 0x2 /* leave the SPNEGO wrapping out */
#define MINIRDR_OPTION_NO_LEASES 0x4 /* never cache */

typedef struct _MINIRDR_CONFIGURATION
{
    ULONG Size; /* sizeof(MINIRDR_CONFIGURATION) */
    USHORT Port; /* TCP port of servers; 0 keeps it (default 445) */
    USHORT MinimumDialect; /* 0x0202 ... 0x0311; 0 keeps it */
    USHORT MaximumDialect;
    UCHAR RequireSigning; /* refuse sessions that cannot sign (guests) */
    UCHAR Reserved;
    ULONG RequestTimeoutMs; /* 0 keeps it (default 60,000) */
    ULONG ConnectTimeoutMs; /* 0 keeps it (default 10,000) */
    ULONG TransferBytes; /* largest single READ or WRITE; 0 keeps it (default 1 MiB) */
    ULONG Signing; /* MINIRDR_SIGNING_*; 0 keeps it */
    ULONG Options; /* MINIRDR_OPTION_*, taken over when MINIRDR_OPTION_SET is among them */
} MINIRDR_CONFIGURATION, *PMINIRDR_CONFIGURATION;

#define MINIRDR_MAXIMUM_NAME 256 /* WCHARs */

#define MINIRDR_CREDENTIALS_DEFAULT 0x1
#define MINIRDR_CREDENTIALS_FORGET 0x2 /* take the entry back */
#define MINIRDR_CREDENTIALS_LOGON_ID 0x4 /* for the session LogonId instead of the caller's */

typedef struct _MINIRDR_CREDENTIALS
{
    ULONG Size; /* sizeof(MINIRDR_CREDENTIALS) */
    ULONG Flags;
    USHORT UserNameLength; /* bytes; 0: anonymous */
    USHORT DomainLength;
    USHORT PasswordLength;
    USHORT Reserved;
    WCHAR UserName[MINIRDR_MAXIMUM_NAME];
    WCHAR Domain[MINIRDR_MAXIMUM_NAME];
    WCHAR Password[MINIRDR_MAXIMUM_NAME];
    ULONG LogonIdLow;
    LONG LogonIdHigh;
} MINIRDR_CREDENTIALS, *PMINIRDR_CREDENTIALS;

#define MINIRDR_CONNECTION_FORCE 0x1 /* delete although files are open */

typedef struct _MINIRDR_CONNECTION
{
    ULONG Size; /* sizeof(MINIRDR_CONNECTION) */
    USHORT RemoteNameLength; /* bytes */
    USHORT Reserved;
    WCHAR RemoteName[2 * MINIRDR_MAXIMUM_NAME]; /* \server\share, or \;X:\server\share for a drive
                                                   letter */
    ULONG Flags; /* MINIRDR_CONNECTION_* */
    USHORT UserNameLength; /* 0: the credentials of the logon session */
    USHORT DomainLength;
    USHORT PasswordLength;
    USHORT Reserved2;
    WCHAR UserName[MINIRDR_MAXIMUM_NAME];
    WCHAR Domain[MINIRDR_MAXIMUM_NAME];
    WCHAR Password[MINIRDR_MAXIMUM_NAME];
} MINIRDR_CONNECTION, *PMINIRDR_CONNECTION;

#endif
