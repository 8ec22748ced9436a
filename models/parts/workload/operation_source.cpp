#include "models/parts/workload/operation_source.hpp"

#include <algorithm>
#include <utility>

#include "sim/ensure.hpp"

namespace lightcone::models::parts {

namespace {

// Values of different clients never meet.
constexpr std::int64_t values_a_client = 1'000'000'000;

// In the mix. A scenario that has none leaves it to the model.
std::int64_t weight_of(const sim::OperationKind& kind, const sim::Workload& workload) {
  if (workload.mix.empty()) return kind.weight;
  const auto asked = workload.mix.find(kind.f);
  return asked == workload.mix.end() ? 0 : asked->second;
}

}  // namespace

bool asks_for(std::string_view f, const sim::Workload& workload, std::span<const sim::OperationKind> kinds) {
  if (workload.script) {
    return std::any_of(workload.script->begin(), workload.script->end(),
                       [&](const sim::ScriptedOperation& operation) { return operation.f == f; });
  }
  return std::any_of(kinds.begin(), kinds.end(), [&](const sim::OperationKind& kind) {
    return kind.f == f && weight_of(kind, workload) > 0;
  });
}

OperationSource::OperationSource(sim::Env& env, const sim::Workload& workload,
                                 std::span<const sim::OperationKind> kinds, std::size_t client)
    : env_(env),
      workload_(workload),
      client_(static_cast<std::int64_t>(client) + 1),
      chance_(env.stream("workload").split("operations")),
      pauses_(env.stream("workload").split("pauses")),
      keys_(sim::Zipf::over(static_cast<std::uint64_t>(workload.keys), workload.zipf).value()),
      next_value_(static_cast<std::int64_t>(client) * values_a_client),
      limited_(workload.operations > 0),
      is_scripted_(workload.script.has_value()) {
  if (is_scripted_) {
    for (const sim::ScriptedOperation& operation : *workload.script) {
      if (operation.client == client_) script_.push_back(operation);
    }
  }
  for (const sim::OperationKind& kind : kinds) {
    const std::int64_t weight = is_scripted_ ? 1 : weight_of(kind, workload);
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

sim::MonoTime OperationSource::due() {
  if (is_scripted_) {
    due_ = sim::MonoTime(script_.front().at);
  } else if (spacing_) {
    due_ = due_.value_or(env_.mono()) + spacing_->sample(pauses_);
  } else {
    due_ = env_.mono() + workload_.think.sample(pauses_);
  }
  return *due_;
}

OperationSource::Drawn OperationSource::next() {
  const Drawn drawn = is_scripted_ ? read_script() : draw();
  env_.history().chose({client_, due_->time_since_epoch(), std::string(drawn.f),
                        static_cast<std::int64_t>(drawn.key), drawn.value});
  return drawn;
}

OperationSource::Drawn OperationSource::draw() {
  if (limited_) --left_;
  Drawn drawn;
  drawn.f = names_[chance_.weighted_index(weights_)];
  drawn.key = keys_.sample(chance_);
  drawn.value = ++next_value_;
  return drawn;
}

OperationSource::Drawn OperationSource::read_script() {
  const sim::ScriptedOperation operation = std::move(script_.front());
  script_.pop_front();
  const auto name = std::find(names_.begin(), names_.end(), operation.f);
  sim::ensure(name != names_.end(), "a script names operations of its model");
  return {*name, static_cast<std::uint64_t>(operation.key), operation.value};
}

}  // namespace lightcone::models::parts
