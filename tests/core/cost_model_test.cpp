// Held against the figures of shared/methods/cost-models.md, sections 3, 5 and 6.
#include "core/evaluate/decode_speed.h"
#include "core/sensitivity/cost_model.h"
#include "core/sensitivity/read_speed.h"

#include "core/calibrate/compressor.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tuned_models.h"

#include <QTest>

#include <cmath>

using namespace tritloom;

namespace {

/// Llama-3-8B by its shapes alone; the weights are not there.
Model llama8b()
{
    Model model;
    const auto add = [&](const char* role, std::size_t rows, std::size_t columns) {
        Layer layer;
        layer.role = role;
        layer.rows = rows;
        layer.columns = columns;
        layer.storedFormat = "f16";
        layer.storedBytes = rows * columns * 2;
        model.layers.push_back(std::move(layer));
    };
    add("token_embd", 128256, 4096);
    for (int block = 0; block < 32; ++block) {
        add("attn_q", 4096, 4096);
        add("attn_k", 1024, 4096);
        add("attn_v", 1024, 4096);
        add("attn_output", 4096, 4096);
        add("ffn_gate", 14336, 4096);
        add("ffn_up", 14336, 4096);
        add("ffn_down", 4096, 14336);
    }
    add("output", 128256, 4096);
    model.kvBytesPerToken = 131072;
    return model;
}

bool isNear(double value, double expected, double relative)
{
    return std::abs(value / expected - 1) < relative;
}

} // namespace

