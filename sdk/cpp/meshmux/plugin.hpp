// Turns C++ classes into plugin types: derive from Instance, name the type with define_type, list
// the types with MMX_PLUGIN. No exception leaves: the barrier logs it, answers with the safe value
// and marks the instance failed. Must not know what any instance does.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshmux/host.hpp"
#include "meshmux/meshmux.h"
#include "meshmux/text.hpp"

namespace mmx {

// The configured values of an instance, read by option name.
class Options {
 public:
  Options(const mmx_option *table, const mmx_values *values) : table_(table), values_(values) {}

  // The value of the named option, never NULL for a name that is in the table.
  const mmx_value *find(std::string_view name) const {
    for (std::uint32_t i = 0; i < values_->count; ++i) {
      if (name != table_[i].name) continue;
      const char *base = reinterpret_cast<const char *>(values_->values);
      return reinterpret_cast<const mmx_value *>(base + std::size_t{i} * values_->value_size);
    }
    return nullptr;
  }
  bool has(std::string_view name) const {
    const mmx_value *value = find(name);
    return value != nullptr && value->kind != MMX_OPTION_INVALID;
  }
  std::int64_t integer(std::string_view name) const { return has(name) ? find(name)->i : 0; }
  bool flag(std::string_view name) const { return integer(name) != 0; }
  double number(std::string_view name) const { return has(name) ? find(name)->f : 0; }
  std::string string(std::string_view name) const {
    return has(name) ? std::string(view(find(name)->s)) : std::string();
  }
  std::vector<std::string> list(std::string_view name) const {
    std::vector<std::string> out;
    const mmx_value *value = has(name) ? find(name) : nullptr;
    for (std::size_t i = 0; value != nullptr && i < value->list_count; ++i)
      out.emplace_back(view(value->list[i]));
    return out;
  }

 private:
  const mmx_option *table_;
  const mmx_values *values_;
};

// Base of every C++ instance. Override what you need; all calls come on the loop thread.
class Instance {
 public:
  explicit Instance(const mmx_host *host) : host_(host) {}
  virtual ~Instance() = default;
  Instance(const Instance &) = delete;
  Instance &operator=(const Instance &) = delete;

  virtual mmx_status start() = 0;
  virtual void stop() { host_.stopped(); }
  virtual mmx_status deliver(const mmx_message &) { return MMX_OK; }
  virtual void turn_end() {}
  virtual mmx_status reconfigure(const Options &) { return MMX_UNSUPPORTED; }
  // meshmux.sessions/1
  virtual mmx_status session_opened(const mmx_session &, mmx_stream *) { return MMX_UNSUPPORTED; }
  // meshmux.source/1
  virtual void session_ended(std::uint32_t /*origin*/, std::uint64_t /*session*/) {}
  // meshmux.control/1; both give JSON text
  virtual std::string status() { return "{}"; }
  virtual mmx_status call(std::string_view /*verb*/, std::string_view /*args*/,
                          std::string & /*reply*/) {
    return MMX_UNSUPPORTED;
  }

  const Host &host() const { return host_; }

  // Runs body; an exception is logged, fails the instance, and the answer is safe.
  template <class Result, class Body>
  Result guard(const char *where, Result safe, Body &&body) noexcept {
    return detail::contain(host_.raw(), where, safe, std::forward<Body>(body));
  }

