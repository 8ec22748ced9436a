// A hierarchical timing wheel over lists through the events: 64 slots a level, ticks of 1 ns. The lowest
// occupied slot is dealt out relative to its earliest time in one pass. Equal times share a slot, so
// lists keep the order of pushes without a sequence number. Cancelling unlinks.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sim/ensure.hpp"
#include "tests/bench/queue/contender_link.hpp"

namespace lightcone::bench {

class ListWheel {
 public:
  using Link = ContenderLink;

  void push(Link& link, Instant at) {
    link.due_ns = nanoseconds(at);
    sim::ensure(link.due_ns >= now_ && at != never, "an event is not pushed into the past");
    sim::ensure(!is_queued(link), "an event is queued at most once");
    ++size_;
    append(link);
  }

  Link* pop() {
    if (size_ == 0) return nullptr;
    unsigned slot = earliest_slot();
    while (slot >= 64 && slots_[slot].head != slots_[slot].tail) {
      deal_out(slot);
      slot = earliest_slot();
    }
    Link* link = slots_[slot].head;
    now_ = link->due_ns;
    unlink(*link);
    return link;
  }

  bool cancel(Link& link) {
    if (!is_queued(link)) return false;
    Slot& in = slots_[link.place];
    if (link.due_ns == in.earliest) in.earliest_is_exact = false;
    unlink(link);
    return true;
  }

  Instant next() {
    if (size_ == 0) return never;
    Slot& first = slots_[earliest_slot()];
    if (!first.earliest_is_exact) {
      first.earliest = first.head->due_ns;
      for (const Link* link = first.head; link != nullptr; link = link->next) {
        first.earliest = std::min(first.earliest, link->due_ns);
      }
      first.earliest_is_exact = true;
    }
    return Instant(Duration(first.earliest));
  }

  static bool is_queued(const Link& link) { return link.place != Link::nowhere; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  struct Slot {
    Link* head = nullptr;
    Link* tail = nullptr;
    std::int64_t earliest = 0;  // no later than any in the list
    bool earliest_is_exact = false;
  };

  unsigned earliest_slot() const {
    const auto level = static_cast<unsigned>(std::countr_zero(occupied_levels_));
    return level * 64 + static_cast<unsigned>(std::countr_zero(occupied_[level]));
  }

  void append(Link& link) {
    const auto difference = static_cast<std::uint64_t>(link.due_ns ^ now_);
    const unsigned level = (static_cast<unsigned>(std::bit_width(difference | 1)) - 1) / 6;
    const auto digit = static_cast<unsigned>(link.due_ns >> (level * 6)) % 64;
    Slot& in = slots_[level * 64 + digit];
    link.place = level * 64 + digit;
    link.next = nullptr;
    link.previous = in.tail;
    if (in.tail == nullptr) {
      in.head = &link;
      occupied_[level] |= std::uint64_t{1} << digit;
      occupied_levels_ |= 1U << level;
    } else {
      in.tail->next = &link;
    }
    if (in.tail == nullptr || link.due_ns <= in.earliest) {
      in.earliest = link.due_ns;
      in.earliest_is_exact = true;
    }
    in.tail = &link;
  }

  void unlink(Link& link) {
    Slot& in = slots_[link.place];
    (link.previous == nullptr ? in.head : link.previous->next) = link.next;
    (link.next == nullptr ? in.tail : link.next->previous) = link.previous;
    if (in.head == nullptr) vacate(link.place);
    link.place = Link::nowhere;
    --size_;
  }

  void vacate(unsigned slot) {
    occupied_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    if (occupied_[slot / 64] == 0) occupied_levels_ &= ~(1U << (slot / 64));
  }

  void deal_out(unsigned slot) {
    Link* link = slots_[slot].head;
    now_ = slots_[slot].earliest;
    slots_[slot] = Slot{};
    vacate(slot);
    while (link != nullptr) {
      Link* following = link->next;
      append(*link);
      link = following;
    }
  }

  std::int64_t now_ = 0;
  std::size_t size_ = 0;
  std::uint32_t occupied_levels_ = 0;
  std::array<std::uint64_t, 11> occupied_{};
  std::array<Slot, std::size_t{11} * 64> slots_;
};

}  // namespace lightcone::bench
