#include "faults/fault_name.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "sim/ensure.hpp"
#include "sim/nearest.hpp"

namespace lightcone::faults {

std::string documented(const FaultDescription& fault) {
  const auto list = [](std::string_view words) {
    std::string out;
    for (const char c : words) out += c == ' ' ? ", " : c == '|' ? " or " : std::string(1, c);
    return out;
  };
  std::string needs = list(fault.needs);
  std::string takes = list(fault.takes);
  if (fault.length != Length::none) {
    std::string& fields = fault.length == Length::must_have ? needs : takes;
    fields = fields.empty() ? "for" : "for, " + fields;
  }
  std::string out(fault.doc);
  if (!needs.empty()) out += " Needs " + needs + ".";
  if (!takes.empty()) out += " Takes " + takes + ".";
  return out;
}

namespace {

using enum Length;

constexpr std::string_view filter = "from to message where share limit flap";

constexpr std::array descriptions = {
    FaultDescription{FaultKind::net_part, "net.part",
                     "Nodes of different groups cannot reach each other; nodes in no group reach everybody.",
                     must_have, "groups|shape", "node flap"},
    FaultDescription{FaultKind::net_oneway, "net.oneway", "Messages of `from` do not reach `to`.", must_have,
                     "from to", "flap"},
    FaultDescription{
        FaultKind::net_links, "net.links",
        "The links of `cut` do not work, or of those among the nodes that `keep` names only these.",
        must_have, "cut|keep", "flap"},
    FaultDescription{FaultKind::net_isolate, "net.isolate",
                     "Each of the nodes reaches nobody and is reached by none.", must_have, "node", "flap"},
    FaultDescription{FaultKind::net_drop, "net.drop",
                     "Messages are lost. On a stream, loss that aims at no message type, field or number of "
                     "messages costs a retransmission instead.",
                     must_have, "", filter},
    FaultDescription{
        FaultKind::net_dup, "net.dup",
        "Messages arrive twice, the second time after a further `delay`. Streams are not affected.",
        must_have, "", "from to message where share limit flap delay"},
    FaultDescription{FaultKind::net_delay, "net.delay", "Messages arrive later by `delay`.", must_have,
                     "delay", filter},
    FaultDescription{FaultKind::net_reorder, "net.reorder",
                     "Half of the messages, or another share, are held back by any time up to `delay`.",
                     must_have, "", "from to message where share limit flap delay"},
    FaultDescription{FaultKind::net_corrupt, "net.corrupt",
                     "Messages are damaged; checksums find it, so they are lost, or sent again on a stream.",
                     must_have, "", filter},
    FaultDescription{FaultKind::net_slow, "net.slow",
                     "Links carry at most `bandwidth`; what does not fit waits, without bound.", must_have,
                     "bandwidth", "from to flap"},
    FaultDescription{FaultKind::net_hold, "net.hold",
                     "Messages are parked until the fault ends or a net.release names it.", may_have, "",
                     filter},
    FaultDescription{
        FaultKind::net_release, "net.release",
        "Ends the net.hold called `hold`, or all of them: parked messages go on their way in order.", none,
        "", "hold"},
    FaultDescription{
        FaultKind::proc_crash, "proc.crash",
        "The process dies; files stay, unsynced writes too. With `for` it restarts after that time.",
        may_have, "node", ""},
    FaultDescription{FaultKind::proc_restart, "proc.restart", "A process that is down starts.", none, "node",
                     ""},
    FaultDescription{FaultKind::proc_pause, "proc.pause",
                     "Nothing runs on the node, its clocks go on, what it is sent waits.", must_have, "node",
                     ""},
    FaultDescription{FaultKind::proc_slow, "proc.slow", "Work takes `factor` times as long.", must_have,
                     "node factor", ""},
    FaultDescription{
        FaultKind::proc_clone, "proc.clone",
        "A copy of the machine runs beside it: same disk, identity and random numbers; what is sent "
        "to the node reaches one of the two.",
        may_have, "node", ""},
    FaultDescription{
        FaultKind::disk_power, "disk.power",
        "The machine loses its power: the process dies, and with it any suffix of what was not synced.",
        may_have, "node", "unsynced"},
    FaultDescription{FaultKind::disk_torn, "disk.torn",
                     "A loss of power that leaves the first lost write of each file half done.", may_have,
                     "node", ""},
    FaultDescription{FaultKind::disk_rot, "disk.rot", "Records become unreadable; nobody is told.", none,
                     "node", "file which count"},
    FaultDescription{
        FaultKind::disk_wipe, "disk.wipe",
        "The node dies and its disk is empty. With `for` it restarts after that time, otherwise never.",
        may_have, "node", ""},
    FaultDescription{FaultKind::disk_slow, "disk.slow", "Syncs take `factor` times as long.", must_have,
                     "node factor", ""},
    FaultDescription{FaultKind::disk_full, "disk.full", "Writes are refused.", must_have, "node", ""},
    FaultDescription{FaultKind::disk_lie, "disk.lie", "Syncs complete without making anything durable.",
                     must_have, "node", ""},
    FaultDescription{FaultKind::clk_offset, "clk.offset",
                     "The wall clock steps `by` a time, and back when the fault ends.", must_have, "node by",
                     ""},
    FaultDescription{FaultKind::clk_jump, "clk.jump", "The wall clock steps `by` a time, for good.", none,
                     "node by", ""},
    FaultDescription{FaultKind::clk_drift, "clk.drift",
                     "Both clocks run `ppm` parts per million faster; what they are off by then stays.",
                     must_have, "node ppm", ""},
    FaultDescription{FaultKind::clk_freeze, "clk.freeze",
                     "The wall clock stands still, and jumps to where it would be when the fault ends.",
                     must_have, "node", ""},
    FaultDescription{FaultKind::clk_masters_lost, "clk.masters_lost",
                     "The node hears of no time master, so the uncertainty of its TrueTime grows.", must_have,
                     "node", ""},
    FaultDescription{
        FaultKind::ask, "ops.<action>",
        "Asks the model for an action of an administrator. `for` is possible where the model offers "
        "end-<action> too, which is asked for at the end.",
        may_have, "", "node"},
};

bool is_action(std::string_view text, std::string_view family) {
  return text.size() > family.size() && text.starts_with(family);
}

}  // namespace

std::span<const FaultDescription> fault_descriptions() { return descriptions; }

const FaultDescription& describe(FaultKind kind) {
  const FaultDescription& found = descriptions[static_cast<std::size_t>(kind)];
  sim::ensure(found.kind == kind, "faults are described in the order of their enumerators");
  return found;
}

std::string FaultName::text() const {
  if (kind != FaultKind::ask) return std::string(describe(kind).token);
  const bool has_family = action.starts_with("load.") || action.starts_with("dep.");
  return has_family ? action : "ops." + action;
}

}  // namespace lightcone::faults

