#include "tools/lines.hpp"

#include <algorithm>

#include "tools/input.hpp"

namespace lightcone::tools {

std::optional<std::string> Lines::open(const std::string& path) {
  return read_input(path, [this](std::string_view piece) {
    text_ += piece;
    return true;
  });
}

std::optional<std::string> Lines::next() {
  if (at_ >= text_.size()) return std::nullopt;
  const std::size_t end = std::min(text_.find('\n', at_), text_.size());
  std::string line = text_.substr(at_, end - at_);
  at_ = end + 1;
  return line;
}

}  // namespace lightcone::tools
