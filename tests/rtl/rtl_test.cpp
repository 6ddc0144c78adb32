// The runtime library against models of the same things from the standard library.
#include <ntifs.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

UNICODE_STRING counted(const char16_t* text)
{
    UNICODE_STRING string;
    string.Length = string.MaximumLength
        = static_cast<USHORT>(std::char_traits<char16_t>::length(text) * 2);
    string.Buffer = reinterpret_cast<PWCH>(const_cast<char16_t*>(text));
    return string;
}

template <typename... Arguments> std::string narrow(const char* format, Arguments... arguments)
{
    char text[256];
    const int length = rdr_snprintf(text, sizeof text, format, arguments...);
    return length < 0 ? "overflow" : std::string(text, static_cast<size_t>(length));
}

struct Element
{
    ULONG key;
    ULONG value;
};

RTL_GENERIC_COMPARE_RESULTS order(ULONG left, ULONG right)
{
    return left < right ? GenericLessThan : left > right ? GenericGreaterThan : GenericEqual;
}

RTL_GENERIC_COMPARE_RESULTS NTAPI compareAvl(RTL_AVL_TABLE*, PVOID left, PVOID right)
{
    return order(static_cast<Element*>(left)->key, static_cast<Element*>(right)->key);
}

RTL_GENERIC_COMPARE_RESULTS NTAPI compareSplay(RTL_GENERIC_TABLE*, PVOID left, PVOID right)
{
    return order(static_cast<Element*>(left)->key, static_cast<Element*>(right)->key);
}

PVOID NTAPI allocateAvl(RTL_AVL_TABLE*, CLONG bytes)
{
    return std::malloc(bytes);
}
VOID NTAPI freeAvl(RTL_AVL_TABLE*, PVOID block)
{
    std::free(block);
}
PVOID NTAPI allocateSplay(RTL_GENERIC_TABLE*, CLONG bytes)
{
    return std::malloc(bytes);
}
VOID NTAPI freeSplay(RTL_GENERIC_TABLE*, PVOID block)
{
    std::free(block);
}

/// Depth of the tree below a node, and whether every node's balance is what it says and within one.
int avlDepth(RTL_BALANCED_LINKS* node, bool& sound)
{
    if (!node)
        return 0;
    const int left = avlDepth(node->LeftChild, sound);
    const int right = avlDepth(node->RightChild, sound);
    sound = sound && node->Balance == right - left && node->Balance >= -1 && node->Balance <= 1;
    return 1 + (left > right ? left : right);
}

} // namespace

TEST_CASE("names compare without case, character by character", "[rtl]")
{
    UNICODE_STRING left = counted(u"\\Server\\Öffentlich\\ЖУРНАЛ");
    UNICODE_STRING right = counted(u"\\SERVER\\öffentlich\\журнал");
    CHECK(RtlEqualUnicodeString(&left, &right, TRUE));
    CHECK_FALSE(RtlEqualUnicodeString(&left, &right, FALSE));
    UNICODE_STRING prefix = counted(u"\\server");
    CHECK(RtlPrefixUnicodeString(&prefix, &left, TRUE));
    CHECK_FALSE(RtlPrefixUnicodeString(&left, &prefix, TRUE));
    UNICODE_STRING shorter = counted(u"abc");
    UNICODE_STRING longer = counted(u"ABCD");
    CHECK(RtlCompareUnicodeString(&shorter, &longer, TRUE) < 0);
}

TEST_CASE(
    "case mapping stays inside or outside ASCII and is undone by the other direction", "[rtl]")
{
    CHECK(RtlUpcaseUnicodeChar(0x0131) == 0x0131); // dotless i is no I
    CHECK(RtlUpcaseUnicodeChar(0x017F) == 0x017F); // long s is no S
    CHECK(RtlUpcaseUnicodeChar(0x00FF) == 0x0178);
    CHECK(RtlUpcaseUnicodeChar(0x00DF) == 0x00DF); // sharp s has no single upper case
    for (ULONG unit = 0; unit < 0x10000; unit++) {
        const WCHAR upper = RtlUpcaseUnicodeChar(static_cast<WCHAR>(unit));
        REQUIRE(RtlUpcaseUnicodeChar(RtlDowncaseUnicodeChar(upper)) == upper);
        REQUIRE((unit < 0x80) == (upper < 0x80));
    }
}

