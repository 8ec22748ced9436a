// Stores that keep their level are not accused, and what is damaged is judged as every order judges it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <numeric>

#include "reports/checkers/transactions/axioms.hpp"
#include "reports/checkers/transactions/check_transactions.hpp"
#include "tests/checkers/transactions/simulated_store.hpp"

using namespace lightcone;
using namespace lightcone::reports;
using namespace lightcone::reports::checkers;
using lightcone::tests::damage;
using lightcone::tests::Draw;
using lightcone::tests::run_store;
using lightcone::tests::StoreLevel;
using lightcone::tests::StoreRun;

namespace {

// Executes the micro-operations one by one; a list is the values written so far, a register the last of them.
bool replays(const sim::History& history, const std::vector<std::size_t>& order) {
  std::vector<sim::ValueList> state(26);
  for (std::size_t i : order) {
    for (const sim::Value& item : *history[i].result.as_list()) {
      const sim::ValueList& micro = *item.as_list();
      sim::ValueList& held = state[static_cast<std::size_t>((*micro[1].as_text())[0] - 'a')];
      if (*micro[0].as_text() != "r") {
        held.push_back(micro[2]);
        continue;
      }
      if (micro[2].is_null() ? !held.empty() : held.empty()) return false;
      if (micro[2].is_null()) continue;
      if (const sim::ValueList* list = micro[2].as_list();
          list != nullptr ? *list != held : micro[2] != held.back())
        return false;
    }
  }
  return true;
}

bool allowed(const sim::History& history, const std::vector<std::size_t>& order, Ordered ordered) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < order.size(); ++j) {
      const sim::Operation &first = history[order[i]], &second = history[order[j]];
      if (ordered == Ordered::by_real_time && second.complete < first.invoke) return false;
      if (ordered == Ordered::by_sessions && first.process == second.process && second.invoke < first.invoke)
        return false;
    }
  }
  return true;
}

std::vector<std::size_t> committed(const sim::History& history) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < history.size(); ++i)
    if (history[i].outcome == sim::Outcome::ok) out.push_back(i);
  return out;
}

// Serializability by trying every order.
bool serializable(const sim::History& history, Ordered ordered) {
  std::vector<std::size_t> order = committed(history);
  do
    if (allowed(history, order, ordered) && replays(history, order)) return true;
  while (std::next_permutation(order.begin(), order.end()));
  return false;
}

// Snapshot isolation, or without its rule on writers Prefix, by trying every order of begins and commits: a
// transaction sees what was committed at its begin.
class EveryInterleaving {
 public:
  EveryInterleaving(const sim::History& history, Ordered ordered, bool writers_conflict)
      : history_(history), all_(committed(history)), ordered_(ordered), writers_conflict_(writers_conflict) {}

  bool some() {
    begun_.assign(all_.size(), 0);
    snapshot_.resize(all_.size());
    state_.assign(26, {});
    return next(0);
  }

 private:
  bool next(std::size_t done) {
    if (done == all_.size()) return true;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (begun_[i] == 2) continue;
      const auto kept_state = state_;
      const auto kept_snapshot = snapshot_[i];
      const int kept = begun_[i];
      if (kept == 0 ? begin(i) : commit(i)) {
        begun_[i] = kept + 1;
        if (next(done + (kept == 1 ? 1 : 0))) return true;
      }
      begun_[i] = kept;
      state_ = kept_state;
      snapshot_[i] = kept_snapshot;
    }
    return false;
  }

  bool begin(std::size_t i) {
    const sim::Operation& mine = history_[all_[i]];
    for (std::size_t j = 0; j < all_.size(); ++j) {
      const sim::Operation& other = history_[all_[j]];
      const bool before = ordered_ == Ordered::by_sessions
                              ? other.process == mine.process && other.invoke < mine.invoke
                              : ordered_ == Ordered::by_real_time && other.complete < mine.invoke;
      if (before && begun_[j] != 2) return false;
    }
    snapshot_[i] = state_;
    auto own = state_;
    for (const sim::Value& item : *mine.result.as_list()) {
      const sim::ValueList& micro = *item.as_list();
      sim::ValueList& held = own[key(micro)];
      if (*micro[0].as_text() != "r")
        held.push_back(micro[2]);
      else if ((held.empty() ? sim::Value() : held.back()) != micro[2])
        return false;
    }
    return true;
  }

  bool commit(std::size_t i) {
    for (const sim::Value& item : *history_[all_[i]].result.as_list()) {
      const sim::ValueList& micro = *item.as_list();
      if (*micro[0].as_text() == "r") continue;
      // Its own earlier writes are in the state already; they are not in the snapshot, so compare before any.
      if (writers_conflict_ && first_write(i, micro) && state_[key(micro)] != snapshot_[i][key(micro)])
        return false;
      state_[key(micro)].push_back(micro[2]);
    }
    return true;
  }

  bool first_write(std::size_t i, const sim::ValueList& micro) const {
    for (const sim::Value& item : *history_[all_[i]].result.as_list()) {
      const sim::ValueList& other = *item.as_list();
      if (*other[0].as_text() != "r" && other[1] == micro[1]) return other[2] == micro[2];
    }
    return true;
  }

  static std::size_t key(const sim::ValueList& micro) {
    return static_cast<std::size_t>((*micro[1].as_text())[0] - 'a');
  }

  const sim::History& history_;
  std::vector<std::size_t> all_;
  Ordered ordered_;
  bool writers_conflict_;
  std::vector<int> begun_;
  std::vector<std::vector<sim::ValueList>> snapshot_;
  std::vector<sim::ValueList> state_;
};

}  // namespace

