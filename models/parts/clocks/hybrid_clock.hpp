// A hybrid logical clock: timestamps that respect who could know of what, and stay near physical time
// (Kulkarni, Demirbas, Madeppa, Avva and Leone, OPODIS 2014, figure 5).
//
//   l   the greatest physical time that this node has heard of
//   c   tells events apart that share an l
//
// With clocks that differ by at most e ticks: l is within e of the node's own; with at least a tick between
// two events of a node, c <= N (e + 1); and if between those, and between sending and receiving, pass at
// least d ticks, c <= e / d + 1.
#pragma once

#include <algorithm>
#include <boost/describe.hpp>
#include <compare>
#include <cstdint>

namespace lightcone::models::parts::clocks {

struct HybridTime {
  std::int64_t l = 0;
  std::uint32_t c = 0;

  auto operator<=>(const HybridTime&) const = default;
};
BOOST_DESCRIBE_STRUCT(HybridTime, (), (l, c))

class HybridClock {
 public:
  // An event of this node, at its physical time: a later timestamp than every one before.
  HybridTime tick(std::int64_t physical) { return advance(physical, {physical, 0}, false); }
  // A message arrived with this timestamp: a later one than that, too.
  HybridTime receive(std::int64_t physical, HybridTime sent) { return advance(physical, sent, true); }

  HybridTime latest() const { return latest_; }

 private:
  HybridTime advance(std::int64_t physical, HybridTime heard, bool counts) {
    const std::int64_t l = std::max({latest_.l, physical, counts ? heard.l : physical});
    std::uint32_t c = 0;
    if (l == latest_.l) c = latest_.c + 1;
    if (counts && l == heard.l) c = std::max(c, heard.c + 1);
    latest_ = {l, c};
    return latest_;
  }

  HybridTime latest_;
};

}  // namespace lightcone::models::parts::clocks
