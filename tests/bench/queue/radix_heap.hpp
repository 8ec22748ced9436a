// A monotone radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, JACM 1990) of base 2 with contiguous buckets:
// bucket b holds what first differs from the last popped time in bit b - 1. Links know their position,
// so cancelling leaves a hole at once; a bucket is closed up when it has more holes than events.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/ensure.hpp"
#include "tests/bench/queue/contender_link.hpp"

namespace lightcone::bench {

class RadixHeap {
 public:
  using Link = ContenderLink;

  void push(Link& link, Instant at) {
    link.due_ns = nanoseconds(at);
    sim::ensure(link.due_ns >= last_ && at != never, "an event is not pushed into the past");
    sim::ensure(!is_queued(link), "an event is queued at most once");
    ++size_;
    append(link.due_ns, link);
  }

  Link* pop() {
    if (size_ == 0) return nullptr;
    if ((occupied_ & 1) == 0) deal_out(static_cast<unsigned>(std::countr_zero(occupied_)));
    Bucket& equal = buckets_[0];
    while (equal.pairs[equal.begin].link == nullptr) ++equal.begin;
    Link* link = equal.pairs[equal.begin++].link;
    last_ = link->due_ns;
    leave(*link);
    return link;
  }

  bool cancel(Link& link) {
    if (!is_queued(link)) return false;
    Bucket& in = buckets_[link.bucket];
    in.pairs[link.place].link = nullptr;
    if (link.due_ns == in.earliest) in.earliest_is_exact = false;
    leave(link);
    if (in.pairs.size() - in.begin > 2 * in.live + 16) close_up(in);
    return true;
  }

  Instant next() {
    if (size_ == 0) return never;
    Bucket& first = buckets_[static_cast<unsigned>(std::countr_zero(occupied_))];
    make_exact(first);
    return Instant(Duration(first.earliest));
  }

  static bool is_queued(const Link& link) { return link.place != Link::nowhere; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  struct Pair {
    std::int64_t due;
    Link* link;  // null: a hole
  };
  struct Bucket {
    std::vector<Pair> pairs;
    std::size_t begin = 0;
    std::size_t live = 0;
    std::int64_t earliest = 0;
    bool earliest_is_exact = false;
  };

  void append(std::int64_t due, Link& link) {
    const auto bucket = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(due ^ last_)));
    Bucket& in = buckets_[bucket];
    if (in.live == 0 || due <= in.earliest) {
      in.earliest = due;
      in.earliest_is_exact = true;
    }
    link.bucket = bucket;
    link.place = static_cast<std::uint32_t>(in.pairs.size());
    in.pairs.push_back(Pair{due, &link});
    ++in.live;
    occupied_ |= std::uint64_t{1} << bucket;
  }

  void leave(Link& link) {
    Bucket& in = buckets_[link.bucket];
    if (--in.live == 0) {
      in.pairs.clear();
      in.begin = 0;
      occupied_ &= ~(std::uint64_t{1} << link.bucket);
    }
    link.place = Link::nowhere;
    --size_;
  }

  static void make_exact(Bucket& bucket) {
    if (bucket.earliest_is_exact) return;
    bucket.earliest = nanoseconds(never);
    for (std::size_t i = bucket.begin; i < bucket.pairs.size(); ++i) {
      if (bucket.pairs[i].link != nullptr) bucket.earliest = std::min(bucket.earliest, bucket.pairs[i].due);
    }
    bucket.earliest_is_exact = true;
  }

  static void close_up(Bucket& bucket) {
    std::size_t to = 0;
    for (std::size_t from = bucket.begin; from < bucket.pairs.size(); ++from) {
      const Pair pair = bucket.pairs[from];
      if (pair.link == nullptr) continue;
      pair.link->place = static_cast<std::uint32_t>(to);
      bucket.pairs[to++] = pair;
    }
    bucket.pairs.resize(to);
    bucket.begin = 0;
  }

  void deal_out(unsigned bucket) {
    constexpr std::size_t ahead = 6;
    Bucket& from = buckets_[bucket];
    make_exact(from);
    last_ = from.earliest;
    occupied_ &= ~(std::uint64_t{1} << bucket);
    for (std::size_t i = from.begin; i < from.pairs.size(); ++i) {
      if (i + ahead < from.pairs.size()) __builtin_prefetch(from.pairs[i + ahead].link, 1);
      const Pair pair = from.pairs[i];
      if (pair.link != nullptr) append(pair.due, *pair.link);
    }
    from.pairs.clear();
    from.begin = from.live = 0;
  }

  std::int64_t last_ = 0;
  std::size_t size_ = 0;
  std::uint64_t occupied_ = 0;
  std::array<Bucket, 64> buckets_;
};

}  // namespace lightcone::bench
