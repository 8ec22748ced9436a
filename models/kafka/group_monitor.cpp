#include "models/kafka/group_monitor.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lightcone::models::kafka {

using sim::Assumption;
using sim::Claim;

namespace {

// Of a group in which everybody comes back and is left out once: each time twice, when assignments are
// cooperative.
std::int64_t most_rebalances(const Parameters& parameters) {
  return 4 * (parameters.consumers + parameters.processors + 1);
}

std::string or_passed_over(const Parameters& parameters) {
  if (!parameters.is_cleaned()) return {};
  if (parameters.reset == Reset::latest)
    return ", or was gone or skipped when a member was told that it had been overtaken";
  return ", or was gone when a member came to it";
}

}  // namespace

std::vector<Claim> claims_about_groups(const Parameters& parameters) {
  std::vector<Claim> claims = {
      Claim{
          "P7.6",
          parameters.has_transactions()
              ? "a producer of an earlier epoch changes nothing in the log, and a member that the group has "
                "left out nothing in the offsets"
              : "a member that the group has left out changes nothing in the offsets",
          Assumption::a0},
      Claim{"P7.7",
            "a generation gives a partition to one member at most, and committed offsets are of the current "
            "generation",
            Assumption::a0},
  };
  if (parameters.has_transactions()) return claims;  // which promise more
  claims.push_back(
      {"P7.10",
       "a record before the group's committed offset has been processed" + or_passed_over(parameters),
       Assumption::a0});
  if (parameters.commit == Commit::before)
    claims.back().weakly_satisfies = "a record is processed at most once while nobody is left out";
  return claims;
}

GroupMonitor::GroupMonitor(sim::Simulation& simulation, const Parameters& parameters,
                           const sim::Phases& phases, const kafka::Monitor& log)
    : simulation_(simulation),
      parameters_(parameters),
      phases_(phases),
      log_(log),
      passed_over_(simulation, parameters, log) {
  for (const std::string_view role : {"consumer", "processor"}) {
    for (const NodeId node : simulation.nodes_of_role(role)) seen_[node] = {};
  }
}

// What was committed in these partitions is not what it was.
std::string GroupMonitor::excuse(PartitionId partition) const {
  const std::string& of_offsets = log_.why_replaced(parameters_.offsets_partition());
  return of_offsets.empty() ? log_.why_replaced(partition) : of_offsets;
}

void GroupMonitor::after_event(NodeId node) {
  if (seen_.contains(node)) return look_at_member(node);
  const Records& records = log_.committed(parameters_.offsets_partition());
  folded_ = std::min(folded_, records.size());  // fewer: another history has begun
  while (folded_ < records.size()) fold(records[folded_++]);
}

// --- what is committed -------------------------------------------------------------------------------------

void GroupMonitor::fold(const Record& record) {
  if (const auto* generation = std::get_if<GroupGeneration>(&record.content)) {
    look_at_generation(*generation);
  } else if (const auto* offset = std::get_if<CommittedOffset>(&record.content)) {
    look_at_commit(*offset);
  }
}

void GroupMonitor::look_at_generation(const GroupGeneration& generation) {
  current_ = generation;
  for (const Share& share : generation.shares) nodes_[share.member] = share.node;
  if (simulation_.now().time_since_epoch() > phases_.heal) ++rebalances_since_heal_;
}

const Share* GroupMonitor::share_of(MemberId member) const {
  const auto found = std::find_if(current_.shares.begin(), current_.shares.end(),
                                  [&](const Share& share) { return share.member == member; });
  return found == current_.shares.end() ? nullptr : &*found;
}

