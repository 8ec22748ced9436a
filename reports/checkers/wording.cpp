#include "reports/checkers/wording.hpp"

#include <fmt/format.h>

#include "sim/units.hpp"

namespace lightcone::reports::checkers {

std::string in_words(const sim::Value& value) {
  constexpr std::size_t longest = 60;
  std::string text = value.to_json();
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;  // not within a character
  text.resize(end);
  return text + "...";
}

std::string in_time_units(std::int64_t nanoseconds) { return sim::to_text(sim::Duration(nanoseconds)); }

std::string in_words(const sim::Operation& operation) {
  const std::string where = operation.key.is_null() ? "" : in_words(operation.key);
  std::string text = fmt::format("process {}'s {}", operation.process, operation.f);
  if (!where.empty()) text += fmt::format(" {}{}", operation.value.is_null() ? "of " : "", where);
  if (!operation.value.is_null())
    text += fmt::format("{}{}", where.empty() ? " " : "=", in_words(operation.value));
  const bool acknowledged = operation.result == sim::Value(true) || operation.f == "write";
  if (operation.outcome == sim::Outcome::ok && !acknowledged)
    text += fmt::format(", which {} {}", operation.value.is_null() ? "found" : "answered",
                        in_words(operation.result));
  if (operation.outcome == sim::Outcome::info) text += ", of unknown outcome";
  if (operation.outcome == sim::Outcome::fail) text += ", which failed";
  return text;
}

std::string counted(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

}  // namespace lightcone::reports::checkers
