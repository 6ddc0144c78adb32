/* crt.h - the C run-time routines that the kernel exports.
 *
 * Wide routines take 16-bit characters. The host's <wchar.h> means 32-bit ones by the same names, so ours carry the name
 * rdr_xxx in the object file and the usual name in source. Files that use the standard library too (RDRLAB_NT_HOST) see the
 * host's declarations of the narrow routines, and the wide ones only by their rdr_ names.
 * Formatting follows the kernel: %ls and %ws are 16-bit, %hs is narrow, %l is 32 bits, %wZ and %Z take counted strings.
 */
#ifndef RDR_NT_CRT_H
#define RDR_NT_CRT_H

#ifdef RDRLAB_NT_HOST
#ifdef __cplusplus
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#else
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#endif
#endif

#ifdef __cplusplus
extern "C" {
#define RDR_CRT_NOTHROW noexcept
#else
#define RDR_CRT_NOTHROW
#endif

#ifndef RDRLAB_NT_HOST
void* memcpy(void* Destination, const void* Source, size_t Count) RDR_CRT_NOTHROW;
void* memmove(void* Destination, const void* Source, size_t Count) RDR_CRT_NOTHROW;
void* memset(void* Destination, int Fill, size_t Count) RDR_CRT_NOTHROW;
int memcmp(const void* Left, const void* Right, size_t Count) RDR_CRT_NOTHROW;
size_t strlen(const char* String) RDR_CRT_NOTHROW;
size_t strnlen(const char* String, size_t Maximum) RDR_CRT_NOTHROW;
int strcmp(const char* Left, const char* Right) RDR_CRT_NOTHROW;
int strncmp(const char* Left, const char* Right, size_t Count) RDR_CRT_NOTHROW;
char* strcpy(char* Destination, const char* Source) RDR_CRT_NOTHROW;
char* strncpy(char* Destination, const char* Source, size_t Count) RDR_CRT_NOTHROW;
char* strcat(char* Destination, const char* Source) RDR_CRT_NOTHROW;
char* strncat(char* Destination, const char* Source, size_t Count) RDR_CRT_NOTHROW;
#ifndef __cplusplus
void* memchr(const void* Buffer, int Value, size_t Count);
char* strchr(const char* String, int Character);
char* strrchr(const char* String, int Character);
char* strstr(const char* String, const char* Find);
#else
void* memchr(const void* Buffer, int Value, size_t Count) noexcept;
char* strchr(const char* String, int Character) noexcept;
char* strrchr(const char* String, int Character) noexcept;
char* strstr(const char* String, const char* Find) noexcept;
#endif
int atoi(const char* String) RDR_CRT_NOTHROW;
int abs(int Value) RDR_CRT_NOTHROW;
int tolower(int Character) RDR_CRT_NOTHROW;
int toupper(int Character) RDR_CRT_NOTHROW;
int isdigit(int Character) RDR_CRT_NOTHROW;
int isxdigit(int Character) RDR_CRT_NOTHROW;
int isspace(int Character) RDR_CRT_NOTHROW;
int isalpha(int Character) RDR_CRT_NOTHROW;
int isalnum(int Character) RDR_CRT_NOTHROW;
int isupper(int Character) RDR_CRT_NOTHROW;
int islower(int Character) RDR_CRT_NOTHROW;
int isprint(int Character) RDR_CRT_NOTHROW;
#endif /* !RDRLAB_NT_HOST */

NTKERNELAPI size_t rdr_wcslen(const WCHAR* String);
NTKERNELAPI size_t rdr_wcsnlen(const WCHAR* String, size_t Maximum);
NTKERNELAPI WCHAR* rdr_wcscpy(WCHAR* Destination, const WCHAR* Source);
NTKERNELAPI WCHAR* rdr_wcsncpy(WCHAR* Destination, const WCHAR* Source, size_t Count);
NTKERNELAPI WCHAR* rdr_wcscat(WCHAR* Destination, const WCHAR* Source);
NTKERNELAPI WCHAR* rdr_wcsncat(WCHAR* Destination, const WCHAR* Source, size_t Count);
NTKERNELAPI int rdr_wcscmp(const WCHAR* Left, const WCHAR* Right);
NTKERNELAPI int rdr_wcsncmp(const WCHAR* Left, const WCHAR* Right, size_t Count);
NTKERNELAPI int rdr_wcsicmp(const WCHAR* Left, const WCHAR* Right);
NTKERNELAPI int rdr_wcsnicmp(const WCHAR* Left, const WCHAR* Right, size_t Count);
NTKERNELAPI WCHAR* rdr_wcschr(const WCHAR* String, WCHAR Character);
NTKERNELAPI WCHAR* rdr_wcsrchr(const WCHAR* String, WCHAR Character);
NTKERNELAPI WCHAR* rdr_wcsstr(const WCHAR* String, const WCHAR* Find);
NTKERNELAPI size_t rdr_wcsspn(const WCHAR* String, const WCHAR* Set);
NTKERNELAPI size_t rdr_wcscspn(const WCHAR* String, const WCHAR* Set);
NTKERNELAPI WCHAR* rdr_wcslwr(WCHAR* String);
NTKERNELAPI WCHAR* rdr_wcsupr(WCHAR* String);
NTKERNELAPI ULONG rdr_wcstoul(const WCHAR* String, WCHAR** End, int Base);
NTKERNELAPI LONG rdr_wtoi(const WCHAR* String);
NTKERNELAPI WCHAR rdr_towupper(WCHAR Character);
NTKERNELAPI WCHAR rdr_towlower(WCHAR Character);
NTKERNELAPI int rdr_stricmp(const char* Left, const char* Right);
NTKERNELAPI int rdr_strnicmp(const char* Left, const char* Right, size_t Count);
NTKERNELAPI char* rdr_strlwr(char* String);
NTKERNELAPI char* rdr_strupr(char* String);
NTKERNELAPI int rdr_snprintf(char* Buffer, size_t Count, const char* Format, ...);
NTKERNELAPI int rdr_vsnprintf(char* Buffer, size_t Count, const char* Format, va_list Arguments);
NTKERNELAPI int rdr_sprintf(char* Buffer, const char* Format, ...);
NTKERNELAPI int rdr_vsprintf(char* Buffer, const char* Format, va_list Arguments);
NTKERNELAPI int rdr_snwprintf(WCHAR* Buffer, size_t Count, const WCHAR* Format, ...);
NTKERNELAPI int rdr_vsnwprintf(WCHAR* Buffer, size_t Count, const WCHAR* Format, va_list Arguments);
NTKERNELAPI int rdr_swprintf(WCHAR* Buffer, const WCHAR* Format, ...);
NTKERNELAPI int rdr_vswprintf(WCHAR* Buffer, const WCHAR* Format, va_list Arguments);
NTKERNELAPI void rdr_qsort(void* Base, size_t Count, size_t Width, int (*Compare)(const void*, const void*));

#ifdef __cplusplus
}
#endif

