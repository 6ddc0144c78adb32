// The committed traces: each is still what its command makes, and every lab has one.
#include "traces/store/reader.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

using namespace rdrlab;
namespace fs = std::filesystem;

namespace {

const fs::path kRoot = RDRLAB_SOURCE;
const fs::path kSamples = kRoot / "traces" / "samples";

struct Sample
{
    std::string name;
    std::string scenario;
    std::string arguments; // of rdrlab run, but for the trace
};

class Folder
{
public:
    Folder()
    {
        std::string pattern = (fs::temp_directory_path() / "rdrlab-samples-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        m_path = pattern;
    }
    ~Folder()
    {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    std::string operator/(const std::string& name) const { return (m_path / name).string(); }

private:
    fs::path m_path;
};

std::string textOf(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The page is what people copy the commands from, so the test takes them from there too.
std::vector<Sample> samples()
{
    std::vector<Sample> found;
    std::istringstream page(textOf(kSamples / "MADE.md"));
    const std::string run = "`rdrlab run ";
    const std::string trace = " --trace traces/samples/";
    const std::string end = ".rdrtrace` |";
    for (std::string line; std::getline(page, line);) {
        const std::size_t command = line.find(run);
        const std::size_t to = line.find(trace);
        if (command == line.npos || to == line.npos || !line.ends_with(end)) {
            continue;
        }
        Sample sample;
        sample.name = line.substr(2, line.find(' ', 2) - 2);
        sample.arguments = line.substr(command + run.size(), to - command - run.size());
        sample.scenario = sample.arguments.substr(0, sample.arguments.find(' '));
        INFO(line);
        CHECK(line.substr(to + trace.size()) == sample.name + end);
        found.push_back(sample);
    }
    REQUIRE_FALSE(found.empty());
    return found;
}

bool run(const std::string& arguments)
{
    return std::system(("cd " + kRoot.string() + " && " RDRLAB_PROGRAM " " + arguments).c_str())
        == 0;
}

} // namespace

TEST_CASE("each sample trace is what its command makes today", "[samples][golden]")
{
    const Folder folder;
    for (const Sample& sample : samples()) {
        INFO(
            sample.name << ": if the change is meant, run traces/samples/make.sh " << sample.name
                        << " and commit the trace");
        const std::string again = folder / "again.rdrtrace";
        REQUIRE(run("run " + sample.arguments + " -q --trace " + again + " >/dev/null"));
        const fs::path kept = kSamples / (sample.name + ".rdrtrace");
        REQUIRE(run("show " + kept.string() + " >" + (folder / "kept.txt")));
        REQUIRE(run("show " + again + " >" + (folder / "again.txt")));
        const std::string dump = textOf(folder / "kept.txt");
        CHECK(dump.size() > 10'000);
        // Not in CHECK's words: a failure would print megabytes.
        const bool isSame = dump == textOf(folder / "again.txt");
        CHECK(isSame);
    }
}

TEST_CASE("each sample trace keeps what the format promises", "[samples]")
{
    for (const Sample& sample : samples()) {
        INFO(sample.name << ": see rdrlab check");
        CHECK(run("check " + (kSamples / (sample.name + ".rdrtrace")).string() + " >/dev/null"));
    }
}

TEST_CASE("every lab has a sample trace, and every sample trace a command", "[samples]")
{
    std::vector<std::string> scenarios;
    std::vector<std::string> names;
    for (const Sample& sample : samples()) {
        scenarios.push_back(sample.scenario);
        names.push_back(sample.name + ".rdrtrace");
    }
    const auto holds = [](const std::vector<std::string>& list, const std::string& wanted) {
        return std::find(list.begin(), list.end(), wanted) != list.end();
    };
    for (const auto& entry : fs::directory_iterator(kRoot / "labs")) {
        const fs::path scenario = fs::relative(entry.path() / "scenario.lua", kRoot);
        INFO(scenario.string());
        CHECK((!fs::exists(kRoot / scenario) || holds(scenarios, scenario.string())));
    }
    for (const auto& entry : fs::directory_iterator(kSamples)) {
        INFO(entry.path().string());
        CHECK(
            (entry.path().extension() != ".rdrtrace"
             || holds(names, entry.path().filename().string())));
    }
}

TEST_CASE("the sample traces are whole, and small enough for a repository", "[samples]")
{
    std::uintmax_t bytes = 0;
    for (const Sample& sample : samples()) {
        const fs::path path = kSamples / (sample.name + ".rdrtrace");
        bytes += fs::file_size(path);
        std::string error;
        const auto reader = trace::Reader::open(path.string(), error);
        INFO(sample.name << ": " << error);
        REQUIRE(reader != nullptr);
        CHECK(reader->isComplete());
        CHECK(reader->meta("result") == "ok");
        CHECK(reader->meta("scenario") == sample.scenario);
    }
    CHECK(bytes < 8u << 20);
}
