// An implicit heap of (time, sequence number) with `arity` children a node. Links know their position,
// so cancelling takes the event out at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/ensure.hpp"
#include "tests/bench/queue/contender_link.hpp"

namespace lightcone::bench {

template <unsigned arity>
class ImplicitHeap {
 public:
  using Link = ContenderLink;

  void push(Link& link, Instant at) {
    link.due_ns = nanoseconds(at);
    sim::ensure(link.due_ns >= last_ && at != never, "an event is not pushed into the past");
    sim::ensure(!is_queued(link), "an event is queued at most once");
    entries_.push_back(Entry{link.due_ns, pushes_++, &link});
    rise(entries_.size() - 1, entries_.back());
  }

  Link* pop() {
    if (entries_.empty()) return nullptr;
    Link* link = entries_.front().link;
    last_ = link->due_ns;
    take_out(0);
    link->place = Link::nowhere;
    return link;
  }

  bool cancel(Link& link) {
    if (!is_queued(link)) return false;
    take_out(link.place);
    link.place = Link::nowhere;
    return true;
  }

  Instant next() { return entries_.empty() ? never : Instant(Duration(entries_.front().due)); }
  static bool is_queued(const Link& link) { return link.place != Link::nowhere; }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    std::int64_t due;
    std::uint64_t sequence;
    Link* link;
    bool before(const Entry& other) const {
      return due < other.due || (due == other.due && sequence < other.sequence);
    }
  };

  void put(std::size_t at, const Entry& entry) {
    entries_[at] = entry;
    entry.link->place = static_cast<std::uint32_t>(at);
  }

  void rise(std::size_t at, const Entry entry) {
    while (at > 0) {
      const std::size_t parent = (at - 1) / arity;
      if (!entry.before(entries_[parent])) break;
      put(at, entries_[parent]);
      at = parent;
    }
    put(at, entry);
  }

  void sink(std::size_t at, const Entry entry) {
    for (;;) {
      const std::size_t first = at * arity + 1;
      if (first >= entries_.size()) break;
      std::size_t least = first;
      for (std::size_t child = first + 1; child < first + arity && child < entries_.size(); ++child) {
        if (entries_[child].before(entries_[least])) least = child;
      }
      if (!entries_[least].before(entry)) break;
      put(at, entries_[least]);
      at = least;
    }
    put(at, entry);
  }

  void take_out(std::size_t at) {
    const Entry last = entries_.back();
    entries_.pop_back();
    if (at == entries_.size()) return;
    if (at > 0 && last.before(entries_[(at - 1) / arity])) {
      rise(at, last);
    } else {
      sink(at, last);
    }
  }

  std::vector<Entry> entries_;
  std::uint64_t pushes_ = 0;
  std::int64_t last_ = 0;
};

}  // namespace lightcone::bench
