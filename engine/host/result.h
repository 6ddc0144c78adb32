// result.h - the value of something that may fail in an expected way.
//
// Failure that a caller should handle (a missing file, bad input) travels as a Result; a bug is a
// CHECK; nothing of ours throws. An Error is one clear line for a person.
#pragma once

#include "engine/host/check.h"

#include <string>
#include <utility>
#include <variant>

namespace rdrlab::host {

struct Error
{
    std::string message;
};

template <typename T> class [[nodiscard]] Result
{
public:
    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error)
        : m_state(std::in_place_index<1>, std::move(error))
    {
    }

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() &
    {
        RDRLAB_CHECK(ok());
        return std::get<0>(m_state);
    }
    const T& value() const&
    {
        RDRLAB_CHECK(ok());
        return std::get<0>(m_state);
    }
    T&& value() &&
    {
        RDRLAB_CHECK(ok());
        return std::get<0>(std::move(m_state));
    }
    const std::string& error() const
    {
        RDRLAB_CHECK(!ok());
        return std::get<1>(m_state).message;
    }

private:
    std::variant<T, Error> m_state;
};

/// Success has nothing to say.
struct Nothing
{
};
using Status = Result<Nothing>;

} // namespace rdrlab::host
