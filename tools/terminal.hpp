// Where the program's words go: results to standard output, everything else to standard error. Colour only on
// a terminal, and not with NO_COLOR set (https://no-color.org).
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace lightcone::tools {

class Terminal {
 public:
  // Looks at the streams and the environment.
  Terminal();

  void print(std::string_view text);     // standard output
  void complain(std::string_view text);  // standard error, "lightcone: " before it and a newline behind
  void note(std::string_view text);      // standard error, as it is, and a newline behind
  bool colours() const { return colours_; }
  int columns() const { return columns_; }

  // One line on a terminal's standard error that is overwritten by the next; nothing elsewhere. clear_status
  // must come before anything else is printed.
  void status(std::string_view text);
  void clear_status();
  bool shows_status() const { return status_is_visible_; }

 private:
  bool colours_;
  int columns_;
  bool status_is_visible_;
  bool status_shown_ = false;
};

// Set by Ctrl-C; long work looks at it and ends early. A second Ctrl-C ends the program at once.
void catch_interrupts();
bool is_interrupted();

}  // namespace lightcone::tools
