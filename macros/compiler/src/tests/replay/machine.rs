//! A machine that runs the statements of passes over symbolic values: every piece of memory holds the term that was written to it. A
//! piece that was overwritten, even partially, can no longer be read.
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// A symbolic value: an operation and its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(usize);

/// All terms. Equal terms have the same index.
#[derive(Default)]
pub struct Terms {
    texts: HashMap<String, usize>,
    operations: Vec<Operation>,
    numbers: HashMap<(usize, Vec<Term>), Term>,
    /// The operation and the operands of each term.
    list: Vec<(usize, Vec<Term>)>,
}

struct Operation {
    text: String,
    is_relu: bool,
    takes_largest: bool,
}

/// Marks an operation whose outputs are maxima of inputs.
pub const LARGEST: &str = "largest of ";

impl Terms {
    pub fn of(&mut self, text: &str, operands: &[Term]) -> Term {
        let operation = self.operation(text);
        self.of_operation(operation, operands)
    }

    fn operation(&mut self, text: &str) -> usize {
        if let Some(&operation) = self.texts.get(text) {
            return operation;
        }
        let is_relu = text.contains("castnet::Relu.apply") || text.contains("apply_compact(isa,castnet::Relu,");
        self.operations.push(Operation { text: text.to_string(), is_relu, takes_largest: text.starts_with(LARGEST) });
        self.texts.insert(text.to_string(), self.operations.len() - 1);
        self.operations.len() - 1
    }

    fn of_operation(&mut self, operation: usize, operands: &[Term]) -> Term {
        if let ([operand], true) = (operands, self.operations[operation].is_relu)
            && let Some((pooling, inputs)) = self.list.get(operand.0).cloned()
            && self.operations[pooling].takes_largest
        {
            // relu(max(x)) equals max(relu(x)): a prediction computes the former, the graph the latter.
            let inputs: Vec<Term> = inputs.into_iter().map(|input| self.of_operation(operation, &[input])).collect();
            return self.of_operation(pooling, &inputs);
        }
        let key = (operation, operands.to_vec());
        if let Some(term) = self.numbers.get(&key) {
            return *term;
        }
        let term = Term(self.list.len());
        self.list.push(key.clone());
        self.numbers.insert(key, term);
        term
    }

    /// The sum of two terms. It is commutative, but not associative.
    fn sum(&mut self, a: Term, b: Term) -> Term {
        self.of("sum", &[a.min(b), a.max(b)])
    }

    /// A term as a formula, down to a depth.
    pub fn show(&self, term: Term, depth: usize) -> String {
        let Some((operation, operands)) = self.list.get(term.0) else { return "?".to_string() };
        if depth == 0 {
            return "..".to_string();
        }
        let operands: Vec<String> = operands.iter().map(|&operand| self.show(operand, depth - 1)).collect();
        format!("{}({})", self.operations[*operation].text, operands.join(", "))
    }
}

/// A piece of a memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub memory: String,
    pub start: u64,
    pub len: u64,
}

impl Region {
    pub fn overlaps(&self, other: &Self) -> bool {
        self.memory == other.memory && self.start < other.start + other.len && other.start < self.start + self.len
    }
}

/// The value that a statement writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The result of the statement for all values that it reads.
    Computed,
    /// The first value that it reads.
    Copied,
    /// The sum of the first value that it reads and of the value that lies there.
    Added,
    /// The sum of the result of the statement for all values but the last, and of the last, which lies there.
    AddedComputed,
}

/// A statement, with the regions that it reads and writes.
#[derive(Clone, Debug)]
pub struct Step {
    /// The statement, without the names of regions.
    pub text: String,
    pub reads: Vec<Region>,
    pub writes: Vec<(Region, Written)>,
    /// A result that no pass reads: a gradient of parameters, or one of several outputs.
    pub sink: Option<String>,
    /// Whether it draws random numbers.
    pub is_random: bool,
    /// Whether it runs only if the gradient of the inputs is wanted.
    pub for_input: bool,
}

/// An access to memory.
#[derive(Clone, Debug)]
pub struct Access {
    pub region: Region,
    /// The number of the step.
    pub step: usize,
    pub is_write: bool,
    /// The life of the accessed value, from its first write to its last read.
    pub life: usize,
}

struct Segment {
    len: u64,
    term: Term,
    life: usize,
}

pub struct Machine<'a> {
    pub terms: &'a mut Terms,
    memories: BTreeMap<String, BTreeMap<u64, Segment>>,
    /// The sizes of planned memories, in scalars per sample.
    pub sizes: BTreeMap<String, u64>,
    pub sinks: BTreeMap<String, Term>,
    pub accesses: Vec<Access>,
    /// Accesses that are redirected: their numbers and the new offsets.
    pub moved: BTreeMap<usize, u64>,
    lives: usize,
    steps: usize,
    draws: usize,
}

