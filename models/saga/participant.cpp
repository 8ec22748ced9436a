#include "models/saga/participant.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace lightcone::models::saga {

namespace {

// Inquiries without an answer before a participant gives up that does not wait in doubt.
constexpr std::int64_t inquiries_before_giving_up = 3;
constexpr sim::Duration breather = std::chrono::milliseconds(20);

std::vector<Wanted> locks_for(const std::vector<Step>& steps) {
  std::map<std::string, Mode> modes;
  for (const Step& step : steps) {
    Mode& mode = modes.try_emplace(step.key, Mode::shared).first->second;
    if (step.verb != Verb::get) mode = Mode::exclusive;
  }
  std::vector<Wanted> wanted;
  for (const auto& [key, mode] : modes) wanted.push_back({key, mode});
  return wanted;
}

}  // namespace

NodeId home_of(const std::string& key, const std::vector<NodeId>& participants) {
  std::size_t number = 0;
  std::from_chars(key.data() + 1, key.data() + key.size(), number);
  return participants[number % participants.size()];
}

Participant::Participant(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, Layout layout)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards_without(bugs)),
      layout_(std::move(layout)),
      journal_(env),
      in_doubt_name_("in doubt on " + std::string(env.name(env.self()))),
      connections_(env) {
  if (std::find(layout_.coordinators.begin(), layout_.coordinators.end(), env.self()) !=
      layout_.coordinators.end())
    coordinator_.emplace(env, parameters, safe_, layout_.coordinators);
}

void Participant::start() {
  if (coordinator_) coordinator_->start();
  journal_.recover([this] { ask_about_prepared(); });
  if (journal_.has_lost_memory()) return;
  for (const auto& [txn, intent] : journal_.prepared()) {
    Work work;
    work.intent = intent;
    work.state = State::prepared;
    work.since = work.locked_at = env_.mono();
    locks_.take_back(txn, intent.age, intent.locks);
    works_.emplace(txn, std::move(work));
  }
  sample_in_doubt();
}

void Participant::ask_about_prepared() {
  for (auto& [txn, work] : works_) ask_again_later(work);
}

void Participant::show(sim::FieldVisitor& visitor) const {
  visit_field("open", journal_.is_open(), visitor);
  visit_field("transactions", works_.size(), visitor);
  visit_field("in_doubt", journal_.prepared().size(), visitor);
  visit_field("locks", locks_.size(), visitor);
  visit_field("waiting_readers", readers_.size(), visitor);
  visit_field("lost_memory", journal_.has_lost_memory(), visitor);
  if (coordinator_) coordinator_->show(visitor);
}

// --- what clients ask --------------------------------------------------------------------------------------

void Participant::on(const Execute& execute, const sim::From& from) {
  if (!journal_.is_open()) return env_.reply(from, Refused{});
  const auto admission = connections_.admit(from.node, execute.connection, execute.number);
  if (admission == parts::Connections::Admission::elsewhere)
    return env_.reply(from, Reconnect{connections_.id()});
  if (admission == parts::Connections::Admission::doubled) return;
  std::vector<Part> parts = parts_of(execute.steps);
  const auto own = std::find_if(parts.begin(), parts.end(),
                                [&](const Part& part) { return part.participant == env_.self(); });
  if (own == parts.end()) return env_.reply(from, Refused{});
  if (parts.size() == 1 && execute.steps.size() == 1 && execute.steps.front().verb == Verb::get)
    return read(execute.steps.front().key, from);
  Work work;
  work.intent.txn = journal_.next_txn();
  work.intent.age = execute.age;
  for (const Part& part : parts) work.intent.participants.push_back(part.participant);
  work.steps = std::move(own->steps);
  parts.erase(own);
  work.others = std::move(parts);
  work.client = from;
  begin(std::move(work));
}

