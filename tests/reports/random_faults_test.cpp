// With all safeguards on, nothing that the nemesis does breaks a claim; with one off, it is seen.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "reports/judge.hpp"
#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

namespace {

// Whether a claim is broken, and not only because an assumption was: by the history or as seen from inside.
bool shows(const reports::RunReport& report, const std::string& anomaly) {
  for (const reports::ClaimReport& claim : report.claims) {
    if (claim.judgement.verdict != reports::Verdict::violated) continue;
    if (claim.judgement.anomaly == anomaly || (claim.finding && claim.finding->anomaly == anomaly))
      return true;
  }
  return false;
}

void check_random_faults(const std::string& file, std::uint64_t seeds, std::uint64_t least_faults) {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, file);
  std::uint64_t effective_faults = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const sim::RunRecord run = run_loaded(loaded, seed);
    const reports::RunReport report = reports::judge(run);
    INFO("seed " << seed);
    CHECK(report.ending == reports::Ending::as_expected);
    for (const reports::ClaimReport& claim : report.claims) {
      INFO(claim.claim.id);
      const bool excused = claim.finding && !claim.finding->excuse.empty();
      CHECK((claim.judgement.verdict == reports::Verdict::held || excused));
    }
    for (const sim::FaultRecord& fault : run.faults) effective_faults += fault.affected > 0 ? 1 : 0;
  }
  CHECK(effective_faults > least_faults);
}

// A switch may concern some profiles only: it is found with one of the files.
void check_easy_switches(std::string_view model, const std::vector<std::string>& files) {
  const models::Registry registry;
  for (const sim::BugSwitch& bug : registry.find(model)->bugs()) {
    const bool easy = bug.difficulty == sim::BugSwitch::Difficulty::easy;
    if (!easy || bug.shelf != sim::BugSwitch::Shelf::core) continue;
    scenarios::Overrides overrides;
    overrides.bugs = {bug.name};
    bool found = false;
    for (const std::string& file : files) {
      const scenarios::Loaded loaded = load_shipped(registry, file, overrides);
      for (std::uint64_t seed = 1; seed <= 50 && !found; ++seed) {
        found = shows(reports::judge(run_loaded(loaded, seed)), bug.anomaly);
      }
    }
    INFO(bug.name);
    CHECK(found);
  }
}

// Among these seeds; those before are known to find nothing, and are left out for their time.
void check_found(const std::string& bug, const std::string& anomaly, const std::string& file,
                 std::uint64_t seeds, std::uint64_t first = 1) {
  const models::Registry registry;
  scenarios::Overrides overrides;
  overrides.bugs = {bug};
  const scenarios::Loaded loaded = load_shipped(registry, file, overrides);
  bool found = false;
  for (std::uint64_t seed = first; seed <= seeds && !found; ++seed)
    found = shows(reports::judge(run_loaded(loaded, seed)), anomaly);
  INFO(bug);
  CHECK(found);
}

}  // namespace

TEST_CASE("raft: 100 seeds of random faults hold every claim") {
  check_random_faults("scenarios/raft/random-faults.json", 100, 300);
  check_random_faults("scenarios/raft/random-faults-even.json", 50, 150);
}

TEST_CASE("raft: the search finds the easy switches within 50 seeds, with the anomaly of each") {
  check_easy_switches("raft",
                      {"scenarios/raft/random-faults.json", "scenarios/raft/random-faults-even.json"});
}

TEST_CASE("raft, paxos: a leader that does not hear is replaced in time, unless nothing makes it step down") {
  const std::pair<std::string, std::string> cases[] = {
      {"scenarios/raft/random-deafness.json", "raft.prevote-without-checkquorum"},
      {"scenarios/paxos/random-deafness.json", "caplab.oneway-blind"}};
  for (const auto& [file, bug] : cases) {
    check_random_faults(file, 50, 100);
    check_found(bug, "unavailable", file, 50);
  }
}

TEST_CASE("paxos: 100 seeds of random faults hold every claim, of the log and of registers") {
  check_random_faults("scenarios/paxos/random-faults.json", 100, 300);
  check_random_faults("scenarios/paxos/random-faults-registers.json", 100, 300);
}

TEST_CASE("paxos: the search finds the easy switches within 50 seeds, with the anomaly of each") {
  check_easy_switches("paxos", {"scenarios/paxos/random-faults.json"});
}