impl<'a> Machine<'a> {
    pub fn new(terms: &'a mut Terms) -> Self {
        Self {
            terms,
            memories: BTreeMap::new(),
            sizes: BTreeMap::new(),
            sinks: BTreeMap::new(),
            accesses: Vec::new(),
            moved: BTreeMap::new(),
            lives: 0,
            steps: 0,
            draws: 0,
        }
    }

    /// Puts a value into memory that no statement has written.
    pub fn set(&mut self, region: &Region, text: &str) {
        let term = self.terms.of(text, &[]);
        self.lives += 1;
        let segment = Segment { len: region.len, term, life: self.lives };
        self.memories.entry(region.memory.clone()).or_default().insert(region.start, segment);
    }

    /// Forgets the values of a memory, as another call of the network finds it.
    pub fn forget(&mut self, memory: &str) {
        self.memories.remove(memory);
    }

    /// The term in a region; an error if the region does not hold exactly one term.
    pub fn get(&self, region: &Region) -> Result<Term, String> {
        self.segment(region).map(|segment| segment.term)
    }

    fn segment(&self, region: &Region) -> Result<&Segment, String> {
        let segments = self.memories.get(&region.memory);
        segments
            .and_then(|segments| segments.get(&region.start))
            .filter(|segment| segment.len == region.len)
            .ok_or_else(|| {
                format!("@{}..{} of {} does not hold one value", region.start, region.start + region.len, region.memory)
            })
    }

    /// The region of an access, which may be redirected.
    fn place(&self, region: &Region) -> Region {
        match self.moved.get(&self.accesses.len()) {
            Some(&start) => Region { start, ..region.clone() },
            None => region.clone(),
        }
    }

    pub fn run(&mut self, step: &Step) -> Result<(), String> {
        self.step(step).map_err(|message| format!("{message}, in {}", step.text))
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        self.steps += 1;
        let mut text = Cow::Borrowed(&step.text);
        if step.is_random {
            self.draws += 1;
            text = Cow::Owned(format!("{text} #{}", self.draws));
        }
        let mut reads = Vec::new();
        let mut read = Vec::new();
        for region in &step.reads {
            let region = self.place(region);
            let segment = self.segment(&region)?;
            let (term, life) = (segment.term, segment.life);
            self.accesses.push(Access { region: region.clone(), step: self.steps, is_write: false, life });
            reads.push(term);
            read.push((region, life));
        }
        if let Some(sink) = &step.sink {
            let term = self.terms.of(&format!("{text} for {sink}"), &reads);
            if self.sinks.insert(sink.clone(), term).is_some() {
                return Err(format!("{sink} is written twice"));
            }
        }
        let mut written: Vec<Region> = Vec::new();
        for (index, (planned, how)) in step.writes.iter().enumerate() {
            let region = self.place(planned);
            // A region that is both read and written is changed in place.
            let changed = step.reads.iter().position(|other| other == planned).and_then(|index| read.get(index));
            let others =
                read.iter().filter(|(other, life)| Some((other, life)) != changed.map(|(other, life)| (other, life)));
            if others.map(|(other, _)| other).chain(&written).any(|other| other.overlaps(&region)) {
                return Err(format!("@{} of {} is read and written at once", region.start, region.memory));
            }
            let term = match (how, reads.as_slice()) {
                (Written::Copied, [first, ..]) => *first,
                (Written::Added, [first, second]) => self.terms.sum(*first, *second),
                (Written::AddedComputed, [others @ .., last]) => {
                    let computed = self.terms.of(&text, others);
                    self.terms.sum(computed, *last)
                }
                _ if index == 0 => self.terms.of(&text, &reads),
                _ => self.terms.of(&format!("{text} [{index}]"), &reads),
            };
            let life = match changed {
                Some((_, life)) => *life,
                None => {
                    self.lives += 1;
                    self.lives
                }
            };
            self.accesses.push(Access { region: region.clone(), step: self.steps, is_write: true, life });
            self.write(&region, term, life)?;
            written.push(region);
        }
        Ok(())
    }

    fn write(&mut self, region: &Region, term: Term, life: usize) -> Result<(), String> {
        let end = region.start + region.len;
        if self.sizes.get(&region.memory).is_some_and(|size| end > *size) {
            return Err(format!("@{}..{end} of {} lies beyond its end", region.start, region.memory));
        }
        let segments = self.memories.entry(region.memory.clone()).or_default();
        segments.retain(|start, segment| start + segment.len <= region.start || end <= *start);
        segments.insert(region.start, Segment { len: region.len, term, life });
        Ok(())
    }
}
