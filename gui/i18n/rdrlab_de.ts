<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>EventCsv</name>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
</context>
<context>
    <name>Explanations</name>
    <message>
        <source>See: %1</source>
        <translation>Siehe: %1</translation>
    </message>
    <message>
        <source>In this trace: no call.</source>
        <translation>In dieser Aufzeichnung: kein Aufruf.</translation>
    </message>
    <message numerus="yes">
        <source>In this trace: %n call(s).</source>
        <translation>
            <numerusform>In dieser Aufzeichnung: %n Aufruf.</numerusform>
            <numerusform>In dieser Aufzeichnung: %n Aufrufe.</numerusform>
        </translation>
    </message>
    <message>
        <source>The last before here: %1.</source>
        <translation>Der letzte davor: %1.</translation>
    </message>
    <message>
        <source>The next: %1.</source>
        <translation>Der nächste: %1.</translation>
    </message>
    <message>
        <source>In this trace: %1, of which %2 exist here.</source>
        <translation>In dieser Aufzeichnung: %1, davon gibt es hier %2.</translation>
    </message>
    <message>
        <source>Mentioned by: %1</source>
        <translation>Erwähnt von: %1</translation>
    </message>
    <message>
        <source>Its value here: %1</source>
        <translation>Sein Wert hier: %1</translation>
    </message>
    <message>
        <source>Event #%1</source>
        <translation>Ereignis #%1</translation>
    </message>
    <message>
        <source>%1 is now %2</source>
        <translation>%1 ist jetzt %2</translation>
    </message>
    <message>
        <source>%1: %2 becomes %3</source>
        <translation>%1: aus %2 wird %3</translation>
    </message>
    <message>
        <source>In the call #%1</source>
        <translation>Im Aufruf #%1</translation>
    </message>
    <message>
        <source>This kind of event</source>
        <translation>Diese Art von Ereignis</translation>
    </message>
    <message>
        <source>Under the pointer</source>
        <translation>Unter dem Mauszeiger</translation>
    </message>
    <message>
        <source>Nothing is explained that has “%1” in it.</source>
        <translation>Nichts ist erklärt, in dem „%1“ vorkommt.</translation>
    </message>
    <message numerus="yes">
        <source>%n match(es)</source>
        <translation>
            <numerusform>%n Treffer</numerusform>
            <numerusform>%n Treffer</numerusform>
        </translation>
    </message>
    <message>
        <source>… and more: type another letter.</source>
        <translation>… und mehr: Geben Sie noch einen Buchstaben ein.</translation>
    </message>
    <message>
        <source>Step, or click anything: its routine, status, object and flags are explained here.</source>
        <translation>Gehen Sie einen Schritt oder klicken Sie irgendetwas an: Routine, Status, Objekt und Flags werden hier erklärt.</translation>
    </message>
    <message>
        <source>Or type a name above.</source>
        <translation>Oder geben Sie oben einen Namen ein.</translation>
    </message>
    <message numerus="yes">
        <source>Set here: %n flag(s)</source>
        <translation>
            <numerusform>Hier gesetzt: %n Flag</numerusform>
            <numerusform>Hier gesetzt: %n Flags</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GraphScene</name>
    <message>
        <source>▸ %1 %2</source>
        <translation>▸ %1 %2</translation>
    </message>
    <message>
        <source>▸ %1 %2s</source>
        <translation>▸ %1 × %2</translation>
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
        <source>~ references: %1 → %2</source>
        <translation>~ Referenzen: %1 → %2</translation>
    </message>
    <message>
        <source>references: %1</source>
        <translation>Referenzen: %1</translation>
    </message>
    <message>
        <source>~ %1: (new) → %2</source>
        <translation>~ %1: (neu) → %2</translation>
    </message>
    <message>
        <source>~ %1: %2 → %3</source>
        <translation>~ %1: %2 → %3</translation>
    </message>
    <message numerus="yes">
        <source>%n born</source>
        <translation>
            <numerusform>%n geboren</numerusform>
            <numerusform>%n geboren</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n changed</source>
        <translation>
            <numerusform>%n geändert</numerusform>
            <numerusform>%n geändert</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n died</source>
        <translation>
            <numerusform>%n gestorben</numerusform>
            <numerusform>%n gestorben</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n on kinds not shown</source>
        <translation>
            <numerusform>%n an nicht gezeigten Arten</numerusform>
            <numerusform>%n an nicht gezeigten Arten</numerusform>
        </translation>
    </message>
    <message>
        <source>#%1</source>
        <translation>#%1</translation>
    </message>
    <message>
        <source>#%1–#%2</source>
        <translation>#%1–#%2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>changes no object</source>
        <translation>ändert kein Objekt</translation>
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
    <name>PacketFilter</name>
    <message>
        <source>“%1” is not understood: id:5, connection:1, &gt;1ms</source>
        <translation>„%1“ ist nicht zu verstehen: id:5, connection:1, &gt;1ms</translation>
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
        <translation>Erklärung</translation>
    </message>
    <message>
        <source>Objects</source>
        <translation>Objekte</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>Packets</source>
        <translation>Pakete</translation>
    </message>
    <message>
        <source>Locks and IRQL</source>
        <translation>Sperren, IRQL</translation>
    </message>
    <message>
        <source>Statistics</source>
        <translation>Statistik</translation>
    </message>
    <message>
        <source>Lifetimes</source>
        <translation>Lebensdauern</translation>
    </message>
    <message>
        <source>SQL</source>
        <translation>SQL</translation>
    </message>
    <message>
        <source>IRP stack</source>
        <translation>IRP-Stapel</translation>
    </message>
</context>
<context>
    <name>TableManners</name>
    <message>
        <source>Save the table</source>
        <translation>Tabelle speichern</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>Writing %1</source>
        <translation>Schreibe %1</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancelled; nothing was written.</source>
        <translation>Abgebrochen; nichts wurde geschrieben.</translation>
    </message>
    <message numerus="yes">
        <source>%n rows written to %1</source>
        <translation>
            <numerusform>%n Zeile nach %1 geschrieben</numerusform>
            <numerusform>%n Zeilen nach %1 geschrieben</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
    <message>
        <source>&amp;Copy the selected rows</source>
        <translation>Gewählte Zeilen &amp;kopieren</translation>
    </message>
    <message>
        <source>&amp;Save all rows as CSV…</source>
        <translation>Alle Zeilen als CSV &amp;speichern…</translation>
    </message>
</context>
<context>
    <name>Tables</name>
    <message>
        <source>Copy rows</source>
        <translation>Zeilen kopieren</translation>
    </message>
</context>
<context>
    <name>Why</name>
    <message>
        <source>the %1</source>
        <translation>%1</translation>
    </message>
    <message>
        <source>the call %1</source>
        <translation>der Aufruf %1</translation>
    </message>
    <message>
        <source>nobody any more</source>
        <translation>niemand mehr</translation>
    </message>
    <message>
        <source>references older than their record</source>
        <translation>Referenzen, die älter sind als ihre Aufzeichnung</translation>
    </message>
    <message>
        <source>reference: its creation</source>
        <translation>Referenz: seine Erzeugung</translation>
    </message>
    <message>
        <source>reference: %1</source>
        <translation>Referenz: %1</translation>
    </message>
    <message>
        <source>owns it</source>
        <translation>besitzt es</translation>
    </message>
    <message>
        <source>creation</source>
        <translation>Erzeugung</translation>
    </message>
    <message>
        <source>owns</source>
        <translation>besitzt</translation>
    </message>
</context>
<context>
    <name>WorkedQueries</name>
    <message>
        <source>The calls into the mini-redirector, in order, with their results</source>
        <translation>Die Aufrufe in den Mini-Redirector, der Reihe nach, mit ihren Ergebnissen</translation>
    </message>
    <message>
        <source>The system calls of each process</source>
        <translation>Die Systemaufrufe jedes Prozesses</translation>
    </message>
    <message>
        <source>The call tree, indented</source>
        <translation>Der Aufrufbaum, eingerückt</translation>
    </message>
    <message>
        <source>Which calls failed, innermost first</source>
        <translation>Welche Aufrufe scheiterten, die innersten zuerst</translation>
    </message>
    <message>
        <source>What a single call gave birth to, at any depth below it (here the first system call)</source>
        <translation>Was ein einzelner Aufruf in beliebiger Tiefe unter sich entstehen ließ (hier der erste Systemaufruf)</translation>
    </message>
    <message>
        <source>The state of one object after an event (here its last known one)</source>
        <translation>Der Zustand eines Objekts nach einem Ereignis (hier der letzte bekannte)</translation>
    </message>
    <message>
        <source>Who last changed this field, and in which call</source>
        <translation>Wer dieses Feld zuletzt änderte, und in welchem Aufruf</translation>
    </message>
    <message>
        <source>What was alive at an event (here the middle of the trace)</source>
        <translation>Was bei einem Ereignis lebte (hier in der Mitte der Aufzeichnung)</translation>
    </message>
    <message>
        <source>What was never released</source>
        <translation>Was nie freigegeben wurde</translation>
    </message>
    <message>
        <source>The reference ledger of one object</source>
        <translation>Das Kontobuch der Referenzen eines Objekts</translation>
    </message>
    <message>
        <source>Who took references and did not give them back, by reason</source>
        <translation>Wer Referenzen nahm und nicht zurückgab, nach Grund</translation>
    </message>
    <message>
        <source>What points to an object now (its retainers)</source>
        <translation>Was jetzt auf ein Objekt zeigt (wer es festhält)</translation>
    </message>
    <message>
        <source>Where the time went, by layer (time in a call minus time in the calls it made)</source>
        <translation>Wo die Zeit blieb, nach Schicht (Zeit in einem Aufruf ohne die in den Aufrufen darin)</translation>
    </message>
    <message>
        <source>The slowest exchanges with the server</source>
        <translation>Die langsamsten Anfragen an den Server</translation>
    </message>
    <message>
        <source>Bytes on the wire in each direction, per connection</source>
        <translation>Bytes auf der Leitung in jeder Richtung, je Verbindung</translation>
    </message>
    <message>
        <source>The SMB2 commands in the first bytes of segments (4 bytes of length, then the header; the command is at offset 12)</source>
        <translation>Die SMB2-Befehle in den ersten Bytes der Segmente (4 Byte Länge, dann der Kopf; der Befehl steht an Offset 12)</translation>
    </message>
    <message>
        <source>Calls that pended, and how long they were away</source>
        <translation>Aufrufe, die schwebten, und wie lange sie fort waren</translation>
    </message>
    <message>
        <source>Each IRP, from whom it came and where it went</source>
        <translation>Jedes IRP, von wem es kam und wohin es ging</translation>
    </message>
    <message>
        <source>The calldowns that waited for the server, the longest first</source>
        <translation>Die Calldowns, die auf den Server warteten, die längsten zuerst</translation>
    </message>
    <message>
        <source>How many round trips each kind of calldown cost</source>
        <translation>Wie viele Hin- und Rückwege jede Art von Calldown kostete</translation>
    </message>
    <message>
        <source>How often each routine of the mini-redirector was called, and how it ended</source>
        <translation>Wie oft jede Routine des Mini-Redirectors aufgerufen wurde und wie sie endete</translation>
    </message>
    <message>
        <source>Reference counts: who was held most, and what is still held</source>
        <translation>Referenzzähler: wer am meisten gehalten wurde und was noch gehalten wird</translation>
    </message>
    <message>
        <source>The handles that were open at an event (here when the first FOBX was born)</source>
        <translation>Die Handles, die bei einem Ereignis offen waren (hier bei der Geburt des ersten FOBX)</translation>
    </message>
    <message>
        <source>The life of each SRV_OPEN: how long after its last handle it stayed, and how many opens shared it</source>
        <translation>Das Leben jedes SRV_OPEN: wie lange es nach seinem letzten Handle blieb und wie viele Öffnungen es teilten</translation>
    </message>
    <message>
        <source>Which call gives birth to which kinds of object</source>
        <translation>Welcher Aufruf welche Arten von Objekten entstehen lässt</translation>
    </message>
    <message>
        <source>The last known state of every FCB</source>
        <translation>Der letzte bekannte Zustand jedes FCB</translation>
    </message>
    <message>
        <source>How busy each layer was, per millisecond of virtual time (a scan: the spine is made for it)</source>
        <translation>Wie beschäftigt jede Schicht war, je Millisekunde virtueller Zeit (ein Durchlauf: Dafür ist das Rückgrat da)</translation>
    </message>
    <message>
        <source>Every event with a failing status</source>
        <translation>Jedes Ereignis mit einem Fehlerstatus</translation>
    </message>
    <message>
        <source>How long resources were waited for, by thread (each wait up to the wake of the same thread)</source>
        <translation>Wie lange auf Ressourcen gewartet wurde, nach Thread (jedes Warten bis zum Wecken desselben Threads)</translation>
    </message>
    <message>
        <source>What each read asked for, and whose completion routine waits for it</source>
        <translation>Was jedes Lesen verlangt und wessen Completion-Routine darauf wartet</translation>
    </message>
</context>
<context>
    <name>comparereport</name>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
