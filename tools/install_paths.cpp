#include "tools/install_paths.hpp"

#include <system_error>

namespace lightcone::tools {

namespace fs = std::filesystem;

fs::path scenarios_folder() {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  const fs::path bin = program.parent_path();
  for (const fs::path& candidate :
       {bin.parent_path() / "share/lightcone/scenarios",                 // installed
        bin.parent_path().parent_path().parent_path() / "scenarios"}) {  // build/X/tools
    if (fs::is_directory(candidate, ignored)) return candidate;
  }
  return "scenarios";
}

}  // namespace lightcone::tools
