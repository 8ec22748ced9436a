// Which nodes: how a scenario names them, and whom that means at one moment. In a file, a text or a list of
// texts (all that any of them means):
//
//   "n1"            a node
//   "server"        all nodes of a role; "servers" too
//   "*"             every node
//   "leader"        who leads now, also called "focus"; nobody when nobody does
//   "followers"     the nodes of the leader's role but the leader; all servers when nobody leads
//   "servers"       every node but the clients
//   "others"        in a group: the servers that no other group takes
//   "random"        one of the servers; "random 2", "random majority", "random minority",
//                   "random of followers", "random 2 of clients"
//   "not n1"        every node but that one, or any of the above
//   "leader or n3"  the first that is anybody
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "faults/world.hpp"
#include "sim/chance/stream.hpp"
#include "sim/type_of.hpp"

namespace lightcone::faults {

class Selector {
 public:
  using Form = std::variant<std::string, std::vector<std::string>>;

  Selector() = default;  // nobody
  // For selectors in code: the text must be right, which is ensured.
  Selector(const char* text);
  explicit Selector(const std::string& text);
  static sim::Result<Selector> from(const Form& form);

  const Form& form() const { return form_; }
  std::string text() const;  // "n1, n2"

  // Ascending, each once. `taken`: those that other groups have, for "others".
  std::vector<sim::NodeId> resolve(const World& world, sim::Stream& chance,
                                   std::span<const sim::NodeId> taken = {}) const;

  // Whom it means whatever happens; nothing when that depends on the run ("leader", "random", "others").
  std::optional<std::vector<std::size_t>> fixed(const Census& census) const;
  // What it says that no run of this census can mean.
  std::optional<sim::Mismatch> check(const Census& census) const;
  bool draws() const;  // whether it says "random"
  bool says_others() const;

 private:
  enum class Who : std::uint8_t { named, everybody, leader, followers, servers, others };
  enum class Amount : std::uint8_t { all, number, majority, minority };
  struct Pick {
    Who who = Who::named;
    std::string word;  // named
    Amount amount = Amount::all;
    std::size_t number = 1;
    bool negated = false;
  };
  using Choice = std::vector<Pick>;  // the first that is anybody

  static std::optional<sim::Problem> parse(std::string_view text, Choice& out);
  static std::optional<sim::Problem> parse_pick(std::span<const std::string_view> words, Pick& out);
  std::vector<sim::NodeId> resolve(const Pick& pick, const World& world, sim::Stream& chance,
                                   std::span<const sim::NodeId> taken) const;

  Form form_;
  std::vector<Choice> union_;
};

}  // namespace lightcone::faults

template <>
struct lightcone::sim::WrittenAs<lightcone::faults::Selector> {
  using Form = faults::Selector::Form;
  static constexpr std::string_view name = "nodes";
  static constexpr std::string_view doc =
      "Which nodes: the name of one, of a role, \"*\", \"leader\" (or \"focus\"), \"followers\", "
      "\"servers\", "
      "\"others\", \"random\", \"random 2\", \"random majority\", \"random minority\", \"random of "
      "followers\", "
      "\"not n1\", \"leader or n3\", or a list of these.";
  static std::optional<Mismatch> convert(const Form& form, faults::Selector& out);
  static const Form& form_of(const faults::Selector& selector) { return selector.form(); }
};
