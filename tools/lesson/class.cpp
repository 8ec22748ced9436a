#include "tools/lesson/class.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "reports/recording/recorder.hpp"
#include "scenarios/run.hpp"
#include "tools/lesson/observed.hpp"
#include "tools/terminal.hpp"

namespace lightcone::tools {

std::optional<HeldRun> hold(const scenarios::Loaded& loaded, reports::Recording* recording) {
  scenarios::RunOptions options;
  options.seed = loaded.scenario.seed;
  if (recording != nullptr)
    options.attach = [recording](sim::Simulation& simulation) {
      return reports::record(simulation, *recording);
    };
  options.progress = [](const scenarios::Progress&) { return !is_interrupted(); };
  auto record = scenarios::run(loaded, options);
  if (!record) return std::nullopt;
  record->reproduce = reproduce_line(loaded, {}, loaded.scenario.seed);
  HeldRun held;
  held.report = reports::judge(*record);
  held.record = std::move(*record);
  held.came_true = came_true(*loaded.scenario.lesson, held.record, held.report);
  return held;
}

std::vector<const scenarios::Remedy*> remedies_of(const scenarios::Lesson& lesson) {
  std::vector<const scenarios::Remedy*> remedies{&lesson.fix};
  for (const scenarios::Remedy& wrong : lesson.wrong_fixes) remedies.push_back(&wrong);
  std::sort(remedies.begin(), remedies.end(), [](const auto* a, const auto* b) { return a->text < b->text; });
  return remedies;
}

namespace {

// Seeds that several threads take one by one. What comes of them does not depend on who took which.
class Seeds {
 public:
  Seeds(const scenarios::Loaded& mended, const std::vector<scenarios::Observation>& accept, SeedRange seeds)
      : mended_(mended), accept_(accept), last_(seeds.last), next_(seeds.first) {}

  // Until there are no more of them, or the trial is ended.
  void work() {
    while (const auto seed = take()) {
      scenarios::RunOptions options;
      options.seed = *seed;
      options.progress = [this](const scenarios::Progress&) { return !is_ended_; };
      const auto record = scenarios::run(mended_, options);
      if (!record) return;
      put(*seed, observed(accept_, *record, reports::judge(*record)));
    }
  }
  // How many were tried: waits until it is more than `before`, but not for long.
  std::uint64_t tried(std::uint64_t before) {
    std::unique_lock lock(mutex_);
    news_.wait_for(lock, std::chrono::milliseconds(100), [&] { return trial_.seeds > before; });
    return trial_.seeds;
  }
  void end() { is_ended_ = true; }
  Trial trial() {
    const std::lock_guard lock(mutex_);
    trial_.was_ended = is_ended_;
    return trial_;
  }

 private:
  std::optional<std::uint64_t> take() {
    const std::lock_guard lock(mutex_);
    if (is_ended_ || is_exhausted_) return std::nullopt;
    is_exhausted_ = next_ == last_;
    return next_++;
  }
  void put(std::uint64_t seed, bool is_accepted) {
    const std::lock_guard lock(mutex_);
    ++trial_.seeds;
    if (is_accepted) ++trial_.accepted;
    if (!is_accepted) trial_.first_failure = std::min(seed, trial_.first_failure.value_or(seed));
    news_.notify_one();
  }

  const scenarios::Loaded& mended_;
  const std::vector<scenarios::Observation>& accept_;
  const std::uint64_t last_;
  std::atomic<bool> is_ended_{false};
  std::mutex mutex_;  // of what follows
  std::condition_variable news_;
  std::uint64_t next_;
  bool is_exhausted_ = false;
  Trial trial_;
};

}  // namespace

Trial try_remedy(const models::Registry& registry, const scenarios::Loaded& loaded,
                 const scenarios::Remedy& remedy, SeedRange seeds, unsigned jobs, const TrialWatch& watch) {
  scenarios::Overrides overrides;
  overrides.settings = remedy.set;
  scenarios::Diagnostics diagnostics(loaded.file, loaded.text);
  const auto mended = scenarios::load(registry, overrides, diagnostics);
  if (!mended) {
    Trial none;
    none.problem = diagnostics.to_text();
    return none;
  }
  const std::uint64_t count = seeds.last - seeds.first + 1;
  Seeds work(*mended, loaded.scenario.lesson->accept, seeds);
  std::atomic<unsigned> working{std::max(1U, jobs)};
  std::vector<std::thread> workers;
  for (unsigned i = working; i > 0; --i) {
    workers.emplace_back([&work, &working] {
      work.work();
      --working;
    });
  }
  for (std::uint64_t tried = 0; tried < count && working > 0; tried = work.tried(tried))
    if (!watch(tried)) work.end();
  for (std::thread& worker : workers) worker.join();
  return work.trial();
}

Trial try_on_terminal(const models::Registry& registry, const scenarios::Loaded& loaded,
                      const scenarios::Remedy& remedy, SeedRange seeds, Terminal& terminal) {
  const std::uint64_t count = seeds.last - seeds.first + 1;
  const auto watch = [&](std::uint64_t tried) {
    if (terminal.shows_status()) terminal.status(fmt::format("{}: seed {} of {}", remedy.text, tried, count));
    return !is_interrupted();
  };
  Trial trial = try_remedy(registry, loaded, remedy, seeds, std::thread::hardware_concurrency(), watch);
  terminal.clear_status();
  if (!trial.problem.empty()) terminal.note(trial.problem);
  return trial;
}

}  // namespace lightcone::tools
