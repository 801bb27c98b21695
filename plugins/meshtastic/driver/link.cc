// See link.h.
#include "plugins/meshtastic/driver/link.h"

#include <cstring>

#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/driver/units.h"

namespace meshtastic_driver {

namespace {
constexpr std::int64_t kConnectTimeoutNs = 10 * kSecondNs;
}

mmx_status Link::open() {
  parser_.reset();
  was_open_ = eof_ = ending_ = false;
  return connect(settings_.uri, kConnectTimeoutNs);
}

void Link::on_open() {
  open_ = was_open_ = true;
  // On a serial line the pad also fills up what half frame a former owner left behind.
  std::string wakeup;
  meshtastic::append_wakeup(
      wakeup, settings_.serial ? meshtastic::serial_opening_size : meshtastic::wakeup_size);
  write_bytes(wakeup);
  events_.link_opened();
}

bool Link::write_bytes(std::string_view bytes) {
  const mmx::SharedBuffer buffer = host_.new_buffer(bytes.size());
  if (!buffer) return false;
  std::memcpy(buffer.data(), bytes.data(), bytes.size());
  return write(buffer, 0, bytes.size()) == MMX_OK;
}

bool Link::send(std::string_view to_radio) {
  std::string frame;
  if (!open_ || ending_ || !meshtastic::append_frame(frame, to_radio)) return false;
  if (!write_bytes(frame)) return false;
  ++frames_out_;
  return true;
}

void Link::goodbye() {
  if (!is_open() || ending_) return;
  send(meshtastic::build_disconnect());
  ending_ = true;
  close();
}

void Link::cut() {
  if (!is_open() || ending_) return;
  ending_ = true;
  abort();
}

void Link::on_data(mmx_bytes bytes) {
  if (ending_) return;
  parser_.feed(mmx::view(bytes));
  while (const auto event = parser_.next()) {
    if (event->kind == meshtastic::FrameEventKind::frame) {
      events_.link_frame(event->bytes);
    } else {
      events_.link_text(event->bytes);
    }
    if (ending_) return;
  }
}

void Link::on_eof() {
  // A radio that closed its half reads no goodbye either.
  eof_ = true;
  abort();
}

void Link::on_close(mmx_status status, std::string_view reason) {
  open_ = false;
  const bool orderly = eof_ || status == MMX_CLOSED;
  const LinkEnd end = ending_      ? LinkEnd::closed_by_us
                      : !was_open_ ? LinkEnd::never_opened
                      : orderly    ? LinkEnd::closed_by_peer
                                   : LinkEnd::broken;
  events_.link_closed(end, eof_ ? std::string_view("closed by the radio") : reason);
}

}  // namespace meshtastic_driver
