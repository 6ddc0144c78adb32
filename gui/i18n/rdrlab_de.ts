<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>Lanes</name>
    <message>
        <source>Application</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System calls of the processes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I/O manager</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>IRPs on their way from driver to driver.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MUP</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The multiple UNC provider: which redirector owns a path?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RDBSS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The redirected drive buffering subsystem: one RX_CONTEXT per request.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mini-redirector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MRx routines that RDBSS calls.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SMB2 exchanges and the packets that carry them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the server answers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calls of kernel code to itself, workers, timers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calls that began on this thread; hatched: the thread waits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Objects of this kind, from birth to death.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Panels</name>
    <message>
        <source>Calls</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Object</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notes</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::Actions</name>
    <message>
        <source>no object &quot;keys&quot; in it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is taken by %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::ActionsModel</name>
    <message>
        <source>Command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Category</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::BookmarkModel</name>
    <message>
        <source>#</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Note</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::BreakpointModel</name>
    <message>
        <source>Stop where</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CallPanel</name>
    <message>
        <source>Call tree</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CallTreeModel</name>
    <message>
        <source>%1: %2
#%3 to #%4, %5
%6</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>  (not finished)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>#</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duration</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CommandPalette</name>
    <message>
        <source>Commands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type some letters of a command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Letters of a command</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::EventModel</name>
    <message>
        <source>#</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Thread</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Routine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Object</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Detail</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::EventPanel</name>
    <message>
        <source>filter: words, or layer == mrx &amp;&amp; status != STATUS_SUCCESS, object ~ FCB, time &gt; 2ms, failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter of the event table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Event table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>searching …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>✓ %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>✓ press Enter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type what to search for into the filter first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No further match in that direction.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Filter the event table…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the filter; F1 lists its words.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next match</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the next event that the filter matches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Previous match</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the last event before that the filter matches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the events shown as &amp;CSV…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writes the table, as filtered, into a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 events written to %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::FieldModel</name>
    <message>
        <source>references</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>(new)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Field</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::Filter</name>
    <message>
        <source>the expression is too long</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the quotation mark is not closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” was not expected here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>too many brackets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>something is missing at the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a closing bracket is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is no field; fields are seq, time, kind, layer, routine, object, text, status, argument, thread, process, cpu, irql, span</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a value is missing after “%1”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is a name: compare it with == != ~ !~</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is a number: compare it with == != &lt; &lt;= &gt; &gt;=</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is no time, such as 2.5ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is no number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is no kind of event “%1”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is no layer “%1”</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::KeySheet</name>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Commands and keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New &amp;keys for the selected command:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Bind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;No keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a command and press the keys first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These keys belong to “%1”; give that command others first.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::MainWindow</name>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open one or more traces.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Close trace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the trace in front.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next trace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the next open trace.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the visualizer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the next event.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Previous event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the event before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step &amp;into</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the next begin or end of a call.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step into, backwards</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the begin or end of a call before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step &amp;over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From a call&apos;s begin to its end; else to the next call on this level.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step over, backwards</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From a call&apos;s end to its begin; else to the call before on this level.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step o&amp;ut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the end of the call around.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step out, backwards</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the begin of the call around.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next &amp;failure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the next event with a failure status.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous failure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the last event before with a failure status.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next &amp;change of the selected object</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the next event about the selected object, or change of its selected field.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Last change of the selected object</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the last event before about the selected object, or change of its selected field.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First event of the scenario</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the scenario&apos;s own processes begin.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The end of the recording.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the place visited before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the place visited next.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Go to event or time…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type an event (#42) or a time (2.5 ms).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set marker A</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Marker A at the current event.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set marker B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Marker B at the current event.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear markers and selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes both markers away and selects no object.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closer, around the current event.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Further away.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show &amp;all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole trace.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the current &amp;call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The current call fills the timeline.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show from &amp;A to B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The stretch between the markers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll &amp;left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A part of the width to the left.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll &amp;right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A part of the width to the right.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Axis: &amp;events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every event is as wide as the next.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Axis: virtual &amp;time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Widths are durations.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lanes: &amp;layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A lane per layer of the system.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lanes: t&amp;hreads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A lane per thread, with its waits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lanes: o&amp;bjects</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lifetimes of objects, by kind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A&amp;rrows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From a call left pending to its completion.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme: as the &amp;desktop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme: &amp;light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme: dar&amp;k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme: high co&amp;ntrast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes the colours.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Panels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows this panel and goes there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes to the timeline.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Commands…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type some letters of any command.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keys…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All commands with their keys; other keys can be bound there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About rdrlab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What this is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About rdrlab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A laboratory for Windows network redirectors: step through recorded kernel time, forwards and backwards.
MIT licence.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sea&amp;rch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Marks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Panels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Marks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stepping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>go to #42 or 2.5 ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to event or time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Threads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Objects</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>P&amp;lay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rdrlab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open traces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, seed %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 – rdrlab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>event %1 of %2   %3   cpu %4, IRQL %5   %6</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A #%1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>B #%1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>  Δ %1 events, %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing further ahead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing further back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose an object first: click a call or an event that is about one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No other change of %1 in that direction.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is neither an event (#42) nor a time (2.5 ms).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Traces (*.rdrtrace);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Bookmark this event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sets a bookmark at the current event or takes it away.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next bookmark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the next bookmark.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No bookmark ahead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Previous bookmark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the last bookmark before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No bookmark behind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>B&amp;reak at this routine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adds a breakpoint for the routine of the current call.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The current event is in no call.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Breakpoint at %1; F5 runs to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>R&amp;un to the next breakpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forwards, to the next event where a breakpoint&apos;s condition holds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run to the last breakpoint before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backwards, to the last event before where a breakpoint&apos;s condition holds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps by itself; once more stops.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 events a second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play &amp;faster</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Twice as many events a second.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play &amp;slower</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Half as many events a second.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No breakpoint is set: Ctrl+B sets one at the current routine, the Notes panel any other.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No breakpoint ahead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No breakpoint behind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the timeline as a &amp;picture…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PNG, or SVG for print and web.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>P&amp;rint the timeline…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On paper or as PDF.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the timeline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PNG (*.png);;SVG (*.svg)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::NotePanel</name>
    <message>
        <source>Bookmarks (B sets one; double-click a note to write it)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Breakpoints (F5 runs to the next one, Shift+F5 back)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bookmarks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Breakpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>new condition: routine == MRxCreate, object ~ FCB, failed …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New breakpoint</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::Notes</name>
    <message>
        <source>%1 cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is damaged: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a condition is missing</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::ObjectPanel</name>
    <message>
        <source>Fields of the selected object</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a call or an event that is about an object.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not born yet: #%1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dead since #%1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>born #%1, dies #%2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>born #%1, alive at the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No change of it is recorded before this event.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::Overview</name>
    <message>
        <source>Overview of the whole trace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole trace; click, drag or press the arrow keys to move what the timeline shows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>whole trace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The timeline shows %1 % to %2 % of the trace</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n failure(s) in the whole trace</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::TimelineView</name>
    <message>
        <source>Timeline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calls over time. The same calls are in the call tree, the same events in the event table.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the current event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the call around</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the first call inside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the call before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the call after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>event %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>#%1 to #%2, %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from #%1, not finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>born #%1, died #%2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>born #%1, alive at the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Double-click folds and unfolds it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading %1 …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a trace (Ctrl+O), or drop one here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the machine starts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>+%1 deeper</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by time</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>texts</name>
    <message>
        <source>information %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>count %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>interrupt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>thread</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