TEST_CASE("transactions: a store is not accused of breaking the level that it keeps") {
  std::uint64_t skewed = 0, weaker = 0;
  for (const bool lists : {true, false}) {
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
      StoreRun run{StoreLevel::strictly_serial, lists, 5 + seed % 40, 4, 3, false};
      INFO(lists << " " << seed);
      auto report = check_transactions(run_store(run, seed));
      CHECK(report.anomalies.empty());
      CHECK(report.ruled_out.empty());
      CHECK(report.unknown.empty());

      run.level = StoreLevel::snapshot_isolation;
      report = check_transactions(run_store(run, seed));
      CHECK_FALSE(report.ruled_out.contains(Model::strong_snapshot_isolation));
      CHECK_FALSE(report.unknown.contains(Model::strong_snapshot_isolation));
      skewed += report.ruled_out.contains(Model::serializable) ? 1 : 0;

      run.level = StoreLevel::read_committed;
      report = check_transactions(run_store(run, seed));
      CHECK_FALSE(report.ruled_out.contains(Model::strong_read_committed));
      weaker += report.ruled_out.contains(Model::snapshot_isolation) ? 1 : 0;
    }
  }
  CHECK(skewed > 20);
  CHECK(weaker > 100);
}

TEST_CASE(
    "list-append: with every append read, small and damaged histories are judged as every order judges "
    "them") {
  Draw draw(7);
  std::uint64_t legal = 0, broken = 0;
  for (std::uint64_t seed = 0; seed < 1200; ++seed) {
    const StoreLevel level = static_cast<StoreLevel>(seed % 3);
    auto history = run_store({level, true, 5, 3, 2, true}, seed);
    if (seed % 2 == 1) damage(history, draw);
    INFO(seed);
    const auto report = check_transactions(history);
    const bool strict = serializable(history, Ordered::by_real_time);
    CHECK(report.ruled_out.contains(Model::strong_serializable) == !strict);
    CHECK(report.ruled_out.contains(Model::strong_session_serializable) ==
          !serializable(history, Ordered::by_sessions));
    CHECK(report.ruled_out.contains(Model::serializable) == !serializable(history, Ordered::by_reads));
    (strict ? legal : broken) += 1;
  }
  CHECK(legal > 200);
  CHECK(broken > 200);
}

TEST_CASE("rw-register: small and damaged histories get the levels that every order gives them") {
  Draw draw(11);
  std::uint64_t held[3] = {0, 0, 0}, judged = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    auto history = run_store({static_cast<StoreLevel>(seed % 3), false, 4, 3, 2, false}, seed);
    if (seed % 2 == 1) damage(history, draw);
    const Transactions transactions = parse_transactions(history, TransactionKind::rw_register);
    const Axioms axioms(transactions);
    // An intermediate version that was read is no order's matter.
    std::uint64_t steps = 0;
    if (axioms.decide(Level::read_committed, Ordered::by_reads, steps, {UINT64_MAX, UINT64_MAX})
            .transactions.size() == 1)
      continue;
    for (Ordered ordered : {Ordered::by_reads, Ordered::by_sessions, Ordered::by_real_time}) {
      INFO(seed << " " << static_cast<int>(ordered));
      const auto decide = [&](Level level) {
        return axioms.decide(level, ordered, steps, {UINT64_MAX, UINT64_MAX}).verdict == Verdict::held;
      };
      const bool serial = serializable(history, ordered);
      const bool snapshot = EveryInterleaving(history, ordered, true).some();
      const bool prefix = EveryInterleaving(history, ordered, false).some();
      CHECK(decide(Level::serializable) == serial);
      CHECK(decide(Level::snapshot_isolation) == snapshot);
      CHECK(decide(Level::prefix) == prefix);
      if (prefix) CHECK(decide(Level::causal));
      held[0] += serial ? 1 : 0;
      held[1] += snapshot ? 1 : 0;
      held[2] += prefix ? 1 : 0;
      ++judged;
    }
  }
  CHECK(held[0] < held[1]);
  CHECK(held[1] < held[2]);
  CHECK(held[2] < judged);
}

