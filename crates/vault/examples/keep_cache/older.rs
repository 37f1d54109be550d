//! Shapes that older versions wrote.

use std::path::Path;

/// Gives some chunks the shape that older versions wrote: outlines as two columns of `pco`, and sealed values without the times
/// of receipt.
pub(crate) fn age(database: &Path, key: &[u8]) {
    let connection = rusqlite::Connection::open(database).unwrap();
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    connection.pragma_update(None, "key", format!("x'{hex}'")).unwrap();
    let rows = |sql: &str| -> Vec<(i64, Vec<u8>)> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let part = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_le_bytes()[..], bytes].concat();
    let regular = rows("SELECT id, data FROM chunk WHERE outline IS NOT NULL AND id % 2 = 0");
    assert!(regular.len() > 5);
    for (id, data) in regular {
        let mantissas: Vec<i64> = pco::standalone::simple_decompress(&data[5..]).unwrap();
        let low: Vec<i64> = mantissas.chunks(64).map(|part| *part.iter().min().unwrap()).collect();
        let high: Vec<i64> = mantissas.chunks(64).map(|part| *part.iter().max().unwrap()).collect();
        let outline = [low, high]
            .map(|c| part(&pco::standalone::simple_compress(&c, &pco::ChunkConfig::default()).unwrap()))
            .concat();
        connection
            .execute("UPDATE chunk SET outline = ? WHERE id = ?", rusqlite::params![outline, id])
            .unwrap();
    }
    let sealed = rows("SELECT id, data FROM chunk WHERE period_ms IS NULL ORDER BY t0");
    assert!(sealed.len() > 1);
    let (id, mut data) = sealed.into_iter().next().unwrap();
    assert_eq!(data[0], 2);
    let mut end = 1;
    for _ in 0..5 {
        end += 4 + u32::from_le_bytes(data[end..end + 4].try_into().unwrap()) as usize;
    }
    assert!(end < data.len());
    data.truncate(end);
    data[0] = 1;
    connection.execute("UPDATE chunk SET data = ? WHERE id = ?", rusqlite::params![data, id]).unwrap();
    connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
}
