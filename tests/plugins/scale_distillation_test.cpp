#include "core/evaluate/text_probe.h"
#include "plugins/bitdelta/bitdelta.h"
#include "plugins/scale_distillation/scale_distillation.h"
#include "plugins/scale_distillation/signed_layers.h"
#include "tests/plugins/probe_fixture.h"
#include "tests/support/logits.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

const LayerMethod* bitDeltaAlone(std::string_view id)
{
    static const BitDelta bitDelta;
    return id == "bitdelta" ? &bitDelta : nullptr;
}

/// The sample, and a fine-tune of it: every matrix moved, some directions more than others.
struct TunedSample {
    std::shared_ptr<const Model> base = sampleModel(), tuned;
    std::vector<TokenId> unseen; ///< of the evaluation text

    TunedSample()
    {
        std::map<TensorId, Tensor> moved;
        std::mt19937 random(11);
        std::normal_distribution<float> normal(0, 1);
        for (const Layer& layer : base->layers) {
            if (!layer.block)
                continue;
            std::vector<float> values = materialise(base->tensor(layer.tensor)).value().toFloats();
            double power = 0;
            for (const float value : values)
                power += double(value) * double(value);
            const float step = float(0.2 * std::sqrt(power / double(values.size())));
            std::vector<float> rows(layer.rows);
            for (float& row : rows)
                row = std::exp(normal(random));
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] += step * rows[i / layer.columns] * normal(random);
            moved[layer.tensor] = Tensor::adoptFloats({layer.rows, layer.columns}, std::move(values));
        }
        tuned = withTensors(*base, moved);
        QFile text(TRITLOOM_SOURCE_DIR "/resources/samples/language/evaluation.txt");
        if (!text.open(QIODevice::ReadOnly))
            qFatal("no evaluation text");
        unseen = tuned->tokenizer->encode(text.read(1200).toStdString());
        unseen.resize(std::min<std::size_t>(unseen.size(), 200));
    }

    [[nodiscard]] Candidate blocksAlone() const
    {
        Candidate candidate{"sign", "bitdelta", {}};
        for (const Layer& layer : tuned->layers)
            if (!layer.block)
                candidate.byLayer[layer.name] = {}; // the paper leaves embedding and head
        return candidate;
    }
    [[nodiscard]] SampleProbe probe(std::vector<Candidate> candidates) const
    {
        SampleProbe made = probeOf(tuned, std::move(candidates), bitDeltaAlone);
        made.compressor->setBase(base);
        return made;
    }
    /// Mean squared error of the logits against the fine-tune's.
    [[nodiscard]] double error(const std::map<TensorId, CompressedLayer>& layers) const
    {
        const Tensor expected = logitsOf(*tuned, unseen).value(), found = logitsOf(*tuned, unseen, layers).value();
        double sum = 0;
        for (std::size_t i = 0; i < expected.floats().size(); ++i)
            sum += std::pow(double(expected.floats()[i]) - double(found.floats()[i]), 2);
        return sum / double(expected.floats().size());
    }
};

std::vector<float> scalesOf(const LayerReplacement& layer)
{
    std::vector<float> scales;
    for (const LayerReplacement::Part& part : layer.parts)
        if (part.name.starts_with("scale."))
            for (const float value : part.tensor.toFloats())
                scales.push_back(value);
    return scales;
}

} // namespace

/// Check 7 of methods/bitdelta.md, and what it stands on.
class ScaleDistillationTest : public QObject {
    Q_OBJECT

private slots:
    // Of a difference of rows that moved by different amounts one scale a matrix is far from the best.
    void heldOutLogitsComeNearerAndScalesStayWithinHalf()
    {
        const TunedSample sample;
        const SampleProbe probe = sample.probe({sample.blocksAlone()});
        const auto made = ScaleDistillation().apply(*probe.probe, {{"steps", 40}, {"held_out", 0.25}}, {});
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        for (const std::string& notice : made->notices)
            qInfo("%s", notice.c_str());
        std::map<TensorId, CompressedLayer> before, after;
        for (std::size_t i = 0; i < sample.tuned->layers.size(); ++i)
            if (sample.tuned->layers[i].block)
                before.emplace(sample.tuned->layers[i].tensor, probe.probe->layerAs(i, 0).value());
        QCOMPARE(made->layers.size(), before.size());
        std::size_t moved = 0;
        for (const auto& [id, layer] : made->layers) {
            const std::vector<float> from = scalesOf(*before.at(id).replacement()), to = scalesOf(layer);
            QCOMPARE(to.size(), from.size());
            for (std::size_t k = 0; k < to.size(); ++k) {
                QVERIFY(std::fabs(to[k] - from[k]) <= 0.5f * from[k] * 1.001f);
                moved += to[k] != from[k] ? 1 : 0;
            }
            after.emplace(id, layer);
        }
        QVERIFY(moved > 0);
        const double one = sample.error(before), two = sample.error(after);
        qInfo("squared error of unseen logits %.4g, stage 1 alone %.4g", two, one);
        QVERIFY(two < one);
    }

