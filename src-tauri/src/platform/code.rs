//! Which memory of this process is code and constants as they stand in files: most of it was wanted once, when the program started.

/// Where it begins and ends, as `/proc/self/smaps` says. Left out is what was written to in memory: the file does not hold that.
pub(super) fn of(smaps: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut open: Option<(usize, usize)> = None;
    smaps.lines().filter_map(move |line| {
        if let Some(kib) = line.strip_prefix("Anonymous:") {
            return open.take().filter(|_| kib.split_whitespace().next() == Some("0"));
        }
        if let Some(range) = head(line) {
            open = range;
        }
        None
    })
}

/// The range of a mapping, by the line that begins it: `None` where the line begins none, `Some(None)` where it is nothing that a file holds.
fn head(line: &str) -> Option<Option<(usize, usize)>> {
    let mut words = line.split_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let address = |text| usize::from_str_radix(text, 16).ok();
    let (start, end) = (address(start)?, address(end)?);
    let is_read = matches!(words.next(), Some("r-xp" | "r--p"));
    // Offset, device, inode, and the file.
    let is_file = words.nth(3).is_some_and(|path| path.starts_with('/'));
    Some((is_read && is_file).then_some((start, end)))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn only_what_a_file_holds_and_nobody_wrote_to_in_memory_is_let_go() {
        let smaps = "\
55a000-55b000 r--p 00000000 fe:00 12 /usr/bin/vigil
Size: 4 kB
Anonymous:             0 kB
55b000-55f000 r-xp 00001000 fe:00 12 /usr/bin/vigil
Size: 16 kB
Private_Clean:        16 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
55f000-560000 rw-p 00005000 fe:00 12 /usr/bin/vigil
Anonymous:             0 kB
560000-561000 r--p 00006000 fe:00 12 /usr/bin/vigil
Anonymous:             4 kB
7f0000-7f8000 r-xp 00000000 fe:00 44 /usr/lib/libold.so
Anonymous:             4 kB
7fa000-7fb000 r-xp 00000000 00:00 0
Anonymous:             0 kB
7fff00-7fff10 r-xp 00000000 00:00 0                  [vdso]
Anonymous:             0 kB
7f9000-7fa000 r-xp 00000000 fe:00 45 /usr/lib/a library.so
Anonymous:             0 kB
";
        assert_eq!(
            of(smaps).collect::<Vec<_>>(),
            [(0x55a000, 0x55b000), (0x55b000, 0x55f000), (0x7f9000, 0x7fa000)]
        );
        let own = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let here = own_code as fn() as usize;
        assert!(of(&own).any(|(start, end)| (start..end).contains(&here)), "this test's own code");
    }

    fn own_code() {}
}
