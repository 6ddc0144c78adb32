// The cache manager under a small file system that counts paging I/O, checked against a model of
// the file.
#include "tests/support/ntworld.h"

#include "engine/ntos/inc/ccp.h"
#include "engine/ntos/inc/iop.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include <ntifs.h>

using namespace rdrlab;
using test::raised;

namespace {

/// A file system with one file whose bytes are `disk`. Cached entry points are called directly, as
/// its dispatch would.
struct MiniFs
{
    PDRIVER_OBJECT driver = nullptr;
    PDEVICE_OBJECT device = nullptr;
    std::vector<UCHAR> disk;
    ULONG reads = 0;
    ULONG writes = 0;
    ULONG synchronous = 0;
    ULONGLONG bytesRead = 0;
    ULONGLONG bytesWritten = 0;
    ULONG advances = 0; // valid data length told
    LONGLONG advancedTo = 0;
    NTSTATUS readStatus = STATUS_SUCCESS;
    NTSTATUS writeStatus = STATUS_SUCCESS;
    ULONG pendNs = 0; // answer later, from a work item
    ULONG lazyAcquires = 0;
    ULONG closes = 0;
    LONG inFlight = 0;
    LONG mostInFlight = 0;

    static MiniFs* instance;
};
MiniFs* MiniFs::instance;

struct Fcb
{
    FSRTL_ADVANCED_FCB_HEADER header {};
    ERESOURCE main {};
    ERESOURCE paging {};
    FAST_MUTEX mutex {};
    SECTION_OBJECT_POINTERS pointers {};
};

NTSTATUS transfer(PIRP irp)
{
    MiniFs& fs = *MiniFs::instance;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    const bool write = stack->MajorFunction == IRP_MJ_WRITE;
    CHECK((irp->Flags & (IRP_PAGING_IO | IRP_NOCACHE)) == (IRP_PAGING_IO | IRP_NOCACHE));
    const NTSTATUS wanted = write ? fs.writeStatus : fs.readStatus;
    if (!NT_SUCCESS(wanted))
        return wanted;
    auto data
        = static_cast<PUCHAR>(MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority));
    const ULONGLONG offset = static_cast<ULONGLONG>(stack->Parameters.Read.ByteOffset.QuadPart);
    const ULONG length = stack->Parameters.Read.Length;
    CHECK(offset % PAGE_SIZE == 0);
    if (offset >= fs.disk.size())
        return STATUS_END_OF_FILE;
    const SIZE_T count = std::min<ULONGLONG>(length, fs.disk.size() - offset);
    if (write)
        std::memcpy(fs.disk.data() + offset, data, count);
    else
        std::memcpy(data, fs.disk.data() + offset, count);
    irp->IoStatus.Information = count;
    (write ? fs.bytesWritten : fs.bytesRead) += count;
    return STATUS_SUCCESS;
}

struct Pended
{
    KTIMER timer;
    KDPC dpc;
    PIRP irp;
};

