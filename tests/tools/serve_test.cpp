// lightcone serve, as browsers and others meet it.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/tools/program.hpp"

namespace lightcone::tests {

namespace {

namespace fs = std::filesystem;
namespace asio = boost::asio;
using asio::ip::tcp;
using Catch::Matchers::Contains;

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A folder with two scenarios, one with a hostile name, a lesson, a broken one and a link that leads out of
// it.
fs::path folder() {
  const fs::path at = fs::path(LIGHTCONE_SCRATCH_DIR) / "served";
  fs::remove_all(at);
  fs::create_directories(at / "deeper");
  const std::string scenario = text_of(fs::path(LIGHTCONE_SOURCE_DIR) / "scenarios/raft/forgotten-vote.json");
  std::ofstream(at / "vote.json") << scenario;
  std::ofstream(at / "deeper/<b>vote&.json") << scenario;
  std::ofstream(at / "lesson.json") << text_of(fs::path(LIGHTCONE_SOURCE_DIR) /
                                               "scenarios/lessons/two-replicas-and-one-cut.json");
  std::ofstream(at / "broken.json") << "{\"title\": ";
  std::ofstream(fs::path(LIGHTCONE_SCRATCH_DIR) / "outside.json") << scenario;
  fs::create_symlink(fs::path(LIGHTCONE_SCRATCH_DIR) / "outside.json", at / "link.json");
  return at;
}

class Served {
 public:
  explicit Served(const std::string& options = "") {
    const std::string log = std::string(LIGHTCONE_SCRATCH_DIR) + "/serve.log";
    const std::string pid = std::string(LIGHTCONE_SCRATCH_DIR) + "/serve.pid";
    std::remove(log.c_str());
    const std::string command = "'" LIGHTCONE_PROGRAM "' serve '" + folder().string() + "' --port 0 " +
                                options + " > '" + log + "' 2>&1 & echo $! > '" + pid + "'";
    REQUIRE(std::system(command.c_str()) == 0);
    std::ifstream(pid) >> process_;
    for (int i = 0; i < 200 && port_.empty(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
      const std::string said = text_of(log);
      const std::size_t at = said.find("http://127.0.0.1:");
      if (said.find("; Ctrl-C") != std::string::npos && at != std::string::npos)
        port_ = said.substr(at + 17, said.find('/', at + 17) - at - 17);
    }
    REQUIRE_FALSE(port_.empty());
  }
  ~Served() {
    if (process_ > 0) kill(process_, SIGKILL);
  }
  // Whether it ends by itself when it is interrupted.
  bool ends() {
    kill(process_, SIGINT);
    for (int i = 0; i < 200; ++i) {
      if (kill(process_, 0) != 0) {
        process_ = 0;
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    return false;
  }

  // The whole answer to what is sent as it is.
  std::string raw(const std::string& request) const {
    asio::io_context context;
    tcp::socket socket = sent(context, request);
    std::string answer;
    boost::system::error_code wrong;
    asio::read(socket, asio::dynamic_buffer(answer), wrong);
    return answer;
  }
  std::string get(const std::string& target, const std::string& more = "") const {
    return raw(request_for(target, more));
  }
  // Asks, and leaves the answer to be read.
  tcp::socket ask(asio::io_context& context, const std::string& target) const {
    return sent(context, request_for(target, ""));
  }
  const std::string& port() const { return port_; }

 private:
  std::string request_for(const std::string& target, const std::string& more) const {
    return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + port_ + "\r\n" + more + "\r\n";
  }
  tcp::socket sent(asio::io_context& context, const std::string& request) const {
    tcp::socket socket(context);
    boost::system::error_code wrong;
    socket.connect({asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(std::stoi(port_))},
                   wrong);
    REQUIRE_FALSE(wrong);
    asio::write(socket, asio::buffer(request), wrong);
    return socket;
  }

  pid_t process_ = 0;
  std::string port_;
};

int status_of(const std::string& answer) {
  std::istringstream in(answer);
  std::string version;
  int status = 0;
  in >> version >> status;
  return status;
}

bool has_page() { return run_program("serve --port 70000").output.find("no page") == std::string::npos; }

}  // namespace

TEST_CASE("serve: scenarios are listed, run with changes, and shown") {
  if (!has_page()) return;
  Served served;
  const std::string index = served.get("/");
  CHECK(status_of(index) == 200);
  CHECK_THAT(index, Contains("/scenario?file=vote.json") && Contains("The forgotten vote"));
  CHECK_THAT(index, !Contains("<b>vote") && Contains("&lt;b&gt;vote&amp;.json"));
  CHECK_THAT(index, !Contains("broken.json") && !Contains("link.json"));
  const std::string form = served.get("/scenario?file=deeper%2F%3Cb%3Evote%26.json");
  CHECK(status_of(form) == 200);
  CHECK_THAT(form, Contains("raft.no-persist-vote") && !Contains("<b>vote"));

  const std::string run = served.get("/run?file=vote.json&seed=5&set=workload.clients%3D4%0D%0Alength%3D15s");
  CHECK(status_of(run) == 200);
  CHECK_THAT(run, Contains("Transfer-Encoding: chunked") && Contains(" % of 15.0 s, "));
  CHECK_THAT(run, Contains("served/vote.json --seed 5 --set workload.clients=4 --set length=15s</code>"));
  CHECK_THAT(run, Contains("<!DOCTYPE html>") && Contains("id=\"run\"") && Contains("</html>"));
  CHECK(run.find(" % of ") < run.find("id=\"run\""));
  CHECK(served.ends());
}

TEST_CASE("serve: a lesson is listed, asks, and its changes are tried") {
  if (!has_page()) return;
  const Served served;
  const std::string index = served.get("/");
  CHECK_THAT(index, Contains("/lesson?file=lesson.json") && !Contains("/lesson?file=vote.json"));
  const std::string lesson = served.get("/lesson?file=lesson.json");
  CHECK(status_of(lesson) == 200);
  CHECK_THAT(lesson, Contains("Two replicas and one cut") && Contains("name=\"answer\" value=\"3\""));
  CHECK_THAT(lesson, !Contains("misconception"));
  CHECK_THAT(served.get("/scenario?file=lesson.json"), Contains("/lesson?file=lesson.json"));
  CHECK(status_of(served.get("/run?file=lesson.json&answer=1")) == 200);

  std::size_t holds = 0;
  for (const std::string letter : {"a", "b", "c"}) {
    const std::string tried = served.get("/try?file=lesson.json&answer=1&change=" + letter);
    INFO(tried);
    CHECK(status_of(tried) == 200);
    CHECK_THAT(tried, Contains("Transfer-Encoding: chunked") && Contains(" of 100 seeds</p>"));
    CHECK_THAT(tried, Contains("It sets <code>--set ") && Contains("/run?file=lesson.json&amp;answer=1"));
    const bool is_fix = tried.find("It holds with all of 100 seeds.") != std::string::npos;
    CHECK(is_fix != (tried.find(" of 100 seeds, first with seed ") != std::string::npos));
    CHECK(is_fix == (tried.find("A run with this change") != std::string::npos));
    holds += is_fix ? 1 : 0;
  }
  CHECK(holds == 1);
}

TEST_CASE("serve: answers and changes that are none of a lesson's are refused") {
  if (!has_page()) return;
  const Served served;
  for (const std::string answer :
       {"0", "4", "-1", "1.5", "first", "99999999999999999999999", "%3Cscript%3E"}) {
    INFO(answer);
    const std::string refused = served.get("/run?file=lesson.json&answer=" + answer);
    CHECK(status_of(refused) == 422);
    CHECK_THAT(refused, !Contains("<script>"));
    CHECK(status_of(served.get("/try?file=lesson.json&change=a&answer=" + answer)) == 422);
  }
  for (const std::string change : {"", "d", "A", "aa", "%60", "1", "%C3%A9", "%3Cscript%3E"}) {
    INFO(change);
    const std::string refused = served.get("/try?file=lesson.json&change=" + change);
    CHECK(status_of(refused) == 422);
    CHECK_THAT(refused, !Contains("<script>"));
  }
  CHECK(status_of(served.get("/run?file=vote.json&answer=1")) == 422);
  for (const std::string change : {"seed=2", "set=length%3D20s", "bug=dynamo.lww-wall-clock"}) {
    INFO(change);
    CHECK(status_of(served.get("/run?file=lesson.json&answer=1&" + change)) == 422);
  }
  CHECK(status_of(served.get("/try?file=vote.json&change=a")) == 404);
  CHECK(status_of(served.get("/lesson?file=vote.json")) == 404);
  CHECK(status_of(served.get("/result?id=1")) == 404);
}

TEST_CASE("serve: nothing outside of the folder is read, and what is wrong is told") {
  if (!has_page()) return;
  const Served served;
  for (const std::string file : {"link.json", "..%2Foutside.json", "%2Fetc%2Fpasswd", "deeper", "",
                                 "VOTE.json", "..%2F..%2Fserved%2Fvote.json"}) {
    INFO(file);
    CHECK(status_of(served.get("/scenario?file=" + file)) == 404);
    CHECK(status_of(served.get("/run?file=" + file)) == 404);
    CHECK(status_of(served.get("/lesson?file=" + file)) == 404);
    CHECK(status_of(served.get("/try?change=a&file=" + file)) == 404);
  }
  CHECK(status_of(served.get("/../../etc/passwd")) == 404);
  for (const std::string page : {"scenario", "lesson", "run", "try"})
    CHECK(status_of(served.get("/" + page + "?change=a&file=broken.json")) == 422);
  CHECK(status_of(served.get("/run?file=vote.json&seed=first")) == 422);
  const std::string unknown = served.get("/run?file=vote.json&bug=raft.%3Cscript%3E");
  CHECK(status_of(unknown) == 422);
  CHECK_THAT(unknown, !Contains("<script>"));
  CHECK(status_of(served.get("/run?file=vote.json&set=no.such.field%3D1")) == 422);
}

TEST_CASE("serve: requests that are no such thing are refused, and the next one is answered") {
  if (!has_page()) return;
  const Served served;
  const std::string host = "Host: 127.0.0.1:" + served.port() + "\r\n";
  CHECK(status_of(served.raw("POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\n\r\nabc")) == 413);
  CHECK(status_of(served.raw("DELETE / HTTP/1.1\r\n" + host + "\r\n")) == 405);
  CHECK(status_of(served.raw("GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n")) == 421);
  CHECK(status_of(served.raw("GET / HTTP/1.1\r\n\r\n")) == 421);
  CHECK(status_of(served.raw("what is this\r\n\r\n")) == 400);
  CHECK(status_of(served.get("/", "X-Long: " + std::string(40'000, 'a') + "\r\n")) == 431);
  for (const std::string target : {"/%", "/%zz", "/scenario?file=%00", "/scenario?file=%1b%5b"}) {
    INFO(target);
    CHECK(status_of(served.get(target)) == 400);
  }
  CHECK(status_of(served.get("/")) == 200);
}

TEST_CASE("serve: a run that takes too long is ended, and the server lives on") {
  if (!has_page()) return;
  Served served("--limit 1");
  const std::string run = served.get("/run?file=vote.json&set=length%3D50h%0Acalm%3D1h");
  CHECK(status_of(run) == 200);
  CHECK_THAT(run, Contains("The run was ended after 1 s.") && !Contains("id=\"run\""));
  std::string lesson = text_of(fs::path(LIGHTCONE_SCRATCH_DIR) / "served/lesson.json");
  const std::size_t set = lesson.find("\"set\": [\"");
  REQUIRE(set != std::string::npos);
  lesson.insert(set + 8, "\"length=50h\", \"calm=1h\", ");
  std::ofstream(fs::path(LIGHTCONE_SCRATCH_DIR) / "served/lesson.json") << lesson;
  std::size_t ended = 0;
  for (const std::string letter : {"a", "b", "c"}) {
    const std::string tried = served.get("/try?file=lesson.json&change=" + letter);
    CHECK(status_of(tried) == 200);
    if (tried.find("<p>It was ended after 1 s. ") != std::string::npos) ++ended;
  }
  CHECK(ended == 1);
  CHECK(status_of(served.get("/")) == 200);
  CHECK(served.ends());
}

TEST_CASE("serve: runs beyond those that are allowed at a time are told to wait") {
  if (!has_page()) return;
  const Served served("--limit 3");
  asio::io_context context;
  std::vector<tcp::socket> busy;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
    busy.push_back(served.ask(context, "/run?file=vote.json&set=length%3D50h%0Acalm%3D1h"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  CHECK(status_of(served.get("/run?file=vote.json")) == 503);
  CHECK(status_of(served.get("/try?file=lesson.json&change=a")) == 503);
  CHECK(status_of(served.get("/lesson?file=lesson.json")) == 200);
  for (tcp::socket& each : busy) {
    std::string answer;
    boost::system::error_code ignored;
    asio::read(each, asio::dynamic_buffer(answer), ignored);
    CHECK_THAT(answer, Contains("The run was ended after 3 s."));
  }
  CHECK(status_of(served.get("/try?file=lesson.json&change=a")) == 200);
}

TEST_CASE("serve: wrong usage is told") {
  if (!has_page()) return;
  CHECK(run_program("serve /no/such/folder").exit_code == 66);
  CHECK(run_program("serve --port 70000").exit_code == 64);
  CHECK(run_program("serve --limit 0").exit_code == 64);
  CHECK(run_program("serve --address nowhere --port 0").exit_code == 73);
  const Served served;
  CHECK_THAT(run_program("serve --port " + served.port()).output, Contains("in use"));
}

}  // namespace lightcone::tests