class CostModelTest : public QObject {
    Q_OBJECT

private slots:
    void llama8bMovesWhatTheBriefSays()
    {
        const Model model = llama8b();
        const Allocation original = model.original(), q4 = uniform(model, {"q4_k", "rtn", {}});
        std::size_t withoutEmbeddings = 0;
        for (const Layer& layer : model.layers)
            withoutEmbeddings +=
                layer.role == "token_embd" || layer.role == "output" ? 0 : layer.parameters();
        QCOMPARE(withoutEmbeddings, std::size_t(6'979'321'856));
        const DecodeLoad head = decodeLoad(model, original, 0);
        // All weights but the table of embeddings, of which one row is read.
        QVERIFY(isNear(head.weightBytes, 2.0 * (6'979'321'856.0 + 128256.0 * 4096), 1e-12));
        QVERIFY(isNear(decodeLoad(model, q4, 0).weightBytes, head.weightBytes * 4.5 / 16, 1e-12));
        QVERIFY(isNear(decodeLoad(model, original, 8192).cacheBytes, 131072.0 * 8192, 1e-12));
        // 2 P + 4 L q ctx operations are half as many multiply-adds.
        const double scores = decodeLoad(model, original, 1000).multiplyAdds - head.multiplyAdds;
        QVERIFY(isNear(scores, 2.0 * 32 * 4096 * 1000, 1e-12));
    }

    void sixtyGigabytesASecondGiveThirteenTokens()
    {
        // Q4_K_M of the brief: 4.58 GiB of file without 0.275 GiB of embeddings.
        DecodeLoad load;
        load.weightBytes = (4.58 - 0.275) * double(std::size_t{1} << 30);
        QVERIFY(isNear(load.tokensPerSecond(60e9), 13.0, 0.005));
        QVERIFY(isNear(load.tokensPerSecond(4.8e12), 1038, 0.005));
        load.cacheBytes = 131072.0 * 8192;
        QVERIFY(isNear(load.tokensPerSecond(60e9), 10.5, 0.01));
        QVERIFY(isNear(load.tokensPerSecond(120e9) / load.tokensPerSecond(60e9), 2, 1e-12));
    }

    void energyIsThatOfTheBrief()
    {
        Model model = llama8b();
        std::erase_if(model.layers, [](const Layer& layer) {
            return layer.role == "output" || layer.role == "token_embd";
        });
        const DecodeLoad half = decodeLoad(model, model.original(), 0);
        QVERIFY(isNear(half.memoryJoules, 2.23, 0.01));
        QVERIFY(isNear(half.arithmeticJoules, 10.5e-3, 0.01));
        const DecodeLoad packed = decodeLoad(model, uniform(model, {"q4_k", "rtn", {}}), 0);
        QVERIFY(isNear(packed.memoryJoules, 0.63, 0.01));
        QVERIFY(isNear(packed.arithmeticJoules, 2.1e-3, 0.01));
        QVERIFY(isNear(
            decodeLoad(model, uniform(model, {"tq2_0", "rtn", {}}), 0).arithmeticJoules, 0.70e-3, 0.01));
    }

    void theHeadIsReadEvenWhereItIsTheTableOfEmbeddings()
    {
        const auto own = TinyModel{}.make(), tied = TinyModel{.tied = true}.make();
        // Everything is read in both: norms, biases, projections, one of the two tables.
        QCOMPARE(decodeLoad(*tied, tied->original(), 0).weightBytes, double(tied->bytes()));
        QCOMPARE(
            decodeLoad(*own, own->original(), 0).weightBytes,
            double(own->bytes()) - double(own->layers.front().storedBytes));
    }

    void speedIsThatOfTheMedianToken()
    {
        const DecodeSpeed speed = speedOf({0.02, 0.01, 0.01, 0.01, 5.0});
        QCOMPARE(speed.tokens, std::size_t(5));
        QVERIFY(isNear(speed.tokensPerSecond, 100, 1e-9));
        QVERIFY(speed.slowest <= speed.tokensPerSecond && speed.tokensPerSecond <= speed.fastest);
        QCOMPARE(speedOf({}).tokens, std::size_t(0));
    }

    // A token is made of the base's weights and of the signs, whatever lies in which file.
    void whatADifferenceReadsIsItsBaseToo()
    {
        const auto base = TinyModel().make(), tuned = tunedFrom(*base, 1);
        const auto methods = [](std::string_view id) -> const LayerMethod* {
            return id == "bitdelta" ? &bitDelta : nullptr;
        };
        const Allocation signs = uniform(*tuned, {"sign", "bitdelta", {}});
        double stored = 0, ofBase = 0, others = double(tuned->bytes());
        for (std::size_t i = 0; i < signs.layers.size(); ++i) {
            const Layer& layer = tuned->layers[i];
            others -= double(layer.storedBytes);
            if (layer.role == "token_embd" && tuned->layers.back().role == "output")
                continue; // one row of it
            stored += double(bytesOf(layer, signs.layers[i], methods));
            ofBase += double(base->layers[i].storedBytes);
        }
        QVERIFY(ofBase > 0);
        QCOMPARE(decodeLoad(*tuned, signs, 0, methods, base.get()).weightBytes, others + stored + ofBase);
        // Of a base that is not known: as the model itself is stored.
        QCOMPARE(decodeLoad(*tuned, signs, 0, methods).weightBytes, others + stored + ofBase);
        // In a file that refers to it, the base's part is not among the bytes that are stored.
        Compressor compressor(tuned, methods, nullptr, 0);
        compressor.setBase(base);
        const CompressedLayer made = compressor.compress(LayerId(1), signs.layers[1], {}).value();
        NamedTensor tensor{
            .name = "difference", .shape = {}, .stored = made.replacement()->parts.front().tensor};
        tensor.replacement = made.replacement();
        QCOMPARE(bytesRead(tensor) - storedBytes(tensor), std::uint64_t(base->layers[1].storedBytes));
    }

    void readingIsMeasuredAndStops()
    {
        std::stop_source stopped;
        stopped.request_stop();
        QVERIFY(!ReadSpeed::measure(stopped.get_token()).isKnown());
        const ReadSpeed speed = ReadSpeed::measure();
        for (const double megabytes : {1, 8, 64, 1024}) {
            qInfo("this machine reads %4.0f MB at %.1f GB/s", megabytes, speed.of(megabytes * 1e6) / 1e9);
            QVERIFY(speed.of(megabytes * 1e6) > 1e8 && speed.of(megabytes * 1e6) < 1e14);
        }
    }

    void speedsLieBetweenThoseOfTheNearestSizes()
    {
        const ReadSpeed speed({{1e6, 100}, {4e6, 40}});
        QCOMPARE(speed.of(1), 100.0);
        QVERIFY(isNear(speed.of(2e6), 70, 1e-9)); // the middle of the two, by ratio
        QCOMPARE(speed.of(1e12), 40.0);
        QCOMPARE(ReadSpeed().of(1e6), 0.0);
    }
};

QTEST_APPLESS_MAIN(CostModelTest)
#include "cost_model_test.moc"
