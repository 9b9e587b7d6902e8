//! Raw identifiers go by the name without `r#`, letters of any script as they are.

#![allow(non_camel_case_types)]

use bencher::{ParametrizedSweep, SweepEnum};

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum r#enum {
    r#loop,
    r#match,
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct r#struct<r#mut: bencher::var::SweepValue> {
    #[sweep]
    r#type: r#enum,
    #[sweep(r#default = true)]
    r#fn: bool,
    #[sweep]
    r#where: r#mut,
    #[sweep(bounds(1, 3))]
    größe: u8,
    #[result]
    r#yield: Option<f64>,
}

#[test]
fn names_are_plain() {
    type Sweep = r#struct<bool>;
    let schema = Sweep::SCHEMA;
    assert_eq!(schema.name, "struct");
    let names: Vec<_> = schema.inputs.iter().map(|input| input.name).collect();
    assert_eq!(names, ["type", "fn", "where", "größe"]);
    assert_eq!(schema.results[0].name, "yield");
    let variants: Vec<_> = r#enum::VARIANTS
        .iter()
        .map(|variant| variant.name)
        .collect();
    assert_eq!(variants, ["loop", "match"]);
    let _ = (
        Sweep::TYPE,
        Sweep::FN,
        Sweep::WHERE,
        Sweep::GRÖSSE,
        Sweep::YIELD,
    );
    let sweep = Sweep::baseline().unwrap();
    assert_eq!(
        (sweep.r#type, sweep.r#fn, sweep.r#where),
        (r#enum::r#loop, true, false)
    );
    assert_eq!((sweep.größe, sweep.r#yield), (1, None));
}

#[bencher::bench_sweep(throughput(bytes = r#type))]
fn r#fn(#[sweep(values(1, 2))] r#type: u64, #[result] r#struct: &mut Option<u64>) {
    *r#struct = Some(r#type);
}

#[test]
fn functions_are_named_without_the_prefix() {
    let entries = bencher::runner::entries();
    let names: Vec<String> = entries.iter().map(|entry| entry.name()).collect();
    assert_eq!(names, ["fn"]);
    assert_eq!(
        entries[0].check(&bencher::bench::Settings::default(), Some("type=2")),
        Ok(())
    );
}
