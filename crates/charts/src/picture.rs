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
    /// As PNG; flat panels shrink to a few per cent, and the window decodes it off its main thread. What has few colours, as
    /// panels do, is written as places in a table of them: a third of the bytes to pack and to unpack.
    ///
    /// # Errors
    /// Where the picture has no pixels.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        match self.indexed() {
            Some((table, places)) => {
                encoder.set_color(png::ColorType::Indexed);
                encoder.set_palette(table);
                encoder.write_header()?.write_image_data(&places)?;
            }
            None => {
                encoder.set_color(png::ColorType::Rgb);
                encoder.write_header()?.write_image_data(&self.rgb)?;
            }
        }
        Ok(out)
    }

    /// The colours, three bytes each, and which of them each pixel has; `None` where there are more than a byte can name.
    fn indexed(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut table: Vec<[u8; 3]> = Vec::new();
        let mut last = ([0, 0, 0], None);
        let mut places = Vec::with_capacity(self.rgb.len() / 3);
        for pixel in self.rgb.as_chunks::<3>().0 {
            let place = match last {
                // Mostly as the pixel before it.
                (known, Some(place)) if known == *pixel => place,
                _ => {
                    let known = table.iter().position(|colour| colour == pixel);
                    let place = known.unwrap_or_else(|| {
                        table.push(*pixel);
                        table.len() - 1
                    });
                    u8::try_from(place).ok()?
                }
            };
            last = (*pixel, Some(place));
            places.push(place);
        }
        Some((table.concat(), places))
    }
}

/// Pictures of one width, one below the other.
pub fn stack(pictures: &[Picture]) -> Picture {
    Picture {
        width: pictures.first().map_or(0, |p| p.width),
        height: pictures.iter().map(|p| p.height).sum(),
        rgb: pictures.iter().map(|p| p.rgb.as_slice()).collect::<Vec<_>>().concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(picture: &Picture) -> Vec<u8> {
        let png = picture.png().unwrap();
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut rgb).unwrap();
        rgb
    }

    #[test]
    fn few_colours_and_many_come_back_as_they_were() {
        for colours in [1u32, 2, 255, 256, 257, 3000] {
            let pixel = |n: u32| {
                let n = (n * 7919) % colours;
                [n % 251, n / 251, n % 7].map(|share| u8::try_from(share).unwrap())
            };
            let rgb: Vec<u8> = (0..64 * 50).flat_map(pixel).collect();
            let picture = Picture { width: 64, height: 50, rgb };
            assert_eq!(picture.indexed().is_some(), colours <= 256, "{colours} colours");
            assert_eq!(read_back(&picture), picture.rgb, "{colours} colours");
        }
    }
}
