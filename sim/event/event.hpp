// One thing that is going to happen, with the fact it carries stored right behind the header. Events live
// in an EventPool; a message is constructed in place by its sender, moved out by its receiver, and never
// copied or serialised on the way.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/fact.hpp"
#include "sim/node_id.hpp"
#include "sim/queue/event_queue.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

enum class EventKind : std::uint8_t {
  message,     // arrives at `node` from `peer`
  timer,       // became true on `node`
  completion,  // an operation of `node`'s disk finished
  wake,        // resumes a story of `node`; the fact is a StoryWaiter*
  action,      // of the simulation itself: a fault, a trigger, a workload step; the fact is a callable
};

// Correlates a request with its reply. 0: neither.
using CallId = std::uint64_t;

struct alignas(std::max_align_t) Event : QueueLink {
  const FactType* type = nullptr;
  std::uint64_t number = 0;   // in the order of scheduling; unique within a run
  std::uint64_t cause = 0;    // number of the event that scheduled this one; 0: the start of the run
  NodeId node = no_node;      // where it happens
  NodeId peer = no_node;      // message: the sender
  Event* next = nullptr;      // in the list that currently holds it: a node's timers or its inbox
  Event* previous = nullptr;  // likewise, timers only
  union {
    CallId call = 0;         // message: the call that it asks or answers
    std::int64_t local_due;  // timer, wake: when it is due on the node's own clock, ns
    std::uint64_t sync;      // completion: which sync of the node's disk
  };
  std::uint32_t incarnation = 0;  // of the node that a timer, completion or wake belongs to
  EventKind kind = EventKind::action;
  std::uint8_t size_class = 0;
  bool is_reply = false;       // message: answers `call`
  bool on_wall_clock = false;  // timer: `local_due` is wall time, otherwise monotonic
  bool in_inbox = false;       // due, and waits for its node
  bool in_order = false;       // of those between the same ends, the one scheduled first goes first, always

  void* fact() { return this + 1; }
  const void* fact() const { return this + 1; }

  template <class T>
  T* as() {
    return type == &fact_type<T> ? static_cast<T*>(fact()) : nullptr;
  }
};

static_assert(sizeof(Event) % alignof(std::max_align_t) == 0, "facts behind the header are aligned");

}  // namespace lightcone::sim
