// Reads tuples at a timestamp for a check server: from the store nearby, and from the shard's leader if that
// one is behind or silent. Whoever asks for what is under way already waits for it (single flight: the lock
// table of Pang et al., ATC 2019, section 3.2.5), and what was read once is kept.
// Where answers have no timestamps it reads what is there now, from the leader.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "models/zanzibar/bounded_cache.hpp"
#include "models/zanzibar/interval_clock.hpp"
#include "models/zanzibar/messages.hpp"
#include "models/zanzibar/parameters.hpp"
#include "sim/env.hpp"

namespace lightcone::models::zanzibar {

class TupleReader {
 public:
  using Rows = std::shared_ptr<const std::vector<Subject>>;
  using Then = std::function<void(const Rows&)>;  // null: nobody answered
  struct Key {
    Userset set{};
    Timestamp ts = 0;

    auto operator<=>(const Key&) const = default;
  };

  // `stores`: all, in the order of the deployment. `near`: one of them.
  TupleReader(sim::Env& env, const Parameters& parameters, const Safeguards& safe, std::vector<NodeId> stores,
              NodeId near);

  // `then` is called once, perhaps at once, at most two read timeouts later.
  void read(const Key& key, Then then);

  void on(const StoreRows& rows);
  void on(const Behind& behind);
  void on(const ReadIsLate& late);

  // Reads of the same at a time, at most, so far.
  std::size_t most_of_one() const { return most_of_one_; }
  // Stores asked for this tuple set, since the start.
  std::uint64_t asked() const { return asked_; }

 private:
  struct Flight {
    Key key{};
    NodeId store = sim::no_node;
    sim::MonoTime since{};
    std::vector<Then> waiting{};
    sim::TimerId timer{};
  };
  NodeId leader_of(const Key& key) const;
  void ask(RequestId id, Flight& flight, NodeId store);
  void ask_elsewhere(RequestId id);
  void land(RequestId id, const Rows& rows);

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards& safe_;
  std::vector<NodeId> stores_;
  NodeId near_;
  IntervalClock clock_;
  BoundedCache<Key, Rows> cache_;
  RequestId next_;
  std::map<RequestId, Flight> flights_;
  std::multimap<Key, RequestId> under_way_;
  std::size_t most_of_one_ = 0;
  std::uint64_t asked_ = 0;
};

}  // namespace lightcone::models::zanzibar
