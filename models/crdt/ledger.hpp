// Every update of a run, and what objects must read by the specification of their type, whatever the
// replicas did with them: the sequential or set definition of RR-7506 for each type, computed from scratch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/crdt/messages.hpp"
#include "models/crdt/parameters.hpp"

namespace lightcone::models::crdt {

class Ledger {
 public:
  explicit Ledger(const Parameters& parameters) : parameters_(parameters) {}

  // Of updates that are the same the first counts.
  void add(const Update& update);
  // How many there are, to ask later which came before.
  std::size_t size() const { return updates_.size(); }
  // All updates counted, below zero too, as if there were no replicas.
  std::int64_t count(const std::string& key) const;

  // Strikes the updates for which `is_gone(update, number)` holds: nobody is to blame that they are not seen.
  template <class IsGone>
  void strike(const IsGone& is_gone) {
    for (std::size_t i = 0; i < updates_.size(); ++i) updates_[i].counts = !is_gone(updates_[i].update, i);
  }

  struct Complaint {
    std::string anomaly;
    std::string text;
  };
  // What is wrong with this content of an object that has heard of every update; empty: nothing.
  std::optional<Complaint> judge(const std::string& key, const sim::Value& read) const;

 private:
  struct Entry {
    Update update;
    bool counts = true;
  };
  using Content = std::vector<std::int64_t>;

  template <class Visit>
  void for_each(const std::string& key, const Visit& visit) const;
  // Two updates of the object that have one name.
  std::optional<std::pair<Update, Update>> namesakes(const std::string& key) const;
  std::string words_about_names(const std::string& key) const;
  std::optional<Complaint> judge_counter(const std::string& key, std::int64_t read) const;
  std::optional<Complaint> judge_register(const std::string& key, const sim::Value& read) const;
  std::optional<Complaint> judge_set(const std::string& key, const Content& read) const;
  std::optional<Complaint> judge_text(const std::string& key, const Content& read) const;
  std::optional<Complaint> judge_places(const std::string& key, const Content& read) const;

  const Parameters& parameters_;
  std::vector<Entry> updates_;
  std::map<Dot, std::vector<std::size_t>> by_name_;
  std::map<std::string, std::vector<std::size_t>> by_key_;
  std::map<std::string, std::int64_t> counts_;
};

}  // namespace lightcone::models::crdt
