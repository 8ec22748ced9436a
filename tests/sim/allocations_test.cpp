// A run in a steady state asks the system for no memory. Counted by replacing operator new for this program.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>
#include <variant>

#include "tests/sim/world.hpp"

namespace {
std::uint64_t allocations = 0;

// NOLINTBEGIN(cppcoreguidelines-no-malloc): what operator new is made of
void* counted(std::size_t bytes) {
  ++allocations;
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) std::abort();
  return memory;
}
void* counted(std::size_t bytes, std::align_val_t alignment) {
  ++allocations;
  const auto align = static_cast<std::size_t>(alignment);
  void* memory = std::aligned_alloc(align, (bytes + align - 1) / align * align);
  if (memory == nullptr) std::abort();
  return memory;
}
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void* operator new(std::size_t bytes, std::align_val_t alignment) { return counted(bytes, alignment); }
void* operator new[](std::size_t bytes, std::align_val_t alignment) { return counted(bytes, alignment); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
// NOLINTEND(cppcoreguidelines-no-malloc)

namespace {

using namespace lightcone::tests;

struct Ping {
  std::uint64_t number;
};
struct Pong {
  std::uint64_t number;
};
struct TimedOut {
  std::uint64_t number;
};

class Server final : public Handlers<Server, std::variant<Ping>> {
 public:
  explicit Server(Env& env) : env_(env) {}
  void start() override {}
  void on(const Ping& ping, const From& from) { env_.reply(from, Pong{ping.number}); }

 private:
  Env& env_;
};

// Asks again and again, with a timeout armed and cancelled for each.
class Client final : public Handlers<Client, std::variant<Pong, TimedOut>> {
 public:
  Client(Env& env, NodeId server, std::uint64_t& answered)
      : env_(env), server_(server), answered_(answered) {}
  void start() override { ask(); }
  void on(const Pong&) {
    env_.cancel(timeout_);
    ++answered_;
    ask();
  }
  void on(const TimedOut&) {}

 private:
  void ask() {
    env_.send(server_, Ping{answered_});
    timeout_ = env_.after(100ms, TimedOut{answered_});
  }
  Env& env_;
  NodeId server_;
  std::uint64_t& answered_;
  TimerId timeout_;
};

// `allocations` while 100,000 requests are answered, after as many to warm up.
std::uint64_t allocated(bool story, Transport transport, Duration service) {
  Simulation simulation(1);
  LinkQuality quality;
  quality.latency = Distribution::uniform(500us, 1500us).value();
  quality.transport = transport;
  quality.bytes_per_second = 100'000'000;
  simulation.network().set_default(quality);
  std::uint64_t answered = 0;
  NodeSpec server{"server", "server", [](Env& env) { return std::make_unique<Server>(env); }};
  server.service = Distribution::always(service);
  const NodeId to = simulation.add_node(std::move(server));
  if (story) {
    simulation.add_node(telling("client", [&answered, to](Teller& self) -> Task<> {
      for (;;) {
        const Ping ping{answered};
        const auto pong = co_await self.call<Pong>(to, ping, 100ms);
        if (pong) ++answered;
      }
    }));
  } else {
    simulation.add_node({"client", "client",
                         [&answered, to](Env& env) { return std::make_unique<Client>(env, to, answered); }});
  }
  simulation.start();
  while (answered < 100'000) simulation.step();
  const std::uint64_t before = allocations;
  while (answered < 200'000) simulation.step();
  return allocations - before;
}

}  // namespace

TEST_CASE("allocations: requests and replies with a cancelled timeout each need none once warm") {
  for (const Transport transport : {Transport::datagram, Transport::stream}) {
    CHECK(allocated(false, transport, 0us) == 0);
    CHECK(allocated(true, transport, 0us) == 0);
    CHECK(allocated(false, transport, 10us) == 0);
  }
}

TEST_CASE("allocations: the counter counts") {
  const std::uint64_t before = allocations;
  const auto something = std::make_unique<int>(1);
  CHECK(allocations > before);
}
