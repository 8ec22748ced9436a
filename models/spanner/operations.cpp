#include "models/spanner/operations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/chance/stream.hpp"

namespace lightcone::models::spanner {

namespace {

constexpr std::int64_t values_a_client = 1'000'000'000;
constexpr std::uint64_t operations_a_generation = 1'000;  // of all clients
constexpr std::uint64_t most_keys = 5;                    // of a transaction

}  // namespace

const std::vector<sim::OperationKind>& operation_kinds() {
  static const std::vector<sim::OperationKind> all = {
      {"txn", "Reads some keys and writes some, up to five, of any shards.", 4},
      {"pair", "Writes a key and the next one, which is of another shard.", 2},
      {"write", "Writes one key.", 2},
      {"read", "Reads a key and the next one, without locks, as they are now.", 4},
      {"snapshot", "Likewise as they were a while ago, from any replica.", 2},
      {"transfer", "Moves money from an account to the next one.", 1},
      {"total", "Reads all accounts, without locks, as they are now.", 1},
  };
  return all;
}

std::uint64_t Operations::generation(std::int64_t value) const {
  const auto count = static_cast<std::uint64_t>(value % values_a_client);
  return count * static_cast<std::uint64_t>(workload_.clients) / operations_a_generation;
}

Access Operations::object(std::uint64_t number, std::uint64_t generation) const {
  const char family = parameters_.objects == Objects::lists ? 'l' : 'r';
  Access access;
  access.key = generation == 0 ? fmt::format("{}{}", family, number)
                               : fmt::format("{}{}.{}", family, number, generation);
  access.shard = static_cast<ShardId>(number % static_cast<std::uint64_t>(parameters_.shards));
  return access;
}

Access Operations::account(std::uint64_t number) const {
  Access access;
  access.key = fmt::format("a{}", number);
  access.shard = static_cast<ShardId>(number % static_cast<std::uint64_t>(parameters_.shards));
  access.reads = true;
  return access;
}

Access Operations::changed(Access access, std::int64_t value) const {
  const Change change = parameters_.objects == Objects::lists ? Change::append : Change::put;
  access.write = Write{access.key, change, value};
  return access;
}

// One to five keys from the drawn one on; each is read, written or both, and at least one is written. Half go
// through them backwards, so that their locks are taken in opposite orders.
std::vector<Access> Operations::mixture(const parts::OperationSource::Drawn& drawn) const {
  sim::Stream shape(static_cast<std::uint64_t>(drawn.value), "shape");
  const std::uint64_t count = 1 + shape.below(std::min(most_keys, keys()));
  const std::uint64_t written = shape.below(count);
  const bool backwards = shape.chance({1, 2});
  std::vector<Access> accesses;
  for (std::uint64_t i = 0; i < count; ++i) {
    Access access = object((drawn.key + i) % keys(), generation(drawn.value));
    const std::uint64_t what = shape.below(3);
    access.reads = what != 1;
    if (what != 0 || i == written) access = changed(std::move(access), drawn.value);
    accesses.push_back(std::move(access));
  }
  if (backwards) std::reverse(accesses.begin(), accesses.end());
  return accesses;
}

std::vector<Access> Operations::accesses(const parts::OperationSource::Drawn& drawn) const {
  if (drawn.f == "txn") return mixture(drawn);
  if (drawn.f == "total") return accounts();
  const std::uint64_t next = (drawn.key + 1) % keys();
  const std::uint64_t generation = this->generation(drawn.value);
  std::vector<Access> accesses;
  if (drawn.f == "transfer") {
    accesses = {account(drawn.key), account(next)};
    for (Access& access : accesses) access.write = Write{access.key, Change::put, {}};
  } else {
    accesses = {object(drawn.key, generation), object(next, generation)};
  }
  if (drawn.f == "write") accesses.pop_back();
  if (accesses.size() == 2 && accesses[0].key == accesses[1].key) accesses.pop_back();
  for (Access& access : accesses) {
    if (drawn.f == "read" || drawn.f == "snapshot") access.reads = true;
    if (drawn.f == "write" || drawn.f == "pair") access = changed(std::move(access), drawn.value);
  }
  return accesses;
}

std::vector<Access> Operations::accounts() const {
  std::vector<Access> accesses;
  for (std::uint64_t number = 0; number < keys(); ++number) accesses.push_back(account(number));
  return accesses;
}

std::vector<Access> Operations::keys_numbered(std::uint64_t number, std::int64_t value) const {
  std::vector<Access> accesses;
  for (std::uint64_t g = 0; g <= generation(value); ++g) {
    accesses.push_back(object(number, g));
    accesses.back().reads = true;
  }
  return accesses;
}

}  // namespace lightcone::models::spanner
