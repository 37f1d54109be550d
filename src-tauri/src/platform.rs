//! What differs between operating systems, in one honest place.

use std::path::PathBuf;

/// Sets up what must be set before the first thread starts.
pub(crate) fn prepare(window: bool) {
    #[cfg(unix)]
    leave_no_core();
    #[cfg(target_os = "linux")]
    if window {
        linux::tune_and_restart();
    }
    #[cfg(not(target_os = "linux"))]
    let _ = window;
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

/// Where the cache lives when nobody says otherwise.
pub(crate) fn default_folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let home = || from("HOME").unwrap_or_else(std::env::temp_dir);
    if cfg!(windows) {
        from("LOCALAPPDATA").unwrap_or_else(std::env::temp_dir).join("Vigil")
    } else if cfg!(target_os = "macos") {
        home().join("Library/Application Support/Vigil")
    } else {
        from("XDG_DATA_HOME").unwrap_or_else(|| home().join(".local/share")).join("vigil")
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::unix::process::CommandExt;

    const DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    const ARENAS: &str = "MALLOC_ARENA_MAX";
    const GDK_GL: &str = "GDK_GL";
    const TRIM: &str = "MALLOC_TRIM_THRESHOLD_";
    const MAPPED: &str = "MALLOC_MMAP_THRESHOLD_";

    /// Settings that are read before `main`, so the program starts itself again with them.
    ///
    /// glibc gives every thread an arena that it never gives back; a first sync on a dozen threads would keep them all. It also
    /// keeps more free memory the larger the blocks are that come and go, unless told how much: 9 MiB after a first sync.
    ///
    /// Without a GPU the DMA-BUF path of WebKitGTK costs many times the frame time and about 95 MiB. Under WebDriver
    /// it stays on: a screenshot of a still page would wait for ever. GTK then needs no GL of its own either.
    pub(super) fn tune_and_restart() {
        let unset = |name: &str| std::env::var_os(name).is_none();
        let mut wanted = Vec::new();
        if unset(ARENAS) {
            wanted.push((ARENAS, "2"));
        }
        if unset(TRIM) && unset(MAPPED) {
            // A picture of six panels stays below the second: it is not mapped anew for each redraw.
            wanted.extend([(TRIM, "262144"), (MAPPED, "4194304")]);
        }
        if unset(DMABUF) && !super::under_webdriver() && !has_gpu() {
            wanted.push((DMABUF, "1"));
        }
        if unset(GDK_GL) && !has_gpu() {
            wanted.push((GDK_GL, "disable"));
        }
        if wanted.is_empty() {
            return;
        }
        if let Ok(me) = std::env::current_exe() {
            let error = std::process::Command::new(me).args(std::env::args_os().skip(1)).envs(wanted).exec();
            eprintln!("vigil: starting untuned: {error}");
        }
    }

    pub(super) fn has_gpu() -> bool {
        std::fs::read_dir("/dev/dri").is_ok_and(|mut entries| {
            entries.any(|e| e.is_ok_and(|e| e.file_name().to_string_lossy().starts_with("render")))
        })
    }
}

/// Turns hardware acceleration off where it would be emulated.
pub(crate) fn tune(window: &tauri::WebviewWindow) {
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
