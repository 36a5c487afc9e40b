#include "core/architecture/diffusers/part_config.h"
#include "core/architecture/network_builder.h"
#include "core/architecture/networks/networks.h"
#include "core/architecture/networks/stated_normalisation.h"
#include "core/architecture/normalisations.h"
#include "core/file/huggingface.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace tritloom::networks {
namespace {

using diffusers::PartConfig;

/// What the tensors are called: by timm, which DeiT's own files follow, and by Transformers.
struct Names {
    std::string_view classToken, distillationToken, places, patches, block, norm1, projection, norm2, wide,
        narrow, norm, head, distilledHead;
};
constexpr Names timm{
    .classToken = "cls_token",
    .distillationToken = "dist_token",
    .places = "pos_embed",
    .patches = "patch_embed.proj",
    .block = "blocks",
    .norm1 = "norm1",
    .projection = "attn.proj",
    .norm2 = "norm2",
    .wide = "mlp.fc1",
    .narrow = "mlp.fc2",
    .norm = "norm",
    .head = "head",
    .distilledHead = "head_dist"};
constexpr Names transformers{
    .classToken = "embeddings.cls_token",
    .distillationToken = "embeddings.distillation_token",
    .places = "embeddings.position_embeddings",
    .patches = "embeddings.patch_embeddings.projection",
    .block = "encoder.layer",
    .norm1 = "layernorm_before",
    .projection = "attention.output.dense",
    .norm2 = "layernorm_after",
    .wide = "intermediate.dense",
    .narrow = "output.dense",
    .norm = "layernorm",
    .head = "classifier",
    .distilledHead = "distillation_classifier"};

struct Sizes {
    const Names* names = &timm;
    std::string prefix; ///< "vit."; "model.": DeiT's own files
    std::string head, distilledHead; ///< modules behind the tokens
    std::size_t channels = 3, patch = 0, side = 0, width = 0, heads = 0, classes = 0, tokens = 1;
    double epsilon = 1e-6;

    [[nodiscard]] std::string of(std::string_view name) const { return prefix + std::string(name); }
};

std::optional<std::string> prefixOf(const ModelFile& file, const Names& names)
{
    for (const std::string prefix : {"", "vit.", "deit.", "model."})
        if (file.find(prefix + std::string(names.classToken)) != nullptr
            && file.find(prefix + std::string(names.norm) + ".weight") != nullptr
            && fileShapeOf(file, prefix + std::string(names.patches) + ".weight").size() == 4)
            return prefix;
    return std::nullopt;
}

/// As published: 64 channels a head up to 1024, beyond it ViT-H, -g and -G, SO400M and DINOv2's giant; 0:
/// none.
std::size_t usualHeads(std::size_t width)
{
    switch (width) {
    case 1152:
    case 1280:
    case 1408:
    case 1664:
        return 16;
    case 1536:
        return 24;
    default:
        return width <= 1024 && width % 64 == 0 ? width / 64 : 0;
    }
}

Result<Sizes> sizesOf(const ModelFile& file)
{
    const std::string shown = file.path.filename().string();
    Sizes s;
    s.names = prefixOf(file, timm) ? &timm : &transformers;
    s.prefix = prefixOf(file, *s.names).value_or("");
    const bool isTimms = s.names == &timm; // Transformers has the heads beside the model
    const auto headOf = [&](std::string_view name) { return isTimms ? s.of(name) : std::string(name); };
    s.head = headOf(file.find("cls_classifier.weight") != nullptr ? "cls_classifier" : s.names->head);
    s.distilledHead = headOf(s.names->distilledHead);
    const Shape patches = fileShapeOf(file, s.of(s.names->patches) + ".weight"),
                places = fileShapeOf(file, s.of(s.names->places)),
                head = fileShapeOf(file, s.head + ".weight");
    s.width = patches[0];
    s.channels = patches[1];
    s.patch = patches[2];
    s.tokens = file.find(s.of(s.names->distillationToken)) != nullptr ? 2 : 1;
    if (places.size() != 3 || places[0] != 1 || places[1] <= s.tokens || places[2] != s.width
        || patches[3] != s.patch || s.patch == 0 || s.width == 0)
        return fail(
            ErrorCode::InvalidInput, "{}: {} of [{}] do not fit patches of [{}]", shown,
            s.of(s.names->places), fmt::join(places, ", "), fmt::join(patches, ", "));
    s.side = std::size_t(std::lround(std::sqrt(double(places[1] - s.tokens))));
    if (s.side * s.side != places[1] - s.tokens)
        return fail(ErrorCode::Unsupported, "{}: {} patches make no square", shown, places[1] - s.tokens);
    if (!head.empty() && (head.size() != 2 || head[0] == 0 || head[1] != s.width))
        return fail(
            ErrorCode::InvalidInput, "{}: '{}.weight' is [{}], no classifier of {} channels", shown, s.head,
            fmt::join(head, ", "), s.width);
    if (head.empty())
        return fail(ErrorCode::NotFound, "{}: there is no classifier, '{}.weight', in it", shown, s.head);
    s.classes = head[0];

    const PartConfig config =
        TRY(PartConfig::parsed(file.metadata.text(huggingface::configKey).value_or("{}"), "config.json"));
    s.epsilon = TRY(config.number("layer_norm_eps", isTimms ? 1e-6 : 1e-12, 0, 1));
    TRY_VOID(config.only("hidden_act", "gelu"));
    s.heads = TRY(config.count("num_attention_heads", 0));
    if (const Json* const arguments = config.find("model_args"); arguments != nullptr && s.heads == 0)
        s.heads =
            TRY(TRY(PartConfig::parsed(arguments->dump(), "config.json: model_args")).count("num_heads", 0));
    if (s.heads == 0)
        s.heads = usualHeads(s.width);
    if (s.heads == 0)
        return fail(
            ErrorCode::Unsupported,
            "{}: nothing says how many heads a width of {} has (config.json: num_attention_heads)", shown,
            s.width);
    if (s.width % s.heads != 0)
        return fail(
            ErrorCode::InvalidInput, "{}: a width of {} cannot have {} heads", shown, s.width, s.heads);
    return s;
}

class Builder {
public:
    Builder(const ModelFile& file, const Sizes& sizes)
        : m_network(file)
        , m_sizes(sizes)
    {
    }

