// What `lightcone serve` shows of a folder: its scenarios, a form for each, and the pages of runs. No network
// in here; several threads may call it at once.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "tools/serve/target.hpp"

namespace lightcone::tools {

struct Answer {
  int status = 200;
  std::string body{};  // HTML
};

class Site {
 public:
  struct Limits {
    double seconds = 60;             // of wall time, of a run
    std::size_t rows = 2'000'000;    // messages and steps, of a run
    std::size_t runs = 2;            // at a time
    std::size_t pages = 8;           // that are remembered
    std::size_t files = 2'000;       // in the folder
    std::uintmax_t bytes = 1 << 20;  // of a scenario
  };

  // Nothing outside of `folder` is read: a scenario is one of those that a walk through it finds, without
  // following links.
  Site(const models::Registry& registry, std::filesystem::path folder, const Limits& limits);

  // "/", "/scenario?file=", "/result?id=". Whatever else there is is not found.
  Answer answer(const Target& target);

  // "/run?file=&seed=&bug=&set=": the run, told piece by piece. False from `write` ends it.
  using Write = std::function<bool(std::string_view)>;
  struct Refusal {
    int status = 0;  // 0: none
    std::string why{};
  };
  Refusal run(const Target& target, const Write& write);

  static std::string page(std::string_view title, std::string_view body);

 private:
  struct Page {
    std::uint64_t id;
    std::string html;
  };

  std::vector<std::string> files() const;
  // The text of one of files().
  Refusal read(const std::string& name, std::string& text) const;
  // The same of whatever name; a refusal if there is no such file.
  Refusal find(const std::string& name, std::string& text) const;
  std::string index() const;
  Answer form(const std::string& name) const;
  Answer result(const std::string& id);
  // Whether there was room for one more; then end_run() ends it.
  bool begin_run();
  void end_run();
  // `overrides`: with which it was loaded, and its seed.
  void stream(const scenarios::Loaded& loaded, const scenarios::Overrides& overrides, const Write& write);
  std::string make_page(const scenarios::Loaded& loaded, const scenarios::Overrides& overrides,
                        const Write& write, std::string& problem);

  const models::Registry& registry_;
  std::filesystem::path folder_;
  Limits limits_;
  std::mutex mutex_;  // of what follows
  std::deque<Page> pages_;
  std::uint64_t next_id_ = 1;
  std::size_t running_ = 0;
};

}  // namespace lightcone::tools
