// The protected resource and a store of Redlock, each without a simulation.
#include <catch2/catch.hpp>
#include <memory>

#include "models/lock/resource.hpp"
#include "models/lock/store.hpp"
#include "tests/models/fake_env.hpp"

namespace lightcone::tests {

namespace {

using models::lock::DeleteIfEqual;
using models::lock::PeekResource;
using models::lock::ReadResource;
using models::lock::Resource;
using models::lock::ResourceSafeguards;
using models::lock::ResourceValue;
using models::lock::ResourceWritten;
using models::lock::SetIfAbsent;
using models::lock::StaleFence;
using models::lock::Store;
using models::lock::StoreAnswer;
using models::lock::WriteResource;
using sim::NodeId;
using namespace std::chrono_literals;

constexpr NodeId self{0}, client{1};
const sim::From asker{client, 7};

}  // namespace

TEST_CASE("lock resource: a fence, once seen in a read or a write, shuts out lower ones") {
  FakeEnv env(self);
  Resource resource(env, {});
  resource.start();
  env.complete_all_syncs(resource);
  resource.on(WriteResource{"n0", 33, 1}, asker);
  resource.on(ReadResource{"n0", 34}, asker);
  resource.on(WriteResource{"n0", 33, 2}, asker);
  resource.on(ReadResource{"n0", 33}, asker);
  env.complete_all_syncs(resource);
  CHECK(env.take_sent<StaleFence>().size() == 2);
  CHECK(env.take_sent<ResourceWritten>().size() == 1);
  CHECK(resource.accepted() == 1);
}

TEST_CASE(
    "lock resource: without the check any fence will do, and with reads unfenced an old write slips in") {
  for (const bool checks : {true, false}) {
    FakeEnv env(self);
    ResourceSafeguards safe;
    safe.checks_fences = checks;
    safe.reads_raise_fence = false;
    Resource resource(env, safe);
    resource.start();
    resource.on(ReadResource{"n0", 34}, asker);
    resource.on(WriteResource{"n0", 33, 1}, asker);
    CHECK(resource.accepted() == 1);
    resource.on(WriteResource{"n0", 34, 1}, asker);
    resource.on(WriteResource{"n0", 33, 2}, asker);
    CHECK(resource.accepted() == (checks ? 2U : 3U));
  }
}

TEST_CASE(
    "lock resource: what was answered survives a power loss, and nothing is answered before it is durable") {
  FakeEnv env(self);
  auto resource = std::make_unique<Resource>(env, ResourceSafeguards{});
  resource->start();
  env.complete_all_syncs(*resource);
  resource->on(WriteResource{"n0", 5, 1}, asker);
  CHECK(env.take_sent<ResourceWritten>().empty());
  env.complete_all_syncs(*resource);
  CHECK(env.take_sent<ResourceWritten>().size() == 1);
  resource.reset();
  env.lose_power();
  resource = std::make_unique<Resource>(env, ResourceSafeguards{});
  resource->start();
  resource->on(PeekResource{"n0"}, asker);
  resource->on(WriteResource{"n0", 4, 2}, asker);
  env.complete_all_syncs(*resource);
  const auto values = env.take_sent<ResourceValue>();
  REQUIRE(values.size() == 1);
  CHECK(values.front().message.value == 1);
  CHECK(env.take_sent<StaleFence>().size() == 1);
}

TEST_CASE("lock store: a key is set if it is absent or out of date, and deleted by its token only") {
  FakeEnv env(self);
  Store store(env, {});
  store.start();
  const auto answer_to = [&](const SetIfAbsent& set) {
    store.on(set, asker);
    env.complete_all_syncs(store);
    const auto answers = env.take_sent<StoreAnswer>();
    REQUIRE(answers.size() == 1);
    return answers.front().message.done;
  };
  CHECK(answer_to({"x", 1, 1s}));
  CHECK(answer_to({"x", 1, 1s}));
  CHECK_FALSE(answer_to({"x", 2, 1s}));
  store.on(DeleteIfEqual{"x", 2}, asker);
  CHECK_FALSE(answer_to({"x", 2, 1s}));
  store.on(DeleteIfEqual{"x", 1}, asker);
  CHECK(answer_to({"x", 2, 1s}));
  CHECK(answer_to({"y", 3, 0s}));
  CHECK(answer_to({"y", 4, 1s}));
}

}  // namespace lightcone::tests
