//! A real browser without a window.

use std::path::Path;
use std::process::Command;

/// The page after its scripts have run, and what they said on the console.
pub(crate) fn render(page: &Path) -> (String, String) {
    let browser = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok())
        .expect("this test needs a browser: apt-get install chromium");
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            // Whether a machine without a graphics card has WebGL depends on the version of the browser.
            "--disable-3d-apis",
            "--disable-background-networking",
            "--enable-logging=stderr",
            "--virtual-time-budget=20000",
            "--window-size=1280,4000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let console: Vec<&str> = errors
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .collect();
    (
        String::from_utf8(output.stdout).unwrap(),
        console.join("\n"),
    )
}
