#include "app/session/comparison.h"
#include "app/session/plugin_host.h"

#include <QTest>

using namespace tritloom;

/// Plugins and their parameters as people write them, and what they make of the loom.
class PluginChoiceTest final : public QObject {
    Q_OBJECT

    PluginHost m_plugins;

private slots:
    void sizesOfAMethodAreStopsOfTheLoom()
    {
        const auto model = loadModel(sampleModelPath()).value();
        const Layer& layer = model->layers[3];
        for (const auto& [method, least] : {std::pair{"bitstack", 8}, {"double-rounding", 5}}) {
            if (m_plugins.find(method) == nullptr)
                QSKIP("not built");
            int made = 0;
            std::uint64_t last = 0;
            for (const Candidate& candidate : candidatesBy(*model, {method, {}}, m_plugins.lookup())) {
                if (candidate.method != method)
                    continue;
                const std::uint64_t bytes = bytesOf(layer, choiceFor(layer, candidate), m_plugins.lookup());
                QVERIFY(bytes > last);
                last = bytes;
                ++made;
            }
            QVERIFY2(made >= least, method);
        }
    }

    void choicesAreReadAsTheyAreWritten()
    {
        const PluginChoice choice{"gptq", {{"act_order", 0}, {"dampening", 0.025}}};
        QCOMPARE(pluginText(choice), std::string("gptq:act_order=0:dampening=0.025"));
        QCOMPARE(parsePluginChoice(pluginText(choice)).value(), choice);
        QCOMPARE(parsePluginChoice(" rtn ").value(), (PluginChoice{"rtn", {}}));
        for (const char* const wrong :
             {"gptq:dampening=high", "gptq:dampening", "gptq:=3", "gptq:dampening=", "gptq:dampening=1x"})
            QVERIFY2(!parsePluginChoice(wrong), wrong);
    }

    void choicesAreReadByNumberAndByWord()
    {
        const SpecsOf specs = m_plugins.specsOf(PluginKind::LayerMethod);
        const PluginChoice choice{"static-activations", {{"bits", 4}, {"range", 1}}};
        for (const char* const text :
             {"static-activations:bits=4:range=percentile", "static-activations:bits=4:range=1"})
            QCOMPARE(parsePluginChoice(text, specs).value(), choice);
        QCOMPARE(parsePluginChoice(pluginText(choice)).value(), choice); // projects keep numbers
        QCOMPARE(
            methodText({"int8row", choice.id, choice.parameters}, m_plugins.lookup()),
            std::string("static-activations bits=4 range=percentile"));
        const auto wrong = parsePluginChoice("static-activations:range=most", specs);
        QVERIFY(!wrong);
        QCOMPARE(
            wrong.error().message,
            std::string("'range' of 'static-activations' is one of min-max, percentile, squared-error, "
                        "divergence, closed-form, not 'most'"));
        QVERIFY(!parsePluginChoice("static-activations:bits=percentile", specs));
        QVERIFY(!parsePluginChoice("nobody:range=percentile", specs));
        const auto beyond = checkParameters({choice.id, {{"range", 5}}}, specs(choice.id));
        QVERIFY(!beyond && beyond.error().message.find("percentile") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(PluginChoiceTest)
#include "plugin_choice_test.moc"
