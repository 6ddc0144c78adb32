/* rtl.h - Rtl and Dbg routines */
#ifndef RDR_NT_API_RTL_H
#define RDR_NT_API_RTL_H

NTKERNELAPI VOID NTAPI DbgBreakPoint(VOID);
NTKERNELAPI VOID NTAPI DbgBreakPointWithStatus(ULONG Status);
NTKERNELAPI ULONG NTAPI DbgPrint(PCSTR Format, ...);
NTKERNELAPI ULONG NTAPI DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...);
NTKERNELAPI ULONG NTAPI DbgPrintReturnControlC(PCCH Format, ...);
NTKERNELAPI ULONG NTAPI DbgPrompt(PCCH Prompt, PCH Response, ULONG MaximumResponseLength);
NTKERNELAPI NTSTATUS NTAPI DbgQueryDebugFilterState(ULONG ComponentId, ULONG Level);
NTKERNELAPI NTSTATUS NTAPI DbgSetDebugFilterState(ULONG ComponentId, ULONG Level, BOOLEAN State);
NTKERNELAPI NTSTATUS NTAPI DbgSetDebugPrintCallback(PDEBUG_PRINT_CALLBACK DebugPrintCallback, BOOLEAN Enable);
NTKERNELAPI PPREFIX_TABLE_ENTRY NTAPI PfxFindPrefix(PPREFIX_TABLE PrefixTable, PSTRING FullName);
NTKERNELAPI VOID NTAPI PfxInitialize(PPREFIX_TABLE PrefixTable);
NTKERNELAPI BOOLEAN NTAPI PfxInsertPrefix(
    PPREFIX_TABLE PrefixTable, PSTRING Prefix, PPREFIX_TABLE_ENTRY PrefixTableEntry);
NTKERNELAPI VOID NTAPI PfxRemovePrefix(PPREFIX_TABLE PrefixTable, PPREFIX_TABLE_ENTRY PrefixTableEntry);
NTKERNELAPI NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(
    PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor, PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor,
    PULONG BufferLength);
NTKERNELAPI NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask, PSID Sid);
NTKERNELAPI NTSTATUS NTAPI RtlAddAccessAllowedAceEx(
    PACL Acl, ULONG AceRevision, ULONG AceFlags, ACCESS_MASK AccessMask, PSID Sid);
NTKERNELAPI NTSTATUS NTAPI RtlAddAce(
    PACL Acl, ULONG AceRevision, ULONG StartingAceIndex, PVOID AceList, ULONG AceListLength);
NTKERNELAPI NTSTATUS NTAPI RtlAllocateAndInitializeSid(
    PSID_IDENTIFIER_AUTHORITY IdentifierAuthority, UCHAR SubAuthorityCount, ULONG SubAuthority0,
    ULONG SubAuthority1, ULONG SubAuthority2, ULONG SubAuthority3, ULONG SubAuthority4, ULONG SubAuthority5,
    ULONG SubAuthority6, ULONG SubAuthority7, PSID *Sid);
NTKERNELAPI PVOID NTAPI RtlAllocateHeap(HANDLE HeapHandle, ULONG Flags, SIZE_T Size);
NTKERNELAPI NTSTATUS NTAPI RtlAnsiStringToUnicodeString(
    PUNICODE_STRING DestinationString, PANSI_STRING SourceString, BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlAppendStringToString(PSTRING Destination, const STRING *Source);
NTKERNELAPI NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source);
NTKERNELAPI NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source);
NTKERNELAPI BOOLEAN NTAPI RtlAreBitsClear(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length);
NTKERNELAPI BOOLEAN NTAPI RtlAreBitsSet(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length);
NTKERNELAPI VOID NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PSTR Message);
NTKERNELAPI VOID NTAPI RtlCaptureContext(PCONTEXT ContextRecord);
NTKERNELAPI USHORT NTAPI RtlCaptureStackBackTrace(
    ULONG FramesToSkip, ULONG FramesToCapture, PVOID *BackTrace, PULONG BackTraceHash);
