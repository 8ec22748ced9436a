// How soon a crash is noticed, and at what cost, as published: Das, Gupta and Motivala, "SWIM", DSN 2002,
// section 5: with members that probe one other each at random, the first to notice does so after
// 1 / (1 - (1 - 1/(n-1))^(n-1)) protocol periods on average; in quiet times every member sends two messages
// in a period, whatever the size of the group.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "models/parts/gossip/swim.hpp"
#include "sim/chance/stream.hpp"
#include "tests/fidelity/row.hpp"

namespace lightcone::tests {

namespace {

using models::parts::gossip::Swim;

std::vector<Swim> group_of(std::uint32_t size, std::uint64_t run) {
  std::vector<sim::NodeId> nodes;
  for (std::uint32_t i = 0; i < size; ++i) nodes.push_back({i});
  std::vector<Swim> members;
  for (std::uint32_t i = 0; i < size; ++i) {
    const sim::Stream chance = sim::Stream(1, "swim").split(run * size + i);
    members.emplace_back(nodes[i], nodes, Swim::Options{.order = Swim::Order::random}, chance);
  }
  return members;
}

// Of a group whose last member has crashed: the period in which somebody first probes it in vain.
std::uint64_t periods_to_notice(std::uint32_t size, std::uint64_t run) {
  std::vector<Swim> members = group_of(size, run);
  const sim::NodeId crashed{size - 1};
  for (std::uint64_t period = 1;; ++period) {
    for (std::uint32_t i = 0; i + 1 < size; ++i) {
      const auto probe = members[i].begin_period();
      if (probe->target != crashed) members[i].acknowledged(probe->number);
    }
    bool is_noticed = false;
    for (std::uint32_t i = 0; i + 1 < size; ++i) is_noticed = is_noticed || !members[i].ask_others().empty();
    if (is_noticed) return period;
  }
}

double periods_on_average(std::uint32_t size, std::uint64_t runs = 20'000) {
  std::uint64_t sum = 0;
  for (std::uint64_t run = 0; run < runs; ++run) sum += periods_to_notice(size, run);
  return static_cast<double>(sum) / static_cast<double>(runs);
}

// Pings, requests and acks a member and period, while one message in a thousand is lost.
double messages_on_average(std::uint32_t size) {
  std::vector<Swim> members = group_of(size, 0);
  sim::Stream chance(1, "losses");
  std::uint64_t sent = 0;
  const auto arrives = [&] {
    ++sent;
    return chance.below(1'000) != 0;
  };
  constexpr std::uint64_t periods = 1'000;
  for (std::uint64_t period = 0; period < periods; ++period) {
    for (Swim& member : members) {
      const auto probe = member.begin_period();
      bool is_answered = arrives() && arrives();
      for (std::size_t i = is_answered ? 0 : member.ask_others().size(); i > 0; --i)
        is_answered = (arrives() && arrives() && arrives() && arrives()) || is_answered;
      if (is_answered) member.acknowledged(probe->number);
    }
  }
  return static_cast<double>(sent) / static_cast<double>(periods * size);
}

double expected_periods(std::uint32_t size) {
  const double others = size - 1;
  return 1 / (1 - std::pow(1 - 1 / others, others));
}

}  // namespace

TEST_CASE("swim: a crash is noticed as soon as published, at the cost that is published") {
  struct Published {
    std::uint32_t size;
    std::string_view periods;
  };
  for (const auto& [size, published] :
       {Published{8, "1.515"}, Published{28, "1.565"}, Published{56, "1.574"}}) {
    const std::string name = "n = " + std::to_string(size);
    const double periods = expected_periods(size);
    CHECK(periods == Approx(std::stod(std::string(published))).margin(0.0006));
    check_row({name + ": periods to the first detection", published, periods, 0.03 * periods},
              periods_on_average(size));
    check_row({name + ": messages a member and period", "about 2", 2, 0.06}, messages_on_average(size));
  }
}

// By the formula of section 5, of which the paper prints those above.
TEST_CASE("swim: groups of other sizes") {
  for (const std::uint32_t size : {3U, 4U, 16U, 64U}) {
    const std::string name = "n = " + std::to_string(size);
    const double periods = expected_periods(size);
    check_row({name + ": periods to the first detection", "by the formula", periods, 0.03 * periods},
              periods_on_average(size, size < 64 ? 20'000 : 5'000));
    check_row({name + ": messages a member and period", "about 2", 2, 0.06}, messages_on_average(size));
  }
}

}  // namespace lightcone::tests