TEST_CASE(
    "paxos: where proposers keep restarting, the search finds ballots that are used twice, and nothing "
    "else") {
  const models::Registry registry;
  const std::string file = "scenarios/paxos/random-restarts.json";
  scenarios::Overrides overrides;
  overrides.bugs = {"paxos.ballot-reuse"};
  const scenarios::Loaded whole = load_shipped(registry, file);
  const scenarios::Loaded forgetful = load_shipped(registry, file, overrides);
  bool found = false;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    INFO("seed " << seed);
    CHECK(reports::judge(run_loaded(whole, seed)).ending == reports::Ending::as_expected);
    found = found || shows(reports::judge(run_loaded(forgetful, seed)), "invariant(P18.5)");
  }
  CHECK(found);
}

TEST_CASE("lock: 100 seeds of random faults hold every claim but that about pauses, which they excuse") {
  check_random_faults("scenarios/lock/random-faults.json", 100, 300);
}

TEST_CASE("lock: the search finds the easy switches within 50 seeds, with the anomaly of each") {
  check_easy_switches("lock", {"scenarios/lock/random-faults.json"});
}

TEST_CASE("dynamo: 100 seeds of random faults hold every claim") {
  check_random_faults("scenarios/dynamo/random-faults.json", 100, 300);
}

TEST_CASE("dynamo: the search finds the easy switches within 50 seeds, with the anomaly of each") {
  check_easy_switches(
      "dynamo", {"scenarios/dynamo/random-faults.json", "scenarios/dynamo/random-faults-siblings.json"});
}

TEST_CASE("dynamo: where one copy is enough the search finds hints that are not durable, and nothing else") {
  const models::Registry registry;
  const std::string file = "scenarios/dynamo/random-faults-one-copy.json";
  scenarios::Overrides overrides;
  overrides.bugs = {"dynamo.volatile-hints"};
  const scenarios::Loaded whole = load_shipped(registry, file);
  const scenarios::Loaded volatile_hints = load_shipped(registry, file, overrides);
  bool found = false;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    CHECK(reports::judge(run_loaded(whole, seed)).ending == reports::Ending::as_expected);
    found = found || shows(reports::judge(run_loaded(volatile_hints, seed)), "lost-write");
  }
  CHECK(found);
}

TEST_CASE("dynamo: 100 seeds of random faults lose no sibling that nobody replaced") {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, "scenarios/dynamo/random-faults-siblings.json");
  bool several = false;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const sim::RunRecord run = run_loaded(loaded, seed);
    INFO("seed " << seed);
    CHECK(reports::judge(run).ending == reports::Ending::as_expected);
    const auto siblings = run.metrics.histograms.find("siblings");
    several = several || (siblings != run.metrics.histograms.end() && siblings->second.greatest() > 2);
  }
  CHECK(several);
}

TEST_CASE("dynamo: 40 seeds of random faults lose nothing that clients count or keep in sets") {
  const std::string file = "scenarios/dynamo/random-faults-objects.json";
  check_random_faults(file, 40, 120);
  check_found("dynamo.false-dominance", "lost-update", file, 50);
}

TEST_CASE("dynamo: 100 seeds of random faults while a server joins hold every claim") {
  check_random_faults("scenarios/dynamo/random-faults-members.json", 100, 300);
}

TEST_CASE("dynamo: the search finds gossip that is believed too soon") {
  const models::Registry registry;
  for (const std::string bug : {"dynamo.gossip-no-generation", "dynamo.gossip-unchecked"}) {
    scenarios::Overrides overrides;
    overrides.bugs = {bug};
    const auto loaded = load_shipped(registry, "scenarios/dynamo/random-faults-members.json", overrides);
    bool found = false;
    for (std::uint64_t seed = 1; seed <= 50 && !found; ++seed)
      found = shows(reports::judge(run_loaded(loaded, seed)), "unavailable");
    INFO(bug);
    CHECK(found);
  }
}

TEST_CASE("dynamo: 50 seeds of random faults while servers come and go hold every claim") {
  check_random_faults("scenarios/dynamo/random-faults-ring.json", 50, 200);
}

TEST_CASE(
    "dynamo: the search finds rings that nobody compares, who leaves with everything, and the returned") {
  const std::pair<std::string, std::string> all[] = {{"dynamo.split-rings", "stale-read"},
                                                     {"dynamo.leave-without-streaming", "stale-read"},
                                                     {"dynamo.dead-member-returns", "resurrection"}};
  const models::Registry registry;
  for (const auto& [bug, anomaly] : all) {
    scenarios::Overrides overrides;
    overrides.bugs = {bug};
    const auto loaded = load_shipped(registry, "scenarios/dynamo/random-faults-ring.json", overrides);
    bool found = false;
    for (std::uint64_t seed = 1; seed <= 50 && !found; ++seed)
      found = shows(reports::judge(run_loaded(loaded, seed)), anomaly);
    INFO(bug);
    CHECK(found);
  }
}

