#include "tools/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace lightcone::tools {

namespace {

bool has_text(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

int columns_of_terminal() {
  winsize size{};
  if (isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) {
    return size.ws_col;
  }
  return 100;
}

volatile std::sig_atomic_t interrupted = 0;

extern "C" void note_interrupt(int signal) {
  interrupted = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

Terminal::Terminal()
    : colours_(isatty(STDOUT_FILENO) != 0 && !has_text("NO_COLOR")),
      columns_(columns_of_terminal()),
      status_is_visible_(isatty(STDERR_FILENO) != 0) {}

void Terminal::print(std::string_view text) {
  clear_status();
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);  // whoever reads a pipe sees each result when it is there
}

void Terminal::note(std::string_view text) {
  clear_status();
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
}

void Terminal::complain(std::string_view text) {
  clear_status();
  std::fflush(stdout);
  std::fprintf(stderr, "lightcone: %.*s\n", static_cast<int>(text.size()), text.data());
}

void Terminal::status(std::string_view text) {
  if (!status_is_visible_) return;
  std::fprintf(stderr, "\r\x1b[K%.*s", static_cast<int>(text.size()), text.data());
  std::fflush(stderr);
  status_shown_ = true;
}

void Terminal::clear_status() {
  if (!status_shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  status_shown_ = false;
}

void catch_interrupts() { std::signal(SIGINT, note_interrupt); }

bool is_interrupted() { return interrupted != 0; }

}  // namespace lightcone::tools
