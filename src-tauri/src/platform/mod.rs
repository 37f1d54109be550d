//! What differs between operating systems, in one honest place.

#[cfg(target_os = "linux")]
mod code;

use std::path::PathBuf;

use directories::BaseDirs;

/// What lets the environment of this program open its window to another: WebDriver, or an inspector over the network.
#[cfg(not(feature = "webdriver"))]
const DOORS: [&str; 3] =
    ["TAURI_WEBVIEW_AUTOMATION", "WEBKIT_INSPECTOR_SERVER", "WEBKIT_INSPECTOR_HTTP_SERVER"];

/// Sets up what must be set before the first thread starts.
pub(crate) fn prepare(window: bool) {
    #[cfg(not(feature = "webdriver"))]
    close_doors();
    #[cfg(unix)]
    {
        leave_no_core();
        // What this program writes, papers and files included, is for who it runs as.
        rustix::process::umask(rustix::fs::Mode::from_bits_truncate(0o077));
    }
    #[cfg(target_os = "linux")]
    if window {
        linux::tune();
    }
    #[cfg(not(target_os = "linux"))]
    let _ = window;
}

#[cfg(not(feature = "webdriver"))]
#[allow(unsafe_code)]
fn close_doors() {
    for name in DOORS {
        // SAFETY: called first in `main`, before there is a second thread that could read the environment.
        unsafe { std::env::remove_var(name) };
    }
}

/// A core dump would hold whoever was on the screen, in clear; the page's processes inherit this.
#[cfg(unix)]
fn leave_no_core() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // Lowering a limit is always allowed.
    if setrlimit(Resource::Core, none).is_err() {
        eprintln!("vigil: a crash may leave a core dump");
    }
}

/// Whether a WebDriver session started this process.
pub(crate) fn under_webdriver() -> bool {
    std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some()
}

