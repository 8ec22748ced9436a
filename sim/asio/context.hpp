// Ordinary Boost.Asio code in simulated time: an execution context whose executor runs what it is given as
// events of a simulation. No io_context, no thread, no real clock; the same seed gives the same order.
//
//   sim::Simulation simulation(1);
//   sim::AsioContext context(simulation);
//   boost::asio::co_spawn(context, session(context), boost::asio::detached);
//   simulation.run_until(sim::Instant{10s});
//
// boost::asio::steady_timer reads a static clock and needs a reactor, so it cannot wait here: code that is to
// run in both worlds takes its timer's type as a parameter, and sim/asio/timer.hpp has the one for this
// world.
#pragma once

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "sim/simulation.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

namespace detail {

// What waits for its instant. Runs at most once; destroyed without running when its context ends first.
struct AsioWork {
  AsioWork() = default;
  AsioWork(const AsioWork&) = delete;
  AsioWork& operator=(const AsioWork&) = delete;
  virtual ~AsioWork() = default;
  virtual void run(boost::system::error_code error) = 0;
};

template <class F>
struct AsioWorkOf final : AsioWork {
  explicit AsioWorkOf(F f) : callable(std::move(f)) {}
  void run(boost::system::error_code error) override { callable(error); }
  F callable;
};

// Owned by the context and not by the events: handlers own objects that refer to the context, so they must
// go with it, whichever of context and simulation is destroyed first.
class AsioBacklog {
 public:
  using Id = std::uint64_t;  // 0 is nobody's

  Id add(std::unique_ptr<AsioWork> work);
  bool holds(Id id) const { return waiting_.contains(id); }
  // Runs it now with `error`; false when it has run or was dropped.
  bool run(Id id, boost::system::error_code error);
  // Drops all that waits, and from now on whatever is added.
  void close();

 private:
  std::map<Id, std::unique_ptr<AsioWork>> waiting_;
  Id last_ = 0;
  bool closed_ = false;
};

}  // namespace detail

// Must not outlive its simulation. Handlers that have not run when it is destroyed are dropped, as Asio does.
// An exception that leaves a handler leaves Simulation::run_until.
class AsioContext : public boost::asio::execution_context {
 public:
  class executor_type;
  using WorkId = detail::AsioBacklog::Id;

  explicit AsioContext(Simulation& simulation)
      : simulation_(simulation), backlog_(std::make_shared<detail::AsioBacklog>()) {}
  AsioContext(const AsioContext&) = delete;
  AsioContext& operator=(const AsioContext&) = delete;
  ~AsioContext() { backlog_->close(); }

  executor_type get_executor() noexcept;
  Instant now() const { return simulation_.now(); }

  // Runs `f(error_code)` as an event at `when` (not in the past), with no error unless it is run earlier.
  template <class F>
  WorkId at(Instant when, F f) {
    const WorkId work = backlog_->add(std::make_unique<detail::AsioWorkOf<F>>(std::move(f)));
    if (work == 0) return work;
    simulation_.at(when, [backlog = std::weak_ptr(backlog_), work] {
      if (const auto alive = backlog.lock()) alive->run(work, {});
    });
    return work;
  }
  const std::shared_ptr<detail::AsioBacklog>& backlog() const { return backlog_; }

 private:
  Simulation& simulation_;
  std::shared_ptr<detail::AsioBacklog> backlog_;
};

// Meets Asio's requirements of an executor (P0443, as in Boost 1.74 and later) and converts to
// any_io_executor. Never runs anything inline: each function is an event of its own at the present instant,
// after what is due then already, so a run's order is that of its queue and its ties.
class AsioContext::executor_type {
 public:
  explicit executor_type(AsioContext& context) noexcept : context_(&context) {}

  AsioContext& context() const noexcept { return *context_; }
  AsioContext& query(boost::asio::execution::context_t /*property*/) const noexcept { return *context_; }
  static constexpr boost::asio::execution::blocking_t query(
      boost::asio::execution::blocking_t /*property*/) noexcept {
    return boost::asio::execution::blocking.never;
  }
  executor_type require(boost::asio::execution::blocking_t::never_t /*property*/) const noexcept {
    return *this;
  }

  template <class F>
  void execute(F f) const {
    context_->at(context_->now(),
                 [f = std::move(f)](boost::system::error_code /*none*/) mutable { std::move(f)(); });
  }

  friend bool operator==(const executor_type& a, const executor_type& b) noexcept {
    return a.context_ == b.context_;
  }
  friend bool operator!=(const executor_type& a, const executor_type& b) noexcept { return !(a == b); }

 private:
  AsioContext* context_;
};

inline AsioContext::executor_type AsioContext::get_executor() noexcept { return executor_type(*this); }

}  // namespace lightcone::sim
