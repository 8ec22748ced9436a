// The simulation: virtual time, one queue of events, the nodes and what lies between them. Single-threaded,
// without global state: any number of simulations can live in one process.
//
// A run is a pure function of what was built before start(), the seed, and what was scheduled. The
// fingerprint is a rolling hash over every executed event and every operation's outcome (rule R6).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/ensure.hpp"
#include "sim/event/event_pool.hpp"
#include "sim/finding.hpp"
#include "sim/history_recorder.hpp"
#include "sim/metrics.hpp"
#include "sim/network/network.hpp"
#include "sim/node.hpp"
#include "sim/observer.hpp"
#include "sim/ties.hpp"

namespace lightcone::sim {

namespace detail {
// An action's callable behind a type that is the same for all: its name must not differ between compilers.
struct ActionBase {
  static constexpr std::string_view fact_name = "Action";
  void (*run)(ActionBase& self);
};
template <class F>
struct ActionOf : ActionBase {
  explicit ActionOf(F f)
      : ActionBase{[](ActionBase& self) { static_cast<ActionOf&>(self).callable(); }},
        callable(std::move(f)) {}
  F callable;
};
}  // namespace detail

class Simulation final : private NetworkPort, private FailureContext {
 public:
  explicit Simulation(std::uint64_t seed, const Ties& ties = {});
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  ~Simulation() override;

  // --- building ----------------------------------------------------------------------------------------
  NodeId add_node(NodeSpec spec);
  Network& network() { return network_; }
  Stream stream(std::string_view name) const { return Stream(seed_, name); }
  std::uint64_t seed() const { return seed_; }

  // --- running -----------------------------------------------------------------------------------------
  // Starts every node, in the order in which they were added.
  void start();
  // Executes everything due up to and including `end`; the clock then shows `end`.
  void run_until(Instant end);
  // Executes one event if there is one; false when nothing is left.
  bool step();
  Instant now() const override { return now_; }
  std::uint64_t executed() const { return executed_; }
  std::uint64_t fingerprint() const;
  // Number of the event being executed: the cause of what is scheduled now.
  std::uint64_t current_event() const { return current_; }
  // True from the first event on which `stop()` was called: run_until returns early.
  void stop() { stopped_ = true; }
  bool is_stopped() const { return stopped_; }

  // Runs `action` at `at` (not in the past): faults, triggers, probes.
  template <class F>
  void at(Instant at, F action) {
    ensure(at >= now_, "an action is not scheduled in the past");
    Event& event = pool_.make(detail::ActionOf<F>(std::move(action)));
    event.kind = EventKind::action;
    schedule(event, at);
  }
  template <class F>
  void after(Duration delay, F action) {
    at(now_ + delay, std::move(action));
  }

  // --- nodes -------------------------------------------------------------------------------------------
  std::size_t node_count() const { return nodes_.size(); }
  Node& node(NodeId id) { return *nodes_.at(id.index); }
  const Node& node(NodeId id) const { return *nodes_.at(id.index); }
  // no_node when there is none of that name.
  NodeId find_node(std::string_view name) const;
  std::vector<NodeId> nodes_of_role(std::string_view role) const;

  enum class CrashKind : std::uint8_t {
    process,      // the disk does not notice
    power,        // any suffix of what was not synced is lost
    power_torn,   // likewise, and the first lost write of each file is half done
    power_total,  // all that was not synced is lost
  };
  // Nothing happens to a node that is down already.
  Disk::PowerLoss crash(NodeId id, CrashKind kind);
  void restart(NodeId id);  // does nothing when it is up
  void pause(NodeId id);    // does nothing when it is down
  void resume(NodeId id);
  // Starts a copy of a node that is up beside it, as when a snapshot of a virtual machine is restored while
  // the original runs. It boots from the disk as it is now, with the clocks, the identity (Env::self) and the
  // random streams of the original's incarnation. Both send from one address; what is sent there reaches one
  // of those that are up, by chance, but a reply whoever asked. Monitors see the original alone. To those who
  // watch the copy has an id of its own, the name n1' and the role "clone".
  NodeId clone(NodeId original);

  // --- watching ----------------------------------------------------------------------------------------
  // They must outlive the simulation or be removed.
  void observe(Observer& observer, Interest interest);
  void stop_observing(Observer& observer);
  // Tells observers; faults use this for their begin and end.
  void announce(Happening what, NodeId node, std::string_view text);
  void add_monitor(std::unique_ptr<Monitor> monitor) { monitors_.push_back(std::move(monitor)); }
  // The first finding of each claim and anomaly is kept.
  void report(Finding finding);
  const std::vector<Finding>& findings() const { return findings_; }
  // Monitors say that the world left the bounds that claims under A2 count on, and how.
  void clocks_were_wrong(std::string how) { wrong_clocks_.push_back(std::move(how)); }
  const std::vector<std::string>& wrong_clocks() const { return wrong_clocks_; }
  // Lets monitors judge the end. Once, after the last run_until.
  void finish();

  HistoryRecorder& history() { return history_; }
  Metrics& metrics() { return metrics_; }

 private:
  friend class Node;

  // NetworkPort
  void schedule(Event& event, Instant at) override;
  void lost(Event& event, std::string_view why) override;
  void arrive(Event& event) override;
  void retry_stream(NodeId from, NodeId to, Instant at) override;
  // FailureContext
  std::string describe_for_failure() const override;

  Node& instance_for(const Event& event);
  Event* next_event();
  Instant next_due();
  void dispatch(Event& event);
  void complete_sync(Event& event);
  void withdraw(Event& event);
  void mix_into_fingerprint(const Event& event);
  void number(Event& event);
  void notify(const Occurrence& occurrence);
  void after_node_event(NodeId node);
  bool watches_everything() const { return !all_observers_.empty(); }

  std::uint64_t seed_;
  Instant now_{};
  std::uint64_t scheduled_ = 0;
  std::uint64_t executed_ = 0;
  std::uint64_t current_ = 0;        // the event being executed; 0 outside of one
  std::uint64_t current_cause_ = 0;  // its cause
  std::uint64_t fingerprint_ = 0;
  bool stopped_ = false;
  EventPool pool_;
  EventQueue queue_;
  Duration quantum_;
  std::unique_ptr<TieBreaker> tie_breaker_;  // null: fifo
  std::vector<Event*> tied_;                 // due now, taken from the queue, not yet executed
  Network network_;
  HistoryRecorder history_;
  Metrics metrics_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<std::string, NodeId, std::less<>> names_;
  struct Clones {  // of one node
    NodeId original;
    std::vector<NodeId> clones;
    Stream chance;
  };
  std::vector<Clones> clones_;
  std::vector<Observer*> all_observers_;       // those that want everything
  std::vector<Observer*> landmark_observers_;  // the others
  std::vector<std::unique_ptr<Monitor>> monitors_;
  std::vector<Finding> findings_;
  std::vector<std::string> wrong_clocks_;

  struct Executed {
    Instant at;
    const FactType* type = nullptr;
    NodeId node;
  };
  std::array<Executed, 16> last_executed_{};  // for describe_for_failure
};

}  // namespace lightcone::sim
