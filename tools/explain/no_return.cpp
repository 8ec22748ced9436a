#include "tools/explain/no_return.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "scenarios/freeze.hpp"
#include "tools/explain/holds.hpp"

namespace lightcone::tools::explain {

namespace {

constexpr std::uint64_t continuations = 16;
constexpr sim::Duration grain = std::chrono::milliseconds(1);

// How many continuations from `at` on keep the claim; nothing if that was cut short.
class Continuations {
 public:
  Continuations(const scenarios::Loaded& loaded, const std::string& claim, unsigned jobs,
                const std::function<bool()>& go_on)
      : loaded_(loaded), claim_(claim), jobs_(std::max(1U, jobs)), go_on_(go_on) {}

  std::optional<std::uint64_t> kept_from(sim::Duration at) const {
    std::atomic<std::uint64_t> kept = 0;
    std::atomic<bool> complete = true;
    boost::asio::thread_pool pool(jobs_);
    for (std::uint64_t luck = 0; luck < continuations; ++luck) {
      boost::asio::post(pool, [&, luck] {
        scenarios::RunOptions options;
        options.seed = loaded_.scenario.seed;
        options.fork = scenarios::Fork{at, luck + 1, luck % 2 == 0};
        const auto keeps = holds(loaded_, std::move(options), claim_, go_on_);
        if (!keeps) complete = false;
        if (keeps && *keeps) ++kept;
      });
    }
    pool.join();
    if (!complete) return std::nullopt;
    return kept;
  }

 private:
  const scenarios::Loaded& loaded_;
  const std::string& claim_;
  unsigned jobs_;
  const std::function<bool()>& go_on_;
};

}  // namespace

std::optional<NoReturn> find_no_return(const models::Registry& registry, const scenarios::Scenario& scenario,
                                       const std::string& claim, sim::Duration broken_at, unsigned jobs,
                                       const std::function<bool()>& go_on) {
  const auto loaded = scenarios::reload(registry, scenario, "continuation");
  if (!loaded) return std::nullopt;
  const Continuations from(*loaded, claim, jobs, go_on);
  NoReturn found;
  found.tried = continuations;
  sim::Duration open{};  // some continuation from here keeps it
  sim::Duration shut = broken_at / grain * grain + grain;
  const auto at_first = from.kept_from(open);
  if (!at_first || *at_first == 0) return std::nullopt;
  found.kept = *at_first;
  while (shut - open > grain) {
    const sim::Duration middle = (open + (shut - open) / 2) / grain * grain;
    const auto kept = from.kept_from(middle);
    if (!kept) return std::nullopt;
    if (*kept > 0) {
      open = middle;
      found.kept = *kept;
    } else {
      shut = middle;
    }
  }
  found.at = shut;
  return found;
}

std::string no_return_text(const NoReturn& found, const reports::text::Style& style) {
  using namespace reports::text;
  return "\n" + painted("The point of no return", Paint::bold, style) + "\n   - " +
         folded(fmt::format("{} s: up to then the run could have gone on in another way ({} of {} "
                            "continuations tried from the millisecond before keep the promise); from then on "
                            "none that was tried does",
                            seconds(found.at), found.kept, found.tried),
                5, style) +
         "\n";
}

}  // namespace lightcone::tools::explain
