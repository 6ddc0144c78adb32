<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>Explanations</name>
    <message numerus="yes">
        <source>In this trace: %n call(s).</source>
        <translation>
            <numerusform>In this trace: %n call.</numerusform>
            <numerusform>In this trace: %n calls.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n match(es)</source>
        <translation>
            <numerusform>%n match</numerusform>
            <numerusform>%n matches</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Set here: %n flag(s)</source>
        <translation>
            <numerusform>Set here: %n flag</numerusform>
            <numerusform>Set here: %n flags</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GraphScene</name>
    <message numerus="yes">
        <source>%n born</source>
        <translation>
            <numerusform>%n born</numerusform>
            <numerusform>%n born</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n changed</source>
        <translation>
            <numerusform>%n changed</numerusform>
            <numerusform>%n changed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n died</source>
        <translation>
            <numerusform>%n died</numerusform>
            <numerusform>%n died</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n on kinds not shown</source>
        <translation>
            <numerusform>%n on kinds not shown</numerusform>
            <numerusform>%n on kinds not shown</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TableManners</name>
    <message numerus="yes">
        <source>%n rows written to %1</source>
        <translation>
            <numerusform>%n row written to %1</numerusform>
            <numerusform>%n rows written to %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>comparetexts</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n first divergence(s)</source>
        <translation>
            <numerusform>%n first divergence</numerusform>
            <numerusform>%n first divergences</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareCauses</name>
    <message numerus="yes">
        <source>%n difference(s) follow from it</source>
        <translation>
            <numerusform>%n difference follows from it</numerusform>
            <numerusform>%n differences follow from it</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::CompareWindow</name>
    <message numerus="yes">
        <source>%n difference(s)</source>
        <translation>
            <numerusform>%n difference</numerusform>
            <numerusform>%n differences</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n field(s) differ</source>
        <translation>
            <numerusform>%n field differs</numerusform>
            <numerusform>%n fields differ</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::EventPanel</name>
    <message numerus="yes">
        <source>%n event(s) written to %1</source>
        <translation>
            <numerusform>%n event written to %1</numerusform>
            <numerusform>%n events written to %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::GraphModel</name>
    <message numerus="yes">
        <source>~ %n inside</source>
        <translation>
            <numerusform>~ %n inside</numerusform>
            <numerusform>~ %n inside</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::GraphPanel</name>
    <message numerus="yes">
        <source>What the step to this event did. + born, ~ changed, − died.
%n object(s) alive, of all kinds.</source>
        <translation>
            <numerusform>What the step to this event did. + born, ~ changed, − died.
%n object alive, of all kinds.</numerusform>
            <numerusform>What the step to this event did. + born, ~ changed, − died.
