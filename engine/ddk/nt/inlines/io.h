/* io.h - IRP stack arithmetic, MDL accessors, remove locks. */
#ifndef RDR_NT_INLINES_IO_H
#define RDR_NT_INLINES_IO_H

#define CTL_CODE(DeviceType, Function, Method, Access) \
    (((DeviceType) << 16) | ((Access) << 14) | ((Function) << 2) | (Method))
#define DEVICE_TYPE_FROM_CTL_CODE(Code) (((ULONG)((Code)&0xffff0000)) >> 16)
#define METHOD_FROM_CTL_CODE(Code) ((ULONG)((Code)&3))
#define IoGetFunctionCodeFromCtlCode(Code) (((Code) >> 2) & 0x00000FFF)

#define IoCallDriver IofCallDriver
#define IoCompleteRequest IofCompleteRequest
#define IoCallDriverStackSafeDefault(DeviceObject, Irp) IoCallDriver(DeviceObject, Irp)
#define IoForwardAndCatchIrp IoForwardIrpSynchronously
#define IoAssignArcName(ArcName, DeviceName) (IoCreateSymbolicLink((ArcName), (DeviceName)))
#define IoDeassignArcName IoDeleteSymbolicLink

#define IoSizeOfIrp(StackSize) ((USHORT)(sizeof(IRP) + ((StackSize) * (sizeof(IO_STACK_LOCATION)))))
#define IoSetCancelRoutine(Irp, NewCancelRoutine) \
    ((PDRIVER_CANCEL)(ULONG_PTR)InterlockedExchangePointer((PVOID*)&(Irp)->CancelRoutine, (PVOID)(ULONG_PTR)(NewCancelRoutine)))
#define IoRequestDpc(DeviceObject, Irp, Context) (KeInsertQueueDpc(&(DeviceObject)->Dpc, (Irp), (Context)))
#define IoIsErrorUserInduced(Status)                                                                               \
    ((BOOLEAN)(((Status) == STATUS_DEVICE_NOT_READY) || ((Status) == STATUS_IO_TIMEOUT)                            \
        || ((Status) == STATUS_MEDIA_WRITE_PROTECTED) || ((Status) == STATUS_NO_MEDIA_IN_DEVICE)                   \
        || ((Status) == STATUS_VERIFY_REQUIRED) || ((Status) == STATUS_UNRECOGNIZED_MEDIA)                         \
        || ((Status) == STATUS_WRONG_VOLUME)))
#define IoIsFileOpenedExclusively(FileObject) \
    ((BOOLEAN) !((FileObject)->SharedRead || (FileObject)->SharedWrite || (FileObject)->SharedDelete))
#define IoInitializeRemoveLock(Lock, Tag, Minutes, High) IoInitializeRemoveLockEx(Lock, Tag, Minutes, High, sizeof(IO_REMOVE_LOCK))
#define IoAcquireRemoveLock(Lock, Tag) IoAcquireRemoveLockEx(Lock, Tag, "", 1, sizeof(IO_REMOVE_LOCK))
#define IoReleaseRemoveLock(Lock, Tag) IoReleaseRemoveLockEx(Lock, Tag, sizeof(IO_REMOVE_LOCK))
#define IoReleaseRemoveLockAndWait(Lock, Tag) IoReleaseRemoveLockAndWaitEx(Lock, Tag, sizeof(IO_REMOVE_LOCK))
#define STATUS_CONTINUE_COMPLETION STATUS_SUCCESS

FORCEINLINE PIO_STACK_LOCATION IoGetCurrentIrpStackLocation(PIRP Irp)
{
    NT_ASSERT(Irp->CurrentLocation <= Irp->StackCount + 1);
    return Irp->Tail.Overlay.CurrentStackLocation;
}

