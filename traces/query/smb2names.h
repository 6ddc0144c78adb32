// What the numbers in SMB2 messages are called; the tables that several decoders share.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace rdrlab::trace {

struct WireName
{
    std::uint64_t value;
    const char* name;
};
using WireNames = std::span<const WireName>;

/// "FILE_OPEN (1)", "7" when the number has no name.
std::string wireChoice(std::uint64_t value, WireNames names);
/// "A | B", "A | 0x40" for bits without a name, "0" for none.
std::string wireFlags(std::uint64_t value, WireNames names);

extern const WireNames kWireCommands, kWireHeaderFlags, kWireDialects, kWireSecurityModes,
    kWireCapabilities, kWireContextTypes, kWireHashes, kWireCiphers, kWireSignings,
    kWireSessionFlags, kWireShareTypes, kWireShareFlags, kWireShareCapabilities, kWireOplocks,
    kWireLeaseStates, kWireLeaseFlags, kWireImpersonations, kWireAccess, kWireAttributes,
    kWireShareAccess, kWireDispositions, kWireCreateOptions, kWireCreateActions, kWireCloseFlags,
    kWireReadFlags, kWireWriteFlags, kWireLockFlags, kWireControlCodes, kWireControlFlags,
    kWireDirectoryFlags, kWireNotifyFlags, kWireNotifyFilters, kWireNotifyActions, kWireInfoTypes,
    kWireFileClasses, kWireVolumeClasses, kWireSecurityParts, kWireBreakFlags, kWireCompressions,
    kWireBooleans, kWireReparseTags;

} // namespace rdrlab::trace
