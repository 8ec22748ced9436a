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

std::string in_time_units(std::int64_t nanoseconds) {
  constexpr std::size_t readable = 8;
  std::string exact = sim::to_text(sim::Duration(nanoseconds));
  const std::int64_t size = nanoseconds < 0 ? -nanoseconds : nanoseconds;
  if (exact.size() <= readable || size < 1'000) return exact;
  const auto rounded = [&](std::int64_t thousandth, std::string_view unit) {
    const std::int64_t thousandths = (size + thousandth / 2) / thousandth;
    return fmt::format("{}{}.{:03}{}", nanoseconds < 0 ? "-" : "", thousandths / 1'000, thousandths % 1'000,
                       unit);
  };
  if (size >= 1'000'000'000) return rounded(1'000'000, "s");
  return size >= 1'000'000 ? rounded(1'000, "ms") : exact;
}

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
