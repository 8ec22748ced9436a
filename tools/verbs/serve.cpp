// lightcone serve: a folder of scenarios in a browser.
#include <fmt/format.h>

#include <filesystem>
#include <thread>

#include "tools/install_paths.hpp"
#include "tools/option_values.hpp"
#include "tools/page_file.hpp"
#include "tools/serve/server.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

class ServeVerb final : public Verb {
 public:
  std::string_view name() const override { return "serve"; }
  std::string_view summary() const override {
    return "Shows a folder of scenarios in a browser, and runs them";
  }
  std::string_view operands() const override { return "[FOLDER]"; }
  std::string_view operand_option() const override { return "folder"; }
  std::string_view explanation() const override {
    return "FOLDER: its scenarios, and those below it; without it, those that come with the program.\n"
           "Each can be run with another seed, without a safeguard, or with other values, and its page is "
           "shown;\n"
           "lessons ask for a prediction before, and let one try with 100 seeds what would mend it.\n"
           "Files are only read, and only those of the folder. Everybody who can reach the address can run\n"
           "scenarios: by default nobody but this machine can. Ctrl-C ends it.\n";
  }
  void describe(options::options_description& visible) const override {
    visible.add_options()                                                                                   //
        ("port", options::value<std::string>()->default_value("8080"), "N: where to listen; 0 for any")     //
        ("address", options::value<std::string>()->default_value("127.0.0.1"), "ADDRESS: where to listen")  //
        ("limit", options::value<std::string>()->default_value("60"),
         "SECONDS: of wall time, that a run, or trying a change, may take");
  }

  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override {
    if (const auto wrong = page_is_missing()) {
      terminal.complain(*wrong);
      return exit_usage;
    }
    ServerOptions server;
    const auto port = parse_count(given["port"].as<std::string>());
    if (!port || *port > UINT16_MAX) {
      terminal.complain(
          fmt::format("--port {}: expected a number up to 65535", given["port"].as<std::string>()));
      return exit_usage;
    }
    server.port = static_cast<std::uint16_t>(*port);
    server.address = given["address"].as<std::string>();
    Site::Limits limits;
    const auto seconds = parse_count(given["limit"].as<std::string>());
    if (!seconds || *seconds == 0 || *seconds > 86'400) {
      terminal.complain(
          fmt::format("--limit {}: expected seconds, from 1 to 86400", given["limit"].as<std::string>()));
      return exit_usage;
    }
    limits.seconds = static_cast<double>(*seconds);
    limits.runs = std::max(1U, std::thread::hardware_concurrency());
    std::filesystem::path folder = scenarios_folder();
    if (given.count("folder") != 0) {
      const auto& folders = given["folder"].as<std::vector<std::string>>();
      if (folders.size() != 1) {
        terminal.complain("one folder is served");
        return exit_usage;
      }
      folder = folders.front();
    }
    std::error_code wrong;
    if (!std::filesystem::is_directory(folder, wrong)) {
      terminal.complain(fmt::format("{}: there is no such folder", folder.string()));
      return exit_no_input;
    }
    Site site(registry, folder, limits);
    const auto listening = [&](std::uint16_t at) {
      terminal.print(
          fmt::format("http://{}:{}/ shows {}; Ctrl-C ends it\n", server.address, at, folder.string()));
      std::fflush(stdout);
    };
    if (const auto cannot = serve(site, server, listening, is_interrupted)) {
      terminal.complain(*cannot);
      return exit_cannot_create;
    }
    return exit_ok;
  }
};

}  // namespace

const Verb& serve_verb() {
  static const ServeVerb verb;
  return verb;
}

}  // namespace lightcone::tools
