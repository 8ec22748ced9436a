#include "scenarios/load.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "faults/validate.hpp"
#include "scenarios/binding.hpp"
#include "scenarios/json/parse.hpp"
#include "scenarios/override.hpp"
#include "scenarios/schema.hpp"
#include "sim/nearest.hpp"

namespace lightcone::scenarios {

namespace {

using sim::Literal;
using sim::Mismatch;

std::string in_quotes(std::string_view word) { return fmt::format("\"{}\"", word); }

// "known", spelt as in a file, when it resembles `word`.
std::string nearest_of(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const std::string found = sim::nearest(word, candidates);
  return found.empty() ? std::string() : in_quotes(found);
}

// Looks a scenario over, section by section, once its own fields are known to be right.
class Checker {
 public:
  Checker(const models::Registry& registry, const Literal& document, Diagnostics& out)
      : registry_(registry), document_(document), out_(out) {}

  // Each returns false when what follows would make no sense.
  bool find_model(Loaded& loaded);
  bool read_parameters(Loaded& loaded);
  void check_bugs(Loaded& loaded, const std::vector<std::string>& from_command_line);
  void name_nodes(Loaded& loaded) const;
  void check_workload(const Loaded& loaded);
  void check_network(const Loaded& loaded);
  void check_machines(const Loaded& loaded);
  void check_faults(const Loaded& loaded);
  void check_nemesis(const Loaded& loaded);
  void check_claims(const Loaded& loaded);

 private:
  // Reports about the value at `path`, which is found in the document by the keys and indices given.
  void complain(const Literal* at, std::string path, Mismatch why);
  void check_node(const Loaded& loaded, const Literal* at, std::string path, const std::string& name);
  const Literal* find(std::initializer_list<std::string_view> keys) const;
  bool apply_profile(Loaded& loaded);

