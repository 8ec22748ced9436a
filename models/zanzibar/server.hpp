// A check server: it chooses the timestamp of each request, evaluates there, and answers. It keeps nothing
// that lasts.
//
//   with a zookie      not before it, and not before now - default_staleness
//   without            not before now - default_staleness
//   before a change    now: after everything that was written before
//
// A timestamp that is old enough is rounded up, so that many checks share one, and what is cached for it
// (Pang et al., ATC 2019, section 3.2.5).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/zanzibar/evaluator.hpp"
#include "models/zanzibar/interval_clock.hpp"
#include "sim/process.hpp"

namespace lightcone::models::zanzibar {

// Who is where, as every process knows it. Nodes with equal places in these lists, modulo their lengths, are
// near each other.
struct Layout {
  std::vector<NodeId> stores;
  std::vector<NodeId> servers;
  std::vector<NodeId> indexes;
  NodeId content = sim::no_node;
};

class Server final : public sim::Handlers<Server, ToServer, ServerFacts> {
 public:
  // What was chosen and answered, for those who watch.
  struct Chosen {
    Timestamp ts = 0;
    Timestamp zookie = 0;
    bool is_latest = false;
  };
  struct Answer {
    Evaluator::Problem problem{};
    Timestamp zookie = 0;
    Outcome outcome{};
    bool is_allowed = false;  // what was answered
    sim::Duration took{};
  };
  struct ReadAnswer {
    Userset set{};
    Timestamp ts = 0;
    std::vector<Subject> subjects{};
  };
  struct ExpandAnswer {
    Userset set{};
    Timestamp ts = 0;
    std::string tree{};
  };
  struct WatchAnswer {
    TenantId tenant = 0;
    Timestamp after = 0;
    Watched watched{};
  };
  struct Testimony {
    Recent<Chosen> chosen;
    Recent<Answer> answers;
    Recent<ReadAnswer> reads;
    Recent<ExpandAnswer> expansions;
    Recent<WatchAnswer> watches;
  };
  static constexpr Timestamp undated = 0;  // of an answer that is for no timestamp

  // `index`: of this server among the servers.
  Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, const Layout& layout,
         std::size_t index);

  void start() override {}
  void show(sim::FieldVisitor& visitor) const override;

  void on(const Check& check, const sim::From& from);
  void on(const ContentChangeCheck& check, const sim::From& from);
  void on(const AskToken& ask, const sim::From& from);
  void on(const CheckToken& check, const sim::From& from);
  void on(const Read& read, const sim::From& from);
  void on(const Expand& expand, const sim::From& from);
  void on(const Watch& watch, const sim::From& from);
  void on(const Write& write, const sim::From& from);
  void on(const Subcheck& subcheck, const sim::From& from);
  void on(const Subchecked& subchecked, const sim::From&) { evaluator_.on(subchecked); }
  void on(const IndexAnswer& answer, const sim::From&) { evaluator_.on(answer); }
  void on(const StoreRows& rows, const sim::From&) { tuples_.on(rows); }
  void on(const Behind& behind, const sim::From&) { tuples_.on(behind); }
  void on(const StepDue& due) { evaluator_.on(due); }
  void on(const SubcheckIsLate& late) { evaluator_.on(late); }
  void on(const IndexIsLate& late) { evaluator_.on(late); }
  void on(const ReadIsLate& late) { tuples_.on(late); }
  void on(const CheckIsLate& late);

  const Testimony& testimony() const { return testimony_; }
  const Evaluator& evaluator() const { return evaluator_; }
  const TupleReader& tuples() const { return tuples_; }

 private:
  struct Asker {
    sim::From from{sim::no_node};
    Timestamp zookie = 0;
    sim::MonoTime since{};
  };
  struct Flight {  // a check under way, and who waits for it
    Evaluator::Problem problem{};
    std::vector<Asker> askers{};
    sim::TimerId timer{};
  };

  Timestamp choose(Timestamp zookie, bool latest);
  void begin(const Evaluator::Problem& problem, Timestamp zookie, const sim::From& from);
  void land(RequestId id, const Outcome& outcome);
  void answer(const Evaluator::Problem& problem, const Asker& asker, const Outcome& outcome);
  sim::Task<> pass_on(Write write, sim::From from);
  sim::Task<> watch(Watch watch, sim::From from);
  void check_roles(const CheckToken& check, const sim::From& from);
  void expand(const Expand& expand, Timestamp ts, std::uint32_t schema, const sim::From& from);

  sim::Env& env_;
  const Parameters& parameters_;
  Safeguards safe_;
  std::vector<NodeId> stores_;
  NodeId near_;
  IntervalClock clock_;
  TupleReader tuples_;
  Evaluator evaluator_;
  RequestId next_;
  std::map<RequestId, Flight> flights_;
  std::map<Evaluator::Problem, RequestId> under_way_;
  Testimony testimony_;
};

}  // namespace lightcone::models::zanzibar
