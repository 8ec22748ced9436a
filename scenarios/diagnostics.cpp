#include "scenarios/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "scenarios/json/write.hpp"
#include "sim/value.hpp"

namespace lightcone::scenarios {

namespace {

constexpr std::string_view override_name = "--set";
constexpr std::size_t widest_quotation = 110;  // bytes of a line that are shown

bool is_plain_key(std::string_view key) {
  return !key.empty() && (key.front() < '0' || key.front() > '9') &&
         key.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
             std::string_view::npos;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// A line of the file as it can be shown: no control characters but tabs, none of them ends up in a terminal.
std::string shown(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7F) c = '?';
  }
  return out;
}

// What puts a caret below the end of `text`: as wide, with its tabs.
std::string below(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_continuation(c)) out += c == '\t' ? '\t' : ' ';
  }
  return out;
}

std::string_view line_of(std::string_view source, std::int32_t number) {
  for (; number > 1; --number) {
    const std::size_t end = source.find('\n');
    if (end == std::string_view::npos) return {};
    source.remove_prefix(end + 1);
  }
  std::string_view line = source.substr(0, source.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string to_text(const Diagnostic& diagnostic) {
  std::string out = diagnostic.file;
  if (diagnostic.line > 0) out += fmt::format(":{}:{}", diagnostic.line, diagnostic.column);
  if (!diagnostic.path.empty()) out += ": " + diagnostic.path;
  out += ": " + diagnostic.problem;
  if (!diagnostic.expected.empty()) out += "; expected " + diagnostic.expected;
  if (!diagnostic.nearest.empty()) out += "; did you mean " + diagnostic.nearest + "?";
  return out;
}

std::string path_of_member(std::string_view path, std::string_view key) {
  std::string out(path);
  if (is_plain_key(key)) {
    out += '.';
    out += key;
    return out;
  }
  out += '[';
  sim::append_json_string(out, key);
  out += ']';
  return out;
}

std::string path_of_item(std::string_view path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

Diagnostics::Diagnostics(std::string file, std::string source, std::size_t limit)
    : file_(std::move(file)), source_(std::move(source)), limit_(limit) {
  if (source_.starts_with("\xEF\xBB\xBF")) source_.erase(0, 3);
}

void Diagnostics::add(sim::Place place, std::string path, sim::Mismatch why) {
  std::string where = place.line > 0 ? file_ : std::string(override_name);
  if (path.starts_with("--")) where = std::exchange(path, {});  // another option: "--bug"
  Diagnostic added{std::move(where),       place.line,
                   place.column,           std::move(path),
                   std::move(why.problem), std::move(why.expected),
                   std::move(why.nearest)};
  const auto before = [](const Diagnostic& left, const Diagnostic& right) {
    return std::pair(left.line, left.column) < std::pair(right.line, right.column);
  };
  found_.insert(std::upper_bound(found_.begin(), found_.end(), added, before), std::move(added));
  if (found_.size() <= limit_) return;
  found_.pop_back();
  ++left_out_;
}

std::string Diagnostics::quoted_line(const Diagnostic& diagnostic) const {
  if (diagnostic.line <= 0) return {};
  std::string_view line = line_of(source_, diagnostic.line);
  std::size_t at = std::min(line.size(), static_cast<std::size_t>(diagnostic.column - 1));
  std::string_view cut_before;
  if (line.size() > widest_quotation && at > widest_quotation / 2) {
    std::size_t skipped = at - widest_quotation / 2;
    while (skipped < at && is_continuation(line[skipped])) ++skipped;
    line.remove_prefix(skipped);
    at -= skipped;
    cut_before = "...";
  }
  std::string_view cut_after;
  if (line.size() > widest_quotation) {
    std::size_t kept = widest_quotation;
    while (kept > 0 && is_continuation(line[kept])) --kept;
    line = line.substr(0, kept);
    cut_after = "...";
  }
  return fmt::format("  {}{}{}\n  {}{}^\n", cut_before, shown(line), cut_after, below(cut_before),
                     below(line.substr(0, at)));
}

std::string Diagnostics::to_text() const {
  std::string out;
  for (const Diagnostic& diagnostic : found_) {
    out += scenarios::to_text(diagnostic) + "\n" + quoted_line(diagnostic);
  }
  if (left_out_ > 0) out += fmt::format("{}: and {} more\n", file_, left_out_);
  return out;
}

std::string Diagnostics::to_json() const {
  sim::Literal list = sim::Literal::list();
  for (const Diagnostic& diagnostic : found_) {
    sim::Literal& object = list.append(sim::Literal::object());
    object.set("file", sim::Literal::string(diagnostic.file));
    object.set("line", sim::Literal::number(diagnostic.line));
    object.set("column", sim::Literal::number(diagnostic.column));
    object.set("path", sim::Literal::string(diagnostic.path));
    object.set("problem", sim::Literal::string(diagnostic.problem));
    object.set("expected", sim::Literal::string(diagnostic.expected));
    object.set("nearest", sim::Literal::string(diagnostic.nearest));
  }
  return json::write(list);
}

}  // namespace lightcone::scenarios
