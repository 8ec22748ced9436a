#include "reports/checkers/money.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

// Beyond this amounts are not judged, so that sums of a million of them are exact.
constexpr std::int64_t largest = std::int64_t{1} << 42;

struct Change {
  sim::Value account;
  std::int64_t amount = 0;
};

// One or several tries of one effect.
struct Effect {
  std::vector<std::size_t> tries;
  std::vector<Change> changes;
  std::int64_t may_from = INT64_MAX;     // no try began before
  std::int64_t surely_from = INT64_MAX;  // a try was acknowledged then

  std::int64_t on(const sim::Value& account) const {
    std::int64_t sum = 0;
    for (const Change& change : changes) sum += change.account == account ? change.amount : 0;
    return sum;
  }
  std::int64_t total() const {
    std::int64_t sum = 0;
    for (const Change& change : changes) sum += change.amount;
    return sum;
  }
};

struct Range {
  std::int64_t low = 0;
  std::int64_t high = 0;
  void may_add(std::int64_t amount) { (amount < 0 ? low : high) += amount; }
  void surely_add(std::int64_t amount) { low += amount, high += amount; }
};

std::optional<std::int64_t> amount_in(const sim::Value& value) {
  const std::int64_t* n = value.as_int();
  return n == nullptr || *n > largest || *n < -largest ? std::nullopt : std::optional(*n);
}

class Money {
 public:
  Money(const sim::History& history, const MoneyOptions& options)
      : history_(history),
        options_(options),
        findings_({"invariant(conservation)", "invariant(non-negativity)", "duplicate-effect",
                   "missing-effect", "wrong-result", "phantom", "dirty-read"}) {}

