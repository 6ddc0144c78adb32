// The worked queries of SCHEMA.md: what people ask a trace, each with a sentence that says what.
//
// The page is put into the program, so that the examples somebody can run are those somebody reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdrlab::trace {

struct WorkedQuery
{
    std::string title; // a sentence without its colon
    std::string sql;
};

/// In the order of the page. They live as long as the program.
const std::vector<WorkedQuery>& workedQueries();

/// The same of a page that is given.
std::vector<WorkedQuery> workedQueriesOf(std::string_view page);

} // namespace rdrlab::trace
