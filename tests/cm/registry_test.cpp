#include "engine/host/text.h"
#include "engine/ntos/inc/cmp.h"
#include "tests/support/kernelworld.h"

#include <cstring>

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

// Text in the width of the kernel, for as long as the statement needs it.
struct Name
{
    std::u16string text;
    UNICODE_STRING string;

    Name(const char* utf8)
        : text(host::toUtf16(utf8))
    {
        string.Buffer = reinterpret_cast<PWCH>(text.data());
        string.Length = string.MaximumLength = static_cast<USHORT>(text.size() * 2);
    }
    operator PUNICODE_STRING() { return &string; }
};

struct Key
{
    HANDLE handle = nullptr;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG disposition = 0;

    explicit Key(const char* path, bool create = false)
    {
        Name name(path);
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(
            &attributes, name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, nullptr, nullptr);
        status = create
            ? ZwCreateKey(&handle, KEY_ALL_ACCESS, &attributes, 0, nullptr, 0, &disposition)
            : ZwOpenKey(&handle, KEY_ALL_ACCESS, &attributes);
    }
    ~Key()
    {
        if (handle)
            ZwClose(handle);
    }
    NTSTATUS set(const char* name, ULONG value)
    {
        return ZwSetValueKey(handle, Name(name), 0, REG_DWORD, &value, sizeof(value));
    }
    // The number, or the status as a negative one.
    LONGLONG get(const char* name)
    {
        alignas(8) UCHAR buffer[64];
        ULONG length = 0;
        const NTSTATUS result = ZwQueryValueKey(
            handle, Name(name), KeyValuePartialInformation, buffer, sizeof(buffer), &length);
        if (!NT_SUCCESS(result))
            return result;
        ULONG value = 0;
        std::memcpy(
            &value, reinterpret_cast<PKEY_VALUE_PARTIAL_INFORMATION>(buffer)->Data, sizeof(value));
        return value;
    }
};

constexpr const char* kServices = "\\Registry\\Machine\\System\\CurrentControlSet\\Services";

} // namespace

TEST_CASE("a value that the world sets is read by kernel code, without regard to case", "[cm]")
{
    ntos::World world;
    world.setRegistry("\\Registry\\Machine\\Software\\Lab", "Depth", 42u);
    world.runAsSystem([] {
        Key key("\\registry\\MACHINE\\software\\lab");
        REQUIRE(key.status == STATUS_SUCCESS);
        CHECK(key.get("depth") == 42);
        CHECK(key.get("absent") == STATUS_OBJECT_NAME_NOT_FOUND);
    });
    CHECK(world.shutdown().lines.empty());
}

TEST_CASE("a key is created once and found then", "[cm]")
{
    onKernel([](ntos::World&) {
        const std::string path = std::string(kServices) + "\\fresh";
        CHECK(Key(path.c_str()).status == STATUS_OBJECT_NAME_NOT_FOUND);
        Key first(path.c_str(), true), second(path.c_str(), true);
        CHECK(first.disposition == REG_CREATED_NEW_KEY);
        CHECK(second.disposition == REG_OPENED_EXISTING_KEY);
        CHECK(first.set("Start", 3) == STATUS_SUCCESS);
        CHECK(second.get("Start") == 3);
        CHECK(Key((path + "\\missing\\deep").c_str(), true).status == STATUS_OBJECT_NAME_NOT_FOUND);
    });
}

TEST_CASE("values and subkeys are listed until there are no more", "[cm]")
{
    onKernel([](ntos::World&) {
        Key parent((std::string(kServices) + "\\listed").c_str(), true);
        Key child((std::string(kServices) + "\\listed\\b").c_str(), true);
        Key other((std::string(kServices) + "\\listed\\a").c_str(), true);
        parent.set("one", 1);
        parent.set("two", 2);
        alignas(8) UCHAR buffer[128];
        ULONG length = 0;
        std::string names;
        for (ULONG index = 0;; ++index) {
            const NTSTATUS status = ZwEnumerateValueKey(
                parent.handle, index, KeyValueBasicInformation, buffer, sizeof(buffer), &length);
            if (status == STATUS_NO_MORE_ENTRIES)
                break;
            REQUIRE(status == STATUS_SUCCESS);
            auto* value = reinterpret_cast<PKEY_VALUE_BASIC_INFORMATION>(buffer);
            names
                += host::toUtf8({ reinterpret_cast<char16_t*>(value->Name), value->NameLength / 2 })
                + " ";
        }
        for (ULONG index = 0;; ++index) {
            const NTSTATUS status = ZwEnumerateKey(
                parent.handle, index, KeyBasicInformation, buffer, sizeof(buffer), &length);
            if (status == STATUS_NO_MORE_ENTRIES)
                break;
            REQUIRE(status == STATUS_SUCCESS);
            auto* key = reinterpret_cast<PKEY_BASIC_INFORMATION>(buffer);
            names += host::toUtf8({ reinterpret_cast<char16_t*>(key->Name), key->NameLength / 2 })
                + " ";
        }
        CHECK(names == "one two a b ");
    });
}