</context>
<context>
    <name>comparetexts</name>
    <message>
        <source>the same</source>
        <translation>gleich</translation>
    </message>
    <message>
        <source>left out by the mask</source>
        <translation>von der Maske ausgelassen</translation>
    </message>
    <message>
        <source>the same, between other calls</source>
        <translation>gleich, zwischen anderen Aufrufen</translation>
    </message>
    <message>
        <source>at another point</source>
        <translation>an anderer Stelle</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>geändert</translation>
    </message>
    <message>
        <source>only in A</source>
        <translation>nur in A</translation>
    </message>
    <message>
        <source>only in B</source>
        <translation>nur in B</translation>
    </message>
    <message>
        <source>outside of calls (%1)</source>
        <translation>außerhalb von Aufrufen (%1)</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiteres</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>The traces are the same: %1 events in both, nothing differs.</source>
        <translation>Die Aufzeichnungen sind gleich: %1 Ereignisse in beiden, nichts unterscheidet sich.</translation>
    </message>
    <message>
        <source>The traces are the same but for the order, which the mask leaves out: %1 events stand at another point.</source>
        <translation>Die Aufzeichnungen sind gleich bis auf die Reihenfolge, die die Maske auslässt: %1 Ereignisse stehen an anderer Stelle.</translation>
    </message>
    <message>
        <source>Nothing differs but the order: %1 events met other calls at another point.</source>
        <translation>Nur die Reihenfolge ist anders: %1 Ereignisse trafen andere Aufrufe an anderer Stelle.</translation>
    </message>
    <message numerus="yes">
        <source>%n first divergence(s)</source>
        <translation>
            <numerusform>%n erste Abweichung</numerusform>
            <numerusform>%n erste Abweichungen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 events the same</source>
        <translation>%1 Ereignisse gleich</translation>
    </message>
    <message>
        <source>, seed %1</source>
        <translation>, Startwert %1</translation>
    </message>
    <message>
        <source> (incomplete)</source>
        <translation> (unvollständig)</translation>
    </message>
    <message>
        <source>Nothing is left out.</source>
        <translation>Nichts ist ausgelassen.</translation>
    </message>
    <message>
        <source>Left out by the mask: %1.</source>
        <translation>Von der Maske ausgelassen: %1.</translation>
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
    <message>
        <source>  or  </source>
        <comment>between two keys</comment>
        <translation>  oder  </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::AlignedTimelines</name>
    <message>
        <source>Timeline of %1</source>
        <translation>Zeitachse von %1</translation>
    </message>
    <message>
        <source>%1, aligned</source>
        <translation>%1, ausgerichtet</translation>
    </message>
    <message>
        <source>%1, by its own time</source>
        <translation>%1, nach eigener Zeit</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::AlignedView</name>
    <message>
        <source>Both traces, aligned</source>
        <translation>Beide Aufzeichnungen, ausgerichtet</translation>
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
    <name>rdrlab::gui::BreakBox</name>
    <message>
        <source>Any MRx call</source>
        <translation>Jeder MRx-Aufruf</translation>
    </message>
    <message>
        <source>Any system call</source>
        <translation>Jeder Systemaufruf</translation>
    </message>
    <message>
        <source>Any SMB2 exchange</source>
        <translation>Jeder SMB2-Austausch</translation>
    </message>
    <message>
        <source>Any call that fails</source>
        <translation>Jeder Aufruf, der scheitert</translation>
    </message>
    <message>
        <source>A&amp;dd</source>
        <translation>Hin&amp;zufügen</translation>
    </message>
    <message>
        <source>Routine to pause at</source>
        <translation>Routine, an der angehalten wird</translation>
    </message>
    <message>
        <source>A routine, with * for any letters (MRxQuery*, NtCreateFile, IRP_MJ_CREATE), or one of the list</source>
        <translation>Eine Routine, * steht für beliebige Buchstaben (MRxQuery*, NtCreateFile, IRP_MJ_CREATE), oder eine aus der Liste</translation>
    </message>
    <message>
        <source>about (part of a name)</source>
        <translation>über (Teil eines Namens)</translation>
    </message>
    <message>
        <source>Only calls about an object with this in its name</source>
        <translation>Nur Aufrufe über ein Objekt, dessen Name dies enthält</translation>
    </message>
    <message>
        <source>Only calls about an object with this in its name, such as readme.txt</source>
        <translation>Nur Aufrufe über ein Objekt, dessen Name dies enthält, etwa readme.txt</translation>
    </message>
    <message>
        <source>Where a live run pauses</source>
        <translation>Wo ein laufender Lauf anhält</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
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
    <name>rdrlab::gui::Chart</name>
    <message>
        <source>Show the whole life</source>
        <translation>Das ganze Leben zeigen</translation>
    </message>
    <message>
        <source>Copy the picture</source>
        <translation>Bild kopieren</translation>
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
        <translation>auch darin: </translation>
    </message>
    <message>
        <source>while the machine starts: %1</source>
        <translation>während die Maschine startet: %1</translation>
    </message>
    <message>
        <source>in %1</source>
        <translation>in %1</translation>
    </message>
    <message numerus="yes">
        <source>%n difference(s) follow from it</source>
        <translation>
            <numerusform>%n Unterschied folgt daraus</numerusform>
            <numerusform>%n Unterschiede folgen daraus</numerusform>
        </translation>
    </message>
    <message>
        <source>First divergence, and what follows</source>
        <translation>Erste Abweichung und was daraus folgt</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>Folgen</translation>
    </message>
    <message>
        <source>A → B</source>
        <translation>A → B</translation>
    </message>
    <message>
        <source>A #</source>
        <translation>A-Nr.</translation>
    </message>
    <message>
        <source>B #</source>
        <translation>B-Nr.</translation>
    </message>
    <message>
        <source>How many further differences follow from it</source>
        <translation>Wie viele weitere Unterschiede daraus folgen</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareDialog</name>
    <message>
        <source>Compare two traces</source>
        <translation>Zwei Aufzeichnungen vergleichen</translation>
    </message>
    <message>
        <source>&amp;A (before):</source>
        <translation>&amp;A (vorher):</translation>
    </message>
    <message>
        <source>&amp;B (after):</source>
        <translation>&amp;B (nachher):</translation>
    </message>
    <message>
        <source>Trace %1</source>
        <translation>Aufzeichnung %1</translation>
    </message>
    <message>
        <source>&amp;File…</source>
        <translation>&amp;Datei…</translation>
    </message>
    <message>
        <source>F&amp;ile…</source>
        <translation>Da&amp;tei…</translation>
    </message>
    <message>
        <source>Choose a file for %1</source>
        <translation>Eine Datei für %1 wählen</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>&amp;Vergleichen</translation>
    </message>
    <message>
        <source>Traces (*.rdrtrace);;All files (*)</source>
        <translation>Aufzeichnungen (*.rdrtrace);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Choose two traces, for example two runs of one scenario with different seeds.</source>
        <translation>Wählen Sie zwei Aufzeichnungen, zum Beispiel zwei Läufe eines Szenarios mit verschiedenen Startwerten.</translation>
    </message>
    <message>
        <source>Both are the same file: nothing will differ.</source>
        <translation>Beide sind dieselbe Datei: Nichts wird sich unterscheiden.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareDurations</name>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Routine</source>
        <translation>Routine</translation>
    </message>
    <message>
        <source>Calls that both traces made</source>
        <translation>Aufrufe, die beide Aufzeichnungen gemacht haben</translation>
    </message>
    <message>
        <source>Calls</source>
        <translation>Aufrufe</translation>
    </message>
    <message>
        <source>Time of all of them in A</source>
        <translation>Zeit von allen in A</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>Time of all of them in B</source>
        <translation>Zeit von allen in B</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>Time of all of them in B, divided by that in A</source>
        <translation>Zeit von allen in B, geteilt durch die in A</translation>
    </message>
    <message>
        <source>B / A</source>
        <translation>B / A</translation>
    </message>
    <message>
        <source>B / A of the pair in the middle: one slow call does not move it</source>
        <translation>B / A des mittleren Paars: Ein langsamer Aufruf verschiebt es nicht</translation>
    </message>
    <message>
        <source>Median</source>
        <translation>Median</translation>
    </message>
    <message>
        <source>Calls that took longer in B</source>
        <translation>Aufrufe, die in B länger dauerten</translation>
    </message>
    <message>
        <source>Longer</source>
        <translation>Länger</translation>
    </message>
    <message>
        <source>Calls that took less time in B</source>
        <translation>Aufrufe, die in B kürzer dauerten</translation>
    </message>
    <message>
        <source>Shorter</source>
        <translation>Kürzer</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareLines</name>
    <message>
        <source>event</source>
        <translation>Ereignis</translation>
    </message>
    <message>
        <source>object</source>
        <translation>Objekt</translation>
    </message>
    <message>
        <source>status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>argument</source>
        <translation>Argument</translation>
    </message>
    <message>
        <source>time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>thread</source>
        <translation>Thread</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>IRQL</source>
        <translation>IRQL</translation>
    </message>
    <message>
        <source>references</source>
        <translation>Referenzen</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareRows</name>
    <message>
        <source>#%1 in A, #%2 in B</source>
        <translation>#%1 in A, #%2 in B</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>~ changed, − only in A, + only in B, ↕ at another point</source>
        <translation>~ geändert, − nur in A, + nur in B, ↕ an anderer Stelle</translation>
    </message>
    <message>
        <source>%1 #</source>
        <translation>%1-Nr.</translation>
    </message>
    <message>
        <source>%1 time</source>
        <translation>%1: Zeit</translation>
    </message>
    <message>
        <source>%1 thread</source>
        <translation>%1: Thread</translation>
    </message>
    <message>
        <source>%1 event</source>
        <translation>%1: Ereignis</translation>
    </message>
    <message>
        <source>%1 object</source>
        <translation>%1: Objekt</translation>
    </message>
    <message>
        <source>%1 result</source>
        <translation>%1: Ergebnis</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareWindow</name>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>No further difference ahead.</source>
        <translation>Weiter vorn ist kein Unterschied mehr.</translation>
    </message>
    <message>
        <source>No further difference back.</source>
        <translation>Weiter zurück ist kein Unterschied mehr.</translation>
    </message>
    <message>
        <source>No further divergence ahead.</source>
        <translation>Weiter vorn ist keine Abweichung mehr.</translation>
    </message>
    <message>
        <source>No further divergence back.</source>
        <translation>Weiter zurück ist keine Abweichung mehr.</translation>
    </message>
    <message>
        <source>&amp;Next difference</source>
        <translation>&amp;Nächster Unterschied</translation>
    </message>
    <message>
        <source>To the next place where the traces differ. Events that differ one after the other count as one.</source>
        <translation>Zur nächsten Stelle, an der sich die Aufzeichnungen unterscheiden. Verschiedene Ereignisse direkt nacheinander zählen als eine.</translation>
    </message>
    <message>
        <source>&amp;Previous difference</source>
        <translation>&amp;Voriger Unterschied</translation>
    </message>
    <message>
        <source>To the place before where the traces differ.</source>
        <translation>Zur Stelle davor, an der sich die Aufzeichnungen unterscheiden.</translation>
    </message>
    <message>
        <source>&amp;First divergence</source>
        <translation>&amp;Erste Abweichung</translation>
    </message>
    <message>
        <source>Where the scenario first went another way.</source>
        <translation>Wo das Szenario zuerst einen anderen Weg nahm.</translation>
    </message>
    <message>
        <source>Next &amp;divergence</source>
        <translation>Nächste Ab&amp;weichung</translation>
    </message>
    <message>
        <source>To the next difference that follows from no earlier one.</source>
        <translation>Zum nächsten Unterschied, der aus keinem früheren folgt.</translation>
    </message>
    <message>
        <source>Previous di&amp;vergence</source>
        <translation>Vorige Abweich&amp;ung</translation>
    </message>
    <message>
        <source>To the last difference before that follows from no earlier one.</source>
        <translation>Zum letzten Unterschied davor, der aus keinem früheren folgt.</translation>
    </message>
    <message>
        <source>Compare &amp;again</source>
        <translation>Noch &amp;einmal vergleichen</translation>
    </message>
    <message>
        <source>With the same traces and the same mask.</source>
        <translation>Mit denselben Aufzeichnungen und derselben Maske.</translation>
    </message>
    <message>
        <source>&amp;Swap A and B</source>
        <translation>A und B &amp;tauschen</translation>
    </message>
    <message>
        <source>Compares the other way round.</source>
        <translation>Vergleicht andersherum.</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Next row</source>
        <translation>Nächste Zeile</translation>
    </message>
    <message>
        <source>One event further in both traces.</source>
        <translation>Ein Ereignis weiter in beiden Aufzeichnungen.</translation>
    </message>
    <message>
        <source>Previous row</source>
        <translation>Vorige Zeile</translation>
    </message>
    <message>
        <source>One event back in both traces.</source>
        <translation>Ein Ereignis zurück in beiden Aufzeichnungen.</translation>
    </message>
    <message>
        <source>Beginning of the scenario</source>
        <translation>Anfang des Szenarios</translation>
    </message>
    <message>
        <source>Where the scenario&apos;s own processes begin.</source>
        <translation>Wo die eigenen Prozesse des Szenarios beginnen.</translation>
    </message>
    <message>
        <source>End</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>The end of the longer recording.</source>
        <translation>Das Ende der längeren Aufzeichnung.</translation>
    </message>
    <message>
        <source>Step &amp;over</source>
        <translation>Schritt &amp;darüber</translation>
    </message>
    <message>
        <source>In the trace clicked last: from a call&apos;s begin to its end. The other one follows.</source>
        <translation>In der zuletzt angeklickten Aufzeichnung: vom Anfang eines Aufrufs zu seinem Ende. Die andere folgt.</translation>
    </message>
    <message>
        <source>Step over, backwards</source>
        <translation>Schritt darüber, rückwärts</translation>
    </message>
    <message>
        <source>In the trace clicked last: from a call&apos;s end to its begin.</source>
        <translation>In der zuletzt angeklickten Aufzeichnung: vom Ende eines Aufrufs zu seinem Anfang.</translation>
    </message>
    <message>
        <source>Step &amp;into</source>
        <translation>Schritt h&amp;inein</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the next begin or end of a call.</source>
        <translation>In der zuletzt angeklickten Aufzeichnung: zum nächsten Anfang oder Ende eines Aufrufs.</translation>
    </message>
    <message>
        <source>Step into, backwards</source>
        <translation>Schritt hinein, rückwärts</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the begin or end of a call before.</source>
        <translation>In der zuletzt angeklickten Aufzeichnung: zum Anfang oder Ende eines Aufrufs davor.</translation>
    </message>
    <message>
        <source>Step o&amp;ut</source>
        <translation>Schritt hera&amp;us</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the end of the call around.</source>
        <translation>In der zuletzt angeklickten Aufzeichnung: zum Ende des umgebenden Aufrufs.</translation>
    </message>
    <message>
        <source>Step out, backwards</source>
        <translation>Schritt heraus, rückwärts</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the begin of the call around.</source>
        <translation>In der zuletzt angeklickten Aufzeichnung: zum Anfang des umgebenden Aufrufs.</translation>
    </message>
    <message>
        <source>Next &amp;failure</source>
        <translation>Nächster &amp;Fehler</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the next event with a failure status.</source>
        <translation>In der zuletzt angeklickten Aufzeichnung: zum nächsten Ereignis mit einem Fehlerstatus.</translation>
    </message>
    <message>
        <source>Previous failure</source>
        <translation>Voriger Fehler</translation>
    </message>
    <message>
        <source>In the trace clicked last: to the last event before with a failure status.</source>
        <translation>In der zuletzt angeklickten Aufzeichnung: zum letzten Ereignis davor mit einem Fehlerstatus.</translation>
    </message>
    <message>
        <source>&amp;Go to event…</source>
        <translation>&amp;Gehe zu Ereignis…</translation>
    </message>
    <message>
        <source>Type an event: 42 or a42 in A, b42 in B.</source>
        <translation>Ein Ereignis eingeben: 42 oder a42 in A, b42 in B.</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Rows: what is &amp;compared</source>
        <translation>Zeilen: was &amp;verglichen wird</translation>
    </message>
    <message>
        <source>What the mask leaves out takes no rows.</source>
        <translation>Was die Maske auslässt, bekommt keine Zeilen.</translation>
    </message>
    <message>
        <source>Rows: &amp;all</source>
        <translation>Zeilen: &amp;alle</translation>
    </message>
    <message>
        <source>Also what the mask leaves out.</source>
        <translation>Auch was die Maske auslässt.</translation>
    </message>
    <message>
        <source>Rows: &amp;differences only</source>
        <translation>Zeilen: nur &amp;Unterschiede</translation>
    </message>
    <message>
        <source>Differences with three rows around each.</source>
        <translation>Unterschiede, um jeden herum drei Zeilen.</translation>
    </message>
    <message>
        <source>Columns: &amp;times</source>
        <translation>Spalten: &amp;Zeiten</translation>
    </message>
    <message>
        <source>Virtual times of both traces.</source>
        <translation>Virtuelle Zeiten beider Aufzeichnungen.</translation>
    </message>
    <message>
        <source>Columns: t&amp;hreads</source>
        <translation>Spalten: T&amp;hreads</translation>
    </message>
    <message>
        <source>Processes and threads of both traces.</source>
        <translation>Prozesse und Threads beider Aufzeichnungen.</translation>
    </message>
    <message>
        <source>&amp;Linked</source>
        <translation>&amp;Verbunden</translation>
    </message>
    <message>
        <source>Both traces move together.</source>
        <translation>Beide Aufzeichnungen bewegen sich zusammen.</translation>
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
        <translation>&amp;A im Hauptfenster zeigen</translation>
    </message>
    <message>
        <source>At the event where A stands.</source>
        <translation>An dem Ereignis, an dem A steht.</translation>
    </message>
    <message>
        <source>Show &amp;B in the main window</source>
        <translation>&amp;B im Hauptfenster zeigen</translation>
    </message>
    <message>
        <source>At the event where B stands.</source>
        <translation>An dem Ereignis, an dem B steht.</translation>
    </message>
    <message>
        <source>&amp;Copy rows</source>
        <translation>Zeilen &amp;kopieren</translation>
    </message>
    <message>
        <source>The selected rows, with tabs between the cells.</source>
        <translation>Die gewählten Zeilen, mit Tabulatoren zwischen den Zellen.</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>Close the comparison; both traces stay open.</source>
        <translation>Schließt den Vergleich; beide Aufzeichnungen bleiben offen.</translation>
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
        <translation>Alle Befehle mit ihren Tasten; andere lassen sich belegen.</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>&amp;Vergleichen</translation>
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
        <translation>Unterschiede</translation>
    </message>
    <message>
        <source>go to a42 or b42</source>
        <translation>gehe zu a42 oder b42</translation>
    </message>
    <message>
        <source>Go to an event of A or B</source>
        <translation>Gehe zu einem Ereignis von A oder B</translation>
    </message>
    <message>
        <source>Compared</source>
        <translation>Verglichenes</translation>
    </message>
    <message>
        <source>All rows</source>
        <translation>Alle Zeilen</translation>
    </message>
    <message>
        <source>“%1” is no event; type 42 or a42 for one of A, b42 for one of B.</source>
        <translation>„%1“ ist kein Ereignis; 42 oder a42 steht für eines von A, b42 für eines von B.</translation>
    </message>
    <message>
        <source>There is no event %1 in that trace.</source>
        <translation>In dieser Aufzeichnung gibt es kein Ereignis %1.</translation>
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
        <translation>keine Unterschiede</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message numerus="yes">
        <source>%n difference(s)</source>
        <translation>
            <numerusform>%n Unterschied</numerusform>
            <numerusform>%n Unterschiede</numerusform>
        </translation>
    </message>
    <message>
        <source>Places where the traces differ; events that differ one after the other count as one.</source>
        <translation>Stellen, an denen sich die Aufzeichnungen unterscheiden; verschiedene Ereignisse direkt nacheinander zählen als eine.</translation>
    </message>
    <message>
        <source>%1 and %2 compared – rdrlab</source>
        <translation>%1 und %2 im Vergleich – rdrlab</translation>
    </message>
    <message>
        <source>First divergences, and what follows from each</source>
        <translation>Erste Abweichungen und was aus jeder folgt</translation>
    </message>
    <message>
        <source>Causes</source>
        <translation>Ursachen</translation>
    </message>
    <message>
        <source>The pair of events, line by line</source>
        <translation>Das Ereignispaar, Zeile für Zeile</translation>
    </message>
    <message>
        <source>Pair</source>
        <translation>Paar</translation>
    </message>
    <message>
        <source>Only what differs</source>
        <translation>Nur was sich unterscheidet</translation>
    </message>
    <message>
        <source>The object in both traces, field by field</source>
        <translation>Das Objekt in beiden Aufzeichnungen, Feld für Feld</translation>
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
        <translation>Die gespeicherte Maske ist nicht brauchbar: %1</translation>
    </message>
    <message>
        <source>Loading both traces …</source>
        <translation>Lade beide Aufzeichnungen …</translation>
    </message>
    <message>
        <source>Comparing …</source>
        <translation>Vergleiche …</translation>
    </message>
    <message>
        <source>The traces cannot be compared: %1</source>
        <translation>Die Aufzeichnungen lassen sich nicht vergleichen: %1</translation>
    </message>
    <message>
        <source>The comparison was cancelled. F5 starts it again.</source>
        <translation>Der Vergleich wurde abgebrochen. F5 startet ihn wieder.</translation>
    </message>
    <message>
        <source>row %1 of %2   A %3   B %4</source>
        <translation>Zeile %1 von %2   A %3   B %4</translation>
    </message>
    <message>
        <source>The event is about no object. Choose one that is about an object, or an object in the main window.</source>
        <translation>Das Ereignis handelt von keinem Objekt. Wählen Sie eines, das von einem handelt, oder ein Objekt im Hauptfenster.</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>only in B</source>
        <translation>nur in B</translation>
    </message>
    <message>
        <source>only in A</source>
        <translation>nur in A</translation>
    </message>
    <message>
        <source>no compared field differs</source>
        <translation>kein verglichenes Feld unterscheidet sich</translation>
    </message>
    <message numerus="yes">
        <source>%n field(s) differ</source>
        <translation>
            <numerusform>%n Feld unterscheidet sich</numerusform>
            <numerusform>%n Felder unterscheiden sich</numerusform>
        </translation>
    </message>
    <message>
        <source>Keys: %1</source>
        <translation>Tasten: %1</translation>
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
        <source>Zoom &amp;in</source>
        <translation>Ver&amp;größern</translation>
    </message>
    <message>
        <source>Both timelines closer.</source>
        <translation>Beide Zeitachsen näher.</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>Both timelines further away.</source>
        <translation>Beide Zeitachsen weiter weg.</translation>
    </message>
    <message>
        <source>Show a&amp;ll</source>
        <translation>A&amp;lles zeigen</translation>
    </message>
    <message>
        <source>The whole of both traces.</source>
        <translation>Beide Aufzeichnungen ganz.</translation>
    </message>
    <message>
        <source>Show the difference</source>
        <translation>Unterschied zeigen</translation>
    </message>
    <message>
        <source>The current difference fills the timelines.</source>
        <translation>Der aktuelle Unterschied füllt die Zeitachsen.</translation>
    </message>
    <message>
        <source>Scroll left</source>
        <translation>Nach links schieben</translation>
    </message>
    <message>
        <source>A part of the width to the left.</source>
        <translation>Ein Teil der Breite nach links.</translation>
    </message>
    <message>
        <source>Scroll right</source>
        <translation>Nach rechts schieben</translation>
    </message>
    <message>
        <source>A part of the width to the right.</source>
        <translation>Ein Teil der Breite nach rechts.</translation>
    </message>
    <message>
        <source>Stay with this object</source>
        <translation>Bei diesem Objekt bleiben</translation>
    </message>
    <message>
        <source>Shows the same object at every step, whatever the events are about.</source>
        <translation>Zeigt bei jedem Schritt dasselbe Objekt, wovon auch immer die Ereignisse handeln.</translation>
    </message>
    <message>
        <source>A: %1</source>
        <translation>A: %1</translation>
    </message>
    <message>
        <source>B: %1</source>
        <translation>B: %1</translation>
    </message>
    <message>
        <source>%1; no field of it is recorded here</source>
        <translation>%1; hier ist kein Feld davon aufgezeichnet</translation>
    </message>
    <message>
        <source>Mask…</source>
        <translation>Maske…</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>Bericht…</translation>
    </message>
    <message>
        <source>What is left &amp;out…</source>
        <translation>Was a&amp;usgelassen wird…</translation>
    </message>
    <message>
        <source>Times, threads, handles and the like: what does not count as a difference.</source>
        <translation>Zeiten, Threads, Handles und dergleichen: was nicht als Unterschied zählt.</translation>
    </message>
    <message>
        <source>Leave out the s&amp;tandard</source>
        <translation>Das Ü&amp;bliche auslassen</translation>
    </message>
    <message>
        <source>What two runs of one program never share, as rdrlab diff does.</source>
        <translation>Was zwei Läufe eines Programms nie gemeinsam haben, wie bei rdrlab diff.</translation>
    </message>
    <message>
        <source>Save a &amp;report…</source>
        <translation>Be&amp;richt speichern…</translation>
    </message>
    <message>
        <source>As a page (HTML), for programs (JSON) or as text: the same as rdrlab diff writes.</source>
        <translation>Als Seite (HTML), für Programme (JSON) oder als Text: dasselbe, was rdrlab diff schreibt.</translation>
    </message>
    <message>
        <source>Page (*.html)</source>
        <translation>Seite (*.html)</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>Text (*.txt)</source>
        <translation>Text (*.txt)</translation>
    </message>
    <message>
        <source>Text, side by side (*.txt)</source>
        <translation>Text, nebeneinander (*.txt)</translation>
    </message>
    <message>
        <source>Save a report</source>
        <translation>Bericht speichern</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>Geschrieben: %1</translation>
    </message>
    <message>
        <source>How long calls took in both traces</source>
        <translation>Wie lange Aufrufe in beiden Aufzeichnungen dauerten</translation>
    </message>
    <message>
        <source>Durations</source>
        <translation>Dauern</translation>
    </message>
    <message>
        <source>(with a mask of your own)</source>
        <translation>(mit einer eigenen Maske)</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>To the place visited before, in both traces.</source>
        <translation>Zur zuvor besuchten Stelle, in beiden Aufzeichnungen.</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>Vorwärts</translation>
    </message>
    <message>
        <source>To the place visited next, in both traces.</source>
        <translation>Zur danach besuchten Stelle, in beiden Aufzeichnungen.</translation>
    </message>
    <message>
        <source>Axis: ali&amp;gned</source>
        <translation>Achse: aus&amp;gerichtet</translation>
    </message>
    <message>
        <source>Partners stand above each other; every event is as wide as the next.</source>
        <translation>Partner stehen übereinander; jedes Ereignis ist so breit wie das nächste.</translation>
    </message>
    <message>
        <source>Axis: virtual ti&amp;me</source>
        <translation>Achse: v&amp;irtuelle Zeit</translation>
    </message>
    <message>
        <source>Each trace in its own time: widths are durations, equal in both.</source>
        <translation>Jede Aufzeichnung in ihrer eigenen Zeit: Breiten sind Dauern, in beiden im selben Maßstab.</translation>
    </message>
    <message>
        <source>Aligned</source>
        <translation>Ausgerichtet</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Compare again</source>
        <translation>Neu vergleichen</translation>
    </message>
    <message>
        <source>With what has been recorded by now; you stay at the same event.</source>
        <translation>Mit dem, was inzwischen aufgezeichnet ist; die Stelle bleibt dieselbe.</translation>
    </message>
    <message>
        <source>%1 is not complete: compared up to event %2 of the %3 recorded by now.</source>
        <translation>%1 ist nicht vollständig: verglichen bis Ereignis %2 von bisher %3 aufgezeichneten.</translation>
    </message>
    <message>
        <source>%1 is not complete: compared up to event %2, the last one recorded by now.</source>
        <translation>%1 ist nicht vollständig: verglichen bis Ereignis %2, dem bisher letzten.</translation>
    </message>
    <message>
        <source>Cancelled; no report was written.</source>
        <translation>Abgebrochen; es wurde kein Bericht geschrieben.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::DifferenceBar</name>
    <message>
        <source>Overview of all differences</source>
        <translation>Übersicht aller Unterschiede</translation>
    </message>
    <message>
        <source>rows %1 to %2</source>
        <translation>Zeilen %1 bis %2</translation>
    </message>
    <message>
        <source>nothing differs</source>
        <translation>nichts unterscheidet sich</translation>
    </message>
    <message>
        <source>difference %1 of %2: %3</source>
        <translation>Unterschied %1 von %2: %3</translation>
    </message>
    <message>
        <source>here</source>
        <translation>hier</translation>
    </message>
    <message>
        <source>near</source>
        <translation>nah</translation>
    </message>
    <message>
        <source>before</source>
        <translation>davor</translation>
    </message>
    <message>
        <source>after</source>
        <translation>danach</translation>
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
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stops the filter or the writing.</source>
        <translation>Hält den Filter oder das Schreiben an.</translation>
    </message>
    <message numerus="yes">
        <source>%n event(s) written to %1</source>
        <translation>
            <numerusform>%n Ereignis nach %1 geschrieben</numerusform>
            <numerusform>%n Ereignisse nach %1 geschrieben</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::ExplainPanel</name>
    <message>
        <source>The explanation before</source>
        <translation>Die vorige Erklärung</translation>
    </message>
    <message>
        <source>The next explanation</source>
        <translation>Die nächste Erklärung</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>Folgen</translation>
    </message>
    <message>
        <source>Explains what the current event is about, at every step</source>
        <translation>Erklärt bei jedem Schritt, wovon das aktuelle Ereignis handelt</translation>
    </message>
    <message>
        <source>a name: FCB, STATUS_PENDING, MRxCreate …</source>
        <translation>ein Name: FCB, STATUS_PENDING, MRxCreate …</translation>
    </message>
    <message>
        <source>Name to explain</source>
        <translation>Zu erklärender Name</translation>
    </message>
    <message>
        <source>Explanation</source>
        <translation>Erklärung</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>E&amp;xplain a name…</source>
        <translation>Einen Namen e&amp;rklären…</translation>
    </message>
    <message>
        <source>What a routine, structure, field, status or flag means.</source>
        <translation>Was eine Routine, Struktur, ein Feld, Status oder Flag bedeutet.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::FaultDialog</name>
    <message>
        <source>Close the connection instead of answering</source>
        <translation>Statt zu antworten die Verbindung schließen</translation>
    </message>
    <message>
        <source>Never answer</source>
        <translation>Nie antworten</translation>
    </message>
    <message>
        <source>Answer late</source>
        <translation>Spät antworten</translation>
    </message>
    <message>
        <source>Answer with another status</source>
        <translation>Mit einem anderen Status antworten</translation>
    </message>
    <message>
        <source>Answer with garbage</source>
        <translation>Mit Unsinn antworten</translation>
    </message>
    <message>
        <source>Announce a far too long answer</source>
        <translation>Eine viel zu lange Antwort ankündigen</translation>
    </message>
    <message>
        <source>Sign the answer wrongly</source>
        <translation>Die Antwort falsch signieren</translation>
    </message>
    <message>
        <source>Disturb a server</source>
        <translation>Einen Server stören</translation>
    </message>
    <message>
        <source>any command</source>
        <translation>jeder Befehl</translation>
    </message>
    <message>
        <source> ms</source>
        <translation> ms</translation>
    </message>
    <message>
        <source>Ser&amp;ver:</source>
        <translation>Ser&amp;ver:</translation>
    </message>
    <message>
        <source>&amp;What it does:</source>
        <translation>&amp;Was er tut:</translation>
    </message>
    <message>
        <source>At the &amp;command:</source>
        <translation>Beim &amp;Befehl:</translation>
    </message>
    <message>
        <source>At the &amp;n-th one from now:</source>
        <translation>Beim &amp;n-ten von jetzt an:</translation>
    </message>
    <message>
        <source>&amp;Status:</source>
        <translation>&amp;Status:</translation>
    </message>
    <message>
        <source>&amp;How late:</source>
        <translation>Wie &amp;spät:</translation>
    </message>
    <message>
        <source>&amp;Disturb</source>
        <translation>&amp;Stören</translation>
    </message>
    <message>
        <source>Disturbing %1: %2 (%3, number %4)</source>
        <translation>Störe %1: %2 (%3, Nummer %4)</translation>
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
    <name>rdrlab::gui::GraphModel</name>
    <message numerus="yes">
        <source>~ %n inside</source>
        <translation>
            <numerusform>~ %n darin</numerusform>
            <numerusform>~ %n darin</numerusform>
        </translation>
    </message>
    <message>
        <source>Closed; Enter opens it.</source>
        <translation>Zugeklappt; die Eingabetaste klappt es auf.</translation>
    </message>
    <message>
        <source>born</source>
        <translation>geboren</translation>
    </message>
    <message>
        <source>died</source>
        <translation>gestorben</translation>
    </message>
    <message>
        <source>(new)</source>
        <translation>(neu)</translation>
    </message>
    <message>
        <source>references: %1 → %2</source>
        <translation>Referenzen: %1 → %2</translation>
    </message>
    <message>
        <source>Object</source>
        <translation>Objekt</translation>
    </message>
    <message>
        <source>References</source>
        <translation>Referenzen</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::GraphPanel</name>
    <message>
        <source>find an object</source>
        <translation>ein Objekt finden</translation>
    </message>
    <message>
        <source>Find an object of the graph</source>
        <translation>Ein Objekt des Graphen finden</translation>
    </message>
    <message>
        <source>Kinds</source>
        <translation>Arten</translation>
    </message>
    <message>
        <source>Which kinds of objects are shown</source>
        <translation>Welche Arten von Objekten gezeigt werden</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>How the graph is shown, and saving it</source>
        <translation>Wie der Graph gezeigt wird, und Speichern</translation>
    </message>
    <message>
        <source>Compact</source>
        <translation>Dicht</translation>
    </message>
    <message>
        <source>Who holds</source>
        <translation>Wer hält</translation>
    </message>
    <message>
        <source>&amp;Compact: leave out empty places</source>
        <translation>&amp;Dicht: leere Plätze auslassen</translation>
    </message>
    <message>
        <source>Objects keep their order, but move together where others are not alive. Otherwise no object ever moves.</source>
        <translation>Objekte behalten ihre Reihenfolge, rücken aber zusammen, wo andere nicht leben. Sonst bewegt sich nie ein Objekt.</translation>
    </message>
    <message>
        <source>&amp;Follow the selection and the changes</source>
        <translation>Auswahl und Änderungen &amp;folgen</translation>
    </message>
    <message>
        <source>Scrolls to what is selected elsewhere, and to what a step changes out of sight.</source>
        <translation>Rollt zu dem, was anderswo gewählt wird oder ein Schritt außer Sicht ändert.</translation>
    </message>
    <message>
        <source>Mark all changes &amp;since the place before</source>
        <translation>Alle Änderungen &amp;seit der vorigen Stelle markieren</translation>
    </message>
    <message>
        <source>After a step over a call, all that it changed is marked; otherwise only what the current event changed.</source>
        <translation>Nach einem Schritt über einen Aufruf ist alles markiert, was er geändert hat; sonst nur, was das aktuelle Ereignis geändert hat.</translation>
    </message>
    <message>
        <source>&amp;Glide when objects move</source>
        <translation>&amp;Gleiten, wenn sich Objekte bewegen</translation>
    </message>
    <message>
        <source>Only in compact view and after another choice of kinds. Off: they jump.</source>
        <translation>Nur in dichter Ansicht und nach anderer Wahl der Arten. Aus: Sie springen.</translation>
    </message>
    <message>
        <source>Grow as the panel&apos;s shape suggests</source>
        <translation>Wachsen, wie es die Form des Bereichs nahelegt</translation>
    </message>
    <message>
        <source>Grow &amp;downwards</source>
        <translation>Nach &amp;unten wachsen</translation>
    </message>
    <message>
        <source>Grow to the &amp;right</source>
        <translation>Nach &amp;rechts wachsen</translation>
    </message>
    <message>
        <source>Show as a &amp;list</source>
        <translation>Als &amp;Liste zeigen</translation>
    </message>
    <message>
        <source>The same objects as a tree of text.</source>
        <translation>Dieselben Objekte als Baum aus Text.</translation>
    </message>
    <message>
        <source>&amp;Who holds the chosen object</source>
        <translation>&amp;Wer das gewählte Objekt hält</translation>
    </message>
    <message>
        <source>Draws the paths along which the chosen object is held, and lists its holders</source>
        <translation>Zeichnet die Wege, auf denen das gewählte Objekt gehalten wird, und zählt auf, wer es hält</translation>
    </message>
    <message>
        <source>Fi&amp;t</source>
        <translation>Ein&amp;passen</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>Ver&amp;größern</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>&amp;Open all that is closed</source>
        <translation>Alles Zugeklappte &amp;öffnen</translation>
    </message>
    <message>
        <source>&amp;Place all anew</source>
        <translation>Alles &amp;neu anordnen</translation>
    </message>
    <message>
        <source>Save what is shown…</source>
        <translation>Gezeigtes speichern…</translation>
    </message>
    <message>
        <source>%1 (none)</source>
        <translation>%1 (keine)</translation>
    </message>
    <message>
        <source>The &amp;usual kinds</source>
        <translation>Die ü&amp;blichen Arten</translation>
    </message>
    <message>
        <source>&amp;All kinds</source>
        <translation>&amp;Alle Arten</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close the list of holders</source>
        <translation>Die Liste der Halter schließen</translation>
    </message>
    <message>
        <source>Who holds the chosen object</source>
        <translation>Wer das gewählte Objekt hält</translation>
    </message>
    <message>
        <source>Objects</source>
        <translation>Objekte</translation>
    </message>
    <message>
        <source>&amp;Find an object…</source>
        <translation>Ein Objekt &amp;finden…</translation>
    </message>
    <message>
        <source>Type a part of its name; Enter finds the next.</source>
        <translation>Einen Teil seines Namens eingeben; die Eingabetaste findet das nächste.</translation>
    </message>
    <message>
        <source>Draws the paths along which it is held, and lists its holders.</source>
        <translation>Zeichnet die Wege, auf denen es gehalten wird, und zählt auf, wer es hält.</translation>
    </message>
    <message>
        <source>&amp;Compact graph</source>
        <translation>&amp;Dichter Graph</translation>
    </message>
    <message>
        <source>Leaves out the places of objects that are not alive.</source>
        <translation>Lässt die Plätze von Objekten aus, die nicht leben.</translation>
    </message>
    <message>
        <source>Graph as a &amp;list</source>
        <translation>Graph als &amp;Liste</translation>
    </message>
    <message>
        <source>Fi&amp;t the graph</source>
        <translation>Graph ein&amp;passen</translation>
    </message>
    <message>
        <source>All objects in sight, as far as readable.</source>
        <translation>Alle Objekte in Sicht, soweit lesbar.</translation>
    </message>
    <message>
        <source>&amp;Place all objects anew</source>
        <translation>Alle Objekte &amp;neu anordnen</translation>
    </message>
    <message>
        <source>After a live recording: gives each the place it has in the finished trace.</source>
        <translation>Nach einer laufenden Aufzeichnung: gibt jedem den Platz, den es in der fertigen Aufzeichnung hat.</translation>
    </message>
    <message>
        <source>&amp;Save the graph…</source>
        <translation>Graph &amp;speichern…</translation>
    </message>
    <message>
        <source>As PNG, SVG or Graphviz DOT.</source>
        <translation>Als PNG, SVG oder Graphviz DOT.</translation>
    </message>
    <message>
        <source>Last change of %1</source>
        <translation>Letzte Änderung von %1</translation>
    </message>
    <message>
        <source>Next change of %1</source>
        <translation>Nächste Änderung von %1</translation>
    </message>
    <message>
        <source>Select %1</source>
        <translation>%1 wählen</translation>
    </message>
    <message>
        <source>Copy value</source>
        <translation>Wert kopieren</translation>
    </message>
    <message>
        <source>Go to its birth (#%1)</source>
        <translation>Zu seiner Geburt (#%1)</translation>
    </message>
    <message>
        <source>Go to its death (#%1)</source>
        <translation>Zu seinem Tod (#%1)</translation>
    </message>
    <message>
        <source>Last event about it</source>
        <translation>Letztes Ereignis darüber</translation>
    </message>
    <message>
        <source>Next event about it</source>
        <translation>Nächstes Ereignis darüber</translation>
    </message>
    <message>
        <source>Who holds it</source>
        <translation>Wer es hält</translation>
    </message>
    <message>
        <source>Open or close what belongs to it</source>
        <translation>Auf- oder zuklappen, was dazu gehört</translation>
    </message>
    <message>
        <source>Show only events about it</source>
        <translation>Nur Ereignisse darüber zeigen</translation>
    </message>
    <message>
        <source>Copy name</source>
        <translation>Namen kopieren</translation>
    </message>
    <message>
        <source>Copy all that is known</source>
        <translation>Alles Bekannte kopieren</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
    <message>
        <source>No objects are shown.</source>
        <translation>Es werden keine Objekte gezeigt.</translation>
    </message>
    <message>
        <source>Not enough memory for a picture of this size.</source>
        <translation>Nicht genug Speicher für ein Bild dieser Größe.</translation>
    </message>
    <message>
        <source>%1 cannot be written.</source>
        <translation>%1 kann nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>Save the object graph</source>
        <translation>Objektgraph speichern</translation>
    </message>
    <message>
        <source>PNG (*.png);;SVG (*.svg);;Graphviz (*.dot)</source>
        <translation>PNG (*.png);;SVG (*.svg);;Graphviz (*.dot)</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>Geschrieben: %1</translation>
    </message>
    <message>
        <source>Objects, as a list</source>
        <translation>Objekte als Liste</translation>
    </message>
    <message>
        <source>Loading …</source>
        <translation>Lade …</translation>
    </message>
    <message>
        <source>The trace cannot be read.</source>
        <translation>Die Aufzeichnung kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>Placing the objects …</source>
        <translation>Ordne die Objekte an …</translation>
    </message>
    <message>
        <source>Open a trace: its objects appear here, as they are at the current event.</source>
        <translation>Öffnen Sie eine Aufzeichnung: Hier erscheinen ihre Objekte, wie sie beim aktuellen Ereignis sind.</translation>
    </message>
    <message numerus="yes">
        <source>What the step to this event did. + born, ~ changed, − died.
%n object(s) alive, of all kinds.</source>
        <translation>
            <numerusform>Was der Schritt zu diesem Ereignis tat. + geboren, ~ geändert, − gestorben.
%n Objekt aller Arten lebt.</numerusform>
            <numerusform>Was der Schritt zu diesem Ereignis tat. + geboren, ~ geändert, − gestorben.
%n Objekte aller Arten leben.</numerusform>
        </translation>
    </message>
    <message>
        <source>No later change of it is recorded.</source>
        <translation>Danach ist keine Änderung davon aufgezeichnet.</translation>
    </message>
    <message>
        <source>No change of it is recorded before this event.</source>
        <translation>Vor diesem Ereignis ist keine Änderung davon aufgezeichnet.</translation>
    </message>
    <message>
        <source>Nothing that is shown belongs to %1.</source>
        <translation>Nichts Gezeigtes gehört zu %1.</translation>
    </message>
    <message>
        <source>No object that is alive and shown here is named “%1”.</source>
        <translation>Kein lebendes, hier gezeigtes Objekt heißt „%1“.</translation>
    </message>
    <message>
        <source>Choose an object to see who holds it.</source>
        <translation>Wählen Sie ein Objekt, um zu sehen, wer es hält.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::GraphView</name>
    <message numerus="yes">
        <source>%n object(s) in closed sub-trees.</source>
        <translation>
            <numerusform>%n Objekt in zugeklappten Teilbäumen.</numerusform>
            <numerusform>%n Objekte in zugeklappten Teilbäumen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Click to open.</source>
        <translation>Klick klappt auf.</translation>
    </message>
    <message>
        <source>No object of the kinds shown is alive at this event. Step on, or choose more kinds above.</source>
        <translation>Kein Objekt der gezeigten Arten lebt bei diesem Ereignis. Gehen Sie weiter oder wählen Sie oben mehr Arten.</translation>
    </message>
    <message>
        <source>refs %1</source>
        <translation>Ref. %1</translation>
    </message>
    <message>
        <source>◆ all paths</source>
        <translation>◆ alle Wege</translation>
    </message>
    <message>
        <source>Object graph</source>
        <translation>Objektgraph</translation>
    </message>
    <message>
        <source>Arrow keys walk along the lines, Enter opens and closes, the menu key offers more. The list view shows the same objects.</source>
        <translation>Pfeiltasten gehen die Linien entlang, die Eingabetaste klappt auf und zu, die Menütaste bietet mehr. Die Liste zeigt dieselben Objekte.</translation>
    </message>
    <message>
        <source>changed by this step</source>
        <translation>von diesem Schritt geändert</translation>
    </message>
    <message>
        <source>shown</source>
        <translation>gezeigt</translation>
    </message>
    <message>
        <source>the chosen object</source>
        <translation>das gewählte Objekt</translation>
    </message>
    <message>
        <source>it belongs to this one</source>
        <translation>es gehört zu diesem</translation>
    </message>
    <message>
        <source>belongs to it</source>
        <translation>gehört dazu</translation>
    </message>
    <message>
        <source>it points to this one</source>
        <translation>es zeigt auf dieses</translation>
    </message>
    <message>
        <source>points to it</source>
        <translation>zeigt darauf</translation>
    </message>
    <message numerus="yes">
        <source>%n object(s) out of sight there.</source>
        <translation>
            <numerusform>%n Objekt dort außer Sicht.</numerusform>
            <numerusform>%n Objekte dort außer Sicht.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n changed in this step.</source>
        <translation>
            <numerusform>%n in diesem Schritt geändert.</numerusform>
            <numerusform>%n in diesem Schritt geändert.</numerusform>
        </translation>
    </message>
    <message>
        <source>Click to go there.</source>
        <translation>Klick führt hin.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::HexModel</name>
    <message>
        <source>byte %1: %2</source>
        <translation>Byte %1: %2</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::HistoryChart</name>
    <message>
        <source>Values of the chosen field over events</source>
        <translation>Werte des gewählten Felds über den Ereignissen</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Not known yet: the first value is recorded at event #%1.</source>
        <translation>Noch nicht bekannt: Der erste Wert ist bei Ereignis #%1 aufgezeichnet.</translation>
    </message>
    <message>
        <source>%1
since event #%2, %3</source>
        <translation>%1
seit Ereignis #%2, %3</translation>
    </message>
    <message>
        <source>(none)</source>
        <translation>(keiner)</translation>
    </message>
    <message>
        <source>Go to the change at #%1</source>
        <translation>Zur Änderung bei #%1</translation>
    </message>
    <message>
        <source>Copy the value</source>
        <translation>Wert kopieren</translation>
    </message>
    <message>
        <source>%1 is %2 since event %3</source>
        <translation>%1 ist %2 seit Ereignis %3</translation>
    </message>
    <message>
        <source>%1 is not known yet</source>
        <translation>%1 ist noch nicht bekannt</translation>
    </message>
    <message>
        <source>event %1: %2</source>
        <translation>Ereignis %1: %2</translation>
    </message>
    <message>
        <source>the next change</source>
        <translation>die nächste Änderung</translation>
    </message>
    <message>
        <source>the change before</source>
        <translation>die Änderung davor</translation>
    </message>
    <message>
        <source>no further change</source>
        <translation>keine weitere Änderung</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::HistoryModel</name>
    <message>
        <source>(none)</source>
        <translation>(keiner)</translation>
    </message>
    <message>
        <source>#</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Changed in</source>
        <translation>Geändert in</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::IrpModel</name>
    <message>
        <source>#%1, %2</source>
        <translation>#%1, %2</translation>
    </message>
    <message>
        <source>not sent yet</source>
        <translation>noch nicht gesendet</translation>
    </message>
    <message>
        <source>STATUS_PENDING</source>
        <translation>STATUS_PENDING</translation>
    </message>
    <message>
        <source>has it now</source>
        <translation>hat es jetzt</translation>
    </message>
    <message>
        <source>passed it down</source>
        <translation>gab es nach unten weiter</translation>
    </message>
    <message>
        <source>unknown device</source>
        <translation>unbekanntes Gerät</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Gesendet</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>Left pending</source>
        <translation>Schwebend gelassen</translation>
    </message>
    <message>
        <source>Came back</source>
        <translation>Kam zurück</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nach</translation>
    </message>
    <message>
        <source>Under way for</source>
        <translation>Unterwegs seit</translation>
    </message>
    <message>
        <source>What it did</source>
        <translation>Was es tat</translation>
    </message>
    <message>
        <source>under way</source>
        <translation>unterwegs</translation>
    </message>
    <message>
        <source>Born</source>
        <translation>Geboren</translation>
    </message>
    <message>
        <source>Freed</source>
        <translation>Freigegeben</translation>
    </message>
    <message>
        <source>Will be freed</source>
        <translation>Wird freigegeben</translation>
    </message>
    <message>
        <source>%1 is not sent to any driver in this recording.</source>
        <translation>%1 wird in dieser Aufzeichnung an keinen Treiber gesendet.</translation>
    </message>
    <message>
        <source> from %1</source>
        <translation> von %1</translation>
    </message>
    <message>
        <source>completed: %1, Information %2</source>
        <translation>abgeschlossen: %1, Information %2</translation>
    </message>
    <message>
        <source>pending in %1</source>
        <translation>schwebt in %1</translation>
    </message>
    <message>
        <source>in the hands of %1</source>
        <translation>in den Händen von %1</translation>
    </message>
    <message>
        <source>Stack location</source>
        <translation>Stapelplatz</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>%1, the same as above</source>
        <translation>%1, derselbe wie oben</translation>
    </message>
    <message>
        <source>The driver above did not fill in a location for this one: it passed its own on (IoSkipCurrentIrpStackLocation), and so has no completion routine of its own.</source>
        <translation>Der Treiber darüber hat für diesen keinen eigenen Stapelplatz ausgefüllt: Er hat seinen weitergegeben (IoSkipCurrentIrpStackLocation) und hat deshalb keine eigene Completion-Routine.</translation>
    </message>
    <message>
        <source>This recording was made by an older rdrlab: it has which driver was called for what, with which device and result, but not what was in the stack location. Record it again to see the parameters. Of a request that went to the server the SMB2 message below says what was asked for.</source>
        <translation>Diese Aufzeichnung stammt von einem älteren rdrlab: Sie enthält, welcher Treiber wofür aufgerufen wurde, mit welchem Gerät und Ergebnis, nicht aber, was im Stapelplatz stand. Eine neue Aufzeichnung zeigt die Parameter. Bei einer Anfrage, die zum Server ging, sagt die SMB2-Nachricht unten, worum gebeten wurde.</translation>
    </message>
    <message>
        <source>not in this recording</source>
        <translation>nicht in dieser Aufzeichnung</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::IrpPanel</name>
    <message>
        <source>⇤ Sent</source>
        <translation>⇤ Gesendet</translation>
    </message>
    <message>
        <source>Go to where the IRP was sent to the first driver</source>
        <translation>Dorthin, wo das IRP an den ersten Treiber gesendet wurde</translation>
    </message>
    <message>
        <source>Completed ⇥</source>
        <translation>Abgeschlossen ⇥</translation>
    </message>
    <message>
        <source>Go to where the IRP was completed</source>
        <translation>Dorthin, wo das IRP abgeschlossen wurde</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Goes on showing this IRP while you step through others</source>
        <translation>Zeigt weiter dieses IRP, während Sie durch andere schreiten</translation>
    </message>
    <message>
        <source>IRP stack</source>
        <translation>IRP-Stapel</translation>
    </message>
    <message>
        <source>&amp;Go to this moment</source>
        <translation>&amp;Zu diesem Augenblick</translation>
    </message>
    <message>
        <source>Open a trace to see its IRPs.</source>
        <translation>Öffnen Sie eine Aufzeichnung, um ihre IRPs zu sehen.</translation>
    </message>
    <message>
        <source>The current event belongs to no IRP. Step into a system call, or click an IRP.</source>
        <translation>Das aktuelle Ereignis gehört zu keinem IRP. Gehen Sie in einen Systemaufruf hinein oder klicken Sie ein IRP an.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::IrqlChart</name>
    <message>
        <source>IRQL of each processor</source>
        <translation>IRQL jedes Prozessors</translation>
    </message>
    <message>
        <source>CPU %1</source>
        <translation>CPU %1</translation>
    </message>
    <message>
        <source>CPU %1 at event %2: %3 (%4)</source>
        <translation>CPU %1 bei Ereignis %2: %3 (%4)</translation>
    </message>
    <message>
        <source>CPU %1 at event %2: nothing ran on it yet</source>
        <translation>CPU %1 bei Ereignis %2: Noch lief nichts darauf</translation>
    </message>
    <message>
        <source>No IRQL is recorded yet.</source>
        <translation>Noch ist kein IRQL aufgezeichnet.</translation>
    </message>
    <message>
        <source>now #%1</source>
        <translation>jetzt #%1</translation>
    </message>
    <message>
        <source>processor</source>
        <translation>Prozessor</translation>
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
    <message>
        <source>&amp;Save as…</source>
        <translation>Speichern &amp;unter…</translation>
    </message>
    <message>
        <source>&amp;Load…</source>
        <translation>&amp;Laden…</translation>
    </message>
    <message>
        <source>Writes the keys bound here into a file, for another machine.</source>
        <translation>Schreibt die hier belegten Tasten in eine Datei, für eine andere Maschine.</translation>
    </message>
    <message>
        <source>Binds the keys of such a file.</source>
        <translation>Belegt die Tasten einer solchen Datei.</translation>
    </message>
    <message>
        <source>Save keys</source>
        <translation>Tasten speichern</translation>
    </message>
    <message>
        <source>Keys (*.json)</source>
        <translation>Tasten (*.json)</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>Geschrieben: %1</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
    <message>
        <source>Load keys</source>
        <translation>Tasten laden</translation>
    </message>
    <message>
        <source>%1 cannot be read</source>
        <translation>%1 kann nicht gelesen werden</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LedgerChart</name>
    <message>
        <source>References of the selected object over events</source>
        <translation>Referenzen des gewählten Objekts über den Ereignissen</translation>
    </message>
    <message>
        <source>✖ %1, not given back</source>
        <translation>✖ %1, nicht zurückgegeben</translation>
    </message>
    <message>
        <source>count: %1</source>
        <translation>Zähler: %1</translation>
    </message>
    <message numerus="yes">
        <source>%n taken</source>
        <translation>
            <numerusform>%n genommen</numerusform>
            <numerusform>%n genommen</numerusform>
        </translation>
    </message>
    <message>
        <source>all given back</source>
        <translation>alle zurückgegeben</translation>
    </message>
    <message numerus="yes">
        <source>✖ %n not given back</source>
        <translation>
            <numerusform>✖ %n nicht zurückgegeben</numerusform>
            <numerusform>✖ %n nicht zurückgegeben</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: taken at #%2 in %3</source>
        <translation>%1: genommen bei #%2 in %3</translation>
    </message>
    <message>
        <source>given back at #%1 (%2) in %3</source>
        <translation>zurückgegeben bei #%1 (%2) in %3</translation>
    </message>
    <message>
        <source>✖ nobody gave it back in this trace</source>
        <translation>✖ in dieser Aufzeichnung gab sie niemand zurück</translation>
    </message>
    <message>
        <source>Click goes to the taking, double-click to the return.</source>
        <translation>Klick führt zum Nehmen, Doppelklick zum Zurückgeben.</translation>
    </message>
    <message>
        <source>count %1 since #%2: %3 in %4</source>
        <translation>Zähler %1 seit #%2: %3 in %4</translation>
    </message>
    <message>
        <source>Go to the taking, #%1</source>
        <translation>Zum Nehmen, #%1</translation>
    </message>
    <message>
        <source>Go to the return, #%1</source>
        <translation>Zum Zurückgeben, #%1</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message numerus="yes">
        <source>%n reference(s) at event %1</source>
        <translation>
            <numerusform>%n Referenz bei Ereignis %1</numerusform>
            <numerusform>%n Referenzen bei Ereignis %1</numerusform>
        </translation>
    </message>
    <message>
        <source>no further line</source>
        <translation>keine weitere Zeile</translation>
    </message>
    <message>
        <source>the next line</source>
        <translation>die nächste Zeile</translation>
    </message>
    <message>
        <source>event %1: %2, count %3</source>
        <translation>Ereignis %1: %2, Zähler %3</translation>
    </message>
    <message>
        <source>the line before</source>
        <translation>die Zeile davor</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LedgerModel</name>
    <message>
        <source>%1 × %2</source>
        <translation>%1 × %2</translation>
    </message>
    <message>
        <source>✖ not given back</source>
        <translation>✖ nicht zurückgegeben</translation>
    </message>
    <message>
        <source>%1 in %2</source>
        <translation>%1 in %2</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>Genommen</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>Taken in</source>
        <translation>Genommen in</translation>
    </message>
    <message>
        <source>Given back</source>
        <translation>Zurückgegeben</translation>
    </message>
    <message>
        <source>Given back by</source>
        <translation>Zurückgegeben von</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LifetimeModel</name>
    <message numerus="yes">
        <source>✖ Never given back: %n reference(s) taken at #%1 (%2) in %3</source>
        <translation>
            <numerusform>✖ Nie zurückgegeben: %n Referenz, genommen bei #%1 (%2) in %3</numerusform>
            <numerusform>✖ Nie zurückgegeben: %n Referenzen, genommen bei #%1 (%2) in %3</numerusform>
        </translation>
    </message>
    <message>
        <source>–</source>
        <translation>–</translation>
    </message>
    <message>
        <source>&gt; %1</source>
        <translation>&gt; %1</translation>
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
        <source>Click: owners above what hangs from them</source>
        <translation>Klick: Besitzer über dem, was an ihnen hängt</translation>
    </message>
    <message>
        <source>Object</source>
        <translation>Objekt</translation>
    </message>
    <message>
        <source>Click: by kind</source>
        <translation>Klick: nach Art</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Click: in order of birth</source>
        <translation>Klick: nach Geburt</translation>
    </message>
    <message>
        <source>Born #</source>
        <translation>Geboren Nr.</translation>
    </message>
    <message>
        <source>The event at which it was freed; –: alive at the end</source>
        <translation>Das Ereignis, bei dem es freigegeben wurde; –: lebt am Ende noch</translation>
    </message>
    <message>
        <source>Died #</source>
        <translation>Gestorben Nr.</translation>
    </message>
    <message>
        <source>Click: the longest life first</source>
        <translation>Klick: das längste Leben zuerst</translation>
    </message>
    <message>
        <source>Lasted</source>
        <translation>Dauerte</translation>
    </message>
    <message>
        <source>Ctrl+wheel zooms, Shift+wheel or dragging moves; double-click a bar goes to its birth or death</source>
        <translation>Strg+Rad zoomt, Umschalt+Rad oder Ziehen verschiebt; Doppelklick auf einen Balken führt zu Geburt oder Tod</translation>
    </message>
    <message>
        <source>Life</source>
        <translation>Leben</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LifetimePanel</name>
    <message>
        <source>by kind</source>
        <translation>nach Art</translation>
    </message>
    <message>
        <source>by family</source>
        <translation>nach Familie</translation>
    </message>
    <message>
        <source>by birth</source>
        <translation>nach Geburt</translation>
    </message>
    <message>
        <source>by length</source>
        <translation>nach Länge</translation>
    </message>
    <message>
        <source>Order of the objects</source>
        <translation>Reihenfolge der Objekte</translation>
    </message>
    <message>
        <source>Order of the objects; the headings choose it, too</source>
        <translation>Reihenfolge der Objekte; auch die Überschriften wählen sie</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alles</translation>
    </message>
    <message>
        <source>alive at the end</source>
        <translation>am Ende am Leben</translation>
    </message>
    <message>
        <source>leaked</source>
        <translation>verloren</translation>
    </message>
    <message>
        <source>Which objects</source>
        <translation>Welche Objekte</translation>
    </message>
    <message>
        <source>Leaked: a reference on it was taken and never given back</source>
        <translation>Verloren: Eine Referenz darauf wurde genommen und nie zurückgegeben</translation>
    </message>
    <message>
        <source>words of the name</source>
        <translation>Wörter des Namens</translation>
    </message>
    <message>
        <source>Words of the name</source>
        <translation>Wörter des Namens</translation>
    </message>
    <message>
        <source>Kinds</source>
        <translation>Arten</translation>
    </message>
    <message>
        <source>Which kinds of object are shown</source>
        <translation>Welche Arten von Objekten gezeigt werden</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Virtual time instead of events along the axis</source>
        <translation>Virtuelle Zeit statt Ereignissen auf der Achse</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Kinds*</source>
        <translation>Arten*</translation>
    </message>
    <message>
        <source>All kinds</source>
        <translation>Alle Arten</translation>
    </message>
    <message>
        <source>No kind</source>
        <translation>Keine Art</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>reading …</source>
        <translation>lese …</translation>
    </message>
    <message>
        <source>no trace is open</source>
        <translation>keine Aufzeichnung ist offen</translation>
    </message>
    <message numerus="yes">
        <source>   ✖ %n leak(s)</source>
        <translation>
            <numerusform>   ✖ %n Verlust</numerusform>
            <numerusform>   ✖ %n Verluste</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>   looking for leaks, %1 %</source>
        <translation>   Lecks werden gesucht, %1 %</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LifetimeView</name>
    <message>
        <source>Lives of the objects</source>
        <translation>Leben der Objekte</translation>
    </message>
    <message>
        <source>Go to the birth, #%1</source>
        <translation>Zur Geburt, #%1</translation>
    </message>
    <message>
        <source>Go to the death, #%1</source>
        <translation>Zum Tod, #%1</translation>
    </message>
    <message>
        <source>Show the whole trace</source>
        <translation>Die ganze Aufzeichnung zeigen</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LiveBreakModel</name>
    <message>
        <source>any call of: %1</source>
        <translation>jeder Aufruf von: %1</translation>
    </message>
    <message>
        <source>any call</source>
        <translation>jeder Aufruf</translation>
    </message>
    <message>
        <source>%1 that fails</source>
        <translation>%1, der scheitert</translation>
    </message>
    <message>
        <source>%1, about “%2”</source>
        <translation>%1, über „%2“</translation>
    </message>
    <message>
        <source>Pause at</source>
        <translation>Anhalten bei</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LiveLog</name>
    <message>
        <source>Event</source>
        <translation>Ereignis</translation>
    </message>
    <message>
        <source>What the run says</source>
        <translation>Was der Lauf meldet</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LivePanel</name>
    <message>
        <source>as fast as it runs</source>
        <translation>so schnell es läuft</translation>
    </message>
    <message numerus="yes">
        <source>%n step(s) a second</source>
        <translation>
            <numerusform>%n Schritt in der Sekunde</numerusform>
            <numerusform>%n Schritte in der Sekunde</numerusform>
        </translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Another seed, and compare</source>
        <translation>Anderer Startwert, und vergleichen</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>Speichern unter…</translation>
    </message>
    <message>
        <source>How the run stands</source>
        <translation>Wie der Lauf steht</translation>
    </message>
    <message>
        <source>&amp;Pace:</source>
        <translation>&amp;Tempo:</translation>
    </message>
    <message>
        <source>How fast calls may begin and end, in real time. The virtual time, and so what happens, stays the same.</source>
        <translation>Wie schnell Aufrufe beginnen und enden dürfen, in wirklicher Zeit. Die virtuelle Zeit, und damit was geschieht, bleibt gleich.</translation>
    </message>
    <message>
        <source>Pace</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>Pause at</source>
        <translation>Anhalten bei</translation>
    </message>
    <message>
        <source>What the run says</source>
        <translation>Was der Lauf meldet</translation>
    </message>
    <message>
        <source>Copy all lines</source>
        <translation>Alle Zeilen kopieren</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>&amp;Run a lab or scenario…</source>
        <translation>Übung oder Szenario &amp;ausführen…</translation>
    </message>
    <message>
        <source>Choose what to run on the emulated kernel, and watch it.</source>
        <translation>Wählen, was auf dem emulierten Kernel läuft, und zusehen.</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>Lets the live kernel go on, or pauses it.</source>
        <translation>Lässt den laufenden Kernel weitermachen oder hält ihn an.</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>Ends the live run; its trace is completed.</source>
        <translation>Beendet den Lauf; seine Aufzeichnung wird vollständig.</translation>
    </message>
    <message>
        <source>Live: next &amp;event</source>
        <translation>Live: nächstes &amp;Ereignis</translation>
    </message>
    <message>
        <source>The live kernel goes on for one event.</source>
        <translation>Der laufende Kernel macht ein Ereignis weiter.</translation>
    </message>
    <message>
        <source>Live: step &amp;into</source>
        <translation>Live: Schritt h&amp;inein</translation>
    </message>
    <message>
        <source>The live kernel goes on until the next call begins or ends.</source>
        <translation>Der laufende Kernel macht weiter, bis der nächste Aufruf beginnt oder endet.</translation>
    </message>
    <message>
        <source>Live: step &amp;over</source>
        <translation>Live: Schritt &amp;darüber</translation>
    </message>
    <message>
        <source>The live kernel goes on to the end of this call, or to the next one on its level.</source>
        <translation>Der laufende Kernel macht weiter bis zum Ende dieses Aufrufs oder zum nächsten auf seiner Ebene.</translation>
    </message>
    <message>
        <source>Live: step o&amp;ut</source>
        <translation>Live: Schritt hera&amp;us</translation>
    </message>
    <message>
        <source>The live kernel goes on to the end of the call around.</source>
        <translation>Der laufende Kernel macht weiter bis zum Ende des umgebenden Aufrufs.</translation>
    </message>
    <message>
        <source>Cut or restore the &amp;network</source>
        <translation>&amp;Netzwerk trennen oder wiederherstellen</translation>
    </message>
    <message>
        <source>Pulls the cables of all servers, or puts them back.</source>
        <translation>Zieht die Kabel aller Server oder steckt sie wieder ein.</translation>
    </message>
    <message>
        <source>&amp;Disturb a server…</source>
        <translation>Einen Server &amp;stören…</translation>
    </message>
    <message>
        <source>Makes a server answer late, wrongly or not at all.</source>
        <translation>Lässt einen Server spät, falsch oder gar nicht antworten.</translation>
    </message>
    <message>
        <source>&amp;Follow the run</source>
        <translation>Dem Lauf &amp;folgen</translation>
    </message>
    <message>
        <source>While it runs, the current event is the latest one.</source>
        <translation>Solange er läuft, ist das neueste Ereignis das aktuelle.</translation>
    </message>
    <message>
        <source>Run &amp;again</source>
        <translation>Noch ein&amp;mal ausführen</translation>
    </message>
    <message>
        <source>The same scenario with the same seed.</source>
        <translation>Dasselbe Szenario mit demselben Startwert.</translation>
    </message>
    <message>
        <source>Run with another seed, and co&amp;mpare</source>
        <translation>Mit anderem Startwert ausführen und &amp;vergleichen</translation>
    </message>
    <message>
        <source>Runs it with the next seed and compares both recordings.</source>
        <translation>Führt es mit dem nächsten Startwert aus und vergleicht beide Aufzeichnungen.</translation>
    </message>
    <message>
        <source>&amp;Save the run&apos;s trace as…</source>
        <translation>Aufzeichnung des &amp;Laufs speichern unter…</translation>
    </message>
    <message>
        <source>Copies the recording of the last run to a place of your choice.</source>
        <translation>Kopiert die Aufzeichnung des letzten Laufs an einen Ort Ihrer Wahl.</translation>
    </message>
    <message>
        <source>Run…</source>
        <translation>Ausführen…</translation>
    </message>
    <message>
        <source>paused at %1</source>
        <translation>angehalten bei %1</translation>
    </message>
    <message>
        <source>Save the run&apos;s trace</source>
        <translation>Aufzeichnung des Laufs speichern</translation>
    </message>
    <message>
        <source>Traces (*.rdrtrace)</source>
        <translation>Aufzeichnungen (*.rdrtrace)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Gespeichert als %1.</translation>
    </message>
    <message>
        <source>Nothing runs. Ctrl+R chooses a lab; the live kernel can be paused at any call, stepped, and its network cut.</source>
        <translation>Nichts läuft. Strg+R wählt eine Übung; der laufende Kernel lässt sich an jedem Aufruf anhalten, Schritt für Schritt führen und vom Netzwerk trennen.</translation>
    </message>
    <message>
        <source>The machine boots …</source>
        <translation>Die Maschine startet …</translation>
    </message>
    <message>
        <source>❚❚ Paused before the first process starts.</source>
        <translation>❚❚ Angehalten, bevor der erste Prozess startet.</translation>
    </message>
    <message>
        <source>❚❚ Paused behind event %1.</source>
        <translation>❚❚ Angehalten nach Ereignis %1.</translation>
    </message>
    <message>
        <source>❚❚ Paused where %1 begins, event %2.</source>
        <translation>❚❚ Angehalten, wo %1 beginnt, Ereignis %2.</translation>
    </message>
    <message>
        <source>❚❚ Paused where %1 ends with %2, event %3.</source>
        <translation>❚❚ Angehalten, wo %1 mit %2 endet, Ereignis %3.</translation>
    </message>
    <message>
        <source>▶ Running …</source>
        <translation>▶ Läuft …</translation>
    </message>
    <message>
        <source>%1, seed %2</source>
        <translation>%1, Startwert %2</translation>
    </message>
    <message>
        <source>Pa&amp;use</source>
        <translation>&amp;Anhalten</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Weiter</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LiveRun</name>
    <message>
        <source>The program %1 cannot be started: %2</source>
        <translation>Das Programm %1 kann nicht gestartet werden: %2</translation>
    </message>
    <message>
        <source>The program rdrlab, which runs scenarios, is not beside this one.</source>
        <translation>Das Programm rdrlab, das Szenarien ausführt, liegt nicht neben diesem.</translation>
    </message>
    <message numerus="yes">
        <source>Ended well: %n expectation(s) met, </source>
        <translation>
            <numerusform>Gut beendet: %n Erwartung erfüllt, </numerusform>
            <numerusform>Gut beendet: %n Erwartungen erfüllt, </numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n event(s), </source>
        <translation>
            <numerusform>%n Ereignis, </numerusform>
            <numerusform>%n Ereignisse, </numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of virtual time.</source>
        <translation>%1 virtuelle Zeit.</translation>
    </message>
    <message numerus="yes">
        <source>Stopped after %n event(s).</source>
        <translation>
            <numerusform>Angehalten nach %n Ereignis.</numerusform>
            <numerusform>Angehalten nach %n Ereignissen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Killed: it did not stop by itself. What it had recorded is kept.</source>
        <translation>Abgeschossen: Er hielt nicht von selbst an. Was er aufgezeichnet hatte, bleibt.</translation>
    </message>
    <message>
        <source>The machine crashed; what it had recorded until then is kept.</source>
        <translation>Die Maschine ist abgestürzt; was sie bis dahin aufgezeichnet hatte, bleibt.</translation>
    </message>
    <message>
        <source>It ended without a word.</source>
        <translation>Er endete ohne ein Wort.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LockPanel</name>
    <message>
        <source>Locks and waiting threads</source>
        <translation>Sperren und wartende Threads</translation>
    </message>
    <message>
        <source>&amp;Go to where it began</source>
        <translation>&amp;Dorthin, wo es begann</translation>
    </message>
    <message>
        <source>Looking who waits at event %1</source>
        <translation>Suche, wer bei Ereignis %1 wartet</translation>
    </message>
    <message>
        <source>Open a trace to see its locks.</source>
        <translation>Öffnen Sie eine Aufzeichnung, um ihre Sperren zu sehen.</translation>
    </message>
    <message>
        <source>Looking was cancelled; the next step looks again.</source>
        <translation>Die Suche wurde abgebrochen; der nächste Schritt sucht wieder.</translation>
    </message>
    <message>
        <source>Looking who waits …</source>
        <translation>Suche, wer wartet …</translation>
    </message>
    <message>
        <source>No lock is held and no request is blocked after this event.</source>
        <translation>Nach diesem Ereignis ist keine Sperre gehalten und keine Anfrage blockiert.</translation>
    </message>
    <message>
        <source>After event %1: </source>
        <translation>Nach Ereignis %1: </translation>
    </message>
    <message numerus="yes">
        <source>%n locks</source>
        <translation>
            <numerusform>%n Sperre</numerusform>
            <numerusform>%n Sperren</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n blocked threads</source>
        <translation>
            <numerusform>%n blockierter Thread</numerusform>
            <numerusform>%n blockierte Threads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n deadlocks</source>
        <translation>
            <numerusform>%n Verklemmung</numerusform>
            <numerusform>%n Verklemmungen</numerusform>
        </translation>
    </message>
    <message>
        <source>ERESOURCEs are recorded when they are taken and released. Fast mutexes show only while somebody waits for them, spin locks only by the IRQL they raise. Threads that wait for work are left out (%1).</source>
        <translation>ERESOURCEs sind beim Nehmen und Freigeben aufgezeichnet. Fast Mutexes zeigen sich nur, solange jemand auf sie wartet, Spinlocks nur durch den IRQL, den sie heben. Threads, die auf Arbeit warten, sind ausgelassen (%1).</translation>
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
        <translation>&amp;Vergleichen mit…</translation>
    </message>
    <message>
        <source>Two traces side by side: what differs, what came first, what follows from it.</source>
        <translation>Zwei Aufzeichnungen nebeneinander: was sich unterscheidet, was zuerst kam, was daraus folgt.</translation>
    </message>
    <message>
        <source>&amp;Open %1</source>
        <translation>%1 ö&amp;ffnen</translation>
    </message>
    <message>
        <source>&amp;Compare %1 with %2</source>
        <translation>%1 mit %2 &amp;vergleichen</translation>
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
    <message>
        <source>&amp;Live</source>
        <translation>&amp;Live</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>Printed.</source>
        <translation>Gedruckt.</translation>
    </message>
    <message>
        <source>The printer takes nothing.</source>
        <translation>Der Drucker nimmt nichts an.</translation>
    </message>
    <message>
        <source>&amp;Undo zoom or filter</source>
        <translation>Zoom oder Filter &amp;zurücknehmen</translation>
    </message>
    <message>
        <source>Back to the zoom, lanes and filter before.</source>
        <translation>Zurück zu Zoom, Spuren und Filter davor.</translation>
    </message>
    <message>
        <source>&amp;Redo zoom or filter</source>
        <translation>Zoom oder Filter &amp;wiederholen</translation>
    </message>
    <message>
        <source>Again the zoom, lanes and filter taken back.</source>
        <translation>Wieder Zoom, Spuren und Filter, die zurückgenommen wurden.</translation>
    </message>
    <message>
        <source>Nothing was taken back.</source>
        <translation>Nichts wurde zurückgenommen.</translation>
    </message>
    <message>
        <source>No zoom or filter before this one.</source>
        <translation>Vor diesem gibt es keinen Zoom oder Filter.</translation>
    </message>
    <message>
        <source>Take the &amp;tour</source>
        <translation>&amp;Rundgang machen</translation>
    </message>
    <message>
        <source>Shows in two minutes what is where; can be left at any time.</source>
        <translation>Zeigt in zwei Minuten, was wo ist; lässt sich jederzeit verlassen.</translation>
    </message>
    <message>
        <source>Open a trace first; the tour is taken with one.</source>
        <translation>Öffnen Sie zuerst eine Aufzeichnung; der Rundgang braucht eine.</translation>
    </message>
    <message>
        <source>A recording of kernel time</source>
        <translation>Eine Aufzeichnung von Kernel-Zeit</translation>
    </message>
    <message>
        <source>A program opened a file on a server. What the Windows kernel and its network redirector did for it was recorded, event by event. Nothing runs now: you can go forwards and backwards as you like.</source>
        <translation>Ein Programm hat eine Datei auf einem Server geöffnet. Was der Windows-Kernel und sein Netzwerk-Redirector dafür taten, wurde Ereignis für Ereignis aufgezeichnet. Jetzt läuft nichts: Sie können vor und zurück gehen, wie Sie wollen.</translation>
    </message>
    <message>
        <source>The timeline</source>
        <translation>Die Zeitachse</translation>
    </message>
    <message>
        <source>Time runs to the right. Each lane is a layer: the application on top, then the I/O manager, MUP, RDBSS, the mini-redirector, the wire and the server. A bar is a call; what it calls lies inside it or in a lane below.</source>
        <translation>Die Zeit läuft nach rechts. Jede Spur ist eine Schicht: oben die Anwendung, dann E/A-Manager, MUP, RDBSS, Mini-Redirector, Leitung und Server. Ein Balken ist ein Aufruf; was er aufruft, liegt in ihm oder in einer Spur darunter.</translation>
    </message>
    <message>
        <source>Turn the mouse wheel over it to zoom, drag to move, click a bar to go there.</source>
        <translation>Drehen Sie darüber das Mausrad zum Zoomen, ziehen Sie zum Verschieben, klicken Sie auf einen Balken, um hinzugehen.</translation>
    </message>
    <message>
        <source>The vertical line is &lt;i&gt;now&lt;/i&gt;. All views show this moment.</source>
        <translation>Die senkrechte Linie ist &lt;i&gt;jetzt&lt;/i&gt;. Alle Ansichten zeigen diesen Augenblick.</translation>
    </message>
    <message>
        <source>Press %1 a few times, and %2 to go back.</source>
        <translation>Drücken Sie einige Male %1, und %2, um zurückzugehen.</translation>
    </message>
    <message>
        <source>By calls</source>
        <translation>Nach Aufrufen</translation>
    </message>
    <message>
        <source>The call tree shows who called whom. As in a debugger you can step into a call, over it and out of it – but backwards, too.</source>
        <translation>Der Aufrufbaum zeigt, wer wen aufrief. Wie in einem Debugger können Sie in einen Aufruf hinein, über ihn hinweg und aus ihm heraus gehen – aber auch rückwärts.</translation>
    </message>
    <message>
        <source>Press %1 to step into the next call, %2 to its end.</source>
        <translation>Drücken Sie %1 für den nächsten Aufruf, %2 für sein Ende.</translation>
    </message>
    <message>
        <source>The objects</source>
        <translation>Die Objekte</translation>
    </message>
    <message>
        <source>SRV_CALL, NET_ROOT, FCB and the others that are alive now, with their fields and reference counts. What this event changed is marked; nothing moves from its place.</source>
        <translation>SRV_CALL, NET_ROOT, FCB und die anderen, die jetzt leben, mit ihren Feldern und Referenzzählern. Was dieses Ereignis geändert hat, ist markiert; nichts bewegt sich von seinem Platz.</translation>
    </message>
    <message>
        <source>Step on with %1 and watch objects being born.</source>
        <translation>Gehen Sie mit %1 weiter und sehen Sie zu, wie Objekte entstehen.</translation>
    </message>
    <message>
        <source>The events</source>
        <translation>Die Ereignisse</translation>
    </message>
    <message>
        <source>Every event is a line here. The filter understands words such as &lt;i&gt;failed&lt;/i&gt; and conditions such as &lt;i&gt;layer == mrx&lt;/i&gt;.</source>
        <translation>Hier ist jedes Ereignis eine Zeile. Der Filter versteht Wörter wie &lt;i&gt;failed&lt;/i&gt; und Bedingungen wie &lt;i&gt;layer == mrx&lt;/i&gt;.</translation>
    </message>
    <message>
        <source>Press %1 and type: layer == mrx</source>
        <translation>Drücken Sie %1 und geben Sie ein: layer == mrx</translation>
    </message>
    <message>
        <source>What does it mean?</source>
        <translation>Was bedeutet das?</translation>
    </message>
    <message>
        <source>Every routine, structure, field and status is explained here, with the name of its public documentation. The same words come up when the mouse rests on a name.</source>
        <translation>Hier ist jede Routine, Struktur, jedes Feld und jeder Status erklärt, mit dem Namen der öffentlichen Dokumentation. Dieselben Worte erscheinen, wenn die Maus auf einem Namen ruht.</translation>
    </message>
    <message>
        <source>What went wrong?</source>
        <translation>Was ging schief?</translation>
    </message>
    <message>
        <source>Failures are marked ✖ wherever they show, however far you zoom out.</source>
        <translation>Fehler sind überall mit ✖ markiert, wie weit Sie auch herauszoomen.</translation>
    </message>
    <message>
        <source>Press %1 to go to the next failure.</source>
        <translation>Drücken Sie %1 für den nächsten Fehler.</translation>
    </message>
    <message>
        <source>Run it yourself</source>
        <translation>Führen Sie es selbst aus</translation>
    </message>
    <message>
        <source>Here a lab runs live on the emulated kernel: pause it at any call, step it, cut its network, then run it with another seed and compare both recordings.</source>
        <translation>Hier läuft eine Übung auf dem emulierten Kernel: Halten Sie sie an jedem Aufruf an, führen Sie sie Schritt für Schritt, trennen Sie ihr Netzwerk, führen Sie sie dann mit anderem Startwert aus und vergleichen Sie beide Aufzeichnungen.</translation>
    </message>
    <message>
        <source>%1 chooses a lab – after the tour.</source>
        <translation>%1 wählt eine Übung – nach dem Rundgang.</translation>
    </message>
    <message>
        <source>That is all</source>
        <translation>Das ist alles</translation>
    </message>
    <message>
        <source>%1 finds any command by its name, %2 lists all keys, and the tour is in the Help menu.</source>
        <translation>%1 findet jeden Befehl nach seinem Namen, %2 zeigt alle Tasten, und der Rundgang steht im Hilfemenü.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::MaskEditor</name>
    <message>
        <source>What the comparison leaves out</source>
        <translation>Was der Vergleich auslässt</translation>
    </message>
    <message>
        <source>Two runs never share times, thread numbers and the like. What is checked here does not count as a difference.</source>
        <translation>Zwei Läufe haben nie dieselben Zeiten, Threadnummern und dergleichen. Was hier angehakt ist, zählt nicht als Unterschied.</translation>
    </message>
    <message>
        <source>Categories that are left out</source>
        <translation>Gruppen, die ausgelassen werden</translation>
    </message>
    <message>
        <source>&amp;Categories</source>
        <translation>&amp;Gruppen</translation>
    </message>
    <message>
        <source>The mask as TOML text</source>
        <translation>Die Maske als TOML-Text</translation>
    </message>
    <message>
        <source>As &amp;text</source>
        <translation>Als &amp;Text</translation>
    </message>
    <message>
        <source>C&amp;ompare</source>
        <translation>&amp;Vergleichen</translation>
    </message>
    <message>
        <source>&amp;Standard</source>
        <translation>Ü&amp;blich</translation>
    </message>
    <message>
        <source>What two runs of one program never share</source>
        <translation>Was zwei Läufe eines Programms nie gemeinsam haben</translation>
    </message>
    <message>
        <source>&amp;Load…</source>
        <translation>&amp;Laden…</translation>
    </message>
    <message>
        <source>From a TOML file, as rdrlab diff --print-mask writes it</source>
        <translation>Aus einer TOML-Datei, wie rdrlab diff --print-mask sie schreibt</translation>
    </message>
    <message>
        <source>Sa&amp;ve…</source>
        <translation>S&amp;peichern…</translation>
    </message>
    <message>
        <source>As a TOML file for rdrlab diff --mask</source>
        <translation>Als TOML-Datei für rdrlab diff --mask</translation>
    </message>
    <message>
        <source>Load a mask</source>
        <translation>Eine Maske laden</translation>
    </message>
    <message>
        <source>Masks (*.toml);;All files (*)</source>
        <translation>Masken (*.toml);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>✖ %1 cannot be read: %2</source>
        <translation>✖ %1 kann nicht gelesen werden: %2</translation>
    </message>
    <message>
        <source>✖ %1 is too large for a mask.</source>
        <translation>✖ %1 ist zu groß für eine Maske.</translation>
    </message>
    <message>
        <source>Save the mask</source>
        <translation>Maske speichern</translation>
    </message>
    <message>
        <source>Masks (*.toml)</source>
        <translation>Masken (*.toml)</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>Geschrieben: %1</translation>
    </message>
    <message>
        <source>✖ %1 cannot be written: %2</source>
        <translation>✖ %1 kann nicht geschrieben werden: %2</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::MaskModel</name>
    <message>
        <source>a category of your own, see the text</source>
        <translation>eine eigene Gruppe, siehe den Text</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>Ausgelassen</translation>
    </message>
    <message>
        <source>What it is</source>
        <translation>Was es ist</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::NetworkBox</name>
    <message>
        <source>The servers of the scenario appear here when it runs.</source>
        <translation>Die Server des Szenarios erscheinen hier, wenn es läuft.</translation>
    </message>
    <message>
        <source> ms</source>
        <translation> ms</translation>
    </message>
    <message>
        <source>Latency: how long a packet takes, one way</source>
        <translation>Laufzeit: wie lange ein Paket braucht, in eine Richtung</translation>
    </message>
    <message>
        <source>Latency to %1</source>
        <translation>Laufzeit zu %1</translation>
    </message>
    <message>
        <source> ‰ lost</source>
        <translation> ‰ verloren</translation>
    </message>
    <message>
        <source>Of 1000 packets, how many must be sent again</source>
        <translation>Wie viele von 1000 Paketen noch einmal gesendet werden müssen</translation>
    </message>
    <message>
        <source>Loss on the way to %1</source>
        <translation>Verlust auf dem Weg zu %1</translation>
    </message>
    <message>
        <source>cut</source>
        <translation>getrennt</translation>
    </message>
    <message>
        <source>● connected</source>
        <translation>● verbunden</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Cut</source>
        <translation>Trennen</translation>
    </message>
    <message>
        <source>Restore the link to %1</source>
        <translation>Verbindung zu %1 wiederherstellen</translation>
    </message>
    <message>
        <source>Cut the link to %1</source>
        <translation>Verbindung zu %1 trennen</translation>
    </message>
    <message>
        <source>Puts the cable back</source>
        <translation>Steckt das Kabel wieder ein</translation>
    </message>
    <message>
        <source>Pulls the cable: nothing arrives any more</source>
        <translation>Zieht das Kabel: Nichts kommt mehr an</translation>
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
    <message>
        <source>Reading the references</source>
        <translation>Lesen der Referenzen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Changes of the chosen field</source>
        <translation>Änderungen des gewählten Felds</translation>
    </message>
    <message>
        <source>References taken and given back</source>
        <translation>Genommene und zurückgegebene Referenzen</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>Änderungen</translation>
    </message>
    <message>
        <source>References</source>
        <translation>Referenzen</translation>
    </message>
    <message>
        <source>Ledger</source>
        <translation>Kontobuch</translation>
    </message>
    <message>
        <source>The values of the chosen field over events</source>
        <translation>Die Werte des gewählten Felds über den Ereignissen</translation>
    </message>
    <message>
        <source>The same as a table</source>
        <translation>Dasselbe als Tabelle</translation>
    </message>
    <message>
        <source>Who took references on the object, and until when</source>
        <translation>Wer Referenzen auf das Objekt nahm, und bis wann</translation>
    </message>
    <message>
        <source>Views of the selected object</source>
        <translation>Ansichten des gewählten Objekts</translation>
    </message>
    <message>
        <source>Click a field to see its values over time.</source>
        <translation>Klicken Sie auf ein Feld, um seine Werte im Lauf der Zeit zu sehen.</translation>
    </message>
    <message>
        <source>No references of this object are recorded.</source>
        <translation>Von diesem Objekt sind keine Referenzen aufgezeichnet.</translation>
    </message>
    <message>
        <source>Cancelled. Choose the object again to read its references.</source>
        <translation>Abgebrochen. Wählen Sie das Objekt noch einmal, um seine Referenzen zu lesen.</translation>
    </message>
    <message numerus="yes">
        <source>Only the first %n change(s) are shown.</source>
        <translation>
            <numerusform>Nur die erste Änderung wird gezeigt.</numerusform>
            <numerusform>Nur die ersten %n Änderungen werden gezeigt.</numerusform>
        </translation>
    </message>
    <message>
        <source>No change of this field is recorded.</source>
        <translation>Von diesem Feld ist keine Änderung aufgezeichnet.</translation>
    </message>
    <message>
        <source>Reading the references …</source>
        <translation>Lese die Referenzen …</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>&amp;History of the chosen field</source>
        <translation>&amp;Verlauf des gewählten Felds</translation>
    </message>
    <message>
        <source>The values of the chosen field over events.</source>
        <translation>Die Werte des gewählten Felds über den Ereignissen.</translation>
    </message>
    <message>
        <source>&amp;References of the object</source>
        <translation>&amp;Referenzen des Objekts</translation>
    </message>
    <message>
        <source>Who took references on the selected object, and until when.</source>
        <translation>Wer Referenzen auf das gewählte Objekt nahm, und bis wann.</translation>
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
    <name>rdrlab::gui::PacketModel</name>
    <message>
        <source> interim response</source>
        <translation> Zwischenantwort</translation>
    </message>
    <message>
        <source> response</source>
        <translation> Antwort</translation>
    </message>
    <message>
        <source> (lost)</source>
        <translation> (verloren)</translation>
    </message>
    <message>
        <source> (sent again)</source>
        <translation> (noch einmal gesendet)</translation>
    </message>
    <message>
        <source> (incomplete)</source>
        <translation> (unvollständig)</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>keine Antwort</translation>
    </message>
    <message>
        <source>unsolicited</source>
        <translation>unaufgefordert</translation>
    </message>
    <message>
        <source>segments from event %1 to event %2</source>
        <translation>Segmente von Ereignis %1 bis Ereignis %2</translation>
    </message>
    <message>
        <source>to the server</source>
        <translation>zum Server</translation>
    </message>
    <message>
        <source>to the client</source>
        <translation>zum Client</translation>
    </message>
    <message>
        <source>, connection %1</source>
        <translation>, Verbindung %1</translation>
    </message>
    <message>
        <source>; its request is event %1</source>
        <translation>; seine Anfrage ist Ereignis %1</translation>
    </message>
    <message>
        <source>; its response is event %1</source>
        <translation>; seine Antwort ist Ereignis %1</translation>
    </message>
    <message>
        <source>The packet event that brought the message&apos;s first byte</source>
        <translation>Das Paketereignis, das das erste Byte der Nachricht brachte</translation>
    </message>
    <message>
        <source>#</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>When that was put on the wire</source>
        <translation>Wann das auf die Leitung kam</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>→ to the server, ← to the client</source>
        <translation>→ zum Server, ← zum Client</translation>
    </message>
    <message>
        <source>SMB2 command ([MS-SMB2] 2.2.1)</source>
        <translation>SMB2-Befehl ([MS-SMB2] 2.2.1)</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>The file or share it is about</source>
        <translation>Die Datei oder Freigabe, um die es geht</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Worüber</translation>
    </message>
    <message>
        <source>The server&apos;s answer</source>
        <translation>Die Antwort des Servers</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>MessageId: a response carries its request&apos;s</source>
        <translation>MessageId: Eine Antwort trägt die ihrer Anfrage</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>Id</translation>
    </message>
    <message>
        <source>Bytes of the message</source>
        <translation>Bytes der Nachricht</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>From the request&apos;s last byte to the first of its final response</source>
        <translation>Vom letzten Byte der Anfrage bis zum ersten ihrer endgültigen Antwort</translation>
    </message>
    <message>
        <source>Waited</source>
        <translation>Gewartet</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::PacketPanel</name>
    <message>
        <source>filter: create readme, failed, unanswered, &gt;1ms, id:5 connection:1</source>
        <translation>Filter: create readme, failed, unanswered, &gt;1ms, id:5 connection:1</translation>
    </message>
    <message>
        <source>Filter of the packets</source>
        <translation>Filter der Pakete</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>Folgen</translation>
    </message>
    <message>
        <source>Follow this request</source>
        <translation>Dieser Anfrage folgen</translation>
    </message>
    <message>
        <source>Shows only the messages with this message id: the request, interim and final response, a cancel</source>
        <translation>Zeigt nur die Nachrichten mit dieser MessageId: die Anfrage, Zwischen- und endgültige Antwort, einen Abbruch</translation>
    </message>
    <message>
        <source>Go to the other half</source>
        <translation>Zur anderen Hälfte</translation>
    </message>
    <message>
        <source>From the request to its response, and back (Enter)</source>
        <translation>Von der Anfrage zu ihrer Antwort und zurück (Eingabetaste)</translation>
    </message>
    <message>
        <source>Packets</source>
        <translation>Pakete</translation>
    </message>
    <message>
        <source>&amp;Follow this request</source>
        <translation>Dieser Anfrage &amp;folgen</translation>
    </message>
    <message>
        <source>&amp;Go to the other half</source>
        <translation>&amp;Zur anderen Hälfte</translation>
    </message>
    <message>
        <source>Only what is about the same &amp;file</source>
        <translation>Nur was dieselbe &amp;Datei betrifft</translation>
    </message>
    <message>
        <source>Fields of the packet</source>
        <translation>Felder des Pakets</translation>
    </message>
    <message>
        <source>&amp;Copy the field</source>
        <translation>Feld &amp;kopieren</translation>
    </message>
    <message>
        <source>Bytes of the packet</source>
        <translation>Bytes des Pakets</translation>
    </message>
    <message>
        <source>Reading the packets</source>
        <translation>Lesen der Pakete</translation>
    </message>
    <message numerus="yes">
        <source>%n messages</source>
        <translation>
            <numerusform>%n Nachricht</numerusform>
            <numerusform>%n Nachrichten</numerusform>
        </translation>
    </message>
    <message>
        <source>✓ %1 of %2</source>
        <translation>✓ %1 von %2</translation>
    </message>
    <message numerus="yes">
        <source>%n bytes belong to no message</source>
        <translation>
            <numerusform>%n Byte gehört zu keiner Nachricht</numerusform>
            <numerusform>%n Bytes gehören zu keiner Nachricht</numerusform>
        </translation>
    </message>
    <message>
        <source>Open a trace to see its packets.</source>
        <translation>Öffnen Sie eine Aufzeichnung, um ihre Pakete zu sehen.</translation>
    </message>
    <message>
        <source>Reading the packets …</source>
        <translation>Lese die Pakete …</translation>
    </message>
    <message>
        <source>Reading was cancelled. Show the panel again to go on.</source>
        <translation>Das Lesen wurde abgebrochen. Zeigen Sie den Bereich noch einmal, um weiterzumachen.</translation>
    </message>
    <message>
        <source>Nothing was put on the wire in this recording.</source>
        <translation>In dieser Aufzeichnung kam nichts auf die Leitung.</translation>
    </message>
    <message>
        <source>This message has no other half in the recording.</source>
        <translation>Diese Nachricht hat keine andere Hälfte in der Aufzeichnung.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::ProgressStrip</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::RunDialog</name>
    <message>
        <source>&amp;Pause before the first process starts</source>
        <translation>&amp;Anhalten, bevor der erste Prozess startet</translation>
    </message>
    <message>
        <source>Leave the password out of the trace (it cannot be replayed then)</source>
        <translation>Das Kennwort nicht aufzeichnen (dann lässt sich der Lauf nicht wiederholen)</translation>
    </message>
    <message>
        <source>Run a lab or scenario</source>
        <translation>Übung oder Szenario ausführen</translation>
    </message>
    <message>
        <source>&amp;Labs and scenarios</source>
        <translation>Übungen und S&amp;zenarien</translation>
    </message>
    <message>
        <source>&amp;Other scenario…</source>
        <translation>Anderes Sz&amp;enario…</translation>
    </message>
    <message>
        <source>A Lua file of your own</source>
        <translation>Eine eigene Lua-Datei</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Ausführen</translation>
    </message>
    <message>
        <source>Labs and scenarios</source>
        <translation>Übungen und Szenarien</translation>
    </message>
    <message>
        <source>What the lab is about</source>
        <translation>Worum es in der Übung geht</translation>
    </message>
    <message>
        <source>&amp;Seed:</source>
        <translation>&amp;Startwert:</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Every choice of the machine comes from it: the same seed gives the same run, another one another order of events.</source>
        <translation>Jede Wahl der Maschine kommt daher: derselbe Startwert ergibt denselben Lauf, ein anderer eine andere Reihenfolge der Ereignisse.</translation>
    </message>
    <message>
        <source>P&amp;ace:</source>
        <translation>&amp;Tempo:</translation>
    </message>
    <message>
        <source>Pace</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>&amp;More options</source>
        <translation>&amp;Weitere Einstellungen</translation>
    </message>
    <message>
        <source>smb://user:password@host:port; empty: the emulated servers</source>
        <translation>smb://benutzer:kennwort@rechner:port; leer: die emulierten Server</translation>
    </message>
    <message>
        <source>A real server in place of the scenario&apos;s first one</source>
        <translation>Ein wirklicher Server anstelle des ersten des Szenarios</translation>
    </message>
    <message>
        <source>Real ser&amp;ver:</source>
        <translation>Wirklicher Ser&amp;ver:</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>a module such as student.so; empty: minirdr</source>
        <translation>ein Modul wie student.so; leer: minirdr</translation>
    </message>
    <message>
        <source>Choose a redirector</source>
        <translation>Einen Redirector wählen</translation>
    </message>
    <message>
        <source>Re&amp;director:</source>
        <translation>Re&amp;director:</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alles</translation>
    </message>
    <message>
        <source> bytes</source>
        <translation> Byte</translation>
    </message>
    <message>
        <source>How much of each packet is kept in the trace</source>
        <translation>Wie viel von jedem Paket in der Aufzeichnung bleibt</translation>
    </message>
    <message>
        <source>&amp;Keep of each packet:</source>
        <translation>Von jedem Paket &amp;behalten:</translation>
    </message>
    <message>
        <source>Choose a folder for traces</source>
        <translation>Einen Ordner für Aufzeichnungen wählen</translation>
    </message>
    <message>
        <source>Traces are written &amp;into:</source>
        <translation>Aufzeichnungen kommen &amp;nach:</translation>
    </message>
    <message>
        <source>Modules (*.so);;All files (*)</source>
        <translation>Module (*.so);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Choose a scenario</source>
        <translation>Ein Szenario wählen</translation>
    </message>
    <message>
        <source>Scenarios (*.lua);;All files (*)</source>
        <translation>Szenarien (*.lua);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>No labs lie beside the program. “Other scenario…” opens a Lua file of your own.</source>
        <translation>Neben dem Programm liegen keine Übungen. „Anderes Szenario…“ öffnet eine eigene Lua-Datei.</translation>
    </message>
    <message>
        <source>The scenario</source>
        <translation>Das Szenario</translation>
    </message>
    <message>
        <source>Choose a lab or a scenario.</source>
        <translation>Wählen Sie eine Übung oder ein Szenario.</translation>
    </message>
    <message>
        <source>There is no file %1 any more.</source>
        <translation>Es gibt keine Datei %1 mehr.</translation>
    </message>
    <message>
        <source>The seed is a whole number.</source>
        <translation>Der Startwert ist eine ganze Zahl.</translation>
    </message>
    <message>
        <source>A real server is given as smb://user:password@host:port.</source>
        <translation>Ein wirklicher Server wird als smb://benutzer:kennwort@rechner:port angegeben.</translation>
    </message>
    <message>
        <source>There is no redirector %1.</source>
        <translation>Es gibt keinen Redirector %1.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::SqlModel</name>
    <message>
        <source>NULL</source>
        <translation>NULL</translation>
    </message>
    <message>
        <source>Click goes to event #%1.</source>
        <translation>Klick führt zu Ereignis #%1.</translation>
    </message>
    <message>
        <source>Click chooses %1.</source>
        <translation>Klick wählt %1.</translation>
    </message>
    <message>
        <source>Events: a click goes there</source>
        <translation>Ereignisse: Ein Klick führt hin</translation>
    </message>
    <message>
        <source>Objects: a click chooses one</source>
        <translation>Objekte: Ein Klick wählt eines</translation>
    </message>
    <message>
        <source>A click on the heading sorts</source>
        <translation>Ein Klick auf die Überschrift sortiert</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::SqlPanel</name>
    <message>
        <source>SQL statement</source>
        <translation>SQL-Anweisung</translation>
    </message>
    <message>
        <source>SELECT … – Ctrl+Enter runs it, Ctrl+Space completes</source>
        <translation>SELECT … – Strg+Eingabe führt aus, Strg+Leertaste ergänzt</translation>
    </message>
    <message>
        <source>Answer to the SQL statement</source>
        <translation>Antwort auf die SQL-Anweisung</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>Runs the statement (Ctrl+Enter)</source>
        <translation>Führt die Anweisung aus (Strg+Eingabe)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stops the statement</source>
        <translation>Bricht die Anweisung ab</translation>
    </message>
    <message>
        <source>Examples</source>
        <translation>Beispiele</translation>
    </message>
    <message>
        <source>Worked queries, from the page about the trace file</source>
        <translation>Fertige Abfragen von der Seite über die Aufzeichnungsdatei</translation>
    </message>
    <message>
        <source>Tables</source>
        <translation>Tabellen</translation>
    </message>
    <message>
        <source>Tables, views and their columns: a click writes the name</source>
        <translation>Tabellen, Sichten und ihre Spalten: Ein Klick schreibt den Namen</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>What was run before (Alt+Up, Alt+Down)</source>
        <translation>Was zuvor ausgeführt wurde (Alt+Auf, Alt+Ab)</translation>
    </message>
    <message>
        <source>Lane</source>
        <translation>Spur</translation>
    </message>
    <message>
        <source>Marks the events of the answer in the timeline</source>
        <translation>Markiert die Ereignisse der Antwort in der Zeitachse</translation>
    </message>
    <message>
        <source>CSV</source>
        <translation>CSV</translation>
    </message>
    <message>
        <source>Writes the answer into a file</source>
        <translation>Schreibt die Antwort in eine Datei</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>Mark in the timeline</source>
        <translation>In der Zeitachse markieren</translation>
    </message>
    <message>
        <source>Title of the lane:</source>
        <translation>Titel der Spur:</translation>
    </message>
    <message>
        <source>query %1</source>
        <translation>Abfrage %1</translation>
    </message>
    <message>
        <source>No column of the answer numbers events: select seq, or the id of calls.</source>
        <translation>Keine Spalte der Antwort nummeriert Ereignisse: Wählen Sie seq oder die id von Aufrufen.</translation>
    </message>
    <message>
        <source>Save the answer</source>
        <translation>Antwort speichern</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>Geschrieben: %1</translation>
    </message>
    <message>
        <source>Open a trace first.</source>
        <translation>Öffnen Sie zuerst eine Aufzeichnung.</translation>
    </message>
    <message>
        <source>Type a statement, or take one of the examples.</source>
        <translation>Geben Sie eine Anweisung ein oder nehmen Sie eines der Beispiele.</translation>
    </message>
    <message>
        <source>running …</source>
        <translation>läuft …</translation>
    </message>
    <message>
        <source>Ctrl+Enter runs the statement.</source>
        <translation>Strg+Eingabe führt die Anweisung aus.</translation>
    </message>
    <message>
        <source>Open a trace to ask it.</source>
        <translation>Öffnen Sie eine Aufzeichnung, um sie zu befragen.</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n Zeile</numerusform>
            <numerusform>%n Zeilen</numerusform>
        </translation>
    </message>
    <message>
        <source>, %1 ms</source>
        <translation>, %1 ms</translation>
    </message>
    <message>
        <source>Show the first rows</source>
        <translation>Die ersten Zeilen zeigen</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
    <message>
        <source>Forget all</source>
        <translation>Alle vergessen</translation>
    </message>
    <message>
        <source>No lane yet</source>
        <translation>Noch keine Spur</translation>
    </message>
    <message>
        <source>Remove “%1”</source>
        <translation>„%1“ entfernen</translation>
    </message>
    <message>
        <source>query</source>
        <translation>Abfrage</translation>
    </message>
    <message>
        <source>Lane “%1” stands on top of the timeline.</source>
        <translation>Die Spur „%1“ steht oben in der Zeitachse.</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Ask in &amp;SQL…</source>
        <translation>In &amp;SQL fragen…</translation>
    </message>
    <message>
        <source>A statement over the tables of the trace; its events can become a lane.</source>
        <translation>Eine Anweisung über die Tabellen der Aufzeichnung; ihre Ereignisse können eine Spur werden.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::StartPage</name>
    <message>
        <source>rdrlab</source>
        <translation>rdrlab</translation>
    </message>
    <message>
        <source>What a Windows network redirector does, call by call: run a lab on an emulated kernel, then step through the recording, forwards and backwards.</source>
        <translation>Was ein Windows-Netzwerk-Redirector tut, Aufruf für Aufruf: Führen Sie eine Übung auf einem emulierten Kernel aus und gehen Sie dann Schritt für Schritt durch die Aufzeichnung, vorwärts und rückwärts.</translation>
    </message>
    <message>
        <source>&amp;Take the tour (two minutes)</source>
        <translation>&amp;Rundgang machen (zwei Minuten)</translation>
    </message>
    <message>
        <source>&amp;Open a trace…</source>
        <translation>Eine Aufzeichnung ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>&amp;Run a lab or scenario…</source>
        <translation>Übung oder Szenario &amp;ausführen…</translation>
    </message>
    <message>
        <source>Labs to run</source>
        <translation>Übungen zum Ausführen</translation>
    </message>
    <message>
        <source>No labs lie beside the program. “Run a lab or scenario…” opens a scenario of your own.</source>
        <translation>Neben dem Programm liegen keine Übungen. „Übung oder Szenario ausführen…“ öffnet ein eigenes Szenario.</translation>
    </message>
    <message>
        <source>Recordings to look at</source>
        <translation>Aufzeichnungen zum Ansehen</translation>
    </message>
    <message>
        <source>No samples lie beside the program. “Open a trace…” opens one of your own.</source>
        <translation>Neben dem Programm liegen keine Beispiele. „Eine Aufzeichnung öffnen…“ öffnet eine eigene.</translation>
    </message>
    <message>
        <source>Opened before</source>
        <translation>Zuvor geöffnet</translation>
    </message>
    <message>
        <source>Nothing yet. Traces that you open are listed here.</source>
        <translation>Noch nichts. Aufzeichnungen, die Sie öffnen, stehen dann hier.</translation>
    </message>
    <message>
        <source>Or drop a trace here.   Ctrl+Shift+P finds any command, ? lists the keys.</source>
        <translation>Oder ziehen Sie eine Aufzeichnung hierher.   Strg+Umschalt+P findet jeden Befehl, ? zeigt die Tasten.</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::StatisticsModel</name>
    <message>
        <source>interrupt</source>
        <translation>Interrupt</translation>
    </message>
    <message numerus="yes">
        <source>%n calls were still open at the end; they have no duration</source>
        <translation>
            <numerusform>%n Aufruf war am Ende noch offen; er hat keine Dauer</numerusform>
            <numerusform>%n Aufrufe waren am Ende noch offen; sie haben keine Dauer</numerusform>
        </translation>
    </message>
    <message>
        <source>What the calls of the row have in common</source>
        <translation>Was die Aufrufe der Zeile gemeinsam haben</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>How many calls</source>
        <translation>Wie viele Aufrufe</translation>
    </message>
    <message>
        <source>Calls</source>
        <translation>Aufrufe</translation>
    </message>
    <message>
        <source>How many ended with a status 0xC…</source>
        <translation>Wie viele endeten mit einem Status 0xC…</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>All their durations together, from begin to end, waiting included</source>
        <translation>Alle ihre Dauern zusammen, von Anfang bis Ende, Warten eingeschlossen</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>Summe</translation>
    </message>
    <message>
        <source>Total divided by calls</source>
        <translation>Summe geteilt durch Aufrufe</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>Half of the calls took at most this long (50th percentile)</source>
        <translation>Die Hälfte der Aufrufe dauerte höchstens so lange (50. Perzentil)</translation>
    </message>
    <message>
        <source>p50</source>
        <translation>p50</translation>
    </message>
    <message>
        <source>Nine of ten calls took at most this long (90th percentile)</source>
        <translation>Neun von zehn Aufrufen dauerten höchstens so lange (90. Perzentil)</translation>
    </message>
    <message>
        <source>p90</source>
        <translation>p90</translation>
    </message>
    <message>
        <source>99 of 100 calls took at most this long (99th percentile)</source>
        <translation>99 von 100 Aufrufen dauerten höchstens so lange (99. Perzentil)</translation>
    </message>
    <message>
        <source>p99</source>
        <translation>p99</translation>
    </message>
    <message>
        <source>The slowest call; the context menu goes there</source>
        <translation>Der langsamste Aufruf; das Kontextmenü führt hin</translation>
    </message>
    <message>
        <source>Longest</source>
        <translation>Längster</translation>
    </message>
    <message>
        <source>On the wire for exchanges; read and written for calls that move data</source>
        <translation>Bei SMB2-Anfragen auf der Leitung; bei Aufrufen, die Daten bewegen, gelesen und geschrieben</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::StatisticsPanel</name>
    <message>
        <source>Only &amp;between markers A and B</source>
        <translation>Nur &amp;zwischen den Marken A und B</translation>
    </message>
    <message>
        <source>Calls &amp;by</source>
        <translation>Aufrufe &amp;nach</translation>
    </message>
    <message>
        <source>routine</source>
        <translation>Routine</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>SMB2 command</source>
        <translation>SMB2-Befehl</translation>
    </message>
    <message>
        <source>status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>process</source>
        <translation>Prozess</translation>
    </message>
    <message>
        <source>Group the calls by</source>
        <translation>Aufrufe gruppieren nach</translation>
    </message>
    <message>
        <source>Calls that begin between the two markers of the timeline</source>
        <translation>Aufrufe, die zwischen den beiden Marken der Zeitachse beginnen</translation>
    </message>
    <message>
        <source>Statistics of the calls</source>
        <translation>Statistik der Aufrufe</translation>
    </message>
    <message>
        <source>Show the &amp;events of these calls</source>
        <translation>Die &amp;Ereignisse dieser Aufrufe zeigen</translation>
    </message>
    <message>
        <source>&amp;Go to the longest call</source>
        <translation>&amp;Zum längsten Aufruf</translation>
    </message>
    <message>
        <source>Counting the calls</source>
        <translation>Zählen der Aufrufe</translation>
    </message>
    <message>
        <source>The event table shows the events of this row; Enter goes there.</source>
        <translation>Die Ereignistabelle zeigt die Ereignisse dieser Zeile; die Eingabetaste führt hin.</translation>
    </message>
    <message>
        <source>Open a trace to see its statistics.</source>
        <translation>Öffnen Sie eine Aufzeichnung, um ihre Statistik zu sehen.</translation>
    </message>
    <message>
        <source>Counting the calls …</source>
        <translation>Zähle die Aufrufe …</translation>
    </message>
    <message>
        <source>Counting was cancelled. Choose a grouping to start again.</source>
        <translation>Das Zählen wurde abgebrochen. Wählen Sie eine Gruppierung, um neu zu beginnen.</translation>
    </message>
    <message>
        <source>No call of this sort begins here.</source>
        <translation>Hier beginnt kein solcher Aufruf.</translation>
    </message>
    <message numerus="yes">
        <source>%n calls</source>
        <translation>
            <numerusform>%n Aufruf</numerusform>
            <numerusform>%n Aufrufe</numerusform>
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
    <message>
        <source>aligned</source>
        <translation>ausgerichtet</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::Tour</name>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>&amp;Leave the tour</source>
        <translation>Rundgang &amp;verlassen</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Fertig</translation>
    </message>
    <message>
        <source>Tour: %1</source>
        <translation>Rundgang: %1</translation>
    </message>
    <message>
        <source>Done: %1</source>
        <translation>Erledigt: %1</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::WaitModel</name>
    <message>
        <source>✖ Deadlock: a thread waits for itself</source>
        <translation>✖ Verklemmung: Ein Thread wartet auf sich selbst</translation>
    </message>
    <message numerus="yes">
        <source>✖ Deadlock: %n threads wait for each other</source>
        <translation>
            <numerusform>✖ Verklemmung: %n Thread wartet auf sich selbst</numerusform>
            <numerusform>✖ Verklemmung: %n Threads warten aufeinander</numerusform>
        </translation>
    </message>
    <message>
        <source>None of them can go on: each waits for what the next one has.</source>
        <translation>Keiner von ihnen kann weiter: Jeder wartet auf das, was der nächste hat.</translation>
    </message>
    <message>
        <source>waits for %1, which %2 has</source>
        <translation>wartet auf %1, das %2 hat</translation>
    </message>
    <message>
        <source>free</source>
        <translation>frei</translation>
    </message>
    <message>
        <source>held exclusive</source>
        <translation>exklusiv gehalten</translation>
    </message>
    <message numerus="yes">
        <source>held shared by %n threads</source>
        <translation>
            <numerusform>gemeinsam gehalten von %n Thread</numerusform>
            <numerusform>gemeinsam gehalten von %n Threads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n threads wait</source>
        <translation>
            <numerusform>%n Thread wartet</numerusform>
            <numerusform>%n Threads warten</numerusform>
        </translation>
    </message>
    <message>
        <source>holds it exclusive</source>
        <translation>hält sie exklusiv</translation>
    </message>
    <message>
        <source>holds it shared</source>
        <translation>hält sie gemeinsam</translation>
    </message>
    <message>
        <source>waits for it</source>
        <translation>wartet darauf</translation>
    </message>
    <message>
        <source>waits for it, %1</source>
        <translation>wartet darauf, %1</translation>
    </message>
    <message>
        <source>waits for %1, not for ever</source>
        <translation>wartet auf %1, nicht für immer</translation>
    </message>
    <message>
        <source>waits for %1</source>
        <translation>wartet auf %1</translation>
    </message>
    <message>
        <source>nothing recorded tells who would end it</source>
        <translation>nichts Aufgezeichnetes sagt, wer es beenden würde</translation>
    </message>
    <message>
        <source>%1 has it</source>
        <translation>%1 hat es</translation>
    </message>
    <message>
        <source>%1 works on it</source>
        <translation>%1 arbeitet daran</translation>
    </message>
    <message>
        <source>the server holds it back</source>
        <translation>der Server hält es zurück</translation>
    </message>
    <message>
        <source>it was sent; no answer yet</source>
        <translation>es wurde gesendet; noch keine Antwort</translation>
    </message>
    <message>
        <source>it is not sent yet: no credit or no connection</source>
        <translation>es ist noch nicht gesendet: kein Credit oder keine Verbindung</translation>
    </message>
    <message>
        <source>it stands in a queue</source>
        <translation>es steht in einer Warteschlange</translation>
    </message>
    <message>
        <source>Lock or thread</source>
        <translation>Sperre oder Thread</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Since #</source>
        <translation>Seit Nr.</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Seit</translation>
    </message>
    <message>
        <source>In the call</source>
        <translation>Im Aufruf</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::WhyModel</name>
    <message>
        <source>%1 is not alive at this event; nobody holds it.</source>
        <translation>%1 lebt bei diesem Ereignis nicht; niemand hält es.</translation>
    </message>
    <message numerus="yes">
        <source>%1 has %n reference(s).</source>
        <translation>
            <numerusform>%1 hat %n Referenz.</numerusform>
            <numerusform>%1 hat %n Referenzen.</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 is not counted.</source>
        <translation>%1 wird nicht gezählt.</translation>
    </message>
    <message>
        <source>Held by</source>
        <translation>Gehalten von</translation>
    </message>
    <message>
        <source>nothing recorded; it stands by itself</source>
        <translation>nichts aufgezeichnet; es steht für sich</translation>
    </message>
    <message>
        <source>Pointing to it, without a reference</source>
        <translation>Zeigen darauf, ohne Referenz</translation>
    </message>
    <message>
        <source>All paths lead through (who alone could let go)</source>
        <translation>Alle Wege führen durch (wer allein loslassen könnte)</translation>
    </message>
    <message>
        <source>Paths from what stands by itself</source>
        <translation>Wege von dem, was für sich steht</translation>
    </message>
    <message>
        <source>They hold each other</source>
        <translation>Sie halten sich gegenseitig</translation>
    </message>
    <message>
        <source>%1, taken at #%2</source>
        <translation>%1, genommen bei #%2</translation>
    </message>
    <message>
        <source>Enter or double-click goes to the event that took it.</source>
        <translation>Eingabetaste oder Doppelklick führt zu dem Ereignis, das sie nahm.</translation>
    </message>
    <message>
        <source>Enter or double-click selects the object.</source>
        <translation>Eingabetaste oder Doppelklick wählt das Objekt.</translation>
    </message>
    <message>
        <source>Who holds it</source>
        <translation>Wer es hält</translation>
    </message>
    <message>
        <source>How</source>
        <translation>Wie</translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::WireModel</name>
    <message>
        <source>%1: %2
bytes %3 to %4 of the unit</source>
        <translation>%1: %2
Bytes %3 bis %4 der Einheit</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
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
    <message>
        <source>creation</source>
        <translation>Erzeugung</translation>
    </message>
    <message>
        <source>encrypted</source>
        <translation>verschlüsselt</translation>
    </message>
    <message>
        <source>compressed</source>
        <translation>komprimiert</translation>
    </message>
    <message>
        <source>SMB1</source>
        <translation>SMB1</translation>
    </message>
    <message>
        <source>not SMB2</source>
        <translation>nicht SMB2</translation>
    </message>
    <message>
        <source>command %1</source>
        <translation>Befehl %1</translation>
    </message>
    <message>
        <source>root of the share</source>
        <translation>Wurzel der Freigabe</translation>
    </message>
    <message numerus="yes">
        <source>%n bytes at %1</source>
        <translation>
            <numerusform>%n Byte ab %1</numerusform>
            <numerusform>%n Bytes ab %1</numerusform>
        </translation>
    </message>
</context>
</TS>
