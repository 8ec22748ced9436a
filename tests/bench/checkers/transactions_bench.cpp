// How long it takes to judge list-append and register transactions, and in how much memory.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "reports/checkers/transactions/check_transactions.hpp"
#include "sim/history.hpp"
#include "tests/bench/usage.hpp"

using namespace lightcone;
using namespace lightcone::reports;
using namespace lightcone::reports::checkers;

namespace {

std::uint64_t drawn(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  return mixed(state);
}

// A serializable store under `clients`: each transaction takes effect at one instant between its invocation
// and its completion. A key takes 32 appends and is then replaced, as Elle's generator does.
struct Store {
  explicit Store(std::size_t keys, bool with_lists)
      : lists(with_lists), key(keys), appends(keys, 0), state(keys) {
    for (std::size_t i = 0; i < keys; ++i) key[i] = next_key++;
  }
  sim::Value read(std::size_t slot) const {
    if (state[slot].empty()) return {};
    return lists ? sim::Value(state[slot]) : state[slot].back();
  }
  bool lists;
  std::int64_t next_key = 0;
  std::vector<std::int64_t> key;
  std::vector<std::int64_t> appends;
  std::vector<sim::ValueList> state;
};

// What a transaction does to the store, at the instant at which it takes effect.
void take_effect(Store& store, sim::Operation& operation, std::uint64_t& random) {
  sim::ValueList asked, answered;
  const std::size_t length = 1 + drawn(random) % 4;
  for (std::size_t i = 0; i < length; ++i) {
    const std::size_t slot = drawn(random) % store.key.size();
    if (drawn(random) % 2 == 0) {
      asked.push_back(sim::ValueList{"r", store.key[slot], {}});
      answered.push_back(sim::ValueList{"r", store.key[slot], store.read(slot)});
      continue;
    }
    if (store.appends[slot] == 32) {
      store.key[slot] = store.next_key++;
      store.appends[slot] = 0;
      store.state[slot].clear();
    }
    const sim::Value value(++store.appends[slot]);
    store.state[slot].push_back(value);
    asked.push_back(sim::ValueList{store.lists ? "append" : "w", store.key[slot], value});
    answered.push_back(asked.back());
  }
  operation.value = std::move(asked);
  operation.result = std::move(answered);
}

sim::History history(std::size_t transactions, std::int64_t clients, bool lists, std::uint64_t seed) {
  enum class Phase { idle, invoked, effective };
  struct Client {
    Phase phase = Phase::idle;
    std::size_t operation = 0;
  };
  Store store(10, lists);
  std::uint64_t random = seed;
  sim::History out(transactions);
  std::int64_t clock = 0;
  std::vector<Client> running(static_cast<std::size_t>(clients));
  std::size_t started = 0;
  for (std::size_t finished = 0; finished < transactions;) {
    const std::size_t number = drawn(random) % running.size();
    Client& client = running[number];
    if (client.phase == Phase::idle && started < transactions) {
      client = {Phase::invoked, started++};
      sim::Operation& operation = out[client.operation];
      operation.process = static_cast<std::int64_t>(number);
      operation.f = "txn";
      operation.invoke = clock++;
      operation.outcome = sim::Outcome::ok;
    } else if (client.phase == Phase::invoked) {
      take_effect(store, out[client.operation], random);
      client.phase = Phase::effective;
    } else if (client.phase == Phase::effective) {
      out[client.operation].complete = clock++;
      client.phase = Phase::idle;
      ++finished;
    }
  }
  return out;
}

// Half of the reads of every tenth transaction miss the last element: plenty of cycles in one component.
void damage(sim::History& history, std::uint64_t seed) {
  std::uint64_t random = seed;
  for (std::size_t i = 0; i < history.size(); i += 10) {
    sim::ValueList micros = *history[i].result.as_list();
    for (sim::Value& item : micros) {
      sim::ValueList micro = *item.as_list();
      if (*micro[0].as_text() != "r" || micro[2].as_list() == nullptr || drawn(random) % 2 == 0) continue;
      sim::ValueList list = *micro[2].as_list();
      list.pop_back();
      micro[2] = list.empty() ? sim::Value() : sim::Value(std::move(list));
      item = sim::Value(std::move(micro));
    }
    history[i].result = sim::Value(std::move(micros));
  }
}

// One read, in the middle, finds what the key held long before, and what had been replaced since.
void make_stale(sim::History& history) {
  constexpr std::size_t long_before = 100;  // transactions; fewer run at once
  for (std::size_t i = std::max(history.size() / 2, long_before); i < history.size(); ++i) {
    const sim::ValueList* micros = history[i].result.as_list();
    for (std::size_t m = 0; m < micros->size(); ++m) {
      const sim::ValueList& micro = *(*micros)[m].as_list();
      if (*micro[0].as_text() != "r" || micro[2].is_null()) continue;
      for (std::size_t earlier = i - long_before + 1; earlier-- > 0;) {
        for (const sim::Value& item : *history[earlier].result.as_list()) {
          const sim::ValueList& old = *item.as_list();
          if (*old[0].as_text() != "w" || old[1] != micro[1] || old[2] == micro[2]) continue;
          sim::ValueList changed = *micros;
          changed[m] = sim::ValueList{"r", micro[1], old[2]};
          history[i].result = std::move(changed);
          return;
        }
      }
    }
  }
}

void measure(const char* name, const sim::History& history, const TransactionOptions& options) {
  const double before = peak_mib();
  const double start = cpu_seconds();
  const TransactionReport report = check_transactions(history, options);
  const double spent = cpu_seconds() - start;
  std::string found;
  for (const std::string& anomaly : anomaly_names(report)) found += (found.empty() ? "" : ",") + anomaly;
  if (!report.unknown.empty()) found += " undecided";
  std::printf("%-34s %8zu  %8.3f CPU s  %9.0f /s  +%6.0f MiB  %10" PRIu64 " steps  %s\n", name,
              history.size(), spent, static_cast<double>(history.size()) / spent, peak_mib() - before,
              report.steps, found.empty() ? "held" : found.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t most = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  std::printf("Elle, two shared cores: 12,000 to 20,000 transactions a CPU second on valid histories\n");
  for (std::size_t n = 1000; n <= most; n *= 10) {
    for (std::int64_t clients : {5, 20, 100}) {
      const auto valid = history(n, clients, true, n);
      measure(("list-append, " + std::to_string(clients) + " clients").c_str(), valid, {});
    }
    auto damaged = history(n, 20, true, n);
    damage(damaged, n);
    measure("list-append, 1 in 10 damaged", damaged, {});
    for (std::int64_t clients : {5, 20, 100}) {
      const auto valid = history(n, clients, false, n);
      measure(("rw-register, " + std::to_string(clients) + " clients").c_str(), valid, {});
    }
    auto stale = history(n, 20, false, n);
    make_stale(stale);
    measure("rw-register, one stale read", stale, {});
  }
  return 0;
}
