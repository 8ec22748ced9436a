#include "faults/nemesis.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "scenarios/json/write.hpp"
#include "tests/faults/pinging.hpp"

namespace lightcone::faults {

using namespace pinging;

namespace {

const Scale scale{
    {.faults_begin = 1s, .heal = 11s, .load_ends = 12s, .final_reads = 13s, .end = 14s}, 4ms, 300ms};

Census servers() { return census(scale.phases.heal); }

std::vector<FaultSpec> draw(const Nemesis& nemesis, std::uint64_t seed) {
  return draw_faults(nemesis, scale, servers(), sim::Stream(seed, "nemesis"));
}

bool is_background(const FaultSpec& spec) { return spec.id->starts_with("background"); }

std::string written(const std::vector<FaultSpec>& specs) {
  std::string out;
  for (const FaultSpec& spec : specs) {
    std::string text = scenarios::json::write(scenarios::write_record(spec, scenarios::Extent::changed));
    out += (out.empty() ? "" : ",") + text;
  }
  return out;
}

Nemesis only(FaultKind kind) {
  Nemesis nemesis;
  nemesis.kinds = {{kind, {}}};
  nemesis.windows_min = 6;
  return nemesis;
}

// All windows of many seeds.
std::vector<FaultSpec> windows(const Nemesis& nemesis, std::uint64_t seeds) {
  std::vector<FaultSpec> out;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    for (const FaultSpec& spec : draw(nemesis, seed)) {
      if (!is_background(spec)) out.push_back(spec);
    }
  }
  return out;
}

double share(const std::vector<FaultSpec>& specs, bool (*is)(const FaultSpec&)) {
  return static_cast<double>(std::count_if(specs.begin(), specs.end(), is)) /
         static_cast<double>(specs.size());
}

}  // namespace

TEST_CASE("what the nemesis draws is sound, within its bounds, and differs from seed to seed") {
  std::set<std::string> drawn;
  std::set<std::string> kinds;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const std::vector<FaultSpec> specs = draw({}, seed);
    drawn.insert(written(specs));
    std::size_t count = 0;
    for (const auto& [index, complaint] : validate(specs, servers())) {
      FAIL(complaint.path << ": " << complaint.why.problem << "\n" << written(specs));
    }
    for (const FaultSpec& spec : specs) {
      CHECK(*spec.at >= 1s);
      CHECK(*spec.at < 11s);
      CHECK(spec.may_miss);
      if (is_background(spec)) {
        if (spec.fault.kind == FaultKind::net_drop) CHECK(*spec.share <= sim::Ratio{2, 100});
        if (spec.fault.kind == FaultKind::net_dup) CHECK(*spec.share <= sim::Ratio{1, 100});
        if (spec.fault.kind == FaultKind::net_delay) CHECK(*spec.delay->distribution().max() <= 40ms);
        continue;
      }
      if (spec.id->ends_with("-restart")) continue;
      ++count;
      kinds.insert(spec.fault.text());
      if (spec.fault.kind == FaultKind::disk_rot) continue;
      CHECK(*spec.lasts >= 3990us);
      CHECK(*spec.lasts <= 3s);
    }
    CHECK(count >= 1);
    CHECK(count <= 6);
  }
  CHECK(drawn.size() == 500);
  CHECK(kinds.size() == 15);
  CHECK_FALSE(kinds.contains("disk.wipe"));
  CHECK_FALSE(kinds.contains("clk.offset"));
}

TEST_CASE("the nemesis draws the same for the same seed, and each thing from a stream of its own") {
  CHECK(written(draw({}, 7)) == written(draw({}, 7)));
  Nemesis quiet;
  quiet.loss_max = {};
  quiet.duplication_max = {};
  quiet.delay_spread_max = 0;
  std::vector<FaultSpec> specs = draw({}, 7);
  std::erase_if(specs, is_background);
  CHECK(written(draw(quiet, 7)) == written(specs));
  // Another number of windows leaves the windows that remain as they were.
  Nemesis more = quiet;
  more.windows_min = more.windows_max = 6;
  const std::vector<FaultSpec> six = draw(more, 7);
  for (const FaultSpec& spec : draw(quiet, 7)) {
    const auto same =
        std::find_if(six.begin(), six.end(), [&](const FaultSpec& each) { return each.id == spec.id; });
    REQUIRE(same != six.end());
    CHECK(written({spec}) == written({*same}));
  }
}

