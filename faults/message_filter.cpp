#include "faults/message_filter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lightcone::faults {

using sim::NodeId;

MessageFilter::MessageFilter(const FaultSpec& spec, const World& world, sim::Stream& chance,
                             sim::Ratio usual_share)
    : world_(world),
      where_(spec.where.value_or(std::vector<FieldCondition>())),
      share_(spec.share.value_or(usual_share)),
      left_(spec.limit) {
  if (spec.from) from_ = spec.from->resolve(world, chance);
  if (spec.to) to_ = spec.to->resolve(world, chance);
  if (spec.message) {
    if (const std::string* one = std::get_if<std::string>(&*spec.message)) {
      types_ = {*one};
    } else {
      types_ = std::get<std::vector<std::string>>(*spec.message);
    }
  }
  for (const auto& side : {from_, to_}) {
    if (side && side->size() < world.simulation.node_count()) {
      named_.insert(named_.end(), side->begin(), side->end());
    }
  }
  std::sort(named_.begin(), named_.end());
  named_.erase(std::unique(named_.begin(), named_.end()), named_.end());
}

bool MessageFilter::takes(const sim::Passage& passage, sim::Stream& chance) {
  const auto has = [](const std::optional<std::vector<NodeId>>& nodes, NodeId node) {
    return !nodes || std::binary_search(nodes->begin(), nodes->end(), node);
  };
  if (!has(from_, passage.from) || !has(to_, passage.to)) return false;
  if (!types_.empty() && std::find(types_.begin(), types_.end(), passage.type.name) == types_.end()) {
    return false;
  }
  for (const FieldCondition& condition : where_) {
    if (!condition.holds(passage.type, passage.fact, world_)) return false;
  }
  const bool chosen = chance.chance(share_);
  if (!chosen || left_ == 0) return false;
  if (left_) --*left_;
  return true;
}

std::string MessageFilter::text() const {
  std::string out = types_.empty() ? "messages" : fmt::format("{}", fmt::join(types_, ", "));
  std::vector<std::string_view> conditions;
  for (const FieldCondition& condition : where_) conditions.push_back(condition.text());
  if (!conditions.empty()) out += fmt::format(" ({})", fmt::join(conditions, ", "));
  const auto side = [&](std::string_view word, const std::optional<std::vector<NodeId>>& nodes) {
    if (!nodes || nodes->size() == world_.simulation.node_count()) return;
    out +=
        fmt::format(" {} {}", word,
                    nodes->size() == 1 ? std::string(world_.name(nodes->front())) : names_of(world_, *nodes));
  };
  side("from", from_);
  side("to", to_);
  if (!is_certain()) out += ", each with probability " + sim::to_text(share_);
  if (left_) out += fmt::format(", at most {}", *left_);
  return out;
}

}  // namespace lightcone::faults