VOID NTAPI finishLater(PKDPC, PVOID context, PVOID, PVOID)
{
    auto pended = static_cast<Pended*>(context);
    PIRP irp = pended->irp;
    --MiniFs::instance->inFlight;
    irp->IoStatus.Status = transfer(irp);
    delete pended;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

NTSTATUS NTAPI dispatch(PDEVICE_OBJECT, PIRP irp)
{
    MiniFs& fs = *MiniFs::instance;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status = STATUS_SUCCESS;
    irp->IoStatus.Information = 0;
    switch (stack->MajorFunction) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        ++(stack->MajorFunction == IRP_MJ_WRITE ? fs.writes : fs.reads);
        fs.synchronous += (irp->Flags & IRP_SYNCHRONOUS_PAGING_IO) != 0;
        if (fs.pendNs != 0) {
            auto pended = new Pended;
            pended->irp = irp;
            ++fs.inFlight;
            fs.mostInFlight = std::max(fs.mostInFlight, fs.inFlight);
            IoMarkIrpPending(irp);
            KeInitializeTimer(&pended->timer);
            KeInitializeDpc(&pended->dpc, finishLater, pended);
            LARGE_INTEGER due;
            due.QuadPart = -static_cast<LONGLONG>(fs.pendNs / 100);
            KeSetTimer(&pended->timer, due, &pended->dpc);
            return STATUS_PENDING;
        }
        status = transfer(irp);
        break;
    case IRP_MJ_SET_INFORMATION:
        CHECK(stack->Parameters.SetFile.AdvanceOnly);
        ++fs.advances;
        fs.advancedTo = static_cast<PFILE_END_OF_FILE_INFORMATION>(irp->AssociatedIrp.SystemBuffer)
                            ->EndOfFile.QuadPart;
        break;
    case IRP_MJ_CLOSE:
        ++fs.closes;
        break;
    default:
        break;
    }
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

NTSTATUS NTAPI entry(PDRIVER_OBJECT driver, PUNICODE_STRING)
{
    for (auto& routine : driver->MajorFunction)
        routine = dispatch;
    NTSTATUS status = IoCreateDevice(
        driver, 0, nullptr, FILE_DEVICE_DISK_FILE_SYSTEM, 0, FALSE, &MiniFs::instance->device);
    if (NT_SUCCESS(status))
        MiniFs::instance->device->Flags &= ~DO_DEVICE_INITIALIZING;
    return status;
}

BOOLEAN NTAPI acquire(PVOID context, BOOLEAN wait)
{
    auto fcb = static_cast<Fcb*>(context);
    ++MiniFs::instance->lazyAcquires;
    return ExAcquireResourceSharedLite(&fcb->main, wait);
}

VOID NTAPI release(PVOID context)
{
    ExReleaseResourceLite(&static_cast<Fcb*>(context)->main);
}

CACHE_MANAGER_CALLBACKS kCallbacks = { acquire, release, acquire, release };

struct File
{
    MiniFs& fs;
    Fcb fcb;
    PFILE_OBJECT object;
    bool open = true;

    explicit File(MiniFs& owner, bool trackValidData = false)
        : fs(owner)
    {
        ExInitializeFastMutex(&fcb.mutex);
        FsRtlSetupAdvancedHeader(&fcb.header, &fcb.mutex);
        ExInitializeResourceLite(&fcb.main);
        ExInitializeResourceLite(&fcb.paging);
        fcb.header.Resource = &fcb.main;
        fcb.header.PagingIoResource = &fcb.paging;
        fcb.header.IsFastIoPossible = FastIoIsPossible;
        object = IoCreateStreamFileObject(nullptr, fs.device);
        object->FsContext = &fcb;
        object->SectionObjectPointer = &fcb.pointers;
        setHeader();
        CC_FILE_SIZES sizes
            = { fcb.header.AllocationSize, fcb.header.FileSize, fcb.header.ValidDataLength };
        if (!trackValidData)
            sizes.ValidDataLength.QuadPart = MAXLONGLONG;
        CcInitializeCacheMap(object, &sizes, FALSE, &kCallbacks, &fcb);
    }
    ~File()
    {
        closeCached();
        ObDereferenceObject(object);
        // The cache may hold the file until it has written what is dirty.
        for (int tries = 0; tries < 100 && fcb.pointers.SharedCacheMap != nullptr; ++tries)
            CcWaitForCurrentLazyWriterActivity();
        CHECK(fcb.pointers.SharedCacheMap == nullptr);
        CHECK(fcb.pointers.DataSectionObject == nullptr);
        ExDeleteResourceLite(&fcb.main);
        ExDeleteResourceLite(&fcb.paging);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void setHeader()
    {
        fcb.header.FileSize.QuadPart = static_cast<LONGLONG>(fs.disk.size());
        fcb.header.ValidDataLength = fcb.header.FileSize;
        fcb.header.AllocationSize.QuadPart = static_cast<LONGLONG>(ROUND_TO_PAGES(fs.disk.size()));
    }
    void closeCached(PLARGE_INTEGER truncate = nullptr, PCACHE_UNINITIALIZE_EVENT event = nullptr)
    {
        if (open)
            (void)CcUninitializeCacheMap(object, truncate, event);
        open = false;
    }
    void resize(ULONGLONG size)
    {
        fs.disk.resize(size);
        setHeader();
        CC_FILE_SIZES sizes
            = { fcb.header.AllocationSize, fcb.header.FileSize, fcb.header.ValidDataLength };
        CcSetFileSizes(object, &sizes);
    }
    std::vector<UCHAR> read(ULONGLONG offset, ULONG length)
    {
        std::vector<UCHAR> bytes(length);
        LARGE_INTEGER at;
        at.QuadPart = static_cast<LONGLONG>(offset);
        IO_STATUS_BLOCK status {};
        CHECK(
            raised([&] { CHECK(CcCopyRead(object, &at, length, TRUE, bytes.data(), &status)); })
            == STATUS_SUCCESS);
        bytes.resize(status.Information);
        return bytes;
    }
    void write(ULONGLONG offset, const std::vector<UCHAR>& bytes)
    {
        LARGE_INTEGER at;
        at.QuadPart = static_cast<LONGLONG>(offset);
        CHECK(
            raised([&] {
                CHECK(CcCopyWrite(
                    object, &at, static_cast<ULONG>(bytes.size()), TRUE,
                    const_cast<PUCHAR>(bytes.data())));
            })
            == STATUS_SUCCESS);
    }
    NTSTATUS flush()
    {
        IO_STATUS_BLOCK status;
        CcFlushCache(&fcb.pointers, nullptr, 0, &status);
        return status.Status;
    }
    bool purge(ULONGLONG offset = 0, ULONG length = 0)
    {
        LARGE_INTEGER at;
        at.QuadPart = static_cast<LONGLONG>(offset);
        return CcPurgeCacheSection(&fcb.pointers, length != 0 ? &at : nullptr, length, FALSE);
    }
    ULONG dirty()
    {
        return MmpDirtyPages(static_cast<PMMP_SEGMENT>(fcb.pointers.DataSectionObject));
    }
};

std::vector<UCHAR> pattern(ULONGLONG length, UCHAR seed = 1)
{
    std::vector<UCHAR> bytes(length);
    for (ULONGLONG i = 0; i < length; ++i)
        bytes[i] = static_cast<UCHAR>(i * 7 + i / 4096 + seed);
    return bytes;
}

template <typename Body> void withFile(ULONGLONG size, Body&& body, bool trackValidData = false)
{
    test::inWorld([&] {
        MiniFs fs;
        MiniFs::instance = &fs;
        UNICODE_STRING name;
        RtlInitUnicodeString(&name, L"MiniFs");
        CHECK(IopCreateDriver(&name, entry, &fs.driver) == STATUS_SUCCESS);
        fs.disk = pattern(size);
        {
            File file(fs, trackValidData);
            body(fs, file);
        }
        CHECK(fs.closes == 1);
        CHECK(fs.inFlight == 0);
        IoDeleteDevice(fs.device);
        IopDeleteDriver(fs.driver);
    });
}

void sleepMs(ULONG ms)
{
    LARGE_INTEGER delay;
    delay.QuadPart = -10'000LL * ms;
    KeDelayExecutionThread(KernelMode, FALSE, &delay);
}

} // namespace

TEST_CASE("a second read of the same bytes costs no paging read", "[cc]")
{
    withFile(100'000, [](MiniFs& fs, File& file) {
        CHECK(
            file.read(10, 50'000)
            == std::vector<UCHAR>(fs.disk.begin() + 10, fs.disk.begin() + 50'010));
        const ULONG reads = fs.reads;
        CHECK(reads == 1);
        CHECK(fs.synchronous == 1);
        CHECK(file.read(10, 50'000).size() == 50'000);
        CHECK(fs.reads == reads);
        CHECK(file.read(99'999, 100) == std::vector<UCHAR>(fs.disk.end() - 1, fs.disk.end()));
    });
}

TEST_CASE("without waiting a read says what is not in memory", "[cc]")
{
    withFile(20'000, [](MiniFs& fs, File& file) {
        UCHAR byte;
        LARGE_INTEGER at;
        at.QuadPart = 5000;
        IO_STATUS_BLOCK status;
        CHECK_FALSE(CcCopyRead(file.object, &at, 1, FALSE, &byte, &status));
        CHECK(fs.reads == 0);
        (void)file.read(5000, 1);
        CHECK(CcCopyRead(file.object, &at, 1, FALSE, &byte, &status));
        CHECK(byte == fs.disk[5000]);
    });
}

TEST_CASE("a write stays in the cache until the lazy writer's second is over", "[cc]")
{
    withFile(100'000, [](MiniFs& fs, File& file) {
        file.write(4096, pattern(8192, 99));
        CHECK(fs.reads == 0); // whole pages need no reading
        CHECK(fs.writes == 0);
        CHECK(file.dirty() == 2);
        sleepMs(500);
        CHECK(fs.writes == 0);
        sleepMs(1000);
        CHECK(fs.writes == 1);
        CHECK(file.dirty() == 0);
        CHECK(fs.lazyAcquires >= 1);
        CHECK(
            std::equal(fs.disk.begin() + 4096, fs.disk.begin() + 12288, pattern(8192, 99).begin()));
    });
}

TEST_CASE("a write into the middle of a page keeps what is around it", "[cc]")
{
    withFile(20'000, [](MiniFs& fs, File& file) {
        auto expected = fs.disk;
        const auto bytes = pattern(5000, 3);
        std::copy(bytes.begin(), bytes.end(), expected.begin() + 1000);
        file.write(1000, bytes);
        CHECK(fs.reads == 1); // pages 0 and 1, in one transfer
        CHECK(file.flush() == STATUS_SUCCESS);
        CHECK(fs.disk == expected);
    });
}

TEST_CASE("a flush writes only what is dirty and no byte beyond the end of the file", "[cc]")
{
    withFile(10'000, [](MiniFs& fs, File& file) {
        file.write(9'990, std::vector<UCHAR>(10, 0xEE));
        CHECK(file.flush() == STATUS_SUCCESS);
        CHECK(fs.writes == 1);
        CHECK(fs.bytesWritten == 10'000 - 8192);
        CHECK(file.flush() == STATUS_SUCCESS);
        CHECK(fs.writes == 1);
    });
}

TEST_CASE("a failed paging read raises the file system's status", "[cc]")
{
    withFile(10'000, [](MiniFs& fs, File& file) {
        fs.readStatus = STATUS_CONNECTION_DISCONNECTED;
        std::vector<UCHAR> bytes(100);
        LARGE_INTEGER at {};
        IO_STATUS_BLOCK status;
        CHECK(
            raised([&] { (void)CcCopyRead(file.object, &at, 100, TRUE, bytes.data(), &status); })
            == STATUS_CONNECTION_DISCONNECTED);
        CHECK(
            raised([&] { (void)CcCopyWrite(file.object, &at, 100, TRUE, bytes.data()); })
            == STATUS_CONNECTION_DISCONNECTED);
        fs.readStatus = STATUS_SUCCESS;
        CHECK(file.read(0, 100).size() == 100); // the failure left nothing behind
    });
}

TEST_CASE("a failed flush reports the error and keeps the data", "[cc]")
{
    withFile(10'000, [](MiniFs& fs, File& file) {
        file.write(0, pattern(4096, 50));
        fs.writeStatus = STATUS_DISK_FULL;
        CHECK(file.flush() == STATUS_DISK_FULL);
        CHECK(file.dirty() == 1);
        fs.writeStatus = STATUS_SUCCESS;
        CHECK(file.flush() == STATUS_SUCCESS);
        CHECK(std::equal(fs.disk.begin(), fs.disk.begin() + 4096, pattern(4096, 50).begin()));
    });
}

TEST_CASE("what the lazy writer cannot write is given up, not retried for ever", "[cc]")
{
    withFile(10'000, [](MiniFs& fs, File& file) {
        file.write(0, pattern(4096, 50));
        fs.writeStatus = STATUS_CONNECTION_DISCONNECTED;
        sleepMs(3000);
        CHECK(file.dirty() == 0);
        CHECK(fs.writes == 1);
        CCP_COUNTERS counters;
        CcpQueryCounters(&counters);
        CHECK(counters.LostWrites == 1);
        fs.writeStatus = STATUS_SUCCESS;
        CHECK(file.read(0, 4096) == pattern(4096, 1)); // the old data, read again
    });
}

TEST_CASE("a write-through file is written before the call returns", "[cc]")
{
    withFile(10'000, [](MiniFs& fs, File& file) {
        file.object->Flags |= FO_WRITE_THROUGH;
        file.write(4096, pattern(4096, 9));
        CHECK(fs.writes == 1);
        CHECK(file.dirty() == 0);
    });
}

