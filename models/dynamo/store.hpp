// What a server keeps: versions of keys, and hints for others. One write-ahead log holds all of it.
//
// Whoever reads sees what is durable and nothing else, so that an answer never takes back what a power loss
// takes. One sync is under way at a time; what is written meanwhile waits for the next.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/dynamo/messages.hpp"
#include "models/parts/stable/wal.hpp"
#include "sim/env.hpp"

namespace lightcone::models::dynamo {

class Store {
 public:
  using Then = std::function<void()>;
  struct HintFor {
    NodeId target;
    Keyed entry;
    sim::MonoTime since{};  // of this incarnation at most
  };

  Store(sim::Env& env, bool durable_hints);

  enum class Found : std::uint8_t {
    first_start,  // a blank disk, of a server that never ran
    whole,
    lost,  // a blank disk where there had been one, or damage: others must help
  };
  // Whoever is `lost` has nothing, or what it got since, and stays lost until set_lost(false). What was found
  // is nothing to rely on before it is_durable(): a crash leaves in the page cache what a power failure
  // takes.
  Found recover();
  bool is_durable() const { return durable_; }

  // Of a key that was never written, or whose tombstone was forgotten: a version that is not written.
  const Version& find(const std::string& key) const;
  const std::map<std::string, Version>& versions() const { return versions_; }
  const std::map<std::uint64_t, HintFor>& hints() const { return hints_; }
  // What the hints here have of the key.
  Version hinted(const std::string& key) const;
  std::int64_t collected() const { return collected_; }
  // When the key's version came here, by the clock of this server.
  sim::WallTime received(const std::string& key) const;

  // Where versions have dots, what is written and not yet durable too: whoever hands out dots must know its
  // own. `lineage`: under which this store hands them out for the key, as long as it remembers all of them;
  // 0 when it knows of none.
  struct Ahead {
    Version version{};
    std::uint64_t lineage = 0;
  };
  Ahead ahead(const std::string& key) const;

  // Each calls `then` when it is durable, at once if it is so already; never, if the disk is full. An older
  // version than what is there changes nothing.
  void keep(Keyed entry, Then then) { keep(std::move(entry), 0, std::move(then)); }
  void keep(Keyed entry, std::uint64_t lineage, Then then);
  void keep_hint(NodeId target, Keyed entry, Then then);
  void drop_hint(std::uint64_t hint);
  // Forgets a tombstone, if it is still what is there.
  void collect(const Keyed& tombstone);
  // What others forgot.
  void raise_collected(std::int64_t counter);
  void set_lost(bool lost, Then then);

  void on(const Persisted& persisted);

  // What became durable with the latest event or was found after a restart, for those who watch; `changes`
  // counts up.
  struct Change {
    std::string key;
    Tag tag;
    std::vector<WriteId> writes;  // where versions have dots
    bool is_forgotten;            // a tombstone; otherwise it is held now
  };
  const std::vector<Change>& latest() const { return latest_; }
  std::uint64_t changes() const { return changes_; }

 private:
  enum class Kind : std::uint8_t { kept, collected, hinted, handed_over, lost, whole };
  struct Record {
    static constexpr std::string_view fact_name = "DynamoRecord";
    Kind kind = Kind::kept;
    Keyed entry{};
    NodeId target = sim::no_node;
    std::uint64_t hint = 0;
    std::uint64_t lineage = 0;

    friend std::uint64_t wire_bytes(const Record& record) {
      const Siblings& siblings = record.entry.version.siblings;
      return 48 + record.entry.key.size() + (siblings.empty() ? 0 : sim::bytes_on_wire(siblings));
    }
  };
  struct Pending {
    std::uint64_t write;
    Record record;
    Then then;
  };

  void write(Record record, Then then);
  void sync_what_was_found();
  void start_sync();
  void apply(const Record& record);

  sim::Env& env_;
  bool durable_hints_;
  parts::stable::Wal<Record, std::uint64_t> wal_;
  std::map<std::string, Version> versions_;
  std::map<std::string, sim::WallTime> received_;
  std::map<std::string, std::uint64_t> lineages_;
  std::map<std::string, Ahead> ahead_;  // of keys with something that is not durable
  std::map<std::uint64_t, HintFor> hints_;
  std::uint64_t next_hint_ = 1;
  std::int64_t collected_ = 0;
  bool lost_ = false;
  bool durable_ = true;        // what recover() found
  std::vector<Then> waiting_;  // for that
  std::deque<Pending> pending_;
  std::uint64_t written_ = 0;
  bool syncing_ = false;
  std::vector<Change> latest_;
  std::uint64_t changes_ = 0;
};

}  // namespace lightcone::models::dynamo
