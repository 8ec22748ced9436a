// The stories of one incarnation and what they can wait for:
//
//   co_await sleep(env, 10ms);
//   std::optional<Granted> granted = co_await call<Granted>(env, server, request, 150ms);   // empty: no
//   answer std::optional<std::variant<Granted, Busy>> answer = co_await call<Granted, Busy>(env, server,
//   request, 150ms); co_await synced(env);                                        // all written so far is
//   durable
//
// A timeout is part of the operation. It says nothing about what the other side did.
//
// Name a request before the co_await expression: g++ 12 destroys an aggregate temporary inside it twice.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "sim/ensure.hpp"
#include "sim/env.hpp"
#include "sim/story/task.hpp"

namespace lightcone::sim {

// Somebody whom an event resumes. Lives in a coroutine frame; tells the world when it dies first.
class StoryWaiter {
 public:
  StoryWaiter() = default;
  StoryWaiter(const StoryWaiter&) = delete;
  StoryWaiter& operator=(const StoryWaiter&) = delete;
  // The wake-up or completion that it armed is due.
  virtual void woken() = 0;
  // A reply to its call; it may be moved from. False when it is of no type that it waits for.
  virtual bool answered(Event&) { return false; }

 protected:
  ~StoryWaiter() = default;
};

// The fact of wake and completion events that resume a story; null when it no longer waits.
struct Wake {
  StoryWaiter* waiter;
};
BOOST_DESCRIBE_STRUCT(Wake, (), ())

class Stories {
 public:
  // Calls of twins, processes that act under one address, are told apart.
  enum class Twin : std::uint64_t { original = 0, copy = 1 };
  // `calls_before`: how many calls the node's earlier incarnations made.
  explicit Stories(Env& env, Twin twin = Twin::original, std::uint64_t calls_before = 0)
      : env_(env), twin_(twin), calls_made_(calls_before) {}
  Stories(const Stories&) = delete;
  Stories& operator=(const Stories&) = delete;

  // Runs `story` beside the others from now on, until its end or the incarnation's.
  void spawn(Task<> story);

  // --- for the runtime -----------------------------------------------------------------------------
  // Resumes whoever is ready, and lets finished stories go.
  void run_ready();
  // True when the event was a wake-up, a story's completion or a reply, and has been dealt with.
  bool handle(Event& event);
  // Whether a reply to `call` would still find somebody.
  bool awaits(CallId call) const;
  std::size_t running() const { return roots_.size(); }
  std::uint64_t calls_made() const { return calls_made_; }

  // --- for awaiters ----------------------------------------------------------------------------------
  ReadyList& ready() { return ready_; }
  CallId open_call(StoryWaiter& waiter);
  void close_call(CallId call);
  template <class M>
  void request(NodeId to, M&& message, CallId call) {
    env_.post(to, std::forward<M>(message), call, Env::Direction::onward);
  }
  Event* arm_wake(Duration delay, StoryWaiter& waiter) {
    return env_.post_timer(EventKind::wake, delay, Wake{&waiter}).event;
  }
  void disarm(Event& event) { env_.cancel_event(event); }
  Event* arm_sync(StoryWaiter& waiter);

 private:
  struct Call {
    StoryWaiter* waiter = nullptr;
    CallId id = 0;  // of the call that waits here; 0: none does
  };
  // A CallId is a bit for the twin, the call's number in the life of its node, and the slot where it waits.
  static constexpr unsigned slot_bits = 24;
  static constexpr CallId slot_mask = (CallId{1} << slot_bits) - 1;

  Env& env_;
  Twin twin_;
  std::uint64_t calls_made_;
  ReadyList ready_;
  std::vector<Call> calls_;
  std::vector<std::uint32_t> free_calls_;
  bool any_finished_ = false;
  std::vector<std::unique_ptr<Task<>>> roots_;  // last member: frames die before what they refer to
};

namespace detail {

// What sleep, call, receive and synced have in common.
class Awaiter : public StoryWaiter {
 public:
  bool await_ready() const noexcept { return false; }

