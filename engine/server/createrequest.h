// The parts of a CREATE that have a grammar of their own: its contexts and its name. Private to the
// room.
#pragma once

#include "engine/server/core.h"

namespace rdrlab::server {

/// What the create contexts of a request ask for, [MS-SMB2] 2.2.13.2.
struct CreateContexts
{
    bool maximalAccess = false, queryId = false, durable1 = false, durable2 = false,
         reconnect1 = false, reconnect2 = false;
    bool leaseAsked = false, leaseV2 = false, leaseParent = false;
    std::uint32_t leaseState = 0;
    std::uint16_t leaseEpoch = 0;
    Guid leaseKey {}, parentKey {}, createGuid {};
    std::uint64_t persistentId = 0, volatileId = 0;
    std::uint32_t durableTimeoutMs = 0;
    std::optional<std::uint64_t> allocation;
    ByteSpan attributes, security;
};

/// False: the chain of contexts is malformed. Unknown contexts are skipped.
bool parseCreateContexts(ByteSpan bytes, CreateContexts& out);
/// Appends one context; `previous` and `first` (0 at the start) keep the chain's place between
/// calls.
void writeCreateContext(
    Reply& reply, std::size_t& previous, std::size_t& first, std::string_view name, ByteSpan data);

/// Where a name leads: the node when it exists, the directory and last name in any case.
struct CreateTarget
{
    std::shared_ptr<Node> parent;
    std::shared_ptr<Node> node;
    std::u16string last;
    std::u16string stream;
    bool indexStream = false;
};

std::uint32_t resolveCreateName(const Volume& volume, std::u16string_view name, CreateTarget& out);

} // namespace rdrlab::server
