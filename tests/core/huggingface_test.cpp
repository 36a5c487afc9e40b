#include "core/file/huggingface_config.h"
#include "core/file/model_file.h"
#include "core/text/tokenizer.h"
#include "tests/support/shared_data.h"

#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>

using namespace tritloom;

namespace {

/// GGUF's order of the rows of a rotate-half matrix: 2i comes from i, 2i + 1 from i + half.
std::vector<float> interleaved(const Tensor& tensor, std::size_t heads)
{
    const std::vector<float> from = tensor.toFloats();
    std::vector<float> to(from.size());
    const std::size_t rows = tensor.type().rows(), columns = tensor.type().columns(), head = rows / heads;
    for (std::size_t r = 0; r < rows; ++r) {
        const std::size_t source = r / head * head + r % head / 2 + (r % 2 ? head / 2 : 0);
        std::copy_n(from.begin() + long(source * columns), columns, to.begin() + long(r * columns));
    }
    return to;
}

/// JSON with ' for ", so that it can be read.
QByteArray json(QByteArray text)
{
    return text.replace('\'', '"');
}

void save(const std::filesystem::path& path, const QByteArray& bytes)
{
    std::ofstream(path, std::ios::binary).write(bytes.constData(), bytes.size());
}

void saveWeights(const std::filesystem::path& path, const QByteArray& header, const QByteArray& data)
{
    const quint64 length = quint64(header.size());
    save(path, QByteArray(reinterpret_cast<const char*>(&length), 8) + header + data);
}

QByteArray floats(const std::vector<float>& values)
{
    return {reinterpret_cast<const char*>(values.data()), qsizetype(values.size() * sizeof(float))};
}

} // namespace

class HuggingfaceTest : public QObject {
    Q_OBJECT

private slots:
    void translatesNames_data()
    {
        QTest::addColumn<QString>("className");
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::newRow("q") << "LlamaForCausalLM"
                           << "model.layers.12.self_attn.q_proj.weight"
                           << "blk.12.attn_q.weight";
        QTest::newRow("bias") << "Qwen2ForCausalLM"
                              << "model.layers.0.self_attn.v_proj.bias"
                              << "blk.0.attn_v.bias";
        QTest::newRow("q norm") << "Qwen3ForCausalLM"
                                << "model.layers.3.self_attn.q_norm.weight"
                                << "blk.3.attn_q_norm.weight";
        QTest::newRow("sub norm") << "BitNetForCausalLM"
                                  << "model.layers.3.mlp.ffn_sub_norm.weight"
                                  << "blk.3.ffn_sub_norm.weight";
        QTest::newRow("head") << "MistralForCausalLM"
                              << "lm_head.weight"
                              << "output.weight";
        QTest::newRow("fused") << "GPT2LMHeadModel"
                               << "transformer.h.1.attn.c_attn.bias"
                               << "blk.1.attn_qkv.bias";
        QTest::newRow("position") << "GPT2LMHeadModel"
                                  << "wpe.weight"
                                  << "position_embd.weight";
        QTest::newRow("mask") << "GPT2LMHeadModel"
                              << "h.1.attn.bias"
                              << "";
        QTest::newRow("frequencies") << "LlamaForCausalLM"
                                     << "model.layers.0.self_attn.rotary_emb.inv_freq"
                                     << "";
        QTest::newRow("unknown") << "LlamaForCausalLM"
                                 << "model.layers.x.foo.weight"
                                 << "model.layers.x.foo.weight";
    }
    void translatesNames()
    {
        QFETCH(QString, className);
        QFETCH(QString, from);
        QFETCH(QString, to);
        const Json config{{"architectures", {className.toStdString()}}};
        const auto* const architecture = huggingface::findArchitecture(config);
        QVERIFY(architecture);
        QCOMPARE(huggingface::translateName(from.toStdString(), *architecture), to.toStdString());
    }

