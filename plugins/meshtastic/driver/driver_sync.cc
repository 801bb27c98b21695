// The second half of driver.h: dumps of the radio, live frames, and what makes a new dump
// necessary.
#include <algorithm>
#include <utility>

#include "admin.pb.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/describe.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/codec/wire.h"
#include "plugins/meshtastic/driver/driver.h"

namespace meshtastic_driver {

namespace {

using meshtastic::HandshakeKind;
namespace from_radio = meshtastic::from_radio;

// A radio that restarts says so early; asked too soon it does not hear.
constexpr std::int64_t kRestartNs = 2 * kSecondNs;
// After a change of settings the firmware restarts in 7 s; a serial port does not show it.
constexpr std::int64_t kSettledNs = 15 * kSecondNs;
constexpr std::int64_t kRestartExpectedNs = 30 * kSecondNs;
constexpr std::size_t kMostDuringDump = 256;

// Log text of a radio in API mode comes at a restart only; stray bytes are no text.
bool is_text(std::string_view line) {
  constexpr std::size_t shortest = 4;
  return line.size() >= shortest && std::all_of(line.begin(), line.end(), [](char each) {
           const auto byte = static_cast<unsigned char>(each);
           return byte == '\t' || byte == 0x1B || (byte >= 0x20 && byte < 0x7F);
         });
}

}  // namespace

void Driver::begin_capture(HandshakeKind kind) {
  std::uint32_t nonce = 0;
  if (kind == HandshakeKind::config_only) nonce = meshtastic::nonce_config_only;
  while (nonce == 0 || (kind == HandshakeKind::full &&
                        meshtastic::handshake_kind(nonce) != HandshakeKind::full)) {
    nonce = static_cast<std::uint32_t>(host().random());
  }
  transmitter_.hold(true);
  during_dump_.clear();
  capture_.begin(kind, nonce);
  progress_ns_ = host().mono_ns();
  link_.send(meshtastic::build_want_config(nonce));
}

void Driver::link_frame(std::string_view payload) {
  counters_.frames_in.add();
  heard_ = true;
  liveness_.heard(host().mono_ns());
  if (capture_.running()) {
    capture_frame(payload);
  } else {
    live_frame(payload);
  }
}

void Driver::live_frame(std::string_view payload) {
  if (!mirror_.complete()) return;
  switch (inbound_.take(payload)) {
    case Heeded::packet:
      liveness_.delivered(host().mono_ns());
      break;
    case Heeded::restarted:
      restarted("it says so");
      break;
    default:
      break;
  }
}

void Driver::capture_frame(std::string_view payload) {
  switch (capture_.take(payload)) {
    case Took::part:
      progress_ns_ = host().mono_ns();
      if (capture_.own() != 0) learn_identity(capture_.own());
      return;
    case Took::complete:
      finish_capture();
      return;
    case Took::broken:
      disconnect("the radio's dump did not say whose it is");
      return;
    default:
      break;
  }
  const std::uint32_t member = meshtastic::from_radio_member(payload);
  if (member == from_radio::queue_status) {
    inbound_.take(payload);
  } else if (member == from_radio::rebooted) {
    restarted("it says so");
  } else {
    if (during_dump_.size() == kMostDuringDump) during_dump_.pop_front();
    during_dump_.emplace_back(payload);
  }
}

// Told in the first frame of a dump, so that nothing of a former radio is taken for this one's.
void Driver::learn_identity(std::uint32_t own) {
  if (own == identity_) return;
  if (identity_ != 0) {
    host().log(MMX_LOG_WARN, "another radio answers: " + meshtastic::node_name(own) +
                                 " instead of " + meshtastic::node_name(identity_));
    transmitter_.forget_all();
    admission_.forget_edits();
    reads_.give_up();
    mirror_.clear();
    displacement_.forget();
  }
  identity_ = own;
  out_.identity(own);
  say_link(MMX_LINK_SYNCING);
}

void Driver::finish_capture() {
  const std::int64_t now = host().mono_ns();
  Dump dump = capture_.finish();
  const bool full = dump.kind == HandshakeKind::full;
  if (displacement_.learned(dump.reboot_count)) {
    host().log(MMX_LOG_WARN,
               "another client took the radio over for a while; a radio serves one at a time");
  }
  out_.link({MMX_LINK_SYNCING, mirror_.complete(), mirror_.complete(), true, {}});
  mirror_.swap(std::move(dump));
  say_link(MMX_LINK_UP);
  host().healthy();
  counters_.captures.add();
  backoff_.reached();
  liveness_.begin(now);
  refresh_ns_ = now + settings_.refresh_ns;
  if (const auto metadata = mirror_.payload({meshtastic::Section::metadata, 0})) {
    const auto version = meshtastic::wire::at(*metadata, {from_radio::metadata, 1});
    if (version) firmware_ = version->body;
  }
  if (full) {
    inbound_.dump_ended();
    host().log(MMX_LOG_INFO, "radio " + meshtastic::node_name(mirror_.own()) +
                                 " is ready: " + std::to_string(mirror_.node_count()) +
                                 " nodes, firmware " + firmware_);
  }
  transmitter_.open();
  if (!clock_set_) set_clock();
  reads_.read_answers();
  for (const std::string &payload : std::exchange(during_dump_, {})) live_frame(payload);
}

// A radio without satellites or network has no time until it is told (docs/protocol notes 2.10).
void Driver::set_clock() {
  if (!host().wall_synchronised()) return;
  clock_set_ = true;
  pb::AdminMessage message;
  message.set_set_time_only(unix_seconds(host().wall_ns()));
  transmitter_.ask(message, nullptr);
}

void Driver::restarted(std::string_view how) {
  if (stopping_ || !link_.open_now()) return;
  if (!resync_.armed()) {
    host().log(MMX_LOG_WARN, "the radio restarted: " + std::string(how) + "; reading it again");
    say_link(MMX_LINK_SYNCING, "the radio restarted");
    transmitter_.hold(true);
  }
  capture_.abandon();
  clock_set_ = false;
  // Each further sign moves the moment on, until the radio has settled.
  resync_.start(kRestartNs);
}

void Driver::link_text(std::string_view line) {
  // Before its first frame a serial console prints its log; that is how it always begins.
  if (!heard_ || !is_text(line)) return;
  // Over a network a torn frame of a busy dump can look like text; a restart would end the
  // connection.
  if (capture_.running() && !settings_.serial) return;
  restarted("it prints its boot log");
}

void Driver::changed(const AdminEffects &effects) {
  const std::int64_t now = host().mono_ns();
  for (const meshtastic::StateKey key : effects.read_again) reads_.read(key);
  if (!effects.may_restart) return;
  restart_expected_ns_ = now + kRestartExpectedNs;
  refresh_ns_ = std::min(refresh_ns_, now + kSettledNs);
}

// Changes by remote administrators or at the radio's own screen show no other way.
void Driver::refresh(std::int64_t now) {
  if (phase_ != MMX_LINK_UP || now < refresh_ns_ || !reads_.idle() || !transmitter_.idle()) return;
  begin_capture(HandshakeKind::config_only);
}

}  // namespace meshtastic_driver
