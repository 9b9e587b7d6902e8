//! The types with `#[derive(ParametrizedSweep)]` of a program, since several may have one name.

#[cfg(feature = "history")]
use std::collections::BTreeSet;
use std::fmt;

use super::cargo_target::CargoTarget;
use super::schema::Schema;
use super::sweep::ParametrizedSweep;
use super::type_path::{split_name, without_arguments};

/// A type with `#[derive(ParametrizedSweep)]`; each derive registers one before `main`.
#[derive(Debug)]
pub struct Declaration {
    package: &'static str,
    target: CargoTarget,
    module: &'static str,
    name: &'static str,
    place: &'static str,
    #[cfg_attr(
        not(feature = "history"),
        expect(dead_code, reason = "only rules over a history name results")
    )]
    results: &'static [&'static str],
    path: fn() -> &'static str,
}

inventory::collect!(Declaration);

impl Declaration {
    /// The type with this package, module and name, declared at a place in a file, with the names of its own results.
    /// `path` returns a name that includes the function around it. The derive calls this.
    #[doc(hidden)]
    pub const fn new(
        package: &'static str,
        target: CargoTarget,
        module: &'static str,
        name: &'static str,
        place: &'static str,
        results: &'static [&'static str],
        path: fn() -> &'static str,
    ) -> Self {
        Self {
            package,
            target,
            module,
            name,
            place,
            results,
            path,
        }
    }
}

/// The names of the results of all types of the program, whether their sweeps have begun or not. Nested structs are
/// types of their own.
#[cfg(feature = "history")]
pub(crate) fn declared_results() -> BTreeSet<&'static str> {
    let declarations = inventory::iter::<Declaration>.into_iter();
    declarations
        .flat_map(|known| known.results)
        .copied()
        .collect()
}

/// The names of all types of the program that declare a sweep.
#[cfg(feature = "history")]
pub(crate) fn declared_names() -> BTreeSet<&'static str> {
    let declarations = inventory::iter::<Declaration>.into_iter();
    declarations.map(|known| known.name).collect()
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
        let same_name = SameName::of(&schema, &plain_name, split_name(path).0);
        let name = if same_name.is_some() {
            // The plain name has the type arguments.
            format!("{plain_name}@{}", without_arguments(path))
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
    /// Those in the same function: the type itself, and any that only its place distinguishes from it.
    together: Vec<&'static Declaration>,
}

impl SameName {
    /// Those of the name of a schema, whose type is declared in this function; `None` where it is the only one.
    fn of(schema: &Schema, plain_name: &str, function: &str) -> Option<Self> {
        let is_same = |known: &&Declaration| {
            (known.name, known.module, known.package, known.target)
                == (schema.name, schema.module, schema.package, schema.target)
        };
        let mut declarations: Vec<&Declaration> = inventory::iter::<Declaration>
            .into_iter()
            .filter(is_same)
            .collect();
        crate::sort::by_key(&mut declarations, |known| known.place);
        (declarations.len() > 1).then(|| Self {
            name: plain_name.to_owned(),
            together: in_function(&declarations, function),
            declarations,
        })
    }

    /// The name and the places of the types in one function, if nothing but their places tells them apart.
    pub(crate) fn ambiguous(&self) -> Option<String> {
        match self.together.as_slice() {
            [_] => None,
            // A function that is not found may have several.
            [] => Some(self.to_string()),
            together => Some(self.declared(together)),
        }
    }

    fn declared(&self, declarations: &[&Declaration]) -> String {
        let places: Vec<String> = declarations
            .iter()
            .map(|known| format!("at {}", known.place))
            .collect();
        format!("`{}` is declared {}", self.name, places.join(" and "))
    }
}

/// The declarations that stand in a function itself, and not in an item or a closure within.
fn in_function(declarations: &[&'static Declaration], function: &str) -> Vec<&'static Declaration> {
    let inside = |known: &&&'static Declaration| {
        let rest = (known.path)().strip_prefix(function);
        rest.is_some_and(|rest| rest.starts_with("::"))
    };
    // The derive adds the same text to the path of every function, so these paths are the shortest.
    let length = |known: &&'static Declaration| (known.path)().len();
    let inside: Vec<_> = declarations.iter().filter(inside).copied().collect();
    let shortest = inside.iter().map(length).min();
    inside
        .into_iter()
        .filter(|known| Some(length(known)) == shortest)
        .collect()
}

/// The name and the places, as in `demo/demo::Point is declared at src/main.rs:3:10 and at src/main.rs:9:10`.
impl fmt::Display for SameName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.declared(&self.declarations))
    }
}

/// The identity of a sweep's type: package, target, module, name and type arguments. Where a program has several such
/// types, local to different functions, the identity includes the function.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// let name = bencher_core::var::sweep_type::<Sorting>();
/// assert!(name.starts_with("bencher-core (") && name.contains("::Sorting"), "{name}");
/// ```
pub fn sweep_type<S: ParametrizedSweep>() -> String {
    SweepType::of::<S>().name
}
