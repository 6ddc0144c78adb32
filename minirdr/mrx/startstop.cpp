// startstop.cpp - MRxStart, MRxStop.
#include "minirdr/mrx/minirdr.h"

/// Runs in the file system process. What needs no RDBSS could be set up in DriverEntry; sockets and
/// keys wait until somebody wants the redirector.
NTSTATUS NTAPI MinirdrStart(PRX_CONTEXT RxContext, PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    UNREFERENCED_PARAMETER(RxContext);
    UNREFERENCED_PARAMETER(RxDeviceObject);
    PAGED_CODE();
    if (!Minirdr.CryptoUp) {
        NTSTATUS Status = Smb2CryptoInitialize();
        if (NT_SUCCESS(Status))
            Minirdr.CryptoUp = TRUE;
        if (NT_SUCCESS(Status))
            Status = Smb2Random(&Minirdr.ClientGuid, sizeof Minirdr.ClientGuid);
        if (!NT_SUCCESS(Status))
            return STATUS_UNSUCCESSFUL;
    }
    if (!Minirdr.TransportUp) {
        if (!NT_SUCCESS(MinirdrStartWsk(&Minirdr.Transport)))
            return STATUS_UNSUCCESSFUL;
        Minirdr.TransportUp = TRUE;
    }
    return STATUS_SUCCESS;
}

/// RDBSS has cut off new requests; connections of finalized SRV_CALLs are closed. The keys stay
/// until unload, because a server object that outlives the stop (files still open) needs them.
NTSTATUS NTAPI MinirdrStop(PRX_CONTEXT RxContext, PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    UNREFERENCED_PARAMETER(RxContext);
    UNREFERENCED_PARAMETER(RxDeviceObject);
    PAGED_CODE();
    if (Minirdr.TransportUp)
        MinirdrStopWsk(&Minirdr.Transport);
    Minirdr.TransportUp = FALSE;
    return STATUS_SUCCESS;
}
