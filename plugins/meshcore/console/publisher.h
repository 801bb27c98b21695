// Puts answers on the bus: frames of the companion protocol where one fits, records without a
// payload for the rest, because no frame of a radio says these things. Must not ask anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshmux/host.hpp"
#include "meshmux/record.hpp"
#include "plugins/meshcore/codec/stats.h"
#include "plugins/meshcore/console/answers.h"
#include "plugins/meshcore/console/questions.h"

namespace meshcore_console {

// Who the node says it is; texts as they came.
struct NodeFacts {
  std::string public_key;  // 32 bytes, or empty
  std::string name;
  std::string role;
};

// [loop-thread]
class Publisher {
 public:
  explicit Publisher(const mmx::Host &host) : host_(host) {}

  void link(std::uint32_t phase, bool complete, std::string_view reason);
  void identity(std::string_view public_key);

  void value(const Question &question, std::string_view text);
  void node(const NodeFacts &facts);
  void clock(const Question &question, std::string_view text, std::int64_t seconds);
  void core(const meshcore::CoreStats &stats);
  void radio(const meshcore::RadioStats &stats);
  void packets(const meshcore::PacketStats &stats);
  void neighbours(const Question &question, std::string_view own_key,
                  const std::vector<NeighbourLine> &entries);
  // To a command: the console takes none.
  void refuse(std::uint64_t command);

 private:
  void line(const Question &question, mmx::Record &record);
  void frame(std::uint8_t subtype, std::string_view payload, const mmx_record *record);

  const mmx::Host &host_;
};

}  // namespace meshcore_console
