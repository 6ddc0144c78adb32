// ntframe.h - the frame of a system call: its mode, its span in the trace, and the way from Zw to
// Nt.
//
// NtXxx runs with the previous mode of the thread: UserMode for the calls of application threads,
// whose buffers are probed and whose handles are checked. ZwXxx is the same call with the previous
// mode set to KernelMode for its duration.
#pragma once

#include <ntifs.h>

#include <rdrtrace.h>

#include "engine/ntos/inc/psp.h"

// One line per system call of an application (layer App, "NtReadFile") or of a driver (layer
// Kernel, "ZwReadFile").
class NtSystemCall
{
public:
    NtSystemCall(const char* NtName, const char* ZwName)
        : m_mode(ExGetPreviousMode())
    {
        if (RdrTraceActive()) {
            m_span = m_mode == UserMode ? RdrTraceBegin(RdrLayerApp, NtName, nullptr, 0)
                                        : RdrTraceBegin(RdrLayerKernel, ZwName, nullptr, 0);
        }
    }
    NtSystemCall(const NtSystemCall&) = delete;
    NtSystemCall& operator=(const NtSystemCall&) = delete;

    KPROCESSOR_MODE Mode() const { return m_mode; }

    [[nodiscard]] NTSTATUS Leave(NTSTATUS Status, ULONG_PTR Information = 0)
    {
        if (m_span != 0) {
            RdrTraceEnd(m_span, Status, Information);
        }
        return Status;
    }

private:
    KPROCESSOR_MODE m_mode;
    RDR_SPAN m_span = 0;
};

// The previous mode is KernelMode as long as this lives.
class ZwScope
{
public:
    ZwScope()
        : m_old(PspSetPreviousMode(KernelMode))
    {
    }
    ~ZwScope() { PspSetPreviousMode(m_old); }
    ZwScope(const ZwScope&) = delete;
    ZwScope& operator=(const ZwScope&) = delete;

private:
    KPROCESSOR_MODE m_old;
};

#define NT_SYSTEM_CALL(Name) NtSystemCall Call("Nt" #Name, "Zw" #Name)
