// A counter that never falls below zero, whoever counts down where: every replica holds a share of the value
// and takes from its own alone (O'Neil, "The escrow transactional method", TODS 1986; as a replicated type
// Balegas et al., "Extending eventually consistent cloud databases for enforcing numeric invariants", SRDS
// 2015, section 4).
//
// Each replica has a row that only it writes: what it added, what it gave to whom, and what it took. Rows
// grow, so the join is the greater of each entry. A share that was given rests on what the giver had, so the
// delta of an update is the whole state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "models/parts/crdt/dot.hpp"

namespace lightcone::models::parts::crdt {

class BoundedCounter {
 public:
  // All amounts together stay below 2^63.
  BoundedCounter add(const ReplicaId& replica, std::uint64_t amount) {
    if (amount > 0) rows_[replica].given[replica] += amount;
    return *this;
  }
  // Of the share of `replica`. Empty, and nothing is done, when that is too small.
  std::optional<BoundedCounter> take(const ReplicaId& replica, std::uint64_t amount) {
    if (share(replica) < static_cast<std::int64_t>(amount)) return std::nullopt;
    return take_unchecked(replica, amount);
  }
  // Whatever the share is: the value may become negative.
  BoundedCounter take_unchecked(const ReplicaId& replica, std::uint64_t amount) {
    if (amount > 0) rows_[replica].taken += amount;
    return *this;
  }
  // From one share to another one. Empty when there is not so much to give.
  std::optional<BoundedCounter> give(const ReplicaId& from, const ReplicaId& to, std::uint64_t amount) {
    if (from == to || share(from) < static_cast<std::int64_t>(amount)) return std::nullopt;
    if (amount > 0) rows_[from].given[to] += amount;
    return *this;
  }

  std::int64_t value() const {
    std::uint64_t added = 0;
    std::uint64_t taken = 0;
    for (const auto& [replica, row] : rows_) {
      const auto own = row.given.find(replica);
      added += own == row.given.end() ? 0 : own->second;
      taken += row.taken;
    }
    return static_cast<std::int64_t>(added) - static_cast<std::int64_t>(taken);
  }
  // What `replica` may take without asking anybody. Never negative unless something was taken unchecked.
  std::int64_t share(const ReplicaId& replica) const {
    std::uint64_t got = 0;
    std::uint64_t spent = 0;
    for (const auto& [giver, row] : rows_) {
      const auto given = row.given.find(replica);
      if (given != row.given.end()) got += given->second;
      if (giver != replica) continue;
      spent += row.taken;
      for (const auto& [to, amount] : row.given) spent += to == replica ? 0 : amount;
    }
    return static_cast<std::int64_t>(got) - static_cast<std::int64_t>(spent);
  }
  void merge(const BoundedCounter& other) {
    for (const auto& [replica, theirs] : other.rows_) {
      Row& mine = rows_[replica];
      mine.taken = std::max(mine.taken, theirs.taken);
      for (const auto& [to, amount] : theirs.given) {
        std::uint64_t& given = mine.given[to];
        given = std::max(given, amount);
      }
    }
  }

  bool operator==(const BoundedCounter&) const = default;
  friend std::uint64_t wire_bytes(const BoundedCounter& counter) {
    std::uint64_t bytes = 4;
    for (const auto& [replica, row] : counter.rows_)
      bytes += bytes_a_replica_id + 8 + 4 + (bytes_a_replica_id + 8) * row.given.size();
    return bytes;
  }

 private:
  struct Row {
    std::map<ReplicaId, std::uint64_t> given;  // to itself: what it added
    std::uint64_t taken = 0;
    bool operator==(const Row&) const = default;
  };
  std::map<ReplicaId, Row> rows_;
};

}  // namespace lightcone::models::parts::crdt
