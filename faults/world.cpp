#include "faults/world.hpp"

#include <fmt/format.h>

namespace lightcone::faults {

World World::of(sim::Simulation& simulation, const sim::Model& model) {
  return {
      simulation, [&] { return model.focus(simulation); },
      [&](std::string_view action, sim::NodeId node) { return model.administer(simulation, action, node); }};
}

std::string names_of(const World& world, const std::vector<sim::NodeId>& nodes) {
  std::vector<std::string_view> names;
  for (const sim::NodeId node : nodes) names.push_back(world.name(node));
  return fmt::format("{{{}}}", fmt::join(names, ", "));
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

Census Census::of(const sim::Simulation& simulation, const sim::Model& model, const sim::Phases& phases) {
  Census out;
  for (std::uint32_t i = 0; i < simulation.node_count(); ++i) {
    const sim::Node& node = simulation.node(sim::NodeId{i});
    out.names.push_back(node.node_name());
    out.roles.push_back(node.role());
  }
  for (const sim::AdminAction& action : model.admin_actions()) out.actions.push_back(action.name);
  out.moments = model.moments();
  out.heal = phases.heal;
  return out;
}

}  // namespace lightcone::faults
