#include "traces/model/kinds.h"

#include <algorithm>
#include <array>

namespace rdrlab::trace {

namespace {

constexpr std::string_view kLayerNames[] = {
#define X(enumerator, name) name,
    RDRLAB_TRACE_LAYERS(X)
#undef X
};
constexpr std::string_view kObjectKindNames[] = {
#define X(enumerator, name) name,
    RDRLAB_TRACE_OBJECT_KINDS(X)
#undef X
};
constexpr std::string_view kEventKindNames[] = {
#define X(enumerator, name) name,
    RDRLAB_TRACE_EVENT_KINDS(X)
#undef X
};
static_assert(std::size(kLayerNames) == std::size_t(Layer::Maximum));
static_assert(std::size(kObjectKindNames) == std::size_t(ObjectKind::Maximum));
static_assert(std::size(kEventKindNames) == std::size_t(EventKind::Maximum));

template <std::size_t N>
std::string_view nameAt(const std::string_view (&names)[N], std::size_t index)
{
    return index < N ? names[index] : std::string_view("?");
}

struct StatusName
{
    std::uint32_t value;
    std::string_view name;
};

// The kernel's own list (ntstatus.h is made from the same lines), so that a status has one name
// everywhere.
constexpr auto kStatusNames = [] {
    // Not by deduction: clang folds no pack as long as this list.
    auto names = std::to_array<StatusName>({
#define X(name, value) { static_cast<std::uint32_t>(value), #name },
#include "engine/ddk/statusnames.def"
#undef X
    });
    // Stable by hand: where two names share a value the first listed one wins, on every machine.
    for (std::size_t i = 1; i < names.size(); ++i) {
        const StatusName moving = names[i];
        std::size_t at = i;
        for (; at > 0 && names[at - 1].value > moving.value; --at) {
            names[at] = names[at - 1];
        }
        names[at] = moving;
    }
    return names;
};

} // namespace

std::string_view layerName(Layer layer)
{
    return nameAt(kLayerNames, std::size_t(layer));
}

std::string_view objectKindName(ObjectKind kind)
{
    return nameAt(kObjectKindNames, std::size_t(kind));
}

std::string numberedName(ObjectKind kind, std::uint64_t ordinal)
{
    return std::string(objectKindName(kind)) + '#' + std::to_string(ordinal);
}

std::string_view eventKindName(EventKind kind)
{
    return nameAt(kEventKindNames, std::size_t(kind));
}

std::string_view statusName(std::int32_t status)
{
    static const auto names = kStatusNames();
    const auto value = static_cast<std::uint32_t>(status);
    const auto found = std::lower_bound(
        names.begin(), names.end(), value,
        [](const StatusName& entry, std::uint32_t wanted) { return entry.value < wanted; });
    return found != names.end() && found->value == value ? found->name : std::string_view();
}

Layer layerOf(ObjectKind kind)
{
    switch (kind) {
    case ObjectKind::SrvCall:
    case ObjectKind::NetRoot:
    case ObjectKind::VNetRoot:
    case ObjectKind::Fcb:
    case ObjectKind::SrvOpen:
    case ObjectKind::Fobx:
    case ObjectKind::RxContext:
        return Layer::Rdbss;
    case ObjectKind::File:
    case ObjectKind::Irp:
    case ObjectKind::Device:
    case ObjectKind::Driver:
        return Layer::Io;
    case ObjectKind::Handle:
    case ObjectKind::Process:
    case ObjectKind::Thread:
        return Layer::App;
    case ObjectKind::MupPrefix:
    case ObjectKind::MupFile:
        return Layer::Mup;
    case ObjectKind::Connection:
    case ObjectKind::Session:
    case ObjectKind::Tree:
    case ObjectKind::Exchange:
        return Layer::Wire;
    default:
        return Layer::Kernel;
    }
}

} // namespace rdrlab::trace
