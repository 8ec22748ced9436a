#include "scenarios/freeze.hpp"

#include <fmt/format.h>

#include <utility>

#include "scenarios/binding.hpp"
#include "scenarios/diagnostics.hpp"
#include "scenarios/json/write.hpp"

namespace lightcone::scenarios {

Scenario freeze(const Loaded& loaded, const sim::RunRecord& record, std::vector<faults::FaultSpec> faults) {
  Scenario frozen = loaded.scenario;
  frozen.seed = record.seed;
  frozen.system.profile = loaded.profile;
  frozen.system.bugs.assign(loaded.bugs.begin(), loaded.bugs.end());
  frozen.faults = std::move(faults);
  frozen.nemesis.reset();
  // What a script leaves nothing to.
  const sim::Workload usual;
  frozen.workload.zipf = usual.zipf;
  frozen.workload.rate = usual.rate;
  frozen.workload.think = usual.think;
  frozen.workload.operations = usual.operations;
  frozen.workload.mix = usual.mix;
  frozen.workload.script = record.script;
  return frozen;
}

void expect_failure(Scenario& frozen, const std::string& claim, const std::string& anomaly,
                    const std::string& summary) {
  frozen.title = fmt::format("{} {}: seed {} of \"{}\"", claim, anomaly, frozen.seed, frozen.title);
  frozen.question.clear();
  frozen.look_for = summary;
  frozen.meaning.clear();
  frozen.expect = {anomaly, claim};
}

std::string text_of(const Scenario& scenario) { return json::write(write_record(scenario, Extent::changed)); }

std::optional<Loaded> reload(const models::Registry& registry, const Scenario& scenario, std::string file,
                             std::string* why) {
  Diagnostics diagnostics(std::move(file), text_of(scenario));
  auto loaded = load(registry, {}, diagnostics);
  if (!loaded && why != nullptr) *why = diagnostics.to_text();
  return loaded;
}

}  // namespace lightcone::scenarios
