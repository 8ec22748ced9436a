// Ordinary Asio code, run in virtual time.
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sim/asio/context.hpp"
#include "sim/asio/timer.hpp"

using namespace lightcone;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using sim::AsioContext;
using sim::AsioTimer;
using sim::Instant;

static_assert(asio::execution::is_executor_v<AsioContext::executor_type>);
static_assert(std::is_constructible_v<asio::any_io_executor, AsioContext::executor_type>);

namespace {

struct World {
  sim::Simulation simulation{1};
  AsioContext context{simulation};
  std::vector<std::string> said;

  void say(const std::string& what) {
    said.push_back(std::to_string(context.now().time_since_epoch() / 1ms) + " " + what);
  }
};

using Said = std::vector<std::string>;

asio::awaitable<int> answer_after(AsioContext& context, sim::Duration delay) {
  AsioTimer timer(context, delay);
  co_await timer.async_wait(asio::use_awaitable);
  co_return 42;
}

// The answer, or -1 when it does not come within `limit`.
asio::awaitable<int> within(AsioContext& context, sim::Duration limit, asio::awaitable<int> work) {
  using namespace asio::experimental::awaitable_operators;
  AsioTimer timer(context, limit);
  const auto first = co_await (std::move(work) || timer.async_wait(asio::use_awaitable));
  co_return first.index() == 0 ? std::get<0>(first) : -1;
}

asio::awaitable<void> ask(World& world, sim::Duration delay) {
  const int answer = co_await within(world.context, 1s, answer_after(world.context, delay));
  world.say(std::to_string(answer));
}

// A composed operation: waits of 10, 20, 40 ms, then done.
template <class Token>
auto async_back_off(AsioTimer& timer, Token&& token) {
  return asio::async_compose<Token, void(boost::system::error_code)>(
      [&timer, pause = sim::Duration(10ms)](auto& self, boost::system::error_code error = {}) mutable {
        if (error || pause > 40ms) return self.complete(error);
        timer.expires_after(pause);
        pause *= 2;
        timer.async_wait(std::move(self));
      },
      token, timer);
}

}  // namespace

TEST_CASE("asio: a coroutine waits hours of virtual time", "[asio]") {
  World world;
  asio::co_spawn(
      world.context,
      [&]() -> asio::awaitable<void> {
        AsioTimer timer(world.context);
        for (int i = 0; i < 3; ++i) {
          timer.expires_after(1h);
          co_await timer.async_wait(asio::use_awaitable);
          world.say("tick");
        }
      },
      asio::detached);
  world.simulation.run_until(Instant{2h + 30min});
  CHECK(world.said == Said{"3600000 tick", "7200000 tick"});
  world.simulation.run_until(Instant{3h});
  CHECK(world.said.size() == 3);
}

TEST_CASE("asio: what is posted runs in order and never inline", "[asio]") {
  World world;
  asio::post(world.context, [&] {
    asio::dispatch(world.context.get_executor(), [&] { world.say("inner"); });
    world.say("outer");
  });
  asio::post(world.context, [&] { world.say("second"); });
  CHECK(world.said.empty());
  world.simulation.run_until(Instant{});
  CHECK(world.said == Said{"0 outer", "0 second", "0 inner"});
}

TEST_CASE("asio: a timeout wins against what takes longer, and loses otherwise", "[asio]") {
  World world;
  asio::co_spawn(world.context, ask(world, 300ms), asio::detached);
  asio::co_spawn(world.context, ask(world, 3s), asio::detached);
  world.simulation.run_until(Instant{10s});
  CHECK(world.said == Said{"300 42", "1000 -1"});
}

TEST_CASE("asio: a composed operation with callbacks, coroutines and cancellation", "[asio]") {
  World world;
  AsioTimer timer(world.context);
  SECTION("callback") {
    async_back_off(timer, [&](boost::system::error_code error) { world.say(error ? "cancelled" : "done"); });
    world.simulation.run_until(Instant{1s});
    CHECK(world.said == Said{"70 done"});
  }
  SECTION("coroutine") {
    asio::co_spawn(
        world.context,
        [&]() -> asio::awaitable<void> {
          co_await async_back_off(timer, asio::use_awaitable);
          world.say("done");
        },
        asio::detached);
    world.simulation.run_until(Instant{1s});
    CHECK(world.said == Said{"70 done"});
  }
  SECTION("cancelled halfway") {
    async_back_off(timer, [&](boost::system::error_code error) {
      world.say(error == asio::error::operation_aborted ? "cancelled" : "done");
    });
    world.simulation.at(Instant{50ms}, [&] { CHECK(timer.cancel() == 1); });
    world.simulation.run_until(Instant{1s});
    CHECK(world.said == Said{"50 cancelled"});
  }
}

TEST_CASE("asio: a new expiry aborts the waits for the old one", "[asio]") {
  World world;
  AsioTimer timer(world.context, 1s);
  const auto waiter = [&](const char* name) {
    return [&world, name](boost::system::error_code error) {
      world.say(std::string(name) + (error == asio::error::operation_aborted ? " aborted" : " expired"));
    };
  };
  timer.async_wait(waiter("a"));
  timer.async_wait(waiter("b"));
  world.simulation.at(Instant{500ms}, [&] {
    CHECK(timer.expires_after(2s) == 2);
    timer.async_wait(waiter("c"));
    CHECK(timer.expiry() == Instant{2500ms});
  });
  world.simulation.run_until(Instant{5s});
  CHECK(world.said == Said{"500 a aborted", "500 b aborted", "2500 c expired"});
  CHECK(timer.cancel() == 0);
}

TEST_CASE("asio: a wait runs on its handler's executor", "[asio]") {
  World world;
  auto strand = asio::make_strand(world.context.get_executor());
  AsioTimer timer(world.context, 1s);
  bool inside = false;
  timer.async_wait(asio::bind_executor(
      strand, [&](boost::system::error_code) { inside = strand.running_in_this_thread(); }));
  world.simulation.run_until(Instant{2s});
  CHECK(inside);
}

TEST_CASE("asio: handlers that have not run go with their context", "[asio]") {
  sim::Simulation simulation(1);
  auto owned = std::make_shared<int>(0);
  {
    AsioContext context(simulation);
    asio::co_spawn(
        context,
        [&context, owned]() -> asio::awaitable<void> {
          AsioTimer timer(context, 1s);
          co_await timer.async_wait(asio::use_awaitable);
          ++*owned;
        },
        asio::detached);
    asio::post(context, [owned] {});
    simulation.run_until(Instant{500ms});
    CHECK(owned.use_count() > 1);
  }
  CHECK(owned.use_count() == 1);
  simulation.run_until(Instant{5s});
  CHECK(*owned == 0);
}

TEST_CASE("asio: the same program has the same fingerprint", "[asio]") {
  const auto fingerprint = [](sim::Duration delay) {
    World world;
    for (int i = 1; i <= 20; ++i) asio::co_spawn(world.context, ask(world, i * delay), asio::detached);
    world.simulation.run_until(Instant{10s});
    REQUIRE(world.said.size() == 20);
    return world.simulation.fingerprint();
  };
  CHECK(fingerprint(70ms) == fingerprint(70ms));
  CHECK(fingerprint(70ms) != fingerprint(71ms));
}
