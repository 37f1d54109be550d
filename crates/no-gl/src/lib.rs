//! An EGL vendor for machines without a GPU: it answers that there is a display, and draws nothing.
//!
//! WebKitGTK ends the page's process where EGL gives it no display, and without acceleration never uses the one it gets. Mesa,
//! asked for one on a machine without a GPU, loads a compiler for it: 30 MiB of a page that is painted by the processor anyway.
//! libglvnd asks the vendors of a list one after the other; this one, first in the list, is content with a display of nothing.
//!
//! What is here follows libglvnd's vendor interface (`glvnd/libeglabi.h`, version 0) and EGL 1.5. Deliberately not here: any
//! configuration, surface or context. Whoever asks for one gets none, as the standard allows.
#![allow(unsafe_code, missing_docs)]

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr;

/// The file that a package installs.
pub const FILE: &str = "libno_gl.so";

type Display = *mut c_void;
type Function = unsafe extern "C" fn();

const TRUE: c_uint = 1;
const FALSE: c_uint = 0;
const SUCCESS: c_int = 0x3000;
const VENDOR: c_int = 0x3053;
const VERSION: c_int = 0x3054;
const EXTENSIONS: c_int = 0x3055;
const CLIENT_APIS: c_int = 0x308D;
const OPENGL_ES_API: c_uint = 0x30A0;

/// What a vendor fills in: libglvnd's `__EGLapiImports`, up to the last entry that it must have.
#[repr(C)]
pub struct Imports {
    get_platform_display: Option<extern "C" fn(c_uint, *mut c_void, *const isize) -> Display>,
    get_supports_api: Option<extern "C" fn(c_uint) -> c_uint>,
    get_vendor_string: Option<extern "C" fn(c_int) -> *const c_char>,
    get_proc_address: Option<unsafe extern "C" fn(*const c_char) -> Option<Function>>,
    get_dispatch_address: Option<extern "C" fn(*const c_char) -> Option<Function>>,
    set_dispatch_index: Option<extern "C" fn(*const c_char, c_int)>,
}

/// libglvnd calls this once, after it loaded the library.
///
/// # Safety
/// `imports` is libglvnd's, and lives as long as the library.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __egl_Main(
    version: u32,
    _exports: *const c_void,
    _vendor: *mut c_void,
    imports: *mut Imports,
) -> c_uint {
    if version >> 16 != 0 || imports.is_null() {
        return FALSE;
    }
    // SAFETY: not null, and libglvnd's own table of at least these entries (the caller's promise).
    let imports = unsafe { &mut *imports };
    imports.get_platform_display = Some(platform_display);
    imports.get_supports_api = Some(supports_api);
    imports.get_vendor_string = None;
    imports.get_proc_address = Some(proc_address);
    imports.get_dispatch_address = Some(dispatch_address);
    imports.set_dispatch_index = Some(set_dispatch_index);
    TRUE
}

extern "C" fn platform_display(
    _platform: c_uint,
    _native: *mut c_void,
    _attributes: *const isize,
) -> Display {
    // Any address that is not null names the one display there is.
    static ONLY: u8 = 0;
    ptr::from_ref(&ONLY).cast_mut().cast()
}

extern "C" fn supports_api(_api: c_uint) -> c_uint {
    TRUE
}

extern "C" fn dispatch_address(_name: *const c_char) -> Option<Function> {
    None
}

extern "C" fn set_dispatch_index(_name: *const c_char, _index: c_int) {}

/// # Safety
/// `name` is a C string.
unsafe extern "C" fn proc_address(name: *const c_char) -> Option<Function> {
    if name.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes();
    // What each function is called with follows from its name; libglvnd calls it so.
    let cast = |function: *const ()| {
        // SAFETY: the address of a function, which is never null.
        Some(unsafe { std::mem::transmute::<*const (), Function>(function) })
    };
    match name {
        b"eglInitialize" => cast(initialize as *const ()),
        b"eglTerminate" | b"eglReleaseThread" | b"eglBindAPI" => cast(agree as *const ()),
        b"eglQueryString" => cast(query_string as *const ()),
        b"eglChooseConfig" => cast(choose_config as *const ()),
        b"eglGetConfigs" => cast(get_configs as *const ()),
        b"eglGetError" => cast(error as *const ()),
        b"eglQueryAPI" => cast(query_api as *const ()),
        // No context, no surface, no image, no sync: false, or null.
        _ if name.starts_with(b"egl") => cast(nothing as *const ()),
        _ => None,
    }
}

