// The file of a hunt's results, JSON Lines: what the hunt is, and then a line for each trial, written when it
// is over. A hunt that was interrupted goes on from its file, and the files of all shards together are the
// hunt as a whole. A last line without its end, as a power failure leaves it, is dropped.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/hunt/trial.hpp"

namespace lightcone::tools::hunt {

// What the shards of one hunt have in common, and which one this is.
struct Header {
  std::string scenario;       // the file, as it was named
  std::uint64_t content = 0;  // hash of what is run: another content is another hunt
  std::string strategy;
  std::vector<std::string> bugs;  // ascending
  std::uint64_t first_seed = 0;
  std::uint64_t last_seed = 0;
  std::uint64_t shard = 0;  // from 0
  std::uint64_t shards = 1;

  // Whether both are parts of one hunt.
  bool is_of_same_hunt(const Header& other) const;
};

// Of one trial, on one line. Frozen scenarios, and features, are in it if `frozen` or `features` say so.
std::string line_of(const Trial& trial, bool frozen, const std::vector<std::uint64_t>& features);

struct Results {
  Header header;
  std::vector<Trial> trials;  // in the order of the file
  std::uint64_t whole = 0;    // bytes of the file up to the end of the last whole line
};

// A sentence that begins with the path says what is wrong.
std::optional<std::string> read_results(const std::string& path, Results& out);

// Appends to a file of results.
class ResultsFile {
 public:
  ResultsFile() = default;
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;
  ~ResultsFile();

  // A new file, or one that exists and belongs to the same hunt and shard: then `earlier` are its trials, and
  // what is torn at its end is cut off. A sentence that begins with the path says what is wrong.
  std::optional<std::string> open(const std::string& path, const Header& header, std::vector<Trial>& earlier);
  // A trial, as soon as it is over.
  void add(const Trial& trial, bool has_news);
  std::optional<std::string> finish();

 private:
  std::string path_;
  std::FILE* file_ = nullptr;
  std::set<std::uint64_t> features_;  // that the file has
};

}  // namespace lightcone::tools::hunt
