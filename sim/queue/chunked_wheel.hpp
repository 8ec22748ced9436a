// A hierarchical timing wheel over contiguous chunks: the queue of events that lie ahead.
//
// Picture. Time is written in base 64, 11 digits of 1 ns ticks. An event that first differs from
// `base_` in digit L waits in slot (L, its digit L): 64 slots a level. So each slot is an interval of
// time, lower levels lie before higher ones, and within a level lower digits come first. A slot is a
// chain of chunks, each holding up to 30 (due, event) pairs in the order they were pushed; a cancelled one
// leaves a hole (no event), which is never the first or last of its chunk.
//
// One slot is the *front*, sorted, and holds everything due up to `front_last_`. When it has run empty,
// the earliest slot is opened: one that is a single chunk is sorted where it lies and becomes the
// front; a longer one is dealt out to lower levels. Dealing reads pairs from consecutive memory, and
// this is what wins over lists through the events once these no longer fit into the cache.
//
// Invariants
//   W1  a pair outside the front lies in the slot given by (due, base_); hence equal times share a slot
//   W2  within a slot, equal times lie in the order in which they were pushed (no sequence number)
//   W3  due <= front_last_ for all pairs of the front, due > front_last_ for all others; the front is sorted
//   W4  the front's interval contains base_; front_last_ >= the time of the last pop
//   W5  outside the front, Slot::earliest <= due of all pairs of the slot, and is one of them if it is exact
//
// The idea of hashed and hierarchical wheels: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels",
// SOSP 1987, scheme 7. That a queue which never goes back in time may place by the first differing
// digit: Ahuja, Mehlhorn, Orlin and Tarjan, "Faster Algorithms for the Shortest Path Problem",
// JACM 1990, section 2.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/ensure.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

class ChunkedWheel;
class QueueLink;

struct QueuePair {
  std::int64_t due;  // ns
  QueueLink* link;   // null: a hole
};

// What an event derives from in order to be queued: 16 bytes. It must stay where it is while queued and
// be cancelled before it dies, unless the queue dies first.
class QueueLink {
 public:
  QueueLink() = default;
  QueueLink(const QueueLink&) = delete;
  QueueLink& operator=(const QueueLink&) = delete;

  // The instant given to the latest push; Instant{} before the first.
  Instant due() const { return Instant(Duration(due_)); }

 private:
  friend class ChunkedWheel;
  std::int64_t due_ = 0;  // ns
  // A pair in the chunk that holds it, and the very pair unless the front was sorted or shifted since.
  // Null when not queued.
  QueuePair* home_ = nullptr;
};

// A piece of a slot's chain, aligned to its size so that a pair's address tells its chunk's.
struct alignas(512) QueueChunk {
  static constexpr std::uint16_t capacity = 30;

  QueueChunk* next;
  QueueChunk* previous;
  std::uint32_t slot;
  std::uint16_t begin;  // the queued ones are among pairs[begin, end); begin < end, and the
  std::uint16_t end;    // first and last of them are queued
  std::array<QueuePair, capacity> pairs;
};
static_assert(sizeof(QueueChunk) == 512);

// Costs. push, pop, cancel: amortised constant; a pair moves at most once a level. next: constant, but the
// first call after the earliest event of a slot was cancelled reads that slot once. Memory: 31 KiB from the
// start; a chunk goes with its last event, so holes cost at most 512 bytes a queued event (measured: 25
// bytes, or 90 where 8 timers in 10 are cancelled). Chunks are kept for reuse until the queue dies.
class ChunkedWheel {
 public:
  using Link = QueueLink;

  ChunkedWheel();
  ChunkedWheel(const ChunkedWheel&) = delete;
  ChunkedWheel& operator=(const ChunkedWheel&) = delete;

  // Queues `link` behind all that are due at the same instant. `at` is not before the last pop and is not
  // `never`; `link` is not queued.
  void push(QueueLink& link, Instant at);

  // Takes out the earliest; nullptr when empty.
  QueueLink* pop();

  // Takes out `link` wherever it is; false if it was not queued. `link` is queued here or nowhere.
  bool cancel(QueueLink& link);

  // One that will be popped soon, unless earlier ones come; nullptr when none is known without a search.
  const QueueLink* upcoming() const {
    const Chunk* head = slots_[front_].head;
    if (head == nullptr) return nullptr;
    return head->pairs[head->begin + 1U < head->end ? head->begin + 1U : head->begin].link;
  }

  // When the earliest is due; `never` when empty. Does not advance the queue: an earlier one may be pushed.
  Instant next();

