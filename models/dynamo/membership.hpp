// Who the servers are, as one of them knows it: a map that spreads by gossip, a failure detector, and the
// ring that follows from both. Where `gossip_every` is 0 all of it is fixed.
//
//   every gossip_every   my heartbeat goes up; to one other server all that I know, and back what it knows
//                        (Dynamo, section 4.8.1)
//   spare ─▶ joining     it gets what is written to its ranges, and copies what was; the others answer reads
//         ─▶ serving     it has copied; reads may turn to it, writes go to old and new owners still
//         ─▶ normal      nobody reads by the ring before any more; the old owners are relieved
//
// A server takes one step when enough others have noted the one before, on disk, and refuse since then
// coordinators that do not know of it: of any quorum by an older ring one member at least refuses.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/dynamo/messages.hpp"
#include "models/dynamo/parameters.hpp"
#include "models/parts/gossip/members.hpp"
#include "models/parts/gossip/phi_accrual.hpp"
#include "models/parts/ring/ring.hpp"
#include "models/parts/stable/cell.hpp"
#include "sim/env.hpp"

namespace lightcone::models::dynamo {

// As gossip::Member::status.
enum Standing : std::uint32_t { spare, joining, serving, normal };

class Membership {
 public:
  using Then = std::function<void()>;

  // `servers`: all, in the order of the deployment; all but the last, or all, are on the ring from the start.
  // `zones`: where they stand; empty, where that does not matter.
  // What is passed must outlive this.
  Membership(sim::Env& env, const Parameters& parameters, const Safeguards& safe,
             const std::vector<NodeId>& servers, const parts::Zones& zones = {});

  void start();
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
  bool newcomer_will_own(const std::string& key) const;  // when it has joined

  // Grows with every step that changes a ring.
  std::uint32_t epoch() const { return is_fixed() ? 0 : newcomer_entry().status; }
  const parts::gossip::Member& newcomer_entry() const { return members_.at(newcomer()); }
  NodeId newcomer() const { return servers_.back(); }
  bool is_up(NodeId server) const;

  Standing standing() const { return static_cast<Standing>(members_.at(env_.self()).status); }
  bool has_streamed() const { return has_streamed_; }
  // This server takes a step; `then` when it is durable.
  void advance(Standing to, bool has_streamed, Then then);
  // Somebody else did; `then` when that is durable, at once if it is so already.
  void learn(NodeId server, const parts::gossip::Member& member, Then then);
  // One bit of the next heartbeat from here will be wrong.
  void damage_next_gossip() { damages_next_ = true; }

 private:
  struct Record {
    static constexpr std::string_view fact_name = "MembershipRecord";
    std::uint64_t generation = 0;
    std::vector<std::uint32_t> standings{};
    bool has_streamed = false;

    friend std::uint64_t wire_bytes(const Record& record) { return 16 + 4 * record.standings.size(); }
  };
  struct Pending {
    std::uint64_t write;
    Then then;
  };

  bool is_fixed() const { return !parameters_.has_gossip(); }
  Gossip everything() const;
  bool is_sound(const std::vector<KnownMember>& members, std::uint64_t checksum) const;
  void merge(const std::vector<KnownMember>& heard);
  void persist(Then then);
  void listen_to(NodeId server);
  std::vector<NodeId> peers() const;
  parts::gossip::Freshness freshness() const;

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards& safe_;
  const std::vector<NodeId>& servers_;
  parts::Ring before_;                               // without the newcomer
  parts::Ring after_;                                // with it
  std::optional<parts::stable::Cell<Record>> cell_;  // where it is not fixed
  parts::gossip::Members members_;
  std::map<NodeId, parts::gossip::PhiAccrual> silences_;
  sim::Stream chance_;
  bool has_streamed_ = true;
  bool damages_next_ = false;
  std::vector<Pending> pending_;
  std::uint64_t written_ = 0;
  std::uint64_t durable_ = 0;
};

}  // namespace lightcone::models::dynamo
