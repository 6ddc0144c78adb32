// What the reading commands make of a real recording: the first lab, run here.
#include "tests/support/synthetic.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace rdrlab;

namespace {

std::string outputOf(const std::string& command)
{
    const std::string path = test::temporaryPath("recorded.out");
    REQUIRE(std::system((command + " >" + path).c_str()) == 0);
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

bool holdsPointer(const std::string& text)
{
    for (std::size_t at = 0; (at = text.find("0x", at)) != std::string::npos; at += 2) {
        const std::size_t end = text.find_first_not_of("0123456789abcdef", at + 2);
        if (std::min(end, text.size()) - at - 2 >= 11) {
            return true;
        }
    }
    return false;
}

std::string recordLab(const std::string& name)
{
    const std::string trace = test::temporaryPath(name);
    outputOf(
        std::string(RDRLAB_PROGRAM)
        + " run " RDRLAB_LABS "/01-first-open/scenario.lua --driver " RDRLAB_DRIVER
        + std::string(" --trace ") + trace);
    return trace;
}

} // namespace

TEST_CASE(
    "two runs of one scenario and seed give the same dump and the same tree", "[cli][recorded]")
{
    const std::string program = RDRLAB_PROGRAM;
    const std::string first = recordLab("first.rdrtrace");
    const std::string dump = outputOf(program + " show " + first);
    CHECK(dump.size() > 10'000);
    CHECK(dump == outputOf(program + " show " + recordLab("second.rdrtrace")));
    // No pointer of this machine: those have eleven digits or more.
    CHECK_FALSE(holdsPointer(dump));
}

TEST_CASE("the tree of the first open tells the story of every calldown", "[cli][recorded]")
{
    const std::string tree
        = outputOf(std::string(RDRLAB_PROGRAM) + " show --tree " + recordLab("story.rdrtrace"));
    std::size_t at = 0;
    for (const char* next : { "NtCreateFile",
                              "QUERY_PATH_EX",
                              "+ SRV_CALL \\lab",
                              "MRxCreateSrvCall",
                              "SMB2 NEGOTIATE",
                              "MRxSrvCallWinnerNotify",
                              "+ NET_ROOT \\lab\\public",
                              "MRxCreateVNetRoot",
                              "SMB2 SESSION_SETUP",
                              "+ FCB \\lab\\public\\readme.txt",
                              "+ SRV_OPEN#1",
                              "MRxCreate ",
                              "SMB2 CREATE",
                              "+ FOBX#1",
                              "FILE_OPENED",
                              "NtReadFile",
                              "SMB2 READ",
                              "39 bytes",
                              "NtClose",
                              "MRxCleanupFobx" }) {
        INFO(next << " in\n" << tree);
        at = tree.find(next, at);
        REQUIRE(at != std::string::npos);
    }
}

TEST_CASE("tshark finds no fault in the packets of a real recording", "[cli][recorded][pcapng]")
{
    if (std::system("command -v tshark >/dev/null 2>&1") != 0) {
        WARN("skipped: tshark is not installed");
        return;
    }
    const std::string file = test::temporaryPath("lab.pcapng");
    outputOf(
        std::string(RDRLAB_PROGRAM) + " export --to pcapng -o " + file + " "
        + recordLab("wire.rdrtrace"));
    const std::string tshark = "HOME=/nonexistent tshark -2 -r " + file + " 2>/dev/null ";
    CHECK(outputOf(tshark + "-Y '_ws.malformed || tcp.analysis.flags'").empty());
    CHECK(outputOf(tshark + "-Y 'smb2.flags.response == 0 && !smb2.response_in'").empty());
    const std::string answers = outputOf(tshark + "-Y 'smb2.response_to'");
    CHECK(std::count(answers.begin(), answers.end(), '\n') >= 6);
}

TEST_CASE("an IRP's stack tells what each driver was asked for", "[cli][recorded][irp]")
{
    const std::string program = RDRLAB_PROGRAM;
    const std::string trace = recordLab("irp.rdrtrace");
    const auto has = [](const std::string& text, const std::string& part) {
        INFO(part << "\n" << text);
        CHECK(text.find(part) != std::string::npos);
    };
    const std::string list = outputOf(program + " irp " + trace);
    has(list, "IRP_MJ_READ                      STATUS_SUCCESS  \\Device\\Mup → ");
    has(list, "not sent to any driver");
    // The read of the application, by its number, by its RX_CONTEXT and by an event of it.
    std::size_t read = list.find("IRP_MJ_READ");
    read = list.rfind('\n', read) + 1;
    const std::string name = list.substr(read, list.find(' ', read) - read);
    const std::string stack = outputOf(program + " irp " + trace + " '" + name + "'");
    CHECK(stack.starts_with(name + "   born #"));
    has(stack, "MinorFunction                     IRP_MN_NORMAL");
    has(stack, "Parameters.Read\n    Length ");
    has(stack, "ByteOffset                      0\n");
    has(stack, "IoStatus.Information              39\n");
    has(stack, "the same location: the driver above skipped it");
    const std::size_t context = stack.find("RX_CONTEXT#");
    REQUIRE(context != std::string::npos);
    CHECK(
        outputOf(
            program + " irp " + trace + " '"
            + stack.substr(context, stack.find('\n', context) - context) + "'")
        == stack);
    const std::size_t sent = stack.find("sent  ");
    const std::size_t number = stack.find('#', sent) + 1;
    const std::string event = stack.substr(number, stack.find(' ', number) - number);
    CHECK(outputOf(program + " irp " + trace + " " + event) == stack);
    // While the lower driver has it.
    const std::string then = outputOf(program + " irp " + trace + " " + event + " --at " + event);
    has(then, "has it now");
    has(then, "not sent yet");
    // Whoever sends an IRP on and waits for it is told by name; no pointer of this machine.
    const std::string json = outputOf(program + " irp " + trace + " --json");
    has(json, "\"CompletionRoutine\":\"MuppCreateCompleted\",\"Context\":true");
    has(json, "\"IoControlCode\":\"IOCTL_REDIR_QUERY_PATH_EX\",\"Type3InputBuffer\":\"present\"");
    has(json, "\"Disposition\":\"FILE_OPEN\"");
    CHECK_FALSE(holdsPointer(json));
    CHECK(json == outputOf(program + " irp " + recordLab("irpagain.rdrtrace") + " --json"));
    const std::string rows
        = outputOf(program + " sql " + trace + " 'SELECT * FROM stack_locations'");
    CHECK(rows.size() > 1000);
    CHECK(
        rows
        == outputOf(
            program + " sql " + recordLab("rows.rdrtrace") + " 'SELECT * FROM stack_locations'"));
}
