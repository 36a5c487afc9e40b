#include "compute/vulkan/vulkan_backend.h"

#include "compute/vulkan/coded_weights.h"
#include "compute/vulkan/convolutions.h"
#include "compute/vulkan/ops.h"
#include "compute/vulkan/products.h"
#include "compute/vulkan/rounded_products.h"
#include "core/base/mapped_file.h"
#include "core/graph/shape_inference.h"

#include <algorithm>
#include <utility>

namespace tritloom {
namespace {

using vulkan::BufferPtr;

/// What a device tensor is here. The buffer may be longer than the tensor.
struct Value {
    BufferPtr buffer;
    /// What came from the host, where it is a few numbers, which some ops look into before they record, or
    /// weights whose bytes were put in another order. Else empty.
    Tensor host;
    /// Of a buffer that Concat fills: bytes in use. The tensor that ends there can be appended to in place.
    std::shared_ptr<std::size_t> filledBytes;
    std::size_t capacityBytes = 0;
};

constexpr std::size_t longestOnHost = std::size_t{1} << 16; // elements of such a tensor

bool isFloat(const TensorType& type)
{
    return type.format->id() == "f32";
}

/// What needs no work: the same numbers, of the same or of another shape.
bool isView(OpKind kind)
{
    return kind == OpKind::Constant || kind == OpKind::Reshape;
}

/// Rows under rows, as sequences grow.
bool isAppended(const Op& op, std::span<const TensorType> inputs)
{
    return op.count("axis") == 0 && std::all_of(inputs.begin(), inputs.end(), [&](const TensorType& type) {
               return type.shape.size() == 2 && type.columns() == inputs[0].columns() && type.rows() > 0;
           });
}

bool canJoin(const Op& op, std::span<const TensorType> inputs, const vulkan::DeviceLimits& limits)
{
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto plan = vulkan::planConcat(op, inputs, i);
        if (!plan || (inputs[i].elements() > 0 && !vulkan::fits(*plan, inputs.subspan(i, 1), limits)))
            return false;
    }
    return true;
}

class VulkanBackend final : public Backend {
public:
    VulkanBackend(std::unique_ptr<vulkan::Device> device, VulkanProducts products)
        : m_device(std::move(device))
        , m_products(products)
    {
    }

    std::string name() const override
    {
        return "vulkan " + m_device->name()
            + (m_products == VulkanProducts::EightBit         ? ", 8-bit activations"
                   : tiles() == vulkan::Variant::Halves ? ", half precision"
                                                              : ""); // exact, whatever was asked for
    }
    bool sharesHostMemory() const override { return false; }

    bool supports(const Op& op, std::span<const TensorType> inputs) const override
    {
        const vulkan::DeviceLimits& limits = m_device->limits();
        if (inputs.empty() || !isFloat(inputs[0]))
            return false;
        if (op.kind == OpKind::Linear)
            return inputs.size() == 2 && vulkan::canMultiply(inputs[0], inputs[1], limits);
        if (op.kind == OpKind::Embedding)
            return inputs.size() == 2 && vulkan::canGather(inputs[0], inputs[1], limits);
        if (op.kind == OpKind::Convolution || op.kind == OpKind::TransposedConvolution)
            return vulkan::canConvolve(op, inputs, limits);
        if (!std::all_of(inputs.begin(), inputs.end(), isFloat))
            return false;
        if (isView(op.kind)) {
            const Shape& shape = inputs[0].shape;
            return inputs.size() == 1 && inferShape(op, {&shape, 1}).has_value();
        }
        if (op.kind == OpKind::Concat)
            return isAppended(op, inputs) || canJoin(op, inputs, limits);
        const vulkan::OpRow* const row = vulkan::opRowFor(op.kind);
        const auto plan = row == nullptr ? std::nullopt : row->plan(op, inputs);
        return plan && vulkan::fits(*plan, inputs, limits);
    }

    Result<DeviceTensor> upload(const Tensor& tensor) override
    {
        const bool isShort = tensor.type().shape.size() <= 1 && isFloat(tensor.type())
            && tensor.type().elements() <= longestOnHost;
        const vulkan::FormatRow* const row = vulkan::formatRowFor(*tensor.type().format);
        const bool isCoded = row != nullptr && row->lineElements > 0;
        const BufferPtr buffer = isCoded ? TRY(m_device->makeBuffer(vulkan::codedBytes(tensor)))
                                         : TRY(m_device->makeBuffer(tensor.bytes()));
        MappedFile::doneWith(tensor.bytes());
        return valueOf(tensor.type(), {buffer, isCoded || isShort ? tensor : Tensor(), {}});
    }

