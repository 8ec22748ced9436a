// How far a rumor gets, as published: Demers et al., "Epidemic algorithms for replicated database
// maintenance", PODC 1987, table 1: push with feedback and a counter k, 1,000 members. In each cycle every
// member with a rumor tells it to one other; whether that needed it is judged by what was known when the
// cycle began.
//
//   residue  share of the members that never hear of it      traffic  messages a member
//   last     cycles until the last one that ever hears of it has
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/parts/gossip/rumors.hpp"
#include "sim/chance/stream.hpp"
#include "tests/fidelity/row.hpp"

namespace lightcone::tests {

namespace {

using Rumors = models::parts::gossip::Rumors<int>;

constexpr std::size_t members = 1'000;
constexpr std::uint64_t runs = 400;

struct Spread {
  double residue = 0;
  double traffic = 0;
  double last = 0;
};

Spread spread_once(std::uint32_t patience, sim::Stream chance) {
  std::vector<Rumors> rumors(members, Rumors(patience));
  std::vector<bool> knows(members, false);
  knows[0] = true;
  rumors[0].add(1);
  Spread spread;
  for (int cycle = 1; std::any_of(rumors.begin(), rumors.end(), [](const Rumors& r) { return !r.empty(); });
       ++cycle) {
    const std::vector<bool> knew = knows;
    for (std::size_t i = 0; i < members; ++i) {
      if (!knew[i] || rumors[i].empty()) continue;
      std::size_t other = chance.below(members - 1);
      if (other >= i) ++other;
      ++spread.traffic;
      rumors[i].feedback(1, !knew[other]);
      if (knows[other]) continue;
      knows[other] = true;
      rumors[other].add(1);
      spread.last = cycle;
    }
  }
  spread.residue = static_cast<double>(std::count(knows.begin(), knows.end(), false)) / members;
  spread.traffic /= members;
  return spread;
}

Spread spread_on_average(std::uint32_t patience) {
  Spread sum;
  for (std::uint64_t run = 0; run < runs; ++run) {
    const Spread once = spread_once(patience, sim::Stream(1, "gossip").split(run));
    sum.residue += once.residue / runs;
    sum.traffic += once.traffic / runs;
    sum.last += once.last / runs;
  }
  return sum;
}

}  // namespace

TEST_CASE("gossip: rumors with feedback and a counter spread as published") {
  struct Published {
    std::uint32_t patience;
    Row residue;
    Row traffic;
    Row last;
  };
  const Published rows[] = {
      {1,
       {"k = 1: residue", ".18", .18, .009},
       {"k = 1: traffic", "1.7", 1.7, .05},
       {"k = 1: last", "16.8", 16.8, .5}},
      {2,
       {"k = 2: residue", ".037", .037, .0019},
       {"k = 2: traffic", "3.3", 3.3, .066},
       {"k = 2: last", "16.9", 16.9, .5}},
      {3,
       {"k = 3: residue", ".011", .011, .00055},
       {"k = 3: traffic", "4.5", 4.5, .09},
       {"k = 3: last", "17.4", 17.4, .52}},
  };
  for (const Published& row : rows) {
    const Spread ours = spread_on_average(row.patience);
    check_row(row.residue, ours.residue);
    check_row(row.traffic, ours.traffic);
    check_row(row.last, ours.last);
  }
}

}  // namespace lightcone::tests
