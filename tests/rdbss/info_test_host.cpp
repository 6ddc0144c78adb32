// Information, volumes, attributes, security, control (facts.md SC-33, SC-34; S-T-43 to S-T-53).
#include "lab_host.h"

using namespace rdrlab::test;

namespace {

struct Share : Lab
{
    explicit Share(LabOptions labOptions = {})
        : Lab(std::move(labOptions))
    {
        server.files["\\a.txt"] = "hello";
    }
};

constexpr Open kAll { .access = FILE_ALL_ACCESS };

} // namespace

TEST_CASE(
    "S-T-44 a file's information comes from the redirector, with the length it wrote",
    "[rdbss][info]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        FILE_STANDARD_INFORMATION standard {};
        IO_STATUS_BLOCK io {};
        CHECK(
            ZwQueryInformationFile(
                f.handle, &io, &standard, sizeof standard, FileStandardInformation)
            == STATUS_SUCCESS);
        CHECK(io.Information == sizeof standard);
        CHECK(standard.EndOfFile.QuadPart == 5);
        CHECK(lab.rdr.find("MRxQueryFileInfo")->infoClass == FileStandardInformation);
        FILE_NETWORK_OPEN_INFORMATION open;
        CHECK(
            app.query(f, FileNetworkOpenInformation, &open, sizeof open)
            == STATUS_INVALID_PARAMETER);
        app.close(f);
    });
}

TEST_CASE("what RDBSS knows itself it does not ask for", "[rdbss][info]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        lab.rdr.log.clear();
        char buffer[200];
        CHECK(app.query(f, FileNameInformation, buffer, sizeof buffer) == STATUS_SUCCESS);
        auto* name = reinterpret_cast<PFILE_NAME_INFORMATION>(buffer);
        UNICODE_STRING text { static_cast<USHORT>(name->FileNameLength),
                              static_cast<USHORT>(name->FileNameLength), name->FileName };
        CHECK(narrow(&text) == "\\lab\\public\\a.txt");
        CHECK(app.query(f, FileNameInformation, buffer, 12) == STATUS_BUFFER_OVERFLOW);
        FILE_POSITION_INFORMATION position;
        app.read(f, 0, 3);
        CHECK(app.query(f, FilePositionInformation, &position, sizeof position) == STATUS_SUCCESS);
        CHECK(position.CurrentByteOffset.QuadPart == 3);
        CHECK(lab.rdr.count("MRxQueryFileInfo") == 0);
        app.close(f);
    });
}

TEST_CASE("FileAllInformation is put together from the redirector's classes", "[rdbss][info]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        lab.rdr.log.clear();
        char buffer[sizeof(FILE_ALL_INFORMATION) + 100];
        CHECK(app.query(f, FileAllInformation, buffer, sizeof buffer) == STATUS_SUCCESS);
        auto* all = reinterpret_cast<PFILE_ALL_INFORMATION>(buffer);
        CHECK(all->StandardInformation.EndOfFile.QuadPart == 5);
        CHECK(all->InternalInformation.IndexNumber.QuadPart == 77);
        CHECK(lab.rdr.count("MRxQueryFileInfo") == 4);
        app.close(f);
    });
}

TEST_CASE(
    "S-T-49 setting times marks them as the user's, so that cleanup leaves them", "[rdbss][info]")
{
    Share lab;
    lab.app([&](App& app) {
        Open how;
        how.share = 0;
        File f = app.open("\\lab\\public\\a.txt", how);
        CHECK(app.write(f, 0, "H") == STATUS_SUCCESS);
        FILE_BASIC_INFORMATION basic {};
        basic.LastWriteTime.QuadPart = 42;
        CHECK(app.set(f, FileBasicInformation, &basic, sizeof basic) == STATUS_SUCCESS);
        CHECK(lab.rdr.find("MRxSetFileInfo")->infoClass == FileBasicInformation);
        app.close(f);
    });
    CHECK(lab.rdr.count("MRxSetFileInfoAtCleanup") == 0);
}

TEST_CASE("S-T-47 and S-T-53 volumes are queried and set through the redirector", "[rdbss][info]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", kAll);
        IO_STATUS_BLOCK io {};
        FILE_FS_DEVICE_INFORMATION device {};
        CHECK(
            ZwQueryVolumeInformationFile(
                f.handle, &io, &device, sizeof device, FileFsDeviceInformation)
            == STATUS_SUCCESS);
        FILE_FS_SIZE_INFORMATION size;
        CHECK(
            ZwQueryVolumeInformationFile(f.handle, &io, &size, sizeof size, FileFsSizeInformation)
            == STATUS_NOT_IMPLEMENTED);
        CHECK(
            lab.rdr.find("MRxQueryVolumeInfo", lab.rdr.count("MRxQueryVolumeInfo") - 1)->infoClass
            == FileFsSizeInformation);
        char label[64] {};
        CHECK(
            ZwSetVolumeInformationFile(
                f.handle, &io, label, sizeof(FILE_FS_LABEL_INFORMATION), FileFsLabelInformation)
            == STATUS_SUCCESS);
        CHECK(lab.rdr.count("MRxSetVolumeInfo") == 1);
        app.close(f);
    });
}

