// How operations are spoken of in a reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/history.hpp"
#include "sim/value.hpp"

namespace lightcone::reports::checkers {

// `process 3's write x=7`, `process 0's read of x, which found 7`.
std::string in_words(const sim::Operation& operation);

// JSON, cut after some 60 bytes.
std::string in_words(const sim::Value& value);

// A time or a span of one, of a history in nanoseconds: `1500ms`; one that takes many digits is rounded to a
// thousandth of its unit: `1.997s`.
std::string in_time_units(std::int64_t nanoseconds);

// "1 element", "2 elements".
std::string counted(std::size_t n, std::string_view noun);

}  // namespace lightcone::reports::checkers
