// A verb of the program: `lightcone VERB ...`. One file each in tools/verbs, listed in tools/verbs.cpp.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/variables_map.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/registry.hpp"
#include "tools/exit_codes.hpp"
#include "tools/terminal.hpp"

namespace lightcone::tools {

namespace options = boost::program_options;

class Verb {
 public:
  Verb() = default;
  Verb(const Verb&) = delete;
  Verb& operator=(const Verb&) = delete;
  virtual ~Verb() = default;

  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;      // a few words, in the list of verbs
  virtual std::string_view operands() const = 0;     // "SCENARIO...", for the usage line
  virtual std::string_view explanation() const = 0;  // paragraphs, below the options of --help
  virtual void describe(options::options_description& visible) const = 0;
  // Names of the options that operands go to; empty: no operands.
  virtual std::string_view operand_option() const { return {}; }
  // `registry`: the models that this program knows. The answer is the exit code.
  virtual int run(const options::variables_map& given, const models::Registry& registry,
                  Terminal& terminal) const = 0;
};

// All verbs, in the order of the help text.
const std::vector<const Verb*>& all_verbs();

// What `--help` prints.
std::string usage_of(const Verb& verb);
std::string usage_of_program();

}  // namespace lightcone::tools