/// Where the cache lives when nobody says otherwise: where the system keeps the data of a user's programs.
pub fn default_folder() -> PathBuf {
    let name = if cfg!(any(windows, target_os = "macos")) { "Vigil" } else { "vigil" };
    BaseDirs::new().map_or_else(std::env::temp_dir, |all| all.data_local_dir().to_owned()).join(name)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::io::Write;
    use std::os::fd::IntoRawFd;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Settings of the engine and of the allocator, for this process and those of the page.
    ///
    /// glibc gives every thread an arena that it never gives back; a first sync on a dozen threads would keep them all. It also
    /// keeps more free memory the larger the blocks are that come and go, unless told how much: 9 MiB after a first sync.
    ///
    /// The page's scripts are short: a compiler for them takes 19 MiB and spares a start 25 ms, and without one no
    /// memory of the page's process is both written and executed. What they leave behind is collected after each 4 MB of it, and
    /// not when it has become 30.
    ///
    /// Without a GPU the DMA-BUF path of WebKitGTK costs many times the frame time and about 95 MiB. Under WebDriver
    /// it stays on: a screenshot of a still page would wait for ever. GTK then needs no GL of its own either, nor the page any.
    pub(super) fn tune() {
        allocate_sparingly();
        // What the page's processes read when they start; a value somebody chose stays.
        let mut wanted = vec![("JSC_useJIT", "0".to_owned()), ("JSC_gcMaxHeapSize", 4_000_000.to_string())];
        for (name, value) in [
            ("MALLOC_ARENA_MAX", ARENAS),
            ("MALLOC_TRIM_THRESHOLD_", TRIM),
            ("MALLOC_MMAP_THRESHOLD_", MAPPED),
        ] {
            wanted.push((name, value.to_string()));
        }
        if !has_gpu() {
            wanted.push(("GDK_GL", "disable".to_owned()));
            if !super::under_webdriver() {
                wanted.push(("WEBKIT_DISABLE_DMABUF_RENDERER", "1".to_owned()));
                wanted.extend(egl_vendors().map(|list| ("__EGL_VENDOR_LIBRARY_FILENAMES", list)));
            }
        }
        for (name, value) in wanted {
            if std::env::var_os(name).is_none() {
                set(name, &value);
            }
        }
    }

    const ARENAS: i32 = 2;
    /// Bytes.
    const TRIM: i32 = 256 * 1024;
    /// Bytes. A picture of six panels stays below: it is not mapped anew for each redraw.
    const MAPPED: i32 = 4 * 1024 * 1024;

    /// The program could also start itself again with these in its environment, which takes 90 ms of every start: most of them
    /// the loader's, for the libraries of the engine.
    #[allow(unsafe_code)]
    fn set(name: &str, value: &str) {
        // SAFETY: called first in `main`, before there is a second thread that could read the environment.
        unsafe { std::env::set_var(name, value) };
    }

    /// The list of EGL vendors with [`no_gl`] before those of the machine; nothing where it is not installed.
    ///
    /// libglvnd wants a file that names a library by its whole path. Where that lies is known now: the file is one in memory, for
    /// as long as this process lives. Who cannot read it goes on with the vendors behind it.
    fn egl_vendors() -> Option<String> {
        let program = std::env::current_exe().ok()?;
        let beside = program.parent()?;
        let places = [beside.to_owned(), beside.join("deps"), beside.join("../lib/vigil")];
        let library = places.iter().map(|folder| folder.join(no_gl::FILE)).find(|file| file.is_file())?;
        let named = serde_json::json!({
            "file_format_version": "1.0.0", "ICD": { "library_path": library.canonicalize().ok()? },
        });
        let file = rustix::fs::memfd_create("egl-vendor", rustix::fs::MemfdFlags::CLOEXEC).ok()?;
        let mut file = File::from(file);
        file.write_all(named.to_string().as_bytes()).ok()?;
        let mut list = vec![format!("/proc/{}/fd/{}", std::process::id(), file.into_raw_fd())];
        for folder in ["/etc/glvnd/egl_vendor.d", "/usr/share/glvnd/egl_vendor.d"] {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let mut files: Vec<String> = entries
                .filter_map(|entry| entry.path().into_os_string().into_string().ok())
                .filter(|path| path.ends_with(".json"))
                .collect();
            files.sort();
            list.append(&mut files);
        }
        Some(list.join(":"))
    }

    #[allow(unsafe_code)]
    fn allocate_sparingly() {
        #[cfg(target_env = "gnu")]
        for (what, value) in
            [(libc::M_ARENA_MAX, ARENAS), (libc::M_TRIM_THRESHOLD, TRIM), (libc::M_MMAP_THRESHOLD, MAPPED)]
        {
            // SAFETY: sets one number of the allocator, before there is a second thread; any value is allowed.
            unsafe { libc::mallopt(what, value) };
        }
    }

    #[allow(unsafe_code)]
    pub(super) fn give_back() {
        #[cfg(target_env = "gnu")]
        // SAFETY: looks through the allocator's own free memory, from any thread.
        unsafe {
            libc::malloc_trim(0)
        };
        // By the second time, half a minute on, the start is over.
        static TIMES: AtomicU32 = AtomicU32::new(0);
        if TIMES.fetch_add(1, Ordering::Relaxed) == 1
            && let Ok(smaps) = std::fs::read_to_string("/proc/self/smaps")
        {
            super::code::of(&smaps).for_each(let_go);
        }
    }

    #[allow(unsafe_code)]
    fn let_go((start, end): (usize, usize)) {
        // SAFETY: pages of files, none of which was written in memory: one that is run again is read from its file again, the same.
        unsafe {
            libc::madvise(std::ptr::with_exposed_provenance_mut(start), end - start, libc::MADV_DONTNEED)
        };
    }

    /// Dots to an inch at the usual size of text.
    const USUAL_DPI: f64 = 96.0;
    /// Hundredths.
    static PAGE_ZOOM: AtomicU32 = AtomicU32::new(100);

    pub(super) fn page_zoom() -> f64 {
        f64::from(PAGE_ZOOM.load(Ordering::Relaxed)) / 100.0
    }

    pub(super) fn follow_text_size() {
        let read = |screen: &gtk::gdk::Screen| {
            // Negative where the desktop says nothing.
            let dpi = Some(screen.resolution()).filter(|dpi| *dpi > 0.0).unwrap_or(USUAL_DPI);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a text of a hundred times its size fits, and none is negative"
            )]
            PAGE_ZOOM.store((dpi / USUAL_DPI * 100.0).round() as u32, Ordering::Relaxed);
        };
        if let Some(screen) = gtk::gdk::Screen::default() {
            read(&screen);
            screen.connect_resolution_notify(read);
        }
    }

    pub(super) fn has_gpu() -> bool {
        std::fs::read_dir("/dev/dri").is_ok_and(|mut entries| {
            entries.any(|e| e.is_ok_and(|e| e.file_name().to_string_lossy().starts_with("render")))
        })
    }
}

