//! Sizes of pictures as values of options.

use std::fmt;
use std::str::FromStr;

/// Width and height, pixels; as text `1920x1080`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelSize(pub [u32; 2]);

impl fmt::Display for PixelSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [width, height] = self.0;
        write!(f, "{width}x{height}")
    }
}

impl FromStr for PixelSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sides = text.split_once(['x', 'X', '×']);
        let number = |t: &str| t.trim().parse::<u32>().ok();
        match sides.and_then(|(w, h)| Some([number(w)?, number(h)?])) {
            Some(size) => Ok(Self(size)),
            None => Err(format!(
                "`{text}`, which is not a size in pixels, as 1920x1080"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_written() {
        let size = PixelSize([640, 360]);
        assert_eq!(size.to_string().parse(), Ok(size));
        assert_eq!(" 640 × 360".parse(), Ok(size));
        for wrong in ["", "640", "640x", "-1x360", "640x360x2"] {
            assert!(wrong.parse::<PixelSize>().is_err(), "{wrong}");
        }
    }
}
