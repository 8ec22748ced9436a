// Faults that take paths away: net.part, net.oneway, net.links, net.isolate.
#include <fmt/format.h>

#include <algorithm>

#include "faults/fault.hpp"

namespace lightcone::faults {

namespace {

using sim::NodeId;
using sim::Passage;
using sim::RuleVerdict;
using sim::Transport;

class Cut final : public Fault, private sim::Rule {
 public:
  explicit Cut(Setting setting)
      : Fault(std::move(setting)),
        size_(simulation().node_count()),
        severed_(size_ * size_, false),
        stalled_(size_ * size_, false) {}
  ~Cut() override {
    if (acting_) simulation().network().remove_rule(*this);
  }

  void sever(NodeId from, NodeId to) {
    if (from != to) severed_[at(from, to)] = true;
  }
  void sever_both(NodeId a, NodeId b) {
    sever(a, b);
    sever(b, a);
  }
  void restore(NodeId from, NodeId to) { severed_[at(from, to)] = false; }
  void describe(std::string description, std::vector<NodeId> nodes) {
    description_ = std::move(description);
    nodes_ = std::move(nodes);
  }

  void begin() override { act(); }
  void end() override { rest(); }
  void act() override {
    if (std::exchange(acting_, true)) return;
    simulation().network().add_rule(*this);
  }
  void rest() override {
    if (std::exchange(acting_, false)) simulation().network().remove_rule(*this);
  }

  std::string description() const override { return description_; }
  std::uint64_t affected() const override { return lost_ + held_up_; }
  std::string effect() const override {
    if (held_up_ == 0) return "cut " + counted(lost_, "message");
    if (lost_ == 0) return "held up " + counted(held_up_, "message");
    return fmt::format("cut {}, held up {}", counted(lost_, "message"), held_up_);
  }
  std::vector<NodeId> nodes() const override { return nodes_; }

 private:
  std::size_t at(NodeId from, NodeId to) const { return from.index * size_ + to.index; }
  bool cuts(const Passage& passage) const {
    const bool known = passage.from.index < size_ && passage.to.index < size_;
    return known && severed_[at(passage.from, passage.to)];
  }
  bool is_stream(const Passage& passage) const {
    return simulation().network().quality(passage.from, passage.to).transport == Transport::stream;
  }

  RuleVerdict on_send(const Passage& passage) override {
    if (!cuts(passage)) return {};
    if (is_stream(passage)) {
      ++held_up_;
      stalled_[at(passage.from, passage.to)] = true;
    } else {
      ++lost_;
    }
    return {RuleVerdict::Action::cut, {}};
  }
  RuleVerdict on_arrival(const Passage& passage) override {
    if (!cuts(passage)) return {};
    if (!is_stream(passage)) {
      ++lost_;
    } else if (!stalled_[at(passage.from, passage.to)]) {
      // On its way when the cut came. What stalls is judged again and again, and counted once.
      stalled_[at(passage.from, passage.to)] = true;
      ++held_up_;
    }
    return {RuleVerdict::Action::cut, {}};
  }

  std::size_t size_;
  std::vector<bool> severed_;  // by from, then to
  std::vector<bool> stalled_;  // likewise: streams on which something was counted
  bool acting_ = false;
  std::uint64_t lost_ = 0;
  std::uint64_t held_up_ = 0;
  std::string description_;
  std::vector<NodeId> nodes_;
};

using Groups = std::vector<std::vector<NodeId>>;

std::vector<NodeId> all_of(const Groups& groups) {
  std::vector<NodeId> out;
  for (const std::vector<NodeId>& group : groups) out.insert(out.end(), group.begin(), group.end());
  std::sort(out.begin(), out.end());
  return out;
}

// Groups say "others" for what no other group takes, so they come last. A node that two groups name, as
// "leader" may, belongs to the first.
Groups groups_of(const FaultSpec& spec, Setting& setting) {
  Groups groups(spec.groups->size());
  std::vector<NodeId> taken;
  const auto take = [&](std::size_t i) {
    for (const NodeId node : (*spec.groups)[i].resolve(setting.world, setting.chance, taken)) {
      if (std::find(taken.begin(), taken.end(), node) != taken.end()) continue;
      groups[i].push_back(node);
    }
    taken.insert(taken.end(), groups[i].begin(), groups[i].end());
  };
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (!(*spec.groups)[i].says_others()) take(i);
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if ((*spec.groups)[i].says_others()) take(i);
  }
  return groups;
}

std::string described(const World& world, const Groups& groups) {
  std::string out = "partition ";
  for (std::size_t i = 0; i < groups.size(); ++i) out += (i > 0 ? " | " : "") + names_of(world, groups[i]);
  return out;
}

void separate(Cut& cut, const World& world, Groups groups) {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::sort(groups[i].begin(), groups[i].end());
    for (std::size_t j = i + 1; j < groups.size(); ++j) {
      for (const NodeId a : groups[i]) {
        for (const NodeId b : groups[j]) cut.sever_both(a, b);
      }
    }
  }
  cut.describe(described(world, groups), all_of(groups));
}

