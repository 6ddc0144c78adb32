/* rxdata.h - global data of RDBSS. */
#ifndef RDR_RXDATA_H
#define RDR_RXDATA_H

#include "rxprocs.h"

#ifdef __cplusplus
extern "C" {
#endif

extern RX_DISPATCHER RxDispatcher;
extern RX_WORK_QUEUE_DISPATCHER RxDispatcherWorkQueues;
extern KMUTEX RxSerializationMutex;
extern PRDBSS_DEVICE_OBJECT RxFileSystemDeviceObject;
#if DBG
extern ULONG RxFsdEntryCount;
#endif
extern LIST_ENTRY RxSrvCalldownList;
extern LIST_ENTRY RxActiveContexts;

#define RxAcquireSerializationMutex() KeWaitForSingleObject(&RxSerializationMutex, Executive, KernelMode, FALSE, NULL)
#define RxReleaseSerializationMutex() KeReleaseMutex(&RxSerializationMutex, FALSE)

#ifdef __cplusplus
}
#endif

#endif
