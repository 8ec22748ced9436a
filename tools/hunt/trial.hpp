// One trial of a hunt: a scenario run with one seed and judged, and what is kept of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reports/judge.hpp"
#include "scenarios/load.hpp"
#include "scenarios/scenario.hpp"

namespace lightcone::tools::hunt {

// Failures that agree in this are the same one, as far as a hunt is concerned.
struct Signature {
  std::string claim;    // "P18.7"
  std::string anomaly;  // "stale-read"
  std::string shape;    // the kinds of operations that prove it: "get+put"; empty for what monitors saw

  auto operator<=>(const Signature&) const = default;
  std::string text() const;  // "P18.7 stale-read (get+put)"
};

// How much there is to read in a failing run. The least is the shortest.
struct Size {
  std::uint64_t faults = 0;      // that took effect
  std::uint64_t operations = 0;  // that clients did
  std::uint64_t events = 0;

  auto operator<=>(const Size&) const = default;
};

struct Failure {
  Signature signature;
  Size size;
  std::uint64_t seed = 0;
  std::string summary;         // a sentence
  scenarios::Scenario frozen;  // expects this failure
};

struct Trial {
  std::uint64_t seed = 0;
  std::uint64_t fingerprint = 0;
  std::uint64_t events = 0;
  sim::Duration simulated{};
  std::uint64_t faults_in_effect = 0;
  std::uint64_t claims_judged = 0;
  std::uint64_t undecided = 0;  // claims whose judge could not tell
  bool is_invalid = false;
  std::vector<faults::FaultSpec> faults;  // all that were planned
  std::vector<Failure> failures;          // one for each violated claim
  std::vector<std::uint64_t> features;    // what of the system's behaviour it showed (hunt/features.hpp)
};

// Nothing when `go_on` said false, which is asked now and then.
std::optional<Trial> try_once(const scenarios::Loaded& loaded, std::uint64_t seed,
                              const std::function<bool()>& go_on);

}  // namespace lightcone::tools::hunt
