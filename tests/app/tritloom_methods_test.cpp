#include "app/session/export_controller.h"
#include "app/session/picture_engine.h"
#include "app/session/plugin_choice.h"
#include "app/session/plugin_host.h"
#include "app/session/samples.h"
#include "app/session/written_check.h"
#include "core/file/replaced_tensor.h"
#include "tests/support/diffusers_folder.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

#include <cmath>

using namespace tritloom;

namespace {

PluginHost& plugins()
{
    static PluginHost host;
    return host;
}

/// Enough of each method for a test: those that take long are stopped early.
const std::map<std::string, Parameters>& efforts()
{
    static const std::map<std::string, Parameters> known{
        {"adaquant", {{"iterations", 5}}}, {"adaround", {{"iterations", 10}}}, {"autoround", {{"steps", 5}}}};
    return known;
}

/// Methods that are told by the kind of network whether they are for it, and the ways of some to store more.
struct Way {
    const char *method, *name;
    Parameters parameters;
    const char* onlyFor = nullptr; ///< models with such layers; null: all
};
const std::vector<Way>& moreWays()
{
    static const std::vector<Way> ways{
        {"cached-time", "kept", {{"keep", 1}}, "ddpm"},
        {"static-activations", "by channel", {{"channels", 1}}},
        {"static-activations", "as AQT", {{"aqt", 1}}},
        {"static-activations", "groups of steps", {{"groups", 2}}, "ddpm"},
        {"static-activations", "the first token apart", {{"start", 1}}, "stable diffusion"}};
    return ways;
}

/// Those of the measured numbers that a network has, to the last bit.
std::vector<double> numbersOf(const PictureEvaluation& evaluation)
{
    std::vector<double> numbers{evaluation.divergence.value, double(evaluation.flips)};
    for (const auto& measured :
         {evaluation.top1, evaluation.loss, evaluation.psnr, evaluation.ssim, evaluation.fidelity})
        if (measured)
            numbers.push_back(measured->value);
    return numbers;
}

} // namespace

