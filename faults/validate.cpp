#include "faults/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/nearest.hpp"

namespace lightcone::faults {

namespace {

using sim::Mismatch;

std::string in_quotes(std::string_view word) { return sim::quoted(sim::Literal::string(word)); }

std::string nearest_in_quotes(std::string_view word, std::span<const std::string_view> known) {
  const std::string likely = sim::nearest(word, known);
  return likely.empty() ? likely : in_quotes(likely);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// Fields that every fault may have; "for" depends on the kind.
constexpr std::string_view common_fields = "fault id at when may_miss";

class Checker {
 public:
  Checker(const FaultSpec& spec, const Census& census)
      : spec_(spec),
        census_(census),
        kind_(describe(spec.fault.kind)),
        given_(FaultSpec::fields().write(&spec)) {}

  std::vector<Complaint> run() {
    check_fields();
    check_times();
    check_nodes();
    check_kind();
    return std::move(out_);
  }

 private:
  void complain(std::string path, std::string problem, std::string expected = {}, std::string nearest = {}) {
    out_.push_back({std::move(path), {std::move(problem), std::move(expected), std::move(nearest)}});
  }
  bool is_given(std::string_view field) const {
    const sim::Literal* literal = given_.find(field);
    return literal != nullptr && literal->form != sim::Form::null;
  }

  void check_fields() {
    std::vector<std::string_view> allowed = split(kind_.takes, ' ');
    for (const std::string_view need : split(kind_.needs, ' ')) {
      const std::vector<std::string_view> alternatives = split(need, '|');
      allowed.insert(allowed.end(), alternatives.begin(), alternatives.end());
      const auto given = std::count_if(alternatives.begin(), alternatives.end(),
                                       [&](std::string_view field) { return is_given(field); });
      if (given == 1) continue;
      const std::string wanted = fmt::format("{}{}", alternatives.size() > 1 ? "exactly one of " : "",
                                             fmt::join(alternatives, ", "));
      complain({},
               given == 0 ? fmt::format("{} needs {}", spec_.fault.text(), wanted)
                          : fmt::format("{} takes only one of {}", spec_.fault.text(),
                                        fmt::join(alternatives, ", ")),
               wanted);
    }
    if (kind_.length != Length::none) allowed.insert(allowed.begin(), "for");
    const std::vector<std::string_view> common = split(common_fields, ' ');
    for (const sim::Member& member : given_.members) {
      const auto has = [&](const std::vector<std::string_view>& fields) {
        return std::find(fields.begin(), fields.end(), member.key) != fields.end();
      };
      if (member.value.form == sim::Form::null || has(allowed) || has(common)) continue;
      complain(member.key, fmt::format("{} does not go with {}", in_quotes(member.key), spec_.fault.text()),
               allowed.empty()
                   ? "no further field"
                   : fmt::format("{}{}", allowed.size() > 1 ? "one of " : "", fmt::join(allowed, ", ")));
    }
  }

  void check_times() {
    if (kind_.length == Length::must_have && !spec_.lasts) {
      complain({}, fmt::format("{} needs \"for\"", spec_.fault.text()), "how long it lasts, such as \"2s\"");
    }
    if (spec_.at && *spec_.at >= census_.heal) {
      complain("at",
               fmt::format("it would begin at {}, but all faults end at {}", sim::to_text(*spec_.at),
                           sim::to_text(census_.heal)),
               "a time before " + sim::to_text(census_.heal));
    }
    if (spec_.flap && spec_.lasts && *spec_.flap >= *spec_.lasts) {
      complain("flap", fmt::format("in {} it never goes off", sim::to_text(*spec_.lasts)),
               "less than " + sim::to_text(*spec_.lasts));
    }
  }

  void check(const std::optional<Selector>& selector, std::string path) {
    if (!selector) return;
    if (std::optional<Mismatch> why = selector->check(census_)) {
      out_.push_back({std::move(path), *std::move(why)});
    } else if (const auto nodes = selector->fixed(census_); nodes && nodes->empty()) {
      complain(std::move(path), "this is no node", "at least one node");
    }
  }

  void check_nodes() {
    check(spec_.node, "node");
    check(spec_.from, "from");
    check(spec_.to, "to");
    check_links(spec_.cut, "cut");
    check_links(spec_.keep, "keep");
    if (spec_.groups) check_groups(*spec_.groups);
    if (spec_.when) check_trigger(*spec_.when);
  }

  void check_links(const std::optional<std::vector<LinkName>>& links, std::string_view field) {
    if (!links) return;
    std::vector<std::string_view> names(census_.names.begin(), census_.names.end());
    for (std::size_t i = 0; i < links->size(); ++i) {
      for (const std::string& end : {(*links)[i].from, (*links)[i].to}) {
        if (std::find(names.begin(), names.end(), end) != names.end()) continue;
        complain(fmt::format("{}[{}]", field, i), fmt::format("there is no node {}", in_quotes(end)),
                 fmt::format("names of nodes ({})", fmt::join(names, ", ")), nearest_in_quotes(end, names));
      }
    }
  }

  void check_groups(const std::vector<Selector>& groups) {
    if (groups.size() < 2) {
      complain("groups", groups.empty() ? "there are no groups" : "there is only one group",
               "at least two groups; \"others\" is the rest");
    }
    std::vector<std::size_t> owner(census_.names.size(), groups.size());
    std::size_t others = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const std::string path = fmt::format("groups[{}]", i);
      const std::size_t before = out_.size();
      check(groups[i], path);
      if (groups[i].says_others() && ++others == 2) {
        complain(path, "two groups are \"others\"", "\"others\" in one group at most");
      }
      const auto nodes = groups[i].fixed(census_);
      if (out_.size() > before || !nodes) continue;
      for (const std::size_t node : *nodes) {
        if (owner[node] < groups.size()) {
          complain(path, fmt::format("{} is in groups[{}] already", census_.names[node], owner[node]),
                   "that no node is in two groups");
        }
        owner[node] = i;
      }
    }
  }

  void check_trigger(const Trigger& when) {
    const auto path = [&](std::string_view field) {
      return when.written ? std::string("when") : fmt::format("when.{}", field);
    };
    check(when.node, path("node"));
    check(when.from, path("from"));
    check(when.to, path("to"));
    for (const auto& [selector, field] :
         {std::pair(&when.node, "node"), std::pair(&when.from, "from"), std::pair(&when.to, "to")}) {
      if (*selector && ((*selector)->draws() || (*selector)->says_others())) {
        complain(path(field), "a trigger cannot wait for nodes at random or for \"others\"",
                 "the name of a node, a role, \"*\", \"leader\", \"followers\" or \"servers\"");
      }
    }
    const bool is_sent = when.event == Cue::sent;
    const bool has_sender = when.event == Cue::delivered || when.event == Cue::lost;
    if (when.to && !is_sent) complain(path("to"), "\"to\" goes with \"sent\" only");
    if (when.from && !has_sender)
      complain(path("from"), "\"from\" goes with \"delivered\" and \"lost\" only");
    const bool has_fact = when.event < Cue::started;
    if (!has_fact && (when.type || when.where)) {
      complain(path(when.type ? "type" : "where"),
               fmt::format("\"{}\" has no type and no fields", sim::name_of(when.event)));
    }
  }

  std::size_t servers() const {
    return static_cast<std::size_t>(
        std::count_if(census_.roles.begin(), census_.roles.end(),
                      [](const std::string& role) { return !is_client_role(role); }));
  }

  void check_kind() {
    if (spec_.shape) {
      const std::size_t least = *spec_.shape == Shape::ring ? 4 : *spec_.shape == Shape::bridge ? 3 : 2;
      std::size_t nodes = servers();
      if (spec_.node) {
        const auto fixed = spec_.node->fixed(census_);
        nodes = fixed ? fixed->size() : least;
      }
      if (nodes < least) {
        complain(
            "shape",
            fmt::format("a {} among {} cuts nothing", sim::name_of(*spec_.shape), counted(nodes, "node")),
            fmt::format("at least {} nodes", least));
      }
    }
    const bool is_random_delay = spec_.delay && !std::holds_alternative<sim::Duration>(spec_.delay->form());
    if (spec_.fault.kind == FaultKind::net_reorder && is_random_delay) {
      complain("delay", "net.reorder draws from 0 to the delay by itself", "a duration such as \"5ms\"");
    }
    if (spec_.fault.kind == FaultKind::ask) check_action();
    if (spec_.fault.kind == FaultKind::proc_clone) check_clone();
  }

  void check_clone() {
    const auto nodes = spec_.node ? spec_.node->fixed(census_) : std::nullopt;
    for (const std::size_t node : nodes.value_or(std::vector<std::size_t>())) {
      if (!is_client_role(census_.roles[node])) continue;
      complain(
          "node",
          fmt::format("{} is a client, and its operations cannot be told from a copy's", census_.names[node]),
          "servers");
    }
  }

  void check_action() {
    std::vector<std::string_view> names(census_.actions.begin(), census_.actions.end());
    const auto offers = [&](std::string_view name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    const std::string& action = spec_.fault.action;
    if (!offers(action)) {
      const std::string likely = sim::nearest(action, names);
      complain("fault", fmt::format("the model offers no action {}", in_quotes(action)),
               names.empty() ? "nothing: it offers none" : fmt::format("one of {}", fmt::join(names, ", ")),
               likely.empty() ? likely : in_quotes(FaultName{FaultKind::ask, likely}.text()));
    } else if (spec_.lasts && !offers("end-" + action)) {
      complain("for",
               fmt::format("{} has no end: the model offers no action end-{}", spec_.fault.text(), action),
               "no \"for\"");
    }
  }

  const FaultSpec& spec_;
  const Census& census_;
  const FaultDescription& kind_;
  sim::Literal given_;
  std::vector<Complaint> out_;
};

}  // namespace

std::vector<Complaint> validate(const FaultSpec& spec, const Census& census) {
  return Checker(spec, census).run();
}

std::vector<ComplaintInList> validate(const std::vector<FaultSpec>& specs, const Census& census) {
  std::vector<ComplaintInList> out;
  std::map<std::string_view, std::size_t> first_with_id;
  std::vector<std::string_view> all;
  std::vector<std::string_view> holds;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (!specs[i].id || !first_with_id.try_emplace(*specs[i].id, i).second) continue;
    all.push_back(*specs[i].id);
    if (specs[i].fault.kind == FaultKind::net_hold) holds.push_back(*specs[i].id);
  }
  const auto complain = [&](std::size_t i, std::string path, Mismatch why) {
    out.push_back({i, {std::move(path), std::move(why)}});
  };
  const auto refer = [&](std::size_t i, std::string path, const std::string& id,
                         std::span<const std::string_view> known, std::string_view what) {
    if (std::find(known.begin(), known.end(), id) != known.end()) return;
    complain(i, std::move(path),
             {fmt::format("no {} has the id {}", what, in_quotes(id)),
              known.empty() ? fmt::format("nothing: there is no {} with an id", what)
                            : fmt::format("the id of a {} ({})", what, fmt::join(known, ", ")),
              nearest_in_quotes(id, known)});
  };
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const FaultSpec& spec = specs[i];
    if (spec.id && first_with_id[*spec.id] != i) {
      complain(i, "id",
               {fmt::format("faults[{}] has the id {} already", first_with_id[*spec.id], in_quotes(*spec.id)),
                "an id of its own",
                {}});
    }
    for (Complaint& complaint : validate(spec, census)) out.push_back({i, std::move(complaint)});
    if (spec.hold) refer(i, "hold", *spec.hold, holds, "net.hold");
    if (spec.when && spec.when->after) {
      refer(i, spec.when->written ? "when" : "when.after", *spec.when->after, all, "fault");
    }
  }
  return out;
}

}  // namespace lightcone::faults
