// See link.h.
#include "plugins/meshcore/driver/link.h"

#include <cstring>

#include "plugins/meshcore/driver/units.h"

namespace meshcore_driver {

namespace {
constexpr std::int64_t kConnectTimeoutNs = 10 * kSecondNs;
}

mmx_status Link::open(const std::string &uri) {
  parser_.reset();
  was_open_ = eof_ = ending_ = false;
  return connect(uri, kConnectTimeoutNs);
}

void Link::on_open() {
  open_ = was_open_ = true;
  events_.link_opened();
}

bool Link::write_bytes(std::string_view bytes) {
  const mmx::SharedBuffer buffer = host_.new_buffer(bytes.size());
  if (!buffer) return false;
  std::memcpy(buffer.data(), bytes.data(), bytes.size());
  return write(buffer, 0, bytes.size()) == MMX_OK;
}

bool Link::send(std::string_view command) { return send_many(command, 1); }

bool Link::send_many(std::string_view command, unsigned count) {
  if (!open_ || ending_) return false;
  std::string frames;
  for (unsigned i = 0; i < count; ++i) {
    if (!meshcore::append_frame(frames, meshcore::to_device_mark, command)) return false;
  }
  if (!write_bytes(frames)) return false;
  frames_out_ += count;
  return true;
}

void Link::finish() {
  if (!is_open() || ending_) return;
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
  while (const auto payload = parser_.next()) {
    events_.link_frame(*payload);
    if (ending_) return;
  }
}

void Link::on_eof() {
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

}  // namespace meshcore_driver
