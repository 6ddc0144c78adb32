#include "engine/host/result.h"
#include "engine/host/text.h"

#include <catch2/catch.hpp>

using namespace rdrlab::host;

TEST_CASE("text survives the way to UTF-16 and back", "[host]")
{
    for (const char* text :
         { "", "readme.txt", "M\xC3\xBCller \xE2\x82\xAC", "\xF0\x9F\x98\x80 smile" })
        CHECK(toUtf8(toUtf16(text)) == text);
    CHECK(toUtf16("\xF0\x9F\x98\x80") == u"\xD83D\xDE00");
}

TEST_CASE("an unpaired surrogate becomes a replacement character", "[host]")
{
    CHECK(
        toUtf8(std::u16string { u'a', char16_t(0xD800), u'b' })
        == "a\xEF\xBF\xBD"
           "b");
    CHECK(toUtf8(std::u16string { char16_t(0xDC00) }) == "\xEF\xBF\xBD");
}

TEST_CASE("malformed UTF-8 is recognised and replaced", "[host]")
{
    CHECK(isUtf8("M\xC3\xBCller"));
    for (const char* bad : { "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF",
                             "\xE2\x82", "\x80" })
        CHECK_FALSE(isUtf8(bad));
    CHECK(toUtf16("a\xE2\x82z") == u"a\xFFFDz");
    CHECK(toUtf16("\xC0\xAF") == u"\xFFFD\xFFFD");
}

TEST_CASE("a result holds a value or one clear line", "[host]")
{
    Result<int> good = 7;
    Result<int> bad = Error { "no such thing" };
    CHECK(good);
    CHECK(good.value() == 7);
    CHECK_FALSE(bad);
    CHECK(bad.error() == "no such thing");
}
