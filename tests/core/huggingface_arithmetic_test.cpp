#include "core/file/huggingface_arithmetic.h"

#include "tests/support/huggingface_folder.h"
#include "tests/support/logits.h"
#include "tests/support/shared_data.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace tritloom;

namespace {

/// The folder's config.json with other members.
void change(const std::filesystem::path& folder, const QByteArray& members)
{
    std::ifstream file(folder / "config.json");
    Json config = Json::parse(file);
    file.close();
    config.update(Json::parse(QByteArray("{" + members + "}").replace('\'', '"').toStdString()));
    saveText(folder / "config.json", QByteArray::fromStdString(config.dump()));
}

} // namespace

/// Whatever a config asks for is computed, or a sentence says that it is not.
class HuggingfaceArithmeticTest : public QObject {
    Q_OBJECT

private slots:
    // PyTorch 1.13 in f64, written from llm-forward's formulae; with all of each head it gives the golden
    // logits. Windows: tests/golden/windows.
    void whatAConfigAsksForIsWhatPyTorchGives_data()
    {
        QTest::addColumn<QByteArray>("members");
        QTest::addColumn<QList<double>>("expected");
        const QList<double> half{-14.78295, 2.19132,   -14.78181, -14.78228, -14.78134,
                                 -14.78183, -14.78105, -14.78278, -14.78111, -14.78097};
        const QList<double> all{-16.63587, 0.06211,   -16.63491, -16.63492, -16.63415,
                                -16.63524, -16.63334, -16.63576, -16.63403, -16.63336};
        QTest::newRow("all") << QByteArray("'partial_rotary_factor':1") << all;
        QTest::newRow("half") << QByteArray("'partial_rotary_factor':0.5") << half;
        QTest::newRow("half, as Transformers 5 writes it") << QByteArray(
            "'rope_parameters':{'rope_type':'default','rope_theta':10000,'partial_rotary_factor':0.5}")
                                                           << half;
        QTest::newRow("a quarter") << QByteArray("'partial_rotary_factor':0.25")
                                   << QList<double>{-15.99645, 2.6241,    -15.99489, -15.99564, -15.99415,
                                                    -15.99508, -15.99387, -15.99588, -15.99427, -15.99378};
        QTest::newRow("a window") << QByteArray("'model_type':'mistral','sliding_window':4")
                                  << QList<double>{-14.37659, 2.61074,   -14.37630, -14.37599, -14.37562,
                                                   -14.37614, -14.37493, -14.37716, -14.37509, -14.37513};
        QTest::newRow("a window of one")
            << QByteArray("'model_type':'mistral','sliding_window':1")
            << QList<double>{-13.75612, 3.05077,   -13.75608, -13.75585, -13.75536,
                             -13.75559, -13.75416, -13.75749, -13.75501, -13.75501};
        QTest::newRow("a window that is larger")
            << QByteArray("'model_type':'mistral','sliding_window':10") << all;
        QTest::newRow("a window in some layers")
            << QByteArray("'sliding_window':3,'layer_types':['sliding_attention','full_attention',"
                          "'full_attention','sliding_attention','full_attention']")
            << QList<double>{-16.29200, -0.46422,  -16.29130, -16.29117, -16.29049,
                             -16.29131, -16.28955, -16.29226, -16.29028, -16.28957};
        QTest::newRow("a window in the last layers, as Qwen has it")
            << QByteArray("'architectures':['Qwen2ForCausalLM'],'model_type':'qwen2','sliding_window':3,"
                          "'use_sliding_window':true,'max_window_layers':2")
            << QList<double>{-15.61695, 1.33298,   -15.61648, -15.61616, -15.61563,
                             -15.61666, -15.61533, -15.61705, -15.61544, -15.61548};
        QTest::newRow("a window that Qwen does not use")
            << QByteArray("'architectures':['Qwen2ForCausalLM'],'model_type':'qwen2','sliding_window':3,"
                          "'use_sliding_window':false,'max_window_layers':2")
            << all;
    }
    void whatAConfigAsksForIsWhatPyTorchGives()
    {
        QFETCH(QByteArray, members);
        QFETCH(QList<double>, expected);
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        for (const char* file : {"config.json", "model.safetensors"})
            std::filesystem::copy_file(data / "llm_stories260k/derived/hf" / file, base / file);
        change(base, members);
        const auto model = loadModel(base).value();
        QVERIFY2(model->graph.has_value(), model->whyNotEvaluated.c_str());
        const auto logits = logitsOf(*model, {1, 403, 407, 261, 378, 440, 272, 310, 429, 301});
        QVERIFY2(logits.has_value(), logits ? "" : logits.error().message.c_str());
        const auto last = logits->floats().last(logits->type().columns());
        for (qsizetype i = 0; i < expected.size(); ++i)
            QVERIFY2(
                std::abs(double(last[std::size_t(i)]) - expected[i]) < 2e-4,
                qPrintable(QString("[%1]: %2").arg(i).arg(double(last[std::size_t(i)]))));
    }

