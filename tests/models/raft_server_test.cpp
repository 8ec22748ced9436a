// One server, without a simulation: what it answers, and when.
#include <catch2/catch.hpp>
#include <memory>

#include "models/raft/server.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests {

namespace {

using models::parts::raft::Appended;
using models::parts::raft::AppendEntries;
using models::parts::raft::BatchDue;
using models::parts::raft::ElectionTimedOut;
using models::parts::raft::Entries;
using models::parts::raft::EntryKind;
using models::parts::raft::HeartbeatDue;
using models::parts::raft::Position;
using models::parts::raft::RequestVote;
using models::parts::raft::Voted;
using models::raft::Execute;
using models::raft::Executed;
using models::raft::NotLeader;
using models::raft::Server;
using sim::NodeId;

constexpr NodeId n1{0}, n2{1}, n3{2}, client{3};

// Server n1 of three.
class One : public OneServer<Server, models::raft::Parameters> {
 public:
  explicit One(sim::BugSet bugs = {}, const models::raft::Parameters& parameters = {})
      : OneServer(n1, parameters, std::move(bugs), {n1, n2, n3}) {}
  const models::parts::raft::Group& group() const { return server().raft(); }

  // Makes it the leader of the next term.
  void lead() {
    win();
    sync();
    env().forget_sent();
  }
  // The same until its first entry is written, but not durable.
  void win() {
    env().fire<ElectionTimedOut>(server());
    hear(n2, Voted{0, group().term() + 1, true, true});
    sync();
    // Its own vote came back to it when it was durable.
    for (const auto& own : env().take_sent<Voted>()) hear(own.to, own.message);
    hear(n2, Voted{0, group().term(), true, false});
    REQUIRE(group().position() == Position::leader);
  }
};

Entries entries(std::initializer_list<models::parts::raft::Term> terms, models::parts::raft::Index first) {
  Entries list;
  for (const auto term : terms) list.push_back({first++, term, EntryKind::noop, {}});
  return list;
}

AppendEntries append(models::parts::raft::Term term, models::parts::raft::Index previous,
                     models::parts::raft::Term previous_term, Entries list,
                     models::parts::raft::Index commit = 0) {
  return {0, term, previous, previous_term, commit, 1, std::move(list)};
}

// Two entries of term 1: a session is opened, and x is set in it.
Entries session_and_put(std::int64_t value) {
  models::parts::key_value::Command open;
  open.verb = models::parts::key_value::Verb::open_session;
  models::parts::key_value::Command put;
  put.verb = models::parts::key_value::Verb::put;
  put.session = put.sequence = 1;
  put.key = "x";
  put.value = value;
  return {{1, 1, EntryKind::command, sim::Payload::of(open)},
          {2, 1, EntryKind::command, sim::Payload::of(put)}};
}

Execute put(std::int64_t value) {
  Execute execute;
  execute.command.verb = models::parts::key_value::Verb::put;
  execute.command.key = "x";
  execute.command.value = value;
  return execute;
}

}  // namespace

TEST_CASE("raft: a vote is answered when it is durable, and survives a power loss") {
  One one;
  one.hear(n2, RequestVote{0, 5, 0, 0, false, false});
  CHECK(one.env().take_sent<Voted>().empty());
  one.sync();
  const auto votes = one.env().take_sent<Voted>();
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].to == n2);
  CHECK(votes[0].message.granted);
  one.restart_after_power_loss();
  one.hear(n3, RequestVote{0, 5, 0, 0, false, false});
  one.sync();
  const auto second = one.env().take_sent<Voted>();
  REQUIRE(second.size() == 1);
  CHECK_FALSE(second[0].message.granted);
}

TEST_CASE("raft: with raft.no-persist-vote the vote leaves at once, and is forgotten") {
  One one({"raft.no-persist-vote"});
  one.hear(n2, RequestVote{0, 5, 0, 0, false, false});
  CHECK(one.env().take_sent<Voted>().size() == 1);
  one.restart_after_power_loss();
  one.hear(n3, RequestVote{0, 5, 0, 0, false, false});
  const auto second = one.env().take_sent<Voted>();
  REQUIRE(second.size() == 1);
  CHECK(second[0].message.granted);
}

