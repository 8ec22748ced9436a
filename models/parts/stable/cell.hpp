// A single durable value (part of block B1): the latest write wins, a torn write leaves the value before it.
//
// Every value is written twice, so a power loss that tears the last record, or one rotten record, never
// costs the value that was last synced. A torn write is an incomplete pair at the end; a complete pair of
// which neither copy can be read is corruption, and is reported, not guessed around.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "sim/disk/disk.hpp"

namespace lightcone::models::parts::stable {

template <class T>
class Cell {
 public:
  Cell(sim::Disk& disk, std::string_view name) : file_(disk.open<T>(name)) {}

  // Durable after the next sync of the disk. False when the disk is full.
  [[nodiscard]] bool write(T value) {
    if (file_.size() % 2 != 0) file_.truncate(file_.size() - 1);  // a torn write from before a power loss
    if (file_.size() >= compact_at) file_.drop_front(file_.size() - 2);
    return file_.append(value) && file_.append(std::move(value));
  }

  enum class State : std::uint8_t { never_written, readable, corrupt };
  struct Found {
    State state = State::never_written;
    std::optional<T> value;
  };
  // What a restart finds.
  Found read() const {
    const std::size_t size = file_.size();
    const std::size_t pairs = size / 2;
    if (size % 2 != 0) {
      if (const T* half = file_.read(size - 1)) return {State::readable, *half};
    }
    if (pairs == 0) return {};
    for (const std::size_t copy : {2 * pairs - 2, 2 * pairs - 1}) {
      if (const T* value = file_.read(copy)) return {State::readable, *value};
    }
    return {State::corrupt, std::nullopt};
  }

 private:
  static constexpr std::size_t compact_at = 64;
  sim::File<T>& file_;
};

}  // namespace lightcone::models::parts::stable
