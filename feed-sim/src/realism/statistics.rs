//! Estimators over plain series. What cannot be estimated is not a number.

use crate::flow::arithmetic::{count, real};

/// A length as a float.
pub fn length(series: &[f64]) -> f64 {
    real(series.len() as u64)
}

/// The mean.
pub fn mean(series: &[f64]) -> f64 {
    series.iter().sum::<f64>() / length(series)
}

/// The variance, by the number of values.
pub fn variance(series: &[f64]) -> f64 {
    let mean = mean(series);
    series
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum::<f64>()
        / length(series)
}

/// The fourth moment over the squared variance: 3 for a normal distribution.
pub fn kurtosis(series: &[f64]) -> f64 {
    let mean = mean(series);
    let fourth = series
        .iter()
        .map(|value| (value - mean).powi(4))
        .sum::<f64>()
        / length(series);
    fourth / variance(series).powi(2)
}

/// The autocorrelation at a lag.
pub fn autocorrelation(series: &[f64], lag: usize) -> f64 {
    if series.len() <= lag + 1 {
        return f64::NAN;
    }
    let mean = mean(series);
    let later = &series[lag..];
    let products = series
        .iter()
        .zip(later)
        .map(|(a, b)| (a - mean) * (b - mean));
    products.sum::<f64>() / (variance(series) * length(series))
}

/// The mean autocorrelation over lags `from..=to`.
pub fn mean_autocorrelation(series: &[f64], from: usize, to: usize) -> f64 {
    let lags: Vec<f64> = (from..=to)
        .map(|lag| autocorrelation(series, lag))
        .collect();
    mean(&lags)
}

/// The correlation of two series of one length.
pub fn correlation(first: &[f64], second: &[f64]) -> f64 {
    let (mean_first, mean_second) = (mean(first), mean(second));
    let products = first
        .iter()
        .zip(second)
        .map(|(a, b)| (a - mean_first) * (b - mean_second));
    products.sum::<f64>() / length(first) / (variance(first) * variance(second)).sqrt()
}

/// The same series, sorted.
pub fn sorted(mut series: Vec<f64>) -> Vec<f64> {
    series.sort_by(f64::total_cmp);
    series
}

/// The median; of an even number, the mean of both middle values.
pub fn median(series: Vec<f64>) -> f64 {
    let sorted = sorted(series);
    if sorted.is_empty() {
        return f64::NAN;
    }
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    }
}

/// Hill's tail exponent over the largest `share` of positive values.
pub fn hill(values: Vec<f64>, share: f64) -> f64 {
    let sorted = sorted(values);
    let tail = usize::try_from(count(length(&sorted) * share)).unwrap_or(0);
    if tail < 2 || tail >= sorted.len() {
        return f64::NAN;
    }
    let threshold = sorted[sorted.len() - tail - 1];
    if threshold <= 0.0 {
        return f64::NAN;
    }
    let logs = sorted[sorted.len() - tail..]
        .iter()
        .map(|value| (value / threshold).ln());
    real(tail as u64) / logs.sum::<f64>()
}

/// The slope of the straight line through points, by least squares with these weights.
pub fn slope(points: &[(f64, f64, f64)]) -> f64 {
    let weight: f64 = points.iter().map(|(.., weight)| weight).sum();
    let mean_x = points.iter().map(|(x, _, w)| x * w).sum::<f64>() / weight;
    let mean_y = points.iter().map(|(_, y, w)| y * w).sum::<f64>() / weight;
    let across = points
        .iter()
        .map(|(x, y, w)| w * (x - mean_x) * (y - mean_y));
    let spread = points.iter().map(|(x, _, w)| w * (x - mean_x).powi(2));
    across.sum::<f64>() / spread.sum::<f64>()
}

/// Detrended fluctuation analysis of first order: the slope of log fluctuation on log window.
pub fn detrended_fluctuation(series: &[f64]) -> f64 {
    const WINDOW_MIN: usize = 10;
    let mean = mean(series);
    let mut sum = 0.0;
    let profile: Vec<f64> = series
        .iter()
        .map(|value| {
            sum += value - mean;
            sum
        })
        .collect();
    let mut points = Vec::new();
    let mut window = WINDOW_MIN;
    while window <= series.len() / 10 {
        let squares: f64 = profile.chunks_exact(window).map(residual).sum();
        let used = real((profile.len() / window * window) as u64);
        let fluctuation = (squares / used).sqrt();
        points.push((real(window as u64).ln(), fluctuation.ln(), 1.0));
        window = window * 5 / 4 + 1;
    }
    slope(&points)
}

