// The producing half of a client: it numbers its records for each partition, sends them to whoever leads, and
// asks again with the same number until it knows or its patience ends.
//
// A record that is given up may be in the log or not. What comes after it begins a new epoch of the producer,
// so that nothing of before can be appended behind it; and so does what is under way when a log has lost what
// came before (KIP-360, in_flight.hpp).
#pragma once

#include <vector>

#include "models/kafka/directory.hpp"
#include "models/kafka/in_flight.hpp"
#include "models/kafka/switches.hpp"
#include "models/parts/workload/ending.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::kafka {

class Producer {
 public:
  Producer(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
           const sim::Workload& workload, Directory& directory);

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
  enum class Try : std::uint8_t { written, refused, out_of_sequence, fenced, unknown };
  struct Tried {
    Try result = Try::unknown;
    Offset offset = 0;
    LeaderEpoch epoch = 0;  // of the record, once it is written; of the leader that misses one before
    std::string_view error{};
  };

  sim::Task<> get_pid(sim::MonoTime deadline);
  // Empty: it is the record's turn. Otherwise what stands in the way.
  sim::Task<std::string_view> wait_for_turn(PartitionId partition, std::uint64_t number,
                                            sim::MonoTime deadline);
  sim::Task<parts::Ending> send_until(Produce produce, sim::MonoTime deadline);
  void note_written(const Produce& produce, const Tried& tried);
  sim::Task<Tried> try_once(Produce produce, NodeId leader, sim::MonoTime deadline);
  sim::Duration left(sim::MonoTime deadline) const;
  // True: it is the first that is under way.
  bool stamp(Produce& produce) const;
  bool is_behind_others(const Produce& produce) const;
  // False: it is to be given up.
  bool goes_on(const Produce& produce, bool was_first, const Tried& told);
  void renumber(PartitionId partition);

  sim::Env& env_;
  const Parameters& parameters_;
  Safeguards safe_;
  const sim::Workload& workload_;
  Directory& directory_;
  Pid pid_ = 0;
  std::uint64_t epoch_ = 0;
  std::vector<InFlight> in_flight_;  // by partition
  std::uint64_t records_ = 0;
  Acknowledged acknowledged_;
};

}  // namespace lightcone::models::kafka
