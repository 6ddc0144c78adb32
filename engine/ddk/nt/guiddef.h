/* guiddef.h - GUID, and DEFINE_GUID with the usual INITGUID switch: one translation unit of a module defines it. */
#ifndef GUID_DEFINED
#define GUID_DEFINED

#ifndef RDRLAB_GUID_BASE
#define RDRLAB_GUID_BASE
#ifdef __cplusplus
extern "C" {
#endif
typedef struct _GUID {
    unsigned int Data1;
    unsigned short Data2;
    unsigned short Data3;
    unsigned char Data4[8];
} GUID, *PGUID, *LPGUID, IID, CLSID, UUID;
typedef const GUID *LPCGUID, *PCGUID;
#ifdef __cplusplus
}
#endif
#endif

#ifdef __cplusplus
typedef const GUID& REFGUID;
typedef const IID& REFIID;
#define IsEqualGUID(a, b) (!__builtin_memcmp(&(a), &(b), sizeof(GUID)))
inline bool operator==(const GUID& Left, const GUID& Right)
{
    return IsEqualGUID(Left, Right);
}
#else
typedef const GUID* REFGUID;
typedef const IID* REFIID;
#define IsEqualGUID(a, b) (!__builtin_memcmp((a), (b), sizeof(GUID)))
#endif
#define IsEqualIID(a, b) IsEqualGUID(a, b)
#define IsEqualCLSID(a, b) IsEqualGUID(a, b)
#define IsEqualGUIDAligned(a, b) IsEqualGUID(a, b)

#endif /* GUID_DEFINED */

/* Outside the guard: <initguid.h> includes this file again to turn declarations into definitions. */
#undef DEFINE_GUID
#ifdef INITGUID
#ifdef __cplusplus
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                            \
    extern "C" const GUID name __attribute__((weak, visibility("hidden")));                     \
    extern "C" const GUID name = { l, w1, w2, { b1, b2, b3, b4, b5, b6, b7, b8 } }
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
    const GUID name __attribute__((weak, visibility("hidden"))) = { l, w1, w2, { b1, b2, b3, b4, b5, b6, b7, b8 } }
#endif
#else
#ifdef __cplusplus
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) extern "C" const GUID name
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) extern const GUID name
#endif
#endif
#undef DEFINE_GUIDEX
#define DEFINE_GUIDEX(name) EXTERN_C const GUID name
