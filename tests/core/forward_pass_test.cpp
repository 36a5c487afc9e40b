#include "core/evaluate/evaluation_session.h"

#include "plugins/rtn/rtn.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <cmath>

using namespace tritloom;

namespace {

std::unique_ptr<Executor> referenceExecutor()
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeReferenceBackend());
    return std::make_unique<Executor>(std::move(backends));
}

const LayerMethod* methodCalled(std::string_view id)
{
    static const RoundToNearest rtn;
    return id == "rtn" ? &rtn : nullptr;
}

std::shared_ptr<ForwardPass> passOf(const std::shared_ptr<const Model>& model, std::size_t memoBytes = 64u << 20)
{
    auto compressor = std::make_shared<Compressor>(model, methodCalled, nullptr, memoBytes);
    return std::make_shared<ForwardPass>(std::move(compressor), referenceExecutor(), memoBytes);
}

Chunk chunkOf(std::size_t length, TokenId first)
{
    Chunk chunk{{}, length / 2};
    for (std::size_t i = 0; i < length; ++i)
        chunk.tokens.push_back(TokenId((std::size_t(first) + i * 7) % 50));
    return chunk;
}

LayerId layerCalled(const Model& model, std::string_view name)
{
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (model.layers[i].name == name)
            return LayerId(i);
    qFatal("no such layer");
    return {};
}

LayerChoice int4()
{
    return {.format = "int4g32", .method = "rtn", .parameters = {}};
}

} // namespace

