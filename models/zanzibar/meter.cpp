#include "models/zanzibar/meter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lightcone::models::zanzibar {

namespace {

constexpr sim::Duration every = std::chrono::seconds(1);
constexpr std::int64_t million = 1'000'000;

// What was added since; a server that restarted counts from 0.
std::uint64_t since(std::uint64_t& before, std::uint64_t now) {
  const std::uint64_t added = now >= before ? now - before : now;
  before = now;
  return added;
}

}  // namespace

void Meter::answered(const Server::Answer& answer) {
  ++checks_;
  if (answer.problem.ts != Server::undated)
    lag_.add(simulation_.now().time_since_epoch().count() - answer.problem.ts);
  latency_[answer.outcome.depth].add(answer.took.count());
  ++asked_[answer.problem.set];
  simulation_.metrics().record(fmt::format("decision latency, depth {}", answer.outcome.depth), answer.took);
}

// By clocks that are ahead, a revocation can be stamped later than it takes effect.
void Meter::was_late(sim::Duration revoked_for) {
  revoked_for = std::max(revoked_for, sim::Duration::zero());
  revoked_for_ = std::max(revoked_for_, revoked_for);
  simulation_.metrics().record("allowed after a revocation", revoked_for);
}

void Meter::sample(const std::string& name, std::int64_t value) { simulation_.metrics().sample(name, value); }

void Meter::sample_share(const std::string& name, std::uint64_t hits, std::uint64_t misses) {
  if (hits + misses > 0) sample(name, static_cast<std::int64_t>(100 * hits / (hits + misses)));
}

void Meter::sample_if_due(const std::map<sim::NodeId, const Server*>& servers) {
  if (!is_due()) return;
  next_ = simulation_.now() + every;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t index_hits = 0;
  std::uint64_t index_misses = 0;
  std::uint64_t reads = 0;
  for (const auto& [node, server] : servers) {
    if (server == nullptr) continue;
    hits += server->evaluator().cache_hits();
    misses += server->evaluator().cache_misses();
    index_hits += server->evaluator().index_hits();
    index_misses += server->evaluator().index_misses();
    reads += server->tuples().asked();
  }
  sample_share("cache hits, %", since(hits_, hits), since(misses_, misses));
  sample_share("index hits, %", since(index_hits_, index_hits), since(index_misses_, index_misses));
  sample("reads of stores a second", static_cast<std::int64_t>(since(reads_, reads)));
  if (lag_.count > 0) sample("age of what is evaluated, ms", lag_.sum / lag_.count / million);
  for (const auto& [depth, latency] : latency_)
    sample(fmt::format("decision latency at depth {}, us", depth), latency.sum / latency.count / 1000);
  std::int64_t hottest = 0;
  for (const auto& [set, count] : asked_) hottest = std::max(hottest, count);
  sample("checks of the hottest object a second", hottest);
  sample("allowed after a revocation for, ms", revoked_for_.count() / million);
  if (checks_ > 0) {
    sample("wrong allows per million", wrong_allows_ * million / checks_);
    sample("wrong denials per million", wrong_denials_ * million / checks_);
  }
  lag_ = {};
  latency_.clear();
  asked_.clear();
  revoked_for_ = {};
}

}  // namespace lightcone::models::zanzibar