TEST_CASE("appending stops at the maximum length without touching the string", "[rtl]")
{
    WCHAR room[4];
    UNICODE_STRING string { 0, sizeof room, room };
    CHECK(RtlAppendUnicodeToString(&string, L"ab") == STATUS_SUCCESS);
    CHECK(RtlAppendUnicodeToString(&string, L"cde") == STATUS_BUFFER_TOO_SMALL);
    CHECK(string.Length == 4);
    CHECK(RtlAppendUnicodeToString(&string, L"cd") == STATUS_SUCCESS);
    CHECK(string.Length == 8);
}

TEST_CASE("UTF-8 and UTF-16 convert both ways, and ill-formed input becomes U+FFFD", "[rtl]")
{
    const std::string text = "aé€😀";
    WCHAR wide[16];
    ULONG bytes = 0;
    CHECK(
        RtlUTF8ToUnicodeN(wide, sizeof wide, &bytes, text.data(), static_cast<ULONG>(text.size()))
        == STATUS_SUCCESS);
    CHECK(bytes == 10);
    char back[16];
    ULONG backBytes = 0;
    CHECK(RtlUnicodeToUTF8N(back, sizeof back, &backBytes, wide, bytes) == STATUS_SUCCESS);
    CHECK(std::string(back, backBytes) == text);
    for (const char* bad : { "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\x80" }) {
        RtlUTF8ToUnicodeN(wide, sizeof wide, &bytes, bad, static_cast<ULONG>(std::strlen(bad)));
        CHECK(bytes >= 2);
        CHECK(static_cast<unsigned>(wide[0]) == 0xFFFD);
    }
    CHECK(RtlUTF8ToUnicodeN(wide, 2, &bytes, "ab", 2) == STATUS_BUFFER_TOO_SMALL);
}

TEST_CASE("the kernel's printf knows counted and 16-bit strings", "[rtl]")
{
    UNICODE_STRING name = counted(u"\\lab\\public");
    CHECK(
        narrow("%wZ|%8d|%-8u|%08X", &name, -42, 7u, 0xBEEFu)
        == "\\lab\\public|     -42|7       |0000BEEF");
    CHECK(
        narrow("%ws %S %hs %.3s", L"wide", L"also", "narrow", "truncated")
        == "wide also narrow tru");
    CHECK(
        narrow("%I64u %I64x %lld", 18446744073709551615ull, 255ull, -1ll)
        == "18446744073709551615 ff -1");
    CHECK(
        narrow("%s %wZ %%", static_cast<const char*>(nullptr), static_cast<void*>(nullptr))
        == "(null) (null) %");
    CHECK(narrow("%#x %+d %5.3d %c", 255u, 5, 7, 'x') == "0xff +5   007 x");
    char small[4];
    CHECK(rdr_snprintf(small, sizeof small, "%s", "toolong") == -1);
    CHECK(std::string(small, 4) == "tool");
}

TEST_CASE("numbers convert in every base, and back", "[rtl]")
{
    WCHAR room[40];
    for (ULONG base : { 2u, 8u, 10u, 16u })
        for (ULONG value : { 0u, 1u, 255u, 4294967295u }) {
            UNICODE_STRING text { 0, sizeof room, room };
            REQUIRE(RtlIntegerToUnicodeString(value, base, &text) == STATUS_SUCCESS);
            ULONG back = 1;
            REQUIRE(RtlUnicodeStringToInteger(&text, base, &back) == STATUS_SUCCESS);
            CHECK(back == value);
        }
    UNICODE_STRING prefixed = counted(u"  0x1Fz");
    ULONG value = 0;
    CHECK(RtlUnicodeStringToInteger(&prefixed, 0, &value) == STATUS_SUCCESS);
    CHECK(value == 31);
    CHECK(RtlUnicodeStringToInteger(&prefixed, 7, &value) == STATUS_INVALID_PARAMETER);
}

