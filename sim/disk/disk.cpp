#include "sim/disk/disk.hpp"

#include <algorithm>

namespace lightcone::sim {

bool reserve(Disk& disk, std::uint64_t bytes) {
  if (disk.full_) {
    ++disk.refused_writes_;
    return false;
  }
  disk.unsynced_bytes_ += bytes;
  return true;
}

bool Disk::is_blank() const {
  return std::all_of(files_.begin(), files_.end(),
                     [](const auto& entry) { return entry.second->size() == 0; });
}

Disk::Sync Disk::begin_sync(Instant now) {
  Duration cost = spec_.sync_latency.sample(chance_);
  if (spec_.bytes_per_second != 0) {
    // Split so that it cannot overflow below 9 GB a second of backlog.
    const std::uint64_t bytes = unsynced_bytes_;
    const std::uint64_t seconds = bytes / spec_.bytes_per_second;
    const std::uint64_t rest = bytes % spec_.bytes_per_second;
    cost += Duration(
        static_cast<std::int64_t>(seconds * 1'000'000'000 + rest * 1'000'000'000 / spec_.bytes_per_second));
  }
  if (slowdown_ > 1) {
    cost *= slowdown_;
    ++slowed_syncs_;
  }
  unsynced_bytes_ = 0;
  busy_until_ = std::max(busy_until_, now) + cost;

  const SyncId sync = next_sync_++;
  for (const auto& [name, file] : files_) file->sync_issued(sync);
  ++syncs_;
  return {sync, busy_until_};
}

void Disk::complete_sync(SyncId id) {
  if (id < first_live_sync_) return;  // a power loss came first
  if (lying_) ++lies_;
  const auto honesty = lying_ ? FileBase::Honesty::lie : FileBase::Honesty::durable;
  for (const auto& [name, file] : files_) file->sync_completed(id, honesty);
}

void Disk::copy_from(const Disk& other) {
  ensure(files_.empty(), "a disk that becomes a copy is new");
  for (const auto& [name, file] : other.files_) files_.emplace(name, file->copy_onto(*this));
}

Disk::PowerLoss Disk::lose_power(Instant now, Surviving surviving, LastWrite last) {
  PowerLoss loss;
  for (const auto& [name, file] : files_) {
    const std::uint64_t unsynced = file->unsynced_operations();
    if (unsynced == 0) continue;
    // A torn write is one of those that do not survive, so there is at least one.
    const std::uint64_t most = last == LastWrite::torn ? unsynced - 1 : unsynced;
    const std::uint64_t kept = surviving == Surviving::nothing ? 0 : chance_.below(most + 1);
    loss.torn += file->lose_power(kept, last);
    loss.unsynced += unsynced;
    loss.lost += unsynced - kept;
  }
  first_live_sync_ = next_sync_;
  unsynced_bytes_ = 0;
  busy_until_ = now;
  return loss;
}

void Disk::wipe() {
  for (const auto& [name, file] : files_) file->wipe();
  first_live_sync_ = next_sync_;
  unsynced_bytes_ = 0;
}

std::uint64_t Disk::rot(std::string_view prefix, std::uint64_t count, Which which) {
  std::vector<std::pair<FileBase*, std::size_t>> candidates;  // oldest first within a file
  for (const auto& [name, file] : files_) {
    if (!std::string_view(name).starts_with(prefix)) continue;
    for (std::size_t i = 0; i < file->size(); ++i) {
      if (file->is_readable(i)) candidates.emplace_back(file.get(), i);
    }
  }
  std::uint64_t rotten = 0;
  while (rotten < count && !candidates.empty()) {
    std::size_t pick = 0;
    if (which == Which::random) pick = static_cast<std::size_t>(chance_.below(candidates.size()));
    if (which == Which::newest) pick = candidates.size() - 1;
    candidates[pick].first->rot(candidates[pick].second);
    candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(pick));
    ++rotten;
  }
  return rotten;
}

}  // namespace lightcone::sim
