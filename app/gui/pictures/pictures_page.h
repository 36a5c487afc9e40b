#pragma once

#include "app/gui/pictures/picture_list_model.h"
#include "app/session/workspace.h"

#include <QTimer>
#include <QWidget>

class QCheckBox;
class QLabel;
class QListView;
class QPushButton;
class QSlider;
class QSpinBox;
class QStackedWidget;
class QVBoxLayout;

namespace tritloom {

class ClassesView;
class PlanesView;

/// The pictures of a network: what the original makes of each, what the compressed one does, and how far that
/// is apart. Follows the loom. GUI thread only.
class PicturesPage final : public QWidget {
    Q_OBJECT

public:
    PicturesPage(Workspace& workspace, QWidget* parent);

public slots:
    void choosePictures(); ///< the dialog
    void showOriginal(bool original); ///< its picture in the place of the compressed one

protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;

private:
    void makeEmpty();
    void makeHeader(QVBoxLayout& column);
    void connectWorkspace();
    void takePictures();
    void takePreview(const PicturePreview& preview);
    void showOutcomes();
    void sort(); ///< what is shown follows, as long as nobody chose a picture
    void requestPreview();
    void showFigures();
    void showState();
    void moreSteps();
    [[nodiscard]] TaskOptions task() const;
    [[nodiscard]] bool isClassifier() const;

    Workspace& m_workspace;
    PictureListModel m_model;
    QStackedWidget *m_whole, *m_views;
    QListView* m_list;
    ClassesView* m_classes;
    PlanesView* m_planes;
    QLabel *m_emptyText, *m_state, *m_figures, *m_pixel, *m_notices;
    QPushButton *m_choose, *m_flip, *m_moreSteps;
    QCheckBox* m_worstFirst;
    QSlider* m_wipe;
    QSpinBox* m_steps;
    std::optional<PicturePreview> m_preview; ///< the newest part of the newest
    QString m_why; ///< the last failure
    bool m_follows = true; ///< the chosen picture is the first of the list, whichever that is
    bool m_asked = false; ///< for the order, since these pictures are here
    bool m_sorting = false; ///< the choice moves by itself
    bool m_wanted = false; ///< asked for while nobody looked
    QTimer m_outcomesSoon;
};

[[nodiscard]] QWidget* makePicturesPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