NTKERNELAPI NTSTATUS NTAPI RtlCharToInteger(PCSZ String, ULONG Base, PULONG Value);
NTKERNELAPI NTSTATUS NTAPI RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path);
NTKERNELAPI VOID NTAPI RtlClearAllBits(PRTL_BITMAP BitMapHeader);
NTKERNELAPI VOID NTAPI RtlClearBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber);
NTKERNELAPI VOID NTAPI RtlClearBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToClear);
NTKERNELAPI ULONGLONG NTAPI RtlCmDecodeMemIoResource(
    struct _CM_PARTIAL_RESOURCE_DESCRIPTOR *Descriptor, PULONGLONG Start);
NTKERNELAPI NTSTATUS NTAPI RtlCmEncodeMemIoResource(
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor, UCHAR Type, ULONGLONG Length, ULONGLONG Start);
NTKERNELAPI LONG NTAPI RtlCompareAltitudes(PCUNICODE_STRING Altitude1, PCUNICODE_STRING Altitude2);
NTKERNELAPI SIZE_T NTAPI RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length);
NTKERNELAPI SIZE_T NTAPI RtlCompareMemoryUlong(PVOID Source, SIZE_T Length, ULONG Pattern);
NTKERNELAPI LONG NTAPI RtlCompareString(const PSTRING String1, const PSTRING String2, BOOLEAN CaseInSensitive);
NTKERNELAPI LONG NTAPI RtlCompareUnicodeString(
    PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive);
NTKERNELAPI LONG NTAPI RtlCompareUnicodeStrings(
    PCWCH String1, SIZE_T String1Length, PCWCH String2, SIZE_T String2Length, BOOLEAN CaseInSensitive);
NTKERNELAPI NTSTATUS NTAPI RtlCompressBuffer(
    USHORT CompressionFormatAndEngine, PUCHAR UncompressedBuffer, ULONG UncompressedBufferSize,
    PUCHAR CompressedBuffer, ULONG CompressedBufferSize, ULONG UncompressedChunkSize, PULONG FinalCompressedSize,
    PVOID WorkSpace);
NTKERNELAPI NTSTATUS NTAPI RtlConvertSidToUnicodeString(
    PUNICODE_STRING UnicodeString, PSID Sid, BOOLEAN AllocateDestinationString);
NTKERNELAPI VOID NTAPI RtlCopyLuid(PLUID DestinationLuid, PLUID SourceLuid);
NTKERNELAPI VOID NTAPI RtlCopyMemoryNonTemporal(VOID *Destination, const VOID *Source, SIZE_T Length);
NTKERNELAPI NTSTATUS NTAPI RtlCopySid(ULONG Length, PSID Destination, PSID Source);
NTKERNELAPI VOID NTAPI RtlCopyString(PSTRING DestinationString, const PSTRING SourceString);
NTKERNELAPI VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString);
NTKERNELAPI NTSTATUS NTAPI RtlCreateAcl(PACL Acl, ULONG AclLength, ULONG AclRevision);
NTKERNELAPI PVOID NTAPI RtlCreateHeap(
    ULONG Flags, PVOID HeapBase, SIZE_T ReserveSize, SIZE_T CommitSize, PVOID Lock,
    PRTL_HEAP_PARAMETERS Parameters);
NTKERNELAPI NTSTATUS NTAPI RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path);
NTKERNELAPI NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Revision);
NTKERNELAPI NTSTATUS NTAPI RtlCreateSecurityDescriptorRelative(
    PISECURITY_DESCRIPTOR_RELATIVE SecurityDescriptor, ULONG Revision);
NTKERNELAPI NTSTATUS NTAPI RtlCreateServiceSid(PUNICODE_STRING ServiceName, PSID ServiceSid, PULONG ServiceSidLength);
NTKERNELAPI NTSTATUS NTAPI RtlCreateSystemVolumeInformationFolder(PCUNICODE_STRING VolumeRootPath);
NTKERNELAPI BOOLEAN NTAPI RtlCreateUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString);
NTKERNELAPI NTSTATUS NTAPI RtlCreateVirtualAccountSid(
    PCUNICODE_STRING Name, ULONG BaseSubAuthority, PSID Sid, PULONG SidLength);
