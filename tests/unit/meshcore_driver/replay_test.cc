// Recordings of real firmware played as the device: what is retained equals what it said.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "plugins/meshcore/codec/commands.h"
#include "rig.h"

using namespace meshcore_driver_test;

namespace {

std::vector<std::string> recorded(const std::string &name, char mark) {
  std::ifstream file(std::string(MESHMUX_TEST_DATA) + "/meshcore/" + name, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  REQUIRE_FALSE(all.empty());
  std::vector<std::string> frames;
  meshcore::FrameParser parser(mark);
  parser.feed(all);
  while (const auto payload = parser.next()) frames.emplace_back(*payload);
  return frames;
}

// What the device answered, by command; commands with a parameter by the whole of it.
using Script = std::map<std::string, std::vector<std::string>>;

std::string script_key(const std::string &asked) {
  const std::uint8_t code = code_of(asked);
  const bool whole = code == command::get_channel || code == command::get_stats;
  return whole ? asked : asked.substr(0, 1);
}

Script script_of(const std::string &name) {
  Script script;
  const auto sent = recorded(name + ".sent.bin", meshcore::to_device_mark);
  const auto received = recorded(name + ".recv.bin", meshcore::to_app_mark);
  std::size_t at = 0;
  for (const std::string &asked : sent) {
    std::vector<std::string> answer;
    const bool list = code_of(asked) == command::get_contacts;
    for (; at < received.size(); ++at) {
      if (code_of(received[at]) >= push::first || !meshcore::answers(asked, received[at])) continue;
      answer.push_back(received[at]);
      if (!list || meshcore::parse_contacts_end(received[at])) {
        ++at;
        break;
      }
    }
    const auto key = script_key(asked);
    if (code_of(asked) == command::sync_next) {
      script[key].insert(script[key].end(), answer.begin(), answer.end());
    } else if (!script.contains(key)) {
      script[key] = answer;
    }
  }
  return script;
}

}  // namespace

TEST_CASE("a recorded radio is mirrored as it spoke") {
  const std::string name =
      GENERATE("connect-v3", "connect-serial", "connect-busy-v3", "connect-v1");
  INFO(name);
  Script script = script_of(name);
  const Script whole = script;
  Rig rig;
  rig.special = [&](const std::string &asked) -> std::optional<std::vector<std::string>> {
    const std::string key = script_key(asked);
    if (code_of(asked) == command::sync_next) {
      auto &queue = script[key];
      if (queue.empty()) return std::vector<std::string>{bytes({response::no_more_messages})};
      const std::string first = queue.front();
      queue.erase(queue.begin());
      return std::vector<std::string>{first};
    }
    if (code_of(asked) == command::set_time) return std::vector<std::string>{meshcore::build_ok()};
    const auto found = script.find(key);
    if (found == script.end()) {
      return std::vector<std::string>{meshcore::build_error(error::unsupported)};
    }
    return found->second;
  };
  rig.accept();
  rig.run(2 * kSecond);
  REQUIRE(rig.phase() == MMX_LINK_UP);
  const auto answer = [&](std::uint8_t code) { return whole.at(bytes({code})).at(0); };
  REQUIRE(rig.state(Section::self_info) == answer(command::app_start));
  REQUIRE(rig.state(Section::device_info) == answer(command::device_query));
  const auto &contacts = whole.at(bytes({command::get_contacts}));
  std::vector<std::string> order;
  for (const Published *record : rig.host.bus().replay()) {
    const auto key = meshcore::decode_key(record->key);
    if (key->section == Section::contact) order.push_back(record->payload);
  }
  REQUIRE(order.size() + 2 == contacts.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto said = meshcore::parse_contact(contacts[i + 1]);
    REQUIRE(said);
    REQUIRE(order[i] == meshcore::build_contact(*said));
    // Everything but what stands behind the end of the name.
    REQUIRE(order[i].substr(0, 100) == contacts[i + 1].substr(0, 100));
    REQUIRE(order[i].substr(132) == contacts[i + 1].substr(132));
  }
  std::size_t channels = 0;
  for (const auto &[key, frames] : whole) {
    const auto said = code_of(key) == command::get_channel && !frames.empty()
                          ? meshcore::parse_channel_info(frames[0])
                          : std::nullopt;
    if (!said) continue;
    ++channels;
    REQUIRE(rig.state(Section::channel, said->index) == meshcore::build_channel_info(*said));
  }
  REQUIRE(channels >= 3);
  // Every waiting message once, in the newer form.
  std::vector<std::string> texts, told;
  if (whole.contains(bytes({command::sync_next}))) {
    for (const std::string &frame : whole.at(bytes({command::sync_next}))) {
      if (const auto message = meshcore::parse_message(frame)) texts.push_back(message->text);
    }
  }
  for (const Published &event : rig.take(MMX_KIND_RX)) {
    if (const auto message = meshcore::parse_message(event.payload)) told.push_back(message->text);
  }
  REQUIRE(told == texts);
}

TEST_CASE("whatever a radio ever said in any recording harms nothing") {
  for (const char *name :
       {"advert-new-A", "channel-msg-v3-B", "contacts-table-full", "dm-v3-A", "requests", "room-B",
        "settings", "sign", "trace-discovery-B", "two-transports-serial"}) {
    INFO(name);
    Rig rig;
    rig.up();
    for (const std::string &frame :
         recorded(std::string(name) + ".recv.bin", meshcore::to_app_mark)) {
      rig.give(frame);
    }
    rig.run(3 * kSecond);
    REQUIRE(rig.host.metric("radio_bad_frames_total") == 0);
    REQUIRE(rig.phase() == MMX_LINK_UP);
  }
}
