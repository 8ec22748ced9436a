// The lines of an input file, one by one; the file is read to its end when it is opened.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lightcone::tools {

class Lines {
 public:
  // A sentence that begins with the path says what is wrong.
  std::optional<std::string> open(const std::string& path);
  // Without its end of line; nothing behind the last.
  std::optional<std::string> next();

 private:
  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace lightcone::tools
