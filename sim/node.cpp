#include "sim/node.hpp"

#include <fmt/format.h>

#include "sim/simulation.hpp"

namespace lightcone::sim {

namespace {

// What an event costs on a node that is slowed down but has no service time of its own.
constexpr Duration nominal_service = 50us;

Stream stream_of(const Simulation& simulation, std::string_view node, std::string_view purpose) {
  return simulation.stream("node").split(node).split(purpose);
}

}  // namespace

NodeSpec::NodeSpec(std::string node_name, std::string node_role, ProcessFactory node_process)
    : name(std::move(node_name)), role(std::move(node_role)), process(std::move(node_process)) {}

Node::Node(Simulation& simulation, NodeId id, NodeSpec spec)
    : Env(simulation.pool_),
      simulation_(simulation),
      id_(id),
      address_(id),
      identity_(spec.name),
      spec_(std::move(spec)),
      clock_(spec_.clock_offset, spec_.clock_drift_ppb, spec_.true_time,
             stream_of(simulation, spec_.name, "true-time").next()),
      disk_(spec_.disk, stream_of(simulation, spec_.name, "disk")),
      service_chance_(stream_of(simulation, spec_.name, "service")),
      has_service_(spec_.service != Distribution()) {}

Node::Node(Simulation& simulation, NodeId id, std::string name, const Node& original)
    : Env(simulation.pool_),
      simulation_(simulation),
      id_(id),
      address_(original.address_),
      identity_(original.identity_),
      spec_(original.spec_),
      clock_(original.clock_),
      disk_(spec_.disk, stream_of(simulation, identity_, "disk")),
      service_chance_(original.service_chance_),
      incarnation_(original.incarnation_ - 1),  // start() makes it the original's
      has_service_(original.has_service_) {
  spec_.name = std::move(name);
  spec_.role = "clone";
  disk_.copy_from(original.disk_);
}

Node::~Node() { crash(); }

// --- what a process may know ---

std::string_view Node::name(NodeId node) const {
  return node == no_node ? std::string_view("-") : std::string_view(simulation_.node(node).node_name());
}
WallTime Node::wall() const { return clock_.wall(simulation_.now()); }
MonoTime Node::mono() const { return clock_.mono(simulation_.now()); }
TrueTimeInterval Node::true_time() const { return clock_.true_time(simulation_.now()); }
Stream Node::stream(std::string_view purpose) const {
  return stream_of(simulation_, identity_, purpose).split(std::uint64_t{incarnation_});
}
HistoryRecorder& Node::history() { return simulation_.history(); }
Metrics& Node::metrics() { return simulation_.metrics(); }
bool Node::is_watched() const {
  return !simulation_.all_observers_.empty() || !simulation_.landmark_observers_.empty();
}

void Node::mark_happened(const FactType& type, const void* mark) {
  simulation_.notify({Happening::mark,
                      simulation_.now(),
                      simulation_.current_,
                      simulation_.current_cause_,
                      id_,
                      no_node,
                      &type,
                      mark,
                      {}});
}

// --- what a process may do ---

void Node::start_message(Event& event) {
  event.incarnation = incarnation_;
  simulation_.number(event);
  if (simulation_.watches_everything()) {
    simulation_.notify({Happening::sent,
                        simulation_.now(),
                        event.number,
                        event.cause,
                        id_,
                        event.node,
                        event.type,
                        event.fact(),
                        {}});
  }
  simulation_.network_.send(event);
}

void Node::start_timer(Event& event, Duration delay) {
  ensure(delay >= Duration::zero(), "a timer is set for now or later");
  link_timer(event);
  event.on_wall_clock = false;
  if (clock_.drift_ppb() == 0) {
    // The usual clock: no arithmetic needed now, and retime_timers() computes local_due if it ever is.
    event.local_due = mono().time_since_epoch().count() + delay.count();
    simulation_.schedule(event, simulation_.now() + delay);
    return;
  }
  const MonoTime due = mono() + delay;
  event.local_due = due.time_since_epoch().count();
  simulation_.schedule(event, clock_.instant_of(due, simulation_.now()));
}

void Node::start_wall_timer(Event& event, WallTime when) {
  link_timer(event);
  event.on_wall_clock = true;
  event.local_due = when.time_since_epoch().count();
  simulation_.number(event);
  const Instant due = clock_.instant_of(when, simulation_.now());
  if (due != never) simulation_.schedule(event, due);
}

void Node::start_sync(Event& event) {
  const Disk::Sync sync = disk_.begin_sync(simulation_.now());
  event.node = id_;
  event.incarnation = incarnation_;
  event.sync = sync.id;
  event.in_order = true;
  simulation_.schedule(event, sync.completes);
}

void Node::cancel_event(Event& event) {
  if (event.in_inbox) {
    remove_from_inbox(event);
  } else {
    unlink_timer(event);
    simulation_.withdraw(event);
  }
  pool().release(event);
}

// --- timers ---

void Node::link_timer(Event& event) {
  event.node = id_;
  event.incarnation = incarnation_;
  event.previous = nullptr;
  event.next = timers_;
  if (timers_ != nullptr) timers_->previous = &event;
  timers_ = &event;
}

void Node::unlink_timer(Event& event) {
  (event.previous != nullptr ? event.previous->next : timers_) = event.next;
  if (event.next != nullptr) event.next->previous = event.previous;
}

void Node::retime_timers() {
  // Newest first in the list; moved oldest first, so that equal times keep their order.
  std::vector<Event*> pending;
  for (Event* event = timers_; event != nullptr; event = event->next) pending.push_back(event);
  for (auto at = pending.rbegin(); at != pending.rend(); ++at) {
    Event& event = **at;
    const Duration local(event.local_due);
    const Instant due = event.on_wall_clock ? clock_.instant_of(WallTime(local), simulation_.now())
                                            : clock_.instant_of(MonoTime(local), simulation_.now());
    simulation_.withdraw(event);
    if (due != never) simulation_.schedule(event, due);
  }
}

// --- events that are due ---

void Node::accept(Event& event) {
  if (!is_up()) {
    simulation_.lost(event, "down");
  } else if (!paused_ && !takes_time() && inbox_head_ == nullptr) [[likely]] {
    execute(event);
  } else {
    push_inbox(event);
    begin_service();
  }
}

void Node::begin_service() {
  if (serving_ || paused_ || inbox_head_ == nullptr) return;
  serving_ = true;
  Duration work{0};
  if (takes_time()) {
    work = has_service_ ? spec_.service.sample(service_chance_) : nominal_service;
    work *= slowdown_;
    if (slowdown_ > 1) ++slowed_events_;
  }
  simulation_.after(work, [this, incarnation = incarnation_] {
    if (incarnation == incarnation_) finish_service();
  });
}

void Node::finish_service() {
  if (!serving_) return;  // crashed in the meantime
  serving_ = false;
  if (paused_ || inbox_head_ == nullptr) return;
  execute(pop_inbox());
  begin_service();
}

void Node::resume() {
  paused_ = false;
  begin_service();
}

void Node::execute(Event& event) {
  const std::uint64_t number = std::exchange(event.number, 0);  // from now on its TimerId is stale
  simulation_.current_ = number;
  simulation_.current_cause_ = event.cause;
  if (simulation_.watches_everything()) tell_observers(event, number);
  Disposal disposal = Disposal::handled;
  if (!stories_->handle(event)) disposal = process_->handle(event);
  if (disposal == Disposal::unknown_type) refuse(event);
  stories_->run_ready();
  if (disposal == Disposal::handled) pool().release(event);
  simulation_.after_node_event(address_);
  simulation_.current_ = 0;
  simulation_.current_cause_ = 0;
}

void Node::tell_observers(const Event& event, std::uint64_t number) {
  Happening what = Happening::delivered;
  switch (event.kind) {
    case EventKind::message:
      break;
    case EventKind::timer:
      what = Happening::timer;
      break;
    case EventKind::wake:
      what = Happening::woken;
      break;
    case EventKind::completion:
      what = Happening::synced;
      break;
    case EventKind::action:
      break;
  }
  simulation_.notify(
      {what, simulation_.now(), number, event.cause, id_, event.peer, event.type, event.fact(), {}});
}

void Node::refuse(const Event& event) const {
  ensure_failed(
      fmt::format("a {} handles what it is sent, but {} got a {}", spec_.role, spec_.name, event.type->name),
      std::source_location::current());
}

// --- the inbox ---

void Node::push_inbox(Event& event) {
  event.next = nullptr;
  event.in_inbox = true;
  (inbox_tail_ != nullptr ? inbox_tail_->next : inbox_head_) = &event;
  inbox_tail_ = &event;
  ++inbox_size_;
}

Event& Node::pop_inbox() {
  Event& event = *inbox_head_;
  inbox_head_ = event.next;
  if (inbox_head_ == nullptr) inbox_tail_ = nullptr;
  event.in_inbox = false;
  --inbox_size_;
  return event;
}

// Linear in the inbox; only a timer that is cancelled while its node is paused or behind gets here.
void Node::remove_from_inbox(Event& event) {
  Event* before = nullptr;
  for (Event* at = inbox_head_; at != &event; at = at->next) before = at;
  (before != nullptr ? before->next : inbox_head_) = event.next;
  if (inbox_tail_ == &event) inbox_tail_ = before;
  event.in_inbox = false;
  --inbox_size_;
}

// --- life ---

void Node::start() {
  ++incarnation_;
  stories_ = std::make_unique<Stories>(*this, is_clone() ? Stories::Twin::copy : Stories::Twin::original,
                                       calls_made_);
  process_ = spec_.process(*this);
  ensure(process_ != nullptr, "a node has a process to run");
  simulation_.announce(Happening::started, id_, {});
  process_->start();
  stories_->run_ready();
  simulation_.after_node_event(address_);
}

void Node::crash() {
  if (stories_ != nullptr) calls_made_ = stories_->calls_made();
  stories_.reset();
  process_.reset();
  while (timers_ != nullptr) {
    Event& event = *timers_;
    unlink_timer(event);
    simulation_.withdraw(event);
    pool().release(event);
  }
  while (inbox_head_ != nullptr) {
    Event& event = pop_inbox();
    if (event.kind == EventKind::message) {
      simulation_.lost(event, "down");
    } else {
      pool().release(event);
    }
  }
  serving_ = false;
  paused_ = false;
}

}  // namespace lightcone::sim
