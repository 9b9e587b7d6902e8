//! The types with `#[derive(ParametrizedSweep)]` of a program, since several may have one name.

use std::fmt;

use super::cargo_target::CargoTarget;
use super::schema::Schema;
use super::sweep::ParametrizedSweep;

/// A type with `#[derive(ParametrizedSweep)]`; each derive registers one before `main`.
#[derive(Debug)]
pub struct Declaration {
    package: &'static str,
    target: CargoTarget,
    module: &'static str,
    name: &'static str,
    place: &'static str,
    path: fn() -> &'static str,
}

inventory::collect!(Declaration);

impl Declaration {
    /// The type with this package, module and name, declared at a place in a file. `path` returns a name that includes
    /// the function around it. The derive calls this.
    #[doc(hidden)]
    pub const fn new(
        package: &'static str,
        target: CargoTarget,
        module: &'static str,
        name: &'static str,
        place: &'static str,
        path: fn() -> &'static str,
    ) -> Self {
        Self {
            package,
            target,
            module,
            name,
            place,
            path,
        }
    }
}

/// The type-erased description of a type.
#[derive(Clone, Debug)]
pub(crate) struct SweepType {
    pub(crate) schema: Schema,
    /// The name under which its samples are stored.
    pub(crate) name: String,
    /// The name under which they were stored before another type had the same name.
    pub(crate) plain_name: String,
    /// The declarations of its name, where there are several.
    pub(crate) same_name: Option<SameName>,
}

impl SweepType {
    pub(crate) fn of<S: ParametrizedSweep>() -> Self {
        Self::new(S::SCHEMA, S::type_arguments(), std::any::type_name::<S>())
    }

    fn new(schema: Schema, arguments: String, path: &str) -> Self {
        let package = schema.target.of_package(schema.package);
        let (module, name) = (schema.module, schema.name);
        let plain_name = format!("{package}/{module}::{name}{arguments}");
        let same_name = SameName::of(&schema, &plain_name);
        let name = if same_name.is_some() {
            // The path without its type arguments, which the plain name has.
            let path = path.split('<').next().unwrap_or(path);
            format!("{plain_name}@{path}")
        } else {
            plain_name.clone()
        };
        Self {
            schema,
            name,
            plain_name,
            same_name,
        }
    }
}

/// The declarations of one name in a program, where there are several.
#[derive(Clone, Debug)]
pub(crate) struct SameName {
    name: String,
    declarations: Vec<&'static Declaration>,
}

impl SameName {
    /// Those of the name of a schema; `None` where it is the only one.
    fn of(schema: &Schema, plain_name: &str) -> Option<Self> {
        let is_same = |known: &&Declaration| {
            (known.name, known.module, known.package, known.target)
                == (schema.name, schema.module, schema.package, schema.target)
        };
        let mut declarations: Vec<&Declaration> = inventory::iter::<Declaration>
            .into_iter()
            .filter(is_same)
            .collect();
        declarations.sort_by_key(|known| known.place);
        (declarations.len() > 1).then(|| Self {
            name: plain_name.to_owned(),
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

/// The identity of a sweep's type: package, target, module, name and type arguments. Where a program has several such types,
/// local to different functions, the identity includes the function.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// let name = bencher_core::var::sweep_type::<Sorting>();
/// assert!(name.starts_with("bencher-core (") && name.contains("::Sorting"), "{name}");
/// ```
pub fn sweep_type<S: ParametrizedSweep>() -> String {
    SweepType::of::<S>().name
}
