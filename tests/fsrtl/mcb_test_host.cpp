// Map control blocks against a plain map, tunnels, and cancellable waits.
#include "tests/support/ntworld.h"

#include <map>
#include <random>

#include <ntifs.h>

using namespace rdrlab;
using test::inWorld;

TEST_CASE("a map control block agrees with a sector by sector model", "[fsrtl]")
{
    inWorld([] {
        LARGE_MCB mcb;
        FsRtlInitializeLargeMcb(&mcb, PagedPool);
        std::map<LONGLONG, LONGLONG> model;
        std::mt19937 random(11);
        unsigned wrong = 0;
        for (int step = 0; step < 3000; ++step) {
            const LONGLONG vbn = random() % 200;
            const LONGLONG count = 1 + random() % 20;
            switch (random() % 4) {
            case 0:
            case 1: {
                // Three places on the disk, so that runs join now and conflict then.
                const LONGLONG lbn = vbn + 1000 * (1 + random() % 3);
                bool fits = true;
                for (LONGLONG i = 0; i < count; ++i)
                    fits = fits && (!model.contains(vbn + i) || model[vbn + i] == lbn + i);
                wrong += (FsRtlAddLargeMcbEntry(&mcb, vbn, lbn, count) != FALSE) != fits;
                for (LONGLONG i = 0; fits && i < count; ++i)
                    model[vbn + i] = lbn + i;
                break;
            }
            case 2:
                FsRtlRemoveLargeMcbEntry(&mcb, vbn, count);
                for (LONGLONG i = 0; i < count; ++i)
                    model.erase(vbn + i);
                break;
            default:
                if (random() % 20 == 0) {
                    FsRtlTruncateLargeMcb(&mcb, vbn);
                    std::erase_if(model, [&](const auto& each) { return each.first >= vbn; });
                }
                break;
            }
            const LONGLONG last = model.empty() ? -1 : model.rbegin()->first;
            for (LONGLONG i = 0; i <= last + 1; ++i) {
                LONGLONG lbn = 0;
                LONGLONG left = 0;
                const bool found
                    = FsRtlLookupLargeMcbEntry(&mcb, i, &lbn, &left, nullptr, nullptr, nullptr);
                wrong += found != (i <= last);
                wrong += found && (left < 1 || lbn != (model.contains(i) ? model[i] : -1));
            }
            LONGLONG position = 0;
            const ULONG runs = FsRtlNumberOfRunsInLargeMcb(&mcb);
            for (ULONG run = 0; run < runs; ++run) {
                LONGLONG v;
                LONGLONG l;
                LONGLONG c;
                wrong += !FsRtlGetNextLargeMcbEntry(&mcb, run, &v, &l, &c) || v != position;
                position = v + c;
            }
            wrong += position != last + 1;
        }
        CHECK(wrong == 0);
        FsRtlUninitializeLargeMcb(&mcb);
    });
}

TEST_CASE("a tunnel remembers a name for fifteen seconds", "[fsrtl]")
{
    inWorld([] {
        TUNNEL tunnel;
        FsRtlInitializeTunnelCache(&tunnel);
        UNICODE_STRING shortName;
        UNICODE_STRING longName;
        RtlInitUnicodeString(&shortName, L"REPORT~1.DOC");
        RtlInitUnicodeString(&longName, L"report of the year.doc");
        ULONG created = 42;
        FsRtlAddToTunnelCache(&tunnel, 7, &shortName, &longName, FALSE, sizeof(created), &created);
        const auto find = [&](ULONGLONG directory) {
            WCHAR shortBuffer[16];
            UNICODE_STRING foundShort { 0, sizeof(shortBuffer), shortBuffer };
            WCHAR longBuffer[64];
            UNICODE_STRING foundLong { 0, sizeof(longBuffer), longBuffer };
            ULONG data = 0;
            ULONG length = sizeof(data);
            return FsRtlFindInTunnelCache(
                       &tunnel, directory, &longName, &foundShort, &foundLong, &length, &data)
                && data == 42 && RtlEqualUnicodeString(&foundShort, &shortName, FALSE);
        };
        CHECK(find(7));
        CHECK_FALSE(find(8));
        LARGE_INTEGER delay;
        delay.QuadPart = -16LL * 10'000'000;
        KeDelayExecutionThread(KernelMode, FALSE, &delay);
        CHECK_FALSE(find(7));
        FsRtlAddToTunnelCache(&tunnel, 7, &shortName, &longName, FALSE, sizeof(created), &created);
        FsRtlDeleteKeyFromTunnelCache(&tunnel, 7);
        CHECK_FALSE(find(7));
        FsRtlDeleteTunnelCache(&tunnel);
    });
}

TEST_CASE("a cancellable wait ends with the object, the timeout or the cancellation", "[fsrtl]")
{
    inWorld([] {
        KEVENT event;
        KeInitializeEvent(&event, SynchronizationEvent, TRUE);
        PIRP irp = IoAllocateIrp(1, FALSE);
        CHECK(FsRtlCancellableWaitForSingleObject(&event, nullptr, irp) == STATUS_SUCCESS);
        LARGE_INTEGER timeout;
        timeout.QuadPart = -500'000;
        CHECK(FsRtlCancellableWaitForSingleObject(&event, &timeout, irp) == STATUS_TIMEOUT);
        irp->Cancel = TRUE;
        CHECK(FsRtlCancellableWaitForSingleObject(&event, nullptr, irp) == STATUS_CANCELLED);
        irp->Cancel = FALSE;
        IoFreeIrp(irp);
    });
}
