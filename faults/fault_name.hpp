// What can go wrong, by name: the token that a scenario file says ("net.part"), what it means, and which
// fields go with it. One table, from which files are checked and documentation is written.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sim/type_of.hpp"

namespace lightcone::faults {

enum class FaultKind : std::uint8_t {
  net_part,
  net_oneway,
  net_links,
  net_isolate,
  net_drop,
  net_dup,
  net_delay,
  net_reorder,
  net_corrupt,
  net_slow,
  net_hold,
  net_release,
  proc_crash,
  proc_restart,
  proc_pause,
  proc_slow,
  proc_clone,
  disk_power,
  disk_torn,
  disk_rot,
  disk_wipe,
  disk_slow,
  disk_full,
  disk_lie,
  clk_offset,
  clk_jump,
  clk_drift,
  clk_freeze,
  clk_masters_lost,
  ask,  // the model does it: ops.*, load.*, dep.*
};

// Whether `for` is given.
enum class Length : std::uint8_t {
  none,      // it happens at one instant
  may_have,  // without, it lasts until something else ends it, such as the heal
  must_have,
};

struct FaultDescription {
  FaultKind kind;
  std::string_view token;
  std::string_view doc;  // a sentence
  Length length;
  // Fields, separated by blanks. Of `needs`, all; "groups|shape" is exactly one of the two.
  std::string_view needs;
  std::string_view takes;
};

// All kinds, in the order of FaultKind.
std::span<const FaultDescription> fault_descriptions();
const FaultDescription& describe(FaultKind kind);
// "Syncs take `factor` times as long. Needs for, node, factor."
std::string documented(const FaultDescription& fault);

// The token of a fault. An action that a model offers has the name "ops.<action>"; "load.<...>" and
// "dep.<...>" are actions whose name keeps that word.
struct FaultName {
  FaultKind kind = FaultKind::net_part;
  std::string action;  // ask: as Model::administer knows it

  std::string text() const;
  friend bool operator==(const FaultName&, const FaultName&) = default;
};

}  // namespace lightcone::faults

template <>
struct lightcone::sim::WrittenAs<lightcone::faults::FaultName> {
  using Form = std::string;
  static constexpr std::string_view name = "fault_name";
  static constexpr std::string_view doc =
      "What goes wrong: one of these, or an action that the model offers: ops.<action>, load.<...>, "
      "dep.<...>.";
  static std::span<const ChoiceWord> words();
  static std::optional<Mismatch> convert(const Form& form, faults::FaultName& out);
  static Form form_of(const faults::FaultName& fault) { return fault.text(); }
};
