// A value, or the reason why there is none, in words for the person who asked. For what a user can get
// wrong; a mistake of ours is an `ensure`.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "sim/ensure.hpp"

namespace lightcone::sim {

struct Problem {
  std::string message;  // a phrase without a full stop: "the mean must not be negative"
  friend bool operator==(const Problem&, const Problem&) = default;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::move(value)) {}
  Result(Problem problem) : held_(std::move(problem)) {}

  bool ok() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  const T& value() const& {
    ensure(ok(), "a result is asked for its value only when it has one");
    return *std::get_if<0>(&held_);
  }
  T value() && {
    ensure(ok(), "a result is asked for its value only when it has one");
    return std::move(*std::get_if<0>(&held_));
  }
  const std::string& problem() const {
    ensure(!ok(), "a result is asked for its problem only when it has one");
    return std::get_if<1>(&held_)->message;
  }

 private:
  std::variant<T, Problem> held_;
};

}  // namespace lightcone::sim
