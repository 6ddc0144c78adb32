<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>Explanations</name>
    <message>
        <source>routine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>structure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>field</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>request</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>exchange</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>flag</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>system call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>kernel routine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>reason</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>wait</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In this trace: no call.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>In this trace: %n call(s).</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>The last before here: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In this trace: %1, of which %2 exist here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mentioned by: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its value here: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Event #%1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is now %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2 becomes %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the call #%1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kind of event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Under the pointer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is explained that has “%1” in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n match(es)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>… and more: type another letter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step, or click anything: its routine, status, object and flags are explained here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Or type a name above.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Lanes</name>
    <message>
        <source>Application</source>
        <translation>Anwendung</translation>
    </message>
    <message>
        <source>System calls of the processes.</source>
        <translation>Systemaufrufe der Prozesse.</translation>
    </message>
    <message>
        <source>I/O manager</source>
        <translation>E/A-Manager</translation>
    </message>
    <message>
        <source>IRPs on their way from driver to driver.</source>
        <translation>IRPs auf ihrem Weg von Treiber zu Treiber.</translation>
    </message>
    <message>
        <source>MUP</source>
        <translation>MUP</translation>
    </message>
    <message>
        <source>The multiple UNC provider: which redirector owns a path?</source>
        <translation>Der Multiple UNC Provider: Welchem Redirector gehört ein Pfad?</translation>
    </message>
    <message>
        <source>RDBSS</source>
        <translation>RDBSS</translation>
    </message>
    <message>
        <source>The redirected drive buffering subsystem: one RX_CONTEXT per request.</source>
        <translation>Das Redirected Drive Buffering Subsystem: je Anfrage ein RX_CONTEXT.</translation>
    </message>
    <message>
        <source>Mini-redirector</source>
        <translation>Mini-Redirector</translation>
    </message>
    <message>
        <source>MRx routines that RDBSS calls.</source>
        <translation>MRx-Routinen, die RDBSS aufruft.</translation>
    </message>
    <message>
        <source>Wire</source>
        <translation>Leitung</translation>
    </message>
    <message>
        <source>SMB2 exchanges and the packets that carry them.</source>
        <translation>SMB2-Anfragen mit Antworten und die Pakete, die sie tragen.</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>What the server answers.</source>
        <translation>Was der Server antwortet.</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Kernel</translation>
    </message>
    <message>
        <source>Calls of kernel code to itself, workers, timers.</source>
        <translation>Aufrufe des Kernels an sich selbst, Worker, Zeitgeber.</translation>
    </message>
    <message>
        <source>Calls that began on this thread; hatched: the thread waits.</source>
        <translation>Aufrufe, die in diesem Thread begannen; schraffiert: Der Thread wartet.</translation>
    </message>
    <message>
        <source>Objects of this kind, from birth to death.</source>
        <translation>Objekte dieser Art, von der Geburt bis zum Tod.</translation>
    </message>
</context>
<context>
    <name>Link</name>
    <message>
        <source>“%1” is no event number</source>
        <translation>„%1“ ist keine Ereignisnummer</translation>
    </message>
    <message>
        <source>“%1” is no part of a link; parts are seq, object, field, a, b</source>
        <translation>„%1“ gehört nicht in einen Link; Teile sind seq, object, field, a, b</translation>
    </message>
