// Tables RDBSS offers to mini-redirectors: names of a moment ago, multiplex ids; and its timers.
#include "lab_host.h"

#include <midatlax.h>
#include <namcache.h>

using namespace rdrlab::test;

TEST_CASE(
    "a cached name is found until its time is over, and by one owner at a time", "[rdbss][tables]")
{
    Lab lab;
    NAME_CACHE_CONTROL cache;
    lab.asSystem([&] {
        RxNameCacheInitialize(&cache, 16, 2);
        Name name("\\dir\\gone.txt"), upper("\\DIR\\GONE.TXT"), other("\\dir\\other.txt"),
            third("\\x");
        PNAME_CACHE entry = RxNameCacheCreateEntry(&cache, name.get(), TRUE);
        REQUIRE(entry != nullptr);
        RxNameCacheActivateEntry(&cache, entry, 2, 5);
        CHECK(RxNameCacheFetchEntry(&cache, other.get()) == nullptr);
        PNAME_CACHE found = RxNameCacheFetchEntry(&cache, upper.get());
        CHECK(found == entry);
        CHECK(RxNameCacheFetchEntry(&cache, name.get()) == nullptr);
        CHECK(RxNameCacheCheckEntry(found, 5) == RX_NC_SUCCESS);
        CHECK(RxNameCacheCheckEntry(found, 6) == RX_NC_MRXCTX_FAIL);
        LARGE_INTEGER threeSeconds;
        threeSeconds.QuadPart = -30'000'000;
        KeDelayExecutionThread(KernelMode, FALSE, &threeSeconds);
        CHECK(RxNameCacheCheckEntry(found, 5) == RX_NC_TIME_EXPIRED);
        RxNameCacheActivateEntry(&cache, found, 0, 0);
        PNAME_CACHE second = RxNameCacheCreateEntry(&cache, other.get(), TRUE);
        RxNameCacheActivateEntry(&cache, second, 2, 0);
        Name tail("gone.txt");
        RxNameCacheExpireEntryWithShortName(&cache, tail.get());
        CHECK(RxNameCacheFetchEntry(&cache, name.get()) == nullptr);
        CHECK(cache.EntryCount == 2);
        PNAME_CACHE reused = RxNameCacheCreateEntry(&cache, third.get(), FALSE);
        CHECK(reused != nullptr);
        CHECK(cache.EntryCount == 2);
        RxNameCacheFreeEntry(&cache, reused);
        RxNameCacheFinalize(&cache);
        CHECK(cache.EntryCount == 0);
    });
}

TEST_CASE("a multiplex id leads to its context until it is given back", "[rdbss][tables]")
{
    Lab lab;
    lab.asSystem([&] {
        PRX_MID_ATLAS atlas = RxCreateMidAtlas(2, 1);
        int a = 0, b = 0, c = 0;
        USHORT first = 0, second = 0, none = 0;
        CHECK(RxAssociateContextWithMid(atlas, &a, &first) == STATUS_SUCCESS);
        CHECK(RxAssociateContextWithMid(atlas, &b, &second) == STATUS_SUCCESS);
        CHECK(first != second);
        CHECK(RxAssociateContextWithMid(atlas, &c, &none) == STATUS_UNSUCCESSFUL);
        CHECK(RxMapMidToContext(atlas, first) == &a);
        RxReassociateMid(atlas, first, &c);
        PVOID context = nullptr;
        CHECK(RxMapAndDissociateMidFromContext(atlas, first, &context) == STATUS_SUCCESS);
        CHECK(context == &c);
        CHECK(RxMapMidToContext(atlas, first) == nullptr);
        static int destroyed;
        destroyed = 0;
        RxDestroyMidAtlas(atlas, [](PVOID) { destroyed++; });
        CHECK(destroyed == 1);
    });
}

TEST_CASE("timer requests run once or again and again until they are cancelled", "[rdbss][tables]")
{
    Lab lab;
    static int once, again;
    once = again = 0;
    static RX_WORK_ITEM item;
    LARGE_INTEGER second;
    second.QuadPart = 10'000'000;
    auto countOnce = [](PVOID) { once++; };
    auto countAgain = [](PVOID) { again++; };
    lab.asSystem([&] {
        CHECK(
            RxPostOneShotTimerRequest(lab.rdr.device, &item, countOnce, nullptr, second)
            == STATUS_SUCCESS);
        CHECK(
            RxPostRecurrentTimerRequest(lab.rdr.device, countAgain, nullptr, second)
            == STATUS_SUCCESS);
    });
    lab.passSeconds(0.5);
    CHECK(once == 0);
    lab.passSeconds(3.2);
    CHECK(once == 1);
    CHECK(again == 3);
    lab.asSystem([&] {
        CHECK(RxCancelTimerRequest(lab.rdr.device, countAgain, nullptr) == STATUS_SUCCESS);
        CHECK(RxCancelTimerRequest(lab.rdr.device, countAgain, nullptr) == STATUS_NOT_FOUND);
    });
    lab.passSeconds(5);
    CHECK(again == 3);
}
