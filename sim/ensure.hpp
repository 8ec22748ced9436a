// Our own bugs. `ensure(condition, "what must be true")` is always compiled in; a failed one prints the
// sentence, the place and what the running simulation says of itself, then ends the program with exit
// code 70 (EX_SOFTWARE). It is never used for a simulated failure (a value), a violated claim (a
// finding) or a user's mistake (a diagnostic).
#pragma once

#include <source_location>
#include <string>
#include <string_view>

namespace lightcone::sim {

[[noreturn]] void ensure_failed(std::string_view must_be_true, std::source_location where);

inline void ensure(bool condition, std::string_view must_be_true,
                   std::source_location where = std::source_location::current()) {
  if (!condition) [[unlikely]]
    ensure_failed(must_be_true, where);
}

// Something that can say where a run stands (instant, node, seed, last records). While an object lives
// on a thread, a failed `ensure` on that thread prints what the innermost one says.
class FailureContext {
 public:
  FailureContext();
  FailureContext(const FailureContext&) = delete;
  FailureContext& operator=(const FailureContext&) = delete;
  virtual ~FailureContext();
  virtual std::string describe_for_failure() const = 0;

 private:
  const FailureContext* outer_;
};

}  // namespace lightcone::sim