NTKERNELAPI NTSTATUS NTAPI RtlDecompressBuffer(
    USHORT CompressionFormat, PUCHAR UncompressedBuffer, ULONG UncompressedBufferSize, PUCHAR CompressedBuffer,
    ULONG CompressedBufferSize, PULONG FinalUncompressedSize);
NTKERNELAPI NTSTATUS NTAPI RtlDecompressChunks(
    PUCHAR UncompressedBuffer, ULONG UncompressedBufferSize, PUCHAR CompressedBuffer, ULONG CompressedBufferSize,
    PUCHAR CompressedTail, ULONG CompressedTailSize, PCOMPRESSED_DATA_INFO CompressedDataInfo);
NTKERNELAPI NTSTATUS NTAPI RtlDecompressFragment(
    USHORT CompressionFormat, PUCHAR UncompressedFragment, ULONG UncompressedFragmentSize, PUCHAR CompressedBuffer,
    ULONG CompressedBufferSize, ULONG FragmentOffset, PULONG FinalUncompressedSize, PVOID WorkSpace);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlDelete(PRTL_SPLAY_LINKS Links);
NTKERNELAPI NTSTATUS NTAPI RtlDeleteAce(PACL Acl, ULONG AceIndex);
NTKERNELAPI BOOLEAN NTAPI RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer);
NTKERNELAPI BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer);
NTKERNELAPI VOID NTAPI RtlDeleteNoSplay(PRTL_SPLAY_LINKS Links, PRTL_SPLAY_LINKS *Root);
NTKERNELAPI NTSTATUS NTAPI RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName);
NTKERNELAPI NTSTATUS NTAPI RtlDescribeChunk(
    USHORT CompressionFormat, PUCHAR *CompressedBuffer, PUCHAR EndOfCompressedBufferPlus1, PUCHAR *ChunkBuffer,
    PULONG ChunkSize);
NTKERNELAPI PVOID NTAPI RtlDestroyHeap(PVOID HeapHandle);
NTKERNELAPI WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR SourceCharacter);
NTKERNELAPI NTSTATUS NTAPI RtlDowncaseUnicodeString(
    PUNICODE_STRING UniDest, PCUNICODE_STRING UniSource, BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlDuplicateUnicodeString(
    ULONG Flags, PCUNICODE_STRING SourceString, PUNICODE_STRING DestinationString);
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTable(PRTL_GENERIC_TABLE Table, BOOLEAN Restart);
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE Table, BOOLEAN Restart);
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableLikeADirectory(
    PRTL_AVL_TABLE Table, PRTL_AVL_MATCH_FUNCTION MatchFunction, PVOID MatchData, ULONG NextFlag,
    PVOID *RestartKey, PULONG DeleteCount, PVOID Buffer);
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE Table, PVOID *RestartKey);
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE Table, PVOID *RestartKey);
NTKERNELAPI BOOLEAN NTAPI RtlEqualPrefixSid(PSID Sid1, PSID Sid2);
NTKERNELAPI BOOLEAN NTAPI RtlEqualSid(PSID Sid1, PSID Sid2);
NTKERNELAPI BOOLEAN NTAPI RtlEqualString(const PSTRING String1, const PSTRING String2, BOOLEAN CaseInSensitive);
NTKERNELAPI BOOLEAN NTAPI RtlEqualUnicodeString(
    const UNICODE_STRING *String1, const UNICODE_STRING *String2, BOOLEAN CaseInSensitive);
NTKERNELAPI ULONG NTAPI RtlFindClearBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex);
NTKERNELAPI ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex);
NTKERNELAPI ULONG NTAPI RtlFindClearRuns(
    PRTL_BITMAP BitMapHeader, PRTL_BITMAP_RUN RunArray, ULONG SizeOfRunArray, BOOLEAN LocateLongestRuns);