TEST_CASE(
    "dynamo: 50 seeds of random faults break no session that clients keep, and some that nobody looks at") {
  const models::Registry registry;
  for (const bool ignored : {false, true}) {
    scenarios::Overrides overrides;
    if (ignored) overrides.bugs = {"dynamo.session-ignored"};
    const auto loaded = load_shipped(registry, "scenarios/dynamo/random-faults-sessions.json", overrides);
    bool found = false;
    for (std::uint64_t seed = 1; seed <= 50 && !found; ++seed)
      found = shows(reports::judge(run_loaded(loaded, seed)), "nonmonotonic");
    CHECK(found == ignored);
  }
}

TEST_CASE("dynamo: with stand-ins 100 seeds of random faults break nothing that is promised in full") {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, "scenarios/dynamo/random-faults-sloppy.json");
  bool weak = false;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const reports::RunReport report = reports::judge(run_loaded(loaded, seed));
    INFO("seed " << seed);
    CHECK(report.ending == reports::Ending::as_expected);
    weak = weak || report.verdict == reports::Verdict::weak;
  }
  CHECK(weak);
}

// Each type has its own faults to fear: the switches that concern it, and the scenario that looks for them.
TEST_CASE("crdt: 25 seeds of random faults hold every claim, whatever the type") {
  check_random_faults("scenarios/crdt/random-faults.json", 25, 75);
  check_random_faults("scenarios/crdt/random-faults-tombstones.json", 25, 75);
  check_random_faults("scenarios/crdt/random-faults-gcounter.json", 25, 75);
  check_random_faults("scenarios/crdt/random-faults-pncounter.json", 25, 75);
  check_random_faults("scenarios/crdt/random-faults-escrow.json", 25, 75);
  check_random_faults("scenarios/crdt/random-faults-lwwmap.json", 25, 75);
  check_random_faults("scenarios/crdt/random-faults-rga.json", 10, 30);
  check_random_faults("scenarios/crdt/random-faults-backups.json", 25, 75);
}

TEST_CASE("crdt: the search finds each switch where its type is used, with its anomaly") {
  const models::Registry registry;
  const std::pair<std::string, std::string> searches[] = {
      {"crdt.counter-max-total", "-gcounter"}, {"crdt.counter-plain-add", "-pncounter"},
      {"crdt.orset-remove-by-value", ""},      {"crdt.lww-no-tiebreak", "-lwwmap"},
      {"crdt.rga-no-tiebreak", "-rga"},        {"crdt.rga-no-causal", "-rga"},
      {"crdt.fractional-interleave", "-rga"},  {"crdt.no-escrow", "-escrow"},
      {"crdt.replica-id-reuse", "-backups"},   {"crdt.orset-gc-early", "-tombstones"},
  };
  const auto bugs = registry.find("crdt")->bugs();
  CHECK(bugs.size() == std::size(searches));
  for (const auto& [name, scenario] : searches) {
    const auto bug = std::find_if(bugs.begin(), bugs.end(), [&](const auto& b) { return b.name == name; });
    REQUIRE(bug != bugs.end());
    scenarios::Overrides overrides;
    overrides.bugs = {name};
    const scenarios::Loaded loaded =
        load_shipped(registry, "scenarios/crdt/random-faults" + scenario + ".json", overrides);
    bool found = false;
    for (std::uint64_t seed = 1; seed <= 50 && !found; ++seed)
      found = shows(reports::judge(run_loaded(loaded, seed)), bug->anomaly);
    INFO(name);
    CHECK(found);
  }
}

TEST_CASE("kafka: 100 seeds of random faults hold every claim but those about records that too many lost") {
  check_random_faults("scenarios/kafka/random-faults.json", 100, 300);
}

TEST_CASE("kafka: the search finds the easy switches within 50 seeds, with the anomaly of each") {
  check_easy_switches("kafka", {"scenarios/kafka/random-faults.json"});
}

TEST_CASE("kafka: 60 seeds of random faults at producers with several records in flight hold every claim") {
  check_random_faults("scenarios/kafka/random-faults-inflight.json", 60, 180);
}

