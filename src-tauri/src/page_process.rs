//! The process that shows the page, as the system sees it: whether it is stopped, or does nothing although it is asked.

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// It used the processor since the last look.
    Works,
    /// It used none.
    Idles,
    /// Something stopped it; it does nothing until somebody lets it go on.
    Stopped,
}

/// The page's process, looked at again and again.
#[derive(Default)]
pub(crate) struct PageProcess {
    #[cfg(target_os = "linux")]
    seen: Option<linux::Seen>,
}

impl PageProcess {
    /// What it did since the last look; nothing where the system does not tell, or where it was not looked at before.
    pub(crate) fn look(&mut self) -> Option<Doing> {
        #[cfg(target_os = "linux")]
        return linux::look(&mut self.seen);
        #[cfg(not(target_os = "linux"))]
        None
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;

    use super::Doing;

    /// As the kernel cuts the name of WebKitGTK's process.
    const NAME: &str = "WebKitWebProces";

    #[derive(Clone, Copy)]
    pub(super) struct Seen {
        pid: u32,
        ticks: u64,
    }

    pub(super) fn look(seen: &mut Option<Seen>) -> Option<Doing> {
        let before = *seen;
        let found = before.and_then(|at| Some((at.pid, state(at.pid)?)));
        let Some((pid, (letter, ticks))) =
            found.or_else(|| children().into_iter().find_map(|pid| Some((pid, state(pid)?))))
        else {
            *seen = None;
            return None;
        };
        *seen = Some(Seen { pid, ticks });
        let before = before.filter(|at| at.pid == pid)?;
        Some(match letter {
            'T' | 't' => Doing::Stopped,
            _ if ticks == before.ticks => Doing::Idles,
            _ => Doing::Works,
        })
    }

    /// The processes that this one began.
    fn children() -> Vec<u32> {
        let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
        lists
            .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
            .collect()
    }

    /// The letter of its state and its ticks of processor time, where it is a page's process.
    fn state(pid: u32) -> Option<(char, u64)> {
        read(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// A line of `/proc/PID/stat`; the name in it may hold anything, and ends with the last bracket.
    pub(super) fn read(line: &str) -> Option<(char, u64)> {
        let (front, rest) = line.rsplit_once(')')?;
        let (_, name) = front.split_once('(')?;
        let mut fields = rest.split_whitespace();
        let letter = fields.next()?.chars().next()?;
        let used = |field: Option<&str>| field?.parse::<u64>().ok();
        let user = used(fields.nth(10))?;
        (name == NAME).then_some((letter, user.saturating_add(used(fields.next())?)))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::linux::read;

    #[test]
    fn a_stopped_page_is_told_from_another_program_whatever_that_is_called() {
        let line = |name: &str, state: char| {
            format!("77 ({name}) {state} 1 77 1 0 -1 4194560 900 0 4 0 250 30 0 0 20 0 12 0 555 0 0")
        };
        for (name, state, wanted) in [
            ("WebKitWebProces", 'T', Some(('T', 280))),
            ("WebKitWebProces", 'S', Some(('S', 280))),
            ("WebKitNetworkPr", 'T', None),
            ("a) T 1 (WebKitWebProces", 'T', None),
            ("", 'T', None),
        ] {
            assert_eq!(read(&line(name, state)), wanted, "{name}");
        }
        for broken in ["", "77", "77 (WebKitWebProces", "77 (WebKitWebProces) T 1", "77 (WebKitWebProces)"] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }
}
