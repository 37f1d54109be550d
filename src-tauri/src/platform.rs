//! What differs between operating systems, in one honest place.

use std::path::PathBuf;

/// Sets up what must be set before the first thread starts.
pub(crate) fn prepare(window: bool) {
    #[cfg(unix)]
    leave_no_core();
    #[cfg(target_os = "linux")]
    if window {
        linux::tune();
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
    /// Settings of the engine and of the allocator, for this process and those of the page.
    ///
    /// glibc gives every thread an arena that it never gives back; a first sync on a dozen threads would keep them all. It also
    /// keeps more free memory the larger the blocks are that come and go, unless told how much: 9 MiB after a first sync.
    ///
    /// Without a GPU the DMA-BUF path of WebKitGTK costs many times the frame time and about 95 MiB. Under WebDriver
    /// it stays on: a screenshot of a still page would wait for ever. GTK then needs no GL of its own either.
    pub(super) fn tune() {
        allocate_sparingly();
        // What the page's processes read when they start; a value somebody chose stays.
        let mut wanted = vec![
            ("MALLOC_ARENA_MAX", ARENAS),
            ("MALLOC_TRIM_THRESHOLD_", TRIM),
            ("MALLOC_MMAP_THRESHOLD_", MAPPED),
        ]
        .into_iter()
        .map(|(name, value)| (name, value.to_string()))
        .collect::<Vec<_>>();
        if !has_gpu() {
            wanted.push(("GDK_GL", "disable".to_owned()));
            if !super::under_webdriver() {
                wanted.push(("WEBKIT_DISABLE_DMABUF_RENDERER", "1".to_owned()));
                leave_egl_out();
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

    /// Where nothing is drawn by a GPU, the engine asks for an EGL display in the window's process too, and makes nothing of it;
    /// what answers without a GPU is Mesa with a compiler, 22 MiB. The page's process, which cannot do without, asks for its own.
    ///
    /// Which libraries can answer is read once in a process, with the first display that is asked for: here, from a list that is
    /// empty until then. Without libglvnd there is no such list, and nothing changes.
    #[allow(unsafe_code)]
    fn leave_egl_out() {
        const VENDORS: &str = "__EGL_VENDOR_LIBRARY_FILENAMES";
        type GetDisplay = unsafe extern "C" fn(*const libc::c_void) -> *const libc::c_void;
        if std::env::var_os(VENDORS).is_some() {
            return;
        }
        set(VENDORS, "/dev/null");
        // SAFETY: a library that stays loaded, and a function of it with the signature that EGL 1.0 gives it and an argument
        // (the default display) that it takes. Removing the variable: as in `set`.
        unsafe {
            let egl = libc::dlopen(c"libEGL.so.1".as_ptr(), libc::RTLD_LAZY | libc::RTLD_LOCAL);
            if !egl.is_null() {
                let ask = libc::dlsym(egl, c"eglGetDisplay".as_ptr());
                if !ask.is_null() {
                    std::mem::transmute::<*mut libc::c_void, GetDisplay>(ask)(std::ptr::null());
                }
            }
            std::env::remove_var(VENDORS);
        }
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