TEST_CASE("raft: votes go to logs that are at least as up to date, by the last term first") {
  struct Case {
    models::parts::raft::Index index;
    models::parts::raft::Term term;
    bool granted;
  };
  for (const Case& candidate :
       {Case{3, 2, true}, Case{4, 2, true}, Case{1, 3, true}, Case{2, 2, false}, Case{9, 1, false}}) {
    One one;
    one.hear(n2, append(2, 0, 0, entries({1, 2, 2}, 1)));
    one.sync();
    one.env().advance(std::chrono::seconds(1));  // stickiness is over
    one.env().forget_sent();
    one.hear(n3, RequestVote{0, 5, candidate.index, candidate.term, false, false});
    one.sync();
    const auto votes = one.env().take_sent<Voted>();
    INFO(candidate.index << " of term " << candidate.term);
    REQUIRE(votes.size() == 1);
    CHECK(votes[0].message.granted == candidate.granted);
  }
}

TEST_CASE("raft: nobody votes who has just heard from a leader, unless the leader wants it") {
  One one;
  one.hear(n2, append(2, 0, 0, {}));
  one.env().forget_sent();
  one.hear(n3, RequestVote{0, 3, 0, 0, false, false});
  one.sync();
  CHECK(one.env().take_sent<Voted>().empty());
  CHECK(one.group().term() == 2);
  one.hear(n3, RequestVote{0, 3, 0, 0, false, true});
  one.sync();
  CHECK(one.env().take_sent<Voted>().size() == 1);
}

TEST_CASE("raft: a pre-vote changes nothing") {
  One one;
  one.hear(n3, RequestVote{0, 8, 0, 0, true, false});
  const auto votes = one.env().take_sent<Voted>();
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].message.granted);
  CHECK(one.group().term() == 0);
  CHECK(one.env().pending_syncs() == 0);
}

TEST_CASE("raft: entries are acknowledged when they are durable") {
  One one;
  one.hear(n2, append(1, 0, 0, entries({1, 1}, 1)));
  CHECK(one.env().take_sent<Appended>().empty());
  one.sync();
  const auto answers = one.env().take_sent<Appended>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].message.matches);
  CHECK(answers[0].message.match == 2);
}

TEST_CASE("raft: a follower takes entries only behind a matching one, and says where it differs") {
  One one;
  one.hear(n2, append(1, 0, 0, entries({1, 1}, 1)));
  one.sync();
  one.env().forget_sent();
  one.hear(n2, append(2, 5, 2, entries({2}, 6)));
  one.sync();
  auto answers = one.env().take_sent<Appended>();
  REQUIRE(answers.size() == 1);
  CHECK_FALSE(answers[0].message.matches);
  CHECK(answers[0].message.conflict_index == 3);
  one.hear(n2, append(2, 2, 2, entries({2}, 3)));
  one.sync();
  answers = one.env().take_sent<Appended>();
  REQUIRE(answers.size() == 1);
  CHECK_FALSE(answers[0].message.matches);
  CHECK(answers[0].message.conflict_term == 1);
  CHECK(answers[0].message.conflict_index == 1);
  CHECK(one.group().log().last_index() == 2);
}

TEST_CASE("raft: a follower deletes from the first conflicting entry only") {
  One one;
  one.hear(n2, append(1, 0, 0, entries({1, 1, 1, 1}, 1)));
  one.hear(n2, append(1, 0, 0, entries({1, 1}, 1)));  // a late, shorter message
  CHECK(one.group().log().last_index() == 4);
  one.hear(n3, append(2, 1, 1, entries({1, 2}, 2)));
  CHECK(one.group().log().last_index() == 3);
  CHECK(one.group().log().last_term() == 2);

  One broken({"raft.truncate-always"});
  broken.hear(n2, append(1, 0, 0, entries({1, 1, 1, 1}, 1)));
  broken.hear(n2, append(1, 0, 0, entries({1, 1}, 1)));
  CHECK(broken.group().log().last_index() == 2);
}

TEST_CASE("raft: a leader does not count replicas for entries of older terms") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"raft.commit-old-term"});
    one.hear(n2, append(1, 0, 0, entries({1}, 1)));
    one.sync();
    one.env().advance(std::chrono::seconds(1));
    one.lead();
    const auto term = one.group().term();
    one.hear(n3, Appended{0, term, 1, true, 1, 0, 0, true});
    CHECK(one.group().commit_index() == (safe ? 0U : 1U));
    one.hear(n3, Appended{0, term, 1, true, 2, 0, 0, true});  // its own no-op, and with it all before
    CHECK(one.group().commit_index() == 2);
  }
}

