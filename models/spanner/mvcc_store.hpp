// Every version of every key, by timestamp: a read at a timestamp sees what had been written up to then,
// whatever is written later. A key holds a value that is replaced or a list that grows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/spanner/types.hpp"

namespace lightcone::models::spanner {

class MvccStore {
 public:
  // Writes of one transaction to one key keep their order. O(versions that are later).
  void write(const Write& write, Timestamp at);

  // What the key held at `at`, null if nothing. O(elements of a list).
  sim::Value read(std::string_view key, Timestamp at) const;
  sim::Value read_latest(std::string_view key) const;
  // When what the key held at `at` was written; 0 if it held nothing.
  Timestamp written_at(std::string_view key, Timestamp at) const;

  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Version {
    Timestamp at;
    Change change;
    sim::Value value;
  };
  using Versions = std::vector<Version>;  // by timestamp

  static Versions::const_iterator after(const Versions& versions, Timestamp at);

  std::map<std::string, Versions, std::less<>> keys_;
  std::uint64_t bytes_ = 0;
};

}  // namespace lightcone::models::spanner
