#include "lab_host.h"

#include <algorithm>
#include <cstring>

namespace rdrlab::test {

namespace {

Lab* g_lab = nullptr;
constexpr const char* kDevice = "\\Device\\TestRdr";

NTSTATUS NTAPI driverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registryPath);

} // namespace

void fillDispatch(MINIRDR_DISPATCH& dispatch);

Lab& theLab()
{
    return *g_lab;
}

std::u16string wide(const std::string& text)
{
    return { text.begin(), text.end() };
}

std::string narrow(PCUNICODE_STRING text)
{
    std::string result;
    for (USHORT i = 0; text != nullptr && i < text->Length / sizeof(WCHAR); ++i) {
        result += static_cast<char>(text->Buffer[i]);
    }
    return result;
}

Name::Name(const std::string& text)
    : m_text(wide(text))
{
    m_string.Buffer = reinterpret_cast<PWSTR>(m_text.data());
    m_string.Length = m_string.MaximumLength = static_cast<USHORT>(m_text.size() * sizeof(WCHAR));
}

// ---- the record
// ------------------------------------------------------------------------------------------------------------

std::string Rdr::calls(const std::vector<std::string>& ignore) const
{
    std::string text;
    for (const Call& call : log) {
        if (std::find(ignore.begin(), ignore.end(), call.name) == ignore.end()) {
            text += (text.empty() ? "" : " ") + call.name;
        }
    }
    return text;
}

size_t Rdr::count(const std::string& routine) const
{
    return static_cast<size_t>(std::count_if(
        log.begin(), log.end(), [&](const Call& call) { return call.name == routine; }));
}

const Call* Rdr::find(const std::string& routine, size_t nth) const
{
    for (const Call& call : log) {
        if (call.name == routine && nth-- == 0) {
            return &call;
        }
    }
    return nullptr;
}

size_t Rdr::position(const std::string& routine) const
{
    for (size_t i = 0; i < log.size(); ++i) {
        if (log[i].name == routine) {
            return i;
        }
    }
    return SIZE_MAX;
}

// ---- programs
// --------------------------------------------------------------------------------------------------------------

File App::open(const std::string& name, Open how)
{
    File file;
    std::string path = name;
    if (how.root == nullptr && name.rfind("\\Device", 0) != 0 && name.rfind("\\??", 0) != 0) {
        path = name.rfind("\\\\", 0) == 0 ? "\\??\\UNC" + name.substr(1) : kDevice + name;
    }
    Name object(path);
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK io {};
    InitializeObjectAttributes(&attributes, object.get(), OBJ_CASE_INSENSITIVE, how.root, nullptr);
    file.status = ZwCreateFile(
        &file.handle, how.access, &attributes, &io, nullptr, FILE_ATTRIBUTE_NORMAL, how.share,
        how.disposition, how.options, nullptr, 0);
    file.information = io.Information;
    if (!NT_SUCCESS(file.status)) {
        file.handle = nullptr;
    }
    return file;
}

NTSTATUS App::close(File& file)
{
    NTSTATUS status = ZwClose(file.handle);
    file.handle = nullptr;
    return status;
}

std::string App::read(const File& file, uint64_t offset, uint32_t length, NTSTATUS* status)
{
    std::string data(length, '\0');
    IO_STATUS_BLOCK io {};
    LARGE_INTEGER at;
    at.QuadPart = static_cast<LONGLONG>(offset);
    NTSTATUS result = ZwReadFile(
        file.handle, nullptr, nullptr, nullptr, &io, data.data(), length, &at, nullptr);
    if (status != nullptr) {
        *status = result;
    }
    data.resize(NT_SUCCESS(result) ? io.Information : 0);
    return data;
}

NTSTATUS App::write(const File& file, uint64_t offset, const std::string& data)
{
    IO_STATUS_BLOCK io {};
    LARGE_INTEGER at;
    at.QuadPart = static_cast<LONGLONG>(offset);
    return ZwWriteFile(
        file.handle, nullptr, nullptr, nullptr, &io, const_cast<char*>(data.data()),
        static_cast<ULONG>(data.size()), &at, nullptr);
}

NTSTATUS App::control(const File& file, ULONG code)
{
    IO_STATUS_BLOCK io {};
    return ZwDeviceIoControlFile(
        file.handle, nullptr, nullptr, nullptr, &io, code, nullptr, 0, nullptr, 0);
}

NTSTATUS App::fsControl(const File& file, ULONG code, PVOID buffer, ULONG length)
{
    IO_STATUS_BLOCK io {};
    return ZwFsControlFile(
        file.handle, nullptr, nullptr, nullptr, &io, code, buffer, length, buffer, length);
}

NTSTATUS App::query(const File& file, FILE_INFORMATION_CLASS infoClass, PVOID buffer, ULONG length)
{
    IO_STATUS_BLOCK io {};
    return ZwQueryInformationFile(file.handle, &io, buffer, length, infoClass);
}

NTSTATUS App::set(const File& file, FILE_INFORMATION_CLASS infoClass, PVOID buffer, ULONG length)
{
    IO_STATUS_BLOCK io {};
    return ZwSetInformationFile(file.handle, &io, buffer, length, infoClass);
}

NTSTATUS App::lock(const File& file, uint64_t offset, uint64_t length, bool exclusive, ULONG key)
{
    IO_STATUS_BLOCK io {};
    LARGE_INTEGER at, bytes;
    at.QuadPart = static_cast<LONGLONG>(offset);
    bytes.QuadPart = static_cast<LONGLONG>(length);
    return ZwLockFile(
        file.handle, nullptr, nullptr, nullptr, &io, &at, &bytes, key, TRUE,
        static_cast<BOOLEAN>(exclusive));
}

