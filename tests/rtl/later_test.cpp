#include "tests/support/kernelworld.h"

#include <cstring>

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

std::pair<NTSTATUS, LONG64> number(const std::u16string& text, ULONG base = 0)
{
    UNICODE_STRING string;
    string.Buffer = reinterpret_cast<PWCH>(const_cast<char16_t*>(text.data()));
    string.Length = string.MaximumLength = static_cast<USHORT>(text.size() * 2);
    LONG64 value = 0;
    const NTSTATUS status = RtlUnicodeStringToInt64(&string, base, &value, nullptr);
    return { status, value };
}

} // namespace

TEST_CASE("RtlUnicodeStringToInt64 reads signs, prefixes and stops at what is no digit", "[rtl]")
{
    CHECK(number(u"  -42").second == -42);
    CHECK(number(u"0x1F").second == 31);
    CHECK(number(u"0b101").second == 5);
    CHECK(number(u"0o17").second == 15);
    CHECK(number(u"ff", 16).second == 255);
    CHECK(number(u"12ab").second == 12);
    CHECK(number(u"9223372036854775807").second == INT64_MAX);
    CHECK(number(u"99999999999999999999").first == STATUS_INTEGER_OVERFLOW);
    CHECK(number(u"1", 7).first == STATUS_INVALID_PARAMETER);
}

TEST_CASE("UTF-8 strings become counted UTF-16 ones and back", "[rtl]")
{
    onKernel([](ntos::World&) {
        char text[] = "M\xC3\xBCller";
        UTF8_STRING utf8;
        utf8.Buffer = text;
        utf8.Length = utf8.MaximumLength = sizeof(text) - 1;
        UNICODE_STRING wide;
        REQUIRE(RtlUTF8StringToUnicodeString(&wide, &utf8, TRUE) == STATUS_SUCCESS);
        CHECK(wide.Length == 12);
        CHECK(wide.Buffer[1] == 0xFC);
        UTF8_STRING back;
        REQUIRE(RtlUnicodeStringToUTF8String(&back, &wide, TRUE) == STATUS_SUCCESS);
        CHECK(back.Length == utf8.Length);
        CHECK(std::memcmp(back.Buffer, text, back.Length) == 0);
        WCHAR room[3];
        UNICODE_STRING small = { 0, sizeof(room), room };
        CHECK(RtlUTF8StringToUnicodeString(&small, &utf8, FALSE) == STATUS_BUFFER_OVERFLOW);
        RtlFreeUnicodeString(&wide);
        ExFreePool(back.Buffer);
    });
}

TEST_CASE("one-time initialisation runs once, and others wait for it", "[rtl]")
{
    ntos::World world({ .preemptOneIn = 1 });
    static int runs;
    runs = 0;
    RTL_RUN_ONCE once;
    RtlRunOnceInitialize(&once);
    int right = 0;
    for (int index = 0; index < 4; ++index)
        world.createSystemThread("caller", [&] {
            PVOID context = nullptr;
            const NTSTATUS status = RtlRunOnceExecuteOnce(
                &once,
                [](PRTL_RUN_ONCE, PVOID, PVOID* result) -> ULONG {
                    LARGE_INTEGER pause = relativeMs(5);
                    KeDelayExecutionThread(KernelMode, FALSE, &pause);
                    ++runs;
                    *result = reinterpret_cast<PVOID>(0x1000);
                    return TRUE;
                },
                nullptr, &context);
            if (status == STATUS_SUCCESS && context == reinterpret_cast<PVOID>(0x1000))
                ++right;
        });
    CHECK(world.run().ok());
    CHECK(runs == 1);
    CHECK(right == 4);
}

TEST_CASE("a routine that is absent says so", "[rtl]")
{
    ntos::World world;
    std::string heard;
    world.setPrintListener([&](std::string_view text) { heard += text; });
    world.runAsSystem([] {
        CHECK(
            RtlCompressBuffer(2, nullptr, 0, nullptr, 0, 4096, nullptr, nullptr)
            == STATUS_NOT_IMPLEMENTED);
    });
    CHECK(heard == "kernel: RtlCompressBuffer is not implemented");
}
