#include "sim/asio/context.hpp"

namespace lightcone::sim::detail {

AsioBacklog::Id AsioBacklog::add(std::unique_ptr<AsioWork> work) {
  if (closed_) return 0;
  waiting_.emplace(++last_, std::move(work));
  return last_;
}

bool AsioBacklog::run(Id id, boost::system::error_code error) {
  auto due = waiting_.extract(id);
  if (due.empty()) return false;
  due.mapped()->run(error);
  return true;
}

void AsioBacklog::close() {
  closed_ = true;
  // One at a time: what a handler owns may cancel others when it goes.
  while (!waiting_.empty()) waiting_.extract(waiting_.begin());
}

}  // namespace lightcone::sim::detail
