// When something happens in a run, and not at a fixed time: `when n2.sent(VoteGranted, term=3) do ...`.
//
//   "n2.sent(VoteGranted, term=3)"                     the first time
//   "delivered(AppendEntries, entries.size>0) from n1" on any node
//   "leader.synced() 3rd + 2ms"                        2 ms after the third time
//   "n1.crashed after cut"                             only once the fault with the id "cut" has begun
//
// or the same as an object, which can also say how many times:
//
//   {"event": "sent", "node": "n2", "type": "VoteGranted", "where": ["term=3"], "to": "n3", "nth": 3,
//    "after": "cut", "delay": "2ms", "times": 5}
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "faults/condition.hpp"
#include "faults/selector.hpp"
#include "sim/fields.hpp"
#include "sim/observer.hpp"

namespace lightcone::faults {

// What a trigger can wait for.
enum class Cue : std::uint8_t {
  sent,
  lost,
  delivered,
  timer,
  synced,
  woken,
  mark,
  started,
  crashed,
  paused,
  resumed,
};
sim::Choices<Cue> choices_of(Cue);

struct TriggerForm {
  Cue event = Cue::mark;
  std::optional<Selector> node;  // where it happens; absent: anywhere
  std::optional<std::string> type;
  std::optional<std::vector<FieldCondition>> where;
  std::optional<Selector> from;  // of a message: the other end, whichever of the two words fits
  std::optional<Selector> to;
  std::uint64_t nth = 1;             // the first of its matches that counts
  std::optional<std::string> after;  // matches count once the fault of this id has begun
  sim::Duration delay{};
  std::uint64_t times = 1;  // fires at most so often; each match from the nth on

  static const sim::FieldTable<TriggerForm>& fields();
};

struct Trigger : TriggerForm {
  // Absent text: it was given as an object.
  std::optional<std::string> written;

  static sim::Result<Trigger> parse(std::string_view text);
  std::string text() const;
  sim::Interest interest() const;
  // Whether `occurrence` is one of those waited for; `nth` and `after` apart.
  bool matches(const sim::Occurrence& occurrence, const World& world) const;
};

}  // namespace lightcone::faults

template <>
struct lightcone::sim::WrittenAs<lightcone::faults::Trigger> {
  using Form = std::variant<std::string, faults::TriggerForm>;
  static constexpr std::string_view name = "trigger_or_text";
  static constexpr std::string_view doc =
      "What has to happen: \"n2.sent(VoteGranted, term=3)\", \"delivered(AppendEntries) from n1\", "
      "\"leader.synced() 3rd + 2ms\", \"n1.crashed after cut\", or an object.";
  static std::optional<Mismatch> convert(const Form& form, faults::Trigger& out);
  static Form form_of(const faults::Trigger& trigger);
};