TEST_CASE("kafka: the search finds records that are numbered anew too soon, or with used numbers") {
  const std::string file = "scenarios/kafka/random-faults-inflight.json";
  check_found("kafka.renumber-too-soon", "duplicate-effect", file, 50);
  check_found("kafka.sequence-reuse", "lost-write", file, 50, 20);
}

TEST_CASE("kafka: 50 seeds of random faults at a group hold every claim, eager or cooperative") {
  check_random_faults("scenarios/kafka/random-faults-groups.json", 50, 150);
  check_random_faults("scenarios/kafka/random-faults-groups-cooperative.json", 50, 150);
}

TEST_CASE("kafka: the search finds each switch of a group, with its anomaly") {
  check_found("kafka.no-generation-check", "invariant(P7.7)", "scenarios/kafka/random-faults-groups.json",
              50);
  check_found("kafka.commit-before-process", "missing-effect", "scenarios/kafka/random-faults-groups.json",
              50);
}

TEST_CASE("kafka: random faults at logs that are cleaned up hold every claim") {
  check_random_faults("scenarios/kafka/random-faults-retention.json", 40, 120);
  check_random_faults("scenarios/kafka/random-faults-compact.json", 40, 120);
  check_random_faults("scenarios/kafka/random-faults-compact-groups.json", 20, 60);
  check_random_faults("scenarios/kafka/random-faults-compact-eos.json", 10, 30);
}

TEST_CASE("kafka: the search finds each switch of cleaning up, with its anomaly") {
  check_found("kafka.retention-past-hw", "lost-write", "scenarios/kafka/random-faults-retention.json", 50);
  check_found("kafka.compact-past-hw", "lost-write", "scenarios/kafka/random-faults-compact.json", 50);
  check_found("kafka.tombstone-gc-early", "resurrection", "scenarios/kafka/random-faults-compact.json", 50);
  check_found("kafka.missed-tombstones", "resurrection", "scenarios/kafka/random-faults-compact.json", 50);
}

TEST_CASE("kafka: random faults at transactions hold every claim, whatever is late, doubled or asleep") {
  check_random_faults("scenarios/kafka/random-faults-eos.json", 30, 90);
  check_random_faults("scenarios/kafka/random-delays-eos.json", 20, 60);
  check_random_faults("scenarios/kafka/random-pauses-eos.json", 20, 60);
  check_random_faults("scenarios/kafka/random-delays-sessions.json", 20, 60);
}

TEST_CASE("kafka: the search finds each switch of transactions, with its anomaly") {
  check_found("kafka.zombie-producer", "dirty-read", "scenarios/kafka/random-pauses-eos.json", 500);
  check_found("kafka.late-marker", "lost-write", "scenarios/kafka/random-delays-eos.json", 200, 190);
  check_found("kafka.hanging-txn", "unavailable", "scenarios/kafka/random-delays-sessions.json", 50);
}

TEST_CASE("kafka: where leaders change all the time 100 seeds hold every claim") {
  check_random_faults("scenarios/kafka/random-elections.json", 100, 300);
}

TEST_CASE("kafka: where leaders change all the time the search finds that one lookup is too few") {
  check_found("kafka.epoch-lookup-one-round", "divergence", "scenarios/kafka/random-elections.json", 200);
}

TEST_CASE("spanner: 100 seeds of random faults hold every claim") {
  check_random_faults("scenarios/spanner/random-faults.json", 100, 300);
}

TEST_CASE("spanner: the search finds the easy switches within 50 seeds, with the anomaly of each") {
  check_easy_switches("spanner",
                      {"scenarios/spanner/random-faults.json", "scenarios/spanner/random-faults-hlc.json"});
}

TEST_CASE(
    "spanner: where leases outlast elections every claim holds, and the search finds two that overlap") {
  const std::string file = "scenarios/spanner/random-leases.json";
  check_random_faults(file, 30, 90);
  check_found("spanner.lease-overlap", "split-brain", file, 10);
  check_found("spanner.lease-overlap", "stale-read", file, 50);
}

