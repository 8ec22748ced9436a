#include "models/raft/server.hpp"

#include <utility>

#include "sim/fields_of.hpp"

namespace lightcone::models::raft {

using parts::key_value::Command;
using parts::key_value::Store;
using parts::key_value::Verb;

namespace {

group::Group::Setup setup_of(const Parameters& parameters, const sim::BugSet& bugs,
                             std::vector<NodeId> members) {
  group::Group::Setup setup;
  setup.options = parameters.group_options();
  setup.safeguards = safeguards_without(bugs);
  setup.initial.voters = std::move(members);
  if (bugs.contains("raft.no-prevote-checkquorum")) {
    setup.options.prevote = setup.options.check_quorum = setup.options.stickiness = false;
  }
  return setup;
}

}  // namespace

Server::Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
               std::vector<NodeId> members)
    : env_(env),
      read_mode_(parameters.read_mode),
      confirm_leadership_(!bugs.contains("raft.local-leader-read")),
      only_majorities_read_(!bugs.contains("caplab.minority-reads")),
      local_reads_follow_on_(!bugs.contains("raft.local-read-forgets")),
      store_(bugs.contains("raft.no-sessions") ? Store::Deduplication::none
                                               : Store::Deduplication::by_session),
      group_(env, *this, setup_of(parameters, bugs, std::move(members))) {}

void Server::show(sim::FieldVisitor& visitor) const { group_.show(visitor); }

void Server::on(Execute&& execute, const sim::From& from) {
  if (execute.command.verb == Verb::get && read_mode_ != ReadMode::log) {
    read(execute, from);
    return;
  }
  const auto index = group_.propose(sim::Payload::of(std::move(execute.command)));
  if (!index) {
    send_elsewhere(from);
    return;
  }
  // A group of one may have applied it already.
  if (*index > group_.applied_index()) waiting_.insert_or_assign(*index, from);
}

void Server::read(const Execute& execute, const sim::From& from) {
  const std::string& key = execute.command.key;
  const bool leads = group_.position() == group::Position::leader;
  // Who leads, or knows of nobody that does, answers from what it has.
  if (!only_majorities_read_ && (leads || group_.leader() == sim::no_node)) {
    answer_read(key, from);
    return;
  }
  if (read_mode_ == ReadMode::local) {
    // Stale perhaps, but never older than what this client has had before (dissertation 6.4.1).
    if (local_reads_follow_on_ && execute.seen > group_.applied_index()) {
      catching_up_.emplace(execute.seen, CatchingUp{key, from});
    } else {
      answer_read(key, from);
    }
    return;
  }
  if (!leads && read_mode_ != ReadMode::follower_read_index) {
    send_elsewhere(from);
    return;
  }
  const bool lease_suffices = read_mode_ == ReadMode::lease && group_.lease_is_valid();
  if (leads && (lease_suffices || !confirm_leadership_)) {
    answer_read(key, from);
    return;
  }
  group_.confirm_read([this, key, from](bool confirmed) {
    if (confirmed) {
      answer_read(key, from);
    } else {
      send_elsewhere(from);
    }
  });
}

void Server::answer_read(const std::string& key, const sim::From& from) {
  env_.reply(from, Executed{store_.get(key), group_.applied_index()});
}

void Server::answer_catching_up_reads(group::Index applied) {
  const auto end = catching_up_.upper_bound(applied);
  for (auto read = catching_up_.begin(); read != end; ++read) {
    env_.reply(read->second.from, Executed{store_.get(read->second.key), applied});
  }
  catching_up_.erase(catching_up_.begin(), end);
}

void Server::send_elsewhere(const sim::From& from) { env_.reply(from, NotLeader{group_.leader()}); }

void Server::apply(const group::Entry& entry) {
  const sim::Value* answer = store_.apply(entry.payload.get<Command>(), entry.index);
  if (!catching_up_.empty()) answer_catching_up_reads(entry.index);
  const auto owed = waiting_.find(entry.index);
  if (owed == waiting_.end()) return;
  const sim::From from = owed->second;
  waiting_.erase(owed);
  if (entry.term != group_.term()) return;  // another leader's entry took the place of the one proposed here
  if (answer != nullptr) {
    env_.reply(from, Executed{*answer, entry.index});
  } else {
    env_.reply(from, SessionUnknown{});
  }
}

void Server::leadership_changed(group::Position position) {
  if (position != group::Position::leader) waiting_.clear();
}

}  // namespace lightcone::models::raft
