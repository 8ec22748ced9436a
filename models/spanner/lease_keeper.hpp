// The life of a leader's lease, whatever clock it is counted by and whatever else its command says.
//
//   leads ─▶ caught up ─▶ the lease before is over ─▶ proposed ─ applied ─▶ holds it ─▶ renews it
//                                                                              │
//         leadership goes to another ◀─ applied ─ cut short ◀─ handed over ◀───┘
//
// Leases of one group are disjoint: who has caught up knows the last one, which is in the log, and begins
// when that is over (Corbett et al., OSDI 2012, section 4.1.1; Taft et al., SIGMOD 2020, section 3.1). One
// lease at a time is on its way through the log. All of it begins anew whenever leadership changes.
#pragma once

#include <optional>

#include "models/parts/raft/group.hpp"
#include "models/spanner/parameters.hpp"
#include "models/spanner/types.hpp"

namespace lightcone::models::spanner {

class LeaseKeeper {
 public:
  enum class Step : std::uint8_t { begins, goes_on };
  // Whose lease it is. Timestamps are of the host's clock.
  class Host {
   public:
    // As of the latest entry applied.
    virtual const Lease& lease() const = 0;
    virtual Timestamp lease_time() const = 0;
    // From when a first lease of this leader counts; nothing while the one before may last. Asked whenever
    // it looks, or claims.
    virtual std::optional<Timestamp> first_lease_from() = 0;
    // Into the group's log, as this leader's until `end`. False: it is not, and nothing happens.
    virtual bool propose_lease(Step step, Timestamp end) = 0;
    virtual void lease_began() = 0;

   protected:
    ~Host() = default;
  };

  // What is passed must outlive this.
  LeaseKeeper(const sim::Env& env, const Parameters& parameters, parts::raft::Group& group, Host& host)
      : env_(env), parameters_(parameters), group_(group), host_(host) {}

  void leadership_changed();
  // A lease of this leader's term was applied.
  void applied();
  // Now and then.
  void look();
  // Whoever may have one now begins it: to be called when the lease before is over.
  void claim();
  // It is to last for a lease after `from`.
  void extend(Timestamp from);
  // Hands leadership over once the lease ends at `end`, so that the next leader need not wait for more.
  // False: there is no lease to cut short, or one is on its way through the log, or `to` is this node.
  bool transfer(NodeId to, Timestamp end);

  // It has had its lease in this term; whether that still lasts is a question to the clock.
  bool has_begun() const { return has_begun_; }
  // And does not hand it over.
  bool holds() const { return has_begun_ && transfer_to_ == no_node; }

 private:
  bool leads() const { return group_.position() == parts::raft::Position::leader; }
  void catch_up();
  void renew();

  const sim::Env& env_;
  const Parameters& parameters_;
  parts::raft::Group& group_;
  Host& host_;
  bool catching_up_ = false;
  bool caught_up_ = false;
  bool proposed_ = false;  // a lease is in the log and not applied yet
  bool has_begun_ = false;
  NodeId transfer_to_ = no_node;
};

}  // namespace lightcone::models::spanner
