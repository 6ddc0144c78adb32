// Information classes of files, directories and file systems, told from bytes made here.
#include "tests/support/synthetic.h"
#include "tests/traces/smb2made.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>

using namespace rdrlab;
using namespace rdrlab::test;

TEST_CASE("entries of a directory are told in every class", "[traces][smb2]")
{
    for (const EntryKind& kind : kEntryKinds) {
        INFO(kind.infoClass);
        const Told told({ directoryAnswer(kind) }, { 1, std::uint8_t(kind.infoClass) });
        CHECK(told.isRight());
        CHECK(told.count("Entry") == 2);
        CHECK(told("FileName") == "\"first.txt\"");
        CHECK(told("FileName", "second") == "\"second\"");
        CHECK(told("FileIndex") == "77");
        const auto has = [&](char part) { return kind.parts.find(part) != kind.parts.npos; };
        CHECK(told.count("CreationTime") == (has('t') ? 2 : 0));
        CHECK(told.count("EaSize") == (has('e') ? 2 : 0));
        if (has('t')) {
            CHECK(told("LastAccessTime") == "2020-01-01 00:00:01.0000000 UTC");
            CHECK(told("EndOfFile") == "1234");
            CHECK(told("FileAttributes") == "FILE_ATTRIBUTE_ARCHIVE");
        }
        if (has('e')) {
            CHECK(told("EaSize") == "6");
        }
        if (has('r')) {
            CHECK(told("ReparsePointTag") == "IO_REPARSE_TAG_SYMLINK (0xa000000c)");
        }
        if (has('s')) {
            CHECK(told("ShortName") == "\"ABCDE~\"");
        }
        if (has('i')) {
            CHECK(told("FileId") == "0x1122334455667788");
        }
        if (has('w')) {
            CHECK(told(has('i') ? "FileId128" : "FileId") == "aa00000000000000bb00000000000000");
        }
    }
}

TEST_CASE("the entry of a link has its tag in the place of EaSize", "[traces][smb2]")
{
    WireBytes bytes = entry({ 2, "te" }, u"link", true);
    bytes.put(56, 0x400, 4); // FILE_ATTRIBUTE_REPARSE_POINT
    bytes.put(64, kSymlinkTag, 4);
    const Told told({ answer(QueryDirectory, bytes) }, { 1, 2 });
    CHECK(told.count("EaSize") == 0);
    CHECK(told("ReparsePointTag") == "IO_REPARSE_TAG_SYMLINK (0xa000000c)");
}

