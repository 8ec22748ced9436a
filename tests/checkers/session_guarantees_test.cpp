#include "reports/checkers/sessions/session_guarantees.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "reports/checkers/witness.hpp"
#include "reports/histories/json_lines.hpp"
#include "tests/checkers/shared_histories.hpp"

namespace checkers = lightcone::reports::checkers;
namespace histories = lightcone::reports::histories;
using checkers::SessionGuarantee;
using lightcone::reports::Judgement;
using lightcone::reports::Verdict;
using lightcone::sim::History;
using lightcone::sim::Operation;
using lightcone::sim::Outcome;
using lightcone::sim::Value;

namespace {

constexpr SessionGuarantee all[] = {SessionGuarantee::read_your_writes,
                                    SessionGuarantee::monotonic_reads,
                                    SessionGuarantee::monotonic_writes,
                                    SessionGuarantee::writes_follow_reads,
                                    SessionGuarantee::pram,
                                    SessionGuarantee::causal};

Operation step(int process, const char* f, int key, Value value, Value result) {
  Operation op;
  op.process = process;
  op.f = f;
  op.key = key;
  op.value = std::move(value);
  op.result = std::move(result);
  op.outcome = Outcome::ok;
  op.invoke = op.complete = Operation::unordered;
  return op;
}

// From the definition: is there an order of the writes, and for each read a set of writes it sees, such
// that it finds the last of them on its key, and the guarantee holds of both? Tries all of them.
class ByForce {
 public:
  ByForce(const History& history, SessionGuarantee guarantee) : h_(history) {
    g_ = guarantee;
    for (std::size_t i = 0; i < h_.size(); ++i) (h_[i].f == "write" ? writes_ : reads_).push_back(i);
  }

  bool holds() {
    if (cyclic()) return false;
    std::vector<std::size_t> order = writes_;
    do {
      if (orders(order) && explained(order)) return true;
    } while (std::next_permutation(order.begin(), order.end()));
    return false;
  }

 private:
  bool wants(SessionGuarantee one) const {
    if (g_ == one || g_ == SessionGuarantee::causal) return true;
    return g_ == SessionGuarantee::pram && one != SessionGuarantee::writes_follow_reads;
  }
  bool before(std::size_t a, std::size_t b) const { return a < b && h_[a].process == h_[b].process; }
  bool wrote(std::size_t w, std::size_t r) const {
    return h_[w].key == h_[r].key && h_[w].value == h_[r].result;
  }

  bool cyclic() const {
    const std::size_t n = h_.size();
    std::vector<std::vector<bool>> reach(n, std::vector<bool>(n, false));
    for (std::size_t a = 0; a < n; ++a) {
      for (std::size_t b = 0; b < n; ++b)
        reach[a][b] = before(a, b) || (h_[a].f == "write" && h_[b].f == "read" && wrote(a, b));
    }
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t a = 0; a < n; ++a) {
        for (std::size_t b = 0; b < n; ++b) reach[a][b] = reach[a][b] || (reach[a][k] && reach[k][b]);
      }
    }
    for (std::size_t a = 0; a < n; ++a) {
      if (reach[a][a]) return true;
    }
    return false;
  }

  // What the guarantee asks of the order alone; what it asks where a write is seen is in `closed`.
  bool orders(const std::vector<std::size_t>& order) {
    rank_.assign(h_.size(), 0);
    for (std::size_t i = 0; i < order.size(); ++i) rank_[order[i]] = i;
    if (!wants(SessionGuarantee::monotonic_writes)) return true;
    for (const std::size_t a : writes_) {
      for (const std::size_t b : writes_) {
        if (before(a, b) && rank_[a] > rank_[b]) return false;
      }
    }
    return true;
  }

  // Sets of writes as bits, for read after read, in an order in which what they follow comes first: any,
  // as all combinations are tried.
  bool explained(const std::vector<std::size_t>& order) {
    (void)order;
    seen_.assign(h_.size(), 0);
    return choose(0);
  }

  bool choose(std::size_t which) {
    if (which == reads_.size()) return closed();
    const std::size_t read = reads_[which];
    for (unsigned set = 0; set < (1U << writes_.size()); ++set) {
      std::size_t last = SIZE_MAX;
      for (std::size_t w = 0; w < writes_.size(); ++w) {
        if ((set >> w & 1U) == 0 || h_[writes_[w]].key != h_[read].key) continue;
        if (last == SIZE_MAX || rank_[writes_[w]] > rank_[last]) last = writes_[w];
      }
      if (last == SIZE_MAX ? !h_[read].result.is_null() : !wrote(last, read)) continue;
      seen_[read] = set;
      if (choose(which + 1)) return true;
    }
    return false;
  }

  bool sees(std::size_t read, std::size_t write) const {
    const auto w =
        static_cast<std::size_t>(std::find(writes_.begin(), writes_.end(), write) - writes_.begin());
    return (seen_[read] >> w & 1U) != 0;
  }

  bool closed() const {
    for (const std::size_t r : reads_) {
      for (const std::size_t w : writes_) {
        if (wants(SessionGuarantee::read_your_writes) && before(w, r) && !sees(r, w)) return false;
        if (!sees(r, w)) continue;
        for (const std::size_t q : reads_) {
          if (wants(SessionGuarantee::monotonic_reads) && before(r, q) && !sees(q, w)) return false;
        }
        for (const std::size_t a : writes_) {
          if (wants(SessionGuarantee::monotonic_writes) && before(a, w) && !sees(r, a)) return false;
        }
        if (!wants(SessionGuarantee::writes_follow_reads)) continue;
        for (const std::size_t q : reads_) {
          if (!before(q, w)) continue;
          for (const std::size_t a : writes_) {
            if (sees(q, a) && (!sees(r, a) || rank_[a] > rank_[w])) return false;
          }
        }
      }
    }
    // Writes follow reads in the order whether or not somebody sees them.
    for (const std::size_t q : reads_) {
      for (const std::size_t w : writes_) {
        if (!wants(SessionGuarantee::writes_follow_reads) || !before(q, w)) continue;
        for (const std::size_t a : writes_) {
          if (sees(q, a) && rank_[a] > rank_[w]) return false;
        }
      }
    }
    return true;
  }

  const History& h_;
  SessionGuarantee g_;
  std::vector<std::size_t> writes_;
  std::vector<std::size_t> reads_;
  std::vector<std::size_t> rank_;
  std::vector<unsigned> seen_;
};

