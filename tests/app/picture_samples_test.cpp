#include "app/session/picture_engine.h"
#include "app/session/picture_names.h"
#include "app/session/plugin_host.h"
#include "app/session/samples.h"
#include "core/image/metrics.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace tritloom;

namespace {

PluginHost& plugins()
{
    static PluginHost host;
    return host;
}

std::filesystem::path pathOf(const char* id)
{
    const auto list = sampleModels();
    const auto found = std::ranges::find(
        list, std::string_view(id), [](const SampleModel& s) { return std::string_view(s.id); });
    return found == list.end() ? std::filesystem::path() : found->path();
}

std::shared_ptr<PictureEngine> engineOf(const char* id, std::size_t samples = 8)
{
    PictureOptions options;
    options.source.samples = samples;
    auto engine = PictureEngine::create(loadModel(pathOf(id)).value(), plugins().lookup(), options);
    if (!engine)
        qFatal("%s", engine.error().message.c_str());
    return *engine;
}

PictureEvaluation evaluated(PictureSession& session, const Allocation& allocation)
{
    return session.evaluate(allocation, {}, {}, NetworkPass::Keep::Nothing).value();
}

/// As PSNR of super-resolution is measured.
Picture seen(const Picture& picture)
{
    return withoutBorder(studioLuma(picture), 2);
}

} // namespace

/// The samples on pictures do what they are there for, straight from the list and the files beside them.
class PictureSamplesTest : public QObject {
    Q_OBJECT

private slots:
    void picturesOfEqualNamesAreToldApart()
    {
        const std::vector<PictureFile> files{
            {"/set/left/001.png", "left", "001"},       {"/set/right/001.png", "right", "001"},
            {"/set/left/a/002.png", "left/a", "002"},   {"/set/right/a/002.png", "right/a", "002"},
            {"/set/right/a/003.png", "right/a", "003"}, {"/set/right/a/003.png", "right/a", "003"}};
        const std::vector<std::string> wanted{"left/001.png",    "right/001.png", "left/a/002.png",
                                              "right/a/002.png", "003.png",       "003.png"};
        QCOMPARE(namesOf(files), wanted);
    }

