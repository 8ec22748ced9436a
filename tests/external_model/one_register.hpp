// A model of one's own: a single server that keeps one register on its disk.
#pragma once

#include <memory>

#include "sim/model.hpp"

namespace one_register {

std::unique_ptr<lightcone::sim::Model> make_model();

}  // namespace one_register
