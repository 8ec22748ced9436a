// What members of a group say of each other: merging, suspicion, and rumors that cool.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <vector>

#include "models/parts/gossip/members.hpp"
#include "models/parts/gossip/phi_accrual.hpp"
#include "models/parts/gossip/rumors.hpp"

namespace lightcone::tests {

using namespace models::parts::gossip;
using namespace std::chrono_literals;

TEST_CASE("gossip: a later start is fresher than any number of heartbeats, unless versions alone count") {
  const Member before{1, 500, 3};
  const Member restarted{2, 1, 3};
  CHECK(is_fresher(restarted, before, Freshness::generation_first));
  CHECK_FALSE(is_fresher(before, restarted, Freshness::generation_first));
  CHECK_FALSE(is_fresher(restarted, before, Freshness::version_alone));
  CHECK(is_fresher(Member{2, 2, 3}, restarted, Freshness::generation_first));
  CHECK_FALSE(is_fresher(restarted, restarted, Freshness::generation_first));
}

TEST_CASE("gossip: merges come to the same in any order, and a status never goes back") {
  const std::vector<Member> heard = {{1, 7, 2}, {2, 1, 1}, {1, 9, 3}, {2, 3, 0}};
  std::vector<std::size_t> order = {0, 1, 2, 3};
  do {
    Member known;
    for (const std::size_t i : order) merge(known, heard[i], Freshness::generation_first);
    CHECK(known == Member{2, 3, 3});
    const News again = merge(known, heard[order[0]], Freshness::generation_first);
    CHECK_FALSE(again.heartbeat);
    CHECK_FALSE(again.status);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("gossip: suspicion grows with a silence, measured by the silences before") {
  const auto at = [](sim::Duration since) { return sim::MonoTime(since); };
  PhiAccrual often(100ms, at(0s));
  PhiAccrual seldom(1s, at(0s));
  for (int i = 1; i <= 100; ++i) {
    often.heard(at(i * 100ms));
    seldom.heard(at(i * 1s));
  }
  CHECK(often.phi(at(10s)) == 0);
  // log10(e) times ten intervals
  CHECK(often.phi(at(11s)) == Approx(4340).epsilon(0.01));
  CHECK(seldom.phi(at(101s)) == Approx(434).epsilon(0.01));
  CHECK(often.phi(at(12s)) > often.phi(at(11s)));
  often.heard(at(12s));
  CHECK(often.phi(at(12s)) == 0);
}

TEST_CASE("gossip: a rumor is told until so many in a row had heard it") {
  Rumors<int> rumors({.patience = 2});
  rumors.add(7);
  rumors.feedback(7, false);
  rumors.feedback(7, true);
  rumors.feedback(7, false);
  CHECK(rumors.hot() == std::vector<int>{7});
  rumors.feedback(7, false);
  CHECK(rumors.empty());
  rumors.feedback(7, true);
  CHECK(rumors.hot().empty());
}

TEST_CASE("gossip: who tells blindly counts every contact") {
  Rumors<int> rumors({.patience = 2, .waning = Waning::blindly});
  rumors.add(7);
  rumors.feedback(7, true);
  CHECK(rumors.is_hot(7));
  rumors.feedback(7, true);
  CHECK_FALSE(rumors.is_hot(7));
}

TEST_CASE("gossip: a coin decides after each contact that counts, and after no other") {
  constexpr int members = 10'000;
  int hot = 0;
  for (std::uint64_t i = 0; i < members; ++i) {
    Rumors<int> rumors({.patience = 4, .losing = Losing::by_coin}, sim::Stream(1, "coins").split(i));
    rumors.add(7);
    rumors.feedback(7, true);
    REQUIRE(rumors.is_hot(7));
    rumors.feedback(7, false);
    hot += rumors.is_hot(7) ? 1 : 0;
  }
  CHECK(hot / double{members} == Approx(0.75).margin(0.02));
}

TEST_CASE("gossip: those who ask in one cycle are one contact, which needed it if one of them did") {
  Rumors<int> rumors({.patience = 2});
  rumors.add(7);
  for (const bool was_news : {false, true, false}) rumors.asked(7, was_news);
  rumors.end_cycle();
  for (int cycle = 0; cycle < 2; ++cycle) {
    CHECK(rumors.is_hot(7));
    rumors.end_cycle();  // nobody asked
    rumors.asked(7, false);
    rumors.asked(7, false);
    CHECK(rumors.is_hot(7));
    rumors.end_cycle();
  }
  CHECK(rumors.empty());
  rumors.asked(7, false);
  rumors.end_cycle();
  CHECK(rumors.empty());
}

}  // namespace lightcone::tests
