// A server of the replicated key-value store: a member of the Raft group, and the clients' counterpart.
//
//   Execute ─▶ leader? ─no─▶ NotLeader
//                │yes
//                ├─ a read, by the read mode ─▶ Executed
//                └─ propose ─▶ committed and applied ─▶ Executed (P18.6: once for each (session, sequence))
//
// A server that loses leadership forgets whom it owes an answer: it does not know whether the commands will
// take effect, and so its clients must not be told that they did not.
#pragma once

#include <map>
#include <string>

#include "models/parts/key_value/store.hpp"
#include "models/parts/raft/group.hpp"
#include "models/raft/messages.hpp"
#include "models/raft/parameters.hpp"
#include "sim/process.hpp"

namespace lightcone::models::raft {

class Server final : public sim::Handlers<Server, std::variant<Execute>, group::ToMember, group::MemberFacts>,
                     private group::Machine {
 public:
  // `members`: the servers that start as voters.
  Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, std::vector<NodeId> members);

  void start() override { group_.start(); }
  void show(sim::FieldVisitor& visitor) const override;

  void on(Execute&& execute, const sim::From& from);
  // Everything else belongs to the group.
  template <group::GroupMessage Message>
  void on(const Message& message, const sim::From& from) {
    group_.on(message, from.node);
  }
  template <group::GroupFact Fact>
  void on(const Fact& fact) {
    group_.on(fact);
  }

  group::Group& raft() { return group_; }
  const group::Group& raft() const { return group_; }
  const parts::key_value::Store& store() const { return store_; }

 private:
  // Machine
  void apply(const group::Entry& entry) override;
  sim::Payload snapshot() const override { return store_.snapshot(); }
  void restore(const sim::Payload& snapshot) override { store_.restore(snapshot); }
  void leadership_changed(group::Position position) override;

  void read(const Execute& execute, const sim::From& from);
  void answer_catching_up_reads(group::Index applied);
  void answer_read(const std::string& key, const sim::From& from);
  void send_elsewhere(const sim::From& from);

  sim::Env& env_;
  ReadMode read_mode_;
  bool confirm_leadership_;     // false with raft.local-leader-read
  bool only_majorities_read_;   // false with caplab.minority-reads
  bool local_reads_follow_on_;  // false with raft.local-read-forgets
  parts::key_value::Store store_;
  group::Group group_;
  struct CatchingUp {
    std::string key;
    sim::From from;
  };
  std::map<group::Index, sim::From> waiting_;            // for the entry at this index to be applied
  std::multimap<group::Index, CatchingUp> catching_up_;  // local reads that wait for this state
};

}  // namespace lightcone::models::raft
