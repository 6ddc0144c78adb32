// localdriver.h - a driver made of lambdas, and the few words the tests of io and ob are written
// in.
//
//      Machine machine;
//      LocalDriver& driver = machine.driver();
//      driver.on(IRP_MJ_READ, [](PDEVICE_OBJECT, PIRP irp) { return complete(irp, STATUS_SUCCESS,
//      3); }); machine.kernel([&] { Handle file = open(L"\\Device\\Local"); ... });   system
//      thread, PreviousMode KernelMode machine.app([&](App& app) { ... }); application thread,
//      PreviousMode UserMode
#pragma once

#include <catch2/catch.hpp>

#include "engine/ntos/world_host.h"

#include <algorithm>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <ntifs.h>

#include "engine/ntos/inc/exp.h"
#include "engine/ntos/inc/iop.h"
#include "engine/ntos/inc/mmp.h"
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/inc/obp.h"
#include "engine/ntos/inc/psp.h"

namespace iotest {

inline UNICODE_STRING name(const wchar_t* text)
{
    UNICODE_STRING string;
    RtlInitUnicodeString(&string, text);
    return string;
}

inline std::string narrow(PCUNICODE_STRING text)
{
    std::string result;
    for (unsigned i = 0; i < text->Length / 2u; i++)
        result += char(text->Buffer[i]);
    return result;
}

inline NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information = 0)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

using Dispatch = std::function<NTSTATUS(PDEVICE_OBJECT, PIRP)>;

/// Handlers of all local drivers, by driver object: dispatch routines have no context of their own.
inline std::map<PDRIVER_OBJECT, std::map<int, Dispatch>>& handlers()
{
    static std::map<PDRIVER_OBJECT, std::map<int, Dispatch>> table;
    return table;
}

inline NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    auto& table = handlers()[device->DriverObject];
    auto found = table.find(IoGetCurrentIrpStackLocation(irp)->MajorFunction);
    if (found == table.end())
        return complete(irp, STATUS_SUCCESS);
    return found->second(device, irp);
}

inline NTSTATUS NTAPI driverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING)
{
    for (auto& major : driver->MajorFunction)
        major = dispatch;
    return STATUS_SUCCESS;
}

class LocalDriver
{
public:
    /// On a system thread.
    explicit LocalDriver(const wchar_t* serviceName)
    {
        UNICODE_STRING service = name(serviceName);
        NTSTATUS status = IopCreateDriver(&service, driverEntry, &m_driver);
        REQUIRE(status == STATUS_SUCCESS);
    }

    void on(int major, Dispatch handler) { handlers()[m_driver][major] = std::move(handler); }

    PDEVICE_OBJECT
    device(const wchar_t* deviceName, ULONG flags = 0, DEVICE_TYPE type = FILE_DEVICE_UNKNOWN)
    {
        UNICODE_STRING unicode = name(deviceName ? deviceName : L"");
        PDEVICE_OBJECT result = nullptr;
        REQUIRE(
            IoCreateDevice(m_driver, 64, deviceName ? &unicode : nullptr, type, 0, FALSE, &result)
            == STATUS_SUCCESS);
        result->Flags |= flags;
        result->Flags &= ~DO_DEVICE_INITIALIZING;
        return result;
    }

    void remove()
    {
        while (m_driver->DeviceObject)
            IoDeleteDevice(m_driver->DeviceObject);
        handlers().erase(m_driver);
        IopDeleteDriver(m_driver);
        m_driver = nullptr;
    }

    PDRIVER_OBJECT object() const { return m_driver; }

private:
    PDRIVER_OBJECT m_driver = nullptr;
};

/// Memory of the current application process, where a user-mode caller keeps what system calls
/// touch.
template <typename T> class User
{
public:
    explicit User(size_t count = 1)
        : m_pointer(static_cast<T*>(MmpAllocateUser(PsGetCurrentProcess(), sizeof(T) * count)))
    {
    }
    ~User() { MmpFreeUser(m_pointer); }
    User(const User&) = delete;
    User& operator=(const User&) = delete;
    T* get() const { return m_pointer; }
    T& operator*() const { return *m_pointer; }
    T* operator->() const { return m_pointer; }

private:
    T* m_pointer;
};

