// The loads of messages_bench on SimGrid: PHOLD with the timers of its kernel, messages between actors, one a
// host, which wait with a deadline. Its cheapest ways: assembler contexts, and the network of constant
// latency (1 ms).
//
//   simgrid_bench ring|all|phold N TURNS
#include <simgrid/Exception.hpp>
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u.hpp>

#include "tests/bench/peers/load.hpp"

namespace {

using namespace lightcone::peers;
namespace s4u = simgrid::s4u;
using simgrid::kernel::timer::Timer;

// Leaves at once: to unwind ten thousand actors takes longer than what is measured.
void end(const Meter& meter) {
  meter.print();
  std::_Exit(0);
}

class Phold {
 public:
  explicit Phold(const Load& load) : meter_(load.turns) {
    for (std::uint32_t i = 0; i < load.size; ++i) again();
  }

 private:
  void become_due() {
    if (meter_.count()) end(meter_);
    again();
  }
  void again() {
    const double pause = static_cast<double>(pauses_.next()) * 1e-9;
    Timer::set(s4u::Engine::get_clock() + pause, [this] { become_due(); });
  }

  Meter meter_;
  Distances pauses_ = Distances::exponential(1e9);
};

struct Token {
  std::uint64_t hops = 0;
};

Token* next_token(s4u::Mailbox& mailbox) {
  try {
    return mailbox.get<Token>(0.1);
  } catch (const simgrid::TimeoutException&) {
    return mailbox.get<Token>();
  }
}

void member(std::uint32_t self, const std::vector<s4u::Mailbox*>& mailboxes, const Load& load, Meter& meter) {
  std::uint32_t distance = 1;
  auto* token = new Token;  // is passed on for ever
  for (;;) {
    distance = load.distance_after(distance);
    mailboxes[(self + distance) % load.size]->put_init(token, 8)->detach();
    token = next_token(*mailboxes[self]);
    ++token->hops;
    if (meter.count()) end(meter);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Load load = load_of(argc, argv);
  std::vector<std::string> settings = {argv[0],
                                       "--log=root.thres:error",
                                       "--cfg=network/model:Constant",
                                       "--cfg=network/latency-factor:0.001",
                                       "--cfg=contexts/factory:raw",
                                       "--cfg=contexts/stack-size:32",
                                       "--cfg=contexts/guard-size:0"};
  std::vector<char*> arguments;
  for (std::string& setting : settings) arguments.push_back(setting.data());
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  s4u::Engine engine(&count, arguments.data());

  s4u::NetZone* zone = s4u::create_full_zone("zone");
  const std::uint32_t hosts = load.is_phold() ? 1 : load.size;
  std::vector<s4u::Mailbox*> mailboxes;
  std::vector<s4u::Host*> all;
  for (std::uint32_t i = 0; i < hosts; ++i) {
    all.push_back(zone->create_host("h" + std::to_string(i), 1e9));
    mailboxes.push_back(s4u::Mailbox::by_name("m" + std::to_string(i)));
  }
  zone->seal();

  Meter meter(load.turns);
  if (load.is_phold()) {
    s4u::Actor::create("phold", all[0], [&load] {
      const Phold phold(load);
      s4u::this_actor::sleep_for(1e9);
    });
  } else {
    for (std::uint32_t i = 0; i < hosts; ++i) {
      s4u::Actor::create("a" + std::to_string(i), all[i],
                         [i, &mailboxes, &load, &meter] { member(i, mailboxes, load, meter); });
    }
  }
  engine.run();
  std::fprintf(stderr, "simgrid_bench: ended before all was measured\n");
  return 1;
}
