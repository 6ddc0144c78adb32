/* io4.h - devices, drivers, files, IRPs and what hangs from them */
#ifndef RDR_NT_TYPES_IO4_H
#define RDR_NT_TYPES_IO4_H

typedef struct _IO_COUNTERS {
    ULONGLONG ReadOperationCount;
    ULONGLONG WriteOperationCount;
    ULONGLONG OtherOperationCount;
    ULONGLONG ReadTransferCount;
    ULONGLONG WriteTransferCount;
    ULONGLONG OtherTransferCount;
} IO_COUNTERS, *PIO_COUNTERS;

typedef VOID (NTAPI *PDRIVER_FS_NOTIFICATION)(PDEVICE_OBJECT DeviceObject, BOOLEAN FsActive);
NTKERNELAPI extern KSPIN_LOCK IoStatisticsLock;
NTKERNELAPI extern ULONG IoReadOperationCount;
NTKERNELAPI extern ULONG IoWriteOperationCount;
NTKERNELAPI extern ULONG IoOtherOperationCount;
NTKERNELAPI extern LARGE_INTEGER IoReadTransferCount;
NTKERNELAPI extern LARGE_INTEGER IoWriteTransferCount;
NTKERNELAPI extern LARGE_INTEGER IoOtherTransferCount;
typedef struct _IO_PRIORITY_INFO {
    ULONG Size;
    ULONG ThreadPriority;
    ULONG PagePriority;
    IO_PRIORITY_HINT IoPriority;
} IO_PRIORITY_INFO, *PIO_PRIORITY_INFO;

typedef enum _FAST_IO_POSSIBLE {
    FastIoIsNotPossible = 0,
    FastIoIsPossible,
    FastIoIsQuestionable
} FAST_IO_POSSIBLE;

#endif
