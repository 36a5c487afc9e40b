#include "app/gui/page.h"

#include <QtGlobal>

#include <vector>

namespace tritloom {

std::span<const Page> pages()
{
    // The only list. Rows of one area appear in this order.
    static const std::vector<Page> list{};
    return list;
}

} // namespace tritloom
