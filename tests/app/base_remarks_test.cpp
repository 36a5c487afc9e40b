#include "app/session/base_remarks.h"

#include "tests/support/tiny_model.h"

#include <QTest>

#include <cmath>
#include <functional>

using namespace tritloom;

namespace {

/// The model with every number of its layers changed: by row, column and value.
std::shared_ptr<const Model>
tuned(const Model& model, const std::function<float(std::size_t, std::size_t, float)>& change)
{
    ModelFile file = *model.file;
    for (const Layer& layer : model.layers) {
        NamedTensor& tensor = file.tensors[std::size_t(layer.tensor)];
        std::vector<float> values = tensor.stored.toFloats();
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = change(i / layer.columns, i % layer.columns, values[i]);
        tensor.stored = Tensor::adoptFloats(tensor.shape, std::move(values));
    }
    return makeModel(std::move(file));
}

QStringList remarksOf(const Model& model, const Model& base)
{
    QStringList remarks;
    const std::vector<std::string> said = baseRemarks(model, base, {}).value();
    for (const std::string& remark : said)
        remarks << QString::fromStdString(remark);
    return remarks;
}

} // namespace

/// What is odd about a base, of methods/bitdelta.md: zeros, a foreign base, a merged LoRA.
class BaseRemarksTest : public QObject {
    Q_OBJECT

    const std::shared_ptr<const Model> m_base = TinyModel{}.make();
    const std::size_t m_layers = m_base->layers.size();

private slots:
    void aPlainFineTuneIsNotRemarkedOn()
    {
        std::mt19937 random(5);
        std::normal_distribution<float> normal(0, 0.02f);
        const auto other =
            tuned(*m_base, [&](std::size_t, std::size_t, float value) { return value + normal(random); });
        QCOMPARE(remarksOf(*other, *m_base), QStringList());
    }

    void theModelItselfIsNoBase()
    {
        QCOMPARE(
            remarksOf(*m_base, *m_base),
            QStringList{"the base holds the weights of the model itself: there is no difference to store"});
    }

    void manyZerosAreTold()
    {
        std::mt19937 random(5);
        std::normal_distribution<float> normal(0, 0.02f);
        const auto other = tuned(*m_base, [&](std::size_t, std::size_t column, float value) {
            return column % 2 == 0 ? value : value + normal(random);
        });
        const QStringList remarks = remarksOf(*other, *m_base);
        QCOMPARE(remarks.size(), 1);
        QVERIFY2(
            remarks[0].startsWith(QString("in %1 of %1 layers more than 30 % of the differences to the base are "
                                          "exactly 0 (50 % in ")
                                      .arg(m_layers)),
            qPrintable(remarks[0]));
    }

    void aForeignBaseIsTold()
    {
        const QStringList remarks = remarksOf(*m_base, *TinyModel{.seed = 2}.make());
        QCOMPARE(remarks.size(), 1);
        QVERIFY2(
            remarks[0].startsWith(
                QString("%1 of %1 layers differ from the base by more than 30 % of its norm").arg(m_layers)),
            qPrintable(remarks[0]));
    }

    void aMergedLoraIsTold()
    {
        const auto other = tuned(*m_base, [&](std::size_t row, std::size_t column, float value) {
            return value + 0.02f * std::sin(float(row) + 1) * std::cos(3 * float(column));
        });
        const QStringList remarks = remarksOf(*other, *m_base);
        QCOMPARE(remarks.size(), 1);
        QVERIFY2(
            remarks[0].contains(QString(" of %1 layers the difference to the base is of low rank").arg(m_layers)),
            qPrintable(remarks[0]));
    }

    void aStopEndsIt()
    {
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(int(baseRemarks(*m_base, *m_base, stop.get_token()).error().code), int(ErrorCode::Cancelled));
    }
};

QTEST_GUILESS_MAIN(BaseRemarksTest)
#include "base_remarks_test.moc"
