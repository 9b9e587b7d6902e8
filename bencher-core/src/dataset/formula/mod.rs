//! Formulas over results and inputs: `bytes / elapsed * 1e-6`.

mod parse;

use std::fmt;

use thiserror::Error;

use crate::var::UnknownName;

/// An arithmetic expression over named numbers.
///
/// It has numbers (`2`, `0.5`, `1e-6`), names, `+ - * / ^`, unary minus, parentheses and functions. A name of a result
/// or a numeric input is a letter or `_`, then letters, digits, `_` and `.`. The functions `abs`, `sqrt`, `exp`, `ln`,
/// `log2`, `log10`, `floor`, `ceil` and `round` (halves away from 0) take one number; `min` and `max` take one or more.
/// `^` binds tightest and from the right, and before a minus: `-2^2` is -4, `2^3^2` is 512. Arithmetic follows IEEE
/// 754: `1/0` is infinite, `0/0` is NaN.
///
/// ```
/// use bencher_core::dataset::Formula;
/// let throughput = Formula::parse("bytes / elapsed * 1e-6")?;
/// assert_eq!(throughput.names(), ["bytes", "elapsed"]);
/// assert_eq!(throughput.evaluate(&[3e6, 2.0]), 1.5);
/// throughput.check(["elapsed", "bytes", "len"])?;
/// let error = throughput.check(["elapse", "bytes"]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "in the formula `bytes / elapsed * 1e-6`, character 9: there is no result or numeric input \
///      `elapsed`; did you mean `elapse`? (known: elapse, bytes)"
/// );
/// # Ok::<(), bencher_core::dataset::FormulaError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    text: String,
    /// The names in the order in which they first appear, each with its first character's place.
    names: Vec<String>,
    places: Vec<usize>,
    /// The expression in postfix order: evaluation needs a stack and no recursion.
    steps: Vec<Instruction>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Instruction {
    Number(f64),
    /// A name by its position.
    Name(usize),
    Negate,
    Binary(Binary),
    Call(Function, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Abs,
    Sqrt,
    Exp,
    Ln,
    Log2,
    Log10,
    Floor,
    Ceil,
    Round,
    Min,
    Max,
}

/// An error in a formula.
///
/// ```
/// use bencher_core::dataset::Formula;
/// let text = |formula: &str| Formula::parse(formula).unwrap_err().to_string();
/// assert_eq!(text("a +"), "in the formula `a +`, character 4: a number, a name or `(` is missing");
/// assert_eq!(
///     text("sqr(a)"),
///     "in the formula `sqr(a)`, character 1: there is no function `sqr`; did you mean `sqrt`? \
///      (known: abs, sqrt, exp, ln, log2, log10, floor, ceil, round, min, max)"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
#[error("in the formula `{formula}`, character {position}: {problem}")]
pub struct FormulaError {
    /// The formula.
    pub formula: String,
    /// The position of the error, in characters from 1.
    pub position: usize,
    /// The problem.
    pub problem: FormulaProblem,
}

/// The problem with a formula.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FormulaProblem {
    /// An operand is missing.
    #[error("a number, a name or `(` is missing")]
    Operand,
    /// A character where an operator or the end must be.
    #[error("`{0}` is here, but an operator or the end is expected")]
    Operator(char),
    /// A parenthesis is never closed.
    #[error("the `(` here is never closed")]
    Unclosed,
    /// Digits that do not form a number.
    #[error("`{0}` is not a number")]
    Number(String),
    /// A function or a name that does not exist.
    #[error(transparent)]
    Unknown(Box<UnknownName>),
    /// A function with the wrong number of arguments.
    #[error("`{function}` takes {takes}, not {given}")]
    Arguments {
        /// The function.
        function: &'static str,
        /// How many it takes.
        takes: &'static str,
        /// How many were given.
        given: usize,
    },
    /// Parentheses or signs that are nested too deeply.
    #[error("more than {0} parentheses, signs and powers are nested")]
    Nested(usize),
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// Where the text is not a formula. The error names the character and the reason.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        parse::Parser::new(text).formula()
    }

    /// The names in it, in the order of their first appearance.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Checks that every name in it is known.
    ///
    /// # Errors
    /// The first unknown name, with the nearest known one.
    pub fn check<'a>(&self, known: impl IntoIterator<Item = &'a str>) -> Result<(), FormulaError> {
        let known: Vec<&str> = known.into_iter().collect();
        for (name, place) in self.names.iter().zip(&self.places) {
            if !known.contains(&name.as_str()) {
                let unknown = UnknownName::new("result or numeric input", name, known);
                return Err(FormulaError {
                    formula: self.text.clone(),
                    position: *place,
                    problem: FormulaProblem::Unknown(unknown.into()),
                });
            }
        }
        Ok(())
    }

    /// Its value, with one number for each of its [`names`](Self::names); NaN where one is missing.
    pub fn evaluate(&self, operands: &[f64]) -> f64 {
        self.run(operands, &mut Vec::new())
    }

    /// Its value, worked out on a stack that many evaluations share.
    pub(super) fn run(&self, operands: &[f64], stack: &mut Vec<f64>) -> f64 {
        stack.clear();
        for step in &self.steps {
            let x = match *step {
                Instruction::Number(x) => x,
                Instruction::Name(index) => operands.get(index).copied().unwrap_or(f64::NAN),
                Instruction::Negate => -pop(stack),
                Instruction::Binary(operator) => {
                    let right = pop(stack);
                    operator.apply(pop(stack), right)
                }
                Instruction::Call(function, arguments) => {
                    let start = stack.len().saturating_sub(arguments);
                    let x = function.apply(stack.get(start..).unwrap_or_default());
                    stack.truncate(start);
                    x
                }
            };
            stack.push(x);
        }
        pop(stack)
    }
}

/// The parser never leaves fewer operands than a step takes.
fn pop(stack: &mut Vec<f64>) -> f64 {
    stack.pop().unwrap_or(f64::NAN)
}

/// The text that the formula was read from.
impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Binary {
    fn apply(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide => left / right,
            Self::Power => left.powf(right),
        }
    }
}

impl Function {
    const ALL: [Self; 11] = [
        Self::Abs,
        Self::Sqrt,
        Self::Exp,
        Self::Ln,
        Self::Log2,
        Self::Log10,
        Self::Floor,
        Self::Ceil,
        Self::Round,
        Self::Min,
        Self::Max,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Abs => "abs",
            Self::Sqrt => "sqrt",
            Self::Exp => "exp",
            Self::Ln => "ln",
            Self::Log2 => "log2",
            Self::Log10 => "log10",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Round => "round",
            Self::Min => "min",
            Self::Max => "max",
        }
    }

    fn apply(self, arguments: &[f64]) -> f64 {
        let x = arguments.first().copied().unwrap_or(f64::NAN);
        match self {
            Self::Abs => x.abs(),
            Self::Sqrt => x.sqrt(),
            Self::Exp => x.exp(),
            Self::Ln => x.ln(),
            Self::Log2 => x.log2(),
            Self::Log10 => x.log10(),
            Self::Floor => x.floor(),
            Self::Ceil => x.ceil(),
            Self::Round => x.round(),
            Self::Min => crate::stats::min(arguments).unwrap_or(x),
            Self::Max => crate::stats::max(arguments).unwrap_or(x),
        }
    }
}
