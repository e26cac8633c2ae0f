//! PNG files that carry their own story.
//!
//! Metadata are text chunks before the pixels: `tEXt` where the text is short ASCII, else
//! compressed `iTXt`, which holds any UTF-8. [`read_png_text`] reads `tEXt`, `zTXt` and `iTXt`
//! alike, so a figure dropped on the program gives back the scenario that made it.

use std::io::Cursor;

use ::png::text_metadata::ITXtChunk;
use image::RgbaImage;

use crate::error::{Result, ViewError};

/// Most bytes one compressed text may unfold to: 64 MiB.
const TEXT_LIMIT: usize = 64 << 20;

/// Encodes an image as 8-bit sRGB RGBA, with `(key, text)` pairs as text chunks.
///
/// # Errors
/// [`ViewError::MetadataKey`] for a key that PNG does not allow, [`ViewError::PngWrite`] otherwise.
pub fn encode_png(image: &RgbaImage, metadata: &[(&str, &str)]) -> Result<Vec<u8>> {
    encode(image, metadata, None)
}

/// As [`encode_png`], with the size on paper: `dpi` pixels per inch, kept as whole pixels per metre.
///
/// # Errors
/// As [`encode_png`].
pub fn encode_png_at(image: &RgbaImage, metadata: &[(&str, &str)], dpi: f64) -> Result<Vec<u8>> {
    let per_metre = (dpi / 0.0254).round().clamp(1.0, f64::from(u32::MAX)) as u32;
    encode(image, metadata, Some(per_metre))
}

fn encode(image: &RgbaImage, metadata: &[(&str, &str)], per_metre: Option<u32>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, image.width(), image.height());
    encoder.set_color(::png::ColorType::Rgba);
    encoder.set_depth(::png::BitDepth::Eight);
    encoder.set_source_srgb(::png::SrgbRenderingIntent::Perceptual);
    encoder.set_pixel_dims(per_metre.map(|n| ::png::PixelDimensions {
        xppu: n,
        yppu: n,
        unit: ::png::Unit::Meter,
    }));
    let mut long = Vec::new();
    for &(key, text) in metadata {
        check_key(key)?;
        if text.len() <= 1024 && text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\n')) {
            encoder.add_text_chunk(key.to_owned(), text.to_owned())?;
        } else {
            let mut chunk = ITXtChunk::new(key, text);
            chunk.compressed = true;
            long.push(chunk);
        }
    }
    let mut writer = encoder.write_header()?;
    for chunk in &long {
        writer.write_text_chunk(chunk)?;
    }
    writer.write_image_data(image.as_raw())?;
    writer.finish()?;
    Ok(bytes)
}

/// All text chunks of a PNG, as `(key, text)` in file order within each chunk kind.
///
/// # Errors
/// [`ViewError::PngRead`] if the bytes are not a whole PNG file.
pub fn read_png_text(bytes: &[u8]) -> Result<Vec<(String, String)>> {
    let mut reader = ::png::Decoder::new(Cursor::new(bytes)).read_info()?;
    reader.finish()?;
    let info = reader.info();
    let mut texts = Vec::new();
    for chunk in &info.uncompressed_latin1_text {
        texts.push((chunk.keyword.clone(), chunk.text.clone()));
    }
    for chunk in &info.compressed_latin1_text {
        let mut chunk = chunk.clone();
        chunk.decompress_text_with_limit(TEXT_LIMIT)?;
        texts.push((chunk.keyword.clone(), chunk.get_text()?));
    }
    for chunk in &info.utf8_text {
        let mut chunk = chunk.clone();
        chunk.decompress_text_with_limit(TEXT_LIMIT)?;
        texts.push((chunk.keyword.clone(), chunk.get_text()?));
    }
    Ok(texts)
}

fn check_key(key: &str) -> Result<()> {
    let legal = (1..=79).contains(&key.len())
        && key.bytes().all(|b| matches!(b, b' '..=b'~'))
        && key.trim() == key
        && !key.contains("  ");
    if legal {
        Ok(())
    } else {
        Err(ViewError::MetadataKey(key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_and_the_picture_too() -> Result<()> {
        let image = RgbaImage::from_fn(5, 3, |x, y| image::Rgba([x as u8, y as u8, 9, 255]));
        let long = "dose = 1.5 # µg/mL → mean\n".repeat(4000);
        let pairs = [
            ("Software", "warmfront 0.1"),
            ("scenario", long.as_str()),
            ("unit", "µm"),
        ];
        let bytes = encode_png(&image, &pairs)?;
        assert!(
            bytes.len() < 20_000,
            "long text is compressed: {}",
            bytes.len()
        );
        let back = read_png_text(&bytes)?;
        assert_eq!(back.len(), 3);
        for (key, text) in pairs {
            assert!(back.iter().any(|(k, t)| k == key && t == text), "{key}");
        }
        let decoded = image::load_from_memory(&bytes).expect("a PNG").to_rgba8();
        assert_eq!(decoded, image);
        Ok(())
    }

    #[test]
    fn the_size_on_paper_is_kept() -> Result<()> {
        let bytes = encode_png_at(&RgbaImage::new(2, 2), &[], 300.0)?;
        let at = bytes.windows(4).position(|w| w == b"pHYs").map(|i| i + 4);
        let chunk = at.and_then(|i| bytes.get(i..i + 9));
        let per_metre = 11_811_u32.to_be_bytes();
        assert_eq!(
            chunk,
            Some([&per_metre[..], &per_metre, &[1]].concat().as_slice())
        );
        Ok(())
    }

    #[test]
    fn bad_keys_and_bytes_are_errors() {
        let image = RgbaImage::new(1, 1);
        for key in ["", " a", "a ", "a  b", "µ", &"k".repeat(80)] {
            assert!(encode_png(&image, &[(key, "x")]).is_err(), "{key}");
        }
        assert!(read_png_text(b"no picture").is_err());
        let whole = encode_png(&image, &[("a", "b")]).expect("legal");
        assert!(read_png_text(&whole[..whole.len() / 2]).is_err());
    }
}
