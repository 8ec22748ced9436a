// What a browser asks for: a path and the fields behind it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lightcone::tools {

struct Target {
  std::string path;                                        // decoded, "/run"
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in their order

  // The first field of this name that is not empty; or else empty.
  std::string value(std::string_view name) const;
  std::vector<std::string> values(std::string_view name) const;
};

// "/run?file=a%20b&seed=3"; nothing for what is malformed, or decodes to a control character other than those
// that end lines.
std::optional<Target> parse_target(std::string_view text);

// As the value of a field.
std::string encoded(std::string_view text);

}  // namespace lightcone::tools