 protected:
  explicit Awaiter(Stories& stories) : stories_(stories) {}
  ~Awaiter() {
    if (armed_ != nullptr) stories_.disarm(*armed_);
  }
  void resume() { stories_.ready().add(story_); }
  void disarm() {
    if (armed_ != nullptr) stories_.disarm(*std::exchange(armed_, nullptr));
  }

  Stories& stories_;
  std::coroutine_handle<> story_;
  Event* armed_ = nullptr;
};

class Sleep final : public Awaiter {
 public:
  Sleep(Stories& stories, Duration duration) : Awaiter(stories), duration_(duration) {}
  void await_suspend(std::coroutine_handle<> story) {
    story_ = story;
    armed_ = stories_.arm_wake(duration_, *this);
  }
  void await_resume() const {}
  void woken() override {
    armed_ = nullptr;
    resume();
  }

 private:
  Duration duration_;
};

class Synced final : public StoryWaiter {
 public:
  explicit Synced(Stories& stories) : stories_(stories) {}
  ~Synced() {
    // The disk goes on; it only has nobody to tell.
    if (pending_ != nullptr) pending_->as<Wake>()->waiter = nullptr;
  }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> story) {
    story_ = story;
    pending_ = stories_.arm_sync(*this);
  }
  void await_resume() const {}
  void woken() override {
    pending_ = nullptr;
    stories_.ready().add(story_);
  }

 private:
  Stories& stories_;
  std::coroutine_handle<> story_;
  Event* pending_ = nullptr;
};

// optional<T> for one type of reply, optional<variant<T...>> for several.
template <class... Replies>
struct AnswerOf {
  using type = std::optional<std::variant<Replies...>>;
};
template <class Reply>
struct AnswerOf<Reply> {
  using type = std::optional<Reply>;
};

// Moves the fact of `event` into `answer` if its type is one of Replies.
template <class... Replies>
bool take_answer(Event& event, typename AnswerOf<Replies...>::type& answer) {
  const auto take = [&]<class Reply>() {
    Reply* reply = event.as<Reply>();
    if (reply == nullptr) return false;
    answer.emplace(std::move(*reply));
    return true;
  };
  return (take.template operator()<Replies>() || ...);
}

template <class Request, class... Replies>
class Call final : public Awaiter {
 public:
  Call(Stories& stories, NodeId to, Request request, Duration within)
      : Awaiter(stories), to_(to), request_(std::move(request)), within_(within) {}
  ~Call() {
    if (call_ != 0) stories_.close_call(call_);
  }
  void await_suspend(std::coroutine_handle<> story) {
    story_ = story;
    call_ = stories_.open_call(*this);
    armed_ = stories_.arm_wake(within_, *this);
    stories_.request(to_, std::move(request_), call_);
  }
  typename AnswerOf<Replies...>::type await_resume() { return std::move(answer_); }
  void woken() override {
    armed_ = nullptr;
    finish();
  }
  bool answered(Event& event) override {
    if (!take_answer<Replies...>(event, answer_)) return false;
    disarm();
    finish();
    return true;
  }

 private:
  void finish() {
    stories_.close_call(std::exchange(call_, 0));
    resume();
  }

  NodeId to_;
  Request request_;
  Duration within_;
  CallId call_ = 0;
  typename AnswerOf<Replies...>::type answer_;
};

}  // namespace detail

inline auto sleep(Env& env, Duration duration) { return detail::Sleep(env.stories(), duration); }

// Sends `request` and waits for its reply, at most `within` of this node's monotonic clock.
template <class... Replies, class Request>
auto call(Env& env, NodeId to, Request request, Duration within) {
  return detail::Call<Request, Replies...>(env.stories(), to, std::move(request), within);
}

inline auto synced(Env& env) { return detail::Synced(env.stories()); }

}  // namespace lightcone::sim
