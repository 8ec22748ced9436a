// What `lightcone serve` shows of a folder: its lessons and scenarios, a form for each, the pages of runs,
// and what comes of the changes that lessons propose. No network in here; several threads may call it at
// once.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "tools/serve/folder.hpp"
#include "tools/serve/html.hpp"
#include "tools/serve/target.hpp"

namespace lightcone::tools {

struct Answer {
  int status = 200;
  std::string body{};  // HTML
};

class Site {
 public:
  struct Limits {
    double seconds = 60;           // of wall time, of a run, or of all that try a change
    std::size_t rows = 2'000'000;  // messages and steps, of a run
    std::size_t runs = 2;          // at a time; trying a change is one
    Folder::Limits folder{};
  };

  Site(const models::Registry& registry, std::filesystem::path folder, const Limits& limits);

  // "/", "/scenario?file=", "/lesson?file=". Whatever else there is is not found.
  Answer answer(const Target& target) const;

  // Whether it is answered by stream(): "/run?file=&seed=&bug=&set=&answer=", the run's page, and
  // "/try?file=&change=&answer=", a change of a lesson with many seeds.
  static bool is_streamed(const Target& target);
  // The page piece by piece, with the progress of what it waits for. Nothing was written if it is refused.
  Refusal stream(const Target& target, const Write& write);

 private:
  class Slot;

  Refusal load(const std::string& name, const scenarios::Overrides& overrides,
               std::optional<scenarios::Loaded>& loaded) const;
  std::string index() const;
  Answer form(const std::string& name) const;
  Answer lesson(const std::string& name) const;
  Refusal run(const Target& target, const Write& write);
  Refusal attempt(const Target& target, const Write& write);

  const models::Registry& registry_;
  const Folder folder_;
  const Limits limits_;
  std::mutex mutex_;  // of what follows
  std::size_t running_ = 0;
};

}  // namespace lightcone::tools
