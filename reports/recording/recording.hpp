// What pages and explanations need of a run beyond its record: every message and step, and what each node
// believed when. Filled by a Recorder while the run goes on; the rows are in the order in which things
// happened.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/node_id.hpp"
#include "sim/time.hpp"

namespace lightcone::reports {

// Fields of messages are kept for runs up to this many rows: nothing longer shows them.
inline constexpr std::size_t most_rows_with_fields = 120'000;

// Texts by number: most of them recur.
class Texts {
 public:
  Texts() { number_of(""); }
  std::uint32_t number_of(std::string_view text);
  const std::string& at(std::uint32_t number) const { return *texts_.at(number); }

 private:
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
  std::vector<const std::string*> texts_;  // the keys of numbers_, which stay where they are
};

enum class RowKind : std::uint8_t { message, timer, synced, woken };
enum class Fate : std::uint8_t { delivered, lost, under_way, duplicate };

struct Row {
  RowKind kind = RowKind::message;
  Fate fate = Fate::under_way;
  std::uint64_t number = 0;  // of the event; a message's copies share it
  std::uint64_t cause = 0;
  sim::Instant began{};  // a message's sending
  sim::Instant ended{};  // its arrival or loss; equal to `began` for a step
  sim::NodeId from;      // of a step: its node, twice
  sim::NodeId to;
  std::uint32_t type = 0;  // numbers of texts
  std::uint32_t fields = 0;
  std::uint32_t why = 0;  // it was lost

  bool arrived() const { return fate == Fate::delivered || fate == Fate::duplicate; }
};

// A field of a node's state took a value, after the event `number`.
struct Change {
  sim::Instant at{};
  std::uint64_t number = 0;
  sim::NodeId node;
  std::uint32_t field = 0;
  std::uint32_t value = 0;
};

// A node's wall clock minus true time, after an event of it. One is taken when the error differs from the
// last by a millisecond and by a fiftieth.
struct ClockReading {
  sim::Instant at{};
  sim::NodeId node;
  sim::Duration error{};
};

struct Recording {
  Texts texts;
  std::vector<Row> rows;
  std::vector<Change> changes;
  std::vector<ClockReading> clocks;  // of clocks that are off
};

}  // namespace lightcone::reports
