#include "traces/store/schema.h"

namespace rdrlab::trace {

namespace {

struct View
{
    const char* name;
    const char* select;
};

// What people ask a trace about, with names instead of numbers. SCHEMA.md has their columns.
constexpr View kViews[] = {
    { "v_objects", R"sql(
  SELECT o.id, k.name AS kind, n.text AS name, o.owner, w.text AS owner_name, o.birth, o.death
  FROM objects o JOIN object_kinds k ON k.id = o.kind JOIN strings n ON n.id = o.name
  LEFT JOIN objects p ON p.id = o.owner LEFT JOIN strings w ON w.id = p.name)sql" },
    { "v_events", R"sql(
  SELECT e.seq, e.time, e.cpu, e.irql, e.process, e.thread, e.span, e.parent, l.name AS layer, k.name AS kind,
    r.text AS routine, n.text AS object, e.status, s.name AS status_name, e.argument, t.text AS text
  FROM events e JOIN layers l ON l.id = e.layer JOIN event_kinds k ON k.id = e.kind
  LEFT JOIN strings r ON r.id = e.routine LEFT JOIN objects o ON o.id = e.object LEFT JOIN strings n ON n.id = o.name
  LEFT JOIN statuses s ON s.value = e.status LEFT JOIN strings t ON t.id = e.text)sql" },
    { "v_spans", R"sql(
  SELECT p.id, p.parent, l.name AS layer, r.text AS routine, n.text AS object, q.text AS request, p.process, p.thread,
    p.begin_time,
    p.end_seq, p.end_time, p.end_time - p.begin_time AS duration, p.status, s.name AS status_name, p.information
  FROM spans p JOIN layers l ON l.id = p.layer LEFT JOIN strings r ON r.id = p.routine
  LEFT JOIN objects o ON o.id = p.object LEFT JOIN strings n ON n.id = o.name
  LEFT JOIN objects i ON i.id = p.request LEFT JOIN strings q ON q.id = i.name
  LEFT JOIN statuses s ON s.value = p.status)sql" },
    { "v_changes", R"sql(
  SELECT c.seq, n.text AS object, f.text AS field, c.old, c.new, c.object AS object_id, c.old_object, c.new_object
  FROM changes c JOIN objects o ON o.id = c.object JOIN strings n ON n.id = o.name JOIN strings f ON f.id = c.field)sql" },
    { "v_refs", R"sql(
  SELECT r.seq, n.text AS object, r.delta, r.count, t.text AS reason, r.object AS object_id
  FROM refs r JOIN objects o ON o.id = r.object JOIN strings n ON n.id = o.name LEFT JOIN strings t ON t.id = r.reason)sql" },
    // An IRP's first span is the one that was not made on behalf of the same IRP.
    { "v_irp", R"sql(
  SELECT s.id AS sent_seq, n.text AS irp, f.text AS function, d.text AS device, c.text AS call, p.name AS process, s.thread,
    s.begin_time AS sent_time, s.end_seq AS completed_seq, s.end_time AS completed_time, s.end_time - s.begin_time AS duration,
    EXISTS (SELECT 1 FROM events e JOIN event_kinds x ON x.id = e.kind WHERE e.span = s.id AND x.name = 'pend') AS pended,
    s.status, u.name AS status_name, s.information, s.request AS irp_id
  FROM spans s JOIN objects o ON o.id = s.request JOIN object_kinds k ON k.id = o.kind AND k.name = 'IRP'
  LEFT JOIN spans up ON up.id = s.parent LEFT JOIN strings n ON n.id = o.name LEFT JOIN strings f ON f.id = s.routine
  LEFT JOIN objects t ON t.id = s.object LEFT JOIN strings d ON d.id = t.name LEFT JOIN strings c ON c.id = up.routine
  LEFT JOIN processes p ON p.id = s.process LEFT JOIN statuses u ON u.value = s.status
  WHERE up.request IS NOT s.request)sql" },
    { "v_stack", R"sql(
  SELECT k.seq, n.text AS irp, k.location, m.text AS function, k.minor, k.flags, k.control, d.text AS device, f.text AS file,
    c.text AS completion_routine, k.context, k.parameter1, k.parameter2, k.parameter3, k.parameter4, k.parameter5,
    t.text AS file_name, k.pended, k.irp AS irp_id
  FROM stack_locations k JOIN objects i ON i.id = k.irp JOIN strings n ON n.id = i.name JOIN spans s ON s.id = k.seq
  LEFT JOIN strings m ON m.id = s.routine LEFT JOIN objects v ON v.id = s.object LEFT JOIN strings d ON d.id = v.name
  LEFT JOIN objects o ON o.id = k.file LEFT JOIN strings f ON f.id = o.name
  LEFT JOIN strings c ON c.id = k.completion_routine LEFT JOIN strings t ON t.id = k.file_name)sql" },
    { "v_mrx", R"sql(
  SELECT s.id AS seq, r.text AS call, n.text AS object, q.text AS rx_context, p.name AS process, s.thread, s.begin_time,
    s.end_seq, s.end_time, s.end_time - s.begin_time AS duration,
    EXISTS (SELECT 1 FROM events e JOIN event_kinds x ON x.id = e.kind WHERE e.span = s.id AND x.name = 'pend') AS pended,
    s.status, u.name AS status_name, s.information
  FROM spans s JOIN layers l ON l.id = s.layer AND l.name = 'mrx' LEFT JOIN strings r ON r.id = s.routine
  LEFT JOIN objects o ON o.id = s.object LEFT JOIN strings n ON n.id = o.name LEFT JOIN spans up ON up.id = s.parent
  LEFT JOIN objects i ON i.id = up.request LEFT JOIN strings q ON q.id = i.name LEFT JOIN processes p ON p.id = s.process
  LEFT JOIN statuses u ON u.value = s.status)sql" },
    { "v_exchange", R"sql(
  SELECT s.id AS seq, r.text AS command, n.text AS exchange, w.text AS connection, c.text AS call, s.begin_time, s.end_seq,
    s.end_time, s.end_time - s.begin_time AS duration, s.status, u.name AS status_name, s.information
  FROM spans s JOIN layers l ON l.id = s.layer AND l.name = 'wire' LEFT JOIN strings r ON r.id = s.routine
  LEFT JOIN objects o ON o.id = s.object LEFT JOIN strings n ON n.id = o.name
  LEFT JOIN objects v ON v.id = o.owner LEFT JOIN strings w ON w.id = v.name
  LEFT JOIN spans up ON up.id = s.parent LEFT JOIN strings c ON c.id = up.routine
  LEFT JOIN statuses u ON u.value = s.status)sql" },
    { "v_refcount", R"sql(
  SELECT n.text AS object, k.name AS kind, g.taken, g.returned, z.count AS count, g.first_seq, g.last_seq,
    o.death IS NULL AS alive, g.object AS object_id
  FROM (SELECT object, sum(max(delta, 0)) AS taken, -sum(min(delta, 0)) AS returned, min(seq) AS first_seq, max(seq) AS last_seq
        FROM refs GROUP BY object) g
  JOIN refs z ON z.seq = g.last_seq JOIN objects o ON o.id = g.object JOIN strings n ON n.id = o.name
  JOIN object_kinds k ON k.id = o.kind)sql" },
    { "v_open_handles", R"sql(
  SELECT n.text AS handle, w.text AS file, p.name AS process, r.text AS opened_by, o.birth AS opened_seq, b.time AS opened_time,
    o.death AS closed_seq, d.time AS closed_time, d.time - b.time AS duration
  FROM objects o JOIN object_kinds k ON k.id = o.kind AND k.name = 'HANDLE' JOIN strings n ON n.id = o.name
  LEFT JOIN objects f ON f.id = o.owner LEFT JOIN strings w ON w.id = f.name LEFT JOIN events b ON b.seq = o.birth
  LEFT JOIN events d ON d.seq = o.death LEFT JOIN spans s ON s.id = b.span LEFT JOIN strings r ON r.id = s.routine
  LEFT JOIN processes p ON p.id = b.process)sql" },
    { "v_srv_open_life", R"sql(
  SELECT n.text AS srv_open, w.text AS fcb, o.birth AS birth_seq, b.time AS birth_time, o.death AS death_seq,
    d.time AS death_time, d.time - b.time AS duration,
    (SELECT count(*) FROM events e JOIN layers l ON l.id = e.layer AND l.name = 'mrx' JOIN event_kinds x ON x.id = e.kind
      AND x.name = 'begin' WHERE e.object = o.id) AS mrx_calls,
    (SELECT count(*) FROM changes c JOIN strings t ON t.id = c.field WHERE c.object = o.id AND t.text = 'OpenCount'
      AND ifnull(c.new > c.old, c.new > 0)) AS opens,
    (SELECT count(*) FROM events e JOIN strings t ON t.id = e.routine WHERE e.object = o.id AND t.text = 'close delayed')
      AS closes_delayed,
    o.id AS srv_open_id
  FROM objects o JOIN object_kinds k ON k.id = o.kind AND k.name = 'SRV_OPEN' JOIN strings n ON n.id = o.name
  LEFT JOIN objects f ON f.id = o.owner LEFT JOIN strings w ON w.id = f.name
  LEFT JOIN events b ON b.seq = o.birth LEFT JOIN events d ON d.seq = o.death)sql" },
    { "v_life", R"sql(
  SELECT n.text AS object, k.name AS kind, w.text AS owner, o.birth AS birth_seq, b.time AS birth_time, r.text AS born_in,
    p.name AS process, o.death AS death_seq, d.time AS death_time, d.time - b.time AS duration, q.text AS died_in, o.id AS object_id
  FROM objects o JOIN object_kinds k ON k.id = o.kind JOIN strings n ON n.id = o.name
  LEFT JOIN objects f ON f.id = o.owner LEFT JOIN strings w ON w.id = f.name
  LEFT JOIN events b ON b.seq = o.birth LEFT JOIN spans s ON s.id = b.span LEFT JOIN strings r ON r.id = s.routine
  LEFT JOIN processes p ON p.id = b.process LEFT JOIN events d ON d.seq = o.death LEFT JOIN spans e ON e.id = d.span
  LEFT JOIN strings q ON q.id = e.routine)sql" },
    { "v_state", R"sql(
  SELECT n.text AS object, k.name AS kind, f.text AS field, c.new AS value, c.new_object AS value_object, c.seq AS since,
    c.object AS object_id
  FROM (SELECT object, field, new, new_object, max(seq) AS seq FROM changes GROUP BY object, field) c
  JOIN objects o ON o.id = c.object JOIN object_kinds k ON k.id = o.kind JOIN strings n ON n.id = o.name
  JOIN strings f ON f.id = c.field)sql" },
};

} // namespace

std::string viewsSql(bool temporary)
{
    std::string sql;
    for (const View& view : kViews) {
        sql += std::string(temporary ? "CREATE TEMP VIEW " : "CREATE VIEW ") + view.name + " AS"
            + view.select + ";\n";
    }
    return sql;
}

} // namespace rdrlab::trace
