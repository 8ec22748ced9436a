// Several tasks at once.
//
//   const std::size_t first = co_await when_any(std::move(a), std::move(b));  // index; the rest is cancelled
//   co_await when_all(std::move(tasks));                                      // all of them ran to their end
//
// A timeout is not a race of two tasks: operations that can time out take a `within`.
#pragma once

#include <coroutine>
#include <utility>
#include <vector>

#include "sim/story/task.hpp"

namespace lightcone::sim {

namespace detail {

class WhenAwaiter {
 public:
  WhenAwaiter(std::vector<Task<>> tasks, std::size_t needed) : tasks_(std::move(tasks)), needed_(needed) {}
  WhenAwaiter(const WhenAwaiter&) = delete;
  WhenAwaiter& operator=(const WhenAwaiter&) = delete;

  bool await_ready() const noexcept { return needed_ == 0; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> awaiting) {
    parent_ = awaiting;
    ready_ = awaiting.promise().ready;
    for (Task<>& task : tasks_) task.start(*ready_, &WhenAwaiter::one_finished, this);
  }

 protected:
  ~WhenAwaiter() = default;
  std::size_t first_finished() const {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      if (tasks_[i].is_finished()) return i;
    }
    return tasks_.size();
  }

 private:
  static void one_finished(void* context) {
    auto* self = static_cast<WhenAwaiter*>(context);
    if (self->needed_ == 0) return;
    --self->needed_;
    if (self->needed_ == 0) self->ready_->add(self->parent_);
  }

  std::vector<Task<>> tasks_;
  std::size_t needed_;
  std::coroutine_handle<> parent_;
  ReadyList* ready_ = nullptr;
};

}  // namespace detail

// Waits until one task has finished and says which; with two at the same instant, the lower index. The
// others are destroyed when the awaiting expression ends. At least one task.
template <class... Tasks>
auto when_any(Task<>&& first, Tasks&&... rest) {
  struct Any final : detail::WhenAwaiter {
    explicit Any(std::vector<Task<>> tasks) : WhenAwaiter(std::move(tasks), 1) {}
    std::size_t await_resume() const { return first_finished(); }
  };
  std::vector<Task<>> tasks;
  tasks.push_back(std::move(first));
  (tasks.push_back(std::forward<Tasks>(rest)), ...);
  return Any(std::move(tasks));
}

inline auto when_all(std::vector<Task<>> tasks) {
  struct All final : detail::WhenAwaiter {
    All(std::vector<Task<>> all, std::size_t count) : WhenAwaiter(std::move(all), count) {}
    void await_resume() const {}
  };
  const std::size_t count = tasks.size();
  return All(std::move(tasks), count);
}

}  // namespace lightcone::sim