  const models::Registry& registry_;
  const Literal& document_;
  Diagnostics& out_;
};

const Literal* Checker::find(std::initializer_list<std::string_view> keys) const {
  const Literal* at = &document_;
  for (const std::string_view key : keys) {
    if (at == nullptr) return nullptr;
    at = at->find(key);
  }
  return at;
}

const Literal* item(const Literal* list, std::size_t index) {
  return list != nullptr && index < list->items.size() ? &list->items[index] : nullptr;
}

// The value at a path such as "groups[1]" or "when.node" below `at`, or the last one on the way that exists.
const Literal* follow(const Literal* at, std::string_view path) {
  const Literal* reached = at;
  while (at != nullptr && !path.empty()) {
    reached = at;
    if (path.front() == '.') path.remove_prefix(1);
    if (path.front() == '[') {
      std::size_t index = 0;
      std::size_t end = 1;
      for (; end < path.size() && path[end] != ']'; ++end)
        index = index * 10 + static_cast<std::size_t>(path[end] - '0');
      at = item(at, index);
      path.remove_prefix(std::min(end + 1, path.size()));
    } else {
      const std::size_t end = path.find_first_of(".[");
      at = at->find(path.substr(0, end));
      path.remove_prefix(std::min(end, path.size()));
    }
  }
  return at != nullptr ? at : reached;
}

void Checker::complain(const Literal* at, std::string path, Mismatch why) {
  out_.add(at == nullptr ? sim::Place{} : at->place, std::move(path), std::move(why));
}

bool Checker::find_model(Loaded& loaded) {
  const std::string& name = loaded.scenario.system.model;
  loaded.model = registry_.find(name);
  if (loaded.model != nullptr) return true;
  std::vector<std::string> known;
  for (const auto& model : registry_.all()) known.emplace_back(model->name());
  complain(find({"system", "model"}), "$.system.model",
           {fmt::format("there is no system called {}", in_quotes(name)),
            fmt::format("one of {}", fmt::join(known, ", ")), nearest_of(name, known)});
  return false;
}

bool Checker::apply_profile(Loaded& loaded) {
  const std::vector<sim::Profile> profiles = loaded.model->profiles();
  const std::string& wanted = loaded.scenario.system.profile;
  const auto profile = wanted.empty() ? profiles.begin()
                                      : std::find_if(profiles.begin(), profiles.end(),
                                                     [&](const sim::Profile& p) { return p.name == wanted; });
  if (profile == profiles.end()) {
    std::vector<std::string> known;
    for (const sim::Profile& p : profiles) known.push_back(p.name);
    complain(find({"system", "profile"}), "$.system.profile",
             {fmt::format("{} has no profile called {}", loaded.model->name(), in_quotes(wanted)),
              fmt::format("one of {}", fmt::join(known, ", ")), nearest_of(wanted, known)});
    return false;
  }
  loaded.profile = profile->name;
  for (const auto& [parameter, text] : profile->settings) {
    const sim::Field* field = loaded.model->parameter_table().find(parameter);
    sim::ensure(field != nullptr, "a profile sets parameters that exist");
    const auto& leaf = static_cast<const sim::LeafType&>(*field->type);
    const bool quoted = leaf.accepts(sim::Form::text);
    const Literal value = quoted                                ? Literal::string(text)
                          : (text == "true" || text == "false") ? Literal::boolean(text == "true")
                                                                : Literal::number_text(text);
    const auto wrong = leaf.read(value, field->in(loaded.parameters.get()));
    sim::ensure(!wrong, "a profile sets parameters to what they can be");
  }
  return true;
}

bool Checker::read_parameters(Loaded& loaded) {
  loaded.parameters = loaded.model->make_parameters();
  if (!apply_profile(loaded)) return false;
  const Part part{&loaded.model->parameter_table(), loaded.parameters.get()};
  return read_open(loaded.scenario.system.parameters, std::span(&part, 1), out_);
}

void Checker::check_bugs(Loaded& loaded, const std::vector<std::string>& from_command_line) {
  std::vector<std::string> known;
  for (const sim::BugSwitch& bug : loaded.model->bugs()) known.push_back(bug.name);
  const auto check = [&](const std::string& bug, const Literal* at, std::string path) {
    if (std::find(known.begin(), known.end(), bug) != known.end()) {
      loaded.bugs.insert(bug);
      return;
    }
    complain(at, std::move(path),
             {fmt::format("{} has no bug switch called {}", loaded.model->name(), in_quotes(bug)),
              fmt::format("a switch that `lightcone doc {}` lists", loaded.model->name()),
              nearest_of(bug, known)});
  };
  const Literal* list = find({"system", "bugs"});
  const std::vector<std::string>& bugs = loaded.scenario.system.bugs;
  for (std::size_t i = 0; i < bugs.size(); ++i)
    check(bugs[i], item(list, i), path_of_item("$.system.bugs", i));
  for (const std::string& bug : from_command_line) check(bug, nullptr, "--bug");
}

void Checker::name_nodes(Loaded& loaded) const {
  for (const sim::Role& role : loaded.model->roles(loaded.parameters.get(), loaded.scenario.workload)) {
    for (std::int64_t i = 1; i <= role.count; ++i) {
      loaded.node_names.push_back(fmt::format("{}{}", role.prefix, i));
      loaded.node_roles.push_back(role.name);
    }
  }
}

void Checker::check_node(const Loaded& loaded, const Literal* at, std::string path, const std::string& name) {
  const auto& names = loaded.node_names;
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  complain(at, std::move(path),
           {fmt::format("there is no node called {}", in_quotes(name)),
            fmt::format("a node from {} to {}", names.front(), names.back()), nearest_of(name, names)});
}

void Checker::check_workload(const Loaded& loaded) {
  std::vector<std::string> known;
  for (const sim::OperationKind& kind : loaded.model->operations()) known.push_back(kind.f);
  std::int64_t weights = 0;
  for (const auto& [f, weight] : loaded.scenario.workload.mix) {
    weights += weight;
    if (std::find(known.begin(), known.end(), f) != known.end()) continue;
    complain(find({"workload", "mix", f}), path_of_member("$.workload.mix", f),
             {fmt::format("{} has no operation {}", loaded.model->name(), in_quotes(f)),
              fmt::format("one of {}", fmt::join(known, ", ")), nearest_of(f, known)});
  }
  if (loaded.scenario.workload.script) {
    const auto& script = *loaded.scenario.workload.script;
    const Literal* list = find({"workload", "script"});
    for (std::size_t i = 0; i < script.size(); ++i) {
      const std::string& f = script[i].f;
      if (std::find(known.begin(), known.end(), f) != known.end()) continue;
      complain(follow(item(list, i), "f"), path_of_item("$.workload.script", i) + ".f",
               {fmt::format("{} has no operation {}", loaded.model->name(), in_quotes(f)),
                fmt::format("one of {}", fmt::join(known, ", ")), nearest_of(f, known)});
    }
  }
  if (!loaded.scenario.workload.mix.empty() && weights == 0) {
    complain(find({"workload", "mix"}), "$.workload.mix",
             {"all weights are 0", "at least one operation with a weight above 0", ""});
  }
}

void Checker::check_network(const Loaded& loaded) {
  const NetworkSection& network = loaded.scenario.network;
  std::map<std::string, std::string> zone_of;
  std::vector<std::string> zones;
  for (const auto& [zone, nodes] : network.zones) {
    zones.push_back(zone);
    const Literal* list = find({"network", "zones", zone});
    const std::string path = path_of_member("$.network.zones", zone);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      check_node(loaded, item(list, i), path_of_item(path, i), nodes[i]);
      const auto [known, is_new] = zone_of.emplace(nodes[i], zone);
      if (is_new) continue;
      complain(item(list, i), path_of_item(path, i),
               {fmt::format("{} is in zone {} already", nodes[i], in_quotes(known->second)),
                "each node in one zone", ""});
    }
  }
  const Literal* between = find({"network", "between"});
  for (std::size_t i = 0; i < network.between.size(); ++i) {
    const Literal* entry = item(between, i);
    for (std::size_t j = 0; j < network.between[i].zones.size(); ++j) {
      const std::string& zone = network.between[i].zones[j];
      if (network.zones.contains(zone)) continue;
      complain(entry == nullptr ? nullptr : item(entry->find("zones"), j),
               path_of_item(path_of_member(path_of_item("$.network.between", i), "zones"), j),
               {fmt::format("there is no zone called {}", in_quotes(zone)), "a zone of network.zones",
                nearest_of(zone, zones)});
    }
  }
  const Literal* links = find({"network", "links"});
  for (std::size_t i = 0; i < network.links.size(); ++i) {
    const Literal* entry = item(links, i);
    const Literal* at = entry == nullptr ? nullptr : entry->find("link");
    const std::string path = path_of_member(path_of_item("$.network.links", i), "link");
    check_node(loaded, at, path, network.links[i].link.from);
    check_node(loaded, at, path, network.links[i].link.to);
  }
}

void Checker::check_machines(const Loaded& loaded) {
  for (const auto& [node, section] : loaded.scenario.machines.only) {
    check_node(loaded, find({"machines", "only", node}), path_of_member("$.machines.only", node), node);
  }
}

void Checker::check_faults(const Loaded& loaded) {
  faults::Census census;
  census.names = loaded.node_names;
  census.roles = loaded.node_roles;
  for (const sim::AdminAction& action : loaded.model->admin_actions()) census.actions.push_back(action.name);
  census.heal = loaded.scenario.phases().heal;
  const Literal* list = find({"faults"});
  for (faults::ComplaintInList& found : faults::validate(loaded.scenario.faults, census)) {
    const Literal* at = item(list, found.index);
    std::string path = path_of_item("$.faults", found.index);
    if (!found.complaint.path.empty()) {
      if (const Literal* inside = follow(at, found.complaint.path)) at = inside;
      path += "." + found.complaint.path;
    }
    complain(at, std::move(path), std::move(found.complaint.why));
  }
}

void Checker::check_nemesis(const Loaded& loaded) {
  if (!loaded.scenario.nemesis) return;
  const Literal* nemesis = find({"nemesis"});
  for (faults::NemesisComplaint& complaint : faults::validate(*loaded.scenario.nemesis)) {
    complain(follow(nemesis, complaint.path), "$.nemesis." + complaint.path, std::move(complaint.why));
  }
}

void Checker::check_claims(const Loaded& loaded) {
  std::vector<std::string> known;
  for (const sim::Claim& claim : loaded.model->claims(loaded.parameters.get(), loaded.bugs))
    known.push_back(claim.id);
  const auto check = [&](const std::string& id, const Literal* at, std::string path) {
    if (std::find(known.begin(), known.end(), id) != known.end()) return;
    complain(at, std::move(path),
             {fmt::format("{} makes no claim {}", loaded.model->name(), in_quotes(id)),
              fmt::format("one of {}", fmt::join(known, ", ")), nearest_of(id, known)});
  };
  const Literal* list = find({"claims"});
  const std::vector<std::string>& claims = loaded.scenario.claims;
  for (std::size_t i = 0; i < claims.size(); ++i)
    check(claims[i], item(list, i), path_of_item("$.claims", i));
  const auto& expected = loaded.scenario.expect.claim;
  if (expected) check(*expected, find({"expect", "claim"}), "$.expect.claim");
}

}  // namespace

