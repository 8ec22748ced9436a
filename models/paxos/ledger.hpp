// What a server must not forget (1998, 2.3: a ledger, and notes on the back of it), and how it gets to the
// disk.
//
//   notes    the last ballot tried, the promise, the votes: without one of them it may not vote again
//   decrees  what was chosen: others have it too, so a damaged copy costs nothing but a message
//
// Writing is two steps. Whatever tells somebody that something is written waits in when_durable().
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "models/parts/stable/cell.hpp"
#include "models/parts/stable/syncs.hpp"
#include "models/parts/stable/wal.hpp"
#include "models/paxos/messages.hpp"
#include "models/paxos/parameters.hpp"
#include "sim/env.hpp"

namespace lightcone::models::paxos {

// Something that the proofs speak of, for those who watch.
struct Deed {
  enum class Kind : std::uint8_t { promised, voted, learned };
  Kind kind = Kind::promised;
  Slot slot = 0;
  Ballot ballot{};
  Ballot promised{};  // voted: the promise when the decree was accepted
  Decree decree{};
};

class Ledger {
 public:
  Ledger(sim::Env& env, Decrees scope, const Safeguards& safe);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Reads the disk, as after a restart, or begins a blank one. Marks Recovered.
  void recover();

  // --- the proposer ---
  // A ballot that this server has never used, not below `seen`, as its last one tried. Nothing when the disk
  // is full.
  std::optional<Ballot> next_ballot(Ballot seen);

  // --- the acceptor ---
  // Writers return false when the disk is full; then nothing changed. Ballots must not be below the promise,
  // unless that safeguard is off.
  Ballot promised(Slot slot) const;
  [[nodiscard]] bool promise(Slot slot, Ballot ballot);
  [[nodiscard]] bool accept(Slot slot, Ballot ballot, const Decree& decree);
  // The latest of the slot; of ballot 0 if there is none and none is chosen.
  Accepted accepted(Slot slot) const;

  // --- the learner ---
  void learn(Slot slot, const Decree& decree);
  // Null while it is not known here.
  const Decree* chosen(Slot slot) const;
  // The decrees of all slots up to here are known.
  Slot chosen_prefix() const { return chosen_prefix_; }
  // The last one that anything is known of.
  Slot last_slot() const { return entries_.size(); }

  // The slot that something was last written about; 0: there is none.
  Slot latest_slot() const { return latest_slot_; }

  // --- durability ---
  // Runs the action when all that was written so far is durable; at once if it is.
  void when_durable(std::function<void()> action) { syncs_.when_durable(std::move(action)); }
  void on(const Synced& synced) { syncs_.done(synced.write); }

  // Promises and votes are lost: to damage, or with the disk.
  bool has_lost_memory() const { return identity_.lost_memory; }
  // Whether this incarnation found that they are, whatever it makes of it.
  bool began_without_memory() const { return began_without_memory_; }
  std::size_t notes_on_disk() const { return notes_.size(); }

  // For watchers: what was done since the last call.
  void did(Deed deed) { deeds_.push_back(std::move(deed)); }
  std::vector<Deed> take_deeds() { return std::exchange(deeds_, {}); }

 private:
  struct Note {
    static constexpr std::string_view fact_name = "PaxosNote";
    enum class Kind : std::uint8_t { tried, promised, accepted };
    Kind kind = Kind::tried;
    Slot slot = 0;
    Ballot ballot{};
    Decree decree{};
    friend std::uint64_t wire_bytes(const Note& note) { return 24 + note.decree.bytes(); }
  };
  struct Written {
    static constexpr std::string_view fact_name = "PaxosDecree";
    Slot slot = 0;
    Decree decree{};
    friend std::uint64_t wire_bytes(const Written& written) { return 8 + written.decree.bytes(); }
  };
  struct Identity {
    static constexpr std::string_view fact_name = "PaxosIdentity";
    bool lost_memory = false;
  };
  struct Entry {
    Ballot promised{};  // one decree only
    Ballot ballot{};
    Decree decree{};  // accepted
    bool is_chosen = false;
    Decree chosen{};
  };

  Entry& entry(Slot slot);
  void take(const Note& note);
  void take_chosen(Slot slot, const Decree& decree);
  void lose_memory();

  sim::Env& env_;
  Decrees scope_;
  const Safeguards& safe_;
  parts::stable::Cell<Identity> identities_;
  parts::stable::Wal<Note, std::uint64_t> notes_;
  parts::stable::Wal<Written, std::uint64_t> decrees_;

  Identity identity_;
  bool began_without_memory_ = false;
  std::uint64_t tried_ = 0;  // the last round
  Ballot promised_{};        // many: of all slots
  std::deque<Entry> entries_;
  Slot chosen_prefix_ = 0;
  Slot latest_slot_ = 0;

  parts::stable::Syncs syncs_;
  std::vector<Deed> deeds_;
};

}  // namespace lightcone::models::paxos
