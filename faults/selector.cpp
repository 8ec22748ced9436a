#include "faults/selector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/nearest.hpp"

namespace lightcone::faults {

using sim::NodeId;

namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::vector<NodeId> all_nodes(const World& world) {
  std::vector<NodeId> out;
  for (std::uint32_t i = 0; i < world.simulation.node_count(); ++i) out.push_back(NodeId{i});
  return out;
}

std::vector<NodeId> servers(const World& world) {
  std::vector<NodeId> out = all_nodes(world);
  std::erase_if(out, [&](NodeId node) { return !is_server_role(world.node(node).role()); });
  return out;
}

// A role's name, alone or with a plural s.
bool means_role(std::string_view word, std::string_view role) {
  return word == role || (word.ends_with('s') && word.substr(0, word.size() - 1) == role);
}

std::vector<NodeId> named(const World& world, std::string_view word) {
  const NodeId node = world.simulation.find_node(word);
  if (node != sim::no_node) return {node};
  std::vector<NodeId> out = all_nodes(world);
  std::erase_if(out, [&](NodeId each) { return !means_role(word, world.node(each).role()); });
  return out;
}

std::vector<NodeId> without(std::vector<NodeId> nodes, std::span<const NodeId> some) {
  std::erase_if(nodes, [&](NodeId node) { return std::find(some.begin(), some.end(), node) != some.end(); });
  return nodes;
}

}  // namespace

Selector::Selector(const char* text) : Selector(std::string(text)) {}

Selector::Selector(const std::string& text) : Selector(from(Form(text)).value()) {}

sim::Result<Selector> Selector::from(const Form& form) {
  Selector out;
  out.form_ = form;
  const std::string* one = std::get_if<std::string>(&form);
  const std::span<const std::string> texts =
      one != nullptr ? std::span(one, 1) : std::span(std::get<std::vector<std::string>>(form));
  for (const std::string& text : texts) {
    if (std::optional<sim::Problem> why = parse(text, out.union_.emplace_back())) return *why;
  }
  return out;
}

std::optional<sim::Problem> Selector::parse(std::string_view text, Choice& out) {
  const std::vector<std::string_view> words = words_of(text);
  auto at = words.begin();
  while (true) {
    const auto end = std::find(at, words.end(), "or");
    if (std::optional<sim::Problem> why = parse_pick({at, end}, out.emplace_back())) return why;
    if (end == words.end()) return std::nullopt;
    at = end + 1;
  }
}

std::optional<sim::Problem> Selector::parse_pick(std::span<const std::string_view> words, Pick& out) {
  const auto next_is = [&](std::string_view word) { return !words.empty() && words.front() == word; };
  const auto skip = [&] { words = words.subspan(1); };
  if (next_is("not")) {
    out.negated = true;
    skip();
  }
  bool may_end = false;
  if (next_is("random")) {
    skip();
    out.amount = Amount::number;
    if (next_is("majority") || next_is("minority")) {
      out.amount = next_is("majority") ? Amount::majority : Amount::minority;
      skip();
    } else if (!words.empty() && words.front().front() >= '0' && words.front().front() <= '9') {
      const std::string_view digits = words.front();
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out.number);
      const bool whole = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
      if (!whole || out.number == 0) return sim::Problem{fmt::format("{} is no number of nodes", digits)};
      skip();
    }
    may_end = words.empty();
    if (next_is("of")) skip();
  }
  if (may_end) {
    out.who = Who::servers;
    return std::nullopt;
  }
  if (words.empty()) return sim::Problem{"the name of a node is missing"};
  if (words.size() > 1) {
    return sim::Problem{fmt::format("\"{}\" follows where \"or\" or nothing may", words[1])};
  }
  constexpr std::pair<std::string_view, Who> known[] = {
      {"*", Who::everybody},         {"leader", Who::leader}, {"focus", Who::leader},
      {"followers", Who::followers}, {"others", Who::others}, {"servers", Who::servers}};
  for (const auto& [word, who] : known) {
    if (next_is(word)) out.who = who;
  }
  out.word = words.front();
  return std::nullopt;
}

std::string Selector::text() const {
  if (const std::string* one = std::get_if<std::string>(&form_)) return *one;
  return fmt::format("{}", fmt::join(std::get<std::vector<std::string>>(form_), ", "));
}

