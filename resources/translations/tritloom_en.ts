<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
    <context>
        <name>LoomText</name>
        <message numerus="yes">
            <source>%n layer(s)</source>
            <translation>
                <numerusform>%n layer</numerusform>
                <numerusform>%n layers</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%1 over %n layer(s)</source>
            <translation>
                <numerusform>%1 over %n layer</numerusform>
                <numerusform>%1 over %n layers</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>tritloom::LayersPage</name>
        <message numerus="yes">
            <source>%n layer(s), %1 parameters</source>
            <translation>
                <numerusform>%n layer, %1 parameters</numerusform>
                <numerusform>%n layers, %1 parameters</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%1 of %n layer(s)</source>
            <translation>
                <numerusform>%1 of %n layer</numerusform>
                <numerusform>%1 of %n layers</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>tritloom::TextPage</name>
        <message numerus="yes">
            <source>All %n token(s) are the same.</source>
            <translation>
                <numerusform>The token is the same.</numerusform>
                <numerusform>All %n tokens are the same.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The same so far: %n token(s).</source>
            <translation>
                <numerusform>The same so far: %n token.</numerusform>
                <numerusform>The same so far: %n tokens.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>tritloom::PicturesDialog</name>
        <message numerus="yes">
            <source>%n picture(s)</source>
            <translation>
                <numerusform>%n picture</numerusform>
                <numerusform>%n pictures</numerusform>
            </translation>
        </message>
    </context>
</TS>
