//! The entries themselves.

use eframe::egui::Key;

use super::Group::{Edit, File, Help, Simulation, View};
use super::{At, Entry, ctrl, ctrl_shift, entry, key, sign};
use crate::canvas::{Look, Tool};
use crate::command::WindowCommand as W;
use crate::command::{Command, WindowCommand};
use crate::speed::next_speed;
use crate::store::Theme;

/// Step between two sizes of the window's content.
const SCALE_STEP: f32 = 0.1;

fn window(command: WindowCommand) -> Option<Command> {
    Some(Command::Window(command))
}

fn open(at: &At<'_>) -> bool {
    at.snapshot.scenario.is_some()
}

fn arm<const N: usize>(at: &At<'_>) -> Option<Command> {
    let arms = at.snapshot.scenario.as_ref()?.arms.len();
    (N <= arms).then_some(Command::Window(WindowCommand::Arm(N.checked_sub(1))))
}

fn speed(at: &At<'_>, faster: bool) -> Option<Command> {
    let scenario = at.snapshot.scenario.as_ref()?;
    let present = at.desk.outbox.speed(at.snapshot);
    let next = next_speed(scenario, present, faster);
    (next != present).then_some(Command::Speed(next))
}

fn tool(at: &At<'_>, tool: Tool) -> Option<Command> {
    let next = if at.desk.tool == tool {
        Tool::Move
    } else {
        tool
    };
    open(at).then_some(Command::Window(WindowCommand::Tool(next)))
}

fn scale(at: &At<'_>, by: f32) -> Option<Command> {
    let next = crate::settings::allowed_scale(at.saved.scale + by);
    (next != at.saved.scale).then_some(Command::Window(WindowCommand::Scale(next)))
}

fn back(at: &At<'_>) -> Option<Command> {
    let kept = at.snapshot.timeline.kept.iter().rev();
    let slack = 1e-9 * at.snapshot.time.abs();
    let before = kept.copied().find(|t| *t < at.snapshot.time - slack);
    before.map(Command::Scrub)
}

