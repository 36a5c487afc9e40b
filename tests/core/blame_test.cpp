#include "core/evaluate/blame.h"

#include "core/evaluate/evaluation_session.h"
#include "core/sensitivity/candidate.h"
#include "plugins/rtn/rtn.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace tritloom;

namespace {

const LayerMethod* methodCalled(std::string_view id)
{
    static const RoundToNearest rtn;
    return id == "rtn" ? &rtn : nullptr;
}

std::vector<Chunk> chunks()
{
    std::vector<Chunk> list;
    for (int c = 0; c < 2; ++c) {
        Chunk chunk{{}, 16};
        for (int i = 0; i < 32; ++i)
            chunk.tokens.push_back(TokenId((c * 11 + i * 7 + i * i) % 50));
        list.push_back(std::move(chunk));
    }
    return list;
}

std::shared_ptr<ForwardPass> passOf(const std::shared_ptr<const Model>& model)
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeReferenceBackend());
    auto compressor = std::make_shared<Compressor>(model, methodCalled, nullptr, 64u << 20);
    return std::make_shared<ForwardPass>(
        std::move(compressor), std::make_unique<Executor>(std::move(backends)), 64u << 20);
}

std::size_t layerCalled(const Model& model, std::string_view name)
{
    return std::size_t(std::ranges::find(model.layers, name, &Layer::name) - model.layers.begin());
}

/// Everything at 8 bits, one layer at 2.
Allocation oneBadLayer(const Model& model, std::string_view name)
{
    Allocation allocation = uniform(model, {"int8g32", "rtn", {}});
    allocation.layers[layerCalled(model, name)].format = "int2g32";
    return allocation;
}

/// Counts letters: token i is the i-th letter.
class Letters final : public Tokenizer {
public:
    std::vector<TokenId> encode(std::string_view text, bool) const override
    {
        return {text.begin(), text.end()};
    }
    std::string decode(std::span<const TokenId> tokens, bool) const override
    {
        return {tokens.begin(), tokens.end()};
    }
    std::string display(TokenId token) const override { return {char(token)}; }
    std::size_t vocabularySize() const override { return 128; }
};

} // namespace