</context>
<context>
    <name>Panels</name>
    <message>
        <source>Calls</source>
        <translation>Aufrufe</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>Object</source>
        <translation>Objekt</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Explain</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>comparetexts</name>
    <message>
        <source>the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left out by the mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the same, between other calls</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>at another point</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>only in A</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>only in B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>outside of calls (%1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>The traces are the same: %1 events in both, nothing differs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The traces are the same but for the order, which the mask leaves out: %1 events stand at another point.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing differs but the order: %1 events met other calls at another point.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n first divergence(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>%1 events the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, seed %1</source>
        <translation>, Startwert %1</translation>
    </message>
    <message>
        <source> (incomplete)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::Actions</name>
    <message>
        <source>no object &quot;keys&quot; in it</source>
        <translation>kein Objekt „keys“ darin</translation>
    </message>
    <message>
        <source>%1 is taken by %2</source>
        <translation>%1 gehört schon %2</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::ActionsModel</name>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>Gruppe</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::AlignedView</name>
    <message>
        <source>Both traces, aligned</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::BookmarkModel</name>
    <message>
        <source>#</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::BreakpointModel</name>
    <message>
        <source>Stop where</source>
        <translation>Anhalten, wo</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CallPanel</name>
    <message>
        <source>Call tree</source>
        <translation>Aufrufbaum</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CallTreeModel</name>
    <message>
        <source>%1: %2
#%3 to #%4, %5
%6</source>
        <translation>%1: %2
#%3 bis #%4, %5
%6</translation>
    </message>
    <message>
        <source>not finished</source>
        <translation>nicht beendet</translation>
    </message>
    <message>
        <source>  (not finished)</source>
        <translation>  (nicht beendet)</translation>
    </message>
    <message>
        <source>open</source>
        <translation>offen</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>Aufruf</translation>
    </message>
    <message>
        <source>#</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Dauer</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CommandPalette</name>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>Type some letters of a command</source>
        <translation>Einige Buchstaben eines Befehls eingeben</translation>
    </message>
    <message>
        <source>Letters of a command</source>
        <translation>Buchstaben eines Befehls</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareCauses</name>
    <message>
        <source>also in it: </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>while the machine starts: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n difference(s) follow from it</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>First divergence, and what follows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A → B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A #</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>B #</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many further differences follow from it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareDialog</name>
    <message>
        <source>Compare two traces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;A (before):</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;B (after):</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trace %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;File…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F&amp;ile…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file for %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Traces (*.rdrtrace);;All files (*)</source>
        <translation>Aufzeichnungen (*.rdrtrace);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Choose two traces, for example two runs of one scenario with different seeds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both are the same file: nothing will differ.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareLines</name>
    <message>
        <source>event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>object</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>argument</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>thread</source>
        <translation>Thread</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>IRQL</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>references</source>
        <translation>Referenzen</translation>
    </message>
    <message>
        <source>What</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>B</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareRows</name>
    <message>
        <source>#%1 in A, #%2 in B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>~ changed, − only in A, + only in B, ↕ at another point</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 #</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 thread</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 object</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 result</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareWindow</name>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No further difference ahead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No further difference back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No further divergence ahead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No further divergence back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the next place where the traces differ. Events that differ one after the other count as one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Previous difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the place before where the traces differ.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;First divergence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the scenario first went another way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next &amp;divergence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the next difference that follows from no earlier one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous di&amp;vergence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the last difference before that follows from no earlier one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare &amp;again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With the same traces and the same mask.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Swap A and B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compares the other way round.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Next row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One event further in both traces.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One event back in both traces.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beginning of the scenario</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the scenario&apos;s own processes begin.</source>
        <translation>Wo die eigenen Prozesse des Szenarios beginnen.</translation>
    </message>
    <message>
        <source>End</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The end of the longer recording.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step &amp;over</source>
        <translation>Schritt &amp;darüber</translation>
    </message>
    <message>
        <source>In the trace clicked last: from a call&apos;s begin to its end. The other one follows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step over, backwards</source>
        <translation>Schritt darüber, rückwärts</translation>
    </message>
    <message>
        <source>In the trace clicked last: from a call&apos;s end to its begin.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step &amp;into</source>
        <translation>Schritt h&amp;inein</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the next begin or end of a call.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step into, backwards</source>
        <translation>Schritt hinein, rückwärts</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the begin or end of a call before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step o&amp;ut</source>
        <translation>Schritt hera&amp;us</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the end of the call around.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step out, backwards</source>
        <translation>Schritt heraus, rückwärts</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the begin of the call around.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next &amp;failure</source>
        <translation>Nächster &amp;Fehler</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the next event with a failure status.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous failure</source>
        <translation>Voriger Fehler</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the last event before with a failure status.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Go to event…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type an event: 42 or a42 in A, b42 in B.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Rows: what is &amp;compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the mask leaves out takes no rows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rows: &amp;all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Also what the mask leaves out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rows: &amp;differences only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Differences with three rows around each.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns: &amp;times</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Virtual times of both traces.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns: t&amp;hreads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processes and threads of both traces.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Linked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both traces move together.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Panels</source>
        <translation>Bereiche</translation>
    </message>
    <message>
        <source>Shows this panel and goes there.</source>
        <translation>Zeigt diesen Bereich und geht dorthin.</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Show &amp;A in the main window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At the event where A stands.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show &amp;B in the main window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At the event where B stands.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The selected rows, with tabs between the cells.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the comparison; both traces stay open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>&amp;Commands…</source>
        <translation>&amp;Befehle…</translation>
    </message>
    <message>
        <source>Type some letters of any command.</source>
        <translation>Einige Buchstaben irgendeines Befehls eingeben.</translation>
    </message>
    <message>
        <source>&amp;Keys…</source>
        <translation>&amp;Tasten…</translation>
    </message>
    <message>
        <source>All commands with their keys; other keys can be bound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Step</source>
        <translation>&amp;Schritt</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Panels</source>
        <translation>&amp;Bereiche</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>go to a42 or b42</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to an event of A or B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is no event; type 42 or a42 for one of A, b42 for one of B.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no event %1 in that trace.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing further ahead.</source>
        <translation>Weiter vorn ist nichts mehr.</translation>
    </message>
    <message>
        <source>Nothing further back.</source>
        <translation>Weiter zurück ist nichts mehr.</translation>
    </message>
    <message>
        <source>no differences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n difference(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Places where the traces differ; events that differ one after the other count as one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 and %2 compared – rdrlab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First divergences, and what follows from each</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Causes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The pair of events, line by line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pair</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only what differs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The object in both traces, field by field</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Object</source>
        <translation>Objekt</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>The kept mask cannot be used: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading both traces …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One of the traces is still being recorded. They are compared when the recording is complete.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparing …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The traces cannot be compared: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The comparison was cancelled. F5 starts it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>row %1 of %2   A %3   B %4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The event is about no object. Choose one that is about an object, or an object in the main window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A: %1    B: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>only in B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>only in A</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no compared field differs</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n field(s) differ</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Keys: %1</source>
        <translation>Tasten: %1</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::EventModel</name>
    <message>
        <source>#</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Thread</source>
        <translation>Thread</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Ereignis</translation>
    </message>
    <message>
        <source>Routine</source>
        <translation>Routine</translation>
    </message>
    <message>
        <source>Object</source>
        <translation>Objekt</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>Einzelheit</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::EventPanel</name>
    <message>
        <source>filter: words, or layer == mrx &amp;&amp; status != STATUS_SUCCESS, object ~ FCB, time &gt; 2ms, failed</source>
        <translation>Filter: Wörter oder layer == mrx &amp;&amp; status != STATUS_SUCCESS, object ~ FCB, time &gt; 2ms, failed</translation>
    </message>
    <message>
        <source>Filter of the event table</source>
        <translation>Filter der Ereignistabelle</translation>
    </message>
    <message>
        <source>Event table</source>
        <translation>Ereignistabelle</translation>
    </message>
    <message>
        <source>searching …</source>
        <translation>suche …</translation>
    </message>
    <message>
        <source>✓ %1 of %2</source>
        <translation>✓ %1 von %2</translation>
    </message>
    <message>
        <source>✓ press Enter</source>
        <translation>✓ Eingabetaste drücken</translation>
    </message>
    <message>
        <source>Type what to search for into the filter first.</source>
        <translation>Geben Sie zuerst in den Filter ein, was gesucht wird.</translation>
    </message>
    <message>
        <source>No further match in that direction.</source>
        <translation>Kein weiterer Treffer in dieser Richtung.</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>&amp;Filter the event table…</source>
        <translation>Ereignistabelle &amp;filtern…</translation>
    </message>
    <message>
        <source>Go to the filter; F1 lists its words.</source>
        <translation>Geht zum Filter; F1 zeigt alle Tasten.</translation>
    </message>
    <message>
        <source>&amp;Next match</source>
        <translation>&amp;Nächster Treffer</translation>
    </message>
    <message>
        <source>To the next event that the filter matches.</source>
        <translation>Zum nächsten Ereignis, auf das der Filter passt.</translation>
    </message>
    <message>
        <source>&amp;Previous match</source>
        <translation>&amp;Voriger Treffer</translation>
    </message>
    <message>
        <source>To the last event before that the filter matches.</source>
        <translation>Zum letzten Ereignis davor, auf das der Filter passt.</translation>
    </message>
    <message>
        <source>Save the events shown as &amp;CSV…</source>
        <translation>Gezeigte Ereignisse als &amp;CSV speichern…</translation>
    </message>
    <message>
        <source>Writes the table, as filtered, into a file.</source>
        <translation>Schreibt die Tabelle, wie gefiltert, in eine Datei.</translation>
    </message>
    <message>
        <source>Save events</source>
        <translation>Ereignisse speichern</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>%1 events written to %2</source>
        <translation>%1 Ereignisse nach %2 geschrieben</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::ExplainPanel</name>
    <message>
        <source>The explanation before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next explanation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Explains what the current event is about, at every step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a name: FCB, STATUS_PENDING, MRxCreate …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name to explain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Explanation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>E&amp;xplain a name…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What a routine, structure, field, status or flag means.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::FieldModel</name>
    <message>
        <source>references</source>
        <translation>Referenzen</translation>
    </message>
    <message>
        <source>(new)</source>
        <translation>(neu)</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::Filter</name>
    <message>
        <source>the expression is too long</source>
        <translation>der Ausdruck ist zu lang</translation>
    </message>
    <message>
        <source>the quotation mark is not closed</source>
        <translation>das Anführungszeichen ist nicht geschlossen</translation>
    </message>
    <message>
        <source>“%1” was not expected here</source>
        <translation>„%1“ wurde hier nicht erwartet</translation>
    </message>
    <message>
        <source>too many brackets</source>
        <translation>zu viele Klammern</translation>
    </message>
    <message>
        <source>something is missing at the end</source>
        <translation>am Ende fehlt etwas</translation>
    </message>
    <message>
        <source>a closing bracket is missing</source>
        <translation>eine schließende Klammer fehlt</translation>
    </message>
    <message>
        <source>“%1” is no field; fields are seq, time, kind, layer, routine, object, text, status, argument, thread, process, cpu, irql, span</source>
        <translation>„%1“ ist kein Feld; Felder sind seq, time, kind, layer, routine, object, text, status, argument, thread, process, cpu, irql, span</translation>
    </message>
    <message>
        <source>a value is missing after “%1”</source>
        <translation>nach „%1“ fehlt ein Wert</translation>
    </message>
    <message>
        <source>%1 is a name: compare it with == != ~ !~</source>
        <translation>%1 ist ein Name: Vergleichen Sie ihn mit == != ~ !~</translation>
    </message>
    <message>
        <source>%1 is a number: compare it with == != &lt; &lt;= &gt; &gt;=</source>
        <translation>%1 ist eine Zahl: Vergleichen Sie sie mit == != &lt; &lt;= &gt; &gt;=</translation>
    </message>
    <message>
        <source>“%1” is no time, such as 2.5ms</source>
        <translation>„%1“ ist keine Zeit wie 2.5ms</translation>
    </message>
    <message>
        <source>“%1” is no number</source>
        <translation>„%1“ ist keine Zahl</translation>
    </message>
    <message>
        <source>there is no kind of event “%1”</source>
        <translation>es gibt keine Ereignisart „%1“</translation>
    </message>
    <message>
        <source>there is no layer “%1”</source>
        <translation>es gibt keine Schicht „%1“</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::KeySheet</name>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Commands and keys</source>
        <translation>Befehle und Tasten</translation>
    </message>
    <message>
        <source>New &amp;keys for the selected command:</source>
        <translation>Neue &amp;Tasten für den gewählten Befehl:</translation>
    </message>
    <message>
        <source>New keys</source>
        <translation>Neue Tasten</translation>
    </message>
    <message>
        <source>&amp;Bind</source>
        <translation>&amp;Belegen</translation>
    </message>
    <message>
        <source>&amp;No keys</source>
        <translation>&amp;Keine Tasten</translation>
    </message>
    <message>
        <source>Choose a command and press the keys first.</source>
        <translation>Wählen Sie zuerst einen Befehl und drücken Sie die Tasten.</translation>
    </message>
    <message>
        <source>Bound.</source>
        <translation>Belegt.</translation>
    </message>
    <message>
        <source>These keys belong to “%1”; give that command others first.</source>
        <translation>Diese Tasten gehören „%1“; geben Sie jenem Befehl zuerst andere.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::MainWindow</name>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Open one or more traces.</source>
        <translation>Eine oder mehrere Aufzeichnungen öffnen.</translation>
    </message>
    <message>
        <source>&amp;Close trace</source>
        <translation>Aufzeichnung &amp;schließen</translation>
    </message>
    <message>
        <source>Close the trace in front.</source>
        <translation>Schließt die Aufzeichnung im Vordergrund.</translation>
    </message>
    <message>
        <source>&amp;Next trace</source>
        <translation>&amp;Nächste Aufzeichnung</translation>
    </message>
    <message>
        <source>Show the next open trace.</source>
        <translation>Zeigt die nächste offene Aufzeichnung.</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>Leave the visualizer.</source>
        <translation>Verlässt das Programm.</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>&amp;Next event</source>
        <translation>&amp;Nächstes Ereignis</translation>
    </message>
    <message>
        <source>To the next event.</source>
        <translation>Zum nächsten Ereignis.</translation>
    </message>
    <message>
        <source>&amp;Previous event</source>
        <translation>&amp;Voriges Ereignis</translation>
    </message>
    <message>
        <source>To the event before.</source>
        <translation>Zum Ereignis davor.</translation>
    </message>
    <message>
        <source>Step &amp;into</source>
        <translation>Schritt h&amp;inein</translation>
    </message>
    <message>
        <source>To the next begin or end of a call.</source>
        <translation>Zum nächsten Anfang oder Ende eines Aufrufs.</translation>
    </message>
    <message>
        <source>Step into, backwards</source>
        <translation>Schritt hinein, rückwärts</translation>
    </message>
    <message>
        <source>To the begin or end of a call before.</source>
        <translation>Zum Anfang oder Ende eines Aufrufs davor.</translation>
    </message>
    <message>
        <source>Step &amp;over</source>
        <translation>Schritt &amp;darüber</translation>
    </message>
    <message>
        <source>From a call&apos;s begin to its end; else to the next call on this level.</source>
        <translation>Vom Anfang eines Aufrufs zu seinem Ende; sonst zum nächsten Aufruf auf dieser Ebene.</translation>
    </message>
    <message>
        <source>Step over, backwards</source>
        <translation>Schritt darüber, rückwärts</translation>
    </message>
    <message>
        <source>From a call&apos;s end to its begin; else to the call before on this level.</source>
        <translation>Vom Ende eines Aufrufs zu seinem Anfang; sonst zum Aufruf davor auf dieser Ebene.</translation>
    </message>
    <message>
        <source>Step o&amp;ut</source>
        <translation>Schritt hera&amp;us</translation>
    </message>
    <message>
        <source>To the end of the call around.</source>
        <translation>Zum Ende des umgebenden Aufrufs.</translation>
    </message>
    <message>
        <source>Step out, backwards</source>
        <translation>Schritt heraus, rückwärts</translation>
    </message>
    <message>
        <source>To the begin of the call around.</source>
        <translation>Zum Anfang des umgebenden Aufrufs.</translation>
    </message>
    <message>
        <source>Next &amp;failure</source>
        <translation>Nächster &amp;Fehler</translation>
    </message>
    <message>
        <source>To the next event with a failure status.</source>
        <translation>Zum nächsten Ereignis mit einem Fehlerstatus.</translation>
    </message>
    <message>
        <source>Previous failure</source>
        <translation>Voriger Fehler</translation>
    </message>
    <message>
        <source>To the last event before with a failure status.</source>
        <translation>Zum letzten Ereignis davor mit einem Fehlerstatus.</translation>
    </message>
    <message>
        <source>Next &amp;change of the selected object</source>
        <translation>Nächste Ä&amp;nderung des gewählten Objekts</translation>
    </message>
    <message>
        <source>To the next event about the selected object, or change of its selected field.</source>
        <translation>Zum nächsten Ereignis des gewählten Objekts oder zur nächsten Änderung seines gewählten Felds.</translation>
    </message>
    <message>
        <source>&amp;Last change of the selected object</source>
        <translation>&amp;Letzte Änderung des gewählten Objekts</translation>
    </message>
    <message>
        <source>To the last event before about the selected object, or change of its selected field.</source>
        <translation>Zum letzten Ereignis des gewählten Objekts davor oder zur letzten Änderung seines gewählten Felds.</translation>
    </message>
    <message>
        <source>First event of the scenario</source>
        <translation>Erstes Ereignis des Szenarios</translation>
    </message>
    <message>
        <source>Where the scenario&apos;s own processes begin.</source>
        <translation>Wo die eigenen Prozesse des Szenarios beginnen.</translation>
    </message>
    <message>
        <source>Last event</source>
        <translation>Letztes Ereignis</translation>
    </message>
    <message>
        <source>The end of the recording.</source>
        <translation>Das Ende der Aufzeichnung.</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>To the place visited before.</source>
        <translation>Zur zuvor besuchten Stelle.</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>Vorwärts</translation>
    </message>
    <message>
        <source>To the place visited next.</source>
        <translation>Zur danach besuchten Stelle.</translation>
    </message>
    <message>
        <source>&amp;Go to event or time…</source>
        <translation>&amp;Gehe zu Ereignis oder Zeit…</translation>
    </message>
    <message>
        <source>Type an event (#42) or a time (2.5 ms).</source>
        <translation>Ein Ereignis (#42) oder eine Zeit (2,5 ms) eingeben.</translation>
    </message>
    <message>
        <source>Set marker A</source>
        <translation>Marke A setzen</translation>
    </message>
    <message>
        <source>Marker A at the current event.</source>
        <translation>Marke A an das aktuelle Ereignis.</translation>
    </message>
    <message>
        <source>Set marker B</source>
        <translation>Marke B setzen</translation>
    </message>
    <message>
        <source>Marker B at the current event.</source>
        <translation>Marke B an das aktuelle Ereignis.</translation>
    </message>
    <message>
        <source>Clear markers and selection</source>
        <translation>Marken und Auswahl aufheben</translation>
    </message>
    <message>
        <source>Takes both markers away and selects no object.</source>
        <translation>Nimmt beide Marken weg und wählt kein Objekt.</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>Ver&amp;größern</translation>
    </message>
    <message>
        <source>Closer, around the current event.</source>
        <translation>Näher heran, um das aktuelle Ereignis.</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>Further away.</source>
        <translation>Weiter weg.</translation>
    </message>
    <message>
        <source>Show &amp;all</source>
        <translation>&amp;Alles zeigen</translation>
    </message>
    <message>
        <source>The whole trace.</source>
        <translation>Die ganze Aufzeichnung.</translation>
    </message>
    <message>
        <source>Show the current &amp;call</source>
        <translation>Aktuellen A&amp;ufruf zeigen</translation>
    </message>
    <message>
        <source>The current call fills the timeline.</source>
        <translation>Der aktuelle Aufruf füllt die Zeitachse.</translation>
    </message>
    <message>
        <source>Show from &amp;A to B</source>
        <translation>Von A bis &amp;B zeigen</translation>
    </message>
    <message>
        <source>The stretch between the markers.</source>
        <translation>Die Strecke zwischen den Marken.</translation>
    </message>
    <message>
        <source>Scroll &amp;left</source>
        <translation>Nach &amp;links schieben</translation>
    </message>
    <message>
        <source>A part of the width to the left.</source>
        <translation>Ein Teil der Breite nach links.</translation>
    </message>
    <message>
        <source>Scroll &amp;right</source>
        <translation>Nach &amp;rechts schieben</translation>
    </message>
    <message>
        <source>A part of the width to the right.</source>
        <translation>Ein Teil der Breite nach rechts.</translation>
    </message>
    <message>
        <source>Axis: &amp;events</source>
        <translation>Achse: &amp;Ereignisse</translation>
    </message>
    <message>
        <source>Every event is as wide as the next.</source>
        <translation>Jedes Ereignis ist gleich breit.</translation>
    </message>
    <message>
        <source>Axis: virtual &amp;time</source>
        <translation>Achse: virtuelle &amp;Zeit</translation>
    </message>
    <message>
        <source>Widths are durations.</source>
        <translation>Breiten sind Zeitdauern.</translation>
    </message>
    <message>
        <source>Lanes: &amp;layers</source>
        <translation>Spuren: &amp;Schichten</translation>
    </message>
    <message>
        <source>A lane per layer of the system.</source>
        <translation>Eine Spur je Schicht des Systems.</translation>
    </message>
    <message>
        <source>Lanes: t&amp;hreads</source>
        <translation>Spuren: T&amp;hreads</translation>
    </message>
    <message>
        <source>A lane per thread, with its waits.</source>
        <translation>Eine Spur je Thread, mit seinem Warten.</translation>
    </message>
    <message>
        <source>Lanes: o&amp;bjects</source>
        <translation>Spuren: &amp;Objekte</translation>
    </message>
    <message>
        <source>Lifetimes of objects, by kind.</source>
        <translation>Lebensdauern der Objekte, nach Art.</translation>
    </message>
    <message>
        <source>A&amp;rrows</source>
        <translation>&amp;Pfeile</translation>
    </message>
    <message>
        <source>From a call left pending to its completion.</source>
        <translation>Von einem schwebenden Aufruf zu seinem Abschluss.</translation>
    </message>
    <message>
        <source>Theme: as the &amp;desktop</source>
        <translation>Farben: wie der &amp;Desktop</translation>
    </message>
    <message>
        <source>Theme: &amp;light</source>
        <translation>Farben: he&amp;ll</translation>
    </message>
    <message>
        <source>Theme: dar&amp;k</source>
        <translation>Farben: &amp;dunkel</translation>
    </message>
    <message>
        <source>Theme: high co&amp;ntrast</source>
        <translation>Farben: hoher Ko&amp;ntrast</translation>
    </message>
    <message>
        <source>Changes the colours.</source>
        <translation>Ändert die Farben.</translation>
    </message>
    <message>
        <source>Panels</source>
        <translation>Bereiche</translation>
    </message>
    <message>
        <source>Shows this panel and goes there.</source>
        <translation>Zeigt diesen Bereich und geht dorthin.</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>Zeitachse</translation>
    </message>
    <message>
        <source>Goes to the timeline.</source>
        <translation>Geht zur Zeitachse.</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>&amp;Commands…</source>
        <translation>&amp;Befehle…</translation>
    </message>
    <message>
        <source>Type some letters of any command.</source>
        <translation>Einige Buchstaben irgendeines Befehls eingeben.</translation>
    </message>
    <message>
        <source>&amp;Keys…</source>
        <translation>&amp;Tasten…</translation>
    </message>
    <message>
        <source>All commands with their keys; other keys can be bound there.</source>
        <translation>Alle Befehle mit ihren Tasten; dort lassen sich andere belegen.</translation>
    </message>
    <message>
        <source>&amp;About rdrlab</source>
        <translation>Ü&amp;ber rdrlab</translation>
    </message>
    <message>
        <source>What this is.</source>
        <translation>Was das hier ist.</translation>
    </message>
    <message>
        <source>About rdrlab</source>
        <translation>Über rdrlab</translation>
    </message>
    <message>
        <source>A laboratory for Windows network redirectors: step through recorded kernel time, forwards and backwards.
MIT licence.</source>
        <translation>Ein Labor für Windows-Netzwerk-Redirectors: Schritt für Schritt durch aufgezeichnete Kernel-Zeit, vorwärts und rückwärts.
MIT-Lizenz.</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Recent</source>
        <translation>&amp;Zuletzt benutzt</translation>
    </message>
    <message>
        <source>&amp;Step</source>
        <translation>&amp;Schritt</translation>
    </message>
    <message>
        <source>Sea&amp;rch</source>
        <translation>S&amp;uchen</translation>
    </message>
    <message>
        <source>&amp;Marks</source>
        <translation>&amp;Marken</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Panels</source>
        <translation>&amp;Bereiche</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>Marken</translation>
    </message>
    <message>
        <source>Stepping</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>go to #42 or 2.5 ms</source>
        <translation>gehe zu #42 oder 2,5 ms</translation>
    </message>
    <message>
        <source>Go to event or time</source>
        <translation>Gehe zu Ereignis oder Zeit</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Threads</translation>
    </message>
    <message>
        <source>Objects</source>
        <translation>Objekte</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>P&amp;lay</source>
        <translation>Ab&amp;spielen</translation>
    </message>
    <message>
        <source>rdrlab</source>
        <translation>rdrlab</translation>
    </message>
    <message>
        <source>Open traces</source>
        <translation>Aufzeichnungen öffnen</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>, seed %1</source>
        <translation>, Startwert %1</translation>
    </message>
    <message>
        <source>%1 – rdrlab</source>
        <translation>%1 – rdrlab</translation>
    </message>
    <message>
        <source>event %1 of %2   %3   cpu %4, IRQL %5   %6</source>
        <translation>Ereignis %1 von %2   %3   CPU %4, IRQL %5   %6</translation>
    </message>
    <message>
        <source>A #%1</source>
        <translation>A #%1</translation>
    </message>
    <message>
        <source>B #%1</source>
        <translation>B #%1</translation>
    </message>
    <message>
        <source>  Δ %1 events, %2</source>
        <translation>  Δ %1 Ereignisse, %2</translation>
    </message>
    <message>
        <source>Nothing further ahead.</source>
        <translation>Weiter vorn ist nichts mehr.</translation>
    </message>
    <message>
        <source>Nothing further back.</source>
        <translation>Weiter zurück ist nichts mehr.</translation>
    </message>
    <message>
        <source>Choose an object first: click a call or an event that is about one.</source>
        <translation>Wählen Sie zuerst ein Objekt: Klicken Sie auf einen Aufruf oder ein Ereignis, das von einem handelt.</translation>
    </message>
    <message>
        <source>No other change of %1 in that direction.</source>
        <translation>Keine andere Änderung von %1 in dieser Richtung.</translation>
    </message>
    <message>
        <source>“%1” is neither an event (#42) nor a time (2.5 ms).</source>
        <translation>„%1“ ist weder ein Ereignis (#42) noch eine Zeit (2,5 ms).</translation>
    </message>
    <message>
        <source>Traces (*.rdrtrace);;All files (*)</source>
        <translation>Aufzeichnungen (*.rdrtrace);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
    <message>
        <source>Keys: %1</source>
        <translation>Tasten: %1</translation>
    </message>
    <message>
        <source>&amp;Bookmark this event</source>
        <translation>&amp;Lesezeichen an diesem Ereignis</translation>
    </message>
    <message>
        <source>Sets a bookmark at the current event or takes it away.</source>
        <translation>Setzt ein Lesezeichen am aktuellen Ereignis oder nimmt es weg.</translation>
    </message>
    <message>
        <source>&amp;Next bookmark</source>
        <translation>&amp;Nächstes Lesezeichen</translation>
    </message>
    <message>
        <source>To the next bookmark.</source>
        <translation>Zum nächsten Lesezeichen.</translation>
    </message>
    <message>
        <source>No bookmark ahead.</source>
        <translation>Weiter vorn ist kein Lesezeichen.</translation>
    </message>
    <message>
        <source>&amp;Previous bookmark</source>
        <translation>&amp;Voriges Lesezeichen</translation>
    </message>
    <message>
        <source>To the last bookmark before.</source>
        <translation>Zum letzten Lesezeichen davor.</translation>
    </message>
    <message>
        <source>No bookmark behind.</source>
        <translation>Weiter zurück ist kein Lesezeichen.</translation>
    </message>
    <message>
        <source>B&amp;reak at this routine</source>
        <translation>&amp;Haltepunkt an dieser Routine</translation>
    </message>
    <message>
        <source>Adds a breakpoint for the routine of the current call.</source>
        <translation>Fügt einen Haltepunkt für die Routine des aktuellen Aufrufs hinzu.</translation>
    </message>
    <message>
        <source>The current event is in no call.</source>
        <translation>Das aktuelle Ereignis liegt in keinem Aufruf.</translation>
    </message>
    <message>
        <source>Breakpoint at %1; F5 runs to it.</source>
        <translation>Haltepunkt an %1; F5 läuft bis dorthin.</translation>
    </message>
    <message>
        <source>R&amp;un to the next breakpoint</source>
        <translation>Z&amp;um nächsten Haltepunkt laufen</translation>
    </message>
    <message>
        <source>Forwards, to the next event where a breakpoint&apos;s condition holds.</source>
        <translation>Vorwärts zum nächsten Ereignis, an dem die Bedingung eines Haltepunkts gilt.</translation>
    </message>
    <message>
        <source>Run to the last breakpoint before</source>
        <translation>Zum letzten Haltepunkt davor laufen</translation>
    </message>
    <message>
        <source>Backwards, to the last event before where a breakpoint&apos;s condition holds.</source>
        <translation>Rückwärts zum letzten Ereignis davor, an dem die Bedingung eines Haltepunkts gilt.</translation>
    </message>
    <message>
        <source>Steps by itself; once more stops.</source>
        <translation>Schreitet von selbst fort; noch einmal hält an.</translation>
    </message>
    <message>
        <source>%1 events a second</source>
        <translation>%1 Ereignisse in der Sekunde</translation>
    </message>
    <message>
        <source>Play &amp;faster</source>
        <translation>S&amp;chneller abspielen</translation>
    </message>
    <message>
        <source>Twice as many events a second.</source>
        <translation>Doppelt so viele Ereignisse in der Sekunde.</translation>
    </message>
    <message>
        <source>Play &amp;slower</source>
        <translation>Lan&amp;gsamer abspielen</translation>
    </message>
    <message>
        <source>Half as many events a second.</source>
        <translation>Halb so viele Ereignisse in der Sekunde.</translation>
    </message>
    <message>
        <source>No breakpoint is set: Ctrl+B sets one at the current routine, the Notes panel any other.</source>
        <translation>Kein Haltepunkt ist gesetzt: Strg+B setzt einen an der aktuellen Routine, der Bereich „Notizen“ jeden anderen.</translation>
    </message>
    <message>
        <source>No breakpoint ahead.</source>
        <translation>Weiter vorn ist kein Haltepunkt.</translation>
    </message>
    <message>
        <source>No breakpoint behind.</source>
        <translation>Weiter zurück ist kein Haltepunkt.</translation>
    </message>
    <message>
        <source>Save the timeline as a &amp;picture…</source>
        <translation>Zeitachse als &amp;Bild speichern…</translation>
    </message>
    <message>
        <source>PNG, or SVG for print and web.</source>
        <translation>PNG oder, für Druck und Web, SVG.</translation>
    </message>
    <message>
        <source>P&amp;rint the timeline…</source>
        <translation>Zeitachse &amp;drucken…</translation>
    </message>
    <message>
        <source>On paper or as PDF.</source>
        <translation>Auf Papier oder als PDF.</translation>
    </message>
    <message>
        <source>Save the timeline</source>
        <translation>Zeitachse speichern</translation>
    </message>
    <message>
        <source>PNG (*.png);;SVG (*.svg)</source>
        <translation>PNG (*.png);;SVG (*.svg)</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>Geschrieben: %1</translation>
    </message>
    <message>
        <source>Co&amp;mpare with…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two traces side by side: what differs, what came first, what follows from it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Compare %1 with %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open s&amp;ession…</source>
        <translation>Sit&amp;zung öffnen…</translation>
    </message>
    <message>
        <source>Opens the traces of a saved session, each where it was.</source>
        <translation>Öffnet die Aufzeichnungen einer gespeicherten Sitzung, jede an ihrer Stelle.</translation>
    </message>
    <message>
        <source>Open session</source>
        <translation>Sitzung öffnen</translation>
    </message>
    <message>
        <source>Sessions (*.rdrsession)</source>
        <translation>Sitzungen (*.rdrsession)</translation>
    </message>
    <message>
        <source>Save sess&amp;ion as…</source>
        <translation>S&amp;itzung speichern unter…</translation>
    </message>
    <message>
        <source>Keeps the open traces, the place in each, and the panels in a file.</source>
        <translation>Bewahrt die offenen Aufzeichnungen, die Stelle in jeder und die Bereiche in einer Datei auf.</translation>
    </message>
    <message>
        <source>Save session</source>
        <translation>Sitzung speichern</translation>
    </message>
    <message>
        <source>&amp;Continue where I left off</source>
        <translation>Beim &amp;letzten Stand weitermachen</translation>
    </message>
    <message>
        <source>Opens the traces of the last time again when the visualizer starts.</source>
        <translation>Öffnet beim Start wieder die Aufzeichnungen vom letzten Mal.</translation>
    </message>
    <message>
        <source>Copy a &amp;link to this place</source>
        <translation>Lin&amp;k auf diese Stelle kopieren</translation>
    </message>
    <message>
        <source>Trace, event, selected object and markers as text: rdrlab gui &apos;LINK&apos; goes there.</source>
        <translation>Aufzeichnung, Ereignis, gewähltes Objekt und Marken als Text: rdrlab gui &apos;LINK&apos; führt dorthin.</translation>
    </message>
    <message>
        <source>Copied: %1</source>
        <translation>Kopiert: %1</translation>
    </message>
    <message>
        <source>Changes the language.</source>
        <translation>Ändert die Sprache.</translation>
    </message>
    <message>
        <source>Language: as the desktop</source>
        <translation>Sprache: wie der Desktop</translation>
    </message>
    <message>
        <source>Language: %1</source>
        <translation>Sprache: %1</translation>
    </message>
    <message>
        <source>it is no session of this version</source>
        <translation>es ist keine Sitzung dieser Version</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
    <message>
        <source>the file is too large</source>
        <translation>die Datei ist zu groß</translation>
    </message>
    <message>
        <source>%1 cannot be opened: %2</source>
        <translation>%1 kann nicht geöffnet werden: %2</translation>
    </message>
    <message numerus="yes">
        <source>%n trace(s) of the session cannot be found.</source>
        <translation>
            <numerusform>%n Aufzeichnung der Sitzung ist nicht zu finden.</numerusform>
            <numerusform>%n Aufzeichnungen der Sitzung sind nicht zu finden.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::NotePanel</name>
    <message>
        <source>Bookmarks (B sets one; double-click a note to write it)</source>
        <translation>Lesezeichen (B setzt eines; Doppelklick auf eine Notiz, um sie zu schreiben)</translation>
    </message>
    <message>
        <source>Breakpoints (F5 runs to the next one, Shift+F5 back)</source>
        <translation>Haltepunkte (F5 läuft zum nächsten, Umschalt+F5 zurück)</translation>
    </message>
    <message>
        <source>Bookmarks</source>
        <translation>Lesezeichen</translation>
    </message>
    <message>
        <source>Breakpoints</source>
        <translation>Haltepunkte</translation>
    </message>
    <message>
        <source>new condition: routine == MRxCreate, object ~ FCB, failed …</source>
        <translation>neue Bedingung: routine == MRxCreate, object ~ FCB, failed …</translation>
    </message>
    <message>
        <source>New breakpoint</source>
        <translation>Neuer Haltepunkt</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::Notes</name>
    <message>
        <source>%1 cannot be read</source>
        <translation>%1 kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>%1 is damaged: %2</source>
        <translation>%1 ist beschädigt: %2</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
    <message>
        <source>a condition is missing</source>
        <translation>eine Bedingung fehlt</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::ObjectPanel</name>
    <message>
        <source>Fields of the selected object</source>
        <translation>Felder des gewählten Objekts</translation>
    </message>
    <message>
        <source>Click a call or an event that is about an object.</source>
        <translation>Klicken Sie auf einen Aufruf oder ein Ereignis, das von einem Objekt handelt.</translation>
    </message>
    <message>
        <source>not born yet: #%1</source>
        <translation>noch nicht geboren: #%1</translation>
    </message>
    <message>
        <source>dead since #%1</source>
        <translation>tot seit #%1</translation>
    </message>
    <message>
        <source>born #%1, dies #%2</source>
        <translation>geboren #%1, stirbt #%2</translation>
    </message>
    <message>
        <source>born #%1, alive at the end</source>
        <translation>geboren #%1, lebt am Ende noch</translation>
    </message>
    <message>
        <source>No change of it is recorded before this event.</source>
        <translation>Vor diesem Ereignis ist keine Änderung davon aufgezeichnet.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::Overview</name>
    <message>
        <source>Overview of the whole trace</source>
        <translation>Übersicht der ganzen Aufzeichnung</translation>
    </message>
    <message>
        <source>The whole trace; click, drag or press the arrow keys to move what the timeline shows.</source>
        <translation>Die ganze Aufzeichnung; Klicken, Ziehen oder die Pfeiltasten verschieben, was die Zeitachse zeigt.</translation>
    </message>
    <message>
        <source>whole trace</source>
        <translation>gesamt</translation>
    </message>
    <message>
        <source>The timeline shows %1 % to %2 % of the trace</source>
        <translation>Die Zeitachse zeigt %1 % bis %2 % der Aufzeichnung</translation>
    </message>
    <message numerus="yes">
        <source>%n failure(s) in the whole trace</source>
        <translation>
            <numerusform>%n Fehler in der ganzen Aufzeichnung</numerusform>
            <numerusform>%n Fehler in der ganzen Aufzeichnung</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::TimelineView</name>
    <message>
        <source>Timeline</source>
        <translation>Zeitachse</translation>
    </message>
    <message>
        <source>Calls over time. The same calls are in the call tree, the same events in the event table.</source>
        <translation>Aufrufe über der Zeit. Dieselben Aufrufe stehen im Aufrufbaum, dieselben Ereignisse in der Ereignistabelle.</translation>
    </message>
    <message>
        <source>the current event</source>
        <translation>das aktuelle Ereignis</translation>
    </message>
    <message>
        <source>the call around</source>
        <translation>der umgebende Aufruf</translation>
    </message>
    <message>
        <source>the first call inside</source>
        <translation>der erste Aufruf darin</translation>
    </message>
    <message>
        <source>the call before</source>
        <translation>der Aufruf davor</translation>
    </message>
    <message>
        <source>the call after</source>
        <translation>der Aufruf danach</translation>
    </message>
    <message>
        <source>event %1</source>
        <translation>Ereignis %1</translation>
    </message>
    <message>
        <source>not finished</source>
        <translation>nicht beendet</translation>
    </message>
    <message>
        <source>#%1 to #%2, %3</source>
        <translation>#%1 bis #%2, %3</translation>
    </message>
    <message>
        <source>from #%1, not finished</source>
        <translation>ab #%1, nicht beendet</translation>
    </message>
    <message>
        <source>born #%1, died #%2</source>
        <translation>geboren #%1, gestorben #%2</translation>
    </message>
    <message>
        <source>born #%1, alive at the end</source>
        <translation>geboren #%1, lebt am Ende noch</translation>
    </message>
    <message>
        <source>Double-click folds and unfolds it.</source>
        <translation>Doppelklick klappt sie zu und auf.</translation>
    </message>
    <message>
        <source>Loading %1 …</source>
        <translation>Lade %1 …</translation>
    </message>
    <message>
        <source>Open a trace (Ctrl+O), or drop one here.</source>
        <translation>Öffnen Sie eine Aufzeichnung (Strg+O) oder ziehen Sie eine hierher.</translation>
    </message>
    <message>
        <source>%1 cannot be written</source>
        <translation>%1 kann nicht geschrieben werden</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
    <message>
        <source>%1 bytes</source>
        <translation>%1 Byte</translation>
    </message>
    <message>
        <source>the machine starts</source>
        <translation>die Maschine startet</translation>
    </message>
    <message>
        <source>+%1 deeper</source>
        <translation>+%1 tiefer</translation>
    </message>
    <message>
        <source>by event</source>
        <translation>nach Ereignis</translation>
    </message>
    <message>
        <source>by time</source>
        <translation>nach Zeit</translation>
    </message>
</context>
<context>
    <name>texts</name>
    <message>
        <source>information %1</source>
        <translation>Information %1</translation>
    </message>
    <message>
        <source>%1 bytes</source>
        <translation>%1 Byte</translation>
    </message>
    <message>
        <source>count %1</source>
        <translation>Zähler %1</translation>
    </message>
    <message>
        <source>interrupt</source>
        <translation>Interrupt</translation>
    </message>
    <message>
        <source>thread</source>
        <translation>Thread</translation>
    </message>
</context>
</TS>
