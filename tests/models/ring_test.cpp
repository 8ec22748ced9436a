// The hash ring: who owns a key, and how little moves when a node joins.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/parts/ring/ring.hpp"

namespace lightcone::tests {

namespace {

using models::parts::Ring;
using sim::NodeId;

std::vector<NodeId> nodes(std::uint32_t count) {
  std::vector<NodeId> all;
  for (std::uint32_t i = 0; i < count; ++i) all.push_back({i});
  return all;
}

std::string key(int number) { return "k" + std::to_string(number); }

}  // namespace

TEST_CASE("ring: a walk meets every node once, and always in the same order") {
  for (const std::uint32_t count : {1U, 2U, 5U, 20U}) {
    const Ring ring(nodes(count), 8);
    const Ring same(nodes(count), 8);
    for (int i = 0; i < 100; ++i) {
      const std::vector<NodeId> walk = ring.walk(key(i));
      CHECK(std::set<NodeId>(walk.begin(), walk.end()).size() == count);
      CHECK(walk.size() == count);
      CHECK(walk == same.walk(key(i)));
    }
  }
}

TEST_CASE("ring: places that repeat a server are among the first only, and only where they are asked for") {
  const Ring apart(nodes(5), 8);
  const Ring repeating(nodes(5), 8, {.repeating = 3});
  int twice = 0;
  for (int i = 0; i < 100; ++i) {
    const std::vector<NodeId>& walk = repeating.walk(key(i));
    const std::set<NodeId> owners(walk.begin(), walk.begin() + 3);
    twice += owners.size() < 3 ? 1 : 0;
    CHECK(walk.front() == apart.walk(key(i)).front());
    const std::set<NodeId> everybody(walk.begin(), walk.end());
    CHECK(everybody.size() == 5);
    CHECK(walk.size() == 3 + 5 - owners.size());
  }
  CHECK(twice > 20);
}

TEST_CASE("ring: with many tokens every node owns about its share") {
  const Ring ring(nodes(10), 200);
  std::vector<int> owned(10, 0);
  for (int i = 0; i < 10'000; ++i) ++owned.at(ring.walk(key(i)).front().index);
  CHECK(*std::min_element(owned.begin(), owned.end()) > 750);
  CHECK(*std::max_element(owned.begin(), owned.end()) < 1250);
}

TEST_CASE("ring: a node that joins takes keys over, and moves none between the others") {
  const Ring before(nodes(5), 8);
  const Ring after(nodes(6), 8);
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    std::vector<NodeId> walk = after.walk(key(i));
    taken += walk.front() == NodeId{5} ? 1 : 0;
    std::erase(walk, NodeId{5});
    CHECK(walk == before.walk(key(i)));
  }
  CHECK(taken > 0);
}

TEST_CASE("ring: shares are what sampled keys say, and together N of N") {
  const Ring ring(nodes(7), 5);
  const std::map<NodeId, std::int64_t> shares = ring.shares(3);
  std::map<NodeId, int> sampled;
  for (int i = 0; i < 20'000; ++i) {
    for (const NodeId owner : ring.owners(key(i), 3)) ++sampled[owner];
  }
  std::int64_t sum = 0;
  for (const auto& [node, share] : shares) {
    sum += share;
    CHECK(static_cast<double>(share) / 1e6 == Approx(sampled[node] / 20'000.0).margin(0.015));
  }
  CHECK(sum > 2'999'980);
  CHECK(sum <= 3'000'000);
  // A ring of one owns all of it, however many owners are asked for.
  CHECK(Ring(nodes(1), 4).shares(3).at(NodeId{0}) >= 999'999);
}

TEST_CASE("ring: for each luck there is another ring") {
  const Ring one(nodes(5), 8, {.luck = 1});
  const Ring two(nodes(5), 8, {.luck = 2});
  CHECK(one.shares(1) != two.shares(1));
  CHECK(Ring(nodes(5), 8, {.luck = 1}).shares(1) == one.shares(1));
}

TEST_CASE("ring: of a node that is not on it the next ones take the place, and nothing else changes") {
  const std::vector<NodeId> all = nodes(7);
  const Ring whole(all, 8);
  for (const NodeId gone : all) {
    const Ring rest(all, 8, {.without = {gone}});
    for (int i = 0; i < 50; ++i) {
      std::vector<NodeId> expected = whole.walk(key(i));
      std::erase(expected, gone);
      CHECK(rest.walk(key(i)) == expected);
    }
    CHECK(rest.shares(3).size() == 6);
  }
  CHECK(Ring(nodes(2), 8).owners(key(1), 3).size() == 2);
}

TEST_CASE("ring: partitions of one size are as many for each node, and shared out by luck") {
  using models::parts::Spacing;
  const std::vector<NodeId> all = nodes(5);
  for (const std::uint64_t luck : {1U, 2U}) {
    const Ring ring(all, 20, {.luck = luck, .spacing = Spacing::equal});
    for (const auto& [node, share] : ring.shares(1)) CHECK(share == Approx(200'000).margin(1));
    for (int i = 0; i < 50; ++i) CHECK(ring.walk(key(i)).size() == 5);
  }
  const Ring one(all, 20, {.luck = 1, .spacing = Spacing::equal});
  const Ring two(all, 20, {.luck = 2, .spacing = Spacing::equal});
  CHECK(one.shares(3) != two.shares(3));
}

TEST_CASE("ring: keys that go by partitions have the owners of the whole partition") {
  const std::vector<NodeId> all = nodes(6);
  const models::parts::RingOptions options{
      .luck = 3, .spacing = models::parts::Spacing::random_over_partitions, .partitions = 8};
  const Ring ring(all, 20, options);
  const Ring apart(all, 20, {.luck = 3});
  std::set<std::vector<NodeId>> walks;
  std::set<std::vector<NodeId>> finer;
  for (int i = 0; i < 2'000; ++i) {
    walks.insert(ring.walk(key(i)));
    finer.insert(apart.walk(key(i)));
  }
  CHECK(walks.size() <= 8);
  CHECK(walks.size() > 4);
  CHECK(finer.size() > 50);
  std::int64_t sum = 0;
  for (const auto& [node, share] : ring.shares(3)) {
    CHECK(share % 125'000 == 0);  // eighths, in millionths
    sum += share;
  }
  CHECK(sum == 3'000'000);
}

TEST_CASE("ring: with zones the owners stand in different ones, as far as there are any") {
  const std::vector<NodeId> all = nodes(9);
  for (const std::uint32_t count : {1U, 2U, 3U, 4U}) {
    models::parts::Zones zones;
    for (const NodeId node : all) zones[node] = node.index % count;
    const Ring ring(all, 8, {.zones = zones});
    for (int i = 0; i < 200; ++i) {
      std::set<std::uint32_t> met;
      for (const NodeId owner : ring.owners(key(i), 3)) met.insert(zones[owner]);
      CHECK(met.size() == std::min(count, 3U));
      const std::vector<NodeId>& walk = ring.walk(key(i));
      CHECK(walk.size() == all.size());
      CHECK(std::set<NodeId>(walk.begin(), walk.end()).size() == all.size());
    }
  }
}

TEST_CASE("ring: who joins takes the place of one owner at most, with zones or without") {
  const std::vector<NodeId> all = nodes(9);
  const std::vector<NodeId> before(all.begin(), all.end() - 1);
  for (const std::uint32_t count : {1U, 2U, 3U, 5U}) {
    models::parts::Zones zones;
    for (const NodeId node : all) zones[node] = node.index % count;
    const Ring old(before, 8, {.zones = zones});
    const Ring grown(all, 8, {.zones = zones});
    for (int i = 0; i < 200; ++i) {
      const auto owners = old.owners(key(i), 3);
      for (const NodeId owner : grown.owners(key(i), 3)) {
        const bool was_there = std::find(owners.begin(), owners.end(), owner) != owners.end();
        CHECK((was_there || owner == all.back()));
      }
    }
  }
}

}  // namespace lightcone::tests
