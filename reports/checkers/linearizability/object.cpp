#include "reports/checkers/linearizability/object.hpp"

#include <array>
#include <utility>

namespace lightcone::reports::checkers {
namespace {

constexpr std::array<std::pair<std::string_view, Shape>, 16> names{{
    {"register", Shape::plain_register},
    {"cas-register", Shape::cas_register},
    {"multi-register", Shape::multi_register},
    {"kv", Shape::key_value},
    {"counter", Shape::counter},
    {"set", Shape::set},
    {"fifo-queue", Shape::fifo_queue},
    {"unordered-queue", Shape::unordered_queue},
    {"priority-queue", Shape::priority_queue},
    {"stack", Shape::stack},
    {"log", Shape::log},
    {"mutex", Shape::mutex},
    {"fenced-lock", Shape::fenced_lock},
    {"kv-append", Shape::key_value},
    {"fifo-queue-empty", Shape::fifo_queue},
    {"stack-empty", Shape::stack},
}};

}  // namespace

std::optional<Object> object_named(std::string_view name, sim::Value initial) {
  for (const auto& [known, shape] : names) {
    if (known != name) continue;
    Object object;
    object.shape = shape;
    object.initial = std::move(initial);
    return object;
  }
  return std::nullopt;
}

std::string_view name_of(Shape shape) {
  for (const auto& [known, named] : names) {
    if (named == shape) return known;
  }
  return "object";
}

}  // namespace lightcone::reports::checkers
