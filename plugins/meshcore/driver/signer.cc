// See signer.h.
#include "plugins/meshcore/driver/signer.h"

#include <algorithm>
#include <utility>

#include "plugins/meshcore/codec/bytes.h"

namespace meshcore_driver {

namespace {

namespace bytes = meshcore::bytes;
namespace command = meshcore::command;
namespace error = meshcore::error;

constexpr std::size_t kPiece = 128;  // fits every firmware's frames

std::string single(std::uint8_t code) { return std::string(1, static_cast<char>(code)); }

}  // namespace

void Signer::take(const AskRef &ask) {
  const std::uint8_t code = bytes::u8(ask->bytes, 0);
  const auto buffer = buffers_.find(ask->flow);
  if (code == command::sign_start) {
    if (buffer == buffers_.end() && buffers_.size() >= kMostSessions) {
      answers_.error(ask, error::table_full);
      return;
    }
    buffers_[ask->flow].clear();
    std::string frame = single(meshcore::response::sign_start);
    bytes::put8(frame, 0);
    bytes::put32(frame, kMostBytes);
    answers_.say(ask, frame, Last::yes);
    return;
  }
  if (buffer == buffers_.end()) {
    answers_.error(ask, error::bad_state);
    return;
  }
  if (code == command::sign_data) {
    if (buffer->second.size() + ask->bytes.size() - 1 > kMostBytes) {
      answers_.error(ask, error::table_full);
      return;
    }
    buffer->second.append(ask->bytes, 1);
    answers_.ok(ask);
    return;
  }
  finish(ask);
}

void Signer::finish(const AskRef &ask) {
  if (!exchange_.is_open()) {
    answers_.error(ask, error::bad_state);
    return;
  }
  if (replays_.size() >= kMostReplays) {
    answers_.error(ask, error::table_full);
    return;
  }
  const std::string data = std::move(buffers_[ask->flow]);
  buffers_.erase(ask->flow);
  auto replay = std::make_shared<Replay>();
  replay->ask = ask;
  replay->commands.push_back(single(command::sign_start));
  for (std::size_t at = 0; at < data.size(); at += kPiece) {
    replay->commands.push_back(single(command::sign_data) + data.substr(at, kPiece));
  }
  replay->commands.push_back(single(command::sign_finish));
  answers_.promise(ask);
  replays_.push_back(std::move(replay));
  next();
}

void Signer::next() {
  while (!busy_ && !replays_.empty()) {
    if (replays_.front()->ask->ended) {
      replays_.pop_front();
      continue;
    }
    busy_ = true;
    step();
  }
}

void Signer::step() {
  const auto replay = replays_.front();
  auto job = make_job(replay->commands.front(), [this, replay](const Outcome &outcome) {
    replay->commands.pop_front();
    if (outcome.good() && !replay->commands.empty() && !replay->ask->ended) {
      step();
      return;
    }
    if (outcome.answered()) {
      answers_.say(replay->ask, outcome.frame, Last::yes);
    } else {
      answers_.error(replay->ask, error::bad_state);
    }
    replays_.pop_front();
    busy_ = false;
    next();
  });
  job->flow = replay->ask->flow;
  exchange_.submit(Lane::session, std::move(job));
}

}  // namespace meshcore_driver
