// An Env without a simulation: what a process sends, arms and syncs is kept, and the test decides what
// becomes true next.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/disk/disk.hpp"
#include "sim/env.hpp"
#include "sim/process.hpp"
#include "sim/story/stories.hpp"

namespace lightcone::tests {

// Before Env, which wants a pool that exists.
struct HoldsPool {
  sim::EventPool event_pool;
};

class FakeEnv final : private HoldsPool, public sim::Env {
 public:
  explicit FakeEnv(sim::NodeId self) : Env(event_pool), self_(self) {}
  ~FakeEnv() override {
    for (auto* list : {&sent_, &timers_, &syncs_}) {
      for (sim::Event* event : *list) pool().release(*event);
    }
  }

  // The messages of type M sent since the last call, with their destinations, oldest first. Others are kept.
  template <class M>
  struct Sent {
    sim::NodeId to;
    M message;
  };
  template <class M>
  std::vector<Sent<M>> take_sent() {
    std::vector<Sent<M>> taken;
    std::erase_if(sent_, [&](sim::Event* event) {
      M* message = event->as<M>();
      if (message == nullptr) return false;
      taken.push_back({event->node, *message});
      pool().release(*event);
      return true;
    });
    return taken;
  }
  void forget_sent() {
    for (sim::Event* event : sent_) pool().release(*event);
    sent_.clear();
  }
  std::size_t pending_syncs() const { return syncs_.size(); }

  // The oldest sync completes.
  void complete_sync(sim::Process& process) {
    REQUIRE(!syncs_.empty());
    sim::Event* event = syncs_.front();
    syncs_.erase(syncs_.begin());
    disk_.complete_sync(event->sync);
    process.handle(*event);
    pool().release(*event);
  }
  void complete_all_syncs(sim::Process& process) {
    while (!syncs_.empty()) complete_sync(process);
  }
  // Ever, of whatever kind.
  std::size_t timers_started() const { return timers_started_; }
  // The newest pending timer with a fact of type T fires.
  template <class T>
  void fire(sim::Process& process) {
    for (auto at = timers_.rbegin(); at != timers_.rend(); ++at) {
      sim::Event* event = *at;
      if (event->as<T>() == nullptr) continue;
      timers_.erase(std::next(at).base());
      event->number = 0;
      process.handle(*event);
      pool().release(*event);
      return;
    }
    FAIL("no such timer is pending");
  }
  template <class T>
  bool has_timer() const {
    return std::any_of(timers_.begin(), timers_.end(),
                       [](sim::Event* event) { return event->as<T>() != nullptr; });
  }
  void advance(sim::Duration by) { now_ += by; }
  // Of the interval clock, from now on.
  void set_uncertainty(sim::Duration uncertainty) { uncertainty_ = uncertainty; }
  // The process ends, and what it wrote stays in the page cache.
  void crash() {
    for (auto* list : {&timers_, &syncs_}) {
      for (sim::Event* event : *list) pool().release(*event);
      list->clear();
    }
    ++incarnation_;
  }
  // The node loses power: what was not synced is gone.
  void lose_power() {
    disk_.lose_power(now_, sim::Disk::Surviving::nothing, sim::Disk::LastWrite::lost);
    crash();
  }

  sim::NodeId self() const override { return self_; }
  std::string_view name(sim::NodeId) const override { return "n"; }
  std::uint32_t incarnation() const override { return incarnation_; }
  sim::WallTime wall() const override { return sim::WallTime(now_.time_since_epoch()); }
  sim::MonoTime mono() const override { return sim::MonoTime(now_.time_since_epoch()); }
  sim::TrueTimeInterval true_time() const override { return {wall() - uncertainty_, wall() + uncertainty_}; }
  sim::Stream stream(std::string_view purpose) const override { return {incarnation_, purpose}; }
  sim::Disk& disk() override { return disk_; }
  sim::HistoryRecorder& history() override { return history_; }
  sim::Metrics& metrics() override { return metrics_; }
  sim::Stories& stories() override { return stories_; }

 private:
  void start_message(sim::Event& event) override { sent_.push_back(&event); }
  void start_timer(sim::Event& event, sim::Duration) override {
    ++timers_started_;
    event.number = ++numbers_;
    timers_.push_back(&event);
  }
  void start_wall_timer(sim::Event& event, sim::WallTime) override { start_timer(event, {}); }
  void start_sync(sim::Event& event) override {
    event.sync = disk_.begin_sync(now_).id;
    syncs_.push_back(&event);
  }
  void cancel_event(sim::Event& event) override {
    std::erase(timers_, &event);
    pool().release(event);
  }
  bool is_watched() const override { return false; }
  void mark_happened(const sim::FactType&, const void*) override {}

  sim::NodeId self_;
  std::uint32_t incarnation_ = 1;
  std::uint64_t numbers_ = 0;
  sim::Instant now_{std::chrono::seconds(10)};
  sim::Duration uncertainty_{};
  sim::Disk disk_{{}, sim::Stream(1, "disk")};
  sim::HistoryRecorder history_{now_};
  sim::Metrics metrics_{now_};
  std::vector<sim::Event*> sent_;
  std::vector<sim::Event*> timers_;
  std::size_t timers_started_ = 0;
  std::vector<sim::Event*> syncs_;
  sim::Stories stories_{*this};
};

}  // namespace lightcone::tests
