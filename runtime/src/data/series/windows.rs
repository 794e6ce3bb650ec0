//! From a time series to data sets of windows.
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::array;
use core::ops::Range;

use nalgebra::Vector1;

use super::{Column, Sequence, Series, SeriesError};
use crate::data::{Dataset, Scaler, first_part};
use crate::flat::Flat;
use crate::network::Network;
use crate::scalar::Scalar;

/// The rule for missing values.
///
/// By every rule, a missing value is never a target, and values that are filled in come from steps up to the end of the window: nothing is
/// known from the future.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// Missing values are an error.
    #[default]
    Refuse,
    /// Windows with a missing value in their input or in their targets are left out.
    Skip,
    /// An input has the last value before the gap (`ffill` of pandas). Windows are left out if there is no value before the gap, and if a
    /// target is missing.
    Previous,
    /// Inputs lie on a straight line between the values before and after the gap. Windows are left out if they end in a gap, because the
    /// value after it lies in their future; if there is no value before the gap; and if a target is missing.
    Interpolate,
}

/// Windows over a [`Series`], to be made into data sets: see [`Series::windows`].
///
/// The network says how long a window is. The input of `input 24x3` are 24 steps of 3 columns, that of `input 24` are 24 steps of one
/// column, or 12 of two. In the same way `dense 6` has 6 steps of one column as its target, and an output of 6x2 has 6 steps of two columns.
/// A window that begins at step `s`, of `l` steps, has the input
///
/// ```text
/// x[s], x[s + 1], ..., x[s + l - 1]
/// ```
///
/// and the targets, of `h` steps, `ahead` steps after its end,
///
/// ```text
/// y[s + l - 1 + ahead], ..., y[s + l - 1 + ahead + h - 1]
/// ```
///
/// ```
/// use castnet::{Gaps, Series, prelude::*};
///
/// network! { Power< input 3x2 => lstm 4 => dense 2 > }
///
/// let wind = [3.0, 4.0, 6.0, 5.0, f64::NAN, 3.0, 2.0, 4.0, 5.0, 7.0];
/// let power = [0.2, 0.4, 0.9, 0.7, 0.6, 0.3, 0.1, 0.4, 0.6, 1.0];
/// let series = Series::from_columns(&[("wind", &wind), ("power", &power)])?;
/// let windows = series.windows().targets(&["power"]).gaps(Gaps::Previous).raw();
/// let split = windows.split::<Power>(0.3)?;
///
/// let [train, test] = &split.parts;
/// assert_eq!(split.steps, [vec![3, 4, 5], vec![7, 8]]);
/// assert_eq!(train.inputs()[2].as_slice(), [6.0, 0.9, 5.0, 0.7, 5.0, 0.6]); // the steps 2, 3, 4
/// assert_eq!(train.targets()[2].as_slice(), [0.3, 0.1]); // the steps 5, 6
/// assert_eq!(test.len(), 2);
/// # Ok::<(), castnet::SeriesError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "no window is made before `split` or `parts`"]
pub struct Windows<'s> {
    series: &'s Series,
    inputs: Vec<String>,
    targets: Vec<String>,
    ahead: usize,
    stride: usize,
    gaps: Gaps,
    is_raw: bool,
}

/// Data sets of windows, in the order of time, and all that a forecast needs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SplitSeries<X: Sequence, Y: Sequence<Scalar = X::Scalar>, const K: usize> {
    /// The windows of each part; the first part is for training.
    pub parts: [Dataset<X, Y>; K],
    /// For each window, the step of its first target: `series.values(column)?[step]` is the target in the units of the series.
    pub steps: [Vec<usize>; K],
    /// The scale of the inputs, with the statistics of the first part.
    pub input_scaler: X::Scaler,
    /// The scale of the targets: [`invert`](Scaler::invert) turns an output of the network into the units of the series.
    pub target_scaler: Y::Scaler,
    /// The last window of the series, scaled, whose targets lie in the future; `None` if it is left out for missing values.
    pub latest: Option<X>,
}

impl<'s> Windows<'s> {
    pub(super) fn new(series: &'s Series) -> Self {
        let all: Vec<String> = series.columns().map(ToString::to_string).collect();
        Self { series, inputs: all.clone(), targets: all, ahead: 1, stride: 1, gaps: Gaps::Refuse, is_raw: false }
    }

    /// The columns of the input, in the order of the values of a step.
    pub fn inputs(self, columns: &[&str]) -> Self {
        Self { inputs: columns.iter().map(ToString::to_string).collect(), ..self }
    }

