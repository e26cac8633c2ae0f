//! A network of capillaries.
//!
//! # Theory
//! Junctions are the points of a jittered lattice. Two may be joined when the ball between them is empty
//! (Gabriel and Sokal 1969). The shortest vessels that join all of them exist (minimum spanning tree,
//! Kruskal 1956), and of the others the share `loops`, by chance.
//!
//! Feeding vessels enter at junctions beside the walls. Along the tree of shortest ways from them the
//! diameter follows Murray's law (1926), r³ = Σ r³ of the branches: a vessel that feeds n junctions has
//! the diameter n^(1/3) of a capillary, at most `widest`.
//!
//! Tumour vessels are chaotic, wide and partly blind (Carmeliet and Jain 2000, Nature 407:249;
//! recalled, not re-read): `core…` says so for the core.
//!
//! # Practice
//! Everything is drawn from the seed and the place in the lattice, nothing from the grid. The lattice
//! goes on beyond the walls, so the tissue has no bare margin.

use crate::curves::{Curve, along, dot, meander, minus, norm, paint};
use crate::error::Error;
use crate::noise::{Draws, Stream};
use crate::number::plain;
use crate::outline::Outline;
use crate::scenario::Grid;
use crate::scenario_schema::ShapeFile;

/// Most junctions of a network.
const MOST_JUNCTIONS: f64 = 2e4;

/// Lattice cells beyond each wall.
const BEYOND: i64 = 2;

/// Largest shift of a junction, as a share of the spacing.
const JITTER: f64 = 0.42;

/// Lattice cells on each side in which neighbours are looked for.
const WINDOW: i64 = 2;

/// Junctions and vessels.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    /// Places, length unit.
    pub(crate) junctions: Vec<[f64; 3]>,
    /// Pairs of junctions, smaller first.
    pub(crate) edges: Vec<[usize; 2]>,
    /// Diameter of each edge over that of a capillary.
    pub(crate) calibres: Vec<f64>,
}

impl Network {
    /// The network of a lattice with `spacing` in a domain.
    pub(crate) fn new(
        grid: &Grid,
        seed: u32,
        spacing: f64,
        loops: f64,
        feeders: u32,
        widest: f64,
    ) -> Result<Self, Error> {
        let axes = if grid.is_3d() { 3 } else { 2 };
        let extent = grid.extent();
        let count: [i64; 3] = std::array::from_fn(|a| match a < axes {
            true => (extent[a] / spacing).ceil().min(1e6) as i64 + 2 * BEYOND,
            false => 1,
        });
        let total: f64 = count.iter().map(|n| *n as f64).product();
        if total > MOST_JUNCTIONS {
            return Err(Error::new(format!(
                "shape `capillaries`: a spacing of {} gives {} junctions in this domain",
                plain(spacing),
                plain(total)
            ))
            .help(format!("at most {MOST_JUNCTIONS} are allowed")));
        }
        let index = |i: [i64; 3]| (i[0] + count[0] * (i[1] + count[1] * i[2])) as usize;
        let mut junctions = Vec::with_capacity(total as usize);
        for k in 0..count[2] {
            for j in 0..count[1] {
                for i in 0..count[0] {
                    let place = [i, j, k];
                    let item = index(place) as u64;
                    let mut draws = Draws::new(seed, 0, Stream::Network, item);
                    junctions.push(std::array::from_fn(|a| {
                        if a >= axes {
                            return 0.0;
                        }
                        let shift = JITTER * draws.between(-1.0, 1.0);
                        ((place[a] - BEYOND) as f64 + 0.5 + shift) * spacing
                    }));
                }
            }
        }
        let around = |at: usize| {
            let at = at as i64;
            let place = [
                at % count[0],
                at / count[0] % count[1],
                at / (count[0] * count[1]),
            ];
            let range = |a: usize| {
                let (low, high) = (place[a] - WINDOW, place[a] + WINDOW);
                low.max(0)..=high.min(count[a] - 1)
            };
            let mut near = Vec::new();
            for k in range(2) {
                for j in range(1) {
                    for i in range(0) {
                        near.push(index([i, j, k]));
                    }
                }
            }
            near
        };
        let square = |a: usize, b: usize| {
            let d = minus(junctions[a], junctions[b]);
            dot(d, d)
        };
        let mut possible = Vec::new();
        for a in 0..junctions.len() {
            let near = around(a);
            for &b in near.iter().filter(|b| **b > a) {
                let d = square(a, b);
                let mut others = near.iter().filter(|c| **c != a && **c != b);
                if others.all(|&c| square(a, c) + square(b, c) >= d) {
                    possible.push((d, [a, b]));
                }
            }
        }
        possible.sort_by(|p, q| p.0.total_cmp(&q.0).then(p.1.cmp(&q.1)));
        let mut group: Vec<usize> = (0..junctions.len()).collect();
        let mut exists = |&(_, [a, b]): &(f64, [usize; 2])| {
            let (i, j) = (root(&mut group, a), root(&mut group, b));
            group[i] = j;
            i != j || pair_draws(seed, a, b, 1).unit() < loops
        };
        possible.retain(&mut exists);
        let mut edges: Vec<[usize; 2]> = possible.into_iter().map(|(_, pair)| pair).collect();
        edges.sort_unstable();
        let calibres = calibres(&junctions, &edges, extent, axes, seed, feeders, widest);
        Ok(Self {
            junctions,
            edges,
            calibres,
        })
    }
}

