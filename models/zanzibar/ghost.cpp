#include "models/zanzibar/ghost.hpp"

#include <algorithm>
#include <optional>

#include "models/zanzibar/oracle.hpp"

namespace lightcone::models::zanzibar {

Ghost::Ghost(const std::vector<Tuple>& first) {
  const sim::Instant always(sim::Duration(-1));
  for (const Tuple& tuple : first) {
    table_.apply(0, {tuple, false});
    spans_[{tuple.object, tuple.relation}][tuple.subject].push_back({false, always, always});
  }
}

void Ghost::add(const Entry& entry, sim::Instant began, sim::Instant decided) {
  latest_ = std::max(latest_, entry.ts);
  for (const Change& change : entry.changes) {
    const Tuple& tuple = change.tuple;
    table_.apply(entry.ts, change);
    spans_[{tuple.object, tuple.relation}][tuple.subject].push_back({change.is_removal, began, decided});
    log_[entry.ts].push_back(change);
  }
}

bool Ghost::contains(const Userset& set, UserId user, Timestamp ts) const {
  return zanzibar::contains(set, user, [&](const Userset& asked) { return table_.read(asked, ts); });
}

std::string Ghost::expand(const Userset& set, Timestamp ts) const {
  const std::vector<Subject> schema = table_.read(schema_of(set.object), ts);
  if (schema.empty()) return {};
  return zanzibar::expand(schema.front().user, set,
                          [&](const Userset& asked) { return table_.read(asked, ts); });
}

std::vector<TimedChange> Ghost::changes(TenantId tenant, Timestamp after, Timestamp until) const {
  std::vector<TimedChange> found;
  for (auto at = log_.upper_bound(after); at != log_.end() && at->first <= until; ++at) {
    for (const Change& change : at->second) {
      if (change.tuple.object.tenant == tenant) found.push_back({at->first, change});
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Those that were added by something that no removal followed before `since`.
std::vector<Subject> Ghost::perhaps(const Userset& set, sim::Instant since) const {
  std::vector<Subject> found;
  const auto subjects = spans_.find(set);
  if (subjects == spans_.end()) return found;
  for (const auto& [subject, spans] : subjects->second) {
    const bool is_perhaps = std::any_of(spans.begin(), spans.end(), [&](const Span& addition) {
      if (addition.is_removal) return false;
      return std::none_of(spans.begin(), spans.end(), [&](const Span& removal) {
        return removal.is_removal && removal.began > addition.ended && removal.ended < since;
      });
    });
    if (is_perhaps) found.push_back(subject);
  }
  return found;
}

// Those that were added before `since`, after every removal.
std::vector<Subject> Ghost::certainly(const Userset& set, sim::Instant since) const {
  std::vector<Subject> found;
  const auto subjects = spans_.find(set);
  if (subjects == spans_.end()) return found;
  for (const auto& [subject, spans] : subjects->second) {
    const bool is_certain = std::any_of(spans.begin(), spans.end(), [&](const Span& addition) {
      if (addition.is_removal || addition.ended >= since) return false;
      return std::all_of(spans.begin(), spans.end(), [&](const Span& removal) {
        return !removal.is_removal || removal.ended < addition.began;
      });
    });
    if (is_certain) found.push_back(subject);
  }
  return found;
}

bool Ghost::may_have_contained(const Userset& set, UserId user, sim::Instant since) const {
  const RowsOf most = [&](const Userset& asked) { return perhaps(asked, since); };
  const RowsOf least = [&](const Userset& asked) { return certainly(asked, since); };
  return may_contain(set, user, {most, least});
}

std::optional<Timestamp> Ghost::revoked_after(const Userset& set, UserId user, Timestamp ts) const {
  if (contains(set, user, latest_)) return std::nullopt;
  for (auto at = log_.upper_bound(ts); at != log_.end(); ++at) {
    if (!contains(set, user, at->first)) return at->first;
  }
  return std::nullopt;
}

}  // namespace lightcone::models::zanzibar
