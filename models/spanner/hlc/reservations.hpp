// Keys that a transaction means to need again, because it had to begin again: younger ones wait a moment for
// it, so that it gets through. Nothing depends on them: they are the leaseholder's, volatile, and end by
// themselves (locks on a best effort, as of SELECT FOR UPDATE).
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/spanner/types.hpp"
#include "sim/time.hpp"

namespace lightcone::models::spanner::hlc {

class Reservations {
 public:
  // True: whoever is this old need not wait for anybody who has reserved one of the keys.
  bool may_use(const std::vector<std::string>& keys, const Age& age, sim::MonoTime now) const {
    return std::none_of(keys.begin(), keys.end(), [&](const std::string& key) {
      const auto found = by_key_.find(key);
      return found != by_key_.end() && found->second.age < age && now < found->second.until;
    });
  }
  // Takes them away from whoever is younger.
  void reserve(const std::vector<std::string>& keys, const TransactionId& id, const Age& age,
               sim::MonoTime until) {
    for (const std::string& key : keys) by_key_.insert_or_assign(key, Reserved{id, age, until});
  }
  // The operation that the transaction was tried for is over.
  void release(const TransactionId& id) {
    std::erase_if(by_key_, [&](const auto& each) {
      const TransactionId& other = each.second.id;
      return other.client == id.client && other.operation <= id.operation;
    });
  }
  void clear() { by_key_.clear(); }

 private:
  struct Reserved {
    TransactionId id{};
    Age age{};
    sim::MonoTime until{};
  };
  std::map<std::string, Reserved, std::less<>> by_key_;
};

}  // namespace lightcone::models::spanner::hlc
