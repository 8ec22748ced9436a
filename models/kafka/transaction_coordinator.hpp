// The coordinator of transactions: for each transactional id who its producer is, and where its transaction
// stands (KIP-98, KIP-890).
//
//   empty ─ AddPartitions ─▶ ongoing ─ EndTransaction ─▶ prepared ─ all markers are written ─▶ complete
//     ▲                        ▲  │                                                              │
//     │  InitTransactions      │  └── too long, or InitTransactions: prepared to abort ──▶ ...    │
//     └────────────────────────┴────────────────────────────────────────────────────────────────┘
//
// A transaction is decided when its prepared state is in the log (P7.5): whoever coordinates next writes the
// markers that are missing. Every step that takes a producer's place gives the next one a later epoch, so
// what the earlier one has under way is refused (P7.6).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "models/kafka/logged_state.hpp"
#include "models/kafka/transaction_messages.hpp"

namespace lightcone::models::kafka {

class TransactionCoordinator final : public LoggedState {
 public:
  // The broker, to its coordinator.
  class Host {
   public:
    // no_node: nobody, as far as this broker knows.
    virtual NodeId leader_of(PartitionId partition) const = 0;

   protected:
    ~Host() = default;
  };

  TransactionCoordinator(sim::Env& env, const Parameters& parameters, const Safeguards& safe, Host& host,
                         Replica& replica);

  void on(const InitTransactions& init, const sim::From& from);
  void on(const AddPartitions& add, const sim::From& from);
  void on(const AddOffsets& add, const sim::From& from);
  void on(const EndTransaction& end, const sim::From& from);
  void on(const MarkerWritten& written);
  void on(const VerifyPartition& question, const sim::From& from);
  // Regularly: markers that are missing, and transactions that are open for too long.
  void check();

  void show(sim::FieldVisitor& visitor) const;

 private:
  using State = TransactionState;
  struct Transaction {
    State state;
    sim::MonoTime opened_at{};
    std::set<PartitionId> unmarked;  // of a prepared one
    bool is_writing = false;         // its next state
  };
  enum class Answer : std::uint8_t { none, ready, added, ended };
  struct Waiting {
    sim::From from{};
    Answer answer = Answer::none;
  };

  void forget() override;
  void apply(const Record& record) override;
  void become_ready() override;
  void resign() override;

  void refuse(const sim::From& from, TransactionReason reason);
  // The transaction, if its state can be changed now; otherwise it is said why not.
  Transaction* find(TransactionalId id, const sim::From& from);
  // Likewise, and `session` is the current one.
  Transaction* admit(TransactionalId id, const ProducerSession& session, const sim::From& from);
  void add(TransactionalId id, const ProducerSession& session, const std::vector<PartitionId>& partitions,
           const sim::From& from);
  // False when nothing can be written.
  bool change(Transaction& transaction, State to, std::optional<Waiting> waiting);
  void prepare(Transaction& transaction, Verdict verdict, std::uint64_t epoch,
               std::optional<Waiting> waiting);
  void began(Transaction& transaction);
  void write_markers(const Transaction& transaction);
  void finish_if_marked(Transaction& transaction);
  void answer(const Waiting& waiting, const State& state);

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards& safe_;
  Host& host_;
  std::map<TransactionalId, Transaction> transactions_;
  std::map<Offset, Waiting> waiting_;  // for the record there to be committed
};

}  // namespace lightcone::models::kafka
