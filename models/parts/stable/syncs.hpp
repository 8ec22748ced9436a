// Actions that wait until what was written before them is durable (part of block B1). One sync is under way
// at a time; the next one serves everybody who has written in the meantime (group commit).
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

namespace lightcone::models::parts::stable {

class Syncs {
 public:
  // `start(write)` begins a sync after which the owner calls done(write). False: it cannot now, as the disk
  // is full; it is tried again with the next write or wait.
  explicit Syncs(std::function<bool(std::uint64_t)> start) : start_(std::move(start)) {}

  // Something was written that must become durable.
  void wrote() {
    ++written_;
    begin();
  }
  // Runs the action when all that wrote() was called for so far is durable; at once if it is.
  void when_durable(std::function<void()> action) {
    if (written_ == durable_) {
      action();
      return;
    }
    waiting_.emplace_back(written_, std::move(action));
    begin();
  }
  void done(std::uint64_t write) {
    durable_ = std::max(durable_, write);
    is_syncing_ = false;
    while (!waiting_.empty() && waiting_.front().first <= durable_) {
      const std::function<void()> action = std::move(waiting_.front().second);
      waiting_.pop_front();
      action();
    }
    if (written_ > durable_) begin();
  }

 private:
  void begin() {
    if (!is_syncing_) is_syncing_ = start_(written_);
  }

  std::function<bool(std::uint64_t)> start_;
  std::uint64_t written_ = 0;  // number of the latest write
  std::uint64_t durable_ = 0;
  bool is_syncing_ = false;
  std::deque<std::pair<std::uint64_t, std::function<void()>>> waiting_;
};

}  // namespace lightcone::models::parts::stable
