// UTF-8 as Unicode 15 defines it (section 3.9, table 3-7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lightcone::reports::histories {

// Length of the well-formed sequence at the start of `text`; 0 when there is none.
std::size_t utf8_sequence(std::string_view text);

// `point` must be a scalar value: at most 0x10FFFF and no surrogate.
void append_utf8(std::string& out, std::uint32_t point);

}  // namespace lightcone::reports::histories
