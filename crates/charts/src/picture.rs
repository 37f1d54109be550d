//! Pixels on their way to the window.

/// RGB pixels, row by row, three bytes each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height * 3` bytes.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// As PNG; flat panels shrink to a few per cent, and the window decodes it off its main thread.
    ///
    /// # Errors
    /// Where the picture has no pixels.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        encoder.write_header()?.write_image_data(&self.rgb)?;
        Ok(out)
    }
}

/// Pictures of one width, one below the other.
pub fn stack(pictures: &[Picture]) -> Picture {
    Picture {
        width: pictures.first().map_or(0, |p| p.width),
        height: pictures.iter().map(|p| p.height).sum(),
        rgb: pictures.iter().flat_map(|p| p.rgb.iter().copied()).collect(),
    }
}
