// What *_host.cpp files include: the NT headers and the standard library, in either order.
#ifndef RDR_LIBRARY_FIRST
#include <bcrypt.h>
#include <ntifs.h>
#include <rdrtrace.h>
#endif
#include <algorithm>
#include <cstring>
#include <cwchar>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>
#ifdef RDR_LIBRARY_FIRST
#include <bcrypt.h>
#include <ntifs.h>
#include <rdrtrace.h>
#endif

std::string hostName(const UNICODE_STRING& name);

std::string hostName(const UNICODE_STRING& name)
{
    std::string text(name.Length / sizeof(WCHAR), ' ');
    std::transform(name.Buffer, name.Buffer + text.size(), text.begin(), [](WCHAR c) {
        return static_cast<char>(c);
    });
    return std::min(text, std::string("z"));
}
