#include "core/file/protobuf_fields.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace tritloom {

using google::protobuf::internal::WireFormatLite;

bool forEachField(std::span<const std::byte> message, const std::function<void(const ProtobufField&)>& take)
{
    if (message.size() > std::size_t(INT32_MAX))
        return false;
    google::protobuf::io::CodedInputStream in(
        reinterpret_cast<const std::uint8_t*>(message.data()), int(message.size()));
    in.SetTotalBytesLimit(INT32_MAX);
    while (true) {
        const auto begin = std::size_t(in.CurrentPosition());
        const std::uint32_t tag = in.ReadTag();
        if (tag == 0)
            return begin == message.size();
        ProtobufField field{.number = WireFormatLite::GetTagFieldNumber(tag)};
        std::uint32_t small = 0;
        switch (WireFormatLite::GetTagWireType(tag)) {
        case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
            if (!in.ReadVarint32(&small) || small > message.size() - std::size_t(in.CurrentPosition()))
                return false;
            field.isBytes = true;
            field.bytes = message.subspan(std::size_t(in.CurrentPosition()), small);
            if (!in.Skip(int(small)))
                return false;
            break;
        case WireFormatLite::WIRETYPE_VARINT:
            if (!in.ReadVarint64(&field.value))
                return false;
            break;
        case WireFormatLite::WIRETYPE_FIXED32:
            if (!in.ReadLittleEndian32(&small))
                return false;
            field.value = small;
            break;
        case WireFormatLite::WIRETYPE_FIXED64:
            if (!in.ReadLittleEndian64(&field.value))
                return false;
            break;
        default: // groups
            if (!WireFormatLite::SkipField(&in, tag))
                return false;
            break;
        }
        field.whole = message.subspan(begin, std::size_t(in.CurrentPosition()) - begin);
        take(field);
    }
}

} // namespace tritloom
