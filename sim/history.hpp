// The history of a run: what clients asked for and what they were told, in true time. Judges see
// nothing else of a run, except findings of white-box monitors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/value.hpp"

namespace lightcone::sim {

// What a client knows of an operation. `info`: it may take effect at any time after its invocation,
// or never (a timeout, a crash of the client, still open at the end of the run).
enum class Outcome : std::uint8_t { ok, fail, info };

struct Operation {
  static constexpr std::int64_t open = INT64_MAX;  // `complete` of an operation that never returned
  static constexpr std::int64_t unordered = -1;    // times of a history that only orders sessions

  std::int64_t process = 0;  // the client's session; at most one operation in flight
  std::string f;             // "read", "write", "cas", "append", "txn", "acquire", ...
  Value key;                 // null where the whole object is meant
  Value value;               // the argument
  Value result;              // what was answered; meaningful for `ok`
  Outcome outcome = Outcome::info;
  std::int64_t invoke = 0;  // nanoseconds of true time, or a position in the order of events
  std::int64_t complete = open;
  std::string node;   // who answered, if known
  std::string error;  // why it failed or is unknown, if known

  bool operator==(const Operation&) const = default;
};

// In the order of invocation.
using History = std::vector<Operation>;

}  // namespace lightcone::sim
