// Runs the program as its users do.
#pragma once

#include <sys/wait.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <string>

namespace lightcone::tests {

struct Ran {
  int exit_code = -1;
  std::string output;  // both streams, as they came
};

// `arguments` as a shell would read them, from the folder of the sources. `environment`: "NAME=value " in
// front.
inline Ran run_program(const std::string& arguments, const std::string& environment = "") {
  const std::string command = "cd '" LIGHTCONE_SOURCE_DIR "' && " + environment +
                              " '" LIGHTCONE_PROGRAM "' " + arguments + " 2>&1 </dev/null";
  std::FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Ran ran;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    ran.output.append(buffer.data(), got);
  const int status = pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

}  // namespace lightcone::tests
