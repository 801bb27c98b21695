// One row for every command and frame of the protocol notes 2.3 to 2.5, written down a second time
// and apart from the codec's tables: a new code fails the completeness test until it stands here.
#pragma once

#include <string>
#include <vector>

#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/labels.h"

namespace samples {

struct Command {
  uint8_t code;
  std::string name;
  size_t min;           // least length the codec takes
  std::string payload;  // a good one, with its code
  meshcore::Treatment treatment;
  meshcore::label::Labels labels;  // of the good one
};

struct Frame {
  uint8_t code;
  std::string name;
  std::string payload;  // the shortest good one
  meshcore::label::Labels labels;
};

std::vector<Command> commands();
std::vector<Frame> frames();

}  // namespace samples
