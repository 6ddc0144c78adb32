// Byte-range locks against a model, and waiting, granting and cancelling of lock IRPs.
#include "tests/support/ntworld.h"

#include <algorithm>
#include <random>
#include <vector>

#include <ntifs.h>

using namespace rdrlab;
using test::inWorld;

namespace {

struct Held
{
    ULONGLONG start;
    ULONGLONG length;
    bool exclusive;
    int owner;
};

bool overlap(const Held& a, ULONGLONG start, ULONGLONG length)
{
    return a.start < start + length && start < a.start + a.length;
}

LARGE_INTEGER large(ULONGLONG value)
{
    LARGE_INTEGER result;
    result.QuadPart = static_cast<LONGLONG>(value);
    return result;
}

/// Owners differ in file object, process or key; none of them is ever looked into, except LastLock
/// of the file object.
struct Owners
{
    FILE_OBJECT files[3] {};
    PFILE_OBJECT file(int owner) { return &files[owner % 3]; }
    PEPROCESS process(int owner)
    {
        return reinterpret_cast<PEPROCESS>(static_cast<ULONG_PTR>(0x1000 + owner % 2));
    }
    ULONG key(int owner) { return static_cast<ULONG>(owner / 3); }
};

NTSTATUS NTAPI completed(PVOID, PIRP irp)
{
    auto event = static_cast<PKEVENT>(irp->Tail.Overlay.DriverContext[3]);
    KeSetEvent(event, 0, FALSE);
    return irp->IoStatus.Status;
}

/// An IRP that asks for a lock.
struct Request
{
    KEVENT event;
    PIRP irp;
    LARGE_INTEGER length;
    NTSTATUS first;

    Request(
        FILE_LOCK& lock,
        PFILE_OBJECT file,
        ULONGLONG start,
        ULONGLONG bytes,
        bool exclusive,
        bool failImmediately = false)
    {
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        irp = IoAllocateIrp(2, FALSE);
        IoSetNextIrpStackLocation(irp);
        irp->Tail.Overlay.DriverContext[3] = &event;
        irp->Tail.Overlay.Thread = PsGetCurrentThread();
        length = large(bytes);
        PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
        stack->MajorFunction = IRP_MJ_LOCK_CONTROL;
        stack->MinorFunction = IRP_MN_LOCK;
        stack->FileObject = file;
        stack->Flags = static_cast<UCHAR>(
            (exclusive ? SL_EXCLUSIVE_LOCK : 0) | (failImmediately ? SL_FAIL_IMMEDIATELY : 0));
        stack->Parameters.LockControl.Length = &length;
        stack->Parameters.LockControl.Key = 0;
        stack->Parameters.LockControl.ByteOffset = large(start);
        first = FsRtlProcessFileLock(&lock, irp, nullptr);
    }
    ~Request() { IoFreeIrp(irp); }
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    bool done() { return KeReadStateEvent(&event) != 0; }
    NTSTATUS status() { return irp->IoStatus.Status; }
};

} // namespace