namespace lightcone::sim {

std::span<const ChoiceWord> WrittenAs<faults::FaultName>::words() {
  static const std::vector<std::string> docs = [] {
    std::vector<std::string> out;
    for (const faults::FaultDescription& each : faults::fault_descriptions())
      out.push_back(faults::documented(each));
    return out;
  }();
  static const std::vector<ChoiceWord> all = [] {
    std::vector<ChoiceWord> out;
    for (const faults::FaultDescription& each : faults::fault_descriptions()) {
      const std::string_view doc = docs[static_cast<std::size_t>(each.kind)];
      if (each.kind != faults::FaultKind::ask) out.push_back({each.token, doc});
    }
    return out;
  }();
  return all;
}

std::optional<Mismatch> WrittenAs<faults::FaultName>::convert(const Form& form, faults::FaultName& out) {
  using namespace faults;
  if (is_action(form, "ops.")) {
    out = {FaultKind::ask, form.substr(4)};
    return std::nullopt;
  }
  if (is_action(form, "load.") || is_action(form, "dep.")) {
    out = {FaultKind::ask, form};
    return std::nullopt;
  }
  std::vector<std::string_view> tokens;
  for (const FaultDescription& each : fault_descriptions()) {
    if (each.kind == FaultKind::ask) continue;
    if (each.token == form) {
      out = {each.kind, {}};
      return std::nullopt;
    }
    tokens.push_back(each.token);
  }
  const std::string likely = nearest(form, tokens);
  return Mismatch{
      quoted(Literal::string(form)) + " is no fault",
      "one of " + fmt::format("{}", fmt::join(tokens, ", ")) + ", ops.<action>, load.<...>, dep.<...>",
      likely.empty() ? likely : quoted(Literal::string(likely))};
}

}  // namespace lightcone::sim
