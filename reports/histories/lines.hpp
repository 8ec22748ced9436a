// Cuts pieces of a text into lines, whatever the pieces' boundaries.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace lightcone::reports::histories {

class Lines {
 public:
  // A line of more bytes is refused: it would be held in memory whole.
  static constexpr std::size_t max_line = std::size_t{256} << 20;

  // Calls `take(line, number)` for each line that `piece` completes, numbers from 1, until it says false.
  // False then, and when a line grows beyond `max_line` (`overlong` tells).
  template <class Take>
  bool feed(std::string_view piece, const Take& take) {
    while (!piece.empty()) {
      const std::size_t end = piece.find('\n');
      if (rest_.size() + (end == std::string_view::npos ? piece.size() : end) > max_line) {
        overlong_ = true;
        return false;
      }
      if (end == std::string_view::npos) {
        rest_.append(piece);
        return true;
      }
      if (!take_one(piece.substr(0, end), take)) return false;
      piece.remove_prefix(end + 1);
    }
    return true;
  }

  // The last line, when nothing ends it.
  template <class Take>
  bool finish(const Take& take) {
    return rest_.empty() || take_one({}, take);
  }

  bool overlong() const { return overlong_; }
  // The number of the line that is being read.
  std::size_t number() const { return number_; }

 private:
  template <class Take>
  bool take_one(std::string_view text, const Take& take) {
    const std::size_t number = number_++;
    if (rest_.empty()) return take(number == 1 ? without_mark(text) : text, number);
    rest_.append(text);
    const std::string whole = std::exchange(rest_, {});
    return take(number == 1 ? without_mark(whole) : std::string_view(whole), number);
  }

  // Some editors put a byte order mark in front of UTF-8.
  static std::string_view without_mark(std::string_view text) {
    if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    return text;
  }

  std::string rest_;
  std::size_t number_ = 1;
  bool overlong_ = false;
};

}  // namespace lightcone::reports::histories