/// Whatever a method makes of a network on pictures is kept, opened again, acts the same to the last bit, and
/// has the size that it is said to have.
class TritloomMethodsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::map<std::string, std::shared_ptr<PictureEngine>> m_engines;

    std::filesystem::path path(const char* name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }
    static PictureOptions options(const std::string& id)
    {
        PictureOptions options;
        options.source.limit = 4;
        options.source.samples = 1;
        options.source.largest = 48;
        options.calibrationCount = 2;
        options.task.steps = 2;
        if (id == "stable diffusion")
            options.task.prompt = "ab";
        return options;
    }
    /// What a network could have been tuned from: its layers a tenth smaller.
    static std::shared_ptr<const Model> baseOf(const Model& model)
    {
        std::map<TensorId, Tensor> tensors;
        for (const Layer& layer : model.layers) {
            const Tensor tuned = materialise(model.tensor(layer.tensor)).value();
            std::vector<float> values = tuned.toFloats();
            for (float& value : values)
                value *= 0.9F;
            tensors[layer.tensor] = Tensor::adoptFloats(tuned.type().shape, std::move(values));
        }
        return makeModel(withTensors(*model.file, tensors));
    }
    std::shared_ptr<PictureEngine> engineOf(const std::string& id)
    {
        auto& engine = m_engines[id];
        if (engine == nullptr) {
            std::filesystem::path file = path(id.c_str());
            for (const SampleModel& sample : sampleModels())
                if (sample.id == id)
                    file = sample.path();
            engine = PictureEngine::create(loadModel(file).value(), plugins().lookup(), options(id)).value();
            engine->compressor()->setBase(baseOf(*engine->model()));
        }
        return engine;
    }

    /// The choice for every layer that the method is for, at most `most`: there are many methods.
    static Allocation
    choices(const PictureEngine& engine, const Candidate& candidate, std::size_t most, std::string& whyNot)
    {
        const Allocation wanted = uniform(*engine.model(), candidate);
        Allocation allocation = engine.model()->original();
        std::size_t made = 0;
        for (std::size_t i = 0; i < allocation.layers.size() && made < most; ++i)
            if (const auto layer = engine.compressor()->compress(LayerId(i), wanted.layers[i], {}); !layer) {
                whyNot = layer.error().message;
            } else if (!wanted.layers[i].format.empty()) {
                allocation.layers[i] = wanted.layers[i];
                ++made;
            }
        return allocation;
    }
    static std::size_t chosen(const Allocation& allocation)
    {
        return std::size_t(std::ranges::count_if(
            allocation.layers, [](const LayerChoice& choice) { return !choice.format.empty(); }));
    }

    static bool sameBytes(const CompressedLayer& a, const CompressedLayer& b)
    {
        if (a.isReplacement() != b.isReplacement())
            return false;
        if (!a.isReplacement())
            return a.tensor().type().format->id() == b.tensor().type().format->id()
                && a.tensor().type().shape == b.tensor().type().shape
                && std::ranges::equal(a.tensor().bytes(), b.tensor().bytes());
        const auto &left = a.replacement()->parts, &right = b.replacement()->parts;
        return std::ranges::equal(left, right, [](const auto& x, const auto& y) {
            return x.name == y.name && x.isShared == y.isShared
                && x.tensor.type().shape == y.tensor.type().shape
                && std::ranges::equal(x.tensor.bytes(), y.tensor.bytes());
        });
    }

    void keeps(const std::string& id, const Candidate& choice)
    {
        const auto engine = engineOf(id);
        const Model& model = *engine->model();
        std::string whyNot;
        const Allocation allocation = choices(*engine, choice, 6, whyNot);
        if (chosen(allocation) == 0) {
            // For the time step alone, and these networks have no such layer.
            QVERIFY2(
                choice.method == "cached-time" && id != "ddpm" && id != "stable diffusion", whyNot.c_str());
            return;
        }
        const auto report =
            exportAllocation(model, *engine->compressor(), allocation, path("out.tritloom"), {}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QVERIFY2(report->checks.back().starts_with("evaluated: "), report->checks.back().c_str());
        const auto written = loadModel(path("out.tritloom")).value();
        QVERIFY2(written->graph.has_value(), written->whyNotEvaluated.c_str());

        std::uint64_t bytes = 0, shared = 0;
        for (std::size_t i = 0; i < model.layers.size(); ++i) {
            const CompressedLayer expected =
                engine->compressor()->compress(LayerId(i), allocation.layers[i], {}).value();
            const std::string& name = model.layers[i].name;
            const NamedTensor* const tensor = written->file->find(name);
            QVERIFY2(tensor != nullptr && sameBytes(storedLayer(*tensor).value(), expected), name.c_str());
            QCOMPARE(storedBytes(*tensor), expected.bytes());
            // Outputs by time step alone are no weights that could be compressed further.
            const bool isTable = expected.isReplacement() && expected.replacement()->parts[0].name == "table"
                && expected.replacement()->parts.size() == 2;
            QCOMPARE(
                std::ranges::any_of(written->layers, [&](const Layer& layer) { return layer.name == name; }),
                !isTable);
            if (expected.isReplacement())
                for (const LayerReplacement::Part& part : expected.replacement()->parts)
                    shared += part.isShared ? part.tensor.bytes().size() : 0;
        }
        for (const NamedTensor& tensor : written->file->tensors)
            bytes += storedBytes(tensor);
        QCOMPARE(bytes, std::uint64_t(written->bytes()));
        QCOMPARE(report->weightBytes, bytes + shared);
        // Methods of ranges say it exactly; before a text was seen nobody knows how many tokens it has.
        const bool isExact = (choice.method == "clipped-channels" || choice.method == "static-activations")
            && !choice.parameters.contains("start");
        const double most = isExact ? 1 : 1.1;
        QVERIFY2(
            report->predictedBytes >= bytes && double(report->predictedBytes) <= most * double(bytes),
            qPrintable(QString("%1 bytes were said, %2 are there").arg(report->predictedBytes).arg(bytes)));

        PictureOptions given = engine->options();
        const auto again = PictureEngine::create(written, plugins().lookup(), given).value();
        const auto recipe = engine->makeSession().value(), file = again->makeSession(engine->model()).value();
        const auto a = recipe->evaluate(allocation, {}, {}, NetworkPass::Keep::Nothing),
                   b = file->evaluate(written->original(), {}, {}, NetworkPass::Keep::Nothing);
        QVERIFY2(a, a ? "" : a.error().message.c_str());
        QVERIFY2(b, b ? "" : b.error().message.c_str());
        QVERIFY(a->divergence.value > 0 || choice.method == "cached-time");
        QCOMPARE(numbersOf(*b), numbersOf(*a));
    }

private slots:
    void initTestCase()
    {
        diffusersFolder::writeDdpm(path("ddpm"));
        diffusersFolder::writeStableDiffusion(path("stable diffusion"));
    }

    void everyMethodIsKept_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("method");
        for (const QString model : {"classification", "super-resolution", "generation", "ddpm"})
            for (const MethodInfo& method : plugins().methods()) {
                const QString id = QString::fromStdString(method.id);
                QTest::newRow(qPrintable(model + ", " + id)) << model << id;
            }
    }
    void everyMethodIsKept()
    {
        QFETCH(QString, model);
        QFETCH(QString, method);
        PluginChoice choice{method.toStdString(), {}};
        if (const auto effort = efforts().find(choice.id); effort != efforts().end())
            choice.parameters = effort->second;
        if (choice.id == "cached-time")
            choice.parameters["steps"] = 2;
        const std::vector<Candidate> candidates =
            candidatesBy(*engineOf(model.toStdString())->model(), choice, plugins().lookup());
        QVERIFY(!candidates.empty());
        const Candidate& middle = candidates[candidates.size() / 2];
        keeps(model.toStdString(), middle);
    }

    void otherWaysAreKept_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("way");
        for (int i = 0; i < int(moreWays().size()); ++i)
            for (const char* const model : {"classification", "generation", "ddpm", "stable diffusion"})
                if (const Way& way = moreWays()[std::size_t(i)]; way.onlyFor == nullptr
                        ? model != std::string("stable diffusion")
                        : way.onlyFor == std::string(model))
                    QTest::addRow("%s, %s, %s", model, way.method, way.name) << model << i;
    }
    void otherWaysAreKept()
    {
        QFETCH(QString, model);
        QFETCH(int, way);
        const Way& chosen = moreWays()[std::size_t(way)];
        Parameters parameters = chosen.parameters;
        if (std::string_view(chosen.method) == "cached-time")
            parameters["steps"] = 2;
        keeps(model.toStdString(), {"int8g64", chosen.method, parameters});
    }

    /// Text encoder, UNet and decoder with their configs, tokenizer and schedule are one file.
    void aPipelineIsOneFile()
    {
        keeps("stable diffusion", {"int4g32", "rtn", {}});
        const auto written = loadModel(path("out.tritloom")).value();
        QVERIFY(written->tokenizer != nullptr);
        QCOMPARE(written->graph->parts.size(), std::size_t(3));
        QVERIFY(written->picture->latent.has_value());
        QCOMPARE(written->picture->schedule.offset, std::size_t(1));
    }

    void whatIsBesideATableIsCompressedFurther()
    {
        keeps("ddpm", {"int8g64", "cached-time", {{"steps", 2}}});
        const auto again = PictureEngine::create(
                               loadModel(path("out.tritloom")).value(), plugins().lookup(), options("ddpm"))
                               .value();
        QVERIFY(again->model()->layers.size() < engineOf("ddpm")->model()->layers.size());
        const Allocation four =
            uniform(*again->model(), {"int4g32", "gptq", {}}); // calibrated with the table
        const auto report =
            exportAllocation(*again->model(), *again->compressor(), four, path("four.tritloom"), {}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QVERIFY(report->checks.back().starts_with("evaluated: "));
    }

    /// Which other time steps the network cannot be run at, so that the check must know them too.
    void tablesAloneAreWrittenAgain_data()
    {
        QTest::addColumn<QString>("model");
        for (const char* const model : {"ddpm", "stable diffusion"})
            QTest::newRow(model) << model;
    }
    void tablesAloneAreWrittenAgain()
    {
        QFETCH(QString, model);
        const std::string id = model.toStdString();
        PictureOptions three = options(id);
        three.task.steps = 3; // of which none is the schedule's middle
        const auto first =
            PictureEngine::create(loadModel(path(id.c_str())).value(), plugins().lookup(), three).value();
        std::string whyNot;
        const Allocation tables = choices(*first, {"int8g64", "cached-time", {{"steps", 3}}}, 6, whyNot);
        QVERIFY2(chosen(tables) > 0, whyNot.c_str());
        QVERIFY(
            exportAllocation(*first->model(), *first->compressor(), tables, path("tables.tritloom"), {}, {}));
        const auto again =
            PictureEngine::create(loadModel(path("tables.tritloom")).value(), plugins().lookup(), three)
                .value();
        QVERIFY(again->model()->layers.size() < first->model()->layers.size());
        const auto report = exportAllocation(
            *again->model(), *again->compressor(), uniform(*again->model(), {"int4g32", "rtn", {}}),
            path("again.tritloom"), {}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QVERIFY2(report->checks.back().starts_with("evaluated: "), report->checks.back().c_str());
    }

    void whatIsKeptIsCompressedFurther()
    {
        const auto engine = engineOf("classification");
        const Allocation eight = uniform(*engine->model(), {"int8row", "rtn", {}});
        QVERIFY(
            exportAllocation(*engine->model(), *engine->compressor(), eight, path("eight.tritloom"), {}, {}));
        const auto again =
            PictureEngine::create(
                loadModel(path("eight.tritloom")).value(), plugins().lookup(), engine->options())
                .value();
        const Allocation four = uniform(*again->model(), {"int4g32", "gptq", {}});
        for (const char* const name : {"four.tritloom", "four.onnx", "four.safetensors"}) {
            const auto report =
                exportAllocation(*again->model(), *again->compressor(), four, path(name), {}, {});
            QVERIFY2(report, report ? "" : report.error().message.c_str());
        }
        QVERIFY(
            std::filesystem::file_size(path("four.tritloom"))
            < std::filesystem::file_size(path("eight.tritloom")));
        const auto measured = [&](const char* name) {
            const auto session = again->makeSession(loadModel(path(name)).value()).value();
            return session->evaluate(four, {}).value().divergence.value;
        };
        QCOMPARE(measured("four.tritloom"), 0.0);
        QVERIFY(measured("four.onnx") < 1e-9); // whose operators are those that the file kept
    }
};

QTEST_GUILESS_MAIN(TritloomMethodsTest)
#include "tritloom_methods_test.moc"