/// Gives memory back to the system that was freed between what is in use: a busy minute leaves 10 MiB of it.
pub(crate) fn give_back() {
    #[cfg(target_os = "linux")]
    linux::give_back();
}

/// How much larger the engine draws the page than `devicePixelRatio` says: WebKitGTK enlarges everything by the desktop's size of
/// text, and a picture of fewer pixels would be blurred. 1 elsewhere.
pub(crate) fn page_zoom() -> f64 {
    #[cfg(target_os = "linux")]
    return linux::page_zoom();
    #[cfg(not(target_os = "linux"))]
    1.0
}

/// Keeps [`page_zoom`] as the desktop has it; on the thread of the windows.
pub(crate) fn follow_text_size() {
    #[cfg(target_os = "linux")]
    linux::follow_text_size();
}

/// Opens the page of a window anew, whatever its process does: one that hangs is ended first.
pub(crate) fn open_anew(window: &tauri::WebviewWindow) {
    #[cfg(target_os = "linux")]
    let went = window.with_webview(|webview| {
        use webkit2gtk::WebViewExt;
        webview.inner().terminate_web_process();
    });
    // Where the process is gone, what tells of that opens the page.
    #[cfg(not(target_os = "linux"))]
    let went = window.eval("location.reload()");
    if went.is_err() {
        tracing::error!("the window's page could not be opened anew");
    }
}

/// Opens the page anew when its process ends, for whatever reason.
#[cfg(target_os = "linux")]
fn outlive(view: &webkit2gtk::WebView) {
    use webkit2gtk::WebViewExt;
    view.connect_web_process_terminated(|view, reason| {
        tracing::error!(?reason, "the page's process ended; the page is opened anew");
        view.reload();
    });
}

/// Turns hardware acceleration off where it would be emulated, and keeps a page in the window.
pub(crate) fn tune(window: &tauri::WebviewWindow) {
    #[cfg(target_os = "linux")]
    if window.with_webview(|webview| outlive(&webview.inner())).is_err() {
        tracing::warn!("a page that ends would not be noticed at once");
    }
    #[cfg(target_os = "linux")]
    if !linux::has_gpu() {
        let tuned = window.with_webview(|webview| {
            use webkit2gtk::{
                CacheModel, HardwareAccelerationPolicy, SettingsExt, WebContextExt, WebViewExt,
            };
            let view = webview.inner();
            if let Some(settings) = view.settings() {
                settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
                // One page that never navigates and plays nothing needs none of these.
                settings.set_enable_page_cache(false);
                settings.set_enable_media(false);
                settings.set_enable_webgl(false);
                settings.set_enable_webaudio(false);
            }
            if let Some(context) = view.context() {
                context.set_cache_model(CacheModel::DocumentViewer);
            }
        });
        if tuned.is_err() {
            tracing::warn!("the webview could not be tuned");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = window;
}