NTKERNELAPI NTSTATUS NTAPI RtlFindClosestEncodableLength(ULONGLONG SourceLength, PULONGLONG TargetLength);
NTKERNELAPI ULONG NTAPI RtlFindFirstRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex);
NTKERNELAPI ULONG NTAPI RtlFindLastBackwardRunClear(
    PRTL_BITMAP BitMapHeader, ULONG FromIndex, PULONG StartingRunIndex);
NTKERNELAPI CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG Set);
NTKERNELAPI ULONG NTAPI RtlFindLongestRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex);
NTKERNELAPI CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG Set);
NTKERNELAPI ULONG NTAPI RtlFindNextForwardRunClear(
    PRTL_BITMAP BitMapHeader, ULONG FromIndex, PULONG StartingRunIndex);
NTKERNELAPI ULONG NTAPI RtlFindSetBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex);
NTKERNELAPI ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex);
NTKERNELAPI PUNICODE_PREFIX_TABLE_ENTRY NTAPI RtlFindUnicodePrefix(
    PUNICODE_PREFIX_TABLE PrefixTable, PUNICODE_STRING FullName, ULONG CaseInsensitiveIndex);
NTKERNELAPI VOID NTAPI RtlFreeAnsiString(PANSI_STRING AnsiString);
NTKERNELAPI BOOLEAN NTAPI RtlFreeHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress);
NTKERNELAPI VOID NTAPI RtlFreeOemString(POEM_STRING OemString);
NTKERNELAPI PVOID NTAPI RtlFreeSid(PSID Sid);
NTKERNELAPI VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING UnicodeString);
NTKERNELAPI NTSTATUS NTAPI RtlGUIDFromString(PUNICODE_STRING GuidString, GUID *Guid);
NTKERNELAPI NTSTATUS NTAPI RtlGenerate8dot3Name(
    PCUNICODE_STRING Name, BOOLEAN AllowExtendedCharacters, PGENERATE_NAME_CONTEXT Context,
    PUNICODE_STRING Name8dot3);
NTKERNELAPI NTSTATUS NTAPI RtlGetAce(PACL Acl, ULONG AceIndex, PVOID *Ace);
NTKERNELAPI NTSTATUS NTAPI RtlGetCompressionWorkSpaceSize(
    USHORT CompressionFormatAndEngine, PULONG CompressBufferWorkSpaceSize, PULONG CompressFragmentWorkSpaceSize);
NTKERNELAPI NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PBOOLEAN DaclPresent, PACL *Dacl, PBOOLEAN DaclDefaulted);
NTKERNELAPI PVOID NTAPI RtlGetElementGenericTable(PRTL_GENERIC_TABLE Table, ULONG I);
NTKERNELAPI PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE Table, ULONG I);
NTKERNELAPI NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PSID *Group, PBOOLEAN GroupDefaulted);
NTKERNELAPI NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PSID *Owner, PBOOLEAN OwnerDefaulted);
NTKERNELAPI BOOLEAN NTAPI RtlGetProductInfo(
    ULONG OSMajorVersion, ULONG OSMinorVersion, ULONG SpMajorVersion, ULONG SpMinorVersion,
    PULONG ReturnedProductType);
NTKERNELAPI NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PBOOLEAN SaclPresent, PACL *Sacl, PBOOLEAN SaclDefaulted);
NTKERNELAPI NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW lpVersionInformation);
NTKERNELAPI NTSTATUS NTAPI RtlHashUnicodeString(
    const UNICODE_STRING *String, BOOLEAN CaseInSensitive, ULONG HashAlgorithm, PULONG HashValue);
NTKERNELAPI PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID Sid);
NTKERNELAPI NTSTATUS NTAPI RtlIdnToAscii(
    ULONG Flags, PCWSTR SourceString, LONG SourceStringLength, PWSTR DestinationString,
    PLONG DestinationStringLength);
