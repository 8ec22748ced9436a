// Two-phase commit between groups: what the coordinator and the participants do.
#include <algorithm>

#include "models/spanner/shard.hpp"

namespace lightcone::models::spanner {

namespace {

std::vector<ShardId> shards_of(const std::vector<Part>& parts) {
  std::vector<ShardId> shards;
  for (const Part& part : parts) shards.push_back(part.shard);
  return shards;
}

}  // namespace

bool Shard::has_locks(const TransactionId& id, const Part& part) const {
  if (part.term != group_.term()) return false;
  const auto reads = [&](const std::string& key) { return locks_.holds(key, id, LockMode::shared); };
  const auto writes = [&](const Write& write) { return locks_.holds(write.key, id, LockMode::exclusive); };
  return std::all_of(part.reads.begin(), part.reads.end(), reads) &&
         std::all_of(part.writes.begin(), part.writes.end(), writes);
}

// --- the coordinator ---------------------------------------------------------------------------------------

void Shard::on(const Commit& commit, const sim::From& from) {
  if (refuses(from)) return;
  const auto found = active_.find(commit.id);
  if (found != active_.end() && found->second.coordinated && !found->second.coordinated->shown) {
    found->second.coordinated->client = from;  // it asks again
    return;
  }
  const auto decision = state_.decision(commit.id);
  if (found != active_.end() && found->second.coordinated) {
    return env_.reply(from, Committed{found->second.coordinated->at});
  }
  if (decision && *decision != 0) return env_.reply(from, Committed{*decision});
  if (decision) return env_.reply(from, Refused{Reason::aborted, env_.self()});
  if (is_over(commit.id) || found == active_.end() || !has_locks(commit.id, commit.parts.front()))
    return refuse_for_good(commit, from);
  Active& active = found->second;
  active.pinned = true;
  locks_.pin(commit.id);
  const parts::clocks::Interval now = clock_.now();
  Coordinated asked;
  asked.client = from;
  asked.parts = commit.parts;
  asked.began = env_.mono();
  asked.at_least = safe_.stamps_latest ? now.latest : now.earliest;
  active.coordinated = std::move(asked);
  Coordinated& transaction = *active.coordinated;
  events_.emplace_back(CommitBegan{commit.id});
  if (commit.parts.size() == 1) return decide(commit.id, transaction);
  send_prepares(commit.id, transaction);
}

// That it will never commit is true once it is in the log: another leader may know better.
void Shard::refuse_for_good(const Commit& commit, const sim::From& from) {
  refused_.insert_or_assign(commit.id, from);
  Command command;
  command.verb = Verb::commit;
  command.issued = issued_;
  command.id = commit.id;
  command.participants = shards_of(commit.parts);
  propose(std::move(command));
}

void Shard::send_prepares(const TransactionId& id, Coordinated& transaction) {
  transaction.sent = env_.mono();
  for (const Part& part : transaction.parts) {
    if (part.shard == id_ || transaction.votes.contains(part.shard)) continue;
    tell(Prepare{part.shard, id, id_, part, shards_of(transaction.parts)});
  }
}

void Shard::on(const Prepared& vote) {
  const auto found = active_.find(vote.id);
  if (found == active_.end() || !found->second.coordinated) return answer_about(vote);
  Coordinated& transaction = *found->second.coordinated;
  if (transaction.at != 0) {
    if (transaction.shown) tell(Decided{vote.participant, vote.id, id_, transaction.at});
    return;
  }
  if (vote.at == 0) return abort(vote.id);
  transaction.votes[vote.participant] = vote.at;
  if (transaction.votes.size() + 1 == transaction.parts.size()) decide(vote.id, transaction);
}

// Somebody is in doubt about a transaction that this leader did not begin.
void Shard::answer_about(const Prepared& question) {
  if (!has_served() || question.at == 0) return;
  const auto decision = state_.decision(question.id);
  if (decision) {
    const bool may_be_shown = !safe_.waits_out_commits || clock_.has_passed(*decision);
    if (may_be_shown) tell(Decided{question.participant, question.id, id_, *decision});
    return;
  }
  // Its coordinator is gone and has left no decision: from now on it is aborted.
  Command command;
  command.verb = Verb::commit;
  command.issued = issued_;
  command.id = question.id;
  command.participants = {question.participant};
  propose(std::move(command));
}

// 4.2.1: at or after every prepare, after now as of the request, after whatever was given out here.
void Shard::decide(const TransactionId& id, Coordinated& transaction) {
  Timestamp at_least = transaction.at_least;
  if (safe_.commits_after_prepares) {
    for (const auto& [shard, prepared] : transaction.votes) at_least = std::max(at_least, prepared);
  }
  if (std::max(at_least, issued_ + 1) > state_.lease().end) return abort(id);
  transaction.at = stamp(at_least);
  assigned_.insert(transaction.at);
  env_.mark(TransactionDecided{id_, id, transaction.at});
  transaction.waits_since = env_.mono();
  if (safe_.logs_decisions) return log_decision(id, transaction);
  show_what_has_passed();
}

void Shard::log_decision(const TransactionId& id, const Coordinated& transaction) {
  Command command;
  command.verb = Verb::commit;
  command.issued = issued_;
  command.id = id;
  command.at = transaction.at;
  command.part = transaction.parts.front();
  command.participants = shards_of(transaction.parts);
  propose(std::move(command));
}

// Nothing was decided: it is in no log, and its locks are of this term, in which it is over.
void Shard::abort(const TransactionId& id) {
  const Coordinated transaction = *active_.at(id).coordinated;
  meter_.aborted();
  for (const Part& part : transaction.parts) {
    if (part.shard != id_) tell(Decided{part.shard, id, id_, 0});
  }
  end(id);
  env_.reply(transaction.client, Refused{Reason::aborted, env_.self()});
}

void Shard::decision_applied(const Command& command) {
  const auto found = active_.find(command.id);
  if (found != active_.end() && found->second.coordinated && found->second.coordinated->at == command.at &&
      command.at != 0) {
    found->second.coordinated->logged = true;
    found->second.coordinated->waits_since = env_.mono();
    show_what_has_passed();
    finish_if_done(command.id);
    return;
  }
  const Timestamp at = state_.decision(command.id).value_or(0);
  for (const ShardId participant : command.participants) {
    if (participant != id_) tell(Decided{participant, command.id, id_, at});
  }
  const auto refused = refused_.find(command.id);
  if (refused == refused_.end()) return;
  if (at == 0) {
    env_.reply(refused->second, Refused{Reason::aborted, env_.self()});
  } else {
    env_.reply(refused->second, Committed{at});
  }
  refused_.erase(refused);
}

// Commit wait: nobody sees it before its timestamp has certainly passed.
void Shard::show_what_has_passed() {
  std::vector<TransactionId> ready;
  for (auto& [id, active] : active_) {
    if (!active.coordinated) continue;
    const Coordinated& transaction = *active.coordinated;
    const bool is_decided = transaction.at != 0 && (transaction.logged || !safe_.logs_decisions);
    if (!is_decided || transaction.shown) continue;
    if (safe_.waits_out_commits && !clock_.has_passed(transaction.at)) {
      wake_when_past(transaction.at);
      continue;
    }
    ready.push_back(id);
  }
  for (const TransactionId& id : ready) show(id, *active_.at(id).coordinated);
}

void Shard::show(const TransactionId& id, Coordinated& transaction) {
  transaction.shown = true;
  events_.emplace_back(CommitShown{id, transaction.at});
  env_.metrics().record("commit_time", env_.mono() - transaction.began);
  meter_.waited_for_time(env_.mono() - transaction.waits_since);
  env_.reply(transaction.client, Committed{transaction.at});
  send_decisions(id, transaction);
  if (!safe_.logs_decisions && transaction.parts.size() == 1) log_decision(id, transaction);
  env_.mark(TransactionShown{id_, id, transaction.at});
  finish_if_done(id);
}

void Shard::send_decisions(const TransactionId& id, Coordinated& transaction) {
  transaction.sent = env_.mono();
  for (const Part& part : transaction.parts) {
    if (part.shard != id_ && !transaction.resolved.contains(part.shard))
      tell(Decided{part.shard, id, id_, transaction.at});
  }
}

void Shard::on(const Resolved& resolved) {
  const auto found = active_.find(resolved.id);
  if (found == active_.end() || !found->second.coordinated) return;
  Coordinated& transaction = *found->second.coordinated;
  if (transaction.at == 0 || !transaction.resolved.insert(resolved.participant).second) return;
  const bool all = transaction.resolved.size() + 1 == transaction.parts.size();
  if (all && !safe_.logs_decisions) log_decision(resolved.id, transaction);
  finish_if_done(resolved.id);
}

// Its locks are free as soon as it is in the log and shown; it is remembered until all participants know.
void Shard::finish_if_done(const TransactionId& id) {
  const auto found = active_.find(id);
  if (found == active_.end()) return;
  const Coordinated& transaction = *found->second.coordinated;
  if (!transaction.logged || !transaction.shown) return;
  if (transaction.resolved.size() + 1 == transaction.parts.size()) return end(id);
  answer(locks_.release(id));
}

void Shard::look_after(const TransactionId& id, Active& active) {
  Coordinated& transaction = *active.coordinated;
  if (env_.mono() - transaction.sent < parameters_.resolve_after) return;
  if (transaction.at == 0) send_prepares(id, transaction);
  if (transaction.shown) send_decisions(id, transaction);
}

// --- a participant -----------------------------------------------------------------------------------------

void Shard::on(const Prepare& prepare) {
  if (!may_serve()) return;
  const TransactionId& id = prepare.id;
  const auto known = state_.prepared().find(id);
  if (known != state_.prepared().end()) {
    tell(Prepared{prepare.coordinator, id, id_, known->second.at});
    return;
  }
  const auto found = active_.find(id);
  if (found != active_.end() && found->second.pinned) return;  // on its way into the log
  if (found == active_.end() || is_over(id) || !has_locks(id, prepare.part)) {
    tell(Prepared{prepare.coordinator, id, id_, 0});
    return;
  }
  found->second.pinned = true;
  locks_.pin(id);
  Command command;
  command.verb = Verb::prepare;
  command.id = id;
  command.at = stamp(0);
  command.issued = issued_;
  command.part = prepare.part;
  command.coordinator = prepare.coordinator;
  command.participants = prepare.participants;
  assigned_.insert(command.at);
  propose(std::move(command));
}

void Shard::on(const Decided& decided) {
  if (!has_served()) return;
  if (!state_.prepared().contains(decided.id)) {
    const auto found = active_.find(decided.id);
    if (found != active_.end() && !found->second.pinned)
      end(decided.id);  // it was aborted before it prepared
    if (found == active_.end()) tell(Resolved{decided.coordinator, decided.id, id_});
    return;
  }
  if (!resolving_.insert(decided.id).second) return;
  Command command;
  command.verb = Verb::resolve;
  command.issued = issued_;
  command.id = decided.id;
  command.at = decided.at;
  command.coordinator = decided.coordinator;
  propose(std::move(command));
}

}  // namespace lightcone::models::spanner
