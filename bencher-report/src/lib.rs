//! Everything of bencher that draws and exports.
