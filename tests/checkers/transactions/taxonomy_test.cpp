#include "reports/checkers/transactions/taxonomy.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/checkers/shared_histories.hpp"

using namespace lightcone::reports::checkers;

namespace {

std::set<std::string> names(ModelSet models) {
  std::set<std::string> out;
  for (Model model : models.members()) out.insert(std::string(to_string(model)));
  return out;
}

std::set<std::string> names(AnomalySet anomalies) {
  std::set<std::string> out;
  for (Anomaly anomaly : anomalies.members()) out.insert(std::string(to_string(anomaly)));
  return out;
}

}  // namespace

TEST_CASE("taxonomy: every anomaly and model is parsed back from its name") {
  for (std::size_t i = 0; i < anomaly_count; ++i) {
    const auto anomaly = static_cast<Anomaly>(i);
    CHECK(parse_anomaly(to_string(anomaly)) == anomaly);
  }
  for (std::size_t i = 0; i < model_count; ++i) {
    const auto model = static_cast<Model>(i);
    CHECK(parse_model(to_string(model)) == model);
  }
  CHECK(parse_model("strict-serializable") == Model::strong_serializable);
  CHECK(parse_model("PL-2+") == Model::consistent_view);
  CHECK_FALSE(parse_model(""));
  CHECK_FALSE(parse_anomaly("G3"));
}

TEST_CASE("taxonomy: write skew leaves snapshot isolation standing, a fractured read does not") {
  CHECK_FALSE(ruled_out_by({Anomaly::g2_item}).contains(Model::snapshot_isolation));
  CHECK(ruled_out_by({Anomaly::g2_item}).contains(Model::serializable));
  CHECK(names(weakest(ruled_out_by({Anomaly::g_single_item}))) ==
        std::set<std::string>{"consistent-view", "repeatable-read"});
  CHECK(ruled_out_by({}).empty());
  CHECK(forbidden_by({Model::read_uncommitted}).contains(Anomaly::g0));
  CHECK_FALSE(forbidden_by({Model::read_uncommitted}).contains(Anomaly::g1c));
}

TEST_CASE("taxonomy: what rules out what agrees with the table of Elle's 60 anomalies and 36 models") {
  const auto folder = lightcone::tests::shared_histories();
  if (!folder) return;
  const auto table =
      nlohmann::json::parse(lightcone::tests::file_text(*folder / "transactions/taxonomy.json"));
  CHECK(table.at("anomalies").size() == anomaly_count);
  CHECK(table.at("models").size() == model_count);
  for (const auto& [name, entry] : table.at("anomalies").items()) {
    INFO(name);
    const auto anomaly = parse_anomaly(name);
    REQUIRE(anomaly);
    auto implied = names(implied_by({*anomaly}));
    implied.erase(name);
    CHECK(implied == entry.at("implies").get<std::set<std::string>>());
    const ModelSet out = ruled_out_by({*anomaly});
    CHECK(names(out) == entry.at("rules_out_all").get<std::set<std::string>>());
    CHECK(names(weakest(out)) == entry.at("rules_out_weakest").get<std::set<std::string>>());
  }
  for (const auto& [name, entry] : table.at("models").items()) {
    INFO(name);
    const auto model = parse_model(name);
    REQUIRE(model);
    CHECK(parse_model(entry.at("canonical").get<std::string>()) == model);
    auto implied = names(weaker_than({*model}));
    implied.erase(name);
    CHECK(implied == entry.at("implies").get<std::set<std::string>>());
    CHECK(names(forbidden_by({*model})) == entry.at("prohibits").get<std::set<std::string>>());
  }
}