    /// The columns of the target, in the order of the values of a step.
    pub fn targets(self, columns: &[&str]) -> Self {
        Self { targets: columns.iter().map(ToString::to_string).collect(), ..self }
    }

    /// The first target lies so many steps after the last step of the window: 1, the next step, by default.
    pub fn ahead(self, steps: usize) -> Self {
        Self { ahead: steps, ..self }
    }

    /// From one window to the next it is so many steps: 1 by default. In each part the first target of the first window is as early as it
    /// can be.
    pub fn stride(self, steps: usize) -> Self {
        Self { stride: steps, ..self }
    }

    /// The rule for missing values: [`Gaps::Refuse`] by default.
    pub fn gaps(self, gaps: Gaps) -> Self {
        Self { gaps, ..self }
    }

    /// Values as they are, for a network with the layer `normalize`, or targets that have a scale already; both scalers are the identity.
    pub fn raw(self) -> Self {
        Self { is_raw: true, ..self }
    }

    /// Two parts, the second with this fraction of the steps, at the end: see [`parts`](Self::parts).
    ///
    /// # Errors
    /// A fraction that leaves no step on one side, and the errors of [`parts`](Self::parts).
    pub fn split<N>(&self, fraction: f64) -> Result<SplitSeries<N::Input, N::Output, 2>, SeriesError>
    where
        N: Network<Input: Sequence, Output: Sequence>,
    {
        let steps = self.series.len();
        let first = first_part(steps, fraction).ok_or(SeriesError::Split { steps, fraction })?;
        self.parts::<N, 2>([0, first])
    }

    /// As many parts as there are steps to begin at, such as training, validation and test: `parts::<Net, 3>([0, 200, 250])`. A part ends
    /// where the next one begins, the last one at the end of the series.
    ///
    /// The windows of a part are those whose targets all lie in its steps. A window that has targets in two parts is in neither. So training
    /// sees nothing of the later parts, be it as input or as target; but the inputs of the later parts may reach back into the earlier
    /// ones, because the past is known when a forecast is made.
    ///
    /// Each column is standardized, `x' = (x - mean) / deviation`, with the statistics of its values in the steps of the first part, those
    /// that are not missing. [`raw`](Self::raw) leaves values as they are.
    ///
    /// ```
    /// use castnet::{Series, prelude::*};
    ///
    /// network! { Lags< input 3 => dense 1 > }
    ///
    /// let series = Series::new((0..12).map(f64::from).collect::<Vec<_>>())?;
    /// let split = series.windows().parts::<Lags, 3>([0, 6, 9])?;
    /// assert_eq!(split.steps, [[3, 4, 5], [6, 7, 8], [9, 10, 11]]);
    /// assert_eq!(split.input_scaler.offset[0], 2.5); // the mean of 0 to 5
    ///
    /// let error = series.windows().parts::<Lags, 2>([0, 3]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "part 0 (counted from 0) has no window: none has all of its targets in the steps from 0 to 2: give the part more \
    ///      steps",
    /// );
    /// # Ok::<(), castnet::SeriesError>(())
    /// ```
    ///
    /// # Errors
    /// Columns that the series does not have, or that do not fit the shape of the network's input or output; a stride of 0, targets 0 steps
    /// ahead; steps that are not in rising order; a series that is shorter than a window and its targets; a part without a window; missing
    /// values without a rule; values that are too large for the network's precision.
    pub fn parts<N, const K: usize>(
        &self,
        starts: [usize; K],
    ) -> Result<SplitSeries<N::Input, N::Output, K>, SeriesError>
    where
        N: Network<Input: Sequence, Output: Sequence>,
    {
        let plan = self.plan(&starts, &Port::of::<N::Input>("input"), &Port::of::<N::Output>("target"))?;
        let Plan { window, inputs, targets, latest, .. } = &plan;
        let (input_scaler, target_scaler) = (N::Input::scaler(&scales(inputs)), N::Output::scaler(&scales(targets)));
        let input = |from| sample::<N::Input>(inputs, from).scaled(&input_scaler);
        let steps: [Vec<usize>; K] = array::from_fn(|part| plan.parts.get(part).cloned().unwrap_or_default());
        let samples = steps.each_ref().map(|steps| {
            let inputs: Vec<N::Input> = steps.iter().map(|step| input(step - window.lead())).collect();
            let target = |step: &usize| sample::<N::Output>(targets, *step).scaled(&target_scaler);
            (inputs, steps.iter().map(target).collect::<Vec<N::Output>>())
        });
        for (inputs, targets) in &samples {
            Dataset::check(inputs, targets)?;
        }
        let latest = latest.map(input);
        let parts = samples.map(|(inputs, targets)| Dataset { inputs, targets, weights: Vec::new() });
        Ok(SplitSeries { parts, steps, input_scaler, target_scaler, latest })
    }

