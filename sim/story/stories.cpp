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
  StoryWaiter* waiter = calls_[event.call & slot_mask].waiter;
  ensure(waiter != nullptr && waiter->answered(event), "a call is answered with a type it waits for");
  return true;
}

bool Stories::awaits(CallId call) const {
  const CallId slot = call & slot_mask;
  return slot < calls_.size() && calls_[slot].id == call;
}

// A call id is never 0 and never used twice under one address, so that a reply to an earlier incarnation, or
// to a twin, finds nobody.
CallId Stories::open_call(StoryWaiter& waiter) {
  if (free_calls_.empty()) {
    ensure(calls_.size() <= slot_mask, "a node has at most 2^24 calls in flight");
    free_calls_.push_back(static_cast<std::uint32_t>(calls_.size()));
    calls_.emplace_back();
  }
  const std::uint32_t slot = free_calls_.back();
  free_calls_.pop_back();
  const CallId id = static_cast<CallId>(twin_) << 63U | ++calls_made_ << slot_bits | slot;
  calls_[slot] = {&waiter, id};
  return id;
}

void Stories::close_call(CallId call) {
  const CallId slot = call & slot_mask;
  calls_[slot] = {};
  free_calls_.push_back(static_cast<std::uint32_t>(slot));
}

Event* Stories::arm_sync(StoryWaiter& waiter) {
  Event& event = env_.pool().make(Wake{&waiter});
  event.kind = EventKind::completion;
  env_.start_sync(event);
  return &event;
}

}  // namespace lightcone::sim