    void whatIsNotComputedIsRefused_data()
    {
        QTest::addColumn<QByteArray>("members");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* members, const char* reason) {
            QTest::newRow(members) << QByteArray(members) << QString(reason);
        };
        row("'rope_scaling':{'rope_type':'longrope','short_factor':[1],'long_factor':[1]}",
            "config.json: the RoPE scaling 'longrope' is not known here");
        row("'rope_scaling':{'type':'su'}", "config.json: the RoPE scaling 'su' is not known here");
        row("'rope_scaling':{'rope_type':'yarn','factor':4}", "the rotary scaling 'yarn' is not known here");
        row("'rope_parameters':{'full_attention':{'rope_type':'default'}}",
            "config.json: layers of different kinds ('full_attention') rotate in different ways");
        row("'hidden_act':'gelu'",
            "config.json: 'hidden_act' is \"gelu\", the networks of this architecture that are run here have "
            "'silu'");
        row("'hidden_act':3",
            "config.json: 'hidden_act' is 3, the networks of this architecture that are run here have "
            "'silu'");
        row("'attention_bias':true",
            "config.json: 'attention_bias' is true, but there is no tensor of such a bias");
        row("'mlp_bias':true", "config.json: 'mlp_bias' is true, but there is no tensor of such a bias");
        row("'final_logit_softcapping':30.0",
            "config.json: 'final_logit_softcapping' is 30.0, which is not computed here");
        row("'attn_logit_softcapping':50",
            "config.json: 'attn_logit_softcapping' is 50, which is not computed here");
        row("'logit_scale':0.5", "config.json: 'logit_scale' is 0.5, which is not computed here");
        row("'embedding_multiplier':12",
            "config.json: 'embedding_multiplier' is 12, which is not computed here");
        row("'clip_qkv':8", "config.json: 'clip_qkv' is 8, which is not computed here");
        row("'use_qk_norm':true", "config.json: 'use_qk_norm' is true, which is not computed here");
        row("'sliding_window':8,'layer_types':['sliding_attention','chunked_attention']",
            "config.json: layers of \"chunked_attention\" are not known here");
        row("'final_logit_softcapping':'thirty'",
            "config.json: 'final_logit_softcapping' is \"thirty\", which is not computed here");
    }
    void whatIsNotComputedIsRefused()
    {
        QFETCH(QByteArray, members);
        QFETCH(QString, reason);
        const auto model = changed(members);
        QVERIFY(!model->graph);
        QCOMPARE(QString::fromStdString(model->whyNotEvaluated), reason);
    }

    void whatChangesNothingIsRun_data()
    {
        QTest::addColumn<QByteArray>("members");
        for (const char* members :
             {"'attention_bias':false,'mlp_bias':false", "'hidden_act':'swish'",
              "'final_logit_softcapping':null", "'attn_logit_softcapping':0", "'logit_scale':1.0",
              "'sliding_window':8", "'pretraining_tp':2", "'rope_scaling':{'rope_type':'default'}",
              "'rope_scaling':null", "'rope_scaling':{'type':'linear','factor':1}"})
            QTest::newRow(members) << QByteArray(members);
    }
    void whatChangesNothingIsRun()
    {
        QFETCH(QByteArray, members);
        const auto plain = changed(""), model = changed(members);
        QVERIFY2(model->graph.has_value(), model->whyNotEvaluated.c_str());
        QCOMPARE(logitsOf(*model, m_tokens)->toFloats(), logitsOf(*plain, m_tokens)->toFloats());
        QCOMPARE(model->contextLength, std::size_t(64));
    }

    // Position p turns as p / factor does; llama3's scaling does so to all waves of a context that is short
    // enough.
    void linearScalingStretchesPositions()
    {
        const auto with = [&](const char* members) {
            return logitsOf(*changed(members), m_tokens)->toFloats();
        };
        const auto linear = with("'rope_scaling':{'type':'linear','factor':4}");
        QVERIFY(linear != with(""));
        QCOMPARE(
            linear,
            with("'rope_scaling':{'rope_type':'llama3','factor':4,'original_max_position_embeddings':0.01}"));
    }

    void dynamicScalingEndsTheContext()
    {
        const auto model = changed("'rope_scaling':{'rope_type':'dynamic','factor':4}");
        QCOMPARE(model->contextLength, std::size_t(64));
        QCOMPARE(
            model->file->notices.front(),
            std::string(
                "config.json: RoPE scaling 'dynamic' begins behind the trained context, what is computed of "
                "longer texts is not the model's"));
        QCOMPARE(logitsOf(*model, m_tokens)->toFloats(), logitsOf(*changed(""), m_tokens)->toFloats());
    }

    // As a GGUF file says it: by block, or as every how many blocks one sees all.
    void windowsStandInTheMetadata()
    {
        const auto with = [](std::optional<MetadataValue> window, std::optional<MetadataValue> pattern = {}) {
            ModelFile file = *TinyModel{.blocks = 2}.make()->file;
            if (window)
                file.metadata.set("llama.attention.sliding_window", *window);
            if (pattern)
                file.metadata.set("llama.attention.sliding_window_pattern", *pattern);
            return makeModel(std::move(file));
        };
        const auto logits = [](const std::shared_ptr<const Model>& model) {
            return logitsOf(*model, {1, 2, 3, 4, 5, 6, 7}).value().toFloats();
        };
        const MetadataValue three = std::uint32_t(3);
        const auto all = logits(with({})), none = logits(with(three)),
                   first = logits(with(three, std::vector<bool>{true, false}));
        QCOMPARE(with(three)->contextLength, std::size_t(64)); // no end of the context
        QVERIFY(none != all && first != all && first != none);
        QCOMPARE(logits(with(std::uint32_t(0))), all);
        QCOMPARE(logits(with(three, std::uint32_t(2))), first);
        QCOMPARE(logits(with(three, std::uint32_t(0))), none);
        QCOMPARE(logits(with(three, std::uint32_t(1))), all);
        QCOMPARE(
            with(std::string("three"))->whyNotEvaluated,
            std::string("'llama.attention.sliding_window' is no number of tokens"));
        QCOMPARE(
            with(three, std::vector<bool>{true})->whyNotEvaluated,
            std::string(
                "'llama.attention.sliding_window_pattern' is neither a number nor a truth for each of 2 "
                "blocks"));
    }

    void aHeadThatIsToBeThereIsNotReplaced()
    {
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        saveLlamaFolder(base, {.blocks = 1, .tied = true});
        QVERIFY(loadModel(base).value()->graph.has_value());
        change(base, "'tie_word_embeddings':false");
        QCOMPARE(
            loadModel(base).value()->whyNotEvaluated,
            std::string(
                "config.json: 'tie_word_embeddings' is false, but there is no tensor 'lm_head.weight'"));
    }

    void gpt2sOwnKeysAreReadToo_data()
    {
        QTest::addColumn<QByteArray>("members");
        QTest::addColumn<QString>("reason");
        QTest::newRow("layer number")
            << QByteArray("'scale_attn_by_inverse_layer_idx':true")
            << "config.json: 'scale_attn_by_inverse_layer_idx' is true, which is not "
               "computed here";
        QTest::newRow("no scale") << QByteArray("'scale_attn_weights':false")
                                  << "config.json: 'scale_attn_weights' is false, which is not computed here";
        QTest::newRow("across") << QByteArray("'add_cross_attention':true")
                                << "config.json: 'add_cross_attention' is true, which is not computed here";
        QTest::newRow("exact")
            << QByteArray("'activation_function':'gelu'")
            << "config.json: 'activation_function' is \"gelu\", the networks of this architecture "
               "that are run here have 'gelu_new'";
        // The same numbers, in another order; then what is missing is said as ever.
        QTest::newRow("upcast") << QByteArray(
            "'reorder_and_upcast_attn':true,'scale_attn_weights':true,'activation_function':'gelu_fast'")
                                << "no tensor 'token_embd.weight', which gpt2 needs";
    }
    void gpt2sOwnKeysAreReadToo()
    {
        QFETCH(QByteArray, members);
        QFETCH(QString, reason);
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        saveText(
            base / "config.json",
            R"({"architectures":["GPT2LMHeadModel"],"n_embd":2,"n_layer":1,"n_head":1,"vocab_size":3})");
        change(base, members);
        SafetensorsBuilder file;
        file.add("h.0.ln_1.weight", "F32", {2}, std::vector<float>{1, 1});
        file.save(base / "model.safetensors");
        QCOMPARE(QString::fromStdString(loadModel(base).value()->whyNotEvaluated), reason);
    }

    void ggufsKeysAreReadToo_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* key, double value, const char* reason) {
            QTest::addRow("%s %g", key, value) << QString(key) << value << QString(reason);
        };
        row("final_logit_softcapping", 30, "is 30, which is not computed here: 0 is expected");
        row("attn_logit_softcapping", 50, "is 50, which is not computed here: 0 is expected");
        row("logit_scale", 0.5, "is 0.5, which is not computed here: 1 is expected");
        row("logit_scale", 0, "");
        row("embedding_scale", 12, "is 12, which is not computed here: 1 is expected");
        row("residual_scale", 0.25, "is 0.25, which is not computed here: 1 is expected");
        row("attention.scale", 0.5, "is 0.5, which is not computed here: 0.25 is expected");
        row("attention.scale", 0.25, "");
        row("attention.clamp_kqv", 8, "is 8, which is not computed here: 0 is expected");
        row("attention.max_alibi_bias", 8, "is 8, which is not computed here: 0 is expected");
        row("attention.causal", 0, "is 0, which is not computed here: 1 is expected");
        row("attention.value_length", 8, "is 8, which is not computed here: 16 is expected");
        row("expert_count", 8, "is 8, which is not computed here: 0 is expected");
    }
    void ggufsKeysAreReadToo()
    {
        QFETCH(QString, key);
        QFETCH(double, value);
        QFETCH(QString, reason);
        ModelFile file = *TinyModel{}.make()->file;
        const std::string full = "llama." + key.toStdString();
        if (key == "attention.causal")
            file.metadata.set(full, value != 0);
        else
            file.metadata.set(full, float(value));
        const auto model = makeModel(std::move(file));
        QCOMPARE(
            QString::fromStdString(model->whyNotEvaluated),
            reason.isEmpty() ? QString() : QString("'llama.%1' %2").arg(key, reason));
    }

    // llama.cpp means linear scaling where only a factor stands; older files call it scale_linear.
    void ggufsFactorsOfPositionsAreOne()
    {
        const auto with = [this](std::initializer_list<std::pair<const char*, MetadataValue>> keys) {
            ModelFile file = *TinyModel{}.make()->file;
            for (const auto& [key, value] : keys)
                file.metadata.set(std::string("llama.rope.") + key, value);
            return logitsOf(*makeModel(std::move(file)), m_tokens)->toFloats();
        };
        const auto scaled = with({{"scaling.type", std::string("linear")}, {"scaling.factor", 4.0f}});
        QVERIFY(scaled != with({}));
        QCOMPARE(with({{"scaling.factor", 4.0f}}), scaled);
        QCOMPARE(with({{"scale_linear", 4.0f}}), scaled);
        QCOMPARE(with({{"scaling.factor", 0.0f}}), with({}));
        QCOMPARE(with({{"scaling.type", std::string("none")}, {"scaling.factor", 4.0f}}), with({}));
    }

private:
    static std::shared_ptr<const Model> changed(const QByteArray& members)
    {
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        saveLlamaFolder(base);
        change(base, members);
        return loadModel(base).value();
    }
    const std::vector<TokenId> m_tokens{1, 7, 3, 9, 30, 12, 5, 44};
};

QTEST_APPLESS_MAIN(HuggingfaceArithmeticTest)
#include "huggingface_arithmetic_test.moc"
