// A history of transactions in a form to reason about: keys and versions are small numbers, every version
// knows who wrote it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "reports/checkers/transactions/value_index.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

enum class TransactionKind : std::uint8_t {
  automatic,    // from the micro-operations that occur
  list_append,  // ["r", key, list], ["append", key, element]
  rw_register,  // ["r", key, value], ["w", key, value]
  predicate,    // these, and "insert", "delete", ["rp", predicate, found]; see predicate.hpp
};
std::string_view to_string(TransactionKind kind);

// A version of a key is named by the value that was written, so values are to be unique for a key.
using VersionId = std::uint32_t;
inline constexpr VersionId no_version = UINT32_MAX;
inline constexpr VersionId initial_version = UINT32_MAX - 1;  // what was there before any write: read as null
inline constexpr std::uint32_t no_transaction = UINT32_MAX;

enum class MicroKind : std::uint8_t { read, write, append, insert, remove, read_where };

constexpr bool writes(MicroKind kind) { return kind != MicroKind::read && kind != MicroKind::read_where; }

struct MicroOperation {
  MicroKind kind = MicroKind::read;
  bool answered = false;              // reads: of a transaction known to have committed
  std::uint32_t key = 0;              // of Transactions::keys; of predicates for read_where
  VersionId version = no_version;     // what it wrote, or read from a register; a list's last element
  const sim::Value* value = nullptr;  // the third member as it stands in the history; never null
};

struct Transaction {
  sim::Outcome outcome = sim::Outcome::info;
  std::int64_t process = 0;
  std::int64_t invoke = 0;
  std::int64_t complete = 0;
  std::uint32_t first = 0;  // its micro-operations are [first, last) of Transactions::micro
  std::uint32_t last = 0;

  bool committed() const { return outcome == sim::Outcome::ok; }
  bool possible() const { return outcome != sim::Outcome::fail; }
};

struct Version {
  std::uint32_t key = 0;
  const sim::Value* value = nullptr;
  std::uint32_t writer = no_transaction;  // the committed one, if several tried
  std::uint32_t micro = 0;                // its place among all micro-operations
  bool intermediate = false;              // its writer wrote the key again
  bool ambiguous = false;                 // two transactions that may both have committed wrote this value
};

// Transaction i is operation i of the history, which must outlive this.
struct Transactions {
  TransactionKind kind = TransactionKind::automatic;
  std::vector<Transaction> list;
  std::vector<MicroOperation> micro;
  std::vector<const sim::Value*> keys;
  std::vector<const sim::Value*> predicates;
  std::deque<sim::Value> owned;  // values that do not stand in the history as they are meant
  std::vector<Version> versions;
  ValueIndex version_index;  // (key, value) -> version
  std::string problem;       // why this is no history of transactions; empty if it is
  std::size_t problem_operation = 0;
  bool timed = false;      // some operation has a place in real time
  bool ambiguous = false;  // some version is

  // The micro-operations of a transaction.
  struct Slice {
    const MicroOperation* from;
    const MicroOperation* to;
    const MicroOperation* begin() const { return from; }
    const MicroOperation* end() const { return to; }
  };
  Slice of(std::uint32_t transaction) const {
    const Transaction& t = list[transaction];
    return {micro.data() + t.first, micro.data() + t.last};
  }
  bool possible(std::uint32_t transaction) const {
    return transaction != no_transaction && list[transaction].possible();
  }
  // The version of that name, new if nobody wrote or read it.
  VersionId version_of(std::uint32_t key, const sim::Value& value);
  std::string key_text(std::uint32_t key) const;
  std::string version_text(VersionId version) const;
};

// O(operations and list elements of the history).
Transactions parse_transactions(const sim::History& history, TransactionKind kind);

// What stands for the value of a deleted object.
const sim::Value& deleted_value();

// The list that a read of a list answered; empty for null.
const sim::ValueList& list_of(const MicroOperation& read);

}  // namespace lightcone::reports::checkers
