// rdrlab serve: the embedded SMB2 server on a real TCP port, until it is interrupted.
#include "engine/server/serve.h"
#include "engine/cli/commands.h"
#include "engine/cli/terminal.h"

#include <CLI/CLI.hpp>
#include <memory>

namespace rdrlab::cli {

namespace {

struct Options
{
    std::string address = "127.0.0.1";
    std::uint16_t port = 1445;
    std::vector<std::string> shares;
    std::vector<std::string> readOnlyShares;
    std::vector<std::string> users;
    std::string signing = "optional";
    std::string minDialect = "2.0.2";
    std::string maxDialect = "3.1.1";
    bool guest = false;
    bool encrypt = false;
    bool noOplocks = false;
};

const std::map<std::string, server::Dialect> kDialects = { { "2.0.2", server::Dialect::Smb202 },
                                                           { "2.1", server::Dialect::Smb210 },
                                                           { "3.0", server::Dialect::Smb300 },
                                                           { "3.0.2", server::Dialect::Smb302 },
                                                           { "3.1.1", server::Dialect::Smb311 } };

/// NAME or NAME=FOLDER.
server::ServeShare shareOf(const std::string& text, bool readOnly)
{
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
        return { text, "", readOnly };
    }
    return { text.substr(0, equals), text.substr(equals + 1), readOnly };
}

int run(const Options& options)
{
    server::ServeOptions serve;
    serve.address = options.address;
    serve.port = options.port;
    for (const std::string& share : options.shares) {
        serve.shares.push_back(shareOf(share, false));
    }
    for (const std::string& share : options.readOnlyShares) {
        serve.shares.push_back(shareOf(share, true));
    }
    if (serve.shares.empty()) {
        serve.shares.push_back({ "public", "", false });
    }
    for (const std::string& user : options.users) {
        const std::size_t colon = user.find(':');
        if (colon == std::string::npos || colon == 0) {
            printError("--user wants NAME:PASSWORD");
            return 2;
        }
        serve.users.emplace_back(user.substr(0, colon), user.substr(colon + 1));
    }
    serve.server.minDialect = kDialects.at(options.minDialect);
    serve.server.maxDialect = kDialects.at(options.maxDialect);
    if (serve.server.minDialect > serve.server.maxDialect) {
        printError("--min-dialect is above --max-dialect");
        return 2;
    }
    serve.server.signingRequired = options.signing == "required";
    serve.server.encryptionRequired = options.encrypt;
    serve.server.guest = options.guest;
    serve.server.oplocks = serve.server.leases = !options.noOplocks;
    return server::serve(serve);
}

} // namespace

void addServe(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "serve", "Serve SMB2 from memory on a TCP port, for smbclient and other clients.");
    command->add_option("--address", options->address, "IPv4 address to listen on")
        ->capture_default_str();
    command->add_option("--port", options->port, "TCP port; 0 picks a free one")
        ->capture_default_str();
    command->add_option(
        "--share", options->shares,
        "NAME, or NAME=FOLDER to start with the files of a folder (default: public)");
    command->add_option("--read-only-share", options->readOnlyShares, "likewise, for reading only");
    command->add_option("--user", options->users, "NAME:PASSWORD, any number of times");
    command->add_flag("--guest", options->guest, "let unknown users in as guests");
    command->add_option("--signing", options->signing, "optional or required")
        ->check(CLI::IsMember({ "optional", "required" }))
        ->capture_default_str();
    command->add_flag("--encrypt", options->encrypt, "require encryption (3.x)");
    command->add_option("--min-dialect", options->minDialect)
        ->check(CLI::IsMember(kDialects))
        ->capture_default_str();
    command->add_option("--max-dialect", options->maxDialect)
        ->check(CLI::IsMember(kDialects))
        ->capture_default_str();
    command->add_flag("--no-oplocks", options->noOplocks, "grant neither oplocks nor leases");
    command->callback([options, &status] { status = run(*options); });
}

} // namespace rdrlab::cli
