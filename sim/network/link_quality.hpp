// What a directed link does to messages when nothing is wrong with it.
#pragma once

#include <boost/describe/enum.hpp>
#include <cstdint>

#include "sim/chance/distribution.hpp"
#include "sim/ratio.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

enum class Transport : std::uint8_t {
  datagram,  // each message on its own: lost, doubled and overtaken freely
  stream,    // in order, as over TCP: a loss costs a retransmission, a cut stalls until it heals or gives up
};
BOOST_DESCRIBE_ENUM(Transport, datagram, stream)

struct LinkQuality {
  Distribution latency = Distribution::always(1ms);
  std::uint64_t bytes_per_second = 0;  // 0: unlimited
  std::uint64_t queue_bytes = 0;       // a datagram that finds more than this queued is lost; 0: unlimited
  Ratio loss{0, 1};
  Ratio duplication{0, 1};
  Ratio reordering{0, 1};  // share of messages held back by up to `reorder_by`
  Duration reorder_by = 5ms;
  Ratio corruption{0, 1};  // share of messages damaged on the way; checksums find them all
  Transport transport = Transport::datagram;
  Duration retransmit_after = 200ms;  // stream: first retransmission; doubles each time
  Duration give_up_after = 30s;       // stream: the connection is reset, what it carried is lost
};

}  // namespace lightcone::sim