NTSTATUS App::unlock(const File& file, uint64_t offset, uint64_t length, ULONG key)
{
    IO_STATUS_BLOCK io {};
    LARGE_INTEGER at, bytes;
    at.QuadPart = static_cast<LONGLONG>(offset);
    bytes.QuadPart = static_cast<LONGLONG>(length);
    return ZwUnlockFile(file.handle, &io, &at, &bytes, key);
}

NTSTATUS App::flush(const File& file)
{
    IO_STATUS_BLOCK io {};
    return ZwFlushBuffersFile(file.handle, &io);
}

NTSTATUS App::rename(const File& file, const std::string& newName, bool replace)
{
    Name name(newName);
    std::vector<unsigned char> buffer(sizeof(FILE_RENAME_INFORMATION) + name.get()->Length);
    auto* info = reinterpret_cast<PFILE_RENAME_INFORMATION>(buffer.data());
    info->ReplaceIfExists = static_cast<BOOLEAN>(replace);
    info->FileNameLength = name.get()->Length;
    memcpy(info->FileName, name.get()->Buffer, name.get()->Length);
    return set(file, FileRenameInformation, info, static_cast<ULONG>(buffer.size()));
}

NTSTATUS App::remove(const File& file)
{
    FILE_DISPOSITION_INFORMATION info { TRUE };
    return set(file, FileDispositionInformation, &info, sizeof info);
}

// ---- the machine
// -----------------------------------------------------------------------------------------------------------

namespace {

ntos::BootOptions bootOptions(const LabOptions& options)
{
    ntos::BootOptions boot;
    boot.seed = options.seed;
    boot.recorder = options.recorder;
    return boot;
}

NTSTATUS NTAPI driverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registryPath)
{
    Lab& lab = theLab();
    NTSTATUS status = RxDriverEntry(driver, registryPath);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    lab.rdr.driver = driver;
    Name deviceName(kDevice);
    lab.registered = RxRegisterMinirdr(
        &lab.rdr.device, driver, &lab.rdr.dispatch, lab.options.controls, deviceName.get(), 0,
        FILE_DEVICE_NETWORK_FILE_SYSTEM, FILE_REMOTE_DEVICE);
    if (lab.rdr.device != nullptr) {
        lab.rdr.device->Flags &= ~static_cast<ULONG>(DO_DEVICE_INITIALIZING);
    }
    return lab.registered;
}

} // namespace

Lab::Lab(LabOptions labOptions)
    : options(std::move(labOptions))
    , world(bootOptions(options))
{
    g_lab = this;
    fillDispatch(rdr.dispatch);
    if (options.prepare) {
        options.prepare(rdr.dispatch);
    }
    asSystem([this] {
        Name service("TestRdr");
        PDRIVER_OBJECT driver = nullptr;
        IopCreateDriver(service.get(), driverEntry, &driver);
        rdr.driver = driver;
    });
    if (options.start) {
        NTSTATUS status = start();
        INFO(world.bugcheckReport());
        REQUIRE(status == STATUS_SUCCESS);
        rdr.log.clear();
        rdr.startStatuses.clear();
        rdr.postToFsp.clear();
        rdr.fsdUids.clear();
    }
}

Lab::~Lab()
{
    if (!world.bugchecked() && rdr.device != nullptr) {
        rdr.handlers.clear();
        if (rdr.device->StartStopContext.State == RDBSS_STARTED) {
            stop();
        }
        if (!world.bugchecked()) {
            unload();
        }
    }
    if (world.bugchecked()) {
        UNSCOPED_INFO(world.bugcheckReport());
        CHECK_FALSE(world.bugchecked());
    } else {
        auto leaks = world.shutdown();
        for (const std::string& line : leaks.lines) {
            UNSCOPED_INFO(line);
        }
        CHECK(leaks.poolBlocks == 0);
    }
    g_lab = nullptr;
}

ntos::Process* Lab::process(const std::string& user)
{
    return world.createProcess("app", user);
}

void Lab::another(std::function<void(App&)> body, const std::string& user)
{
    world.createThread(process(user), "main", [this, body = std::move(body)] {
        App app(*this);
        body(app);
    });
}

void Lab::run()
{
    last = world.run();
    INFO(last.report);
    INFO(world.bugcheckReport());
    CHECK(last.ok());
}

void Lab::app(std::function<void(App&)> body, const std::string& user)
{
    another(std::move(body), user);
    run();
}

void Lab::asSystem(std::function<void()> body)
{
    world.runAsSystem(std::move(body));
}

void Lab::passSeconds(double seconds)
{
    world.runFor(static_cast<uint64_t>(seconds * 1e9));
}

NTSTATUS Lab::start()
{
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    app([&](App& admin) {
        File device = admin.open(kDevice);
        status = device.status;
        if (device) {
            status = admin.control(device, kIoctlStart);
            admin.close(device);
        }
    });
    return status;
}

NTSTATUS Lab::stop()
{
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    app([&](App& admin) {
        File device = admin.open(kDevice);
        status = device.status;
        if (device) {
            status = admin.control(device, kIoctlStop);
            admin.close(device);
        }
    });
    return status;
}

void Lab::unload()
{
    asSystem([this] {
        RxUnregisterMinirdr(rdr.device);
        RxUnload(rdr.driver);
        IopDeleteDriver(rdr.driver);
        rdr.device = nullptr;
    });
}

} // namespace rdrlab::test
