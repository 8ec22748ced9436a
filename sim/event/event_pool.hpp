// Memory for events: size classes with free lists, so that a steady state allocates nothing. Memory goes
// back to the system when the pool dies; until then the header of a released event stays readable, which
// is what lets a TimerId notice that its timer is gone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sim/event/event.hpp"
#include "sim/queue/prefetch.hpp"

namespace lightcone::sim {

class EventPool {
 public:
  EventPool() = default;
  EventPool(const EventPool&) = delete;
  EventPool& operator=(const EventPool&) = delete;

  // A new event that carries `fact`. The kind and the addresses are the caller's to fill in.
  template <class T>
  Event& make(T&& fact) {
    using Fact = std::remove_cvref_t<T>;
    static_assert(alignof(Fact) <= alignof(std::max_align_t));
    static_assert(sizeof(Event) + sizeof(Fact) <= class_bytes.back(), "put large content behind a Payload");
    Event& event = allocate(sizeof(Fact));
    event.type = &fact_type<Fact>;
    ::new (event.fact()) Fact(std::forward<T>(fact));
    return event;
  }

  // A copy of `event`, fact and addresses included; the fact's type must be copyable.
  Event& copy(const Event& event);

  // Destroys the fact and takes the event back. It must not be in a queue or list.
  void release(Event& event) {
    if (event.type->destroy != nullptr) event.type->destroy(event.fact());
    event.number = 0;
    event.next = free_[event.size_class];
    free_[event.size_class] = &event;
  }

 private:
  static constexpr std::array<std::uint32_t, 8> class_bytes = {128, 192, 256, 384, 512, 1024, 4096, 16384};
  static constexpr std::size_t slab_bytes = std::size_t{64} * 1024;

  Event& allocate(std::size_t fact_bytes) {
    const std::size_t bytes = sizeof(Event) + fact_bytes;
    std::uint8_t size_class = 0;
    while (class_bytes[size_class] < bytes) ++size_class;  // ends: make() refuses larger facts
    Event* event = free_[size_class];
    if (event == nullptr) return refill(size_class);
    free_[size_class] = event->next;
    ::new (static_cast<void*>(event)) Event;
    event->size_class = size_class;
    return *event;
  }

  Event& refill(std::uint8_t size_class);

  std::array<Event*, class_bytes.size()> free_{};
  // Begin with a cache line, as therefore do all events: a small one touches two, and not three.
  struct alignas(cache_line) Line {
    std::array<std::byte, cache_line> bytes;
  };
  std::vector<std::unique_ptr<Line[]>> slabs_;
};

}  // namespace lightcone::sim
