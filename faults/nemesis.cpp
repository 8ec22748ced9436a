#include "faults/nemesis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "sim/chance/fixed.hpp"

namespace lightcone::faults {

using sim::Duration;
using sim::Ratio;
using sim::Stream;

const sim::FieldTable<Nemesis>& Nemesis::fields() {
  using F = Nemesis;
  using sim::field;
  static const sim::FieldTable<F> table =
      sim::FieldTable<F>(
          "nemesis", "Faults drawn at random, anew for each seed.",
          field(
              "kinds", &F::kinds,
              "What it may do. Empty: everything that breaks no assumption, and clocks, wipes as bounds and "
              "budget allow."),
          field("windows_min", &F::windows_min, "Faults in a run, at least.").at_least(0).at_most(100),
          field("windows_max", &F::windows_max, "Faults in a run, at most.").at_least(0).at_most(100),
          field("intensity", &F::intensity, "Share of the kinds that a run draws from.").probability(),
          field("aim", &F::aim, "Share of the faults that aim at who leads then.").probability(),
          field("budget", &F::budget, "Nodes that may be wiped in a run, at most.").at_least(0).at_most(100),
          field("loss_max", &F::loss_max, "Each run loses a random share of all messages, at most this one.")
              .probability(),
          field("duplication_max", &F::duplication_max,
                "Each run doubles a random share of all messages, at most this one.")
              .probability(),
          field("delay_spread_max", &F::delay_spread_max,
                "Each run delays messages by up to so many round trips, or fewer.")
              .at_least(0)
              .at_most(1'000),
          field("clock_error", &F::clock_error,
                "Wall clocks are off by no more than this, all faults of a run together. Absent: they do not "
                "step."),
          field("clock_drift_ppm", &F::clock_drift_ppm,
                "Clocks drift, by no more than so many parts per million. Absent: they do not.")
              .at_least(0)
              .at_most(100'000))
          .must("windows_max is at least windows_min", "windows_max",
                [](const F& nemesis) { return nemesis.windows_max >= nemesis.windows_min; });
  return table;
}

Duration log_uniform(Stream& chance, Duration least, Duration most) {
  const auto low = static_cast<std::uint64_t>(least.count());
  const auto high = static_cast<std::uint64_t>(most.count());
  const sim::Fixed doublings = sim::log2_of(high) - sim::log2_of(low);
  const auto share = sim::Fixed::from_raw(static_cast<std::int64_t>(chance.next() >> 16));  // [0, 1)
  const Duration drawn(sim::times_exp2(least.count(), doublings * share));
  return std::clamp(drawn, least, most);
}

namespace {

constexpr FaultKind usual_kinds[] = {
    FaultKind::net_part,   FaultKind::net_oneway, FaultKind::net_isolate, FaultKind::net_drop,
    FaultKind::net_dup,    FaultKind::net_delay,  FaultKind::net_reorder, FaultKind::net_corrupt,
    FaultKind::proc_crash, FaultKind::proc_pause, FaultKind::proc_slow,   FaultKind::disk_power,
    FaultKind::disk_torn,  FaultKind::disk_slow,  FaultKind::disk_rot,
};

// Those that need no more than a node or a share of messages, which is what it draws.
constexpr FaultKind further_kinds[] = {
    FaultKind::disk_wipe, FaultKind::disk_full,        FaultKind::disk_lie,
    FaultKind::clk_jump,  FaultKind::clk_offset,       FaultKind::clk_freeze,
    FaultKind::clk_drift, FaultKind::clk_masters_lost, FaultKind::ask,
};

bool can_draw(FaultKind kind) {
  return std::find(std::begin(usual_kinds), std::end(usual_kinds), kind) != std::end(usual_kinds) ||
         std::find(std::begin(further_kinds), std::end(further_kinds), kind) != std::end(further_kinds);
}

class Painter {
 public:
  Painter(const Nemesis& nemesis, const Scale& scale, const Census& census, Stream chance)
      : nemesis_(nemesis),
        scale_(scale),
        chance_(chance),
        round_trip_(std::max(scale.round_trip, Duration(1us))) {
    for (std::size_t i = 0; i < census.names.size(); ++i) {
      if (!is_client_role(census.roles[i])) servers_.push_back(census.names[i]);
    }
    moments_ = census.moments;
    longest_ = std::max(10 * scale.longest_timeout, 2 * round_trip_);
    left_to_wipe_ = nemesis.budget;
    left_to_rot_ = (static_cast<std::int64_t>(servers_.size()) - 1) / 2;
    error_left_ = nemesis.clock_error.value_or(scale.longest_timeout);
  }

  std::vector<FaultSpec> draw() {
    if (scale_.phases.heal <= scale_.phases.faults_begin || servers_.empty()) return {};
    background();
    windows();
    return std::move(out_);
  }

 private:
  Duration length_of_phase() const { return scale_.phases.heal - scale_.phases.faults_begin; }

  FaultSpec& add(FaultName fault, std::string id, Duration at) {
    FaultSpec& spec = out_.emplace_back();
    spec.fault = std::move(fault);
    spec.id = std::move(id);
    spec.at = at;
    spec.may_miss = true;
    return spec;
  }

  // Loss, doubling and delay from the first fault to the heal, each a random part of what is allowed.
  void background() {
    Stream chance = chance_.split("background");
    const auto always_on = [&](FaultKind kind, std::string id) -> FaultSpec& {
      FaultSpec& spec = add({kind, {}}, std::move(id), scale_.phases.faults_begin);
      spec.lasts = length_of_phase();
      return spec;
    };
    const Ratio loss = part_of(nemesis_.loss_max, chance);
    const Ratio duplication = part_of(nemesis_.duplication_max, chance);
    const Duration spread = chance.between(Duration::zero(), nemesis_.delay_spread_max * round_trip_);
    if (loss.numerator > 0) always_on(FaultKind::net_drop, "background-loss").share = loss;
    if (duplication.numerator > 0) {
      FaultSpec& spec = always_on(FaultKind::net_dup, "background-duplication");
      spec.share = duplication;
      spec.delay = uniform(Duration::zero(), round_trip_);
    }
    if (spread > Duration::zero()) {
      always_on(FaultKind::net_delay, "background-delay").delay = uniform(Duration::zero(), rounded(spread));
    }
  }

  // A share of `most` in hundredths of it.
  static Ratio part_of(Ratio most, Stream& chance) {
    const std::int64_t hundredths = chance.between(0, 100);
    return sim::reduced({most.numerator * hundredths, most.denominator * 100});
  }
  static sim::DrawnDuration uniform(Duration least, Duration most) {
    sim::DistributionForm form;
    form.uniform = {least, most};
    return sim::DrawnDuration::of(form);
  }

  // So that a frozen scenario can be read: towards zero to three digits, or to a hundredth of a round trip.
  static Duration rounded(Duration duration) {
    std::int64_t unit = 1;
    while (duration.count() / unit >= 1000 || duration.count() / unit <= -1000) unit *= 10;
    return Duration(duration.count() / unit * unit);
  }
  Duration on_grid(Duration since_start) const {
    std::int64_t unit = 1;
    while (unit * 1000 <= round_trip_.count()) unit *= 10;
    return std::max(Duration(since_start.count() / unit * unit), scale_.phases.faults_begin);
  }

  void windows() {
    Stream subset = chance_.split("kinds");
    std::vector<FaultName> kinds;
    std::vector<FaultName> all = kinds_of(nemesis_);
    for (const FaultName& kind : all) {
      if (subset.chance(nemesis_.intensity)) kinds.push_back(kind);
    }
    if (kinds.empty() && !all.empty()) kinds.push_back(subset.pick(all));
    if (kinds.empty()) return;
    const auto before = static_cast<std::ptrdiff_t>(out_.size());
    Stream numbers = chance_.split("windows");
    const std::int64_t count = numbers.between(nemesis_.windows_min, nemesis_.windows_max);
    for (std::int64_t i = 0; i < count; ++i) {
      Stream chance = chance_.split("window").split(static_cast<std::uint64_t>(i));
      window(chance.pick(kinds), fmt::format("window-{}", i + 1), chance);
    }
    std::sort(out_.begin() + before, out_.end(), [](const FaultSpec& a, const FaultSpec& b) {
      return std::tie(*a.at, *a.id) < std::tie(*b.at, *b.id);
    });
  }

  void window(const FaultName& kind, std::string id, Stream& chance) {
    if (kind.kind == FaultKind::disk_wipe && left_to_wipe_ == 0) return;
    if (kind.kind == FaultKind::disk_rot && left_to_rot_ == 0) return;
    const Duration anywhere =
        scale_.phases.faults_begin + chance.between(Duration::zero(), length_of_phase() - 1ns);
    const Duration begin = on_grid(beside_the_last(anywhere, chance.split("company")));
    FaultSpec& spec = add(kind, std::move(id), begin);
    const Duration lasts = rounded(length(kind.kind, chance));
    last_begin_ = begin;
    last_lasts_ = lasts;
    if (describe(kind.kind).length != Length::none && kind.kind != FaultKind::ask) spec.lasts = lasts;
    if (kind.kind == FaultKind::net_part && servers_.size() < 2) {
      spec.fault.kind = FaultKind::net_isolate;
      spec.node = Selector(servers_.front());
    } else if (kind.kind == FaultKind::net_part) {
      partition(spec, chance);
    } else if (kind.kind < FaultKind::proc_crash) {
      messages(spec, chance);
    } else {
      const std::string who = target(chance);
      const bool everybody = chance.chance({1, 4}) && fails_together(kind.kind);
      spec.node = everybody ? Selector("servers") : Selector(who);
      strength(spec, chance);
      if (fails_together(kind.kind)) strike_at_a_moment(spec, chance.split("moment"));
      if (kind.kind == FaultKind::disk_rot) rot(spec, lasts, chance.split("rot"));
    }
  }

  // Troubles like company: half of them begin while the one drawn before is under way.
  Duration beside_the_last(Duration anywhere, Stream chance) const {
    const bool joins = chance.chance({1, 2});
    const Duration later = chance.between(Duration::zero(), last_lasts_);
    if (!joins || last_lasts_ == Duration::zero()) return anywhere;
    return std::min<Duration>(last_begin_ + later, scale_.phases.heal - 1ns);
  }

  // Half of the crashes wait for one of the model's moments: what was just written is not durable then, and
  // what was just sent is under way. They strike whoever has to do with it, which may be all.
  void strike_at_a_moment(FaultSpec& spec, Stream chance) const {
    if (moments_.empty()) return;
    const bool waits = chance.chance({1, 2});
    const std::string& mark = chance.pick(moments_);
    const std::int64_t which = chance.between(1, 2);
    const std::uint64_t whom = chance.below(3);
    if (!waits) return;
    Trigger moment;
    moment.event = Cue::mark;
    moment.type = mark;
    moment.nth = static_cast<std::uint64_t>(which);
    spec.when = moment;
    if (whom == 0) spec.node = Selector("servers");
    if (whom == 1) spec.node = Selector("followers");
  }

  // One record of one node, which is read again after a restart, and only then. A minority of the nodes.
  void rot(FaultSpec& spec, Duration lasts, Stream chance) {
    --left_to_rot_;
    const std::string& who = chance.pick(servers_);
    spec.node = Selector(who);
    FaultSpec restart = spec;
    restart.fault = {FaultKind::proc_crash, {}};
    *restart.id += "-restart";
    restart.lasts = lasts;
    out_.push_back(std::move(restart));
  }

  Duration length(FaultKind kind, Stream& chance) {
    const Duration timeout = scale_.longest_timeout;
    if (kind != FaultKind::proc_pause || timeout < 10 * round_trip_) {
      return log_uniform(chance, round_trip_, longest_);
    }
    // Pauses are about leases and sessions: half of them survive, half do not.
    const bool outlives = chance.chance({1, 2});
    return outlives ? log_uniform(chance, timeout, longest_) : log_uniform(chance, round_trip_, timeout);
  }

  // A room loses its power at once; a bad release crashes everywhere.
  static bool fails_together(FaultKind kind) {
    return kind == FaultKind::disk_power || kind == FaultKind::disk_torn || kind == FaultKind::proc_crash;
  }

  // Draws the same whether it aims or not.
  std::string target(Stream& chance) {
    const std::string& name = chance.pick(servers_);
    return chance.chance(nemesis_.aim) ? "leader or " + name : name;
  }

  void partition(FaultSpec& spec, Stream& chance) {
    std::vector<std::string> shuffled = servers_;
    const std::uint64_t kind = chance.below(6);
    const bool aims = chance.chance(nemesis_.aim);
    chance.shuffle(shuffled);
    const std::size_t n = shuffled.size();
    if (kind == 0 && n >= 4) {
      spec.shape = Shape::ring;
    } else if (kind == 1 && n >= 3) {
      spec.shape = Shape::bridge;
    } else if (aims) {
      spec.shape = Shape::leader_in_minority;
    } else {
      const auto majority = shuffled.begin() + static_cast<std::ptrdiff_t>(n / 2 + 1);
      std::sort(shuffled.begin(), majority);
      spec.groups.emplace();
      spec.groups->push_back(Selector::from(std::vector(shuffled.begin(), majority)).value());
      spec.groups->emplace_back("others");
    }
    const bool flaps = chance.chance({1, 4});
    if (flaps && *spec.lasts >= 4 * round_trip_) spec.flap = rounded(*spec.lasts / 4);
  }

  void messages(FaultSpec& spec, Stream& chance) {
    const std::string who = target(chance);
    const bool outward = chance.chance({1, 2});
    const std::int64_t percent = chance.between(5, 100);
    const Duration delay = rounded(log_uniform(chance, round_trip_, longest_));
    switch (spec.fault.kind) {
      case FaultKind::net_isolate:
        spec.node = Selector(who);
        return;
      case FaultKind::net_oneway:
        spec.from = outward ? Selector(who) : Selector("*");
        spec.to = outward ? Selector("*") : Selector(who);
        return;
      case FaultKind::net_delay:
        spec.delay = uniform(Duration::zero(), delay);
        break;
      case FaultKind::net_reorder:
      case FaultKind::net_dup:
        spec.delay = sim::DrawnDuration(std::min(delay, rounded(std::max(10 * round_trip_, Duration(1us)))));
        break;
      default:
        break;
    }
    (outward ? spec.from : spec.to) = Selector(who);
    spec.share = sim::reduced({percent, 100});
  }

  void strength(FaultSpec& spec, Stream& chance) {
    const std::int64_t doublings = chance.between(1, 6);
    const std::int64_t millionths = chance.between(-1'000'000, 1'000'000);  // of the most that is allowed
    switch (spec.fault.kind) {
      case FaultKind::proc_slow:
      case FaultKind::disk_slow:
        spec.factor = std::uint32_t{1} << doublings;
        return;
      case FaultKind::clk_jump:
      case FaultKind::clk_offset:
        spec.by = rounded(millionth(error_left_, millionths));
        if (nemesis_.clock_error) error_left_ -= std::chrono::abs(*spec.by);
        return;
      case FaultKind::clk_drift:
        drift(spec, millionths);
        return;
      case FaultKind::disk_power:
        if (millionths < 0)
          spec.unsynced = Unsynced::lost;  // everything, as when nothing was flushed by chance
        return;
      case FaultKind::disk_wipe:
        --left_to_wipe_;
        return;
      default:
        return;
    }
  }

  static Duration millionth(Duration of, std::int64_t millionths) {
    return Duration(of.count() / 1'000'000 * millionths);
  }

  // What a drift adds to a clock's error stays, so all of them share one budget with the steps.
  void drift(FaultSpec& spec, std::int64_t millionths) {
    std::int64_t most = nemesis_.clock_drift_ppm.value_or(10'000);
    if (nemesis_.clock_error)
      most = std::min(most, error_left_.count() / (spec.lasts->count() / 1'000'000 + 1));
    spec.ppm = most * millionths / 1'000'000;
    const std::int64_t steps = spec.lasts->count() / 1'000'000 + 1;
    if (nemesis_.clock_error) error_left_ -= Duration(steps * (*spec.ppm < 0 ? -*spec.ppm : *spec.ppm));
  }

  const Nemesis& nemesis_;
  const Scale& scale_;
  Stream chance_;
  Duration round_trip_;
  Duration longest_{};
  std::vector<std::string> servers_;
  std::vector<std::string> moments_;
  std::int64_t left_to_wipe_ = 0;
  std::int64_t left_to_rot_ = 0;
  Duration last_begin_{};  // of the window drawn last
  Duration last_lasts_{};  // zero: none was drawn
  Duration error_left_{};  // of clocks
  std::vector<FaultSpec> out_;
};

}  // namespace

std::vector<FaultName> kinds_of(const Nemesis& nemesis) {
  if (!nemesis.kinds.empty()) return nemesis.kinds;
  std::vector<FaultName> kinds;
  for (const FaultKind kind : usual_kinds) kinds.push_back({kind, {}});
  if (nemesis.budget > 0) kinds.push_back({FaultKind::disk_wipe, {}});
  if (nemesis.clock_error) kinds.push_back({FaultKind::clk_offset, {}});
  if (nemesis.clock_drift_ppm) kinds.push_back({FaultKind::clk_drift, {}});
  return kinds;
}

std::vector<NemesisComplaint> validate(const Nemesis& nemesis) {
  std::vector<NemesisComplaint> out;
  for (std::size_t i = 0; i < nemesis.kinds.size(); ++i) {
    const FaultKind kind = nemesis.kinds[i].kind;
    if (can_draw(kind)) continue;
    std::vector<std::string_view> names;
    for (const FaultDescription& each : fault_descriptions()) {
      if (can_draw(each.kind)) names.push_back(each.token);
    }
    out.push_back({fmt::format("kinds[{}]", i),
                   {fmt::format("{} cannot be drawn at random", describe(kind).token),
                    fmt::format("one of {}", fmt::join(names, ", ")),
                    {}}});
  }
  return out;
}

std::vector<FaultSpec> draw_faults(const Nemesis& nemesis, const Scale& scale, const Census& census,
                                   Stream chance) {
  return Painter(nemesis, scale, census, chance).draw();
}

}  // namespace lightcone::faults
