// irp_bench.cpp - IRPs per second through a null driver, with recording off and on.
//
// Two loops: a driver's own IRP (allocate, call, complete, free: one hop), and a whole system call
// with a synchronous file. Recorded, each runs twice: in a burst that the tape between the machine
// and the writer's thread can hold, which is what recording costs the machine, and long enough that
// only the writer counts, until every row is in the file.
#include "engine/ntos/world_host.h"

#include "engine/recorder/recorder.h"
#include "traces/store/writer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <unistd.h>

#include <ntifs.h>

#include "engine/ntos/inc/iop.h"

namespace {

constexpr int kBurst = 20000;
constexpr int kLong = 200000;

struct Rates
{
    double hops = 0;
    double calls = 0;
};

struct Measured
{
    Rates burst;
    Rates sustained; // recorded: until every row is in the file
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

double perSecond(int count, std::chrono::steady_clock::time_point start)
{
    return count / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void sendIrps(PDEVICE_OBJECT device, int count)
{
    for (int i = 0; i < count; ++i) {
        PIRP irp = IoAllocateIrp(device->StackSize, FALSE);
        IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_FLUSH_BUFFERS;
        IoSetCompletionRoutine(irp, takeBack, nullptr, TRUE, TRUE, TRUE);
        IoCallDriver(device, irp);
        IoFreeIrp(irp);
    }
}

void sendCalls(HANDLE file, int count)
{
    IO_STATUS_BLOCK iosb;
    for (int i = 0; i < count; ++i) {
        ZwDeviceIoControlFile(
            file, nullptr, nullptr, nullptr, &iosb,
            CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_NEITHER, FILE_ANY_ACCESS), nullptr, 0,
            nullptr, 0);
    }
}

template <typename Send> double burst(rdrlab::recorder::Recorder* recorder, Send send)
{
    double best = 0; // the machine may be interrupted: the best of a few says what it can do
    for (int round = 0; round < 5; ++round) {
        if (recorder) {
            recorder->flush();
        }
        const auto start = std::chrono::steady_clock::now();
        send(kBurst);
        best = std::max(best, perSecond(kBurst, start));
    }
    return best;
}

template <typename Send> double sustained(rdrlab::recorder::Recorder* recorder, Send send)
{
    const auto start = std::chrono::steady_clock::now();
    send(kLong);
    if (recorder) {
        recorder->flush();
    }
    return perSecond(kLong, start);
}

Measured measure(rdrlab::recorder::Recorder* recorder)
{
    Measured rates;
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
        const auto hop = [&](int count) { sendIrps(device, count); };
        rates.burst.hops = burst(recorder, hop);
        rates.sustained.hops = sustained(recorder, hop);

        OBJECT_ATTRIBUTES attributes;
        IO_STATUS_BLOCK iosb;
        HANDLE file = nullptr;
        InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
        if (!NT_SUCCESS(ZwOpenFile(
                &file, GENERIC_READ | SYNCHRONIZE, &attributes, &iosb, 0,
                FILE_SYNCHRONOUS_IO_NONALERT)))
            return;
        const auto call = [&](int count) { sendCalls(file, count); };
        rates.burst.calls = burst(recorder, call);
        rates.sustained.calls = sustained(recorder, call);
        ZwClose(file);
        IoDeleteDevice(device);
        IopDeleteDriver(driver);
    });
    return rates;
}

void row(const char* what, double on, double off)
{
    std::printf(
        "%s | %.2f M/s recorded | %.2f M/s not recorded | %.2f | |\n", what, on / 1e6, off / 1e6,
        on / off);
}

} // namespace

int main()
{
    const Measured off = measure(nullptr);
    const std::string path = "/tmp/rdrlab-irp-bench-" + std::to_string(getpid()) + ".rdrtrace";
    Measured on;
    {
        std::string error;
        rdrlab::recorder::Recorder recorder(rdrlab::trace::Writer::create(path, error));
        on = measure(&recorder);
    }
    std::remove(path.c_str());
    if (off.burst.calls == 0 || on.burst.calls == 0) {
        std::fprintf(stderr, "the null driver could not be set up\n");
        return 1;
    }
    row("IRPs through a null driver, what it costs the machine", on.burst.hops, off.burst.hops);
    row("IRPs through a null driver, until all is in the file", on.sustained.hops,
        off.sustained.hops);
    row("ZwDeviceIoControlFile to it, what it costs the machine", on.burst.calls, off.burst.calls);
    row("ZwDeviceIoControlFile to it, until all is in the file", on.sustained.calls,
        off.sustained.calls);
    return 0;
}
