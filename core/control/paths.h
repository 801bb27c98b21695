// Where the control socket is when nobody says. Shared by the daemon and the control tool, so
// header only. Must not touch the file system.
#pragma once

#include <cstdlib>
#include <string>

namespace meshmux {

// $MESHMUX_SOCKET, else $RUNTIME_DIRECTORY/control.sock (systemd gives it to the service), else
// $XDG_RUNTIME_DIR/meshmux/control.sock, else /run/meshmux/control.sock. Of several colon-separated
// runtime directories the first counts.
inline std::string default_control_socket() {
  if (const char *named = std::getenv("MESHMUX_SOCKET"); named && *named) return named;
  if (const char *runtime = std::getenv("RUNTIME_DIRECTORY"); runtime && *runtime) {
    const std::string list = runtime;
    return list.substr(0, list.find(':')) + "/control.sock";
  }
  if (const char *user = std::getenv("XDG_RUNTIME_DIR"); user && *user) {
    return std::string(user) + "/meshmux/control.sock";
  }
  return "/run/meshmux/control.sock";
}

}  // namespace meshmux
