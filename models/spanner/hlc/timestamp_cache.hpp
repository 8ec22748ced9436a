// Up to when keys were read, so that nobody writes beneath a read: what was read at a timestamp stays what it
// was then (Taft et al., SIGMOD 2020, section 3.3). It is the leaseholder's and volatile; whoever has the
// lease next takes it that everything was read up to the end of the last lease.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "models/spanner/types.hpp"

namespace lightcone::models::spanner::hlc {

class TimestampCache {
 public:
  // At one timestamp two transactions may meet: both may have read, and then neither may write there.
  enum class Ties : std::uint8_t { refused, ignored };
  explicit TimestampCache(Ties ties = Ties::refused) : ties_(ties) {}

  // Whatever was read before was read at or below `low_water`, by whomever.
  void begin(Timestamp low_water) {
    reads_.clear();
    low_water_ = low_water;
  }
  void read(const std::string& key, Timestamp at, const TransactionId& by) {
    const auto [found, is_new] = reads_.try_emplace(key, Latest{at, by});
    Latest& latest = found->second;
    if (is_new || at < latest.at) return;
    if (at > latest.at) {
      latest = {at, by};
    } else if (latest.by != by) {
      latest.by.reset();
    }
  }
  // The earliest timestamp from `at` on at which `id` may write the key.
  Timestamp writable_from(std::string_view key, Timestamp at, const TransactionId& id) const {
    at = above({low_water_, std::nullopt}, at, id);
    const auto found = reads_.find(key);
    return found == reads_.end() ? at : above(found->second, at, id);
  }

 private:
  struct Latest {
    Timestamp at = 0;
    std::optional<TransactionId> by{};  // none: more than one, or unknown
  };

  Timestamp above(const Latest& latest, Timestamp at, const TransactionId& id) const {
    if (at > latest.at) return at;
    const bool may_tie = latest.by == id || ties_ == Ties::ignored;
    return may_tie ? std::max(at, latest.at) : latest.at + 1;
  }

  Ties ties_;
  Timestamp low_water_ = 0;
  std::map<std::string, Latest, std::less<>> reads_;
};

}  // namespace lightcone::models::spanner::hlc
