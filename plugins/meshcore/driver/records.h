// Says in neutral words what a frame of the radio means, for all who know no protocol. Must not
// publish anything.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "meshmux/record.hpp"
#include "plugins/meshcore/codec/model.h"

namespace meshcore_driver {

// A record with the texts it borrows. Not movable: the record points into itself.
class NeutralRecord {
 public:
  NeutralRecord() = default;
  NeutralRecord(const NeutralRecord &) = delete;
  NeutralRecord &operator=(const NeutralRecord &) = delete;

  // NULL while nothing was said. Borrowed from this object.
  const mmx_record *get() { return type_ == MMX_RECORD_INVALID ? nullptr : record_.get(); }

  void begin(std::uint32_t type) {
    type_ = type;
    record_ = mmx::Record(type);
    texts_.clear();
  }
  mmx::Record &fields() { return record_; }
  // Made valid UTF-8 first: names and texts come from strangers.
  void text(std::uint16_t key, std::string_view value);
  void bytes(std::uint16_t key, std::string_view value);

 private:
  std::uint32_t type_ = MMX_RECORD_INVALID;
  mmx::Record record_{MMX_RECORD_INVALID};
  std::deque<std::string> texts_;
};

// A node as this family names it: the first six bytes of its key in hex.
std::string address(std::string_view public_key);

// What a retained frame means; out stays empty for settings.
void describe_state(std::string_view frame, NeutralRecord &out);
// What a push or a received message means; out stays empty for what has no neutral words.
void describe_event(std::string_view frame, std::string_view own_key, NeutralRecord &out);
// The results of remote requests, which only the request they answer explains: target is the key
// that was asked, contact_type that node's, request the command.
void describe_result(std::string_view frame, std::string_view request, std::string_view target,
                     std::uint8_t contact_type, NeutralRecord &out);

// Texts of the own node. key: of the contact it goes to.
void describe_sent_text(const meshcore::TextCommand &text, std::string_view own_key,
                        std::string_view key, std::uint32_t ack, NeutralRecord &out);
void describe_sent_channel_text(std::uint8_t channel, std::uint32_t timestamp,
                                std::string_view text, std::string_view own_key,
                                NeutralRecord &out);
// The fate of a direct text. status: MMX_DELIVERY_*.
void describe_fate(std::uint32_t ack, std::int64_t status, std::string_view reason,
                   NeutralRecord &out);

}  // namespace meshcore_driver
