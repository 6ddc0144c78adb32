// Names: wild cards, dissection, legality, dots.
#include "tests/support/ntworld.h"

#include <random>
#include <string>

#include <ntifs.h>

using namespace rdrlab;
using test::inWorld;

namespace {

struct Wide
{
    std::u16string text;
    UNICODE_STRING string;
    explicit Wide(std::u16string value)
        : text(std::move(value))
    {
        string.Buffer = reinterpret_cast<PWSTR>(text.data());
        string.Length = string.MaximumLength = static_cast<USHORT>(text.size() * 2);
    }
};

bool matches(const char16_t* expression, const char16_t* name, bool ignoreCase = true)
{
    Wide e(expression);
    Wide n(name);
    return FsRtlIsNameInExpression(&e.string, &n.string, ignoreCase, nullptr);
}

std::u16string text(const UNICODE_STRING& string)
{
    return { reinterpret_cast<const char16_t*>(string.Buffer), string.Length / sizeof(WCHAR) };
}

/// The rules written down once more, by recursion, as slow and plain as possible.
bool model(const char16_t* e, const char16_t* n, const char16_t* lastDot)
{
    if (*e == 0)
        return *n == 0;
    switch (*e) {
    case u'*':
        return model(e + 1, n, lastDot) || (*n != 0 && model(e, n + 1, lastDot));
    case u'<':
        return model(e + 1, n, lastDot)
            || (*n != 0 && (lastDot == nullptr || n <= lastDot) && model(e, n + 1, lastDot));
    case u'?':
        return *n != 0 && model(e + 1, n + 1, lastDot);
    case u'>':
        return *n == 0 || *n == u'.' ? model(e + 1, n, lastDot) : model(e + 1, n + 1, lastDot);
    case u'"':
        return *n == 0 ? model(e + 1, n, lastDot) : *n == u'.' && model(e + 1, n + 1, lastDot);
    default:
        return *e == *n && model(e + 1, n + 1, lastDot);
    }
}

} // namespace

TEST_CASE("expressions match the names the documentation says", "[fsrtl]")
{
    inWorld([] {
        CHECK(matches(u"*", u"ANYTHING.TXT"));
        CHECK(matches(u"*.TXT", u"readme.txt"));
        CHECK_FALSE(matches(u"*.TXT", u"readme.txt.bak"));
        CHECK(matches(u"*.*", u"A.B"));
        CHECK_FALSE(matches(u"*.*", u"NODOT"));
        CHECK(matches(u"A?C", u"abc"));
        CHECK_FALSE(matches(u"A?C", u"ac"));
        CHECK_FALSE(matches(u"ABC", u"abc", false));
        CHECK(matches(u"abc", u"abc", false));
        CHECK(matches(u"*A*B*", u"xxAyyBzz"));
        CHECK_FALSE(matches(u"*A*B", u"xxAyyBzz"));
        CHECK(matches(u"", u""));
        CHECK_FALSE(matches(u"", u"a"));
        CHECK_FALSE(matches(u"*", u""));
    });
}

TEST_CASE("DOS wild cards behave as DIR expects", "[fsrtl]")
{
    inWorld([] {
        CHECK(matches(u"<.TXT", u"a.b.txt")); // up to the last dot
        CHECK(matches(u"<", u"NODOT")); // DIR *.
        CHECK_FALSE(matches(u"<", u"A.TXT"));
        CHECK(matches(u"A>>>", u"AB")); // question marks at the end may be missing
        CHECK(matches(u"A>>>.TXT", u"AB.TXT"));
        CHECK_FALSE(matches(u"A>", u"ABC"));
        CHECK(matches(u"FOO\"", u"FOO")); // a dot or the end
        CHECK(matches(u"FOO\"", u"FOO."));
        CHECK(matches(u"<\"*", u"NODOT")); // DIR *.*
        CHECK(matches(u"<\"*", u"A.B.C"));
    });
}

