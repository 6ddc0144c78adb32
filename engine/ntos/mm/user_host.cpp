// user_host.cpp - memory regions of the memory manager, taken from the host.
//
// User memory is a memory file mapped twice: at the user addresses, page by page accessible, and at
// the alias, always accessible. Whoever frees a buffer loses the user address at once while an MDL
// that locked the pages keeps working.
#include "mi.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <map>
#include <set>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 1U
#endif

namespace {

constexpr uintptr_t kPage = 4096;
constexpr uintptr_t kUserBytes = MMP_USER_SLICE * MMP_USER_SLICES;
constexpr uintptr_t kCacheBytes = MMP_CACHE_VIEWS * MMP_VIEW_BYTES;
constexpr uintptr_t kAliasDelta = MMP_ALIAS_BASE - MMP_USER_BASE;

struct Allocation
{
    uintptr_t pages = 0; // first page
    uintptr_t pageBytes = 0;
    uintptr_t start = 0; // what the caller got
    uintptr_t bytes = 0;
    long locks = 0;
    bool freed = false; // waits for its locks
};

struct Slice
{
    PEPROCESS process = nullptr;
    std::map<uintptr_t, Allocation> allocations; // by first page
};

struct State
{
    int userFile = -1;
    int cacheFile = -1;
    Slice slices[MMP_USER_SLICES];
    std::set<uint32_t> freeViews;
    uint32_t nextView = 0;
};

State* s_state;

uintptr_t roundUp(uintptr_t value, uintptr_t to)
{
    return (value + to - 1) / to * to;
}

Slice* sliceOf(uintptr_t address)
{
    if (s_state == nullptr || address < MMP_USER_BASE || address >= MMP_USER_END) {
        return nullptr;
    }
    return &s_state->slices[(address - MMP_USER_BASE) / MMP_USER_SLICE];
}

Allocation* allocationOf(uintptr_t address)
{
    Slice* slice = sliceOf(address);
    if (slice == nullptr) {
        return nullptr;
    }
    auto found = slice->allocations.upper_bound(address);
    if (found == slice->allocations.begin()) {
        return nullptr;
    }
    --found;
    Allocation& allocation = found->second;
    return address < allocation.pages + allocation.pageBytes ? &allocation : nullptr;
}

void discard(Slice& slice, const Allocation& allocation)
{
    const off_t offset = static_cast<off_t>(allocation.pages - MMP_USER_BASE);
    (void)!fallocate(
        s_state->userFile, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset,
        static_cast<off_t>(allocation.pageBytes));
    slice.allocations.erase(allocation.pages);
}

void release(Slice& slice, Allocation& allocation)
{
    allocation.freed = true;
    mprotect(reinterpret_cast<void*>(allocation.pages), allocation.pageBytes, PROT_NONE);
    if (allocation.locks == 0) {
        discard(slice, allocation);
    }
}

int makeFile(const char* name, uintptr_t bytes)
{
    const int file = static_cast<int>(syscall(SYS_memfd_create, name, MFD_CLOEXEC));
    if (file >= 0 && ftruncate(file, static_cast<off_t>(bytes)) != 0) {
        close(file);
        return -1;
    }
    return file;
}

bool mapAt(uintptr_t address, uintptr_t bytes, int protection, int file)
{
    void* wanted = reinterpret_cast<void*>(address);
    void* got = mmap(
        wanted, bytes, protection, MAP_SHARED | MAP_NORESERVE | MAP_FIXED_NOREPLACE, file, 0);
    if (got == MAP_FAILED) {
        return false;
    }
    if (got != wanted) {
        munmap(got, bytes);
        return false;
    }
    return true;
}

} // namespace

