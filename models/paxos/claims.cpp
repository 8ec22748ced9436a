#include "models/paxos/claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/paxos/registers.hpp"
#include "models/paxos/replica.hpp"

namespace lightcone::models::paxos {

using sim::Assumption;
using sim::Claim;
using sim::NodeId;
namespace judged_by = sim::judged_by;

std::vector<Claim> claims_of(const Parameters& parameters) {
  std::vector<Claim> claims = {
      Claim{"P18.5", "at most one decree is chosen for a slot, and nobody learns another", Assumption::a0},
      Claim{"P18.7", "each key is linearizable", Assumption::a0, judged_by::Linearizability{"kv"}, {}},
      Claim{"P18.9", "a server that has lost its promises and votes makes no more of them", Assumption::a1},
      Claim{"P18.11", "a promise never goes back, and nothing below it is accepted", Assumption::a0},
      Claim{"P18.12", "in one ballot a slot has one decree", Assumption::a0},
  };
  if (parameters.decrees == Decrees::many) {
    claims.insert(
        claims.begin() + 1,
        Claim{"P18.6", "a command takes effect once, however often its client tries", Assumption::a0});
  }
  claims.push_back({"L18.1",
                    "after the heal every operation is answered",
                    Assumption::a3,
                    judged_by::Recovery{parameters.longest_timeout() * 10},
                    {}});
  claims.push_back({"L18.3",
                    "clients of a connected majority are never without an answer for five time-outs",
                    Assumption::a3,
                    judged_by::Availability{parameters.longest_timeout() * 5},
                    {},
                    true});
  return claims;
}

Monitor::Monitor(sim::Simulation& simulation, std::vector<NodeId> servers, const Parameters& parameters)
    : simulation_(simulation),
      servers_(std::move(servers)),
      parameters_(parameters),
      place_of_(simulation.node_count(), servers_.size()),
      seen_(servers_.size()) {
  for (std::size_t place = 0; place < servers_.size(); ++place) place_of_[servers_[place].index] = place;
}

std::string Monitor::name(NodeId node) const { return simulation_.node(node).node_name(); }

std::string Monitor::words(Ballot ballot) const {
  return fmt::format("{} of {}", ballot.round, name(NodeId{ballot.node}));
}

Ledger* Monitor::ledger_on(NodeId node) const {
  auto* process = simulation_.node(node).process();
  if (process == nullptr) return nullptr;
  if (parameters_.decrees == Decrees::many) return &static_cast<Replica*>(process)->ledger();
  return &static_cast<Registers*>(process)->ledger();
}

void Monitor::after_event(NodeId node) {
  const std::size_t place = place_of_[node.index];
  if (place == servers_.size()) return;
  Ledger* ledger = ledger_on(node);
  if (ledger == nullptr) return;
  Seen& seen = seen_[place];
  if (const std::uint32_t incarnation = simulation_.node(node).incarnation();
      seen.incarnation != incarnation) {
    seen.incarnation = incarnation;
    seen.repeated_effects = 0;
    seen.lost_memory = seen.lost_memory || ledger->began_without_memory();
    seen.earlier = seen.promised;
  }
  for (const Deed& deed : ledger->take_deeds()) look_at(deed, node, seen);
  if (parameters_.decrees == Decrees::many) look_at_effects(node, seen);
}

void Monitor::look_at(const Deed& deed, NodeId node, Seen& seen) {
  if (deed.kind == Deed::Kind::learned) {
    look_at_learned(deed, node);
    return;
  }
  const bool promises = deed.kind == Deed::Kind::promised;
  if (seen.lost_memory) {
    simulation_.report({"P18.9",
                        "invariant(P18.9)",
                        fmt::format("{} {} in ballot {}, after it had lost what it promised before",
                                    name(node), promises ? "promised" : "voted", words(deed.ballot)),
                        {node}});
  }
  if (promises) {
    look_at_promise(deed, node, seen);
  } else {
    look_at_vote(deed, node, seen);
  }
}

// P18.11
void Monitor::look_at_promise(const Deed& deed, NodeId node, Seen& seen) {
  Ballot& promised = seen.promised[scope_of(deed.slot)];
  if (deed.ballot < promised) {
    report_broken_promise(node, deed, promised);
  } else {
    promised = deed.ballot;
  }
}

void Monitor::report_broken_promise(NodeId node, const Deed& deed, Ballot promised) {
  simulation_.report(
      {"P18.11",
       "invariant(P18.11)",
       fmt::format("{} {} ballot {}{}, and had promised ballot {}", name(node),
                   deed.kind == Deed::Kind::promised ? "promised" : "accepted", words(deed.ballot),
                   deed.slot == 0 ? "" : fmt::format(" for slot {}", deed.slot), words(promised)),
       {node}});
}

// P18.11, P18.12, and with the last vote of a majority P18.5
void Monitor::look_at_vote(const Deed& deed, NodeId node, Seen& seen) {
  if (deed.ballot < deed.promised) report_broken_promise(node, deed, deed.promised);
  if (const auto before = seen.earlier.find(scope_of(deed.slot));
      before != seen.earlier.end() && deed.ballot < before->second) {
    report_broken_promise(node, deed, before->second);
  }
  auto& accepted = histories_[deed.slot].accepted;
  const auto in_ballot = [&](const Accepted& one) { return one.ballot == deed.ballot; };
  const auto same = std::find_if(accepted.begin(), accepted.end(), [&](const Accepted& one) {
    return in_ballot(one) && are_equal(one.decree, deed.decree);
  });
  if (same == accepted.end() && std::any_of(accepted.begin(), accepted.end(), in_ballot)) {
    simulation_.report(
        {"P18.12",
         "invariant(P18.12)",
         fmt::format("{} accepted a decree for slot {} in ballot {}, in which another was accepted",
                     name(node), deed.slot, words(deed.ballot)),
         {node}});
  }
  Accepted& entry =
      same != accepted.end() ? *same : accepted.emplace_back(Accepted{deed.ballot, deed.decree, {}});
  entry.by.add(node);
  if (entry.by.size() == parameters_.acceptor_count() / 2 + 1) choose(entry, deed.slot);
}

void Monitor::choose(const Accepted& accepted, Slot slot) {
  History& history = histories_[slot];
  if (!history.is_chosen) {
    history.is_chosen = true;
    history.chosen = accepted.decree;
    history.ballot = accepted.ballot;
    return;
  }
  if (are_equal(history.chosen, accepted.decree)) return;
  simulation_.report(
      {"P18.5",
       "invariant(P18.5)",
       fmt::format("a majority accepted a decree for slot {} in ballot {}, where another was chosen{}", slot,
                   words(accepted.ballot),
                   history.ballot == Ballot{} ? "" : " in ballot " + words(history.ballot)),
       {}});
}

void Monitor::look_at_learned(const Deed& deed, NodeId node) {
  History& history = histories_[deed.slot];
  if (!history.is_chosen) {  // learned of what no majority accepted: whoever learns another decree shows it
    history.is_chosen = true;
    history.chosen = deed.decree;
    return;
  }
  if (are_equal(history.chosen, deed.decree)) return;
  simulation_.report(
      {"P18.5",
       "invariant(P18.5)",
       fmt::format("{} learned a decree for slot {}, where another was chosen", name(node), deed.slot),
       {node}});
}

// P18.6
void Monitor::look_at_effects(NodeId node, Seen& seen) {
  const auto& store = static_cast<const Replica*>(simulation_.node(node).process())->store();
  if (store.repeated_effects() == seen.repeated_effects) return;
  const auto& command = store.last_repeated();
  simulation_.report({"P18.6",
                      "duplicate-effect",
                      fmt::format("{} executed command {} of session {} on key {} a second time", name(node),
                                  command.sequence, command.session, command.key),
                      {node}});
  seen.repeated_effects = store.repeated_effects();
}

}  // namespace lightcone::models::paxos
