// iop.h - what the I/O manager offers to the other parts of the executive.
#pragma once

#include <ntifs.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Loads a driver module and calls its DriverEntry with
/// \Registry\Machine\System\CurrentControlSet\Services\<name>.
///
/// The module is loaded privately (its symbols serve nobody else) and unloaded completely by
/// IopUnloadDriver, so that a second load starts from fresh globals.
///
/// IRQL     PASSIVE_LEVEL, on a system thread
/// Errors   STATUS_OBJECT_NAME_NOT_FOUND (no such file), STATUS_INVALID_IMAGE_FORMAT,
/// STATUS_PROCEDURE_NOT_FOUND
///          (no DriverEntry), STATUS_IMAGE_ALREADY_LOADED, or what DriverEntry returned
NTSTATUS IopLoadDriver(const char* ModulePath, PCUNICODE_STRING ServiceName);

/// Calls DriverUnload and unloads the module. STATUS_INVALID_DEVICE_REQUEST when the driver has no
/// DriverUnload. While device objects are in use the unload stays pending (STATUS_PENDING is not
/// returned: STATUS_DEVICE_BUSY is).
NTSTATUS IopUnloadDriver(PCUNICODE_STRING ServiceName);

/// Makes a driver object without a module and calls Initialize (the internal form of
/// IoCreateDriver).
NTSTATUS IopCreateDriver(
    PCUNICODE_STRING DriverName, PDRIVER_INITIALIZE Initialize, PDRIVER_OBJECT* DriverObject);
void IopDeleteDriver(PDRIVER_OBJECT DriverObject);

/// Text of the last module that could not be loaded (empty when none failed); for the message to
/// the user.
const char* IopLastLoadError(void);

/// Cancels every IRP the thread has issued and waits until all are completed (at most five minutes
/// of virtual time, then they are disowned and an error is recorded). Thread exit calls it on the
/// exiting thread.
void IoCancelThreadIo(PETHREAD Thread);

/// Number of IRPs that exist (allocated and not freed).
LONG IopLiveIrps(void);

/// "IRP_MJ_CREATE" ... for a major function; a literal.
const char* IopMajorName(UCHAR MajorFunction);

#ifdef __cplusplus
}
#endif
