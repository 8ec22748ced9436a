#include "models/kafka/transaction_coordinator.hpp"

#include <algorithm>

#include "sim/fields_of.hpp"

namespace lightcone::models::kafka {

namespace {

using Status = TransactionStatus;

bool is_prepared(Status status) {
  return status == Status::prepare_commit || status == Status::prepare_abort;
}

bool is_of(Status status, Verdict verdict) {
  return verdict == Verdict::commit ? status == Status::prepare_commit || status == Status::complete_commit
                                    : status == Status::prepare_abort || status == Status::complete_abort;
}

}  // namespace

TransactionCoordinator::TransactionCoordinator(sim::Env& env, const Parameters& parameters,
                                               const Safeguards& safe, Host& host, Replica& replica)
    : LoggedState(replica), env_(env), parameters_(parameters), safe_(safe), host_(host) {}

void TransactionCoordinator::show(sim::FieldVisitor& visitor) const {
  if (!is_ready()) return;
  visitor.open_list("transactions");
  for (const auto& [id, transaction] : transactions_) sim::visit_field({}, transaction.state, visitor);
  visitor.close();
}

void TransactionCoordinator::refuse(const sim::From& from, TransactionReason reason) {
  env_.reply(from, TransactionRefused{reason});
}

TransactionCoordinator::Transaction* TransactionCoordinator::find(TransactionalId id, const sim::From& from) {
  if (!is_ready()) {
    refuse(from, TransactionReason::not_coordinator);
    return nullptr;
  }
  Transaction& transaction = transactions_[id];
  transaction.state.id = id;
  if (transaction.is_writing) {
    refuse(from, TransactionReason::busy);
    return nullptr;
  }
  return &transaction;
}

TransactionCoordinator::Transaction* TransactionCoordinator::admit(TransactionalId id,
                                                                   const ProducerSession& session,
                                                                   const sim::From& from) {
  Transaction* transaction = find(id, from);
  if (transaction == nullptr || transaction->state.session == session) return transaction;
  refuse(from, TransactionReason::fenced);
  return nullptr;
}

bool TransactionCoordinator::change(Transaction& transaction, State to, std::optional<Waiting> waiting) {
  transaction.is_writing = true;
  const Offset offset = next();
  if (waiting) waiting_.emplace(offset, *waiting);
  if (write(std::move(to))) return true;
  transaction.is_writing = false;
  waiting_.erase(offset);
  if (waiting) refuse(waiting->from, TransactionReason::not_coordinator);
  return false;
}

// --- producers ---------------------------------------------------------------------------------------------

// P7.6: whoever was this producer before has an earlier epoch from now on.
void TransactionCoordinator::on(const InitTransactions& init, const sim::From& from) {
  Transaction* transaction = find(init.id, from);
  if (transaction == nullptr) return;
  const State& state = transaction->state;
  const std::uint64_t epoch = state.session.epoch + (safe_.bumps_epoch ? 1 : 0);
  if (is_prepared(state.status)) return refuse(from, TransactionReason::busy);
  if (state.status == Status::ongoing) {
    prepare(*transaction, Verdict::abort, epoch, std::nullopt);
    return refuse(from, TransactionReason::busy);
  }
  State fresh = state;
  fresh.status = Status::empty;
  fresh.partitions.clear();
  // Producers without transactions get larger numbers, made of their broker's epoch.
  fresh.session = {init.id + 1, state.session.pid == 0 ? 0 : epoch};
  change(*transaction, std::move(fresh), Waiting{from, Answer::ready});
}

void TransactionCoordinator::on(const AddPartitions& request, const sim::From& from) {
  add(request.id, request.session, request.partitions, from);
}

void TransactionCoordinator::on(const AddOffsets& request, const sim::From& from) {
  add(request.id, request.session, {parameters_.offsets_partition()}, from);
}

void TransactionCoordinator::add(TransactionalId id, const ProducerSession& session,
                                 const std::vector<PartitionId>& partitions, const sim::From& from) {
  Transaction* transaction = admit(id, session, from);
  if (transaction == nullptr) return;
  if (is_prepared(transaction->state.status)) return refuse(from, TransactionReason::busy);
  State to = transaction->state;
  if (to.status != Status::ongoing) to.partitions.clear();
  to.status = Status::ongoing;
  for (const PartitionId partition : partitions) {
    const bool is_in =
        std::find(to.partitions.begin(), to.partitions.end(), partition) != to.partitions.end();
    if (!is_in) to.partitions.push_back(partition);
  }
  if (to == transaction->state) return env_.reply(from, PartitionsAdded{});
  change(*transaction, std::move(to), Waiting{from, Answer::added});
}

void TransactionCoordinator::on(const EndTransaction& end, const sim::From& from) {
  Transaction* transaction = find(end.id, from);
  if (transaction == nullptr) return;
  const State& state = transaction->state;
  const std::uint64_t epoch = state.session.epoch;
  const bool is_current = end.session == state.session;
  if (is_current && state.status == Status::ongoing)
    return prepare(*transaction, end.verdict, epoch + (safe_.epoch_a_transaction ? 1 : 0),
                   Waiting{from, Answer::ended});
  // Asked again: it is decided, and the same way.
  const bool is_again = end.session.pid == state.session.pid &&
                        end.session.epoch + (safe_.epoch_a_transaction ? 1 : 0) == epoch &&
                        is_of(state.status, end.verdict);
  const bool is_nothing = is_current && state.status == Status::empty;
  if (is_again || is_nothing) return env_.reply(from, TransactionEnded{state.session});
  refuse(from, TransactionReason::fenced);
}

void TransactionCoordinator::prepare(Transaction& transaction, Verdict verdict, std::uint64_t epoch,
                                     std::optional<Waiting> waiting) {
  State to = transaction.state;
  to.status = verdict == Verdict::commit ? Status::prepare_commit : Status::prepare_abort;
  to.session.epoch = epoch;
  change(transaction, std::move(to), waiting);
}

void TransactionCoordinator::answer(const Waiting& waiting, const State& state) {
  switch (waiting.answer) {
    case Answer::none:
      break;
    case Answer::ready:
      env_.reply(waiting.from, TransactionsReady{state.session});
      break;
    case Answer::added:
      env_.reply(waiting.from, PartitionsAdded{});
      break;
    case Answer::ended:
      env_.reply(waiting.from, TransactionEnded{state.session});
      break;
  }
}

// --- partitions --------------------------------------------------------------------------------------------

void TransactionCoordinator::on(const VerifyPartition& question, const sim::From& from) {
  if (!is_ready()) return;  // it will ask whoever coordinates
  const State& state = transactions_[question.id].state;
  const bool is_in = state.status == Status::ongoing && state.session == question.session &&
                     std::find(state.partitions.begin(), state.partitions.end(), question.partition) !=
                         state.partitions.end();
  env_.reply(from, PartitionVerified{question.number, is_in});
}

void TransactionCoordinator::write_markers(const Transaction& transaction) {
  const State& state = transaction.state;
  const Verdict verdict = state.status == Status::prepare_commit ? Verdict::commit : Verdict::abort;
  for (const PartitionId partition : transaction.unmarked) {
    const NodeId leader = host_.leader_of(partition);
    if (leader == no_node) continue;
    env_.send(leader, WriteMarker{state.id, partition, state.session, verdict, replica().leader_epoch()});
  }
}

void TransactionCoordinator::on(const MarkerWritten& written) {
  if (!is_ready()) return;
  Transaction& transaction = transactions_[written.id];
  if (!is_prepared(transaction.state.status) || transaction.state.session != written.session) return;
  transaction.unmarked.erase(written.partition);
  finish_if_marked(transaction);
}

void TransactionCoordinator::finish_if_marked(Transaction& transaction) {
  if (!transaction.unmarked.empty() || transaction.is_writing) return;
  State to = transaction.state;
  to.status = to.status == Status::prepare_commit ? Status::complete_commit : Status::complete_abort;
  change(transaction, std::move(to), std::nullopt);
}

void TransactionCoordinator::check() {
  if (!is_ready()) return;
  for (auto& [id, transaction] : transactions_) {
    if (transaction.is_writing) continue;
    if (is_prepared(transaction.state.status)) {
      write_markers(transaction);
      finish_if_marked(transaction);
    } else if (transaction.state.status == Status::ongoing &&
               env_.mono() - transaction.opened_at > parameters_.transaction_timeout) {
      env_.mark(TransactionTimedOut{id});
      env_.metrics().count("transactions timed out");
      prepare(transaction, Verdict::abort, transaction.state.session.epoch + 1, std::nullopt);
    }
  }
}

// --- the log -----------------------------------------------------------------------------------------------

void TransactionCoordinator::forget() { transactions_.clear(); }

void TransactionCoordinator::apply(const Record& record) {
  const auto* state = std::get_if<TransactionState>(&record.content);
  if (state == nullptr) return;
  Transaction& transaction = transactions_[state->id];
  const bool was_open = transaction.state.status == Status::ongoing;
  transaction.state = *state;
  transaction.is_writing = false;
  if (state->status == Status::ongoing && !was_open) transaction.opened_at = env_.mono();
  if (!is_ready()) return;
  const auto waiting = waiting_.find(applied());
  if (waiting != waiting_.end()) {
    answer(waiting->second, *state);
    waiting_.erase(waiting);
  }
  began(transaction);
}

// Its state is a new one.
void TransactionCoordinator::began(Transaction& transaction) {
  const State& state = transaction.state;
  if (is_prepared(state.status)) {
    const Verdict verdict = state.status == Status::prepare_commit ? Verdict::commit : Verdict::abort;
    env_.mark(TransactionDecided{state.id, verdict});
    env_.metrics().count(verdict == Verdict::commit ? "transactions committed" : "transactions aborted");
    transaction.unmarked = {state.partitions.begin(), state.partitions.end()};
    write_markers(transaction);
  } else if (state.status == Status::complete_commit || state.status == Status::complete_abort) {
    env_.metrics().record("transaction open", env_.mono() - transaction.opened_at);
  }
}

void TransactionCoordinator::become_ready() {
  for (auto& [id, transaction] : transactions_) {
    transaction.opened_at = env_.mono();
    if (!is_prepared(transaction.state.status)) continue;
    transaction.unmarked = {transaction.state.partitions.begin(), transaction.state.partitions.end()};
    write_markers(transaction);
  }
}

void TransactionCoordinator::resign() {
  for (const auto& [offset, waiting] : waiting_)
    if (waiting.answer != Answer::none) refuse(waiting.from, TransactionReason::not_coordinator);
  waiting_.clear();
  transactions_.clear();
}

}  // namespace lightcone::models::kafka