void check_witness(const History& history, SessionGuarantee guarantee, const Judgement& judgement) {
  REQUIRE_FALSE(judgement.operations.empty());
  REQUIRE_FALSE(judgement.reason.empty());
  REQUIRE(std::is_sorted(judgement.operations.begin(), judgement.operations.end()));
  const History part = checkers::part_of(history, judgement.operations);
  if (judgement.anomaly != "phantom") REQUIRE_FALSE(ByForce(part, guarantee).holds());
}

// Any reads and writes of few keys; reads find nothing or something that is written somewhere.
History random_history(std::mt19937& random, int operations) {
  History history;
  std::vector<std::pair<int, int>> written;
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int i = 0; i < operations; ++i) {
    const int process = pick(3);
    const int key = pick(2);
    if (written.size() < 4 && pick(2) == 0) {
      written.emplace_back(key, i + 1);
      history.push_back(step(process, "write", key, i + 1, true));
    } else {
      history.push_back(step(process, "read", key, nullptr, nullptr));
    }
  }
  for (Operation& op : history) {
    if (op.f != "read" || pick(5) == 0) continue;
    for (int tries = 0; tries < 6 && !written.empty(); ++tries) {
      const auto& [key, value] = written[static_cast<std::size_t>(pick(static_cast<int>(written.size())))];
      if (op.key == Value(key)) op.result = value;
    }
  }
  return history;
}

}  // namespace

TEST_CASE("sessions: small random histories are judged as the definition judges them") {
  std::mt19937 random(7);
  int violated[6] = {};
  for (int round = 0; round < 1500; ++round) {
    const History history = random_history(random, 3 + static_cast<int>(random() % 5));
    if (std::count_if(history.begin(), history.end(), [](const Operation& op) { return op.f == "read"; }) > 4)
      continue;
    for (const SessionGuarantee guarantee : all) {
      const Judgement judgement = checkers::check_session_guarantee(history, guarantee);
      INFO(histories::to_json_lines(history) << checkers::to_string(guarantee) << " " << judgement.summary);
      REQUIRE((judgement.verdict == Verdict::held) == ByForce(history, guarantee).holds());
      if (judgement.verdict != Verdict::violated) continue;
      ++violated[static_cast<std::size_t>(guarantee)];
      check_witness(history, guarantee, judgement);
    }
  }
  for (const int count : violated) CHECK(count > 20);
}

TEST_CASE("sessions: the shared histories get their verdicts") {
  const auto folder = lightcone::tests::shared_histories();
  if (!folder) return;
  const auto read =
      histories::read_json_cases(lightcone::tests::file_text(*folder / "isolation/session_guarantees.jsonl"));
  REQUIRE(read.cases.size() > 200);
  for (const auto& each : read.cases) {
    REQUIRE(each.field("expected") != nullptr);
    for (const SessionGuarantee guarantee : all) {
      INFO(each.id << " " << checkers::to_string(guarantee));
      const bool expected =
          each.field("expected")->find("\"" + std::string(checkers::to_string(guarantee)) + "\":true") !=
          std::string::npos;
      CHECK((checkers::check_session_guarantee(each.history, guarantee).verdict == Verdict::held) ==
            expected);
    }
  }
}

