// The versions of a key that no other version has seen: one, or several after concurrent writes, which a
// reader settles with its next write.
//
// Dotted version vectors (Preguiça et al., "Dotted version vectors: logical clocks for optimistic
// replication", arXiv:1011.5808, 2010; Almeida et al., "Scalable and accurate causality tracking for
// eventually consistent stores", DAIS 2014): a version is named by its dot, and carries beside it the vector
// of what its writer had read. Plain version vectors fold the dot into the vector, which then claims that the
// writer had read every earlier version of the server that took the write.
//
//   dominated: a version whose dot is in the past of another
#pragma once

#include <algorithm>
#include <boost/describe.hpp>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/parts/versions/version_vector.hpp"

namespace lightcone::models::parts::versions {

template <class Content>
struct Dotted {
  Dot dot{};
  VersionVector past{};  // what its writer had read, and nothing else (with plain vectors: or more)
  Content content{};

  BOOST_DESCRIBE_CLASS(Dotted, (), (dot, past, content), (), ())
};

enum class Clocks : std::uint8_t { dotted, plain };

// What one replica knows of one key. Every state is a join of states that a writing replica had, so whoever
// knows a dot knows the earlier ones of the same replica too, or what dominates them.
template <class Content>
struct Siblings {
  std::vector<Dotted<Content>> all{};  // ascending by dot, none dominated

  BOOST_DESCRIBE_CLASS(Siblings, (), (all), (), ())

  bool empty() const { return all.empty(); }

  // What a client that reads this has seen, to be passed with its next write.
  VersionVector context() const {
    VersionVector context = dominated();
    for (const auto& version : all) context.raise(version.dot);
    return context;
  }
  VersionVector dominated() const {
    VersionVector past;
    for (const auto& version : all) past.merge(version.past);
    return past;
  }

  // Whether nothing of `other` is news here. O((m + n) log) of their sizes, as is merge.
  bool covers(const Siblings& other) const {
    const VersionVector past = dominated();
    return std::all_of(other.all.begin(), other.all.end(),
                       [&](const auto& version) { return past.contains(version.dot) || has(version.dot); });
  }
  // The join: of both what neither dominates.
  void merge(const Siblings& other) {
    const VersionVector ours = dominated();
    const VersionVector theirs = other.dominated();
    std::erase_if(all, [&](const auto& version) { return theirs.contains(version.dot); });
    for (const auto& version : other.all) {
      if (!ours.contains(version.dot) && !theirs.contains(version.dot)) insert(version);
    }
  }
  // A write by a client that had read `context`, taken by `replica`, which has to know all that it took
  // before. The dot of the new version.
  Dot put(const ReplicaId& replica, VersionVector context, Content content, Clocks clocks) {
    const std::uint64_t known = std::max(this->context().of(replica), context.of(replica));
    const Dot dot{replica, known + 1};
    if (clocks == Clocks::plain) context.raise({replica, known});
    std::erase_if(all, [&](const auto& version) { return context.contains(version.dot); });
    insert({dot, std::move(context), std::move(content)});
    return dot;
  }

 private:
  auto place_of(const Dot& dot) const {
    return std::lower_bound(all.begin(), all.end(), dot,
                            [](const auto& version, const Dot& wanted) { return version.dot < wanted; });
  }
  bool has(const Dot& dot) const {
    const auto at = place_of(dot);
    return at != all.end() && at->dot == dot;
  }
  void insert(Dotted<Content> version) {
    if (has(version.dot)) return;
    all.insert(place_of(version.dot), std::move(version));
  }
};

}  // namespace lightcone::models::parts::versions
