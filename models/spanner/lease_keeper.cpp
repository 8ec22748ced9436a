#include "models/spanner/lease_keeper.hpp"

#include <utility>

namespace lightcone::models::spanner {

void LeaseKeeper::leadership_changed() {
  catching_up_ = caught_up_ = proposed_ = has_begun_ = false;
  transfer_to_ = no_node;
  if (leads()) catch_up();
}

// Before it knows all that its predecessors committed, it does not know whose lease it must wait for.
void LeaseKeeper::catch_up() {
  catching_up_ = true;
  const Term term = group_.term();
  group_.confirm_read([this, term](bool confirmed) {
    if (term != group_.term() || !leads()) return;
    catching_up_ = false;
    caught_up_ = confirmed;
    claim();
  });
}

void LeaseKeeper::look() {
  if (leads() && !caught_up_ && !catching_up_) catch_up();
  claim();
  renew();
}

void LeaseKeeper::claim() {
  if (!leads() || !caught_up_ || proposed_ || has_begun_) return;
  const auto from = host_.first_lease_from();
  if (from) proposed_ = host_.propose_lease(Step::begins, *from + parameters_.lease.count());
}

void LeaseKeeper::renew() {
  if (!holds()) return;
  const Timestamp now = host_.lease_time();
  if (host_.lease().end - now < parameters_.renew_before.count()) extend(now);
}

void LeaseKeeper::extend(Timestamp from) {
  if (!proposed_) proposed_ = host_.propose_lease(Step::goes_on, from + parameters_.lease.count());
}

void LeaseKeeper::applied() {
  proposed_ = false;
  if (transfer_to_ != no_node) {
    has_begun_ = caught_up_ = false;
    group_.transfer_leadership(std::exchange(transfer_to_, no_node));
    return;
  }
  if (std::exchange(has_begun_, true)) return;
  host_.lease_began();
}

bool LeaseKeeper::transfer(NodeId to, Timestamp end) {
  if (!holds() || proposed_ || to == env_.self()) return false;
  transfer_to_ = to;
  proposed_ = host_.propose_lease(Step::goes_on, end);
  if (!proposed_) transfer_to_ = no_node;
  return proposed_;
}

}  // namespace lightcone::models::spanner
