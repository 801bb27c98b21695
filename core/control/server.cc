// See server.h.
#include "core/control/server.h"

#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/control/client.h"

namespace meshmux {

namespace {

// More than any request needs; the JSON library's own functions recurse.
constexpr int kMaxNesting = 32;

bool nested_too_deeply(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxNesting) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

Result<void> make_folder(const std::string &path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (folder.empty() || std::filesystem::exists(folder, error)) return {};
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(MMX_DENIED, "cannot make the folder {}: {}", folder.string(), error.message());
  }
  std::filesystem::permissions(folder, static_cast<std::filesystem::perms>(0750), error);
  return {};
}

Result<void> give_to_group(const std::string &path, const std::string &group) {
  char buffer[4096];
  struct group entry {};
  struct group *found = nullptr;
  getgrnam_r(group.c_str(), &entry, buffer, sizeof buffer, &found);
  if (!found) return fail(MMX_NOT_FOUND, "there is no group \"{}\"", group);
  if (chown(path.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0) {
    return fail(MMX_DENIED, "cannot give {} to the group {}: {}", path, group,
                std::strerror(errno));
  }
  return {};
}

}  // namespace

ControlServer::ControlServer(Loop &loop, ControlLimits limits) : loop_(loop), limits_(limits) {}

ControlServer::~ControlServer() = default;

void ControlServer::add(std::string method, Handler handler) {
  handlers_[std::move(method)] = std::move(handler);
}

Result<void> ControlServer::listen(const std::string &path, const std::string &group) {
  MMX_CHECK(make_folder(path));
  MMX_TRY(const Uri uri, parse_uri("unix://" + path));
  ListenOptions options;
  options.backlog = 16;
  options.unix_mode = 0660;
  options.limits.max_pending = limits_.max_pending;
  options.limits.no_progress_ns = limits_.no_progress_ns;
  Result<std::unique_ptr<Listener>> listener = Listener::bind(loop_, uri, options);
  if (!listener && listener.code() == MMX_AGAIN) {
    return fail(MMX_AGAIN, "another meshmuxd is running: somebody answers on {}", path);
  }
  if (!listener) return std::move(listener).error();
  if (!group.empty()) MMX_CHECK(give_to_group(path, group));
  listener_ = std::move(*listener);
  path_ = path;
  listener_->set_accept([this](Accepted accepted) { accept(std::move(accepted)); });
  return {};
}

void ControlServer::close() {
  listener_.reset();
  for (const auto &client : clients_) client->shut_down();
}

void ControlServer::accept(Accepted accepted) {
  clients_.push_back(std::make_unique<ControlClient>(*this, accepted.stream));
  if (clients_.size() <= limits_.max_clients) return;
  clients_.back()->send_error(nullptr, MMX_AGAIN, "too many clients of the control socket");
  clients_.back()->shut_down();
}

void ControlServer::forget(ControlClient &client) {
  std::erase_if(clients_, [&](const auto &each) { return each.get() == &client; });
}

void ControlServer::dispatch(ControlClient &client, std::string_view line) {
  if (trim(line).empty()) return;
  if (nested_too_deeply(line)) {
    client.send_error(nullptr, MMX_INVALID, "the request is nested too deeply");
    return;
  }
  const Json request = Json::parse(line, nullptr, false);
  if (!request.is_object()) {
    client.send_error(nullptr, MMX_INVALID,
                      "a request is one line of JSON: {\"id\":1,\"method\":\"status\"}");
    return;
  }
  const Json id = request.value("id", Json());
  const Json method = request.value("method", Json());
  const Json params = request.value("params", Json::object());
  if (id.is_structured()) {
    client.send_error(nullptr, MMX_INVALID, "\"id\" must be a number or a text");
    return;
  }
  if (!method.is_string() || !params.is_object()) {
    client.send_error(id, MMX_INVALID, "\"method\" must be a text and \"params\" an object");
    return;
  }
  const auto found = handlers_.find(method.get_ref<const std::string &>());
  if (found == handlers_.end()) {
    std::vector<std::string> names;
    for (const auto &[name, handler] : handlers_) names.push_back(name);
    const std::string &asked = method.get_ref<const std::string &>();
    client.send_error(id, MMX_UNSUPPORTED,
                      fmt::format("no method \"{}\"{}", asked, did_you_mean(asked, names)));
    return;
  }
  std::shared_ptr<ControlReply::Request> open = client.open_request(id);
  if (!open) {
    client.send_error(id, MMX_AGAIN, "too many open requests");
    return;
  }
  const ControlReply reply(std::move(open));
  try {
    found->second(params, reply);
  } catch (const Json::exception &error) {
    reply.error(MMX_INVALID, fmt::format("wrong parameters: {}", error.what()));
  }
}

}  // namespace meshmux