/// Sum of squares of what a straight line leaves of a window.
fn residual(window: &[f64]) -> f64 {
    let points: Vec<(f64, f64, f64)> = window
        .iter()
        .enumerate()
        .map(|(place, value)| (real(place as u64), *value, 1.0))
        .collect();
    let tilt = slope(&points);
    let mean_x = (length(window) - 1.0) / 2.0;
    let mean_y = mean(window);
    points
        .iter()
        .map(|(x, y, _)| (y - mean_y - tilt * (x - mean_x)).powi(2))
        .sum()
}

/// The exponent of decay of the autocorrelation over lags `from..=to`, from means over growing bins of lags.
pub fn decay_exponent(series: &[f64], from: usize, to: usize) -> f64 {
    let mut points = Vec::new();
    let mut start = from;
    while start < to {
        let end = (start * 3 / 2).max(start + 1).min(to);
        let level = mean_autocorrelation(series, start, end);
        let middle = real((start * end) as u64).sqrt();
        if level > 0.0 {
            points.push((middle.ln(), level.ln(), 1.0));
        }
        start = end + 1;
    }
    if points.len() < 3 {
        return f64::NAN;
    }
    -slope(&points)
}

/// The branching ratio by the variance of counts: 1 - sqrt(mean / variance).
pub fn branching_ratio(counts: &[f64]) -> f64 {
    1.0 - (mean(counts) / variance(counts)).sqrt()
}

/// The variance of sums over `span` values, over `span` variances of one value.
pub fn variance_ratio(series: &[f64], span: usize) -> f64 {
    let sums: Vec<f64> = series
        .windows(span)
        .map(|window| window.iter().sum())
        .collect();
    variance(&sums) / (variance(series) * real(span as u64))
}

#[cfg(test)]
mod tests {
    //! Against values worked out by hand, and series whose figures are known.

    use super::*;
    use crate::flow::Stream;

    fn close(value: f64, wanted: f64, within: f64) {
        assert!((value - wanted).abs() <= within, "{value}, not {wanted}");
    }

    #[test]
    fn moments_are_as_worked_out_by_hand() {
        let series = [1.0, 2.0, 3.0, 4.0];

        close(variance(&series), 1.25, 1e-12);
        close(kurtosis(&series), 1.64, 1e-12);
        close(autocorrelation(&series, 1), 0.25, 1e-12);
        close(median(vec![4.0, 1.0, 3.0]), 3.0, 0.0);
        close(median(vec![4.0, 1.0, 3.0, 2.0]), 2.5, 0.0);
        close(correlation(&series, &[2.0, 4.0, 6.0, 8.0]), 1.0, 1e-12);
    }

    #[test]
    fn coin_tosses_have_no_memory() {
        let mut stream = Stream::named(1, "coin");
        let tosses: Vec<f64> = (0..20_000)
            .map(|_| if stream.once_in(2) { 1.0 } else { -1.0 })
            .collect();

        close(detrended_fluctuation(&tosses), 0.5, 0.04);
        close(autocorrelation(&tosses, 1), 0.0, 0.03);
        close(variance_ratio(&tosses, 10), 1.0, 0.1);
    }

    #[test]
    fn a_pareto_tail_has_its_exponent() {
        let mut stream = Stream::named(1, "tail");
        let values = (0..100_000)
            .map(|_| stream.uniform().powf(-1.0 / 1.5))
            .collect();

        close(hill(values, 0.05), 1.5, 0.1);
    }

    #[test]
    fn a_poisson_process_has_no_branching() {
        let mut stream = Stream::named(1, "counts");
        let mut counts = vec![0.0; 10_000];
        for _ in 0..200_000 {
            counts[usize::try_from(stream.below(10_000)).expect("small")] += 1.0;
        }

        close(branching_ratio(&counts), 0.0, 0.02);
    }
}
