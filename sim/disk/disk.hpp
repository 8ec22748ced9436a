// The disk of one node: named files, a device that takes time, and everything that can happen to it.
// It outlives the incarnations of its node.
//
// Writing is two steps. A write is visible to the process at once; a sync takes the device's latency,
// plus the unsynced bytes over its bandwidth, queued behind earlier syncs, and makes durable what had been
// written when it was issued. A crash of the process keeps the page cache; a power loss does not.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/chance/distribution.hpp"
#include "sim/chance/stream.hpp"
#include "sim/disk/file.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

struct DiskSpec {
  Distribution sync_latency = Distribution::always(1ms);
  std::uint64_t bytes_per_second = 200'000'000;  // 0: unlimited
};

class Disk {
 public:
  Disk(DiskSpec spec, Stream chance) : spec_(std::move(spec)), chance_(chance) {}
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // --- for processes ---------------------------------------------------------------------------------

  // The file called `name`, created empty when it does not exist. It always holds the same record type.
  template <class Record>
  File<Record>& open(std::string_view name) {
    const auto found = files_.find(name);
    if (found == files_.end()) {
      auto created = std::make_unique<File<Record>>(*this);
      File<Record>& file = *created;
      files_.emplace(std::string(name), std::move(created));
      return file;
    }
    ensure(&found->second->record_type() == &fact_type<Record>, "a file is opened with its record type");
    return static_cast<File<Record>&>(*found->second);
  }
  // True when nothing was ever written, or all of it is gone: a new or a wiped disk.
  bool is_blank() const;

  // --- for the simulation ------------------------------------------------------------------------------

  using SyncId = std::uint64_t;
  struct Sync {
    SyncId id = 0;
    Instant completes;
  };
  // Issues a sync at `now`.
  Sync begin_sync(Instant now);
  // At its completion: what it covers is durable (unless the disk lies).
  void complete_sync(SyncId id);

  // --- faults --------------------------------------------------------------------------------------------

  // What a power loss did, for reports: how many unsynced operations there were and how many are gone.
  struct PowerLoss {
    std::uint64_t unsynced = 0;
    std::uint64_t lost = 0;
    std::uint64_t torn = 0;
  };
  enum class Surviving : std::uint8_t { random_prefix, nothing };
  using LastWrite = FileBase::LastWrite;
  // Takes over all files of another disk, which keeps them. This one must be new.
  void copy_from(const Disk& other);
  PowerLoss lose_power(Instant now, Surviving surviving, LastWrite last);
  void wipe();
  // Makes `count` readable records of the files whose name starts with `prefix` unreadable, chosen at
  // random, or the newest ones. Returns how many there were to take.
  enum class Which : std::uint8_t { random, newest, oldest };
  std::uint64_t rot(std::string_view prefix, std::uint64_t count, Which which);
  void set_slowdown(std::uint32_t factor) { slowdown_ = factor; }
  void set_full(bool full) { full_ = full; }
  void set_lying(bool lying) { lying_ = lying; }

  // --- counters, since the start ---------------------------------------------------------------------------
  std::uint64_t syncs() const { return syncs_; }
  std::uint64_t lies() const { return lies_; }
  std::uint64_t refused_writes() const { return refused_writes_; }
  std::uint64_t slowed_syncs() const { return slowed_syncs_; }
  const std::map<std::string, std::unique_ptr<FileBase>, std::less<>>& files() const { return files_; }

 private:
  friend bool reserve(Disk& disk, std::uint64_t bytes);

  DiskSpec spec_;
  Stream chance_;
  std::map<std::string, std::unique_ptr<FileBase>, std::less<>> files_;
  SyncId first_live_sync_ = 1;  // those below were in flight when the power was lost
  SyncId next_sync_ = 1;
  Instant busy_until_{};
  std::uint64_t unsynced_bytes_ = 0;
  std::uint32_t slowdown_ = 1;
  bool full_ = false;
  bool lying_ = false;
  std::uint64_t syncs_ = 0;
  std::uint64_t lies_ = 0;
  std::uint64_t refused_writes_ = 0;
  std::uint64_t slowed_syncs_ = 0;
};

}  // namespace lightcone::sim
