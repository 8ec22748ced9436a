// A folder for the files of one test: empty at first, gone at the end.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>

namespace lightcone::tests {

class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& name)
      : path_(std::filesystem::path(LIGHTCONE_SCRATCH_DIR) / name) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() { std::filesystem::remove_all(path_); }

  // The path of a file in it.
  std::string operator()(const std::string& name) const { return (path_ / name).string(); }
  std::size_t files() const {
    using Files = std::filesystem::directory_iterator;
    return static_cast<std::size_t>(std::distance(Files(path_), Files{}));
  }

 private:
  std::filesystem::path path_;
};

}  // namespace lightcone::tests
