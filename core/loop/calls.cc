// Turn ends of the targets that were called.
#include "core/loop/calls.h"

#include <algorithm>

namespace meshmux {

CallTarget::~CallTarget() {
  for (std::vector<CallTarget *> *list : {&tracker_.touched_, &tracker_.ending_}) {
    std::replace(list->begin(), list->end(), this, static_cast<CallTarget *>(nullptr));
  }
}

bool CallTracker::run_turn_ends() {
  if (touched_.empty()) return false;
  ending_.swap(touched_);
  for (CallTarget *target : ending_) {
    if (target) target->touched_ = false;
  }
  // By index: a turn end may destroy another target, which blanks its entry.
  for (size_t i = 0; i < ending_.size(); ++i) {
    if (CallTarget *const target = ending_[i]) {
      CallScope scope;
      scope.tracker_ = this;
      scope.enter(target->name_);
      target->turn_end();
    }
  }
  ending_.clear();
  return true;
}

}  // namespace meshmux
