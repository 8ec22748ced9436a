// A cursor over extensible data notation (https://github.com/edn-format/edn), as Clojure prints it, that
// reads straight into values.
//
// What becomes of it: nil null; strings, characters and symbols text; keywords text with their colon;
// lists and vectors lists; sets lists in ascending order; maps lists of [key, value] in their order; a
// tagged literal what its tag stands before. Only 64-bit integers can be values; other numbers can be
// skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "reports/histories/problem.hpp"
#include "sim/value.hpp"

namespace lightcone::reports::histories {

class EdnScanner {
 public:
  static constexpr int max_depth = 64;

  explicit EdnScanner(std::string_view text) : text_(text) {}

  // Moves over white space, comments and discarded forms. False when a discard is broken.
  bool space();
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  // Moves over white space and tags (not over what they stand before).
  bool tags();
  // Moves over `c`, which must be next.
  bool expect(char c);
  // Moves over `c` if it is next; no error when it is not.
  bool accept(char c);

  bool value(sim::Value& out);
  // A symbol, keyword or number as it stands.
  bool token(std::string_view& out);
  // Any form, unread; `raw` is its text.
  bool skip(std::string_view& raw);

  bool fail(Fault fault, std::string what);
  // The text ended inside a form: more of it might mend that.
  bool ended() const { return ended_; }
  Fault fault() const { return fault_; }
  const std::string& error() const { return error_; }
  std::size_t position() const { return at_; }

 private:
  enum class Keep : std::uint8_t { yes, no };  // no: any number will do, nothing is built

  bool end_of_text();
  bool form(sim::Value& out, Keep keep, int depth);
  bool sequence(sim::Value& out, Keep keep, char close, int depth);
  bool map(sim::Value& out, Keep keep, std::string_view name_space, int depth);
  bool dispatch(sim::Value& out, Keep keep, int depth);
  bool text(sim::Value& out);
  bool escape(std::string& out);
  bool character(sim::Value& out);
  bool atom(sim::Value& out, Keep keep);
  bool number(std::string_view token, sim::Value& out, Keep keep);

  std::string_view text_;
  std::size_t at_ = 0;
  int discards_ = 0;
  bool ended_ = false;
  Fault fault_ = Fault::malformed;
  std::string error_;
};

}  // namespace lightcone::reports::histories
