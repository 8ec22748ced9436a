// Rumor mongering: who has heard something new tells it to one member after another, and loses interest when
// too many had heard it already (Demers et al., "Epidemic algorithms for replicated database maintenance",
// PODC 1987, section 1.4: push, with feedback and a counter).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace lightcone::models::parts::gossip {

// What one member spreads. A contact that knew nothing of it sets the counter of a rumor back; after
// `patience` vain contacts in a row (1 or more) it is not told any more.
template <class Rumor>
class Rumors {
 public:
  explicit Rumors(std::uint32_t patience) : patience_(patience) {}

  // It was news here. Whoever knows a rumor already does not add it again.
  void add(const Rumor& rumor) { vain_.insert_or_assign(rumor, 0); }
  // What to tell the next contact.
  std::vector<Rumor> hot() const {
    std::vector<Rumor> told;
    for (const auto& [rumor, vain] : vain_) told.push_back(rumor);
    return told;
  }
  bool empty() const { return vain_.empty(); }
  // Whether the contact needed what it was told.
  void feedback(const Rumor& rumor, bool was_news) {
    const auto at = vain_.find(rumor);
    if (at == vain_.end()) return;
    at->second = was_news ? 0 : at->second + 1;
    if (at->second >= patience_) vain_.erase(at);
  }

 private:
  std::uint32_t patience_;
  std::map<Rumor, std::uint32_t> vain_;
};

}  // namespace lightcone::models::parts::gossip
