// The side of a server that keeps keys for others: it answers coordinators from what is durable, hands over
// what it kept for others, and compares itself with the other owners.
//
//   every hand_off_every       each hint that is not too old -> HandOff, until it is taken      (Dynamo, 4.6)
//   every anti_entropy_every   the next peer: MerkleRoot, MerkleNodes, SyncKeys, SyncedKeys     (Dynamo, 4.7)
//   a tombstone is forgotten   when it is older than the grace and every other owner was seen to have it
//   a put with a context       the first replica to answer takes it: it gets a dot and joins what is known
//   here after a lost disk          silence to readers until the others' copies are here (SYSTEMS P11.1)
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/dynamo/membership.hpp"
#include "models/dynamo/messages.hpp"
#include "models/dynamo/parameters.hpp"
#include "models/dynamo/store.hpp"
#include "models/dynamo/streams.hpp"
#include "sim/env.hpp"

namespace lightcone::models::dynamo {

class Replica {
 public:
  // `servers`: all, in the order of the deployment. What is passed must outlive this.
  Replica(sim::Env& env, const Parameters& parameters, const Safeguards& safe, Membership& membership,
          const std::vector<NodeId>& servers);

  void start();

  void on(const RGet& get, const sim::From& from);
  void on(const RPut& put, const sim::From& from);
  void on(const RepairPut& repair);
  void on(const AskToTake& ask, const sim::From& from);
  void on(const Take& take, const sim::From& from);
  void on(const Hint& hint, const sim::From& from);
  void on(const HandOff& hand_off, const sim::From& from);
  void on(const HandedOver& handed_over);
  void on(const MerkleRoot& root, const sim::From& from);
  void on(const MerkleEqual& equal, const sim::From& from);
  void on(const MerkleNodes& nodes, const sim::From& from);
  void on(const SyncKeys& sync, const sim::From& from);
  void on(const SyncedKeys& synced);
  void on(const CopyRequest& request, const sim::From& from);
  void on(const Copy& copy, const sim::From& from);
  void on(const HandOffDue&);
  void on(const AntiEntropyDue&);
  void on(const CopyDue&);
  void on(const Persisted& persisted) { store_.on(persisted); }

  // Comparisons with another owner in which this one found a difference.
  struct Mismatch {
    std::uint64_t number = 0;  // counts up
    NodeId peer{};
  };
  const Mismatch& latest_mismatch() const { return latest_mismatch_; }

  // An operator's wish: this server joins the ring. False, if it is no spare one.
  bool join();
  Streams& streams() { return streams_; }
  void on(const JoinStep& step, const sim::From& from);
  void on(const JoinStepDone& done, const sim::From& from);
  void on(const JoinDue&);
  void on(const StreamRange& range, const sim::From& from) { streams_.on(range, from); }
  void on(const RangeStored& stored, const sim::From& from) { streams_.on(stored, from); }
  void on(const Removal& removal, const sim::From& from) { streams_.on(removal, from); }
  void on(const RemovalDone& done, const sim::From& from) { streams_.on(done, from); }
  void on(const StreamsDue& due) { streams_.on(due); }

  bool is_lost() const { return lost_; }
  const Store& store() const { return store_; }
  Store& store() { return store_; }

 private:
  static constexpr std::size_t leaf_count = 16;
  using Leaves = std::array<std::uint64_t, leaf_count>;

  bool is_owner(NodeId node, const std::string& key) const;
  static std::size_t leaf_of(const std::string& key);
  void standings_changed();
  void end_copying();
  // The coordinator is told if it has missed a step of somebody.
  bool is_outdated(NodeId coordinator, RequestId request, std::uint32_t epoch);
  void take_step(Standing step);
  std::uint64_t leaf_hash(const std::string& key, const Version& version) const;
  Leaves leaves_shared_with(NodeId peer) const;
  std::vector<Keyed> entries_shared_with(NodeId peer, const std::vector<std::uint64_t>& leaves) const;
  bool is_expired(const Version& version) const;
  void take(const std::vector<Keyed>& entries);
  void agreed_with(NodeId peer);
  void collect_tombstones();
  parts::crdt::ReplicaId next_actor(std::uint64_t lineage);

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards& safe_;
  Membership& membership_;
  const std::vector<NodeId>& servers_;
  Store store_;
  std::size_t next_peer_ = 0;
  Mismatch latest_mismatch_;
  struct Tombstone {
    std::uint64_t hash = 0;      // of the version
    std::set<NodeId> seen_at{};  // other owners that have it, or what came later
  };
  std::map<std::string, Tombstone> tombstones_;  // by key
  std::uint64_t connection_;                     // of this incarnation
  std::set<RequestId> taken_;
  std::uint64_t next_lineage_;
  bool lost_ = false;
  std::uint64_t copy_attempt_ = 0;
  std::set<NodeId> copied_from_;
  std::set<NodeId> noted_by_;  // of the step that this server has taken last
  Streams streams_;
};

}  // namespace lightcone::models::dynamo
