#include "models/parts/workload/operation_source.hpp"

#include "sim/ensure.hpp"

namespace lightcone::models::parts {

namespace {

// Values of different clients never meet.
constexpr std::int64_t values_a_client = 1'000'000'000;

}  // namespace

OperationSource::OperationSource(const sim::Workload& workload, std::span<const sim::OperationKind> kinds,
                                 sim::Stream chance, std::size_t client)
    : workload_(workload),
      chance_(chance.split("operations")),
      pauses_(chance.split("pauses")),
      keys_(sim::Zipf::over(static_cast<std::uint64_t>(workload.keys), workload.zipf).value()),
      next_value_(static_cast<std::int64_t>(client) * values_a_client),
      limited_(workload.operations > 0) {
  for (const sim::OperationKind& kind : kinds) {
    const auto asked = workload.mix.find(kind.f);
    const std::int64_t weight = workload.mix.empty()          ? kind.weight
                                : asked == workload.mix.end() ? 0
                                                              : asked->second;
    if (weight <= 0) continue;
    names_.push_back(kind.f);
    weights_.push_back(static_cast<std::uint64_t>(weight));
  }
  sim::ensure(!names_.empty(), "a workload has at least one operation");
  const auto clients = static_cast<std::uint64_t>(workload.clients);
  if (workload.rate) {
    // Poisson arrivals: each client is an equal share of the whole.
    const sim::Ratio rate = *workload.rate;
    const std::int64_t mean = 1'000'000'000 * rate.denominator / rate.numerator * workload.clients;
    spacing_ = sim::Distribution::exponential(sim::Duration(mean)).value();
  }
  if (limited_) {
    const auto all = static_cast<std::uint64_t>(workload.operations);
    left_ = static_cast<std::int64_t>(all / clients + (client < all % clients ? 1 : 0));
  }
}

OperationSource::Drawn OperationSource::next() {
  if (limited_) --left_;
  Drawn drawn;
  drawn.f = names_[chance_.weighted_index(weights_)];
  drawn.key = keys_.sample(chance_);
  drawn.value = ++next_value_;
  return drawn;
}

sim::Duration OperationSource::pause() {
  return spacing_ ? spacing_->sample(pauses_) : workload_.think.sample(pauses_);
}

}  // namespace lightcone::models::parts
