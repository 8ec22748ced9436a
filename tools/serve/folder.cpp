#include "tools/serve/folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace lightcone::tools {

namespace fs = std::filesystem;

Folder::Folder(fs::path folder, const Limits& limits) : folder_(std::move(folder)), limits_(limits) {}

std::vector<std::string> Folder::files() const {
  std::vector<std::string> names;
  std::error_code wrong;
  fs::recursive_directory_iterator at(folder_, fs::directory_options::skip_permission_denied, wrong), end;
  for (; !wrong && at != end && names.size() < limits_.files; at.increment(wrong)) {
    const bool is_file = fs::is_regular_file(at->symlink_status(wrong));
    if (is_file && at->path().extension() == ".json")
      names.push_back(at->path().lexically_relative(folder_).generic_string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Refusal Folder::find(const std::string& name, std::string& text) const {
  const std::vector<std::string> known = files();
  if (!std::binary_search(known.begin(), known.end(), name)) return {404, "There is no such scenario."};
  return read(name, text);
}

Refusal Folder::read(const std::string& name, std::string& text) const {
  const fs::path path = folder_ / name;
  std::error_code wrong;
  if (fs::file_size(path, wrong) > limits_.bytes || wrong)
    return {413, "This file is too large for a scenario."};
  std::ifstream in(path, std::ios::binary);
  text.assign(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) return {404, "This file cannot be read."};
  return {};
}

}  // namespace lightcone::tools
