// Dotted version vectors against a twin that keeps whole histories: which versions stay, after any writes and
// merges, is the same. Plain version vectors lose some.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <vector>

#include "models/parts/versions/siblings.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::tests {

namespace {

using models::parts::versions::Clocks;
using models::parts::versions::Dot;
using models::parts::versions::ReplicaId;
using models::parts::versions::VersionVector;
using Siblings = models::parts::versions::Siblings<int>;

ReplicaId replica(std::uint32_t index) { return {{index}, 0}; }

std::set<int> contents(const Siblings& siblings) {
  std::set<int> found;
  for (const auto& version : siblings.all) found.insert(version.content);
  return found;
}

// Three replicas and two clients, which each read and write one replica at a time. Of each write the twin
// knows all that its writer knew.
class Twins {
 public:
  explicit Twins(Clocks clocks) : clocks_(clocks) {}

  void read(std::size_t client, std::size_t at) {
    contexts_.at(client) = states_.at(at).context();
    seen_.at(client).clear();
    for (const int write : histories_.at(at)) seen_.at(client).insert(write);
  }
  void write(std::size_t client, std::size_t at) {
    const int write = ++writes_;
    states_.at(at).put(replica(static_cast<std::uint32_t>(at)), contexts_.at(client), write, clocks_);
    pasts_[write] = seen_.at(client);
    for (const int known : seen_.at(client)) {
      pasts_[write].insert(pasts_[known].begin(), pasts_[known].end());
    }
    histories_.at(at).insert(write);
  }
  void merge(std::size_t into, std::size_t from) {
    const bool had_it = states_.at(into).covers(states_.at(from));
    const Siblings before = states_.at(into);
    states_.at(into).merge(states_.at(from));
    agrees_ = agrees_ && states_.at(into).covers(states_.at(from)) && states_.at(into).covers(before) &&
              had_it == (contents(before) == contents(states_.at(into)));
    histories_.at(into).insert(histories_.at(from).begin(), histories_.at(from).end());
  }
  bool agree() const {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (contents(states_[i]) != unseen(histories_[i])) return false;
    }
    return agrees_;
  }

 private:
  // Of a history what no other part of it had seen.
  std::set<int> unseen(const std::set<int>& history) const {
    std::set<int> left = history;
    for (const int write : history) {
      for (const int known : pasts_.at(write)) left.erase(known);
    }
    return left;
  }

  Clocks clocks_;
  int writes_ = 0;
  std::vector<Siblings> states_ = std::vector<Siblings>(3);
  std::vector<std::set<int>> histories_ = std::vector<std::set<int>>(3);
  std::vector<VersionVector> contexts_ = std::vector<VersionVector>(2);
  std::vector<std::set<int>> seen_ = std::vector<std::set<int>>(2);
  std::map<int, std::set<int>> pasts_;
  bool agrees_ = true;
};

bool agree_after(std::uint64_t seed, Clocks clocks) {
  sim::Stream chance(seed, "versions");
  Twins twins(clocks);
  for (int step = 0; step < 40; ++step) {
    const std::uint64_t kind = chance.below(3);
    const std::uint64_t client = chance.below(2);
    const std::uint64_t at = chance.below(3);
    const std::uint64_t from = chance.below(3);
    if (kind == 0) twins.read(client, at);
    if (kind == 1) twins.write(client, at);
    if (kind == 2) twins.merge(at, from);
    if (!twins.agree()) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("versions: with dots exactly what no writer had seen stays, whatever is written and merged") {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    INFO("seed " << seed);
    CHECK(agree_after(seed, Clocks::dotted));
  }
}

TEST_CASE("versions: plain version vectors lose versions that nobody had seen") {
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) lost += agree_after(seed, Clocks::plain) ? 0 : 1;
  CHECK(lost > 50);
}

TEST_CASE("versions: two writes that had read the same stay side by side, and the next replaces both") {
  Siblings siblings;
  siblings.put(replica(0), {}, 1, Clocks::dotted);
  siblings.put(replica(0), {}, 2, Clocks::dotted);
  CHECK(contents(siblings) == std::set{1, 2});
  const Dot dot = siblings.put(replica(1), siblings.context(), 3, Clocks::dotted);
  CHECK(contents(siblings) == std::set{3});
  CHECK(dot == Dot{replica(1), 1});
  CHECK(siblings.context().of(replica(0)) == 2);
}

TEST_CASE("versions: a dot that was given out twice makes the second version look replaced") {
  Siblings elsewhere;
  for (int write = 1; write <= 5; ++write)
    elsewhere.put(replica(0), elsewhere.context(), write, Clocks::dotted);
  Siblings forgetful;
  forgetful.put(replica(0), {}, 6, Clocks::dotted);
  CHECK(elsewhere.covers(forgetful));
  Siblings renamed;
  renamed.put({{0}, 7}, {}, 6, Clocks::dotted);
  CHECK_FALSE(elsewhere.covers(renamed));
  elsewhere.merge(renamed);
  CHECK(contents(elsewhere) == std::set{5, 6});
}

TEST_CASE("versions: a vector that is cut forgets those that counted least, and then replaces less") {
  VersionVector vector;
  vector.raise({replica(0), 5});
  vector.raise({replica(1), 1});
  vector.raise({replica(2), 3});
  vector.keep_greatest(3);
  CHECK(vector.counters.size() == 3);
  vector.keep_greatest(2);
  CHECK(vector.of(replica(0)) == 5);
  CHECK(vector.of(replica(1)) == 0);
  CHECK(vector.of(replica(2)) == 3);

  Siblings siblings;
  siblings.put(replica(0), {}, 1, Clocks::dotted);
  siblings.put(replica(1), siblings.context(), 2, Clocks::dotted);
  siblings.put(replica(2), siblings.context(), 3, Clocks::dotted);
  VersionVector cut = siblings.context();
  cut.keep_greatest(2);
  siblings.put(replica(0), cut, 4, Clocks::dotted);
  CHECK(contents(siblings) == std::set{3, 4});
}

}  // namespace lightcone::tests
