//! Distinguishes environmental errors (no permission, no space, too many open files) from errors in the files' content.
//! Only the latter are damage.

use std::error::Error;
use std::io::{self, ErrorKind};

/// Whether an error, or one that it wraps, speaks of the surroundings.
pub(super) fn is_shortage(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return of_system(error);
        }
        next = error.source();
    }
    is_shortage_text(&error.to_string())
}

/// Whether a text, such as that of a panic, wraps an error of the surroundings.
pub(super) fn is_shortage_text(text: &str) -> bool {
    let numbers = ["os error ", "code: "].into_iter().flat_map(|before| {
        text.match_indices(before)
            .filter_map(|(at, _)| text.get(at + before.len()..))
    });
    let mut codes = numbers.filter_map(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest.get(..digits)?.parse().ok()
    });
    codes.any(|code| of_system(&io::Error::from_raw_os_error(code)))
}

/// Whether the system refused; it did not where it only found other files than were expected.
fn of_system(error: &io::Error) -> bool {
    if let Some(inner) = error.get_ref() {
        return is_shortage(inner) || is_refusal(error.kind());
    }
    if error.raw_os_error().is_none() {
        return is_refusal(error.kind());
    }
    !matches!(
        error.kind(),
        ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::DirectoryNotEmpty
            | ErrorKind::AlreadyExists
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidData
            | ErrorKind::InvalidFilename
            | ErrorKind::UnexpectedEof
    )
}

/// Kinds of errors that only the surroundings have, also where no number of the system is known.
fn is_refusal(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::OutOfMemory
            | ErrorKind::WouldBlock
            | ErrorKind::TimedOut
            | ErrorKind::Interrupted
            | ErrorKind::ResourceBusy
            | ErrorKind::StaleNetworkFileHandle
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn shortages_are_known_however_they_are_wrapped() {
        let shortages = [
            libc::EMFILE,
            libc::ENFILE,
            libc::EAGAIN,
            libc::EACCES,
            libc::EPERM,
            libc::ENOSPC,
            libc::EDQUOT,
            libc::EROFS,
            libc::EIO,
            libc::ENOMEM,
        ];
        let others = [libc::ENOENT, libc::ENOTDIR, libc::EISDIR, libc::EINVAL];
        let all = shortages.iter().map(|code| (*code, true));
        for (code, expected) in all.chain(others.iter().map(|code| (*code, false))) {
            let error = || io::Error::from_raw_os_error(code);
            assert_eq!(is_shortage(&error()), expected, "{code}");
            let wrapped = io::Error::other(error());
            assert_eq!(is_shortage(&wrapped), expected, "{code} in another");
            let panic = format!("called `Result::unwrap()` on an `Err` value: {:?}", error());
            assert_eq!(is_shortage_text(&panic), expected, "{panic}");
            let text = format!("Storage(Io({}))", error());
            assert_eq!(is_shortage_text(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_the_content_says_is_no_shortage() {
        for text in [
            "LsmTreeError: Unrecoverable",
            "assertion failed: code: none",
            "os error",
            "InvalidTag((\"JournalMarkerTag\", 24))",
        ] {
            assert!(!is_shortage_text(text), "{text}");
        }
        assert!(!is_shortage(&io::Error::from(ErrorKind::UnexpectedEof)));
        assert!(is_shortage(&io::Error::from(ErrorKind::PermissionDenied)));
    }
}
