// Who goes first among events that are due at the same instant (rule R1).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/chance/stream.hpp"
#include "sim/event/event.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

enum class TiePolicy : std::uint8_t {
  fifo,        // the one scheduled first
  random,      // any, by the seed; but a stream's messages and a disk's syncs keep their order
  priorities,  // the one of the node with the highest priority; priorities change at a few random points
};
BOOST_DESCRIBE_ENUM(TiePolicy, fifo, random, priorities)

struct Ties {
  TiePolicy policy = TiePolicy::fifo;
  // Messages arrive at multiples of this, so that there are ties to order. 0: as they come.
  Duration quantum{0};
  // priorities: how often the running node's priority drops below all others, at points chosen uniformly
  // among the first `span` choices (d - 1 and k of Burckhardt et al., ASPLOS 2010, section 2).
  std::uint32_t changes = 3;
  std::uint64_t span = 10'000;
};

// Chooses among tied events. Not used for fifo.
class TieBreaker {
 public:
  TieBreaker(const Ties& ties, std::uint64_t seed);

  // Index of the event that goes first; at least one.
  std::size_t choose(const std::vector<Event*>& tied);

 private:
  std::size_t choose_at_random(const std::vector<Event*>& tied);
  std::size_t choose_by_priority(const std::vector<Event*>& tied);
  std::uint64_t& priority_of(NodeId node);

  TiePolicy policy_;
  Stream chance_;
  std::vector<std::uint64_t> change_points_;  // ascending
  std::size_t next_change_ = 0;
  std::uint64_t choices_ = 0;
  std::uint64_t lowest_ = UINT64_MAX / 2;  // sinks with every change
  std::vector<std::uint64_t> priorities_;  // by node index + 1
};

}  // namespace lightcone::sim