std::vector<Part> Participant::parts_of(const std::vector<Step>& steps) const {
  std::map<NodeId, std::vector<Step>> by_participant;
  for (const Step& step : steps) {
    if (parameters_.placement == Placement::parted) {
      by_participant[home_of(step.key, layout_.participants)].push_back(step);
    } else if (step.verb == Verb::get) {
      by_participant[env_.self()].push_back(step);
    } else {
      for (const NodeId participant : layout_.participants) by_participant[participant].push_back(step);
    }
  }
  std::vector<Part> parts;
  for (auto& [participant, own] : by_participant) parts.push_back({participant, std::move(own)});
  return parts;
}

void Participant::read(const std::string& key, const sim::From& client) {
  if (!locks_.is_readable(key)) {
    readers_.emplace(key, client);
    return;
  }
  Executed executed;
  executed.answers.push_back({key, value(key)});
  env_.reply(client, std::move(executed));
}

// --- the first phase ---------------------------------------------------------------------------------------

void Participant::on(const Prepare& prepare, const sim::From& from) {
  if (!journal_.is_open()) return;
  turn_to(from.node);
  journal_.forget_below(prepare.txn.initiator, prepare.lowest);
  const bool has_ended = journal_.is_forgotten(prepare.txn) || journal_.ended(prepare.txn) != nullptr;
  if (safe_.remembers_ended && has_ended) return;
  if (const auto known = works_.find(prepare.txn); known != works_.end()) {
    if (known->second.state == State::prepared) tell_coordinator(known->second);
    return;
  }
  Work work;
  work.intent.txn = prepare.txn;
  work.intent.age = prepare.age;
  work.intent.participants = prepare.participants;
  work.steps = prepare.steps;
  begin(std::move(work));
}

void Participant::begin(Work work) {
  const TxnId txn = work.intent.txn;
  work.intent.locks = locks_for(work.steps);
  const auto answer = locks_.acquire(txn, work.intent.age, work.intent.locks);
  Work& kept = works_.emplace(txn, std::move(work)).first->second;
  switch (answer) {
    case Locks::Answer::granted:
      return go_on(kept);
    case Locks::Answer::waits:
      env_.metrics().count("waits for locks");
      kept.timer = env_.after(parameters_.lock_timeout, LockWaitOver{txn});
      return;
    case Locks::Answer::dies:
      env_.metrics().count("aborts for an older transaction");
      return give_up(txn, Opinion::aborted);
  }
}

void Participant::on(const LockWaitOver& over) {
  const auto found = works_.find(over.txn);
  if (found == works_.end() || found->second.state != State::waits) return;
  env_.metrics().count("aborts after a wait");
  give_up(over.txn, Opinion::aborted);
}

// It has its locks.
void Participant::go_on(Work& work) {
  env_.cancel(work.timer);
  work.locked_at = env_.mono();
  const TxnId txn = work.intent.txn;
  if (!carry_out(work)) return give_up(txn, Opinion::declined);
  work.state = State::prepares;
  if (work.is_mine() && work.others.empty()) return do_alone(txn, work);
  if (!journal_.prepare(work.intent)) return give_up(txn, Opinion::aborted);
  if (!safe_.forces_prepared) return become_prepared(txn);
  env_.metrics().count("forced writes");
  journal_.syncs().wrote();
  journal_.syncs().when_durable([this, txn] { become_prepared(txn); });
}

sim::Value Participant::value(const std::string& key) const {
  sim::Value held = journal_.value(key);
  const bool is_new_account = held.is_null() && key.front() == 'a';
  return is_new_account ? sim::Value(parameters_.opening) : held;
}

namespace {

sim::Value with_or_without(const sim::Value& held, const Step& step) {
  sim::ValueList elements;
  if (const sim::ValueList* list = held.as_list()) elements = *list;
  const auto at = std::lower_bound(elements.begin(), elements.end(), step.value);
  const bool is_there = at != elements.end() && *at == step.value;
  if (step.verb == Verb::insert && !is_there) elements.insert(at, step.value);
  if (step.verb == Verb::discard && is_there) elements.erase(at);
  return sim::Value(std::move(elements));
}

}  // namespace

