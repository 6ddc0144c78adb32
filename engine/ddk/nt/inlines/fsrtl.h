/* fsrtl.h - flag words, advanced headers, per-stream contexts, name characters, caching odds and ends. */
#ifndef RDR_NT_INLINES_FSRTL_H
#define RDR_NT_INLINES_FSRTL_H

#define FlagOn(Flags, SingleFlag) ((Flags) & (SingleFlag))
#ifndef BooleanFlagOn
#define BooleanFlagOn(Flags, SingleFlag) ((BOOLEAN)(((Flags) & (SingleFlag)) != 0))
#endif
#ifndef SetFlag
#define SetFlag(Flags, SetOfFlags) ((Flags) |= (SetOfFlags))
#endif
#ifndef ClearFlag
#define ClearFlag(Flags, SetOfFlags) ((Flags) &= ~(SetOfFlags))
#endif

#define FsRtlEnterFileSystem KeEnterCriticalRegion
#define FsRtlExitFileSystem KeLeaveCriticalRegion

#define FsRtlCompleteRequest(Irp, StatusValue)          \
    do {                                                \
        (Irp)->IoStatus.Status = (StatusValue);         \
        IoCompleteRequest((Irp), IO_DISK_INCREMENT);    \
    } while (0)

#define FsRtlFastLock(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11) \
    (FsRtlPrivateLock(A1, A2, A3, A4, A5, A6, A7, A8, A9, NULL, A10, A11))
#define FsRtlAreThereCurrentFileLocks(FileLock) ((FileLock)->FastIoIsQuestionable)
#define FsRtlIncrementLockRequestsInProgress(FileLock) \
    ((VOID)InterlockedIncrement((volatile LONG*)&(FileLock)->LockRequestsInProgress))
#define FsRtlDecrementLockRequestsInProgress(FileLock) \
    ((VOID)InterlockedDecrement((volatile LONG*)&(FileLock)->LockRequestsInProgress))

#define LEGAL_ANSI_CHARACTER_ARRAY FsRtlLegalAnsiCharacterArray
#define FsRtlIsAnsiCharacterWild(C) (FlagOn(FsRtlLegalAnsiCharacterArray[(UCHAR)(C)], FSRTL_WILD_CHARACTER))
#define FsRtlIsUnicodeCharacterWild(C) \
    (((C) >= 0x40) ? FALSE : FlagOn(FsRtlLegalAnsiCharacterArray[(UCHAR)(C)], FSRTL_WILD_CHARACTER))
#define FsRtlIsLeadDbcsCharacter(C) (FALSE)

#define FsRtlSetupAdvancedHeaderEx(Header, FastMutexPointer, FileContext)                        \
    do {                                                                                         \
        FsRtlSetupAdvancedHeader(Header, FastMutexPointer);                                      \
        if ((FileContext) != NULL) {                                                             \
            (Header)->FileContextSupportPointer = (FileContext);                                 \
        }                                                                                        \
    } while (0)
FORCEINLINE VOID FsRtlSetupAdvancedHeader(PVOID AdvancedHeader, PFAST_MUTEX FastMutex)
{
    PFSRTL_ADVANCED_FCB_HEADER Header = (PFSRTL_ADVANCED_FCB_HEADER)AdvancedHeader;

    Header->Flags |= FSRTL_FLAG_ADVANCED_HEADER;
    Header->Flags2 |= FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS;
    Header->Version = FSRTL_FCB_HEADER_V1;
    InitializeListHead(&Header->FilterContexts);
    if (FastMutex != NULL) {
        Header->FastMutex = FastMutex;
    }
    Header->PushLock = 0;
    Header->FileContextSupportPointer = NULL;
}
#define FsRtlGetPerStreamContextPointer(FileObject) ((PFSRTL_ADVANCED_FCB_HEADER)(FileObject)->FsContext)
#define FsRtlSupportsPerStreamContexts(FileObject)                                                        \
    ((BOOLEAN)((NULL != FsRtlGetPerStreamContextPointer(FileObject))                                      \
        && FlagOn(FsRtlGetPerStreamContextPointer(FileObject)->Flags2, FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS)))
#define FsRtlInitPerStreamContext(Context, Owner, Instance, Callback) \
    ((Context)->OwnerId = (Owner), (Context)->InstanceId = (Instance), (Context)->FreeCallback = (Callback))
#define FsRtlInitPerFileObjectContext(Context, Owner, Instance) \
    ((Context)->OwnerId = (Owner), (Context)->InstanceId = (Instance))
#define FsRtlLookupPerStreamContext(Header, Owner, Instance)                                                          \
    (((NULL != (Header)) && FlagOn((Header)->Flags2, FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS)                            \
         && !IsListEmpty(&(Header)->FilterContexts))                                                                  \
            ? FsRtlLookupPerStreamContextInternal((Header), (Owner), (Instance))                                      \
            : NULL)

#define CcIsFileCached(FileObject)                             \
    (((FileObject)->SectionObjectPointer != NULL)              \
        && ((FileObject)->SectionObjectPointer->SharedCacheMap != NULL))
#define CcGetFileSizePointer(FileObject) (((PLARGE_INTEGER)((FileObject)->SectionObjectPointer->SharedCacheMap) + 1))
#define CcReadAhead(FileObject, FileOffset, Length)                         \
    do {                                                                    \
        if ((Length) >= 256) {                                              \
            CcScheduleReadAhead((FileObject), (FileOffset), (Length));      \
        }                                                                   \
    } while (0)

#define IsReparseTagMicrosoft(Tag) (((Tag)&0x80000000))
#define IsReparseTagNameSurrogate(Tag) (((Tag)&0x20000000))
#define IsReparseTagValid(Tag) (!((Tag) & ~IO_REPARSE_TAG_VALID_VALUES) && ((Tag) > IO_REPARSE_TAG_RESERVED_RANGE))
#define REPARSE_DATA_BUFFER_HEADER_SIZE UFIELD_OFFSET(REPARSE_DATA_BUFFER, GenericReparseBuffer)
#define REPARSE_GUID_DATA_BUFFER_HEADER_SIZE UFIELD_OFFSET(REPARSE_GUID_DATA_BUFFER, GenericReparseBuffer)

#endif
