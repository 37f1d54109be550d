//! What the desktop says of itself, by logind on Linux: that it was locked, and that the machine is about to sleep. While a station
//! watches it asks that the machine does not.
//!
//! Where there is no logind nothing of this happens: a machine that slept is noticed by the jump of its clock
//! (`Console::look_at_the_seat`).

use std::sync::Arc;
use std::time::Duration;

use console::Away;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedFd, OwnedObjectPath};

/// A bus that is not there is asked for again after so long.
const AGAIN: Duration = Duration::from_secs(60);
/// The page has so long to be emptied before the machine sleeps.
const EMPTIED: Duration = Duration::from_millis(700);

const LOGIND: &str = "org.freedesktop.login1";
const MANAGER: &str = "/org/freedesktop/login1";

/// Locks the station with the desktop, and before the machine sleeps; until the program ends. `lock` is told why.
pub(crate) fn follow(lock: impl Fn(Away) + Send + Sync + 'static) {
    let lock: Arc<dyn Fn(Away) + Send + Sync> = Arc::new(lock);
    let work = move || {
        loop {
            let followed = Connection::system().and_then(|bus| follow_at(&bus, &lock));
            if let Err(why) = followed {
                tracing::info!(%why, "the desktop's lock is not followed: there is no logind");
            }
            std::thread::sleep(AGAIN);
        }
    };
    if std::thread::Builder::new().name("logind".into()).spawn(work).is_err() {
        tracing::warn!("the desktop's lock is not followed");
    }
}

/// Follows one bus for as long as it stands.
fn follow_at(bus: &Connection, lock: &Arc<dyn Fn(Away) + Send + Sync>) -> zbus::Result<()> {
    let manager = Proxy::new(bus, LOGIND, MANAGER, "org.freedesktop.login1.Manager")?;
    let sleeps = manager.receive_signal("PrepareForSleep")?;
    let session = Proxy::new(bus, LOGIND, session(bus, &manager)?, "org.freedesktop.login1.Session")?;
    let locks = session.receive_signal("Lock")?;
    let lock_too = lock.clone();
    std::thread::Builder::new().name("logind-lock".into()).spawn(move || {
        for _ in locks {
            lock_too(Away::Desktop);
        }
    })?;
    // A desktop that locks by itself, by its own keys or when nobody is there, says so by this alone.
    let (hints, lock_too) = (session.receive_property_changed::<bool>("LockedHint"), lock.clone());
    std::thread::Builder::new().name("logind-hint".into()).spawn(move || {
        for hint in hints {
            if hint.get().unwrap_or(false) {
                lock_too(Away::Desktop);
            }
        }
    })?;
    // Another seat or terminal is in front: whoever comes back to this one is not who left it.
    let (actives, lock_too) = (session.receive_property_changed::<bool>("Active"), lock.clone());
    std::thread::Builder::new().name("logind-active".into()).spawn(move || {
        for active in actives {
            if !active.get().unwrap_or(true) {
                lock_too(Away::Desktop);
            }
        }
    })?;
    // Held until the program ends: nobody is watched by a machine that sleeps.
    let _awake = inhibit(&manager, "block");
    let mut delay = inhibit(&manager, "delay");
    for signal in sleeps {
        let begins: bool = signal.body().deserialize()?;
        if begins {
            lock(Away::Asleep);
            std::thread::sleep(EMPTIED);
            // From here on the machine may sleep.
            delay = None;
        } else if delay.is_none() {
            delay = inhibit(&manager, "delay");
        }
    }
    drop(delay);
    Ok(())
}

/// The session that this program is seen in: its own, or that of the person's desktop where it runs as one of their services.
fn session(bus: &Connection, manager: &Proxy) -> zbus::Result<OwnedObjectPath> {
    let own = (std::process::id(),);
    if let Ok(session) = manager.call("GetSessionByPID", &own) {
        return Ok(session);
    }
    let user: OwnedObjectPath = manager.call("GetUserByPID", &own)?;
    let user = Proxy::new(bus, LOGIND, user, "org.freedesktop.login1.User")?;
    let (_, session): (String, OwnedObjectPath) = user.get_property("Display")?;
    Ok(session)
}

