// How long it takes to judge register histories, in how much memory, and how both grow with their length.
//
//   linearizability_bench [MOST_OPERATIONS]     10^3 to MOST_OPERATIONS (default 10^6), by powers of ten
//
// Beside each row stands what Porcupine took on a history of the same kind (two shared cores, CPU seconds,
// limit 60 s or 11 GB). Memory is the growth of the process's peak while judging, the history not included.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "reports/checkers/linearizability/linearizability.hpp"
#include "sim/chance/stream.hpp"
#include "sim/history.hpp"
#include "tests/bench/usage.hpp"

using namespace lightcone;
using namespace lightcone::reports;
using namespace lightcone::reports::checkers;

namespace {

struct Kind {
  const char* name;
  std::size_t clients;
  std::uint64_t unknown_percent;  // operations that never return; half of those writes take effect
  std::int64_t values;            // 0: every written value is new
  std::int64_t keys;
  bool stale_read;
  std::array<const char*, 4> porcupine;  // at 10^3, 10^4, 10^5, 10^6 operations
};

constexpr std::array kinds = {
    Kind{"1 client", 1, 0, 0, 1, false, {"0.005", "0.14", "7.6", "memory"}},
    Kind{"5 clients", 5, 0, 0, 1, false, {"0.008", "0.29", "20", "memory"}},
    Kind{"10 clients", 10, 0, 0, 1, false, {"0.13", "8.4", "> 60", "-"}},
    Kind{"100 clients", 100, 0, 0, 1, false, {"> 60", "-", "-", "-"}},
    Kind{"5 clients, one stale read", 5, 0, 0, 1, true, {"0.013", "0.66", "50", "-"}},
    Kind{"100 clients, one stale read", 100, 0, 0, 1, true, {"> 60", "-", "-", "-"}},
    Kind{"5 clients, 1 % unknown", 5, 1, 0, 1, false, {"0.009", "0.33", "24", "-"}},
    Kind{"5 clients, 10 % unknown", 5, 10, 0, 1, false, {"0.010", "> 60", "-", "-"}},
    Kind{"100 clients, 20 % unknown", 100, 20, 0, 1, false, {"-", "-", "-", "-"}},
    Kind{"10 clients, 5 values", 10, 0, 5, 1, false, {"0.057", "2.7", "memory", "-"}},
    Kind{"50 clients, 5 values", 50, 0, 5, 1, false, {"> 60", "-", "-", "-"}},
    Kind{"100 clients, 1,000 keys", 100, 0, 0, 1000, false, {"0.02", "0.05", "0.3", "4.6-5.8"}},
};

// Registers under clients that take turns at random: each operation takes effect at one instant between its
// invocation and its return.
class Generator {
 public:
  Generator(const Kind& kind, std::size_t operations)
      : kind_(kind),
        state_(static_cast<std::size_t>(kind.keys), 0),
        clients_(kind.clients),
        out_(operations) {
    for (std::size_t i = 0; i < clients_.size(); ++i) clients_[i].process = static_cast<std::int64_t>(i);
    next_process_ = static_cast<std::int64_t>(clients_.size());
  }

  sim::History history() {
    while (finished_ < out_.size()) turn(clients_[random_.below(clients_.size())]);
    if (kind_.stale_read) make_one_read_stale();
    return std::move(out_);
  }

 private:
  enum class Phase : std::uint8_t { idle, invoked, effective };
  struct Client {
    Phase phase = Phase::idle;
    bool lost = false;  // it will never return
    std::size_t operation = 0;
    std::int64_t process = 0;
  };

  void turn(Client& client) {
    if (client.phase == Phase::idle) {
      if (started_ < out_.size()) invoke(client);
    } else if (client.phase == Phase::invoked) {
      take_effect(client);
      client.phase = Phase::effective;
    } else {
      complete(client);
      client.phase = Phase::idle;
      ++finished_;
    }
  }

  void invoke(Client& client) {
    client.phase = Phase::invoked;
    client.operation = started_++;
    client.lost = random_.below(100) < kind_.unknown_percent;
    sim::Operation& operation = out_[client.operation];
    operation.process = client.process;
    operation.invoke = clock_++;
    if (kind_.keys > 1) operation.key = static_cast<std::int64_t>(random_.below(state_.size()));
    const bool writes = random_.below(2) == 0;
    operation.f = writes ? "write" : "read";
    if (!writes) return;
    ++written_;
    operation.value = kind_.values == 0 ? written_ : written_ % kind_.values;
  }

  void take_effect(Client& client) {
    sim::Operation& operation = out_[client.operation];
    const std::int64_t* key = operation.key.as_int();
    std::int64_t& value = state_[key == nullptr ? 0 : static_cast<std::size_t>(*key)];
    if (operation.f == "read") {
      operation.result = value;
    } else if (!client.lost || random_.below(2) == 0) {
      value = *operation.value.as_int();
    }
  }

  void complete(Client& client) {
    sim::Operation& operation = out_[client.operation];
    if (client.lost) {
      operation.result = {};
      client.process = next_process_++;
      return;
    }
    operation.outcome = sim::Outcome::ok;
    operation.complete = clock_++;
  }

  // It answers the initial value, which has long been overwritten.
  void make_one_read_stale() {
    const auto read =
        std::find_if(out_.begin() + static_cast<std::ptrdiff_t>(out_.size() * 3 / 4), out_.end(),
                     [](const sim::Operation& operation) { return operation.f == "read"; });
    if (read != out_.end()) read->result = std::int64_t{0};
  }

  const Kind& kind_;
  std::vector<std::int64_t> state_;
  std::vector<Client> clients_;
  sim::History out_;
  sim::Stream random_{1, "history"};
  std::size_t started_ = 0;
  std::size_t finished_ = 0;
  std::int64_t clock_ = 0;
  std::int64_t written_ = 0;
  std::int64_t next_process_ = 0;
};

void measure(const Kind& kind, std::size_t operations, std::size_t power) {
  const sim::History history = Generator(kind, operations).history();
  const auto object = object_named(kind.keys > 1 ? "kv" : "register", std::int64_t{0});
  const double before = peak_mib();
  const double start = cpu_seconds();
  const Judgement judgement = check_linearizable(history, *object, {});
  const double spent = cpu_seconds() - start;
  std::printf("%-28s %8zu %9.3f s %8.0f ns/op %+6.0f MiB  %-9s %12s\n", kind.name, operations, spent,
              spent * 1e9 / static_cast<double>(operations), peak_mib() - before,
              std::string(to_string(judgement.verdict)).c_str(),
              kind.porcupine[std::min<std::size_t>(power, 3)]);
  if (kind.stale_read && judgement.verdict == Verdict::violated)
    std::printf("%-28s smallest witness: %zu operations\n", "", judgement.operations.size());
  std::fflush(stdout);
}

// In a process of its own: a peak never falls again.
bool measure_apart(const Kind& kind, std::size_t operations, std::size_t power) {
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    measure(kind, operations, power);
    std::exit(EXIT_SUCCESS);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t most = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  std::printf("%-28s %8s %11s %14s %10s  %-9s %12s\n", "history", "ops", "CPU", "each", "memory", "verdict",
              "Porcupine, s");
  std::fflush(stdout);
  for (const Kind& kind : kinds) {
    std::size_t power = 0;
    for (std::size_t n = 1000; n <= most; n *= 10)
      if (!measure_apart(kind, n, power++)) return EXIT_FAILURE;
  }
  return 0;
}
