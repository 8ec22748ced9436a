// What a kind of transactional history lets us conclude: anomalies seen at once, and who depends on whom.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "reports/checkers/transactions/graph.hpp"
#include "reports/checkers/transactions/taxonomy.hpp"
#include "reports/checkers/transactions/transactions.hpp"
#include "reports/judgement.hpp"

namespace lightcone::reports::checkers {

// An anomaly with one witness, the smallest that was met.
struct Finding {
  Anomaly anomaly = Anomaly::g0;
  std::uint64_t count = 0;                  // how often it was met
  std::vector<std::uint32_t> transactions;  // of the witness; of a cycle in its order
  std::string summary;
  std::vector<Step> reason;
};

class FindingLog {
 public:
  // Whether a witness of this many transactions would be kept, so that its text need not be made in vain.
  bool wants(Anomaly anomaly, std::size_t transactions) const;
  void add(Finding finding);  // counts it, and keeps the smaller witness, the first among equals
  void count(Anomaly anomaly) { ++at(anomaly).count; }
  // Forgets that some cycle exists which a model forbids, where the other anomalies rule that model out.
  void drop_redundant_existence();
  void keep(AnomalySet kept);  // forgets all others
  AnomalySet anomalies() const;
  std::vector<Finding> findings() const;  // in the order of Anomaly

 private:
  Finding& at(Anomaly anomaly) { return found_[static_cast<std::size_t>(anomaly)]; }
  std::array<Finding, anomaly_count> found_;
};

struct Dependencies {
  explicit Dependencies(const Transactions& of)
      : transactions(of), graph(static_cast<std::uint32_t>(of.list.size())) {}
  virtual ~Dependencies() = default;

  // Why b depends on a in this way, found anew from the transactions themselves; empty if it does not.
  virtual std::string why(std::uint32_t a, std::uint32_t b, Relation relation, const std::string& a_name,
                          const std::string& b_name) const = 0;

  const Transactions& transactions;
  DependencyGraph graph;
  FindingLog log;
};

// Adds the order of the committed transactions of each session. O(transactions log transactions).
void add_process_order(const Transactions& transactions, DependencyGraph& graph);
// Adds: what completed before another was invoked precedes it. O(transactions log transactions).
void add_realtime_order(const Transactions& transactions, DependencyGraph& graph);

// Why b follows a in the order of its session, or in real time; empty if it does not.
std::string why_ordered(const Transactions& transactions, std::uint32_t a, std::uint32_t b, Relation relation,
                        const std::string& a_name, const std::string& b_name);

// "T3 = [append x 1, r y [2]]"
std::string transaction_text(const Transactions& transactions, std::uint32_t transaction);

// Lost update without a version order: several committed transactions read the same version of a key and
// then wrote it (Adya 4.2.4, Elle).
void find_lost_updates(const Transactions& transactions, FindingLog& log);

}  // namespace lightcone::reports::checkers
