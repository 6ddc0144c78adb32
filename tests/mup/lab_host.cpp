#include "lab_host.h"

#include <cstring>

namespace rdrlab::test {

std::u16string wide(const std::string& text)
{
    return { text.begin(), text.end() };
}

std::string narrow(PCUNICODE_STRING text)
{
    std::string result;
    for (USHORT i = 0; i < text->Length / sizeof(WCHAR); ++i) {
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

namespace {

FakeRedirector* of(PDEVICE_OBJECT device)
{
    return *static_cast<FakeRedirector**>(device->DeviceExtension);
}

bool beginsWith(const std::string& text, const std::string& prefix)
{
    if (text.size() < prefix.size()) {
        return false;
    }
    for (size_t i = 0; i < prefix.size(); ++i) {
        if (tolower(static_cast<unsigned char>(text[i]))
            != tolower(static_cast<unsigned char>(prefix[i]))) {
            return false;
        }
    }
    return text.size() == prefix.size() || text[prefix.size()] == '\\';
}

struct Later
{
    WORK_QUEUE_ITEM item;
    PIRP irp;
};

VOID NTAPI completeLater(PVOID context)
{
    auto* later = static_cast<Later*>(context);
    PIRP irp = later->irp;
    delete later;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

NTSTATUS finish(FakeRedirector& self, PIRP irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    if (!self.pends) {
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return status;
    }
    IoMarkIrpPending(irp);
    auto* later = new Later {};
    later->irp = irp;
    ExInitializeWorkItem(&later->item, completeLater, later);
    ExQueueWorkItem(&later->item, DelayedWorkQueue);
    return STATUS_PENDING;
}

} // namespace

NTSTATUS fakeDispatch(PDEVICE_OBJECT device, PIRP irp)
{
    return of(device)->answer(irp);
}

FakeRedirector& FakeRedirector::claims(const std::string& prefix)
{
    m_rules.emplace_back(prefix, STATUS_SUCCESS);
    return *this;
}

FakeRedirector& FakeRedirector::refuses(const std::string& prefix, NTSTATUS status)
{
    m_rules.emplace_back(prefix, status);
    return *this;
}

size_t FakeRedirector::count(uint8_t major) const
{
    size_t found = 0;
    for (const Seen& one : seen) {
        found += one.major == major;
    }
    return found;
}

NTSTATUS FakeRedirector::query(PIRP irp)
{
    PIO_STACK_LOCATION irpSp = IoGetCurrentIrpStackLocation(irp);
    const ULONG code = irpSp->Parameters.DeviceIoControl.IoControlCode;

    // What every redirector has to check (S-QP-21, 27): only the kernel may ask.
    if (irp->RequestorMode != KernelMode) {
        return finish(*this, irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
    Query one;
    UNICODE_STRING path {};
    PVOID input = irpSp->Parameters.DeviceIoControl.Type3InputBuffer;
    if (code == IOCTL_REDIR_QUERY_PATH_EX) {
        auto* request = static_cast<PQUERY_PATH_REQUEST_EX>(input);
        path = request->PathName;
        one.hasSecurityContext = request->pSecurityContext != nullptr;
    } else {
        auto* request = static_cast<PQUERY_PATH_REQUEST>(input);
        path.Buffer = request->FilePathName;
        path.Length = static_cast<USHORT>(request->PathNameLength);
        one.hasSecurityContext = request->SecurityContext != nullptr;
    }
    one.code = code;
    one.path = narrow(&path);
    one.pathBytes = path.Length;
    one.inputLength = irpSp->Parameters.DeviceIoControl.InputBufferLength;
    one.outputLength = irpSp->Parameters.DeviceIoControl.OutputBufferLength;
    one.kernelMode = irp->RequestorMode == KernelMode;
    one.separateBuffers = input != irp->UserBuffer && irp->UserBuffer != nullptr;
    queries.push_back(one);
    if (scribbles) {
        path.Buffer[1] = L'X';
    }
    for (const auto& [prefix, status] : m_rules) {
        if (beginsWith(one.path, prefix)) {
            if (status == STATUS_SUCCESS) {
                static_cast<PQUERY_PATH_RESPONSE>(irp->UserBuffer)->LengthAccepted = claimBytes != 0
                    ? claimBytes
                    : static_cast<ULONG>(prefix.size() * sizeof(WCHAR));
            }
            return finish(*this, irp, status, 0);
        }
    }
    return finish(*this, irp, defaultAnswer, 0);
}

NTSTATUS FakeRedirector::answer(PIRP irp)
{
    PIO_STACK_LOCATION irpSp = IoGetCurrentIrpStackLocation(irp);
    const ULONG code = irpSp->Parameters.DeviceIoControl.IoControlCode;

    if (irpSp->MajorFunction == IRP_MJ_DEVICE_CONTROL
        && (code == IOCTL_REDIR_QUERY_PATH || code == IOCTL_REDIR_QUERY_PATH_EX)) {
        return query(irp);
    }
    seen.push_back(
        { irpSp->MajorFunction,
          irpSp->FileObject != nullptr ? narrow(&irpSp->FileObject->FileName) : std::string() });
    switch (irpSp->MajorFunction) {
    case IRP_MJ_CREATE:
        return finish(*this, irp, createAnswer, NT_SUCCESS(createAnswer) ? FILE_OPENED : 0);
    case IRP_MJ_READ:
        return finish(*this, irp, STATUS_END_OF_FILE, 0);
    case IRP_MJ_WRITE:
        return finish(*this, irp, STATUS_SUCCESS, irpSp->Parameters.Write.Length);
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
        irp->IoStatus.Status = STATUS_SUCCESS;
        irp->IoStatus.Information = 0;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return STATUS_SUCCESS;
    default:
        return finish(*this, irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

namespace {

NTSTATUS NTAPI fakeEntry(PDRIVER_OBJECT driver, PUNICODE_STRING)
{
    for (auto& function : driver->MajorFunction) {
        function = fakeDispatch;
    }
    return STATUS_SUCCESS;
}

ntos::BootOptions bootOptions(bool profile2003)
{
    ntos::BootOptions options;
    options.profile2003 = profile2003;
    return options;
}

constexpr const char* kServices = "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";

} // namespace

Lab::Lab(bool profile2003)
    : world(bootOptions(profile2003))
{
}

Lab::~Lab()
{
    for (auto& [name, one] : m_redirectors) {
        remove(*one);
    }
}

void Lab::asSystem(std::function<void()> body)
{
    world.runAsSystem(std::move(body));
}

FakeRedirector& Lab::redirector(const std::string& name, Model model)
{
    auto& slot = m_redirectors[name];
    slot = std::make_unique<FakeRedirector>();
    FakeRedirector& self = *slot;
    self.m_model = model;
    self.deviceName = "\\Device\\" + name;
    world.setRegistry(kServices + name + "\\NetworkProvider", "DeviceName", self.deviceName);
    asSystem([&] {
        Name driverName(name);
        Name deviceName(self.deviceName);
        IopCreateDriver(driverName.get(), fakeEntry, &self.m_driver);
        IoCreateDevice(
            self.m_driver, sizeof(FakeRedirector*),
            model == Model::Legacy ? deviceName.get() : nullptr, FILE_DEVICE_NETWORK_FILE_SYSTEM,
            FILE_REMOTE_DEVICE, FALSE, &self.device);
        *static_cast<FakeRedirector**>(self.device->DeviceExtension) = &self;
        self.device->Flags &= ~static_cast<ULONG>(DO_DEVICE_INITIALIZING);
        self.registration = model == Model::Legacy
            ? FsRtlRegisterUncProvider(&self.handle, deviceName.get(), FALSE)
            : FsRtlRegisterUncProviderEx(&self.handle, deviceName.get(), self.device, 0);
        self.seen.clear();
    });
    return self;
}

void Lab::remove(FakeRedirector& self)
{
    if (self.device == nullptr || world.bugchecked()) {
        return;
    }
    asSystem([&] {
        if (NT_SUCCESS(self.registration)) {
            FsRtlDeregisterUncProvider(self.handle);
            self.registration = STATUS_UNSUCCESSFUL;
        }
        IoDeleteDevice(self.device);
        IopDeleteDriver(self.m_driver);
        self.device = nullptr;
    });
}

void Lab::order(const std::string& commaSeparated)
{
    world.setRegistry(
        "\\Registry\\Machine\\System\\CurrentControlSet\\Control\\NetworkProvider\\Order",
        "ProviderOrder", commaSeparated);
}

void Lab::parameter(const std::string& name, uint32_t value)
{
    world.setRegistry(std::string(kServices) + "Mup\\Parameters", name, value);
}

NTSTATUS Lab::open(const std::string& name)
{
    return openThen(name, [](HANDLE) {});
}

NTSTATUS Lab::openThen(const std::string& name, std::function<void(HANDLE)> body)
{
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    const std::string path = name.rfind("\\\\", 0) == 0 ? "\\??\\UNC" + name.substr(1) : name;

    auto* process = world.createProcess("app", "alice");
    world.createThread(process, "main", [&] {
        Name object(path);
        OBJECT_ATTRIBUTES attributes;
        IO_STATUS_BLOCK io {};
        HANDLE handle = nullptr;
        InitializeObjectAttributes(
            &attributes, object.get(), OBJ_CASE_INSENSITIVE, nullptr, nullptr);
        // The test's own memory is kernel memory to the machine; the previous mode of a kernel
        // caller spares the probes.
        status = ZwCreateFile(
            &handle, FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE, &attributes, &io, nullptr,
            FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT,
            nullptr, 0);
        if (NT_SUCCESS(status)) {
            body(handle);
            ZwClose(handle);
        }
    });
    last = world.run();
    return status;
}

void Lab::passSeconds(uint64_t seconds)
{
    last = world.runFor(seconds * 1000000000ull);
}

MUP_COUNTERS Lab::counters()
{
    MUP_COUNTERS counters {};
    asSystem([&] { MupQueryCounters(&counters); });
    return counters;
}

std::vector<std::string> Lab::prefixes()
{
    std::vector<std::string> found;
    asSystem([&] {
        MupReportPrefixes(
            [](void* context, PCUNICODE_STRING prefix, PCUNICODE_STRING device, ULONG) {
                static_cast<std::vector<std::string>*>(context)->push_back(
                    narrow(prefix) + " " + narrow(device));
            },
            &found);
    });
    return found;
}

} // namespace rdrlab::test
