// A register of which the last write remains, by its stamp (RR-7506, section 3.2). Of concurrent writes all
// but one are lost by design, and a write stamped by a clock that is behind is lost although it came later.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <utility>

#include "models/parts/crdt/dot.hpp"
#include "sim/wire_bytes.hpp"

namespace lightcone::models::parts::crdt {

// Clocks give equal times to different writes; the dot then decides, everywhere alike. No two writes have
// the same stamp.
struct Stamp {
  std::int64_t time = 0;  // in the unit of the owner's clocks
  Dot dot;

  constexpr auto operator<=>(const Stamp&) const = default;
};

template <class T>
class LwwRegister {
 public:
  // Without effect when a write with a greater stamp is known.
  LwwRegister assign(const Stamp& stamp, T value) {
    LwwRegister delta;
    delta.written_ = Written{stamp, std::move(value)};
    merge(delta);
    return delta;
  }
  // Null: never written.
  const T* value() const { return written_ ? &written_->value : nullptr; }
  const Stamp* stamp() const { return written_ ? &written_->stamp : nullptr; }
  void merge(const LwwRegister& other) {
    if (!other.written_) return;
    if (!written_ || written_->stamp < other.written_->stamp) written_ = other.written_;
  }

  bool operator==(const LwwRegister&) const = default;
  friend std::uint64_t wire_bytes(const LwwRegister& reg) {
    return reg.written_ ? 1 + 8 + bytes_a_dot + sim::bytes_on_wire(reg.written_->value) : 1;
  }

 private:
  struct Written {
    Stamp stamp;
    T value;
    bool operator==(const Written&) const = default;
  };
  std::optional<Written> written_;
};

}  // namespace lightcone::models::parts::crdt
