/* fsrtl.h - file system run-time */
#ifndef RDR_NT_CONST_FSRTL_H
#define RDR_NT_CONST_FSRTL_H

#define ANSI_DOS_STAR                                ('<')
#define ANSI_DOS_QM                                  ('>')
#define ANSI_DOS_DOT                                 ('"')
#define DOS_STAR                                     (L'<')
#define DOS_QM                                       (L'>')
#define DOS_DOT                                      (L'"')
#define FS_FILTER_ACQUIRE_FOR_SECTION_SYNCHRONIZATION (UCHAR)-1
#define FS_FILTER_RELEASE_FOR_SECTION_SYNCHRONIZATION (UCHAR)-2
#define FS_FILTER_ACQUIRE_FOR_MOD_WRITE              (UCHAR)-3
#define FS_FILTER_RELEASE_FOR_MOD_WRITE              (UCHAR)-4
#define FS_FILTER_ACQUIRE_FOR_CC_FLUSH               (UCHAR)-5
#define FS_FILTER_RELEASE_FOR_CC_FLUSH               (UCHAR)-6
#define FSRTL_FCB_HEADER_V0                          (0x00)
#define FSRTL_FCB_HEADER_V1                          (0x01)
#define FSRTL_FLAG_FILE_MODIFIED                     (0x01)
#define FSRTL_FLAG_FILE_LENGTH_CHANGED               (0x02)
#define FSRTL_FLAG_LIMIT_MODIFIED_PAGES              (0x04)
#define FSRTL_FLAG_ACQUIRE_MAIN_RSRC_EX              (0x08)
#define FSRTL_FLAG_ACQUIRE_MAIN_RSRC_SH              (0x10)
#define FSRTL_FLAG_USER_MAPPED_FILE                  (0x20)
#define FSRTL_FLAG_ADVANCED_HEADER                   (0x40)
#define FSRTL_FLAG_EOF_ADVANCE_ACTIVE                (0x80)
#define FSRTL_FLAG2_DO_MODIFIED_WRITE                (0x01)
#define FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS         (0x02)
#define FSRTL_FLAG2_PURGE_WHEN_MAPPED                (0x04)
#define FSRTL_FLAG2_IS_PAGING_FILE                   (0x08)
#define FSRTL_FSP_TOP_LEVEL_IRP                      (0x01)
#define FSRTL_CACHE_TOP_LEVEL_IRP                    (0x02)
#define FSRTL_MOD_WRITE_TOP_LEVEL_IRP                (0x03)
#define FSRTL_FAST_IO_TOP_LEVEL_IRP                  (0x04)
#define FSRTL_NETWORK1_TOP_LEVEL_IRP                 ((LONG_PTR)0x05)
#define FSRTL_NETWORK2_TOP_LEVEL_IRP                 ((LONG_PTR)0x06)
#define FSRTL_MAX_TOP_LEVEL_IRP_FLAG                 ((LONG_PTR)0xFFFF)
#define FSRTL_AUXILIARY_FLAG_DEALLOCATE              0x00000001
#define FSRTL_FAT_LEGAL                              0x01
#define FSRTL_HPFS_LEGAL                             0x02
#define FSRTL_NTFS_LEGAL                             0x04
#define FSRTL_WILD_CHARACTER                         0x08
#define FSRTL_OLE_LEGAL                              0x10
#define FSRTL_NTFS_STREAM_LEGAL                      (FSRTL_NTFS_LEGAL | FSRTL_OLE_LEGAL)
#define FSRTL_VOLUME_DISMOUNT                        1
#define FSRTL_VOLUME_DISMOUNT_FAILED                 2
#define FSRTL_VOLUME_LOCK                            3
#define FSRTL_VOLUME_LOCK_FAILED                     4
#define FSRTL_VOLUME_UNLOCK                          5
#define FSRTL_VOLUME_MOUNT                           6
#define FSRTL_VOLUME_NEEDS_CHKDSK                    7
#define FSRTL_VOLUME_WORM_NEAR_FULL                  8
#define FSRTL_VOLUME_WEARING_OUT                     9
#define FSRTL_VOLUME_FORCED_CLOSED                   10
#define FSRTL_VOLUME_INFO_MAKE_COMPAT                11
#define FSRTL_VOLUME_PREPARING_EJECT                 12
#define FSRTL_VOLUME_CHANGE_SIZE                     13
#define FSRTL_VOLUME_BACKGROUND_FORMAT               14
#define FSRTL_UNC_PROVIDER_FLAGS_MAILSLOTS_SUPPORTED 0x00000001
#define FSRTL_UNC_PROVIDER_FLAGS_CSC_ENABLED         0x00000002
#define FSRTL_UNC_PROVIDER_FLAGS_DOMAIN_SVC_AWARE    0x00000004
#define FSRTL_ALLOCATE_ECPLIST_FLAG_CHARGE_QUOTA     0x00000001
#define FSRTL_ALLOCATE_ECP_FLAG_CHARGE_QUOTA         0x00000001
#define FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL        0x00000002
#define FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL       0x00000002
#define FSRTL_VIRTDISK_FULLY_ALLOCATED               0x00000001
#define FSRTL_VIRTDISK_NO_DRIVE_LETTER               0x00000002
#define FSRTL_CC_FLUSH_ERROR_FLAG_NO_HARD_ERROR      0x1
#define FSRTL_CC_FLUSH_ERROR_FLAG_NO_LOG_ENTRY       0x2
#define MCB_FLAG_RAISE_ON_ALLOCATION_FAILURE         1
#define FS_LFN_APIS                                  0x00004000

#endif
