use super::*;
use std::fs;
use std::string::{String, ToString};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The text of an error, which names the path once, and no other file of castnet's.
#[track_caller]
fn refused(path: &Path) -> String {
    let message = write(path, b"new").expect_err("an error").to_string();
    let shown = path.display().to_string();
    assert!(!message.contains(".castnet-"), "{message}");
    assert!(!shown.is_empty() || !message.starts_with(':'), "{message}");
    let Some(reason) = message.strip_prefix(&shown) else { panic!("{message}") };
    assert!(shown.is_empty() || !reason.contains(&shown), "{message}");
    assert_eq!(check_writable(path).expect_err("an error").to_string(), message);
    reason.trim_start_matches(": ").to_string()
}

#[test]
fn new_and_anew() {
    let folder = folder();
    let path = folder.path().join("file");
    for bytes in [&b"first"[..], b"", b"second"] {
        check_writable(&path).expect("a path for a file");
        write(&path, bytes).expect("written");
        assert_eq!(read(&path).expect("a file"), bytes);
        assert_eq!(names(folder.path()), ["file"]);
    }
}

#[test]
fn paths_that_are_none() {
    let folder = folder();
    assert_eq!(refused(Path::new("")), "the path is empty: give the path of a file");
    assert_eq!(read(Path::new("")).expect_err("an error").to_string(), "the path is empty: give the path of a file");
    assert_eq!(refused(folder.path()), "it is a folder: give the path of a file");
    assert_eq!(refused(&folder.path().join("..")), "it is a folder: give the path of a file");
    assert_eq!(refused(&folder.path().join("new/")), "it is the path of a folder: give the path of a file");
    let missing = "its folder does not exist: create it first, for example with `std::fs::create_dir_all`";
    assert_eq!(refused(&folder.path().join("no such/file")), missing);
    assert_eq!(refused(&folder.path().join("no/such/file")), missing);
    fs::write(folder.path().join("file"), b"old").expect("a file");
    refused(&folder.path().join("file/below"));
    refused(&folder.path().join("n".repeat(300)));
    assert_eq!(names(folder.path()), ["file"]);
}

/// Even for root, whom the system would let write.
#[test]
fn a_file_that_is_read_only() {
    let folder = folder();
    let path = folder.path().join("file");
    fs::write(&path, b"old").expect("a file");
    let mut permissions = fs::metadata(&path).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("permissions");
    assert_eq!(refused(&path), "it is read-only: allow that it is written, or give another path");
    assert_eq!(read(&path).expect("a file"), b"old");
}

/// New files that nobody has locked are those of processes that were killed. Locked ones are still written.
#[test]
fn files_that_were_left_behind() {
    let folder = folder();
    let path = folder.path().join("file");
    let target = Target::of(&path).expect("a path for a file");
    let living = Temporary::beside(&target).expect("a new file");
    let [living_name] = &names(folder.path())[..] else { panic!("one file") };
    let (beginning, drawn) = living_name.split_at(living_name.len() - 16);
    for others in ["0000000000000000", "0123456789abcdef"] {
        fs::write(folder.path().join([beginning, others].concat()), b"half a fi").expect("a file");
    }
    // Files of other paths, and files of the user.
    let other = Target::of(&folder.path().join("another")).expect("a path for a file");
    let _other = Temporary::beside(&other).expect("a new file");
    let own = [".castnet-notes".to_string(), [beginning, "of mine"].concat(), [beginning, drawn, "0"].concat()];
    own.iter().for_each(|name| fs::write(folder.path().join(name), b"mine").expect("a file"));
    fs::create_dir(folder.path().join([beginning, "1111111111111111"].concat())).expect("a folder");
    assert_eq!(names(folder.path()).len(), 8);

    write(&path, b"new").expect("written");
    let left = names(folder.path());
    assert_eq!(left.len(), 7, "{left:?}");
    assert!(left.contains(living_name) && own.iter().all(|name| left.contains(name)), "{left:?}");
    living.replace(&target, b"newer").expect("the living one is not hurt");
    assert_eq!(read(&path).expect("a file"), b"newer");
}

