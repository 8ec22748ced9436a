// All models, by name: those of this house, and those that somebody adds.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "sim/model.hpp"

namespace lightcone::models {

class Registry {
 public:
  Registry();  // with the models of this house
  // A model from elsewhere. Its name must be new.
  void add(std::unique_ptr<sim::Model> model);

  // In the order of the catalogue.
  const std::vector<std::unique_ptr<sim::Model>>& all() const { return models_; }
  // Null when there is none of that name.
  const sim::Model* find(std::string_view name) const;

 private:
  std::vector<std::unique_ptr<sim::Model>> models_;
};

}  // namespace lightcone::models
