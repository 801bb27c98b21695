// Drives one instance of a plugin type through its life. Must not know any plugin.
#include "sdk/testing/instance_runner.h"

#include <exception>

namespace mmx::testing {

namespace {
constexpr std::int64_t kDrainLimit = 5 * kSecond;
}

InstanceRunner::InstanceRunner(FakeHost &host, const mmx_type *type, const OptionTexts &options)
    : host_(host), type_(type) {
  const OptionValues values(*type, options);
  create_status_ = type->create(host.raw(), values.get(), &self_);
  if (create_status_ == MMX_OK) host_.attach(type->ops, self_, type->role);
}

InstanceRunner::~InstanceRunner() { destroy(); }

mmx_status InstanceRunner::start() {
  host_.touch();
  const mmx_status status = type_->ops->start(self_);
  host_.end_turn();
  return status;
}

void InstanceRunner::stop() {
  host_.begin_stop();
  host_.touch();
  type_->ops->stop(self_);
  host_.end_turn();
}

bool InstanceRunner::stop_and_wait() {
  stop();
  const std::int64_t limit = host_.clock().mono_ns() + kDrainLimit;
  while (host_.health().state != MMX_HEALTH_STOPPED) {
    const auto next = host_.clock().next_deadline();
    if (!next || *next > limit) return false;
    host_.advance(*next - host_.clock().mono_ns());
  }
  return true;
}

mmx_status InstanceRunner::reconfigure(const OptionTexts &options) {
  if (type_->ops->reconfigure == nullptr) return MMX_UNSUPPORTED;
  const OptionValues values(*type_, options);
  host_.touch();
  const mmx_status status = type_->ops->reconfigure(self_, values.get());
  host_.end_turn();
  return status;
}

void InstanceRunner::destroy() {
  if (create_status_ != MMX_OK || self_ == nullptr) return;
  // What was posted before the end still runs, unless a failed assertion is on its way out.
  if (std::uncaught_exceptions() == 0) host_.end_turn();
  type_->ops->destroy(self_);
  self_ = nullptr;
  host_.detach();
}

mmx_status InstanceRunner::deliver(const MessageSpec &spec, std::uint64_t *id) {
  const mmx_status status = host_.bus().deliver(spec, id);
  host_.end_turn();
  return status;
}

const mmx_type *find_type(const mmx_entry *entry, std::string_view name) {
  for (std::uint32_t i = 0; i < entry->type_count; ++i)
    if (name == entry->types[i]->name) return entry->types[i];
  return nullptr;
}

}  // namespace mmx::testing