    void makesLlama3sFrequencyDivisors()
    {
        const Json config =
            Json::parse(json("{'architectures':['LlamaForCausalLM'],'hidden_size':4096,'intermediate_size':"
                             "14336,'num_hidden_layers':32,"
                             "'num_attention_heads':32,'num_key_value_heads':8,'max_position_embeddings':"
                             "131072,'vocab_size':128256,"
                             "'rope_theta':500000.0,'rope_scaling':{'rope_type':'llama3','factor':8.0,'low_"
                             "freq_factor':1.0,"
                             "'high_freq_factor':4.0,'original_max_position_embeddings':8192}}")
                            .toStdString());
        ModelFile model;
        QVERIFY(huggingface::translateConfig(config, *huggingface::findArchitecture(config), model));
        const auto divisors = model.find("rope_freqs.weight")->stored.floats();
        QCOMPARE(divisors.size(), std::size_t(64));
        const float blend[] = {1.2075f, 1.5534f, 2.0263f, 2.6945f, 3.6843f, 5.2573f}; // llm-forward brief
        for (std::size_t i = 0; i < 64; ++i) {
            const float expected = i <= 28 ? 1 : i >= 35 ? 8 : blend[i - 29];
            QVERIFY2(std::fabs(divisors[i] - expected) < 1e-4f, qPrintable(QString::number(i)));
        }
    }

    void turnsGpt2sMatrices()
    {
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        save(
            base / "config.json",
            json("{'architectures':['GPT2LMHeadModel'],'n_embd':2,'n_layer':1,'n_head':1,'vocab_size':3}"));
        saveWeights(
            base / "model.safetensors",
            json("{'h.0.mlp.c_fc.weight':{'dtype':'F32','shape':[2,3],'data_offsets':[0,24]}}"),
            floats({1, 2, 3, 4, 5, 6}));
        const auto model = openModel(base);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const NamedTensor* const up = model->find("blk.0.ffn_up.weight");
        QVERIFY(up);
        QCOMPARE(up->shape, (Shape{3, 2}));
        QCOMPARE(up->fileName, std::string("h.0.mlp.c_fc.weight"));
        QCOMPARE(materialise(*up)->toFloats(), (std::vector<float>{1, 4, 2, 5, 3, 6}));
        QCOMPARE(model->metadata.integer("gpt2.feed_forward_length"), std::int64_t(8));
    }

    void unpacksTernaryWeights_data()
    {
        QTest::addColumn<QByteArray>("quantization");
        QTest::addColumn<float>("scale");
        QTest::newRow("divides") << QByteArray("{'quant_method':'bitnet'}") << 0.25f;
        QTest::newRow("multiplies") << QByteArray("{'quant_method':'bitnet','linear_class':'autobitlinear'}")
                                    << 4.f;
    }
    void unpacksTernaryWeights()
    {
        QFETCH(QByteArray, quantization);
        QFETCH(float, scale);
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        save(
            base / "config.json",
            json(
                "{'architectures':['BitNetForCausalLM'],'hidden_size':2,'intermediate_size':4,"
                "'num_hidden_layers':1,'num_attention_heads':1,'max_position_embeddings':8,'vocab_size':3,'"
                "hidden_act':'relu2',"
                "'quantization_config':"
                + quantization + "}"));
        const QByteArray header = json(
            "{'model.layers.0.mlp.up_proj.weight':{'dtype':'U8','shape':[1,2],'data_offsets':[0,2]},"
            "'model.layers.0.mlp.up_proj.weight_scale':{'dtype':'F32','shape':[1],'data_offsets':[2,6]}}");
        // code k of a byte belongs to row k: 0b10'01'00'10 is +1, -1, 0, +1 from row 0 on
        saveWeights(base / "model.safetensors", header, QByteArray("\x92\x55", 2) + floats({4}));
        const auto model = openModel(base);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const NamedTensor* const up = model->find("blk.0.ffn_up.weight");
        QVERIFY(up);
        QCOMPARE(up->shape, (Shape{4, 2}));
        QCOMPARE(model->tensors.size(), std::size_t(1));
        QCOMPARE(materialise(*up)->toFloats(), (std::vector<float>{scale, 0, -scale, 0, 0, 0, scale, 0}));
        saveWeights(base / "model.safetensors", header, QByteArray("\xFF\x55", 2) + floats({4}));
        const auto wrong = openModel(base);
        QVERIFY(wrong);
        QCOMPARE(
            materialise(wrong->tensors[0]).error().message,
            std::string("tensor 'blk.0.ffn_up.weight': byte 0 holds the code 3, which means no weight"));
    }