TEST_CASE("each run draws from its own subset of the kinds") {
  std::map<std::size_t, std::size_t> runs_by_kinds;
  Nemesis many;
  many.windows_min = many.windows_max = 100;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::set<std::string> kinds;
    for (const FaultSpec& spec : draw(many, seed)) {
      if (!is_background(spec)) kinds.insert(spec.fault.text());
    }
    ++runs_by_kinds[kinds.size()];
  }
  CHECK(runs_by_kinds.begin()->first < 7);
  CHECK(runs_by_kinds.rbegin()->first > 7);
  CHECK(runs_by_kinds.rbegin()->first < 14);
}

TEST_CASE("half of the pauses outlive the longest timeout, half do not") {
  const std::vector<FaultSpec> pauses = windows(only(FaultKind::proc_pause), 200);
  REQUIRE(pauses.size() == 1200);
  const double longer = share(pauses, [](const FaultSpec& spec) { return *spec.lasts >= 299ms; });
  CHECK(longer > 0.45);
  CHECK(longer < 0.55);
}

TEST_CASE("half of the faults aim at the leader") {
  const std::vector<FaultSpec> pauses = windows(only(FaultKind::proc_pause), 200);
  const double aimed =
      share(pauses, [](const FaultSpec& spec) { return spec.node->text().starts_with("leader or n"); });
  CHECK(aimed > 0.45);
  CHECK(aimed < 0.55);
}

TEST_CASE("a quarter of the crashes and power failures strike all servers at once") {
  for (const FaultKind kind : {FaultKind::proc_crash, FaultKind::disk_power, FaultKind::disk_torn}) {
    std::vector<FaultSpec> crashes = windows(only(kind), 400);
    std::erase_if(crashes, [](const FaultSpec& spec) { return spec.when.has_value(); });
    const double together =
        share(crashes, [](const FaultSpec& spec) { return spec.node->text() == "servers"; });
    CHECK(together > 0.2);
    CHECK(together < 0.3);
  }
}

TEST_CASE("half of the crashes wait for a moment of the model's, if it has any") {
  const std::vector<FaultSpec> crashes = windows(only(FaultKind::proc_crash), 200);
  const double waiting = share(crashes, [](const FaultSpec& spec) { return spec.when.has_value(); });
  CHECK(waiting > 0.45);
  CHECK(waiting < 0.55);
  for (const FaultSpec& spec : crashes) {
    if (spec.when) CHECK(spec.when->type == "Pinged");
  }
  Census without = servers();
  without.moments.clear();
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const FaultSpec& spec :
         draw_faults(only(FaultKind::proc_crash), scale, without, sim::Stream(seed, "nemesis"))) {
      CHECK_FALSE(spec.when);
    }
  }
}

TEST_CASE("half of the windows begin while the one before is under way") {
  std::size_t beside = 0;
  std::size_t all = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Nemesis two = only(FaultKind::proc_pause);
    two.windows_min = two.windows_max = 2;
    std::vector<FaultSpec> drawn = draw(two, seed);
    std::erase_if(drawn, is_background);
    REQUIRE(drawn.size() == 2);
    const auto first =
        std::find_if(drawn.begin(), drawn.end(), [](const FaultSpec& spec) { return spec.id == "window-1"; });
    const FaultSpec& second = first == drawn.begin() ? drawn[1] : drawn[0];
    ++all;
    beside += *second.at >= *first->at && *second.at <= *first->at + *first->lasts ? 1 : 0;
  }
  CHECK(beside > all * 45 / 100);
  CHECK(beside < all * 60 / 100);
}

