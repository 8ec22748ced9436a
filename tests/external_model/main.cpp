// `lightcone` with one more model: run, doc, list, replay and all other verbs know it.
#include "models/registry.hpp"
#include "one_register.hpp"
#include "tools/program.hpp"

int main(int argc, char** argv) {
  lightcone::models::Registry registry;
  registry.add(one_register::make_model());
  return lightcone::tools::run_program(argc, argv, registry);
}
