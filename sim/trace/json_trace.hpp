// A trace as JSON Lines: one record an occurrence, with the number of the event that caused it. What stands
// before and after (the scenario, the fingerprint) is the caller's.
//
//   {"t":1500000,"n":17,"c":12,"what":"delivered","node":"n2","peer":"n1","type":"AppendEntries","fact":{...}}
//
// t: nanoseconds of true time; n: number, the same for a message's sending and arrival; c: cause, 0 for the
// start of the run.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sim/observer.hpp"
#include "sim/simulation.hpp"

namespace lightcone::sim {

class JsonTrace final : public Observer {
 public:
  // `line`: called with each record, with its newline.
  using Line = std::function<void(std::string_view line)>;

  // Listens to everything until it dies.
  JsonTrace(Simulation& simulation, Line line);
  ~JsonTrace() override;

  void on(const Occurrence& occurrence) override;

 private:
  Simulation& simulation_;
  Line line_;
  std::string buffer_;
};

}  // namespace lightcone::sim
