// MDLs, probes and user memory, tested as a driver would use them.
#include "tests/support/ntworld.h"

#include "engine/ntos/inc/mmp.h"

#include <cstring>
#include <ntifs.h>

using rdrlab::test::inWorld;
using rdrlab::test::raised;

TEST_CASE("user memory lies below the probe address and system memory above it", "[mm]")
{
    inWorld([] {
        PVOID user = MmpAllocateUser(PsGetCurrentProcess(), 1000);
        CHECK(user != nullptr);
        CHECK(reinterpret_cast<ULONG_PTR>(user) + 1000 <= MmUserProbeAddress);
        CHECK(raised([&] { ProbeForRead(user, 1000, 1); }) == STATUS_SUCCESS);
        CHECK(raised([&] { ProbeForWrite(user, 1000, 4); }) == STATUS_SUCCESS);

        PVOID pool = ExAllocatePoolWithTag(NonPagedPool, 64, 'tseT');
        CHECK(raised([&] { ProbeForRead(pool, 64, 1); }) == STATUS_ACCESS_VIOLATION);
        ExFreePoolWithTag(pool, 'tseT');

        MmpFreeUser(user);
        CHECK(raised([&] { ProbeForRead(user, 1, 1); }) == STATUS_ACCESS_VIOLATION);
        CHECK_FALSE(MmIsAddressValid(user));
        CHECK_FALSE(MmIsAddressValid(nullptr));
    });
}

TEST_CASE("a probe rejects what is misaligned or runs over the end of an allocation", "[mm]")
{
    inWorld([] {
        auto user = static_cast<PUCHAR>(MmpAllocateUser(PsGetCurrentProcess(), 64));
        CHECK(raised([&] { ProbeForRead(user + 1, 4, 4); }) == STATUS_DATATYPE_MISALIGNMENT);
        CHECK(raised([&] { ProbeForRead(user, 64, 4); }) == STATUS_SUCCESS);
        CHECK(raised([&] { ProbeForRead(user, 65, 1); }) == STATUS_ACCESS_VIOLATION);
        CHECK(raised([&] { ProbeForRead(user, ~SIZE_T(0) - 100, 1); }) == STATUS_ACCESS_VIOLATION);
        CHECK(raised([&] { ProbeForRead(nullptr, 0, 1); }) == STATUS_SUCCESS);
        MmpFreeUser(user);
    });
}

TEST_CASE("a locked user buffer is mapped at another address with the same bytes", "[mm]")
{
    inWorld([] {
        constexpr ULONG bytes = 10000;
        auto user = static_cast<PUCHAR>(MmpAllocateUser(PsGetCurrentProcess(), bytes));
        std::memset(user, 0x5A, bytes);
        PMDL mdl = IoAllocateMdl(user, bytes, FALSE, FALSE, nullptr);
        CHECK(raised([&] { MmProbeAndLockPages(mdl, UserMode, IoWriteAccess); }) == STATUS_SUCCESS);
        CHECK((mdl->MdlFlags & MDL_PAGES_LOCKED) != 0);
        auto system = static_cast<PUCHAR>(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority));
        CHECK(system != user);
        CHECK(reinterpret_cast<ULONG_PTR>(system) > MmUserProbeAddress);
        CHECK(system[0] == 0x5A);
        system[bytes - 1] = 0x77;
        CHECK(user[bytes - 1] == 0x77);
        CHECK(MmGetMdlByteCount(mdl) == bytes);

        // Freed under the lock: the driver's mapping lives on, the application's address does not.
        MmpFreeUser(user);
        CHECK_FALSE(MmIsAddressValid(user));
        CHECK(system[bytes - 1] == 0x77);
        MmUnlockPages(mdl);
        IoFreeMdl(mdl);
        MMP_COUNTERS counters;
        MmpQueryCounters(&counters);
        CHECK(counters.LockedMdls == 0);
        CHECK(counters.UserAllocations == 0);
    });
}

