//! Numbers that are computed: `4*filters`, `channels/2`, `(channels - 32)*width`.
//!
//! Operands are whole numbers, the parameters of a block, and `channels`, the number of channels of what comes in. A `-` stands only
//! inside of parentheses: outside it is the sign of the next number.
use std::iter::Peekable;
use std::vec::IntoIter;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::errors::{Help, Message};
use crate::number::Number;
use crate::tokens::{self, commas};
use crate::words::Word;

/// The name of the number of channels of what comes in.
pub const CHANNELS: &str = "channels";

/// A word, or an expression that is not computed yet.
#[derive(Clone, Debug)]
pub enum Term {
    Word(Word),
    Expression(Expression),
}

impl Term {
    /// Whether its value depends on the number of channels.
    pub fn reads_channels(&self) -> bool {
        tokens::find(self.to_token_stream(), CHANNELS).is_some()
    }
}

impl ToTokens for Term {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Word(word) => word.to_tokens(tokens),
            Self::Expression(expression) => expression.tokens.to_tokens(tokens),
        }
    }
}

/// An expression with its tokens.
#[derive(Clone, Debug)]
pub struct Expression {
    /// As it was written.
    pub tokens: TokenStream,
    tree: Tree,
}

#[derive(Clone, Debug)]
enum Tree {
    Number(u64),
    Name(Ident),
    Negative(Box<Tree>),
    /// In parentheses.
    Group(Box<Expression>),
    Operation(char, Box<Tree>, Box<Tree>),
}

/// The value of a parameter of a block.
#[derive(Clone, Debug)]
pub enum Value {
    Number(Number),
    /// Words of the language: `same`.
    Words(Vec<Word>),
}

/// The values of names.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub parameters: &'a [(Ident, Value)],
    /// `None` where there is no input.
    pub channels: Option<u64>,
}

/// An error: the tokens at fault, and the message.
pub type Wrong = (TokenStream, Message);

