// The one connection to the radio: opens it, frames what goes out, finds frames in what comes in.
// Boot text and noise between frames are skipped. Must not know what frames mean or when to connect
// again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "meshmux/stream.hpp"
#include "plugins/meshcore/codec/frame.h"
#include "plugins/meshcore/driver/settings.h"

namespace meshcore_driver {

enum class LinkEnd : std::uint8_t {
  invalid = 0,
  never_opened,
  closed_by_peer,  // in an orderly way
  broken,
  closed_by_us
};

// All calls on the loop thread, never from inside a call of Link.
class LinkEvents {
 public:
  virtual ~LinkEvents() = default;
  virtual void link_opened() = 0;
  // One payload of the radio, borrowed for the call.
  virtual void link_frame(std::string_view payload) = 0;
  virtual void link_closed(LinkEnd end, std::string_view reason) = 0;
};

class Link final : private mmx::Stream {
 public:
  Link(const mmx::Host &host, LinkEvents &events)
      : mmx::Stream(host), host_(host), events_(events) {}

  // The result arrives as link_opened or link_closed, unless the answer is not MMX_OK.
  mmx_status open(const std::string &uri);
  // Frames one command. False if the link is not open or memory ran out.
  bool send(std::string_view command);
  // The same command count times in one write.
  bool send_many(std::string_view command, unsigned count);
  // What came so far and is no whole frame will not become one: text of a board that boots can look
  // like the start of a long one.
  void forget_half_frame() { parser_.reset(); }
  // Writes out what is queued and closes; link_closed follows.
  void finish();
  // Closes at once, for a link that is dead anyway; link_closed follows.
  void cut();

  bool open_now() const { return open_; }
  // Open, opening or closing: link_closed is still to come.
  bool busy() const { return is_open(); }
  const meshcore::FrameCounters &counters() const { return parser_.counters(); }
  std::uint64_t frames_out() const { return frames_out_; }

 private:
  void on_open() override;
  void on_data(mmx_bytes bytes) override;
  void on_eof() override;
  void on_close(mmx_status status, std::string_view reason) override;
  bool write_bytes(std::string_view bytes);

  const mmx::Host &host_;
  LinkEvents &events_;
  meshcore::FrameParser parser_{meshcore::to_app_mark};
  std::uint64_t frames_out_ = 0;
  bool open_ = false;
  bool was_open_ = false;
  bool eof_ = false;
  bool ending_ = false;  // finish or cut was called: nothing that comes counts any more
};

}  // namespace meshcore_driver
