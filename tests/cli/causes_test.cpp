// why, leaks, spans and waits on recordings made here.
#include "tests/cli/program.h"

#include <nlohmann/json.hpp>

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

// Two threads, each with a lock that the other wants, and an object whose reference is forgotten.
std::string deadlockTrace(const std::string& name)
{
    const std::string path = temporaryPath(name);
    auto recorder = recordTo(path);
    sched::Context context;
    recorder->setContext(&context);
    recorder->process(8, "writer");
    recorder->thread(12, 8, "main");
    recorder->process(16, "reader");
    recorder->thread(20, 16, "main");
    const auto on = [&](std::uint32_t process, std::uint32_t thread) {
        context.processId = process;
        context.threadId = thread;
        context.nowNs += 1000;
    };
    const auto kernel
        = [&](trace::EventKind kind, const char* what, const void* lock, unsigned of) {
              recorder->event(trace::Layer::Kernel, kind, what, lock, 0, of);
          };
    int first = 0;
    int second = 0;
    int fcb = 0;
    recorder->born(recorder::ObjectKind::Fcb, &fcb, 0, "\\lab\\a", nullptr);
    recorder->born(recorder::ObjectKind::Resource, &first, 0, "\\lab\\a", &fcb);
    recorder->born(recorder::ObjectKind::Resource, &second, 0, "\\lab\\b", nullptr);
    on(8, 12);
    recorder->begin(trace::Layer::App, "NtWriteFile", &fcb);
    recorder->reference(&fcb, 1, 1, "RxpForgetful");
    kernel(trace::EventKind::Lock, "ExAcquireResourceExclusiveLite", &first, 1);
    on(16, 20);
    recorder->begin(trace::Layer::App, "NtReadFile", &fcb);
    kernel(trace::EventKind::Lock, "ExAcquireResourceExclusiveLite", &second, 1);
    kernel(trace::EventKind::Wait, "ERESOURCE shared", &first, 12);
    on(8, 12);
    const auto inner = recorder->begin(trace::Layer::Mrx, "MRxCreate", &fcb);
    recorder->end(inner, 0, 0);
    kernel(trace::EventKind::Wait, "ERESOURCE exclusive", &second, 20);
    on(0, 0);
    recorder->note(trace::Layer::Kernel, "the run stands still");
    REQUIRE(recorder->finish());
    return path;
}

} // namespace

TEST_CASE("waits shows a deadlock as a ring, with exit status 1", "[cli][golden][causes]")
{
    const std::string path = deadlockTrace("deadlock.rdrtrace");
    const Outcome found = run("waits " + path);
    CHECK(found.status == 1);
    CHECK(found.errors.empty());
    checkGolden("deadlock.waits", found.output);
    const auto json = nlohmann::json::parse(run("waits --json " + path).output);
    CHECK(json["deadlocks"] == nlohmann::json::array({ { 12, 20 } }));
    CHECK(json["threads"].size() == 2);
    const Outcome before = run("waits --at 5 " + path);
    CHECK(before.status == 0);
    CHECK(before.output.find("DEADLOCK") == std::string::npos);
}

TEST_CASE("spans shows requests and where their time went", "[cli][golden][causes]")
{
    const std::string path = firstOpenTrace("spans.rdrtrace");
    const Outcome list = run("spans " + path);
    CHECK(list.status == 0);
    checkGolden("first-open.spans", list.output);
    const Outcome tree = run("spans " + path + " --request RX_CONTEXT#1");
    CHECK(tree.status == 0);
    checkGolden("first-open.request", tree.output);
    CHECK(run("spans " + path + " --request '#2'").output == tree.output);
    const auto json = nlohmann::json::parse(run("spans --json " + path).output);
    REQUIRE(json.size() == 3);
    std::uint64_t sum = 0;
    for (const auto& [kind, ns] : json[0]["time"].items()) {
        sum += ns.get<std::uint64_t>();
    }
    CHECK(sum == json[0]["duration"]);
    CHECK(
        nlohmann::json::parse(run("spans --json --request 2 " + path).output)["calls"].size() > 4);
    CHECK(nlohmann::json::parse(run("spans --json --from 99999 " + path).output).empty());
    const Outcome slow = run("spans --slowest 1 " + path);
    CHECK(slow.output.find("NtCreateFile") != std::string::npos);
    CHECK(slow.output.find("1 requests") != std::string::npos);
    for (const char* wrong : { "--request 1", "--request nobody", "--request 'SRV_CALL:\\lab'" }) {
        const Outcome refused = run("spans " + path + " " + wrong);
        INFO(wrong);
        CHECK(refused.status == 1);
        CHECK(isOneLine(refused.errors));
    }
    CHECK(run("spans " + path + " --from 5 --to 3").status == 2);
}

