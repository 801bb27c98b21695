// Result<T>: a value or an Error (status code and a text for people), for every function of the
// core that can fail. Must not know who reports the error or how.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>

#include "meshmux/base.h"

namespace meshmux {

// Why something failed. code is never MMX_OK; message is one sentence for people, without a full
// stop, without secrets.
struct Error {
  mmx_status code = MMX_ERROR;
  std::string message;
};

// Makes an Error from a format string: return fail(MMX_INVALID, "port {} is too large", port);
template <typename... Args>
Error fail(mmx_status code, fmt::format_string<Args...> format, Args &&...args) {
  return Error{code, fmt::format(format, std::forward<Args>(args)...)};
}

// Either a T or an Error. Any thread. value() and error() must only be asked for what is there.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }
  mmx_status code() const { return ok() ? MMX_OK : std::get<1>(content_).code; }

  T &value() & { return std::get<0>(content_); }
  const T &value() const & { return std::get<0>(content_); }
  T &&value() && { return std::get<0>(std::move(content_)); }
  T &operator*() & { return value(); }
  const T &operator*() const & { return value(); }
  T &&operator*() && { return std::move(*this).value(); }
  T *operator->() { return &value(); }
  const T *operator->() const { return &value(); }
  T value_or(T other) const & { return ok() ? value() : std::move(other); }

  const Error &error() const & { return std::get<1>(content_); }
  Error &&error() && { return std::get<1>(std::move(content_)); }

 private:
  std::variant<T, Error> content_;
};

// Success without a value, or an Error. `return {};` is success.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return error_.code == MMX_OK; }
  explicit operator bool() const { return ok(); }
  mmx_status code() const { return error_.code; }

  const Error &error() const & { return error_; }
  Error &&error() && { return std::move(error_); }

 private:
  Error error_{MMX_OK, {}};
};

#define MMX_TRY_JOIN_(a, b) a##b
#define MMX_TRY_NAME_(line) MMX_TRY_JOIN_(mmx_try_, line)

// Takes the value of a Result or returns its Error: MMX_TRY(const auto uri, parse_uri(text));
#define MMX_TRY(declaration, ...)                                                  \
  auto MMX_TRY_NAME_(__LINE__) = (__VA_ARGS__);                                    \
  if (!MMX_TRY_NAME_(__LINE__)) return std::move(MMX_TRY_NAME_(__LINE__)).error(); \
  declaration = std::move(MMX_TRY_NAME_(__LINE__)).value()

// Returns the Error of a Result whose value is not needed: MMX_CHECK(write_pid_file(path));
#define MMX_CHECK(...)                                              \
  do {                                                              \
    if (auto mmx_check_result = (__VA_ARGS__); !mmx_check_result) { \
      return std::move(mmx_check_result).error();                   \
    }                                                               \
  } while (false)

}  // namespace meshmux
