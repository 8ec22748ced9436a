#include "models/spanner/hlc/claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/spanner/client.hpp"
#include "models/spanner/hlc/server.hpp"

namespace lightcone::models::spanner::hlc {

using sim::Assumption;
using sim::Claim;
namespace judged_by = sim::judged_by;

std::vector<Claim> claims_of(const Parameters& parameters) {
  const std::vector<std::string> now = {"txn", "pair", "write", "read"};
  const std::vector<std::string> all = {"txn", "pair", "write", "read", "snapshot"};
  Claim strict{"P4.1", "transactions are strictly serializable, reads without writes too", Assumption::a2,
               judged_by::Transactions{"strong-serializable", now}};
  strict.weakly_satisfies = "serializable, and linearizable key by key";
  return {
      std::move(strict),
      Claim{"P4.3", "all shards of a transaction commit it at one timestamp, or all abort it",
            Assumption::a0},
      Claim{"P4.5", "transactions and snapshots are serializable, whatever clocks show", Assumption::a0,
            judged_by::Transactions{"serializable", all}},
      Claim{"P4.5k", "a read misses nothing that its key held, as acknowledged, before it began",
            Assumption::a2},
      Claim{"P4.6", "the accounts' total is the same in every read of all", Assumption::a0},
      Claim{"P4.7", "an operation takes effect once at most, however often its client tries", Assumption::a0},
      Claim{"L4.1",
            "after the heal no transaction stays in doubt, no intent is left behind, and every operation "
            "succeeds",
            Assumption::a3,
            judged_by::Recovery{parameters.longest_timeout() * 10},
            {}},
  };
}

Monitor::Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::Workload& workload,
                 const sim::Phases& phases)
    : simulation_(simulation),
      parameters_(parameters),
      phases_(phases),
      servers_(simulation.nodes_of_role("server")),
      fates_(simulation),
      totals_(simulation, workload.keys * initial_balance),
      offsets_(simulation, parameters.safe_every),
      ghosts_(static_cast<std::size_t>(parameters.shards)) {
  for (const NodeId node : servers_) seen_[node].events.resize(ghosts_.size());
}

void Monitor::after_event(NodeId node) {
  if (totals_.concerns(node)) return look_at_client(node);
  if (seen_.contains(node)) look_at_server(node);
}

void Monitor::look_at_server(NodeId node) {
  check_clocks(node);
  const auto* server = static_cast<const Server*>(simulation_.node(node).process());
  if (server == nullptr) return;
  Seen& seen = seen_.at(node);
  offsets_.look_at(node);
  if (seen.incarnation != simulation_.node(node).incarnation()) {
    seen.incarnation = simulation_.node(node).incarnation();
    std::fill(seen.events.begin(), seen.events.end(), 0);
  }
  for (const Replica& replica : server->replicas()) {
    std::size_t& events = seen.events[replica.id()];
    for (; events < replica.events().size(); ++events)
      std::visit([&](const auto& event) { this->look(node, replica, event); }, replica.events()[events]);
    if (replica.may_serve()) check_settled(node, replica);
  }
}

// A2: no two clocks are further apart.
void Monitor::check_clocks(NodeId node) {
  const sim::Instant now = simulation_.now();
  const sim::Duration error = simulation_.node(node).clock().error(now);
  for (const NodeId other : servers_) {
    const sim::Duration apart = std::chrono::abs(error - simulation_.node(other).clock().error(now));
    if (apart <= parameters_.max_offset) continue;
    if (!wrong_clocks_.insert({std::min(node, other), std::max(node, other)}).second) continue;
    simulation_.clocks_were_wrong(fmt::format("the clocks of {} and {} are {} apart, and max_offset is {}",
                                              name(node), name(other), sim::to_text(apart / 1'000 * 1'000),
                                              sim::to_text(parameters_.max_offset)));
  }
}

// --- P4.5: nobody writes beneath a read, nor what it has not read ------------------------------------------

void Monitor::look(NodeId, const Replica& replica, const Replica::Served& served) {
  Ghost& ghost = ghosts_[replica.id()];
  const TransactionId& id = served.id;
  auto earlier = ghost.read_by.lower_bound({id.client, 0, 0});
  while (earlier != ghost.read_by.end() && earlier->first.client == id.client &&
         earlier->first.operation + 1 < id.operation) {
    earlier = ghost.read_by.erase(earlier);
  }
  for (const std::string& key : served.keys) {
    ghost.reads.read(key, served.at, id);
    ghost.reads_but_ties.read(key, served.at, id);
    ghost.read_by[id][key] = served.at;
  }
}

