#include "models/kafka/logged_state.hpp"

#include <span>

namespace lightcone::models::kafka {

void LoggedState::replica_moved() {
  const bool leads = replica_.role() == Replica::Role::leader;
  if (epoch_ != 0 && (!leads || replica_.leader_epoch() != epoch_)) {
    epoch_ = 0;
    is_ready_ = false;
    resign();
  }
  if (!leads) return;
  if (epoch_ == 0) {
    epoch_ = replica_.leader_epoch();
    applied_ = 0;
    forget();
  }
  if (is_applying_) return;  // what apply() wrote is committed already: the loop below comes to it
  is_applying_ = true;
  while (epoch_ != 0 && applied_ < replica_.high_watermark()) {
    const std::span<const Entry> next = replica_.log().from(applied_);
    if (next.empty() || next.front().offset >= replica_.high_watermark()) {
      applied_ = replica_.high_watermark();  // the rest was compacted away
      break;
    }
    const Entry entry = next.front();
    applied_ = entry.offset;
    apply(entry.record);
    ++applied_;
  }
  is_applying_ = false;
  if (is_ready_ || !replica_.knows_what_is_committed()) return;
  is_ready_ = true;
  become_ready();
}

bool LoggedState::write(Content content) {
  Record record;
  record.content = std::move(content);
  return write_record(record);
}

}  // namespace lightcone::models::kafka
