//! The derives of bencher.