  static bool is_queued(const QueueLink& link) { return link.home_ != nullptr; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  static constexpr unsigned digit_bits = 6;
  static constexpr unsigned slots_a_level = 1U << digit_bits;
  static constexpr unsigned levels = 11;  // 6 * 11 >= 63 bits

  using Chunk = QueueChunk;

  struct Slot {
    Chunk* head = nullptr;  // both null when the slot is empty
    Chunk* tail = nullptr;
    std::int64_t earliest = 0;
    bool earliest_is_exact = false;
  };

  unsigned slot_of(std::int64_t due) const;
  unsigned earliest_slot() const;
  void append(unsigned slot, std::int64_t due, QueueLink& link);
  Chunk* grow(unsigned slot);
  void drop(Chunk* chunk);
  void drop_front_head(Chunk* chunk);
  void add_chunks();
  void insert_into_front(std::int64_t due, QueueLink& link);
  void open_earliest();
  void deal_out(Chunk* chain);
  static void make_head(Chunk& chunk);
  static void trim(Chunk& chunk);
  static QueuePair* find(const QueueLink& link, Chunk& chunk);

  std::int64_t base_ = 0;        // ns
  std::int64_t last_pop_ = 0;    // ns
  std::int64_t front_last_ = 0;  // ns, the last instant of the front's interval
  unsigned front_ = 0;           // a slot number, like all others: level * 64 + digit
  std::uint32_t occupied_levels_ = 0;
  Chunk* spare_ = nullptr;
  std::size_t size_ = 0;
  // A bit a slot with pairs; that of the front is only right when the front is empty.
  std::array<std::uint64_t, levels> occupied_{};
  std::array<Slot, std::size_t{levels} * slots_a_level> slots_;
  std::vector<std::unique_ptr<Chunk[]>> blocks_;
};

inline unsigned ChunkedWheel::slot_of(std::int64_t due) const {
  const auto difference = static_cast<std::uint64_t>(due ^ base_);
  const unsigned level = (static_cast<unsigned>(std::bit_width(difference | 1)) - 1) / digit_bits;
  const auto digit = static_cast<unsigned>(due >> (level * digit_bits)) % slots_a_level;
  return level * slots_a_level + digit;
}

inline unsigned ChunkedWheel::earliest_slot() const {
  const auto level = static_cast<unsigned>(std::countr_zero(occupied_levels_));
  return level * slots_a_level + static_cast<unsigned>(std::countr_zero(occupied_[level]));
}

// Puts a chunk without pairs at the end of `slot`; the caller adds a pair at once.
inline ChunkedWheel::Chunk* ChunkedWheel::grow(unsigned slot) {
  if (spare_ == nullptr) [[unlikely]]
    add_chunks();
  Chunk* chunk = spare_;
  spare_ = chunk->next;
  Slot& in = slots_[slot];
  chunk->next = nullptr;
  chunk->previous = in.tail;
  chunk->slot = slot;
  chunk->begin = chunk->end = 0;
  (in.tail == nullptr ? in.head : in.tail->next) = chunk;
  in.tail = chunk;
  return chunk;
}

// Takes a chunk without pairs out of its slot.
inline void ChunkedWheel::drop(Chunk* chunk) {
  Slot& in = slots_[chunk->slot];
  (chunk->previous == nullptr ? in.head : chunk->previous->next) = chunk->next;
  (chunk->next == nullptr ? in.tail : chunk->next->previous) = chunk->previous;
  if (in.head == nullptr) {
    const unsigned level = chunk->slot / slots_a_level;
    occupied_[level] &= ~(std::uint64_t{1} << (chunk->slot % slots_a_level));
    if (occupied_[level] == 0) occupied_levels_ &= ~(1U << level);
  }
  chunk->next = spare_;
  spare_ = chunk;
}

// Takes out the first chunk of the front, which has run empty.
inline void ChunkedWheel::drop_front_head(Chunk* chunk) {
  Chunk* following = chunk->next;
  drop(chunk);
  if (following != nullptr) make_head(*following);
}

inline void ChunkedWheel::append(unsigned slot, std::int64_t due, QueueLink& link) {
  Slot& in = slots_[slot];
  Chunk* chunk = in.tail;
  if (chunk == nullptr) {
    const unsigned level = slot / slots_a_level;
    occupied_[level] |= std::uint64_t{1} << (slot % slots_a_level);
    occupied_levels_ |= 1U << level;
    in.earliest = due;
    in.earliest_is_exact = true;
    chunk = grow(slot);
  } else {
    if (due <= in.earliest) {
      in.earliest = due;
      in.earliest_is_exact = true;
    }
    if (chunk->end == Chunk::capacity) chunk = grow(slot);
  }
  QueuePair& pair = chunk->pairs[chunk->end++];
  pair = QueuePair{due, &link};
  link.home_ = &pair;
}

inline void ChunkedWheel::push(QueueLink& link, Instant at) {
  const std::int64_t due = at.time_since_epoch().count();
  ensure(due >= last_pop_, "an event is not pushed into the past");
  ensure(at != never, "`never` is not pushed");
  ensure(!is_queued(link), "an event is queued at most once");
  link.due_ = due;
  ++size_;
  if (due <= front_last_) {
    insert_into_front(due, link);
  } else {
    append(slot_of(due), due, link);
  }
}

inline QueueLink* ChunkedWheel::pop() {
  if (size_ == 0) return nullptr;
  while (slots_[front_].head == nullptr) open_earliest();
  Chunk* chunk = slots_[front_].head;
  const QueuePair taken = chunk->pairs[chunk->begin];
  if (++chunk->begin == chunk->end) drop_front_head(chunk);
  --size_;
  last_pop_ = taken.due;
  taken.link->home_ = nullptr;
  return taken.link;
}

}  // namespace lightcone::sim
