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
            <numerusform>%n difference follow from it</numerusform>
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
            <numerusform>%n field differ</numerusform>
            <numerusform>%n fields differ</numerusform>
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
    <name>rdrlab::gui::Overview</name>
    <message numerus="yes">
        <source>%n failure(s) in the whole trace</source>
        <translation>
            <numerusform>%n failure in the whole trace</numerusform>
            <numerusform>%n failures in the whole trace</numerusform>
        </translation>
    </message>
</context>
</TS>
