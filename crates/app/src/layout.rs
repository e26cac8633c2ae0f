//! Where the panels are: tiles with tabs around the picture, which the user may move and resize.
//!
//! # Theory
//! The window is one row of tiles. The tile with the picture takes what the others leave, so that a
//! wider window gives a wider picture and not wider panels.
//!
//! # Practice
//! [`PANELS`] is the one list of panels. A new panel is a line there and a [`Tab`].

use eframe::egui::{self, Color32, Id, Margin, ScrollArea, Ui, WidgetText};
use egui_tiles::{
    Behavior, Container, EditAction, Linear, LinearDir, SimplificationOptions, Tile, TileId, Tiles,
    Tree, UiResponse,
};
use serde::{Deserialize, Serialize};

use crate::app::ground;
use crate::panels::{
    Desk, Tab, brush, cycle, effects, equations, gallery, parameters, plots, profile, treatment,
    why,
};
use crate::state::Snapshot;

/// Width of the window that the first layout is made for, points.
const WIDTH: f32 = 1280.0;
/// Widths of the panels at both sides, points.
const SIDES: [f32; 2] = [300.0, 330.0];
/// Height of the words about what the drugs add to each other, points.
const WORDS: f32 = 84.0;
/// A panel lower than this has no room for them beside a whole plot.
const LOW: f32 = 330.0;
/// Least share of the width that is left to the picture.
const PICTURE: f32 = 0.3;

/// A panel beside the picture.
pub trait Panel: Sync {
    /// Its tab.
    fn tab(&self) -> Tab;
    /// What the tab says.
    fn title(&self) -> &'static str;
    /// Draws it.
    fn ui(&self, ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk);
    /// Whether it is scrolled as a whole; else it scrolls itself.
    fn scrolls(&self) -> bool {
        true
    }
}

struct Simple {
    tab: Tab,
    title: &'static str,
    draw: fn(&mut Ui, &Snapshot, &mut Desk),
    scrolls: bool,
}

impl Panel for Simple {
    fn tab(&self) -> Tab {
        self.tab
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn ui(&self, ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
        (self.draw)(ui, snapshot, desk);
    }

    fn scrolls(&self) -> bool {
        self.scrolls
    }
}

const fn panel(
    tab: Tab,
    title: &'static str,
    draw: fn(&mut Ui, &Snapshot, &mut Desk),
    scrolls: bool,
) -> Simple {
    Simple {
        tab,
        title,
        draw,
        scrolls,
    }
}

/// All panels beside the picture, in the order of the menu.
pub static PANELS: [&dyn Panel; 9] = [
    &panel(Tab::Treatment, "Treatment", treatment::ui, true),
    &panel(Tab::Scenarios, "Scenarios", gallery::ui, true),
    &panel(Tab::Brush, "Brush", brush::ui, true),
    &panel(Tab::Plots, "Plots", curves, false),
    &panel(Tab::Parameters, "Parameters", parameters::ui, false),
    &panel(Tab::Equations, "Equations", equations::ui, false),
    &panel(Tab::Why, "Why here?", why::ui, true),
    &panel(Tab::Profile, "Profile", profile::ui, true),
    &panel(Tab::Cycle, "Cycle", cycle::ui, true),
];

/// Title of a tab.
pub fn title(tab: Tab) -> &'static str {
    let found = PANELS.iter().find(|p| p.tab() == tab);
    found.map_or("Tissue", |p| p.title())
}

// The words stay in sight while the plots above them are scrolled. In a low panel they would leave no room for a
// plot, so both are scrolled together.
fn curves(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let arms = snapshot.scenario.as_ref().map_or(0, |s| s.arms.len());
    if ui.available_height() < LOW {
        ScrollArea::vertical()
            .id_salt("curves")
            .auto_shrink([false; 2])
            .show(ui, |ui| {
                plots::ui(ui, snapshot, desk);
                if arms > 1 {
                    ui.separator();
                    effects::ui(ui, snapshot, desk);
                }
            });
        return;
    }
    if arms > 1 {
        let most = (0.5 * ui.available_height()).min(WORDS);
        egui::Panel::bottom("effects")
            .resizable(false)
            .show_separator_line(true)
            .exact_size(most.max(60.0))
            .frame(egui::Frame::new().inner_margin(Margin::symmetric(0, 4)))
            .show(ui, |ui| {
                ScrollArea::vertical()
                    .id_salt("effects")
                    .max_height(most.max(50.0))
                    .show(ui, |ui| effects::ui(ui, snapshot, desk));
            });
    }
    egui::CentralPanel::default()
        .frame(egui::Frame::new())
        .show(ui, |ui| {
            ScrollArea::vertical()
                .id_salt("curves")
                .auto_shrink([false; 2])
                .show(ui, |ui| plots::ui(ui, snapshot, desk));
        });
}