NTKERNELAPI NTSTATUS NTAPI RtlIdnToNameprepUnicode(
    ULONG Flags, PCWSTR SourceString, LONG SourceStringLength, PWSTR DestinationString,
    PLONG DestinationStringLength);
NTKERNELAPI NTSTATUS NTAPI RtlIdnToUnicode(
    ULONG Flags, PCWSTR SourceString, LONG SourceStringLength, PWSTR DestinationString,
    PLONG DestinationStringLength);
NTKERNELAPI VOID NTAPI RtlInitAnsiString(PANSI_STRING DestinationString, PCSZ SourceString);
NTKERNELAPI NTSTATUS NTAPI RtlInitAnsiStringEx(PANSI_STRING DestinationString, PCSZ SourceString);
NTKERNELAPI VOID NTAPI RtlInitString(PSTRING DestinationString, PCSZ SourceString);
NTKERNELAPI VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString);
NTKERNELAPI NTSTATUS NTAPI RtlInitUnicodeStringEx(PUNICODE_STRING DestinationString, PCWSTR SourceString);
NTKERNELAPI VOID NTAPI RtlInitializeBitMap(PRTL_BITMAP BitMapHeader, PULONG BitMapBuffer, ULONG SizeOfBitMap);
NTKERNELAPI VOID NTAPI RtlInitializeGenericTable(
    PRTL_GENERIC_TABLE Table, PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine,
    PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine, PRTL_GENERIC_FREE_ROUTINE FreeRoutine, PVOID TableContext);
NTKERNELAPI VOID NTAPI RtlInitializeGenericTableAvl(
    PRTL_AVL_TABLE Table, PRTL_AVL_COMPARE_ROUTINE CompareRoutine, PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine,
    PRTL_AVL_FREE_ROUTINE FreeRoutine, PVOID TableContext);
NTKERNELAPI NTSTATUS NTAPI RtlInitializeSid(
    PSID Sid, PSID_IDENTIFIER_AUTHORITY IdentifierAuthority, UCHAR SubAuthorityCount);
NTKERNELAPI VOID NTAPI RtlInitializeUnicodePrefix(PUNICODE_PREFIX_TABLE PrefixTable);
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTable(
    PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize, PBOOLEAN NewElement);
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTableAvl(
    PRTL_AVL_TABLE Table, PVOID Buffer, CLONG BufferSize, PBOOLEAN NewElement);
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTableFull(
    PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize, PBOOLEAN NewElement, PVOID NodeOrParent,
    TABLE_SEARCH_RESULT SearchResult);
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTableFullAvl(
    PRTL_AVL_TABLE Table, PVOID Buffer, CLONG BufferSize, PBOOLEAN NewElement, PVOID NodeOrParent,
    TABLE_SEARCH_RESULT SearchResult);
NTKERNELAPI BOOLEAN NTAPI RtlInsertUnicodePrefix(
    PUNICODE_PREFIX_TABLE PrefixTable, PUNICODE_STRING Prefix, PUNICODE_PREFIX_TABLE_ENTRY PrefixTableEntry);
NTKERNELAPI NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String);
NTKERNELAPI NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String);
NTKERNELAPI ULONGLONG NTAPI RtlIoDecodeMemIoResource(
    struct _IO_RESOURCE_DESCRIPTOR *Descriptor, PULONGLONG Alignment, PULONGLONG MinimumAddress,
    PULONGLONG MaximumAddress);
NTKERNELAPI NTSTATUS NTAPI RtlIoEncodeMemIoResource(
    struct _IO_RESOURCE_DESCRIPTOR *Descriptor, UCHAR Type, ULONGLONG Length, ULONGLONG Alignment,
    ULONGLONG MinimumAddress, ULONGLONG MaximumAddress);
NTKERNELAPI BOOLEAN NTAPI RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE Table);
NTKERNELAPI BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE Table);
NTKERNELAPI BOOLEAN NTAPI RtlIsNameLegalDOS8Dot3(
    PCUNICODE_STRING Name, POEM_STRING OemName, PBOOLEAN NameContainsSpaces);
