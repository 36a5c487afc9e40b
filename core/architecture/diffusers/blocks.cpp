#include "core/architecture/diffusers/blocks.h"

#include "core/architecture/networks/networks.h"

namespace tritloom::diffusers {
namespace {

std::string text(const Shape& shape)
{
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::string widthOf(const Flow& x)
{
    return fmt::format("{} channels come in", x.shape.size() == 4 ? x.shape[1] : x.shape.back());
}

} // namespace

Result<void> Blocks::expect(const std::string& name, const Shape& shape, const std::string& why) const
{
    const std::string full = m_prefix + name;
    (void)TRY(m_builder.tensor(full));
    Shape found = networks::fileShapeOf(m_builder.file(), full);
    // A matrix may be stored as a convolution of 1 x 1, and the other way round.
    const auto matrix = [](Shape s) {
        while (s.size() > 2 && s.back() == 1)
            s.pop_back();
        return s;
    };
    if (matrix(found) != matrix(shape))
        return fail(
            ErrorCode::InvalidInput, "{}: {}, so tensor '{}' must be {}, but it is {}", m_config.file(), why,
            full, text(shape), text(found));
    return {};
}

Result<Flow> Blocks::convolution(
    const std::string& name, const Flow& x, std::size_t outputs, const std::string& why, std::size_t kernel)
{
    TRY_VOID(expect(name + ".weight", {outputs, x.shape[1], kernel, kernel}, why));
    TRY_VOID(expect(name + ".bias", {outputs}, why));
    return m_builder.convolution(
        m_prefix + name, x, {.kernel = std::int64_t(kernel), .pad = std::int64_t(kernel / 2)});
}

Result<Flow>
Blocks::linear(const std::string& name, const Flow& x, std::size_t outputs, const std::string& why, bool bias)
{
    TRY_VOID(expect(name + ".weight", {outputs, x.shape.back()}, why));
    if (bias)
        TRY_VOID(expect(name + ".bias", {outputs}, why));
    return m_builder.linear(m_prefix + name, x);
}

Result<Flow> Blocks::groupNorm(const std::string& name, const Flow& x, double epsilon)
{
    if (m_groups == 0 || x.shape[1] % m_groups != 0)
        return fail(
            ErrorCode::InvalidInput,
            "{}: norm_num_groups is {}, which does not divide the {} channels of '{}{}'", m_config.file(),
            m_groups, x.shape[1], m_prefix, name);
    for (const char* part : {".weight", ".bias"})
        TRY_VOID(expect(name + part, {x.shape[1]}, widthOf(x)));
    return m_builder.add(
        {OpKind::GroupNorm, {{"groups", double(m_groups)}, {"epsilon", epsilon}}}, {x},
        {TRY(m_builder.tensor(m_prefix + name + ".weight")),
         TRY(m_builder.tensor(m_prefix + name + ".bias"))},
        m_prefix + name);
}

Result<Flow> Blocks::layerNorm(const std::string& name, const Flow& x, double epsilon)
{
    for (const char* part : {".weight", ".bias"})
        TRY_VOID(expect(name + part, {x.shape.back()}, widthOf(x)));
    return m_builder.add(
        {OpKind::LayerNorm, {{"epsilon", epsilon}}}, {x},
        {TRY(m_builder.tensor(m_prefix + name + ".weight")),
         TRY(m_builder.tensor(m_prefix + name + ".bias"))},
        m_prefix + name);
}

// h = conv1(silu(norm1 x)); h += W silu(time); h = conv2(silu(norm2 h)); x + h, x through 1 x 1 where widths
// differ.
Result<Flow> Blocks::resnet(
    const std::string& name, const Flow& x, const Flow* time, std::size_t outputs, const std::string& why)
{
    Flow h = TRY(silu(TRY(groupNorm(name + ".norm1", x, m_epsilon))));
    h = TRY(convolution(name + ".conv1", h, outputs, why));
    if (time != nullptr) {
        const Flow e = TRY(linear(name + ".time_emb_proj", TRY(silu(*time)), outputs, why));
        h = TRY(m_builder.binary(BinaryFunction::Add, h, TRY(m_builder.reshape(e, {1, outputs, 1, 1}))));
    }
    h = TRY(silu(TRY(groupNorm(name + ".norm2", h, m_epsilon))));
    h = TRY(convolution(name + ".conv2", h, outputs, why));
    const Flow straight =
        x.shape[1] == outputs ? x : TRY(convolution(name + ".conv_shortcut", x, outputs, why, 1));
    return m_builder.binary(BinaryFunction::Add, straight, h);
}

Result<Flow> Blocks::toRows(const Flow& picture)
{
    const Shape& s = picture.shape;
    Op turn{OpKind::Transpose, {}};
    turn.lists["permutation"] = {1, 0};
    return m_builder.add(turn, {TRY(m_builder.reshape(picture, {s[1], s[2] * s[3]}))});
}

Result<Flow> Blocks::toPicture(const Flow& rows, const Shape& shape)
{
    Op turn{OpKind::Transpose, {}};
    turn.lists["permutation"] = {1, 0};
    const Flow turned = TRY(m_builder.add(turn, {rows}));
    return m_builder.reshape(turned, {1, rows.shape[1], shape[2], shape[3]});
}

Result<Flow> Blocks::attention(
    const Flow& q, const Flow& k, const Flow& v, std::size_t heads, bool causal, std::string_view field)
{
    if (heads == 0 || q.shape[1] % heads != 0)
        return fail(
            ErrorCode::InvalidInput, "{}: {} asks for {} heads, which do not divide a width of {}",
            m_config.file(), field, heads, q.shape[1]);
    return m_builder.add(
        {OpKind::Attention, {{"heads", double(heads)}, {"causal", causal ? 1.0 : 0.0}}}, {q, k, v});
}

Result<Flow> Blocks::pixelAttention(const std::string& name, const Flow& x, std::size_t heads)
{
    const std::size_t width = x.shape[1];
    const std::string why = widthOf(x);
    const Flow rows = TRY(toRows(TRY(groupNorm(name + ".group_norm", x, m_epsilon))));
    // Files of before 2023 have other names.
    const bool old = has(name + ".query.weight");
    const Flow q = TRY(linear(name + (old ? ".query" : ".to_q"), rows, width, why));
    const Flow k = TRY(linear(name + (old ? ".key" : ".to_k"), rows, width, why));
    const Flow v = TRY(linear(name + (old ? ".value" : ".to_v"), rows, width, why));
    const Flow seen = TRY(attention(q, k, v, heads, false, "attention_head_dim"));
    const Flow y = TRY(linear(name + (old ? ".proj_attn" : ".to_out.0"), seen, width, why));
    return m_builder.binary(BinaryFunction::Add, x, TRY(toPicture(y, x.shape)));
}

Result<Flow> Blocks::lookAt(
    const std::string& name, const Flow& x, const Flow& at, std::size_t heads, std::string_view field)
{
    const std::size_t width = x.shape[1];
    const std::string why = fmt::format("{} of {} are looked at from {} channels", field, at.shape[1], width);
    const Flow q = TRY(linear(name + ".to_q", x, width, why, false));
    const Flow k = TRY(linear(name + ".to_k", at, width, why, false));
    const Flow v = TRY(linear(name + ".to_v", at, width, why, false));
    const Flow seen = TRY(attention(q, k, v, heads, false, "attention_head_dim"));
    return linear(name + ".to_out.0", seen, width, why);
}

// x += attn1(norm1 x); x += attn2(norm2 x, text); x += ff(norm3 x), where ff gates h with the exact GELU of
// its half.
Result<Flow> Blocks::transformer(
    const std::string& name, const Flow& x, const Flow& text, std::size_t heads, std::size_t layers)
{
    constexpr double normEpsilon = 1e-6, rowEpsilon = 1e-5;
    const std::size_t width = x.shape[1];
    const std::string why = widthOf(x);
    Flow y = TRY(toRows(TRY(groupNorm(name + ".norm", x, normEpsilon))));
    y = TRY(linear(name + ".proj_in", y, width, why));
    for (std::size_t i = 0; i < layers; ++i) {
        const std::string block = fmt::format("{}.transformer_blocks.{}", name, i);
        const Flow first = TRY(layerNorm(block + ".norm1", y, rowEpsilon));
        y = TRY(m_builder.binary(
            BinaryFunction::Add, y, TRY(lookAt(block + ".attn1", first, first, heads, "channels"))));
        const Flow second = TRY(layerNorm(block + ".norm2", y, rowEpsilon));
        y = TRY(m_builder.binary(
            BinaryFunction::Add, y,
            TRY(lookAt(block + ".attn2", second, text, heads, "cross_attention_dim"))));
        const Flow third = TRY(layerNorm(block + ".norm3", y, rowEpsilon));
        const Flow both = TRY(linear(block + ".ff.net.0.proj", third, 8 * width, why));
        const auto half = [&](std::size_t begin) { return m_builder.part(both, 1, begin, 4 * width); };
        const Flow gate = TRY(m_builder.unary(UnaryFunction::GeluErf, TRY(half(4 * width))));
        const Flow gated = TRY(m_builder.binary(BinaryFunction::Multiply, TRY(half(0)), gate));
        y = TRY(
            m_builder.binary(BinaryFunction::Add, y, TRY(linear(block + ".ff.net.2", gated, width, why))));
    }
    y = TRY(linear(name + ".proj_out", y, width, why));
    return m_builder.binary(BinaryFunction::Add, x, TRY(toPicture(y, x.shape)));
}

Result<Flow> Blocks::halved(const std::string& name, const Flow& x, std::size_t padding)
{
    const std::string why = widthOf(x);
    TRY_VOID(expect(name + ".weight", {x.shape[1], x.shape[1], 3, 3}, why));
    TRY_VOID(expect(name + ".bias", {x.shape[1]}, why));
    Op op{OpKind::Convolution, {{"groups", 1}}};
    const auto begin = std::int64_t(padding);
    op.lists = {
        {"kernel", {3, 3}}, {"strides", {2, 2}}, {"dilations", {1, 1}}, {"pads", {begin, begin, 1, 1}}};
    return m_builder.add(
        op, {x},
        {TRY(m_builder.tensor(m_prefix + name + ".weight")),
         TRY(m_builder.tensor(m_prefix + name + ".bias"))},
        m_prefix + name);
}

Result<Flow> Blocks::doubled(const std::string& name, const Flow& x)
{
    Op up{
        OpKind::Resize,
        {{"mode", double(ResizeMode::Nearest)},
         {"transform", double(ResizeTransform::Asymmetric)},
         {"nearest", double(ResizeNearest::Floor)},
         {"scale2", 2},
         {"scale3", 2}}};
    for (std::size_t d = 0; d < 4; ++d)
        up.lists["sizes"].push_back(std::int64_t(d < 2 ? x.shape[d] : 2 * x.shape[d]));
    return convolution(name, TRY(m_builder.add(up, {x})), x.shape[1], widthOf(x));
}

} // namespace tritloom::diffusers