void Monitor::look(NodeId node, const Replica& replica, const Replica::Over& over) {
  Ghost& ghost = ghosts_[replica.id()];
  fates_.ended(node, replica.id(), {over.id, over.at, over.participants});
  if (over.at == 0 || over.number != ghost.commits + 1) return;  // seen before, at another replica
  ghost.commits = over.number;
  for (const std::string& key : over.keys) {
    check_key(node, replica, over, key);
    Timestamp& written = ghost.written[key];
    written = std::max(written, over.at);
  }
  ghost.read_by.erase(over.id);
}

void Monitor::check_key(NodeId node, const Replica& replica, const Replica::Over& over,
                        const std::string& key) {
  const Ghost& ghost = ghosts_[replica.id()];
  const std::string what =
      fmt::format("transaction {} committed {} in s{} at {}", to_text(over.id), key, replica.id(), over.at);
  if (ghost.reads_but_ties.writable_from(key, over.at, over.id) != over.at) {
    simulation_.report(
        {"P4.5", "read-skew", what + ", and somebody had read it as of later, without that", {node}});
  } else if (ghost.reads.writable_from(key, over.at, over.id) != over.at) {
    simulation_.report({"P4.5",
                        "write-skew",
                        what + ", and somebody else had read it at that same timestamp: neither is first",
                        {node}});
  }
  const auto mine = ghost.read_by.find(over.id);
  const auto written = ghost.written.find(key);
  if (mine == ghost.read_by.end() || written == ghost.written.end()) return;
  const auto read = mine->second.find(key);
  if (read == mine->second.end() || written->second <= read->second) return;
  simulation_.report({"P4.5",
                      "lost-update",
                      fmt::format("{}; it had read it at {}, and another was written at {}", what,
                                  read->second, written->second),
                      {node}});
}

// --- P4.5k: nothing that was acknowledged is missed --------------------------------------------------------

void Monitor::look_at_client(NodeId node) {
  totals_.look_at_client(node);
  const auto* client = static_cast<const spanner::Client*>(simulation_.node(node).process());
  if (client == nullptr) return;
  const auto& events = static_cast<const Session&>(client->session()).events();
  for (std::size_t& seen = clients_[node].events; seen < events.size(); ++seen)
    std::visit([&](const auto& event) { this->look(node, event); }, events[seen]);
}

void Monitor::look(NodeId node, const Session::Began&) { clients_[node].known = acknowledgements_; }

void Monitor::look(NodeId, const Session::Wrote& wrote) {
  ++acknowledgements_;
  for (const std::string& key : wrote.keys) {
    Acknowledged& known = acknowledged_[key];
    const Timestamp latest = known.empty() ? 0 : known.back().second;
    known.emplace_back(acknowledgements_, std::max(latest, wrote.at));
  }
}

void Monitor::look(NodeId node, const Session::Saw& saw) {
  for (std::size_t i = 0; i < saw.keys.size(); ++i) {
    const Acknowledged& known = acknowledged_[saw.keys[i]];
    const std::pair<std::uint64_t, Timestamp> then{clients_[node].known,
                                                   sim::never.time_since_epoch().count()};
    const auto after = std::upper_bound(known.begin(), known.end(), then);
    if (after == known.begin() || saw.written[i] >= std::prev(after)->second) continue;
    simulation_.report({"P4.5k",
                        "stale-read",
                        fmt::format("{} read what {} held at {}, and before it began a write at {} had been "
                                    "acknowledged",
                                    name(node), saw.keys[i], saw.written[i], std::prev(after)->second),
                        {node}});
  }
}

// --- L4.1 --------------------------------------------------------------------------------------------------

void Monitor::check_settled(NodeId node, const Replica& replica) {
  const sim::Duration bound = parameters_.settled_after();
  if (simulation_.now().time_since_epoch() < phases_.heal + bound) return;
  const sim::Duration oldest = replica.oldest_intent();
  if (oldest <= bound) return;
  simulation_.report({"L4.1",
                      "unavailable",
                      fmt::format("an intent has been at {}, leaseholder of s{}, for {}", name(node),
                                  replica.id(), sim::to_text(oldest / 1'000'000 * 1'000'000)),
                      {node}});
}

void Monitor::at_end() {
  if (phases_.end - phases_.heal >= parameters_.settled_after()) fates_.check_complete();
}

}  // namespace lightcone::models::spanner::hlc
