// A timer for Asio code in simulated time: the interface of boost::asio::steady_timer, the simulation's
// clock.
#pragma once

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "sim/asio/context.hpp"

namespace lightcone::sim {

// Waits end with no error at the expiry, or with operation_aborted when they are cancelled: by cancel(), by a
// new expiry, by the timer's end, or each for itself through its cancellation slot (terminal, partial or
// total). Handlers run on their associated executor. Not to be used from outside the simulation's events
// while it runs.
class AsioTimer {
 public:
  using executor_type = AsioContext::executor_type;
  using duration = Duration;
  using time_point = Instant;

  explicit AsioTimer(AsioContext& context) : context_(&context), expiry_(context.now()) {}
  explicit AsioTimer(const executor_type& executor) : AsioTimer(executor.context()) {}
  AsioTimer(AsioContext& context, Duration after) : context_(&context), expiry_(context.now() + after) {}
  AsioTimer(AsioTimer&&) noexcept = default;
  AsioTimer& operator=(AsioTimer&&) = delete;
  ~AsioTimer() { cancel(); }

  executor_type get_executor() const noexcept { return context_->get_executor(); }
  Instant expiry() const { return expiry_; }

  // Each returns how many waits it cancelled. An expiry in the past is over at once.
  std::size_t expires_at(Instant expiry) {
    const std::size_t cancelled = cancel();
    expiry_ = expiry;
    return cancelled;
  }
  std::size_t expires_after(Duration after) { return expires_at(context_->now() + after); }
  std::size_t cancel() {
    std::size_t cancelled = 0;
    const std::vector<AsioContext::WorkId> waits = std::exchange(waits_, {});
    for (AsioContext::WorkId id : waits)
      if (context_->backlog()->run(id, boost::asio::error::operation_aborted)) ++cancelled;
    return cancelled;
  }

  // Completion signature: void(boost::system::error_code).
  template <class Token>
  auto async_wait(Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
        [this](auto handler) { this->wait(std::move(handler)); }, token);
  }

 private:
  template <class Handler>
  void wait(Handler handler) {
    std::erase_if(waits_, [this](AsioContext::WorkId id) { return !context_->backlog()->holds(id); });
    auto slot = boost::asio::get_associated_cancellation_slot(handler);
    const AsioContext::WorkId id = context_->at(std::max(expiry_, context_->now()),
                                                completion(std::move(handler), get_executor(), slot));
    waits_.push_back(id);
    if (!slot.is_connected()) return;
    slot.assign([backlog = std::weak_ptr(context_->backlog()), id](boost::asio::cancellation_type type) {
      if (type == boost::asio::cancellation_type::none) return;
      if (const auto alive = backlog.lock()) alive->run(id, boost::asio::error::operation_aborted);
    });
  }

  // The slot is emptied in the event that calls the handler: before, it may be the caller.
  template <class Handler, class Slot>
  static auto completion(Handler handler, const executor_type& fallback, Slot slot) {
    return [handler = std::move(handler), fallback, slot](boost::system::error_code error) mutable {
      const auto executor = boost::asio::get_associated_executor(handler, fallback);
      boost::asio::post(executor, [handler = std::move(handler), slot, error]() mutable {
        slot.clear();
        std::move(handler)(error);
      });
    };
  }

  AsioContext* context_;
  Instant expiry_;
  std::vector<AsioContext::WorkId> waits_;  // some may be over
};

}  // namespace lightcone::sim