TEST_CASE("raft: a leader counts itself when its own entry is durable") {
  One one;
  one.lead();
  const auto term = one.group().term();
  one.hear(client, put(1));
  one.hear(n2, Appended{0, term, 1, true, 1, 0, 0, true});
  CHECK(one.group().commit_index() == 1);
  one.hear(n2, Appended{0, term, 1, true, 2, 0, 0, true});
  CHECK(one.group().commit_index() == 1);
  one.sync();
  CHECK(one.group().commit_index() == 2);
}

TEST_CASE("raft: what an earlier leadership made durable does not count in a later one") {
  One one;
  one.lead();
  one.hear(client, put(1));
  one.hear(client, put(2));
  one.sync();
  one.hear(n2, append(2, 1, 1, entries({2}, 2)));  // another leader's entry takes the place of both
  one.sync();
  REQUIRE(one.group().log().last_index() == 2);
  one.win();
  one.hear(n3, Appended{0, 3, 1, true, 3, 0, 0, true});
  CHECK(one.group().commit_index() < 3);  // n3 has it, and nobody else for sure
  one.sync();
  CHECK(one.group().commit_index() == 3);
}

TEST_CASE("raft: a batch is one sync, and one message to each follower") {
  models::raft::Parameters parameters;
  parameters.batch = sim::Duration(std::chrono::milliseconds(10));
  One one({}, parameters);
  one.lead();
  const auto sizes = [&] {
    std::vector<std::size_t> entries_sent;
    for (const auto& sent : one.sent<AppendEntries>()) entries_sent.push_back(sent.message.entries.size());
    return entries_sent;
  };
  one.hear(client, put(1));
  one.hear(client, put(2));
  one.hear(n2, Appended{0, 1, 1, true, 1, 0, 0, true});
  one.hear(n3, Appended{0, 1, 1, true, 1, 0, 0, true});
  CHECK(one.env().pending_syncs() == 0);
  CHECK(sizes().empty());  // an answer is no reason to send what still waits for company

  one.env().fire<BatchDue>(one.server());
  CHECK(one.env().pending_syncs() == 1);
  CHECK(sizes() == std::vector<std::size_t>{2, 2});
  one.hear(n2, Appended{0, 1, 1, true, 3, 0, 0, true});
  CHECK(one.group().commit_index() == 1);  // the leader's own copies are not durable yet
  one.sync();
  CHECK(one.group().commit_index() == 3);

  one.hear(client, put(3));
  one.env().fire<HeartbeatDue>(one.server());
  CHECK(sizes() == std::vector<std::size_t>{0, 0});
  one.hear(n2, append(2, 3, 1, {}));  // deposed: a batch that was not sent goes to nobody
  one.env().fire<BatchDue>(one.server());
  CHECK(sizes().empty());
  CHECK(one.env().pending_syncs() == 1);  // of the new term
}

TEST_CASE("raft: a follower sends clients to the leader, and does nothing else") {
  One one;
  one.hear(client, put(1));
  auto refusals = one.env().take_sent<NotLeader>();
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].message.hint == sim::no_node);
  one.hear(n2, append(1, 0, 0, {}));
  one.hear(client, put(1));
  refusals = one.env().take_sent<NotLeader>();
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].message.hint == n2);
  CHECK(one.group().log().last_index() == 0);
}

TEST_CASE("raft: a read waits until a majority has confirmed the leader and its term has a commit") {
  One one;
  one.lead();
  const auto term = one.group().term();
  Execute get;
  get.command.key = "x";
  one.hear(client, get);
  CHECK(one.env().take_sent<Executed>().empty());
  one.hear(n2, Appended{0, term, 2, false, 0, 2, 0, true});  // it still leads, but nothing is committed yet
  CHECK(one.env().take_sent<Executed>().empty());
  one.hear(n2, Appended{0, term, 2, true, 1, 0, 0, true});
  CHECK(one.env().take_sent<Executed>().size() == 1);
}

TEST_CASE("raft: a local read waits until the server has what its client saw before") {
  for (const bool forgets : {false, true}) {
    One one(forgets ? sim::BugSet{"raft.local-read-forgets"} : sim::BugSet{},
            {.read_mode = models::raft::ReadMode::local});
    Execute get;
    get.command.key = "x";
    one.hear(client, get);
    CHECK(one.env().take_sent<Executed>().size() == 1);
    get.seen = 2;
    one.hear(client, get);
    CHECK(one.env().take_sent<Executed>().size() == (forgets ? 1 : 0));
    one.hear(n2, append(1, 0, 0, session_and_put(6), 1));
    one.sync();
    CHECK(one.env().take_sent<Executed>().empty());
    one.hear(n2, append(1, 2, 1, {}, 2));
    one.sync();
    const auto answers = one.env().take_sent<Executed>();
    REQUIRE(answers.size() == (forgets ? 0 : 1));
    if (forgets) continue;
    CHECK(answers[0].message.index == 2);
    CHECK(answers[0].message.answer == sim::Value(6));
  }
}

