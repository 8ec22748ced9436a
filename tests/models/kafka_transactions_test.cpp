// Transactions on one broker, without a simulation: who may write, when something counts, and who ends it.
#include <catch2/catch.hpp>
#include <vector>

#include "models/kafka/transaction_table.hpp"
#include "tests/models/kafka_one_broker.hpp"

namespace lightcone::tests {

namespace {

using namespace models::kafka;

constexpr NodeId x1{2}, x2{3}, reader{4};
constexpr PartitionId out = 1;

Parameters with_transactions(Epochs epochs = Epochs::transaction) {
  Parameters parameters;
  parameters.partitions = parameters.outputs = parameters.processors = 1;
  parameters.epochs = epochs;
  return parameters;
}

Record output(const ProducerSession& session, std::uint64_t sequence, std::int64_t value) {
  Record record;
  record.pid = session.pid;
  record.producer_epoch = session.epoch;
  record.sequence = sequence;
  record.value = value;
  record.content = Output{0, 0, 1};
  return record;
}

class Transactions : public OneBroker {
 public:
  explicit Transactions(sim::BugSet bugs = {}, const Parameters& parameters = with_transactions())
      : OneBroker(parameters, std::move(bugs)) {}

  ProducerSession prepare(NodeId from) {
    hear(from, InitTransactions{0});
    const auto ready = env().take_sent<TransactionsReady>();
    REQUIRE(ready.size() == 1);
    return ready[0].message.session;
  }
  void add(const ProducerSession& session, PartitionId partition = out) {
    hear(x1, AddPartitions{0, session, {partition}});
    REQUIRE(count<PartitionsAdded>() == 1);
  }
  void produce(const Record& record) {
    hear(x1, Produce{out, Acks::all, record});
    deliver_to_itself<VerifyPartition>();
    deliver_to_itself<PartitionVerified>();
  }
  ProducerSession end(const ProducerSession& session, Verdict verdict) {
    hear(x1, EndTransaction{0, session, verdict});
    const auto ended = env().take_sent<TransactionEnded>();
    REQUIRE(ended.size() == 1);
    return ended[0].message.session;
  }
  // Markers arrive and are confirmed.
  void mark() {
    deliver_to_itself<WriteMarker>();
    deliver_to_itself<MarkerWritten>();
  }
  // One transaction is committed and marked, and the next of its producer is open.
  struct BehindMarker {
    WriteMarker marker;  // of the first
    ProducerSession session;
  };
  BehindMarker begin_behind_marker() {
    const ProducerSession first = prepare(x1);
    add(first);
    produce(output(first, 0, 5));
    const ProducerSession second = end(first, Verdict::commit);
    const auto markers = env().take_sent<WriteMarker>();
    REQUIRE(markers.size() == 1);
    hear(broker_node, markers[0].message);
    deliver_to_itself<MarkerWritten>();
    add(second);
    produce(output(second, 0, 6));
    return {markers[0].message, second};
  }
  std::vector<std::int64_t> read(Isolation isolation = Isolation::read_committed) {
    hear(reader, Poll{out, replica(out).leader_epoch(), 0, 0, isolation});
    const auto polled = env().take_sent<Polled>();
    REQUIRE(polled.size() == 1);
    std::vector<std::int64_t> values;
    for (const Entry& entry : polled[0].message.entries) {
      if (is_given(polled[0].message, entry)) values.push_back(entry.record.value);
    }
    return values;
  }
  std::vector<TransactionReason> refusals() {
    std::vector<TransactionReason> reasons;
    for (const auto& sent : env().take_sent<TransactionRefused>()) reasons.push_back(sent.message.reason);
    return reasons;
  }
};

using Values = std::vector<std::int64_t>;
using Reasons = std::vector<TransactionReason>;

}  // namespace

TEST_CASE("kafka: what a transaction writes is read when it is committed and its marker is there") {
  Transactions one;
  const ProducerSession session = one.prepare(x1);
  one.add(session);
  one.produce(output(session, 0, 5));
  CHECK(one.count<Produced>() == 1);
  CHECK(one.read().empty());
  CHECK(one.read(Isolation::read_uncommitted) == Values{5});
  const ProducerSession next = one.end(session, Verdict::commit);
  CHECK(next == ProducerSession{session.pid, session.epoch + 1});
  CHECK(one.read().empty());
  one.mark();
  CHECK(one.read() == Values{5});
}

TEST_CASE("kafka: what an aborted transaction wrote is skipped, and what is behind it read") {
  Transactions one;
  ProducerSession session = one.prepare(x1);
  one.add(session);
  one.produce(output(session, 0, 5));
  session = one.end(session, Verdict::abort);
  one.mark();
  one.add(session);
  one.produce(output(session, 0, 6));
  session = one.end(session, Verdict::commit);
  one.mark();
  CHECK(one.read() == Values{6});
  CHECK(one.read(Isolation::read_uncommitted) == Values{5, 6});
}

TEST_CASE("kafka: who becomes the producer ends what was open, and fences who was it, unless epochs stay") {
  for (const bool safe : {true, false}) {
    Transactions one(safe ? sim::BugSet{} : sim::BugSet{"kafka.zombie-producer"});
    const ProducerSession first = one.prepare(x1);
    one.add(first);
    one.produce(output(first, 0, 5));
    one.env().forget_sent();
    one.hear(x2, InitTransactions{0});
    CHECK(one.refusals() == Reasons{TransactionReason::busy});
    one.mark();
    const ProducerSession second = one.prepare(x2);
    CHECK((second.epoch > first.epoch) == safe);
    one.hear(x1, AddPartitions{0, first, {out}});
    CHECK(one.refusals() == (safe ? Reasons{TransactionReason::fenced} : Reasons{}));
    one.env().forget_sent();
    one.produce(output(first, safe ? 1 : 0, 6));
    CHECK(one.count<Refused>() == (safe ? 1 : 0));
  }
}

TEST_CASE("kafka: an end that comes late is of an epoch that is over, unless one epoch is for all") {
  for (const bool safe : {true, false}) {
    Transactions one(safe ? sim::BugSet{} : sim::BugSet{"kafka.late-marker"});
    const ProducerSession first = one.prepare(x1);
    one.add(first);
    const ProducerSession second = one.end(first, Verdict::abort);
    // Asked again, it is answered the same.
    CHECK(one.end(first, Verdict::abort) == second);
    one.mark();
    one.add(second);
    one.env().forget_sent();
    one.hear(x1, EndTransaction{0, first, Verdict::abort});
    CHECK(one.count<WriteMarker>() == (safe ? 0 : 1));
    if (safe) CHECK(one.refusals() == Reasons{TransactionReason::fenced});
  }
}

TEST_CASE("kafka: a marker that is doubled ends nothing that began behind it") {
  Transactions one;
  const WriteMarker marker = one.begin_behind_marker().marker;
  const Offset end = one.replica(out).log().end();
  one.hear(OneBroker::broker_node, marker);
  CHECK(one.replica(out).log().end() == end);
  CHECK(one.read() == Values{5});
}

TEST_CASE("kafka: a coordinator that has been replaced ends nothing any more") {
  Transactions one;
  const auto [marker, second] = one.begin_behind_marker();
  WriteMarker late = marker;
  late.verdict = Verdict::abort;
  late.session.epoch = second.epoch + 1;
  const Offset end = one.replica(out).log().end();
  REQUIRE(late.coordinator > 0);
  late.coordinator -= 1;
  one.hear(OneBroker::broker_node, late);
  CHECK(one.replica(out).log().end() == end);
  late.coordinator += 1;
  one.hear(OneBroker::broker_node, late);
  CHECK(one.replica(out).log().end() == end + 1);
}

TEST_CASE(
    "kafka: a leader takes the first record of a transaction that its coordinator knows, unless it believes "
    "all") {
  for (const bool safe : {true, false}) {
    Transactions one(safe ? sim::BugSet{} : sim::BugSet{"kafka.hanging-txn"},
                     with_transactions(Epochs::session));
    const ProducerSession session = one.prepare(x1);
    one.produce(output(session, 0, 5));
    const auto refused = one.env().take_sent<Refused>();
    REQUIRE(refused.size() == (safe ? 1 : 0));
    if (safe) CHECK(refused[0].message.reason == Reason::not_verified);
    CHECK(one.replica(out).log().end() == (safe ? 0 : 1));
  }
}

TEST_CASE("kafka: a transaction that is open for too long is aborted, and its producer fenced") {
  Transactions one;
  const ProducerSession session = one.prepare(x1);
  one.add(session);
  one.produce(output(session, 0, 5));
  one.check_after<TransactionCheckDue>(std::chrono::milliseconds(500));
  CHECK(one.count<WriteMarker>() == 0);
  one.check_after<TransactionCheckDue>(std::chrono::milliseconds(200));
  one.mark();
  CHECK(one.read().empty());
  CHECK(one.replica(out).last_stable_offset() == 2);
  one.hear(x1, EndTransaction{0, session, Verdict::commit});
  CHECK(one.refusals() == Reasons{TransactionReason::fenced});
}

TEST_CASE("kafka: the next coordinator writes the markers that are missing") {
  Transactions one;
  const ProducerSession session = one.prepare(x1);
  one.add(session);
  one.produce(output(session, 0, 5));
  one.end(session, Verdict::commit);
  one.restart();
  one.check_after<TransactionCheckDue>(std::chrono::milliseconds(100));
  one.mark();
  CHECK(one.read() == Values{5});
  CHECK(one.prepare(x2).epoch == session.epoch + 2);
}

TEST_CASE("kafka: an offset of a transaction counts when it is committed, and not when it is aborted") {
  for (const Verdict verdict : {Verdict::commit, Verdict::abort}) {
    Transactions one;
    one.hear(x1, JoinGroup{1, {9, x1, 0, {}}});
    one.check_after<GroupCheckDue>(std::chrono::milliseconds(400));
    one.hear(x1, SyncGroup{9, 1, {{9, x1, {0}}}});
    const ProducerSession session = one.prepare(x1);
    one.hear(x1, AddOffsets{0, session});
    one.hear(x1, TransactionalOffsetCommit{0, session, 1, 9, 1, {0, {3, 1}}});
    one.deliver_to_itself<VerifyPartition>();
    one.deliver_to_itself<PartitionVerified>();
    REQUIRE(one.count<OffsetsCommitted>() == 1);
    one.end(session, verdict);
    one.mark();
    one.hear(x1, OffsetFetch{{0}});
    const auto fetched = one.env().take_sent<OffsetsFetched>();
    REQUIRE(fetched.size() == 1);
    CHECK(fetched[0].message.offsets[0].position.offset == (verdict == Verdict::commit ? 3 : 0));
    one.hear(x1, TransactionalOffsetCommit{0, session, 1, 9, 7, {0, {4, 1}}});
    const auto refused = one.env().take_sent<GroupRefused>();
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].message.reason == GroupReason::illegal_generation);
  }
}

TEST_CASE("kafka: the last stable offset is before what is open, and before markers that may yet be lost") {
  TransactionTable table;
  const ProducerSession a{1, 0}, b{2, 0};
  const auto marker = [](const ProducerSession& session, bool is_commit) {
    Record record;
    record.pid = session.pid;
    record.producer_epoch = session.epoch + 1;
    record.content = Marker{is_commit, 1};
    return record;
  };
  table.took(output(a, 0, 1), 0);
  table.took(output(b, 0, 2), 1);
  CHECK(table.last_stable_offset(2) == 0);
  table.took(marker(a, true), 2);
  CHECK(table.last_stable_offset(2) == 0);
  CHECK(table.last_stable_offset(3) == 1);
  table.took(marker(b, false), 3);
  CHECK(table.last_stable_offset(3) == 1);
  CHECK(table.last_stable_offset(4) == 4);
  CHECK(table.aborted_between(0, 4).size() == 1);
  CHECK(table.aborted_between(0, 1).empty());
  CHECK(table.aborted_between(4, 9).empty());
}

}  // namespace lightcone::tests
