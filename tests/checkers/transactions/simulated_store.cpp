#include "tests/checkers/transactions/simulated_store.hpp"

#include <string>
#include <vector>

namespace lightcone::tests {

using sim::Value;
using sim::ValueList;

std::uint64_t Draw::below(std::uint64_t bound) {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return (z ^ (z >> 31)) % bound;
}

namespace {

using State = std::vector<ValueList>;  // by key: all values written, in order

std::string key_name(std::uint64_t key) { return std::string(1, static_cast<char>('a' + key)); }

struct Running {
  std::size_t operation = 0;
  bool active = false;
  State snapshot;  // the state at its begin
  State own;       // what it wrote
  ValueList planned;
  ValueList answered;
};

class Store {
 public:
  Store(const StoreRun& run, std::uint64_t seed)
      : run_(run), draw_(seed), state_(run.keys), next_(run.keys, 1) {}

  sim::History execute() {
    std::vector<Running> clients(run_.clients);
    std::uint64_t finished = 0;
    while (finished < run_.transactions) {
      const std::uint64_t client = draw_.below(run_.clients);
      Running& running = clients[client];
      if (!running.active) {
        if (history_.size() < run_.transactions) begin(running, static_cast<std::int64_t>(client));
      } else if (running.answered.size() < running.planned.size()) {
        step(running);
      } else {
        commit(running);
        ++finished;
      }
    }
    if (run_.read_all_last) read_all();
    return std::move(history_);
  }

 private:
  void begin(Running& running, std::int64_t client) {
    running = Running{history_.size(), true, state_, State(run_.keys), {}, {}};
    const std::uint64_t length = 1 + draw_.below(3);
    std::vector<bool> wrote(run_.keys, false);
    for (std::uint64_t i = 0; i < length; ++i) {
      const auto key = static_cast<std::size_t>(draw_.below(run_.keys));
      // Read committed: where its elements stand in a list is settled at the commit, so they are not read
      // before.
      const bool blind = run_.level == StoreLevel::read_committed && wrote[key];
      if (draw_.below(2) == 0 && !blind) {
        running.planned.emplace_back(ValueList{"r", key_name(key), {}});
        continue;
      }
      running.planned.emplace_back(ValueList{run_.lists ? "append" : "w", key_name(key), next_[key]++});
      wrote[key] = true;
    }
    sim::Operation operation;
    operation.process = client;
    operation.f = "txn";
    operation.value = running.planned;
    operation.invoke = clock_++;
    history_.push_back(std::move(operation));
    if (run_.level == StoreLevel::strictly_serial)
      while (running.answered.size() < running.planned.size()) step(running);
    if (run_.level == StoreLevel::strictly_serial) apply(running);
  }

  void step(Running& running) {
    const ValueList& micro = *running.planned[running.answered.size()].as_list();
    const auto key = static_cast<std::size_t>((*micro[1].as_text())[0] - 'a');
    if (*micro[0].as_text() != "r") {
      running.own[key].push_back(micro[2]);
      running.answered.emplace_back(micro);
      return;
    }
    ValueList seen = run_.level == StoreLevel::read_committed ? state_[key] : running.snapshot[key];
    seen.insert(seen.end(), running.own[key].begin(), running.own[key].end());
    Value answer;
    if (!seen.empty()) answer = run_.lists ? Value(seen) : seen.back();
    running.answered.emplace_back(ValueList{"r", micro[1], answer});
  }

  void apply(const Running& running) {
    for (std::size_t key = 0; key < run_.keys; ++key)
      state_[key].insert(state_[key].end(), running.own[key].begin(), running.own[key].end());
  }

  void commit(Running& running) {
    sim::Operation& operation = history_[running.operation];
    operation.complete = clock_++;
    operation.outcome = sim::Outcome::ok;
    bool aborted = false;
    if (run_.level == StoreLevel::snapshot_isolation)
      for (std::size_t key = 0; key < run_.keys; ++key)
        aborted =
            aborted || (!running.own[key].empty() && state_[key].size() != running.snapshot[key].size());
    if (aborted)
      operation.outcome = sim::Outcome::fail;
    else
      operation.result = running.answered;
    if (!aborted && run_.level != StoreLevel::strictly_serial) apply(running);
    running.active = false;
  }

  void read_all() {
    Running last{history_.size(), true, state_, State(run_.keys), {}, {}};
    for (std::uint64_t key = 0; key < run_.keys; ++key)
      last.planned.emplace_back(ValueList{"r", key_name(key), {}});
    sim::Operation operation;
    operation.process = static_cast<std::int64_t>(run_.clients);
    operation.f = "txn";
    operation.value = last.planned;
    operation.invoke = clock_++;
    history_.push_back(std::move(operation));
    while (last.answered.size() < last.planned.size()) step(last);
    commit(last);
  }

  StoreRun run_;
  Draw draw_;
  State state_;
  std::vector<std::int64_t> next_;
  std::int64_t clock_ = 0;
  sim::History history_;
};

}  // namespace

sim::History run_store(const StoreRun& run, std::uint64_t seed) { return Store(run, seed).execute(); }

bool damage(sim::History& history, Draw& draw) {
  for (int tries = 0; tries < 20; ++tries) {
    sim::Operation& operation = history[draw.below(history.size())];
    if (operation.outcome != sim::Outcome::ok) continue;
    ValueList micros = *operation.result.as_list();
    ValueList micro = *micros[draw.below(micros.size())].as_list();
    const std::size_t place = draw.below(micros.size());
    micro = *micros[place].as_list();
    if (*micro[0].as_text() != "r" || micro[2].is_null()) continue;
    if (const ValueList* held = micro[2].as_list()) {
      ValueList list = *held;
      const std::size_t at = draw.below(list.size());
      switch (draw.below(3)) {
        case 0:  // misses the last
          list.pop_back();
          break;
        case 1:  // misses some
          list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
          break;
        default:  // two swapped
          std::swap(list[at], list[draw.below(list.size())]);
          break;
      }
      micro[2] = list.empty() ? Value() : Value(std::move(list));
    } else {
      const std::int64_t earlier = *micro[2].as_int() - 1;
      micro[2] = earlier == 0 ? Value() : Value(earlier);
    }
    micros[place] = Value(std::move(micro));
    operation.result = Value(std::move(micros));
    return true;
  }
  return false;
}

}  // namespace lightcone::tests
