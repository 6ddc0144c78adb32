// From results to frames: headers, compounds, credits granted, interim answers, signatures, faults
// of an answer. [MS-SMB2] 3.3.4.1 to 3.3.4.5.
#include <algorithm>
#include <utility>

#include "engine/server/core.h"

namespace rdrlab::server {

void ConnectionCore::startAnswer(Chain& chain)
{
    Reply& reply = chain.reply;
    if (chain.answers.empty()) {
        reply.buffer.clear();
        reply.zeros(4 + (chain.encrypted ? kTransformBytes : 0));
    } else {
        const std::size_t previous = chain.answers.back().start;
        reply.align(8, previous);
        reply.put32(previous + 20, static_cast<std::uint32_t>(reply.size() - previous));
    }
    reply.base = reply.size();
    reply.zeros(kHeaderBytes);
}

void ConnectionCore::endAnswer(Chain& chain, std::uint32_t result)
{
    Request& request = chain.request;
    Reply& reply = chain.reply;
    const bool hasBody = result == status::kSuccess || result == status::kBufferOverflow
        || result == status::kNotifyEnumDir || result == status::kNotifyCleanup
        || (result == status::kMoreProcessingRequired && request.command == Command::SessionSetup);
    if (!hasBody || reply.here() == kHeaderBytes) {
        reply.buffer.resize(reply.base + kHeaderBytes);
        reply.u16(9);
        reply.u16(0);
        reply.u32(0);
        reply.u8(0);
    }
    if (m_server.observer) {
        const bool isHeld = chain.fault
            && (chain.fault->action == FaultRule::Action::NeverAnswer
                || chain.fault->action == FaultRule::Action::Delay);
        if (isHeld) {
            m_server.observer->held(request.command, request.messageId);
            if (chain.fault->action == FaultRule::Action::Delay) {
                chain.notices.push_back(
                    { request.command, request.messageId, result, request.text });
            }
        } else {
            m_server.observer->answered(request.command, request.messageId, result, request.text);
        }
    }
    if (chain.fault && chain.fault->action == FaultRule::Action::NeverAnswer) {
        reply.buffer.resize(reply.base);
        if (!chain.answers.empty()) {
            reply.put32(chain.answers.back().start + 20, 0);
        }
        chain.fault.reset();
        return;
    }
    if (!request.resumed) {
        request.creditsGranted = grant(request);
    }
    Session* session = request.session.get();
    bool sign = false;
    if (session && session->hasKey && !chain.encrypted) {
        sign = (request.flags & headerflag::kSigned) || session->signingRequired
            || (request.command == Command::SessionSetup && result == status::kSuccess);
        // An answer to a bad signature could be used as an oracle only if it were signed; Windows
        // leaves it unsigned too.
        sign = sign && !(request.command == Command::SessionSetup && result != status::kSuccess);
    }
    std::byte* header = reply.buffer.data() + reply.base;
    std::memcpy(header, "\xFESMB", 4);
    const auto put16 = [&](std::size_t at, std::uint16_t value) {
        std::memcpy(header + at, &value, sizeof value);
    };
    const auto put32 = [&](std::size_t at, std::uint32_t value) {
        std::memcpy(header + at, &value, sizeof value);
    };
    put16(4, 64);
    put16(6, multiCredit() ? request.charge : 0);
    put32(8, result);
    put16(
        12,
        static_cast<std::uint16_t>(
            request.command == Command::Count ? 0 : static_cast<int>(request.command)));
    put16(14, request.resumed ? 0 : request.creditsGranted);
    put32(
        16,
        headerflag::kResponse | (request.resumed ? headerflag::kAsync : 0)
            | ((request.flags & headerflag::kRelated) && !request.resumed ? headerflag::kRelated
                                                                          : 0));
    std::memcpy(header + 24, &request.messageId, 8);
    if (request.resumed) {
        std::memcpy(header + 32, &request.asyncId, 8);
    } else {
        put32(32, 0xFEFF);
        put32(36, request.tree ? request.tree->id : request.treeId);
    }
    const std::uint64_t sessionId = session ? session->id : request.sessionId;
    std::memcpy(header + 40, &sessionId, 8);
    bool spoil = false;
    if (chain.fault) {
        spoil = chain.fault->action == FaultRule::Action::WrongSignature;
        if (chain.fault->action == FaultRule::Action::Delay) {
            chain.delayNs = chain.fault->delayNs;
        }
        chain.fault.reset();
    }
    chain.answers.push_back({ reply.base, request, result, sign, spoil });
}

void ConnectionCore::flush(Chain& chain)
{
    if (chain.answers.empty()) {
        return;
    }
    Buffer frame = std::move(chain.reply.buffer);
    for (std::size_t i = 0; i < chain.answers.size(); ++i) {
        const Chain::Answer& answer = chain.answers[i];
        const std::size_t end
            = i + 1 < chain.answers.size() ? chain.answers[i + 1].start : frame.size();
        const std::span<std::byte> message(frame.data() + answer.start, end - answer.start);
        if (answer.sign) {
            sign(*answer.request.session, message);
        }
        if (answer.spoil) {
            frame[answer.start + 48] ^= std::byte { 0x5A };
            std::uint32_t flags;
            std::memcpy(&flags, frame.data() + answer.start + 16, 4);
            flags |= headerflag::kSigned;
            std::memcpy(frame.data() + answer.start + 16, &flags, 4);
        }
        if (dialect == Dialect::Smb311) {
            if (answer.request.command == Command::Negotiate) {
                m_preauth = crypto::sha512(m_preauth, message);
            } else if (
                answer.request.command == Command::SessionSetup
                && answer.status == status::kMoreProcessingRequired) {
                answer.request.session->preauth
                    = crypto::sha512(answer.request.session->preauth, message);
            }
        }
    }
    chain.answers.clear();
    chain.reply = Reply();
    if (chain.encrypted) {
        encrypt(*chain.encryptionSession, frame);
    }
    transmit(std::move(frame), std::exchange(chain.delayNs, 0), std::exchange(chain.notices, {}));
}

void ConnectionCore::interim(Chain& chain)
{
    Request& request = chain.request;
    flush(chain);
    request.asyncId = m_nextAsyncId++;
    startAnswer(chain);
    const std::optional<FaultRule> fault = std::exchange(chain.fault, std::nullopt);
    request.creditsGranted = grant(request);
    request.resumed = true; // makes the header an asynchronous one
    Observer* observer = std::exchange(m_server.observer, nullptr);
    if (observer) {
        observer->held(request.command, request.messageId);
    }
    endAnswer(chain, status::kPending);
    m_server.observer = observer;
    const std::uint16_t credits = request.creditsGranted;
    std::memcpy(chain.reply.buffer.data() + chain.reply.base + 14, &credits, sizeof credits);
    flush(chain);
    chain.fault = fault;
}

void ConnectionCore::transmit(
    Buffer bytes, std::uint64_t delayNs, std::vector<Chain::Notice> notices)
{
    if (bytes[0] == std::byte { 0 } && bytes[1] == std::byte { 0 } && bytes[2] == std::byte { 0 }
        && bytes[3] == std::byte { 0 }) {
        const std::size_t length = bytes.size() - 4;
        bytes[1] = static_cast<std::byte>(length >> 16);
        bytes[2] = static_cast<std::byte>(length >> 8);
        bytes[3] = static_cast<std::byte>(length);
    }
    if (delayNs) {
        m_delayed.push_back({ m_server.nowNs() + delayNs, std::move(bytes), std::move(notices) });
        return;
    }
    m_output.send(std::move(bytes));
}

std::optional<std::uint64_t> ConnectionCore::nextDelayedNs() const
{
    std::optional<std::uint64_t> next;
    for (const Delayed& frame : m_delayed) {
        next = std::min(next.value_or(frame.dueNs), frame.dueNs);
    }
    return next;
}

void ConnectionCore::flushDelayed(std::uint64_t now)
{
    for (auto it = m_delayed.begin(); it != m_delayed.end();) {
        if (it->dueNs <= now) {
            Delayed frame = std::move(*it);
            it = m_delayed.erase(it);
            for (const Chain::Notice& notice : frame.notices) {
                if (m_server.observer) {
                    m_server.observer->answered(
                        notice.command, notice.messageId, notice.status, notice.text);
                }
            }
            m_output.send(std::move(frame.bytes));
        } else {
            ++it;
        }
    }
}

} // namespace rdrlab::server
