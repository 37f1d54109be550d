//! Mean, standard deviation, coefficient of variation, and what of A1c a mean would be.

/// The mean of readings and how far they spread around it, kept as they come (Welford 1962), so that long series lose no digits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    n: usize,
    mean: f64,
    squares: f64,
}

impl Spread {
    pub(crate) fn add(&mut self, mg_dl: f64) {
        self.n += 1;
        let off = mg_dl - self.mean;
        self.mean += off / self.n as f64;
        self.squares += off * (mg_dl - self.mean);
    }

    /// How many readings.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Arithmetic mean in mg/dL.
    pub fn mean_mg_dl(&self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    /// Standard deviation of the sample (n - 1) in mg/dL; none of a single reading.
    pub fn sd_mg_dl(&self) -> Option<f64> {
        (self.n > 1).then(|| (self.squares / (self.n - 1) as f64).sqrt())
    }

    /// Coefficient of variation in percent: the standard deviation over the mean.
    pub fn cv_percent(&self) -> Option<f64> {
        Some(100.0 * self.sd_mg_dl()? / self.mean)
    }

    /// Glucose management indicator in percent: 3.31 + 0.02392 x mean in mg/dL (Bergenstal et al., Diabetes Care 2018;41:2275).
    pub fn gmi_percent(&self) -> Option<f64> {
        Some(3.31 + 0.02392 * self.mean_mg_dl()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Spread {
        let mut spread = Spread::default();
        values.iter().for_each(|value| spread.add(*value));
        spread
    }

    #[test]
    fn the_management_indicator_is_that_of_the_published_table() {
        // Bergenstal 2018, table 2.
        for (mean, gmi) in [
            (100.0, 5.7),
            (125.0, 6.3),
            (150.0, 6.9),
            (175.0, 7.5),
            (200.0, 8.1),
            (250.0, 9.3),
            (350.0, 11.7),
        ] {
            let found = of(&[mean]).gmi_percent().unwrap();
            assert!((found - gmi).abs() < 0.05, "{mean}: {found}");
        }
    }

    #[test]
    fn the_deviation_is_that_of_a_sample() {
        let found = of(&[90.0, 110.0, 130.0, 150.0]);
        assert_eq!(found.mean_mg_dl(), Some(120.0));
        assert!((found.sd_mg_dl().unwrap() - (2000.0f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((found.cv_percent().unwrap() - 100.0 * (2000.0f64 / 3.0).sqrt() / 120.0).abs() < 1e-12);
        assert_eq!((of(&[]).mean_mg_dl(), of(&[]).gmi_percent()), (None, None));
        assert_eq!((of(&[100.0]).sd_mg_dl(), of(&[100.0]).cv_percent()), (None, None));
    }
}
