#include "app/gui/distribution/distribution_page.h"
#include "tests/app/window_fixture.h"

#include <QLabel>

using namespace tritloom;

/// What is said of the values of a layer, before and after.
class DistributionPageTest final : public QObject, WindowFixture {
    Q_OBJECT

private slots:
    // methods/gg-priors.md: entropy and code length stand beside the fitted curve, and DeepShape lowers them.
    void codesOfTheValuesAreSaid()
    {
        beginAs("distribution_page_test");
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 1};
        options.calibrationChunks = 1;
        const auto model = loadModel(TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf").value();
        const auto workspace = Workspace::create(model, m_plugins, options).value();
        std::optional<LayerDistribution> last;
        connect(
            &workspace->distribution(), &DistributionController::ready, this,
            [&](const LayerDistribution& distribution) { last = distribution; });
        DistributionPage page(*workspace);
        page.resize(900, 500);
        static_cast<QWidget&>(page).show();
        workspace->selection().setSingle(LayerId(1));
        workspace->document().setChoices({{LayerId(1), {"f32", "deepshape", {}}}}, "test");
        QTRY_VERIFY_WITH_TIMEOUT(last && last->choice.method == "deepshape" && last->compressedCode, 60000);
        const CodeLength expected =
            codeLengthOf(materialise(model->tensor(model->layer(LayerId(1)).tensor)).value(), 13, {}).value();
        QCOMPARE(last->originalCode->entropyBits, expected.entropyBits);
        QCOMPARE(last->originalCode->codeBits, expected.codeBits);
        QVERIFY(last->originalCode->codeBits >= last->originalCode->entropyBits);
        QVERIFY2(
            last->compressedCode->entropyBits < last->originalCode->entropyBits - .1,
            qPrintable(QString::number(last->compressedCode->entropyBits - last->originalCode->entropyBits)));
        const QString figures = QLocale().toString(expected.entropyBits, 'f', 1) + QStringLiteral(" → ")
            + QLocale().toString(last->compressedCode->entropyBits, 'f', 1);
        const auto isSaid = [&] {
            return std::ranges::any_of(page.findChildren<QLabel*>(), [&](const QLabel* label) {
                return label->text().contains("Entropy") && label->text().contains(figures);
            });
        };
        QTRY_VERIFY(isSaid());
    }
};

QTEST_MAIN(DistributionPageTest)
#include "distribution_page_test.moc"