TEST_CASE("locks are granted, refused and checked as the model says", "[fsrtl]")
{
    for (const unsigned seed : { 1u, 2u, 3u }) {
        CAPTURE(seed);
        inWorld([seed] {
            FILE_LOCK lock;
            FsRtlInitializeFileLock(&lock, nullptr, nullptr);
            Owners owners;
            std::vector<Held> held;
            std::mt19937 random(seed);
            unsigned wrong = 0;
            unsigned granted = 0;
            for (int step = 0; step < 4000; ++step) {
                const int owner = static_cast<int>(random() % 6);
                LARGE_INTEGER start = large(random() % 40);
                LARGE_INTEGER length = large(1 + random() % 12);
                const auto s = static_cast<ULONGLONG>(start.QuadPart);
                const auto l = static_cast<ULONGLONG>(length.QuadPart);
                const auto same = [&](const Held& h) { return h.owner == owner; };
                switch (random() % 6) {
                case 0:
                case 1: {
                    const bool exclusive = random() % 2 != 0;
                    const bool expected
                        = std::none_of(held.begin(), held.end(), [&](const Held& h) {
                              return (h.exclusive || exclusive) && overlap(h, s, l);
                          });
                    IO_STATUS_BLOCK status;
                    const BOOLEAN handled = FsRtlFastLock(
                        &lock, owners.file(owner), &start, &length, owners.process(owner),
                        owners.key(owner), TRUE, exclusive, &status, nullptr, FALSE);
                    wrong += !handled || (status.Status == STATUS_SUCCESS) != expected
                        || (!expected && status.Status != STATUS_LOCK_NOT_GRANTED);
                    if (expected) {
                        held.push_back({ s, l, exclusive, owner });
                        ++granted;
                    }
                    break;
                }
                case 2:
                case 3: {
                    // Half of the time something that is locked.
                    if (!held.empty() && random() % 2 != 0) {
                        const Held& pick = held[random() % held.size()];
                        start = large(pick.start);
                        length = large(pick.length);
                    }
                    const auto found = std::find_if(held.begin(), held.end(), [&](const Held& h) {
                        return same(h) && h.start == static_cast<ULONGLONG>(start.QuadPart)
                            && h.length == static_cast<ULONGLONG>(length.QuadPart);
                    });
                    const NTSTATUS status = FsRtlFastUnlockSingle(
                        &lock, owners.file(owner), &start, &length, owners.process(owner),
                        owners.key(owner), nullptr, FALSE);
                    wrong += status
                        != (found != held.end() ? STATUS_SUCCESS : STATUS_RANGE_NOT_LOCKED);
                    if (found != held.end())
                        held.erase(found);
                    break;
                }
                case 4: {
                    const bool read = std::none_of(held.begin(), held.end(), [&](const Held& h) {
                        return h.exclusive && !same(h) && overlap(h, s, l);
                    });
                    const bool write = std::none_of(held.begin(), held.end(), [&](const Held& h) {
                        return !(h.exclusive && same(h)) && overlap(h, s, l);
                    });
                    wrong += read
                        != (FsRtlFastCheckLockForRead(
                                &lock, &start, &length, owners.key(owner), owners.file(owner),
                                owners.process(owner))
                            != FALSE);
                    wrong += write
                        != (FsRtlFastCheckLockForWrite(
                                &lock, &start, &length, owners.key(owner), owners.file(owner),
                                owners.process(owner))
                            != FALSE);
                    break;
                }
                default:
                    if (random() % 8 == 0) {
                        const std::size_t before = held.size();
                        std::erase_if(held, same);
                        const NTSTATUS status = FsRtlFastUnlockAllByKey(
                            &lock, owners.file(owner), owners.process(owner), owners.key(owner),
                            nullptr);
                        wrong += status
                            != (held.size() != before ? STATUS_SUCCESS : STATUS_RANGE_NOT_LOCKED);
                    }
                    break;
                }
                std::size_t listed = 0;
                for (PFILE_LOCK_INFO info = FsRtlGetNextFileLock(&lock, TRUE); info != nullptr;
                     info = FsRtlGetNextFileLock(&lock, FALSE)) {
                    wrong += listed >= held.size()
                        || static_cast<ULONGLONG>(info->StartingByte.QuadPart)
                            != held[listed].start;
                    ++listed;
                }
                wrong += listed != held.size();
                wrong += (FsRtlAreThereCurrentFileLocks(&lock) != 0) == held.empty();
            }
            CHECK(wrong == 0);
            CHECK(granted > 300);
            FsRtlUninitializeFileLock(&lock);
        });
    }
}

TEST_CASE("a lock request waits, is granted in order, and tells when it is", "[fsrtl]")
{
    inWorld([] {
        FILE_LOCK lock;
        FsRtlInitializeFileLock(&lock, completed, nullptr);
        FILE_OBJECT a {};
        FILE_OBJECT b {};
        FILE_OBJECT c {};
        Request first(lock, &a, 0, 10, true);
        CHECK(first.first == STATUS_SUCCESS);
        CHECK(first.done());
        Request waits(lock, &b, 5, 10, true);
        CHECK(waits.first == STATUS_PENDING);
        CHECK_FALSE(waits.done());
        // Would fit beside the granted lock, but not before the one that waits.
        Request behind(lock, &c, 12, 10, false);
        CHECK(behind.first == STATUS_PENDING);
        Request refused(lock, &c, 9, 1, false, true);
        CHECK(refused.first == STATUS_LOCK_NOT_GRANTED);

        LARGE_INTEGER start = large(0);
        LARGE_INTEGER length = large(10);
        PEPROCESS process = IoGetRequestorProcess(first.irp);
        CHECK(
            FsRtlFastUnlockSingle(&lock, &a, &start, &length, process, 0, nullptr, FALSE)
            == STATUS_SUCCESS);
        CHECK(waits.done());
        CHECK(waits.status() == STATUS_SUCCESS);
        CHECK_FALSE(behind.done());
        CHECK(FsRtlFastUnlockAll(&lock, &b, process, nullptr) == STATUS_SUCCESS);
        CHECK(behind.done());
        FsRtlUninitializeFileLock(&lock);
    });
}

TEST_CASE("a cancelled lock request lets the one behind it go", "[fsrtl]")
{
    inWorld([] {
        FILE_LOCK lock;
        FsRtlInitializeFileLock(&lock, completed, nullptr);
        FILE_OBJECT a {};
        FILE_OBJECT b {};
        FILE_OBJECT c {};
        Request held(lock, &a, 0, 10, false);
        Request waits(lock, &b, 5, 10, true);
        Request behind(lock, &c, 8, 4, false);
        CHECK(behind.first == STATUS_PENDING);
        CHECK(IoCancelIrp(waits.irp));
        CHECK(waits.status() == STATUS_CANCELLED);
        CHECK(behind.done());
        CHECK(behind.status() == STATUS_SUCCESS);
        FsRtlUninitializeFileLock(&lock);
        CHECK_FALSE(FsRtlAreThereCurrentFileLocks(&lock));
    });
}

TEST_CASE("a range that runs over the end of all offsets is refused", "[fsrtl]")
{
    inWorld([] {
        FILE_LOCK lock;
        FsRtlInitializeFileLock(&lock, completed, nullptr);
        FILE_OBJECT a {};
        Request request(lock, &a, ~0ULL - 5, 10, true);
        CHECK(request.first == STATUS_INVALID_LOCK_RANGE);
        FsRtlUninitializeFileLock(&lock);
    });
}