TEST_CASE("raft: a refusal of what was sent in an earlier term says nothing of this one") {
  One follower;
  follower.hear(n2, append(5, 0, 0, {}));
  follower.sync();
  follower.env().forget_sent();
  AppendEntries old = append(4, 0, 0, {});
  old.round = 160;
  follower.hear(n3, old);
  const auto refusals = follower.env().take_sent<Appended>();
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].message.term == 5);
  CHECK(refusals[0].message.round == models::parts::raft::no_round);

  // Whoever leads again takes it for no answer: neither for a read, nor for where the log differs.
  One leader;
  leader.lead();
  const auto term = leader.group().term();
  leader.hear(n2, Appended{0, term, 1, true, 1, 0, 0, true});
  leader.env().forget_sent();
  Execute get;
  get.command.key = "x";
  leader.hear(client, get);
  leader.env().forget_sent();
  leader.hear(n3, Appended{0, term, models::parts::raft::no_round, false, 0, 0, 0, true});
  CHECK(leader.env().take_sent<AppendEntries>().empty());
  CHECK(leader.env().take_sent<Executed>().empty());
  leader.hear(n3, Appended{0, term, 9, true, 1, 0, 0, true});
  CHECK(leader.env().take_sent<Executed>().size() == 1);
}

TEST_CASE("raft: a member that finds a blank disk under its old name neither votes nor counts") {
  One one;
  one.hear(n2, append(1, 0, 0, entries({1, 1}, 1)));
  one.sync();
  one.env().disk().wipe();
  one.restart_after_power_loss();
  CHECK(one.group().has_lost_memory());
  one.env().forget_sent();
  one.hear(n3, RequestVote{0, 9, 9, 9, false, true});
  one.sync();
  CHECK(one.env().take_sent<Voted>().empty());
  one.hear(n2, append(1, 0, 0, entries({1}, 1)));
  one.sync();
  const auto answers = one.env().take_sent<Appended>();
  REQUIRE(answers.size() == 1);
  CHECK_FALSE(answers[0].message.counts);
}

TEST_CASE("raft: a member with a damaged entry remembers what it held, and does not stand") {
  One one;
  one.hear(n2, append(3, 0, 0, entries({1, 2, 3}, 1)));
  one.sync();
  one.env().disk().rot("raft/log", 1, sim::Disk::Which::oldest);
  one.restart_after_power_loss();
  CHECK(one.group().log().last_index() == 0);
  CHECK(one.group().log().reach() == models::parts::raft::Reach{3, 3});
  one.env().forget_sent();
  one.env().fire<ElectionTimedOut>(one.server());
  CHECK(one.env().take_sent<RequestVote>().empty());
  one.hear(n3, RequestVote{0, 9, 2, 2, false, false});
  one.sync();
  const auto votes = one.env().take_sent<Voted>();
  REQUIRE(votes.size() == 1);
  CHECK_FALSE(votes[0].message.granted);
  one.hear(n2, append(9, 0, 0, entries({1, 2, 3}, 1)));
  one.sync();
  CHECK(one.group().log().damaged().index == 0);
}

TEST_CASE("raft: a candidate that gets no vote does not make others wait any longer") {
  models::raft::Parameters parameters;
  parameters.prevote = parameters.stickiness = false;
  One one({}, parameters);
  one.hear(n2, append(1, 0, 0, entries({1}, 1)));
  one.sync();
  const std::size_t timers = one.env().timers_started();
  one.hear(n3, RequestVote{0, 5, 0, 0, false, false});
  one.sync();
  const auto refusals = one.sent<Voted>();
  REQUIRE(refusals.size() == 1);
  CHECK_FALSE(refusals.front().message.granted);
  CHECK(one.group().term() == 5);
  CHECK(one.env().timers_started() == timers);
  one.hear(n2, RequestVote{0, 6, 1, 1, false, false});
  CHECK(one.env().timers_started() == timers + 1);
}

}  // namespace lightcone::tests