NTKERNELAPI NTSTATUS NTAPI RtlIsNormalizedString(
    ULONG NormForm, PCWSTR SourceString, LONG SourceStringLength, PBOOLEAN Normalized);
NTKERNELAPI BOOLEAN NTAPI RtlIsValidOemCharacter(PWCHAR Char);
NTKERNELAPI ULONG NTAPI RtlLengthRequiredSid(ULONG SubAuthorityCount);
NTKERNELAPI ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor);
NTKERNELAPI ULONG NTAPI RtlLengthSid(PSID Sid);
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer);
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer);
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTableFull(
    PRTL_GENERIC_TABLE Table, PVOID Buffer, PVOID *NodeOrParent, TABLE_SEARCH_RESULT *SearchResult);
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTableFullAvl(
    PRTL_AVL_TABLE Table, PVOID Buffer, PVOID *NodeOrParent, TABLE_SEARCH_RESULT *SearchResult);
NTKERNELAPI PVOID NTAPI RtlLookupFirstMatchingElementGenericTableAvl(
    PRTL_AVL_TABLE Table, PVOID Buffer, PVOID *RestartKey);
NTKERNELAPI VOID NTAPI RtlMapGenericMask(PACCESS_MASK AccessMask, PGENERIC_MAPPING GenericMapping);
NTKERNELAPI NTSTATUS NTAPI RtlMultiByteToUnicodeN(
    PWCH UnicodeString, ULONG MaxBytesInUnicodeString, PULONG BytesInUnicodeString, const CHAR *MultiByteString,
    ULONG BytesInMultiByteString);
NTKERNELAPI NTSTATUS NTAPI RtlMultiByteToUnicodeSize(
    PULONG BytesInUnicodeString, const CHAR *MultiByteString, ULONG BytesInMultiByteString);
NTKERNELAPI PUNICODE_PREFIX_TABLE_ENTRY NTAPI RtlNextUnicodePrefix(
    PUNICODE_PREFIX_TABLE PrefixTable, BOOLEAN Restart);
NTKERNELAPI NTSTATUS NTAPI RtlNormalizeString(
    ULONG NormForm, PCWSTR SourceString, LONG SourceStringLength, PWSTR DestinationString,
    PLONG DestinationStringLength);
