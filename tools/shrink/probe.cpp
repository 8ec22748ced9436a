#include "tools/shrink/probe.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <future>
#include <utility>
#include <vector>

#include "reports/judge.hpp"
#include "scenarios/freeze.hpp"
#include "scenarios/run.hpp"

namespace lightcone::tools::shrink {

class Probe::Workers {
 public:
  explicit Workers(unsigned jobs) : pool_(jobs) {}

  std::future<bool> ask(std::function<bool()> question) {
    std::packaged_task<bool()> task(std::move(question));
    std::future<bool> answer = task.get_future();
    ++runs_;
    boost::asio::post(pool_, std::move(task));
    return answer;
  }
  std::uint64_t runs() const { return runs_; }

 private:
  boost::asio::thread_pool pool_;
  std::uint64_t runs_ = 0;
};

Probe::Probe(const models::Registry& registry, Limits limits)
    : registry_(registry),
      limits_(std::move(limits)),
      workers_(std::make_unique<Workers>(std::max(1U, limits_.jobs))) {}

Probe::~Probe() = default;

bool Probe::fails(const scenarios::Scenario& scenario) const {
  const auto loaded = scenarios::reload(registry_, scenario, "candidate");
  if (!loaded) return false;
  scenarios::RunOptions options;
  options.seed = scenario.seed;
  options.progress = [&](const scenarios::Progress&) { return !is_over(); };
  const auto record = scenarios::run(*loaded, options);
  if (!record) return false;
  return reports::judge(*record).ending == reports::Ending::as_expected;
}

std::optional<std::size_t> Probe::first(std::size_t begin, std::size_t count, const Make& make) {
  const std::size_t width = std::max(1U, limits_.jobs);
  for (std::size_t at = begin; at < count && !is_over(); at += width) {
    std::vector<std::future<bool>> answers;
    for (std::size_t i = at; i < std::min(count, at + width); ++i) {
      answers.push_back(workers_->ask([this, scenario = make(i)] { return fails(scenario); }));
    }
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const bool fails = answers[i].get();
      if (fails && !found) found = at + i;
    }
    if (found) return found;
  }
  return std::nullopt;
}

bool Probe::is_over() const {
  if (limits_.go_on && !limits_.go_on()) return true;
  return limits_.time && std::chrono::steady_clock::now() - began_ >= *limits_.time;
}

std::uint64_t Probe::runs() const { return workers_->runs(); }

}  // namespace lightcone::tools::shrink