/// The group that a junction belongs to.
fn root(group: &mut [usize], mut i: usize) -> usize {
    while group[i] != i {
        group[i] = group[group[i]];
        i = group[i];
    }
    i
}

fn pair_draws(seed: u32, a: usize, b: usize, what: u32) -> Draws {
    let item = ((a as u64) << 32) | b as u64;
    Draws::new(seed, what, Stream::Network, item)
}

/// Murray's law along the shortest ways from the feeding junctions.
fn calibres(
    junctions: &[[f64; 3]],
    edges: &[[usize; 2]],
    extent: [f64; 3],
    axes: usize,
    seed: u32,
    feeders: u32,
    widest: f64,
) -> Vec<f64> {
    let mut calibres = vec![1.0; edges.len()];
    if feeders == 0 {
        return calibres;
    }
    let mut ways: Vec<Vec<(usize, usize)>> = vec![Vec::new(); junctions.len()];
    for (e, &[a, b]) in edges.iter().enumerate() {
        ways[a].push((b, e));
        ways[b].push((a, e));
    }
    let mut length = vec![f64::INFINITY; junctions.len()];
    for feeder in 0..feeders {
        // A random place on a random wall; the nearest junction is fed.
        let mut draws = Draws::new(seed, 2, Stream::Network, u64::from(feeder));
        let mut at: [f64; 3] = std::array::from_fn(|a| extent[a] * draws.unit());
        // Walls in turn, so that feeders do not all enter at one.
        let wall = feeder as usize % (2 * axes);
        at[wall / 2] = extent[wall / 2] * (wall % 2) as f64;
        if axes == 2 {
            at[2] = 0.0;
        }
        let near = |j: usize| norm(minus(junctions[j], at));
        let root = (0..junctions.len()).min_by(|a, b| near(*a).total_cmp(&near(*b)));
        if let Some(root) = root {
            length[root] = 0.0;
        }
    }
    // Dijkstra's shortest ways; the number of junctions is small.
    let mut parent: Vec<Option<(usize, usize)>> = vec![None; junctions.len()];
    let mut queue: std::collections::BinaryHeap<(std::cmp::Reverse<u64>, usize)> = length
        .iter()
        .enumerate()
        .filter(|(_, l)| **l == 0.0)
        .map(|(j, _)| (std::cmp::Reverse(0), j))
        .collect();
    let mut order = Vec::new();
    let mut done = vec![false; junctions.len()];
    while let Some((_, at)) = queue.pop() {
        if std::mem::replace(&mut done[at], true) {
            continue;
        }
        order.push(at);
        for &(to, edge) in &ways[at] {
            let way = length[at] + norm(minus(junctions[to], junctions[at]));
            if way < length[to] {
                length[to] = way;
                parent[to] = Some((at, edge));
                // The bits of a positive number sort as the number does.
                queue.push((std::cmp::Reverse(way.to_bits()), to));
            }
        }
    }
    // Each junction takes one unit of flow; a vessel carries what lies behind it.
    let mut flow = vec![1.0_f64; junctions.len()];
    for &at in order.iter().rev() {
        if let Some((from, edge)) = parent[at] {
            calibres[edge] = flow[at].cbrt().min(widest);
            flow[from] += flow[at];
        }
    }
    calibres
}

