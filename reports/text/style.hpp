// How text is laid out and coloured.
#pragma once

#include <string>
#include <string_view>

#include "sim/time.hpp"

namespace lightcone::reports::text {

struct Style {
  bool colours = false;
  int columns = 100;
};

enum class Paint : std::uint8_t { plain, bold, dim, good, bad, warn };

// `text` in the colour, or as it is when the style has none.
std::string painted(std::string_view text, Paint paint, const Style& style);

// Names come from files: control characters and malformed UTF-8 must not reach a terminal.
std::string harmless(std::string_view text);

// Columns that the text takes on a terminal, for text without control characters or wide letters.
std::size_t width_of(std::string_view utf8);
// Filled with blanks, or cut with an ellipsis, to exactly so many columns.
std::string fitted(std::string_view text, std::size_t columns);
// Words folded into lines; all but the first begin with `indent` blanks.
std::string folded(std::string_view text, std::size_t indent, const Style& style);

// "1.234 s", "56.7 ms", "890 us": three or four digits.
std::string in_words(sim::Duration duration);
// An instant, in seconds with milliseconds: "3.250".
std::string seconds(sim::Duration since_start);
// "1,234,567"
std::string grouped(std::uint64_t number);

}  // namespace lightcone::reports::text
