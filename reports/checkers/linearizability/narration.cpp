#include "reports/checkers/linearizability/narration.hpp"

#include <fmt/format.h>

namespace lightcone::reports::checkers {
namespace {

constexpr std::size_t longest = 60;  // bytes of a value

bool is_cas(const sim::Operation& operation) {
  return operation.f == "cas" && operation.value.as_list() != nullptr &&
         operation.value.as_list()->size() == 2;
}

std::string place(const sim::Operation& operation) {
  return operation.key.is_null() ? std::string() : " on key " + shown(operation.key);
}

}  // namespace

std::string shown(const sim::Value& value) {
  std::string text = value.to_json();
  if (text.size() <= longest) return text;
  std::size_t cut = longest / 2;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U)
    --cut;  // not within a character
  std::size_t tail = text.size() - longest / 2;
  while (tail < text.size() && (static_cast<unsigned char>(text[tail]) & 0xC0U) == 0x80U) ++tail;
  return text.substr(0, cut) + "…" + text.substr(tail);
}

std::string named(const sim::Operation& operation) {
  std::string text = operation.f;
  if (is_cas(operation)) {
    text += fmt::format(" from {} to {}", shown((*operation.value.as_list())[0]),
                        shown((*operation.value.as_list())[1]));
  } else if (!operation.value.is_null()) {
    text += fmt::format(" {}", shown(operation.value));
  }
  const bool acknowledged = operation.result.as_bool() != nullptr && *operation.result.as_bool();
  if (operation.outcome == sim::Outcome::ok && !acknowledged &&
      !(operation.result.is_null() && !operation.value.is_null()))
    text += fmt::format(" -> {}", shown(operation.result));
  if (operation.outcome == sim::Outcome::fail) text += " (refused)";
  if (operation.outcome == sim::Outcome::info) text += " (outcome unknown)";
  return text + place(operation) + fmt::format(" by process {}", operation.process);
}

}  // namespace lightcone::reports::checkers
