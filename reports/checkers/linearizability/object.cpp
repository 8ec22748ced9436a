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

bool Object::is_about(const sim::Value& key) const {
  if (keys.empty()) return true;
  const std::string* text = key.as_text();
  return text != nullptr && !text->empty() && keys.find(text->front()) != std::string::npos;
}

std::optional<Object> object_named(std::string_view name, sim::Value initial) {
  const std::size_t colon = name.find(':');
  const bool has_keys = colon != std::string_view::npos;
  if (has_keys && colon + 1 == name.size()) return std::nullopt;
  for (const auto& [known, shape] : names) {
    if (known != name.substr(0, colon)) continue;
    Object object;
    object.shape = shape;
    if (has_keys) object.keys = name.substr(colon + 1);
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