TEST_CASE("S-T-43 and S-T-48 extended attributes go through the redirector", "[rdbss][info]")
{
    Share lab;
    lab.rdr.on("MRxQueryEaInfo", [](Call& c) {
        CHECK(c.rx->QueryEa.RestartScan);
        memcpy(c.rx->Info.Buffer, "12345678", 8);
        c.rx->Info.LengthRemaining -= 8;
        return STATUS_SUCCESS;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", kAll);
        IO_STATUS_BLOCK io {};
        char buffer[64];
        CHECK(
            ZwQueryEaFile(f.handle, &io, buffer, sizeof buffer, FALSE, nullptr, 0, nullptr, TRUE)
            == STATUS_SUCCESS);
        CHECK(io.Information == 8);
        alignas(4) char ea[16] {};
        auto* full = reinterpret_cast<PFILE_FULL_EA_INFORMATION>(ea);
        full->EaNameLength = 1;
        full->EaValueLength = 1;
        full->EaName[0] = 'N';
        CHECK(ZwSetEaFile(f.handle, &io, ea, 12) == STATUS_SUCCESS);
        CHECK(lab.rdr.count("MRxSetEaInfo") == 1);
        app.close(f);
    });
}

TEST_CASE("S-T-46 and S-T-52 security descriptors go through the redirector", "[rdbss][info]")
{
    Share lab;
    lab.rdr.on("MRxQuerySdInfo", [](Call& c) {
        CHECK(c.rx->QuerySecurity.SecurityInformation == DACL_SECURITY_INFORMATION);
        c.rx->InformationToReturn = 100;
        return c.rx->Info.LengthRemaining < 100 ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", kAll);
        ULONG needed = 0;
        char buffer[128] {};
        NTSTATUS status
            = ZwQuerySecurityObject(f.handle, DACL_SECURITY_INFORMATION, buffer, 10, &needed);
        CHECK(status == STATUS_BUFFER_TOO_SMALL);
        CHECK(needed == 100);
        CHECK(
            ZwQuerySecurityObject(
                f.handle, DACL_SECURITY_INFORMATION, buffer, sizeof buffer, &needed)
            == STATUS_SUCCESS);
        CHECK(lab.rdr.count("MRxQuerySdInfo") == 2);
        SECURITY_DESCRIPTOR descriptor;
        RtlCreateSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
        CHECK(
            ZwSetSecurityObject(f.handle, DACL_SECURITY_INFORMATION, &descriptor)
            == STATUS_SUCCESS);
        CHECK(lab.rdr.count("MRxSetSdInfo") == 1);
        app.close(f);
    });
}

TEST_CASE("S-T-23 a flush reaches the redirector", "[rdbss][info]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        CHECK(app.flush(f) == STATUS_SUCCESS);
        CHECK(lab.rdr.count("MRxFlush") == 1);
        app.close(f);
    });
}

TEST_CASE(
    "S-T-31 and S-T-32 control requests on a file are low I/O, on the device they are not",
    "[rdbss][info]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        lab.rdr.on("FSCTL", [](Call& c) {
            auto& control = c.rx->LowIoContext.ParamsFor.FsCtl;
            CHECK(control.FsControlCode == kFsctlPing);
            REQUIRE(control.InputBufferLength == 4);
            CHECK(memcmp(control.pInputBuffer, "ping", 4) == 0);
            memcpy(control.pOutputBuffer, "pong", 4);
            c.rx->InformationToReturn = 4;
            return STATUS_SUCCESS;
        });
        char data[] = { 'p', 'i', 'n', 'g' };
        CHECK(app.fsControl(f, kFsctlPing, data, 4) == STATUS_SUCCESS);
        CHECK(std::string(data, 4) == "pong");
        CHECK(app.control(f, kIoctlPing) == STATUS_SUCCESS);
        CHECK(lab.rdr.count("IOCTL") == 1);
        CHECK(lab.rdr.count("MRxDevFcbXXXControlFile") == 0);
        app.close(f);
    });
}

TEST_CASE("SC-34 link tracking is answered from the volume's object id", "[rdbss][info]")
{
    Share lab;
    lab.rdr.on("MRxQueryVolumeInfo", [](Call& c) {
        CHECK(c.infoClass == FileFsObjectIdInformation);
        memset(c.rx->Info.Buffer, 0x5A, 16);
        return STATUS_SUCCESS;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        LINK_TRACKING_INFORMATION link {};
        CHECK(
            app.fsControl(f, FSCTL_LMR_GET_LINK_TRACKING_INFORMATION, &link, sizeof link)
            == STATUS_SUCCESS);
        CHECK(link.Type == NtfsLinkTrackingInformation);
        CHECK(link.VolumeId[0] == 0x5A);
        CHECK(lab.rdr.count("FSCTL") == 0);
        app.close(f);
    });
}

TEST_CASE("a query slot left out answers STATUS_NOT_IMPLEMENTED", "[rdbss][info]")
{
    Share lab({ .prepare = [](MINIRDR_DISPATCH& d) {
        d.MRxQueryFileInfo = nullptr;
        d.MRxSetFileInfo = nullptr;
        d.MRxFlush = nullptr;
    } });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        FILE_BASIC_INFORMATION basic {};
        CHECK(app.query(f, FileBasicInformation, &basic, sizeof basic) == STATUS_NOT_IMPLEMENTED);
        CHECK(app.set(f, FileBasicInformation, &basic, sizeof basic) == STATUS_NOT_IMPLEMENTED);
        CHECK(app.flush(f) == STATUS_NOT_IMPLEMENTED);
        app.close(f);
    });
}

TEST_CASE("the routines RDBSS never calls are never called", "[rdbss][info]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        app.read(f, 0, 5);
        app.write(f, 0, "x");
        app.flush(f);
        app.close(f);
    });
    lab.passSeconds(60);
    for (const char* never : { "MRxCancel", "MRxOpenPrintFile", "MRxClosePrintFile",
                               "MRxWritePrintFile", "MRxEnumeratePrintQueue",
                               "MRxClosedSrvOpenTimeOut", "MRxClosedFcbTimeOut", "CLEAROUT" }) {
        CHECK(lab.rdr.count(never) == 0);
    }
}
