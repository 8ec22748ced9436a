// Task<T>: a story, or a part of one. A lazy coroutine that belongs to whoever holds the Task; destroying
// the Task destroys the frame and whatever it was waiting for, which is how a crash ends a story without
// running any more of it.
//
// Nothing is resumed from inside something else: whoever becomes ready is put on the incarnation's ready
// list, and Stories::run_ready resumes from there. A long chain of tasks that finish at once therefore
// needs no stack, also at -O0 and under sanitizers, where symmetric transfer is no tail call.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "sim/ensure.hpp"

namespace lightcone::sim {

class ReadyList {
 public:
  ReadyList() = default;
  ReadyList(const ReadyList&) = delete;
  ReadyList& operator=(const ReadyList&) = delete;

  void add(std::coroutine_handle<> story) { ready_.push_back(story); }
  // A frame that is destroyed must not be resumed. Linear in the number of those that are ready.
  void remove(std::coroutine_handle<> story) {
    for (std::size_t i = next_; i < ready_.size(); ++i) {
      if (ready_[i] == story) ready_[i] = nullptr;
    }
  }
  // Resumes, in the order of becoming ready, until nobody is.
  void run() {
    while (next_ < ready_.size()) {
      const std::coroutine_handle<> story = ready_[next_++];
      if (next_ == ready_.size()) {  // at once, so that a long chain does not make a long list
        ready_.clear();
        next_ = 0;
      }
      if (story) story.resume();
    }
  }
  bool empty() const { return ready_.empty(); }

 private:
  std::vector<std::coroutine_handle<>> ready_;
  std::size_t next_ = 0;  // those before it have been resumed
};

namespace detail {

struct PromiseBase {
  ReadyList* ready = nullptr;  // of the incarnation; set when the task is started
  // Told when the task has finished; may destroy it only after the resume that finished it has returned.
  void (*on_finished)(void* context) = nullptr;
  void* context = nullptr;

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct Finished {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) noexcept {
      PromiseBase& promise = self.promise();
      if (promise.on_finished != nullptr) promise.on_finished(promise.context);
    }
    void await_resume() noexcept {}
  };
  Finished final_suspend() noexcept { return {}; }
  // Simulated failures are values; an exception that gets here is a defect.
  void unhandled_exception() noexcept { std::terminate(); }
};

template <class T>
struct PromiseResult : PromiseBase {
  std::optional<T> result;
  void return_value(T value) { result.emplace(std::move(value)); }
  T take() { return std::move(*result); }
};
template <>
struct PromiseResult<void> : PromiseBase {
  void return_void() noexcept {}
  void take() {}
};

template <class T>
class TaskAwaiter;

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::PromiseResult<T> {
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
  };

  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (!frame_) return;
    ReadyList* ready = frame_.promise().ready;
    if (ready != nullptr && !frame_.done()) ready->remove(frame_);
    frame_.destroy();
  }

  // Starts the task; `on_finished(context)` is called when it has run to its end.
  void start(ReadyList& ready, void (*on_finished)(void*), void* context) {
    ensure(frame_ && frame_.promise().ready == nullptr, "a task is started once");
    frame_.promise().ready = &ready;
    frame_.promise().on_finished = on_finished;
    frame_.promise().context = context;
    ready.add(frame_);
  }
  bool is_finished() const { return frame_ && frame_.done(); }
  // What the finished task returned. Once.
  T take() { return frame_.promise().take(); }

  // co_await task: runs it to its end inside the awaiting story.
  detail::TaskAwaiter<T> operator co_await() &&;

 private:
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <class T>
class TaskAwaiter {
 public:
  explicit TaskAwaiter(Task<T>&& task) : task_(std::move(task)) {}
  TaskAwaiter(const TaskAwaiter&) = delete;
  TaskAwaiter& operator=(const TaskAwaiter&) = delete;

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> awaiting) {
    parent_ = awaiting;
    ready_ = awaiting.promise().ready;
    task_.start(*ready_, &TaskAwaiter::finished, this);
  }
  T await_resume() { return task_.take(); }

 private:
  static void finished(void* self) {
    auto* awaiter = static_cast<TaskAwaiter*>(self);
    awaiter->ready_->add(awaiter->parent_);
  }

  Task<T> task_;
  ReadyList* ready_ = nullptr;
  std::coroutine_handle<> parent_;
};

}  // namespace detail

template <class T>
detail::TaskAwaiter<T> Task<T>::operator co_await() && {
  return detail::TaskAwaiter<T>(std::move(*this));
}

}  // namespace lightcone::sim
