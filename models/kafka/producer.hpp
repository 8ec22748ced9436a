// The producing half of a client: it numbers its records for each partition, sends them to whoever leads, and
// asks again with the same number until it knows or its patience ends.
//
// A record that is given up may be in the log or not. What comes after it begins a new epoch of the producer,
// so that nothing of before can be appended behind it (KIP-360).
#pragma once

#include <vector>

#include "models/kafka/directory.hpp"
#include "models/parts/workload/ending.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::kafka {

class Producer {
 public:
  Producer(sim::Env& env, const Parameters& parameters, const sim::Workload& workload, Directory& directory);

  // The record's place among those of this producer is that of the call.
  sim::Task<parts::Ending> send(PartitionId partition, std::int64_t value, Content content);

  // What was acknowledged last, for whoever looks from outside.
  struct Acknowledged {
    std::uint64_t count = 0;
    PartitionId partition = 0;
    Offset offset = 0;
    Record record;
  };
  const Acknowledged& acknowledged() const { return acknowledged_; }

 private:
  // What became of one try.
  enum class Try : std::uint8_t { written, refused, hopeless, unknown };
  struct Tried {
    Try result = Try::unknown;
    Offset offset = 0;
    LeaderEpoch epoch = 0;  // of the record, once it is written
    std::string_view error{};
  };

  Record stamped(PartitionId partition, std::int64_t value, Content content);
  sim::Task<> get_pid(sim::MonoTime deadline);
  sim::Task<parts::Ending> send_until(Produce produce, sim::MonoTime deadline);
  void note_acknowledged(const Produce& produce, const Tried& tried);
  sim::Task<Tried> try_once(Produce produce, NodeId leader, sim::MonoTime deadline);
  sim::Duration left(sim::MonoTime deadline) const;
  void give_up(const Record& record);

  sim::Env& env_;
  const Parameters& parameters_;
  const sim::Workload& workload_;
  Directory& directory_;
  Pid pid_ = 0;
  std::uint64_t epoch_ = 0;
  std::vector<std::uint64_t> sequences_;  // the next, by partition
  std::uint64_t records_ = 0;
  Acknowledged acknowledged_;
};

}  // namespace lightcone::models::kafka
