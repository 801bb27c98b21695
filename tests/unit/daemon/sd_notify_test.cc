// The notify protocol, against a socket of our own.
#include "core/daemon/sd_notify.h"

#include "tests/unit/daemon/house.h"

namespace meshmux::test {

TEST_CASE("every message arrives as the service manager expects it") {
  Folder folder;
  const bool is_abstract = GENERATE(false, true);
  const std::string name =
      is_abstract ? "@meshmux-test-" + std::to_string(getpid()) : folder / "notify";
  Manager manager(name);
  const SdNotify notify(name, 30000000);
  REQUIRE(notify.active());
  notify.ready("2 of 2 radios connected");
  CHECK(manager.next() == "READY=1\nSTATUS=2 of 2 radios connected");
  notify.status("a\nREADY=0");
  CHECK(manager.next() == "STATUS=a\\nREADY=0");
  notify.reloading(1234567890);
  CHECK(manager.next() == "RELOADING=1\nMONOTONIC_USEC=1234567");
  notify.stopping();
  CHECK(manager.next() == "STOPPING=1");
  notify.watchdog();
  CHECK(manager.next() == "WATCHDOG=1");
  CHECK(notify.watchdog_interval_ns() == 15 * kSecond);
}

TEST_CASE("without a service manager nothing is sent and nothing fails") {
  const std::string name = GENERATE("", "@", "relative", "/nonexistent/notify");
  const SdNotify notify(name, 30000000);
  notify.ready("");
  notify.stopping();
  CHECK(notify.active() == (name == "/nonexistent/notify"));
}

}  // namespace meshmux::test
