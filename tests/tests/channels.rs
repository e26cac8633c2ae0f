//! The channels of every view can be told apart, also by colour-blind eyes.

use warmfront_model::Library;
use warmfront_view::Rgb;
use warmfront_view::colour::to_linear;

/// Linear RGB as people see it who lack one kind of cone: Machado, Oliveira and Fernandes 2009, IEEE Trans. Vis.
/// Comput. Graph. 15:1291, severity 1.
const SIGHTS: [(&str, [[f32; 3]; 3]); 4] = [
    (
        "all cones",
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ),
    (
        "no L cones",
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    ),
    (
        "no M cones",
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    ),
    (
        "no S cones",
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ),
];

/// Least distance of two channels in Oklab. A difference of 0.02 is just noticed side by side; four times that is
/// told apart with other colours in between.
const APART: f32 = 0.08;

fn times(matrix: &[[f32; 3]; 3], v: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum())
}

/// Oklab of linear RGB (B. Ottosson 2020).
fn oklab(rgb: [f32; 3]) -> [f32; 3] {
    let cones = times(
        &[
            [0.412_221_46, 0.536_332_55, 0.051_445_995],
            [0.211_903_5, 0.680_699_5, 0.107_396_96],
            [0.088_302_46, 0.281_718_85, 0.629_978_7],
        ],
        rgb,
    );
    times(
        &[
            [0.210_454_26, 0.793_617_8, -0.004_072_047],
            [1.977_998_5, -2.428_592_2, 0.450_593_7],
            [0.025_904_037, 0.782_771_77, -0.808_675_77],
        ],
        cones.map(f32::cbrt),
    )
}

fn seen(colour: Rgb, sight: &[[f32; 3]; 3]) -> [f32; 3] {
    oklab(times(sight, colour.map(to_linear)).map(|v| v.clamp(0.0, 1.0)))
}

#[test]
fn channels_of_a_view_are_told_apart_by_every_eye() {
    let library = Library::embedded();
    for id in library.models() {
        let model = library.model(&id).expect("it is valid");
        for view in &model.views {
            let label = |field: usize| &model.fields[field].label;
            for (i, a) in view.channels.iter().enumerate() {
                for b in &view.channels[i + 1..] {
                    if a.colour == b.colour {
                        continue; // Meant to be one in this view.
                    }
                    for (name, sight) in &SIGHTS {
                        let [x, y] = [a, b].map(|c| seen(c.colour, sight));
                        let square: f32 = x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum();
                        let apart = square.sqrt();
                        assert!(
                            apart >= APART,
                            "{id}, {}: {} and {} are only {apart:.3} apart with {name}",
                            view.id,
                            label(a.field),
                            label(b.field)
                        );
                    }
                }
            }
        }
    }
}
