#include "traces/store/workedqueries.h"

namespace rdrlab::trace {

extern const char* const kSchemaPage; // SCHEMA.md, put into the program by CMake

namespace {

std::string_view nextLine(std::string_view& text)
{
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

} // namespace

std::vector<WorkedQuery> workedQueriesOf(std::string_view page)
{
    std::vector<WorkedQuery> queries;
    std::string title; // the last paragraph before a query
    bool isBetween = true;
    while (!page.empty()) {
        const std::string_view line = nextLine(page);
        if (line == "```sql") {
            WorkedQuery query { title, {} };
            while (!page.empty()) {
                const std::string_view code = nextLine(page);
                if (code == "```") {
                    break;
                }
                query.sql += (query.sql.empty() ? "" : "\n") + std::string(code);
            }
            while (query.title.ends_with(':') || query.title.ends_with('.')) {
                query.title.pop_back();
            }
            queries.push_back(std::move(query));
            isBetween = true;
        } else if (line.empty()) {
            isBetween = true;
        } else {
            title = isBetween ? std::string(line) : title + " " + std::string(line);
            isBetween = false;
        }
    }
    return queries;
}

const std::vector<WorkedQuery>& workedQueries()
{
    static const std::vector<WorkedQuery> queries = workedQueriesOf(kSchemaPage);
    return queries;
}

} // namespace rdrlab::trace