TEST_CASE("ten thousand random expressions agree with the rules written down plainly", "[fsrtl]")
{
    inWorld([] {
        std::mt19937 random(7);
        const std::u16string symbols = u"AB.*?<>\"";
        unsigned wrong = 0;
        unsigned matched = 0;
        for (int round = 0; round < 10'000; ++round) {
            std::u16string e;
            std::u16string n;
            for (unsigned i = 1 + random() % 7; i > 0; --i)
                e.push_back(symbols[random() % symbols.size()]);
            for (unsigned i = 1 + random() % 7; i > 0; --i)
                n.push_back(symbols[random() % 3]);
            const std::size_t dot = n.rfind(u'.');
            const bool expected = model(
                e.c_str(), n.c_str(), dot == std::u16string::npos ? nullptr : n.c_str() + dot);
            const bool actual = matches(e.c_str(), n.c_str());
            wrong += expected != actual;
            matched += actual;
        }
        CHECK(wrong == 0);
        CHECK(matched > 1'000);
    });
}

TEST_CASE("an expression longer than any stack buffer still matches", "[fsrtl]")
{
    inWorld([] {
        std::u16string e;
        std::u16string n;
        for (int i = 0; i < 2000; ++i) {
            e += u"A*";
            n += u"AB";
        }
        CHECK(matches(e.c_str(), n.c_str()));
        n.insert(n.begin(), u'B');
        CHECK_FALSE(matches(e.c_str(), n.c_str()));
    });
}

TEST_CASE("names are taken apart at their backslashes", "[fsrtl]")
{
    inWorld([] {
        UNICODE_STRING first;
        UNICODE_STRING rest;
        const auto dissect = [&](const char16_t* name) {
            Wide wide(name);
            FsRtlDissectName(wide.string, &first, &rest);
            return std::pair(text(first), text(rest));
        };
        CHECK(dissect(u"\\a\\b\\c") == std::pair(std::u16string(u"a"), std::u16string(u"b\\c")));
        CHECK(dissect(u"a\\b") == std::pair(std::u16string(u"a"), std::u16string(u"b")));
        CHECK(dissect(u"a") == std::pair(std::u16string(u"a"), std::u16string()));
        CHECK(dissect(u"\\") == std::pair(std::u16string(), std::u16string()));
        CHECK(dissect(u"") == std::pair(std::u16string(), std::u16string()));
    });
}

TEST_CASE("wild cards are looked for in the last component", "[fsrtl]")
{
    inWorld([] {
        Wide plain(u"\\dir\\file.txt");
        Wide wild(u"\\dir\\f*.txt");
        Wide above(u"\\d*r\\file");
        CHECK_FALSE(FsRtlDoesNameContainWildCards(&plain.string));
        CHECK(FsRtlDoesNameContainWildCards(&wild.string));
        CHECK_FALSE(FsRtlDoesNameContainWildCards(&above.string));
        CHECK(FsRtlIsAnsiCharacterWild('?'));
        CHECK(FsRtlIsUnicodeCharacterWild(DOS_STAR));
        CHECK_FALSE(FsRtlIsUnicodeCharacterWild(L'a'));
    });
}

TEST_CASE("short names are checked for their eight and three characters", "[fsrtl]")
{
    inWorld([] {
        const auto legal = [](const char* name, bool wild = false, bool path = false) {
            ANSI_STRING string;
            RtlInitAnsiString(&string, name);
            return FsRtlIsFatDbcsLegal(string, wild, path, path) != FALSE;
        };
        CHECK(legal("README.TXT"));
        CHECK_FALSE(legal("README.TEXT"));
        CHECK_FALSE(legal("LONGERNAME.TXT"));
        CHECK_FALSE(legal("A.B.C"));
        CHECK_FALSE(legal("A+B"));
        CHECK_FALSE(legal("A*"));
        CHECK(legal("A*", true));
        CHECK_FALSE(legal("DIR\\FILE"));
        CHECK(legal("\\DIR\\FILE", false, true));
        CHECK_FALSE(legal(""));
    });
}

TEST_CASE("dots are taken out of a path, but not beyond its root", "[fsrtl]")
{
    inWorld([] {
        const auto clean = [](const char16_t* path) {
            Wide wide(path);
            USHORT length = 0;
            const NTSTATUS status
                = FsRtlRemoveDotsFromPath(wide.string.Buffer, wide.string.Length, &length);
            return status == STATUS_SUCCESS ? wide.text.substr(0, length / 2)
                                            : std::u16string(u"error");
        };
        CHECK(clean(u"\\a\\.\\b") == u"\\a\\b");
        CHECK(clean(u"\\a\\..\\b") == u"\\b");
        CHECK(clean(u"\\a\\b\\..\\..\\c") == u"\\c");
        CHECK(clean(u"a\\b\\..") == u"a");
        CHECK(clean(u"\\..\\a") == u"error");
        CHECK(clean(u"\\a\\b\\") == u"\\a\\b\\");
    });
}

TEST_CASE("only statuses of bugs are unexpected, and normalizing replaces just these", "[fsrtl]")
{
    inWorld([] {
        CHECK(FsRtlIsNtstatusExpected(STATUS_DISK_FULL));
        CHECK_FALSE(FsRtlIsNtstatusExpected(STATUS_ACCESS_VIOLATION));
        CHECK(
            FsRtlNormalizeNtstatus(STATUS_DISK_FULL, STATUS_UNEXPECTED_IO_ERROR)
            == STATUS_DISK_FULL);
        CHECK(
            FsRtlNormalizeNtstatus(STATUS_ACCESS_VIOLATION, STATUS_UNEXPECTED_IO_ERROR)
            == STATUS_UNEXPECTED_IO_ERROR);
    });
}
