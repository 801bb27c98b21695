/*
 * The layout of the ABI, pinned: size and member offsets of every struct on a 64-bit
 * machine. A line here changes only together with MMX_ABI_MAJOR; growth appends
 * lines and changes the size of the grown struct. Must not compile when anything moves.
 */
#include "meshmux/meshmux.h"

#if UINTPTR_MAX == UINT64_MAX

#define PIN_SIZE(type, size) _Static_assert(sizeof(type) == (size), "size of " #type)
#define PIN(type, member, offset) \
  _Static_assert(offsetof(type, member) == (offset), "offset of " #type "." #member)

/* The frozen prefix of the entry, in any version. */
_Static_assert(sizeof(((mmx_entry *)0)->magic) == 4, "magic is 4 bytes");
_Static_assert(sizeof(((mmx_entry *)0)->abi_major) == 2, "abi_major is 2 bytes");
_Static_assert(sizeof(((mmx_entry *)0)->abi_minor) == 2, "abi_minor is 2 bytes");
_Static_assert(sizeof(((mmx_entry *)0)->struct_size) == 4, "struct_size is 4 bytes");
_Static_assert(sizeof(((mmx_entry *)0)->flags) == 4, "flags is 4 bytes");
_Static_assert(offsetof(mmx_entry, name) == 16, "the prefix is 16 bytes");

PIN_SIZE(mmx_bytes, 16);
PIN(mmx_bytes, data, 0);
PIN(mmx_bytes, size, 8);

PIN_SIZE(mmx_text, 16);
PIN(mmx_text, data, 0);
PIN(mmx_text, size, 8);

PIN_SIZE(mmx_buffer, 24);
PIN(mmx_buffer, data, 0);
PIN(mmx_buffer, capacity, 8);
PIN(mmx_buffer, size, 16);

PIN_SIZE(mmx_entry, 64);
PIN(mmx_entry, magic, 0);
PIN(mmx_entry, abi_major, 4);
PIN(mmx_entry, abi_minor, 6);
PIN(mmx_entry, struct_size, 8);
PIN(mmx_entry, flags, 12);
PIN(mmx_entry, name, 16);
PIN(mmx_entry, version, 24);
PIN(mmx_entry, license, 32);
PIN(mmx_entry, types, 40);
PIN(mmx_entry, codecs, 48);
PIN(mmx_entry, type_count, 56);
PIN(mmx_entry, codec_count, 60);

PIN_SIZE(mmx_host, 48);
PIN(mmx_host, struct_size, 0);
PIN(mmx_host, abi_major, 4);
PIN(mmx_host, abi_minor, 6);
PIN(mmx_host, host_data, 8);
PIN(mmx_host, get_extension, 16);
PIN(mmx_host, log, 24);
PIN(mmx_host, set_health, 32);
PIN(mmx_host, instance_id, 40);

PIN_SIZE(mmx_type, 64);
PIN(mmx_type, struct_size, 0);
PIN(mmx_type, role, 4);
PIN(mmx_type, name, 8);
PIN(mmx_type, summary, 16);
PIN(mmx_type, family, 24);
PIN(mmx_type, options, 32);
PIN(mmx_type, option_count, 40);
PIN(mmx_type, option_size, 44);
PIN(mmx_type, ops, 48);
PIN(mmx_type, create, 56);

PIN_SIZE(mmx_instance_ops, 64);
PIN(mmx_instance_ops, struct_size, 0);
PIN(mmx_instance_ops, reserved, 4);
PIN(mmx_instance_ops, start, 8);
PIN(mmx_instance_ops, stop, 16);
PIN(mmx_instance_ops, destroy, 24);
PIN(mmx_instance_ops, deliver, 32);
PIN(mmx_instance_ops, turn_end, 40);
PIN(mmx_instance_ops, reconfigure, 48);
PIN(mmx_instance_ops, get_extension, 56);

PIN_SIZE(mmx_message, 152);
PIN(mmx_message, struct_size, 0);
PIN(mmx_message, kind, 4);
PIN(mmx_message, id, 8);
PIN(mmx_message, cause, 16);
PIN(mmx_message, labels, 24);
PIN(mmx_message, grants, 32);
PIN(mmx_message, withheld, 40);
PIN(mmx_message, session, 48);
PIN(mmx_message, order, 56);
PIN(mmx_message, wall_ns, 64);
PIN(mmx_message, mono_ns, 72);
PIN(mmx_message, deadline_ns, 80);
PIN(mmx_message, source, 88);
PIN(mmx_message, origin, 92);
PIN(mmx_message, flags, 96);
PIN(mmx_message, epoch, 100);
PIN(mmx_message, key, 104);
PIN(mmx_message, payload, 120);
PIN(mmx_message, record, 136);
PIN(mmx_message, link, 144);

PIN_SIZE(mmx_link, 40);
PIN(mmx_link, struct_size, 0);
PIN(mmx_link, phase, 4);
PIN(mmx_link, epoch, 8);
PIN(mmx_link, complete, 12);
PIN(mmx_link, stale, 16);
PIN(mmx_link, swapping, 20);
PIN(mmx_link, reason, 24);

PIN_SIZE(mmx_record, 16);
PIN(mmx_record, type, 0);
PIN(mmx_record, count, 4);
PIN(mmx_record, fields, 8);

PIN_SIZE(mmx_field, 24);
PIN(mmx_field, key, 0);
PIN(mmx_field, type, 2);
PIN(mmx_field, reserved, 4);
PIN(mmx_field, value, 8);

PIN_SIZE(mmx_option, 56);
PIN(mmx_option, kind, 0);
PIN(mmx_option, flags, 4);
PIN(mmx_option, name, 8);
PIN(mmx_option, default_value, 16);
PIN(mmx_option, values, 24);
PIN(mmx_option, min, 32);
PIN(mmx_option, max, 40);
PIN(mmx_option, help, 48);

PIN_SIZE(mmx_value, 56);
PIN(mmx_value, kind, 0);
PIN(mmx_value, is_set, 4);
PIN(mmx_value, i, 8);
PIN(mmx_value, f, 16);
PIN(mmx_value, s, 24);
PIN(mmx_value, list, 40);
PIN(mmx_value, list_count, 48);

PIN_SIZE(mmx_values, 16);
PIN(mmx_values, values, 0);
PIN(mmx_values, count, 8);
PIN(mmx_values, value_size, 12);

PIN_SIZE(mmx_bus, 56);
PIN(mmx_bus, struct_size, 0);
PIN(mmx_bus, reserved, 4);
PIN(mmx_bus, subscribe, 8);
PIN(mmx_bus, publish, 16);
PIN(mmx_bus, ready, 24);
PIN(mmx_bus, retain, 32);
PIN(mmx_bus, release, 40);
PIN(mmx_bus, bound_source, 48);

PIN_SIZE(mmx_publish, 88);
PIN(mmx_publish, struct_size, 0);
PIN(mmx_publish, kind, 4);
PIN(mmx_publish, source, 8);
PIN(mmx_publish, flags, 12);
PIN(mmx_publish, session, 16);
PIN(mmx_publish, cause, 24);
PIN(mmx_publish, order, 32);
PIN(mmx_publish, timeout_ns, 40);
PIN(mmx_publish, key, 48);
PIN(mmx_publish, payload, 64);
PIN(mmx_publish, record, 80);

PIN_SIZE(mmx_published, 32);
PIN(mmx_published, struct_size, 0);
PIN(mmx_published, verdict, 4);
PIN(mmx_published, id, 8);
PIN(mmx_published, labels, 16);
PIN(mmx_published, retry_after_ns, 24);

PIN_SIZE(mmx_codec, 48);
PIN(mmx_codec, struct_size, 0);
PIN(mmx_codec, reserved, 4);
PIN(mmx_codec, family, 8);
PIN(mmx_codec, labels, 16);
PIN(mmx_codec, classify, 24);
PIN(mmx_codec, redact, 32);
PIN(mmx_codec, describe, 40);

PIN_SIZE(mmx_control, 24);
PIN(mmx_control, struct_size, 0);
PIN(mmx_control, reserved, 4);
PIN(mmx_control, status, 8);
PIN(mmx_control, call, 16);

PIN_SIZE(mmx_metrics, 40);
PIN(mmx_metrics, struct_size, 0);
PIN(mmx_metrics, reserved, 4);
PIN(mmx_metrics, counter, 8);
PIN(mmx_metrics, gauge, 16);
PIN(mmx_metrics, add, 24);
PIN(mmx_metrics, set, 32);

PIN_SIZE(mmx_post, 16);
PIN(mmx_post, struct_size, 0);
PIN(mmx_post, reserved, 4);
PIN(mmx_post, post, 8);

PIN_SIZE(mmx_session, 48);
PIN(mmx_session, struct_size, 0);
PIN(mmx_session, listener, 4);
PIN(mmx_session, id, 8);
PIN(mmx_session, address, 16);
PIN(mmx_session, local, 32);

PIN_SIZE(mmx_session_handler, 16);
PIN(mmx_session_handler, struct_size, 0);
PIN(mmx_session_handler, reserved, 4);
PIN(mmx_session_handler, opened, 8);

PIN_SIZE(mmx_sessions, 24);
PIN(mmx_sessions, struct_size, 0);
PIN(mmx_sessions, reserved, 4);
PIN(mmx_sessions, describe, 8);
PIN(mmx_sessions, close, 16);

PIN_SIZE(mmx_source, 24);
PIN(mmx_source, struct_size, 0);
PIN(mmx_source, reserved, 4);
PIN(mmx_source, set_identity, 8);
PIN(mmx_source, set_link, 16);

PIN_SIZE(mmx_source_handler, 16);
PIN(mmx_source_handler, struct_size, 0);
PIN(mmx_source_handler, reserved, 4);
PIN(mmx_source_handler, session_ended, 8);

PIN_SIZE(mmx_shared_buffer, 16);
PIN(mmx_shared_buffer, data, 0);
PIN(mmx_shared_buffer, capacity, 8);

PIN_SIZE(mmx_stream_events, 48);
PIN(mmx_stream_events, struct_size, 0);
PIN(mmx_stream_events, reserved, 4);
PIN(mmx_stream_events, on_open, 8);
PIN(mmx_stream_events, on_data, 16);
PIN(mmx_stream_events, on_eof, 24);
PIN(mmx_stream_events, on_drain, 32);
PIN(mmx_stream_events, on_close, 40);

PIN_SIZE(mmx_stream_api, 96);
PIN(mmx_stream_api, struct_size, 0);
PIN(mmx_stream_api, reserved, 4);
PIN(mmx_stream_api, connect, 8);
PIN(mmx_stream_api, set_events, 16);
PIN(mmx_stream_api, write, 24);
PIN(mmx_stream_api, pending, 32);
PIN(mmx_stream_api, pause, 40);
PIN(mmx_stream_api, resume, 48);
PIN(mmx_stream_api, close, 56);
PIN(mmx_stream_api, abort, 64);
PIN(mmx_stream_api, buffer_new, 72);
PIN(mmx_stream_api, buffer_retain, 80);
PIN(mmx_stream_api, buffer_release, 88);

PIN_SIZE(mmx_timers, 40);
PIN(mmx_timers, struct_size, 0);
PIN(mmx_timers, reserved, 4);
PIN(mmx_timers, create, 8);
PIN(mmx_timers, start, 16);
PIN(mmx_timers, stop, 24);
PIN(mmx_timers, free, 32);

PIN_SIZE(mmx_clock, 40);
PIN(mmx_clock, struct_size, 0);
PIN(mmx_clock, reserved, 4);
PIN(mmx_clock, mono_ns, 8);
PIN(mmx_clock, wall_ns, 16);
PIN(mmx_clock, wall_synchronised, 24);
PIN(mmx_clock, random, 32);

#endif
