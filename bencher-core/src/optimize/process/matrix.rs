//! Symmetric matrices and their Cholesky factors, row by row.

#![expect(
    clippy::indexing_slicing,
    reason = "all positions are below the order of the matrix, which its rows have"
)]

/// A square matrix; only its lower triangle is used.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    order: usize,
    cells: Vec<f64>,
}

impl Matrix {
    pub(super) fn zero(order: usize) -> Self {
        Self {
            order,
            cells: vec![0.0; order * order],
        }
    }

    /// The cells of a row up to the diagonal.
    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.cells[row * self.order..=row * self.order + row]
    }

    pub(super) fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.cells[row * self.order..=row * self.order + row]
    }

    /// The lower triangle whose product with its transpose is this matrix; none where that is not positive definite.
    pub(super) fn factored(mut self) -> Option<Factor> {
        let n = self.order;
        for i in 0..n {
            let (above, below) = self.cells.split_at_mut(i * n);
            let row = &mut below[..=i];
            for j in 0..i {
                let other = &above[j * n..=j * n + j];
                let rest = row[j] - dot(&row[..j], &other[..j]);
                row[j] = rest / other[j];
            }
            let rest = row[i] - dot(&row[..i], &row[..i]);
            if !(rest > 0.0 && rest.is_finite()) {
                return None;
            }
            row[i] = rest.sqrt();
        }
        Some(Factor(self))
    }
}

/// A Cholesky factor.
#[derive(Clone, Debug)]
pub(super) struct Factor(Matrix);

impl Factor {
    /// Solves `factor * x = b` in place.
    pub(super) fn forward(&self, b: &mut [f64]) {
        for i in 0..self.0.order.min(b.len()) {
            let row = self.0.row(i);
            b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
        }
    }

    /// Solves `transposed factor * x = b` in place.
    pub(super) fn backward(&self, b: &mut [f64]) {
        for i in (0..self.0.order.min(b.len())).rev() {
            let row = self.0.row(i);
            b[i] /= row[i];
            let x = b[i];
            for (b, cell) in b[..i].iter_mut().zip(row) {
                *b -= cell * x;
            }
        }
    }

    /// Half the logarithm of the determinant of the whole matrix.
    pub(super) fn half_log_determinant(&self) -> f64 {
        (0..self.0.order).map(|i| self.0.row(i)[i].ln()).sum()
    }

    /// The lower triangle of the inverse of the whole matrix.
    pub(super) fn inverse(&self) -> Matrix {
        let n = self.0.order;
        // The inverse of the factor, column by column.
        let mut columns = vec![0.0; n * n];
        for c in 0..n {
            let column = &mut columns[c * n..(c + 1) * n];
            column[c] = 1.0 / self.0.row(c)[c];
            for i in c + 1..n {
                let row = self.0.row(i);
                column[i] = -dot(&row[c..i], &column[c..i]) / row[i];
            }
        }
        let mut inverse = Matrix::zero(n);
        for i in 0..n {
            let (here, row) = (&columns[i * n + i..(i + 1) * n], inverse.row_mut(i));
            for (j, cell) in row.iter_mut().enumerate() {
                *cell = dot(here, &columns[j * n + i..(j + 1) * n]);
            }
        }
        inverse
    }
}

/// The scalar product, in several sums that a processor adds side by side.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let (mut left, mut right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let mut sums = [0.0; LANES];
    for (a, b) in left.by_ref().zip(right.by_ref()) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest = left.remainder().iter().zip(right.remainder());
    sums.iter().sum::<f64>() + rest.map(|(a, b)| a * b).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A textbook example: its factor is [2; 6 1; -8 5 3].
    fn matrix() -> Matrix {
        let mut matrix = Matrix::zero(3);
        let rows = [&[4.0][..], &[12.0, 37.0], &[-16.0, -43.0, 98.0]];
        for (i, row) in rows.iter().enumerate() {
            matrix.row_mut(i).copy_from_slice(row);
        }
        matrix
    }

    #[test]
    fn factor_of_a_known_matrix() {
        let factor = matrix().factored().unwrap();
        let rows: Vec<&[f64]> = (0..3).map(|i| factor.0.row(i)).collect();
        assert_eq!(rows, [&[2.0][..], &[6.0, 1.0], &[-8.0, 5.0, 3.0]]);
        // The determinant is (2 * 1 * 3)^2.
        assert!((factor.half_log_determinant() - 6.0_f64.ln()).abs() < 1e-12);
        let mut b = [1.0, 2.0, 3.0];
        factor.forward(&mut b);
        factor.backward(&mut b);
        // By Cramer's rule: 37 * 98 - 43 * 43 = 1777, and 4 * 37 - 12 * 12 = 4.
        let inverse = factor.inverse();
        assert!((inverse.row(0)[0] - 1777.0 / 36.0).abs() < 1e-9);
        assert!((inverse.row(2)[2] - 4.0 / 36.0).abs() < 1e-12);
        let first = inverse.row(0)[0] + 2.0 * inverse.row(1)[0] + 3.0 * inverse.row(2)[0];
        assert!((b[0] - first).abs() < 1e-9, "{b:?} {first}");
    }

    #[test]
    fn what_is_not_positive_definite_has_no_factor() {
        let mut flat = Matrix::zero(2);
        flat.row_mut(0)[0] = 1.0;
        flat.row_mut(1).copy_from_slice(&[1.0, 1.0]);
        assert!(flat.factored().is_none());
        let mut strange = Matrix::zero(1);
        strange.row_mut(0)[0] = f64::NAN;
        assert!(strange.factored().is_none());
    }

    #[test]
    fn products_of_all_lengths() {
        for n in 0..20_u32 {
            let all: Vec<f64> = (0..n).map(f64::from).collect();
            let sum: u32 = (0..n).map(|x| x * x).sum();
            assert!((dot(&all, &all) - f64::from(sum)).abs() < 1e-9);
        }
    }
}
