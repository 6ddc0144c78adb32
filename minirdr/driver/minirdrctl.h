/* minirdrctl.h - the control interface of minirdr's device, for services and tools.
 *
 * Open MINIRDR_DEVICE_NAME (user mode: \\.\MiniRdr) and send these requests. Include after <ntifs.h> or <windows.h> with
 * <winioctl.h>. All requests are METHOD_BUFFERED; lengths are bytes; strings are UTF-16 without terminator.
 */
#ifndef MINIRDRCTL_H
#define MINIRDRCTL_H

#define MINIRDR_DEVICE_NAME L"\\Device\\MiniRdr"
#define MINIRDR_USER_DEVICE_NAME L"\\??\\MiniRdr"

#define MINIRDR_CTL(Function) CTL_CODE(FILE_DEVICE_NETWORK_FILE_SYSTEM, 0x800 + (Function), METHOD_BUFFERED, FILE_ANY_ACCESS)

/* Starts and stops the redirector (RxStartMinirdr, RxStopMinirdr). No input, no output. */
#define IOCTL_MINIRDR_START MINIRDR_CTL(1)
#define IOCTL_MINIRDR_STOP MINIRDR_CTL(2)

/* Settings for connections made from now on. Input MINIRDR_CONFIGURATION. */
#define IOCTL_MINIRDR_SET_CONFIGURATION MINIRDR_CTL(3)

/* Credentials of the caller's logon session (of every session without its own, with MINIRDR_CREDENTIALS_DEFAULT). They are
 * used for sessions set up from now on. Input MINIRDR_CREDENTIALS. */
#define IOCTL_MINIRDR_SET_CREDENTIALS MINIRDR_CTL(4)

/* Connects to, or forgets, a share. Input MINIRDR_CONNECTION. */
#define IOCTL_MINIRDR_ADD_CONNECTION MINIRDR_CTL(5)
#define IOCTL_MINIRDR_DELETE_CONNECTION MINIRDR_CTL(6)

typedef struct _MINIRDR_CONFIGURATION {
    ULONG Size;           /* sizeof(MINIRDR_CONFIGURATION) */
    USHORT Port;          /* TCP port of servers; 0 keeps it (default 445) */
    USHORT MinimumDialect; /* 0x0202 ... 0x0311; 0 keeps it */
    USHORT MaximumDialect;
    UCHAR RequireSigning; /* refuse sessions that cannot sign (guests) */
    UCHAR Reserved;
    ULONG RequestTimeoutMs; /* 0 keeps it (default 60,000) */
} MINIRDR_CONFIGURATION, *PMINIRDR_CONFIGURATION;

#define MINIRDR_MAXIMUM_NAME 256 /* WCHARs */

#define MINIRDR_CREDENTIALS_DEFAULT 0x1

typedef struct _MINIRDR_CREDENTIALS {
    ULONG Size; /* sizeof(MINIRDR_CREDENTIALS) */
    ULONG Flags;
    USHORT UserNameLength; /* bytes; 0: anonymous */
    USHORT DomainLength;
    USHORT PasswordLength;
    USHORT Reserved;
    WCHAR UserName[MINIRDR_MAXIMUM_NAME];
    WCHAR Domain[MINIRDR_MAXIMUM_NAME];
    WCHAR Password[MINIRDR_MAXIMUM_NAME];
} MINIRDR_CREDENTIALS, *PMINIRDR_CREDENTIALS;

typedef struct _MINIRDR_CONNECTION {
    ULONG Size; /* sizeof(MINIRDR_CONNECTION) */
    USHORT RemoteNameLength; /* bytes */
    USHORT Reserved;
    WCHAR RemoteName[2 * MINIRDR_MAXIMUM_NAME]; /* \server\share */
} MINIRDR_CONNECTION, *PMINIRDR_CONNECTION;

#endif
