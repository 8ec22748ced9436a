// What clients do, in the knobs that all models share (a model adds its own as parameters).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/drawn_duration.hpp"
#include "sim/fields.hpp"
#include "sim/ratio.hpp"
#include "sim/scripted_operation.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

// What a client does when an operation has timed out. Its outcome stays unknown in any case.
enum class Retry : std::uint8_t {
  none,     // gives up
  same_id,  // asks again with the same operation id
  new_id,   // asks again as if it were a new operation
};
Choices<Retry> choices_of(Retry);

// Which node a client talks to first.
enum class Sticky : std::uint8_t { node, random, nearest };
Choices<Sticky> choices_of(Sticky);

struct Workload {
  std::int64_t clients = 3;
  std::int64_t keys = 5;
  Ratio zipf{0, 1};             // exponent of the keys' popularity; 0: uniform
  std::optional<Ratio> rate;    // open: operations a second, all clients together; absent: closed
  DrawnDuration think;          // closed: pause between an answer and the next operation
  std::int64_t operations = 0;  // in all, then clients stop; 0: until the load ends
  Duration timeout = 1s;        // of one try
  Retry retry = Retry::none;
  std::int64_t retry_max = 3;
  Sticky sticky = Sticky::random;
  std::map<std::string, std::int64_t> mix;  // weight by operation; empty: the model's own
  // What clients do, instead of what they would draw. Each client's in the order of time.
  std::optional<std::vector<ScriptedOperation>> script;

  static const FieldTable<Workload>& fields();
};

// The phases of a run, as instants of true time; a client meets them by its own clock.
struct Phases {
  Duration faults_begin{0};  // warm-up before
  Duration heal{0};          // every fault has ended from here on
  Duration load_ends{0};     // no new operations from here on, but ...
  Duration final_reads{0};   // ... one read of everything, from here on
  Duration end{0};
};

}  // namespace lightcone::sim
