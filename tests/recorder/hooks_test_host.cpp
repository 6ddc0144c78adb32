#include <ntifs.h>

#include <rx.h>

#include "engine/ddk/rx/rdrtrace.h"
#include "tests/recorder/playback.h"

#include <cstring>

using namespace rdrlab;
using Lines = std::vector<std::string>;

namespace {

UNICODE_STRING nameOf(const char16_t* text)
{
    const auto bytes = USHORT(std::char_traits<char16_t>::length(text) * 2);
    return { bytes, bytes, reinterpret_cast<PWCH>(const_cast<char16_t*>(text)) };
}

} // namespace

TEST_CASE("without a recorder every hook returns at once", "[recorder][hooks]")
{
    int thing = 0;
    CHECK_FALSE(RdrTraceActive());
    CHECK(RdrTraceBegin(RdrLayerApp, "x", &thing, 0) == 0);
    RdrTraceEnter(1);
    RdrTraceLeave(1);
    RdrTraceFinish(1, 0, 0);
    RdrTraceEnd(1, 0, 0);
    RdrTraceBind(&thing, 1);
    CHECK(RdrTraceSpanOf(&thing) == 0);
    RdrTraceStackLocation(1, &thing);
    RdrTraceStackPended(1);
    RdrTraceEvent(RdrLayerApp, RdrEventNote, "x", &thing, 0, 0);
    RdrTraceText(RdrLayerApp, RdrEventNote, "x", &thing, "text");
    RdrTraceBorn(RdrObjectIrp, &thing, 4, nullptr, nullptr);
    RdrTraceRename(&thing, nullptr);
    RdrTraceReference(&thing, 1, 1, "x");
    RdrTraceTouch(&thing);
    RdrTraceDied(&thing);
}

TEST_CASE("the hooks reach the attached recorder", "[recorder][hooks]")
{
    test::Playback play("hooks");
    CHECK(RdrTraceActive());
    int thing = 0;
    UNICODE_STRING name = nameOf(u"\\lab\\\u00E4");
    RdrTraceBorn(RdrObjectFcb, &thing, 0, &name, nullptr);
    const RDR_SPAN span = RdrTraceBegin(RdrLayerMrx, "MRxCreate", &thing, 0);
    RdrTraceBind(&thing, span);
    CHECK(RdrTraceSpanOf(&thing) == span);
    RdrTraceReference(&thing, 1, 2, "open");
    RdrTraceText(RdrLayerMrx, RdrEventState, "step", &thing, "from a to b");
    RdrTraceEvent(RdrLayerMrx, RdrEventCallback, "done", &thing, STATUS_ACCESS_DENIED, 3);
    RdrTraceEnd(span, STATUS_ACCESS_DENIED, 5);
    RdrTraceDied(&thing);
    play.recorder().setContext(nullptr);
    CHECK_FALSE(RdrTraceActive());
    RdrTraceEvent(RdrLayerMrx, RdrEventNote, "after", nullptr, 0, 0);
    CHECK(
        play.events()
        == Lines { "born [FCB:\\lab\\\u00E4]", "begin MRxCreate [FCB:\\lab\\\u00E4] in 2<0",
                   "reference open [FCB:\\lab\\\u00E4] in 2<0",
                   "state step [FCB:\\lab\\\u00E4] in 2<0",
                   "callback done [FCB:\\lab\\\u00E4] in 2<0",
                   "end MRxCreate [FCB:\\lab\\\u00E4] in 2<0", "died [FCB:\\lab\\\u00E4]" });
}

TEST_CASE("an SRV_CALL is watched by the names of its members", "[recorder][fields]")
{
    test::Playback play("srvcall");
    SRV_CALL srvCall;
    std::memset(&srvCall, 0, sizeof srvCall);
    UNICODE_STRING name = nameOf(u"\\lab");
    int connection = 0;
    RdrTraceBorn(RdrObjectConnection, &connection, 0, nullptr, nullptr);
    RdrTraceBorn(RdrObjectSrvCall, &srvCall, sizeof srvCall, &name, nullptr);
    srvCall.pSrvCallName = &name;
    srvCall.Condition = Condition_InTransition;
    srvCall.NodeReferenceCount = 1;
    RdrTraceTouch(&srvCall);
    srvCall.Condition = Condition_Good;
    srvCall.Context = &connection;
    srvCall.Flags = SRVCALL_FLAG_DFS_AWARE_SERVER | SRVCALL_FLAG_FORCE_FINALIZED;
    RdrTraceTouch(&srvCall);
    CHECK(
        play.changes()
        == Lines { "pSrvCallName:  -> \\lab", "Condition:  -> Condition_InTransition",
                   "NodeReferenceCount:  -> 1",
                   "Condition: Condition_InTransition -> Condition_Good",
                   "Flags: 0 -> SRVCALL_FLAG_DFS_AWARE_SERVER|SRVCALL_FLAG_FORCE_FINALIZED",
                   "Context: NULL -> CONNECTION#1" });
}

TEST_CASE("an IRP shows the stack location of the driver that has it", "[recorder][fields]")
{
    test::Playback play("irp");
    struct
    {
        IRP irp;
        IO_STACK_LOCATION stack[2];
    } request;
    std::memset(&request, 0, sizeof request);
    int device = 0;
    UNICODE_STRING name = nameOf(u"\\Device\\Mup");
    RdrTraceBorn(RdrObjectDevice, &device, 0, &name, nullptr);
    RdrTraceBorn(RdrObjectIrp, &request.irp, sizeof request, nullptr, nullptr);
    request.irp.StackCount = 2;
    request.irp.CurrentLocation = 3;
    request.irp.Tail.Overlay.CurrentStackLocation = &request.stack[2];
    RdrTraceTouch(&request.irp);
    request.irp.CurrentLocation = 2;
    request.irp.Tail.Overlay.CurrentStackLocation = &request.stack[1];
    request.stack[1].MajorFunction = IRP_MJ_READ;
    request.stack[1].DeviceObject = reinterpret_cast<PDEVICE_OBJECT>(&device);
    RdrTraceTouch(&request.irp);
    request.stack[1].Control = SL_PENDING_RETURNED;
    request.irp.IoStatus.Status = STATUS_PENDING;
    RdrTraceTouch(&request.irp);
    CHECK(
        play.changes()
        == Lines { "StackCount:  -> 2", "CurrentLocation:  -> 3",
                   "CurrentStackLocation.MajorFunction:  -> IRP_MJ_READ",
                   "CurrentStackLocation.DeviceObject:  -> DEVICE:\\Device\\Mup",
                   "CurrentLocation: 3 -> 2",
                   "CurrentStackLocation.Control: 0 -> SL_PENDING_RETURNED",
                   "IoStatus.Status: STATUS_SUCCESS -> STATUS_PENDING" });
}

TEST_CASE("a password is never recorded", "[recorder][fields]")
{
    test::Playback play("password");
    V_NET_ROOT vNetRoot;
    std::memset(&vNetRoot, 0, sizeof vNetRoot);
    UNICODE_STRING user = nameOf(u"ada");
    UNICODE_STRING password = nameOf(u"s3cret");
    RdrTraceBorn(RdrObjectVNetRoot, &vNetRoot, sizeof vNetRoot, nullptr, nullptr);
    vNetRoot.pUserName = &user;
    vNetRoot.pPassword = &password;
    RdrTraceTouch(&vNetRoot);
    CHECK(play.changes() == Lines { "pUserName:  -> ada", "pPassword:  -> present" });
}
