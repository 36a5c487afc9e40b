#pragma once

#include "core/architecture/diffusers/part_config.h"
#include "core/architecture/network_builder.h"

namespace tritloom::diffusers {

/// The blocks that the networks of diffusers folders are built of, by the names of their tensors. Every
/// tensor is held against the config before it is used: errors name the config's file, what it asks for, the
/// tensor and its shape. Pictures are [1, C, H, W], rows [H * W, C].
class Blocks {
public:
    /// part: prefix of the tensors, "unet".
    Blocks(
        NetworkBuilder& builder, const PartConfig& config, std::string part, std::size_t groups,
        double epsilon)
        : m_builder(builder)
        , m_config(config)
        , m_prefix(std::move(part) + ".")
        , m_groups(groups)
        , m_epsilon(epsilon)
    {
    }

    [[nodiscard]] NetworkBuilder& builder() { return m_builder; }
    [[nodiscard]] const PartConfig& config() const { return m_config; }
    [[nodiscard]] bool has(const std::string& name) const { return m_builder.has(m_prefix + name); }

    /// why: the field of the config that says how wide the result is, "block_out_channels[1] is 64".
    [[nodiscard]] Result<Flow> convolution(
        const std::string& name, const Flow& x, std::size_t outputs, const std::string& why,
        std::size_t kernel = 3);
    /// Rows; the weights may also be stored as a convolution of 1 x 1.
    [[nodiscard]] Result<Flow> linear(
        const std::string& name, const Flow& x, std::size_t outputs, const std::string& why,
        bool bias = true);
    [[nodiscard]] Result<Flow> groupNorm(const std::string& name, const Flow& x, double epsilon);
    [[nodiscard]] Result<Flow> layerNorm(const std::string& name, const Flow& x, double epsilon);
    [[nodiscard]] Result<Flow> silu(const Flow& x) { return m_builder.unary(UnaryFunction::Silu, x); }

    /// time: [1, width], null for networks without it.
    [[nodiscard]] Result<Flow> resnet(
        const std::string& name, const Flow& x, const Flow* time, std::size_t outputs,
        const std::string& why);
    /// Every pixel looks at every other; added to x.
    [[nodiscard]] Result<Flow> pixelAttention(const std::string& name, const Flow& x, std::size_t heads);
    /// `layers` transformer blocks: pixels look at pixels, then at the text [tokens, width]; added to x.
    [[nodiscard]] Result<Flow> transformer(
        const std::string& name, const Flow& x, const Flow& text, std::size_t heads, std::size_t layers);
    /// Half as many pixels each way. padding 0: the picture grows by a row and a column of zeros at its end.
    [[nodiscard]] Result<Flow> halved(const std::string& name, const Flow& x, std::size_t padding);
    [[nodiscard]] Result<Flow> doubled(const std::string& name, const Flow& x);

    [[nodiscard]] Result<Flow> toRows(const Flow& picture); ///< [1, C, H, W] to [H * W, C]
    [[nodiscard]] Result<Flow> toPicture(const Flow& rows, const Shape& shape);
    /// Heads that divide a width. Errors: InvalidInput, with the field that says how many.
    [[nodiscard]] Result<Flow> attention(
        const Flow& q, const Flow& k, const Flow& v, std::size_t heads, bool causal, std::string_view field);
    /// Errors: NotFound, InvalidInput.
    [[nodiscard]] Result<void>
    expect(const std::string& name, const Shape& shape, const std::string& why) const;

private:
    Result<Flow>
    lookAt(const std::string& name, const Flow& x, const Flow& at, std::size_t heads, std::string_view field);

    NetworkBuilder& m_builder;
    const PartConfig& m_config;
    std::string m_prefix;
    std::size_t m_groups;
    double m_epsilon;
};

} // namespace tritloom::diffusers