/// The map of a shape `capillaries`, without its amplitude.
pub(crate) fn map(shape: &ShapeFile, grid: &Grid, seed: u32) -> Result<Vec<f64>, Error> {
    let ShapeFile::Capillaries {
        spacing,
        calibre,
        feeders,
        widest,
        loops,
        tortuosity,
        core,
        core_radius,
        core_edge,
        core_tortuosity,
        core_calibre,
        core_blind,
        lobes,
        ..
    } = shape
    else {
        return Err(Error::new("this shape is no `capillaries`"));
    };
    let network = Network::new(grid, seed, *spacing, *loops, *feeders, *widest)?;
    let axes = if grid.is_3d() { 3 } else { 2 };
    let radius = core_radius * grid.extent()[0];
    let outline = Outline::new(grid, seed, None, radius, lobes, None);
    let inside = |at: [f64; 3]| match *core_radius > 0.0 {
        true => 1.0 / (1.0 + ((outline.distance(at) - radius) / core_edge).exp()),
        false => 0.0,
    };
    let (mut whole, mut left) = (Vec::new(), Vec::new());
    for (&[a, b], width) in network.edges.iter().zip(&network.calibres) {
        let (p, q) = (network.junctions[a], network.junctions[b]);
        let mut draws = pair_draws(seed, a, b, 3);
        let (keep, blind, part) = (draws.unit(), draws.unit(), draws.between(0.3, 0.7));
        let sigma = 0.5 * calibre * width;
        let curve = |wander: f64, part: f64, sigma: f64| Curve {
            points: meander(p, q, axes, wander, part, 0.25 * calibre, &mut draws.clone()),
            sigma,
        };
        whole.push(curve(*tortuosity, 1.0, sigma));
        let share = inside(along(p, 0.5, minus(q, p)));
        if keep < share * (1.0 - core) {
            continue;
        }
        let part = if blind < share * core_blind {
            part
        } else {
            1.0
        };
        let wander = tortuosity + share * (core_tortuosity - tortuosity);
        left.push(curve(
            wander,
            part,
            sigma * (1.0 + share * (core_calibre - 1.0)),
        ));
    }
    let drawn = paint(&whole, grid);
    let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
    if mean <= 0.0 {
        return Err(Error::new(format!(
            "shape `capillaries`: no vessel lies in this domain at a spacing of {}",
            plain(*spacing)
        ))
        .help("give a spacing below the size of the domain"));
    }
    let mut map = if *core_radius > 0.0 {
        paint(&left, grid)
    } else {
        drawn
    };
    map.iter_mut().for_each(|v| *v /= mean);
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(cells: [u32; 3], h: f64) -> Grid {
        Grid {
            cells,
            spacing: [h; 3],
        }
    }

    #[test]
    fn the_network_is_connected_has_loops_and_three_vessels_at_a_junction() {
        for (g, loops) in [
            (grid([64, 64, 1], 20.0), 0.4),
            (grid([24, 24, 24], 40.0), 0.15),
        ] {
            let n = Network::new(&g, 5, 120.0, loops, 4, 3.0).expect("a network");
            let mut group: Vec<usize> = (0..n.junctions.len()).collect();
            for &[a, b] in &n.edges {
                let (a, b) = (root(&mut group, a), root(&mut group, b));
                group[a] = b;
            }
            let first = root(&mut group, 0);
            assert!((0..n.junctions.len()).all(|i| root(&mut group, i) == first));
            let mean = 2.0 * n.edges.len() as f64 / n.junctions.len() as f64;
            assert!((2.4..3.6).contains(&mean), "{mean}");
            assert!(n.edges.len() > n.junctions.len(), "loops");
        }
    }

    /// At every junction of the tree r³ of the way in is the sum of r³ of the ways out plus one.
    #[test]
    fn feeding_vessels_follow_murrays_law() {
        let g = grid([64, 64, 1], 20.0);
        let n = Network::new(&g, 5, 120.0, 0.3, 1, 1e9).expect("a network");
        // One root feeds all junctions: its branches carry all but itself.
        let fed: f64 = n.calibres.iter().map(|c| c.powi(3)).fold(0.0, f64::max);
        let widest = n.calibres.iter().copied().fold(0.0, f64::max);
        assert!(widest > 3.0 && fed <= n.junctions.len() as f64);
        // Balance at all junctions but the root: a share of junctions where one edge equals the others + 1.
        let mut at: Vec<Vec<f64>> = vec![Vec::new(); n.junctions.len()];
        for (&[a, b], c) in n.edges.iter().zip(&n.calibres) {
            at[a].push(c.powi(3));
            at[b].push(c.powi(3));
        }
        let balanced = |cubes: &Vec<f64>| {
            // Edges outside the tree carry 1 and feed nothing: any number of them may be left out.
            let most = cubes.iter().copied().fold(0.0, f64::max);
            let ones = cubes.iter().filter(|c| (**c - 1.0).abs() < 1e-9).count();
            let rest = cubes.iter().sum::<f64>() - most - ones as f64;
            let short = most - 1.0 - rest;
            short > -1e-6 && short < ones as f64 + 1e-6
        };
        let good = at.iter().filter(|c| balanced(c)).count();
        assert!(good + 1 >= at.len(), "{good} of {}", at.len());
    }

    #[test]
    fn the_map_is_the_same_at_any_grid() {
        let shape = ShapeFile::Capillaries {
            amplitude: 1.0,
            spacing: 120.0,
            calibre: 40.0,
            feeders: 3,
            widest: 2.5,
            loops: 0.3,
            tortuosity: 0.1,
            core: 0.5,
            core_radius: 0.2,
            core_edge: 20.0,
            core_tortuosity: 0.3,
            core_calibre: 1.5,
            core_blind: 0.3,
            lobes: Vec::new(),
        };
        let fine = map(&shape, &grid([128, 128, 1], 10.0), 3).expect("a map");
        let coarse = map(&shape, &grid([64, 64, 1], 20.0), 3).expect("a map");
        let (mut both, mut a2, mut b2) = (0.0, 0.0, 0.0);
        let mean = |m: &[f64]| m.iter().sum::<f64>() / m.len() as f64;
        let (ma, mb) = (mean(&fine), mean(&coarse));
        assert!((ma / mb - 1.0).abs() < 0.02, "{ma} {mb}");
        for j in 0..64 {
            for i in 0..64 {
                let at = |di: usize, dj: usize| fine[2 * i + di + 128 * (2 * j + dj)];
                let a = 0.25 * (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) - ma;
                let b = coarse[i + 64 * j] - mb;
                both += a * b;
                a2 += a * a;
                b2 += b * b;
            }
        }
        let same = both / (a2 * b2).sqrt();
        assert!(same > 0.99, "{same}");
        assert_ne!(
            fine,
            map(&shape, &grid([128, 128, 1], 10.0), 4).expect("a map")
        );
    }
}
