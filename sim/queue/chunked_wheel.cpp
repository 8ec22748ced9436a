#include "sim/queue/chunked_wheel.hpp"

#include <algorithm>
#include <cstdint>

#include "sim/queue/prefetch.hpp"

namespace lightcone::sim {

namespace {

// We shall soon write to the event, and what it carries will be read: two cache lines.
inline void will_write(QueueLink* link) {
  prefetch_to_write(link);
  prefetch_to_write(reinterpret_cast<const char*>(link) + cache_line);
}

}  // namespace

ChunkedWheel::ChunkedWheel() = default;

// The blocks double, so that their number stays small; the first is 8 KiB, for the many small runs of a
// search.
void ChunkedWheel::add_chunks() {
  const std::size_t count = std::size_t{16} << std::min<std::size_t>(blocks_.size(), 10);
  blocks_.push_back(std::make_unique_for_overwrite<Chunk[]>(count));
  for (std::size_t i = count; i-- > 0;) {
    blocks_.back()[i].next = spare_;
    spare_ = &blocks_.back()[i];
  }
}

// Prepares what is about to be popped: sorts it (stably; by insertion, which is quick for so few) and closes
// the holes, so that pop need not look for them.
void ChunkedWheel::make_head(Chunk& chunk) {
  for (unsigned i = chunk.begin; i < chunk.end; ++i) will_write(chunk.pairs[i].link);
  QueuePair* const begin = chunk.pairs.data() + chunk.begin;
  QueuePair* sorted = begin + 1;  // the first is no hole
  for (QueuePair* from = sorted; from != chunk.pairs.data() + chunk.end; ++from) {
    const QueuePair moving = *from;
    if (moving.link == nullptr) continue;
    QueuePair* to = sorted++;
    for (; to != begin && (to - 1)->due > moving.due; --to) *to = *(to - 1);
    *to = moving;
  }
  chunk.end = static_cast<std::uint16_t>(sorted - chunk.pairs.data());
}

// Places all pairs of a chain anew (its slot is at a higher level than all the slots they go to) and
// gives the chunks back.
void ChunkedWheel::deal_out(Chunk* chain) {
  constexpr unsigned ahead = 6;
  while (chain != nullptr) {
    const unsigned begin = chain->begin;
    const unsigned end = chain->end;
    for (unsigned i = begin; i < std::min(end, begin + ahead); ++i) will_write(chain->pairs[i].link);
    for (unsigned i = begin; i < end; ++i) {
      if (i + ahead < end) will_write(chain->pairs[i + ahead].link);
      const QueuePair pair = chain->pairs[i];
      if (pair.link != nullptr) append(slot_of(pair.due), pair.due, *pair.link);
    }
    Chunk* done = chain;
    chain = chain->next;
    drop(done);
  }
}

// The front is empty and something is queued: makes the earliest slot the front or brings its pairs
// down by at least a level.
void ChunkedWheel::open_earliest() {
  const unsigned slot = earliest_slot();
  const unsigned level = slot / slots_a_level;
  Slot& opened = slots_[slot];
  if (level == 0 || opened.head == opened.tail) {
    const std::int64_t width_less_1 = (std::int64_t{1} << (level * digit_bits)) - 1;
    Chunk& first = *opened.head;
    make_head(first);
    front_ = slot;
    base_ = first.pairs[first.begin].due & ~width_less_1;
    front_last_ = base_ | width_less_1;
    return;
  }
  base_ = opened.earliest;  // W5: no later than any pair
  front_ = slot_of(base_);
  front_last_ = base_;
  deal_out(opened.head);
}

// due <= front_last_. A sorted place in the one chunk of the front, or behind all of its pairs; where
// there is neither, the front is dealt out to lower levels.
void ChunkedWheel::insert_into_front(std::int64_t due, QueueLink& link) {
  const Slot& front = slots_[front_];
  Chunk* chunk = front.tail;
  if (chunk == nullptr || chunk->pairs[chunk->end - 1U].due <= due) {
    append(front_, due, link);
    return;
  }
  const unsigned begin = chunk->begin;
  const unsigned end = chunk->end;
  if (front.head != chunk || end - begin == Chunk::capacity) {
    base_ = last_pop_;
    front_ = slot_of(base_);
    front_last_ = base_;
    deal_out(front.head);
    append(slot_of(due), due, link);
    return;
  }
  unsigned before = end;  // the new pair goes before this one
  while (before > begin && chunk->pairs[before - 1].due > due) --before;
  QueuePair* const pairs = chunk->pairs.data();
  if (begin > 0) {
    std::copy(pairs + begin, pairs + before, pairs + begin - 1);
    --chunk->begin;
    --before;
  } else {
    std::copy_backward(pairs + before, pairs + end, pairs + end + 1);
    ++chunk->end;
  }
  pairs[before] = QueuePair{due, &link};
  link.home_ = pairs + before;
}

// Holes at the ends are none.
void ChunkedWheel::trim(Chunk& chunk) {
  while (chunk.begin != chunk.end && chunk.pairs[chunk.begin].link == nullptr) ++chunk.begin;
  while (chunk.begin != chunk.end && chunk.pairs[chunk.end - 1U].link == nullptr) --chunk.end;
}

QueuePair* ChunkedWheel::find(const QueueLink& link, Chunk& chunk) {
  QueuePair* const begin = chunk.pairs.data() + chunk.begin;
  QueuePair* const end = chunk.pairs.data() + chunk.end;
  QueuePair* pair = link.home_;
  if (pair >= begin && pair < end && pair->link == &link) return pair;
  pair = begin;
  while (pair->link != &link) ++pair;
  return pair;
}

bool ChunkedWheel::cancel(QueueLink& link) {
  if (!is_queued(link)) return false;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): chunks are aligned to their size
  auto* chunk = reinterpret_cast<Chunk*>(reinterpret_cast<std::uintptr_t>(link.home_) & ~(sizeof(Chunk) - 1));
  Slot& in = slots_[chunk->slot];
  if (link.due_ == in.earliest) in.earliest_is_exact = false;
  QueuePair* pair = find(link, *chunk);
  link.home_ = nullptr;
  --size_;
  const bool front_head = slots_[front_].head == chunk;
  if (front_head) {
    std::copy(pair + 1, chunk->pairs.data() + chunk->end, pair);
    --chunk->end;
  } else {
    pair->link = nullptr;
    trim(*chunk);
  }
  if (chunk->begin == chunk->end) {
    if (front_head) {
      drop_front_head(chunk);
    } else {
      drop(chunk);
    }
  }
  return true;
}

Instant ChunkedWheel::next() {
  if (size_ == 0) return never;
  const Slot& front = slots_[front_];
  if (front.head != nullptr) return Instant(Duration(front.head->pairs[front.head->begin].due));
  Slot& first = slots_[earliest_slot()];
  if (!first.earliest_is_exact) {
    std::int64_t earliest = never.time_since_epoch().count();
    for (const Chunk* chunk = first.head; chunk != nullptr; chunk = chunk->next) {
      for (unsigned i = chunk->begin; i < chunk->end; ++i) {
        if (chunk->pairs[i].link != nullptr) earliest = std::min(earliest, chunk->pairs[i].due);
      }
    }
    first.earliest = earliest;
    first.earliest_is_exact = true;
  }
  return Instant(Duration(first.earliest));
}

}  // namespace lightcone::sim