/// Draws the picture.
pub type DrawTissue<'a> = dyn FnMut(&mut Ui, &Snapshot, &mut Desk) + 'a;

/// The arrangement of all panels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    tree: Tree<Tab>,
    // Width that the shares of the outer row were made for, points.
    width: f32,
    // Widths of the panels before a narrow window squeezed them, points.
    #[serde(default)]
    squeezed: Option<Vec<f32>>,
}

impl Default for Layout {
    fn default() -> Self {
        let mut tiles = Tiles::default();
        let mut tabs = |list: &[Tab]| {
            let children = list.iter().map(|t| tiles.insert_pane(*t)).collect();
            tiles.insert_tab_tile(children)
        };
        let left = tabs(&[Tab::Treatment, Tab::Scenarios, Tab::Brush]);
        let tissue = tabs(&[Tab::Tissue]);
        let study = tabs(&[
            Tab::Plots,
            Tab::Parameters,
            Tab::Equations,
            Tab::Why,
            Tab::Profile,
        ]);
        let cycle = tabs(&[Tab::Cycle]);
        let vertical = LinearDir::Vertical;
        let right = Linear::new_binary(vertical, [study, cycle], 0.62);
        let right = tiles.insert_container(Container::Linear(right));
        let mut row = Linear::new(LinearDir::Horizontal, vec![left, tissue, right]);
        row.shares.set_share(left, SIDES[0]);
        row.shares.set_share(tissue, WIDTH - SIDES[0] - SIDES[1]);
        row.shares.set_share(right, SIDES[1]);
        let root = tiles.insert_container(Container::Linear(row));
        Self {
            tree: Tree::new(Id::unique("panels"), root, tiles),
            width: WIDTH,
            squeezed: None,
        }
    }
}

impl Layout {
    /// Whether every tab is there exactly once; a layout of an older version may lack one.
    pub fn is_whole(&self) -> bool {
        let tabs = PANELS.iter().map(|p| p.tab()).chain([Tab::Tissue]);
        let count = |tab: Tab| {
            let tiles = self.tree.tiles.tiles();
            tiles.filter(|t| **t == Tile::Pane(tab)).count()
        };
        let panes = self.tree.tiles.tiles();
        let panes = panes.filter(|t| matches!(t, Tile::Pane(_))).count();
        tabs.clone().all(|tab| count(tab) == 1)
            && panes == PANELS.len() + 1
            && self.width.is_finite()
            && self.width > 0.0
            && self.tree.root().is_some()
    }

    /// Brings a tab to the front.
    pub fn bring(&mut self, tab: Tab) {
        self.tree
            .make_active(|_, tile| matches!(tile, Tile::Pane(t) if *t == tab));
    }

    /// Where the tabs in front are on screen.
    #[cfg(test)]
    pub fn places(&self) -> Vec<(Tab, egui::Rect)> {
        let tiles = &self.tree.tiles;
        let active = self.tree.active_tiles();
        let place = |tab: Tab| {
            let tile = tiles.find_pane(&tab).filter(|t| active.contains(t))?;
            Some((tab, tiles.rect(tile)?))
        };
        let tabs = PANELS.iter().map(|p| p.tab()).chain([Tab::Tissue]);
        tabs.filter_map(place).collect()
    }

    /// Whether a tab is in front of its group.
    pub fn is_in_front(&self, tab: Tab) -> bool {
        let active = self.tree.active_tiles();
        let pane = self.tree.tiles.find_pane(&tab);
        pane.is_some_and(|pane| active.contains(&pane))
    }