    Result<Tensor> download(const DeviceTensor& tensor) override
    {
        if (!isFloat(tensor.type) && !on(tensor).host.isEmpty())
            return on(tensor).host;
        return Tensor::adopt(tensor.type, TRY(m_device->read(on(tensor).buffer, tensor.type.bytes())));
    }

    Result<DeviceTensor>
    run(const Op& op, std::span<const DeviceTensor> inputs, std::stop_token stop) override
    {
        std::vector<TensorType> types;
        std::vector<BufferPtr> buffers;
        for (const DeviceTensor& input : inputs) {
            types.push_back(input.type);
            buffers.push_back(on(input).buffer);
        }
        if (!supports(op, types))
            return fail(ErrorCode::Unsupported, "{} has no {} of these tensors", name(), nameOf(op.kind));
        if (stop.stop_requested()) {
            TRY_VOID(m_device->submit()); // what others wait for
            return fail(ErrorCode::Cancelled, "cancelled before {}", nameOf(op.kind));
        }
        switch (op.kind) {
        case OpKind::Linear: {
            const TensorType type{types[0].format, {types[0].rows(), types[1].rows()}};
            const BufferPtr y = TRY(m_device->makeBuffer(type.bytes()));
            const bool isRounded = m_products == VulkanProducts::EightBit
                && vulkan::RoundedProducts::rounds(types[0].rows(), types[1]);
            TRY_VOID(
                isRounded
                    ? m_rounded.multiply(*m_device, types[0], types[1], {buffers[1], buffers[0], y})
                    : vulkan::multiply(*m_device, types[0], types[1], {buffers[1], buffers[0], y}, tiles()));
            return valueOf(type, {y, {}, {}});
        }
        case OpKind::Embedding: {
            TRY_VOID(checkNumbers(inputs[0], types[1].rows()));
            const TensorType type{types[0].format, {types[0].elements(), types[1].columns()}};
            const BufferPtr y = TRY(m_device->makeBuffer(type.bytes()));
            TRY_VOID(vulkan::gatherRows(*m_device, types[0], types[1], {buffers[1], buffers[0], y}));
            return valueOf(type, {y, {}, {}});
        }
        case OpKind::Convolution:
        case OpKind::TransposedConvolution: {
            std::vector<Shape> shapes;
            for (const TensorType& type : types)
                shapes.push_back(type.shape);
            const BufferPtr y = TRY(vulkan::convolve(*m_device, op, types, buffers, tiles()));
            return valueOf({types[0].format, TRY(inferShape(op, shapes))}, {y, {}, {}});
        }
        case OpKind::Constant:
        case OpKind::Reshape: {
            const Value& given = on(inputs[0]);
            return valueOf(
                {types[0].format, TRY(inferShape(op, {&types[0].shape, 1}))}, {given.buffer, given.host, {}});
        }
        case OpKind::Concat:
            return isAppended(op, types) ? append(inputs) : join(op, buffers, types);
        case OpKind::Rope: {
            const TensorType angles{
                types[0].format, {types[0].rows(), op.count("dimensions", op.count("headSize"))}};
            const BufferPtr turns =
                TRY(anglesFor(op, types[0].rows(), inputs.size() > 1 ? &inputs[1] : nullptr));
            const auto plan = vulkan::opRowFor(op.kind)->plan(op, types);
            return record(op, *plan, std::array{buffers[0], turns}, std::array{types[0], angles});
        }
        case OpKind::Pick:
            TRY_VOID(checkNumbers(inputs[1], types[0].columns()));
            return record(op, *vulkan::opRowFor(op.kind)->plan(op, types), buffers, types);
        case OpKind::Gather: {
            const std::size_t size = types[0].shape[op.count("axis")];
            TRY_VOID(checkNumbers(inputs[1], size, -double(size)));
            return record(op, *vulkan::opRowFor(op.kind)->plan(op, types), buffers, types);
        }
        default:
            return record(op, *vulkan::opRowFor(op.kind)->plan(op, types), buffers, types);
        }
    }

private:
    /// What tiles of exact products are made of.
    vulkan::Variant tiles() const
    {
        return m_products == VulkanProducts::Half && m_device->limits().hasHalves ? vulkan::Variant::Halves
                                                                                  : vulkan::Variant::Plain;
    }
    static const Value& on(const DeviceTensor& tensor)
    {
        return *static_cast<const Value*>(tensor.storage.get());
    }
    static DeviceTensor valueOf(TensorType type, Value value)
    {
        return {std::move(type), std::make_shared<const Value>(std::move(value))};
    }