%n objects alive, of all kinds.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::GraphView</name>
    <message numerus="yes">
        <source>%n object(s) in closed sub-trees.</source>
        <translation>
            <numerusform>%n object in closed sub-trees.</numerusform>
            <numerusform>%n objects in closed sub-trees.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n object(s) out of sight there.</source>
        <translation>
            <numerusform>%n object out of sight there.</numerusform>
            <numerusform>%n objects out of sight there.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n changed in this step.</source>
        <translation>
            <numerusform>%n changed in this step.</numerusform>
            <numerusform>%n changed in this step.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LedgerChart</name>
    <message numerus="yes">
        <source>%n taken</source>
        <translation>
            <numerusform>%n taken</numerusform>
            <numerusform>%n taken</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>✖ %n not given back</source>
        <translation>
            <numerusform>✖ %n not given back</numerusform>
            <numerusform>✖ %n not given back</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n reference(s) at event %1</source>
        <translation>
            <numerusform>%n reference at event %1</numerusform>
            <numerusform>%n references at event %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LifetimeModel</name>
    <message numerus="yes">
        <source>✖ Never given back: %n reference(s) taken at #%1 (%2) in %3</source>
        <translation>
            <numerusform>✖ Never given back: %n reference taken at #%1 (%2) in %3</numerusform>
            <numerusform>✖ Never given back: %n references taken at #%1 (%2) in %3</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LifetimePanel</name>
    <message numerus="yes">
        <source>   ✖ %n leak(s)</source>
        <translation>
            <numerusform>   ✖ %n leak</numerusform>
            <numerusform>   ✖ %n leaks</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LivePanel</name>
    <message numerus="yes">
        <source>%n step(s) a second</source>
        <translation>
            <numerusform>%n step a second</numerusform>
            <numerusform>%n steps a second</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LiveRun</name>
    <message numerus="yes">
        <source>Ended well: %n expectation(s) met, </source>
        <translation>
            <numerusform>Ended well: %n expectation met, </numerusform>
            <numerusform>Ended well: %n expectations met, </numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n event(s), </source>
        <translation>
            <numerusform>%n event, </numerusform>
            <numerusform>%n events, </numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Stopped after %n event(s).</source>
        <translation>
            <numerusform>Stopped after %n event.</numerusform>
            <numerusform>Stopped after %n events.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::LockPanel</name>
    <message numerus="yes">
        <source>%n locks</source>
        <translation>
            <numerusform>%n lock</numerusform>
            <numerusform>%n locks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n blocked threads</source>
        <translation>
            <numerusform>%n blocked thread</numerusform>
            <numerusform>%n blocked threads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n deadlocks</source>
        <translation>
            <numerusform>%n deadlock</numerusform>
            <numerusform>%n deadlocks</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::MainWindow</name>
    <message numerus="yes">
        <source>%n trace(s) of the session cannot be found.</source>
        <translation>
            <numerusform>%n trace of the session cannot be found.</numerusform>
            <numerusform>%n traces of the session cannot be found.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::ObjectPanel</name>
    <message numerus="yes">
        <source>Only the first %n change(s) are shown.</source>
        <translation>
            <numerusform>Only the first %n change is shown.</numerusform>
            <numerusform>Only the first %n changes are shown.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::Overview</name>
    <message numerus="yes">
        <source>%n failure(s) in the whole trace</source>
        <translation>
            <numerusform>%n failure in the whole trace</numerusform>
            <numerusform>%n failures in the whole trace</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::PacketPanel</name>
    <message numerus="yes">
        <source>%n messages</source>
        <translation>
            <numerusform>%n message</numerusform>
            <numerusform>%n messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n bytes belong to no message</source>
        <translation>
            <numerusform>%n byte belongs to no message</numerusform>
            <numerusform>%n bytes belong to no message</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::SqlPanel</name>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n row</numerusform>
            <numerusform>%n rows</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::StatisticsModel</name>
    <message numerus="yes">
        <source>%n calls were still open at the end; they have no duration</source>
        <translation>
            <numerusform>%n call was still open at the end; it has no duration</numerusform>
            <numerusform>%n calls were still open at the end; they have no duration</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::StatisticsPanel</name>
    <message numerus="yes">
        <source>%n calls</source>
        <translation>
            <numerusform>%n call</numerusform>
            <numerusform>%n calls</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::WaitModel</name>
    <message numerus="yes">
        <source>✖ Deadlock: %n threads wait for each other</source>
        <translation>
            <numerusform>✖ Deadlock: %n thread waits for itself</numerusform>
            <numerusform>✖ Deadlock: %n threads wait for each other</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>held shared by %n threads</source>
        <translation>
            <numerusform>held shared by %n thread</numerusform>
            <numerusform>held shared by %n threads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n threads wait</source>
        <translation>
            <numerusform>%n thread waits</numerusform>
            <numerusform>%n threads wait</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>rdrlab::gui::WhyModel</name>
    <message numerus="yes">
        <source>%1 has %n reference(s).</source>
        <translation>
            <numerusform>%1 has %n reference.</numerusform>
            <numerusform>%1 has %n references.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>texts</name>
    <message numerus="yes">
        <source>%n bytes at %1</source>
        <translation>
            <numerusform>%n byte at %1</numerusform>
            <numerusform>%n bytes at %1</numerusform>
        </translation>
    </message>
</context>
</TS>
