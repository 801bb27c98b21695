// What tests and demonstrations can make the simulated radio do, and what it tells about itself.
#include <nlohmann/json.hpp>

#include "plugins/meshcore/codec/describe.h"
#include "plugins/sim/meshcore/client.h"
#include "plugins/sim/meshcore/instance.h"

namespace sim::companion {

using nlohmann::json;

struct Simulator::Arguments {
  json values;

  int64_t number(const char *name, int64_t fallback) const {
    const auto found = values.find(name);
    return found != values.end() && found->is_number_integer() ? found->get<int64_t>() : fallback;
  }
  std::string text(const char *name, const char *fallback) const {
    const auto found = values.find(name);
    return found != values.end() && found->is_string() ? found->get<std::string>() : fallback;
  }
  bool flag(const char *name) const {
    const auto found = values.find(name);
    return found != values.end() && found->is_boolean() && found->get<bool>();
  }
};

namespace {

constexpr std::string_view boot_text =
    "ESP-ROM:esp32s3-20210327\r\nBuild:Mar 27 2021\r\nrst:0x1 (POWERON),boot:0x8 "
    "(SPI_FAST_FLASH_BOOT)\r\nentry 0x403c98d0\r\n";

constexpr const char *verbs =
    "verbs: stats, drop, drop-mid-frame, stall, resume, reboot, unplug, replug, renumber, text, "
    "channel-text, data, raw-data, post, advert, path, trace, raw, burst, lose-contact, boot-text, "
    "garbage";

std::string from_hex(const std::string &text) {
  std::string out;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    const std::string pair = text.substr(i, 2);
    if (pair.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return {};
    out += static_cast<char>(std::stoi(pair, nullptr, 16));
  }
  return out;
}

}  // namespace

std::string Simulator::status() {
  return json({{"key", meshcore::hex(firmware_->settings().self().public_key)},
               {"contacts", firmware_->contacts().all().size()},
               {"clock", firmware_->clock()},
               {"attached", attached_ != nullptr},
               {"line", modem_ != nullptr ? modem_->outer() : std::string()},
               {"stalled", stalled_},
               {"queued", firmware_->queued()},
               {"connections", connections_},
               {"displaced", displaced_},
               {"crashes", firmware_->counters().crashes},
               {"framesIn", frames_in_},
               {"framesOut", frames_out_}})
      .dump();
}

std::string Simulator::statistics() const {
  const Counters &counters = firmware_->counters();
  json out = {{"crashes", counters.crashes},
              {"restarts", counters.restarts},
              {"messages", counters.messages},
              {"lostMessages", counters.lost_messages},
              {"displaced", displaced_},
              {"connections", connections_},
              {"framesIn", frames_in_},
              {"framesOut", frames_out_},
              {"tooLong", too_long_},
              {"queued", firmware_->queued()},
              {"clock", firmware_->clock()},
              {"contacts", firmware_->contacts().all().size()},
              {"discardedAnswers", counters.discarded_answers}};
  json &commands = out["commands"] = json::object();
  for (const auto &[code, count] : counters.commands) commands[std::to_string(code)] = count;
  json &sent = out["sent"] = json::array();
  for (const Transmission &what : firmware_->transmissions())
    sent.push_back(
        {{"what", what.what}, {"to", what.to}, {"text", what.text}, {"timestamp", what.timestamp}});
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

mmx_status Simulator::fault(std::string_view verb, std::string &reply) {
  if (verb == "reboot") {
    firmware_->restart();
    return MMX_OK;
  }
  if (verb == "unplug") {
    unplugged_ = true;
    if (attached_ != nullptr) attached_->abort();
    attached_ = nullptr;
    plug_.stop();
    unplug();
    return MMX_OK;
  }
  if (verb == "replug") {
    unplugged_ = false;
    speak_again();
    return plug_in() ? MMX_OK : MMX_ERROR;
  }
  if (verb == "resume") {
    stalled_ = false;
    speak_again();
    return MMX_OK;
  }
  if (verb == "lose-contact") {
    firmware_->lose_contact();
    return MMX_OK;
  }
  const bool needs_client = verb == "drop" || verb == "drop-mid-frame" || verb == "stall" ||
                            verb == "boot-text" || verb == "garbage";
  if (!needs_client) {
    reply = verbs;
    return MMX_UNSUPPORTED;
  }
  if (!connected()) {
    reply = "nobody is connected to this radio";
    return MMX_CLOSED;
  }
  if (verb == "drop") {
    if (attached_ != nullptr) attached_->abort();
    if (line_ != nullptr) unplug(), plug_.start(0);
  } else if (verb == "drop-mid-frame") {
    const size_t before = out_.size();
    firmware_->incoming_raw();
    out_.resize(before + (out_.size() - before) / 2);
    detach();
  } else if (verb == "stall") {
    flush();
    stalled_ = true;
    if (attached_ != nullptr) attached_->pause();
    if (line_ != nullptr) line_->pause();
  } else if (verb == "boot-text") {
    out_ += boot_text;
  } else if (verb == "garbage") {
    for (int i = 0; i < 700; ++i) out_ += static_cast<char>(firmware_->mesh().random().next());
  }
  return MMX_OK;
}

mmx_status Simulator::happen(std::string_view verb, const Arguments &args, std::string &reply) {
  bool done = true;
  if (verb == "stats") {
    reply = statistics();
  } else if (verb == "renumber") {
    firmware_->renumber(static_cast<uint64_t>(args.number("num", 1)));
  } else if (verb == "text") {
    done = firmware_->incoming_text(from_hex(args.text("from", "")), args.text("text", "hello"));
  } else if (verb == "channel-text") {
    done = firmware_->incoming_channel_text(static_cast<uint8_t>(args.number("channel", 0)),
                                            args.text("text", "hello"));
  } else if (verb == "data") {
    done = firmware_->incoming_channel_data(static_cast<uint8_t>(args.number("channel", 0)),
                                            static_cast<uint16_t>(args.number("type", 1)),
                                            args.text("text", "data"));
  } else if (verb == "raw-data") {
    firmware_->incoming_raw_data(args.text("text", "data"));
  } else if (verb == "post") {
    done = firmware_->incoming_post(args.text("text", "hello"));
  } else if (verb == "advert") {
    done = firmware_->incoming_advert(args.flag("stranger"));
  } else if (verb == "path") {
    done = firmware_->incoming_path(from_hex(args.text("from", "")));
  } else if (verb == "trace") {
    firmware_->incoming_trace();
  } else if (verb == "raw") {
    firmware_->incoming_raw();
  } else if (verb == "burst") {
    const int64_t count = std::min<int64_t>(args.number("count", 50), 10'000);
    for (int64_t i = 0; i < count; ++i) firmware_->live(0.2);
  } else {
    return fault(verb, reply);
  }
  if (!done) reply = "no such peer or channel";
  return done ? MMX_OK : MMX_NOT_FOUND;
}

mmx_status Simulator::call(std::string_view verb, std::string_view args, std::string &reply) {
  Arguments parsed{args.empty() ? json::object() : json::parse(args, nullptr, false)};
  if (!parsed.values.is_object()) {
    reply = "the argument must be a JSON object";
    return MMX_INVALID;
  }
  reply = "{}";
  const mmx_status status = happen(verb, parsed, reply);
  flush();
  return status;
}

}  // namespace sim::companion
