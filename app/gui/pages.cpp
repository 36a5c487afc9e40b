#include "app/gui/page.h"

#include "app/gui/allocation/loom_page.h"
#include "app/gui/analyses/analyses_page.h"
#include "app/gui/benchmark/benchmark_page.h"
#include "app/gui/compare/compare_page.h"
#include "app/gui/distribution/distribution_page.h"
#include "app/gui/evaluation/preview_page.h"
#include "app/gui/frontier/frontier_page.h"
#include "app/gui/layers/layers_page.h"
#include "app/gui/methods/methods_page.h"
#include "app/gui/pictures/pictures_page.h"
#include "app/gui/sensitivity/sensitivity_page.h"
#include "app/gui/text/text_page.h"
#include "app/gui/tunes/tunes_page.h"

#include <QtGlobal>

#include <vector>

namespace tritloom {
namespace {

bool isOnPictures(const Workspace& workspace)
{
    return workspace.model().picture.has_value();
}

bool isOnText(const Workspace& workspace)
{
    return !isOnPictures(workspace);
}

bool hasFineTunes(const Workspace& workspace)
{
    return !workspace.fineTunes()->isEmpty();
}

} // namespace

std::span<const Page> pages()
{
    // The only list. Rows of one area appear in this order.
    static const std::vector<Page> list{
        {"layers", QT_TRANSLATE_NOOP("Pages", "Layers"), Page::Area::Left, makeLayersPage,
         Qt::CTRL | Qt::SHIFT | Qt::Key_1},
        {"tunes", QT_TRANSLATE_NOOP("Pages", "Fine-tunes"), Page::Area::Left, makeTunesPage,
         Qt::CTRL | Qt::SHIFT | Qt::Key_4, hasFineTunes},
        {"loom", QT_TRANSLATE_NOOP("Pages", "Bit loom"), Page::Area::Centre, makeLoomPage,
         Qt::CTRL | Qt::SHIFT | Qt::Key_2},
        {"preview", QT_TRANSLATE_NOOP("Pages", "Live preview"), Page::Area::Right, makePreviewPage,
         Qt::CTRL | Qt::SHIFT | Qt::Key_3},
        {"distribution", QT_TRANSLATE_NOOP("Pages", "Distribution"), Page::Area::Bottom, makeDistributionPage,
         Qt::CTRL | Qt::Key_1},
        {"sensitivity", QT_TRANSLATE_NOOP("Pages", "Sensitivity"), Page::Area::Bottom, makeSensitivityPage,
         Qt::CTRL | Qt::Key_2},
        {"frontier", QT_TRANSLATE_NOOP("Pages", "Frontier"), Page::Area::Bottom, makeFrontierPage,
         Qt::CTRL | Qt::Key_3},
        {"compare", QT_TRANSLATE_NOOP("Pages", "Compare"), Page::Area::Bottom, makeComparePage,
         Qt::CTRL | Qt::Key_4},
        {"analyses", QT_TRANSLATE_NOOP("Pages", "Analyses"), Page::Area::Bottom, makeAnalysesPage,
         Qt::CTRL | Qt::Key_5},
        {"methods", QT_TRANSLATE_NOOP("Pages", "Methods"), Page::Area::Bottom, makeMethodsPage,
         Qt::CTRL | Qt::Key_6},
        {"text", QT_TRANSLATE_NOOP("Pages", "Text samples"), Page::Area::Bottom, makeTextPage,
         Qt::CTRL | Qt::Key_7, isOnText},
        {"pictures", QT_TRANSLATE_NOOP("Pages", "Pictures"), Page::Area::Bottom, makePicturesPage,
         Qt::CTRL | Qt::Key_7, isOnPictures},
        {"speed", QT_TRANSLATE_NOOP("Pages", "Speed"), Page::Area::Bottom, makeBenchmarkPage,
         Qt::CTRL | Qt::Key_8},
    };
    return list;
}

} // namespace tritloom