TEST_CASE("why names holders and paths, leaks what was forgotten", "[cli][golden][causes]")
{
    const std::string open = firstOpenTrace("why.rdrtrace");
    const Outcome held = run("why " + open + " 'SRV_CALL:\\lab' --all");
    CHECK(held.status == 0);
    checkGolden("first-open.why", held.output);
    const auto json = nlohmann::json::parse(run("why --json " + open + " '\\lab'").output);
    CHECK(json["references"] == 2);
    CHECK(json["holds"].size() == 2);
    const Outcome dead = run("why " + open + " FOBX#1");
    CHECK(dead.status == 0);
    CHECK(dead.output.find("not alive, it died") != std::string::npos);
    CHECK(run("why " + open + " FOBX#1 --at 1").output.find("not born") != std::string::npos);
    CHECK(isOneLine(run("why " + open + " nobody").errors));

    const std::string path = deadlockTrace("leak.rdrtrace");
    // The write is still under way: its reference is no leak yet.
    CHECK(run("leaks " + path).status == 0);
    const std::string forgotten = temporaryPath("forgotten.rdrtrace");
    {
        auto recorder = recordTo(forgotten);
        sched::Context context;
        recorder->setContext(&context);
        context.processId = 8;
        context.threadId = 12;
        recorder->process(8, "app");
        recorder->thread(12, 8, "main");
        int fcb = 0;
        recorder->born(recorder::ObjectKind::Fcb, &fcb, 0, "\\lab\\a", nullptr);
        const auto call = recorder->begin(trace::Layer::App, "NtQueryInformationFile", nullptr);
        recorder->reference(&fcb, 1, 1, "RxpForgetful");
        recorder->end(call, 0, 0);
        REQUIRE(recorder->finish());
    }
    const Outcome leak = run("leaks " + forgotten);
    CHECK(leak.status == 1);
    checkGolden("forgotten.leaks", leak.output);
    const auto leaks = nlohmann::json::parse(run("leaks --json " + forgotten).output);
    REQUIRE(leaks["leaks"].size() == 1);
    CHECK(leaks["leaks"][0]["reason"] == "RxpForgetful");
    CHECK(leaks["alive"][0]["rooted"] == false);
}

TEST_CASE("explain tells what a name means and where to read on", "[cli][causes]")
{
    const Outcome pending = run("explain STATUS_PENDING");
    CHECK(pending.status == 0);
    CHECK(pending.output.starts_with("STATUS_PENDING  status\n  The request is accepted"));
    CHECK(pending.output.find("see: [MS-ERREF]") != std::string::npos);
    const auto routine = nlohmann::json::parse(run("explain mrxcreate --json").output);
    CHECK(routine["name"] == "MRxCreate");
    CHECK(routine["page"].get<std::string>().starts_with("MRxCreate"));
    CHECK(nlohmann::json::parse(run("explain --list --json").output).size() > 450);
    const Outcome unknown = run("explain STATUS_OBJECT");
    CHECK(unknown.status == 1);
    CHECK(isOneLine(unknown.errors));
    CHECK(unknown.errors.find("STATUS_OBJECT_NAME_NOT_FOUND") != std::string::npos);
    CHECK(run("explain").status == 2);

    const Outcome german = run("explain STATUS_PENDING --language de");
    CHECK(german.status == 0);
    CHECK(german.output.starts_with("STATUS_PENDING  Status\n  Die Anfrage ist angenommen"));
    CHECK(german.output.find("siehe: [MS-ERREF]") != std::string::npos);
    const auto structure = nlohmann::json::parse(run("explain --language de --json fcb").output);
    CHECK(structure["name"] == "FCB");
    CHECK(structure["kind"] == "Struktur");
    CHECK(structure["page"].get<std::string>().starts_with("Die Struktur FCB"));
    const auto all = nlohmann::json::parse(run("explain --list --json --language de").output);
    CHECK(all.size() == nlohmann::json::parse(run("explain --list --json").output).size());
    const Outcome foreign = run("explain FCB --language fr");
    CHECK(foreign.status == 2);
    CHECK(foreign.errors.find("--language") != std::string::npos);
}
