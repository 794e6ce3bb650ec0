//! A few threads that share the work of a training. Needs `std`.
//!
//! Work is split over rows: over samples, over inputs, over parameters, never over an index that is summed. So the
//! results do not depend on the number of threads. Work that costs less than waking another thread is done by the
//! calling thread alone.
use core::cell::Cell;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::vec::Vec;

/// The multiply-adds from which on work is shared: they take many times as long as waking a thread.
const WORTH_IT: usize = 1 << 17;
/// Rows come in multiples of the tiles of a matrix product.
const ROWS: usize = 8;
/// The number of times that a thread looks for work before it yields its core, and then the number of times before it
/// sleeps.
const SPINS: usize = 4000;
const YIELDS: usize = 100;

/// A job: a function that every thread calls with its own number.
type Job = dyn Fn(usize) + Sync;

std::thread_local! {
    /// The pool of the training that this thread is in.
    static CURRENT: Cell<Option<NonNull<Pool>>> = const { Cell::new(None) };
}

/// Threads that wait for jobs. The thread that gives a job takes part in it.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

struct Shared {
    /// Goes up with every job.
    number: AtomicUsize,
    job: Mutex<Option<SharedJob>>,
    /// Workers that have not finished the job.
    at_work: AtomicUsize,
    failed: AtomicBool,
    ends: AtomicBool,
}

/// A job that outlives its use: [`Pool::run`] returns only when no worker holds it any more.
#[derive(Clone, Copy)]
struct SharedJob(NonNull<Job>);

// SAFETY: the job is `Sync`, and lives until all workers have finished it.
unsafe impl Send for SharedJob {}

impl Pool {
    /// As many threads as told, the one that calls included; `None` for one.
    pub(crate) fn new(threads: usize) -> Option<Self> {
        if threads < 2 {
            return None;
        }
        let shared = Arc::new(Shared {
            number: AtomicUsize::new(0),
            job: Mutex::new(None),
            at_work: AtomicUsize::new(0),
            failed: AtomicBool::new(false),
            ends: AtomicBool::new(false),
        });
        let mut workers = Vec::new();
        for number in 1..threads {
            let shared = Arc::clone(&shared);
            // Where the system gives no more threads, there are fewer; the results are the same.
            let Ok(worker) = thread::Builder::new().spawn(move || shared.work(number)) else { break };
            workers.push(worker);
        }
        (!workers.is_empty()).then_some(Self { shared, workers })
    }

    fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Every thread does the job, each with its own number.
    fn run(&self, job: &(dyn Fn(usize) + Sync)) {
        let shared = &*self.shared;
        // SAFETY: only the lifetime changes; this function does not end before all workers have let go of it.
        let job_for_all = SharedJob(unsafe {
            core::mem::transmute::<NonNull<dyn Fn(usize) + Sync + '_>, NonNull<Job>>(NonNull::from(job))
        });
        *shared.job.lock().unwrap_or_else(PoisonError::into_inner) = Some(job_for_all);
        shared.at_work.store(self.workers.len(), Ordering::Relaxed);
        shared.number.fetch_add(1, Ordering::Release);
        self.workers.iter().for_each(|worker| worker.thread().unpark());
        let own = catch_unwind(AssertUnwindSafe(|| job(0)));
        let mut tries = 0;
        while shared.at_work.load(Ordering::Acquire) > 0 {
            wait(&mut tries);
        }
        if let Err(panic) = own {
            resume_unwind(panic);
        }
        assert!(!shared.failed.load(Ordering::Relaxed), "a thread of the training panicked");
    }
}

/// Spins for a while, then yields the core to other threads.
fn wait(tries: &mut usize) {
    *tries += 1;
    if *tries < SPINS { core::hint::spin_loop() } else { thread::yield_now() }
}

impl Shared {
    /// The loop of a worker until the pool ends.
    fn work(&self, number: usize) {
        let mut done = 0;
        loop {
            let mut tries = 0;
            while self.number.load(Ordering::Acquire) == done {
                if tries < SPINS + YIELDS { wait(&mut tries) } else { thread::park() }
            }
            done += 1;
            if self.ends.load(Ordering::Relaxed) {
                return;
            }
            let job = *self.job.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(SharedJob(job)) = job {
                // SAFETY: `run` waits until `at_work` says that this thread has finished.
                let job = unsafe { job.as_ref() };
                if catch_unwind(AssertUnwindSafe(|| job(number))).is_err() {
                    self.failed.store(true, Ordering::Relaxed);
                }
            }
            self.at_work.fetch_sub(1, Ordering::Release);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Relaxed);
        self.shared.number.fetch_add(1, Ordering::Release);
        for worker in self.workers.drain(..) {
            worker.thread().unpark();
            _ = worker.join();
        }
    }
}

