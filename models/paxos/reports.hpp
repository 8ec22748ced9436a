// What a proposer hears in phase 1: who has promised, and what they have accepted before.
#pragma once

#include <map>
#include <vector>

#include "models/paxos/messages.hpp"

namespace lightcone::models::paxos {

class Reports {
 public:
  enum class Counting : std::uint8_t { one_ballot, any_ballots };

  void clear();
  void add(const Promise& promise, NodeId from);
  std::size_t promises() const { return members_.size(); }
  bool has(NodeId member) const { return members_.contains(member); }

  // The last slot with a report; 0: there is none.
  Slot last_slot() const { return accepted_.empty() ? 0 : accepted_.rbegin()->first; }
  // What was accepted for the slot in the highest ballot, the decree that a proposer has to take (2001, 2.2,
  // phase 2a); null when nobody has accepted anything.
  const Accepted* highest(Slot slot) const;
  // The decree that these reports alone prove to be chosen: a majority has accepted it, in one ballot, or
  // somebody knows it. Null when they prove nothing.
  const Decree* chosen(Slot slot, std::size_t majority, Counting counting) const;

 private:
  Members members_;
  std::map<Slot, std::vector<Accepted>> accepted_;  // one a member
};

}  // namespace lightcone::models::paxos
