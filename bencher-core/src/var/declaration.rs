//! Which types with `#[derive(ParametrizedSweep)]` a program has: their names alone may be those of several.

use std::fmt;

use super::sweep::ParametrizedSweep;

/// A type with `#[derive(ParametrizedSweep)]`; each derive registers one before `main`.
#[derive(Debug)]
pub struct Declaration {
    package: &'static str,
    module: &'static str,
    name: &'static str,
    place: &'static str,
    path: fn() -> &'static str,
}

inventory::collect!(Declaration);

impl Declaration {
    /// The type of this package, module and name, declared at a place of a file; `path` gives a name that holds the
    /// function around it. The derive calls this.
    #[doc(hidden)]
    pub const fn new(
        package: &'static str,
        module: &'static str,
        name: &'static str,
        place: &'static str,
        path: fn() -> &'static str,
    ) -> Self {
        Self {
            package,
            module,
            name,
            place,
            path,
        }
    }
}

/// The declarations of one name in a program, where there are several.
#[derive(Debug)]
pub(crate) struct SameName {
    name: String,
    declarations: Vec<&'static Declaration>,
}

impl SameName {
    /// Those of the name of `S`; `None` where it is the only one.
    pub(crate) fn of<S: ParametrizedSweep>() -> Option<Self> {
        let schema = S::SCHEMA;
        let is_same = |known: &&Declaration| {
            (known.name, known.module, known.package)
                == (schema.name, schema.module, schema.package)
        };
        let mut declarations: Vec<&Declaration> = inventory::iter::<Declaration>
            .into_iter()
            .filter(is_same)
            .collect();
        declarations.sort_by_key(|known| known.place);
        (declarations.len() > 1).then(|| Self {
            name: plain_name::<S>(),
            declarations,
        })
    }

    /// Whether two stand in one function, so that nothing but their places tells them apart.
    pub(crate) fn is_ambiguous(&self) -> bool {
        let mut paths: Vec<&str> = self
            .declarations
            .iter()
            .map(|known| (known.path)())
            .collect();
        paths.sort_unstable();
        paths.windows(2).any(|pair| pair.first() == pair.last())
    }
}

/// The name and the places, as in `demo/demo::Point is declared at src/main.rs:3:10 and at src/main.rs:9:10`.
impl fmt::Display for SameName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<String> = self
            .declarations
            .iter()
            .map(|known| format!("at {}", known.place))
            .collect();
        write!(f, "`{}` is declared {}", self.name, places.join(" and "))
    }
}

/// Package, module, name and type arguments: the identity of a type that is the only one of them.
pub(crate) fn plain_name<S: ParametrizedSweep>() -> String {
    let schema = S::SCHEMA;
    let (package, module, name) = (schema.package, schema.module, schema.name);
    format!("{package}/{module}::{name}{}", S::type_arguments())
}

/// The identity of a sweep's type: package, module, name and type arguments. Where a program has several such types,
/// as local ones of its functions, the function belongs to it.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// assert_eq!(bencher_core::var::sweep_type::<Sorting>(), "examples/examples::Sorting");
/// ```
pub fn sweep_type<S: ParametrizedSweep>() -> String {
    let name = plain_name::<S>();
    if SameName::of::<S>().is_none() {
        return name;
    }
    let path = std::any::type_name::<S>();
    let path = path.split('<').next().unwrap_or(path);
    format!("{name}@{path}")
}
