// See reader.h.
#include "plugins/meshcore/driver/reader.h"

#include <memory>
#include <utility>

#include "plugins/meshcore/codec/bytes.h"

namespace meshcore_driver {

namespace command = meshcore::command;

namespace query {

std::string of(std::uint8_t code) { return std::string(1, static_cast<char>(code)); }
std::string time() { return of(command::get_time); }
std::string self() { return of(command::app_start) + std::string(7, '\0') + "meshmux"; }
std::string device() { return of(command::device_query) + static_cast<char>(meshcore::version); }
std::string contact(std::string_view public_key) {
  return of(command::get_contact) + std::string(public_key);
}
std::string contacts() { return of(command::get_contacts); }
std::string channel(std::uint8_t index) {
  return of(command::get_channel) + static_cast<char>(index);
}
std::string battery() { return of(command::get_battery); }
std::string stats(std::uint8_t subtype) {
  return of(command::get_stats) + static_cast<char>(subtype);
}

}  // namespace query

void Reader::read(std::vector<std::string> queries, Lane lane, std::function<void()> then) {
  if (queries.empty()) {
    if (then) then();
    return;
  }
  std::string first = std::move(queries.front());
  queries.erase(queries.begin());
  exchange_.submit(
      lane, make_job(std::move(first), [this, queries = std::move(queries), lane,
                                        then = std::move(then)](const Outcome &outcome) mutable {
        if (outcome.good()) mirror_.put(outcome.frame);
        read(std::move(queries), lane, std::move(then));
      }));
}

void Reader::read_contact(std::string_view public_key, Lane lane, std::function<void()> then) {
  exchange_.submit(
      lane, make_job(query::contact(public_key), [this, key = std::string(public_key),
                                                  then = std::move(then)](const Outcome &outcome) {
        if (outcome.good()) {
          mirror_.put(outcome.frame);
        } else if (outcome.answered() &&
                   meshcore::parse_error(outcome.frame) == meshcore::error::not_found) {
          mirror_.contact_gone(key);
        }
        if (then) then();
      }));
}

}  // namespace meshcore_driver
