//! Values that may be written in several forms: walls, numbers or expressions.
//!
//! Each has its own visitor, because a derived "untagged" choice cannot say what is wrong.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use crate::schema::{Boundary, Coefficient, Wall};

impl Boundary {
    /// The same wall everywhere.
    pub fn all(wall: Wall) -> Self {
        Self {
            x_low: wall,
            x_high: wall,
            y_low: wall,
            y_high: wall,
            z_low: wall,
            z_high: wall,
        }
    }

    /// Low and high wall of x, y and z.
    pub fn axes(&self) -> [[Wall; 2]; 3] {
        [
            [self.x_low, self.x_high],
            [self.y_low, self.y_high],
            [self.z_low, self.z_high],
        ]
    }
}

impl<'de> Deserialize<'de> for Boundary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BoundaryVisitor)
    }
}

struct BoundaryVisitor;

impl<'de> Visitor<'de> for BoundaryVisitor {
    type Value = Boundary;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("\"no_flux\", \"periodic\", { fixed = 1.0 } or walls by side, { x_low = … }")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Boundary, E> {
        match text {
            "no_flux" => Ok(Boundary::all(Wall::NoFlux)),
            "periodic" => Ok(Boundary::all(Wall::Periodic)),
            _ => Err(E::unknown_variant(text, &["no_flux", "periodic"])),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Boundary, A::Error> {
        let mut b = Boundary::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "fixed" => b = Boundary::all(Wall::Fixed(map.next_value()?)),
                "x" => (b.x_low, b.x_high) = pair(map.next_value()?),
                "y" => (b.y_low, b.y_high) = pair(map.next_value()?),
                "z" => (b.z_low, b.z_high) = pair(map.next_value()?),
                "x_low" => b.x_low = map.next_value()?,
                "x_high" => b.x_high = map.next_value()?,
                "y_low" => b.y_low = map.next_value()?,
                "y_high" => b.y_high = map.next_value()?,
                "z_low" => b.z_low = map.next_value()?,
                "z_high" => b.z_high = map.next_value()?,
                _ => return Err(de::Error::unknown_field(&key, WALL_KEYS)),
            }
        }
        Ok(b)
    }
}

/// Keys of a boundary table.
const WALL_KEYS: &[&str] = &[
    "fixed", "x", "y", "z", "x_low", "x_high", "y_low", "y_high", "z_low", "z_high",
];

fn pair(wall: Wall) -> (Wall, Wall) {
    (wall, wall)
}

impl<'de> Deserialize<'de> for Coefficient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CoefficientVisitor)
    }
}

struct CoefficientVisitor;

impl Visitor<'_> for CoefficientVisitor {
    type Value = Coefficient;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number or a WGSL expression in quotes")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Coefficient, E> {
        Ok(Coefficient::Number(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Coefficient, E> {
        Ok(Coefficient::Number(value as f64))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Coefficient, E> {
        Ok(Coefficient::Number(value as f64))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Coefficient, E> {
        Ok(Coefficient::Expression(text.to_owned()))
    }
}