TEST_CASE("a buffer that is too small tells what is needed", "[cm]")
{
    onKernel([](ntos::World&) {
        Key key((std::string(kServices) + "\\sized").c_str(), true);
        key.set("Value", 7);
        ULONG length = 0;
        UCHAR small[8];
        CHECK(
            ZwQueryValueKey(
                key.handle, Name("Value"), KeyValuePartialInformation, small, sizeof(small),
                &length)
            == STATUS_BUFFER_TOO_SMALL);
        CHECK(length == FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data) + sizeof(ULONG));
        alignas(4) UCHAR partial[12];
        CHECK(
            ZwQueryValueKey(
                key.handle, Name("Value"), KeyValuePartialInformation, partial, sizeof(partial),
                &length)
            == STATUS_BUFFER_OVERFLOW);
    });
}

TEST_CASE("a deleted key is gone by name and useless by handle", "[cm]")
{
    onKernel([](ntos::World&) {
        const std::string path = std::string(kServices) + "\\doomed";
        Key key(path.c_str(), true);
        Key again(path.c_str());
        CHECK(ZwDeleteKey(key.handle) == STATUS_SUCCESS);
        CHECK(Key(path.c_str()).status == STATUS_OBJECT_NAME_NOT_FOUND);
        CHECK(again.set("Value", 1) == STATUS_KEY_DELETED);
    });
}

TEST_CASE("a value can be deleted", "[cm]")
{
    onKernel([](ntos::World&) {
        Key key((std::string(kServices) + "\\values").c_str(), true);
        key.set("Value", 1);
        CHECK(ZwDeleteValueKey(key.handle, Name("value")) == STATUS_SUCCESS);
        CHECK(ZwDeleteValueKey(key.handle, Name("value")) == STATUS_OBJECT_NAME_NOT_FOUND);
        CHECK(key.get("Value") == STATUS_OBJECT_NAME_NOT_FOUND);
    });
}

TEST_CASE("RtlQueryRegistryValues fills variables and uses defaults", "[cm]")
{
    onKernel([](ntos::World& world) {
        world.setRegistry(std::string(kServices) + "\\tabled\\Parameters", "Present", 5u);
        ULONG present = 0, absent = 0, fallback = 9;
        RTL_QUERY_REGISTRY_TABLE table[3] {};
        table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
        table[0].Name = L"Present";
        table[0].EntryContext = &present;
        table[1].Flags = RTL_QUERY_REGISTRY_DIRECT;
        table[1].Name = L"Absent";
        table[1].EntryContext = &absent;
        table[1].DefaultType = REG_DWORD;
        table[1].DefaultData = &fallback;
        table[1].DefaultLength = sizeof(fallback);
        CHECK(
            RtlQueryRegistryValues(
                RTL_REGISTRY_SERVICES, L"tabled\\Parameters", table, nullptr, nullptr)
            == STATUS_SUCCESS);
        CHECK(present == 5);
        CHECK(absent == 9);
        CHECK(
            RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, const_cast<PWSTR>(L"tabled"))
            == STATUS_SUCCESS);
        CHECK(
            RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, const_cast<PWSTR>(L"nowhere"))
            == STATUS_OBJECT_NAME_NOT_FOUND);
        ULONG written = 77;
        CHECK(
            RtlWriteRegistryValue(
                RTL_REGISTRY_SERVICES, L"tabled\\Parameters", L"Written", REG_DWORD, &written,
                sizeof(written))
            == STATUS_SUCCESS);
        Key key((std::string(kServices) + "\\tabled\\Parameters").c_str());
        CHECK(key.get("Written") == 77);
    });
}

TEST_CASE("a second world starts with a registry of its own", "[cm]")
{
    onKernel([](ntos::World& world) {
        world.setRegistry("\\Registry\\Machine\\Software\\Lab", "Mark", 1u);
    });
    onKernel([](ntos::World&) {
        CHECK(Key("\\Registry\\Machine\\Software\\Lab").status == STATUS_OBJECT_NAME_NOT_FOUND);
    });
}