class BlameTest : public QObject {
    Q_OBJECT

private slots:
    void theLayerThatSpoilsMostIsFoundFirst_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"token_embd.weight", "blk.0.attn_v.weight", "blk.1.ffn_down.weight", "output.weight"})
            QTest::newRow(name) << QString(name);
    }
    void theLayerThatSpoilsMostIsFoundFirst()
    {
        QFETCH(QString, name);
        const auto model = TinyModel{}.make();
        const auto pass = passOf(model);
        const Allocation allocation = oneBadLayer(*model, name.toStdString());
        BlameQuestion question{.chunks = chunks(), .measure = BlameQuestion::Measure::Divergence};
        question.share = 0.5;
        const auto found = blame(*pass, allocation, question, {});
        QVERIFY2(found, found ? "" : found.error().message.c_str());
        QVERIFY(found->isComplete);
        QVERIFY(!found->layers.empty());
        QCOMPARE(std::size_t(found->layers.front().layers.front()), layerCalled(*model, name.toStdString()));
        QVERIFY(found->layers.front().gain > 0.8 * found->difference());
        // Twice the depth of the halvings and the ends, not one run a layer.
        QVERIFY(found->evaluations < model->layers.size());
    }

    void gainsAreWhatTakingTheLayersBackMeasures()
    {
        const auto model = TinyModel{}.make();
        const Allocation allocation = uniform(*model, {"int2g32", "rtn", {}});
        BlameQuestion question{.chunks = chunks()};
        question.share = 1; // every layer by itself
        const auto found = blame(*passOf(model), allocation, question, {});
        QVERIFY2(found, found ? "" : found.error().message.c_str());
        QVERIFY(found->rest.empty() && found->isComplete);
        QCOMPARE(found->layers.size(), model->layers.size());
        QCOMPARE(found->positions, std::size_t(30));
        EvaluationSession session(chunks(), passOf(model));
        const auto lossOf = [&](const Allocation& of) {
            return std::log(session.evaluate(of, {})->perplexity.value);
        };
        QVERIFY(std::abs(lossOf(allocation) - found->compressed) < 1e-6);
        QVERIFY(std::abs(lossOf(model->original()) - found->original) < 1e-6);
        double sum = 0;
        for (const BlamedGroup& layer : found->layers) {
            Allocation without = allocation;
            without[layer.layers.front()] = {};
            QVERIFY(std::abs(lossOf(allocation) - lossOf(without) - layer.gain) < 1e-6);
            sum += layer.gain;
        }
        QVERIFY(std::ranges::is_sorted(
            found->layers, std::greater<>(), [](const BlamedGroup& layer) { return std::abs(layer.gain); }));
        // All of them together are the difference; apart they are not, and that is said.
        QCOMPARE(found->together, found->difference());
        QVERIFY(std::abs(found->unexplained() - (found->difference() - sum)) < 1e-12);
        QVERIFY(std::abs(found->unexplained()) > 0.05 * std::abs(found->difference()));
    }

    void groupsThatWinLittleAreNamedAndNotSplit()
    {
        const auto model = TinyModel{}.make();
        BlameQuestion question{.chunks = chunks(), .measure = BlameQuestion::Measure::Divergence};
        question.share = 0.5;
        const auto found =
            blame(*passOf(model), oneBadLayer(*model, "blk.1.attn_output.weight"), question, {});
        QVERIFY(found);
        std::vector<LayerId> all;
        for (const auto* const list : {&found->layers, &found->rest})
            for (const BlamedGroup& group : *list)
                all.insert(all.end(), group.layers.begin(), group.layers.end());
        std::ranges::sort(all);
        QCOMPARE(all.size(), model->layers.size()); // every layer is somewhere, once
        QVERIFY(std::ranges::adjacent_find(all) == all.end());
    }

    void stagesBeforeTheFirstRestoredLayerAreNotRunAgain()
    {
        const auto model = TinyModel{}.make();
        const auto pass = passOf(model);
        BlameQuestion question{.chunks = chunks(), .measure = BlameQuestion::Measure::Divergence};
        question.share = 0.5;
        const auto found = blame(*pass, oneBadLayer(*model, "blk.2.ffn_down.weight"), question, {});
        QVERIFY(found);
        const std::size_t whole = found->evaluations * question.chunks.size() * model->graph->stageCount;
        QVERIFY2(
            pass->counters().stagesRun < whole * 3 / 4,
            qPrintable(QString("%1 of %2").arg(pass->counters().stagesRun).arg(whole)));
    }

    void aLimitEndsTheSearchAndSaysSo()
    {
        const auto model = TinyModel{}.make();
        BlameQuestion question{.chunks = chunks()};
        question.share = 1;
        question.evaluationLimit = 7;
        const auto found = blame(*passOf(model), uniform(*model, {"int2g32", "rtn", {}}), question, {});
        QVERIFY(found);
        QVERIFY(!found->isComplete);
        QVERIFY(found->evaluations <= 7);
        QVERIFY(!found->rest.empty());
    }

    void whatRunsCanBeCancelled()
    {
        const auto model = TinyModel{}.make();
        std::stop_source stop;
        BlameQuestion question{.chunks = chunks()};
        question.share = 1;
        std::size_t reports = 0;
        const auto found = blame(
            *passOf(model), uniform(*model, {"int2g32", "rtn", {}}), question, stop.get_token(),
            [&](const Blame&, double fraction) {
                QVERIFY(fraction >= 0 && fraction <= 1);
                if (++reports == 3)
                    stop.request_stop();
            });
        QVERIFY(!found);
        QCOMPARE(int(found.error().code), int(ErrorCode::Cancelled));
        QCOMPARE(reports, std::size_t(3));
    }

    void nothingCompressedIsAnError()
    {
        const auto model = TinyModel{}.make();
        const auto found = blame(*passOf(model), model->original(), {.chunks = chunks()}, {});
        QVERIFY(!found);
        QCOMPARE(int(found.error().code), int(ErrorCode::InvalidInput));
    }

    void aTokenIsAskedWithWhatStandsBeforeIt()
    {
        Letters letters;
        const std::vector<TokenId> text{10, 11, 12, 13, 14, 15};
        const auto whole = chunkBefore(letters, text, 4, 64);
        QVERIFY(whole);
        QCOMPARE(whole->tokens, (std::vector<TokenId>{10, 11, 12, 13, 14}));
        QCOMPARE(whole->firstScored, std::size_t(3)); // its next token is the one asked about
        QCOMPARE(chunkBefore(letters, text, 5, 3)->tokens, (std::vector<TokenId>{12, 13, 14, 15}));
        QVERIFY(!chunkBefore(letters, text, 6, 64));
        QVERIFY(!chunkBefore(letters, text, 0, 64)); // nothing predicts it
        letters.bos = 1;
        letters.addBos = true;
        QCOMPARE(chunkBefore(letters, text, 0, 64)->tokens, (std::vector<TokenId>{1, 10}));
        QCOMPARE(chunkBefore(letters, text, 5, 3)->tokens, (std::vector<TokenId>{1, 13, 14, 15}));
    }

    void oneTokenIsOneScoredPosition()
    {
        const auto model = TinyModel{}.make();
        Chunk chunk{{1, 7, 3, 22, 9, 41}, 4};
        const auto found =
            blame(*passOf(model), oneBadLayer(*model, "blk.0.ffn_up.weight"), {.chunks = {chunk}}, {});
        QVERIFY2(found, found ? "" : found.error().message.c_str());
        QCOMPARE(found->positions, std::size_t(1));
        const auto pass = passOf(model);
        const Tensor logs = *pass->logProbabilities(chunk, model->original(), ForwardPass::Keep::Nothing, {});
        QCOMPARE(float(found->original), -logs.floats()[41]);
    }
};

QTEST_APPLESS_MAIN(BlameTest)
#include "blame_test.moc"
