<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>About</name>
        <message>
            <source>About Tritloom</source>
            <translation>Über Tritloom</translation>
        </message>
        <message>
            <source>&lt;h3&gt;Tritloom %1&lt;/h3&gt;&lt;p&gt;A studio for compressing neural networks.&lt;/p&gt;&lt;p&gt;Free software under the GNU General Public License, version 3 or later. It comes without any warranty.&lt;/p&gt;&lt;p&gt;Built with Qt %2, under the LGPL and, for its charts, the GPL. Fonts: Inter (SIL Open Font License) and JetBrains Mono (Apache License).&lt;/p&gt;</source>
            <translation>&lt;h3&gt;Tritloom %1&lt;/h3&gt;&lt;p&gt;Ein Studio zum Verdichten neuronaler Netze.&lt;/p&gt;&lt;p&gt;Freie Software unter der GNU General Public License, Version 3 oder später. Ohne jede Gewähr.&lt;/p&gt;&lt;p&gt;Gebaut mit Qt %2 unter der LGPL und, für die Diagramme, der GPL. Schriften: Inter (SIL Open Font License) und JetBrains Mono (Apache-Lizenz).&lt;/p&gt;</translation>
        </message>
        <message>
            <source>Loom: ← →</source>
            <translation>Webstuhl: ← →</translation>
        </message>
        <message>
            <source>choose a layer; Shift extends, Ctrl goes to the next block</source>
            <translation>Schicht wählen; Umschalt erweitert, Strg geht zum nächsten Block</translation>
        </message>
        <message>
            <source>Loom: ↑ ↓</source>
            <translation>Webstuhl: ↑ ↓</translation>
        </message>
        <message>
            <source>one stop more or fewer bits</source>
            <translation>eine Raste mehr oder weniger Bits</translation>
        </message>
        <message>
            <source>Layers: ↑ ↓</source>
            <translation>Schichten: ↑ ↓</translation>
        </message>
        <message>
            <source>choose a layer</source>
            <translation>Schicht wählen</translation>
        </message>
        <message>
            <source>Layers: ← →</source>
            <translation>Schichten: ← →</translation>
        </message>
        <message>
            <source>one stop fewer or more bits; on a block: fold and unfold</source>
            <translation>eine Raste weniger oder mehr Bits; auf einem Block: zu- und aufklappen</translation>
        </message>
        <message>
            <source>1 to 9</source>
            <translation>1 bis 9</translation>
        </message>
        <message>
            <source>the stop nearest to so many bits; 0: as stored</source>
            <translation>die Raste, die so vielen Bits am nächsten ist; 0: wie gespeichert</translation>
        </message>
        <message>
            <source>Alt with any of these</source>
            <translation>Alt mit jeder davon</translation>
        </message>
        <message>
            <source>without the layers that run as one product with it</source>
            <translation>ohne die Schichten, die mit ihr als ein Produkt laufen</translation>
        </message>
        <message>
            <source>P</source>
            <translation>P</translation>
        </message>
        <message>
            <source>pin or unpin</source>
            <translation>anheften oder lösen</translation>
        </message>
        <message>
            <source>Space</source>
            <translation>Leertaste</translation>
        </message>
        <message>
            <source>flip between original and compressed</source>
            <translation>zwischen Original und verdichtet wechseln</translation>
        </message>
        <message>
            <source>Esc</source>
            <translation>Esc</translation>
        </message>
        <message>
            <source>take a drag back; otherwise cancel what runs</source>
            <translation>einen Zug zurücknehmen; sonst abbrechen, was läuft</translation>
        </message>
        <message>
            <source>Ctrl+Z, Ctrl+Shift+Z</source>
            <translation>Strg+Z, Strg+Umschalt+Z</translation>
        </message>
        <message>
            <source>undo, redo</source>
            <translation>rückgängig, wiederholen</translation>
        </message>
        <message>
            <source>F5</source>
            <translation>F5</translation>
        </message>
        <message>
            <source>measure sensitivity, or stop</source>
            <translation>Sensitivität messen oder anhalten</translation>
        </message>
        <message>
            <source>Ctrl+Return</source>
            <translation>Strg+Eingabe</translation>
        </message>
        <message>
            <source>allocate the budget</source>
            <translation>das Budget verteilen</translation>
        </message>
        <message>
            <source>Ctrl+wheel, Ctrl++, Ctrl+−</source>
            <translation>Strg+Rad, Strg++, Strg+−</translation>
        </message>
        <message>
            <source>zoom the loom; the wheel alone scrolls</source>
            <translation>Webstuhl vergrößern; das Rad allein rollt</translation>
        </message>
        <message>
            <source>F2, double-click</source>
            <translation>F2, Doppelklick</translation>
        </message>
        <message>
            <source>choose a format in the layer table</source>
            <translation>in der Schichtentabelle ein Format wählen</translation>
        </message>
        <message>
            <source>Keyboard shortcuts</source>
            <translation>Tastenkürzel</translation>
        </message>
        <message>
            <source>Pictures: + − 0 1</source>
            <translation>Bilder: + − 0 1</translation>
        </message>
        <message>
            <source>zoom, the whole picture, pixel by pixel; arrow keys move it</source>
            <translation>zoomen, das ganze Bild, Pixel für Pixel; Pfeiltasten schieben es</translation>
        </message>
        <message>
            <source>Pictures: hold Space</source>
            <translation>Bilder: Leertaste halten</translation>
        </message>
        <message>
            <source>the original’s picture in the place of the compressed one</source>
            <translation>das Bild des Originals an der Stelle des verdichteten</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
    </context>
    <context>
        <name>AllocationDocument</name>
        <message>
            <source>Pin layers</source>
            <translation>Schichten anheften</translation>
        </message>
        <message>
            <source>Unpin layers</source>
            <translation>Schichten lösen</translation>
        </message>
    </context>
    <context>
        <name>LoomText</name>
        <message>
            <source>moves with %1; Alt moves it alone</source>
            <translation>bewegt sich mit %1; Alt bewegt sie allein</translation>
        </message>
        <message>
            <source>pinned: the allocator leaves it alone</source>
            <translation>angeheftet: die Verteilung lässt sie in Ruhe</translation>
        </message>
        <message>
            <source>%1, %2 bits</source>
            <translation>%1, %2 Bits</translation>
        </message>
        <message>
            <source>%1, pinned</source>
            <translation>%1, angeheftet</translation>
        </message>
        <message numerus="yes">
            <source>%n layer(s)</source>
            <translation>
                <numerusform>%n Schicht</numerusform>
                <numerusform>%n Schichten</numerusform>
            </translation>
        </message>
        <message>
            <source>block %1</source>
            <translation>Block %1</translation>
        </message>
        <message>
            <source>blocks %1 to %2</source>
            <translation>Blöcke %1 bis %2</translation>
        </message>
        <message>
            <source>nothing selected</source>
            <translation>nichts gewählt</translation>
        </message>
        <message>
            <source>%1 selected</source>
            <translation>%1 gewählt</translation>
        </message>
        <message>
            <source>%1 selected, %2</source>
            <translation>%1 gewählt, %2</translation>
        </message>
        <message>
            <source>original</source>
            <translation>Original</translation>
        </message>
        <message>
            <source>exact</source>
            <translation>exakt</translation>
        </message>
        <message>
            <source>fits %1</source>
            <translation>passt in %1</translation>
        </message>
        <message>
            <source>%1 over %2</source>
            <translation>%1 über %2</translation>
        </message>
        <message>
            <source>nats, predicted</source>
            <translation>Nats, vorhergesagt</translation>
        </message>
        <message>
            <source>loss not predicted yet</source>
            <translation>Verlust noch nicht vorhergesagt</translation>
        </message>
        <message>
            <source>%1 bits a weight, %2, %3</source>
            <translation>%1 Bits je Gewicht, %2, %3</translation>
        </message>
        <message>
            <source>alone costs %1 nats, weight error %2 (measured)</source>
            <translation>kostet allein %1 Nats, Gewichtsfehler %2 (gemessen)</translation>
        </message>
        <message>
            <source>not measured yet</source>
            <translation>noch nicht gemessen</translation>
        </message>
        <message>
            <source>%1 → %2 bits</source>
            <translation>%1 → %2 Bits</translation>
        </message>
        <message>
            <source>%1: divergence %2 nats, predicted</source>
            <translation>%1: Divergenz %2 Nats, vorhergesagt</translation>
        </message>
        <message>
            <source>saves %1</source>
            <translation>spart %1</translation>
        </message>
        <message>
            <source>costs %1</source>
            <translation>kostet %1</translation>
        </message>
        <message>
            <source>same size</source>
            <translation>gleiche Größe</translation>
        </message>
        <message numerus="yes">
            <source>%1 over %n layer(s)</source>
            <translation>
                <numerusform>%1 über %n Schicht</numerusform>
                <numerusform>%1 über %n Schichten</numerusform>
            </translation>
        </message>
        <message>
            <source> · weight error %1 → %2</source>
            <translation> · Gewichtsfehler %1 → %2</translation>
        </message>
        <message>
            <source>divergence, predicted</source>
            <translation>Divergenz, vorhergesagt</translation>
        </message>
        <message>
            <source>alone costs a divergence of %1, weight error %2 (measured)</source>
            <translation>kostet allein eine Divergenz von %1, Gewichtsfehler %2 (gemessen)</translation>
        </message>
        <message>
            <source>%1: divergence %2, predicted</source>
            <translation>%1: Divergenz %2, vorhergesagt</translation>
        </message>
        <message>
            <source>divergence, measured</source>
            <translation>Divergenz, gemessen</translation>
        </message>
        <message>
            <source>nats, measured</source>
            <translation>Nats, gemessen</translation>
        </message>
        <message>
            <source>predicted, corrected</source>
            <translation>vorhergesagt, korrigiert</translation>
        </message>
        <message>
            <source>nothing changed yet</source>
            <translation>noch nichts geändert</translation>
        </message>
        <message>
            <source>bpw of the layers, exact</source>
            <translation>bpw der Schichten, exakt</translation>
        </message>
        <message>
            <source>Layers alone: %1 bits a weight, scales counted. All tensors together, norms and biases too: %2 for each of %3 parameters. The file adds a header and its vocabulary.</source>
            <translation>Die Schichten allein: %1 Bits je Gewicht, Skalen mitgezählt. Alle Tensoren zusammen, auch Normen und Biase: %2 für jeden von %3 Parametern. Die Datei fügt Kopf und Wortschatz hinzu.</translation>
        </message>
        <message>
            <source>bpw</source>
            <translation>bpw</translation>
        </message>
        <message>
            <source>measured</source>
            <translation>gemessen</translation>
        </message>
        <message>
            <source>predicted</source>
            <translation>vorhergesagt</translation>
        </message>
    </context>
    <context>
        <name>Numbers</name>
        <message>
            <source>%1 min %2 s</source>
            <translation>%1 min %2 s</translation>
        </message>
        <message>
            <source>%1 h %2 min</source>
            <translation>%1 h %2 min</translation>
        </message>
        <message>
            <source>%1 as stored</source>
            <translation>%1 (Original)</translation>
        </message>
    </context>
    <context>
        <name>Pages</name>
        <message>
            <source>Layers</source>
            <translation>Schichten</translation>
        </message>
        <message>
            <source>Bit loom</source>
            <translation>Bit-Webstuhl</translation>
        </message>
        <message>
            <source>Live preview</source>
            <translation>Laufende Vorschau</translation>
        </message>
        <message>
            <source>Distribution</source>
            <translation>Verteilung</translation>
        </message>
        <message>
            <source>Sensitivity</source>
            <translation>Sensitivität</translation>
        </message>
        <message>
            <source>Frontier</source>
            <translation>Grenzlinie</translation>
        </message>
        <message>
            <source>Text samples</source>
            <translation>Texte</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>Vergleich</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>Bilder</translation>
        </message>
        <message>
            <source>Speed</source>
            <translation>Tempo</translation>
        </message>
        <message>
            <source>Analyses</source>
            <translation>Analysen</translation>
        </message>
        <message>
            <source>Methods</source>
            <translation>Verfahren</translation>
        </message>
        <message>
            <source>Fine-tunes</source>
            <translation>Nachtrainings</translation>
        </message>
    </context>
    <context>
        <name>PluginHost</name>
        <message>
            <source>%1 was built for another version of Tritloom (%2)</source>
            <translation>%1 wurde für eine andere Version von Tritloom gebaut (%2)</translation>
        </message>
        <message>
            <source>%1 says nothing of itself: it is no plugin, or not all of one</source>
            <translation>%1 sagt nichts über sich: kein Plugin, oder nur ein Teil von einem</translation>
        </message>
    </context>
    <context>
        <name>SampleModels</name>
        <message>
            <source>&amp;Language model</source>
            <translation>&amp;Sprachmodell</translation>
        </message>
        <message>
            <source>&amp;Classifier of shapes and letters</source>
            <translation>&amp;Klassifikator für Formen und Buchstaben</translation>
        </message>
        <message>
            <source>&amp;Super-resolution, twice as large</source>
            <translation>S&amp;uperauflösung, doppelt so groß</translation>
        </message>
        <message>
            <source>&amp;Diffusion model of shapes</source>
            <translation>&amp;Diffusionsmodell für Formen</translation>
        </message>
    </context>
    <context>
        <name>WindowActions</name>
        <message>
            <source>&amp;File</source>
            <translation>&amp;Datei</translation>
        </message>
        <message>
            <source>&amp;Open…</source>
            <translation>Ö&amp;ffnen…</translation>
        </message>
        <message>
            <source>Open &amp;folder…</source>
            <translation>&amp;Ordner öffnen…</translation>
        </message>
        <message>
            <source>Open &amp;sample</source>
            <translation>&amp;Beispiel öffnen</translation>
        </message>
        <message>
            <source>Open &amp;recent</source>
            <translation>&amp;Zuletzt geöffnet</translation>
        </message>
        <message>
            <source>Save project cop&amp;y as…</source>
            <translation>&amp;Kopie des Projekts speichern…</translation>
        </message>
        <message>
            <source>&amp;Export…</source>
            <translation>&amp;Exportieren…</translation>
        </message>
        <message>
            <source>&amp;Close</source>
            <translation>&amp;Schließen</translation>
        </message>
        <message>
            <source>&amp;Quit</source>
            <translation>Been&amp;den</translation>
        </message>
        <message>
            <source>&amp;Edit</source>
            <translation>&amp;Bearbeiten</translation>
        </message>
        <message>
            <source>&amp;Undo</source>
            <translation>&amp;Rückgängig</translation>
        </message>
        <message>
            <source>&amp;Redo</source>
            <translation>&amp;Wiederholen</translation>
        </message>
        <message>
            <source>Select &amp;all layers</source>
            <translation>&amp;Alle Schichten wählen</translation>
        </message>
        <message>
            <source>&amp;Pin or unpin selection</source>
            <translation>Auswahl an&amp;heften oder lösen</translation>
        </message>
        <message>
            <source>Preferenc&amp;es…</source>
            <translation>&amp;Einstellungen…</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <translation>&amp;Ansicht</translation>
        </message>
        <message>
            <source>Zoom loom &amp;in</source>
            <translation>Webstuhl ver&amp;größern</translation>
        </message>
        <message>
            <source>Zoom loom &amp;out</source>
            <translation>Webstuhl ver&amp;kleinern</translation>
        </message>
        <message>
            <source>&amp;Theme</source>
            <translation>&amp;Farben</translation>
        </message>
        <message>
            <source>&amp;Dark</source>
            <translation>&amp;Dunkel</translation>
        </message>
        <message>
            <source>&amp;Light</source>
            <translation>&amp;Hell</translation>
        </message>
        <message>
            <source>As the deskto&amp;p</source>
            <translation>Wie die &amp;Arbeitsfläche</translation>
        </message>
        <message>
            <source>Reset &amp;layout</source>
            <translation>Anordnung &amp;zurücksetzen</translation>
        </message>
        <message>
            <source>&amp;Allocate</source>
            <translation>&amp;Verteilen</translation>
        </message>
        <message>
            <source>Measure &amp;sensitivity</source>
            <translation>&amp;Sensitivität messen</translation>
        </message>
        <message>
            <source>&amp;Cancel what runs</source>
            <translation>&amp;Laufendes abbrechen</translation>
        </message>
        <message>
            <source>&amp;Help</source>
            <translation>&amp;Hilfe</translation>
        </message>
        <message>
            <source>&amp;Keyboard shortcuts</source>
            <translation>&amp;Tastenkürzel</translation>
        </message>
        <message>
            <source>&amp;About Tritloom</source>
            <translation>&amp;Über Tritloom</translation>
        </message>
        <message>
            <source>Nothing opened yet</source>
            <translation>Noch nichts geöffnet</translation>
        </message>
        <message>
            <source>Forget them</source>
            <translation>Liste leeren</translation>
        </message>
        <message>
            <source>&amp;Load recipe…</source>
            <translation>Rezept &amp;laden…</translation>
        </message>
        <message>
            <source>Sa&amp;ve recipe…</source>
            <translation>&amp;Rezept speichern…</translation>
        </message>
        <message>
            <source>Co&amp;mpare with recipe…</source>
            <translation>Mit Rezept &amp;vergleichen…</translation>
        </message>
        <message>
            <source>&amp;Blame layers…</source>
            <translation>Schuldige Schichten &amp;finden…</translation>
        </message>
        <message>
            <source>&amp;How to allocate…</source>
            <translation>&amp;Wie verteilt wird…</translation>
        </message>
        <message>
            <source>&amp;Method for selected layers…</source>
            <translation>Verfahren für &amp;gewählte Schichten…</translation>
        </message>
        <message>
            <source>&amp;Transform the model…</source>
            <translation>Modell &amp;umformen…</translation>
        </message>
        <message>
            <source>Bac&amp;k to the original</source>
            <translation>Zurück zum &amp;Original</translation>
        </message>
        <message>
            <source>&amp;Shown pages</source>
            <translation>Gezeigte &amp;Seiten</translation>
        </message>
        <message>
            <source>Sensitivity is being measured; the budget is distributed when that is done.</source>
            <translation>Die Sensitivität wird gemessen; danach wird das Budget verteilt.</translation>
        </message>
        <message>
            <source>there are no pictures yet, choose some on the page Pictures</source>
            <translation>es gibt noch keine Bilder, auf der Seite Bilder werden welche gewählt</translation>
        </message>
        <message>
            <source>Add fine-&amp;tunes…</source>
            <translation>Nach&amp;trainings hinzufügen …</translation>
        </message>
        <message>
            <source>Next &amp;fine-tune</source>
            <translation>Nächstes Nach&amp;training</translation>
        </message>
        <message>
            <source>Pre&amp;vious fine-tune</source>
            <translation>Voriges Nacht&amp;raining</translation>
        </message>
    </context>
    <context>
        <name>main</name>
        <message>
            <source>A studio for compressing neural networks</source>
            <translation>Ein Studio zum Verdichten neuronaler Netze</translation>
        </message>
        <message>
            <source>A model file, a model's folder or a project</source>
            <translation>Eine Modelldatei, ein Modellordner oder ein Projekt</translation>
        </message>
        <message>
            <source>Colours of the window: light or dark</source>
            <translation>Farben des Fensters: light oder dark</translation>
        </message>
        <message>
            <source>--theme takes light or dark</source>
            <translation>--theme nimmt light oder dark</translation>
        </message>
        <message>
            <source>Write a picture of the window and end</source>
            <translation>Ein Bild des Fensters schreiben und enden</translation>
        </message>
        <message>
            <source>With --screenshot: a page instead of the window</source>
            <translation>Mit --screenshot: eine Seite statt des Fensters</translation>
        </message>
        <message>
            <source>With --screenshot: pixels</source>
            <translation>Mit --screenshot: Bildpunkte</translation>
        </message>
        <message>
            <source>With --screenshot: sweep, allocate and evaluate first</source>
            <translation>Mit --screenshot: vorher messen, verteilen und bewerten</translation>
        </message>
        <message>
            <source>For a network on pictures: the folder to measure on</source>
            <translation>Für ein Netz auf Bildern: der Ordner, auf dem gemessen wird</translation>
        </message>
        <message>
            <source>Classes: 'file,class' lines, or names in the network's order (default: one folder a class, or the class in the file name)</source>
            <translation>Klassen: Zeilen „Datei,Klasse“ oder Namen in der Reihenfolge des Netzes (sonst: ein Ordner je Klasse oder die Klasse im Dateinamen)</translation>
        </message>
        <message>
            <source>How many pictures, evenly spread</source>
            <translation>Wie viele Bilder, gleichmäßig verteilt</translation>
        </message>
    </context>
    <context>
        <name>tritloom::Banner</name>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
    </context>
    <context>
        <name>tritloom::DistributionPage</name>
        <message>
            <source>Relative error by output channel</source>
            <translation>Relativer Fehler je Ausgangskanal</translation>
        </message>
        <message>
            <source>&amp;Log counts</source>
            <translation>&amp;Log</translation>
        </message>
        <message>
            <source>&amp;Fits</source>
            <translation>&amp;Kurven</translation>
        </message>
        <message>
            <source>&amp;Compressed</source>
            <translation>&amp;Verdichtet</translation>
        </message>
        <message>
            <source>%1 to %2</source>
            <translation>%1 auf %2</translation>
        </message>
        <message>
            <source>The model has no layers that can be compressed.</source>
            <translation>Das Modell hat keine Schichten, die verdichtet werden können.</translation>
        </message>
        <message>
            <source>Kurtosis</source>
            <translation>Kurtosis</translation>
        </message>
        <message>
            <source>Sigma</source>
            <translation>Sigma</translation>
        </message>
        <message>
            <source>sampled, the whole follows</source>
            <translation>Stichprobe, das Ganze folgt</translation>
        </message>
        <message>
            <source>No finite values.</source>
            <translation>Keine endlichen Werte.</translation>
        </message>
        <message>
            <source>weights</source>
            <translation>Gewichte</translation>
        </message>
        <message>
            <source>weights, decoded from %1</source>
            <translation>Gewichte, aus %1 gelesen</translation>
        </message>
        <message>
            <source>generalised Gaussian %1</source>
            <translation>verallg. Normal %1</translation>
        </message>
        <message>
            <source>Laplace</source>
            <translation>Laplace</translation>
        </message>
        <message>
            <source>Gaussian</source>
            <translation>Normalverteilung</translation>
        </message>
        <message>
            <source>channel %1</source>
            <translation>Kanal %1</translation>
        </message>
        <message>
            <source>Smallest</source>
            <translation>Kleinster</translation>
        </message>
        <message>
            <source>Largest</source>
            <translation>Größter</translation>
        </message>
        <message>
            <source>Mean</source>
            <translation>Mittel</translation>
        </message>
        <message>
            <source>Beyond 4 σ</source>
            <translation>Über 4 σ</translation>
        </message>
        <message>
            <source>Zeros</source>
            <translation>Nullen</translation>
        </message>
        <message>
            <source>Not finite</source>
            <translation>Nicht endlich</translation>
        </message>
        <message>
            <source>Generalised Gaussian</source>
            <translation>Verallg. Normal</translation>
        </message>
        <message>
            <source>Best fit</source>
            <translation>Beste Anpassung</translation>
        </message>
        <message>
            <source>Format</source>
            <translation>Format</translation>
        </message>
        <message>
            <source>Weight error</source>
            <translation>Gewichtsfehler</translation>
        </message>
        <message>
            <source>By activations</source>
            <translation>Nach Eingaben</translation>
        </message>
        <message>
            <source>Clipped</source>
            <translation>Beschnitten</translation>
        </message>
        <message>
            <source>Kept as stored. Choose a format to see its levels and its error.</source>
            <translation>Wie gespeichert. Ein Format wählen, um seine Stufen und seinen Fehler zu sehen.</translation>
        </message>
        <message>
            <source>Raise to %1</source>
            <translation>Auf %1 heben</translation>
        </message>
        <message>
            <source>The error is %1 by activations, %2 of the weights are clipped.</source>
            <translation>Der Fehler beträgt %1 nach Aktivierungen, %2 der Gewichte sind beschnitten.</translation>
        </message>
        <message>
            <source>None: the layer is kept as stored</source>
            <translation>Keiner: die Schicht bleibt wie gespeichert</translation>
        </message>
        <message>
            <source>Being measured…</source>
            <translation>Wird gemessen…</translation>
        </message>
        <message>
            <source>The layer could not be compressed</source>
            <translation>Die Schicht ließ sich nicht verdichten</translation>
        </message>
        <message>
            <source>Shape</source>
            <translation>Form</translation>
        </message>
        <message>
            <source>none</source>
            <translation>keine</translation>
        </message>
        <message>
            <source>Entropy, bits</source>
            <translation>Entropie, Bit</translation>
        </message>
        <message>
            <source>Exp-Golomb, bits</source>
            <translation>Exp-Golomb, Bit</translation>
        </message>
        <message>
            <source>&amp;Groups</source>
            <translation>&amp;Gruppen</translation>
        </message>
        <message>
            <source>What each part of the layer chose, in the place of its values</source>
            <translation>Was jeder Teil der Schicht gewählt hat, anstelle ihrer Werte</translation>
        </message>
        <message>
            <source>Bits of each input column</source>
            <translation>Bits jeder Eingabespalte</translation>
        </message>
        <message>
            <source>Bits of each group of %1 weights</source>
            <translation>Bits jeder Gruppe von %1 Gewichten</translation>
        </message>
        <message>
            <source>Special level of each group of %1 weights</source>
            <translation>Sonderstufe jeder Gruppe von %1 Gewichten</translation>
        </message>
        <message>
            <source>input %1</source>
            <translation>Eingabe %1</translation>
        </message>
        <message>
            <source>group %1</source>
            <translation>Gruppe %1</translation>
        </message>
    </context>
    <context>
        <name>tritloom::ExportDialog</name>
        <message>
            <source>Browse…</source>
            <translation>Durchsuchen…</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>File to write</source>
            <translation>Zu schreibende Datei</translation>
        </message>
        <message>
            <source>File</source>
            <translation>Datei</translation>
        </message>
        <message>
            <source>Rules of the format</source>
            <translation>Regeln des Formats</translation>
        </message>
        <message>
            <source>Not exported: %1</source>
            <translation>Nicht exportiert: %1</translation>
        </message>
        <message>
            <source>Cancelled; nothing was written</source>
            <translation>Abgebrochen; nichts wurde geschrieben</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Overwrite</source>
            <translation>Überschreiben</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Exportieren</translation>
        </message>
        <message>
            <source>✓  Every tensor's format can be written</source>
            <translation>✓  Das Format jedes Tensors kann geschrieben werden</translation>
        </message>
        <message>
            <source>Written and read back: %1, %2 tensors, in %3. Hash of the data: %4</source>
            <translation>Geschrieben und zurückgelesen: %1, %2 Tensoren, in %3. Prüfsumme der Daten: %4</translation>
        </message>
        <message>
            <source>%1 are what the file carries beside them: names, graph, tokenizer, settings.</source>
            <translation>%1 sind, was die Datei daneben enthält: Namen, Graph, Tokenizer, Einstellungen.</translation>
        </message>
        <message>
            <source>Kind of file</source>
            <translation>Art der Datei</translation>
        </message>
        <message>
            <source>Predicted were %1.</source>
            <translation>Vorhergesagt waren %1.</translation>
        </message>
        <message>
            <source>The weights take %1: this kind of file holds some of them in narrower types.</source>
            <translation>Die Gewichte brauchen %1: Diese Art von Datei hält manche davon in schmaleren Typen.</translation>
        </message>
        <message>
            <source>The weights take %1: this kind of file holds some of them in wider types.</source>
            <translation>Die Gewichte brauchen %1: Diese Art von Datei hält manche davon in breiteren Typen.</translation>
        </message>
        <message>
            <source>Show in folder</source>
            <translation>Im Ordner zeigen</translation>
        </message>
        <message>
            <source>Opens the folder that the file lies in</source>
            <translation>Öffnet den Ordner, in dem die Datei liegt</translation>
        </message>
        <message>
            <source>%1 tensors, %2 as their formats pack them; layers at %3 bits a weight</source>
            <translation>%1 Tensoren, %2, wie ihre Formate sie packen; Schichten mit %3 Bits je Gewicht</translation>
        </message>
        <message>
            <source>Write INT4 instead</source>
            <translation>Stattdessen INT4 schreiben</translation>
        </message>
        <message>
            <source>The same codes in half the room; what runs the file has to know operator set 21</source>
            <translation>Dieselben Codes auf halbem Platz; was die Datei ausführt, muss den Operatorsatz 21 kennen</translation>
        </message>
        <message>
            <source>%1 left</source>
            <translation>noch %1</translation>
        </message>
    </context>
    <context>
        <name>tritloom::FrontierPage</name>
        <message>
            <source>Size against divergence</source>
            <translation>Größe gegen Divergenz</translation>
        </message>
        <message>
            <source>best predicted</source>
            <translation>beste vorhergesagte</translation>
        </message>
        <message>
            <source>measured</source>
            <translation>gemessen</translation>
        </message>
        <message>
            <source>now</source>
            <translation>jetzt</translation>
        </message>
        <message>
            <source>KL divergence, nats</source>
            <translation>KL-Divergenz, Nats</translation>
        </message>
        <message>
            <source>Nothing measured yet. Measure the sensitivity, then the best trade-offs between size and divergence appear here.</source>
            <translation>Noch nichts gemessen. Nach dem Messen der Sensitivität stehen hier die besten Kompromisse zwischen Größe und Divergenz.</translation>
        </message>
        <message>
            <source>Cannot be measured: %1</source>
            <translation>Kann nicht gemessen werden: %1</translation>
        </message>
        <message>
            <source>Click a point of the line to take its allocation. The line is predicted from the sensitivity table, the circles beside it were measured.</source>
            <translation>Ein Klick auf einen Punkt der Linie übernimmt seine Verteilung. Die Linie ist aus der Sensitivitätstabelle vorhergesagt, die Kreise daneben wurden gemessen.</translation>
        </message>
        <message>
            <source>Take %1 from the frontier</source>
            <translation>%1 von der Grenzlinie übernehmen</translation>
        </message>
        <message>
            <source>divergence</source>
            <translation>Divergenz</translation>
        </message>
        <message>
            <source>%1, divergence %2: click to take it</source>
            <translation>%1, Divergenz %2: anklicken zum Übernehmen</translation>
        </message>
        <message>
            <source>file size, %1</source>
            <translation>Dateigröße, %1</translation>
        </message>
        <message>
            <source>Measure the sensitivity</source>
            <translation>Die Sensitivität messen</translation>
        </message>
        <message>
            <source>Click a point to take it.</source>
            <translation>Ein Klick übernimmt einen Punkt.</translation>
        </message>
    </context>
    <context>
        <name>tritloom::HeatMap</name>
        <message>
            <source>Heat map</source>
            <translation>Wärmekarte</translation>
        </message>
    </context>
    <context>
        <name>tritloom::HistogramView</name>
        <message>
            <source>Histogram</source>
            <translation>Histogramm</translation>
        </message>
        <message>
            <source>%1: values from %2 to %3</source>
            <translation>%1: Werte von %2 bis %3</translation>
        </message>
        <message>
            <source>levels of the median block</source>
            <translation>Stufen des mittleren Blocks</translation>
        </message>
        <message>
            <source>log count</source>
            <translation>log. Anzahl</translation>
        </message>
        <message>
            <source>count</source>
            <translation>Anzahl</translation>
        </message>
        <message>
            <source>%1 to %2: %3 weights</source>
            <translation>%1 bis %2: %3 Gewichte</translation>
        </message>
    </context>
    <context>
        <name>tritloom::HistoryList</name>
        <message>
            <source>History</source>
            <translation>Verlauf</translation>
        </message>
        <message>
            <source>Opened</source>
            <translation>Geöffnet</translation>
        </message>
        <message>
            <source>not measured</source>
            <translation>nicht gemessen</translation>
        </message>
        <message>
            <source>%1
Measured perplexity, and its change from the step before: %2</source>
            <translation>%1
Gemessene Perplexität und ihre Änderung gegenüber dem Schritt davor: %2</translation>
        </message>
        <message>
            <source>Compare with now…</source>
            <translation>Mit jetzt vergleichen…</translation>
        </message>
        <message>
            <source>%1
Measured quality, and its change from the step before: %2</source>
            <translation>%1
Gemessene Güte und ihre Änderung gegenüber dem Schritt davor: %2</translation>
        </message>
        <message>
            <source>original</source>
            <translation>Original</translation>
        </message>
    </context>
    <context>
        <name>tritloom::LayerModel</name>
        <message>
            <source>Block %1</source>
            <translation>Block %1</translation>
        </message>
        <message>
            <source>%1, %2 bits, pinned</source>
            <translation>%1, %2 Bits, angeheftet</translation>
        </message>
        <message>
            <source>%1, %2 bits</source>
            <translation>%1, %2 Bits</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>Bits</source>
            <translation>Bits</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>Größe</translation>
        </message>
        <message>
            <source>Sensitivity</source>
            <translation>Sensitivität</translation>
        </message>
        <message>
            <source>Format</source>
            <translation>Format</translation>
        </message>
        <message>
            <source>Weight error</source>
            <translation>Gewichtsfehler</translation>
        </message>
        <message>
            <source>Stored as</source>
            <translation>Gespeichert als</translation>
        </message>
        <message>
            <source>Shape</source>
            <translation>Form</translation>
        </message>
        <message>
            <source>Parameters</source>
            <translation>Parameter</translation>
        </message>
        <message>
            <source>Layers by block, in model order</source>
            <translation>Schichten nach Blöcken, in der Reihenfolge des Modells</translation>
        </message>
        <message>
            <source>Bits per weight with scales counted, exact</source>
            <translation>Bits je Gewicht, Skalen mitgezählt, exakt</translation>
        </message>
        <message>
            <source>Bytes in the file, exact</source>
            <translation>Bytes in der Datei, exakt</translation>
        </message>
        <message>
            <source>What the layer becomes; double-click to choose</source>
            <translation>Was aus der Schicht wird; Doppelklick zum Wählen</translation>
        </message>
        <message>
            <source>Measured: squared error of the weights as chosen, against their own square</source>
            <translation>Gemessen: quadratischer Fehler der Gewichte wie gewählt, gegen ihr eigenes Quadrat</translation>
        </message>
        <message>
            <source>Number format in the file that was opened</source>
            <translation>Zahlenformat in der geöffneten Datei</translation>
        </message>
        <message>
            <source>Rows × columns</source>
            <translation>Zeilen × Spalten</translation>
        </message>
        <message>
            <source>Number of weights</source>
            <translation>Anzahl der Gewichte</translation>
        </message>
        <message>
            <source>Measured: divergence that this layer alone costs at about four bits</source>
            <translation>Gemessen: Divergenz, die diese Schicht allein bei etwa vier Bits kostet</translation>
        </message>
        <message>
            <source>%1 by %2</source>
            <translation>%1 mit %2</translation>
        </message>
    </context>
    <context>
        <name>tritloom::LayersPage</name>
        <message>
            <source>Words are looked for in the name. Comparisons: bits, size, parameters, rows, columns, sensitivity, error, block with &lt; &lt;= &gt; &gt;= = !=, p90 for what nine tenths of the layers do not exceed; name, role, format, stored with = != ~; pinned. “-” turns a term round.</source>
            <translation>Wörter werden im Namen gesucht. Vergleiche: bits, size, parameters, rows, columns, sensitivity, error, block mit &lt; &lt;= &gt; &gt;= = !=, p90 für das, was neun Zehntel der Schichten nicht übersteigen; name, role, format, stored mit = != ~; pinned. „-“ kehrt einen Begriff um.</translation>
        </message>
        <message>
            <source>Filter layers</source>
            <translation>Schichten filtern</translation>
        </message>
        <message>
            <source>Blocks</source>
            <translation>Blöcke</translation>
        </message>
        <message>
            <source>Group layers by block; off: one list, sorted as a whole</source>
            <translation>Schichten nach Blöcken gruppieren; aus: eine Liste, als Ganzes sortiert</translation>
        </message>
        <message>
            <source>Layers</source>
            <translation>Schichten</translation>
        </message>
        <message>
            <source>%1 — %2 bits</source>
            <translation>%1 — %2 Bits</translation>
        </message>
        <message numerus="yes">
            <source>%n layer(s), %1 parameters</source>
            <translation>
                <numerusform>%n Schicht, %1 Parameter</numerusform>
                <numerusform>%n Schichten, %1 Parameter</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%1 of %n layer(s)</source>
            <translation>
                <numerusform>%1 von %n Schicht</numerusform>
                <numerusform>%1 von %n Schichten</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 to %2 bits</source>
            <translation>%1 auf %2 Bits</translation>
        </message>
        <message>
            <source>Filter: attn bits&lt;4 …</source>
            <translation>Filter: attn bits&lt;4 …</translation>
        </message>
        <message>
            <source>No layer matches.</source>
            <translation>Keine Schicht passt.</translation>
        </message>
        <message>
            <source>&amp;Copy rows</source>
            <translation>Zeilen &amp;kopieren</translation>
        </message>
    </context>
    <context>
        <name>tritloom::LoomPage</name>
        <message>
            <source>Bit loom</source>
            <translation>Bit-Webstuhl</translation>
        </message>
        <message>
            <source>One slider per layer: bits per weight</source>
            <translation>Ein Regler je Schicht: Bits je Gewicht</translation>
        </message>
        <message>
            <source>Bit allocation</source>
            <translation>Bitverteilung</translation>
        </message>
        <message>
            <source>mean %1 bpw</source>
            <translation>Mittel %1 bpw</translation>
        </message>
        <message>
            <source>%1 to %2 bits</source>
            <translation>%1 auf %2 Bits</translation>
        </message>
        <message>
            <source>budget %1 bpw</source>
            <translation>Budget %1 bpw</translation>
        </message>
        <message>
            <source>drag bars or lines · width: parameters · strip: sensitivity</source>
            <translation>Balken oder Linien ziehen · Breite: Parameter · Streifen: Sensitivität</translation>
        </message>
        <message>
            <source>width: parameters · strip: sensitivity</source>
            <translation>Breite: Parameter · Streifen: Sensitivität</translation>
        </message>
        <message>
            <source>The model has no layers that can be compressed.</source>
            <translation>Das Modell hat keine Schichten, die verdichtet werden können.</translation>
        </message>
        <message>
            <source>budget %1 bpw, the smallest</source>
            <translation>Budget %1 bpw, das kleinste</translation>
        </message>
        <message>
            <source>Bits</source>
            <translation>Bits</translation>
        </message>
    </context>
    <context>
        <name>tritloom::MainWindow</name>
        <message>
            <source>A method could not be loaded: %1</source>
            <translation>Ein Verfahren konnte nicht geladen werden: %1</translation>
        </message>
        <message>
            <source>Changes are not kept on disk: %1</source>
            <translation>Änderungen werden nicht gespeichert: %1</translation>
        </message>
        <message>
            <source>Could not open: %1</source>
            <translation>Konnte nicht geöffnet werden: %1</translation>
        </message>
        <message>
            <source>Sensitivity was not measured: %1</source>
            <translation>Die Sensitivität wurde nicht gemessen: %1</translation>
        </message>
        <message>
            <source>Stop measuring</source>
            <translation>Messen anhalten</translation>
        </message>
        <message>
            <source>Measure &amp;sensitivity</source>
            <translation>&amp;Sensitivität messen</translation>
        </message>
        <message>
            <source>Tritloom</source>
            <translation>Tritloom</translation>
        </message>
        <message>
            <source>%1[*] — Tritloom</source>
            <translation>%1[*] — Tritloom</translation>
        </message>
        <message>
            <source>Open a model</source>
            <translation>Modell öffnen</translation>
        </message>
        <message>
            <source>Open a model's folder</source>
            <translation>Ordner eines Modells öffnen</translation>
        </message>
        <message>
            <source>Save a copy of the project</source>
            <translation>Kopie des Projekts speichern</translation>
        </message>
        <message>
            <source>Tritloom projects (*.tritproj)</source>
            <translation>Tritloom-Projekte (*.tritproj)</translation>
        </message>
        <message>
            <source>The project was not saved: %1</source>
            <translation>Das Projekt wurde nicht gespeichert: %1</translation>
        </message>
        <message>
            <source>Saved as %1</source>
            <translation>Gespeichert als %1</translation>
        </message>
        <message>
            <source>Nothing was allocated: %1</source>
            <translation>Nichts wurde verteilt: %1</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>Sensitivity</source>
            <translation>Sensitivität</translation>
        </message>
        <message>
            <source>Measure what each layer costs in each format, one at a time</source>
            <translation>Messen, was jede Schicht in jedem Format kostet, eine nach der anderen</translation>
        </message>
        <message>
            <source>Attention: %1</source>
            <translation>Achtung: %1</translation>
        </message>
        <message>
            <source>The pictures could not be taken: %1</source>
            <translation>Die Bilder konnten nicht genommen werden: %1</translation>
        </message>
        <message>
            <source>Models and projects (%1);;All files (*)</source>
            <translation>Modelle und Projekte (%1);;Alle Dateien (*)</translation>
        </message>
        <message>
            <source>How to allocate: allocator, costs, a second budget</source>
            <translation>Wie verteilt wird: Verteiler, Kosten, ein zweites Budget</translation>
        </message>
        <message>
            <source>How to allocate: not the standard way</source>
            <translation>Wie verteilt wird: nicht auf die übliche Art</translation>
        </message>
        <message>
            <source>The model is as its file has it.</source>
            <translation>Das Modell ist, wie es in seiner Datei steht.</translation>
        </message>
        <message>
            <source>%1 is in place. Undo takes it back, and so does “Back to the original” in the menu Allocate.</source>
            <translation>%1 ist eingesetzt. Rückgängig nimmt es zurück, ebenso „Zurück zum Original“ im Menü Verteilen.</translation>
        </message>
        <message>
            <source>Back to the original</source>
            <translation>Zurück zum Original</translation>
        </message>
        <message>
            <source>Transform: %1</source>
            <translation>Umformen: %1</translation>
        </message>
        <message>
            <source>Drop to measure on these pictures</source>
            <translation>Loslassen, um auf diesen Bildern zu messen</translation>
        </message>
        <message>
            <source>Drop to open %1</source>
            <translation>Loslassen, um %1 zu öffnen</translation>
        </message>
        <message>
            <source>The models before this one were let go to spare memory. “Back to the original” in the menu Allocate leads to the one that was opened.</source>
            <translation>Die Modelle vor diesem wurden losgelassen, um Speicher zu sparen. „Zurück zum Original“ im Menü Verteilen führt zu dem, das geöffnet wurde.</translation>
        </message>
        <message>
            <source>GGUF’s blocks do not divide some rows, so groups of a row are offered too, int2row to int8row: .tritloom and other kinds of file hold them, GGUF does not.</source>
            <translation>Manche Zeilen lassen sich nicht in die Blöcke von GGUF teilen, darum werden auch Gruppen von einer Zeile angeboten, int2row bis int8row: .tritloom und andere Arten von Dateien fassen sie, GGUF nicht.</translation>
        </message>
        <message>
            <source>Find the layers that carry the loss</source>
            <translation>Die Schichten finden, die den Verlust tragen</translation>
        </message>
        <message>
            <source>Cannot be measured: %1</source>
            <translation>Kann nicht gemessen werden: %1</translation>
        </message>
        <message>
            <source>Distribute the budget by measured sensitivity; pinned layers stay</source>
            <translation>Das Budget nach gemessener Sensitivität verteilen; angeheftete Schichten bleiben</translation>
        </message>
        <message>
            <source>Add fine-tunes</source>
            <translation>Nachtrainings hinzufügen</translation>
        </message>
        <message>
            <source>Differences to a base (*.tritloom *.pt *.pth *.bin);;All files (*)</source>
            <translation>Unterschiede zu einem Grundmodell (*.tritloom *.pt *.pth *.bin);;Alle Dateien (*)</translation>
        </message>
        <message>
            <source>Fine-tune: %1</source>
            <translation>Nachtraining: %1</translation>
        </message>
        <message>
            <source>Drop to open a base and its fine-tunes</source>
            <translation>Loslassen, um ein Grundmodell und seine Nachtrainings zu öffnen</translation>
        </message>
        <message numerus="yes">
            <source>Drop to add %n fine-tune(s) of the open model</source>
            <translation>
                <numerusform>Loslassen, um %n Nachtraining des offenen Modells hinzuzufügen</numerusform>
                <numerusform>Loslassen, um %n Nachtrainings des offenen Modells hinzuzufügen</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>tritloom::PayBackStrip</name>
        <message>
            <source>Win back:</source>
            <translation>Zurückgewinnen:</translation>
        </message>
        <message>
            <source>Offers to win back quality appear here once sensitivity has been measured</source>
            <translation>Angebote, Güte zurückzugewinnen, stehen hier, sobald die Sensitivität gemessen ist</translation>
        </message>
        <message>
            <source>%1 to %2: %3, wins back %4</source>
            <translation>%1 auf %2: %3, gewinnt %4 zurück</translation>
        </message>
        <message>
            <source>%1 to %2</source>
            <translation>%1 auf %2</translation>
        </message>
        <message>
            <source>Predicted: lowers the divergence by %1</source>
            <translation>Vorhergesagt: senkt die Divergenz um %1</translation>
        </message>
    </context>
    <context>
        <name>tritloom::PreferencesDialog</name>
        <message>
            <source>Preferences</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Dunkel</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Hell</translation>
        </message>
        <message>
            <source>As the desktop</source>
            <translation>Wie die Arbeitsfläche</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>Wie das System</translation>
        </message>
        <message>
            <source>all cores</source>
            <translation>alle Kerne</translation>
        </message>
        <message>
            <source>&amp;Device</source>
            <translation>&amp;Gerät</translation>
        </message>
        <message>
            <source>&amp;Threads</source>
            <translation>&amp;Threads</translation>
        </message>
        <message>
            <source>T&amp;heme</source>
            <translation>&amp;Farben</translation>
        </message>
        <message>
            <source>&amp;Language</source>
            <translation>&amp;Sprache</translation>
        </message>
        <message>
            <source>Device and threads take effect with the next model.</source>
            <translation>Gerät und Threads gelten ab dem nächsten Modell.</translation>
        </message>
        <message>
            <source>OK</source>
            <translation>OK</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
    </context>
    <context>
        <name>tritloom::PreviewPage</name>
        <message>
            <source>History: perplexity, measured</source>
            <translation>Verlauf: Perplexität, gemessen</translation>
        </message>
        <message>
            <source>Perplexity</source>
            <translation>Perplexität</translation>
        </message>
        <message>
            <source>Predicted from the sensitivity table: original × e^divergence; replaced by the measurement</source>
            <translation>Aus der Sensitivitätstabelle vorhergesagt: Original × e^Divergenz; die Messung ersetzt es</translation>
        </message>
        <message>
            <source>Perplexity over the text so far, with its 95 % interval; dashed: the original, dotted: predicted</source>
            <translation>Perplexität über den bisherigen Text mit 95-%-Bereich; gestrichelt: Original, gepunktet: vorhergesagt</translation>
        </message>
        <message>
            <source>Course of the measurement</source>
            <translation>Verlauf der Messung</translation>
        </message>
        <message>
            <source>Against the original</source>
            <translation>Gegen das Original</translation>
        </message>
        <message>
            <source>This model cannot be run here, so nothing is measured: %1</source>
            <translation>Dieses Modell kann hier nicht laufen, darum wird nichts gemessen: %1</translation>
        </message>
        <message>
            <source>The measurement failed: %1</source>
            <translation>Die Messung ist gescheitert: %1</translation>
        </message>
        <message>
            <source>Showing the original; Space flips back</source>
            <translation>Gezeigt wird das Original; die Leertaste wechselt zurück</translation>
        </message>
        <message>
            <source>Measuring, %1 %</source>
            <translation>Messung, %1 %</translation>
        </message>
        <message>
            <source>Measured in %1</source>
            <translation>Gemessen in %1</translation>
        </message>
        <message>
            <source>Not measured as it is now</source>
            <translation>So wie jetzt noch nicht gemessen</translation>
        </message>
        <message>
            <source>Nothing measured yet</source>
            <translation>Noch nichts gemessen</translation>
        </message>
        <message>
            <source>Perplexity · %1 tokens of %2 chunks</source>
            <translation>Perplexität · %1 Token aus %2 Stücken</translation>
        </message>
        <message>
            <source>± %1 measured</source>
            <translation>± %1 gemessen</translation>
        </message>
        <message>
            <source>predicted</source>
            <translation>vorhergesagt</translation>
        </message>
        <message>
            <source>of an earlier step</source>
            <translation>aus einem früheren Schritt</translation>
        </message>
        <message>
            <source>original</source>
            <translation>Original</translation>
        </message>
        <message>
            <source>%1 to original %2</source>
            <translation>%1 gegen %2</translation>
        </message>
        <message>
            <source>%1 predicted</source>
            <translation>%1 vorhergesagt</translation>
        </message>
        <message>
            <source>History: quality, measured</source>
            <translation>Verlauf: Güte, gemessen</translation>
        </message>
        <message>
            <source>Nothing is measured yet: drop pictures, or a folder of them, on the window.</source>
            <translation>Noch ist nichts gemessen: Bilder oder einen Ordner mit Bildern auf das Fenster ziehen.</translation>
        </message>
        <message>
            <source>How often both models would say the same next token</source>
            <translation>Wie oft beide Modelle dasselbe nächste Token sagen würden</translation>
        </message>
        <message>
            <source>KL divergence, measured</source>
            <translation>KL-Divergenz, gemessen</translation>
        </message>
        <message>
            <source>KL divergence, predicted</source>
            <translation>KL-Divergenz, vorhergesagt</translation>
        </message>
        <message>
            <source>Nats per token: how far the next-token probabilities moved from the original's</source>
            <translation>Nats je Token: wie weit sich die Wahrscheinlichkeiten des nächsten Tokens von denen des Originals entfernt haben</translation>
        </message>
        <message>
            <source>Same top token, measured</source>
            <translation>Gleiches Token, gemessen</translation>
        </message>
        <message>
            <source>Measure now</source>
            <translation>Jetzt messen</translation>
        </message>
        <message>
            <source>Choose pictures…</source>
            <translation>Bilder wählen…</translation>
        </message>
        <message>
            <source>Measured earlier</source>
            <translation>Früher gemessen</translation>
        </message>
        <message>
            <source>Figures of the preview</source>
            <translation>Zahlen der Vorschau</translation>
        </message>
    </context>
    <context>
        <name>tritloom::ProjectToolBar</name>
        <message>
            <source>Project</source>
            <translation>Projekt</translation>
        </message>
        <message>
            <source>Compression method</source>
            <translation>Verdichtungsverfahren</translation>
        </message>
        <message>
            <source>Budget in bits per weight</source>
            <translation>Budget in Bits je Gewicht</translation>
        </message>
        <message>
            <source> bpw</source>
            <translation> bpw</translation>
        </message>
        <message>
            <source>Method</source>
            <translation>Verfahren</translation>
        </message>
        <message>
            <source>Budget</source>
            <translation>Budget</translation>
        </message>
        <message>
            <source>Budget as the size of the file</source>
            <translation>Budget als Größe der Datei</translation>
        </message>
        <message>
            <source>Budget in bits a weight of the layers that are compressed, scales counted; norms and biases stay as they are and are no part of it</source>
            <translation>Budget in Bits je Gewicht der verdichteten Schichten, Skalen mitgezählt; Normen und Biase bleiben, wie sie sind, und gehören nicht dazu</translation>
        </message>
        <message>
            <source>The same budget as the size of all tensors, those that stay as they are too</source>
            <translation>Dasselbe Budget als Größe aller Tensoren, auch derer, die bleiben, wie sie sind</translation>
        </message>
        <message>
            <source>What a project begins with: it fits every format, takes about as long as rounding, and gives what llama.cpp’s own quantizer gives or better. GPTQ mostly loses less at four bits and below, small models above all, and its sweep takes several times as long; the page Compare measures both on this model.</source>
            <translation>Womit ein Projekt beginnt: passt zu jedem Format, dauert etwa so lange wie Runden und liefert, was llama.cpps eigener Quantisierer liefert, oder Besseres. GPTQ verliert bei vier Bit und weniger meist weniger, vor allem bei kleinen Modellen, und sein Durchlauf dauert ein Mehrfaches; die Seite Vergleich misst beide an diesem Modell.</translation>
        </message>
        <message>
            <source>The formats that are offered make at least %1 bits a weight, %2.</source>
            <translation>Die angebotenen Formate brauchen mindestens %1 Bits je Gewicht, %2.</translation>
        </message>
    </context>
    <context>
        <name>tritloom::SensitivityPage</name>
        <message>
            <source>Sensitivity of layers to formats</source>
            <translation>Sensitivität der Schichten gegen Formate</translation>
        </message>
        <message>
            <source>KL divergence, measured</source>
            <translation>KL-Divergenz, gemessen</translation>
        </message>
        <message>
            <source>KL divergence per megabyte kept</source>
            <translation>KL-Divergenz je behaltenem Megabyte</translation>
        </message>
        <message>
            <source>Weight error</source>
            <translation>Gewichtsfehler</translation>
        </message>
        <message>
            <source>Weight error by activations</source>
            <translation>Gewichtsfehler nach Aktivierungen</translation>
        </message>
        <message>
            <source>%1 to %2</source>
            <translation>%1 auf %2</translation>
        </message>
        <message>
            <source>KL %1 ± %2 nats, measured</source>
            <translation>KL %1 ± %2 Nats, gemessen</translation>
        </message>
        <message>
            <source>weight error %1, by activations %2</source>
            <translation>Gewichtsfehler %1, nach Aktivierungen %2</translation>
        </message>
        <message>
            <source>not measured yet</source>
            <translation>noch nicht gemessen</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>Measure</source>
            <translation>Messen</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>Weiter</translation>
        </message>
        <message>
            <source>Cannot be measured: %1</source>
            <translation>Kann nicht gemessen werden: %1</translation>
        </message>
        <message>
            <source>%1 of %2 cells</source>
            <translation>%1 von %2 Zellen</translation>
        </message>
        <message>
            <source>%1 layers × %2 formats measured. Double-click a cell to take it.</source>
            <translation>%1 Schichten × %2 Formate gemessen. Ein Doppelklick auf eine Zelle übernimmt sie.</translation>
        </message>
        <message>
            <source>%1 of %2 cells measured: each is the divergence with only that layer compressed.</source>
            <translation>%1 von %2 Zellen gemessen: jede ist die Divergenz, wenn nur diese Schicht verdichtet ist.</translation>
        </message>
        <message>
            <source>Divergence, measured</source>
            <translation>Divergenz, gemessen</translation>
        </message>
        <message>
            <source>Divergence per megabyte kept</source>
            <translation>Divergenz je behaltenem Megabyte</translation>
        </message>
        <message>
            <source>divergence %1 ± %2, measured</source>
            <translation>Divergenz %1 ± %2, gemessen</translation>
        </message>
        <message>
            <source>%1 gave nothing: %2</source>
            <translation>%1 ergab nichts: %2</translation>
        </message>
        <message>
            <source>%1 left</source>
            <translation>noch %1</translation>
        </message>
        <message>
            <source>%1; only the order means something.</source>
            <translation>%1; nur die Reihenfolge bedeutet etwas.</translation>
        </message>
        <message>
            <source>%1; sums over layers.</source>
            <translation>%1; summiert sich über Schichten.</translation>
        </message>
        <message>
            <source>Allocate by it</source>
            <translation>Danach verteilen</translation>
        </message>
        <message>
            <source>Every layer in every format, one at a time, by running the model</source>
            <translation>Jede Schicht in jedem Format, eins nach dem anderen, indem das Modell gerechnet wird</translation>
        </message>
        <message>
            <source>Looking at the layers</source>
            <translation>Schichten werden angesehen</translation>
        </message>
        <message>
            <source>Measured sweep</source>
            <translation>Gemessene Reihe</translation>
        </message>
        <message>
            <source>Not asked yet.</source>
            <translation>Noch nicht gefragt.</translation>
        </message>
        <message>
            <source>Score</source>
            <translation>Bewerten</translation>
        </message>
        <message>
            <source>What the map shows</source>
            <translation>Was die Karte zeigt</translation>
        </message>
        <message>
            <source>Where sensitivity comes from</source>
            <translation>Woher die Sensitivität kommt</translation>
        </message>
        <message>
            <source>of the layer itself: %1</source>
            <translation>der Schicht selbst: %1</translation>
        </message>
        <message>
            <source>“Allocate” goes by these costs instead of the measured sweep's</source>
            <translation>„Verteilen“ geht nach diesen Kosten statt nach denen der gemessenen Reihe</translation>
        </message>
        <message>
            <source>Colours are logarithmic. A cell with a corner stands for another format than its heading: the layer’s rows do not divide into that format’s blocks, and the cell’s tooltip says what takes its place.</source>
            <translation>Die Farben sind logarithmisch. Ein Feld mit Ecke steht für ein anderes Format als seine Überschrift: Die Zeilen der Schicht lassen sich nicht in die Blöcke jenes Formats teilen, und der Hinweis am Feld sagt, was an dessen Stelle tritt.</translation>
        </message>
        <message>
            <source>another format</source>
            <translation>anderes Format</translation>
        </message>
        <message>
            <source>%1, %2 left</source>
            <translation>%1, noch %2</translation>
        </message>
    </context>
    <context>
        <name>tritloom::StartPage</name>
        <message>
            <source>Tritloom</source>
            <translation>Tritloom</translation>
        </message>
        <message>
            <source>See where a network’s bits go, move them, and watch what it costs.</source>
            <translation>Sehen, wohin die Bits eines Netzes gehen, sie verschieben und die Kosten beobachten.</translation>
        </message>
        <message>
            <source>Open a model…</source>
            <translation>Modell öffnen…</translation>
        </message>
        <message>
            <source>Open the sample</source>
            <translation>Beispiel öffnen</translation>
        </message>
        <message>
            <source>A small language model that comes with the program</source>
            <translation>Ein kleines Sprachmodell, das dem Programm beiliegt</translation>
        </message>
        <message>
            <source>Recent</source>
            <translation>Zuletzt</translation>
        </message>
        <message>
            <source>%1 is not there any more</source>
            <translation>%1 ist nicht mehr da</translation>
        </message>
        <message>
            <source>Or drop a file or folder here: GGUF, safetensors with its config.json, a llama2.c checkpoint, or a network on pictures as ONNX or PyTorch file.</source>
            <translation>Oder eine Datei oder einen Ordner hierher ziehen: GGUF, Safetensors mit config.json, ein llama2.c-Checkpoint oder ein Netz auf Bildern als ONNX- oder PyTorch-Datei.</translation>
        </message>
        <message>
            <source>Samples</source>
            <translation>Beispiele</translation>
        </message>
    </context>
    <context>
        <name>tritloom::StatusLine</name>
        <message>
            <source>Esc cancels</source>
            <translation>Esc bricht ab</translation>
        </message>
        <message>
            <source>Memory of this program</source>
            <translation>Speicher dieses Programms</translation>
        </message>
        <message>
            <source>Opening %1</source>
            <translation>%1 wird geöffnet</translation>
        </message>
        <message>
            <source>Exporting, %1 %</source>
            <translation>Export, %1 %</translation>
        </message>
        <message>
            <source>Measuring sensitivity: %1 of %2 cells</source>
            <translation>Sensitivität wird gemessen: %1 von %2 Zellen</translation>
        </message>
        <message>
            <source>%1, %2 left</source>
            <translation>%1, noch %2</translation>
        </message>
        <message>
            <source>This model can be looked at and exported, not measured</source>
            <translation>Dieses Modell kann angesehen und exportiert, aber nicht gemessen werden</translation>
        </message>
        <message>
            <source>Measuring: chunk %1 of %2</source>
            <translation>Messung: Stück %1 von %2</translation>
        </message>
        <message>
            <source>Measuring</source>
            <translation>Messung</translation>
        </message>
        <message>
            <source>Ready</source>
            <translation>Bereit</translation>
        </message>
        <message>
            <source>RSS %1</source>
            <translation>RSS %1</translation>
        </message>
        <message>
            <source>Reading the pictures…</source>
            <translation>Bilder werden gelesen…</translation>
        </message>
        <message>
            <source>No pictures yet to measure on</source>
            <translation>Noch keine Bilder zum Messen</translation>
        </message>
        <message>
            <source>Measuring: picture %1 of %2</source>
            <translation>Messung: Bild %1 von %2</translation>
        </message>
        <message>
            <source>Transforming the model, %1 %</source>
            <translation>Modell wird umgeformt, %1 %</translation>
        </message>
        <message>
            <source>Analysing, %1 %</source>
            <translation>Analyse, %1 %</translation>
        </message>
        <message>
            <source>Scoring layers, %1 %</source>
            <translation>Schichten werden bewertet, %1 %</translation>
        </message>
        <message>
            <source>Opening %1: rewriting the model by %2 again, %3 %</source>
            <translation>%1 wird geöffnet: das Modell wird wieder durch %2 umgeschrieben, %3 %</translation>
        </message>
        <message>
            <source>%1, in %2 of %3 layers</source>
            <translation>%1, in %2 von %3 Schichten</translation>
        </message>
        <message>
            <source>Products with packed weights round their inputs to 8 bits; convolutions and weights stored as floats are exact</source>
            <translation>Produkte mit gepackten Gewichten runden ihre Eingaben auf 8 Bit; Faltungen und als Gleitkommazahlen gespeicherte Gewichte sind exakt</translation>
        </message>
        <message>
            <source>%1, %2 %</source>
            <translation>%1, %2 %</translation>
        </message>
    </context>
    <context>
        <name>tritloom::StripChart</name>
        <message>
            <source>%1, largest %2</source>
            <translation>%1, größter %2</translation>
        </message>
    </context>
    <context>
        <name>tritloom::TextPage</name>
        <message>
            <source>The river rose all night, and by morning</source>
            <translation>The river rose all night, and by morning</translation>
        </message>
        <message>
            <source>Generate</source>
            <translation>Erzeugen</translation>
        </message>
        <message>
            <source>Text of the original model</source>
            <translation>Text des Originalmodells</translation>
        </message>
        <message>
            <source>Text of the compressed model</source>
            <translation>Text des verdichteten Modells</translation>
        </message>
        <message>
            <source> tokens</source>
            <translation> Token</translation>
        </message>
        <message>
            <source>seed </source>
            <translation>Startwert </translation>
        </message>
        <message>
            <source>temperature </source>
            <translation>Temperatur </translation>
        </message>
        <message>
            <source>0 takes the most likely token each time</source>
            <translation>0 nimmt jedes Mal das wahrscheinlichste Token</translation>
        </message>
        <message>
            <source>&amp;Prompt</source>
            <translation>&amp;Anfang</translation>
        </message>
        <message>
            <source>Original</source>
            <translation>Original</translation>
        </message>
        <message>
            <source>Compressed</source>
            <translation>Verdichtet</translation>
        </message>
        <message>
            <source>Both models continue the same prompt; the first token in which they differ is marked.</source>
            <translation>Beide Modelle setzen denselben Anfang fort; das erste abweichende Token ist markiert.</translation>
        </message>
        <message>
            <source>Cannot generate: %1</source>
            <translation>Kann nichts erzeugen: %1</translation>
        </message>
        <message>
            <source>Reading the prompt…</source>
            <translation>Der Anfang wird gelesen…</translation>
        </message>
        <message numerus="yes">
            <source>All %n token(s) are the same.</source>
            <translation>
                <numerusform>Das Token ist gleich.</numerusform>
                <numerusform>Alle %n Token sind gleich.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The same so far: %n token(s).</source>
            <translation>
                <numerusform>Bisher gleich: %n Token.</numerusform>
                <numerusform>Bisher gleich: %n Token.</numerusform>
            </translation>
        </message>
        <message>
            <source>the end of the text</source>
            <translation>das Ende des Textes</translation>
        </message>
        <message>
            <source>First difference at token %1. &lt;b&gt;Original:&lt;/b&gt; %2. &lt;b&gt;Compressed:&lt;/b&gt; %3.</source>
            <translation>Erster Unterschied bei Token %1. &lt;b&gt;Original:&lt;/b&gt; %2. &lt;b&gt;Verdichtet:&lt;/b&gt; %3.</translation>
        </message>
        <message>
            <source>Which layers?</source>
            <translation>Welche Schichten?</translation>
        </message>
        <message>
            <source>Find the layers that cost the token in which the texts first differ</source>
            <translation>Die Schichten finden, die das Token kosten, in dem sich die Texte zuerst unterscheiden</translation>
        </message>
        <message>
            <source>the token “%1”</source>
            <translation>das Token „%1“</translation>
        </message>
        <message>
            <source>Here the original and the compressed language model continue one prompt. This network works on pictures: what it makes of them is on the page “Pictures”.</source>
            <translation>Hier setzen das ursprüngliche und das verdichtete Sprachmodell denselben Anfang fort. Dieses Netz arbeitet auf Bildern: Was es aus ihnen macht, steht auf der Seite „Bilder“.</translation>
        </message>
        <message>
            <source>Both models end the text at once: their first token is the end of the text. Try another prompt, or a higher temperature.</source>
            <translation>Beide Modelle beenden den Text sofort: Ihr erstes Token ist das Ende des Textes. Versuchen Sie einen anderen Anfang oder eine höhere Temperatur.</translation>
        </message>
        <message>
            <source>Number of tokens</source>
            <translation>Anzahl der Token</translation>
        </message>
        <message>
            <source>Seed</source>
            <translation>Startwert</translation>
        </message>
        <message>
            <source>Temperature</source>
            <translation>Temperatur</translation>
        </message>
    </context>
    <context>
        <name>tritloom::Workspace</name>
        <message>
            <source>Restore the project</source>
            <translation>Projekt wiederherstellen</translation>
        </message>
        <message>
            <source>Back to the beginning</source>
            <translation>Zurück zum Anfang</translation>
        </message>
        <message>
            <source>Allocate to %1 bits per weight</source>
            <translation>Auf %1 Bits je Gewicht verteilen</translation>
        </message>
        <message>
            <source>Keep the bits of the model before</source>
            <translation>Bits des Modells davor behalten</translation>
        </message>
    </context>
    <context>
        <name>tritloom::FlipSwitch</name>
        <message>
            <source>Compressed</source>
            <translation>Verdichtet</translation>
        </message>
        <message>
            <source>Original</source>
            <translation>Original</translation>
        </message>
        <message>
            <source>Show bars and figures of the original or of the compressed model (Space in the loom)</source>
            <translation>Balken und Zahlen des Originals oder des verdichteten Modells zeigen (Leertaste im Webstuhl)</translation>
        </message>
    </context>
    <context>
        <name>tritloom::RuntimeBadges</name>
        <message>
            <source>%1 does not load it</source>
            <translation>%1 lädt es nicht</translation>
        </message>
        <message>
            <source>%1 loads it</source>
            <translation>%1 lädt es</translation>
        </message>
        <message>
            <source>%1: every tensor's format can be loaded</source>
            <translation>%1: das Format jedes Tensors kann geladen werden</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>und eine weitere</numerusform>
                <numerusform>und %n weitere</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>tritloom::SpeedCard</name>
        <message>
            <source>%1 tok/s</source>
            <translation>%1 Token/s</translation>
        </message>
        <message>
            <source>%1 · %2 %</source>
            <translation>%1 · %2 %</translation>
        </message>
        <message>
            <source>Decode, estimated</source>
            <translation>Tempo, geschätzt</translation>
        </message>
        <message>
            <source>Decode, measured</source>
            <translation>Tempo, gemessen</translation>
        </message>
        <message>
            <source>Energy a token</source>
            <translation>Energie je Token</translation>
        </message>
        <message>
            <source>Estimate from published figures of a 45 nm process: %1 for reading memory, %2 for arithmetic. Good for comparing with the original (100 %), not for a bill.</source>
            <translation>Schätzung aus veröffentlichten Zahlen eines 45-nm-Prozesses: %1 für das Lesen des Speichers, %2 für das Rechnen. Zum Vergleich mit dem Original (100 %) geeignet, nicht für eine Rechnung.</translation>
        </message>
        <message>
            <source>Measure the speed</source>
            <translation>Tempo messen</translation>
        </message>
        <message>
            <source>Measure the speed again</source>
            <translation>Tempo noch einmal messen</translation>
        </message>
        <message>
            <source>Median of %1 tokens made by this program on this device; a tenth came faster than %2 tok/s, a tenth slower than %3</source>
            <translation>Median von %1 Token, die dieses Programm auf diesem Gerät erzeugt hat; ein Zehntel kam schneller als mit %2 Token/s, ein Zehntel langsamer als mit %3</translation>
        </message>
        <message>
            <source>Speed, one sequence on this machine</source>
            <translation>Tempo, eine Folge auf diesem Rechner</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>The bandwidth of this device is not known; measure instead</source>
            <translation>Die Bandbreite dieses Geräts ist nicht bekannt; stattdessen messen</translation>
        </message>
        <message>
            <source>measuring, %1 %</source>
            <translation>Messung, %1 %</translation>
        </message>
        <message>
            <source>not yet</source>
            <translation>noch nicht</translation>
        </message>
        <message>
            <source>≤ %1 tok/s</source>
            <translation>≤ %1 Token/s</translation>
        </message>
        <message>
            <source>The memory's bandwidth is being measured</source>
            <translation>Die Bandbreite des Speichers wird gemessen</translation>
        </message>
        <message>
            <source>Decode, memory’s limit</source>
            <translation>Tempo, Speichergrenze</translation>
        </message>
        <message>
            <source>≈ %1 tok/s</source>
            <translation>≈ %1 Token/s</translation>
        </message>
        <message>
            <source>From how fast this machine reads so many bytes, %1 GB/s measured: no token comes faster than the weights can be read. %2 tok/s once %3 tokens are cached.</source>
            <translation>Daraus, wie schnell dieser Rechner so viele Bytes liest, gemessen %1 GB/s: kein Token kommt schneller, als die Gewichte gelesen werden können. %2 Token/s, sobald %3 Token zwischengespeichert sind.</translation>
        </message>
        <message>
            <source>%1 a token are added for what is not reading, as last measured.</source>
            <translation>Je Token kommen %1 hinzu für alles, was nicht Lesen ist, wie zuletzt gemessen.</translation>
        </message>
        <message>
            <source>A small model stays far below this limit: what stands between the products counts more than reading. Measured once, it is counted in.</source>
            <translation>Ein kleines Modell bleibt weit unter dieser Grenze: Was zwischen den Produkten liegt, zählt mehr als das Lesen. Einmal gemessen, wird es eingerechnet.</translation>
        </message>
    </context>
    <context>
        <name>tritloom::ComparePage</name>
        <message>
            <source>Take this row</source>
            <translation>Diese Zeile nehmen</translation>
        </message>
        <message>
            <source>Save report…</source>
            <translation>Bericht speichern…</translation>
        </message>
        <message>
            <source>Methods to compare</source>
            <translation>Zu vergleichende Verfahren</translation>
        </message>
        <message>
            <source>Formats to compare</source>
            <translation>Zu vergleichende Formate</translation>
        </message>
        <message>
            <source>Results of the comparison</source>
            <translation>Ergebnisse des Vergleichs</translation>
        </message>
        <message>
            <source>Formats, filtered</source>
            <translation>Formate, gefiltert</translation>
        </message>
        <message>
            <source>Format</source>
            <translation>Format</translation>
        </message>
        <message>
            <source>Method</source>
            <translation>Verfahren</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>Größe</translation>
        </message>
        <message>
            <source>Bits</source>
            <translation>Bits</translation>
        </message>
        <message>
            <source>±</source>
            <translation>±</translation>
        </message>
        <message>
            <source>Seconds</source>
            <translation>Sekunden</translation>
        </message>
        <message>
            <source>Methods</source>
            <translation>Verfahren</translation>
        </message>
        <message>
            <source>Results appear here, row by row, with a chart of size against divergence.</source>
            <translation>Hier erscheinen Ergebnisse, Zeile um Zeile, mit einem Diagramm von Größe gegen Divergenz.</translation>
        </message>
        <message>
            <source>Here: %1</source>
            <translation>Hier: %1</translation>
        </message>
        <message>
            <source>sign (bit planes)</source>
            <translation>sign (Bitebenen)</translation>
        </message>
        <message>
            <source>For methods that store signs and factors: BitStack, PB-LLM, BitDelta</source>
            <translation>Für Verfahren, die Vorzeichen und Faktoren speichern: BitStack, PB-LLM, BitDelta</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>gescheitert</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>Vergleichen</translation>
        </message>
        <message>
            <source>Cannot be measured: %1</source>
            <translation>Kann nicht gemessen werden: %1</translation>
        </message>
        <message>
            <source>Choose methods and formats: each pair compresses the whole model and is measured. %1 methods, %2 formats chosen.</source>
            <translation>Verfahren und Formate wählen: Jedes Paar verdichtet das ganze Modell und wird gemessen. %1 Verfahren, %2 Formate gewählt.</translation>
        </message>
        <message>
            <source>%1 pairs measured. Double-click a row to make it the allocation.</source>
            <translation>%1 Paare gemessen. Ein Doppelklick macht eine Zeile zur Zuteilung.</translation>
        </message>
        <message>
            <source>All layers to %1 by %2</source>
            <translation>Alle Schichten auf %1 mit %2</translation>
        </message>
        <message>
            <source>Web page (*.html)</source>
            <translation>Webseite (*.html)</translation>
        </message>
        <message>
            <source>Comma-separated values (*.csv)</source>
            <translation>Kommagetrennte Werte (*.csv)</translation>
        </message>
        <message>
            <source>Save report</source>
            <translation>Bericht speichern</translation>
        </message>
        <message>
            <source>Another variant of this method</source>
            <translation>Noch eine Variante dieses Verfahrens</translation>
        </message>
        <message>
            <source>List this method once more, to compare it with other settings</source>
            <translation>Dieses Verfahren noch einmal aufführen, um es mit anderen Einstellungen zu vergleichen</translation>
        </message>
        <message>
            <source>Not for export</source>
            <translation>Nicht für Export</translation>
        </message>
        <message>
            <source>No kind of file that this network becomes has such codes: they would be written as the floats they stand for.</source>
            <translation>Keine Art Datei, zu der dieses Netz wird, hat solche Codes: Sie würden als die Gleitkommazahlen geschrieben, für die sie stehen.</translation>
        </message>
        <message>
            <source>Show or hide the lists of methods and formats</source>
            <translation>Die Listen der Verfahren und Formate zeigen oder verbergen</translation>
        </message>
        <message>
            <source>All tensors, those that stay as they are too</source>
            <translation>Alle Tensoren, auch die, die bleiben, wie sie sind</translation>
        </message>
        <message>
            <source>Bits a weight of the layers that are compressed</source>
            <translation>Bits je Gewicht der verdichteten Schichten</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 von %2</translation>
        </message>
        <message>
            <source>%1 methods, %2 formats chosen</source>
            <translation>%1 Verfahren, %2 Formate gewählt</translation>
        </message>
        <message>
            <source>%1 pairs measured</source>
            <translation>%1 Paare gemessen</translation>
        </message>
        <message>
            <source>original</source>
            <translation>Original</translation>
        </message>
        <message>
            <source>All layers as stored</source>
            <translation>Alle Schichten wie gespeichert</translation>
        </message>
        <message>
            <source>Not compared: %1</source>
            <translation>Wird nicht verglichen: %1</translation>
        </message>
        <message>
            <source>Budgets, e.g. 3bpw, 4bpw</source>
            <translation>Budgets, z. B. 3bpw, 4bpw</translation>
        </message>
        <message>
            <source>Budgets to compare</source>
            <translation>Budgets, die verglichen werden</translation>
        </message>
        <message>
            <source>For each size (bits per weight, or MB of all tensors) every method also chooses among the formats, layer by layer, by what they were measured to cost</source>
            <translation>Für jede Größe (Bit je Gewicht oder MB aller Tensoren) wählt jede Methode auch unter den Formaten, Schicht für Schicht, nach dem, was sie gemessen kosten</translation>
        </message>
        <message>
            <source>What the chart shows beside the size</source>
            <translation>Was das Diagramm neben der Größe zeigt</translation>
        </message>
        <message>
            <source>Formats for %1 by %2</source>
            <translation>Formate für %1 mit %2</translation>
        </message>
        <message>
            <source>%1. Rows stay when you stop; the rest goes on later.</source>
            <translation>%1. Zeilen bleiben beim Anhalten; der Rest geht später weiter.</translation>
        </message>
        <message>
            <source>%1, %2 left</source>
            <translation>%1, noch %2</translation>
        </message>
        <message>
            <source>Comparing</source>
            <translation>Vergleich</translation>
        </message>
    </context>
    <context>
        <name>tritloom::CompareChart</name>
        <message>
            <source>KL divergence, nats</source>
            <translation>KL-Divergenz, Nats</translation>
        </message>
        <message>
            <source>file size, %1</source>
            <translation>Dateigröße, %1</translation>
        </message>
        <message>
            <source>Size against a number of the compared methods</source>
            <translation>Größe gegen eine Zahl der verglichenen Methoden</translation>
        </message>
        <message>
            <source>Seconds to compress</source>
            <translation>Sekunden zum Komprimieren</translation>
        </message>
    </context>
    <context>
        <name>tritloom::BlameDialog</name>
        <message>
            <source>Select all found</source>
            <translation>Alle gefundenen auswählen</translation>
        </message>
        <message>
            <source>Which layers cost %1</source>
            <translation>Welche Schichten kosten: %1</translation>
        </message>
        <message>
            <source>Loss: what the text says next</source>
            <translation>Verlust: was im Text folgt</translation>
        </message>
        <message>
            <source>Divergence from the original</source>
            <translation>Divergenz vom Original</translation>
        </message>
        <message>
            <source>What is measured</source>
            <translation>Was gemessen wird</translation>
        </message>
        <message>
            <source>Layers by what taking them back wins</source>
            <translation>Schichten nach dem, was ihre Rücknahme gewinnt</translation>
        </message>
        <message>
            <source>Taken back</source>
            <translation>Zurückgenommen</translation>
        </message>
        <message>
            <source>Format</source>
            <translation>Format</translation>
        </message>
        <message>
            <source>Wins, nats</source>
            <translation>Gewinn, Nats</translation>
        </message>
        <message>
            <source>Of the difference</source>
            <translation>Vom Unterschied</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>Not found out: %1</source>
            <translation>Nicht herausgefunden: %1</translation>
        </message>
        <message>
            <source>Groups of layers are taken back as they were stored, and those that win most are halved.</source>
            <translation>Gruppen von Schichten werden zurückgenommen, wie sie gespeichert waren; die mit dem größten Gewinn werden halbiert.</translation>
        </message>
        <message>
            <source>Measuring the original and the compressed model…</source>
            <translation>Original und verdichtetes Modell werden gemessen…</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Search again</source>
            <translation>Erneut suchen</translation>
        </message>
        <message>
            <source>Cancelled.</source>
            <translation>Abgebrochen.</translation>
        </message>
        <message numerus="yes">
            <source>Original %1, compressed %2: a difference of %3 nats a token, over %n token(s)</source>
            <translation>
                <numerusform>Original %1, verdichtet %2: ein Unterschied von %3 Nats je Token, über %n Token</numerusform>
                <numerusform>Original %1, verdichtet %2: ein Unterschied von %3 Nats je Token, über %n Token</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 to %2</source>
            <translation>%1 bis %2</translation>
        </message>
        <message numerus="yes">
            <source>%n layer(s), not split</source>
            <translation>
                <numerusform>%n Schicht, nicht geteilt</numerusform>
                <numerusform>%n Schichten, nicht geteilt</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The %n single layer(s) taken back at once win %1 nats, %2 of the difference.</source>
            <translation>
                <numerusform>Die %n einzelne Schicht zurückgenommen gewinnt %1 Nats, %2 des Unterschieds.</numerusform>
                <numerusform>Die %n einzelnen Schichten zusammen zurückgenommen gewinnen %1 Nats, %2 des Unterschieds.</numerusform>
            </translation>
        </message>
        <message>
            <source>The rows add up to %1 nats more than the difference: they spoil the same thing.</source>
            <translation>Die Zeilen ergeben %1 Nats mehr als der Unterschied: Sie verderben dasselbe.</translation>
        </message>
        <message>
            <source>%1 nats are in no row: they come back only when several layers do.</source>
            <translation>%1 Nats stehen in keiner Zeile: Sie kommen nur zurück, wenn mehrere Schichten es tun.</translation>
        </message>
        <message numerus="yes">
            <source>%n run(s) of the model.</source>
            <translation>
                <numerusform>%n Durchlauf des Modells.</numerusform>
                <numerusform>%n Durchläufe des Modells.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Stopped after %n run(s) of the model.</source>
            <translation>
                <numerusform>Nach %n Durchlauf des Modells beendet.</numerusform>
                <numerusform>Nach %n Durchläufen des Modells beendet.</numerusform>
            </translation>
        </message>
        <message>
            <source>Nothing is compressed yet, so there is nothing to blame.</source>
            <translation>Noch ist nichts verdichtet, also gibt es keine Schuldigen.</translation>
        </message>
        <message>
            <source>the loss of the text</source>
            <translation>den Verlust am Text</translation>
        </message>
        <message>
            <source>Which layers?</source>
            <translation>Welche Schichten?</translation>
        </message>
        <message>
            <source>Find the layers that carry the loss, by taking them back</source>
            <translation>Die Schichten finden, die den Verlust tragen, indem sie zurückgenommen werden</translation>
        </message>
        <message>
            <source>Layers are blamed for the tokens of a text, and this network is for pictures.</source>
            <translation>Schichten werden für die Token eines Textes verantwortlich gemacht, und dieses Netz ist für Bilder.</translation>
        </message>
    </context>
    <context>
        <name>tritloom::DifferenceDialog</name>
        <message>
            <source>Take it over</source>
            <translation>Übernehmen</translation>
        </message>
        <message>
            <source>Select these layers</source>
            <translation>Diese Schichten auswählen</translation>
        </message>
        <message>
            <source>Now against %1</source>
            <translation>Jetzt gegen %1</translation>
        </message>
        <message>
            <source>Layers that differ</source>
            <translation>Schichten, die sich unterscheiden</translation>
        </message>
        <message>
            <source>Layer</source>
            <translation>Schicht</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>Jetzt</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>Größe</translation>
        </message>
        <message>
            <source>Bits</source>
            <translation>Bits</translation>
        </message>
        <message>
            <source>Predicted KL</source>
            <translation>Vorhergesagte KL</translation>
        </message>
        <message>
            <source>What the layer costs alone, nats per token; a dash where that is not measured</source>
            <translation>Was die Schicht allein kostet, Nats je Token; ein Strich, wo das nicht gemessen ist</translation>
        </message>
        <message>
            <source>One step that can be undone; pinned layers stay</source>
            <translation>Ein Schritt, der sich zurücknehmen lässt; angeheftete Schichten bleiben</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>Take over %1</source>
            <translation>%1 übernehmen</translation>
        </message>
        <message numerus="yes">
            <source>All %n layer(s) are the same.</source>
            <translation>
                <numerusform>Die Schicht ist gleich.</numerusform>
                <numerusform>Alle %n Schichten sind gleich.</numerusform>
            </translation>
        </message>
        <message>
            <source>Predicted divergence %1 nats a token.</source>
            <translation>Vorhergesagte Divergenz %1 Nats je Token.</translation>
        </message>
        <message>
            <source>Not read: %1</source>
            <translation>Nicht gelesen: %1</translation>
        </message>
        <message>
            <source>Load a recipe</source>
            <translation>Rezept laden</translation>
        </message>
        <message>
            <source>Load %1</source>
            <translation>%1 laden</translation>
        </message>
        <message>
            <source>Compare with a recipe</source>
            <translation>Mit einem Rezept vergleichen</translation>
        </message>
        <message>
            <source>Save the recipe</source>
            <translation>Rezept speichern</translation>
        </message>
        <message>
            <source>Recipes (*.json)</source>
            <translation>Rezepte (*.json)</translation>
        </message>
        <message>
            <source>Saved as %1</source>
            <translation>Gespeichert als %1</translation>
        </message>
        <message>
            <source>Not saved: %1</source>
            <translation>Nicht gespeichert: %1</translation>
        </message>
        <message>
            <source>Recipes and compressed models (*.json *.gguf *.safetensors *.tritloom);;All files (*)</source>
            <translation>Rezepte und verdichtete Modelle (*.json *.gguf *.safetensors *.tritloom);;Alle Dateien (*)</translation>
        </message>
        <message>
            <source>%1 was made of a model after these transforms: %2; here: %3</source>
            <translation>%1 entstand aus einem Modell nach diesen Umformungen: %2; hier: %3</translation>
        </message>
        <message>
            <source>%1 layers differ, %2 are the same. Size %3 → %4, bits a weight of the layers %5.</source>
            <translation>%1 Schichten unterscheiden sich, %2 sind gleich. Größe %3 → %4, Bits je Gewicht der Schichten %5.</translation>
        </message>
    </context>
    <context>
        <name>PictureFigures</name>
        <message>
            <source>Top-1</source>
            <translation>Top-1</translation>
        </message>
        <message>
            <source>Boxes here (original)</source>
            <translation>Rahmen hier (Original)</translation>
        </message>
        <message>
            <source>Boxes a picture (original)</source>
            <translation>Rahmen je Bild (Original)</translation>
        </message>
        <message>
            <source>Same boxes</source>
            <translation>Gleiche Rahmen</translation>
        </message>
        <message>
            <source>Top-5</source>
            <translation>Top-5</translation>
        </message>
        <message>
            <source>Original’s top-1</source>
            <translation>Original</translation>
        </message>
        <message>
            <source>Flips</source>
            <translation>Gekippt</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 von %2</translation>
        </message>
        <message>
            <source>this picture</source>
            <translation>dieses Bild</translation>
        </message>
        <message>
            <source>mean of %1</source>
            <translation>Mittel von %1</translation>
        </message>
        <message>
            <source>to target (original)</source>
            <translation>zum Ziel (Original)</translation>
        </message>
    </context>
    <context>
        <name>PictureMaps</name>
        <message>
            <source>Difference</source>
            <translation>Differenz</translation>
        </message>
        <message>
            <source>FLIP</source>
            <translation>FLIP</translation>
        </message>
        <message>
            <source>SSIM map</source>
            <translation>SSIM-Karte</translation>
        </message>
        <message>
            <source>Gradient similarity</source>
            <translation>Gradientenähnlichkeit</translation>
        </message>
        <message>
            <source>Lowest three bits</source>
            <translation>Unterste drei Bits</translation>
        </message>
    </context>
    <context>
        <name>PictureWords</name>
        <message>
            <source>Classification, %1 classes</source>
            <translation>Klassifikation, %1 Klassen</translation>
        </message>
        <message>
            <source>Style transfer</source>
            <translation>Stilübertragung</translation>
        </message>
        <message>
            <source>Outputs at %1 places</source>
            <translation>Ausgaben an %1 Stellen</translation>
        </message>
        <message>
            <source>Detection, %1 places</source>
            <translation>Erkennung, %1 Stellen</translation>
        </message>
        <message>
            <source>Super-resolution ×%1</source>
            <translation>Superauflösung ×%1</translation>
        </message>
        <message>
            <source>Restoration</source>
            <translation>Restaurierung</translation>
        </message>
        <message>
            <source>Generation</source>
            <translation>Erzeugung</translation>
        </message>
        <message>
            <source>Autoencoding</source>
            <translation>Autoencodieren</translation>
        </message>
        <message>
            <source>Top-1 accuracy</source>
            <translation>Top-1-Genauigkeit</translation>
        </message>
        <message>
            <source>Same class as the original</source>
            <translation>Gleiche Klasse wie das Original</translation>
        </message>
        <message>
            <source>Same boxes as the original</source>
            <translation>Gleiche Rahmen wie das Original</translation>
        </message>
        <message>
            <source>PSNR to the target</source>
            <translation>PSNR zum Ziel</translation>
        </message>
        <message>
            <source>PSNR to the original</source>
            <translation>PSNR zum Original</translation>
        </message>
        <message>
            <source>equal</source>
            <translation>gleich</translation>
        </message>
        <message>
            <source>Divergence</source>
            <translation>Divergenz</translation>
        </message>
    </context>
    <context>
        <name>tritloom::ClassesView</name>
        <message>
            <source>The picture, as the network sees it</source>
            <translation>Das Bild, wie das Netz es sieht</translation>
        </message>
        <message>
            <source>Confusion matrix of the compressed network</source>
            <translation>Verwechslungsmatrix des verdichteten Netzes</translation>
        </message>
        <message>
            <source>Rows of the confusion matrix</source>
            <translation>Zeilen der Verwechslungsmatrix</translation>
        </message>
        <message>
            <source>What it is, against what it is taken for</source>
            <translation>Was es ist, gegen das, wofür es gehalten wird</translation>
        </message>
        <message>
            <source>Original’s class against compressed’s</source>
            <translation>Klasse des Originals gegen die des verdichteten</translation>
        </message>
        <message>
            <source>%1 taken for %2: %3 pictures, %4 % of the row</source>
            <translation>%1 für %2 gehalten: %3 Bilder, %4 % der Zeile</translation>
        </message>
        <message>
            <source>%1, shows %2</source>
            <translation>%1, zeigt %2</translation>
        </message>
        <message>
            <source>original</source>
            <translation>Original</translation>
        </message>
        <message>
            <source>compressed</source>
            <translation>verdichtet</translation>
        </message>
        <message>
            <source>Nothing measured yet.</source>
            <translation>Noch nichts gemessen.</translation>
        </message>
        <message>
            <source>The %1 classes with the most mistakes of %2 that occur.</source>
            <translation>Die %1 Klassen mit den meisten Fehlern von %2, die vorkommen.</translation>
        </message>
        <message>
            <source>Measure now</source>
            <translation>Jetzt messen</translation>
        </message>
        <message>
            <source>Is / taken for</source>
            <translation>Ist / gehalten für</translation>
        </message>
        <message>
            <source>Before / after</source>
            <translation>Vorher / nachher</translation>
        </message>
    </context>
    <context>
        <name>tritloom::GuessBars</name>
        <message>
            <source>Most likely classes of both networks</source>
            <translation>Wahrscheinlichste Klassen beider Netze</translation>
        </message>
        <message>
            <source>%1: original %2, compressed %3</source>
            <translation>%1: Original %2, verdichtet %3</translation>
        </message>
    </context>
    <context>
        <name>tritloom::MemoryCard</name>
        <message>
            <source>Context length</source>
            <translation>Kontextlänge</translation>
        </message>
        <message>
            <source>Memory it should fit</source>
            <translation>Speicher, in den es passen soll</translation>
        </message>
        <message>
            <source>Tokens that the key-value cache holds</source>
            <translation>Token, die der Schlüssel-Wert-Cache fasst</translation>
        </message>
        <message>
            <source>Memory of the original and of the allocation</source>
            <translation>Speicher des Originals und der Verteilung</translation>
        </message>
        <message>
            <source>context</source>
            <translation>Kontext</translation>
        </message>
        <message>
            <source>target</source>
            <translation>Ziel</translation>
        </message>
        <message>
            <source>Original</source>
            <translation>Original</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>Jetzt</translation>
        </message>
        <message>
            <source>%1 target</source>
            <translation>Ziel %1</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>Speicher</translation>
        </message>
        <message>
            <source>does not fit</source>
            <translation>passt nicht</translation>
        </message>
        <message>
            <source>%1 × less</source>
            <translation>%1-mal weniger</translation>
        </message>
        <message>
            <source>fits</source>
            <translation>passt</translation>
        </message>
        <message>
            <source>weights, exact</source>
            <translation>Gewichte, exakt</translation>
        </message>
        <message>
            <source>16-bit cache</source>
            <translation>16-Bit-Cache</translation>
        </message>
        <message>
            <source>workspace, estimate</source>
            <translation>Arbeitsspeicher, geschätzt</translation>
        </message>
        <message>
            <source>The memory of the device, e.g. 8 GB; 8 GiB, which is 8.59 GB, may be typed too</source>
            <translation>Der Speicher des Geräts, z. B. 8 GB; auch 8 GiB, also 8,59 GB, lässt sich eingeben</translation>
        </message>
    </context>
    <context>
        <name>tritloom::PictureCards</name>
        <message>
            <source>Quality</source>
            <translation>Güte</translation>
        </message>
        <message>
            <source>Against the original</source>
            <translation>Gegen das Original</translation>
        </message>
        <message>
            <source>Over the pictures so far, with its 95 % interval; dashed: the original</source>
            <translation>Über die Bilder bisher, mit 95-%-Intervall; gestrichelt: das Original</translation>
        </message>
        <message>
            <source>Course of the measurement</source>
            <translation>Verlauf der Messung</translation>
        </message>
        <message>
            <source>Same class</source>
            <translation>Gleiche Klasse</translation>
        </message>
        <message>
            <source>Same boxes</source>
            <translation>Gleiche Rahmen</translation>
        </message>
        <message>
            <source>Boxes a picture</source>
            <translation>Rahmen je Bild</translation>
        </message>
        <message>
            <source>SSIM to it</source>
            <translation>SSIM dazu</translation>
        </message>
        <message>
            <source>Flips</source>
            <translation>Gekippt</translation>
        </message>
        <message>
            <source>%1 · %2 of %3 pictures</source>
            <translation>%1 · %2 von %3 Bildern</translation>
        </message>
        <message>
            <source>equal</source>
            <translation>gleich</translation>
        </message>
        <message>
            <source>original</source>
            <translation>Original</translation>
        </message>
        <message>
            <source>of an earlier step</source>
            <translation>aus einem früheren Schritt</translation>
        </message>
        <message>
            <source>± %1 measured</source>
            <translation>± %1 gemessen</translation>
        </message>
        <message>
            <source>%1 to original %2</source>
            <translation>%1 gegen %2</translation>
        </message>
        <message>
            <source>higher is closer</source>
            <translation>höher ist näher</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 von %2</translation>
        </message>
        <message>
            <source>PSNR to it, dB</source>
            <translation>PSNR dazu, dB</translation>
        </message>
        <message>
            <source>SSIM to target</source>
            <translation>SSIM zum Ziel</translation>
        </message>
        <message>
            <source>Divergence, measured</source>
            <translation>Divergenz, gemessen</translation>
        </message>
        <message>
            <source>Divergence, predicted</source>
            <translation>Divergenz, vorhergesagt</translation>
        </message>
        <message>
            <source>KL divergence of the class probabilities from the original’s, nats a picture</source>
            <translation>KL-Divergenz der Klassenwahrscheinlichkeiten von denen des Originals, Nats je Bild</translation>
        </message>
        <message>
            <source>Squared error over the variance of what the original makes</source>
            <translation>Quadratischer Fehler über der Varianz dessen, was das Original macht</translation>
        </message>
        <message>
            <source>lower is closer</source>
            <translation>kleiner ist näher</translation>
        </message>
    </context>
    <context>
        <name>tritloom::PictureListModel</name>
        <message>
            <source>%1 → %2</source>
            <translation>%1 → %2</translation>
        </message>
        <message>
            <source>%1 of %2 boxes</source>
            <translation>%1 von %2 Rahmen</translation>
        </message>
        <message>
            <source>error %1</source>
            <translation>Fehler %1</translation>
        </message>
        <message>
            <source>
shows %1</source>
            <translation>
zeigt %1</translation>
        </message>
        <message>
            <source>
divergence %1</source>
            <translation>
Divergenz %1</translation>
        </message>
    </context>
    <context>
        <name>tritloom::PicturesDialog</name>
        <message>
            <source>Feature network for LPIPS</source>
            <translation>Merkmalsnetz für LPIPS</translation>
        </message>
        <message>
            <source>None: LPIPS is left out</source>
            <translation>Keines: LPIPS entfällt</translation>
        </message>
        <message>
            <source>A network on pictures, e.g. VGG as ONNX; layers may follow: net.onnx:relu1,relu2. LPIPS compares what they make of two pictures</source>
            <translation>Ein Netz auf Bildern, etwa VGG als ONNX; Schichten können folgen: netz.onnx:relu1,relu2. LPIPS vergleicht, was sie aus zwei Bildern machen</translation>
        </message>
        <message>
            <source>Feature network</source>
            <translation>Merkmalsnetz</translation>
        </message>
        <message>
            <source>Networks (*.onnx *.safetensors *.pt *.pth)</source>
            <translation>Netze (*.onnx *.safetensors *.pt *.pth)</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>Bilder</translation>
        </message>
        <message>
            <source>The network is for</source>
            <translation>Das Netz ist für</translation>
        </message>
        <message>
            <source>grey</source>
            <translation>graue</translation>
        </message>
        <message>
            <source>coloured</source>
            <translation>farbige</translation>
        </message>
        <message>
            <source>It takes</source>
            <translation>Es nimmt</translation>
        </message>
        <message>
            <source>%1 pictures of any size</source>
            <translation>%1 Bilder jeder Größe</translation>
        </message>
        <message>
            <source>%1 pictures of %2 pixels; others are fitted</source>
            <translation>%1 Bilder von %2 Pixeln; andere werden angepasst</translation>
        </message>
        <message>
            <source>take noise away (restoration)</source>
            <translation>Rauschen entfernen (Restaurierung)</translation>
        </message>
        <message>
            <source>give back what it gets (autoencoding)</source>
            <translation>wiedergeben, was es bekommt (Autoencodieren)</translation>
        </message>
        <message>
            <source>Measured at</source>
            <translation>Gemessen wird</translation>
        </message>
        <message>
            <source>Use these</source>
            <translation>Diese nehmen</translation>
        </message>
        <message>
            <source>A folder of pictures, of MNIST’s idx files, or one picture</source>
            <translation>Ein Ordner mit Bildern, mit MNISTs idx-Dateien, oder ein Bild</translation>
        </message>
        <message>
            <source>Folder of pictures</source>
            <translation>Ordner mit Bildern</translation>
        </message>
        <message numerus="yes">
            <source>%n picture(s)</source>
            <translation>
                <numerusform>%n Bild</numerusform>
                <numerusform>%n Bilder</numerusform>
            </translation>
        </message>
        <message>
            <source>Folder…</source>
            <translation>Ordner…</translation>
        </message>
        <message>
            <source>Files…</source>
            <translation>Dateien…</translation>
        </message>
        <message>
            <source>Pictures (%1)</source>
            <translation>Bilder (%1)</translation>
        </message>
        <message>
            <source>File of labels</source>
            <translation>Datei der Klassen</translation>
        </message>
        <message>
            <source>One folder a class, or the class in the file name</source>
            <translation>Ein Ordner je Klasse oder die Klasse im Dateinamen</translation>
        </message>
        <message>
            <source>Lines of 'file,class', or the names of the classes in the network’s order</source>
            <translation>Zeilen „Datei,Klasse“ oder die Namen der Klassen in der Reihenfolge des Netzes</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>Klassen</translation>
        </message>
        <message>
            <source>File…</source>
            <translation>Datei…</translation>
        </message>
        <message>
            <source>What the pictures should show</source>
            <translation>Was die Bilder zeigen sollen</translation>
        </message>
        <message>
            <source>What they should not show</source>
            <translation>Was sie nicht zeigen sollen</translation>
        </message>
        <message>
            <source>How strongly the prompt counts; with 1 every step takes half as long</source>
            <translation>Wie stark die Beschreibung zählt; mit 1 dauert jeder Schritt halb so lang</translation>
        </message>
        <message>
            <source>Prompt</source>
            <translation>Beschreibung</translation>
        </message>
        <message>
            <source>Not</source>
            <translation>Nicht</translation>
        </message>
        <message>
            <source>Guidance</source>
            <translation>Führung</translation>
        </message>
        <message>
            <source>as the model says: %1</source>
            <translation>wie das Modell sagt: %1</translation>
        </message>
        <message>
            <source>Sampler</source>
            <translation>Sampler</translation>
        </message>
        <message>
            <source>as trained, %1</source>
            <translation>wie trainiert, %1</translation>
        </message>
        <message>
            <source>Multiples of %1; smaller pictures are made faster, and are less good</source>
            <translation>Vielfache von %1; kleinere Bilder entstehen schneller und sind weniger gut</translation>
        </message>
        <message>
            <source>Side</source>
            <translation>Seite</translation>
        </message>
        <message>
            <source>Of the sampler, where quality is measured; the page can show more</source>
            <translation>Des Samplers, wo die Güte gemessen wird; die Seite kann mehr zeigen</translation>
        </message>
        <message>
            <source>First seed</source>
            <translation>Erster Startwert</translation>
        </message>
        <message>
            <source>Steps</source>
            <translation>Schritte</translation>
        </message>
        <message>
            <source>all</source>
            <translation>alle</translation>
        </message>
        <message>
            <source>At most so many, evenly spread; 0 takes all</source>
            <translation>Höchstens so viele, gleichmäßig verteilt; 0 nimmt alle</translation>
        </message>
        <message>
            <source>How many</source>
            <translation>Wie viele</translation>
        </message>
        <message>
            <source>Size: the middle of</source>
            <translation>Größe: die Mitte von</translation>
        </message>
        <message>
            <source>whole pictures</source>
            <translation>ganze Bilder</translation>
        </message>
        <message>
            <source> pixels</source>
            <translation> Pixel</translation>
        </message>
        <message>
            <source>The network takes any size; smaller pictures are measured faster</source>
            <translation>Das Netz nimmt jede Größe; kleinere Bilder sind schneller gemessen</translation>
        </message>
        <message>
            <source>as it was made for, %1</source>
            <translation>wofür es gemacht ist, %1</translation>
        </message>
        <message>
            <source>25, as nothing else is known</source>
            <translation>25, da nichts anderes bekannt ist</translation>
        </message>
        <message>
            <source>Noise, of 255</source>
            <translation>Rauschen, von 255</translation>
        </message>
        <message>
            <source>How a picture of 0 to 1 becomes the numbers that the network was trained on</source>
            <translation>Wie aus einem Bild von 0 bis 1 die Zahlen werden, auf denen das Netz gelernt hat</translation>
        </message>
        <message>
            <source>as the architecture says</source>
            <translation>wie die Architektur es sagt</translation>
        </message>
        <message>
            <source>what does best on these pictures</source>
            <translation>was auf diesen Bildern am besten ist</translation>
        </message>
        <message>
            <source>Numbers it takes</source>
            <translation>Zahlen, die es nimmt</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>as they are</source>
            <translation>wie sie sind</translation>
        </message>
        <message>
            <source>The network takes any size: give the one it was trained for, often 224</source>
            <translation>Das Netz nimmt jede Größe: anzugeben ist die, für die es trainiert wurde, oft 224</translation>
        </message>
    </context>
    <context>
        <name>tritloom::PicturesPage</name>
        <message>
            <source>LPIPS needs a feature network: give one under Pictures…</source>
            <translation>LPIPS braucht ein Merkmalsnetz: unter Bilder… eines angeben</translation>
        </message>
        <message>
            <source>&amp;Pictures…</source>
            <translation>&amp;Bilder…</translation>
        </message>
        <message>
            <source>Hold to flip</source>
            <translation>Wenden</translation>
        </message>
        <message>
            <source>More steps</source>
            <translation>Mehr</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>Bilder</translation>
        </message>
        <message>
            <source>Choose pictures…</source>
            <translation>Bilder wählen…</translation>
        </message>
        <message>
            <source>Other pictures, labels, sizes, seeds; or drop pictures on the window</source>
            <translation>Andere Bilder, Klassen, Größen, Startwerte; oder Bilder auf das Fenster ziehen</translation>
        </message>
        <message>
            <source>Flips first</source>
            <translation>Gekippte zuerst</translation>
        </message>
        <message>
            <source>Worst first</source>
            <translation>Schlechteste</translation>
        </message>
        <message>
            <source>While it is held, or the space bar: the original’s picture in the place of the compressed one</source>
            <translation>Solange gehalten, auch mit der Leertaste: das Bild des Originals an der Stelle des verdichteten</translation>
        </message>
        <message>
            <source>Wipe between compressed and original</source>
            <translation>Wischen zwischen verdichtet und Original</translation>
        </message>
        <message>
            <source>Steps of the preview</source>
            <translation>Schritte der Vorschau</translation>
        </message>
        <message>
            <source> steps</source>
            <translation> Schritte</translation>
        </message>
        <message>
            <source>Of the sampler, here alone: quality is measured with the steps that the dialog says</source>
            <translation>Des Samplers, nur hier: die Güte wird mit den Schritten gemessen, die der Dialog nennt</translation>
        </message>
        <message>
            <source>Fit</source>
            <translation>Ganz</translation>
        </message>
        <message>
            <source>The whole picture; 0 in a picture</source>
            <translation>Das ganze Bild; 0 in einem Bild</translation>
        </message>
        <message>
            <source>1:1</source>
            <translation>1:1</translation>
        </message>
        <message>
            <source>A pixel of the picture is one of the screen; 1 in a picture</source>
            <translation>Ein Pixel des Bildes ist eines des Schirms; 1 in einem Bild</translation>
        </message>
        <message>
            <source>Here a network on pictures shows what it makes of them. This model works on text: its samples are on the page “Text samples”.</source>
            <translation>Hier zeigt ein Netz auf Bildern, was es aus ihnen macht. Dieses Modell arbeitet auf Text: Seine Proben sind auf der Seite „Texte“.</translation>
        </message>
        <message>
            <source>Reading the pictures…</source>
            <translation>Bilder werden gelesen…</translation>
        </message>
        <message>
            <source>%1. Drop pictures, or a folder of them, on the window to measure it; without any, its layers can be looked at and exported.</source>
            <translation>%1. Zum Messen Bilder oder einen Ordner mit Bildern auf das Fenster ziehen; ohne können die Schichten betrachtet und exportiert werden.</translation>
        </message>
        <message>
            <source>made in %1</source>
            <translation>entstanden in %1</translation>
        </message>
        <message>
            <source>Being made…</source>
            <translation>Entsteht…</translation>
        </message>
        <message>
            <source>Pictures whose class changes come first, then those whose output moved most; else the order of the set</source>
            <translation>Zuerst Bilder, deren Klasse kippt, dann die, deren Ausgabe sich am meisten bewegt hat; sonst die Ordnung der Sammlung</translation>
        </message>
        <message>
            <source>Pictures that are furthest from the original come first; else the order of the set</source>
            <translation>Zuerst die Bilder, die am weitesten vom Original entfernt sind; sonst die Ordnung der Sammlung</translation>
        </message>
    </context>
    <context>
        <name>tritloom::PlanesView</name>
        <message>
            <source>Picture of the original network</source>
            <translation>Bild des Originalnetzes</translation>
        </message>
        <message>
            <source>Picture of the compressed network</source>
            <translation>Bild des verdichteten Netzes</translation>
        </message>
        <message>
            <source>Map of the difference</source>
            <translation>Karte des Unterschieds</translation>
        </message>
        <message>
            <source>Picture on the left</source>
            <translation>Bild links</translation>
        </message>
        <message>
            <source>Kind of the map</source>
            <translation>Art der Karte</translation>
        </message>
        <message>
            <source>Space flips · wheel zooms all</source>
            <translation>Leertaste wendet · Rad zoomt alle</translation>
        </message>
        <message>
            <source>What goes in</source>
            <translation>Was hineingeht</translation>
        </message>
        <message>
            <source>What should come out</source>
            <translation>Was herauskommen soll</translation>
        </message>
        <message>
            <source>Being made…</source>
            <translation>Entsteht…</translation>
        </message>
        <message>
            <source>Original</source>
            <translation>Original</translation>
        </message>
        <message>
            <source>Compressed ◂▸ %1</source>
            <translation>Verdichtet ◂▸ %1</translation>
        </message>
        <message>
            <source>%1: mean %2, brightest %3</source>
            <translation>%1: Mittel %2, am hellsten %3</translation>
        </message>
        <message>
            <source>x %1, y %2: original %3, compressed %4</source>
            <translation>x %1, y %2: Original %3, verdichtet %4</translation>
        </message>
        <message>
            <source>Space flips</source>
            <translation>Leertaste wendet</translation>
        </message>
        <message>
            <source>Compressed</source>
            <translation>Verdichtet</translation>
        </message>
        <message>
            <source>mean %1</source>
            <translation>Mittel %1</translation>
        </message>
        <message>
            <source>what goes in</source>
            <translation>was hineingeht</translation>
        </message>
        <message>
            <source>what should come out</source>
            <translation>was herauskommen soll</translation>
        </message>
        <message>
            <source>original</source>
            <translation>Original</translation>
        </message>
    </context>
    <context>
        <name>tritloom::StepPlot</name>
        <message>
            <source>Error of each step</source>
            <translation>Fehler jedes Schrittes</translation>
        </message>
        <message>
            <source>step %1: %2</source>
            <translation>Schritt %1: %2</translation>
        </message>
        <message>
            <source>Error over the steps</source>
            <translation>Fehler über die Schritte</translation>
        </message>
        <message>
            <source>every step is the same</source>
            <translation>jeder Schritt ist gleich</translation>
        </message>
        <message>
            <source>noise</source>
            <translation>Rauschen</translation>
        </message>
        <message>
            <source>picture</source>
            <translation>Bild</translation>
        </message>
        <message>
            <source>Step %1 of %2: the predicted noise is off by %3 of its variance</source>
            <translation>Schritt %1 von %2: das vorhergesagte Rauschen weicht um %3 seiner Varianz ab</translation>
        </message>
    </context>
    <context>
        <name>tritloom::InteractionNote</name>
        <message>
            <source>Predicted %1, measured %2</source>
            <translation>Vorhergesagt %1, gemessen %2</translation>
        </message>
        <message>
            <source>The measurement contradicts the prediction; looking for the layers that interact…</source>
            <translation>Die Messung widerspricht der Vorhersage; es wird gesucht, welche Schichten aufeinander wirken…</translation>
        </message>
        <message>
            <source>%1: interacts with %2. From here on predictions count this in.</source>
            <translation>%1: wirkt zusammen mit %2. Von nun an rechnen Vorhersagen das ein.</translation>
        </message>
        <message>
            <source>%1: no block stands out. From here on predictions count this in.</source>
            <translation>%1: kein Block fällt auf. Von nun an rechnen Vorhersagen das ein.</translation>
        </message>
        <message>
            <source>%1: no layer stands out. From here on predictions count this in.</source>
            <translation>%1: keine Schicht fällt auf. Von nun an rechnen Vorhersagen das ein.</translation>
        </message>
    </context>
    <context>
        <name>tritloom::ShareBars</name>
        <message>
            <source>model in %1 × %2</source>
            <translation>Modell in %1 × %2</translation>
        </message>
        <message>
            <source>8 bit</source>
            <translation>8 Bit</translation>
        </message>
        <message>
            <source>exact</source>
            <translation>exakt</translation>
        </message>
        <message>
            <source>Share of the machine's limit by row</source>
            <translation>Anteil an der Grenze der Maschine je Zeile</translation>
        </message>
        <message>
            <source>of bandwidth</source>
            <translation>der Bandbreite</translation>
        </message>
        <message>
            <source>of peak</source>
            <translation>der Spitze</translation>
        </message>
    </context>
    <context>
        <name>tritloom::BenchmarkController</name>
        <message>
            <source>the model works on pictures, not on tokens</source>
            <translation>das Modell arbeitet mit Bildern, nicht mit Tokens</translation>
        </message>
    </context>
    <context>
        <name>tritloom::BenchmarkPage</name>
        <message>
            <source>Clear</source>
            <translation>Leeren</translation>
        </message>
        <message>
            <source>Save table…</source>
            <translation>Tabelle speichern…</translation>
        </message>
        <message>
            <source>Speeds appear here, row by row, each beside what this machine can do at most.</source>
            <translation>Hier erscheinen Geschwindigkeiten, Zeile um Zeile, jede neben dem, was diese Maschine höchstens kann.</translation>
        </message>
        <message>
            <source>What is measured</source>
            <translation>Was gemessen wird</translation>
        </message>
        <message>
            <source>Formats to measure</source>
            <translation>Zu messende Formate</translation>
        </message>
        <message>
            <source>Measured speeds</source>
            <translation>Gemessene Geschwindigkeiten</translation>
        </message>
        <message>
            <source>Products of packed weights</source>
            <translation>Produkte gepackter Gewichte</translation>
        </message>
        <message>
            <source>Fitting weights</source>
            <translation>Anpassen der Gewichte</translation>
        </message>
        <message>
            <source>This model, token by token</source>
            <translation>Dieses Modell, Token für Token</translation>
        </message>
        <message>
            <source>This model, whole contexts</source>
            <translation>Dieses Modell, ganze Kontexte</translation>
        </message>
        <message>
            <source>Formats, filtered</source>
            <translation>Formate, gefiltert</translation>
        </message>
        <message>
            <source>Format × columns</source>
            <translation>Format × Spalten</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>Gerät</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>Zeit</translation>
        </message>
        <message>
            <source>GB/s</source>
            <translation>GB/s</translation>
        </message>
        <message>
            <source>of bandwidth</source>
            <translation>der Bandbreite</translation>
        </message>
        <message>
            <source>GOP/s</source>
            <translation>GOP/s</translation>
        </message>
        <message>
            <source>of peak</source>
            <translation>der Spitze</translation>
        </message>
        <message>
            <source>Tokens/s</source>
            <translation>Tokens/s</translation>
        </message>
        <message>
            <source>%1 × %2 weights, %3 threads; half of the times within ±%4</source>
            <translation>%1 × %2 Gewichte, %3 Threads; die Hälfte der Zeiten innerhalb von ±%4</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>Measure</source>
            <translation>Messen</translation>
        </message>
        <message>
            <source>Cannot be measured: %1</source>
            <translation>Kann nicht gemessen werden: %1</translation>
        </message>
        <message>
            <source>Measuring; other work in this window makes it slower.</source>
            <translation>Misst; andere Arbeit in diesem Fenster macht es langsamer.</translation>
        </message>
        <message>
            <source>%1 formats chosen; some seconds each.</source>
            <translation>%1 Formate gewählt; je einige Sekunden.</translation>
        </message>
        <message>
            <source>The model as its file stores it.</source>
            <translation>Das Modell, wie es in der Datei steht.</translation>
        </message>
        <message>
            <source>This machine, measured: memory %1 GB/s, 32-bit floats %2 GFLOP/s, 8-bit products %3 GOP/s</source>
            <translation>Diese Maschine, gemessen: Speicher %1 GB/s, 32-Bit-Gleitkommazahlen %2 GFLOP/s, 8-Bit-Produkte %3 GOP/s</translation>
        </message>
        <message>
            <source>%1, bf16 tiles %2 GFLOP/s</source>
            <translation>%1, Kacheln aus bf16 %2 GFLOP/s</translation>
        </message>
        <message>
            <source>Save table</source>
            <translation>Tabelle speichern</translation>
        </message>
        <message>
            <source>Comma-separated values (*.csv)</source>
            <translation>Kommagetrennte Werte (*.csv)</translation>
        </message>
        <message>
            <source>Show or hide what can be measured</source>
            <translation>Zeigen oder verbergen, was gemessen werden kann</translation>
        </message>
        <message>
            <source>Measuring speeds</source>
            <translation>Geschwindigkeiten werden gemessen</translation>
        </message>
    </context>
    <context>
        <name>Glossary</name>
        <message>
            <source>A few channels or weights far larger than the rest. A range that holds them leaves few levels for all others.</source>
            <translation>Einige Kanäle oder Gewichte, die weit größer sind als der Rest. Ein Bereich, der sie fasst, lässt allen anderen wenige Stufen.</translation>
        </message>
        <message>
            <source>A finished model is rounded with a little data or none. Everything in this window works so.</source>
            <translation>Ein fertiges Modell wird mit wenigen oder ohne Daten gerundet. Alles in diesem Fenster arbeitet so.</translation>
        </message>
        <message>
            <source>A table of levels that need not be evenly spaced; what is stored is an index into it.</source>
            <translation>Eine Tabelle von Stufen, die nicht gleich weit auseinander liegen müssen; gespeichert wird die Nummer der Stufe.</translation>
        </message>
        <message>
            <source>A weight as the sum of a few sign planes, each with its scale; every plane more halves what is left over.</source>
            <translation>Ein Gewicht als Summe einiger Vorzeichenebenen, jede mit ihrer Skala; jede weitere Ebene halbiert den Rest.</translation>
        </message>
        <message>
            <source>After training</source>
            <translation>Nach dem Training</translation>
        </message>
        <message>
            <source>Asymmetric range</source>
            <translation>Unsymmetrischer Bereich</translation>
        </message>
        <message>
            <source>Binary and ternary</source>
            <translation>Binär und ternär</translation>
        </message>
        <message>
            <source>Bit operations</source>
            <translation>Bitoperationen</translation>
        </message>
        <message>
            <source>Calibration</source>
            <translation>Kalibrierung</translation>
        </message>
        <message>
            <source>Codebook</source>
            <translation>Codebuch</translation>
        </message>
        <message>
            <source>Curvature</source>
            <translation>Krümmung</translation>
        </message>
        <message>
            <source>Distillation</source>
            <translation>Destillation</translation>
        </message>
        <message>
            <source>Each weight may go up or down, and the choice is made so that the output of the layer stays, not the weight.</source>
            <translation>Jedes Gewicht darf auf- oder abgerundet werden, und gewählt wird so, dass die Ausgabe der Schicht bleibt, nicht das Gewicht.</translation>
        </message>
        <message>
            <source>Equalisation</source>
            <translation>Ausgleich</translation>
        </message>
        <message>
            <source>Evenly spaced levels: a whole number times a scale. The plainest format, and the fastest where processors multiply whole numbers.</source>
            <translation>Gleich weit entfernte Stufen: eine ganze Zahl mal einer Skala. Das schlichteste Format, und das schnellste, wo Prozessoren ganze Zahlen multiplizieren.</translation>
        </message>
        <message>
            <source>Factors move from one layer into the next so that the channels of both use their range. The function stays the same.</source>
            <translation>Faktoren wandern von einer Schicht in die nächste, sodass die Kanäle beider ihren Bereich nutzen. Die Funktion bleibt dieselbe.</translation>
        </message>
        <message>
            <source>Gram matrix</source>
            <translation>Gram-Matrix</translation>
        </message>
        <message>
            <source>Granularity</source>
            <translation>Körnung</translation>
        </message>
        <message>
            <source>How fast the loss rises when weights move: the trace of its second derivatives. Flat layers stand fewer bits.</source>
            <translation>Wie schnell der Verlust steigt, wenn Gewichte sich bewegen: die Spur seiner zweiten Ableitungen. Flache Schichten vertragen weniger Bits.</translation>
        </message>
        <message>
            <source>How many weights share a scale: a matrix, a row, or a group of 16 to 256 within a row. Smaller groups fit better and store more scales.</source>
            <translation>Wie viele Gewichte sich eine Skala teilen: eine Matrix, eine Zeile oder eine Gruppe von 16 bis 256 in einer Zeile. Kleinere Gruppen passen besser und speichern mehr Skalen.</translation>
        </message>
        <message>
            <source>In training</source>
            <translation>Im Training</translation>
        </message>
        <message>
            <source>Integer program</source>
            <translation>Ganzzahliges Programm</translation>
        </message>
        <message>
            <source>Integers only</source>
            <translation>Nur ganze Zahlen</translation>
        </message>
        <message>
            <source>Layers that matter get more bits than others, within one budget. That is what the loom shows.</source>
            <translation>Schichten, auf die es ankommt, bekommen mehr Bits als andere, innerhalb eines Budgets. Das zeigt der Webstuhl.</translation>
        </message>
        <message>
            <source>Levels or scales are powers of two, so a product is a shift of bits.</source>
            <translation>Stufen oder Skalen sind Zweierpotenzen, ein Produkt ist also ein Verschieben von Bits.</translation>
        </message>
        <message>
            <source>Levels run from the least to the largest value, so a zero point is stored beside the scale. It pays where values lie on one side of zero.</source>
            <translation>Die Stufen reichen vom kleinsten zum größten Wert, daher steht neben der Skala ein Nullpunkt. Es lohnt sich, wo Werte auf einer Seite der Null liegen.</translation>
        </message>
        <message>
            <source>Mean products of the inputs of a layer with one another. With it the error of the output is known without running the layer.</source>
            <translation>Mittlere Produkte der Eingaben einer Schicht miteinander. Mit ihr kennt man den Fehler der Ausgabe, ohne die Schicht zu rechnen.</translation>
        </message>
        <message>
            <source>Mixed precision</source>
            <translation>Gemischte Genauigkeit</translation>
        </message>
        <message>
            <source>Multiply-adds times the bits of both factors: a measure of work that does not ask for a device.</source>
            <translation>Multiplikationen mal den Bits beider Faktoren: ein Maß der Arbeit, das kein Gerät kennt.</translation>
        </message>
        <message>
            <source>Only signs, or signs and zero, times a scale: one bit a weight, or about one and a half. Products become additions.</source>
            <translation>Nur Vorzeichen, oder Vorzeichen und Null, mal einer Skala: ein Bit je Gewicht, oder etwa anderthalb. Produkte werden Additionen.</translation>
        </message>
        <message>
            <source>Outliers</source>
            <translation>Ausreißer</translation>
        </message>
        <message>
            <source>Powers of two</source>
            <translation>Zweierpotenzen</translation>
        </message>
        <message>
            <source>Range</source>
            <translation>Bereich</translation>
        </message>
        <message>
            <source>Ranges of activations are fixed beforehand, or taken anew for every token. Dynamic ones are closer and cost a look at all values.</source>
            <translation>Bereiche der Aktivierungen stehen vorher fest oder werden für jedes Token neu genommen. Dynamische sind enger und kosten einen Blick auf alle Werte.</translation>
        </message>
        <message>
            <source>Reconstruction</source>
            <translation>Rekonstruktion</translation>
        </message>
        <message>
            <source>Rounding takes place in every step of training, and gradients pass through it as if it were not there. It goes lowest, and costs a training.</source>
            <translation>Gerundet wird in jedem Schritt des Trainings, und Gradienten gehen hindurch, als wäre nichts. So kommt man am tiefsten, und es kostet ein Training.</translation>
        </message>
        <message>
            <source>Sensitivity</source>
            <translation>Sensitivität</translation>
        </message>
        <message>
            <source>Several weights at a time share one index into a table of points, which wastes less space than a level for each.</source>
            <translation>Mehrere Gewichte zusammen haben eine Nummer in einer Tabelle von Punkten; das verschwendet weniger Platz als eine Stufe für jedes.</translation>
        </message>
        <message>
            <source>Some text or pictures are run through the model to learn what goes into each layer. No label is needed and no weight is trained.</source>
            <translation>Etwas Text oder einige Bilder laufen durch das Modell, um zu lernen, was in jede Schicht geht. Dazu braucht es keine Beschriftung, und kein Gewicht wird trainiert.</translation>
        </message>
        <message>
            <source>Static and dynamic</source>
            <translation>Statisch und dynamisch</translation>
        </message>
        <message>
            <source>Sum of binaries</source>
            <translation>Summe von Binären</translation>
        </message>
        <message>
            <source>Sums are kept in whole numbers and scaled by a multiplication and a shift, so that no float is needed between layers.</source>
            <translation>Summen bleiben ganze Zahlen und werden durch eine Multiplikation und ein Verschieben skaliert, sodass zwischen Schichten keine Gleitkommazahl nötig ist.</translation>
        </message>
        <message>
            <source>The choice of a format for every layer as a problem for a solver: least cost within budgets, with a proof or a known gap.</source>
            <translation>Die Wahl eines Formats für jede Schicht als Aufgabe für einen Löser: geringste Kosten innerhalb von Budgets, bewiesen oder mit bekanntem Abstand.</translation>
        </message>
        <message>
            <source>The compressed model is trained to answer as the original does. It needs gradients.</source>
            <translation>Das verdichtete Modell wird trainiert, zu antworten wie das Original. Das braucht Gradienten.</translation>
        </message>
        <message>
            <source>The values that the levels cover. A smaller one cuts off what is far out and rounds the rest more finely; how far to go is searched by error, share of values or divergence.</source>
            <translation>Die Werte, die von den Stufen abgedeckt werden. Ein kleinerer schneidet ab, was weit außen liegt, und rundet den Rest feiner; wie weit man geht, wird nach Fehler, Anteil der Werte oder Divergenz gesucht.</translation>
        </message>
        <message>
            <source>Uniform levels</source>
            <translation>Gleichmäßige Stufen</translation>
        </message>
        <message>
            <source>Vector codes</source>
            <translation>Vektorcodes</translation>
        </message>
        <message>
            <source>What the model loses when one layer alone is compressed: measured in the sweep, or estimated by a metric.</source>
            <translation>Was das Modell verliert, wenn eine Schicht allein verdichtet wird: in der Messreihe gemessen oder von einer Metrik geschätzt.</translation>
        </message>
    </context>
    <context>
        <name>Methods</name>
        <message>
            <source>, and the model that this one was tuned from</source>
            <translation>, und das Modell, aus dem dieses nachtrainiert wurde</translation>
        </message>
        <message>
            <source>3 to 4 bits</source>
            <translation>3 bis 4 Bits</translation>
        </message>
        <message>
            <source>5 bits and more</source>
            <translation>ab 5 Bits</translation>
        </message>
        <message>
            <source>Allocator</source>
            <translation>Verteiler</translation>
        </message>
        <message>
            <source>Analysis</source>
            <translation>Analyse</translation>
        </message>
        <message>
            <source>Any width</source>
            <translation>Jede Breite</translation>
        </message>
        <message>
            <source>Below 3 bits</source>
            <translation>Unter 3 Bits</translation>
        </message>
        <message>
            <source>Binary and ternary</source>
            <translation>Binär und ternär</translation>
        </message>
        <message>
            <source>Method</source>
            <translation>Verfahren</translation>
        </message>
        <message>
            <source>Metric</source>
            <translation>Metrik</translation>
        </message>
        <message>
            <source>Powers of two</source>
            <translation>Zweierpotenzen</translation>
        </message>
        <message>
            <source>Small floats</source>
            <translation>Kleine Gleitkommazahlen</translation>
        </message>
        <message>
            <source>Tables of levels</source>
            <translation>Tabellen von Stufen</translation>
        </message>
        <message>
            <source>Transform</source>
            <translation>Umformung</translation>
        </message>
        <message>
            <source>Types of llama.cpp</source>
            <translation>Typen von llama.cpp</translation>
        </message>
        <message>
            <source>Vector codes</source>
            <translation>Vektorcodes</translation>
        </message>
        <message>
            <source>Whole numbers</source>
            <translation>Ganze Zahlen</translation>
        </message>
        <message>
            <source>how loud each input is</source>
            <translation>wie laut jede Eingabe ist</translation>
        </message>
        <message>
            <source>none</source>
            <translation>keine</translation>
        </message>
        <message>
            <source>products of inputs (Gram matrix)</source>
            <translation>Produkte der Eingaben (Gram-Matrix)</translation>
        </message>
    </context>
    <context>
        <name>tritloom::AllocatorDialog</name>
        <message>
            <source>Allocate</source>
            <translation>Verteilen</translation>
        </message>
        <message>
            <source>Allocators</source>
            <translation>Verteiler</translation>
        </message>
        <message>
            <source>Bit operations a token, at most</source>
            <translation>Bitoperationen je Token, höchstens</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Costs</source>
            <translation>Kosten</translation>
        </message>
        <message>
            <source>Costs of a metric are solved by the integer program, which is exact as well. The metric is asked first where that has not been done.</source>
            <translation>Kosten einer Metrik löst das ganzzahlige Programm, das ebenfalls exakt ist. Die Metrik wird vorher gefragt, wo das noch nicht geschehen ist.</translation>
        </message>
        <message>
            <source>Exact knapsack</source>
            <translation>Exakter Rucksack</translation>
        </message>
        <message>
            <source>How to allocate</source>
            <translation>Wie verteilt wird</translation>
        </message>
        <message>
            <source>Keep the choice for the next time without moving bits now</source>
            <translation>Die Wahl fürs nächste Mal behalten, ohne jetzt Bits zu bewegen</translation>
        </message>
        <message>
            <source>Multiply-adds a token × bits of the weights × bits of the activations, 16; the integer program keeps it beside the size</source>
            <translation>Multiplikationen je Token × Bits der Gewichte × Bits der Aktivierungen, 16; das ganzzahlige Programm hält sie neben der Größe ein</translation>
        </message>
        <message>
            <source>Keep choice</source>
            <translation>Wahl behalten</translation>
        </message>
        <message>
            <source>The measured sweep</source>
            <translation>Die gemessene Reihe</translation>
        </message>
        <message>
            <source>The metric is asked first where that has not been done.</source>
            <translation>Die Metrik wird vorher gefragt, wo das noch nicht geschehen ist.</translation>
        </message>
        <message>
            <source>The sensitivity has not been measured yet: that comes first.</source>
            <translation>Die Sensitivität ist noch nicht gemessen: Das kommt zuerst.</translation>
        </message>
        <message>
            <source>The standard: of all choices that fit the budget, the one with the least sum of costs. Exact, and done in a moment.</source>
            <translation>Der Standard: von allen Möglichkeiten, die ins Budget passen, die mit der geringsten Summe der Kosten. Exakt und sofort fertig.</translation>
        </message>
        <message>
            <source>no limit</source>
            <translation>keine Grenze</translation>
        </message>
        <message>
            <source>Milliseconds a token, at most</source>
            <translation>Millisekunden je Token, höchstens</translation>
        </message>
        <message>
            <source>For reading all weights once, as fast as this machine reads so many bytes; the integer program keeps it beside the size</source>
            <translation>Um alle Gewichte einmal zu lesen, so schnell, wie dieser Rechner so viele Bytes liest; das ganzzahlige Programm hält es neben der Größe ein</translation>
        </message>
    </context>
    <context>
        <name>tritloom::AnalysesPage</name>
        <message>
            <source>%1 gave nothing: %2.</source>
            <translation>%1 ergab nichts: %2.</translation>
        </message>
        <message>
            <source>%1 runs, %2 left.</source>
            <translation>%1 läuft, noch %2.</translation>
        </message>
        <message>
            <source>%1 runs.</source>
            <translation>%1 läuft.</translation>
        </message>
        <message>
            <source>%1 was not saved: %2</source>
            <translation>%1 wurde nicht gespeichert: %2</translation>
        </message>
        <message>
            <source>Analyses</source>
            <translation>Analysen</translation>
        </message>
        <message>
            <source>Choose an analysis and run it; the window goes on meanwhile.</source>
            <translation>Eine Analyse wählen und starten; das Fenster arbeitet währenddessen weiter.</translation>
        </message>
        <message>
            <source>Comma-separated values (*.csv)</source>
            <translation>Kommagetrennte Werte (*.csv)</translation>
        </message>
        <message>
            <source>Progress of the analysis</source>
            <translation>Fortschritt der Analyse</translation>
        </message>
        <message>
            <source>Run</source>
            <translation>Starten</translation>
        </message>
        <message>
            <source>Save as CSV…</source>
            <translation>Als CSV speichern…</translation>
        </message>
        <message>
            <source>Save the findings</source>
            <translation>Die Ergebnisse speichern</translation>
        </message>
        <message>
            <source>Saved as %1</source>
            <translation>Gespeichert als %1</translation>
        </message>
        <message>
            <source>Shown: %1.</source>
            <translation>Gezeigt: %1.</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>What an analysis finds appears here, in words, tables and charts.</source>
            <translation>Was eine Analyse findet, erscheint hier, in Worten, Tabellen und Diagrammen.</translation>
        </message>
        <message>
            <source>Show or hide the list of analyses and their settings</source>
            <translation>Die Liste der Analysen und ihre Einstellungen zeigen oder verbergen</translation>
        </message>
    </context>
    <context>
        <name>tritloom::AnalysisController</name>
        <message>
            <source>no analysis is called “%1”</source>
            <translation>keine Analyse heißt „%1“</translation>
        </message>
    </context>
    <context>
        <name>tritloom::MethodDialog</name>
        <message>
            <source>%1 to %2 by %3</source>
            <translation>%1 auf %2 mit %3</translation>
        </message>
        <message>
            <source>%1 — %2 bits</source>
            <translation>%1 — %2 Bits</translation>
        </message>
        <message>
            <source>%1: %2 now, %3 then</source>
            <translation>%1: jetzt %2, dann %3</translation>
        </message>
        <message>
            <source>All selected layers are pinned.</source>
            <translation>Alle gewählten Schichten sind angeheftet.</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>Anwenden</translation>
        </message>
        <message numerus="yes">
            <source>Apply to %n layer(s)</source>
            <translation>
                <numerusform>Auf %n Schicht anwenden</numerusform>
                <numerusform>Auf %n Schichten anwenden</numerusform>
            </translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>Fit all stops of the loom and all columns of the sensitivity table by this method from now on</source>
            <translation>Alle Rasten des Webstuhls und alle Spalten der Sensitivität ab jetzt mit diesem Verfahren anpassen</translation>
        </message>
        <message>
            <source>Format</source>
            <translation>Format</translation>
        </message>
        <message>
            <source>Method for layers</source>
            <translation>Verfahren für Schichten</translation>
        </message>
        <message>
            <source>Methods</source>
            <translation>Verfahren</translation>
        </message>
        <message>
            <source>Select layers in the window.</source>
            <translation>Wählen Sie Schichten im Fenster.</translation>
        </message>
        <message>
            <source>This method writes none of the known formats.</source>
            <translation>Dieses Verfahren schreibt keines der bekannten Formate.</translation>
        </message>
        <message>
            <source>Use for the loom</source>
            <translation>Für den Webstuhl nehmen</translation>
        </message>
        <message>
            <source>it stores the difference to the model that this one was tuned from: choose that below</source>
            <translation>es speichert den Unterschied zu dem Modell, aus dem dieses nachtrainiert wurde: das wird unten gewählt</translation>
        </message>
        <message numerus="yes">
            <source>%1 and %n more</source>
            <translation>
                <numerusform>%1 und eine weitere</numerusform>
                <numerusform>%1 und %n weitere</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n layer(s) get %1 instead of %2, whose blocks of %3 do not divide rows of %4: %5.</source>
            <translation>
                <numerusform>Eine Schicht bekommt %1 statt %2, dessen Blöcke von %3 Zeilen von %4 nicht teilen: %5.</numerusform>
                <numerusform>%n Schichten bekommen %1 statt %2, dessen Blöcke von %3 Zeilen von %4 nicht teilen: %5.</numerusform>
            </translation>
        </message>
        <message>
            <source>The model has no layers that can be compressed.</source>
            <translation>Das Modell hat keine Schichten, die verdichtet werden können.</translation>
        </message>
    </context>
    <context>
        <name>tritloom::MethodsPage</name>
        <message>
            <source>%1 of %2</source>
            <translation>%1 von %2</translation>
        </message>
        <message>
            <source>%1, %2. %3</source>
            <translation>%1, %2. %3</translation>
        </message>
        <message>
            <source>, and what only Tritloom's own file can hold</source>
            <translation>, und was nur die eigene Datei von Tritloom fasst</translation>
        </message>
        <message>
            <source>About the method</source>
            <translation>Über das Verfahren</translation>
        </message>
        <message>
            <source>Allocators</source>
            <translation>Verteiler</translation>
        </message>
        <message>
            <source>Analyses</source>
            <translation>Analysen</translation>
        </message>
        <message>
            <source>Any format</source>
            <translation>Jedes Format</translation>
        </message>
        <message>
            <source>Bits per weight</source>
            <translation>Bits je Gewicht</translation>
        </message>
        <message>
            <source>Data:</source>
            <translation>Daten:</translation>
        </message>
        <message>
            <source>Formats it writes</source>
            <translation>Formate, die es schreibt</translation>
        </message>
        <message>
            <source>Glossary</source>
            <translation>Glossar</translation>
        </message>
        <message>
            <source>Methods</source>
            <translation>Verfahren</translation>
        </message>
        <message>
            <source>Metrics</source>
            <translation>Metriken</translation>
        </message>
        <message>
            <source>No data needed</source>
            <translation>Ohne Daten</translation>
        </message>
        <message>
            <source>Nothing passes all filters.</source>
            <translation>Nichts geht durch alle Filter.</translation>
        </message>
        <message>
            <source>On the command line:</source>
            <translation>Auf der Befehlszeile:</translation>
        </message>
        <message>
            <source>Paper:</source>
            <translation>Arbeit:</translation>
        </message>
        <message>
            <source>Search methods</source>
            <translation>Verfahren suchen</translation>
        </message>
        <message>
            <source>Search titles, papers, words</source>
            <translation>Titel, Arbeiten, Wörter suchen</translation>
        </message>
        <message>
            <source>Settings:</source>
            <translation>Einstellungen:</translation>
        </message>
        <message>
            <source>The words of the field, one sentence each</source>
            <translation>Die Wörter des Fachs, je ein Satz</translation>
        </message>
        <message>
            <source>Transforms</source>
            <translation>Umformungen</translation>
        </message>
        <message>
            <source>Use…</source>
            <translation>Benutzen…</translation>
        </message>
        <message>
            <source>What of it is here:</source>
            <translation>Was davon hier ist:</translation>
        </message>
        <message>
            <source>Where this is used: for the selected layers, or on its page (double-click)</source>
            <translation>Wo das benutzt wird: für die gewählten Schichten oder auf seiner Seite (Doppelklick)</translation>
        </message>
        <message>
            <source>Words:</source>
            <translation>Wörter:</translation>
        </message>
        <message>
            <source>Writes:</source>
            <translation>Schreibt:</translation>
        </message>
        <message>
            <source>formats of %1 to %2 bits per weight</source>
            <translation>Formate von %1 bis %2 Bits je Gewicht</translation>
        </message>
        <message>
            <source>%1 and %2 more</source>
            <translation>%1 und %2 weitere</translation>
        </message>
        <message>
            <source>; first of all %1</source>
            <translation>; zuerst %1</translation>
        </message>
        <message>
            <source>planes of %1 bits per weight</source>
            <translation>Ebenen von %1 Bits je Gewicht</translation>
        </message>
        <message>
            <source>Formats:</source>
            <translation>Formate:</translation>
        </message>
    </context>
    <context>
        <name>tritloom::MetricController</name>
        <message>
            <source>no metric is called “%1”</source>
            <translation>keine Metrik heißt „%1“</translation>
        </message>
    </context>
    <context>
        <name>tritloom::ParameterButton</name>
        <message>
            <source>%1 has nothing to set</source>
            <translation>%1 hat nichts einzustellen</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <source>Settings of %1</source>
            <translation>Einstellungen von %1</translation>
        </message>
        <message numerus="yes">
            <source>Settings of %1: %n not standard</source>
            <translation>
                <numerusform>Einstellungen von %1: %n nicht wie üblich</numerusform>
                <numerusform>Einstellungen von %1: %n nicht wie üblich</numerusform>
            </translation>
        </message>
        <message>
            <source>Settings of %1: all standard</source>
            <translation>Einstellungen von %1: alle wie üblich</translation>
        </message>
    </context>
    <context>
        <name>tritloom::ParameterForm</name>
        <message>
            <source>%1 to %2, standard %3</source>
            <translation>%1 bis %2, üblich %3</translation>
        </message>
        <message>
            <source>%1, %2</source>
            <translation>%1, %2</translation>
        </message>
        <message>
            <source>%1: back to standard</source>
            <translation>%1: zurück zum Üblichen</translation>
        </message>
        <message>
            <source>All to standard</source>
            <translation>Alles wie üblich</translation>
        </message>
        <message>
            <source>Back to standard, %1</source>
            <translation>Zurück zum Üblichen, %1</translation>
        </message>
        <message>
            <source>In recipes and on the command line: %1</source>
            <translation>In Rezepten und auf der Befehlszeile: %1</translation>
        </message>
        <message>
            <source>Nothing to set.</source>
            <translation>Nichts einzustellen.</translation>
        </message>
        <message>
            <source>Whole numbers from %1 to %2, standard %3</source>
            <translation>Ganze Zahlen von %1 bis %2, üblich %3</translation>
        </message>
        <message>
            <source>on</source>
            <translation>an</translation>
        </message>
        <message>
            <source>off</source>
            <translation>aus</translation>
        </message>
        <message>
            <source>Standard: %1</source>
            <translation>Üblich: %1</translation>
        </message>
        <message>
            <source>On the command line: %1. In recipes a number, from 0 on</source>
            <translation>Auf der Befehlszeile: %1. In Rezepten eine Zahl, von 0 an</translation>
        </message>
    </context>
    <context>
        <name>tritloom::PluginChooser</name>
        <message>
            <source>Here: %1</source>
            <translation>Hier: %1</translation>
        </message>
        <message>
            <source>Not for this model: %1.</source>
            <translation>Nicht für dieses Modell: %1.</translation>
        </message>
        <message>
            <source>What is chosen, and its settings</source>
            <translation>Was gewählt ist, und seine Einstellungen</translation>
        </message>
    </context>
    <context>
        <name>tritloom::ReportView</name>
        <message>
            <source>Chart</source>
            <translation>Diagramm</translation>
        </message>
        <message>
            <source>Chart %1</source>
            <translation>Diagramm %1</translation>
        </message>
        <message>
            <source>Findings</source>
            <translation>Ergebnisse</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>Tabelle</translation>
        </message>
        <message>
            <source>Table %1</source>
            <translation>Tabelle %1</translation>
        </message>
    </context>
    <context>
        <name>tritloom::TransformController</name>
        <message>
            <source>no transform is called “%1”</source>
            <translation>keine Umformung heißt „%1“</translation>
        </message>
    </context>
    <context>
        <name>tritloom::TransformDialog</name>
        <message>
            <source>%1 runs, %2 left.</source>
            <translation>%1 läuft, noch %2.</translation>
        </message>
        <message>
            <source>%1 runs.</source>
            <translation>%1 läuft.</translation>
        </message>
        <message>
            <source>A transform rewrites weights so that they compress better; nearly all leave what the model computes. Bits and pins stay; “Back to the original” undoes it.</source>
            <translation>Eine Umformung schreibt Gewichte so um, dass sie sich besser verdichten lassen; fast alle lassen, was das Modell rechnet. Bits und angeheftete Schichten bleiben; „Zurück zum Original“ macht sie rückgängig.</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>Format to prepare for</source>
            <translation>Format, auf das vorbereitet wird</translation>
        </message>
        <message>
            <source>In place: %1</source>
            <translation>Angewandt: %1</translation>
        </message>
        <message>
            <source>Nothing was changed: %1.</source>
            <translation>Nichts wurde geändert: %1.</translation>
        </message>
        <message>
            <source>Prepare for</source>
            <translation>Vorbereiten auf</translation>
        </message>
        <message>
            <source>Progress of the transform</source>
            <translation>Fortschritt der Umformung</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>Transform</source>
            <translation>Umformen</translation>
        </message>
        <message>
            <source>Transform the model</source>
            <translation>Das Modell umformen</translation>
        </message>
        <message>
            <source>Transforms</source>
            <translation>Umformungen</translation>
        </message>
        <message>
            <source>the bits as they are set, layer by layer</source>
            <translation>die Bits, wie sie eingestellt sind, Schicht für Schicht</translation>
        </message>
    </context>
    <context>
        <name>Plugins</name>
        <message>
            <source>Clip the ends of the range</source>
            <translation>Enden des Bereichs abschneiden</translation>
        </message>
        <message>
            <source>Rows of each matrix that the search looks at</source>
            <translation>Zeilen jeder Matrix, die die Suche ansieht</translation>
        </message>
        <message>
            <source>Iterations</source>
            <translation>Durchläufe</translation>
        </message>
        <message>
            <source>Rate</source>
            <translation>Schrittweite</translation>
        </message>
        <message>
            <source>Scales that favour loud inputs</source>
            <translation>Skalen zugunsten lauter Eingaben</translation>
        </message>
        <message>
            <source>Weight of the regulariser</source>
            <translation>Gewicht des Regularisierers</translation>
        </message>
        <message>
            <source>Steps</source>
            <translation>Schritte</translation>
        </message>
        <message>
            <source>Learn the ends of each block's range</source>
            <translation>Enden des Bereichs jedes Blocks lernen</translation>
        </message>
        <message>
            <source>Begin with scales that favour loud inputs</source>
            <translation>Mit Skalen zugunsten lauter Eingaben beginnen</translation>
        </message>
        <message>
            <source>Dampening</source>
            <translation>Dämpfung</translation>
        </message>
        <message>
            <source>Sign planes, each for what the ones before leave</source>
            <translation>Vorzeichenebenen, jede für das, was die davor lassen</translation>
        </message>
        <message>
            <source>A scale for each row instead of one for the matrix</source>
            <translation>Eine Skala je Zeile statt einer für die Matrix</translation>
        </message>
        <message>
            <source>Try smaller ranges, by the loudness of inputs</source>
            <translation>Kleinere Bereiche versuchen, nach der Lautstärke der Eingaben</translation>
        </message>
        <message>
            <source>Take the mean off first</source>
            <translation>Erst den Mittelwert abziehen</translation>
        </message>
        <message>
            <source>Fit the scale of each group</source>
            <translation>Skala jeder Gruppe anpassen</translation>
        </message>
        <message>
            <source>Blocks to load</source>
            <translation>Zu ladende Blöcke</translation>
        </message>
        <message>
            <source>Rank of the magnitudes</source>
            <translation>Rang der Beträge</translation>
        </message>
        <message>
            <source>Parts of the text</source>
            <translation>Teile des Texts</translation>
        </message>
        <message>
            <source>Try the next lower exponent too</source>
            <translation>Auch den nächstkleineren Exponenten versuchen</translation>
        </message>
        <message>
            <source>Samples to distribute</source>
            <translation>Zu verteilende Proben</translation>
        </message>
        <message>
            <source>Features within this distance are alike</source>
            <translation>Merkmale innerhalb dieses Abstands sind gleich</translation>
        </message>
        <message>
            <source>Weight of diversity</source>
            <translation>Gewicht der Vielfalt</translation>
        </message>
        <message>
            <source>Centre of the normal draw</source>
            <translation>Mitte der Normalverteilung</translation>
        </message>
        <message>
            <source>Width of the normal draw</source>
            <translation>Breite der Normalverteilung</translation>
        </message>
        <message>
            <source>Rounds over all pairs, at most</source>
            <translation>Runden über alle Paare, höchstens</translation>
        </message>
        <message>
            <source>Done when no factor is farther from 1</source>
            <translation>Fertig, wenn kein Faktor weiter von 1 entfernt ist</translation>
        </message>
        <message>
            <source>Keep the scales at 2 s and -s, as before fine-tuning</source>
            <translation>Skalen bei 2 s und -s lassen, wie vor dem Nachtraining</translation>
        </message>
        <message>
            <source>Factor of the shape</source>
            <translation>Faktor der Form</translation>
        </message>
        <message>
            <source>Factor of the scale</source>
            <translation>Faktor der Skala</translation>
        </message>
        <message>
            <source>Weights a level that end the reshaping</source>
            <translation>Gewichte je Stufe, bei denen das Umformen endet</translation>
        </message>
        <message>
            <source>Binary places of a level, 0: by the spread of each matrix</source>
            <translation>Binärstellen einer Stufe, 0: nach der Streuung jeder Matrix</translation>
        </message>
        <message>
            <source>Parameters without embeddings</source>
            <translation>Parameter ohne Einbettungen</translation>
        </message>
        <message>
            <source>Training tokens</source>
            <translation>Trainings-Token</translation>
        </message>
        <message>
            <source>Scales tried</source>
            <translation>Versuchte Skalen</translation>
        </message>
        <message>
            <source>Narrowest width that must be good</source>
            <translation>Schmalste Breite, die gut sein muss</translation>
        </message>
        <message>
            <source>Choose groups by what they gain, not by range</source>
            <translation>Gruppen nach Gewinn wählen, nicht nach Bereich</translation>
        </message>
        <message>
            <source>Try smaller ranges</source>
            <translation>Kleinere Bereiche versuchen</translation>
        </message>
        <message>
            <source>Parameters of linear layers</source>
            <translation>Parameter linearer Schichten</translation>
        </message>
        <message>
            <source>Numbers that share a scale</source>
            <translation>Zahlen, die sich eine Skala teilen</translation>
        </message>
        <message>
            <source>Loudest inputs first</source>
            <translation>Lauteste Eingaben zuerst</translation>
        </message>
        <message>
            <source>Fit all scales before the first column</source>
            <translation>Alle Skalen vor der ersten Spalte anpassen</translation>
        </message>
        <message>
            <source>Sweeps of correction</source>
            <translation>Korrekturdurchgänge</translation>
        </message>
        <message>
            <source>Exponent of the norm</source>
            <translation>Exponent der Norm</translation>
        </message>
        <message>
            <source>Weight of the quadratic part</source>
            <translation>Gewicht des quadratischen Teils</translation>
        </message>
        <message>
            <source>Seed of the random signs</source>
            <translation>Startwert der zufälligen Vorzeichen</translation>
        </message>
        <message>
            <source>Random directions a layer</source>
            <translation>Zufällige Richtungen je Schicht</translation>
        </message>
        <message>
            <source>Step</source>
            <translation>Schritt</translation>
        </message>
        <message>
            <source>Favour large weights, as llama.cpp does</source>
            <translation>Große Gewichte bevorzugen, wie llama.cpp</translation>
        </message>
        <message>
            <source>Time to look for the proof</source>
            <translation>Zeit, den Beweis zu suchen</translation>
        </message>
        <message>
            <source>Leave out the first token of each part</source>
            <translation>Das erste Token jedes Teils auslassen</translation>
        </message>
        <message>
            <source>Faults in cells of 01 and 10</source>
            <translation>Fehler in Zellen mit 01 und 10</translation>
        </message>
        <message>
            <source>Faults in cells of 00 and 11</source>
            <translation>Fehler in Zellen mit 00 und 11</translation>
        </message>
        <message>
            <source>Halves under one coding</source>
            <translation>Hälften unter einer Kodierung</translation>
        </message>
        <message>
            <source>Without rounding</source>
            <translation>Ohne Rundung</translation>
        </message>
        <message>
            <source>Seeds</source>
            <translation>Startwerte</translation>
        </message>
        <message>
            <source>All attention controls content</source>
            <translation>Alle Aufmerksamkeit steuert den Inhalt</translation>
        </message>
        <message>
            <source>A ratio above this is good enough</source>
            <translation>Ein Verhältnis darüber ist gut genug</translation>
        </message>
        <message>
            <source>Pictures compared</source>
            <translation>Verglichene Bilder</translation>
        </message>
        <message>
            <source>Tokens to compare</source>
            <translation>Zu vergleichende Token</translation>
        </message>
        <message>
            <source>Weights kept in 8 bits</source>
            <translation>In 8 Bits behaltene Gewichte</translation>
        </message>
        <message>
            <source>Salient by the error they would spread, not by magnitude</source>
            <translation>Wichtig nach dem Fehler, den sie verbreiten würden, nicht nach Betrag</translation>
        </message>
        <message>
            <source>Average as the released code does</source>
            <translation>Mitteln wie der veröffentlichte Code</translation>
        </message>
        <message>
            <source>Input channels kept in the format</source>
            <translation>Im Format behaltene Eingabekanäle</translation>
        </message>
        <message>
            <source>Loudness by the mean instead of the largest input</source>
            <translation>Lautstärke nach dem Mittel statt der größten Eingabe</translation>
        </message>
        <message>
            <source>Rounds of fitting factors</source>
            <translation>Runden der Faktoranpassung</translation>
        </message>
        <message>
            <source>Groups of steps</source>
            <translation>Gruppen von Schritten</translation>
        </message>
        <message>
            <source>Bits of an activation</source>
            <translation>Bits einer Aktivierung</translation>
        </message>
        <message>
            <source>Bits of a probability on half octaves</source>
            <translation>Bits einer Wahrscheinlichkeit auf halben Oktaven</translation>
        </message>
        <message>
            <source>Search for the best scales</source>
            <translation>Beste Skalen suchen</translation>
        </message>
        <message>
            <source>Exponent of the error</source>
            <translation>Exponent des Fehlers</translation>
        </message>
        <message>
            <source>Ranges tried</source>
            <translation>Versuchte Bereiche</translation>
        </message>
        <message>
            <source>Bits of the activations</source>
            <translation>Bits der Aktivierungen</translation>
        </message>
        <message>
            <source>Inputs under one scale, 0 for a whole token</source>
            <translation>Eingaben unter einer Skala, 0 für ein ganzes Token</translation>
        </message>
        <message>
            <source>From least to most instead of around zero</source>
            <translation>Vom kleinsten zum größten statt um null</translation>
        </message>
        <message>
            <source>Bits of the inputs</source>
            <translation>Bits der Eingaben</translation>
        </message>
        <message>
            <source>Share of values inside a percentile range</source>
            <translation>Anteil der Werte im Perzentilbereich</translation>
        </message>
        <message>
            <source>A range for each channel</source>
            <translation>Ein Bereich je Kanal</translation>
        </message>
        <message>
            <source>Around zero instead of from least to most</source>
            <translation>Um null statt vom kleinsten zum größten</translation>
        </message>
        <message>
            <source>Runs of neighbouring channels with a range each, where inputs were joined</source>
            <translation>Folgen benachbarter Kanäle mit je eigenem Bereich, wo Eingänge verbunden wurden</translation>
        </message>
        <message>
            <source>Groups of time steps with ranges of their own (diffusion)</source>
            <translation>Gruppen von Zeitschritten mit eigenen Bereichen (Diffusion)</translation>
        </message>
        <message>
            <source>Power of the size</source>
            <translation>Potenz der Größe</translation>
        </message>
        <message>
            <source>Parts of the data</source>
            <translation>Teile der Daten</translation>
        </message>
        <message>
            <source>Share of the loudness that moves into the weights</source>
            <translation>Anteil der Lautstärke, der in die Gewichte wandert</translation>
        </message>
        <message>
            <source>Bits</source>
            <translation>Bits</translation>
        </message>
        <message>
            <source>Scale by the mean magnitude of the tensor, as BitNet</source>
            <translation>Skala nach dem mittleren Betrag des Tensors, wie BitNet</translation>
        </message>
        <message>
            <source>Width of content over width of quality</source>
            <translation>Breite des Inhalts zur Breite der Güte</translation>
        </message>
        <message>
            <source>Higher width</source>
            <translation>Höhere Breite</translation>
        </message>
        <message>
            <source>Lower width</source>
            <translation>Niedrigere Breite</translation>
        </message>
        <message>
            <source>levels</source>
            <translation>Stufen</translation>
        </message>
        <message>
            <source>of a weight's loss when rounded</source>
            <translation>des Verlusts eines Gewichts beim Runden</translation>
        </message>
        <message>
            <source>at most</source>
            <translation>höchstens</translation>
        </message>
        <message>
            <source>mean square; 0: the median</source>
            <translation>mittleres Quadrat; 0: der Median</translation>
        </message>
        <message>
            <source>of all time</source>
            <translation>der ganzen Zeit</translation>
        </message>
        <message>
            <source>of its logarithm</source>
            <translation>seines Logarithmus</translation>
        </message>
        <message>
            <source>per million</source>
            <translation>je Million</translation>
        </message>
        <message>
            <source>billions</source>
            <translation>Milliarden</translation>
        </message>
        <message>
            <source>in an octave and a half</source>
            <translation>in anderthalb Oktaven</translation>
        </message>
        <message>
            <source>bits</source>
            <translation>Bits</translation>
        </message>
        <message>
            <source>% of mean diagonal</source>
            <translation>% der mittleren Diagonale</translation>
        </message>
        <message>
            <source>% of the weights’ root mean square</source>
            <translation>% des quadratischen Mittels der Gewichte</translation>
        </message>
        <message>
            <source>s</source>
            <translation>s</translation>
        </message>
        <message>
            <source>%</source>
            <translation>%</translation>
        </message>
        <message>
            <source>dB</source>
            <translation>dB</translation>
        </message>
        <message>
            <source>0: all</source>
            <translation>0: alle</translation>
        </message>
        <message>
            <source>at most one a step</source>
            <translation>höchstens eine je Schritt</translation>
        </message>
        <message>
            <source>percent steps below all</source>
            <translation>Prozentschritte unter allem</translation>
        </message>
        <message>
            <source>sign included</source>
            <translation>mit Vorzeichen</translation>
        </message>
        <message>
            <source>ABQ-LLM, weights</source>
            <translation>ABQ-LLM, Gewichte</translation>
        </message>
        <message>
            <source>Batch-norm folding</source>
            <translation>Batch-Norm-Faltung</translation>
        </message>
        <message>
            <source>BitNet, signs</source>
            <translation>BitNet, Vorzeichen</translation>
        </message>
        <message>
            <source>Bits against quality</source>
            <translation>Bits gegen Güte</translation>
        </message>
        <message>
            <source>BitsFusion scales</source>
            <translation>Skalen von BitsFusion</translation>
        </message>
        <message>
            <source>Blockwise shifts</source>
            <translation>Blockweise Verschiebungen</translation>
        </message>
        <message>
            <source>Calibration samples a step</source>
            <translation>Kalibrierproben je Schritt</translation>
        </message>
        <message>
            <source>Common threshold</source>
            <translation>Gemeinsame Schwelle</translation>
        </message>
        <message>
            <source>Cross-layer equalisation</source>
            <translation>Ausgleich über Schichten</translation>
        </message>
        <message>
            <source>Degradation law</source>
            <translation>Gesetz der Verschlechterung</translation>
        </message>
        <message>
            <source>Degradation, measured and fitted</source>
            <translation>Verschlechterung, gemessen und angepasst</translation>
        </message>
        <message>
            <source>DenseShift, preview</source>
            <translation>DenseShift, Vorschau</translation>
        </message>
        <message>
            <source>Double rounding</source>
            <translation>Doppeltes Runden</translation>
        </message>
        <message>
            <source>Equal loss (BAQ)</source>
            <translation>Gleicher Verlust (BAQ)</translation>
        </message>
        <message>
            <source>Fast 2-bit</source>
            <translation>Schnelle 2 Bits</translation>
        </message>
        <message>
            <source>Floating-point training law</source>
            <translation>Gesetz des Gleitkomma-Trainings</translation>
        </message>
        <message>
            <source>Hadamard rotation</source>
            <translation>Hadamard-Drehung</translation>
        </message>
        <message>
            <source>Hessian trace</source>
            <translation>Spur der Hesse-Matrix</translation>
        </message>
        <message>
            <source>Importance matrix</source>
            <translation>Wichtigkeitsmatrix</translation>
        </message>
        <message>
            <source>Integer program</source>
            <translation>Ganzzahliges Programm</translation>
        </message>
        <message>
            <source>Layer input modification</source>
            <translation>Änderung der Schichteingabe</translation>
        </message>
        <message>
            <source>Low-bit floats</source>
            <translation>Kleine Gleitkommazahlen</translation>
        </message>
        <message>
            <source>Memory faults</source>
            <translation>Speicherfehler</translation>
        </message>
        <message>
            <source>MixDQ sensitivities</source>
            <translation>Sensitivitäten nach MixDQ</translation>
        </message>
        <message>
            <source>Orthogonality (OMPQ)</source>
            <translation>Orthogonalität (OMPQ)</translation>
        </message>
        <message>
            <source>QuIP# without rotation</source>
            <translation>QuIP# ohne Drehung</translation>
        </message>
        <message>
            <source>Ranges for groups of time steps</source>
            <translation>Bereiche für Gruppen von Zeitschritten</translation>
        </message>
        <message>
            <source>Whole numbers between products</source>
            <translation>Ganze Zahlen zwischen Produkten</translation>
        </message>
        <message>
            <source>Ranks of cheap metrics</source>
            <translation>Ränge billiger Metriken</translation>
        </message>
        <message>
            <source>Round to nearest</source>
            <translation>Runden zum Nächsten</translation>
        </message>
        <message>
            <source>Round to nearest, clipped</source>
            <translation>Runden zum Nächsten, beschnitten</translation>
        </message>
        <message>
            <source>Rounded activations</source>
            <translation>Gerundete Aktivierungen</translation>
        </message>
        <message>
            <source>Rounded activations, static ranges</source>
            <translation>Gerundete Aktivierungen, feste Bereiche</translation>
        </message>
        <message>
            <source>Size-aware sensitivity</source>
            <translation>Sensitivität mit Größe</translation>
        </message>
        <message>
            <source>Splits of small floats</source>
            <translation>Teilungen kleiner Gleitkommazahlen</translation>
        </message>
        <message>
            <source>Ternary</source>
            <translation>Ternär</translation>
        </message>
        <message>
            <source>Two groups apart</source>
            <translation>Zwei Gruppen getrennt</translation>
        </message>
        <message>
            <source>Two levels by rank</source>
            <translation>Zwei Stufen nach Rang</translation>
        </message>
        <message>
            <source>Z-score distribution</source>
            <translation>Verteilung der z-Werte</translation>
        </message>
        <message>
            <source>Weights as bit planes of any width, with one level more at 2 bits so that they are balanced.</source>
            <translation>Gewichte als Bitebenen beliebiger Breite, bei 2 Bits mit einer Stufe mehr, damit sie ausgewogen sind.</translation>
        </message>
        <message>
            <source>Scales input channels before rounding by how loud they are, the power found by search; folded into what comes before.</source>
            <translation>Skaliert Eingabekanäle vor dem Runden nach ihrer Lautstärke, die Potenz wird gesucht; eingefaltet in das, was davor kommt.</translation>
        </message>
        <message>
            <source>The weights drift until what they round to gives the output of the layer.</source>
            <translation>Die Gewichte wandern, bis das, worauf sie runden, die Ausgabe der Schicht ergibt.</translation>
        </message>
        <message>
            <source>Every weight drifts between the two levels around it until it settles on the one that suits the output.</source>
            <translation>Jedes Gewicht wandert zwischen den zwei Stufen um sich, bis es bei der bleibt, die der Ausgabe passt.</translation>
        </message>
        <message>
            <source>Learns for each weight which way to round, and the ends of each range, by the signs of the gradient.</source>
            <translation>Lernt für jedes Gewicht, wohin zu runden ist, und die Enden jedes Bereichs, nach den Vorzeichen des Gradienten.</translation>
        </message>
        <message>
            <source>The loss that GPTQ would leave in each layer, from row ranges and the inverse Gram matrix.</source>
            <translation>Der Verlust, den GPTQ in jeder Schicht ließe, aus Zeilenbereichen und der inversen Gram-Matrix.</translation>
        </message>
        <message>
            <source>Moves batch norms into the convolutions before them, so that what is rounded is what runs.</source>
            <translation>Zieht Batch-Normen in die Faltungen davor, damit gerundet wird, was läuft.</translation>
        </message>
        <message>
            <source>One bit and a scale for what a fine-tune changed; the base model is kept once for many.</source>
            <translation>Ein Bit und eine Skala für das, was ein Nachtraining änderte; das Grundmodell wird einmal für viele behalten.</translation>
        </message>
        <message>
            <source>Each group takes the one of four small float grids that suits it best; the useless negative zero becomes a level.</source>
            <translation>Jede Gruppe nimmt das passendste von vier kleinen Gleitkommagittern; die nutzlose negative Null wird eine Stufe.</translation>
        </message>
        <message>
            <source>The sign of each weight times the mean magnitude of its matrix, as BitNet trains them.</source>
            <translation>Das Vorzeichen jedes Gewichts mal dem mittleren Betrag seiner Matrix, wie BitNet sie trainiert.</translation>
        </message>
        <message>
            <source>A stack of blocks, each a sign plane times two thin factors; more blocks, more quality.</source>
            <translation>Ein Stapel von Blöcken, jeder eine Vorzeichenebene mal zwei dünnen Faktoren; mehr Blöcke, mehr Güte.</translation>
        </message>
        <message>
            <source>Every candidate on the whole model: size against loss, and which is on the front.</source>
            <translation>Jeder Kandidat auf dem ganzen Modell: Größe gegen Verlust, und welche vorne liegen.</translation>
        </message>
        <message>
            <source>Codes and scale in turn, each the best for the other, on balanced levels. No data needed.</source>
            <translation>Codes und Skala abwechselnd, jedes das beste zum anderen, auf ausgewogenen Stufen. Ohne Daten.</translation>
        </message>
        <message>
            <source>Whole numbers times a power of two for each block of weights, so that scales are shifts.</source>
            <translation>Ganze Zahlen mal einer Zweierpotenz je Block von Gewichten, sodass Skalen Verschiebungen sind.</translation>
        </message>
        <message>
            <source>From which denoising steps calibration data should come: evenly, normally, or by density and diversity.</source>
            <translation>Aus welchen Entrauschungsschritten Kalibrierdaten kommen sollten: gleichmäßig, normalverteilt oder nach Dichte und Vielfalt.</translation>
        </message>
        <message>
            <source>Each layer takes the fewest bits whose cost lies below a threshold common to all.</source>
            <translation>Jede Schicht nimmt die wenigsten Bits, deren Kosten unter einer gemeinsamen Schwelle liegen.</translation>
        </message>
        <message>
            <source>Evens out the ranges of channels between convolutions that follow each other.</source>
            <translation>Gleicht die Bereiche der Kanäle zwischen aufeinanderfolgenden Faltungen aus.</translation>
        </message>
        <message>
            <source>Each weight as the sum of two scaled binaries: four free levels a group.</source>
            <translation>Jedes Gewicht als Summe zweier skalierter Binärer: vier freie Stufen je Gruppe.</translation>
        </message>
        <message>
            <source>Moves all weights so that their histogram takes fewer bits to code, then rounds to nearest.</source>
            <translation>Bewegt alle Gewichte, sodass ihr Histogramm weniger Bits zum Kodieren braucht, und rundet dann.</translation>
        </message>
        <message>
            <source>What low bits will cost a model of a given size and training, by a published fit.</source>
            <translation>Was wenige Bits ein Modell gegebener Größe und Trainings kosten, nach einer veröffentlichten Anpassung.</translation>
        </message>
        <message>
            <source>Every weight becomes plus or minus a power of two, never zero, so that products are shifts.</source>
            <translation>Jedes Gewicht wird plus oder minus eine Zweierpotenz, nie null, sodass Produkte Verschiebungen sind.</translation>
        </message>
        <message>
            <source>One 8-bit file that is read at any lower width by rounding once more.</source>
            <translation>Eine 8-Bit-Datei, die durch nochmaliges Runden in jeder kleineren Breite gelesen wird.</translation>
        </message>
        <message>
            <source>Bits in closed form so that every layer loses the same, then the nearest formats.</source>
            <translation>Bits in geschlossener Form, sodass jede Schicht gleich viel verliert, dann die nächsten Formate.</translation>
        </message>
        <message>
            <source>Groups of 2 bits, and a fixed share of groups of 4 where it helps most, so that every tile is as long as the next.</source>
            <translation>Gruppen mit 2 Bits und ein fester Anteil mit 4, wo es am meisten hilft, sodass jede Kachel gleich lang ist.</translation>
        </message>
        <message>
            <source>What a model trained in a small floating-point format will lose, and the best split of its bits.</source>
            <translation>Was ein in kleinem Gleitkommaformat trainiertes Modell verliert, und die beste Teilung seiner Bits.</translation>
        </message>
        <message>
            <source>Column by column; the weights not yet stored make up for the error of those that are.</source>
            <translation>Spalte für Spalte; die noch nicht gespeicherten Gewichte gleichen den Fehler der gespeicherten aus.</translation>
        </message>
        <message>
            <source>Zero points for which few weights have large errors and most have none. No data needed.</source>
            <translation>Nullpunkte, bei denen wenige Gewichte große Fehler haben und die meisten keine. Ohne Daten.</translation>
        </message>
        <message>
            <source>Turns the residual stream by a random orthogonal transform, so that no channel stands out.</source>
            <translation>Dreht den Reststrom durch eine zufällige orthogonale Abbildung, sodass kein Kanal heraussticht.</translation>
        </message>
        <message>
            <source>How curved the loss is along each layer, times how far a format moves its weights.</source>
            <translation>Wie gekrümmt der Verlust entlang jeder Schicht ist, mal wie weit ein Format ihre Gewichte bewegt.</translation>
        </message>
        <message>
            <source>Round to nearest with scales that spare the weights of loud inputs.</source>
            <translation>Runden zum Nächsten mit Skalen, die die Gewichte lauter Eingaben schonen.</translation>
        </message>
        <message>
            <source>The best choice under budgets of size, bit operations and time, proven or with its gap.</source>
            <translation>Die beste Wahl unter Budgets für Größe, Bitoperationen und Zeit, bewiesen oder mit ihrem Abstand.</translation>
        </message>
        <message>
            <source>How much a block changes what flows through it: blocks that copy their input can stand the least bits.</source>
            <translation>Wie sehr ein Block ändert, was hindurchfließt: Blöcke, die ihre Eingabe kopieren, vertragen die wenigsten Bits.</translation>
        </message>
        <message>
            <source>Small floats, clipped in every block where the squared error is least. No data needed.</source>
            <translation>Kleine Gleitkommazahlen, in jedem Block beschnitten, wo der quadratische Fehler am kleinsten ist. Ohne Daten.</translation>
        </message>
        <message>
            <source>Flips bits of packed weights as cells of a two-bit memory would, with and without protected halves, and runs the model.</source>
            <translation>Kippt Bits gepackter Gewichte wie Zellen eines Zwei-Bit-Speichers, mit und ohne geschützte Hälften, und rechnet das Modell.</translation>
        </message>
        <message>
            <source>Layers that control content by the similarity of pictures, all others by the noise in the output.</source>
            <translation>Schichten, die den Inhalt steuern, nach der Ähnlichkeit der Bilder, alle anderen nach dem Rauschen der Ausgabe.</translation>
        </message>
        <message>
            <source>Blocks whose outputs resemble those of others can stand fewer bits.</source>
            <translation>Blöcke, deren Ausgaben denen anderer ähneln, vertragen weniger Bits.</translation>
        </message>
        <message>
            <source>A few salient weights in 8 bits, all others one bit with a scale and a mean by row.</source>
            <translation>Einige wichtige Gewichte in 8 Bits, alle anderen ein Bit mit Skala und Mittel je Zeile.</translation>
        </message>
        <message>
            <source>The loudest input channels in 4 bits, the rest one bit with row and column factors.</source>
            <translation>Die lautesten Eingabekanäle in 4 Bits, der Rest ein Bit mit Zeilen- und Spaltenfaktoren.</translation>
        </message>
        <message>
            <source>What activations lose with one number range for all denoising steps, and with one for each group.</source>
            <translation>Was Aktivierungen mit einem Zahlenbereich für alle Entrauschungsschritte verlieren, und mit einem je Gruppe.</translation>
        </message>
        <message>
            <source>What low bits cost the open models, beside the published law and a law fitted to them.</source>
            <translation>Was wenige Bits die offenen Modelle kosten, neben dem veröffentlichten Gesetz und einem daran angepassten.</translation>
        </message>
        <message>
            <source>What activation functions and softmax lose as tables and whole numbers, and by which whole numbers products are rescaled.</source>
            <translation>Was Aktivierungsfunktionen und Softmax als Tabellen und in ganzen Zahlen verlieren, und mit welchen ganzen Zahlen Produkte umskaliert werden.</translation>
        </message>
        <message>
            <source>How well errors that need no run rank the layers, against measured divergence.</source>
            <translation>Wie gut Fehler ohne Rechnen des Modells die Schichten ordnen, gegen gemessene Divergenz.</translation>
        </message>
        <message>
            <source>Each weight to its nearest level, with the scales of least squared error. No data needed.</source>
            <translation>Jedes Gewicht auf seine nächste Stufe, mit den Skalen kleinsten quadratischen Fehlers. Ohne Daten.</translation>
        </message>
        <message>
            <source>Each weight to its nearest level, in the range that leaves the least error of exponent 2.4. No data needed.</source>
            <translation>Jedes Gewicht auf seine nächste Stufe, im Bereich kleinsten Fehlers mit Exponent 2,4. Ohne Daten.</translation>
        </message>
        <message>
            <source>Weights to the nearest level, and the inputs of the product rounded to a few bits as it runs: W8A8, W4A8.</source>
            <translation>Gewichte auf die nächste Stufe, und die Eingaben des Produkts beim Rechnen auf wenige Bits gerundet: W8A8, W4A8.</translation>
        </message>
        <message>
            <source>Weights to the nearest level, and the inputs of convolutions and products rounded by ranges measured beforehand: W8A8, W4A8, W4A4.</source>
            <translation>Gewichte auf die nächste Stufe, und die Eingaben von Faltungen und Produkten nach vorher gemessenen Bereichen gerundet: W8A8, W4A8, W4A4.</translation>
        </message>
        <message>
            <source>What the output loses when one layer is compressed, over its size to the power of 0.3.</source>
            <translation>Was die Ausgabe verliert, wenn eine Schicht verdichtet wird, durch ihre Größe hoch 0,3.</translation>
        </message>
        <message>
            <source>Moves loud input channels into the weights, so that activations can be rounded.</source>
            <translation>Zieht laute Eingabekanäle in die Gewichte, damit Aktivierungen gerundet werden können.</translation>
        </message>
        <message>
            <source>How many exponent bits suit each layer at a width, and whether whole numbers are better.</source>
            <translation>Wie viele Exponentenbits jeder Schicht bei einer Breite passen, und ob ganze Zahlen besser sind.</translation>
        </message>
        <message>
            <source>Weights become minus, zero or plus a scale: fitted, or as BitNet trains them.</source>
            <translation>Gewichte werden minus, null oder plus eine Skala: angepasst, oder wie BitNet sie trainiert.</translation>
        </message>
        <message>
            <source>Layers whose costs have different units are solved apart, each for its share of the budget.</source>
            <translation>Schichten, deren Kosten verschiedene Einheiten haben, werden getrennt gelöst, jede für ihren Teil des Budgets.</translation>
        </message>
        <message>
            <source>The least important layers take the low format, as many as the budget asks.</source>
            <translation>Die unwichtigsten Schichten nehmen das niedrige Format, so viele das Budget verlangt.</translation>
        </message>
        <message>
            <source>How few weights of a block lie more than one deviation above the mean. No data needed.</source>
            <translation>Wie wenige Gewichte eines Blocks mehr als eine Abweichung über dem Mittel liegen. Ohne Daten.</translation>
        </message>
        <message>
            <source>AWQ clipping</source>
            <translation>AWQ-Beschnitt</translation>
        </message>
        <message>
            <source>How far each block's largest weights are clipped, by the error of the block's own output.</source>
            <translation>Wie weit die größten Gewichte jedes Blocks beschnitten werden, nach dem Fehler der eigenen Ausgabe des Blocks.</translation>
        </message>
        <message>
            <source>Clipping ratios to try, 1 downwards by 0.05</source>
            <translation>Beschnitte zum Probieren, von 1 in Schritten von 0,05 abwärts</translation>
        </message>
        <message>
            <source>Try the scale search too</source>
            <translation>Auch die Suche nach Skalen probieren</translation>
        </message>
        <message>
            <source>Columns of different widths, so that all lose the same; each column’s error goes into the columns after it.</source>
            <translation>Spalten verschiedener Breite, so dass alle gleich viel verlieren; der Fehler jeder Spalte geht in die Spalten dahinter.</translation>
        </message>
        <message>
            <source>Mean bits of a code, 0 as the format has it</source>
            <translation>Mittlere Bits eines Codes, 0 wie im Format</translation>
        </message>
        <message>
            <source>A whole number of levels for each column instead of whole bits for runs</source>
            <translation>Eine ganze Zahl von Stufen je Spalte statt ganzer Bits je Lauf</translation>
        </message>
        <message>
            <source>Columns of one width together</source>
            <translation>Spalten einer Breite zusammen</translation>
        </message>
        <message>
            <source>Search how far to clip each row</source>
            <translation>Suchen, wie weit jede Zeile beschnitten wird</translation>
        </message>
        <message>
            <source>Bit planes</source>
            <translation>Bitebenen</translation>
        </message>
        <message>
            <source>The lowest bits of pictures that a network is given and makes, as stored and compressed.</source>
            <translation>Die untersten Bits der Bilder, die ein Netz bekommt und macht, gespeichert und verdichtet.</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>Bilder</translation>
        </message>
        <message>
            <source>Bit-weighted SNIP</source>
            <translation>SNIP, nach Bits gewichtet</translation>
        </message>
        <message>
            <source>How much of the loss hangs on the weights of a layer, by differences of the loss along random signs.</source>
            <translation>Wie viel vom Verlust an den Gewichten einer Schicht hängt, aus Unterschieden des Verlusts entlang zufälliger Vorzeichen.</translation>
        </message>
        <message>
            <source>Random signs a layer</source>
            <translation>Zufällige Vorzeichen je Schicht</translation>
        </message>
        <message>
            <source>Bit-weighted SynFlow</source>
            <translation>SynFlow, nach Bits gewichtet</translation>
        </message>
        <message>
            <source>What share of all that flows through the network of magnitudes a layer carries. No data, no run.</source>
            <translation>Welchen Anteil von allem, was durch das Netz der Beträge fließt, eine Schicht trägt. Keine Daten, kein Lauf.</translation>
        </message>
        <message>
            <source>Bits against quality of pictures</source>
            <translation>Bits gegen Güte von Bildern</translation>
        </message>
        <message>
            <source>Several sizes of a family at several widths: quality against all bits, a power law a width, how far the laws lie apart.</source>
            <translation>Mehrere Größen einer Familie bei mehreren Breiten: Güte gegen alle Bits, ein Potenzgesetz je Breite, wie weit die Gesetze auseinanderliegen.</translation>
        </message>
        <message>
            <source>Samples to measure on, the same for every point</source>
            <translation>Proben zum Messen, dieselben für jeden Punkt</translation>
        </message>
        <message>
            <source>Clipped channels</source>
            <translation>Beschnittene Kanäle</translation>
        </message>
        <message>
            <source>Inputs rounded with a clipped grid a channel, weights as if all channels shared one grid.</source>
            <translation>Eingaben mit einem beschnittenen Raster je Kanal gerundet, Gewichte, als teilten alle Kanäle ein Raster.</translation>
        </message>
        <message>
            <source>Extremes of channels are clipped beyond</source>
            <translation>Äußerste Werte der Kanäle werden beschnitten jenseits von</translation>
        </message>
        <message>
            <source>Conditioning of convolutions</source>
            <translation>Kondition von Faltungen</translation>
        </message>
        <message>
            <source>Singular values of every convolution and how far it is from keeping lengths, before and after compression.</source>
            <translation>Singulärwerte jeder Faltung und wie weit sie davon entfernt ist, Längen zu erhalten, vor und nach dem Verdichten.</translation>
        </message>
        <message>
            <source>Side of the output that singular values are found for</source>
            <translation>Seite der Ausgabe, für die Singulärwerte bestimmt werden</translation>
        </message>
        <message>
            <source>Layers of more channels than this on both sides are left out</source>
            <translation>Schichten mit mehr Kanälen auf beiden Seiten bleiben weg</translation>
        </message>
        <message>
            <source>Cost against quality</source>
            <translation>Kosten gegen Güte</translation>
        </message>
        <message>
            <source>What each width costs to run and to keep, against how good the network is, and which mixtures nothing beats.</source>
            <translation>Was jede Breite im Lauf und im Speicher kostet, gegen die Güte des Netzes, und welche Mischungen nichts schlägt.</translation>
        </message>
        <message>
            <source>Samples to measure on</source>
            <translation>Proben zum Messen</translation>
        </message>
        <message>
            <source>Mixtures between two neighbouring widths</source>
            <translation>Mischungen zwischen zwei benachbarten Breiten</translation>
        </message>
        <message>
            <source>Evolved proxy (EMQ)</source>
            <translation>Gezüchteter Ersatzwert (EMQ)</translation>
        </message>
        <message>
            <source>Measures some mixtures of the formats, evolves a small program that ranks them, and scores layers by it.</source>
            <translation>Misst einige Mischungen der Formate, züchtet ein kleines Programm, das sie ordnet, und bewertet danach die Schichten.</translation>
        </message>
        <message>
            <source>Configurations to measure</source>
            <translation>Mischungen zum Messen</translation>
        </message>
        <message>
            <source>Programs to try</source>
            <translation>Programme zum Probieren</translation>
        </message>
        <message>
            <source>Fit factors to the output of the layer, not column by column</source>
            <translation>Faktoren an die Ausgabe der Schicht anpassen, nicht Spalte für Spalte</translation>
        </message>
        <message>
            <source>Eight columns at a time onto the E8P codebook of 2 bits, or 3 and 4 with a second stage; the weights not yet stored make up for the error.</source>
            <translation>Acht Spalten auf einmal auf das E8P-Codebuch mit 2 Bits, oder 3 und 4 mit einer zweiten Stufe; die noch nicht gespeicherten Gewichte gleichen den Fehler aus.</translation>
        </message>
        <message>
            <source>Ranges of channels</source>
            <translation>Bereiche der Kanäle</translation>
        </message>
        <message>
            <source>How unequal the inputs of each product are, and what groups of scales a power of two apart would save.</source>
            <translation>Wie ungleich die Eingaben jedes Produkts sind, und was Gruppen von Skalen im Abstand von Zweierpotenzen sparten.</translation>
        </message>
        <message>
            <source>Groups of channels</source>
            <translation>Gruppen von Kanälen</translation>
        </message>
        <message>
            <source>Ranks of proxies</source>
            <translation>Rang von Ersatzwerten</translation>
        </message>
        <message>
            <source>Mixtures of one size, measured, against what training-free proxies say of them, hand-made and evolved.</source>
            <translation>Mischungen einer Größe, gemessen, gegen das, was Ersatzwerte ohne Training sagen, von Hand gemachte und gezüchtete.</translation>
        </message>
        <message>
            <source>Relevance</source>
            <translation>Relevanz</translation>
        </message>
        <message>
            <source>How much each layer carries of what decides for the predicted class, by layer-wise relevance propagation.</source>
            <translation>Wie viel jede Schicht von dem trägt, was für die vorhergesagte Klasse entscheidet, durch schichtweise Weitergabe der Relevanz.</translation>
        </message>
        <message>
            <source>Relevance x bits instead of relevance x 4^-bits</source>
            <translation>Relevanz x Bits statt Relevanz x 4^-Bits</translation>
        </message>
        <message>
            <source>Start from the value of the class instead of 1</source>
            <translation>Mit dem Wert der Klasse statt mit 1 beginnen</translation>
        </message>
        <message>
            <source>Compare with what each layer alone does to the output</source>
            <translation>Mit dem vergleichen, was jede Schicht allein an der Ausgabe ändert</translation>
        </message>
        <message>
            <source>Inputs in a few bits, loud and quiet channels under scales that are powers of two apart, so that the product stays integer.</source>
            <translation>Eingaben in wenigen Bits, laute und leise Kanäle unter Skalen im Abstand von Zweierpotenzen, so dass das Produkt ganzzahlig bleibt.</translation>
        </message>
        <message>
            <source>Share of channels that the first scale is made for</source>
            <translation>Anteil der Kanäle, für den die erste Skala gemacht ist</translation>
        </message>
        <message>
            <source>One scale from calibration instead of one for each token</source>
            <translation>Eine Skala aus der Kalibrierung statt einer je Token</translation>
        </message>
        <message>
            <source>Widths near the mean</source>
            <translation>Breiten nahe dem Mittel</translation>
        </message>
        <message>
            <source>Least cost where every layer takes a width near the mean and the ends have 8 bits.</source>
            <translation>Geringste Kosten, wenn jede Schicht eine Breite nahe dem Mittel nimmt und die Enden 8 Bits haben.</translation>
        </message>
        <message>
            <source>Least width below the mean</source>
            <translation>Kleinste Breite unter dem Mittel</translation>
        </message>
        <message>
            <source>Largest width above the mean</source>
            <translation>Größte Breite über dem Mittel</translation>
        </message>
        <message>
            <source>First and last item at least at</source>
            <translation>Erstes und letztes Stück mindestens bei</translation>
        </message>
        <message>
            <source>The planes, the balanced level and clipped ranges of weights, in groups instead of channels; the clipping is searched, not learned. Not here: quantized activations, learned scales, the rank-one correction, the attention loss, the popcount kernel</source>
            <translation>Die Bitebenen, die ausgeglichene Stufe und beschnittene Bereiche der Gewichte, in Gruppen statt in Kanälen; der Beschnitt wird gesucht, nicht gelernt. Nicht hier: quantisierte Aktivierungen, gelernte Skalen, die Rang-1-Korrektur, der Verlust der Aufmerksamkeit, der Popcount-Kern</translation>
        </message>
        <message>
            <source>The scale search, judged by the error of each product under the Gram matrix of its inputs (q, k, v together, not through the attention), folded into norms and gated feed-forwards, not into values; the clipping search is the method “awq-clip”</source>
            <translation>Die Suche nach Skalen, beurteilt nach dem Fehler jedes Produkts unter der Gram-Matrix seiner Eingaben (q, k, v zusammen, nicht durch die Aufmerksamkeit hindurch), untergebracht in Normen und Feed-forward-Schichten mit Tor, nicht in den Werten; die Suche nach dem Beschnitt ist das Verfahren „awq-clip“</translation>
        </message>
        <message>
            <source>The clipping search, under the Gram matrix of the inputs instead of 512 sampled tokens; the scaling before it is the transform “awq”. Queries and keys are not left out by itself</source>
            <translation>Die Suche nach dem Beschnitt, unter der Gram-Matrix der Eingaben statt 512 gezogener Token; die Skalierung davor ist die Umformung „awq“. Queries und Keys werden nicht von selbst ausgelassen</translation>
        </message>
        <message>
            <source>Part A, the layer-wise calibration, of weights and, on request, of the ranges of their blocks (6 % less loss in long groups of 2 to 4 bits with one scale, none or more where a block has an offset too). Not here: biases and ranges of activations learned with them, the integer program (an allocator), batch norm tuning (the transform “bias-correction”), bias tuning through the network (the transform “bias-tuning”). Our own: the gradient from the Gram matrix, rates in distances between levels, the best state of each row</source>
            <translation>Teil A, die Kalibrierung Schicht für Schicht, der Gewichte und auf Wunsch der Bereiche ihrer Blöcke (6 % weniger Verlust in langen Gruppen von 2 bis 4 Bit mit einer Skala; keiner oder mehr, wo ein Block auch einen Versatz hat). Nicht hier: mitgelernte Bias-Werte und Bereiche von Aktivierungen, das ganzzahlige Programm (ein Verteiler), die Anpassung von Batch-Norm (die Umformung „bias-correction“) und der Bias-Werte durch das ganze Netz (die Umformung „bias-tuning“). Eigenes: der Gradient aus der Gram-Matrix, Raten in Abständen zwischen Stufen, der beste Zustand jeder Zeile</translation>
        </message>
        <message>
            <source>The soft rounding with annealed regulariser, layer by layer. Our own: the gradient from the Gram matrix, a loss in units of what nearest rounding loses, 1000 iterations where the paper takes 10000, and a row is rounded where that is better</source>
            <translation>Das weiche Runden mit abnehmender Regularisierung, Schicht für Schicht. Eigenes: der Gradient aus der Gram-Matrix, ein Verlust in Einheiten dessen, was nächstes Runden verliert, 1000 Schritte, wo die Arbeit 10000 macht, und eine Zeile wird gerundet, wo das besser ist</translation>
        </message>
        <message>
            <source>The descent on rounding and ranges, layer by layer against the layer's own output; the paper takes whole blocks and samples of inputs. Our own: the gradient from the Gram matrix, the best state of each row, a start from fitted scales, factors of the range up to 1.25</source>
            <translation>Der Abstieg über Rundung und Bereiche, Schicht für Schicht gegen die eigene Ausgabe der Schicht; die Arbeit nimmt ganze Blöcke und Stichproben der Eingaben. Eigenes: der Gradient aus der Gram-Matrix, der beste Zustand jeder Zeile, ein Anfang mit angepassten Skalen, Faktoren des Bereichs bis 1.25</translation>
        </message>
        <message>
            <source>The layer-level model c 4^-R and its gain; columns of different widths are the method “baq-columns”</source>
            <translation>Das Modell c 4^-R je Schicht und sein Gewinn; Spalten verschiedener Breite sind das Verfahren „baq-columns“</translation>
        </message>
        <message>
            <source>Both passes, whole bits for runs of columns or the paper’s numbers of levels for each; bits counted as stored, lists of columns and steps too. Our own: zero need not be a level, loudest columns first, row ranges clipped by search, inputs from the model as it was instead of the compressed prefix. No kernel of its own</source>
            <translation>Beide Durchgänge, ganze Bits für Läufe von Spalten oder die Stufenzahlen der Arbeit für jede; Bits gezählt wie gespeichert, Listen der Spalten und Schritte auch. Eigenes: die Null muss keine Stufe sein, lauteste Spalten zuerst, Bereiche der Zeilen durch Suche beschnitten, Eingaben vom Modell, wie es war, statt vom verdichteten Anfang. Kein eigener Rechenkern</translation>
        </message>
        <message>
            <source>Folding for networks on pictures, transposed and grouped convolutions too; norms in front of convolutions stay</source>
            <translation>Einrechnen für Netze auf Bildern, auch transponierte und gruppierte Faltungen; Normen vor Faltungen bleiben</translation>
        </message>
        <message>
            <source>The proxy without gradients: the root of the sum of squares of w dLoss/dw in place of the sum of magnitudes, estimated</source>
            <translation>Die Ersatzgröße ohne Gradienten: die Wurzel der Quadratsumme von w dVerlust/dw anstelle der Summe der Beträge, geschätzt</translation>
        </message>
        <message>
            <source>The proxy with the weights as they are (the released code draws them anew), in double precision. Our own: what norms, gates and attention do to the flow. Networks on pictures are refused</source>
            <translation>Die Ersatzgröße mit den Gewichten, wie sie sind (der veröffentlichte Code zieht sie neu), in doppelter Genauigkeit. Eigenes: was Normen, Gatter und Aufmerksamkeit mit dem Fluss machen. Netze auf Bildern werden abgelehnt</translation>
        </message>
        <message>
            <source>The choice of the grid of each group, 3 and 4 bits. Our own: the clipped ranges judged by the loudness of the inputs, the tag hidden in the scale, and 8-bit scales of second level under one of several groups, not of the row. Not here: the combination with AWQ and OmniQuant, the accelerator</source>
            <translation>Die Wahl des Gitters jeder Gruppe, 3 und 4 Bits. Eigenes: die beschnittenen Bereiche, beurteilt nach der Lautstärke der Eingaben, und die in der Skala versteckte Marke. Nicht hier: 8-Bit-Skalen zweiter Stufe, die Verbindung mit AWQ und OmniQuant, der Beschleuniger</translation>
        </message>
        <message>
            <source>The weight quantizer, with the mean taken off before the sign. Not the training and not the 8-bit activations: a model that was not trained for it is destroyed. Scales of groups (fitted) are our own; an offset beside the scale has “ptq161” with 0 % of the channels kept</source>
            <translation>Der Quantisierer der Gewichte, mit abgezogenem Mittelwert vor dem Vorzeichen. Nicht das Training und nicht die 8-Bit-Aktivierungen: Ein Modell, das nicht dafür trainiert ist, wird zerstört. Skalen von Gruppen (angepasst) sind Eigenes; einen Versatz neben der Skala hat „ptq161“ mit 0 % behaltenen Kanälen</translation>
        </message>
        <message>
            <source>The decomposition with activation-aware column scales kept at run time, factors rounded before the residual is taken (our choice). The stops of the loom are its blocks; which layer gets the next one is the allocator’s choice</source>
            <translation>Die Zerlegung mit Spaltenskalen nach den Aktivierungen, die beim Rechnen bleiben; Faktoren werden gerundet, bevor der Rest genommen wird (unsere Wahl). Die Rasten des Webstuhls sind ihre Blöcke; welche Schicht den nächsten bekommt, wählt der Verteiler</translation>
        </message>
        <message>
            <source>The plot for one model; several sizes of a family are compared by running it on each</source>
            <translation>Das Schaubild für ein Modell; mehrere Größen einer Familie vergleicht, wer es auf jeder laufen lässt</translation>
        </message>
        <message>
            <source>The weight part, with blocks of one row (the paper's are two-dimensional and its full text was not at hand). Not the integer activations, GELU, softmax and norms. The choice of the lower exponent is the studio's own</source>
            <translation>Der Teil der Gewichte, mit Blöcken einer Zeile (die der Arbeit sind zweidimensional, und ihr voller Text lag nicht vor). Nicht die ganzzahligen Aktivierungen, GELU, Softmax und Normen. Die Wahl des kleineren Exponenten ist Eigenes des Studios</translation>
        </message>
        <message>
            <source>The choice of steps (TDAC), with the even one of Q-Diffusion and the normal one of PTQ4DM (centre and width are ours) beside it. Not: reconstruction of blocks; rounding is learned layer by layer by 'adaround'</source>
            <translation>Die Wahl der Schritte (TDAC), daneben die gleichmäßige von Q-Diffusion und die normalverteilte von PTQ4DM (Mitte und Breite sind unsere). Nicht: das Nachbilden von Blöcken; das Runden lernt 'adaround' Schicht für Schicht</translation>
        </message>
        <message>
            <source>Clipped ranges a channel (nothing is clipped where more than a twentieth of a layer's channels would be, as behind a ReLU) and their reparametrisation onto one grid, weights fitted after it, for products and convolutions of any place. Not: folding into the norm before, the logarithmic grid behind a softmax</source>
            <translation>Beschnittene Bereiche je Kanal (nichts wird beschnitten, wo es mehr als ein Zwanzigstel der Kanäle einer Schicht träfe, wie hinter einem ReLU) und ihre Umrechnung auf ein Gitter, danach angepasste Gewichte, für Produkte und Faltungen an jeder Stelle. Nicht: das Einrechnen in die Norm davor, das logarithmische Gitter hinter einem Softmax</translation>
        </message>
        <message>
            <source>The threshold rule, over any metric; it is found exactly where the paper bisects. Not: the extra bits for layers in the top percentiles of a second criterion</source>
            <translation>Die Schwellenregel, über jede Metrik; sie wird genau gefunden, wo die Arbeit halbiert. Nicht: die zusätzlichen Bits für Schichten in den obersten Prozenten eines zweiten Maßes</translation>
        </message>
        <message>
            <source>The exact singular values with circular padding for any stride, L_orth for both cases, its bound, which shapes can be orthogonal, with and without the batch norm behind. Not: L_orth as a regulariser in training</source>
            <translation>Die exakten Singulärwerte bei zyklischem Rand für jede Schrittweite, L_orth für beide Fälle, seine Schranke, welche Formen orthogonal sein können, mit und ohne die Batch-Norm dahinter. Nicht: L_orth als Regularisierung im Training</translation>
        </message>
        <message>
            <source>The linear, quadratic and memory cost, the Pareto front over uniform widths, 8-bit ends and mixtures, measured without training. The AQT quantizers are static-activations with aqt=1. Not: networks of other depth and width, training</source>
            <translation>Die linearen, quadratischen und Speicherkosten, die Pareto-Front über gleichmäßige Breiten, 8-Bit-Enden und Mischungen, ohne Training gemessen. Die Quantisierer von AQT sind static-activations mit aqt=1. Nicht: Netze anderer Tiefe und Breite, Training</translation>
        </message>
        <message>
            <source>Equalisation (section 4.1) over pairs with ReLU, leaky ReLU, PReLU or pools between, depthwise too; no bias absorption; bias correction is the transform “bias-correction”; ReLU6 is left as it is. Fold batch norms first</source>
            <translation>Ausgleich (Abschnitt 4.1) über Paare mit ReLU, Leaky ReLU, PReLU oder Pooling dazwischen, auch tiefenweise; kein Aufnehmen von Bias-Werten; sie zu berichtigen ist die Umformung „bias-correction“; ReLU6 bleibt, wie es ist. Batch-Normen zuerst einrechnen</translation>
        </message>
        <message>
            <source>Flexible dual binarization, its equations as a reimplementation and reviews give them, with alternating least squares (our extra); not the deviation-aware distillation</source>
            <translation>Flexible doppelte Binarisierung, ihre Gleichungen nach einer Nachbildung und Begutachtungen, mit abwechselnden kleinsten Quadraten (unser Zusatz); nicht das abweichungsbewusste Nachlernen</translation>
        </message>
        <message>
            <source>The reshaping after training, with fit by moments. Not the initialisation, BackSlash and fine-tuning, which are training; RF8 is the number format rf8g256, whose division into fields is a derivation and unverified. Our own: leftovers by the largest remainder, the end of the reshaped part as a share of the matrix, levels as fine as the spread of each matrix asks. Exp-Golomb sizes are computed figures: no file stores them</source>
            <translation>Das Umformen nach dem Training, mit Anpassung über Momente. Nicht die Anfangswerte, BackSlash und Nachtraining, die Training sind; RF8 ist das Zahlenformat rf8g256, dessen Aufteilung in Felder hergeleitet und ungeprüft ist. Eigenes: Reste nach dem größten Rest, das Ende des umgeformten Teils als Anteil der Matrix, Stufen so fein, wie die Streuung jeder Matrix es verlangt. Größen nach Exp-Golomb sind gerechnet: Keine Datei speichert sie</translation>
        </message>
        <message>
            <source>The unified law, the per-bit laws behind its table 1 (solved back by us; captions and tables were read in a public review copy) and their inverses; the refit is 'degradation-fit'</source>
            <translation>Das vereinte Gesetz, die Gesetze je Bit hinter seiner Tabelle 1 (von uns zurückgerechnet; Bildunterschriften und Tabellen aus einer öffentlichen Begutachtung) und ihre Umkehrungen; die Anpassung ist 'degradation-fit'</translation>
        </message>
        <message>
            <source>The number format and the preview without training by a search for scales, which is the studio's own; groups inside rows instead of channels. Not the training, which the paper is about</source>
            <translation>Das Zahlenformat und die Vorschau ohne Training durch eine Suche nach Skalen, die Eigenes des Studios ist; Gruppen in Zeilen statt Kanälen. Nicht das Training, um das es der Arbeit geht</translation>
        </message>
        <message>
            <source>The nested numbers and their rounding (halves up). For models that were not trained so the scale is searched for all widths at once, which is the studio's own; a layer that lies in a file so is read narrower by leaving planes out. Not the training, its learning rates, and the mixed-precision supernet</source>
            <translation>Die verschachtelten Zahlen und ihr Runden (Hälften aufwärts). Für Modelle, die nicht dafür trainiert sind, wird die Skala für alle Breiten zugleich gesucht, was Eigenes des Studios ist; eine Schicht, die so in einer Datei liegt, wird schmaler gelesen, indem Ebenen wegbleiben. Nicht das Training, seine Lernraten und das Übernetz gemischter Breiten</translation>
        </message>
        <message>
            <source>The layer-level closed form with reverse water-filling; rounding to formats is greedy and ours</source>
            <translation>Die geschlossene Form je Schicht mit umgekehrtem Wasserfüllen; das Runden auf Formate ist gierig und unseres</translation>
        </message>
        <message>
            <source>Programs of one or two branches over weights, inputs, their mean squares and the virtual gradient; evolution with screening and operation priorities; rows held out. Not: gradients of the loss, programs as graphs. Its search for widths is the allocator “mutation-search”; scores add up, so that others are exact. The table of operations is the specification's, the paper's is not public</source>
            <translation>Programme mit einem oder zwei Zweigen über Gewichte, Eingaben, ihre mittleren Quadrate und den gedachten Gradienten; Evolution mit Vorauswahl und Vorrang der Operationen; zurückgehaltene Zeilen. Nicht: Gradienten des Verlusts, Programme als Graphen. Seine Suche nach Breiten ist der Verteiler „mutation-search“; Noten addieren sich, so dass andere genau sind. Die Tabelle der Operationen ist die der Spezifikation, die der Arbeit ist nicht öffentlich</translation>
        </message>
        <message>
            <source>The aligned mixture of 2 and 4 bits and the choice by range, from two abstracts, as neither text nor code was at hand. The studio's own: tiles of 16 groups, their layout, 4-bit scales, the choice by measured gain. Not here: sparse outliers, the GPU kernel</source>
            <translation>Die ausgerichtete Mischung aus 2 und 4 Bits und die Wahl nach dem Bereich, nach zwei Kurzfassungen, denn weder Text noch Code lagen vor. Eigenes des Studios: Kacheln von 16 Gruppen, ihre Anordnung, 4-Bit-Skalen, die Wahl nach gemessenem Gewinn. Nicht hier: dünn besetzte Ausreißer, der GPU-Kern</translation>
        </message>
        <message>
            <source>The law with the constants of its table 2 as a public reproduction quotes them (the text was not at hand), critical data size, best splits and compute-optimal precision. Own runs are fitted on the command line: &apos;analyse training-law RUNS.csv&apos;. Not: scales by channel or tensor, which the paper counts as one constant each</source>
            <translation>Das Gesetz mit den Konstanten seiner Tabelle 2, wie eine öffentliche Nachrechnung sie anführt (der Text lag nicht vor), die kritische Datenmenge, beste Aufteilungen und die für den Aufwand beste Genauigkeit. Eigene Läufe werden in der Befehlszeile angepasst: &apos;analyse training-law RUNS.csv&apos;. Nicht: Skalen je Kanal oder Tensor, die die Arbeit als je eine Konstante zählt</translation>
        </message>
        <message>
            <source>The column loop with its order, damping and static or growing groups, for every block format. Not here: inputs from the layers before as compressed; they come from the model as it was. Our own: sweeps of coordinate descent at the end, the importance that scales are fitted with, and that a row is rounded where that is better</source>
            <translation>Die Schleife über die Spalten mit Reihenfolge, Dämpfung und festen oder wachsenden Gruppen, für jedes Blockformat. Nicht hier: Eingaben aus den schon komprimierten Schichten davor; sie kommen aus dem Modell, wie es war. Eigenes: Durchgänge von Koordinatenabstieg am Ende, die Gewichtung, mit der Skalen angepasst werden, und dass eine Zeile gerundet wird, wo das besser ist</translation>
        </message>
        <message>
            <source>The zero point's optimisation with growing beta and roll-back, judged for each group by itself where the code judges all at once. Our own: a block is taken from the scale search of 'rtn' where that leaves less by the same norm</source>
            <translation>Das Optimieren des Nullpunkts mit wachsendem Beta und Zurücknehmen, für jede Gruppe einzeln beurteilt, wo der Code alle auf einmal beurteilt. Eigenes: Ein Block kommt aus der Skalensuche von 'rtn', wo die nach derselben Norm weniger übrig lässt</translation>
        </message>
        <message>
            <source>The rotation of the residual stream, folded into the weights; no run-time transforms, so inner dimensions stay as they are. For models with RMS norms and an output matrix of their own</source>
            <translation>Die Drehung des Residualstroms, in die Gewichte eingerechnet; keine Umformungen beim Rechnen, also bleiben innere Dimensionen, wie sie sind. Für Modelle mit RMS-Normen und eigener Ausgabematrix</translation>
        </message>
        <message>
            <source>The metric of its integer program; the trace from differences of the output (the Fisher form of the Hessian), not from second gradients</source>
            <translation>Die Metrik seines ganzzahligen Programms; die Spur aus Differenzen der Ausgabe (die Fisher-Form der Hesse-Matrix), nicht aus zweiten Ableitungen</translation>
        </message>
        <message>
            <source>The weighting of llama.cpp, with and without its favour for large weights. The search for scales is our own and finds less error</source>
            <translation>Die Gewichtung von llama.cpp, mit und ohne seine Vorliebe für große Gewichte. Die Suche nach Skalen ist Eigenes und findet weniger Fehler</translation>
        </message>
        <message>
            <source>The program, solved by GLPK</source>
            <translation>Das Programm, gelöst von GLPK</translation>
        </message>
        <message>
            <source>LIM, as a later paper describes it, since no code is public; the cost per format (importance x weights x 4^-bits) is our own</source>
            <translation>LIM, wie eine spätere Arbeit es beschreibt, denn Code ist nicht veröffentlicht; die Kosten je Format (Wichtigkeit x Gewichte x 4^-Bits) sind Eigenes</translation>
        </message>
        <message>
            <source>The search for each tensor's own largest value; its learned rounding is 'adaround' on formats like fp4e2row, its choice of exponent bits the analysis 'float-splits'. Not: floats for activations</source>
            <translation>Die Suche nach dem größten Wert jedes Tensors; das gelernte Runden ist 'adaround' auf Formaten wie fp4e2row, die Wahl der Exponentenbits die Analyse 'float-splits'. Nicht: Gleitkommazahlen für Aktivierungen</translation>
        </message>
        <message>
            <source>Cell patterns, backup of the sign, rotation and rounding of halves, an energy table and error rates (example values; only abstract and first page were at hand), fault injection on any packed format. The rotation domain (14 bits) is our reading</source>
            <translation>Zellmuster, Sicherung des Vorzeichens, Drehen und Runden der Hälften, eine Energietabelle und Fehlerraten (Beispielwerte; nur Zusammenfassung und erste Seite lagen vor), Fehler in jedem gepackten Format. Der Drehbereich (14 Bits) ist unsere Lesart</translation>
        </message>
        <message>
            <source>One of its hand-made proxies, from linear CKA between block outputs; not the evolved programs</source>
            <translation>Eine seiner von Hand gemachten Ersatzgrößen, aus linearer CKA zwischen Ausgaben von Blöcken; nicht die entwickelten Programme</translation>
        </message>
        <message>
            <source>The post-training version with GPTQ error feedback, masked averages instead of the released ones; mask counted. No training. Salient codes hold what the binary part leaves over (our arrangement)</source>
            <translation>Die Fassung nach dem Training mit Fehlerrückführung von GPTQ, maskierte Mittel statt der veröffentlichten; die Maske ist gezählt. Kein Training. Herausragende Codes halten, was der binäre Teil übrig lässt (unsere Anordnung)</translation>
        </message>
        <message>
            <source>Structured mask, salient and binary parts, factors in closed form for the output of each layer (our own) instead of training through a block: no attention or activation function between, no target from compressed inputs, no term of angles; no preprocessing by LoRA</source>
            <translation>Geordnete Maske, herausragender und binärer Teil, Faktoren in geschlossener Form für die Ausgabe jeder Schicht (Eigenes) statt Training durch einen Block: keine Aufmerksamkeit oder Aktivierungsfunktion dazwischen, kein Ziel aus verdichteten Eingaben, kein Winkelglied; keine Vorbereitung durch LoRA</translation>
        </message>
        <message>
            <source>LDLQ in blocks of eight columns onto E8P at 2 bits and its residual stages at 3 and 4, first column first. Not here: the Hadamard rotation (a transform of the model), fine-tuning. Our own: scales by group instead of one a matrix, which 29 patterns of norm 12 and which 15 axis points of the second codebook are taken, the factors of the residuals</source>
            <translation>LDLQ in Blöcken von acht Spalten auf E8P bei 2 Bits und seine Reststufen bei 3 und 4, erste Spalte zuerst. Nicht hier: die Hadamard-Drehung (eine Umformung des Modells), Nachtraining. Eigenes: Skalen je Gruppe statt einer je Matrix, welche 29 Muster der Norm 12 und welche 15 Achsenpunkte des zweiten Codebuchs genommen werden, die Faktoren der Reste</translation>
        </message>
        <message>
            <source>The grouped quantizers of its calibration, as an estimate on what flows between stages. Not: fine-tuning of time embeddings and sensitive layers, ranges a channel</source>
            <translation>Die gruppierten Quantisierer seiner Kalibrierung, als Schätzung an dem, was zwischen Stufen fließt. Nicht: Nachtraining der Zeiteinbettungen und empfindlicher Schichten, Bereiche je Kanal</translation>
        </message>
        <message>
            <source>The refit by least squares with intervals from rows drawn anew; exponents that the models at hand do not tell stay as published. All models are taken to have seen the same number of tokens, so the exponent of tokens stays too. Not: a robust loss, checkpoints of one model along its training</source>
            <translation>Die Anpassung nach kleinsten Quadraten mit Intervallen aus neu gezogenen Zeilen; Exponenten, die die vorliegenden Modelle nicht verraten, bleiben wie veröffentlicht. Alle Modelle gelten als mit gleich vielen Token trainiert, daher bleibt auch der Exponent der Token. Nicht: ein robuster Verlust, Zwischenstände eines Modells im Training</translation>
        </message>
        <message>
            <source>Tables of activation functions, softmax in whole numbers, the half octaves of LRP-QViT behind a softmax, dyadic scales of products; each by itself on measured values. Not: norms in whole numbers, training; a whole network is run by “integer-network”</source>
            <translation>Tabellen der Aktivierungsfunktionen, Softmax in ganzen Zahlen, die halben Oktaven von LRP-QViT hinter einem Softmax, dyadische Skalen der Produkte; jedes für sich an gemessenen Werten. Nicht: Normen in ganzen Zahlen, Training; ein ganzes Netz rechnet „integer-network“</translation>
        </message>
        <message>
            <source>The histogram of channel ranges with the thresholds, and the cost of groups against one scale, the best contiguous cuts and a scale for every channel. The cost is the sum of squared scales, not a measured error</source>
            <translation>Das Histogramm der Kanalbereiche mit den Schwellen und die Kosten von Gruppen gegen eine Skala, die besten zusammenhängenden Schnitte und eine Skala für jeden Kanal. Die Kosten sind die Summe der quadrierten Skalen, kein gemessener Fehler</translation>
        </message>
        <message>
            <source>The rank correlation bench with its line of chance; not the evolution of proxies</source>
            <translation>Der Vergleich der Rangkorrelationen mit seiner Zufallslinie; nicht die Entwicklung von Ersatzgrößen</translation>
        </message>
        <message>
            <source>Spearman and Kendall at matched size on rows the evolution saw and rows held out, with the line that luck reaches; not MQ-Bench-101, whose table is of another network</source>
            <translation>Spearman und Kendall bei gleicher Größe auf Zeilen, die die Evolution sah, und zurückgehaltenen, mit der Linie, die der Zufall erreicht; nicht MQ-Bench-101, dessen Tabelle von einem anderen Netz ist</translation>
        </message>
        <message>
            <source>Relevance of every stored product by the propagation rules, on classifiers of any graph, as a cost a width; allocation within narrow widths is near-mean, clipped channels are clipped-channels. Not: widths of attention products, which hold no weights</source>
            <translation>Die Relevanz jedes gespeicherten Produkts nach den Rückführungsregeln, auf Klassifikatoren mit jedem Graphen, als Kosten je Breite; das Verteilen in engen Breiten ist near-mean, beschnittene Kanäle sind clipped-channels. Nicht: Breiten von Produkten der Aufmerksamkeit, die keine Gewichte halten</translation>
        </message>
        <message>
            <source>Blockwise rounding onto every codebook; blocks lie inside rows, where the paper flattens. The 16-bit outlier columns are “proxy-outliers”; the quantile codebook is that of the normal distribution, not of each matrix. The search for scales is our own</source>
            <translation>Blockweises Runden auf jedes Codebuch; Blöcke liegen in Zeilen, wo die Arbeit alles aneinanderreiht. Die 16-Bit-Ausreißerspalten macht „proxy-outliers“; das Quantil-Codebuch ist das der Normalverteilung, nicht das jeder Matrix. Die Suche nach Skalen ist Eigenes</translation>
        </message>
        <message>
            <source>The search over clipped ranges, for formats whose blocks have evenly spaced levels. Our own: a block is taken from the scale search of 'rtn' where that leaves less by the same measure</source>
            <translation>Die Suche über beschnittene Bereiche, für Formate, deren Blöcke gleichmäßige Stufen haben. Eigenes: Ein Block kommt aus der Skalensuche von 'rtn', wo die nach demselben Maß weniger übrig lässt</translation>
        </message>
        <message>
            <source>Per-token dynamic ranges (or per group of inputs); combine with the transform “smoothquant”</source>
            <translation>Laufende Bereiche je Token (oder je Gruppe von Eingaben); mit der Umformung „smoothquant“ verbinden</translation>
        </message>
        <message>
            <source>Power-of-two groups of channels for the inputs of a product at inference, groups fixed in calibration; four groups are our standard (only the abstract and reviews were at hand). Not here: what belongs to training (stochastic rounding of gradients, L1 normalisation and its backward pass). The rounding is simulated: no integer kernel runs it. Of convolutions only the weights are rounded</source>
            <translation>Gruppen von Kanälen mit Zweierpotenzen für die Eingaben eines Produkts beim Rechnen, Gruppen aus der Kalibrierung fest; vier Gruppen sind unser Standard (nur Zusammenfassung und Begutachtungen lagen vor). Nicht hier: was zum Training gehört (zufälliges Runden von Gradienten, L1-Normierung und ihr Rückweg). Das Runden wird nachgebildet: Kein ganzzahliger Kern führt es aus. Bei Faltungen werden nur die Gewichte gerundet</translation>
        </message>
        <message>
            <source>The score, from the output's own error without the short training of each layer. Not: the second criterion by text-picture agreement</source>
            <translation>Die Note, aus dem Fehler der eigenen Ausgabe ohne das kurze Training jeder Schicht. Nicht: das zweite Maß nach der Übereinstimmung von Text und Bild</translation>
        </message>
        <message>
            <source>The folded scales, for norms and gated feed-forwards; rounding activations is the method “int-activations”</source>
            <translation>Die eingerechneten Skalen, für Normen und Feed-Forward mit Gatter; das Runden der Aktivierungen ist das Verfahren „int-activations“</translation>
        </message>
        <message>
            <source>The format search over weights, a clip for each output channel and one split a layer. Not: activations</source>
            <translation>Die Suche nach Formaten über Gewichte, einen Beschnitt je Ausgangskanal und eine Aufteilung je Schicht. Nicht: Aktivierungen</translation>
        </message>
        <message>
            <source>The weight quantizer, not the training: a model that was not trained for it is destroyed by the paper's own scale. The fitted scales are our own</source>
            <translation>Der Quantisierer der Gewichte, nicht das Training: Ein Modell, das nicht dafür trainiert ist, wird von der Skala der Arbeit zerstört. Die angepassten Skalen sind Eigenes</translation>
        </message>
        <message>
            <source>Both programs, exact, and the split of the budget by one ratio; trying the ten ratios and looking at the pictures is left to 'evaluate'. Not: widths of activations</source>
            <translation>Beide Programme, exakt, und die Aufteilung des Budgets durch ein Verhältnis; die zehn Verhältnisse durchzuprobieren und die Bilder anzusehen bleibt 'evaluate' überlassen. Nicht: Breiten der Aktivierungen</translation>
        </message>
        <message>
            <source>The two-level rule, over any metric</source>
            <translation>Die Regel mit zwei Stufen, über jede Metrik</translation>
        </message>
        <message>
            <source>The exact program over narrow widths within a budget of weights, ends at 8 bits. Not: a second budget for the widths of activations</source>
            <translation>Das exakte Programm über enge Breiten in einem Budget der Gewichte, Enden bei 8 Bits. Nicht: ein zweites Budget für die Breiten der Aktivierungen</translation>
        </message>
        <message>
            <source>ZD, by the abstract and a later paper, since no code is public; the cost per format (importance x weights x 4^-bits) is our own</source>
            <translation>ZD, nach der Kurzfassung und einer späteren Arbeit, denn Code ist nicht veröffentlicht; die Kosten je Format (Wichtigkeit x Gewichte x 4^-Bits) sind Eigenes</translation>
        </message>
        <message>
            <source>% of each weight</source>
            <translation>% jedes Gewichts</translation>
        </message>
        <message>
            <source>deviations; 0: never</source>
            <translation>Abweichungen; 0: nie</translation>
        </message>
        <message>
            <source>pixels</source>
            <translation>Bildpunkte</translation>
        </message>
        <message>
            <source>channels</source>
            <translation>Kanäle</translation>
        </message>
        <message>
            <source>bits; 0: as all others</source>
            <translation>Bits; 0: wie alle anderen</translation>
        </message>
        <message>
            <source>Bits set</source>
            <translation>Gesetzte Bits</translation>
        </message>
        <message>
            <source>bit</source>
            <translation>Bit</translation>
        </message>
        <message>
            <source>share of bytes</source>
            <translation>Anteil der Bytes</translation>
        </message>
        <message>
            <source>best score</source>
            <translation>beste Note</translation>
        </message>
        <message>
            <source>mean score</source>
            <translation>mittlere Note</translation>
        </message>
        <message>
            <source>equal low bits</source>
            <translation>gleiche niedrige Bits</translation>
        </message>
        <message>
            <source>given</source>
            <translation>gegeben</translation>
        </message>
        <message>
            <source>pictures</source>
            <translation>Bilder</translation>
        </message>
        <message>
            <source>What training in small floats costs</source>
            <translation>Was Training in kleinen Gleitkommazahlen kostet</translation>
        </message>
        <message>
            <source>Loss by training tokens</source>
            <translation>Verlust nach Trainings-Token</translation>
        </message>
        <message>
            <source>Formats, the best split of each width</source>
            <translation>Formate, die beste Aufteilung jeder Breite</translation>
        </message>
        <message>
            <source>format</source>
            <translation>Format</translation>
        </message>
        <message>
            <source>loss, nats</source>
            <translation>Verlust, Nats</translation>
        </message>
        <message>
            <source>nats per token</source>
            <translation>Nats je Token</translation>
        </message>
        <message>
            <source>penalty, nats</source>
            <translation>Aufschlag, Nats</translation>
        </message>
        <message>
            <source>tokens beyond which more hurt</source>
            <translation>Token, über denen mehr schaden</translation>
        </message>
        <message>
            <source>training tokens</source>
            <translation>Trainings-Token</translation>
        </message>
        <message>
            <source>Compressed</source>
            <translation>Verdichtet</translation>
        </message>
        <message>
            <source>as stored</source>
            <translation>wie gespeichert</translation>
        </message>
        <message>
            <source>bound on |s^2 - 1|</source>
            <translation>Schranke für |s^2 - 1|</translation>
        </message>
        <message>
            <source>change of the largest</source>
            <translation>Änderung des größten</translation>
        </message>
        <message>
            <source>change</source>
            <translation>Änderung</translation>
        </message>
        <message>
            <source>layer</source>
            <translation>Schicht</translation>
        </message>
        <message>
            <source>method</source>
            <translation>Verfahren</translation>
        </message>
        <message>
            <source>orthonormal</source>
            <translation>orthonormal</translation>
        </message>
        <message>
            <source>outputs x inputs x kernel / stride</source>
            <translation>Ausgänge x Eingänge x Kern / Schritt</translation>
        </message>
        <message>
            <source>share of all</source>
            <translation>Anteil aller</translation>
        </message>
        <message>
            <source>singular value</source>
            <translation>Singulärwert</translation>
        </message>
        <message>
            <source>singular values</source>
            <translation>Singulärwerte</translation>
        </message>
        <message>
            <source>with batch norm: L_orth</source>
            <translation>mit Batch-Norm: L_orth</translation>
        </message>
        <message>
            <source>Ranges of the inputs of each product</source>
            <translation>Bereiche der Eingaben jedes Produkts</translation>
        </message>
        <message>
            <source>Channels by how far they lie below the loudest of their product</source>
            <translation>Kanäle danach, wie weit sie unter dem lautesten ihres Produkts liegen</translation>
        </message>
        <message>
            <source>Sum of squared scales, a scale for every channel being 1</source>
            <translation>Summe der quadrierten Skalen, eine Skala für jeden Kanal ist 1</translation>
        </message>
        <message>
            <source>channels in the last group</source>
            <translation>Kanäle in der letzten Gruppe</translation>
        </message>
        <message>
            <source>halvings below the loudest</source>
            <translation>Halbierungen unter dem lautesten</translation>
        </message>
        <message>
            <source>one scale</source>
            <translation>eine Skala</translation>
        </message>
        <message>
            <source>How well proxies rank configurations</source>
            <translation>Wie gut Ersatzgrößen Zusammenstellungen ordnen</translation>
        </message>
        <message>
            <source>Spearman’s rho with measured quality</source>
            <translation>Spearmans Rho mit gemessener Güte</translation>
        </message>
        <message>
            <source>Kendall, all</source>
            <translation>Kendall, alle</translation>
        </message>
        <message>
            <source>held out</source>
            <translation>zurückgehalten</translation>
        </message>
        <message>
            <source>evolved on</source>
            <translation>entwickelt auf</translation>
        </message>
        <message>
            <source>nats</source>
            <translation>Nats</translation>
        </message>
        <message>
            <source>proxy</source>
            <translation>Ersatzgröße</translation>
        </message>
        <message>
            <source>score</source>
            <translation>Note</translation>
        </message>
        <message>
            <source>Shares of the network at 16 bits</source>
            <translation>Anteile am Netz bei 16 Bits</translation>
        </message>
        <message>
            <source>divergence</source>
            <translation>Divergenz</translation>
        </message>
        <message>
            <source>dominated in</source>
            <translation>übertroffen in</translation>
        </message>
        <message>
            <source>linear cost</source>
            <translation>lineare Kosten</translation>
        </message>
        <message>
            <source>quadratic cost</source>
            <translation>quadratische Kosten</translation>
        </message>
        <message>
            <source>memory</source>
            <translation>Speicher</translation>
        </message>
        <message>
            <source>network</source>
            <translation>Netz</translation>
        </message>
        <message>
            <source>not dominated</source>
            <translation>nicht übertroffen</translation>
        </message>
        <message>
            <source>Storage, energy and loss</source>
            <translation>Speicher, Energie und Verlust</translation>
        </message>
        <message>
            <source>hard cells</source>
            <translation>schwierige Zellen</translation>
        </message>
        <message>
            <source>megabytes</source>
            <translation>Megabyte</translation>
        </message>
        <message>
            <source>perplexity</source>
            <translation>Perplexität</translation>
        </message>
        <message>
            <source>read energy</source>
            <translation>Leseenergie</translation>
        </message>
        <message>
            <source>write energy</source>
            <translation>Schreibenergie</translation>
        </message>
        <message>
            <source>spread</source>
            <translation>Streuung</translation>
        </message>
        <message>
            <source>stored as</source>
            <translation>gespeichert als</translation>
        </message>
        <message>
            <source>Squared error over power, best clip a row</source>
            <translation>Quadrierter Fehler durch Leistung, bester Beschnitt je Zeile</translation>
        </message>
        <message>
            <source>best</source>
            <translation>beste</translation>
        </message>
        <message>
            <source>Samples a step</source>
            <translation>Proben je Schritt</translation>
        </message>
        <message>
            <source>samples</source>
            <translation>Proben</translation>
        </message>
        <message>
            <source>time step</source>
            <translation>Zeitschritt</translation>
        </message>
        <message>
            <source>time</source>
            <translation>Zeit</translation>
        </message>
        <message>
            <source>even</source>
            <translation>gleichmäßig</translation>
        </message>
        <message>
            <source>normal</source>
            <translation>normalverteilt</translation>
        </message>
        <message>
            <source>by density and diversity</source>
            <translation>nach Dichte und Vielfalt</translation>
        </message>
        <message>
            <source>What low bits cost, by how long a model was trained</source>
            <translation>Was wenige Bits kosten, je nachdem wie lange ein Modell trainiert wurde</translation>
        </message>
        <message>
            <source>Degradation by training tokens</source>
            <translation>Verlust an Güte nach Trainings-Token</translation>
        </message>
        <message>
            <source>Predicted</source>
            <translation>Vorhergesagt</translation>
        </message>
        <message>
            <source>Training</source>
            <translation>Training</translation>
        </message>
        <message>
            <source>medium</source>
            <translation>mittel</translation>
        </message>
        <message>
            <source>well trained</source>
            <translation>gut trainiert</translation>
        </message>
        <message>
            <source>undertrained</source>
            <translation>zu wenig trainiert</translation>
        </message>
        <message>
            <source>perplexity x</source>
            <translation>Perplexität x</translation>
        </message>
        <message>
            <source>share of the tokens that cost 4 bits 0.2 nats</source>
            <translation>Anteil der Token, die 4 Bits 0,2 Nats kosten</translation>
        </message>
        <message>
            <source>table 1 law, nats</source>
            <translation>Gesetz der Tabelle 1, Nats</translation>
        </message>
        <message>
            <source>unified law, nats</source>
            <translation>vereintes Gesetz, Nats</translation>
        </message>
        <message>
            <source>tokens for 0.2 nats</source>
            <translation>Token für 0,2 Nats</translation>
        </message>
        <message>
            <source>value</source>
            <translation>Wert</translation>
        </message>
        <message>
            <source>what</source>
            <translation>was</translation>
        </message>
        <message>
            <source>which is</source>
            <translation>das heißt</translation>
        </message>
        <message>
            <source>Formats</source>
            <translation>Formate</translation>
        </message>
        <message>
            <source>Total bits against perplexity</source>
            <translation>Bits insgesamt gegen Perplexität</translation>
        </message>
        <message>
            <source>bits of all layers</source>
            <translation>Bits aller Schichten</translation>
        </message>
        <message>
            <source>bits per weight</source>
            <translation>Bits je Gewicht</translation>
        </message>
        <message>
            <source>on the front</source>
            <translation>auf der Front</translation>
        </message>
        <message>
            <source>over 1000</source>
            <translation>über 1000</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>ja</translation>
        </message>
        <message>
            <source>Error a step, mean over the stages</source>
            <translation>Fehler je Schritt, Mittel über die Stufen</translation>
        </message>
        <message>
            <source>into stage</source>
            <translation>in Stufe</translation>
        </message>
        <message>
            <source>one range</source>
            <translation>ein Bereich</translation>
        </message>
        <message>
            <source>ranges of groups</source>
            <translation>Bereiche von Gruppen</translation>
        </message>
        <message>
            <source>relative squared error</source>
            <translation>relativer quadrierter Fehler</translation>
        </message>
        <message>
            <source>times less</source>
            <translation>mal weniger</translation>
        </message>
        <message>
            <source>How well cheap metrics rank the layers</source>
            <translation>Wie gut billige Metriken die Schichten ordnen</translation>
        </message>
        <message>
            <source>Error weighted by the inputs against measured divergence</source>
            <translation>Nach Eingaben gewichteter Fehler gegen gemessene Divergenz</translation>
        </message>
        <message>
            <source>Rank correlation with the measured divergence</source>
            <translation>Rangkorrelation mit der gemessenen Divergenz</translation>
        </message>
        <message>
            <source>Kendall</source>
            <translation>Kendall</translation>
        </message>
        <message>
            <source>Spearman</source>
            <translation>Spearman</translation>
        </message>
        <message>
            <source>above chance</source>
            <translation>über dem Zufall</translation>
        </message>
        <message>
            <source>layers</source>
            <translation>Schichten</translation>
        </message>
        <message>
            <source>metric</source>
            <translation>Metrik</translation>
        </message>
        <message>
            <source>weighted error</source>
            <translation>gewichteter Fehler</translation>
        </message>
        <message>
            <source>All bits against quality</source>
            <translation>Alle Bits gegen Güte</translation>
        </message>
        <message>
            <source>Bit operations against quality</source>
            <translation>Bitoperationen gegen Güte</translation>
        </message>
        <message>
            <source>Curves at equal bits</source>
            <translation>Kurven bei gleichen Bits</translation>
        </message>
        <message>
            <source>Networks</source>
            <translation>Netze</translation>
        </message>
        <message>
            <source>against</source>
            <translation>gegen</translation>
        </message>
        <message>
            <source>all bits, Mbit</source>
            <translation>alle Bits, Mbit</translation>
        </message>
        <message>
            <source>bit operations</source>
            <translation>Bitoperationen</translation>
        </message>
        <message>
            <source>bits saved at equal quality</source>
            <translation>gesparte Bits bei gleicher Güte</translation>
        </message>
        <message>
            <source>curve</source>
            <translation>Kurve</translation>
        </message>
        <message>
            <source>floor</source>
            <translation>Boden</translation>
        </message>
        <message>
            <source>on or below</source>
            <translation>auf oder unter</translation>
        </message>
        <message>
            <source>rms of logs</source>
            <translation>quadratisches Mittel der Logarithmen</translation>
        </message>
        <message>
            <source>log(measure) = a + b log(bits), and with a floor</source>
            <translation>log(Maß) = a + b log(Bits), und mit einem Boden</translation>
        </message>
        <message>
            <source>Bias and norm correction</source>
            <translation>Berichtigung von Bias und Norm</translation>
        </message>
        <message>
            <source>Takes what rounding moves in the mean of each output, and in its spread where a batch norm follows, back into biases and norms.</source>
            <translation>Nimmt, was das Runden am Mittel jeder Ausgabe verschiebt und, wo eine Batch-Norm folgt, an ihrer Streuung, in Bias-Werte und Normen zurück.</translation>
        </message>
        <message>
            <source>Bias and batch norm tuning in closed form, from mean and Gram matrix of the inputs in calibration, for the format and method that the loom is set to, all layers at once. Not: gradients through the network to the outputs, inputs of the compressed network, several passes, grouped convolutions. Layers without a bias or a norm behind them stay</source>
            <translation>Anpassung von Bias und Batch-Norm in geschlossener Form, aus Mittel und Gram-Matrix der Eingaben bei der Kalibrierung, für Format und Verfahren, auf die der Webstuhl gestellt ist, alle Schichten zugleich. Nicht: Gradienten durch das Netz bis zu den Ausgaben, Eingaben des verdichteten Netzes, mehrere Durchgänge, gruppierte Faltungen. Schichten ohne Bias oder Norm dahinter bleiben</translation>
        </message>
        <message>
            <source>Tune the variance of batch norms too</source>
            <translation>Auch die Varianz von Batch-Normen anpassen</translation>
        </message>
        <message>
            <source>Planes, noise image, patch scores on a grid or at random, the patch a detector is shown (tritloom-cli planes), their statistics over pictures; a detector that is given, by patch and noise alone (planes --detector, evaluate --low-bits), stored and compressed. Not: weights of a detector, which has to be trained on sets of real and generated pictures; the variant with a second branch for the picture itself</source>
            <translation>Ebenen, Rauschbild, Werte der Ausschnitte auf einem Gitter oder zufällig, der Ausschnitt, den ein Erkenner sieht (tritloom-cli planes), ihre Statistik über Bilder; ein gegebener Erkenner, allein nach Ausschnitt und Rauschen (planes --detector, evaluate --low-bits), gespeichert und verdichtet. Nicht: Gewichte eines Erkenners, der auf echten und erzeugten Bildern trainiert werden muss; die Variante mit einem zweiten Zweig für das Bild selbst</translation>
        </message>
        <message>
            <source>The bit-level scan with fits, floors, shifts, fronts and bit operations, for networks on pictures by loss or error to a target. Fewer than four sizes give shifts but no slopes to trust, which the report says. Not: FID as the measure (evaluate --features has it); TopKLD and what else trains</source>
            <translation>Der Durchgang über die Bits mit Anpassungen, Böden, Verschiebungen, Fronten und Bitoperationen, für Netze auf Bildern nach Verlust oder Fehler zu einem Ziel. Weniger als vier Größen geben Verschiebungen, aber keine Steigungen, denen zu trauen ist, was der Bericht sagt. Nicht: FID als Maß (evaluate --features hat es); TopKLD und was sonst trainiert</translation>
        </message>
        <message>
            <source>Moves biases down the slope of the divergence until the compressed model answers as the original does.</source>
            <translation>Bewegt Bias-Werte den Hang der Divergenz hinab, bis das verdichtete Modell antwortet wie das Original.</translation>
        </message>
        <message>
            <source>Part D for classifiers and language models: biases of layers and norms go down the slope of the divergence of the logits, with gradients by LibTorch. Not here: thresholds of quantizers (layers come as they were packed, their inputs are not rounded); the embedding stays as stored meanwhile; the reference is the model as this transform finds it, so it is used instead of “bias-correction”, not beside it. Our own: the best state on data held out, fewer steps. At least 100 pictures: by 32 ResNet-20 at 4 bits becomes worse on others</source>
            <translation>Teil D für Klassifizierer und Sprachmodelle: Bias-Werte von Schichten und Normen gehen den Hang der Divergenz der Logits hinab, mit Gradienten von LibTorch. Nicht hier: Schwellen der Quantisierer (Schichten bleiben, wie sie gepackt wurden, ihre Eingaben werden nicht gerundet); das Embedding bleibt währenddessen, wie es gespeichert ist; verglichen wird mit dem Modell, wie diese Umformung es vorfindet, darum steht sie an Stelle von „bias-correction“, nicht daneben. Eigenes: der beste Zustand auf zurückgelegten Daten, weniger Schritte. Mindestens 100 Bilder: mit 32 wird ResNet-20 bei 4 Bit auf anderen schlechter</translation>
        </message>
        <message>
            <source>Bias tuning</source>
            <translation>Bias-Anpassung</translation>
        </message>
        <message>
            <source>Parts in a step</source>
            <translation>Teile in einem Schritt</translation>
        </message>
        <message>
            <source>Share held out</source>
            <translation>Zurückgelegter Anteil</translation>
        </message>
        <message>
            <source>Passes without gain before the rate falls</source>
            <translation>Durchgänge ohne Gewinn, bevor die Rate fällt</translation>
        </message>
        <message>
            <source>Outlier columns by the layer before</source>
            <translation>Ausreißerspalten nach der Schicht davor</translation>
        </message>
        <message>
            <source>Columns whose inputs come from units of widely spread weights stay in 16 bits, all others go to the nearest level; needs no data.</source>
            <translation>Spalten, deren Eingaben von Einheiten mit weit gestreuten Gewichten kommen, bleiben in 16 Bits, alle anderen gehen zur nächsten Stufe; braucht keine Daten.</translation>
        </message>
        <message>
            <source>The proxy along the graph: value to output projection, up and gate (deviations multiplied) to down, and the branch of a residual sum that was made last; units of convolutions with their kernels. Not: layers that no layer comes before, grouped convolutions</source>
            <translation>Die Stellvertretung der Ausreißer entlang des Graphen: von Value zur Ausgabeprojektion, von Up und Gate (Streuungen multipliziert) zu Down, und der zuletzt entstandene Zweig einer Residuensumme; Einheiten von Faltungen mit ihren Kernen. Nicht: Schichten, vor denen keine liegt, gruppierte Faltungen</translation>
        </message>
        <message>
            <source>Columns kept in 16 bits</source>
            <translation>In 16 Bits behaltene Spalten</translation>
        </message>
        <message>
            <source>A network in whole numbers</source>
            <translation>Ein Netz in ganzen Zahlen</translation>
        </message>
        <message>
            <source>A classifier run without floats, 4 or 8 bits and dyadic scales, held against its simulation tensor by tensor.</source>
            <translation>Ein Klassifikator ohne Gleitkommazahlen, 4 oder 8 Bits und dyadische Skalen, Tensor für Tensor mit seiner Simulation verglichen.</translation>
        </message>
        <message>
            <source>Convolutions and products with folded norms, biases in 32 bits, rectifiers, pools, residual sums, slices, pads and reshapes; weights by output channel, the last layer's with one scale; static ranges. Not: other activation functions, concatenations, attention, training, a runtime of its own</source>
            <translation>Faltungen und Produkte mit eingefalteten Normen, Biase in 32 Bits, ReLU, Pooling, Residuensummen, Ausschnitte, Ränder und Umformungen; Gewichte je Ausgabekanal, die der letzten Schicht mit einer Skala; feste Bereiche. Nicht: andere Aktivierungsfunktionen, Verkettungen, Attention, Training, eine eigene Laufzeit</translation>
        </message>
        <message>
            <source>Bits of the weights</source>
            <translation>Bits der Gewichte</translation>
        </message>
        <message>
            <source>Bits of residual sums and of what is averaged</source>
            <translation>Bits der Residuensummen und dessen, was gemittelt wird</translation>
        </message>
        <message>
            <source>First and last layer in 8 bits</source>
            <translation>Erste und letzte Schicht in 8 Bits</translation>
        </message>
        <message>
            <source>Scales as quotients of 32-bit floats, as the released code has them</source>
            <translation>Skalen als Quotienten von 32-Bit-Gleitkommazahlen wie im veröffentlichten Code</translation>
        </message>
        <message>
            <source>Pictures that ranges are told by</source>
            <translation>Bilder, aus denen die Bereiche stammen</translation>
        </message>
        <message>
            <source>Pictures that are compared</source>
            <translation>Verglichene Bilder</translation>
        </message>
        <message>
            <source>Largest magnitude that is kept, whatever was seen</source>
            <translation>Größter behaltener Betrag, unabhängig vom Gesehenen</translation>
        </message>
        <message>
            <source>0: by the range</source>
            <translation>0: nach dem Bereich</translation>
        </message>
        <message>
            <source>Round as AQT does: down where no input is negative, halves up elsewhere</source>
            <translation>Runden wie AQT: abwärts, wo keine Eingabe negativ ist, sonst Hälften aufwärts</translation>
        </message>
        <message>
            <source>Both sensitivities for weights, each layer alone; SSIM with its usual window, as ours are small pictures. The two programs are the allocator 'two-group'; inputs of 8 bits, joined ones split and the start token kept apart are 'static-activations'. Not: the sensitivities of inputs</source>
            <translation>Beide Sensitivitäten für Gewichte, jede Schicht allein; SSIM mit dem üblichen Fenster, da unsere Bilder klein sind. Die beiden Programme sind der Verteiler 'two-group'; Eingänge von 8 Bit, getrennte verbundene Eingänge und das Starttoken für sich sind 'static-activations'. Nicht: die Sensitivitäten der Eingänge</translation>
        </message>
        <message>
            <source>Min-max, percentile, squared-error, divergence and closed-form (ACIQ) ranges, per tensor, per channel or for runs of channels, for groups of time steps in diffusion; the start token of a text kept apart (MixDQ); what ONNX files with QuantizeLinear hold; AQT's quantizers and a fixed bound. Our own: where joined inputs are cut is told by their ranges, not by the graph. Not: weight scales cut at the same place, training of the ranges, AQT's mean of batch maxima, AQT in ONNX</source>
            <translation>Bereiche nach Minimum und Maximum, Perzentil, quadratischem Fehler, Divergenz und geschlossener Form (ACIQ), je Tensor, je Kanal oder für Folgen von Kanälen, bei Diffusion für Gruppen von Zeitschritten; das Starttoken eines Textes für sich (MixDQ); was ONNX-Dateien mit QuantizeLinear enthalten; die Quantisierer von AQT und eine feste Grenze. Eigenes: Wo verbundene Eingänge getrennt werden, sagen ihre Bereiche, nicht der Graph. Nicht: an derselben Stelle getrennte Gewichtsskalen, Training der Bereiche, das Mittel der Höchstwerte nach AQT, AQT in ONNX</translation>
        </message>
        <message>
            <source>The alternating scale fit, on the formats balanced3 to balanced17; its sensitivity is 'size-aware', its choice of bits 'threshold', its table of time embeddings 'cached-time'. Not: training in two stages. A block is taken from the scale search of 'rtn' where that leaves less</source>
            <translation>Das abwechselnde Anpassen der Skalen, auf den Formaten balanced3 bis balanced17; seine Sensitivität ist 'size-aware', seine Wahl der Bits 'threshold', seine Tabelle der Zeiteinbettungen 'cached-time'. Nicht: Training in zwei Stufen. Ein Block kommt aus der Skalensuche von 'rtn', wo die weniger übrig lässt</translation>
        </message>
        <message>
            <source>Cached time embedding</source>
            <translation>Gemerkte Zeiteinbettung</translation>
        </message>
        <message>
            <source>Layers that only the time step goes into become a table: what they give at each step of the sampler.</source>
            <translation>Schichten, in die nur der Zeitschritt eingeht, werden eine Tabelle: was sie bei jedem Schritt des Verfahrens geben.</translation>
        </message>
        <message>
            <source>The time embedding and its projections, each layer as a row a step in any format, f16 as in the paper; the layer kept beside for other steps where asked. Not: dropping layers that only other tables read, which become tables as well; files: no export holds the tables, a recipe makes them again</source>
            <translation>Die Zeiteinbettung und ihre Projektionen, jede Schicht als eine Zeile je Schritt in jedem Format, f16 wie in der Arbeit; auf Wunsch bleibt die Schicht für andere Schritte daneben. Nicht: Schichten weglassen, die nur andere Tabellen lesen, auch sie werden Tabellen; Dateien: kein Export enthält die Tabellen, ein Rezept macht sie wieder</translation>
        </message>
        <message>
            <source>Steps of the sampler, each with a row</source>
            <translation>Schritte des Verfahrens, jeder mit einer Zeile</translation>
        </message>
        <message>
            <source>Keep the layer too, for other steps</source>
            <translation>Die Schicht für andere Schritte behalten</translation>
        </message>
        <message>
            <source>Keep what the first token of a text gives, and leave it out of the range</source>
            <translation>Behalten, was das erste Token eines Textes gibt, und es aus dem Bereich lassen</translation>
        </message>
        <message>
            <source>Range</source>
            <translation>Bereich</translation>
        </message>
        <message>
            <source>Least to largest</source>
            <translation>Kleinster bis größter</translation>
        </message>
        <message>
            <source>Percentile</source>
            <translation>Perzentil</translation>
        </message>
        <message>
            <source>Least squared error</source>
            <translation>Kleinster quadratischer Fehler</translation>
        </message>
        <message>
            <source>Least divergence</source>
            <translation>Kleinste Divergenz</translation>
        </message>
        <message>
            <source>bit 0</source>
            <translation>Bit 0</translation>
        </message>
        <message>
            <source>one of 0 to 2</source>
            <translation>eines von 0 bis 2</translation>
        </message>
        <message>
            <source>made as stored</source>
            <translation>erzeugt wie gespeichert</translation>
        </message>
        <message>
            <source>Shares of bytes with a bit set, lowest first, and differences of neighbours in a patch of 32 x 32</source>
            <translation>Anteile der Bytes mit gesetztem Bit, das niedrigste zuerst, und Unterschiede von Nachbarn in einem Ausschnitt von 32 x 32</translation>
        </message>
        <message>
            <source>Given pictures are looked at as the network takes them: where they had to be resized, their low bits are those of the resampling. Pictures kept as JPEG have lost theirs.</source>
            <translation>Gegebene Bilder werden betrachtet, wie das Netz sie nimmt: Wo sie in der Größe geändert wurden, sind ihre niedrigen Bits die der Abtastung. Als JPEG gespeicherte Bilder haben ihre verloren.</translation>
        </message>
        <message>
            <source>Channels of a product&apos;s inputs are summed over, so scales of their own would break whole-number sums unless they are powers of two apart.</source>
            <translation>Über die Kanäle der Eingaben eines Produkts wird summiert; eigene Skalen würden Summen in ganzen Zahlen daher zerstören, sofern sie nicht um Zweierpotenzen auseinanderliegen.</translation>
        </message>
        <message>
            <source>L_orth is 0 where a convolution keeps all lengths; singular values are then 1. Values are exact for circular padding, which borders filled with zeros only come near to.</source>
            <translation>L_orth ist 0, wo eine Faltung alle Längen erhält; die Singulärwerte sind dann 1. Die Werte gelten genau für zyklische Ränder, denen mit Nullen gefüllte nur nahekommen.</translation>
        </message>
        <message>
            <source>same class as stored</source>
            <translation>dieselbe Klasse wie gespeichert</translation>
        </message>
        <message>
            <source>No method here rounds activations: they count as 16 bits, so linear cost cannot fall. Take static-activations as the method for integer products.</source>
            <translation>Kein Verfahren rundet hier Aktivierungen: Sie zählen als 16 Bits, die linearen Kosten können also nicht fallen. Für Produkte ganzer Zahlen static-activations als Verfahren nehmen.</translation>
        </message>
        <message>
            <source>as published</source>
            <translation>wie veröffentlicht</translation>
        </message>
        <message>
            <source>this model</source>
            <translation>dieses Modell</translation>
        </message>
        <message>
            <source>Measured</source>
            <translation>Gemessen</translation>
        </message>
        <message>
            <source>model</source>
            <translation>Modell</translation>
        </message>
        <message>
            <source>published law, nats</source>
            <translation>veröffentlichtes Gesetz, Nats</translation>
        </message>
        <message>
            <source>times the law</source>
            <translation>das Wievielfache des Gesetzes</translation>
        </message>
        <message>
            <source>Bits against what they cost</source>
            <translation>Bits gegen ihre Kosten</translation>
        </message>
        <message>
            <source>published law</source>
            <translation>veröffentlichtes Gesetz</translation>
        </message>
        <message>
            <source>What bits cost here, beside the law</source>
            <translation>Was Bits hier kosten, neben dem Gesetz</translation>
        </message>
        <message>
            <source>fitted here</source>
            <translation>hier angepasst</translation>
        </message>
        <message>
            <source>Fitted: k D^beta / (N^alpha P^gamma)</source>
            <translation>Angepasst: k D^beta / (N^alpha P^gamma)</translation>
        </message>
        <message>
            <source>constant</source>
            <translation>Konstante</translation>
        </message>
        <message>
            <source>beta, of training tokens</source>
            <translation>beta, der Trainings-Token</translation>
        </message>
        <message>
            <source>alpha, of parameters</source>
            <translation>alpha, der Parameter</translation>
        </message>
        <message>
            <source>gamma, of bits</source>
            <translation>gamma, der Bits</translation>
        </message>
        <message>
            <source>A format of E exponent bits is fp&lt;bits&gt;e&lt;E&gt;row, whole numbers are int&lt;bits&gt;row; one exponent bit makes whole numbers again.</source>
            <translation>Ein Format mit E Exponentenbits heißt fp&lt;bits&gt;e&lt;E&gt;row, ganze Zahlen heißen int&lt;bits&gt;row; ein Exponentenbit ergibt wieder ganze Zahlen.</translation>
        </message>
        <message>
            <source>sigmoid</source>
            <translation>Sigmoid</translation>
        </message>
        <message>
            <source>GELU, tanh form</source>
            <translation>GELU, Form mit tanh</translation>
        </message>
        <message>
            <source>function</source>
            <translation>Funktion</translation>
        </message>
        <message>
            <source>Relative squared error of what replaces a function</source>
            <translation>Relativer quadratischer Fehler dessen, was eine Funktion ersetzt</translation>
        </message>
        <message>
            <source>node</source>
            <translation>Knoten</translation>
        </message>
        <message>
            <source>8 bits and a table</source>
            <translation>8 Bits und eine Tabelle</translation>
        </message>
        <message>
            <source>of it the 8 bits alone</source>
            <translation>davon die 8 Bits allein</translation>
        </message>
        <message>
            <source>logarithm</source>
            <translation>Logarithmus</translation>
        </message>
        <message>
            <source>From a product of 8-bit numbers to 8 bits: sum x multiplier / 2^shift</source>
            <translation>Vom Produkt von 8-Bit-Zahlen zu 8 Bits: Summe x Faktor / 2^Verschiebung</translation>
        </message>
        <message>
            <source>scale</source>
            <translation>Skala</translation>
        </message>
        <message>
            <source>multiplier</source>
            <translation>Faktor</translation>
        </message>
        <message>
            <source>shift</source>
            <translation>Verschiebung</translation>
        </message>
        <message>
            <source>off by</source>
            <translation>daneben um</translation>
        </message>
        <message>
            <source>What replaces floats between products</source>
            <translation>Was Gleitkommazahlen zwischen Produkten ersetzt</translation>
        </message>
        <message>
            <source>Each function alone, on the values of one picture or step; errors of one do not reach the next.</source>
            <translation>Jede Funktion für sich, auf den Werten eines Bildes oder Schritts; Fehler der einen erreichen die nächste nicht.</translation>
        </message>
        <message>
            <source>Eight bits with a power of two for a scale, one for all values, one a row before a softmax. Where most of an error is that of the 8 bits, a finer table gains nothing.</source>
            <translation>Acht Bits mit einer Zweierpotenz als Skala, eine für alle Werte, eine je Zeile vor einem Softmax. Wo der größte Teil eines Fehlers von den 8 Bits kommt, bringt eine feinere Tabelle nichts.</translation>
        </message>
        <message>
            <source>Halves are rounded up where a product is rescaled, as a shift does; simulators round them to even.</source>
            <translation>Halbe werden aufgerundet, wo ein Produkt neu skaliert wird, wie es eine Verschiebung tut; Simulatoren runden sie zur geraden Zahl.</translation>
        </message>
        <message>
            <source>The studio&apos;s own kernels keep floats here: these figures say what a device without them would lose.</source>
            <translation>Die eigenen Rechenkerne des Studios behalten hier Gleitkommazahlen: Diese Zahlen sagen, was ein Gerät ohne sie verlöre.</translation>
        </message>
        <message>
            <source>No function of this network needs replacing: the rest is sums, maxima and products.</source>
            <translation>Keine Funktion dieses Netzes muss ersetzt werden: Der Rest sind Summen, Maxima und Produkte.</translation>
        </message>
        <message>
            <source>Whole numbers against the simulation: largest difference in steps, and how many numbers differ</source>
            <translation>Ganze Zahlen gegen die Simulation: größter Unterschied in Stufen und wie viele Zahlen abweichen</translation>
        </message>
        <message>
            <source>tensor</source>
            <translation>Tensor</translation>
        </message>
        <message>
            <source>numbers</source>
            <translation>Zahlen</translation>
        </message>
        <message>
            <source>by itself</source>
            <translation>für sich</translation>
        </message>
        <message>
            <source>behind all others</source>
            <translation>nach allen anderen</translation>
        </message>
        <message>
            <source>differ</source>
            <translation>weichen ab</translation>
        </message>
        <message>
            <source>in 64 bits</source>
            <translation>in 64 Bits</translation>
        </message>
        <message>
            <source>differ in 64 bits</source>
            <translation>weichen in 64 Bits ab</translation>
        </message>
        <message>
            <source>Products</source>
            <translation>Produkte</translation>
        </message>
        <message>
            <source>bits of the largest sum</source>
            <translation>Bits der größten Summe</translation>
        </message>
        <message>
            <source>shift behind it</source>
            <translation>Verschiebung danach</translation>
        </message>
        <message>
            <source>answer, in steps of 8 bits</source>
            <translation>Antwort, in Stufen von 8 Bits</translation>
        </message>
        <message>
            <source>The network in whole numbers</source>
            <translation>Das Netz in ganzen Zahlen</translation>
        </message>
        <message>
            <source>Halves are rounded up where sums are rescaled, and in the simulation in 64 bits, which adds exactly too. In 32-bit floats, as simulators run, they are rounded to even, and sums are rounded: a number that differs by one step moves those behind it.</source>
            <translation>Halbe werden aufgerundet, wo Summen umgerechnet werden, und ebenso in der Simulation mit 64 Bit, die auch genau addiert. In 32-Bit-Gleitkommazahlen, wie Simulatoren laufen, werden sie zur geraden Zahl gerundet und Summen ebenfalls: Eine Zahl, die um einen Schritt abweicht, verschiebt die dahinter.</translation>
        </message>
        <message>
            <source>halves as they are</source>
            <translation>Halbgenaue, wie sie sind</translation>
        </message>
        <message>
            <source>halves, protected</source>
            <translation>Halbgenaue, geschützt</translation>
        </message>
        <message>
            <source>Protection copies the sign into bit 14, which halves below 2 never set, and codes blocks so that few cells are hard; a read can then never be 2 or more. The standard energies are of an example cell: compare, do not quote.</source>
            <translation>Der Schutz kopiert das Vorzeichen in Bit 14, das Halbgenaue unter 2 nie setzen, und kodiert Blöcke so, dass wenige Zellen schwierig sind; gelesen wird dann nie 2 oder mehr. Die vorgegebenen Energien sind die einer Beispielzelle: vergleichen, nicht zitieren.</translation>
        </message>
        <message>
            <source>over 1000000</source>
            <translation>über 1000000</translation>
        </message>
        <message>
            <source>number of weights</source>
            <translation>Anzahl der Gewichte</translation>
        </message>
        <message>
            <source>squared weight error</source>
            <translation>quadrierter Gewichtsfehler</translation>
        </message>
        <message>
            <source>weight error x mean square of the inputs</source>
            <translation>Gewichtsfehler x mittleres Quadrat der Eingaben</translation>
        </message>
        <message>
            <source>minus squared weight error</source>
            <translation>minus quadrierter Gewichtsfehler</translation>
        </message>
        <message>
            <source>minus weighted error</source>
            <translation>minus gewichteter Fehler</translation>
        </message>
        <message>
            <source>evolved program</source>
            <translation>entwickeltes Programm</translation>
        </message>
        <message>
            <source>A published fit over Pythia models (160 M to 12 B parameters, up to 206 B tokens) quantized by GPTQ. It says nothing of better methods, of models trained with quantization, or of 1 bit.</source>
            <translation>Eine veröffentlichte Anpassung über Pythia-Modelle (160 M bis 12 B Parameter, bis zu 206 B Token), mit GPTQ quantisiert. Sie sagt nichts über bessere Verfahren, über mit Quantisierung trainierte Modelle oder über 1 Bit.</translation>
        </message>
        <message>
            <source>not given</source>
            <translation>nicht angegeben</translation>
        </message>
        <message>
            <source>loss before quantization, this family</source>
            <translation>Verlust vor der Quantisierung, diese Familie</translation>
        </message>
        <message>
            <source>One picture&apos;s way from noise, with the ranges searched on it: an estimate from below.</source>
            <translation>Der Weg eines Bildes aus dem Rauschen, die Bereiche darauf gesucht: eine Schätzung von unten.</translation>
        </message>
        <message>
            <source>Groups belong to time values; a sampler with other steps needs them mapped by time.</source>
            <translation>Gruppen gehören zu Zeitwerten; ein Sampler mit anderen Schritten braucht sie nach der Zeit zugeordnet.</translation>
        </message>
        <message>
            <source>A law for training whose products are rounded, fitted below 1.2 B parameters. It is no model of what quantizing a finished model costs.</source>
            <translation>Ein Gesetz für Training mit gerundeten Produkten, angepasst unter 1,2 B Parametern. Was die Quantisierung eines fertigen Modells kostet, beschreibt es nicht.</translation>
        </message>
        <message>
            <source>mean squared error</source>
            <translation>mittlerer quadratischer Fehler</translation>
        </message>
        <message>
            <source>divergence from the network as stored</source>
            <translation>Divergenz vom gespeicherten Netz</translation>
        </message>
        <message>
            <source>no common range</source>
            <translation>kein gemeinsamer Bereich</translation>
        </message>
        <message>
            <source>the network</source>
            <translation>das Netz</translation>
        </message>
        <message>
            <source>b above it</source>
            <translation>b darüber</translation>
        </message>
        <message>
            <source>One network: which width is best for a size needs a family. Name several sizes of it, smallest first.</source>
            <translation>Ein Netz: Welche Breite für eine Größe am besten ist, zeigt nur eine Familie. Mehrere Größen davon nennen, die kleinste zuerst.</translation>
        </message>
        <message>
            <source>Fewer than four sizes: slopes have no error bars worth showing.</source>
            <translation>Weniger als vier Größen: Steigungen haben keine Fehlerbalken, die zu zeigen wären.</translation>
        </message>
        <message>
            <source>dB below the cap, or similarity below 1</source>
            <translation>dB unter der Obergrenze oder Ähnlichkeit unter 1</translation>
        </message>
        <message>
            <source>bit planes are those of pictures, and there are none: give some to a network on pictures</source>
            <translation>Bitebenen sind die von Bildern, und es gibt keine: einem Netz auf Bildern welche geben</translation>
        </message>
        <message>
            <source>the comparison needs a model that can be run and some formats</source>
            <translation>der Vergleich braucht ein Modell, das laufen kann, und einige Formate</translation>
        </message>
        <message>
            <source>no layer of this model multiplies inputs that were seen</source>
            <translation>keine Schicht dieses Modells multipliziert Eingaben, die gesehen wurden</translation>
        </message>
        <message>
            <source>costs are held against quality for networks on pictures that can be run, with some formats</source>
            <translation>Kosten gegen Güte gibt es für Netze auf Bildern, die laufen können, mit einigen Formaten</translation>
        </message>
        <message>
            <source>the fit needs language models that can be run and some formats</source>
            <translation>die Anpassung braucht Sprachmodelle, die laufen können, und einige Formate</translation>
        </message>
        <message>
            <source>no model and no format: there is nothing to fit</source>
            <translation>kein Modell und kein Format: nichts anzupassen</translation>
        </message>
        <message>
            <source>the values between products are known of networks on pictures only</source>
            <translation>die Werte zwischen Produkten sind nur von Netzen auf Bildern bekannt</translation>
        </message>
        <message>
            <source>whole numbers are followed through networks on pictures only</source>
            <translation>ganze Zahlen werden nur durch Netze auf Bildern verfolgt</translation>
        </message>
        <message>
            <source>the model is several networks, not a classifier</source>
            <translation>das Modell ist aus mehreren Netzen, kein Klassifizierer</translation>
        </message>
        <message>
            <source>faults are judged by running the model, which cannot be run</source>
            <translation>Fehler werden beurteilt, indem das Modell läuft, und es kann nicht laufen</translation>
        </message>
        <message>
            <source>ranks need a model that can be run and one format</source>
            <translation>Ränge brauchen ein Modell, das laufen kann, und ein Format</translation>
        </message>
        <message>
            <source>steps can be grouped for networks that make pictures out of noise only</source>
            <translation>Schritte lassen sich nur bei Netzen gruppieren, die Bilder aus Rauschen machen</translation>
        </message>
        <message>
            <source>no activations between stages were found</source>
            <translation>zwischen den Stufen wurden keine Aktivierungen gefunden</translation>
        </message>
        <message>
            <source>no format changes what the networks make: nothing can be compared</source>
            <translation>kein Format ändert, was die Netze erzeugen: nichts zu vergleichen</translation>
        </message>
        <message>
            <source>sizes are compared by the loss of labelled pictures or by the error to a target, and these have neither</source>
            <translation>Größen werden am Verlust beschrifteter Bilder oder am Fehler zu einem Ziel verglichen, und diese haben keines von beiden</translation>
        </message>
        <message>
            <source>ONNX, INT4 (operator set 21)</source>
            <translation>ONNX, INT4 (Operatorsatz 21)</translation>
        </message>
        <message>
            <source>Block reconstruction</source>
            <translation>Blockweise Rekonstruktion</translation>
        </message>
        <message>
            <source>Learns block by block which way to round, so that each block makes of its input what it made before.</source>
            <translation>Lernt Block für Block, wohin gerundet wird, damit jeder Block aus seiner Eingabe macht, was er vorher machte.</translation>
        </message>
        <message>
            <source>The fine-grained block reconstruction of weights for networks on pictures, with gradients by LibTorch; without the inner loss and with the regulariser that of BRECQ and Q-Diffusion. Not here: steps of activations learned in the same loop (inputs stay floats meanwhile, ranges come from “static-activations”), two scales at concatenations of shortcuts, pipelines of several networks. Our own: scales from the method that is chosen, far fewer steps and the regulariser unless it is switched off, a block is kept only where it is better on data held out</source>
            <translation>Die feine blockweise Rekonstruktion der Gewichte für Netze auf Bildern, mit Gradienten von LibTorch; ohne den inneren Verlust und mit dem Regularisierer die von BRECQ und Q-Diffusion. Nicht hier: in derselben Schleife gelernte Schritte der Aktivierungen (Eingaben bleiben währenddessen Gleitkommazahlen, Bereiche kommen von „static-activations“), zwei Skalen, wo Abkürzungen angehängt werden, Ketten mehrerer Netze. Eigenes: Skalen vom gewählten Verfahren, weit weniger Schritte und der Regularisierer, wenn er nicht ausgeschaltet wird; ein Block bleibt nur, wo er auf zurückgelegten Daten besser ist</translation>
        </message>
        <message>
            <source>Steps for each block</source>
            <translation>Schritte je Block</translation>
        </message>
        <message>
            <source>Weight of layers inside a block</source>
            <translation>Gewicht der Schichten in einem Block</translation>
        </message>
        <message>
            <source>Regulariser of the rounding</source>
            <translation>Regularisierer des Rundens</translation>
        </message>
        <message>
            <source>Layers that a shortcut inside a block spans at most</source>
            <translation>Schichten, die eine Abkürzung in einem Block höchstens überspannt</translation>
        </message>
        <message>
            <source>Stage 1 (signs and scales), several masks and scales by row; the distillation of the scales is a transform of its own, “scale-distillation”. The base is not counted</source>
            <translation>Stufe 1 (Vorzeichen und Skalen), mehrere Masken und Skalen je Zeile; das Nachlernen der Skalen ist eine eigene Umformung, „scale-distillation“. Das Grundmodell wird nicht gezählt</translation>
        </message>
        <message>
            <source>Moves the scales of one-bit differences down the slope of the squared error of the logits to the fine-tuned model.</source>
            <translation>Bewegt die Skalen der Ein-Bit-Unterschiede das Gefälle des quadratischen Fehlers der Logits zum nachtrainierten Modell hinab.</translation>
        </message>
        <message>
            <source>Stage 2: Adam on the scales alone, base and signs fixed, mean squared error of the logits, gradients by LibTorch. Not here: norms and embeddings trained along as in the released code. Our own: steps are shares of a scale, as the fixed 1e-4 fits one size of model only; no scale moves by more than half; the best state on data held out is kept, and it ends when that rises twice</source>
            <translation>Stufe 2: Adam nur auf den Skalen, Grundmodell und Vorzeichen fest, mittlerer quadratischer Fehler der Logits, Gradienten von LibTorch. Nicht hier: mitgelernte Normen und Einbettungen wie im veröffentlichten Programm. Eigenes: Schritte sind Anteile einer Skala, da die festen 1e-4 nur zu einer Modellgröße passen; keine Skala bewegt sich um mehr als die Hälfte; der beste Stand auf zurückgehaltenen Daten wird behalten, und es endet, wenn deren Fehler zweimal steigt</translation>
        </message>
        <message>
            <source>Distillation of BitDelta&apos;s scales</source>
            <translation>Nachlernen von BitDeltas Skalen</translation>
        </message>
        <message>
            <source>of a scale</source>
            <translation>einer Skala</translation>
        </message>
        <message>
            <source>Budgets, best spent</source>
            <translation>Budgets, am besten verwendet</translation>
        </message>
        <message>
            <source>operations</source>
            <translation>Rechenoperationen</translation>
        </message>
        <message>
            <source>parameters</source>
            <translation>Parameter</translation>
        </message>
        <message>
            <source>Reading a cell of 00 or 11</source>
            <translation>Lesen einer Zelle mit 00 oder 11</translation>
        </message>
        <message>
            <source>Reading a cell of 01 or 10</source>
            <translation>Lesen einer Zelle mit 01 oder 10</translation>
        </message>
        <message>
            <source>Writing a cell of 00 or 11</source>
            <translation>Schreiben einer Zelle mit 00 oder 11</translation>
        </message>
        <message>
            <source>Writing a cell of 01 or 10</source>
            <translation>Schreiben einer Zelle mit 01 oder 10</translation>
        </message>
        <message>
            <source>nJ</source>
            <translation>nJ</translation>
        </message>
        <message>
            <source>Largest Hessian eigenvalue</source>
            <translation>Größter Eigenwert der Hesse-Matrix</translation>
        </message>
        <message>
            <source>How curved the loss is along the worst direction of each layer, by power iteration on differences of gradients.</source>
            <translation>Wie stark der Verlust entlang der ungünstigsten Richtung jeder Schicht gekrümmt ist, durch Potenziteration über Unterschiede der Gradienten.</translation>
        </message>
        <message>
            <source>The metric, as EMQ weights it with bits; the Fisher form of the Hessian, of the divergence from the model as stored</source>
            <translation>Das Maß, wie EMQ es mit Bits gewichtet; die Fisher-Form der Hesse-Matrix, für die Divergenz vom Modell, wie es gespeichert ist</translation>
        </message>
        <message>
            <source>Products at most</source>
            <translation>Höchstens Produkte</translation>
        </message>
        <message>
            <source>a layer</source>
            <translation>je Schicht</translation>
        </message>
        <message>
            <source>Settled within</source>
            <translation>Gilt als ermittelt innerhalb</translation>
        </message>
        <message>
            <source>of the eigenvalue</source>
            <translation>des Eigenwerts</translation>
        </message>
        <message>
            <source>% of the weights’ norm</source>
            <translation>% der Norm der Gewichte</translation>
        </message>
        <message>
            <source>Mutations</source>
            <translation>Mutationen</translation>
        </message>
        <message>
            <source>Changes one to three layers at a time by chance and keeps what is better within all budgets.</source>
            <translation>Ändert zufällig eine bis drei Schichten auf einmal und behält, was innerhalb aller Grenzen besser ist.</translation>
        </message>
        <message>
            <source>The search of widths from a greedy start, over any costs that add up. Not: the ten best measured at its end</source>
            <translation>Die Suche der Breiten von einem gierigen Anfang aus, über beliebige Kosten, die sich addieren. Nicht: die zehn besten am Ende gemessen</translation>
        </message>
        <message>
            <source>halves, signs backed up</source>
            <translation>Halbgenaue, Vorzeichen gesichert</translation>
        </message>
        <message>
            <source>The paper&apos;s abstract calls what it copies the most significant bit; we take it for the sign, which shares a cell with the free bit. Other formats have no such bit and are given faults alone.</source>
            <translation>Die Kurzfassung des Aufsatzes nennt das kopierte Bit das höchstwertige; wir nehmen es für das Vorzeichen, das sich eine Zelle mit dem freien Bit teilt. Andere Formate haben kein solches Bit und bekommen nur Fehler.</translation>
        </message>
        <message>
            <source>Codings, masks and lists of columns are kept without faults: with one bit of them wrong nothing else fits. Weights that were no longer finite were counted as 0.</source>
            <translation>Kodierungen, Masken und Spaltenlisten bleiben ohne Fehler: Ist ein Bit davon falsch, passt alles andere nicht mehr. Gewichte, die nicht mehr endlich waren, zählten als 0.</translation>
        </message>
        <message>
            <source>What cells hold</source>
            <translation>Was die Zellen enthalten</translation>
        </message>
        <message>
            <source>Blocks in order of importance</source>
            <translation>Blöcke nach Wichtigkeit</translation>
        </message>
        <message>
            <source>Quality against average bits while blocks go to the low width by LIM, by ZD, both reversed and by chance.</source>
            <translation>Güte gegen mittlere Bits, während Blöcke auf die niedrige Breite gehen: nach LIM, nach ZD, beide umgekehrt und zufällig.</translation>
        </message>
        <message>
            <source>The chart of both orders, with their reverse and random orders as controls; first and last blocks are not kept high, so that orders are compared as they are</source>
            <translation>Das Diagramm beider Reihenfolgen, mit ihrer Umkehrung und zufälligen zur Kontrolle; erster und letzter Block bleiben nicht hoch, damit die Reihenfolgen verglichen werden, wie sie sind</translation>
        </message>
        <message>
            <source>KL divergence in nats by order</source>
            <translation>KL-Divergenz in Nats nach Reihenfolge</translation>
        </message>
        <message>
            <source>order</source>
            <translation>Reihenfolge</translation>
        </message>
        <message>
            <source>a quarter of the blocks low</source>
            <translation>ein Viertel der Blöcke niedrig</translation>
        </message>
        <message>
            <source>mean of all points</source>
            <translation>Mittel aller Punkte</translation>
        </message>
        <message>
            <source>Points</source>
            <translation>Punkte</translation>
        </message>
        <message>
            <source>blocks low</source>
            <translation>Blöcke niedrig</translation>
        </message>
        <message>
            <source>KL divergence</source>
            <translation>KL-Divergenz</translation>
        </message>
        <message>
            <source>Perplexity against average bits</source>
            <translation>Perplexität gegen mittlere Bits</translation>
        </message>
        <message>
            <source>KL divergence against average bits</source>
            <translation>KL-Divergenz gegen mittlere Bits</translation>
        </message>
        <message>
            <source>Blocks, the least important by LIM first</source>
            <translation>Blöcke, der nach LIM unwichtigste zuerst</translation>
        </message>
        <message>
            <source>block</source>
            <translation>Block</translation>
        </message>
        <message>
            <source>place by LIM</source>
            <translation>Rang nach LIM</translation>
        </message>
        <message>
            <source>place by ZD</source>
            <translation>Rang nach ZD</translation>
        </message>
        <message>
            <source>LIM reversed</source>
            <translation>LIM umgekehrt</translation>
        </message>
        <message>
            <source>ZD reversed</source>
            <translation>ZD umgekehrt</translation>
        </message>
        <message>
            <source>random</source>
            <translation>zufällig</translation>
        </message>
        <message>
            <source>Steps from all high to all low</source>
            <translation>Schritte von alle hoch bis alle niedrig</translation>
        </message>
        <message>
            <source>Random orders</source>
            <translation>Zufällige Reihenfolgen</translation>
        </message>
        <message>
            <source>orders need a model of two blocks or more that can be run</source>
            <translation>Reihenfolgen brauchen ein ausführbares Modell mit zwei oder mehr Blöcken</translation>
        </message>
        <message>
            <source>GM/AM</source>
            <translation>GM/AM</translation>
        </message>
        <message>
            <source>what is left of the loss with columns of unequal bits in place of equal ones, geometric over arithmetic mean of what columns lose</source>
            <translation>was vom Verlust mit Spalten ungleicher Bits anstelle gleicher bleibt, geometrisches durch arithmetisches Mittel dessen, was Spalten verlieren</translation>
        </message>
        <message>
            <source>Estimated quantiles</source>
            <translation>Geschätzte Quantile</translation>
        </message>
        <message>
            <source>Levels where the weights of the tensor itself are: each stands for an equal share of them. No data needed.</source>
            <translation>Stufen, wo die Gewichte des Tensors selbst liegen: jede steht für einen gleichen Anteil von ihnen. Keine Daten nötig.</translation>
        </message>
        <message>
            <source>The quantile codebook of the tensor&apos;s own weights, as the paper&apos;s library estimates it. Our own: levels are whole 127ths, and every block of a row holds a copy, which is counted, so that rows are read alone; smaller ranges on demand</source>
            <translation>Das Quantil-Codebuch der eigenen Gewichte des Tensors, wie die Bibliothek der Arbeit es schätzt. Eigenes: Stufen sind ganze 127stel, und jeder Block einer Zeile enthält eine mitgezählte Kopie, damit Zeilen für sich gelesen werden; kleinere Bereiche auf Wunsch</translation>
        </message>
        <message>
            <source>k-means codebook</source>
            <translation>k-Means-Codebuch</translation>
        </message>
        <message>
            <source>The levels that leave the least squared error over the weights of a tensor, found by Lloyd&apos;s algorithm, judged by how loud the inputs are.</source>
            <translation>Die Stufen, die über die Gewichte eines Tensors den kleinsten quadratischen Fehler lassen, gefunden mit Lloyds Algorithmus und gewichtet danach, wie laut die Eingaben sind.</translation>
        </message>
        <message>
            <source>One-dimensional weighted k-means over a tensor under the scales of its groups. Levels are whole 127ths, one of them 0; every block of a row holds a copy, which is counted</source>
            <translation>Eindimensionales gewichtetes k-Means über einen Tensor unter den Skalen seiner Gruppen. Stufen sind ganze 127stel, eine davon 0; jeder Block einer Zeile enthält eine mitgezählte Kopie</translation>
        </message>
        <message>
            <source>Steps of Lloyd&apos;s algorithm at most</source>
            <translation>Höchstens so viele Schritte von Lloyds Algorithmus</translation>
        </message>
        <message>
            <source>By the loudness of inputs</source>
            <translation>Nach der Lautstärke der Eingaben</translation>
        </message>
        <message>
            <source>Closed form (ACIQ)</source>
            <translation>Geschlossene Form (ACIQ)</translation>
        </message>
    </context>
    <context>
        <name>ExportKinds</name>
        <message>
            <source>Folder of BitNet, for Transformers</source>
            <translation>Ordner für BitNet, für Transformers</translation>
        </message>
        <message>
            <source>Folder of GPTQ, for GPTQModel and vLLM</source>
            <translation>Ordner für GPTQ, für GPTQModel und vLLM</translation>
        </message>
        <message>
            <source>Folder of compressed-tensors, for vLLM</source>
            <translation>Ordner für compressed-tensors, für vLLM</translation>
        </message>
        <message>
            <source>GGUF, for llama.cpp</source>
            <translation>GGUF, für llama.cpp</translation>
        </message>
        <message>
            <source>GGUF, for stable-diffusion.cpp and ComfyUI</source>
            <translation>GGUF, für stable-diffusion.cpp und ComfyUI</translation>
        </message>
        <message>
            <source>ONNX, codes in 4 or 8 bits, operator set 21</source>
            <translation>ONNX, Codes in 4 oder 8 Bits, Operatorsatz 21</translation>
        </message>
        <message>
            <source>ONNX, codes in 8 bits, for every onnxruntime</source>
            <translation>ONNX, Codes in 8 Bits, für jedes onnxruntime</translation>
        </message>
        <message>
            <source>ONNX, matrices as MatMulNBits, onnxruntime's own operator</source>
            <translation>ONNX, Matrizen als MatMulNBits, den eigenen Operator von onnxruntime</translation>
        </message>
        <message>
            <source>Tritloom, holds every method</source>
            <translation>Tritloom, fasst jedes Verfahren</translation>
        </message>
        <message>
            <source>safetensors, for PyTorch</source>
            <translation>safetensors, für PyTorch</translation>
        </message>
        <message>
            <source>Tritloom, differences to a base model in its own file</source>
            <translation>Tritloom, Unterschiede zu einem Grundmodell in dessen eigener Datei</translation>
        </message>
    </context>
    <context>
        <name>tritloom::PageKeys</name>
        <message>
            <source>%1 (%2)</source>
            <translation>%1 (%2)</translation>
        </message>
        <message>
            <source>&amp;Next page</source>
            <translation>&amp;Nächste Seite</translation>
        </message>
        <message>
            <source>Next &amp;area</source>
            <translation>Nächster &amp;Bereich</translation>
        </message>
        <message>
            <source>P&amp;revious page</source>
            <translation>&amp;Vorige Seite</translation>
        </message>
        <message>
            <source>Previous ar&amp;ea</source>
            <translation>V&amp;origer Bereich</translation>
        </message>
    </context>
    <context>
        <name>Core</name>
        <message>
            <source>every block length divides its rows, and llama.cpp knows every type</source>
            <translation>jede Blocklänge teilt ihre Zeilen, und llama.cpp kennt jeden Typ</translation>
        </message>
        <message>
            <source>read back: %1 tensors have the names, shapes and bytes that were written</source>
            <translation>zurückgelesen: %1 Tensoren haben die Namen, Formen und Bytes, die geschrieben wurden</translation>
        </message>
        <message>
            <source>evaluated: the outputs of the file that was written and of its recipe differ by %1 of their root mean square</source>
            <translation>gerechnet: die Ausgaben der geschriebenen Datei und die ihres Rezepts unterscheiden sich um %1 ihres quadratischen Mittels</translation>
        </message>
        <message>
            <source>evaluated: %1</source>
            <translation>gerechnet: %1</translation>
        </message>
        <message>
            <source>not evaluated: stopped, after the file was written and read back</source>
            <translation>nicht gerechnet: angehalten, nachdem die Datei geschrieben und zurückgelesen war</translation>
        </message>
        <message>
            <source>not evaluated: %1</source>
            <translation>nicht gerechnet: %1</translation>
        </message>
        <message>
            <source>%1 layers are %2, %3 were written as the numbers they stand for</source>
            <translation>%1 Schichten sind %2, %3 wurden als die Zahlen geschrieben, für die sie stehen</translation>
        </message>
        <message>
            <source>%1: %2 cannot be %3: %4; the floats it stands for were written</source>
            <translation>%1: %2 kann nicht %3 werden: %4; geschrieben wurden die Gleitkommazahlen, für die es steht</translation>
        </message>
        <message>
            <source>%1 folded batch norms became biases</source>
            <translation>%1 eingerechnete Batch-Normen wurden zu Bias-Werten</translation>
        </message>
        <message>
            <source>the inputs of %1 layers are rounded by QuantizeLinear with the ranges of the calibration</source>
            <translation>die Eingaben von %1 Schichten werden durch QuantizeLinear mit den Bereichen der Kalibrierung gerundet</translation>
        </message>
        <message>
            <source>onnxruntime rounds the inputs of MatMul to 8 bits unless session.qdq_matmulnbits_accuracy_level is 1</source>
            <translation>onnxruntime rundet die Eingaben von MatMul auf 8 Bits, wenn session.qdq_matmulnbits_accuracy_level nicht 1 ist</translation>
        </message>
        <message>
            <source>%1 tensors that checkpoints have no place for were left out</source>
            <translation>%1 Tensoren, für die Checkpoints keinen Platz haben, wurden weggelassen</translation>
        </message>
        <message>
            <source>The vocabulary has no newline, without which llama.cpp does not load it: '%1' is written as the newline's byte</source>
            <translation>Das Vokabular hat keinen Zeilenumbruch, ohne den llama.cpp es nicht lädt: „%1“ wird als Byte des Zeilenumbruchs geschrieben</translation>
        </message>
        <message>
            <source>tensor '%1': GGUF has no type for the format '%2'</source>
            <translation>Tensor „%1“: GGUF hat keinen Typ für das Format „%2“</translation>
        </message>
        <message>
            <source>tensor '%1' has rows of %2 elements, no multiple of %3's blocks of %4; llama.cpp takes %5 here</source>
            <translation>Tensor „%1“ hat Zeilen von %2 Elementen, kein Vielfaches der Blöcke von %3 zu %4; llama.cpp nimmt hier %5</translation>
        </message>
        <message>
            <source>tensor '%1' has rows of %2 elements, no multiple of %3's blocks of %4: choose f16 or blocks that fit</source>
            <translation>Tensor „%1“ hat Zeilen von %2 Elementen, kein Vielfaches der Blöcke von %3 zu %4: f16 wählen oder Blöcke, die passen</translation>
        </message>
        <message>
            <source>tensor '%1' stays as ternary codes, for which GGUF has no type: choose a format, such as tq2_0</source>
            <translation>Tensor „%1“ bleibt bei ternären Codes, für die GGUF keinen Typ hat: ein Format wählen, etwa tq2_0</translation>
        </message>
        <message>
            <source>%1: the method '%2' stores more than one matrix, which this kind of file cannot hold: export to *.tritloom</source>
            <translation>%1: Das Verfahren „%2“ speichert mehr als eine Matrix, was diese Art Datei nicht fasst: nach *.tritloom exportieren</translation>
        </message>
        <message>
            <source>the architecture '%1' has no translation into GGUF's names</source>
            <translation>für die Architektur „%1“ gibt es keine Übersetzung in die Namen von GGUF</translation>
        </message>
        <message>
            <source>%1: there is something there already, choose a new name</source>
            <translation>%1: Dort ist schon etwas, einen neuen Namen wählen</translation>
        </message>
        <message>
            <source>%1: %2 inputs are not divisible by the group of %3</source>
            <translation>%1: %2 Eingänge sind nicht durch die Gruppe von %3 teilbar</translation>
        </message>
        <message>
            <source>%1: %2 outputs are not divisible by 4</source>
            <translation>%1: %2 Ausgänge sind nicht durch 4 teilbar</translation>
        </message>
        <message>
            <source>%1: GPTQ has 2, 3, 4 and 8 bits, not %2</source>
            <translation>%1: GPTQ hat 2, 3, 4 und 8 Bits, nicht %2</translation>
        </message>
        <message>
            <source>%1: %2 codes of %3 bits do not fill 32-bit words</source>
            <translation>%1: %2 Codes zu %3 Bits füllen keine 32-Bit-Wörter</translation>
        </message>
        <message>
            <source>These sizes lie inside the fit.</source>
            <translation>Diese Größen liegen innerhalb der Anpassung.</translation>
        </message>
        <message>
            <source>These sizes lie outside the fit: read both laws as a band.</source>
            <translation>Diese Größen liegen außerhalb der Anpassung: beide Gesetze als Band lesen.</translation>
        </message>
        <message>
            <source>Bits count scales; norms and biases are left out on both sides.</source>
            <translation>Bits zählen Skalen mit; Normen und Bias-Werte bleiben auf beiden Seiten weg.</translation>
        </message>
        <message>
            <source>Rounding without training: methods that train move the best width below four bits.</source>
            <translation>Runden ohne Training: Verfahren, die trainieren, verschieben die beste Breite unter vier Bits.</translation>
        </message>
        <message>
            <source>Perplexity of the model as it is: %1, on its calibration text.</source>
            <translation>Perplexität des Modells, wie es ist: %1, auf seinem Kalibriertext.</translation>
        </message>
        <message>
            <source>With %1 tokens a budget is best spent at %2 bits, however large it is.</source>
            <translation>Bei %1 Token ist ein Budget am besten bei %2 Bits verwendet, wie groß es auch ist.</translation>
        </message>
        <message>
            <source>Measured: KL divergence with one layer at a time as %1 by %2.</source>
            <translation>Gemessen: KL-Divergenz mit je einer Schicht als %1 durch %2.</translation>
        </message>
        <message>
            <source>Of %1 layers, one random order in twenty reaches a rho of %2.</source>
            <translation>Bei %1 Schichten erreicht jede zwanzigste zufällige Ordnung ein Rho von %2.</translation>
        </message>
        <message>
            <source>%1 seeds. Perplexity without faults: %2.</source>
            <translation>%1 Startwerte. Perplexität ohne Fehler: %2.</translation>
        </message>
        <message>
            <source>%1 networks on %2 calibration samples.</source>
            <translation>%1 Netze auf %2 Kalibrierproben.</translation>
        </message>
        <message>
            <source>%1 leaves the least error on %2 of %3 layers.</source>
            <translation>%1 lässt auf %2 von %3 Schichten den geringsten Fehler.</translation>
        </message>
        <message>
            <source>What is made is rounded to bytes once, the same way for all.</source>
            <translation>Was entsteht, wird einmal auf Bytes gerundet, bei allen gleich.</translation>
        </message>
        <message>
            <source>A model that was calibrated for one number of steps drifts when it is run with another.</source>
            <translation>Ein Modell, das für eine Zahl von Schritten kalibriert ist, weicht ab, wenn es mit einer anderen läuft.</translation>
        </message>
        <message>
            <source>A picture runs through the network %1 times: errors of the steps add up.</source>
            <translation>Ein Bild läuft %1 Mal durch das Netz: Fehler der Schritte addieren sich.</translation>
        </message>
        <message>
            <source>Rounding without training, measured once on one set of samples: no error bars over seeds.</source>
            <translation>Runden ohne Training, einmal auf einer Stichprobe gemessen: keine Fehlerbalken über Startwerte.</translation>
        </message>
        <message>
            <source>read back: %1 tensors have the names and bytes that were written</source>
            <translation>zurückgelesen: %1 Tensoren haben die Namen und Bytes, die geschrieben wurden</translation>
        </message>
        <message>
            <source>read back: %1 tensors have the bytes that were written</source>
            <translation>zurückgelesen: %1 Tensoren haben die Bytes, die geschrieben wurden</translation>
        </message>
        <message>
            <source>read back: %1 tensors stand for the numbers that were written</source>
            <translation>zurückgelesen: %1 Tensoren stehen für die Zahlen, die geschrieben wurden</translation>
        </message>
        <message>
            <source>read back: %1 operators, as many as were written</source>
            <translation>zurückgelesen: %1 Operatoren, so viele wie geschrieben wurden</translation>
        </message>
        <message>
            <source>%1 of %2 pictures are stored as JPEG, which rewrites the lowest bits: a detector may tell the formats apart, save all in one way first</source>
            <translation>%1 von %2 Bildern sind als JPEG gespeichert, was die niedrigsten Bits neu schreibt: ein Detektor unterscheidet vielleicht die Formate, zuerst alle auf eine Weise speichern</translation>
        </message>
        <message>
            <source>%1 of %2 pictures are stored as JPEG, which rewrites the lowest bits</source>
            <translation>%1 von %2 Bildern sind als JPEG gespeichert, was die niedrigsten Bits neu schreibt</translation>
        </message>
        <message>
            <source>'%1' counts as generated (class 0), '%2' as real (class 1)</source>
            <translation>„%1“ zählt als erzeugt (Klasse 0), „%2“ als echt (Klasse 1)</translation>
        </message>
        <message>
            <source>the pictures have %1 classes, the network knows %2: theirs count as its first ones in the order of the alphabet unless --labels gives the order</source>
            <translation>die Bilder haben %1 Klassen, das Netz kennt %2: ihre zählen in alphabetischer Ordnung als seine ersten, wenn keine Datei mit Klassen die Ordnung nennt</translation>
        </message>
        <message>
            <source>%1 pictures outside of the class folders were left out</source>
            <translation>%1 Bilder außerhalb der Klassenordner wurden ausgelassen</translation>
        </message>
        <message>
            <source>no picture has a class, so only the difference to the reference is measured</source>
            <translation>kein Bild hat eine Klasse, daher wird nur der Unterschied zum Vergleichsnetz gemessen</translation>
        </message>
        <message>
            <source>%1 of %2 pictures have no class</source>
            <translation>%1 von %2 Bildern haben keine Klasse</translation>
        </message>
        <message>
            <source>%1 of %2 pictures were resized to %3 x %4</source>
            <translation>%1 von %2 Bildern wurden auf %3 × %4 gebracht</translation>
        </message>
        <message>
            <source>of %1 of %2 pictures the middle is taken, at most %3 x %4 pixels</source>
            <translation>von %1 der %2 Bilder wird die Mitte genommen, höchstens %3 × %4 Pixel</translation>
        </message>
        <message>
            <source>the pictures were shrunk %1 times each way by bicubic resampling</source>
            <translation>die Bilder wurden bikubisch verkleinert, jede Seite auf 1/%1</translation>
        </message>
        <message>
            <source>noise of %1 / 255 was added to the pictures, seed %2</source>
            <translation>zu den Bildern kam Rauschen von %1 / 255, Startwert %2</translation>
        </message>
        <message>
            <source>the prompt is longer than the %1 tokens of the text encoder, the last %2 are left out</source>
            <translation>der Prompt ist länger als die %1 Token des Textkodierers, die letzten %2 fallen weg</translation>
        </message>
        <message>
            <source>pictures are given as %1, which of %2 usual ways does best on %3 of them</source>
            <translation>Bilder werden gegeben als %1, die beste von %2 üblichen Arten auf %3 von ihnen</translation>
        </message>
        <message>
            <source>seed %1</source>
            <translation>Startwert %1</translation>
        </message>
        <message>
            <source>picture %1</source>
            <translation>Bild %1</translation>
        </message>
        <message>
            <source>it works on pictures, and there are none yet: name a folder of them (--images) or drop one on the window</source>
            <translation>es arbeitet auf Bildern, und noch sind keine da: einen Ordner davon nennen (--images) oder auf das Fenster ziehen</translation>
        </message>
        <message>
            <source>biases and norms now fit layers in %1 by %2; of other bits, and uncompressed, the model computes something else than before</source>
            <translation>Biase und Normen passen nun zu Schichten in %1 mit %2; mit anderen Bits, und unverdichtet, rechnet das Modell etwas anderes als vorher</translation>
        </message>
        <message>
            <source>%1 of %2 layers have no bias and no batch norm behind them and stay</source>
            <translation>%1 von %2 Schichten haben keinen Bias und keine Batch-Norm hinter sich und bleiben</translation>
        </message>
        <message>
            <source>the width %1 is mixed in blocks of %2, the largest power of two in it</source>
            <translation>die Breite %1 wird in Blöcken von %2 gemischt, der größten Zweierpotenz darin</translation>
        </message>
        <message>
            <source>the norm '%1' stays: it is not behind a convolution that it alone reads</source>
            <translation>die Norm „%1“ bleibt: sie steht nicht hinter einer Faltung, die nur sie liest</translation>
        </message>
        <message>
            <source>%1 pairs of layers were equalised; in front of %2 layers stands something else than ReLU or a pool</source>
            <translation>%1 Paare von Schichten wurden angeglichen; vor %2 Schichten steht etwas anderes als ReLU oder ein Pool</translation>
        </message>
        <message>
            <source>norms can be folded only where the graph of the model is known</source>
            <translation>Normen lassen sich nur falten, wo der Graph des Modells bekannt ist</translation>
        </message>
        <message>
            <source>this network has no batch norm behind a convolution</source>
            <translation>dieses Netz hat keine Batch-Norm hinter einer Faltung</translation>
        </message>
        <message>
            <source>layers can be equalised only where the graph of the model is known</source>
            <translation>Schichten lassen sich nur angleichen, wo der Graph des Modells bekannt ist</translation>
        </message>
        <message>
            <source>no two layers of this network follow each other with only ReLU or a pool between (fold batch norms first)</source>
            <translation>keine zwei Schichten dieses Netzes folgen einander nur mit ReLU oder Pool dazwischen (zuerst Batch-Normen falten)</translation>
        </message>
        <message>
            <source>biases can be corrected only where the graph of the model is known</source>
            <translation>Biase lassen sich nur korrigieren, wo der Graph des Modells bekannt ist</translation>
        </message>
        <message>
            <source>none of the %1 layers of this model has a bias or a batch norm behind it</source>
            <translation>keine der %1 Schichten dieses Modells hat einen Bias oder eine Batch-Norm hinter sich</translation>
        </message>
        <message>
            <source>layer norms take the mean away, which a rotation does not keep</source>
            <translation>Layer-Normen ziehen den Mittelwert ab, was eine Drehung nicht erhält</translation>
        </message>
        <message>
            <source>tables of positions cannot be rotated with the stream yet</source>
            <translation>Positionstabellen lassen sich noch nicht mit dem Strom drehen</translation>
        </message>
        <message>
            <source>something other than a product writes the residual stream</source>
            <translation>etwas anderes als ein Produkt schreibt in den Residualstrom</translation>
        </message>
        <message>
            <source>the output matrix is the table of the embedding, so the last norm cannot be folded into it</source>
            <translation>die Ausgabematrix ist die Tabelle der Einbettung, daher lässt sich die letzte Norm nicht hineinfalten</translation>
        </message>
        <message>
            <source>no residual stream was found in this graph</source>
            <translation>in diesem Graphen wurde kein Residualstrom gefunden</translation>
        </message>
        <message>
            <source>a rotation can be folded only where the graph of the model is known</source>
            <translation>eine Drehung lässt sich nur falten, wo der Graph des Modells bekannt ist</translation>
        </message>
        <message>
            <source>scales can be folded only where the graph of the model is known</source>
            <translation>Skalen lassen sich nur falten, wo der Graph des Modells bekannt ist</translation>
        </message>
        <message>
            <source>this model has no place where scales can be folded</source>
            <translation>dieses Modell hat keine Stelle, an der sich Skalen falten lassen</translation>
        </message>
        <message>
            <source>all layers are of one group: this is a plain program over one budget</source>
            <translation>alle Schichten sind von einer Gruppe: das ist ein einfaches Programm über ein Budget</translation>
        </message>
        <message>
            <source>%1 of %2 layers carry nothing of a single token (queries and keys): this metric cannot tell what they stand</source>
            <translation>%1 von %2 Schichten tragen nichts von einem einzelnen Token (Queries und Keys): dieses Maß kann nicht sagen, was sie aushalten</translation>
        </message>
        <message>
            <source>%1 bits a weight of %2; the bound is for widths near it</source>
            <translation>%1 Bits je Gewicht von %2; die Schranke gilt für Breiten in der Nähe</translation>
        </message>
        <message>
            <source>gain of unequal bits over equal ones: %1 of the loss is left (geometric over arithmetic mean)</source>
            <translation>Gewinn ungleicher Bits gegenüber gleichen: %1 des Verlusts bleibt (geometrisches durch arithmetisches Mittel)</translation>
        </message>
        <message>
            <source>%1 of %2 parts at the lower width</source>
            <translation>%1 von %2 Teilen in der kleineren Breite</translation>
        </message>
        <message>
            <source>not proven best within %1 s: give it more time</source>
            <translation>in %1 s nicht als beste bewiesen: mehr Zeit geben</translation>
        </message>
        <message>
            <source>%1 of %2 layers control content and were judged by similarity</source>
            <translation>%1 von %2 Schichten steuern den Inhalt und wurden nach Ähnlichkeit beurteilt</translation>
        </message>
        <message>
            <source>threshold %1</source>
            <translation>Schwelle %1</translation>
        </message>
        <message>
            <source>widths near the mean need a budget of bytes</source>
            <translation>Breiten nahe dem Mittel brauchen ein Budget in Bytes</translation>
        </message>
        <message>
            <source>a common threshold needs a budget of bytes</source>
            <translation>eine gemeinsame Schwelle braucht ein Budget in Bytes</translation>
        </message>
        <message>
            <source>two groups need a budget of bytes</source>
            <translation>zwei Gruppen brauchen ein Budget in Bytes</translation>
        </message>
        <message>
            <source>equal loss needs a budget of bytes</source>
            <translation>gleicher Verlust braucht ein Budget in Bytes</translation>
        </message>
        <message>
            <source>the file does not say which architecture it is</source>
            <translation>die Datei sagt nicht, welche Architektur sie hat</translation>
        </message>
        <message>
            <source>the architecture '%1' is not known here</source>
            <translation>die Architektur „%1“ ist hier nicht bekannt</translation>
        </message>
        <message>
            <source>the model has no layers</source>
            <translation>das Modell hat keine Schichten</translation>
        </message>
        <message>
            <source>none of these methods can write any of these formats</source>
            <translation>keine dieser Methoden kann eines dieser Formate schreiben</translation>
        </message>
        <message>
            <source>'%1' is no comparison: write it like bits&lt;4</source>
            <translation>„%1“ ist kein Vergleich: so schreiben wie bits&lt;4</translation>
        </message>
        <message>
            <source>layers have no '%1': use name, role, format, stored, bits, size, parameters, rows, columns, sensitivity, error, block or pinned</source>
            <translation>Schichten haben kein „%1“: es gibt name, role, format, stored, bits, size, parameters, rows, columns, sensitivity, error, block und pinned</translation>
        </message>
        <message>
            <source>'%1' has nothing to compare with</source>
            <translation>„%1“ hat nichts zum Vergleichen</translation>
        </message>
        <message>
            <source>'%1': %2 is a text, use =, != or ~</source>
            <translation>„%1“: %2 ist ein Text, dafür =, != oder ~</translation>
        </message>
        <message>
            <source>'%1': %2 is a number, use &lt;, &lt;=, &gt;, &gt;=, = or !=</source>
            <translation>„%1“: %2 ist eine Zahl, dafür &lt;, &lt;=, &gt;, &gt;=, = oder !=</translation>
        </message>
        <message>
            <source>'%1': '%2' is no number</source>
            <translation>„%1“: „%2“ ist keine Zahl</translation>
        </message>
        <message>
            <source>the budget is %1, norms and biases alone take %2</source>
            <translation>das Budget ist %1, Normen und Biase allein brauchen %2</translation>
        </message>
        <message>
            <source>the budget is %1, the smallest choice takes %2</source>
            <translation>das Budget ist %1, die kleinste Auswahl braucht %2</translation>
        </message>
        <message>
            <source>the budget is %1, the smallest possible choice takes %2</source>
            <translation>das Budget ist %1, die kleinste mögliche Auswahl braucht %2</translation>
        </message>
        <message>
            <source>%1 of %2 pictures were stretched to %3 x %4</source>
            <translation>%1 von %2 Bildern wurden auf %3 x %4 gedehnt</translation>
        </message>
        <message>
            <source>pictures are given as %1, a guess: the file does not say how it takes them</source>
            <translation>die Bilder werden als %1 gegeben, eine Vermutung: die Datei sagt nicht, wie sie sie nimmt</translation>
        </message>
        <message>
            <source>%1, 8-bit activations as in runtimes</source>
            <translation>%1, 8-Bit-Aktivierungen wie in Laufzeiten</translation>
        </message>
        <message>
            <source>%1, half precision</source>
            <translation>%1, halbe Genauigkeit</translation>
        </message>
        <message>
            <source>Reference (slow, for comparison)</source>
            <translation>Referenz (langsam, zum Vergleich)</translation>
        </message>
        <message>
            <source>no usual way to give pictures does better than chance on %1 of them, so they are given as %2, a guess: do the classes fit?</source>
            <translation>keine übliche Art, Bilder zu geben, ist bei %1 davon besser als der Zufall, so werden sie als %2 gegeben, eine Vermutung: passen die Klassen?</translation>
        </message>
        <message>
            <source>%1 tensors are %2, which this kind of file cannot hold: they are written as %3, %4 in place of %5</source>
            <translation>%1 Tensoren sind %2, was diese Art Datei nicht enthalten kann: Sie werden als %3 geschrieben, %4 statt %5</translation>
        </message>
        <message>
            <source>%1: %2 of its %3 numbers are NaN or infinite</source>
            <translation>%1: %2 seiner %3 Zahlen sind NaN oder unendlich</translation>
        </message>
        <message>
            <source>%1: the model has no layer to compress, so there is nothing to export</source>
            <translation>%1: Das Modell hat keine Schicht zum Verdichten, also gibt es nichts zu exportieren</translation>
        </message>
        <message>
            <source>%1: this is a folder, choose the name of a file</source>
            <translation>%1: Das ist ein Ordner, der Name einer Datei ist nötig</translation>
        </message>
        <message>
            <source>the base holds the weights of the model itself: there is no difference to store</source>
            <translation>Das Basismodell enthält die Gewichte des Modells selbst: Es gibt keine Differenz zu speichern</translation>
        </message>
        <message>
            <source>in %1 of %2 layers more than 30 % of the differences to the base are exactly 0 (%3 % in %4): their signs are arbitrary and act as noise</source>
            <translation>In %1 von %2 Schichten sind über 30 % der Differenzen zum Basismodell genau 0 (%3 % in %4): Ihre Vorzeichen sind beliebig und wirken wie Rauschen</translation>
        </message>
        <message>
            <source>%1 of %2 layers differ from the base by more than 30 % of its norm (%3 % in %4): is it what this model was tuned from?</source>
            <translation>%1 von %2 Schichten weichen um mehr als 30 % der Norm vom Basismodell ab (%3 % in %4): Wurde dieses Modell wirklich daraus trainiert?</translation>
        </message>
        <message>
            <source>in %1 of %2 layers the difference to the base is of low rank, as after merging a LoRA: its two factors would be smaller and nearer than signs</source>
            <translation>In %1 von %2 Schichten hat die Differenz zum Basismodell einen niedrigen Rang, wie nach dem Einrechnen eines LoRA: Seine zwei Faktoren wären kleiner und genauer als Vorzeichen</translation>
        </message>
        <message>
            <source>%1, half precision: not quicker here, so exact</source>
            <translation>%1, halbe Genauigkeit: hier nicht schneller, daher exakt</translation>
        </message>
        <message>
            <source>this kind of file has no place for what runs a language model: what is written can be looked at, not evaluated</source>
            <translation>Diese Dateiart hat keinen Platz für das, was ein Sprachmodell zum Laufen braucht: Das Geschriebene lässt sich ansehen, nicht auswerten</translation>
        </message>
        <message>
            <source>%1: outputs stored by time step cannot be written as ONNX: export to *.tritloom</source>
            <translation>%1: Nach Zeitschritt gespeicherte Ausgaben lassen sich nicht als ONNX schreiben: nach *.tritloom exportieren</translation>
        </message>
        <message>
            <source>%1: %2 by a method that stores more than one matrix cannot be written as ONNX: export to *.tritloom</source>
            <translation>%1: %2 von einem Verfahren, das mehr als eine Matrix speichert, lässt sich nicht als ONNX schreiben: nach *.tritloom exportieren</translation>
        </message>
        <message>
            <source>the name of a tensor is not UTF-8: &apos;%1&apos;</source>
            <translation>Der Name eines Tensors ist kein UTF-8: &apos;%1&apos;</translation>
        </message>
        <message>
            <source>the metadata entry &apos;%1&apos; is not UTF-8</source>
            <translation>Der Metadateneintrag &apos;%1&apos; ist kein UTF-8</translation>
        </message>
        <message>
            <source>the metadata entry &apos;%1&apos; is NaN or infinite</source>
            <translation>Der Metadateneintrag &apos;%1&apos; ist NaN oder unendlich</translation>
        </message>
        <message>
            <source>a text of the operators is not UTF-8: &apos;%1&apos;</source>
            <translation>Ein Text der Operatoren ist kein UTF-8: &apos;%1&apos;</translation>
        </message>
        <message>
            <source>the operator &apos;%1&apos; reads &apos;%2&apos; before it is made</source>
            <translation>Der Operator &apos;%1&apos; liest &apos;%2&apos;, bevor es entsteht</translation>
        </message>
        <message>
            <source>the operator &apos;%1&apos; has no type or gives nothing</source>
            <translation>Der Operator &apos;%1&apos; hat keinen Typ oder ergibt nichts</translation>
        </message>
        <message>
            <source>the attribute &apos;%1&apos; of the operator &apos;%2&apos; holds a graph</source>
            <translation>Das Attribut &apos;%1&apos; des Operators &apos;%2&apos; enthält einen Graphen</translation>
        </message>
        <message>
            <source>the file says it is %1, its tensors are not those of one</source>
            <translation>Die Datei nennt sich %1, ihre Tensoren sind nicht die eines solchen</translation>
        </message>
        <message>
            <source>With %1 groups %2 of %3 channels are in the last one, under a scale that may be too coarse for them; the first scale made for fewer channels moves the thresholds.</source>
            <translation>Bei %1 Gruppen liegen %2 von %3 Kanälen in der letzten, unter einer Skala, die für sie zu grob sein kann; eine erste Skala für weniger Kanäle verschiebt die Schwellen.</translation>
        </message>
        <message>
            <source>best %1 cuts</source>
            <translation>beste %1 Schnitte</translation>
        </message>
        <message>
            <source>As stored, outputs of %1 x %2, circular padding</source>
            <translation>Wie gespeichert, Ausgaben von %1 x %2, zyklische Ränder</translation>
        </message>
        <message>
            <source>%1 layers have a shape for which no kernel is orthogonal: their L_orth cannot reach 0.</source>
            <translation>%1 Schichten haben eine Form, für die kein Kern orthogonal ist: Ihr L_orth kann 0 nicht erreichen.</translation>
        </message>
        <message>
            <source>%1 layers were left out: three dimensions, or more than %2 channels (parameter widest).</source>
            <translation>%1 Schichten wurden ausgelassen: drei Dimensionen oder mehr als %2 Kanäle (Einstellung widest).</translation>
        </message>
        <message>
            <source>%1 parameters without embeddings in the first model. Bits are nominal, as in the published fit of GPTQ on Pythia; losses are of the calibration text, embeddings and head as stored.</source>
            <translation>%1 Parameter ohne Embeddings im ersten Modell. Bits sind nominal, wie in der veröffentlichten Anpassung von GPTQ auf Pythia; Verluste sind die des Kalibrierungstexts, Embeddings und Kopf wie gespeichert.</translation>
        </message>
        <message>
            <source>Fitted to %1 measurements above %2 nats; of their logarithms it tells %3 of the variance. It says nothing of methods that were not among them.</source>
            <translation>An %1 Messungen über %2 Nats angepasst; von der Varianz ihrer Logarithmen erklärt sie %3. Sie sagt nichts über Verfahren, die nicht darunter waren.</translation>
        </message>
        <message>
            <source>No fit: %1.</source>
            <translation>Keine Anpassung: %1.</translation>
        </message>
        <message>
            <source>%1 samples over %2 steps of the sampler, the noisiest first.</source>
            <translation>%1 Proben über %2 Schritte des Samplers, die verrauschtesten zuerst.</translation>
        </message>
        <message>
            <source>The feature is what flows into stage %1, where the network is narrowest, of one picture.</source>
            <translation>Das Merkmal ist, was in Stufe %1 fließt, wo das Netz am schmalsten ist, von einem Bild.</translation>
        </message>
        <message>
            <source>%1 bits on half octaves</source>
            <translation>%1 Bits auf halben Oktaven</translation>
        </message>
        <message>
            <source>The same class as the simulation: %1 in 32-bit floats, %2 in 64 bits.</source>
            <translation>Dieselbe Klasse wie die Simulation: %1 in 32-Bit-Gleitkommazahlen, %2 in 64 Bits.</translation>
        </message>
        <message>
            <source>The largest difference of any of %1 tensors of codes and of the answer, in steps: %2 where each is made of the same codes, %3 behind all others, %4 where the simulation has 64 bits.</source>
            <translation>Der größte Unterschied unter %1 Tensoren von Codes und der Antwort, in Stufen: %2, wo jeder aus denselben Codes gemacht ist, %3 nach allen anderen, %4, wo die Simulation 64 Bits hat.</translation>
        </message>
        <message>
            <source>The same class as the network as stored: %1 in whole numbers, %2 simulated.</source>
            <translation>Dieselbe Klasse wie das gespeicherte Netz: %1 in ganzen Zahlen, %2 simuliert.</translation>
        </message>
        <message>
            <source>Ranges come from the first %1 pictures. Floats prepare the picture; between its codes and the answer there are none.</source>
            <translation>Bereiche kommen von den ersten %1 Bildern. Gleitkommazahlen bereiten das Bild vor; zwischen seinen Codes und der Antwort gibt es keine.</translation>
        </message>
        <message>
            <source>Each cell of two bits that holds 01 or 10 flips one of them with probability %1 %, the others with %2 %; %3 seeds. Perplexity without faults: %4.</source>
            <translation>Jede Zelle aus zwei Bits, die 01 oder 10 hält, kippt eines davon mit Wahrscheinlichkeit %1 %, die anderen mit %2 %; %3 Startwerte. Perplexität ohne Fehler: %4.</translation>
        </message>
        <message>
            <source>%1 random mixtures of %2 formats at %3 bits a weight, sizes equal to %4 %; quality is the KL divergence measured on %5 parts of the data.</source>
            <translation>%1 zufällige Mischungen von %2 Formaten bei %3 Bits je Gewicht, Größen auf %4 % gleich; die Güte ist die KL-Divergenz, gemessen an %5 Teilen der Daten.</translation>
        </message>
        <message>
            <source>The evolved program is %1; %2 programs were tried, %3 computed what another did, %4 did not work.</source>
            <translation>Das entwickelte Programm ist %1; %2 Programme wurden versucht, %3 rechneten, was ein anderes tat, %4 gingen nicht.</translation>
        </message>
        <message>
            <source>What %1 says against measured divergence</source>
            <translation>Was %1 sagt, gegen die gemessene Divergenz</translation>
        </message>
        <message>
            <source>%1 evolved on</source>
            <translation>%1 zum Entwickeln</translation>
        </message>
        <message>
            <source>%1 held out</source>
            <translation>%1 zurückgehalten</translation>
        </message>
        <message>
            <source>%1 bits, unified</source>
            <translation>%1 Bits, vereinheitlicht</translation>
        </message>
        <message>
            <source>%1 bits, table 1</source>
            <translation>%1 Bits, Tabelle 1</translation>
        </message>
        <message>
            <source>Relative squared error at %1 bits, mean over the steps</source>
            <translation>Relativer quadratischer Fehler bei %1 Bits, Mittel über die Schritte</translation>
        </message>
        <message>
            <source>%1 steps in %2 groups: the error of activations at %3 bits is %4 with one range and %5 with one a group.</source>
            <translation>%1 Schritte in %2 Gruppen: Der Fehler der Aktivierungen bei %3 Bits ist %4 mit einem Bereich und %5 mit einem je Gruppe.</translation>
        </message>
        <message>
            <source>%1 networks at %2 settings. All bits count: scales of the formats, and 16 for every norm and bias.</source>
            <translation>%1 Netze bei %2 Einstellungen. Alle Bits zählen: Skalen der Formate und 16 für jede Norm und jeden Bias.</translation>
        </message>
        <message>
            <source>Quality against %1</source>
            <translation>Güte gegen %1</translation>
        </message>
        <message>
            <source>%1, share of 16 bits</source>
            <translation>%1, Anteil von 16 Bits</translation>
        </message>
        <message>
            <source>mostly %1 bits</source>
            <translation>meist %1 Bits</translation>
        </message>
        <message>
            <source>the calibration text scores no token of %1: name a longer one with --calibration</source>
            <translation>der Kalibrierungstext bewertet kein Token von %1: mit --calibration einen längeren nennen</translation>
        </message>
        <message>
            <source>none of %1 layers is a product of at most %2 channels over two dimensions</source>
            <translation>keine von %1 Schichten ist ein Produkt von höchstens %2 Kanälen über zwei Dimensionen</translation>
        </message>
        <message>
            <source>%1: bits are held against quality for networks on pictures that can be run, with some formats</source>
            <translation>%1: Bits gegen Güte gibt es für Netze auf Bildern, die laufen können, mit einigen Formaten</translation>
        </message>
        <message>
            <source>%1 pictures. Random low bits are set in 0.875 of bytes and score 369117 a channel.</source>
            <translation>%1 Bilder. Zufällige niedrige Bits sind in 0,875 der Bytes gesetzt und zählen 369117 je Kanal.</translation>
        </message>
        <message>
            <source>the constant &apos;%1&apos; of the operators holds %2, which its type does not</source>
            <translation>Die Konstante &apos;%1&apos; der Operatoren enthält %2, was ihr Typ nicht fasst</translation>
        </message>
        <message>
            <source>&apos;%1&apos; has %2 dimensions, %3 can be kept</source>
            <translation>&apos;%1&apos; hat %2 Dimensionen, %3 können behalten werden</translation>
        </message>
        <message>
            <source>%1: it is stored as more than one matrix, which this kind of file cannot hold: choose a format for it or export to *.tritloom</source>
            <translation>%1: liegt als mehr als eine Matrix vor, was diese Art Datei nicht fasst: ein Format dafür wählen oder nach *.tritloom exportieren</translation>
        </message>
        <message>
            <source>%1: it is stored as more than one matrix, such as rounded inputs or columns apart, which a transform would undo: transform the model that this one was made of</source>
            <translation>%1: liegt als mehr als eine Matrix vor, etwa mit gerundeten Eingaben oder Spalten für sich, was eine Umformung zunichte machte: das Modell umformen, aus dem dieses entstand</translation>
        </message>
        <message>
            <source>%1 layers that were stored in a few bits, such as %2, are floats now: choose formats for them again</source>
            <translation>%1 Schichten, die in wenigen Bits lagen, etwa %2, sind jetzt Gleitkommazahlen: Formate dafür neu wählen</translation>
        </message>
        <message>
            <source>the model&apos;s output is NaN or infinite after %1 tokens: its weights are, or values overflow</source>
            <translation>Die Ausgabe des Modells ist nach %1 Token NaN oder unendlich: Seine Gewichte sind es, oder Werte laufen über</translation>
        </message>
        <message>
            <source>%1: this is the model that this one was tuned from, choose another name for the compressed file</source>
            <translation>%1: Dies ist das Modell, aus dem dieses abgestimmt wurde; wählen Sie einen anderen Namen für die verdichtete Datei</translation>
        </message>
        <message>
            <source>this kind of file holds differences to the model that this one was tuned from: choose that one first</source>
            <translation>Diese Art Datei enthält Unterschiede zu dem Modell, aus dem dieses abgestimmt wurde: Wählen Sie zuerst jenes</translation>
        </message>
        <message>
            <source>no layer is stored as a difference to %1: choose bitdelta, or the target &apos;tritloom&apos;, which holds all</source>
            <translation>Keine Schicht ist als Unterschied zu %1 gespeichert: Wählen Sie bitdelta oder das Ziel „tritloom“, das alles enthält</translation>
        </message>
        <message>
            <source>%1 of %2 are not in the file, which opens where that lies beside it or is named</source>
            <translation>%1 aus %2 sind nicht in der Datei; sie lässt sich öffnen, wo jene daneben liegt oder genannt wird</translation>
        </message>
        <message>
            <source>it holds differences to %1</source>
            <translation>sie enthält Unterschiede zu %1</translation>
        </message>
        <message>
            <source>%1: it holds differences to &apos;%2&apos;, which was not found: put it beside this file, open it first, or name it with --base</source>
            <translation>%1: Sie enthält Unterschiede zu „%2“, das nicht gefunden wurde: Legen Sie es neben diese Datei, öffnen Sie es zuerst oder nennen Sie es mit --base</translation>
        </message>
        <message>
            <source>%1: it holds differences to &apos;%2&apos;, and what was found is not that model: %3</source>
            <translation>%1: Sie enthält Unterschiede zu „%2“, und was gefunden wurde, ist nicht dieses Modell: %3</translation>
        </message>
        <message>
            <source>it seems to be half of an autoencoder: %1 is not beside it</source>
            <translation>es scheint die Hälfte eines Autoencoders zu sein: %1 liegt nicht daneben</translation>
        </message>
        <message>
            <source>%1 tensors are %2, which INT4 would hold: they are written as INT8, %3 in place of %4</source>
            <translation>%1 Tensoren sind %2, was INT4 fasst: Sie werden als INT8 geschrieben, %3 statt %4</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos;</source>
            <translation>Tensor „%1“</translation>
        </message>
        <message>
            <source>this is %1, not a file</source>
            <translation>das ist %1, keine Datei</translation>
        </message>
        <message>
            <source>there is no such file or folder</source>
            <translation>es gibt keine solche Datei und keinen solchen Ordner</translation>
        </message>
        <message>
            <source>the file is empty</source>
            <translation>die Datei ist leer</translation>
        </message>
        <message>
            <source>the folder cannot be read: %1</source>
            <translation>der Ordner kann nicht gelesen werden: %1</translation>
        </message>
        <message>
            <source>none of the known model formats (%1)</source>
            <translation>keines der bekannten Modellformate (%1)</translation>
        </message>
        <message>
            <source>only matrices of plain floats can be transposed, this is %1</source>
            <translation>nur Matrizen einfacher Gleitkommazahlen können transponiert werden, dies ist %1</translation>
        </message>
        <message>
            <source>the file ends inside %1, at byte %2</source>
            <translation>die Datei endet mitten in: %1, bei Byte %2</translation>
        </message>
        <message>
            <source>%1 is %2 bytes long, more than %3</source>
            <translation>%1 ist %2 Byte lang, mehr als %3</translation>
        </message>
        <message>
            <source>this is no GGUF file, it does not start with &apos;GGUF&apos;</source>
            <translation>das ist keine GGUF-Datei, sie beginnt nicht mit „GGUF“</translation>
        </message>
        <message>
            <source>the file is big-endian, only little-endian is read</source>
            <translation>die Datei ist big-endian, gelesen wird nur little-endian</translation>
        </message>
        <message>
            <source>GGUF version %1 is not known, only 2 and 3</source>
            <translation>die GGUF-Version %1 ist nicht bekannt, nur 2 und 3</translation>
        </message>
        <message>
            <source>the header says %1 tensors, the file has %2 bytes</source>
            <translation>der Kopf nennt %1 Tensoren, die Datei hat %2 Byte</translation>
        </message>
        <message>
            <source>the header says %1 keys, the file has %2 bytes</source>
            <translation>der Kopf nennt %1 Schlüssel, die Datei hat %2 Byte</translation>
        </message>
        <message>
            <source>the key &apos;%1&apos; occurs twice</source>
            <translation>der Schlüssel „%1“ kommt zweimal vor</translation>
        </message>
        <message>
            <source>%1 has type %2, which is unknown</source>
            <translation>%1 hat den Typ %2, der unbekannt ist</translation>
        </message>
        <message>
            <source>%1 is an array of arrays, which GGUF does not have</source>
            <translation>%1 ist eine Liste von Listen, die es in GGUF nicht gibt</translation>
        </message>
        <message>
            <source>%1 is an array of type %2, which is unknown</source>
            <translation>%1 ist eine Liste vom Typ %2, der unbekannt ist</translation>
        </message>
        <message>
            <source>general.alignment is no power of two</source>
            <translation>general.alignment ist keine Zweierpotenz</translation>
        </message>
        <message>
            <source>the tensor &apos;%1&apos; occurs twice</source>
            <translation>der Tensor „%1“ kommt zweimal vor</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; has %2 dimensions, 1 to 4 are possible</source>
            <translation>Tensor „%1“ hat %2 Dimensionen, möglich sind 1 bis 4</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; has a dimension of %2</source>
            <translation>Tensor „%1“ hat eine Dimension von %2</translation>
        </message>
        <message>
            <source>the shape is larger than any file</source>
            <translation>die Form ist größer als jede Datei</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; is of type %2, which Tritloom does not know yet</source>
            <translation>Tensor „%1“ ist vom Typ %2, den Tritloom noch nicht kennt</translation>
        </message>
        <message>
            <source>type %1 was removed from GGUF; convert the original model again</source>
            <translation>Typ %1 wurde aus GGUF entfernt; das ursprüngliche Modell neu umwandeln</translation>
        </message>
        <message>
            <source>type %1 belongs to ik_llama.cpp, which only that fork can read</source>
            <translation>Typ %1 gehört zu ik_llama.cpp, und nur dieses kann ihn lesen</translation>
        </message>
        <message>
            <source>type %1 is unknown</source>
            <translation>Typ %1 ist unbekannt</translation>
        </message>
        <message>
            <source>split.count is %1, the file name says %2</source>
            <translation>split.count ist %1, der Dateiname sagt %2</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; stands in an earlier part too</source>
            <translation>Tensor „%1“ steht auch in einem früheren Teil</translation>
        </message>
        <message>
            <source>split.tensors.count is %1, the parts have %2 tensors</source>
            <translation>split.tensors.count ist %1, die Teile haben %2 Tensoren</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; lacks a valid dtype, shape or data_offsets</source>
            <translation>Tensor „%1“ hat kein gültiges dtype, shape oder data_offsets</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; is of type &apos;%2&apos;, which is unknown</source>
            <translation>Tensor „%1“ ist vom Typ „%2“, der unbekannt ist</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; has a dimension of 0</source>
            <translation>Tensor „%1“ hat eine Dimension von 0</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; lies from byte %2 to %3, its shape and type need %4 bytes</source>
            <translation>Tensor „%1“ liegt von Byte %2 bis %3, Form und Typ brauchen %4 Byte</translation>
        </message>
        <message>
            <source>the file has %1 bytes, not even a header</source>
            <translation>die Datei hat %1 Byte, nicht einmal einen Kopf</translation>
        </message>
        <message>
            <source>the header is %1 bytes long, the file %2</source>
            <translation>der Kopf ist %1 Byte lang, die Datei %2</translation>
        </message>
        <message>
            <source>the header is %1 bytes long, more than %2</source>
            <translation>der Kopf ist %1 Byte lang, mehr als %2</translation>
        </message>
        <message>
            <source>the header is no JSON object</source>
            <translation>der Kopf ist kein JSON-Objekt</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; starts at byte %2 of the data, the one before ends at %3</source>
            <translation>Tensor „%1“ beginnt bei Byte %2 der Daten, der davor endet bei %3</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; ends at byte %2 of the data, the file at %3</source>
            <translation>Tensor „%1“ endet bei Byte %2 der Daten, die Datei bei %3</translation>
        </message>
        <message>
            <source>the tensors end at byte %1 of the data, the file at %2</source>
            <translation>die Tensoren enden bei Byte %1 der Daten, die Datei bei %2</translation>
        </message>
        <message>
            <source>there is no object &apos;weight_map&apos;</source>
            <translation>es gibt kein Objekt „weight_map“</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; names no file of this folder</source>
            <translation>Tensor „%1“ nennt keine Datei dieses Ordners</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; stands in %2, the index says otherwise</source>
            <translation>Tensor „%1“ steht in %2, das Verzeichnis sagt etwas anderes</translation>
        </message>
        <message>
            <source>the index has %1 tensors, the files have %2</source>
            <translation>das Verzeichnis hat %1 Tensoren, die Dateien haben %2</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; is of type %2, for which there is no number format</source>
            <translation>Tensor „%1“ ist vom Typ %2, für den es kein Zahlenformat gibt</translation>
        </message>
        <message>
            <source>the JSON is nested deeper than %1 levels</source>
            <translation>das JSON ist tiefer als %1 Ebenen verschachtelt</translation>
        </message>
        <message>
            <source>not valid JSON at byte %1 of %2</source>
            <translation>kein gültiges JSON bei Byte %1 von %2</translation>
        </message>
        <message>
            <source>the JSON holds a number that cannot be stored</source>
            <translation>das JSON enthält eine Zahl, die nicht gespeichert werden kann</translation>
        </message>
        <message>
            <source>%1 bytes of JSON, more than %2 are not read</source>
            <translation>%1 Byte JSON, mehr als %2 werden nicht gelesen</translation>
        </message>
        <message>
            <source>there is no safetensors file in this folder%1</source>
            <translation>in diesem Ordner ist keine safetensors-Datei%1</translation>
        </message>
        <message>
            <source>there are %1 safetensors files and no %2 that orders them</source>
            <translation>es gibt %1 safetensors-Dateien und keine %2, die sie ordnet</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; holds packed codes, its weight_scale is missing</source>
            <translation>Tensor „%1“ enthält gepackte Codes, sein weight_scale fehlt</translation>
        </message>
        <message>
            <source>two tensors mean &apos;%1&apos;, the second is &apos;%2&apos;</source>
            <translation>zwei Tensoren bedeuten „%1“, der zweite ist „%2“</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; has %2 dimensions, a matrix is expected</source>
            <translation>Tensor „%1“ hat %2 Dimensionen, erwartet wird eine Matrix</translation>
        </message>
        <message>
            <source>this is no JSON object</source>
            <translation>das ist kein JSON-Objekt</translation>
        </message>
        <message>
            <source>the whole number &apos;%1&apos; is missing</source>
            <translation>die ganze Zahl „%1“ fehlt</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is %2, it must be 1 to 2147483647</source>
            <translation>„%1“ ist %2, es muss 1 bis 2147483647 sein</translation>
        </message>
        <message>
            <source>%1 elements are not divisible by %2 heads</source>
            <translation>%1 Elemente sind nicht durch %2 Köpfe teilbar</translation>
        </message>
        <message>
            <source>%1 heads are not divisible by %2 key-value heads</source>
            <translation>%1 Köpfe sind nicht durch %2 Schlüssel-Wert-Köpfe teilbar</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; is of type %2, %3 is expected</source>
            <translation>Tensor „%1“ ist vom Typ %2, erwartet wird %3</translation>
        </message>
        <message>
            <source>the tensor &apos;%1&apos; is missing</source>
            <translation>der Tensor „%1“ fehlt</translation>
        </message>
        <message>
            <source>llama2.c version %1 is not known</source>
            <translation>die llama2.c-Version %1 ist nicht bekannt</translation>
        </message>
        <message>
            <source>a size in the header is %1</source>
            <translation>eine Größe im Kopf ist %1</translation>
        </message>
        <message>
            <source>width %1, %2 heads and %3 key-value heads do not fit together</source>
            <translation>Breite %1, %2 Köpfe und %3 Schlüssel-Wert-Köpfe passen nicht zusammen</translation>
        </message>
        <message>
            <source>the header says %1 layers, the file has %2 bytes</source>
            <translation>der Kopf nennt %1 Schichten, die Datei hat %2 Byte</translation>
        </message>
        <message>
            <source>the sizes in the header need %1 bytes, the file has %2</source>
            <translation>die Größen im Kopf brauchen %1 Byte, die Datei hat %2</translation>
        </message>
        <message>
            <source>%1 tokens, the model has %2</source>
            <translation>%1 Token, das Modell hat %2</translation>
        </message>
        <message>
            <source>%1 bytes cannot hold the %2 tokens of the model</source>
            <translation>%1 Byte können die %2 Token des Modells nicht enthalten</translation>
        </message>
        <message>
            <source>the file ends inside token %1</source>
            <translation>die Datei endet mitten in Token %1</translation>
        </message>
        <message>
            <source>this is no complete ONNX model</source>
            <translation>das ist kein vollständiges ONNX-Modell</translation>
        </message>
        <message>
            <source>operator set %1, versions %2 to %3 are read</source>
            <translation>Operatorsatz %1, gelesen werden die Versionen %2 bis %3</translation>
        </message>
        <message>
            <source>two initializers are called &apos;%1&apos;</source>
            <translation>zwei Initialisierer heißen „%1“</translation>
        </message>
        <message>
            <source>sparse initializers are not read</source>
            <translation>dünn besetzte Initialisierer werden nicht gelesen</translation>
        </message>
        <message>
            <source>initializer &apos;%1&apos; is of element type %2, which is not read</source>
            <translation>Initialisierer „%1“ hat den Elementtyp %2, der nicht gelesen wird</translation>
        </message>
        <message>
            <source>initializer &apos;%1&apos; has %2 bytes, its shape asks for %3</source>
            <translation>Initialisierer „%1“ hat %2 Byte, seine Form verlangt %3</translation>
        </message>
        <message>
            <source>initializer &apos;%1&apos; lies in &apos;%2&apos;, which is not beside the model</source>
            <translation>Initialisierer „%1“ liegt in „%2“, das nicht neben dem Modell liegt</translation>
        </message>
        <message>
            <source>initializer &apos;%1&apos; lies at %2 of &apos;%3&apos;, which has %4 bytes</source>
            <translation>Initialisierer „%1“ liegt bei %2 von „%3“, das %4 Byte hat</translation>
        </message>
        <message>
            <source>there is no tensor in this file</source>
            <translation>in dieser Datei ist kein Tensor</translation>
        </message>
        <message>
            <source>two tensors are called &apos;%1&apos;</source>
            <translation>zwei Tensoren heißen „%1“</translation>
        </message>
        <message>
            <source>this zip archive has no data.pkl: no PyTorch file</source>
            <translation>dieses Zip-Archiv hat kein data.pkl: keine PyTorch-Datei</translation>
        </message>
        <message>
            <source>this is no complete PyTorch file</source>
            <translation>das ist keine vollständige PyTorch-Datei</translation>
        </message>
        <message>
            <source>the file ends inside its tensors</source>
            <translation>die Datei endet mitten in ihren Tensoren</translation>
        </message>
        <message>
            <source>a pickle without tensors</source>
            <translation>ein Pickle ohne Tensoren</translation>
        </message>
        <message>
            <source>the pickle makes more than %1 values</source>
            <translation>das Pickle erzeugt mehr als %1 Werte</translation>
        </message>
        <message>
            <source>this is no complete pickle</source>
            <translation>das ist kein vollständiges Pickle</translation>
        </message>
        <message>
            <source>the pickle asks for %1; only tensors in containers are read, nothing is run</source>
            <translation>das Pickle verlangt %1; gelesen werden nur Tensoren in Behältern, ausgeführt wird nichts</translation>
        </message>
        <message>
            <source>containers are nested beyond %1</source>
            <translation>Behälter sind tiefer als %1 verschachtelt</translation>
        </message>
        <message>
            <source>this is no complete zip archive</source>
            <translation>das ist kein vollständiges Zip-Archiv</translation>
        </message>
        <message>
            <source>zip archives beyond 4 GB are not read</source>
            <translation>Zip-Archive über 4 GB werden nicht gelesen</translation>
        </message>
        <message>
            <source>the directory of the archive lies outside of it</source>
            <translation>das Verzeichnis des Archivs liegt außerhalb davon</translation>
        </message>
        <message>
            <source>entry %1 of the archive&apos;s directory is damaged</source>
            <translation>Eintrag %1 im Verzeichnis des Archivs ist beschädigt</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is encrypted or packed by method %2</source>
            <translation>„%1“ ist verschlüsselt oder mit Verfahren %2 gepackt</translation>
        </message>
        <message>
            <source>&apos;%1&apos; cannot be unpacked</source>
            <translation>„%1“ kann nicht entpackt werden</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is damaged</source>
            <translation>„%1“ ist beschädigt</translation>
        </message>
        <message>
            <source>version &apos;%1&apos; of Tritloom files, this program reads 1 to 3</source>
            <translation>Version „%1“ der Tritloom-Dateien, dieses Programm liest 1 bis 3</translation>
        </message>
        <message>
            <source>the header names no model or no tensors</source>
            <translation>der Kopf nennt kein Modell oder keine Tensoren</translation>
        </message>
        <message>
            <source>the tensor &apos;%1&apos; is there twice</source>
            <translation>der Tensor „%1“ ist zweimal da</translation>
        </message>
        <message>
            <source>the tensor &apos;%1&apos; has no data</source>
            <translation>der Tensor „%1“ hat keine Daten</translation>
        </message>
        <message>
            <source>&apos;%1&apos; has %2 bytes, its shape and format need %3</source>
            <translation>„%1“ hat %2 Byte, Form und Format brauchen %3</translation>
        </message>
        <message>
            <source>there is no object &apos;vocab&apos;</source>
            <translation>es gibt kein Objekt „vocab“</translation>
        </message>
        <message>
            <source>the token &apos;%1&apos; has no valid id</source>
            <translation>das Token „%1“ hat keine gültige Nummer</translation>
        </message>
        <message>
            <source>the tokens &apos;%1&apos; and &apos;%2&apos; both have the id %3</source>
            <translation>die Token „%1“ und „%2“ haben beide die Nummer %3</translation>
        </message>
        <message>
            <source>a tokenizer of type &apos;%1&apos;, only BPE and Unigram are read</source>
            <translation>ein Tokenizer vom Typ „%1“, gelesen werden nur BPE und Unigram</translation>
        </message>
        <message>
            <source>no tensor &apos;%1&apos;, which %2 needs</source>
            <translation>kein Tensor „%1“, den %2 braucht</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; is [%2], the metadata ask for [%3]</source>
            <translation>Tensor „%1“ ist [%2], die Metadaten verlangen [%3]</translation>
        </message>
        <message>
            <source>no &apos;%1&apos; in the metadata</source>
            <translation>kein „%1“ in den Metadaten</translation>
        </message>
        <message>
            <source>the rotary scaling &apos;%1&apos; is not known here</source>
            <translation>die Skalierung der Rotation „%1“ ist hier nicht bekannt</translation>
        </message>
        <message>
            <source>%1 blocks, but only %2 tensors</source>
            <translation>%1 Blöcke, aber nur %2 Tensoren</translation>
        </message>
        <message>
            <source>the model has no tokens (tokenizer.ggml.tokens)</source>
            <translation>das Modell hat keine Token (tokenizer.ggml.tokens)</translation>
        </message>
        <message>
            <source>the model comes without a tokenizer that is known here</source>
            <translation>das Modell kommt ohne einen Tokenizer, der hier bekannt ist</translation>
        </message>
        <message>
            <source>the tokenizer &apos;%1&apos; is not known</source>
            <translation>der Tokenizer „%1“ ist nicht bekannt</translation>
        </message>
        <message>
            <source>there is a folder of this name</source>
            <translation>es gibt einen Ordner dieses Namens</translation>
        </message>
        <message>
            <source>this is a device or a pipe, the file needs a place on a disk</source>
            <translation>das ist ein Gerät oder eine Pipe, die Datei braucht einen Platz auf einem Datenträger</translation>
        </message>
        <message>
            <source>this is a device or a pipe</source>
            <translation>das ist ein Gerät oder eine Pipe</translation>
        </message>
        <message>
            <source>the file needs %1 bytes, the disk has %2 left</source>
            <translation>die Datei braucht %1 Byte, auf dem Datenträger sind noch %2 frei</translation>
        </message>
        <message>
            <source>another export is writing this file</source>
            <translation>ein anderer Export schreibt diese Datei</translation>
        </message>
        <message>
            <source>the folder cannot be made</source>
            <translation>der Ordner kann nicht angelegt werden</translation>
        </message>
        <message>
            <source>this project keeps nothing on disk</source>
            <translation>dieses Projekt bewahrt nichts auf dem Datenträger auf</translation>
        </message>
        <message>
            <source>a database, but not a project file of Tritloom</source>
            <translation>eine Datenbank, aber keine Projektdatei von Tritloom</translation>
        </message>
        <message>
            <source>made by a newer Tritloom (schema %1, this one knows %2)</source>
            <translation>von einem neueren Tritloom gemacht (Schema %1, dieses kennt %2)</translation>
        </message>
        <message>
            <source>the file is damaged: %1</source>
            <translation>die Datei ist beschädigt: %1</translation>
        </message>
        <message>
            <source>the project names no model</source>
            <translation>das Projekt nennt kein Modell</translation>
        </message>
        <message>
            <source>%1 was opened with it</source>
            <translation>%1 wurde mit geöffnet</translation>
        </message>
        <message>
            <source>%1 groups</source>
            <translation>%1 Gruppen</translation>
        </message>
        <message>
            <source>%1 ranges</source>
            <translation>%1 Bereiche</translation>
        </message>
        <message>
            <source>ONNX, INT4 (operator set 21)</source>
            <translation>ONNX, INT4 (Operatorsatz 21)</translation>
        </message>
        <message>
            <source>it does not say what it takes of its base</source>
            <translation>sie sagt nicht, was sie von ihrer Basis nimmt</translation>
        </message>
        <message>
            <source>it takes &apos;%1&apos; of a base that it does not name</source>
            <translation>sie nimmt „%1“ von einer Basis, die sie nicht nennt</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is not the name of a base</source>
            <translation>„%1“ ist kein Name einer Basis</translation>
        </message>
        <message>
            <source>it holds differences to another model itself</source>
            <translation>sie enthält selbst Unterschiede zu einem anderen Modell</translation>
        </message>
        <message>
            <source>%1: the model that this one was tuned from has the same name and is looked for by it: choose another name</source>
            <translation>%1: Das Modell, aus dem dieses abgestimmt wurde, heißt genauso und wird unter diesem Namen gesucht; wählen Sie einen anderen Namen</translation>
        </message>
        <message>
            <source>%1: it holds differences to &apos;%2&apos;, and what was asked for is not that model: %3</source>
            <translation>%1: Sie enthält Unterschiede zu „%2“, und was angegeben wurde, ist nicht dieses Modell: %3</translation>
        </message>
        <message>
            <source>%1 of %2 layers are %3: their rows are no multiple of %4</source>
            <translation>%1 von %2 Schichten sind %3: Ihre Zeilen sind kein Vielfaches von %4</translation>
        </message>
        <message>
            <source>the network takes pictures of any size, and this file %1 x %2: %3 is made for one</source>
            <translation>Das Netz nimmt Bilder jeder Größe, diese Datei %1 x %2: %3 ist für eine gemacht</translation>
        </message>
        <message>
            <source>evaluated: the outputs of the file that was written and of its recipe differ by %1 of their root mean square, where the recipe changes %2</source>
            <translation>gerechnet: die Ausgaben der geschriebenen Datei und die ihres Rezepts unterscheiden sich um %1 ihres quadratischen Mittels, wo das Rezept %2 ändert</translation>
        </message>
        <message>
            <source>%1: it holds differences to a model that it does not name: name it with --base, or put this file into that model&apos;s folder</source>
            <translation>%1: darin stehen Unterschiede zu einem Modell, das nicht genannt wird: mit --base nennen oder diese Datei in dessen Ordner legen</translation>
        </message>
        <message>
            <source>%1: the base has nothing that &apos;%2&apos; belongs to</source>
            <translation>%1: die Basis hat nichts, wozu „%2“ gehört</translation>
        </message>
        <message>
            <source>no allocation was found that keeps all budgets: raise one of them</source>
            <translation>es wurde keine Verteilung gefunden, die alle Grenzen einhält: eine davon anheben</translation>
        </message>
        <message>
            <source>found by chance: nothing proves that it is best</source>
            <translation>durch Zufall gefunden: nichts belegt, dass es das Beste ist</translation>
        </message>
        <message>
            <source>tensor &apos;%1&apos; is [%2], [%3] is expected</source>
            <translation>Tensor „%1“ ist [%2], erwartet wird [%3]</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is [%2], the base has [%3] there</source>
            <translation>„%1“ ist [%2], die Basis hat dort [%3]</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is %2, a whole number is expected</source>
            <translation>„%1“ ist %2, erwartet wird eine ganze Zahl</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is %2, a number from %3 to %4 is expected</source>
            <translation>„%1“ ist %2, erwartet wird eine Zahl von %3 bis %4</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is no whole number</source>
            <translation>„%1“ ist keine ganze Zahl</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is %2, it must be positive</source>
            <translation>„%1“ ist %2, es muss positiv sein</translation>
        </message>
        <message>
            <source>the model&apos;s output is not finite: its weights hold NaN or infinite numbers, of which &apos;stats&apos; names the layer, or what it computes grows without end</source>
            <translation>die Ausgabe des Modells ist nicht endlich: seine Gewichte enthalten NaN oder unendliche Zahlen, deren Schicht „stats“ nennt, oder was es rechnet, wächst ohne Ende</translation>
        </message>
        <message>
            <source>the normalizer &apos;%1&apos; has no key in GGUF and is left out</source>
            <translation>der Normalisierer „%1“ hat in GGUF keinen Schlüssel und wird weggelassen</translation>
        </message>
        <message>
            <source>%1 tensors are %2, which ONNX has no type for: they are written as %3, %4 in place of %5</source>
            <translation>%1 Tensoren sind %2, wofür ONNX keinen Typ hat: Sie werden als %3 geschrieben, %4 statt %5</translation>
        </message>
        <message>
            <source>all tensors take %1 in this file, and %2 as their formats pack them</source>
            <translation>alle Tensoren belegen in dieser Datei %1 statt der %2, in die ihre Formate sie packen</translation>
        </message>
        <message>
            <source>differences only: the %1 of the base are needed beside them</source>
            <translation>nur Differenzen: Daneben werden die %1 der Basis gebraucht</translation>
        </message>
        <message>
            <source>it stores outputs by time step, and this model is given none</source>
            <translation>es speichert Ausgaben je Zeitschritt, und dieses Modell bekommt keinen</translation>
        </message>
        <message>
            <source>it stores outputs by time step, and more than that goes into %1: choose it for single layers</source>
            <translation>es speichert Ausgaben je Zeitschritt, und in %1 geht mehr ein: Für einzelne Schichten wählen</translation>
        </message>
        <message>
            <source>%1 is no kind of file for networks on pictures: take the ending %2</source>
            <translation>%1 ist keine Art Datei für Netze auf Bildern: Endung %2 nehmen</translation>
        </message>
        <message>
            <source>%1 is for matrices with a multiple of %2 inputs and of %3 outputs</source>
            <translation>%1 ist für Matrizen, deren Zahl der Eingänge ein Vielfaches von %2 und deren Zahl der Ausgänge eines von %3 ist</translation>
        </message>
        <message>
            <source>type %1 is read as %2 of %3, which is %4 bytes, here it has %5</source>
            <translation>Typ %1 wird als %2 von %3 gelesen, das sind %4 Bytes, hier hat er %5</translation>
        </message>
        <message>
            <source>%1 holds the code 3, which means no weight</source>
            <translation>%1 enthält den Code 3, der für kein Gewicht steht</translation>
        </message>
        <message>
            <source>layers by format: %1</source>
            <translation>Schichten nach Format: %1</translation>
        </message>
        <message>
            <source>%1 are %2 bytes, the smallest choice of formats has %3</source>
            <translation>%1 sind %2 Bytes, die kleinste Wahl der Formate hat %3</translation>
        </message>
        <message>
            <source>for %1 of %2 layers the project names a format or method that this program does not have, so they are as stored: %3</source>
            <translation>Für %1 von %2 Schichten nennt das Projekt ein Format oder Verfahren, das dieses Programm nicht hat; sie sind wie gespeichert: %3</translation>
        </message>
        <message>
            <source>%1 of the base model are in the file, so that it opens alone</source>
            <translation>%1 des Basismodells liegen in der Datei, damit sie sich allein öffnen lässt</translation>
        </message>
        <message>
            <source>what comes out, [%1], are %2 numbers, more than the %3 that are run for %4 numbers that go in and %5 in the file</source>
            <translation>heraus kommen [%1], das sind %2 Zahlen, mehr als die %3, die für %4 hineingehende und %5 Zahlen in der Datei gerechnet werden</translation>
        </message>
        <message>
            <source>with what comes out, [%1], the values of all nodes are %2 numbers, more than the %3 that are run for %4 numbers that go in and %5 in the file</source>
            <translation>mit dem, was herauskommt, [%1], sind die Werte aller Knoten %2 Zahlen, mehr als die %3, die für %4 hineingehende und %5 Zahlen in der Datei gerechnet werden</translation>
        </message>
        <message>
            <source>with %1 steps for [%2] all nodes take %3, more than the %4 that are run for %5 numbers that go in and %6 in the file</source>
            <translation>mit %1 Schritten für [%2] brauchen alle Knoten %3, mehr als die %4, die für %5 hineingehende und %6 Zahlen in der Datei gerechnet werden</translation>
        </message>
        <message>
            <source>what comes out, [%1], is no list of classes, no list of boxes and no picture of one or three channels that is a whole number of times as large as what goes in; with --task classification each number of it is a class</source>
            <translation>was herauskommt, [%1], ist keine Liste von Klassen, keine von Rahmen und kein Bild aus einem oder drei Kanälen, das ein ganzes Vielfaches des Eingangs groß ist; mit --task classification ist jede Zahl davon eine Klasse</translation>
        </message>
        <message>
            <source>the value &apos;%1&apos; of the operators is made twice, as %2 and as %3</source>
            <translation>der Wert „%1“ der Operatoren entsteht zweimal, als %2 und als %3</translation>
        </message>
        <message>
            <source>its further output &apos;%1&apos; is not computed here</source>
            <translation>sein weiterer Ausgang „%1“ wird hier nicht gerechnet</translation>
        </message>
        <message>
            <source>_class_name is %1, StableDiffusionPipeline, DDPMPipeline and DDIMPipeline are known here</source>
            <translation>_class_name ist %1, bekannt sind hier StableDiffusionPipeline, DDPMPipeline und DDIMPipeline</translation>
        </message>
        <message>
            <source>%1 tensors of the file are read by no part of the network, the first is &apos;%2&apos;</source>
            <translation>%1 Tensoren der Datei liest kein Teil des Netzes, der erste ist „%2“</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is %2, which is not computed here</source>
            <translation>„%1“ ist %2, was hier nicht gerechnet wird</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is %2, which is not computed here: %3 is expected</source>
            <translation>„%1“ ist %2, was hier nicht gerechnet wird: %3 wird erwartet</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is %2, the networks of this architecture that are run here have &apos;%3&apos;</source>
            <translation>„%1“ ist %2, die Netze dieser Architektur, die hier laufen, haben „%3“</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is true, but there is no tensor of such a bias</source>
            <translation>„%1“ ist true, aber es gibt keinen Tensor eines solchen Bias</translation>
        </message>
        <message>
            <source>&apos;%1&apos; is false, but there is a tensor &apos;%2&apos;</source>
            <translation>„%1“ ist false, aber es gibt einen Tensor „%2“</translation>
        </message>
        <message>
            <source>&apos;tie_word_embeddings&apos; is false, but there is no tensor &apos;lm_head.weight&apos;</source>
            <translation>„tie_word_embeddings“ ist false, aber es gibt keinen Tensor „lm_head.weight“</translation>
        </message>
        <message>
            <source>the RoPE scaling &apos;%1&apos; is not known here</source>
            <translation>die RoPE-Skalierung „%1“ ist hier nicht bekannt</translation>
        </message>
        <message>
            <source>layers of %1 are not known here</source>
            <translation>Schichten der Art %1 sind hier nicht bekannt</translation>
        </message>
        <message>
            <source>numbers of element type %1 are not computed here</source>
            <translation>mit Zahlen des Elementtyps %1 wird hier nicht gerechnet</translation>
        </message>
        <message>
            <source>attention sees the last %1 tokens only, llama.cpp lets it see all in models of this architecture: what it makes of longer texts is not what is measured here</source>
            <translation>die Aufmerksamkeit sieht nur die letzten %1 Token, llama.cpp lässt sie in Modellen dieser Architektur alle sehen: was es aus längeren Texten macht, ist nicht, was hier gemessen wird</translation>
        </message>
        <message>
            <source>layers of different kinds (&apos;%1&apos;) rotate in different ways</source>
            <translation>Schichten verschiedener Art („%1“) drehen verschieden</translation>
        </message>
        <message>
            <source>%1 of heads of %2 elements cannot be rotated (&apos;%3&apos;)</source>
            <translation>%1 von Köpfen aus %2 Elementen lässt sich nicht drehen („%3“)</translation>
        </message>
        <message>
            <source>RoPE scaling &apos;dynamic&apos; begins behind the trained context, what is computed of longer texts is not the model&apos;s</source>
            <translation>die RoPE-Skalierung „dynamic“ beginnt hinter dem gelernten Kontext, was von längeren Texten gerechnet wird, ist nicht das des Modells</translation>
        </message>
        <message>
            <source>this is a folder, no project file</source>
            <translation>das ist ein Ordner, keine Projektdatei</translation>
        </message>
        <message>
            <source>this is a device or pipe, no project file</source>
            <translation>das ist ein Gerät oder eine Pipe, keine Projektdatei</translation>
        </message>
        <message>
            <source>the file is damaged: its table &apos;%1&apos; is not as this program makes it</source>
            <translation>die Datei ist beschädigt: ihre Tabelle „%1“ ist nicht so, wie dieses Programm sie anlegt</translation>
        </message>
        <message>
            <source>the file is damaged: &apos;%1&apos; in it is not of this program</source>
            <translation>die Datei ist beschädigt: „%1“ darin ist nicht von diesem Programm</translation>
        </message>
        <message>
            <source>%1 is a kind of file for networks on pictures alone: take the ending %2</source>
            <translation>%1 ist eine Art Datei allein für Netze auf Bildern: Endung %2 nehmen</translation>
        </message>
        <message>
            <source>layers have no &apos;%1&apos;; did you mean &apos;%2&apos;?</source>
            <translation>Schichten haben kein „%1“; war „%2“ gemeint?</translation>
        </message>
        <message>
            <source>%1 of %2 layers have weights of 2 or more and are protected smaller by a power of two.</source>
            <translation>%1 von %2 Schichten haben Gewichte von 2 oder mehr und werden um eine Zweierpotenz verkleinert geschützt.</translation>
        </message>
        <message>
            <source>the rest of an export that was cut off, %1, is removed</source>
            <translation>der Rest eines abgebrochenen Exports, %1, ist entfernt</translation>
        </message>
        <message>
            <source>Blocks go from %1 by %2 to %3 by %4, the least important first; layers outside blocks are as stored, and bits are of the blocks. Perplexity as stored: %5, on the calibration text.</source>
            <translation>Blöcke gehen von %1 durch %2 auf %3 durch %4, die unwichtigsten zuerst; Schichten außerhalb der Blöcke sind wie gespeichert, und Bits sind die der Blöcke. Perplexität wie gespeichert: %5, auf dem Kalibrierungstext.</translation>
        </message>
        <message>
            <source>With %1 of %2 blocks low the KL divergence is %3 nats in the order of LIM and %4 in its reverse, %5 in the order of ZD and %6 in its reverse, %7 in %8 random orders.</source>
            <translation>Mit %1 von %2 Blöcken niedrig beträgt die KL-Divergenz %3 Nats in der Reihenfolge von LIM und %4 in der umgekehrten, %5 in der Reihenfolge von ZD und %6 in der umgekehrten, %7 in %8 zufälligen Reihenfolgen.</translation>
        </message>
        <message>
            <source>The order of %1 holds here: chance is worse, and its reverse is worst.</source>
            <translation>Die Reihenfolge von %1 trägt hier: Zufall ist schlechter, und die umgekehrte ist am schlechtesten.</translation>
        </message>
        <message>
            <source>The order of %1 is better than its reverse, but no better rule than chance.</source>
            <translation>Die Reihenfolge von %1 ist besser als die umgekehrte, aber keine bessere Regel als der Zufall.</translation>
        </message>
        <message>
            <source>The order of %1 does not hold here: its reverse is no worse.</source>
            <translation>Die Reihenfolge von %1 trägt hier nicht: die umgekehrte ist nicht schlechter.</translation>
        </message>
        <message>
            <source>%1 is the nearest format to both widths: name one of the higher and one of the lower width</source>
            <translation>%1 liegt beiden Breiten am nächsten: eines von der höheren und eines von der niedrigeren Breite nennen</translation>
        </message>
        <message>
            <source>%1: it is a model of its own, no fine-tune stored as differences to %2</source>
            <translation>%1: Das ist ein eigenes Modell, kein Nachtraining, das als Unterschiede zu %2 gespeichert ist</translation>
        </message>
    </context>
    <context>
        <name>Comparison</name>
        <message>
            <source>KL</source>
            <translation>KL</translation>
        </message>
        <message>
            <source>Perplexity</source>
            <translation>Perplexität</translation>
        </message>
        <message>
            <source>Same token %</source>
            <translation>Gleiches Token %</translation>
        </message>
        <message>
            <source>Top-1 %</source>
            <translation>Top-1 %</translation>
        </message>
        <message>
            <source>Top-5 %</source>
            <translation>Top-5 %</translation>
        </message>
        <message>
            <source>Same class %</source>
            <translation>Gleiche Klasse %</translation>
        </message>
        <message>
            <source>Same boxes %</source>
            <translation>Gleiche Rahmen %</translation>
        </message>
        <message>
            <source>Boxes</source>
            <translation>Rahmen</translation>
        </message>
        <message>
            <source>Loss</source>
            <translation>Verlust</translation>
        </message>
        <message>
            <source>Relative error</source>
            <translation>Relativer Fehler</translation>
        </message>
        <message>
            <source>PSNR dB</source>
            <translation>PSNR dB</translation>
        </message>
        <message>
            <source>SSIM</source>
            <translation>SSIM</translation>
        </message>
        <message>
            <source>PSNR to the original dB</source>
            <translation>PSNR zum Original dB</translation>
        </message>
        <message>
            <source>Tokens/s</source>
            <translation>Token/s</translation>
        </message>
        <message>
            <source>Pictures/s</source>
            <translation>Bilder/s</translation>
        </message>
    </context>
    <context>
        <name>tritloom::BaseModelRow</name>
        <message>
            <source>Choose…</source>
            <translation>Wählen…</translation>
        </message>
        <message>
            <source>Choose the base model</source>
            <translation>Das Grundmodell wählen</translation>
        </message>
        <message>
            <source>The model that this one was tuned from, with the same layers</source>
            <translation>Das Modell, aus dem dieses nachtrainiert wurde, mit denselben Schichten</translation>
        </message>
        <message>
            <source>Base model</source>
            <translation>Grundmodell</translation>
        </message>
        <message>
            <source>Models (*.gguf *.safetensors *.bin *.onnx *.pt *.pth *.hdf5 *.h5 *.tritloom);;All files (*)</source>
            <translation>Modelle (*.gguf *.safetensors *.bin *.onnx *.pt *.pth *.hdf5 *.h5 *.tritloom);;Alle Dateien (*)</translation>
        </message>
        <message>
            <source>opening…</source>
            <translation>wird geöffnet…</translation>
        </message>
        <message>
            <source>none yet</source>
            <translation>noch keines</translation>
        </message>
    </context>
    <context>
        <name>InteractionNote</name>
        <message>
            <source>Said before measuring: the sum of what each layer costs alone, from the sensitivity table. Predictions are grey and have no error, measurements have theirs.</source>
            <translation>Vor dem Messen gesagt: die Summe dessen, was jede Schicht allein kostet, aus der Tabelle der Sensitivität. Vorhersagen sind grau und ohne Fehler, Messwerte haben ihren.</translation>
        </message>
        <message>
            <source>%1, corrected</source>
            <translation>%1, berichtigt</translation>
        </message>
    </context>
    <context>
        <name>tritloom::BitLoom</name>
        <message>
            <source>slanted lines: wider in truth than drawn</source>
            <translation>schräge Striche: in Wahrheit breiter als gezeichnet</translation>
        </message>
    </context>
    <context>
        <name>PredictionNote</name>
        <message>
            <source>No prediction: %1 could not be measured: %2</source>
            <translation>Keine Vorhersage: %1 ließ sich nicht messen: %2</translation>
        </message>
        <message>
            <source>No prediction yet: sensitivity by %1 is being measured.</source>
            <translation>Noch keine Vorhersage: die Sensitivität mit %1 wird gerade gemessen.</translation>
        </message>
        <message>
            <source>No prediction: sensitivity by %1 is not measured yet.</source>
            <translation>Keine Vorhersage: die Sensitivität mit %1 ist noch nicht gemessen.</translation>
        </message>
        <message numerus="yes">
            <source>No prediction: %n layer(s) have formats or settings that the sensitivity table does not hold.</source>
            <translation>
                <numerusform>Keine Vorhersage: %n Schicht hat ein Format oder Einstellungen, die die Sensitivitätstabelle nicht kennt.</numerusform>
                <numerusform>Keine Vorhersage: %n Schichten haben Formate oder Einstellungen, die die Sensitivitätstabelle nicht kennt.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>No prediction: %n layer(s) are made by several methods, sensitivity is of %1.</source>
            <translation>
                <numerusform>Keine Vorhersage: %n Schicht ist mit einem anderen Verfahren gemacht, die Sensitivität ist von %1.</numerusform>
                <numerusform>Keine Vorhersage: %n Schichten sind mit verschiedenen Verfahren gemacht, die Sensitivität ist von %1.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>No prediction: %n layer(s) are made by %1, sensitivity is of %2.</source>
            <translation>
                <numerusform>Keine Vorhersage: %n Schicht ist mit %1 gemacht, die Sensitivität ist von %2.</numerusform>
                <numerusform>Keine Vorhersage: %n Schichten sind mit %1 gemacht, die Sensitivität ist von %2.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>tritloom::PredictionNote</name>
        <message>
            <source>Measure sensitivity</source>
            <translation>Sensitivität messen</translation>
        </message>
        <message>
            <source>Each of these layers takes the nearest size that the chosen method offers; one step to undo</source>
            <translation>Jede dieser Schichten nimmt die nächste Größe, die die gewählte Methode bietet; ein Schritt zum Rückgängigmachen</translation>
        </message>
        <message>
            <source>Chooses the method that these layers were made by; what was measured of it is still known</source>
            <translation>Wählt die Methode, mit der diese Schichten gemacht sind; was dafür gemessen wurde, ist noch bekannt</translation>
        </message>
        <message>
            <source>Corrected by what was measured: without that it would be ≈ %1.</source>
            <translation>Korrigiert nach dem, was gemessen wurde: sonst wäre es ≈ %1.</translation>
        </message>
        <message>
            <source>Make them by %1</source>
            <translation>Mit %1 machen</translation>
        </message>
        <message>
            <source>Back to %1</source>
            <translation>Zurück zu %1</translation>
        </message>
        <message numerus="yes">
            <source>%n layer(s) by %1</source>
            <translation>
                <numerusform>%n Schicht mit %1</numerusform>
                <numerusform>%n Schichten mit %1</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>StatusLine</name>
        <message>
            <source>Sensitivity by %1 not measured yet</source>
            <translation>Sensitivität mit %1 noch nicht gemessen</translation>
        </message>
        <message>
            <source>Sensitivity by %1: %2 of %3 cells</source>
            <translation>Sensitivität mit %1: %2 von %3 Zellen</translation>
        </message>
        <message>
            <source>Sensitivity by %1 ready (%2 layers × %3 formats)</source>
            <translation>Sensitivität mit %1 fertig (%2 Schichten × %3 Formate)</translation>
        </message>
        <message numerus="yes">
            <source>, but %n layer(s) are made otherwise</source>
            <translation>
                <numerusform>, aber %n Schicht ist anders gemacht</numerusform>
                <numerusform>, aber %n Schichten sind anders gemacht</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>tritloom::HeatLegend</name>
        <message>
            <source>Colours from %1 to %2</source>
            <translation>Farben von %1 bis %2</translation>
        </message>
    </context>
    <context>
        <name>tritloom::OriginalRow</name>
        <message>
            <source>Made from %1</source>
            <translation>Gemacht aus %1</translation>
        </message>
        <message>
            <source>Made from %1, %2 bits then</source>
            <translation>Gemacht aus %1, dort %2 Bit</translation>
        </message>
        <message>
            <source>This file was made from %1. What is measured here is held against this file as it is stored; open the original to hold the same bits against that. Over all tensors this file has %2 bits a weight%3.</source>
            <translation>Diese Datei wurde aus %1 gemacht. Was hier gemessen wird, wird mit dieser Datei verglichen, wie sie gespeichert ist; für den Vergleich mit dem Original das Original öffnen. Über alle Tensoren hat diese Datei %2 Bits je Gewicht%3.</translation>
        </message>
        <message>
            <source>, the original %1</source>
            <translation>, das Original %1</translation>
        </message>
        <message>
            <source>Open it</source>
            <translation>Öffnen</translation>
        </message>
        <message>
            <source>Open the original</source>
            <translation>Das Original öffnen</translation>
        </message>
        <message>
            <source>No file of this name with the same content lies beside this one or beside a recent file.</source>
            <translation>Keine Datei dieses Namens mit demselben Inhalt liegt neben dieser oder neben einer zuletzt geöffneten.</translation>
        </message>
    </context>
    <context>
        <name>tritloom::ChoiceButton</name>
        <message>
            <source>Choice</source>
            <translation>Auswahl</translation>
        </message>
    </context>
    <context>
        <name>tritloom::ExportChecks</name>
        <message>
            <source>(%1 more likewise)</source>
            <translation>(ebenso %1 weitere)</translation>
        </message>
        <message>
            <source>A click or the space bar shows which</source>
            <translation>Ein Klick oder die Leertaste zeigt, welche</translation>
        </message>
    </context>
    <context>
        <name>tritloom::GroupMap</name>
        <message>
            <source>%1: %2 (%3)</source>
            <translation>%1: %2 (%3)</translation>
        </message>
    </context>
    <context>
        <name>tritloom::TunesPage</name>
        <message>
            <source>Add…</source>
            <translation>Hinzufügen …</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Entfernen</translation>
        </message>
        <message>
            <source>Fine-tunes</source>
            <translation>Nachtrainings</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>Modell</translation>
        </message>
        <message>
            <source>Adds</source>
            <translation>Dazu</translation>
        </message>
        <message>
            <source>Of base</source>
            <translation>Vom Grundmodell</translation>
        </message>
        <message>
            <source>In memory, beside the tensors of the base that it reads</source>
            <translation>Im Speicher, neben den Tensoren des Grundmodells, die es liest</translation>
        </message>
        <message>
            <source>Add fine-tunes</source>
            <translation>Nachtrainings hinzufügen</translation>
        </message>
        <message>
            <source>Files that hold differences to the base</source>
            <translation>Dateien, die Unterschiede zum Grundmodell enthalten</translation>
        </message>
        <message>
            <source>Take the fine-tune off the list</source>
            <translation>Das Nachtraining von der Liste nehmen</translation>
        </message>
        <message>
            <source>Opening fine-tunes</source>
            <translation>Nachtrainings werden geöffnet</translation>
        </message>
        <message>
            <source>%1 (base)</source>
            <translation>%1 (Grundmodell)</translation>
        </message>
        <message>
            <source>opening…</source>
            <translation>wird geöffnet …</translation>
        </message>
        <message>
            <source>cannot be opened</source>
            <translation>nicht zu öffnen</translation>
        </message>
        <message>
            <source>%1, shown in all pages</source>
            <translation>%1, auf allen Seiten gezeigt</translation>
        </message>
        <message>
            <source>The base stays: all others are differences to it</source>
            <translation>Das Grundmodell bleibt: Alle anderen sind Unterschiede zu ihm</translation>
        </message>
        <message>
            <source>It is shown in all pages: pick another one first</source>
            <translation>Es wird auf allen Seiten gezeigt: Wählen Sie zuerst ein anderes</translation>
        </message>
        <message>
            <source>Its file stays where it is</source>
            <translation>Seine Datei bleibt, wo sie ist</translation>
        </message>
        <message numerus="yes">
            <source>Base and %n fine-tune(s) together: %1 in memory. As whole models: %2.</source>
            <translation>
                <numerusform>Grundmodell und %n Nachtraining zusammen: %1 im Speicher. Als ganze Modelle: %2.</numerusform>
                <numerusform>Grundmodell und %n Nachtrainings zusammen: %1 im Speicher. Als ganze Modelle: %2.</numerusform>
            </translation>
        </message>
        <message>
            <source>not opened</source>
            <translation>nicht geöffnet</translation>
        </message>
    </context>
</TS>
