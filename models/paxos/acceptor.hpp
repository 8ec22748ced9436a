// An acceptor: it promises, and it votes (2001, 2.2). A server hosts one and hands it the messages.
//
// What it keeps true:
//   P18.11  it accepts nothing below its promise, and both survive a power loss before anybody is told of
//   them P18.9   one that has lost its notes neither promises nor votes
#pragma once

#include "models/paxos/ledger.hpp"

namespace lightcone::models::paxos {

class Acceptor {
 public:
  enum class Office : std::uint8_t { acceptor, none };  // none: of a server that is no acceptor
  Acceptor(sim::Env& env, Ledger& ledger, Decrees scope, const Safeguards& safe, Office office)
      : env_(env), ledger_(ledger), scope_(scope), safe_(safe), office_(office) {}

  enum class Answer : std::uint8_t { given, refused, nothing };
  // Answers the sender, which may be this server, once that may be told. `nothing`: it abstains, has no room,
  // or is none.
  Answer on(const Prepare& prepare, NodeId from);
  Answer on(const Accept& accept, NodeId from);

 private:
  bool abstains() const { return office_ == Office::none || ledger_.has_lost_memory(); }
  void refuse(Ballot ballot, Slot slot, NodeId to);
  Promise promise_for(const Prepare& prepare) const;

  sim::Env& env_;
  Ledger& ledger_;
  Decrees scope_;
  const Safeguards& safe_;
  Office office_;
};

}  // namespace lightcone::models::paxos
