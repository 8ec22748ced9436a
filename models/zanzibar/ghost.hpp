// All writes that were ever decided, with what no store can know: when each began and ended, in true time.
// What answers are judged by.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/zanzibar/messages.hpp"
#include "models/zanzibar/tuple_table.hpp"
#include "sim/time.hpp"

namespace lightcone::models::zanzibar {

class Ghost {
 public:
  explicit Ghost(const std::vector<Tuple>& first);

  // A write took effect somewhere between the two.
  void add(const Entry& entry, sim::Instant began, sim::Instant decided);

  // By timestamps.
  bool contains(const Userset& set, UserId user, Timestamp ts) const;
  std::string expand(const Userset& set, Timestamp ts) const;
  std::vector<Subject> read(const Userset& set, Timestamp ts) const { return table_.read(set, ts); }
  std::vector<TimedChange> changes(TenantId tenant, Timestamp after, Timestamp until) const;

  // By true time, whatever the timestamps say: whether the user may have been in the set at some instant from
  // `since` on, as far as writes that followed one another allow. Writes that overlap may have been in any
  // order.
  bool may_have_contained(const Userset& set, UserId user, sim::Instant since) const;

  // The first timestamp after `ts` as of which the user is in the set no more, if it is not now.
  std::optional<Timestamp> revoked_after(const Userset& set, UserId user, Timestamp ts) const;
  Timestamp latest() const { return latest_; }

 private:
  struct Span {
    bool is_removal = false;
    sim::Instant began{};
    sim::Instant ended{};
  };
  std::vector<Subject> perhaps(const Userset& set, sim::Instant since) const;
  std::vector<Subject> certainly(const Userset& set, sim::Instant since) const;

  TupleTable table_;
  std::map<Userset, std::map<Subject, std::vector<Span>>> spans_;
  std::map<Timestamp, std::vector<Change>> log_;
  Timestamp latest_ = 0;
};

}  // namespace lightcone::models::zanzibar
