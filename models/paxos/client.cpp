#include "models/paxos/client.hpp"

#include <algorithm>
#include <string>

#include "models/parts/key_value/client.hpp"
#include "models/parts/placement.hpp"

namespace lightcone::models::paxos {

using parts::Ending;
using parts::OperationSource;

namespace {

// Servers that say "not I" before an operation counts as refused.
constexpr int refusals = 20;
constexpr sim::Duration breather = std::chrono::milliseconds(10);

}  // namespace

Client::Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
               const sim::Phases& phases, std::vector<NodeId> servers, std::size_t index)
    : Worker(env, workload, phases, parts::key_value::operation_kinds(), index),
      fresh_every_(parameters.fresh_every),
      servers_(std::move(servers)),
      chance_(env.stream("choices")) {}

sim::Task<> Client::perform(OperationSource::Drawn drawn) {
  const Wish wish = drawn.f == "get" ? Wish::read : Wish::decide;
  co_await perform(wish, register_of(drawn.key), drawn.value);
}

// One read of every register: what was decided stays so.
sim::Task<> Client::read_everything() {
  for (Slot slot = index() + 1; slot <= last_; slot += static_cast<Slot>(workload().clients)) {
    const sim::Value nothing;
    co_await perform(Wish::read, slot, nothing);
  }
}

// By this client's clock, which need not be right: the register has a name, and nothing else matters.
Slot Client::register_of(std::uint64_t key) {
  const auto keys = static_cast<Slot>(workload().keys);
  const sim::Duration now = env().mono().time_since_epoch();
  const Slot age = fresh_every_ > sim::Duration::zero() ? static_cast<Slot>(now / fresh_every_) : 0;
  last_ = std::max(last_, (age + 1) * keys);
  return age * keys + key + 1;
}

std::string Client::name_of(Slot slot) const {
  const auto keys = static_cast<Slot>(workload().keys);
  std::string name = "x" + std::to_string((slot - 1) % keys);
  if (fresh_every_ > sim::Duration::zero()) name += "." + std::to_string((slot - 1) / keys);
  return name;
}

sim::Task<> Client::perform(Wish wish, Slot slot, sim::Value value) {
  Propose propose;
  propose.slot = slot;
  propose.reads = wish == Wish::read;
  propose.command.verb = parts::key_value::Verb::cas;
  propose.command.session = index() + 1;
  propose.command.sequence = ++sequence_;
  propose.command.key = name_of(slot);
  propose.command.value = value;
  sim::Value argument;
  if (wish == Wish::decide) argument = sim::ValueList{{}, value};
  const auto operation = env().history().invoke(env().self().index, propose.reads ? "get" : "cas",
                                                propose.command.key, std::move(argument));
  const Ending ending = co_await execute(std::move(propose));
  parts::record(env(), operation, ending);
}

NodeId Client::first_server() {
  return parts::first_server(workload().sticky, servers_, favourite_, index(), chance_);
}

// Silence means nothing at all: then the proposal may be made again elsewhere, and its outcome is unknown
// unless an answer comes.
sim::Task<Ending> Client::execute(Propose propose) {
  NodeId server = first_server();
  std::int64_t silences = 0;
  for (int refused = 0; refused < refusals;) {
    auto reply = co_await call<Decided, Refused>(server, propose, workload().timeout);
    if (!reply) {
      favourite_ = sim::no_node;
      if (workload().retry == sim::Retry::none || ++silences > workload().retry_max) {
        co_return Ending{sim::Outcome::info, {}, "timeout", sim::no_node};
      }
    } else if (const auto* decided = std::get_if<Decided>(&*reply)) {
      favourite_ = server;
      if (propose.reads) co_return Ending{sim::Outcome::ok, decided->command.value, {}, server};
      const bool is_mine = decided->command.session == propose.command.session &&
                           decided->command.sequence == propose.command.sequence;
      co_return Ending{sim::Outcome::ok, is_mine, {}, server};
    } else {
      ++refused;
      co_await sleep(breather);
    }
    server = chance_.pick(servers_);
  }
  if (silences > 0) co_return Ending{sim::Outcome::info, {}, "timeout", sim::no_node};
  co_return Ending{sim::Outcome::fail, {}, "refused", server};
}

}  // namespace lightcone::models::paxos
