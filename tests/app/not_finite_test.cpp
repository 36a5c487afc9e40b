#include "app/session/not_finite.h"

#include "core/file/replaced_tensor.h"
#include "core/graph/signed_difference.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <cmath>

using namespace tritloom;

/// Which weights are no numbers.
class NotFiniteTest : public QObject {
    Q_OBJECT

private slots:
    void layersOfSeveralMatricesAreLookedThrough()
    {
        const auto model = TinyModel().make();
        const Layer& layer = model->layers[1];
        const auto replaced = [&](float scale, float weight) {
            std::vector<float> base(layer.rows * layer.columns, 1.0f);
            base.back() = weight;
            const SignPlane plane{
                Tensor::adopt(
                    {parseNumberFormat("sign").value(), {layer.rows, layer.columns}},
                    std::vector<std::byte>(layer.rows * layer.columns / 8)),
                Tensor::adoptFloats({1}, {scale})};
            return makeModel(withTensors(
                *model->file, {},
                {{layer.tensor,
                  signedDifference(
                      Tensor::adoptFloats({layer.rows, layer.columns}, std::move(base)),
                      std::span(&plane, 1))}}));
        };
        QCOMPARE(notFinite(*replaced(1, 1), {}).value().size(), std::size_t(0));
        const std::size_t all = 2 * layer.rows * layer.columns + 1; // weights, signs and their scale
        const auto broken = notFinite(*replaced(NAN, INFINITY), {}).value();
        QCOMPARE(broken.size(), std::size_t(1));
        QCOMPARE(broken[0], fmt::format("{}: 2 of its {} numbers are NaN or infinite", layer.name, all));
    }
};

QTEST_APPLESS_MAIN(NotFiniteTest)
#include "not_finite_test.moc"
