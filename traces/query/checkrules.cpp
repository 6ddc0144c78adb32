#include "traces/query/checkrules.h"

#include "traces/model/kinds.h"

namespace rdrlab::trace {

namespace {

std::string number(EventKind kind)
{
    return std::to_string(unsigned(kind));
}

// Every event by itself and against the dictionaries; the first thing wrong with it.
std::string eventsRule()
{
    return "SELECT e.seq, CASE"
           " WHEN e.seq < 1 THEN 'events count from 1'"
           " WHEN e.seq > 1 AND b.seq IS NULL THEN printf('event %d before it is missing', e.seq - "
           "1)"
           " WHEN e.time < b.time THEN printf('its time %d lies before %d, the time of the event "
           "before it', e.time, b.time)"
           " WHEN e.kind NOT BETWEEN 0 AND "
        + std::to_string(unsigned(EventKind::Maximum) - 1)
        + " THEN printf('there is no event kind %s', e.kind)"
          " WHEN e.layer NOT BETWEEN 0 AND "
        + std::to_string(unsigned(Layer::Maximum) - 1)
        + " THEN printf('there is no layer %s', e.layer)"
          " WHEN e.cpu NOT BETWEEN 0 AND 255 THEN printf('there is no processor %s', e.cpu)"
          " WHEN e.irql NOT BETWEEN 0 AND 31 THEN printf('there is no IRQL %s', e.irql)"
          " WHEN e.process <> 0 AND p.id IS NULL THEN printf('process %s is not in processes', "
          "e.process)"
          " WHEN e.thread <> 0 AND t.id IS NULL THEN printf('thread %s is not in threads', "
          "e.thread)"
          " WHEN e.span IS NOT NULL AND s.id IS NULL THEN printf('span %s is not in spans', e.span)"
          " WHEN e.span > e.seq THEN printf('it lies before span %d, in which it is', e.span)"
          " WHEN e.span IS NOT NULL AND e.parent IS NOT s.parent THEN"
          "  printf('its parent is %s, but that of span %d is %s', ifnull(e.parent, 'none'), "
          "e.span, ifnull(s.parent, 'none'))"
          " WHEN e.routine IS NOT NULL AND r.id IS NULL THEN printf('routine %s is not in "
          "strings', e.routine)"
          " WHEN e.text IS NOT NULL AND x.id IS NULL THEN printf('text %s is not in strings', "
          "e.text)"
          " WHEN e.object IS NOT NULL AND o.id IS NULL THEN printf('object %s is not in objects', "
          "e.object)"
          " WHEN e.seq < o.birth THEN printf('it is about object %d, which is born at #%s', "
          "e.object, o.birth)"
          " WHEN e.seq > o.death AND e.kind <> "
        + number(EventKind::End) // the call in which it died
        + " THEN printf('it is about object %d, which died at #%s', e.object, "
          "o.death)"
          " WHEN e.status IS NOT NULL AND u.value IS NULL AND e.status NOT BETWEEN -2147483648 AND "
          "2147483647 THEN"
          "  printf('status %s is no 32-bit number', e.status)"
          " END AS breach FROM events e LEFT JOIN events b ON b.seq = e.seq - 1"
          " LEFT JOIN processes p ON p.id = e.process LEFT JOIN threads t ON t.id = e.thread"
          " LEFT JOIN spans s ON s.id = e.span LEFT JOIN strings r ON r.id = e.routine"
          " LEFT JOIN strings x ON x.id = e.text LEFT JOIN objects o ON o.id = e.object"
          " LEFT JOIN statuses u ON u.value = e.status WHERE breach IS NOT NULL";
}

// Events that announce a row in another table have it, and it says the same.
std::string announcedRule()
{
    return "SELECT e.seq, CASE e.kind"
           " WHEN "
        + number(EventKind::Begin)
        + " THEN iif(s.id IS NULL, 'it begins a span that is not in spans', iif(e.span IS NOT "
          "e.seq,"
          "  'it begins a span, so its own span must be its seq', 'its span says otherwise: layer, "
          "routine, object, process,"
          " thread, parent and time must be the same'))"
          " WHEN "
        + number(EventKind::End)
        + " THEN printf('it ends span %s, which does not end here', ifnull(e.span, 'none'))"
        + " WHEN " + number(EventKind::Born)
        + " THEN printf('object %s is not born here', ifnull(e.object, 'none'))" + " WHEN "
        + number(EventKind::Died)
        + " THEN printf('object %s does not die here', ifnull(e.object, 'none'))" + " WHEN "
        + number(EventKind::Reference) + " THEN 'it has no row in refs, or one that says otherwise'"
        + " WHEN " + number(EventKind::Packet)
        + " THEN 'it has no row in packets, or one that says otherwise'"
          " END FROM events e"
          " LEFT JOIN spans s ON e.kind = "
        + number(EventKind::Begin)
        + " AND s.id = e.seq"
          " LEFT JOIN spans f ON e.kind = "
        + number(EventKind::End)
        + " AND f.id = e.span"
          " LEFT JOIN objects o ON e.kind IN ("
        + number(EventKind::Born) + "," + number(EventKind::Died)
        + ") AND o.id = e.object"
          " LEFT JOIN refs r ON e.kind = "
        + number(EventKind::Reference)
        + " AND r.seq = e.seq"
          " LEFT JOIN packets k ON e.kind = "
        + number(EventKind::Packet)
        + " AND k.seq = e.seq"
          " WHERE CASE e.kind WHEN "
        + number(EventKind::Begin)
        + " THEN s.id IS NULL OR e.span IS NOT e.seq OR s.layer <> e.layer OR s.routine IS NOT "
          "e.routine OR s.object IS NOT e.object"
          "  OR s.process <> e.process OR s.thread <> e.thread OR s.begin_time <> e.time OR "
          "s.parent IS NOT e.parent"
          " WHEN "
        + number(EventKind::End)
        + " THEN f.end_seq IS NOT e.seq OR f.end_time IS NOT e.time OR f.status IS NOT e.status"
        + " WHEN " + number(EventKind::Born) + " THEN o.birth IS NOT e.seq WHEN "
        + number(EventKind::Died) + " THEN o.death IS NOT e.seq" + " WHEN "
        + number(EventKind::Reference)
        + " THEN r.object IS NOT e.object OR r.count IS NOT e.argument OR r.reason IS NOT e.routine"
        + " WHEN " + number(EventKind::Packet)
        + " THEN k.length IS NOT e.argument OR k.time IS NOT e.time END";
}

std::string spansRule()
{
    return "SELECT s.id, CASE"
           " WHEN b.seq IS NULL THEN 'there is no such event, so nothing begins it'"
           " WHEN b.kind <> "
        + number(EventKind::Begin)
        + " THEN printf('event %d does not begin it', s.id)"
          " WHEN s.parent >= s.id THEN printf('its parent %d does not come before it', s.parent)"
          " WHEN s.parent IS NOT NULL AND p.id IS NULL THEN printf('its parent %s is not in "
          "spans', s.parent)"
          " WHEN s.request IS NOT NULL AND q.id IS NULL THEN printf('its request %s is not in "
          "objects', s.request)"
          " WHEN (s.end_seq IS NULL) <> (s.end_time IS NULL) THEN 'it has only one of end_seq and "
          "end_time'"
          " WHEN s.end_seq <= s.id THEN printf('it ends at #%d, before it begins', s.end_seq)"
          " WHEN s.end_time < s.begin_time THEN printf('it ends at %d ns, before it begins', "
          "s.end_time)"
          " WHEN s.end_seq IS NOT NULL AND e.seq IS NULL THEN printf('event %s, which should end "
          "it, is missing', s.end_seq)"
          " WHEN s.end_seq IS NOT NULL AND (e.kind <> "
        + number(EventKind::End)
        + " OR e.span IS NOT s.id) THEN printf('event %d does not end it', s.end_seq)"
          " WHEN s.end_seq IS NOT NULL AND e.argument IS NOT s.information THEN 'its information "
          "is not that of its end event'"
          " END AS breach FROM spans s LEFT JOIN events b ON b.seq = s.id LEFT JOIN spans p ON "
          "p.id = s.parent"
          " LEFT JOIN objects q ON q.id = s.request LEFT JOIN events e ON e.seq = s.end_seq WHERE "
          "breach IS NOT NULL";
}

std::string objectsRule()
{
    return "SELECT o.id, CASE"
           " WHEN o.id < 1 THEN 'objects count from 1'"
           " WHEN o.id > 1 AND a.id IS NULL THEN printf('object %d before it is missing', o.id - 1)"
           " WHEN o.kind NOT BETWEEN 0 AND "
        + std::to_string(unsigned(ObjectKind::Maximum) - 1)
        + " THEN printf('there is no object kind %s', o.kind)"
          " WHEN n.id IS NULL THEN printf('its name %s is not in strings', o.name)"
          " WHEN o.birth < a.birth THEN 'it is born before the object before it'"
          " WHEN b.seq IS NULL OR b.kind <> "
        + number(EventKind::Born)
        + " OR b.object IS NOT o.id THEN printf('it is not born at #%s', o.birth)"
          " WHEN o.death <= o.birth THEN 'it dies before it is born'"
          " WHEN o.death IS NOT NULL AND (d.seq IS NULL OR d.kind <> "
        + number(EventKind::Died)
        + " OR d.object IS NOT o.id) THEN printf('it does not die at #%s', o.death)"
          " WHEN o.owner = o.id THEN 'it owns itself'"
          " WHEN o.owner IS NOT NULL AND w.id IS NULL THEN printf('its owner %s is not in "
          "objects', o.owner)"
          " WHEN w.birth > o.birth OR w.death < o.birth THEN printf('its owner %s does not live "
          "when it is born', o.owner)"
          " END AS breach FROM objects o LEFT JOIN objects a ON a.id = o.id - 1 LEFT JOIN strings "
          "n ON n.id = o.name"
          " LEFT JOIN objects w ON w.id = o.owner LEFT JOIN events b ON b.seq = o.birth LEFT JOIN "
          "events d ON d.seq = o.death"
          " WHERE breach IS NOT NULL";
}

std::string changesRule()
{
    return "SELECT c.seq, CASE"
           " WHEN e.seq IS NULL THEN 'there is no such event'"
           " WHEN e.kind NOT IN ("
        + number(EventKind::Change) + "," + number(EventKind::Rename)
        + ") THEN 'its event is neither a change nor a rename'"
          " WHEN e.object IS NOT c.object THEN printf('it is about object %s, but its event about "
          "%s', c.object, ifnull(e.object, 'none'))"
          " WHEN f.id IS NULL THEN printf('field %s is not in strings', c.field)"
          " WHEN c.old_object IS NOT NULL AND p.id IS NULL THEN printf('old_object %s is not in "
          "objects', c.old_object)"
          " WHEN c.new_object IS NOT NULL AND q.id IS NULL THEN printf('new_object %s is not in "
          "objects', c.new_object)"
          " WHEN q.birth > c.seq THEN printf('new_object %s is born later', c.new_object)"
          " END AS breach FROM changes c LEFT JOIN events e ON e.seq = c.seq LEFT JOIN strings f "
          "ON f.id = c.field"
          " LEFT JOIN objects p ON p.id = c.old_object LEFT JOIN objects q ON q.id = c.new_object "
          "WHERE breach IS NOT NULL";
}

std::string referencesRule()
{
    return "SELECT r.seq, CASE"
           " WHEN e.seq IS NULL THEN 'there is no such event'"
           " WHEN e.kind <> "
        + number(EventKind::Reference)
        + " THEN 'its event is no reference'"
          " WHEN o.id IS NULL THEN printf('object %s is not in objects', r.object)"
          " WHEN r.reason IS NOT NULL AND t.id IS NULL THEN printf('reason %s is not in strings', "
          "r.reason)"
          " END AS breach FROM refs r LEFT JOIN events e ON e.seq = r.seq LEFT JOIN objects o ON "
          "o.id = r.object"
          " LEFT JOIN strings t ON t.id = r.reason WHERE breach IS NOT NULL";
}

std::string packetsRule()
{
    return "SELECT k.seq, CASE"
           " WHEN e.seq IS NULL THEN 'there is no such event'"
           " WHEN e.kind <> "
        + number(EventKind::Packet)
        + " THEN 'its event is no packet'"
          " WHEN k.direction NOT IN (0, 1) THEN printf('there is no direction %s', k.direction)"
          " WHEN k.connection < 1 THEN 'connections count from 1'"
          " WHEN k.length < 0 THEN 'its length is negative'"
          " WHEN length(k.payload) > k.length THEN printf('it keeps %d bytes of a payload of %d', "
          "length(k.payload), k.length)"
          " END AS breach FROM packets k LEFT JOIN events e ON e.seq = k.seq WHERE breach IS NOT "
          "NULL";
}

std::string stackLocationsRule()
{
    return "SELECT l.seq, CASE"
           " WHEN s.id IS NULL THEN 'there is no such call'"
           " WHEN s.layer <> "
        + std::to_string(unsigned(Layer::Io))
        + " THEN 'its call is none into a driver'"
          " WHEN s.request IS NOT l.irp THEN printf('it is of object %s, but its call carries %s', "
          "l.irp, ifnull(s.request, 'none'))"
          " WHEN l.location < 1 THEN 'locations count from 1'"
          " WHEN l.major NOT BETWEEN 0 AND 27 THEN printf('there is no major function %s', l.major)"
          " WHEN l.minor NOT BETWEEN 0 AND 255 OR l.flags NOT BETWEEN 0 AND 255"
          "  OR l.control NOT BETWEEN 0 AND 255 THEN 'minor, flags and control are bytes'"
          " WHEN l.context NOT IN (0, 1) THEN 'context is 0 or 1'"
          " WHEN l.file IS NOT NULL AND f.id IS NULL THEN printf('file %s is not in objects', "
          "l.file)"
          " WHEN l.completion_routine IS NOT NULL AND r.id IS NULL THEN printf('completion routine "
          "%s is not in strings', l.completion_routine)"
          " WHEN l.file_name IS NOT NULL AND n.id IS NULL THEN printf('file name %s is not in "
          "strings', l.file_name)"
          " WHEN l.pended IS NOT NULL AND (e.seq IS NULL OR l.pended <= l.seq OR l.pended > "
          "s.end_seq) THEN printf('event %s, after which it was marked pending, is not in its "
          "call', l.pended)"
          " END AS breach FROM stack_locations l LEFT JOIN spans s ON s.id = l.seq LEFT JOIN "
          "objects f ON f.id = l.file"
          " LEFT JOIN strings r ON r.id = l.completion_routine LEFT JOIN strings n ON n.id = "
          "l.file_name"
          " LEFT JOIN events e ON e.seq = l.pended WHERE breach IS NOT NULL";
}

std::string inputsRule()
{
    return "SELECT i.id, CASE"
           " WHEN i.id > 1 AND b.id IS NULL THEN printf('input %d before it is missing', i.id - 1)"
           " WHEN e.seq IS NULL THEN printf('event %s is missing', i.seq)"
           " WHEN e.kind <> "
        + number(EventKind::Input)
        + " THEN printf('event %d is no input', i.seq)"
          " WHEN i.time < b.time THEN 'it arrived before the input before it'"
          " WHEN (i.bytes IS NULL) = (i.wire_bytes IS NULL) THEN 'it must have either bytes or "
          "wire_bytes'"
          " END AS breach FROM inputs i LEFT JOIN inputs b ON b.id = i.id - 1 LEFT JOIN events e "
          "ON e.seq = i.seq"
          " WHERE breach IS NOT NULL";
}

} // namespace

std::vector<CheckRule> checkRules()
{
    return {
        { "meta",
          "SELECT key, printf('says %s, but there are %d events', value, (SELECT count(*) FROM "
          "events)) FROM meta"
          " WHERE key = 'events' AND value IS NOT (SELECT count(*) FROM events)" },
        { "meta",
          "SELECT key, printf('says %s, but the last event is at %d', value, (SELECT max(time) "
          "FROM events)) FROM meta"
          " WHERE key = 'end_time' AND value IS NOT (SELECT ifnull(max(time), 0) FROM events)" },
        { "meta",
          "SELECT name, 'is missing, though the recording was finished' FROM (SELECT 'events' AS "
          "name UNION SELECT 'end_time')"
          " WHERE name NOT IN (SELECT key FROM meta) AND EXISTS (SELECT 1 FROM meta WHERE key = "
          "'complete' AND value = 1)" },
        { "meta",
          "SELECT key, printf('says %s, but the last event is #%d', value, (SELECT max(seq) FROM "
          "events)) FROM meta"
          " WHERE key IN ('start', 'setup_events') AND value > (SELECT max(seq) + 1 FROM events)" },
        { "threads",
          "SELECT t.id, printf('its process %s is not in processes', t.process) FROM threads t "
          "LEFT JOIN processes p"
          " ON p.id = t.process WHERE p.id IS NULL AND t.process <> 0" },
        { "events", eventsRule() },
        { "events", announcedRule() },
        { "spans", spansRule() },
        { "objects", objectsRule() },
        { "objects",
          "SELECT min(o.id), printf('%d objects are called %s', count(*), ifnull(s.text, o.name)) "
          "FROM objects o"
          " LEFT JOIN strings s ON s.id = o.name GROUP BY o.name HAVING count(*) > 1" },
        { "changes", changesRule() },
        { "refs", referencesRule() },
        { "packets", packetsRule() },
        { "stack_locations", stackLocationsRule() },
        { "inputs", inputsRule() },
        { "choices",
          "SELECT c.id, iif(c.taken < 0 OR c.options > 0 AND c.taken >= c.options,"
          " printf('number %s of %s is taken', c.taken, c.options), printf('choice %d before it is "
          "missing', c.id - 1))"
          " FROM choices c LEFT JOIN choices b ON b.id = c.id - 1"
          " WHERE c.taken < 0 OR c.options > 0 AND c.taken >= c.options OR c.id > 1 AND b.id IS "
          "NULL" },
        { "statuses",
          "SELECT DISTINCT e.status, printf('has no row, but event %d has it', e.seq) FROM events e"
          " LEFT JOIN statuses s ON s.value = e.status WHERE e.status IS NOT NULL AND s.value IS "
          "NULL GROUP BY e.status" },
    };
}

} // namespace rdrlab::trace
