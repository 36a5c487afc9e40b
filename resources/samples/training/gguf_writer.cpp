#include "gguf_writer.h"

#include "config.h"
#include "text.h"

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace sample {
namespace {

constexpr std::size_t alignment = 32;

enum ValueType : std::int32_t { U32 = 4, I32 = 5, F32 = 6, Bool = 7, String = 8, Array = 9 };

/// Bytes in the order of the file (little-endian machines only).
class Bytes {
public:
    template <typename T>
    void number(T value)
    {
        static_assert(std::is_trivially_copyable_v<T>);
        m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void string(std::string_view text)
    {
        number(static_cast<std::uint64_t>(text.size()));
        m_bytes.append(text);
    }
    void raw(const void* data, std::size_t size) { m_bytes.append(static_cast<const char*>(data), size); }
    void pad() { m_bytes.resize((m_bytes.size() + alignment - 1) / alignment * alignment, '\0'); }

    [[nodiscard]] const std::string& bytes() const { return m_bytes; }
    [[nodiscard]] std::size_t size() const { return m_bytes.size(); }

private:
    std::string m_bytes;
};

class Metadata {
public:
    void add(std::string_view key, const char* value)
    {
        start(key, String);
        m_out.string(value);
    }
    void add(std::string_view key, int value)
    {
        start(key, U32);
        m_out.number(static_cast<std::uint32_t>(value));
    }
    void add(std::string_view key, float value)
    {
        start(key, F32);
        m_out.number(value);
    }
    void add(std::string_view key, bool value)
    {
        start(key, Bool);
        m_out.number(static_cast<std::uint8_t>(value));
    }
    void add(std::string_view key, const std::vector<std::string>& values)
    {
        startArray(key, String, values.size());
        for (const std::string& value : values)
            m_out.string(value);
    }
    void add(std::string_view key, const std::vector<float>& values)
    {
        startArray(key, F32, values.size());
        m_out.raw(values.data(), values.size() * sizeof(float));
    }
    void add(std::string_view key, const std::vector<std::int32_t>& values)
    {
        startArray(key, I32, values.size());
        m_out.raw(values.data(), values.size() * sizeof(std::int32_t));
    }

    [[nodiscard]] std::int64_t count() const { return m_count; }
    [[nodiscard]] const std::string& bytes() const { return m_out.bytes(); }

private:
    void start(std::string_view key, ValueType type)
    {
        ++m_count;
        m_out.string(key);
        m_out.number(static_cast<std::int32_t>(type));
    }
    void startArray(std::string_view key, ValueType element, std::size_t size)
    {
        start(key, Array);
        m_out.number(static_cast<std::int32_t>(element));
        m_out.number(static_cast<std::uint64_t>(size));
    }

    Bytes m_out;
    std::int64_t m_count = 0;
};

Metadata metadata(const Vocabulary& vocabulary)
{
    Metadata all;
    all.add("general.architecture", "llama");
    all.add("general.name", "Tritloom sample");
    all.add("general.license", "GPL-3.0");
    all.add("general.file_type", 1);
    all.add("general.quantization_version", 2);
    all.add("llama.context_length", Config::context);
    all.add("llama.embedding_length", Config::hidden);
    all.add("llama.block_count", Config::layers);
    all.add("llama.feed_forward_length", Config::feedForward);
    all.add("llama.attention.head_count", Config::heads);
    all.add("llama.attention.head_count_kv", Config::kvHeads);
    all.add("llama.attention.layer_norm_rms_epsilon", Config::epsilon);
    all.add("llama.rope.dimension_count", Config::headSize);
    all.add("llama.rope.freq_base", Config::ropeBase);
    all.add("llama.vocab_size", Config::vocabulary);
    all.add("tokenizer.ggml.model", "llama");
    all.add("tokenizer.ggml.pre", "default");
    all.add("tokenizer.ggml.tokens", vocabulary.pieces);
    all.add("tokenizer.ggml.scores", vocabulary.scores);
    all.add("tokenizer.ggml.token_type", vocabulary.types);
    all.add("tokenizer.ggml.bos_token_id", Config::begin);
    all.add("tokenizer.ggml.eos_token_id", Config::end);
    all.add("tokenizer.ggml.unknown_token_id", Config::unknown);
    all.add("tokenizer.ggml.add_bos_token", true);
    all.add("tokenizer.ggml.add_eos_token", false);
    all.add("tokenizer.ggml.add_space_prefix", true);
    return all;
}

} // namespace

void writeGguf(
    const std::string& path, const std::vector<Parameter>& parameters, const Vocabulary& vocabulary)
{
    const Metadata keys = metadata(vocabulary);
    Bytes out, data;
    out.raw("GGUF", 4);
    out.number(std::uint32_t{3});
    out.number(static_cast<std::int64_t>(parameters.size()));
    out.number(keys.count());
    out.raw(keys.bytes().data(), keys.bytes().size());
    for (const Parameter& parameter : parameters) {
        const bool matrix = parameter.isMatrix();
        const auto stored =
            parameter.value.detach().to(matrix ? torch::kFloat16 : torch::kFloat32).contiguous();
        out.string(parameter.name + ".weight");
        out.number(static_cast<std::uint32_t>(stored.dim()));
        for (std::int64_t i = stored.dim(); i-- > 0;)
            out.number(stored.size(i));
        out.number(std::int32_t{matrix ? 1 : 0});
        out.number(static_cast<std::uint64_t>(data.size()));
        data.raw(stored.data_ptr(), stored.nbytes());
        data.pad();
    }
    out.pad();
    writeFile(path, out.bytes() + data.bytes());
}

} // namespace sample
