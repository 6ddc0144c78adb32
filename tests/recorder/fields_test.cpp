#include "engine/recorder/fields.h"
#include "tests/recorder/playback.h"

#include <cstddef>
#include <cstring>

using namespace rdrlab;
using recorder::Field;
using recorder::FieldType;
using recorder::NamedValue;
using recorder::ObjectKind;
using Lines = std::vector<std::string>;

namespace {

struct Name
{
    std::uint16_t length;
    std::uint16_t maximum;
    const char16_t* buffer;
};

struct Thing
{
    std::uint32_t count;
    std::int8_t level;
    std::uint8_t isOpen;
    std::uint16_t flags;
    std::uint32_t condition;
    std::int32_t status;
    std::int64_t size;
    Name name;
    const void* other;
    const void* lock;
    std::uint32_t notWatched;
    const std::uint32_t* behind;
};

constexpr NamedValue kFlags[] = { { 1, "READ" }, { 2, "WRITE" } };
constexpr NamedValue kConditions[] = { { 1, "Condition_InTransition" }, { 3, "Condition_Good" } };

#define FIELD(member, type, ...)                                                                   \
    Field                                                                                          \
    {                                                                                              \
#member, type, offsetof(Thing, member), sizeof(Thing::member),                             \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

const Field kFields[] = {
    FIELD(count, FieldType::Unsigned),
    FIELD(level, FieldType::Signed),
    FIELD(isOpen, FieldType::Boolean),
    FIELD(flags, FieldType::Flags, kFlags),
    FIELD(condition, FieldType::Enumeration, kConditions),
    FIELD(status, FieldType::Status),
    FIELD(size, FieldType::LargeInteger),
    FIELD(name, FieldType::UnicodeString),
    FIELD(other, FieldType::Pointer),
    FIELD(lock, FieldType::Presence),
    Field { "*behind",
            FieldType::Hex,
            0,
            4,
            {},
            [](const void* object, std::uint32_t) -> const void* {
                return static_cast<const Thing*>(object)->behind;
            } },
};

struct Stage
{
    explicit Stage(const std::string& name)
        : play(name)
    {
        recorder::setFieldTable(ObjectKind::Session, kFields);
        play->born(ObjectKind::Session, &thing, sizeof thing, "s", nullptr);
    }
    ~Stage() { recorder::setFieldTable(ObjectKind::Session, {}); }
    test::Playback play;
    Thing thing {};
};

} // namespace

TEST_CASE(
    "a touch records what is not zero at first and then what changed, in words",
    "[recorder][fields]")
{
    Stage stage("fields");
    Thing& thing = stage.thing;
    stage.play->touch(&thing); // all zero: nothing to tell
    thing.level = -3;
    thing.condition = 1;
    stage.play->touch(&thing);
    stage.play->touch(&thing); // nothing changed
    int other = 0;
    stage.play->born(ObjectKind::Fcb, &other, 0, "\\a", nullptr);
    const char16_t text[] = u"gr\u00FC\xD83D\xDE00\xD800";
    const std::uint32_t behind = 0xBEEF;
    thing = { 7,      2,      1, 0x8003, 3, std::int32_t(0xC0000022), -9, { 12, 14, text },
              &other, &thing, 5, &behind };
    stage.play->touch(&thing);
    thing.notWatched = 6;
    stage.play->touch(&thing);
    thing.condition = 77;
    thing.other = &thing.lock; // nobody was born there
    thing.lock = nullptr;
    thing.flags = 0;
    stage.play->touch(&thing);
    CHECK(
        stage.play.changes()
        == Lines { "level: 0 -> -3", "condition: 0 -> Condition_InTransition", "count: 0 -> 7",
                   "level: -3 -> 2", "isOpen: FALSE -> TRUE", "flags: 0 -> READ|WRITE|0x8000",
                   "condition: Condition_InTransition -> Condition_Good",
                   "status: STATUS_SUCCESS -> STATUS_ACCESS_DENIED", "size: 0 -> -9",
                   "name:  -> gr\u00FC\U0001F600\uFFFD", "other: NULL -> FCB:\\a",
                   "lock: NULL -> present", "*behind:  -> 0xbeef", "flags: READ|WRITE|0x8000 -> 0",
                   "condition: Condition_Good -> 77", "other: FCB:\\a -> (present)",
                   "lock: present -> NULL" });
}

TEST_CASE("nothing outside the size given at birth is read", "[recorder][fields]")
{
    test::Playback play("bounds");
    recorder::setFieldTable(ObjectKind::Session, kFields);
    // Exactly as many bytes as are announced: a sanitizer sees any read behind them.
    constexpr std::uint32_t kBytes = offsetof(Thing, status);
    const auto memory = std::make_unique<std::byte[]>(kBytes);
    std::memset(memory.get(), 1, kBytes);
    // The field behind a pointer looks for itself.
    recorder::setFieldTable(ObjectKind::Session, std::span(kFields).first(10));
    play->born(ObjectKind::Session, memory.get(), kBytes, "s", nullptr);
    play->touch(memory.get());
    recorder::setFieldTable(ObjectKind::Session, {});
    CHECK(play.changes().size() == 5);
}

TEST_CASE("a pointer never appears as a number", "[recorder][fields]")
{
    Stage stage("pointers");
    stage.thing.other = &stage;
    stage.thing.lock = &stage;
    stage.play->touch(&stage.thing);
    CHECK(stage.play.changes() == Lines { "other:  -> (present)", "lock:  -> present" });
}
