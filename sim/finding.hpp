// A claim that was seen to be broken from inside, with the state of all nodes in view: the white-box half
// of judging. The other half, the history, is judged after the run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/node_id.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

struct Finding {
  std::string claim;    // "P18.1"
  std::string anomaly;  // "split-brain"
  std::string text;     // one sentence with the values that contradict each other
  std::vector<NodeId> nodes;
  // What was not as the claim assumes, and explains this: a pause longer than a lease, say. Empty: nothing,
  // and then the claim is violated.
  std::string excuse{};
  Instant at{};             // filled in when it is reported
  std::uint64_t event = 0;  // likewise: number of the event after which it was seen
};

// Watches the state of processes. Called after every event that ran on a node, so what it does must be
// cheap when nothing that it looks at changed.
class Monitor {
 public:
  Monitor() = default;
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  virtual ~Monitor() = default;
  virtual void after_event(NodeId node) = 0;
  // The run is over: what should have become true by now?
  virtual void at_end() {}
};

}  // namespace lightcone::sim
