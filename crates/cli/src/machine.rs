//! What of the machine itself could let a cache's content out, or let it fail: swap, core dumps, file systems of a network, memory
//! that cannot be locked. Pure, over what Linux says in `/proc`.

use std::path::{Path, PathBuf};

/// What the kernel says of itself.
#[derive(Default)]
pub(crate) struct Machine {
    /// `/proc/swaps`.
    pub swaps: String,
    /// `/proc/sys/kernel/core_pattern`.
    pub core_pattern: String,
    /// `/proc/self/limits`.
    pub limits: String,
    /// `/proc/self/mountinfo`.
    pub mounts: String,
    /// What lies below each swap's device: `/sys/class/block/NAME/dm/uuid`.
    pub mapped: Vec<(String, String)>,
}

impl Machine {
    /// This one; empty where there is no `/proc`.
    pub(crate) fn here() -> Machine {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let swaps = read("/proc/swaps");
        let mapped = devices(&swaps)
            .filter_map(|device| {
                let name = std::fs::canonicalize(device).ok()?;
                let name = name.file_name()?.to_string_lossy().into_owned();
                Some((device.to_owned(), read(&format!("/sys/class/block/{name}/dm/uuid"))))
            })
            .collect();
        Machine {
            swaps,
            core_pattern: read("/proc/sys/kernel/core_pattern"),
            limits: read("/proc/self/limits"),
            mounts: read("/proc/self/mountinfo"),
            mapped,
        }
    }

    /// What IT staff should know of it, for a cache in this folder: the subject in one word, then what is so and what to do.
    pub(crate) fn advice(&self, folder: &Path) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        let clear: Vec<&str> = devices(&self.swaps).filter(|device| !self.is_sealed(device)).collect();
        if !clear.is_empty() {
            let what = clear.join(", ");
            out.push((
                "swap",
                format!("{what} keeps pages of memory in clear; encrypt it, use zram, or turn it off"),
            ));
        }
        // The program leaves no core of its own; a handler is given one whatever the limit says.
        if let Some(handler) = self.core_pattern.trim().strip_prefix('|') {
            let handler = handler.split_whitespace().next().unwrap_or_default();
            out.push((
                "cores",
                format!("a crash is handed to {handler}; see that it keeps none of this program"),
            ));
        }
        match memory_lock(&self.limits) {
            Some(bytes) if bytes < LOCKED => {
                let kib = bytes / 1024;
                out.push((
                    "memory",
                    format!("only {kib} KiB may be locked; keys can reach the swap (LimitMEMLOCK=64M)"),
                ));
            }
            _ => {}
        }
        if let Some(kind) = file_system(&self.mounts, folder).filter(|kind| is_of_a_network(kind)) {
            out.push(("folder", format!("lies on {kind}, a network's: locks and durable writes are not sure there; use a local disk")));
        }
        out
    }

    /// Whether what is written to it cannot be read from the disk.
    fn is_sealed(&self, device: &str) -> bool {
        // zram is memory.
        device.starts_with("/dev/zram")
            || self.mapped.iter().any(|(of, uuid)| of == device && uuid.starts_with("CRYPT-"))
    }
}

/// What SQLCipher's pages and the keys need, in bytes.
const LOCKED: u64 = 8 << 20;

/// The devices and files of `/proc/swaps`.
fn devices(swaps: &str) -> impl Iterator<Item = &str> {
    swaps.lines().skip(1).filter_map(|line| line.split_whitespace().next())
}