    /// Draws all panels.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        snapshot: &Snapshot,
        desk: &mut Desk,
        tissue: &mut DrawTissue<'_>,
    ) {
        self.keep_widths(ui.available_width());
        let picture = self.tree.tiles.find_pane(&Tab::Tissue);
        let mut tiles = Shown {
            snapshot,
            desk,
            tissue,
            picture,
        };
        let before = picture.map(|p| rows_above(&self.tree.tiles, p));
        self.tree.ui(&mut tiles, ui);
        for row in before.into_iter().flatten() {
            self.keep_picture(&row);
        }
    }

    // A splitter that is dragged stops where the picture has its least share.
    fn keep_picture(&mut self, before: &Row) {
        let Some(Tile::Container(Container::Linear(row))) = self.tree.tiles.get_mut(before.tile)
        else {
            return;
        };
        if row.children.len() != before.shares.len() || !row.children.contains(&before.branch) {
            return; // A panel was dropped in or taken out.
        }
        let of_branch = |shares: &[(TileId, f32)]| {
            let total: f32 = shares.iter().map(|(_, s)| s).sum();
            let own = shares.iter().find(|(c, _)| *c == before.branch);
            own.map_or(1.0, |(_, s)| s / total.max(1e-6))
        };
        let now: Vec<(TileId, f32)> = row.children.iter().map(|c| (*c, row.shares[*c])).collect();
        let (was, is) = (of_branch(&before.shares), of_branch(&now));
        if is >= PICTURE || is >= was {
            return;
        }
        // As far as it may go on the way from what was to what is wanted.
        let part = ((was - PICTURE) / (was - is)).clamp(0.0, 1.0);
        for (child, share) in &before.shares {
            let wanted = row.shares[*child];
            row.shares
                .set_share(*child, share + part * (wanted - share));
        }
    }

    // Panels keep their width in points; the picture gets the rest.
    fn keep_widths(&mut self, width: f32) {
        if !(width.is_finite() && width > 50.0) || (width - self.width).abs() < 0.5 {
            return;
        }
        let before = std::mem::replace(&mut self.width, width);
        let Some(picture) = self.tree.tiles.find_pane(&Tab::Tissue) else {
            return;
        };
        let Some(root) = self.tree.root() else { return };
        let mut branch = picture;
        while let Some(parent) = self.tree.tiles.parent_of(branch) {
            if parent == root {
                break;
            }
            branch = parent;
        }
        let Some(Tile::Container(Container::Linear(row))) = self.tree.tiles.get_mut(root) else {
            return;
        };
        if row.dir != LinearDir::Horizontal || !row.children.contains(&branch) {
            return;
        }
        let total: f32 = row.children.iter().map(|c| row.shares[*c]).sum();
        let others: Vec<TileId> = row
            .children
            .iter()
            .copied()
            .filter(|c| *c != branch)
            .collect();
        let mut widths: Vec<f32> = others
            .iter()
            .map(|c| row.shares[*c] / total.max(1e-6) * before)
            .collect();
        let most = (1.0 - PICTURE) * width;
        // Panels that were squeezed get their width back as soon as there is room.
        if let Some(wanted) = self.squeezed.take().filter(|w| w.len() == widths.len()) {
            widths = wanted;
        }
        let sum: f32 = widths.iter().sum();
        if sum > most {
            self.squeezed = Some(widths.clone());
            widths.iter_mut().for_each(|w| *w *= most / sum);
        }
        let left = width - widths.iter().sum::<f32>();
        row.shares.set_share(branch, left);
        for (child, width) in others.iter().zip(&widths) {
            row.shares.set_share(*child, *width);
        }
    }
}

// A row or column of panels, and which of them holds the picture.
struct Row {
    tile: TileId,
    branch: TileId,
    shares: Vec<(TileId, f32)>,
}

