<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
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
