#include "tools/serve/server.hpp"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <list>
#include <thread>

#include "reports/text/markup.hpp"

namespace lightcone::tools {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Request = http::request<http::empty_body>;

// One connection, one request. Everything on it has a deadline.
class Session {
 public:
  Session(tcp::socket socket, asio::io_context& context, Site& site, const ServerOptions& options,
          std::uint16_t port)
      : stream_(std::move(socket)), context_(context), site_(site), options_(options), port_(port) {}

  void run() {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.header_bytes));
    parser.body_limit(0);
    beast::flat_buffer buffer;
    const beast::error_code wrong = wait([&](auto done) { http::async_read(stream_, buffer, parser, done); });
    if (wrong == http::error::header_limit) return send(431, "The request is too long.");
    if (wrong == http::error::body_limit || wrong == http::error::unexpected_body)
      return send(413, "A request has no body here.");
    if (wrong) {
      if (wrong != beast::error::timeout && wrong != http::error::end_of_stream)
        send(400, "This is no request.");
      return;
    }
    answer(parser.get());
  }

 private:
  // Runs one asynchronous operation to its end.
  template <class Begin>
  beast::error_code wait(Begin begin) {
    beast::error_code result;
    stream_.expires_after(std::chrono::seconds(options_.seconds));
    begin([&result](beast::error_code wrong, std::size_t) { result = wrong; });
    context_.restart();
    context_.run();
    return result;
  }

  // A page elsewhere must not use a browser to reach this server under a name of its own.
  bool is_for_us(std::string_view host) const {
    for (const std::string& name :
         {options_.address, std::string("localhost"), std::string("127.0.0.1"), std::string("[::1]")}) {
      if (host == name || host == fmt::format("{}:{}", name, port_)) return true;
      if (host == fmt::format("[{}]:{}", name, port_)) return true;
    }
    return false;
  }

  void answer(const Request& request) {
    const auto host = request[http::field::host];
    if (!is_for_us({host.data(), host.size()})) return send(421, "This server is not known by that name.");
    if (request.method() != http::verb::get) return send(405, "Only GET is answered.");
    const auto text = request.target();
    const auto target = parse_target({text.data(), text.size()});
    if (!target) return send(400, "The address is malformed.");
    if (Site::is_streamed(*target)) return stream(*target);
    const Answer found = site_.answer(*target);
    send_whole(found.status, found.body);
  }

  void set_headers(auto& response) const {
    response.set(http::field::server, "Lightcone");
    response.set(http::field::content_type, "text/html; charset=utf-8");
    response.set(http::field::cache_control, "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("X-Frame-Options", "DENY");
    response.set("Referrer-Policy", "no-referrer");
  }

  void send(int status, std::string_view why) {
    send_whole(status, page("Lightcone", "<pre>" + reports::text::without_markup(why) + "</pre>"));
  }

  void send_whole(int status, const std::string& body) {
    http::response<http::string_body> response(static_cast<http::status>(status), 11);
    set_headers(response);
    response.body() = body;
    response.keep_alive(false);
    response.prepare_payload();
    wait([&](auto done) { http::async_write(stream_, response, done); });
    close();
  }

  // In chunks, as they come.
  void stream(const Target& target) {
    bool begun = false;
    http::response<http::empty_body> head(http::status::ok, 11);
    http::response_serializer<http::empty_body> serializer(head);
    const auto write = [&](std::string_view piece) {
      if (!begun) {
        set_headers(head);
        head.keep_alive(false);
        head.chunked(true);
        begun = true;
        if (wait([&](auto done) { http::async_write_header(stream_, serializer, done); })) return false;
      }
      if (piece.empty()) return true;
      const auto chunk = http::make_chunk(asio::const_buffer(piece.data(), piece.size()));
      return !wait([&](auto done) { asio::async_write(stream_, chunk, done); });
    };
    const Refusal refusal = site_.stream(target, write);
    if (refusal.status != 0) return send(refusal.status, refusal.why);
    if (begun) wait([&](auto done) { asio::async_write(stream_, http::make_chunk_last(), done); });
    close();
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  asio::io_context& context_;
  Site& site_;
  const ServerOptions& options_;
  std::uint16_t port_;
};

struct Worker {
  std::atomic<bool> done{false};
  std::thread thread;
};

}  // namespace

std::optional<std::string> serve(Site& site, const ServerOptions& options,
                                 const std::function<void(std::uint16_t)>& listening,
                                 const std::function<bool()>& stop) {
  asio::io_context context;
  beast::error_code wrong;
  const auto address = asio::ip::make_address(options.address, wrong);
  if (wrong) return fmt::format("{} is no address", options.address);
  tcp::acceptor acceptor(context);
  const tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), wrong);
  if (!wrong) acceptor.set_option(asio::socket_base::reuse_address(true), wrong);
  if (!wrong) acceptor.bind(endpoint, wrong);
  if (!wrong) acceptor.listen(asio::socket_base::max_listen_connections, wrong);
  if (wrong) return fmt::format("{}:{}: {}", options.address, options.port, wrong.message());
  const std::uint16_t port = acceptor.local_endpoint().port();
  listening(port);

  std::list<Worker> workers;
  const auto sweep = [&workers](bool all) {
    for (auto at = workers.begin(); at != workers.end();) {
      if (!all && !at->done) {
        ++at;
        continue;
      }
      at->thread.join();
      at = workers.erase(at);
    }
  };
  acceptor.non_blocking(true, wrong);
  while (!stop()) {
    sweep(false);
    auto own = std::make_shared<asio::io_context>();
    tcp::socket socket(*own);
    beast::error_code failed;
    // Further connections wait in the listener's queue until there is room.
    if (workers.size() < options.connections) {
      acceptor.accept(socket, failed);
    } else {
      failed = asio::error::would_block;
    }
    if (failed) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      continue;
    }
    Worker& worker = workers.emplace_back();
    worker.thread = std::thread(
        [&site, &options, port, own, moved = std::make_shared<tcp::socket>(std::move(socket)), &worker] {
          Session(std::move(*moved), *own, site, options, port).run();
          worker.done = true;
        });
  }
  sweep(true);
  return std::nullopt;
}

}  // namespace lightcone::tools
