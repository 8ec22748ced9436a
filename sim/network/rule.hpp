// Rules bend what the network does: partitions, targeted loss, parked messages. A rule looks at a message
// when it is sent and again when it would arrive, and gives a verdict. Delays add up and each duplication
// adds a copy; of all other verdicts the first that does not pass decides, and then there are no copies.
// Faults install rules and remove them again.
#pragma once

#include <cstdint>

#include "sim/fact.hpp"
#include "sim/node_id.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

// A message on its way, as a rule sees it.
struct Passage {
  NodeId from;
  NodeId to;
  const FactType& type;
  const void* fact = nullptr;
};

struct RuleVerdict {
  enum class Action : std::uint8_t {
    pass,
    cut,        // no path: a datagram is lost, a stream stalls
    drop,       // lost, also on a stream
    hold,       // parked until the rule is removed or releases it
    delay,      // arrives `extra` later
    duplicate,  // arrives a second time, `extra` later
    corrupt,    // damaged; the receiver's checksum finds it, so it is lost and counted as corrupted
  };
  Action action = Action::pass;
  Duration extra{0};
};

class Rule {
 public:
  Rule() = default;
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;
  virtual ~Rule() = default;

  virtual RuleVerdict on_send(const Passage& passage) = 0;
  // Only `cut`, `drop` and `pass` are meaningful: a partition also stops what is already on its way.
  virtual RuleVerdict on_arrival(const Passage&) { return {}; }
};

}  // namespace lightcone::sim
