//! Pages to the system's own print dialog.

use std::path::PathBuf;

use charts::Page;
use tauri::WebviewWindow;

use console::view::Failure;

/// Whether the page of the window is what gets printed, and has to hold the pages before the dialog opens.
pub(crate) const PRINTS_THE_WINDOW: bool = !cfg!(target_os = "linux");

/// What is printed, for the spooler and for who prints into a file.
pub(crate) struct Job {
    /// No patient and no ward.
    pub name: &'static str,
    /// Where a file would go.
    pub folder: PathBuf,
}

/// Asks the person for a printer and sends the pages there. `false`: they thought better of it. The window goes on meanwhile.
///
/// # Errors
/// In words, where a page cannot be drawn or the printer did not take them.
#[cfg(target_os = "linux")]
pub(crate) async fn print(window: &WebviewWindow, job: Job, pages: &[Page]) -> Result<bool, Failure> {
    let shapes = pages.iter().map(Page::shapes).collect::<Result<Vec<_>, _>>().map_err(Failure::failed)?;
    let (answer, told) = tokio::sync::oneshot::channel();
    let over = window.clone();
    window
        .run_on_main_thread(move || linux::open(over.gtk_window().ok(), job, shapes, answer))
        .map_err(Failure::failed)?;
    told.await
        .map_err(|_| Failure::failed("the print dialog closed without an answer"))?
        .map_err(Failure::failed)
}