class ForwardPassTest : public QObject {
    Q_OBJECT

private slots:
    void numbersThatNothingFiniteComesOfAreRefused_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<double>("value");
        const char *const epsilon = "llama.attention.layer_norm_rms_epsilon",
                          *const base = "llama.rope.freq_base", *const factor = "llama.rope.scaling.factor";
        QTest::newRow("epsilon, NaN") << epsilon << std::nan("");
        QTest::newRow("epsilon, negative") << epsilon << -1.0;
        QTest::newRow("epsilon, without end") << epsilon << std::numeric_limits<double>::infinity();
        QTest::newRow("base, 0") << base << 0.0;
        QTest::newRow("base, negative") << base << -10000.0;
        QTest::newRow("factor, hardly anything") << factor << 1e-320;
        QTest::newRow("blocks, a fraction") << "llama.block_count" << 2.5;
    }
    void numbersThatNothingFiniteComesOfAreRefused()
    {
        QFETCH(QString, key);
        QFETCH(double, value);
        ModelFile file = *TinyModel().make()->file;
        file.metadata.set("llama.rope.scaling.type", std::string("linear"));
        QVERIFY(makeModel(file)->graph);
        file.metadata.set(key.toStdString(), value);
        const auto model = makeModel(file);
        QVERIFY(!model->graph);
        QVERIFY2(
            model->whyNotEvaluated.starts_with("'" + key.toStdString() + "' is "),
            model->whyNotEvaluated.c_str());
    }

    void everyArchitectureRuns_data()
    {
        QTest::addColumn<QString>("architecture");
        for (const char* id : {"llama", "qwen2", "qwen3", "gpt2", "bitnet-b1.58"})
            QTest::addRow("%s", id) << QString(id);
    }
    void everyArchitectureRuns()
    {
        QFETCH(QString, architecture);
        TinyModel tiny{.architecture = architecture.toStdString()};
        tiny.kvHeads = architecture == "gpt2" ? 4 : 2;
        const auto model = tiny.make();
        QVERIFY2(model->graph.has_value(), model->whyNotEvaluated.c_str());
        const auto result
            = passOf(model)->logProbabilities(chunkOf(12, 3), model->original(), ForwardPass::Keep::Nothing, {});
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
        const std::vector<float> logs = result->toFloats();
        QCOMPARE(result->type().shape, (Shape{5, 50}));
        double total = 0;
        for (std::size_t i = 0; i < 50; ++i)
            total += std::exp(double(logs[i]));
        QVERIFY(std::abs(total - 1) < 1e-5);
    }

    void stepsWithACacheAgreeWithTheWholeSequence_data()
    {
        QTest::addColumn<std::uint32_t>("window");
        QTest::newRow("all tokens") << 0u;
        QTest::newRow("the last three") << 3u;
    }
    void stepsWithACacheAgreeWithTheWholeSequence()
    {
        QFETCH(std::uint32_t, window);
        ModelFile file = *TinyModel{.architecture = "qwen3"}.make()->file;
        file.metadata.set("qwen3.attention.sliding_window", window);
        const auto model = makeModel(std::move(file));
        const Graph& graph = *model->graph;
        const auto weightsOf = [&](TensorId id) -> Result<Executor::Weights> {
            return Executor::Weights{TRY(materialise(model->tensor(id))), keyOf(id)};
        };
        const auto executor = referenceExecutor();
        const std::vector<float> tokens{3, 10, 17, 24, 31, 38};
        ValueMap whole{{graph.input, Tensor::fromFloats({tokens.size()}, tokens)}};
        QVERIFY(executor->run(graph, 0, graph.stageCount - 1, whole, weightsOf, nullptr, {}).has_value());
        const std::vector<float> expected = whole.at(graph.output).toFloats();
        SequenceState state;
        for (std::size_t t = 0; t < tokens.size(); ++t) {
            ValueMap step{{graph.input, Tensor::fromFloats({1}, std::span(tokens).subspan(t, 1))}};
            QVERIFY(executor->run(graph, 0, graph.stageCount - 1, step, weightsOf, &state, {}).has_value());
            ++state.tokens;
            const std::vector<float> actual = step.at(graph.output).toFloats();
            for (std::size_t i = 0; i < actual.size(); ++i)
                QVERIFY(std::abs(actual[i] - expected[t * actual.size() + i]) < 1e-5f);
        }
    }

    // Rotating interleaved pairs of permuted rows is rotating halves of the originals (llm-forward, section 1).
    void rotateHalfFilesGiveTheSameLogits()
    {
        const TinyModel tiny{};
        const auto interleaved = tiny.make();
        ModelFile file = *interleaved->file;
        file.rotateHalf = true;
        for (NamedTensor& tensor : file.tensors) {
            if (!tensor.name.ends_with("attn_q.weight") && !tensor.name.ends_with("attn_k.weight"))
                continue;
            const std::size_t rows = tensor.shape[0], columns = tensor.shape[1], d = tiny.headSize;
            const std::vector<float> old = tensor.stored.toFloats();
            std::vector<float> fresh(old.size());
            for (std::size_t r = 0; r < rows; ++r) {
                const std::size_t inHead = r % d;
                const std::size_t target = r - inHead + (inHead % 2 == 0 ? inHead / 2 : inHead / 2 + d / 2);
                std::copy_n(old.begin() + long(r * columns), columns, fresh.begin() + long(target * columns));
            }
            tensor.stored = Tensor::adoptFloats(tensor.shape, std::move(fresh));
        }
        const auto halves = makeModel(std::move(file));
        const auto a = passOf(interleaved)->logProbabilities(chunkOf(16, 1), interleaved->original(), ForwardPass::Keep::Nothing, {});
        const auto b = passOf(halves)->logProbabilities(chunkOf(16, 1), halves->original(), ForwardPass::Keep::Nothing, {});
        const std::vector<float> left = a.value().toFloats(), right = b.value().toFloats();
        for (std::size_t i = 0; i < left.size(); ++i)
            QVERIFY(std::abs(left[i] - right[i]) < 1e-4f);
    }

    void changingALayerRunsOnlyWhatFollows()
    {
        const auto model = TinyModel{}.make();
        const auto pass = passOf(model);
        const Chunk chunk = chunkOf(16, 1);
        QVERIFY(pass->logProbabilities(chunk, model->original(), ForwardPass::Keep::Everything, {}).has_value());
        QCOMPARE(pass->counters().stagesRun, std::size_t(5)); // embedding, three blocks, head
        Allocation changed = model->original();
        changed[layerCalled(*model, "blk.1.ffn_down.weight")] = int4();
        QVERIFY(pass->logProbabilities(chunk, changed, ForwardPass::Keep::Everything, {}).has_value());
        QCOMPARE(pass->counters().stagesRun, std::size_t(5 + 3)); // blocks 1 and 2, head
    }

    void undoingAChangeComputesNothing()
    {
        const auto model = TinyModel{}.make();
        const auto pass = passOf(model);
        const Chunk chunk = chunkOf(16, 1);
        Allocation changed = model->original();
        changed[LayerId(0)] = int4();
        const auto before = pass->logProbabilities(chunk, model->original(), ForwardPass::Keep::Everything, {});
        QVERIFY(pass->logProbabilities(chunk, changed, ForwardPass::Keep::Everything, {}).has_value());
        const std::size_t run = pass->counters().stagesRun;
        const auto again = pass->logProbabilities(chunk, model->original(), ForwardPass::Keep::Everything, {});
        QCOMPARE(pass->counters().stagesRun, run);
        QCOMPARE(again->toFloats(), before->toFloats());
    }

    void aTiedTableCountsAtBothEnds()
    {
        TinyModel tiny{};
        tiny.tied = true;
        const auto model = tiny.make();
        const auto pass = passOf(model);
        Allocation changed = model->original();
        changed[layerCalled(*model, "token_embd.weight")] = int4();
        const auto before = pass->logProbabilities(chunkOf(16, 1), model->original(), ForwardPass::Keep::Everything, {});
        const auto after = pass->logProbabilities(chunkOf(16, 1), changed, ForwardPass::Keep::Everything, {});
        QVERIFY(before->toFloats() != after->toFloats());
        QCOMPARE(pass->counters().stagesRun, std::size_t(10));
    }

    void theOriginalHasNoDivergenceFromItself()
    {
        const auto model = TinyModel{}.make();
        EvaluationSession session({chunkOf(16, 1), chunkOf(16, 5)}, passOf(model));
        const auto evaluation = session.evaluate(model->original(), {});
        QVERIFY(evaluation.has_value());
        QCOMPARE(evaluation->kl.value, 0.0);
        QCOMPARE(evaluation->topTokenAgreement.value, 1.0);
        QCOMPARE(evaluation->perplexity, evaluation->referencePerplexity);
        QCOMPARE(evaluation->tokens, std::size_t(14));
    }

    void anUnknownMethodIsAnErrorWithItsName()
    {
        const auto model = TinyModel{}.make();
        Allocation changed = model->original();
        changed[LayerId(1)] = {.format = "int4g32", .method = "magic", .parameters = {}};
        EvaluationSession session({chunkOf(16, 1)}, passOf(model));
        const auto result = session.evaluate(changed, {});
        QVERIFY(!result);
        QCOMPARE(
            QString::fromStdString(result.error().message),
            QString("blk.0.attn_q.weight: no method is called 'magic'"));
    }

    // A memo or a store must not give the numbers of one way to multiply for those of the other.
    void waysToMultiplyHaveKeysOfTheirOwn()
    {
        const auto model = TinyModel{}.make();
        const auto pass = passOf(model);
        const Chunk chunk = chunkOf(16, 1);
        const Key whole = pass->keyOf(chunk, model->original());
        pass->executor().multipliesWholeNumbers = false;
        QVERIFY(pass->keyOf(chunk, model->original()) != whole);
        pass->executor().multipliesWholeNumbers = true;
        QCOMPARE(pass->keyOf(chunk, model->original()), whole);
    }

    // Without it results of an earlier search would be taken for those of this one.
    void whatFittingMakesHasARevisionInItsKey()
    {
        const auto model = TinyModel{}.make();
        const Compressor compressor(model, methodCalled, nullptr, 0);
        const Key without = keyOf("weights", model->key, LayerId(1), int4().format, int4().method);
        QVERIFY(compressor.keyOfChoice(LayerId(1), int4()) != without);
    }

    void whatFailsForEveryLayerIsToldWithoutOne()
    {
        const Compressor compressor(TinyModel{}.make(), methodCalled, nullptr, 0);
        QVERIFY(compressor.checkMethod("rtn").has_value());
        const auto found = compressor.checkMethod("magic");
        QVERIFY(!found);
        QCOMPARE(found.error().message, std::string("no method is called 'magic'"));
    }

    void metricsAgreeWithHandWorkedCases()
    {
        // llm-forward, checks 5 and 6.
        const PositionValues values{{1.2f, 0.3f, 2.5f, 0.9f}, {}, {}, {}};
        const Measured perplexity = perplexityOf({&values, 1});
        QVERIFY(std::abs(perplexity.value - 3.404166) < 1e-5);
        QVERIFY(std::abs(perplexity.standardError - 1.580739) < 1e-5);
        const auto executor = referenceExecutor();
        const auto logs = [&](std::vector<float> logits) {
            const Tensor input[] = {Tensor::adoptFloats({1, 4}, std::move(logits))};
            return executor->run(Op{OpKind::LogSoftmax, {}}, input, {}).value();
        };
        const Tensor both[] = {logs({2, 1, 0, -20}), logs({1.5f, 1.2f, 0.1f, -19})};
        const float kl = executor->run(Op{OpKind::Divergence, {}}, both, {}).value().toFloats()[0];
        QVERIFY(std::abs(kl - 0.0539007f) < 1e-6f);
    }

    void aShareThatNeverSpreadIsNotKnownExactly()
    {
        const auto of = [](int holds, int count) {
            RunningMean mean;
            for (int i = 0; i < count; ++i)
                mean.add(i < holds ? 1 : 0);
            return mean;
        };
        // Half of Wilson's interval at z = 1: 0 and 1/(n + 1) are its ends for nothing of n.
        for (const int count : {1, 16, 1000}) {
            QCOMPARE(of(0, count).share().value, 0.0);
            QCOMPARE(of(count, count).share().value, 1.0);
            QVERIFY(std::abs(of(0, count).share().standardError - 0.5 / (count + 1)) < 1e-12);
            QVERIFY(std::abs(of(count, count).share().standardError - 0.5 / (count + 1)) < 1e-12);
            QCOMPARE(of(0, count).mean().standardError, 0.0);
        }
        // From both ends of the interval p - z sqrt(p (1 - p) / n) leads back to the share that was seen.
        const Measured share = of(3, 16).share();
        const double seen = 3.0 / 16, centre = (seen + 1.0 / 32) / (1 + 1.0 / 16);
        for (const double p : {centre - share.standardError, centre + share.standardError})
            QVERIFY(std::abs(std::abs(seen - p) - std::sqrt(p * (1 - p) / 16)) < 1e-12);
        // Of many it is the usual error.
        const RunningMean many = of(40'000, 100'000);
        QVERIFY(std::abs(many.share().standardError / many.mean().standardError - 1) < 1e-4);
        QCOMPARE(RunningMean().share().value, 0.0);
        QCOMPARE(RunningMean().share().standardError, 0.0);
    }
};

QTEST_APPLESS_MAIN(ForwardPassTest)
#include "forward_pass_test.moc"
