/* fsctl2.h - file system control structures */
#ifndef RDR_NT_TYPES_FSCTL2_H
#define RDR_NT_TYPES_FSCTL2_H

typedef struct _MOVEFILE_DESCRIPTOR {
    HANDLE FileHandle;
    ULONG Reserved;
    LARGE_INTEGER StartVcn;
    LARGE_INTEGER TargetLcn;
    ULONG NumVcns;
    ULONG Reserved1;
} MOVEFILE_DESCRIPTOR, *PMOVEFILE_DESCRIPTOR;

typedef struct _REMOTE_PORT_VIEW {
    ULONG Length;
    SIZE_T ViewSize;
    PVOID ViewBase;
} REMOTE_PORT_VIEW, *PREMOTE_PORT_VIEW;

#endif