// All rows and columns that the picture stands in.
fn rows_above(tiles: &Tiles<Tab>, picture: TileId) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut branch = picture;
    while let Some(parent) = tiles.parent_of(branch) {
        if let Some(Tile::Container(Container::Linear(row))) = tiles.get(parent) {
            rows.push(Row {
                tile: parent,
                branch,
                shares: row.children.iter().map(|c| (*c, row.shares[*c])).collect(),
            });
        }
        branch = parent;
    }
    rows
}

struct Shown<'a> {
    snapshot: &'a Snapshot,
    desk: &'a mut Desk,
    tissue: &'a mut DrawTissue<'a>,
    picture: Option<TileId>,
}

impl Behavior<Tab> for Shown<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, tab: &mut Tab) -> UiResponse {
        let found = PANELS.iter().find(|p| p.tab() == *tab);
        let margin = if found.is_some() { 6 } else { 2 };
        egui::Frame::new()
            .inner_margin(Margin::same(margin))
            .show(ui, |ui| match found {
                None => (self.tissue)(ui, self.snapshot, self.desk),
                Some(panel) if panel.scrolls() => {
                    ScrollArea::both()
                        .id_salt(panel.title())
                        .auto_shrink([false; 2])
                        .show(ui, |ui| panel.ui(ui, self.snapshot, self.desk));
                }
                Some(panel) => panel.ui(ui, self.snapshot, self.desk),
            });
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, tab: &Tab) -> WidgetText {
        title(*tab).into()
    }

    fn is_tab_bar_visible(&self, _tile: TileId, tabs: &egui_tiles::Tabs) -> bool {
        self.picture.is_none_or(|p| tabs.children != [p])
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: true,
            ..SimplificationOptions::default()
        }
    }

    fn tab_bar_color(&self, visuals: &egui::Visuals) -> Color32 {
        visuals.extreme_bg_color
    }

    fn tab_bg_color(
        &self,
        visuals: &egui::Visuals,
        _tiles: &Tiles<Tab>,
        _tile: TileId,
        state: &egui_tiles::TabState,
    ) -> Color32 {
        if state.active {
            ground(visuals.dark_mode)
        } else {
            Color32::TRANSPARENT
        }
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        3.0
    }

    fn min_size(&self) -> f32 {
        // Four panes of tissue with their names.
        120.0
    }

    fn tab_title_spacing(&self, _visuals: &egui::Visuals) -> f32 {
        6.0
    }

    fn cycle_tabs_with_keyboard(&self) -> bool {
        true
    }

    fn on_edit(&mut self, _action: EditAction) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_goes_through_text_and_back() {
        let mut layout = Layout::default();
        assert!(layout.is_whole());
        assert!(layout.is_in_front(Tab::Treatment) && layout.is_in_front(Tab::Plots));
        layout.bring(Tab::Why);
        assert!(layout.is_in_front(Tab::Why) && !layout.is_in_front(Tab::Plots));
        let text = serde_json::to_string(&layout).expect("it is plain data");
        let read: Layout = serde_json::from_str(&text).expect("it was written so");
        assert_eq!(read, layout);
    }

    #[test]
    fn a_wider_window_gives_a_wider_picture() {
        let mut layout = Layout::default();
        let widths = |layout: &Layout| {
            let root = layout.tree.root().expect("there is one");
            let Some(Tile::Container(Container::Linear(row))) = layout.tree.tiles.get(root) else {
                panic!("the outer tile is a row");
            };
            row.children
                .iter()
                .map(|c| row.shares[*c])
                .collect::<Vec<f32>>()
        };
        layout.keep_widths(1920.0);
        assert_eq!(widths(&layout), [300.0, 1290.0, 330.0]);
        layout.keep_widths(1280.0);
        assert_eq!(widths(&layout), [300.0, 650.0, 330.0]);
        layout.keep_widths(800.0);
        assert!(widths(&layout)[1] >= 239.0);
        // Panels come back as they were, however often they were squeezed.
        layout.keep_widths(640.0);
        layout.keep_widths(1280.0);
        assert_eq!(widths(&layout), [300.0, 650.0, 330.0]);
    }

    #[test]
    fn every_tab_has_a_panel_and_a_title() {
        let mut titles: Vec<&str> = PANELS.iter().map(|p| p.title()).collect();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), PANELS.len());
    }
}
