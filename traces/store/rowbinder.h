// Binds the columns of one row in order. Private to traces/store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <sqlite3.h>
#include <string_view>

namespace rdrlab::trace {

class Row
{
public:
    explicit Row(sqlite3_stmt* statement)
        : m_statement(statement)
    {
    }
    Row& number(std::uint64_t value)
    {
        sqlite3_bind_int64(m_statement, ++m_column, static_cast<sqlite3_int64>(value));
        return *this;
    }
    Row& signedNumber(std::int64_t value)
    {
        sqlite3_bind_int64(m_statement, ++m_column, value);
        return *this;
    }
    Row& optional(std::uint64_t value) { return value == 0 ? null() : number(value); }
    Row& null()
    {
        sqlite3_bind_null(m_statement, ++m_column);
        return *this;
    }
    Row& text(std::string_view value)
    {
        sqlite3_bind_text(m_statement, ++m_column, value.data(), int(value.size()), SQLITE_STATIC);
        return *this;
    }
    Row& blob(const void* data, std::size_t length)
    {
        if (length == 0) {
            sqlite3_bind_zeroblob(m_statement, ++m_column, 0);
            return *this;
        }
        sqlite3_bind_blob64(m_statement, ++m_column, data, length, SQLITE_STATIC);
        return *this;
    }

private:
    sqlite3_stmt* m_statement;
    int m_column = 0;
};

} // namespace rdrlab::trace
