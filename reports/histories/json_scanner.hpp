// A cursor over one JSON text (RFC 8259) that reads straight into values, without a tree between. Written
// for histories: a million lines a second, integers only, no recursion deeper than `max_depth`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "reports/histories/problem.hpp"
#include "sim/value.hpp"

namespace lightcone::reports::histories {

// Every function that returns bool says false once something is wrong; `fault`, `error` and `column` then
// tell what, and the scanner must not be used further.
class JsonScanner {
 public:
  static constexpr int max_depth = 64;

  explicit JsonScanner(std::string_view text) : text_(text) {}

  // Moves over white space and says whether nothing follows.
  bool at_end() {
    space();
    return at_ >= text_.size();
  }
  // Whether `c` is next after white space; does not move over it.
  bool next_is(char c) {
    space();
    return at_ < text_.size() && text_[at_] == c;
  }
  // Moves over white space and `c`.
  bool expect(char c) { return accept(c) || missing(c); }
  // Like `expect`, but its absence is no error.
  bool accept(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }

  // A member's name and the colon. The view lives until the next call.
  bool name(std::string_view& out);
  bool text(std::string& out);
  bool integer(std::int64_t& out);
  // Any value that a history can hold. An object becomes a list of [name, value] in its order.
  bool value(sim::Value& out);
  // Any JSON value, unread; `raw` is its text.
  bool skip(std::string_view& raw);

  bool fail(Fault fault, std::string what);
  Fault fault() const { return fault_; }
  const std::string& error() const { return error_; }
  std::size_t column() const { return at_ + 1; }

 private:
  void space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n'))
      ++at_;
  }
  bool missing(char c);
  bool word(std::string_view expected);
  bool escape(std::string& out);
  bool small_integer(std::int64_t& out);
  bool hex4(std::uint32_t& out);
  bool number(sim::Value& out);
  bool list(sim::Value& out, int depth);
  bool object(sim::Value& out, int depth);
  bool value(sim::Value& out, int depth);
  bool skip_value(int depth);
  bool skip_number();
  bool skip_text();

  std::string_view text_;
  std::size_t at_ = 0;
  Fault fault_ = Fault::malformed;
  std::string error_;
  std::string scratch_;
};

}  // namespace lightcone::reports::histories