TEST_CASE("a GUID survives the way to text and back", "[rtl]")
{
    UNICODE_STRING text = counted(u"{01234567-89ab-cdef-0123-456789abcdef}");
    GUID guid;
    REQUIRE(RtlGUIDFromString(&text, &guid) == STATUS_SUCCESS);
    CHECK(guid.Data1 == 0x01234567);
    CHECK(guid.Data3 == 0xCDEF);
    UNICODE_STRING bad = counted(u"{01234567-89ab-cdef-0123-456789abcdeg}");
    CHECK(RtlGUIDFromString(&bad, &guid) == STATUS_INVALID_PARAMETER);
}

TEST_CASE("times convert to fields and back for a thousand years", "[rtl]")
{
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; i++) {
        LARGE_INTEGER time;
        time.QuadPart = static_cast<LONGLONG>(random() % (315569520000000000ull)) / 10000 * 10000;
        TIME_FIELDS fields;
        RtlTimeToTimeFields(&time, &fields);
        LARGE_INTEGER back;
        REQUIRE(RtlTimeFieldsToTime(&fields, &back));
        REQUIRE(back.QuadPart == time.QuadPart);
    }
    LARGE_INTEGER epoch;
    RtlSecondsSince1970ToTime(0, &epoch);
    TIME_FIELDS fields;
    RtlTimeToTimeFields(&epoch, &fields);
    CHECK(fields.Year == 1970);
    CHECK(fields.Weekday == 4); // a Thursday
    TIME_FIELDS wrong { 2023, 2, 29, 0, 0, 0, 0, 0 };
    CHECK_FALSE(RtlTimeFieldsToTime(&wrong, &epoch));
}

TEST_CASE("a bitmap agrees with a vector of bools", "[rtl]")
{
    std::mt19937 random(2);
    constexpr ULONG kBits = 200;
    ULONG words[(kBits + 31) / 32] = {};
    RTL_BITMAP map;
    RtlInitializeBitMap(&map, words, kBits);
    std::vector<bool> model(kBits);
    for (int step = 0; step < 3000; step++) {
        const ULONG first = random() % kBits;
        const ULONG count = random() % (kBits - first) % 40;
        const bool set = random() % 2;
        (set ? RtlSetBits : RtlClearBits)(&map, first, count);
        std::fill(model.begin() + first, model.begin() + first + count, set);
        const ULONG wanted = 1 + random() % 20;
        const ULONG hint = random() % kBits;
        ULONG expected = MAXULONG;
        for (ULONG at = 0; at < kBits && expected == MAXULONG; at++) {
            const ULONG start = (hint + at) % kBits;
            // A run may not wrap; from the hint to the end first, then the part before the hint.
            if (start + wanted <= kBits
                && std::none_of(model.begin() + start, model.begin() + start + wanted, [](bool b) {
                       return b;
                   }))
                expected = start;
        }
        REQUIRE(RtlFindClearBits(&map, wanted, hint) == expected);
        REQUIRE(
            RtlNumberOfSetBits(&map)
            == static_cast<ULONG>(std::count(model.begin(), model.end(), true)));
    }
}

TEST_CASE("an AVL table agrees with a map and stays balanced", "[rtl]")
{
    std::mt19937 random(3);
    RTL_AVL_TABLE table;
    RtlInitializeGenericTableAvl(&table, compareAvl, allocateAvl, freeAvl, nullptr);
    std::map<ULONG, ULONG> model;
    for (int step = 0; step < 5000; step++) {
        Element element { static_cast<ULONG>(random() % 400), static_cast<ULONG>(step) };
        if (random() % 3) {
            BOOLEAN isNew = FALSE;
            RtlInsertElementGenericTableAvl(&table, &element, sizeof element, &isNew);
            REQUIRE(static_cast<bool>(isNew) == model.emplace(element.key, element.value).second);
        } else {
            REQUIRE(
                static_cast<bool>(RtlDeleteElementGenericTableAvl(&table, &element))
                == (model.erase(element.key) == 1));
        }
        bool sound = true;
        avlDepth(table.BalancedRoot.RightChild, sound);
        REQUIRE(sound);
        REQUIRE(RtlNumberGenericTableElementsAvl(&table) == model.size());
    }
    auto expected = model.begin();
    PVOID key = nullptr;
    while (PVOID found = RtlEnumerateGenericTableWithoutSplayingAvl(&table, &key)) {
        REQUIRE(static_cast<Element*>(found)->key == expected->first);
        REQUIRE(static_cast<Element*>(found)->value == expected->second);
        ++expected;
    }
    CHECK(expected == model.end());
    while (PVOID first = RtlGetElementGenericTableAvl(&table, 0))
        RtlDeleteElementGenericTableAvl(&table, first);
    CHECK(RtlIsGenericTableEmptyAvl(&table));
}

