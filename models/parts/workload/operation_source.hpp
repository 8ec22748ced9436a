// Which operation a client does next, and when: drawn from the workload's mix and the keys' popularity, with
// values that are unique within a run, so that a read identifies its write; or as the workload's script says.
//
//   while (is_before(load_ends) && !source.is_exhausted()) {
//     const sim::MonoTime due = source.due();       // break if that is too late
//     if (due > env.mono()) co_await sleep(due - env.mono());
//     const OperationSource::Drawn drawn = source.next();
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "sim/chance/stream.hpp"
#include "sim/chance/zipf.hpp"
#include "sim/env.hpp"
#include "sim/model.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::parts {

// Whether the workload may ask for operations called `f`, which is one of `kinds`.
bool asks_for(std::string_view f, const sim::Workload& workload, std::span<const sim::OperationKind> kinds);

class OperationSource {
 public:
  struct Drawn {
    std::string_view f;      // one of the model's operations
    std::uint64_t key = 0;   // from 0, below Workload::keys
    std::int64_t value = 0;  // unique
  };

  // `client` from 0. Mix and script must name operations of `kinds` only (the scenario's validator sees to
  // it). Draws from env.stream("workload").
  OperationSource(sim::Env& env, const sim::Workload& workload, std::span<const sim::OperationKind> kinds,
                  std::size_t client);

  // When the next operation is to begin, by the client's clock; past when it is late. Once before each
  // next(): after a pause for thought, or on the schedule of open arrivals, which does not wait for answers.
  sim::MonoTime due();
  // The operation that was due. Whoever asks does it now, and the run's record has it.
  Drawn next();
  // Nothing is left for this client to do.
  bool is_exhausted() const { return is_scripted_ ? script_.empty() : limited_ && left_ == 0; }

 private:
  Drawn draw();
  Drawn read_script();

  sim::Env& env_;
  const sim::Workload& workload_;
  std::int64_t client_;  // from 1
  std::vector<std::string> names_;
  std::vector<std::uint64_t> weights_;
  sim::Stream chance_;
  sim::Stream pauses_;
  sim::Zipf keys_;
  std::optional<sim::Distribution> spacing_;
  std::int64_t next_value_;
  bool limited_;
  std::int64_t left_ = 0;
  std::optional<sim::MonoTime> due_;  // of the latest
  bool is_scripted_;
  std::deque<sim::ScriptedOperation> script_;  // what is left of this client's
};

}  // namespace lightcone::models::parts
