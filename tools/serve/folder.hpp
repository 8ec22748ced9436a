// The scenarios of a folder. Nothing outside of it is read: a scenario is one of the files that a walk
// through the folder finds, without following links.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lightcone::tools {

// Why a request is not answered, as HTTP and a person want it.
struct Refusal {
  int status = 0;  // 0: it is answered
  std::string why{};
};

class Folder {
 public:
  struct Limits {
    std::size_t files = 2'000;       // further ones are not seen
    std::uintmax_t bytes = 1 << 20;  // of a scenario
  };

  Folder(std::filesystem::path folder, const Limits& limits);

  // Their paths below the folder, in alphabetical order.
  std::vector<std::string> files() const;
  // The text of one of files().
  Refusal read(const std::string& name, std::string& text) const;
  // The same of whatever name.
  Refusal find(const std::string& name, std::string& text) const;
  // As it is named on this machine.
  std::string path_of(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
  Limits limits_;
};

}  // namespace lightcone::tools
