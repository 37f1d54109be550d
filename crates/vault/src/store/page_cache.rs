//! How many pages a connection keeps decrypted: many while there is a use for them, few otherwise.

use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::Connection;

/// KiB: the writer works on hot pages, on many of them while a server's large pages come; a reader passes through.
pub(crate) const WRITER_KIB: i64 = 2048;
const BUSY_WRITER_KIB: i64 = 8192;
pub(crate) const READER_KIB: i64 = 2048;
/// KiB: the pages of one long stay, for whoever looks at it again and again.
pub(crate) const LONG_STAY_KIB: i64 = 8192;
/// How many reads keep the pages of a long stay before they are let go: a board that is looked at reads a few times a second.
pub(crate) const READS_WITH_MANY: u32 = 100;
/// A page of a server that has so many facts comes with others like it: a first sync, or what an outage left.
const LARGE_PAGE: usize = 100;
/// How many commits after such a page keep them in the writer.
const COMMITS_WITH_MANY: u32 = 25;

/// How many pages a connection keeps from now on.
pub(crate) fn keep_pages(connection: &Connection, kib: i64) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -kib)
}

/// The same, and what it holds beyond them is given back.
pub(crate) fn let_go(connection: &Connection, kib: i64) -> rusqlite::Result<()> {
    keep_pages(connection, kib)?;
    connection.execute_batch("PRAGMA shrink_memory")
}

/// For how many more commits the writer keeps many pages.
#[derive(Default)]
pub(crate) struct WriterPages(AtomicU32);

impl WriterPages {
    /// Makes place for what a page of so many facts touches, or less once large ones have stopped coming. Called by the writer's
    /// thread alone.
    pub(crate) fn before(&self, connection: &Connection, facts: usize) -> rusqlite::Result<()> {
        let left = self.0.load(Ordering::Relaxed);
        if facts >= LARGE_PAGE {
            self.0.store(COMMITS_WITH_MANY, Ordering::Relaxed);
            return if left == 0 { keep_pages(connection, BUSY_WRITER_KIB) } else { Ok(()) };
        }
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
        if left == 1 { let_go(connection, WRITER_KIB) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::Changes;
    use crate::keys::key::Key;
    use crate::store::vault::Vault;

    #[test]
    fn the_writer_keeps_many_pages_only_while_a_server_sends_many() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let kib = |facts: usize| {
            let asked =
                |c: &mut Connection| Ok(-c.query_row("PRAGMA cache_size", [], |row| row.get::<_, i64>(0))?);
            vault.write_page(facts, asked, |_| Changes::NONE).unwrap()
        };
        assert_eq!((kib(1), kib(LARGE_PAGE)), (WRITER_KIB, BUSY_WRITER_KIB));
        (1..COMMITS_WITH_MANY).for_each(|_| assert_eq!(kib(1), BUSY_WRITER_KIB));
        assert_eq!(kib(1), WRITER_KIB);
    }

    #[test]
    fn the_pages_of_a_long_stay_are_let_go_when_nobody_asks_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let kib = |ask: bool| {
            vault
                .read(|reader| {
                    if ask {
                        reader.keep_pages_of_long_stay()?;
                    }
                    Ok(-reader.connection.query_row("PRAGMA cache_size", [], |row| row.get::<_, i64>(0))?)
                })
                .unwrap()
        };
        assert_eq!((kib(false), kib(true)), (READER_KIB, LONG_STAY_KIB));
        (1..READS_WITH_MANY).for_each(|_| assert_eq!(kib(false), LONG_STAY_KIB));
        assert_eq!(kib(true), LONG_STAY_KIB, "asked again at the last moment");
        (0..READS_WITH_MANY).for_each(|_| assert_eq!(kib(false), LONG_STAY_KIB));
        assert_eq!(kib(false), READER_KIB);
    }
}