TEST_CASE("what a file says about itself is told in every class", "[traces][smb2]")
{
    WireBytes all = times().u32(0x20).u32(0).u64(4096).u64(1234).u32(2).u8(1).u8(0).u16(0);
    all.u64(0x99).u32(8).u32(0x120089).u64(55).u32(0x20).u32(1).u32(10).wide(u"\\a.tx");
    const Told everything = fileAnswer(18, all);
    CHECK(everything.isRight());
    CHECK(everything("Buffer") == "FileAllInformation (18)");
    CHECK(everything("NumberOfLinks") == "2");
    CHECK(everything("DeletePending") == "TRUE (1)");
    CHECK(everything("IndexNumber") == "0x0000000000000099");
    CHECK(everything("Mode") == "FILE_SYNCHRONOUS_IO_NONALERT");
    CHECK(everything("AlignmentRequirement") == "FILE_WORD_ALIGNMENT (1)");
    CHECK(everything("FileName") == "\"\\a.tx\"");

    WireBytes streams = WireBytes().u32(40).u32(14).u64(3).u64(8).wide(u"::$DATA").zeros(2);
    streams.u32(0).u32(4).u64(5).u64(6).wide(u":b");
    const Told streamed = fileAnswer(22, streams);
    CHECK(streamed.isRight());
    CHECK(streamed.count("Stream") == 2);
    CHECK(streamed("StreamName") == "\"::$DATA\"");
    CHECK(streamed("StreamSize", ":b") == "5");

    WireBytes attributes
        = WireBytes().u32(16).u8(0).u8(3).u16(4).narrow("ONE").u8(0).narrow("abcd");
    attributes.u32(0).u8(0x80).u8(3).u16(1).narrow("TWO").u8(0).u8(0xFF);
    const Told extended = fileAnswer(15, attributes);
    CHECK(extended.isRight());
    CHECK(extended("EaValue") == "61626364");
    CHECK(extended("Flags", "TWO") == "FILE_NEED_EA");

    const WireBytes network = times().u64(8192).u64(7).u32(0x21).u32(0);
    CHECK(
        fileAnswer(34, network)("FileAttributes")
        == "FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_ARCHIVE");
    CHECK(fileAnswer(4, times().u32(0x80).u32(0))("ChangeTime") == "0 (not set)");
    CHECK(fileAnswer(6, WireBytes().u64(5))("IndexNumber") == "0x0000000000000005");
    CHECK(fileAnswer(7, WireBytes().u32(5))("EaSize") == "5");
    CHECK(fileAnswer(8, WireBytes().u32(0x1F01FF))("AccessFlags") == "FILE_ALL_ACCESS");
    CHECK(fileAnswer(14, WireBytes().u64(9))("CurrentByteOffset") == "9");
    CHECK(fileAnswer(21, WireBytes().u32(4).wide(u"AB"))("FileName") == "\"AB\"");
    CHECK(
        fileAnswer(28, WireBytes().u64(9).u16(2).u8(1).u8(2).u8(3).zeros(3))("CompressionFormat")
        == "COMPRESSION_FORMAT_LZNT1 (2)");
    CHECK(
        fileAnswer(35, WireBytes().u32(0x400).u32(kSymlinkTag))("ReparseTag")
        == "IO_REPARSE_TAG_SYMLINK (0xa000000c)");
    CHECK(
        fileAnswer(59, WireBytes().u64(3).u64(4).u64(0))("VolumeSerialNumber")
        == "0x0000000000000003");
    const Told unknown = fileAnswer(99, WireBytes().u64(3));
    CHECK(unknown("Buffer") == "99, 8 bytes");
    const Told unasked({ answer(QueryInfo, WireBytes().u64(3)) });
    CHECK(unasked("Buffer") == "8 bytes; the request that says what they are is not recorded");
}

TEST_CASE("what is set on a file is told", "[traces][smb2]")
{
    const WireBytes rename = WireBytes().u8(1).zeros(7).u64(0).u32(6).wide(u"new");
    for (const unsigned infoClass : { 10u, 11u }) {
        const Told told({ setInfo(1, infoClass, rename) });
        CHECK(told.isRight());
        CHECK(told("ReplaceIfExists") == "TRUE (1)");
        CHECK(told("FileName") == "\"new\"");
    }
    const WireBytes renameEx = WireBytes().u32(3).u32(0).u64(0).u32(6).wide(u"new");
    CHECK(
        Told({ setInfo(1, 65, renameEx) })("Flags", "FileRenameInformationEx (65)")
        == "FILE_RENAME_REPLACE_IF_EXISTS | FILE_RENAME_POSIX_SEMANTICS");
    CHECK(Told({ setInfo(1, 13, WireBytes().u8(1)) })("DeletePending") == "TRUE (1)");
    CHECK(
        Told({ setInfo(1, 64, WireBytes().u32(1)) })("Flags", "FileDispositionInformationEx (64)")
        == "FILE_DISPOSITION_DELETE");
    CHECK(Told({ setInfo(1, 19, WireBytes().u64(7)) })("AllocationSize") == "7");
    CHECK(Told({ setInfo(1, 20, WireBytes().u64(8)) })("EndOfFile") == "8");
    CHECK(Told({ setInfo(1, 39, WireBytes().u64(9)) })("ValidDataLength") == "9");
}

