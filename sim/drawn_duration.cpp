#include "sim/drawn_duration.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "sim/wide.hpp"

namespace lightcone::sim {

const FieldTable<ExponentialForm>& ExponentialForm::fields() {
  using F = ExponentialForm;
  static const FieldTable<F> table =
      FieldTable<F>("exponential", "A fixed part and a memoryless one.",
                    field("mean", &F::mean, "Mean, the minimum included.").required(),
                    field("min", &F::min, "No sample is below."))
          .must("mean is at least min", "mean", [](const F& form) { return form.mean >= form.min; });
  return table;
}

const FieldTable<ParetoForm>& ParetoForm::fields() {
  using F = ParetoForm;
  static const FieldTable<F> table("pareto", "A heavy tail: P(X > x) = (scale / x)^shape.",
                                   field("scale", &F::scale, "No sample is below.").required().at_least(1ns),
                                   field("shape", &F::shape, "The smaller, the heavier the tail.")
                                       .required()
                                       .at_least({1, 100})
                                       .at_most({1'000'000, 1}),
                                   field("cap", &F::cap, "A sample above becomes this."));
  return table;
}

const FieldTable<LogNormalForm>& LogNormalForm::fields() {
  using F = LogNormalForm;
  static const FieldTable<F> table =
      FieldTable<F>("lognormal", "Log-normal, through two quantiles or with a median and sigma.",
                    field("p50", &F::p50, "Median.").required().at_least(1ns),
                    field("p99", &F::p99, "99 of 100 samples are at most this."),
                    field("sigma", &F::sigma, "Standard deviation of the logarithm.").at_most({100, 1}))
          .must("either p99 or sigma is given", "p50",
                [](const F& form) { return form.p99.has_value() != form.sigma.has_value(); })
          .must("p99 is at least p50", "p99",
                [](const F& form) { return !form.p99 || *form.p99 >= form.p50; });
  return table;
}

const FieldTable<NormalForm>& NormalForm::fields() {
  using F = NormalForm;
  static const FieldTable<F> table(
      "normal", "Normal, given that it is not negative.",
      field("mean", &F::mean, "Mean before negative samples are excluded.").required(),
      field("deviation", &F::deviation, "Standard deviation.").required());
  return table;
}

const FieldTable<MixturePartForm>& MixturePartForm::fields() {
  using F = MixturePartForm;
  static const FieldTable<F> table(
      "mixture_part", "One part of a mixture.",
      field("weight", &F::weight, "Share, in proportion to the other weights.").required().more_than({0, 1}),
      field("of", &F::of, "What this part is drawn from.").required());
  return table;
}

const FieldTable<DistributionForm>& DistributionForm::fields() {
  using F = DistributionForm;
  static const FieldTable<F> table =
      FieldTable<F>("distribution_kind", "What a duration is drawn from.",
                    field("uniform", &F::uniform, "All between two durations, equally likely.")
                        .count_at_least(2)
                        .count_at_most(2),
                    field("exponential", &F::exponential, "A fixed part and a memoryless one."),
                    field("pareto", &F::pareto, "A heavy tail."),
                    field("lognormal", &F::lognormal, "Log-normal, as many measured latencies are."),
                    field("normal", &F::normal, "Normal, given that it is not negative."),
                    field("mixture", &F::mixture, "One of several, by weight.").not_empty(),
                    field("quantiles", &F::quantiles,
                          "Measured quantiles, such as 50% and 99%; straight lines between, flat outside.")
                        .not_empty())
          .exactly_one();
  return table;
}

namespace {

// The weights as whole numbers in the same proportion.
std::optional<std::vector<std::uint64_t>> whole_weights(const std::vector<MixturePartForm>& parts) {
  constexpr Uint128 most = std::uint64_t{1} << 62;
  Uint128 common = 1;  // least common multiple of the denominators
  for (const MixturePartForm& part : parts) {
    const Ratio weight = reduced(part.weight);
    Uint128 a = common;
    Uint128 b = static_cast<std::uint64_t>(weight.denominator);
    while (b != 0) a = std::exchange(b, a % b);
    common = common / a * static_cast<std::uint64_t>(weight.denominator);
    if (common > most) return std::nullopt;
  }
  std::vector<std::uint64_t> out;
  for (const MixturePartForm& part : parts) {
    const Ratio weight = reduced(part.weight);
    const Uint128 factor = common / static_cast<std::uint64_t>(weight.denominator);
    const Uint128 whole = factor * static_cast<std::uint64_t>(weight.numerator);
    if (weight.numerator < 0 || whole > most) return std::nullopt;
    out.push_back(static_cast<std::uint64_t>(whole));
  }
  return out;
}

Result<Distribution> mixed(const std::vector<MixturePartForm>& parts) {
  const std::optional<std::vector<std::uint64_t>> weights = whole_weights(parts);
  if (!weights) return Problem{"the weights of the mixture have no common denominator below 2^62"};
  std::vector<Distribution::Part> out;
  for (std::size_t i = 0; i < parts.size(); ++i) out.push_back({(*weights)[i], parts[i].of.distribution()});
  return Distribution::mixture(std::move(out));
}

Result<Distribution> tabled(const std::map<std::string, Duration>& quantiles) {
  std::vector<Distribution::Point> points;
  for (const auto& [share, value] : quantiles) {
    Ratio ratio;
    const bool is_ratio = !read_ratio(share, ratio);
    const std::int64_t unit = is_ratio ? ratio.denominator : 1;
    if (!is_ratio || ratio < Ratio{} || ratio > Ratio{1, 1} || Distribution::million % unit != 0) {
      return Problem{quoted(Literal::string(share)) +
                     " is not a share from \"0%\" to \"100%\" with at most four decimals"};
    }
    points.push_back({static_cast<std::uint32_t>(ratio.numerator * (Distribution::million / unit)), value});
  }
  std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.ppm < b.ppm; });
  if (points.empty()) return Problem{"there are no quantiles"};
  if (points.front().ppm > 0) points.insert(points.begin(), {0, points.front().value});
  if (points.back().ppm < Distribution::million)
    points.push_back({Distribution::million, points.back().value});
  return Distribution::table(std::move(points));
}

