// A poll loop around Server. Everything the server says is written at once when the socket takes
// it, gathered otherwise.
#include "engine/server/serve.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace rdrlab::server {

namespace {

volatile std::sig_atomic_t g_signalled = 0;

void onSignal(int)
{
    g_signalled = 1;
}

constexpr std::size_t kMaxClients = 256;
constexpr std::size_t kMaxQueuedBytes = 64u
    << 20; // a client that does not read is not read from either
constexpr int kPollMs = 200;

class Client final : public Output
{
public:
    Client(Server& server, int fd)
        : m_fd(fd)
        , m_connection(server.connect(*this))
    {
    }
    ~Client() override
    {
        m_connection->disconnected();
        m_connection.reset();
        ::close(m_fd);
    }
    void send(Buffer bytes) override
    {
        m_queuedBytes += bytes.size();
        m_output.push_back(std::move(bytes));
    }
    void close() override { m_closing = true; }

    int fd() const { return m_fd; }
    bool finished() const { return m_broken || (m_closing && m_output.empty()); }
    bool wantsRead() const { return !m_closing && m_queuedBytes < kMaxQueuedBytes; }
    bool wantsWrite() const { return !m_output.empty(); }

    void readable()
    {
        // A few rounds, so that one busy client cannot keep the others waiting.
        for (int round = 0; round < 16 && !m_closing && !m_broken; ++round) {
            const std::span<std::byte> space = m_connection->prepare();
            const ssize_t count = ::recv(m_fd, space.data(), space.size(), MSG_DONTWAIT);
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
                return;
            }
            if (count <= 0) {
                m_broken = true;
                return;
            }
            m_connection->commit(static_cast<std::size_t>(count));
            writable();
            if (static_cast<std::size_t>(count) < space.size()) {
                return;
            }
        }
    }

