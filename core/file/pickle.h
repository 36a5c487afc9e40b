#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tritloom::pickle {

struct Value;
struct None {};
/// A class or function by name; only those in the list of the reader exist.
struct Global {
    std::string name; ///< "torch.FloatStorage"
};
/// What a file keeps outside of the pickle: the numbers of tensors.
struct Storage {
    std::string type; ///< "FloatStorage"
    std::string key;
    std::int64_t elements = 0;
};
struct Tensor {
    Storage storage;
    std::int64_t offset = 0; ///< elements
    std::vector<std::int64_t> shape, strides;
};
struct List {
    std::vector<Value> items;
};
struct Tuple {
    std::vector<Value> items;
};
struct DictItem;
struct Dict {
    std::vector<DictItem> items;
};

/// Plain data: nothing of a pickle is ever run.
struct Value {
    std::variant<None, bool, std::int64_t, double, std::string, Global, Storage, Tensor, List, Tuple, Dict> data;
};
struct DictItem {
    Value key, value;
};

/// Reads one pickle (protocols 2 to 5) that holds tensors in containers; `used` becomes its length. Classes and calls
/// other than those that make tensors are refused by name, whatever they would do.
/// Errors: Unsupported (what it asks for), InvalidInput (no pickle, nested beyond 32).
[[nodiscard]] Result<Value> read(std::span<const std::byte> bytes, const std::string& name, std::size_t* used = nullptr);

} // namespace tritloom::pickle