NTKERNELAPI ULONG NTAPI RtlNtStatusToDosError(NTSTATUS Status);
NTKERNELAPI ULONG NTAPI RtlNtStatusToDosErrorNoTeb(NTSTATUS Status);
NTKERNELAPI ULONG NTAPI RtlNumberGenericTableElements(PRTL_GENERIC_TABLE Table);
NTKERNELAPI ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE Table);
NTKERNELAPI ULONG NTAPI RtlNumberOfClearBits(PRTL_BITMAP BitMapHeader);
NTKERNELAPI ULONG NTAPI RtlNumberOfSetBits(PRTL_BITMAP BitMapHeader);
NTKERNELAPI ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR Target);
NTKERNELAPI NTSTATUS NTAPI RtlOemStringToCountedUnicodeString(
    PUNICODE_STRING DestinationString, PCOEM_STRING SourceString, BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlOemStringToUnicodeString(
    PUNICODE_STRING DestinationString, PCOEM_STRING SourceString, BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlOemToUnicodeN(
    PWSTR UnicodeString, ULONG MaxBytesInUnicodeString, PULONG BytesInUnicodeString, PCCH OemString,
    ULONG BytesInOemString);
NTKERNELAPI VOID NTAPI RtlPrefetchMemoryNonTemporal(PVOID Source, SIZE_T Length);
NTKERNELAPI BOOLEAN NTAPI RtlPrefixUnicodeString(
    PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive);
NTKERNELAPI NTSTATUS NTAPI RtlQueryRegistryValues(
    ULONG RelativeTo, PCWSTR Path, PRTL_QUERY_REGISTRY_TABLE QueryTable, PVOID Context, PVOID Environment);
NTKERNELAPI ULONG NTAPI RtlRandom(PULONG Seed);
NTKERNELAPI ULONG NTAPI RtlRandomEx(PULONG Seed);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(PRTL_SPLAY_LINKS Links);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(PRTL_SPLAY_LINKS Links);
NTKERNELAPI VOID NTAPI RtlRemoveUnicodePrefix(
    PUNICODE_PREFIX_TABLE PrefixTable, PUNICODE_PREFIX_TABLE_ENTRY PrefixTableEntry);
NTKERNELAPI NTSTATUS NTAPI RtlReplaceSidInSd(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PSID OldSid, PSID NewSid, ULONG *NumChanges);
NTKERNELAPI NTSTATUS NTAPI RtlReserveChunk(
    USHORT CompressionFormat, PUCHAR *CompressedBuffer, PUCHAR EndOfCompressedBufferPlus1, PUCHAR *ChunkBuffer,
    ULONG ChunkSize);
NTKERNELAPI NTSTATUS NTAPI RtlRunOnceBeginInitialize(PRTL_RUN_ONCE RunOnce, ULONG Flags, PVOID *Context);
NTKERNELAPI NTSTATUS NTAPI RtlRunOnceComplete(PRTL_RUN_ONCE RunOnce, ULONG Flags, PVOID Context);
NTKERNELAPI NTSTATUS NTAPI RtlRunOnceExecuteOnce(
    PRTL_RUN_ONCE RunOnce, PRTL_RUN_ONCE_INIT_FN InitFn, PVOID Parameter, PVOID *Context);
NTKERNELAPI VOID NTAPI RtlRunOnceInitialize(PRTL_RUN_ONCE RunOnce);
NTKERNELAPI VOID NTAPI RtlSecondsSince1970ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time);
NTKERNELAPI VOID NTAPI RtlSecondsSince1980ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time);
NTKERNELAPI PVOID NTAPI RtlSecureZeroMemory(PVOID Pointer, SIZE_T Size);
NTKERNELAPI NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(
    PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor, PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor,
    PULONG AbsoluteSecurityDescriptorSize, PACL Dacl, PULONG DaclSize, PACL Sacl, PULONG SaclSize, PSID Owner,
    PULONG OwnerSize, PSID PrimaryGroup, PULONG PrimaryGroupSize);
NTKERNELAPI VOID NTAPI RtlSetAllBits(PRTL_BITMAP BitMapHeader);
NTKERNELAPI VOID NTAPI RtlSetBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber);
NTKERNELAPI VOID NTAPI RtlSetBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToSet);
NTKERNELAPI NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN DaclPresent, PACL Dacl, BOOLEAN DaclDefaulted);
NTKERNELAPI NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Group, BOOLEAN GroupDefaulted);
NTKERNELAPI NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Owner, BOOLEAN OwnerDefaulted);
NTKERNELAPI NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN SaclPresent, PACL Sacl, BOOLEAN SaclDefaulted);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlSplay(PRTL_SPLAY_LINKS Links);
NTKERNELAPI NTSTATUS NTAPI RtlStringFromGUID(const GUID * const Guid, PUNICODE_STRING GuidString);
NTKERNELAPI PUCHAR NTAPI RtlSubAuthorityCountSid(PSID Sid);
NTKERNELAPI PULONG NTAPI RtlSubAuthoritySid(PSID Sid, ULONG SubAuthority);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(PRTL_SPLAY_LINKS Links);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(PRTL_SPLAY_LINKS Links);
NTKERNELAPI BOOLEAN NTAPI RtlTestBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber);
NTKERNELAPI BOOLEAN NTAPI RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time);
NTKERNELAPI BOOLEAN NTAPI RtlTimeToSecondsSince1970(PLARGE_INTEGER Time, PULONG ElapsedSeconds);
NTKERNELAPI BOOLEAN NTAPI RtlTimeToSecondsSince1980(PLARGE_INTEGER Time, PULONG ElapsedSeconds);
NTKERNELAPI VOID NTAPI RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields);
NTKERNELAPI NTSTATUS NTAPI RtlUTF8ToUnicodeN(
    PWSTR UnicodeStringDestination, ULONG UnicodeStringMaxByteCount, PULONG UnicodeStringActualByteCount,
    PCCH UTF8StringSource, ULONG UTF8StringByteCount);
