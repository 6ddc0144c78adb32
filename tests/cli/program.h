// Runs the program as a person would, for tests of its commands.
#pragma once

#include "tests/support/synthetic.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/wait.h>

namespace rdrlab::test {

struct Outcome
{
    int status = -1;
    std::string output;
    std::string errors;
};

inline std::string contentOf(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline Outcome run(const std::string& arguments)
{
    const std::string out = temporaryPath("out");
    const std::string err = temporaryPath("err");
    const int status = std::system(
        (std::string(RDRLAB_PROGRAM) + " </dev/null " + arguments + " >" + out + " 2>" + err)
            .c_str());
    return { WIFEXITED(status) ? WEXITSTATUS(status) : -1, contentOf(out), contentOf(err) };
}

inline bool isOneLine(const std::string& text)
{
    return text.starts_with("rdrlab: ") && text.find('\n') == text.size() - 1;
}

inline void replaceAll(std::string& text, const std::string& what, const std::string& with)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
        text.replace(at, what.size(), with);
    }
}

// Compares with a file in golden/; RDRLAB_UPDATE_GOLDEN=1 writes it anew.
inline void checkGolden(const std::string& name, const std::string& text)
{
    const std::string path = std::string(RDRLAB_GOLDEN) + "/" + name;
    if (std::getenv("RDRLAB_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
    }
    CHECK(text == contentOf(path));
}

} // namespace rdrlab::test