TEST_CASE("a splay table agrees with a map", "[rtl]")
{
    std::mt19937 random(4);
    RTL_GENERIC_TABLE table;
    RtlInitializeGenericTable(&table, compareSplay, allocateSplay, freeSplay, nullptr);
    std::map<ULONG, ULONG> model;
    for (int step = 0; step < 5000; step++) {
        Element element { static_cast<ULONG>(random() % 300), static_cast<ULONG>(step) };
        const int what = random() % 3;
        if (what == 0) {
            REQUIRE(
                static_cast<bool>(RtlDeleteElementGenericTable(&table, &element))
                == (model.erase(element.key) == 1));
        } else if (what == 1) {
            BOOLEAN isNew = FALSE;
            RtlInsertElementGenericTable(&table, &element, sizeof element, &isNew);
            REQUIRE(static_cast<bool>(isNew) == model.emplace(element.key, element.value).second);
        } else {
            const auto* found
                = static_cast<Element*>(RtlLookupElementGenericTable(&table, &element));
            REQUIRE((found != nullptr) == (model.count(element.key) == 1));
        }
    }
    auto expected = model.begin();
    for (PVOID found = RtlEnumerateGenericTable(&table, TRUE); found;
         found = RtlEnumerateGenericTable(&table, FALSE)) {
        REQUIRE(static_cast<Element*>(found)->key == expected->first);
        ++expected;
    }
    CHECK(expected == model.end());
    while (PVOID first = RtlGetElementGenericTable(&table, 0))
        RtlDeleteElementGenericTable(&table, first);
    CHECK(RtlIsGenericTableEmpty(&table));
}

TEST_CASE(
    "an ACL takes entries until it is full, and a descriptor carries it self-relative", "[rtl]")
{
    alignas(4) UCHAR sidBytes[16];
    SID_IDENTIFIER_AUTHORITY world = { { 0, 0, 0, 0, 0, 1 } };
    PSID sid = sidBytes;
    REQUIRE(RtlInitializeSid(sid, &world, 1) == STATUS_SUCCESS);
    *RtlSubAuthoritySid(sid, 0) = 0;
    alignas(4) UCHAR aclBytes[64];
    auto* acl = reinterpret_cast<PACL>(aclBytes);
    REQUIRE(RtlCreateAcl(acl, sizeof aclBytes, ACL_REVISION) == STATUS_SUCCESS);
    CHECK(RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_READ, sid) == STATUS_SUCCESS);
    CHECK(RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_ALL, sid) == STATUS_SUCCESS);
    CHECK(
        RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_ALL, sid)
        == STATUS_ALLOTTED_SPACE_EXCEEDED);
    SECURITY_DESCRIPTOR absolute;
    REQUIRE(RtlCreateSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION) == STATUS_SUCCESS);
    RtlSetOwnerSecurityDescriptor(&absolute, sid, FALSE);
    RtlSetDaclSecurityDescriptor(&absolute, TRUE, acl, FALSE);
    ULONG length = 0;
    CHECK(RtlAbsoluteToSelfRelativeSD(&absolute, nullptr, &length) == STATUS_BUFFER_TOO_SMALL);
    std::vector<UCHAR> relative(length);
    REQUIRE(RtlAbsoluteToSelfRelativeSD(&absolute, relative.data(), &length) == STATUS_SUCCESS);
    CHECK(RtlValidRelativeSecurityDescriptor(relative.data(), length, OWNER_SECURITY_INFORMATION));
    CHECK_FALSE(
        RtlValidRelativeSecurityDescriptor(relative.data(), length, GROUP_SECURITY_INFORMATION));
    for (ULONG cut = 0; cut < length; cut++)
        CHECK_FALSE(RtlValidRelativeSecurityDescriptor(relative.data(), cut, 0));
    PSID owner = nullptr;
    BOOLEAN defaulted = TRUE;
    RtlGetOwnerSecurityDescriptor(relative.data(), &owner, &defaulted);
    CHECK(RtlEqualSid(owner, sid));
}
