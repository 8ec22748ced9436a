#include "faults/spec.hpp"

#include <fmt/format.h>

#include "sim/clock/node_clock.hpp"

namespace lightcone::faults {

sim::Choices<Shape> choices_of(Shape) {
  static constexpr sim::Choice<Shape> all[] = {
      {Shape::majority_minority, {"majority_minority", "A random majority against the rest."}},
      {Shape::leader_in_minority,
       {"leader_in_minority", "A random minority with the leader against the rest."}},
      {Shape::bridge, {"bridge", "Two random halves, and one node that reaches both."}},
      {Shape::ring,
       {"ring", "Each node reaches its neighbours on a random ring: a majority, no two the same."}},
  };
  return all;
}

sim::Choices<Unsynced> choices_of(Unsynced) {
  static constexpr sim::Choice<Unsynced> all[] = {
      {Unsynced::random_prefix_survives, {"random_prefix_survives", "Any prefix of what was not synced."}},
      {Unsynced::lost, {"lost", "All that was not synced is lost."}},
  };
  return all;
}

sim::Choices<Damaged> choices_of(Damaged) {
  static constexpr sim::Choice<Damaged> all[] = {
      {Damaged::random, {"random", "Any records."}},
      {Damaged::newest, {"newest", "The last records."}},
      {Damaged::oldest, {"oldest", "The first records."}},
  };
  return all;
}

sim::Result<LinkName> LinkName::from_text(std::string_view text) {
  const std::size_t dash = text.find('-');
  const bool one_way = dash != std::string_view::npos && text.substr(dash).starts_with("->");
  const std::string_view from = text.substr(0, dash);
  const std::string_view to =
      dash == std::string_view::npos ? std::string_view() : text.substr(dash + (one_way ? 2 : 1));
  if (from.empty() || to.empty()) return sim::Problem{fmt::format("\"{}\" is no link", text)};
  if (from == to) return sim::Problem{fmt::format("\"{}\" leads from a node to itself", text)};
  return LinkName{std::string(from), std::string(to), !one_way};
}

const sim::FieldTable<FaultSpec>& FaultSpec::fields() {
  using F = FaultSpec;
  using sim::field;
  static const sim::FieldTable<F> table =
      sim::FieldTable<F>(
          "fault", "Something that goes wrong. Which fields go with which fault is listed under `fault`.",
          field("fault", &F::fault, "What goes wrong.").required(),
          field("id", &F::id, "A name for others to refer to: `after` of triggers, `hold` of net.release.")
              .not_empty(),
          field("at", &F::at, "When it begins, from the start of the run."),
          field("when", &F::when,
                "What makes it begin, instead of a time. With `at`, what happens from then on counts."),
          field("for", &F::lasts, "How long it lasts. All faults end at the heal at the latest.")
              .more_than(0ns),
          field("node", &F::node, "Where. For a net.part with a shape: among whom; absent: the servers."),
          field("groups", &F::groups, "net.part: who cannot reach whom; at least two groups."),
          field("shape", &F::shape, "net.part: drawn when it begins, instead of groups."),
          field("cut", &F::cut, "net.links: the links that do not work.").not_empty(),
          field("keep", &F::keep, "net.links: the only links that work among the nodes named here.")
              .not_empty(),
          field("flap", &F::flap, "On for this long, off for this long, and so on.").more_than(0ns),
          field("from", &F::from, "Senders; absent: all."), field("to", &F::to, "Receivers; absent: all."),
          field("message", &F::message, "Type of the messages, or a list of types; absent: all.").not_empty(),
          field("where", &F::where, "What the fields of a message must be; all of these."),
          field("share", &F::share,
                "Share of these messages, each at random; absent: all, for net.reorder half.")
              .probability(),
          field("limit", &F::limit, "At most so many messages.").at_least(1),
          field("delay", &F::delay,
                "How much later. Absent: net.dup 1 ms; net.reorder 5 ms. For net.reorder the most, a fixed "
                "time."),
          field("bandwidth", &F::bandwidth, "net.slow: what each link carries, each way.").at_least({1}),
          field("hold", &F::hold, "net.release: id of the net.hold; absent: all of them.").not_empty(),
          field("factor", &F::factor, "How many times slower.").at_least(2).at_most(1'000'000),
          field("unsynced", &F::unsynced, "disk.power: what becomes of writes that were not synced."),
          field("file", &F::file, "disk.rot: files whose name begins so; absent: all."),
          field("which", &F::which, "disk.rot: which records; absent: random."),
          field("count", &F::count, "disk.rot: how many records; absent: 1.").at_least(1),
          field("by", &F::by, "clk.offset, clk.jump: how far, backwards if negative.").may_be_negative(),
          field("ppm", &F::ppm, "clk.drift: parts per million, slower if negative.")
              .at_least(-sim::NodeClock::max_drift_ppb / 1000)
              .at_most(sim::NodeClock::max_drift_ppb / 1000),
          field("may_miss", &F::may_miss,
                "The run is sound even when this fault never begins or affects nothing."))
          .must("`at` or `when` is given", "fault",
                [](const F& spec) { return spec.at.has_value() || spec.when.has_value(); });
  return table;
}

}  // namespace lightcone::faults

namespace lightcone::sim {

std::optional<Mismatch> WrittenAs<faults::LinkName>::convert(const Form& form, faults::LinkName& out) {
  Result<faults::LinkName> read = faults::LinkName::from_text(form);
  if (!read) return Mismatch{read.problem(), "a link such as \"n1-n2\" or \"n1->n2\"", {}};
  out = std::move(read).value();
  return std::nullopt;
}

}  // namespace lightcone::sim
