#include "tools/program.hpp"

int main(int argc, char** argv) { return lightcone::tools::run_program(argc, argv, {}); }