TEST_CASE("what a file system says about itself is told in every class", "[traces][smb2]")
{
    const WireBytes volume = WireBytes().u64(kTime).u32(0xABCD).u32(6).u8(1).u8(0).wide(u"LAB");
    CHECK(volumeAnswer(1, volume)("VolumeLabel") == "\"LAB\"");
    CHECK(volumeAnswer(2, WireBytes().u32(6).wide(u"LAB"))("VolumeLabel") == "\"LAB\"");
    CHECK(volumeAnswer(3, WireBytes().u64(1).u64(2).u32(8).u32(512))("BytesPerSector") == "512");
    CHECK(volumeAnswer(4, WireBytes().u32(7).u32(0x10))("DeviceType") == "FILE_DEVICE_DISK (7)");
    CHECK(
        volumeAnswer(5, WireBytes().u32(0x40003).u32(255).u32(8).wide(u"NTFS"))(
            "FileSystemAttributes")
        == "FILE_CASE_SENSITIVE_SEARCH | FILE_CASE_PRESERVED_NAMES | FILE_NAMED_STREAMS");
    CHECK(
        volumeAnswer(6, WireBytes().zeros(40).u32(2).u32(0))("FileSystemControlFlags")
        == "FILE_VC_QUOTA_ENFORCE");
    CHECK(
        volumeAnswer(7, WireBytes().u64(1).u64(2).u64(3).u32(8).u32(512))(
            "ActualAvailableAllocationUnits")
        == "3");
    CHECK(volumeAnswer(8, WireBytes().zeros(64)).isRight());
    CHECK(
        volumeAnswer(11, WireBytes().u32(512).u32(4096).u32(4096).u32(4096).u32(3).u32(0).u32(0))(
            "Flags", "FileFsSectorSizeInformation (11)")
        == "SSINFO_FLAGS_ALIGNED_DEVICE | SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE");
}

TEST_CASE("tshark reads the same out of made entries of directories", "[traces][smb2]")
{
    if (std::system("command -v tshark >/dev/null && command -v text2pcap >/dev/null") != 0) {
        WARN("skipped: tshark is not installed");
        return;
    }
    const std::string text = test::temporaryPath("units.txt");
    std::string expected;
    {
        std::ofstream file(text);
        const auto write = [&](char direction, const std::vector<std::byte>& unit) {
            file << direction << "\n000000";
            for (const std::byte byte : unit) {
                file << fmt::format(" {:02x}", unsigned(byte));
            }
            file << "\n";
        };
        std::uint64_t id = 0;
        for (const EntryKind& kind : kEntryKinds) {
            if (kind.infoClass == 50 || kind.infoClass >= 60) {
                continue; // which this tshark does not know
            }
            ++id;
            WireBytes question;
            question.u16(33).u8(kind.infoClass).u8(0).u32(0).u64(1).u64(2).u16(96).u16(2);
            question.u32(4096).wide(u"*");
            write('O', wireUnit({ { QueryDirectory, false, 0, question, id } }));
            WireMessage answered = directoryAnswer(kind);
            answered.messageId = id;
            write('I', wireUnit({ answered }));
            const Told told({ answered }, { 1, std::uint8_t(kind.infoClass) });
            const auto twice = [&](char part, const char* field) {
                const bool has = kind.parts.find(part) != kind.parts.npos;
                return has ? told(field) + "," + told(field) : std::string();
            };
            expected += fmt::format(
                "first.txt,second {} {} {}\n", twice('t', "EndOfFile"), twice('e', "EaSize"),
                twice('i', "FileId"));
        }
    }
    const std::string pcap = test::temporaryPath("units.pcap");
    const std::string make = "text2pcap -q -D -T 1445,445 " + text + " " + pcap + " 2>/dev/null";
    REQUIRE(std::system(make.c_str()) == 0);
    const std::string command = "HOME=/nonexistent tshark -r " + pcap
        + " -Y 'smb2.flags.response == 1' -T fields -E separator=/s -e smb2.filename -e smb2.eof"
          " -e smb2.ea_size -e smb2.file_id 2>/dev/null";
    std::FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string found;
    std::array<char, 4096> buffer;
    for (std::size_t got; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) != 0;) {
        found.append(buffer.data(), got);
    }
    pclose(pipe);
    CHECK(found == expected);
}