    /// The windows of the parts. Nothing here depends on the network's types, so it is compiled once.
    fn plan(&self, starts: &[usize], input: &Port, target: &Port) -> Result<Plan, SeriesError> {
        let columns = |names: &[String]| names.iter().map(|name| self.series.column(name)).collect::<Result<_, _>>();
        let (inputs, targets): (Vec<&Column>, Vec<&Column>) = (columns(&self.inputs)?, columns(&self.targets)?);
        let window = self.window(input.steps(&inputs)?, target.steps(&targets)?)?;
        let steps = self.series.len();
        let in_order = starts.windows(2).all(|pair| matches!(pair, [first, second] if first < second));
        let (Some(&first), true) = (starts.first(), in_order && starts.iter().all(|start| *start < steps)) else {
            return Err(SeriesError::Starts { starts: starts.to_vec(), steps });
        };
        self.check_gaps(&inputs, &targets)?;
        let train = first..starts.get(1).copied().unwrap_or(steps);
        let source = |column: &&Column, gaps| self.source(column, gaps, train.clone());
        let mut plan = Plan {
            window,
            inputs: inputs.iter().map(|column| source(column, self.gaps)).collect::<Result<_, _>>()?,
            targets: targets.iter().map(|column| source(column, Gaps::Skip)).collect::<Result<_, _>>()?,
            parts: Vec::new(),
            latest: None,
        };
        // If the window ends in a gap, interpolation would read a value after the window.
        let ends_in_gap =
            |end: usize| self.gaps == Gaps::Interpolate && inputs.iter().any(|column| is_missing(column, end));
        let is_whole = |from: usize| {
            let range = from..from + window.input;
            !ends_in_gap(range.end - 1) && is_present(&plan.inputs, range)
        };
        plan.latest = Some(steps - window.input).filter(|from| is_whole(*from));
        let ends = starts.iter().skip(1).copied().chain([steps]);
        for (part, (start, end)) in starts.iter().copied().zip(ends).enumerate() {
            let begins = (start.max(window.lead())..(end + 1).saturating_sub(window.horizon)).step_by(self.stride);
            let all = begins.len();
            let is_kept = |step: &usize| {
                is_whole(step - window.lead()) && is_present(&plan.targets, *step..step + window.horizon)
            };
            let kept: Vec<usize> = begins.filter(is_kept).collect();
            if kept.is_empty() {
                return Err(SeriesError::NoWindow { part, from: start, last: end - 1, left_out: all });
            }
            plan.parts.push(kept);
        }
        Ok(plan)
    }

    /// The lengths of a window of so many steps, with so many steps of targets.
    fn window(&self, input: usize, horizon: usize) -> Result<Window, SeriesError> {
        if self.stride == 0 {
            return Err(SeriesError::Stride);
        }
        if self.ahead == 0 {
            return Err(SeriesError::Ahead);
        }
        let (steps, after) = (self.series.len(), (self.ahead - 1).saturating_add(horizon));
        let needed = input.saturating_add(after);
        if needed > steps {
            return Err(SeriesError::Short { steps, needed, input, after });
        }
        Ok(Window { input, ahead: self.ahead, horizon })
    }

    /// Refuses missing values, if they are to be refused.
    fn check_gaps(&self, inputs: &[&Column], targets: &[&Column]) -> Result<(), SeriesError> {
        let columns =
            || self.series.columns.iter().filter(|column| [inputs, targets].iter().any(|used| names(used, column)));
        let missing = |column: &Column| column.values.iter().filter(|value| value.is_nan()).count();
        let first = columns().find_map(|column| Some((column, column.values.iter().position(|value| value.is_nan())?)));
        match first {
            Some((column, step)) if self.gaps == Gaps::Refuse => {
                Err(SeriesError::Missing { column: column.name.clone(), step, missing: columns().map(missing).sum() })
            }
            _ => Ok(()),
        }
    }

