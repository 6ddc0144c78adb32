#include "traces/model/explanations.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace rdrlab::trace {

extern const char* const kExplanations; // explanations.json, put into the program by CMake

namespace {

char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? char(letter - 'A' + 'a') : letter;
}

bool comesBefore(std::string_view a, std::string_view b)
{
    return std::lexicographical_compare(
        a.begin(), a.end(), b.begin(), b.end(),
        [](char left, char right) { return lower(left) < lower(right); });
}

struct Book
{
    nlohmann::json json = nlohmann::json::parse(kExplanations);
    std::vector<Explanation> entries;

    Book()
    {
        for (const auto& group : json) {
            const auto& kind = group.at("kind").get_ref<const std::string&>();
            const auto& page = group.at("page").get_ref<const std::string&>();
            for (const auto& [name, text] : group.at("entries").items()) {
                entries.push_back({ name, kind, text.get_ref<const std::string&>(), page });
            }
        }
        std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
            return comesBefore(a.name, b.name);
        });
    }
};

const Explanation* find(std::string_view name)
{
    const std::vector<Explanation>& all = explanations();
    const auto found = std::lower_bound(
        all.begin(), all.end(), name, [](const Explanation& entry, std::string_view wanted) {
            return comesBefore(entry.name, wanted);
        });
    return found != all.end() && !comesBefore(name, found->name) ? &*found : nullptr;
}

} // namespace

const std::vector<Explanation>& explanations()
{
    static const Book book;
    return book.entries;
}

const Explanation* explain(std::string_view name)
{
    if (const Explanation* exact = find(name)) {
        return exact;
    }
    // "FCB:\lab\a.txt" and "IRP#14" are structures, "FCB.OpenCount" is a field of one.
    const std::size_t mark = name.find_first_of(":#");
    if (mark != name.npos) {
        return find(name.substr(0, mark));
    }
    const std::size_t dot = name.find('.');
    return dot != name.npos ? find(name.substr(dot + 1)) : nullptr;
}

const Explanation* explainRoutine(EventKind kind, Layer layer, std::string_view name)
{
    const Explanation* found = nullptr;
    if (kind == EventKind::Reference) {
        found = find(std::string(name) + " reference");
    } else if (layer == Layer::Server) {
        found = find("SMB2 " + std::string(name));
    }
    return found != nullptr ? found : explain(name);
}

std::string pageOf(const Explanation& entry)
{
    std::string page(entry.page);
    const std::size_t hole = page.find("{}");
    if (hole != page.npos) {
        page.replace(hole, 2, entry.name);
    }
    return page;
}

} // namespace rdrlab::trace