    Result<DeviceTensor> record(
        const Op& op, const vulkan::Plan& plan, std::span<const BufferPtr> buffers,
        std::span<const TensorType> types)
    {
        const BufferPtr y = TRY(m_device->makeBuffer(plan.result.bytes()));
        std::vector<BufferPtr> given(buffers.begin(), buffers.end());
        std::vector<TensorType> givenTypes(types.begin(), types.end());
        if (!plan.table.empty()) {
            given.push_back(TRY(m_device->makeBuffer(std::as_bytes(std::span(plan.table)))));
            givenTypes.push_back({plan.result.format, {plan.table.size()}});
        }
        TRY_VOID(vulkan::run(*m_device, op.kind, plan, given, givenTypes, y));
        return valueOf(plan.result, {y, {}, {}});
    }

    /// Along any dimension.
    Result<DeviceTensor>
    join(const Op& op, std::span<const BufferPtr> buffers, std::span<const TensorType> types)
    {
        std::optional<vulkan::Plan> plan = vulkan::planConcat(op, types, 0);
        const TensorType result = plan->result;
        const BufferPtr y = TRY(m_device->makeBuffer(result.bytes()));
        for (std::size_t i = 0; i < buffers.size(); ++i) {
            if (types[i].elements() == 0)
                continue;
            plan = vulkan::planConcat(op, types, i);
            TRY_VOID(vulkan::run(*m_device, op.kind, *plan, buffers.subspan(i, 1), types.subspan(i, 1), y));
        }
        return valueOf(result, {y, {}, {}});
    }

    /// The numbers of a vector, which most often came from the host.
    Result<Tensor> hostOf(const DeviceTensor& vector)
    {
        return on(vector).host.isEmpty() ? download(vector) : on(vector).host;
    }

    Result<void> checkNumbers(const DeviceTensor& ids, std::size_t count, double least = 0)
    {
        const Tensor host = TRY(hostOf(ids));
        for (const float id : host.floats())
            if (!(id >= float(least) && id < float(count)))
                return fail(ErrorCode::InvalidInput, "number {} is outside a table of {}", id, count);
        return {};
    }

    /// The same for all layers of a pass: made once.
    Result<BufferPtr> anglesFor(const Op& op, std::size_t rows, const DeviceTensor* divisors)
    {
        std::vector<float> numbers;
        if (divisors != nullptr) {
            const Tensor host = TRY(hostOf(*divisors));
            numbers.assign(host.floats().begin(), host.floats().end());
        }
        Angles wanted{op.attributes, rows, numbers, nullptr};
        if (m_angles.buffer != nullptr && m_angles.attributes == wanted.attributes && m_angles.rows == rows
            && m_angles.divisors == numbers)
            return m_angles.buffer;
        const std::vector<float> angles = vulkan::ropeAngles(op, rows, numbers);
        wanted.buffer = TRY(m_device->makeBuffer(std::as_bytes(std::span(angles))));
        m_angles = std::move(wanted);
        return m_angles.buffer;
    }

    /// Rows under rows. What grows a little with each token has room behind it, so that it is not copied each
    /// time.
    Result<DeviceTensor> append(std::span<const DeviceTensor> inputs)
    {
        TensorType type = inputs[0].type;
        type.shape[0] = 0;
        for (const DeviceTensor& input : inputs)
            type.shape[0] += input.type.rows();
        Value made = on(inputs[0]);
        std::size_t filled = inputs[0].type.bytes(), next = 1;
        if (made.filledBytes == nullptr || *made.filledBytes != filled || type.bytes() > made.capacityBytes) {
            constexpr std::size_t leastRows = 256;
            made.capacityBytes = type.rowBytes() * std::max(leastRows, type.rows() + type.rows() / 2);
            made.buffer = TRY(m_device->makeBuffer(made.capacityBytes));
            made.filledBytes = std::make_shared<std::size_t>(0);
            made.host = {};
            filled = 0;
            next = 0;
        }
        for (; next < inputs.size(); ++next) {
            const std::size_t bytes = inputs[next].type.bytes();
            TRY_VOID(m_device->copy(OpKind::Concat, on(inputs[next]).buffer, made.buffer, filled, bytes));
            filled += bytes;
        }
        *made.filledBytes = filled;
        return valueOf(std::move(type), std::move(made));
    }

    struct Angles {
        Attributes attributes;
        std::size_t rows = 0;
        std::vector<float> divisors;
        BufferPtr buffer;
    };
    std::unique_ptr<vulkan::Device> m_device;
    VulkanProducts m_products;
    vulkan::RoundedProducts m_rounded;
    Angles m_angles; ///< the latest
};

} // namespace

Result<std::unique_ptr<Backend>> makeVulkanBackend(const std::string& device, VulkanOptions options)
{
    const VulkanProducts products = std::exchange(options.products, VulkanProducts::Exact);
    return std::unique_ptr<Backend>(
        std::make_unique<VulkanBackend>(TRY(vulkan::Device::open(device, std::move(options))), products));
}

} // namespace tritloom
