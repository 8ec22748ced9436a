#include <algorithm>
#include <set>
#include <string>

#include "reports/checkers/check_history.hpp"

namespace lightcone::reports::checkers {

namespace {

// What the operations look like, by name.
struct Looks {
  std::set<std::string> names;
  bool timed = false;
  bool lists_read = false;
  bool numbers_acquired = false;
  bool lists_appended = false;  // a transaction appends
  bool long_heads = false;      // a transaction's steps are "read" and "write"
  bool predicates = false;
};

void look_at_steps(const sim::Value& value, Looks& looks) {
  const sim::ValueList* steps = value.as_list();
  if (steps == nullptr) return;
  for (const sim::Value& each : *steps) {
    const sim::ValueList* step = each.as_list();
    const std::string* head = step == nullptr || step->empty() ? nullptr : step->front().as_text();
    if (head == nullptr) continue;
    looks.lists_appended = looks.lists_appended || *head == "append";
    looks.long_heads = looks.long_heads || *head == "read" || *head == "write";
    looks.predicates = looks.predicates || *head == "rp" || *head == "insert" || *head == "delete";
  }
}

Looks look_at(const sim::History& history) {
  Looks looks;
  for (const sim::Operation& operation : history) {
    if (!looks.names.contains(operation.f)) looks.names.insert(operation.f);
    looks.timed = looks.timed || operation.invoke != sim::Operation::unordered;
    const bool ok = operation.outcome == sim::Outcome::ok;
    if (operation.f == "read" && ok)
      looks.lists_read = looks.lists_read || operation.result.as_list() != nullptr;
    if (operation.f == "acquire" && ok)
      looks.numbers_acquired = looks.numbers_acquired || operation.result.as_int() != nullptr;
    if (operation.f == "txn") look_at_steps(operation.value, looks);
  }
  return looks;
}

bool only(const Looks& looks, std::initializer_list<std::string_view> known) {
  return std::all_of(looks.names.begin(), looks.names.end(), [&](const std::string& name) {
    return std::find(known.begin(), known.end(), name) != known.end();
  });
}

std::string transactions(const Looks& looks) {
  if (looks.predicates) return "closed-predicate";
  if (looks.lists_appended) return "list-append";
  return looks.long_heads ? "multi-register" : "rw-register";
}

}  // namespace

std::string guess_model(const sim::History& history) {
  const Looks looks = look_at(history);
  const auto has = [&](const char* name) { return looks.names.contains(name); };
  if (looks.names.empty()) return {};
  if (only(looks, {"txn"})) return transactions(looks);
  if (only(looks, {"read", "write"}) && !looks.lists_read) return looks.timed ? "register" : "kv-register";
  if (only(looks, {"read", "write", "cas"})) return "cas-register";
  if (only(looks, {"get", "put"}) && !looks.timed) return "kv-register";
  if (only(looks, {"get", "put", "append", "cas", "delete", "incr"})) return "kv";
  if (only(looks, {"enqueue", "dequeue"})) return "fifo-queue";
  if (only(looks, {"push", "pop"})) return "stack";
  if (has("append") && has("poll") && only(looks, {"append", "poll", "read"})) return "stream";
  if (has("append") && only(looks, {"append", "read"})) return "log";
  if (only(looks, {"acquire", "release"})) return looks.numbers_acquired ? "fenced-lock" : "mutex";
  if (has("remove") && only(looks, {"add", "remove", "contains", "read"})) return "set";
  if (has("insert") && only(looks, {"insert", "discard", "contains", "read"})) return "set";
  if (has("contains") && only(looks, {"add", "contains", "read"})) return "set";
  if (has("add") && only(looks, {"add", "read"})) return looks.lists_read ? "set" : "counter";
  if (only(looks, {"add", "incr", "decr", "read"})) return "counter";
  if (only(looks, {"generate", "next", "id"})) return "unique-ids";
  if (has("transfer") || has("deposit")) return "bank";
  if (only(looks, {"admit"})) return "rate-limit";
  if (has("acquire")) return "lock";
  return {};
}

}  // namespace lightcone::reports::checkers
