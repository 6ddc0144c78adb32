// iotables.h - what each information class needs.
#pragma once

#include <ntifs.h>

constexpr ACCESS_MASK DELETE_ACCESS = DELETE;
constexpr ULONG kIdInformationBytes
    = 24; // FILE_ID_INFORMATION: volume serial number and a 128-bit file id

struct IOP_CLASS
{
    int Class;
    ULONG Length; // smallest buffer in bytes
    ACCESS_MASK Access; // access the handle needs
};

/// NULL: no such class for this operation.
const IOP_CLASS* IopFileClass(FILE_INFORMATION_CLASS Class, BOOLEAN Set);
const IOP_CLASS* IopVolumeClass(FS_INFORMATION_CLASS Class, BOOLEAN Set);
