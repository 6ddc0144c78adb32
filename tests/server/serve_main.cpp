// The server on real TCP for the script tests; `rdrlab serve` without the rest of rdrlab.
// usage: server_serve MAXDIALECT(hex) [signing] [guest] [share=folder]...
#include <cstdlib>
#include <cstring>

#include "engine/server/serve.h"

int main(int argc, char** argv)
{
    using namespace rdrlab::server;
    ServeOptions options;
    options.port = 0;
    options.users = { { "user", "pw" } };
    options.shares = { { "public", "", false } };
    options.server.maxDialect
        = argc > 1 ? static_cast<Dialect>(std::strtoul(argv[1], nullptr, 16)) : Dialect::Smb311;
    for (int i = 2; i < argc; ++i) {
        if (!std::strcmp(argv[i], "signing")) {
            options.server.signingRequired = true;
        } else if (!std::strcmp(argv[i], "guest")) {
            options.server.guest = true;
        } else if (const char* equals = std::strchr(argv[i], '=')) {
            options.shares.push_back(
                { std::string(argv[i], static_cast<std::size_t>(equals - argv[i])), equals + 1,
                  true });
        }
    }
    return serve(options);
}
