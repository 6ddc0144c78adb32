#include "traces/model/explanations.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace rdrlab::trace {

// explanations.json and explanations.de.json, put into the program by CMake.
extern const char* const kExplanations;
extern const char* const kExplanationsGerman;

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

using Json = nlohmann::json;

std::string_view textOf(const Json& object, const char* key)
{
    return object.at(key).get_ref<const std::string&>();
}

struct Book
{
    Json json = Json::parse(kExplanations);
    std::vector<Explanation> entries;

    Book()
    {
        for (const auto& group : json) {
            const std::string_view kind = textOf(group, "kind");
            const std::string_view page = textOf(group, "page");
            for (const auto& [name, text] : group.at("entries").items()) {
                entries.push_back({ name, kind, text.get_ref<const std::string&>(), page });
            }
        }
        std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
            return comesBefore(a.name, b.name);
        });
    }
};

// The same entries at the same places. Its file has the same groups, each named by the English word
// for its kind, so that a kind, a page and a title are translated once.
struct TranslatedBook
{
    Json json;
    std::vector<Explanation> entries = explanations();
    std::vector<std::string_view> titles; // of each entry, "" where its name is its title

    explicit TranslatedBook(const char* file)
        : json(Json::parse(file))
        , titles(entries.size())
    {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            Explanation& entry = entries[i];
            for (const Json& group : json) {
                const auto found = group.at("entries").find(entry.name);
                if (textOf(group, "of") == entry.kind && found != group.at("entries").end()) {
                    titles[i] = group.contains("title") ? textOf(group, "title") : "";
                    entry.kind = textOf(group, "kind");
                    entry.page = textOf(group, "page");
                    entry.text = found->get_ref<const std::string&>();
                    break;
                }
            }
        }
    }
};

const TranslatedBook& german()
{
    static const TranslatedBook book(kExplanationsGerman);
    return book;
}

std::string filled(std::string_view pattern, std::string_view with)
{
    std::string text(pattern);
    const std::size_t hole = text.find("{}");
    if (hole != text.npos) {
        text.replace(hole, 2, with);
    }
    return text;
}

std::size_t placeOf(const Explanation& entry)
{
    return std::size_t(&entry - explanations().data());
}

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

Language languageOf(std::string_view tag)
{
    const std::string_view code = tag.substr(0, tag.find_first_of("-_.@"));
    return code == "de" ? Language::German : Language::English;
}

const Explanation& inLanguage(const Explanation& entry, Language language)
{
    return language == Language::German ? german().entries[placeOf(entry)] : entry;
}

std::string titleOf(const Explanation& entry, Language language)
{
    const std::string_view title
        = language == Language::German ? german().titles[placeOf(entry)] : std::string_view();
    return title.empty() ? std::string(entry.name)
                         : filled(title, entry.name.substr(0, entry.name.rfind(' ')));
}

std::string pageOf(const Explanation& entry, Language language)
{
    return filled(inLanguage(entry, language).page, entry.name);
}

} // namespace rdrlab::trace
