//! A shim below SQLite: it passes every call on to the system's own file layer, and keeps a record of what was written,
//! truncated, synced and deleted; or fails the n-th such call.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicI64, AtomicPtr, Ordering};
use std::sync::{Mutex, OnceLock};

use rusqlite::ffi;

/// What reached the file layer.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Write {
        file: String,
        offset: u64,
        data: Vec<u8>,
    },
    Truncate {
        file: String,
        size: u64,
    },
    Sync {
        file: String,
    },
    Delete {
        file: String,
    },
    /// Not a file's: the test saw something confirmed here.
    Mark(String),
}

#[derive(Default)]
struct State {
    folder: Option<PathBuf>,
    ops: Vec<Op>,
    recording: bool,
    full: bool,
    failed: bool,
}

/// The shim; there is one in a process.
#[derive(Default)]
pub(crate) struct Disk {
    state: Mutex<State>,
    /// Calls until one fails; negative where none does.
    fuse: AtomicI64,
}

static DISK: OnceLock<Disk> = OnceLock::new();
static REAL: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());

/// Stands before the real file in the memory SQLite gives for it.
#[repr(C)]
struct Head {
    base: ffi::sqlite3_file,
    /// The file's name, leaked for as long as the process lives; null for a temporary one.
    name: *const String,
}

fn disk() -> &'static Disk {
    DISK.get_or_init(|| Disk { fuse: AtomicI64::new(-1), ..Disk::default() })
}

impl Disk {
    /// Puts the shim below every connection that is opened from now on.
    pub(crate) fn install() -> &'static Disk {
        // SAFETY: SQLite gives its default file layer, which lives for ever; ours is leaked and lives as long.
        unsafe {
            ffi::sqlite3_initialize();
            let real = ffi::sqlite3_vfs_find(ptr::null());
            assert!(!real.is_null());
            REAL.store(real, Ordering::SeqCst);
            let mut shim = Box::new(ptr::read(real));
            shim.zName = c"power".as_ptr();
            shim.szOsFile = size_of::<Head>() as c_int + (*real).szOsFile;
            shim.pNext = ptr::null_mut();
            shim.xOpen = Some(open);
            shim.xDelete = Some(delete);
            assert_eq!(ffi::sqlite3_vfs_register(Box::leak(shim), 1), ffi::SQLITE_OK);
        }
        disk()
    }

    /// Records what happens in `folder` from now on.
    pub(crate) fn record(&self, folder: &Path) {
        let mut state = self.state.lock().unwrap();
        *state = State { folder: Some(folder.to_owned()), recording: true, ..State::default() };
    }

    /// Something was confirmed to a person at this point.
    pub(crate) fn mark(&self, what: String) {
        self.state.lock().unwrap().ops.push(Op::Mark(what));
    }

    /// Ends the record and gives it.
    pub(crate) fn stop(&self) -> Vec<Op> {
        let mut state = self.state.lock().unwrap();
        state.recording = false;
        std::mem::take(&mut state.ops)
    }

    /// Fails the `nth` call in `folder` that changes a file, and every one after it: as a full disk, or as a broken one.
    pub(crate) fn fail(&self, folder: &Path, nth: i64, full: bool) {
        let mut state = self.state.lock().unwrap();
        *state = State { folder: Some(folder.to_owned()), full, ..State::default() };
        self.fuse.store(nth, Ordering::SeqCst);
    }

    /// The disk works again; whether anything failed.
    pub(crate) fn heal(&self) -> bool {
        self.fuse.store(-1, Ordering::SeqCst);
        self.state.lock().unwrap().failed
    }

    /// Whether this call is to fail; else it is recorded.
    fn pass(&self, name: &str, op: impl FnOnce(String) -> Op) -> Result<(), c_int> {
        let mut state = self.state.lock().unwrap();
        let Some(folder) = &state.folder else { return Ok(()) };
        let path = Path::new(name);
        if path.parent() != Some(folder.as_path()) {
            return Ok(());
        }
        let fuse = self.fuse.load(Ordering::SeqCst);
        if fuse > 0 {
            self.fuse.store(fuse - 1, Ordering::SeqCst);
        }
        if (0..=1).contains(&fuse) {
            state.failed = true;
            return Err(if state.full { ffi::SQLITE_FULL } else { ffi::SQLITE_IOERR });
        }
        if state.recording {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            state.ops.push(op(file));
        }
        Ok(())
    }
}

