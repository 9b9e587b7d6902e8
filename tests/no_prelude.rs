//! Expansions name nothing that a prelude brings, nor what a user may have named otherwise.

#![no_implicit_prelude]

/// Names that an expansion might mean by mistake.
#[allow(dead_code, non_camel_case_types)]
mod decoys {
    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct String;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) struct Ok;
    pub(crate) struct Default;
    pub(crate) struct Clone;
    pub(crate) struct Value;
    pub(crate) struct usize;
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod bencher {}
}

mod sweeps {
    #[allow(unused_imports)]
    use super::decoys::*;

    #[allow(clippy::unnecessary_wraps, reason = "a result is to be returned")]
    #[::bencher::bench_sweep(types(T = [u8, u64]), throughput(bytes = 8 * len, items = len))]
    fn measured<T: ::core::marker::Copy>(
        cx: &mut ::bencher::Context<'_>,
        #[sweep(values(1, 2))] len: ::core::primitive::usize,
        #[sweep] algo: Algo,
        #[result] drawn: &mut ::core::option::Option<::core::primitive::u64>,
    ) -> ::bencher::Result<::core::primitive::usize> {
        let _ = algo;
        *drawn = ::core::option::Option::Some(cx.seed());
        ::core::result::Result::Ok(
            ::core::mem::size_of::<T>() * cx.random_vec::<::core::primitive::u8>(len).len(),
        )
    }

    #[derive(::bencher::SweepEnum, ::core::clone::Clone, ::core::marker::Copy)]
    pub(crate) enum Algo {
        Quick,
        Merge,
    }

    #[derive(::bencher::ParametrizedSweep, ::core::clone::Clone)]
    pub(crate) struct Sorting<T: ::bencher::var::SweepValue, const N: u8> {
        #[sweep(bounds(1, 2 + 2), scale = "log", samples = 2, default = 2)]
        pub(crate) len: u64,
        #[sweep]
        pub(crate) algo: Algo,
        #[sweep]
        pub(crate) other: T,
        #[constant("x")]
        pub(crate) label: ::std::string::String,
        pub(crate) plain: ::std::vec::Vec<T>,
        #[result(timed)]
        pub(crate) elapsed: ::core::option::Option<f64>,
    }
}

#[test]
fn expands() {
    use ::bencher::ParametrizedSweep;
    use ::core::{assert, assert_eq};

    type Sorting = sweeps::Sorting<bool, 3>;
    let sorting = ::core::result::Result::unwrap(Sorting::baseline());
    assert_eq!(sorting.len, 2);
    assert!(::core::matches!(sorting.algo, sweeps::Algo::Quick));
    assert!(!sorting.other && sorting.label == "x" && sorting.plain.is_empty());
    assert!(sorting.elapsed.is_none());
    assert!(Sorting::type_arguments() == "<bool, 3>");
    let _ = (Sorting::LEN, Sorting::ALGO, sweeps::Algo::Merge);
}
