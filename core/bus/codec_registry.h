// The codecs of all payload families and the guarded way to call them: growing buffers with a cap,
// declared labels enforced, exceptions held. Must not know what any payload means.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "meshmux/ext/codec.h"

namespace meshmux {

// One family's codec. [loop-thread]
class Codec {
 public:
  // The most a codec may write for one payload.
  static constexpr size_t kLargestOutput = 64 * 1024;

  Codec(const mmx_codec &codec, std::string provider);

  struct Classified {
    mmx_status status = MMX_OK;  // MMX_INVALID: not a legal payload; MMX_ERROR: the codec failed
    uint64_t labels = 0;         // MMX_LABEL_UNKNOWN when status is not MMX_OK, or by its own word
    mmx_bytes canonical{};       // TX only; valid until the next call
  };
  Classified classify(mmx_bytes identity, uint32_t kind, mmx_bytes payload);

  // The payload without the named secrets; *out is valid until the next call.
  mmx_status redact(mmx_bytes identity, uint32_t kind, mmx_bytes payload, uint64_t secrets,
                    mmx_bytes *out);
  // One line for people; "" when the codec has nothing to say.
  std::string describe(mmx_bytes identity, uint32_t kind, mmx_bytes payload);

  const std::string &provider() const { return provider_; }
  std::string_view family() const { return codec_.family; }
  // Times it broke its own contract: undeclared labels, oversized output, an exception.
  uint64_t faults() const { return faults_; }

 private:
  template <typename Call>
  mmx_status fill(Call &&call, mmx_bytes *out);
  void fault(std::string_view what);

  const mmx_codec &codec_;
  std::string provider_;
  std::vector<uint8_t> scratch_;
  uint64_t faults_ = 0;
};

// [loop-thread]. Codecs live as long as the registry and never move.
class CodecRegistry {
 public:
  // family to plugin name, from `codecs:`. Must precede add.
  void choose(std::map<std::string, std::string> chosen) { chosen_ = std::move(chosen); }

  // codec lives as long as the process. MMX_INVALID: another plugin already provides that family
  // and `codecs:` names neither; the message says both.
  Result<void> add(const mmx_codec &codec, std::string_view plugin);

  // nullptr: nobody provides that family.
  Codec *find(std::string_view family) const;

 private:
  std::map<std::string, std::string> chosen_;
  std::map<std::string, std::unique_ptr<Codec>, std::less<>> codecs_;
};

}  // namespace meshmux
