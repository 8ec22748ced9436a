// Files under power loss against a dumb twin that keeps the content after every operation.
#include "sim/disk/disk.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <vector>

#include "sim/simulation.hpp"

namespace {

using namespace lightcone::sim;

struct Record {
  int number;
};
BOOST_DESCRIBE_STRUCT(Record, (), (number))
struct Blob {
  std::uint64_t bytes;
  friend std::uint64_t wire_bytes(const Blob& blob) { return blob.bytes; }
};
BOOST_DESCRIBE_STRUCT(Blob, (), (bytes))

using Content = std::vector<std::optional<int>>;  // empty: unreadable

Content content_of(const File<Record>& file) {
  Content content;
  for (std::size_t i = 0; i < file.size(); ++i) {
    const Record* record = file.read(i);
    content.push_back(record == nullptr ? std::nullopt : std::optional(record->number));
  }
  return content;
}

enum class Kind { append, overwrite, truncate, drop_front };
struct Change {
  Kind kind;
  std::size_t at = 0;  // index, size or count; taken modulo what there is
  int number = 0;
};

// True when it changed something that has to be undone.
bool make(File<Record>& file, const Change& operation) {
  const std::size_t size = file.size();
  switch (operation.kind) {
    case Kind::append:
      REQUIRE(file.append({operation.number}));
      return true;
    case Kind::overwrite:
      if (size == 0) return false;
      REQUIRE(file.overwrite(operation.at % size, {operation.number}));
      return true;
    case Kind::truncate:
      file.truncate(operation.at % (size + 1));
      return operation.at % (size + 1) < size;
    case Kind::drop_front:
      file.drop_front(operation.at % (size + 1));
      return operation.at % (size + 1) > 0;
  }
  return false;
}

// Where a torn `operation` leaves a file whose content was `before`; the index is that of the slot it writes.
Content torn(Content before, const Change& operation) {
  if (operation.kind == Kind::append) before.emplace_back(std::nullopt);
  if (operation.kind == Kind::overwrite) before[operation.at % before.size()] = std::nullopt;
  return before;
}

// The contents that some prefix leaves, found by losing power with many seeds, must be all of the twin's.
// `synced`: after so many operations a sync is issued and completed.
void check_all_prefixes(const std::vector<Change>& operations, std::size_t synced) {
  std::vector<Content> contents;  // after each operation since the sync that has to be undone, and before
  std::vector<Change> done;
  const auto build = [&](Disk& disk) {
    File<Record>& file = disk.open<Record>("f");
    contents.clear();
    done.clear();
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if (i == synced) {
        disk.complete_sync(disk.begin_sync(Instant{}).id);
        contents.clear();
        done.clear();
      }
      if (contents.empty()) contents.push_back(content_of(file));
      if (!make(file, operations[i])) continue;
      contents.push_back(content_of(file));
      done.push_back(operations[i]);
    }
  };
  std::vector<int> seen;
  std::vector<int> seen_torn;
  for (std::uint64_t seed = 0; seed < 12 * (operations.size() + 1); ++seed) {
    Disk disk({}, Stream(seed, "d"));
    build(disk);
    File<Record>& file = disk.open<Record>("f");
    REQUIRE(file.unsynced_operations() == done.size());
    const bool tear = seed % 2 == 1;
    const Disk::PowerLoss loss = disk.lose_power(Instant{}, Disk::Surviving::random_prefix,
                                                 tear ? Disk::LastWrite::torn : Disk::LastWrite::lost);
    if (done.empty()) {
      REQUIRE(loss.lost == 0);
      REQUIRE(content_of(file) == contents.at(0));
      continue;
    }
    REQUIRE(loss.unsynced == done.size());
    const std::size_t kept = done.size() - loss.lost;
    if (tear) {
      REQUIRE(kept < done.size());
      const Change& half = done[kept];
      const bool writes = half.kind == Kind::append || half.kind == Kind::overwrite;
      REQUIRE(loss.torn == (writes ? 1 : 0));
      REQUIRE(content_of(file) == torn(contents[kept], half));
      seen_torn.push_back(static_cast<int>(kept));
    } else {
      REQUIRE(loss.torn == 0);
      REQUIRE(content_of(file) == contents[kept]);
      seen.push_back(static_cast<int>(kept));
    }
    REQUIRE(file.unsynced_operations() == 0);
  }
  if (done.empty() || operations.size() > 6) return;
  for (int kept = 0; kept <= static_cast<int>(done.size()); ++kept) {
    CHECK(std::count(seen.begin(), seen.end(), kept) > 0);
    const bool can_tear = kept < static_cast<int>(done.size());
    CHECK((std::count(seen_torn.begin(), seen_torn.end(), kept) > 0) == can_tear);
  }
}

