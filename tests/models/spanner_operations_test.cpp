// What a drawn operation is about.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "models/spanner/operations.hpp"

namespace lightcone::tests {

using namespace models::spanner;

namespace {

struct Setting {
  Parameters parameters;
  sim::Workload workload;
  Operations operations{parameters, workload};

  std::vector<Access> draw(std::string_view f, std::uint64_t key, std::int64_t value) const {
    return operations.accesses({f, key, value});
  }
};

}  // namespace

TEST_CASE("spanner: a transaction is about one to five keys, none twice, and writes at least one") {
  const Setting setting;
  std::set<std::size_t> counts;
  bool backwards = false;
  for (std::int64_t value = 1; value <= 300; ++value) {
    const auto accesses = setting.draw("txn", 2, value);
    std::set<std::string> keys;
    for (const Access& access : accesses) {
      keys.insert(access.key);
      CHECK((access.reads || access.write));
      CHECK(access.shard == static_cast<ShardId>(access.key[1] - '0') % 3);
    }
    CHECK(keys.size() == accesses.size());
    CHECK(std::any_of(accesses.begin(), accesses.end(), [](const Access& a) { return a.write.has_value(); }));
    counts.insert(accesses.size());
    backwards = backwards || (accesses.size() == 2 && accesses[1].key == "l2");
  }
  CHECK(counts == std::set<std::size_t>{1, 2, 3, 4, 5});
  CHECK(backwards);
}

TEST_CASE("spanner: the same kind, key and value are the same operation") {
  const Setting one;
  const Setting other;
  for (const sim::OperationKind& kind : operation_kinds()) {
    const auto accesses = one.draw(kind.f, 1, 17);
    const auto again = other.draw(kind.f, 1, 17);
    REQUIRE(accesses.size() == again.size());
    for (std::size_t i = 0; i < accesses.size(); ++i) {
      CHECK(accesses[i].key == again[i].key);
      CHECK(accesses[i].reads == again[i].reads);
      CHECK(accesses[i].write.has_value() == again[i].write.has_value());
    }
  }
}

TEST_CASE("spanner: a pair is of two shards, a read too, and accounts are read all at once") {
  Setting setting;
  const auto pair = setting.draw("pair", 4, 5);
  REQUIRE(pair.size() == 2);
  CHECK(pair[0].key == "l4");
  CHECK(pair[1].key == "l0");
  CHECK(pair[0].write->change == Change::append);
  CHECK_FALSE(pair[0].reads);
  CHECK(setting.draw("read", 0, 5).size() == 2);
  CHECK(setting.draw("write", 0, 5).size() == 1);
  CHECK(setting.draw("total", 0, 5).size() == 5);
  CHECK(setting.draw("transfer", 1, 5)[1].key == "a2");
  setting.workload.keys = 1;
  CHECK(setting.draw("pair", 0, 5).size() == 1);
  setting.parameters.objects = Objects::registers;
  CHECK(setting.draw("write", 0, 5)[0].write->change == Change::put);
}

TEST_CASE("spanner: after a while clients turn to other lists, and find the old ones again") {
  const Setting setting;
  const std::int64_t late = 2'000'000'000 + 700;  // the 700th value of a client of three
  CHECK(setting.draw("write", 1, 5)[0].key == "l1");
  CHECK(setting.draw("write", 1, late)[0].key == "l1.2");
  const auto all = setting.operations.keys_numbered(1, late);
  REQUIRE(all.size() == 3);
  CHECK(all[0].key == "l1");
  CHECK(all[2].key == "l1.2");
}

}  // namespace lightcone::tests
