// Asks of scenarios whether they still fail in the way that is being cut down, several at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "models/registry.hpp"
#include "scenarios/scenario.hpp"

namespace lightcone::tools::shrink {

class Probe {
 public:
  struct Limits {
    unsigned jobs = 1;
    std::optional<std::chrono::nanoseconds> time;
    std::function<bool()> go_on;  // false: somebody has had enough
  };

  Probe(const models::Registry& registry, Limits limits);
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;
  ~Probe();

  // Whether a run of this scenario ends as it expects: with its anomaly, in its claim. A scenario that is not
  // sound, or whose faults do nothing, does not.
  bool fails(const scenarios::Scenario& scenario) const;

  // The first of `count` candidates that fails, from `begin` on, or nothing. Which one that is does not
  // depend on the number of jobs. Nothing, too, once the time is up.
  using Make = std::function<scenarios::Scenario(std::size_t)>;
  std::optional<std::size_t> first(std::size_t begin, std::size_t count, const Make& make);

  const models::Registry& registry() const { return registry_; }
  bool is_over() const;
  std::uint64_t runs() const;

 private:
  class Workers;

  const models::Registry& registry_;
  Limits limits_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::unique_ptr<Workers> workers_;
};

}  // namespace lightcone::tools::shrink