    // d loss / d scale is what differences of the loss say.
    void slopesAreThoseOfTheSum()
    {
        const TunedSample sample;
        Candidate candidate = sample.blocksAlone();
        candidate.parameters = {{"masks", 2}, {"by_row", 1}};
        const SampleProbe probe = sample.probe({candidate});
        SignedLayers layers;
        QVERIFY(!layers.add(TensorId(0), probe.probe->weights(0).value()).value());
        std::size_t first = 0;
        while (!sample.tuned->layers[first].block)
            ++first;
        const TensorId id = sample.tuned->layers[first].tensor;
        const CompressedLayer made = probe.probe->layerAs(first, 0).value();
        QVERIFY(layers.add(id, made).value());
        QCOMPARE(layers.scaleCount(), 2 * sample.tuned->layers[first].rows);
        const std::vector<float> whole = made.dense().value().toFloats(),
                                 sum = layers.sums(layers.scales()).at(id).toFloats();
        for (std::size_t i = 0; i < whole.size(); ++i)
            QVERIFY(std::fabs(whole[i] - sum[i]) <= 1e-5f);
        // The loss is a fixed row of numbers times W.
        std::vector<double> by(whole.size());
        for (std::size_t i = 0; i < by.size(); ++i)
            by[i] = std::sin(double(i));
        const auto lossOf = [&](const std::vector<float>& scales) {
            const std::vector<float> w = layers.sums(scales).at(id).toFloats();
            double loss = 0;
            for (std::size_t i = 0; i < w.size(); ++i)
                loss += by[i] * double(w[i]);
            return loss;
        };
        const std::vector<double> slopes = layers.slopes({{id, by}});
        for (const std::size_t k : {std::size_t(0), layers.scaleCount() / 2 + 1}) {
            std::vector<float> other = layers.scales();
            other[k] += 0.25f;
            const double expected = (lossOf(other) - lossOf(layers.scales())) / 0.25;
            QVERIFY2(
                std::fabs(slopes[k] - expected) <= 1e-3 * (1 + std::fabs(expected)),
                qPrintable(QString("%1 %2").arg(slopes[k]).arg(expected)));
        }
        const auto back = layers.replacements(layers.scales());
        QCOMPARE(scalesOf(back.at(id)), scalesOf(*made.replacement()));
    }

    // Files of others may hold parts of the right names and wrong sizes.
    void partsOfOtherSizesAreNoSum_data()
    {
        QTest::addColumn<int>("part");
        QTest::addColumn<int>("numbers");
        QTest::addRow("base") << 0 << 1;
        QTest::addRow("signs") << 1 << 1;
        QTest::addRow("no scale") << 2 << 0;
        QTest::addRow("scales") << 2 << 2;
    }
    void partsOfOtherSizesAreNoSum()
    {
        QFETCH(int, part);
        QFETCH(int, numbers);
        constexpr std::size_t outputs = 3, inputs = 8;
        LayerReplacement sum{.graph = {}, .parts = {}, .outputs = outputs, .inputs = inputs};
        const auto floats = [](std::size_t count) {
            return Tensor::adoptFloats({count}, std::vector<float>(count, 1.0f));
        };
        sum.parts = {
            {"base", floats(outputs * inputs), true},
            {"signs.0", floats(outputs * inputs), false},
            {"scale.0", floats(1), false}};
        QVERIFY(SignedLayers().add(TensorId(0), sum).value());
        sum.parts[2].tensor = floats(outputs);
        QVERIFY(SignedLayers().add(TensorId(0), sum).value());
        sum.parts[std::size_t(part)].tensor = floats(std::size_t(numbers));
        QVERIFY(!SignedLayers().add(TensorId(0), sum).value());
    }

    // Scales by row are written as f16: what is judged is that.
    void storedScalesAreThoseOfTheReplacements()
    {
        const TunedSample sample;
        Candidate candidate = sample.blocksAlone();
        candidate.parameters = {{"by_row", 1}};
        const SampleProbe probe = sample.probe({candidate});
        std::size_t first = 0;
        while (!sample.tuned->layers[first].block)
            ++first;
        const TensorId id = sample.tuned->layers[first].tensor;
        SignedLayers layers;
        QVERIFY(layers.add(id, probe.probe->layerAs(first, 0).value()).value());
        std::vector<float> moved = layers.scales();
        for (float& scale : moved)
            scale *= 1.0003f;
        const std::vector<float> stored = layers.stored(moved);
        QVERIFY(stored != moved);
        QCOMPARE(stored, scalesOf(layers.replacements(moved).at(id)));
        QCOMPARE(layers.stored(stored), stored);
    }

    void whatCannotBeDistilledIsSaid()
    {
        const TunedSample sample;
        const auto refused = [](const SampleProbe& probe) {
            return ScaleDistillation().apply(*probe.probe, {}, {}).error();
        };
        QCOMPARE(refused(sample.probe({})).code, ErrorCode::InvalidInput);
        const Error other = refused(probeOf(sampleModel(), {{"int4g64a", "rtn", {}}}));
        QCOMPARE(other.code, ErrorCode::Unsupported);
        QVERIFY(other.message.find("'bitdelta' makes such") != std::string::npos);
        const Error several = refused(sample.probe({sample.blocksAlone(), {"sign", "bitdelta", {{"masks", 2}}}}));
        QCOMPARE(several.code, ErrorCode::InvalidInput);
        QVERIFY(several.message.find("2 formats to choose from") != std::string::npos);
        std::stop_source stop;
        stop.request_stop();
        const SampleProbe probe = sample.probe({sample.blocksAlone()});
        const auto stopped = ScaleDistillation().apply(*probe.probe, {}, {.stop = stop.get_token()});
        QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(ScaleDistillationTest)
#include "scale_distillation_test.moc"
