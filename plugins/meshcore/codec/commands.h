// The table of every command: its name, least length, who treats it how, what it may be answered
// with (docs/protocol notes 2.3, 2.7). Driver, virtual node, simulator and the completeness test
// all read this one table. Must not know sessions or streams.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "plugins/meshcore/codec/labels.h"

namespace meshcore {

// What is done with a command an app sends.
enum class Treatment : uint8_t {
  invalid = 0,
  local,    // the virtual node answers from state or by itself; it never goes on
  cached,   // from state while that is young, else as forward
  forward,  // to the radio in turn; one answer, to the asker
  request,  // remote-request queue: SENT at once, the result later as a push
  session,  // kept for each session by the driver: flood scope, sign buffer
  fatal,    // the radio goes away without an answer: reboot, factory reset
  never,    // export of the private key: DISABLED, whatever a policy says
};

struct CommandInfo {
  uint8_t code = 0;
  const char *name = "";  // as the protocol notes spell it: "SEND_TXT_MSG"
  uint16_t min_size =
      1;  // of the payload with its code; shorter ones are answered ERR and go nowhere
  Treatment treatment = Treatment::invalid;
  bool transmits = false;  // puts something on the air
  bool floods = false;     // what it sends is subject to the flood scope
  // Codes that answer it directly, 0xFF behind the last. OK and ERR stand there where they may
  // come.
  std::array<uint8_t, 6> answers{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
};

// NULL for a code that is no command.
const CommandInfo *find_command(uint8_t code);
// Every command, ascending.
std::span<const CommandInfo> all_commands();
// The command a payload carries; NULL if empty or unknown.
const CommandInfo *command_of(std::string_view payload);
// Whether a frame of the device can be the direct answer to that command. ERR and DISABLED always
// can. For send_telemetry to oneself (4 bytes) push::telemetry_response is the answer.
bool answers(std::string_view command_payload, std::string_view frame);
// What the table says, with the self form of send_telemetry told apart: it stays off the air and is
// cached. Unknown commands: false, Treatment::invalid.
bool transmits(std::string_view command_payload);
Treatment treatment_of(std::string_view command_payload);

// Responses and pushes by name, for people and the completeness test.
struct FrameInfo {
  uint8_t code = 0;
  const char *name = "";
  uint16_t min_size = 1;
};
const FrameInfo *find_frame(uint8_t code);
std::span<const FrameInfo> all_frames();
// The response or push a payload carries; NULL if empty or unknown.
const FrameInfo *frame_of(std::string_view payload);

}  // namespace meshcore
