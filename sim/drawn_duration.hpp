// A duration that is drawn anew each time, as the parameter of something: a latency, a think time. It knows
// how it was written, so that it can be written again. In a file:
//
//   "5ms"                                              always
//   {"uniform": ["1ms", "3ms"]}
//   {"exponential": {"mean": "5ms", "min": "1ms"}}     the mean includes the minimum
//   {"pareto": {"scale": "1ms", "shape": 1.5, "cap": "1s"}}
//   {"lognormal": {"p50": "1ms", "p99": "10ms"}}       or "sigma" instead of "p99"
//   {"normal": {"mean": "5ms", "deviation": "1ms"}}    given that it is not negative
//   {"mixture": [{"weight": 0.9, "of": "1ms"}, {"weight": 0.1, "of": {"uniform": ["1ms", "1s"]}}]}
//   {"quantiles": {"50%": "1ms", "99%": "10ms"}}       straight lines between, flat outside
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/chance/distribution.hpp"
#include "sim/fields.hpp"

namespace lightcone::sim {

struct ExponentialForm {
  Duration mean{};
  Duration min{};
  static const FieldTable<ExponentialForm>& fields();
};

struct ParetoForm {
  Duration scale{};
  Ratio shape;
  std::optional<Duration> cap;
  static const FieldTable<ParetoForm>& fields();
};

struct LogNormalForm {
  Duration p50{};
  std::optional<Duration> p99;
  std::optional<Ratio> sigma;
  static const FieldTable<LogNormalForm>& fields();
};

struct NormalForm {
  Duration mean{};
  Duration deviation{};
  static const FieldTable<NormalForm>& fields();
};

struct DistributionForm;

class DrawnDuration {
 public:
  using Form = std::variant<Duration, DistributionForm>;

  DrawnDuration();  // always 0
  DrawnDuration(Duration always);
  // For defaults in code; the form must be right, which is ensured.
  static DrawnDuration of(const DistributionForm& form);
  // Refuses, in words, a form that describes no distribution.
  static Result<DrawnDuration> from(const Form& form);

  Duration sample(Stream& stream) const noexcept { return distribution_.sample(stream); }
  const Distribution& distribution() const noexcept { return distribution_; }
  const Form& form() const noexcept;

 private:
  DrawnDuration(std::shared_ptr<const Form> form, Distribution distribution);

  std::shared_ptr<const Form> form_;  // never null; shared by copies, and a form has drawn durations within
  Distribution distribution_;
};

struct MixturePartForm {
  Ratio weight;
  DrawnDuration of;
  static const FieldTable<MixturePartForm>& fields();
};

// Exactly one is given.
struct DistributionForm {
  std::optional<std::vector<Duration>> uniform;
  std::optional<ExponentialForm> exponential;
  std::optional<ParetoForm> pareto;
  std::optional<LogNormalForm> lognormal;
  std::optional<NormalForm> normal;
  std::optional<std::vector<MixturePartForm>> mixture;
  std::optional<std::map<std::string, Duration>> quantiles;
  static const FieldTable<DistributionForm>& fields();
};

template <>
struct WrittenAs<DrawnDuration> {
  using Form = DrawnDuration::Form;
  static constexpr std::string_view name = "distribution";
  static constexpr std::string_view doc =
      "A duration that is drawn: always the same one, or from a distribution.";
  static std::optional<Mismatch> convert(const Form& form, DrawnDuration& out);
  static const Form& form_of(const DrawnDuration& drawn) { return drawn.form(); }
};

}  // namespace lightcone::sim
