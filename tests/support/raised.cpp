// raised.cpp - structured exceptions for tests; apart, because the standard library owns the word
// __try elsewhere.
#include <ntifs.h>

extern "C" NTSTATUS rdrTestRaised(void (*body)(void*), void* context)
{
    volatile NTSTATUS status = STATUS_SUCCESS;
    __try {
        body(context);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        status = GetExceptionCode();
    }
    return status;
}
