// std::priority_queue of bare 16-byte keys (time; 40 bits of sequence number and 24 of the event's number):
// the yardstick. Cancelling only marks the event; its key stays until it comes to the top.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "sim/ensure.hpp"
#include "sim/time.hpp"
#include "tests/bench/queue/contender_link.hpp"

namespace lightcone::bench {

class LazyPriorityQueue {
 public:
  struct Link {
    static constexpr std::uint64_t unnumbered = ~std::uint64_t{0};
    Instant due() const { return Instant(Duration(due_ns)); }
    std::int64_t due_ns = 0;
    std::uint64_t number = unnumbered;
    std::uint64_t sequence = 0;  // of its live key; 0: not queued
    std::uint64_t unused = 0;    // the size of the other contenders' link
  };

  void push(Link& link, Instant at) {
    if (link.number == Link::unnumbered) {
      link.number = links_.size();
      links_.push_back(&link);
    }
    link.due_ns = nanoseconds(at);
    sim::ensure(link.due_ns >= last_ && at != never, "an event is not pushed into the past");
    sim::ensure(!is_queued(link), "an event is queued at most once");
    link.sequence = ++pushes_;
    keys_.emplace(link.due_ns, link.sequence << 24 | link.number);
    ++size_;
  }

  Link* pop() {
    if (size_ == 0) return nullptr;
    drop_cancelled();
    Link* link = links_[keys_.top().second & 0xFFFFFF];
    keys_.pop();
    last_ = link->due_ns;
    link->sequence = 0;
    --size_;
    return link;
  }

  bool cancel(Link& link) {
    if (!is_queued(link)) return false;
    link.sequence = 0;
    --size_;
    return true;
  }

  Instant next() {
    if (size_ == 0) return never;
    drop_cancelled();
    return Instant(Duration(keys_.top().first));
  }

  static bool is_queued(const Link& link) { return link.sequence != 0; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  using Key = std::pair<std::int64_t, std::uint64_t>;

  void drop_cancelled() {
    while (links_[keys_.top().second & 0xFFFFFF]->sequence != keys_.top().second >> 24) keys_.pop();
  }

  std::priority_queue<Key, std::vector<Key>, std::greater<Key>> keys_;
  std::vector<Link*> links_;
  std::uint64_t pushes_ = 0;
  std::int64_t last_ = 0;
  std::size_t size_ = 0;
};

}  // namespace lightcone::bench