/// # Safety
/// Each pointer is null or one `EGLint`.
unsafe extern "C" fn initialize(_display: Display, major: *mut c_int, minor: *mut c_int) -> c_uint {
    for (at, number) in [(major, 1), (minor, 5)] {
        if !at.is_null() {
            // SAFETY: not null, and the caller's promise.
            unsafe { at.write(number) };
        }
    }
    TRUE
}

extern "C" fn agree() -> c_uint {
    TRUE
}

extern "C" fn query_string(_display: Display, name: c_int) -> *const c_char {
    match name {
        VERSION => c"1.5".as_ptr(),
        VENDOR => c"Vigil, without GL".as_ptr(),
        CLIENT_APIS => c"OpenGL_ES".as_ptr(),
        EXTENSIONS => c"".as_ptr(),
        _ => ptr::null(),
    }
}

/// # Safety
/// `count` is null or one `EGLint`.
unsafe extern "C" fn choose_config(
    display: Display,
    _attributes: *const c_int,
    configs: *mut c_void,
    size: c_int,
    count: *mut c_int,
) -> c_uint {
    // SAFETY: the caller's promise.
    unsafe { get_configs(display, configs, size, count) }
}

/// # Safety
/// `count` is null or one `EGLint`.
unsafe extern "C" fn get_configs(
    _display: Display,
    _configs: *mut c_void,
    _size: c_int,
    count: *mut c_int,
) -> c_uint {
    if !count.is_null() {
        // SAFETY: not null, and the caller's promise.
        unsafe { count.write(0) };
    }
    TRUE
}

extern "C" fn error() -> c_int {
    SUCCESS
}

extern "C" fn query_api() -> c_uint {
    OPENGL_ES_API
}

extern "C" fn nothing() -> *mut c_void {
    ptr::null_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_display_and_nothing_to_draw_on_it_with() {
        let mut imports = Imports {
            get_platform_display: None,
            get_supports_api: None,
            get_vendor_string: None,
            get_proc_address: None,
            get_dispatch_address: None,
            set_dispatch_index: None,
        };
        // SAFETY: a table of our own.
        let enter = |version: u32, imports: &mut Imports| unsafe {
            __egl_Main(version, ptr::null(), ptr::null_mut(), imports)
        };
        assert_eq!(enter(1 << 16, &mut imports), FALSE, "an interface that is not known here");
        assert!(imports.get_proc_address.is_none());
        assert_eq!(enter(2, &mut imports), TRUE);
        let display = imports.get_platform_display.map(|ask| ask(0x31D5, ptr::null_mut(), ptr::null()));
        assert!(display.is_some_and(|display| !display.is_null()));
        // SAFETY: C strings.
        let find = |name: &CStr| imports.get_proc_address.and_then(|find| unsafe { find(name.as_ptr()) });
        assert!(find(c"glClear").is_none(), "no GL");
        type Context = extern "C" fn(Display, Display, Display, *const c_int) -> Display;
        let create = find(c"eglCreateContext").map(|f| {
            // SAFETY: what EGL 1.5 calls it with.
            unsafe { std::mem::transmute::<Function, Context>(f) }
        });
        let none = ptr::null_mut();
        assert!(create.is_some_and(|create| create(none, none, none, ptr::null()).is_null()));
        let (mut major, mut minor, mut count) = (0, 0, 9);
        // SAFETY: numbers of our own.
        unsafe {
            assert_eq!(initialize(none, &mut major, &mut minor), TRUE);
            assert_eq!(choose_config(none, ptr::null(), none, 4, &mut count), TRUE);
        }
        assert_eq!((major, minor, count), (1, 5, 0));
    }
}