Result<Distribution> distribution_of(const DistributionForm& form) {
  if (form.uniform) {
    if (form.uniform->size() != 2) return Problem{"uniform takes two durations"};
    return Distribution::uniform(form.uniform->front(), form.uniform->back());
  }
  if (form.exponential) {
    const auto [mean, min] = *form.exponential;
    return Distribution::shifted_exponential(min, mean - min);
  }
  if (form.pareto) return Distribution::pareto(form.pareto->scale, form.pareto->shape, form.pareto->cap);
  if (form.lognormal) {
    const LogNormalForm& given = *form.lognormal;
    if (given.p99) return Distribution::log_normal_through(given.p50, *given.p99);
    return Distribution::log_normal(given.p50, given.sigma.value_or(Ratio{}));
  }
  if (form.normal) return Distribution::normal(form.normal->mean, form.normal->deviation);
  if (form.mixture) return mixed(*form.mixture);
  if (form.quantiles) return tabled(*form.quantiles);
  return Problem{"no distribution is given"};
}

}  // namespace

DrawnDuration::DrawnDuration(std::shared_ptr<const Form> form, Distribution distribution)
    : form_(std::move(form)), distribution_(std::move(distribution)) {}

DrawnDuration::DrawnDuration() : DrawnDuration(Duration{}) {}

DrawnDuration::DrawnDuration(Duration always)
    : form_(std::make_shared<const Form>(always)), distribution_(Distribution::constant(always).value()) {}

const DrawnDuration::Form& DrawnDuration::form() const noexcept { return *form_; }

DrawnDuration DrawnDuration::of(const DistributionForm& form) { return from(form).value(); }

Result<DrawnDuration> DrawnDuration::from(const Form& form) {
  const Duration* always = std::get_if<Duration>(&form);
  Result<Distribution> distribution = always != nullptr
                                          ? Distribution::constant(*always)
                                          : distribution_of(*std::get_if<DistributionForm>(&form));
  if (!distribution) return Problem{distribution.problem()};
  return DrawnDuration(std::make_shared<const Form>(form), std::move(distribution).value());
}

std::optional<Mismatch> WrittenAs<DrawnDuration>::convert(const Form& form, DrawnDuration& out) {
  Result<DrawnDuration> drawn = DrawnDuration::from(form);
  if (!drawn) return Mismatch{drawn.problem(), {}, {}};
  out = std::move(drawn).value();
  return std::nullopt;
}

}  // namespace lightcone::sim
