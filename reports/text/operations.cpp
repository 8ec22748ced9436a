#include "reports/text/operations.hpp"

#include <fmt/format.h>

#include <map>

namespace lightcone::reports::text {

namespace {

std::string line(std::string_view name, const Outcomes& kind) {
  std::string out = fmt::format("  {} {:>9} {:>8} {:>8}", fitted(name, 10), grouped(kind.ok),
                                grouped(kind.fail), grouped(kind.unknown));
  if (kind.ok > 0) {
    for (const std::uint32_t ppm : {500'000U, 900'000U, 990'000U, 999'000U, 1'000'000U}) {
      out += fmt::format(" {:>9}", in_words(sim::Duration(kind.latency.quantile(ppm))));
    }
  }
  return out + "\n";
}

}  // namespace

std::string_view in_words(sim::Outcome outcome) {
  switch (outcome) {
    case sim::Outcome::ok:
      return "ok";
    case sim::Outcome::fail:
      return "refused";
    case sim::Outcome::info:
      break;
  }
  return "unknown";
}

void Outcomes::add(const sim::Operation& operation) {
  switch (operation.outcome) {
    case sim::Outcome::ok:
      ++ok;
      latency.add(operation.complete - operation.invoke);
      break;
    case sim::Outcome::fail:
      ++fail;
      break;
    case sim::Outcome::info:
      ++unknown;
      break;
  }
}

std::string operation_text(const sim::RunRecord& run, const sim::Operation& operation) {
  const auto process = static_cast<std::size_t>(operation.process);
  std::string text = process < run.node_names.size() ? harmless(run.node_names[process])
                                                     : fmt::format("{}", operation.process);
  text += " " + harmless(operation.f);
  if (!operation.key.is_null())
    text += " " + (operation.key.as_text() != nullptr ? harmless(*operation.key.as_text())
                                                      : operation.key.to_json());
  if (!operation.value.is_null()) text += " " + operation.value.to_json();
  switch (operation.outcome) {
    case sim::Outcome::ok:
      text += " → " + operation.result.to_json();
      break;
    case sim::Outcome::fail:
      text += " → refused: " + harmless(operation.error);
      break;
    case sim::Outcome::info:
      text += " → no answer";
      break;
  }
  if (!operation.node.empty()) text += fmt::format(" (by {})", harmless(operation.node));
  return text;
}

std::string operations_table(const sim::RunRecord& run, const Style& style) {
  std::map<std::string, Outcomes> kinds;
  Outcomes all;
  for (const sim::Operation& operation : run.history) {
    kinds[operation.f].add(operation);
    all.add(operation);
  }
  std::string out =
      painted(fmt::format("  {} {:>9} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}", fitted("", 10), "ok",
                          "refused", "unknown", "p50", "p90", "p99", "p99.9", "max"),
              Paint::dim, style) +
      "\n";
  for (const auto& [f, kind] : kinds) out += line(harmless(f), kind);
  if (kinds.size() != 1) out += line("all", all);
  return out;
}

std::string with_client_names(const sim::RunRecord& run, std::string_view text) {
  constexpr std::string_view word = "process ";
  std::string out;
  while (!text.empty()) {
    const std::size_t at = text.find(word);
    out += text.substr(0, at);
    if (at == std::string_view::npos) break;
    text.remove_prefix(at + word.size());
    std::size_t number = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' && digits < 9) {
      number = number * 10 + static_cast<std::size_t>(text[digits++] - '0');
    }
    if (digits == 0 || number >= run.node_names.size()) {
      out += word;
      continue;
    }
    out += run.node_names[number];
    text.remove_prefix(digits);
  }
  return out;
}

}  // namespace lightcone::reports::text