/// Asks that the machine does not sleep, or not before this program had a moment. It is so for as long as the answer is held.
fn inhibit(manager: &Proxy, mode: &str) -> Option<OwnedFd> {
    let why = "Vigil watches patients";
    let held: zbus::Result<OwnedFd> = manager.call("Inhibit", &("sleep", "Vigil", why, mode));
    held.inspect_err(|why| tracing::warn!(mode, %why, "sleep is not held off")).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::os::fd::AsFd;
    use std::process::{Child, Command, Stdio};
    use std::sync::mpsc;

    use zbus::blocking::connection::Builder;
    use zbus::object_server::SignalEmitter;

    use super::*;

    /// A bus of this test's own.
    struct Bus(Child, String);

    impl Drop for Bus {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    impl Bus {
        fn start() -> Bus {
            let mut bus = Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--print-address"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("dbus-daemon is installed with every desktop");
            let mut address = String::new();
            BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
            Bus(bus, address.trim().to_owned())
        }

        fn builder(&self) -> Builder<'static> {
            Builder::address(self.1.as_str()).unwrap()
        }
    }

    struct Manager {
        /// What was asked for, each with an end of a pipe that closes when it is given up.
        asked: mpsc::Sender<(String, std::io::PipeReader)>,
    }

    #[zbus::interface(name = "org.freedesktop.login1.Manager")]
    impl Manager {
        #[zbus(name = "GetSessionByPID")]
        fn session(&self, pid: u32) -> OwnedObjectPath {
            assert_eq!(pid, std::process::id());
            OwnedObjectPath::try_from("/org/freedesktop/login1/session/_32").unwrap()
        }

        #[zbus(name = "Inhibit")]
        fn hold(&self, what: &str, who: &str, _why: &str, mode: &str) -> OwnedFd {
            let (end, held) = std::io::pipe().unwrap();
            self.asked.send((format!("{who} {what} {mode}"), end)).unwrap();
            OwnedFd::from(held.as_fd().try_clone_to_owned().unwrap())
        }

        #[zbus(signal)]
        async fn prepare_for_sleep(emitter: &SignalEmitter<'_>, begins: bool) -> zbus::Result<()>;
    }

    /// Whether it is in front.
    struct Session(bool);

    #[zbus::interface(name = "org.freedesktop.login1.Session")]
    impl Session {
        #[zbus(property)]
        fn active(&self) -> bool {
            self.0
        }

        #[zbus(signal)]
        async fn lock(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
    }

    #[test]
    fn a_station_locks_with_the_desktop_and_before_the_machine_sleeps_and_asks_it_not_to() {
        let bus = Bus::start();
        let (asked, asks) = mpsc::channel();
        let desktop = bus
            .builder()
            .serve_at(MANAGER, Manager { asked })
            .unwrap()
            .serve_at("/org/freedesktop/login1/session/_32", Session(true))
            .unwrap()
            .name(LOGIND)
            .unwrap()
            .build()
            .unwrap();
        let (locked, locks) = mpsc::channel();
        let lock: Arc<dyn Fn(Away) + Send + Sync> = Arc::new(move |why| locked.send(why).unwrap());
        let station = bus.builder().build().unwrap();
        std::thread::spawn(move || follow_at(&station, &lock));

        let patience = Duration::from_secs(20);
        let held: Vec<(String, std::io::PipeReader)> =
            (0..2).map(|_| asks.recv_timeout(patience).expect("it asks to stay awake")).collect();
        let names: Vec<&str> = held.iter().map(|(what, _)| what.as_str()).collect();
        assert_eq!(names, ["Vigil sleep block", "Vigil sleep delay"]);

        let session = desktop.object_server().interface::<_, Session>("/org/freedesktop/login1/session/_32");
        let session = session.unwrap();
        zbus::block_on(Session::lock(session.signal_emitter())).unwrap();
        assert_eq!(locks.recv_timeout(patience), Ok(Away::Desktop));
        // Another terminal comes to the front.
        session.get_mut().0 = false;
        zbus::block_on(session.get().active_changed(session.signal_emitter())).unwrap();
        assert_eq!(locks.recv_timeout(patience), Ok(Away::Desktop));

        let manager = desktop.object_server().interface::<_, Manager>(MANAGER).unwrap();
        zbus::block_on(Manager::prepare_for_sleep(manager.signal_emitter(), true)).unwrap();
        assert_eq!(locks.recv_timeout(patience), Ok(Away::Asleep));
        // The machine waits until the page is empty, which ends what it waited for.
        let mut held = held.into_iter();
        let (_awake, (_, mut delay)) = (held.next().unwrap(), held.next().unwrap());
        assert_eq!(std::io::Read::read(&mut delay, &mut [0]).unwrap(), 0, "given up");
        zbus::block_on(Manager::prepare_for_sleep(manager.signal_emitter(), false)).unwrap();
        assert_eq!(asks.recv_timeout(patience).expect("it asks anew").0, "Vigil sleep delay");
    }
}
