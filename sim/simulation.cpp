#include "sim/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "sim/queue/prefetch.hpp"
#include "sim/story/stories.hpp"

namespace lightcone::sim {

Simulation::Simulation(std::uint64_t seed, const Ties& ties)
    : seed_(seed),
      quantum_(ties.quantum),
      tie_breaker_(ties.policy == TiePolicy::fifo ? nullptr : std::make_unique<TieBreaker>(ties, seed)),
      network_(*this, pool_, seed),
      history_(now_),
      metrics_(now_) {}

Simulation::~Simulation() {
  monitors_.clear();
  all_observers_.clear();  // the end of the object is no happening
  landmark_observers_.clear();
  nodes_.clear();  // their stories take their timers out of the queue
  for (Event* event : tied_) pool_.release(*event);
  while (Event* event = static_cast<Event*>(queue_.pop())) pool_.release(*event);
}

NodeId Simulation::add_node(NodeSpec spec) {
  const NodeId id{static_cast<std::uint32_t>(nodes_.size())};
  ensure(names_.emplace(spec.name, id).second, "every node has a name of its own");
  network_.add_node(spec.name, spec.place);
  nodes_.push_back(std::make_unique<Node>(*this, id, std::move(spec)));
  return id;
}

NodeId Simulation::find_node(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? no_node : found->second;
}

std::vector<NodeId> Simulation::nodes_of_role(std::string_view role) const {
  std::vector<NodeId> of_role;
  for (const auto& node : nodes_) {
    if (node->role() == role) of_role.push_back(node->self());
  }
  return of_role;
}

void Simulation::start() {
  for (const auto& node : nodes_) {
    if (!node->is_up()) node->start();
  }
}

// --- the loop ---------------------------------------------------------------------------------------------

void Simulation::number(Event& event) {
  event.number = ++scheduled_;
  event.cause = current_;
}

void Simulation::schedule(Event& event, Instant at) {
  if (event.number == 0) number(event);
  if (quantum_ > Duration::zero() && event.kind == EventKind::message) {
    const std::int64_t step = quantum_.count();
    at = Instant(Duration((at.time_since_epoch().count() + step - 1) / step * step));
  }
  queue_.push(event, at);
}

Instant Simulation::next_due() { return tied_.empty() ? queue_.next() : now_; }

Event* Simulation::next_event() {
  if (tie_breaker_ == nullptr) return static_cast<Event*>(queue_.pop());
  const Instant due = next_due();
  while (queue_.next() == due && due != never) tied_.push_back(static_cast<Event*>(queue_.pop()));
  if (tied_.empty()) return nullptr;
  const auto chosen = tied_.begin() + static_cast<std::ptrdiff_t>(tie_breaker_->choose(tied_));
  Event* event = *chosen;
  tied_.erase(chosen);
  return event;
}

namespace {

// Of an event that is in the cache, as the queue saw to it: what its execution touches beside it. With 10^5
// timers these are misses, as expensive as everything else together.
void prepare(const Event& soon) {
  if (soon.kind != EventKind::timer && soon.kind != EventKind::wake) return;
  prefetch_to_write(soon.next);
  prefetch_to_write(soon.previous);
  if (soon.kind == EventKind::wake) prefetch_to_write(static_cast<const Wake*>(soon.fact())->waiter);
}

}  // namespace

bool Simulation::step() {
  Event* event = next_event();
  if (event == nullptr) return false;
  if (const auto* soon = static_cast<const Event*>(queue_.upcoming())) prepare(*soon);
  now_ = event->due();
  mix_into_fingerprint(*event);
  last_executed_[executed_ % last_executed_.size()] = {now_, event->type, event->node};
  ++executed_;
  dispatch(*event);
  return true;
}

void Simulation::run_until(Instant end) {
  while (!stopped_ && next_due() <= end) step();
  if (!stopped_) now_ = std::max(now_, end);
}

void Simulation::dispatch(Event& event) {
  switch (event.kind) {
    case EventKind::message:
      network_.arrive(event);
      return;
    case EventKind::timer:
    case EventKind::wake: {
      Node& node = *nodes_[event.node.index];
      node.unlink_timer(event);
      node.accept(event);
      return;
    }
    case EventKind::completion:
      complete_sync(event);
      return;
    case EventKind::action:
      current_ = event.number;
      current_cause_ = event.cause;
      static_cast<detail::ActionBase*>(event.fact())->run(*static_cast<detail::ActionBase*>(event.fact()));
      current_ = 0;
      current_cause_ = 0;
      pool_.release(event);
      return;
  }
}

void Simulation::complete_sync(Event& event) {
  Node& node = *nodes_[event.node.index];
  node.disk_.complete_sync(event.sync);
  if (node.is_up() && node.incarnation_ == event.incarnation) {
    node.accept(event);
  } else {
    pool_.release(event);  // who issued it is gone
  }
}

void Simulation::withdraw(Event& event) {
  if (!queue_.cancel(event)) std::erase(tied_, &event);
}

void Simulation::mix_into_fingerprint(const Event& event) {
  constexpr std::uint64_t odd = 0x9E3779B97F4A7C15ULL;
  const auto due = static_cast<std::uint64_t>(event.due().time_since_epoch().count());
  std::uint64_t hash = fingerprint_ ^ (due * odd);
  hash = (hash ^ (hash >> 32U)) * odd;
  hash ^= event.type->hash + ((std::uint64_t{event.node.index} << 32U | event.peer.index) * odd);
  fingerprint_ = (hash ^ (hash >> 29U)) * odd;
}

std::uint64_t Simulation::fingerprint() const {
  const std::uint64_t both = fingerprint_ ^ (history_.fingerprint() * 0xD6E8FEB86659FD93ULL);
  return (both ^ (both >> 32U)) * 0xD6E8FEB86659FD93ULL;
}

// --- the network's side ---

void Simulation::arrive(Event& event) {
  if (clones_.empty()) [[likely]] {
    nodes_[event.node.index]->accept(event);
  } else {
    instance_for(event).accept(event);
  }
}

Node& Simulation::instance_for(const Event& event) {
  Node& original = *nodes_[event.node.index];
  const auto found = std::find_if(clones_.begin(), clones_.end(),
                                  [&](const Clones& entry) { return entry.original == event.node; });
  if (found == clones_.end()) return original;
  std::vector<Node*> up;
  if (original.is_up()) up.push_back(&original);
  for (const NodeId id : found->clones) {
    if (nodes_[id.index]->is_up()) up.push_back(nodes_[id.index].get());
  }
  if (event.is_reply) {
    const auto asker = std::find_if(up.begin(), up.end(),
                                    [&](const Node* node) { return node->stories_->awaits(event.call); });
    if (asker != up.end()) return **asker;
  }
  return up.empty() ? original : *found->chance.pick(up);
}

void Simulation::lost(Event& event, std::string_view why) {
  if (watches_everything()) {
    notify({Happening::lost, now_, event.number, event.cause, event.node, event.peer, event.type,
            event.fact(), why});
  }
  pool_.release(event);
}

void Simulation::retry_stream(NodeId from, NodeId to, Instant at_instant) {
  at(at_instant, [this, from, to] { network_.retry(from, to); });
}

// --- the life of nodes ---

Disk::PowerLoss Simulation::crash(NodeId id, CrashKind kind) {
  Node& crashed = node(id);
  if (!crashed.is_up()) return {};
  crashed.crash();
  network_.reset_streams(id);
  Disk::PowerLoss loss;
  if (kind != CrashKind::process) {
    const bool total = kind == CrashKind::power_total;
    const bool torn = kind == CrashKind::power_torn;
    loss = crashed.disk_.lose_power(now_, total ? Disk::Surviving::nothing : Disk::Surviving::random_prefix,
                                    torn ? Disk::LastWrite::torn : Disk::LastWrite::lost);
  }
  announce(Happening::crashed, id, kind == CrashKind::process ? "process" : "power");
  after_node_event(crashed.address_);
  return loss;
}

void Simulation::restart(NodeId id) {
  if (!node(id).is_up()) node(id).start();
}

NodeId Simulation::clone(NodeId original) {
  ensure(node(original).is_up() && !node(original).is_clone(), "what is cloned is a node that is up");
  const NodeId id{static_cast<std::uint32_t>(nodes_.size())};
  auto found = std::find_if(clones_.begin(), clones_.end(),
                            [&](const Clones& entry) { return entry.original == original; });
  if (found == clones_.end()) {
    const Stream chance = stream("clones").split(node(original).node_name());
    found = clones_.insert(clones_.end(), {original, {}, chance});
  }
  found->clones.push_back(id);
  const std::string name = node(original).node_name() + std::string(found->clones.size(), '\'');
  ensure(names_.emplace(name, id).second, "every node has a name of its own");
  network_.add_node(name, node(original).spec_.place);
  nodes_.push_back(std::make_unique<Node>(*this, id, name, node(original)));
  nodes_.back()->start();
  return id;
}

void Simulation::pause(NodeId id) {
  if (!node(id).is_up() || node(id).is_paused()) return;
  node(id).pause();
  announce(Happening::paused, id, {});
}

void Simulation::resume(NodeId id) {
  if (!node(id).is_paused()) return;
  announce(Happening::resumed, id, {});
  node(id).resume();
}

// --- watching ---

void Simulation::observe(Observer& observer, Interest interest) {
  (interest == Interest::everything ? all_observers_ : landmark_observers_).push_back(&observer);
}

void Simulation::stop_observing(Observer& observer) {
  std::erase(all_observers_, &observer);
  std::erase(landmark_observers_, &observer);
}

void Simulation::notify(const Occurrence& occurrence) {
  for (Observer* observer : all_observers_) observer->on(occurrence);
  switch (occurrence.what) {
    case Happening::sent:
    case Happening::lost:
    case Happening::delivered:
    case Happening::timer:
    case Happening::synced:
    case Happening::woken:
      return;
    default:
      break;
  }
  for (Observer* observer : landmark_observers_) observer->on(occurrence);
}

void Simulation::announce(Happening what, NodeId node_id, std::string_view text) {
  if (all_observers_.empty() && landmark_observers_.empty()) return;
  notify({what, now_, current_, current_cause_, node_id, no_node, nullptr, nullptr, text});
}

void Simulation::after_node_event(NodeId node_id) {
  for (const auto& monitor : monitors_) monitor->after_event(node_id);
}

void Simulation::report(Finding finding) {
  const auto known = std::find_if(findings_.begin(), findings_.end(), [&](const Finding& earlier) {
    return earlier.claim == finding.claim && earlier.anomaly == finding.anomaly &&
           earlier.excuse.empty() == finding.excuse.empty();
  });
  if (known != findings_.end()) return;
  finding.at = now_;
  finding.event = current_;
  findings_.push_back(std::move(finding));
}

void Simulation::finish() {
  for (const auto& monitor : monitors_) monitor->at_end();
}

std::string Simulation::describe_for_failure() const {
  std::string text =
      fmt::format("  seed {}, {} ns of simulated time, {} events executed; the last ones:", seed_,
                  now_.time_since_epoch().count(), executed_);
  const std::uint64_t kept = std::min<std::uint64_t>(executed_, last_executed_.size());
  for (std::uint64_t i = executed_ - kept; i < executed_; ++i) {
    const Executed& record = last_executed_[i % last_executed_.size()];
    const std::string_view on =
        record.node == no_node ? "-" : std::string_view(nodes_[record.node.index]->node_name());
    fmt::format_to(std::back_inserter(text), "\n    #{} {} ns {} {}", i, record.at.time_since_epoch().count(),
                   on, record.type->name);
  }
  return text;
}

}  // namespace lightcone::sim