/// As on Linux, with the window's own content: what the person chose there is not told.
///
/// # Errors
/// In words, where the dialog does not open.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn print(window: &WebviewWindow, _job: Job, _pages: &[Page]) -> Result<bool, Failure> {
    window.print().map_err(Failure::failed)?;
    Ok(true)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use charts::usvg::tiny_skia_path::{PathSegment, Transform};
    use charts::usvg::{FillRule, Group, Node, Paint, Path, Tree};
    use gtk::cairo::{self, Context, Format, ImageSurface, Matrix};
    use gtk::prelude::*;
    use gtk::{
        PageSetup, PaperSize, PrintOperation, PrintOperationAction, PrintOperationResult, PrintSettings, Unit,
    };
    use tokio::sync::oneshot::Sender;

    use super::Job;

    const MISSED: &str =
        "the printer did not take the pages; nothing was printed. Try again, or save them as PDF";

    /// Opens the dialog and goes on: a nested loop would hold back the alarms.
    pub(super) fn open(
        over: Option<gtk::ApplicationWindow>,
        job: Job,
        pages: Vec<Tree>,
        answer: Sender<Result<bool, String>>,
    ) {
        let paper = PageSetup::new();
        paper.set_paper_size(&PaperSize::new(Some("iso_a4")));
        // Of a file that somebody prints into.
        let settings = PrintSettings::new();
        settings.set("output-basename", Some(job.name));
        settings.set("output-dir", job.folder.to_str());
        let operation = PrintOperation::builder()
            .allow_async(true)
            .embed_page_setup(true)
            .job_name(format!("Vigil {}", job.name))
            .n_pages(i32::try_from(pages.len()).unwrap_or(i32::MAX))
            .default_page_setup(&paper)
            .print_settings(&settings)
            .unit(Unit::Points)
            .use_full_page(true)
            .build();
        operation.connect_draw_page(move |_, on, n| {
            let page = usize::try_from(n).ok().and_then(|n| pages.get(n));
            if let (Some(page), Some(context)) = (page, on.cairo_context()) {
                // Where cairo has no room, the operation ends with an error.
                let _ = paint(&context, page, (on.width(), on.height()));
            }
        });
        // The toolkit's own preview would put the pages on the disk, in clear, and open another program on them. They were
        // looked at already.
        let previewed = Rc::new(Cell::new(false));
        operation.connect_preview({
            let previewed = previewed.clone();
            move |_, preview, on, _| {
                previewed.set(true);
                let nowhere = ImageSurface::create(Format::A8, 1, 1).and_then(Context::new);
                if let Ok(nowhere) = nowhere {
                    on.set_cairo_context(&nowhere, 72.0, 72.0);
                }
                // It begins when this returns, and ends as it does.
                preview.connect_ready(|preview, _| preview.end_preview());
                true
            }
        });
        let answer = Rc::new(RefCell::new(Some(answer)));
        let tell = move |said: Result<bool, String>| {
            if let Some(answer) = answer.borrow_mut().take() {
                // The window may have gone.
                let _ = answer.send(said);
            }
        };
        operation.connect_done({
            let tell = tell.clone();
            move |operation, result| {
                tell(match result {
                    PrintOperationResult::Apply => Ok(!previewed.get()),
                    PrintOperationResult::Cancel => Ok(false),
                    _ => {
                        let why = operation.error().map_or(String::new(), |e| format!(" ({})", e.message()));
                        Err(format!("{MISSED}{why}"))
                    }
                });
            }
        });
        if let Err(error) = operation.run(PrintOperationAction::PrintDialog, over.as_ref()) {
            tell(Err(format!("{MISSED} ({})", error.message())));
        }
    }

    /// Puts a page on a surface of this size, as large as it fits and in its middle.
    pub(super) fn paint(
        context: &Context,
        page: &Tree,
        (width, height): (f64, f64),
    ) -> Result<(), cairo::Error> {
        let (w, h) = (f64::from(page.size().width()), f64::from(page.size().height()));
        let scale = (width / w).min(height / h);
        context.translate((width - w * scale) / 2.0, (height - h * scale) / 2.0);
        context.scale(scale, scale);
        group(context, page.root())
    }

    fn group(context: &Context, of: &Group) -> Result<(), cairo::Error> {
        context.save()?;
        if let Some(clip) = of.clip_path() {
            for node in clip.root().children() {
                if let Node::Path(path) = node {
                    let place =
                        of.abs_transform().pre_concat(clip.transform()).pre_concat(path.abs_transform());
                    trace(context, path, place)?;
                }
            }
            context.clip();
        }
        let faint = of.opacity().get() < 1.0;
        if faint {
            context.push_group();
        }
        for node in of.children() {
            match node {
                Node::Group(inner) => group(context, inner)?,
                Node::Text(text) => {
                    // Its outlines lie in a place of their own.
                    context.save()?;
                    context.transform(matrix(text.abs_transform()));
                    group(context, text.flattened())?;
                    context.restore()?;
                }
                Node::Path(path) if path.is_visible() => shape(context, path)?,
                // A page has neither pictures nor what is hidden.
                Node::Path(_) | Node::Image(_) => {}
            }
        }
        if faint {
            context.pop_group_to_source()?;
            context.paint_with_alpha(f64::from(of.opacity().get()))?;
        }
        context.restore()
    }

    fn shape(context: &Context, path: &Path) -> Result<(), cairo::Error> {
        if let Some(fill) = path.fill()
            && ink(context, fill.paint(), fill.opacity().get())
        {
            trace(context, path, path.abs_transform())?;
            context.set_fill_rule(match fill.rule() {
                FillRule::NonZero => cairo::FillRule::Winding,
                FillRule::EvenOdd => cairo::FillRule::EvenOdd,
            });
            context.fill()?;
        }
        if let Some(stroke) = path.stroke()
            && ink(context, stroke.paint(), stroke.opacity().get())
        {
            trace(context, path, path.abs_transform())?;
            let place = path.abs_transform();
            context.set_line_width(f64::from(stroke.width().get() * (place.sx * place.sy).abs().sqrt()));
            context.stroke()?;
        }
        Ok(())
    }

    /// Takes a colour; a page has no gradients and no patterns.
    fn ink(context: &Context, paint: &Paint, opacity: f32) -> bool {
        let Paint::Color(c) = paint else { return false };
        let part = |v: u8| f64::from(v) / 255.0;
        context.set_source_rgba(part(c.red), part(c.green), part(c.blue), f64::from(opacity));
        true
    }

    fn matrix(place: Transform) -> Matrix {
        let [xx, yx, xy, yy, x0, y0] =
            [place.sx, place.ky, place.kx, place.sy, place.tx, place.ty].map(f64::from);
        Matrix::new(xx, yx, xy, yy, x0, y0)
    }

    fn trace(context: &Context, path: &Path, place: Transform) -> Result<(), cairo::Error> {
        context.save()?;
        context.transform(matrix(place));
        let part = |v: f32| f64::from(v);
        let mut at = (0.0, 0.0);
        for segment in path.data().segments() {
            match segment {
                PathSegment::MoveTo(p) => context.move_to(part(p.x), part(p.y)),
                PathSegment::LineTo(p) => context.line_to(part(p.x), part(p.y)),
                PathSegment::QuadTo(c, p) => {
                    let near = |a: f64, b: f32| a + (f64::from(b) - a) * 2.0 / 3.0;
                    let (x, y) = (part(p.x), part(p.y));
                    context.curve_to(near(at.0, c.x), near(at.1, c.y), near(x, c.x), near(y, c.y), x, y);
                }
                PathSegment::CubicTo(a, b, p) => {
                    context.curve_to(part(a.x), part(a.y), part(b.x), part(b.y), part(p.x), part(p.y));
                }
                PathSegment::Close => context.close_path(),
            }
            at = context.current_point()?;
        }
        // What is traced stays where it is.
        context.restore()
    }

    #[cfg(test)]
    #[allow(clippy::unwrap_used)]
    mod tests {
        use charts::{Ink, Page, sheets};

        use super::*;

        #[test]
        fn a_page_for_the_printer_is_the_page_that_was_looked_at() {
            let mut page = Page::default();
            page.text(40.0, 60.0, Ink::bold(20.0), "Adeyemi, Ruth");
            page.line(40.0, 70.0, 500.0, 70.0);
            page.frame(40.0, 80.0, 240.0, 44.0);
            // As a figure is: nested, scaled, cut at its edge, half seen through.
            let inner = r##"<svg x="84" y="20" width="200" height="100"><rect x="-50" y="10" width="400" height="30" fill="#1b7a45" opacity="0.5"/><polyline points="0,90 60,20 250,140" fill="none" stroke="#2559b8" stroke-width="3"/></svg>"##;
            let figure = format!(
                r#"<svg width="400" height="200" viewBox="0 0 400 200">{inner}<text x="4" y="30" font-family="Inter" font-size="24">HR</text><path transform="translate(120 150)" d="M-15 12 L0 -15 L15 12 Z" fill="red"/></svg>"#
            );
            page.picture(40.0, 200.0, 515.0, (400, 200), &figure);
            let looked_at = sheets(std::slice::from_ref(&page), 595).unwrap();
            let (width, height) =
                (i32::try_from(looked_at.width).unwrap(), i32::try_from(looked_at.height).unwrap());
            let mut surface = ImageSurface::create(Format::Rgb24, width, height).unwrap();
            {
                let context = Context::new(&surface).unwrap();
                context.set_source_rgb(1.0, 1.0, 1.0);
                context.paint().unwrap();
                paint(&context, &page.shapes().unwrap(), (f64::from(width), f64::from(height))).unwrap();
            }
            let stride = usize::try_from(surface.stride()).unwrap();
            let data = surface.data().unwrap();
            let (mut ink, mut off) = (0, 0);
            for (y, row) in looked_at.rgb.chunks_exact(looked_at.width as usize * 3).enumerate() {
                for (x, pixel) in row.chunks_exact(3).enumerate() {
                    let at = y * stride + x * 4;
                    let printed = [data[at + 2], data[at + 1], data[at]];
                    ink += usize::from(pixel != [255; 3]);
                    // Two painters soften an edge each in its own way.
                    off += usize::from(pixel.iter().zip(printed).any(|(a, b)| a.abs_diff(b) > 96));
                }
            }
            assert!(ink > 10_000, "{ink} pixels of ink");
            assert!(off * 200 < ink, "{off} of {ink} differ");
        }
    }
}
