#include "core/method/fold_points.h"
#include "plugins/awq/awq.h"
#include "plugins/rotation/rotation.h"
#include "plugins/smoothquant/smoothquant.h"
#include "tests/plugins/method_fixture.h"
#include "tests/plugins/probe_fixture.h"

#include <QTest>

#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

std::unique_ptr<ModelTransform> make(const QString& id)
{
    if (id == "awq")
        return std::make_unique<Awq>();
    if (id == "rotation")
        return std::make_unique<Rotation>();
    return std::make_unique<SmoothQuant>();
}

double kurtosis(const Tensor& tensor)
{
    const std::vector<float> values = tensor.toFloats();
    double second = 0, fourth = 0;
    for (const float value : values) {
        second += double(value) * double(value) / double(values.size());
        fourth += std::pow(double(value), 4) / double(values.size());
    }
    return fourth / (second * second);
}

/// sum of tr((W - Q) H (W - Q)^T) over all layers, plainly rounded.
double outputErrors(const std::shared_ptr<const Model>& model, const char* format)
{
    const SampleProbe sample = probeOf(model, {{format, "rtn", {{"search", 0}}}});
    double total = 0;
    for (std::size_t i = 0; i < sample.probe->layers().size(); ++i) {
        LayerProblem problem{.weights = sample.probe->weights(i).value()};
        problem.gram = sample.probe->gram(i).value();
        total += outputError(problem, sample.probe->compressed(i, 0).value());
    }
    return total;
}

/// The sample with an output matrix of its own.
std::shared_ptr<const Model> untiedSample()
{
    ModelFile file = *sampleModel()->file;
    NamedTensor output = *file.find("token_embd.weight");
    output.name = "output.weight";
    if (file.find("output.weight") == nullptr)
        file.tensors.push_back(std::move(output));
    return makeModel(std::move(file));
}

} // namespace

/// The checks of methods/gptq-awq-baselines.md that concern transforms.
class ModelTransformTest : public QObject {
    Q_OBJECT

private slots:
    void foldsAreNormsAndGates()
    {
        const auto points = foldPoints(*sampleModel()->graph);
        const auto model = sampleModel();
        std::size_t blocks = 0;
        for (const Layer& layer : model->layers)
            blocks = std::max(blocks, layer.block ? *layer.block + 1 : 0);
        // Two norms and a gate a block; the last norm too where the head has a matrix of its own.
        QVERIFY(points.size() == 3 * blocks || points.size() == 3 * blocks + 1);
        for (const FoldPoint& point : points)
            QVERIFY(!point.readers.empty() && (point.dividedRows.empty() != point.dividedVectors.empty()));
    }

    void smoothingByHand()
    {
        const std::vector<float> inputs{2, 16, 2, 9}, weights{2, 1, 2, 1};
        const std::vector<float> scales = smoothingScales(inputs, weights, 0.5);
        const float expected[] = {1, 4, 1, 3};
        for (std::size_t i = 0; i < 4; ++i)
            QVERIFY(std::fabs(scales[i] - expected[i]) < 1e-6f);
    }

    void theFunctionStaysTheSame_data()
    {
        QTest::addColumn<QString>("id");
        for (const char* id : {"awq", "rotation", "smoothquant"})
            QTest::newRow(id) << id;
    }
    void theFunctionStaysTheSame()
    {
        QFETCH(QString, id);
        const auto model = untiedSample();
        const SampleProbe sample = probeOf(model, {{"int3g64a", "rtn", {}}});
        const auto made = make(id)->apply(*sample.probe, {}, {});
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        QVERIFY(!made->tensors.empty());
        const SampleProbe after = probeOf(withTensors(*model, made->tensors));
        const double before = sample.probe->losses({}, 0).value().negativeLogLikelihood;
        const double now = after.probe->losses({}, 0).value().negativeLogLikelihood;
        QVERIFY2(std::fabs(now - before) < 1e-3, qPrintable(QString("%1 %2").arg(before).arg(now)));
        bool changed = false;
        for (const auto& [tensor, values] : made->tensors)
            changed = changed || values.toFloats() != materialise(model->tensor(tensor)).value().toFloats();
        QVERIFY(changed);
    }

    void scaledRoundingLeavesLessError()
    {
        const auto model = sampleModel();
        const SampleProbe sample = probeOf(model, {{"int3g64a", "rtn", {}}});
        const auto made = Awq().apply(*sample.probe, {{"rows", 65536}}, {}).value();
        const double plain = outputErrors(model, "int3g64a");
        const double scaled = outputErrors(withTensors(*model, made.tensors), "int3g64a");
        QVERIFY2(scaled < plain, qPrintable(QString("%1 %2").arg(scaled).arg(plain)));
    }

    void aTiedTableIsRefused()
    {
        const SampleProbe sample = probeOf(sampleModel());
        const auto made = Rotation().apply(*sample.probe, {}, {});
        QVERIFY(!made.has_value());
        QVERIFY(made.error().message.find("table of the embedding") != std::string::npos);
    }

    void aRotationSpreadsALoudChannel()
    {
        const auto model = untiedSample();
        std::map<TensorId, Tensor> loud;
        TensorId table{};
        for (const Layer& layer : model->layers)
            if (layer.role == "token_embd")
                table = layer.tensor;
        std::vector<float> values = materialise(model->tensor(table)).value().toFloats();
        const std::size_t columns = model->tensor(table).shape[1];
        for (std::size_t r = 0; r < values.size() / columns; ++r)
            values[r * columns + 7] *= 30;
        loud[table] = Tensor::adoptFloats(model->tensor(table).shape, std::move(values));
        const SampleProbe sample = probeOf(withTensors(*model, loud));
        const auto made = Rotation().apply(*sample.probe, {}, {});
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        QVERIFY(kurtosis(loud.at(table)) > 50);
        QVERIFY2(
            kurtosis(made->tensors.at(table)) < 5,
            qPrintable(QString::number(kurtosis(made->tensors.at(table)))));
    }
};

QTEST_APPLESS_MAIN(ModelTransformTest)
#include "model_transform_test.moc"