Change operation_of(std::uint64_t code, int number) {
  switch (code) {
    case 0:
      return {Kind::append, 0, number};
    case 1:
      return {Kind::overwrite, 0, number};
    case 2:
      return {Kind::overwrite, 1, number};
    case 3:
      return {Kind::truncate, 1, 0};
    default:
      return {Kind::drop_front, 1, 0};
  }
}

}  // namespace

TEST_CASE("disk: a power loss leaves every prefix of what was not synced, over all short sequences") {
  for (std::size_t length = 0; length <= 3; ++length) {
    std::uint64_t sequences = 1;
    for (std::size_t i = 0; i < length; ++i) sequences *= 5;
    for (std::uint64_t sequence = 0; sequence < sequences; ++sequence) {
      // Two records to begin with, so that each operation has something to work on.
      std::vector<Change> operations{{Kind::append, 0, -1}, {Kind::append, 0, -2}};
      std::uint64_t code = sequence;
      for (std::size_t i = 0; i < length; ++i, code /= 5) {
        operations.push_back(operation_of(code % 5, static_cast<int>(i)));
      }
      for (const std::size_t synced : {0U, 2U, 3U}) check_all_prefixes(operations, synced);
    }
  }
}

TEST_CASE("disk: a power loss leaves a prefix of what was not synced, over long random sequences") {
  Stream chance(1, "operations");
  for (int run = 0; run < 30; ++run) {
    std::vector<Change> operations;
    const std::uint64_t length = 1 + chance.below(60);
    for (std::uint64_t i = 0; i < length; ++i) {
      Change operation;
      const std::uint64_t kind = chance.below(8);
      operation.kind = kind < 4   ? Kind::append
                       : kind < 6 ? Kind::overwrite
                       : kind < 7 ? Kind::truncate
                                  : Kind::drop_front;
      operation.at = chance.below(100);
      operation.number = static_cast<int>(i);
      operations.push_back(operation);
    }
    check_all_prefixes(operations, chance.below(length + 1));
  }
}

TEST_CASE("disk: a sync covers what was written before it was issued, not what came while it ran") {
  Disk disk({}, Stream(1, "d"));
  File<Record>& file = disk.open<Record>("f");
  (void)file.append({1});
  const Disk::Sync sync = disk.begin_sync(Instant{});
  (void)file.append({2});
  disk.complete_sync(sync.id);
  CHECK(file.unsynced_operations() == 1);
  disk.lose_power(Instant{}, Disk::Surviving::nothing, Disk::LastWrite::lost);
  CHECK(content_of(file) == Content{1});
}

TEST_CASE("disk: a sync that was under way when the power went does not make anything durable afterwards") {
  Disk disk({}, Stream(1, "d"));
  File<Record>& file = disk.open<Record>("f");
  (void)file.append({1});
  const Disk::Sync sync = disk.begin_sync(Instant{});
  disk.lose_power(Instant{}, Disk::Surviving::nothing, Disk::LastWrite::lost);
  (void)file.append({2});
  disk.complete_sync(sync.id);
  CHECK(file.unsynced_operations() == 1);
  disk.lose_power(Instant{}, Disk::Surviving::nothing, Disk::LastWrite::lost);
  CHECK(content_of(file).empty());
}