 private:
  Host host_;
};

namespace detail {

inline Instance *self_of(void *self) { return static_cast<Instance *>(self); }

inline mmx_status on_opened(void *self, const mmx_session *session, mmx_stream *stream) {
  return self_of(self)->guard("session_opened", mmx_status{MMX_ERROR},
                              [&] { return self_of(self)->session_opened(*session, stream); });
}
inline void on_ended(void *self, std::uint32_t origin, std::uint64_t session) {
  self_of(self)->guard("session_ended", 0, [&] {
    self_of(self)->session_ended(origin, session);
    return 0;
  });
}
inline mmx_status on_status(void *self, mmx_buffer *json) {
  return self_of(self)->guard("status", mmx_status{MMX_ERROR},
                              [&] { return fill(json, self_of(self)->status()); });
}
inline mmx_status on_call(void *self, mmx_text verb, mmx_text args, mmx_buffer *reply) {
  return self_of(self)->guard("call", mmx_status{MMX_ERROR}, [&] {
    std::string out;
    const mmx_status status = self_of(self)->call(view(verb), view(args), out);
    // A reply that does not fit is lost, not asked for again: the verb has been carried out.
    const mmx_status filled = fill(reply, out);
    return status == MMX_OK ? filled : status;
  });
}

inline const mmx_session_handler session_handler = {sizeof(mmx_session_handler), 0, &on_opened};
inline const mmx_source_handler source_handler = {sizeof(mmx_source_handler), 0, &on_ended};
inline const mmx_control control = {sizeof(mmx_control), 0, &on_status, &on_call};

template <class T>
struct Glue {
  static mmx_status start(void *self) {
    return self_of(self)->guard("start", mmx_status{MMX_ERROR},
                                [&] { return self_of(self)->start(); });
  }
  static void stop(void *self) {
    self_of(self)->guard("stop", 0, [&] {
      self_of(self)->stop();
      return 0;
    });
  }
  static void destroy(void *self) { delete static_cast<T *>(self_of(self)); }
  static mmx_status deliver(void *self, const mmx_message *message) {
    return self_of(self)->guard("deliver", mmx_status{MMX_ERROR},
                                [&] { return self_of(self)->deliver(*message); });
  }
  static void turn_end(void *self) {
    self_of(self)->guard("turn_end", 0, [&] {
      self_of(self)->turn_end();
      return 0;
    });
  }
  static mmx_status reconfigure(void *self, const mmx_values *values) {
    return self_of(self)->guard("reconfigure", mmx_status{MMX_ERROR}, [&] {
      return self_of(self)->reconfigure(Options(T::option_table, values));
    });
  }
  static const void *get_extension(void *self, const char *id) {
    const std::string_view wanted(id);
    static_cast<void>(self);
    if (wanted == MMX_EXT_SESSIONS) return &session_handler;
    if (wanted == MMX_EXT_SOURCE) return &source_handler;
    if (wanted == MMX_EXT_CONTROL) return &control;
    return nullptr;
  }
  static mmx_status create(const mmx_host *host, const mmx_values *values, void **self) {
    return detail::contain(host, "create", mmx_status{MMX_ERROR}, [&] {
      Instance *made = new T(host, Options(T::option_table, values));
      *self = made;
      return mmx_status{MMX_OK};
    });
  }
  static constexpr mmx_instance_ops ops = {sizeof(mmx_instance_ops),
                                           0,
                                           &start,
                                           &stop,
                                           &destroy,
                                           &deliver,
                                           &turn_end,
                                           &reconfigure,
                                           &get_extension};
};

}  // namespace detail

// Describes T, which has a constructor (const mmx_host *, const Options &) and a static constexpr
// array of mmx_option named option_table.
template <class T>
constexpr mmx_type define_type(std::uint32_t role, const char *name, const char *summary,
                               const char *family) {
  return {sizeof(mmx_type),
          role,
          name,
          summary,
          family,
          T::option_table,
          sizeof(T::option_table) / sizeof(mmx_option),
          sizeof(mmx_option),
          &detail::Glue<T>::ops,
          &detail::Glue<T>::create};
}

}  // namespace mmx

// Defines the entry of a plugin. types is an array of const mmx_type *, codecs an array of
// const mmx_codec * or nullptr with a count of 0.
#define MMX_PLUGIN(plugin_name, plugin_version, plugin_license, types, type_count, codecs, \
                   codec_count)                                                            \
  extern "C" MMX_EXPORT const mmx_entry *mmx_plugin_entry(void) {                          \
    static const mmx_entry entry = {MMX_ENTRY_MAGIC,                                       \
                                    MMX_ABI_MAJOR,                                         \
                                    MMX_ABI_MINOR,                                         \
                                    sizeof(mmx_entry),                                     \
                                    0,                                                     \
                                    plugin_name,                                           \
                                    plugin_version,                                        \
                                    plugin_license,                                        \
                                    types,                                                 \
                                    codecs,                                                \
                                    type_count,                                            \
                                    codec_count};                                          \
    return &entry;                                                                         \
  }
