// The makers behind `specification_of`, by family of objects.
#pragma once

#include "reports/checkers/linearizability/specification.hpp"

namespace lightcone::reports::checkers {

std::unique_ptr<Specification> register_specification(const Object& object, Part part, Values& values);
std::unique_ptr<Specification> counter_specification(const Object& object, Part part, const Values& values);
std::unique_ptr<Specification> multi_register_specification(const Object& object, Part part, Values& values);
std::unique_ptr<Specification> set_specification(const Object& object, Part part, Values& values);
std::unique_ptr<Specification> queue_specification(const Object& object,
                                                   Values& values);  // bags and stacks too
std::unique_ptr<Specification> log_specification(const Object& object, Values& values);
std::unique_ptr<Specification> lock_specification(const Object& object, Values& values);

// Two's complement, so that a history with absurd numbers is judged and not undefined.
inline std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace lightcone::reports::checkers
