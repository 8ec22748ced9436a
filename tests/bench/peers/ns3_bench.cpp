// The loads of messages_bench on ns-3's core: bare events, without its packets, devices and channels. A
// time-out is cancelled as ns-3's own protocols do, with EventId::Cancel().
//
//   ns3_bench ns3::PriorityQueueScheduler ring|all|phold N TURNS
#include <ns3/event-id.h>
#include <ns3/heap-scheduler.h>
#include <ns3/map-scheduler.h>
#include <ns3/nstime.h>
#include <ns3/object-factory.h>
#include <ns3/priority-queue-scheduler.h>
#include <ns3/simulator.h>

#include "tests/bench/peers/load.hpp"

namespace {

using namespace lightcone::peers;
using ns3::NanoSeconds;
using ns3::Simulator;

class Phold {
 public:
  explicit Phold(const Load& load) : meter_(load.turns) {
    for (std::uint32_t i = 0; i < load.size; ++i) again(0);
  }
  const Meter& meter() const { return meter_; }

 private:
  void become_due(std::uint64_t turns) {
    if (meter_.count()) Simulator::Stop();
    again(turns + 1);
  }
  void again(std::uint64_t turns) {
    Simulator::Schedule(NanoSeconds(pauses_.next()), &Phold::become_due, this, turns);
  }

  Meter meter_;
  Distances pauses_ = Distances::exponential(1e9);
};

class Messages {
 public:
  explicit Messages(const Load& load) : load_(load), meter_(load.turns), nodes_(load.size) {
    for (std::uint32_t i = 0; i < load.size; ++i) pass(i, 0);
  }
  const Meter& meter() const { return meter_; }

 private:
  struct Node {
    ns3::EventId timeout;
    std::uint32_t distance = 1;
  };

  void arrive(std::uint32_t at, std::uint64_t hops) {
    if (meter_.count()) Simulator::Stop();
    pass(at, hops + 1);
  }
  void time_out(std::uint32_t /*at*/, std::uint64_t /*hops*/) {}
  void pass(std::uint32_t from, std::uint64_t hops) {
    Node& node = nodes_[from];
    node.distance = load_.distance_after(node.distance);
    node.timeout.Cancel();
    const std::uint32_t to = (from + node.distance) % load_.size;
    Simulator::Schedule(NanoSeconds(latencies_.next()), &Messages::arrive, this, to, hops);
    node.timeout = Simulator::Schedule(NanoSeconds(100'000'000), &Messages::time_out, this, from, hops);
  }

  Load load_;
  Meter meter_;
  Distances latencies_ = Distances::uniform(500'000, 1'500'000);
  std::vector<Node> nodes_;
};

template <class Workload>
void measure(const Load& load) {
  Workload workload(load);
  Simulator::Run();
  workload.meter().print();
  Simulator::Destroy();
}

}  // namespace

int main(int argc, char** argv) {
  const Load load = load_of(argc, argv);
  ns3::ObjectFactory scheduler;
  scheduler.SetTypeId(argc > 4 ? argv[1] : "ns3::MapScheduler");
  Simulator::SetScheduler(scheduler);
  if (load.is_phold()) {
    measure<Phold>(load);
  } else {
    measure<Messages>(load);
  }
}
