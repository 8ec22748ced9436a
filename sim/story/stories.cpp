#include "sim/story/stories.hpp"

#include <algorithm>

namespace lightcone::sim {

void Stories::spawn(Task<> story) {
  roots_.push_back(std::make_unique<Task<>>(std::move(story)));
  roots_.back()->start(ready_, [](void* self) { static_cast<Stories*>(self)->any_finished_ = true; }, this);
}

void Stories::run_ready() {
  if (ready_.empty()) return;
  ready_.run();
  if (!any_finished_) return;
  any_finished_ = false;
  std::erase_if(roots_, [](const std::unique_ptr<Task<>>& root) { return root->is_finished(); });
}

bool Stories::handle(Event& event) {
  if (Wake* wake = event.as<Wake>()) {
    if (wake->waiter != nullptr) wake->waiter->woken();
    return true;
  }
  if (!event.is_reply) return false;
  if (!awaits(event.call)) return true;  // too late
  StoryWaiter* waiter = calls_[static_cast<std::uint32_t>(event.call)].waiter;
  ensure(waiter != nullptr && waiter->answered(event), "a call is answered with a type it waits for");
  return true;
}

bool Stories::awaits(CallId call) const {
  const auto slot = static_cast<std::uint32_t>(call);
  return slot < calls_.size() && calls_[slot].generation == static_cast<std::uint32_t>(call >> 32U);
}

// A call id is never 0 and never used twice under one address: the incarnation's first generation is offset.
CallId Stories::open_call(StoryWaiter& waiter) {
  std::uint32_t slot = 0;
  if (free_calls_.empty()) {
    slot = static_cast<std::uint32_t>(calls_.size());
    calls_.push_back({nullptr, env_.incarnation() << 20U | static_cast<std::uint32_t>(twin_) << 19U | 1U});
  } else {
    slot = free_calls_.back();
    free_calls_.pop_back();
  }
  calls_[slot].waiter = &waiter;
  return CallId{calls_[slot].generation} << 32U | slot;
}

void Stories::close_call(CallId call) {
  const auto slot = static_cast<std::uint32_t>(call);
  calls_[slot].waiter = nullptr;
  ++calls_[slot].generation;
  free_calls_.push_back(slot);
}

Event* Stories::arm_sync(StoryWaiter& waiter) {
  Event& event = env_.pool().make(Wake{&waiter});
  event.kind = EventKind::completion;
  env_.start_sync(event);
  return &event;
}

}  // namespace lightcone::sim
