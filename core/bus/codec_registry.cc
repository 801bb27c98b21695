// Guarded calls into codecs: whatever they do, the answer is a safe one. Must not know what any
// payload means.
#include "core/bus/codec_registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/policy/labels.h"

namespace meshmux {
namespace {

constexpr size_t kFirstOutput = 1024;

}  // namespace

Codec::Codec(const mmx_codec &codec, std::string provider)
    : codec_(codec), provider_(std::move(provider)), scratch_(kFirstOutput) {}

void Codec::fault(std::string_view what) {
  if (++faults_ == 1) {
    log::error({}, "codec '{}' of plugin {} {}; such payloads count as unknown", codec_.family,
               provider_, what);
  }
}

// Calls with the scratch buffer, larger once if that was asked for.
template <typename Call>
mmx_status Codec::fill(Call &&call, mmx_bytes *out) {
  try {
    for (bool grown = false;; grown = true) {
      mmx_buffer buffer{scratch_.data(), scratch_.size(), 0};
      const mmx_status status = call(&buffer);
      if (status == MMX_NO_SPACE && !grown && buffer.size > scratch_.size()) {
        if (buffer.size > kLargestOutput) {
          fault("wants to write more than 64 KiB");
          return MMX_ERROR;
        }
        scratch_.resize(buffer.size);
        continue;
      }
      if (buffer.size > scratch_.size() || status == MMX_NO_SPACE) {
        fault("does not say what buffer it needs");
        return MMX_ERROR;
      }
      *out = mmx_bytes{scratch_.data(), status == MMX_OK ? buffer.size : 0};
      return status;
    }
  } catch (const std::exception &error) {
    fault(fmt::format("threw: {}", escape_control(error.what())));
  } catch (...) {
    fault("threw something");
  }
  return MMX_ERROR;
}

Codec::Classified Codec::classify(mmx_bytes identity, uint32_t kind, mmx_bytes payload) {
  Classified result;
  uint64_t labels = 0;
  const mmx_status status = fill(
      [&](mmx_buffer *buffer) {
        labels = 0;
        return codec_.classify(identity, kind, payload, &labels, buffer);
      },
      &result.canonical);
  result.labels = MMX_LABEL_UNKNOWN;
  if (status != MMX_OK) {
    result.status = status == MMX_INVALID ? MMX_INVALID : MMX_ERROR;
    return result;
  }
  if ((labels & ~codec_.labels) != 0) {
    fault(fmt::format("emitted labels it does not declare: {}",
                      label_names(labels & ~codec_.labels)));
    result.status = MMX_ERROR;
    return result;
  }
  // A command without a label was not told apart from anything that might be forbidden.
  if (kind == MMX_KIND_TX && (labels & ~MMX_LABEL_SECRETS) == 0) labels |= MMX_LABEL_UNKNOWN;
  result.labels = labels;
  return result;
}

mmx_status Codec::redact(mmx_bytes identity, uint32_t kind, mmx_bytes payload, uint64_t secrets,
                         mmx_bytes *out) {
  return fill(
      [&](mmx_buffer *buffer) { return codec_.redact(identity, kind, payload, secrets, buffer); },
      out);
}

std::string Codec::describe(mmx_bytes identity, uint32_t kind, mmx_bytes payload) {
  if (codec_.describe == nullptr) return {};
  mmx_bytes out{};
  const mmx_status status = fill(
      [&](mmx_buffer *buffer) { return codec_.describe(identity, kind, payload, buffer); }, &out);
  if (status != MMX_OK) return {};
  return escape_control({reinterpret_cast<const char *>(out.data), out.size});
}

Result<void> CodecRegistry::add(const mmx_codec &codec, std::string_view plugin) {
  const std::string_view family = codec.family;
  const auto chosen = chosen_.find(std::string(family));
  if (chosen != chosen_.end() && chosen->second != plugin) return {};
  const auto found = codecs_.find(family);
  if (found != codecs_.end()) {
    return fail(
        MMX_INVALID,
        "plugins {} and {} both provide the codec '{}': choose one, as in codecs: {{ {}: {} "
        "}}",
        found->second->provider(), plugin, family, family, found->second->provider());
  }
  codecs_.emplace(family, std::make_unique<Codec>(codec, std::string(plugin)));
  return {};
}

Codec *CodecRegistry::find(std::string_view family) const {
  const auto found = codecs_.find(family);
  return found == codecs_.end() ? nullptr : found->second.get();
}

}  // namespace meshmux