    Result<Graph> build(const Shape& picture) &&
    {
        const Sizes& s = m_sizes;
        const Names& names = *s.names;
        if (picture != Shape{1, s.channels, s.side * s.patch, s.side * s.patch})
            return fail(
                ErrorCode::InvalidInput, "the network works on [1, {}, {}, {}], not on [{}]", s.channels,
                s.side * s.patch, s.side * s.patch, fmt::join(picture, ", "));
        m_used = {s.of(names.patches) + ".weight", s.of(names.patches) + ".bias"};
        Flow x = TRY(m_network.convolution(
            s.of(names.patches), m_network.input("picture", picture),
            {.kernel = std::int64_t(s.patch), .stride = std::int64_t(s.patch), .pad = 0}));
        Op turn{OpKind::Transpose, {}};
        turn.lists["permutation"] = {1, 0};
        const Flow columns = TRY(m_network.reshape(x, {s.width, s.side * s.side}));
        std::vector<Flow> rows{TRY(token(names.classToken))};
        if (s.tokens == 2)
            rows.push_back(TRY(token(names.distillationToken)));
        rows.push_back(TRY(m_network.add(turn, {columns})));
        x = TRY(m_network.concat(rows, 0));
        x = TRY(m_network.add(binaryOp(BinaryFunction::Add), {x}, {TRY(tensor(s.of(names.places)))}));
        x = TRY(m_network.reshape(x, {s.tokens + s.side * s.side, s.width}));
        for (int i = 0;; ++i) {
            const std::string block = fmt::format("{}{}.{}.", s.prefix, names.block, i);
            if (!m_network.has(block + std::string(names.norm1) + ".weight"))
                break;
            x = TRY(layer(block, x));
        }
        const bool isDistilled = s.tokens == 2 && m_network.has(s.distilledHead + ".weight");
        x = TRY(norm(s.of(names.norm), TRY(m_network.part(x, 0, 0, isDistilled ? 2 : 1))));
        Flow y = TRY(linear(s.head, TRY(m_network.part(x, 0, 0, 1))));
        if (isDistilled) { // both heads are asked (Touvron et al. 2021, section 5.2)
            const Flow other = TRY(linear(s.distilledHead, TRY(m_network.part(x, 0, 1, 1)), s.classes));
            y = TRY(m_network.binary(
                BinaryFunction::Multiply, TRY(m_network.binary(BinaryFunction::Add, y, other)), 0.5));
        }
        TRY_VOID(allWasUsed());
        return std::move(m_network).finish(y);
    }

private:
    Result<TensorId> tensor(const std::string& name, const std::optional<Shape>& shape = {})
    {
        m_used.insert(name);
        return shape ? m_network.tensor(name, *shape) : m_network.tensor(name);
    }
    Result<Flow> token(std::string_view name)
    {
        const TensorId id = TRY(tensor(m_sizes.of(name), Shape{1, 1, m_sizes.width}));
        return m_network.reshape(TRY(m_network.add({OpKind::Constant, {}}, {}, {id})), {1, m_sizes.width});
    }
    /// outputs: how many come out; absent: as many as the file has.
    Result<Flow> linear(const std::string& name, const Flow& x, std::optional<std::size_t> outputs = {})
    {
        m_used.insert({name + ".weight", name + ".bias"});
        if (outputs)
            (void)TRY(m_network.tensor(name + ".weight", {*outputs, x.shape.back()}));
        return m_network.linear(name, x);
    }
    Result<Flow> norm(const std::string& name, const Flow& x)
    {
        return m_network.add(
            {OpKind::LayerNorm, {{"epsilon", m_sizes.epsilon}}}, {x},
            {TRY(tensor(name + ".weight", Shape{m_sizes.width})),
             TRY(tensor(name + ".bias", Shape{m_sizes.width}))},
            name);
    }
    /// x + y, y times a number a channel where the file has them (LayerScale, Touvron et al. 2021).
    Result<Flow> joined(const Flow& x, Flow y, const std::string& scale)
    {
        if (m_network.has(scale))
            y = TRY(m_network.add(
                binaryOp(BinaryFunction::Multiply), {y}, {TRY(tensor(scale, Shape{m_sizes.width}))}));
        return m_network.binary(BinaryFunction::Add, x, y);
    }
    /// In products and a softmax, for which there are rules of relevance. All [tokens, width].
    Result<Flow> attention(const Flow& q, const Flow& k, const Flow& v)
    {
        const std::size_t tokens = q.shape[0], heads = m_sizes.heads, size = m_sizes.width / heads;
        const auto turned = [&](const Flow& x, std::vector<std::int64_t> permutation) {
            Op turn{OpKind::Transpose, {}};
            turn.lists["permutation"] = std::move(permutation);
            return m_network.add(turn, {x});
        };
        const auto split = [&](const Flow& x, std::vector<std::int64_t> permutation) -> Result<Flow> {
            return turned(TRY(m_network.reshape(x, {tokens, heads, size})), std::move(permutation));
        };
        const Flow scores = TRY(m_network.binary(
            BinaryFunction::Multiply,
            TRY(m_network.add({OpKind::MatMul, {}}, {TRY(split(q, {1, 0, 2})), TRY(split(k, {1, 2, 0}))})),
            1 / std::sqrt(double(size))));
        const Flow shares = TRY(m_network.add({OpKind::Softmax, {{"axis", 2}}}, {scores}));
        const Flow seen = TRY(m_network.add({OpKind::MatMul, {}}, {shares, TRY(split(v, {1, 0, 2}))}));
        return m_network.reshape(TRY(turned(seen, {1, 0, 2})), {tokens, m_sizes.width});
    }
    // Pre-norm: x + attention(norm x), x + perceptron(norm x).
    Result<Flow> layer(const std::string& block, const Flow& x)
    {
        const auto name = [&](std::string_view of) { return block + std::string(of); };
        const Names& names = *m_sizes.names;
        const Flow y = TRY(norm(name(names.norm1), x));
        std::vector<Flow> looks; // queries, keys, values
        if (m_network.has(block + "attn.qkv.weight")) {
            const Flow all = TRY(linear(block + "attn.qkv", y, 3 * m_sizes.width));
            for (std::size_t i = 0; i < 3; ++i)
                looks.push_back(TRY(m_network.part(all, 1, i * m_sizes.width, m_sizes.width)));
        } else {
            for (const char* of : {"query", "key", "value"})
                looks.push_back(TRY(linear(block + "attention.attention." + of, y, m_sizes.width)));
        }
        const Flow seen = TRY(attention(looks[0], looks[1], looks[2]));
        const Flow mixed = TRY(linear(name(names.projection), seen, m_sizes.width));
        const Flow between = TRY(joined(x, mixed, block + "ls1.gamma"));
        const Flow wide = TRY(linear(name(names.wide), TRY(norm(name(names.norm2), between))));
        const Flow bent = TRY(m_network.unary(UnaryFunction::GeluErf, wide));
        return joined(between, TRY(linear(name(names.narrow), bent, m_sizes.width)), block + "ls2.gamma");
    }
    /// Relatives have the same names and more: they are not run as if the rest were not there.
    Result<void> allWasUsed() const
    {
        for (const NamedTensor& tensor : m_network.file().tensors)
            if (!m_used.contains(tensor.name) && tensor.name.find("pooler.") == std::string::npos)
                return fail(
                    ErrorCode::Unsupported, "{}: the network here has no place for the tensor '{}'",
                    m_network.file().path.filename().string(), tensor.name);
        return {};
    }

    NetworkBuilder m_network;
    const Sizes& m_sizes;
    std::set<std::string> m_used;
};

} // namespace

// Dosovitskiy et al. 2021 and, with a distillation token, Touvron et al. 2021 (DeiT).
bool isVisionTransformer(const ModelFile& file)
{
    return prefixOf(file, timm) || prefixOf(file, transformers);
}

Result<PictureModel> describeVisionTransformer(const ModelFile& file)
{
    const Sizes s = TRY(sizesOf(file));
    if (s.channels != 1 && s.channels != 3)
        return fail(
            ErrorCode::Unsupported, "{}: {} channels, pictures have 1 or 3", file.path.filename().string(),
            s.channels);
    PictureModel model{.task = PictureTask::Classification, .channels = s.channels};
    model.height = model.width = s.side * s.patch;
    model.classes = s.classes;
    model.normalisation =
        TRY(statedNormalisation(file, s.channels)).value_or(guessed(normalisations::imageNet));
    return model;
}

Result<Graph> buildVisionTransformer(const ModelFile& file, const Shape& picture)
{
    const Sizes sizes = TRY(sizesOf(file));
    return Builder(file, sizes).build(picture);
}

} // namespace tritloom::networks
