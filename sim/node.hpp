// A node at run time: clocks and a disk that last, and a sequence of incarnations that do not (rule R5).
// It is the Env that its processes see.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sim/chance/distribution.hpp"
#include "sim/clock/node_clock.hpp"
#include "sim/disk/disk.hpp"
#include "sim/env.hpp"
#include "sim/network/network.hpp"
#include "sim/process.hpp"
#include "sim/story/stories.hpp"

namespace lightcone::sim {

class Simulation;

using ProcessFactory = std::function<std::unique_ptr<Process>(Env& env)>;

struct NodeSpec {
  // The rest has defaults: exact clocks, a fast disk, no service time.
  NodeSpec(std::string name, std::string role, ProcessFactory process);

  std::string name;  // unique; what scenarios call it
  std::string role;  // "server", "client", ...
  Network::Place place = 0;
  Duration clock_offset{0};  // wall clock minus true time at the start
  std::int64_t clock_drift_ppb = 0;
  TrueTimeSource true_time;
  DiskSpec disk;
  // Time that the node works on each event before it takes effect, one at a time; constant 0: none.
  Distribution service;
  ProcessFactory process;
};

class Node final : public Env {
 public:
  Node(Simulation& simulation, NodeId id, NodeSpec spec);
  // A copy of `original`, not yet started: see Simulation::clone.
  Node(Simulation& simulation, NodeId id, std::string name, const Node& original);
  ~Node() override;

  // --- Env ---------------------------------------------------------------------------------------------
  NodeId self() const override { return address_; }
  std::string_view name(NodeId node) const override;
  std::uint32_t incarnation() const override { return incarnation_; }
  WallTime wall() const override;
  MonoTime mono() const override;
  TrueTimeInterval true_time() const override;
  Stream stream(std::string_view purpose) const override;
  Disk& disk() override { return disk_; }
  HistoryRecorder& history() override;
  Metrics& metrics() override;
  Stories& stories() override { return *stories_; }

  // --- life ----------------------------------------------------------------------------------------------
  bool is_up() const { return process_ != nullptr; }
  bool is_clone() const { return id_ != address_; }
  bool is_paused() const { return paused_; }
  void start();
  void crash();
  void pause() { paused_ = true; }
  void resume();
  // Work takes `factor` times as long; a node without service times works 50 us an event while factor > 1.
  void set_slowdown(std::uint32_t factor) { slowdown_ = factor; }

  // Something is due on this node. It takes the event over.
  void accept(Event& event);
  // The node has worked long enough on the event at the head of its inbox.
  void finish_service();
  // Drift or steps changed what its timers' due times mean.
  void retime_timers();

  Process* process() { return process_.get(); }
  const Process* process() const { return process_.get(); }
  NodeClock& clock() { return clock_; }
  const NodeClock& clock() const { return clock_; }
  Disk& disk_device() { return disk_; }
  const Disk& disk_device() const { return disk_; }
  const std::string& node_name() const { return spec_.name; }
  const std::string& role() const { return spec_.role; }
  std::size_t inbox_size() const { return inbox_size_; }
  std::uint64_t slowed_events() const { return slowed_events_; }

 private:
  friend class Simulation;

  void start_message(Event& event) override;
  void start_timer(Event& event, Duration delay) override;
  void start_wall_timer(Event& event, WallTime when) override;
  void start_sync(Event& event) override;
  void cancel_event(Event& event) override;
  bool is_watched() const override;
  void mark_happened(const FactType& type, const void* mark) override;

  void link_timer(Event& event);
  void unlink_timer(Event& event);
  void execute(Event& event);
  void tell_observers(const Event& event, std::uint64_t number);
  [[noreturn]] void refuse(const Event& event) const;
  void push_inbox(Event& event);
  Event& pop_inbox();
  void remove_from_inbox(Event& event);
  bool takes_time() const { return has_service_ || slowdown_ > 1; }
  void begin_service();

  Simulation& simulation_;
  NodeId id_;
  NodeId address_;        // what it sends from: of a clone, the original's
  std::string identity_;  // what its chance is named after: likewise
  NodeSpec spec_;
  NodeClock clock_;
  Disk disk_;
  Stream service_chance_;
  std::uint32_t incarnation_ = 0;
  std::uint64_t calls_made_ = 0;  // by the incarnations that ended
  bool has_service_;
  bool paused_ = false;
  bool serving_ = false;
  std::uint32_t slowdown_ = 1;
  std::uint64_t slowed_events_ = 0;
  Event* timers_ = nullptr;      // pending timers and wakes, newest first
  Event* inbox_head_ = nullptr;  // due but not yet executed, oldest first
  Event* inbox_tail_ = nullptr;
  std::size_t inbox_size_ = 0;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Stories> stories_;  // after process_: frames refer to the process and die first
};

}  // namespace lightcone::sim
