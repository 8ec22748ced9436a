// Rumor mongering: who has heard something new tells it to one member after another, or is asked by them, and
// loses interest when too many had heard it already (Demers et al., "Epidemic algorithms for replicated
// database maintenance", PODC 1987, section 1.4: feedback or blind, counter or coin, push or pull).
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "sim/chance/stream.hpp"

namespace lightcone::models::parts::gossip {

// Which contacts cost interest.
enum class Waning : std::uint8_t {
  by_feedback,  // those that had heard it; one that had not sets a counter back
  blindly,      // all
};

// How interest is lost.
enum class Losing : std::uint8_t {
  by_counter,  // after `patience` such contacts in a row
  by_coin,     // after each of them with probability 1 / patience
};

struct RumorOptions {
  std::uint32_t patience = 1;  // k, 1 or more
  Waning waning = Waning::by_feedback;
  Losing losing = Losing::by_counter;
};

// What one member spreads.
template <class Rumor>
class Rumors {
 public:
  // `chance` is drawn from for coins alone.
  explicit Rumors(const RumorOptions& options, sim::Stream chance = sim::Stream(0, "rumors"))
      : options_(options), chance_(std::move(chance)) {}

  // It was news here. Whoever knows a rumor already does not add it again.
  void add(const Rumor& rumor) { interests_.insert_or_assign(rumor, Interest{}); }
  // What to tell the next contact.
  std::vector<Rumor> hot() const {
    std::vector<Rumor> told;
    for (const auto& [rumor, interest] : interests_) told.push_back(rumor);
    return told;
  }
  bool empty() const { return interests_.empty(); }
  bool is_hot(const Rumor& rumor) const { return interests_.contains(rumor); }

  // Whether the contact needed what it was told.
  void feedback(const Rumor& rumor, bool was_news) {
    const auto at = interests_.find(rumor);
    if (at != interests_.end()) count(at, was_news);
  }

  // Several may ask in one cycle (pull). Together they are one contact, which needed it if one of them did.
  void asked(const Rumor& rumor, bool was_news) {
    const auto at = interests_.find(rumor);
    if (at == interests_.end()) return;
    at->second.was_asked = true;
    at->second.was_needed = at->second.was_needed || was_news;
  }
  void end_cycle() {
    for (auto at = interests_.begin(); at != interests_.end();) {
      const auto next = std::next(at);
      const Interest now = at->second;
      at->second.was_asked = at->second.was_needed = false;
      if (now.was_asked) count(at, now.was_needed);
      at = next;
    }
  }

 private:
  struct Interest {
    std::uint32_t vain = 0;  // contacts in a row
    bool was_asked = false;  // in this cycle
    bool was_needed = false;
  };
  using Place = typename std::map<Rumor, Interest>::iterator;

  void count(Place at, bool was_news) {
    const bool costs = options_.waning == Waning::blindly || !was_news;
    if (options_.losing == Losing::by_coin) {
      if (costs && chance_.below(options_.patience) == 0) interests_.erase(at);
      return;
    }
    at->second.vain = costs ? at->second.vain + 1 : 0;
    if (at->second.vain >= options_.patience) interests_.erase(at);
  }

  RumorOptions options_;
  sim::Stream chance_;
  std::map<Rumor, Interest> interests_;
};

}  // namespace lightcone::models::parts::gossip
