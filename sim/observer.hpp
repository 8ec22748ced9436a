// What happens in a run, told to whoever watches: trace sinks, triggers, reports, the search. Observers
// look; to act, they schedule something with Simulation::at.
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/fact.hpp"
#include "sim/node_id.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

enum class Happening : std::uint8_t {
  sent,       // `node` sends a message to `peer`
  lost,       // a message from `peer` to `node` is gone; `text` says why
  delivered,  // `node` handles a message from `peer`
  timer,      // `node` handles a timer
  synced,     // `node` handles the completion of a sync
  woken,      // a story of `node` goes on
  mark,       // `node` says that something worth noticing happened
  started,    // an incarnation of `node` begins
  crashed,    // and ends; `text` says how
  paused,
  resumed,
  fault_began,  // `text` describes it
  fault_ended,
};
BOOST_DESCRIBE_ENUM(Happening, sent, lost, delivered, timer, synced, woken, mark, started, crashed, paused,
                    resumed, fault_began, fault_ended)

struct Occurrence {
  Happening what;
  Instant at;
  // The number of the event that it is, or that was being executed when it happened; a message keeps one
  // number from `sent` to `delivered`. `cause` is the number of the event that was being executed when that
  // event was scheduled, so following causes back gives an occurrence's light cone. 0: the start of the run.
  std::uint64_t number = 0;
  std::uint64_t cause = 0;
  NodeId node = no_node;
  NodeId peer = no_node;
  const FactType* type = nullptr;  // null for happenings without a fact
  const void* fact = nullptr;
  std::string_view text;
};

class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;
  virtual void on(const Occurrence& occurrence) = 0;
};

// How much an observer wants to hear. `landmarks`: marks, the life of nodes, faults; not messages, timers
// and syncs, so that a run without a trace pays nothing for them.
enum class Interest : std::uint8_t { landmarks, everything };

}  // namespace lightcone::sim
