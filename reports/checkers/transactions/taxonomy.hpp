// The names of what can go wrong with transactions, the consistency models, and which rules out which.
//
// An arrow a -> b between anomalies means: a history with a has b too (G0 is a G1c with no reads in it).
// An arrow m -> n between models means: whatever satisfies m satisfies n. A model forbids the anomalies
// that it names, those that the models below it name, and everything that implies one of these.
//
// Sources, by the short names used in taxonomy.cpp:
//   Adya      A. Adya, Weak Consistency, MIT 1999, chapters 3 and 4; and with Liskov and O'Neil, ICDE 2000
//   Bailis    P. Bailis et al., Highly Available Transactions, VLDB 2013, section 5 and figure 2
//   Cerone    A. Cerone, G. Bernardi, A. Gotsman, A Framework for Transactional Consistency Models with
//             Atomic Visibility, CONCUR 2015; A. Cerone, A. Gotsman, Analysing Snapshot Isolation, PODC 2016
//   Daudjee   K. Daudjee, K. Salem, Lazy Database Replication, ICDE 2004 and VLDB 2006
//   Elle      K. Kingsbury, P. Alvaro, Elle, VLDB 2020 (list-append, the -process and -realtime variants)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lightcone::reports::checkers {

enum class Anomaly : std::uint8_t {
  // Cycles, the worst first. `_item`: no predicate read is involved.
  g0,
  g1c,
  g_single_item,
  g_single,
  g_nonadjacent_item,
  g_nonadjacent,
  g2_item,
  g2,
  // The same with at least one step that only the order of a session explains.
  g0_process,
  g1c_process,
  g_single_item_process,
  g_single_process,
  g_nonadjacent_item_process,
  g_nonadjacent_process,
  g2_item_process,
  g2_process,
  // The same with at least one step that only real time explains.
  g0_realtime,
  g1c_realtime,
  g_single_item_realtime,
  g_single_realtime,
  g_nonadjacent_item_realtime,
  g_nonadjacent_realtime,
  g2_item_realtime,
  g2_realtime,
  // Seen without a graph.
  g1a,
  g1b,
  internal,
  future_read,
  lost_update,
  dirty_update,
  duplicate_elements,
  incompatible_order,
  cyclic_versions,
  predicate_read_miss,
  // Families and names of the literature that nothing here reports by themselves.
  g1,
  g1_process,
  g1_realtime,
  write_skew,
  gsi,
  gsi_a,
  gsi_b,
  g_si,
  g_sib,
  g_msr,
  g_cursor,
  g_monotonic,
  g_update,
  // "There is a cycle that this model forbids", where no single cycle was worked out.
  pl_1_cycle_exists,
  pl_2_cycle_exists,
  pl_2_99_cycle_exists,
  pl_3_cycle_exists,
  pl_si_cycle_exists,
  pl_ss_cycle_exists,
  strong_session_pl_1_cycle_exists,
  strong_session_pl_2_cycle_exists,
  strong_session_snapshot_isolation_cycle_exists,
  strong_session_serializable_cycle_exists,
  strong_pl_1_cycle_exists,
  strong_pl_2_cycle_exists,
  strong_snapshot_isolation_cycle_exists,
};
inline constexpr std::size_t anomaly_count = 60;

enum class Model : std::uint8_t {
  read_uncommitted,
  read_committed,
  cursor_stability,
  monotonic_view,
  monotonic_snapshot_read,
  monotonic_atomic_view,
  read_atomic,
  update_atomic,
  causal_cerone,
  prefix,
  parallel_snapshot_isolation,
  consistent_view,
  forward_consistent_view,
  repeatable_read,
  snapshot_isolation,
  update_serializable,
  view_serializable,
  serializable,
  strong_session_read_uncommitted,
  strong_session_read_committed,
  strong_session_snapshot_isolation,
  strong_session_serializable,
  strong_read_uncommitted,
  strong_read_committed,
  strong_snapshot_isolation,
  strong_serializable,
  // Of single objects, and of replicas; transactions rule them out only through what implies them.
  one_copy_serializable,
  session_serializable,
  linearizable,
  sequential,
  causal,
  pram,
  writes_follow_reads,
  monotonic_reads,
  monotonic_writes,
  read_your_writes,
};
inline constexpr std::size_t model_count = 36;

// A set of enumerators below 64, in the order of the enumeration.
template <class Enum>
class EnumSet {
 public:
  constexpr EnumSet() = default;
  constexpr EnumSet(std::initializer_list<Enum> members) {
    for (Enum member : members) insert(member);
  }
  constexpr void insert(Enum member) { bits_ |= bit(member); }
  constexpr void erase(Enum member) { bits_ &= ~bit(member); }
  constexpr bool contains(Enum member) const { return (bits_ & bit(member)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr EnumSet operator|(EnumSet other) const { return of(bits_ | other.bits_); }
  constexpr EnumSet operator&(EnumSet other) const { return of(bits_ & other.bits_); }
  constexpr EnumSet operator-(EnumSet other) const { return of(bits_ & ~other.bits_); }
  constexpr EnumSet& operator|=(EnumSet other) { return *this = *this | other; }
  constexpr bool operator==(const EnumSet&) const = default;
  std::vector<Enum> members() const {
    std::vector<Enum> out;
    for (unsigned i = 0; i < 64; ++i)
      if (bits_ >> i & 1) out.push_back(static_cast<Enum>(i));
    return out;
  }

 private:
  static constexpr std::uint64_t bit(Enum member) {
    return std::uint64_t{1} << static_cast<unsigned>(member);
  }
  static constexpr EnumSet of(std::uint64_t bits) {
    EnumSet out;
    out.bits_ = bits;
    return out;
  }
  std::uint64_t bits_ = 0;
};
using AnomalySet = EnumSet<Anomaly>;
using ModelSet = EnumSet<Model>;

std::string_view to_string(Anomaly anomaly);
std::string_view to_string(Model model);
std::optional<Anomaly> parse_anomaly(std::string_view name);
// Knows the other names in use too: strict-serializable, conflict-serializable, PL-1 … PL-SS.
std::optional<Model> parse_model(std::string_view name);

// Reflexive and transitive.
AnomalySet implied_by(AnomalySet anomalies);  // everything that is there if these are
AnomalySet implying(AnomalySet anomalies);    // everything that would bring one of these with it
ModelSet weaker_than(ModelSet models);        // whatever satisfies these satisfies those
ModelSet stronger_than(ModelSet models);

AnomalySet forbidden_by(ModelSet models);
ModelSet ruled_out_by(AnomalySet anomalies);
// Those of `models` that no other of them is weaker than: the shortest way to say what is ruled out.
ModelSet weakest(ModelSet models);
ModelSet strongest(ModelSet models);

}  // namespace lightcone::reports::checkers
