// Listeners are taken out of their desks for the length of the plan and given back if it fails;
// nobody is accepted meanwhile, because the loop does not run.
#include "core/daemon/listener_plan.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"

namespace meshmux {
namespace {

// Whether a listener on held keeps another one from listening on wanted.
bool in_the_way(const Uri &held, const Uri &wanted) {
  if (held.scheme != wanted.scheme) return false;
  if (held.scheme == Uri::Scheme::unix_socket) return held.path == wanted.path;
  return wanted.port != 0 && held.port == wanted.port;
}

}  // namespace

ListenerPlan::~ListenerPlan() {
  if (!bound_) give_back();
}

void ListenerPlan::offer(SessionDesk &desk) {
  for (BoundListener &bound : desk.release_listeners()) open_.push_back({&desk, std::move(bound)});
}

void ListenerPlan::want(const std::string &instance, SessionDesk *desk,
                        const std::vector<ListenAddress> &wanted) {
  for (const ListenAddress &address : wanted) wants_.push_back({instance, desk, address, {}});
}

// An open listener that serves want as it is: desk's own, or with nullptr anybody's.
ListenerPlan::Open *ListenerPlan::find_open(const Want &want, const SessionDesk *desk) {
  for (Open &open : open_) {
    if (open.spoken_for || open.bound.listener == nullptr) continue;
    if (desk != nullptr && (open.desk != desk || open.bound.option != want.address.option))
      continue;
    // Any free port of somebody else's is not the one that was asked for.
    if (desk == nullptr && want.address.uri.port == 0 &&
        want.address.uri.scheme == Uri::Scheme::tcp) {
      continue;
    }
    if (open.bound.wanted == want.address.uri) return &open;
  }
  return nullptr;
}

Result<BoundListener> ListenerPlan::bind_one(const Want &want) {
  Result<BoundListener> bound = bind_listener(loop_, want.address);
  if (bound || bound.code() != MMX_AGAIN) return bound;
  // The address may be held by one of ours that goes away, such as 0.0.0.0 before 127.0.0.1.
  for (Open &open : open_) {
    if (open.spoken_for || open.bound.listener == nullptr) continue;
    if (in_the_way(open.bound.listener->uri(), want.address.uri)) open.bound.listener->close();
  }
  return bind_listener(loop_, want.address);
}

Result<void> ListenerPlan::bind() {
  // Everybody's own first, so that nobody takes what its owner still wants.
  std::vector<Open *> chosen(wants_.size(), nullptr);
  for (const bool own : {true, false}) {
    for (size_t i = 0; i < wants_.size(); ++i) {
      if (chosen[i] != nullptr || (own && wants_[i].desk == nullptr)) continue;
      chosen[i] = find_open(wants_[i], own ? wants_[i].desk : nullptr);
      if (chosen[i] != nullptr) chosen[i]->spoken_for = true;
    }
  }
  for (size_t i = 0; i < wants_.size(); ++i) {
    if (chosen[i] != nullptr) continue;
    Result<BoundListener> bound = bind_one(wants_[i]);
    if (!bound) {
      const std::string where = wants_[i].address.mark.to_string();
      return fail(bound.code(), "{}{}{}: {}", where, where.empty() ? "" : ": ", wants_[i].instance,
                  bound.error().message);
    }
    wants_[i].bound = std::move(*bound);
  }
  for (size_t i = 0; i < wants_.size(); ++i) {
    if (chosen[i] == nullptr) continue;
    if (chosen[i]->desk != wants_[i].desk) chosen[i]->bound.announced = false;
    wants_[i].bound = std::move(chosen[i]->bound);
    wants_[i].bound.option = wants_[i].address.option;
  }
  bound_ = true;
  return {};
}

std::vector<BoundListener> ListenerPlan::take(const std::string &instance) {
  std::vector<BoundListener> out;
  for (Want &want : wants_) {
    if (want.instance != instance || want.bound.listener == nullptr) continue;
    out.push_back(std::move(want.bound));
  }
  return out;
}

void ListenerPlan::give_back() {
  // What was bound for the plan goes first: it may hold an address that is needed again.
  wants_.clear();
  for (Open &open : open_) {
    std::vector<BoundListener> back;
    if (!open.bound.listener->is_open()) {
      ListenAddress address{open.bound.option, open.bound.listener->uri(), {}};
      Result<BoundListener> again = bind_listener(loop_, address);
      if (!again) {
        log::error({}, "lost a listener: {}", again.error().message);
        continue;
      }
      again->wanted = open.bound.wanted;
      open.bound = std::move(*again);
      open.bound.announced = true;
    }
    back.push_back(std::move(open.bound));
    open.desk->add_listeners(std::move(back));
  }
}

}  // namespace meshmux