/// All commands, by group in the order of the menus.
pub static TABLE: &[Entry] = &[
    entry(File, "open", "Open file …", &[ctrl(Key::O)], |_| {
        window(W::OpenDialog)
    }),
    entry(File, "save", "Save scenario as …", &[ctrl(Key::S)], |at| {
        open(at).then_some(Command::Window(W::SaveDialog))
    }),
    entry(
        File,
        "copy",
        "Copy scenario as text",
        &[ctrl_shift(Key::C)],
        |at| open(at).then_some(Command::Window(W::Copy)),
    ),
    entry(
        File,
        "paste",
        "Paste scenario",
        &[ctrl_shift(Key::V)],
        |_| window(W::Paste),
    ),
    entry(File, "export", "Export plots …", &[ctrl(Key::E)], |at| {
        (!at.snapshot.rows.is_empty()).then_some(Command::Window(W::ExportPlots))
    }),
    entry(File, "record", "Record a film …", &[ctrl(Key::R)], |at| {
        // The same key ends what it began.
        let film = &at.desk.film;
        let command = match film.reel {
            Some(_) => Command::StopFilm,
            None => Command::Window(W::Film(!film.open)),
        };
        open(at).then_some(command)
    })
    .on(|at| at.desk.film.reel.is_some()),
    entry(
        File,
        "stop-film",
        "Stop recording, make the film",
        &[],
        |at| at.desk.film.reel.as_ref().map(|_| Command::StopFilm),
    ),
    entry(File, "cancel-film", "Cancel the film", &[], |at| {
        let there = at.desk.film.reel.is_some() || at.snapshot.film.making.is_some();
        there.then_some(Command::CancelFilm)
    }),
    entry(File, "reload", "Read the model's files again", &[], |at| {
        open(at).then_some(Command::Reload)
    }),
    entry(File, "close", "Close", &[ctrl(Key::Q)], |_| {
        window(W::Close)
    }),
    entry(Edit, "undo", "Undo", &[ctrl(Key::Z)], |at| {
        at.snapshot.timeline.undo.as_ref().map(|_| Command::Undo)
    })
    .repeats(),
    entry(
        Edit,
        "redo",
        "Redo",
        &[ctrl_shift(Key::Z), ctrl(Key::Y)],
        |at| at.snapshot.timeline.redo.as_ref().map(|_| Command::Redo),
    )
    .repeats(),
    entry(
        Edit,
        "reset-parameters",
        "Reset all parameters",
        &[],
        |at| open(at).then_some(Command::ResetParameters),
    ),
    entry(Edit, "brush", "Brush", &[key(Key::B)], |at| {
        tool(at, Tool::Brush)
    })
    .on(|at| at.desk.tool == Tool::Brush),
    entry(Edit, "line", "Profile along a line", &[key(Key::L)], |at| {
        tool(at, Tool::Line)
    })
    .on(|at| at.desk.tool == Tool::Line),
    entry(Edit, "why", "Why here?", &[key(Key::Y)], |at| {
        tool(at, Tool::Why)
    })
    .on(|at| at.desk.tool == Tool::Why),
    entry(Edit, "settings", "Settings …", &[ctrl(Key::Comma)], |at| {
        window(W::Settings(!at.settings))
    }),
    entry(View, "all-arms", "All arms", &[key(Key::Num0)], arm::<0>),
    entry(View, "arm-1", "Arm 1", &[key(Key::Num1)], arm::<1>).unlisted(),
    entry(View, "arm-2", "Arm 2", &[key(Key::Num2)], arm::<2>).unlisted(),
    entry(View, "arm-3", "Arm 3", &[key(Key::Num3)], arm::<3>).unlisted(),
    entry(View, "arm-4", "Arm 4", &[key(Key::Num4)], arm::<4>).unlisted(),
    entry(View, "arm-5", "Arm 5", &[key(Key::Num5)], arm::<5>).unlisted(),
    entry(View, "arm-6", "Arm 6", &[key(Key::Num6)], arm::<6>).unlisted(),
    entry(View, "arm-7", "Arm 7", &[key(Key::Num7)], arm::<7>).unlisted(),
    entry(View, "arm-8", "Arm 8", &[key(Key::Num8)], arm::<8>).unlisted(),
    entry(View, "arm-9", "Arm 9", &[key(Key::Num9)], arm::<9>).unlisted(),
    entry(
        View,
        "difference",
        "Difference to the first arm",
        &[key(Key::D)],
        |at| {
            let several = at.snapshot.scenario.as_ref()?.arms.len() > 1;
            let single = !matches!(at.canvas.look, Look::Composite(_));
            let next = !at.canvas.difference;
            (several && (single || !next)).then_some(Command::Window(W::Difference(next)))
        },
    )
    .on(|at| at.canvas.difference),
    entry(
        View,
        "wipe",
        "Wipe between two arms",
        &[key(Key::W)],
        |at| {
            let several = at.snapshot.scenario.as_ref()?.arms.len() > 1;
            several.then_some(Command::Window(W::Wipe(!at.canvas.wipe)))
        },
    )
    .on(|at| at.canvas.wipe),
    entry(View, "texture", "Texture like nuclei", &[], |at| {
        window(W::Texture(!at.canvas.texture))
    })
    .on(|at| at.canvas.texture),
    entry(View, "outline", "Outline of cells on maps", &[], |at| {
        let scenario = at.snapshot.scenario.as_ref()?;
        let command = Command::Window(W::Outline(!at.canvas.outline));
        scenario.model.outline.is_some().then_some(command)
    })
    .on(|at| at.canvas.outline),
    entry(View, "fit", "Whole tissue", &[key(Key::F)], |_| {
        window(W::Fit)
    }),
    entry(View, "sides", "Side panels", &[key(Key::H)], |at| {
        window(W::Sides(!at.desk.sides))
    })
    .on(|at| at.desk.sides),
    entry(View, "dark", "Dark colours", &[], |at| {
        window(W::Dark(!at.desk.dark))
    })
    .on(|at| at.desk.dark && at.saved.theme != Theme::System),
    entry(
        View,
        "larger",
        "Larger",
        &[ctrl(Key::Plus), ctrl(Key::Equals)],
        |at| scale(at, SCALE_STEP),
    )
    .repeats(),
    entry(View, "smaller", "Smaller", &[ctrl(Key::Minus)], |at| {
        scale(at, -SCALE_STEP)
    })
    .repeats(),
    entry(View, "normal", "Normal size", &[ctrl(Key::Num0)], |at| {
        (at.saved.scale != 1.0).then_some(Command::Window(W::Scale(1.0)))
    }),
    entry(View, "fullscreen", "Whole screen", &[key(Key::F11)], |at| {
        window(W::Fullscreen(!at.fullscreen))
    })
    .on(|at| at.fullscreen),
    entry(View, "reset-layout", "Reset layout", &[], |_| {
        window(W::ResetLayout)
    }),
    entry(
        Simulation,
        "play",
        "Play or pause",
        &[key(Key::Space)],
        |at| {
            let there = open(at) && at.snapshot.fault.is_none();
            there.then(|| Command::Play(!at.desk.outbox.playing(at.snapshot)))
        },
    )
    .on(|at| at.desk.outbox.playing(at.snapshot)),
    entry(
        Simulation,
        "step",
        "Step",
        &[sign(Key::Period, ".")],
        |at| {
            let stands = open(at) && !at.desk.outbox.playing(at.snapshot);
            stands.then_some(Command::Step)
        },
    )
    .repeats(),
    entry(
        Simulation,
        "back",
        "Back one kept moment",
        &[sign(Key::Comma, ",")],
        back,
    )
    .repeats(),
    entry(
        Simulation,
        "newest",
        "To the newest moment",
        &[key(Key::N)],
        |at| at.snapshot.timeline.scrubbed.then_some(Command::Newest),
    ),
    entry(Simulation, "restart", "Restart", &[key(Key::R)], |_| {
        Some(Command::Restart)
    }),
    entry(
        Simulation,
        "slower",
        "Slower",
        &[sign(Key::OpenBracket, "[")],
        |at| speed(at, false),
    )
    .repeats(),
    entry(
        Simulation,
        "faster",
        "Faster",
        &[sign(Key::CloseBracket, "]")],
        |at| speed(at, true),
    )
    .repeats(),
    entry(
        Help,
        "palette",
        "Find a command …",
        &[ctrl(Key::K), ctrl(Key::P)],
        |at| window(W::Palette(!at.palette)),
    ),
    entry(
        Help,
        "keys",
        "Keys",
        &[sign(Key::Questionmark, "?"), key(Key::F1)],
        |at| window(W::Keys(!at.desk.help)),
    ),
    entry(Help, "hints", "Show the first hints again", &[], |_| {
        window(W::Hints(true))
    }),
];
