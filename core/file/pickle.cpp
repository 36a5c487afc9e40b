#include "core/file/pickle.h"

#include "core/base/byte_reader.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>

namespace tritloom::pickle {
namespace {

constexpr std::size_t mostDepth = 32, mostValues = 1u << 22;

// The only names a pickle may mention.
constexpr std::string_view storages[] = {
    "FloatStorage", "HalfStorage", "BFloat16Storage", "DoubleStorage", "CharStorage", "ByteStorage", "ShortStorage",
    "IntStorage", "LongStorage", "BoolStorage"};
constexpr std::string_view makers[] = {
    "collections.OrderedDict", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter", "torch.Size"};

/// A value on the stack with what copies of it would cost and how deep it goes.
struct Slot {
    Value value;
    std::size_t depth = 0, size = 1;
    bool isMark = false;
};

class Reader {
public:
    Reader(std::span<const std::byte> bytes, const std::string& name)
        : m_in(bytes)
        , m_name(name)
    {
    }

    Result<Value> read(std::size_t* used)
    {
        while (true) {
            const auto op = m_in.number<std::uint8_t>();
            if (!op)
                return damaged();
            if (*op == '.') {
                if (used != nullptr)
                    *used = m_in.position();
                if (m_stack.size() != 1 || m_stack.back().isMark)
                    return damaged();
                return std::move(m_stack.back().value);
            }
            TRY_VOID(step(char(*op)));
            if (m_stack.size() > mostValues || m_total > mostValues)
                return fail(ErrorCode::InvalidInput, "{}: the pickle makes more than {} values", m_name, mostValues);
        }
    }

private:
    tl::unexpected<Error> damaged() const
    {
        return fail(ErrorCode::InvalidInput, "{}: this is no complete pickle", m_name);
    }
    tl::unexpected<Error> refused(std::string_view what) const
    {
        return fail(
            ErrorCode::Unsupported, "{}: the pickle asks for {}; only tensors in containers are read, nothing is run",
            m_name, what);
    }

    template <typename T>
    Result<void> push(T data)
    {
        m_stack.push_back({.value = {std::move(data)}});
        ++m_total;
        return {};
    }
    template <typename T>
    Result<void> pushNumber()
    {
        const auto number = m_in.number<T>();
        if (!number)
            return damaged();
        return push(std::int64_t(*number));
    }
    Result<void> pushText(std::optional<std::uint64_t> length)
    {
        const auto text = length ? m_in.text(*length) : std::nullopt;
        if (!text)
            return damaged();
        return push(std::string(*text));
    }
    Result<std::string> line()
    {
        std::string text;
        while (true) {
            const auto c = m_in.number<char>();
            if (!c || text.size() > 4096)
                return damaged();
            if (*c == '\n')
                return text;
            text += *c;
        }
    }
    Result<Slot> pop()
    {
        if (m_stack.empty() || m_stack.back().isMark)
            return damaged();
        Slot slot = std::move(m_stack.back());
        m_stack.pop_back();
        return slot;
    }
    /// Everything above the last mark, which goes too.
    Result<std::vector<Slot>> popToMark()
    {
        const auto mark = std::find_if(m_stack.rbegin(), m_stack.rend(), [](const Slot& slot) { return slot.isMark; });
        if (mark == m_stack.rend())
            return damaged();
        std::vector<Slot> slots(std::make_move_iterator(mark.base()), std::make_move_iterator(m_stack.end()));
        m_stack.erase(mark.base() - 1, m_stack.end());
        return slots;
    }

    Result<void> pushGlobal(const std::string& module, const std::string& name)
    {
        const std::string full = module + "." + name;
        const bool isStorage = module == "torch" && std::ranges::find(storages, name) != std::end(storages);
        if (!isStorage && std::ranges::find(makers, full) == std::end(makers))
            return refused(full);
        return push(Global{full});
    }

    Result<void> pushTuple(std::vector<Slot> slots)
    {
        Tuple tuple;
        Slot made;
        for (Slot& slot : slots) {
            TRY_VOID(take(made, slot));
            tuple.items.push_back(std::move(slot.value));
        }
        made.value.data = std::move(tuple);
        m_stack.push_back(std::move(made));
        return {};
    }

    Result<void> take(Slot& container, const Slot& item)
    {
        container.depth = std::max(container.depth, item.depth + 1);
        container.size += item.size;
        if (container.depth > mostDepth || container.size > mostValues)
            return fail(ErrorCode::InvalidInput, "{}: containers are nested beyond {}", m_name, mostDepth);
        return {};
    }

    Result<void> append(std::vector<Slot> slots)
    {
        List* const list = m_stack.empty() ? nullptr : std::get_if<List>(&m_stack.back().value.data);
        if (list == nullptr)
            return refused("items of something that is no list");
        for (Slot& slot : slots) {
            TRY_VOID(take(m_stack.back(), slot));
            list->items.push_back(std::move(slot.value));
        }
        return {};
    }

    Result<void> setItems(std::vector<Slot> slots)
    {
        Dict* const dict = m_stack.empty() ? nullptr : std::get_if<Dict>(&m_stack.back().value.data);
        if (dict == nullptr || slots.size() % 2 != 0)
            return refused("items of something that is no dictionary");
        for (std::size_t i = 0; i < slots.size(); i += 2) {
            TRY_VOID(take(m_stack.back(), slots[i]));
            TRY_VOID(take(m_stack.back(), slots[i + 1]));
            dict->items.push_back({std::move(slots[i].value), std::move(slots[i + 1].value)});
        }
        return {};
    }

    // ('storage', type, key, device, elements, ...)
    Result<void> persistent()
    {
        const Slot slot = TRY(pop());
        const auto* const tuple = std::get_if<Tuple>(&slot.value.data);
        if (tuple == nullptr || tuple->items.size() < 5)
            return refused("an object outside of it that is no storage");
        const auto* const kind = std::get_if<std::string>(&tuple->items[0].data);
        const auto* const type = std::get_if<Global>(&tuple->items[1].data);
        const auto* const key = std::get_if<std::string>(&tuple->items[2].data);
        const auto* const elements = std::get_if<std::int64_t>(&tuple->items[4].data);
        const bool isView = tuple->items.size() > 5 && !std::holds_alternative<None>(tuple->items[5].data);
        if (!kind || *kind != "storage" || !type || !type->name.ends_with("Storage") || !key || !elements || isView)
            return refused("an object outside of it that is no storage");
        return push(Storage{type->name.substr(6), *key, *elements});
    }

    static std::optional<std::vector<std::int64_t>> wholeNumbers(const Value& value)
    {
        const auto* const tuple = std::get_if<Tuple>(&value.data);
        if (tuple == nullptr)
            return std::nullopt;
        std::vector<std::int64_t> numbers;
        for (const Value& item : tuple->items) {
            const auto* const number = std::get_if<std::int64_t>(&item.data);
            if (number == nullptr)
                return std::nullopt;
            numbers.push_back(*number);
        }
        return numbers;
    }

    Result<void> call()
    {
        Slot arguments = TRY(pop());
        const Slot function = TRY(pop());
        const auto* const global = std::get_if<Global>(&function.value.data);
        auto* const given = std::get_if<Tuple>(&arguments.value.data);
        if (global == nullptr || given == nullptr)
            return refused("a call");
        if (global->name == "collections.OrderedDict" && given->items.empty())
            return push(Dict{});
        if (global->name == "torch.Size" && given->items.size() == 1)
            return push(std::move(given->items[0].data));
        if (global->name == "torch._utils._rebuild_parameter" && !given->items.empty()
            && std::holds_alternative<Tensor>(given->items[0].data))
            return push(std::get<Tensor>(given->items[0].data));
        if (global->name.starts_with("torch._utils._rebuild_tensor") && given->items.size() >= 4) {
            const auto* const storage = std::get_if<Storage>(&given->items[0].data);
            const auto* const offset = std::get_if<std::int64_t>(&given->items[1].data);
            auto shape = wholeNumbers(given->items[2]), strides = wholeNumbers(given->items[3]);
            if (storage && offset && shape && strides && shape->size() == strides->size())
                return push(Tensor{*storage, *offset, std::move(*shape), std::move(*strides)});
        }
        return refused(fmt::format("{} with {} arguments", global->name, given->items.size()));
    }

    Result<void> memoize(std::uint64_t key)
    {
        if (m_stack.empty() || m_stack.back().isMark)
            return damaged();
        m_total += m_stack.back().size;
        m_memo[key] = m_stack.back();
        return {};
    }
    Result<void> recall(std::optional<std::uint64_t> key)
    {
        const auto found = key ? m_memo.find(*key) : m_memo.end();
        if (found == m_memo.end())
            return damaged();
        const auto& data = found->second.value.data;
        // A container is remembered while it is empty: what was put into it since is not here.
        if (std::holds_alternative<List>(data) || std::holds_alternative<Dict>(data))
            return refused("the same container twice");
        m_total += found->second.size;
        m_stack.push_back(found->second);
        return {};
    }

    Result<void> step(char op)
    {
        switch (op) {
        case '\x80': return m_in.number<std::uint8_t>() ? Result<void>() : damaged();
        case '\x95': return m_in.number<std::uint64_t>() ? Result<void>() : damaged();
        case '(': m_stack.push_back({.value = {}, .isMark = true}); return {};
        case '0': TRY(pop()); return {};
        case 'N': return push(None{});
        case '\x88': return push(true);
        case '\x89': return push(false);
        case 'K': return pushNumber<std::uint8_t>();
        case 'M': return pushNumber<std::uint16_t>();
        case 'J': return pushNumber<std::int32_t>();
        case '\x8a': return longInteger();
        case 'G': return bigEndianDouble();
        case 'X': return pushText(m_in.number<std::uint32_t>());
        case '\x8c': case 'U': return pushText(m_in.number<std::uint8_t>());
        case '\x8d': return pushText(m_in.number<std::uint64_t>());
        case 'T': return pushText(m_in.number<std::uint32_t>());
        case ']': return push(List{});
        case '}': return push(Dict{});
        case ')': return push(Tuple{});
        case 't': return pushTuple(TRY(popToMark()));
        case '\x85': case '\x86': case '\x87': {
            const std::size_t count = std::size_t(op - '\x84');
            std::vector<Slot> slots(count);
            for (std::size_t i = count; i-- > 0;)
                slots[i] = TRY(pop());
            return pushTuple(std::move(slots));
        }
        case 'a': { std::vector<Slot> one; one.push_back(TRY(pop())); return append(std::move(one)); }
        case 'e': return append(TRY(popToMark()));
        case 's': {
            std::vector<Slot> two(2);
            two[1] = TRY(pop());
            two[0] = TRY(pop());
            return setItems(std::move(two));
        }
        case 'u': return setItems(TRY(popToMark()));
        case 'q': return memoize(m_in.number<std::uint8_t>().value_or(0));
        case 'r': return memoize(m_in.number<std::uint32_t>().value_or(0));
        case '\x94': return memoize(m_memo.size());
        case 'h': return recall(m_in.number<std::uint8_t>());
        case 'j': return recall(m_in.number<std::uint32_t>());
        case 'c': { const std::string module = TRY(line()); return pushGlobal(module, TRY(line())); }
        case '\x93': {
            const Slot name = TRY(pop()), module = TRY(pop());
            const auto *m = std::get_if<std::string>(&module.value.data), *n = std::get_if<std::string>(&name.value.data);
            return m && n ? pushGlobal(*m, *n) : refused("a name that is no text");
        }
        case 'Q': return persistent();
        case 'R': return call();
        case 'b': {
            // State of a dictionary (its _metadata) adds nothing; of anything else it would be code.
            TRY(pop());
            if (m_stack.empty() || !std::holds_alternative<Dict>(m_stack.back().value.data))
                return refused("the state of an object");
            return {};
        }
        default: return refused(fmt::format("the operation 0x{:02x}", unsigned(static_cast<unsigned char>(op))));
        }
    }

    Result<void> longInteger()
    {
        const auto length = m_in.number<std::uint8_t>();
        const auto bytes = length ? m_in.take(*length) : std::nullopt;
        if (!bytes)
            return damaged();
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8; ++i) {
            const bool negative = !bytes->empty() && (std::to_integer<unsigned>(bytes->back()) & 128) != 0;
            const std::uint64_t byte = i < bytes->size() ? std::to_integer<std::uint64_t>((*bytes)[i]) : negative ? 255 : 0;
            value |= byte << 8 * i;
        }
        return push(std::int64_t(value)); // longer ones (a legacy file's magic) keep their low half
    }
    Result<void> bigEndianDouble()
    {
        const auto bits = m_in.number<std::uint64_t>();
        if (!bits)
            return damaged();
        return push(std::bit_cast<double>(__builtin_bswap64(*bits)));
    }

    ByteReader m_in;
    const std::string& m_name;
    std::vector<Slot> m_stack;
    std::map<std::uint64_t, Slot> m_memo;
    std::size_t m_total = 0; ///< values made, copies counted
};

} // namespace

Result<Value> read(std::span<const std::byte> bytes, const std::string& name, std::size_t* used)
{
    return Reader(bytes, name).read(used);
}

} // namespace tritloom::pickle