// Finds out what to answer and to write. False: something is too small.
bool Participant::carry_out(Work& work) {
  std::map<std::string, sim::Value> written;
  for (const Step& step : work.steps) {
    const auto own = written.find(step.key);
    const sim::Value now = own != written.end() ? own->second : value(step.key);
    if (step.verb == Verb::get) {
      work.intent.answers.push_back({step.key, now});
      continue;
    }
    if (step.verb == Verb::put) {
      written[step.key] = step.value;
      continue;
    }
    if (step.verb == Verb::insert || step.verb == Verb::discard) {
      written[step.key] = with_or_without(now, step);
      continue;
    }
    const std::int64_t before = now.as_int() != nullptr ? *now.as_int() : 0;
    const std::int64_t amount = *step.value.as_int();
    if (step.verb == Verb::take && before < amount) return false;
    const std::int64_t after = step.verb == Verb::take ? before - amount : before + amount;
    written[step.key] = sim::Value(after);
    work.intent.answers.push_back({step.key, sim::Value(after)});
  }
  for (auto& [key, value] : written) work.intent.writes.push_back({key, std::move(value)});
  return true;
}

// One phase: nobody else has a say in it.
void Participant::do_alone(TxnId txn, Work& work) {
  if (!work.intent.writes.empty()) {
    if (!journal_.apply(work.intent.writes)) return give_up(txn, Opinion::aborted);
    journal_.syncs().wrote();
  }
  journal_.syncs().when_durable([this, txn] {
    const auto found = works_.find(txn);
    env_.reply(found->second.client, Executed{found->second.intent.answers});
    works_.erase(found);
    free_locks(txn);
  });
}

void Participant::become_prepared(TxnId txn) {
  const auto found = works_.find(txn);
  if (found == works_.end() || found->second.state != State::prepares) return;
  Work& work = found->second;
  work.state = State::prepared;
  work.since = env_.mono();
  env_.mark(Prepared{txn});
  sample_in_doubt();
  tell_coordinator(work);
  ask_again_later(work);
  if (!safe_.keeps_locks) free_locks(txn);
}

// Nothing is promised yet: it aborts by itself, and says so.
void Participant::give_up(TxnId txn, Opinion opinion) {
  const auto found = works_.find(txn);
  Work& work = found->second;
  env_.cancel(work.timer);
  if (!work.is_mine()) {
    env_.send(layout_.coordinators[guess_], Vote{txn, opinion, {}});
  } else if (opinion == Opinion::declined) {
    env_.reply(work.client, Declined{});
  } else {
    env_.reply(work.client, Aborted{});
  }
  works_.erase(found);
  free_locks(txn);
}

// --- in doubt ----------------------------------------------------------------------------------------------

void Participant::tell_coordinator(Work& work) {
  const NodeId coordinator = layout_.coordinators[guess_];
  const Intent& intent = work.intent;
  if (work.is_mine()) {
    env_.send(coordinator, BeginCommit{intent.txn, lowest(), intent.age, work.others, intent.answers});
  } else if (work.inquiries == 0) {
    env_.send(coordinator, Vote{intent.txn, Opinion::prepared, intent.answers});
  } else {
    env_.send(coordinator, Inquire{intent.txn, intent.participants});
  }
}

void Participant::ask_again_later(Work& work) {
  env_.cancel(work.timer);
  work.timer = env_.after(parameters_.inquire_after, InquiryDue{work.intent.txn});
}

void Participant::on(const InquiryDue& due) {
  const auto found = works_.find(due.txn);
  if (found == works_.end() || found->second.state != State::prepared) return;
  Work& work = found->second;
  if (work.inquiries++ == 0) env_.mark(InDoubt{due.txn});
  if (!safe_.waits_in_doubt && work.inquiries > inquiries_before_giving_up) return abort_alone(due.txn);
  guess_ = (guess_ + 1) % layout_.coordinators.size();
  env_.metrics().count("inquiries");
  tell_coordinator(work);
  ask_again_later(work);
}

void Participant::on(const NotCoordinator& answer, const sim::From& from) {
  if (layout_.coordinators[guess_] == from.node) turn_to(answer.hint);
  const auto found = works_.find(answer.txn);
  if (found == works_.end() || found->second.state != State::prepared) return;
  if (answer.hint != no_node && answer.hint != from.node) {
    tell_coordinator(found->second);
  } else {
    env_.cancel(found->second.timer);
    found->second.timer = env_.after(breather, InquiryDue{answer.txn});
  }
}