extern "C" {

BOOLEAN MiHostReserve(void)
{
    if (s_state != nullptr) {
        return TRUE;
    }
    auto* state = new State;
    state->userFile = makeFile("rdrlab-user", kUserBytes);
    state->cacheFile = makeFile("rdrlab-cache", kCacheBytes);
    const bool ready = state->userFile >= 0 && state->cacheFile >= 0
        && mapAt(MMP_USER_BASE, kUserBytes, PROT_NONE, state->userFile)
        && mapAt(MMP_ALIAS_BASE, kUserBytes, PROT_READ | PROT_WRITE, state->userFile)
        && mapAt(MMP_CACHE_BASE, kCacheBytes, PROT_READ | PROT_WRITE, state->cacheFile);
    s_state = state;
    if (!ready) {
        MiHostRelease();
        return FALSE;
    }
    // A core dump needs none of the untouched terabyte; the host skips holes of shared mappings
    // only on request.
    madvise(reinterpret_cast<void*>(MMP_USER_BASE), kUserBytes, MADV_DONTDUMP);
    return TRUE;
}

void MiHostRelease(void)
{
    if (s_state == nullptr) {
        return;
    }
    munmap(reinterpret_cast<void*>(MMP_USER_BASE), kUserBytes);
    munmap(reinterpret_cast<void*>(MMP_ALIAS_BASE), kUserBytes);
    munmap(reinterpret_cast<void*>(MMP_CACHE_BASE), kCacheBytes);
    if (s_state->userFile >= 0) {
        close(s_state->userFile);
    }
    if (s_state->cacheFile >= 0) {
        close(s_state->cacheFile);
    }
    delete s_state;
    s_state = nullptr;
}

PVOID MmpAllocateUser(PEPROCESS Process, SIZE_T Bytes)
{
    if (s_state == nullptr || Bytes == 0 || Bytes > MMP_USER_SLICE / 2) {
        return nullptr;
    }
    unsigned index = 0;
    unsigned empty = MMP_USER_SLICES;
    for (; index < MMP_USER_SLICES; ++index) {
        const Slice& slice = s_state->slices[index];
        if (slice.process == Process && Process != nullptr) {
            break;
        }
        if (empty == MMP_USER_SLICES && slice.process == nullptr && slice.allocations.empty()) {
            empty = index;
        }
    }
    if (index == MMP_USER_SLICES) {
        if (empty == MMP_USER_SLICES) {
            return nullptr;
        }
        index = empty;
        s_state->slices[index].process = Process;
    }

    Slice& slice = s_state->slices[index];
    const uintptr_t pageBytes = roundUp(Bytes, kPage);
    // First fit, with one inaccessible page behind every allocation and the first 64 KiB left out,
    // as NULL is.
    uintptr_t at = MMP_USER_BASE + index * MMP_USER_SLICE + 0x10000;
    for (const auto& [pages, allocation] : slice.allocations) {
        if (at + pageBytes + kPage <= pages) {
            break;
        }
        at = pages + allocation.pageBytes + kPage;
    }
    if (at + pageBytes + kPage > MMP_USER_BASE + (index + 1) * MMP_USER_SLICE) {
        return nullptr;
    }
    if (mprotect(reinterpret_cast<void*>(at), pageBytes, PROT_READ | PROT_WRITE) != 0) {
        return nullptr;
    }
    const uintptr_t alignment = Bytes % 512 == 0 ? 512 : 16;
    Allocation allocation;
    allocation.pages = at;
    allocation.pageBytes = pageBytes;
    allocation.start = at + pageBytes - roundUp(Bytes, alignment);
    allocation.bytes = Bytes;
    slice.allocations.emplace(at, allocation);
    return reinterpret_cast<PVOID>(allocation.start);
}

void MmpFreeUser(PVOID Address)
{
    const uintptr_t address = reinterpret_cast<uintptr_t>(Address);
    Allocation* allocation = allocationOf(address);
    NT_ASSERT(allocation != nullptr && allocation->start == address && !allocation->freed);
    if (allocation != nullptr && allocation->start == address && !allocation->freed) {
        release(*sliceOf(address), *allocation);
    }
}

SIZE_T MmpDeleteProcess(PEPROCESS Process)
{
    SIZE_T left = 0;
    if (s_state == nullptr || Process == nullptr) {
        return 0;
    }
    for (Slice& slice : s_state->slices) {
        if (slice.process != Process) {
            continue;
        }
        for (auto next = slice.allocations.begin(); next != slice.allocations.end();) {
            Allocation& allocation = (next++)->second;
            if (!allocation.freed) {
                left += allocation.bytes;
                release(slice, allocation);
            }
        }
        slice.process = nullptr;
    }
    return left;
}

BOOLEAN MmpIsUserRange(const volatile void* Address, SIZE_T Length)
{
    const uintptr_t start = reinterpret_cast<uintptr_t>(Address);
    return start + Length >= start && start + Length <= MMP_USER_END;
}

BOOLEAN MmpIsRangeAccessible(const volatile void* Address, SIZE_T Length, BOOLEAN)
{
    const uintptr_t start = reinterpret_cast<uintptr_t>(Address);
    const uintptr_t end = start + Length;
    if (Length == 0) {
        return TRUE;
    }
    if (end < start || start < 0x10000) {
        return FALSE;
    }
    if (start < MMP_USER_END && end > MMP_USER_BASE) {
        const Allocation* allocation = allocationOf(start);
        return allocation != nullptr && !allocation->freed
            && end <= allocation->pages + allocation->pageBytes;
    }
    if (start >= 0x800000000000ULL) {
        return FALSE; // no host address of ours; a stray kernel pointer of another machine
    }
    if ((start >= MMP_CACHE_BASE && end <= MMP_CACHE_BASE + kCacheBytes)
        || (start >= MMP_ALIAS_BASE && end <= MMP_ALIAS_BASE + kUserBytes)) {
        return TRUE;
    }
    // Both ends are looked at: buffers are one piece of heap, and a call per page would cost more
    // than the copy.
    unsigned char resident;
    const uintptr_t first = start & ~(kPage - 1);
    const uintptr_t last = (end - 1) & ~(kPage - 1);
    return mincore(reinterpret_cast<void*>(first), kPage, &resident) == 0
        && (last == first || mincore(reinterpret_cast<void*>(last), kPage, &resident) == 0);
}

void MiLockUser(const void* Address, SIZE_T Length, LONG Delta)
{
    const uintptr_t address = reinterpret_cast<uintptr_t>(Address);
    Allocation* allocation = allocationOf(address);
    NT_ASSERT(allocation != nullptr);
    if (allocation == nullptr) {
        return;
    }
    allocation->locks += Delta;
    NT_ASSERT(allocation->locks >= 0);
    if (allocation->locks == 0 && allocation->freed) {
        discard(*sliceOf(address), *allocation);
    }
    (void)Length;
}

ULONG MiUserAllocations(void)
{
    size_t count = 0;
    if (s_state != nullptr) {
        for (const Slice& slice : s_state->slices) {
            count += slice.allocations.size();
        }
    }
    return static_cast<ULONG>(count);
}

BOOLEAN MiAllocateViewMemory(PULONG Slot)
{
    if (s_state == nullptr) {
        return FALSE;
    }
    if (!s_state->freeViews.empty()) {
        *Slot = *s_state->freeViews.begin();
        s_state->freeViews.erase(s_state->freeViews.begin());
        return TRUE;
    }
    if (s_state->nextView == MMP_CACHE_VIEWS) {
        return FALSE;
    }
    *Slot = s_state->nextView++;
    // One call for the view is half the price of sixty-four page faults.
    (void)!fallocate(
        s_state->cacheFile, 0, static_cast<off_t>(*Slot * MMP_VIEW_BYTES), MMP_VIEW_BYTES);
    return TRUE;
}

void MiFreeViewMemory(ULONG Slot)
{
    // Pages go back to the host only when many views are idle: taking them anew costs more than
    // keeping them warm.
    constexpr size_t kKeptViews = 512;
    if (s_state->freeViews.size() >= kKeptViews) {
        (void)!fallocate(
            s_state->cacheFile, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE,
            static_cast<off_t>(Slot * MMP_VIEW_BYTES), MMP_VIEW_BYTES);
    }
    s_state->freeViews.insert(Slot);
}

PVOID MiFindExport(const char* Name)
{
    Dl_info self {};
    if (dladdr(reinterpret_cast<void*>(&MiFindExport), &self) == 0 || self.dli_fname == nullptr) {
        return nullptr;
    }
    void* module = dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (module == nullptr) {
        return nullptr;
    }
    void* found = dlsym(module, Name);
    dlclose(module);
    // The search goes on into the libraries the engine uses; what they export is no kernel routine.
    Dl_info owner {};
    if (found == nullptr || dladdr(found, &owner) == 0 || owner.dli_fbase != self.dli_fbase) {
        return nullptr;
    }
    return found;
}

} // extern "C"
