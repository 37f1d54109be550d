//! Messages over a stream: kept before they are answered, answered in their order, once each, and by nobody who may not.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use connectors::{
    Answered, Bounds, Desk, Door, Frames, ListenError, Listener, Notice, Peer, Piece, framed, serve,
};
use support::{Ward, ack, message};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

fn desk(ward: &Arc<Ward>, bounds: Bounds) -> Arc<Desk<Ward>> {
    Desk::new(ward.clone(), Peer::default(), bounds, Answered::new(1000))
}

/// A sender's end of a connection.
struct Line {
    stream: DuplexStream,
    frames: Frames,
}

impl Line {
    fn to(desk: &Arc<Desk<Ward>>) -> Line {
        let (stream, theirs) = duplex(1 << 16);
        tokio::spawn(serve(theirs, desk.clone(), None));
        Line { stream, frames: Frames::new(1 << 20) }
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next answer's code and whose it is; nothing where the line was closed.
    async fn answer(&mut self) -> Option<(String, String)> {
        let mut buffer = [0; 4096];
        loop {
            match self.frames.next() {
                Some(Piece::Message(answer)) => return Some(ack(&answer)),
                Some(other) => panic!("{other:?}"),
                None => {}
            }
            match self.stream.read(&mut buffer).await.unwrap() {
                0 => return None,
                n => self.frames.feed(&buffer[..n]),
            }
        }
    }
}

fn is(code: &str, id: &str) -> Option<(String, String)> {
    Some((code.to_owned(), id.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn a_message_is_answered_after_it_was_kept_and_not_before() {
    let ward = Ward::new();
    ward.hold();
    let mut line = Line::to(&desk(&ward, Bounds::default()));
    line.send(&framed(message("1", 72).as_bytes())).await;
    let early = tokio::time::timeout(Duration::from_secs(20), line.answer()).await;
    assert!(early.is_err() && ward.kept().is_empty(), "it is not kept yet");
    ward.release();
    assert_eq!(line.answer().await, is("AA", "1"));
    assert_eq!(ward.kept(), ["72"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_kept_is_an_error_and_kept_when_it_comes_again() {
    let ward = Ward::new();
    ward.fail(1);
    let mut line = Line::to(&desk(&ward, Bounds::default()));
    let sent = framed(message("1", 72).as_bytes());
    line.send(&sent).await;
    assert_eq!(line.answer().await, is("AE", "1"));
    line.send(&sent).await;
    assert_eq!(line.answer().await, is("AA", "1"));
    assert_eq!(ward.kept(), ["72"]);
}

#[tokio::test(start_paused = true)]
async fn many_in_flight_are_kept_and_answered_in_their_order_each_for_its_own() {
    let ward = Ward::new();
    // The later a message, the sooner it is kept.
    ward.slow_first();
    let mut line = Line::to(&desk(&ward, Bounds { in_flight: 8, ..Bounds::default() }));
    for n in 0..50 {
        line.send(&framed(message(&n.to_string(), n).as_bytes())).await;
    }
    for n in 0..50 {
        assert_eq!(line.answer().await, is("AA", &n.to_string()));
    }
    assert_eq!(ward.begun(), (0..50).map(|n| n.to_string()).collect::<Vec<_>>());
    assert!(ward.most_at_once() > 1 && ward.most_at_once() <= 8, "{}", ward.most_at_once());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_comes_again_is_answered_alike_and_kept_once() {
    let ward = Ward::new();
    let desk = desk(&ward, Bounds::default());
    let sent = framed(message("1", 72).as_bytes());
    ward.hold();
    let (mut one, mut other) = (Line::to(&desk), Line::to(&desk));
    one.send(&[&sent[..], &sent].concat()).await;
    other.send(&sent).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    ward.release();
    assert_eq!(
        [one.answer().await, one.answer().await, other.answer().await],
        [is("AA", "1"), is("AA", "1"), is("AA", "1")]
    );
    // Late, from a connection of its own, and with a new time of sending.
    let late = message("1", 72).replacen("20260301120000", "20260301130000", 1);
    let mut third = Line::to(&desk);
    third.send(&framed(late.as_bytes())).await;
    assert_eq!(third.answer().await, is("AA", "1"));
    assert_eq!(ward.kept(), ["72"]);
    // The control id alone makes no two messages one.
    third.send(&framed(message("1", 73).as_bytes())).await;
    assert_eq!(third.answer().await, is("AA", "1"));
    assert_eq!(ward.kept(), ["72", "73"]);
    // What cannot be read is answered alike too, and set aside once.
    let bad = framed(message("2", 1).replace("|NM|", "|ZZ|").as_bytes());
    third.send(&[&bad[..], &bad].concat()).await;
    assert_eq!([third.answer().await, third.answer().await], [is("AE", "2"), is("AE", "2")]);
    assert_eq!(ward.set_aside(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_goes_away_loses_nothing_that_it_sent_whole() {
    let ward = Ward::new();
    let desk = desk(&ward, Bounds::default());
    ward.hold();
    let mut line = Line::to(&desk);
    line.send(&framed(message("1", 72).as_bytes())).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(line);
    tokio::time::sleep(Duration::from_secs(1)).await;
    ward.release();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(ward.kept(), ["72"]);
    let mut again = Line::to(&desk);
    again.send(&framed(message("1", 72).as_bytes())).await;
    assert_eq!(again.answer().await, is("AA", "1"), "the answer that was lost");
    assert_eq!(ward.kept(), ["72"]);
    // And one that only stops sending still gets its answers.
    let mut half = Line::to(&desk);
    half.send(&framed(message("2", 73).as_bytes())).await;
    half.stream.shutdown().await.unwrap();
    assert_eq!((half.answer().await, half.answer().await), (is("AA", "2"), None));
}

#[tokio::test(start_paused = true)]
async fn what_is_broken_on_the_line_is_named_and_the_next_message_is_read() {
    let ward = Ward::new();
    let mut line = Line::to(&desk(&ward, Bounds { message: 600, ..Bounds::default() }));
    line.send(b"garbage").await;
    line.send(&framed(message("1", 71).as_bytes())).await;
    assert_eq!(line.answer().await, is("AA", "1"));
    let whole = framed(message("2", 72).as_bytes());
    line.send(&whole[..whole.len() / 2]).await;
    line.send(&whole).await;
    assert_eq!(line.answer().await, is("AA", "2"));
    let large = message("3", 73) + &"NTE|1||x\r".repeat(99);
    line.send(&framed(large.as_bytes())).await;
    assert_eq!(line.answer().await, is("AR", "3"), "it is told to its sender by its own id");
    line.send(&framed(b"no message")).await;
    line.send(&framed(b"MSH|^~\\&|A|B|||20260301120000+0000||ACK|9|P|2.6\rMSA|AA|77\r")).await;
    line.send(&framed(message("4", 74).as_bytes())).await;
    assert_eq!(line.answer().await, is("AA", "4"), "an answer is not answered");
    assert_eq!(ward.kept(), ["71", "72", "74"]);
    let noticed = ward.noticed();
    let torn = whole.len() / 2 - 1;
    assert_eq!(
        noticed,
        [Notice::Garbage(7), Notice::Torn(torn), Notice::TooLarge, Notice::NoMessage, Notice::StrayAnswer]
    );
}

#[tokio::test(start_paused = true)]
async fn nobody_holds_a_connection_with_half_a_frame_or_with_deaf_ears() {
    let ward = Ward::new();
    let desk = desk(&ward, Bounds::default());
    let mut slow = Line::to(&desk);
    for byte in b"\x0BMSH|^~\\&|A|B|" {
        slow.send(&[*byte]).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!((slow.answer().await, ward.noticed()), (None, vec![Notice::TooSlow]));
    let (mut deaf, theirs) = duplex(200);
    tokio::spawn(serve(theirs, desk.clone(), None));
    let flood = async {
        for n in 0.. {
            if deaf.write_all(&framed(message(&n.to_string(), n).as_bytes())).await.is_err() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(100), flood).await.unwrap();
    assert_eq!(ward.noticed().last(), Some(&Notice::Deaf));
    // Who is silent between two messages may stay.
    let mut quiet = Line::to(&desk);
    tokio::time::sleep(Duration::from_secs(3600)).await;
    quiet.send(&framed(message("q", 5).as_bytes())).await;
    assert_eq!(quiet.answer().await, is("AA", "q"));
}

#[tokio::test]
async fn nothing_listens_unless_a_site_says_so_and_never_to_others_in_clear() {
    assert!(Listener::open(Door::default()).await.unwrap().is_none(), "off by default");
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0"] {
        let door = Door { address: Some(address.parse().unwrap()), ..Door::default() };
        assert!(matches!(Listener::open(door).await, Err(ListenError::NotLoopback(_))), "{address}");
    }
    let door = Door { address: Some("127.0.0.1:0".parse().unwrap()), connections: 1, ..Door::default() };
    let listener = Listener::open(door).await.unwrap().unwrap();
    let address = listener.address().unwrap();
    let ward = Ward::new();
    let serving = tokio::spawn(listener.serve(desk(&ward, Bounds::default())));
    let mut line = tokio::net::TcpStream::connect(address).await.unwrap();
    line.write_all(&framed(message("1", 72).as_bytes())).await.unwrap();
    let mut frames = Frames::new(1 << 16);
    let mut buffer = [0; 4096];
    let answer = loop {
        let n = line.read(&mut buffer).await.unwrap();
        frames.feed(&buffer[..n]);
        if let Some(Piece::Message(answer)) = frames.next() {
            break ack(&answer);
        }
    };
    assert_eq!(Some(answer), is("AA", "1"));
    let mut second = tokio::net::TcpStream::connect(address).await.unwrap();
    assert!(matches!(second.read(&mut buffer).await, Ok(0) | Err(_)), "one too many");
    assert_eq!(ward.noticed(), [Notice::Full]);
    serving.abort();
    assert!(matches!(line.read(&mut buffer).await, Ok(0) | Err(_)), "closed with its listener");
}
