//! Dependencies of a checkout by relative paths that lead out of the repository, such as `path = "../bencher"`.
//!
//! The checkout lies elsewhere than the working tree, so such a path leads to another place from there. A link in that
//! place leads on to the dependency.

use std::path::{Component, Path, PathBuf};

/// A link that a checkout needs.
#[derive(Debug, PartialEq)]
struct Link {
    /// Where the checkout looks for the dependency.
    from: PathBuf,
    /// Where the dependency is.
    to: PathBuf,
}

/// Makes the links that a checkout needs: `dependencies` are the paths of its dependencies as Cargo reads them there.
/// All links lie in the target directory.
///
/// # Errors
/// Where a path leads out of the target directory, too, or a link cannot be made.
pub(super) fn link(
    dependencies: &[PathBuf],
    checkout: &Path,
    repository: &Path,
    target: &Path,
) -> Result<(), String> {
    for Link { from, to } in links(dependencies, checkout, repository) {
        if !from.starts_with(target) {
            return Err(format!(
                "a package depends on {} by a relative path that leads out of the repository, and from the checkout of the \
                 base, it leads to {}: give an absolute path in Cargo.toml, or compare two built programs with \
                 `--command-a` and `--command-b`",
                to.display(),
                from.display()
            ));
        }
        make(&from, &to).map_err(|error| {
            format!(
                "cannot make a link from {} to {}: {error}",
                from.display(),
                to.display()
            )
        })?;
    }
    Ok(())
}

/// The links to those dependencies that are neither in the checkout nor where it looks for them.
fn links(dependencies: &[PathBuf], checkout: &Path, repository: &Path) -> Vec<Link> {
    let outside = dependencies
        .iter()
        .filter(|path| !path.starts_with(checkout));
    let links = outside.filter_map(|from| {
        let is_there = from.exists() && !from.is_symlink();
        let to = normal(&repository.join(relative(from, checkout)?));
        (!is_there && to.exists()).then(|| Link {
            from: from.clone(),
            to,
        })
    });
    let mut links: Vec<Link> = links.collect();
    links.dedup();
    links
}

/// The way from a folder to a path: as many `..` as lead to a common ancestor, and the rest.
fn relative(path: &Path, folder: &Path) -> Option<PathBuf> {
    let ancestors = folder.ancestors().enumerate();
    let mut ways = ancestors.filter_map(|(up, ancestor)| {
        let rest = path.strip_prefix(ancestor).ok()?;
        let ups = std::iter::repeat_n(Component::ParentDir, up);
        Some(ups.collect::<PathBuf>().join(rest))
    });
    ways.next()
}

/// A path without `..`, as Cargo writes it.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                normal.pop();
            }
            component => normal.push(component),
        }
    }
    normal
}

/// Makes a link, in place of one that an earlier comparison has left.
fn make(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.is_symlink() {
        std::fs::remove_file(from)?;
    }
    if let Some(folder) = from.parent() {
        std::fs::create_dir_all(folder)?;
    }
    #[cfg(unix)]
    return std::os::unix::fs::symlink(to, from);
    #[cfg(windows)]
    return std::os::windows::fs::symlink_dir(to, from);
    #[cfg(not(any(unix, windows)))]
    return Err(std::io::ErrorKind::Unsupported.into());
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A repository with a checkout of it in its target directory, and a dependency beside it.
    struct Place {
        root: tempfile::TempDir,
    }

    impl Place {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            let place = Self { root };
            for folder in ["mine/target/bencher-ab/0123", "dependency", "other"] {
                std::fs::create_dir_all(place.at(folder)).unwrap();
            }
            place
        }

        fn at(&self, path: &str) -> PathBuf {
            self.root.path().canonicalize().unwrap().join(path)
        }

        fn link(&self, dependency: &str) -> Result<(), String> {
            let checkout = self.at("mine/target/bencher-ab/0123");
            let read = normal(&checkout.join(dependency));
            link(
                &[read, checkout.join("member")],
                &checkout,
                &self.at("mine"),
                &self.at("mine/target"),
            )
        }
    }

    #[test]
    fn a_dependency_beside_the_repository_is_found_from_the_checkout() {
        let place = Place::new();
        let seen = place.at("mine/target/bencher-ab/dependency");
        for _ in 0..2 {
            place.link("../dependency").unwrap();
            assert_eq!(seen.canonicalize().unwrap(), place.at("dependency"));
        }
        // A link of an earlier comparison leads elsewhere.
        std::fs::remove_file(&seen).unwrap();
        std::os::unix::fs::symlink(place.at("other"), &seen).unwrap();
        place.link("../dependency").unwrap();
        assert_eq!(seen.canonicalize().unwrap(), place.at("dependency"));
    }

    #[test]
    fn a_package_below_the_top_reaches_the_same_dependency() {
        let place = Place::new();
        place.link("crates/app/../../../dependency").unwrap();
        let seen = place.at("mine/target/bencher-ab/dependency");
        assert_eq!(seen.canonicalize().unwrap(), place.at("dependency"));
    }

    #[test]
    fn no_link_is_made_outside_of_the_target_directory() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let repository = root.join("a/b/mine");
        let (target, dependency) = (repository.join("target"), root.join("dependency"));
        let checkout = target.join("bencher-ab/0123");
        std::fs::create_dir_all(&checkout).unwrap();
        std::fs::create_dir_all(&dependency).unwrap();
        // Three steps up from the checkout lies the working tree.
        let read = normal(&checkout.join("../../../dependency"));
        let error = link(&[read], &checkout, &repository, &target).unwrap_err();
        assert!(
            error.contains(&format!("depends on {} by", dependency.display())),
            "{error}"
        );
        assert!(error.contains("`--command-a`"), "{error}");
        assert!(!repository.join("dependency").exists());
    }

    #[test]
    fn what_is_nowhere_is_left_to_cargo() {
        let place = Place::new();
        assert_eq!(place.link("../missing"), Ok(()));
        assert!(!place.at("mine/target/bencher-ab/missing").exists());
    }
}
