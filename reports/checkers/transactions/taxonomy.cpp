#include "reports/checkers/transactions/taxonomy.hpp"

#include <array>

namespace lightcone::reports::checkers {

namespace {

using enum Anomaly;
using enum Model;

constexpr std::array<std::string_view, anomaly_count> anomaly_names = {
    "G0",
    "G1c",
    "G-single-item",
    "G-single",
    "G-nonadjacent-item",
    "G-nonadjacent",
    "G2-item",
    "G2",
    "G0-process",
    "G1c-process",
    "G-single-item-process",
    "G-single-process",
    "G-nonadjacent-item-process",
    "G-nonadjacent-process",
    "G2-item-process",
    "G2-process",
    "G0-realtime",
    "G1c-realtime",
    "G-single-item-realtime",
    "G-single-realtime",
    "G-nonadjacent-item-realtime",
    "G-nonadjacent-realtime",
    "G2-item-realtime",
    "G2-realtime",
    "G1a",
    "G1b",
    "internal",
    "future-read",
    "lost-update",
    "dirty-update",
    "duplicate-elements",
    "incompatible-order",
    "cyclic-versions",
    "predicate-read-miss",
    "G1",
    "G1-process",
    "G1-realtime",
    "write-skew",
    "GSI",
    "GSIa",
    "GSIb",
    "G-SI",
    "G-SIb",
    "G-MSR",
    "G-cursor",
    "G-monotonic",
    "G-update",
    "PL-1-cycle-exists",
    "PL-2-cycle-exists",
    "PL-2.99-cycle-exists",
    "PL-3-cycle-exists",
    "PL-SI-cycle-exists",
    "PL-SS-cycle-exists",
    "strong-session-PL-1-cycle-exists",
    "strong-session-PL-2-cycle-exists",
    "strong-session-snapshot-isolation-cycle-exists",
    "strong-session-serializable-cycle-exists",
    "strong-PL-1-cycle-exists",
    "strong-PL-2-cycle-exists",
    "strong-snapshot-isolation-cycle-exists",
};

struct ModelNames {
  std::string_view name;
  std::array<std::string_view, 2> others;
};

constexpr std::array<ModelNames, model_count> model_names = {{
    {"read-uncommitted", {"PL-1", ""}},
    {"read-committed", {"PL-2", ""}},
    {"cursor-stability", {"PL-CS", ""}},
    {"monotonic-view", {"PL-2L", ""}},
    {"monotonic-snapshot-read", {"PL-MSR", ""}},
    {"monotonic-atomic-view", {"", ""}},
    {"read-atomic", {"", ""}},
    {"update-atomic", {"", ""}},
    {"causal-cerone", {"", ""}},
    {"prefix", {"", ""}},
    {"parallel-snapshot-isolation", {"", ""}},
    {"consistent-view", {"PL-2+", ""}},
    {"forward-consistent-view", {"PL-FCV", ""}},
    {"repeatable-read", {"PL-2.99", ""}},
    {"snapshot-isolation", {"PL-SI", ""}},
    {"update-serializable", {"PL-3U", ""}},
    {"view-serializable", {"", ""}},
    {"serializable", {"PL-3", "conflict-serializable"}},
    {"strong-session-read-uncommitted", {"strong-session-PL-1", ""}},
    {"strong-session-read-committed", {"strong-session-PL-2", ""}},
    {"strong-session-snapshot-isolation", {"", ""}},
    {"strong-session-serializable", {"", ""}},
    {"strong-read-uncommitted", {"strong-PL-1", ""}},
    {"strong-read-committed", {"strong-PL-2", ""}},
    {"strong-snapshot-isolation", {"", ""}},
    {"strong-serializable", {"PL-SS", "strict-serializable"}},
    {"1SR", {"", ""}},
    {"session-serializable", {"", ""}},
    {"linearizable", {"", ""}},
    {"sequential", {"", ""}},
    {"causal", {"", ""}},
    {"PRAM", {"", ""}},
    {"writes-follow-reads", {"", ""}},
    {"monotonic-reads", {"", ""}},
    {"monotonic-writes", {"", ""}},
    {"read-your-writes", {"", ""}},
}};

// The direct arrows out of each member; what follows from them is computed.
template <class From, class To>
struct Arrows {
  From from;
  EnumSet<To> to;
};

constexpr Arrows<Anomaly, Anomaly> anomaly_arrows[] = {
    // A cycle of fewer kinds of edges is a cycle of more kinds (Adya 4.2), and with sessions or real time
    // allowed it remains one. A session is sequential, so its order is part of real time.
    {g0, {g1c, g0_process}},
    {g0_process, {g1c_process, g0_realtime}},
    {g0_realtime, {g1c_realtime}},
    {g1c, {g1, g1c_process}},
    {g1c_process, {g1_process, g1c_realtime}},
    {g1c_realtime, {g1_realtime}},
    {g_single_item, {g_single, g_nonadjacent_item, g_single_item_process}},
    {g_single_item_process, {g_single_process, g_nonadjacent_item_process, g_single_item_realtime}},
    {g_single_item_realtime, {g_single_realtime, g_nonadjacent_item_realtime}},
    {g_single, {g_nonadjacent, g_single_process, gsi_b}},
    {g_single_process, {g_nonadjacent_process, g_single_realtime}},
    {g_single_realtime, {g_nonadjacent_realtime}},
    {g_nonadjacent_item, {g_nonadjacent, g2_item, g_nonadjacent_item_process}},
    {g_nonadjacent_item_process, {g_nonadjacent_process, g2_item_process, g_nonadjacent_item_realtime}},
    {g_nonadjacent_item_realtime, {g_nonadjacent_realtime, g2_item_realtime}},
    {g_nonadjacent, {g2, g_nonadjacent_process}},
    {g_nonadjacent_process, {g2_process, g_nonadjacent_realtime}},
    {g_nonadjacent_realtime, {g2_realtime}},
    {g2_item, {g2, g2_item_process}},
    {g2_item_process, {g2_process, g2_item_realtime}},
    {g2_item_realtime, {g2_realtime}},
    {g2, {g2_process}},
    {g2_process, {g2_realtime}},
    {g1, {g1_process}},
    {g1_process, {g1_realtime}},
    {g1a, {g1}},
    {g1b, {g1}},
    {gsi_a, {gsi}},
    {gsi_b, {gsi}},
    // A transaction that reads what it writes later depends on itself.
    {future_read, {g1c}},
    // Two reads from different timelines: one of them read what was never committed (Elle 4.2). The same
    // holds of a committed version on top of an aborted one.
    {incompatible_order, {g1a}},
    {dirty_update, {g1a}},
    // Bailis 5.2: a lost update is a write skew on one object.
    {lost_update, {write_skew, g2_item}},
    {write_skew, {g2}},
};

constexpr Arrows<Model, Model> model_arrows[] = {
    {read_committed, {read_uncommitted}},                           // Adya 4.2
    {cursor_stability, {read_committed}},                           // Adya 4.2.4
    {monotonic_view, {read_committed}},                             // Adya 4.3
    {monotonic_snapshot_read, {read_committed}},                    // Adya 4.3
    {monotonic_atomic_view, {read_committed}},                      // Bailis
    {read_atomic, {monotonic_atomic_view}},                         // Cerone
    {update_atomic, {read_atomic}},                                 // Cerone
    {causal_cerone, {read_atomic}},                                 // Cerone
    {prefix, {causal_cerone}},                                      // Cerone
    {parallel_snapshot_isolation, {causal_cerone, update_atomic}},  // Cerone
    {consistent_view, {cursor_stability, monotonic_view}},          // Adya 4.3
    {forward_consistent_view, {consistent_view}},                   // Adya 4.3
    {repeatable_read, {cursor_stability, monotonic_atomic_view}},   // Adya; Bailis
    {snapshot_isolation,
     {forward_consistent_view, monotonic_snapshot_read, monotonic_atomic_view,  // Adya; Bailis
      parallel_snapshot_isolation, prefix}},                                    // Cerone
    {update_serializable, {forward_consistent_view}},                           // Adya 4.3
    {serializable, {repeatable_read, update_serializable, snapshot_isolation, view_serializable}},
    {session_serializable, {one_copy_serializable}},
    {strong_session_read_uncommitted, {read_uncommitted}},
    {strong_session_read_committed, {read_committed, strong_session_read_uncommitted}},
    {strong_session_snapshot_isolation, {snapshot_isolation, strong_session_read_committed}},  // Daudjee
    {strong_session_serializable, {serializable, strong_session_snapshot_isolation}},          // Daudjee
    {strong_read_uncommitted, {strong_session_read_uncommitted}},
    {strong_read_committed, {strong_session_read_committed, strong_read_uncommitted}},
    {strong_snapshot_isolation, {strong_session_snapshot_isolation, strong_read_committed}},
    {strong_serializable,
     {serializable, strong_session_serializable, strong_snapshot_isolation, session_serializable,
      linearizable}},
    {linearizable, {sequential}},
    {sequential, {causal}},
    {causal, {writes_follow_reads, pram}},
    {pram, {monotonic_reads, monotonic_writes, read_your_writes}},
};

constexpr Arrows<Model, Anomaly> model_forbids[] = {
    // A version order is total and holds each version once (Adya 4.1), whatever the level.
    {read_uncommitted, {g0, duplicate_elements, cyclic_versions, pl_1_cycle_exists}},
    {read_committed, {g1, pl_2_cycle_exists}},
    {cursor_stability, {g_cursor, lost_update}},
    {monotonic_view, {g_monotonic}},
    {monotonic_snapshot_read, {g_msr}},
    {consistent_view, {g_single}},
    {forward_consistent_view, {g_sib}},
    {repeatable_read, {g2_item, lost_update, pl_2_99_cycle_exists}},
    {update_serializable, {g_update}},
    // Cerone's axioms INT (a transaction sees its own effects and one snapshot) and EXT.
    {read_atomic, {internal, future_read, g1a}},
    {update_atomic, {lost_update}},
    // Adya's G-SI; and by Cerone (PODC 2016, theorem 9) every cycle whose anti-dependencies are not
    // adjacent.
    {snapshot_isolation, {g_si, g_nonadjacent, pl_si_cycle_exists}},
    {serializable, {g2, predicate_read_miss, pl_3_cycle_exists}},
    {strong_session_read_uncommitted, {g0_process, strong_session_pl_1_cycle_exists}},
    {strong_session_read_committed, {g1c_process, strong_session_pl_2_cycle_exists}},
    {strong_session_snapshot_isolation,
     {g1_process, g_nonadjacent_process, strong_session_snapshot_isolation_cycle_exists}},
    {strong_session_serializable, {g2_process, strong_session_serializable_cycle_exists}},
    {strong_read_uncommitted, {g0_realtime, strong_pl_1_cycle_exists}},
    {strong_read_committed, {g1c_realtime, strong_pl_2_cycle_exists}},
    {strong_snapshot_isolation,
     {g1_realtime, g_nonadjacent_realtime, strong_snapshot_isolation_cycle_exists}},
    {strong_serializable, {g2_realtime, pl_ss_cycle_exists}},
};

template <class From, class To, std::size_t N>
EnumSet<To> forward(const Arrows<From, To> (&arrows)[N], EnumSet<From> from) {
  EnumSet<To> out;
  for (const auto& arrow : arrows)
    if (from.contains(arrow.from)) out |= arrow.to;
  return out;
}

template <class From, class To, std::size_t N>
EnumSet<From> backward(const Arrows<From, To> (&arrows)[N], EnumSet<To> to) {
  EnumSet<From> out;
  for (const auto& arrow : arrows)
    if (!(arrow.to & to).empty()) out.insert(arrow.from);
  return out;
}

template <class Set, class Next>
Set closure(Set set, Next next) {
  for (;;) {
    const Set grown = set | next(set);
    if (grown == set) return set;
    set = grown;
  }
}

}  // namespace

std::string_view to_string(Anomaly anomaly) { return anomaly_names[static_cast<std::size_t>(anomaly)]; }
std::string_view to_string(Model model) { return model_names[static_cast<std::size_t>(model)].name; }

std::optional<Anomaly> parse_anomaly(std::string_view name) {
  for (std::size_t i = 0; i < anomaly_count; ++i)
    if (anomaly_names[i] == name) return static_cast<Anomaly>(i);
  return std::nullopt;
}

std::optional<Model> parse_model(std::string_view name) {
  if (name.empty()) return std::nullopt;
  for (std::size_t i = 0; i < model_count; ++i) {
    const ModelNames& names = model_names[i];
    if (names.name == name || names.others[0] == name || names.others[1] == name)
      return static_cast<Model>(i);
  }
  return std::nullopt;
}

AnomalySet implied_by(AnomalySet anomalies) {
  return closure(anomalies, [](AnomalySet set) { return forward(anomaly_arrows, set); });
}

AnomalySet implying(AnomalySet anomalies) {
  return closure(anomalies, [](AnomalySet set) { return backward(anomaly_arrows, set); });
}

ModelSet weaker_than(ModelSet models) {
  return closure(models, [](ModelSet set) { return forward(model_arrows, set); });
}

ModelSet stronger_than(ModelSet models) {
  return closure(models, [](ModelSet set) { return backward(model_arrows, set); });
}

AnomalySet forbidden_by(ModelSet models) { return implying(forward(model_forbids, weaker_than(models))); }

ModelSet ruled_out_by(AnomalySet anomalies) {
  return stronger_than(backward(model_forbids, implied_by(anomalies)));
}

ModelSet weakest(ModelSet models) {
  ModelSet out = models;
  for (Model model : models.members()) {
    ModelSet below = weaker_than({model});
    below.erase(model);
    if (!(below & models).empty()) out.erase(model);
  }
  return out;
}

ModelSet strongest(ModelSet models) {
  ModelSet out = models;
  for (Model model : models.members()) {
    ModelSet above = stronger_than({model});
    above.erase(model);
    if (!(above & models).empty()) out.erase(model);
  }
  return out;
}

}  // namespace lightcone::reports::checkers
