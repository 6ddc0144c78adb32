#include <ntifs.h>

#include "engine/host/text.h"
#include "engine/scenario/ntcalls.h"
#include "engine/scenario/redirector.h"
#include "minirdr/driver/minirdrctl.h"

#include <algorithm>
#include <cstring>

namespace rdrlab::scenario::redirector {

namespace {

uint32_t control(uint32_t code, const void* input, size_t inputBytes)
{
    nt::CreateArguments arguments;
    arguments.path
        = host::toUtf8(std::u16string_view(reinterpret_cast<const char16_t*>(MINIRDR_DEVICE_NAME)));
    arguments.access = FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE;
    arguments.share = FILE_SHARE_READ | FILE_SHARE_WRITE;
    arguments.options = FILE_SYNCHRONOUS_IO_NONALERT;
    const nt::CreateResult device = nt::createFile(arguments);
    if (device.status != STATUS_SUCCESS)
        return device.status;
    nt::Request request;
    if (inputBytes) {
        request.input = std::make_shared<nt::UserBuffer>(inputBytes);
        std::memcpy(request.input->data(), input, inputBytes);
    }
    const uint32_t status = nt::deviceControl(request, device.handle, 0, code, false);
    nt::close(device.handle);
    return status;
}

bool copyName(const std::string& text, WCHAR* target, USHORT& lengthBytes)
{
    const std::u16string units = host::toUtf16(text);
    if (units.size() > MINIRDR_MAXIMUM_NAME)
        return false;
    std::memcpy(target, units.data(), units.size() * sizeof(WCHAR));
    lengthBytes = static_cast<USHORT>(units.size() * sizeof(WCHAR));
    return true;
}

} // namespace

uint32_t start(const RedirectorPlan& plan, uint16_t serverPort)
{
    MINIRDR_CONFIGURATION configuration = {};
    configuration.Size = sizeof configuration;
    configuration.Port = serverPort;
    configuration.MinimumDialect = plan.minDialect;
    configuration.MaximumDialect = plan.maxDialect;
    configuration.RequireSigning = plan.requireSigning;
    configuration.Signing = plan.signing;
    configuration.RequestTimeoutMs = plan.timeoutMs;
    const uint32_t status
        = control(IOCTL_MINIRDR_SET_CONFIGURATION, &configuration, sizeof configuration);
    return NT_ERROR(status) ? status : control(IOCTL_MINIRDR_START, nullptr, 0);
}

uint32_t stop()
{
    return control(IOCTL_MINIRDR_STOP, nullptr, 0);
}

uint32_t setCredentials(const UserPlan& user)
{
    MINIRDR_CREDENTIALS credentials = {};
    credentials.Size = sizeof credentials;
    if (!copyName(user.account, credentials.UserName, credentials.UserNameLength)
        || !copyName(user.domain, credentials.Domain, credentials.DomainLength)
        || !copyName(user.password, credentials.Password, credentials.PasswordLength))
        return STATUS_NAME_TOO_LONG;
    return control(IOCTL_MINIRDR_SET_CREDENTIALS, &credentials, sizeof credentials);
}

} // namespace rdrlab::scenario::redirector
