#include "models/dynamo/server.hpp"

#include "sim/fields_of.hpp"

namespace lightcone::models::dynamo {

Server::Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
               std::vector<NodeId> servers, const parts::Zones& zones)
    : parameters_(parameters),
      safe_(safeguards_without(bugs)),
      servers_(std::move(servers)),
      membership_(env, parameters_, safe_, servers_, zones),
      replica_(env, parameters_, safe_, membership_, servers_),
      coordinator_(env, parameters_, safe_, membership_) {}

void Server::on(const Outdated& outdated, const sim::From&) {
  membership_.learn(outdated.members, {});
  coordinator_.on(outdated);
}

void Server::show(sim::FieldVisitor& visitor) const {
  const Store& store = replica_.store();
  sim::visit_field("keys", static_cast<std::int64_t>(store.versions().size()), visitor);
  sim::visit_field("hints", static_cast<std::int64_t>(store.hints().size()), visitor);
  sim::visit_field("copying", replica_.is_lost(), visitor);
  if (parameters_.has_gossip())
    sim::visit_field("epoch", static_cast<std::int64_t>(membership_.epoch()), visitor);
  sim::visit_field("requests", static_cast<std::int64_t>(coordinator_.open_requests()), visitor);
  for (const auto& [key, version] : store.versions()) {
    if (version.deleted) {
      sim::visit_field(key, std::string("deleted"), visitor);
    } else if (!version.siblings.empty()) {
      sim::visit_field(key, version.values(), visitor);
    } else {
      sim::visit_field(key, version.value, visitor);
    }
  }
}

}  // namespace lightcone::models::dynamo
