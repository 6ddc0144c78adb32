// driver_host.cpp - driver modules as files of the host: shared objects with a DriverEntry.
//
// A module is opened privately, so that two drivers may use the same names. The dynamic linker
// hands out one copy per file: a module that is still mapped (loaded under another service name, or
// kept by a leaked driver object) is refused, because it would start with the globals of its other
// life.
//
// The standard headers come first: crt.h of the DDK renames what they declare.
#include <cstdio>
#include <string>

#include <dlfcn.h>

#include "engine/recorder/recorder.h"

#include "engine/ntos/io/iopriv.h"

namespace {

// The only file-scope state with a constructor in the I/O manager: host side, never touched by a
// decision.
std::string& lastError()
{
    static std::string text;
    return text;
}

bool isMapped(const char* path)
{
    void* again = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    if (again != nullptr) {
        dlclose(again);
    }
    return again != nullptr;
}

} // namespace

extern "C" const char* IopLastLoadError(void)
{
    return lastError().c_str();
}

extern "C" NTSTATUS
IopOpenModule(const char* Path, PVOID* Module, PDRIVER_INITIALIZE* Entry) noexcept
{
    lastError().clear();
    if (FILE* file = fopen(Path, "rb")) {
        fclose(file);
    } else {
        lastError() = std::string("cannot open driver module ") + Path;
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (isMapped(Path)) {
        lastError() = std::string(Path) + " is loaded already";
        return STATUS_IMAGE_ALREADY_LOADED;
    }
    dlerror();
    void* handle = dlopen(Path, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        const char* reason = dlerror();
        lastError() = reason != nullptr ? reason : "the module cannot be loaded";
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    void* entry = dlsym(handle, "DriverEntry");
    if (entry == nullptr) {
        lastError() = std::string(Path) + " exports no DriverEntry";
        dlclose(handle);
        return STATUS_PROCEDURE_NOT_FOUND;
    }
    *Module = handle;
    *Entry = reinterpret_cast<PDRIVER_INITIALIZE>(entry);
    return STATUS_SUCCESS;
}

extern "C" void IopCloseModule(PVOID Module) noexcept
{
    // The recorder keeps names of routines by address; those of the module are about to go.
    if (auto* active = rdrlab::recorder::Recorder::active()) {
        active->forgetLiterals();
    }
    dlclose(Module);
}
