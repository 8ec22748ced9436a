#include "models/paxos/ledger.hpp"

#include <algorithm>

#include "models/parts/key_value/command.hpp"
#include "sim/ensure.hpp"

namespace lightcone::models::paxos {

using parts::stable::Cell;

bool are_equal(const Decree& a, const Decree& b) {
  if (!a || !b) return !a && !b;
  const auto& x = a.get<Command>();
  const auto& y = b.get<Command>();
  return x.session == y.session && x.sequence == y.sequence && x.verb == y.verb && x.key == y.key &&
         x.value == y.value;
}

void Members::add(NodeId node) {
  if (!contains(node)) nodes_.push_back(node);
}

bool Members::contains(NodeId node) const {
  return std::find(nodes_.begin(), nodes_.end(), node) != nodes_.end();
}

Ledger::Ledger(sim::Env& env, Decrees scope, const Safeguards& safe)
    : env_(env),
      scope_(scope),
      safe_(safe),
      identities_(env.disk(), "paxos/identity"),
      notes_(env.disk(), "paxos/notes"),
      decrees_(env.disk(), "paxos/decrees"),
      // Without room for the seal nothing more is told.
      syncs_([this](std::uint64_t write) {
        if (!notes_.seal(write)) return false;
        env_.sync(Synced{write});
        return true;
      }) {}

// --- recovery ----------------------------------------------------------------------------------------------

void Ledger::recover() {
  const auto identity = identities_.read();
  if (identity.value) identity_ = *identity.value;
  const bool is_blank = identity.state == Cell<Identity>::State::never_written;
  const auto notes = notes_.recover();
  for (const Note& note : notes.records) take(note);
  // A server is set up once. A blank disk at a later start has lost what was on it (Chandra et al.
  // 2007, 5.1).
  const bool is_wiped = is_blank && env_.incarnation() > 1;
  const bool is_corrupt = notes.is_corrupt || identity.state == Cell<Identity>::State::corrupt;
  began_without_memory_ = is_wiped || is_corrupt;
  if (began_without_memory_) lose_memory();
  if (is_blank && !identities_.write(identity_)) return;
  const auto decrees = decrees_.recover();
  for (const Written& written : decrees.records) take_chosen(written.slot, written.decree);
  if (decrees.is_corrupt) decrees_.cut_damage();
  // What the page cache still held may yet be lost, so it is synced before it is relied upon.
  syncs_.wrote();
  env_.mark(Recovered{promised_, chosen_prefix_, identity_.lost_memory});
}

void Ledger::lose_memory() {
  if (!safe_.abstains_without_memory) {
    notes_.cut_damage();
    return;
  }
  // The damage is left where it is: if there is no room to write this down, the next restart finds it again.
  identity_.lost_memory = true;
  if (!identities_.write(identity_)) env_.metrics().count("loss of memory not written");
}

Ledger::Entry& Ledger::entry(Slot slot) {
  sim::ensure(slot > 0, "slots count from 1");
  latest_slot_ = slot;
  if (entries_.size() < slot) entries_.resize(static_cast<std::size_t>(slot));
  return entries_[static_cast<std::size_t>(slot - 1)];
}

void Ledger::take(const Note& note) {
  const auto promise_at_least = [&](Ballot& promised) { promised = std::max(promised, note.ballot); };
  switch (note.kind) {
    case Note::Kind::tried:
      if (safe_.remembers_tried) tried_ = std::max(tried_, note.ballot.round);
      return;
    case Note::Kind::accepted: {
      Entry& held = entry(note.slot);
      held.ballot = note.ballot;
      held.decree = note.decree;
      break;
    }
    case Note::Kind::promised:
      break;
  }
  if (scope_ == Decrees::many) {
    promise_at_least(promised_);
  } else {
    promise_at_least(entry(note.slot).promised);
  }
}

// --- writing -----------------------------------------------------------------------------------------------

std::optional<Ballot> Ledger::next_ballot(Ballot seen) {
  Ballot ballot{tried_ + 1, env_.self().index};
  if (ballot < seen) ballot.round = seen.round;
  if (ballot < seen) ++ballot.round;
  if (!notes_.append({Note::Kind::tried, 0, ballot, {}})) return std::nullopt;
  tried_ = ballot.round;
  syncs_.wrote();
  return ballot;
}

Ballot Ledger::promised(Slot slot) const {
  if (scope_ == Decrees::many) return promised_;
  return slot <= entries_.size() ? entries_[static_cast<std::size_t>(slot - 1)].promised : Ballot{};
}

bool Ledger::promise(Slot slot, Ballot ballot) {
  if (ballot == promised(slot)) return true;
  if (!notes_.append({Note::Kind::promised, slot, ballot, {}})) return false;
  (scope_ == Decrees::many ? promised_ : entry(slot).promised) = ballot;
  if (safe_.syncs_promise) syncs_.wrote();
  return true;
}

bool Ledger::accept(Slot slot, Ballot ballot, const Decree& decree) {
  Entry& held = entry(slot);
  if (held.ballot == ballot && are_equal(held.decree, decree)) return true;
  if (!notes_.append({Note::Kind::accepted, slot, ballot, decree})) return false;
  held.ballot = ballot;
  held.decree = decree;
  Ballot& promised = scope_ == Decrees::many ? promised_ : held.promised;
  promised = std::max(promised, ballot);
  if (safe_.syncs_vote) syncs_.wrote();
  return true;
}

Accepted Ledger::accepted(Slot slot) const {
  Accepted answer;
  answer.slot = slot;
  if (slot > entries_.size()) return answer;
  const Entry& held = entries_[static_cast<std::size_t>(slot - 1)];
  answer.ballot = held.ballot;
  answer.decree = held.is_chosen ? held.chosen : held.decree;
  answer.is_chosen = held.is_chosen;
  return answer;
}

void Ledger::learn(Slot slot, const Decree& decree) {
  if (chosen(slot) != nullptr) return;
  // Where there is no room for it now, it is learned again after a restart.
  if (!decrees_.append({slot, decree})) env_.metrics().count("decrees not written");
  take_chosen(slot, decree);
  did({Deed::Kind::learned, slot, {}, {}, decree});
}

void Ledger::take_chosen(Slot slot, const Decree& decree) {
  Entry& held = entry(slot);
  held.is_chosen = true;
  held.chosen = decree;
  while (chosen_prefix_ < entries_.size() && entries_[static_cast<std::size_t>(chosen_prefix_)].is_chosen) {
    ++chosen_prefix_;
  }
}

const Decree* Ledger::chosen(Slot slot) const {
  if (slot == 0 || slot > entries_.size()) return nullptr;
  const Entry& held = entries_[static_cast<std::size_t>(slot - 1)];
  return held.is_chosen ? &held.chosen : nullptr;
}

}  // namespace lightcone::models::paxos
