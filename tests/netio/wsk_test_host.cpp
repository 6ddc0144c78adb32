// WSK as a kernel client uses it, against an echoing peer on the virtual wire.
#include "tests/support/ntworld.h"

#include "engine/vnet/network.h"

#include <cstring>
#include <vector>

#include <ntifs.h>
#include <wsk.h>

using namespace rdrlab;

namespace {

constexpr ULONG kLabAddress = 0x0A000001;
constexpr USHORT kPort = 445;

/// Sends back what it gets; answers "bye" by closing, "rst" by aborting; swallows everything when
/// mute.
class EchoPeer final : public vnet::Peer
{
public:
    EchoPeer(vnet::PeerChannel& channel, bool mute)
        : m_channel(channel)
        , m_mute(mute)
    {
    }
    void onData(vnet::ByteSpan bytes) override
    {
        if (bytes.size() == 3 && std::memcmp(bytes.data(), "bye", 3) == 0) {
            m_channel.close();
        } else if (bytes.size() == 3 && std::memcmp(bytes.data(), "rst", 3) == 0) {
            m_channel.abort();
        } else if (!m_mute) {
            m_channel.send(vnet::Buffer(bytes.begin(), bytes.end()));
        }
    }
    void onClosed(vnet::CloseReason) override { }

private:
    vnet::PeerChannel& m_channel;
    bool m_mute;
};

class Echo final : public vnet::Acceptor
{
public:
    bool mute = false;
    int accepted = 0;
    std::unique_ptr<vnet::Peer> accept(vnet::PeerChannel& channel) override
    {
        ++accepted;
        return std::make_unique<EchoPeer>(channel, mute);
    }
};

NTSTATUS NTAPI signalEvent(PDEVICE_OBJECT, PIRP, PVOID context)
{
    KeSetEvent(static_cast<PKEVENT>(context), IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/// One IRP for WSK and the wait for it.
struct Call
{
    KEVENT event;
    PIRP irp;
    Call()
    {
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        irp = IoAllocateIrp(1, FALSE);
        IoSetCompletionRoutine(irp, signalEvent, &event, TRUE, TRUE, TRUE);
    }
    ~Call() { IoFreeIrp(irp); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    NTSTATUS wait()
    {
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
        return irp->IoStatus.Status;
    }
    bool done() const { return KeReadStateEvent(const_cast<PKEVENT>(&event)) != 0; }
    ULONG_PTR information() const { return irp->IoStatus.Information; }
};

/// Nonpaged memory with its list.
struct Bytes
{
    PUCHAR data;
    WSK_BUF buf;
    explicit Bytes(SIZE_T length)
    {
        data = static_cast<PUCHAR>(ExAllocatePoolWithTag(NonPagedPool, length, 'tseT'));
        buf.Mdl = IoAllocateMdl(data, static_cast<ULONG>(length), FALSE, FALSE, nullptr);
        MmBuildMdlForNonPagedPool(buf.Mdl);
        buf.Offset = 0;
        buf.Length = length;
    }
    explicit Bytes(const char* text)
        : Bytes(std::strlen(text))
    {
        std::memcpy(data, text, buf.Length);
    }
    ~Bytes()
    {
        IoFreeMdl(buf.Mdl);
        ExFreePoolWithTag(data, 'tseT');
    }
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;
};

struct Client
{
    WSK_CLIENT_DISPATCH dispatch { MAKE_WSK_VERSION(1, 0), 0, nullptr };
    WSK_CLIENT_NPI npi { nullptr, &dispatch };
    WSK_REGISTRATION registration {};
    WSK_PROVIDER_NPI provider {};

    Client()
    {
        CHECK(WskRegister(&npi, &registration) == STATUS_SUCCESS);
        CHECK(WskCaptureProviderNPI(&registration, WSK_INFINITE_WAIT, &provider) == STATUS_SUCCESS);
    }
    ~Client()
    {
        WskReleaseProviderNPI(&registration);
        WskDeregister(&registration);
    }
};

struct Socket
{
    PWSK_SOCKET socket = nullptr;
    const WSK_PROVIDER_CONNECTION_DISPATCH* calls = nullptr;

    explicit Socket(
        Client& client,
        PVOID context = nullptr,
        const WSK_CLIENT_CONNECTION_DISPATCH* events = nullptr)
    {
        Call call;
        (void)client.provider.Dispatch->WskSocket(
            client.provider.Client, AF_INET, SOCK_STREAM, IPPROTO_TCP, WSK_FLAG_CONNECTION_SOCKET,
            context, events, nullptr, nullptr, nullptr, call.irp);
        CHECK(call.wait() == STATUS_SUCCESS);
        socket = reinterpret_cast<PWSK_SOCKET>(call.information());
        calls = static_cast<const WSK_PROVIDER_CONNECTION_DISPATCH*>(socket->Dispatch);
        SOCKADDR_IN any {};
        any.sin_family = AF_INET;
        Call bind;
        (void)calls->WskBind(socket, reinterpret_cast<PSOCKADDR>(&any), 0, bind.irp);
        CHECK(bind.wait() == STATUS_SUCCESS);
    }
    ~Socket() { close(); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    void close()
    {
        if (socket != nullptr) {
            Call call;
            (void)calls->WskCloseSocket(socket, call.irp);
            CHECK(call.wait() == STATUS_SUCCESS);
            socket = nullptr;
        }
    }
    void startConnect(Call& call, ULONG address = kLabAddress, USHORT port = kPort)
    {
        SOCKADDR_IN to {};
        to.sin_family = AF_INET;
        to.sin_port = RtlUshortByteSwap(port);
        to.sin_addr.s_addr = RtlUlongByteSwap(address);
        (void)calls->WskConnect(socket, reinterpret_cast<PSOCKADDR>(&to), 0, call.irp);
    }
    NTSTATUS connect(ULONG address = kLabAddress, USHORT port = kPort)
    {
        Call call;
        startConnect(call, address, port);
        return call.wait();
    }
    NTSTATUS send(Bytes& bytes)
    {
        Call call;
        (void)calls->WskSend(socket, &bytes.buf, 0, call.irp);
        return call.wait();
    }
    NTSTATUS receive(Bytes& bytes, ULONG flags, ULONG_PTR* got)
    {
        Call call;
        (void)calls->WskReceive(socket, &bytes.buf, flags, call.irp);
        const NTSTATUS status = call.wait();
        *got = call.information();
        return status;
    }
    void enableEvents(ULONG mask)
    {
        WSK_EVENT_CALLBACK_CONTROL control { nullptr, mask };
        CHECK(
            calls->WskControlSocket(
                socket, WskSetOption, SO_WSK_EVENT_CALLBACK, SOL_SOCKET, sizeof(control), &control,
                0, nullptr, nullptr, nullptr)
            == STATUS_SUCCESS);
    }
};

/// A world with a host "lab" that echoes on port 445, and a client on a system thread.
template <typename Body> void withEcho(Body&& body, vnet::LinkProperties link = {})
{
    Echo echo;
    ntos::World world;
    const auto lab = world.network().addHost("lab", vnet::Ipv4 { kLabAddress });
    world.network().listen(lab, kPort, &echo);
    world.network().setLink(*world.network().findHost("client"), lab, link);
    world.runAsSystem([&] { body(world, echo); });
    INFO(world.bugcheckReport());
    CHECK_FALSE(world.bugchecked());
    const auto leaks = world.shutdown();
    for (const auto& line : leaks.lines)
        UNSCOPED_INFO(line);
    CHECK(leaks.poolBlocks == 0);
}

ULONGLONG nowNs(ntos::World& world)
{
    return world.scheduler().nowNs();
}

} // namespace

TEST_CASE("bytes go out and come back, and a round trip takes two link latencies", "[netio]")
{
    withEcho(
        [](ntos::World& world, Echo&) {
            Client client;
            Socket socket(client);
            const ULONGLONG before = nowNs(world);
            CHECK(socket.connect() == STATUS_SUCCESS);
            CHECK(nowNs(world) - before >= 2'000'000);
            Bytes out("hello");
            Bytes in(100);
            CHECK(socket.send(out) == STATUS_SUCCESS);
            ULONG_PTR got = 0;
            const ULONGLONG sent = nowNs(world);
            CHECK(socket.receive(in, 0, &got) == STATUS_SUCCESS);
            CHECK(nowNs(world) - sent >= 2'000'000);
            CHECK(nowNs(world) - sent < 3'000'000);
            CHECK(got == 5);
            CHECK(std::memcmp(in.data, "hello", 5) == 0);
        },
        { .latencyNs = 1'000'000 });
}

TEST_CASE("a connection that nobody takes is refused, one to nowhere unreachable", "[netio]")
{
    withEcho([](ntos::World&, Echo&) {
        Client client;
        Socket socket(client);
        CHECK(socket.connect(kLabAddress, 446) == STATUS_CONNECTION_REFUSED);
        CHECK(socket.connect(0x0A0000FE) == STATUS_NETWORK_UNREACHABLE);
        // A failed connect leaves the socket as it was: it may try again.
        CHECK(socket.connect() == STATUS_SUCCESS);
        CHECK(socket.connect() == STATUS_CONNECTION_ACTIVE);
    });
}

TEST_CASE("over a cut link a connect times out, and a connect can be cancelled", "[netio]")
{
    withEcho(
        [](ntos::World&, Echo&) {
            Client client;
            Socket socket(client);
            CHECK(socket.connect() == STATUS_IO_TIMEOUT);
            Call call;
            socket.startConnect(call);
            CHECK_FALSE(call.done());
            CHECK(IoCancelIrp(call.irp));
            CHECK(call.wait() == STATUS_CANCELLED);
        },
        { .cut = true });
}

TEST_CASE("a waiting receive can be cancelled without losing data that comes later", "[netio]")
{
    withEcho([](ntos::World&, Echo&) {
        Client client;
        Socket socket(client);
        CHECK(socket.connect() == STATUS_SUCCESS);
        Bytes in(10);
        Call call;
        (void)socket.calls->WskReceive(socket.socket, &in.buf, 0, call.irp);
        CHECK(IoCancelIrp(call.irp));
        CHECK(call.wait() == STATUS_CANCELLED);
        Bytes out("data");
        CHECK(socket.send(out) == STATUS_SUCCESS);
        ULONG_PTR got = 0;
        CHECK(socket.receive(in, 0, &got) == STATUS_SUCCESS);
        CHECK(got == 4);
    });
}

TEST_CASE("the end of the stream is zero bytes, a reset is a status", "[netio]")
{
    withEcho([](ntos::World&, Echo&) {
        Client client;
        ULONG_PTR got = 99;
        Bytes in(10);
        {
            Socket socket(client);
            CHECK(socket.connect() == STATUS_SUCCESS);
            Bytes bye("bye");
            CHECK(socket.send(bye) == STATUS_SUCCESS);
            CHECK(socket.receive(in, 0, &got) == STATUS_SUCCESS);
            CHECK(got == 0);
            CHECK(socket.send(bye) == STATUS_CONNECTION_DISCONNECTED);
            CHECK(socket.receive(in, 0, &got) == STATUS_SUCCESS);
            CHECK(got == 0);
        }
        {
            Socket socket(client);
            CHECK(socket.connect() == STATUS_SUCCESS);
            Bytes reset("rst");
            CHECK(socket.send(reset) == STATUS_SUCCESS);
            CHECK(socket.receive(in, 0, &got) == STATUS_CONNECTION_RESET);
            CHECK(socket.send(reset) == STATUS_CONNECTION_RESET);
        }
    });
}

TEST_CASE("closing a socket completes what waits on it", "[netio]")
{
    withEcho([](ntos::World&, Echo&) {
        Client client;
        Socket socket(client);
        CHECK(socket.connect() == STATUS_SUCCESS);
        Bytes in(10);
        Call first;
        Call second;
        (void)socket.calls->WskReceive(socket.socket, &in.buf, 0, first.irp);
        (void)socket.calls->WskReceive(socket.socket, &in.buf, 0, second.irp);
        socket.close();
        CHECK(first.wait() == STATUS_FILE_CLOSED);
        CHECK(second.wait() == STATUS_FILE_CLOSED);
    });
}

TEST_CASE("a graceful disconnect ends waiting receives with the end of the stream", "[netio]")
{
    withEcho([](ntos::World&, Echo&) {
        Client client;
        Socket socket(client);
        CHECK(socket.connect() == STATUS_SUCCESS);
        Bytes in(10);
        Call receive;
        (void)socket.calls->WskReceive(socket.socket, &in.buf, 0, receive.irp);
        Call call;
        (void)socket.calls->WskDisconnect(socket.socket, nullptr, 0, call.irp);
        CHECK(call.wait() == STATUS_SUCCESS);
        CHECK(receive.wait() == STATUS_SUCCESS);
        CHECK(receive.information() == 0);
        Bytes out("x");
        CHECK(socket.send(out) == STATUS_CONNECTION_DISCONNECTED);
    });
}

TEST_CASE("a gathered chain with an offset arrives as one stream", "[netio]")
{
    withEcho([](ntos::World&, Echo&) {
        Client client;
        Socket socket(client);
        CHECK(socket.connect() == STATUS_SUCCESS);
        Bytes a("..abc");
        Bytes b("defg");
        Bytes c("hij..");
        a.buf.Mdl->Next = b.buf.Mdl;
        b.buf.Mdl->Next = c.buf.Mdl;
        a.buf.Offset = 2;
        a.buf.Length = 10;
        CHECK(socket.send(a) == STATUS_SUCCESS);
        a.buf.Length = 100; // longer than the chain
        CHECK(socket.send(a) == STATUS_INVALID_PARAMETER);
        a.buf.Mdl->Next = nullptr;
        b.buf.Mdl->Next = nullptr;

        // And into a scattered one, all of it or nothing.
        Bytes first(4);
        Bytes rest(6);
        first.buf.Mdl->Next = rest.buf.Mdl;
        first.buf.Length = 10;
        ULONG_PTR got = 0;
        CHECK(socket.receive(first, WSK_FLAG_WAITALL, &got) == STATUS_SUCCESS);
        first.buf.Mdl->Next = nullptr;
        CHECK(got == 10);
        CHECK(std::memcmp(first.data, "abcd", 4) == 0);
        CHECK(std::memcmp(rest.data, "efghij", 6) == 0);
    });
}

namespace {

struct Indicated
{
    std::vector<UCHAR> bytes;
    std::vector<PWSK_DATA_INDICATION> retained;
    enum
    {
        Take,
        Refuse,
        Retain,
        Half
    } policy
        = Take;
    int calls = 0;
    int disconnects = 0;
    ULONG disconnectFlags = 0;
    KEVENT event;

    void take(PWSK_DATA_INDICATION data, SIZE_T count)
    {
        auto from = static_cast<PUCHAR>(
            MmGetSystemAddressForMdlSafe(data->Buffer.Mdl, NormalPagePriority));
        bytes.insert(bytes.end(), from + data->Buffer.Offset, from + data->Buffer.Offset + count);
    }
};

NTSTATUS WSKAPI
onReceive(PVOID context, ULONG, PWSK_DATA_INDICATION data, SIZE_T indicated, SIZE_T* accepted)
{
    auto state = static_cast<Indicated*>(context);
    ++state->calls;
    KeSetEvent(&state->event, 0, FALSE);
    switch (state->policy) {
    case Indicated::Refuse:
        return STATUS_DATA_NOT_ACCEPTED;
    case Indicated::Retain:
        state->take(data, indicated);
        state->retained.push_back(data);
        return STATUS_PENDING;
    case Indicated::Half:
        *accepted = indicated / 2;
        state->take(data, *accepted);
        return STATUS_SUCCESS;
    default:
        state->take(data, indicated);
        return STATUS_SUCCESS;
    }
}

NTSTATUS WSKAPI onDisconnect(PVOID context, ULONG flags)
{
    auto state = static_cast<Indicated*>(context);
    ++state->disconnects;
    state->disconnectFlags = flags;
    KeSetEvent(&state->event, 0, FALSE);
    return STATUS_SUCCESS;
}

const WSK_CLIENT_CONNECTION_DISPATCH kEvents = { onReceive, onDisconnect, nullptr };

} // namespace

TEST_CASE(
    "indications bring data and the end, and retained data stays until it is released", "[netio]")
{
    withEcho([](ntos::World&, Echo&) {
        Client client;
        Indicated state;
        KeInitializeEvent(&state.event, SynchronizationEvent, FALSE);
        Socket socket(client, &state, &kEvents);
        socket.enableEvents(WSK_EVENT_RECEIVE | WSK_EVENT_DISCONNECT);
        CHECK(socket.connect() == STATUS_SUCCESS);
        Bytes one("one");
        CHECK(socket.send(one) == STATUS_SUCCESS);
        KeWaitForSingleObject(&state.event, Executive, KernelMode, FALSE, nullptr);
        CHECK(state.calls == 1);
        CHECK(state.bytes.size() == 3);

        state.policy = Indicated::Retain;
        Bytes two("twotwo");
        CHECK(socket.send(two) == STATUS_SUCCESS);
        KeWaitForSingleObject(&state.event, Executive, KernelMode, FALSE, nullptr);
        CHECK(state.retained.size() == 1);
        CHECK(socket.calls->WskRelease(socket.socket, state.retained[0]) == STATUS_SUCCESS);

        Bytes bye("bye");
        CHECK(socket.send(bye) == STATUS_SUCCESS);
        KeWaitForSingleObject(&state.event, Executive, KernelMode, FALSE, nullptr);
        CHECK(state.disconnects == 1);
        CHECK((state.disconnectFlags & WSK_FLAG_ABORTIVE) == 0);
        CHECK(std::string(state.bytes.begin(), state.bytes.end()) == "onetwotwo");
    });
}

TEST_CASE(
    "data a client refuses waits for WskReceive, and indications start again behind it", "[netio]")
{
    withEcho([](ntos::World&, Echo&) {
        Client client;
        Indicated state;
        KeInitializeEvent(&state.event, SynchronizationEvent, FALSE);
        Socket socket(client, &state, &kEvents);
        socket.enableEvents(WSK_EVENT_RECEIVE);
        CHECK(socket.connect() == STATUS_SUCCESS);
        state.policy = Indicated::Half;
        Bytes text("abcdefgh");
        CHECK(socket.send(text) == STATUS_SUCCESS);
        KeWaitForSingleObject(&state.event, Executive, KernelMode, FALSE, nullptr);
        CHECK(state.bytes.size() == 4);
        state.policy = Indicated::Take;
        Bytes rest(100);
        ULONG_PTR got = 0;
        CHECK(socket.receive(rest, 0, &got) == STATUS_SUCCESS);
        CHECK(got == 4);
        CHECK(std::memcmp(rest.data, "efgh", 4) == 0);
        CHECK(socket.send(text) == STATUS_SUCCESS);
        KeWaitForSingleObject(&state.event, Executive, KernelMode, FALSE, nullptr);
        CHECK(state.calls == 2);
        CHECK(state.bytes.size() == 12);
    });
}

TEST_CASE("names resolve to addresses, unknown ones do not", "[netio]")
{
    withEcho([](ntos::World&, Echo&) {
        Client client;
        UNICODE_STRING name;
        UNICODE_STRING service;
        PADDRINFOEXW result = nullptr;
        RtlInitUnicodeString(&name, L"LAB");
        RtlInitUnicodeString(&service, L"445");
        {
            Call call;
            (void)client.provider.Dispatch->WskGetAddressInfo(
                client.provider.Client, &name, &service, NS_ALL, nullptr, nullptr, &result, nullptr,
                nullptr, call.irp);
            CHECK(call.wait() == STATUS_SUCCESS);
            auto address = reinterpret_cast<PSOCKADDR_IN>(result->ai_addr);
            CHECK(address->sin_addr.s_addr == RtlUlongByteSwap(kLabAddress));
            CHECK(address->sin_port == RtlUshortByteSwap(445));
            CHECK(result->ai_next == nullptr);
            client.provider.Dispatch->WskFreeAddressInfo(client.provider.Client, result);
        }
        RtlInitUnicodeString(&name, L"nobody");
        Call call;
        (void)client.provider.Dispatch->WskGetAddressInfo(
            client.provider.Client, &name, nullptr, NS_ALL, nullptr, nullptr, &result, nullptr,
            nullptr, call.irp);
        CHECK(call.wait() == STATUS_NO_MATCH);
        CHECK(result == nullptr);
    });
}

TEST_CASE("socket options can be set and read back", "[netio]")
{
    withEcho([](ntos::World&, Echo&) {
        Client client;
        Socket socket(client);
        ULONG value = 1;
        CHECK(
            socket.calls->WskControlSocket(
                socket.socket, WskSetOption, TCP_NODELAY, IPPROTO_TCP, sizeof(value), &value, 0,
                nullptr, nullptr, nullptr)
            == STATUS_SUCCESS);
        value = 0;
        SIZE_T size = 0;
        CHECK(
            socket.calls->WskControlSocket(
                socket.socket, WskGetOption, TCP_NODELAY, IPPROTO_TCP, 0, nullptr, sizeof(value),
                &value, &size, nullptr)
            == STATUS_SUCCESS);
        CHECK(value == 1);
        CHECK(size == sizeof(value));
        CHECK(
            socket.calls->WskControlSocket(
                socket.socket, WskSetOption, 0x7777, SOL_SOCKET, sizeof(value), &value, 0, nullptr,
                nullptr, nullptr)
            == STATUS_NOT_SUPPORTED);
    });
}

TEST_CASE("large transfers with many sends in flight keep every byte in order", "[netio]")
{
    withEcho(
        [](ntos::World&, Echo&) {
            Client client;
            Socket socket(client);
            CHECK(socket.connect() == STATUS_SUCCESS);
            constexpr int kInFlight = 8;
            constexpr SIZE_T kPiece = 256 * 1024;
            constexpr int kRounds = 16; // 32 MiB
            std::vector<std::unique_ptr<Bytes>> out;
            for (int i = 0; i < kInFlight; ++i)
                out.push_back(std::make_unique<Bytes>(kPiece));
            Bytes in(kPiece * kInFlight);
            ULONG next = 0;
            bool same = true;
            for (int round = 0; round < kRounds; ++round) {
                std::vector<std::unique_ptr<Call>> calls;
                const ULONG start = next;
                for (auto& piece : out) {
                    for (SIZE_T at = 0; at < kPiece; at += 4, ++next)
                        std::memcpy(piece->data + at, &next, 4);
                    calls.push_back(std::make_unique<Call>());
                    (void)socket.calls->WskSend(socket.socket, &piece->buf, 0, calls.back()->irp);
                }
                ULONG_PTR got = 0;
                CHECK(socket.receive(in, WSK_FLAG_WAITALL, &got) == STATUS_SUCCESS);
                CHECK(got == kPiece * kInFlight);
                for (auto& call : calls) {
                    CHECK(call->wait() == STATUS_SUCCESS);
                    CHECK(call->information() == kPiece);
                }
                for (ULONG word = start; word < next; ++word)
                    same = same && std::memcmp(in.data + (word - start) * SIZE_T(4), &word, 4) == 0;
            }
            CHECK(same);
        },
        { .latencyNs = 100'000 });
}

TEST_CASE("a slow link holds a sender back until the wire has room", "[netio]")
{
    withEcho(
        [](ntos::World& world, Echo& echo) {
            echo.mute = true;
            Client client;
            Socket socket(client);
            CHECK(socket.connect() == STATUS_SUCCESS);
            Bytes out(1 << 20);
            std::memset(out.data, 1, out.buf.Length);
            const ULONGLONG before = nowNs(world);
            for (int i = 0; i < 8; ++i)
                CHECK(socket.send(out) == STATUS_SUCCESS);
            // 8 MiB at 10 MB/s need 0.8 s; what the send buffer holds may still be on its way.
            CHECK(nowNs(world) - before > 300'000'000);
        },
        { .latencyNs = 1000, .bandwidthBytesPerSecond = 10'000'000 });
}

TEST_CASE("a link cut in the middle ends the connection with a timeout", "[netio]")
{
    withEcho([](ntos::World& world, Echo&) {
        Client client;
        Socket socket(client);
        CHECK(socket.connect() == STATUS_SUCCESS);
        world.network().cut(*world.network().findHost("client"), *world.network().findHost("lab"));
        Bytes out("lost");
        CHECK(socket.send(out) == STATUS_SUCCESS);
        Bytes in(10);
        ULONG_PTR got = 0;
        CHECK(socket.receive(in, 0, &got) == STATUS_IO_TIMEOUT);
    });
}
