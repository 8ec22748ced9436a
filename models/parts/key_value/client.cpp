#include "models/parts/key_value/client.hpp"

#include <algorithm>
#include <string>

#include "models/parts/placement.hpp"

namespace lightcone::models::parts::key_value {

namespace {

// After a refusal without a hint: a cluster without a leader is not asked in a loop.
constexpr sim::Duration breather = std::chrono::milliseconds(10);
// Servers that say "not I" before an operation counts as refused.
constexpr int refusals = 20;

struct Kind {
  Verb verb;
  std::string_view f;
  char family;  // keys of one letter hold one type of value
};
constexpr Kind kinds[] = {
    {Verb::get, "get", 'x'},   {Verb::put, "put", 'x'},       {Verb::cas, "cas", 'x'},
    {Verb::incr, "incr", 'n'}, {Verb::append, "append", 's'},
};

}  // namespace

const std::vector<sim::OperationKind>& operation_kinds() {
  static const std::vector<sim::OperationKind> all = {
      {"get", "Reads a key.", 4},
      {"put", "Writes a key.", 3},
      {"cas", "Writes a key if it holds the value last read or written by this client.", 1},
      {"incr", "Adds 1 to a counter; answers the sum.", 1},
      {"append", "Appends to a text.", 1},
  };
  return all;
}

namespace {

// Reads are of what the workload's clients write: of the first such kind in the table above.
char family_of_reads(const sim::Workload& workload) {
  for (const Kind& kind : kinds) {
    if (kind.verb != Verb::get && parts::asks_for(kind.f, workload, operation_kinds())) return kind.family;
  }
  return 'x';
}

}  // namespace

Client::Client(sim::Env& env, const sim::Workload& workload, const sim::Phases& phases,
               std::vector<NodeId> servers, std::size_t index, Silence silence)
    : Worker(env, workload, phases, operation_kinds(), index),
      servers_(std::move(servers)),
      silence_(silence),
      family_of_reads_(family_of_reads(workload)),
      chance_(env.stream("choices")) {}

sim::Task<> Client::run() {
  co_await open_session();
  co_await work();
}

sim::Task<> Client::open_session() {
  while (session_ == 0) {
    Command command;
    command.verb = Verb::open_session;
    const Ending ending = co_await execute(command);
    const bool opened = ending.outcome == sim::Outcome::ok;
    if (opened) session_ = static_cast<Session>(*ending.answer.as_int());
  }
}

// One read of every key after the load has ended and the cluster is whole: what was acknowledged is there.
sim::Task<> Client::read_everything() {
  for (std::uint64_t key = index(); key < static_cast<std::uint64_t>(workload().keys);
       key += static_cast<std::uint64_t>(workload().clients)) {
    for (const char family : {'x', 'n', 's'}) {
      Command command;
      command.key = family + std::to_string(key);
      const auto operation = env().history().invoke(env().self().index, "get", command.key, {});
      const Ending ending = co_await execute(command);
      record(env(), operation, ending);
    }
  }
}

Command Client::command_for(const OperationSource::Drawn& drawn) const {
  const Kind& kind =
      *std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind& k) { return k.f == drawn.f; });
  Command command;
  command.verb = kind.verb;
  const char family = kind.verb == Verb::get ? family_of_reads_ : kind.family;
  command.key = family + std::to_string(drawn.key);
  switch (kind.verb) {
    case Verb::put:
      command.value = drawn.value;
      break;
    case Verb::incr:
      command.value = 1;
      break;
    case Verb::append:
      command.value = std::to_string(drawn.value) + " ";
      break;
    case Verb::cas:
      command.value = drawn.value;
      if (const auto known = seen_.find(command.key); known != seen_.end()) command.expected = known->second;
      break;
    default:
      break;
  }
  return command;
}

// What was refused was not done: it is tried once more, as an operation of its own.
sim::Task<> Client::perform(OperationSource::Drawn drawn) {
  for (int tries = 0; tries < 2; ++tries) {
    const sim::Outcome outcome = co_await try_once(drawn);
    if (outcome != sim::Outcome::fail) break;
  }
}

sim::Task<sim::Outcome> Client::try_once(OperationSource::Drawn drawn) {
  Command command = command_for(drawn);
  sim::Value argument =
      command.verb == Verb::cas ? sim::Value(sim::ValueList{command.expected, command.value}) : command.value;
  const auto operation =
      env().history().invoke(env().self().index, drawn.f, command.key, std::move(argument));
  const Ending ending = co_await execute(command);
  record(env(), operation, ending);
  remember(command, ending);
  co_return ending.outcome;
}

void Client::remember(const Command& command, const Ending& ending) {
  if (ending.outcome != sim::Outcome::ok) return;
  const bool wrote =
      command.verb == Verb::put || (command.verb == Verb::cas && ending.answer == sim::Value(true));
  if (wrote) seen_.insert_or_assign(command.key, command.value);
  if (command.verb == Verb::get) seen_.insert_or_assign(command.key, ending.answer);
}

NodeId Client::first_server() {
  return parts::first_server(workload().sticky, servers_, favourite_, index(), chance_);
}

NodeId Client::next_server(NodeId asked, NodeId hint) {
  if (hint != sim::no_node && hint != asked) return hint;
  return chance_.pick(servers_);
}

// A refusal means that nothing was done, so another server is asked. Silence means nothing at all: then the
// command may be tried again with its number, and its outcome is unknown unless an answer comes.
sim::Task<Ending> Client::execute(Command& command) {
  command.session = session_;
  command.sequence = ++sequence_;
  NodeId server = first_server();
  std::int64_t silences = 0;
  for (int refused = 0; refused < refusals;) {
    Execute request{command, seen_position_};
    auto reply =
        co_await call<Executed, NotLeader, SessionUnknown>(server, std::move(request), workload().timeout);
    if (!reply) {
      favourite_ = sim::no_node;
      ++silences;
      const bool again = workload().retry != sim::Retry::none && silences <= workload().retry_max;
      if (!again) break;
      if (workload().retry == sim::Retry::new_id) command.sequence = ++sequence_;
      server = next_server(server, sim::no_node);
      continue;
    }
    if (auto* executed = std::get_if<Executed>(&*reply)) {
      favourite_ = server;
      seen_position_ = std::max(seen_position_, executed->index);
      co_return Ending{sim::Outcome::ok, std::move(executed->answer), {}, server};
    }
    if (std::holds_alternative<SessionUnknown>(*reply)) {
      const sim::Outcome outcome = silences == 0 ? sim::Outcome::fail : sim::Outcome::info;
      co_return Ending{outcome, {}, "session unknown", server};
    }
    ++refused;
    const NodeId hint = std::get<NotLeader>(*reply).hint;
    const bool knows_better = hint != sim::no_node && hint != server && refused % 4 != 0;
    favourite_ = sim::no_node;
    server = next_server(server, hint);
    if (!knows_better) co_await sleep(breather);
  }
  if (silences > 0) {
    const bool is_failure = silence_ == Silence::is_failure;
    co_return Ending{is_failure ? sim::Outcome::fail : sim::Outcome::info, {}, "timeout", sim::no_node};
  }
  co_return Ending{sim::Outcome::fail, {}, "no leader", server};
}

}  // namespace lightcone::models::parts::key_value