TEST_CASE("transactions: a small budget makes what it does not reach unknown, not held") {
  bool met = false;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto history = run_store({StoreLevel::snapshot_isolation, false, 60, 6, 2, false}, seed);
    TransactionOptions options;
    options.axiom_budget.steps = 1;
    const auto report = check_transactions(history, options);
    CHECK((report.holds & report.unknown).empty());
    CHECK((report.ruled_out & report.unknown).empty());
    const auto full = check_transactions(history);
    CHECK((report.ruled_out - full.ruled_out).empty());
    met = met || !report.unknown.empty();
  }
  CHECK(met);
}

TEST_CASE("transactions: one history gets one report, however often it is judged") {
  auto history = run_store({StoreLevel::read_committed, true, 60, 5, 3, false}, 3);
  const auto one = check_transactions(history), two = check_transactions(history);
  CHECK(one.steps == two.steps);
  REQUIRE(one.findings.size() == two.findings.size());
  for (std::size_t i = 0; i < one.findings.size(); ++i)
    CHECK(one.findings[i].transactions == two.findings[i].transactions);
}

TEST_CASE("transactions: a cycle is told as a contradiction") {
  const auto micro = [](const char* f, const char* key, sim::Value value) {
    return sim::Value(sim::ValueList{f, key, std::move(value)});
  };
  sim::History history(2);
  for (std::size_t i = 0; i < 2; ++i) {
    const char *mine = i == 0 ? "x" : "y", *other = i == 0 ? "y" : "x";
    history[i].process = static_cast<std::int64_t>(i);
    history[i].f = "txn";
    history[i].outcome = sim::Outcome::ok;
    history[i].invoke = static_cast<std::int64_t>(i);
    history[i].complete = static_cast<std::int64_t>(2 + i);
    history[i].value = history[i].result = sim::ValueList{micro("append", mine, 1), micro("r", other, {})};
  }
  TransactionOptions options;
  options.claimed = {Model::serializable};
  const auto report = check_transactions(history, options);
  const Judgement judgement = judge(report, options);
  CHECK(judgement.verdict == Verdict::violated);
  CHECK(judgement.anomaly == "G2-item");
  CHECK(judgement.operations == std::vector<std::size_t>{0, 1});
  std::string text;
  for (const Step& step : judgement.reason) text += step.text + "\n";
  CHECK(text ==
        "Let T1 = [append \"x\" 1, r \"y\" null]\n"
        "    T2 = [append \"y\" 1, r \"x\" null]\n"
        "Then T1 < T2, because T1 observed the initial (null) state of key \"y\", which T2 created by "
        "appending 1.\n"
        "However, T2 < T1, because T2 observed the initial (null) state of key \"x\", which T1 created by "
        "appending 1: a "
        "contradiction!\n");
}

TEST_CASE("transactions: what is no history of transactions is refused with the reason") {
  sim::History history(1);
  history[0].f = "txn";
  history[0].outcome = sim::Outcome::ok;
  history[0].result = 3;
  CHECK(check_transactions(history).problem == "operation 0: a transaction is a list of micro-operations");
  history[0].result = sim::ValueList{sim::ValueList{"w", "x", 1}, sim::ValueList{"append", "x", 1}};
  CHECK(check_transactions(history).problem == "operation 0: w is no micro-operation of list-append");
  CHECK(judge(check_transactions(history), {}).verdict == Verdict::unknown);
  history[0].result = sim::ValueList{sim::ValueList{"w", "x", 1}};
  history.push_back(history[0]);
  CHECK(check_transactions(history).problem ==
        "two committed transactions wrote 1 to key \"x\": versions cannot be told apart");
  CHECK(check_transactions({}).problem.empty());
}