/// The environment variable that makes the next test the process that is killed.
const CHILD: &str = "CASTNET_TEST_FILE_IN_THE_MAKING";

/// A file of another process stays as long as the process lives, and goes when it has been killed.
#[test]
fn a_process_that_is_killed() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    if let Some(path) = std::env::var_os(CHILD) {
        let _in_the_making = Temporary::beside(&Target::of(Path::new(&path)).expect("a path")).expect("a new file");
        std::println!("begun");
        // Until the process is killed, or the one that started it has ended.
        std::io::stdin().read_line(&mut String::new()).expect("an end");
        return;
    }
    let folder = folder();
    let path = folder.path().join("file");
    let mut child = Command::new(std::env::current_exe().expect("a program"))
        .args(["--exact", "--nocapture", "files::disk::tests::a_process_that_is_killed"])
        .env(CHILD, &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("begun")), "it has begun");
    write(&path, b"new").expect("written");
    assert_eq!(names(folder.path()).len(), 2, "the living process keeps its file");
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_eq!(names(folder.path()).len(), 2, "it leaves its file behind");
    write(&path, b"newer").expect("written");
    assert_eq!(names(folder.path()), ["file"]);
}

/// The new file is removed by somebody who does not see its lock: another one is written, and after some attempts it is an error.
#[test]
fn a_new_file_that_disappears() {
    let folder = folder();
    let path = folder.path().join("file");
    let target = Target::of(&path).expect("a path for a file");
    // Writes while somebody removes the first new files, so many of them, and returns how many there were.
    let write_through = |removed: usize, bytes: &[u8]| {
        let mut count = 0;
        let written = replace(&target, bytes, |_| {
            count += 1;
            let new = names(folder.path()).into_iter().find(|name| name != "file").expect("the new file");
            if count <= removed {
                fs::remove_file(folder.path().join(new)).expect("removed");
            }
        });
        (written, count)
    };
    for removed in 0..ATTEMPTS {
        let bytes = [b'0', u8::try_from(removed).expect("a digit")];
        let (written, count) = write_through(removed, &bytes);
        written.expect("written anew");
        assert_eq!(count, removed + 1);
        assert_eq!(read(&path).expect("a file"), bytes);
    }
    let old = read(&path).expect("a file");
    let (written, count) = write_through(ATTEMPTS, b"newer");
    assert_eq!((written.expect_err("it is gone").kind(), count), (io::ErrorKind::NotFound, ATTEMPTS));
    assert_eq!(read(&path).expect("a file"), old);
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn many_at_once() {
    let folder = folder();
    let path = folder.path().join("file");
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let path = &path;
            scope.spawn(move || (0..50).for_each(|_| write(path, &[thread; 1000]).expect("written")));
        }
    });
    let bytes = read(&path).expect("a file");
    assert!(bytes.len() == 1000 && bytes.iter().all(|byte| *byte == bytes[0]), "one of them, whole");
    assert_eq!(names(folder.path()), ["file"]);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown, symlink};
    use std::os::unix::net::UnixListener;

    #[test]
    fn permissions_stay() {
        let folder = folder();
        let path = folder.path().join("file");
        fs::write(&path, b"old").expect("a file");
        let direct = fs::metadata(&path).expect("a file").mode();
        for mode in [0o600, 0o640, 0o666, 0o755, 0o200] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("permissions");
            write(&path, b"new").expect("written");
            assert_eq!(fs::metadata(&path).expect("a file").mode() & 0o7777, mode);
        }
        write(&folder.path().join("another"), b"new").expect("written");
        let new = fs::metadata(folder.path().join("another")).expect("a file").mode();
        assert_eq!(new, direct, "a new file has the permissions of one that is written directly");

        // Only root may give files away.
        if chown(&path, Some(12345), Some(23456)).is_ok() {
            write(&path, b"new").expect("written");
            let metadata = fs::metadata(&path).expect("a file");
            assert_eq!((metadata.uid(), metadata.gid(), metadata.mode() & 0o7777), (12345, 23456, 0o200));
        }
    }

    #[test]
    fn links_are_followed() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("deep/er")).expect("a folder");
        fs::write(at("deep/target"), b"old").expect("a file");
        symlink("deep/target", at("link")).expect("a link");
        // A chain over a link that is a folder: `..` is the folder above the real one.
        symlink("deep/er", at("short")).expect("a link");
        symlink("../target", at("deep/er/second")).expect("a link");
        symlink("short/second", at("chain")).expect("a link");
        symlink(at("deep/target"), at("absolute")).expect("a link");
        for name in ["link", "chain", "absolute"] {
            write(&at(name), name.as_bytes()).expect("written");
            assert!(fs::symlink_metadata(at(name)).expect("a link").is_symlink());
            assert_eq!(read(&at("deep/target")).expect("a file"), name.as_bytes());
        }
        assert_eq!(names(&at("deep")), ["er", "target"]);

        // A link to a file that does not exist makes it, as writing through it does.
        symlink("deep/new", at("dangling")).expect("a link");
        symlink("dangling", at("dangling chain")).expect("a link");
        write(&at("dangling chain"), b"new").expect("written");
        assert_eq!(read(&at("deep/new")).expect("a file"), b"new");
        assert!(fs::symlink_metadata(at("dangling")).expect("a link").is_symlink());
    }

    #[test]
    fn links_to_nowhere() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        symlink("second", at("first")).expect("a link");
        symlink("first", at("second")).expect("a link");
        assert!(refused(&at("first")).starts_with("Too many levels of symbolic links"));
        symlink("no such/file", at("nowhere")).expect("a link");
        let message = refused(&at("nowhere"));
        assert!(message.starts_with("it is a link to ") && message.contains("its folder does not exist"), "{message}");
        assert_eq!(names(folder.path()), ["first", "nowhere", "second"]);
    }

    #[test]
    fn no_regular_files() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        assert!(std::process::Command::new("mkfifo").arg(at("fifo")).status().expect("mkfifo").success());
        assert_eq!(refused(&at("fifo")), "it is a FIFO, and no regular file: give the path of a file");
        symlink("fifo", at("link")).expect("a link");
        assert_eq!(refused(&at("link")), "it is a FIFO, and no regular file: give the path of a file");
        assert!(fs::symlink_metadata(at("fifo")).expect("a FIFO").file_type().is_fifo());
        let _socket = UnixListener::bind(at("socket")).expect("a socket");
        assert_eq!(refused(&at("socket")), "it is a socket, and no regular file: give the path of a file");
        symlink("/dev/full", at("full")).expect("a link");
        assert_eq!(refused(&at("full")), "it is a device, and no regular file: give the path of a file");
        assert!(fs::metadata("/dev/full").expect("a device").file_type().is_char_device());
        assert_eq!(names(folder.path()), ["fifo", "full", "link", "socket"]);
        // Nothing waits for a writer, and nothing is read without end.
        for (name, kind) in [("fifo", "a FIFO"), ("link", "a FIFO"), ("socket", "a socket"), ("full", "a device")] {
            let reason = read(&at(name)).expect_err("no regular file").error.to_string();
            assert_eq!(reason, std::format!("it is {kind}, and no regular file: give the path of a file"));
        }
        let reason = read(folder.path()).expect_err("a folder").error.to_string();
        assert_eq!(reason, "it is a folder: give the path of a file");
    }

    /// `/dev/stdout` of a program whose output goes to a file is such a path.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_is_open() {
        use std::os::fd::AsRawFd;
        let folder = folder();
        let path = folder.path().join("file");
        let open = fs::File::create(&path).expect("a file");
        let refused = refused(Path::new(&std::format!("/proc/self/fd/{}", open.as_raw_fd())));
        assert_eq!(refused, "it is a file that a process has open: give the path of a file");
    }
}