/// Runs a closure whose kernels share their work among the threads of the pool, if there is one.
pub(crate) fn with<R>(pool: Option<&Pool>, inside: impl FnOnce() -> R) -> R {
    /// Takes the pool away again, also when the closure panics.
    struct Restore(Option<NonNull<Pool>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _restore = Restore(CURRENT.replace(pool.map(NonNull::from)));
    inside()
}

/// Shares the rows of `slices` among the threads of the current pool: each thread calls `on_chunk` with the index of
/// its first row and its chunk of each slice. A row has `row` values and takes `work` multiply-adds; slices that are
/// not empty have equally many rows.
#[inline]
pub(crate) fn over_slices<T: Send, const N: usize>(
    slices: [&mut [T]; N],
    row: usize,
    work: usize,
    on_chunk: impl Fn(usize, [&mut [T]; N]) + Sync,
) {
    if CURRENT.get().is_none() {
        return on_chunk(0, slices);
    }
    let mut values = 0;
    for slice in &slices {
        values = slice.len().max(values);
    }
    let rows = values / row.max(1);
    match pool_for(rows.saturating_mul(work)) {
        Some(pool) => share(pool, slices, rows, row, &on_chunk),
        None => on_chunk(0, slices),
    }
}

/// The current pool, if this many multiply-adds are worth sharing.
#[inline(never)]
fn pool_for(work: usize) -> Option<NonNull<Pool>> {
    CURRENT.get().filter(|_| work >= WORTH_IT)
}

/// The function that a thread calls with the index of its first row and its chunks of `N` slices.
type OnChunk<'a, T, const N: usize> = dyn Fn(usize, [&mut [T]; N]) + Sync + 'a;

/// [`over_slices`] on the threads of a pool: one copy for all closures, because every kernel has a closure of its own.
#[cold]
#[inline(never)]
fn share<T: Send, const N: usize>(
    pool: NonNull<Pool>,
    slices: [&mut [T]; N],
    rows: usize,
    row: usize,
    on_chunk: &OnChunk<'_, T, N>,
) {
    /// The pointer and the length of a slice that is split among threads.
    struct Whole<T>(*mut T, usize);
    // SAFETY: each thread takes another chunk of the slice, and values can be sent.
    unsafe impl<T: Send> Sync for Whole<T> {}

    // SAFETY: `with` keeps the pool borrowed while it is the current one.
    let pool = unsafe { pool.as_ref() };
    let per_thread = rows.div_ceil(pool.threads()).next_multiple_of(ROWS);
    let wholes = slices.map(|slice| Whole(slice.as_mut_ptr(), slice.len()));
    pool.run(&|number| {
        let (first, end) = ((number * per_thread).min(rows), ((number + 1) * per_thread).min(rows));
        if first < end {
            let chunks = wholes.each_ref().map(|Whole(values, len)| {
                let (first, end) = ((first * row).min(*len), (end * row).min(*len));
                // SAFETY: the chunk is within the slice, and no other thread has the same rows.
                unsafe { core::slice::from_raw_parts_mut(values.add(first), end - first) }
            });
            on_chunk(first, chunks);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_once() {
        for threads in [2, 3, 5] {
            let pool = Pool::new(threads).expect("threads");
            for rows in [0, 1, 7, 8, 9, 100, 1001] {
                let mut values = std::vec![0_usize; rows * 3];
                for _ in 0..50 {
                    with(Some(&pool), || {
                        over_slices([&mut values], 3, WORTH_IT, |first, [rows]| {
                            for (index, value) in rows.iter_mut().enumerate() {
                                *value += first * 3 + index;
                            }
                        });
                    });
                }
                assert!(
                    values.iter().enumerate().all(|(index, value)| *value == index * 50),
                    "{threads} threads, {rows} rows"
                );
            }
        }
    }

    #[test]
    fn little_work_stays_here() {
        let pool = Pool::new(2).expect("threads");
        let here = thread::current().id();
        with(Some(&pool), || {
            over_slices([&mut [0; 64]], 1, 1, |_, [rows]| assert!(rows.len() == 64 && thread::current().id() == here));
        });
    }

    #[test]
    fn panics_arrive() {
        let pool = Pool::new(2).expect("threads");
        let share = || {
            with(Some(&pool), || over_slices([&mut [0; 64]], 1, WORTH_IT, |first, [_]| assert!(first == 0)));
        };
        assert!(catch_unwind(AssertUnwindSafe(share)).is_err());
    }
}