    void everySampleIsThereAndSmall_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("task");
        for (const SampleModel& sample : sampleModels())
            if (const auto task = pictureTask(sample.id))
                QTest::newRow(sample.id) << QString::fromStdString(sample.path().string()) << int(*task);
    }
    void everySampleIsThereAndSmall()
    {
        QFETCH(QString, path);
        QFETCH(int, task);
        const auto model = loadModel(path.toStdString());
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QVERIFY((*model)->picture.has_value());
        QCOMPARE(int((*model)->picture->task), task);
        QVERIFY((*model)->picture->normalisation.isKnown);
        QVERIFY(std::filesystem::file_size(path.toStdString()) < 1'000'000);
    }

    void theClassifierKnowsItsPictures()
    {
        const auto engine = engineOf("classification");
        QCOMPARE(engine->pictures().samples.size(), std::size_t(160));
        const auto session = engine->makeSession().value();
        const auto evaluation = evaluated(*session, engine->model()->original());
        QVERIFY2(evaluation.top1->value > 0.97, qPrintable(QString::number(evaluation.top1->value)));
        QVERIFY(evaluation.top5->value > 0.99);
    }

    void enlargedPicturesAreBetterThanBicubicOnes()
    {
        const auto engine = engineOf("super-resolution");
        const auto session = engine->makeSession().value();
        const auto evaluation = evaluated(*session, engine->model()->original());
        double plain = 0;
        for (const PictureSample& sample : engine->pictures().samples) {
            const Picture& small = sample.given;
            const Picture large = rounded8(resized(
                small, 2 * small.height, 2 * small.width,
                {.cubic = -0.5, .antialias = true, .round8 = false, .mirrored = true}));
            plain += psnr(seen(sample.target), seen(large)) / double(engine->pictures().samples.size());
        }
        QVERIFY2(
            evaluation.psnr->value > plain + 3,
            qPrintable(QString("%1 dB, bicubic %2 dB").arg(evaluation.psnr->value).arg(plain)));
    }

    /// What the diffusion model makes out of noise is one of the shapes it was trained on to the classifier,
    /// which never saw its pictures.
    void generatedPicturesAreShapes()
    {
        const auto judge = engineOf("classification");
        const auto engine = engineOf("generation", 24);
        const auto session = engine->makeSession().value();
        std::vector<PictureSample> made(engine->pictures().samples.size());
        for (std::size_t i = 0; i < made.size(); ++i) {
            const auto output =
                session->output(i, engine->model()->original(), NetworkPass::Keep::Nothing, {}).value();
            made[i].given =
                rounded8(taskRow(PictureTask::Generation).shown(*engine->model()->picture, {}, output));
            made[i].key = keyOf("made", std::uint64_t(i));
        }
        const std::set<std::string> shapes{"cross", "heart", "ring", "triangle"};
        const auto& names = judge->pictures().classNames;
        QCOMPARE(names.size(), std::size_t(16));
        const auto judging = judge->makeSessionOf(made).value();
        int known = 0;
        std::set<std::string> seenShapes;
        for (std::size_t i = 0; i < made.size(); ++i) {
            const auto logits =
                judging->output(i, judge->model()->original(), NetworkPass::Keep::Nothing, {}).value();
            const auto values = logits[0].floats();
            const auto best = std::ranges::max_element(values);
            double sum = 0;
            for (const float value : values)
                sum += std::exp(double(value - *best));
            const std::string& name = names[std::size_t(best - values.begin())];
            if (1 / sum < 0.5 || !shapes.contains(name))
                continue;
            ++known;
            seenShapes.insert(name);
        }
        QVERIFY2(known >= 18, qPrintable(QString("%1 of %2").arg(known).arg(made.size())));
        QVERIFY2(seenShapes.size() >= 3, qPrintable(QString::number(seenShapes.size())));
    }

    void methodsLearnFromTheStepsAskedFor_data()
    {
        QTest::addColumn<int>("way");
        QTest::newRow("even") << int(CalibrationSteps::Even);
        QTest::newRow("normal") << int(CalibrationSteps::Normal);
        QTest::newRow("features") << int(CalibrationSteps::Features);
    }
    void methodsLearnFromTheStepsAskedFor()
    {
        QFETCH(int, way);
        PictureOptions options;
        options.source.samples = 3;
        options.task.steps = 5;
        options.calibrationSteps = CalibrationSteps(way);
        const auto engine =
            PictureEngine::create(loadModel(pathOf("generation")).value(), plugins().lookup(), options)
                .value();
        QCOMPARE(engine->compressor()->statistics()->sampleCount(), std::size_t(0)); // nobody has asked yet
        const auto session = engine->makeSession().value();
        const auto plain = evaluated(*session, uniform(*engine->model(), {"int3row", "rtn", {}})),
                   learned = evaluated(*session, uniform(*engine->model(), {"int3row", "gptq", {}}));
        QCOMPARE(engine->compressor()->statistics()->sampleCount(), std::size_t(20));
        QVERIFY(learned.divergence.value < plain.divergence.value);
    }

    void fewerBitsCostQuality_data()
    {
        QTest::addColumn<QString>("id");
        QTest::newRow("classification") << "classification";
        QTest::newRow("super-resolution") << "super-resolution";
        QTest::newRow("generation") << "generation";
    }
    void fewerBitsCostQuality()
    {
        QFETCH(QString, id);
        const auto engine = engineOf(id.toLatin1().constData(), 4);
        const auto session = engine->makeSession().value();
        double divergence = 0;
        std::optional<double> quality;
        for (const char* format : {"int8row", "int4row", "int2row"}) {
            const auto evaluation = evaluated(*session, uniform(*engine->model(), {format, "rtn", {}}));
            QVERIFY2(
                evaluation.divergence.value > divergence,
                qPrintable(QString("%1 after %2").arg(evaluation.divergence.value).arg(divergence)));
            divergence = evaluation.divergence.value;
            const double now = evaluation.top1 ? evaluation.top1->value : evaluation.psnr->value;
            QVERIFY2(!quality || now < *quality, qPrintable(QString("%1 at %2").arg(now).arg(format)));
            quality = now;
        }
    }
};

QTEST_GUILESS_MAIN(PictureSamplesTest)
#include "picture_samples_test.moc"