TEST_CASE("a record that rots is read again after a crash of the same node, on a minority at most") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::size_t rotten = 0;
    const std::vector<FaultSpec> specs = draw(only(FaultKind::disk_rot), seed);
    for (const FaultSpec& spec : specs) {
      if (spec.fault.kind != FaultKind::disk_rot) continue;
      ++rotten;
      const auto restart = std::find_if(specs.begin(), specs.end(), [&](const FaultSpec& each) {
        return each.fault.kind == FaultKind::proc_crash && each.at == spec.at &&
               *each.id == *spec.id + "-restart";
      });
      REQUIRE(restart != specs.end());
      CHECK(restart->node->text() == spec.node->text());
    }
    CHECK(rotten == 2);
  }
}

TEST_CASE("lengths are spread evenly over factors, starts over time") {
  const std::vector<FaultSpec> crashes = windows(only(FaultKind::proc_crash), 200);
  // 4 ms to 3 s are 9.55 doublings.
  const double short_ones = share(crashes, [](const FaultSpec& spec) { return *spec.lasts < 64ms; });
  CHECK(short_ones > 0.37);
  CHECK(short_ones < 0.47);
  const double early = share(crashes, [](const FaultSpec& spec) { return *spec.at < 3500ms; });
  CHECK(early > 0.21);
  CHECK(early < 0.29);
  sim::Stream chance(1, "log-uniform");
  for (int i = 0; i < 1000; ++i) {
    const Duration drawn = log_uniform(chance, 7ns, 9ns);
    CHECK(drawn >= 7ns);
    CHECK(drawn <= 9ns);
  }
  CHECK(log_uniform(chance, 5ms, 5ms) == 5ms);
}

TEST_CASE("no more nodes are wiped than the budget allows") {
  Nemesis nemesis = only(FaultKind::disk_wipe);
  CHECK(windows(nemesis, 50).empty());
  nemesis.budget = 2;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::vector<FaultSpec> specs = draw(nemesis, seed);
    std::erase_if(specs, is_background);
    CHECK(specs.size() == 2);
  }
}

TEST_CASE("all that happens to clocks in one run stays within the bound") {
  Nemesis nemesis;
  nemesis.kinds = {{FaultKind::clk_offset, {}}, {FaultKind::clk_drift, {}}};
  nemesis.windows_min = 6;
  nemesis.intensity = {1, 1};
  nemesis.clock_error = 10ms;
  nemesis.clock_drift_ppm = 200;
  Duration largest{};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Duration error{};
    for (const FaultSpec& spec : draw(nemesis, seed)) {
      if (spec.by) error += std::chrono::abs(*spec.by);
      if (!spec.ppm) continue;
      CHECK(std::abs(*spec.ppm) <= 200);
      error += *spec.lasts / 1'000'000 * std::abs(*spec.ppm);
    }
    CHECK(error <= 10ms);
    largest = std::max(largest, error);
  }
  CHECK(largest > 9ms);
}

TEST_CASE("kinds that need to be told more cannot be drawn") {
  Nemesis nemesis;
  nemesis.kinds = {{FaultKind::proc_crash, {}}, {FaultKind::net_links, {}}};
  REQUIRE(validate(nemesis).size() == 1);
  CHECK(validate(nemesis).front().path == "kinds[1]");
  CHECK(validate(nemesis).front().why.problem == "net.links cannot be drawn at random");
  CHECK(validate(Nemesis()).empty());
}

TEST_CASE("a frozen run, written and read again, is the same run") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<FaultSpec> specs = draw({}, seed);
    const std::string text = written(specs);
    CHECK(written(faults_of(text)) == text);
    const auto fingerprint = [&] {
      Run run(text, {.seed = seed, .heal = 11s});
      run.whole();
      return run.simulation.fingerprint();
    };
    CHECK(fingerprint() == fingerprint());
  }
}

TEST_CASE("taking one drawn fault away leaves what the others do") {
  // Whom "random" means depends on the fault's id, not on its place in the list.
  const std::string first =
      R"({"fault": "proc.crash", "id": "a", "at": "100ms", "for": "10ms", "node": "random"},)";
  const std::string second =
      R"({"fault": "proc.crash", "id": "b", "at": "200ms", "for": "10ms", "node": "random"})";
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Run both(first + second, {.seed = seed});
    both.whole();
    Run one(second, {.seed = seed});
    one.whole();
    CHECK(both.record(1).description == one.record(0).description);
  }
}

}  // namespace lightcone::faults
