#include "tests/checkers/transactions/shared_histories.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>

namespace {

std::string shared_path(const std::string& file) {
  const char* folder = std::getenv("LIGHTCONE_HISTORIES");
  if (folder != nullptr) return std::string(folder) + "/" + file;
  for (const char* up : {"/../shared/histories/", "/../../shared/histories/"}) {
    const std::string path = std::string(LIGHTCONE_SOURCE_DIR) + up + file;
    if (std::ifstream(path)) return path;
  }
  return std::string(LIGHTCONE_SOURCE_DIR) + "/../shared/histories/" + file;
}

std::optional<std::ifstream> open_shared(const std::string& file) {
  std::ifstream in(shared_path(file));
  if (in) return in;
  std::cerr << "SKIPPED: no " << shared_path(file) << " (set LIGHTCONE_HISTORIES)\n";
  return std::nullopt;
}

}  // namespace

std::optional<nlohmann::json> shared_json(const std::string& file) {
  auto in = open_shared(file);
  if (!in) return std::nullopt;
  return nlohmann::json::parse(*in);
}

std::vector<nlohmann::json> shared_cases(const std::string& file) {
  std::vector<nlohmann::json> cases;
  auto in = open_shared(file);
  if (!in) return cases;
  for (std::string line; std::getline(*in, line);)
    if (!line.empty()) cases.push_back(nlohmann::json::parse(line));
  return cases;
}

lightcone::sim::Value value_of(const nlohmann::json& json) {
  using lightcone::sim::Value;
  using lightcone::sim::ValueList;
  if (json.is_boolean()) return Value(json.get<bool>());
  if (json.is_number_integer()) return Value(json.get<std::int64_t>());
  if (json.is_string()) return Value(json.get<std::string>());
  if (json.is_array()) {
    ValueList list;
    for (const auto& item : json) list.push_back(value_of(item));
    return Value(std::move(list));
  }
  if (json.is_object()) {
    ValueList list;
    for (const auto& [key, item] : json.items()) list.push_back(Value(ValueList{Value(key), value_of(item)}));
    return Value(std::move(list));
  }
  return Value();
}

lightcone::sim::History history_of(const nlohmann::json& ops) {
  using lightcone::sim::Operation;
  using lightcone::sim::Outcome;
  lightcone::sim::History history;
  for (const auto& op : ops) {
    Operation operation;
    operation.process = op.at("process").get<std::int64_t>();
    operation.f = op.at("f").get<std::string>();
    operation.value = value_of(op.at("value"));
    operation.result = value_of(op.at("result"));
    const std::string type = op.at("type").get<std::string>();
    operation.outcome = type == "ok" ? Outcome::ok : type == "fail" ? Outcome::fail : Outcome::info;
    operation.invoke = op.at("call").is_null() ? Operation::unordered : op.at("call").get<std::int64_t>();
    if (!op.at("return").is_null())
      operation.complete = op.at("return").get<std::int64_t>();
    else
      operation.complete = op.at("call").is_null() ? Operation::unordered : Operation::open;
    history.push_back(std::move(operation));
  }
  return history;
}