FORCEINLINE PIO_STACK_LOCATION IoGetNextIrpStackLocation(PIRP Irp)
{
    NT_ASSERT(Irp->CurrentLocation > 0);
    return Irp->Tail.Overlay.CurrentStackLocation - 1;
}

FORCEINLINE VOID IoSetNextIrpStackLocation(PIRP Irp)
{
    NT_ASSERT(Irp->CurrentLocation > 0);
    Irp->CurrentLocation--;
    Irp->Tail.Overlay.CurrentStackLocation--;
}

FORCEINLINE VOID IoSkipCurrentIrpStackLocation(PIRP Irp)
{
    NT_ASSERT(Irp->CurrentLocation <= Irp->StackCount);
    Irp->CurrentLocation++;
    Irp->Tail.Overlay.CurrentStackLocation++;
}

FORCEINLINE VOID IoMarkIrpPending(PIRP Irp)
{
    IoGetCurrentIrpStackLocation(Irp)->Control |= SL_PENDING_RETURNED;
}

/* Copies everything but the completion routine and its context. */
FORCEINLINE VOID IoCopyCurrentIrpStackLocationToNext(PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = IoGetCurrentIrpStackLocation(Irp);
    PIO_STACK_LOCATION NextIrpSp = IoGetNextIrpStackLocation(Irp);

    __builtin_memcpy((PVOID)NextIrpSp, (PVOID)IrpSp, __builtin_offsetof(IO_STACK_LOCATION, CompletionRoutine));
    NextIrpSp->Control = 0;
}

FORCEINLINE VOID IoSetCompletionRoutine(
    PIRP Irp, PIO_COMPLETION_ROUTINE CompletionRoutine, PVOID Context, BOOLEAN InvokeOnSuccess, BOOLEAN InvokeOnError,
    BOOLEAN InvokeOnCancel)
{
    PIO_STACK_LOCATION IrpSp = IoGetNextIrpStackLocation(Irp);

    NT_ASSERT((InvokeOnSuccess || InvokeOnError || InvokeOnCancel) ? (CompletionRoutine != NULL) : TRUE);
    IrpSp->CompletionRoutine = CompletionRoutine;
    IrpSp->Context = Context;
    IrpSp->Control = 0;
    if (InvokeOnSuccess) {
        IrpSp->Control = SL_INVOKE_ON_SUCCESS;
    }
    if (InvokeOnError) {
        IrpSp->Control |= SL_INVOKE_ON_ERROR;
    }
    if (InvokeOnCancel) {
        IrpSp->Control |= SL_INVOKE_ON_CANCEL;
    }
}

FORCEINLINE ULONG_PTR RdrStackAddress(VOID)
{
    return (ULONG_PTR)__builtin_frame_address(0);
}

FORCEINLINE VOID IoInitializeDpcRequest(PDEVICE_OBJECT DeviceObject, PIO_DPC_ROUTINE DpcRoutine)
{
    KeInitializeDpc(&DeviceObject->Dpc, (PKDEFERRED_ROUTINE)(ULONG_PTR)DpcRoutine, DeviceObject);
}

FORCEINLINE VOID IoInitializeDriverCreateContext(PIO_DRIVER_CREATE_CONTEXT DriverContext)
{
    __builtin_memset(DriverContext, 0, sizeof(IO_DRIVER_CREATE_CONTEXT));
    DriverContext->Size = sizeof(IO_DRIVER_CREATE_CONTEXT);
}

EXTERN_C_START
NTKERNELAPI ULONG_PTR NTAPI IoGetRemainingStackSize(VOID);
EXTERN_C_END