    void refusesSenselessConfigs_data()
    {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QString>("message");
        QTest::newRow("nothing") << QByteArray("{'architectures':['LlamaForCausalLM']}")
                                 << "config.json: the whole number 'hidden_size' is missing";
        QTest::newRow("fraction") << QByteArray("{'architectures':['LlamaForCausalLM'],'hidden_size':1.5}")
                                  << "config.json: 'hidden_size' is 1.5, a whole number is expected";
        const auto row = [](const char* name, const char* text, const char* said) {
            QTest::newRow(name)
                << "{'architectures':['LlamaForCausalLM'],'hidden_size':8,'num_attention_heads':2,"
                   "'max_position_embeddings':8,'intermediate_size':8,'num_hidden_layers':1,'vocab_size':8,"
                    + QByteArray(text) + "}"
                << QString("config.json: ") + said;
        };
        row("epsilon", "'rms_norm_eps':-1", "'rms_norm_eps' is -1, it must be positive");
        row("base", "'rope_theta':'much'", "'rope_theta' is \"much\", it must be positive");
        row("heads of a fraction", "'head_dim':2.5", "'head_dim' is 2.5, a whole number is expected");
        row("key heads", "'num_key_value_heads':[1]",
            "'num_key_value_heads' is [1], a whole number is expected");
        row("scaling", "'rope_scaling':{'rope_type':'llama3','factor':8,'low_freq_factor':0}",
            "'low_freq_factor' is 0, it must be positive");
        QTest::newRow("negative") << QByteArray("{'architectures':['LlamaForCausalLM'],'hidden_size':-1}")
                                  << "config.json: 'hidden_size' is -1, it must be 1 to 2147483647";
        QTest::newRow("heads") << QByteArray(
            "{'architectures':['LlamaForCausalLM'],'hidden_size':10,'num_attention_heads':3}")
                               << "config.json: 10 elements are not divisible by 3 heads";
        QTest::newRow("no JSON") << QByteArray("{") << "config.json: not valid JSON at byte 1 of 1";
        QTest::newRow("list") << QByteArray("[]") << "config.json: this is no JSON object";
        QTest::newRow("deep") << QByteArray(200000, '[')
                              << "config.json: the JSON is nested deeper than 64 levels";
    }
    void refusesSenselessConfigs()
    {
        QFETCH(QByteArray, config);
        QFETCH(QString, message);
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        save(base / "config.json", json(config));
        saveWeights(
            base / "model.safetensors", json("{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}"),
            floats({1}));
        const auto model = openModel(base);
        QVERIFY(!model);
        QCOMPARE(QString::fromStdString(model.error().message), message);
    }

