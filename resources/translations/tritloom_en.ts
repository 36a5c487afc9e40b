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
        <name>tritloom::BlameDialog</name>
        <message numerus="yes">
            <source>Original %1, compressed %2: a difference of %3 nats a token, over %n token(s)</source>
            <translation>
                <numerusform>Original %1, compressed %2: a difference of %3 nats, over %n token</numerusform>
                <numerusform>Original %1, compressed %2: a difference of %3 nats a token, over %n tokens</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n layer(s), not split</source>
            <translation>
                <numerusform>%n layer, not split</numerusform>
                <numerusform>%n layers, not split</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The %n single layer(s) taken back at once win %1 nats, %2 of the difference.</source>
            <translation>
                <numerusform>The %n single layer taken back wins %1 nats, %2 of the difference.</numerusform>
                <numerusform>The %n single layers taken back at once win %1 nats, %2 of the difference.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n run(s) of the model.</source>
            <translation>
                <numerusform>%n run of the model.</numerusform>
                <numerusform>%n runs of the model.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Stopped after %n run(s) of the model.</source>
            <translation>
                <numerusform>Stopped after %n run of the model.</numerusform>
                <numerusform>Stopped after %n runs of the model.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>tritloom::DifferenceDialog</name>
        <message numerus="yes">
            <source>All %n layer(s) are the same.</source>
            <translation>
                <numerusform>The layer is the same.</numerusform>
                <numerusform>All %n layers are the same.</numerusform>
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
    <context>
        <name>tritloom::MethodDialog</name>
        <message numerus="yes">
            <source>Apply to %n layer(s)</source>
            <translation>
                <numerusform>Apply to %n layer</numerusform>
                <numerusform>Apply to %n layers</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%1 and %n more</source>
            <translation>
                <numerusform>%1 and %n more</numerusform>
                <numerusform>%1 and %n more</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n layer(s) get %1 instead of %2, whose blocks of %3 do not divide rows of %4: %5.</source>
            <translation>
                <numerusform>One layer gets %1 instead of %2, whose blocks of %3 do not divide rows of %4: %5.</numerusform>
                <numerusform>%n layers get %1 instead of %2, whose blocks of %3 do not divide rows of %4: %5.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>PredictionNote</name>
        <message numerus="yes">
            <source>No prediction: %n layer(s) have formats or settings that the sensitivity table does not hold.</source>
            <translation>
                <numerusform>No prediction: %n layer has a format or settings that the sensitivity table does not hold.</numerusform>
                <numerusform>No prediction: %n layers have formats or settings that the sensitivity table does not hold.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>No prediction: %n layer(s) are made by several methods, sensitivity is of %1.</source>
            <translation>
                <numerusform>No prediction: %n layer is made by another method, sensitivity is of %1.</numerusform>
                <numerusform>No prediction: %n layers are made by several methods, sensitivity is of %1.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>No prediction: %n layer(s) are made by %1, sensitivity is of %2.</source>
            <translation>
                <numerusform>No prediction: %n layer is made by %1, sensitivity is of %2.</numerusform>
                <numerusform>No prediction: %n layers are made by %1, sensitivity is of %2.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>tritloom::PredictionNote</name>
        <message numerus="yes">
            <source>%n layer(s) by %1</source>
            <translation>
                <numerusform>%n layer by %1</numerusform>
                <numerusform>%n layers by %1</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>StatusLine</name>
        <message numerus="yes">
            <source>, but %n layer(s) are made otherwise</source>
            <translation>
                <numerusform>, but %n layer is made otherwise</numerusform>
                <numerusform>, but %n layers are made otherwise</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>tritloom::MainWindow</name>
        <message numerus="yes">
            <source>Drop to add %n fine-tune(s) of the open model</source>
            <translation>
                <numerusform>Drop to add %n fine-tune of the open model</numerusform>
                <numerusform>Drop to add %n fine-tunes of the open model</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>tritloom::TunesPage</name>
        <message numerus="yes">
            <source>Base and %n fine-tune(s) together: %1 in memory. As whole models: %2.</source>
            <translation>
                <numerusform>Base and %n fine-tune together: %1 in memory. As whole models: %2.</numerusform>
                <numerusform>Base and %n fine-tunes together: %1 in memory. As whole models: %2.</numerusform>
            </translation>
        </message>
    </context>
</TS>