TEST_CASE("sequential reads are read ahead with several transfers at once", "[cc]")
{
    withFile(8 << 20, [](MiniFs& fs, File& file) {
        fs.pendNs = 1'000'000;
        bool same = true;
        for (ULONGLONG offset = 0; offset < fs.disk.size(); offset += 65536) {
            const auto bytes = file.read(offset, 65536);
            same = same
                && std::equal(
                       bytes.begin(), bytes.end(), fs.disk.begin() + static_cast<LONG_PTR>(offset));
        }
        CHECK(same);
        CHECK(fs.bytesRead == fs.disk.size()); // nothing twice
        CHECK(fs.mostInFlight >= 4);
        CHECK(fs.reads < 80); // in large pieces
        CCP_COUNTERS counters;
        CcpQueryCounters(&counters);
        CHECK(counters.ReadAheads >= 4);
    });
}

TEST_CASE("random reads are not read ahead", "[cc]")
{
    withFile(4 << 20, [](MiniFs& fs, File& file) {
        for (ULONGLONG offset : { 3'000'000u, 100'000u, 2'000'000u, 500'000u, 1'200'000u })
            (void)file.read(offset, 4000);
        sleepMs(10);
        CHECK(fs.reads == 5);
    });
}

TEST_CASE("a purge drops pages, dirty ones too, and the next read sees the disk", "[cc]")
{
    withFile(40'000, [](MiniFs& fs, File& file) {
        file.write(0, std::vector<UCHAR>(40'000, 1));
        CHECK(file.purge());
        CHECK(file.dirty() == 0);
        CHECK(file.read(0, 40'000) == fs.disk);
        fs.disk[10'000] = 0xAA; // changed by somebody else
        CHECK(file.read(10'000, 1)[0] != 0xAA);
        CHECK(file.purge(8192, 4096));
        CHECK(file.read(10'000, 1)[0] == 0xAA);
    });
}

TEST_CASE("a smaller file loses its tail and grows back with zeros", "[cc]")
{
    withFile(30'000, [](MiniFs& fs, File& file) {
        file.write(0, pattern(30'000, 5));
        CHECK(file.flush() == STATUS_SUCCESS);
        file.resize(10'000);
        CHECK(file.read(0, 30'000).size() == 10'000);
        file.resize(30'000);
        const auto bytes = file.read(0, 30'000);
        CHECK(std::equal(bytes.begin(), bytes.begin() + 10'000, pattern(30'000, 5).begin()));
        CHECK(std::count(bytes.begin() + 10'000, bytes.end(), 0) == 20'000);
        CHECK(fs.writes >= 1);
    });
}

TEST_CASE("the file system hears how far valid data has grown", "[cc]")
{
    withFile(
        0,
        [](MiniFs& fs, File& file) {
            fs.disk.resize(20'000);
            file.resize(20'000);
            file.write(0, pattern(15'000, 2));
            CHECK(fs.reads == 0); // nothing is valid yet, so nothing is read
            sleepMs(2500);
            CHECK(fs.advances == 1);
            CHECK(fs.advancedTo == 15'000);
            CHECK(
                std::equal(fs.disk.begin(), fs.disk.begin() + 15'000, pattern(15'000, 2).begin()));
        },
        true);
}

TEST_CASE("a file closed with dirty pages is written by the lazy writer, then let go", "[cc]")
{
    withFile(10'000, [](MiniFs& fs, File& file) {
        file.write(0, pattern(10'000, 8));
        CACHE_UNINITIALIZE_EVENT event {};
        KeInitializeEvent(&event.Event, NotificationEvent, FALSE);
        file.closeCached(nullptr, &event);
        CHECK(KeReadStateEvent(&event.Event) == 0);
        CHECK(file.fcb.pointers.SharedCacheMap != nullptr);
        KeWaitForSingleObject(&event.Event, Executive, KernelMode, FALSE, nullptr);
        CHECK(file.fcb.pointers.SharedCacheMap == nullptr);
        CHECK(fs.disk == pattern(10'000, 8));
    });
}

TEST_CASE("a file closed and truncated to nothing writes nothing", "[cc]")
{
    withFile(10'000, [](MiniFs& fs, File& file) {
        file.write(0, pattern(10'000, 8));
        LARGE_INTEGER zero {};
        file.closeCached(&zero);
        CHECK(file.fcb.pointers.SharedCacheMap == nullptr);
        CHECK(fs.writes == 0);
    });
}

TEST_CASE("lent pages can be written in place and are kept from a purge", "[cc]")
{
    withFile(1 << 20, [](MiniFs& fs, File& file) {
        LARGE_INTEGER at;
        at.QuadPart = 0x3F000; // crosses a view
        PMDL chain = nullptr;
        IO_STATUS_BLOCK status;
        CHECK(
            raised([&] { CcPrepareMdlWrite(file.object, &at, 0x3000, &chain, &status); })
            == STATUS_SUCCESS);
        CHECK(status.Information == 0x3000);
        CHECK(chain->Next != nullptr);
        CHECK_FALSE(file.purge());
        for (PMDL mdl = chain; mdl != nullptr; mdl = mdl->Next)
            std::memset(
                MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), 0x42,
                MmGetMdlByteCount(mdl));
        CHECK(raised([&] { CcMdlWriteComplete(file.object, &at, chain); }) == STATUS_SUCCESS);
        CHECK(file.flush() == STATUS_SUCCESS);
        CHECK(std::count(fs.disk.begin() + 0x3F000, fs.disk.begin() + 0x42000, 0x42) == 0x3000);

        chain = nullptr;
        CHECK(raised([&] { CcMdlRead(file.object, &at, 100, &chain, &status); }) == STATUS_SUCCESS);
        CHECK(
            static_cast<PUCHAR>(MmGetSystemAddressForMdlSafe(chain, NormalPagePriority))[99]
            == 0x42);
        CcMdlReadComplete(file.object, chain);
        CHECK(file.purge());
    });
}

TEST_CASE("pinned data is written back once it was marked", "[cc]")
{
    withFile(100'000, [](MiniFs& fs, File& file) {
        LARGE_INTEGER at;
        at.QuadPart = 8192;
        PVOID bcb = nullptr;
        PVOID buffer = nullptr;
        CHECK(CcPinRead(file.object, &at, 512, PIN_WAIT, &bcb, &buffer));
        CHECK(std::memcmp(buffer, fs.disk.data() + 8192, 512) == 0);
        std::memset(buffer, 7, 512);
        CcSetDirtyPinnedData(bcb, nullptr);
        CcUnpinData(bcb);
        CHECK(file.flush() == STATUS_SUCCESS);
        CHECK(std::count(fs.disk.begin() + 8192, fs.disk.begin() + 8192 + 512, 7) == 512);
    });
}

TEST_CASE("a writer waits when too much is dirty, and a deferred write is posted later", "[cc]")
{
    withFile(4 << 20, [](MiniFs& fs, File& file) {
        CcpSetDirtyThreshold(64);
        fs.pendNs = 1'000'000; // what is under way counts as dirty
        file.write(0, pattern(64 * PAGE_SIZE));
        CHECK_FALSE(CcCanIWrite(file.object, 4096, FALSE, FALSE));
        static int posted;
        posted = 0;
        CcDeferWrite(
            file.object, [](PVOID, PVOID) { ++posted; }, nullptr, nullptr, 4096, FALSE);
        CHECK(CcCanIWrite(file.object, 4096, TRUE, FALSE));
        CHECK(fs.writes > 0);
        CHECK(file.dirty() < 64);
        sleepMs(100);
        CHECK(posted == 1);
        CcpSetDirtyThreshold(0);
    });
}

TEST_CASE("the fast path reads, writes and extends within the allocation", "[cc]")
{
    withFile(10'000, [](MiniFs& fs, File& file) {
        std::vector<UCHAR> bytes(10'000);
        LARGE_INTEGER at {};
        IO_STATUS_BLOCK status;
        CHECK(FsRtlCopyRead(file.object, &at, 20'000, TRUE, 0, bytes.data(), &status, fs.device));
        CHECK(status.Information == 10'000);
        CHECK(bytes == fs.disk);
        at.QuadPart = 10'000;
        CHECK(FsRtlCopyRead(file.object, &at, 1, TRUE, 0, bytes.data(), &status, fs.device));
        CHECK(status.Status == STATUS_END_OF_FILE);
        // 10000 bytes lie in three pages: the allocation allows 12288.
        CHECK(FsRtlCopyWrite(file.object, &at, 2'000, TRUE, 0, bytes.data(), &status, fs.device));
        CHECK(file.fcb.header.FileSize.QuadPart == 12'000);
        at.QuadPart = 12'000;
        CHECK_FALSE(
            FsRtlCopyWrite(file.object, &at, 2'000, TRUE, 0, bytes.data(), &status, fs.device));
        fs.disk.resize(12'000);
        CHECK(file.flush() == STATUS_SUCCESS);
        CHECK(std::equal(fs.disk.begin() + 10'000, fs.disk.end(), bytes.begin()));
    });
}

TEST_CASE("random operations agree with a model of the file", "[cc]")
{
    for (const unsigned seed : { 1u, 2u, 3u, 4u }) {
        CAPTURE(seed);
        withFile(600'000, [seed](MiniFs& fs, File& file) {
            std::mt19937 random(seed);
            const auto below = [&](ULONG bound) { return static_cast<ULONG>(random() % bound); };
            std::vector<UCHAR> model = fs.disk;
            fs.pendNs = seed % 2 != 0 ? 20'000 : 0;
            MmpSetViewLimit(seed == 3 ? 2 : 0); // nearly no memory: views come and go
            ULONG wrong = 0;
            for (int step = 0; step < 1500; ++step) {
                const ULONG offset = below(static_cast<ULONG>(model.size()) - 1);
                const ULONG length = 1
                    + below(std::min<ULONG>(
                        below(4) == 0 ? 300'000 : 6'000,
                        static_cast<ULONG>(model.size()) - offset));
                switch (below(10)) {
                case 0:
                case 1:
                case 2:
                case 3: {
                    const auto bytes = file.read(offset, length);
                    wrong += bytes.size() != length
                        || !std::equal(bytes.begin(), bytes.end(), model.begin() + offset);
                    break;
                }
                case 4:
                case 5:
                case 6: {
                    const auto bytes = pattern(length, static_cast<UCHAR>(step));
                    std::copy(bytes.begin(), bytes.end(), model.begin() + offset);
                    file.write(offset, bytes);
                    break;
                }
                case 7:
                    if (below(2) == 0) {
                        wrong += file.flush() != STATUS_SUCCESS;
                        wrong += fs.disk != model;
                    } else {
                        LARGE_INTEGER start;
                        LARGE_INTEGER end;
                        start.QuadPart = offset;
                        end.QuadPart = offset + length;
                        wrong += !CcZeroData(file.object, &start, &end, TRUE);
                        std::fill(
                            model.begin() + offset, model.begin() + offset + length, UCHAR(0));
                    }
                    break;
                case 8:
                    if (below(4) == 0) {
                        // As a file system does: what is dirty goes out before sizes change under
                        // it.
                        wrong += file.flush() != STATUS_SUCCESS;
                        const ULONG size = 1000 + below(700'000);
                        model.resize(size);
                        file.resize(size);
                    } else {
                        wrong += file.flush() != STATUS_SUCCESS;
                        wrong += !file.purge(offset, length);
                    }
                    break;
                default:
                    sleepMs(below(300));
                    break;
                }
            }
            CHECK(wrong == 0);
            CHECK(file.flush() == STATUS_SUCCESS);
            CHECK(fs.disk == model);
            MmpSetViewLimit(0);
        });
    }
}

TEST_CASE("256 MiB through the cache come and go whole", "[cc][slow]")
{
    withFile(256 << 20, [](MiniFs& fs, File& file) {
        constexpr ULONG kPiece = 65536;
        for (std::size_t at = 0; at < fs.disk.size(); at += 4096)
            fs.disk[at] = static_cast<UCHAR>(at >> 12 ^ at >> 20);
        const std::vector<UCHAR> before = fs.disk;
        std::vector<UCHAR> seen(before.size());
        IO_STATUS_BLOCK status;
        for (ULONGLONG offset = 0; offset < before.size(); offset += kPiece) {
            LARGE_INTEGER at;
            at.QuadPart = static_cast<LONGLONG>(offset);
            REQUIRE(CcCopyRead(file.object, &at, kPiece, TRUE, seen.data() + offset, &status));
            REQUIRE(status.Information == kPiece);
        }
        CHECK(seen == before);
        // Written back one piece further on, the first piece last.
        for (ULONGLONG offset = 0; offset < before.size(); offset += kPiece) {
            LARGE_INTEGER at;
            at.QuadPart = static_cast<LONGLONG>((offset + kPiece) % before.size());
            (void)CcCanIWrite(file.object, kPiece, TRUE, FALSE);
            REQUIRE(CcCopyWrite(file.object, &at, kPiece, TRUE, seen.data() + offset));
        }
        CHECK(file.flush() == STATUS_SUCCESS);
        std::rotate(seen.begin(), seen.end() - kPiece, seen.end());
        CHECK(fs.disk == seen);
    });
}
