// A model, as the rest of the program sees it: what it is called, what it promises, what can be set and
// switched off, and which process runs on which node. Models register in models/registry.cpp.
#pragma once

#include <boost/describe/enum.hpp>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/claims.hpp"
#include "sim/fields.hpp"
#include "sim/simulation.hpp"
#include "sim/workload.hpp"

namespace lightcone::sim {

// A named safeguard that can be switched off. A switch is how we prove that a claim's judge can fail.
struct BugSwitch {
  enum class Shelf : std::uint8_t { core, extended };
  // How many seeds of the default nemesis find it: at most 50, 500, 5,000, or only a directed scenario.
  enum class Difficulty : std::uint8_t { easy, medium, hard, directed };

  std::string name;     // "raft.no-persist-vote"
  std::string removes;  // the safeguard: "the vote is synced before the reply"
  std::string anomaly;  // what must be seen: "split-brain"
  Shelf shelf = Shelf::core;
  Difficulty difficulty = Difficulty::medium;
  std::string reference;  // where it was seen or is explained
  std::string moral;      // one sentence
};

// A named set of parameters.
struct Profile {
  std::string name;
  std::string doc;
  std::vector<std::pair<std::string, std::string>> settings;  // parameter, value as in a scenario file
};

// A group of equal nodes.
struct Role {
  std::string name;    // "server"
  std::string prefix;  // of node names: "n" gives n1, n2, ...
  std::int64_t count = 0;
  std::string doc;
};

struct OperationKind {
  std::string f;
  std::string doc;
  std::int64_t weight = 1;  // in the default mix; 0: only when asked for
};

// The bug switches that are on. Names were checked against the model.
using BugSet = std::set<std::string, std::less<>>;

// Everything a model needs to put its processes on nodes.
struct Deployment {
  Simulation& simulation;
  const Workload& workload;
  const Phases& phases;
  const BugSet& bugs;

  bool has_bug(std::string_view name) const { return bugs.contains(name); }
};

// Operations of an administrator that faults and scenarios can ask for: "transfer-leader", "add-server", ...
struct AdminAction {
  std::string name;
  std::string doc;
};

class Model {
 public:
  Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  virtual ~Model() = default;

  virtual std::string_view name() const = 0;
  virtual std::vector<std::string> topics() const = 0;  // "T18 Raft and Paxos"
  virtual std::string_view summary() const = 0;         // one sentence
  virtual std::vector<Profile> profiles() const = 0;    // the first is the default
  virtual std::vector<BugSwitch> bugs() const = 0;
  virtual std::vector<OperationKind> operations() const = 0;
  virtual std::vector<AdminAction> admin_actions() const { return {}; }
  // Names of marks at which something is decided and not yet known to all, the most delicate moments of the
  // protocol: random faults like to strike then.
  virtual std::vector<std::string> moments() const { return {}; }

  // The parameters: a struct behind a table. `make_parameters` gives the defaults.
  virtual const Table& parameter_table() const = 0;
  virtual std::shared_ptr<void> make_parameters() const = 0;

  // These read parameters made by make_parameters() and filled in since.
  virtual std::vector<Role> roles(const void* parameters, const Workload& workload) const = 0;
  virtual std::vector<Claim> claims(const void* parameters, const BugSet& bugs) const = 0;
  // The longest timeout of the protocol: what recovery times and random faults are measured by.
  virtual Duration longest_timeout(const void* parameters) const = 0;
  // The process for each node of a role (node `index` of it, from 0), and the monitors. Called once, before
  // the nodes start; nodes exist already, role by role.
  virtual ProcessFactory process(const void* parameters, const Deployment& deployment, std::string_view role,
                                 std::size_t index) const = 0;
  virtual void watch(const void* parameters, const Deployment& deployment) const = 0;
  // The node that now leads, owns or coordinates, for faults that aim at it; no_node when there is none.
  virtual NodeId focus(const Simulation& simulation) const = 0;
  // Asks the system for an administrator's action on `node`. False when it makes no sense now.
  virtual bool administer(Simulation&, std::string_view, NodeId) const { return false; }
};

// A model with its parameter struct's type put back.
template <class P>
class ModelWith : public Model {
 public:
  const Table& parameter_table() const final { return P::fields(); }
  std::shared_ptr<void> make_parameters() const final { return std::make_shared<P>(); }
  std::vector<Role> roles(const void* parameters, const Workload& workload) const final {
    return roles_of(*static_cast<const P*>(parameters), workload);
  }
  std::vector<Claim> claims(const void* parameters, const BugSet& bugs) const final {
    return claims_of(*static_cast<const P*>(parameters), bugs);
  }
  Duration longest_timeout(const void* parameters) const final {
    return longest_timeout_of(*static_cast<const P*>(parameters));
  }
  ProcessFactory process(const void* parameters, const Deployment& deployment, std::string_view role,
                         std::size_t index) const final {
    return process_of(*static_cast<const P*>(parameters), deployment, role, index);
  }
  void watch(const void* parameters, const Deployment& deployment) const final {
    watch_with(*static_cast<const P*>(parameters), deployment);
  }

 protected:
  virtual std::vector<Role> roles_of(const P& parameters, const Workload& workload) const = 0;
  virtual std::vector<Claim> claims_of(const P& parameters, const BugSet& bugs) const = 0;
  virtual Duration longest_timeout_of(const P& parameters) const = 0;
  virtual ProcessFactory process_of(const P& parameters, const Deployment& deployment, std::string_view role,
                                    std::size_t index) const = 0;
  virtual void watch_with(const P& parameters, const Deployment& deployment) const = 0;
};

}  // namespace lightcone::sim
