// What of an object is worth a line in a drawing, and how its value is written there.
#include "traces/exporters/telling.h"

#include "traces/exporters/text.h"

#include <algorithm>
#include <array>
#include <vector>

namespace rdrlab::trace {

namespace {

// The fields that tell an object's story, the best first.
constexpr std::array<std::string_view, 30> kTelling = { "Condition",
                                                        "Status",
                                                        "ConstructionStatus",
                                                        "State",
                                                        "OpenCount",
                                                        "UncleanCount",
                                                        "UncleanFobxCount",
                                                        "NumberOfVirtualNetRoots",
                                                        "NumberOfFcbs",
                                                        "NumberOfSrvOpens",
                                                        "NumberOfOpens",
                                                        "NumberOfFobxs",
                                                        "Header.FileSize",
                                                        "FcbState",
                                                        "BufferingFlags",
                                                        "DesiredAccess",
                                                        "ShareAccess",
                                                        "DeletePending",
                                                        "CurrentByteOffset",
                                                        "MajorFunction",
                                                        "StoredStatus",
                                                        "PendingReturned",
                                                        "NumberOfCloseDelayedFiles",
                                                        "FinalStatus",
                                                        "Type",
                                                        "ContainsWildCards",
                                                        "UncachedUncleanCount",
                                                        "Flags",
                                                        "CreateOptions",
                                                        "MRxCancelRoutine" };

} // namespace

std::size_t tellingFields()
{
    return kTelling.size();
}

std::size_t tellingRank(std::string_view field)
{
    return std::size_t(std::find(kTelling.begin(), kTelling.end(), field) - kTelling.begin());
}

bool isPicturedKind(ObjectKind kind)
{
    switch (kind) {
    case ObjectKind::Driver:
    case ObjectKind::Device:
    case ObjectKind::Process:
    case ObjectKind::Thread:
    case ObjectKind::MupFile:
    case ObjectKind::None:
        return false;
    default:
        return true;
    }
}

namespace {

// A flag without the words that all of its kind begin with.
std::string_view shortFlag(std::string_view flag)
{
    static constexpr std::array<std::string_view, 6> kPrefixes
        = { "Condition_", "FCB_STATE_", "FO_", "FILE_SHARE_", "FILE_ATTRIBUTE_", "SRVOPEN_" };
    const std::size_t word = flag.find("_FLAG_");
    if (word != flag.npos) {
        return flag.substr(word + 6);
    }
    for (const std::string_view prefix : kPrefixes) {
        if (flag.starts_with(prefix)) {
            return flag.substr(prefix.size());
        }
    }
    return flag;
}

std::vector<std::string_view> flagsOf(std::string_view text)
{
    std::vector<std::string_view> flags;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('|'), text.size());
        flags.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return flags;
}

} // namespace

std::string shortValue(const FieldValue& value)
{
    if (value.type == Value::Type::Object) {
        const NameParts parts = nameParts(value.text);
        return "→ " + std::string(parts.kind) + (parts.name.starts_with("#") ? "" : " ")
            + std::string(parts.name);
    }
    const std::string text = value.print();
    if (value.type != Value::Type::Text || text.find('\\') != text.npos) {
        return text;
    }
    std::string out;
    for (const std::string_view flag : flagsOf(text)) {
        out += (out.empty() ? "" : "|") + std::string(shortFlag(flag));
    }
    return out;
}

std::string valueDifference(const std::string& before, const std::string& after)
{
    const bool areFlags = before.find('|') != before.npos || after.find('|') != after.npos;
    if (!areFlags) {
        return before.empty() ? after : before + " → " + after;
    }
    const auto old = flagsOf(before);
    const auto fresh = flagsOf(after);
    std::string out;
    const auto tell = [&](const auto& of, const auto& against, std::string_view sign) {
        for (const std::string_view flag : of) {
            if (flag != "0" && std::find(against.begin(), against.end(), flag) == against.end()) {
                out += (out.empty() ? "" : " ") + std::string(sign) + std::string(flag);
            }
        }
    };
    tell(fresh, old, "+");
    tell(old, fresh, "−");
    return out;
}

} // namespace rdrlab::trace