/// Groups words into terms: words with operators between them, and parentheses, become expressions.
pub fn terms(words: Vec<Word>) -> Result<Vec<Term>, Wrong> {
    let mut terms = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let begins = match &word {
            Word::Number(_) | Word::Name(_) => true,
            Word::Other(token) => is_parenthesis(token),
        };
        if !begins || (!words.peek().is_some_and(is_operator) && !matches!(word, Word::Other(_))) {
            terms.push(Term::Word(word));
            continue;
        }
        let mut expression = vec![word];
        while let Some(operator) = words.next_if(is_operator) {
            expression.push(operator);
            expression.extend(words.next());
        }
        terms.push(Term::Expression(Expression::parse(quote!(#(#expression)*))?));
    }
    Ok(terms)
}

/// The most tokens of an expression, and of its parentheses. Trees are as deep, and are gone through by recursion.
const MOST_TOKENS: usize = 256;

impl Expression {
    fn parse(tokens: TokenStream) -> Result<Self, Wrong> {
        let tree = tree(tokens.clone(), &tokens)?;
        Ok(Self { tokens, tree })
    }
}

/// The tree of the tokens of an expression, or of its parentheses.
fn tree(tokens: TokenStream, whole: &TokenStream) -> Result<Tree, Wrong> {
    let mut tokens = stream(tokens);
    if tokens.len() > MOST_TOKENS {
        let message = format!("this expression has {} tokens, but at most {MOST_TOKENS} are allowed", tokens.len());
        return Err((whole.clone(), message.into()));
    }
    sum(&mut tokens, whole)
}

fn sum(tokens: &mut Tokens, whole: &TokenStream) -> Result<Tree, Wrong> {
    let mut tree = product(tokens, whole)?;
    while let Some(operator) = next_operator(tokens, "+-") {
        tree = Tree::Operation(operator, Box::new(tree), Box::new(product(tokens, whole)?));
    }
    match tokens.next() {
        None => Ok(tree),
        Some(TokenTree::Punct(comma)) if comma.as_char() == ',' && sizes(whole).is_some() => {
            let help = Help::write(sizes(whole).unwrap_or_default());
            Err((whole.clone(), ("a shape is one word, without parentheses or commas", help).into()))
        }
        Some(token) => {
            let message = format!("`{token}` cannot stand in an expression");
            Err((quote!(#token), (message, Help::prose("numbers, names and + * / % ( )")).into()))
        }
    }
}

/// The sizes in parentheses with commas between them, as one word.
fn sizes(tokens: &TokenStream) -> Option<String> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let [TokenTree::Group(group)] = tokens.as_slice() else { return None };
    let sizes: Option<Vec<String>> = commas(group.stream())
        .iter()
        .map(|part| match part.as_slice() {
            [TokenTree::Literal(size)] => Some(size.to_string()),
            _ => None,
        })
        .collect();
    Some(sizes?.join("x"))
}

fn product(tokens: &mut Tokens, whole: &TokenStream) -> Result<Tree, Wrong> {
    let mut tree = factor(tokens, whole)?;
    while let Some(operator) = next_operator(tokens, "*/%") {
        tree = Tree::Operation(operator, Box::new(tree), Box::new(factor(tokens, whole)?));
    }
    Ok(tree)
}

fn factor(tokens: &mut Tokens, whole: &TokenStream) -> Result<Tree, Wrong> {
    match tokens.next() {
        Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::Brace => {
            let tokens = group.to_token_stream();
            let tree = tree(group.stream(), &tokens)?;
            Ok(Tree::Group(Box::new(Expression { tokens, tree })))
        }
        Some(TokenTree::Ident(name)) => Ok(Tree::Name(name)),
        Some(TokenTree::Literal(literal)) => {
            let number = Number::new(None, literal);
            number.digits().map(Tree::Number).ok_or_else(|| {
                let message =
                    format!("`{}` is not a whole number, but expressions are computed in whole numbers", number.text());
                (number.to_token_stream(), message.into())
            })
        }
        Some(TokenTree::Punct(punct)) if punct.as_char() == '-' => Ok(Tree::Negative(Box::new(factor(tokens, whole)?))),
        Some(token) => {
            let message = format!("`{token}` stands where a number should");
            Err((token.into_token_stream(), message.into()))
        }
        None => Err((whole.clone(), format!("`{}` ends where a number should follow", shown(whole)).into())),
    }
}

impl Known<'_> {
    fn parameter(&self, name: &Ident) -> Option<&Value> {
        self.parameters.iter().find(|(parameter, _)| parameter == name).map(|(_, value)| value)
    }

    /// Replaces parameters and `channels` by their values, and computes expressions.
    pub fn resolve(&self, terms: &[Term]) -> Result<Vec<Word>, Wrong> {
        let mut words = Vec::new();
        for term in terms {
            match term {
                Term::Word(Word::Name(name)) => match self.parameter(name) {
                    Some(Value::Number(number)) => words.push(Word::Number(number.standing_for(quote!(#name)))),
                    Some(Value::Words(meant)) => words.extend(meant.iter().cloned()),
                    None if name == CHANNELS => words.push(Word::Number(Number::computed(
                        self.channels.ok_or_else(|| nothing_comes_in(name))?,
                        quote!(#name),
                    ))),
                    None => words.push(Word::Name(name.clone())),
                },
                Term::Word(word) => words.push(word.clone()),
                Term::Expression(expression) => {
                    words.push(Word::Number(Number::computed(self.size(expression)?, expression.tokens.clone())));
                }
            }
        }
        Ok(words)
    }

    /// The argument of a block: a number, or words.
    pub fn argument(&self, terms: &[Term]) -> Result<Value, Wrong> {
        let resolved = self.resolve(terms)?;
        Ok(match resolved.as_slice() {
            [Word::Number(number)] => Value::Number(number.clone()),
            _ => Value::Words(resolved),
        })
    }

    /// The value of an expression, which must be a size.
    fn size(&self, expression: &Expression) -> Result<u64, Wrong> {
        let Expression { tokens, tree } = expression;
        let value = self.evaluate(tree, tokens)?;
        u64::try_from(value).map_err(|_| {
            let message = format!("`{}` is {value} here, but must not be negative", shown(tokens));
            (tokens.clone(), message.into())
        })
    }

    fn evaluate(&self, tree: &Tree, whole: &TokenStream) -> Result<i128, Wrong> {
        let value = match tree {
            Tree::Number(number) => Some(i128::from(*number)),
            Tree::Name(name) => Some(self.name(name)?),
            Tree::Negative(tree) => self.evaluate(tree, whole)?.checked_neg(),
            Tree::Group(group) => Some(self.evaluate(&group.tree, &group.tokens)?),
            Tree::Operation(operator, left, right) => {
                let (left, right) = (self.evaluate(left, whole)?, self.evaluate(right, whole)?);
                match operator {
                    '/' | '%' if right == 0 => {
                        return Err((whole.clone(), format!("`{}` divides by zero here", shown(whole)).into()));
                    }
                    '+' => left.checked_add(right),
                    '-' => left.checked_sub(right),
                    '*' => left.checked_mul(right),
                    '/' => left.checked_div(right),
                    _ => left.checked_rem(right),
                }
            }
        };
        value.ok_or_else(|| (whole.clone(), format!("`{}` is more than any machine can hold", shown(whole)).into()))
    }

    fn name(&self, name: &Ident) -> Result<i128, Wrong> {
        let wrong = |message: String| Err((name.to_token_stream(), message.into()));
        match (self.parameter(name), self.channels) {
            (Some(Value::Number(number)), _) => match number.digits() {
                Some(value) => Ok(value.into()),
                None => wrong(format!(
                    "`{name}` is `{}` here, but expressions are computed in whole numbers",
                    number.text()
                )),
            },
            (Some(Value::Words(words)), _) => {
                let words = quote!(#(#words)*);
                wrong(format!("`{name}` is `{words}` here, which is not a number"))
            }
            (None, Some(channels)) if name == CHANNELS => Ok(channels.into()),
            (None, _) if name == CHANNELS => Err(nothing_comes_in(name)),
            (None, _) => wrong(format!(
                "`{name}` is not a number, and not a parameter of this block\nhelp: names in an expression are `{CHANNELS}` and, in a block, its parameters"
            )),
        }
    }
}

fn nothing_comes_in(name: &Ident) -> Wrong {
    (name.to_token_stream(), "`channels` are those of the input of a layer, and there is no input here".into())
}

type Tokens = Peekable<IntoIter<TokenTree>>;

fn stream(tokens: TokenStream) -> Tokens {
    tokens.into_iter().collect::<Vec<_>>().into_iter().peekable()
}

fn next_operator(tokens: &mut Tokens, operators: &str) -> Option<char> {
    let is_one = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if operators.contains(punct.as_char()));
    match tokens.next_if(is_one) {
        Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
        _ => None,
    }
}

fn is_operator(word: &Word) -> bool {
    matches!(word, Word::Other(TokenTree::Punct(punct)) if "+*/%".contains(punct.as_char()))
}

fn is_parenthesis(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis)
}

/// The text of tokens, without spaces.
fn shown(tokens: &TokenStream) -> String {
    tokens.to_string().replace(' ', "")
}