  Findings find() {
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const bool understood = is_reading(i) || take_effect(i);
      if (!understood) {
        findings_.not_judged(Verdict::unknown,
                             fmt::format("{} is no operation on accounts", in_words(history_[i])));
        return std::move(findings_);
      }
    }
    find_base();
    for (const std::size_t read : reads_) judge_balances(read);
    judge_totals();
    for (const std::size_t ledger : ledgers_) judge_ledger(ledger);
    if (!reads_.empty() && base_) judge_last(reads_.back());
    findings_.examined(fmt::format("{}, {}, {}", counted(effects_.size(), "effect"),
                                   counted(reads_.size(), "read"), counted(ledgers_.size(), "ledger")));
    if (reads_.empty() && ledgers_.empty())
      findings_.not_judged(Verdict::invalid, "no read tells what became of the money");
    return std::move(findings_);
  }

 private:
  // Reads and ledgers; those without an answer say nothing.
  bool is_reading(std::size_t i) {
    const sim::Operation& operation = history_[i];
    if (operation.f != "read" && operation.f != "ledger") return false;
    if (operation.outcome != sim::Outcome::ok) return true;
    const sim::ValueList* list = operation.result.as_list();
    if (list == nullptr) return false;
    if (operation.f == "ledger") {
      ledgers_.push_back(i);
      return true;
    }
    reads_.push_back(i);
    return std::all_of(list->begin(), list->end(), [](const sim::Value& each) {
      const sim::ValueList* pair = each.as_list();
      return pair != nullptr && pair->size() == 2 && amount_in((*pair)[1]);
    });
  }

  bool take_effect(std::size_t i) {
    const sim::Operation& operation = history_[i];
    const sim::ValueList* list = operation.value.as_list();
    const std::size_t parts = operation.f == "transfer" ? 3 : 2;
    if (operation.f != "transfer" && operation.f != "deposit" && operation.f != "withdraw") return false;
    if (list == nullptr || list->size() < parts || list->size() > parts + 1) return false;
    const std::size_t first = list->size() - parts;
    const std::optional<std::int64_t> amount = amount_in(list->back());
    if (!amount) return false;
    Effect& effect = first == 1 ? named_effect(list->front()) : effects_.emplace_back();
    if (operation.f == "transfer") {
      effect.changes = {{(*list)[first], -*amount}, {(*list)[first + 1], *amount}};
    } else {
      effect.changes = {{(*list)[first], operation.f == "deposit" ? *amount : -*amount}};
    }
    effect.tries.push_back(i);
    if (operation.outcome != sim::Outcome::fail)
      effect.may_from = std::min(effect.may_from, operation.invoke);
    if (operation.outcome == sim::Outcome::ok)
      effect.surely_from = std::min(effect.surely_from, operation.complete);
    return true;
  }

  Effect& named_effect(const sim::Value& id) {
    const auto [at, fresh] = by_id_.try_emplace(id, effects_.size());
    if (fresh) effects_.emplace_back();
    return effects_[at->second];
  }

  // Sessions only: nothing is before anything else for sure.
  bool surely_before(const Effect& effect, std::size_t reading) const {
    return history_[reading].invoke != sim::Operation::unordered &&
           effect.surely_from < history_[reading].invoke;
  }
  bool maybe_before(const Effect& effect, std::size_t reading) const {
    return effect.may_from != INT64_MAX && (history_[reading].invoke == sim::Operation::unordered ||
                                            effect.may_from < history_[reading].complete);
  }

  // What there was in the beginning. Without being told, the first read says it, if nothing came before.
  void find_base() {
    if (!options_.initial.is_null()) {
      base_ = options_.initial;
    } else if (!reads_.empty() && std::none_of(effects_.begin(), effects_.end(), [&](const Effect& effect) {
                 return maybe_before(effect, reads_.front());
               })) {
      base_ = history_[reads_.front()].result;
    }
  }

  static std::int64_t total(const sim::Value& balances) {
    std::int64_t sum = 0;
    for (const sim::Value& each : *balances.as_list()) sum += *(*each.as_list())[1].as_int();
    return sum;
  }

  void judge_balances(std::size_t read) {
    if (options_.overdrafts == Overdrafts::allowed) return;
    for (const sim::Value& each : *history_[read].result.as_list()) {
      const sim::ValueList& pair = *each.as_list();
      if (*pair[1].as_int() >= 0) continue;
      findings_.add("invariant(non-negativity)",
                    fmt::format("account {} had {}", in_words(pair[0]), *pair[1].as_int()), {read});
    }
  }

  // Transfers leave the total alone, so that only deposits and withdrawals matter; without any, the first
  // read says what it must be even if nobody else does.
  void judge_totals() {
    std::vector<const Effect*> outside;
    for (const Effect& effect : effects_) {
      if (effect.total() != 0) outside.push_back(&effect);
    }
    if (reads_.empty() || (!base_ && !outside.empty())) return;
    const std::int64_t base = total(base_ ? *base_ : history_[reads_.front()].result);
    for (const std::size_t read : reads_) {
      Range range{base, base};
      std::vector<std::size_t> witness{read};
      if (options_.initial.is_null()) witness.push_back(reads_.front());
      for (const Effect* effect : outside) {
        if (surely_before(*effect, read)) {
          range.surely_add(effect->total());
        } else if (maybe_before(*effect, read)) {
          range.may_add(effect->total());
        }
      }
      const std::int64_t found = total(history_[read].result);
      if (found >= range.low && found <= range.high) continue;
      for (const Effect* effect : outside)
        witness.insert(witness.end(), effect->tries.begin(), effect->tries.end());
      findings_.add(
          "invariant(conservation)",
          fmt::format("the read of process {} adds up to {}, not to {}", history_[read].process, found,
                      range.low == range.high ? fmt::format("{}", range.low)
                                              : fmt::format("{} to {}", range.low, range.high)),
          std::move(witness));
    }
  }

  void judge_ledger(std::size_t ledger) {
    std::map<sim::Value, std::size_t> times;
    for (const sim::Value& id : *history_[ledger].result.as_list()) ++times[id];
    const auto witness = [&](const Effect& effect) {
      std::vector<std::size_t> operations = effect.tries;
      operations.push_back(ledger);
      return operations;
    };
    for (const auto& [id, count] : times) {
      const auto effect = by_id_.find(id);
      if (effect == by_id_.end()) {
        findings_.add("phantom", fmt::format("{} took effect, but nobody asked for it", in_words(id)),
                      {ledger});
      } else if (effects_[effect->second].may_from == INT64_MAX) {
        findings_.add("dirty-read", fmt::format("{} took effect, but its every try failed", in_words(id)),
                      witness(effects_[effect->second]));
      } else if (count > 1) {
        findings_.add("duplicate-effect", fmt::format("{} took effect {} times", in_words(id), count),
                      witness(effects_[effect->second]));
      }
    }
    for (const auto& [id, number] : by_id_) {
      if (!surely_before(effects_[number], ledger) || times.contains(id)) continue;
      findings_.add("missing-effect", fmt::format("{} was acknowledged and took no effect", in_words(id)),
                    witness(effects_[number]));
    }
  }

  void judge_last(std::size_t read) {
    if (history_[read].invoke == sim::Operation::unordered) return;
    for (const sim::Value& each : *history_[read].result.as_list()) {
      const sim::ValueList& pair = *each.as_list();
      judge_account(read, pair[0], *pair[1].as_int());
    }
  }

  void judge_account(std::size_t read, const sim::Value& account, std::int64_t found) {
    Range range;
    for (const sim::Value& each : *base_->as_list()) {
      if ((*each.as_list())[0] == account) range.surely_add(*(*each.as_list())[1].as_int());
    }
    std::vector<std::size_t> witness{read};
    if (options_.initial.is_null()) witness.push_back(reads_.front());
    for (const Effect& effect : effects_) {
      const std::int64_t amount = effect.on(account);
      if (amount == 0) continue;
      if (surely_before(effect, read)) {
        range.surely_add(amount);
      } else if (maybe_before(effect, read)) {
        range.may_add(amount);
      }
      witness.insert(witness.end(), effect.tries.begin(), effect.tries.end());
    }
    if (found >= range.low && found <= range.high) return;
    const std::int64_t excess = found > range.high ? found - range.high : found - range.low;
    std::size_t twice = 0;
    std::size_t never = 0;
    for (const Effect& effect : effects_) {
      if (!surely_before(effect, read)) continue;
      twice += effect.on(account) == excess ? 1 : 0;
      never += effect.on(account) == -excess ? 1 : 0;
    }
    const std::string_view anomaly = twice == 1 && never == 0   ? "duplicate-effect"
                                     : never == 1 && twice == 0 ? "missing-effect"
                                                                : "wrong-result";
    findings_.add(anomaly,
                  fmt::format("account {} ends with {}, which is {} too {}", in_words(account), found,
                              excess > 0 ? excess : -excess, excess > 0 ? "much" : "little"),
                  std::move(witness));
  }

  const sim::History& history_;
  MoneyOptions options_;
  Findings findings_;
  std::vector<Effect> effects_;
  std::map<sim::Value, std::size_t> by_id_;
  std::vector<std::size_t> reads_;
  std::vector<std::size_t> ledgers_;
  std::optional<sim::Value> base_;
};

}  // namespace

Judgements check_money(const sim::History& history, const MoneyOptions& options) {
  return judge_by([&](const sim::History& part) { return Money(part, options).find(); }, history);
}

}  // namespace lightcone::reports::checkers
