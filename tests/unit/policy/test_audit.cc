// The audit log's lines, its flood control and its file.
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/log.h"
#include "core/policy/audit.h"
#include "meshmux/labels.h"

using namespace meshmux;

namespace {

AuditEntry entry() {
  return {"phones", 7, "192.0.2.9", "home", "denied", MMX_LABEL_ADMIN_WRITE, "preset admin: deny"};
}

// A folder that goes with it.
struct Folder {
  Folder() {
    std::string pattern =
        (getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir) + std::string("/auditXXXXXX");
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() {
    unlink((path + "/audit").c_str());
    unlink((path + "/audit.1").c_str());
    rmdir(path.c_str());
  }
  std::string path;
};

std::vector<Json> lines_of(const std::string &path) {
  std::vector<Json> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(Json::parse(line));
  return lines;
}

}  // namespace

TEST_CASE("a denial is one line with who, what and why") {
  VirtualClock clock;
  AuditLog audit(clock);
  log::Capture lines;
  audit.record(entry());
  REQUIRE(lines.records().size() == 1);
  const log::Record line = lines.records()[0];
  CHECK(line.level == log::Level::info);
  CHECK(line.instance == "phones");
  CHECK(line.session == 7);
  CHECK(line.address == "192.0.2.9");
  CHECK(line.text == "command denied: admin.write to home by preset admin: deny");
}

TEST_CASE("a flood is cut, and said") {
  VirtualClock clock;
  AuditLog audit(clock);
  log::Capture lines;
  for (int i = 0; i < 1000; ++i) audit.record(entry());
  CHECK(lines.records().size() == 100);
  CHECK(audit.suppressed_total() == 900);
  clock.advance(kSecond);
  for (int i = 0; i < 1000; ++i) audit.record(entry());
  CHECK(lines.records().size() == 110);
  CHECK(lines.count("(900 more refusals were not logged)") == 1);
}

TEST_CASE("the file: JSON lines, private, rotated") {
  VirtualClock clock;
  clock.set_wall(1234);
  Folder folder;
  const std::string path = folder.path + "/audit";
  log::Capture lines;
  {
    AuditLog audit(clock);
    REQUIRE(audit.open(path, 400));
    audit.record(entry());
    struct stat info {};
    REQUIRE(stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    const auto first = lines_of(path);
    REQUIRE(first.size() == 1);
    CHECK(first[0] == Json({{"time_ns", 1234},
                            {"outcome", "denied"},
                            {"instance", "phones"},
                            {"session", 7},
                            {"address", "192.0.2.9"},
                            {"source", "home"},
                            {"labels", "admin.write"},
                            {"rule", "preset admin: deny"}}));
    audit.record(entry());
    CHECK(lines_of(path).size() == 2);
    audit.record(entry());
    CHECK(lines_of(path).size() == 1);
    CHECK(lines_of(path + ".1").size() == 2);
  }
  // Opened again it goes on where it was.
  AuditLog audit(clock);
  REQUIRE(audit.open(path, 400));
  audit.record(entry());
  CHECK(lines_of(path).size() == 2);
  REQUIRE(audit.open("", 0));
  audit.record(entry());
  CHECK(lines_of(path).size() == 2);
}

TEST_CASE("a file that cannot be opened leaves the old one in use") {
  VirtualClock clock;
  Folder folder;
  const std::string path = folder.path + "/audit";
  log::Capture lines;
  AuditLog audit(clock);
  REQUIRE(audit.open(path, 0));
  CHECK_FALSE(audit.open(folder.path + "/no/such", 0));
  CHECK_FALSE(audit.open(folder.path, 0));
  audit.record(entry());
  CHECK(lines_of(path).size() == 1);
}