/* Memory descriptor lists. */
#define BYTE_OFFSET(Va) ((ULONG)((ULONG_PTR)(Va) & (PAGE_SIZE - 1)))
#define BYTES_TO_PAGES(Size) (((Size) >> PAGE_SHIFT) + (((Size) & (PAGE_SIZE - 1)) != 0))
#define PAGE_ALIGN(Va) ((PVOID)((ULONG_PTR)(Va) & ~((ULONG_PTR)PAGE_SIZE - 1)))
#define ROUND_TO_PAGES(Size) (((ULONG_PTR)(Size) + PAGE_SIZE - 1) & ~((ULONG_PTR)PAGE_SIZE - 1))
#define ROUND_TO_SIZE(Length, Alignment) ((((ULONG_PTR)(Length)) + ((Alignment)-1)) & ~(ULONG_PTR)((Alignment)-1))
#define ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Size) \
    ((ULONG)((((ULONG_PTR)(Va) & (PAGE_SIZE - 1)) + (Size) + (PAGE_SIZE - 1)) >> PAGE_SHIFT))
#define COMPUTE_PAGES_SPANNED(Va, Size) ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Size)
#define MDL_MAPPING_FLAGS                                                                             \
    (MDL_MAPPED_TO_SYSTEM_VA | MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL                         \
        | MDL_PARTIAL_HAS_BEEN_MAPPED | MDL_PARENT_MAPPED_SYSTEM_VA | MDL_IO_SPACE)
#define MmGetMdlByteCount(Mdl) ((Mdl)->ByteCount)
#define MmGetMdlByteOffset(Mdl) ((Mdl)->ByteOffset)
#define MmGetMdlBaseVa(Mdl) ((Mdl)->StartVa)
#define MmGetMdlPfnArray(Mdl) ((PPFN_NUMBER)((Mdl) + 1))
#define MmGetMdlVirtualAddress(Mdl) ((PVOID)((PCHAR)((Mdl)->StartVa) + (Mdl)->ByteOffset))
#define MmGetSystemAddressForMdl(Mdl)                                                       \
    (((Mdl)->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))            \
            ? ((Mdl)->MappedSystemVa)                                                       \
            : (MmMapLockedPages((Mdl), KernelMode)))
#define MmGetSystemAddressForMdlSafe(Mdl, Priority)                                                                      \
    (((Mdl)->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))                                         \
            ? ((Mdl)->MappedSystemVa)                                                                                    \
            : (MmMapLockedPagesSpecifyCache((Mdl), KernelMode, MmCached, NULL, FALSE, (ULONG)(Priority))))
#define MmInitializeMdl(Mdl, BaseVa, Length)                                                                    \
    do {                                                                                                        \
        (Mdl)->Next = NULL;                                                                                     \
        (Mdl)->Size = (CSHORT)(sizeof(MDL) + (sizeof(PFN_NUMBER) * ADDRESS_AND_SIZE_TO_SPAN_PAGES(BaseVa, Length))); \
        (Mdl)->MdlFlags = 0;                                                                                    \
        (Mdl)->StartVa = PAGE_ALIGN(BaseVa);                                                                    \
        (Mdl)->ByteOffset = BYTE_OFFSET(BaseVa);                                                                \
        (Mdl)->ByteCount = (ULONG)(Length);                                                                     \
    } while (0)
#define MmPrepareMdlForReuse(Mdl)                                                             \
    do {                                                                                      \
        if (((Mdl)->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED) != 0) {                           \
            NT_ASSERT(((Mdl)->MdlFlags & MDL_PARTIAL) != 0);                                  \
            MmUnmapLockedPages((Mdl)->MappedSystemVa, (Mdl));                                 \
        } else if (((Mdl)->MdlFlags & MDL_PARTIAL) == 0) {                                    \
            NT_ASSERT(((Mdl)->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) == 0);                      \
        }                                                                                     \
    } while (0)
#define MmGetProcedureAddress(Address) (Address)
#define MmLockPagableCodeSection(Address) MmLockPagableDataSection(Address)
#define MM_HIGHEST_USER_ADDRESS MmHighestUserAddress
#define MM_SYSTEM_RANGE_START MmSystemRangeStart
#define MM_USER_PROBE_ADDRESS MmUserProbeAddress

#endif