    void writable()
    {
        while (!m_output.empty()) {
            iovec parts[64];
            int count = 0;
            std::size_t skip = m_offset;
            for (auto& buffer : m_output) {
                parts[count++] = { buffer.data() + skip, buffer.size() - skip };
                skip = 0;
                if (count == 64) {
                    break;
                }
            }
            msghdr message {};
            message.msg_iov = parts;
            message.msg_iovlen = static_cast<std::size_t>(count);
            const ssize_t written = ::sendmsg(m_fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (written < 0) {
                if (errno == EINTR) {
                    continue;
                }
                m_broken |= errno != EAGAIN && errno != EWOULDBLOCK;
                return;
            }
            std::size_t left = static_cast<std::size_t>(written);
            m_queuedBytes -= left;
            while (left > 0) {
                const std::size_t rest = m_output.front().size() - m_offset;
                if (left < rest) {
                    m_offset += left;
                    break;
                }
                left -= rest;
                m_offset = 0;
                m_output.pop_front();
            }
        }
    }

private:
    int m_fd;
    std::deque<Buffer> m_output;
    std::size_t m_offset = 0;
    std::size_t m_queuedBytes = 0;
    bool m_closing = false;
    bool m_broken = false;
    std::unique_ptr<Connection> m_connection;
};

bool loadFolder(Server& server, const std::string& share, const std::filesystem::path& folder)
{
    std::error_code error;
    std::vector<std::filesystem::path> paths;
    for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        paths.push_back(it->path());
    }
    if (error) {
        std::fprintf(
            stderr, "rdrlab serve: cannot read %s: %s\n", folder.c_str(), error.message().c_str());
        return false;
    }
    std::ranges::sort(paths); // ids must not depend on the order of the host's directory
    for (const auto& path : paths) {
        const std::string relative = path.lexically_relative(folder).generic_string();
        if (std::filesystem::is_directory(path)) {
            server.putDirectory(share, relative);
        } else if (std::filesystem::is_regular_file(path)) {
            std::ifstream in(path, std::ios::binary);
            const std::string bytes(
                (std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
            if (!in.good() && !in.eof()) {
                std::fprintf(stderr, "rdrlab serve: cannot read %s\n", path.c_str());
                return false;
            }
            server.putFile(share, relative, std::string_view(bytes));
        }
    }
    return true;
}

int fail(const char* what)
{
    std::fprintf(stderr, "rdrlab serve: %s: %s\n", what, std::strerror(errno));
    return 1;
}

} // namespace

int serve(const ServeOptions& options)
{
    ServerOptions serverOptions = options.server;
    const auto start = std::chrono::steady_clock::now();
    serverOptions.nowNs = [start] {
        return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                              std::chrono::steady_clock::now() - start)
                                              .count());
    };
    // Here the world outside has a calendar, and clients show it.
    const auto since1970 = std::chrono::system_clock::now().time_since_epoch();
    serverOptions.bootFileTime = 116'444'736'000'000'000ull
        + static_cast<std::uint64_t>(
              std::chrono::duration_cast<std::chrono::nanoseconds>(since1970).count())
            / 100;
    serverOptions.seed ^= static_cast<std::uint64_t>(since1970.count());
    Server server(serverOptions);
    for (const auto& [name, password] : options.users) {
        server.addUser(name, password);
    }
    for (const ServeShare& share : options.shares) {
        ShareOptions shareOptions;
        shareOptions.name = share.name;
        shareOptions.readOnly = share.readOnly;
        server.addShare(shareOptions);
        if (!share.folder.empty() && !loadFolder(server, share.name, share.folder)) {
            return 1;
        }
    }

    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) {
        return fail("socket");
    }
    const int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    if (inet_pton(AF_INET, options.address.c_str(), &address.sin_addr) != 1) {
        ::close(listener);
        std::fprintf(stderr, "rdrlab serve: %s is not an IPv4 address\n", options.address.c_str());
        return 1;
    }
    socklen_t length = sizeof address;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0
        || ::listen(listener, 64) != 0
        || ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        const int code = fail(
            ("cannot listen on " + options.address + ":" + std::to_string(options.port)).c_str());
        ::close(listener);
        return code;
    }
    const std::uint16_t port = ntohs(address.sin_port);
    g_signalled = 0;
    struct sigaction action
    {
    };
    action.sa_handler = onSignal;
    struct sigaction oldInt
    {
    };
    struct sigaction oldTerm
    {
    };
    sigaction(SIGINT, &action, &oldInt);
    sigaction(SIGTERM, &action, &oldTerm);
    if (!options.quiet) {
        std::printf("listening on %s:%u\n", options.address.c_str(), port);
        std::fflush(stdout);
    }
    if (options.onReady) {
        options.onReady(port);
    }

    std::vector<std::unique_ptr<Client>> clients;
    std::vector<pollfd> polls;
    while (!g_signalled && !(options.stop && *options.stop)) {
        polls.clear();
        polls.push_back(
            { listener, static_cast<short>(clients.size() < kMaxClients ? POLLIN : 0), 0 });
        for (const auto& client : clients) {
            const int events
                = (client->wantsRead() ? POLLIN : 0) | (client->wantsWrite() ? POLLOUT : 0);
            polls.push_back({ client->fd(), static_cast<short>(events), 0 });
        }
        int timeoutMs = kPollMs;
        if (const auto due = server.nextDeadlineNs()) {
            const std::uint64_t now = serverOptions.nowNs();
            timeoutMs = *due <= now
                ? 0
                : static_cast<int>(std::min<std::uint64_t>((*due - now) / 1'000'000 + 1, kPollMs));
        }
        const int ready = ::poll(polls.data(), polls.size(), timeoutMs);
        if (ready < 0 && errno != EINTR) {
            break;
        }
        for (std::size_t i = 1; ready > 0 && i < polls.size(); ++i) {
            if (polls[i].revents & (POLLIN | POLLHUP | POLLERR)) {
                clients[i - 1]->readable();
            }
        }
        server.tick();
        for (const auto& client : clients) {
            client->writable();
        }
        std::erase_if(clients, [](const auto& client) { return client->finished(); });
        if (ready > 0 && (polls[0].revents & POLLIN)) {
            const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd >= 0) {
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                clients.push_back(std::make_unique<Client>(server, fd));
            }
        }
    }
    clients.clear();
    ::close(listener);
    sigaction(SIGINT, &oldInt, nullptr);
    sigaction(SIGTERM, &oldTerm, nullptr);
    return 0;
}

} // namespace rdrlab::server
