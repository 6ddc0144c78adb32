// What the files of rtl share.
#pragma once

#include <ntifs.h>

#define RTLP_STRING_TAG 'grtS'
#define RTLP_SECURITY_TAG 'eSlR'

extern "C" NTSTATUS RtlpMakeRoom(PUNICODE_STRING Destination, SIZE_T Bytes, BOOLEAN Allocate);