    /// A column without its gaps, and its scale.
    fn source(&self, column: &Column, gaps: Gaps, train: Range<usize>) -> Result<Source, SeriesError> {
        let present = column.values.get(train).unwrap_or_default().iter().filter(|value| !value.is_nan());
        let present: Vec<Vector1<f64>> = present.map(|value| Vector1::new(*value)).collect();
        let scale = match self.is_raw {
            true => Scale { offset: 0.0, factor: 1.0 },
            false if present.is_empty() => return Err(SeriesError::NothingPresent { column: column.name.clone() }),
            false => {
                let Scaler { offset, factor } = Scaler::standard(&present);
                Scale { offset: offset.x, factor: factor.x }
            }
        };
        let mut values = column.values.clone();
        match gaps {
            Gaps::Refuse | Gaps::Skip => {}
            Gaps::Previous => repeat_previous(&mut values),
            Gaps::Interpolate => interpolate(&mut values),
        }
        Ok(Source { values, scale })
    }
}

/// Lengths in steps.
#[derive(Clone, Copy)]
struct Window {
    input: usize,
    /// From the last step of the input to the first target.
    ahead: usize,
    horizon: usize,
}

impl Window {
    /// From the first step of the input to the first target.
    fn lead(&self) -> usize {
        self.input - 1 + self.ahead
    }
}

/// The windows of a series.
struct Plan {
    window: Window,
    inputs: Vec<Source>,
    targets: Vec<Source>,
    /// For each part, the first targets of its windows.
    parts: Vec<Vec<usize>>,
    /// The first step of the last window of the series.
    latest: Option<usize>,
}

/// A column as windows read it: NaN where a value is missing after the rule for missing values.
struct Source {
    values: Vec<f64>,
    scale: Scale,
}

/// `x' = (x - offset) * factor`.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub(super) offset: f64,
    pub(super) factor: f64,
}

/// The shape of a network's input or output.
struct Port {
    what: &'static str,
    channels: usize,
    positions: usize,
}

impl Port {
    fn of<A: Sequence>(what: &'static str) -> Self {
        Self { what, channels: A::CHANNELS, positions: A::POSITIONS }
    }

    /// How many steps of these columns it has.
    fn steps(&self, columns: &[&Column]) -> Result<usize, SeriesError> {
        let &Self { what, channels: expected, positions } = self;
        let found = columns.len();
        let names = || columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
        match positions {
            1 if found > 0 && expected.is_multiple_of(found) => Ok(expected / found),
            1 => Err(SeriesError::Vector { what, found, columns: names(), expected }),
            _ if found == expected => Ok(positions),
            _ => Err(SeriesError::Columns { what, found, columns: names(), expected }),
        }
    }
}

fn names(columns: &[&Column], column: &Column) -> bool {
    columns.iter().any(|used| used.name == column.name)
}

fn is_missing(column: &Column, step: usize) -> bool {
    column.values.get(step).is_none_or(|value| value.is_nan())
}

/// Whether all columns have a value at all of these steps.
fn is_present(sources: &[Source], steps: Range<usize>) -> bool {
    sources
        .iter()
        .all(|source| source.values.get(steps.clone()).is_some_and(|values| !values.iter().any(|x| x.is_nan())))
}

fn scales(sources: &[Source]) -> Vec<Scale> {
    sources.iter().map(|source| source.scale).collect()
}

/// The values from a step on, as many as the sample has: step by step, column by column.
fn sample<A: Flat>(sources: &[Source], from: usize) -> A {
    let mut sample = A::zeroed();
    let values =
        (from..from + A::LEN).flat_map(|step| sources.iter().filter_map(move |source| source.values.get(step)));
    sample.as_flat_mut().iter_mut().zip(values).for_each(|(value, &read)| *value = A::Scalar::from_f64(read));
    sample
}

/// Missing values become the last one before them.
fn repeat_previous(values: &mut [f64]) {
    let mut last = f64::NAN;
    for value in values {
        match value.is_nan() {
            true => *value = last,
            false => last = *value,
        }
    }
}

/// Missing values between two others come to lie on the line between them.
fn interpolate(values: &mut [f64]) {
    let present: Vec<(usize, f64)> = values.iter().copied().enumerate().filter(|(_, value)| !value.is_nan()).collect();
    for pair in present.windows(2) {
        let &[(from, first), (to, second)] = pair else { continue };
        let gap = values.iter_mut().enumerate().take(to).skip(from + 1);
        gap.for_each(|(step, value)| {
            let share = (step - from) as f64 / (to - from) as f64;
            *value = first * (1.0 - share) + second * share;
        });
    }
}
