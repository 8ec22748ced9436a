// A condition on one field of a fact: "term=3", "granted!=true", "entries.size>0", "entries.*.term>=2".
//
// The path goes through objects by name and through lists by index, "size" (how many) or "*" (any of them).
// The value is a whole number, a duration ("150ms"), true, false, null, the name of a node or of an
// enumerator, or a text, with or without quotes. Only numbers and durations are ordered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faults/world.hpp"
#include "sim/fact.hpp"
#include "sim/type_of.hpp"

namespace lightcone::faults {

class FieldCondition {
 public:
  FieldCondition() = default;
  static sim::Result<FieldCondition> from(std::string_view text);

  const std::string& text() const { return text_; }

  // Whether some field at the path compares so. A fact without such a field never matches.
  bool holds(const sim::FactType& type, const void* fact, const World& world) const;

 private:
  friend class FieldMatcher;
  enum class Relation : std::uint8_t { equal, unequal, less, at_most, more, at_least };

  std::string text_;
  std::vector<std::string> path_;
  Relation relation_ = Relation::equal;
  std::string word_;                    // the value as a text
  std::optional<std::int64_t> number_;  // and as a number, or nanoseconds
};

}  // namespace lightcone::faults

template <>
struct lightcone::sim::WrittenAs<lightcone::faults::FieldCondition> {
  using Form = std::string;
  static constexpr std::string_view name = "field_condition";
  static constexpr std::string_view doc =
      "On one field of a message or mark: \"term=3\", \"granted!=true\", \"entries.size>0\", "
      "\"entries.*.term>=2\".";
  static std::optional<Mismatch> convert(const Form& form, faults::FieldCondition& out);
  static const Form& form_of(const faults::FieldCondition& condition) { return condition.text(); }
};