TEST_CASE("disk: one sync covers all files, and a power loss leaves a prefix of each") {
  std::map<std::pair<std::size_t, std::size_t>, int> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Disk disk({}, Stream(seed, "d"));
    File<Record>& one = disk.open<Record>("one");
    File<Record>& two = disk.open<Record>("two");
    (void)one.append({1});
    (void)two.append({1});
    disk.complete_sync(disk.begin_sync(Instant{}).id);
    for (int i = 2; i < 4; ++i) {
      (void)one.append({i});
      (void)two.append({i});
    }
    disk.lose_power(Instant{}, Disk::Surviving::random_prefix, Disk::LastWrite::lost);
    ++seen[{one.size(), two.size()}];
  }
  CHECK(seen.size() == 9);
  CHECK(seen.begin()->first == std::pair<std::size_t, std::size_t>{1, 1});
}

TEST_CASE("disk: syncs queue on the device, and cost latency and the unsynced bytes over bandwidth") {
  DiskSpec spec;
  spec.sync_latency = Distribution::always(2ms);
  spec.bytes_per_second = 1'000'000;
  Disk disk(spec, Stream(1, "d"));
  File<Blob>& file = disk.open<Blob>("f");
  (void)file.append({3000});
  CHECK(disk.begin_sync(Instant(1ms)).completes == Instant(6ms));
  CHECK(disk.begin_sync(Instant(1ms)).completes == Instant(8ms));  // nothing new to write
  (void)file.append({1000});
  CHECK(disk.begin_sync(Instant(20ms)).completes == Instant(23ms));
  CHECK(disk.syncs() == 3);
  CHECK(file.bytes_written() == 4000);
}

TEST_CASE("disk: a slow disk takes its factor longer") {
  Disk disk({}, Stream(1, "d"));
  disk.set_slowdown(20);
  CHECK(disk.begin_sync(Instant{}).completes == Instant(20ms));
  disk.set_slowdown(1);
  CHECK(disk.begin_sync(Instant{}).completes == Instant(21ms));
  CHECK(disk.slowed_syncs() == 1);
}

TEST_CASE("disk: a full disk refuses writes and changes nothing, and what frees room still works") {
  Disk disk({}, Stream(1, "d"));
  File<Record>& file = disk.open<Record>("f");
  for (int i = 0; i < 4; ++i) (void)file.append({i});
  disk.set_full(true);
  CHECK_FALSE(file.append({9}));
  CHECK_FALSE(file.overwrite(0, {9}));
  CHECK(disk.refused_writes() == 2);
  CHECK(content_of(file) == Content{0, 1, 2, 3});
  file.truncate(3);
  file.drop_front(1);
  CHECK(content_of(file) == Content{1, 2});
  disk.set_full(false);
  CHECK(file.append({9}));
}

TEST_CASE("disk: a disk that lies keeps nothing of what it said it synced, until an honest sync") {
  Disk disk({}, Stream(1, "d"));
  File<Record>& file = disk.open<Record>("f");
  (void)file.append({1});
  disk.complete_sync(disk.begin_sync(Instant{}).id);
  disk.set_lying(true);
  (void)file.append({2});
  disk.complete_sync(disk.begin_sync(Instant{}).id);
  CHECK(disk.lies() == 1);
  CHECK(file.unsynced_operations() == 1);
  disk.lose_power(Instant{}, Disk::Surviving::nothing, Disk::LastWrite::lost);
  CHECK(content_of(file) == Content{1});
  (void)file.append({3});
  disk.complete_sync(disk.begin_sync(Instant{}).id);
  disk.set_lying(false);
  (void)file.append({4});
  disk.complete_sync(disk.begin_sync(Instant{}).id);
  disk.lose_power(Instant{}, Disk::Surviving::nothing, Disk::LastWrite::lost);
  CHECK(content_of(file) == Content{1, 3, 4});
}

