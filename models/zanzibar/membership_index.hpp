// Who is in which group, however deeply nested, without walking: the sets of a Leopard index (Pang et al.,
// ATC 2019, section 3.2.4).
//
// A base says it at one timestamp; a layer above remembers what changed since, so that every timestamp
// between the base and the watermark can be asked about. Changes come in the order of their timestamps.
// Groups may contain each other.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "models/zanzibar/tuple.hpp"

namespace lightcone::models::zanzibar {

class MembershipIndex {
 public:
  // What is flattened: members of groups.
  static bool covers(const Tuple& tuple) {
    return tuple.object.space == Namespace::group && tuple.relation == Relation::member;
  }

  // All that is covered at `base`.
  MembershipIndex(Timestamp base, const std::vector<Tuple>& tuples);

  // Not before the watermark. Costs the groups that contain the changed one, times what is in them.
  void apply(Timestamp ts, const Change& change);
  // Nothing below, or at, `watermark` is still to come.
  void advance(Timestamp watermark);
  // The base moves up to the watermark.
  void compact();

  Timestamp base() const { return base_; }
  Timestamp watermark() const { return watermark_; }
  // Whether a user is in a group at `ts`, which is at least the base. Beyond the watermark: as far as known.
  bool contains(const Object& group, UserId user, Timestamp ts) const;
  // The tuples as of the latest change: what a snapshot on disk holds.
  std::vector<Tuple> tuples() const;
  std::size_t layer_size() const { return layered_; }

 private:
  struct Step {  // of one user in one group
    Timestamp ts = 0;
    bool is_in = false;
  };
  std::set<UserId> flatten(const Object& group) const;
  std::set<Object> containing(const Object& group) const;

  Timestamp base_;
  Timestamp watermark_;
  std::map<Object, std::set<Subject>> direct_;
  std::map<Object, std::set<Object>> parents_;                    // the groups that a group is directly in
  std::map<Object, std::set<UserId>> members_;                    // flattened, as of the latest change
  std::map<std::pair<Object, UserId>, std::vector<Step>> layer_;  // oldest first
  std::size_t layered_ = 0;
};

}  // namespace lightcone::models::zanzibar
