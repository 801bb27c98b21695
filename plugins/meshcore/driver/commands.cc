// See commands.h. Here what goes to the radio; commands_local.cc has what does not.
#include "plugins/meshcore/driver/commands.h"

#include <algorithm>
#include <utility>

#include "meshmux/record.hpp"
#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/classify.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/driver/records.h"

namespace meshcore_driver {

namespace {

namespace bytes = meshcore::bytes;
namespace command = meshcore::command;
namespace error = meshcore::error;
using meshcore::Treatment;

std::string bytes_of_hex(std::string_view hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    const int high = digit(hex[at]), low = digit(hex[at + 1]);
    if (high < 0 || low < 0) return {};
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return hex.size() % 2 == 0 ? out : std::string();
}

}  // namespace

void Commands::take(const mmx_message &message) {
  parts_.counters.commands.add();
  auto ask = std::make_shared<Ask>();
  ask->id = message.id;
  ask->flow = {message.origin, message.session};
  const bool spoken = message.payload.size == 0;
  const std::string given =
      spoken ? from_record(message.record) : std::string(mmx::view(message.payload));
  // The core hands over canonical bytes; nothing shorter than the firmware reads may ever go out.
  const meshcore::ClassifiedCommand known = meshcore::classify_command(given);
  if (!known.ok) {
    parts_.answers.error(ask, error::unsupported);
    return;
  }
  ask->bytes = known.canonical;
  ask->bytes = completed(*ask, message.withheld);
  const Treatment treatment = meshcore::is_self_telemetry(ask->bytes)
                                  ? Treatment::cached
                                  : meshcore::command_of(ask->bytes)->treatment;
  switch (treatment) {
    case Treatment::local:
      local(ask);
      return;
    case Treatment::session:
      session(ask);
      return;
    case Treatment::never:
      parts_.answers.say(ask, std::string(1, static_cast<char>(meshcore::response::disabled)),
                         Last::yes);
      return;
    default:
      break;
  }
  if (bytes::u8(ask->bytes, 0) == command::set_time) {
    set_time(ask);
    return;
  }
  if (!up_) {
    parts_.answers.error(ask, error::bad_state);
    return;
  }
  if (!parts_.exchange.has_room(ask->flow)) {
    parts_.answers.error(ask, error::table_full);
    return;
  }
  switch (treatment) {
    case Treatment::cached:
      cached(ask);
      return;
    case Treatment::request:
      parts_.requests.take(ask);
      return;
    case Treatment::fatal:
      fatal(ask);
      return;
    default:
      forward(ask);
      return;
  }
}

// A command that is a record instead of bytes; only texts can be said in neutral words so far.
std::string Commands::from_record(const mmx_record *record) const {
  const auto text = mmx::get_text(record, MMX_FIELD_TEXT);
  if (record == nullptr || record->type != MMX_RECORD_TEXT || !text) return {};
  const std::uint32_t now = parts_.clock.now();
  const auto to = mmx::get_text(record, MMX_FIELD_TO);
  if (to && *to != "broadcast") {
    const std::string prefix = bytes_of_hex(*to).substr(0, meshcore::key_prefix_size);
    if (prefix.size() < meshcore::key_prefix_size) return {};
    meshcore::TextCommand direct;
    direct.timestamp = now;
    direct.key_prefix = prefix;
    direct.text = *text;
    return meshcore::build_text_command(direct);
  }
  const auto channel = mmx::get_int(record, MMX_FIELD_CHANNEL).value_or(0);
  if (channel < 0 || channel > 0xFF) return {};
  meshcore::ChannelTextCommand said;
  said.channel = static_cast<std::uint8_t>(channel);
  said.timestamp = now;
  said.text = *text;
  return meshcore::build_channel_text_command(said);
}

// What an app leaves out because it is older, or was not shown, and the radio would take for a
// change.
std::string Commands::completed(const Ask &ask, std::uint64_t withheld) const {
  constexpr std::size_t without_repeat = 11;
  constexpr std::uint8_t repeat_since = 9;
  const std::uint8_t code = bytes::u8(ask.bytes, 0);
  if (code == command::set_radio && ask.bytes.size() == without_repeat &&
      parts_.mirror.device().version >= repeat_since) {
    return ask.bytes + static_cast<char>(parts_.mirror.device().repeat);
  }
  if (code == command::set_channel && (withheld & MMX_LABEL_SECRET_PSK) != 0) {
    auto channel = meshcore::parse_set_channel(ask.bytes);
    const auto kept = channel ? parts_.mirror.channel(channel->index) : std::nullopt;
    if (kept && !channel->name.empty() && channel->secret == meshcore::ChannelInfo().secret) {
      channel->secret = kept->secret;
      return meshcore::build_set_channel(*channel);
    }
  }
  return ask.bytes;
}

void Commands::forward(const AskRef &ask) {
  switch (bytes::u8(ask->bytes, 0)) {
    case command::send_text:
      parts_.texts.direct(ask);
      return;
    case command::send_channel_text:
    case command::send_channel_data:
      parts_.texts.channel(ask);
      return;
    case command::send_trace:
      trace(ask);
      return;
    default:
      parts_.answers.promise(ask);
      hand_over(ask, ask->bytes);
      return;
  }
}

void Commands::hand_over(const AskRef &ask, std::string sent) {
  auto job = make_job(sent, [this, ask, sent](const Outcome &outcome) {
    if (!outcome.answered() && outcome.end != Outcome::End::unscoped) {
      parts_.answers.error(ask, error::bad_state);
    } else if (outcome.good()) {
      carried_out(ask, sent, std::string(outcome.frame));
    } else {
      const auto key = meshcore::command_key(sent);
      // The mirror may believe in a contact the radio does not have.
      if (key && meshcore::parse_error(outcome.frame) == error::not_found) {
        parts_.reader.read_contact(*key, Lane::idle, nullptr);
      }
      parts_.answers.say(ask, outcome.frame, Last::yes);
    }
  });
  job->flow = ask->flow;
  job->scope = parts_.scopes.needed(ask->flow, sent, parts_.mirror.device().version);
  // Who was told that it failed must not see it happen later.
  job->wanted = [ask] { return !ask->ended; };
  parts_.exchange.submit(Lane::session, std::move(job));
}

// The asker hears of it when state says so already, so that what it reads next is not the old.
void Commands::carried_out(const AskRef &ask, const std::string &sent, const std::string &answer) {
  const Changes changes = changes_of(sent);
  ask->accepted = answer;
  const auto finish = [this, ask, answer, changes] {
    const auto &key = changes.contact ? changes.contact : changes.removed;
    if (key && changes.push != 0) {
      parts_.out.sent(ask->id, meshcore::build_key_push(changes.push, *key), nullptr);
    }
    parts_.answers.say(ask, answer, Last::yes);
    if (changes.everything) events_.capture_again();
  };
  if (changes.removed) parts_.mirror.contact_gone(*changes.removed);
  if (changes.contact) {
    parts_.reader.read_contact(*changes.contact, Lane::urgent, finish);
  } else {
    parts_.reader.read(changes.queries, Lane::urgent, finish);
  }
}

void Commands::fatal(const AskRef &ask) {
  auto job = make_job(ask->bytes, [this, ask](const Outcome &outcome) {
    if (!outcome.answered()) {
      parts_.answers.error(ask, error::bad_state);
      return;
    }
    parts_.host.log(MMX_LOG_WARN, "the radio was told to restart by an app", ask->flow.second);
    parts_.answers.ok(ask);
    events_.restart_expected();
  });
  parts_.answers.promise(ask);
  job->flow = ask->flow;
  job->wanted = [ask] { return !ask->ended; };
  job->answered_by_none = true;
  parts_.exchange.submit(Lane::session, std::move(job));
}

void Commands::trace(const AskRef &ask) {
  const auto asked = meshcore::command_trace_tag(ask->bytes);
  if (!asked) {
    parts_.answers.error(ask, error::unsupported);
    return;
  }
  const std::uint32_t wire =
      parts_.traces.add(ask, *asked, parts_.host.mono_ns(), parts_.host.random());
  auto job = make_job(
      meshcore::with_trace_tag(ask->bytes, wire), [this, ask, asked, wire](const Outcome &outcome) {
        if (outcome.good()) {
          parts_.answers.say(ask, meshcore::with_tag(outcome.frame, *asked), Last::no);
          return;
        }
        parts_.traces.remove(wire);
        if (outcome.answered()) {
          parts_.answers.say(ask, outcome.frame, Last::yes);
        } else {
          parts_.answers.error(ask, error::bad_state);
        }
      });
  parts_.answers.promise(ask, [this, ask, wire] {
    parts_.traces.remove(wire);
    parts_.answers.error(ask, error::bad_state);
  });
  job->flow = ask->flow;
  job->wanted = [ask] { return !ask->ended; };
  parts_.exchange.submit(Lane::session, std::move(job));
}

bool Commands::trace_result(std::string_view frame) {
  const auto tag = meshcore::frame_tag(frame);
  const auto known = tag ? parts_.traces.take(*tag) : std::nullopt;
  if (!known) return false;
  NeutralRecord record;
  const std::string shown = meshcore::with_tag(frame, known->asked);
  describe_event(shown, parts_.mirror.self().public_key, record);
  parts_.answers.say(known->ask, shown, Last::yes, record.get());
  parts_.out.event(frame, record.get(), Visibility::quiet);
  return true;
}

void Commands::tick() {
  while (const auto tag = parts_.traces.expired(parts_.host.mono_ns())) {
    parts_.answers.end(tag->ask);
  }
}

// One read serves everyone who asks meanwhile.
void Commands::cached(const AskRef &ask) {
  constexpr std::size_t most = 1024;
  auto &waiting = reads_[ask->bytes];
  if (waiting.size() >= most) {
    parts_.answers.error(ask, error::table_full);
    return;
  }
  parts_.answers.promise(ask);
  waiting.push_back(ask);
  if (waiting.size() > 1) return;
  parts_.exchange.submit(Lane::session,
                         make_job(ask->bytes, [this, sent = ask->bytes](const Outcome &outcome) {
                           const auto asked = std::exchange(reads_[sent], {});
                           reads_.erase(sent);
                           if (outcome.good()) parts_.mirror.put(outcome.frame);
                           for (const AskRef &each : asked) {
                             if (outcome.answered()) {
                               parts_.answers.say(each, outcome.frame, Last::yes);
                             } else {
                               parts_.answers.error(each, error::bad_state);
                             }
                           }
                         }));
}

}  // namespace meshcore_driver
