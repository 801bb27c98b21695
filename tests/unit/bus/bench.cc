// The toy codec and the recording participants. Knows no real protocol.
#include "tests/unit/bus/bench.h"

#include <fmt/format.h>

#include <cstring>

#include "core/bus/stats.h"

namespace meshmux::test {
namespace {

mmx_status write(std::string_view text, mmx_buffer *out) {
  out->size = text.size();
  if (text.size() > out->capacity) return MMX_NO_SPACE;
  if (!text.empty()) std::memcpy(out->data, text.data(), text.size());
  return MMX_OK;
}

uint64_t label_of(std::string_view word) {
  const auto label = parse_label(word.substr(0, word.find('=')));
  return label ? *label : 0;
}

std::string joined_without(std::string_view payload, uint64_t labels) {
  std::string result;
  for (const std::string_view word : split(payload, '|')) {
    if (word.empty() || (label_of(word) & labels) != 0) continue;
    if (!result.empty()) result += '|';
    result += word;
  }
  return result;
}

mmx_status classify(mmx_bytes identity, uint32_t kind, mmx_bytes payload, uint64_t *labels,
                    mmx_buffer *canonical) {
  const std::string text = text_of(payload);
  if (text == "!") return MMX_INVALID;
  *labels = 0;
  for (const std::string_view word : split(text, '|')) *labels |= label_of(word);
  // "to=X" is a remote one unless X is who we are.
  const size_t to = text.find("to=");
  if (to != std::string::npos && identity.size > 0 && text.substr(to + 3) != text_of(identity)) {
    *labels |= MMX_LABEL_ADMIN_REMOTE;
  }
  return kind == MMX_KIND_TX ? write(joined_without(text, 0), canonical) : MMX_OK;
}

mmx_status redact(mmx_bytes, uint32_t, mmx_bytes payload, uint64_t secrets, mmx_buffer *out) {
  const std::string text = text_of(payload);
  if (text.find("cannot-redact") != std::string::npos) return MMX_ERROR;
  return write(joined_without(text, secrets), out);
}

mmx_status describe(mmx_bytes, uint32_t, mmx_bytes payload, mmx_buffer *out) {
  return write(fmt::format("{} bytes\n", payload.size), out);
}

std::string phase_name(uint32_t phase) {
  static const char *const kNames[] = {"?", "down", "connecting", "syncing", "up"};
  return kNames[phase];
}

}  // namespace

const mmx_codec kToyCodec = {sizeof(mmx_codec), 0,      "toy",   known_labels(),
                             classify,          redact, describe};

std::string Seen::brief() const {
  const std::string name = kind_name(kind_index(kind));
  switch (kind) {
    case MMX_KIND_STATE:
      if ((flags & MMX_MESSAGE_DELETED) != 0) return fmt::format("state -{}", key);
      return fmt::format("state {}={}", key, payload);
    case MMX_KIND_LINK:
      return fmt::format("link {} {}{}", phase_name(phase), epoch, swapping ? " swapping" : "");
    case MMX_KIND_REPLY:
      return fmt::format("reply {}{}{}", payload, record == MMX_RECORD_RECEIPT ? reason : "",
                         (flags & MMX_MESSAGE_FINAL) != 0 ? " final" : "");
    default:
      return fmt::format("{} {}", name, payload);
  }
}

mmx_status Fake::deliver(const mmx_message &message) {
  if (accept == 0) return MMX_AGAIN;
  if (on_deliver) {
    const mmx_status status = on_deliver(message);
    if (status == MMX_AGAIN) return status;
  }
  if (accept != SIZE_MAX) --accept;
  Seen one;
  one.kind = message.kind;
  one.id = message.id;
  one.cause = message.cause;
  one.labels = message.labels;
  one.grants = message.grants;
  one.withheld = message.withheld;
  one.session = message.session;
  one.order = message.order;
  one.wall_ns = message.wall_ns;
  one.mono_ns = message.mono_ns;
  one.deadline_ns = message.deadline_ns;
  one.source = message.source;
  one.origin = message.origin;
  one.flags = message.flags;
  one.epoch = message.epoch;
  one.key = text_of(message.key);
  one.payload = text_of(message.payload);
  if (message.record != nullptr) {
    one.record = message.record->type;
    for (uint32_t i = 0; i < message.record->count; ++i) {
      const mmx_field &field = message.record->fields[i];
      if (field.key == MMX_FIELD_STATUS) one.status = field.value.i;
      if (field.key == MMX_FIELD_REASON) one.reason = view(field.value.text);
    }
  }
  if (message.link != nullptr) {
    one.phase = message.link->phase;
    one.complete = message.link->complete;
    one.stale = message.link->stale;
    one.swapping = message.link->swapping;
    one.reason = view(message.link->reason);
  }
  log.push_back(one.brief());
  seen.push_back(std::move(one));
  return MMX_OK;
}

void Fake::session_ended(uint32_t origin, uint64_t session) {
  log.push_back(fmt::format("end {}/{}", origin, session));
}

std::string Fake::session_address(uint64_t session) const {
  return fmt::format("192.0.2.{}", session);
}

std::vector<std::string> Fake::take() { return std::exchange(log, {}); }

Bench::Bench(BusLimits limits) : bus(timers, codecs, audit, limits) {
  if (!codecs.add(kToyCodec, "toys")) std::abort();
}

uint32_t Bench::add_source(const std::string &id, std::string family) {
  ParticipantSpec spec;
  spec.id = id;
  spec.role = MMX_ROLE_SOURCE;
  spec.family = std::move(family);
  spec.policy = std::move(Policy::compile({}, MMX_ROLE_SOURCE)).value();
  const uint32_t number = bus.add(std::move(spec));
  bus.attach(number, fakes[number]);
  return number;
}

uint32_t Bench::add(uint32_t role, uint32_t source, const PolicySpec &policy, InboxLimits inbox) {
  ParticipantSpec spec;
  spec.id = fmt::format("instance-{}", fakes.size() + 1);
  spec.role = role;
  spec.bound_source = source;
  spec.policy = std::move(Policy::compile(policy, role)).value();
  spec.inbox = inbox;
  const uint32_t number = bus.add(std::move(spec));
  bus.attach(number, fakes[number]);
  return number;
}

namespace {

mmx_publish publication(uint32_t kind, std::string_view payload) {
  mmx_publish what{};
  what.struct_size = sizeof what;
  what.kind = kind;
  what.payload = bytes_of(payload);
  return what;
}

}  // namespace

mmx_status Bench::rx(uint32_t source, std::string_view payload, uint32_t flags) {
  mmx_publish what = publication(MMX_KIND_RX, payload);
  what.flags = flags;
  return bus.publish(source, what, nullptr);
}

mmx_status Bench::sent(uint32_t source, std::string_view payload, uint64_t cause) {
  mmx_publish what = publication(MMX_KIND_SENT, payload);
  what.cause = cause;
  return bus.publish(source, what, nullptr);
}

mmx_status Bench::state(uint32_t source, std::string_view key, std::string_view payload,
                        uint64_t order, uint32_t flags) {
  mmx_publish what = publication(MMX_KIND_STATE, payload);
  what.key = bytes_of(key);
  what.order = order;
  what.flags = flags;
  return bus.publish(source, what, nullptr);
}

mmx_status Bench::erase(uint32_t source, std::string_view key) {
  return state(source, key, "", 0, MMX_MESSAGE_DELETED);
}

mmx_status Bench::reply(uint32_t source, uint64_t cause, std::string_view payload, bool final) {
  mmx_publish what = publication(MMX_KIND_REPLY, payload);
  what.cause = cause;
  what.flags = final ? uint32_t{MMX_MESSAGE_FINAL} : 0;
  return bus.publish(source, what, nullptr);
}

mmx_published Bench::tx(uint32_t frontend, std::string_view payload, uint64_t session,
                        int64_t timeout_ns) {
  mmx_publish what = publication(MMX_KIND_TX, payload);
  what.session = session;
  what.timeout_ns = timeout_ns;
  mmx_published out{};
  out.struct_size = sizeof out;
  if (bus.publish(frontend, what, &out) != MMX_OK) out.verdict = 99;
  return out;
}

mmx_status Bench::link(uint32_t source, uint32_t phase, uint32_t complete, uint32_t swapping) {
  mmx_link what{};
  what.struct_size = sizeof what;
  what.phase = phase;
  what.complete = complete;
  what.swapping = swapping;
  return bus.set_link(source, what);
}

void Bench::drain() {
  while (bus.drain()) {
  }
}

void Bench::advance(int64_t ns) {
  clock.advance(ns);
  timers.run_due();
}

std::vector<std::string> Bench::get(uint32_t number) {
  drain();
  return fakes.at(number).take();
}

}  // namespace meshmux::test
