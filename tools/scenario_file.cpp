#include "tools/scenario_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/diagnostics.hpp"
#include "tools/exit_codes.hpp"
#include "tools/input.hpp"
#include "tools/option_values.hpp"

namespace lightcone::tools {

namespace {

constexpr std::uint64_t largest_scenario = std::uint64_t{16} << 20U;

}  // namespace

std::string quoted(const std::string& word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:%@+,";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

LoadedFile load_scenario(const models::Registry& registry, const std::string& file,
                         const scenarios::Overrides& overrides, Terminal& terminal) {
  LoadedFile result;
  std::string text;
  // A little more than is allowed, so that the reader of JSON says what is wrong.
  const auto wrong = read_input(file, [&](std::string_view piece) {
    text += piece;
    return text.size() <= largest_scenario;
  });
  if (wrong) {
    terminal.complain(*wrong);
    result.exit_code = exit_no_input;
    return result;
  }
  scenarios::Diagnostics diagnostics(file, std::move(text));
  result.scenario = scenarios::load(registry, overrides, diagnostics);
  if (!result.scenario) {
    terminal.clear_status();
    std::fputs(diagnostics.to_text().c_str(), stderr);
    result.exit_code = exit_bad_file;
  }
  return result;
}

std::optional<SeedRange> parse_seeds(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto first = parse_count(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : parse_count(text.substr(dots + 2));
  if (!first || !last || *last < *first || *last - *first >= 1'000'000) return std::nullopt;
  return SeedRange{*first, *last};
}

std::string reproduce_line(const scenarios::Loaded& loaded, const scenarios::Overrides& overrides,
                           std::uint64_t seed) {
  std::string line = fmt::format("tools/lightcone run {} --seed {}", quoted(loaded.file), seed);
  for (const std::string& setting : overrides.settings) line += " --set " + quoted(setting);
  for (const std::string& bug : overrides.bugs) line += " --bug " + quoted(bug);
  return line;
}

}  // namespace lightcone::tools