void GroupMonitor::look_at_commit(const CommittedOffset& offset) {
  const std::string where =
      fmt::format("{} of {}", offset.position.offset, parameters_.name_of(offset.partition));
  const NodeId by = nodes_.contains(offset.member) ? nodes_.at(offset.member) : no_node;
  if (offset.generation != current_.generation) {
    simulation_.report({"P7.7", "invariant(P7.7)",
                        fmt::format("{} committed {} in generation {}, and the group is in generation {}",
                                    name(by), where, offset.generation, current_.generation),
                        but_nobody({by}), excuse(offset.partition)});
  }
  if (share_of(offset.member) == nullptr) {
    simulation_.report({"P7.6", "invariant(P7.6)",
                        fmt::format("{} committed {}, and generation {} has left it out", name(by), where,
                                    current_.generation),
                        but_nobody({by}), excuse(offset.partition)});
  }
  for (const Share& share : current_.shares) {
    const bool is_its = std::find(share.partitions.begin(), share.partitions.end(), offset.partition) !=
                        share.partitions.end();
    if (!is_its || share.member == offset.member) continue;
    simulation_.report({"P7.7", "invariant(P7.7)",
                        fmt::format("{} committed {}, and generation {} has given it to {}", name(by), where,
                                    current_.generation, name(share.node)),
                        but_nobody({by, share.node}), excuse(offset.partition)});
  }
  committed_[offset.partition] = {offset.position, by};
}

// --- consumers ---------------------------------------------------------------------------------------------

void GroupMonitor::look_at_member(NodeId node) {
  const auto* worker = static_cast<const GroupWorker*>(simulation_.node(node).process());
  if (worker == nullptr) return;
  passed_over_.look_at(node, *worker);
  if (!parameters_.has_transactions()) look_at_consumer(node, static_cast<const GroupConsumer&>(*worker));
  const GroupMember& member = worker->member();
  if (member.generation() == 0) return;
  for (const PartitionId partition : member.given()) {
    const auto [at, is_new] = told_.try_emplace({member.generation(), partition}, member.id());
    if (is_new || at->second == member.id()) continue;
    simulation_.report({"P7.7", "invariant(P7.7)",
                        fmt::format("generation {} gave {} to {} and to {}", member.generation(),
                                    parameters_.name_of(partition), name(nodes_[at->second]), name(node)),
                        but_nobody({nodes_[at->second], node}), excuse(partition)});
  }
}

void GroupMonitor::look_at_consumer(NodeId node, const GroupConsumer& consumer) {
  auto& [incarnation, count] = seen_[node];
  if (incarnation != simulation_.node(node).incarnation()) {
    incarnation = simulation_.node(node).incarnation();
    count = 0;
  }
  const GroupConsumer::Processed& processed = consumer.processed();
  if (processed.count != count) {
    count = processed.count;
    const bool is_first = processed_[processed.partition].insert(processed.offset).second;
    simulation_.metrics().count(is_first ? "records processed" : "records processed again");
  }
}

// --- the end -----------------------------------------------------------------------------------------------

void GroupMonitor::at_end() {
  const bool had_time = phases_.end - phases_.heal >= parameters_.longest_timeout() * 10;
  for (PartitionId id = 0; !parameters_.has_transactions() && parameters_.is_input(id); ++id) {
    check_processed(id);
    if (had_time) check_lag(id);
  }
  if (!had_time || rebalances_since_heal_ <= most_rebalances(parameters_)) return;
  simulation_.report({"L7.1",
                      "unavailable",
                      fmt::format("the group rebalanced {} times since the heal", rebalances_since_heal_),
                      {},
                      why_anything_replaced(log_, parameters_)});
}

// P7.10
void GroupMonitor::check_processed(PartitionId partition) {
  const Committed& committed = committed_[partition];
  const Records& records = log_.committed(partition);
  const std::set<Offset>& processed = processed_[partition];
  const Offset until = std::min<Offset>(committed.position.offset, records.size());
  for (Offset offset = 0; offset < until; ++offset) {
    if (processed.contains(offset) || passed_over_.contains(partition, offset)) continue;
    simulation_.report({"P7.10", "missing-effect",
                        fmt::format("{}, at {} of {}, was never processed, and the group has committed {}",
                                    records[static_cast<std::size_t>(offset)].value, offset,
                                    parameters_.name_of(partition), committed.position.offset),
                        but_nobody({committed.by}), excuse(partition)});
  }
}

// L7.1
void GroupMonitor::check_lag(PartitionId partition) {
  const Offset end = log_.committed(partition).size();
  const Offset reached = committed_[partition].position.offset;
  if (reached >= end) return;
  simulation_.report({"L7.1",
                      "unavailable",
                      fmt::format("the group has committed {} of {} records of {} at the end", reached, end,
                                  parameters_.name_of(partition)),
                      {},
                      excuse(partition)});
}

}  // namespace lightcone::models::kafka
