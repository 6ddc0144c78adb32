/* credirctl.h - control codes of credir, the small redirector that the tests load. Usable without
 * NT headers. */
#ifndef CREDIRCTL_H
#define CREDIRCTL_H

#define CREDIR_DEVICE_NAME "\\Device\\Credir"

/* Sent to a handle on the device. METHOD_BUFFERED, FILE_DEVICE_NETWORK_FILE_SYSTEM. */
#define IOCTL_CREDIR_START 0x00142400u
#define IOCTL_CREDIR_STOP 0x00142404u
#define IOCTL_CREDIR_SET_MODE 0x00142408u /* input: unsigned int, CREDIR_MODE_XXX */
#define IOCTL_CREDIR_QUERY_COUNTERS 0x0014240cu /* output: CREDIR_COUNTERS */

#define CREDIR_MODE_CACHE 0x1u /* opens may be cached and collapsed */
#define CREDIR_MODE_PEND_IO 0x2u /* reads and writes are completed later, by a worker thread */
#define CREDIR_MODE_UNREACHABLE 0x4u /* no server answers */
#define CREDIR_MODE_BAD_PASSWORD 0x8u /* every share refuses with STATUS_LOGON_FAILURE */

/* How often RDBSS called which routine. */
typedef struct _CREDIR_COUNTERS
{
    unsigned int CreateSrvCall;
    unsigned int WinnerNotify;
    unsigned int FinalizeSrvCall;
    unsigned int CreateVNetRoot;
    unsigned int FinalizeVNetRoot;
    unsigned int FinalizeNetRoot;
    unsigned int Create;
    unsigned int CollapseOpen;
    unsigned int CleanupFobx;
    unsigned int CloseSrvOpen;
    unsigned int ForceClosed;
    unsigned int Read;
    unsigned int Write;
    unsigned int Flush;
    unsigned int Lock;
    unsigned int QueryDirectory;
    unsigned int QueryFileInfo;
    unsigned int SetFileInfo;
    unsigned int QueryVolumeInfo;
    unsigned int Extend;
} CREDIR_COUNTERS;

/* What it serves: \\lab\public with readme.txt and docs\guide.txt, and \\lab\private, empty. */
#define CREDIR_README_TEXT "Hello from the lab.\r\n"
#define CREDIR_GUIDE_TEXT "One request, end to end.\r\n"

#endif
