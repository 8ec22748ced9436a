// A JSON Schema (draft 2020-12) from the field tables that read the files, so that editors complete and check
// them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/fields.hpp"

namespace lightcone::scenarios {

// What an open field may hold depends on another field of the same object: "parameters" on "model".
struct OpenCases {
  std::string_view table;  // by name
  std::string_view open_field;
  std::string_view deciding_field;
  std::vector<std::pair<std::string, const sim::Table*>>
      cases;  // value of the deciding field, what is then held
};

// The text, the same for the same tables. Every table and converted type stands once below $defs, by name.
std::string schema(const sim::Table& document, std::string_view title,
                   const std::vector<OpenCases>& open = {});

}  // namespace lightcone::scenarios
