// The side of a server that tells the others of updates and hears of theirs.
//
//   state   every gossip_every     everything, to the next of the others               (RR-7506, section 2.2)
//   delta   an update is durable   its delta to all; joined deltas to who asks         (Almeida 2018, section
//   6) op      an update is durable   the update to all; those that are missing to who asks. It is taken
//   once,
//                                  and after all that its replica knew of              (RR-7506, section 2.3)
//   delta, op: every gossip_every  a digest of what is known, to the next of the others
//   after a lost disk              digests to all, and no answer to clients until somebody's state is here
//   a tombstone is forgotten       when it is older than gc_after and all others were seen to have it
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/crdt/messages.hpp"
#include "models/crdt/parameters.hpp"
#include "models/crdt/store.hpp"
#include "sim/env.hpp"

namespace lightcone::models::crdt {

class Replica {
 public:
  // `servers`: all, in the order of the deployment. What is passed must outlive this.
  Replica(sim::Env& env, const Parameters& parameters, const Safeguards& safe,
          const std::vector<NodeId>& servers);

  void start();

  void on(const Push& push, const sim::From& from);
  void on(const Digest& digest, const sim::From& from);
  void on(const Deltas& deltas, const sim::From& from);
  void on(const State& state, const sim::From& from);
  void on(const GossipDue&);
  void on(const Persisted& persisted) { store_.on(persisted); }

  // A client's update, or a share that goes to another replica: kept, told to the others, and then `then`.
  // Why not, otherwise.
  std::optional<std::string> change(const std::string& key, const Change& change, Store::Then then);

  // An administrator's. False when there is nothing to restore, no room, or when it would bring back what was
  // removed and forgotten.
  bool back_up() { return store_.back_up(); }
  bool restore();

  bool is_lost() const { return lost_; }
  const Store& store() const { return store_; }
  Store& store() { return store_; }
  const Rules& rules() const { return rules_; }
  // Updates that wait for others that they rest on.
  std::size_t waiting() const { return buffer_.size(); }

 private:
  struct Peer {
    ReplicaId replica{};
    std::uint64_t sent = 0;         // the number of the latest message to it
    std::uint64_t heard = 0;        // of the latest from it
    CausalContext known{};          // by it, when it sent that
    std::set<ReplicaId> retired{};  // earlier incarnations
  };

  Header header_for(NodeId peer);
  bool is_outdated(const Header& header, NodeId from);
  void heard_what_is_known(const Header& header, const CausalContext& known, NodeId from);
  bool everybody_knows(const Dot& dot) const;
  template <class Message>
  void send(NodeId to, Message message);
  void send_state(NodeId to);
  void send_deltas(NodeId to, const std::vector<Update>& updates);
  void take(const Update& update);
  void deliver();
  void forget_tombstones();

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards& safe_;
  std::vector<NodeId> peers_in_turn_;
  Rules rules_;
  Store store_;
  std::map<NodeId, Peer> peers_;
  std::size_t next_peer_ = 0;
  std::deque<Update> buffer_;
  std::map<Dot, sim::MonoTime> removed_;  // since when a removal is known here
  bool lost_ = false;
};

}  // namespace lightcone::models::crdt