// Strict serializability is not promised in full there.
TEST_CASE("spanner: without locks 100 seeds of random faults break nothing that is promised in full") {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, "scenarios/spanner/random-faults-hlc.json");
  std::uint64_t effective_faults = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const sim::RunRecord run = run_loaded(loaded, seed);
    const reports::RunReport report = reports::judge(run);
    INFO("seed " << seed);
    CHECK(report.ending == reports::Ending::as_expected);
    CHECK(run.wrong_clocks.empty());
    for (const reports::ClaimReport& claim : report.claims) {
      INFO(claim.claim.id);
      const bool weak = claim.judgement.verdict == reports::Verdict::weak && claim.claim.id == "P4.1";
      CHECK((claim.judgement.verdict == reports::Verdict::held || weak));
    }
    for (const sim::FaultRecord& fault : run.faults) effective_faults += fault.affected > 0 ? 1 : 0;
  }
  CHECK(effective_faults > 300);
}

TEST_CASE("spanner: without locks the search finds leases, reads and timestamps that are not heeded") {
  const std::string file = "scenarios/spanner/random-faults-hlc.json";
  check_found("spanner.tscache-lost", "read-skew", file, 500);
  check_found("spanner.no-read-refresh", "lost-update", file, 50);
}

TEST_CASE("spanner: where clocks are further apart than max_offset, what needs no clocks holds") {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, "scenarios/spanner/random-clocks-hlc.json");
  int broken = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const sim::RunRecord run = run_loaded(loaded, seed);
    INFO("seed " << seed);
    for (const reports::ClaimReport& claim : reports::judge(run).claims) {
      INFO(claim.claim.id);
      const reports::Verdict verdict = claim.judgement.verdict;
      if (claim.claim.assumption == sim::Assumption::a0) CHECK(verdict == reports::Verdict::held);
      CHECK(verdict != reports::Verdict::violated);
      const bool excused = verdict == reports::Verdict::assumption_broken && !run.wrong_clocks.empty();
      if (claim.claim.id == "P4.5k" && excused) ++broken;
    }
  }
  CHECK(broken > 3);
}

// Whatever else breaks then: transactions under locks, and what does not look at clocks at all.
TEST_CASE(
    "spanner: where clocks are worse than they say, only what counts on them breaks, and that is said") {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, "scenarios/spanner/random-clocks.json");
  int broken = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const sim::RunRecord run = run_loaded(loaded, seed);
    const reports::RunReport report = reports::judge(run);
    INFO("seed " << seed);
    for (const reports::ClaimReport& claim : report.claims) {
      INFO(claim.claim.id);
      const reports::Verdict verdict = claim.judgement.verdict;
      const bool excused = verdict == reports::Verdict::assumption_broken;
      CHECK((verdict == reports::Verdict::held || (excused && !run.wrong_clocks.empty())));
      if (claim.claim.assumption == sim::Assumption::a0) CHECK_FALSE(excused);
      if (claim.claim.id == "P4.1" && excused) ++broken;
    }
  }
  CHECK(broken > 5);
}

TEST_CASE("zanzibar: 100 seeds of random faults hold every claim") {
  check_random_faults("scenarios/zanzibar/random-faults.json", 100, 300);
}

TEST_CASE("zanzibar: with roles, and with tokens, 50 seeds of random faults hold every claim") {
  check_random_faults("scenarios/zanzibar/random-faults-roles.json", 50, 150);
  check_random_faults("scenarios/zanzibar/random-faults-token.json", 50, 150);
}

TEST_CASE("zanzibar: the search finds tokens that nobody asks about") {
  check_found("zanzibar.role-in-token", "invariant(P2.8)", "scenarios/zanzibar/random-faults-token.json", 50);
}

TEST_CASE("zanzibar: the search finds the easy switches within 50 seeds, with the anomaly of each") {
  check_easy_switches("zanzibar", {"scenarios/zanzibar/random-faults.json"});
}

TEST_CASE("saga: 100 seeds of random faults hold every claim, of accounts and of copies") {
  check_random_faults("scenarios/saga/random-faults.json", 100, 300);
  check_random_faults("scenarios/saga/random-faults-copies.json", 100, 300);
  check_random_faults("scenarios/saga/random-faults-sets.json", 50, 150);
  check_found("saga.2pc-early-unlock", "nonlinearizable", "scenarios/saga/random-faults-sets.json", 50);
}

TEST_CASE("saga: the search finds the easy switches within 50 seeds, with the anomaly of each") {
  check_easy_switches("saga", {"scenarios/saga/random-coordinators.json"});
}

TEST_CASE("saga: the search finds participants that do not wait for the decision") {
  check_found("saga.2pc-heuristic-abort", "invariant(P17.6)", "scenarios/saga/random-faults.json", 50);
}

}  // namespace lightcone::tests
