// lightcone completion, lightcone man: what shells and man(1) want, made from the verbs themselves.
#include <fmt/format.h>

#include <iterator>

#include "tools/verbs/verbs.hpp"
#include "tools/version.hpp"

namespace lightcone::tools {
namespace {

struct Flag {
  std::string name;  // "--seed"
  std::string help;
  bool takes_value;
};

std::vector<Flag> flags_of(const Verb& verb) {
  options::options_description visible;
  visible.add_options()("help", "show this");
  verb.describe(visible);
  std::vector<Flag> flags;
  for (const auto& option : visible.options()) {
    flags.push_back(
        {"--" + option->long_name(), option->description(), option->semantic()->max_tokens() > 0});
  }
  return flags;
}

std::string bash_completion() {
  std::string verbs;
  std::string cases;
  for (const Verb* verb : all_verbs()) {
    verbs += fmt::format("{} ", verb->name());
    std::string flags;
    for (const Flag& flag : flags_of(*verb)) flags += flag.name + " ";
    cases += fmt::format("    {}) flags=\"{}\" ;;\n", verb->name(), flags);
  }
  return fmt::format(
      "# bash completion for lightcone\n"
      "_lightcone() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} flags=\"\"\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{}--help --version\" -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n{}  esac\n"
      "  if [[ $word == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
      "  else\n"
      "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F _lightcone lightcone\n",
      verbs, cases);
}

// What zsh and fish must not take for syntax.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_completion() {
  std::string verbs;
  std::string cases;
  for (const Verb* verb : all_verbs()) {
    verbs += fmt::format("    '{}:{}'\n", verb->name(), escaped(verb->summary(), ":"));
    std::string arguments;
    for (const Flag& flag : flags_of(*verb)) {
      std::string help;
      for (const char c : flag.help) help += c == '\'' ? std::string("'\\''") : std::string(1, c);
      arguments += fmt::format(" '{}[{}]{}'", flag.name, escaped(help, "[]:"),
                               flag.takes_value ? ":value:_files" : "");
    }
    cases += fmt::format("    {}) _arguments{} '*:file:_files' ;;\n", verb->name(), arguments);
  }
  return fmt::format(
      "#compdef lightcone\n"
      "_lightcone() {{\n"
      "  local -a verbs\n"
      "  verbs=(\n{}  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe verb verbs\n"
      "    return\n"
      "  fi\n"
      "  local verb=$words[2]\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $verb in\n{}  esac\n"
      "}}\n"
      "_lightcone \"$@\"\n",
      verbs, cases);
}

std::string fish_completion() {
  std::string out = "# fish completion for lightcone\n";
  for (const Verb* verb : all_verbs()) {
    fmt::format_to(std::back_inserter(out), "complete -c lightcone -n __fish_use_subcommand -a {} -d '{}'\n",
                   verb->name(), escaped(verb->summary(), "'\\"));
    for (const Flag& flag : flags_of(*verb)) {
      fmt::format_to(std::back_inserter(out),
                     "complete -c lightcone -n '__fish_seen_subcommand_from {}' -l {}{} -d '{}'\n",
                     verb->name(), flag.name.substr(2), flag.takes_value ? " -r" : "",
                     escaped(flag.help, "'\\"));
    }
  }
  return out;
}

class CompletionVerb final : public Verb {
 public:
  std::string_view name() const override { return "completion"; }
  std::string_view summary() const override { return "Prints a completion script for a shell"; }
  std::string_view operands() const override { return "bash|zsh|fish"; }
  std::string_view operand_option() const override { return "shell"; }
  std::string_view explanation() const override {
    return "bash: source <(lightcone completion bash)\n"
           "zsh:  lightcone completion zsh > \"${fpath[1]}/_lightcone\"\n"
           "fish: lightcone completion fish > ~/.config/fish/completions/lightcone.fish\n";
  }
  void describe(options::options_description&) const override {}
  int run(const options::variables_map& given, const models::Registry&, Terminal& terminal) const override {
    const auto shells = given.count("shell") != 0 ? given["shell"].as<std::vector<std::string>>()
                                                  : std::vector<std::string>();
    if (shells.size() == 1 && shells.front() == "bash") {
      terminal.print(bash_completion());
    } else if (shells.size() == 1 && shells.front() == "zsh") {
      terminal.print(zsh_completion());
    } else if (shells.size() == 1 && shells.front() == "fish") {
      terminal.print(fish_completion());
    } else {
      terminal.complain("expected one of bash, zsh, fish");
      return exit_usage;
    }
    return exit_ok;
  }
};

// Text that roff must not take for a request or an escape.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_begins = c == '\n';
  }
  return out;
}

std::string man_page() {
  std::string out = fmt::format(
      ".TH LIGHTCONE 1 \"\" \"lightcone {}\" \"User Commands\"\n"
      ".SH NAME\nlightcone \\- runs distributed systems in virtual time, breaks them, and judges them\n"
      ".SH SYNOPSIS\n.B lightcone\n.I VERB\n[\\fIOPTIONS\\fR] ...\n"
      ".SH DESCRIPTION\n"
      "A scenario deploys a system, lets clients use it and lets things go wrong. A run is a pure function "
      "of the\n"
      "scenario and its seed. What the clients saw is judged against what the system claims.\n"
      ".SH VERBS\n",
      version);
  for (const Verb* verb : all_verbs()) {
    fmt::format_to(std::back_inserter(out), ".SS {} {}\n{}.\n.PP\n.nf\n{}.fi\n", roff(verb->name()),
                   roff(verb->operands()), roff(verb->summary()), roff(verb->explanation()));
    for (const Flag& flag : flags_of(*verb)) {
      fmt::format_to(std::back_inserter(out), ".TP\n.B {}\n{}\n", roff(flag.name), roff(flag.help));
    }
  }
  out +=
      ".SH EXIT STATUS\n"
      "0 as the scenario expects; 1 a claim was violated; 2 a judge could not decide; 3 an expected "
      "violation did not\n"
      "occur; 4 nothing ran, or what ran tested nothing; 5 a replay differs from its trace; 64 wrong usage; "
      "65 a bad file;\n"
      "66 a file cannot be read; 70 a defect of the program; 73 a file cannot be written; 130 interrupted.\n"
      ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nIf set and not empty, output is not coloured.\n";
  return out;
}

class ManVerb final : public Verb {
 public:
  std::string_view name() const override { return "man"; }
  std::string_view summary() const override { return "Prints the manual page"; }
  std::string_view operands() const override { return ""; }
  std::string_view explanation() const override { return "lightcone man | man -l -\n"; }
  void describe(options::options_description&) const override {}
  int run(const options::variables_map&, const models::Registry&, Terminal& terminal) const override {
    terminal.print(man_page());
    return exit_ok;
  }
};

}  // namespace

const Verb& completion_verb() {
  static const CompletionVerb verb;
  return verb;
}

const Verb& man_verb() {
  static const ManVerb verb;
  return verb;
}

}  // namespace lightcone::tools
