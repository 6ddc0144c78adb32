// The dynamic linker knows exported routines only, and completion routines are private to their
// files. Their names are in the module's full symbol table, which is in the file but not in memory.
#include "engine/recorder/routinename.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <memory>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rdrlab::recorder {

namespace {

// A file as bytes; empty when it cannot be read.
class Mapped
{
public:
    explicit Mapped(const char* path)
    {
        const int file = ::open(path, O_RDONLY | O_CLOEXEC);
        struct stat info
        {
        };
        if (file >= 0 && ::fstat(file, &info) == 0 && info.st_size > 0) {
            void* at = ::mmap(nullptr, std::size_t(info.st_size), PROT_READ, MAP_PRIVATE, file, 0);
            if (at != MAP_FAILED) {
                m_data = static_cast<const char*>(at);
                m_size = std::size_t(info.st_size);
            }
        }
        if (file >= 0) {
            ::close(file);
        }
    }
    ~Mapped()
    {
        if (m_data != nullptr) {
            ::munmap(const_cast<char*>(m_data), m_size);
        }
    }
    Mapped(const Mapped&) = delete;
    Mapped& operator=(const Mapped&) = delete;

    /// `count` structures at `offset`; nullptr when the file does not hold all of them.
    template <typename T> const T* at(std::uint64_t offset, std::uint64_t count = 1) const
    {
        return offset <= m_size && count <= (m_size - offset) / sizeof(T)
            ? reinterpret_cast<const T*>(m_data + offset)
            : nullptr;
    }

private:
    const char* m_data = nullptr;
    std::size_t m_size = 0;
};

// The function that begins at `value` in the symbol table of a 64-bit ELF file.
std::string symbolAt(const char* path, std::uint64_t value)
{
    const Mapped file(path);
    const auto* head = file.at<Elf64_Ehdr>(0);
    if (head == nullptr || std::memcmp(head->e_ident, ELFMAG, SELFMAG) != 0
        || head->e_ident[EI_CLASS] != ELFCLASS64) {
        return {};
    }
    const auto* sections = file.at<Elf64_Shdr>(head->e_shoff, head->e_shnum);
    for (unsigned i = 0; sections != nullptr && i < head->e_shnum; ++i) {
        if (sections[i].sh_type != SHT_SYMTAB || sections[i].sh_link >= head->e_shnum) {
            continue;
        }
        const std::uint64_t count = sections[i].sh_size / sizeof(Elf64_Sym);
        const Elf64_Shdr& names = sections[sections[i].sh_link];
        const auto* symbols = file.at<Elf64_Sym>(sections[i].sh_offset, count);
        const auto* text = file.at<char>(names.sh_offset, names.sh_size);
        for (std::uint64_t at = 0; symbols != nullptr && text != nullptr && at < count; ++at) {
            const Elf64_Sym& symbol = symbols[at];
            if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_value == value
                && symbol.st_shndx != SHN_UNDEF && symbol.st_name < names.sh_size) {
                const char* begin = text + symbol.st_name;
                return { begin, ::strnlen(begin, names.sh_size - symbol.st_name) };
            }
        }
    }
    return {};
}

// As the source says it: "(anonymous namespace)::ReceiveDone(_DEVICE_OBJECT*, …)" is ReceiveDone.
std::string plain(const std::string& symbol)
{
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> demangled(
        abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &std::free);
    std::string name = demangled != nullptr ? demangled.get() : symbol;
    constexpr std::string_view kNobody = "(anonymous namespace)::";
    for (std::size_t at = name.find(kNobody); at != name.npos; at = name.find(kNobody)) {
        name.erase(at, kNobody.size());
    }
    name.resize(std::min(name.find('('), name.size()));
    if (demangled == nullptr) {
        name.resize(std::min(name.find('.'), name.size())); // of a compiler's copy: name.lto_priv.0
    }
    return name;
}

} // namespace

std::string nameOfRoutine(const void* routine)
{
    Dl_info info {};
    link_map* module = nullptr;
    if (::dladdr1(routine, &info, reinterpret_cast<void**>(&module), RTLD_DL_LINKMAP) == 0
        || module == nullptr) {
        return "?";
    }
    std::string symbol;
    if (info.dli_saddr == routine && info.dli_sname != nullptr) {
        symbol = info.dli_sname;
    } else {
        const bool isProgram = module->l_name == nullptr || *module->l_name == 0;
        symbol = symbolAt(
            isProgram ? "/proc/self/exe" : module->l_name,
            reinterpret_cast<std::uint64_t>(routine) - module->l_addr);
    }
    if (!symbol.empty()) {
        return plain(symbol);
    }
    std::string_view file = info.dli_fname != nullptr ? info.dli_fname : "";
    file.remove_prefix(file.rfind('/') + 1);
    file = file.substr(0, file.find('.'));
    return std::string(file) + "!?";
}

} // namespace rdrlab::recorder
