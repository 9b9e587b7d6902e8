//! Catches panics without printing them: a failing sample is data.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, PanicHookInfo, UnwindSafe};
use std::sync::Once;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs `work`. A panic becomes an error with its message and place, and is not printed.
///
/// ```
/// use bencher_core::panics::catch;
/// assert_eq!(catch(|| 7), Ok(7));
/// let text = catch(|| panic!("no such codec")).unwrap_err();
/// assert!(text.ends_with("no such codec"));
/// ```
///
/// # Errors
/// The text of the panic.
pub fn catch<T>(work: impl FnOnce() -> T + UnwindSafe) -> Result<T, String> {
    HOOK.call_once(install_hook);
    let outer = CATCHING.replace(true);
    let caught = panic::catch_unwind(work);
    CATCHING.set(outer);
    caught.map_err(|payload| {
        let message = MESSAGE
            .take()
            .unwrap_or_else(|| payload_text(payload.as_ref()).to_owned());
        // A payload may panic in its own drop; leaking it cannot.
        std::mem::forget(payload);
        message
    })
}

fn install_hook() {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if CATCHING.get() {
            MESSAGE.set(Some(describe(info)));
        } else {
            previous(info);
        }
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let text = payload_text(info.payload());
    match info.location() {
        Some(place) => format!("panicked at {}:{}: {text}", place.file(), place.line()),
        None => format!("panicked: {text}"),
    }
}

fn payload_text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a value that is no text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_text() {
        assert_eq!(catch(|| 7), Ok(7));
        let text = catch(|| panic!("point {}", 17)).unwrap_err();
        assert!(
            text.contains("panics.rs") && text.ends_with("point 17"),
            "{text}"
        );
        let nested = catch(|| catch(|| panic!("inner")).unwrap_err()).unwrap();
        assert!(nested.ends_with("inner"), "{nested}");
    }
}
