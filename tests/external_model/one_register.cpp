#include "one_register.hpp"

#include <boost/describe.hpp>
#include <deque>
#include <string>
#include <utility>

#include "models/parts/stable/cell.hpp"
#include "models/parts/workload/operation_source.hpp"
#include "sim/process.hpp"
#include "sim/story/story.hpp"

namespace one_register {

namespace sim = lightcone::sim;
using lightcone::models::parts::OperationSource;
using lightcone::models::parts::stable::Cell;

// --- messages and facts ------------------------------------------------------------------------------------

struct Read {};  // -> Value
BOOST_DESCRIBE_STRUCT(Read, (), ())

struct Write {  // -> Value
  std::int64_t value;
};
BOOST_DESCRIBE_STRUCT(Write, (), (value))

struct Value {
  std::int64_t value;  // 0: never written
};
BOOST_DESCRIBE_STRUCT(Value, (), (value))

struct Stored {  // what was written first and is not answered yet is durable
};
BOOST_DESCRIBE_STRUCT(Stored, (), ())

// --- what can be set ---------------------------------------------------------------------------------------

struct Parameters {
  sim::Duration pause = std::chrono::milliseconds(5);

  static const sim::FieldTable<Parameters>& fields() {
    static const auto table = sim::FieldTable<Parameters>(
        "one_register_parameters", "One server, one register.",
        sim::field("pause", &Parameters::pause, "Between a client's answer and its next operation.")
            .at_most(std::chrono::seconds(10)));
    return table;
  }
};

// --- the server --------------------------------------------------------------------------------------------

class Server final : public sim::Handlers<Server, std::variant<Read, Write>, std::variant<Stored>> {
 public:
  Server(sim::Env& env, const sim::BugSet& bugs)
      : env_(env),
        waits_for_disk_(!bugs.contains("one-register.ack-before-fsync")),
        disk_(env.disk(), "register") {}

  // Whether what is found would survive a power loss is not known, so nothing is answered before it is
  // synced.
  void start() override {
    if (const auto found = disk_.read(); found.value) value_ = *found.value;
    save(std::nullopt, Value{});
  }
  void on(const Read&, const sim::From& from) {
    if (waits_for_disk_) {
      save(from, Value{value_});
    } else {
      env_.reply(from, Value{value_});
    }
  }
  void on(const Write& write, const sim::From& from) {
    value_ = write.value;
    save(waits_for_disk_ ? std::optional(from) : std::nullopt, Value{value_});
    if (!waits_for_disk_) env_.reply(from, Value{value_});
  }
  void on(const Stored&) {
    if (owed_.front().first) env_.reply(*owed_.front().first, owed_.front().second);
    owed_.pop_front();
  }

 private:
  void save(std::optional<sim::From> to, Value answer) {
    if (!disk_.write(value_)) return;  // a full disk: nothing is promised
    owed_.emplace_back(to, answer);
    env_.sync(Stored{});
  }

  sim::Env& env_;
  bool waits_for_disk_;
  Cell<std::int64_t> disk_;
  std::int64_t value_ = 0;
  std::deque<std::pair<std::optional<sim::From>, Value>> owed_;
};

// --- the client --------------------------------------------------------------------------------------------

const std::vector<sim::OperationKind>& operation_kinds() {
  static const std::vector<sim::OperationKind> all = {{"read", "Reads the register.", 1},
                                                      {"write", "Writes the register.", 1}};
  return all;
}

class Client final : public sim::Story {
 public:
  Client(sim::Env& env, const Parameters& parameters, const sim::Deployment& deployment, sim::NodeId server,
         std::size_t index)
      : Story(env),
        parameters_(parameters),
        workload_(deployment.workload),
        load_ends_(deployment.phases.load_ends),
        server_(server),
        source_(env, deployment.workload, operation_kinds(), index) {}

  sim::Task<> run() override {
    while (!source_.is_exhausted()) {
      const sim::MonoTime due = source_.due();
      if (due.time_since_epoch() >= load_ends_) break;
      if (due > env().mono()) co_await sleep(due - env().mono());
      const OperationSource::Drawn drawn = source_.next();
      if (drawn.f == "read") {
        Read request;
        co_await perform(request, "read", sim::Value());
      } else {
        Write request{drawn.value + 1};
        co_await perform(request, "write", drawn.value + 1);
      }
      co_await sleep(parameters_.pause);
    }
  }

 private:
  template <class Request>
  sim::Task<> perform(Request request, std::string_view f, sim::Value argument) {
    const bool reads = f == "read";
    const auto operation = env().history().invoke(env().self().index, f, {}, std::move(argument));
    auto reply = co_await call<Value>(server_, request, workload_.timeout);
    if (!reply) {
      env().history().unknown(operation, "timeout");
    } else if (!reads) {
      env().history().ok(operation, {});
    } else {
      env().history().ok(operation, reply->value == 0 ? sim::Value() : sim::Value(reply->value));
    }
  }

  const Parameters& parameters_;
  const sim::Workload& workload_;
  sim::Duration load_ends_;
  sim::NodeId server_;
  OperationSource source_;
};

// --- the model ---------------------------------------------------------------------------------------------

class OneRegister final : public sim::ModelWith<Parameters> {
 public:
  std::string_view name() const override { return "one-register"; }
  std::vector<std::string> topics() const override { return {"An example from elsewhere"}; }
  std::string_view summary() const override { return "One register on one server's disk."; }
  std::vector<sim::Profile> profiles() const override { return {{"default", "All there is.", {}}}; }
  std::vector<sim::BugSwitch> bugs() const override {
    return {{"one-register.ack-before-fsync", "what is answered is on the disk", "nonlinearizable",
             sim::BugSwitch::Shelf::core, sim::BugSwitch::Difficulty::easy, "any database's manual",
             "An acknowledgement is a promise about the disk."}};
  }
  std::vector<sim::OperationKind> operations() const override { return operation_kinds(); }

 protected:
  std::vector<sim::Role> roles_of(const Parameters&, const sim::Workload& workload) const override {
    return {{"server", "n", 1, "keeps the register"}, {"client", "c", workload.clients, "who use it"}};
  }
  std::vector<sim::Claim> claims_of(const Parameters&, const sim::BugSet&) const override {
    return {{"linearizable",
             "the register is linearizable",
             sim::Assumption::a0,
             sim::judged_by::Linearizability{"register"},
             {}}};
  }
  sim::Duration longest_timeout_of(const Parameters&) const override { return std::chrono::seconds(1); }
  sim::ProcessFactory process_of(const Parameters& parameters, const sim::Deployment& deployment,
                                 std::string_view role, std::size_t index) const override {
    if (role == "server") {
      return [&deployment](sim::Env& env) { return std::make_unique<Server>(env, deployment.bugs); };
    }
    const sim::NodeId server = deployment.simulation.nodes_of_role("server").front();
    return [&parameters, &deployment, server, index](sim::Env& env) {
      return std::make_unique<Client>(env, parameters, deployment, server, index);
    };
  }
  void watch_with(const Parameters&, const sim::Deployment&) const override {}
  sim::NodeId focus(const sim::Simulation& simulation) const override {
    return simulation.nodes_of_role("server").front();
  }
};

std::unique_ptr<sim::Model> make_model() { return std::make_unique<OneRegister>(); }

}  // namespace one_register
