// Isolation decided from the axioms, for registers of which the order of writes is not known: a level holds
// if *some* order of writes satisfies its axiom (Biswas and Enea, On the Complexity of Checking Transactional
// Consistency, OOPSLA 2019, section 2 and figure 2).
//
//   RC, RA, CC  Read Committed, Read Atomic, Causal: the axiom says directly which writer comes first, so
//   that an
//               order exists just if what it says has no cycle (sections 3 and 4): polynomial
//   PC, SI, SER Prefix, Snapshot Isolation, Serializability: NP-complete. Each transaction becomes a read
//   part and
//               a write part (section 4.3; Cerone and Gotsman, CONCUR 2017), and each two writers of a key a
//               choice of polygraph.hpp
//
// With these levels of Biswas and Enea the order of a session counts always; Cerone's and Adya's snapshot
// isolation and serializability know no sessions. So each is decided with no order beside the reads, with the
// order of sessions, and, for SI and SER, with real time.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>
#include <vector>

#include "reports/checkers/budget.hpp"
#include "reports/checkers/transactions/cycles.hpp"
#include "reports/checkers/transactions/graph.hpp"
#include "reports/checkers/transactions/transactions.hpp"
#include "reports/judgement.hpp"

namespace lightcone::reports::checkers {

enum class Level : std::uint8_t {
  read_committed,
  read_atomic,
  causal,
  prefix,
  snapshot_isolation,
  serializable,
};
inline constexpr std::size_t level_count = 6;
std::string_view to_string(Level level);  // RC RA CC PC SI SER

enum class Ordered : std::uint8_t { by_reads, by_sessions, by_real_time };

struct LevelVerdict {
  Verdict verdict = Verdict::held;          // held, violated or unknown
  std::vector<std::uint32_t> transactions;  // violated: the smallest set found that has no order, ascending
  std::vector<Step> reason;
  std::vector<std::uint32_t> order;  // serializable, held: an order in which each read is explained
};

// What each committed transaction read from whom, and wrote.
class Axioms {
 public:
  explicit Axioms(const Transactions& transactions);

  // `steps`: work done, compared with that of `budget`; its bytes bound what vector clocks and choices take.
  // By real time only SI and SER are decided; RC, RA, CC and PC are then as by sessions.
  LevelVerdict decide(Level level, Ordered ordered, std::uint64_t& steps, const Budget& budget) const;

 private:
  static constexpr std::uint32_t initial = UINT32_MAX;  // the writer of what was there before
  struct Read {
    std::uint32_t key;
    std::uint32_t from;  // node, or initial
  };
  struct Node {
    std::uint32_t transaction = no_transaction;  // none: whoever wrote a value that no operation claims,
    VersionId value = no_version;                // this one
    std::vector<Read> reads;                     // of what others wrote, in their order
    std::vector<std::uint32_t> keys;             // written, ascending
  };
  struct Precedence {
    std::uint32_t before;
    std::uint32_t after;
  };
  // A writer that must come before another, since a reader chose the other.
  struct Forced {
    std::uint32_t before;
    std::uint32_t after;  // node, or initial
    std::uint32_t reader;
    std::uint32_t key;
  };
  using Kept = std::vector<bool>;  // by node: whose reads and place count; the writes of the others remain

  void add_node(std::uint32_t transaction);
  bool resolve(std::uint32_t node);
  std::uint32_t unknown_writer(VersionId value);
  bool wrong(std::uint32_t transaction, const std::string& why);
  bool writes_key(std::uint32_t node, std::uint32_t key) const;
  void order_nodes();
  void index_sessions();
  std::uint32_t last_writer(std::uint32_t session, std::uint32_t before, std::uint32_t key) const;
  std::vector<Precedence> session_steps(const Kept& kept) const;
  // What must be so at every level, whatever the order of writes: one writer wrote a key before another, or a
  // reader read it before somebody wrote it.
  struct Implied {
    std::vector<Precedence> writers;
    std::vector<Precedence> readers;
  };
  // Whoever was read from by a reader that read the key from another wrote before that one; and a version
  // that somebody read and then overwrote was read by all others before that.
  Implied forced_by_reads(const Kept& kept) const;
  // Those that completed before a reader was invoked wrote before the one that it read from, and it read
  // before those write that were invoked after that one had completed. Of these the nearest.
  Implied forced_in_time(const Kept& kept) const;
  struct Instant {
    std::int64_t at;
    bool completes;  // else it is invoked; invocations first of those at one time
    std::uint32_t node;
    auto operator<=>(const Instant&) const = default;
  };
  // When nodes that are ordered in time were invoked and completed, in order. Of those that did not commit
  // the completion says nothing.
  std::vector<Instant> instants(const Kept& kept) const;
  std::vector<Forced> forced(Level level, Ordered ordered, std::uint64_t& steps) const;
  bool force_by_past(Ordered ordered, const DependencyGraph& known, std::vector<Forced>& out,
                     std::uint64_t& steps, const Budget& budget) const;
  LevelVerdict decide_directly(Level level, Ordered ordered, std::uint64_t& steps,
                               const Budget& budget) const;
  void explain(const std::vector<CycleStep>& cycle, const std::vector<Forced>& all, LevelVerdict& out) const;

  class Schedule;
  // A serial order of all nodes, or empty where none is found within a number of steps that grows with that
  // of the nodes, and within the budget.
  std::vector<std::uint32_t> schedule(Ordered ordered, std::uint64_t& steps, std::uint64_t budget) const;

  class Problem;
  Verdict search(Level level, Ordered ordered, Kept& kept, std::uint64_t& steps, const Budget& budget,
                 std::vector<std::uint32_t>* order) const;
  void shrink(Level level, Ordered ordered, const Kept& among, LevelVerdict& verdict, std::uint64_t& steps,
              const Budget& budget) const;
  std::string node_text(std::uint32_t node) const;

  const Transactions& transactions_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> unknown_of_;               // by version: the node of its unknown writer, or none
  std::vector<std::uint32_t> node_of_;                  // by transaction, or none
  std::vector<std::vector<std::uint32_t>> writers_;     // by key: nodes, ascending
  std::vector<std::vector<std::uint32_t>> by_session_;  // by key: its writers, by session and place
  std::vector<std::uint32_t> session_;                  // by node: its session's number
  std::vector<std::uint32_t> position_;                 // by node: its place in it
  std::uint32_t sessions_ = 0;
  LevelVerdict inconsistent_;  // violated: a read that no level allows
};

}  // namespace lightcone::reports::checkers