/// Work on its way to a worker thread; what a bug check strands there is freed with the machine.
struct Work
{
    PIO_WORKITEM item;
    std::function<void()> fn;
};

inline std::list<Work>& postedWork()
{
    static std::list<Work> list;
    return list;
}

/// Runs fn later on a worker thread.
inline void post(PDEVICE_OBJECT device, std::function<void()> fn)
{
    postedWork().push_back({ IoAllocateWorkItem(device), std::move(fn) });
    IoQueueWorkItem(
        postedWork().back().item,
        [](PDEVICE_OBJECT, PVOID context) {
            auto& list = postedWork();
            auto mine = std::find_if(
                list.begin(), list.end(), [&](const Work& one) { return &one == context; });
            std::function<void()> body = std::move(mine->fn);
            IoFreeWorkItem(mine->item);
            list.erase(mine);
            body();
        },
        DelayedWorkQueue, &postedWork().back());
}

class Machine
{
public:
    explicit Machine(rdrlab::ntos::BootOptions options = {})
    {
        m_world = std::make_unique<rdrlab::ntos::World>(options);
        INFO(m_world->bugcheckReport());
        REQUIRE_FALSE(m_world->bugchecked());
    }

    ~Machine()
    {
        handlers().clear();
        if (m_world->bugchecked())
            postedWork().clear();
        // Every test of ours gives back what it took; a bug check leaves all of it behind.
        if (!m_world->bugchecked() && std::uncaught_exceptions() == 0) {
            for (const std::string& line : m_world->shutdown().lines) {
                INFO(line);
                CHECK(line.empty());
            }
        }
        m_world.reset();
    }

    rdrlab::ntos::World& world() { return *m_world; }

    /// Runs body on a system thread. Failed requirements inside reach the test case.
    void kernel(std::function<void()> body) { m_world->runAsSystem(std::move(body)); }

    /// Runs body on an application thread of a new process and the machine until it has ended.
    rdrlab::ntos::RunResult app(std::function<void()> body, const char* process = "notepad")
    {
        m_world->createThread(m_world->createProcess(process, "alice"), "main", std::move(body));
        return m_world->run();
    }

private:
    std::unique_ptr<rdrlab::ntos::World> m_world;
};

/// Opens a file as kernel or user according to the thread. Attributes live where the thread may
/// keep them.
inline NTSTATUS openFile(
    HANDLE* handle,
    const wchar_t* path,
    ULONG options = FILE_SYNCHRONOUS_IO_NONALERT,
    ACCESS_MASK access = GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE,
    IO_STATUS_BLOCK* result = nullptr,
    HANDLE root = nullptr)
{
    struct Arguments
    {
        HANDLE handle;
        IO_STATUS_BLOCK iosb;
        OBJECT_ATTRIBUTES attributes;
        UNICODE_STRING name;
        WCHAR text[200];
    };
    bool user = ExGetPreviousMode() == UserMode;
    std::unique_ptr<Arguments> own;
    std::unique_ptr<User<Arguments>> theirs;
    if (user)
        theirs = std::make_unique<User<Arguments>>();
    else
        own = std::make_unique<Arguments>();
    Arguments* a = user ? theirs->get() : own.get();
    *a = {};
    ULONG length = 0;
    while (path[length])
        a->text[length] = path[length], length++;
    a->name.Buffer = a->text;
    a->name.Length = a->name.MaximumLength = USHORT(length * 2);
    InitializeObjectAttributes(&a->attributes, &a->name, OBJ_CASE_INSENSITIVE, root, nullptr);
    NTSTATUS status = NtCreateFile(
        &a->handle, access, &a->attributes, &a->iosb, nullptr, FILE_ATTRIBUTE_NORMAL,
        FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN_IF, options, nullptr, 0);
    *handle = a->handle;
    if (result)
        *result = a->iosb;
    return status;
}

inline void sleepMs(LONGLONG milliseconds)
{
    LARGE_INTEGER interval;
    interval.QuadPart = -milliseconds * 10000;
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

} // namespace iotest