std::optional<Loaded> load(const models::Registry& registry, const Overrides& overrides, Diagnostics& out) {
  std::optional<Literal> document = json::parse(out);
  if (!document) return std::nullopt;
  for (const std::string& setting : overrides.settings)
    override_value(*document, Scenario::fields(), setting, out);
  Loaded loaded;
  loaded.file = out.file();
  loaded.text = out.source();
  const Part part{&Scenario::fields(), &loaded.scenario};
  const bool bound = read_records(*document, std::span(&part, 1), out);
  const bool sound = bound && out.empty();
  if (overrides.seed) loaded.scenario.seed = *overrides.seed;

  // Parameters are read even when the rest is wrong, so that all mistakes are told at once.
  Checker checker(registry, *document, out);
  if (loaded.scenario.system.model.empty()) return std::nullopt;
  if (!checker.find_model(loaded) || !checker.read_parameters(loaded) || !sound) return std::nullopt;
  checker.check_bugs(loaded, overrides.bugs);
  checker.name_nodes(loaded);
  checker.check_workload(loaded);
  checker.check_network(loaded);
  checker.check_machines(loaded);
  checker.check_faults(loaded);
  checker.check_nemesis(loaded);
  checker.check_claims(loaded);
  if (!out.empty()) return std::nullopt;
  return loaded;
}

std::string scenario_schema(const models::Registry& registry) {
  OpenCases parameters{System::fields().name(), "parameters", "model", {}};
  for (const auto& model : registry.all()) {
    parameters.cases.emplace_back(std::string(model->name()), &model->parameter_table());
  }
  return schema(Scenario::fields(), "A scenario of Lightcone", {parameters});
}

}  // namespace lightcone::scenarios
