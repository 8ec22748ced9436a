// lightcone doc: what a system promises, what can be set, and what can be switched off.
#include <fmt/format.h>

#include <algorithm>

#include "models/registry.hpp"
#include "sim/nearest.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

std::string_view in_words(sim::BugSwitch::Difficulty difficulty) {
  switch (difficulty) {
    case sim::BugSwitch::Difficulty::easy:
      return "found within 50 seeds";
    case sim::BugSwitch::Difficulty::medium:
      return "found within 500 seeds";
    case sim::BugSwitch::Difficulty::hard:
      return "found within 5,000 seeds";
    case sim::BugSwitch::Difficulty::directed:
      return "needs a directed scenario";
  }
  return "";
}

// `text` folded into lines, all but the first behind `indent` blanks.
std::string folded(std::string_view text, std::size_t indent, std::size_t columns) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (column > indent && column + 1 + word.size() > columns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

class Page {
 public:
  Page(const sim::Model& model, std::size_t columns)
      : model_(model),
        columns_(std::clamp<std::size_t>(columns, 60, 110)),
        parameters_(model.make_parameters()) {}

  std::string text() {
    out_ = fmt::format("{}: {}\n", model_.name(), model_.summary());
    out_ += fmt::format("Topics: {}\n", fmt::join(model_.topics(), ", "));
    add_claims();
    add_profiles();
    add_parameters();
    add_operations();
    add_bugs();
    return std::move(out_);
  }

 private:
  void entry(std::string_view name, std::string_view text, std::size_t indent) {
    const std::size_t width = indent > 4 ? indent - 3 : 1;
    const std::string gap =
        name.size() > width ? "\n" + std::string(indent, ' ') : std::string(width - name.size() + 1, ' ');
    out_ += fmt::format("  {}{}{}\n", name, gap, folded(text, indent, columns_));
  }

  void add_claims() {
    out_ +=
        "\nClaims (A0: crashes, losses, delays, pauses and clocks as bad as can be; A1: and a minority lost "
        "for good;\n"
        "A2: clocks within bounds; A3: once everything is back to normal)\n";
    for (const sim::Claim& claim : model_.claims(parameters_.get(), {})) {
      std::string text = fmt::format("{} ({})", claim.statement, to_string(claim.assumption));
      if (claim.only_on_request) text += ", judged where a scenario names it";
      entry(claim.id, text, 10);
    }
  }
  void add_profiles() {
    out_ += "\nProfiles\n";
    for (const sim::Profile& profile : model_.profiles()) entry(profile.name, profile.doc, 24);
  }
  void add_parameters() {
    out_ += "\nParameters (system.parameters in a scenario)\n";
    for (const sim::Field& field : model_.parameter_table().fields()) {
      std::string text = fmt::format("{} Default {}.", field.doc, sim::quoted(field.default_value));
      if (const sim::LeafType* leaf = sim::bounded_leaf(*field.type)) {
        const std::string bounds = sim::describe(field.bounds, *leaf);
        if (!bounds.empty()) text += fmt::format(" {}.", bounds);
      } else if (field.type->kind() == sim::Kind::choice) {
        text += fmt::format(" {}.", field.type->expected());
      }
      entry(field.name, text, 27);
    }
  }
  void add_operations() {
    out_ += "\nOperations (workload.mix)\n";
    for (const sim::OperationKind& kind : model_.operations()) {
      entry(kind.f, fmt::format("{} Weight {}.", kind.doc, kind.weight), 14);
    }
    if (model_.admin_actions().empty()) return;
    out_ += "\nAdministrator's actions (the faults ops.*)\n";
    for (const sim::AdminAction& action : model_.admin_actions()) entry(action.name, action.doc, 20);
  }
  void add_bugs() {
    out_ += "\nBug switches (each takes away one safeguard; * marks the core set)\n";
    for (const sim::BugSwitch& bug : model_.bugs()) {
      const bool core = bug.shelf == sim::BugSwitch::Shelf::core;
      out_ += fmt::format("  {}{}\n", bug.name, core ? " *" : "");
      const auto line = [&](std::string_view what, std::string_view text) {
        out_ += fmt::format("      {:<9}{}\n", what, folded(text, 15, columns_));
      };
      line("removes", bug.removes);
      line("shows", fmt::format("{}; {}", bug.anomaly, in_words(bug.difficulty)));
      line("see", bug.reference);
      line("moral", bug.moral);
    }
  }

  const sim::Model& model_;
  std::size_t columns_;
  std::shared_ptr<void> parameters_;
  std::string out_;
};

class DocVerb final : public Verb {
 public:
  std::string_view name() const override { return "doc"; }
  std::string_view summary() const override {
    return "Explains a system: claims, profiles, parameters, bug switches";
  }
  std::string_view operands() const override { return "SYSTEM"; }
  std::string_view operand_option() const override { return "system"; }
  std::string_view explanation() const override { return "`lightcone list systems` names them.\n"; }
  void describe(options::options_description&) const override {}

  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override {
    if (given.count("system") == 0) {
      terminal.complain("no system is given; `lightcone list systems` names them");
      return exit_usage;
    }
    for (const std::string& name : given["system"].as<std::vector<std::string>>()) {
      const sim::Model* model = registry.find(name);
      if (model == nullptr) {
        std::vector<std::string_view> known;
        for (const auto& each : registry.all()) known.push_back(each->name());
        const std::string nearest = sim::nearest(name, known);
        terminal.complain(
            fmt::format("there is no system called {}; {}", name,
                        nearest.empty() ? "see `lightcone list systems`" : "did you mean " + nearest + "?"));
        return exit_usage;
      }
      terminal.print(Page(*model, static_cast<std::size_t>(terminal.columns())).text());
    }
    return exit_ok;
  }
};

}  // namespace

const Verb& doc_verb() {
  static const DocVerb verb;
  return verb;
}

}  // namespace lightcone::tools