// The last one reaches both halves of the others.
void bridge(Cut& cut, const World& world, const std::vector<NodeId>& shuffled) {
  const auto middle = shuffled.begin() + static_cast<std::ptrdiff_t>((shuffled.size() - 1) / 2);
  const Groups halves = {{shuffled.begin(), middle}, {middle, shuffled.end() - 1}};
  separate(cut, world, halves);
  std::vector<NodeId> nodes = shuffled;
  std::sort(nodes.begin(), nodes.end());
  cut.describe(fmt::format("{}, and {} reaches both", described(world, halves), world.name(shuffled.back())),
               nodes);
}

// Everybody reaches as many neighbours on either side as a majority takes.
void ring(Cut& cut, const World& world, const std::vector<NodeId>& shuffled) {
  const std::size_t n = shuffled.size();
  const std::size_t reach = (n / 2 + 1) / 2;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t apart = (j + n - i) % n;
      if (std::min(apart, n - apart) > reach) cut.sever(shuffled[i], shuffled[j]);
    }
  }
  std::vector<std::string_view> names;
  for (const NodeId node : shuffled) names.push_back(world.name(node));
  std::vector<NodeId> nodes = shuffled;
  std::sort(nodes.begin(), nodes.end());
  cut.describe(fmt::format("ring {}, each reaching {} on either side", fmt::join(names, " - "), reach),
               nodes);
}

void shape(Cut& cut, const FaultSpec& spec, Setting& setting) {
  std::vector<NodeId> nodes = spec.node.value_or(Selector("servers")).resolve(setting.world, setting.chance);
  setting.chance.shuffle(nodes);
  if (nodes.empty()) return cut.describe("partition among nobody", {});
  if (*spec.shape == Shape::bridge) return bridge(cut, setting.world, nodes);
  if (*spec.shape == Shape::ring) return ring(cut, setting.world, nodes);
  if (*spec.shape == Shape::leader_in_minority) {
    const auto leader = std::find(nodes.begin(), nodes.end(), setting.world.who_leads());
    if (leader != nodes.end()) std::iter_swap(leader, nodes.end() - 1);
  }
  const auto majority = nodes.begin() + static_cast<std::ptrdiff_t>(nodes.size() / 2 + 1);
  separate(cut, setting.world, {{nodes.begin(), majority}, {majority, nodes.end()}});
}

void links(Cut& cut, const FaultSpec& spec, const World& world) {
  std::vector<NodeId> nodes;
  std::vector<std::string> names;
  const std::vector<LinkName>& named = spec.cut ? *spec.cut : *spec.keep;
  for (const LinkName& link : named) {
    for (const std::string& name : {link.from, link.to}) nodes.push_back(world.simulation.find_node(name));
    names.push_back(link.text());
  }
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  if (spec.keep) {
    for (const NodeId a : nodes) {
      for (const NodeId b : nodes) cut.sever(a, b);
    }
  }
  for (const LinkName& link : named) {
    const NodeId from = world.simulation.find_node(link.from);
    const NodeId to = world.simulation.find_node(link.to);
    const auto change = [&](NodeId a, NodeId b) { spec.cut ? cut.sever(a, b) : cut.restore(a, b); };
    change(from, to);
    if (link.both_ways) change(to, from);
  }
  cut.describe(fmt::format("{} {}", spec.cut ? "cut" : "keep only", fmt::join(names, ", ")), nodes);
}

}  // namespace

std::unique_ptr<Fault> make_cut(const FaultSpec& spec, Setting setting) {
  auto cut = std::make_unique<Cut>(setting);
  const World& world = setting.world;
  switch (spec.fault.kind) {
    case FaultKind::net_part:
      if (spec.groups) {
        separate(*cut, world, groups_of(spec, setting));
      } else {
        shape(*cut, spec, setting);
      }
      return cut;
    case FaultKind::net_oneway: {
      const std::vector<NodeId> from = spec.from->resolve(world, setting.chance);
      const std::vector<NodeId> to = spec.to->resolve(world, setting.chance);
      for (const NodeId a : from) {
        for (const NodeId b : to) cut->sever(a, b);
      }
      cut->describe(fmt::format("cut {} -> {}", names_of(world, from), names_of(world, to)),
                    all_of({from, to}));
      return cut;
    }
    case FaultKind::net_links:
      links(*cut, spec, world);
      return cut;
    case FaultKind::net_isolate: {
      const std::vector<NodeId> nodes = spec.node->resolve(world, setting.chance);
      for (const NodeId node : nodes) {
        for (std::uint32_t i = 0; i < world.simulation.node_count(); ++i) cut->sever_both(node, NodeId{i});
      }
      cut->describe("isolate " + names_of(world, nodes), nodes);
      return cut;
    }
    default:
      return nullptr;
  }
}

}  // namespace lightcone::faults
