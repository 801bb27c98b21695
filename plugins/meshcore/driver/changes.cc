// See changes.h.
#include "plugins/meshcore/driver/changes.h"

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/driver/reader.h"

namespace meshcore_driver {

namespace command = meshcore::command;
namespace push = meshcore::push;

Changes changes_of(std::string_view bytes) {
  Changes changes;
  if (bytes.empty()) return changes;
  const auto key = meshcore::command_key(bytes);
  switch (meshcore::bytes::u8(bytes, 0)) {
    case command::set_name:
    case command::set_tx_power:
    case command::set_location:
    case command::set_other:
      changes.queries = {query::self()};
      break;
    case command::set_radio:  // the repeat flag stands in the device record
    case command::set_path_hash_mode:
    case command::set_pin:
      changes.queries = {query::self(), query::device()};
      break;
    case command::set_tuning:
      changes.queries = {query::of(command::get_tuning)};
      break;
    case command::set_custom_var:  // a receiver for satellites may have been switched on
      changes.queries = {query::of(command::get_custom_vars), query::self()};
      break;
    case command::set_auto_add:
      changes.queries = {query::of(command::get_auto_add)};
      break;
    case command::set_default_scope:
      changes.queries = {query::of(command::get_default_scope)};
      break;
    case command::set_channel:
      if (bytes.size() > 1) {
        changes.queries = {query::channel(meshcore::bytes::u8(bytes, 1))};
      }
      break;
    case command::set_contact:
      if (key) changes.contact = std::string(*key);
      changes.push = push::advert;
      break;
    case command::reset_path:
      if (key) changes.contact = std::string(*key);
      changes.push = push::path_updated;
      break;
    case command::remove_contact:
      if (key) changes.removed = std::string(*key);
      changes.push = push::contact_deleted;
      break;
    case command::import_key:
      changes.everything = true;
      break;
    default:
      break;
  }
  return changes;
}

}  // namespace meshcore_driver
