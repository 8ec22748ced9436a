// Puts a parser's complaint into words: what stands there, and what could stand there instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/literal.hpp"
#include "sim/units.hpp"

namespace lightcone::scenarios::json {

// What was read last, commas and colons aside.
enum class Last : std::uint8_t { nothing, opening, key, value };

struct SyntaxState {
  Last last = Last::nothing;
  std::size_t behind_last = 0;            // offset behind what was read last
  sim::Form container = sim::Form::null;  // list or object that is open, null: none
  sim::Place opened;                      // where
};

struct SyntaxError {
  std::size_t offset = 0;
  sim::Mismatch why;
};

// `consumed`: how many bytes the parser had taken when it gave up. `complaint`: its words.
SyntaxError describe(std::string_view text, const SyntaxState& state, std::size_t consumed,
                     std::string_view complaint);

}  // namespace lightcone::scenarios::json
