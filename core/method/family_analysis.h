#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// An analysis that looks at several models together: sizes of one family. An Analysis that is one may be
/// asked with more than one model: ask by dynamic_cast.
class FamilyAnalysis {
public:
    struct Member {
        std::string name;
        ModelProbe* probe = nullptr;
    };
    virtual ~FamilyAnalysis() = default;
    /// members: at least one, with the same candidates. Errors: as Analysis::run.
    [[nodiscard]] virtual Result<Report>
    runFamily(std::span<const Member> members, const Parameters&, const MethodContext&) const = 0;
};

} // namespace tritloom
