// HTTP for a Site: Boost.Beast on Asio, a thread for each connection, all bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "tools/serve/site.hpp"

namespace lightcone::tools {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any that is free
  std::size_t connections = 16;
  std::size_t header_bytes = 16 * 1024;
  int seconds = 10;  // to send a request, or to take an answer
};

// Serves until `stop` says so; it is asked several times a second. `listening` is told the port. A sentence,
// if it cannot listen.
std::optional<std::string> serve(Site& site, const ServerOptions& options,
                                 const std::function<void(std::uint16_t)>& listening,
                                 const std::function<bool()>& stop);

}  // namespace lightcone::tools