std::vector<NodeId> Selector::resolve(const World& world, sim::Stream& chance,
                                      std::span<const NodeId> taken) const {
  std::vector<NodeId> out;
  for (const Choice& choice : union_) {
    for (const Pick& pick : choice) {
      const std::vector<NodeId> meant = resolve(pick, world, chance, taken);
      out.insert(out.end(), meant.begin(), meant.end());
      if (!meant.empty()) break;
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<NodeId> Selector::resolve(const Pick& pick, const World& world, sim::Stream& chance,
                                      std::span<const NodeId> taken) const {
  std::vector<NodeId> out;
  switch (pick.who) {
    case Who::named:
      out = named(world, pick.word);
      break;
    case Who::everybody:
      out = all_nodes(world);
      break;
    case Who::servers:
      out = servers(world);
      break;
    case Who::others:
      out = without(servers(world), taken);
      break;
    case Who::leader:
      if (const NodeId leader = world.who_leads(); leader != sim::no_node) out = {leader};
      break;
    case Who::followers: {
      const NodeId leader = world.who_leads();
      if (leader == sim::no_node) {
        out = servers(world);
      } else {
        out = without(world.simulation.nodes_of_role(world.node(leader).role()), {{leader}});
      }
      break;
    }
  }
  if (pick.amount != Amount::all) {
    const std::size_t count = pick.amount == Amount::majority   ? out.size() / 2 + 1
                              : pick.amount == Amount::minority ? (out.size() - 1) / 2
                                                                : pick.number;
    chance.shuffle(out);
    if (out.size() > count) out.resize(count);
  }
  if (pick.negated) out = without(all_nodes(world), out);
  return out;
}

std::optional<std::vector<std::size_t>> Selector::fixed(const Census& census) const {
  std::vector<std::size_t> out;
  for (const Choice& choice : union_) {
    if (choice.size() != 1) return std::nullopt;
    const Pick& pick = choice.front();
    const bool depends = pick.who == Who::leader || pick.who == Who::followers || pick.who == Who::others;
    if (depends || pick.amount != Amount::all) return std::nullopt;
    const bool is_name = std::find(census.names.begin(), census.names.end(), pick.word) != census.names.end();
    for (std::size_t i = 0; i < census.names.size(); ++i) {
      bool meant = pick.who == Who::everybody;
      if (pick.who == Who::servers) meant = !is_client_role(census.roles[i]);
      if (pick.who == Who::named) {
        meant = is_name ? census.names[i] == pick.word : means_role(pick.word, census.roles[i]);
      }
      if (meant != pick.negated) out.push_back(i);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::optional<sim::Mismatch> Selector::check(const Census& census) const {
  for (const Choice& choice : union_) {
    for (const Pick& pick : choice) {
      if (pick.who != Who::named) continue;
      const bool known = std::any_of(census.names.begin(), census.names.end(),
                                     [&](const std::string& name) { return name == pick.word; }) ||
                         std::any_of(census.roles.begin(), census.roles.end(),
                                     [&](const std::string& role) { return means_role(pick.word, role); });
      if (known) continue;
      std::vector<std::string_view> words(census.names.begin(), census.names.end());
      for (const std::string& role : census.roles) {
        if (std::find(words.begin(), words.end(), role) == words.end()) words.push_back(role);
      }
      for (const std::string_view word : {"leader", "focus", "followers", "servers", "others", "random"}) {
        words.push_back(word);
      }
      const std::string likely = sim::nearest(pick.word, words);
      const auto in_quotes = [](std::string_view word) { return sim::quoted(sim::Literal::string(word)); };
      return sim::Mismatch{fmt::format("there is no node {}", in_quotes(pick.word)),
                           fmt::format("a node ({}), a role, \"*\", \"leader\", \"followers\", \"servers\", "
                                       "\"others\" or \"random\"",
                                       fmt::join(census.names, ", ")),
                           likely.empty() ? likely : in_quotes(likely)};
    }
  }
  return std::nullopt;
}

bool Selector::draws() const {
  return std::any_of(union_.begin(), union_.end(), [](const Choice& choice) {
    return std::any_of(choice.begin(), choice.end(),
                       [](const Pick& pick) { return pick.amount != Amount::all; });
  });
}

bool Selector::says_others() const {
  return std::any_of(union_.begin(), union_.end(), [](const Choice& choice) {
    return std::any_of(choice.begin(), choice.end(),
                       [](const Pick& pick) { return pick.who == Who::others; });
  });
}

}  // namespace lightcone::faults

namespace lightcone::sim {

std::optional<Mismatch> WrittenAs<faults::Selector>::convert(const Form& form, faults::Selector& out) {
  Result<faults::Selector> read = faults::Selector::from(form);
  if (!read) {
    return Mismatch{
        read.problem(), "nodes, such as \"n1\", \"leader\", \"random 2 of followers\" or \"not n1\"", {}};
  }
  out = std::move(read).value();
  return std::nullopt;
}

}  // namespace lightcone::sim
