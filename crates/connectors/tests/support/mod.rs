//! A keeper that tests look into, and messages for it.
#![allow(dead_code, unreachable_pub)]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clinical::{Body, Instant};
use connectors::{Keeper, NotKept, Notice, Read};
use futures_util::future::BoxFuture;
use tokio::sync::watch;

/// A message with one value.
pub fn message(id: &str, value: i64) -> String {
    format!(
        "MSH|^~\\&|A|B|||20260301120000+0000||ORU^R01|{id}|P|2.6\rPID|||7^^^H^MR\rOBR|1||5|x|||20260301115900+0000\r\
         OBX|1|NM|148066^^MDC|1|{value}|/min|||||F\r"
    )
}

/// An answer's code, and whose it is.
pub fn ack(answer: &[u8]) -> (String, String) {
    let text = String::from_utf8(answer.to_vec()).unwrap();
    assert!(text.starts_with("MSH|") && text.ends_with('\r'), "{text}");
    let msa = text.split('\r').find(|line| line.starts_with("MSA|")).unwrap().to_owned();
    let mut fields = msa.split('|').skip(1).map(str::to_owned);
    (fields.next().unwrap(), fields.next().unwrap())
}

/// Keeps values in memory.
pub struct Ward {
    inner: Arc<Inner>,
    open: watch::Sender<bool>,
}

#[derive(Default)]
struct Inner {
    begun: Mutex<Vec<String>>,
    kept: Mutex<Vec<String>>,
    noticed: Mutex<Vec<Notice>>,
    set_aside: AtomicUsize,
    failing: AtomicUsize,
    slow_first: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Ward {
    pub fn new() -> Arc<Ward> {
        Arc::new(Ward { inner: Arc::default(), open: watch::channel(true).0 })
    }

    /// Keeps nothing until it is released.
    pub fn hold(&self) {
        self.open.send_replace(false);
    }

    pub fn release(&self) {
        self.open.send_replace(true);
    }

    /// Fails so many times.
    pub fn fail(&self, times: usize) {
        self.inner.failing.store(times, Ordering::SeqCst);
    }

    /// Takes longer for earlier messages.
    pub fn slow_first(&self) {
        self.inner.slow_first.store(1, Ordering::SeqCst);
    }

    pub fn begun(&self) -> Vec<String> {
        self.inner.begun.lock().unwrap().clone()
    }

    pub fn kept(&self) -> Vec<String> {
        self.inner.kept.lock().unwrap().clone()
    }

    pub fn noticed(&self) -> Vec<Notice> {
        self.inner.noticed.lock().unwrap().clone()
    }

    pub fn set_aside(&self) -> usize {
        self.inner.set_aside.load(Ordering::SeqCst)
    }

    pub fn most_at_once(&self) -> usize {
        self.inner.most.load(Ordering::SeqCst)
    }
}

fn values(read: &Read) -> Vec<String> {
    let of = |body: &Body| match body {
        Body::Samples(samples) => samples.iter().map(|s| s.value.to_string()).collect(),
        _ => Vec::new(),
    };
    read.facts.iter().flat_map(|fact| of(&fact.body)).collect()
}

impl Keeper for Ward {
    fn keep(&self, read: Read) -> BoxFuture<'static, Result<(), NotKept>> {
        let (inner, mut open) = (self.inner.clone(), self.open.subscribe());
        let values = values(&read);
        let number = {
            let mut begun = inner.begun.lock().unwrap();
            begun.extend(values.clone());
            begun.len()
        };
        let now = inner.now.fetch_add(1, Ordering::SeqCst) + 1;
        inner.most.fetch_max(now, Ordering::SeqCst);
        Box::pin(async move {
            open.wait_for(|open| *open).await.unwrap();
            if inner.slow_first.load(Ordering::SeqCst) > 0 {
                tokio::time::sleep(Duration::from_millis(1000 - 10 * u64::try_from(number).unwrap())).await;
            }
            inner.now.fetch_sub(1, Ordering::SeqCst);
            let fails =
                inner.failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
            if fails {
                return Err(NotKept);
            }
            inner.set_aside.fetch_add(read.unreadable.len(), Ordering::SeqCst);
            inner.kept.lock().unwrap().extend(values);
            Ok(())
        })
    }

    fn now(&self) -> Instant {
        Instant(1_772_366_400_000)
    }

    fn notice(&self, _: Option<SocketAddr>, notice: Notice) {
        self.inner.noticed.lock().unwrap().push(notice);
    }
}
