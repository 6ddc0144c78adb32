// What the bytes of a stack location say: functions, flags and Parameters with the names of the
// WDK.
//
// The recording keeps numbers (SCHEMA.md, stack_locations). Whatever a file holds gives a text: an
// unknown number stays a number.
#pragma once

#include "traces/store/reader.h"

#include <string>
#include <string_view>
#include <vector>

namespace rdrlab::trace {

/// One member of a location. `text` is for people; a plain number has it in digits and is in
/// `number` for who writes it in another way.
struct StackValue
{
    std::string_view name; // as in the WDK: "ByteOffset"
    std::string text;
    bool isNumber = false;
    std::int64_t number = 0;
    ObjectId object = 0; // that it points to
};

/// The member of Parameters that the function uses ("Read", "LockControl"); empty: none.
std::string_view stackMember(const StackLocation& location);
/// Its values, in the order of the structure. Costs a few look-ups.
std::vector<StackValue> stackParameters(const Reader& reader, const StackLocation& location);

/// "IRP_MN_QUERY_DIRECTORY", "0x7" for a number that the major function has no name for.
std::string stackMinorFunction(const StackLocation& location);
/// "SL_EXCLUSIVE_LOCK | SL_FAIL_IMMEDIATELY", "0": what a bit means depends on the function.
std::string stackFlags(const StackLocation& location);
/// Control after event `at`: with SL_PENDING_RETURNED from when it was seen.
std::string stackControl(const StackLocation& location, Seq at);

/// Every name that can come out of these routines, for whoever explains names.
std::vector<std::string_view> stackNames();

} // namespace rdrlab::trace
