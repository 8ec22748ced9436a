// What this process has used so far: of itself alone, so that what else runs on the machine does not count.
#pragma once

#include <sys/resource.h>

namespace lightcone {

inline rusage own_usage() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

// User and system time.
inline double cpu_seconds() {
  const auto seconds = [](const timeval& at) {
    return static_cast<double>(at.tv_sec) + 1e-6 * static_cast<double>(at.tv_usec);
  };
  const rusage usage = own_usage();
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

inline double peak_mib() { return static_cast<double>(own_usage().ru_maxrss) / 1024; }

}  // namespace lightcone
