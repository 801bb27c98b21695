// See texts.h.
#include "plugins/meshcore/driver/texts.h"

#include <algorithm>
#include <utility>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/crypto.h"
#include "plugins/meshcore/codec/text.h"
#include "plugins/meshcore/driver/records.h"

namespace meshcore_driver {

namespace {

namespace bytes = meshcore::bytes;
namespace command = meshcore::command;
namespace error = meshcore::error;
namespace text_type = meshcore::text_type;
using meshcore::TextCommand;

bool keeps_order(std::uint8_t type) {
  return type == meshcore::contact_type::room || type == meshcore::contact_type::repeater;
}

}  // namespace

Texts::Texts(const mmx::Host &host, Exchange &exchange, Mirror &mirror, Answers &answers,
             Publisher &out, Scopes &scopes, Stamps &stamps, Estimates &estimates)
    : host_(host),
      exchange_(exchange),
      mirror_(mirror),
      answers_(answers),
      out_(out),
      scopes_(scopes),
      stamps_(stamps),
      estimates_(estimates),
      timer_(host, [this] { release(); }) {}

void Texts::direct(const AskRef &ask) {
  auto text = meshcore::parse_text_command(ask->bytes);
  if (!text || text->text_type > text_type::cli) {
    answers_.error(ask, error::unsupported);
    return;
  }
  if (text->text.size() > meshcore::max_text) {
    answers_.error(ask, error::table_full);
    return;
  }
  const auto contact = mirror_.contact_by_prefix(text->key_prefix);
  if (!contact) {
    answers_.error(ask, error::not_found);
    return;
  }
  // Commands to a console are answered by a message, never acknowledged.
  PendingAckRef pending;
  if (text->text_type == text_type::plain) {
    pending = acks_.reserve(ask, host_.mono_ns());
    if (!pending) {
      answers_.error(ask, error::table_full);
      return;
    }
  }
  send_direct(ask, *text, *contact, pending);
}

void Texts::send_direct(const AskRef &ask, const TextCommand &asked,
                        const meshcore::Contact &contact, const PendingAckRef &pending) {
  TextCommand text = asked;
  std::int64_t wait_ns = 0;
  // The device itself stamps what goes to a console.
  if (pending && keeps_order(contact.type)) {
    const Stamp stamp =
        stamps_.for_text(ask->flow, contact.public_key, asked.timestamp, asked.text);
    text.timestamp = stamp.seconds;
    wait_ns = stamp.wait_ns;
  }
  const std::uint32_t computed =
      pending ? meshcore::expected_ack(text.timestamp, text.attempt, text.text_type, text.text,
                                       mirror_.self().public_key)
              : 0;
  const bool flood = estimates_.floods(contact);
  const std::uint32_t timeout_ms = estimates_.timeout_ms(contact);
  if (pending) pending->device_ack = pending->told_ack = computed;
  answers_.promise(ask, [this, ask, pending, computed, flood, timeout_ms] {
    answers_.say(
        ask,
        meshcore::build_sent({flood ? std::uint8_t{1} : std::uint8_t{0}, computed, timeout_ms}),
        pending ? Last::no : Last::yes);
  });
  auto job = make_job(meshcore::build_text_command(text),
                      [this, ask, text, key = contact.public_key, pending](const Outcome &outcome) {
                        direct_ended(ask, text, key, pending, outcome);
                      });
  job->flow = ask->flow;
  job->scope = scopes_.needed(ask->flow, job->bytes, mirror_.device().version);
  submit(std::move(job), wait_ns);
}

void Texts::direct_ended(const AskRef &ask, const TextCommand &text, const std::string &key,
                         const PendingAckRef &pending, const Outcome &outcome) {
  const std::int64_t now = host_.mono_ns();
  const auto contact = mirror_.contact(key);
  if (outcome.end == Outcome::End::unanswered && pending) {
    // It may well be on the air.
    acks_.sent(pending, pending->device_ack, true, estimates_.timeout_ms(contact), now);
    publish_direct(ask, text, key, pending->device_ack);
    return;
  }
  const auto sent = outcome.good() ? meshcore::parse_sent(outcome.frame) : std::nullopt;
  if (!sent) {
    const auto code = meshcore::parse_error(outcome.frame);
    failed(ask, pending, code.value_or(error::bad_state),
           code ? "refused by the radio" : "the radio is away");
    return;
  }
  estimates_.learn(contact, *sent);
  if (pending) {
    if (!ask->answered) pending->told_ack = sent->tag;
    acks_.sent(pending, sent->tag, sent->flood != 0, sent->timeout_ms, now);
  }
  if (!ask->answered) {
    answers_.say(ask, outcome.frame, pending ? Last::no : Last::yes);
  }
  publish_direct(ask, text, key, sent->tag);
}

// For stores; apps cannot be shown what another one said to somebody (docs/protocol notes 2.7).
void Texts::publish_direct(const AskRef &ask, const TextCommand &text, const std::string &key,
                           std::uint32_t ack) {
  NeutralRecord record;
  describe_sent_text(text, mirror_.self().public_key, key, ack, record);
  out_.sent(ask->id, meshcore::build_text_command(text), record.get());
}

void Texts::failed(const AskRef &ask, const PendingAckRef &pending, std::uint8_t code,
                   std::string_view reason) {
  if (pending) acks_.forget(pending);
  if (!ask->answered) {
    answers_.error(ask, code);
    return;
  }
  NeutralRecord record;
  if (pending) describe_fate(pending->told_ack, MMX_DELIVERY_FAILED, reason, record);
  answers_.end(ask, record.get());
}

void Texts::confirmed(std::string_view frame) {
  const auto told = meshcore::parse_send_confirmed(frame);
  if (!told) return;
  const auto waiting = acks_.confirmed(told->ack);
  for (const PendingAckRef &each : waiting) {
    NeutralRecord record;
    describe_fate(each->told_ack, MMX_DELIVERY_DELIVERED, {}, record);
    answers_.say(each->ask, meshcore::build_send_confirmed({each->told_ack, told->trip_ms}),
                 Last::yes, record.get());
  }
  NeutralRecord record;
  describe_fate(told->ack, MMX_DELIVERY_DELIVERED, {}, record);
  out_.event(frame, record.get(), Visibility::quiet);
}

void Texts::tick() {
  for (const PendingAckRef &each : acks_.expired(host_.mono_ns())) {
    NeutralRecord record;
    describe_fate(each->told_ack, MMX_DELIVERY_FAILED, "no acknowledgement came", record);
    answers_.end(each->ask, record.get());
  }
}

void Texts::submit(JobRef job, std::int64_t wait_ns) {
  if (wait_ns <= 0) {
    exchange_.submit(Lane::session, std::move(job));
    return;
  }
  delayed_.emplace(host_.mono_ns() + wait_ns, std::move(job));
  timer_.start(delayed_.begin()->first - host_.mono_ns());
}

void Texts::release() {
  while (!delayed_.empty() && delayed_.begin()->first <= host_.mono_ns()) {
    JobRef job = std::move(delayed_.begin()->second);
    delayed_.erase(delayed_.begin());
    exchange_.submit(Lane::session, std::move(job));
  }
  if (!delayed_.empty()) timer_.start(delayed_.begin()->first - host_.mono_ns());
}

void Texts::drop_delayed() {
  timer_.stop();
  const auto dropped = std::exchange(delayed_, {});
  for (const auto &[when, job] : dropped) job->done({Outcome::End::lost, {}});
}

void Texts::forget_all() {
  drop_delayed();
  for (const PendingAckRef &each : acks_.take_all()) answers_.end(each->ask);
  stamps_.clear();
}

// A slot without a name and key would go out under the all-zero key; the device says OK to that.
std::uint8_t Texts::refusal(const AskRef &ask, std::uint8_t slot) const {
  const auto channel = mirror_.channel(slot);
  if (!channel || channel->empty()) return error::not_found;
  if (bytes::u8(ask->bytes, 0) == command::send_channel_text && bytes::u8(ask->bytes, 1) != 0) {
    return error::unsupported;
  }
  return 0;
}

void Texts::channel(const AskRef &ask) {
  const bool text = bytes::u8(ask->bytes, 0) == command::send_channel_text;
  const std::uint8_t slot = bytes::u8(ask->bytes, text ? 2 : 1);
  const std::uint8_t code = refusal(ask, slot);
  if (code != 0) {
    answers_.error(ask, code);
    return;
  }
  answers_.promise(ask, [this, ask] { answers_.ok(ask); });
  auto job = make_job(ask->bytes, [this, ask](const Outcome &outcome) {
    // Without an answer it may well be on the air.
    if (outcome.good() || outcome.end == Outcome::End::unanswered) publish_channel(ask);
    if (outcome.answered() || outcome.end == Outcome::End::unscoped) {
      answers_.say(ask, outcome.frame, Last::yes);
    } else {
      answers_.error(ask, error::bad_state);
    }
  });
  job->flow = ask->flow;
  job->scope = scopes_.needed(ask->flow, ask->bytes, mirror_.device().version);
  exchange_.submit(Lane::session, std::move(job));
}

// As another radio would show it: the device puts its name before the text and cuts the sum
// (docs/protocol notes 2.3).
void Texts::publish_channel(const AskRef &ask) {
  meshcore::ReceivedMessage message;
  message.path_len = meshcore::path_unknown;
  NeutralRecord record;
  const std::string_view own_key = mirror_.self().public_key;
  if (const auto text = meshcore::parse_channel_text_command(ask->bytes)) {
    message.kind = meshcore::ReceivedMessage::Kind::channel;
    message.channel = text->channel;
    message.timestamp = text->timestamp;
    const std::string whole = mirror_.self().name + ": " + text->text;
    message.text = meshcore::fit_utf8(whole, meshcore::max_text);
    describe_sent_channel_text(text->channel, text->timestamp, text->text, own_key, record);
  } else if (const auto data = meshcore::parse_channel_data_command(ask->bytes)) {
    message.kind = meshcore::ReceivedMessage::Kind::data;
    message.channel = data->channel;
    message.data_type = data->data_type;
    message.text = data->data;
  } else {
    return;
  }
  out_.sent(ask->id, meshcore::build_message(message), record.get());
}

}  // namespace meshcore_driver