TEST_CASE("disk: rot takes as many as there are, of the files that are meant, in the order that is meant") {
  const auto rotten = [](Disk::Which which, std::uint64_t count) {
    Disk disk({}, Stream(4, "d"));
    File<Record>& log = disk.open<Record>("raft/log");
    File<Record>& other = disk.open<Record>("state");
    for (int i = 0; i < 5; ++i) (void)log.append({i});
    (void)other.append({7});
    const std::uint64_t taken = disk.rot("raft/", count, which);
    CHECK(taken == std::min<std::uint64_t>(count, 5));
    CHECK(content_of(other) == Content{7});
    CHECK(disk.rot("raft/", 99, which) == 5 - taken);
    CHECK(disk.rot("nothing", 1, which) == 0);
    Disk again({}, Stream(4, "d"));
    File<Record>& same = again.open<Record>("raft/log");
    for (int i = 0; i < 5; ++i) (void)same.append({i});
    again.rot("raft/", count, which);
    return content_of(same);
  };
  CHECK(rotten(Disk::Which::newest, 2) == Content{0, 1, 2, {}, {}});
  CHECK(rotten(Disk::Which::oldest, 2) == Content{{}, {}, 2, 3, 4});
  const Content random = rotten(Disk::Which::random, 2);
  CHECK(std::count(random.begin(), random.end(), std::nullopt) == 2);
  CHECK(rotten(Disk::Which::random, 9) == Content(5));
}

TEST_CASE("disk: a rotten record stays so through a power loss, and is mended by writing it again") {
  Disk disk({}, Stream(1, "d"));
  File<Record>& file = disk.open<Record>("f");
  for (int i = 0; i < 2; ++i) (void)file.append({i});
  disk.complete_sync(disk.begin_sync(Instant{}).id);
  disk.rot("f", 1, Disk::Which::oldest);
  (void)file.overwrite(0, {5});
  CHECK(content_of(file) == Content{5, 1});
  disk.lose_power(Instant{}, Disk::Surviving::nothing, Disk::LastWrite::lost);
  CHECK(content_of(file) == Content{{}, 1});
}

TEST_CASE("disk: a wiped disk is blank, and syncs that were under way do nothing to what comes next") {
  Disk disk({}, Stream(1, "d"));
  CHECK(disk.is_blank());
  File<Record>& file = disk.open<Record>("f");
  (void)file.append({1});
  CHECK_FALSE(disk.is_blank());
  const Disk::Sync sync = disk.begin_sync(Instant{});
  disk.wipe();
  CHECK(disk.is_blank());
  (void)file.append({2});
  disk.complete_sync(sync.id);
  CHECK(file.unsynced_operations() == 1);
  CHECK(disk.lose_power(Instant{}, Disk::Surviving::nothing, Disk::LastWrite::lost).lost == 1);
  CHECK(disk.is_blank());
}

TEST_CASE("disk: a crash of the process keeps what was written, synced or not") {
  Simulation simulation(1);
  class Idle final : public Process {
    void start() override {}
    Disposal handle(Event&) override { return Disposal::handled; }
  };
  const NodeId a = simulation.add_node({"a", "server", [](Env&) { return std::make_unique<Idle>(); }});
  simulation.start();
  File<Record>& file = simulation.node(a).disk().open<Record>("f");
  (void)file.append({1});
  CHECK(simulation.crash(a, Simulation::CrashKind::process).unsynced == 0);
  simulation.restart(a);
  CHECK(content_of(simulation.node(a).disk().open<Record>("f")) == Content{1});
  CHECK(simulation.crash(a, Simulation::CrashKind::power_torn).torn == 1);
  CHECK(content_of(file) == Content{{}});
}
