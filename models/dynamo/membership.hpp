// Who the servers are, as one of them knows it: a map that spreads by gossip, a failure detector, and the
// ring that follows from both. Where `gossip_every` is 0 all of it is fixed.
//
//   every gossip_every   my heartbeat goes up; to other servers all that I know, and back what they know
//                        (Dynamo, section 4.8.1)
//   spare ─▶ joining     it gets what is written to its ranges, and copies what was; the others answer reads
//         ─▶ serving     it has copied; reads may turn to it, writes go to old and new owners still
//         ─▶ normal      nobody reads by the ring before any more; the old owners are relieved
//   normal ─▶ leaving    it gives what it has to who owns its ranges next, and counts in quorums meanwhile;
//                        writes go to old and new owners
//          ─▶ left       they have it; it answers nobody who reads by a ring with it
//   normal, leaving ─▶ removing   an operator gave it up: the others give the new owners what they have, and
//                                 it is not asked any more
//                   ─▶ removed    they have it; whatever is heard from it or of it later, it stays out
//
// One server at a time changes: operators see to that. Who joins takes one step when enough others have noted
// the one before, on disk, and refuse since then coordinators that do not know of it: of any quorum by an
// older ring one member at least refuses. So it is with removals. Who leaves is itself in all quorums that
// would miss what it has streamed, and refuses.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/dynamo/messages.hpp"
#include "models/dynamo/parameters.hpp"
#include "models/dynamo/prober.hpp"
#include "models/parts/gossip/members.hpp"
#include "models/parts/gossip/phi_accrual.hpp"
#include "models/parts/ring/ring.hpp"
#include "models/parts/stable/cell.hpp"
#include "sim/env.hpp"

namespace lightcone::models::dynamo {

// As gossip::Member::status.
enum Standing : std::uint32_t { spare, joining, serving, normal, leaving, left, removing, removed };

inline bool is_gone(Standing standing) { return standing == left || standing == removed; }

class Membership {
 public:
  using Then = std::function<void()>;

  // `servers`: all, in the order of the deployment; all but the last, or all, are on the ring from the start.
  // `zones`: where they stand; empty, where that does not matter.
  // What is passed must outlive this.
  Membership(sim::Env& env, const Parameters& parameters, const Safeguards& safe,
             const std::vector<NodeId>& servers, const parts::Zones& zones = {});

  void start();
  Prober& prober() { return prober_; }
  // Called whenever somebody's standing has changed here.
  void when_changed(Then then) { when_changed_ = std::move(then); }
  void on(const Gossip& gossip, const sim::From& from);
  void on(const GossipBack& back);
  void on(const GossipDue&);
  void on(const MembershipPersisted& persisted);

  // Where a request goes: owners first, then fallbacks, each server once.
  struct Route {
    std::vector<NodeId> walk{};
    std::size_t owners = 0;
    std::size_t needed = 0;  // of them, for a quorum
  };
  Route to_read(const std::string& key) const;
  Route to_write(const std::string& key) const;
  // By which reads find their owners.
  const parts::Ring& ring() const;
  bool will_own(NodeId server, const std::string& key) const;  // when the change has been made
  // Who owns the key after the change and not before.
  std::vector<NodeId> new_owners(const std::string& key) const;

  // Grows with every step that changes a ring.
  std::uint32_t epoch() const;
  // Who joins, leaves or is removed; no_node when nobody does.
  NodeId changing() const { return changing_; }
  NodeId newcomer() const { return servers_.back(); }
  const parts::gossip::Member& entry(NodeId server) const { return members_.at(server); }
  Standing standing(NodeId server) const { return static_cast<Standing>(entry(server).status); }
  Standing standing() const { return standing(env_.self()); }
  // Servers that are on the ring, or come to it.
  std::vector<NodeId> members() const;
  bool is_up(NodeId server) const;
  // What may be told to others: of this server what is durable.
  std::vector<KnownMember> everything() const;

  bool has_streamed() const { return has_streamed_; }
  // Whose removal an operator asked this server to see to; no_node: nobody's.
  NodeId removes() const { return removes_; }
  // This server takes a step; `then` when it is durable.
  void advance(Standing to, bool has_streamed, Then then);
  // A step for a server that is removed.
  void mark(NodeId server, Standing to, Then then);
  // Others did; `then` when that is durable, at once if it is so already.
  void learn(const std::vector<KnownMember>& heard, Then then);
  // One bit of the next heartbeat from here will be wrong.
  void damage_next_gossip() { damages_next_ = true; }
  // Counts up with every change of a standing, for those who watch.
  std::uint64_t changes() const { return changes_; }

 private:
  struct Record {
    static constexpr std::string_view fact_name = "MembershipRecord";
    std::uint64_t generation = 0;
    std::vector<std::uint32_t> standings{};
    bool has_streamed = false;
    NodeId removes = sim::no_node;

    friend std::uint64_t wire_bytes(const Record& record) { return 16 + 4 * record.standings.size(); }
  };
  struct Pending {
    std::uint64_t write;
    Then then;
  };

  bool is_fixed() const { return !parameters_.has_gossip(); }
  bool is_sound(const std::vector<KnownMember>& members, std::uint64_t checksum) const;
  bool hear(const std::vector<KnownMember>& heard);
  bool hear_of_self(const parts::gossip::Member& heard);
  parts::gossip::News take_in(parts::gossip::Member& known, const parts::gossip::Member& heard) const;
  void standings_changed();
  void find_rings();
  void persist(Then then);
  void listen_to(NodeId server);
  std::vector<NodeId> peers() const;
  Gossip next_gossip();
  parts::gossip::Freshness freshness() const;

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards& safe_;
  const std::vector<NodeId>& servers_;
  parts::RingOptions ring_options_;
  std::optional<parts::Ring> before_;                // the change that is under way; without one, both
  std::optional<parts::Ring> after_;                 // are the same
  std::optional<parts::stable::Cell<Record>> cell_;  // where it is not fixed
  parts::gossip::Members members_;
  std::map<NodeId, parts::gossip::PhiAccrual> silences_;  // with the detector phi ...
  Prober prober_;                                         // ... and with swim
  sim::Stream chance_;
  NodeId changing_ = sim::no_node;
  NodeId removes_ = sim::no_node;
  std::uint32_t durable_standing_ = spare;  // of this server
  std::uint32_t first_epoch_ = 0;           // what the sum of standings is at first, too much
  bool has_streamed_ = true;
  bool damages_next_ = false;
  Then when_changed_;
  std::uint64_t changes_ = 0;
  std::vector<Pending> pending_;
  std::uint64_t written_ = 0;
  std::uint64_t durable_ = 0;
};

}  // namespace lightcone::models::dynamo