void Participant::turn_to(NodeId coordinator) {
  const auto known = std::find(layout_.coordinators.begin(), layout_.coordinators.end(), coordinator);
  if (known != layout_.coordinators.end())
    guess_ = static_cast<std::size_t>(known - layout_.coordinators.begin());
}

// A heuristic decision, as the XA specification calls it.
void Participant::abort_alone(TxnId txn) {
  if (finish(txn, Decide{txn, Outcome::abort, false, {}})) env_.mark(AbortedAlone{txn});
}

// --- the second phase --------------------------------------------------------------------------------------

void Participant::on(const Decide& decide, const sim::From& from) {
  if (!journal_.is_open()) return;
  turn_to(from.node);
  const bool is_working = works_.contains(decide.txn);
  const bool has_ended = journal_.ended(decide.txn) != nullptr || journal_.is_forgotten(decide.txn);
  // It has voted for this, and does not know any more what it was.
  if (!is_working && !has_ended && decide.outcome == Outcome::commit) return;
  if (!is_working || finish(decide.txn, decide)) acknowledge(decide.txn, from.node);
}

// False: there is no room to write the outcome down. What comes after it would build on something that a
// restart forgets, so the transaction stays prepared until it is told again.
bool Participant::finish(TxnId txn, const Decide& decide) {
  const auto found = works_.find(txn);
  if (found->second.state != State::waits && !journal_.end(txn, decide.outcome)) return false;
  Work work = std::move(found->second);
  works_.erase(found);
  env_.cancel(work.timer);
  if (work.state != State::waits) {
    env_.metrics().record("locks held", env_.mono() - work.locked_at);
    if (work.state == State::prepared) {
      env_.metrics().record("time in doubt", env_.mono() - work.since);
      deeds_.push_back({txn, decide.outcome, std::move(work.intent.participants)});
    }
  }
  sample_in_doubt();
  free_locks(txn);
  if (work.is_mine()) answer(work.client, decide);
  return true;
}

void Participant::answer(const sim::From& client, const Decide& decide) {
  if (decide.outcome == Outcome::commit) {
    env_.metrics().count("transactions committed");
    env_.reply(client, Executed{decide.answers});
  } else if (decide.declined) {
    env_.reply(client, Declined{});
  } else {
    env_.metrics().count("transactions aborted");
    env_.reply(client, Aborted{});
  }
}

void Participant::free_locks(TxnId txn) {
  for (const TxnId next : locks_.release(txn)) {
    if (const auto found = works_.find(next); found != works_.end()) go_on(found->second);
  }
  for (auto reader = readers_.begin(); reader != readers_.end();) {
    if (!locks_.is_readable(reader->first)) {
      ++reader;
      continue;
    }
    const auto waiting = *reader;
    reader = readers_.erase(reader);
    read(waiting.first, waiting.second);
  }
}

void Participant::acknowledge(TxnId txn, NodeId coordinator) {
  if (owed_.empty()) env_.after(parameters_.flush, FlushDue{});
  owed_.emplace_back(txn, coordinator);
}

void Participant::on(const FlushDue&) {
  journal_.syncs().wrote();
  journal_.syncs().when_durable([this, owed = std::exchange(owed_, {})] {
    for (const auto& [txn, coordinator] : owed) env_.send(coordinator, Ack{txn});
  });
}

// --- what it knows -----------------------------------------------------------------------------------------

// Its own transactions with lower numbers are over.
std::uint64_t Participant::lowest() const {
  const auto first = works_.lower_bound({env_.self(), 0});
  return first == works_.end() || first->first.initiator != env_.self() ? 0 : first->first.number;
}

void Participant::sample_in_doubt() {
  const auto count = static_cast<std::int64_t>(journal_.prepared().size());
  env_.metrics().sample(in_doubt_name_, count);
}

}  // namespace lightcone::models::saga