TEST_CASE("locking a bad buffer raises STATUS_ACCESS_VIOLATION and leaves nothing locked", "[mm]")
{
    inWorld([] {
        PMDL mdl = IoAllocateMdl(reinterpret_cast<PVOID>(0x1000), 100, FALSE, FALSE, nullptr);
        CHECK(
            raised([&] { MmProbeAndLockPages(mdl, UserMode, IoReadAccess); })
            == STATUS_ACCESS_VIOLATION);
        IoFreeMdl(mdl);
        PVOID pool = ExAllocatePoolWithTag(NonPagedPool, 64, 'tseT');
        mdl = IoAllocateMdl(pool, 64, FALSE, FALSE, nullptr);
        CHECK(
            raised([&] { MmProbeAndLockPages(mdl, UserMode, IoReadAccess); })
            == STATUS_ACCESS_VIOLATION);
        CHECK((mdl->MdlFlags & MDL_PAGES_LOCKED) == 0);
        CHECK(
            raised([&] { MmProbeAndLockPages(mdl, KernelMode, IoReadAccess); }) == STATUS_SUCCESS);
        MmUnlockPages(mdl);
        IoFreeMdl(mdl);
        ExFreePoolWithTag(pool, 'tseT');
    });
}

TEST_CASE("a partial list describes the right part and unmaps only what it mapped", "[mm]")
{
    inWorld([] {
        constexpr ULONG bytes = 5 * PAGE_SIZE;
        auto user = static_cast<PUCHAR>(MmpAllocateUser(PsGetCurrentProcess(), bytes));
        for (ULONG i = 0; i < bytes; ++i)
            user[i] = static_cast<UCHAR>(i / 7);
        PMDL whole = IoAllocateMdl(user, bytes, FALSE, FALSE, nullptr);
        MmProbeAndLockPages(whole, UserMode, IoReadAccess);
        for (const bool mapped : { false, true }) {
            if (mapped)
                (void)MmGetSystemAddressForMdlSafe(whole, NormalPagePriority);
            for (const ULONG offset : { 0u, 1u, 4095u, 4096u, 9000u }) {
                const ULONG length = 6000;
                PMDL part = IoAllocateMdl(user + offset, length, FALSE, FALSE, nullptr);
                IoBuildPartialMdl(whole, part, user + offset, length);
                CHECK(MmGetMdlByteCount(part) == length);
                auto system
                    = static_cast<PUCHAR>(MmGetSystemAddressForMdlSafe(part, NormalPagePriority));
                CHECK(std::memcmp(system, user + offset, length) == 0);
                MmPrepareMdlForReuse(part);
                IoFreeMdl(part);
            }
        }
        MmUnlockPages(whole);
        IoFreeMdl(whole);
        MmpFreeUser(user);
    });
}

TEST_CASE("a list longer than its size field can tell still frees and maps", "[mm]")
{
    inWorld([] {
        constexpr SIZE_T bytes = 64 << 20;
        PVOID user = MmpAllocateUser(PsGetCurrentProcess(), bytes);
        PMDL mdl = IoAllocateMdl(user, static_cast<ULONG>(bytes), FALSE, FALSE, nullptr);
        CHECK(mdl != nullptr);
        MmProbeAndLockPages(mdl, UserMode, IoWriteAccess);
        auto system = static_cast<PUCHAR>(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority));
        system[bytes - 1] = 9;
        CHECK(static_cast<PUCHAR>(user)[bytes - 1] == 9);
        CHECK(MmSizeOfMdl(user, bytes) == sizeof(MDL) + (bytes / PAGE_SIZE) * sizeof(PFN_NUMBER));
        MmUnlockPages(mdl);
        IoFreeMdl(mdl);
        MmpFreeUser(user);
    });
}

TEST_CASE("exports are found by name, and only the kernel's own", "[mm]")
{
    inWorld([] {
        UNICODE_STRING name;
        RtlInitUnicodeString(&name, L"CcCopyRead");
        CHECK(MmGetSystemRoutineAddress(&name) == reinterpret_cast<PVOID>(&CcCopyRead));
        RtlInitUnicodeString(&name, L"NoSuchRoutine");
        CHECK(MmGetSystemRoutineAddress(&name) == nullptr);
        RtlInitUnicodeString(&name, L"malloc");
        CHECK(MmGetSystemRoutineAddress(&name) == nullptr);
    });
}

TEST_CASE("the memory of a process that ends is taken back", "[mm]")
{
    inWorld([] {
        PEPROCESS process = PsGetCurrentProcess();
        PVOID first = MmpAllocateUser(process, 100);
        (void)MmpAllocateUser(process, 5000);
        CHECK(MmpDeleteProcess(process) == 5100);
        CHECK_FALSE(MmIsAddressValid(first));
        // Addresses are given out the same way again.
        CHECK(MmpAllocateUser(process, 100) == first);
        CHECK(MmpDeleteProcess(process) == 100);
    });
}
