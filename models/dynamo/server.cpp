#include "models/dynamo/server.hpp"

#include "sim/fields_of.hpp"

namespace lightcone::models::dynamo {

Server::Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
               std::vector<NodeId> servers)
    : parameters_(parameters),
      safe_(safeguards_without(bugs)),
      servers_(std::move(servers)),
      ring_(servers_, static_cast<std::size_t>(parameters.vnodes),
            safe_.copies_apart ? 0 : static_cast<std::size_t>(parameters.replicas)),
      replica_(env, parameters_, safe_, ring_, servers_),
      coordinator_(env, parameters_, safe_, ring_) {}

void Server::show(sim::FieldVisitor& visitor) const {
  const Store& store = replica_.store();
  sim::visit_field("keys", static_cast<std::int64_t>(store.versions().size()), visitor);
  sim::visit_field("hints", static_cast<std::int64_t>(store.hints().size()), visitor);
  sim::visit_field("copying", replica_.is_lost(), visitor);
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
