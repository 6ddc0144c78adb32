// Compares our kernel headers with mingw-w64's: the same table of sizes, offsets and values is
// compiled with both, and theirs is read back from the compiler's assembler output, so that nothing
// has to run.
#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

extern "C" const unsigned rdrLayoutNumbers[];
extern "C" const unsigned rdrValueNumbers[];

namespace {

const char* const kLayoutNames[] = {
#define S(Type) "sizeof(" #Type ")",
#define M(Type, Member) #Type "." #Member,
#include "layout.def"
#undef S
#undef M
};

const char* const kValueNames[] = {
#define V(Name) #Name,
#include "values.def"
#undef V
};

struct Run
{
    int status;
    std::string output;
};

Run run(const std::string& command)
{
    std::string output;
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    char buffer[4096];
    size_t got = 0;
    while ((got = fread(buffer, 1, sizeof buffer, pipe)) != 0) {
        output.append(buffer, got);
    }
    return { pclose(pipe), output };
}

std::map<std::string, std::vector<unsigned>> readTables(const std::string& assembler)
{
    std::map<std::string, std::vector<unsigned>> tables;
    std::vector<unsigned>* current = nullptr;
    std::istringstream lines(assembler);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line[0] != '\t' && line[0] != ' ' && line.back() == ':') {
            current = &tables[line.substr(0, line.size() - 1)];
        } else if (auto at = line.find(".long"); at != std::string::npos && current != nullptr) {
            current->push_back(
                static_cast<unsigned>(std::strtoll(line.c_str() + at + 5, nullptr, 10)));
        }
    }
    return tables;
}

const std::string kNtFlags
    = "-fshort-wchar -fms-extensions -ffreestanding -Wall -Wextra -Werror -Wno-multichar "
      "-Wno-unused-parameter -Wno-microsoft -Wno-unknown-warning-option "
      "-I" RDR_SOURCE_DIR "/engine/ddk/nt -I" RDR_SOURCE_DIR "/engine/ddk/rx ";
const std::string kWitnessFlags
    = "-w -fms-extensions -D_WIN32_WINNT=0x0A00 -DNTDDI_VERSION=0x0A000004 -I" RDR_MINGW_DDK " ";

bool present(const std::string& program)
{
    return run("command -v " + program).status == 0;
}

} // namespace

TEST_CASE("structures and constants equal those of the witness headers", "[ddk]")
{
    if (!present("x86_64-w64-mingw32-gcc")) {
        WARN("skipped: no x86_64-w64-mingw32-gcc");
        return;
    }
    const Run compiled = run(
        "x86_64-w64-mingw32-gcc -std=gnu11 " + kWitnessFlags
        + "-I" RDR_SOURCE_DIR "/tests/ddk -S -o - " RDR_SOURCE_DIR "/tests/ddk/layouttable.c");
    INFO(compiled.output.substr(0, 2000));
    REQUIRE(compiled.status == 0);
    auto tables = readTables(compiled.output);
    const auto& layout = tables["rdrLayoutNumbers"];
    const auto& values = tables["rdrValueNumbers"];
    REQUIRE(layout.size() == std::size(kLayoutNames));
    REQUIRE(values.size() == std::size(kValueNames));

    // The witness leaves out DEVICE_OBJECT's alignment of 16 and the last member (Windows 8) of the
    // advanced header.
    const std::map<std::string, unsigned> ours
        = { { "sizeof(DEVICE_OBJECT)", 336 }, { "sizeof(FSRTL_ADVANCED_FCB_HEADER)", 0x60 } };
    for (size_t i = 0; i < layout.size(); ++i) {
        const std::string name = kLayoutNames[i];
        const auto differs = ours.find(name);
        INFO(name);
        CHECK(rdrLayoutNumbers[i] - 1 == (differs != ours.end() ? differs->second : layout[i] - 1));
    }
    for (size_t i = 0; i < values.size(); ++i) {
        INFO(kValueNames[i]);
        CHECK(rdrValueNumbers[i] == values[i]);
    }
}

TEST_CASE(
    "the headers compile without a warning as C11, C++17 and C++20 with each compiler", "[ddk]")
{
    const std::string file = RDR_SOURCE_DIR "/tests/ddk/surface_test.c";
    for (const char* compiler :
         { "gcc -x c -std=c11", "clang -x c -std=c11", "g++ -x c++ -std=c++17",
           "g++ -x c++ -std=c++20", "clang++ -x c++ -std=c++17", "clang++ -x c++ -std=c++20" }) {
        const std::string text = compiler;
        if (!present(text.substr(0, text.find(' ')))) {
            WARN("skipped: " << text);
            continue;
        }
        for (const char* as : { "", "-DMINIRDR__NAME=TEST ", "-DDBG=1 " }) {
            const Run compiled = run(text + " " + kNtFlags + as + "-fsyntax-only " + file);
            INFO(text << " " << as << "\n" << compiled.output.substr(0, 2000));
            CHECK(compiled.status == 0);
        }
    }
}

TEST_CASE(
    "the redirector headers compile against the witness headers for both processors, in C and C++",
    "[ddk]")
{
    const std::string file = RDR_SOURCE_DIR "/tests/ddk/realkernel_test.c";
    for (const char* target : { "x86_64", "i686" }) {
        const std::string compiler = std::string(target) + "-w64-mingw32-gcc";
        if (!present(compiler)) {
            WARN("skipped: no " << compiler);
            continue;
        }
        for (const char* language :
             { " -x c -std=gnu11 ",
               " -x c++ -std=gnu++20 -D__INTRINSIC_DEFINED_InterlockedBitTestAndSet"
               " -D__INTRINSIC_DEFINED_InterlockedBitTestAndReset " }) {
            const Run compiled = run(
                compiler + language + "-fsyntax-only -Wno-multichar " + kWitnessFlags
                + "-I" RDR_SOURCE_DIR "/engine/ddk/rx " + file);
            INFO(compiled.output.substr(0, 2000));
            CHECK(compiled.status == 0);
        }
    }
}

TEST_CASE("the headers live beside the standard library in host files", "[ddk]")
{
    for (const char* compiler : { "g++", "clang++" }) {
        if (!present(compiler)) {
            WARN("skipped: no " << compiler);
            continue;
        }
        for (const char* order : { "", "-DRDR_LIBRARY_FIRST=1 " }) {
            const Run compiled = run(
                std::string(compiler)
                + " -std=c++20 -DRDRLAB_NT_HOST=1 -fshort-wchar -fms-extensions -Wall "
                  "-Wextra -Werror -Wno-multichar -Wno-microsoft -I" RDR_SOURCE_DIR
                  "/engine/ddk/nt "
                  "-I" RDR_SOURCE_DIR "/engine/ddk/rx "
                + order + "-fsyntax-only " RDR_SOURCE_DIR "/tests/ddk/hostmix_test.cpp");
            INFO(compiled.output.substr(0, 2000));
            CHECK(compiled.status == 0);
        }
    }
}
