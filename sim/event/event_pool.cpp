#include "sim/event/event_pool.hpp"

#include <algorithm>

#include "sim/ensure.hpp"

namespace lightcone::sim {

Event& EventPool::copy(const Event& event) {
  ensure(event.type->copy != nullptr, "a message that is duplicated can be copied");
  Event& twin = allocate(event.type->size);
  twin.type = event.type;
  twin.cause = event.cause;
  twin.node = event.node;
  twin.peer = event.peer;
  twin.call = event.call;
  twin.incarnation = event.incarnation;
  twin.kind = event.kind;
  twin.is_reply = event.is_reply;
  event.type->copy(twin.fact(), event.fact());
  return twin;
}

Event& EventPool::refill(std::uint8_t size_class) {
  static_assert(
      std::all_of(class_bytes.begin(), class_bytes.end(), [](auto bytes) { return bytes % cache_line == 0; }),
      "slabs are made of whole lines, and events begin with one");
  const std::size_t bytes = class_bytes[size_class];
  const std::size_t count = bytes >= slab_bytes ? 1 : slab_bytes / bytes;
  slabs_.push_back(std::make_unique_for_overwrite<Line[]>(count * bytes / cache_line));
  std::byte* slab = slabs_.back()[0].bytes.data();
  for (std::size_t i = count; i-- > 1;) {
    Event* event = ::new (static_cast<void*>(slab + i * bytes)) Event;
    event->size_class = size_class;
    event->next = free_[size_class];
    free_[size_class] = event;
  }
  Event* event = ::new (static_cast<void*>(slab)) Event;
  event->size_class = size_class;
  return *event;
}

}  // namespace lightcone::sim
