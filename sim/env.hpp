// Env: everything that a process may do and know. It is handed to the process when its incarnation
// starts; there is no other way to the world. A process cannot see true time, other nodes' objects or the
// simulation. The simulation implements Env for real; tests implement it with a few lines.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sim/chance/stream.hpp"
#include "sim/clock/true_time.hpp"
#include "sim/event/event.hpp"
#include "sim/event/event_pool.hpp"
#include "sim/history_recorder.hpp"
#include "sim/metrics.hpp"
#include "sim/node_id.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

class Disk;
class Stories;

// Who sent a message, and what to answer it with. Converts to the sender's address.
struct From {
  NodeId node;
  CallId call = 0;

  operator NodeId() const { return node; }
};

// A running timer. Cancelling one that has fired or was cancelled does nothing.
struct TimerId {
  Event* event = nullptr;
  std::uint64_t number = 0;
};

class Env {
 public:
  explicit Env(EventPool& pool) : pool_(pool) {}
  Env(const Env&) = delete;
  Env& operator=(const Env&) = delete;
  virtual ~Env() = default;

  // --- who ---------------------------------------------------------------------------------------
  virtual NodeId self() const = 0;
  virtual std::string_view name(NodeId node) const = 0;
  // 1 for the first incarnation; a restart adds one. A process cannot rely on it for identity across a
  // wiped disk, just as a real one cannot.
  virtual std::uint32_t incarnation() const = 0;

  // --- time: the node's own clocks -----------------------------------------------------------------
  virtual WallTime wall() const = 0;
  virtual MonoTime mono() const = 0;
  virtual TrueTimeInterval true_time() const = 0;

  // --- chance: depends on (seed, node, incarnation, purpose) alone -----------------------------------
  virtual Stream stream(std::string_view purpose) const = 0;

  // --- messages --------------------------------------------------------------------------------------
  template <class M>
  void send(NodeId to, M message) {
    post(to, std::move(message), 0, Direction::onward);
  }
  // Answers a request. A request made by `call` resumes the caller's story; any other gets a plain message.
  template <class M>
  void reply(const From& to, M message) {
    post(to.node, std::move(message), to.call, Direction::back);
  }
  // A copy to each of `to` but this node itself, in that order.
  template <class M>
  void broadcast(std::span<const NodeId> to, const M& message) {
    for (const NodeId node : to) {
      if (node != self()) send(node, message);
    }
  }

  // --- timers: run on the node's monotonic clock, end with the incarnation -----------------------------
  // After `delay` (0 or more) the process handles `fact`.
  template <class T>
  TimerId after(Duration delay, T fact) {
    return post_timer(EventKind::timer, delay, std::move(fact));
  }
  // When the node's wall clock shows `when` or later. Steps of the clock move it.
  template <class T>
  TimerId at(WallTime when, T fact) {
    Event& event = pool_.make(std::move(fact));
    event.kind = EventKind::timer;
    start_wall_timer(event, when);
    return {&event, event.number};
  }
  void cancel(TimerId& timer) {
    if (timer.event != nullptr && timer.event->number == timer.number && timer.number != 0) {
      cancel_event(*timer.event);
    }
    timer = {};
  }

  // --- disk ------------------------------------------------------------------------------------------
  virtual Disk& disk() = 0;
  // Makes all that was written to the disk so far durable, then the process handles `fact`.
  template <class T>
  void sync(T fact) {
    Event& event = pool_.make(std::move(fact));
    event.kind = EventKind::completion;
    start_sync(event);
  }

  // --- being watched ------------------------------------------------------------------------------------
  // Says that something worth noticing happened: what triggers, reports and the search look at. Costs a
  // branch when nobody watches.
  template <class M>
  void mark(const M& mark) {
    if (is_watched()) mark_happened(fact_type<M>, &mark);
  }
  virtual HistoryRecorder& history() = 0;
  virtual Metrics& metrics() = 0;

  // --- stories ---------------------------------------------------------------------------------------
  virtual Stories& stories() = 0;

  EventPool& pool() { return pool_; }

 protected:
  friend class Stories;
  enum class Direction : std::uint8_t { onward, back };

  // Takes the event over; `event.node` is its destination.
  virtual void start_message(Event& event) = 0;
  // Takes the event over and numbers it; it becomes due on the node after `delay` of its monotonic clock.
  virtual void start_timer(Event& event, Duration delay) = 0;
  virtual void start_wall_timer(Event& event, WallTime when) = 0;
  virtual void start_sync(Event& event) = 0;
  // Takes a pending timer or wake back. It must be pending.
  virtual void cancel_event(Event& event) = 0;
  virtual bool is_watched() const = 0;
  virtual void mark_happened(const FactType& type, const void* mark) = 0;

  template <class M>
  void post(NodeId to, M&& message, CallId call, Direction direction) {
    Event& event = pool_.make(std::forward<M>(message));
    event.kind = EventKind::message;
    event.node = to;
    event.peer = self();
    event.call = call;
    event.is_reply = direction == Direction::back && call != 0;
    start_message(event);
  }
  template <class T>
  TimerId post_timer(EventKind kind, Duration delay, T&& fact) {
    Event& event = pool_.make(std::forward<T>(fact));
    event.kind = kind;
    start_timer(event, delay);
    return {&event, event.number};
  }

 private:
  EventPool& pool_;
};

}  // namespace lightcone::sim
