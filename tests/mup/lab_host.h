// lab_host.h - a machine with make-believe redirectors, for the tests of MUP.
//
//      Lab lab;
//      FakeRedirector& a = lab.redirector("A", Model::Extended).claims(R"(\lab\public)");
//      CHECK(lab.open(R"(\\lab\public\readme.txt)") == STATUS_SUCCESS);
//      CHECK(a.queries.size() == 1);
//
// The redirectors are drivers of the real I/O manager; what they record is read between runs.
#pragma once

#include <ntifs.h>

#include "engine/mup/mup.h"
#include "engine/ntos/inc/iop.h"
#include "engine/ntos/world_host.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rdrlab::test {

std::u16string wide(const std::string& text);
std::string narrow(PCUNICODE_STRING text);

/// A UNICODE_STRING with its own characters.
class Name
{
public:
    explicit Name(const std::string& text);
    PUNICODE_STRING get() { return &m_string; }

private:
    std::u16string m_text;
    UNICODE_STRING m_string;
};

enum class Model
{
    Extended,
    Legacy
};

/// One query-path request as the redirector saw it.
struct Query
{
    uint32_t code = 0;
    std::string path;
    uint32_t inputLength = 0;
    uint32_t outputLength = 0;
    bool kernelMode = false;
    bool separateBuffers = false;
    bool hasSecurityContext = false;
    uint16_t pathBytes = 0;
};

/// One request on a file.
struct Seen
{
    uint8_t major = 0;
    std::string name;
};

class FakeRedirector
{
public:
    /// Answers for names that begin with prefix: claims that prefix.
    FakeRedirector& claims(const std::string& prefix);
    /// Answers for names that begin with prefix: refuses with status.
    FakeRedirector& refuses(const std::string& prefix, NTSTATUS status);

    size_t count(uint8_t major) const;

    std::vector<Query> queries;
    std::vector<Seen> seen;
    NTSTATUS defaultAnswer = STATUS_BAD_NETWORK_PATH;
    NTSTATUS createAnswer = STATUS_SUCCESS;
    bool pends = false; // completes creates and queries later, on a worker thread
    bool scribbles = false; // breaks the rule: writes into the request it was given
    uint32_t claimBytes = 0; // when not 0: what it writes into LengthAccepted

    std::string deviceName;
    PDEVICE_OBJECT device = nullptr;
    HANDLE handle = nullptr;
    NTSTATUS registration = STATUS_UNSUCCESSFUL;

private:
    friend class Lab;
    friend NTSTATUS fakeDispatch(PDEVICE_OBJECT device, PIRP irp);
    NTSTATUS answer(PIRP irp);
    NTSTATUS query(PIRP irp);

    Model m_model = Model::Extended;
    PDRIVER_OBJECT m_driver = nullptr;
    std::vector<std::pair<std::string, NTSTATUS>> m_rules;
};

class Lab
{
public:
    explicit Lab(bool profile2003 = false);
    ~Lab();

    FakeRedirector& redirector(const std::string& name, Model model = Model::Extended);
    void remove(FakeRedirector& redirector);

    /// ProviderOrder, and the service key of each redirector that is named.
    void order(const std::string& commaSeparated);
    void parameter(const std::string& name, uint32_t value);

    /// Opens and closes a name in an application: \\server\share\x or an NT path.
    NTSTATUS open(const std::string& name);
    /// Opens a name in an application and runs body with the handle before it is closed.
    NTSTATUS openThen(const std::string& name, std::function<void(HANDLE)> body);
    /// Runs on a system thread.
    void asSystem(std::function<void()> body);

    void passSeconds(uint64_t seconds);
    MUP_COUNTERS counters();
    std::vector<std::string> prefixes();

    ntos::World world;
    ntos::RunResult last;

private:
    std::map<std::string, std::unique_ptr<FakeRedirector>> m_redirectors;
};

} // namespace rdrlab::test