// SAFETY, for everything below: SQLite calls these with files that `open` made, whose memory holds a `Head` and behind it the
// real file; it never calls one on a file after `close`.

unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    unsafe { file.cast::<u8>().add(size_of::<Head>()).cast() }
}

unsafe fn name(file: *mut ffi::sqlite3_file) -> &'static str {
    unsafe { (*file.cast::<Head>()).name.as_ref().map_or("", |name| name.as_str()) }
}

unsafe extern "C" fn open(
    _vfs: *mut ffi::sqlite3_vfs,
    path: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    unsafe {
        let below = REAL.load(Ordering::SeqCst);
        let rc = (*below).xOpen.unwrap()(below, path, real(file), flags, out);
        let head = file.cast::<Head>();
        (*head).name = if path.is_null() {
            ptr::null()
        } else {
            Box::leak(Box::new(CStr::from_ptr(path).to_string_lossy().into_owned()))
        };
        (*file).pMethods = if (*real(file)).pMethods.is_null() { ptr::null() } else { &METHODS };
        rc
    }
}

unsafe extern "C" fn delete(_vfs: *mut ffi::sqlite3_vfs, path: *const c_char, sync: c_int) -> c_int {
    unsafe {
        let text = CStr::from_ptr(path).to_string_lossy();
        if let Err(rc) = disk().pass(&text, |file| Op::Delete { file }) {
            return rc;
        }
        let below = REAL.load(Ordering::SeqCst);
        (*below).xDelete.unwrap()(below, path, sync)
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    n: c_int,
    offset: i64,
) -> c_int {
    unsafe {
        let data = std::slice::from_raw_parts(from.cast::<u8>(), n as usize);
        let op = |file| Op::Write { file, offset: offset as u64, data: data.to_vec() };
        match disk().pass(name(file), op) {
            Err(rc) => rc,
            Ok(()) => (*(*real(file)).pMethods).xWrite.unwrap()(real(file), from, n, offset),
        }
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    unsafe {
        match disk().pass(name(file), |file| Op::Truncate { file, size: size as u64 }) {
            Err(rc) => rc,
            Ok(()) => (*(*real(file)).pMethods).xTruncate.unwrap()(real(file), size),
        }
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    unsafe {
        match disk().pass(name(file), |file| Op::Sync { file }) {
            Err(rc) => rc,
            Ok(()) => (*(*real(file)).pMethods).xSync.unwrap()(real(file), flags),
        }
    }
}

/// Calls that are passed on as they are.
macro_rules! pass_on {
    ($($ours:ident => $theirs:ident ( $($argument:ident : $kind:ty),* );)*) => {
        $(unsafe extern "C" fn $ours(file: *mut ffi::sqlite3_file $(, $argument: $kind)*) -> c_int {
            unsafe { (*(*real(file)).pMethods).$theirs.unwrap()(real(file) $(, $argument)*) }
        })*
    };
}

pass_on! {
    close => xClose();
    read => xRead(into: *mut c_void, n: c_int, offset: i64);
    file_size => xFileSize(size: *mut i64);
    lock => xLock(level: c_int);
    unlock => xUnlock(level: c_int);
    check_reserved => xCheckReservedLock(out: *mut c_int);
    control => xFileControl(op: c_int, argument: *mut c_void);
    sector_size => xSectorSize();
    shm_map => xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void);
    shm_lock => xShmLock(offset: c_int, n: c_int, flags: c_int);
    shm_unmap => xShmUnmap(remove: c_int);
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    unsafe { (*(*real(file)).pMethods).xShmBarrier.unwrap()(real(file)) }
}

/// Nothing is promised of this disk: neither that a sector is written whole nor that writes keep their order.
unsafe extern "C" fn characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    0
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
