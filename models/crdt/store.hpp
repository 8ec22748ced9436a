// What a replica keeps: its objects, which updates are in them, and the log of those that others may lack.
//
// What is written is seen here at once; whoever tells others waits with after_sync(), so that nothing is told
// that a power loss takes back. One sync is under way at a time; what is written meanwhile waits for the
// next.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "models/crdt/messages.hpp"
#include "models/parts/stable/cell.hpp"
#include "models/parts/stable/wal.hpp"
#include "sim/env.hpp"

namespace lightcone::models::crdt {

class Store {
 public:
  using Then = std::function<void()>;

  // What is passed must outlive this.
  Store(sim::Env& env, const Rules& rules, const Safeguards& safe);

  enum class Found : std::uint8_t {
    first_start,  // a blank disk, of a replica that never ran
    whole,
    lost,  // a blank disk where there had been one, or damage
  };
  Found recover();

  // Whose updates are this incarnation's. A replica takes a new name whenever it starts, since it cannot tell
  // a restart from a copy of its disk that starts beside it.
  const ReplicaId& replica() const { return replica_; }
  // Of the incarnation before, as the disk has it; that of no node when there was none.
  const ReplicaId& replica_before() const { return before_; }

  const Objects& objects() const { return objects_; }
  const CausalContext& known() const { return known_; }
  // Updates that are here one by one: those that came one by one, oldest first, and were not dropped.
  const std::deque<Update>& log() const { return log_; }
  // Updates that are in the objects and not in the log.
  const CausalContext& beyond_log() const { return beyond_log_; }

  // A client's. The update, or why not.
  std::variant<Update, std::string> change(const std::string& key, const Change& change);
  // Another replica's. False when the disk is full; then nothing was done.
  bool keep(Update update);
  // Deltas or a state of another replica. Likewise.
  bool keep(const sim::Payload& objects, const CausalContext& covers);
  // Drops those from the log that `everybody_knows`.
  void drop_from_log(const std::function<bool(const Dot&)>& everybody_knows);
  // Of a set with tombstones: forgets those whose removal `may_go`. How many. Tombstones that the log still
  // holds come back with a restart, and go again.
  std::size_t forget_tombstones(const std::function<bool(const Dot&)>& may_go);

  // Calls `then` when all that is written now is durable: at once, if it is so already.
  void after_sync(Then then);
  void on(const Persisted& persisted);
  // A full disk refuses to begin a sync: tries again.
  void try_to_sync() { start_sync(); }

  // A copy of everything, on the same disk. False when that is full.
  bool back_up();
  // Makes everything what the backup was. False when there is none, or no room.
  bool restore();
  // What became durable with the latest sync or was found after a restart, for those who watch; `syncs`
  // counts up. How often everything was lost or went back to a backup.
  const std::vector<Update>& latest() const { return latest_; }
  std::uint64_t syncs() const { return synced_; }
  std::uint64_t losses() const { return losses_; }

 private:
  struct Record {
    static constexpr std::string_view fact_name = "CrdtRecord";
    bool is_update = true;
    Update update{};
    sim::Payload objects{};  // otherwise
    CausalContext covers{};

    friend std::uint64_t wire_bytes(const Record& record) {
      return record.is_update ? wire_bytes(record.update)
                              : wire_bytes(record.covers) + record.objects.bytes();
    }
  };
  struct Backup {
    static constexpr std::string_view fact_name = "CrdtBackup";
    sim::Payload objects{};
    CausalContext known{};

    friend std::uint64_t wire_bytes(const Backup& backup) {
      return wire_bytes(backup.known) + backup.objects.bytes();
    }
  };
  struct Identity {
    static constexpr std::string_view fact_name = "CrdtIdentity";
    ReplicaId replica{};

    friend std::uint64_t wire_bytes(const Identity&) { return parts::crdt::bytes_a_replica_id; }
  };

  void take_a_name();
  ReplicaId fresh_name();
  bool write(const Record& record);
  void start_sync();
  void put(const Record& record);

  sim::Env& env_;
  const Rules& rules_;
  const Safeguards& safe_;
  parts::stable::Wal<Record, std::uint64_t> wal_;
  parts::stable::Cell<Identity> identity_;
  parts::stable::Cell<Backup> backup_;
  sim::Stream names_;
  ReplicaId replica_{};
  ReplicaId before_{};
  Objects objects_;
  CausalContext known_;
  std::deque<Update> log_;
  CausalContext beyond_log_;
  std::uint64_t written_ = 0;
  std::uint64_t synced_ = 0;
  std::uint64_t syncing_ = 0;  // up to which write; 0: no sync is under way
  std::deque<std::pair<std::uint64_t, Then>> waiting_;
  std::deque<std::pair<std::uint64_t, Update>> unsynced_;
  std::vector<Update> latest_;
  std::uint64_t losses_ = 0;
};

}  // namespace lightcone::models::crdt
