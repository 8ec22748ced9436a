#include "reports/checkers/locks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "reports/checkers/value_numbers.hpp"
#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

constexpr std::size_t none = SIZE_MAX;

struct Hold {
  std::size_t acquire = none;
  std::size_t ended_by =
      none;  // what the client did next, or was last seen doing; the lease may be over before
  std::int64_t from = 0;
  std::int64_t until = 0;
};

// Something under a token: an acquisition or an effect.
struct Token {
  std::size_t operation = none;
  std::int64_t token = 0;
};

class Locks {
 public:
  Locks(const sim::History& history, const LockOptions& options)
      : history_(history),
        options_(options),
        findings_({"mutex-violation", "split-brain", "nonmonotonic", "invariant(fencing)"}) {}

  Findings find() {
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const sim::Operation& operation = history_[i];
      if (operation.invoke == sim::Operation::unordered) {
        findings_.not_judged(Verdict::unknown,
                             "without times nothing says who held the lock together with whom");
        return std::move(findings_);
      }
      last_seen_[operation.process] = i;
      const std::uint32_t key = keys_.insert(0, operation.key);
      if (key == holds_.size()) add_key();
      if (operation.f == "acquire" || operation.f == "release") {
        end_hold(key, i);
        if (operation.f == "acquire" && operation.outcome == sim::Outcome::ok) acquire(key, i);
      } else if (operation.outcome == sim::Outcome::ok) {
        effect(key, i);
      }
    }
    end_open_holds();
    std::size_t acquired = 0;
    for (std::uint32_t key = 0; key < holds_.size(); ++key) {
      acquired += holds_[key].size();
      find_overlap(key);
      find_repeated(grants_[key]);
      find_decline(grants_[key], "nonmonotonic", "was given");
      find_decline(effects_[key], "invariant(fencing)", "was accepted");
    }
    findings_.examined(fmt::format("{}", counted(acquired, "acquisition")));
    if (acquired == 0) findings_.not_judged(Verdict::invalid, "nobody acquired a lock");
    return std::move(findings_);
  }

 private:
  void add_key() {
    holds_.emplace_back();
    grants_.emplace_back();
    effects_.emplace_back();
  }

  void acquire(std::uint32_t key, std::size_t i) {
    const sim::Operation& operation = history_[i];
    Hold hold{i, none, operation.complete, sim::Operation::open};
    if (options_.lease && *options_.lease < sim::Operation::open - operation.invoke)
      hold.until = operation.invoke + *options_.lease;
    if (hold.until >= hold.from) {  // the lease was not over when the client heard of it
      open_[{key, operation.process}] = holds_[key].size();
      holds_[key].push_back(hold);
    }
    if (operation.result.as_int() != nullptr) grants_[key].push_back({i, *operation.result.as_int()});
  }

  void end_hold(std::uint32_t key, std::size_t by) {
    const auto open = open_.find({key, history_[by].process});
    if (open == open_.end()) return;
    end(holds_[key][open->second], by);
    open_.erase(open);
  }

  void end(Hold& hold, std::size_t by) {
    hold.until = std::max(hold.from, std::min(hold.until, history_[by].invoke));
    hold.ended_by = by;
  }

  // Of a client that never released nothing is known beyond its last operation.
  void end_open_holds() {
    for (const auto& [where, place] : open_) {
      Hold& hold = holds_[where.first][place];
      end(hold, last_seen_[where.second]);
    }
  }

  void effect(std::uint32_t key, std::size_t i) {
    const sim::ValueList* list = history_[i].value.as_list();
    if (list == nullptr || list->empty() || list->front().as_int() == nullptr) return;
    effects_[key].push_back({i, *list->front().as_int()});
  }

  void find_overlap(std::uint32_t key) {
    std::vector<Hold> holds = holds_[key];
    std::sort(holds.begin(), holds.end(), [](const Hold& a, const Hold& b) {
      return std::pair(a.from, a.acquire) < std::pair(b.from, b.acquire);
    });
    const Hold* longest = nullptr;
    for (const Hold& hold : holds) {
      if (longest != nullptr && hold.from < longest->until) {
        const std::size_t first = longest->acquire;
        findings_.add(
            "mutex-violation",
            fmt::format("process {} believes from {} to {} that it holds the lock, process {} from {}",
                        history_[first].process, longest->from, longest->until,
                        history_[hold.acquire].process, hold.from),
            {first, longest->ended_by, hold.acquire});
      }
      if (longest == nullptr || hold.until > longest->until) longest = &hold;
    }
  }

  void find_repeated(std::vector<Token> grants) {
    std::sort(grants.begin(), grants.end(), [](const Token& a, const Token& b) {
      return std::pair(a.token, a.operation) < std::pair(b.token, b.operation);
    });
    for (std::size_t i = 1; i < grants.size(); ++i) {
      if (grants[i - 1].token != grants[i].token) continue;
      const std::size_t a = grants[i - 1].operation;
      const std::size_t b = grants[i].operation;
      findings_.add("split-brain",
                    fmt::format("token {} was given to process {} and to process {}", grants[i].token,
                                history_[a].process, history_[b].process),
                    {a, b});
    }
  }

  // Something under a smaller token, invoked after something under a greater one had returned.
  void find_decline(const std::vector<Token>& by_invocation, std::string_view anomaly,
                    std::string_view what) {
    std::vector<Token> by_return = by_invocation;
    std::sort(by_return.begin(), by_return.end(), [&](const Token& a, const Token& b) {
      return std::pair(history_[a.operation].complete, a.operation) <
             std::pair(history_[b.operation].complete, b.operation);
    });
    std::size_t returned = 0;
    Token greatest;
    for (const Token& later : by_invocation) {
      for (; returned < by_return.size() &&
             history_[by_return[returned].operation].complete < history_[later.operation].invoke;
           ++returned) {
        if (greatest.operation == none || by_return[returned].token > greatest.token)
          greatest = by_return[returned];
      }
      if (greatest.operation == none || later.token >= greatest.token) continue;
      findings_.add(anomaly,
                    fmt::format("token {} {} after token {} had been", later.token, what, greatest.token),
                    {greatest.operation, later.operation});
    }
  }

  const sim::History& history_;
  LockOptions options_;
  Findings findings_;
  ValueNumbers keys_;
  std::vector<std::vector<Hold>> holds_;
  std::vector<std::vector<Token>> grants_;
  std::vector<std::vector<Token>> effects_;
  std::map<std::pair<std::uint32_t, std::int64_t>, std::size_t>
      open_;  // by key and process: places in holds_
  std::map<std::int64_t, std::size_t> last_seen_;
};

}  // namespace

Judgements check_lock(const sim::History& history, const LockOptions& options) {
  return judge_by([&](const sim::History& part) { return Locks(part, options).find(); }, history);
}

}  // namespace lightcone::reports::checkers
