/*
 * One exported pointer for each struct of the ABI, so that abidiff sees every table and tells
 * growth at its end from anything else. Must not contain code.
 */
#include "meshmux/meshmux.h"

#define WITNESS(type) MMX_EXPORT const type *witness_##type

WITNESS(mmx_bytes);
WITNESS(mmx_text);
WITNESS(mmx_buffer);
WITNESS(mmx_entry);
WITNESS(mmx_host);
WITNESS(mmx_type);
WITNESS(mmx_instance_ops);
WITNESS(mmx_message);
WITNESS(mmx_link);
WITNESS(mmx_record);
WITNESS(mmx_field);
WITNESS(mmx_option);
WITNESS(mmx_value);
WITNESS(mmx_values);
WITNESS(mmx_bus);
WITNESS(mmx_publish);
WITNESS(mmx_published);
WITNESS(mmx_codec);
WITNESS(mmx_control);
WITNESS(mmx_metrics);
WITNESS(mmx_post);
WITNESS(mmx_session);
WITNESS(mmx_session_handler);
WITNESS(mmx_sessions);
WITNESS(mmx_source);
WITNESS(mmx_source_handler);
WITNESS(mmx_shared_buffer);
WITNESS(mmx_stream_events);
WITNESS(mmx_stream_api);
WITNESS(mmx_timers);
WITNESS(mmx_clock);
