#include "tools/hunt/hunter.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

namespace lightcone::tools::hunt {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

bool Tally::add(const Trial& trial) {
  ++trials;
  events += trial.events;
  simulated += trial.simulated;
  faults_in_effect += trial.faults_in_effect;
  claims_judged += trial.claims_judged;
  undecided += trial.undecided;
  invalid += trial.is_invalid ? 1 : 0;
  failing += trial.failures.empty() ? 0 : 1;
  digest = (digest ^ trial.fingerprint) * 0x9E3779B97F4A7C15ULL;
  const std::size_t known_features = features.size();
  features.insert(trial.features.begin(), trial.features.end());
  bool news = false;
  bool is_new_failure = false;
  for (const Failure& failure : trial.failures) {
    const auto [at, is_new] = found.try_emplace(failure.signature);
    Found& kept = at->second;
    ++kept.runs;
    if (is_new) kept.first_seed = trial.seed;
    if (is_new || failure.size < kept.shortest.size) {
      kept.shortest = failure;
      news = true;
    }
    is_new_failure = is_new_failure || is_new;
  }
  if (is_new_failure || features.size() > known_features) last_news = trial.seed;
  return news;
}

// One seed on its way: given to a worker, and taken when it is done and all before it are.
struct Hunter::Job {
  std::uint64_t seed = 0;
  std::shared_ptr<const scenarios::Loaded> scenario;
  std::optional<Trial> trial;
  bool is_over = false;
};

// The workers, and the jobs in the order of their seeds.
class Hunter::Pool {
 public:
  explicit Pool(unsigned threads) : threads_(threads), capacity_(std::size_t{4} * threads) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    stop_ = true;
    threads_.join();
  }

  bool is_full() const { return jobs_.size() >= capacity_; }
  bool is_empty() const { return jobs_.empty(); }
  std::size_t size() const { return jobs_.size(); }

  void begin(Job job) {
    auto shared = std::make_shared<Job>(std::move(job));
    jobs_.push_back(shared);
    boost::asio::post(threads_, [this, shared] { work_on(*shared); });
  }

  // The oldest job, if it is over within the time.
  std::shared_ptr<Job> take(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (!over_.wait_for(lock, patience, [&] { return jobs_.front()->is_over; })) return nullptr;
    auto job = jobs_.front();
    jobs_.pop_front();
    return job;
  }

 private:
  void work_on(Job& job) {
    std::optional<Trial> trial;
    if (!stop_) trial = try_once(*job.scenario, job.seed, [this] { return !stop_; });
    const std::lock_guard lock(mutex_);
    job.trial = std::move(trial);
    job.is_over = true;
    over_.notify_one();
  }

  boost::asio::thread_pool threads_;
  std::size_t capacity_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::condition_variable over_;
  std::deque<std::shared_ptr<Job>> jobs_;
};

Hunter::Hunter(const models::Registry& registry, const scenarios::Loaded& scenario, StrategyKind strategy,
               const Limits& limits)
    : scenario_(scenario),
      strategy_(make_strategy(strategy, registry, scenario)),
      limits_(limits),
      next_(limits.first_seed + limits.shard) {}

std::optional<std::uint64_t> Hunter::next_seed() {
  while (next_ <= limits_.last_seed) {
    const std::uint64_t seed = next_;
    next_ += limits_.shards;
    if (!done_.contains(seed)) return seed;
  }
  return std::nullopt;
}

End Hunter::run(const Watch& watch) {
  const Clock::time_point began = Clock::now();
  const auto time_is_up = [&] { return limits_.time && Clock::now() - began >= *limits_.time; };
  const auto enough = [&] {
    return limits_.distinct_failures > 0 && tally_.found.size() >= limits_.distinct_failures;
  };
  Pool pool(std::max(1U, limits_.jobs));
  std::uint64_t begun = 0;
  std::optional<std::uint64_t> seed = next_seed();
  while (seed || !pool.is_empty()) {
    const std::uint64_t generation = strategy_->generation();
    // A new generation begins when all before it are learnt.
    const auto may_begin = [&] {
      return seed && !pool.is_full() && (generation == 0 || begun % generation != 0 || pool.is_empty());
    };
    while (may_begin()) {
      if (generation != 0 && begun % generation == 0) strategy_->begin_generation();
      pool.begin({*seed, strategy_->candidate(*seed), std::nullopt, false});
      ++begun;
      seed = next_seed();
    }
    const std::shared_ptr<Job> job = pool.take(200ms);
    if (job) {
      tally_.add(*job->trial);
      strategy_->learn(*job->trial, job->scenario);
    }
    if (!watch(tally_, job ? &*job->trial : nullptr)) return End::interrupted;
    if (enough()) return End::enough_found;
    if (time_is_up()) return End::time_is_up;
  }
  return End::all_seeds;
}

}  // namespace lightcone::tools::hunt
