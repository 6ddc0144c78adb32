#include "engine/ntos/inc/exp.h"
#include "tests/support/kernelworld.h"

#include <cstring>

using namespace rdrlab;
using namespace rdrlab::test;

TEST_CASE("pool is counted by tag and reported when it is not given back", "[ex]")
{
    ntos::World world;
    world.runAsSystem([] {
        CHECK(ExpPoolBlocks('tseT') == 0);
        PVOID kept = ExAllocatePoolWithTag(PagedPool, 100, 'tseT');
        PVOID freed = ExAllocatePoolWithTag(NonPagedPool, 50, 'tseT');
        CHECK(kept != nullptr);
        CHECK(ExpPoolBlocks('tseT') == 2);
        CHECK(ExpPoolBytes('tseT') == 150);
        ExFreePoolWithTag(freed, 'tseT');
        CHECK(ExpPoolBlocks('tseT') == 1);
    });
    const ntos::World::Leaks leaks = world.shutdown();
    REQUIRE(leaks.lines.size() == 1);
    CHECK(leaks.lines[0] == "pool 'Test': 1 blocks, 100 bytes");
    CHECK(leaks.poolBytes == 100);
}

TEST_CASE("new pool holds a pattern, ExAllocatePool2 gives zeros", "[ex]")
{
    onKernel([](ntos::World&) {
        auto* raw = static_cast<unsigned char*>(ExAllocatePoolWithTag(PagedPool, 64, 'tseT'));
        auto* zeroed = static_cast<unsigned char*>(ExAllocatePool2(POOL_FLAG_PAGED, 64, 'tseT'));
        for (int index = 0; index < 64; ++index) {
            REQUIRE(raw[index] == 0xB5);
            REQUIRE(zeroed[index] == 0);
        }
        ExFreePoolWithTag(raw, 'tseT');
        ExFreePool(zeroed);
        CHECK(ExAllocatePool2(0, 64, 'tseT') == nullptr);
        CHECK(ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_NON_PAGED, 64, 'tseT') == nullptr);
    });
}

TEST_CASE("blocks of a page and more are page aligned, all others at least 16", "[ex]")
{
    onKernel([](ntos::World&) {
        for (const SIZE_T bytes :
             { SIZE_T(1), SIZE_T(17), SIZE_T(4095), SIZE_T(4096), SIZE_T(100000) }) {
            PVOID block = ExAllocatePoolWithTag(NonPagedPool, bytes, 'tseT');
            CHECK(reinterpret_cast<ULONG_PTR>(block) % (bytes >= PAGE_SIZE ? PAGE_SIZE : 16) == 0);
            std::memset(block, 1, bytes);
            ExFreePoolWithTag(block, 'tseT');
        }
    });
}

TEST_CASE("misuse of pool is a bug check that says what happened", "[ex]")
{
    CHECK(
        bugCheckOf([](ntos::World&) {
            ExFreePoolWithTag(ExAllocatePoolWithTag(PagedPool, 16, 'tseT'), 'rhtO');
        }).find("freed with another tag")
        != std::string::npos);
    CHECK(
        bugCheckOf([](ntos::World&) {
            ExAllocatePoolWithTag(PagedPool, 16, 0);
        }).find("without a tag")
        != std::string::npos);
    CHECK(
        bugCheckOf([](ntos::World&) { ExFreePoolWithTag(nullptr, 'tseT'); }).find("null pointer")
        != std::string::npos);
    CHECK(
        bugCheckOf([](ntos::World&) {
            KIRQL old;
            KeRaiseIrql(DISPATCH_LEVEL, &old);
            ExAllocatePoolWithTag(PagedPool, 16, 'tseT');
        }).find("ExAllocatePoolWithTag called at IRQL 2")
        != std::string::npos);
#ifndef RDRLAB_SANITIZE
    CHECK(
        bugCheckOf([](ntos::World&) {
            auto* block = static_cast<volatile char*>(ExAllocatePoolWithTag(PagedPool, 16, 'tseT'));
            block[16] = 1;
            ExFreePoolWithTag(const_cast<char*>(block), 'tseT');
        }).find("BAD_POOL_HEADER: bytes after a pool block were overwritten")
        != std::string::npos);
#endif
}

TEST_CASE("every Nth allocation fails when a test asks for it", "[ex]")
{
    onKernel([](ntos::World&) {
        ExpFailEveryNthAllocation(3);
        PVOID blocks[4];
        for (PVOID& block : blocks)
            block = ExAllocatePoolWithTag(PagedPool, 8, 'tseT');
        ExpFailEveryNthAllocation(0);
        CHECK(blocks[2] == nullptr);
        for (PVOID block : { blocks[0], blocks[1], blocks[3] }) {
            REQUIRE(block != nullptr);
            ExFreePoolWithTag(block, 'tseT');
        }
    });
}

TEST_CASE("a lookaside list hands out again what was given back", "[ex]")
{
    onKernel([](ntos::World&) {
        NPAGED_LOOKASIDE_LIST list;
        ExInitializeNPagedLookasideList(&list, nullptr, nullptr, 0, 40, 'tseT', 0);
        PVOID first = ExAllocateFromNPagedLookasideList(&list);
        PVOID second = ExAllocateFromNPagedLookasideList(&list);
        ExFreeToNPagedLookasideList(&list, first);
        CHECK(ExAllocateFromNPagedLookasideList(&list) == first);
        CHECK(list.L.TotalAllocates == 3);
        CHECK(list.L.AllocateMisses == 2);
        ExFreeToNPagedLookasideList(&list, first);
        ExFreeToNPagedLookasideList(&list, second);
        ExDeleteNPagedLookasideList(&list);
        CHECK(ExpPoolBlocks('tseT') == 0);
        LOOKASIDE_LIST_EX extended;
        CHECK(
            ExInitializeLookasideListEx(&extended, nullptr, nullptr, PagedPool, 0, 40, 'tseT', 0)
            == STATUS_SUCCESS);
        PVOID third = ExAllocateFromLookasideListEx(&extended);
        ExFreeToLookasideListEx(&extended, third);
        CHECK(ExAllocateFromLookasideListEx(&extended) == third);
        ExFreeToLookasideListEx(&extended, third);
        ExDeleteLookasideListEx(&extended);
    });
}

TEST_CASE("a sequenced list is last in, first out", "[ex]")
{
    onKernel([](ntos::World&) {
        DECLSPEC_ALIGN(16) SLIST_HEADER head;
        DECLSPEC_ALIGN(16) SLIST_ENTRY one;
        DECLSPEC_ALIGN(16) SLIST_ENTRY two;
        InitializeSListHead(&head);
        CHECK(InterlockedPushEntrySList(&head, &one) == nullptr);
        CHECK(InterlockedPushEntrySList(&head, &two) == &one);
        CHECK(QueryDepthSList(&head) == 2);
        CHECK(InterlockedPopEntrySList(&head) == &two);
        CHECK(InterlockedFlushSList(&head) == &one);
        CHECK(InterlockedPopEntrySList(&head) == nullptr);
    });
}
