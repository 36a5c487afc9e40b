#pragma once

#include "networks.h"
#include "stored_tensor.h"

#include <initializer_list>
#include <memory>

namespace onnx {
class ModelProto;
}

namespace sample {

/// Writes a network down as ONNX, operator set 17, with trained weights. One picture at a time.
class OnnxBuilder {
public:
    struct Value {
        std::string name;
        std::vector<std::int64_t> shape; ///< -1 where any size is taken
    };
    OnnxBuilder(std::string title, std::map<std::string, StoredTensor> weights);
    ~OnnxBuilder();

    Value picture(const std::string& name, std::vector<std::int64_t> shape);
    Value wholeNumber(const std::string& name); ///< one int64
    void property(const std::string& key, const std::string& value);
    /// Writes the file. Throws std::runtime_error with the path.
    void finish(const Value& output, const std::string& name, const std::string& path);

    Value convolution(const std::string& name, const Value& x, const Convolution&);
    Value linear(const std::string& name, const Value& x, int outputs);
    Value batchNorm(const std::string& name, const Value& x);
    Value groupNorm(const std::string& name, const Value& x, int channels, int groups);
    Value relu(const Value& x);
    Value silu(const Value& x);
    Value softmax(const Value& x);
    Value add(const Value& x, const Value& y);
    Value addEverywhere(const Value& x, const Value& y, int channels);
    Value scaled(const Value& x, double factor);
    Value product(const Value& x, const Value& y);
    Value transposed(const Value& x);
    Value concat(std::initializer_list<Value> parts);
    Value reshape(const Value& x, std::vector<std::int64_t> shape);
    Value globalAverage(const Value& x);
    Value repeated(const Value& x);
    Value depthToSpace(const Value& x);
    Value spaceToDepth(const Value& x);
    Value waves(const Value& time, int count);
    Value noiseBeside(const Value& noisy, const Value& clean, const Value& time);

private:
    struct Attributes;
    Value node(
        const std::string& type, const std::vector<std::string>& inputs, std::vector<std::int64_t> shape,
        const Attributes& attributes);
    Value
    node(const std::string& type, const std::vector<std::string>& inputs, std::vector<std::int64_t> shape);
    std::string trained(const std::string& name);
    std::string constant(const std::vector<std::int64_t>& values);
    std::string constant(const std::vector<float>& values, const std::vector<std::int64_t>& shape);

    std::unique_ptr<onnx::ModelProto> m_model;
    std::map<std::string, StoredTensor> m_weights;
    int m_count = 0;
};

} // namespace sample
