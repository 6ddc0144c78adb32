// lab.h - an embedded server with a few files, and a logged on client of it: what most tests of
// smb2/ begin with.
#pragma once

#include "engine/cng/cng_host.h"
#include "tests/minirdr/client.h"
#include "tests/minirdr/memorytransport.h"

#include <catch2/catch.hpp>

struct Lab
{
    rdrlab::server::Server host;
    MemoryNetwork network;

    explicit Lab(rdrlab::server::ServerOptions options = {})
        : host(std::move(options))
        , network(host)
    {
        rdrlab::cng::seed(1);
        host.addUser("alice", "wonderland");
        host.addShare({ .name = "public" });
        host.addShare({ .name = "secret", .users = { "bob" } });
        host.putFile("public", "readme.txt", "Hello from the other side of the wire.\n");
        host.putPattern("public", "big.bin", 3'000'000, 5);
    }
};

inline SMB2_CONFIG config(USHORT maximum = SMB2_DIALECT_311)
{
    SMB2_CONFIG result = Smb2DefaultConfig;
    result.MaximumDialect = maximum;
    return result;
}

struct Session
{
    Client client;
    SMB2_TREE* tree = nullptr;

    explicit Session(Lab& lab, SMB2_CONFIG settings = config())
        : client(lab.network.transport(), settings)
    {
        REQUIRE(client.tree(u"public", u"alice", u"wonderland", &tree) == STATUS_SUCCESS);
    }

    SMB2_CREATE_RESULT
    open(std::u16string_view name, ULONG access = FILE_GENERIC_READ, ULONG disposition = FILE_OPEN)
    {
        SMB2_CREATE_RESULT file = {};
        REQUIRE(Client::open(tree, name, access, disposition, 0, &file) == STATUS_SUCCESS);
        return file;
    }

    std::vector<UCHAR> read(SMB2_FILE_ID file, ULONG bytes, NTSTATUS expected = STATUS_SUCCESS)
    {
        std::vector<UCHAR> data(bytes);
        ULONG moved = 0;
        CHECK(Client::transfer(tree, file, false, 0, data.data(), bytes, &moved) == expected);
        data.resize(moved);
        return data;
    }
};