NTKERNELAPI ULONG NTAPI RtlUlongByteSwap(ULONG Source);
NTKERNELAPI ULONGLONG NTAPI RtlUlonglongByteSwap(ULONGLONG Source);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToAnsiString(
    PANSI_STRING DestinationString, PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToCountedOemString(
    POEM_STRING DestinationString, PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToOemString(
    POEM_STRING DestinationString, PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeToMultiByteN(
    PCHAR MultiByteString, ULONG MaxBytesInMultiByteString, PULONG BytesInMultiByteString, PCWCH UnicodeString,
    ULONG BytesInUnicodeString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeToMultiByteSize(
    PULONG BytesInMultiByteString, PCWCH UnicodeString, ULONG BytesInUnicodeString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeToOemN(
    PCHAR OemString, ULONG MaxBytesInOemString, PULONG BytesInOemString, PCWCH UnicodeString,
    ULONG BytesInUnicodeString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeToUTF8N(
    PCHAR UTF8StringDestination, ULONG UTF8StringMaxByteCount, PULONG UTF8StringActualByteCount,
    PCWCH UnicodeStringSource, ULONG UnicodeStringByteCount);
NTKERNELAPI WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR SourceCharacter);
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeString(
    PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToCountedOemString(
    POEM_STRING DestinationString, PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(
    POEM_STRING DestinationString, PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(
    PCHAR MultiByteString, ULONG MaxBytesInMultiByteString, PULONG BytesInMultiByteString, PCWCH UnicodeString,
    ULONG BytesInUnicodeString);
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(
    PCHAR OemString, ULONG MaxBytesInOemString, PULONG BytesInOemString, PCWCH UnicodeString,
    ULONG BytesInUnicodeString);
NTKERNELAPI CHAR NTAPI RtlUpperChar(CHAR Character);
NTKERNELAPI VOID NTAPI RtlUpperString(PSTRING DestinationString, const PSTRING SourceString);
NTKERNELAPI USHORT NTAPI RtlUshortByteSwap(USHORT Source);
NTKERNELAPI BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptorInput, ULONG SecurityDescriptorLength,
    SECURITY_INFORMATION RequiredInformation);
NTKERNELAPI BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor);
NTKERNELAPI BOOLEAN NTAPI RtlValidSid(PSID Sid);
NTKERNELAPI NTSTATUS NTAPI RtlValidateUnicodeString(ULONG Flags, PCUNICODE_STRING String);
NTKERNELAPI NTSTATUS NTAPI RtlVerifyVersionInfo(
    PRTL_OSVERSIONINFOEXW VersionInfo, ULONG TypeMask, ULONGLONG ConditionMask);
NTKERNELAPI NTSTATUS NTAPI RtlVolumeDeviceToDosName(PVOID VolumeDeviceObject, PUNICODE_STRING DosName);
NTKERNELAPI ULONG NTAPI RtlWalkFrameChain(PVOID *Callers, ULONG Count, ULONG Flags);
NTKERNELAPI NTSTATUS NTAPI RtlWriteRegistryValue(
    ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName, ULONG ValueType, PVOID ValueData, ULONG ValueLength);
NTKERNELAPI ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING AnsiString);
NTKERNELAPI ULONG NTAPI RtlxOemStringToUnicodeSize(PCOEM_STRING OemString);
NTKERNELAPI ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString);
NTKERNELAPI ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING UnicodeString);
NTKERNELAPI ULONGLONG NTAPI VerSetConditionMask(ULONGLONG ConditionMask, ULONG TypeMask, UCHAR Condition);

#endif
