// lab_host.h - a machine with one scriptable redirector on it, for the tests of rdbss.
//
//      Lab lab;                                             booted, registered and started by an
//      administrator's program lab.server.files["\\a.txt"] = "hello"; lab.app([&](App& app) {
//          File f = app.open(R"(\lab\public\a.txt)");
//          CHECK(app.read(f, 0, 5) == "hello");
//          app.close(f);
//      });
//      CHECK(lab.rdr.calls() == "MRxCreateSrvCall MRxSrvCallWinnerNotify ...");
//
// The redirector is a real one: it is registered with RDBSS, reached through the I/O manager (and
// through MUP, if it provides UNC names), and writes down every call that RDBSS makes. A test
// replaces what a routine does with rdr.on("MRxCreate", ...).
#pragma once

#include <catch2/catch.hpp>

#include "engine/ntos/world_host.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <ntifs.h>
#include <rx.h>

#include "engine/ntos/inc/iop.h"
#include "engine/ntos/inc/ntcalls.h"

#ifndef STATUS_REDIRECTOR_STOPPED
#define STATUS_REDIRECTOR_STOPPED ((NTSTATUS)0xE0000001L)
#endif

namespace rdrlab::test {

constexpr ULONG kIoctlStart
    = CTL_CODE(FILE_DEVICE_NETWORK_FILE_SYSTEM, 0x900, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr ULONG kIoctlStop
    = CTL_CODE(FILE_DEVICE_NETWORK_FILE_SYSTEM, 0x901, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr ULONG kIoctlPing
    = CTL_CODE(FILE_DEVICE_NETWORK_FILE_SYSTEM, 0x902, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr ULONG kFsctlPing
    = CTL_CODE(FILE_DEVICE_NETWORK_FILE_SYSTEM, 0x903, METHOD_BUFFERED, FILE_ANY_ACCESS);

std::u16string wide(const std::string& text);
std::string narrow(PCUNICODE_STRING text);

class Name
{
public:
    explicit Name(const std::string& text);
    PUNICODE_STRING get() { return &m_string; }

private:
    std::u16string m_text;
    UNICODE_STRING m_string;
};

/// One call RDBSS made.
struct Call
{
    std::string name;
    std::string subject; // path, share or server it is about
    NTSTATUS status = STATUS_SUCCESS;
    bool inFsp = false;
    UCHAR major = 0xFF; // RxContext->MajorFunction
    BOOLEAN pendingReturned = FALSE;
    PETHREAD thread = nullptr;
    ULONG infoClass = 0;

    // the arguments, valid inside a handler
    PRX_CONTEXT rx = nullptr;
    PMRX_SRV_CALL srvCall = nullptr;
    PMRX_SRVCALL_CALLBACK_CONTEXT srvCallback = nullptr;
    PMRX_CREATENETROOT_CONTEXT netRootContext = nullptr;
    PMRX_SRV_OPEN srvOpen = nullptr;
    PMRX_FCB fcb = nullptr;
    PMRX_FCB otherFcb = nullptr;
    PVOID context = nullptr;
    PULONG newState = nullptr;
    PRX_CONNECTION_ID connectionId = nullptr;
    PUNICODE_STRING string = nullptr;
    PLARGE_INTEGER sizes[2] = { nullptr, nullptr };
    BOOLEAN flag = FALSE;
};

using Handler = std::function<NTSTATUS(Call&)>;

struct Rdr
{
    std::deque<Call> log;
    std::map<std::string, Handler> handlers;
    MINIRDR_DISPATCH dispatch {};
    PRDBSS_DEVICE_OBJECT device = nullptr;
    PDRIVER_OBJECT driver = nullptr;
    std::vector<NTSTATUS> stopStatuses; // what RxStopMinirdr answered, call by call
    std::vector<NTSTATUS> startStatuses;
    std::vector<bool> postToFsp; // what each of both told about posting
    std::vector<LUID> fsdUids; // RxContext->FsdUid when MRxDevFcbXXXControlFile was entered
    bool postConnects = false; // connecting pends and ends on a worker of the FSP

    void on(const std::string& routine, Handler handler) { handlers[routine] = std::move(handler); }
    /// The recorded routine names without those in ignore, one blank between them.
    std::string calls(const std::vector<std::string>& ignore = {}) const;
    size_t count(const std::string& routine) const;
    const Call* find(const std::string& routine, size_t nth = 0) const;
    /// Position of the first call of routine; SIZE_MAX when there is none.
    size_t position(const std::string& routine) const;
};

/// What the redirector's server has.
struct Server
{
    std::map<std::string, std::string> files;
    std::map<std::string, int> directories { { "\\", 0 }, { "\\dir", 0 } };
    ULONG bufferingFlags = 0; // SrvOpen->BufferingFlags of new opens
};

struct File
{
    HANDLE handle = nullptr;
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    ULONG_PTR information = 0;
    explicit operator bool() const { return NT_SUCCESS(status); }
};

struct Open
{
    ACCESS_MASK access = FILE_READ_DATA | FILE_WRITE_DATA | FILE_READ_ATTRIBUTES
        | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE;
    ULONG share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    ULONG disposition = FILE_OPEN;
    ULONG options = FILE_SYNCHRONOUS_IO_NONALERT;
    HANDLE root = nullptr;
};

class Lab;

/// System calls of a program. They are the Zw forms: a test's own memory is kernel memory to the
/// machine.
class App
{
public:
    explicit App(Lab& lab)
        : m_lab(lab)
    {
    }
    /// \server\share\path is opened below the redirector's device name, \\server\share\path through
    /// \??\UNC, a name that begins with \Device as it is, and a name relative to how.root as it is.
    File open(const std::string& name, Open how = {});
    NTSTATUS close(File& file);
    std::string
    read(const File& file, uint64_t offset, uint32_t length, NTSTATUS* status = nullptr);
    NTSTATUS write(const File& file, uint64_t offset, const std::string& data);
    NTSTATUS control(const File& file, ULONG code);
    NTSTATUS fsControl(const File& file, ULONG code, PVOID buffer = nullptr, ULONG length = 0);
    NTSTATUS query(const File& file, FILE_INFORMATION_CLASS infoClass, PVOID buffer, ULONG length);
    NTSTATUS set(const File& file, FILE_INFORMATION_CLASS infoClass, PVOID buffer, ULONG length);
    NTSTATUS
    lock(const File& file, uint64_t offset, uint64_t length, bool exclusive, ULONG key = 0);
    NTSTATUS unlock(const File& file, uint64_t offset, uint64_t length, ULONG key = 0);
    NTSTATUS flush(const File& file);
    NTSTATUS rename(const File& file, const std::string& newName, bool replace = false);
    NTSTATUS remove(const File& file);

private:
    Lab& m_lab;
};

struct LabOptions
{
    ULONG controls
        = RX_REGISTERMINI_FLAG_DONT_PROVIDE_UNCS | RX_REGISTERMINI_FLAG_DONT_PROVIDE_MAILSLOTS;
    bool start = true;
    uint64_t seed = 1;
    std::function<void(MINIRDR_DISPATCH&)> prepare = nullptr;
    recorder::Recorder* recorder = nullptr;
};

class Lab
{
public:
    explicit Lab(LabOptions options = {});
    ~Lab();

    /// Runs body in a program of user, and the machine until every program has ended.
    void app(std::function<void(App&)> body, const std::string& user = "alice");
    /// Adds a program that runs with the next app() or run().
    void another(std::function<void(App&)> body, const std::string& user = "alice");
    void run();
    void asSystem(std::function<void()> body);
    void passSeconds(double seconds);

    /// An administrator's program opens the device and sends the control code.
    NTSTATUS start();
    NTSTATUS stop();
    /// RxUnregisterMinirdr and RxUnload, as a driver's unload routine calls them.
    void unload();

    Rdr rdr;
    Server server;
    LabOptions options;
    ntos::World world;
    ntos::RunResult last;
    NTSTATUS registered = STATUS_UNSUCCESSFUL;

private:
    ntos::Process* process(const std::string& user);
};

Lab& theLab();

/// MRxGetConnectionId is optional and left out unless a test puts it in.
NTSTATUS NTAPI testGetConnectionId(PRX_CONTEXT rx, PRX_CONNECTION_ID id);

} // namespace rdrlab::test
