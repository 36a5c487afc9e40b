#include "app/gui/distribution/distribution_page.h"
#include "app/gui/widgets/group_map.h"
#include "tests/app/window_fixture.h"

#include <QCheckBox>
#include <QLabel>

#include <numeric>

using namespace tritloom;

namespace {

/// The page on the sample, and what it was given last.
struct Shown {
    explicit Shown(const PluginHost& plugins)
        : workspace(Workspace::create(
                        loadModel(TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf").value(),
                        plugins, options())
                        .value())
        , page(*workspace)
    {
        QObject::connect(
            &workspace->distribution(), &DistributionController::ready, &page,
            [this](const LayerDistribution& distribution) { last = distribution; });
        page.resize(900, 500);
        static_cast<QWidget&>(page).show();
    }
    static EngineOptions options()
    {
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 1};
        options.calibrationChunks = 1;
        return options;
    }

    std::unique_ptr<Workspace> workspace;
    std::optional<LayerDistribution> last;
    DistributionPage page;
};

} // namespace

/// What is said of the values of a layer, before and after.
class DistributionPageTest final : public QObject, WindowFixture {
    Q_OBJECT

private slots:
    // methods/gg-priors.md: entropy and code length stand beside the fitted curve, and DeepShape lowers them.
    void codesOfTheValuesAreSaid()
    {
        beginAs("distribution_page_test");
        const Shown opened(m_plugins);
        const auto& workspace = opened.workspace;
        const auto& last = opened.last;
        workspace->selection().setSingle(LayerId(1));
        workspace->document().setChoices({{LayerId(1), {"f32", "deepshape", {}}}}, "test");
        QTRY_VERIFY_WITH_TIMEOUT(last && last->choice.method == "deepshape" && last->compressedCode, 60000);
        const Model& model = workspace->model();
        const CodeLength expected =
            codeLengthOf(materialise(model.tensor(model.layer(LayerId(1)).tensor)).value(), 13, {}).value();
        QCOMPARE(last->originalCode->entropyBits, expected.entropyBits);
        QCOMPARE(last->originalCode->codeBits, expected.codeBits);
        QVERIFY(last->originalCode->codeBits >= last->originalCode->entropyBits);
        QVERIFY2(
            last->compressedCode->entropyBits < last->originalCode->entropyBits - .1,
            qPrintable(QString::number(last->compressedCode->entropyBits - last->originalCode->entropyBits)));
        const QString figures = QLocale().toString(expected.entropyBits, 'f', 1) + QStringLiteral(" → ")
            + QLocale().toString(last->compressedCode->entropyBits, 'f', 1);
        const auto isSaid = [&] {
            return std::ranges::any_of(opened.page.findChildren<QLabel*>(), [&](const QLabel* label) {
                return label->text().contains("Entropy") && label->text().contains(figures);
            });
        };
        QTRY_VERIFY(isSaid());
    }

    // methods/bitmod.md: the layer view colours groups by their special level; what is drawn is what is
    // stored.
    void partsOfALayerShowWhatTheyChose()
    {
        beginAs("distribution_page_test");
        Shown opened(m_plugins);
        const auto& workspace = opened.workspace;
        auto& last = opened.last;
        auto* const map = find<GroupMap>(opened.page, "groupMap");
        auto* const histogram = find<QWidget>(opened.page, "histogram");
        const Layer& layer = workspace->model().layers[1];
        workspace->selection().setSingle(LayerId(1));
        const auto take = [&](const LayerChoice& choice) {
            last.reset();
            workspace->document().setChoices({{LayerId(1), choice}}, "test");
            QTRY_VERIFY_WITH_TIMEOUT(last && last->choice == choice && last->compressed, 60000);
        };
        take({"bitmod3g32", "bitmod", {}});
        QTRY_VERIFY(map->isVisible() && !histogram->isVisible());
        const GroupMapData& shown = map->data();
        QCOMPARE(shown.names, (QStringList{"-6", "-3", "+3", "+6"}));
        QCOMPARE(shown.across * shown.down, layer.rows * layer.columns / 32);
        QCOMPARE(
            std::accumulate(shown.counts.begin(), shown.counts.end(), std::size_t{0}), shown.chosen.size());
        const Tensor packed =
            workspace->engine().compressor()->compress(LayerId(1), last->choice, {}).value().tensor();
        const auto& format = dynamic_cast<const GroupGrids&>(*packed.type().format);
        for (std::size_t g = 0; g < shown.down; ++g) {
            const auto block = packed.row(5).subspan(g * packed.type().format->blockBytes());
            QCOMPARE(
                shown.names[shown.chosen[5 * shown.down + g]].toDouble(),
                format.grids()[format.gridOf(block, 0)]);
        }
        find<QCheckBox>(opened.page, "showsGroups")->click();
        QVERIFY(!map->isVisible() && histogram->isVisible());
        find<QCheckBox>(opened.page, "showsGroups")->click();

        // Columns of widths of their own, 3 bits in the mean.
        take({"int3g64", "baq-columns", {}});
        QTRY_COMPARE(map->data().across, layer.columns);
        double bits = 0;
        for (std::size_t i = 0; i < shown.counts.size(); ++i)
            bits += shown.names[qsizetype(i)].toDouble() * double(shown.counts[i]) / double(layer.columns);
        QVERIFY2(shown.names.size() > 1 && bits > 2.5 && bits <= 3, qPrintable(QString::number(bits)));

        take({"q4_k", "rtn", {}}); // nothing was chosen part by part
        QTRY_VERIFY(!map->isVisible() && histogram->isVisible());
        QVERIFY(!find<QCheckBox>(opened.page, "showsGroups")->isVisible());
    }
};

QTEST_MAIN(DistributionPageTest)
#include "distribution_page_test.moc"
