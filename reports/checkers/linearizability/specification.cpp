#include "reports/checkers/linearizability/specification.hpp"

#include "reports/checkers/linearizability/specifications.hpp"

namespace lightcone::reports::checkers {

bool Specification::is_read_only(const Op& op) const {
  return op.verb == Verb::read || op.verb == Verb::read_at || op.verb == Verb::contains;
}

std::unique_ptr<Specification> specification_of(const Object& object, Part part, Values& values) {
  switch (object.shape) {
    case Shape::plain_register:
    case Shape::cas_register:
    case Shape::key_value:
      return register_specification(object, part, values);
    case Shape::multi_register:
      return multi_register_specification(object, part, values);
    case Shape::counter:
      return counter_specification(object, part, values);
    case Shape::set:
      return set_specification(object, part, values);
    case Shape::fifo_queue:
    case Shape::unordered_queue:
    case Shape::priority_queue:
    case Shape::stack:
      return queue_specification(object, values);
    case Shape::log:
      return log_specification(object, values);
    case Shape::mutex:
    case Shape::fenced_lock:
      return lock_specification(object, values);
  }
  return nullptr;
}

}  // namespace lightcone::reports::checkers