/// How much memory this process may lock, in bytes; `None` where there is no limit or it is not known.
fn memory_lock(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max locked memory"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The kind of file system that a folder lies on: the mount with the longest path above it, the last one of several there.
fn file_system(mounts: &str, folder: &Path) -> Option<String> {
    let mut best: Option<(usize, String)> = None;
    for line in mounts.lines() {
        let (before, after) = line.split_once(" - ")?;
        let point = PathBuf::from(unescaped(before.split_whitespace().nth(4)?));
        let depth = point.components().count();
        if folder.starts_with(&point) && best.as_ref().is_none_or(|(most, _)| depth >= *most) {
            best = Some((depth, after.split_whitespace().next()?.to_owned()));
        }
    }
    best.map(|(_, kind)| kind)
}

/// A path as `mountinfo` writes it: blanks and the like as three octal digits.
fn unescaped(path: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(path.to_owned(), |path, (escaped, plain)| path.replace(escaped, plain))
}

fn is_of_a_network(kind: &str) -> bool {
    const KINDS: [&str; 13] = [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "ceph",
        "9p",
        "glusterfs",
        "lustre",
        "fuse.sshfs",
        "davfs",
        "fuse.davfs2",
    ];
    KINDS.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SWAPS: &str = "Filename\tType\tSize\tUsed\tPriority\n";

    fn subjects(machine: &Machine) -> Vec<&'static str> {
        machine.advice(Path::new("/home/nurse/a ward")).into_iter().map(|(what, _)| what).collect()
    }

    #[test]
    fn swap_in_clear_is_named_and_swap_that_is_sealed_or_memory_is_not() {
        type Mapped = [(&'static str, &'static str)];
        let cases: [(&str, &Mapped, usize); 5] = [
            ("", &[], 0),
            ("/dev/sda2 partition 8388604 0 -2\n", &[], 1),
            ("/swap.img file 8388604 0 -2\n", &[], 1),
            ("/dev/zram0 partition 8388604 0 100\n", &[], 0),
            ("/dev/dm-1 partition 8388604 0 -2\n", &[("/dev/dm-1", "CRYPT-PLAIN-swap")], 0),
        ];
        for (lines, mapped, named) in cases {
            let mapped = mapped.iter().map(|(of, uuid)| ((*of).to_owned(), (*uuid).to_owned())).collect();
            let machine = Machine { swaps: format!("{SWAPS}{lines}"), mapped, ..Machine::default() };
            assert_eq!(subjects(&machine).len(), named, "{lines}");
        }
        // A volume that is mapped and not encrypted.
        let lvm = Machine {
            swaps: format!("{SWAPS}/dev/dm-0 partition 1 0 -2\n"),
            mapped: vec![("/dev/dm-0".into(), "LVM-abc".into())],
            ..Machine::default()
        };
        assert_eq!(subjects(&lvm), ["swap"]);
    }

    #[test]
    fn whoever_gets_the_cores_of_this_machine_is_named() {
        for (pattern, named) in [
            ("core\n", false),
            ("/var/crash/core.%p\n", false),
            ("|/usr/lib/systemd/systemd-coredump %P %u\n", true),
            ("|/usr/share/apport/apport %p\n", true),
        ] {
            let machine = Machine { core_pattern: pattern.into(), ..Machine::default() };
            assert_eq!(subjects(&machine) == ["cores"], named, "{pattern}");
        }
    }

    #[test]
    fn memory_that_may_not_be_locked_is_named() {
        let line = |soft: &str| {
            format!(
                "Limit Soft Limit Hard Limit Units\nMax locked memory         {soft}     {soft}     bytes\n"
            )
        };
        for (soft, named) in [("65536", true), ("0", true), ("8388608", false), ("unlimited", false)] {
            let machine = Machine { limits: line(soft), ..Machine::default() };
            assert_eq!(subjects(&machine) == ["memory"], named, "{soft}");
        }
    }

    #[test]
    fn a_folder_on_a_network_is_named_whichever_mount_is_above_it() {
        let root = "21 1 0:19 / / rw - ext4 /dev/sda1 rw\n";
        let cases = [
            ("", false),
            ("30 21 0:40 / /home rw - nfs4 server:/home rw\n", true),
            (
                "30 21 0:40 / /home rw - nfs4 server:/home rw\n31 30 8:2 / /home/nurse/a\\040ward rw - ext4 /dev/sdb rw\n",
                false,
            ),
            ("30 21 0:40 / /home/nur rw - cifs //server/x rw\n", false),
            ("30 21 0:40 / /home/nurse rw shared:1 - fuse.sshfs x rw\n", true),
            ("30 21 0:40 / /home rw - nfs server:/a rw\n31 30 8:2 / /home rw - xfs /dev/sdb rw\n", false),
        ];
        for (more, named) in cases {
            let machine = Machine { mounts: format!("{root}{more}"), ..Machine::default() };
            assert_eq!(subjects(&machine) == ["folder"], named, "{more}");
        }
    }

    #[test]
    fn of_a_machine_that_says_nothing_nothing_is_said() {
        assert!(subjects(&Machine::default()).is_empty());
    }
}
