#include "faults/condition.hpp"

#include <fmt/format.h>

#include <charconv>
#include <compare>

#include "sim/units.hpp"

namespace lightcone::faults {

using sim::Duration;
using sim::NodeId;

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

// Walks a fact's fields and keeps whether one at the condition's path compares as it should.
class FieldMatcher final : public sim::FieldVisitor {
 public:
  FieldMatcher(const FieldCondition& condition, const World& world) : condition_(condition), world_(world) {}

  bool matched() const { return matched_; }

  void null(std::string_view name) override { leaf(name, "null", std::nullopt); }
  void flag(std::string_view name, bool value) override {
    leaf(name, value ? "true" : "false", std::nullopt);
  }
  void integer(std::string_view name, std::int64_t value) override { leaf(name, {}, value); }
  void text(std::string_view name, std::string_view value) override { leaf(name, value, std::nullopt); }
  void node(std::string_view name, NodeId value) override {
    leaf(name, world_.simulation.node(value).node_name(), std::nullopt);
  }
  void duration(std::string_view name, Duration value) override { leaf(name, {}, value.count()); }
  void value(std::string_view name, const sim::Value& value) override {
    if (value.is_null()) return null(name);
    if (const bool* held = value.as_bool()) return flag(name, *held);
    if (const std::int64_t* held = value.as_int()) return integer(name, *held);
    if (const std::string* held = value.as_text()) return text(name, *held);
    open_list(name);
    for (const sim::Value& item : *value.as_list()) this->value({}, item);
    close();
  }
  void open_object(std::string_view name) override { open(name, Level::Kind::object); }
  void open_list(std::string_view name) override { open(name, Level::Kind::list); }
  void close() override {
    const Level closed = levels_.back();
    levels_.pop_back();
    const std::vector<std::string>& path = condition_.path_;
    const bool asks_size = closed.kind == Level::Kind::list && closed.on_path &&
                           path.size() == closed.depth + 1 && path.back() == "size";
    if (asks_size) compare({}, static_cast<std::int64_t>(closed.items));
  }

 private:
  struct Level {
    enum class Kind : std::uint8_t { object, list };
    Kind kind = Kind::object;
    bool on_path = true;    // all steps to here are the condition's
    std::size_t depth = 0;  // how many there were
    std::size_t items = 0;  // list: seen so far
  };

  // Whether a field of the innermost object or list is the next step of the path.
  bool step(std::string_view name) {
    Level& level = levels_.back();
    const std::size_t index = level.items++;
    if (!level.on_path || level.depth >= condition_.path_.size()) return false;
    const std::string& wanted = condition_.path_[level.depth];
    if (level.kind == Level::Kind::object) return wanted == name;
    return wanted == "*" || whole_number(wanted) == static_cast<std::int64_t>(index);
  }
  void open(std::string_view name, Level::Kind kind) {
    const bool on_path = step(name);
    const std::size_t depth = levels_.back().depth + 1;
    levels_.push_back({kind, on_path, depth, 0});
  }
  void leaf(std::string_view name, std::string_view word, std::optional<std::int64_t> number) {
    if (step(name) && levels_.back().depth + 1 == condition_.path_.size()) compare(word, number);
  }
  void compare(std::string_view word, std::optional<std::int64_t> number) {
    using Relation = FieldCondition::Relation;
    const bool as_numbers = number && condition_.number_;
    const bool equal = as_numbers ? *number == *condition_.number_ : !number && word == condition_.word_;
    switch (condition_.relation_) {
      case Relation::equal:
        matched_ = matched_ || equal;
        return;
      case Relation::unequal:
        matched_ = matched_ || !equal;
        return;
      case Relation::less:
        matched_ = matched_ || (as_numbers && *number < *condition_.number_);
        return;
      case Relation::at_most:
        matched_ = matched_ || (as_numbers && *number <= *condition_.number_);
        return;
      case Relation::more:
        matched_ = matched_ || (as_numbers && *number > *condition_.number_);
        return;
      case Relation::at_least:
        matched_ = matched_ || (as_numbers && *number >= *condition_.number_);
        return;
    }
  }

  const FieldCondition& condition_;
  const World& world_;
  bool matched_ = false;
  std::vector<Level> levels_{Level{}};
};

sim::Result<FieldCondition> FieldCondition::from(std::string_view text) {
  constexpr std::pair<std::string_view, Relation> relations[] = {
      {"!=", Relation::unequal}, {"<=", Relation::at_most}, {">=", Relation::at_least},
      {"==", Relation::equal},   {"=", Relation::equal},    {"<", Relation::less},
      {">", Relation::more}};
  FieldCondition out;
  out.text_ = trimmed(text);
  const std::size_t at = text.find_first_of("=!<>");
  if (at == std::string_view::npos) {
    return sim::Problem{fmt::format("\"{}\" has no =, !=, <, <=, > or >=", out.text_)};
  }
  std::string_view path = trimmed(text.substr(0, at));
  std::string_view rest = text.substr(at);
  bool known = false;
  for (const auto& [sign, relation] : relations) {
    if (!rest.starts_with(sign)) continue;
    out.relation_ = relation;
    rest.remove_prefix(sign.size());
    known = true;
    break;
  }
  if (!known) return sim::Problem{fmt::format("\"{}\" has no =, !=, <, <=, > or >=", out.text_)};
  if (path.empty()) return sim::Problem{fmt::format("\"{}\" names no field", out.text_)};
  while (true) {
    const std::size_t dot = path.find('.');
    out.path_.emplace_back(path.substr(0, dot));
    if (out.path_.back().empty()) return sim::Problem{fmt::format("\"{}\" has an empty step", out.text_)};
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  std::string_view value = trimmed(rest);
  const bool in_quotes = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  if (in_quotes) value = value.substr(1, value.size() - 2);
  out.word_ = value;
  if (in_quotes) return out;
  if (value.empty()) return sim::Problem{fmt::format("\"{}\" has no value", out.text_)};
  out.number_ = whole_number(value);
  if (Duration length{}; !out.number_ && !sim::read_duration(value, length)) out.number_ = length.count();
  const bool ordered = out.relation_ != Relation::equal && out.relation_ != Relation::unequal;
  if (ordered && !out.number_) {
    return sim::Problem{
        fmt::format("\"{}\" is neither a number nor a duration, so nothing is less or more", out.word_)};
  }
  return out;
}

bool FieldCondition::holds(const sim::FactType& type, const void* fact, const World& world) const {
  FieldMatcher matcher(*this, world);
  type.visit(fact, matcher);
  return matcher.matched();
}

}  // namespace lightcone::faults

namespace lightcone::sim {

std::optional<Mismatch> WrittenAs<faults::FieldCondition>::convert(const Form& form,
                                                                   faults::FieldCondition& out) {
  Result<faults::FieldCondition> read = faults::FieldCondition::from(form);
  if (!read) return Mismatch{read.problem(), "a condition such as \"term=3\" or \"entries.size>0\"", {}};
  out = std::move(read).value();
  return std::nullopt;
}

}  // namespace lightcone::sim
