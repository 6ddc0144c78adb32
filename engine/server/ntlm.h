// Server side of NTLMv2 ([MS-NLMP]), bare or wrapped in SPNEGO (RFC 4178). LM and NTLMv1 are
// refused.
#pragma once

#include <functional>
#include <optional>

#include "engine/server/crypto.h"
#include "engine/server/status.h"

namespace rdrlab::server {

struct NtlmOptions
{
    std::u16string serverName;
    std::uint64_t fileTime = 0;
    crypto::Key challenge {}; // first 8 bytes
    /// The password of a user, or nothing when the user is unknown. Names come as the client wrote
    /// them.
    std::function<std::optional<std::u16string>(std::u16string_view)> password;
    bool guestAllowed = false;
};

/// One authentication: feed each client token, send each answer, until the status is not
/// MORE_PROCESSING_REQUIRED.
class NtlmServer
{
public:
    explicit NtlmServer(NtlmOptions options)
        : m_options(std::move(options))
    {
    }
    std::uint32_t step(ByteSpan token, Writer& answer);

    // Valid after success
    std::u16string user;
    bool guest = false;
    bool anonymous = false;
    crypto::Key sessionKey {};

private:
    std::uint32_t inner(ByteSpan token, Writer& answer);
    void challenge(ByteSpan negotiate, Writer& answer);
    std::uint32_t authenticate(ByteSpan token);
    Buffer mechListMic(bool fromServer) const;

    NtlmOptions m_options;
    Buffer m_negotiate;
    Buffer m_challenge;
    Buffer m_mechTypes; // DER of the list the client sent, for mechListMIC
    std::uint32_t m_flags = 0;
    bool m_challenged = false;
};

/// The token of a NEGOTIATE response: SPNEGO offering NTLMSSP alone.
Buffer negotiateHint();
crypto::Key ntHash(std::u16string_view password);
/// NTOWFv2, [MS-NLMP] 3.3.2.
crypto::Key
ntowfV2(std::u16string_view password, std::u16string_view user, std::u16string_view domain);

} // namespace rdrlab::server