    // GGUF's byte-level tokenizers fold nothing: what the file does to text before is told.
    void stepsOfANormalizerThatGgufHasNotAreTold()
    {
        const auto notices = [&](const char* step) {
            const QTemporaryDir folder;
            const std::filesystem::path base = folder.path().toStdString();
            save(
                base / "config.json",
                json("{'architectures':['LlamaForCausalLM'],'hidden_size':8,'num_attention_heads':2,"
                     "'max_position_embeddings':8,'intermediate_size':8,'num_hidden_layers':1,'vocab_size':"
                     "2}"));
            save(
                base / "tokenizer.json",
                json(
                    "{'normalizer':{'type':'" + QByteArray(step)
                    + "'},'pre_tokenizer':{'type':'ByteLevel'},'model':{'vocab':{'a':0,'b':1},'merges':[]}"
                      "}"));
            saveWeights(
                base / "model.safetensors", json("{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}"),
                floats({1}));
            const auto model = openModel(base);
            return model ? model->notices : std::vector{model.error().message};
        };
        QCOMPARE(notices("NFC").size(), std::size_t(0));
        QCOMPARE(notices("Lowercase").size(), std::size_t(1));
        QCOMPARE(
            notices("Lowercase").front(),
            std::string("tokenizer.json: the normalizer 'Lowercase' has no key in GGUF and is left out"));
    }

    void opensUnknownArchitecturesWithTheirOwnNames()
    {
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        save(base / "config.json", json("{'architectures':['FooModel'],'model_type':'foo'}"));
        saveWeights(
            base / "model.safetensors", json("{'x.weight':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}"),
            floats({1}));
        const auto model = openModel(base);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->architecture(), std::string("foo"));
        QVERIFY(model->find("x.weight"));
        QCOMPARE(model->notices.size(), std::size_t(1));
    }

    void agreesWithTheGgufOfTheSameModel()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto folder = openModel(data / "llm_stories260k/derived/hf");
        QVERIFY2(folder, folder ? "" : folder.error().message.c_str());
        const auto gguf = openModel(data / "llm_stories260k/stories260K.gguf");
        QVERIFY(gguf);
        QCOMPARE(folder->format, std::string("huggingface"));
        QVERIFY(folder->rotateHalf);
        for (const char* key :
             {"general.architecture", "llama.block_count", "llama.embedding_length",
              "llama.feed_forward_length", "llama.attention.head_count", "llama.attention.head_count_kv",
              "llama.attention.layer_norm_rms_epsilon", "llama.rope.dimension_count"})
            QVERIFY2(
                folder->metadata.find(key) && *folder->metadata.find(key) == *gguf->metadata.find(key), key);
        for (const NamedTensor& tensor : folder->tensors) {
            const NamedTensor* const other = gguf->find(tensor.name);
            QVERIFY2(other, tensor.name.c_str());
            QCOMPARE(tensor.shape, other->shape);
            const Tensor values = materialise(tensor).value();
            const bool isQuery = tensor.name.ends_with("attn_q.weight"),
                       isKey = tensor.name.ends_with("attn_k.weight");
            const auto floats = isQuery || isKey ? interleaved(values, isQuery ? 8 : 4) : values.toFloats();
            QVERIFY2(floats == other->stored.toFloats(), tensor.name.c_str());
        }
        const auto ours = makeTokenizer(folder->metadata), theirs = makeTokenizer(gguf->metadata);
        QVERIFY(ours && theirs);
        const std::string text =
            "Once upon a time, there was a little girl named Lily.\nShe \u00e9 liked 3 cats!";
        QCOMPARE((*ours)->encode(text), (*theirs)->encode(text));
        QCOMPARE((*ours)->decode((*ours)->encode(text)), text);
        QCOMPARE((*ours)->bos, 1);
        QVERIFY((*ours)->addBos);
    }

    void opensWhatTheUserPointsAt_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("folder") << "";
        QTest::newRow("config") << "config.json";
        QTest::newRow("weights") << "model.safetensors";
    }
    void opensWhatTheUserPointsAt()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        QFETCH(QString, path);
        const auto model = openModel(data / "llm_stories260k/derived/hf" / path.toStdString());
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->tensors.size(), std::size_t(47));
        QVERIFY(model->find("blk.4.attn_q.weight"));
    }
};

QTEST_APPLESS_MAIN(HuggingfaceTest)
#include "huggingface_test.moc"
