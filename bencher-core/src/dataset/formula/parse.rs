//! Precedence climbing over characters, straight into postfix order.

use crate::var::UnknownName;

use super::{Binary, Formula, FormulaError, FormulaProblem, Function, Instruction};

/// How many parentheses, signs and powers may stand inside each other: recursion goes no deeper.
const DEPTH: usize = 64;

pub(super) struct Parser {
    text: String,
    characters: Vec<char>,
    at: usize,
    depth: usize,
    names: Vec<String>,
    places: Vec<usize>,
    steps: Vec<Instruction>,
}

impl Parser {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            characters: text.chars().collect(),
            at: 0,
            depth: 0,
            names: Vec::new(),
            places: Vec::new(),
            steps: Vec::new(),
        }
    }

    pub(super) fn formula(mut self) -> Result<Formula, FormulaError> {
        self.sum()?;
        if let Some(c) = self.peek() {
            return Err(self.error(self.at, FormulaProblem::Operator(c)));
        }
        Ok(Formula {
            text: self.text,
            names: self.names,
            places: self.places,
            steps: self.steps,
        })
    }

    /// Terms joined by `+` and `-`.
    fn sum(&mut self) -> Result<(), FormulaError> {
        self.chain(
            Self::product,
            &[('+', Binary::Add), ('-', Binary::Subtract)],
        )
    }

    /// Factors joined by `*` and `/`.
    fn product(&mut self) -> Result<(), FormulaError> {
        self.chain(
            Self::signed,
            &[('*', Binary::Multiply), ('/', Binary::Divide)],
        )
    }

    /// Operands joined from the left.
    fn chain(
        &mut self,
        operand: fn(&mut Self) -> Result<(), FormulaError>,
        operators: &[(char, Binary)],
    ) -> Result<(), FormulaError> {
        operand(self)?;
        while let Some((_, operator)) = operators.iter().find(|(c, _)| self.peek() == Some(*c)) {
            self.at += 1;
            operand(self)?;
            self.steps.push(Instruction::Binary(*operator));
        }
        Ok(())
    }

    /// A factor with its sign, which binds less than `^`.
    fn signed(&mut self) -> Result<(), FormulaError> {
        if self.peek() != Some('-') {
            return self.power();
        }
        self.at += 1;
        self.deeper(Self::signed)?;
        self.steps.push(Instruction::Negate);
        Ok(())
    }

    /// A base with its exponent, which may have a sign and an exponent itself.
    fn power(&mut self) -> Result<(), FormulaError> {
        self.operand()?;
        if self.peek() == Some('^') {
            self.at += 1;
            self.deeper(Self::signed)?;
            self.steps.push(Instruction::Binary(Binary::Power));
        }
        Ok(())
    }

    fn operand(&mut self) -> Result<(), FormulaError> {
        match self.peek() {
            Some('(') => {
                let open = self.at;
                self.at += 1;
                self.deeper(Self::sum)?;
                self.close(open)
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => self.name(),
            _ => Err(self.error(self.at, FormulaProblem::Operand)),
        }
    }

    fn number(&mut self) -> Result<(), FormulaError> {
        let start = self.at;
        let mut digits = self.run(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
        let signed = matches!(self.characters.get(self.at), Some('+' | '-'));
        if digits.ends_with(['e', 'E']) && signed {
            digits.extend(self.characters.get(self.at));
            self.at += 1;
            digits += &self.run(|c| c.is_ascii_alphanumeric() || c == '.');
        }
        // `inf` and `nan` begin with letters and are names here.
        match digits.parse() {
            Ok(x) => {
                self.steps.push(Instruction::Number(x));
                Ok(())
            }
            Err(_) => Err(self.error(start, FormulaProblem::Number(digits))),
        }
    }

    fn name(&mut self) -> Result<(), FormulaError> {
        let start = self.at;
        let name = self.run(|c| c.is_alphanumeric() || c == '_' || c == '.');
        if self.peek() == Some('(') {
            return self.call(&name, start);
        }
        let known = self.names.iter().position(|known| *known == name);
        let index = known.unwrap_or_else(|| {
            self.names.push(name);
            self.places.push(start + 1);
            self.names.len() - 1
        });
        self.steps.push(Instruction::Name(index));
        Ok(())
    }

    fn call(&mut self, name: &str, start: usize) -> Result<(), FormulaError> {
        let known = Function::ALL.into_iter();
        let Some(function) = known.clone().find(|function| function.name() == name) else {
            let unknown = UnknownName::new("function", name, known.map(Function::name));
            return Err(self.error(start, FormulaProblem::Unknown(unknown.into())));
        };
        let open = self.at;
        self.at += 1;
        let mut arguments = 0;
        if self.peek() != Some(')') {
            loop {
                self.deeper(Self::sum)?;
                arguments += 1;
                if self.peek() != Some(',') {
                    break;
                }
                self.at += 1;
            }
        }
        self.close(open)?;
        let (fits, takes) = match function {
            Function::Min | Function::Max => (arguments > 0, "one number or more"),
            _ => (arguments == 1, "one number"),
        };
        if !fits {
            let problem = FormulaProblem::Arguments {
                function: function.name(),
                takes,
                given: arguments,
            };
            return Err(self.error(start, problem));
        }
        self.steps.push(Instruction::Call(function, arguments));
        Ok(())
    }

    fn close(&mut self, open: usize) -> Result<(), FormulaError> {
        match self.peek() {
            Some(')') => {
                self.at += 1;
                Ok(())
            }
            Some(c) => Err(self.error(self.at, FormulaProblem::Operator(c))),
            None => Err(self.error(open, FormulaProblem::Unclosed)),
        }
    }

    fn deeper(
        &mut self,
        part: fn(&mut Self) -> Result<(), FormulaError>,
    ) -> Result<(), FormulaError> {
        if self.depth == DEPTH {
            return Err(self.error(self.at, FormulaProblem::Nested(DEPTH)));
        }
        self.depth += 1;
        part(self)?;
        self.depth -= 1;
        Ok(())
    }

    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        self.run(char::is_whitespace);
        self.characters.get(self.at).copied()
    }

    /// The characters from here on that `belongs` accepts.
    fn run(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let rest = self.characters.get(self.at..).unwrap_or_default();
        let run: String = rest.iter().take_while(|c| belongs(**c)).collect();
        self.at += run.chars().count();
        run
    }

    fn error(&self, at: usize, problem: FormulaProblem) -> FormulaError {
        FormulaError {
            formula: self.text.clone(),
            position: at + 1,
            problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> f64 {
        Formula::parse(text).unwrap().evaluate(&[3.0, 4.0])
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "these are exact")]
    fn values_are_those_of_python() {
        // Python 3.11 with `^` for `**`, a = 3, b = 4 and the functions of its `math`.
        assert_eq!(value("a + b * 2 - 1"), 10.0);
        assert_eq!(value("(a + b) * 2"), 14.0);
        assert_eq!(value("a - b - 1"), -2.0);
        assert_eq!(value("a / b / 2"), 0.375);
        assert_eq!(value("-a^2"), -9.0);
        assert_eq!(value("2^3^2"), 512.0);
        assert_eq!(value("2^-1"), 0.5);
        assert_eq!(value("--a"), 3.0);
        assert_eq!(value("a*-b"), -12.0);
        assert_eq!(value(" 1.5e+1 + .5 + 2E-1*0"), 15.5);
        assert_eq!(value("sqrt(a^2 + b^2) + abs(-1)"), 6.0);
        assert_eq!(value("max(a, b, 7) - min(a, b)"), 4.0);
        assert_eq!(value("log2(8) + log10(1000) + ln(exp(2))"), 8.0);
        assert_eq!(value("floor(-2.5) + ceil(-2.5) + round(2.5)"), -2.0);
        assert!(value("a / 0 - b").is_infinite() && value("0 / 0").is_nan());
    }

    #[test]
    fn errors_say_where_and_why() {
        let error = |text: &str| Formula::parse(text).unwrap_err();
        let at = |text: &str| error(text).position;
        assert_eq!(at(""), 1);
        assert_eq!(at("a b"), 3);
        assert_eq!(at("µs + )"), 6);
        assert_eq!(at("2 * (a + b"), 5);
        assert_eq!(at("1.2.3"), 1);
        assert_eq!(at("2x"), 1);
        assert_eq!(at("sqrt(a, b)"), 1);
        assert_eq!(at("max()"), 1);
        let text = error("cieling(a)").to_string();
        assert!(text.contains("did you mean `ceil`?"), "{text}");
    }

    #[test]
    fn depth_is_bounded_and_length_is_not() {
        let deep = "(".repeat(100_000);
        let problem = Formula::parse(&deep).unwrap_err().problem;
        assert_eq!(problem, FormulaProblem::Nested(DEPTH));
        assert!(Formula::parse(&"-".repeat(100_000)).is_err());
        assert!(Formula::parse(&"2^".repeat(100_000)).is_err());
        let long = vec!["a"; 100_000].join(" + ");
        assert!((value(&long) - 300_000.0).abs() < 1e-9);
        let nested = "(".repeat(DEPTH) + "a" + &")".repeat(DEPTH);
        assert!(Formula::parse(&nested).is_ok());
    }
}
