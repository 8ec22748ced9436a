// Where the tokens of a JSON text stand. The text is walked once, forwards, beside the parser.
#pragma once

#include <cstddef>
#include <string_view>

#include "sim/literal.hpp"

namespace lightcone::scenarios::json {

// From byte offsets to lines and columns; cheap when offsets ascend from call to call.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}

  sim::Place at(std::size_t offset);

 private:
  std::string_view text_;
  std::size_t line_begin_ = 0;
  std::size_t seen_ = 0;
  std::int32_t line_ = 1;
};

// The first byte at or behind `offset` that is neither white space nor within a comment; text.size() when
// there is none. A comment without an end, and a '/' that begins none, count as such a byte.
std::size_t skip_blanks(std::string_view text, std::size_t offset);

// Just behind the token (text, number, word, or a single byte) that begins at `offset` < text.size().
std::size_t end_of_token(std::string_view text, std::size_t offset);

// The first byte that is not UTF-8 (Unicode 15, table 3-7), or npos.
std::size_t find_ill_formed(std::string_view text);

}  // namespace lightcone::scenarios::json