/* Names that the host library does not have, or that mean the same there. */
#define _wcsicmp rdr_wcsicmp
#define _wcsnicmp rdr_wcsnicmp
#define _wcslwr rdr_wcslwr
#define _wcsupr rdr_wcsupr
#define _stricmp rdr_stricmp
#define _strnicmp rdr_strnicmp
#define _strlwr rdr_strlwr
#define _strupr rdr_strupr
#define _snprintf rdr_snprintf
#define _vsnprintf rdr_vsnprintf
#define _snwprintf rdr_snwprintf
#define _vsnwprintf rdr_vsnwprintf
#define _swprintf rdr_swprintf
#define _wtoi rdr_wtoi

#ifndef RDRLAB_NT_HOST
#define sprintf rdr_sprintf
#define vsprintf rdr_vsprintf
#define swprintf rdr_swprintf
#define vswprintf rdr_vswprintf
#define qsort rdr_qsort
#define wcslen rdr_wcslen
#define wcsnlen rdr_wcsnlen
#define wcscpy rdr_wcscpy
#define wcsncpy rdr_wcsncpy
#define wcscat rdr_wcscat
#define wcsncat rdr_wcsncat
#define wcscmp rdr_wcscmp
#define wcsncmp rdr_wcsncmp
#define wcsicmp rdr_wcsicmp
#define wcsnicmp rdr_wcsnicmp
#define wcschr rdr_wcschr
#define wcsrchr rdr_wcsrchr
#define wcsstr rdr_wcsstr
#define wcsspn rdr_wcsspn
#define wcscspn rdr_wcscspn
#define wcstoul rdr_wcstoul
#define towupper rdr_towupper
#define towlower rdr_towlower
#define stricmp rdr_stricmp
#define strnicmp rdr_strnicmp
#endif

#define _countof(Array) (sizeof(Array) / sizeof((Array)[0]))
#define _byteswap_ushort(x) __builtin_bswap16(x)
#define _byteswap_ulong(x) __builtin_bswap32(x)
#define _byteswap_uint64(x) __builtin_bswap64(x)
#define _ReturnAddress() __builtin_return_address(0)
#define _alloca __builtin_alloca

#endif
