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
#include "tools/lesson/acceptance.hpp"
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

// Runs that several threads take one by one: each remedy with each seed. What comes of them does not depend
// on who took which.
class Trials {
 public:
  Trials(const std::vector<scenarios::Loaded>& mended, const std::vector<scenarios::Observation>& accept,
         SeedRange seeds)
      : seeds_(seeds), trials_(mended.size()) {
    for (const scenarios::Loaded& loaded : mended) acceptances_.emplace_back(loaded, accept);
  }

  // Until there are no more of them, or the trial is ended.
  void work() {
    while (const auto one = take()) {
      const auto accepted = acceptances_[one->remedy].run(one->seed, [this] { return !is_ended_; });
      if (!accepted) return;
      put(*one, *accepted);
    }
  }
  // How many were tried: waits until it is more than `before`, but not for long.
  std::uint64_t tried(std::uint64_t before) {
    std::unique_lock lock(mutex_);
    news_.wait_for(lock, std::chrono::milliseconds(100), [&] { return tried_ > before; });
    return tried_;
  }
  void end() { is_ended_ = true; }
  std::vector<Trial> trials() {
    const std::lock_guard lock(mutex_);
    for (Trial& trial : trials_) trial.was_ended = is_ended_;
    return trials_;
  }

 private:
  struct One {
    std::size_t remedy = 0;
    std::uint64_t seed = 0;
  };

  std::optional<One> take() {
    const std::lock_guard lock(mutex_);
    if (is_ended_ || next_.remedy == trials_.size()) return std::nullopt;
    const One one{next_.remedy, seeds_.first + next_.seed};
    if (one.seed == seeds_.last) {
      next_ = {next_.remedy + 1, 0};
    } else {
      ++next_.seed;
    }
    return one;
  }
  void put(const One& one, bool is_accepted) {
    const std::lock_guard lock(mutex_);
    Trial& trial = trials_[one.remedy];
    ++trial.seeds;
    ++tried_;
    if (is_accepted) ++trial.accepted;
    if (!is_accepted) trial.first_failure = std::min(one.seed, trial.first_failure.value_or(one.seed));
    news_.notify_one();
  }

  std::vector<Acceptance> acceptances_;  // by remedy
  const SeedRange seeds_;
  std::atomic<bool> is_ended_{false};
  std::mutex mutex_;  // of what follows
  std::condition_variable news_;
  One next_;  // its seed counts from the first
  std::uint64_t tried_ = 0;
  std::vector<Trial> trials_;  // by remedy
};

// The scenario with each of the remedies; a problem if one of them does not fit.
std::vector<scenarios::Loaded> mended_by(const models::Registry& registry, const scenarios::Loaded& loaded,
                                         const std::vector<const scenarios::Remedy*>& remedies,
                                         std::string& problem) {
  std::vector<scenarios::Loaded> mended;
  for (const scenarios::Remedy* remedy : remedies) {
    scenarios::Overrides overrides;
    overrides.settings = remedy->set;
    scenarios::Diagnostics diagnostics(loaded.file, loaded.text);
    auto one = scenarios::load(registry, overrides, diagnostics);
    if (!one) {
      problem = diagnostics.to_text();
      return {};
    }
    mended.push_back(std::move(*one));
  }
  return mended;
}

}  // namespace

std::vector<Trial> try_remedies(const models::Registry& registry, const scenarios::Loaded& loaded,
                                const std::vector<const scenarios::Remedy*>& remedies, SeedRange seeds,
                                unsigned jobs, const TrialWatch& watch) {
  Trial none;
  const std::vector<scenarios::Loaded> mended = mended_by(registry, loaded, remedies, none.problem);
  if (!none.problem.empty()) return std::vector<Trial>(remedies.size(), none);
  const std::uint64_t count = (seeds.last - seeds.first + 1) * remedies.size();
  Trials work(mended, loaded.scenario.lesson->accept, seeds);
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
  return work.trials();
}

Trial try_remedy(const models::Registry& registry, const scenarios::Loaded& loaded,
                 const scenarios::Remedy& remedy, SeedRange seeds, unsigned jobs, const TrialWatch& watch) {
  return try_remedies(registry, loaded, {&remedy}, seeds, jobs, watch).front();
}

std::vector<Trial> try_on_terminal(const models::Registry& registry, const scenarios::Loaded& loaded,
                                   const std::vector<const scenarios::Remedy*>& remedies, SeedRange seeds,
                                   Terminal& terminal) {
  const std::uint64_t count = (seeds.last - seeds.first + 1) * remedies.size();
  const std::string what = remedies.size() == 1 ? remedies.front()->text : "what comes of the changes";
  const auto watch = [&](std::uint64_t tried) {
    if (terminal.shows_status()) terminal.status(fmt::format("{}: run {} of {}", what, tried, count));
    return !is_interrupted();
  };
  std::vector<Trial> trials =
      try_remedies(registry, loaded, remedies, seeds, std::thread::hardware_concurrency(), watch);
  terminal.clear_status();
  if (!trials.front().problem.empty()) terminal.note(trials.front().problem);
  return trials;
}

}  // namespace lightcone::tools
