// irp_bench.cpp - IRPs per second through a null driver, with recording off and on.
//
// Two loops: a driver's own IRP (allocate, call, complete, free: one hop), and a whole system call
// with a synchronous file.
#include "engine/ntos/world_host.h"

#include "engine/recorder/recorder.h"
#include "traces/store/writer.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <unistd.h>

#include <ntifs.h>

#include "engine/ntos/inc/iop.h"

namespace {

constexpr int kIrps = 200000;

struct Rates
{
    double hops = 0;
    double calls = 0;
};

NTSTATUS NTAPI nullDispatch(PDEVICE_OBJECT, PIRP irp)
{
    irp->IoStatus.Status = STATUS_SUCCESS;
    irp->IoStatus.Information = 0;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI nullEntry(PDRIVER_OBJECT driver, PUNICODE_STRING)
{
    for (auto& major : driver->MajorFunction)
        major = nullDispatch;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI takeBack(PDEVICE_OBJECT, PIRP, PVOID)
{
    return STATUS_MORE_PROCESSING_REQUIRED;
}

double perSecond(std::chrono::steady_clock::time_point start)
{
    return kIrps / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void sendIrps(PDEVICE_OBJECT device)
{
    for (int i = 0; i < kIrps; ++i) {
        PIRP irp = IoAllocateIrp(device->StackSize, FALSE);
        IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_FLUSH_BUFFERS;
        IoSetCompletionRoutine(irp, takeBack, nullptr, TRUE, TRUE, TRUE);
        IoCallDriver(device, irp);
        IoFreeIrp(irp);
    }
}

Rates measure(rdrlab::recorder::Recorder* recorder)
{
    Rates rates;
    rdrlab::ntos::BootOptions options;
    options.recorder = recorder;
    rdrlab::ntos::World world(options);
    world.runAsSystem([&] {
        UNICODE_STRING service = RTL_CONSTANT_STRING(L"null");
        UNICODE_STRING path = RTL_CONSTANT_STRING(L"\\Device\\NullBench");
        PDRIVER_OBJECT driver = nullptr;
        PDEVICE_OBJECT device = nullptr;
        if (!NT_SUCCESS(IopCreateDriver(&service, nullEntry, &driver))
            || !NT_SUCCESS(
                IoCreateDevice(driver, 0, &path, FILE_DEVICE_UNKNOWN, 0, FALSE, &device)))
            return;
        device->Flags &= ~DO_DEVICE_INITIALIZING;
        auto start = std::chrono::steady_clock::now();
        sendIrps(device);
        rates.hops = perSecond(start);

        OBJECT_ATTRIBUTES attributes;
        IO_STATUS_BLOCK iosb;
        HANDLE file = nullptr;
        InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
        if (!NT_SUCCESS(ZwOpenFile(
                &file, GENERIC_READ | SYNCHRONIZE, &attributes, &iosb, 0,
                FILE_SYNCHRONOUS_IO_NONALERT)))
            return;
        start = std::chrono::steady_clock::now();
        for (int i = 0; i < kIrps; ++i)
            ZwDeviceIoControlFile(
                file, nullptr, nullptr, nullptr, &iosb,
                CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_NEITHER, FILE_ANY_ACCESS), nullptr, 0,
                nullptr, 0);
        rates.calls = perSecond(start);
        ZwClose(file);
        IoDeleteDevice(device);
        IopDeleteDriver(driver);
    });
    return rates;
}

} // namespace

int main()
{
    const Rates off = measure(nullptr);
    const std::string path = "/tmp/rdrlab-irp-bench-" + std::to_string(getpid()) + ".rdrtrace";
    Rates on;
    {
        std::string error;
        rdrlab::recorder::Recorder recorder(rdrlab::trace::Writer::create(path, error));
        on = measure(&recorder);
    }
    std::remove(path.c_str());
    if (off.hops == 0 || on.hops == 0 || off.calls == 0 || on.calls == 0) {
        std::fprintf(stderr, "the null driver could not be set up\n");
        return 1;
    }
    std::printf(
        "IRPs through a null driver | %.2f M/s recorded | %.2f M/s not recorded | %.2f | |\n",
        on.hops / 1e6, off.hops / 1e6, on.hops / off.hops);
    std::printf(
        "ZwDeviceIoControlFile to it | %.2f M/s recorded | %.2f M/s not recorded | %.2f | |\n",
        on.calls / 1e6, off.calls / 1e6, on.calls / off.calls);
    return 0;
}