namespace {

// Replicas that apply each other's writes when what caused them is there: causal by construction.
History causal_history(std::mt19937& random, int processes, int operations) {
  struct Write {
    int key;
    int value;
    std::vector<int> clock;
  };
  History history;
  std::vector<Write> writes;
  std::vector<std::vector<bool>> applied(static_cast<std::size_t>(processes));
  std::vector<std::vector<int>> clock(static_cast<std::size_t>(processes),
                                      std::vector<int>(static_cast<std::size_t>(processes), 0));
  const auto winner = [&](std::size_t p, int key) {
    const Write* last = nullptr;
    std::size_t best = 0;
    for (std::size_t w = 0; w < writes.size(); ++w) {
      if (!applied[p][w] || writes[w].key != key) continue;
      std::size_t sum = w;  // the order of creation extends that of causes
      if (last == nullptr || sum > best) last = &writes[w], best = sum;
    }
    return last;
  };
  for (int i = 0; i < operations; ++i) {
    const std::size_t p = random() % static_cast<unsigned>(processes);
    const int key = static_cast<int>(random() % 3);
    for (std::size_t w = 0; w < writes.size(); ++w) {
      if (applied[p][w] || random() % 3 != 0) continue;
      bool ready = true;
      for (std::size_t a = 0; a < w; ++a) {
        const bool cause = std::equal(writes[a].clock.begin(), writes[a].clock.end(), writes[w].clock.begin(),
                                      [](int x, int y) { return x <= y; });
        ready = ready && (!cause || applied[p][a]);
      }
      if (!ready) continue;
      applied[p][w] = true;
      for (std::size_t c = 0; c < clock[p].size(); ++c)
        clock[p][c] = std::max(clock[p][c], writes[w].clock[c]);
    }
    if (random() % 2 == 0) {
      ++clock[p][p];
      writes.push_back({key, i + 1, clock[p]});
      for (auto& each : applied) each.push_back(false);
      applied[p].back() = true;
      history.push_back(step(static_cast<int>(p), "write", key, i + 1, true));
    } else {
      const Write* found = winner(p, key);
      history.push_back(
          step(static_cast<int>(p), "read", key, nullptr, found == nullptr ? Value() : Value(found->value)));
    }
  }
  return history;
}

}  // namespace

TEST_CASE(
    "sessions: causal histories hold every guarantee, and damage is caught or found harmless by force") {
  std::mt19937 random(11);
  int caught = 0;
  for (int round = 0; round < 200; ++round) {
    const History history = causal_history(random, 4, 60);
    for (const SessionGuarantee guarantee : all) {
      const Judgement judgement = checkers::check_session_guarantee(history, guarantee);
      INFO(histories::to_json_lines(history) << checkers::to_string(guarantee) << " " << judgement.summary);
      REQUIRE(judgement.verdict == Verdict::held);
    }
    // A read is given what another read of its key found, or nothing.
    History damaged = history;
    std::vector<std::size_t> reads;
    for (std::size_t i = 0; i < damaged.size(); ++i) {
      if (damaged[i].f == "read") reads.push_back(i);
    }
    if (reads.size() < 2) continue;
    const std::size_t a = reads[random() % reads.size()];
    const std::size_t b = reads[random() % reads.size()];
    damaged[a].result = damaged[a].key == damaged[b].key ? damaged[b].result : Value();
    const Judgement judgement = checkers::check_session_guarantee(damaged, SessionGuarantee::causal);
    if (judgement.verdict != Verdict::violated) continue;
    ++caught;
    if (judgement.operations.size() < 10) check_witness(damaged, SessionGuarantee::causal, judgement);
  }
  CHECK(caught > 60);
}

TEST_CASE("sessions: writes of unknown outcome count where they were seen") {
  History history{step(0, "write", 0, 1, nullptr), step(0, "read", 0, nullptr, nullptr)};
  history[0].outcome = Outcome::info;
  for (const SessionGuarantee guarantee : all)
    CHECK(checkers::check_session_guarantee(history, guarantee).verdict == Verdict::held);
  history.push_back(step(1, "read", 0, nullptr, 1));
  history.push_back(step(1, "read", 0, nullptr, nullptr));
  CHECK(checkers::check_session_guarantee(history, SessionGuarantee::read_your_writes).verdict ==
        Verdict::held);
  const Judgement monotonic = checkers::check_session_guarantee(history, SessionGuarantee::monotonic_reads);
  CHECK(monotonic.verdict == Verdict::violated);
  CHECK(monotonic.anomaly == "nonmonotonic");
  CHECK(monotonic.operations == std::vector<std::size_t>{0, 2, 3});
}

TEST_CASE("sessions: what nobody wrote, what failed, and what cannot be told are named") {
  History history{step(0, "read", 0, nullptr, 7)};
  CHECK(checkers::check_session_guarantee(history, SessionGuarantee::causal).anomaly == "phantom");
  history.push_back(step(1, "write", 0, 7, nullptr));
  history[1].outcome = Outcome::fail;
  CHECK(checkers::check_session_guarantee(history, SessionGuarantee::causal).anomaly == "dirty-read");
  history[1].outcome = Outcome::ok;
  history.push_back(step(1, "write", 0, 7, true));
  CHECK(checkers::check_session_guarantee(history, SessionGuarantee::causal).verdict == Verdict::unknown);
  history[2].f = "cas";
  CHECK(checkers::check_session_guarantee(history, SessionGuarantee::causal).verdict == Verdict::unknown);
}
